//! What the runtime's interface answers.

use breakwater_auction::TimeInForce;
use breakwater_primitives::markets::LevelInfo;
use breakwater_units::Side;
use frame_support::assert_ok;
use polkadot_sdk::*;

use crate::{mock::*, OrderRequest};

#[test]
fn a_book_is_its_levels_from_the_best_outward() {
	with_chain(|| {
		for (price, size) in [(990, 1), (995, 2), (995, 3), (980, 4)] {
			place(1, buy(price, size));
		}
		place(2, sell(1_010, 5));
		place(2, sell(1_005, 6));
		let book = Exchange::book(BTC, 2).unwrap();
		let level = |price, size| LevelInfo { price, size };
		assert_eq!(book.bids, [level(995, 5), level(990, 1)]);
		assert_eq!(book.asks, [level(1_005, 6), level(1_010, 5)]);
		assert_eq!((book.orders, book.waiting, book.amm), (6, 0, None));
		assert_eq!(Exchange::book(DOGE, 2), None);
	});
}

#[test]
fn open_orders_are_those_in_the_book_and_those_that_wait() {
	with_chain(|| {
		let time_in_force = TimeInForce::GoodTillBlock(7);
		place(1, OrderRequest { time_in_force, client_id: Some([9; 16]), ..buy(990, 5) });
		let order = at_market(Side::Sell, 3);
		assert_ok!(Exchange::place_trigger(signed(1), sub(1), stop(900), order));

		let orders = Exchange::open_orders(&sub(1));
		let [first, second] = orders.as_slice() else { panic!("two orders") };
		assert_eq!((first.order, first.client_id, first.buys), (0, Some([9; 16]), true));
		assert_eq!((first.price, first.size, first.last_block), (Some(990), 5, Some(7)));
		assert_eq!((first.entered, first.trigger), (Some(2), None));
		assert_eq!(second.kind, b"Market");
		assert_eq!((second.price, second.trigger), (None, Some(900)));
		assert!(!second.triggers_above && !second.buys);
		assert_eq!(Exchange::open_orders(&sub(2)), []);
	});
}

#[test]
fn a_preview_says_what_an_order_costs_and_whether_it_would_be_taken() {
	with_chain(|| {
		open(20, 1_000_000);
		let preview = Exchange::preview(&sub(20), &buy(1_000, 100));
		// a million quanta
		assert_eq!((preview.refused, preview.notional), (None, 1_000_000));
		assert_eq!((preview.taker_fee, preview.maker_fee), (500, 200));
		// a lot needs 1 000 of margin and 5 of fee: 995.02
		assert_eq!(preview.largest, 995);

		let refused = Exchange::preview(&sub(20), &buy(1_000, 1_000)).refused;
		assert_eq!(refused.as_deref(), Some(b"InsufficientMargin".as_slice()));
		let refused = Exchange::preview(&sub(20), &buy(0, 1)).refused;
		assert_eq!(refused.as_deref(), Some(b"PriceOutOfRange".as_slice()));
		let market = Exchange::preview(&sub(20), &at_market(Side::Buy, 1));
		assert_eq!(market.limit, 1_050);
		// what may be placed is what the preview says
		assert!(Exchange::place(signed(20), sub(20), buy(1_000, 995)).is_err());
		assert_ok!(Exchange::place(signed(20), sub(20), buy(1_000, 994)));
		States::remove(key(20));
		Infos::remove(key(20));
		crate::Traders::<Test>::remove(key(20));
		let _ = crate::Orders::<Test>::clear(u32::MAX, None);
		let _ = crate::Levels::<Test>::clear(u32::MAX, None);
		let _ = crate::Counts::<Test>::clear(u32::MAX, None);
	});
}
