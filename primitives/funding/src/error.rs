use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why there is no premium or no funding.
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
pub enum FundingError {
	/// The index price is zero.
	ZeroIndex,
	/// The value of a lot is below zero or above
	/// [`MAX_LOT_VALUE_QUANTA`](breakwater_units::limits::MAX_LOT_VALUE_QUANTA).
	LotValueOutOfRange,
	/// The payment does not fit; impossible within [`breakwater_units::limits`].
	Overflow,
}

impl fmt::Display for FundingError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::ZeroIndex => "index price of zero",
			Self::LotValueOutOfRange => "lot value outside its range",
			Self::Overflow => "payment outside the range of money",
		})
	}
}

impl core::error::Error for FundingError {}
