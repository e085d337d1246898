//! A runtime with the monitor, and a risk engine under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use breakwater_contagion::{Bin, Stake};
use breakwater_interfaces::AssetTerms;
use breakwater_test_support as support;
use breakwater_units::{AssetId, Lots, MarketId, PoolId, Price, Ratio, Size, TickValue};
use frame_support::traits::Hooks;
use polkadot_sdk::*;
use sp_io::TestExternalities;
use support::{basis_points, pool_terms, Asset, Engine, Market, World};

pub(crate) use support::{percent, world};

use crate::Event;

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Monitor: crate);

impl crate::Config for Test {
	type RiskEngine = Engine;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// A tick of a lot is a quantum, and so is a tick of an asset's lot of ten units.
const TICK_VALUE: TickValue = TickValue::new(1);

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Engine {
	fn set_up() -> (MarketId, AssetId) {
		(BTC, DOT)
	}
}

pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
pub(crate) const DOT: AssetId = AssetId(5);

/// A stake by market, price and lots.
pub(crate) fn stake(market: MarketId, price: u64, lots: i64) -> Stake {
	Stake { market, bin: Bin::of(Price::new(price)), lots: Lots::new(lots) }
}

/// An asset of which a percent takes a sixteenth of a day's volume.
pub(crate) fn asset(feed: u16, price: u64) -> Asset {
	let (daily_sigma, daily_volume) = (percent(4), Size::new(160));
	let tick_value = TICK_VALUE;
	let terms =
		AssetTerms { feed, tick_value, daily_sigma, daily_volume, ..support::asset_terms() };
	Asset { price, volatility: Ratio::ZERO, terms, ..Default::default() }
}

fn market(feed: u16, price: u64, depth: u64) -> (MarketId, Market) {
	let market = Market {
		pool: PoolId(feed.into()),
		feed,
		price,
		tick_value: TICK_VALUE,
		volatility: basis_points(10),
		depth,
		..Default::default()
	};
	(MarketId(feed.into()), market)
}

/// Two markets of pools of their own at 1,000 and 100, and an asset.
pub(crate) fn chain() -> TestExternalities {
	let world = World {
		markets: [market(0, 1_000, 100), market(1, 100, 1_000)].into(),
		assets: [(DOT, asset(7, 50))].into(),
		pools: (0..16).map(|pool| (PoolId(pool), pool_terms())).collect(),
		open_interest: |market| Size::new(if market == ETH { 70_000 } else { 5_000 }),
		..Default::default()
	};
	world.set();
	support::externalities::<Test>(0, 0)
}

/// Runs a test and checks the invariants after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		Monitor::do_try_state().unwrap();
	});
}

/// The next block.
pub(crate) fn block() {
	let next = System::block_number() + 1;
	System::set_block_number(next);
	Monitor::on_initialize(next);
	Monitor::do_try_state().unwrap();
}

/// Blocks until everybody had a turn.
pub(crate) fn round() {
	let listed = world(|world| world.markets.len() + world.assets.len());
	(0..=listed).for_each(|_| block());
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}
