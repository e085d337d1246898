use breakwater_interfaces::{Estates, Ledger, SubaccountId, Trade};
use breakwater_primitives::AccountId;
use breakwater_units::{AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Quote};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{world, World};

/// An account by a number.
pub fn person(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// A person's subaccount.
pub fn subaccount(owner: u8, number: u16) -> SubaccountId {
	SubaccountId { owner: person(owner), number }
}

/// Its key.
pub fn key(owner: u8, number: u16) -> AccountKey {
	subaccount(owner, number).key()
}

impl World {
	fn came_in(&mut self, pool: PoolId, asset: Option<AssetId>, amount: u128) {
		match asset {
			Some(asset) => *self.collateral.entry(asset).or_default() += amount,
			None => *self.quote.entry(pool).or_default() += signed(amount),
		}
	}

	fn went_out(&mut self, pool: PoolId, asset: Option<AssetId>, amount: u128) {
		match asset {
			Some(asset) => *self.collateral.entry(asset).or_default() -= amount,
			None => *self.quote.entry(pool).or_default() -= signed(amount),
		}
	}
}

fn signed(amount: u128) -> i128 {
	amount.try_into().expect("tests have less")
}

/// What custody does when an asset comes in.
///
/// # Errors
/// Of the ledger.
pub fn deposit<L: Ledger>(
	account: &AccountKey,
	asset: Option<AssetId>,
	amount: u128,
) -> DispatchResult {
	let pool = L::info(account).expect("the account is open").pool;
	L::credit(account, asset, Amount::new(amount))?;
	world(|world| world.came_in(pool, asset, amount));
	Ok(())
}

/// What custody does when an asset goes out.
///
/// # Errors
/// Of the ledger.
pub fn withdraw<L: Ledger>(
	account: &AccountKey,
	asset: Option<AssetId>,
	amount: u128,
) -> DispatchResult {
	let pool = L::info(account).expect("the account is open").pool;
	L::debit(account, asset, Amount::new(amount))?;
	world(|world| world.went_out(pool, asset, amount));
	Ok(())
}

/// Buyer and seller trade, each paying a fee.
///
/// # Errors
/// Of the ledger.
pub fn trade<L: Ledger>(
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
	L::settle(market, Price::new(price), &[part(buyer, lots), part(seller, -lots)])
}

/// Quanta that an account has.
pub fn cash<L: Ledger>(account: &AccountKey) -> i128 {
	L::state(account).expect("the account is open").cash.get()
}

/// An account's position.
pub fn lots<L: Ledger>(account: &AccountKey, market: MarketId) -> Lots {
	let state = L::state(account).expect("the account is open");
	state.positions.get(market).map(|position| position.lots).unwrap_or_default()
}

/// What an account is worth in quanta, rounded down.
pub fn equity<L: Estates>(account: &AccountKey) -> i128 {
	L::equity(account).expect("the account is open").get().div_euclid(1_000_000_000)
}
