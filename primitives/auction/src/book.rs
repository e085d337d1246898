use crate::{batch::ForcedOrder, AmmCurve};
use alloc::collections::BTreeMap;
use breakwater_units::{Price, Side, Size};

/// All the orders of one side at one price, as one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
	/// The limit of the orders.
	pub price: Price,
	/// The sum of their sizes.
	pub size: Size,
}

/// A book as price levels, over whatever ordered map keeps them: chain storage, or [`LevelBook`].
pub trait Levels {
	/// The levels of a side from the best price outward: bids downward, asks upward. Read lazily:
	/// the cost is that of the levels taken.
	fn levels(&self, side: Side) -> impl Iterator<Item = Level>;
}

/// Why a book refuses a change; it is then unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookError {
	/// The level would hold more lots than its type can count.
	LevelOverflow,
	/// Less rests at this level than was to be removed.
	LevelTooSmall,
}

/// A book in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelBook {
	bids: BTreeMap<Price, Size>,
	asks: BTreeMap<Price, Size>,
}

impl LevelBook {
	/// Adds lots to a level.
	///
	/// # Errors
	/// `LevelOverflow`.
	pub fn add(&mut self, side: Side, price: Price, size: Size) -> Result<(), BookError> {
		let levels = self.side_mut(side);
		let held = levels.get(&price).copied().unwrap_or_default();
		let total = held.try_add(size).map_err(|_| BookError::LevelOverflow)?;
		if !total.is_zero() {
			levels.insert(price, total);
		}
		Ok(())
	}

	/// Takes lots from a level. An empty level is no level.
	///
	/// # Errors
	/// `LevelTooSmall`.
	pub fn remove(&mut self, side: Side, price: Price, size: Size) -> Result<(), BookError> {
		let levels = self.side_mut(side);
		let held = levels.get(&price).copied().unwrap_or_default();
		let left = held.try_sub(size).map_err(|_| BookError::LevelTooSmall)?;
		if left.is_zero() {
			levels.remove(&price);
		} else {
			levels.insert(price, left);
		}
		Ok(())
	}

	fn side_mut(&mut self, side: Side) -> &mut BTreeMap<Price, Size> {
		match side {
			Side::Buy => &mut self.bids,
			Side::Sell => &mut self.asks,
		}
	}
}

impl Levels for LevelBook {
	fn levels(&self, side: Side) -> impl Iterator<Item = Level> {
		let (bids, asks) = match side {
			Side::Buy => (Some(self.bids.iter().rev()), None),
			Side::Sell => (None, Some(self.asks.iter())),
		};
		let levels = bids.into_iter().flatten().chain(asks.into_iter().flatten());
		levels.map(|(price, size)| Level { price: *price, size: *size })
	}
}

/// Which orders a batch has to load: no other can be filled, and no other counts toward depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
	/// Load buys with this limit or above; none if there are no buys to load.
	pub buys_from: Option<Price>,
	/// Load sells with this limit or below; none if there are no sells to load.
	pub sells_up_to: Option<Price>,
}

impl Window {
	/// Whether an order belongs to the window.
	pub fn contains(&self, side: Side, limit: Price) -> bool {
		match side {
			Side::Buy => self.buys_from.is_some_and(|from| limit >= from),
			Side::Sell => self.sells_up_to.is_some_and(|up_to| limit <= up_to),
		}
	}
}

/// The window of a book: the levels that cross the best price of the other side, and beyond them
/// as many as hold `depth` lots.
///
/// Admission only makes orders smaller, so it moves best prices only inward: what does not cross
/// before it cannot trade after it. `O(levels in the window)`.
pub fn window(
	book: &impl Levels,
	amm: Option<&AmmCurve>,
	forced: &[ForcedOrder],
	depth: Size,
) -> Window {
	let best_bid = best(book, amm, forced, Side::Buy);
	let best_ask = best(book, amm, forced, Side::Sell);
	let edge = |side, other: Option<Price>| {
		let mut held = Size::ZERO;
		book.levels(side)
			.take_while(|level| {
				let crosses = other.is_some_and(|other| match side {
					Side::Buy => level.price >= other,
					Side::Sell => level.price <= other,
				});
				let wanted = crosses || held < depth;
				held = held.saturating_add(level.size);
				wanted
			})
			.last()
			.map(|level| level.price)
	};
	Window { buys_from: edge(Side::Buy, best_ask), sells_up_to: edge(Side::Sell, best_bid) }
}

fn best(
	book: &impl Levels,
	amm: Option<&AmmCurve>,
	forced: &[ForcedOrder],
	side: Side,
) -> Option<Price> {
	let of_book = book.levels(side).next().map(|level| level.price);
	let of_forced = forced.iter().filter(|order| order.side == side).map(|order| order.limit);
	let all = of_book.into_iter().chain(amm.and_then(|amm| amm.best(side))).chain(of_forced);
	match side {
		Side::Buy => all.max(),
		Side::Sell => all.min(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn book(bids: &[(u64, u64)], asks: &[(u64, u64)]) -> LevelBook {
		let mut book = LevelBook::default();
		for (side, levels) in [(Side::Buy, bids), (Side::Sell, asks)] {
			for (price, size) in levels {
				book.add(side, Price::new(*price), Size::new(*size)).unwrap();
			}
		}
		book
	}

	fn prices(book: &LevelBook, side: Side) -> Vec<u64> {
		book.levels(side).map(|level| level.price.get()).collect()
	}

	#[test]
	fn levels_come_from_the_best_price_outward() {
		let book = book(&[(98, 1), (100, 2), (99, 3)], &[(103, 1), (101, 2), (102, 3)]);
		assert_eq!(prices(&book, Side::Buy), [100, 99, 98]);
		assert_eq!(prices(&book, Side::Sell), [101, 102, 103]);
	}

	#[test]
	fn an_emptied_level_is_gone_and_a_refused_change_leaves_no_trace() {
		let mut changed = book(&[(100, 5)], &[]);
		let before = changed.clone();
		let (side, price) = (Side::Buy, Price::new(100));

		assert_eq!(changed.remove(side, price, Size::new(6)), Err(BookError::LevelTooSmall));
		assert_eq!(changed.add(side, price, Size::MAX), Err(BookError::LevelOverflow));
		assert_eq!(changed, before);

		changed.remove(side, price, Size::new(5)).unwrap();
		assert_eq!(changed, LevelBook::default());
	}

	#[test]
	fn the_window_is_what_crosses_and_the_depth_beyond() {
		let book = book(&[(101, 5), (100, 5), (99, 5), (98, 5)], &[(100, 5), (102, 5), (103, 5)]);

		let crossed = window(&book, None, &[], Size::ZERO);
		assert_eq!(crossed.buys_from, Some(Price::new(100)));
		assert_eq!(crossed.sells_up_to, Some(Price::new(100)));

		let deep = window(&book, None, &[], Size::new(11));
		assert_eq!(deep.buys_from, Some(Price::new(99)));
		assert_eq!(deep.sells_up_to, Some(Price::new(103)));
	}

	#[test]
	fn an_uncrossed_book_has_an_empty_window() {
		let book = book(&[(99, 5)], &[(100, 5)]);
		let empty = Window { buys_from: None, sells_up_to: None };
		assert_eq!(window(&book, None, &[], Size::ZERO), empty);
	}
}
