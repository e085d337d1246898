use crate::EpochError;
use breakwater_units::{ArithmeticError, ProRata};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Where a weight stands in a snapshot: the sum of the weights before it, and itself.
///
/// This is all a share depends on, besides the amount and the total, which are fixed when the
/// snapshot is sealed. So the share is the same whenever, and after whomever, it is settled.
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
pub struct Slot {
	/// Sum of the weights before this one.
	pub before: u128,
	/// This one.
	pub weight: u128,
}

/// Adds weights one after another.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub(crate) struct Tally {
	total: u128,
}

impl Tally {
	/// The slot of the next weight, and the tally with it.
	pub(crate) fn with(self, weight: u128) -> Result<(Slot, Self), EpochError> {
		let total = self.total.checked_add(weight).ok_or(EpochError::Overflow)?;
		Ok((Slot { before: self.total, weight }, Self { total }))
	}

	pub(crate) const fn total(self) -> u128 {
		self.total
	}
}

/// An amount that is handed out over the slots of a sealed tally.
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
pub(crate) struct Split {
	amount: u128,
	total: u128,
	handed_out: u128,
}

impl Split {
	/// Without any weight there is nobody to hand it to: the amount must then be zero.
	pub(crate) const fn new(amount: u128, total: u128) -> Self {
		Self { amount, total, handed_out: 0 }
	}

	pub(crate) const fn amount(&self) -> u128 {
		self.amount
	}

	pub(crate) const fn handed_out(&self) -> u128 {
		self.handed_out
	}

	/// The share of a slot, `⌊D·W_i/W⌋ − ⌊D·W_{i−1}/W⌋`, and the split with it handed out.
	pub(crate) fn settle(self, slot: Slot) -> Result<(u128, Self), EpochError> {
		let share = ProRata::share_at(self.amount, self.total, slot.before, slot.weight)?;
		let handed_out = self.handed_out.checked_add(share).ok_or(EpochError::SettledTwice)?;
		if handed_out > self.amount {
			return Err(EpochError::SettledTwice);
		}
		Ok((share, Self { handed_out, ..self }))
	}
}

impl From<ArithmeticError> for EpochError {
	fn from(error: ArithmeticError) -> Self {
		match error {
			// A slot beyond the total is not of this snapshot.
			ArithmeticError::WeightsExceedTotal => Self::WrongEpoch,
			_ => Self::Overflow,
		}
	}
}
