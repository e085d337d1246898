//! What must hold after every block. Ordinary code, always compiled: the lab runs it too.

use alloc::collections::BTreeMap;

use breakwater_interfaces::{Estates, Ledger};
use breakwater_units::{Amount, PoolId, Quote};
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	types::{Operation, Record, Stage},
	Backstops, Config, Funds, OpenPools, Operations, Pallet, Records, Stakes,
};

/// What the records of an operation add up to.
#[derive(Default)]
struct Sums {
	/// Places in the present epoch, or claims.
	places: u32,
	/// Places in the epoch for what this one leaves over.
	next: u32,
}

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	///
	/// # Errors
	/// Which one does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_backstops()?;
		for pool in Funds::<T>::iter_keys() {
			Self::check_fund(pool)?;
		}
		for (pool, operation) in Operations::<T>::iter() {
			Self::check_operation(pool, &operation)?;
		}
		let open = |pool: &PoolId| Operations::<T>::get(pool).is_some_and(|one| one.touches());
		ensure!(OpenPools::<T>::get().iter().all(open), "a pool is open and nothing goes on");
		let orphan =
			Records::<T>::iter_keys().any(|(pool, _)| !Operations::<T>::contains_key(pool));
		ensure!(!orphan, "a record without an operation");
		Ok(())
	}

	fn check_backstops() -> Result<(), TryRuntimeError> {
		for (pool, backstop) in Backstops::<T>::get() {
			let info = T::Ledger::info(&backstop);
			ensure!(info.is_some_and(|info| info.pool == pool), "a backstop is not of its pool");
		}
		Ok(())
	}

	/// Capital and tranches are the ledger's fund; shares are the backers'.
	fn check_fund(pool: PoolId) -> Result<(), TryRuntimeError> {
		let stored = Funds::<T>::get(pool);
		let ledger = T::Ledger::fund(pool);
		ensure!(!ledger.is_negative(), "a fund is below zero");
		let ledger = Amount::new(ledger.max(Quote::ZERO).unsigned_abs());
		ensure!(stored.backed() <= ledger, "the fund has less than its backers'");
		let present = Self::fund_state(pool).fund;
		ensure!(present.assets() == ledger, "capital and tranches are not the ledger's fund");
		ensure!(
			present.tranches() == stored.fund.tranches(),
			"catching up with the ledger changed a tranche"
		);

		let mut shares = BTreeMap::<u8, u128>::new();
		for ((_, tranche), stake) in Stakes::<T>::iter_prefix(pool) {
			let known = stored.fund.tranches().get(usize::from(tranche));
			let known = known.ok_or("a stake in no tranche")?;
			ensure!(stake.generation <= known.generation(), "a stake of a generation to come");
			let ticket = stake.ticket.map(|ticket| ticket.shares).unwrap_or_default();
			ensure!(ticket <= stake.shares, "more shares are about to leave than there are");
			if stake.generation == known.generation() {
				let sum = shares.entry(tranche).or_default();
				*sum = sum.checked_add(stake.shares).ok_or("shares do not fit")?;
			}
		}
		for (number, tranche) in (0u8..).zip(stored.fund.tranches()) {
			let sum = shares.get(&number).copied().unwrap_or_default();
			ensure!(sum == tranche.shares(), "shares are not the backers'");
		}
		Ok(())
	}

	fn check_operation(pool: PoolId, operation: &Operation) -> Result<(), TryRuntimeError> {
		ensure!(Self::backstop_of(pool).is_some(), "an operation without a backstop");
		let is_open = OpenPools::<T>::get().contains(&pool);
		ensure!(is_open == operation.touches(), "a pool's accounts do not ask");
		let sums = Self::sum_records(pool, operation);
		match &operation.stage {
			Stage::Collecting { snapshot } => {
				ensure!(operation.levied.is_zero(), "paid before shares were fixed");
				ensure!(sums.places == snapshot.seal().unsettled(), "places are not the targets");
			},
			Stage::Settling { epoch, next } => {
				ensure!(sums.places == epoch.unsettled(), "places are not those to be settled");
				ensure!(operation.levied == epoch.charged(), "what was levied was not charged");
				ensure!(epoch.charged() <= epoch.terms().shortfall, "more than the shortfall");
				let waiting = next.map_or(0, |next| next.seal().unsettled());
				ensure!(sums.next == waiting, "places are not the targets that come next");
			},
			Stage::Claiming { .. } => ensure!(operation.levied.is_zero(), "paid before sealed"),
			Stage::Paying { settlement, loss, .. } => {
				ensure!(sums.places == settlement.unpaid(), "places are not the claims");
				ensure!(operation.levied <= *loss, "more than the loss");
			},
			Stage::Clearing => {},
		}
		Ok(())
	}

	fn sum_records(pool: PoolId, operation: &Operation) -> Sums {
		let mut sums = Sums::default();
		for (_, record) in Records::<T>::iter_prefix(pool) {
			let count = match &record {
				Record::Target { entry, .. } if entry.epoch() == operation.number => {
					&mut sums.places
				},
				Record::Target { .. } => &mut sums.next,
				Record::Claim { claim: Some(_), .. } => &mut sums.places,
				Record::Seen | Record::Claim { claim: None, .. } => continue,
			};
			*count = count.saturating_add(1);
		}
		sums
	}
}
