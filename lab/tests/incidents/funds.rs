//! The funds that pay: who may leave them, and what one pool may take of the one that all share.

use breakwater_insurance::Stakes;
use breakwater_interfaces::genesis::Percent;
use breakwater_runtime::Runtime;
use breakwater_units::{Amount, Ratio};

use crate::world::*;

const DAY: u64 = 24 * HOUR;
/// In quanta.
const A_CENT: i128 = 10_000;

/// Somebody backs a fund, and asks to leave so long before somebody is about to lose more than it
/// has. It claims when that is in the auction, and nobody buys; then the price falls on. Returns
/// what it was answered, and who paid.
fn a_run(delay: u64, freeze: u64, foresight: u64) -> (String, Loss) {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			(pool.fund.exit_delay, pool.fund.exit_freeze) = (delay, freeze);
		}
	});
	let [backer, long, short] = [150_000, 100_000, 400_000].map(|money| w.trader(ALT, money));
	w.block();
	let (number, tranche, pool) = (0, 0, ALT);
	let amount = Amount::new(usd(100_000).unsigned_abs());
	let back = breakwater_insurance::Call::back { number, tranche, amount, min_shares: 0 };
	assert_eq!(w.call(&backer, back), Ok(()));
	let owner = backer.id.owner.clone();
	let stake = w.with(|| Stakes::<Runtime>::get(pool, (owner, tranche)));
	let shares = stake.expect("it backs the fund").shares;
	let ask = breakwater_insurance::Call::request_exit { pool, tranche, shares };
	if foresight > 0 {
		assert_eq!(w.call(&backer, ask.clone()), Ok(()));
		w.outage(foresight);
		w.open_markets();
	}
	w.trade(&long, &short, SOL, 300_000);
	w.price(SOL_USD, 103.0);
	w.blocks(2);
	assert!(w.is_due(&long) && w.liquidation().next().is_some(), "it is offered");
	if foresight == 0 {
		assert_eq!(w.call(&backer, ask), Ok(()));
	}
	let answer = why(w.call(&backer, breakwater_insurance::Call::claim_exit { number, tranche }));
	w.price(SOL_USD, 75.0);
	w.blocks(4);
	let loss = w.losses(ALT);
	assert!(loss.loss > usd(45_000), "{loss:?}");
	let paid = loss.from_fund + loss.global + loss.charged;
	assert!(loss.loss - paid < A_CENT, "what rounding leaves is left for the next fee: {loss:?}");
	(answer, loss)
}

/// Backers see a loss come before it is one, as everybody does.
#[test]
fn a_backer_that_runs_from_a_loss() {
	let (answer, loss) = a_run(7 * DAY, 3 * DAY, 0);
	assert_eq!(answer, "TooEarly");
	assert_eq!(loss.shortfall, 0, "it pays");
}

#[test]
fn a_backer_that_runs_from_a_loss_without_the_delay() {
	let (answer, loss) = a_run(1, 1, 0);
	assert_eq!(answer, "accepted");
	assert!(loss.shortfall > usd(45_000), "winners pay: {loss:?}");
}

/// Whoever always has asked to leave may not choose the moment either.
#[test]
fn a_backer_that_has_long_asked_to_leave() {
	let (answer, loss) = a_run(7 * DAY, 3 * DAY, 7 * DAY);
	assert_eq!(answer, "Frozen");
	assert_eq!(loss.shortfall, 0, "it pays");
}

#[test]
fn a_backer_that_has_long_asked_to_leave_without_the_freeze() {
	let (answer, loss) = a_run(7 * DAY, 1, 7 * DAY);
	assert_eq!(answer, "accepted");
	assert!(loss.shortfall > usd(45_000), "winners pay: {loss:?}");
}

/// Two accounts of a pool without a fund of its own are bankrupt one after the other, while the
/// fund that all pools share has 100,000. Returns who paid.
fn draw(share: u64) -> Loss {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			pool.fund.draw_share = Percent(Ratio::saturating_from_percent(share));
		}
	});
	let giver = w.trader(MAIN, 100_000);
	let [first, second, short] = [100_000, 190_000, 900_000].map(|money| w.trader(ALT, money));
	w.block();
	let amount = Amount::new(usd(100_000).unsigned_abs());
	let give = breakwater_insurance::Call::contribute { number: 0, to_all: true, amount };
	assert_eq!(w.call(&giver, give), Ok(()));
	w.trade(&first, &short, SOL, 300_000);
	w.trade(&second, &short, SOL, 300_000);
	for price in [75.0, 40.0] {
		w.price(SOL_USD, price);
		w.blocks(4);
	}
	assert!(w.was_absorbed(&first) && w.was_absorbed(&second));
	let loss = w.losses(ALT);
	let paid = loss.from_fund + loss.global + loss.charged;
	assert!(loss.loss - paid < A_CENT, "what rounding leaves is left for the next fee: {loss:?}");
	loss
}

/// One pool's crash takes no more than a part of what protects all.
#[test]
fn a_pool_that_draws_on_the_fund_of_all() {
	let loss = draw(30);
	assert!(loss.global > 0 && loss.global <= usd(30_000), "of both losses together: {loss:?}");
	assert!(loss.shortfall > usd(40_000), "its own winners pay the rest: {loss:?}");
}

#[test]
fn a_pool_that_draws_on_the_fund_of_all_without_a_limit() {
	let loss = draw(100);
	assert!(loss.global > usd(70_000), "next to nothing is left for others: {loss:?}");
}
