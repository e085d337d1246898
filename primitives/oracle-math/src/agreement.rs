use crate::{total_weight, OracleError, Report};
use breakwater_units::Price;

/// How far from the price a reporter may be to agree with it, in parts of a hundred.
const TOLERANCE_PERCENT: u128 = 2;

/// Whether reporters with more than half of the registered weight, silent ones included, are within
/// 2 % of a price.
///
/// Without it, a lower median sides with the lower half where the weight is split in two, and a
/// silent reporter makes the liars' share of the rest larger. With it, as long as liars have at most
/// half of the registered weight, an honest reporter is within 2 % of every price that is agreed on.
///
/// # Errors
/// `TooManyReports`, `WeightTooLarge`.
pub fn is_agreed(reports: &[Report], price: Price, registered: u128) -> Result<bool, OracleError> {
	let agree = reports.iter().filter(|report| is_near(report.price, price));
	let weight = total_weight(agree.map(|report| report.weight))?;
	Ok(weight.saturating_mul(2) > registered)
}

fn is_near(one: Price, price: Price) -> bool {
	let distance = u128::from(one.get().abs_diff(price.get()));
	let most = u128::from(price.get()).saturating_mul(TOLERANCE_PERCENT);
	distance.saturating_mul(100) <= most
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{aggregate, Confidence};
	use breakwater_units::Timestamp;

	fn reports(prices: &[u64]) -> Vec<Report> {
		let report = |price: &u64| Report {
			price: Price::new(*price),
			confidence: Confidence::ZERO,
			time: Timestamp::ZERO,
			weight: 1,
		};
		prices.iter().map(report).collect()
	}

	/// What reporters of one each make of it, if there are so many.
	fn agreed(prices: &[u64], registered: u128) -> bool {
		let reports = reports(prices);
		let price = aggregate(&reports, registered).expect("a quorum").price;
		is_agreed(&reports, price, registered).expect("few reports")
	}

	#[test]
	fn half_of_the_weight_is_no_majority() {
		assert!(agreed(&[100, 100, 100, 50], 4));
		assert!(!agreed(&[100, 100, 50, 50], 4));
		assert!(!agreed(&[100, 100, 200, 200], 4));
	}

	#[test]
	fn silence_agrees_with_nobody() {
		assert!(agreed(&[100, 100, 100], 4));
		assert!(!agreed(&[100, 100, 50], 4), "the fourth may know better");
		assert!(agreed(&[100, 100], 3));
		assert!(!agreed(&[100, 50], 3));
	}

	#[test]
	fn two_percent_is_near_and_more_is_not() {
		assert!(agreed(&[10_000, 10_200], 2));
		assert!(!agreed(&[10_000, 10_201], 2));
		assert!(agreed(&[u64::MAX, u64::MAX], 2));
	}
}
