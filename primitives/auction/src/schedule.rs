use crate::{
	order::price_priority,
	search::{first_price, last_price},
	AmmCurve, Level,
};
use alloc::vec::Vec;
use breakwater_units::{limits::MAX_PRICE_TICKS, ArithmeticError, Price, Side, Size};

/// Most lots on one side of a batch, the AMM not counted. Sums of sizes, and their difference,
/// then fit 64 bits with room to spare.
pub const MAX_SIDE_LOTS: u64 = 1 << 62;

/// Demand and supply of a batch as functions of price: price levels with running totals, and the
/// AMM curve, which is evaluated where it is asked for and nowhere else.
#[derive(Clone, Debug)]
pub struct Schedule {
	bids: Ladder,
	asks: Ladder,
	amm: Option<AmmCurve>,
}

impl Schedule {
	/// A schedule from the levels of both sides, in any order; levels of equal price are added.
	/// `O(n log n)` in the number of levels, linear if they are sorted from the best outward.
	///
	/// # Errors
	/// `Overflow` if a side sums to more than [`MAX_SIDE_LOTS`].
	pub fn new(
		bids: impl IntoIterator<Item = Level>,
		asks: impl IntoIterator<Item = Level>,
		amm: Option<AmmCurve>,
	) -> Result<Self, ArithmeticError> {
		let bids = Ladder::new(Side::Buy, bids)?;
		let asks = Ladder::new(Side::Sell, asks)?;
		Ok(Self { bids, asks, amm })
	}

	/// Lots wanted at this price: bids at it or above, and the AMM where it buys.
	pub fn demand(&self, price: Price) -> Size {
		self.volume(Side::Buy, price)
	}

	/// Lots offered at this price: asks at it or below, and the AMM where it sells.
	pub fn supply(&self, price: Price) -> Size {
		self.volume(Side::Sell, price)
	}

	/// Demand or supply at a price.
	pub(crate) fn volume(&self, side: Side, price: Price) -> Size {
		// Within MAX_SIDE_LOTS and the bound of the curve: exact.
		self.ladder(side).up_to(price).saturating_add(self.amm_size(side, price))
	}

	/// What the AMM buys, or sells, at a price.
	pub(crate) fn amm_size(&self, side: Side, price: Price) -> Size {
		self.amm.map_or(Size::ZERO, |amm| amm.size(side, price))
	}

	/// The most aggressive price of a side, the AMM's included.
	pub fn best(&self, side: Side) -> Option<Price> {
		let of_amm = self.amm.and_then(|amm| amm.best(side));
		let both = self.ladder(side).best().into_iter().chain(of_amm);
		both.min_by_key(|price| price_priority(side, *price))
	}

	/// The uniform price to which a batch with `size` more lots of this side, at any price, would
	/// move: for sells the highest price at which demand exceeds supply by `size`, for buys the
	/// lowest at which supply exceeds demand by it. None if the schedule is not that deep.
	///
	/// On an organic schedule these are the depth-impact prices: a sell never moves the price
	/// up from where the batch clears and a buy never down. Worst price and not an average, since
	/// in a batch all lots trade at it.
	pub fn impact_price(&self, side: Side, size: Size) -> Option<Price> {
		let absorbs = |price| {
			let (taker, maker) = (self.volume(side, price), self.volume(side.opposite(), price));
			maker.try_sub(taker).is_ok_and(|excess| excess >= size)
		};
		let best = self.best(side.opposite())?;
		match side {
			Side::Sell => last_price(Price::new(1).min(best), best, absorbs),
			Side::Buy => first_price(best, Price::new(MAX_PRICE_TICKS).max(best), absorbs),
		}
	}

	fn ladder(&self, side: Side) -> &Ladder {
		match side {
			Side::Buy => &self.bids,
			Side::Sell => &self.asks,
		}
	}
}

/// Levels of one side from the best outward, each with the sum of the sizes up to it.
#[derive(Clone, Debug)]
struct Ladder {
	side: Side,
	steps: Vec<Level>,
}

impl Ladder {
	fn new(side: Side, levels: impl IntoIterator<Item = Level>) -> Result<Self, ArithmeticError> {
		let mut steps: Vec<Level> =
			levels.into_iter().filter(|level| !level.size.is_zero()).collect();
		steps.sort_unstable_by_key(|level| price_priority(side, level.price));
		let mut total = Size::ZERO;
		for step in steps.iter_mut() {
			total = total.try_add(step.size)?;
			step.size = total;
		}
		if total.get() > MAX_SIDE_LOTS {
			return Err(ArithmeticError::Overflow);
		}
		Ok(Self { side, steps })
	}

	fn best(&self) -> Option<Price> {
		self.steps.first().map(|level| level.price)
	}

	/// The sum of the levels that accept a price.
	fn up_to(&self, price: Price) -> Size {
		let worst = price_priority(self.side, price);
		let count =
			self.steps.partition_point(|step| price_priority(self.side, step.price) <= worst);
		let last = count.checked_sub(1).and_then(|last| self.steps.get(last));
		last.map_or(Size::ZERO, |step| step.size)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn levels(levels: &[(u64, u64)]) -> Vec<Level> {
		let level = |(price, size): &(u64, u64)| Level {
			price: Price::new(*price),
			size: Size::new(*size),
		};
		levels.iter().map(level).collect()
	}

	#[test]
	fn demand_falls_and_supply_rises() {
		let schedule = Schedule::new(
			levels(&[(100, 30), (102, 10), (101, 15), (101, 5)]),
			levels(&[(101, 10), (99, 15), (100, 20)]),
			None,
		)
		.unwrap();
		let at = |price| {
			(schedule.demand(Price::new(price)).get(), schedule.supply(Price::new(price)).get())
		};
		assert_eq!([98, 99, 100].map(at), [(60, 0), (60, 15), (60, 35)]);
		assert_eq!([101, 102, 103].map(at), [(30, 45), (10, 45), (0, 45)]);
	}

	#[test]
	fn impact_is_the_price_that_more_flow_would_reach() {
		let schedule =
			Schedule::new(levels(&[(99, 10), (97, 5)]), levels(&[(101, 8)]), None).unwrap();
		let sell = |size| schedule.impact_price(Side::Sell, Size::new(size)).map(Price::get);
		let buy = |size| schedule.impact_price(Side::Buy, Size::new(size)).map(Price::get);

		assert_eq!([1, 10, 11, 15, 16].map(sell), [Some(99), Some(99), Some(97), Some(97), None]);
		assert_eq!([1, 8, 9].map(buy), [Some(101), Some(101), None]);
	}

	#[test]
	fn a_side_beyond_its_bound_is_refused() {
		let side = levels(&[(1, MAX_SIDE_LOTS), (2, 1)]);
		assert!(Schedule::new(side.clone(), [], None).is_err());
		assert!(Schedule::new(side.into_iter().take(1), [], None).is_ok());
		let wraps = levels(&[(1, u64::MAX), (2, 2)]);
		assert!(Schedule::new([], wraps, None).is_err());
	}
}
