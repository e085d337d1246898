//! What clients ask about contagion: what would be liquidated at which price, and how far pools
//! pull each other down.
//!
//! Money is in quanta, a millionth of the quote asset; prices in ticks, sizes in lots; parts per
//! billion of what is named.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::BlockNumber;

/// What is liquidated in a range of prices.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LiquidationBin {
	/// The lowest price of the range, in ticks.
	pub from: u64,
	/// The lowest price above it.
	pub to: u64,
	/// Lots of longs that are liquidated there if only this market moves.
	pub longs: u64,
	/// Lots of shorts.
	pub shorts: u64,
}

/// What has been liquidated when the price has moved so far.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LiquidationShock {
	/// The move, as a part of the mark: 10 % are 100,000,000.
	pub shock: u64,
	/// Lots of longs, when it fell.
	pub down_lots: u64,
	/// The same, in quanta at the mark.
	pub down_notional: i128,
	/// Lots of shorts, when it rose.
	pub up_lots: u64,
	/// The same, in quanta at the mark.
	pub up_notional: i128,
	/// Lots that the market takes on the way there, on either side.
	pub depth_lots: u64,
}

/// Liquidation at risk of a market.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LiquidationMapInfo {
	/// The market.
	pub market: u32,
	/// The block after whose transactions it is so.
	pub block: BlockNumber,
	/// The mark.
	pub mark: u64,
	/// The moves, ascending: 1, 2, 3, 5, 10, 15 and 20 %.
	pub shocks: Vec<LiquidationShock>,
	/// The worst of what is liquidated over the depth on the way, for a falling price.
	pub down_load: u64,
	/// And for a rising one.
	pub up_load: u64,
	/// The larger of both as the risk engine knows it: as of the market's last turn.
	pub load: u64,
	/// What its pool loses when all other pools sell what they have, as a part of what it has.
	pub spill: u64,
	/// Beyond which load the market is squeezed.
	pub depth_share: u64,
	/// Beyond which spill.
	pub spill_share: u64,
	/// How far it is squeezed, from zero to one.
	pub squeeze: u64,
	/// Open interest at which no risk may be added: as listed …
	pub listed_cap: i128,
	/// … and as it is now.
	pub cap: i128,
}

/// A pool among the others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PoolContagion {
	/// The pool.
	pub pool: u32,
	/// How central it is: its entry in the eigenvector, of which the largest is one.
	pub index: u64,
	/// What it loses when all others sell what they have, as a part of what it has.
	pub spill: u64,
	/// What it loses, in quanta, when each of the pools, in this order, sells what it has.
	pub losses: Vec<u128>,
}

/// How the pools overlap.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OverlapInfo {
	/// The block in which it was measured.
	pub block: BlockNumber,
	/// The largest eigenvalue is at least this, in quanta.
	pub lowest_eigenvalue: u128,
	/// And at most this.
	pub highest_eigenvalue: u128,
	/// The pools that have something.
	pub pools: Vec<PoolContagion>,
}

sp_api::decl_runtime_apis! {
	/// Contagion between accounts, markets and pools.
	pub trait ContagionApi {
		/// What is liquidated at which price, all of it, ascending; none if the market is not
		/// listed.
		fn liquidation_histogram(market: u32) -> Option<Vec<LiquidationBin>>;
		/// What is liquidated when the price moves, against what the market takes; none if it is
		/// not listed or has no price yet.
		fn liquidation_map(market: u32) -> Option<LiquidationMapInfo>;
		/// How the pools overlap.
		fn overlap() -> OverlapInfo;
	}
}
