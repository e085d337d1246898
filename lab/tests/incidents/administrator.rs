//! Somebody with the administrator's key.

use breakwater_breaker::Action;
use breakwater_interfaces::genesis::{Percent, Whole};
use breakwater_interfaces::Breakers as _;
use breakwater_runtime::{CircuitBreaker, Runtime, RuntimeCall, RuntimeOrigin};
use breakwater_units::{Amount, MarketId, Price, Ratio, Side, Size};
use polkadot_sdk::*;
use sp_runtime::{traits::Dispatchable, DispatchError};

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

/// What is allowed in a market and in its pool.
fn allowed(w: &mut World) -> Vec<bool> {
	let actions = [Action::AddRisk, Action::Liquidate, Action::Withdraw];
	w.with(|| actions.map(|action| CircuitBreaker::allows(SOL, action))).into()
}

/// Root has no call of ours that touches an account, a fund, a price or a breaker.
#[test]
fn root_cannot_interfere() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 100_000);
	let victim = w.trader(ALT, 100_000);
	w.block();
	let (id, amount) = (victim.id.clone(), Amount::new(1_000_000));
	let (market, side, size, limit) = (MarketId(2), Side::Buy, Size::new(1), Price::new(1_500_000));
	let pool = ALT;
	type Rt = Runtime;
	let calls: Vec<RuntimeCall> = vec![
		breakwater_ledger::Call::<Rt>::open { number: 9, pool, isolated: None }.into(),
		breakwater_ledger::Call::<Rt>::close { number: 0 }.into(),
		breakwater_ledger::Call::<Rt>::transfer { from: 0, to: 1, asset: None, amount }.into(),
		breakwater_custody::Call::<Rt>::deposit { number: 0, asset: None, amount }.into(),
		breakwater_custody::Call::<Rt>::withdraw { number: 0, asset: None, amount }.into(),
		breakwater_custody::Call::<Rt>::collect { ticket: 0 }.into(),
		breakwater_custody::Call::<Rt>::faucet {}.into(),
		breakwater_exchange::Call::<Rt>::cancel_all { account: id.clone(), market: None }.into(),
		breakwater_exchange::Call::<Rt>::set_dead_man_switch { account: id, blocks: 20 }.into(),
		breakwater_insurance::Call::<Rt>::back { number: 0, tranche: 0, amount, min_shares: 0 }
			.into(),
		breakwater_insurance::Call::<Rt>::request_exit { pool, tranche: 0, shares: 1 }.into(),
		breakwater_insurance::Call::<Rt>::claim_exit { number: 0, tranche: 0 }.into(),
		breakwater_insurance::Call::<Rt>::contribute { number: 0, to_all: true, amount }.into(),
		breakwater_liquidator::Call::<Rt>::bid { number: 0, market, side, size, limit }.into(),
	];
	let before = (w.fund(ALT), w.equity(&victim), allowed(&mut w));
	let results = w.block_of(|| {
		let refused = |call: RuntimeCall| call.dispatch(RuntimeOrigin::root());
		calls.into_iter().map(|c| refused(c).map(|_| ()).map_err(|e| e.error)).collect()
	});
	let bad = |result: &Result<(), DispatchError>| *result == Err(DispatchError::BadOrigin);
	assert!(results.iter().all(bad), "{results:?}");
	assert_eq!((w.fund(ALT), w.equity(&victim), allowed(&mut w)), before);
}
