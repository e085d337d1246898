//! How orders leave other than by trading, and how they come back.

use breakwater_auction::{CancelReason, TimeInForce, Trigger, TriggerKind};
use breakwater_units::{Price, Side, Size};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use crate::{mock::*, Error, Event, OrderId, OrderRequest, Reason, Traders};

type E = Error<Test>;

fn cancel(number: u8, ids: Vec<OrderId>) -> sp_runtime::DispatchResult {
	Exchange::cancel(signed(number), sub(number), ids.try_into().unwrap())
}

fn open_orders(number: u8) -> usize {
	Traders::<Test>::get(key(number)).map_or(0, |trader| trader.orders.len())
}

fn reasons() -> Vec<Reason> {
	let reason = |event| match event {
		Event::Cancelled { reason, .. } => Some(reason),
		_ => None,
	};
	events().into_iter().filter_map(reason).collect()
}

mod cancel {
	use super::*;

	#[test]
	fn by_number_and_by_client_id() {
		with_chain(|| {
			let number = place(1, buy(990, 5));
			place(1, OrderRequest { client_id: Some([3; 16]), ..buy(991, 6) });
			assert_ok!(super::cancel(1, vec![OrderId::Number(number), OrderId::Client([3; 16])]));
			assert_eq!(open_orders(1), 0);
			assert_eq!(reasons(), [Reason::Trader; 2]);
			assert_eq!(next_block().orders, 0);
		});
	}

	#[test]
	fn of_a_stale_id_fails_and_does_not_keep_others() {
		with_chain(|| {
			assert_noop!(super::cancel(1, vec![OrderId::Number(0)]), E::UnknownOrder);
			let number = place(1, buy(990, 5));
			assert_noop!(super::cancel(1, vec![OrderId::Client([3; 16])]), E::UnknownOrder);
			assert_noop!(super::cancel(2, vec![OrderId::Number(number)]), E::UnknownOrder);

			assert_ok!(super::cancel(1, vec![OrderId::Number(77), OrderId::Number(number)]));
			assert_eq!(open_orders(1), 0);
			assert_noop!(super::cancel(1, vec![OrderId::Number(number)]), E::UnknownOrder);
		});
	}

	#[test]
	fn in_every_state_of_the_market() {
		with_chain(|| {
			let number = place(1, buy(990, 5));
			halt(true);
			assert_ok!(super::cancel(1, vec![OrderId::Number(number)]));
		});
	}
}

#[test]
fn cancel_all_takes_one_market_or_all() {
	with_chain(|| {
		place(1, buy(990, 5));
		place(1, OrderRequest { market: ETH, ..buy(990, 5) });
		assert_ok!(Exchange::place_trigger(signed(1), sub(1), stop(900), sell(890, 5)));
		place(2, buy(990, 5));

		assert_ok!(Exchange::cancel_all(signed(1), sub(1), Some(ETH)));
		assert_eq!(open_orders(1), 2);
		assert_ok!(Exchange::cancel_all(signed(1), sub(1), None));
		assert_eq!((open_orders(1), open_orders(2)), (0, 1));
	});
}

#[test]
fn the_pipeline_cancels_as_many_as_it_asks_for() {
	use breakwater_interfaces::Exchange as Pipeline;
	with_chain(|| {
		for _ in 0..3 {
			place(1, buy(990, 5));
		}
		assert_eq!(<Exchange as Pipeline>::cancel_all(&key(1), 2), 2);
		assert_eq!(<Exchange as Pipeline>::cancel_all(&key(1), 2), 1);
		assert_eq!(<Exchange as Pipeline>::cancel_all(&key(1), 2), 0);
		assert_eq!(reasons(), [Reason::Liquidation; 3]);
	});
}

mod replace {
	use super::*;

	fn replace(old: u64, new: OrderRequest) -> sp_runtime::DispatchResult {
		plain(Exchange::replace(signed(1), sub(1), OrderId::Number(old), new))
	}

	#[test]
	fn does_both() {
		with_chain(|| {
			let named = OrderRequest { client_id: Some([1; 16]), ..buy(990, 5) };
			let old = place(1, named);
			assert_ok!(replace(old, OrderRequest { size: Size::new(7), ..named }));
			assert_eq!(open_orders(1), 1);
			assert_eq!(reasons(), [Reason::Replaced]);
			let replaced = Event::Replaced { account: key(1), old, new: old + 1 };
			assert_eq!(events().last(), Some(&replaced));
		});
	}

	#[test]
	fn or_neither() {
		with_chain(|| {
			let old = place(1, buy(990, 5));
			assert_noop!(replace(old, buy(990, 0)), E::ZeroSize);
			assert_noop!(replace(old + 1, buy(990, 5)), E::UnknownOrder);
			assert_eq!(open_orders(1), 1);
		});
	}
}

mod time {
	use super::*;

	#[test]
	fn ends_good_till_block_after_its_batch() {
		with_chain(|| {
			let until = |last| OrderRequest {
				time_in_force: TimeInForce::GoodTillBlock(last),
				..buy(990, 5)
			};
			place(1, until(3));
			assert_eq!(next_block().orders, 1);
			assert_eq!(open_orders(1), 1);
			assert_eq!(next_block().orders, 1);
			assert_eq!(open_orders(1), 0);
			assert_eq!(reasons(), [Reason::Batch(CancelReason::Expired)]);
		});
	}

	#[test]
	fn ends_immediate_or_cancel_with_one_batch_in_the_window_or_outside() {
		with_chain(|| {
			for price in [500, 999] {
				let time_in_force = TimeInForce::ImmediateOrCancel;
				place(1, OrderRequest { time_in_force, ..buy(price, 5) });
			}
			next_block();
			assert_eq!(open_orders(1), 0);
			assert_eq!(reasons(), [Reason::Batch(CancelReason::NotFilled); 2]);
		});
	}

	#[test]
	fn is_looked_after_in_bounded_work_and_lazily() {
		with_chain(|| {
			MaxExpiries::set(&2);
			for _ in 0..5 {
				let time_in_force = TimeInForce::GoodTillBlock(2);
				place(1, OrderRequest { time_in_force, ..buy(990, 5) });
			}
			// two more in each block, by this
			crate::Markets::<Test>::mutate(BTC, |terms| {
				terms.as_mut().unwrap().funding.impact_size = Size::new(0);
			});
			let left = [3, 1, 0];
			for left in left {
				next_block();
				assert_eq!(open_orders(1), left);
			}
		});
	}

	#[test]
	fn that_is_over_does_not_trade_even_if_it_was_not_taken_out() {
		with_chain(|| {
			MaxExpiries::set(&0);
			let time_in_force = TimeInForce::GoodTillBlock(2);
			place(1, OrderRequest { time_in_force, ..buy(1_005, 5) });
			next_block();
			place(2, sell(995, 5));
			assert_eq!(next_block().price, None);
			assert_eq!(reasons(), [Reason::Batch(CancelReason::Expired)]);
		});
	}
}

mod triggers {
	use super::*;

	fn place_trigger(number: u8, trigger: Trigger, request: OrderRequest) {
		assert_ok!(Exchange::place_trigger(signed(number), sub(number), trigger, request));
	}

	#[test]
	fn turn_into_orders_when_the_mark_meets_them() {
		with_chain(|| {
			positions(10);
			place_trigger(1, stop(950), reduce(at_market(Side::Sell, 10)));
			place(3, buy(940, 10));
			next_block();
			assert_eq!(lots(1), 10);

			set_mark(BTC, 950);
			next_block();

			// 950 less 5 % is the least it sells at
			assert_eq!((lots(1), lots(3)), (0, 10));
			let triggered = |event: &Event<Test>| matches!(event, Event::Triggered { price, .. } if *price == Price::new(903));
			assert!(events().iter().any(triggered));
			assert_eq!(open_orders(1), 0);
		});
	}

	#[test]
	fn take_profits_wait_for_the_other_side() {
		with_chain(|| {
			positions(10);
			let trigger = Trigger { kind: TriggerKind::TakeProfit, level: Price::new(1_050) };
			place_trigger(1, trigger, reduce(sell(1_040, 10)));
			set_mark(BTC, 950);
			next_block();
			assert_eq!(open_orders(1), 1);
			place(3, buy(1_045, 10));
			set_mark(BTC, 1_050);
			next_block();
			assert_eq!((lots(1), lots(3)), (0, 10));
		});
	}

	#[test]
	fn that_are_met_come_nearest_first_as_many_as_a_block_takes() {
		with_chain(|| {
			for level in [900, 940, 920, 930, 910] {
				place_trigger(1, stop(level), sell(2_000, level));
			}
			set_mark(BTC, 905);
			let met = || -> Vec<u64> {
				let level = |event| match event {
					Event::Triggered { order, .. } => Some(order),
					_ => None,
				};
				events().into_iter().filter_map(level).collect()
			};
			next_block();
			assert_eq!(met(), [1, 3]);
			next_block();
			assert_eq!(met(), [2, 4]);
			next_block();
			assert_eq!(met(), Vec::<u64>::new());
		});
	}

	#[test]
	fn are_cancelled_and_expire_as_others_do() {
		with_chain(|| {
			place_trigger(1, stop(900), sell(890, 5));
			assert_ok!(cancel(1, vec![OrderId::Number(0)]));
			let time_in_force = TimeInForce::GoodTillBlock(2);
			place_trigger(1, stop(900), OrderRequest { time_in_force, ..sell(890, 5) });
			next_block();
			assert_eq!(open_orders(1), 0);
			assert_eq!(reasons(), [Reason::Batch(CancelReason::Expired)]);
		});
	}

	#[test]
	fn are_on_the_grid() {
		with_chain(|| {
			crate::Markets::<Test>::mutate(BTC, |terms| {
				terms.as_mut().unwrap().order_tick = 10;
			});
			let at = |level| {
				plain(Exchange::place_trigger(signed(1), sub(1), stop(level), sell(900, 5)))
			};
			assert_noop!(at(905), E::OffTick);
			assert_noop!(at(0), E::PriceOutOfRange);
			assert_ok!(at(910));
		});
	}
}

mod dead_man_switch {
	use super::*;

	fn arm(number: u8, blocks: u32) {
		assert_ok!(Exchange::set_dead_man_switch(signed(number), sub(number), blocks));
	}

	#[test]
	fn cancels_everything_unless_it_is_renewed() {
		with_chain(|| {
			place(1, buy(990, 5));
			place(1, OrderRequest { market: ETH, ..buy(990, 5) });
			arm(1, 2);
			next_block();
			arm(1, 2);
			next_block();
			assert_eq!(open_orders(1), 2);
			next_block();
			assert_eq!(open_orders(1), 0);
			let fired = Event::SwitchFired { account: key(1), orders: 2 };
			assert!(events().contains(&fired));
			assert_eq!(reasons(), [Reason::DeadManSwitch; 2]);
		});
	}

	#[test]
	fn can_be_disarmed() {
		with_chain(|| {
			place(1, buy(990, 5));
			arm(1, 1);
			arm(1, 0);
			next_block();
			assert_eq!(open_orders(1), 1);
			let nobody = Exchange::set_dead_man_switch(signed(40), sub(40), 5);
			assert_noop!(nobody, E::UnknownSubaccount);
		});
	}

	#[test]
	fn fires_for_as_many_as_a_block_takes_and_for_the_others_next() {
		with_chain(|| {
			for number in 1..=5 {
				place(number, buy(990, 5));
				arm(number, 1);
			}
			let open = || (1..=5).map(open_orders).sum::<usize>();
			let after = [3, 1, 0].map(|_| {
				next_block();
				open()
			});
			assert_eq!(after, [3, 1, 0]);
		});
	}
}
