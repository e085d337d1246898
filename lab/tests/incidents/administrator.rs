//! Somebody with the administrator's key.

use breakwater_interfaces::genesis::{Percent, Whole};
use breakwater_runtime::{Runtime, RuntimeCall, RuntimeOrigin};
use breakwater_units::Ratio;
use polkadot_sdk::*;
use sp_runtime::traits::Dispatchable;

use crate::world::*;

/// A worthless token, listed by the administrator, whose price it says is bitcoin's.
const CVT: u32 = 2;

/// Drift, 2026: an administrator lists a worthless token as collateral, lifts the guards of
/// withdrawals, and drains within minutes. Returns what left, in quanta.
fn drained(share: u64) -> i128 {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			pool.outflow_share = Percent(Ratio::saturating_from_percent(share));
			pool.account_share = Percent(Ratio::ONE);
			pool.max_loan = Whole(usd(5_000_000) as u128);
			pool.max_borrowed = Whole(usd(9_000_000) as u128);
		}
		genesis.assets.assets.push((CVT, breakwater_runtime::Custody::vault(), true, 1));
	});
	let _savers = w.trader(MAIN, 10_000_000);
	let thieves: Vec<Trader> = (0..10).map(|_| w.trader(MAIN, 10)).collect();
	w.block();
	let terms =
		w.with(|| breakwater_risk_engine::Assets::<Runtime>::get(breakwater_units::AssetId(0)));
	let mut terms = terms.expect("it is listed");
	terms.symbol = b"CVT".to_vec().try_into().expect("short");
	let listing: RuntimeCall =
		breakwater_risk_engine::Call::<Runtime>::list_asset { terms: Box::new(terms) }.into();
	w.block_of(|| vec![listing.dispatch(RuntimeOrigin::root()).map(|_| ()).map_err(|e| e.error)]);
	w.blocks(2);
	for thief in &thieves {
		w.deposit_token(thief, CVT, 50 * 100_000_000);
	}
	let mut left = 0;
	// Twelve minutes.
	w.full_checks = false;
	for _ in 0..36 {
		for thief in &thieves {
			let before = w.wallet(&thief.id.owner);
			let some = w.free(thief).min(usd(250_000));
			if some > 0 {
				// Refused where it is beyond the account's share.
				let _ = w.withdraw(thief, some);
			}
			left += w.wallet(&thief.id.owner) - before;
		}
	}
	w.full_checks = true;
	w.block();
	left
}

#[test]
fn drift_2026() {
	let left = drained(10);
	// A tenth of the deposits at once, and a fifth of that again in twelve minutes.
	assert!(left > 0 && left <= usd(1_210_000), "{left}");
}

#[test]
fn drift_2026_without_the_limit_of_withdrawals() {
	let left = drained(100);
	assert!(left > usd(8_000_000), "{left}");
}
