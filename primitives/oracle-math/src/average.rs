use breakwater_units::{mul_div_u128, Millis, Price, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Fractions of a tick in one tick. A slow average moves by less than a tick per update.
const FRACTION_BITS: u32 = 24;

/// A slow average of a price: each update moves it toward the price by the part `Δt/τ` of the
/// distance, at most the whole.
///
/// A price beyond `m` times the average counts as `m` times it, and one below the `m`th part as that
/// part. So however absurd a price that holds for a time `t`, the average is off by at most the
/// factor `e^((m − 1)·t/τ)`, and is good again in a time that does not depend on the price.
///
/// Prices up to 2⁴⁰ ticks are exact to 2⁻²⁴ of a tick; larger ones are held there. Listed feeds
/// stay below.
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
pub struct SlowAverage(u64);

impl SlowAverage {
	/// An average that begins at a price.
	pub fn starting_at(price: Price) -> Self {
		Self(to_fractions(price))
	}

	/// The average after `price` held for `elapsed`, rounded toward where it was, where no price
	/// counts as more than `multiple` times the average, or less than that part of it. An average
	/// that has not begun begins at the price.
	#[must_use]
	pub fn updated(self, price: Price, elapsed: Millis, span: Millis, multiple: u32) -> Self {
		if self.0 == 0 {
			return Self::starting_at(price);
		}
		let target = self.believable(price, multiple);
		if elapsed >= span {
			return Self(target);
		}
		let step = mul_div_u128(
			u128::from(self.0.abs_diff(target)),
			u128::from(elapsed.get()),
			u128::from(span.get()),
			Rounding::Down,
		);
		let step = step.ok().and_then(|step| u64::try_from(step).ok()).unwrap_or(0);
		Self(if target > self.0 {
			self.0.saturating_add(step)
		} else {
			self.0.saturating_sub(step)
		})
	}

	/// The price in fractions, no further away than the multiple. A multiple of zero is one of one.
	fn believable(self, price: Price, multiple: u32) -> u64 {
		let multiple = u64::from(multiple.max(1));
		let lowest = self.0.checked_div(multiple).unwrap_or(0);
		to_fractions(price).clamp(lowest, self.0.saturating_mul(multiple))
	}

	/// The average in ticks, rounded down. Zero if it has not begun.
	pub const fn price(self) -> Price {
		Price::new(self.0 >> FRACTION_BITS)
	}
}

fn to_fractions(price: Price) -> u64 {
	price.get().saturating_mul(1 << FRACTION_BITS)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn moves_by_the_elapsed_part_of_the_distance() {
		let average = SlowAverage::starting_at(Price::new(1_000));
		let after = |elapsed| {
			let elapsed = Millis::new(elapsed);
			average.updated(Price::new(2_000), elapsed, Millis::MINUTE, 5).price().get()
		};
		assert_eq!(
			[after(0), after(6_000), after(30_000), after(90_000)],
			[1_000, 1_100, 1_500, 2_000]
		);
	}

	#[test]
	fn small_steps_add_up() {
		let mut average = SlowAverage::starting_at(Price::new(1_000));
		for _ in 0..7_200 {
			average = average.updated(Price::new(1_010), Millis::new(500), Millis::HOUR, 5);
		}
		// 10·(1 − 1/e) = 6.3
		assert_eq!(average.price(), Price::new(1_006));
		let lower = average.updated(Price::ZERO, Millis::MINUTE, Millis::HOUR, 5);
		assert!(lower.price() < Price::new(1_000));
	}

	#[test]
	fn absurd_prices_count_as_the_multiple() {
		let average = SlowAverage::starting_at(Price::new(1_000));
		let after = |price, elapsed| {
			let (price, elapsed) = (Price::new(price), Millis::new(elapsed));
			average.updated(price, elapsed, Millis::MINUTE, 5).price().get()
		};
		// A tenth of the way to 5,000; and to 200.
		assert_eq!([5_000, 5_001, u64::MAX].map(|price| after(price, 6_000)), [1_400; 3]);
		assert_eq!([200, 199, 0].map(|price| after(price, 6_000)), [920; 3]);
		assert_eq!([after(u64::MAX, 60_000), after(0, 60_000)], [5_000, 200]);
	}

	#[test]
	fn the_first_price_is_the_average_and_any_input_is_fine() {
		let first = SlowAverage::default().updated(Price::new(5), Millis::ZERO, Millis::HOUR, 5);
		assert_eq!(first.price(), Price::new(5));
		let without_span = first.updated(Price::new(9), Millis::ZERO, Millis::ZERO, 5);
		assert_eq!(without_span.price(), Price::new(9));
		let held = first.updated(Price::new(9), Millis::HOUR, Millis::MINUTE, 0);
		assert_eq!(held.price(), Price::new(5));
		assert_eq!(SlowAverage::starting_at(Price::MAX).price(), Price::new(u64::MAX >> 24));
		let highest = SlowAverage::starting_at(Price::MAX);
		let moved = highest.updated(Price::MAX, Millis::HOUR, Millis::HOUR, u32::MAX);
		assert_eq!(moved, highest);
	}
}
