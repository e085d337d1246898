use std::{
	cell::RefCell,
	collections::{BTreeMap, BTreeSet},
};

use breakwater_breaker::Action;
use breakwater_interfaces::{AssetTerms, FeedPrice, PoolTerms};
use breakwater_margin::Brackets;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{AssetId, MarketId, PoolId, Ratio, Size, TickValue};
use polkadot_sdk::*;

use crate::{asset_terms, basis_points};

/// A market, as the risk engine has it.
#[derive(Clone, Debug)]
pub struct Market {
	/// Its pool.
	pub pool: PoolId,
	/// The feed of its index.
	pub feed: FeedId,
	/// Mark and index, in ticks. Zero: there is none yet.
	pub price: u64,
	/// When the sources had the price.
	pub time: u64,
	/// Quanta that a tick of a lot is worth.
	pub tick_value: TickValue,
	/// Quanta per lot.
	pub funding: i128,
	/// Maintenance margin; initial margin is twice as much.
	pub maintenance_percent: u64,
	/// Margin factors by position size.
	pub brackets: Brackets,
	/// Of a minute.
	pub volatility: Ratio,
	/// Lots that move it by a percent.
	pub depth: u64,
	/// Lots by which a position may grow.
	pub room: u64,
}

impl Default for Market {
	fn default() -> Self {
		Self {
			pool: PoolId(0),
			feed: 0,
			price: 1_000,
			time: 0,
			tick_value: TickValue::new(10),
			funding: 0,
			maintenance_percent: 5,
			brackets: Brackets::UNIFORM,
			volatility: basis_points(5),
			depth: 0,
			room: u64::MAX,
		}
	}
}

/// A collateral asset, as the risk engine has it.
#[derive(Clone, Debug)]
pub struct Asset {
	/// Of a lot, in ticks.
	pub price: u64,
	/// Its haircut for maintenance; for initial margin it is five percent more.
	pub haircut_percent: u64,
	/// Of a minute.
	pub volatility: Ratio,
	/// Its terms.
	pub terms: AssetTerms,
}

impl Default for Asset {
	fn default() -> Self {
		let (volatility, terms) = (basis_points(5), asset_terms());
		Self { price: 100, haircut_percent: 10, volatility, terms }
	}
}

/// All that the pallets under test ask others about. Of the present thread, which is the test's.
#[derive(Clone, Debug)]
pub struct World {
	/// Milliseconds.
	pub now: u64,
	/// What is listed.
	pub markets: BTreeMap<MarketId, Market>,
	/// What is listed.
	pub assets: BTreeMap<AssetId, Asset>,
	/// What is listed.
	pub pools: BTreeMap<PoolId, PoolTerms>,
	/// The borrow index in parts per billion; one where nothing is said.
	pub borrow: BTreeMap<PoolId, u64>,
	/// Who knows how many lots are held long.
	pub open_interest: fn(MarketId) -> Size,
	/// Decimals of the feeds.
	pub decimals: BTreeMap<FeedId, u8>,
	/// What the oracle has.
	pub prices: BTreeMap<FeedId, FeedPrice>,
	/// Feeds whose price is good enough for nothing.
	pub bad_feeds: Vec<FeedId>,
	/// Blocks that are not final yet.
	pub finality_lag: Option<u32>,
	/// Quote in custody.
	pub quote: BTreeMap<PoolId, i128>,
	/// Assets in custody.
	pub collateral: BTreeMap<AssetId, u128>,
	/// Markets in which the breakers refuse everything.
	pub closed: BTreeSet<MarketId>,
	/// Whether they refuse everything in all pools.
	pub pools_closed: bool,
	/// What they refuse everywhere.
	pub refused: Vec<Action>,
	/// Whether they refuse to list.
	pub refuses_listing: bool,
}

impl Default for World {
	fn default() -> Self {
		Self {
			now: 0,
			markets: BTreeMap::new(),
			assets: BTreeMap::new(),
			pools: BTreeMap::new(),
			borrow: BTreeMap::new(),
			open_interest: |_| Size::ZERO,
			decimals: BTreeMap::new(),
			prices: BTreeMap::new(),
			bad_feeds: Vec::new(),
			finality_lag: None,
			quote: BTreeMap::new(),
			collateral: BTreeMap::new(),
			closed: BTreeSet::new(),
			pools_closed: false,
			refused: Vec::new(),
			refuses_listing: false,
		}
	}
}

impl World {
	/// Makes it the world of the test.
	pub fn set(self) {
		world(|world| *world = self);
	}

	/// A market that is listed.
	pub fn market(&mut self, market: MarketId) -> &mut Market {
		self.markets.get_mut(&market).expect("the market is listed")
	}

	/// An asset that is listed.
	pub fn asset(&mut self, asset: AssetId) -> &mut Asset {
		self.assets.get_mut(&asset).expect("the asset is listed")
	}

	/// Changes the terms of all pools.
	pub fn pool_terms(&mut self, change: impl FnMut(&mut PoolTerms)) {
		self.pools.values_mut().for_each(change);
	}
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::default();
}

/// Looks at the world, or changes it. What is called inside may not ask the stand-ins.
pub fn world<R>(look: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with_borrow_mut(look)
}

/// The time of the world in milliseconds, as a pallet is told it.
#[derive(Debug)]
pub struct Now;

impl frame_support::traits::Get<u64> for Now {
	fn get() -> u64 {
		world(|world| world.now)
	}
}

/// Lets milliseconds pass.
pub fn pass(millis: u64) {
	world(|world| world.now += millis);
}
