//! What cutting an order in two is worth.

use crate::common::{account, amm_params, cases, forced, lots, tie_break, Unlimited, BLOCK};
use breakwater_auction::{
	Amm, AmmCurve, Batch, ForcedOrder, Order, OrderKey, OrderKind, Outcome, TieBreak, TimeInForce,
};
use breakwater_units::{AccountKey, Price, Side, Size, TickValue};
use proptest::{collection::vec, prelude::*};

/// Whose orders are cut, and an account that nobody uses, before or after all others in ties.
const SPLITTER: u8 = 3;
const FRESH: [u8; 2] = [0, 90];

#[derive(Clone, Debug)]
struct Flow {
	orders: Vec<Order>,
	forced: Vec<ForcedOrder>,
	amm: Option<Amm>,
	tie_break: TieBreak,
}

impl Flow {
	fn run(&self, orders: &[Order]) -> Outcome {
		let batch = Batch {
			block: BLOCK,
			tick_value: TickValue::new(1),
			reference: Price::new(100),
			tie_break: self.tie_break,
			amm: self.amm,
			orders,
			forced: &self.forced,
		};
		let admission = batch.admit(&Unlimited).unwrap();
		let tentative = batch.clear(&admission).unwrap();
		batch.settle(&admission, &tentative).unwrap()
	}
}

fn flow() -> impl Strategy<Value = Flow> {
	// Few prices, so that most of the flow meets at the margin.
	let order = (1u8..5, any::<bool>(), 99u64..=101, lots());
	let amm = proptest::option::weighted(0.3, amm_params(100));
	(vec(order, 2..16), forced(100), amm, tie_break()).prop_map(
		|(orders, forced, amm, tie_break)| {
			let orders =
				orders.into_iter().zip(0..).map(|((owner, buys, limit, size), number)| Order {
					key: OrderKey { account: account(owner), number },
					// The splitter buys only: no account trades with itself, cut or not.
					side: if buys || owner == SPLITTER { Side::Buy } else { Side::Sell },
					kind: OrderKind::Limit,
					time_in_force: TimeInForce::GoodTillCancelled,
					reduce_only: false,
					limit: Price::new(limit),
					size: Size::new(size),
					entered: BLOCK,
				});
			let amm = amm
				.map(|params| Amm { account: account(200), curve: AmmCurve::new(params).unwrap() });
			Flow { orders: orders.collect(), forced, amm, tie_break }
		},
	)
}

fn bought(outcome: &Outcome, accounts: &[AccountKey]) -> u64 {
	let theirs = outcome.fills.iter().filter(|fill| accounts.contains(&fill.key.account));
	theirs.map(|fill| fill.size.get()).sum()
}

/// The orders with some lots of one of the splitter's under another key.
fn cut(
	orders: &[Order],
	which: usize,
	lots: u64,
	key: impl Fn(OrderKey) -> OrderKey,
) -> Vec<Order> {
	let mut orders = orders.to_vec();
	let count = orders.iter().filter(|order| order.key.account == account(SPLITTER)).count();
	let mut theirs = orders.iter_mut().filter(|order| order.key.account == account(SPLITTER));
	let Some(order) = theirs.nth(which % count.max(1)) else { return orders };
	let lots = lots % (order.size.get() + 1);
	let other = Order { key: key(order.key), size: Size::new(lots), ..*order };
	order.size = Size::new(order.size.get() - lots);
	orders.push(other);
	orders.retain(|order| !order.size.is_zero());
	orders
}

proptest! {
	#![proptest_config(cases(2_048))]

	/// Within an account it is worth nothing, whatever number the part has.
	#[test]
	fn within_an_account_nothing_is_gained(
		flow in flow(), which in 0usize..16, lots in 0u64..16, first in any::<bool>(),
	) {
		let number = if first { 1_000 } else { 0 };
		let mut orders = flow.orders.clone();
		for order in &mut orders {
			order.key.number += 1;
		}
		let parts = cut(&orders, which, lots, |key| OrderKey { number, ..key });
		let (whole, parts) = (flow.run(&orders), flow.run(&parts));
		let us = [account(SPLITTER)];

		prop_assert_eq!(whole.price, parts.price);
		prop_assert_eq!(bought(&whole, &us), bought(&parts, &us));
	}

	/// Over two accounts it is worth one lot at most, and never a better price.
	#[test]
	fn over_two_accounts_at_most_a_lot_is_gained(
		flow in flow(), which in 0usize..16, lots in 0u64..16, late in any::<bool>(),
	) {
		let fresh = account(FRESH[usize::from(late)]);
		let parts = cut(&flow.orders, which, lots, |key| OrderKey { account: fresh, ..key });
		let (whole, parts) = (flow.run(&flow.orders), flow.run(&parts));
		let us = [account(SPLITTER), fresh];

		prop_assert_eq!(whole.price, parts.price);
		prop_assert!(bought(&parts, &us) <= bought(&whole, &us) + 1);
	}
}
