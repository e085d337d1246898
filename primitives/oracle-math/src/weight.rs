use crate::OracleError;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Most reporters of a feed.
pub const MAX_REPORTERS: usize = 64;
/// Largest weight of a reporter, 2¹¹². Sums of three votes of each reporter, times four, fit.
pub const MAX_WEIGHT: u128 = 1 << 112;

/// A reporter holds at most one part in this many of the weight, if there are that many.
const CAP_PARTS: usize = 3;

/// Weights from bonds such that nobody holds more than `max(1/3, 1/n)` of their sum, in the order
/// of the bonds; n counts the bonds that are not zero.
///
/// The cap is a share of the sum *after* capping: capping against the sum before would leave a
/// bond of 3 beside two of 1 with 45 % of the weight. It is the largest whole cap for which that
/// holds, so nobody loses more weight than needed.
///
/// # Errors
/// `TooManyReports` above [`MAX_REPORTERS`] bonds, `WeightTooLarge` for one above [`MAX_WEIGHT`].
pub fn capped_weights(bonds: &[u128]) -> Result<Vec<u128>, OracleError> {
	let mut rest = total_weight(bonds.iter().copied())?;
	let mut largest_first: Vec<u128> = bonds.iter().copied().filter(|bond| *bond > 0).collect();
	largest_first.sort_unstable_by_key(|bond| Reverse(*bond));
	let parts = largest_first.len().min(CAP_PARTS) as u128;

	// With the m largest at the cap c: parts·c = m·c + rest, so c = rest/(parts − m). At the last
	// m, c is the rest itself and holds everyone.
	let mut cap = rest;
	for (capped, bond) in (0u128..parts).zip(largest_first) {
		cap = rest.checked_div(parts.saturating_sub(capped)).unwrap_or(rest);
		if bond <= cap {
			break;
		}
		rest = rest.saturating_sub(bond);
	}
	Ok(bonds.iter().map(|bond| (*bond).min(cap)).collect())
}

/// The sum of weights.
///
/// # Errors
/// `TooManyReports` above [`MAX_REPORTERS`] weights, `WeightTooLarge` for one above
/// [`MAX_WEIGHT`].
pub fn total_weight(weights: impl Iterator<Item = u128>) -> Result<u128, OracleError> {
	let mut sum = 0u128;
	for (count, weight) in weights.enumerate() {
		if count >= MAX_REPORTERS {
			return Err(OracleError::TooManyReports);
		}
		if weight > MAX_WEIGHT {
			return Err(OracleError::WeightTooLarge);
		}
		sum = sum.saturating_add(weight);
	}
	Ok(sum)
}

/// Whether at least two thirds of the weight reported, without dividing. Without any weight there
/// is no quorum.
pub const fn has_quorum(reported: u128, registered: u128) -> bool {
	reported > 0 && reported.saturating_mul(3) >= registered.saturating_mul(2)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn nobody_holds_more_than_a_third() {
		assert_eq!(capped_weights(&[1, 1, 3]), Ok(vec![1, 1, 1]));
		// the cap is (10 + 10 + 10 + 10)/(3 − 1) = 20
		assert_eq!(capped_weights(&[10, 90, 10, 10, 10]), Ok(vec![10, 20, 10, 10, 10]));
		// two above it: 30/(3 − 2) = 30 each
		assert_eq!(capped_weights(&[70, 90, 10, 20]), Ok(vec![30, 30, 10, 20]));
		assert_eq!(capped_weights(&[5, 6, 7]), Ok(vec![5, 5, 5]));
	}

	#[test]
	fn weights_below_the_cap_are_untouched() {
		assert_eq!(capped_weights(&[2, 2, 2, 3]), Ok(vec![2, 2, 2, 3]));
	}

	#[test]
	fn fewer_than_three_share_equally() {
		assert_eq!(capped_weights(&[9]), Ok(vec![9]));
		assert_eq!(capped_weights(&[9, 2]), Ok(vec![2, 2]));
		assert_eq!(capped_weights(&[9, 0, 2, 0]), Ok(vec![2, 0, 2, 0]));
		assert_eq!(capped_weights(&[]), Ok(vec![]));
		assert_eq!(capped_weights(&[0, 0]), Ok(vec![0, 0]));
	}

	#[test]
	fn too_many_or_too_large_is_refused() {
		assert_eq!(capped_weights(&[1; MAX_REPORTERS + 1]), Err(OracleError::TooManyReports));
		assert_eq!(capped_weights(&[MAX_WEIGHT + 1]), Err(OracleError::WeightTooLarge));
		assert!(capped_weights(&[MAX_WEIGHT; MAX_REPORTERS]).is_ok());
	}

	#[test]
	fn quorum_is_two_thirds_exactly() {
		assert!(has_quorum(2, 3));
		assert!(!has_quorum(1_999_999, 3_000_000));
		assert!(!has_quorum(0, 0));
	}
}
