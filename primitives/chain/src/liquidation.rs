//! What liquidators ask: who is due, what is offered, and what a bid would do.
//!
//! Money is in quanta, a millionth of the quote asset; prices in ticks, sizes in lots.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::AccountId;

/// An account whose health is below zero.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DueAccount {
	/// The key that events name.
	pub key: [u8; 32],
	/// Whose it is.
	pub owner: AccountId,
	/// The owner's number for it.
	pub number: u16,
	/// The pool it trades in.
	pub pool: u32,
	/// What it is worth at mark, collateral before haircuts, rounded down.
	pub equity: i128,
	/// Maintenance margin, rounded up.
	pub maintenance: i128,
	/// What its health is below zero, rounded up.
	pub shortfall: i128,
	/// Whether it has offers in this block.
	pub offers: bool,
	/// The block until which it is left alone, because it failed or nobody bought; zero for none.
	pub waits_until: u32,
}

/// What is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Sold {
	/// Positions of a market.
	Market(u32),
	/// Collateral in a pool.
	Collateral {
		/// The pool.
		pool: u32,
		/// The asset.
		asset: u32,
	},
}

/// What an account in liquidation offers. It stands until the next block, which computes it anew.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OfferInfo {
	/// Whose.
	pub account: [u8; 32],
	/// Signed lots that it must still trade: negative is sold.
	pub lots: i64,
	/// Signed lots that it holds.
	pub held: i64,
	/// Its Dutch price in this block: what a bid trades at.
	pub price: u64,
	/// Where that walks to, and no further.
	pub reserve: u64,
	/// When its walk began: milliseconds since the Unix epoch.
	pub opened: u64,
	/// When it is at the reserve, unless the mark moves in the account's favour.
	pub ends: u64,
}

/// All that is offered of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AuctionInfo {
	/// What.
	pub sold: Sold,
	/// What accounts are valued at.
	pub mark: u64,
	/// Lots offered for sale.
	pub for_sale: u64,
	/// Lots wanted.
	pub wanted: u64,
	/// Whether bids are allowed now.
	pub open: bool,
	/// The offers, at most as many as asked for.
	pub offers: Vec<OfferInfo>,
}

/// A bid in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct BidQuery {
	/// What to bid for; for collateral the pool is the bidder's.
	pub sold: Sold,
	/// Whether the bidder buys. Collateral is only bought.
	pub buys: bool,
	/// Lots.
	pub size: u64,
	/// The worst price, in ticks.
	pub limit: u64,
}

/// What a bid would do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct BidPreview {
	/// Why it would be refused, in the words of the errors; none if it would fill.
	pub refused: Option<Vec<u8>>,
	/// Lots it would fill.
	pub size: u64,
	/// What the bidder would pay; received is negative.
	pub cost: i128,
	/// That, at mark: what the lots are worth less what they cost is the gain.
	pub at_mark: i128,
	/// Its fills: account, lots, price.
	pub fills: Vec<([u8; 32], u64, u64)>,
}

/// How liquidation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LiquidationStatus {
	/// Accounts that have offers.
	pub offering: u32,
	/// Due accounts that the last block could not reach.
	pub backlog: u32,
	/// By pool, as far as known.
	pub backlog_of_pools: Vec<(u32, u32)>,
}

sp_api::decl_runtime_apis! {
	/// Accounts in liquidation, and bids for what they must close.
	pub trait LiquidationApi {
		/// Due accounts, the worst first, at most so many.
		fn due_accounts(most: u32) -> Vec<DueAccount>;
		/// What is offered, with at most so many offers of each.
		fn auctions(most: u32) -> Vec<AuctionInfo>;
		/// What a bid of a subaccount would do now, and whether it could.
		fn preview_bid(owner: AccountId, number: u16, bid: BidQuery) -> BidPreview;
		/// How liquidation stands.
		fn liquidation_status() -> LiquidationStatus;
	}
}
