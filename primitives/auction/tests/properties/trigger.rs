//! Stop and take-profit orders.

use crate::common::{account, cases, BLOCK};
use breakwater_auction::{
	Order, OrderKey, OrderKind, TimeInForce, Trigger, TriggerKind, TriggeredOrder,
};
use breakwater_units::{Price, Side, Size};
use proptest::{collection::vec, prelude::*};

/// Whether a position that a close of this side would close has lost, or won, at least what the
/// level says.
fn has_come_to(kind: TriggerKind, closes_with: Side, level: u64, mark: u64) -> bool {
	let position = if closes_with == Side::Sell { 1i64 } else { -1 };
	let beyond = position * (i64::try_from(mark).unwrap() - i64::try_from(level).unwrap());
	match kind {
		TriggerKind::Stop => beyond <= 0,
		TriggerKind::TakeProfit => beyond >= 0,
	}
}

fn waiting() -> impl Strategy<Value = TriggeredOrder> {
	let kind = prop_oneof![Just(TriggerKind::Stop), Just(TriggerKind::TakeProfit)];
	let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
	(kind, side, 90u64..=110, any::<bool>(), 1u64..=20).prop_map(
		|(kind, side, level, market, size)| TriggeredOrder {
			trigger: Trigger { kind, level: Price::new(level) },
			order: Order {
				key: OrderKey { account: account(1), number: 1 },
				side,
				kind: if market { OrderKind::Market } else { OrderKind::Limit },
				time_in_force: if market {
					TimeInForce::ImmediateOrCancel
				} else {
					TimeInForce::GoodTillCancelled
				},
				reduce_only: true,
				limit: Price::new(100),
				size: Size::new(size),
				entered: 1,
			},
		},
	)
}

proptest! {
	#![proptest_config(cases(1_024))]

	/// Naive twin: the first mark of a path at which the position has lost or won enough.
	#[test]
	fn an_order_is_triggered_by_the_first_mark_that_meets_it(
		waiting in waiting(), marks in vec(85u64..=115, 1..30),
	) {
		let blocks = || marks.iter().zip(BLOCK..);
		let Trigger { kind, level } = waiting.trigger;
		let side = waiting.order.side;
		let fired = blocks().find_map(|(mark, block)| waiting.activate(Price::new(*mark), block));
		let expected =
			blocks().find(|(mark, _)| has_come_to(kind, side, level.get(), **mark)).map(|(_, block)| block);

		prop_assert_eq!(fired.map(|order| order.entered), expected);
		// It is the order that was placed, new in the batch that it enters.
		if let Some(order) = fired {
			prop_assert_eq!(Order { entered: 1, ..order }, waiting.order);
			prop_assert!(!order.is_standing(order.entered) && !order.is_expired(order.entered));
		}
	}
}
