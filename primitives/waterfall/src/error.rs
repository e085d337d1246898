use breakwater_units::ArithmeticError;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why a movement of the pool's fund has no result. The fund is then unchanged.
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
pub enum FundError {
	/// The fund, or a number on the way to it, would pass [`crate::MAX_FUND`].
	Overflow,
	/// There is no tranche of this number.
	NoSuchTranche,
	/// The shares are of a generation that lost everything.
	WipedOut,
	/// More shares than the tranche has issued.
	NotEnoughShares,
	/// The amount is too small to be worth a share, or fewer shares than the backer asked for.
	TooFewShares,
	/// The shares are worth nothing after pending losses.
	Worthless,
}

/// Why a backer cannot leave now.
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
pub enum ExitError {
	/// The delay has not passed.
	TooEarly,
	/// An auction or inventory is open, and the freeze has not lasted its longest.
	Frozen,
	/// The time to claim has passed: a new request is needed.
	Expired,
	/// The fund refuses.
	Fund(FundError),
}

/// Why a deleveraging or a final settlement cannot take a step. It is then unchanged.
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
pub enum EpochError {
	/// The sum of the weights does not fit, or there are too many entries.
	Overflow,
	/// The entry belongs to another epoch.
	WrongEpoch,
	/// More was settled than the snapshot holds: an entry was settled twice.
	SettledTwice,
	/// Some entries have not been settled yet.
	Unfinished,
}

impl From<ArithmeticError> for FundError {
	fn from(_: ArithmeticError) -> Self {
		Self::Overflow
	}
}

impl From<FundError> for ExitError {
	fn from(error: FundError) -> Self {
		Self::Fund(error)
	}
}

impl fmt::Display for FundError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Overflow => "fund beyond its largest size",
			Self::NoSuchTranche => "no such tranche",
			Self::WipedOut => "shares of a tranche that lost everything",
			Self::NotEnoughShares => "more shares than were issued",
			Self::TooFewShares => "fewer shares than asked for, or none",
			Self::Worthless => "shares worth nothing after pending losses",
		})
	}
}

impl fmt::Display for ExitError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooEarly => f.write_str("exit delay has not passed"),
			Self::Frozen => f.write_str("exits are frozen while an auction or inventory is open"),
			Self::Expired => f.write_str("time to claim the exit has passed"),
			Self::Fund(error) => error.fmt(f),
		}
	}
}

impl fmt::Display for EpochError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Overflow => "weights or entries beyond the largest number",
			Self::WrongEpoch => "entry of another epoch",
			Self::SettledTwice => "entry settled twice",
			Self::Unfinished => "entries not settled yet",
		})
	}
}

impl core::error::Error for FundError {}
impl core::error::Error for ExitError {}
impl core::error::Error for EpochError {}
