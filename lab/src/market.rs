//! Prices over time: recorded, or generated from a seed; and who says them.

use breakwater_oracle_math::{robust_centre, Confidence, SourcePrice};
use breakwater_units::{Price, Timestamp};

use crate::candles::{price_at, Candle};

/// Where the prices of a venue come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Path {
	/// One price.
	Constant(f64),
	/// A price for each step.
	Steps {
		/// Time of the first: milliseconds since the Unix epoch.
		start: u64,
		/// Time between two.
		step: u64,
		/// The prices.
		prices: Vec<f64>,
	},
	/// Minutes, with the way between them.
	Candles(Vec<Candle>),
	/// The same in another currency, and what that is worth.
	Through(Vec<Candle>, Box<Market>),
}

impl Path {
	/// The price at a time. Generated ones: before the first the first, after the last the last.
	pub fn at(&self, now: u64) -> Option<f64> {
		match self {
			Self::Constant(price) => Some(*price),
			Self::Steps { start, step, prices } => {
				let place = (now.saturating_sub(*start) / (*step).max(1)) as usize;
				prices.get(place).or(prices.last()).copied()
			},
			Self::Candles(candles) => price_at(candles, now),
			Self::Through(candles, currency) => {
				Some(price_at(candles, now)? * *currency.prices(now).first()?)
			},
		}
	}
}

/// The venues of one feed, and when all of them are silent.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
	/// Where reporters look.
	pub venues: Vec<Path>,
	/// Times, from and to, at which reporters hear nothing.
	pub silent: Vec<(u64, u64)>,
}

/// Price and half width in ticks, as a reporter says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
	/// Price.
	pub price: u64,
	/// Half width.
	pub confidence: u64,
	/// Venues that it rests on.
	pub sources: u8,
}

impl From<Path> for Market {
	fn from(path: Path) -> Self {
		Self { venues: vec![path], silent: Vec::new() }
	}
}

impl Market {
	/// What the venues say at a time, in the feed's currency.
	pub fn prices(&self, now: u64) -> Vec<f64> {
		if self.silent.iter().any(|(from, to)| (*from..*to).contains(&now)) {
			return Vec::new();
		}
		self.venues.iter().filter_map(|venue| venue.at(now)).collect()
	}

	/// What a reporter who asks all venues says: their robust centre, as the oracle's worker
	/// computes it. `None` if they are silent.
	pub fn say(&self, now: u64, decimals: u8) -> Option<Said> {
		let prices = self.prices(now);
		if let [price] = prices[..] {
			let price = ticks(price, decimals);
			return Some(Said { price, confidence: price / 10_000, sources: 3 });
		}
		let source = |price: &f64| SourcePrice {
			price: Price::new(ticks(*price, decimals)),
			half_spread: Confidence::new(ticks(*price, decimals) / 10_000),
			time: Timestamp::new(now),
		};
		let sources: Vec<SourcePrice> = prices.iter().map(source).collect();
		let (centre, used) = robust_centre(&sources, 1).ok()?;
		Some(Said {
			price: centre.price.get(),
			confidence: centre.confidence.get(),
			sources: u8::try_from(used).unwrap_or(u8::MAX),
		})
	}

	/// How far the venues are from each other: the highest over the lowest, less one.
	pub fn disagreement(&self, now: u64) -> Option<f64> {
		let prices = self.prices(now);
		let highest = prices.iter().copied().reduce(f64::max)?;
		let lowest = prices.iter().copied().reduce(f64::min)?;
		Some(highest / lowest - 1.0)
	}
}

fn ticks(price: f64, decimals: u8) -> u64 {
	((price * 10f64.powi(decimals.into())).round() as u64).max(1)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::candles::MINUTE;

	fn constant(prices: &[f64]) -> Market {
		Market { venues: prices.iter().copied().map(Path::Constant).collect(), silent: Vec::new() }
	}

	#[test]
	fn one_venue_is_repeated_and_several_have_a_centre() {
		assert_eq!(
			constant(&[100.0]).say(0, 2),
			Some(Said { price: 10_000, confidence: 1, sources: 3 })
		);
		let three = constant(&[100.0, 100.2, 120.0]).say(0, 2).unwrap();
		assert_eq!((three.price, three.sources), (10_000, 2), "the wrong one of three is dropped");
		let two = constant(&[100.0, 100.2]).say(0, 2).unwrap();
		assert!(two.confidence >= 10, "they are 20 ticks apart: {two:?}");
		assert!((constant(&[100.0, 114.0]).disagreement(0).unwrap() - 0.14).abs() < 1e-9);
	}

	#[test]
	fn silence_says_nothing() {
		let silent = Market { silent: vec![(10, 20)], ..constant(&[1.0]) };
		assert_eq!(
			[9, 10, 19, 20].map(|now| silent.say(now, 2).is_some()),
			[true, false, false, true]
		);
	}

	#[test]
	fn a_venue_that_quotes_in_another_currency_follows_it() {
		let candle =
			Candle { time: 0, open: 23_000.0, high: 23_000.0, low: 23_000.0, close: 23_000.0 };
		let path = Path::Through(vec![candle], Box::new(constant(&[0.87])));
		assert_eq!(path.at(0), Some(20_010.0));
		let silent = Market { silent: vec![(0, 10)], ..constant(&[0.87]) };
		assert_eq!(Path::Through(vec![candle], Box::new(silent)).at(5), None);
	}

	#[test]
	fn candles_are_walked_through() {
		let candle = |time, open, close| Candle {
			time,
			open,
			high: f64::max(open, close),
			low: f64::min(open, close),
			close,
		};
		let path = Path::Candles(vec![candle(MINUTE, 10.0, 20.0), candle(2 * MINUTE, 20.0, 30.0)]);
		assert_eq!(path.at(0), None);
		assert_eq!(path.at(MINUTE), Some(10.0));
		assert!(path.at(2 * MINUTE - 1).unwrap() > 19.0);
		assert_eq!(path.at(2 * MINUTE), Some(20.0));
		assert_eq!(path.at(100 * MINUTE), None);
	}
}
