//! Reporters who lie.

use breakwater_breaker::Action;

use crate::world::*;

/// Somebody who is liquidated if the price is believed to be much lower, and somebody if it is
/// believed to be much higher.
fn believers() -> (World, [Trader; 2]) {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let traders = [30_000, 30_000].map(|money| w.trader(ALT, money));
	let [long, short] = &traders;
	w.trade(long, short, SOL, 150_000);
	(w, traders)
}

/// So many of the four reporters say that the price is so much, for twenty blocks.
fn lie(w: &mut World, liars: usize, price: f64) {
	for voice in w.voices.iter_mut().take(liars) {
		voice.own.insert(SOL_USD, price);
	}
	w.blocks(20);
}

fn tell_the_truth(w: &mut World) {
	for voice in &mut w.voices {
		voice.own.clear();
	}
}

#[test]
fn a_reporter_that_lies() {
	let (mut w, _) = believers();
	let (mark, bonds) = (w.mark(SOL), w.bonds());
	for price in [75.0, 300.0, 0.0001] {
		lie(&mut w, 1, price);
		assert_eq!(w.mark(SOL), mark, "three of four say otherwise");
		assert!(w.allows(SOL, Action::AddRisk), "and nobody is kept from trading");
	}
	assert!(w.liquidation().next().is_none());
	let after = w.bonds();
	assert!(after[0] < bonds[0], "it loses of its bond: {bonds:?} {after:?}");
	assert_eq!(after[1..], bonds[1..]);
}

/// Half of the weight is no majority: there is no price until they agree.
#[test]
fn two_reporters_of_four_that_lie() {
	for price in [75.0, 300.0, 0.0001, 140.0] {
		let (mut w, _) = believers();
		let [holder, other] = [50_000, 50_000].map(|money| w.trader(ALT, money));
		w.trade(&holder, &other, SOL, 10_000);
		assert!(w.free(&holder) > usd(20_000));
		let (mark, bonds) = (w.mark(SOL), w.bonds());
		for voice in w.voices.iter_mut().take(2) {
			voice.own.insert(SOL_USD, price);
		}
		w.blocks(3);
		let allowed = [Action::AddRisk, Action::Withdraw].map(|action| w.allows(SOL, action));
		assert_eq!(allowed, [false; 2], "not only when the last price is old");
		lie(&mut w, 2, price);
		assert_eq!(w.mark(SOL), mark, "the price does not follow to {price}");
		assert!(w.liquidation().next().is_none(), "nobody is liquidated at a lie");
		assert!(!w.allows(SOL, Action::AddRisk), "no new risk, whoever is right");
		assert!(!w.allows(SOL, Action::Withdraw), "and nothing is paid out");
		assert_eq!(w.free(&holder), 0, "not by the ledger either, whatever the breaker says");
		assert_eq!(w.bonds(), bonds, "nobody knows who lies");
		w.blocks(20);
		assert!(!w.allows(SOL, Action::Liquidate), "after a minute nobody is liquidated at all");
		tell_the_truth(&mut w);
		assert!(w.blocks_until(SOL, Action::AddRisk, 100).is_some(), "it reopens");
		assert_eq!(w.mark(SOL), mark);
	}
}

/// One who is silent does not make two who lie a majority.
#[test]
fn two_reporters_that_lie_while_one_is_silent() {
	let (mut w, _) = believers();
	let mark = w.mark(SOL);
	w.voices[3].silent = true;
	lie(&mut w, 2, 75.0);
	assert_eq!(w.mark(SOL), mark);
	assert!(w.liquidation().next().is_none());
	assert!(!w.allows(SOL, Action::AddRisk));
}

/// Who has more than half of the weight says what the price is: that is what the chain trusts in.
#[test]
fn three_reporters_of_four_that_lie() {
	let (mut w, [long, _]) = believers();
	lie(&mut w, 3, 124.0);
	assert!(w.mark(SOL) < 1_300_000, "it is believed");
	assert!(w.was_absorbed(&long) || w.liquidation().next().is_some());
}

/// Lies that are no outliers: the price stays among the honest ones, or near to one.
#[test]
fn reporters_that_lie_a_little() {
	let (mut w, _) = believers();
	let (mark, bonds) = (w.mark(SOL), w.bonds());
	// A twentieth of a percent apart, as honest ones are.
	for (voice, price) in w.voices.iter_mut().zip([150.0, 149.93, 150.0, 150.07]) {
		voice.own.insert(SOL_USD, price);
	}
	w.blocks(20);
	let within = |w: &mut World, basis_points: u64| {
		let now = w.mark(SOL);
		assert!(now.abs_diff(mark) * 10_000 <= mark * basis_points, "{now} {mark}");
	};
	// Half a percent is not struck. One of four moves nothing.
	for price in [149.3, 150.7] {
		lie(&mut w, 1, price);
		within(&mut w, 5);
	}
	assert_eq!(w.bonds(), bonds, "that is nothing to be punished for");
	// Two of four move it by the two percent that others must agree within, at most.
	for price in [147.1, 152.9] {
		lie(&mut w, 2, price);
		within(&mut w, 200);
	}
	assert!(w.liquidation().next().is_none());
	tell_the_truth(&mut w);
	w.blocks(40);
	within(&mut w, 0);
}
