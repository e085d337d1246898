//! Exact pro-rata deleveraging over pages and blocks.
//!
//! A [`Snapshot`] at a frozen mark visits the accounts on the winning side, in any number of
//! pages, and gives each target an [`Entry`]; an account that is about to change before its page
//! comes is added at that moment. Sealed, it is an [`Epoch`]. Each entry then settles at the
//! account's first touch, or when a page reaches it, in any order. Both splits telescope over the
//! slots of the snapshot, so when the last entry has settled, what was charged and what was left
//! over sum to the shortfall exactly, and the lots closed are exactly those asked for.
//!
//! Money is shared by the [`Basis`] of the snapshot and charged up to
//! `min(profit, health)`. Lots are shared by position size: every target closes the same
//! proportion of its position, at the frozen mark, so no share of lots can exceed a position.
//!
//! What caps leave over of an epoch with [`Basis::Profit`] is offered to the same winners once
//! more with [`Basis::Capacity`], where caps cannot bind at the snapshot: then only what the
//! winners could not pay together is left for the final settlement.

use crate::{
	paged::{Split, Tally},
	EpochError, Slot,
};
use breakwater_units::{Amount, Lots, MarketId, Price, Quote, Side, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What the shares of money are proportional to.
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
pub enum Basis {
	/// Profit at the frozen mark. Splitting an account over several changes nothing.
	Profit,
	/// `min(profit, health)`: what can be taken at all.
	Capacity,
}

/// An account as a page of the snapshot finds it.
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
pub struct Target {
	/// Its position in the market.
	pub lots: Lots,
	/// Unrealised profit of that position at the frozen mark.
	pub profit: Quote,
	/// Maintenance health at the frozen mark, rounded down to a quantum.
	pub health: Quote,
}

/// What an epoch is about.
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
pub struct Terms {
	/// Its number, so that an entry cannot settle in another epoch.
	pub epoch: u32,
	/// The market.
	pub market: MarketId,
	/// The frozen mark: profits are measured and lots closed at it.
	pub mark: Price,
	/// The winners' side.
	pub side: Side,
	/// How money is shared.
	pub basis: Basis,
	/// What must be raised.
	pub shortfall: Amount,
	/// How many lots of the winners must be closed against the bankrupt position.
	pub lots: Size,
}

/// A snapshot in the making.
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
pub struct Snapshot {
	terms: Terms,
	weights: Tally,
	sizes: Tally,
	entries: u32,
}

/// A target's place in an epoch. Not `Clone`: settling consumes it, and a pallet takes it out of
/// storage to settle it.
#[derive(Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Entry {
	epoch: u32,
	money: Slot,
	size: Slot,
	cap: Amount,
}

/// A sealed snapshot whose entries settle.
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
pub struct Epoch {
	terms: Terms,
	money: Split,
	lots: Split,
	charged: u128,
	unsettled: u32,
}

/// What one target bears.
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
pub struct Haircut {
	/// Taken from its cash, in quanta.
	pub charge: Amount,
	/// Closed at the frozen mark, toward flat.
	pub lots: Size,
	/// The part of its share that its caps left over.
	pub left_over: Amount,
}

/// A finished epoch.
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
pub struct Outcome {
	/// Raised from the targets.
	pub charged: Amount,
	/// Not raised: `charged + left_over` is the shortfall.
	pub left_over: Amount,
	/// Lots of the winners closed.
	pub lots_closed: Size,
	/// Lots for which there was no winner.
	pub lots_left_over: Size,
}

impl Snapshot {
	/// An empty snapshot.
	pub fn new(terms: Terms) -> Self {
		Self { terms, weights: Tally::default(), sizes: Tally::default(), entries: 0 }
	}

	/// What the epoch is about.
	pub const fn terms(&self) -> &Terms {
		&self.terms
	}

	/// Adds an account. `None` if it is no target: on the other side, flat, without profit, or
	/// without health, which liquidation deals with.
	///
	/// # Errors
	/// `Overflow` if the weights do not fit; the snapshot is then unchanged.
	pub fn add(&mut self, target: &Target) -> Result<Option<Entry>, EpochError> {
		let Some(cap) = capacity(target, self.terms.side) else { return Ok(None) };
		let weight = match self.terms.basis {
			Basis::Profit => target.profit.unsigned_abs(),
			Basis::Capacity => cap.get(),
		};
		let (money, weights) = self.weights.with(weight)?;
		let (size, sizes) = self.sizes.with(u128::from(target.lots.size().get()))?;
		let entries = self.entries.checked_add(1).ok_or(EpochError::Overflow)?;
		*self = Self { weights, sizes, entries, ..*self };
		Ok(Some(Entry { epoch: self.terms.epoch, money, size, cap }))
	}

	/// Fixes the totals, for a shortfall that is known only now: what another epoch left over, whose
	/// targets this snapshot took in as they settled.
	pub fn seal_for(self, shortfall: Amount) -> Epoch {
		Self { terms: Terms { shortfall, ..self.terms }, ..self }.seal()
	}

	/// Fixes the totals.
	pub fn seal(self) -> Epoch {
		let (weights, sizes) = (self.weights.total(), self.sizes.total());
		let shortfall = self.terms.shortfall.get();
		let lots = u128::from(self.terms.lots.get());
		Epoch {
			terms: self.terms,
			// Without targets there is nobody to share with.
			money: Split::new(if weights == 0 { 0 } else { shortfall }, weights),
			// Not more lots than the winners hold, so that no share exceeds a position.
			lots: Split::new(lots.min(sizes), sizes),
			charged: 0,
			unsettled: self.entries,
		}
	}
}

impl Entry {
	/// The epoch it settles in.
	pub const fn epoch(&self) -> u32 {
		self.epoch
	}
}

impl Epoch {
	/// What the epoch is about.
	pub const fn terms(&self) -> &Terms {
		&self.terms
	}

	/// Entries that have not settled.
	pub const fn unsettled(&self) -> u32 {
		self.unsettled
	}

	/// Raised so far.
	pub const fn charged(&self) -> Amount {
		Amount::new(self.charged)
	}

	/// Settles one entry, in any order. The charge is its share, up to its cap in the snapshot and
	/// up to `health_now`: the mark may have moved since, and a haircut must not make its payer
	/// liquidatable.
	///
	/// # Errors
	/// `WrongEpoch` for an entry of another epoch, `SettledTwice` if more was settled than there
	/// is. The epoch is then unchanged.
	pub fn settle(&mut self, entry: Entry, health_now: Quote) -> Result<Haircut, EpochError> {
		if entry.epoch != self.terms.epoch {
			return Err(EpochError::WrongEpoch);
		}
		let unsettled = self.unsettled.checked_sub(1).ok_or(EpochError::SettledTwice)?;
		let (share, money) = self.money.settle(entry.money)?;
		let (size, lots) = self.lots.settle(entry.size)?;

		let available = health_now.to_unsigned().unwrap_or(0);
		let charge = share.min(entry.cap.get()).min(available);
		let charged = self.charged.checked_add(charge).ok_or(EpochError::Overflow)?;
		// A share of lots is at most the position it came from.
		let lots_share = u64::try_from(size).map_err(|_| EpochError::Overflow)?;

		*self = Self { money, lots, charged, unsettled, ..*self };
		Ok(Haircut {
			charge: Amount::new(charge),
			lots: Size::new(lots_share),
			left_over: Amount::new(share.saturating_sub(charge)),
		})
	}

	/// Ends the epoch.
	///
	/// # Errors
	/// `Unfinished` while an entry has not settled; `SettledTwice` if one was settled in the
	/// place of another.
	pub fn close(&self) -> Result<Outcome, EpochError> {
		if self.unsettled > 0 {
			return Err(EpochError::Unfinished);
		}
		// The floors telescope: after every slot once, all is handed out.
		let complete = self.money.handed_out() == self.money.amount()
			&& self.lots.handed_out() == self.lots.amount();
		if !complete {
			return Err(EpochError::SettledTwice);
		}
		let closed = u64::try_from(self.lots.amount()).map_err(|_| EpochError::Overflow)?;
		Ok(Outcome {
			charged: self.charged(),
			left_over: self.terms.shortfall.saturating_sub(self.charged()),
			lots_closed: Size::new(closed),
			lots_left_over: self.terms.lots.saturating_sub(Size::new(closed)),
		})
	}
}

/// The most a target can pay, `min(profit, health)`; `None` if it is no target.
fn capacity(target: &Target, side: Side) -> Option<Amount> {
	let most = target.profit.min(target.health);
	if target.lots.side() != Some(side) || !most.is_positive() {
		return None;
	}
	Some(Amount::new(most.unsigned_abs()))
}
