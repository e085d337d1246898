//! Auctions to which nobody comes.

use breakwater_insurance::Event as InsuranceEvent;
use breakwater_liquidator::Venue;
use breakwater_runtime::Runtime;
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

/// What the backstop paid for positions.
fn taken_over_at(w: &World) -> Vec<Price> {
	let price = |event: &InsuranceEvent<Runtime>| match event {
		InsuranceEvent::TakenOver { price, .. } => Some(*price),
		_ => None,
	};
	let prices: Vec<Price> = w.insurance().filter_map(price).collect();
	assert!(!prices.is_empty(), "it takes something over");
	prices
}

/// Maker, 2020-03-12: collateral of millions was sold for nothing, because nobody else bid.
#[test]
fn maker_2020_03_12() {
	let (w, answers, closed) = zero_bids(20);
	assert!(answers.iter().all(|answer| answer == "NothingOffered"), "{answers:?}");
	// Of 133,000.
	assert!(closed > 70_000, "the backstop takes over what restores it: {closed}");
	assert!(closed < 130_000, "and leaves it the rest: {closed}");
	for (_, _, price, venue) in w.forced_fills() {
		assert_eq!(venue, Venue::Backstop);
		// What the account has is 2.4 % of the mark.
		assert!(price >= Price::new(1_200_000), "at the reserve: {price:?}");
	}
	for price in taken_over_at(&w) {
		let paid = (1_200_000..1_205_000).contains(&price.get());
		assert!(paid, "and what is paid is no more, as that is the fund's money: {price:?}");
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

/// Somebody bids for a little in every block until the price has walked all its way, and nobody
/// takes the rest: it ends at the reserve, and not a tick beyond.
#[test]
fn bids_at_the_end_of_the_walk() {
	let mut w = World::new(|_| {});
	let [long, short, keeper] = [40_000, 400_000, 100_000].map(|money| w.trader(ALT, money));
	w.trade(&long, &short, SOL, 200_000);
	w.price(SOL_USD, 123.0);
	w.blocks(2);
	for _ in 0..15 {
		let (market, side, size, limit) = (SOL, Side::Buy, Size::new(10), Price::new(1_300_000));
		let bid = breakwater_liquidator::Call::bid { number: 0, market, side, size, limit };
		assert_eq!(w.call(&keeper, bid), Ok(()));
	}
	let (_, _, price, venue) = *w.forced_fills().last().expect("it was filled");
	assert_eq!((price, venue), (w.reserve(&long, SOL), Venue::Bid));
}

/// Somebody with 750,000 dollars in a market is liquidated, where the only bids are a percent below
/// the mark, for three times what may be forced into a batch. Returns the mark before and after,
/// and the most that was sold in a block.
fn forced_into_low_bids(least_offer: u64) -> (u64, u64, i64) {
	let mut w = World::new(|genesis| {
		genesis.exchange.markets[2].liquidation.least_offer = least_offer;
	});
	let [long, short, bidder] = [150_000, 1_000_000, 1_000_000].map(|money| w.trader(ALT, money));
	w.trade(&long, &short, SOL, 750_000);
	w.price(SOL_USD, 124.0);
	w.blocks(30);
	let (before, mut most, mut had) = (w.mark(SOL), 0, 0);
	for _ in 0..30 {
		let account = bidder.id.clone();
		w.act(&bidder, breakwater_exchange::Call::cancel_all { account, market: Some(SOL) });
		let bid = w.limit(SOL, Side::Buy, 20_000, -100);
		w.place(&bidder, bid);
		w.block();
		let has = w.lots_of(&bidder, SOL);
		(most, had) = (most.max(has - had), has);
	}
	assert!(had > 100_000, "it is closed: {had}");
	(before, w.mark(SOL), most)
}

/// What is forced to be sold does not move the mark, else one liquidation would make the next; and
/// it is sold as fast as the market is deep, not at once.
#[test]
fn what_is_forced_into_low_bids() {
	let (before, after, most) = forced_into_low_bids(6_000);
	assert!(after.abs_diff(before) * 100_000 <= before, "the index stood still: {before} {after}");
	assert!(most < 7_000, "a tenth of a hundred thousand dollars: {most}");
}

#[test]
fn what_is_forced_into_low_bids_without_a_limit() {
	let (.., most) = forced_into_low_bids(10_000_000);
	assert!(most >= 20_000, "whatever there is a bid for: {most}");
}
