//! The two transcendental functions of the risk formulas, in integers with 62 fractional bits.
//!
//! Both are series after an exact reduction of the argument, so that they give the same bits on
//! every platform. One unit in the last place (ulp) is 2⁻⁶² ≈ 2.2·10⁻¹⁹.

/// Fractional bits.
pub const FRACTION_BITS: u32 = 62;
/// One.
pub const ONE: i128 = 1 << FRACTION_BITS;
/// Bound on the error of [`ln_ratio`] and [`exp_neg`], in ulp.
///
/// Each multiplication truncates by at most one ulp and the terms shrink geometrically; the
/// reduction adds half an ulp per factor of two, of which there are at most 64.
pub const MAX_ERROR_ULP: i128 = 64;

/// ln 2.
const LN_2: i128 = 3_196_577_161_300_663_915;

/// 1/21, 1/19, …, 1/1: the coefficients of atanh from the highest power down.
const ODD_RECIPROCALS: [i128; 11] = [
	219_604_096_115_589_900,
	242_720_316_759_336_205,
	271_275_648_142_787_524,
	307_445_734_561_825_860,
	354_745_078_340_568_300,
	419_244_183_493_398_900,
	512_409_557_603_043_100,
	658_812_288_346_769_701,
	922_337_203_685_477_581,
	1_537_228_672_809_129_301,
	4_611_686_018_427_387_904,
];

/// Terms of the series of the exponential: 0.7²²/22! < 2⁻⁷⁸.
const EXP_TERMS: i128 = 21;

fn mul(a: i128, b: i128) -> i128 {
	// Both are below 2⁶⁴ here, so the product is exact.
	a.saturating_mul(b) >> FRACTION_BITS
}

/// `ln(a / b)`, within [`MAX_ERROR_ULP`]; `None` if either is zero. Antisymmetric: swapping the
/// arguments changes exactly the sign.
///
/// The larger is divided by the smaller times the power of two that brings the quotient into
/// 12/17 … 17/12, and `ln x = 2·atanh((x − 1)/(x + 1))`: eleven terms of the series at
/// |z| ≤ 5/29 leave less than 2⁻⁶¹.
pub fn ln_ratio(a: u64, b: u64) -> Option<i128> {
	if a == 0 || b == 0 {
		return None;
	}
	let magnitude = ln_of_at_least_one(a.max(b), a.min(b));
	Some(if a < b { magnitude.saturating_neg() } else { magnitude })
}

fn ln_of_at_least_one(high: u64, low: u64) -> i128 {
	let guess = low.leading_zeros().saturating_sub(high.leading_zeros());
	let twos = nearest_power_of_two(high, low, guess);
	let (high, low) = (i128::from(high), i128::from(low) << twos);

	// |high − low| < 2⁶³ and the sum is below 2⁶⁶.
	let difference = high.saturating_sub(low) << FRACTION_BITS;
	let z = difference.checked_div(high.saturating_add(low)).unwrap_or(0);
	let square = mul(z, z);
	let series = ODD_RECIPROCALS.iter().fold(0, |sum, c| mul(sum, square).saturating_add(*c));
	let twice_atanh = mul(z, series).saturating_mul(2);
	LN_2.saturating_mul(i128::from(twos)).saturating_add(twice_atanh)
}

/// The exponent k with 12/17 ≤ high / (low·2ᵏ) ≤ 17/12, given the difference of the bit lengths,
/// with which the quotient is in ½ … 2.
fn nearest_power_of_two(high: u64, low: u64, guess: u32) -> u32 {
	let (high, low) = (u128::from(high), u128::from(low) << guess);
	let (high_12, high_17) = (high.saturating_mul(12), high.saturating_mul(17));
	if high_12 > low.saturating_mul(17) {
		guess.saturating_add(1)
	} else if high_17 < low.saturating_mul(12) {
		guess.saturating_sub(1)
	} else {
		guess
	}
}

/// `exp(−x)` for `x ≥ 0`, within [`MAX_ERROR_ULP`] and in `0 ..= ONE`; one for a negative `x`.
///
/// Whole multiples of ln 2 become a shift; the rest is the Taylor series in nested form.
pub fn exp_neg(x: i128) -> i128 {
	if x <= 0 {
		return ONE;
	}
	let twos = x.checked_div(LN_2).unwrap_or(0);
	let rest = x.saturating_sub(twos.saturating_mul(LN_2));
	let mut sum = ONE;
	for term in (1..=EXP_TERMS).rev() {
		let tail = mul(rest, sum).checked_div(term).unwrap_or(0);
		sum = ONE.saturating_sub(tail);
	}
	u32::try_from(twos).ok().and_then(|shift| sum.checked_shr(shift)).unwrap_or(0)
}

/// The smallest root with `root² ≥ x`: the square root, rounded up.
pub fn sqrt_up(x: u128) -> u64 {
	let floor = x.isqrt();
	let inexact = floor.saturating_mul(floor) < x;
	u64::try_from(floor.saturating_add(u128::from(inexact))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn to_f64(x: i128) -> f64 {
		x as f64 / ONE as f64
	}

	#[test]
	fn powers_of_two_are_exact_multiples() {
		assert_eq!(ln_ratio(7, 7), Some(0));
		assert_eq!(ln_ratio(2, 1), Some(LN_2));
		assert_eq!(ln_ratio(1, 1 << 63), Some(-63 * LN_2));
		assert_eq!(ln_ratio(0, 1), None);
		assert_eq!(ln_ratio(1, 0), None);
	}

	#[test]
	fn logarithm_at_the_edges_of_the_reduction() {
		// 17/12, 12/17 and their neighbours, and the whole range of a price
		for (a, b) in [(17, 12), (1_700_001, 1_200_000), (24, 17), (u64::MAX, 1), (u64::MAX, 3)] {
			let expected = (a as f64).ln() - (b as f64).ln();
			let error = (to_f64(ln_ratio(a, b).unwrap()) - expected).abs();
			assert!(error <= 2e-14, "ln({a}/{b}) is off by {error}");
		}
	}

	#[test]
	fn logarithm_of_forty_digits() {
		// 2⁶²·ln(11/10), computed with 60 digits: 439 540 623 617 405 350.97
		let error = ln_ratio(11, 10).unwrap() - 439_540_623_617_405_351;
		assert!(error.abs() <= MAX_ERROR_ULP, "off by {error} ulp");
	}

	#[test]
	fn exponential_matches_float() {
		for thousandth in 0..60_000i128 {
			let x = thousandth * ONE / 1_000;
			let error = (to_f64(exp_neg(x)) - (-(thousandth as f64) / 1e3).exp()).abs();
			assert!(error < 1e-15, "exp(-{thousandth}/1000) is off by {error}");
		}
	}

	#[test]
	fn exponential_at_the_ends() {
		assert_eq!(exp_neg(0), ONE);
		assert_eq!(exp_neg(-5), ONE);
		assert_eq!(exp_neg(LN_2), ONE / 2);
		assert_eq!(exp_neg(i128::MAX), 0);
	}

	#[test]
	fn root_rounds_up() {
		assert_eq!([0, 1, 2, 4, 5, 9].map(sqrt_up), [0, 1, 2, 2, 3, 3]);
		assert_eq!(sqrt_up(u128::from(u64::MAX).pow(2)), u64::MAX);
		assert_eq!(sqrt_up(u128::MAX), u64::MAX);
	}
}
