use breakwater_units::{Amount, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A bankrupt or liquidatable account's position in one market, and what was tried already.
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
pub struct Case {
	/// Lots still open.
	pub open: Size,
	/// What the account owes beyond its own margin, in quanta.
	pub deficit: Amount,
	/// The Dutch curve in the batch has run out, or there is nothing left to offer it with.
	pub book_tried: bool,
	/// The auction has ended.
	pub auction_tried: bool,
	/// Lots the fund may still take over; see [`crate::acceptable_lots`].
	pub takeover_room: Size,
	/// The funds have paid what they may.
	pub funds_tried: bool,
	/// Deleveraging has run its epochs.
	pub deleveraging_tried: bool,
}

/// The step of the waterfall a case has come to, in their order.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Stage {
	/// Forced orders in the batch, down the Dutch curve.
	Book,
	/// An auction lot.
	Auction,
	/// The fund takes over so many lots.
	Takeover(Size),
	/// Pool fund, then the capped global fund: [`crate::absorb`].
	Funds,
	/// Winners are deleveraged for what is left: [`crate::deleverage`].
	Deleveraging,
	/// The pool settles: [`crate::settlement`].
	FinalSettlement,
	/// Nothing open and nothing owed.
	Resolved,
}

/// Which step comes next. The order is fixed, and a step already tried is never offered again.
///
/// Lots come before money, since what is owed is known only once they are closed. An account that
/// is already below zero has no margin to sell with, so its lots skip the book and the auction, also
/// after the funds have paid for it: they do not pay for a second try.
pub fn next_stage(case: &Case) -> Stage {
	let underwater = !case.deficit.is_zero();
	if !case.open.is_zero() {
		let sellable = !underwater && !case.funds_tried;
		return match () {
			() if sellable && !case.book_tried => Stage::Book,
			() if sellable && !case.auction_tried => Stage::Auction,
			() if !case.takeover_room.is_zero() => {
				Stage::Takeover(case.takeover_room.min(case.open))
			},
			() if underwater && !case.funds_tried => Stage::Funds,
			() if !case.deleveraging_tried => Stage::Deleveraging,
			() => Stage::FinalSettlement,
		};
	}
	match () {
		() if !underwater => Stage::Resolved,
		() if !case.funds_tried => Stage::Funds,
		() if !case.deleveraging_tried => Stage::Deleveraging,
		() => Stage::FinalSettlement,
	}
}
