//! Positions that are left for the backstop to hold.

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

#[test]
fn hyperliquid_jelly_2025() {
	let (lost, held, loss) = squeeze(Ratio::saturating_from_percent(20));
	println!("JELLY lost {lost} held {held} {loss:?}");
}

#[test]
fn hyperliquid_jelly_2025_without_limits_of_inventory() {
	let (lost, held, loss) = squeeze(Ratio::new(1));
	println!("JELLY lost {lost} held {held} {loss:?}");
}
