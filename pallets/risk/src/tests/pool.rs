//! Interest on loans.

use breakwater_interfaces::RiskEngine;
use breakwater_margin::BorrowIndex;
use breakwater_units::{PoolId, Quote, Ratio};

use crate::{mock::*, Event};

const HOUR: u64 = 3_600_000;

fn borrow(principal: i128) {
	others(|others| others.borrowed.insert(POOL, Quote::new(principal)));
}

fn accrued() -> Vec<Quote> {
	others(|others| others.accrued.get(&POOL).cloned().unwrap_or_default())
}

#[test]
fn is_charged_once_a_period() {
	with_chain(|| {
		borrow(1_000_000_000_000);
		block(T0 + HOUR - 1);
		assert_eq!((Risk::borrow(POOL), accrued()), (BorrowIndex::ONE, vec![]));
		block(T0 + HOUR);
		// 10 % / 8,760 = 11,415.5 parts per billion, rounded up
		let index = BorrowIndex::new(Ratio::new(1_000_011_416)).unwrap();
		assert_eq!(Risk::borrow(POOL), index);
		let interest = Quote::new(11_416_000);
		assert_eq!(accrued(), [interest]);
		assert!(events().contains(&Event::InterestAccrued { pool: POOL, index, interest }));
		block(T0 + HOUR + 500);
		assert_eq!(Risk::borrow(POOL), index);
	});
}

#[test]
fn is_rounded_down_when_booked() {
	with_chain(|| {
		// 99,999 · 0.000011416 = 1.14…
		borrow(99_999);
		block(T0 + HOUR);
		assert_eq!(accrued(), [Quote::new(1)]);
	});
}

#[test]
fn of_nothing_is_nothing() {
	with_chain(|| {
		borrow(0);
		block(T0 + HOUR);
		borrow(-5);
		block(T0 + 2 * HOUR);
		assert_eq!(accrued(), []);
		// the index rises all the same: it is the price of time
		assert!(Risk::borrow(POOL) > BorrowIndex::ONE);
	});
}

#[test]
fn for_an_outage_is_that_of_a_day_at_most() {
	with_chain(|| {
		borrow(1_000_000_000);
		block(T0 + 1_000 * HOUR);
		// 10 % / 365
		assert_eq!(Risk::borrow(POOL).get(), Ratio::new(1_000_273_973));
		assert_eq!(accrued(), [Quote::new(273_973)]);
	});
}

#[test]
fn of_a_pool_that_is_not_listed_is_none() {
	with_chain(|| assert_eq!(Risk::borrow(PoolId(9)), BorrowIndex::ONE));
}
