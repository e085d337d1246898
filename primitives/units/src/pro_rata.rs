//! Splitting a whole number by weights so that the shares sum to it exactly.
//!
//! Two rules. [`ProRata`] hands out telescoping floors one weight after another, without seeing
//! the others: for deleveraging, where a target settles at its first touch. [`largest_remainder`]
//! needs all the weights at once and does not depend on their order: for fills of a batch. In
//! both, a share is within one unit of exact, a weight of zero gets nothing, and where the amount
//! does not exceed the total weight no share exceeds its weight.

use crate::{
	wide::{mul_div_rem, mul_div_u128},
	ArithmeticError, Rounding,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Telescoping floors: the i-th share is `⌊D·W_i/W⌋ − ⌊D·W_{i−1}/W⌋`, with `W_i` the sum of the
/// first i weights. After the last weight the shares sum to `D`, and at no time to more. The state
/// is of fixed size, so a split may be spread over blocks.
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
pub struct ProRata {
	amount: u128,
	total_weight: u128,
	used_weight: u128,
	handed_out: u128,
}

impl ProRata {
	/// Starts splitting `amount` by weights that will sum to `total_weight`.
	///
	/// # Errors
	/// `DivisionByZero` if the weights are all zero and the amount is not: nobody could take it.
	pub fn new(amount: u128, total_weight: u128) -> Result<Self, ArithmeticError> {
		if total_weight == 0 && amount != 0 {
			return Err(ArithmeticError::DivisionByZero);
		}
		Ok(Self { amount, total_weight, used_weight: 0, handed_out: 0 })
	}

	/// The share of the next weight.
	///
	/// # Errors
	/// `WeightsExceedTotal` if the weights so far exceed the declared total; the state is then
	/// unchanged.
	pub fn next_share(&mut self, weight: u128) -> Result<u128, ArithmeticError> {
		let used_weight = self
			.used_weight
			.checked_add(weight)
			.filter(|used| *used <= self.total_weight)
			.ok_or(ArithmeticError::WeightsExceedTotal)?;
		let until = floor_until(self.amount, used_weight, self.total_weight)?;
		let share = until.checked_sub(self.handed_out).ok_or(ArithmeticError::Negative)?;
		self.used_weight = used_weight;
		self.handed_out = until;
		Ok(share)
	}

	/// What has been handed out so far.
	pub const fn handed_out(&self) -> u128 {
		self.handed_out
	}

	/// What has not been handed out yet.
	pub const fn remaining(&self) -> u128 {
		// The floors never exceed the amount.
		self.amount.saturating_sub(self.handed_out)
	}

	/// The weight that has not been seen yet.
	pub const fn remaining_weight(&self) -> u128 {
		self.total_weight.saturating_sub(self.used_weight)
	}

	/// The share of one weight from the sum of the weights before it, for targets that settle in
	/// any order: the prefix sum was fixed in the snapshot.
	///
	/// # Errors
	/// `WeightsExceedTotal` if `weight_before + weight` exceeds the total, `DivisionByZero` if the
	/// total is zero and the amount is not.
	pub fn share_at(
		amount: u128,
		total_weight: u128,
		weight_before: u128,
		weight: u128,
	) -> Result<u128, ArithmeticError> {
		let mut split = Self::new(amount, total_weight)?;
		split.next_share(weight_before)?;
		split.next_share(weight)
	}
}

fn floor_until(amount: u128, used: u128, total: u128) -> Result<u128, ArithmeticError> {
	// No weight and no amount: nothing to hand out, and nothing to divide by.
	if total == 0 {
		return Ok(0);
	}
	mul_div_u128(amount, used, total, Rounding::Down)
}

/// Splits `amount` by weights: each claim gets the floor of its exact share, and the units left go
/// one each to the largest remainders; ties to the smaller key. Returns the shares in the order of
/// the claims.
///
/// The result depends on the set of claims and not on their order, provided that the keys differ.
/// Equal keys with equal remainders fall back to their order: give every claim its own key.
/// `O(n log n)`; the caller bounds n.
///
/// # Errors
/// `DivisionByZero` if the weights are all zero and the amount is not, `Overflow` if the sum of
/// the weights does not fit.
pub fn largest_remainder<K: Ord>(
	amount: u128,
	claims: &[(u128, K)],
) -> Result<Vec<u128>, ArithmeticError> {
	let total = total_weight(claims)?;
	if total == 0 && amount != 0 {
		return Err(ArithmeticError::DivisionByZero);
	}

	let mut parts = Vec::with_capacity(claims.len());
	let mut left = amount;
	for (position, (weight, key)) in claims.iter().enumerate() {
		let (floor, remainder) =
			if total == 0 { (0, 0) } else { mul_div_rem(amount, *weight, total)? };
		left = left.checked_sub(floor).ok_or(ArithmeticError::Negative)?;
		parts.push(Part { position, floor, remainder, key });
	}

	// The remainders sum to `left · total` and each is below `total`, so more than `left` of them
	// are not zero: an exact share is never topped up.
	parts.sort_unstable_by(Part::compare_by_claim_on_a_unit);
	for part in parts.iter_mut() {
		let unit = left.min(1);
		part.floor = part.floor.saturating_add(unit);
		left = left.saturating_sub(unit);
	}
	parts.sort_unstable_by_key(|part| part.position);
	Ok(parts.into_iter().map(|part| part.floor).collect())
}

fn total_weight<K>(claims: &[(u128, K)]) -> Result<u128, ArithmeticError> {
	claims
		.iter()
		.try_fold(0u128, |sum, (weight, _)| sum.checked_add(*weight))
		.ok_or(ArithmeticError::Overflow)
}

struct Part<'a, K> {
	position: usize,
	floor: u128,
	remainder: u128,
	key: &'a K,
}

impl<K: Ord> Part<'_, K> {
	fn compare_by_claim_on_a_unit(&self, other: &Self) -> Ordering {
		other
			.remainder
			.cmp(&self.remainder)
			.then_with(|| self.key.cmp(other.key))
			.then_with(|| self.position.cmp(&other.position))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn claims(weights: &[u128]) -> Vec<(u128, usize)> {
		weights.iter().copied().zip(0..).collect()
	}

	mod largest_remainder {
		use super::{super::largest_remainder, *};

		#[test]
		fn matches_the_research_vector() {
			// D=100 over profits 400/300/200/50: 42.1 31.6 21.05 5.3
			let shares = largest_remainder(100, &claims(&[400, 300, 200, 50])).unwrap();
			assert_eq!(shares, [42, 32, 21, 5]);
		}

		#[test]
		fn breaks_ties_by_key_not_by_place() {
			let shares = largest_remainder(1, &[(1, 9), (1, 3), (1, 5)]).unwrap();
			assert_eq!(shares, [0, 1, 0]);
		}

		#[test]
		fn holds_at_the_ends() {
			assert_eq!(largest_remainder(0, &claims(&[0, 0])).unwrap(), [0, 0]);
			assert_eq!(largest_remainder::<u8>(0, &[]).unwrap(), []);
			assert_eq!(
				largest_remainder(1, &claims(&[0, 0])),
				Err(ArithmeticError::DivisionByZero)
			);
			assert_eq!(largest_remainder::<u8>(1, &[]), Err(ArithmeticError::DivisionByZero));
			assert_eq!(
				largest_remainder(1, &claims(&[u128::MAX, 1])),
				Err(ArithmeticError::Overflow)
			);
			let shares = largest_remainder(u128::MAX, &claims(&[u128::MAX - 1, 1])).unwrap();
			assert_eq!(shares, [u128::MAX - 1, 1]);
		}
	}

	mod telescoping {
		use super::*;

		fn split(amount: u128, weights: &[u128]) -> Vec<u128> {
			let mut split = ProRata::new(amount, weights.iter().sum()).unwrap();
			weights.iter().map(|w| split.next_share(*w).unwrap()).collect()
		}

		#[test]
		fn hands_out_floors_of_the_prefix() {
			// 100·400/950 = 42.1, 100·700/950 = 73.7, 100·900/950 = 94.7, 100
			assert_eq!(split(100, &[400, 300, 200, 50]), [42, 31, 21, 6]);
			assert_eq!(split(1, &[1, 1, 1]), [0, 0, 1]);
			assert_eq!(split(0, &[0, 0]), [0, 0]);
		}

		#[test]
		fn refuses_more_weight_than_declared_and_keeps_its_state() {
			let mut split = ProRata::new(10, 5).unwrap();
			assert_eq!(split.next_share(4), Ok(8));
			let before = split;
			assert_eq!(split.next_share(2), Err(ArithmeticError::WeightsExceedTotal));
			assert_eq!(split.next_share(u128::MAX), Err(ArithmeticError::WeightsExceedTotal));
			assert_eq!(split, before);
			assert_eq!((split.remaining(), split.remaining_weight()), (2, 1));
		}

		#[test]
		fn nobody_to_take_an_amount_is_an_error() {
			assert_eq!(ProRata::new(1, 0), Err(ArithmeticError::DivisionByZero));
		}
	}
}
