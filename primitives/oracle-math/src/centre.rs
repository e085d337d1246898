use crate::{aggregate, median_absolute_deviation, Aggregate, Confidence, OracleError, Report};
use alloc::vec::Vec;
use breakwater_units::{Price, Timestamp};

/// A source farther from the median than this many median deviations is dropped, if it is also
/// farther than [`NEAR_BASIS_POINTS`].
const MAD_MULTIPLE: u128 = 5;
/// Venues differ by this much, in parts of 10 000, without any of them being wrong.
const NEAR_BASIS_POINTS: u128 = 100;
const BASIS_POINTS: u128 = 10_000;

/// What one source said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourcePrice {
	/// Price in ticks, above zero.
	pub price: Price,
	/// Half of its bid-ask spread, or zero where the source does not tell.
	pub half_spread: Confidence,
	/// When it was received.
	pub time: Timestamp,
}

/// The robust centre of what a reporter's sources say, and how many of them it rests on.
///
/// Sources farther from their median than five median deviations and one per cent are dropped;
/// price, time and confidence are those of [`aggregate`] over the others, all with the same
/// weight. Without the dropping, one wrong source of three would widen the confidence to itself:
/// it holds a quarter of the votes. The confidence is at least one tick, because no price is
/// known better than its grid.
///
/// # Errors
/// `NoQuorum` if fewer than `required` sources, or none, are left; `TooManyReports`, `ZeroPrice`
/// as [`aggregate`].
pub fn robust_centre(
	sources: &[SourcePrice],
	required: usize,
) -> Result<(Aggregate, u32), OracleError> {
	let reports: Vec<Report> = sources.iter().map(with_equal_weight).collect();
	let all = aggregate(&reports, weight_of(&reports))?;
	let deviation = median_absolute_deviation(&reports, all.price)?.unwrap_or(0);
	let near: Vec<Report> =
		reports.into_iter().filter(|report| is_near(report.price, all.price, deviation)).collect();
	if near.len() < required {
		return Err(OracleError::NoQuorum);
	}
	let centre = aggregate(&near, weight_of(&near))?;
	let confidence = centre.confidence.max(Confidence::new(1));
	Ok((Aggregate { confidence, ..centre }, u32::try_from(near.len()).unwrap_or(u32::MAX)))
}

fn with_equal_weight(source: &SourcePrice) -> Report {
	Report { price: source.price, confidence: source.half_spread, time: source.time, weight: 1 }
}

fn weight_of(reports: &[Report]) -> u128 {
	reports.len() as u128
}

fn is_near(price: Price, centre: Price, deviation: u64) -> bool {
	let distance = u128::from(price.get().abs_diff(centre.get()));
	let tolerated = u128::from(centre.get()).saturating_mul(NEAR_BASIS_POINTS);
	distance <= u128::from(deviation).saturating_mul(MAD_MULTIPLE)
		|| distance.saturating_mul(BASIS_POINTS) <= tolerated
}

#[cfg(test)]
mod tests {
	use super::*;

	fn source(price: u64) -> SourcePrice {
		SourcePrice {
			price: Price::new(price),
			half_spread: Confidence::new(5),
			time: Timestamp::new(price),
		}
	}

	fn centre(prices: &[u64], required: usize) -> Result<(u64, u64, u32), OracleError> {
		let sources: Vec<_> = prices.iter().copied().map(source).collect();
		robust_centre(&sources, required)
			.map(|(centre, used)| (centre.price.get(), centre.confidence.get(), used))
	}

	#[test]
	fn one_wrong_source_of_three_moves_nothing_and_widens_nothing() {
		assert_eq!(centre(&[100_000, 100_020, 120_000], 2), Ok((100_000, 20, 2)));
		assert_eq!(centre(&[100_000, 100_020, 1], 2), Ok((100_000, 20, 2)));
	}

	#[test]
	fn two_wrong_ones_of_five_neither() {
		let (price, confidence, used) =
			centre(&[100_000, 100_010, 100_020, 120_000, 80_000], 3).unwrap();
		assert_eq!((price, used), (100_010, 3));
		assert!(confidence <= 20);
	}

	#[test]
	fn sources_that_merely_differ_stay() {
		// 0.9 % from each other, and no two alike
		assert_eq!(centre(&[100_000, 100_900, 100_050], 3).map(|seen| seen.2), Ok(3));
	}

	#[test]
	fn disagreement_shows_as_confidence() {
		let (_, narrow, _) = centre(&[100_000, 100_010, 100_020], 3).unwrap();
		let (_, wide, _) = centre(&[100_000, 100_300, 100_900], 3).unwrap();
		assert!(wide > 10 * narrow);
	}

	#[test]
	fn too_few_are_no_price() {
		assert_eq!(centre(&[], 0), Err(OracleError::NoQuorum));
		assert_eq!(centre(&[100], 2), Err(OracleError::NoQuorum));
		assert_eq!(centre(&[100_000, 100_000, 120_000], 3), Err(OracleError::NoQuorum));
		assert_eq!(centre(&[0, 100, 100], 1), Err(OracleError::ZeroPrice));
	}

	#[test]
	fn one_source_is_known_to_its_grid() {
		let alone = SourcePrice { half_spread: Confidence::ZERO, ..source(7) };
		let (centre, used) = robust_centre(&[alone], 1).unwrap();
		assert_eq!((centre.confidence, used), (Confidence::new(1), 1));
	}
}
