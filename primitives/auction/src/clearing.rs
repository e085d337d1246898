use crate::{
	search::{first_price, last_price},
	Schedule,
};
use breakwater_units::{Lots, Price, Side, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Which price of those that trade the most, with the least imbalance, is taken.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum TieBreak {
	/// The closest to the reference price.
	#[default]
	Reference,
	/// The highest if all of them leave unfilled demand, the lowest if all leave unfilled supply,
	/// else the closest to the reference price: market pressure, as in the call auctions of
	/// exchanges. Hands the surplus side's whole spread to the other side, so a small order can
	/// farm a large forced one; not for batches with forced orders.
	PressureThenReference,
}

/// Where a batch clears.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Clearing {
	/// The one price of every fill.
	pub price: Price,
	/// Lots bought, which are the lots sold. Never zero.
	pub volume: Size,
	/// Unfilled demand at the price, or unfilled supply if negative. Only one side has any.
	pub surplus: Lots,
}

/// Prices with the same volume and the same imbalance, without a gap.
struct Plateau {
	low: Price,
	high: Price,
	/// The side with unfilled lots at every price of the plateau, if it is the same everywhere.
	pressure: Option<Side>,
}

/// The last price at which demand covers supply, and the price after it: the volume is greatest
/// at one of them, or at both.
struct Crossing {
	below: Option<Price>,
	above: Option<Price>,
	low: Price,
	high: Price,
}

impl Schedule {
	/// The uniform price of the batch: maximum volume, then minimum imbalance, then the tie break.
	/// None if nothing trades.
	///
	/// Volume is the lesser of demand and supply, so it rises to where they cross and falls after
	/// it; imbalance does the reverse. The best prices are therefore one range, and the closest to
	/// the reference in it is unique: no further rule is needed. Evaluates the schedule at most a
	/// few hundred times, however many levels and prices there are.
	pub fn clear(&self, reference: Price, tie_break: TieBreak) -> Option<Clearing> {
		self.clear_within(reference, tie_break, Price::ZERO, Price::MAX)
	}

	/// The same with prices from `lowest` to `highest` only: what a breaker's band leaves of the
	/// auction. None if nothing trades at any of them. Orders that cross beyond the band stay
	/// crossed.
	///
	/// Of all prices in the band it is that of most volume, and so on: volume rises to the crossing
	/// and falls after it in any range of prices.
	pub fn clear_within(
		&self,
		reference: Price,
		tie_break: TieBreak,
		lowest: Price,
		highest: Price,
	) -> Option<Clearing> {
		let plateau = self.plateau(lowest, highest)?;
		let (low, high) = (plateau.low, plateau.high);
		let price = match (tie_break, plateau.pressure) {
			(TieBreak::PressureThenReference, Some(Side::Buy)) => high,
			(TieBreak::PressureThenReference, Some(Side::Sell)) => low,
			_ => reference.max(low).min(high),
		};

		let (demand, supply) = (self.demand(price), self.supply(price));
		// Both are below 2⁶³.
		let surplus = demand.get().checked_signed_diff(supply.get()).map(Lots::new)?;
		Some(Clearing { price, volume: demand.min(supply), surplus })
	}

	fn plateau(&self, lowest: Price, highest: Price) -> Option<Plateau> {
		let crossing = self.crossing(lowest, highest)?;
		let volume_below = crossing.below.map_or(Size::ZERO, |price| self.supply(price));
		let volume_above = crossing.above.map_or(Size::ZERO, |price| self.demand(price));
		let volume = volume_below.max(volume_above);

		// What each of the two leaves unfilled, if it trades the most.
		let unfilled = |price: Option<Price>, traded, side| {
			price
				.filter(|_| traded == volume)
				.map(|price| (price, self.volume(side, price).saturating_sub(volume)))
		};
		let below = unfilled(crossing.below, volume_below, Side::Buy);
		let above = unfilled(crossing.above, volume_above, Side::Sell);
		let least = below.into_iter().chain(above).map(|(_, left)| left).min()?;
		let below = below.filter(|(_, left)| *left == least);
		let above = above.filter(|(_, left)| *left == least);

		// Below the crossing supply trades in full and demand is left over; both must stay as
		// they are at the crossing for the price to be as good. Above it, the reverse.
		let lowest = below
			.and_then(|(at, _)| first_price(crossing.low, at, |price| self.is_level(price, at)));
		let highest = above
			.and_then(|(at, _)| last_price(at, crossing.high, |price| self.is_level(price, at)));
		let pressure = match (below, above) {
			(Some(_), None) if !least.is_zero() => Some(Side::Buy),
			(None, Some(_)) if !least.is_zero() => Some(Side::Sell),
			_ => None,
		};
		let low = lowest.or(above.map(|(at, _)| at))?;
		let high = highest.or(below.map(|(at, _)| at))?;
		Some(Plateau { low, high, pressure })
	}

	fn is_level(&self, price: Price, at: Price) -> bool {
		self.demand(price) == self.demand(at) && self.supply(price) == self.supply(at)
	}

	/// None if the best bid is below the best ask. Outside of the two nothing trades.
	fn crossing(&self, lowest: Price, highest: Price) -> Option<Crossing> {
		let low = self.best(Side::Sell)?.max(lowest);
		let high = self.best(Side::Buy)?.min(highest);
		if low > high {
			return None;
		}
		let below = last_price(low, high, |price| self.demand(price) >= self.supply(price));
		let above = match below {
			Some(below) => below.get().checked_add(1).map(Price::new),
			None => Some(low),
		};
		Some(Crossing { below, above: above.filter(|price| *price <= high), low, high })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{AmmCurve, AmmParams, Level};

	fn schedule(bids: &[(u64, u64)], asks: &[(u64, u64)]) -> Schedule {
		let level = |(price, size): &(u64, u64)| Level {
			price: Price::new(*price),
			size: Size::new(*size),
		};
		Schedule::new(bids.iter().map(level), asks.iter().map(level), None).unwrap()
	}

	fn clear(schedule: &Schedule, reference: u64, tie_break: TieBreak) -> Option<(u64, u64, i64)> {
		let clearing = schedule.clear(Price::new(reference), tie_break)?;
		Some((clearing.price.get(), clearing.volume.get(), clearing.surplus.get()))
	}

	const BOTH: [TieBreak; 2] = [TieBreak::Reference, TieBreak::PressureThenReference];

	mod published_vectors {
		use super::*;

		#[test]
		fn one_price_trades_the_most() {
			let schedule =
				schedule(&[(102, 10), (101, 20), (100, 30)], &[(99, 15), (100, 20), (101, 10)]);
			for tie_break in BOTH {
				assert_eq!(clear(&schedule, 500, tie_break), Some((100, 35, 25)));
			}
		}

		#[test]
		fn a_balanced_range_takes_the_reference() {
			let schedule = schedule(&[(102, 30)], &[(99, 30)]);
			for tie_break in BOTH {
				assert_eq!(clear(&schedule, 100, tie_break), Some((100, 30, 0)));
				assert_eq!(clear(&schedule, 1, tie_break), Some((99, 30, 0)));
				assert_eq!(clear(&schedule, 500, tie_break), Some((102, 30, 0)));
			}
		}

		#[test]
		fn an_uncrossed_book_does_not_trade() {
			let schedule = schedule(&[(101, 5)], &[(102, 5)]);
			for tie_break in BOTH {
				assert_eq!(clear(&schedule, 101, tie_break), None);
			}
		}

		#[test]
		fn unfilled_demand_takes_the_highest_price_under_market_pressure() {
			let schedule = schedule(&[(102, 50)], &[(99, 10), (100, 10)]);
			let pressure = clear(&schedule, 100, TieBreak::PressureThenReference);
			assert_eq!(pressure, Some((102, 20, 30)));
			let reference = clear(&schedule, 100, TieBreak::Reference);
			assert_eq!(reference, Some((100, 20, 30)));
		}
	}

	#[test]
	fn a_small_bid_cannot_farm_a_large_forced_sell() {
		// 100 lots must go at 95 or better, and 10 are wanted at 99
		let schedule = schedule(&[(99, 10)], &[(95, 100)]);
		assert_eq!(clear(&schedule, 100, TieBreak::Reference), Some((99, 10, -90)));
		let pressure = clear(&schedule, 100, TieBreak::PressureThenReference);
		assert_eq!(pressure, Some((95, 10, -90)));
	}

	#[test]
	fn equal_imbalance_on_both_sides_of_the_crossing_takes_the_reference() {
		// at 100: demand 20, supply 10; at 101: demand 10, supply 20
		let schedule = schedule(&[(101, 10), (100, 10)], &[(100, 10), (101, 10)]);
		for tie_break in BOTH {
			assert_eq!(clear(&schedule, 1, tie_break), Some((100, 10, 10)));
			assert_eq!(clear(&schedule, 500, tie_break), Some((101, 10, -10)));
		}
	}

	#[test]
	fn an_order_that_is_not_filled_can_still_count_toward_imbalance() {
		// 5 lots wanted at 95 are in nobody's reach at 96, but make 95 less balanced
		let asks = [(90, 10)];
		let with = schedule(&[(100, 10), (95, 5)], &asks);
		let without = schedule(&[(100, 10)], &asks);
		assert_eq!(clear(&with, 90, TieBreak::Reference), Some((96, 10, 0)));
		assert_eq!(clear(&without, 90, TieBreak::Reference), Some((90, 10, 0)));
	}

	#[test]
	fn a_band_keeps_the_price_inside_and_trades_the_most_there() {
		let schedule = schedule(&[(110, 10), (104, 5)], &[(90, 3), (106, 20)]);
		let within = |low, high| {
			let reference = Price::new(100);
			let (low, high) = (Price::new(low), Price::new(high));
			let clearing = schedule.clear_within(reference, TieBreak::Reference, low, high)?;
			Some((clearing.price.get(), clearing.volume.get(), clearing.surplus.get()))
		};
		assert_eq!(within(0, u64::MAX), Some((106, 10, -13)));
		// 3 lots are offered below 106, and fewer are wanted above 104
		assert_eq!(within(95, 105), Some((105, 3, 7)));
		assert_eq!(within(95, 103), Some((100, 3, 12)));
		assert_eq!(within(111, 120), None);
		assert_eq!(within(80, 89), None);
		assert_eq!(within(105, 95), None);
	}

	/// The naive twin tries every price of the band.
	#[test]
	fn a_band_gives_the_best_of_its_prices() {
		let schedule =
			schedule(&[(12, 4), (9, 3), (7, 6), (5, 1)], &[(4, 2), (6, 5), (8, 4), (11, 7)]);
		let key = |price: u64| {
			let at = Price::new(price);
			let (demand, supply) = (schedule.demand(at).get(), schedule.supply(at).get());
			let volume = demand.min(supply);
			(volume > 0).then_some((u64::MAX - volume, demand.abs_diff(supply), price.abs_diff(8)))
		};
		for low in 1..=14 {
			for high in low..=14 {
				let best = (low..=high).filter_map(|price| Some((key(price)?, price))).min();
				let (low, high) = (Price::new(low), Price::new(high));
				let reference = Price::new(8);
				let found = schedule.clear_within(reference, TieBreak::Reference, low, high);
				assert_eq!(found.map(|c| c.price.get()), best.map(|(_, price)| price));
			}
		}
	}

	#[test]
	fn a_pool_that_would_sell_below_a_tick_does_not_clear_at_zero() {
		// long 20 lots, worth 16 ticks: sells 16 lots at 0, 17 at 1, 18 at 2
		let params = AmmParams {
			mark: Price::new(3),
			half_spread_ticks: 0,
			inventory: Lots::new(20),
			max_inventory: Size::new(20),
			depth_lots: Size::new(5),
			depth_ticks: 4,
		};
		let bids = [Level { price: Price::new(5), size: Size::new(16) }];
		let curve = AmmCurve::new(params).unwrap();
		let schedule = Schedule::new(bids, [], Some(curve)).unwrap();
		assert_eq!(clear(&schedule, 3, TieBreak::Reference), Some((1, 16, -1)));
	}

	#[test]
	fn the_ends_of_the_price_range_clear() {
		let top = schedule(&[(u64::MAX, 1)], &[(u64::MAX, 1)]);
		assert_eq!(clear(&top, 1, TieBreak::Reference), Some((u64::MAX, 1, 0)));
		let bottom = schedule(&[(0, 1)], &[(0, 3)]);
		assert_eq!(clear(&bottom, 1, TieBreak::Reference), Some((0, 1, -2)));
	}
}
