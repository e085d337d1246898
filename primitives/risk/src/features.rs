//! Statistics of a window of returns that describe risk but do not set margin.
//!
//! Bipower and median variance are robust to jumps, which is why margin must not be computed from
//! them; the range needs a high and a low that a single source can move. They feed forecasts and
//! cross-checks. All round to the nearest.

use crate::{LogReturn, RiskError, Variance};
use breakwater_units::{mul_div_u128, Price, Rounding};

/// Most returns in a window: a day of minutes.
pub const MAX_RETURNS: usize = 1_440;

const ONE: u128 = 1_000_000_000_000_000_000;
/// π/2 in units of 10⁻¹⁸.
const HALF_PI: u128 = 1_570_796_326_794_896_619;
/// π/(6 − 4√3 + π) in units of 10⁻¹⁸.
const MEDIAN_FACTOR: u128 = 1_419_358_302_022_441_510;
/// 1/(4 ln 2) in units of 10⁻¹⁸.
const PARKINSON_FACTOR: u128 = 360_673_760_222_240_852;

/// Realised variance `Σ r²` of the window, exact.
///
/// # Errors
/// `TooFewReturns` for none, `TooManyReturns` above [`MAX_RETURNS`].
pub fn realised_variance(returns: &[LogReturn]) -> Result<Variance, RiskError> {
	check_length(returns, 1)?;
	Ok(Variance::new(sum(returns.iter().map(|r| r.square().get()))))
}

/// Bipower variation `π/2 · n/(n−1) · Σ |rᵢ||rᵢ₋₁|` of the window (Barndorff-Nielsen and
/// Shephard 2004).
///
/// # Errors
/// `TooFewReturns` below two, `TooManyReturns` above [`MAX_RETURNS`].
pub fn bipower_variation(returns: &[LogReturn]) -> Result<Variance, RiskError> {
	check_length(returns, 2)?;
	let products = returns.iter().zip(returns.iter().skip(1)).map(|(a, b)| {
		u128::from(a.get().unsigned_abs()).saturating_mul(u128::from(b.get().unsigned_abs()))
	});
	Ok(scaled(sum(products), HALF_PI, returns.len(), 1))
}

/// Median variation `π/(6−4√3+π) · n/(n−2) · Σ med(|rᵢ₋₁|, |rᵢ|, |rᵢ₊₁|)²` of the window (Andersen,
/// Dobrev and Schaumburg 2012).
///
/// # Errors
/// `TooFewReturns` below three, `TooManyReturns` above [`MAX_RETURNS`].
pub fn median_variation(returns: &[LogReturn]) -> Result<Variance, RiskError> {
	check_length(returns, 3)?;
	let neighbours = returns.iter().zip(returns.iter().skip(1)).zip(returns.iter().skip(2));
	let squares = neighbours.map(|((a, b), c)| {
		let [a, b, c] = [a, b, c].map(|r| u128::from(r.get().unsigned_abs()));
		let median = a.min(b).max(a.max(b).min(c));
		median.saturating_mul(median)
	});
	Ok(scaled(sum(squares), MEDIAN_FACTOR, returns.len(), 2))
}

/// The part of the realised variance that jumps made: `max(RV − BV, 0)`.
///
/// # Errors
/// As [`bipower_variation`].
pub fn jump_variation(returns: &[LogReturn]) -> Result<Variance, RiskError> {
	let realised = realised_variance(returns)?.get();
	Ok(Variance::new(realised.saturating_sub(bipower_variation(returns)?.get())))
}

/// Variance of a bar from its range: `ln(H/L)² / (4 ln 2)` (Parkinson 1980).
///
/// # Errors
/// `ZeroPrice`, `HighBelowLow`.
pub fn parkinson(high: Price, low: Price) -> Result<Variance, RiskError> {
	if high < low {
		return Err(RiskError::HighBelowLow);
	}
	let range = LogReturn::between(low, high)?.square().get();
	Ok(nearest(range, PARKINSON_FACTOR, ONE))
}

fn check_length(returns: &[LogReturn], least: usize) -> Result<(), RiskError> {
	if returns.len() < least {
		return Err(RiskError::TooFewReturns);
	}
	if returns.len() > MAX_RETURNS {
		return Err(RiskError::TooManyReturns);
	}
	Ok(())
}

fn sum(terms: impl Iterator<Item = u128>) -> u128 {
	terms.fold(0, |sum, term| sum.saturating_add(term))
}

/// `sum · factor · n/(n − lost)`: the terms that a window of n returns is short of.
fn scaled(sum: u128, factor: u128, n: usize, lost: usize) -> Variance {
	let terms = n.saturating_sub(lost) as u128;
	nearest(sum, factor.saturating_mul(n as u128), ONE.saturating_mul(terms))
}

fn nearest(a: u128, b: u128, d: u128) -> Variance {
	mul_div_u128(a, b, d, Rounding::NearestTiesUp).map_or(Variance::MAX, Variance::new)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// .01, −.02, .015, .10, −.01
	fn window() -> Vec<LogReturn> {
		[10, -20, 15, 100, -10]
			.map(|thousandths| LogReturn::new(thousandths * 1_000_000_000))
			.into()
	}

	#[test]
	fn match_the_research_vectors() {
		// RV .010825, BV .00589048622548086, MedRV .00201075759453179
		let returns = window();
		assert_eq!(realised_variance(&returns).unwrap().get() / 10u128.pow(18), 10_825);
		assert_eq!(bipower_variation(&returns).unwrap().get() / 10u128.pow(7), 589_048_622_548_086);
		assert_eq!(median_variation(&returns).unwrap().get() / 10u128.pow(7), 201_075_759_453_179);
	}

	#[test]
	fn a_jump_shows_in_the_jump_variation() {
		let jump = jump_variation(&window()).unwrap().get();
		assert_eq!(jump / 10u128.pow(7), 493_451_377_451_913);
		assert_eq!(jump_variation(&[LogReturn::new(5); 9]), Ok(Variance::ZERO));
	}

	#[test]
	fn parkinson_matches_the_research_vector() {
		// H=110, L=100: .00327637139308363746; the return is rounded to 10⁻¹², so the last
		// digits differ: 2·ln(1.1)·0.36·10⁻¹² = 7e-14
		let seen = parkinson(Price::new(110), Price::new(100)).unwrap().get();
		assert!(seen.abs_diff(3_276_371_393_083_637_460_000) < 40_000_000_000, "{seen}");
		assert_eq!(parkinson(Price::new(1), Price::new(2)), Err(RiskError::HighBelowLow));
		assert_eq!(parkinson(Price::new(1), Price::ZERO), Err(RiskError::ZeroPrice));
	}

	#[test]
	fn windows_too_short_or_too_long_are_refused() {
		let returns = vec![LogReturn::new(1); MAX_RETURNS + 1];
		assert_eq!(realised_variance(&[]), Err(RiskError::TooFewReturns));
		assert_eq!(bipower_variation(&returns[..1]), Err(RiskError::TooFewReturns));
		assert_eq!(median_variation(&returns[..2]), Err(RiskError::TooFewReturns));
		assert_eq!(median_variation(&returns), Err(RiskError::TooManyReturns));
	}
}
