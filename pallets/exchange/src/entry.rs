//! Orders on their way in and out.

use breakwater_auction::{protection_price, Order, OrderError, OrderKey, Trigger};
use breakwater_breaker::Action;
use breakwater_interfaces::{Breakers, Ledger, LedgerError, MarketTerms, RiskEngine, SubaccountId};
use breakwater_primitives::BlockNumber;
use breakwater_units::{
	limits::MAX_PRICE_TICKS, notional, AccountKey, Lots, MarketId, Price, Quote, Ratio, Rounding,
	Side, Size,
};
use frame_support::{ensure, traits::Get};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, SaturatedConversion};

use crate::{
	types::{MAX_OPEN_ORDERS, RESERVED_FOR_REDUCTIONS},
	Arrivals, Config, Error, Event, Markets, OrderId, OrderRef, OrderRequest, Pallet, Place,
	Reason, RequestKind, Trader, Traders, Waiting,
};

impl<T: Config> Pallet<T> {
	/// This block.
	pub(crate) fn block() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// The block of the next batch, which new orders take part in.
	pub(crate) fn next_block() -> BlockNumber {
		Self::block().saturating_add(1)
	}

	/// The orders of an account; none if it never had any.
	pub(crate) fn trader(id: &SubaccountId) -> Trader {
		Traders::<T>::get(id.key()).unwrap_or_else(|| Trader::new(id.clone()))
	}

	/// The order of a request, if it may enter now. Reads only: the same answer before a call and in
	/// it. A waiting market order's limit is that of the present mark.
	pub(crate) fn check(
		account: &AccountKey,
		trader: &Trader,
		request: &OrderRequest,
		waits_for: Option<Trigger>,
	) -> Result<Order, Error<T>> {
		let market = request.market;
		let terms = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
		T::Ledger::may_trade(account, market).map_err(Self::refusal)?;
		let limit = Self::limit_of(&terms, request)?;
		let key = OrderKey { account: *account, number: trader.next_number };
		let order = Order {
			key,
			side: request.side,
			kind: request.kind.order_kind(),
			time_in_force: request.time_in_force,
			reduce_only: request.reduce_only,
			limit,
			size: request.size,
			entered: Self::next_block(),
		};
		Self::check_form(&terms, &order)?;
		if let Some(trigger) = waits_for {
			Self::check_price(&terms, trigger.level)?;
		}
		Self::check_list(trader, request)?;
		if request.reduce_only {
			Self::check_reduction(account, request, waits_for.is_some())?;
		} else {
			Self::check_new_risk(account, trader, &terms, request.market, &order, waits_for)?;
		}
		Ok(order)
	}

	fn refusal(error: LedgerError) -> Error<T> {
		match error {
			LedgerError::UnknownSubaccount => Error::<T>::UnknownSubaccount,
			LedgerError::UnknownMarket => Error::<T>::NoPrice,
			LedgerError::OtherPool => Error::<T>::OtherPool,
			LedgerError::Isolated => Error::<T>::Isolated,
		}
	}

	/// Worst price of a request: its own, or for a market order the protection price, on the grid.
	pub(crate) fn limit_of(terms: &MarketTerms, request: &OrderRequest) -> Result<Price, Error<T>> {
		match request.kind {
			RequestKind::Limit { price } | RequestKind::PostOnly { price } => {
				Self::check_price(terms, price)?;
				Ok(price)
			},
			RequestKind::Market { max_slippage } => {
				let slippage = max_slippage.unwrap_or(terms.max_slippage);
				ensure!(slippage <= terms.max_slippage, Error::<T>::SlippageTooLarge);
				let mark = T::Risk::pricing(request.market).ok_or(Error::<T>::NoPrice)?.mark;
				Ok(Self::market_limit(terms, request.side, mark, slippage))
			},
		}
	}

	/// The protection price of a market order, toward the mark to a price that orders may have.
	pub(crate) fn market_limit(
		terms: &MarketTerms,
		side: Side,
		mark: Price,
		slippage: Ratio,
	) -> Price {
		let price = protection_price(mark, side, slippage).get();
		let tick = u64::from(terms.order_tick).max(1);
		let on_grid = match side {
			Side::Buy => price.checked_div(tick),
			Side::Sell => Some(price.div_ceil(tick)),
		};
		let on_grid = on_grid.unwrap_or(price).saturating_mul(tick);
		Price::new(on_grid.clamp(1, MAX_PRICE_TICKS))
	}

	fn check_price(terms: &MarketTerms, price: Price) -> Result<(), Error<T>> {
		let ticks = price.get();
		ensure!(ticks > 0 && ticks <= MAX_PRICE_TICKS, Error::<T>::PriceOutOfRange);
		ensure!(ticks.is_multiple_of(u64::from(terms.order_tick)), Error::<T>::OffTick);
		Ok(())
	}

	fn check_form(terms: &MarketTerms, order: &Order) -> Result<(), Error<T>> {
		ensure!(!order.size.is_zero(), Error::<T>::ZeroSize);
		ensure!(order.size <= terms.max_order, Error::<T>::OrderTooLarge);
		ensure!(order.size.get().is_multiple_of(u64::from(terms.order_lot)), Error::<T>::OffLot);
		order.validate().map_err(|error| match error {
			OrderError::SizeOutOfRange => Error::<T>::OrderTooLarge,
			OrderError::PriceOutOfRange => Error::<T>::PriceOutOfRange,
			OrderError::MarketCannotRest => Error::<T>::MarketCannotRest,
			OrderError::PostOnlyMustRest => Error::<T>::PostOnlyMustRest,
		})?;
		ensure!(!order.is_expired(order.entered), Error::<T>::AlreadyExpired);
		Ok(())
	}

	fn check_list(trader: &Trader, request: &OrderRequest) -> Result<(), Error<T>> {
		if let Some(client_id) = request.client_id {
			let taken = trader.find(&OrderId::Client(client_id)).is_some();
			ensure!(!taken, Error::<T>::ClientIdInUse);
		}
		let places = if request.reduce_only {
			MAX_OPEN_ORDERS
		} else {
			MAX_OPEN_ORDERS.saturating_sub(RESERVED_FOR_REDUCTIONS)
		};
		ensure!(trader.orders.len() < places as usize, Error::<T>::TooManyOpenOrders);
		Ok(())
	}

	/// A reduction needs a position to reduce; one that waits for the mark may wait for that too.
	fn check_reduction(
		account: &AccountKey,
		request: &OrderRequest,
		waits: bool,
	) -> Result<(), Error<T>> {
		ensure!(T::Breakers::allows(request.market, Action::Reduce), Error::<T>::MarketHalted);
		let position = Self::position(account, request.market);
		let reduces = position.side() == Some(request.side.opposite());
		ensure!(waits || reduces, Error::<T>::NothingToReduce);
		Ok(())
	}

	fn check_new_risk(
		account: &AccountKey,
		trader: &Trader,
		terms: &MarketTerms,
		market: MarketId,
		order: &Order,
		waits_for: Option<Trigger>,
	) -> Result<(), Error<T>> {
		// Where bids are allowed, an order may take what is forced in the batch, and nothing else.
		let allows = |action| T::Breakers::allows(market, action);
		ensure!(allows(Action::AddRisk) || allows(Action::Bid), Error::<T>::MarketHalted);
		ensure!(order.size >= terms.min_order, Error::<T>::OrderTooSmall);
		let arrived = Arrivals::<T>::get(market).in_period(Self::block());
		ensure!(arrived < T::MaxNewOrders::get(), Error::<T>::MarketBusy);

		let position = Self::position(account, market);
		let trade = order.size.signed(order.side).map_err(|_| Error::<T>::OrderTooLarge)?;
		let after = position.saturating_add(trade);
		let added = after.size().saturating_sub(position.size());
		if waits_for.is_none() {
			let within = added.is_zero() || after.size() <= terms.max_position;
			ensure!(within, Error::<T>::PositionTooLarge);
			let room = T::Risk::open_interest_room(market);
			ensure!(added <= room, Error::<T>::OpenInterestFull);
		}

		// What waits for the mark reserves nothing but its deposit.
		let trade = if waits_for.is_some() { Lots::ZERO } else { trade };
		let cost = notional(order.limit, trade, terms.tick_value)
			.map_err(|_| Error::<T>::OrderTooLarge)?;
		let fee = Self::fee_on(cost, terms.fees.taker).ok_or(Error::<T>::OrderTooLarge)?;
		let orders = i128::from(trader.risky_orders()).saturating_add(1);
		let reserved = Quote::new(terms.order_deposit.get().saturating_mul(orders));
		let fits = T::Ledger::can_trade(account, market, trade, cost, fee, reserved);
		ensure!(fits, Error::<T>::InsufficientMargin);
		Ok(())
	}

	/// A fee on a cost of either sign, rounded up to a quantum.
	pub(crate) fn fee_on(cost: Quote, rate: Ratio) -> Option<Quote> {
		let magnitude = Quote::from_unsigned(cost.unsigned_abs()).ok()?;
		magnitude.mul_ratio(rate, Rounding::Up).ok()
	}

	/// The position of an account.
	pub(crate) fn position(account: &AccountKey, market: MarketId) -> Lots {
		let state = T::Ledger::state(account).unwrap_or_default();
		state.positions.get(market).map(|position| position.lots).unwrap_or_default()
	}

	/// Places an order. Returns its number.
	pub(crate) fn do_place(
		id: &SubaccountId,
		request: &OrderRequest,
	) -> Result<u64, DispatchError> {
		let account = id.key();
		let mut trader = Self::trader(id);
		let order = Self::check(&account, &trader, request, None)?;
		Self::insert(request.market, &order)?;
		let place = Place::Book { side: order.side, price: order.limit };
		let number = Self::enlist(&mut trader, request, place)?;
		Traders::<T>::insert(account, trader);
		Self::count_arrival(request);
		let OrderRequest { market, side, time_in_force, reduce_only, size, client_id, .. } =
			*request;
		Self::deposit_event(Event::Placed {
			order: number,
			account,
			market,
			side,
			kind: order.kind,
			time_in_force,
			reduce_only,
			price: order.limit,
			size,
			client_id,
		});
		Ok(number)
	}

	/// Places an order that waits for the mark. Returns its number.
	pub(crate) fn do_place_trigger(
		id: &SubaccountId,
		trigger: Trigger,
		request: &OrderRequest,
	) -> Result<u64, DispatchError> {
		let account = id.key();
		let mut trader = Self::trader(id);
		let order = Self::check(&account, &trader, request, Some(trigger))?;
		let OrderRequest { market, side, kind, time_in_force, reduce_only, size, client_id } =
			*request;
		let waiting = Waiting { trigger, side, kind, time_in_force, reduce_only, size };
		Self::insert_waiting(market, &order.key, &waiting);
		let place = Place::Trigger { direction: trigger.direction(side), level: trigger.level };
		let number = Self::enlist(&mut trader, request, place)?;
		Traders::<T>::insert(account, trader);
		Self::count_arrival(request);
		Self::deposit_event(Event::TriggerPlaced {
			order: number,
			account,
			market,
			trigger,
			side,
			kind,
			time_in_force,
			reduce_only,
			size,
			client_id,
		});
		Ok(number)
	}

	/// Puts an order on its account's list, and hands out its number.
	fn enlist(trader: &mut Trader, request: &OrderRequest, place: Place) -> Result<u64, Error<T>> {
		let number = trader.next_number;
		let OrderRequest { market, reduce_only, client_id, .. } = *request;
		let entry = OrderRef { number, market, client_id, reduce_only, place };
		trader.orders.try_push(entry).map_err(|_| Error::<T>::TooManyOpenOrders)?;
		trader.next_number = number.saturating_add(1);
		Ok(number)
	}

	/// New risk counts toward the bound of its market and block; reductions have no bound but their
	/// accounts' own.
	fn count_arrival(request: &OrderRequest) {
		if request.reduce_only {
			return;
		}
		let block = Self::block();
		Arrivals::<T>::mutate(request.market, |arrivals| *arrivals = arrivals.plus_one(block));
	}

	/// Cancels one open order.
	pub(crate) fn do_cancel(
		account: AccountKey,
		order: &OrderRef,
		reason: Reason,
	) -> Result<(), DispatchError> {
		let size = Self::remove(account, order)?;
		Self::strike(&account, &[order.number]);
		let (order, market) = (order.number, order.market);
		let left = Size::ZERO;
		Self::deposit_event(Event::Cancelled { order, account, market, size, left, reason });
		Ok(())
	}

	/// Cancels one open order by its name.
	pub(crate) fn cancel_by_id(
		account: AccountKey,
		id: &OrderId,
		reason: Reason,
	) -> Result<OrderRef, DispatchError> {
		let trader = Traders::<T>::get(account).ok_or(Error::<T>::UnknownOrder)?;
		let order = trader.find(id).ok_or(Error::<T>::UnknownOrder)?;
		Self::do_cancel(account, &order, reason)?;
		Ok(order)
	}

	/// Cancels the open orders of an account, in one market or in all, up to a limit. An order that
	/// cannot be cancelled does not keep the others. Returns how many were.
	pub(crate) fn do_cancel_all(
		account: AccountKey,
		market: Option<MarketId>,
		limit: u32,
		reason: Reason,
	) -> u32 {
		let Some(trader) = Traders::<T>::get(account) else { return 0 };
		let mut gone = alloc::vec::Vec::new();
		let wanted = |order: &&OrderRef| market.is_none_or(|market| order.market == market);
		for order in trader.orders.iter().filter(wanted).take(limit as usize) {
			let removed = frame_support::storage::with_storage_layer(|| {
				Self::remove(account, order).map_err(DispatchError::from)
			});
			let Ok(size) = removed else { continue };
			gone.push(order.number);
			let (order, market) = (order.number, order.market);
			let left = Size::ZERO;
			Self::deposit_event(Event::Cancelled { order, account, market, size, left, reason });
		}
		Self::strike(&account, &gone);
		u32::try_from(gone.len()).unwrap_or(u32::MAX)
	}
}
