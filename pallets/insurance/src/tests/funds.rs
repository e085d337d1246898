//! Who bears a loss, in which order, and what is told of it.

use breakwater_interfaces::{Estates as _, FundCondition, Insurance as _, GLOBAL_POOL};
use breakwater_units::{Amount, Millis, Quote, Ratio};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use super::*;
use crate::Event;

fn told() -> Event<Test> {
	let paid = events().into_iter().filter(|event| matches!(event, Event::LossPaid { .. }));
	paid.last().unwrap()
}

fn amounts(values: [u128; 3]) -> [Amount; 3] {
	values.map(Amount::new)
}

#[test]
fn capital_then_tranches_in_order_then_half_of_the_fund_of_all() {
	with_chain(|| {
		fund(POOL, 10_000);
		back(101, 0, 20_000);
		back(102, 1, 30_000);
		back(103, 2, 5_000);
		fund_all(40_000);
		crash();

		next_block();

		// 100,000 are missing: 65,000 in the pool's fund, 20,000 is half of the other
		let expected = Event::LossPaid {
			pool: POOL,
			loss: Amount::new(100_000),
			capital: Amount::new(10_000),
			tranches: amounts([20_000, 30_000, 5_000]),
			global: Amount::new(20_000),
			shortfall: Amount::new(15_000),
			written_off: Amount::ZERO,
		};
		assert_eq!(told(), expected);
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(20_000));
	});
}

#[test]
fn a_tranche_loses_only_when_all_before_it_are_empty() {
	with_chain(|| {
		fund(POOL, 90_000);
		back(101, 0, 8_000);
		back(102, 1, 30_000);
		crash();

		next_block();

		let fund = Insurance::fund_state(POOL).fund;
		assert_eq!(fund.capital(), Amount::ZERO);
		let left = fund.tranches().map(|tranche| tranche.assets());
		assert_eq!(left, amounts([0, 28_000, 0]));
		assert_eq!(equity(&backstop()), 0);
		assert!(!events().iter().any(|event| matches!(event, Event::DeleveragingBegun { .. })
			&& matches!(event, Event::DeleveragingBegun { shortfall, .. } if !shortfall.is_zero())));
	});
}

#[test]
fn the_fund_of_all_is_drawn_within_the_cap_of_an_event() {
	with_chain(|| {
		fund_all(100_000);
		crash();
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(50_000));

		// the same event: nothing more, though there is quote
		let second = opened(4, 10_000);
		let other = opened(5, 1_000_000);
		trade(BTC, 800, (&second, &other), 10).unwrap();
		set_price(BTC, 600);
		assert_ok!(Insurance::absorb(&second));
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(50_000));

		// a quiet day later it is another event
		pass(Millis::DAY.get() + 1_000);
		let third = opened(6, 10_000);
		trade(BTC, 600, (&third, &other), 10).unwrap();
		set_price(BTC, 400);
		assert_ok!(Insurance::absorb(&third));
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(40_000));
	});
}

#[test]
fn what_is_not_on_hand_is_not_drawn() {
	with_chain(|| {
		fund_all(100_000);
		crash();
		world(|world| *world.quote.entry(GLOBAL_POOL).or_default() = 0);
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(100_000));
		let drawn = matches!(told(), Event::LossPaid { global, .. } if global.is_zero());
		assert!(drawn);
		// the vault of the mock has lost it
		world(|world| *world.quote.entry(GLOBAL_POOL).or_default() = 100_000);
	});
}

#[test]
fn tranches_are_not_paid_out_by_others() {
	with_chain(|| {
		fund(POOL, 100);
		back(101, 1, 5_000);
		let taker = opened(7, 0);
		let pay = |quanta| pay(None, Some(&taker), quanta);
		let error = breakwater_ledger::Error::<Test>::NotEnough;
		assert_noop!(pay(101), error);
		let error = breakwater_ledger::Error::<Test>::NotEnough;
		assert_noop!(Margin::move_fund(POOL, GLOBAL_POOL, Quote::new(101)), error);
		assert_ok!(pay(100));
	});
}

#[test]
fn no_other_pool_is_touched() {
	with_chain(|| {
		fund(OTHER_POOL, 77_000);
		crash();
		next_block();
		assert_eq!(Margin::fund(OTHER_POOL), Quote::new(77_000));
	});
}

#[test]
fn the_breaker_sees_the_drawdown_and_the_unresolved_loss() {
	with_chain(|| {
		fund(POOL, 200_000);
		next_block();
		assert_eq!(Insurance::condition(POOL), FundCondition::default());

		// 100,000 of 200,000 are about to be lost
		crash();
		let condition = Insurance::condition(POOL);
		assert_eq!(condition, FundCondition { drawdown: percent(50), unresolved_loss: true });

		next_block();
		let condition = Insurance::condition(POOL);
		assert_eq!(condition, FundCondition { drawdown: percent(50), unresolved_loss: false });

		// a day later the highest value is what is left
		pass(Millis::DAY.get());
		next_block();
		assert_eq!(Insurance::condition(POOL).drawdown, Ratio::ZERO);
	});
}

#[test]
fn a_loss_is_unresolved_while_winners_are_looked_for() {
	with_chain(|| {
		crash();
		blocks_of(1);
		assert!(crate::Operations::<Test>::contains_key(POOL));
		assert!(Insurance::condition(POOL).unresolved_loss);
	});
}

#[test]
fn premiums_come_from_income_and_go_to_the_first_loss_first() {
	with_chain(|| {
		terms(|terms| terms.premium.base = percent(876));
		terms(|terms| terms.premium.max = percent(1_000));
		back(101, 0, 10_000);
		back(102, 1, 10_000);
		fund(POOL, 50_000);
		next_block();
		market(100_000);
		// the 50,000 were there before: they are not income
		fund(POOL, 900);
		pass(Millis::HOUR.get());
		next_block();

		// 1,000,000 of open interest at 876 % of a year for an hour is 1,000: income was 900
		let fund = Insurance::fund_state(POOL).fund;
		// a fifth stays in capital; the rest by 4 to 2
		assert_eq!(fund.capital(), Amount::new(50_180));
		let tranches = fund.tranches().map(|tranche| tranche.assets());
		assert_eq!(tranches, amounts([10_480, 10_240, 0]));
		let paid = events().into_iter().find_map(|event| match event {
			Event::PremiumPaid { premium, to_backers, .. } => {
				Some((premium.get(), to_backers.get()))
			},
			_ => None,
		});
		assert_eq!(paid, Some((900, 720)));
	});
}

#[test]
fn capital_above_the_target_is_shared_little_by_little() {
	with_chain(|| {
		terms(|terms| terms.sweep_share = percent(10));
		terms(|terms| terms.target_share = percent(3));
		market(100_000);
		fund(POOL, 50_000);
		// the target is 3 % of 1,000,000
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(2_000));
		// not again within the hour
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(2_000));
		pass(Millis::HOUR.get());
		next_block();
		assert_eq!(Margin::fund(GLOBAL_POOL), Quote::new(3_800));
		// what was shared is not a loss
		assert_eq!(Insurance::condition(POOL).drawdown, Ratio::ZERO);
	});
}

#[test]
fn the_target_covers_the_two_largest_shortfalls_and_the_worst_week() {
	with_chain(|| {
		// at 10 % less, 100 lots lose 100,000: the long has 60,000; nobody else is short of any
		market(60_000);
		terms(|terms| terms.target_share = Ratio::ZERO);
		next_block();
		let report = |pool| Insurance::target(pool);
		assert_eq!(report(POOL), Amount::new(40_000));

		set_price(BTC, 900);
		assert_ok!(Insurance::absorb(&key_of(1)));
		fund(POOL, 90_000);
		next_block();
		// the loss of this week
		assert_eq!(report(POOL), Amount::new(40_000));
		next_block();
		assert_eq!(crate::Funds::<Test>::get(POOL).losses.first(), Some(&Amount::new(40_000)));
	});
}
