use crate::{weighted_lower_median, Aggregate, OracleError, Report, Weighted, MAX_REPORTERS};
use alloc::vec::Vec;
use breakwater_units::Price;

/// Deviations allowed: multiples of the median deviation and of the confidence, and a share of
/// the price in parts of 10 000.
const MAD_MULTIPLE: u128 = 5;
const CONFIDENCE_MULTIPLE: u128 = 3;
const FLOOR_BASIS_POINTS: u128 = 50;
const BASIS_POINTS: u128 = 10_000;

/// Weighted lower median of the distances of the reports from `centre`, in ticks. `None` without
/// weight.
///
/// # Errors
/// `TooManyReports` above [`MAX_REPORTERS`].
pub fn median_absolute_deviation(
	reports: &[Report],
	centre: Price,
) -> Result<Option<u64>, OracleError> {
	if reports.len() > MAX_REPORTERS {
		return Err(OracleError::TooManyReports);
	}
	let mut distances: Vec<Weighted<u64>> = reports
		.iter()
		.map(|report| Weighted {
			value: report.price.get().abs_diff(centre.get()),
			weight: report.weight,
		})
		.collect();
	Ok(weighted_lower_median(&mut distances))
}

/// Whether a report of the same window is a strike: farther from the aggregate than the largest of
/// five median deviations, three confidences and 50 basis points of the price. Exact, strict.
///
/// The confidence is the aggregate's: a reporter's own would let it excuse itself.
pub fn is_outlier(price: Price, aggregate: &Aggregate, deviation: u64) -> bool {
	let distance = u128::from(price.get().abs_diff(aggregate.price.get()));
	let floor = u128::from(aggregate.price.get()).saturating_mul(FLOOR_BASIS_POINTS);
	distance > u128::from(deviation).saturating_mul(MAD_MULTIPLE)
		&& distance > u128::from(aggregate.confidence.get()).saturating_mul(CONFIDENCE_MULTIPLE)
		&& distance.saturating_mul(BASIS_POINTS) > floor
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Confidence;
	use breakwater_units::Timestamp;

	fn report(price: u64) -> Report {
		Report {
			price: Price::new(price),
			confidence: Confidence::ZERO,
			time: Timestamp::ZERO,
			weight: 1,
		}
	}

	fn aggregate(confidence: u64) -> Aggregate {
		Aggregate {
			price: Price::new(10_000),
			confidence: Confidence::new(confidence),
			time: Timestamp::ZERO,
		}
	}

	#[test]
	fn deviation_is_the_median_distance() {
		let reports = [10_000, 10_010, 9_960, 20_000, 10_000].map(report);
		assert_eq!(median_absolute_deviation(&reports, Price::new(10_000)), Ok(Some(10)));
		assert_eq!(median_absolute_deviation(&[], Price::new(1)), Ok(None));
		let many = [report(1); MAX_REPORTERS + 1];
		assert_eq!(
			median_absolute_deviation(&many, Price::new(1)),
			Err(OracleError::TooManyReports)
		);
	}

	#[test]
	fn each_limit_binds_alone_and_is_strict() {
		let outlier =
			|price, confidence, mad| is_outlier(Price::new(price), &aggregate(confidence), mad);
		// floor: 50 bp of 10 000 is 50
		assert!(!outlier(10_050, 0, 0));
		assert!(outlier(10_051, 0, 0));
		assert!(outlier(9_949, 0, 0));
		// 5·MAD
		assert!(!outlier(10_100, 0, 20));
		assert!(outlier(10_101, 0, 20));
		// 3·c
		assert!(!outlier(10_120, 40, 0));
		assert!(outlier(10_121, 40, 0));
	}
}
