//! The final settlement of a pool: all positions closed at frozen marks, and the loss shared by
//! all claims on the pool's quote.

use breakwater_interfaces::{Estates, Ledger, Levy, RiskEngine};
use breakwater_margin::{assess, SubaccountState};
use breakwater_units::{AccountKey, Amount, PoolId, Price, Quote};
use breakwater_waterfall::settlement::{Claim, ClaimSnapshot};

use crate::{
	funds::shortfall,
	indices::{down, quote_equity, PoolIndices},
	types::{Marks, Operation, Record, Stage},
	Config, Event, Operations, Pallet, Records,
};

impl<T: Config> Pallet<T> {
	/// Freezes the marks of a pool, and begins to add up its claims.
	pub(crate) fn begin_settlement(pool: PoolId) {
		let price = |market| Some((market, T::RiskEngine::market(market)?.price()));
		let marks: alloc::vec::Vec<_> = Self::markets_of(pool).filter_map(price).collect();
		let marks = Marks::truncate_from(marks);
		let number = Self::next_number();
		let claims = ClaimSnapshot::new(number);
		let stage = Stage::Claiming { claims, marks: marks.clone() };
		Self::set_operation(pool, Some(Operation::new(number, stage)));
		Self::deposit_event(Event::SettlementBegun { pool, number, marks });
	}

	/// Gives an account its place among the claims. One without claims and positions has none.
	pub(crate) fn claim(
		claims: &mut ClaimSnapshot,
		marks: &Marks,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) -> bool {
		let indices = PoolIndices::<T>::frozen(pool, marks);
		let equity = quote_equity(state, &indices).map(down).unwrap_or_default();
		let amount = Amount::new(equity.max(Quote::ZERO).unsigned_abs());
		let claim = if amount.is_zero() { None } else { claims.add(amount).ok() };
		if claim.is_none() && state.positions.is_empty() {
			return false;
		}
		Records::<T>::insert(pool, account, Record::Claim { claim, amount });
		true
	}

	/// Fixes the haircuts, when all claims are known: the loss is what the backstop is short of
	/// zero at the frozen marks.
	pub(crate) fn seal_claims(
		pool: PoolId,
		operation: &Operation,
		claims: ClaimSnapshot,
		marks: Marks,
	) {
		let state = Self::backstop_of(pool).and_then(|backstop| T::Ledger::state(&backstop));
		let indices = PoolIndices::<T>::frozen(pool, &marks);
		let equity = state.and_then(|state| assess(&state, &indices).ok());
		let loss = shortfall(equity.map(|sums| sums.equity).unwrap_or_default());
		let (number, total) = (operation.number, claims.total());
		Self::deposit_event(Event::SettlementSealed { pool, number, claims: total, loss });
		let stage = Stage::Paying { settlement: claims.seal(loss), loss, marks };
		Self::set_operation(pool, Some(Operation::new(number, stage)));
	}

	/// What an account owes to the settlement: its positions, and its haircut.
	pub(crate) fn settle_claim(
		operation: &mut Operation,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) -> Option<Levy> {
		let Stage::Paying { settlement, marks, .. } = &mut operation.stage else { return None };
		let closes = closes(state, marks)?;
		let Record::Claim { claim, amount } = Records::<T>::take(pool, account)? else {
			return None;
		};
		let haircut = match claim {
			Some(claim) => settlement.pay(claim).ok()?.haircut,
			None => Amount::ZERO,
		};
		operation.levied = operation.levied.saturating_add(haircut);
		Self::deposit_event(Event::Settled {
			pool,
			number: operation.number,
			account: *account,
			claim: amount,
			haircut,
			closed: u32::try_from(closes.len()).unwrap_or(u32::MAX),
		});
		let charge = Quote::from_unsigned(haircut.get()).ok()?;
		Some(Levy { closes, charge })
	}

	/// A page's turn for an account: it is settled now, or its haircut is left over.
	pub(crate) fn pay_now(pool: PoolId, account: &AccountKey) {
		let settled = T::Ledger::settle_levy(account);
		let Some(Record::Claim { claim, .. }) = Records::<T>::take(pool, account) else { return };
		let Some(mut operation) = Operations::<T>::get(pool) else { return };
		let share = Self::forgive_claim(&mut operation, claim).unwrap_or_default();
		log::error!(target: "runtime::insurance", "{account:?} was not settled: {settled:?}");
		let number = operation.number;
		Self::deposit_event(Event::Forgiven { pool, number, account: *account, share });
		Self::set_operation(pool, Some(operation));
	}

	fn forgive_claim(operation: &mut Operation, claim: Option<Claim>) -> Option<Amount> {
		let Stage::Paying { settlement, .. } = &mut operation.stage else { return None };
		settlement.pay(claim?).ok().map(|payout| payout.haircut)
	}

	pub(crate) fn end_settlement(pool: PoolId, operation: &Operation, beyond: Amount) {
		let number = operation.number;
		let haircuts = operation.levied;
		Self::deposit_event(Event::SettlementEnded { pool, number, haircuts, beyond });
		Self::after_epoch(pool, !haircuts.is_zero());
		Self::set_operation(pool, None);
	}
}

/// The trades that close all positions at the frozen marks; none if a market was not frozen.
fn closes(
	state: &SubaccountState,
	marks: &Marks,
) -> Option<alloc::vec::Vec<(breakwater_units::MarketId, breakwater_units::Lots, Price)>> {
	let close = |(market, position): (_, &breakwater_margin::Position)| {
		let (_, mark) = marks.iter().find(|(frozen, _)| *frozen == market)?;
		Some((market, position.lots.try_neg().ok()?, *mark))
	};
	state.positions.iter().map(close).collect()
}
