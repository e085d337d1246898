//! Those who put quote at stake.

use breakwater_interfaces::Insurance as _;
use breakwater_units::{Amount, Lots, Price};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use super::*;
use crate::{Error, Event, Stakes};

const DAY: u64 = 86_400_000;
const HOUR: u64 = 3_600_000;

fn origin(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(person(number))
}

fn shares(number: u8, tranche: u8) -> u128 {
	Stakes::<Test>::get(POOL, (person(number), tranche)).map_or(0, |stake| stake.shares)
}

fn ask(number: u8, shares: u128) {
	assert_ok!(Insurance::request_exit(origin(number), POOL, 0, shares));
}

#[test]
fn quote_becomes_shares() {
	with_chain(|| {
		opened(7, 5_000);
		assert_ok!(Insurance::back(origin(7), 0, 0, Amount::new(2_000), 2_000_000));
		assert_eq!(shares(7, 0), 2_000_000);
		assert_eq!(cash(&key_of(7)), 3_000);
		let event = Event::Backed {
			pool: POOL,
			who: person(7),
			tranche: 0,
			amount: Amount::new(2_000),
			shares: 2_000_000,
			generation: 0,
		};
		assert!(events().contains(&event));
	});
}

#[test]
fn only_what_is_free_in_the_subaccount() {
	with_chain(|| {
		let (_, [winner, _]) = market(100_000);
		let free = breakwater_units::Amount::new(
			<Margin as breakwater_interfaces::Ledger>::withdrawable(&winner, None).get(),
		);
		let more = free.saturating_add(Amount::new(1));
		assert_noop!(Insurance::back(origin(2), 0, 0, more, 0), Error::<Test>::BeyondFree);
		assert_noop!(Insurance::back(origin(2), 0, 0, Amount::ZERO, 0), Error::<Test>::NoAmount);
		let amount = Amount::new(10);
		assert_noop!(Insurance::back(origin(2), 0, 3, amount, 0), Error::<Test>::NoSuchTranche);
		let many = 10_001;
		assert_noop!(Insurance::back(origin(2), 0, 0, amount, many), Error::<Test>::TooFewShares);
		assert_noop!(Insurance::back(origin(2), 1, 0, amount, 0), Error::<Test>::UnknownSubaccount);
	});
}

#[test]
fn leaving_takes_the_delay_and_a_request_expires() {
	with_chain(|| {
		back(7, 0, 2_000);
		let claim = || Insurance::claim_exit(origin(7), 0, 0);
		assert_noop!(claim(), Error::<Test>::NoExit);
		ask(7, 500_000);
		let twice = Insurance::request_exit(origin(7), POOL, 0, 1);
		assert_noop!(twice, Error::<Test>::ExitPending);
		assert_noop!(claim(), Error::<Test>::TooEarly);
		pass(DAY - 1);
		assert_noop!(claim(), Error::<Test>::TooEarly);
		pass(1);
		assert_ok!(claim());
		assert_eq!((cash(&key_of(7)), shares(7, 0)), (500, 1_500_000));

		ask(7, 1_500_000);
		pass(DAY + 2 * HOUR + 1);
		assert_noop!(claim(), Error::<Test>::Expired);
		assert_ok!(Insurance::cancel_exit(origin(7), POOL, 0));
		assert_noop!(Insurance::cancel_exit(origin(7), POOL, 0), Error::<Test>::NoExit);
		ask(7, 1_500_000);
		pass(DAY);
		assert_ok!(claim());
		assert_eq!((cash(&key_of(7)), shares(7, 0)), (2_000, 0));
	});
}

#[test]
fn nobody_leaves_with_more_or_for_others() {
	with_chain(|| {
		back(7, 0, 2_000);
		let ask = |number, shares| Insurance::request_exit(origin(number), POOL, 0, shares);
		assert_noop!(ask(7, 2_000_001), Error::<Test>::NotEnoughShares);
		assert_noop!(ask(7, 0), Error::<Test>::NoAmount);
		assert_noop!(ask(8, 1), Error::<Test>::NoStake);
		assert_noop!(
			Insurance::request_exit(RuntimeOrigin::root(), POOL, 0, 1),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_loss_is_not_outrun() {
	with_chain(|| {
		back(7, 0, 60_000);
		ask(7, shares(7, 0));
		pass(DAY);
		crash();
		// the loss is pending, and inventory open: no exit
		assert_noop!(Insurance::claim_exit(origin(7), 0, 0), Error::<Test>::Frozen);
		next_block();
		assert_noop!(Insurance::claim_exit(origin(7), 0, 0), Error::<Test>::WipedOut);
		// what was wiped out is forgotten when he comes again
		deposit(&key_of(7), None, 100);
		assert_ok!(Insurance::back(origin(7), 0, 0, Amount::new(100), 0));
		assert_eq!(shares(7, 0), 100_000);
	});
}

#[test]
fn an_auction_freezes_exits_but_not_for_ever() {
	with_chain(|| {
		back(7, 0, 60_000);
		ask(7, shares(7, 0));
		pass(DAY);
		OpenAuctions::set(vec![POOL]);
		assert_noop!(Insurance::claim_exit(origin(7), 0, 0), Error::<Test>::Frozen);
		pass(HOUR);
		assert_ok!(Insurance::claim_exit(origin(7), 0, 0));
		assert_eq!(cash(&key_of(7)), 60_000);
	});
}

#[test]
fn what_is_open_is_priced_at_its_worst() {
	with_chain(|| {
		back(7, 0, 60_000);
		let (loser, _) = market(100_000);
		// 10 lots of 10,000 cost 10,000 under stress
		let mark = Price::new(1_000);
		assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(10), mark));
		ask(7, shares(7, 0));
		pass(DAY + HOUR);
		assert_ok!(Insurance::claim_exit(origin(7), 0, 0));
		assert_eq!(cash(&key_of(7)), 50_000);
		// what was held back is capital, for nobody is left in the tranche
		assert_eq!(Insurance::fund_state(POOL).fund.capital(), Amount::new(10_000));
	});
}

#[test]
fn the_delay_does_not_look_like_a_loss() {
	with_chain(|| {
		back(7, 0, 60_000);
		next_block();
		ask(7, shares(7, 0));
		pass(DAY / 2);
		next_block();
		pass(DAY / 2);
		assert_ok!(Insurance::claim_exit(origin(7), 0, 0));
		assert_eq!(Insurance::condition(POOL).drawdown.get(), 0);
	});
}

#[test]
fn gifts_go_where_they_are_sent_and_are_no_income() {
	with_chain(|| {
		opened(7, 5_000);
		next_block();
		assert_ok!(Insurance::contribute(origin(7), 0, false, Amount::new(1_000)));
		assert_ok!(Insurance::contribute(origin(7), 0, true, Amount::new(500)));
		assert_eq!(Insurance::fund_state(POOL).fund.capital(), Amount::new(1_000));
		assert_eq!(Insurance::fund_state(POOL).income, Amount::ZERO);
		assert_eq!(Insurance::global_fund(), Amount::new(500));
		assert_eq!(cash(&key_of(7)), 3_500);
	});
}
