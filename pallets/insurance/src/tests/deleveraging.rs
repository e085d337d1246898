//! Winners pay what the funds could not.

use breakwater_interfaces::Insurance as _;
use breakwater_units::{Amount, Lots, Price, Side, Size};
use breakwater_waterfall::deleverage::{Basis, Outcome};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use super::*;
use crate::{types::Stage, Event, Operations};

fn charges() -> Vec<(AccountKey, u128, u128, i64)> {
	let of = |event| match event {
		Event::Deleveraged { account, share, charge, lots, .. } => {
			Some((account, share.get(), charge.get(), lots.get()))
		},
		_ => None,
	};
	events().into_iter().filter_map(of).collect()
}

#[test]
fn everybody_is_told_market_mark_weight_share_and_charge() {
	with_chain(|| {
		fund(POOL, 10_000);
		let [large, small] = crash();
		next_block();

		let all = events();
		let begun = Event::DeleveragingBegun {
			pool: POOL,
			number: 1,
			market: BTC,
			mark: Price::new(800),
			side: Side::Sell,
			shortfall: Amount::new(90_000),
			lots: Size::new(100),
		};
		assert!(all.contains(&begun));
		// profits are 150,000 and 50,000
		for (account, lots, weight, charge) in
			[(large, 75, 150_000, 67_500), (small, 25, 50_000, 22_500)]
		{
			let paid = Event::Deleveraged {
				pool: POOL,
				number: 1,
				account,
				market: BTC,
				mark: Price::new(800),
				lots: Lots::new(lots),
				weight,
				share: Amount::new(charge),
				charge: Amount::new(charge),
			};
			assert!(all.contains(&paid), "{account:?}");
		}
		let outcome = Outcome {
			charged: Amount::new(90_000),
			left_over: Amount::ZERO,
			lots_closed: Size::new(100),
			lots_left_over: Size::ZERO,
		};
		let ended =
			Event::DeleveragingEnded { pool: POOL, number: 1, basis: Basis::Profit, outcome };
		assert!(all.contains(&ended));
		// 1,000,000 and the profit less the charge, in cash
		assert_eq!([cash(&large), cash(&small)], [1_082_500, 1_027_500]);
		assert_eq!([lots(&large, BTC), lots(&small, BTC), lots(&backstop(), BTC)], [0; 3]);
		assert_eq!(equity(&backstop()), 0);
	});
}

#[test]
fn paged_over_blocks_it_is_the_same() {
	let after = |page: u64| {
		let mut result = None;
		with_chain(|| {
			let winners = crash();
			for _ in 0..30 {
				blocks_of(page);
				check();
			}
			assert!(!Operations::<Test>::contains_key(POOL));
			result = Some(winners.map(|winner| (equity(&winner), lots(&winner, BTC))));
		});
		result.unwrap()
	};
	let at_once = after(u64::MAX);
	assert_eq!(at_once, [(1_075_000, 0), (1_025_000, 0)]);
	for page in 1..4 {
		assert_eq!(after(page), at_once, "pages of {page}");
	}
}

/// Runs pages until an operation is in a stage.
fn until(stage: impl Fn(&Stage) -> bool) {
	for _ in 0..40 {
		blocks_of(1);
		if Operations::<Test>::get(POOL).is_some_and(|operation| stage(&operation.stage)) {
			return;
		}
	}
	panic!("the stage is never reached");
}

#[test]
fn who_changes_before_the_page_pays_by_what_he_was() {
	with_chain(|| {
		let winners = crash();
		blocks_of(1);
		let operation = Operations::<Test>::get(POOL).unwrap();
		let late = winners.into_iter().find(|winner| !operation.has_visited(winner));
		let late = late.expect("a page of one account has not visited all");

		// sells his whole position before the page comes
		let buyer = opened(9, 1_000_000);
		let short = lots(&late, BTC);
		trade(BTC, 800, (&late, &buyer), -short).unwrap();
		assert_eq!(lots(&late, BTC), 0);
		for _ in 0..30 {
			blocks_of(1);
			check();
		}

		// he still pays his share of 100,000; the buyer, who came later, pays nothing
		let paid: u128 = charges().iter().map(|(_, _, charge, _)| charge).sum();
		assert_eq!(paid, 100_000);
		let share = if late == winners[0] { 75_000 } else { 25_000 };
		let his = charges().into_iter().find(|(account, ..)| *account == late).unwrap();
		assert_eq!((his.1, his.2, his.3), (share, share, 0));
		assert!(charges().iter().all(|(account, ..)| *account != buyer));
	});
}

#[test]
fn nobody_takes_his_quote_away_before_shares_are_fixed() {
	with_chain(|| {
		let [large, _] = crash();
		blocks_of(1);
		let error = breakwater_ledger::Error::<Test>::LevyPending;
		assert_noop!(withdraw(&large, 1_000), error);
		let payee = opened(9, 0);
		let moved = pay(Some(&large), Some(&payee), 1_000);
		assert_noop!(moved, breakwater_ledger::Error::<Test>::LevyPending);
		// deposits are always taken
		deposit(&large, None, 500);

		for _ in 0..30 {
			blocks_of(1);
		}
		assert_ok!(withdraw(&large, 1_000));
	});
}

#[test]
fn the_first_touch_pays_once_shares_are_fixed() {
	with_chain(|| {
		let [large, small] = crash();
		until(|stage| matches!(stage, Stage::Settling { .. }));
		let before = charges();
		let waiting =
			[large, small].into_iter().find(|one| !before.iter().any(|(who, ..)| who == one));
		let waiting = waiting.expect("one has not been reached");

		// a deposit is a touch
		deposit(&waiting, None, 1);

		assert_eq!(charges().last().unwrap().0, waiting);
		let paid = charges().len();
		deposit(&waiting, None, 1);
		assert_eq!(charges().len(), paid, "paid twice");
	});
}

#[test]
fn lots_close_at_the_frozen_mark_whatever_happens_since() {
	with_chain(|| {
		let [large, small] = crash();
		blocks_of(1);
		set_price(BTC, 700);
		for _ in 0..30 {
			blocks_of(1);
			check();
		}
		// 200 ticks of profit and not 300: the backstop is the other side
		let all = events();
		let first =
			all.iter().filter(|event| matches!(event, Event::Deleveraged { number: 1, .. }));
		for event in first {
			assert!(matches!(event, Event::Deleveraged { mark, .. } if mark.get() == 800));
		}
		assert_eq!(equity(&large), 1_075_000);
		assert_eq!(equity(&small), 1_025_000);
	});
}

#[test]
fn what_one_cannot_pay_others_pay_by_what_they_can() {
	with_chain(|| {
		// two shorts of 50 lots: one with so little that its health caps it
		let loser = opened(1, 100_000);
		let thin = opened(2, 26_000);
		let rich = opened(3, 1_000_000);
		trade(BTC, 1_000, (&loser, &thin), 50).unwrap();
		trade(BTC, 1_000, (&loser, &rich), 50).unwrap();
		// the thin one lost what it has in another market
		let other = opened(4, 1_000_000);
		trade(ETH, 1_000, (&thin, &other), 50).unwrap();
		set_price(BTC, 600);
		set_price(ETH, 595);
		// 400,000 lost, 100,000 had: 300,000 to find. The thin one has 200,000 of profit, but its
		// equity is 26,000 + 200,000 − 202,500, and its margins 15,000 and 14,875.
		assert_eq!(equity(&thin), 23_500);
		assert_ok!(Insurance::absorb(&loser));
		next_block();
		check();

		// the thin one is not healthy: it is no target, and all falls to the other, up to its profit
		let paid = charges();
		assert!(paid.iter().all(|(account, ..)| *account != thin));
		assert_eq!(paid[0], (rich, 300_000, 200_000, 50));
	});
}

#[test]
fn inventory_beyond_its_limits_is_closed_against_winners_for_no_money() {
	with_chain(|| {
		// the stress of 10 % of 80,000 a lot's... of 800,000 is 80,000: half of 60,000 may be used
		terms(|terms| terms.inventory_share = percent(50));
		fund(POOL, 160_000);
		let [large, small] = crash();
		next_block();
		next_block();
		check();

		// 60,000 are left; 30,000 of stress are 37 lots of 800 each
		assert_eq!(lots(&backstop(), BTC), 37);
		assert_eq!([lots(&large, BTC), lots(&small, BTC)].iter().sum::<i64>(), -37);
		assert_eq!([equity(&large), equity(&small)], [1_150_000, 1_050_000]);
		assert!(charges().iter().all(|(_, share, charge, _)| *share == 0 && *charge == 0));
	});
}

#[test]
fn the_next_epoch_may_charge_again_if_the_mark_moved_on() {
	with_chain(|| {
		let winners = crash();
		blocks_of(1);
		set_price(BTC, 900);
		for _ in 0..60 {
			blocks_of(1);
			check();
		}
		assert!(equity(&backstop()) >= 0);
		assert!(winners.iter().all(|winner| equity(winner) > 0));
	});
}
