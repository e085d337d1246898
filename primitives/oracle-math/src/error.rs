use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why there is no price.
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
pub enum OracleError {
	/// Less than two thirds of the weight reported, or there is no weight.
	NoQuorum,
	/// More reports than [`crate::MAX_REPORTERS`].
	TooManyReports,
	/// A weight above [`crate::MAX_WEIGHT`].
	WeightTooLarge,
	/// A report, a cross rate or its unit is zero.
	ZeroPrice,
	/// A cross rate beyond the range of a price.
	Overflow,
	/// No more than half of the weight is near the median: see [`crate::is_agreed`].
	NoAgreement,
}

impl fmt::Display for OracleError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::NoQuorum => "less than two thirds of the weight reported",
			Self::TooManyReports => "too many reports",
			Self::WeightTooLarge => "weight too large",
			Self::ZeroPrice => "a price of zero",
			Self::Overflow => "cross rate beyond the range of a price",
			Self::NoAgreement => "no more than half of the weight agrees on a price",
		})
	}
}

impl core::error::Error for OracleError {}
