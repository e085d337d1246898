//! The real ledger and the real funds; prices, custody and liquidation under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_breaker::{withdrawal::LimitTerms, PoolParams, Threshold};
use breakwater_interfaces::*;
use breakwater_margin::{BorrowIndex, Brackets, CollateralIndex, LegIndex, Step};
use breakwater_oracle_math::Action;
use breakwater_primitives::{oracle::FeedId, AccountId, Balance};
use breakwater_risk::{HaircutParams, RampParams};
use breakwater_units::{
	AccountKey, Amount, AssetId, LotValue, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio,
	SignedRatio, Size, TickValue, Timestamp,
};
use breakwater_waterfall::{DrawTerms, ExitTerms, PremiumShares, PremiumTerms};
use frame_support::{
	derive_impl, parameter_types,
	traits::{Contains, Nothing},
	weights::Weight,
	PalletId,
};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchResult};

use crate::Event;

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
	pub type Margin = breakwater_ledger;
	#[runtime::pallet_index(3)]
	pub type Insurance = crate;
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
	pub const SubaccountDeposit: Balance = 100;
	pub const InsuranceId: PalletId = PalletId(*b"bw/insur");
	pub static World: TestWorld = TestWorld::default();
	pub static Now: u64 = START;
	pub static Correlated: Ratio = Ratio::ZERO;
	/// What an account weighs in a page: with a limit of so many, so many are visited.
	pub static VisitWeight: u64 = 0;
}

impl breakwater_ledger::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type SubaccountDeposit = SubaccountDeposit;
	type RiskEngine = Engine;
	type Prices = Feeds;
	type Vault = Custody;
	type Busy = Nothing;
	type Backstops = Insurance;
	type Levies = Insurance;
	type Contagion = ();
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

impl crate::Config for Test {
	type SlotTime = Now;
	type Ledger = Margin;
	type RiskEngine = Engine;
	type Liquidation = Auctions;
	type OpenAuctions = Auctions;
	type Correlation = Correlated;
	type PalletId = InsuranceId;
	type WeightInfo = Pages;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// Visits weigh what the test says, all else nothing.
pub struct Pages;

impl crate::WeightInfo for Pages {
	fn back() -> Weight {
		Weight::zero()
	}
	fn request_exit() -> Weight {
		Weight::zero()
	}
	fn cancel_exit() -> Weight {
		Weight::zero()
	}
	fn claim_exit() -> Weight {
		Weight::zero()
	}
	fn contribute() -> Weight {
		Weight::zero()
	}
	fn buy_collateral() -> Weight {
		Weight::zero()
	}
	fn resolve() -> Weight {
		Weight::zero()
	}
	fn attend() -> Weight {
		Weight::zero()
	}
	fn visit() -> Weight {
		Weight::from_parts(VisitWeight::get(), 0)
	}
	fn survey() -> Weight {
		Weight::zero()
	}
}

/// A market of the tests.
#[derive(Clone, Debug)]
pub struct TestMarket {
	pub(crate) pool: PoolId,
	pub(crate) price: u64,
	/// Quanta per lot.
	pub(crate) funding: i128,
	pub(crate) maintenance_percent: u64,
	pub(crate) depth: u64,
}

/// All that is asked of others.
#[derive(Clone, Debug, Default)]
pub struct TestWorld {
	pub(crate) markets: BTreeMap<u32, TestMarket>,
	/// Price and haircut in percent.
	pub(crate) assets: BTreeMap<u32, (u64, u64)>,
	/// Parts per billion, by pool.
	pub(crate) borrow: BTreeMap<u32, u64>,
	pub(crate) quote: BTreeMap<u32, i128>,
	pub(crate) collateral: BTreeMap<u32, u128>,
	pub(crate) auctions: Vec<PoolId>,
	pub(crate) terms: Option<FundTerms>,
}

/// Changes the world between two calls.
pub(crate) fn world(change: impl FnOnce(&mut TestWorld)) {
	World::mutate(change);
}

/// Changes the terms of all funds.
pub(crate) fn terms(change: impl FnOnce(&mut FundTerms)) {
	world(|world| change(world.terms.as_mut().unwrap()));
}

pub(crate) const START: u64 = 1_700_000_000_000;
pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const OTHER_POOL: PoolId = PoolId(1);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
pub(crate) const DOT: AssetId = AssetId(5);
pub(crate) const UNITS_PER_LOT: u128 = 10;
const TICK_VALUE: TickValue = TickValue::new(10);

pub(crate) const fn percent(percent: u64) -> Ratio {
	Ratio::saturating_from_percent(percent)
}

fn brackets() -> Brackets {
	let step = Step { beyond: Size::new(100), factor: percent(150) };
	Brackets::new(&[step]).unwrap()
}

/// No inventory limit binds, nothing is shared and no premium is due, unless a test says so.
fn fund_terms() -> FundTerms {
	FundTerms {
		inventory_share: percent(100),
		inventory_stress: percent(10),
		unwind_band: percent(1),
		unwind_share: percent(20),
		hedge_correlation: percent(80),
		draw: DrawTerms { max_share: percent(50), quiet: Millis::DAY },
		exit: ExitTerms { delay: Millis::DAY, max_freeze: Millis::HOUR, window: Millis::HOUR },
		premium: PremiumTerms { base: Ratio::ZERO, slope: Ratio::ZERO, max: Ratio::ONE },
		premium_shares: PremiumShares { capital: percent(20), weights: [4, 2, 1] },
		target_share: Ratio::ZERO,
		sweep_share: Ratio::ZERO,
		look_back: Millis::DAY,
	}
}

fn pool_terms() -> PoolTerms {
	PoolTerms {
		symbol: Default::default(),
		quote_feed: None,
		min_deposit: Quote::new(1),
		min_equity: Quote::ZERO,
		max_loan: Quote::new(1_000_000_000),
		max_borrowed: Quote::new(1_000_000_000_000),
		interest: percent(10),
		profit_cap: Quote::new(1_000_000_000),
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
		fund: World::get().terms.unwrap_or_else(fund_terms),
	}
}

pub struct Engine;

impl RiskEngine for Engine {
	fn begin_block(_: Timestamp) {}
	fn observe_batch(_: MarketId, _: &BatchSummary, _: Timestamp) {}

	fn market(market: MarketId) -> Option<LegIndex> {
		let market = World::get().markets.get(&market.0)?.clone();
		let (maintenance, initial) =
			(percent(market.maintenance_percent), percent(2 * market.maintenance_percent));
		let (price, funding) = (Price::new(market.price), LotValue::new(market.funding));
		LegIndex::new(price, TICK_VALUE, funding, &brackets(), maintenance, initial).ok()
	}
	fn collateral(asset: AssetId) -> Option<CollateralIndex> {
		let (price, haircut) = *World::get().assets.get(&asset.0)?;
		let [maintenance, initial] = [haircut, haircut + 5].map(percent);
		let price = Price::new(price);
		CollateralIndex::new(UNITS_PER_LOT, price, TICK_VALUE, &brackets(), maintenance, initial)
			.ok()
	}
	fn borrow(pool: PoolId) -> BorrowIndex {
		let index = World::get().borrow.get(&pool.0).copied().unwrap_or(1_000_000_000);
		BorrowIndex::new(Ratio::new(index)).unwrap()
	}
	fn market_volatility(_: MarketId) -> Ratio {
		Ratio::saturating_from_basis_points(5)
	}
	fn asset_volatility(_: AssetId) -> Ratio {
		Ratio::saturating_from_basis_points(5)
	}
	fn pricing(market: MarketId) -> Option<Pricing> {
		let known = World::get().markets.get(&market.0)?.clone();
		Some(Pricing {
			index: Price::new(known.price),
			index_time: Timestamp::new(Now::get()),
			mark: Price::new(known.price),
			maintenance: percent(known.maintenance_percent),
			initial: percent(2 * known.maintenance_percent),
			funding_rate: SignedRatio::ZERO,
			sigma_per_minute: Ratio::ZERO,
			depth: Size::new(known.depth),
			open_interest: Margin::open_interest(market),
		})
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		World::get().markets.iter().map(|(id, market)| (MarketId(*id), market.pool)).collect()
	}
	fn assets() -> Vec<AssetId> {
		World::get().assets.keys().copied().map(AssetId).collect()
	}
	fn pools() -> Vec<PoolId> {
		vec![POOL, OTHER_POOL]
	}
	fn pool_of(market: MarketId) -> Option<PoolId> {
		World::get().markets.get(&market.0).map(|market| market.pool)
	}
	fn feed_of(market: MarketId) -> Option<FeedId> {
		World::get().markets.contains_key(&market.0).then_some(market.0 as FeedId)
	}
	fn pool(pool: PoolId) -> Option<PoolTerms> {
		Self::pools().contains(&pool).then(pool_terms)
	}
	fn asset(asset: AssetId) -> Option<AssetTerms> {
		World::get().assets.get(&asset.0)?;
		Some(AssetTerms {
			symbol: Default::default(),
			decimals: 6,
			feed: 100 + asset.0 as FeedId,
			units_per_lot: UNITS_PER_LOT,
			tick_value: TICK_VALUE,
			brackets: brackets(),
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
			daily_sigma: Ratio::ONE,
			daily_volume: Size::new(1),
			cap: Amount::new(1_000_000_000),
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

pub struct Feeds;

impl Prices for Feeds {
	fn decimals(_: FeedId) -> Option<u8> {
		None
	}
	fn price(_: FeedId) -> Option<FeedPrice> {
		None
	}
	fn permits(_: FeedId, _: Action) -> bool {
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
		Amount::new(World::get().quote.get(&pool.0).copied().unwrap_or(0).unsigned_abs())
	}
	fn move_quote(from: PoolId, to: PoolId, amount: Amount) -> DispatchResult {
		let amount = amount.get() as i128;
		let on_hand = World::get().quote.get(&from.0).copied().unwrap_or(0);
		frame_support::ensure!(on_hand >= amount, "not on hand");
		world(|world| {
			*world.quote.entry(from.0).or_default() -= amount;
			*world.quote.entry(to.0).or_default() += amount;
		});
		Ok(())
	}
	fn collateral_on_hand(asset: AssetId) -> Amount {
		Amount::new(World::get().collateral.get(&asset.0).copied().unwrap_or(0))
	}
}

/// Liquidation as far as insurance asks.
pub struct Auctions;

impl Contains<PoolId> for Auctions {
	fn contains(pool: &PoolId) -> bool {
		World::get().auctions.contains(pool)
	}
}

impl Liquidation for Auctions {
	fn forced_orders(_: MarketId, _: u32) -> Vec<ForcedOrder> {
		Vec::new()
	}
	fn filled(_: MarketId, _: Price, _: &[ForcedFill]) {}
	fn fill_weight() -> Weight {
		Weight::zero()
	}
	fn work(_: Weight) -> Weight {
		Weight::zero()
	}
	fn backlog() -> u32 {
		0
	}
	fn backlog_of(_: PoolId) -> u32 {
		0
	}
}

pub(crate) fn person(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub(crate) fn key_of(person_number: u8) -> AccountKey {
	SubaccountId { owner: person(person_number), number: 0 }.key()
}

/// Two markets of a pool at 1,000 ticks of 10 quanta, 5 % maintenance, and one of another.
pub(crate) fn new_test_ext() -> TestExternalities {
	let market =
		|pool| TestMarket { pool, price: 1_000, funding: 0, maintenance_percent: 5, depth: 1_000 };
	World::set(TestWorld {
		markets: [(0, market(POOL)), (1, market(POOL)), (2, market(OTHER_POOL))].into(),
		assets: [(DOT.0, (100, 10))].into(),
		terms: Some(fund_terms()),
		..Default::default()
	});
	Now::set(START);
	Correlated::set(Ratio::ZERO);
	VisitWeight::set(0);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..=200).map(|number| (person(number), 1_000_000)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test and checks the invariants of both pallets after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check();
	});
}

pub(crate) fn check() {
	Margin::do_try_state().unwrap();
	Insurance::do_try_state().unwrap();
}

/// Opens subaccount 0 of a person in the first pool and puts quote into it.
pub(crate) fn opened(number: u8, quote: u128) -> AccountKey {
	Margin::open(RuntimeOrigin::signed(person(number)), 0, POOL, None).unwrap();
	let key = key_of(number);
	if quote > 0 {
		deposit(&key, None, quote);
	}
	key
}

/// What custody does when an asset comes in.
pub(crate) fn deposit(key: &AccountKey, asset: Option<AssetId>, amount: u128) {
	let pool = <Margin as Ledger>::info(key).unwrap().pool;
	<Margin as Ledger>::credit(key, asset, Amount::new(amount)).unwrap();
	world(|world| match asset {
		Some(asset) => *world.collateral.entry(asset.0).or_default() += amount,
		None => *world.quote.entry(pool.0).or_default() += amount as i128,
	});
}

/// What custody does when quote goes out.
pub(crate) fn withdraw(key: &AccountKey, amount: u128) -> DispatchResult {
	let pool = <Margin as Ledger>::info(key).unwrap().pool;
	<Margin as Ledger>::debit(key, None, Amount::new(amount))?;
	world(|world| *world.quote.entry(pool.0).or_default() -= amount as i128);
	Ok(())
}

/// Buyer and seller trade, without fees.
pub(crate) fn trade(
	market: MarketId,
	price: u64,
	(buyer, seller): (&AccountKey, &AccountKey),
	lots: i64,
) -> DispatchResult {
	let part = |account: &AccountKey, lots| Trade {
		account: *account,
		lots: Lots::new(lots),
		fee: Quote::ZERO,
	};
	<Margin as Ledger>::settle(market, Price::new(price), &[part(buyer, lots), part(seller, -lots)])
}

pub(crate) fn set_price(market: MarketId, price: u64) {
	world(|world| world.markets.get_mut(&market.0).unwrap().price = price);
}

/// Moves quote in the first pool; none is its fund.
pub(crate) fn pay(
	from: Option<&AccountKey>,
	to: Option<&AccountKey>,
	amount: i128,
) -> DispatchResult {
	<Margin as Ledger>::transfer(POOL, from, to, Quote::new(amount))
}

/// Puts quote into a pool's fund, as fees would.
pub(crate) fn fund(pool: PoolId, amount: i128) {
	let payer = SubaccountId { owner: person(200), number: pool.0 as u16 };
	let key = payer.key();
	if <Margin as Ledger>::info(&key).is_none() {
		<Margin as Ledger>::open(&payer, pool, None).unwrap();
	}
	deposit(&key, None, amount as u128);
	<Margin as Ledger>::transfer(pool, Some(&key), None, Quote::new(amount)).unwrap();
}

/// Puts quote into the fund that all pools share.
pub(crate) fn fund_all(amount: i128) {
	fund(OTHER_POOL, amount);
	<Margin as Estates>::move_fund(OTHER_POOL, GLOBAL_POOL, Quote::new(amount)).unwrap();
}

/// The next block: time passes, the book takes its step, and the waterfall runs.
pub(crate) fn next_block() {
	blocks_of(u64::MAX);
}

/// The next block, in which so many accounts can be visited in each pool.
pub(crate) fn blocks_of(accounts: u64) {
	System::set_block_number(System::block_number() + 1);
	Now::mutate(|now| *now += 500);
	<Margin as Solvency>::step(Weight::MAX);
	let limit = if accounts == u64::MAX {
		VisitWeight::set(0);
		Weight::MAX
	} else {
		VisitWeight::set(1_000);
		// Two pools share it.
		Weight::from_parts(2_000 * accounts, 0)
	};
	<Insurance as breakwater_interfaces::Insurance>::resolve(limit);
}

pub(crate) fn cash(key: &AccountKey) -> i128 {
	<Margin as Ledger>::state(key).unwrap().cash.get()
}

pub(crate) fn lots(key: &AccountKey, market: MarketId) -> i64 {
	let state = <Margin as Ledger>::state(key).unwrap();
	state.positions.get(market).map_or(0, |position| position.lots.get())
}

/// Equity in quanta, rounded down.
pub(crate) fn equity(key: &AccountKey) -> i128 {
	<Margin as Estates>::equity(key).unwrap().get().div_euclid(1_000_000_000)
}

pub(crate) fn backstop() -> AccountKey {
	<Insurance as breakwater_interfaces::Insurance>::backstop(POOL).unwrap()
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Insurance(event) => Some(event),
			_ => None,
		})
		.collect()
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Engine {
	fn listed() -> (PoolId, MarketId, AssetId) {
		(POOL, BTC, DOT)
	}

	fn set_price(market: MarketId, percent: u64) {
		set_price(market, 10 * percent);
	}

	fn deposit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) {
		deposit(account, asset, amount.get());
	}

	fn pass(time: Millis) {
		Now::mutate(|now| *now += time.get());
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl breakwater_ledger::BenchmarkHelper for Engine {
	fn set_up(_: u32, _: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		(POOL, vec![BTC], vec![DOT])
	}

	fn set_price(market: MarketId, percent: u64) {
		set_price(market, 10 * percent);
	}
}
