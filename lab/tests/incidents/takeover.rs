//! Positions that are left for the backstop to hold.

use breakwater_breaker::Action;
use breakwater_interfaces::genesis::Percent;
use breakwater_units::Ratio;

use crate::world::*;

/// An attacker sells short to itself, lets the short be liquidated where nobody sells, and pumps.
/// Returns what the fund lost, in quanta, lots taken over, and the waterfall.
fn squeeze(stress: Ratio) -> (i128, i64, Loss) {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			pool.fund.inventory_stress = Percent(stress);
		}
	});
	w.endow(ALT, 1_000_000);
	let short = w.trader(ALT, 300_000);
	let long = w.trader(ALT, 2_000_000);
	w.trade(&long, &short, SOL, 2_000_000);
	let before = w.fund(ALT);
	w.move_to(SOL_USD, 168.0, 5);
	w.blocks(15);
	let backstop = w.backstop(ALT);
	let held = w.lots_of_key(&backstop, SOL);
	w.move_to(SOL_USD, 400.0, 60);
	let after = w.fund(ALT) + w.backstop_equity(ALT).min(0);
	let loss = w.losses(ALT);
	(before - after, held, loss)
}

/// Hyperliquid, JELLY, 2025. The price goes from 168 to 400.
#[test]
fn hyperliquid_jelly_2025() {
	let (lost, held, loss) = squeeze(Ratio::saturating_from_percent(20));
	assert!(held < 0, "the backstop takes over what it may");
	assert!(lost < usd(600_000), "and gives back what it may not hold any more: {lost}");
	assert_eq!(loss.shortfall, 0);
}

#[test]
fn hyperliquid_jelly_2025_without_limits_of_inventory() {
	let (lost, _, loss) = squeeze(Ratio::new(1));
	assert!(lost > usd(1_000_000), "the whole fund: {lost}");
	assert!(loss.shortfall > 0, "and more: {loss:?}");
}

/// Bitcoin and ether move for an hour, together or each for itself; then a long in ether is left
/// to the backstop. Returns the most dollars of each that the backstop holds afterwards.
fn inventory_in_ether(together: bool) -> (i128, i128) {
	let mut w = World::new(|_| {});
	w.endow(MAIN, 1_000_000);
	let maker = w.trader(MAIN, 20_000_000);
	let (long, short) = (w.trader(MAIN, 300_000), w.trader(MAIN, 2_000_000));
	w.full_checks = false;
	for minute in 0..75 {
		let swing = |is_up| if is_up { 1.001 } else { 0.999 };
		let one = swing(minute % 2 == 0);
		let other = if together { one } else { swing(minute % 4 < 2) };
		w.price(BTC_USD, 60_000.0 * one);
		w.price(ETH_USD, 3_000.0 * other);
		w.blocks(30);
	}
	w.full_checks = true;
	assert!(w.blocks_until(ETH, Action::AddRisk, 100).is_some());
	w.trade(&long, &short, ETH, 2_000_000);
	let backstop = w.backstop(MAIN);
	let mut held = (0, 0);
	for block in 0..40 {
		let left = 1.0 - 0.135 * f64::from(block.min(5)) / 5.0;
		w.price(BTC_USD, 60_000.0 * left);
		w.price(ETH_USD, 3_000.0 * left);
		// Somebody trades bitcoin, nobody buys ether.
		w.quote(&maker, BTC, &[(5, 1_000_000)]);
		w.block();
		let [ether, bitcoin] = [ETH, BTC].map(|market| {
			let lots = i128::from(w.lots_of_key(&backstop, market));
			let dollar = i128::from(w.lots(market, 1_000_000).max(1));
			lots * 1_000_000 / dollar
		});
		held = (held.0.max(ether), held.1.min(bitcoin));
	}
	held
}

#[test]
fn the_backstop_hedges_what_moves_with_the_deepest_market() {
	let (ether, bitcoin) = inventory_in_ether(true);
	assert!(ether > 0, "the backstop takes over what it may");
	// A fifth of the depth in a block.
	assert!(bitcoin < -10_000 && bitcoin > -ether, "{ether} dollars long, {bitcoin} short");
}

#[test]
fn the_backstop_does_not_hedge_what_moves_for_itself() {
	let (ether, bitcoin) = inventory_in_ether(false);
	assert!(ether > 0, "the backstop takes over what it may");
	assert_eq!(bitcoin, 0, "of {ether} dollars");
}
