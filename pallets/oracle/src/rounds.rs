//! The beginning of a block: reports become prices.

use alloc::{vec, vec::Vec};

use breakwater_oracle_math::{
	aggregate, classify, is_agreed, is_outlier, median_absolute_deviation, weighted_lower_median,
	Aggregate, Confidence, OracleError, Report, SlowAverage, Validity, Weighted,
};
use breakwater_primitives::{
	oracle::{FeedId, Quote, Quotes, REPORT_LONGEVITY},
	BlockNumber,
};
use breakwater_units::{mul_div_u128, Price, Ratio, Rounding, Timestamp, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::Weight, traits::Get};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::{
	reporters::Outlier, Config, Event, Feed, Feeds, KnownFinalized, Pallet, PriceState, Prices,
	Reporter, Reporters, Reports, WeightInfo, PAID_AT_ONCE,
};

/// A report as it is kept.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StoredReport {
	/// The round it was signed in.
	pub round: BlockNumber,
	/// The block it was included in.
	pub included: BlockNumber,
	/// The newest final block the reporter's node knew of.
	pub finalized: BlockNumber,
	/// The prices, ordered by feed.
	pub quotes: Quotes,
}

/// A reporter of this session, its last report, and what it did in this round.
pub(crate) struct Attendant {
	reporter: Reporter,
	report: Option<StoredReport>,
	pub(crate) outliers: Vec<Outlier>,
}

impl Attendant {
	fn quote(&self, feed: FeedId) -> Option<&Quote> {
		let quotes = &self.report.as_ref()?.quotes;
		let place = quotes.binary_search_by_key(&feed, |quote| quote.feed).ok()?;
		quotes.get(place)
	}

	/// Whether its last report came with the last block: each report is judged once.
	fn is_fresh(&self, block: BlockNumber) -> bool {
		self.report.as_ref().is_some_and(|report| report.included.saturating_add(1) == block)
	}
}

/// What the quotes of one feed come to.
struct Round {
	result: Result<Aggregate, OracleError>,
	/// The quotes that count, and whose they are.
	reports: Vec<(usize, Report)>,
	participation: Ratio,
}

impl<T: Config> Pallet<T> {
	/// Aggregates every feed, judges every reporter, and pays for a period that has ended. Returns
	/// what that weighs: of what was done, not of what could have been.
	pub(crate) fn begin_block() -> Weight {
		let (block, now) = (Self::block(), Timestamp::new(T::SlotTime::get()));
		let mut attendants = Self::attendants();
		let feeds = Feeds::<T>::get();
		for (feed_id, feed) in (0..).zip(&feeds) {
			Self::hold_round(feed_id, feed, &mut attendants, now);
		}
		note_finalized::<T>(&attendants, block);

		let reporters = count(&attendants);
		let mut weight = T::WeightInfo::attend(reporters).saturating_add(
			T::WeightInfo::aggregate(reporters).saturating_mul(count(&feeds).into()),
		);
		let mut changed = false;
		for attendant in attendants.iter().filter(|attendant| attendant.is_fresh(block)) {
			let Attendant { reporter, outliers, .. } = attendant;
			weight.saturating_accrue(T::WeightInfo::judge(count(outliers)));
			if !Self::judge(&reporter.account, outliers) {
				continue;
			}
			changed = true;
			if !outliers.is_empty() {
				weight.saturating_accrue(T::WeightInfo::penalise());
			}
		}
		let paid = Self::pay_rewards();
		if paid > 0 {
			weight.saturating_accrue(T::WeightInfo::pay_rewards(paid));
		}
		// What was paid may have refilled bonds.
		if changed || paid > 0 {
			Self::weigh();
			weight.saturating_accrue(T::WeightInfo::weigh(reporters));
		}
		weight
	}

	/// The most that the beginning of a block can weigh: everyone reported, every quote is an
	/// outlier, every strike is a penalty, and a period has ended.
	pub fn heaviest_block(reporters: u32, feeds: u32) -> Weight {
		let each = T::WeightInfo::judge(feeds).saturating_add(T::WeightInfo::penalise());
		T::WeightInfo::attend(reporters)
			.saturating_add(T::WeightInfo::aggregate(reporters).saturating_mul(feeds.into()))
			.saturating_add(each.saturating_mul(reporters.into()))
			.saturating_add(T::WeightInfo::pay_rewards(reporters.min(PAID_AT_ONCE)))
			.saturating_add(T::WeightInfo::weigh(reporters))
	}

	/// The same, with as many reporters and feeds as there are.
	pub fn heaviest_now() -> Weight {
		let count = |number: Option<usize>| {
			number.map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
		};
		let reporters = count(Reporters::<T>::decode_len());
		Self::heaviest_block(reporters, count(Feeds::<T>::decode_len()))
	}

	pub(crate) fn attendants() -> Vec<Attendant> {
		let attend = |reporter: Reporter| {
			let report = Reports::<T>::get(&reporter.account);
			Attendant { reporter, report, outliers: Vec::new() }
		};
		Reporters::<T>::get().into_iter().map(attend).collect()
	}

	/// The round of one feed.
	pub(crate) fn hold_round(
		feed_id: FeedId,
		feed: &Feed,
		attendants: &mut [Attendant],
		now: Timestamp,
	) {
		let round = round_of(feed_id, feed, attendants, now);
		note_outliers(feed_id, &round, attendants);
		Self::settle(feed_id, feed, round, now);
	}

	/// Stores what a round came to, if it changed anything.
	fn settle(feed_id: FeedId, feed: &Feed, round: Round, now: Timestamp) {
		let before = Prices::<T>::get(feed_id);
		let Some(mut state) = next_state(before.as_ref(), feed, &round, now) else { return };
		let grade = (now, feed.daily_sigma);
		let average = state.average.price();
		state.validity =
			classify(Some(&state.aggregate), state.round, average, grade, &feed.limits);
		// Not where an older price is kept: nothing new was agreed on.
		if round.result == Ok(state.aggregate) {
			Self::deposit_event(Event::Aggregated {
				feed: feed_id,
				price: state.aggregate.price.get(),
				confidence: state.aggregate.confidence.get(),
				time: state.aggregate.time.get(),
				reporters: state.reporters,
			});
		}
		let from = before.as_ref().map(|before| before.validity);
		if from != Some(state.validity) {
			Self::deposit_event(Event::ValidityChanged { feed: feed_id, from, to: state.validity });
		}
		if before.as_ref() != Some(&state) {
			Prices::<T>::insert(feed_id, state);
		}
	}
}

fn count<I>(items: &[I]) -> u32 {
	u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// Aggregates the quotes of a feed that have not expired.
fn round_of(feed_id: FeedId, feed: &Feed, attendants: &[Attendant], now: Timestamp) -> Round {
	let counts = |quote: &&Quote| now.saturating_since(Timestamp::new(quote.time)) <= feed.lifetime;
	let reports: Vec<(usize, Report)> = attendants
		.iter()
		.enumerate()
		.filter_map(|(place, attendant)| {
			let quote = attendant.quote(feed_id).filter(counts)?;
			let report = Report {
				price: Price::new(quote.price),
				confidence: Confidence::new(quote.confidence),
				time: Timestamp::new(quote.time),
				weight: attendant.reporter.weight,
			};
			Some((place, report))
		})
		.collect();
	let registered = sum(attendants.iter().map(|attendant| attendant.reporter.weight));
	let reported = sum(reports.iter().map(|(_, report)| report.weight));
	let participation =
		Ratio::from_fraction(reported, registered, Rounding::Down).unwrap_or(Ratio::ZERO);
	Round { result: agreement(&plain(&reports), registered), reports, participation }
}

/// The price that a majority is near to.
fn agreement(reports: &[Report], registered: u128) -> Result<Aggregate, OracleError> {
	let aggregate = aggregate(reports, registered)?;
	let agreed = is_agreed(reports, aggregate.price, registered)?;
	agreed.then_some(aggregate).ok_or(OracleError::NoAgreement)
}

fn sum(weights: impl Iterator<Item = u128>) -> u128 {
	weights.fold(0, u128::saturating_add)
}

fn plain(reports: &[(usize, Report)]) -> Vec<Report> {
	reports.iter().map(|(_, report)| *report).collect()
}

/// Finds who reported an outlier. Everyone's quote is in the median; only new reports are judged,
/// by the caller.
fn note_outliers(feed: FeedId, round: &Round, attendants: &mut [Attendant]) {
	let Ok(aggregate) = round.result else { return };
	let deviation = median_absolute_deviation(&plain(&round.reports), aggregate.price);
	let deviation = deviation.ok().flatten().unwrap_or(0);
	let outliers = round.reports.iter().filter(|(_, r)| is_outlier(r.price, &aggregate, deviation));
	for (place, report) in outliers {
		let Some(attendant) = attendants.get_mut(*place) else { continue };
		let (price, aggregate) = (report.price.get(), aggregate.price.get());
		attendant.outliers.push(Outlier { feed, price, aggregate });
	}
}

/// The price after a round; none if there never was one.
fn next_state(
	before: Option<&PriceState>,
	feed: &Feed,
	round: &Round,
	now: Timestamp,
) -> Option<PriceState> {
	let participation = round.participation;
	let fresh = match round.result {
		Ok(fresh) => fresh,
		Err(error) => {
			return before.map(|b| PriceState { round: Err(error), participation, ..b.clone() })
		},
	};
	let reporters = u32::try_from(round.reports.len()).unwrap_or(u32::MAX);
	let Some(before) = before else {
		return Some(PriceState {
			aggregate: fresh,
			confidence_in_force: fresh.confidence,
			average: SlowAverage::starting_at(fresh.price),
			updated: now,
			round: Ok(()),
			reporters,
			participation,
			validity: Validity::Missing,
		});
	};
	// Time never runs backwards: of two prices, the newer stays.
	let aggregate = if fresh.may_follow(&before.aggregate) { fresh } else { before.aggregate };
	let elapsed = now.saturating_since(before.updated);
	Some(PriceState {
		confidence_in_force: before
			.confidence_in_force
			.approach(aggregate.confidence, confidence_step(&aggregate, feed)),
		average: before.average.updated(
			aggregate.price,
			elapsed,
			feed.average_over,
			feed.limits.largest_multiple,
		),
		aggregate,
		updated: now,
		round: Ok(()),
		reporters,
		participation,
		validity: before.validity,
	})
}

/// At least a tick, or the confidence of a cheap feed would never move.
fn confidence_step(aggregate: &Aggregate, feed: &Feed) -> u64 {
	let (price, step) = (aggregate.price.get().into(), feed.confidence_step.get().into());
	let ticks = mul_div_u128(price, step, PPB.into(), Rounding::Up);
	ticks.ok().and_then(|ticks| u64::try_from(ticks).ok()).unwrap_or(u64::MAX).max(1)
}

/// Keeps the weighted median of the final blocks that recent reports name.
pub(crate) fn note_finalized<T: Config>(attendants: &[Attendant], block: BlockNumber) {
	let recent = |included: BlockNumber| {
		u64::from(block.saturating_sub(included)) <= REPORT_LONGEVITY.saturating_add(1)
	};
	let mut known = vec![];
	for Attendant { reporter, report, .. } in attendants {
		let Some(report) = report.as_ref().filter(|report| recent(report.included)) else {
			continue;
		};
		known.push(Weighted { value: report.finalized, weight: reporter.weight });
	}
	if let Some(finalized) = weighted_lower_median(&mut known) {
		if KnownFinalized::<T>::get() != Some(finalized) {
			KnownFinalized::<T>::put(finalized);
		}
	}
}
