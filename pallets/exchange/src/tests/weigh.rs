//! What orders and batches weigh by what accounts hold and owe.

use breakwater_auction::ForcedOrder;
use breakwater_breaker::Matching;
use breakwater_interfaces::{BatchSummary, Exchange as _};
use breakwater_units::{Price, Side, Size};
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use polkadot_sdk::*;

use crate::{mock::*, weigh::MOST_LEGS, weights::WeightInfo, Call, Config};

type Weights = <Test as Config>::WeightInfo;

/// Far more than a small batch weighs.
const HEAVY: u64 = 10_000_000_000;

fn clear(limit: Weight, forced: &[ForcedOrder]) -> BatchSummary {
	begin_block();
	Exchange::clear(BTC, limit, forced, true, &mut |_| Matching::Admit).unwrap()
}

fn of_accounts(number: u8, levy: u64, filing: u64) {
	Extra::insert(key(number), (levy, filing));
}

/// Accounts 1 and 2 trade, 3 only bids.
fn three_orders() {
	place(1, buy(1_000, 10));
	place(2, sell(1_000, 10));
	place(3, buy(900, 1));
}

#[test]
fn a_batch_weighs_the_levies_of_its_orders_and_the_filing_of_who_trades() {
	let used = |levy: u64, filing: u64| {
		let mut used = None;
		with_chain(|| {
			three_orders();
			of_accounts(1, levy, filing);
			of_accounts(3, 100 * levy, 1_000 * filing);
			of_accounts(4, 7, 7);
			used = Some(clear(Weight::MAX, &[]).used.ref_time());
		});
		used.unwrap()
	};
	let simple = used(0, 0);
	assert_eq!(used(5, 0), simple + 505, "of all whose orders were loaded");
	assert_eq!(used(0, 5), simple + 5, "of those who traded");
}

#[test]
fn a_batch_weighs_the_levy_of_its_amm() {
	let used = |levy: u64| {
		let mut used = None;
		with_chain(|| {
			let amount = breakwater_units::Amount::new(1_000_000);
			frame_support::assert_ok!(Exchange::amm_deposit(signed(1), BTC, 0, amount));
			Extra::insert(Exchange::amm_id(BTC).key(), (levy, 0));
			used = Some(clear(Weight::MAX, &[]).used.ref_time());
		});
		used.unwrap()
	};
	assert_eq!(used(5), used(0) + 5);
}

#[test]
fn a_batch_weighs_the_filing_of_who_is_forced() {
	with_chain(|| {
		positions(10);
		place(3, buy(1_000, 9));
		let (account, side, limit) = (key(1), Side::Sell, Price::new(990));
		let forced = [ForcedOrder { account, side, limit, size: Size::new(6) }];
		of_accounts(1, 0, 11 * HEAVY);
		assert!(clear(Weight::MAX, &forced).used.ref_time() > 11 * HEAVY);
		assert_eq!(lots(1), 4);
	});
}

#[test]
fn a_batch_without_room_for_all_accounts_takes_the_best_prices_and_gets_to_the_others_later() {
	with_chain(|| {
		for number in 1..=4 {
			of_accounts(number, HEAVY, 0);
		}
		place(1, buy(1_002, 1));
		place(2, buy(1_001, 1));
		place(3, sell(998, 1));
		place(4, sell(999, 1));
		// A quarter of it is for accounts: for two of them.
		let limit = Weight::from_parts(9 * HEAVY, 0);
		assert!(clear(limit, &[]).used.all_lte(limit));
		assert_eq!([1, 2, 3, 4].map(lots), [1, 0, -1, 0]);
		assert!(clear(limit, &[]).used.all_lte(limit));
		assert_eq!([1, 2, 3, 4].map(lots), [1, 1, -1, -1]);
	});
}

#[test]
fn a_batch_without_room_to_file_all_fills_fewer() {
	with_chain(|| {
		for number in 1..=4 {
			of_accounts(number, 0, HEAVY);
		}
		place(1, buy(1_002, 1));
		place(2, buy(1_001, 1));
		place(3, sell(998, 1));
		place(4, sell(999, 1));
		let limit = Weight::from_parts(3 * HEAVY, 0);
		assert!(clear(limit, &[]).used.all_lte(limit));
		assert_eq!([1, 2, 3, 4].map(lots), [1, 0, -1, 0]);
		// With less than two of them weigh, it gets on all the same.
		clear(Exchange::least_weight(), &[]);
		assert_eq!([1, 2, 3, 4].map(lots), [1, 1, -1, -1]);
	});
}

#[test]
fn orders_give_back_what_an_account_with_all_legs_would_have_weighed() {
	with_chain(|| {
		positions(10);
		let order = buy(900, 1);
		let part = |base: Weight, full: Weight| {
			let more = full.saturating_sub(base).saturating_div(MOST_LEGS.into());
			Some(base.saturating_add(more))
		};
		let legs = |legs: u32| Some(Weights::place(legs));
		let declared = Call::<Test>::place { account: sub(1), request: order }.get_dispatch_info();
		assert_eq!(Some(declared.call_weight), legs(MOST_LEGS));
		let weighed = Exchange::place(signed(1), sub(1), order).unwrap().actual_weight;
		assert_eq!(weighed, legs(1));
		let weighed = Exchange::place(signed(3), sub(3), order).unwrap().actual_weight;
		assert_eq!(weighed, legs(0));
		// Refused ones too, and lists by how many they are.
		let refused = Exchange::place(signed(1), sub(1), buy(900, 0)).unwrap_err();
		assert_eq!(refused.post_info.actual_weight, legs(1));
		let requests = vec![order, buy(901, 1)].try_into().unwrap();
		let weighed = Exchange::place_many(signed(1), sub(1), requests).unwrap().actual_weight;
		assert_eq!(weighed, part(Weights::place_many(2), Weights::place_many_full(2)));
	});
}

#[test]
fn a_batch_loads_as_many_as_it_has_room_for() {
	with_chain(|| {
		for number in 1..=8 {
			of_accounts(number, HEAVY, 0);
		}
		for place_in_book in 1..=4u8 {
			place(place_in_book, buy(1_000 + u64::from(place_in_book), 1));
			place(4 + place_in_book, sell(1_000 - u64::from(place_in_book), 1));
		}
		// A quarter of it is for accounts: for six of the eight, not only for two.
		clear(Weight::from_parts(26 * HEAVY, 0), &[]);
		assert_eq!((1..=8).map(lots).collect::<Vec<_>>(), [0, 1, 1, 1, 0, -1, -1, -1]);
	});
}

/// What is more is measured as a difference: were one below zero, it would count as nothing.
#[test]
fn accounts_with_legs_were_measured_heavier_than_those_without() {
	let slope = |weigh: fn(u32) -> Weight| weigh(2).ref_time() - weigh(1).ref_time();
	assert!(slope(Weights::carry) > slope(Weights::load));
	assert!(Weights::carry(0).all_gte(Weights::load(0)));
	assert!(slope(Weights::place) > 0);
	for orders in [1, 50] {
		let [full, simple] = [Weights::place_many_full(orders), Weights::place_many(orders)];
		assert!(full.ref_time() > simple.ref_time());
	}
}
