use crate::LiquidationError;
use breakwater_units::{mul_div_u128, ArithmeticError, Millis, Price, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Longest walk of a curve.
pub const MAX_DURATION: Millis = Millis::DAY;

/// One, in the fixed point of [`power`]: 127 fractional bits.
const ONE: u128 = 1 << 127;

/// How the distance to the last price shrinks.
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
pub enum Decay {
	/// In proportion to the time left: Maker's `LinearDecrease`.
	Linear,
	/// By a factor every whole second: Maker's `ExponentialDecrease`.
	Exponential {
		/// What is kept of the distance after a second, at most one.
		keep_per_second: Ratio,
	},
	/// By a factor every so often: Maker's `StairstepExponentialDecrease`. The factor is what is
	/// *kept*; Maker's texts use one name for it and for what is cut.
	Step {
		/// What is kept of the distance after a step, at most one.
		keep_per_step: Ratio,
		/// Time between steps, not zero.
		every: Millis,
	},
}

/// A Dutch price curve: it starts at one price, never turns back, and from its duration on stands
/// at the other. The same for a forced sale, whose price falls, and a forced purchase, whose price
/// rises. Fixed when a market is listed.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Curve {
	decay: Decay,
	duration: Millis,
}

impl Curve {
	/// A curve that has reached its last price after `duration`.
	///
	/// # Errors
	/// `InvalidCurve` unless `0 < duration ≤ MAX_DURATION`, the factor is at most one, and steps
	/// take time.
	pub fn new(decay: Decay, duration: Millis) -> Result<Self, LiquidationError> {
		let decays = match decay {
			Decay::Linear => true,
			Decay::Exponential { keep_per_second } => keep_per_second <= Ratio::ONE,
			Decay::Step { keep_per_step, every } => keep_per_step <= Ratio::ONE && !every.is_zero(),
		};
		let ends = !duration.is_zero() && duration <= MAX_DURATION;
		(decays && ends).then_some(Self { decay, duration }).ok_or(LiquidationError::InvalidCurve)
	}

	/// A line of a minute.
	pub const MINUTE: Self = Self { decay: Decay::Linear, duration: Millis::new(60_000) };

	/// When it is at its last price.
	pub const fn duration(&self) -> Millis {
		self.duration
	}

	/// The price after a time: `last + (start − last) · kept(elapsed)`, where `start` and `last`
	/// may be in either order. The distance is rounded down to a tick, toward the last price: the
	/// price is always between the two, it is the start at no time elapsed, and it never moves away
	/// from the last price as time passes.
	///
	/// # Errors
	/// None in practice: the distance only shrinks.
	pub fn price(
		&self,
		start: Price,
		last: Price,
		elapsed: Millis,
	) -> Result<Price, ArithmeticError> {
		if elapsed >= self.duration {
			return Ok(last);
		}
		let distance = u128::from(start.get().abs_diff(last.get()));
		let kept = u64::try_from(self.kept(distance, elapsed)?).unwrap_or(u64::MAX);
		let falls = start > last;
		let price = if falls { last.get().checked_add(kept) } else { last.get().checked_sub(kept) };
		price.map(Price::new).ok_or(ArithmeticError::Overflow)
	}

	fn kept(&self, distance: u128, elapsed: Millis) -> Result<u128, ArithmeticError> {
		let (factor, step) = match self.decay {
			Decay::Linear => {
				let whole = u128::from(self.duration.get());
				let left = u128::from(self.duration.saturating_sub(elapsed).get());
				return mul_div_u128(distance, left, whole, Rounding::Down);
			},
			Decay::Exponential { keep_per_second } => (keep_per_second, Millis::SECOND),
			Decay::Step { keep_per_step, every } => (keep_per_step, every),
		};
		let steps = elapsed.get().checked_div(step.get()).ok_or(ArithmeticError::DivisionByZero)?;
		mul_div_u128(distance, power(factor, steps)?, ONE, Rounding::Down)
	}
}

impl Decode for Curve {
	fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
		let (decay, duration) = <(Decay, Millis)>::decode(input)?;
		Self::new(decay, duration).map_err(|_| codec::Error::from("not a curve"))
	}
}

/// `factor^steps` in 127 fractional bits by squaring, each product rounded up, so the power is not
/// below the exact one; `factor` is at most one, and so is the result.
///
/// More steps never give a larger distance: over at most 2²⁷ steps (a day of milliseconds) the
/// roundings add less than 2⁻⁹² relatively, while a step takes at least a billionth away, unless
/// the power is below 2⁻⁶⁰, where the distance of any two prices is rounded down to nothing.
fn power(factor: Ratio, mut steps: u64) -> Result<u128, ArithmeticError> {
	let mut base = mul_div_u128(u128::from(factor.get()), ONE, u128::from(PPB), Rounding::Up)?;
	let mut result = ONE;
	while steps > 0 {
		if steps & 1 == 1 {
			result = mul_div_u128(result, base, ONE, Rounding::Up)?;
		}
		base = mul_div_u128(base, base, ONE, Rounding::Up)?;
		steps >>= 1;
	}
	Ok(result)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The vectors count dollars; these ticks are 10⁻¹¹ of one.
	const DOLLAR: u64 = 100_000_000_000;

	fn after_seconds(decay: Decay, duration_seconds: u64, start: u64, seconds: u64) -> u64 {
		let curve = Curve::new(decay, Millis::new(duration_seconds * 1_000)).unwrap();
		let (start, elapsed) = (Price::new(start * DOLLAR), Millis::new(seconds * 1_000));
		curve.price(start, Price::ZERO, elapsed).unwrap().get()
	}

	mod maker_vectors {
		use super::*;

		/// A buffer of 1.2 on 1 000, 1 % every 90 seconds.
		fn stairs(seconds: u64) -> u64 {
			let keep_per_step = Ratio::saturating_from_percent(99);
			let decay = Decay::Step { keep_per_step, every: Millis::new(90_000) };
			after_seconds(decay, 86_400, 1_200, seconds)
		}

		#[test]
		fn stairs_of_one_percent() {
			assert_eq!(stairs(0), 1_200 * DOLLAR);
			assert_eq!(stairs(89), 1_200 * DOLLAR);
			assert_eq!(stairs(90), 1_188 * DOLLAR);
			assert_eq!(stairs(900), 108_525_849_001_056); // 1085.258490010565…
			assert_eq!(stairs(3_600), 80_276_611_028_361); // 802.766110283617
		}

		#[test]
		fn stairs_cross_the_market_after_18_steps() {
			// ln(1.2) / −ln(0.99) = 18.14
			assert!(stairs(18 * 90) > 1_000 * DOLLAR);
			assert!(stairs(19 * 90) < 1_000 * DOLLAR);
		}

		#[test]
		fn line_to_zero() {
			assert_eq!(after_seconds(Decay::Linear, 3_600, 1_200, 900), 900 * DOLLAR);
			assert_eq!(after_seconds(Decay::Linear, 3_600, 1_200, 3_599), DOLLAR / 3);
			assert_eq!(after_seconds(Decay::Linear, 3_600, 1_200, 3_600), 0);
		}

		#[test]
		fn exponential_is_stairs_of_a_second() {
			let keep_per_second = Ratio::saturating_from_percent(99);
			let decay = Decay::Exponential { keep_per_second };
			assert_eq!(after_seconds(decay, 3_600, 1_200, 10), 108_525_849_001_056);
		}
	}

	#[test]
	fn a_purchase_walks_up() {
		let curve = Curve::new(Decay::Linear, Millis::new(10_000)).unwrap();
		let at = |ms| curve.price(Price::new(100), Price::new(110), Millis::new(ms)).unwrap().get();
		assert_eq!([0, 999, 5_000, 9_999, 10_000, 99_999].map(at), [100, 101, 105, 110, 110, 110]);
	}

	#[test]
	fn refuses_what_does_not_fall_or_end() {
		let new = |decay, ms| Curve::new(decay, Millis::new(ms));
		let above_one = Ratio::new(PPB + 1);
		for curve in [
			new(Decay::Linear, 0),
			new(Decay::Linear, MAX_DURATION.get() + 1),
			new(Decay::Exponential { keep_per_second: above_one }, 1),
			new(Decay::Step { keep_per_step: above_one, every: Millis::SECOND }, 1),
			new(Decay::Step { keep_per_step: Ratio::ONE, every: Millis::ZERO }, 1),
		] {
			assert_eq!(curve, Err(LiquidationError::InvalidCurve));
		}
		let never_steps = (Decay::Step { keep_per_step: Ratio::ONE, every: Millis::ZERO }, 1u64);
		assert!(Curve::decode(&mut &never_steps.encode()[..]).is_err());
	}
}
