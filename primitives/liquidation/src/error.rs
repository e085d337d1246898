use breakwater_margin::MarginError;
use breakwater_units::ArithmeticError;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why a liquidation has no next step.
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
pub enum LiquidationError {
	/// The account's health cannot be computed.
	Margin(MarginError),
	/// More was filled than was ordered, or a fill is larger than the position.
	Overfilled,
	/// The orders that share a fill are not all on one side.
	MixedSides,
	/// The curve's duration is zero or above [`crate::MAX_DURATION`], its factor is above one, or
	/// its step is zero.
	InvalidCurve,
	/// An intermediate result does not fit. Impossible within [`breakwater_units::limits`].
	Arithmetic(ArithmeticError),
}

impl From<MarginError> for LiquidationError {
	fn from(error: MarginError) -> Self {
		Self::Margin(error)
	}
}

impl From<ArithmeticError> for LiquidationError {
	fn from(error: ArithmeticError) -> Self {
		Self::Arithmetic(error)
	}
}

impl fmt::Display for LiquidationError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Margin(error) => error.fmt(f),
			Self::Overfilled => f.write_str("filled more than ordered"),
			Self::MixedSides => f.write_str("a fill is shared by orders of one side"),
			Self::InvalidCurve => f.write_str("curve has no time, grows, or never steps"),
			Self::Arithmetic(error) => error.fmt(f),
		}
	}
}

impl core::error::Error for LiquidationError {}
