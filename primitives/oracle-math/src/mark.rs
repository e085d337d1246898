use breakwater_units::{mul_div, Price, Ratio, Rounding, Ticks, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Median of three prices, held within `anchor·(1 ± band)`; a missing price counts as the anchor.
///
/// The mark of a market: anchor = index, and candidates = index plus smoothed basis, the batch
/// price without forced orders, the median of external perpetuals (Hyperliquid's median of three).
/// The price of collateral: anchor = its slow average, and candidates = the market, the
/// redemption value and the average. With one candidate missing, both others together can move
/// the result; with two missing it is the anchor. The band's ends round inward. Total.
pub fn banded_median(anchor: Price, candidates: [Option<Price>; 3], band: Ratio) -> Price {
	let [a, b, c] = candidates.map(|candidate| candidate.unwrap_or(anchor));
	let median = a.min(b).max(a.max(b).min(c));

	let low = anchor.mul_ratio(band.saturating_complement(), Rounding::Up);
	let high = anchor.mul_ratio(Ratio::ONE.saturating_add(band), Rounding::Down);
	// The lower end is at most the anchor and always fits; the upper may be beyond any price.
	median.max(low.unwrap_or(anchor)).min(high.unwrap_or(Price::MAX))
}

/// Smoothed distance of a market's own price from its index, in billionths of a tick.
#[derive(
	Clone,
	Copy,
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
pub struct Basis(i128);

impl Basis {
	/// Moves toward a sample and keeps a part of itself: `s + (b − s)·kept`, rounded to the
	/// nearest billionth of a tick. The result is between the two, whatever the input.
	///
	/// `kept` is `λ^Δt` for the time since the last sample, so that the average does not depend
	/// on how often it is updated; above one it counts as one.
	#[must_use]
	pub fn updated(self, sample: Ticks, kept: Ratio) -> Self {
		let one = i128::from(PPB);
		let sample = i128::from(sample.get()).saturating_mul(one);
		let kept = i128::from(kept.min(Ratio::ONE).get());
		let distance = self.0.saturating_sub(sample);
		let rest = mul_div(distance, kept, one, Rounding::NearestTiesUp).unwrap_or(0);
		Self(sample.saturating_add(rest))
	}

	/// The basis in whole ticks, rounded to the nearest.
	pub fn ticks(self) -> Ticks {
		let ticks = mul_div(self.0, 1, i128::from(PPB), Rounding::NearestTiesUp).unwrap_or(0);
		Ticks::new(i64::try_from(ticks).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX }))
	}

	/// Index plus basis, held at zero and at the largest price.
	pub fn fair_price(self, index: Price) -> Price {
		index.saturating_offset(self.ticks())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const BAND: Ratio = Ratio::saturating_from_percent(1);

	fn mark(candidates: [u64; 3]) -> u64 {
		banded_median(Price::new(10_000), candidates.map(|p| Some(Price::new(p))), BAND).get()
	}

	#[test]
	fn median_of_three_in_any_order() {
		for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
			assert_eq!(mark(order.map(|n| 10_000 + n)), 10_002);
		}
	}

	#[test]
	fn hyperliquid_example() {
		// oracle 10 000, smoothed basis +20; book 10 010, external 10 025
		let basis = Basis::default().updated(Ticks::new(20), Ratio::ZERO);
		let fair = basis.fair_price(Price::new(10_000));
		assert_eq!(fair, Price::new(10_020));
		assert_eq!(mark([fair.get(), 10_010, 10_025]), 10_020);
	}

	#[test]
	fn two_liars_reach_the_band_and_no_farther() {
		assert_eq!(mark([10_000, 50_000, 60_000]), 10_100);
		assert_eq!(mark([1, 2, 10_000]), 9_900);
	}

	#[test]
	fn a_missing_candidate_is_the_anchor() {
		let anchor = Price::new(10_000);
		let (up, far) = (Some(Price::new(10_050)), Some(Price::new(10_090)));
		assert_eq!(banded_median(anchor, [up, None, far], BAND), Price::new(10_050));
		assert_eq!(banded_median(anchor, [None, far, None], BAND), anchor);
	}

	#[test]
	fn band_rounds_inward_and_is_total() {
		let ends = |anchor, band| {
			[Price::ZERO, Price::MAX]
				.map(|p| banded_median(Price::new(anchor), [Some(p); 3], Ratio::new(band)).get())
		};
		// 1 % of 150 is 1.5
		assert_eq!(ends(150, 10_000_000), [149, 151]);
		assert_eq!(ends(0, 10_000_000), [0, 0]);
		assert_eq!(ends(u64::MAX, u64::MAX), [0, u64::MAX]);
	}

	#[test]
	fn basis_keeps_its_part() {
		// 20 → 0 with a half kept, twice
		let basis = Basis::default().updated(Ticks::new(20), Ratio::ZERO);
		let half = Ratio::saturating_from_percent(50);
		assert_eq!(basis.updated(Ticks::ZERO, half).ticks(), Ticks::new(10));
		assert_eq!(basis.updated(Ticks::ZERO, half).updated(Ticks::ZERO, half).0, 5_000_000_000);
		assert_eq!(basis.updated(Ticks::MIN, Ratio::MAX), basis);
	}
}
