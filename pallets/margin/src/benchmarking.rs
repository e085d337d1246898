//! Measures what the calls and the book's step weigh, in the worst case of each: accounts with as
//! many legs as there may be, whose levels are all written anew.

use alloc::{vec, vec::Vec};

use breakwater_interfaces::{Ledger, Levy, RiskEngine, Solvency, SubaccountId, Trade};
use breakwater_margin::{MAX_COLLATERAL, MAX_POSITIONS};
use breakwater_primitives::AccountId;
use breakwater_units::{AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Quote};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Get},
	weights::Weight,
};
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{
	book::evaluate, books::Posting, indices::CachedIndices, Call, Config, Filings, Pallet,
	Subaccounts,
};

/// Lists what accounts are measured with.
pub trait BenchmarkHelper {
	/// A pool with so many markets and collateral assets, each with a price.
	fn set_up(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>);
	/// Sets a market's price to so many percent of what it was when it was set up.
	fn set_price(market: MarketId, percent: u64);
	/// The account that takes over in a pool.
	fn backstop(pool: PoolId) -> AccountKey;
}

const RICH: u128 = 1 << 60;
const DEPOSIT: u128 = 10_000_000;
/// Lots of a position, which reach every bracket.
const LOTS: i64 = 4;
/// Indices of a market with as many brackets as there may be.
const OF_A_MARKET: u32 = 8;
/// Terms of a position in all its brackets.
const OF_A_LEG: u32 = 4;

fn owner<T: Config>() -> AccountId {
	let owner: AccountId = whitelisted_caller();
	T::Currency::set_balance(&owner, RICH);
	owner
}

fn price_of<T: Config>(market: MarketId) -> Result<Price, BenchmarkError> {
	Ok(T::RiskEngine::market(market).ok_or("the market has a price")?.price())
}

/// Two accounts of the caller, with all the legs there may be, one long and one short.
fn full_pair<T: Config>(first: u16) -> Result<(PoolId, [AccountKey; 2]), BenchmarkError> {
	pair::<T>(first, MAX_POSITIONS, MAX_COLLATERAL)
}

/// Two accounts of the caller, with so many legs, one long and one short.
fn pair<T: Config>(
	first: u16,
	positions: u32,
	collateral: u32,
) -> Result<(PoolId, [AccountKey; 2]), BenchmarkError> {
	pair_of::<T>((first, LOTS), positions, collateral)
}

/// The same, with so many lots in each position.
fn pair_of<T: Config>(
	(first, lots): (u16, i64),
	positions: u32,
	collateral: u32,
) -> Result<(PoolId, [AccountKey; 2]), BenchmarkError> {
	let (pool, markets, assets) = T::BenchmarkHelper::set_up(positions, collateral);
	let owner = owner::<T>();
	let keys = [first, first.saturating_add(1)].map(|number| {
		let id = SubaccountId { owner: owner.clone(), number };
		Pallet::<T>::open_account(&id, pool, None, T::SubaccountDeposit::get())
	});
	let [long, short] = keys;
	let (long, short) = (long?, short?);
	for key in [&long, &short] {
		<Pallet<T> as Ledger>::credit(key, None, Amount::new(DEPOSIT * 10))?;
		for asset in &assets {
			<Pallet<T> as Ledger>::credit(key, Some(*asset), Amount::new(DEPOSIT))?;
		}
	}
	for market in &markets {
		let trade = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::ZERO };
		let trades = [trade(long, lots), trade(short, -lots)];
		Pallet::<T>::settle(*market, price_of::<T>(*market)?, &trades)?;
	}
	Ok((pool, [long, short]))
}

fn full_legs<T: Config>(key: &AccountKey) -> Result<(MarketId, AssetId), BenchmarkError> {
	let state = Subaccounts::<T>::get(key).ok_or("the account is open")?.state;
	let market = state.positions.iter().next().ok_or("it has positions")?.0;
	let asset = state.collateral.iter().next().ok_or("it has collateral")?.0;
	Ok((market, asset))
}

/// Takes so many tenths of an account's health away, so that no level may stay where it is.
fn lose_health<T: Config>(key: &AccountKey, tenths: i128) -> Result<(), BenchmarkError> {
	let mut account = Subaccounts::<T>::get(key).ok_or("the account is open")?;
	let indices = CachedIndices::<T>::new(account.info.pool);
	let health = evaluate(&account.state, &indices).map_err(|_| "it can be computed")?.health;
	let most = Quote::new(health.get() / 1_000_000_000 / 10 * tenths);
	account.state.cash = account.state.cash.try_sub(most).map_err(|_| "it is in range")?;
	Subaccounts::<T>::insert(key, account);
	Ok(())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open() {
		let (pool, markets, _) = T::BenchmarkHelper::set_up(1, 0);
		let owner = owner::<T>();
		let id = SubaccountId { owner: owner.clone(), number: 0 };

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), 0, pool, markets.first().copied());

		assert!(Subaccounts::<T>::contains_key(id.key()));
	}

	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let (pool, _, _) = T::BenchmarkHelper::set_up(1, 0);
		let owner = owner::<T>();
		let id = SubaccountId { owner: owner.clone(), number: 0 };
		Pallet::<T>::open_account(&id, pool, None, T::SubaccountDeposit::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), 0);

		assert!(!Subaccounts::<T>::contains_key(id.key()));
		Ok(())
	}

	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let (_, [long, _]) = full_pair::<T>(0)?;
		let (_, asset) = full_legs::<T>(&long)?;
		let amount = Amount::new(DEPOSIT / 10);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner::<T>()), 0, 1, Some(asset), amount);

		let left = Pallet::<T>::state(&long).and_then(|s| s.collateral.get(asset).copied());
		assert_eq!(left, Some(Amount::new(DEPOSIT - DEPOSIT / 10)));
		Ok(())
	}

	#[benchmark]
	fn credit() -> Result<(), BenchmarkError> {
		let (_, [long, _]) = full_pair::<T>(0)?;
		let (_, asset) = full_legs::<T>(&long)?;

		#[block]
		{
			<Pallet<T> as Ledger>::credit(&long, Some(asset), Amount::new(DEPOSIT))?;
		}
		Ok(())
	}

	#[benchmark]
	fn debit() -> Result<(), BenchmarkError> {
		let (_, [long, _]) = full_pair::<T>(0)?;
		let (_, asset) = full_legs::<T>(&long)?;

		#[block]
		{
			<Pallet<T> as Ledger>::debit(&long, Some(asset), Amount::new(DEPOSIT / 2))?;
		}
		Ok(())
	}

	#[benchmark]
	fn settle(n: Linear<2, 50>) -> Result<(), BenchmarkError> {
		let mut trades = vec![];
		let mut market = None;
		for pair in (0..n).step_by(2) {
			let (_, [long, short]) = full_pair::<T>(u16::try_from(pair).unwrap_or(0))?;
			market = Some(full_legs::<T>(&long)?.0);
			let trade =
				|account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::new(1) };
			trades.extend([trade(long, LOTS), trade(short, -LOTS)]);
		}
		let market = market.ok_or("there are accounts")?;
		let price = price_of::<T>(market)?;

		#[block]
		{
			Pallet::<T>::settle(market, price, &trades)?;
		}
		Ok(())
	}

	#[benchmark]
	fn step(i: Linear<0, 224>) -> Result<(), BenchmarkError> {
		T::BenchmarkHelper::set_up(i.div_ceil(OF_A_MARKET), 0);

		#[block]
		{
			assert_eq!(<Pallet<T> as Solvency>::step(Weight::MAX).woken, 0);
		}
		Ok(())
	}

	#[benchmark]
	fn wake(n: Linear<1, 96>) -> Result<(), BenchmarkError> {
		let (_, [long, _]) = pair::<T>(0, n.div_ceil(OF_A_LEG), 0)?;
		// Where its positions would be liquidated is known, and on another page afterwards.
		lose_health::<T>(&long, 9)?;
		Pallet::<T>::wake_one(&long);
		lose_health::<T>(&long, 9)?;

		#[block]
		{
			Pallet::<T>::wake_one(&long);
		}

		assert!(Filings::<T>::contains_key(long));
		Ok(())
	}

	/// An account that was watched, and is found to be below zero.
	#[benchmark]
	fn fall_due(n: Linear<1, { MAX_POSITIONS }>) -> Result<(), BenchmarkError> {
		let (_, [long, _]) = pair_of::<T>((0, 1), n, 0)?;
		lose_health::<T>(&long, 11)?;

		#[block]
		{
			Pallet::<T>::wake_one(&long);
		}

		assert!(Pallet::<T>::is_due(&long));
		Ok(())
	}

	/// An account with so many legs closes a part of each and pays almost all its health, so that its
	/// levels move; the backstop has a position in every market. Asking what it owes weighs besides.
	#[benchmark]
	fn levy(l: Linear<1, { MAX_POSITIONS }>) -> Result<(), BenchmarkError> {
		let (pool, [long, short]) = pair::<T>(0, l, 0)?;
		// Near its end: one that is rich has hardly a level that can be reached.
		lose_health::<T>(&long, 9)?;
		Pallet::<T>::wake_one(&long);
		let backstop = T::BenchmarkHelper::backstop(pool);
		let state = Subaccounts::<T>::get(long).ok_or("the account is open")?.state;
		let mut closes = Vec::new();
		for (market, _) in state.positions.iter() {
			let price = price_of::<T>(market)?;
			let trade = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::ZERO };
			Pallet::<T>::settle(market, price, &[trade(backstop, -LOTS), trade(short, LOTS)])?;
			closes.push((market, Lots::new(-1), price));
		}
		let indices = CachedIndices::<T>::new(pool);
		let health = evaluate(&state, &indices).map_err(|_| "it can be computed")?.health;
		let charge = Quote::new(health.get() / 1_000_000_000 / 10 * 9);
		let owed = Levy { closes, charge };

		#[block]
		{
			let mut posting = Posting::<T>::new(pool);
			posting.pay_levy(&long, &backstop, &owed)?;
			posting.close();
		}

		let held = |key| {
			let state = Subaccounts::<T>::get(key).map(|account| account.state)?;
			let first = state.positions.iter().next().map(|(_, position)| position.lots.get())?;
			Some((state.positions.len(), first))
		};
		assert_eq!(held(&long), Some((l as usize, LOTS - 1)));
		assert_eq!(held(&backstop), Some((l as usize, 1 - LOTS)));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
