//! What happened in a block, for subscriptions: what of it concerns traders, in order.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use polkadot_sdk::*;
use scale_info::TypeInfo;

/// A fill of an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct FillInfo {
	/// The place of the event in the block: with the block's number it orders all fills.
	pub index: u32,
	/// The subaccount's key.
	pub account: [u8; 32],
	/// The subaccount's number of the order; none if the protocol closed a position or made the
	/// market.
	pub order: Option<u64>,
	/// The market.
	pub market: u32,
	/// Lots: bought are positive.
	pub lots: i64,
	/// What is left of the order, in lots.
	pub left: u64,
	/// The batch's price, in ticks.
	pub price: u64,
	/// Fee, in quanta.
	pub fee: i128,
	/// Whether the order was there before the batch.
	pub maker: bool,
	/// Whether it is of a liquidation.
	pub forced: bool,
}

/// A market's prices in a block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MarketPrice {
	/// The market.
	pub market: u32,
	/// The index, in ticks.
	pub index: u64,
	/// When the sources had it: milliseconds since the Unix epoch.
	pub index_time: u64,
	/// The mark, in ticks.
	pub mark: u64,
	/// Where this block's batch cleared, in ticks; none if nothing traded.
	pub batch: Option<u64>,
	/// Lots it traded.
	pub volume: u64,
	/// Funding rate for eight hours, in parts per billion.
	pub funding_rate: i64,
	/// Lots held long, which is what is held short.
	pub open_interest: u64,
}

sp_api::decl_runtime_apis! {
	/// What happened in the block at whose state it is asked.
	pub trait StreamsApi {
		/// The fills, of all accounts or of one.
		fn fills(account: Option<[u8; 32]>) -> Vec<FillInfo>;
		/// The prices of all markets that have one.
		fn market_prices() -> Vec<MarketPrice>;
	}
}
