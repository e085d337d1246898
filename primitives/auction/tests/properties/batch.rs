//! One batch of orders, reductions, forced flow and a pool.

use crate::{
	common::{account, cases, forced, prices, scenario, Scenario, BLOCK, TICK_VALUE},
	twin,
};
use breakwater_auction::{
	Admission, Amm, AmmCurve, AmmParams, Batch, Fill, LevelBook, Levels, Order, Outcome, Tentative,
	TimeInForce,
};
use breakwater_units::{AccountKey, Lots, Price, Side, Size};
use proptest::{collection::vec, prelude::*};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

struct Run {
	admission: Admission,
	tentative: Tentative,
	outcome: Outcome,
}

fn run(scenario: &Scenario) -> Run {
	run_batch(&scenario.batch(), scenario)
}

fn run_batch(batch: &Batch<'_>, scenario: &Scenario) -> Run {
	let admission = batch.admit(&scenario.world).unwrap();
	let tentative = batch.clear(&admission).unwrap();
	let outcome = batch.settle(&admission, &tentative).unwrap();
	Run { admission, tentative, outcome }
}

fn order_of<'a>(scenario: &'a Scenario, fill: &Fill) -> &'a Order {
	scenario.orders.iter().find(|order| order.key == fill.key).unwrap()
}

fn is_within(side: Side, limit: Price, price: Price) -> bool {
	match side {
		Side::Buy => price <= limit,
		Side::Sell => price >= limit,
	}
}

/// What is left of every order after a batch.
fn left_over(scenario: &Scenario, outcome: &Outcome) -> Vec<Order> {
	let mut left = scenario.orders.clone();
	for order in &mut left {
		let fills = outcome.fills.iter().filter(|fill| fill.key == order.key);
		let cancelled = outcome.cancelled.iter().filter(|cancelled| cancelled.key == order.key);
		let gone: u64 = fills.map(|f| f.size.get()).chain(cancelled.map(|c| c.size.get())).sum();
		order.size = Size::new(order.size.get().checked_sub(gone).expect("lots lost twice"));
	}
	left.retain(|order| !order.size.is_zero());
	left
}

fn amm_after(amm: Amm, trade: Lots) -> Amm {
	let params = *amm.curve.params();
	let inventory = params.inventory.try_add(trade).unwrap();
	let curve = AmmCurve::new(AmmParams { inventory, ..params }).unwrap();
	Amm { curve, ..amm }
}

proptest! {
	#![proptest_config(cases(1_024))]

	/// Naive twin: lot by lot, price by price.
	#[test]
	fn a_batch_is_what_the_rules_say(scenario in scenario()) {
		let batch = scenario.batch();
		let run = run(&scenario);
		let (admission, [organic, clearing], outcome) = twin::run(&batch, &scenario.world);

		prop_assert_eq!(run.admission, admission);
		prop_assert_eq!(run.tentative.organic, organic);
		prop_assert_eq!(run.tentative.clearing, clearing);
		prop_assert_eq!(run.outcome, outcome);
	}

	#[test]
	fn nobody_is_filled_outside_of_a_limit(scenario in scenario()) {
		let outcome = run(&scenario).outcome;
		let price = outcome.price.unwrap_or_default();
		for fill in &outcome.fills {
			let order = order_of(&scenario, fill);
			prop_assert!(!fill.size.is_zero() && fill.size <= order.size);
			prop_assert_eq!(fill.side, order.side);
			prop_assert!(is_within(order.side, order.limit, price));
		}
		for fill in &outcome.forced {
			let order = scenario.forced.iter().find(|order| order.account == fill.account).unwrap();
			prop_assert!(!fill.size.is_zero() && fill.size <= order.size);
			prop_assert!(is_within(order.side, order.limit, price));
		}
		let wanted = scenario.amm.map_or(0, |amm| amm.curve.demand(price).get());
		let traded = outcome.amm.get();
		prop_assert!(traded == 0 || (traded.signum() == wanted.signum() && traded.abs() <= wanted.abs()));
	}

	#[test]
	fn lots_bought_are_lots_sold(scenario in scenario()) {
		let outcome = run(&scenario).outcome;
		let sum = |side| {
			let orders = outcome.fills.iter().filter(|f| f.side == side).map(|f| f.size.get());
			let forced = outcome.forced.iter().filter(|f| f.side == side).map(|f| f.size.get());
			let pool = if outcome.amm.side() == Some(side) { outcome.amm.size().get() } else { 0 };
			orders.chain(forced).sum::<u64>() + pool
		};
		prop_assert_eq!(sum(Side::Buy), outcome.volume.get());
		prop_assert_eq!(sum(Side::Sell), outcome.volume.get());
		prop_assert_eq!(outcome.price.is_none(), outcome.volume.is_zero());
	}

	/// What is left, the pool with its new inventory and forced orders included, has nothing to
	/// trade at any price.
	#[test]
	fn no_crossed_book_after_clearing(scenario in scenario()) {
		let outcome = run(&scenario).outcome;
		let left = left_over(&scenario, &outcome);
		let mut forced = scenario.forced.clone();
		for order in &mut forced {
			let fills = outcome.forced.iter().filter(|fill| fill.account == order.account);
			let filled: u64 = fills.map(|fill| fill.size.get()).sum();
			order.size = Size::new(order.size.get() - filled);
		}
		forced.retain(|order| !order.size.is_zero());
		let amm = scenario.amm.map(|amm| amm_after(amm, outcome.amm));

		for price in prices(scenario.reference) {
			let lots = |side: Side| {
				let orders = left.iter().map(|order| (order.side, order.limit));
				let forced = forced.iter().map(|order| (order.side, order.limit));
				let on_side = |(of, limit): (Side, Price)| {
					of == side && is_within(side, limit, Price::new(price))
				};
				let pool = amm.is_some_and(|amm| !amm.curve.size(side, Price::new(price)).is_zero());
				pool || orders.chain(forced).any(on_side)
			};
			prop_assert!(!(lots(Side::Buy) && lots(Side::Sell)), "crossed at {}", price);
		}
		prop_assert!(left.iter().all(|order| order.time_in_force != TimeInForce::ImmediateOrCancel));
	}

	#[test]
	fn arrival_changes_nothing(
		(before, orders, forced) in scenario().prop_flat_map(|scenario| {
			let orders = Just(scenario.orders.clone()).prop_shuffle();
			let forced = Just(scenario.forced.clone()).prop_shuffle();
			(Just(scenario), orders, forced)
		}),
	) {
		let after = Scenario { orders, forced, ..before.clone() };
		let (before, after) = (run(&before), run(&after));
		prop_assert_eq!(before.admission, after.admission);
		prop_assert_eq!(before.tentative.organic, after.tentative.organic);
		prop_assert_eq!(before.outcome, after.outcome);
	}

	/// The mark is the clearing of the same orders with no forced order in the batch, however
	/// many of them there are and whatever they ask.
	#[test]
	fn forced_orders_do_not_move_the_mark(scenario in scenario(), other in forced(100)) {
		let owners: BTreeSet<AccountKey> =
			scenario.forced.iter().chain(&other).map(|order| order.account).collect();
		let mut calm = scenario.clone();
		calm.orders.retain(|order| !owners.contains(&order.key.account));
		calm.forced.clear();
		let orders = calm.orders.clone();
		let marks = [scenario.forced.clone(), other].map(|forced| {
			let run = run(&Scenario { forced, orders: orders.clone(), ..scenario.clone() });
			run.tentative.organic
		});

		let calm = run(&calm);
		prop_assert_eq!(calm.tentative.organic, calm.tentative.clearing);
		prop_assert_eq!(marks, [calm.tentative.organic; 2]);
	}

	/// Whatever part of what was admitted is filled, at whatever prices its limits accept.
	#[test]
	fn nothing_is_rejected_after_clearing(
		scenario in scenario(),
		parts in vec((0u64..=100, 0u64..=100, 0u64..=6), 24),
		take_buys in vec(any::<bool>(), 6),
	) {
		let admission = run(&scenario).admission;
		let mut trades: BTreeMap<AccountKey, (i64, i128)> = BTreeMap::new();
		for (admitted, (part, skip, better)) in admission.admitted.iter().zip(parts) {
			let order = admitted.order;
			// Self-trade prevention leaves an account one side per batch.
			let takes = if take_buys[usize::from(order.key.account.0[0])] { Side::Buy } else { Side::Sell };
			if order.side != takes || skip < 25 {
				continue;
			}
			let lots = i64::try_from(admitted.size.get() * part.min(60) / 60).unwrap();
			let (trade, price) = match order.side {
				Side::Buy => (lots, order.limit.get().saturating_sub(better)),
				Side::Sell => (-lots, order.limit.get() + better),
			};
			let sum = trades.entry(order.key.account).or_default();
			sum.0 += trade;
			sum.1 += i128::from(trade) * i128::from(price) * TICK_VALUE;
		}
		for (account, (trade, cost)) in trades {
			let now = scenario.world.health_after(&account, 0, 0);
			prop_assert!(scenario.world.health_after(&account, trade, cost) >= now.min(0));
		}
	}

	#[test]
	fn what_is_filled_passes_margin_and_never_trades_with_itself(scenario in scenario()) {
		let outcome = run(&scenario).outcome;
		let price = i128::from(outcome.price.unwrap_or_default().get());
		let mut trades: BTreeMap<AccountKey, i64> = BTreeMap::new();
		let mut sides = BTreeSet::new();
		for fill in &outcome.fills {
			*trades.entry(fill.key.account).or_default() += fill.size.signed(fill.side).unwrap().get();
			sides.insert((fill.key.account, fill.side));
			let pool = scenario.amm.is_some_and(|amm| amm.account == fill.key.account);
			let closed = scenario.forced.iter().any(|forced| forced.account == fill.key.account);
			prop_assert!(!pool && !closed);
		}
		for (account, trade) in trades {
			prop_assert!(!(sides.contains(&(account, Side::Buy)) && sides.contains(&(account, Side::Sell))));
			let now = scenario.world.health_after(&account, 0, 0);
			let cost = i128::from(trade) * price * TICK_VALUE;
			prop_assert!(scenario.world.health_after(&account, trade, cost) >= now.min(0));
		}
	}

	/// Taken in the order of its fills, no lot of a reduce-only order leaves the position larger.
	#[test]
	fn reductions_never_exceed_the_position(scenario in scenario()) {
		let outcome = run(&scenario).outcome;
		let mut positions: BTreeMap<AccountKey, i64> = BTreeMap::new();
		let mut fills: Vec<(&Order, Size)> =
			outcome.fills.iter().map(|fill| (order_of(&scenario, fill), fill.size)).collect();
		fills.sort_by_key(|(order, _)| {
			let price = i128::from(order.limit.get());
			let price = if order.side == Side::Buy { -price } else { price };
			(price, Reverse(order.reduce_only), order.key.number)
		});
		for (order, size) in fills {
			let account = order.key.account;
			let position =
				positions.entry(account).or_insert_with(|| scenario.world.holding(&account).position);
			let before = *position;
			*position += size.signed(order.side).unwrap().get();
			if order.reduce_only {
				let nearer = position.signum() * before.signum() >= 0 && position.abs() < before.abs();
				prop_assert!(nearer, "{} to {}", before, position);
			}
		}
	}

	/// A batch over the orders in the window is a batch over all of them.
	#[test]
	fn the_window_loads_enough(scenario in scenario(), depth in 0u64..30) {
		let mut book = LevelBook::default();
		for order in &scenario.orders {
			book.add(order.side, order.limit, order.size).unwrap();
		}
		let curve = scenario.amm.map(|amm| amm.curve);
		let window =
			breakwater_auction::window(&book, curve.as_ref(), &scenario.forced, Size::new(depth));
		let mut part = scenario.clone();
		part.orders.retain(|order| window.contains(order.side, order.limit));

		let (part, whole) = (run(&part), run(&scenario));
		prop_assert_eq!(part.tentative.organic, whole.tentative.organic);
		let is_in = |key| {
			let order = scenario.orders.iter().find(|order| order.key == key).unwrap();
			window.contains(order.side, order.limit)
		};
		let mut expected = whole.outcome;
		expected.cancelled.retain(|cancelled| is_in(cancelled.key));
		prop_assert_eq!(part.outcome, expected);
		prop_assert!(book.levels(Side::Buy).all(|level| !level.size.is_zero()));
	}

	#[test]
	fn every_lot_is_accounted_for(scenario in scenario()) {
		let Run { admission, outcome, .. } = run(&scenario);
		let mut out: BTreeMap<_, u64> = BTreeMap::new();
		for admitted in &admission.admitted {
			*out.entry(admitted.order.key).or_default() += admitted.size.get();
		}
		for cancelled in &admission.cancelled {
			*out.entry(cancelled.key).or_default() += cancelled.size.get();
		}
		for order in &scenario.orders {
			let out = out.get(&order.key).copied().unwrap_or_default();
			prop_assert!(out <= order.size.get());
			let may_wait = order.time_in_force != TimeInForce::ImmediateOrCancel;
			prop_assert!(may_wait || out == order.size.get());
		}
		// Nothing that is left may be filled or cancelled twice: `left_over` subtracts both.
		let left = left_over(&scenario, &outcome);
		prop_assert!(left.iter().all(|order| !order.is_expired(BLOCK)));
		prop_assert!(left.iter().all(|order| order.key.account != account(255)));
	}
}
