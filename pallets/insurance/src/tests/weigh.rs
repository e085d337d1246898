//! What steps and pages weigh, and that their limits hold.

use breakwater_interfaces::{Insurance as _, Ledger as _};
use breakwater_units::{Lots, Price};
use frame_support::{assert_ok, weights::Weight};
use polkadot_sdk::*;

use super::*;
use crate::{turn::Turn, types::Stage, Operations, Surveys};

/// A visit, asking, and settling for each leg.
const VISIT: u64 = 1_000;
const ASKING: u64 = 100;
const LEVY: u64 = 10;

const fn weight(ref_time: u64) -> Weight {
	Weight::from_parts(ref_time, 0)
}

/// What a page weighs of an account with so many legs that has to settle something.
const fn settling(legs: u64) -> u64 {
	VISIT + ASKING + legs * LEVY
}

fn stage() -> Option<Stage> {
	Operations::<Test>::get(POOL).map(|operation| operation.stage)
}

/// A pool's turn, in which it gets on.
fn turn(limit: Weight) -> Weight {
	Insurance::resolve_pool(POOL, Turn::that_gets_on(limit))
}

/// Takes whole steps until an operation is in a stage, and nobody has been visited in it. From then
/// on accounts weigh something.
fn until(is_there: impl Fn(&Stage) -> bool) {
	for _ in 0..40 {
		match Operations::<Test>::get(POOL) {
			None => assert!(Insurance::attend(POOL).unwrap()),
			Some(operation) if is_there(&operation.stage) => break,
			Some(operation) => {
				Insurance::turn_page(POOL, operation, &mut Turn::within(Weight::MAX)).unwrap();
			},
		}
	}
	assert!(stage().is_some_and(|stage| is_there(&stage)));
	VisitWeight::set(VISIT);
	TouchWeight::set(ASKING);
	LevyWeight::set(LEVY);
}

/// Winners of a loss, who have one, two and three legs. A page visits them in this order.
fn winners() -> Vec<AccountKey> {
	let loser = opened(1, 90_000);
	let other = opened(5, 1_000_000);
	let mut winners = [2, 3, 4].map(|number| opened(number, 1_000_000)).to_vec();
	winners.sort();
	for winner in &winners {
		trade(BTC, 1_000, (&loser, winner), 30).unwrap();
	}
	trade(ETH, 1_000, (&other, &winners[1]), 1).unwrap();
	trade(ETH, 1_000, (&other, &winners[2]), 1).unwrap();
	deposit(&winners[2], Some(DOT), 100);
	set_price(BTC, 800);
	assert_ok!(Insurance::absorb(&loser));
	until(|stage| matches!(stage, Stage::Settling { .. }));
	winners
}

fn awaited(accounts: &[AccountKey]) -> Vec<bool> {
	accounts.iter().map(Margin::awaits_levy).collect()
}

#[test]
fn a_page_goes_on_as_far_as_what_its_accounts_hold_permits() {
	let legs = [settling(1), settling(2), settling(3)];
	for (limit, settled) in [
		(legs[0] + legs[1] - 1, 1),
		(legs[0] + legs[1], 2),
		(legs[0] + legs[1] + legs[2] - 1, 2),
		(legs[0] + legs[1] + legs[2], 3),
	] {
		with_chain(|| {
			let winners = winners();
			let used = turn(weight(limit));
			assert_eq!(used, weight(legs[..settled].iter().sum()), "within {limit}");
			let expected: Vec<bool> = (0..3).map(|place| place >= settled).collect();
			assert_eq!(awaited(&winners), expected, "within {limit}");
		});
	}
}

#[test]
fn one_account_a_block_is_settled_whatever_it_weighs() {
	with_chain(|| {
		let winners = winners();
		for (place, legs) in (1..).zip(1..=3) {
			assert_eq!(turn(Weight::zero()), weight(settling(legs)));
			let expected: Vec<bool> = (1..=3).map(|winner| winner > place).collect();
			assert_eq!(awaited(&winners), expected);
			check();
		}
		while Operations::<Test>::contains_key(POOL) {
			assert!(turn(Weight::zero()).all_lte(weight(VISIT)));
		}
		assert_eq!(equity(&backstop()), 0);
	});
}

#[test]
fn who_has_paid_when_touched_weighs_a_visit_alone() {
	with_chain(|| {
		let winners = winners();
		deposit(&winners[1], None, 1);
		let used = turn(weight(settling(1) + VISIT));
		assert_eq!(used, weight(settling(1) + VISIT));
		assert_eq!(awaited(&winners), [false, false, true]);
	});
}

#[test]
fn a_final_settlement_weighs_what_its_accounts_hold() {
	with_chain(|| {
		// The only winner has lost elsewhere; three others have claims.
		let loser = opened(1, 100_000);
		let winner = opened(2, 10_000);
		let [a, b] = [opened(3, 300_000), opened(4, 100_000)];
		trade(BTC, 1_000, (&loser, &winner), 100).unwrap();
		trade(ETH, 1_000, (&a, &b), 10).unwrap();
		trade(ETH, 1_000, (&winner, &b), 30).unwrap();
		deposit(&b, Some(DOT), 100);
		set_price(BTC, 800);
		set_price(ETH, 500);
		assert_ok!(Insurance::absorb(&loser));
		until(|stage| matches!(stage, Stage::Paying { .. }));

		let mut accounts = [winner, a, b];
		accounts.sort();
		let legs = |account: &AccountKey| Margin::state(account).unwrap().legs() as u64;
		let each: Vec<u64> = accounts.iter().map(|account| settling(legs(account))).collect();
		assert_eq!(each.iter().max(), Some(&settling(2)));
		let used = turn(weight(each[0] + each[1] + each[2] - 1));
		assert_eq!(used, weight(each[0] + each[1]));
		assert_eq!(awaited(&accounts), [false, false, true]);
		turn(Weight::zero());
		assert_eq!(awaited(&accounts), [false; 3]);
	});
}

#[test]
fn every_step_is_weighed_and_one_is_taken_at_least() {
	with_chain(|| {
		crash();
		StepWeight::set(50);
		// what is begun, looked through, and settled; each needs room
		assert_eq!(turn(weight(0)), weight(50));
		assert!(matches!(stage(), Some(Stage::Collecting { .. })));
		assert_eq!(turn(weight(149)), weight(100));
		assert!(matches!(stage(), Some(Stage::Clearing)));
		// the rest: records are removed, and the backstop is looked at
		assert_eq!(turn(Weight::MAX), weight(100));
		assert_eq!(stage(), None);
		assert_eq!(turn(Weight::MAX), weight(50));
	});
}

#[test]
fn pools_take_turns_where_there_is_no_room_for_all() {
	with_chain(|| {
		StepWeight::set(50);
		let opened = || crate::Backstops::<Test>::get().len();
		assert_eq!(opened(), 0);
		// One gets on whatever it weighs, in the next block the other.
		assert_eq!(Insurance::resolve_all(weight(0)), weight(50));
		assert_eq!(opened(), 1);
		assert_eq!(Insurance::resolve_all(weight(99)), weight(50));
		assert_eq!(opened(), 2);
		// A share is less than a step, but there is room for both.
		assert_eq!(Insurance::resolve_all(weight(100)), weight(100));
	});
}

#[test]
fn the_end_of_a_survey_is_weighed_by_pools() {
	with_chain(|| {
		for number in 1..=3 {
			opened(number, 100);
		}
		SurveyWeights::set((10, 100));
		// two pools' results are kept room for
		assert_eq!(Insurance::survey(weight(209)), weight(0));
		assert_eq!(Insurance::survey(weight(220)), weight(20));
		assert!(Surveys::<Test>::get().last.is_some());
		assert_eq!(Insurance::survey(weight(220)), weight(210));
		assert_eq!(Surveys::<Test>::get().last, None);
	});
}

#[test]
fn asking_for_orders_weighs_the_markets_of_a_pool_with_inventory() {
	with_chain(|| {
		let (loser, _) = market(100_000);
		fund(POOL, 1_000_000);
		assert_eq!(Insurance::orders_weight(BTC), weight(0));
		next_block();
		assert_eq!(Insurance::orders_weight(BTC), weight(0), "the backstop is flat");
		assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(40), Price::new(1_000)));
		assert_eq!([BTC, ETH].map(Insurance::orders_weight), [weight(2); 2]);
		// So does looking at the backstop.
		KeepWeight::set(3);
		assert_eq!(turn(Weight::MAX), weight(2 * 3));
		let elsewhere = breakwater_units::MarketId(2);
		assert_eq!(Insurance::orders_weight(elsewhere), weight(0));
		assert_eq!(Insurance::orders_weight(breakwater_units::MarketId(99)), weight(0));
	});
}
