//! Who reports, with what at stake, and what becomes of it.

use alloc::vec::Vec;

use breakwater_oracle_math::{capped_weights, slashed, Conduct, Consequence, Observation};
use breakwater_primitives::{
	oracle::{FeedId, OracleId},
	AccountId, Balance, BlockNumber,
};
use breakwater_units::{mul_div_u128, Ratio, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{
	fungible::{Inspect, InspectHold, Mutate, MutateHold},
	tokens::{Fortitude, Precision, Preservation, Restriction},
	Get, OneSessionHandler,
};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{AccountIdConversion, Zero},
	BoundToRuntimeAppPublic, BoundedVec, DispatchError, DispatchResult,
};

use crate::{
	Config, Event, HoldReason, MaxReporters, Pallet, PayingOut, PeriodStart, PreviousReporters,
	Reporters, Standings,
};

/// Who may report in this session.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Reporter {
	/// The validator.
	pub account: AccountId,
	/// Its key of this session.
	pub key: OracleId,
	/// Its weight: the bond, halved per penalty level, capped.
	pub weight: u128,
}

/// Reporters paid in a block: all at once would be a good part of it.
pub const PAID_AT_ONCE: u32 = 8;

/// How far paying for a period has come.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Payday {
	/// The place of the next reporter to be paid.
	pub next: u32,
	/// The rounds of the period.
	pub rounds: BlockNumber,
	/// The weight of all reporters when it ended.
	pub total: u128,
}

/// What the chain holds for and against a reporter.
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
pub struct Standing {
	/// Strikes and penalties.
	pub conduct: Conduct,
	/// What the bond was at genesis. Rewards refill it.
	pub full_bond: Balance,
	/// Rounds with a good report in this reward period.
	pub good_rounds: u32,
	/// The round of its last report.
	pub last_round: Option<BlockNumber>,
}

/// An outlier, for the event.
pub(crate) struct Outlier {
	pub(crate) feed: FeedId,
	pub(crate) price: u64,
	pub(crate) aggregate: u64,
}

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
	type Public = OracleId;
}

impl<T: Config> OneSessionHandler<AccountId> for Pallet<T> {
	type Key = OracleId;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a AccountId, OracleId)> + 'a,
	{
		Reporters::<T>::put(unweighted(validators));
	}

	fn on_new_session<'a, I>(changed: bool, validators: I, _queued: I)
	where
		I: Iterator<Item = (&'a AccountId, OracleId)> + 'a,
	{
		if !changed {
			return;
		}
		let previous = Reporters::<T>::get();
		PreviousReporters::<T>::put((Self::block(), previous));
		Reporters::<T>::put(unweighted(validators));
		Self::weigh();
	}

	// Who voted twice on finality may still know the price.
	fn on_disabled(_: u32) {}
}

/// More validators than [`MaxReporters`] cannot all report: the first do.
fn unweighted<'a>(
	validators: impl Iterator<Item = (&'a AccountId, OracleId)>,
) -> BoundedVec<Reporter, MaxReporters> {
	let reporters =
		validators.map(|(account, key)| Reporter { account: account.clone(), key, weight: 0 });
	BoundedVec::truncate_from(reporters.collect())
}

impl<T: Config> Pallet<T> {
	/// The account that slashed bonds go to and rewards come from.
	pub fn pot() -> AccountId {
		T::PotId::get().into_account_truncating()
	}

	/// Holds the bond of every reporter.
	pub(crate) fn bond_reporters(bond: Balance) -> DispatchResult {
		for reporter in Reporters::<T>::get() {
			T::Currency::hold(&HoldReason::ReporterBond.into(), &reporter.account, bond)?;
			Standings::<T>::mutate(&reporter.account, |standing| standing.full_bond = bond);
		}
		Self::weigh();
		Ok(())
	}

	/// What a reporter has at stake.
	pub(crate) fn bond(account: &AccountId) -> Balance {
		T::Currency::balance_on_hold(&HoldReason::ReporterBond.into(), account)
	}

	/// Sets the weights by bonds and conduct, capped so that nobody holds more than a third.
	///
	/// Where nobody has anything at stake, as on a chain without bonds, all count the same.
	pub(crate) fn weigh() {
		let mut reporters = Reporters::<T>::get();
		let weights: Vec<u128> = reporters
			.iter()
			.map(|Reporter { account, .. }| {
				Standings::<T>::get(account).conduct.weight(Self::bond(account))
			})
			.collect();
		let nobody_bonded = weights.iter().all(|weight| weight.is_zero());
		let weights = if nobody_bonded { weights.iter().map(|_| 1).collect() } else { weights };
		// Bonds of the native token are far below the largest weight; without weights there is no
		// price, and so nothing unsafe.
		let capped = capped_weights(&weights).unwrap_or_default();
		for (reporter, weight) in reporters.iter_mut().zip(capped) {
			reporter.weight = weight;
		}
		let weights = reporters.iter().map(|r| (r.account.clone(), r.weight)).collect();
		Reporters::<T>::put(reporters);
		Self::deposit_event(Event::WeightsChanged { weights });
	}

	/// Counts a report. Returns whether the reporter's weight changed.
	///
	/// Silence changes nothing: it earns no reward and heals nothing.
	pub(crate) fn judge(account: &AccountId, outliers: &[Outlier]) -> bool {
		let good = outliers.is_empty();
		let seen = if good { Observation::Good } else { Observation::Outlier };
		let mut standing = Standings::<T>::get(account);
		let (conduct, consequence) = standing.conduct.after(seen, &T::ConductRules::get());
		standing.conduct = conduct;
		if good {
			standing.good_rounds = standing.good_rounds.saturating_add(1);
		}
		Standings::<T>::insert(account, standing);

		for Outlier { feed, price, aggregate } in outliers {
			Self::deposit_event(Event::Struck {
				reporter: account.clone(),
				feed: *feed,
				price: *price,
				aggregate: *aggregate,
				strikes: conduct.strikes,
			});
		}
		Self::carry_out(account, consequence, conduct.level)
	}

	pub(crate) fn carry_out(account: &AccountId, consequence: Consequence, level: u8) -> bool {
		let reporter = account.clone();
		match consequence {
			Consequence::None => return false,
			Consequence::Recovery => Self::deposit_event(Event::Recovered { reporter, level }),
			Consequence::Penalty(part) => {
				let slashed = Self::slash(account, part);
				Self::deposit_event(Event::Penalised { reporter, slashed, level });
			},
		}
		true
	}

	/// Takes a part of the bond into the pot. Returns what was taken.
	fn slash(account: &AccountId, part: Ratio) -> Balance {
		T::Currency::transfer_on_hold(
			&HoldReason::ReporterBond.into(),
			account,
			&Self::pot(),
			slashed(Self::bond(account), part),
			Precision::BestEffort,
			Restriction::Free,
			Fortitude::Force,
		)
		// The pot cannot be opened with so little: the bond stays, the weight is halved anyway.
		.unwrap_or(0)
	}

	/// Pays for a period that has ended, [`PAID_AT_ONCE`] reporters a block. Returns how many were
	/// paid in this one.
	pub(crate) fn pay_rewards() -> u32 {
		let Some(Payday { next, rounds, total }) = PayingOut::<T>::take().or_else(Self::payday)
		else {
			return 0;
		};
		let reporters = Reporters::<T>::get();
		let after = next.saturating_add(PAID_AT_ONCE);
		let now = reporters.iter().skip(next as usize).take(PAID_AT_ONCE as usize);
		let mut paid = 0u32;
		for reporter in now {
			let share = part_of(T::PeriodReward::get(), reporter.weight, total);
			Self::pay(&reporter.account, share, rounds);
			paid = paid.saturating_add(1);
		}
		if (after as usize) < reporters.len() {
			PayingOut::<T>::put(Payday { next: after, rounds, total });
		}
		paid
	}

	/// The beginning of paying, where a period ends.
	fn payday() -> Option<Payday> {
		let block = Self::block();
		let rounds = block.saturating_sub(PeriodStart::<T>::get());
		if rounds < T::RewardPeriod::get() {
			return None;
		}
		PeriodStart::<T>::put(block);
		let total = Reporters::<T>::get().iter().fold(0u128, |sum, r| sum.saturating_add(r.weight));
		Some(Payday { next: 0, rounds, total })
	}

	/// Pays the part of a share that the good rounds earned; the rest stays in the pot, so that
	/// nobody gains by another's silence.
	fn pay(account: &AccountId, share: Balance, rounds: BlockNumber) {
		let good_rounds =
			Standings::<T>::mutate(account, |standing| core::mem::take(&mut standing.good_rounds));
		let amount = part_of(share, good_rounds.min(rounds).into(), rounds.into());
		if amount.is_zero() {
			return;
		}
		// A pot that has run dry pays nobody; reporting goes on.
		let paid = frame_support::storage::with_storage_layer(|| Self::pay_out(account, amount));
		if let Ok(bonded) = paid {
			let reporter = account.clone();
			Self::deposit_event(Event::Rewarded { reporter, amount, bonded, good_rounds });
		}
	}

	fn pay_out(account: &AccountId, amount: Balance) -> Result<Balance, DispatchError> {
		T::Currency::transfer(&Self::pot(), account, amount, Preservation::Preserve)?;
		let missing =
			Standings::<T>::get(account).full_bond.saturating_sub(Self::bond(account)).min(amount);
		// What cannot be held is the reporter's to keep.
		let held = T::Currency::hold(&HoldReason::ReporterBond.into(), account, missing);
		Ok(held.map_or(0, |()| missing))
	}

	/// What there is to pay rewards from.
	pub(crate) fn reward_pot() -> Balance {
		T::Currency::reducible_balance(&Self::pot(), Preservation::Preserve, Fortitude::Polite)
	}
}

fn part_of(whole: u128, part: u128, parts: u128) -> u128 {
	mul_div_u128(whole, part, parts, Rounding::Down).unwrap_or(0)
}
