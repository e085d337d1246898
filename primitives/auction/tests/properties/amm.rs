//! The pool's curve.

use crate::{
	common::{amm_params, cases, TOP},
	twin,
};
use breakwater_auction::{AmmCurve, AmmParams};
use breakwater_units::{
	limits::{MAX_LOTS, MAX_PRICE_TICKS},
	Lots, Price, Side, Size,
};
use proptest::{collection::vec, prelude::*};

/// Parameters of any magnitude that makes a curve.
fn any_params() -> impl Strategy<Value = AmmParams> {
	let lots = -MAX_LOTS..=MAX_LOTS;
	let size =
		|| (1u64..=MAX_LOTS.unsigned_abs(), 0u32..40).prop_map(|(x, shift)| (x >> shift).max(1));
	let ticks = (1u32..=u32::MAX, 0u32..32).prop_map(|(x, shift)| (x >> shift).max(1));
	(1..=MAX_PRICE_TICKS, any::<u32>(), lots, size(), size(), ticks).prop_map(
		|(mark, half_spread_ticks, inventory, max_inventory, depth_lots, depth_ticks)| AmmParams {
			mark: Price::new(mark),
			half_spread_ticks,
			inventory: Lots::new(inventory),
			max_inventory: Size::new(max_inventory),
			depth_lots: Size::new(depth_lots),
			depth_ticks,
		},
	)
}

/// Moves of the mark, distances of a trade's price from it, and how much of what the pool would do
/// is done, in fortieths. Short paths of near trades leave the bound no slack.
fn path() -> impl Strategy<Value = Vec<(i64, i64, u64)>> {
	let part = || prop_oneof![Just(40u64), 0u64..=60];
	prop_oneof![
		vec((-3i64..=3, -9i64..=9, part()), 1..3),
		vec((-9i64..=9, -40i64..=40, part()), 1..40),
	]
}

fn curve(params: AmmParams) -> AmmCurve {
	AmmCurve::new(params).unwrap()
}

proptest! {
	#![proptest_config(cases(1_024))]

	/// Naive twin: one lot after the other, as long as the rule allows it.
	#[test]
	fn a_quote_is_what_lot_by_lot_trading_gives(
		params in prop_oneof![amm_params(100), amm_params(3)], price in 0..=TOP,
	) {
		let demand = curve(params).demand(Price::new(price));
		prop_assert_eq!(demand.get(), twin::amm_trade(&params, price));
	}

	#[test]
	fn demand_never_rises_with_the_price(
		params in any_params(), prices in vec(0..=MAX_PRICE_TICKS, 2..12),
	) {
		let curve = curve(params);
		let mut prices = prices;
		prices.extend([0, u64::MAX, params.mark.get()]);
		prices.sort();
		let demands: Vec<i64> =
			prices.iter().map(|price| curve.demand(Price::new(*price)).get()).collect();
		prop_assert!(demands.is_sorted_by(|a, b| a >= b), "{:?}", demands);

		let bound = i64::try_from(params.max_inventory.get()).unwrap();
		let start = params.inventory.get();
		let within = bound.max(start.abs());
		prop_assert!(demands.iter().all(|demand| (start + demand).abs() <= within));
	}

	/// The best quotes are the last prices, of those an order may have, at which a lot trades.
	#[test]
	fn the_best_quotes_are_the_edges_of_the_curve(
		params in prop_oneof![amm_params(100), amm_params(3)],
	) {
		let trade = |price: &u64| twin::amm_trade(&params, *price);
		let curve = curve(params);
		let bid = (1..=TOP).rev().find(|price| trade(price) > 0);
		let ask = (1..=TOP).find(|price| trade(price) < 0);
		prop_assert_eq!(curve.best_bid().map(Price::get), bid);
		prop_assert_eq!(curve.best(Side::Sell).map(Price::get), ask);
	}

	#[test]
	fn the_best_quotes_are_edges_at_any_magnitude(params in any_params()) {
		let curve = curve(params);
		let size = |side, price| curve.size(side, Price::new(price)).get();
		let inside = 1..=MAX_PRICE_TICKS;
		if let Some(bid) = curve.best_bid().map(Price::get) {
			prop_assert!(inside.contains(&bid) && size(Side::Buy, bid) > 0);
			prop_assert!(bid == MAX_PRICE_TICKS || size(Side::Buy, bid + 1) == 0);
		} else {
			prop_assert_eq!(size(Side::Buy, 1), 0);
		}
		if let Some(ask) = curve.best_ask().map(Price::get) {
			prop_assert!(inside.contains(&ask) && size(Side::Sell, ask) > 0);
			prop_assert!(ask == 1 || size(Side::Sell, ask - 1) == 0);
		} else {
			prop_assert_eq!(size(Side::Sell, MAX_PRICE_TICKS), 0);
		}
	}

	/// Over any path of marks, any trader's choices and any partial fills, the pool's wealth at
	/// mark changes by no less than what its inventory gained from the marks, plus
	/// `(x_end² − x_start²) / 2d`, plus a half-spread and half a tick of slope for each lot. So the
	/// loss is at most `M · Σ|Δmark| + x_start² / 2d`, and nothing at a constant mark from flat.
	#[test]
	fn the_loss_is_bounded_over_any_path(
		start in amm_params(100),
		path in path(),
		still in any::<bool>(),
	) {
		let mut params = start;
		let (mut cash, mut carried, mut volume, mut travelled) = (0i128, 0i128, 0i128, 0i128);
		for (step, away, part) in path {
			let step = if still { 0 } else { step };
			let mark = params.mark.get().saturating_add_signed(step).clamp(1, TOP);
			let moved = i128::from(mark) - i128::from(params.mark.get());
			carried += i128::from(params.inventory.get()) * moved;
			travelled += moved.abs();
			params.mark = Price::new(mark);

			let price = mark.saturating_add_signed(away).max(1);
			let wanted = curve(params).demand(Price::new(price)).get();
			let traded = wanted * i64::try_from(part.min(40)).unwrap() / 40;
			cash -= i128::from(traded) * i128::from(price);
			volume += i128::from(traded.abs());
			params.inventory = Lots::new(params.inventory.get() + traded);
		}

		let wealth = |params: &AmmParams| i128::from(params.inventory.get()) * i128::from(params.mark.get());
		let square = |params: &AmmParams| i128::from(params.inventory.get()).pow(2);
		let gain = cash + wealth(&params) - wealth(&start);
		// Twice the depth in lots clears the fractions of `1/2d = ticks / 2·lots`.
		let (lots, ticks) = (i128::from(start.depth_lots.get()), i128::from(start.depth_ticks));
		let half = i128::from(start.half_spread_ticks);
		let earned = ticks * (square(&params) - square(&start)) + (2 * lots * half + ticks) * volume;
		prop_assert!(2 * lots * (gain - carried) >= earned);

		let most = i128::from(start.max_inventory.get().max(start.inventory.unsigned_abs()));
		prop_assert!(2 * lots * gain >= -2 * lots * most * travelled - ticks * square(&start));
		let from_flat = still && start.inventory.is_zero();
		prop_assert!(!from_flat || gain >= 0);
	}
}
