//! Inventory is worked off, and hedged until then.

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::Insurance as _;
use breakwater_units::{Lots, Price, Side, Size};
use frame_support::assert_ok;
use polkadot_sdk::*;

use super::*;
use crate::Event;

/// The backstop is long 40 lots at mark, with a large fund behind it.
fn inventory() {
	let (loser, _) = market(100_000);
	fund(POOL, 1_000_000);
	assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(40), Price::new(1_000)));
}

fn depth(market: breakwater_units::MarketId, depth: u64) {
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
fn the_deepest_market_hedges_the_others_if_they_move_together() {
	with_chain(|| {
		inventory();
		depth(ETH, 10_000);
		depth(BTC, 10);
		assert_eq!(Insurance::forced_orders(ETH), []);

		Correlated::set(percent(80));
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
		Correlated::set(percent(10));
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Buy, 2_020, 20));
	});
}

#[test]
fn a_hedge_stays_within_the_limits_of_inventory() {
	with_chain(|| {
		inventory();
		Correlated::set(percent(100));
		depth(ETH, 10_000);
		// the stress of 40,000 is committed; 20,000 more would be of 20 lots
		terms(|terms| terms.inventory_share = percent(6));
		assert_eq!(Insurance::forced_orders(ETH), order(Side::Sell, 990, 20));
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
