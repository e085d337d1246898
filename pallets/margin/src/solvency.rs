//! Stage 4 of the pipeline: wakes the accounts whose levels were crossed.

use alloc::vec::Vec;

use breakwater_interfaces::{BookStep, Solvency};
use breakwater_margin::assess;
use breakwater_trigger_book::{Budget, Collected, Cursor, IndexId};
use breakwater_units::{cmp_products, AccountKey, IndexLevel, NanoQuote, PoolId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use frame_support::{
	storage::with_storage_layer,
	traits::{ConstU32, Get},
	weights::Weight,
	BoundedVec,
};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{traits::UniqueSaturatedInto, DispatchError};

use crate::{
	book::{evaluate, OnChain},
	indices::{all_levels, CachedIndices},
	Config, Error, Event, Pallet, Seen, StepCursor, Subaccount, Subaccounts, WeightInfo,
};

/// Most indices that are remembered from one step to the next. Those beyond count as moved.
pub(crate) const MAX_SEEN: u32 = 2_048;

/// Terms of health that an account has at least: it tells how many are looked up. How many are
/// woken, the weight tells: each is charged for the terms it has.
const LEAST_TERMS: u32 = 1;

/// What must be left of the weight to wake one more account, in terms of health.
const EXPECTED_TERMS: u32 = 4;

/// Crossed levels read for each account that may be woken: an account has several.
const LEVELS_PER_ACCOUNT: u32 = 4;

/// A margin call is told when health is below this part of the maintenance margin: a quarter.
const MARGIN_CALL_PARTS: i128 = 4;

/// What a step has seen.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct SeenLevels {
	/// The block of the step.
	pub block: u32,
	/// The indices in the order of their numbers.
	pub levels: BoundedVec<(IndexId, IndexLevel), ConstU32<MAX_SEEN>>,
}

impl SeenLevels {
	fn has(&self, (index, level): &(IndexId, IndexLevel)) -> bool {
		let at = self.levels.binary_search_by_key(index, |(seen, _)| *seen);
		let seen = at.ok().and_then(|at| self.levels.get(at));
		seen.is_some_and(|(_, seen)| seen == level)
	}
}

/// The indices of the pools, each read once in a step.
struct Pools<T>(Vec<(PoolId, CachedIndices<T>)>);

impl<T: Config> Pools<T> {
	fn of(&mut self, pool: PoolId) -> Option<&CachedIndices<T>> {
		let known = self.0.iter().position(|(known, _)| *known == pool);
		let at = known.unwrap_or(self.0.len());
		if known.is_none() {
			self.0.push((pool, CachedIndices::new(pool)));
		}
		self.0.get(at).map(|(_, indices)| indices)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn block() -> u32 {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	/// The indices that may have levels crossed: those that moved since the last step, or all of
	/// them if it left some, or if a block had none. An index that moved and moved back in between
	/// has moved: an account may have been filed there.
	fn moved(cursor: Cursor, levels: &[(IndexId, IndexLevel)]) -> Vec<(IndexId, IndexLevel)> {
		let seen = Seen::<T>::get();
		let is_next = Self::block() <= seen.block.saturating_add(1);
		if cursor.has_backlog() || !is_next {
			return levels.to_vec();
		}
		levels.iter().filter(|level| !seen.has(level)).copied().collect()
	}

	fn collect(levels: Vec<(IndexId, IndexLevel)>, accounts: u32) -> Collected {
		let cursor = StepCursor::<T>::get();
		let budget = Budget { accounts, levels: accounts.saturating_mul(LEVELS_PER_ACCOUNT) };
		let collected = OnChain::<T>::book().collect(&Self::moved(cursor, &levels), budget, cursor);
		let levels = BoundedVec::truncate_from(levels);
		Seen::<T>::put(SeenLevels { block: Self::block(), levels });
		collected
	}

	/// Computes and files an account that was woken; one that fails is set aside, and nothing of it
	/// is left behind.
	fn wake(key: &AccountKey, pools: &mut Pools<T>, step: &mut BookStep) {
		step.woken = step.woken.saturating_add(1);
		let filed = with_storage_layer(|| Self::file_woken(key, pools));
		let weight = match filed {
			Ok((true, terms)) => {
				step.due = step.due.saturating_add(1);
				T::WeightInfo::fall_due(terms)
			},
			Ok((false, terms)) => T::WeightInfo::wake(terms),
			Err(_) => {
				log::error!(target: "runtime::ledger", "account {key:?} cannot be computed");
				step.failed = step.failed.saturating_add(1);
				Self::set_aside(key);
				T::WeightInfo::wake(EXPECTED_TERMS)
			},
		};
		step.used.saturating_accrue(weight);
	}

	fn file_woken(key: &AccountKey, pools: &mut Pools<T>) -> Result<(bool, u32), DispatchError> {
		let mut account = Self::account(key)?;
		let indices = pools.of(account.info.pool).ok_or(Error::<T>::UnknownPool)?;
		let evaluation = evaluate(&account.state, indices).map_err(Error::<T>::from)?;
		Self::tell_stakes(key, &mut account, evaluation.health, indices);
		let terms = u32::try_from(evaluation.components.len()).unwrap_or(u32::MAX);
		let due = Self::file_evaluation(key, &evaluation)?;
		if due.is_none() {
			let margin = assess(&account.state, indices).map_err(Error::<T>::from)?.maintenance;
			Self::call_for_margin(key, evaluation.health, margin);
		}
		Ok((due.is_some(), terms))
	}

	/// Tells the contagion monitor where the account is liquidated now, if that is elsewhere.
	fn tell_stakes(
		key: &AccountKey,
		account: &mut Subaccount,
		health: NanoQuote,
		indices: &CachedIndices<T>,
	) {
		if account.tell_stakes::<T>(health, indices) {
			Subaccounts::<T>::insert(key, account);
		}
	}

	fn call_for_margin(key: &AccountKey, health: NanoQuote, margin: NanoQuote) {
		if cmp_products(health.get(), MARGIN_CALL_PARTS, margin.get(), 1) == Ordering::Less {
			Self::deposit_event(Event::MarginCall { account: *key, health, margin });
		}
	}

	/// Wakes up to `accounts` accounts, as far as the weight goes.
	fn take_step(
		levels: Vec<(IndexId, IndexLevel)>,
		accounts: u32,
		mut step: BookStep,
		limit: Weight,
	) -> BookStep {
		let Collected { accounts, cursor, levels_read } = Self::collect(levels, accounts);
		step.used.saturating_accrue(T::DbWeight::get().reads(levels_read.into()));

		let mut pools = Pools(Vec::new());
		let (mut cursor, each) = (cursor, T::WeightInfo::wake(EXPECTED_TERMS));
		for (before, key) in (0u32..).zip(&accounts) {
			// The first is always woken, so that every step gets on.
			if before > 0 && step.used.saturating_add(each).any_gt(limit) {
				cursor = cursor.interrupted();
				break;
			}
			Self::wake(key, &mut pools, &mut step);
		}
		step.backlog = cursor.has_backlog();
		StepCursor::<T>::put(cursor);
		step
	}

	/// Wakes an account that is the only one of its step.
	#[cfg(feature = "runtime-benchmarks")]
	pub(crate) fn wake_one(key: &AccountKey) {
		Self::wake(key, &mut Pools(Vec::new()), &mut BookStep::default());
	}

	/// A step of so many accounts at most, whatever they weigh.
	#[cfg(test)]
	pub(crate) fn step_at_most(accounts: u32) -> BookStep {
		Self::take_step(all_levels::<T>(), accounts, BookStep::default(), Weight::MAX)
	}
}

impl<T: Config> Solvency for Pallet<T> {
	fn step(limit: Weight) -> BookStep {
		let levels = all_levels::<T>();
		let base = T::WeightInfo::step(u32::try_from(levels.len()).unwrap_or(u32::MAX));
		// Whatever it weighs, the indices are looked at: who is below zero must be found.
		let left = limit.saturating_sub(base);
		let each = T::WeightInfo::fall_due(LEAST_TERMS);
		let accounts = left.checked_div_per_component(&each).unwrap_or(u64::MAX);
		let accounts = u32::try_from(accounts).unwrap_or(u32::MAX).max(1);
		Self::take_step(levels, accounts, BookStep { used: base, ..Default::default() }, limit)
	}

	fn due(limit: u32) -> Vec<AccountKey> {
		OnChain::<T>::book().worst_due(limit)
	}

	fn recheck(key: &AccountKey) -> Result<bool, DispatchError> {
		Self::take_levy(key, Self::account(key)?.info.pool)?;
		let mut account = Self::account(key)?;
		let indices = CachedIndices::<T>::new(account.info.pool);
		let evaluation = evaluate(&account.state, &indices).map_err(Error::<T>::from)?;
		Self::tell_stakes(key, &mut account, evaluation.health, &indices);
		Ok(Self::file_evaluation(key, &evaluation)?.is_some())
	}
}
