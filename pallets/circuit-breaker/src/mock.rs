//! A runtime with one pallet, and an oracle and a risk engine under the tests' control.

use breakwater_breaker::{ChainParams, PoolParams, Threshold};
use breakwater_interfaces::{Breakers, FeedPrice, PoolTerms};
use breakwater_primitives::oracle::FeedId;
use breakwater_test_support as support;
use breakwater_units::{MarketId, Millis, PoolId, Price, Ratio, Timestamp};
use frame_support::parameter_types;
use polkadot_sdk::*;
use sp_io::TestExternalities;
use support::{basis_points, Engine, Feeds, Market, World};

pub(crate) use support::{breaker_params as params, world};

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Breaker: crate);

parameter_types! {
	pub Chain: ChainParams = ChainParams {
		finality_lag: Threshold { trip: 20, release: 8 },
		backlog: Threshold { trip: 100, release: 10 },
		release: Millis::new(5_000),
		outage_gap: Millis::new(30_000),
		grace: Millis::new(60_000),
	};
}

impl crate::Config for Test {
	type Prices = Feeds;
	type RiskEngine = Engine;
	type ChainParams = Chain;
	type WeightInfo = ();
}

pub(crate) const MARKET: MarketId = MarketId(0);
pub(crate) const OTHER: MarketId = MarketId(1);
pub(crate) const FEED: FeedId = 0;

/// The sources had a price at a time.
pub(crate) fn quote(price: u64, time: u64) {
	world(|world| {
		let found = world.prices.get_mut(&FEED).unwrap();
		(found.price, found.time) = (Price::new(price), Timestamp::new(time));
		for market in world.markets.values_mut() {
			(market.price, market.time) = (price, time);
		}
	});
}

/// So much of the reporters' weight is not behind the price.
pub(crate) fn missing(weight: Ratio) {
	world(|world| world.prices.get_mut(&FEED).unwrap().missing_weight = weight);
}

pub(crate) fn set_lag(blocks: u32) {
	world(|world| world.finality_lag = Some(blocks));
}

/// A chain with a market that the breaker knows, and one that it does not. They have no price yet.
pub(crate) fn chain() -> TestExternalities {
	let breaker = PoolParams {
		// Twenty and ten percent.
		drawdown: Threshold { trip: 200_000_000, release: 100_000_000 },
		backlog: Threshold { trip: 50, release: 5 },
		release: Millis::new(5_000),
	};
	let market = || Market { price: 0, volatility: basis_points(10), ..Default::default() };
	let (none, missing_weight) = (Price::ZERO, Ratio::ZERO);
	let feed = FeedPrice { price: none, confidence: none, time: Timestamp::ZERO, missing_weight };
	let world = World {
		markets: [(MARKET, market()), (OTHER, market())].into(),
		prices: [(FEED, feed)].into(),
		pools: [(PoolId(0), PoolTerms { breaker, ..support::pool_terms() })].into(),
		finality_lag: Some(0),
		..Default::default()
	};
	world.set();
	let mut ext = support::externalities::<Test>(0, 0);
	ext.execute_with(|| Breaker::list_market(MARKET, FEED, &params()).unwrap());
	ext
}
