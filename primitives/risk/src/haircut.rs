use crate::{
	fixed::{exp_neg, FRACTION_BITS, MAX_ERROR_ULP, ONE},
	RiskError, Sigma,
};
use breakwater_units::{Millis, Ratio, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How the haircut of a collateral asset is set.
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
pub struct HaircutParams {
	/// Multiple of σ that the price may fall over the horizon.
	pub tail: Ratio,
	/// Time to sell it.
	pub horizon: Millis,
	/// Extra for an asset that falls when its holder's positions lose.
	pub wrong_way: Ratio,
	/// Least haircut, at most one.
	pub lowest: Ratio,
}

impl HaircutParams {
	/// Whether the parameters are in the ranges their fields name.
	///
	/// # Errors
	/// `BadParameters`.
	pub fn check(&self) -> Result<(), RiskError> {
		if self.lowest <= Ratio::ONE {
			Ok(())
		} else {
			Err(RiskError::BadParameters)
		}
	}
}

/// Haircut `1 − exp(−z·σ·√h) + impact + wrong-way`, rounded up, between the least and one. Total.
///
/// `impact` is what selling the whole deposit moves the price by: [`crate::impact`]. The result is
/// never below the exact value, and at most four parts per billion above it.
pub fn haircut(sigma: Sigma, impact: Ratio, params: &HaircutParams) -> Ratio {
	let fall = relative_fall(sigma.over(params.horizon, params.tail));
	let whole = fall.saturating_add(impact).saturating_add(params.wrong_way);
	whole.max(params.lowest).min(Ratio::ONE)
}

/// `1 − exp(−x)`, rounded up.
fn relative_fall(log_fall: Ratio) -> Ratio {
	let exponent = (u128::from(log_fall.get()) << FRACTION_BITS).div_ceil(u128::from(PPB));
	let kept = exp_neg(i128::try_from(exponent).unwrap_or(i128::MAX));
	// The exponential may be that much too large; a haircut may not be too small.
	let lost = ONE.saturating_sub(kept).saturating_add(MAX_ERROR_ULP).unsigned_abs();
	let ppb = lost.saturating_mul(u128::from(PPB)).div_ceil(ONE.unsigned_abs());
	Ratio::new(u64::try_from(ppb).unwrap_or(PPB)).min(Ratio::ONE)
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation)]
mod tests {
	use super::*;

	const DAY: HaircutParams = HaircutParams {
		tail: Ratio::new(2_326_347_874),
		horizon: Millis::DAY,
		wrong_way: Ratio::ZERO,
		lowest: Ratio::ZERO,
	};

	/// σ of a minute from percent a year.
	fn yearly(percent: u64) -> Sigma {
		// √525 600 = 724.982 758 41
		Sigma::new((percent as f64 / 724.982_758_415_740_7 * 1e10) as u64)
	}

	#[test]
	fn match_the_research_vectors() {
		// 80 % p.a. over a day 9.28190 %, over 6 h 4.75395 %; 5 % p.a. .60698 %. The vectors were
		// computed with z = 2.32634787 (the text rounds it to 2.3263).
		let hundredth_bp = |ratio: Ratio| (ratio.get() + 50) / 100;
		let six_hours = HaircutParams { horizon: Millis::new(6 * Millis::HOUR.get()), ..DAY };
		assert_eq!(hundredth_bp(haircut(yearly(80), Ratio::ZERO, &DAY)), 928_190);
		assert_eq!(hundredth_bp(haircut(yearly(80), Ratio::ZERO, &six_hours)), 475_395);
		assert_eq!(hundredth_bp(haircut(yearly(5), Ratio::ZERO, &DAY)), 60_698);
	}

	#[test]
	fn the_parts_add_up_to_at_most_one() {
		let params = HaircutParams { wrong_way: Ratio::new(7), lowest: Ratio::new(100), ..DAY };
		// the exponential's error bound makes the smallest fall one part per billion
		assert_eq!(haircut(Sigma::ZERO, Ratio::new(1_000), &params), Ratio::new(1_008));
		assert_eq!(haircut(Sigma::ZERO, Ratio::ZERO, &params), Ratio::new(100));
		assert_eq!(haircut(Sigma::MAX, Ratio::MAX, &params), Ratio::ONE);
	}

	#[test]
	fn least_above_one_is_refused() {
		assert_eq!(DAY.check(), Ok(()));
		let bad = HaircutParams { lowest: Ratio::new(PPB + 1), ..DAY };
		assert_eq!(bad.check(), Err(RiskError::BadParameters));
	}
}
