//! What must hold after every block.

use alloc::collections::{BTreeMap, BTreeSet};

use breakwater_auction::OrderKey;
use breakwater_interfaces::Ledger;
use breakwater_units::{MarketId, Size};
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	book::{book_key, market_key, trigger_key},
	types::last_block,
	Amms, Config, Counts, Delegates, Expiries, Levels, MarketCount, Markets, OrderCount, OrderRef,
	Orders, Pallet, Place, Shares, Switches, SwitchesDue, Trader, Traders, Triggers, MIN_SHARES,
};

impl<T: Config> Pallet<T> {
	/// Checks the invariants.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_markets()?;
		Self::check_levels()?;
		Self::check_traders()?;
		Self::check_counts()?;
		Self::check_expiries()?;
		Self::check_access()?;
		Self::check_shares()
	}

	fn check_markets() -> Result<(), TryRuntimeError> {
		let count = MarketCount::<T>::get();
		let markets = Markets::<T>::iter_keys().count();
		ensure!(markets == count as usize, "markets are not counted");
		for market in (0..count).map(MarketId) {
			ensure!(Markets::<T>::contains_key(market), "a market is missing");
			let amm = Amms::<T>::get(market).ok_or("a market without an AMM's account")?;
			ensure!(T::Ledger::info(&amm.account).is_some(), "an AMM without a subaccount");
		}
		Ok(())
	}

	/// The book's levels are the sums of its orders.
	fn check_levels() -> Result<(), TryRuntimeError> {
		let mut sums: BTreeMap<([u8; 4], u8, [u8; 8]), Size> = BTreeMap::new();
		for ((market, side, price, _, _), order) in Orders::<T>::iter() {
			ensure!(!order.size.is_zero(), "an order of no lots");
			let sum = sums.entry((market, side, price)).or_default();
			*sum = sum.try_add(order.size).map_err(|_| "a level overflows")?;
		}
		let levels: BTreeMap<_, _> = Levels::<T>::iter().collect();
		ensure!(levels == sums, "a level is not the sum of its orders");
		Ok(())
	}

	/// Every order is on its account's list, and nothing else is.
	fn check_traders() -> Result<(), TryRuntimeError> {
		let mut listed = (0usize, 0usize);
		for (key, trader) in Traders::<T>::iter() {
			ensure!(trader.id.key() == key, "a trader is under another's key");
			ensure!(T::Ledger::info(&key).is_some(), "orders of an unknown account");
			check_names(&trader)?;
			for order in &trader.orders {
				let number = OrderKey { account: key, number: order.number };
				ensure!(order.number < trader.next_number, "a number will be used again");
				Self::check_place(&number, order)?;
				match order.place {
					Place::Book { .. } => listed.0 = listed.0.saturating_add(1),
					Place::Trigger { .. } => listed.1 = listed.1.saturating_add(1),
				}
			}
		}
		let stored = (Orders::<T>::iter_keys().count(), Triggers::<T>::iter_keys().count());
		ensure!(listed == stored, "an order is on no list");
		Ok(())
	}

	fn check_place(key: &OrderKey, listed: &OrderRef) -> Result<(), TryRuntimeError> {
		let reduces = match listed.place {
			Place::Book { side, price } => {
				let at = book_key(listed.market, key, side, price);
				Orders::<T>::get(at).ok_or("a listed order is not in the book")?.reduce_only
			},
			Place::Trigger { direction, level } => {
				let at = trigger_key(listed.market, key, direction, level);
				let waiting = Triggers::<T>::get(at).ok_or("a listed order does not wait")?;
				let same = waiting.trigger.level == level
					&& waiting.trigger.direction(waiting.side) == direction;
				ensure!(same, "an order waits at another level");
				waiting.reduce_only
			},
		};
		ensure!(reduces == listed.reduce_only, "a list says otherwise of an order");
		Ok(())
	}

	fn check_counts() -> Result<(), TryRuntimeError> {
		let mut counts: BTreeMap<[u8; 4], OrderCount> = BTreeMap::new();
		for (market, ..) in Orders::<T>::iter_keys() {
			let count = counts.entry(market).or_default();
			count.resting = count.resting.saturating_add(1);
		}
		for (market, ..) in Triggers::<T>::iter_keys() {
			let count = counts.entry(market).or_default();
			count.waiting = count.waiting.saturating_add(1);
		}
		for market in Markets::<T>::iter_keys() {
			let counted = counts.remove(&market_key(market)).unwrap_or_default();
			ensure!(counted == Counts::<T>::get(market), "orders are not counted");
		}
		ensure!(counts.is_empty(), "orders of an unknown market");
		Ok(())
	}

	/// Every order with an end is among the expiries, and nothing else is.
	fn check_expiries() -> Result<(), TryRuntimeError> {
		let mut ends = BTreeSet::new();
		for ((market, _, _, account, number), order) in Orders::<T>::iter() {
			if let Some(last) = last_block(order.time_in_force, order.entered) {
				ends.insert((market, last.to_be_bytes(), account, number));
			}
		}
		for ((market, _, _, account, number), order) in Triggers::<T>::iter() {
			if let breakwater_auction::TimeInForce::GoodTillBlock(last) = order.time_in_force {
				ends.insert((market, last.to_be_bytes(), account, number));
			}
		}
		let stored: BTreeSet<_> = Expiries::<T>::iter_keys().collect();
		ensure!(ends == stored, "expiries are not those of the orders");
		Ok(())
	}

	fn check_access() -> Result<(), TryRuntimeError> {
		for (account, switch) in Switches::<T>::iter() {
			let due = SwitchesDue::<T>::contains_key(switch.due.to_be_bytes(), account);
			ensure!(due, "a dead-man switch will not fire");
		}
		let (armed, due) = (Switches::<T>::iter_keys().count(), SwitchesDue::<T>::iter().count());
		ensure!(armed == due, "a dead-man switch of nobody");
		for (account, delegates) in Delegates::<T>::iter() {
			ensure!(!delegates.is_empty(), "an empty list of delegates");
			ensure!(T::Ledger::info(&account).is_some(), "delegates of an unknown account");
			let names: BTreeSet<_> = delegates.iter().map(|(delegate, _)| delegate).collect();
			ensure!(names.len() == delegates.len(), "a delegate twice");
		}
		Ok(())
	}

	fn check_shares() -> Result<(), TryRuntimeError> {
		let mut sums: BTreeMap<MarketId, u128> = BTreeMap::new();
		for (market, _, shares) in Shares::<T>::iter() {
			ensure!(shares > 0, "an entry of no shares");
			let sum = sums.entry(market).or_default();
			*sum = sum.checked_add(shares).ok_or("shares overflow")?;
		}
		for (market, amm) in Amms::<T>::iter() {
			let sum = sums.remove(&market).unwrap_or(0);
			ensure!(sum == amm.shares, "an AMM's shares are not those of its holders");
			ensure!(sum == 0 || sum >= MIN_SHARES, "an AMM has too few shares");
		}
		ensure!(sums.is_empty(), "shares of an unknown AMM");
		Ok(())
	}
}

/// Numbers and client ids name one order each.
fn check_names(trader: &Trader) -> Result<(), TryRuntimeError> {
	let numbers: BTreeSet<u64> = trader.orders.iter().map(|order| order.number).collect();
	ensure!(numbers.len() == trader.orders.len(), "a number names two orders");
	let named = trader.orders.iter().filter_map(|order| order.client_id);
	let names: BTreeSet<_> = named.clone().collect();
	ensure!(names.len() == named.count(), "a client id names two orders");
	Ok(())
}
