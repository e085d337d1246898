//! What the contagion monitor is told.

use breakwater_contagion::Bin;
use breakwater_interfaces::Solvency;
use breakwater_units::{AccountKey, Price};
use frame_support::weights::Weight;
use polkadot_sdk::*;

use crate::{mock::*, Subaccounts};

fn stakes(key: &AccountKey) -> Vec<(u32, u16, i64)> {
	let account = Subaccounts::<Test>::get(key).unwrap();
	let told = |stake: &breakwater_contagion::Stake| {
		(stake.market.0, stake.bin.number(), stake.lots.get())
	};
	account.stakes.iter().map(told).collect()
}

fn bin(price: u64) -> u16 {
	Bin::of(Price::new(price)).number()
}

fn told() -> usize {
	Monitor::stakes().len()
}

/// Ten lots of 10,000 quanta at 5 %: the long has 20,000, the short 50,000.
fn pair() -> [AccountKey; 2] {
	let (long, short) = (opened(1, 20_000), opened(2, 50_000));
	trade(BTC, 1_000, (&long, &short), 10, 0).unwrap();
	[long, short]
}

#[test]
fn a_position_is_at_its_liquidation_price() {
	with_chain(|| {
		let [long, short] = pair();
		// health 15,000 at a slope of 9,500 per 100 ticks; 45,000 at 10,500
		assert_eq!(stakes(&long), [(0, bin(843), 10)]);
		assert_eq!(stakes(&short), [(0, bin(1_428), -10)]);
		assert_eq!(told(), 2);
	});
}

#[test]
fn one_that_its_market_cannot_ruin_has_none() {
	with_chain(|| {
		let (long, short) = (opened(1, 100_000), opened(2, 50_000));
		trade(BTC, 1_000, (&long, &short), 10, 0).unwrap();
		assert_eq!(stakes(&long), []);
		// closed, nothing is left of the other either
		trade(BTC, 1_000, (&short, &long), 10, 0).unwrap();
		assert_eq!((stakes(&short), told()), (vec![], 0));
	});
}

#[test]
fn a_small_deposit_is_not_worth_telling_and_a_large_one_is() {
	with_chain(|| {
		let [long, _] = pair();
		let before = stakes(&long);
		deposit(&long, None, 1_000).unwrap();
		assert_eq!(stakes(&long), before);
		deposit(&long, None, 20_000).unwrap();
		assert_eq!(stakes(&long), [(0, bin(622), 10)]);
	});
}

#[test]
fn who_is_woken_is_told_anew() {
	with_chain(|| {
		let [long, short] = pair();
		trade(ETH, 1_000, (&long, &short), 1, 0).unwrap();
		// most of its health is gone: it wakes without being due, and is nearer than was told
		set_price(BTC, 860);
		let before = stakes(&long);
		assert_eq!(LedgerPallet::step(Weight::MAX).due, 0);
		assert_ne!(stakes(&long), before);
		LedgerPallet::do_try_state().unwrap();

		// who is due is so at the mark
		set_price(BTC, 800);
		assert_eq!(LedgerPallet::step(Weight::MAX).due, 1);
		assert_eq!(stakes(&long), [(0, bin(800), 10), (1, bin(1_000), 1)]);
		set_price(BTC, 780);
		assert_eq!(LedgerPallet::recheck(&long), Ok(true));
		assert_eq!(stakes(&long), [(0, bin(780), 10), (1, bin(1_000), 1)]);
	});
}

#[test]
fn a_backstop_is_not_told_of() {
	with_chain(|| {
		let [long, short] = pair();
		assert_eq!(told(), 2);
		others(|others| others.backstop = Some(long));
		crate::Filings::<Test>::remove(long);
		let _ = crate::Levels::<Test>::clear(u32::MAX, None);
		deposit(&short, None, 1).unwrap();
		deposit(&long, None, 1).unwrap();
		assert_eq!((stakes(&long), told()), (vec![], 1));
	});
}
