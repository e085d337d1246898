use breakwater_units::{mul_div, Millis, Rounding, SignedRatio, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Longest time that a sample speaks for. Time beyond it counts as a premium of zero: silence
/// charges nobody.
pub const MAX_HOLD: Millis = Millis::new(5 * Millis::MINUTE.get());

/// Average premium over an interval, weighted by time: each sample counts for as long as it was the
/// latest. Sampling more often gives a sample less time, so frequency moves nothing.
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
pub struct PremiumAverage {
	/// Start of the interval.
	start: Timestamp,
	/// Until when `sum` is counted.
	counted_until: Timestamp,
	/// When the latest sample was taken.
	sampled_at: Timestamp,
	/// The latest sample.
	latest: SignedRatio,
	/// Sum of sample times milliseconds.
	sum: i128,
}

impl PremiumAverage {
	/// Starts an interval with a premium of zero.
	pub const fn new(now: Timestamp) -> Self {
		Self { start: now, counted_until: now, sampled_at: now, latest: SignedRatio::ZERO, sum: 0 }
	}

	/// Takes a sample. Time that runs backwards counts as no time.
	pub fn record(&mut self, sample: SignedRatio, now: Timestamp) {
		self.count_until(now);
		self.latest = sample;
		self.sampled_at = self.sampled_at.max(now);
	}

	/// Ends the interval: its average, rounded toward zero, and the start of the next one with the
	/// latest sample still standing. Zero for an interval without length. Never beyond the largest
	/// magnitude of a sample.
	pub fn finish(&mut self, now: Timestamp) -> SignedRatio {
		self.count_until(now);
		let length = i128::from(self.counted_until.saturating_since(self.start).get());
		let average = mul_div(self.sum, 1, length, Rounding::TowardZero).unwrap_or(0);
		self.start = self.counted_until;
		self.sum = 0;
		i64::try_from(average).map_or(SignedRatio::ZERO, SignedRatio::new)
	}

	fn count_until(&mut self, now: Timestamp) {
		let silent_from = self.sampled_at.saturating_after(MAX_HOLD);
		let span = now.min(silent_from).saturating_since(self.counted_until);
		let weighted = i128::from(self.latest.get()).saturating_mul(i128::from(span.get()));
		self.sum = self.sum.saturating_add(weighted);
		self.counted_until = self.counted_until.max(now);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const MINUTE: u64 = Millis::MINUTE.get();

	fn at(minutes: u64) -> Timestamp {
		Timestamp::new(1_000_000 + minutes * MINUTE)
	}

	fn ppb(x: i64) -> SignedRatio {
		SignedRatio::new(x)
	}

	#[test]
	fn samples_weigh_as_long_as_they_stand() {
		let mut average = PremiumAverage::new(at(0));
		average.record(ppb(600), at(0));
		average.record(ppb(-300), at(1));
		// (600·1 − 300·2)/3 = 0; then (−300·1 + 900·2)/3 = 500
		assert_eq!(average.finish(at(3)), ppb(0));
		average.record(ppb(900), at(4));
		assert_eq!(average.finish(at(6)), ppb(500));
	}

	#[test]
	fn a_burst_of_samples_weighs_nothing() {
		let mut average = PremiumAverage::new(at(0));
		average.record(ppb(100), at(0));
		for _ in 0..1_000 {
			average.record(ppb(1_000_000), at(2));
		}
		average.record(ppb(100), at(2));
		assert_eq!(average.finish(at(4)), ppb(100));
	}

	#[test]
	fn silence_counts_as_zero_after_a_while() {
		let mut average = PremiumAverage::new(at(0));
		average.record(ppb(1_200), at(0));
		// five minutes of twenty
		assert_eq!(average.finish(at(20)), ppb(300));
		assert_eq!(average.finish(at(40)), ppb(0));
	}

	#[test]
	fn rounds_toward_zero_on_either_side() {
		for sign in [1, -1] {
			let mut average = PremiumAverage::new(at(0));
			average.record(ppb(sign), at(0));
			average.record(ppb(0), at(2));
			assert_eq!(average.finish(at(3)), ppb(0));
		}
	}

	#[test]
	fn time_backwards_is_no_time() {
		let mut average = PremiumAverage::new(at(10));
		average.record(ppb(500), at(5));
		assert_eq!(average.finish(at(5)), ppb(0));
		assert_eq!(average.finish(at(11)), ppb(500));
	}

	#[test]
	fn extremes_do_not_overflow() {
		let mut average = PremiumAverage::new(Timestamp::ZERO);
		average.record(SignedRatio::MIN, Timestamp::ZERO);
		assert_eq!(average.finish(Timestamp::new(MAX_HOLD.get())), SignedRatio::MIN);
		assert!(average.finish(Timestamp::MAX) <= SignedRatio::ZERO);
	}
}
