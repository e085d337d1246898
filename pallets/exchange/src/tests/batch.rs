//! The batch: one price, fees, bands, forced orders, bounds.

use breakwater_auction::{CancelReason, ForcedOrder, TimeInForce};
use breakwater_breaker::{Band, Matching};
use breakwater_interfaces::BatchSummary;
use breakwater_units::{Price, Quote, Ratio, Side, Size};
use frame_support::{assert_ok, weights::Weight};
use polkadot_sdk::*;

use crate::{mock::*, Event, OrderRequest, Reason, RequestKind, Role, Traders};

fn cancelled() -> Vec<(u64, u64, Reason)> {
	let what = |event| match event {
		Event::Cancelled { order, size, reason, .. } => Some((order, size.get(), reason)),
		_ => None,
	};
	events().into_iter().filter_map(what).collect()
}

fn open_orders(number: u8) -> usize {
	Traders::<Test>::get(key(number)).map_or(0, |trader| trader.orders.len())
}

#[test]
fn two_orders_trade_at_one_price_in_the_next_block() {
	with_chain(|| {
		place(1, buy(1_005, 10));
		place(2, sell(995, 10));
		assert_eq!((lots(1), lots(2)), (0, 0));

		let summary = next_block();

		assert_eq!((lots(1), lots(2)), (10, -10));
		// the reference is the mark
		assert_eq!(summary.price, Some(Price::new(MARK)));
		assert_eq!((summary.volume, summary.accounts), (Size::new(10), 2));
		assert_eq!(summary.organic.unwrap().price, Price::new(MARK));
		assert_eq!((open_orders(1), open_orders(2)), (0, 0));
	});
}

#[test]
fn what_is_not_filled_rests() {
	with_chain(|| {
		place(1, buy(1_005, 10));
		place(2, sell(995, 4));
		next_block();
		assert_eq!((lots(1), lots(2)), (4, -4));
		assert_eq!(open_orders(1), 1);
		place(3, sell(995, 6));
		next_block();
		assert_eq!((lots(1), lots(3)), (10, -6));
	});
}

#[test]
fn makers_and_takers_pay_their_fees_rounded_up_and_every_quantum_has_an_owner() {
	with_chain(|| {
		place(1, buy(1_000, 10));
		next_block();
		place(2, sell(990, 3));
		place(2, sell(991, 4));
		next_block();

		// at 1 000: 7 lots are 70 000 quanta; maker 0.02 % is 14, taker 0.05 % is 35
		assert_eq!(lots(1), 7);
		assert_eq!((RICH - cash(1), RICH - cash(2)), (14, 35));
		assert_eq!(fund(), 49);
		let fills: Vec<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::Filled { account, size, fee, role, left, .. } => {
					Some((account == key(1), size.get(), fee.get(), role, left.get()))
				},
				_ => None,
			})
			.collect();
		// 3 lots of 30 000 quanta cost 15, and 4 more make it 35
		let mut expected = [
			(true, 7, 14, Role::Maker, 3),
			(false, 3, 15, Role::Taker, 0),
			(false, 4, 20, Role::Taker, 0),
		];
		expected.sort_by_key(|fill| (fill.0 != (key(1) < key(2)), fill.1));
		let mut fills = fills;
		fills.sort_by_key(|fill| (fill.0 != (key(1) < key(2)), fill.1));
		assert_eq!(fills, expected);
	});
}

#[test]
fn fees_of_a_fraction_of_a_quantum_are_rounded_up_once() {
	with_chain(|| {
		set_mark(BTC, 7);
		place(1, buy(7, 1));
		place(1, buy(7, 1));
		place(2, sell(7, 2));
		next_block();
		// 140 quanta at 0.05 % are 0.07
		assert_eq!((RICH - cash(1), RICH - cash(2)), (1, 1));
	});
}

#[test]
fn post_only_orders_do_not_take() {
	with_chain(|| {
		place(1, buy(1_000, 10));
		next_block();
		let kind = RequestKind::PostOnly { price: Price::new(1_000) };
		place(2, OrderRequest { kind, ..sell(1_000, 5) });
		next_block();
		assert_eq!(lots(1), 0);
		assert_eq!(cancelled(), [(0, 5, Reason::Batch(CancelReason::PostOnlyWouldTake))]);
	});
}

#[test]
fn an_account_does_not_trade_with_itself() {
	with_chain(|| {
		place(1, buy(1_005, 10));
		place(1, sell(995, 4));
		next_block();
		assert_eq!(lots(1), 0);
		let reason = Reason::Batch(CancelReason::SelfTrade);
		assert_eq!(cancelled(), [(0, 4, reason), (1, 4, reason)]);
		assert_eq!(open_orders(1), 1);
	});
}

#[test]
fn admission_cuts_what_an_account_cannot_carry_with_all_its_orders() {
	chain().execute_with(|| {
		// enough for one of the two
		open(20, 100_700);
		let order = |market| OrderRequest { market, ..buy(1_000, 100) };
		place(20, order(BTC));
		place(3, sell(1_000, 200));
		next_block();
		assert_eq!(lots(20), 100);
		assert_ok!(Exchange::place(signed(3), sub(3), sell(1_000, 5)));
		Exchange::do_try_state().unwrap();
	});
}

#[test]
fn reductions_trade_while_new_risk_does_not() {
	use breakwater_interfaces::Exchange as _;
	with_chain(|| {
		positions(10);
		place(1, sell(1_000, 15));
		place(2, buy(1_000, 15));
		begin_block();
		Exchange::clear(BTC, Weight::MAX, &[], false, &mut |_| Matching::Admit).unwrap();
		assert_eq!((lots(1), lots(2)), (0, 0));
	});
}

#[test]
fn what_is_forced_is_taken_over_while_new_risk_is_not_admitted() {
	use breakwater_interfaces::Exchange as _;
	with_chain(|| {
		positions(10);
		place(3, buy(1_000, 9));
		place(4, sell(1_000, 2));
		let (account, side, limit) = (key(1), Side::Sell, Price::new(990));
		let forced = [ForcedOrder { account, side, limit, size: Size::new(6) }];
		begin_block();
		Exchange::clear(BTC, Weight::MAX, &forced, false, &mut |_| Matching::Admit).unwrap();
		// six of the nine are bought; nobody opens a position against another
		assert_eq!((lots(1), lots(3), lots(4)), (4, 6, 0));
		Exchange::do_try_state().unwrap();
	});
}

#[test]
fn positions_do_not_grow_beyond_the_room_for_open_interest() {
	with_chain(|| {
		place(1, buy(1_000, 10));
		place(2, sell(1_000, 10));
		world(|world| world.market(BTC).room = 4);
		next_block();
		assert_eq!((lots(1), lots(2)), (4, -4));
	});
}

mod matching {
	use super::*;

	fn crossed() {
		place(1, buy(1_100, 10));
		place(2, sell(900, 4));
		place(3, sell(1_060, 6));
		set_mark(BTC, 1_080);
		begin_block();
	}

	fn band(percent: u64) -> Band {
		let half_width = Ratio::saturating_from_percent(percent);
		Band { reference: Price::new(1_000), half_width }
	}

	#[test]
	fn admit_is_the_tentative_clearing() {
		with_chain(|| {
			crossed();
			let summary = clear_with(&[], Matching::Admit);
			assert_eq!((summary.price, summary.volume), (Some(Price::new(1_080)), Size::new(10)));
		});
	}

	#[test]
	fn inside_a_band_no_price_is_beyond_it() {
		with_chain(|| {
			crossed();
			let summary = clear_with(&[], Matching::Inside(band(5)));
			assert_eq!((summary.price, summary.volume), (Some(Price::new(1_050)), Size::new(4)));
			assert_eq!(summary.organic.unwrap().price, Price::new(1_050));
			assert_eq!((open_orders(1), open_orders(3)), (1, 1));
		});
	}

	#[test]
	fn an_auction_ends_inside_its_collar() {
		with_chain(|| {
			crossed();
			let summary = clear_with(&[], Matching::Uncross(band(7)));
			assert_eq!((summary.price, summary.volume), (Some(Price::new(1_070)), Size::new(10)));
		});
	}

	#[test]
	fn collect_and_halt_keep_orders_but_those_whose_time_is_over() {
		for matching in [Matching::Collect, Matching::Halt] {
			with_chain(|| {
				let time_in_force = TimeInForce::ImmediateOrCancel;
				place(4, OrderRequest { time_in_force, ..buy(1_100, 5) });
				crossed();
				let summary = clear_with(&[], matching);
				assert_eq!((summary.price, summary.organic), (None, None));
				assert_eq!((open_orders(1), open_orders(2), open_orders(4)), (1, 1, 0));
				assert_eq!(lots(1), 0);
			});
		}
	}

	#[test]
	fn the_decision_is_asked_for_once_with_forced_orders_in_it() {
		use breakwater_interfaces::Exchange as _;
		with_chain(|| {
			positions(10);
			place(3, buy(980, 10));
			let forced = [ForcedOrder {
				account: key(1),
				side: Side::Sell,
				limit: Price::new(970),
				size: Size::new(10),
			}];
			begin_block();
			let mut seen = Vec::new();
			Exchange::clear(BTC, Weight::MAX, &forced, true, &mut |clearing| {
				seen.push(clearing.map(|clearing| clearing.price.get()));
				Matching::Admit
			})
			.unwrap();
			assert_eq!(seen, [Some(980)]);
		});
	}
}

#[test]
fn forced_orders_fill_without_fee_and_do_not_move_the_organic_price() {
	with_chain(|| {
		positions(10);
		let before = cash(1);
		place(1, sell(1_100, 3));
		place(3, buy(980, 6));
		let forced = [ForcedOrder {
			account: key(1),
			side: Side::Sell,
			limit: Price::new(970),
			size: Size::new(10),
		}];
		begin_block();
		let summary = clear_with(&forced, Matching::Admit);

		assert_eq!(summary.forced[0].size, Size::new(6));
		assert_eq!((summary.price, summary.organic), (Some(Price::new(980)), None));
		assert_eq!((lots(1), lots(3)), (4, 6));
		// bought at 1 000, sold at 980: six lots, ten quanta a tick
		assert_eq!(cash(1) - before, -6 * 20 * 10);
		// an account under liquidation has no orders
		assert_eq!(cancelled(), [(1, 3, Reason::Batch(CancelReason::Liquidated))]);
		Exchange::do_try_state().unwrap();
	});
}

#[test]
fn impact_and_depth_are_those_of_the_admitted_orders() {
	with_chain(|| {
		place(1, buy(995, 7));
		place(1, buy(992, 7));
		place(2, sell(1_004, 20));
		place(2, sell(1_200, 20));
		let summary = next_block();
		// impact size is ten lots; depth counts those within ten ticks
		let (bid, ask) = (Some(Price::new(992)), Some(Price::new(1_004)));
		assert_eq!((summary.impact.bid, summary.impact.ask), (bid, ask));
		assert_eq!(summary.depth, Size::new(34));
	});
}

#[test]
fn a_batch_loads_the_best_prices_first_and_nobody_waits_for_ever() {
	with_chain(|| {
		MaxBatchOrders::set(&4);
		// eight accounts at one price, of which two fit
		for number in 1..=8 {
			place(number, buy(1_000, 1));
		}
		place(9, buy(1_001, 1));
		let mut rounds = 0;
		while (1..=9).any(|number| number < 9 && lots(number) == 0) {
			let origin = signed(9);
			let _ = Exchange::cancel_all(origin, sub(9), None);
			place(9, sell(1_000, 1));
			let summary = next_block();
			assert!(summary.orders <= 4);
			rounds += 1;
			assert!(rounds < 200, "somebody starves");
		}
	});
}

#[test]
fn a_market_without_a_price_does_nothing() {
	with_chain(|| {
		place(1, buy(1_005, 10));
		place(2, sell(995, 10));
		set_mark(BTC, 0);
		let summary = next_block();
		let used = summary.used;
		assert_eq!(summary, BatchSummary { used, ..Default::default() });
		set_mark(BTC, MARK);
		next_block();
		assert_eq!(lots(1), 10);
	});
}

#[test]
fn the_order_of_arrival_has_no_value() {
	let run = |order: [u8; 4]| {
		let mut result = Vec::new();
		chain().execute_with(|| {
			for number in order {
				let request = match number {
					1 => buy(1_003, 7),
					2 => buy(1_003, 5),
					3 => sell(999, 4),
					_ => sell(1_001, 3),
				};
				place(number, request);
			}
			next_block();
			result = (1..=4).map(|number| (lots(number), cash(number))).collect();
		});
		result
	};
	let first = run([1, 2, 3, 4]);
	for order in [[4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 2]] {
		assert_eq!(run(order), first);
	}
}

#[test]
fn events_make_an_account_statement() {
	with_chain(|| {
		place(1, buy(1_005, 10));
		place(2, sell(995, 10));
		next_block();
		let (mut position, mut paid) = (0i64, 0i128);
		for event in events() {
			if let Event::Filled { account, side, size, price, fee, .. } = event {
				if account == key(1) {
					let lots = size.signed(side).unwrap();
					position += lots.get();
					paid += i128::from(price.get()) * 10 * i128::from(lots.get()) + fee.get();
				}
			}
		}
		assert_eq!(position, lots(1));
		let state = States::get(key(1)).unwrap();
		assert_eq!(state.quote_claim().unwrap(), Quote::new(RICH - paid));
	});
}
