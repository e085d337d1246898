//! A vault over pallet-assets, with a ledger that only counts.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::collections::BTreeMap;

use breakwater_auction::Accounts;
use breakwater_breaker::{
	withdrawal::LimitTerms, Action, MarketParams, Matching, PoolParams, Threshold,
};
use breakwater_interfaces::*;
use breakwater_margin::{BorrowIndex, Brackets, CollateralIndex, LegIndex, SubaccountState};
use breakwater_primitives::{oracle::FeedId, AccountId, Balance};
use breakwater_risk::{HaircutParams, RampParams};
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Size,
	TickValue, Timestamp,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU32},
	PalletId,
};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError, DispatchResult};

use crate::{Event, Faucet};

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
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(3)]
	pub type Custody = crate;
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
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = Balance;
	type AssetId = u32;
	type AssetIdParameter = u32;
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<frame_system::EnsureSigned<AccountId>>;
	type ForceOrigin = frame_system::EnsureRoot<AccountId>;
	type Freezer = ();
	type Holder = ();
	type CallbackHandle = ();
}

pub(crate) const QUOTE: u32 = 1;
pub(crate) const DOT: AssetId = AssetId(5);
/// An asset that exists and is no collateral.
pub(crate) const JUNK: AssetId = AssetId(6);
pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const WALLET: u128 = 1_000_000;

parameter_types! {
	pub const VaultId: PalletId = PalletId(*b"bw/vault");
	pub static Now: u64 = 1_000_000;
	pub static World: TestWorld = TestWorld::default();
	pub static TheFaucet: Option<Faucet> = None;
}

pub(crate) type Quota = frame_support::traits::ConstU16<2>;

impl crate::Config for Test {
	type Assets = Assets;
	type QuoteAsset = ConstU32<QUOTE>;
	type PalletId = VaultId;
	type Ledger = Counter;
	type RiskEngine = Engine;
	type Breakers = Switches;
	type Now = Now;
	type FreeDeposits = Quota;
	type Faucet = TheFaucet;
	type WeightInfo = ();
}

/// What the mocks say.
#[derive(Clone, Debug, Default)]
pub struct TestWorld {
	pub(crate) accounts: BTreeMap<AccountKey, (SubaccountInfo, SubaccountState)>,
	pub(crate) halted: bool,
	pub(crate) market_halted: bool,
}

pub(crate) fn world(change: impl FnOnce(&mut TestWorld)) {
	World::mutate(change);
}

/// A ledger without margin: what is in may leave.
pub struct Counter;

pub struct NoBatch;

impl Accounts for NoBatch {
	fn position(&self, _: &AccountKey) -> Lots {
		Lots::ZERO
	}
	fn allows(&self, _: &AccountKey, _: Lots, _: Quote) -> bool {
		false
	}
}

fn changed(
	account: &AccountKey,
	asset: Option<AssetId>,
	change: impl FnOnce(u128) -> Option<u128>,
) -> DispatchResult {
	let mut world = World::get();
	let (_, state) = world.accounts.get_mut(account).ok_or("unknown")?;
	let held = match asset {
		Some(asset) => state.collateral.get(asset).copied().unwrap_or_default().get(),
		None => state.cash.unsigned_abs(),
	};
	let held = change(held).ok_or("beyond free")?;
	match asset {
		Some(asset) => state.collateral.set(asset, Amount::new(held)).map_err(|_| "legs")?,
		None => state.cash = Quote::new(held as i128),
	}
	World::set(world);
	Ok(())
}

impl Ledger for Counter {
	type Batch = NoBatch;

	fn info(account: &AccountKey) -> Option<SubaccountInfo> {
		World::get().accounts.get(account).map(|(info, _)| info.clone())
	}
	fn state(account: &AccountKey) -> Option<SubaccountState> {
		World::get().accounts.get(account).map(|(_, state)| state.clone())
	}
	fn may_trade(_: &AccountKey, _: MarketId) -> Result<(), LedgerError> {
		Ok(())
	}
	fn can_trade(_: &AccountKey, _: MarketId, _: Lots, _: Quote, _: Quote, _: Quote) -> bool {
		false
	}
	fn batch(_: MarketId, _: Ratio, _: Size, _: NewRisk) -> NoBatch {
		NoBatch
	}
	fn settle(_: MarketId, _: Price, _: &[Trade]) -> DispatchResult {
		Ok(())
	}
	fn transfer(
		_: PoolId,
		_: Option<&AccountKey>,
		_: Option<&AccountKey>,
		_: Quote,
	) -> DispatchResult {
		Ok(())
	}
	fn open(
		id: &SubaccountId,
		pool: PoolId,
		isolated: Option<MarketId>,
	) -> Result<AccountKey, DispatchError> {
		let info = SubaccountInfo { id: id.clone(), pool, isolated };
		world(|world| {
			world.accounts.insert(id.key(), (info, SubaccountState::default()));
		});
		Ok(id.key())
	}
	fn credit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult {
		changed(account, asset, |held| held.checked_add(amount.get()))
	}
	fn debit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult {
		changed(account, asset, |held| held.checked_sub(amount.get()))
	}
	fn withdrawable(_: &AccountKey, _: Option<AssetId>) -> Amount {
		Amount::ZERO
	}
}

pub struct Switches;

impl Breakers for Switches {
	fn begin_block(_: Timestamp, _: u64) -> frame_support::weights::Weight {
		frame_support::weights::Weight::zero()
	}
	fn step_weight() -> frame_support::weights::Weight {
		frame_support::weights::Weight::zero()
	}
	fn step(
		_: MarketId,
		_: Timestamp,
		_: MarketFacts,
		_: Option<breakwater_breaker::Clearing>,
	) -> Matching {
		unreachable!("custody steps no market")
	}
	fn allows(_: MarketId, _: Action) -> bool {
		!World::get().market_halted
	}
	fn step_pool(_: PoolId, _: Timestamp, _: PoolFacts) -> frame_support::weights::Weight {
		frame_support::weights::Weight::zero()
	}
	fn pool_allows(_: PoolId, _: Action) -> bool {
		!World::get().halted
	}
	fn chain_allows(_: Action) -> bool {
		!World::get().halted
	}
	fn list_market(_: MarketId, _: FeedId, _: &MarketParams) -> DispatchResult {
		Ok(())
	}
}

pub struct Engine;

/// A tenth of the pool a day, at least 100; half of it for one account, at least 60.
pub(crate) fn outflow() -> LimitTerms {
	LimitTerms {
		share: Ratio::saturating_from_percent(10),
		floor: Amount::new(100),
		account_share: Ratio::saturating_from_percent(50),
		account_floor: Amount::new(60),
		window: Millis::DAY,
	}
}

impl RiskEngine for Engine {
	fn begin_block(_: Timestamp) {}
	fn observe_batch(_: MarketId, _: &BatchSummary, _: Timestamp) {}
	fn market(_: MarketId) -> Option<LegIndex> {
		None
	}
	fn collateral(_: AssetId) -> Option<CollateralIndex> {
		None
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
	fn pricing(_: MarketId) -> Option<Pricing> {
		None
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		vec![(BTC, POOL)]
	}
	fn assets() -> Vec<AssetId> {
		vec![DOT]
	}
	fn pools() -> Vec<PoolId> {
		vec![POOL]
	}
	fn pool_of(_: MarketId) -> Option<PoolId> {
		Some(POOL)
	}
	fn feed_of(_: MarketId) -> Option<FeedId> {
		Some(0)
	}
	fn pool(pool: PoolId) -> Option<PoolTerms> {
		(pool.0 < 2).then(|| PoolTerms {
			symbol: Default::default(),
			quote_feed: None,
			min_deposit: Quote::new(10),
			min_equity: Quote::ZERO,
			max_loan: Quote::ZERO,
			max_borrowed: Quote::ZERO,
			interest: Ratio::ZERO,
			profit_cap: Quote::ZERO,
			notional_floor: Ratio::ZERO,
			outflow: outflow(),
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
		// 10 … are there to fill an account.
		(asset == DOT || (10..20).contains(&asset.0)).then(|| AssetTerms {
			symbol: Default::default(),
			decimals: 6,
			feed: 5,
			units_per_lot: 1,
			tick_value: TickValue::new(1),
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
			daily_sigma: Ratio::ONE,
			daily_volume: Size::new(1),
			cap: Amount::new(500_000),
			min_deposit: Amount::new(10),
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
		Size::ZERO
	}
}

pub(crate) fn person(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub(crate) fn signed(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(person(number))
}

/// Persons 1 to 3 have wallets; each has subaccount 0, the third in another pool.
pub(crate) fn new_test_ext() -> TestExternalities {
	World::set(TestWorld::default());
	TheFaucet::set(None);
	Now::set(1_000_000);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let numbers = [QUOTE, DOT.0, JUNK.0].into_iter().chain(10..20);
	let assets = numbers.clone().map(|number| (number, person(9), true, 1)).collect();
	let accounts = numbers
		.flat_map(|number| (1..=3).map(move |owner| (number, person(owner), WALLET)))
		.collect();
	pallet_assets::GenesisConfig::<Test> { assets, accounts, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		for (owner, pool) in [(1, 0), (2, 0), (3, 1)] {
			let id = SubaccountId { owner: person(owner), number: 0 };
			Counter::open(&id, PoolId(pool), None).unwrap();
		}
	});
	ext
}

/// Runs a test and checks the invariants after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Custody::do_try_state().unwrap();
	});
}

pub(crate) fn wallet(owner: u8, asset: u32) -> u128 {
	Assets::balance(asset, person(owner))
}

pub(crate) fn deposit(owner: u8, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	with_layer(|| Custody::deposit(signed(owner), 0, asset, Amount::new(amount)))
}

pub(crate) fn withdraw(owner: u8, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	with_layer(|| Custody::withdraw(signed(owner), 0, asset, Amount::new(amount)))
}

/// As a transaction is dispatched; the mock ledger's state is rolled back, too.
fn with_layer(call: impl FnOnce() -> DispatchResult) -> DispatchResult {
	let before = World::get();
	frame_support::storage::with_storage_layer(call).inspect_err(|_| World::set(before))
}

pub(crate) fn later(by: Millis) {
	Now::mutate(|now| *now += by.get());
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Custody(event) => Some(event),
			_ => None,
		})
		.collect()
}
