//! Prices over time: recorded, or generated from a seed.

use rand::Rng;
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};

use crate::candles::Candle;

/// Where the prices of a feed come from.
#[derive(Clone, Debug)]
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
}

impl Path {
	/// The price at a time: before the first the first, after the last the last.
	pub fn at(&self, now: u64) -> f64 {
		match self {
			Self::Constant(price) => *price,
			Self::Steps { start, step, prices } => {
				let place = (now.saturating_sub(*start) / (*step).max(1)) as usize;
				prices.get(place).or(prices.last()).copied().unwrap_or(0.0)
			},
			Self::Candles(candles) => {
				let after = candles.partition_point(|candle| candle.time <= now);
				let Some(candle) = candles.get(after.saturating_sub(1)) else { return 0.0 };
				candle.at(now.saturating_sub(candle.time).min(59_999) / 60)
			},
		}
	}
}

/// What a generated market does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
	/// Ordinary days.
	Calm,
	/// A fall of 30 % in an hour, with jumps, and half of it back.
	Crash,
	/// Ten percent down and up again within a minute.
	FlashCrash,
}

/// A seeded path of `minutes` with a price every `step` milliseconds: returns whose volatility has
/// a memory (GARCH), and the scenario's own move.
pub fn generate(
	scenario: Scenario,
	seed: u64,
	start: u64,
	minutes: u64,
	step: u64,
	first: f64,
	daily_volatility: f64,
) -> Path {
	let mut random = ChaCha8Rng::seed_from_u64(seed);
	let steps = (minutes * 60_000 / step).max(1);
	let per_step = daily_volatility / (86_400_000.0 / step as f64).sqrt();
	let (mut price, mut variance) = (first, per_step * per_step);
	let prices = (0..steps).map(|place| {
		let shock = normal(&mut random) * variance.sqrt();
		variance = 0.05 * per_step * per_step + 0.9 * variance + 0.05 * shock * shock;
		let part = place as f64 / steps as f64;
		let drift = drift(scenario, part, 1.0 / steps as f64, &mut random);
		price = (price * (shock + drift).exp()).max(first * 0.01);
		price
	});
	Path::Steps { start, step, prices: prices.collect() }
}

/// The scenario's return in a step that lasts `width` of the whole.
fn drift(scenario: Scenario, part: f64, width: f64, random: &mut ChaCha8Rng) -> f64 {
	let over = |from: f64, to: f64, total: f64| {
		if (from..to).contains(&part) {
			total * width / (to - from)
		} else {
			0.0
		}
	};
	match scenario {
		Scenario::Calm => 0.0,
		Scenario::Crash => {
			let falling = (0.3..0.6).contains(&part);
			let jump = if falling && random.random_bool(0.01) { -0.01 } else { 0.0 };
			over(0.3, 0.6, -0.30) + over(0.65, 0.9, 0.15) + jump
		},
		Scenario::FlashCrash => over(0.5, 0.51, -0.105) + over(0.52, 0.53, 0.105),
	}
}

/// A standard normal number (Box and Muller 1958).
fn normal(random: &mut ChaCha8Rng) -> f64 {
	let (u, v): (f64, f64) = (random.random_range(1e-12..1.0), random.random());
	(-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn lowest(path: &Path, minutes: u64) -> f64 {
		(0..minutes * 60).map(|second| path.at(second * 1_000)).fold(f64::MAX, f64::min)
	}

	#[test]
	fn the_same_seed_is_the_same_market() {
		let make = |seed| generate(Scenario::Crash, seed, 0, 60, 5_000, 60_000.0, 0.04);
		let prices = |path: &Path| (0..720).map(|n| path.at(n * 5_000)).collect::<Vec<_>>();
		assert_eq!(prices(&make(1)), prices(&make(1)));
		assert_ne!(prices(&make(1)), prices(&make(2)));
	}

	#[test]
	fn a_crash_falls_by_a_third_and_calm_does_not() {
		let crash = generate(Scenario::Crash, 7, 0, 120, 5_000, 100.0, 0.04);
		assert!(lowest(&crash, 120) < 80.0);
		let calm = generate(Scenario::Calm, 7, 0, 120, 5_000, 100.0, 0.04);
		assert!(lowest(&calm, 120) > 90.0);
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
		let path = Path::Candles(vec![candle(60_000, 10.0, 20.0), candle(120_000, 20.0, 30.0)]);
		assert_eq!(path.at(0), 10.0);
		assert_eq!(path.at(60_000), 10.0);
		assert!(path.at(119_999) > 19.0);
		assert_eq!(path.at(120_000), 20.0);
		assert!(path.at(10_000_000) > 29.0);
	}
}
