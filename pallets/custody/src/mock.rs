//! A vault over pallet-assets, with a ledger that only counts.

// The runtime names these types, so they may not be private.
#![allow(unreachable_pub)]

use std::{collections::BTreeMap, ops::Range};

use breakwater_auction::Accounts;
use breakwater_breaker::withdrawal::LimitTerms;
use breakwater_interfaces::*;
use breakwater_margin::SubaccountState;
use breakwater_primitives::{AccountId, Balance};
use breakwater_test_support as support;
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Size,
};
use frame_support::{
	dispatch::DispatchResultWithPostInfo,
	parameter_types,
	traits::{AsEnsureOriginWithArg, BuildGenesisConfig, ConstU32},
	weights::Weight,
	PalletId,
};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{DispatchError, DispatchResult};
use support::{percent, Asset, Engine, Gates, Market, Now, World};

pub(crate) use support::{person, world};

use crate::{Event, Faucet};

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Assets: pallet_assets, Custody: crate);

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
/// Assets that are there to fill an account.
pub(crate) const FILLERS: Range<u32> = 10..20;
pub(crate) const POOL: PoolId = PoolId(0);
pub(crate) const OTHER_POOL: PoolId = PoolId(1);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const WALLET: u128 = 1_000_000;
pub(crate) const LEVY: u64 = 100;
/// What filing a large account anew weighs.
pub(crate) const FILING: u64 = 7;

parameter_types! {
	pub const VaultId: PalletId = PalletId(*b"bw/vault");
	/// What the ledger has.
	pub static Books: BTreeMap<AccountKey, (SubaccountInfo, SubaccountState)> = BTreeMap::new();
	pub static TheFaucet: Option<Faucet> = None;
	/// Who has a levy to settle.
	pub static Levied: Option<AccountKey> = None;
	/// Who has so much that filing it anew weighs something.
	pub static Large: Option<AccountKey> = None;
}

pub(crate) type Quota = frame_support::traits::ConstU16<2>;

impl crate::Config for Test {
	type Assets = Assets;
	type QuoteAsset = ConstU32<QUOTE>;
	type PalletId = VaultId;
	type Ledger = Counter;
	type RiskEngine = Engine;
	type Breakers = Gates;
	type Now = Now;
	type FreeDeposits = Quota;
	type Faucet = TheFaucet;
	type WeightInfo = ();
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
	let mut books = Books::get();
	let (_, state) = books.get_mut(account).ok_or("unknown")?;
	let held = match asset {
		Some(asset) => state.collateral.get(asset).copied().unwrap_or_default().get(),
		None => state.cash.unsigned_abs(),
	};
	let held = change(held).ok_or("beyond free")?;
	match asset {
		Some(asset) => state.collateral.set(asset, Amount::new(held)).map_err(|_| "legs")?,
		None => state.cash = Quote::new(held as i128),
	}
	Books::set(books);
	Ok(())
}

impl Ledger for Counter {
	type Batch = NoBatch;

	fn info(account: &AccountKey) -> Option<SubaccountInfo> {
		Books::get().get(account).map(|(info, _)| info.clone())
	}
	fn state(account: &AccountKey) -> Option<SubaccountState> {
		Books::get().get(account).map(|(_, state)| state.clone())
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
		Books::mutate(|books| books.insert(id.key(), (info, SubaccountState::default())));
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
	fn levy_weight() -> Weight {
		Weight::from_parts(LEVY, 0)
	}
	fn awaits_levy(account: &AccountKey) -> bool {
		Levied::get() == Some(*account)
	}
	fn filing_weight(account: &AccountKey) -> Weight {
		let is_large = Large::get() == Some(*account);
		Weight::from_parts(if is_large { FILING } else { 0 }, 0)
	}
	fn most_filing_weight() -> Weight {
		Weight::from_parts(FILING, 0)
	}
}

/// A tenth of the pool a day, at least 100; half of it for one account, at least 60.
pub(crate) fn outflow() -> LimitTerms {
	LimitTerms {
		share: percent(10),
		floor: Amount::new(100),
		account_share: percent(50),
		account_floor: Amount::new(60),
		window: Millis::DAY,
	}
}

pub(crate) fn signed(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(person(number))
}

/// Persons 1 to 3 have wallets; each has subaccount 0, the third in another pool.
pub(crate) fn new_test_ext() -> TestExternalities {
	TheFaucet::set(None);
	Levied::set(None);
	Books::set(BTreeMap::new());
	let numbers = || [QUOTE, DOT.0, JUNK.0].into_iter().chain(FILLERS);
	let pool =
		PoolTerms { min_deposit: Quote::new(10), outflow: outflow(), ..support::pool_terms() };
	let terms = AssetTerms {
		units_per_lot: 1,
		cap: Amount::new(500_000),
		min_deposit: Amount::new(10),
		..support::asset_terms()
	};
	let asset = |id| (id, Asset { terms: terms.clone(), ..Default::default() });
	let world = World {
		now: 1_000_000,
		markets: [(BTC, Market::default())].into(),
		assets: FILLERS.map(AssetId).chain([DOT]).map(asset).collect(),
		pools: [(POOL, pool.clone()), (OTHER_POOL, pool)].into(),
		..Default::default()
	};
	world.set();
	let mut ext = support::externalities::<Test>(0, 0);
	ext.execute_with(|| {
		let assets = numbers().map(|number| (number, person(9), true, 1)).collect();
		let wallets = |number| (1..=3).map(move |owner| (number, person(owner), WALLET));
		let accounts = numbers().flat_map(wallets).collect();
		pallet_assets::GenesisConfig::<Test> { assets, accounts, ..Default::default() }.build();
		for (owner, pool) in [(1, POOL), (2, POOL), (3, OTHER_POOL)] {
			Counter::open(&support::subaccount(owner, 0), pool, None).unwrap();
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
	with_layer(|| untold(Custody::deposit(signed(owner), 0, asset, Amount::new(amount))))
}

pub(crate) fn withdraw(owner: u8, asset: Option<AssetId>, amount: u128) -> DispatchResult {
	with_layer(|| untold(Custody::withdraw(signed(owner), 0, asset, Amount::new(amount))))
}

/// A call's result, whatever it weighed.
pub(crate) fn untold(result: DispatchResultWithPostInfo) -> DispatchResult {
	result.map(drop).map_err(|failed| failed.error)
}

/// As a transaction is dispatched; the mock ledger's state is rolled back, too.
fn with_layer(call: impl FnOnce() -> DispatchResult) -> DispatchResult {
	let before = Books::get();
	frame_support::storage::with_storage_layer(call).inspect_err(|_| Books::set(before))
}

pub(crate) fn later(by: Millis) {
	support::pass(by.get());
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}
