//! The last resort.

use breakwater_interfaces::Insurance as _;
use breakwater_units::Amount;
use frame_support::assert_ok;
use polkadot_sdk::*;

use super::*;
use crate::{types::Stage, Event, Operations};

/// A loss of 100,000 where the only winner can pay 12,500, and three others have claims.
fn hopeless() -> [AccountKey; 4] {
	let accounts = lost(500);
	// the winner: 10,000 + 200,000 − 150,000
	assert_eq!(equity(&accounts[0]), 60_000);
	accounts
}

/// A loss of 100,000 whose winner has lost elsewhere.
fn lost(eth: u64) -> [AccountKey; 4] {
	let loser = opened(1, 100_000);
	let winner = opened(2, 10_000);
	let [a, b] = [opened(3, 300_000), opened(4, 100_000)];
	let idle = opened(5, 50_000);
	trade(BTC, 1_000, (&loser, &winner), 100).unwrap();
	trade(ETH, 1_000, (&a, &b), 10).unwrap();
	trade(ETH, 1_000, (&winner, &b), 30).unwrap();
	set_price(BTC, 800);
	set_price(ETH, eth);
	assert_ok!(Insurance::absorb(&loser));
	[winner, a, b, idle]
}

#[test]
fn all_claims_share_what_nobody_could_pay() {
	with_chain(|| {
		let accounts = hopeless();
		next_block();

		// margins: 5 % of 800,000 and of 150,000; so health is 12,500
		let paid = events().into_iter().find_map(|event| match event {
			Event::Deleveraged { charge, .. } => Some(charge.get()),
			_ => None,
		});
		// two quanta are kept for rounding
		assert_eq!(paid, Some(60_000 - 47_500 - 2));

		let sealed = events().into_iter().find_map(|event| match event {
			Event::SettlementSealed { claims, loss, .. } => Some((claims.get(), loss.get())),
			_ => None,
		});
		let (claims, loss) = sealed.unwrap();
		assert_eq!(loss, 100_000 - 12_498);
		// 47,502 + 250,000 + 300,000 + 50,000
		assert_eq!(claims, 647_502);

		let claims = [47_502u128, 250_000, 300_000, 50_000];
		for (account, claim) in accounts.iter().zip(claims) {
			let exact = claim * (647_502 - loss) / 647_502;
			let got = equity(account) as u128;
			assert!(got.abs_diff(exact) <= 1, "{got} of {exact}");
			assert_eq!([lots(account, BTC), lots(account, ETH)], [0; 2]);
		}
		let sum: i128 = accounts.iter().map(equity).sum();
		assert_eq!(sum as u128, 647_502 - loss);
		assert_eq!(equity(&backstop()), 0);
	});
}

#[test]
fn less_than_a_cent_closes_nobodys_positions() {
	with_chain(|| {
		// the winner's health: 210,000 − 300 · 211 − 40,000 − 15 · 789 = 94,865
		let [_, a, ..] = lost(789);
		blocks_of(u64::MAX);
		next_block();

		assert_eq!(equity(&backstop()), -(100_000 - 94_865 + 2));
		assert!(!events().iter().any(|event| matches!(event, Event::SettlementSealed { .. })));
		assert_eq!(lots(&a, ETH), 10);
		assert!(!Insurance::condition(POOL).unresolved_loss);
	});
}

#[test]
fn paged_and_touched_it_is_the_same() {
	let after = |page: u64, touch: bool| {
		let mut result = None;
		with_chain(|| {
			let accounts = hopeless();
			let mut touches = 0;
			for _ in 0..40 {
				blocks_of(page);
				check();
				let paying = Operations::<Test>::get(POOL)
					.is_some_and(|operation| matches!(operation.stage, Stage::Paying { .. }));
				if touch && paying {
					// a touch pays
					accounts.iter().for_each(|account| deposit(account, None, 1));
					touches += 1;
				}
			}
			assert!(!Operations::<Test>::contains_key(POOL));
			result = Some(accounts.map(|account| equity(&account) - touches));
		});
		result.unwrap()
	};
	let at_once = after(u64::MAX, false);
	assert_eq!(after(2, false), at_once);
	assert_eq!(after(1, false), at_once);
	assert_eq!(after(1, true), at_once);
}

#[test]
fn collateral_is_not_a_claim_on_the_pool() {
	with_chain(|| {
		hopeless();
		let holder = opened(6, 0);
		deposit(&holder, Some(DOT), 10_000);
		let before = equity(&holder);
		next_block();
		assert_eq!(equity(&holder), before);
		assert!(events().iter().any(|event| matches!(event, Event::SettlementEnded { .. })));
	});
}

#[test]
fn the_pool_trades_on_afterwards() {
	with_chain(|| {
		let [_, a, b, _] = hopeless();
		next_block();
		trade(ETH, 500, (&b, &a), 10).unwrap();
		next_block();
		assert_eq!(lots(&b, ETH), 10);
		let count = |events: Vec<Event<Test>>| {
			events.iter().filter(|event| matches!(event, Event::SettlementBegun { .. })).count()
		};
		assert_eq!(count(events()), 1);
		assert!(!Insurance::condition(POOL).unresolved_loss);
		assert_eq!(Insurance::pending_loss(POOL), Amount::ZERO);
	});
}
