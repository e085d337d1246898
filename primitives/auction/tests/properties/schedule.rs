//! The uniform price and the depth-impact price over the whole range of numbers.

use crate::{
	common::{amm_params, cases, side, tie_break, TOP},
	twin,
};
use breakwater_auction::{AmmCurve, Level, LevelBook, Levels, Schedule};
use breakwater_units::{Price, Side, Size};
use proptest::{collection::vec, prelude::*};

type Pairs = Vec<(u64, u64)>;

fn levels(pairs: &[(u64, u64)]) -> Vec<Level> {
	let level =
		|(price, size): &(u64, u64)| Level { price: Price::new(*price), size: Size::new(*size) };
	pairs.iter().map(level).collect()
}

fn volumes([bids, asks]: [&Pairs; 2], price: u64) -> [u64; 2] {
	let demand = bids.iter().filter(|(limit, _)| *limit >= price).map(|(_, size)| size).sum();
	let supply = asks.iter().filter(|(limit, _)| *limit <= price).map(|(_, size)| size).sum();
	[demand, supply]
}

/// Prices and sizes of every magnitude, and enough equal ones.
fn wide() -> impl Strategy<Value = Pairs> {
	let price = prop_oneof![
		95u64..=105,
		(any::<u64>(), 28u32..63).prop_map(|(x, shift)| (x >> shift).max(1)),
	];
	let size = prop_oneof![1u64..=3, (any::<u64>(), 24u32..63).prop_map(|(x, shift)| x >> shift)];
	vec((price, size), 0..12)
}

fn small() -> impl Strategy<Value = Pairs> {
	vec((90u64..=110, 1u64..=9), 0..8)
}

proptest! {
	#![proptest_config(cases(1_024))]

	/// Naive twin: every price at which demand or supply changes, its neighbours, and the
	/// reference; between them nothing changes.
	#[test]
	fn the_price_is_right_at_any_magnitude(
		bids in wide(), asks in wide(), reference in 1u64..1 << 36, tie_break in tie_break(),
	) {
		let schedule = Schedule::new(levels(&bids), levels(&asks), None).unwrap();
		let around = |(price, _): &(u64, u64)| [*price - 1, *price, *price + 1];
		let prices = bids.iter().chain(&asks).flat_map(around).chain([reference]);
		let tried = prices.map(|price| (price, volumes([&bids, &asks], price))).collect();
		let expected = twin::choose(tried, reference, tie_break);
		prop_assert_eq!(schedule.clear(Price::new(reference), tie_break), expected);
	}

	/// Naive twin: every price.
	#[test]
	fn impact_is_the_first_price_with_enough_to_spare(
		bids in small(), asks in small(), params in proptest::option::of(amm_params(100)),
		side in side(), size in 0u64..25,
	) {
		let curve = params.map(|params| AmmCurve::new(params).unwrap());
		let schedule = Schedule::new(levels(&bids), levels(&asks), curve).unwrap();
		let spare = |price: u64| {
			let [demand, supply] = volumes([&bids, &asks], price).map(|lots| i64::try_from(lots).unwrap());
			let net = demand - supply + params.map_or(0, |params| twin::amm_trade(&params, price));
			if side == Side::Sell { net } else { -net }
		};
		let size_lots = i64::try_from(size).unwrap();
		let offered = |price: &u64| {
			let [demand, supply] = volumes([&bids, &asks], *price);
			let trade = params.map_or(0, |params| twin::amm_trade(&params, *price));
			if side == Side::Sell { demand > 0 || trade > 0 } else { supply > 0 || trade < 0 }
		};
		let fits = |price: &u64| offered(price) && spare(*price) >= size_lots;
		let expected = match side {
			Side::Sell => (1..=TOP).rev().find(fits),
			Side::Buy => (1..=TOP).find(fits),
		};
		let impact = schedule.impact_price(side, Size::new(size));
		prop_assert_eq!(impact.map(Price::get), expected);
	}

	/// The window of a book has the clearing price of the whole book, and its impact prices for
	/// all sizes up to the depth asked for.
	#[test]
	fn a_window_is_as_deep_as_it_was_asked_to_be(
		bids in small(), asks in small(), params in proptest::option::of(amm_params(100)),
		depth in 0u64..25, tie_break in tie_break(),
	) {
		let curve = params.map(|params| AmmCurve::new(params).unwrap());
		let mut book = LevelBook::default();
		for (side, pairs) in [(Side::Buy, &bids), (Side::Sell, &asks)] {
			for level in levels(pairs) {
				book.add(side, level.price, level.size).unwrap();
			}
		}
		let window = breakwater_auction::window(&book, curve.as_ref(), &[], Size::new(depth));
		let of = |side, part: bool| {
			let levels = book.levels(side);
			levels.filter(move |level| !part || window.contains(side, level.price))
		};
		let [whole, part] = [false, true]
			.map(|part| Schedule::new(of(Side::Buy, part), of(Side::Sell, part), curve).unwrap());

		let reference = Price::new(100);
		prop_assert_eq!(whole.clear(reference, tie_break), part.clear(reference, tie_break));
		for size in 1..=depth {
			for side in [Side::Buy, Side::Sell] {
				let size = Size::new(size);
				prop_assert_eq!(whole.impact_price(side, size), part.impact_price(side, size));
			}
		}
	}
}
