//! What clients ask about markets and orders.
//!
//! Money is in quanta, a millionth of the quote asset; prices in ticks, sizes in lots; rates in
//! parts per billion.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use scale_info::TypeInfo;

use crate::BlockNumber;

/// All orders of one side at one price.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LevelInfo {
	/// Their limit, in ticks.
	pub price: u64,
	/// The sum of their sizes, in lots.
	pub size: u64,
}

/// The book of a market. The AMM's curve is not in it: see `amm`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct BookInfo {
	/// The market.
	pub market: u32,
	/// The block after whose transactions it looked so.
	pub block: BlockNumber,
	/// Buys, the highest price first.
	pub bids: Vec<LevelInfo>,
	/// Sells, the lowest price first.
	pub asks: Vec<LevelInfo>,
	/// What the AMM would quote in a batch at the present mark.
	pub amm: Option<AmmQuote>,
	/// Orders in the book.
	pub orders: u32,
	/// Orders that wait for the mark.
	pub waiting: u32,
}

/// An AMM's curve.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AmmQuote {
	/// The highest price at which it buys, in ticks; none if its inventory is full.
	pub bid: Option<u64>,
	/// The lowest price at which it sells, in ticks; none if its inventory is full.
	pub ask: Option<u64>,
	/// Its position, in lots.
	pub inventory: i64,
	/// Its largest position now, in lots.
	pub max_inventory: u64,
	/// So many lots …
	pub depth_lots: u64,
	/// … move its quotes by so many ticks.
	pub depth_ticks: u32,
	/// What it is worth at mark, in quanta, rounded down.
	pub equity: i128,
	/// All shares of that.
	pub shares: u128,
}

/// An open order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OrderInfo {
	/// The account's number for it.
	pub order: u64,
	/// The trader's own name for it.
	pub client_id: Option<[u8; 16]>,
	/// The market.
	pub market: u32,
	/// Whether it buys.
	pub buys: bool,
	/// `Limit`, `PostOnly` or `Market`.
	pub kind: Vec<u8>,
	/// Worst price, in ticks; none of a market order that waits for the mark.
	pub price: Option<u64>,
	/// Lots still open.
	pub size: u64,
	/// May only bring the position nearer to zero.
	pub reduce_only: bool,
	/// The last block whose batch it may trade in; none until cancelled.
	pub last_block: Option<BlockNumber>,
	/// The block of its first batch; none while it waits for the mark.
	pub entered: Option<BlockNumber>,
	/// The level of the mark it waits for, in ticks.
	pub trigger: Option<u64>,
	/// Whether it waits for the mark to rise to that level.
	pub triggers_above: bool,
}

/// What would become of an order that is placed now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OrderPreview {
	/// Why it would be refused, in the words of the errors; none if it would be accepted.
	pub refused: Option<Vec<u8>>,
	/// Worst price, in ticks: of a market order the protection price; zero if it has none.
	pub limit: u64,
	/// Size at that price, in quanta.
	pub notional: i128,
	/// Fee if all of it trades in its first batch at that price, in quanta.
	pub taker_fee: i128,
	/// Fee if all of it trades later.
	pub maker_fee: i128,
	/// The largest size that margin carries at that price, in lots; other orders apart.
	pub largest: u64,
}
