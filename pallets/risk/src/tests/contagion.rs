//! What liquidations at risk and the other pools' sales do to a market.

use breakwater_interfaces::{Loads, RiskEngine};
use breakwater_units::{MarketId, PoolId, Ratio, Size};

use crate::mock::*;

/// Maintenance and initial rate, and room for open interest.
type Rates = (Ratio, Ratio, u64);

/// A block of a chain with so many lots of open interest, in which the monitor says so much of the
/// market and of its pool, in percent.
fn rates(open_interest: u64, market: u64, pool: u64) -> Rates {
	let loads = Loads::new(vec![(PERP, percent(market))], vec![(POOL, percent(pool))]);
	after(open_interest, &[loads])
}

/// As many blocks as the monitor says something.
fn after(open_interest: u64, loads: &[Loads]) -> Rates {
	let mut found = None;
	with_chain(|| {
		others(|others| others.open_interest.insert(PERP, Size::new(open_interest)));
		for (block, loads) in (1..).zip(loads) {
			others(|others| others.loads = loads.clone());
			block_at(T0 + 500 * block, START);
		}
		let state = state();
		let room = Risk::open_interest_room(PERP).get();
		found = Some((state.ramp.maintenance(), state.initial, room));
	});
	found.unwrap()
}

/// 50 dollars a lot: 20 of 200 million.
const LOTS: u64 = 400_000;

#[test]
fn up_to_the_listed_shares_nothing_happens() {
	assert_eq!(rates(LOTS, 50, 10), rates(LOTS, 0, 0));
	assert_eq!(rates(LOTS, 0, 0).2, 3_600_000);
}

#[test]
fn beyond_them_caps_fall_and_the_initial_rate_rises_and_maintenance_stays() {
	let (maintenance, initial, _) = rates(LOTS, 0, 0);
	// halfway from 50 to 100 %: the caps lose half of 80 %, the rate gains half of 50 %
	let half = rates(LOTS, 75, 0);
	assert_eq!(half.0, maintenance);
	assert_eq!(half.1.get(), initial.get() + initial.get().div_ceil(4));
	// 60 % of 200 million are 120: 2,400,000 lots
	assert_eq!(half.2, 2_000_000);
	// a pool that the others pull down does the same, and the worse of the two counts
	assert_eq!(rates(LOTS, 0, 15), half);
	assert_eq!(rates(LOTS, 75, 14), half);
}

#[test]
fn it_goes_no_further_than_listed() {
	let (maintenance, initial, _) = rates(LOTS, 0, 0);
	let (still, most, room) = rates(LOTS, u64::MAX / 10_000_000, 1_000);
	assert_eq!(still, maintenance);
	assert_eq!(most.get(), initial.get() + initial.get().div_ceil(2));
	// a fifth of 200 million, less 20
	assert_eq!(room, 400_000);
}

#[test]
fn between_the_lowered_caps_new_risk_gets_dearer_up_to_all_of_it() {
	// 35 million are between 20 and 40: three quarters of the way to all of the notional
	let (maintenance, _, _) = rates(700_000, 0, 0);
	let (still, initial, room) = rates(700_000, 1_000, 0);
	assert_eq!((still, room), (maintenance, 100_000));
	assert!(initial > percent(75) && initial < Ratio::ONE, "{initial:?}");

	let (maintenance, _, _) = rates(900_000, 0, 0);
	assert_eq!(rates(900_000, 1_000, 0), (maintenance, Ratio::ONE, 0));
}

#[test]
fn when_it_is_over_everything_is_as_it_was() {
	let much = Loads::new(vec![(PERP, Ratio::MAX)], vec![(POOL, Ratio::MAX)]);
	let [none, never] = [[much, Loads::default()], [Loads::default(), Loads::default()]];
	assert_eq!(after(LOTS, &none), after(LOTS, &never));
}

#[test]
fn another_market_and_pool_do_not_matter() {
	let others = Loads::new(vec![(MarketId(7), Ratio::MAX)], vec![(PoolId(7), Ratio::MAX)]);
	assert_eq!(after(LOTS, &[others]), after(LOTS, &[Loads::default()]));
}
