//! Bounds that make the risk arithmetic fit, and the proof that they do.
//!
//! Health sums, over at most [`MAX_LEGS`] legs, `lots · level` in billionths of a quantum. A level
//! is `p − F ± k·p·m`: with cumulative funding no larger than the largest price of a lot and a
//! margin rate of at most [`MAX_BRACKET_RATIO`], it stays within [`LEVEL_TERMS`] times that
//! largest price. Entry costs, settled funding, cash and a loan come on top. The assertions at the
//! end of this file check the sum at compile time; [`market_fits`] checks one market when it is
//! listed.

use crate::{ratio::PPB, Lots, Price, Ratio, TickValue};

/// Largest price of a market in ticks, 2³⁶ ≈ 6.9·10¹⁰.
pub const MAX_PRICE_TICKS: u64 = 1 << 36;
/// Largest position or order of one account in lots, 2⁴⁰ ≈ 1.1·10¹².
pub const MAX_LOTS: i64 = 1 << 40;
/// Most legs of one account, positions and collateral together.
pub const MAX_LEGS: u32 = 32;
/// Largest worth of one tick times one lot, in quanta.
pub const MAX_QUANTA_PER_TICK_LOT: u32 = 10_000;
/// Largest margin rate of a bracket, its factor included.
pub const MAX_BRACKET_RATIO: Ratio = Ratio::ONE;
/// Terms of an index level, each at most the largest price of a lot: price, funding, margin.
pub const LEVEL_TERMS: u32 = 3;
/// Largest cash of one account in quanta, either sign, and largest loan with its interest: 10²¹
/// dollars.
pub const MAX_CASH_QUANTA: i128 = 1_000_000_000_000_000_000_000_000_000;

/// Largest value of one lot, and of its cumulative funding, in quanta: 6.9·10¹⁴.
pub const MAX_LOT_VALUE_QUANTA: i128 = MAX_PRICE_TICKS as i128 * MAX_QUANTA_PER_TICK_LOT as i128;
/// Largest index level in billionths of a quantum per lot, either sign.
pub const MAX_INDEX_LEVEL: i128 = MAX_LOT_VALUE_QUANTA * PPB as i128 * LEVEL_TERMS as i128;
/// Largest notional of one leg in quanta: 7.6·10²⁶.
pub const MAX_NOTIONAL_QUANTA: i128 = MAX_LOT_VALUE_QUANTA * MAX_LOTS as i128;

/// What a leg adds to health, in notionals: its level's terms, its entry cost and the funding it
/// has settled.
const HEALTH_TERMS: i128 = LEVEL_TERMS as i128 + 2;
/// What stands beside the legs: cash and a loan.
const CASH_TERMS: i128 = 2;

/// Largest magnitude of an account's health in billionths of a quantum, given the bounds of its
/// legs; `None` if it does not fit `i128`.
pub const fn max_health_nano(
	price_ticks: u64,
	lots: u64,
	quanta_per_tick_lot: u32,
	legs: u32,
) -> Option<i128> {
	let Some(lot_value) = checked_product(price_ticks as i128, quanta_per_tick_lot as i128) else {
		return None;
	};
	let Some(notional) = checked_product(lot_value, lots as i128) else { return None };
	let Some(all_legs) = checked_product(notional, legs as i128) else { return None };
	let Some(quanta) = checked_product(all_legs, HEALTH_TERMS) else { return None };
	let Some(cash) = checked_product(MAX_CASH_QUANTA, CASH_TERMS) else { return None };
	let Some(quanta) = quanta.checked_add(cash) else { return None };
	checked_product(quanta, PPB as i128)
}

const fn checked_product(a: i128, b: i128) -> Option<i128> {
	a.checked_mul(b)
}

/// Whether a market may be listed with these bounds: each is within its limit, and neither price
/// nor tick value is zero.
pub const fn market_fits(max_price: Price, max_position: Lots, tick_value: TickValue) -> bool {
	max_price.get() > 0
		&& max_price.get() <= MAX_PRICE_TICKS
		&& max_position.get() > 0
		&& max_position.get() <= MAX_LOTS
		&& tick_value.get() > 0
		&& tick_value.get() <= MAX_QUANTA_PER_TICK_LOT
}

const _: () = assert!(
	max_health_nano(MAX_PRICE_TICKS, MAX_LOTS.unsigned_abs(), MAX_QUANTA_PER_TICK_LOT, MAX_LEGS)
		.is_some(),
	"price x lots x ppb x legs must fit i128"
);
const _: () = assert!(MAX_BRACKET_RATIO.get() <= PPB, "a level has LEVEL_TERMS terms");
const _: () = assert!(MAX_LOTS < i64::MAX / 2, "an order on top of a position must fit Lots");

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{notional, IndexLevel, Quote};

	#[test]
	fn the_worst_account_is_representable() {
		let lots = Lots::new(MAX_LOTS);
		let leg = IndexLevel::new(MAX_INDEX_LEVEL).times(lots).unwrap();
		let entry =
			notional(Price::new(MAX_PRICE_TICKS), lots, TickValue::new(MAX_QUANTA_PER_TICK_LOT))
				.unwrap();
		assert_eq!(entry, Quote::new(MAX_NOTIONAL_QUANTA));

		// cash and loan; then each leg's level, entry cost and settled funding
		let mut health = Quote::new(2 * MAX_CASH_QUANTA).to_nano().unwrap();
		let (entry, funding) = (entry.to_nano().unwrap(), entry.to_nano().unwrap());
		for _ in 0..MAX_LEGS {
			health = [leg, entry, funding].iter().fold(health, |sum, x| sum.try_add(*x).unwrap());
		}
		let bound = max_health_nano(
			MAX_PRICE_TICKS,
			MAX_LOTS.unsigned_abs(),
			MAX_QUANTA_PER_TICK_LOT,
			MAX_LEGS,
		);
		assert_eq!(bound, Some(health.get()));
	}

	#[test]
	fn twice_the_legs_would_not_fit() {
		let lots = MAX_LOTS.unsigned_abs();
		assert_eq!(
			max_health_nano(MAX_PRICE_TICKS, lots, MAX_QUANTA_PER_TICK_LOT, 2 * MAX_LEGS),
			None
		);
	}

	#[test]
	fn market_fits_up_to_its_limits() {
		let (price, lots) = (Price::new(MAX_PRICE_TICKS), Lots::new(MAX_LOTS));
		let tick_value = TickValue::new(MAX_QUANTA_PER_TICK_LOT);
		assert!(market_fits(price, lots, tick_value));
		assert!(!market_fits(Price::new(MAX_PRICE_TICKS + 1), lots, tick_value));
		assert!(!market_fits(price, Lots::new(MAX_LOTS + 1), tick_value));
		assert!(!market_fits(price, lots, TickValue::new(MAX_QUANTA_PER_TICK_LOT + 1)));
		assert!(!market_fits(price, lots, TickValue::ZERO));
	}
}
