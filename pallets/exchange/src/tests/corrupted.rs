//! States that must be caught: each is made by hand from a good one.

use breakwater_auction::{TimeInForce, TriggerDirection};
use breakwater_units::{AccountKey, MarketId, Size};
use frame_support::assert_ok;
use polkadot_sdk::*;

use crate::{
	mock::*, Amms, Counts, Delegates, Expiries, Levels, MarketCount, Markets, OrderRequest, Orders,
	Place, Shares, Switches, SwitchesDue, Traders, Triggers,
};

/// A chain with one of everything, and then the corruption.
fn caught(corrupt: impl FnOnce(), problem: &'static str) {
	chain().execute_with(|| {
		let time_in_force = TimeInForce::GoodTillBlock(9);
		place(1, OrderRequest { time_in_force, client_id: Some([1; 16]), ..buy(990, 5) });
		place(1, OrderRequest { client_id: Some([2; 16]), ..buy(991, 5) });
		assert_ok!(Exchange::place_trigger(signed(2), sub(2), stop(900), sell(890, 5)));
		let amount = breakwater_units::Amount::new(5_000_000);
		assert_ok!(Exchange::amm_deposit(signed(3), BTC, 0, amount));
		assert_ok!(Exchange::set_dead_man_switch(signed(1), sub(1), 5));
		assert_ok!(Exchange::add_delegate(signed(1), 0, owner(2), 5));
		assert_ok!(Exchange::do_try_state());

		corrupt();

		let found = Exchange::do_try_state();
		assert_eq!(found, Err(sp_runtime::TryRuntimeError::Other(problem)));
	});
}

fn mutate_order(change: impl FnOnce(&mut crate::Resting)) {
	let (at, mut order) = Orders::<Test>::iter().next().unwrap();
	change(&mut order);
	Orders::<Test>::insert(at, order);
}

fn mutate_trader(number: u8, change: impl FnOnce(&mut crate::Trader)) {
	Traders::<Test>::mutate(key(number), |trader| change(trader.as_mut().unwrap()));
}

#[test]
fn books() {
	caught(
		|| mutate_order(|order| order.size = Size::new(6)),
		"a level is not the sum of its orders",
	);
	caught(|| mutate_order(|order| order.size = Size::ZERO), "an order of no lots");
	caught(
		|| {
			let (at, _) = Levels::<Test>::iter().next().unwrap();
			Levels::<Test>::remove(at);
		},
		"a level is not the sum of its orders",
	);
	caught(|| Counts::<Test>::mutate(BTC, |count| count.waiting = 0), "orders are not counted");
	caught(
		|| {
			let (at, _) = Triggers::<Test>::iter().next().unwrap();
			Triggers::<Test>::mutate(at, |order| {
				order.as_mut().unwrap().trigger.level = breakwater_units::Price::new(7);
			});
		},
		"an order waits at another level",
	);
}

#[test]
fn accounts() {
	caught(|| mutate_trader(1, |trader| trader.orders.truncate(1)), "an order is on no list");
	caught(
		|| mutate_trader(1, |trader| trader.orders[1].client_id = Some([1; 16])),
		"a client id names two orders",
	);
	caught(|| mutate_trader(1, |trader| trader.orders[1].number = 0), "a number names two orders");
	caught(|| mutate_trader(1, |trader| trader.next_number = 1), "a number will be used again");
	caught(
		|| mutate_trader(1, |trader| trader.orders[0].reduce_only = true),
		"a list says otherwise of an order",
	);
	caught(
		|| {
			mutate_trader(1, |trader| {
				let price = breakwater_units::Price::new(5);
				let side = breakwater_units::Side::Buy;
				trader.orders[0].place = Place::Book { side, price };
			});
		},
		"a listed order is not in the book",
	);
	caught(
		|| {
			mutate_trader(2, |trader| {
				let level = breakwater_units::Price::new(5);
				let direction = TriggerDirection::AtOrAbove;
				trader.orders[0].place = Place::Trigger { direction, level };
			});
		},
		"a listed order does not wait",
	);
	caught(|| mutate_trader(1, |trader| trader.id = sub(4)), "a trader is under another's key");
	caught(
		|| {
			Infos::remove(key(1));
		},
		"orders of an unknown account",
	);
}

#[test]
fn time_and_access() {
	caught(
		|| {
			let at = Expiries::<Test>::iter_keys().next().unwrap();
			Expiries::<Test>::remove(at);
		},
		"expiries are not those of the orders",
	);
	caught(
		|| {
			let (due, account) = SwitchesDue::<Test>::iter_keys().next().unwrap();
			SwitchesDue::<Test>::remove(due, account);
		},
		"a dead-man switch will not fire",
	);
	caught(|| Switches::<Test>::remove(key(1)), "a dead-man switch of nobody");
	caught(
		|| Delegates::<Test>::insert(key(5), crate::DelegateList::default()),
		"an empty list of delegates",
	);
	caught(
		|| {
			let list = Delegates::<Test>::get(key(1));
			Delegates::<Test>::insert(AccountKey([8; 32]), list);
		},
		"delegates of an unknown account",
	);
	caught(
		|| {
			Delegates::<Test>::mutate(key(1), |list| list.try_push((owner(2), 9)).unwrap());
		},
		"a delegate twice",
	);
}

#[test]
fn markets_and_shares() {
	caught(|| MarketCount::<Test>::put(3), "markets are not counted");
	caught(
		|| {
			let terms = Markets::<Test>::take(ETH).unwrap();
			Markets::<Test>::insert(MarketId(7), terms);
		},
		"a market is missing",
	);
	caught(|| Amms::<Test>::remove(ETH), "a market without an AMM's account");
	caught(
		|| {
			Infos::remove(Amms::<Test>::get(ETH).unwrap().account);
		},
		"an AMM without a subaccount",
	);
	let more = |by: u128| Shares::<Test>::mutate(BTC, key(3), |shares| *shares += by);
	caught(|| more(1), "an AMM's shares are not those of its holders");
	caught(|| Shares::<Test>::insert(BTC, key(4), 0), "an entry of no shares");
	caught(|| Shares::<Test>::insert(DOGE, key(4), 5), "shares of an unknown AMM");
	caught(
		|| {
			Shares::<Test>::insert(BTC, key(3), 5);
			Amms::<Test>::mutate(BTC, |amm| amm.as_mut().unwrap().shares = 5);
		},
		"an AMM has too few shares",
	);
}
