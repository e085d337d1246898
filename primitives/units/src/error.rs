use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why an operation has no result.
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
pub enum ArithmeticError {
	/// The result is outside the range of its type, above or below.
	Overflow,
	/// A divisor, or the sum of the weights of a split, is zero.
	DivisionByZero,
	/// The result is below zero and its type is not signed.
	Negative,
	/// The weights handed out in a split exceed the declared total.
	WeightsExceedTotal,
}

impl fmt::Display for ArithmeticError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Overflow => "result outside the range of its type",
			Self::DivisionByZero => "division by zero",
			Self::Negative => "negative result in an unsigned type",
			Self::WeightsExceedTotal => "weights exceed their declared total",
		})
	}
}

impl core::error::Error for ArithmeticError {}
