//! The book in storage. Keys are ordered, so that iteration goes from the best price outward, and
//! from the nearest trigger.

use alloc::vec::Vec;

use breakwater_auction::{
	Level, Levels as AuctionLevels, Order, OrderKey, TriggerDirection, Window,
};
use breakwater_primitives::BlockNumber;
use breakwater_units::{AccountKey, MarketId, Price, Side, Size};
use core::marker::PhantomData;
use frame_support::traits::Get;
use polkadot_sdk::*;

use crate::{
	types::last_block, Config, Counts, Error, Expiries, Levels, OrderRef, Orders, Pallet, Place,
	Resting, Traders, Triggers, Waiting,
};

/// A market in ordered keys.
pub(crate) const fn market_key(market: MarketId) -> [u8; 4] {
	market.0.to_be_bytes()
}

/// A side in ordered keys.
pub(crate) const fn side_key(side: Side) -> u8 {
	match side {
		Side::Buy => 0,
		Side::Sell => 1,
	}
}

/// A price in ordered keys: the best of its side first.
pub(crate) const fn price_key(side: Side, price: Price) -> [u8; 8] {
	match side {
		Side::Buy => price.to_key_descending(),
		Side::Sell => price.to_key_ascending(),
	}
}

pub(crate) const fn price_of(side: Side, key: [u8; 8]) -> Price {
	match side {
		Side::Buy => Price::from_key_descending(key),
		Side::Sell => Price::from_key_ascending(key),
	}
}

/// A trigger's direction in ordered keys.
pub(crate) const fn direction_key(direction: TriggerDirection) -> u8 {
	match direction {
		TriggerDirection::AtOrAbove => 0,
		TriggerDirection::AtOrBelow => 1,
	}
}

/// A trigger's level in ordered keys: the first that a moving mark meets comes first.
pub(crate) const fn level_key(direction: TriggerDirection, level: Price) -> [u8; 8] {
	match direction {
		TriggerDirection::AtOrAbove => level.to_key_ascending(),
		TriggerDirection::AtOrBelow => level.to_key_descending(),
	}
}

pub(crate) const fn level_of(direction: TriggerDirection, key: [u8; 8]) -> Price {
	match direction {
		TriggerDirection::AtOrAbove => Price::from_key_ascending(key),
		TriggerDirection::AtOrBelow => Price::from_key_descending(key),
	}
}

/// The key of an order in the book.
pub(crate) type BookKey = ([u8; 4], u8, [u8; 8], AccountKey, [u8; 8]);

pub(crate) const fn book_key(
	market: MarketId,
	key: &OrderKey,
	side: Side,
	price: Price,
) -> BookKey {
	let number = key.number.to_be_bytes();
	(market_key(market), side_key(side), price_key(side, price), key.account, number)
}

pub(crate) const fn trigger_key(
	market: MarketId,
	key: &OrderKey,
	direction: TriggerDirection,
	level: Price,
) -> BookKey {
	let level = level_key(direction, level);
	(market_key(market), direction_key(direction), level, key.account, key.number.to_be_bytes())
}

/// The levels of a market, as the auction reads them; no more than a batch could load.
pub(crate) struct MarketLevels<T>(pub(crate) MarketId, pub(crate) PhantomData<T>);

impl<T: Config> AuctionLevels for MarketLevels<T> {
	fn levels(&self, side: Side) -> impl Iterator<Item = Level> {
		Levels::<T>::iter_prefix((market_key(self.0), side_key(side)))
			.map(move |(price, size)| Level { price: price_of(side, price), size })
			.take(Pallet::<T>::side_limit())
	}
}

impl<T: Config> Pallet<T> {
	/// Most orders of a side that a batch loads.
	pub(crate) fn side_limit() -> usize {
		(T::MaxBatchOrders::get() as usize).div_ceil(2)
	}

	/// Puts an order into the book: order, level, expiry and count. Its account lists it apart.
	pub(crate) fn insert(market: MarketId, order: &Order) -> Result<(), Error<T>> {
		Self::change_level(market, order.side, order.limit, |size| {
			size.try_add(order.size).map_err(|_| Error::<T>::LevelFull)
		})?;
		let at = book_key(market, &order.key, order.side, order.limit);
		Orders::<T>::insert(at, Resting::of(order));
		if let Some(last) = last_block(order.time_in_force, order.entered) {
			Expiries::<T>::insert(Self::expiry_key(market, last, &order.key), ());
		}
		Counts::<T>::mutate(market, |count| count.resting = count.resting.saturating_add(1));
		Ok(())
	}

	/// Takes lots of an order out of the book, and the order if none are left. Returns what is left
	/// of it.
	pub(crate) fn take(
		market: MarketId,
		key: &OrderKey,
		side: Side,
		price: Price,
		size: Size,
	) -> Result<Size, Error<T>> {
		let at = book_key(market, key, side, price);
		let mut order = Orders::<T>::get(at).ok_or(Error::<T>::Inconsistent)?;
		order.size = order.size.try_sub(size).map_err(|_| Error::<T>::Inconsistent)?;
		Self::change_level(market, side, price, |held| {
			held.try_sub(size).map_err(|_| Error::<T>::Inconsistent)
		})?;
		if !order.size.is_zero() {
			Orders::<T>::insert(at, order);
			return Ok(order.size);
		}
		Orders::<T>::remove(at);
		if let Some(last) = last_block(order.time_in_force, order.entered) {
			Expiries::<T>::remove(Self::expiry_key(market, last, key));
		}
		Counts::<T>::mutate(market, |count| count.resting = count.resting.saturating_sub(1));
		Ok(Size::ZERO)
	}

	/// Puts an order that waits for the mark into storage.
	pub(crate) fn insert_waiting(market: MarketId, key: &OrderKey, order: &Waiting) {
		let direction = order.trigger.direction(order.side);
		Triggers::<T>::insert(trigger_key(market, key, direction, order.trigger.level), order);
		if let breakwater_auction::TimeInForce::GoodTillBlock(last) = order.time_in_force {
			Expiries::<T>::insert(Self::expiry_key(market, last, key), ());
		}
		Counts::<T>::mutate(market, |count| count.waiting = count.waiting.saturating_add(1));
	}

	/// Takes an order that waits for the mark out of storage.
	pub(crate) fn take_waiting(
		market: MarketId,
		key: &OrderKey,
		direction: TriggerDirection,
		level: Price,
	) -> Result<Waiting, Error<T>> {
		let at = trigger_key(market, key, direction, level);
		let order = Triggers::<T>::take(at).ok_or(Error::<T>::Inconsistent)?;
		if let breakwater_auction::TimeInForce::GoodTillBlock(last) = order.time_in_force {
			Expiries::<T>::remove(Self::expiry_key(market, last, key));
		}
		Counts::<T>::mutate(market, |count| count.waiting = count.waiting.saturating_sub(1));
		Ok(order)
	}

	/// Takes an open order out, wherever it is; returns its lots.
	pub(crate) fn remove(account: AccountKey, order: &OrderRef) -> Result<Size, Error<T>> {
		let key = OrderKey { account, number: order.number };
		match order.place {
			Place::Book { side, price } => {
				let at = book_key(order.market, &key, side, price);
				let size = Orders::<T>::get(at).ok_or(Error::<T>::Inconsistent)?.size;
				Self::take(order.market, &key, side, price, size)?;
				Ok(size)
			},
			Place::Trigger { direction, level } => {
				Ok(Self::take_waiting(order.market, &key, direction, level)?.size)
			},
		}
	}

	/// Strikes orders off an account's list.
	pub(crate) fn strike(account: &AccountKey, numbers: &[u64]) {
		Traders::<T>::mutate_exists(account, |trader| {
			if let Some(trader) = trader {
				trader.orders.retain(|order| !numbers.contains(&order.number));
			}
		});
	}

	fn expiry_key(
		market: MarketId,
		last: BlockNumber,
		key: &OrderKey,
	) -> ([u8; 4], [u8; 4], AccountKey, [u8; 8]) {
		(market_key(market), last.to_be_bytes(), key.account, key.number.to_be_bytes())
	}

	fn change_level(
		market: MarketId,
		side: Side,
		price: Price,
		change: impl FnOnce(Size) -> Result<Size, Error<T>>,
	) -> Result<(), Error<T>> {
		let key = (market_key(market), side_key(side), price_key(side, price));
		let size = change(Levels::<T>::get(key).unwrap_or_default())?;
		if size.is_zero() {
			Levels::<T>::remove(key);
		} else {
			Levels::<T>::insert(key, size);
		}
		Ok(())
	}

	/// The orders in a window of the book, each side from the best price outward, at most so many
	/// of a side.
	pub(crate) fn load(market: MarketId, window: &Window, limit: usize) -> Vec<Order> {
		let mut orders = Self::load_side(market, Side::Buy, window, limit);
		orders.append(&mut Self::load_side(market, Side::Sell, window, limit));
		orders
	}

	fn load_side(market: MarketId, side: Side, window: &Window, limit: usize) -> Vec<Order> {
		let mut orders: Vec<Order> = Orders::<T>::iter_prefix((market_key(market), side_key(side)))
			.map(|((price, account, number), resting)| {
				let key = OrderKey { account, number: u64::from_be_bytes(number) };
				resting.at(key, side, price_of(side, price))
			})
			.take_while(|order| window.contains(side, order.limit))
			.take(limit.saturating_add(1))
			.collect();
		if orders.len() > limit {
			Self::rotate_last_level(market, side, limit, &mut orders);
		}
		orders
	}

	/// Where not all orders of a price fit, those from a point on that moves from block to block
	/// are loaded, so that none waits forever behind the same others.
	fn rotate_last_level(market: MarketId, side: Side, limit: usize, orders: &mut Vec<Order>) {
		let Some(price) = orders.last().map(|order| order.limit) else { return };
		orders.retain(|order| order.limit != price);
		let left = limit.saturating_sub(orders.len());
		let pivot = AccountKey(sp_io::hashing::blake2_256(&Self::block().to_be_bytes()));
		let prefix = (market_key(market), side_key(side), price_key(side, price));
		let start = Orders::<T>::hashed_key_for((prefix.0, prefix.1, prefix.2, pivot, [0; 8]));
		let order = |((account, number), resting): ((AccountKey, [u8; 8]), Resting)| {
			let key = OrderKey { account, number: u64::from_be_bytes(number) };
			resting.at(key, side, price)
		};
		let after = Orders::<T>::iter_prefix_from(prefix, start).map(order);
		let before = Orders::<T>::iter_prefix(prefix).map(order);
		let before = before.take_while(|order| order.key.account < pivot);
		orders.extend(after.chain(before).take(left));
	}
}
