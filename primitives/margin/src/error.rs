use breakwater_units::{ArithmeticError, AssetId, MarketId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why a question about an account has no answer.
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
pub enum MarginError {
	/// The account has a position in a market for which there is no index.
	UnknownMarket(MarketId),
	/// The account holds a collateral asset for which there is no index.
	UnknownAsset(AssetId),
	/// One more leg than an account may have.
	TooManyLegs,
	/// A position would exceed [`breakwater_units::limits::MAX_LOTS`].
	PositionTooLarge,
	/// The bounds of the brackets do not rise.
	BracketsDoNotRise,
	/// The factors of the brackets fall, or the first is below one: margin would not be convex.
	BracketsNotConvex,
	/// A price, a tick value, a cumulative funding or a collateral lot is outside its limits.
	IndexOutOfRange,
	/// A loan would exceed its limit.
	LoanTooLarge,
	/// An intermediate result does not fit. Impossible within [`breakwater_units::limits`].
	Arithmetic(ArithmeticError),
}

impl From<ArithmeticError> for MarginError {
	fn from(error: ArithmeticError) -> Self {
		Self::Arithmetic(error)
	}
}

impl fmt::Display for MarginError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::UnknownMarket(market) => write!(f, "no index for market {}", market.0),
			Self::UnknownAsset(asset) => write!(f, "no index for asset {}", asset.0),
			Self::TooManyLegs => f.write_str("too many legs"),
			Self::PositionTooLarge => f.write_str("position too large"),
			Self::BracketsDoNotRise => f.write_str("bracket bounds do not rise"),
			Self::BracketsNotConvex => f.write_str("bracket factors fall or start below one"),
			Self::IndexOutOfRange => f.write_str("index outside its limits"),
			Self::LoanTooLarge => f.write_str("loan too large"),
			Self::Arithmetic(error) => error.fmt(f),
		}
	}
}

impl core::error::Error for MarginError {}
