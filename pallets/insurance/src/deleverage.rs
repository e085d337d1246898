//! Deleveraging: a snapshot of the winners at a frozen mark, settled at their first touch.

use breakwater_interfaces::{Estates, Levy, RiskEngine};
use breakwater_margin::{health, Indices, Requirement, SubaccountState};
use breakwater_units::{AccountKey, Amount, Lots, MarketId, PoolId, Price, Quote, Side, Size};
use breakwater_waterfall::{
	deleverage::{Basis, Entry, Epoch, Haircut, Snapshot, Target, Terms},
	EpochError,
};

use crate::{
	indices::{down, rounding, PoolIndices},
	types::{Operation, Record, Stage},
	Config, Error, Event, Incidents, OpenPools, OperationCount, Operations, Pallet, Records,
};

/// What a winner was in the snapshot.
pub(crate) struct Place {
	entry: Entry,
	weight: u128,
	cap: Amount,
	lots: Lots,
}

/// What an account is in a snapshot at a frozen mark: none if it has no such position, or cannot be
/// computed.
fn target_of<T: Config>(
	pool: PoolId,
	state: &SubaccountState,
	(market, mark): (MarketId, Price),
) -> Option<Target> {
	let position = state.positions.get(market)?;
	let frozen = [(market, mark)];
	let indices = PoolIndices::<T>::frozen(pool, &frozen);
	let profit = position.unrealised_profit(&indices.market(market)?).ok()?;
	let health = down(health(state, &indices, Requirement::Maintenance).ok()?);
	let health = health.try_sub(rounding(&indices)).ok()?;
	Some(Target { lots: position.lots, profit, health })
}

impl<T: Config> Pallet<T> {
	/// Stores what is going on in a pool, or that nothing is.
	pub(crate) fn set_operation(pool: PoolId, operation: Option<Operation>) {
		let asks = operation.as_ref().is_some_and(Operation::touches);
		let known = OpenPools::<T>::get().contains(&pool);
		if asks != known {
			OpenPools::<T>::mutate(|open| {
				open.retain(|one| *one != pool);
				if asks && open.try_push(pool).is_err() {
					log::error!(target: "runtime::insurance", "more pools than there can be");
				}
			});
		}
		Operations::<T>::set(pool, operation);
	}

	pub(crate) fn next_number() -> u32 {
		OperationCount::<T>::mutate(|count| {
			*count = count.wrapping_add(1);
			*count
		})
	}

	/// Begins to look for winners on a side of a market.
	pub(crate) fn begin_deleveraging(
		pool: PoolId,
		(market, side): (MarketId, Side),
		shortfall: Amount,
		lots: Size,
	) -> Result<(), Error<T>> {
		let mark = T::RiskEngine::market(market).ok_or(Error::NoPrice)?.price();
		let number = Self::next_number();
		let basis = Basis::Profit;
		let terms = Terms { epoch: number, market, mark, side, basis, shortfall, lots };
		let stage = Stage::Collecting { snapshot: Snapshot::new(terms) };
		Self::set_operation(pool, Some(Operation::new(number, stage)));
		Self::deposit_event(Event::DeleveragingBegun {
			pool,
			number,
			market,
			mark,
			side,
			shortfall,
			lots,
		});
		Ok(())
	}

	/// Gives an account its place in a snapshot, if it is a target.
	pub(crate) fn enlist(
		snapshot: &mut Snapshot,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) -> bool {
		let terms = *snapshot.terms();
		let Some(target) = target_of::<T>(pool, state, (terms.market, terms.mark)) else {
			return false;
		};
		Self::add_target(snapshot, pool, account, &target)
	}

	fn add_target(
		snapshot: &mut Snapshot,
		pool: PoolId,
		account: &AccountKey,
		target: &Target,
	) -> bool {
		// Weights beyond 128 bits: the account is left out rather than the snapshot lost.
		let Ok(Some(entry)) = snapshot.add(target) else { return false };
		let cap = Amount::new(target.profit.min(target.health).unsigned_abs());
		let weight = match snapshot.terms().basis {
			Basis::Profit => target.profit.unsigned_abs(),
			Basis::Capacity => cap.get(),
		};
		let record = Record::Target { entry, weight, cap, lots: target.lots };
		Records::<T>::insert(pool, account, record);
		true
	}

	/// Fixes the shares, when all accounts have been seen.
	pub(crate) fn seal(pool: PoolId, operation: Operation, snapshot: Snapshot) {
		let terms = *snapshot.terms();
		let epoch = snapshot.seal();
		// What caps leave over is offered to the same winners once more, by what each can pay.
		let again = Terms { epoch: Self::next_number(), basis: Basis::Capacity, ..terms };
		let again = Terms { lots: Size::ZERO, ..again };
		let next = (!terms.shortfall.is_zero()).then(|| Snapshot::new(again));
		Self::settle_from_start(pool, operation.number, epoch, next);
	}

	fn settle_from_start(pool: PoolId, number: u32, epoch: Epoch, next: Option<Snapshot>) {
		let (basis, targets) = (epoch.terms().basis, epoch.unsettled());
		Self::deposit_event(Event::DeleveragingSealed { pool, number, basis, targets });
		let stage = Stage::Settling { epoch, next };
		Self::set_operation(pool, Some(Operation::new(number, stage)));
	}

	/// What a winner owes, now that shares are fixed: its lots at the frozen mark, and its share as
	/// far as profit, and health after that, permit.
	pub(crate) fn settle_target(
		operation: &mut Operation,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) -> Option<Levy> {
		let Stage::Settling { epoch, next } = &mut operation.stage else { return None };
		let terms = *epoch.terms();
		let lots = Self::lots_to_close(epoch, pool, account, state)?;
		let health = health_after::<T>(pool, state, (terms.market, lots, terms.mark))?;

		let place = Self::take_place(epoch, pool, account)?;
		let (weight, cap, held) = (place.weight, place.cap, place.lots);
		let haircut = epoch.settle(place.entry, health).ok()?;
		operation.levied = operation.levied.saturating_add(haircut.charge);
		if let Some(next) = next {
			let left = Quote::from_unsigned(cap.saturating_sub(haircut.charge).get()).ok()?;
			let target = Target { lots: held, profit: left, health: left };
			Self::add_target(next, pool, account, &target);
		}
		Self::tell(pool, operation.number, account, &terms, (lots, weight, &haircut));
		let closes = if lots.is_zero() {
			Default::default()
		} else {
			alloc::vec![(terms.market, lots, terms.mark)]
		};
		let charge = Quote::from_unsigned(haircut.charge.get()).ok()?;
		Some(Levy { closes, charge })
	}

	/// The trade that closes a winner's share of lots. What it has closed by itself since the
	/// snapshot it need not close again.
	fn lots_to_close(
		epoch: &Epoch,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) -> Option<Lots> {
		// Tried out on a copy, because the health that the charge is capped by depends on it.
		let place = Self::place(epoch, Records::<T>::get(pool, account)?)?;
		let (mut trial, terms) = (*epoch, epoch.terms());
		let share = trial.settle(place.entry, Quote::MAX).ok()?.lots;
		let held = state.positions.get(terms.market).map(|one| one.lots).unwrap_or_default();
		let open = if held.side() == Some(terms.side) { held.size() } else { Size::ZERO };
		share.min(open).signed(terms.side.opposite()).ok()
	}

	/// An account's place in this epoch, if it has one.
	pub(crate) fn place(epoch: &Epoch, record: Record) -> Option<Place> {
		match record {
			Record::Target { entry, weight, cap, lots } if is_of(epoch, &entry) => {
				Some(Place { entry, weight, cap, lots })
			},
			_ => None,
		}
	}

	fn take_place(epoch: &Epoch, pool: PoolId, account: &AccountKey) -> Option<Place> {
		let place = Self::place(epoch, Records::<T>::get(pool, account)?)?;
		Records::<T>::remove(pool, account);
		Some(place)
	}

	fn tell(
		pool: PoolId,
		number: u32,
		account: &AccountKey,
		terms: &Terms,
		(lots, weight, haircut): (Lots, u128, &Haircut),
	) {
		Self::deposit_event(Event::Deleveraged {
			pool,
			number,
			account: *account,
			market: terms.market,
			mark: terms.mark,
			lots,
			weight,
			share: haircut.charge.saturating_add(haircut.left_over),
			charge: haircut.charge,
		});
	}

	/// A page's turn for an account: it settles now, or its share is left over.
	pub(crate) fn settle_now(pool: PoolId, account: &AccountKey) {
		let settled = T::Ledger::settle_levy(account);
		let Some(mut operation) = Operations::<T>::get(pool) else { return };
		let Stage::Settling { epoch, .. } = &mut operation.stage else { return };
		let Some(place) = Self::take_place(epoch, pool, account) else {
			return Self::forget_seen(pool, account);
		};
		let Ok(haircut) = epoch.settle(place.entry, Quote::ZERO) else { return };
		log::error!(
			target: "runtime::insurance",
			"{account:?} could not be deleveraged: {settled:?}",
		);
		let (number, share) = (operation.number, haircut.left_over);
		Self::deposit_event(Event::Forgiven { pool, number, account: *account, share });
		Self::set_operation(pool, Some(operation));
	}

	/// An account that was closed before its page came is still remembered.
	fn forget_seen(pool: PoolId, account: &AccountKey) {
		if Records::<T>::get(pool, account) == Some(Record::Seen) {
			Records::<T>::remove(pool, account);
		}
	}

	/// All have settled: ends the epoch, or begins the one for what it left over.
	pub(crate) fn end_epoch(
		pool: PoolId,
		number: u32,
		epoch: &Epoch,
		next: Option<Snapshot>,
	) -> Result<(), EpochError> {
		let outcome = epoch.close()?;
		let terms = *epoch.terms();
		let basis = terms.basis;
		Self::deposit_event(Event::DeleveragingEnded { pool, number, basis, outcome });
		if outcome.left_over.is_zero() {
			let achieved = !outcome.charged.is_zero() || !outcome.lots_closed.is_zero();
			Self::after_epoch(pool, achieved);
			Self::clear_up(pool, number, next.is_some());
			return Ok(());
		}
		if let Some(next) = next {
			let number = next.terms().epoch;
			Self::settle_from_start(pool, number, next.seal_for(outcome.left_over), None);
			return Ok(());
		}
		Self::note_tried(pool, terms.market);
		Self::set_operation(pool, None);
		Ok(())
	}

	/// The winners of a market have paid what they could. A market more than can be remembered is
	/// asked again.
	fn note_tried(pool: PoolId, market: MarketId) {
		Incidents::<T>::mutate(pool, |incident| {
			let _ = incident.tried.try_push(market);
		});
	}

	fn clear_up(pool: PoolId, number: u32, records: bool) {
		let clearing = records.then(|| Operation::new(number, Stage::Clearing));
		Self::set_operation(pool, clearing);
	}
}

/// Whether an entry belongs to an epoch, not to the one for what it leaves over.
fn is_of(epoch: &Epoch, entry: &Entry) -> bool {
	entry.epoch() == epoch.terms().epoch
}

/// Health in quanta after a close, less what rounding may take.
fn health_after<T: Config>(
	pool: PoolId,
	state: &SubaccountState,
	(market, lots, mark): (MarketId, Lots, Price),
) -> Option<Quote> {
	let indices = PoolIndices::<T>::new(pool);
	let mut after = state.clone();
	if !lots.is_zero() {
		after.trade(market, lots, mark, &indices.market(market)?).ok()?;
	}
	let health = down(health(&after, &indices, Requirement::Maintenance).ok()?);
	health.try_sub(rounding(&indices)).ok()
}
