//! Auctions to which nobody comes.

use breakwater_liquidator::Venue;
use breakwater_units::{AssetId, Price, Side, Size};

use breakwater_interfaces::genesis::Percent;
use breakwater_units::Ratio;

use crate::world::*;

/// Somebody bids next to nothing in every block of half a minute, and nobody else bids. Returns
/// what became of the bids, and the lots that were closed.
fn zero_bids(inventory: u64) -> (World, Vec<String>, i64) {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			pool.fund.inventory_share = Percent(Ratio::saturating_from_percent(inventory));
		}
	});
	w.endow(ALT, 500_000);
	let long = w.trader(ALT, 40_000);
	let short = w.trader(ALT, 400_000);
	let keeper = w.trader(ALT, 100_000);
	w.trade(&long, &short, SOL, 200_000);
	let before = w.lots_of(&long, SOL);
	w.price(SOL_USD, 123.0);
	w.blocks(2);
	let mut answers = Vec::new();
	for _ in 0..15 {
		let (market, side, size) = (SOL, Side::Buy, Size::new(1_000_000));
		let limit = Price::new(1);
		let bid = breakwater_liquidator::Call::bid { number: 0, market, side, size, limit };
		answers.push(why(w.call(&keeper, bid)));
	}
	let closed = before - w.lots_of(&long, SOL);
	assert!(w.equity(&long) >= 0);
	(w, answers, closed)
}

/// Maker, 2020-03-12: collateral of millions was sold for nothing, because nobody else bid.
#[test]
fn maker_2020_03_12() {
	let (w, answers, closed) = zero_bids(20);
	assert!(answers.iter().all(|answer| answer == "NothingOffered"), "{answers:?}");
	assert!(closed > 70_000, "the backstop takes over what restores it: {closed}");
	for (_, _, price, venue) in w.forced_fills() {
		assert_eq!(venue, Venue::Backstop);
		// What the account has is 2.4 % of the mark.
		assert!(price >= Price::new(1_200_000), "at the reserve: {price:?}");
	}
	assert_eq!(w.losses(ALT).loss, 0);
}

#[test]
fn maker_2020_03_12_without_a_backstop() {
	let (_, answers, closed) = zero_bids(0);
	assert!(answers.iter().all(|answer| answer == "NothingOffered"), "the reserve still holds");
	assert_eq!(closed, 0, "but the account stays as it is, and falls with the price");
}

const WBTC: AssetId = AssetId(0);

/// Somebody has borrowed 80,000 dollars on two bitcoins, of which each is worth 42,000 now. For
/// four minutes, with nobody else, somebody bids next to nothing. Returns the chain, the
/// account, and what became of the bids.
fn zero_bids_for_collateral(fund: i128) -> (World, Trader, Vec<String>) {
	let mut w = World::new(|_| {});
	if fund > 0 {
		w.endow(MAIN, fund);
	}
	let _savers = w.trader(MAIN, 1_000_000);
	let borrower = w.trader(MAIN, 10_000);
	let keeper = w.trader(MAIN, 100_000);
	w.block();
	w.deposit_token(&borrower, WBTC.0, 2 * 100_000_000);
	assert_eq!(w.withdraw(&borrower, usd(90_000)), Ok(()));
	w.price(BTC_USD, 42_000.0);
	w.blocks(2);
	assert!(w.is_due(&borrower));
	let mut answers = Vec::new();
	for _ in 0..120 {
		let (size, limit) = (Size::new(1_000_000), Price::new(1));
		let bid =
			breakwater_liquidator::Call::bid_collateral { number: 0, asset: WBTC, size, limit };
		answers.push(why(w.call(&keeper, bid)));
	}
	assert!(w.equity(&borrower) >= 0);
	(w, borrower, answers)
}

/// The same for collateral, as it was there.
#[test]
fn maker_2020_03_12_collateral() {
	let (mut w, borrower, answers) = zero_bids_for_collateral(500_000);
	assert!(answers.iter().all(|answer| answer == "NothingOffered"), "{answers:?}");
	let fills = w.forced_fills();
	// What it sells at the reserve leaves it as near to the edge as it was, so it goes on.
	let sold: u64 = fills.iter().map(|(_, lots, ..)| lots.size().get()).sum();
	assert!(sold > 10_000, "the backstop buys more than half of it: {sold}");
	assert!(w.equity(&borrower) >= 0);
	for (_, _, price, venue) in fills {
		assert_eq!(venue, Venue::Backstop);
		// 80,000 dollars owed on two bitcoins: 40,000 each, in cents.
		assert!(price >= Price::new(4_000_000), "at the reserve: {price:?}");
	}
	assert_eq!(w.losses(MAIN).loss, 0);
}

#[test]
fn maker_2020_03_12_collateral_without_a_backstop() {
	let (mut w, borrower, answers) = zero_bids_for_collateral(0);
	assert!(answers.iter().all(|answer| answer == "NothingOffered"), "the reserve still holds");
	assert!(w.forced_fills().is_empty() && w.is_due(&borrower), "but nothing is sold");
}
