//! A runtime with an oracle and accounts that hold what a test says.

use std::collections::BTreeMap;

use breakwater_auction::Clearing;
use breakwater_breaker::{withdrawal::LimitTerms, PoolParams, Threshold};
use breakwater_funding::Impact;
use breakwater_interfaces::{
	AssetTerms, BatchSummary, ContagionLoads, Exposure, FeedPrice, Loads, PoolTerms, RiskEngine,
};
use breakwater_primitives::{oracle::FeedId, AccountId};
use breakwater_risk::HaircutParams;
use breakwater_test_support as support;
use breakwater_units::{
	Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Size, TickValue,
	Timestamp,
};
use frame_support::parameter_types;
use frame_system::EnsureRoot;
use polkadot_sdk::*;
use sp_io::TestExternalities;
use support::{Feeds, World};

pub(crate) use support::{percent, person, ramp as ramp_params, world};

use crate::{Event, ListedMarket, MarketState, MarketStates};

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Risk: crate);

parameter_types! {
	pub storage Fullness: Ratio = Ratio::ZERO;
	pub static Others: Told = Told::default();
}

impl crate::Config for Test {
	type ListingOrigin = EnsureRoot<AccountId>;
	type Prices = Feeds;
	type Exposure = Accounts;
	type Contagion = Monitor;
	type Fullness = Fullness;
	type WeightInfo = ();
}

/// What the accounts and the monitor say, and what the accounts were told.
// The runtime's configuration, which is public, names it.
#[allow(unreachable_pub)]
#[derive(Clone, Default)]
pub struct Told {
	pub(crate) open_interest: BTreeMap<MarketId, Size>,
	pub(crate) borrowed: BTreeMap<PoolId, Quote>,
	pub(crate) held: BTreeMap<AssetId, Amount>,
	pub(crate) loads: Loads,
	pub(crate) accrued: BTreeMap<PoolId, Vec<Quote>>,
}

pub(crate) fn others<R>(look: impl FnOnce(&mut Told) -> R) -> R {
	Others::mutate(look)
}

// The runtime's configuration, which is public, names it.
#[allow(unreachable_pub)]
pub struct Accounts;

impl Exposure for Accounts {
	fn open_interest(market: MarketId) -> Size {
		others(|others| others.open_interest.get(&market).copied().unwrap_or_default())
	}
	fn borrowed(pool: PoolId) -> Quote {
		others(|others| others.borrowed.get(&pool).copied().unwrap_or_default())
	}
	fn held(asset: AssetId) -> Amount {
		others(|others| others.held.get(&asset).copied().unwrap_or_default())
	}
	fn accrue(pool: PoolId, interest: Quote) {
		others(|others| others.accrued.entry(pool).or_default().push(interest));
	}
}

// The runtime's configuration, which is public, names it.
#[allow(unreachable_pub)]
pub struct Monitor;

impl ContagionLoads for Monitor {
	fn loads() -> Loads {
		others(|others| others.loads.clone())
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

/// A lot is a thousandth of a coin: a cent of it is 10 micro-dollars.
pub(crate) fn asset_terms() -> AssetTerms {
	AssetTerms {
		symbol: b"BTC".to_vec().try_into().unwrap(),
		decimals: 8,
		feed: BTC,
		units_per_lot: 100_000,
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
		..support::asset_terms()
	}
}

pub(crate) fn market_terms() -> ListedMarket {
	ListedMarket {
		pool: POOL,
		feed: BTC,
		tick_value: TickValue::new(10),
		max_position: Size::new(1_000_000),
		risk: support::risk_terms(),
		funding: support::funding_terms(),
	}
}

/// Feeds without prices, and nothing listed.
pub(crate) fn empty_chain() -> TestExternalities {
	World { decimals: [(BTC, 2), (USDQ, 4), (ETH, 2)].into(), ..Default::default() }.set();
	Others::set(Told::default());
	support::externalities::<Test>(0, 0)
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
	System::read_events_for_pallet()
}
