//! Losses that no margin covers: who pays, and how much.

use breakwater_insurance::Event as InsuranceEvent;

use crate::world::*;

/// A loser of 50,000 dollars more than it has, and three winners of different sizes and entries.
struct Crash {
	w: World,
	winners: Vec<Trader>,
	/// Marks, in ticks, before and after.
	marks: (u64, u64),
	/// Signed lots of the loser.
	lots: i64,
}

fn crash() -> Crash {
	let mut w = World::new(|_| {});
	let loser = w.trader(ALT, 100_000);
	let winners: Vec<Trader> = [200_000, 90_000, 60_000].map(|m| w.trader(ALT, m)).into();
	for (winner, dollars) in winners.iter().zip([200_000, 60_000, 40_000]) {
		w.trade(&loser, winner, SOL, dollars);
	}
	let before = w.mark(SOL);
	let lots = w.lots_of(&loser, SOL);
	w.price(SOL_USD, 75.0);
	w.blocks(4);
	assert!(w.was_absorbed(&loser));
	let after = w.mark(SOL);
	Crash { w, winners, marks: (before, after), lots }
}

/// Hyperliquid, 2025-10-10: the deleveraging took tens of millions more from winners than was
/// missing.
#[test]
fn hyperliquid_2025_10_10() {
	let Crash { mut w, winners, .. } = crash();
	let loss = w.losses(ALT);
	assert!(loss.loss > usd(45_000), "{loss:?}");
	assert_eq!(loss.charged, loss.shortfall, "exactly what was missing, ±0");
	assert_eq!(loss.from_fund + loss.global + loss.charged, loss.loss);
	assert_eq!(loss.haircuts, 0, "nobody but winners pays");
	assert_eq!(w.backstop_equity(ALT), 0);
	for winner in &winners {
		assert!(w.equity(winner) > 0);
	}
	println!("{loss:?}");
	for e in w.insurance() {
		println!("{e:?}");
	}
}
