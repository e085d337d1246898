use crate::{
	has_quorum, lower_quartile, total_weight, upper_quartile, weighted_lower_median, OracleError,
	Weighted,
};
use alloc::vec::Vec;
use breakwater_units::{mul_div_u128, Millis, Price, Ratio, Rounding, Timestamp, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Half width of the interval a price is believed to be in, in ticks.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Confidence(u64);

/// One reporter's latest unexpired report.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Report {
	/// Price in ticks, above zero.
	pub price: Price,
	/// Half width of the reporter's interval.
	pub confidence: Confidence,
	/// When the reporter's sources had this price.
	pub time: Timestamp,
	/// The reporter's capped weight: see [`crate::capped_weights`].
	pub weight: u128,
}

/// What the reporters of a feed agree on.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Aggregate {
	/// Weighted lower median of the prices.
	pub price: Price,
	/// Larger distance from the price to a quartile of the votes.
	pub confidence: Confidence,
	/// Weighted lower median of the times.
	pub time: Timestamp,
}

impl Confidence {
	/// No width.
	pub const ZERO: Self = Self(0);

	/// A half width from ticks.
	pub const fn new(ticks: u64) -> Self {
		Self(ticks)
	}

	/// The half width in ticks.
	pub const fn get(self) -> u64 {
		self.0
	}

	/// The confidence in force moved toward a fresh one by at most `step` ticks, so that one round
	/// of wide reports cannot reprice all collateral.
	#[must_use]
	pub fn approach(self, fresh: Self, step: u64) -> Self {
		if fresh > self {
			Self(self.0.saturating_add(step)).min(fresh)
		} else {
			Self(self.0.saturating_sub(step)).max(fresh)
		}
	}
}

/// Aggregates the reports of a feed: the weighted lower median of prices and of times, and Pyth's
/// confidence with weights.
///
/// Each reporter casts three votes of its weight, at `p − c`, `p` and `p + c`; the confidence is
/// the larger distance from the price to the votes' quartiles. It moves no price: a reporter
/// widens the interval, and only with a quarter of the weight can it do so at will. Reports of
/// weight zero count for nothing.
///
/// `registered` is the capped weight of all reporters of the feed, silent ones included.
///
/// # Errors
/// `NoQuorum` if less than two thirds of `registered` reported, `TooManyReports`,
/// `WeightTooLarge`, `ZeroPrice` if any report is zero: drop those on arrival.
pub fn aggregate(reports: &[Report], registered: u128) -> Result<Aggregate, OracleError> {
	let reported = total_weight(reports.iter().map(|report| report.weight))?;
	if !has_quorum(reported, registered) {
		return Err(OracleError::NoQuorum);
	}
	if reports.iter().any(|report| report.price.is_zero()) {
		return Err(OracleError::ZeroPrice);
	}
	let price = median_of(reports, |report| report.price).ok_or(OracleError::NoQuorum)?;
	let time = median_of(reports, |report| report.time).ok_or(OracleError::NoQuorum)?;
	Ok(Aggregate { price, confidence: confidence_around(price, reports), time })
}

fn median_of<T: Ord + Copy>(reports: &[Report], field: impl Fn(&Report) -> T) -> Option<T> {
	let weighted = |report| Weighted { value: field(report), weight: report.weight };
	weighted_lower_median(&mut reports.iter().map(weighted).collect::<Vec<_>>())
}

fn confidence_around(price: Price, reports: &[Report]) -> Confidence {
	let mut votes: Vec<Weighted<u64>> = reports
		.iter()
		.flat_map(|Report { price, confidence, weight, .. }| {
			let (price, width) = (price.get(), confidence.0);
			[price.saturating_sub(width), price, price.saturating_add(width)]
				.map(|value| Weighted { value, weight: *weight })
		})
		.collect();
	let price = price.get();
	let below = lower_quartile(&mut votes).unwrap_or(price);
	let above = upper_quartile(&mut votes).unwrap_or(price);
	Confidence(price.saturating_sub(below).max(above.saturating_sub(price)))
}

impl Aggregate {
	/// Age of the price; none if it is from the future.
	pub fn age(&self, now: Timestamp) -> Millis {
		now.saturating_since(self.time)
	}

	/// Confidence widened by what the price may have moved since: `√(c² + p²·σ²·age)`, rounded up;
	/// `daily_sigma` per √day. Monotone in age; held at the largest width.
	///
	/// It gates adding risk and withdrawing. Collateral and debt are valued with the fresh
	/// confidence, so that withheld reports liquidate nobody.
	pub fn widened(&self, now: Timestamp, daily_sigma: Ratio) -> Confidence {
		widen(*self, self.age(now), daily_sigma).unwrap_or(Confidence(u64::MAX))
	}

	/// What collateral is worth: `p − c`, at least zero.
	pub fn collateral_price(&self, confidence: Confidence) -> Price {
		self.price.saturating_sub(Price::new(confidence.0))
	}

	/// What debt is worth: `p + c`.
	pub fn debt_price(&self, confidence: Confidence) -> Price {
		self.price.saturating_add(Price::new(confidence.0))
	}

	/// Whether this may replace an earlier aggregate: time never runs backwards.
	pub fn may_follow(&self, earlier: &Self) -> bool {
		self.time >= earlier.time
	}
}

fn widen(from: Aggregate, age: Millis, daily_sigma: Ratio) -> Option<Confidence> {
	let square = |x: u64| u128::from(x).saturating_mul(u128::from(x));
	let ppb_square_days = square(PPB).saturating_mul(u128::from(Millis::DAY.get()));
	// 2¹²⁸ for a σ of 10⁹ and an age of all time: beyond it, the width is the largest.
	let variance = square(daily_sigma.get()).checked_mul(u128::from(age.get()))?;
	let moved = mul_div_u128(square(from.price.get()), variance, ppb_square_days, Rounding::Up);
	let sum = moved.ok()?.checked_add(square(from.confidence.0))?;
	let floor = sum.isqrt();
	let root = floor.checked_add(u128::from(floor.saturating_mul(floor) < sum))?;
	u64::try_from(root).ok().map(Confidence)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn report(price: u64, confidence: u64, weight: u128) -> Report {
		Report {
			price: Price::new(price),
			confidence: Confidence(confidence),
			time: Timestamp::new(price),
			weight,
		}
	}

	#[test]
	fn price_and_time_are_lower_medians_and_confidence_reaches_the_quartiles() {
		// votes 9990 10000 10010 | 10010 10020 10030, p25 = second, p75 = fifth
		let reports = [report(10_000, 10, 5), report(10_020, 10, 5)];
		let seen = aggregate(&reports, 10).unwrap();
		assert_eq!((seen.price, seen.confidence), (Price::new(10_000), Confidence(20)));
		assert_eq!(seen.time, Timestamp::new(10_000));
	}

	#[test]
	fn without_quorum_there_is_no_price() {
		let reports = [report(100, 1, 3), report(101, 1, 3)];
		assert!(aggregate(&reports, 9).is_ok());
		assert_eq!(aggregate(&reports, 10), Err(OracleError::NoQuorum));
		assert_eq!(aggregate(&[], 0), Err(OracleError::NoQuorum));
		assert_eq!(aggregate(&[report(1, 1, 0)], 0), Err(OracleError::NoQuorum));
	}

	#[test]
	fn impossible_reports_are_refused() {
		let many = [report(100, 1, 1); crate::MAX_REPORTERS + 1];
		assert_eq!(aggregate(&many, 1), Err(OracleError::TooManyReports));
		assert_eq!(aggregate(&[report(0, 1, 1)], 1), Err(OracleError::ZeroPrice));
		let heavy = report(1, 1, crate::MAX_WEIGHT + 1);
		assert_eq!(aggregate(&[heavy], 1), Err(OracleError::WeightTooLarge));
	}

	#[test]
	fn a_width_beyond_the_price_stops_at_the_ends() {
		let seen = aggregate(&[report(100, u64::MAX, 1)], 1).unwrap();
		assert_eq!(seen.confidence, Confidence(u64::MAX - 100));
		assert_eq!(seen.collateral_price(seen.confidence), Price::ZERO);
		assert_eq!(seen.debt_price(seen.confidence), Price::MAX);
	}

	#[test]
	fn width_grows_with_the_root_of_age() {
		// 4 % a day after 6 hours: 100 000·0.04·√¼ = 2 000; with c = 1 500: 2 500
		let fresh = Aggregate {
			price: Price::new(100_000),
			confidence: Confidence(1_500),
			time: Timestamp::new(0),
		};
		let sigma = Ratio::saturating_from_percent(4);
		let widened = |ms| fresh.widened(Timestamp::new(ms), sigma);
		assert_eq!(widened(0), Confidence(1_500));
		assert_eq!(widened(6 * Millis::HOUR.get()), Confidence(2_500));
		assert_eq!(widened(6 * Millis::HOUR.get() + 1), Confidence(2_501));
		assert_eq!(fresh.widened(Timestamp::MAX, Ratio::MAX), Confidence(u64::MAX));
	}

	#[test]
	fn a_price_from_the_future_has_no_age() {
		let early = Aggregate {
			price: Price::new(7),
			confidence: Confidence(1),
			time: Timestamp::new(100),
		};
		assert_eq!(early.widened(Timestamp::new(50), Ratio::ONE), Confidence(1));
		assert!(!Aggregate { time: Timestamp::new(99), ..early }.may_follow(&early));
	}

	#[test]
	fn confidence_in_force_moves_by_a_step() {
		assert_eq!(Confidence(10).approach(Confidence(100), 5), Confidence(15));
		assert_eq!(Confidence(10).approach(Confidence(0), 5), Confidence(5));
		assert_eq!(Confidence(10).approach(Confidence(12), 5), Confidence(12));
	}
}
