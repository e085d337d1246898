//! Random traders on the real runtime: after every block value is conserved to the unit; every so
//! many blocks longs equal shorts, the trigger book equals a full scan, and the book its orders.

use std::collections::BTreeMap;

use breakwater_lab::{
	market::{generate, Path, Scenario},
	run::{run, Plan, Summary},
};

const START: u64 = 1_767_225_600_000;

fn plan(scenario: Scenario, minutes: u64, agents: u32, seed: u64) -> Plan {
	const INTERVAL: u64 = 2_000;
	let path = |feed: u64, first, volatility| {
		generate(scenario, seed + feed, START, minutes, INTERVAL, first, volatility)
	};
	let prices = BTreeMap::from([
		("USDT-USD".into(), Path::Constant(1.0)),
		("USDC-USD".into(), Path::Constant(1.0)),
		("BTC-USD".into(), path(1, 60_000.0, 0.04)),
		("ETH-USD".into(), path(2, 3_000.0, 0.05)),
		("SOL-USD".into(), path(3, 150.0, 0.07)),
	]);
	Plan {
		prices,
		start: START,
		duration: minutes * 60_000,
		interval: INTERVAL,
		agents,
		seed,
		full_check_every: 20,
	}
}

fn conserved(plan: &Plan) -> Summary {
	let summary = run(plan, |_, _| {}).unwrap();
	assert_eq!(summary.failed_batches, 0);
	assert!(summary.fills > 100, "they trade: {summary:?}");
	assert!(summary.refused < summary.accepted, "most of what they do is accepted: {summary:?}");
	summary
}

#[test]
fn calm_conserves_value() {
	conserved(&plan(Scenario::Calm, 8, 50, 1));
}

#[test]
fn a_crash_conserves_value_and_finds_who_is_due() {
	let summary = conserved(&plan(Scenario::Crash, 20, 60, 2));
	assert!(summary.due > 0, "a third down leaves somebody below zero: {summary:?}");
}

#[test]
fn the_same_seed_is_the_same_chain() {
	let plan = plan(Scenario::FlashCrash, 5, 30, 3);
	assert_eq!(run(&plan, |_, _| {}), run(&plan, |_, _| {}));
}
