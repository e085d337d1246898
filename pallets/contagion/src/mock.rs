//! A runtime with the monitor, and a risk engine under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use breakwater_contagion::{Bin, Stake};
use breakwater_interfaces::{
	AssetTerms, BatchSummary, FundingTerms, PoolTerms, Pricing, RiskEngine, RiskTerms,
};
use breakwater_margin::{BorrowIndex, Brackets, CollateralIndex, LegIndex};
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{HaircutParams, RampParams};
use breakwater_units::{
	Amount, AssetId, LotValue, Lots, MarketId, Millis, PoolId, Price, Ratio, SignedRatio, Size,
	TickValue, Timestamp,
};
use frame_support::{derive_impl, parameter_types, traits::Hooks};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{BuildStorage, DispatchResult};

use crate::Event;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Monitor = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

parameter_types! {
	pub static World: TestWorld = TestWorld::default();
}

impl crate::Config for Test {
	type RiskEngine = Engine;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

#[derive(Clone, Copy, Debug)]
pub struct TestMarket {
	pub(crate) pool: u32,
	pub(crate) feed: FeedId,
	/// Ticks; zero for none.
	pub(crate) mark: u64,
	/// Lots that move it by a percent.
	pub(crate) depth: u64,
	pub(crate) open_interest: u64,
}

#[derive(Clone, Debug, Default)]
pub struct TestWorld {
	pub(crate) markets: BTreeMap<u32, TestMarket>,
	/// Feed and price of each asset.
	pub(crate) assets: BTreeMap<u32, (FeedId, u64)>,
}

pub(crate) fn world(change: impl FnOnce(&mut TestWorld)) {
	World::mutate(change);
}

/// A tick of a lot is a quantum, and so is a tick of an asset's lot of ten units.
const TICK_VALUE: TickValue = TickValue::new(1);
pub(crate) const UNITS_PER_LOT: u128 = 10;

pub struct Engine;

impl RiskEngine for Engine {
	fn begin_block(_: Timestamp) {}
	fn observe_batch(_: MarketId, _: &BatchSummary, _: Timestamp) {}

	fn market(market: MarketId) -> Option<LegIndex> {
		let price = Price::new(World::get().markets.get(&market.0)?.mark);
		let (none, rate) = (LotValue::ZERO, Ratio::saturating_from_percent(5));
		LegIndex::new(price, TICK_VALUE, none, &Brackets::UNIFORM, rate, rate).ok()
	}
	fn collateral(asset: AssetId) -> Option<CollateralIndex> {
		let price = Price::new(World::get().assets.get(&asset.0)?.1);
		let (brackets, none) = (Brackets::UNIFORM, Ratio::ZERO);
		CollateralIndex::new(UNITS_PER_LOT, price, TICK_VALUE, &brackets, none, none).ok()
	}
	fn borrow(_: PoolId) -> BorrowIndex {
		BorrowIndex::ONE
	}
	fn market_volatility(_: MarketId) -> Ratio {
		Ratio::ZERO
	}
	fn asset_volatility(_: AssetId) -> Ratio {
		Ratio::ZERO
	}
	fn pricing(market: MarketId) -> Option<Pricing> {
		let market = *World::get().markets.get(&market.0)?;
		let price = Price::new(market.mark);
		(market.mark > 0).then(|| Pricing {
			index: price,
			index_time: Timestamp::ZERO,
			mark: price,
			maintenance: Ratio::saturating_from_percent(5),
			initial: Ratio::saturating_from_percent(10),
			funding_rate: SignedRatio::ZERO,
			sigma_per_minute: Ratio::saturating_from_basis_points(10),
			depth: Size::new(market.depth),
			open_interest: Size::new(market.open_interest),
		})
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		let markets = World::get().markets;
		markets.iter().map(|(id, market)| (MarketId(*id), PoolId(market.pool))).collect()
	}
	fn assets() -> Vec<AssetId> {
		World::get().assets.keys().copied().map(AssetId).collect()
	}
	fn pools() -> Vec<PoolId> {
		(0..16).map(PoolId).collect()
	}
	fn pool_of(market: MarketId) -> Option<PoolId> {
		World::get().markets.get(&market.0).map(|market| PoolId(market.pool))
	}
	fn feed_of(market: MarketId) -> Option<FeedId> {
		World::get().markets.get(&market.0).map(|market| market.feed)
	}
	fn pool(_: PoolId) -> Option<PoolTerms> {
		None
	}
	fn asset(asset: AssetId) -> Option<AssetTerms> {
		let (feed, _) = *World::get().assets.get(&asset.0)?;
		Some(AssetTerms {
			symbol: Default::default(),
			decimals: 6,
			feed,
			units_per_lot: UNITS_PER_LOT,
			tick_value: TICK_VALUE,
			brackets: Brackets::UNIFORM,
			haircut: HaircutParams {
				tail: Ratio::ONE,
				horizon: Millis::DAY,
				wrong_way: Ratio::ZERO,
				lowest: Ratio::ZERO,
			},
			ramp: RampParams {
				rise_per_hour: Ratio::ONE,
				fall_per_hour: Ratio::ONE,
				gap_per_hour: Ratio::ONE,
				maintenance_share: Ratio::ONE,
			},
			// A percent takes a sixteenth of a day's volume.
			daily_sigma: Ratio::saturating_from_percent(4),
			daily_volume: Size::new(160),
			cap: Amount::MAX,
			min_deposit: Amount::ZERO,
		})
	}
	fn list_market(
		_: MarketId,
		_: PoolId,
		_: FeedId,
		_: TickValue,
		_: Size,
		_: &RiskTerms,
		_: &FundingTerms,
	) -> DispatchResult {
		Ok(())
	}
	fn open_interest_room(_: MarketId) -> Size {
		Size::MAX
	}
}

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

/// Two markets of pools of their own at 1,000 and 100, and an asset.
pub(crate) fn chain() -> TestExternalities {
	let btc = TestMarket { pool: 0, feed: 0, mark: 1_000, depth: 100, open_interest: 5_000 };
	let eth = TestMarket { pool: 1, feed: 1, mark: 100, depth: 1_000, open_interest: 70_000 };
	World::set(TestWorld {
		markets: [(BTC.0, btc), (ETH.0, eth)].into(),
		assets: [(DOT.0, (7, 50))].into(),
	});
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
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
	let world = World::get();
	(0..=world.markets.len() + world.assets.len()).for_each(|_| block());
}

pub(crate) fn events() -> Vec<Event<Test>> {
	let events = System::read_events_no_consensus().filter_map(|record| match record.event {
		RuntimeEvent::Monitor(event) => Some(event),
		_ => None,
	});
	events.collect()
}
