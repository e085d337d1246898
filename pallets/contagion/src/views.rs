//! What was seen of markets, assets and pools.

use breakwater_contagion::LiquidationMap;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{PoolId, Price, Ratio, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::MAX_POOLS;

/// A market as it was when its turn came.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MarketView {
	/// When that was.
	pub block: u32,
	/// Its pool.
	pub pool: PoolId,
	/// The feed of its index.
	pub feed: FeedId,
	/// Its mark.
	pub mark: Price,
	/// Lots that moved its price by a percent.
	pub depth: Size,
	/// What would be liquidated.
	pub map: LiquidationMap,
	/// The worst of that over the depth on the way, for a falling price.
	pub down: Ratio,
	/// And for a rising one.
	pub up: Ratio,
	/// Its open interest, in quanta.
	pub held: u128,
	/// What would move its price by all of it, in quanta.
	pub takes: u128,
}

/// A collateral asset as it was when its turn came.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AssetView {
	/// The feed of its price.
	pub feed: FeedId,
	/// What the accounts of each pool held, in quanta.
	pub held: BoundedVec<(PoolId, u128), ConstU32<MAX_POOLS>>,
	/// What would move its price by all of it, in quanta.
	pub takes: u128,
}

/// How the pools overlap. All lists are in the order of `pools`.
#[derive(
	Clone,
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
pub struct Network {
	/// When it was measured.
	pub block: u32,
	/// The pools that have something, ascending.
	pub pools: BoundedVec<PoolId, ConstU32<MAX_POOLS>>,
	/// What each loses when each sells what it has, in quanta, row by row.
	pub matrix: BoundedVec<u128, ConstU32<{ MAX_POOLS * MAX_POOLS }>>,
	/// The largest eigenvalue is at least this.
	pub lowest: u128,
	/// And at most this.
	pub highest: u128,
	/// How central each pool is: the eigenvector, the largest one.
	pub index: BoundedVec<Ratio, ConstU32<MAX_POOLS>>,
	/// What each loses when all others sell what they have, as a part of what it has.
	pub spill: BoundedVec<Ratio, ConstU32<MAX_POOLS>>,
}
