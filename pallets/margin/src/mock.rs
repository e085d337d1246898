//! A ledger over a vault, prices and indices under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use breakwater_contagion::{Bin, Stake};
use breakwater_interfaces::*;
use breakwater_margin::SubaccountState;
use breakwater_primitives::Balance;
use breakwater_test_support as support;
use breakwater_units::{AccountKey, Amount, AssetId, MarketId, PoolId, Quote};
use frame_support::{parameter_types, storage::unhashed, traits::Contains, weights::Weight};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::DispatchResult;
use support::{brackets, Asset, Custody, Engine, Feeds, Market, World};

pub(crate) use support::{key as key_of, person, world};

use crate::Event;

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(LedgerPallet: crate);

pub(crate) const DEPOSIT: Balance = 100;
pub(crate) const RICH: Balance = 1_000_000;

parameter_types! {
	pub const SubaccountDeposit: Balance = DEPOSIT;
	pub static Others: Asked = Asked::default();
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type SubaccountDeposit = SubaccountDeposit;
	type RiskEngine = Engine;
	type Prices = Feeds;
	type Vault = Custody;
	type Busy = BusyAccounts;
	type Backstops = Backstops;
	type Levies = Debts;
	type Contagion = Monitor;
	type WeightInfo = Costs;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// What only the ledger asks others about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
	pub(crate) busy: Vec<AccountKey>,
	pub(crate) backstop: Option<AccountKey>,
	pub(crate) levies: BTreeMap<AccountKey, Levy>,
}

/// Changes what it is told.
pub(crate) fn others(change: impl FnOnce(&mut Asked)) {
	Others::mutate(change);
}

pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const OTHER_POOL: PoolId = PoolId(1);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
/// A market of the other pool.
pub(crate) const DOGE: MarketId = MarketId(2);
pub(crate) const DOT: AssetId = AssetId(5);
pub(crate) const CAP: u128 = 1_000_000_000;
/// Accounts that are not liquidated, and what accounts owe.
pub struct Backstops;

impl Contains<AccountKey> for Backstops {
	fn contains(account: &AccountKey) -> bool {
		Others::get().backstop == Some(*account)
	}
}

/// Takes to heart what it is told, and trips over what cannot be. In storage, so that what is
/// rolled back was never told.
pub struct Monitor;

type StakeSums = BTreeMap<(MarketId, Bin, bool), u64>;
type CollateralSums = BTreeMap<(PoolId, AssetId), u128>;
const STAKES: &[u8] = b"stakes";
const COLLATERAL: &[u8] = b"collateral";

impl Monitor {
	pub(crate) fn stakes() -> StakeSums {
		unhashed::get_or_default(STAKES)
	}
	fn add(sums: &mut StakeSums, stake: &Stake) {
		let place = (stake.market, stake.bin, stake.is_long());
		*sums.entry(place).or_default() += stake.lots.unsigned_abs();
	}
	fn take(sums: &mut StakeSums, stake: &Stake) {
		let place = (stake.market, stake.bin, stake.is_long());
		let lots = sums.get_mut(&place).expect("was told before");
		*lots = lots.checked_sub(stake.lots.unsigned_abs()).expect("was told before");
		sums.retain(|_, lots| *lots > 0);
	}
}

impl Contagion for Monitor {
	fn shift(from: Option<&Stake>, to: Option<&Stake>) {
		assert_ne!(from, to, "nothing changed");
		let mut sums = Self::stakes();
		from.into_iter().for_each(|from| Self::take(&mut sums, from));
		to.into_iter().for_each(|to| Self::add(&mut sums, to));
		unhashed::put(STAKES, &sums);
	}
	fn move_collateral(pool: PoolId, asset: AssetId, from: Amount, to: Amount) {
		assert_ne!(from, to, "nothing changed");
		let mut sums: CollateralSums = unhashed::get_or_default(COLLATERAL);
		let held = sums.entry((pool, asset)).or_default();
		*held = held.checked_sub(from.get()).expect("was told before") + to.get();
		sums.retain(|_, held| *held > 0);
		unhashed::put(COLLATERAL, &sums);
	}
	fn adds_up(stakes: &[Stake], collateral: &[(PoolId, AssetId, Amount)]) -> bool {
		let mut sums = StakeSums::new();
		stakes.iter().for_each(|stake| Self::add(&mut sums, stake));
		let mut held = CollateralSums::new();
		for (pool, asset, amount) in collateral {
			*held.entry((*pool, *asset)).or_default() += amount.get();
		}
		Self::stakes() == sums && unhashed::get_or_default::<CollateralSums>(COLLATERAL) == held
	}
}

pub struct Debts;

impl Levies for Debts {
	fn are_open(_: PoolId) -> bool {
		Self::any_are_open()
	}
	fn any_are_open() -> bool {
		!Others::get().levies.is_empty()
	}
	fn touch(account: &AccountKey, _: PoolId, _: &SubaccountState) -> Option<Levy> {
		let levy = Others::get().levies.get(account).cloned();
		others(|others| {
			others.levies.remove(account);
		});
		levy
	}
	fn awaits(account: &AccountKey, _: PoolId) -> bool {
		Others::get().levies.contains_key(account)
	}
	fn touch_weight() -> Weight {
		Weight::from_parts(ASKING, 0)
	}
	fn payee(_: PoolId) -> Option<AccountKey> {
		Others::get().backstop
	}
}

/// What a transfer, a levy of each leg, asking for one, and a term of health weigh; all else
/// nothing.
pub(crate) const TRANSFER: u64 = 10_000;
pub(crate) const LEVY: u64 = 100;
pub(crate) const TERM: u64 = 7;
pub(crate) const ASKING: u64 = 1;

pub struct Costs;

impl crate::WeightInfo for Costs {
	fn transfer() -> Weight {
		Weight::from_parts(TRANSFER, 0)
	}
	fn levy(legs: u32) -> Weight {
		Weight::from_parts(LEVY, 0).saturating_mul(legs.into())
	}
	fn open() -> Weight {
		Weight::zero()
	}
	fn close() -> Weight {
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
	fn wake(terms: u32) -> Weight {
		Weight::from_parts(1 + TERM * u64::from(terms), 0)
	}
	fn fall_due(_: u32) -> Weight {
		Weight::zero()
	}
}

pub struct BusyAccounts;

impl Contains<AccountKey> for BusyAccounts {
	fn contains(account: &AccountKey) -> bool {
		Others::get().busy.contains(account)
	}
}

/// Three markets at 1,000 ticks of 10 quanta, 5 % maintenance; one asset at 100 ticks.
pub(crate) fn new_test_ext() -> TestExternalities {
	let market = |feed: u16, pool| {
		let (room, brackets) = (1_000_000, brackets(100));
		(MarketId(feed.into()), Market { pool, feed, room, brackets, ..Default::default() })
	};
	let terms = AssetTerms {
		feed: 105,
		brackets: brackets(100),
		cap: Amount::new(CAP),
		..support::asset_terms()
	};
	let pool = PoolTerms { min_equity: Quote::new(1_000), ..support::pool_terms() };
	let world = World {
		markets: [market(0, POOL), market(1, POOL), market(2, OTHER_POOL)].into(),
		assets: [(DOT, Asset { terms, ..Default::default() })].into(),
		pools: [(POOL, pool.clone()), (OTHER_POOL, pool)].into(),
		..Default::default()
	};
	world.set();
	Others::set(Asked::default());
	support::externalities::<Test>(200, RICH)
}

/// Changes the terms of all pools.
pub(crate) fn limits(change: impl FnMut(&mut PoolTerms)) {
	world(|world| world.pool_terms(change));
}

/// Runs a test and checks the invariants after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		LedgerPallet::do_try_state().unwrap();
	});
}

/// Opens subaccount 0 of a person in the first pool and puts quote into it.
pub(crate) fn opened(number: u8, quote: u128) -> AccountKey {
	LedgerPallet::open(RuntimeOrigin::signed(person(number)), 0, POOL, None).unwrap();
	let key = key_of(number, 0);
	if quote > 0 {
		deposit(&key, None, quote).unwrap();
	}
	key
}

pub(crate) fn deposit(key: &AccountKey, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	support::deposit::<LedgerPallet>(key, asset, amount)
}

pub(crate) fn withdraw(key: &AccountKey, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	support::withdraw::<LedgerPallet>(key, asset, amount)
}

pub(crate) fn trade(
	market: MarketId,
	price: u64,
	sides: (&AccountKey, &AccountKey),
	lots: i64,
	fee: i128,
) -> DispatchResult {
	support::trade::<LedgerPallet>(market, price, sides, lots, fee)
}

pub(crate) fn set_price(market: MarketId, price: u64) {
	world(|world| world.market(market).price = price);
}

/// Opens the next block; the book takes its step.
pub(crate) fn next_block() -> BookStep {
	System::set_block_number(System::block_number() + 1);
	<LedgerPallet as Solvency>::step(Weight::MAX)
}

pub(crate) fn cash(key: &AccountKey) -> i128 {
	support::cash::<LedgerPallet>(key)
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Engine {
	fn set_up(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		world(|world| {
			let (market, asset) = (world.market(BTC).clone(), world.asset(DOT).clone());
			world.markets.extend((10..10 + markets).map(|id| (MarketId(id), market.clone())));
			world.assets.extend((10..10 + assets).map(|id| (AssetId(id), asset.clone())));
		});
		let markets = (10..10 + markets).map(MarketId).collect();
		(POOL, markets, (10..10 + assets).map(AssetId).collect())
	}

	fn set_price(market: MarketId, percent: u64) {
		set_price(market, 10 * percent);
	}

	fn backstop(_: PoolId) -> AccountKey {
		let key = opened(50, 0);
		others(|others| others.backstop = Some(key));
		key
	}
}
