//! The ledger itself, over indices, orders, breakers and a backstop under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::{BTreeMap, BTreeSet};

use breakwater_auction::{Clearing, ForcedFill, ForcedOrder};
use breakwater_breaker::{
	withdrawal::LimitTerms, Action, BandParams, MarketParams, Matching, PoolParams, Threshold,
};
use breakwater_contagion::ContagionParams;
use breakwater_interfaces::*;
use breakwater_liquidation::{Curve, Decay};
use breakwater_margin::{BorrowIndex, Brackets, CollateralIndex, LegIndex, Step};
use breakwater_oracle_math::Action as PriceAction;
use breakwater_primitives::{oracle::FeedId, AccountId, Balance};
use breakwater_risk::{HaircutParams, HorizonParams, MarginParams, RampParams};
use breakwater_units::{
	AccountKey, Amount, AssetId, LotValue, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio,
	Side, SignedRatio, Size, TickValue, Timestamp,
};
use frame_support::{derive_impl, ensure, parameter_types, traits::Contains, weights::Weight};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, DispatchResult};

use crate::{Event, Pallet};

type Block = frame_system::mocking::MockBlock<Test>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Books = breakwater_ledger;
	#[runtime::pallet_index(3)]
	pub type Liquidator = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
	pub const SubaccountDeposit: Balance = 1;
	pub static World: TestWorld = TestWorld::default();
	pub storage MaxAccounts: u32 = 50;
	pub storage MaxQueue: u32 = 100;
	pub storage MaxForced: u32 = 20;
	pub const RetryAfter: u32 = 5;
	pub CollateralTerms: LiquidationTerms = liquidation_terms();
	/// Weight of an account, so that a limit is a number of accounts.
	pub storage Each: u64 = 1;
}

impl breakwater_ledger::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type SubaccountDeposit = SubaccountDeposit;
	type RiskEngine = Engine;
	type Prices = Feeds;
	type Vault = Custody;
	type Busy = frame_support::traits::Nothing;
	type Backstops = Backstops;
	type Levies = ();
	type Contagion = ();
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

impl crate::Config for Test {
	type Ledger = Books;
	type RiskEngine = Engine;
	type Exchange = Orders;
	type Listings = Engine;
	type Insurance = Backstops;
	type Breakers = Gates;
	type Now = Clock;
	type CollateralTerms = CollateralTerms;
	type MaxAccounts = MaxAccounts;
	type MaxQueue = MaxQueue;
	type MaxForced = MaxForced;
	type RetryAfter = RetryAfter;
	type WeightInfo = PerAccount;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// Only planning an account weighs anything.
pub struct PerAccount;

impl crate::WeightInfo for PerAccount {
	fn work(_: u32) -> Weight {
		Weight::zero()
	}
	fn treat(_: u32) -> Weight {
		Weight::from_parts(Each::get(), 0)
	}
	fn cancel(_: u32) -> Weight {
		Weight::zero()
	}
	fn net(_: u32) -> Weight {
		Weight::zero()
	}
	fn force(_: u32) -> Weight {
		Weight::zero()
	}
	fn fill(_: u32) -> Weight {
		Weight::zero()
	}
	fn bid(_: u32, _: u32) -> Weight {
		Weight::zero()
	}
	fn bid_collateral(_: u32, _: u32) -> Weight {
		Weight::zero()
	}
}

/// All that the pallet and the ledger ask others about.
#[derive(Clone, Debug, Default)]
pub struct TestWorld {
	/// Prices of the markets, in ticks.
	pub(crate) marks: BTreeMap<u32, u64>,
	pub(crate) depth: u64,
	/// Prices of the assets.
	pub(crate) assets: BTreeMap<u32, u64>,
	pub(crate) quote: BTreeMap<u32, i128>,
	pub(crate) collateral: BTreeMap<u32, u128>,
	pub(crate) orders: BTreeMap<AccountKey, u32>,
	pub(crate) backstop: Option<AccountKey>,
	/// Lots of each market that the backstop may take.
	pub(crate) room: u64,
	/// What it was asked to take over whole.
	pub(crate) absorbed: Vec<AccountKey>,
	/// Accounts that it refuses.
	pub(crate) poisoned: BTreeSet<AccountKey>,
	/// Markets that may not be liquidated, or traded at all.
	pub(crate) closed: BTreeSet<u32>,
	pub(crate) pool_closed: bool,
	pub(crate) chain_closed: bool,
	pub(crate) no_bids: bool,
	pub(crate) now: u64,
}

/// Changes the world between two calls.
pub(crate) fn world(change: impl FnOnce(&mut TestWorld)) {
	World::mutate(change);
}

pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
pub(crate) const DOT: AssetId = AssetId(5);
pub(crate) const UNITS_PER_LOT: u128 = 10;
pub(crate) const TICK_VALUE: TickValue = TickValue::new(10);
pub(crate) const BLOCK_TIME: u64 = 500;
/// Of the curve.
pub(crate) const DURATION: u64 = 10_000;
pub(crate) const MAX_POSITION: u64 = 1_000_000;

fn percent(percent: u64) -> Ratio {
	Ratio::saturating_from_percent(percent)
}

/// A line of ten seconds from 0.1 % beside the mark; 1 % expected cost, 0.5 % fee, a buffer of
/// 120 %.
pub(crate) fn liquidation_terms() -> LiquidationTerms {
	LiquidationTerms {
		curve: Curve::new(Decay::Linear, Millis::new(DURATION)).unwrap(),
		step: Ratio::saturating_from_basis_points(10),
		cost: percent(1),
		dust: Size::new(2),
		buffer: percent(120),
		fee: Ratio::saturating_from_basis_points(50),
		depth_share: percent(50),
		least_offer: Size::new(10),
		reset: percent(2),
	}
}

fn brackets() -> Brackets {
	let step = Step { beyond: Size::new(10_000), factor: percent(150) };
	Brackets::new(&[step]).unwrap()
}

pub struct Clock;

impl frame_support::traits::Get<u64> for Clock {
	fn get() -> u64 {
		World::get().now
	}
}

pub struct Engine;

impl RiskEngine for Engine {
	fn begin_block(_: Timestamp) {}
	fn observe_batch(_: MarketId, _: &BatchSummary, _: Timestamp) {}

	fn market(market: MarketId) -> Option<LegIndex> {
		let mark = Price::new(*World::get().marks.get(&market.0)?);
		LegIndex::new(mark, TICK_VALUE, LotValue::ZERO, &brackets(), percent(5), percent(10)).ok()
	}
	fn collateral(asset: AssetId) -> Option<CollateralIndex> {
		let price = Price::new(*World::get().assets.get(&asset.0)?);
		let (maintenance, initial) = (percent(10), percent(15));
		CollateralIndex::new(UNITS_PER_LOT, price, TICK_VALUE, &brackets(), maintenance, initial)
			.ok()
	}
	fn borrow(_: PoolId) -> BorrowIndex {
		BorrowIndex::ONE
	}
	fn market_volatility(_: MarketId) -> Ratio {
		Ratio::saturating_from_basis_points(5)
	}
	fn asset_volatility(_: AssetId) -> Ratio {
		Ratio::saturating_from_basis_points(5)
	}
	fn pricing(market: MarketId) -> Option<Pricing> {
		let mark = Price::new(*World::get().marks.get(&market.0)?);
		Some(Pricing {
			index: mark,
			index_time: Timestamp::ZERO,
			mark,
			maintenance: percent(5),
			initial: percent(10),
			funding_rate: SignedRatio::ZERO,
			sigma_per_minute: Ratio::ZERO,
			depth: Size::new(World::get().depth),
			open_interest: Size::ZERO,
		})
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		World::get().marks.keys().map(|id| (MarketId(*id), POOL)).collect()
	}
	fn assets() -> Vec<AssetId> {
		World::get().assets.keys().copied().map(AssetId).collect()
	}
	fn pools() -> Vec<PoolId> {
		vec![POOL]
	}
	fn pool_of(market: MarketId) -> Option<PoolId> {
		World::get().marks.contains_key(&market.0).then_some(POOL)
	}
	fn feed_of(market: MarketId) -> Option<FeedId> {
		Self::pool_of(market).map(|_| 0)
	}
	fn pool(pool: PoolId) -> Option<PoolTerms> {
		let rich = Quote::new(1_000_000_000_000);
		(pool == POOL).then(|| PoolTerms {
			symbol: Default::default(),
			quote_feed: None,
			min_deposit: Quote::new(1),
			min_equity: Quote::new(1_000),
			max_loan: rich,
			max_borrowed: rich,
			interest: percent(10),
			profit_cap: rich,
			notional_floor: Ratio::ZERO,
			outflow: LimitTerms {
				share: Ratio::ONE,
				floor: Amount::ZERO,
				account_share: Ratio::ONE,
				account_floor: Amount::ZERO,
				window: Millis::DAY,
			},
			interest_period: Millis::HOUR,
			breaker: PoolParams {
				drawdown: Threshold { trip: 2, release: 1 },
				backlog: Threshold { trip: 2, release: 1 },
				release: Millis::MINUTE,
			},
			fund: Default::default(),
		})
	}
	fn asset(asset: AssetId) -> Option<AssetTerms> {
		World::get().assets.get(&asset.0)?;
		Some(AssetTerms {
			symbol: Default::default(),
			decimals: 6,
			feed: 100,
			units_per_lot: UNITS_PER_LOT,
			tick_value: TICK_VALUE,
			brackets: brackets(),
			haircut: HaircutParams {
				tail: Ratio::ONE,
				horizon: Millis::DAY,
				wrong_way: Ratio::ZERO,
				lowest: Ratio::ZERO,
			},
			ramp: ramp(),
			daily_sigma: Ratio::ONE,
			daily_volume: Size::new(1),
			cap: Amount::new(1 << 60),
			min_deposit: Amount::new(1),
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

fn ramp() -> RampParams {
	RampParams {
		rise_per_hour: Ratio::ONE,
		fall_per_hour: Ratio::ONE,
		gap_per_hour: Ratio::ONE,
		maintenance_share: Ratio::ONE,
	}
}

impl Listings for Engine {
	fn terms(market: MarketId) -> Option<MarketTerms> {
		let pool = Self::pool_of(market)?;
		let threshold = Threshold { trip: 10, release: 1 };
		let (part, time) = (percent(10), Millis::SECOND);
		Some(MarketTerms {
			symbol: Default::default(),
			pool,
			feed: 0,
			tick_value: TICK_VALUE,
			lot_decimals: 4,
			order_tick: 1,
			order_lot: 1,
			min_order: Size::new(1),
			max_order: Size::new(MAX_POSITION),
			max_position: Size::new(MAX_POSITION),
			max_slippage: part,
			order_deposit: Quote::ZERO,
			fees: FeeTerms { maker: Ratio::ZERO, taker: Ratio::ZERO, insurance_share: Ratio::ONE },
			amm: AmmTerms {
				half_spread: part,
				depth_lots: Size::new(1),
				depth_move: part,
				max_inventory: Size::ZERO,
				max_leverage: Ratio::ONE,
			},
			risk: RiskTerms {
				brackets: brackets(),
				margin: MarginParams {
					spread: Ratio::ZERO,
					lowest: percent(5),
					highest: percent(50),
					maintenance_share: percent(50),
				},
				ramp: ramp(),
				horizon: HorizonParams {
					close_out_delay: time,
					participation: part,
					longest: time,
				},
				daily_sigma: part,
				tail: part,
				mark_band: part,
				lower_cap: Quote::new(1),
				upper_cap: Quote::new(2),
				daily_volume: Size::new(1),
				impact: part,
				contagion: ContagionParams {
					depth_share: part,
					spill_share: part,
					least_cap: part,
					largest_raise: part,
				},
			},
			funding: FundingTerms {
				impact_size: Size::new(1),
				least_volume: Size::new(1),
				cap_multiple: part,
			},
			breaker: MarketParams {
				band: BandParams { min: part, max: part, k: Ratio::ONE, window_bars: 16 },
				release_share: part,
				min_volume: Size::new(1),
				limit_timeout: time,
				limit_release: time,
				auction: time,
				extension: time,
				max_extensions: 1,
				max_imbalance: part,
				collar_growth: Ratio::ONE,
				missing_weight: threshold,
				price_age: threshold,
				quarantine_age: threshold,
				backlog: threshold,
				reduce_only_release: time,
				quarantine_release: time,
			},
			liquidation: liquidation_terms(),
		})
	}
}

pub struct Feeds;

impl Prices for Feeds {
	fn decimals(_: FeedId) -> Option<u8> {
		None
	}
	fn price(_: FeedId) -> Option<FeedPrice> {
		None
	}
	fn permits(_: FeedId, _: PriceAction) -> bool {
		true
	}
	fn finality_lag() -> Option<u32> {
		None
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn set_price(_: FeedId, _: Price, _: Timestamp) {}
}

pub struct Custody;

impl Vault for Custody {
	fn quote_on_hand(pool: PoolId) -> Amount {
		Amount::new(World::get().quote.get(&pool.0).copied().unwrap_or(0).max(0).unsigned_abs())
	}
	fn move_quote(_: PoolId, _: PoolId, _: Amount) -> DispatchResult {
		Err("there is one pool".into())
	}
	fn collateral_on_hand(asset: AssetId) -> Amount {
		Amount::new(World::get().collateral.get(&asset.0).copied().unwrap_or(0))
	}
}

/// Orders that there are, by number only.
pub struct Orders;

impl Exchange for Orders {
	fn clear(
		_: MarketId,
		_: Weight,
		_: &[ForcedOrder],
		_: bool,
		_: &mut dyn FnMut(Option<&Clearing>) -> Matching,
	) -> Result<BatchSummary, DispatchError> {
		Err("the tests fill".into())
	}
	fn least_weight() -> Weight {
		Weight::zero()
	}
	fn forced_weight() -> Weight {
		Weight::zero()
	}
	fn cancel_all(account: &AccountKey, limit: u32) -> u32 {
		let orders = World::get().orders.get(account).copied().unwrap_or(0).min(limit);
		world(|world| {
			world.orders.remove(account);
		});
		orders
	}
}

pub struct Backstops;

impl Contains<AccountKey> for Backstops {
	fn contains(account: &AccountKey) -> bool {
		World::get().backstop == Some(*account)
	}
}

impl Insurance for Backstops {
	fn backstop(_: PoolId) -> Option<AccountKey> {
		World::get().backstop
	}
	fn takeover_room(_: MarketId, _: Lots) -> Size {
		Size::new(World::get().room)
	}
	fn take_over_lots(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		price: Price,
	) -> DispatchResult {
		let backstop = World::get().backstop.ok_or("there is no backstop")?;
		ensure!(lots.side() == position(account, market).side(), "not its side");
		ensure!(lots.size() <= position(account, market).size(), "more than it has");
		world(|world| world.room -= lots.size().get());
		let from = Trade { account: *account, lots: lots.try_neg().unwrap(), fee: Quote::ZERO };
		let to = Trade { account: backstop, lots, fee: Quote::ZERO };
		Books::settle(market, price, &[from, to])
	}
	fn absorb(account: &AccountKey) -> DispatchResult {
		let backstop = World::get().backstop.ok_or("there is no backstop")?;
		ensure!(!World::get().poisoned.contains(account), "poisoned");
		world(|world| world.absorbed.push(*account));
		<Books as Estates>::absorb(account, &backstop)
	}
	fn forced_orders(_: MarketId) -> Vec<ForcedOrder> {
		Vec::new()
	}
	fn filled(_: MarketId, _: Price, _: &[ForcedFill]) {}
	fn resolve(_: Weight) -> Weight {
		Weight::zero()
	}
	fn condition(_: PoolId) -> FundCondition {
		FundCondition::default()
	}
}

/// The breakers.
pub struct Gates;

impl Breakers for Gates {
	fn begin_block(_: Timestamp, _: u64) -> Weight {
		Weight::zero()
	}
	fn step_pool(_: PoolId, _: Timestamp, _: PoolFacts) -> Weight {
		Weight::zero()
	}
	fn step(
		_: MarketId,
		_: Timestamp,
		_: MarketFacts,
		_: Option<breakwater_breaker::Clearing>,
	) -> Matching {
		Matching::Admit
	}
	fn step_weight() -> Weight {
		Weight::zero()
	}
	fn allows(market: MarketId, action: Action) -> bool {
		!World::get().closed.contains(&market.0) && Self::pool_allows(POOL, action)
	}
	fn pool_allows(_: PoolId, action: Action) -> bool {
		!World::get().pool_closed && Self::chain_allows(action)
	}
	fn chain_allows(action: Action) -> bool {
		let world = World::get();
		match action {
			Action::Bid => !world.no_bids,
			_ => !world.chain_closed,
		}
	}
	fn list_market(_: MarketId, _: FeedId, _: &MarketParams) -> DispatchResult {
		Ok(())
	}
}

pub(crate) fn person(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub(crate) fn signed(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(person(number))
}

pub(crate) fn key(number: u8) -> AccountKey {
	SubaccountId { owner: person(number), number: 0 }.key()
}

/// Two markets and an asset at a thousand ticks of ten quanta: a lot is ten thousand quanta. A rich
/// maker trades against everybody; the backstop is empty and has no room.
pub(crate) fn new_test_ext() -> TestExternalities {
	World::set(TestWorld {
		marks: [(0, 1_000), (1, 1_000)].into(),
		assets: [(DOT.0, 1_000)].into(),
		depth: 1_000_000,
		now: 1_000_000,
		..Default::default()
	});
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..=250).map(|number| (person(number), 1_000_000)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		opened(MAKER, 1_000_000_000_000);
		let backstop = SubaccountId { owner: person(BACKSTOP), number: 0 };
		let backstop = <Books as Ledger>::open(&backstop, POOL, None).unwrap();
		world(|world| world.backstop = Some(backstop));
	});
	ext
}

/// Runs a test and checks the invariants after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check();
	});
}

pub(crate) fn check() {
	Pallet::<Test>::do_try_state().unwrap();
	Books::do_try_state().unwrap();
}

pub(crate) const MAKER: u8 = 240;
pub(crate) const BACKSTOP: u8 = 241;

/// Opens a person's subaccount 0 and puts quote into it.
pub(crate) fn opened(number: u8, quote: u128) -> AccountKey {
	Books::open(signed(number), 0, POOL, None).unwrap();
	if quote > 0 {
		deposit(number, None, quote);
	}
	key(number)
}

/// What custody does when an asset comes in.
pub(crate) fn deposit(number: u8, asset: Option<AssetId>, amount: u128) {
	<Books as Ledger>::credit(&key(number), asset, Amount::new(amount)).unwrap();
	world(|world| match asset {
		Some(asset) => *world.collateral.entry(asset.0).or_default() += amount,
		None => *world.quote.entry(POOL.0).or_default() += amount as i128,
	});
}

/// An account trades with the maker at mark.
pub(crate) fn buy(number: u8, market: MarketId, lots: i64) {
	trade_at(number, market, lots, mark(market));
}

pub(crate) fn trade_at(number: u8, market: MarketId, lots: i64, price: u64) {
	let part =
		|number, lots| Trade { account: key(number), lots: Lots::new(lots), fee: Quote::ZERO };
	Books::settle(market, Price::new(price), &[part(number, lots), part(MAKER, -lots)]).unwrap();
}

pub(crate) fn mark(market: MarketId) -> u64 {
	World::get().marks[&market.0]
}

pub(crate) fn set_mark(market: MarketId, price: u64) {
	world(|world| {
		world.marks.insert(market.0, price);
	});
}

/// The next block: the book takes its step, and liquidation works on as many accounts as told.
pub(crate) fn next_block_of(accounts: u64) {
	System::set_block_number(System::block_number() + 1);
	world(|world| world.now += BLOCK_TIME);
	Books::step(Weight::MAX);
	<Liquidator as Liquidation>::work(Weight::from_parts(accounts, 0));
}

pub(crate) fn next_block() {
	next_block_of(1_000_000);
}

/// Passes time, block by block, with nothing traded.
pub(crate) fn pass(millis: u64) {
	for _ in 0..millis / BLOCK_TIME {
		next_block();
	}
}

/// What is forced into a market's batch.
pub(crate) fn forced(market: MarketId) -> Vec<ForcedOrder> {
	Liquidator::forced_orders(market, u32::MAX)
}

/// A batch at a price: the maker takes all forced orders that accept it, up to so many lots each.
pub(crate) fn batch_up_to(market: MarketId, price: u64, most: u64) -> Vec<ForcedFill> {
	let orders = forced(market);
	let price = Price::new(price);
	let accepts = |order: &&ForcedOrder| match order.side {
		Side::Buy => price <= order.limit,
		Side::Sell => price >= order.limit,
	};
	let fills: Vec<ForcedFill> = orders
		.iter()
		.filter(accepts)
		.map(|order| ForcedFill {
			account: order.account,
			side: order.side,
			size: order.size.min(Size::new(most)),
		})
		.filter(|fill| !fill.size.is_zero())
		.collect();
	let mut trades: Vec<Trade> = Vec::new();
	let mut sum = 0;
	for fill in &fills {
		let lots = fill.size.signed(fill.side).unwrap();
		sum += lots.get();
		trades.push(Trade { account: fill.account, lots, fee: Quote::ZERO });
	}
	trades.push(Trade { account: key(MAKER), lots: Lots::new(-sum), fee: Quote::ZERO });
	Books::settle(market, price, &trades).unwrap();
	Liquidator::filled(market, price, &fills);
	fills
}

pub(crate) fn batch(market: MarketId, price: u64) -> Vec<ForcedFill> {
	batch_up_to(market, price, u64::MAX)
}

pub(crate) fn position(account: &AccountKey, market: MarketId) -> Lots {
	let state = Books::state(account).unwrap();
	state.positions.get(market).map(|position| position.lots).unwrap_or_default()
}

/// In quanta, rounded down.
pub(crate) fn equity(account: &AccountKey) -> i128 {
	<Books as Estates>::equity(account).unwrap().get().div_euclid(1_000_000_000)
}

pub(crate) fn fund() -> i128 {
	<Books as Estates>::fund(POOL).get()
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Liquidator(event) => Some(event),
			_ => None,
		})
		.collect()
}

#[cfg(feature = "runtime-benchmarks")]
impl breakwater_ledger::BenchmarkHelper for Engine {
	fn set_up(_: u32, _: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		(POOL, vec![BTC, ETH], vec![DOT])
	}
	fn set_price(market: MarketId, percent: u64) {
		set_mark(market, 10 * percent);
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Engine {
	fn markets(count: u32) -> (PoolId, Vec<MarketId>) {
		MaxAccounts::set(&1_000);
		world(|world| world.marks.extend((0..count).map(|id| (id, 1_000))));
		(POOL, (0..count).map(MarketId).collect())
	}
	fn fund(id: &SubaccountId) {
		let account = <Books as Ledger>::open(id, POOL, None).unwrap();
		let rich = 1_000_000_000_000;
		<Books as Ledger>::credit(&account, None, Amount::new(rich)).unwrap();
		world(|world| *world.quote.entry(POOL.0).or_default() += rich as i128);
	}
	fn collateral(account: &AccountKey, lots: Size) -> AssetId {
		let amount = u128::from(lots.get()) * UNITS_PER_LOT;
		<Books as Ledger>::credit(account, Some(DOT), Amount::new(amount)).unwrap();
		world(|world| *world.collateral.entry(DOT.0).or_default() += amount);
		DOT
	}
	fn paid_for(_: PoolId, _: &[MarketId]) -> Vec<Vec<u8>> {
		Vec::new()
	}
	fn written_of(_: &AccountKey) -> Vec<Vec<u8>> {
		Vec::new()
	}
	fn orders(id: &SubaccountId, _: MarketId, count: u32) {
		world(|world| {
			world.orders.insert(id.key(), count);
		});
	}
}
