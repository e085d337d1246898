//! Bad input and faults. For each: no panic, no value lost or created, the pipeline within its
//! budget, and recovery.

use breakwater_breaker::Action;
use breakwater_clearing::Event as ClearingEvent;
use breakwater_interfaces::Breakers as _;
use breakwater_ledger::{OpenInterest, Subaccounts};
use breakwater_runtime::{CircuitBreaker, Runtime, RuntimeEvent};
use breakwater_units::{Lots, MarketId, Price, Side, Size};
use frame_support::dispatch::DispatchClass;
use polkadot_sdk::*;

use crate::world::*;

fn failed(w: &World) -> Vec<MarketId> {
	let market = |event: &RuntimeEvent| match event {
		RuntimeEvent::Clearing(ClearingEvent::MarketFailed { market, .. }) => Some(*market),
		_ => None,
	};
	w.events.iter().filter_map(market).collect()
}

fn allows(w: &mut World, market: MarketId, action: Action) -> bool {
	w.with(|| CircuitBreaker::allows(market, action))
}

/// Blocks until an action is allowed; none if it is not within so many.
fn blocks_until(w: &mut World, market: MarketId, action: Action, most: u32) -> Option<u32> {
	(0..most).find(|_| {
		w.block();
		allows(w, market, action)
	})
}

fn bid_for_all(market: MarketId, limit: u64) -> breakwater_liquidator::Call<Runtime> {
	let (size, limit) = (Size::new(1_000_000), Price::new(limit));
	breakwater_liquidator::Call::bid { number: 0, market, side: Side::Buy, size, limit }
}

#[test]
fn a_poisoned_market_is_quarantined_and_the_others_go_on() {
	let mut w = World::new(|_| {});
	let traders = [ALT, ALT, MAIN, MAIN].map(|pool| w.trader(pool, 100_000));
	let [a, b, c, d] = &traders;
	w.trade(a, b, SOL, 50_000);
	w.trade(c, d, BTC, 50_000);

	// The market's own sum says that nobody has a position.
	let right = w.with(|| OpenInterest::<Runtime>::get(SOL));
	w.corrupt(|| OpenInterest::<Runtime>::insert(SOL, Size::ZERO));
	(w.full_checks, w.batches_may_fail) = (false, true);
	let (held, lots) = (w.lots_of(a, SOL), right.get());
	let (back, again) = (w.limit(SOL, Side::Sell, lots, 0), w.limit(SOL, Side::Buy, lots, 0));
	w.place(a, back);
	w.place(b, again);
	w.blocks(2);
	assert_eq!(failed(&w), [SOL], "the batch failed once, then the market rests");
	assert_eq!(w.lots_of(a, SOL), held, "nothing of it has happened");
	assert!(!allows(&mut w, SOL, Action::AddRisk) && !allows(&mut w, SOL, Action::Liquidate));
	w.trade(c, d, BTC, 50_000);

	w.corrupt(|| OpenInterest::<Runtime>::insert(SOL, right));
	(w.full_checks, w.batches_may_fail) = (true, false);
	assert!(blocks_until(&mut w, SOL, Action::AddRisk, 60).is_some(), "it reopens by itself");
	w.blocks(3);
	assert_eq!(w.lots_of(a, SOL), 0, "what waited has traded");
}

#[test]
fn an_account_that_cannot_be_computed_holds_up_nobody() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let [broken, long] = [30_000, 30_000].map(|margin| w.trader(ALT, margin));
	let short = w.trader(ALT, 1_000_000);
	w.trade(&broken, &short, SOL, 150_000);
	w.trade(&long, &short, SOL, 150_000);
	w.full_checks = false;
	w.corrupt(|| {
		Subaccounts::<Runtime>::mutate(broken.key, |account| {
			let positions = &mut account.as_mut().expect("it is there").state.positions;
			let mut position = *positions.get(SOL).expect("it has one");
			position.lots = Lots::new(i64::MAX);
			positions.set(SOL, position).expect("it has a place");
		});
	});
	w.price(SOL_USD, 124.0);
	w.blocks(30);
	assert_eq!(w.lots_of_key(&broken.key, SOL), i64::MAX, "it is as it was");
	assert!(w.lots_of(&long, SOL) < w.lots(SOL, 120_000) as i64, "the other was closed");
	assert!(failed(&w).is_empty(), "its market goes on");
}

#[test]
fn prices_of_zero_and_the_maximum() {
	for absurd in [0.0, 0.0001, 6_871_947.6736] {
		let mut w = World::new(|_| {});
		let [long, short] = [2_000_000_000, 2_000_000_000].map(|money| w.trader(ALT, money));
		w.trade(&long, &short, SOL, 17_000_000);
		let before = (w.equity(&long), w.equity(&short));
		w.price(SOL_USD, absurd);
		w.blocks(40);
		assert_eq!(w.losses(ALT).loss, 0, "nobody is taken over at {absurd}");
		assert!(w.liquidation().next().is_none(), "nor liquidated");
		assert!(!allows(&mut w, SOL, Action::AddRisk), "nor trades");
		assert!(!allows(&mut w, SOL, Action::Withdraw), "nor leaves");
		w.price(SOL_USD, 150.0);
		w.blocks(10);
		assert_eq!((w.equity(&long), w.equity(&short)), before, "nothing is lost or gained");
		// The slow average has believed the maximum, and forgives it in hours.
		let reopened = blocks_until(&mut w, SOL, Action::AddRisk, 100);
		assert!(reopened.is_some() || absurd > 150.0, "it reopens");
	}
}

#[test]
fn a_feed_that_stops_in_mid_crash() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let [long, saved] = [30_000, 30_000].map(|margin| w.trader(ALT, margin));
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 150_000);
	w.trade(&saved, &short, SOL, 150_000);
	w.move_to(SOL_USD, 135.0, 10);
	for voice in &mut w.voices {
		voice.silent = true;
	}
	w.blocks(8);
	assert!(!allows(&mut w, SOL, Action::AddRisk), "after ten seconds no new risk");
	w.blocks(30);
	assert!(!allows(&mut w, SOL, Action::Liquidate), "after a minute nobody is liquidated");
	assert!(w.liquidation().next().is_none());
	assert_eq!(w.deposit(&saved, 50_000), Ok(()), "a top-up is always taken");
	for voice in &mut w.voices {
		voice.silent = false;
	}
	w.price(SOL_USD, 123.0);
	let waited = blocks_until(&mut w, SOL, Action::Liquidate, 60);
	w.blocks(20);
	assert!(w.lots_of(&long, SOL) < w.lots_of(&saved, SOL), "it was closed");
	assert!(waited.is_some() && !w.is_due(&saved));
	assert!(blocks_until(&mut w, SOL, Action::AddRisk, 100).is_some(), "it reopens");
}

#[test]
fn an_hour_of_outage_across_a_move_of_thirty_percent() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let [long, saved] = [40_000, 40_000].map(|margin| w.trader(ALT, margin));
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 100_000);
	w.trade(&saved, &short, SOL, 100_000);
	w.outage(HOUR);
	w.price(SOL_USD, 105.0);
	w.block();
	assert!(!allows(&mut w, SOL, Action::Liquidate), "the first block knows that it is one");
	let lots = w.lots_of(&long, SOL);
	// The grace is a minute.
	w.price(SOL_USD, 93.5);
	w.blocks(20);
	assert_eq!(w.lots_of(&long, SOL), lots, "in the grace nobody is closed");
	assert!(w.is_due(&long) && w.is_due(&saved));
	assert_eq!(w.deposit(&saved, 30_000), Ok(()), "but may save itself");
	assert!(blocks_until(&mut w, SOL, Action::Liquidate, 60).is_some());
	w.blocks(20);
	assert!(w.lots_of(&long, SOL) < lots, "then it is closed");
	assert_eq!(w.lots_of(&saved, SOL), lots, "and who was saved is not");
	assert!(blocks_until(&mut w, SOL, Action::AddRisk, 100).is_some(), "it reopens");
}

#[test]
fn a_liquidator_who_bids_and_cannot_pay() {
	let mut w = World::new(|_| {});
	let long = w.trader(ALT, 30_000);
	let short = w.trader(ALT, 1_000_000);
	let [poor, rich] = [100, 1_000_000].map(|money| w.trader(ALT, money));
	w.trade(&long, &short, SOL, 150_000);
	w.price(SOL_USD, 124.0);
	w.block();
	w.block();
	let before = (w.lots_of(&long, SOL), w.equity(&poor));
	let mark = w.mark(SOL);
	assert_eq!(why(w.call(&poor, bid_for_all(SOL, mark))), "NotEnoughMargin");
	assert_eq!((w.lots_of(&long, SOL), w.equity(&poor)), before, "nothing has changed");
	assert_eq!(w.call(&rich, bid_for_all(SOL, mark)), Ok(()));
	assert!(w.lots_of(&rich, SOL) > 0);
	w.blocks(3);
	assert!(!w.is_due(&long));
}

/// So many accounts become due with one price, in a market that is deep enough for all of them.
/// Returns blocks until none is.
fn stampede(count: u32) -> u32 {
	const EACH: i128 = 84;
	let mut w = World::new(|genesis| {
		for market in &mut genesis.exchange.markets {
			market.liquidation.least_offer = 10_000_000;
		}
	});
	w.endow(ALT, 10_000_000);
	let maker = w.trader(ALT, 1_000_000_000);
	w.full_checks = false;
	let crowd: Vec<Trader> = (0..count).map(|_| w.trader(ALT, 12)).collect();
	let deep = i128::from(count) * EACH;
	let book = [(5, deep), (20, deep)];
	// A batch does not fill all of them at once, and margin rises as they crowd at one price.
	let mut without: Vec<&Trader> = crowd.iter().collect();
	for _ in 0..4 * count.div_ceil(40) {
		w.quote(&maker, SOL, &book);
		let each = w.lots(SOL, EACH);
		for one in without.iter().take(40) {
			let bid = w.limit(SOL, Side::Buy, each, 10);
			w.place(one, bid);
		}
		w.blocks(2);
		without.retain(|one| w.lots_of(one, SOL) == 0);
		// Nobody asks for them, and they are many.
		w.events.clear();
	}
	assert!(without.is_empty(), "all have a position, but for {}", without.len());
	w.price(SOL_USD, 132.0);
	let of_price = (0..4).find(|_| {
		w.quote(&maker, SOL, &book);
		w.block();
		w.due() > 0
	});
	assert!(of_price.is_some(), "they are due");
	let mut blocks = 1;
	while crowd.iter().any(|one| w.is_due(one)) {
		w.quote(&maker, SOL, &book);
		w.block();
		blocks += 1;
		assert!(blocks < 2_000, "the backlog drains");
	}
	w.full_checks = true;
	w.block();
	assert_eq!(w.losses(ALT).loss, 0);
	blocks
}

#[test]
fn a_thousand_accounts_due_in_one_block() {
	// How fast it goes is what the weights of an account allow: about a millisecond for each.
	let blocks = stampede(1_000);
	println!("gone after {blocks} blocks");
	assert!(blocks <= 25, "gone within 25 blocks: {blocks}");
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_accounts_due_in_one_block() {
	println!("gone after {} blocks", stampede(10_000));
}

/// Ordinary transactions take all that they may of a block.
fn fill_block() {
	use breakwater_runtime::System;
	let limits = <Runtime as frame_system::Config>::BlockWeights::get();
	let normal = limits.get(DispatchClass::Normal).max_total.expect("it is limited");
	let left = limits.max_block.saturating_sub(System::block_weight().total());
	System::register_extra_weight_unchecked(normal.min(left), DispatchClass::Normal);
	assert!(System::block_weight().total().all_lte(limits.max_block), "the block is not too heavy");
}

#[test]
fn spam_fills_every_block() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let long = w.trader(ALT, 30_000);
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 150_000);
	for _ in 0..100 {
		w.block_of(|| {
			fill_block();
			Vec::new()
		});
	}
	w.price(SOL_USD, 124.0);
	for _ in 0..2 {
		w.block_of(|| {
			fill_block();
			Vec::new()
		});
	}
	let offered = w.liquidation().any(|event| {
		let of = |account: &breakwater_units::AccountKey| *account == long.key;
		matches!(event, breakwater_liquidator::Event::Offered { account, .. } if of(account))
	});
	assert!(offered, "it is liquidated in the block of its price");
}

#[test]
fn a_reporter_that_lies() {
	let mut w = World::new(|_| {});
	let long = w.trader(ALT, 30_000);
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 150_000);
	let (mark, bonds) = (w.mark(SOL), w.bonds());
	for lie in [75.0, 300.0, 0.0001] {
		w.voices[2].own.insert(SOL_USD, lie);
		w.blocks(20);
		assert_eq!(w.mark(SOL), mark, "three of four say otherwise");
	}
	assert!(w.liquidation().next().is_none());
	let after = w.bonds();
	assert!(after[2] < bonds[2], "it loses of its bond: {bonds:?} {after:?}");
	assert_eq!((after[0], after[1], after[3]), (bonds[0], bonds[1], bonds[3]));
}
