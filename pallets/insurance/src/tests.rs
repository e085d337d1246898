use breakwater_interfaces::Insurance as _;
use breakwater_units::*;

use crate::{mock::*, Event};

/// One long whose loss is beyond all it has, against two shorts.
fn bankrupt() -> (AccountKey, [AccountKey; 2]) {
	let loser = opened(1, 100_000);
	let winners = [opened(2, 1_000_000), opened(3, 1_000_000)];
	trade(BTC, 1_000, (&loser, &winners[0]), 75).unwrap();
	trade(BTC, 1_000, (&loser, &winners[1]), 25).unwrap();
	(loser, winners)
}

#[test]
fn first() {
	with_chain(|| {
		let (loser, winners) = bankrupt();
		fund(POOL, 10_000);
		// 100 lots fall by 200 ticks of 10 quanta: 200,000 of which the account has 100,000
		set_price(BTC, 800);
		Insurance::absorb(&loser).unwrap();
		next_block();
		for e in events() {
			println!("{e:?}");
		}
		println!("{:?} {:?}", winners.map(|w| equity(&w)), winners.map(|w| lots(&w, BTC)));
		next_block();
		println!("{:?}", equity(&backstop()));
	});
}
