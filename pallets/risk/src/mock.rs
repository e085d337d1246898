//! A runtime with an oracle and accounts that hold what a test says.

use std::{cell::RefCell, collections::BTreeMap};

use breakwater_auction::Clearing;
use breakwater_breaker::{withdrawal::LimitTerms, PoolParams, Threshold};
use breakwater_contagion::ContagionParams;
use breakwater_funding::Impact;
use breakwater_interfaces::{
	AssetTerms, BatchSummary, ContagionLoads, Exposure, FeedPrice, FundingTerms, Loads, PoolTerms,
	Prices, RiskEngine, RiskTerms,
};
use breakwater_margin::Brackets;
use breakwater_oracle_math::Action;
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{HaircutParams, HorizonParams, MarginParams, RampParams};
use breakwater_units::{
	Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Size, TickValue,
	Timestamp,
};
use frame_support::{derive_impl, parameter_types};
use frame_system::EnsureRoot;
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::BuildStorage;

use crate::{Event, ListedMarket, MarketState, MarketStates};

type Block = frame_system::mocking::MockBlock<Test>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Risk = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

parameter_types! {
	pub storage Fullness: Ratio = Ratio::ZERO;
}

impl crate::Config for Test {
	type ListingOrigin = EnsureRoot<u64>;
	type Prices = Oracle;
	type Exposure = Accounts;
	type Contagion = Monitor;
	type Fullness = Fullness;
	type WeightInfo = ();
}

/// What the oracle and the accounts say.
#[derive(Default)]
pub(crate) struct World {
	pub(crate) decimals: BTreeMap<FeedId, u8>,
	pub(crate) prices: BTreeMap<FeedId, FeedPrice>,
	pub(crate) forbidden: Vec<FeedId>,
	pub(crate) open_interest: BTreeMap<MarketId, Size>,
	pub(crate) borrowed: BTreeMap<PoolId, Quote>,
	pub(crate) held: BTreeMap<AssetId, Amount>,
	pub(crate) loads: Loads,
	pub(crate) accrued: BTreeMap<PoolId, Vec<Quote>>,
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::default();
}

pub(crate) fn world<R>(look: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with_borrow_mut(look)
}

// The runtime's configuration, which is public, names it.
#[allow(unreachable_pub)]
pub struct Oracle;

impl Prices for Oracle {
	fn decimals(feed: FeedId) -> Option<u8> {
		world(|world| world.decimals.get(&feed).copied())
	}
	fn price(feed: FeedId) -> Option<FeedPrice> {
		world(|world| world.prices.get(&feed).copied())
	}
	fn permits(feed: FeedId, _: Action) -> bool {
		world(|world| world.prices.contains_key(&feed) && !world.forbidden.contains(&feed))
	}
	fn finality_lag() -> Option<u32> {
		None
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn set_price(feed: FeedId, price: Price, now: Timestamp) {
		world(|world| *world.decimals.entry(feed).or_insert(2));
		set(feed, price.get(), 0, now.get());
	}
}

// The runtime's configuration, which is public, names it.
#[allow(unreachable_pub)]
pub struct Accounts;

impl Exposure for Accounts {
	fn open_interest(market: MarketId) -> Size {
		world(|world| world.open_interest.get(&market).copied().unwrap_or_default())
	}
	fn borrowed(pool: PoolId) -> Quote {
		world(|world| world.borrowed.get(&pool).copied().unwrap_or_default())
	}
	fn held(asset: AssetId) -> Amount {
		world(|world| world.held.get(&asset).copied().unwrap_or_default())
	}
	fn accrue(pool: PoolId, interest: Quote) {
		world(|world| world.accrued.entry(pool).or_default().push(interest));
	}
}

// The runtime's configuration, which is public, names it.
#[allow(unreachable_pub)]
pub struct Monitor;

impl ContagionLoads for Monitor {
	fn loads() -> Loads {
		world(|world| world.loads.clone())
	}
}

/// Dollars per coin, ticks of a cent.
pub(crate) const BTC: FeedId = 0;
/// Dollars per quote coin, four decimals.
pub(crate) const USDQ: FeedId = 1;
pub(crate) const ETH: FeedId = 2;
pub(crate) const PERP: MarketId = MarketId(0);
pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const COIN: AssetId = AssetId(0);
/// 50,000.00
pub(crate) const START: u64 = 5_000_000;
/// A whole minute.
pub(crate) const T0: u64 = 1_700_000_040_000;

/// A price, as the oracle has it at a time.
pub(crate) fn set(feed: FeedId, price: u64, confidence: u64, time: u64) {
	let found = FeedPrice {
		price: Price::new(price),
		confidence: Price::new(confidence),
		time: Timestamp::new(time),
		missing_weight: Ratio::ZERO,
	};
	world(|world| world.prices.insert(feed, found));
}

/// The oracle has no price of a feed any more.
pub(crate) fn forget(feed: FeedId) {
	world(|world| world.prices.remove(&feed));
}

pub(crate) const fn percent(percent: u64) -> Ratio {
	Ratio::saturating_from_percent(percent)
}

pub(crate) fn pool_terms() -> PoolTerms {
	PoolTerms {
		symbol: b"main".to_vec().try_into().unwrap(),
		quote_feed: Some(USDQ),
		min_deposit: Quote::new(1_000_000),
		min_equity: Quote::new(10_000_000),
		max_loan: Quote::new(1_000_000_000_000),
		max_borrowed: Quote::new(10_000_000_000_000),
		interest: percent(10),
		profit_cap: Quote::new(1_000_000_000_000),
		notional_floor: percent(1),
		outflow: LimitTerms {
			share: percent(25),
			floor: Amount::new(1_000_000_000),
			account_share: percent(50),
			account_floor: Amount::new(1_000_000_000),
			window: Millis::HOUR,
		},
		interest_period: Millis::HOUR,
		breaker: PoolParams {
			drawdown: Threshold { trip: 300_000_000, release: 200_000_000 },
			backlog: Threshold { trip: 100, release: 10 },
			release: Millis::MINUTE,
		},
		fund: Default::default(),
	}
}

pub(crate) fn ramp_params() -> RampParams {
	RampParams {
		rise_per_hour: percent(20),
		fall_per_hour: percent(10),
		gap_per_hour: percent(25),
		maintenance_share: percent(60),
	}
}

/// A lot is a thousandth of a coin: a cent of it is 10 micro-dollars.
pub(crate) fn asset_terms() -> AssetTerms {
	AssetTerms {
		symbol: b"BTC".to_vec().try_into().unwrap(),
		decimals: 8,
		feed: BTC,
		units_per_lot: 100_000,
		tick_value: TickValue::new(10),
		brackets: Brackets::UNIFORM,
		haircut: HaircutParams {
			tail: percent(300),
			horizon: Millis::HOUR,
			wrong_way: Ratio::ZERO,
			lowest: percent(5),
		},
		ramp: ramp_params(),
		daily_sigma: percent(4),
		daily_volume: Size::new(10_000_000),
		cap: Amount::new(100_000_000_000),
		min_deposit: Amount::new(10_000),
	}
}

pub(crate) fn market_terms() -> ListedMarket {
	ListedMarket {
		pool: POOL,
		feed: BTC,
		tick_value: TickValue::new(10),
		max_position: Size::new(1_000_000),
		risk: RiskTerms {
			brackets: Brackets::UNIFORM,
			margin: MarginParams {
				spread: Ratio::new(500_000),
				lowest: percent(1),
				highest: percent(50),
				maintenance_share: percent(60),
			},
			ramp: ramp_params(),
			horizon: HorizonParams {
				close_out_delay: Millis::new(10 * Millis::MINUTE.get()),
				participation: percent(10),
				longest: Millis::DAY,
			},
			daily_sigma: percent(4),
			tail: percent(350),
			mark_band: percent(2),
			// 100 and 200 million dollars
			lower_cap: Quote::new(100_000_000_000_000),
			upper_cap: Quote::new(200_000_000_000_000),
			daily_volume: Size::new(10_000_000),
			impact: percent(100),
			contagion: ContagionParams {
				depth_share: percent(50),
				spill_share: percent(10),
				least_cap: percent(20),
				largest_raise: percent(50),
			},
		},
		funding: FundingTerms {
			impact_size: Size::new(100),
			least_volume: Size::new(10),
			cap_multiple: percent(600),
		},
	}
}

/// Feeds without prices, and nothing listed.
pub(crate) fn empty_chain() -> TestExternalities {
	world(|world| {
		*world = World::default();
		world.decimals = [(BTC, 2), (USDQ, 4), (ETH, 2)].into();
	});
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// A pool, an asset and a market, without prices.
pub(crate) fn listed_chain() -> TestExternalities {
	let mut ext = empty_chain();
	ext.execute_with(|| {
		Risk::list_pool(RuntimeOrigin::root(), Box::new(pool_terms())).unwrap();
		Risk::list_asset(RuntimeOrigin::root(), Box::new(asset_terms())).unwrap();
		list(PERP, &market_terms()).unwrap();
	});
	ext
}

pub(crate) fn list(
	market: MarketId,
	terms: &ListedMarket,
) -> Result<(), sp_runtime::DispatchError> {
	Risk::list_market(
		market,
		terms.pool,
		terms.feed,
		terms.tick_value,
		terms.max_position,
		&terms.risk,
		&terms.funding,
	)
}

/// Runs a test on a chain with prices at [`T0`], and checks the invariants after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	listed_chain().execute_with(|| {
		set(USDQ, 10_000, 0, T0);
		set(BTC, START, 0, T0);
		block(T0);
		test();
		Risk::do_try_state().unwrap();
	});
}

/// A block at a time, with the prices that are there.
pub(crate) fn block(now: u64) {
	System::reset_events();
	Risk::begin_block(Timestamp::new(now));
	Risk::do_try_state().unwrap();
}

/// A block at a time with fresh prices.
pub(crate) fn block_at(now: u64, btc: u64) {
	set(USDQ, 10_000, 0, now);
	set(BTC, btc, 0, now);
	block(now);
}

pub(crate) fn state() -> MarketState {
	MarketStates::<Test>::get(PERP).unwrap()
}

/// A batch that traded a volume at a price, with a book half a percent around it.
pub(crate) fn batch(price: u64, volume: u64, now: u64) {
	let cleared =
		Clearing { price: Price::new(price), volume: Size::new(volume), surplus: Lots::ZERO };
	let around = price / 200;
	let summary = BatchSummary {
		price: Some(cleared.price),
		volume: cleared.volume,
		organic: Some(cleared),
		impact: Impact {
			bid: Some(Price::new(price - around)),
			ask: Some(Price::new(price + around)),
		},
		depth: Size::new(2_000),
		..Default::default()
	};
	Risk::observe_batch(PERP, &summary, Timestamp::new(now));
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Risk(event) => Some(event),
			_ => None,
		})
		.collect()
}
