//! The funds: what is in them, what they lose, what they pay.

use breakwater_interfaces::{Estates, FundCondition, FundTerms, Ledger, RiskEngine, GLOBAL_POOL};
use breakwater_units::{Amount, Millis, NanoQuote, PoolId, Quote, Ratio, Rounding, Timestamp};
use breakwater_waterfall::{
	distribute_premium, premium, premium_rate, GlobalFund, PoolFund, PremiumShares,
};
use frame_support::{storage::with_storage_layer, traits::Get};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	types::{FundState, High, HIGHS, WEEKS},
	Config, Error, Event, Funds, Operations, Pallet,
};

/// How often premiums are paid, and capital above the target is shared.
pub(crate) const PREMIUM_PERIOD: Millis = Millis::HOUR;
/// A loss below this, a cent, is what rounding leaves: the next fee pays it.
pub(crate) const DUST: Amount = Amount::new(10_000);
/// A premium that was not paid for longer than this is not made up for.
const LONGEST_PREMIUM: Millis = Millis::DAY;
const WEEK: Millis = Millis::new(Millis::DAY.get().saturating_mul(7));

impl FundState {
	/// Brings capital up to date with what the ledger has.
	pub(crate) fn catch_up(&mut self, ledger: Amount) {
		let known = self.fund.assets();
		let gained = ledger.saturating_sub(known);
		if !gained.is_zero() && self.fund.credit(gained).is_ok() {
			self.income = self.income.saturating_add(gained);
		}
		// Only capital is paid out by others: the ledger keeps what is reserved.
		self.fund.charge(known.saturating_sub(ledger));
	}

	/// Notes the present value, and forgets what is older than the look-back.
	pub(crate) fn note_value(&mut self, now: Timestamp, look_back: Millis) {
		let part = part_of(now, look_back);
		let value = self.fund.assets();
		let Some(place) = usize::try_from(part).ok().and_then(|part| part.checked_rem(HIGHS))
		else {
			return;
		};
		if let Some(high) = self.highs.get_mut(place) {
			*high = if high.part == part {
				High { part, value: high.value.max(value) }
			} else {
				High { part, value }
			};
		}
	}

	/// The highest value in the look-back.
	pub(crate) fn highest(&self, now: Timestamp, look_back: Millis) -> Amount {
		let part = part_of(now, look_back);
		let oldest = part.saturating_sub(HIGHS.saturating_sub(1) as u64);
		let recent = self.highs.iter().filter(|high| (oldest..=part).contains(&high.part));
		recent.map(|high| high.value).max().unwrap_or_default().max(self.fund.assets())
	}

	/// Quanta that left without being lost: a backer who leaves, capital that is shared.
	pub(crate) fn lower_highs(&mut self, by: Amount) {
		for high in &mut self.highs {
			high.value = high.value.saturating_sub(by);
		}
	}

	/// Counts a loss in its week.
	fn count_loss(&mut self, loss: Amount, now: Timestamp) {
		self.turn_weeks(now);
		match self.losses.iter_mut().next() {
			Some(this_week) => *this_week = this_week.saturating_add(loss),
			None => drop(self.losses.try_push(loss)),
		}
	}

	/// Begins the present week, with those before it that had no loss.
	pub(crate) fn turn_weeks(&mut self, now: Timestamp) {
		let week = now.get().checked_div(WEEK.get()).unwrap_or(0);
		let passed = week.saturating_sub(self.week).min(u64::from(WEEKS));
		if self.week == 0 {
			// The first week that is counted.
			self.week = week;
			return;
		}
		for _ in 0..passed {
			if self.losses.is_full() {
				self.losses.pop();
			}
			let _ = self.losses.try_insert(0, Amount::ZERO);
		}
		self.week = self.week.max(week);
	}

	/// What is its backers'.
	pub(crate) fn backed(&self) -> Amount {
		let sum = |sum: Amount, tranche: &breakwater_waterfall::Tranche| {
			sum.saturating_add(tranche.assets())
		};
		self.fund.tranches().iter().fold(Amount::ZERO, sum)
	}
}

/// The part of the look-back that a moment is in.
fn part_of(now: Timestamp, look_back: Millis) -> u64 {
	let length = look_back.get().checked_div(HIGHS as u64).unwrap_or(1).max(1);
	now.get().checked_div(length).unwrap_or(0)
}

/// A part of an amount that is lost, rounded up; zero of nothing.
fn part_lost(lost: Amount, of: Amount) -> Ratio {
	Ratio::from_fraction(lost.get(), of.get(), Rounding::Up).unwrap_or(Ratio::ZERO).min(Ratio::ONE)
}

/// What an account is short of zero, in quanta rounded up.
pub(crate) fn shortfall(equity: NanoQuote) -> Amount {
	let missing = equity.try_neg().unwrap_or(NanoQuote::MAX).max(NanoQuote::ZERO);
	let quanta = missing.to_quote(Rounding::Up).unwrap_or(Quote::MAX);
	Amount::new(quanta.unsigned_abs())
}

/// What an account has above zero, in quanta rounded down: the fund's, when the backstop is flat.
fn surplus(equity: NanoQuote) -> Amount {
	let quanta = equity.max(NanoQuote::ZERO).to_quote(Rounding::Down);
	Amount::new(quanta.unwrap_or_default().unsigned_abs())
}

pub(crate) fn signed<T: Config>(amount: Amount) -> Result<Quote, Error<T>> {
	Quote::from_unsigned(amount.get()).map_err(|_| Error::Arithmetic)
}

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> Timestamp {
		Timestamp::new(T::SlotTime::get())
	}

	pub(crate) fn terms(pool: PoolId) -> Option<FundTerms> {
		T::RiskEngine::pool(pool).map(|terms| terms.fund)
	}

	/// What is in the fund that all pools share.
	pub fn global_fund() -> Amount {
		Amount::new(T::Ledger::fund(GLOBAL_POOL).max(Quote::ZERO).unsigned_abs())
	}

	/// A pool's fund as it stands, with what flowed into it.
	pub fn fund_state(pool: PoolId) -> FundState {
		let mut state = Funds::<T>::get(pool);
		let ledger = T::Ledger::fund(pool).max(Quote::ZERO);
		state.catch_up(Amount::new(ledger.unsigned_abs()));
		state
	}

	/// Changes a pool's fund by what is no income, of which backers would be paid.
	pub(crate) fn without_income(
		pool: PoolId,
		change: impl FnOnce() -> DispatchResult,
	) -> DispatchResult {
		let income = Self::fund_state(pool).income;
		change()?;
		let state = FundState { income, ..Self::fund_state(pool) };
		Funds::<T>::insert(pool, state);
		Ok(())
	}

	/// A loss that is not paid yet: what the backstop is short of zero.
	pub fn pending_loss(pool: PoolId) -> Amount {
		shortfall(Self::backstop_equity(pool))
	}

	/// What the backstop of a pool is worth.
	fn backstop_equity(pool: PoolId) -> NanoQuote {
		let equity = Self::backstop_of(pool).and_then(|backstop| T::Ledger::equity(&backstop));
		equity.unwrap_or_default()
	}

	/// Sends a loss down the funds and pays it to the backstop. Returns what they could not bear.
	pub(crate) fn pay_loss(
		pool: PoolId,
		backstop: &breakwater_units::AccountKey,
		loss: Amount,
		terms: &FundTerms,
		now: Timestamp,
	) -> Result<Amount, DispatchError> {
		let mut state = Self::fund_state(pool);
		state.note_value(now, terms.look_back);
		state.count_loss(loss, now);
		let charge = state.fund.charge(loss);
		let from_pool = loss.saturating_sub(charge.uncovered);
		let global = Self::draw(pool, &mut state, charge.uncovered, terms, now);
		let paid = from_pool.saturating_add(global);
		Funds::<T>::insert(pool, &state);
		if !paid.is_zero() {
			T::Ledger::transfer(pool, None, Some(backstop), signed::<T>(paid)?)?;
		}

		let shortfall = charge.uncovered.saturating_sub(global);
		Self::deposit_event(Event::LossPaid {
			pool,
			loss,
			capital: charge.capital,
			tranches: charge.tranches,
			global,
			shortfall,
			written_off: charge.written_off,
		});
		Ok(shortfall)
	}

	/// Draws on the fund of all pools, into the pool's. As long as its quote is not on hand, nothing
	/// can be drawn.
	fn draw(
		pool: PoolId,
		state: &mut FundState,
		wanted: Amount,
		terms: &FundTerms,
		now: Timestamp,
	) -> Amount {
		let mut event = state.draw;
		let mut global = GlobalFund::new(Self::global_fund());
		let paid = global.draw(&mut event, wanted, &terms.draw, now);
		if paid.is_zero() {
			return paid;
		}
		let moved = with_storage_layer(|| -> DispatchResult {
			T::Ledger::move_fund(GLOBAL_POOL, pool, signed::<T>(paid)?)
		});
		if moved.is_err() {
			return Amount::ZERO;
		}
		state.draw = event;
		paid
	}

	/// Pays premiums to the backers out of what capital has earned since the last time, and shares
	/// capital above the target. Once a period.
	pub(crate) fn pay_premium(pool: PoolId, terms: &FundTerms, now: Timestamp) -> DispatchResult {
		let mut state = Self::fund_state(pool);
		let since = now.saturating_since(state.premium_at);
		if since < PREMIUM_PERIOD {
			return Ok(());
		}
		state.turn_weeks(now);
		let target = Self::target_of(pool, &state, terms);
		let rate = premium_rate(state.fund.assets(), target, &terms.premium);
		let due = premium(Self::open_interest(pool), rate, since.min(LONGEST_PREMIUM))
			.unwrap_or(Amount::MAX);
		// Backers are paid from what insurance earned, never from what was there before.
		let paid = due.min(state.income).min(state.fund.capital());
		let first = state.premium_at == Timestamp::ZERO;
		let before = state.backed();
		if !first && pay(&mut state.fund, paid, &terms.premium_shares).is_some() {
			let to_backers = state.backed().saturating_sub(before);
			let premium = paid;
			Self::deposit_event(Event::PremiumPaid { pool, premium, to_backers, rate, target });
		}
		state.income = Amount::ZERO;
		state.premium_at = now;
		let extra = Self::share_capital(pool, &mut state, target, terms);
		state.note_value(now, terms.look_back);
		Funds::<T>::insert(pool, state);
		if !extra.is_zero() {
			Self::deposit_event(Event::Shared { pool, amount: extra });
		}
		Ok(())
	}

	/// Moves a part of what capital has above the target to the fund of all pools.
	fn share_capital(
		pool: PoolId,
		state: &mut FundState,
		target: Amount,
		terms: &FundTerms,
	) -> Amount {
		let above = state.fund.assets().saturating_sub(target).min(state.fund.capital());
		let extra = above.mul_ratio(terms.sweep_share, Rounding::Down).unwrap_or_default();
		if extra.is_zero() {
			return extra;
		}
		let moved = with_storage_layer(|| -> DispatchResult {
			T::Ledger::move_fund(pool, GLOBAL_POOL, signed::<T>(extra)?)
		});
		if moved.is_err() {
			return Amount::ZERO;
		}
		// At most capital: no tranche is touched.
		state.fund.charge(extra);
		state.lower_highs(extra);
		extra
	}

	/// For the pool's breaker.
	pub(crate) fn condition_of(pool: PoolId) -> FundCondition {
		let Some(terms) = Self::terms(pool) else { return FundCondition::default() };
		let state = Self::fund_state(pool);
		let equity = Self::backstop_equity(pool);
		let pending = shortfall(equity);
		let highest = state.highest(Self::now(), terms.look_back);
		let value = state.fund.assets().saturating_add(surplus(equity));
		let left = value.saturating_sub(pending);
		let operation = Operations::<T>::get(pool);
		FundCondition {
			drawdown: part_lost(highest.saturating_sub(left), highest),
			unresolved_loss: pending >= DUST || operation.is_some_and(|one| one.pays_a_loss()),
		}
	}
}

/// Pays a premium out of capital; none if nobody is to be paid.
fn pay(fund: &mut PoolFund, premium: Amount, shares: &PremiumShares) -> Option<()> {
	if premium.is_zero() {
		return None;
	}
	let mut next = *fund;
	// At most capital: no tranche is charged.
	next.charge(premium);
	distribute_premium(&mut next, premium, shares).ok()?;
	*fund = next;
	Some(())
}
