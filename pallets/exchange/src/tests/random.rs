//! Random requests over blocks, against a naive twin of the book and of the price.

use std::collections::BTreeMap;

use breakwater_auction::{Clearing, TimeInForce};
use breakwater_breaker::Matching;
use breakwater_units::{AccountKey, Price, Side, Size};
use polkadot_sdk::*;
use proptest::prelude::*;

use crate::{mock::*, Event, OrderId, OrderRequest, Orders, Reason, RequestKind, Traders};

#[derive(Clone, Debug)]
enum Step {
	Place(u8, OrderRequest),
	Cancel(u8, u64),
	CancelAll(u8),
	Replace(u8, u64, OrderRequest),
	Deposit(u8, u128),
	NextBlock(u64),
}

fn request() -> impl Strategy<Value = OrderRequest> {
	let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
	let price = (990u64..=1_010).prop_map(Price::new);
	let kind = (0u8..6, price).prop_map(|(kind, price)| match kind {
		0 => RequestKind::Market { max_slippage: None },
		1 => RequestKind::PostOnly { price },
		_ => RequestKind::Limit { price },
	});
	let time = prop_oneof![
		Just(TimeInForce::GoodTillCancelled),
		Just(TimeInForce::ImmediateOrCancel),
		(2u32..12).prop_map(TimeInForce::GoodTillBlock),
	];
	let client = prop::option::of((0u8..4).prop_map(|id| [id; 16]));
	(side, kind, time, any::<bool>(), 0u64..12, client).prop_map(
		|(side, kind, time_in_force, reduce_only, size, client_id)| {
			let market_order = matches!(kind, RequestKind::Market { .. });
			let time_in_force =
				if market_order { TimeInForce::ImmediateOrCancel } else { time_in_force };
			let size = Size::new(size);
			OrderRequest { market: BTC, side, kind, time_in_force, reduce_only, size, client_id }
		},
	)
}

fn step() -> impl Strategy<Value = Step> {
	let who = 1u8..=5;
	prop_oneof![
		10 => (who.clone(), request()).prop_map(|(who, request)| Step::Place(who, request)),
		1 => (who.clone(), 0u64..8).prop_map(|(who, number)| Step::Cancel(who, number)),
		1 => who.clone().prop_map(Step::CancelAll),
		1 => (who.clone(), 0u64..8, request())
			.prop_map(|(who, old, request)| Step::Replace(who, old, request)),
		1 => (who, 1_000_000u128..2_000_000).prop_map(|(who, amount)| Step::Deposit(who, amount)),
		4 => (995u64..=1_005).prop_map(Step::NextBlock),
	]
}

/// What the events of all blocks say that is open: the naive book.
#[derive(Default)]
struct Twin {
	/// Side, limit and lots.
	open: BTreeMap<(AccountKey, u64), (Side, u64, u64)>,
	positions: BTreeMap<AccountKey, i64>,
}

impl Twin {
	/// Follows the events of a block; checks each fill, and that all have one price.
	fn follow(&mut self, amm: AccountKey) {
		let (mut price_seen, mut bought, mut sold) = (None, 0i64, 0i64);
		for event in events() {
			match event {
				Event::Placed { order, account, side, price, size, .. } => {
					self.open.insert((account, order), (side, price.get(), size.get()));
				},
				Event::Cancelled { order, account, size, left, .. } => {
					self.take(account, order, size.get(), left.get());
				},
				Event::Filled { order, account, side, size, left, price, .. } => {
					let (own_side, limit, _) = self.open[&(account, order)];
					let inside = match side {
						Side::Buy => price.get() <= limit,
						Side::Sell => price.get() >= limit,
					};
					assert!(inside && own_side == side, "filled outside of its limit");
					assert_eq!(*price_seen.get_or_insert(price), price, "two prices in a batch");
					let lots = size.signed(side).unwrap().get();
					*(if lots > 0 { &mut bought } else { &mut sold }) += lots.abs();
					*self.positions.entry(account).or_default() += lots;
					self.take(account, order, size.get(), left.get());
				},
				Event::AmmFilled { lots, price, account, .. } => {
					assert_eq!(account, amm);
					assert_eq!(*price_seen.get_or_insert(price), price, "two prices in a batch");
					let lots = lots.get();
					*(if lots > 0 { &mut bought } else { &mut sold }) += lots.abs();
					*self.positions.entry(account).or_default() += lots;
				},
				_ => {},
			}
		}
		assert_eq!(bought, sold, "lots bought are not lots sold");
	}

	fn take(&mut self, account: AccountKey, order: u64, size: u64, left: u64) {
		let entry = self.open.get_mut(&(account, order)).expect("an event of an open order");
		entry.2 -= size;
		assert_eq!(entry.2, left, "an event says otherwise of what is left");
		if left == 0 {
			self.open.remove(&(account, order));
		}
	}

	/// The chain has what the events say.
	fn check(&self) {
		let stored: BTreeMap<_, _> = Orders::<Test>::iter()
			.map(|((_, side, price, account, number), order)| {
				let side = if side == 0 { Side::Buy } else { Side::Sell };
				let price = crate::book::price_of(side, price).get();
				let key = (account, u64::from_be_bytes(number));
				(key, (side, price, order.size.get()))
			})
			.collect();
		assert_eq!(stored, self.open, "the book is not what the events say");
		for (account, lots) in &self.positions {
			assert_eq!(position_of(account, BTC).get(), *lots);
		}
		let total: i64 = self.positions.values().sum();
		assert_eq!(total, 0);
	}

	/// No buyer and seller are left who would trade, both able to: what waits for margin or for a
	/// position to reduce never crossed anything.
	fn check_not_crossed(&self) {
		let best = |side| {
			let prices = self.open.values().filter(move |(other, ..)| *other == side);
			prices.map(|(_, price, _)| *price)
		};
		if let (Some(bid), Some(ask)) = (best(Side::Buy).max(), best(Side::Sell).min()) {
			assert!(bid < ask, "the book is crossed after a batch: {bid} and {ask}");
		}
	}
}

/// Of all prices, naively: most volume, then least imbalance, then nearest the mark; of orders alone.
fn naive_price(orders: &[(Side, u64, u64)], mark: u64) -> Option<(u64, u64)> {
	let at = |price: u64| {
		let sum = |side, accepts: &dyn Fn(u64) -> bool| -> u64 {
			let of_side = orders.iter().filter(|order| order.0 == side && accepts(order.1));
			of_side.map(|order| order.2).sum()
		};
		let demand = sum(Side::Buy, &|limit| limit >= price);
		let supply = sum(Side::Sell, &|limit| limit <= price);
		(demand.min(supply), demand.abs_diff(supply))
	};
	let all = (900..=1_100u64).map(|price| (at(price), price));
	let traded = all.filter(|((volume, _), _)| *volume > 0);
	let best = traded.min_by_key(|((volume, imbalance), price)| {
		(u64::MAX - volume, *imbalance, price.abs_diff(mark))
	});
	best.map(|((volume, _), price)| (price, volume))
}

fn run(steps: &[Step]) {
	chain().execute_with(|| {
		for number in 4..=5 {
			// two who are short of margin
			States::mutate(key(number), |state| {
				state.as_mut().unwrap().cash = breakwater_units::Quote::new(20_000);
			});
		}
		let amm = crate::Amms::<Test>::get(BTC).unwrap().account;
		let before = money();
		let mut twin = Twin::default();
		for step in steps {
			apply(step);
			if let Step::NextBlock(_) = step {
				twin.follow(amm);
				twin.check();
				twin.check_not_crossed();
				System::reset_events();
				Exchange::do_try_state().unwrap();
				assert_eq!(money(), before, "money came or went");
			}
		}
	});
}

fn apply(step: &Step) {
	let origin = |who: u8| signed(who);
	// What is refused changes nothing: the twin would see it.
	match step.clone() {
		Step::Place(who, request) => {
			let _ = Exchange::place(origin(who), sub(who), request);
		},
		Step::Cancel(who, number) => {
			let ids = vec![OrderId::Number(number)].try_into().unwrap();
			let _ = Exchange::cancel(origin(who), sub(who), ids);
		},
		Step::CancelAll(who) => {
			let _ = Exchange::cancel_all(origin(who), sub(who), None);
		},
		Step::Replace(who, old, request) => {
			let old = OrderId::Number(old);
			// Undone as a transaction would be.
			let _ = frame_support::storage::with_storage_layer(|| {
				Exchange::replace(origin(who), sub(who), old, request)
			});
		},
		Step::Deposit(who, amount) => {
			let amount = breakwater_units::Amount::new(amount);
			let _ = Exchange::amm_deposit(origin(who), BTC, 0, amount);
		},
		Step::NextBlock(mark) => {
			set_mark(BTC, mark);
			let next = System::block_number() + 1;
			System::set_block_number(next);
			clear_with(&[], Matching::Admit);
		},
	}
}

/// As many as `PROPTEST_CASES` asks for, else few: a case is a chain.
fn cases() -> u32 {
	let asked = std::env::var("PROPTEST_CASES").ok();
	asked.and_then(|cases| cases.parse().ok()).unwrap_or(32)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases()))]

	#[test]
	fn the_chain_is_what_its_events_say_and_nobody_gains_or_loses_a_quantum(
		steps in prop::collection::vec(step(), 1..60)
	) {
		run(&steps);
	}

	/// Accounts 1 to 9, one limit order each: neither margin nor self-trade is in the way.
	#[test]
	fn the_price_is_the_naive_one_and_arrival_does_not_matter(
		orders in prop::collection::vec((any::<bool>(), 980u64..1_020, 1u64..30), 1..9),
		turn in 0usize..9,
		mark in 980u64..1_020,
	) {
		let result = |turn: usize| {
			let mut seen = None;
			chain().execute_with(|| {
				set_mark(BTC, mark);
				let mut numbered: Vec<_> = (1u8..).zip(&orders).collect();
				let middle = turn % numbered.len();
				numbered.rotate_left(middle);
				for (number, (buys, price, size)) in numbered {
					let side = if *buys { Side::Buy } else { Side::Sell };
					place(number, limit(side, *price, *size));
				}
				begin_block();
				let mut decide = |_: Option<&Clearing>| Matching::Admit;
				use breakwater_interfaces::Exchange as Pipeline;
				let summary = <Exchange as Pipeline>::clear(BTC, polkadot_sdk::frame_support::weights::Weight::MAX, &[], true, &mut decide).unwrap();
				let lots: Vec<i64> = (1..=9).map(lots).collect();
				let cash: Vec<i128> = (1..=9).map(cash).collect();
				seen = Some((summary.price, summary.volume, lots, cash));
			});
			seen.unwrap()
		};
		let first = result(0);
		let plain: Vec<_> = orders
			.iter()
			.map(|(buys, price, size)| (if *buys { Side::Buy } else { Side::Sell }, *price, *size))
			.collect();
		let naive = naive_price(&plain, mark);
		let found = first.0.map(|price| (price.get(), first.1.get()));
		prop_assert_eq!(found, naive);
		prop_assert_eq!(result(turn), first);
	}
}

#[test]
fn an_event_for_every_way_out() {
	// what the twin relies on: nothing leaves the book without an event
	with_chain(|| {
		place(1, buy(990, 5));
		Exchange::cancel_all(signed(1), sub(1), None).unwrap();
		let cancelled = events()
			.into_iter()
			.any(|event| matches!(event, Event::Cancelled { reason: Reason::Trader, .. }));
		assert!(cancelled);
		assert!(Traders::<Test>::get(key(1)).unwrap().orders.is_empty());
	});
}
