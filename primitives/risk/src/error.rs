use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why an estimator or a formula has no result.
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
pub enum RiskError {
	/// A price of zero has no logarithm.
	ZeroPrice,
	/// The high of a bar is below its low.
	HighBelowLow,
	/// Too few returns for the statistic.
	TooFewReturns,
	/// More returns than [`crate::features::MAX_RETURNS`].
	TooManyReturns,
	/// A decay that is not below one.
	DecayNotBelowOne,
	/// Parameters outside the ranges their fields name.
	BadParameters,
}

impl fmt::Display for RiskError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::ZeroPrice => "a price of zero has no logarithm",
			Self::HighBelowLow => "high below low",
			Self::TooFewReturns => "too few returns",
			Self::TooManyReturns => "too many returns",
			Self::DecayNotBelowOne => "decay not below one",
			Self::BadParameters => "parameters outside their ranges",
		})
	}
}

impl core::error::Error for RiskError {}
