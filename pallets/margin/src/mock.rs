//! A ledger over a vault, prices and indices under the tests' control.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use breakwater_breaker::{withdrawal::LimitTerms, PoolParams, Threshold};
use breakwater_contagion::{Bin, Stake};
use breakwater_interfaces::*;
use breakwater_margin::{BorrowIndex, Brackets, CollateralIndex, LegIndex, Step, SubaccountState};
use breakwater_oracle_math::Action;
use breakwater_primitives::{oracle::FeedId, AccountId, Balance};
use breakwater_risk::{HaircutParams, RampParams};
use breakwater_units::{
	AccountKey, Amount, AssetId, LotValue, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio,
	Size, TickValue, Timestamp,
};
use frame_support::{derive_impl, parameter_types, storage::unhashed, traits::Contains};
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
	pub type LedgerPallet = crate;
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

pub(crate) const DEPOSIT: Balance = 100;
pub(crate) const RICH: Balance = 1_000_000;

parameter_types! {
	pub const SubaccountDeposit: Balance = DEPOSIT;
	pub static World: TestWorld = TestWorld::default();
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
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Engine;
}

/// A market of the tests.
#[derive(Clone, Debug)]
pub struct TestMarket {
	pub(crate) pool: PoolId,
	pub(crate) price: u64,
	/// Quanta per lot.
	pub(crate) funding: i128,
	pub(crate) maintenance_percent: u64,
	pub(crate) room: u64,
}

/// All that the ledger asks others about.
#[derive(Clone, Debug, Default)]
pub struct TestWorld {
	pub(crate) markets: BTreeMap<u32, TestMarket>,
	/// Price and haircut in percent.
	pub(crate) assets: BTreeMap<u32, (u64, u64)>,
	/// Parts per billion, by pool.
	pub(crate) borrow: BTreeMap<u32, u64>,
	pub(crate) quote: BTreeMap<u32, i128>,
	pub(crate) collateral: BTreeMap<u32, u128>,
	pub(crate) bad_feeds: Vec<FeedId>,
	pub(crate) busy: Vec<AccountKey>,
	pub(crate) backstop: Option<AccountKey>,
	pub(crate) levies: BTreeMap<AccountKey, Levy>,
	pub(crate) max_loan: i128,
	pub(crate) max_borrowed: i128,
	pub(crate) min_equity: i128,
	pub(crate) profit_cap: i128,
}

/// Changes the world between two calls.
pub(crate) fn world(change: impl FnOnce(&mut TestWorld)) {
	World::mutate(change);
}

pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const OTHER_POOL: PoolId = PoolId(1);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
/// A market of the other pool.
pub(crate) const DOGE: MarketId = MarketId(2);
pub(crate) const DOT: AssetId = AssetId(5);
pub(crate) const UNITS_PER_LOT: u128 = 10;
pub(crate) const CAP: u128 = 1_000_000_000;
const TICK_VALUE: TickValue = TickValue::new(10);

fn brackets() -> Brackets {
	let step = Step { beyond: Size::new(100), factor: Ratio::saturating_from_percent(150) };
	Brackets::new(&[step]).unwrap()
}

pub(crate) fn pool_terms() -> PoolTerms {
	let world = World::get();
	PoolTerms {
		symbol: Default::default(),
		quote_feed: None,
		min_deposit: Quote::new(1),
		min_equity: Quote::new(world.min_equity),
		max_loan: Quote::new(world.max_loan),
		max_borrowed: Quote::new(world.max_borrowed),
		interest: Ratio::saturating_from_percent(10),
		profit_cap: Quote::new(world.profit_cap),
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
	}
}

pub struct Engine;

impl RiskEngine for Engine {
	fn begin_block(_: Timestamp) {}
	fn observe_batch(_: MarketId, _: &BatchSummary, _: Timestamp) {}

	fn market(market: MarketId) -> Option<LegIndex> {
		let market = World::get().markets.get(&market.0)?.clone();
		let maintenance = Ratio::saturating_from_percent(market.maintenance_percent);
		let initial = Ratio::saturating_from_percent(2 * market.maintenance_percent);
		let (price, funding) = (Price::new(market.price), LotValue::new(market.funding));
		LegIndex::new(price, TICK_VALUE, funding, &brackets(), maintenance, initial).ok()
	}
	fn collateral(asset: AssetId) -> Option<CollateralIndex> {
		let (price, haircut) = *World::get().assets.get(&asset.0)?;
		let [maintenance, initial] = [haircut, haircut + 5].map(Ratio::saturating_from_percent);
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
	fn pricing(_: MarketId) -> Option<Pricing> {
		None
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
			cap: Amount::new(CAP),
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
	fn open_interest_room(market: MarketId) -> Size {
		Size::new(World::get().markets.get(&market.0).map_or(0, |market| market.room))
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
	fn permits(feed: FeedId, _: Action) -> bool {
		!World::get().bad_feeds.contains(&feed)
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
		Self::moved(from, to, amount.get() as i128)
	}
	fn collateral_on_hand(asset: AssetId) -> Amount {
		Amount::new(World::get().collateral.get(&asset.0).copied().unwrap_or(0))
	}
}

impl Custody {
	fn moved(from: PoolId, to: PoolId, amount: i128) -> DispatchResult {
		let on_hand = World::get().quote.get(&from.0).copied().unwrap_or(0);
		frame_support::ensure!(on_hand >= amount, "not on hand");
		world(|world| {
			*world.quote.entry(from.0).or_default() -= amount;
			*world.quote.entry(to.0).or_default() += amount;
		});
		Ok(())
	}
}

/// Accounts that are not liquidated, and what accounts owe.
pub struct Backstops;

impl Contains<AccountKey> for Backstops {
	fn contains(account: &AccountKey) -> bool {
		World::get().backstop == Some(*account)
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
		!World::get().levies.is_empty()
	}
	fn touch(account: &AccountKey, _: PoolId, _: &SubaccountState) -> Option<Levy> {
		let levy = World::get().levies.get(account).cloned();
		world(|world| {
			world.levies.remove(account);
		});
		levy
	}
	fn payee(_: PoolId) -> Option<AccountKey> {
		World::get().backstop
	}
}

pub struct BusyAccounts;

impl Contains<AccountKey> for BusyAccounts {
	fn contains(account: &AccountKey) -> bool {
		World::get().busy.contains(account)
	}
}

pub(crate) fn person(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub(crate) fn key_of(person_number: u8, number: u16) -> AccountKey {
	SubaccountId { owner: person(person_number), number }.key()
}

/// Three markets at 1,000 ticks of 10 quanta, 5 % maintenance; one asset at 100 ticks.
pub(crate) fn new_test_ext() -> TestExternalities {
	let market = |pool| TestMarket {
		pool,
		price: 1_000,
		funding: 0,
		maintenance_percent: 5,
		room: 1_000_000,
	};
	World::set(TestWorld {
		markets: [(0, market(POOL)), (1, market(POOL)), (2, market(OTHER_POOL))].into(),
		assets: [(DOT.0, (100, 10))].into(),
		max_loan: 1_000_000_000,
		max_borrowed: 1_000_000_000_000,
		min_equity: 1_000,
		profit_cap: 1_000_000_000,
		..Default::default()
	});
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..=200).map(|number| (person(number), RICH)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
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

/// What custody does when an asset comes in.
pub(crate) fn deposit(key: &AccountKey, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	let pool = LedgerPallet::info(key).unwrap().pool;
	<LedgerPallet as Ledger>::credit(key, asset, Amount::new(amount))?;
	world(|world| match asset {
		Some(asset) => *world.collateral.entry(asset.0).or_default() += amount,
		None => *world.quote.entry(pool.0).or_default() += amount as i128,
	});
	Ok(())
}

/// What custody does when an asset goes out.
pub(crate) fn withdraw(key: &AccountKey, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	let pool = LedgerPallet::info(key).unwrap().pool;
	<LedgerPallet as Ledger>::debit(key, asset, Amount::new(amount))?;
	world(|world| match asset {
		Some(asset) => *world.collateral.entry(asset.0).or_default() -= amount,
		None => *world.quote.entry(pool.0).or_default() -= amount as i128,
	});
	Ok(())
}

/// Buyer and seller trade, each paying a fee.
pub(crate) fn trade(
	market: MarketId,
	price: u64,
	(buyer, seller): (&AccountKey, &AccountKey),
	lots: i64,
	fee: i128,
) -> DispatchResult {
	let part = |account: &AccountKey, lots| Trade {
		account: *account,
		lots: Lots::new(lots),
		fee: Quote::new(fee),
	};
	let trades = [part(buyer, lots), part(seller, -lots)];
	LedgerPallet::settle(market, Price::new(price), &trades)
}

pub(crate) fn set_price(market: MarketId, price: u64) {
	world(|world| world.markets.get_mut(&market.0).unwrap().price = price);
}

/// Opens the next block; the book takes its step.
pub(crate) fn next_block() -> BookStep {
	System::set_block_number(System::block_number() + 1);
	<LedgerPallet as Solvency>::step(frame_support::weights::Weight::MAX)
}

pub(crate) fn cash(key: &AccountKey) -> i128 {
	LedgerPallet::state(key).unwrap().cash.get()
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::LedgerPallet(event) => Some(event),
			_ => None,
		})
		.collect()
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Engine {
	fn set_up(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		world(|world| {
			let market = world.markets[&0].clone();
			world.markets.extend((10..10 + markets).map(|id| (id, market.clone())));
			world.assets.extend((10..10 + assets).map(|id| (id, (100, 10))));
		});
		let markets = (10..10 + markets).map(MarketId).collect();
		(POOL, markets, (10..10 + assets).map(AssetId).collect())
	}

	fn set_price(market: MarketId, percent: u64) {
		set_price(market, 10 * percent);
	}
}
