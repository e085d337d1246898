use crate::{fixed::sqrt_up, RiskError, Sigma};
use breakwater_units::{mul_div_u128, Millis, Quote, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Least and largest share that maintenance may be of initial margin.
const SHARES: (Ratio, Ratio) =
	(Ratio::saturating_from_percent(50), Ratio::saturating_from_percent(80));

/// Bounds of a market's margin rates.
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
pub struct MarginParams {
	/// Cost of crossing the spread, added to the maintenance rate.
	pub spread: Ratio,
	/// Least maintenance rate, above zero.
	pub lowest: Ratio,
	/// Largest maintenance rate, at most one. Bracket factors come on top: keep
	/// `highest · largest factor` at or below one.
	pub highest: Ratio,
	/// Maintenance as a share of initial margin, 50 … 80 %.
	pub maintenance_share: Ratio,
}

impl MarginParams {
	/// Whether the parameters are in the ranges their fields name.
	///
	/// # Errors
	/// `BadParameters`.
	pub fn check(&self) -> Result<(), RiskError> {
		let (least, most) = SHARES;
		let share = (least..=most).contains(&self.maintenance_share);
		let ordered = self.lowest <= self.highest && self.highest <= Ratio::ONE;
		if share && ordered && !self.lowest.is_zero() {
			Ok(())
		} else {
			Err(RiskError::BadParameters)
		}
	}
}

/// Maintenance rate `⌈q·σ·√h⌉ + spread`, held in its bounds. Total.
///
/// `tail` is the multiple of σ that a loss over the horizon exceeds with the chosen probability:
/// the larger of the normal quantile and the histogram's, say.
pub fn maintenance_rate(
	sigma: Sigma,
	horizon: Millis,
	tail: Ratio,
	params: &MarginParams,
) -> Ratio {
	let rate = sigma.over(horizon, tail).saturating_add(params.spread);
	rate.max(params.lowest).min(params.highest).min(Ratio::ONE)
}

/// Initial rate `⌈maintenance / share⌉`, at most one and at least the maintenance rate. Total: a
/// share of zero gives one.
pub fn initial_rate(maintenance: Ratio, share: Ratio) -> Ratio {
	let (maintenance, share) = (u128::from(maintenance.get()), u128::from(share.get()));
	let rate = Ratio::from_fraction(maintenance, share, Rounding::Up).unwrap_or(Ratio::ONE);
	rate.max(Ratio::new(u64::try_from(maintenance).unwrap_or(u64::MAX))).min(Ratio::ONE)
}

/// Initial rate under open interest: from `initial` at the lower cap it rises in a line to one at
/// the upper cap, rounded up (dYdX v4, `liquidity_tier.go`). All three in the same money. Total:
/// caps that are not in order count as one step at the lower.
pub fn open_interest_scaled(
	initial: Ratio,
	open_interest: Quote,
	lower_cap: Quote,
	upper_cap: Quote,
) -> Ratio {
	let initial = initial.min(Ratio::ONE);
	if open_interest <= lower_cap {
		return initial;
	}
	if open_interest >= upper_cap {
		return Ratio::ONE;
	}
	let above = open_interest.get().abs_diff(lower_cap.get());
	let span = upper_cap.get().abs_diff(lower_cap.get());
	let left = u128::from(initial.saturating_complement().get());
	let rise = mul_div_u128(above, left, span, Rounding::Up).unwrap_or(u128::from(PPB));
	initial.saturating_add(Ratio::new(u64::try_from(rise).unwrap_or(PPB))).min(Ratio::ONE)
}

/// Initial rate of a large position, `⌈f·√size⌉` (FTX). Not held at one: more than the price may be
/// asked for. `f = Y·σ_daily/√ADV` makes it the square-root impact of closing.
///
/// The unit of `size` is the caller's; the square root means that a position split over accounts
/// is charged less, so use it on a market's size too.
pub fn size_charge(factor: Ratio, size: u128) -> Ratio {
	let factor = u128::from(factor.get());
	let square = factor.saturating_mul(factor).checked_mul(size);
	Ratio::new(square.map_or(u64::MAX, sqrt_up))
}

#[cfg(test)]
mod tests {
	use super::*;

	const PARAMS: MarginParams = MarginParams {
		spread: Ratio::saturating_from_basis_points(5),
		lowest: Ratio::saturating_from_percent(1),
		highest: Ratio::saturating_from_percent(50),
		maintenance_share: Ratio::saturating_from_percent(50),
	};

	#[test]
	fn maintenance_is_tail_times_sigma_times_root_of_horizon() {
		// σ 0.1 % a minute, one hour, 2.5: 2.5·0.001·√60 = 1.936 491 673 %, and 0.05 %
		let tail = Ratio::new(2_500_000_000);
		let rate = maintenance_rate(Sigma::new(1_000_000_000), Millis::HOUR, tail, &PARAMS);
		assert_eq!(rate, Ratio::new(19_364_917 + 500_000));
	}

	#[test]
	fn maintenance_stays_in_its_bounds() {
		let tail = Ratio::saturating_from_percent(1_000);
		assert_eq!(maintenance_rate(Sigma::ZERO, Millis::DAY, tail, &PARAMS), PARAMS.lowest);
		assert_eq!(maintenance_rate(Sigma::MAX, Millis::MAX, Ratio::MAX, &PARAMS), PARAMS.highest);
	}

	#[test]
	fn initial_rounds_up_and_is_at_most_one() {
		let share = Ratio::new(600_000_000);
		assert_eq!(initial_rate(Ratio::new(100_000_000), share), Ratio::new(166_666_667));
		assert_eq!(initial_rate(Ratio::new(700_000_000), share), Ratio::ONE);
		assert_eq!(initial_rate(Ratio::new(7), Ratio::ZERO), Ratio::ONE);
	}

	#[test]
	fn open_interest_matches_the_research_vector() {
		// IMF0 5 %, caps 25/50 m, OI 30 m → 24 %
		let millions = |m: i128| Quote::new(m * 1_000_000_000_000);
		let scaled = |oi| {
			let five = Ratio::saturating_from_percent(5);
			open_interest_scaled(five, millions(oi), millions(25), millions(50))
		};
		assert_eq!(scaled(30), Ratio::saturating_from_percent(24));
		assert_eq!(scaled(25), Ratio::saturating_from_percent(5));
		assert_eq!([scaled(50), scaled(51)], [Ratio::ONE; 2]);
	}

	#[test]
	fn open_interest_with_caps_out_of_order_is_total() {
		let (low, high) = (Quote::MIN, Quote::MAX);
		let half = Ratio::saturating_from_percent(50);
		assert_eq!(open_interest_scaled(half, Quote::ZERO, high, low), half);
		assert_eq!(open_interest_scaled(half, Quote::ZERO, low, high).get(), 750_000_001);
		assert_eq!(open_interest_scaled(Ratio::MAX, Quote::ZERO, low, high), Ratio::ONE);
	}

	#[test]
	fn size_charge_matches_the_research_vector() {
		// MNGO: .00025·√500e6 = 5.590 169 944 = 559 %
		assert_eq!(size_charge(Ratio::new(250_000), 500_000_000), Ratio::new(5_590_169_944));
		assert_eq!(size_charge(Ratio::MAX, u128::MAX), Ratio::MAX);
	}

	#[test]
	fn parameters_out_of_range_are_refused() {
		assert_eq!(PARAMS.check(), Ok(()));
		let bad = [
			MarginParams { maintenance_share: Ratio::saturating_from_percent(49), ..PARAMS },
			MarginParams { maintenance_share: Ratio::saturating_from_percent(81), ..PARAMS },
			MarginParams { highest: Ratio::new(PPB + 1), ..PARAMS },
			MarginParams { lowest: Ratio::ZERO, ..PARAMS },
			MarginParams { lowest: Ratio::ONE, ..PARAMS },
		];
		for params in bad {
			assert_eq!(params.check(), Err(RiskError::BadParameters), "{params:?}");
		}
	}
}
