//! The real ledger and the real funds; prices, custody and liquidation under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use breakwater_interfaces::*;
use breakwater_primitives::Balance;
use breakwater_test_support as support;
use breakwater_units::{AccountKey, AssetId, MarketId, Millis, PoolId, Quote, Ratio};
use breakwater_waterfall::{DrawTerms, ExitTerms, PremiumShares, PremiumTerms};
use frame_support::{
	parameter_types,
	traits::{Contains, Nothing},
	weights::Weight,
	PalletId,
};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::DispatchResult;
use support::{brackets, Asset, Custody, Engine, Feeds, Market, Now, World};

pub(crate) use support::{pass, percent, person, world};

use crate::Event;

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Margin: breakwater_ledger, Insurance: crate);

parameter_types! {
	pub const SubaccountDeposit: Balance = 100;
	pub const InsuranceId: PalletId = PalletId(*b"bw/insur");
	/// Pools with open auctions.
	pub static OpenAuctions: Vec<PoolId> = Vec::new();
	/// Of pairs of markets, the smaller number first; others do not move together.
	pub static Correlated: BTreeMap<(MarketId, MarketId), Ratio> = BTreeMap::new();
	/// What an account weighs in a page: with a limit of so many, so many are visited.
	pub static VisitWeight: u64 = 0;
	/// What asking for an account weighs besides, if there is anything to settle.
	pub static TouchWeight: u64 = 0;
	/// What it weighs to settle that, for each leg of the account.
	pub static LevyWeight: u64 = 0;
	/// What a step of a pool weighs beside the accounts that it visits.
	pub static StepWeight: u64 = 0;
	/// Keeping the books of a pool with inventory, by its markets.
	pub static KeepWeight: u64 = 0;
	/// What an account of the survey weighs, and noting the result of a pool.
	pub static SurveyWeights: (u64, u64) = (0, 0);
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
	type WeightInfo = OfLedger;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Bench;
}

impl crate::Config for Test {
	type SlotTime = Now;
	type Ledger = Margin;
	type RiskEngine = Engine;
	type Liquidation = ();
	type OpenAuctions = Auctions;
	type Correlations = Pairs;
	type PalletId = InsuranceId;
	type WeightInfo = Pages;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// What the test says, all else nothing.
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
	fn attend(_: u32) -> Weight {
		Weight::from_parts(StepWeight::get(), 0)
	}
	fn visit() -> Weight {
		Weight::from_parts(VisitWeight::get(), 0)
	}
	fn survey() -> Weight {
		Weight::from_parts(SurveyWeights::get().0, 0)
	}
	fn keep(markets: u32) -> Weight {
		Weight::from_parts(KeepWeight::get(), 0).saturating_mul(markets.into())
	}
	fn look() -> Weight {
		Weight::from_parts(VisitWeight::get(), 0)
	}
	fn touch() -> Weight {
		Weight::from_parts(TouchWeight::get(), 0)
	}
	fn conclude() -> Weight {
		Weight::from_parts(SurveyWeights::get().1, 0)
	}
	fn condition(_: u32) -> Weight {
		Weight::zero()
	}
	fn order(markets: u32) -> Weight {
		Weight::from_parts(markets.into(), 0)
	}
}

/// Levies weigh by legs, all else nothing.
pub struct OfLedger;

impl breakwater_ledger::WeightInfo for OfLedger {
	fn levy(legs: u32) -> Weight {
		Weight::from_parts(LevyWeight::get(), 0).saturating_mul(legs.into())
	}
	fn open() -> Weight {
		Weight::zero()
	}
	fn close() -> Weight {
		Weight::zero()
	}
	fn transfer() -> Weight {
		Weight::zero()
	}
	fn credit() -> Weight {
		Weight::zero()
	}
	fn debit() -> Weight {
		Weight::zero()
	}
	fn settle(_: u32) -> Weight {
		Weight::zero()
	}
	fn step(_: u32) -> Weight {
		Weight::zero()
	}
	fn wake(_: u32) -> Weight {
		Weight::zero()
	}
	fn fall_due(_: u32) -> Weight {
		Weight::zero()
	}
}

/// Changes the terms of all funds.
pub(crate) fn terms(mut change: impl FnMut(&mut FundTerms)) {
	world(|world| world.pool_terms(|terms| change(&mut terms.fund)));
}

pub(crate) const START: u64 = 1_700_000_000_000;
pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const OTHER_POOL: PoolId = PoolId(1);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
pub(crate) const DOT: AssetId = AssetId(5);
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

/// The correlations that a test says.
pub struct Pairs;

impl Correlations for Pairs {
	fn with(market: MarketId, others: &[MarketId]) -> Vec<Ratio> {
		let known = Correlated::get();
		let with = |other: &MarketId| known.get(&pair(market, *other)).copied();
		others.iter().map(|other| with(other).unwrap_or_default()).collect()
	}
}

fn pair(one: MarketId, other: MarketId) -> (MarketId, MarketId) {
	(one.min(other), one.max(other))
}

/// Two markets have this correlation from now on.
pub(crate) fn correlate(one: MarketId, other: MarketId, percents: u64) {
	Correlated::mutate(|known| known.insert(pair(one, other), percent(percents)));
}

pub struct Auctions;

impl Contains<PoolId> for Auctions {
	fn contains(pool: &PoolId) -> bool {
		OpenAuctions::get().contains(pool)
	}
}

pub(crate) fn key_of(person_number: u8) -> AccountKey {
	support::key(person_number, 0)
}

/// Two markets of a pool at 1,000 ticks of 10 quanta, 5 % maintenance, and one of another.
pub(crate) fn new_test_ext() -> TestExternalities {
	let market = |feed: u16, pool| {
		let (depth, brackets) = (1_000, brackets(100));
		(MarketId(feed.into()), Market { pool, feed, depth, brackets, ..Default::default() })
	};
	let terms = AssetTerms { brackets: brackets(100), ..support::asset_terms() };
	let pool = PoolTerms { fund: fund_terms(), ..support::pool_terms() };
	let world = World {
		now: START,
		markets: [market(0, POOL), market(1, POOL), market(2, OTHER_POOL)].into(),
		assets: [(DOT, Asset { terms, ..Default::default() })].into(),
		pools: [(POOL, pool.clone()), (OTHER_POOL, pool)].into(),
		open_interest: Margin::open_interest,
		..Default::default()
	};
	world.set();
	OpenAuctions::set(Vec::new());
	Correlated::set(BTreeMap::new());
	VisitWeight::set(0);
	TouchWeight::set(0);
	LevyWeight::set(0);
	StepWeight::set(0);
	KeepWeight::set(0);
	SurveyWeights::set((0, 0));
	support::externalities::<Test>(200, 1_000_000)
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

pub(crate) fn deposit(key: &AccountKey, asset: Option<AssetId>, amount: u128) {
	support::deposit::<Margin>(key, asset, amount).unwrap();
}

pub(crate) fn withdraw(key: &AccountKey, amount: u128) -> DispatchResult {
	support::withdraw::<Margin>(key, None, amount)
}

/// Buyer and seller trade, without fees.
pub(crate) fn trade(
	market: MarketId,
	price: u64,
	sides: (&AccountKey, &AccountKey),
	lots: i64,
) -> DispatchResult {
	support::trade::<Margin>(market, price, sides, lots, 0)
}

pub(crate) fn set_price(market: MarketId, price: u64) {
	world(|world| world.market(market).price = price);
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
	let payer = support::subaccount(200, pool.0 as u16);
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
	pass(500);
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
	support::cash::<Margin>(key)
}

pub(crate) fn lots(key: &AccountKey, market: MarketId) -> i64 {
	support::lots::<Margin>(key, market).get()
}

pub(crate) fn equity(key: &AccountKey) -> i128 {
	support::equity::<Margin>(key)
}

pub(crate) fn backstop() -> AccountKey {
	<Insurance as breakwater_interfaces::Insurance>::backstop(POOL).unwrap()
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Engine {
	fn listed(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		let markets: Vec<MarketId> = (0..markets).map(|number| MarketId(100 + number)).collect();
		let assets: Vec<AssetId> = (0..assets).map(|number| AssetId(100 + number)).collect();
		world(|world| {
			let (market, asset) = (world.markets[&BTC].clone(), world.assets[&DOT].clone());
			world.markets.extend(markets.iter().map(|id| (*id, market.clone())));
			world.assets.extend(assets.iter().map(|id| (*id, asset.clone())));
		});
		(POOL, markets, assets)
	}

	fn set_prices(markets: &[MarketId], percent: u64) {
		markets.iter().for_each(|market| set_price(*market, 10 * percent));
	}

	fn correlate(markets: &[MarketId]) {
		for (place, one) in markets.iter().enumerate() {
			markets[..place].iter().for_each(|other| correlate(*one, *other, 100));
		}
	}

	fn deposit(account: &AccountKey, amount: breakwater_units::Amount) {
		deposit(account, None, amount.get());
	}

	fn pass(time: Millis) {
		support::pass(time.get());
	}

	fn paid_for(_: PoolId, _: &[MarketId], _: &[AssetId]) -> Vec<Vec<u8>> {
		Vec::new()
	}
}

/// For the ledger's benchmarks, which are not run here.
#[cfg(feature = "runtime-benchmarks")]
pub struct Bench;

#[cfg(feature = "runtime-benchmarks")]
impl breakwater_ledger::BenchmarkHelper for Bench {
	fn set_up(_: u32, _: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		(POOL, vec![BTC], vec![DOT])
	}

	fn backstop(pool: PoolId) -> AccountKey {
		<Insurance as breakwater_interfaces::Insurance>::backstop(pool).unwrap()
	}

	fn set_price(market: MarketId, percent: u64) {
		set_price(market, 10 * percent);
	}
}
