//! Many blocks of one market: a book that carries over, triggers that fire, a pool whose inventory
//! follows its trades, and accounts whose positions do.

use crate::{
	common::{account, cases, lots, side, Holding, World, TICK_VALUE},
	twin,
};
use breakwater_auction::{
	window, Accounts, Amm, AmmCurve, AmmParams, Batch, BlockNumber, ForcedOrder, LevelBook, Levels,
	Order, OrderKey, OrderKind, Outcome, TieBreak, TimeInForce, Trigger, TriggerKind,
	TriggeredOrder,
};
use breakwater_units::{AccountKey, Lots, Price, Side, Size, TickValue};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

const TRADERS: u8 = 5;
const POOL: AccountKey = AccountKey([100; 32]);
/// Accounts under liquidation: they hold a position and no order.
const LIQUIDATED: u8 = 50;

/// An order as its owner thinks of it: a distance from the mark of the day.
#[derive(Clone, Debug)]
struct Wish {
	owner: u8,
	side: Side,
	kind: OrderKind,
	time_in_force: u32,
	reduce_only: bool,
	away: i64,
	size: u64,
	trigger: Option<(TriggerKind, i64)>,
}

#[derive(Clone, Debug)]
struct BlockOf {
	wishes: Vec<Wish>,
	cancels: Vec<prop::sample::Index>,
	forced: Option<(Side, u64, i64)>,
	nudge: i64,
}

fn wish() -> impl Strategy<Value = Wish> {
	let kind = prop_oneof![
		4 => Just(OrderKind::Limit),
		2 => Just(OrderKind::PostOnly),
		1 => Just(OrderKind::Market),
	];
	let trigger_kind = prop_oneof![Just(TriggerKind::Stop), Just(TriggerKind::TakeProfit)];
	let trigger = proptest::option::weighted(0.25, (trigger_kind, -4i64..=4));
	let terms = (0..TRADERS, side(), kind, 0u32..5, prop::bool::weighted(0.2));
	(terms, -4i64..=4, lots(), trigger).prop_map(
		|((owner, side, kind, time_in_force, reduce_only), away, size, trigger)| Wish {
			owner,
			side,
			kind,
			time_in_force,
			reduce_only,
			away,
			size,
			trigger,
		},
	)
}

fn block() -> impl Strategy<Value = BlockOf> {
	let forced = proptest::option::weighted(0.3, (side(), 1u64..=12, -3i64..=5));
	(vec(wish(), 0..6), vec(any::<prop::sample::Index>(), 0..2), forced, -3i64..=3)
		.prop_map(|(wishes, cancels, forced, nudge)| BlockOf { wishes, cancels, forced, nudge })
}

struct Exchange {
	world: World,
	block: BlockNumber,
	next_number: u64,
	orders: BTreeMap<OrderKey, Order>,
	waiting: Vec<TriggeredOrder>,
	book: LevelBook,
	pool: AmmParams,
	cash: BTreeMap<AccountKey, i128>,
}

impl Exchange {
	fn new(equity: i128) -> Self {
		let traders = (0..TRADERS).map(|n| (account(n), Holding { position: 0, equity }));
		Self {
			world: World { mark: 100, holdings: traders.collect() },
			block: 1,
			next_number: 0,
			orders: BTreeMap::new(),
			waiting: Vec::new(),
			book: LevelBook::default(),
			pool: AmmParams {
				mark: Price::new(100),
				half_spread_ticks: 2,
				inventory: Lots::ZERO,
				max_inventory: Size::new(10),
				depth_lots: Size::new(2),
				depth_ticks: 1,
			},
			cash: BTreeMap::new(),
		}
	}

	fn step(&mut self, events: &BlockOf) {
		self.fire();
		self.cancel_some(&events.cancels);
		for wish in &events.wishes {
			self.place(wish);
		}
		let forced = self.forced(events.forced);
		let outcome = self.clear(&forced);
		self.check_after();
		let drift = outcome.unwrap_or(self.world.mark).saturating_add_signed(events.nudge);
		self.move_mark(drift.clamp(50, 150));
		self.block += 1;
	}

	fn tick(&self, away: i64) -> Price {
		Price::new(self.world.mark.saturating_add_signed(away).max(1))
	}

	fn place(&mut self, wish: &Wish) {
		self.next_number += 1;
		let resting = match wish.time_in_force {
			0 | 1 => TimeInForce::GoodTillCancelled,
			2 => TimeInForce::ImmediateOrCancel,
			more => TimeInForce::GoodTillBlock(self.block + more),
		};
		let time_in_force = match wish.kind {
			OrderKind::Market => TimeInForce::ImmediateOrCancel,
			OrderKind::PostOnly if resting == TimeInForce::ImmediateOrCancel => {
				TimeInForce::GoodTillCancelled
			},
			_ => resting,
		};
		let order = Order {
			key: OrderKey { account: account(wish.owner), number: self.next_number },
			side: wish.side,
			kind: wish.kind,
			time_in_force,
			reduce_only: wish.reduce_only,
			limit: self.tick(wish.away),
			size: Size::new(wish.size),
			entered: self.block,
		};
		assert_eq!(order.validate(), Ok(()));
		match wish.trigger {
			None => self.rest(order),
			Some((kind, away)) => {
				let trigger = Trigger { kind, level: self.tick(away) };
				self.waiting.push(TriggeredOrder { trigger, order });
			},
		}
	}

	fn rest(&mut self, order: Order) {
		self.book.add(order.side, order.limit, order.size).unwrap();
		assert_eq!(self.orders.insert(order.key, order), None);
	}

	/// Takes lots of an order out of the book, filled or cancelled.
	fn take(&mut self, key: OrderKey, size: Size) {
		let order = self.orders.get_mut(&key).unwrap();
		self.book.remove(order.side, order.limit, size).unwrap();
		order.size = order.size.try_sub(size).unwrap();
		if order.size.is_zero() {
			self.orders.remove(&key);
		}
	}

	fn fire(&mut self) {
		let (mark, block) = (Price::new(self.world.mark), self.block);
		for waiting in std::mem::take(&mut self.waiting) {
			match waiting.activate(mark, block) {
				Some(order) => self.rest(order),
				None => self.waiting.push(waiting),
			}
		}
	}

	fn cancel_some(&mut self, which: &[prop::sample::Index]) {
		for index in which {
			let keys: Vec<OrderKey> = self.orders.keys().copied().collect();
			if !keys.is_empty() {
				let key = *index.get(&keys);
				self.take(key, self.orders[&key].size);
			}
		}
	}

	/// Somebody is liquidated whom nobody has seen before, with just this position.
	fn forced(&mut self, forced: Option<(Side, u64, i64)>) -> Vec<ForcedOrder> {
		let Some((side, size, away)) = forced else { return Vec::new() };
		let account = account(LIQUIDATED + u8::try_from(self.block).unwrap());
		let away = if side == Side::Sell { -away } else { away };
		let size = Size::new(size);
		let position = -size.signed(side).unwrap().get();
		self.world.holdings.insert(account, Holding { position, equity: 0 });
		vec![ForcedOrder { account, side, limit: self.tick(away), size }]
	}

	fn clear(&mut self, forced: &[ForcedOrder]) -> Option<u64> {
		let amm = Amm { account: POOL, curve: AmmCurve::new(self.pool).unwrap() };
		let all: Vec<Order> = self.orders.values().copied().collect();
		let window = window(&self.book, Some(&amm.curve), forced, Size::ZERO);
		let (loaded, rest): (Vec<Order>, Vec<Order>) =
			all.iter().partition(|order| window.contains(order.side, order.limit));
		let batch = |orders| Batch {
			block: self.block,
			tick_value: TickValue::new(TICK_VALUE.try_into().unwrap()),
			reference: Price::new(self.world.mark),
			tie_break: TieBreak::Reference,
			amm: Some(amm),
			orders,
			forced,
		};
		let part = batch(&loaded[..]);
		let admission = part.admit(&self.world).unwrap();
		let tentative = part.clear(&admission).unwrap();
		let outcome = part.settle(&admission, &tentative).unwrap();

		// Naive twin: the rules, over the whole book.
		let (_, [organic, clearing], whole) = twin::run(&batch(&all[..]), &self.world);
		assert_eq!((tentative.organic, tentative.clearing), (organic, clearing));
		assert_eq!(outcome.fills, whole.fills);
		assert_eq!((&outcome.forced, outcome.amm), (&whole.forced, whole.amm));

		self.apply(&outcome);
		// An order that cannot rest and was not worth loading is over.
		let next = self.block + 1;
		for order in rest.iter().filter(|order| order.is_expired(next)) {
			self.take(order.key, order.size);
		}
		tentative.organic.map(|clearing| clearing.price.get())
	}

	fn apply(&mut self, outcome: &Outcome) {
		let price = outcome.price.unwrap_or_default();
		let mut trades: BTreeMap<AccountKey, i64> = BTreeMap::new();
		for fill in &outcome.fills {
			*trades.entry(fill.key.account).or_default() +=
				fill.size.signed(fill.side).unwrap().get();
			self.take(fill.key, fill.size);
		}
		for cancelled in &outcome.cancelled {
			self.take(cancelled.key, cancelled.size);
		}
		let cost = |trade: i64| i128::from(trade) * i128::from(price.get()) * TICK_VALUE;
		for (account, trade) in &trades {
			let now = self.world.health_after(account, 0, 0);
			assert!(self.world.health_after(account, *trade, cost(*trade)) >= now.min(0));
		}
		for fill in &outcome.forced {
			trades.insert(fill.account, fill.size.signed(fill.side).unwrap().get());
		}
		for (account, trade) in trades {
			let gained = i128::from(trade) * i128::from(self.world.mark) * TICK_VALUE - cost(trade);
			let holding = self.world.holdings.get_mut(&account).unwrap();
			holding.position += trade;
			holding.equity += gained;
			*self.cash.entry(account).or_default() -= cost(trade);
		}
		self.pool.inventory = self.pool.inventory.try_add(outcome.amm).unwrap();
		*self.cash.entry(POOL).or_default() -= cost(outcome.amm.get());
	}

	fn move_mark(&mut self, mark: u64) {
		let moved = i128::from(mark) - i128::from(self.world.mark);
		for holding in self.world.holdings.values_mut() {
			holding.equity += i128::from(holding.position) * moved * TICK_VALUE;
		}
		self.world.mark = mark;
		self.pool.mark = Price::new(mark);
	}

	fn check_after(&self) {
		let best = |side| self.book.levels(side).next().map(|level| level.price);
		if let (Some(bid), Some(ask)) = (best(Side::Buy), best(Side::Sell)) {
			assert!(bid < ask, "the book is crossed");
		}
		let mut again = LevelBook::default();
		for order in self.orders.values() {
			again.add(order.side, order.limit, order.size).unwrap();
			assert!(order.time_in_force != TimeInForce::ImmediateOrCancel);
		}
		assert_eq!(again, self.book);
		assert_eq!(self.cash.values().sum::<i128>(), 0, "money was made or lost");
		for waiting in &self.waiting {
			let placed_now = waiting.order.entered == self.block;
			let met = waiting.trigger.is_met(waiting.order.side, Price::new(self.world.mark));
			assert!(placed_now || !met, "a trigger was slept through");
		}
	}

	fn lots(&self) -> i64 {
		let positions =
			self.world.holdings.keys().map(|account| self.world.position(account).get());
		positions.sum::<i64>() + self.pool.inventory.get()
	}
}

proptest! {
	#![proptest_config(cases(128))]

	/// Naive twin: in every block, the rules over the whole book; the exchange loads its window.
	#[test]
	fn a_market_lives_by_the_rules_block_after_block(
		blocks in vec(block(), 1..24),
		equity in prop_oneof![Just(300i128), Just(1_000_000)],
	) {
		let mut exchange = Exchange::new(equity);
		let mut brought = 0i64;
		for events in &blocks {
			if let Some((side, size, _)) = events.forced {
				brought -= Size::new(size).signed(side).unwrap().get();
			}
			exchange.step(events);
			prop_assert_eq!(exchange.lots(), brought);
		}
	}
}
