//! The last stage: a pool that cannot pay all its claims pays each the same proportion.
//!
//! Every account's equity at the settlement marks is a claim. The loss that nobody could bear is
//! shared by claim, with telescoping floors over pages as in [`crate::deleverage`], so payouts and
//! the loss sum to the claims exactly.

use crate::{
	paged::{Split, Tally},
	EpochError, Slot,
};
use breakwater_units::Amount;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Claims being collected, page by page.
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
pub struct ClaimSnapshot {
	epoch: u32,
	claims: Tally,
	entries: u32,
}

/// A claim's place. Not `Clone`: it is paid once.
#[derive(Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Claim {
	epoch: u32,
	slot: Slot,
}

/// A settlement whose claims are paid in any order.
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
pub struct Settlement {
	epoch: u32,
	haircuts: Split,
	beyond: Amount,
	unpaid: u32,
}

/// What one claim gets. The two sum to the claim.
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
pub struct Payout {
	/// Paid, in quanta.
	pub paid: Amount,
	/// Lost.
	pub haircut: Amount,
}

impl ClaimSnapshot {
	/// An empty snapshot of this number.
	pub fn new(epoch: u32) -> Self {
		Self { epoch, claims: Tally::default(), entries: 0 }
	}

	/// Adds a claim of so many quanta. An account without equity has none: do not add it.
	///
	/// # Errors
	/// `Overflow` if the sum does not fit; the snapshot is then unchanged.
	pub fn add(&mut self, claim: Amount) -> Result<Claim, EpochError> {
		let (slot, claims) = self.claims.with(claim.get())?;
		let entries = self.entries.checked_add(1).ok_or(EpochError::Overflow)?;
		*self = Self { claims, entries, ..*self };
		Ok(Claim { epoch: self.epoch, slot })
	}

	/// Sum of the claims so far.
	pub const fn total(&self) -> Amount {
		Amount::new(self.claims.total())
	}

	/// Fixes the loss to share.
	pub fn seal(self, loss: Amount) -> Settlement {
		let shared = loss.min(self.total());
		Settlement {
			epoch: self.epoch,
			haircuts: Split::new(shared.get(), self.claims.total()),
			beyond: loss.saturating_sub(shared),
			unpaid: self.entries,
		}
	}
}

impl Settlement {
	/// Pays one claim, in any order.
	///
	/// # Errors
	/// `WrongEpoch` for a claim of another settlement, `SettledTwice` if more was paid than there
	/// is. The settlement is then unchanged.
	pub fn pay(&mut self, claim: Claim) -> Result<Payout, EpochError> {
		if claim.epoch != self.epoch {
			return Err(EpochError::WrongEpoch);
		}
		let unpaid = self.unpaid.checked_sub(1).ok_or(EpochError::SettledTwice)?;
		let (haircut, haircuts) = self.haircuts.settle(claim.slot)?;
		// The loss does not exceed the claims, so no share of it exceeds a claim.
		let paid = claim.slot.weight.checked_sub(haircut).ok_or(EpochError::Overflow)?;
		*self = Self { haircuts, unpaid, ..*self };
		Ok(Payout { paid: Amount::new(paid), haircut: Amount::new(haircut) })
	}

	/// Claims that have not been paid.
	pub const fn unpaid(&self) -> u32 {
		self.unpaid
	}

	/// Loss beyond all claims: zero unless the books were wrong before.
	pub const fn beyond(&self) -> Amount {
		self.beyond
	}
}
