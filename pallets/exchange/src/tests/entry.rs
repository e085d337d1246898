//! What may enter, and what is refused: a specific error each, and nothing changed.

use breakwater_auction::TimeInForce;
use breakwater_interfaces::{Ledger, SubaccountId};
use breakwater_units::{limits::MAX_PRICE_TICKS, PoolId, Price, Ratio, Side, Size};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event, OrderId, OrderRequest, RequestKind, Traders};
use polkadot_sdk::*;

type E = Error<Test>;

fn refused(request: OrderRequest, error: E) {
	assert_noop!(plain(Exchange::place(signed(1), sub(1), request)), error);
}

#[test]
fn an_order_enters_the_book_at_once_and_says_so() {
	with_chain(|| {
		let client_id = Some([7; 16]);
		let number = place(1, OrderRequest { client_id, ..buy(990, 5) });

		assert_eq!(number, 0);
		let placed = Event::Placed {
			order: 0,
			account: key(1),
			market: BTC,
			side: Side::Buy,
			kind: breakwater_auction::OrderKind::Limit,
			time_in_force: TimeInForce::GoodTillCancelled,
			reduce_only: false,
			price: Price::new(990),
			size: Size::new(5),
			client_id,
		};
		assert_eq!(events(), [placed]);
		assert_eq!(place(1, buy(990, 5)), 1);
	});
}

mod is_refused {
	use super::*;

	#[test]
	fn off_the_grid_or_beyond_the_bounds() {
		chain().execute_with(|| {
			crate::Markets::<Test>::mutate(BTC, |terms| {
				let terms = terms.as_mut().unwrap();
				(terms.order_tick, terms.order_lot) = (5, 10);
				terms.min_order = Size::new(20);
			});
			refused(buy(1_000, 0), E::ZeroSize);
			refused(buy(1_000, 25), E::OffLot);
			refused(buy(1_000, 10), E::OrderTooSmall);
			refused(buy(1_000, 100_010), E::OrderTooLarge);
			refused(buy(1_001, 20), E::OffTick);
			refused(buy(0, 20), E::PriceOutOfRange);
			refused(buy(MAX_PRICE_TICKS + 4, 20), E::PriceOutOfRange);
			assert_ok!(Exchange::place(signed(1), sub(1), buy(1_000, 20)));
		});
	}

	#[test]
	fn of_an_unknown_market_or_before_its_first_price() {
		with_chain(|| {
			refused(OrderRequest { market: DOGE, ..buy(1_000, 1) }, E::UnknownMarket);
			set_mark(BTC, 0);
			refused(buy(1_000, 1), E::NoPrice);
		});
	}

	#[test]
	fn of_a_subaccount_that_may_not_trade_there() {
		chain().execute_with(|| {
			let other = SubaccountId { owner: owner(1), number: 5 };
			let from =
				|id: &SubaccountId| plain(Exchange::place(signed(1), id.clone(), buy(1_000, 1)));
			assert_noop!(from(&other), E::UnknownSubaccount);
			Books::open(&other, PoolId(0), Some(ETH)).unwrap();
			assert_noop!(from(&other), E::Isolated);
			let elsewhere = SubaccountId { owner: owner(1), number: 6 };
			Books::open(&elsewhere, PoolId(3), None).unwrap();
			assert_noop!(from(&elsewhere), E::OtherPool);
		});
	}

	#[test]
	fn with_a_time_in_force_that_its_kind_does_not_have() {
		with_chain(|| {
			let immediate = TimeInForce::ImmediateOrCancel;
			let market = at_market(Side::Buy, 1);
			let rests = OrderRequest { time_in_force: TimeInForce::GoodTillCancelled, ..market };
			refused(rests, E::MarketCannotRest);
			let kind = RequestKind::PostOnly { price: Price::new(990) };
			let post = OrderRequest { kind, time_in_force: immediate, ..buy(990, 1) };
			refused(post, E::PostOnlyMustRest);
			// the next batch is that of block 2
			let until = |last| OrderRequest {
				time_in_force: TimeInForce::GoodTillBlock(last),
				..buy(990, 1)
			};
			refused(until(1), E::AlreadyExpired);
			place(1, until(2));
		});
	}

	#[test]
	fn with_more_slippage_than_the_market_has() {
		with_chain(|| {
			let slippage = |percent| OrderRequest {
				kind: RequestKind::Market {
					max_slippage: Some(Ratio::saturating_from_percent(percent)),
				},
				..at_market(Side::Buy, 1)
			};
			refused(slippage(6), E::SlippageTooLarge);
			place(1, slippage(5));
		});
	}

	#[test]
	fn without_margin_its_fee_and_the_deposits_of_all_orders() {
		chain().execute_with(|| {
			// 100 lots at 1 000 ticks of 10 quanta are 1 000 000; margin 100 000, fee 500,
			// deposits 100 each
			open(20, 100_600);
			let place = |size| plain(Exchange::place(signed(20), sub(20), buy(1_000, size)));
			assert_noop!(place(101), E::InsufficientMargin);
			assert_ok!(place(100));
			assert_noop!(place(100), E::InsufficientMargin);
			assert_ok!(place(99));
		});
	}

	#[test]
	fn with_a_client_id_of_an_open_order() {
		with_chain(|| {
			let named = OrderRequest { client_id: Some([1; 16]), ..buy(990, 1) };
			place(1, named);
			refused(named, E::ClientIdInUse);
			place(2, named);

			assert_ok!(Exchange::cancel_all(signed(1), sub(1), None));
			place(1, named);
		});
	}

	#[test]
	fn by_whoever_is_neither_owner_nor_delegate() {
		with_chain(|| {
			let by = |origin| plain(Exchange::place(origin, sub(1), buy(990, 1)));
			assert_noop!(by(signed(2)), E::NotOwnerOrDelegate);
			assert_noop!(by(RuntimeOrigin::root()), DispatchError::BadOrigin);
		});
	}

	#[test]
	fn beyond_the_largest_position_or_open_interest() {
		chain().execute_with(|| {
			positions(100);
			crate::Markets::<Test>::mutate(BTC, |terms| {
				terms.as_mut().unwrap().max_position = Size::new(105);
			});
			refused(buy(1_000, 6), E::PositionTooLarge);
			place(1, buy(1_000, 5));
			world(|world| world.market(BTC).room = 3);
			refused(buy(1_000, 4), E::OpenInterestFull);
			place(1, buy(1_000, 3));
			// a reversal of 203 lots adds three
			place(1, sell(1_000, 203));
		});
	}

	#[test]
	fn when_the_blocks_new_risk_is_complete_but_reductions_and_cancels_are_not() {
		chain().execute_with(|| {
			positions(100);
			MaxNewOrders::set(&2);
			place(1, buy(990, 1));
			let second = place(1, buy(990, 1));
			refused(buy(990, 1), E::MarketBusy);
			for _ in 0..5 {
				place(1, reduce(sell(1_010, 1)));
			}
			let ids = vec![OrderId::Number(second)].try_into().unwrap();
			assert_ok!(Exchange::cancel(signed(1), sub(1), ids));
			refused(buy(990, 1), E::MarketBusy);

			next_block();
			place(1, buy(990, 1));
		});
	}

	#[test]
	fn when_the_list_is_full_but_its_last_places_are_for_reductions() {
		chain().execute_with(|| {
			positions(100);
			let (all, reserved) = (crate::MAX_OPEN_ORDERS, crate::RESERVED_FOR_REDUCTIONS);
			for _ in 0..all - reserved {
				place(1, buy(990, 1));
			}
			refused(buy(990, 1), E::TooManyOpenOrders);
			for _ in 0..reserved {
				place(1, reduce(sell(1_010, 1)));
			}
			refused(reduce(sell(1_010, 1)), E::TooManyOpenOrders);
		});
	}

	#[test]
	fn when_the_market_is_halted_but_reductions_are_not() {
		chain().execute_with(|| {
			positions(10);
			halt(true);
			refused(buy(990, 1), E::MarketHalted);
			place(1, reduce(sell(1_000, 1)));
		});
	}
}

mod reduce_only {
	use super::*;

	#[test]
	fn needs_a_position_on_the_other_side() {
		with_chain(|| {
			refused(reduce(sell(1_000, 1)), E::NothingToReduce);
			positions(10);
			refused(reduce(buy(1_000, 1)), E::NothingToReduce);
			place(1, reduce(sell(1_000, 1)));
		});
	}

	#[test]
	fn needs_no_margin() {
		chain().execute_with(|| {
			positions(1_000);
			// long 1 000 lots at 1 000: ten million quanta
			States::mutate(key(1), |state| {
				state.as_mut().unwrap().cash = breakwater_units::Quote::new(0);
			});
			refused(buy(1_000, 1), E::InsufficientMargin);
			place(1, reduce(sell(990, 500)));
		});
	}
}

#[test]
fn market_orders_are_protected_on_the_grid() {
	with_chain(|| {
		crate::Markets::<Test>::mutate(BTC, |terms| {
			terms.as_mut().unwrap().order_tick = 7;
		});
		// 1 000 ± 5 %, toward the mark on multiples of 7
		let limit = |side| {
			place(1, at_market(side, 1));
			match events().last() {
				Some(Event::Placed { price, .. }) => price.get(),
				_ => 0,
			}
		};
		assert_eq!((limit(Side::Buy), limit(Side::Sell)), (1_050, 952));
		set_mark(BTC, 1_001);
		assert_eq!(limit(Side::Buy), 1_050);
	});
}

mod place_many {
	use super::*;

	#[test]
	fn places_each_for_itself() {
		with_chain(|| {
			let requests = vec![buy(990, 1), buy(0, 1), buy(991, 1)].try_into().unwrap();
			assert_ok!(Exchange::place_many(signed(1), sub(1), requests));
			assert_eq!(Traders::<Test>::get(key(1)).unwrap().orders.len(), 2);
			let refused = |event: &Event<Test>| matches!(event, Event::Refused { index: 1, .. });
			assert!(events().iter().any(refused));
		});
	}

	#[test]
	fn fails_if_none_can_be_placed() {
		with_chain(|| {
			let requests = vec![buy(0, 1), buy(990, 0)].try_into().unwrap();
			let call = plain(Exchange::place_many(signed(1), sub(1), requests));
			assert_eq!(call, Err(E::PriceOutOfRange.into()));
			let none = plain(Exchange::place_many(signed(1), sub(1), Default::default()));
			assert_eq!(none, Err(E::NothingToDo.into()));
			assert!(Traders::<Test>::get(key(1)).is_none());
		});
	}
}

mod delegates {
	use super::*;

	#[test]
	fn trade_until_their_time_is_over() {
		with_chain(|| {
			assert_ok!(Exchange::add_delegate(signed(1), 0, owner(2), 3));
			let by_delegate = || plain(Exchange::place(signed(2), sub(1), buy(990, 1)));
			assert_ok!(by_delegate());
			assert_ok!(Exchange::cancel_all(signed(2), sub(1), None));
			next_block();
			next_block();
			assert_ok!(by_delegate());
			next_block();
			assert_noop!(by_delegate(), E::DelegateExpired);
		});
	}

	#[test]
	fn do_not_withdraw_and_do_not_name_others() {
		with_chain(|| {
			assert_ok!(Exchange::add_delegate(signed(1), 0, owner(2), 30));
			// what is not an order is of the signer's own subaccounts
			assert_noop!(Exchange::amm_withdraw(signed(2), BTC, 0, 5), E::NotEnoughShares);
			assert_ok!(Exchange::add_delegate(signed(2), 0, owner(3), 30));
			let by_third = plain(Exchange::place(signed(3), sub(1), buy(990, 1)));
			assert_eq!(by_third, Err(E::NotOwnerOrDelegate.into()));
		});
	}

	#[test]
	fn are_few_and_can_be_removed() {
		with_chain(|| {
			let add =
				|number: u8, until| Exchange::add_delegate(signed(1), 0, owner(number), until);
			assert_noop!(add(50, 0), E::DelegateExpired);
			for number in 0..crate::MAX_DELEGATES as u8 {
				assert_ok!(add(50 + number, 2));
			}
			assert_noop!(add(70, 5), E::TooManyDelegates);
			assert_ok!(Exchange::remove_delegate(signed(1), 0, owner(50)));
			assert_ok!(add(70, 5));
			let again = Exchange::remove_delegate(signed(1), 0, owner(50));
			assert_noop!(again, E::UnknownDelegate);
			let nobody = Exchange::add_delegate(signed(1), 8, owner(50), 9);
			assert_noop!(nobody, E::UnknownSubaccount);

			// those whose time is over make room
			next_block();
			next_block();
			assert_ok!(add(71, 9));
		});
	}
}

mod free_calls {
	use super::*;
	use frame_support::dispatch::CheckIfFeeless;

	fn is_free(number: u8, call: crate::Call<Test>) -> bool {
		call.is_feeless(&signed(number))
	}

	fn placing(request: OrderRequest) -> crate::Call<Test> {
		crate::Call::place { account: sub(1), request }
	}

	#[test]
	fn are_reductions_and_cancels_that_do_something() {
		with_chain(|| {
			positions(10);
			assert!(is_free(1, placing(reduce(sell(1_000, 1)))));
			assert!(!is_free(1, placing(sell(1_000, 1))));
			assert!(!is_free(1, placing(reduce(buy(1_000, 1)))));
			assert!(!is_free(2, placing(reduce(sell(1_000, 1)))));

			let all = || crate::Call::cancel_all { account: sub(1), market: None };
			assert!(!is_free(1, all()));
			let number = place(1, buy(990, 1));
			assert!(is_free(1, all()));
			let cancel = |number| crate::Call::cancel {
				account: sub(1),
				ids: vec![OrderId::Number(number)].try_into().unwrap(),
			};
			assert!(is_free(1, cancel(number)));
			assert!(!is_free(1, cancel(number + 1)));
			assert!(!is_free(2, cancel(number)));
		});
	}

	#[test]
	fn are_so_many_in_a_period() {
		with_chain(|| {
			positions(100);
			let reduction = || placing(reduce(sell(1_010, 1)));
			for _ in 0..FreeCalls::get() {
				assert!(is_free(1, reduction()));
				place(1, reduce(sell(1_010, 1)));
			}
			assert!(!is_free(1, reduction()));
			// it is accepted all the same
			place(1, reduce(sell(1_010, 1)));
			System::set_block_number(u32::from(QuotaPeriod::get()));
			assert!(is_free(1, reduction()));
		});
	}
}
