//! The batch of a market and block.

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use core::marker::PhantomData;

use breakwater_auction::{
	window, Admission, Batch, CancelReason, Cancelled, Clearing, Fill, ForcedFill, ForcedOrder,
	Order, OrderKey, Outcome, Tentative, TieBreak, TimeInForce, TriggerDirection, Window,
};
use breakwater_breaker::{Band, Matching};
use breakwater_funding::Impact;
use breakwater_interfaces::{
	BatchSummary, Exchange, Ledger, Listings, MarketTerms, NewRisk, Pricing, RiskEngine, Trade,
};
use breakwater_primitives::BlockNumber;
use breakwater_units::{
	notional, AccountKey, ArithmeticError, Lots, MarketId, NanoQuote, Price, Quote, Ratio,
	Rounding, Side, Size,
};
use frame_support::{storage::with_storage_layer, traits::Get, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{
	book::{direction_key, level_of, market_key, MarketLevels},
	types::Exact,
	weigh::one,
	Amms, Config, Error, Event, Expiries, Markets, OrderRef, Orders, Pallet, Place, Reason,
	RequestKind, Role, Traders, Triggers, Waiting, WeightInfo,
};

/// The batch loads this many times the lots of funding's impact prices beyond the crossing: as far
/// as that, depth is measured.
const DEPTH_MULTIPLE: u64 = 4;
/// Depth counts lots within this part of the mark.
const DEPTH_RANGE: Ratio = Ratio::saturating_from_percent(1);

/// What an account trades in a batch.
#[derive(Default)]
struct Sum {
	lots: Lots,
	/// Exact; the account pays it rounded up, once.
	fee: NanoQuote,
	paid: Quote,
}

impl Sum {
	/// Adds a fill. Returns its part of the fee: what the sum, rounded up, grows by.
	fn add(&mut self, lots: Lots, cost: Quote, rate: Ratio) -> Result<Quote, ArithmeticError> {
		let cost = Quote::from_unsigned(cost.unsigned_abs())?;
		self.lots = self.lots.try_add(lots)?;
		self.fee = self.fee.try_add(cost.scale_by(rate)?)?;
		let fee = self.fee.to_quote(Rounding::Up)?;
		let part = fee.try_sub(self.paid)?;
		self.paid = fee;
		Ok(part)
	}
}

/// A market in the batch of this block.
struct Round {
	market: MarketId,
	terms: MarketTerms,
	block: BlockNumber,
	amm: Option<breakwater_auction::Amm>,
	room: Room,
	limit: Weight,
}

impl Round {
	fn batch<'a>(
		&self,
		pricing: &Pricing,
		forced: &'a [ForcedOrder],
		orders: &'a [Order],
	) -> Batch<'a> {
		Batch {
			block: self.block,
			tick_value: self.terms.tick_value,
			reference: pricing.mark,
			tie_break: TieBreak::Reference,
			amm: self.amm,
			orders,
			forced,
		}
	}
}

impl Round {
	/// What is left for filling, when what was done so far has used so much.
	fn for_filling<T: Config>(&self, used: Weight) -> Weight {
		let expiries = one(T::WeightInfo::expire).saturating_mul(self.room.expiries.into());
		self.limit.saturating_sub(base_weight::<T>()).saturating_sub(used).saturating_sub(expiries)
	}
}

/// How much a batch may do before it fills orders: what is left then is for filling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Room {
	/// Orders to load, of a side.
	loaded: u32,
	/// Triggers to meet, of a direction.
	activations: u32,
	/// Orders to take out because their time is over.
	expiries: u32,
}

/// What accounts weigh because of what they hold and owe may take one of so many parts of a batch's
/// weight.
const PART_FOR_ACCOUNTS: u64 = 4;

/// A batch that cannot fill so many is not worth its while.
const LEAST_FILLED: u32 = 8;

impl Room {
	/// Below this a batch is not worth its while.
	const LEAST: Self = Self { loaded: 4, activations: 1, expiries: 2 };

	/// An eighth of a weight to loading, one to triggers, one to expiries. Not less than
	/// [`Self::LEAST`], unless the runtime's bounds are.
	fn within<T: Config>(limit: Weight) -> Self {
		let eighth = limit.saturating_sub(base_weight::<T>()).saturating_div(8);
		let side = T::MaxBatchOrders::get().div_ceil(2);
		// Of either side, and in either direction.
		let loaded = one(T::WeightInfo::load).saturating_mul(2);
		let activated = one(T::WeightInfo::activate).saturating_mul(2);
		let expired = one(T::WeightInfo::expire);
		let triggers = T::MaxActivations::get().div_ceil(2);
		Self {
			loaded: fitting(eighth, loaded, side).max(Self::LEAST.loaded).min(side),
			activations: fitting(eighth, activated, triggers)
				.max(Self::LEAST.activations)
				.min(triggers),
			expiries: fitting(eighth, expired, T::MaxExpiries::get())
				.max(Self::LEAST.expiries)
				.min(T::MaxExpiries::get()),
		}
	}

	/// The most it may weigh.
	fn weight<T: Config>(&self) -> Weight {
		let of = |weigh: fn(u32) -> Weight, number: u32| one(weigh).saturating_mul(number.into());
		of(T::WeightInfo::load, self.loaded.saturating_mul(2))
			.saturating_add(of(T::WeightInfo::activate, self.activations.saturating_mul(2)))
			.saturating_add(of(T::WeightInfo::expire, self.expiries))
	}
}

/// How often a weight fits into another, at most `most` times.
fn fitting(whole: Weight, one: Weight, most: u32) -> u32 {
	let fits = whole.checked_div_per_component(&one).unwrap_or(u64::MAX);
	u32::try_from(fits).unwrap_or(u32::MAX).min(most)
}

/// What a batch weighs in which nothing happens but that it settles.
fn base_weight<T: Config>() -> Weight {
	T::WeightInfo::fill(0).max(T::WeightInfo::load(0))
}

/// What it weighs to fill so many orders of so many accounts at so many prices, the look at the
/// market apart. Each is measured with as few of the others as there can be.
fn fill_weight<T: Config>(orders: u32, accounts: u32, prices: u32) -> Weight {
	let order = one(T::WeightInfo::fill);
	let account = one(T::WeightInfo::trade).saturating_sub(order);
	let price = one(T::WeightInfo::levels).saturating_sub(order);
	order
		.saturating_mul(orders.into())
		.saturating_add(account.saturating_mul(accounts.into()))
		.saturating_add(price.saturating_mul(prices.into()))
}

/// What loading and admitting so many orders weighs, the look at the market apart.
fn load_weight<T: Config>(orders: &[Order]) -> Weight {
	let loaded = u32::try_from(orders.len()).unwrap_or(u32::MAX);
	one(T::WeightInfo::load).saturating_mul(loaded.into())
}

/// What filling and cancelling weighs, by what it is.
fn filled_weight<T: Config>(orders: &[Order], outcome: &Outcome) -> Weight {
	let orders = by_key(orders);
	let traders = outcome.fills.iter().map(|fill| fill.key.account);
	let accounts: BTreeSet<AccountKey> =
		traders.chain(outcome.forced.iter().map(|fill| fill.account)).collect();
	let cancelled = outcome.cancelled.iter().map(|cancelled| cancelled.key);
	let changed: Vec<OrderKey> =
		outcome.fills.iter().map(|fill| fill.key).chain(cancelled).collect();
	let prices: BTreeSet<(bool, Price)> = changed
		.iter()
		.filter_map(|key| orders.get(key))
		.map(|order| (order.side == Side::Buy, order.limit))
		.collect();
	let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
	fill_weight::<T>(count(changed.len()), count(accounts.len()), count(prices.len()))
		.saturating_add(Pallet::<T>::filing_weight(accounts.iter()))
}

/// A batch before the breaker has looked at it.
struct Prepared {
	orders: Vec<Order>,
	admission: Admission,
	tentative: Tentative,
}

impl<T: Config> Exchange for Pallet<T> {
	fn clear(
		market: MarketId,
		limit: Weight,
		forced: &[ForcedOrder],
		new_risk: bool,
		decide: &mut dyn FnMut(Option<&Clearing>) -> Matching,
	) -> Result<BatchSummary, DispatchError> {
		let terms = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
		let block = Self::block();
		let room = Room::within::<T>(limit);
		let mut summary = match T::Risk::pricing(market) {
			Some(pricing) => {
				let amm = Self::curve(market, &terms, &pricing);
				let round = Round { market, terms, block, amm, room, limit };
				Self::run(&round, &pricing, forced, new_risk, decide)?
			},
			None => {
				decide(None);
				BatchSummary::default()
			},
		};
		let expired = Self::expire(market, block, room.expiries)?;
		let expired = one(T::WeightInfo::expire).saturating_mul(expired.into());
		summary.used = summary.used.saturating_add(base_weight::<T>()).saturating_add(expired);
		Ok(summary)
	}

	fn least_weight() -> Weight {
		base_weight::<T>()
			.saturating_add(Room::LEAST.weight::<T>().saturating_mul(8))
			.saturating_add(fill_weight::<T>(LEAST_FILLED, LEAST_FILLED, LEAST_FILLED))
	}

	fn forced_weight() -> Weight {
		fill_weight::<T>(0, 1, 0)
	}

	fn forced_weight_of(account: &AccountKey) -> Weight {
		fill_weight::<T>(0, 1, 0).saturating_add(T::Ledger::filing_weight(account))
	}

	fn cancel_all(account: &AccountKey, limit: u32) -> u32 {
		Self::do_cancel_all(*account, None, limit, Reason::Liquidation)
	}
}

impl<T: Config> Listings for Pallet<T> {
	fn terms(market: MarketId) -> Option<MarketTerms> {
		Markets::<T>::get(market)
	}
}

impl<T: Config> Pallet<T> {
	fn run(
		round: &Round,
		pricing: &Pricing,
		forced: &[ForcedOrder],
		new_risk: bool,
		decide: &mut dyn FnMut(Option<&Clearing>) -> Matching,
	) -> Result<BatchSummary, DispatchError> {
		let Round { market, terms, room, .. } = round;
		let activated = Self::activate(round, pricing.mark)?;
		let mut used = one(T::WeightInfo::activate).saturating_mul(activated.into());
		let with_risk = (forced, new_risk);
		let mut prepared = Self::prepare(round, pricing, with_risk, room.loaded, &mut used)?;
		// If there is no room for all, the best prices of both sides alone. Of accounts with one
		// position, these fit at once.
		let each = fill_weight::<T>(1, 1, 1).saturating_mul(2);
		let mut fewer = fitting(round.for_filling::<T>(used), each, room.loaded).max(1);
		while fewer > 0
			&& Self::filling(round, pricing, forced, &prepared)?
				.any_gt(round.for_filling::<T>(used))
		{
			prepared = Self::prepare(round, pricing, with_risk, fewer, &mut used)?;
			fewer /= 2;
		}

		let Prepared { orders, admission, mut tentative } = prepared;
		let mut summary = Self::measure(terms, pricing.mark, &tentative);
		summary.orders = u32::try_from(orders.len()).unwrap_or(u32::MAX);
		summary.used = used;
		match decide(tentative.clearing.as_ref()) {
			Matching::Admit => {},
			Matching::Inside(band) | Matching::Uncross(band) => {
				keep_inside(&mut tentative, pricing.mark, &band);
			},
			Matching::Collect | Matching::Halt => {
				Self::drop_unfit(*market, &orders, &admission)?;
				return Ok(summary);
			},
		}
		let batch = round.batch(pricing, forced, &orders);
		let outcome = batch.settle(&admission, &tentative).map_err(|_| Error::<T>::BatchFailed)?;
		summary.organic = tentative.organic;
		let weighed = filled_weight::<T>(&orders, &outcome);
		Self::carry_out(round, &orders, outcome, &mut summary)?;
		summary.used = summary.used.saturating_add(weighed);
		Ok(summary)
	}

	/// Loads, admits and clears at most so many orders of a side. Changes nothing but what accounts
	/// owe to a deleveraging.
	fn prepare(
		round: &Round,
		pricing: &Pricing,
		(forced, new_risk): (&[ForcedOrder], bool),
		most: u32,
		used: &mut Weight,
	) -> Result<Prepared, DispatchError> {
		let Round { market, terms, amm, .. } = round;
		let levels = MarketLevels::<T>(*market, PhantomData);
		let depth = terms.funding.impact_size.get().saturating_mul(DEPTH_MULTIPLE);
		let curve = amm.as_ref().map(|amm| &amm.curve);
		let window = window(&levels, curve, forced, Size::new(depth));
		let orders = Self::load_within(round, &window, most, used);
		let batch = round.batch(pricing, forced, &orders);
		let fee_rate = terms.fees.taker.max(terms.fees.maker);
		let new_risk = NewRisk::of(new_risk, forced);
		let accounts = T::Ledger::batch(*market, fee_rate, terms.max_position, new_risk);
		let failed = |_| Error::<T>::BatchFailed;
		let admission = batch.admit(&accounts).map_err(failed)?;
		let tentative = batch.clear(&admission).map_err(failed)?;
		Ok(Prepared { orders, admission, tentative })
	}

	/// The best orders, so many of a side at most: fewer if their accounts hold or owe so much that
	/// there is no room for them.
	fn load_within(round: &Round, window: &Window, most: u32, used: &mut Weight) -> Vec<Order> {
		let amm = round.amm.as_ref().map(|amm| amm.account);
		let room = round.limit.saturating_div(PART_FOR_ACCOUNTS);
		let mut most = most;
		loop {
			let orders = Self::load(round.market, window, most as usize);
			used.saturating_accrue(load_weight::<T>(&orders));
			let carried = Self::carry_weight(&orders, amm);
			if most <= 1 || carried.all_lte(room) {
				used.saturating_accrue(carried);
				return orders;
			}
			most /= 2;
		}
	}

	/// What it would weigh to fill and cancel.
	fn filling(
		round: &Round,
		pricing: &Pricing,
		forced: &[ForcedOrder],
		prepared: &Prepared,
	) -> Result<Weight, DispatchError> {
		let Prepared { orders, admission, tentative } = prepared;
		let outcome = round.batch(pricing, forced, orders).settle(admission, tentative);
		let outcome = outcome.map_err(|_| Error::<T>::BatchFailed)?;
		Ok(filled_weight::<T>(orders, &outcome))
	}

	/// Depth of the admitted orders without forced ones.
	fn measure(terms: &MarketTerms, mark: Price, tentative: &Tentative) -> BatchSummary {
		let schedule = &tentative.organic_schedule;
		let size = terms.funding.impact_size;
		let impact = Impact {
			bid: schedule.impact_price(Side::Sell, size),
			ask: schedule.impact_price(Side::Buy, size),
		};
		let range = mark.mul_ratio(DEPTH_RANGE, Rounding::Down).unwrap_or_default();
		let traded = tentative.organic.map(|clearing| clearing.volume).unwrap_or_default();
		let bids = schedule.demand(mark.saturating_sub(range)).saturating_sub(traded);
		let asks = schedule.supply(mark.saturating_add(range)).saturating_sub(traded);
		BatchSummary { impact, depth: bids.saturating_add(asks), ..Default::default() }
	}

	/// Turns orders whose trigger the mark meets into live ones, the nearest level first, as many as
	/// a batch takes.
	fn activate(round: &Round, mark: Price) -> Result<u32, DispatchError> {
		let most = round.room.activations as usize;
		let mut activated = 0u32;
		for direction in [TriggerDirection::AtOrAbove, TriggerDirection::AtOrBelow] {
			let prefix = (market_key(round.market), direction_key(direction));
			let met: Vec<(OrderKey, Waiting)> = Triggers::<T>::iter_prefix(prefix)
				.map(|((level, account, number), waiting)| {
					let key = OrderKey { account, number: u64::from_be_bytes(number) };
					(level_of(direction, level), key, waiting)
				})
				.take_while(|(_, _, waiting)| waiting.trigger.is_met(waiting.side, mark))
				.take(most)
				.map(|(_, key, waiting)| (key, waiting))
				.collect();
			for (key, waiting) in met {
				Self::activate_one(round, mark, key, &waiting)?;
				activated = activated.saturating_add(1);
			}
		}
		Ok(activated)
	}

	fn activate_one(
		round: &Round,
		mark: Price,
		key: OrderKey,
		waiting: &Waiting,
	) -> Result<(), DispatchError> {
		let Round { market, terms, block, .. } = round;
		let Waiting { trigger, side, kind, time_in_force, reduce_only, size } = *waiting;
		Self::take_waiting(*market, &key, trigger.direction(side), trigger.level)?;
		let limit = match kind {
			RequestKind::Limit { price } | RequestKind::PostOnly { price } => price,
			RequestKind::Market { max_slippage } => {
				let slippage = max_slippage.unwrap_or(terms.max_slippage);
				Self::market_limit(terms, side, mark, slippage)
			},
		};
		let order = Order {
			key,
			side,
			kind: kind.order_kind(),
			time_in_force,
			reduce_only,
			limit,
			size,
			entered: *block,
		};
		Self::insert(*market, &order)?;
		Traders::<T>::mutate_exists(key.account, |trader| {
			let orders = trader.iter_mut().flat_map(|trader| trader.orders.iter_mut());
			for listed in orders.filter(|listed| listed.number == key.number) {
				listed.place = Place::Book { side, price: limit };
			}
		});
		let (order, account) = (key.number, key.account);
		Self::deposit_event(Event::Triggered {
			order,
			account,
			market: *market,
			price: limit,
			mark,
		});
		Ok(())
	}

	/// Where nothing trades, only what could never trade leaves.
	fn drop_unfit(
		market: MarketId,
		orders: &[Order],
		admission: &Admission,
	) -> Result<(), DispatchError> {
		let unfit = |cancelled: &&Cancelled| {
			matches!(
				cancelled.reason,
				CancelReason::Invalid | CancelReason::Expired | CancelReason::Liquidated
			)
		};
		let cancelled: Vec<Cancelled> = admission.cancelled.iter().filter(unfit).copied().collect();
		let mut gone = BTreeMap::new();
		Self::take_cancelled(market, &by_key(orders), &cancelled, &mut gone)?;
		strike_all::<T>(&gone);
		Ok(())
	}

	/// Settles the fills, and takes what was filled and cancelled out of the book.
	fn carry_out(
		round: &Round,
		orders: &[Order],
		outcome: Outcome,
		summary: &mut BatchSummary,
	) -> Result<(), DispatchError> {
		let orders = by_key(orders);
		let mut gone = BTreeMap::new();
		if let Some(price) = outcome.price {
			let accounts = Self::trade(round, &orders, &outcome, price, &mut gone)?;
			summary.price = Some(price);
			summary.volume = outcome.volume;
			summary.accounts = accounts;
			let organic = summary.organic.map(|clearing| clearing.price);
			let (market, volume) = (round.market, outcome.volume);
			Self::deposit_event(Event::Batch { market, price, volume, organic });
		}
		Self::take_cancelled(round.market, &orders, &outcome.cancelled, &mut gone)?;
		strike_all::<T>(&gone);
		summary.forced = outcome.forced;
		Ok(())
	}

	/// Trades at one price: orders, forced orders and the AMM. Returns how many accounts did.
	fn trade(
		round: &Round,
		orders: &BTreeMap<OrderKey, &Order>,
		outcome: &Outcome,
		price: Price,
		gone: &mut Gone,
	) -> Result<u32, DispatchError> {
		let mut sums: BTreeMap<AccountKey, Sum> = BTreeMap::new();
		for fill in &outcome.fills {
			let order = orders.get(&fill.key).ok_or(Error::<T>::Inconsistent)?;
			Self::fill(round, order, fill, price, &mut sums, gone)?;
		}
		for fill in &outcome.forced {
			Self::fill_forced(round, fill, price, &mut sums)?;
		}
		if let Some(amm) = round.amm.filter(|_| !outcome.amm.is_zero()) {
			let sum = sums.entry(amm.account).or_default();
			sum.lots = sum.lots.try_add(outcome.amm).exact()?;
			let (market, account, lots) = (round.market, amm.account, outcome.amm);
			Self::deposit_event(Event::AmmFilled { market, account, lots, price });
		}
		let trades: Vec<Trade> = sums
			.into_iter()
			.map(|(account, sum)| Trade { account, lots: sum.lots, fee: sum.paid })
			.collect();
		T::Ledger::settle(round.market, price, &trades)?;
		Self::share_fees(round, &trades)?;
		Ok(u32::try_from(trades.len()).unwrap_or(u32::MAX))
	}

	fn fill(
		round: &Round,
		order: &Order,
		fill: &Fill,
		price: Price,
		sums: &mut BTreeMap<AccountKey, Sum>,
		gone: &mut Gone,
	) -> Result<(), DispatchError> {
		let Round { market, terms, block, .. } = round;
		let OrderKey { account, number } = fill.key;
		let left = Self::take(*market, &fill.key, fill.side, order.limit, fill.size)?;
		if left.is_zero() {
			gone.entry(account).or_default().push(number);
		}
		let (role, rate) = if order.is_standing(*block) {
			(Role::Maker, terms.fees.maker)
		} else {
			(Role::Taker, terms.fees.taker)
		};
		let lots = fill.size.signed(fill.side).exact()?;
		let cost = notional(price, lots, terms.tick_value).exact()?;
		let fee = sums.entry(account).or_default().add(lots, cost, rate).exact()?;
		Self::deposit_event(Event::Filled {
			order: number,
			account,
			market: *market,
			side: fill.side,
			size: fill.size,
			left,
			price,
			fee,
			role,
		});
		Ok(())
	}

	/// Forced fills pay no fee: what liquidation costs is its discount.
	fn fill_forced(
		round: &Round,
		fill: &ForcedFill,
		price: Price,
		sums: &mut BTreeMap<AccountKey, Sum>,
	) -> Result<(), DispatchError> {
		let ForcedFill { account, side, size } = *fill;
		let sum = sums.entry(account).or_default();
		let lots = size.signed(side).exact()?;
		sum.lots = sum.lots.try_add(lots).exact()?;
		let market = round.market;
		Self::deposit_event(Event::ForcedFilled { account, market, side, size, price });
		Ok(())
	}

	/// The ledger put all fees into the pool's fund: the part of the AMM's shares goes on to it. It
	/// stays where it is if the fund owes it to others: no batch fails for that.
	fn share_fees(round: &Round, trades: &[Trade]) -> Result<(), DispatchError> {
		let fees =
			trades.iter().try_fold(Quote::ZERO, |sum, trade| sum.try_add(trade.fee)).exact()?;
		if fees.is_zero() {
			return Ok(());
		}
		let Round { market, terms, .. } = round;
		let share = fees.mul_ratio(terms.fees.insurance_share, Rounding::Up).exact()?;
		let rest = fees.saturating_sub(share).max(Quote::ZERO);
		let amm = Amms::<T>::get(market).filter(|amm| amm.shares > 0 && !rest.is_zero());
		let moved = amm.is_some_and(|amm| {
			let transfer = || T::Ledger::transfer(terms.pool, None, Some(&amm.account), rest);
			with_storage_layer(transfer).is_ok()
		});
		let to_amm = if moved { rest } else { Quote::ZERO };
		let to_fund = fees.try_sub(to_amm).exact()?;
		Self::deposit_event(Event::FeesShared { market: *market, to_fund, to_amm });
		Ok(())
	}

	/// Takes cancelled lots out of the book.
	fn take_cancelled(
		market: MarketId,
		orders: &BTreeMap<OrderKey, &Order>,
		cancelled: &[Cancelled],
		gone: &mut Gone,
	) -> Result<(), DispatchError> {
		for Cancelled { key, reason, size } in cancelled {
			let order = orders.get(key).ok_or(Error::<T>::Inconsistent)?;
			let left = Self::take(market, key, order.side, order.limit, *size)?;
			let OrderKey { account, number } = *key;
			if left.is_zero() {
				gone.entry(account).or_default().push(number);
			}
			let (size, reason) = (*size, Reason::Batch(*reason));
			Self::deposit_event(Event::Cancelled {
				order: number,
				account,
				market,
				size,
				left,
				reason,
			});
		}
		Ok(())
	}

	/// Takes out orders whose last batch this was, as many as a block does; the others are the next
	/// block's first, and no batch trades them.
	fn expire(market: MarketId, block: BlockNumber, most: u32) -> Result<u32, DispatchError> {
		let due: Vec<OrderKey> = Expiries::<T>::iter_key_prefix((market_key(market),))
			.take(most as usize)
			.take_while(|(last, _, _)| u32::from_be_bytes(*last) <= block)
			.map(|(_, account, number)| OrderKey { account, number: u64::from_be_bytes(number) })
			.collect();
		let mut gone = BTreeMap::new();
		let expired = u32::try_from(due.len()).unwrap_or(u32::MAX);
		for key in due {
			Self::expire_one(market, key, &mut gone)?;
		}
		strike_all::<T>(&gone);
		Ok(expired)
	}

	fn expire_one(market: MarketId, key: OrderKey, gone: &mut Gone) -> Result<(), DispatchError> {
		let OrderKey { account, number } = key;
		let trader = Traders::<T>::get(account).ok_or(Error::<T>::Inconsistent)?;
		let listed = trader.orders.iter().find(|listed| listed.number == number);
		let listed: OrderRef = *listed.ok_or(Error::<T>::Inconsistent)?;
		let immediate = match listed.place {
			Place::Book { side, price } => {
				let at = crate::book::book_key(market, &key, side, price);
				let order = Orders::<T>::get(at).ok_or(Error::<T>::Inconsistent)?;
				order.time_in_force == TimeInForce::ImmediateOrCancel
			},
			Place::Trigger { .. } => false,
		};
		let size = Self::remove(account, &listed)?;
		gone.entry(account).or_default().push(number);
		let reason = if immediate { CancelReason::NotFilled } else { CancelReason::Expired };
		let (left, reason) = (Size::ZERO, Reason::Batch(reason));
		Self::deposit_event(Event::Cancelled {
			order: number,
			account,
			market,
			size,
			left,
			reason,
		});
		Ok(())
	}
}

/// Orders that are gone, by account.
type Gone = BTreeMap<AccountKey, Vec<u64>>;

fn strike_all<T: Config>(gone: &Gone) {
	for (account, numbers) in gone {
		Pallet::<T>::strike(account, numbers);
	}
}

fn by_key(orders: &[Order]) -> BTreeMap<OrderKey, &Order> {
	orders.iter().map(|order| (order.key, order)).collect()
}

/// Clears again, at prices inside the band only.
fn keep_inside(tentative: &mut Tentative, reference: Price, band: &Band) {
	let (low, high) = (band.low(), band.high());
	let inside = |schedule: &breakwater_auction::Schedule| {
		schedule.clear_within(reference, TieBreak::Reference, low, high)
	};
	tentative.organic = inside(&tentative.organic_schedule);
	tentative.clearing = inside(&tentative.schedule);
}
