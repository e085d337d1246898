//! What each part does, with numbers that a reader can follow by hand.
//!
//! A tick of a lot is worth 10 quanta, marks begin at 1,000 ticks, maintenance is 5 %.

mod backers;
mod deleveraging;
mod funds;
mod settlement;
mod takeover;
mod unwinding;
mod weigh;

use breakwater_interfaces::Insurance as _;
use breakwater_units::AccountKey;
use frame_support::assert_ok;
use polkadot_sdk::*;

use crate::mock::*;

/// One long of 100 lots with so much quote, against shorts of 75 and 25 with plenty.
fn market(quote: u128) -> (AccountKey, [AccountKey; 2]) {
	let loser = opened(1, quote);
	let winners = [opened(2, 1_000_000), opened(3, 1_000_000)];
	trade(BTC, 1_000, (&loser, &winners[0]), 75).unwrap();
	trade(BTC, 1_000, (&loser, &winners[1]), 25).unwrap();
	(loser, winners)
}

/// The mark falls by 200 ticks: the long loses 200,000, of which it has 100,000, and is taken over.
fn crash() -> [AccountKey; 2] {
	let (loser, winners) = market(100_000);
	set_price(BTC, 800);
	assert_ok!(Insurance::absorb(&loser));
	winners
}

/// Puts a person's quote into a tranche.
fn back(number: u8, tranche: u8, amount: u128) {
	opened(number, amount);
	let origin = RuntimeOrigin::signed(person(number));
	assert_ok!(Insurance::back(origin, 0, tranche, breakwater_units::Amount::new(amount), 0));
}
