/// A value and the weight behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighted<T> {
	/// The value.
	pub value: T,
	/// Its weight.
	pub weight: u128,
}

/// The weighted lower median: the smallest value with at least half of the weight at or below it.
/// `None` without weight. Sorts the slice; the order it comes in does not matter.
///
/// While dishonest weight is less than half, the median is between two honest values.
pub fn weighted_lower_median<T: Ord + Copy>(values: &mut [Weighted<T>]) -> Option<T> {
	first_with(values, |below, total| below.saturating_mul(2) >= total)
}

/// The smallest value with more than a quarter of the weight at or below it. `None` without
/// weight. Sorts the slice. With equal weights it is element `⌊n/4⌋` of n, as in Pyth's
/// aggregation.
pub fn lower_quartile<T: Ord + Copy>(values: &mut [Weighted<T>]) -> Option<T> {
	first_with(values, more_than_a_quarter)
}

/// The largest value with more than a quarter of the weight at or above it. `None` without weight.
/// Sorts the slice. With equal weights it is element `n − 1 − ⌊n/4⌋` of n.
pub fn upper_quartile<T: Ord + Copy>(values: &mut [Weighted<T>]) -> Option<T> {
	let total = sort(values);
	scan(values.iter().rev(), total, more_than_a_quarter)
}

fn more_than_a_quarter(part: u128, total: u128) -> bool {
	part.saturating_mul(4) > total
}

fn first_with<T: Ord + Copy>(
	values: &mut [Weighted<T>],
	reached: impl Fn(u128, u128) -> bool,
) -> Option<T> {
	let total = sort(values);
	scan(values.iter(), total, reached)
}

/// Sorts by value and returns the total weight.
fn sort<T: Ord>(values: &mut [Weighted<T>]) -> u128 {
	values.sort_unstable_by(|a, b| a.value.cmp(&b.value));
	values.iter().fold(0, |sum, value| sum.saturating_add(value.weight))
}

fn scan<'a, T: Copy + 'a>(
	values: impl Iterator<Item = &'a Weighted<T>>,
	total: u128,
	reached: impl Fn(u128, u128) -> bool,
) -> Option<T> {
	let mut passed = 0u128;
	for Weighted { value, weight } in values {
		passed = passed.saturating_add(*weight);
		// a value without weight never decides
		if *weight > 0 && reached(passed, total) {
			return Some(*value);
		}
	}
	None
}

#[cfg(test)]
mod tests {
	use super::*;

	fn weighted(values: &[(u64, u128)]) -> Vec<Weighted<u64>> {
		values.iter().map(|(value, weight)| Weighted { value: *value, weight: *weight }).collect()
	}

	fn median(values: &[(u64, u128)]) -> Option<u64> {
		weighted_lower_median(&mut weighted(values))
	}

	#[test]
	fn median_matches_the_research_vectors() {
		assert_eq!(median(&[(10, 1), (20, 1)]), Some(10));
		let exchanges =
			[(100, 3), (101, 2), (102, 2), (103, 1), (50, 1), (200, 1), (101, 1), (101, 1)];
		assert_eq!(median(&exchanges), Some(101));
		// a weight above one half owns the price: hence the cap
		assert_eq!(median(&[(10, 1), (20, 1), (1_000, 3)]), Some(1_000));
		let capped = crate::capped_weights(&[1, 1, 3]).unwrap();
		assert_eq!(median(&[(10, capped[0]), (20, capped[1]), (1_000, capped[2])]), Some(20));
	}

	#[test]
	fn no_weight_has_no_median() {
		assert_eq!(median(&[]), None);
		assert_eq!(median(&[(5, 0)]), None);
		assert_eq!(median(&[(5, 0), (7, 1), (9, 0)]), Some(7));
	}

	mod pyth {
		use super::*;

		/// Pyth's aggregate from equally weighted quotes: three votes each, the middle of the
		/// votes (the floor of the mean of the middle two), and the larger distance to a quartile.
		fn pyth(quotes: &[(u64, u64)]) -> (u64, u64) {
			let votes = quotes.iter().flat_map(|(p, c)| [(p - c, 1), (*p, 1), (p + c, 1)]);
			let mut votes = weighted(&votes.collect::<Vec<_>>());
			let lower = weighted_lower_median(&mut votes).unwrap();
			let upper = votes[votes.len() / 2].value;
			let p50 = (lower + upper) / 2;
			let p25 = lower_quartile(&mut votes).unwrap();
			let p75 = upper_quartile(&mut votes).unwrap();
			(p50, (p50 - p25).max(p75 - p50))
		}

		#[test]
		fn matches_the_research_vectors() {
			assert_eq!(pyth(&[(10_000, 10)]), (10_000, 10));
			assert_eq!(pyth(&[(10_000, 10), (10_020, 10)]), (10_010, 10));
			assert_eq!(pyth(&[(10_000, 10), (10_010, 10), (8_000, 10)]), (10_000, 1_990));
			let five = [(10_000, 50), (10_010, 10), (10_020, 10), (10_015, 5), (20_000, 1)];
			assert_eq!(pyth(&five), (10_020, 30));
		}
	}
}
