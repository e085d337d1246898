//! The AMM: its quotes, and the shares of its equity.

use breakwater_units::{Amount, Price, Quote};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo};
use polkadot_sdk::*;

use crate::{mock::*, Amms, Error, Shares};

type E = Error<Test>;

fn deposit(number: u8, amount: u128) -> sp_runtime::DispatchResult {
	untold(Exchange::amm_deposit(signed(number), BTC, 0, Amount::new(amount)))
}

fn withdraw(number: u8, shares: u128) -> sp_runtime::DispatchResult {
	untold(Exchange::amm_withdraw(signed(number), BTC, 0, shares))
}

/// A call's result, whatever it weighed.
fn untold(result: DispatchResultWithPostInfo) -> sp_runtime::DispatchResult {
	result.map(drop).map_err(|failed| failed.error)
}

fn inventory() -> i64 {
	position_of(&Amms::<Test>::get(BTC).unwrap().account, BTC).get()
}

fn amm_cash() -> i128 {
	States::get(Amms::<Test>::get(BTC).unwrap().account).unwrap().cash.get()
}

#[test]
fn quotes_around_the_mark_as_far_as_its_equity_carries() {
	with_chain(|| {
		place(3, sell(989, 10));
		next_block();
		assert_eq!(inventory(), 0);

		assert_ok!(deposit(1, 2_000_000));
		next_block();
		// it buys below 990: ten lots move its quotes by a tick
		assert_eq!((inventory(), lots(3)), (10, -10));
		assert_eq!(crate::Pallet::<Test>::book(BTC, 5).unwrap().amm.unwrap().inventory, 10);

		// two dollars at 300 % are 600 lots
		place(3, sell(500, 20_000));
		next_block();
		assert_eq!(inventory(), 600);
	});
}

#[test]
fn has_no_fee_and_its_shares_get_their_part_of_fees() {
	with_chain(|| {
		assert_ok!(deposit(1, 100_000_000));
		place(3, buy(1_011, 1));
		next_block();
		// one lot at 1 011 is 10 110 quanta: a fee of 5.06, of which 40 % are the fund's
		assert_eq!(inventory(), -1);
		assert_eq!(fund(), 3);
		assert_eq!(amm_cash(), 100_000_003);
	});
}

#[test]
fn shares_are_bought_and_given_back_at_equity_rounded_against_the_mover() {
	with_chain(|| {
		assert_ok!(deposit(1, 3_000_000));
		assert_eq!(Shares::<Test>::get(BTC, key(1)), 3_000_000);
		// a quantum of profit
		States::mutate(Amms::<Test>::get(BTC).unwrap().account, |state| {
			state.as_mut().unwrap().cash = Quote::new(3_000_001);
		});
		States::mutate(key(9), |state| state.as_mut().unwrap().cash = Quote::new(RICH - 1));

		assert_ok!(deposit(2, 2_000_000));
		// 2 000 000 · 3 000 000 / 3 000 001 = 1 999 999.33
		assert_eq!(Shares::<Test>::get(BTC, key(2)), 1_999_999);
		assert_ok!(withdraw(2, 1_999_999));
		// 5 000 001 · 1 999 999 / 4 999 999 = 1 999 999.8
		assert_eq!(cash(2), RICH - 1);
		assert_eq!(Shares::<Test>::get(BTC, key(2)), 0);

		assert_ok!(withdraw(1, 3_000_000));
		assert_eq!(amm_cash(), 0);
		assert_eq!(cash(1), RICH + 2);
	});
}

#[test]
fn losses_that_are_pending_come_first() {
	with_chain(|| {
		assert_ok!(deposit(1, 100_000_000));
		place(3, sell(500, 200));
		next_block();
		let held = inventory();
		assert_eq!(held, 200);
		let before = amm_cash();
		set_mark(BTC, 900);
		assert_ok!(withdraw(1, 50_000_000));
		// 200 lots that are worth less by a hundred ticks of ten quanta, and what the entry was
		// better than 1 000
		let entry = States::get(Amms::<Test>::get(BTC).unwrap().account).unwrap();
		let equity = before + 200 * 900 * 10 + entry.positions.get(BTC).unwrap().entry_cost.get();
		assert_eq!(cash(1), RICH - 100_000_000 + equity / 2);
	});
}

#[test]
fn keeps_what_its_position_needs() {
	with_chain(|| {
		assert_ok!(deposit(1, 2_000_000));
		place(3, sell(500, 400));
		next_block();
		assert_eq!(inventory(), 400);
		// 400 lots are four million quanta: at 300 % they need a third of that
		assert_noop!(withdraw(1, 1_000_000), E::AmmMargin);
		assert_ok!(withdraw(1, 500_000));
	});
}

#[test]
fn bad_requests_are_refused() {
	chain().execute_with(|| {
		assert_noop!(deposit(1, 999_999), E::DepositTooSmall);
		assert_noop!(deposit(1, RICH.unsigned_abs() + 1), E::NotWithdrawable);
		assert_noop!(deposit(40, 1_000_000), E::UnknownSubaccount);
		let unknown = Exchange::amm_deposit(signed(1), DOGE, 0, Amount::new(1_000_000));
		assert_noop!(unknown, E::UnknownMarket);
		assert_ok!(deposit(1, 2_000_000));
		assert_noop!(withdraw(1, 0), E::ZeroShares);
		assert_noop!(withdraw(1, 2_000_001), E::NotEnoughShares);
		assert_noop!(withdraw(2, 1), E::NotEnoughShares);
		assert_noop!(withdraw(1, 1_000_001), E::TooFewSharesLeft);
		halt(true);
		assert_noop!(deposit(1, 2_000_000), E::MarketHalted);
		assert_noop!(withdraw(1, 5), E::MarketHalted);
		halt(false);
		// a loss that eats all
		States::mutate(Amms::<Test>::get(BTC).unwrap().account, |state| {
			state.as_mut().unwrap().cash = Quote::new(-5);
		});
		assert_noop!(deposit(1, 2_000_000), E::AmmInsolvent);
		assert_noop!(withdraw(1, 5), E::AmmInsolvent);
		crate::Markets::<Test>::mutate(BTC, |terms| {
			terms.as_mut().unwrap().amm.max_inventory = Default::default();
		});
		assert_noop!(deposit(1, 2_000_000), E::NoAmm);
	});
}

#[test]
fn a_full_amm_quotes_one_side() {
	with_chain(|| {
		assert_ok!(deposit(1, 1_000_000_000));
		crate::Markets::<Test>::mutate(BTC, |terms| {
			terms.as_mut().unwrap().amm.max_inventory = breakwater_units::Size::new(5);
		});
		place(3, sell(900, 20));
		let summary = next_block();
		assert_eq!(inventory(), 5);
		assert!(summary.price >= Some(Price::new(900)));
		let quote = crate::Pallet::<Test>::book(BTC, 5).unwrap().amm.unwrap();
		assert_eq!(quote.bid, None);
		assert!(quote.ask.is_some());
	});
}

#[test]
fn a_fund_in_debt_keeps_the_fees_and_the_batch_goes_on() {
	with_chain(|| {
		assert_ok!(deposit(1, 2_000_000));
		// what it owes is claimed by somebody
		Funds::insert(breakwater_units::PoolId(0), Quote::new(-1_000));
		States::mutate(key(9), |state| state.as_mut().unwrap().cash = Quote::new(RICH + 1_000));
		place(3, buy(1_011, 1));
		next_block();
		assert_eq!(lots(3), 1);
		assert_eq!((fund(), amm_cash()), (-994, 2_000_000));
	});
}
