use crate::{cmp_products, mul_div, mul_div_u128, ArithmeticError, Rounding};
use core::cmp::Ordering;

/// Parts in one: ratios are counted in billionths.
pub const PPB: u64 = 1_000_000_000;

unsigned_quantity! {
	/// A ratio that is never negative, in parts per billion: margin rate, haircut, fee rate,
	/// weight. Not bounded by one.
	Ratio(u64)
}

signed_quantity! {
	/// A ratio with a sign, in parts per billion: funding rate, premium, return.
	SignedRatio(i64), magnitude u64
}

impl Ratio {
	/// One hundred percent.
	pub const ONE: Self = Self(PPB);

	/// Whole percents, for constants; held at `MAX` where the product would pass it.
	pub const fn saturating_from_percent(percent: u64) -> Self {
		Self(percent.saturating_mul(10_000_000))
	}

	/// Whole basis points, for constants; held at `MAX` where the product would pass it.
	pub const fn saturating_from_basis_points(basis_points: u64) -> Self {
		Self(basis_points.saturating_mul(100_000))
	}

	/// `numerator / denominator` in parts per billion, rounded once.
	///
	/// Do not decide anything by comparing two of these: use [`Self::cmp_fraction`] or
	/// [`crate::cmp_fractions`], which do not round.
	///
	/// # Errors
	/// `DivisionByZero` if the denominator is zero, `Overflow` if the ratio does not fit.
	pub fn from_fraction(
		numerator: u128,
		denominator: u128,
		rounding: Rounding,
	) -> Result<Self, ArithmeticError> {
		let ppb = mul_div_u128(numerator, u128::from(PPB), denominator, rounding)?;
		ppb.try_into().map(Self).map_err(|_| ArithmeticError::Overflow)
	}

	/// `1 − self`, exact.
	///
	/// # Errors
	/// `Negative` if the ratio is above one.
	pub fn complement(self) -> Result<Self, ArithmeticError> {
		Self::ONE.try_sub(self)
	}

	/// `1 − self`, or zero if the ratio is above one.
	pub const fn saturating_complement(self) -> Self {
		Self::ONE.saturating_sub(self)
	}

	/// Orders this ratio against `numerator / denominator` without dividing.
	///
	/// # Errors
	/// `DivisionByZero` if the denominator is zero.
	pub fn cmp_fraction(
		self,
		numerator: i128,
		denominator: i128,
	) -> Result<Ordering, ArithmeticError> {
		crate::cmp_fractions(i128::from(self.0), i128::from(PPB), numerator, denominator)
	}

	/// Orders `part` against `self · whole` without dividing. Total; both may be negative, in the
	/// same unit.
	pub fn cmp_part(self, part: i128, whole: i128) -> Ordering {
		cmp_products(part, i128::from(PPB), whole, i128::from(self.0))
	}

	/// The same ratio with a sign.
	///
	/// # Errors
	/// `Overflow` above `i64::MAX` parts per billion.
	pub fn to_signed(self) -> Result<SignedRatio, ArithmeticError> {
		i64::try_from(self.0).map(SignedRatio).map_err(|_| ArithmeticError::Overflow)
	}
}

impl SignedRatio {
	/// One hundred percent.
	pub const ONE: Self = Self(PPB.cast_signed());

	/// `numerator / denominator` in parts per billion, rounded once.
	///
	/// # Errors
	/// `DivisionByZero` if the denominator is zero, `Overflow` if the ratio does not fit.
	pub fn from_fraction(
		numerator: i128,
		denominator: i128,
		rounding: Rounding,
	) -> Result<Self, ArithmeticError> {
		let ppb = mul_div(numerator, i128::from(PPB), denominator, rounding)?;
		ppb.try_into().map(Self).map_err(|_| ArithmeticError::Overflow)
	}

	/// The nearest value in `−bound ..= bound`. Total.
	pub fn clamp_symmetric(self, bound: Ratio) -> Self {
		let high = i64::try_from(bound.0).unwrap_or(i64::MAX);
		Self(self.0.min(high).max(high.saturating_neg()))
	}

	/// The magnitude as a ratio.
	pub const fn abs_ratio(self) -> Ratio {
		Ratio(self.0.unsigned_abs())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn from_fraction_rounds_once() {
		assert_eq!(Ratio::from_fraction(1, 3, Rounding::Down), Ok(Ratio::new(333_333_333)));
		assert_eq!(Ratio::from_fraction(1, 3, Rounding::Up), Ok(Ratio::new(333_333_334)));
		assert_eq!(Ratio::from_fraction(u128::MAX, u128::MAX, Rounding::Up), Ok(Ratio::ONE));
		assert_eq!(Ratio::from_fraction(1, 0, Rounding::Up), Err(ArithmeticError::DivisionByZero));
		assert_eq!(
			SignedRatio::from_fraction(-1, 3, Rounding::Down),
			Ok(SignedRatio::new(-333_333_334))
		);
	}

	#[test]
	fn compares_what_division_would_call_equal() {
		// 10⁻¹² above 5 %: the same ppb, but not the same ratio
		let rate = Ratio::saturating_from_percent(5);
		let (part, whole) = (50_000_000_001, 1_000_000_000_000);
		assert_eq!(rate.cmp_part(part, whole), Ordering::Greater);
		assert_eq!(rate.cmp_part(part - 1, whole), Ordering::Equal);
		assert_eq!(rate.cmp_fraction(part, whole), Ok(Ordering::Less));
	}

	#[test]
	fn complement_stops_at_zero_only_when_asked_to() {
		let above = Ratio::new(PPB + 1);
		assert_eq!(above.complement(), Err(ArithmeticError::Negative));
		assert_eq!(above.saturating_complement(), Ratio::ZERO);
		assert_eq!(
			Ratio::saturating_from_basis_points(2_500).complement().unwrap().get(),
			750_000_000
		);
	}

	#[test]
	fn clamp_symmetric_is_total() {
		let bound = Ratio::new(5);
		assert_eq!(SignedRatio::new(-9).clamp_symmetric(bound), SignedRatio::new(-5));
		assert_eq!(SignedRatio::new(9).clamp_symmetric(bound), SignedRatio::new(5));
		assert_eq!(SignedRatio::MIN.clamp_symmetric(Ratio::MAX), SignedRatio::new(-i64::MAX));
	}
}
