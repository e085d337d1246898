//! Inventory is worked off, and hedged until then.

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::Insurance as _;
use breakwater_test_support::Market;
use breakwater_units::{Lots, MarketId, Price, Ratio, Side, Size};
use frame_support::assert_ok;
use polkadot_sdk::*;

use super::*;
use crate::{Event, Operations};

const SOL: MarketId = MarketId(3);

/// The backstop is long 40 lots at mark, with a large fund behind it.
fn inventory() {
	let (loser, _) = market(100_000);
	fund(POOL, 1_000_000);
	assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(40), Price::new(1_000)));
}

/// A third market in the pool, like the two others.
fn three_markets() {
	world(|world| {
		let like = world.markets[&ETH].clone();
		world.markets.insert(SOL, Market { feed: 3, ..like })
	});
}

/// The backstop has so many lots of the third market besides.
fn sol(lots: i64) {
	let others = [opened(6, 1_000_000), opened(7, 1_000_000)];
	trade(SOL, 1_000, (&others[0], &others[1]), lots).unwrap();
	assert_ok!(Insurance::take_over_lots(&others[0], SOL, Lots::new(lots), Price::new(1_000)));
}

fn depth(market: MarketId, depth: u64) {
	world(|world| world.market(market).depth = depth);
}

fn order(side: Side, limit: u64, size: u64) -> Vec<ForcedOrder> {
	let (limit, size) = (Price::new(limit), Size::new(size));
	vec![ForcedOrder { account: backstop(), side, limit, size }]
}

#[test]
fn toward_flat_near_the_mark_and_not_beyond_the_depth() {
	with_chain(|| {
		inventory();
		// 1 % below the mark, all of it; a fifth of the depth is 200
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 40));
		depth(BTC, 50);
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 10));
		depth(BTC, 0);
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 1));
		assert_eq!(Insurance::forced_orders(ETH), []);
	});
}

#[test]
fn a_short_is_bought_back() {
	with_chain(|| {
		let (_, winners) = market(100_000);
		fund(POOL, 1_000_000);
		assert_ok!(Insurance::take_over_lots(&winners[0], BTC, Lots::new(-30), Price::new(1_000)));
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Buy, 1_010, 30));
	});
}

#[test]
fn lots_that_are_promised_to_winners_are_not_sold() {
	with_chain(|| {
		crash();
		blocks_of(1);
		assert_eq!(Insurance::forced_orders(BTC), []);
	});
}

#[test]
fn the_deepest_market_hedges_one_that_moves_with_it() {
	with_chain(|| {
		inventory();
		depth(ETH, 10_000);
		depth(BTC, 10);
		assert_eq!(Insurance::forced_orders(ETH), []);
		correlate(BTC, ETH, 79);
		assert_eq!(Insurance::forced_orders(ETH), []);

		correlate(BTC, ETH, 80);
		// the delta of 40 lots of 1,000 ticks in lots of 2,000
		set_price(ETH, 2_000);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 1_980, 20));
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 2));

		// hedged: nothing more to do, but for what is worked off
		let other = opened(8, 1_000_000);
		trade(ETH, 2_000, (&other, &backstop()), 20).unwrap();
		assert_eq!(Insurance::forced_orders(ETH), []);
		trade(BTC, 1_000, (&other, &backstop()), 20).unwrap();
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Buy, 2_020, 10));

		// the markets part: the hedge is closed
		correlate(BTC, ETH, 10);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Buy, 2_020, 20));
	});
}

#[test]
fn inventory_that_does_not_move_with_the_deepest_market_is_only_worked_off() {
	with_chain(|| {
		three_markets();
		inventory();
		sol(50);
		depth(ETH, 10_000);
		// the two others move together, but the deepest market with neither
		correlate(BTC, SOL, 100);
		assert_eq!(Insurance::forced_orders(ETH), []);
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 40));
		assert_eq!(Insurance::forced_orders(SOL), order(Side::Sell, 990, 50));
	});
}

#[test]
fn of_mixed_inventory_what_moves_with_the_deepest_market_is_hedged() {
	with_chain(|| {
		three_markets();
		inventory();
		sol(50);
		depth(ETH, 10_000);

		correlate(BTC, ETH, 90);
		correlate(SOL, ETH, 79);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 40));
		correlate(BTC, ETH, 79);
		correlate(SOL, ETH, 90);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 50));
		correlate(BTC, ETH, 90);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 90));
		// another market is never the hedge, however it moves
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 40));
	});
}

#[test]
fn opposite_positions_that_move_together_hedge_each_other() {
	with_chain(|| {
		three_markets();
		inventory();
		sol(-30);
		depth(ETH, 10_000);
		correlate(BTC, ETH, 90);
		correlate(SOL, ETH, 90);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 10));
		// without the long of 40 the short is bought for
		correlate(BTC, ETH, 0);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Buy, 1_010, 30));
	});
}

#[test]
fn inventory_in_the_deepest_market_is_hedged_nowhere_else() {
	with_chain(|| {
		inventory();
		// nowhere is it worked off faster
		correlate(BTC, ETH, 100);
		depth(BTC, 10_000);
		assert_eq!(Insurance::forced_orders(BTC), order(Side::Sell, 990, 40));
		assert_eq!(Insurance::forced_orders(ETH), []);
	});
}

#[test]
fn what_is_not_known_hedges_nothing_whatever_the_terms() {
	with_chain(|| {
		inventory();
		depth(ETH, 10_000);
		terms(|terms| terms.hedge_correlation = Ratio::ZERO);
		assert_eq!(Insurance::forced_orders(ETH), []);
		correlate(BTC, ETH, 1);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 40));
		// above one: never
		terms(|terms| terms.hedge_correlation = percent(101));
		correlate(BTC, ETH, 100);
		assert_eq!(Insurance::forced_orders(ETH), []);
	});
}

#[test]
fn a_hedge_is_no_inventory_as_far_as_it_covers_some() {
	with_chain(|| {
		inventory();
		correlate(BTC, ETH, 100);
		depth(ETH, 10_000);
		depth(BTC, 10);
		// the stress of what was taken over is all that may be risked
		terms(|terms| terms.inventory_share = percent(4));
		assert_eq!(Insurance::takeover_room(BTC, Lots::new(1)), Size::ZERO);
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 40));

		let other = opened(8, 1_000_000);
		trade(ETH, 1_000, (&other, &backstop()), 50).unwrap();
		let at_risk = || {
			let legs = Insurance::at_risk(POOL);
			legs.iter().map(|leg| (leg.market, leg.lots.get())).collect::<Vec<_>>()
		};
		assert_eq!(at_risk(), [(BTC, 40), (ETH, -10)]);
		trade(ETH, 1_000, (&backstop(), &other), 10).unwrap();
		assert_eq!(at_risk(), [(BTC, 40)]);
		blocks_of(1);
		assert!(!Operations::<Test>::contains_key(POOL), "nothing is beyond its limits");

		correlate(BTC, ETH, 10);
		assert_eq!(at_risk(), [(BTC, 40), (ETH, -40)]);
	});
}

#[test]
fn fills_are_told() {
	with_chain(|| {
		inventory();
		let (account, side, size) = (backstop(), Side::Sell, Size::new(3));
		let fills =
			[ForcedFill { account, side, size }, ForcedFill { account: key_of(1), side, size }];
		Insurance::filled(BTC, Price::new(995), &fills);
		let (pool, market, price) = (POOL, BTC, Price::new(995));
		let told = Event::WorkedOff { pool, market, side, size, price };
		let all = events();
		assert_eq!(all.iter().filter(|event| **event == told).count(), 1);
	});
}
