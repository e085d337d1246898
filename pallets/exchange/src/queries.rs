//! What the runtime's interface answers.

use alloc::{format, vec::Vec};
use core::marker::PhantomData;

use breakwater_auction::{OrderKey, OrderKind, TimeInForce, TriggerDirection};
use breakwater_interfaces::{Ledger, MarketTerms, RiskEngine, SubaccountId};
use breakwater_margin::{largest_order, OrderTerms};
use breakwater_primitives::{
	markets::{AmmQuote, BookInfo, LevelInfo, OrderInfo, OrderPreview},
	BlockNumber,
};
use breakwater_units::{notional, AccountKey, MarketId, Price, Rounding, Side, Size};
use polkadot_sdk::frame_support::traits::Contains;

use crate::{
	amm::PoolIndices,
	book::{book_key, market_key, price_of, side_key, trigger_key},
	types::last_block,
	Amms, Config, Counts, Error, Levels, MarketCount, Markets, OrderRef, OrderRequest, Orders,
	Pallet, Place, RequestKind, Shares, Traders, Triggers,
};

impl<T: Config> Pallet<T> {
	/// The subaccount of a market's AMM.
	pub fn amm_account(market: MarketId) -> Option<AccountKey> {
		Amms::<T>::get(market).map(|amm| amm.account)
	}

	/// The terms of a market.
	pub fn terms(market: MarketId) -> Option<MarketTerms> {
		Markets::<T>::get(market)
	}

	/// The book of a market, so many levels of each side.
	pub fn book(market: MarketId, levels: u32) -> Option<BookInfo> {
		let terms = Markets::<T>::get(market)?;
		let count = Counts::<T>::get(market);
		let side = |side: Side| -> Vec<LevelInfo> {
			Levels::<T>::iter_prefix((market_key(market), side_key(side)))
				.take(levels as usize)
				.map(|(price, size)| LevelInfo {
					price: price_of(side, price).get(),
					size: size.get(),
				})
				.collect()
		};
		Some(BookInfo {
			market: market.0,
			block: Self::block(),
			bids: side(Side::Buy),
			asks: side(Side::Sell),
			amm: Self::amm_quote(market, &terms),
			orders: count.resting,
			waiting: count.waiting,
		})
	}

	fn amm_quote(market: MarketId, terms: &MarketTerms) -> Option<AmmQuote> {
		let amm = Amms::<T>::get(market)?;
		let curve = Self::curve(market, terms, &T::Risk::pricing(market)?)?.curve;
		let params = curve.params();
		let equity = Self::amm_equity(terms.pool, &amm.account, Rounding::Down)?;
		Some(AmmQuote {
			bid: curve.best_bid().map(Price::get),
			ask: curve.best_ask().map(Price::get),
			inventory: params.inventory.get(),
			max_inventory: params.max_inventory.get(),
			depth_lots: params.depth_lots.get(),
			depth_ticks: params.depth_ticks,
			equity: equity.get(),
			shares: amm.shares,
		})
	}

	/// The open orders of a subaccount, the oldest first.
	pub fn open_orders(account: &SubaccountId) -> Vec<OrderInfo> {
		let key = account.key();
		let trader = Traders::<T>::get(key);
		let orders = trader.iter().flat_map(|trader| trader.orders.iter());
		orders.filter_map(|order| Self::describe(key, order)).collect()
	}

	fn describe(account: AccountKey, listed: &OrderRef) -> Option<OrderInfo> {
		let key = OrderKey { account, number: listed.number };
		let info = OrderInfo {
			order: listed.number,
			client_id: listed.client_id,
			market: listed.market.0,
			buys: false,
			kind: Vec::new(),
			price: None,
			size: 0,
			reduce_only: listed.reduce_only,
			last_block: None,
			entered: None,
			trigger: None,
			triggers_above: false,
		};
		let name = |kind: OrderKind| format!("{kind:?}").into_bytes();
		match listed.place {
			Place::Book { side, price } => {
				let order = Orders::<T>::get(book_key(listed.market, &key, side, price))?;
				Some(OrderInfo {
					buys: side == Side::Buy,
					kind: name(order.kind),
					price: Some(price.get()),
					size: order.size.get(),
					last_block: last_block(order.time_in_force, order.entered),
					entered: Some(order.entered),
					..info
				})
			},
			Place::Trigger { direction, level } => {
				let order = Triggers::<T>::get(trigger_key(listed.market, &key, direction, level))?;
				Some(OrderInfo {
					buys: order.side == Side::Buy,
					kind: name(order.kind.order_kind()),
					price: match order.kind {
						RequestKind::Limit { price } | RequestKind::PostOnly { price } => {
							Some(price.get())
						},
						RequestKind::Market { .. } => None,
					},
					size: order.size.get(),
					last_block: waiting_until(order.time_in_force),
					trigger: Some(level.get()),
					triggers_above: direction == TriggerDirection::AtOrAbove,
					..info
				})
			},
		}
	}

	/// What would become of an order that is placed now.
	pub fn preview(account: &SubaccountId, request: &OrderRequest) -> OrderPreview {
		let key = account.key();
		let checked = Self::check(&key, &Self::trader(account), request, None);
		let mut preview = OrderPreview {
			refused: checked.err().map(|error: Error<T>| {
				let error: &'static str = error.into();
				error.as_bytes().to_vec()
			}),
			limit: 0,
			notional: 0,
			taker_fee: 0,
			maker_fee: 0,
			largest: 0,
		};
		let terms = Markets::<T>::get(request.market);
		let limit = terms.as_ref().and_then(|terms| Self::limit_of(terms, request).ok());
		if let (Some(terms), Some(limit)) = (terms, limit) {
			Self::cost(&key, request, &terms, limit, &mut preview);
		}
		preview
	}

	fn cost(
		account: &AccountKey,
		request: &OrderRequest,
		terms: &MarketTerms,
		limit: Price,
		preview: &mut OrderPreview,
	) {
		preview.limit = limit.get();
		preview.largest = Self::largest(account, request, terms, limit).unwrap_or_default().get();
		let Ok(lots) = request.size.signed(Side::Buy) else { return };
		let Ok(cost) = notional(limit, lots, terms.tick_value) else { return };
		let fee = |rate| Self::fee_on(cost, rate).unwrap_or_default().get();
		preview.notional = cost.get();
		preview.taker_fee = fee(terms.fees.taker);
		preview.maker_fee = fee(terms.fees.maker);
	}

	fn largest(
		account: &AccountKey,
		request: &OrderRequest,
		terms: &MarketTerms,
		limit: Price,
	) -> Option<Size> {
		let state = T::Ledger::state(account)?;
		let order = OrderTerms {
			market: request.market,
			side: request.side,
			price: limit,
			fee_rate: terms.fees.taker,
		};
		let largest =
			largest_order(&state, &PoolIndices::<T>(terms.pool, PhantomData), &order).ok()?;
		let lot = u64::from(terms.order_lot);
		let largest = largest.min(terms.max_order).get();
		Some(Size::new(largest.saturating_sub(largest.checked_rem(lot)?)))
	}
}

/// A waiting immediate-or-cancel order has no end before it is met.
fn waiting_until(time_in_force: TimeInForce) -> Option<BlockNumber> {
	match time_in_force {
		TimeInForce::GoodTillBlock(last) => Some(last),
		_ => None,
	}
}

/// Accounts that still need their subaccount: those with open orders, or with shares of an AMM.
impl<T: Config> Contains<AccountKey> for Pallet<T> {
	fn contains(account: &AccountKey) -> bool {
		let has_orders = Traders::<T>::get(account).is_some_and(|trader| !trader.orders.is_empty());
		let mut markets = (0..MarketCount::<T>::get()).map(MarketId);
		has_orders || markets.any(|market| Shares::<T>::contains_key(market, account))
	}
}
