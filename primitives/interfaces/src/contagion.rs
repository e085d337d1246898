use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use breakwater_contagion::Stake;
use breakwater_units::{Amount, AssetId, MarketId, PoolId, Ratio};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::MAX_MARKETS;

/// What the ledger tells of its accounts. `()` listens to nothing.
///
/// What is told adds up: each `from` is what an earlier `to` was.
pub trait Contagion {
	/// A position of an account, or where it is liquidated, is another than it was.
	fn shift(from: Option<&Stake>, to: Option<&Stake>);

	/// An account of a pool has `to` of a collateral asset, and had `from`.
	fn move_collateral(pool: PoolId, asset: AssetId, from: Amount, to: Amount);

	/// Whether all that was told adds up to this: the stakes of all accounts, and their collateral.
	/// For checks; visits everything.
	fn adds_up(_: &[Stake], _: &[(PoolId, AssetId, Amount)]) -> bool {
		true
	}
}

impl Contagion for () {
	fn shift(_: Option<&Stake>, _: Option<&Stake>) {}
	fn move_collateral(_: PoolId, _: AssetId, _: Amount, _: Amount) {}
}

/// How contagious markets and pools are. What is not in it is not.
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
pub struct Loads {
	/// For each market the largest part of its depth that is liquidated on the way to a price, on
	/// the worse side.
	pub markets: BoundedVec<(MarketId, Ratio), ConstU32<MAX_MARKETS>>,
	/// For each pool what it loses when all others sell what they have, as a part of what it has.
	pub pools: BoundedVec<(PoolId, Ratio), ConstU32<16>>,
}

impl Loads {
	/// Of a market and its pool.
	pub fn of(&self, market: MarketId, pool: PoolId) -> (Ratio, Ratio) {
		let market = self.markets.iter().find(|(of, _)| *of == market);
		let pool = self.pools.iter().find(|(of, _)| *of == pool);
		let ratio = |of: Option<Ratio>| of.unwrap_or(Ratio::ZERO);
		(ratio(market.map(|(_, load)| *load)), ratio(pool.map(|(_, spill)| *spill)))
	}

	/// Of markets and pools as they come; those beyond the bounds are left out.
	pub fn new(markets: Vec<(MarketId, Ratio)>, pools: Vec<(PoolId, Ratio)>) -> Self {
		Self {
			markets: BoundedVec::truncate_from(markets),
			pools: BoundedVec::truncate_from(pools),
		}
	}
}

/// What the risk engine asks once a block. `()` knows of no contagion.
pub trait ContagionLoads {
	/// How contagious markets and pools are.
	fn loads() -> Loads;
}

impl ContagionLoads for () {
	fn loads() -> Loads {
		Loads::default()
	}
}
