//! Losses that no margin covers: who pays, and how much.

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
}

/// The same accounts under the queue's rule: the most profitable and most leveraged first, whole
/// positions, at the mark before.
#[test]
fn hyperliquid_2025_10_10_with_a_queue() {
	let Crash { w, marks: (before, after), lots, .. } = crash();
	let missing = w.losses(ALT).loss;
	// A tick of a lot is worth a quantum. All the loser's lots are closed, so the order of the
	// queue does not matter here.
	let taken = i128::from(before - after) * i128::from(lots);
	assert!(taken > 2 * missing, "{taken} were taken for {missing}");
}

/// The price of the second pool's coin falls by half at once. Returns what the fund of the deep
/// markets lost, and what somebody without a position can still take out of the second pool.
fn luna(pool: u32) -> (i128, i128) {
	let mut w = World::new(|genesis| genesis.exchange.markets[2].pool = pool);
	let pool = breakwater_units::PoolId(pool);
	w.endow(MAIN, 100_000);
	let [long, short, saver] = [100_000, 400_000, 200_000].map(|money| w.trader(pool, money));
	w.block();
	let before = w.fund(MAIN);
	w.trade(&long, &short, SOL, 300_000);
	w.price(SOL_USD, 75.0);
	w.blocks(4);
	let loss = w.losses(pool);
	assert!(loss.loss > usd(45_000), "{loss:?}");
	assert_eq!(loss.from_fund + loss.global + loss.charged, loss.loss, "all of it is paid");
	assert_eq!(loss.haircuts, 0);
	let left = w.fund(MAIN);
	(before - left, w.equity(&saver))
}

/// LUNA, 2022: through everybody's bankruptcy in one step.
#[test]
fn luna_2022() {
	let (lost, saved) = luna(1);
	assert_eq!(lost, 0, "nothing crosses a pool's wall");
	assert_eq!(saved, usd(200_000), "who has no position pays nothing");
}

#[test]
fn luna_2022_in_one_pool_with_the_deep_markets() {
	let (lost, _) = luna(0);
	assert!(lost > usd(45_000), "their fund pays for it: {lost}");
}
