//! Generated markets: what they do, from a seed.

use std::collections::BTreeMap;

use rand::Rng;
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};

use crate::market::{Market, Path};

/// What a generated market does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Scenario {
	/// Ordinary days: nothing should happen.
	Calm,
	/// A fall of 30 % within a third of the time, with jumps, and half of it back.
	Crash,
	/// Ten percent down and up again within a fiftieth of the time.
	FlashCrash,
	/// Forty percent down, evenly and all the time: nobody is ever warned.
	SlowBleed,
	/// A quarter less from one block to the next: past the bankruptcy price of everybody with more
	/// than four times their money.
	Gap,
	/// A rise of 40 % within a third of the time: shorts are squeezed.
	Squeeze,
	/// The quote asset falls to 0.87 dollars and comes back, while everything else is calm.
	Depeg,
	/// The crash, and in the middle of it reporters hear nothing for a twentieth of the time.
	StaleOracle,
	/// The crash, with market makers and pools a tenth as deep.
	ThinBook,
}

impl Scenario {
	/// All of them.
	pub const ALL: [Self; 9] = [
		Self::Calm,
		Self::Crash,
		Self::FlashCrash,
		Self::SlowBleed,
		Self::Gap,
		Self::Squeeze,
		Self::Depeg,
		Self::StaleOracle,
		Self::ThinBook,
	];

	/// How deep market makers and pools are, relative to what they usually are.
	pub fn depth(self) -> f64 {
		match self {
			Self::ThinBook => 0.1,
			_ => 1.0,
		}
	}
}

/// Where and how finely a generated market runs.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
	/// First time: milliseconds since the Unix epoch.
	pub start: u64,
	/// How long.
	pub duration: u64,
	/// Time between two prices.
	pub step: u64,
	/// What it follows from.
	pub seed: u64,
}

/// The feeds of a scenario: three coins, and both stablecoins.
pub fn markets(scenario: Scenario, frame: Frame) -> BTreeMap<String, Market> {
	let coins = [("BTC-USD", 60_000.0, 0.04), ("ETH-USD", 3_000.0, 0.05), ("SOL-USD", 150.0, 0.07)];
	let mut markets = stablecoins();
	for (number, (name, first, volatility)) in (1u64..).zip(coins) {
		let seed = frame.seed.wrapping_add(number);
		let path = generate(scenario, Frame { seed, ..frame }, first, volatility);
		markets
			.insert(name.into(), Market { venues: vec![path], silent: silence(scenario, frame) });
	}
	if scenario == Scenario::Depeg {
		let drift = |part: f64, width: f64| {
			let falls = between(part, width, 0.3, 0.45, 0.87f64.ln());
			falls + between(part, width, 0.6, 0.9, -(0.87f64.ln()))
		};
		let seed = frame.seed.wrapping_add(99);
		let path = walk(Frame { seed, ..frame }, 1.0, 0.001, |part, width, _| drift(part, width));
		markets.insert("USDC-USD".into(), path.into());
	}
	markets
}

/// Quote assets are worth a dollar unless somebody says otherwise.
pub fn stablecoins() -> BTreeMap<String, Market> {
	["USDT-USD", "USDC-USD"].map(|name| (name.into(), Path::Constant(1.0).into())).into()
}

fn silence(scenario: Scenario, frame: Frame) -> Vec<(u64, u64)> {
	let at = |part: f64| frame.start + (frame.duration as f64 * part) as u64;
	match scenario {
		Scenario::StaleOracle => vec![(at(0.40), at(0.45))],
		_ => Vec::new(),
	}
}

/// A seeded path of one coin.
pub fn generate(scenario: Scenario, frame: Frame, first: f64, daily_volatility: f64) -> Path {
	walk(frame, first, daily_volatility, |part, width, random| drift(scenario, part, width, random))
}

/// A path with a price every step: returns whose volatility has a memory (GARCH), and a drift.
fn walk(
	frame: Frame,
	first: f64,
	daily_volatility: f64,
	drift: impl Fn(f64, f64, &mut ChaCha8Rng) -> f64,
) -> Path {
	let mut random = ChaCha8Rng::seed_from_u64(frame.seed);
	let steps = (frame.duration / frame.step).max(1);
	let per_step = daily_volatility / (86_400_000.0 / frame.step as f64).sqrt();
	let (mut price, mut variance) = (first, per_step * per_step);
	let prices = (0..steps).map(|place| {
		let shock = normal(&mut random) * variance.sqrt();
		variance = 0.05 * per_step * per_step + 0.9 * variance + 0.05 * shock * shock;
		let (part, width) = (place as f64 / steps as f64, 1.0 / steps as f64);
		price = (price * (shock + drift(part, width, &mut random)).exp()).max(first * 0.01);
		price
	});
	Path::Steps { start: frame.start, step: frame.step, prices: prices.collect() }
}

/// The part of a move that a step at `part` of the time, `width` of it long, has of a total that is
/// spread evenly.
fn between(part: f64, width: f64, from: f64, to: f64, total: f64) -> f64 {
	if (from..to).contains(&part) {
		total * width / (to - from)
	} else {
		0.0
	}
}

/// The scenario's return in a step that lasts `width` of the whole.
fn drift(scenario: Scenario, part: f64, width: f64, random: &mut ChaCha8Rng) -> f64 {
	let over = |from: f64, to: f64, total: f64| between(part, width, from, to, total);
	match scenario {
		Scenario::Calm | Scenario::Depeg => 0.0,
		Scenario::Crash | Scenario::StaleOracle | Scenario::ThinBook => {
			let falling = (0.3..0.6).contains(&part);
			let jump = if falling && random.random_bool(0.01) { -0.01 } else { 0.0 };
			over(0.3, 0.6, -0.30) + over(0.65, 0.9, 0.15) + jump
		},
		Scenario::FlashCrash => over(0.5, 0.51, -0.105) + over(0.52, 0.53, 0.105),
		Scenario::SlowBleed => over(0.0, 1.0, 0.6f64.ln()),
		Scenario::Gap if (0.5..0.5 + width).contains(&part) => 0.75f64.ln(),
		Scenario::Gap => 0.0,
		Scenario::Squeeze => over(0.3, 0.6, 1.4f64.ln()),
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

	const FRAME: Frame = Frame { start: 1_000_000, duration: 7_200_000, step: 5_000, seed: 7 };

	fn prices(path: &Path) -> Vec<f64> {
		(0..1_440).filter_map(|n| path.at(FRAME.start + n * FRAME.step)).collect()
	}

	/// Lowest, highest and last, relative to the first.
	fn shape(scenario: Scenario) -> [f64; 3] {
		let prices = prices(&generate(scenario, FRAME, 100.0, 0.04));
		let lowest = prices.iter().copied().fold(f64::MAX, f64::min);
		let highest = prices.iter().copied().fold(f64::MIN, f64::max);
		[lowest, highest, prices[prices.len() - 1]].map(|price| price / 100.0)
	}

	#[test]
	fn the_same_seed_is_the_same_market() {
		let make = |seed| generate(Scenario::Crash, Frame { seed, ..FRAME }, 60_000.0, 0.04);
		assert_eq!(prices(&make(1)), prices(&make(1)));
		assert_ne!(prices(&make(1)), prices(&make(2)));
	}

	#[test]
	fn each_has_its_shape() {
		let near = |value: f64, wanted: f64| (value - wanted).abs() < 0.06;
		let [low, high, _] = shape(Scenario::Calm);
		assert!(near(low, 1.0) && near(high, 1.0));
		assert!(shape(Scenario::Crash)[0] < 0.8);
		let [low, _, last] = shape(Scenario::FlashCrash);
		assert!(near(low, 0.9) && near(last, 1.0), "{low} {last}");
		assert!(near(shape(Scenario::SlowBleed)[2], 0.6));
		assert!(near(shape(Scenario::Squeeze)[1], 1.4));
		let gap = prices(&generate(Scenario::Gap, FRAME, 100.0, 0.04));
		let jumps = gap.windows(2).filter(|pair| pair[1] / pair[0] < 0.8).count();
		assert_eq!(jumps, 1, "from one step to the next, once");
	}

	#[test]
	fn the_quote_asset_loses_its_peg_and_the_oracle_its_sources() {
		let depeg = markets(Scenario::Depeg, FRAME);
		let quote = prices(&depeg["USDC-USD"].venues[0]);
		assert!(quote.iter().any(|price| (0.86..0.88).contains(price)));
		assert!((quote[quote.len() - 1] - 1.0).abs() < 0.02);
		let stale = markets(Scenario::StaleOracle, FRAME);
		let at = |part: f64| FRAME.start + (FRAME.duration as f64 * part) as u64;
		assert_eq!(
			[0.39, 0.42, 0.46].map(|part| stale["BTC-USD"].say(at(part), 2).is_some()),
			[true, false, true]
		);
	}
}
