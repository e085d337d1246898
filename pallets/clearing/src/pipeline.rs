//! The stages, in order.

use alloc::vec::Vec;
use core::mem;

use breakwater_auction::Clearing as AuctionClearing;
use breakwater_breaker::{Action, Clearing, Matching};
use breakwater_interfaces::{
	Breakers, Exchange, Insurance, Liquidation, MarketFacts, PoolFacts, RiskEngine, Solvency,
	MAX_MARKETS,
};
use breakwater_units::{MarketId, PoolId, Ratio, Rounding, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	storage::with_storage_layer,
	traits::{ConstU32, Get},
	weights::Weight,
	BoundedVec,
};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::{BatchWeights, Config, Event, FirstMarket, LastReport, Pallet, WeightInfo};

/// What the pipeline may weigh in a block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Budget {
	/// All stages together. What stages 2 and 3 weigh, which always run, is taken from it first;
	/// the others carry over.
	pub total: Weight,
	/// The same while a backlog exists: it takes from what ordinary transactions may use.
	pub with_backlog: Weight,
	/// The part of it for computing accounts whose levels were crossed.
	pub solvency: Ratio,
	/// The part for liquidation of what is left then, less what is kept for the waterfall.
	pub liquidation: Ratio,
	/// The part of it kept for the waterfall. What is left is for the batches.
	pub resolution: Ratio,
}

/// What the pipeline did in a block.
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
pub struct Report {
	/// Weight of all stages.
	pub used: Weight,
	/// Accounts whose levels were crossed.
	pub woken: u32,
	/// Of those, the ones whose health is below zero.
	pub due: u32,
	/// Whether accounts or crossed levels wait for the next block.
	pub backlog: bool,
	/// Batches that were run.
	pub cleared: u32,
	/// Markets whose batches wait for the next block.
	pub deferred: u32,
	/// Markets whose batches failed.
	pub failed: u32,
}

/// Counts weight against a limit. What must run may go beyond it: FRAME's `WeightMeter` takes that
/// for a bug, and panics where assertions are on.
struct Meter {
	used: Weight,
	limit: Weight,
}

impl Meter {
	const fn within(limit: Weight) -> Self {
		Self { used: Weight::zero(), limit }
	}

	fn consume(&mut self, weight: Weight) {
		self.used.saturating_accrue(weight);
	}

	fn remaining(&self) -> Weight {
		self.limit.saturating_sub(self.used)
	}

	fn has_room_for(&self, weight: Weight) -> bool {
		weight.all_lte(self.remaining())
	}
}

/// How what is left for batches is divided: a quarter evenly, the rest by what the batches of the
/// block before weighed. So a busy market has what quiet ones do not need, and one that becomes
/// busy has its part within a few blocks.
struct Shares {
	/// The markets that still wait, and what they ask for.
	waiting: Vec<(MarketId, u64)>,
	noted: Noted,
}

/// What the batches of a block weighed.
pub type Noted = BoundedVec<(MarketId, u64), ConstU32<MAX_MARKETS>>;

impl Shares {
	fn of<T: Config>(markets: &[(MarketId, PoolId)]) -> Self {
		let before = BatchWeights::<T>::get();
		let weighed = |market: MarketId| {
			let known = before.iter().find(|(of, _)| *of == market);
			known.map(|(_, weight)| *weight).unwrap_or(0)
		};
		let all = markets.iter().fold(0u64, |sum, (of, _)| sum.saturating_add(weighed(*of)));
		// A third of all others is a quarter of the sum.
		let each = all.checked_div(count(markets).saturating_mul(3)).unwrap_or(0).max(1);
		let asks =
			|(market, _): &(MarketId, PoolId)| (*market, weighed(*market).saturating_add(each));
		Self { waiting: markets.iter().map(asks).collect(), noted: Noted::default() }
	}

	/// The part that a market gets of what is left; it does not wait any more.
	fn take(&mut self, market: MarketId) -> Ratio {
		let all =
			self.waiting.iter().fold(0u128, |sum, (_, asks)| sum.saturating_add((*asks).into()));
		let Some(at) = self.waiting.iter().position(|(of, _)| *of == market) else {
			return Ratio::ZERO;
		};
		let (_, asks) = self.waiting.swap_remove(at);
		Ratio::from_fraction(asks.into(), all, Rounding::Down).unwrap_or(Ratio::ZERO)
	}

	fn note(&mut self, market: MarketId, weighed: Weight) {
		// There are no more markets than that.
		let _ = self.noted.try_push((market, weighed.ref_time()));
	}
}

/// What became of a market's batch.
enum Batch {
	Cleared,
	Deferred,
	Failed,
}

impl<T: Config> Pallet<T> {
	/// Runs the pipeline, and returns what it weighed.
	pub(crate) fn run() -> Weight {
		let now = Timestamp::new(T::SlotTime::get());
		let before = LastReport::<T>::get();
		let waiting = u64::from(T::Liquidation::backlog())
			.saturating_add(u64::from(before.backlog && before.due > 0));
		T::RiskEngine::begin_block(now);
		let always = T::WeightInfo::run()
			.saturating_add(T::RiskEngine::begin_block_weight())
			.saturating_add(Self::step_breakers(now, waiting));

		let budget = T::Budget::get();
		let total = if before.backlog { budget.with_backlog } else { budget.total };
		let total = total.saturating_sub(always);
		let kept = part(total, budget.resolution);
		let mut meter = Meter::within(total.saturating_sub(kept));
		let mut report = Report::default();
		Self::find_due(part(total, budget.solvency), &mut meter, &mut report);
		let limit = part(meter.remaining(), budget.liquidation);
		meter.consume(T::Liquidation::work(limit));
		Self::run_batches(now, &mut meter, &mut report);
		let left = meter.remaining().saturating_add(kept);
		meter.consume(T::Insurance::resolve(left));

		report.backlog |= T::Liquidation::backlog() > 0;
		report.used = always.saturating_add(meter.used);
		let used = report.used;
		LastReport::<T>::put(report);
		used
	}

	/// Stage 3: the chain's machine, and that of each pool.
	fn step_breakers(now: Timestamp, waiting: u64) -> Weight {
		let mut used = T::Breakers::begin_block(now, waiting);
		for pool in T::RiskEngine::pools() {
			let backlog = u64::from(T::Liquidation::backlog_of(pool));
			let fund = T::Insurance::condition(pool);
			used.saturating_accrue(T::Insurance::condition_weight(pool));
			used.saturating_accrue(T::Breakers::step_pool(pool, now, PoolFacts { backlog, fund }));
		}
		used
	}

	/// Stage 4.
	fn find_due(limit: Weight, meter: &mut Meter, report: &mut Report) {
		let step = T::Solvency::step(limit);
		meter.consume(step.used);
		report.woken = step.woken;
		report.due = step.due;
		report.backlog = step.backlog;
	}

	/// Stages 5 and 6 of every market, beginning with the one that has waited longest.
	fn run_batches(now: Timestamp, meter: &mut Meter, report: &mut Report) {
		let markets = T::RiskEngine::markets();
		let first = FirstMarket::<T>::get();
		let count = u32::try_from(markets.len()).unwrap_or(u32::MAX);
		let mut shares = Shares::of::<T>(&markets);
		let mut next_first = None;
		for turn in 0..count {
			let place = first.saturating_add(turn).checked_rem(count).unwrap_or(0);
			let Some(&(market, pool)) = markets.get(place as usize) else { continue };
			let before = meter.used;
			let batch = Self::run_batch((market, pool), now, meter, shares.take(market));
			shares.note(market, meter.used.saturating_sub(before));
			match batch {
				Batch::Cleared => report.cleared = report.cleared.saturating_add(1),
				Batch::Failed => report.failed = report.failed.saturating_add(1),
				Batch::Deferred => {
					report.deferred = report.deferred.saturating_add(1);
					next_first.get_or_insert(place);
				},
			}
		}
		BatchWeights::<T>::put(shares.noted);
		let next_first = next_first.unwrap_or(0);
		if next_first != first {
			FirstMarket::<T>::put(next_first);
		}
	}

	/// One market's batch, in a storage layer of its own. It may use its share of what is left.
	fn run_batch(
		(market, pool): (MarketId, PoolId),
		now: Timestamp,
		meter: &mut Meter,
		share: Ratio,
	) -> Batch {
		let overhead = T::WeightInfo::run_batch().saturating_add(T::Breakers::step_weight());
		meter.consume(overhead);
		// Of its pool: what waits in another is no reason to stop risk here.
		let backlog = u64::from(T::Liquidation::backlog_of(pool));
		let facts = MarketFacts { backlog, fault: false };
		let observing = T::RiskEngine::observe_batch_weight();
		let beside = observing.saturating_add(T::Insurance::orders_weight(market));
		let least = T::Exchange::least_weight().saturating_add(beside);
		if !meter.has_room_for(least) {
			T::Breakers::step(market, now, facts, None);
			Self::deposit_event(Event::MarketDeferred { market });
			return Batch::Deferred;
		}

		meter.consume(beside);
		let limit =
			part(meter.remaining(), share).max(T::Exchange::least_weight()).min(meter.remaining());
		let mut used = limit;
		let booking = T::Liquidation::fill_weight();
		let cleared = with_storage_layer(|| {
			// Three quarters of a batch may be forced: the rest is for who buys it.
			let each = T::Exchange::forced_weight().saturating_add(booking);
			let for_forced = limit.saturating_sub(limit.saturating_div(4));
			let most = for_forced.checked_div_per_component(&each);
			let most = u32::try_from(most.unwrap_or(u64::MAX)).unwrap_or(u32::MAX).max(1);
			let mut forced = T::Liquidation::forced_orders(market, most);
			keep_within(&mut forced, for_forced, |order| {
				booking.saturating_add(T::Exchange::forced_weight_of(&order.account))
			});
			let for_booking = booking.saturating_mul(count(&forced));
			let limit = limit.saturating_sub(for_booking).max(T::Exchange::least_weight());
			forced.extend(T::Insurance::forced_orders(market));
			let new_risk = T::Breakers::allows(market, Action::AddRisk);
			let mut decide = |clearing: Option<&AuctionClearing>| -> Matching {
				T::Breakers::step(market, now, facts, clearing.map(to_breaker))
			};
			let summary = T::Exchange::clear(market, limit, &forced, new_risk, &mut decide)?;
			used = summary.used.saturating_add(booking.saturating_mul(count(&summary.forced)));
			if let Some(price) = summary.price {
				T::Liquidation::filled(market, price, &summary.forced);
				T::Insurance::filled(market, price, &summary.forced);
			}
			T::RiskEngine::observe_batch(market, &summary, now);
			Ok(())
		});
		// A batch that failed may have done as much as it was given.
		meter.consume(used);
		let Err(error) = cleared else { return Batch::Cleared };
		T::Breakers::step(market, now, MarketFacts { fault: true, ..facts }, None);
		Self::deposit_event(Event::MarketFailed { market, error });
		Batch::Failed
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl<T: Config> Pallet<T> {
	/// The batch of a market that there is not.
	pub(crate) fn benchmark_batch() {
		let mut meter = Meter::within(Weight::MAX);
		let nowhere = (MarketId(u32::MAX), PoolId(u32::MAX));
		Self::run_batch(nowhere, Timestamp::ZERO, &mut meter, Ratio::ONE);
	}
}

/// Drops what there is no room for, but never the first: the next block offers it again.
fn keep_within<I>(items: &mut Vec<I>, limit: Weight, weigh: impl Fn(&I) -> Weight) {
	let mut left = limit;
	let mut is_first = true;
	items.retain(|item| {
		let weight = weigh(item);
		let fits = mem::take(&mut is_first) || weight.all_lte(left);
		if fits {
			left = left.saturating_sub(weight);
		}
		fits
	});
}

fn count<I>(items: &[I]) -> u64 {
	u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// A part of a weight.
fn part(weight: Weight, ratio: Ratio) -> Weight {
	let of = |value: u64| {
		let value = u128::from(value).saturating_mul(u128::from(ratio.get()));
		u64::try_from(value.checked_div(u128::from(breakwater_units::PPB)).unwrap_or(0))
			.unwrap_or(u64::MAX)
	};
	Weight::from_parts(of(weight.ref_time()), of(weight.proof_size()))
}

/// A tentative clearing as the breaker wants to know it.
fn to_breaker(clearing: &AuctionClearing) -> Clearing {
	let surplus = clearing.surplus.unsigned_abs();
	let larger = clearing.volume.get().saturating_add(surplus);
	let imbalance = Ratio::from_fraction(u128::from(surplus), u128::from(larger), Rounding::Up);
	Clearing {
		price: clearing.price,
		volume: clearing.volume,
		imbalance: imbalance.unwrap_or(Ratio::ZERO),
	}
}

#[cfg(test)]
mod unit_tests {
	use super::*;
	use breakwater_units::{Lots, Price, Size};

	#[test]
	fn what_does_not_fit_waits_but_the_first_does_not() {
		let kept = |weights: &[u64], limit| {
			let mut items = weights.to_vec();
			let weigh = |weight: &u64| Weight::from_parts(*weight, 0);
			keep_within(&mut items, Weight::from_parts(limit, 0), weigh);
			items
		};
		assert_eq!(kept(&[3, 4, 2, 1], 10), [3, 4, 2, 1]);
		assert_eq!(kept(&[3, 8, 4, 4, 3], 10), [3, 4, 3]);
		assert_eq!(kept(&[30, 1], 10), [30]);
		assert!(kept(&[], 10).is_empty());
	}

	#[test]
	fn imbalance_is_a_part_of_the_larger_side() {
		let clearing = |volume, surplus| AuctionClearing {
			price: Price::new(5),
			volume: Size::new(volume),
			surplus: Lots::new(surplus),
		};
		// 75 sold into 100 bid: a quarter is left over
		let imbalance = |volume, surplus| to_breaker(&clearing(volume, surplus)).imbalance;
		assert_eq!(imbalance(75, 25), Ratio::saturating_from_percent(25));
		assert_eq!(imbalance(75, -25), Ratio::saturating_from_percent(25));
		assert_eq!(imbalance(75, 0), Ratio::ZERO);
	}

	#[test]
	fn parts_of_weights_are_rounded_down() {
		let half = Ratio::saturating_from_percent(50);
		assert_eq!(part(Weight::from_parts(7, 9), half), Weight::from_parts(3, 4));
		assert_eq!(part(Weight::MAX, Ratio::ONE), Weight::MAX);
	}
}
