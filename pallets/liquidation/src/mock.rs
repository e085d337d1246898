//! The ledger itself, over indices, orders, breakers and a backstop under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::{BTreeMap, BTreeSet};

use breakwater_auction::{Clearing, ForcedFill, ForcedOrder};
use breakwater_breaker::Matching;
use breakwater_interfaces::*;
use breakwater_margin::SubaccountState;
use breakwater_primitives::Balance;
use breakwater_test_support as support;
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, NanoQuote, PoolId, Price, Quote, Ratio, Side, Size,
};
use frame_support::{ensure, parameter_types, traits::Contains, weights::Weight};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{DispatchError, DispatchResult};
use support::{brackets, Asset, Custody, Engine, Feeds, Gates, Market, Now, World};

pub(crate) use support::{liquidation_terms, person, world, AUCTION as DURATION};

use crate::{Event, Pallet};

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Books: breakwater_ledger, Liquidator: crate);

parameter_types! {
	pub const SubaccountDeposit: Balance = 1;
	pub static Others: Asked = Asked::default();
	pub storage MaxAccounts: u32 = 50;
	pub storage MaxQueue: u32 = 100;
	pub storage MaxForced: u32 = 20;
	pub const RetryAfter: u32 = 5;
	pub CollateralTerms: LiquidationTerms = liquidation_terms();
	/// Weight of an account, so that a limit is a number of accounts.
	pub storage Each: u64 = 1;
	pub storage EachNetted: u64 = 0;
	/// Of asking the backstop how much it takes of a leg, and of each leg of an account of which it
	/// takes anything, or all.
	pub storage EachAsked: u64 = 0;
	pub storage EachTaken: u64 = 0;
	/// Of filing an account anew: of each of its legs, and with all that there may be.
	pub storage EachFiled: u64 = 0;
	pub storage MostFiled: u64 = 0;
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
	type Levies = Debts;
	type Contagion = ();
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Bench;
}

impl crate::Config for Test {
	type Ledger = Weighed;
	type RiskEngine = Engine;
	type Exchange = Orders;
	type Listings = Terms;
	type Insurance = Backstops;
	type Breakers = Gates;
	type Now = Now;
	type CollateralTerms = CollateralTerms;
	type MaxAccounts = MaxAccounts;
	type MaxQueue = MaxQueue;
	type MaxForced = MaxForced;
	type RetryAfter = RetryAfter;
	type WeightInfo = PerAccount;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// Only planning an account weighs anything, and what else a test says.
pub struct PerAccount;

impl crate::WeightInfo for PerAccount {
	fn work(_: u32) -> Weight {
		Weight::zero()
	}
	fn treat(_: u32) -> Weight {
		Weight::from_parts(Each::get(), 0)
	}
	fn absorb(l: u32) -> Weight {
		Weight::from_parts(EachTaken::get(), 0).saturating_mul(l.into())
	}
	fn takeover_room() -> Weight {
		Weight::from_parts(EachAsked::get(), 0)
	}
	fn hand_over(l: u32) -> Weight {
		Self::absorb(l)
	}
	fn sell_to_backstop(l: u32) -> Weight {
		Self::absorb(l)
	}
	fn cancel(_: u32) -> Weight {
		Weight::zero()
	}
	fn net(n: u32) -> Weight {
		Weight::from_parts(EachNetted::get(), 0).saturating_mul(n.into())
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

/// The ledger, with what filing its accounts weighs under the tests' control.
pub struct Weighed;

impl Ledger for Weighed {
	type Batch = <Books as Ledger>::Batch;

	fn info(account: &AccountKey) -> Option<SubaccountInfo> {
		Books::info(account)
	}
	fn state(account: &AccountKey) -> Option<SubaccountState> {
		Books::state(account)
	}
	fn may_trade(account: &AccountKey, market: MarketId) -> Result<(), LedgerError> {
		Books::may_trade(account, market)
	}
	fn can_trade(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		cost: Quote,
		fee: Quote,
		reserved: Quote,
	) -> bool {
		Books::can_trade(account, market, lots, cost, fee, reserved)
	}
	fn batch(
		market: MarketId,
		fee_rate: Ratio,
		max_position: Size,
		new_risk: NewRisk,
	) -> Self::Batch {
		<Books as Ledger>::batch(market, fee_rate, max_position, new_risk)
	}
	fn settle(market: MarketId, price: Price, trades: &[Trade]) -> DispatchResult {
		Books::settle(market, price, trades)
	}
	fn transfer(
		pool: PoolId,
		from: Option<&AccountKey>,
		to: Option<&AccountKey>,
		amount: Quote,
	) -> DispatchResult {
		<Books as Ledger>::transfer(pool, from, to, amount)
	}
	fn open(
		id: &SubaccountId,
		pool: PoolId,
		isolated: Option<MarketId>,
	) -> Result<AccountKey, DispatchError> {
		<Books as Ledger>::open(id, pool, isolated)
	}
	fn credit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult {
		<Books as Ledger>::credit(account, asset, amount)
	}
	fn debit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult {
		<Books as Ledger>::debit(account, asset, amount)
	}
	fn withdrawable(account: &AccountKey, asset: Option<AssetId>) -> Amount {
		<Books as Ledger>::withdrawable(account, asset)
	}
	fn levy_weight() -> Weight {
		Books::levy_weight()
	}
	fn awaits_levy(account: &AccountKey) -> bool {
		Books::awaits_levy(account)
	}
	fn levy_weight_of(account: &AccountKey) -> Weight {
		let own = Others::get().levies.contains(account);
		if own {
			OWN_LEVY
		} else {
			Weight::zero()
		}
	}
	fn filing_weight(account: &AccountKey) -> Weight {
		let legs = Books::state(account).map(|state| state.legs()).unwrap_or_default();
		Weight::from_parts(EachFiled::get() * legs as u64, 0)
	}
	fn most_filing_weight() -> Weight {
		Weight::from_parts(MostFiled::get(), 0)
	}
}

impl Solvency for Weighed {
	fn step(limit: Weight) -> BookStep {
		Books::step(limit)
	}
	fn due(limit: u32) -> Vec<AccountKey> {
		Books::due(limit)
	}
	fn recheck(account: &AccountKey) -> Result<bool, DispatchError> {
		Books::recheck(account)
	}
}

impl Estates for Weighed {
	fn plan(
		account: &AccountKey,
		open_orders: u32,
		terms: &impl breakwater_liquidation::Terms,
	) -> Result<breakwater_liquidation::Action, DispatchError> {
		Books::plan(account, open_orders, terms)
	}
	fn equity(account: &AccountKey) -> Option<NanoQuote> {
		Books::equity(account)
	}
	fn fund(pool: PoolId) -> Quote {
		Books::fund(pool)
	}
	fn capital(pool: PoolId) -> Quote {
		Books::capital(pool)
	}
	fn sell_collateral(
		from: &AccountKey,
		to: &AccountKey,
		asset: AssetId,
		lots: Size,
		price: Price,
	) -> DispatchResult {
		Books::sell_collateral(from, to, asset, lots, price)
	}
	fn absorb(from: &AccountKey, to: &AccountKey) -> DispatchResult {
		<Books as Estates>::absorb(from, to)
	}
	fn charge(from: &AccountKey, to: &AccountKey, amount: Quote) -> DispatchResult {
		Books::charge(from, to, amount)
	}
	fn move_fund(from: PoolId, to: PoolId, amount: Quote) -> DispatchResult {
		Books::move_fund(from, to, amount)
	}
	fn accounts_after(last: Option<&AccountKey>, limit: u32) -> Vec<AccountKey> {
		Books::accounts_after(last, limit)
	}
}

/// What only liquidation asks others about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
	pub(crate) orders: BTreeMap<AccountKey, u32>,
	pub(crate) backstop: Option<AccountKey>,
	/// Lots of each market that the backstop may take.
	pub(crate) room: u64,
	/// What it was asked to take over whole.
	pub(crate) absorbed: Vec<AccountKey>,
	/// Accounts that it refuses.
	pub(crate) poisoned: BTreeSet<AccountKey>,
	/// The markets in which it was to take lots, in order.
	pub(crate) handed: Vec<MarketId>,
	/// Accounts that have a levy to settle.
	pub(crate) levies: BTreeSet<AccountKey>,
}

/// Touches are counted, and nothing is paid.
pub struct Debts;

/// What a levy weighs at most, and of the accounts of the tests.
pub(crate) const LEVY: Weight = Weight::from_parts(7, 0);
pub(crate) const OWN_LEVY: Weight = Weight::from_parts(5, 0);

impl Levies for Debts {
	fn are_open(_: PoolId) -> bool {
		Self::any_are_open()
	}
	fn any_are_open() -> bool {
		!Others::get().levies.is_empty()
	}
	fn touch(account: &AccountKey, _: PoolId, _: &SubaccountState) -> Option<Levy> {
		others(|others| {
			others.levies.remove(account);
		});
		None
	}
	fn awaits(account: &AccountKey, _: PoolId) -> bool {
		Others::get().levies.contains(account)
	}
	fn touch_weight() -> Weight {
		LEVY
	}
	fn payee(_: PoolId) -> Option<AccountKey> {
		Some(AccountKey([99; 32]))
	}
}

/// Changes what it is told.
pub(crate) fn others(change: impl FnOnce(&mut Asked)) {
	Others::mutate(change);
}

pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
pub(crate) const DOT: AssetId = AssetId(5);
pub(crate) const UNITS_PER_LOT: u128 = 10;
pub(crate) const BLOCK_TIME: u64 = 500;
pub(crate) const MAX_POSITION: u64 = 1_000_000;

/// What was fixed for the markets.
pub struct Terms;

impl Listings for Terms {
	fn terms(market: MarketId) -> Option<MarketTerms> {
		Engine::pool_of(market).map(|_| support::market_terms())
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
		let orders = Others::get().orders.get(account).copied().unwrap_or(0).min(limit);
		others(|others| {
			others.orders.remove(account);
		});
		orders
	}
}

pub struct Backstops;

impl Contains<AccountKey> for Backstops {
	fn contains(account: &AccountKey) -> bool {
		Others::get().backstop == Some(*account)
	}
}

impl Insurance for Backstops {
	fn backstop(_: PoolId) -> Option<AccountKey> {
		Others::get().backstop
	}
	fn takeover_room(_: MarketId, _: Lots) -> Size {
		Size::new(Others::get().room)
	}
	fn take_over_lots(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		price: Price,
	) -> DispatchResult {
		let backstop = Others::get().backstop.ok_or("there is no backstop")?;
		others(|others| others.handed.push(market));
		ensure!(!Others::get().poisoned.contains(account), "poisoned");
		ensure!(lots.side() == position(account, market).side(), "not its side");
		ensure!(lots.size() <= position(account, market).size(), "more than it has");
		others(|others| others.room -= lots.size().get());
		let from = Trade { account: *account, lots: lots.try_neg().unwrap(), fee: Quote::ZERO };
		let to = Trade { account: backstop, lots, fee: Quote::ZERO };
		Books::settle(market, price, &[from, to])
	}
	fn absorb(account: &AccountKey) -> DispatchResult {
		let backstop = Others::get().backstop.ok_or("there is no backstop")?;
		ensure!(!Others::get().poisoned.contains(account), "poisoned");
		others(|others| others.absorbed.push(*account));
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

pub(crate) fn signed(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(person(number))
}

pub(crate) fn key(number: u8) -> AccountKey {
	support::key(number, 0)
}

/// Two markets and an asset at a thousand ticks of ten quanta: a lot is ten thousand quanta. A rich
/// maker trades against everybody; the backstop is empty and has no room.
pub(crate) fn new_test_ext() -> TestExternalities {
	let market = || Market { depth: 1_000_000, brackets: brackets(10_000), ..Default::default() };
	let terms = AssetTerms {
		brackets: brackets(10_000),
		cap: Amount::new(1 << 60),
		..support::asset_terms()
	};
	let rich = Quote::new(1_000_000_000_000);
	let pool = PoolTerms {
		min_equity: Quote::new(1_000),
		max_loan: rich,
		max_borrowed: rich,
		profit_cap: rich,
		..support::pool_terms()
	};
	let world = World {
		now: 1_000_000,
		markets: [(BTC, market()), (ETH, market())].into(),
		assets: [(DOT, Asset { price: 1_000, terms, ..Default::default() })].into(),
		pools: [(POOL, pool)].into(),
		..Default::default()
	};
	world.set();
	Others::set(Asked::default());
	let mut ext = support::externalities::<Test>(250, 1_000_000);
	ext.execute_with(|| {
		opened(MAKER, 1_000_000_000_000);
		let backstop = support::subaccount(BACKSTOP, 0);
		let backstop = <Books as Ledger>::open(&backstop, POOL, None).unwrap();
		others(|others| others.backstop = Some(backstop));
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

pub(crate) fn deposit(number: u8, asset: Option<AssetId>, amount: u128) {
	support::deposit::<Books>(&key(number), asset, amount).unwrap();
}

/// An account trades with the maker at mark.
pub(crate) fn buy(number: u8, market: MarketId, lots: i64) {
	trade_at(number, market, lots, mark(market));
}

pub(crate) fn trade_at(number: u8, market: MarketId, lots: i64, price: u64) {
	let sides = (&key(number), &key(MAKER));
	support::trade::<Books>(market, price, sides, lots, 0).unwrap();
}

pub(crate) fn mark(market: MarketId) -> u64 {
	world(|world| world.market(market).price)
}

pub(crate) fn set_mark(market: MarketId, price: u64) {
	world(|world| world.market(market).price = price);
}

/// Of all markets.
pub(crate) fn set_depth(depth: u64) {
	world(|world| world.markets.values_mut().for_each(|market| market.depth = depth));
}

pub(crate) fn depth(market: MarketId) -> u64 {
	world(|world| world.market(market).depth)
}

/// The next block: the book takes its step, and liquidation works on as many accounts as told.
pub(crate) fn next_block_of(accounts: u64) {
	System::set_block_number(System::block_number() + 1);
	support::pass(BLOCK_TIME);
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
	support::lots::<Books>(account, market)
}

pub(crate) fn equity(account: &AccountKey) -> i128 {
	support::equity::<Books>(account)
}

pub(crate) fn fund() -> i128 {
	<Books as Estates>::fund(POOL).get()
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}

/// For the ledger's benchmarks, which are not run here.
#[cfg(feature = "runtime-benchmarks")]
pub struct Bench;

#[cfg(feature = "runtime-benchmarks")]
impl breakwater_ledger::BenchmarkHelper for Bench {
	fn set_up(_: u32, _: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		(POOL, vec![BTC, ETH], vec![DOT])
	}
	fn backstop(_: PoolId) -> AccountKey {
		// Who levies are paid to.
		AccountKey([99; 32])
	}
	fn set_price(market: MarketId, percent: u64) {
		set_mark(market, 10 * percent);
	}
}

/// As many steps as there may be, all of them reached by four lots.
#[cfg(feature = "runtime-benchmarks")]
fn steep() -> breakwater_margin::Brackets {
	let step = |lots: u64| {
		let factor = Ratio::saturating_from_percent(100 + lots * 10);
		breakwater_margin::Step { beyond: Size::new(lots), factor }
	};
	breakwater_margin::Brackets::new(&[1, 2, 3].map(step)).unwrap()
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Engine {
	fn markets(count: u32, are_steep: bool) -> (PoolId, Vec<MarketId>) {
		MaxAccounts::set(&1_000);
		world(|world| {
			let mut market = world.market(BTC).clone();
			if are_steep {
				market.brackets = steep();
			}
			world.markets.extend((0..count).map(|id| (MarketId(id), market.clone())));
		});
		(POOL, (0..count).map(MarketId).collect())
	}
	fn fund(id: &SubaccountId) {
		let account = <Books as Ledger>::open(id, POOL, None).unwrap();
		support::deposit::<Books>(&account, None, 1_000_000_000_000).unwrap();
	}
	fn collateral(account: &AccountKey, lots: Size) -> AssetId {
		let amount = u128::from(lots.get()) * UNITS_PER_LOT;
		support::deposit::<Books>(account, Some(DOT), amount).unwrap();
		DOT
	}
	fn backstop(_: PoolId) -> AccountKey {
		// Every run of a benchmark begins with an empty state.
		let id = support::subaccount(BACKSTOP, 0);
		let _ = <Books as Ledger>::open(&id, POOL, None);
		others(|others| others.room = u64::MAX);
		Others::get().backstop.unwrap()
	}
	fn paid_for(_: PoolId, _: &[MarketId]) -> Vec<Vec<u8>> {
		Vec::new()
	}
	fn written_of(_: &AccountKey) -> Vec<Vec<u8>> {
		Vec::new()
	}
	fn orders(id: &SubaccountId, _: MarketId, count: u32) {
		others(|others| {
			others.orders.insert(id.key(), count);
		});
	}
}
