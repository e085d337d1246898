//! The macros that give every newtype the same small set of total methods.

/// Declares a newtype over an integer, with what signed and unsigned types share.
macro_rules! quantity {
	($(#[$doc:meta])* $name:ident($inner:ty)) => {
		$(#[$doc])*
		#[derive(
			Clone,
			Copy,
			Debug,
			Default,
			PartialEq,
			Eq,
			PartialOrd,
			Ord,
			Hash,
			codec::Encode,
			codec::Decode,
			codec::DecodeWithMemTracking,
			codec::MaxEncodedLen,
			scale_info::TypeInfo,
		)]
		pub struct $name($inner);

		impl $name {
			/// Nothing.
			pub const ZERO: Self = Self(0);
			/// The smallest value of the type.
			pub const MIN: Self = Self(<$inner>::MIN);
			/// The largest value of the type.
			pub const MAX: Self = Self(<$inner>::MAX);

			/// Wraps a number that is already in this type's unit.
			pub const fn new(value: $inner) -> Self {
				Self(value)
			}

			/// The number in this type's unit.
			pub const fn get(self) -> $inner {
				self.0
			}

			/// Whether the value is zero.
			pub const fn is_zero(self) -> bool {
				self.0 == 0
			}

			/// The sum, held at the end of the range where it would pass it.
			pub const fn saturating_add(self, other: Self) -> Self {
				Self(self.0.saturating_add(other.0))
			}

			/// The difference, held at the end of the range where it would pass it.
			pub const fn saturating_sub(self, other: Self) -> Self {
				Self(self.0.saturating_sub(other.0))
			}

			/// The sum, exact.
			///
			/// # Errors
			/// `Overflow` if it does not fit.
			pub fn try_add(self, other: Self) -> Result<Self, crate::ArithmeticError> {
				self.0.checked_add(other.0).map(Self).ok_or(crate::ArithmeticError::Overflow)
			}
		}
	};
}

/// Declares a signed quantity.
macro_rules! signed_quantity {
	($(#[$doc:meta])* $name:ident($inner:ty), magnitude $magnitude:ty) => {
		quantity!($(#[$doc])* $name($inner));

		impl $name {
			/// Whether the value is below zero.
			pub const fn is_negative(self) -> bool {
				self.0 < 0
			}

			/// Whether the value is above zero.
			pub const fn is_positive(self) -> bool {
				self.0 > 0
			}

			/// The magnitude. Total, also for `MIN`.
			pub const fn unsigned_abs(self) -> $magnitude {
				self.0.unsigned_abs()
			}

			/// The difference, exact.
			///
			/// # Errors
			/// `Overflow` if it does not fit.
			pub fn try_sub(self, other: Self) -> Result<Self, crate::ArithmeticError> {
				self.0.checked_sub(other.0).map(Self).ok_or(crate::ArithmeticError::Overflow)
			}

			/// The value with its sign changed.
			///
			/// # Errors
			/// `Overflow` for `MIN`.
			pub fn try_neg(self) -> Result<Self, crate::ArithmeticError> {
				self.0.checked_neg().map(Self).ok_or(crate::ArithmeticError::Overflow)
			}

			/// `self · numerator / denominator`, exact in 256 bits, rounded once.
			///
			/// # Errors
			/// `DivisionByZero` if the denominator is zero, `Overflow` if the result does not
			/// fit.
			pub fn mul_div(
				self,
				numerator: i128,
				denominator: i128,
				rounding: crate::Rounding,
			) -> Result<Self, crate::ArithmeticError> {
				let value = i128::from(self.0);
				let scaled = crate::mul_div(value, numerator, denominator, rounding)?;
				scaled.try_into().map(Self).map_err(|_| crate::ArithmeticError::Overflow)
			}

			/// `self · ratio`, rounded once.
			///
			/// # Errors
			/// `Overflow` if the result does not fit.
			pub fn mul_ratio(
				self,
				ratio: crate::Ratio,
				rounding: crate::Rounding,
			) -> Result<Self, crate::ArithmeticError> {
				self.mul_div(i128::from(ratio.get()), i128::from(crate::PPB), rounding)
			}

			/// `self · ratio` with a signed ratio, rounded once.
			///
			/// # Errors
			/// `Overflow` if the result does not fit.
			pub fn mul_signed_ratio(
				self,
				ratio: crate::SignedRatio,
				rounding: crate::Rounding,
			) -> Result<Self, crate::ArithmeticError> {
				self.mul_div(i128::from(ratio.get()), i128::from(crate::PPB), rounding)
			}

			/// A key whose byte order is the numeric order: big-endian with the sign bit
			/// flipped.
			pub const fn to_key_ascending(self) -> [u8; size_of::<$inner>()] {
				(self.0 ^ <$inner>::MIN).to_be_bytes()
			}

			/// A key whose byte order is the reverse of the numeric order.
			pub const fn to_key_descending(self) -> [u8; size_of::<$inner>()] {
				(self.0 ^ <$inner>::MAX).to_be_bytes()
			}

			/// The inverse of [`Self::to_key_ascending`].
			pub const fn from_key_ascending(key: [u8; size_of::<$inner>()]) -> Self {
				Self(<$inner>::from_be_bytes(key) ^ <$inner>::MIN)
			}

			/// The inverse of [`Self::to_key_descending`].
			pub const fn from_key_descending(key: [u8; size_of::<$inner>()]) -> Self {
				Self(<$inner>::from_be_bytes(key) ^ <$inner>::MAX)
			}
		}
	};
}

/// Declares an unsigned quantity.
macro_rules! unsigned_quantity {
	($(#[$doc:meta])* $name:ident($inner:ty)) => {
		quantity!($(#[$doc])* $name($inner));

		impl $name {
			/// The difference, exact.
			///
			/// # Errors
			/// `Negative` if `other` is larger.
			pub fn try_sub(self, other: Self) -> Result<Self, crate::ArithmeticError> {
				self.0.checked_sub(other.0).map(Self).ok_or(crate::ArithmeticError::Negative)
			}

			/// `self · numerator / denominator`, exact in 256 bits, rounded once.
			///
			/// # Errors
			/// `DivisionByZero` if the denominator is zero, `Overflow` if the result does not
			/// fit.
			pub fn mul_div(
				self,
				numerator: u128,
				denominator: u128,
				rounding: crate::Rounding,
			) -> Result<Self, crate::ArithmeticError> {
				let value = u128::from(self.0);
				let scaled = crate::mul_div_u128(value, numerator, denominator, rounding)?;
				scaled.try_into().map(Self).map_err(|_| crate::ArithmeticError::Overflow)
			}

			/// `self · ratio`, rounded once.
			///
			/// # Errors
			/// `Overflow` if the result does not fit.
			pub fn mul_ratio(
				self,
				ratio: crate::Ratio,
				rounding: crate::Rounding,
			) -> Result<Self, crate::ArithmeticError> {
				self.mul_div(u128::from(ratio.get()), u128::from(crate::PPB), rounding)
			}

			/// A key whose byte order is the numeric order: big-endian.
			pub const fn to_key_ascending(self) -> [u8; size_of::<$inner>()] {
				self.0.to_be_bytes()
			}

			/// A key whose byte order is the reverse of the numeric order.
			pub const fn to_key_descending(self) -> [u8; size_of::<$inner>()] {
				(!self.0).to_be_bytes()
			}

			/// The inverse of [`Self::to_key_ascending`].
			pub const fn from_key_ascending(key: [u8; size_of::<$inner>()]) -> Self {
				Self(<$inner>::from_be_bytes(key))
			}

			/// The inverse of [`Self::to_key_descending`].
			pub const fn from_key_descending(key: [u8; size_of::<$inner>()]) -> Self {
				Self(!<$inner>::from_be_bytes(key))
			}
		}
	};
}
