//! How much the markets move together. No storage here.

use breakwater_risk::{LogReturn, Observation};
use breakwater_units::{mul_div, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What the averages keep per bar: exp(−1/1440), a time constant of a day of minutes.
const KEPT: i128 = 999_305_796;
/// Standard deviations beyond which a return counts no more: one market's jump is not a common move.
pub(crate) const CLIP: Ratio = Ratio::saturating_from_percent(1_000);
/// A square of one standard deviation, in parts per billion squared.
pub(crate) const ONE: i128 = (PPB as i128).saturating_mul(PPB as i128);

/// The mean correlation of all pairs of markets: the average of the products of their returns in the
/// same bar over the average of their squares, both standardised by the volatility that was forecast.
///
/// For n returns that sum to S and whose squares sum to Q, the products of all ordered pairs sum to
/// S² − Q: no pair is looked at. It begins at one: until it is known that markets do not fall
/// together, they do.
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
pub struct CommonMoves {
	/// The bar that is being counted.
	bar: u64,
	/// Returns in it.
	count: u32,
	/// Their sum, in parts per billion of a standard deviation.
	sum: i128,
	/// The sum of their squares.
	squares: i128,
	/// Average product of a pair.
	product: i128,
	/// Average square.
	square: i128,
}

impl Default for CommonMoves {
	fn default() -> Self {
		Self { bar: 0, count: 0, sum: 0, squares: 0, product: ONE, square: ONE }
	}
}

impl CommonMoves {
	/// Counts a return in its bar. One of a bar that is over is too late.
	pub(crate) fn record(&mut self, bar: u64, seen: &Observation) {
		if bar < self.bar {
			return;
		}
		if bar > self.bar {
			self.close();
			self.bar = bar;
		}
		let size = signed(seen);
		// At most 10¹⁰ each, and their squares 10²⁰, for at most 2³² of them.
		self.sum = self.sum.saturating_add(size);
		self.squares = self.squares.saturating_add(size.saturating_mul(size));
		self.count = self.count.saturating_add(1);
	}

	/// Takes the bar into the averages, unless fewer than two markets were in it.
	fn close(&mut self) {
		let count = i128::from(self.count);
		let pairs = count.saturating_mul(count.saturating_sub(1));
		if pairs > 0 {
			let products = self.sum.saturating_mul(self.sum).saturating_sub(self.squares);
			self.product = averaged(self.product, products.checked_div(pairs).unwrap_or(0));
			self.square = averaged(self.square, self.squares.checked_div(count).unwrap_or(0));
		}
		(self.count, self.sum, self.squares) = (0, 0, 0);
	}

	/// The mean correlation, held in zero to one; rounded up.
	pub fn mean(&self) -> Ratio {
		let ratio = mul_div(self.product, i128::from(PPB), self.square, Rounding::Up);
		// Markets that have not moved at all are not known not to move together.
		let ppb = ratio.unwrap_or(i128::from(PPB)).max(0);
		Ratio::new(u64::try_from(ppb).unwrap_or(PPB)).min(Ratio::ONE)
	}
}

/// A return in parts per billion of a standard deviation, at most [`CLIP`] on either side.
pub(crate) fn signed(seen: &Observation) -> i128 {
	let size = i128::from(seen.standardised().min(CLIP).get());
	if seen.log_return < LogReturn::ZERO {
		size.saturating_neg()
	} else {
		size
	}
}

/// An average with a sample of a bar taken into it.
pub(crate) fn averaged(average: i128, sample: i128) -> i128 {
	let distance = average.saturating_sub(sample);
	let rest = mul_div(distance, KEPT, i128::from(PPB), Rounding::NearestTiesUp).unwrap_or(0);
	sample.saturating_add(rest)
}

#[cfg(test)]
mod tests {
	use super::*;
	use breakwater_risk::Sigma;
	use proptest::prelude::*;

	/// A return of so many thousandths of a standard deviation of 0.1 %.
	fn seen(thousandths: i64) -> Observation {
		Observation {
			log_return: LogReturn::new(thousandths * 1_000_000),
			bars: 1,
			forecast: Sigma::new(1_000_000_000),
		}
	}

	fn after(bars: &[Vec<i64>]) -> Ratio {
		let mut moves = CommonMoves::default();
		for (bar, returns) in (1..).zip(bars) {
			returns.iter().for_each(|thousandths| moves.record(bar, &seen(*thousandths)));
		}
		moves.close();
		moves.mean()
	}

	#[test]
	fn begins_at_one() {
		assert_eq!(after(&[]), Ratio::ONE);
		// one market has nobody to move with
		assert_eq!(after(&vec![vec![1_000]; 5_000]), Ratio::ONE);
	}

	#[test]
	fn markets_that_move_as_one_have_one() {
		let bars: Vec<_> =
			(0..5_000).map(|n| vec![if n % 2 == 0 { 900 } else { -900 }; 3]).collect();
		assert_eq!(after(&bars), Ratio::ONE);
	}

	#[test]
	fn markets_that_move_apart_have_none() {
		let bars: Vec<_> = (0..20_000i64)
			.map(|n| vec![if n % 2 == 0 { 900 } else { -900 }, if n % 4 < 2 { 900 } else { -900 }])
			.collect();
		assert!(after(&bars) < Ratio::new(10_000_000), "{:?}", after(&bars));
		assert_eq!(after(&vec![vec![900, -900]; 20_000]), Ratio::ZERO);
	}

	#[test]
	fn a_return_that_is_late_does_not_count() {
		let mut moves = CommonMoves::default();
		moves.record(5, &seen(100));
		let before = moves;
		moves.record(4, &seen(-100));
		assert_eq!(moves, before);
	}

	#[test]
	fn markets_that_stand_still_are_total() {
		let bars = vec![vec![0, 0]; 30_000];
		assert!(after(&bars) <= Ratio::ONE);
	}

	proptest! {
		#[test]
		fn is_the_average_over_all_pairs(
			bars in prop::collection::vec(prop::collection::vec(-3_000i64..3_000, 0..6), 1..300)
		) {
			// every pair of every bar, in floats
			let (mut product, mut square) = (1.0f64, 1.0f64);
			for returns in bars.iter().filter(|returns| returns.len() > 1) {
				let z: Vec<f64> = returns.iter().map(|r| *r as f64 / 1_000.0).collect();
				let n = z.len() as f64;
				let mut products = 0.0;
				for (i, a) in z.iter().enumerate() {
					for b in z.iter().skip(i + 1) {
						products += 2.0 * a * b;
					}
				}
				let kept = (-1.0f64 / 1_440.0).exp();
				product = product * kept + products / (n * (n - 1.0)) * (1.0 - kept);
				square = square * kept + z.iter().map(|z| z * z).sum::<f64>() / n * (1.0 - kept);
			}
			let expected = (product / square).clamp(0.0, 1.0);
			let mean = after(&bars).get() as f64 / 1e9;
			prop_assert!((mean - expected).abs() < 1e-6, "{} {}", mean, expected);
		}
	}
}
