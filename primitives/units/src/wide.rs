//! Products in 256 bits: the one place where a multiplication is followed by a division.

use crate::ArithmeticError::{self, DivisionByZero, Overflow};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Direction in which a division rounds.
///
/// Round against the account and for the system: what an account must hold or pay rounds `Up`,
/// what it is credited with rounds `Down`.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Rounding {
	/// Toward −∞ (floor).
	Down,
	/// Toward +∞ (ceiling).
	Up,
	/// Toward zero (truncation).
	TowardZero,
	/// Away from zero.
	AwayFromZero,
	/// To the nearest integer, ties toward +∞. For estimators, never for money.
	NearestTiesUp,
}

const HALF_BITS: u32 = 64;
const LOW_HALF: u128 = u64::MAX as u128;
const RADIX: u128 = 1 << HALF_BITS;

/// `a · b / d`, exact in 256 bits, then rounded once.
///
/// # Errors
/// `DivisionByZero` if `d` is zero, `Overflow` if the rounded quotient does not fit.
pub fn mul_div(a: i128, b: i128, d: i128, rounding: Rounding) -> Result<i128, ArithmeticError> {
	let negative = (a < 0) ^ (b < 0) ^ (d < 0);
	let divisor = d.unsigned_abs();
	let (quotient, remainder) = mul_div_rem(a.unsigned_abs(), b.unsigned_abs(), divisor)?;
	let magnitude = round_magnitude(quotient, remainder, divisor, negative, rounding)?;
	with_sign(magnitude, negative)
}

/// `a · b / d` without sign, exact in 256 bits, then rounded once.
///
/// # Errors
/// `DivisionByZero` if `d` is zero, `Overflow` if the rounded quotient does not fit.
pub fn mul_div_u128(
	a: u128,
	b: u128,
	d: u128,
	rounding: Rounding,
) -> Result<u128, ArithmeticError> {
	let (quotient, remainder) = mul_div_rem(a, b, d)?;
	round_magnitude(quotient, remainder, d, false, rounding)
}

/// Quotient and remainder of `a · b / d`, exact in 256 bits.
///
/// # Errors
/// `DivisionByZero` if `d` is zero, `Overflow` if the quotient does not fit.
pub fn mul_div_rem(a: u128, b: u128, d: u128) -> Result<(u128, u128), ArithmeticError> {
	let (high, low) = mul_wide(a, b);
	if high == 0 {
		return div_rem(low, d);
	}
	div_wide(high, low, d)
}

/// `a · b` as its high and low 128 bits.
pub const fn mul_wide(a: u128, b: u128) -> (u128, u128) {
	let (a1, a0) = halves(a);
	let (b1, b0) = halves(b);
	// Each partial product is at most (2⁶⁴−1)², and each sum below adds at most two carries of
	// 64 bits to one, which still fits 128 bits: nothing here can wrap.
	let low = a0.wrapping_mul(b0);
	let middle = a1.wrapping_mul(b0).wrapping_add(low >> HALF_BITS);
	let cross = a0.wrapping_mul(b1).wrapping_add(middle & LOW_HALF);
	let high =
		a1.wrapping_mul(b1).wrapping_add(middle >> HALF_BITS).wrapping_add(cross >> HALF_BITS);
	(high, (cross << HALF_BITS) | (low & LOW_HALF))
}

/// Orders `a · b` against `c · d` in 256 bits. Total: never overflows.
pub fn cmp_products(a: i128, b: i128, c: i128, d: i128) -> Ordering {
	let left_sign = a.signum().wrapping_mul(b.signum());
	let right_sign = c.signum().wrapping_mul(d.signum());
	if left_sign != right_sign {
		return left_sign.cmp(&right_sign);
	}
	let left = mul_wide(a.unsigned_abs(), b.unsigned_abs());
	let right = mul_wide(c.unsigned_abs(), d.unsigned_abs());
	if left_sign < 0 {
		right.cmp(&left)
	} else {
		left.cmp(&right)
	}
}

/// Orders the fractions `a / b` and `c / d` by cross-multiplication, without dividing. Negative
/// denominators are allowed.
///
/// # Errors
/// `DivisionByZero` if a denominator is zero.
pub fn cmp_fractions(a: i128, b: i128, c: i128, d: i128) -> Result<Ordering, ArithmeticError> {
	if b == 0 || d == 0 {
		return Err(DivisionByZero);
	}
	let order = cmp_products(a, d, c, b);
	// Multiplying by b·d turns the order around when exactly one of them is negative.
	Ok(if (b < 0) ^ (d < 0) { order.reverse() } else { order })
}

/// Gives a magnitude its sign. `i128::MIN` is reachable, hence the subtraction from zero.
fn with_sign(magnitude: u128, negative: bool) -> Result<i128, ArithmeticError> {
	let signed =
		if negative { 0i128.checked_sub_unsigned(magnitude) } else { magnitude.try_into().ok() };
	signed.ok_or(Overflow)
}

fn round_magnitude(
	quotient: u128,
	remainder: u128,
	divisor: u128,
	negative: bool,
	rounding: Rounding,
) -> Result<u128, ArithmeticError> {
	let inexact = remainder != 0;
	let away = match rounding {
		Rounding::Down => inexact && negative,
		Rounding::Up => inexact && !negative,
		Rounding::TowardZero => false,
		Rounding::AwayFromZero => inexact,
		Rounding::NearestTiesUp => nearest_is_away(remainder, divisor, negative),
	};
	quotient.checked_add(u128::from(away)).ok_or(Overflow)
}

fn nearest_is_away(remainder: u128, divisor: u128, negative: bool) -> bool {
	// remainder < divisor, so this difference is the distance to the next multiple; comparing it
	// avoids doubling the remainder, which could overflow.
	match remainder.cmp(&divisor.saturating_sub(remainder)) {
		Ordering::Less => false,
		Ordering::Equal => !negative,
		Ordering::Greater => true,
	}
}

const fn halves(x: u128) -> (u128, u128) {
	(x >> HALF_BITS, x & LOW_HALF)
}

fn div_rem(n: u128, d: u128) -> Result<(u128, u128), ArithmeticError> {
	let quotient = n.checked_div(d).ok_or(DivisionByZero)?;
	let remainder = n.checked_rem(d).ok_or(DivisionByZero)?;
	Ok((quotient, remainder))
}

/// Divides the 256-bit `high · 2¹²⁸ + low` by `d`: Knuth's algorithm D with two 64-bit digits
/// (The Art of Computer Programming, volume 2, 4.3.1; Hacker's Delight, `divlu`).
fn div_wide(high: u128, low: u128, d: u128) -> Result<(u128, u128), ArithmeticError> {
	if d == 0 {
		return Err(DivisionByZero);
	}
	if high >= d {
		return Err(Overflow);
	}
	// Normalise: the estimate of a digit is at most two too large only if the divisor's top bit
	// is set. `high < d`, so the shift loses no bit of the dividend.
	let shift = d.leading_zeros();
	let divisor = d.wrapping_shl(shift);
	let carried = low.checked_shr(u128::BITS.wrapping_sub(shift)).unwrap_or(0);
	let top = high.wrapping_shl(shift) | carried;
	let (next1, next0) = halves(low.wrapping_shl(shift));

	let (digit1, rest) = div_digit(top, next1, divisor)?;
	let (digit0, rest) = div_digit(rest, next0, divisor)?;
	Ok(((digit1 << HALF_BITS) | digit0, rest.wrapping_shr(shift)))
}

/// One digit of the long division: `(top · 2⁶⁴ + next) / divisor` with `top < divisor`,
/// `next < 2⁶⁴`, and the divisor's top bit set. Returns the digit and the remainder.
fn div_digit(top: u128, next: u128, divisor: u128) -> Result<(u128, u128), ArithmeticError> {
	let (divisor1, divisor0) = halves(divisor);
	let (mut digit, mut rest) = div_rem(top, divisor1)?;
	// At most two corrections. Neither side wraps: the estimate is at most RADIX + 1 and divisor0
	// at most RADIX − 1, so their product is below RADIX²; and `rest < RADIX`. An estimate of RADIX
	// or more leaves a rest below divisor0, so this one comparison corrects it too.
	while rest < RADIX && digit.wrapping_mul(divisor0) > ((rest << HALF_BITS) | next) {
		digit = digit.wrapping_sub(1);
		rest = rest.wrapping_add(divisor1);
	}
	// The true remainder is below `divisor`, so computing it modulo 2¹²⁸ is exact.
	let remainder = (top << HALF_BITS).wrapping_add(next).wrapping_sub(digit.wrapping_mul(divisor));
	Ok((digit, remainder))
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALL: [Rounding; 5] = [
		Rounding::Down,
		Rounding::Up,
		Rounding::TowardZero,
		Rounding::AwayFromZero,
		Rounding::NearestTiesUp,
	];

	fn each(a: i128, b: i128, d: i128) -> [i128; 5] {
		ALL.map(|r| mul_div(a, b, d, r).unwrap())
	}

	#[test]
	fn rounds_in_the_named_direction() {
		// 7/2 = 3.5, −7/2 = −3.5, 8/3 = 2.67, −8/3 = −2.67, 7/3 = 2.33
		assert_eq!(each(7, 1, 2), [3, 4, 3, 4, 4]);
		assert_eq!(each(-7, 1, 2), [-4, -3, -3, -4, -3]);
		assert_eq!(each(7, 1, -2), [-4, -3, -3, -4, -3]);
		assert_eq!(each(-7, -1, 2), [3, 4, 3, 4, 4]);
		assert_eq!(each(8, 1, 3), [2, 3, 2, 3, 3]);
		assert_eq!(each(-8, 1, 3), [-3, -2, -2, -3, -3]);
		assert_eq!(each(7, 1, 3), [2, 3, 2, 3, 2]);
		assert_eq!(each(6, -1, 3), [-2; 5]);
	}

	#[test]
	fn reaches_both_ends_of_the_range() {
		assert_eq!(each(i128::MIN, i128::MIN, i128::MIN), [i128::MIN; 5]);
		assert_eq!(each(i128::MAX, i128::MAX, i128::MAX), [i128::MAX; 5]);
		assert_eq!(each(i128::MIN, 1, 1), [i128::MIN; 5]);
		assert_eq!(mul_div(i128::MIN, 1, -1, Rounding::Down), Err(Overflow));
		assert_eq!(mul_div(i128::MAX, 2, 1, Rounding::Down), Err(Overflow));
	}

	#[test]
	fn rounding_up_at_the_end_of_the_range_is_an_overflow() {
		// (2¹²⁸−1)/2 = 2¹²⁷ − ½: the floor fits i128, the ceiling does not
		let (a, b) = ((1 << 64) - 1, (1 << 64) + 1);
		assert_eq!(mul_div(a, b, 2, Rounding::Down), Ok(i128::MAX));
		assert_eq!(mul_div(a, b, 2, Rounding::Up), Err(Overflow));
		assert_eq!(mul_div(a, b, 2, Rounding::NearestTiesUp), Err(Overflow));
		assert_eq!(mul_div(a, b, -2, Rounding::Down), Ok(i128::MIN));
		// (2¹²⁸−1)(2¹²⁸−2)/(2¹²⁸−2) fits; over a divisor one smaller it does not
		let max = u128::MAX;
		assert_eq!(mul_div_u128(max, max - 1, max - 1, Rounding::Up), Ok(max));
		assert_eq!(mul_div_u128(max, max - 1, max - 2, Rounding::Down), Err(Overflow));
		// (2¹²⁸−2)(2¹²⁷+1)/2¹²⁷ = 2¹²⁸ − 2⁻¹²⁶: only rounding up overflows
		assert_eq!(mul_div_u128(max - 1, (1 << 127) + 1, 1 << 127, Rounding::Down), Ok(max));
		assert_eq!(mul_div_u128(max - 1, (1 << 127) + 1, 1 << 127, Rounding::Up), Err(Overflow));
	}

	#[test]
	fn zero_divisor_is_an_error_in_both_widths() {
		assert_eq!(mul_div(1, 1, 0, Rounding::Up), Err(DivisionByZero));
		assert_eq!(mul_div(0, 0, 0, Rounding::Up), Err(DivisionByZero));
		assert_eq!(mul_div_u128(u128::MAX, u128::MAX, 0, Rounding::Up), Err(DivisionByZero));
	}

	#[test]
	fn research_example_needs_more_than_128_bits() {
		// 60 000·1e18 × 1e6·1e18 / 1e18
		let (price, size) = (60_000 * 10i128.pow(18), 10i128.pow(24));
		assert_eq!(price.checked_mul(size), None);
		assert_eq!(mul_div(price, size, 10i128.pow(18), Rounding::Down), Ok(6 * 10i128.pow(28)));
	}

	#[test]
	fn compares_products_and_fractions() {
		assert_eq!(cmp_products(i128::MIN, i128::MIN, i128::MAX, i128::MAX), Ordering::Greater);
		assert_eq!(cmp_products(i128::MIN, 1, i128::MIN, 2), Ordering::Greater);
		assert_eq!(cmp_products(0, -5, 5, 0), Ordering::Equal);
		assert_eq!(cmp_fractions(1, 3, 2, 6), Ok(Ordering::Equal));
		assert_eq!(cmp_fractions(1, -3, 1, 3), Ok(Ordering::Less));
		assert_eq!(cmp_fractions(-1, -3, 1, 4), Ok(Ordering::Greater));
		assert_eq!(cmp_fractions(1, 0, 1, 4), Err(DivisionByZero));
	}
}
