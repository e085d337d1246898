//! Positions that are left for the backstop to hold.

use breakwater_interfaces::genesis::Percent;
use breakwater_units::Ratio;

use crate::world::*;

/// An attacker sells short to itself, lets the short be liquidated where nobody sells, and pumps.
fn squeeze(stress: Ratio) -> (World, i128, i128, Loss) {
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
	for _ in 0..15 {
		w.block();
		println!("fund {} backstop {} lots {} short {}", w.fund(ALT), w.backstop_equity(ALT), { let k = w.backstop(ALT); w.lots_of_key(&k, SOL) }, w.equity(&short));
	}
	let held = { let k = w.backstop(ALT); w.lots_of_key(&k, SOL) };
	w.move_to(SOL_USD, 400.0, 60);
	println!("fund {} backstop {} lots {} short {}", w.fund(ALT), w.backstop_equity(ALT), { let k = w.backstop(ALT); w.lots_of_key(&k, SOL) }, w.equity(&short));
	let after = w.fund(ALT) + w.backstop_equity(ALT).min(0);
	let loss = w.losses(ALT);
	(w, before - after, held.into(), loss)
}

#[test]
fn hyperliquid_jelly_2025() {
	let (_, lost, held, loss) = squeeze(Ratio::saturating_from_percent(20));
	println!("lost {lost} held {held} {loss:?}");
}

#[test]
fn hyperliquid_jelly_2025_without_limits_of_inventory() {
	let (_, lost, held, loss) = squeeze(Ratio::new(1));
	println!("lost {lost} held {held} {loss:?}");
}
