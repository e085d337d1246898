//! The worst case of each step: a loss that goes through all funds, and winners that close and pay.

use alloc::vec::Vec;

use breakwater_interfaces::{Estates, Ledger, RiskEngine, SubaccountId, Trade, GLOBAL_POOL};
use breakwater_primitives::AccountId;
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Size,
};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{types::Stage, Call, Config, Operations, Pallet, Stakes, Surveys};

/// What the benchmarks need of others.
pub trait BenchmarkHelper {
	/// A pool with a market and a collateral asset that have prices.
	fn listed() -> (PoolId, MarketId, AssetId);
	/// Sets a market's price to a percentage of the first.
	fn set_price(market: MarketId, percent: u64);
	/// Puts an asset into custody and into an account; none is the quote asset.
	fn deposit(account: &AccountKey, asset: Option<AssetId>, amount: Amount);
	/// Lets time pass.
	fn pass(time: Millis);
}

const QUOTE: u128 = 1_000_000_000_000;
/// The least that may be deposited.
const LITTLE: u128 = 1_000_000;
const WINNERS: u32 = 10;

fn open<T: Config>(number: u32, pool: PoolId, quote: u128) -> (AccountId, AccountKey) {
	let owner: AccountId = account("person", number, 0);
	let id = SubaccountId { owner: owner.clone(), number: 0 };
	let key = T::Ledger::open(&id, pool, None).expect("it is new");
	if quote > 0 {
		T::BenchmarkHelper::deposit(&key, None, Amount::new(quote));
	}
	(owner, key)
}

fn trade<T: Config>(market: MarketId, buyer: &AccountKey, seller: &AccountKey, lots: i64) {
	let price = price_of::<T>(market);
	let part = |account: &AccountKey, lots| Trade {
		account: *account,
		lots: Lots::new(lots),
		fee: Quote::ZERO,
	};
	let trades = [part(buyer, lots), part(seller, -lots)];
	T::Ledger::settle(market, price, &trades).expect("they may trade");
}

fn price_of<T: Config>(market: MarketId) -> Price {
	T::RiskEngine::market(market).expect("it has a price").price()
}

/// A long with next to nothing, whose loss its winners pay; the backstop has it.
fn crash<T: Config>() -> (PoolId, Vec<AccountKey>) {
	let (pool, market, _) = T::BenchmarkHelper::listed();
	let (_, loser) = open::<T>(0, pool, LITTLE);
	let mut winners = Vec::new();
	for number in 1..=WINNERS {
		let (_, winner) = open::<T>(number, pool, QUOTE);
		trade::<T>(market, &loser, &winner, 100);
		winners.push(winner);
	}
	T::BenchmarkHelper::set_price(market, 80);
	Pallet::<T>::take_account(&loser).expect("it can be taken over");
	(pool, winners)
}

/// Puts quote into all layers of the funds, less than a crash costs.
fn endow<T: Config>(pool: PoolId) {
	for tranche in 0..3u8 {
		let (owner, _) = open::<T>(100 + u32::from(tranche), pool, LITTLE);
		Pallet::<T>::enter(owner, 0, tranche, Amount::new(10), 0).expect("it has quote");
	}
	let (owner, _) = open::<T>(110, pool, LITTLE);
	Pallet::<T>::give(owner.clone(), 0, true, Amount::new(100)).expect("it has quote");
	Pallet::<T>::give(owner, 0, false, Amount::new(10)).expect("it has quote");
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn back() {
		let (pool, market, _) = T::BenchmarkHelper::listed();
		let (owner, key) = open::<T>(0, pool, QUOTE);
		let (_, other) = open::<T>(1, pool, QUOTE);
		trade::<T>(market, &key, &other, 10);

		#[extrinsic_call]
		back(RawOrigin::Signed(owner.clone()), 0, 2, Amount::new(1_000), 0);

		assert!(Stakes::<T>::contains_key(pool, (owner, 2)));
	}

	#[benchmark]
	fn request_exit() {
		let (pool, ..) = T::BenchmarkHelper::listed();
		let (owner, _) = open::<T>(0, pool, QUOTE);
		Pallet::<T>::enter(owner.clone(), 0, 1, Amount::new(1_000), 0).expect("it has quote");

		#[extrinsic_call]
		request_exit(RawOrigin::Signed(owner), pool, 1, 1_000);
	}

	#[benchmark]
	fn cancel_exit() {
		let (pool, ..) = T::BenchmarkHelper::listed();
		let (owner, _) = open::<T>(0, pool, QUOTE);
		Pallet::<T>::enter(owner.clone(), 0, 1, Amount::new(1_000), 0).expect("it has quote");
		Pallet::<T>::ask_to_leave(pool, owner.clone(), 1, 1_000).expect("it has shares");

		#[extrinsic_call]
		cancel_exit(RawOrigin::Signed(owner), pool, 1);
	}

	#[benchmark]
	fn claim_exit() {
		let (pool, ..) = T::BenchmarkHelper::listed();
		let (owner, _) = open::<T>(0, pool, QUOTE);
		Pallet::<T>::enter(owner.clone(), 0, 1, Amount::new(1_000), 0).expect("it has quote");
		Pallet::<T>::ask_to_leave(pool, owner.clone(), 1, 1_000_000).expect("it has shares");
		let delay = Pallet::<T>::terms(pool).expect("it has terms").exit.delay;
		T::BenchmarkHelper::pass(delay);

		#[extrinsic_call]
		claim_exit(RawOrigin::Signed(owner.clone()), 0, 1);

		assert!(!Stakes::<T>::contains_key(pool, (owner, 1)));
	}

	#[benchmark]
	fn contribute() {
		let (pool, market, _) = T::BenchmarkHelper::listed();
		let (owner, key) = open::<T>(0, pool, QUOTE);
		let (_, other) = open::<T>(1, pool, QUOTE);
		trade::<T>(market, &key, &other, 10);

		#[extrinsic_call]
		contribute(RawOrigin::Signed(owner), 0, true, Amount::new(1_000));

		assert_eq!(T::Ledger::fund(GLOBAL_POOL), Quote::new(1_000));
	}

	#[benchmark]
	fn buy_collateral() {
		let (pool, market, asset) = T::BenchmarkHelper::listed();
		let (owner, key) = open::<T>(0, pool, QUOTE);
		let (_, other) = open::<T>(1, pool, QUOTE);
		trade::<T>(market, &key, &other, 10);
		let backstop = Pallet::<T>::open_backstop(pool).expect("it is new");
		let lot = T::RiskEngine::asset(asset).expect("it is listed").units_per_lot;
		T::BenchmarkHelper::deposit(&backstop, Some(asset), Amount::new(lot));
		let most = Price::new(u64::MAX);

		#[extrinsic_call]
		buy_collateral(RawOrigin::Signed(owner), 0, asset, Size::new(1), most);

		assert!(T::Ledger::state(&backstop).expect("it is there").collateral.is_empty());
	}

	/// The loop over the pools; each is attended to, and weighs that besides.
	#[benchmark]
	fn resolve() {
		#[block]
		{
			Pallet::<T>::resolve_all(frame_support::weights::Weight::zero());
		}
	}

	/// A loss goes through all funds, and winners are looked for.
	#[benchmark]
	fn attend() {
		let (pool, ..) = T::BenchmarkHelper::listed();
		endow::<T>(pool);
		crash::<T>();

		#[block]
		{
			Pallet::<T>::attend(pool).expect("nothing fails");
		}

		assert!(Operations::<T>::contains_key(pool));
	}

	/// A winner closes lots and pays: the dearest visit.
	#[benchmark]
	fn visit() {
		let (pool, winners) = crash::<T>();
		Pallet::<T>::attend(pool).expect("nothing fails");
		let operation = Operations::<T>::get(pool).expect("it has begun");
		Pallet::<T>::turn_page(pool, operation, 2_000).expect("nothing fails");
		let sealed = Operations::<T>::get(pool).expect("it goes on");
		assert!(matches!(sealed.stage, Stage::Settling { .. }));
		let winner = winners.first().expect("there are some");

		#[block]
		{
			Pallet::<T>::settle_now(pool, winner);
		}

		let paid = Operations::<T>::get(pool).expect("it goes on").levied;
		assert!(!paid.is_zero());
	}

	/// One account of the survey.
	#[benchmark]
	fn survey() {
		crash::<T>();
		Surveys::<T>::kill();

		#[block]
		{
			Pallet::<T>::survey_page(1);
		}

		assert!(Surveys::<T>::get().last.is_some());
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
