//! Bisection over a monotone condition: at most 64 evaluations.

use breakwater_units::Price;

/// The largest number in a range at which a condition holds that holds up to some number and not
/// above; none if it does not hold at `low`.
pub(crate) fn last_where(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
	if low > high || !holds(low) {
		return None;
	}
	let (mut yes, mut end) = (low, high);
	while yes < end {
		// The half nearer to the end, so that the range shrinks in either case.
		let middle = end.saturating_sub(end.saturating_sub(yes) >> 1);
		if holds(middle) {
			yes = middle;
		} else {
			end = middle.saturating_sub(1);
		}
	}
	Some(yes)
}

/// The smallest number in a range at which a condition holds that holds from some number on; none
/// if it does not hold at `high`.
pub(crate) fn first_where(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
	if low > high || !holds(high) {
		return None;
	}
	let (mut end, mut yes) = (low, high);
	while end < yes {
		let middle = end.saturating_add(yes.saturating_sub(end) >> 1);
		if holds(middle) {
			yes = middle;
		} else {
			end = middle.saturating_add(1);
		}
	}
	Some(yes)
}

/// [`last_where`] over prices.
pub(crate) fn last_price(low: Price, high: Price, holds: impl Fn(Price) -> bool) -> Option<Price> {
	last_where(low.get(), high.get(), |ticks| holds(Price::new(ticks))).map(Price::new)
}

/// [`first_where`] over prices.
pub(crate) fn first_price(low: Price, high: Price, holds: impl Fn(Price) -> bool) -> Option<Price> {
	first_where(low.get(), high.get(), |ticks| holds(Price::new(ticks))).map(Price::new)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reach_every_boundary_of_a_small_range() {
		for bound in 2..=9 {
			let last = last_where(3, 8, |n| n < bound);
			assert_eq!(last, (3..=8).rev().find(|n| *n < bound));
			let first = first_where(3, 8, |n| n >= bound);
			assert_eq!(first, (3..=8).find(|n| *n >= bound));
		}
	}

	#[test]
	fn reach_both_ends_of_the_type() {
		let max = u64::MAX;
		assert_eq!(last_where(0, max, |_| true), Some(max));
		assert_eq!(last_where(0, max, |n| n == 0), Some(0));
		assert_eq!(last_where(0, max, |_| false), None);
		assert_eq!(first_where(0, max, |_| true), Some(0));
		assert_eq!(first_where(0, max, |n| n == max), Some(max));
		assert_eq!(first_where(0, max, |_| false), None);
		assert_eq!((last_where(1, 0, |_| true), first_where(1, 0, |_| true)), (None, None));
	}
}
