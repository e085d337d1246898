//! The last resort.

use breakwater_interfaces::{Estates as _, Ledger as _};
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

/// Whether touching an account now changes anything; it is undone.
fn touching_changes(account: &AccountKey) -> bool {
	use frame_support::storage::{with_transaction, TransactionOutcome};
	let root = || sp_io::storage::root(sp_runtime::StateVersion::V1);
	with_transaction(|| {
		let before = root();
		let touched = Margin::settle_levy(account);
		TransactionOutcome::Rollback(touched.map(|()| root() != before))
	})
	.unwrap()
}

/// Runs until nothing is on, two accounts a block at most, and checks that who is awaited changes
/// when touched, and nobody else does: what calls weigh rests on it. Returns how often somebody was
/// awaited while places were fixed, shares paid, claims added up, and claims paid.
fn awaited(accounts: &[AccountKey]) -> [u32; 4] {
	let mut seen = [0; 4];
	for _ in 0..100 {
		blocks_of(1);
		let Some(operation) = Operations::<Test>::get(POOL) else { continue };
		let stage = match operation.stage {
			Stage::Collecting { .. } => 0,
			Stage::Settling { .. } => 1,
			Stage::Claiming { .. } => 2,
			Stage::Paying { .. } => 3,
			Stage::Clearing => continue,
		};
		for account in accounts {
			let awaited = Margin::awaits_levy(account);
			assert_eq!(awaited, touching_changes(account), "in stage {stage}");
			seen[stage] += u32::from(awaited);
		}
		// Who is touched meanwhile is awaited no more in that stage.
		Margin::settle_levy(&accounts[1]).unwrap();
		assert!(!Margin::awaits_levy(&accounts[1]));
		assert!(!Margin::awaits_levy(&backstop()));
	}
	assert_eq!(Operations::<Test>::get(POOL), None);
	assert!(accounts.iter().all(|account| !Margin::awaits_levy(account)));
	seen
}

#[test]
fn who_is_awaited_in_a_final_settlement_changes_when_touched() {
	with_chain(|| {
		let [places, _, claims, paid] = awaited(&hopeless());
		assert!(places > 0 && claims > 0 && paid > 0);
	});
}

#[test]
fn who_is_awaited_in_a_deleveraging_changes_when_touched() {
	with_chain(|| {
		let loser = opened(1, 100_000);
		let winners = [2, 3, 4, 5].map(|number| opened(number, 1_000_000));
		for winner in &winners {
			trade(BTC, 1_000, (&loser, winner), 25).unwrap();
		}
		set_price(BTC, 800);
		assert_ok!(Insurance::absorb(&loser));
		let [places, shares, ..] = awaited(&winners);
		assert!(places > 0 && shares > 0);
	});
}

/// The worst a call may declare, and what is given back of it.
#[test]
fn a_call_weighs_the_levy_of_the_caller_while_it_is_awaited() {
	use frame_support::dispatch::GetDispatchInfo;
	with_chain(|| {
		hopeless();
		let (number, to_all, amount) = (0, false, Amount::new(1));
		let give = || Insurance::contribute(RuntimeOrigin::signed(person(5)), 0, false, amount);
		while !matches!(
			Operations::<Test>::get(POOL).map(|operation| operation.stage),
			Some(Stage::Paying { .. })
		) {
			blocks_of(1);
		}
		let call = crate::Call::<Test>::contribute { number, to_all, amount };
		TouchWeight::set(1_000);
		assert_eq!(call.get_dispatch_info().call_weight.ref_time(), 1_000);
		assert!(Margin::awaits_levy(&key_of(5)));
		assert_eq!(give().unwrap().actual_weight, None, "all of it");
		assert_eq!(give().unwrap().actual_weight.unwrap().ref_time(), 0);
	});
}
