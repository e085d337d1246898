use crate::{fixed::sqrt_up, RiskError};
use breakwater_units::{mul_div_u128, Millis, Ratio, Rounding, Size, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Fullness of blocks beyond which the horizon stretches no further: ten times.
const MAX_FULLNESS: Ratio = Ratio::saturating_from_percent(90);
/// The variance of a linear unwind over H is that of H/3 at full size.
const LINEAR_UNWIND: u128 = 3;

/// What the horizon of a market depends on.
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
pub struct HorizonParams {
	/// Time until the close-out begins.
	pub close_out_delay: Millis,
	/// Share of the volume that the close-out may be; above zero.
	pub participation: Ratio,
	/// Longest horizon.
	pub longest: Millis,
}

/// What makes a close-out slower than the volume alone says.
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
pub struct Pressure {
	/// Mean correlation with the other markets, 0 … 1: they are unwound at the same time and into
	/// the same liquidity.
	pub correlation: Ratio,
	/// Share of the blocks' capacity in use: what is left is what can be unwound through. Counts
	/// up to 90 %.
	pub fullness: Ratio,
}

impl HorizonParams {
	/// Whether the parameters are in the ranges their fields name.
	///
	/// # Errors
	/// `BadParameters`.
	pub fn check(&self) -> Result<(), RiskError> {
		let ordered = self.close_out_delay <= self.longest && !self.longest.is_zero();
		let participates = !self.participation.is_zero() && self.participation <= Ratio::ONE;
		if ordered && participates {
			Ok(())
		} else {
			Err(RiskError::BadParameters)
		}
	}
}

/// Liquidity horizon `h₀ + H/3` with `H = Q/(ρ·ADV) · (1 + correlation)/(1 − fullness)`, rounded
/// up once; at most the longest, which is also the answer without volume.
///
/// A position unwound evenly over H has the variance `σ²·H/3` (Almgren and Chriss 2001).
pub fn liquidity_horizon(
	open_interest: Size,
	daily_volume: Size,
	pressure: Pressure,
	params: &HorizonParams,
) -> Millis {
	if open_interest.is_zero() {
		return params.close_out_delay.min(params.longest);
	}
	// Q·ms < 2⁹¹; the factors of the stretch are below 2³¹ and 2³⁰; ADV·ρ·(1−fullness)·3 < 2¹²⁶.
	let position = u128::from(open_interest.get()).saturating_mul(u128::from(Millis::DAY.get()));
	let correlation = pressure.correlation.min(Ratio::ONE);
	let stretch = u128::from(Ratio::ONE.saturating_add(correlation).get());
	let free = pressure.fullness.min(MAX_FULLNESS).saturating_complement();
	let rate = u128::from(params.participation.min(Ratio::ONE).get())
		.saturating_mul(u128::from(free.get()))
		.saturating_mul(u128::from(daily_volume.get()))
		.saturating_mul(LINEAR_UNWIND);

	let unwind =
		mul_div_u128(position, stretch.saturating_mul(u128::from(PPB)), rate, Rounding::Up);
	let unwind = unwind.ok().and_then(|ms| u64::try_from(ms).ok()).map_or(Millis::MAX, Millis::new);
	params.close_out_delay.saturating_add(unwind).min(params.longest)
}

/// Price impact of trading `size` by the square-root law: `c·√(Q/ADV)`, rounded up; `Ratio::MAX`
/// without volume.
///
/// `coefficient` is `Y·σ_daily` with Y about one (Tóth et al. 2011; Almgren et al. 2005).
pub fn impact(coefficient: Ratio, size: Size, daily_volume: Size) -> Ratio {
	if size.is_zero() {
		return Ratio::ZERO;
	}
	let coefficient = u128::from(coefficient.get());
	let square = coefficient.saturating_mul(coefficient);
	let (size, volume) = (u128::from(size.get()), u128::from(daily_volume.get()));
	Ratio::new(mul_div_u128(square, size, volume, Rounding::Up).map_or(u64::MAX, sqrt_up))
}

/// Depth to a price move by the square-root law: the size whose impact is `price_move`,
/// `ADV·(x/c)²`, rounded down. The inverse of [`impact`]: its impact is never above the move.
///
/// `Size::MAX` for a coefficient of zero.
pub fn depth(coefficient: Ratio, price_move: Ratio, daily_volume: Size) -> Size {
	let [move_square, coefficient_square] = [price_move, coefficient].map(|ratio| {
		let ratio = u128::from(ratio.get());
		ratio.saturating_mul(ratio)
	});
	let volume = u128::from(daily_volume.get());
	let size = mul_div_u128(volume, move_square, coefficient_square, Rounding::Down);
	size.ok().and_then(|lots| u64::try_from(lots).ok()).map_or(Size::MAX, Size::new)
}

/// Whether what would be liquidated at a price move exceeds a share of the depth to that move:
/// `LaR(x) > φ·depth(x)`, without dividing.
pub fn exceeds_depth(liquidatable: Size, depth: Size, share: Ratio) -> bool {
	share.cmp_part(i128::from(liquidatable.get()), i128::from(depth.get())) == Ordering::Greater
}

#[cfg(test)]
mod tests {
	use super::*;

	const PARAMS: HorizonParams = HorizonParams {
		close_out_delay: Millis::HOUR,
		participation: Ratio::saturating_from_percent(10),
		longest: Millis::new(10 * Millis::DAY.get()),
	};
	const VOLUME: Size = Size::new(1_000_000);

	fn horizon(open_interest: u64, pressure: Pressure) -> u64 {
		liquidity_horizon(Size::new(open_interest), VOLUME, pressure, &PARAMS).get()
	}

	#[test]
	fn horizon_is_delay_and_a_third_of_the_unwind() {
		// 30 000 lots at 10 % of 1 000 000 a day is 0.3 days, a third is 0.1 days = 2.4 hours
		let seen = horizon(30_000, Pressure::default());
		assert_eq!(seen, Millis::HOUR.get() + 8_640_000);
	}

	#[test]
	fn correlation_and_full_blocks_stretch_it() {
		let half = Ratio::saturating_from_percent(50);
		let correlated = Pressure { correlation: half, ..Pressure::default() };
		let full = Pressure { fullness: half, ..Pressure::default() };
		assert_eq!(horizon(30_000, correlated), Millis::HOUR.get() + 8_640_000 * 3 / 2);
		assert_eq!(horizon(30_000, full), Millis::HOUR.get() + 8_640_000 * 2);
		let stuck = Pressure { fullness: Ratio::MAX, correlation: Ratio::MAX };
		assert_eq!(horizon(30_000, stuck), Millis::HOUR.get() + 8_640_000 * 20);
	}

	#[test]
	fn without_volume_it_is_the_longest() {
		let none = liquidity_horizon(Size::new(1), Size::ZERO, Pressure::default(), &PARAMS);
		assert_eq!(none, PARAMS.longest);
		assert_eq!(horizon(0, Pressure::default()), Millis::HOUR.get());
	}

	#[test]
	fn impact_is_the_root_of_the_share_of_volume() {
		// 4 % a day, a hundredth of the volume: 0.4 %
		let coefficient = Ratio::saturating_from_percent(4);
		assert_eq!(impact(coefficient, Size::new(10_000), VOLUME), Ratio::new(4_000_000));
		assert_eq!(depth(coefficient, Ratio::new(4_000_000), VOLUME), Size::new(10_000));
		assert_eq!(impact(coefficient, Size::new(1), Size::ZERO), Ratio::MAX);
		assert_eq!(depth(Ratio::ZERO, Ratio::ONE, VOLUME), Size::MAX);
	}

	#[test]
	fn exceeds_depth_is_strict() {
		let share = Ratio::saturating_from_percent(50);
		assert!(!exceeds_depth(Size::new(50), Size::new(100), share));
		assert!(exceeds_depth(Size::new(51), Size::new(100), share));
		assert!(exceeds_depth(Size::new(1), Size::ZERO, share));
	}

	#[test]
	fn parameters_out_of_range_are_refused() {
		assert_eq!(PARAMS.check(), Ok(()));
		let none = HorizonParams { participation: Ratio::ZERO, ..PARAMS };
		let crossed = HorizonParams { longest: Millis::MINUTE, ..PARAMS };
		assert_eq!([none.check(), crossed.check()], [Err(RiskError::BadParameters); 2]);
	}
}
