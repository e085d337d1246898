//! The account that takes over.

use breakwater_interfaces::{Estates, FundTerms, Ledger, RiskEngine, SubaccountId, Trade};
use breakwater_margin::{Indices, SubaccountState};
use breakwater_units::{
	AccountKey, Amount, LotValue, Lots, MarketId, PoolId, Price, Quote, Rounding, Side, Size,
};
use breakwater_waterfall::{acceptable_lots, InventoryTerms};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{Contains, Get},
};
use polkadot_sdk::*;
use sp_runtime::{traits::AccountIdConversion, DispatchError, DispatchResult};

use crate::{
	indices::{down, PoolIndices},
	Backstops, Config, Error, Event, Incidents, Pallet,
};

/// A leg of a backstop's inventory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
	pub(crate) market: MarketId,
	pub(crate) lots: Lots,
	/// Of one lot at mark.
	pub(crate) value: LotValue,
}

impl Leg {
	/// Size at mark, in quanta; as large as can be if it does not fit.
	pub(crate) fn notional(&self) -> Amount {
		let notional = self.value.times(self.lots).map(|value| value.unsigned_abs());
		Amount::new(notional.unwrap_or(u128::MAX))
	}

	fn stress(&self, terms: &FundTerms) -> Amount {
		self.notional().mul_ratio(terms.inventory_stress, Rounding::Up).unwrap_or(Amount::MAX)
	}
}

/// What the inventory of a pool is measured by.
pub(crate) struct Means {
	terms: FundTerms,
	/// What is in its fund and not lost yet, in quanta.
	fund: Amount,
}

/// The side that wins what a position loses.
pub(crate) fn winners(lots: Lots) -> Option<Side> {
	lots.side().map(Side::opposite)
}

pub(crate) fn largest_first(legs: &mut [Leg]) {
	legs.sort_by_key(|leg| (core::cmp::Reverse(leg.notional()), leg.market));
}

fn inventory_terms(terms: &FundTerms) -> InventoryTerms {
	InventoryTerms {
		// What the stress may cost is the only limit.
		max_lots: Size::MAX,
		stress: terms.inventory_stress,
		max_fund_share: terms.inventory_share,
	}
}

/// Whether an account is a backstop.
impl<T: Config> Contains<AccountKey> for Pallet<T> {
	fn contains(account: &AccountKey) -> bool {
		Backstops::<T>::get().iter().any(|(_, backstop)| backstop == account)
	}
}

impl<T: Config> Pallet<T> {
	/// The backstop of a pool, if it has been opened.
	pub(crate) fn backstop_of(pool: PoolId) -> Option<AccountKey> {
		let known = Backstops::<T>::get();
		let found = known.iter().find(|(of, _)| *of == pool);
		found.map(|(_, backstop)| *backstop)
	}

	/// The backstop of a pool: opens it when it is needed for the first time.
	pub(crate) fn open_backstop(pool: PoolId) -> Result<AccountKey, DispatchError> {
		if let Some(known) = Self::backstop_of(pool) {
			return Ok(known);
		}
		let owner = T::PalletId::get().into_sub_account_truncating(("backstop", pool.0));
		let account = T::Ledger::open(&SubaccountId { owner, number: 0 }, pool, None)?;
		Backstops::<T>::try_mutate(|known| known.try_push((pool, account)))
			.map_err(|_| Error::<T>::TooManyPools)?;
		Self::deposit_event(Event::BackstopOpened { pool, account });
		Ok(account)
	}

	/// The legs of an account, the largest at mark first. One whose market has no price is not
	/// among them.
	pub(crate) fn legs(pool: PoolId, state: &SubaccountState) -> alloc::vec::Vec<Leg> {
		let indices = PoolIndices::<T>::new(pool);
		let leg = |(market, position): (MarketId, &breakwater_margin::Position)| {
			let value = indices.market(market)?.lot_value();
			Some(Leg { market, lots: position.lots, value })
		};
		let mut legs: alloc::vec::Vec<Leg> = state.positions.iter().filter_map(leg).collect();
		largest_first(&mut legs);
		legs
	}

	pub(crate) fn inventory(pool: PoolId) -> alloc::vec::Vec<Leg> {
		let state = Self::backstop_of(pool).and_then(|backstop| T::Ledger::state(&backstop));
		state.map(|state| Self::legs(pool, &state)).unwrap_or_default()
	}

	/// What the stress costs on all inventory, in quanta.
	pub(crate) fn stress_of(legs: &[Leg], terms: &FundTerms) -> Amount {
		let sum = |sum: Amount, leg: &Leg| sum.saturating_add(leg.stress(terms));
		legs.iter().fold(Amount::ZERO, sum)
	}

	/// What inventory of a pool may be measured by.
	pub(crate) fn means(pool: PoolId) -> Option<Means> {
		let fund = Self::fund_state(pool).fund.assets();
		let fund = fund.saturating_sub(Self::pending_loss(pool));
		Some(Means { terms: Self::terms(pool)?, fund })
	}

	/// Of lots of a market, those that may be held besides `held` and the other inventory.
	fn acceptable(
		means: &Means,
		market: MarketId,
		(held, offered): (Lots, Lots),
		legs: &[Leg],
	) -> Option<Size> {
		let Means { terms, fund } = means;
		let value = T::RiskEngine::market(market)?.lot_value();
		let others: alloc::vec::Vec<Leg> =
			legs.iter().filter(|leg| leg.market != market).copied().collect();
		let committed = Self::stress_of(&others, terms);
		Some(acceptable_lots(held, offered, value, *fund, committed, &inventory_terms(terms)))
	}

	pub(crate) fn room(market: MarketId, lots: Lots) -> Option<Size> {
		let pool = T::RiskEngine::pool_of(market)?;
		let legs = Self::at_risk(pool);
		let held = legs.iter().find(|leg| leg.market == market).map(|leg| leg.lots);
		Self::acceptable(&Self::means(pool)?, market, (held.unwrap_or_default(), lots), &legs)
	}

	/// Lots of a leg beyond what may be held.
	pub(crate) fn excess(means: &Means, leg: &Leg, legs: &[Leg]) -> Size {
		let allowed = Self::acceptable(means, leg.market, (Lots::ZERO, leg.lots), legs);
		leg.lots.size().saturating_sub(allowed.unwrap_or_default())
	}

	pub(crate) fn take_lots(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		price: Price,
	) -> DispatchResult {
		let info = T::Ledger::info(account).ok_or(Error::<T>::UnknownSubaccount)?;
		let state = T::Ledger::state(account).ok_or(Error::<T>::UnknownSubaccount)?;
		let position = state.positions.get(market).map(|one| one.lots).unwrap_or_default();
		let is_part = lots.side().is_some()
			&& lots.side() == position.side()
			&& lots.size() <= position.size();
		ensure!(is_part, Error::<T>::NoPosition);

		let pool = info.pool;
		let backstop = Self::open_backstop(pool)?;
		ensure!(*account != backstop, Error::<T>::IsBackstop);
		let sold = lots.try_neg().map_err(|_| Error::<T>::Arithmetic)?;
		let part = |account: &AccountKey, lots| Trade { account: *account, lots, fee: Quote::ZERO };
		T::Ledger::settle(market, price, &[part(account, sold), part(&backstop, lots)])?;
		Self::note_origin(pool, market, lots);
		Self::deposit_event(Event::TakenOver { pool, account: *account, market, lots, price });
		Ok(())
	}

	pub(crate) fn take_account(account: &AccountKey) -> DispatchResult {
		let info = T::Ledger::info(account).ok_or(Error::<T>::UnknownSubaccount)?;
		let pool = info.pool;
		let backstop = Self::open_backstop(pool)?;
		ensure!(*account != backstop, Error::<T>::IsBackstop);
		// What it owes to a deleveraging it pays first: then it is what it will be worth.
		T::Ledger::settle_levy(account)?;
		let state = T::Ledger::state(account).ok_or(Error::<T>::UnknownSubaccount)?;
		let equity = T::Ledger::equity(account).map(down).unwrap_or_default();
		T::Ledger::absorb(account, &backstop)?;
		if let Some(largest) = Self::legs(pool, &state).first() {
			Self::note_origin(pool, largest.market, largest.lots);
		}
		Self::deposit_event(Event::Absorbed { pool, account: *account, equity });
		Ok(())
	}

	/// Remembers where inventory came from: who won there is asked first if there is a loss.
	fn note_origin(pool: PoolId, market: MarketId, lots: Lots) {
		if let Some(side) = winners(lots) {
			Incidents::<T>::mutate(pool, |incident| incident.origin = Some((market, side)));
		}
	}

	/// Moves what a flat backstop has left into the fund's capital.
	pub(crate) fn sweep(
		pool: PoolId,
		backstop: &AccountKey,
		state: &SubaccountState,
	) -> DispatchResult {
		let is_flat = state.positions.is_empty()
			&& state.collateral.is_empty()
			&& state.loan.is_zero()
			&& state.cash.is_positive();
		if !is_flat {
			return Ok(());
		}
		// What the fund lent it to buy collateral with comes back: it is not income.
		Self::without_income(pool, || T::Ledger::transfer(pool, Some(backstop), None, state.cash))?;
		let amount = Amount::new(state.cash.unsigned_abs());
		Self::deposit_event(Event::Swept { pool, amount });
		Ok(())
	}

	pub(crate) fn in_layer(step: impl FnOnce() -> DispatchResult) -> DispatchResult {
		with_storage_layer(step)
	}
}
