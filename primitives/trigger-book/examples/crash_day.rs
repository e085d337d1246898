//! How often steps wake accounts on a crash day, per account that was truly liquidated.
//!
//! ```text
//! crash_day [--seed N] [--accounts N] [CSV ...]
//! ```
//!
//! Without files, a generated day of ten correlated markets: a calm, a crash in waves, a rebound.
//! With files (`ts,open,high,low,close,volume`), one market per file at its closing prices. Every
//! way of weighing the components sees the same prices and the same accounts, and every hundred
//! minutes the book is held against a full scan. Prices and health are integers; floats only
//! estimate volatilities, which decide the number of wake-ups and never who is found.
#![allow(missing_docs)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]

use breakwater_trigger_book::{
	BandLimits, Budget, Component, Cursor, Evaluation, Factor, Follows, Health, IndexId,
	MemoryStorage, TriggerBook,
};
use breakwater_units::{AccountKey, IndexLevel, NanoQuote};
use std::{cell::RefCell, collections::BTreeSet, fs};

const NANO: i128 = 1_000_000_000;
const MAINTENANCE_PPB: i128 = 30_000_000;
const MINUTES: usize = 4_200;
/// The estimators see the first hour before anyone trades, so that no weight is a guess.
const WARM_UP: usize = 60;
/// Markets per account of the three classes.
const CLASSES: [usize; 3] = [1, 3, 10];

const FACTOR: IndexId = IndexId(1 << 32);
const RESIDUAL: u64 = 2 << 32;
/// Units of the factor in one: it is the average of the returns since the start.
const FACTOR_UNITS: i128 = 1_000_000;

/// Prices in quanta per lot, `[minute][market]`.
type Prices = Vec<Vec<i128>>;

mod day {
	use super::{fs, Prices, MINUTES};

	/// SplitMix64.
	pub(crate) struct Random(pub(crate) u64);

	impl Random {
		pub(crate) fn below(&mut self, bound: u64) -> u64 {
			self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
			let mut z = self.0;
			z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
			z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
			(z ^ (z >> 31)) % bound
		}

		/// Nearly normal with this standard deviation: twelve uniform draws.
		fn normal(&mut self, deviation: i128) -> i128 {
			let sum: i128 = (0..12).map(|_| i128::from(self.below(1_000_001)) - 500_000).sum();
			sum * deviation / 1_000_000
		}
	}

	/// Drift and volatility per minute, in millionths, of a minute of the day.
	fn regime(minute: usize) -> (i128, i128) {
		match minute {
			0..1_800 => (-10, 500),
			// four waves with pauses
			1_800..2_400 => (if minute % 150 < 100 { -900 } else { 300 }, 2_500),
			2_400..2_800 => (500, 2_000),
			_ => (0, 1_000),
		}
	}

	/// Ten markets with betas from 0.8 to 1.7 to a shared factor, which has two thirds of the
	/// variance.
	pub(crate) fn generated(random: &mut Random) -> Prices {
		let mut prices: Vec<i128> =
			(0..10).map(|market| 1_000_000 * (1 + market * market)).collect();
		let mut day = vec![prices.clone()];
		for minute in 1..MINUTES {
			let (drift, deviation) = regime(minute);
			let shared = drift + random.normal(deviation);
			for (price, beta_tenths) in prices.iter_mut().zip(8..) {
				let own = random.normal(deviation * beta_tenths * 7 / 100);
				let change = shared * beta_tenths / 10 + own;
				*price = (*price * (1_000_000 + change.max(-500_000)) / 1_000_000).max(1_000);
			}
			day.push(prices.clone());
		}
		day
	}

	/// Closing prices of candle files, scaled to start at ten dollars per lot.
	pub(crate) fn recorded(paths: &[String]) -> Prices {
		let closes = |path: &String| -> Vec<f64> {
			let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
			text.lines().filter_map(|line| line.split(',').nth(4)?.parse().ok()).collect()
		};
		let series: Vec<Vec<f64>> = paths.iter().map(closes).collect();
		let minutes = series.iter().map(Vec::len).min().unwrap_or(0);
		let price = |series: &Vec<f64>, minute: usize| (series[minute] / series[0] * 1e7) as i128;
		(0..minutes).map(|minute| series.iter().map(|s| price(s, minute)).collect()).collect()
	}
}

#[derive(Clone)]
struct Account {
	class: usize,
	cash_nano: i128,
	/// Market and signed lots.
	positions: Vec<(usize, i64)>,
}

/// Accounts of every class with leverage from 2 to 20; two thirds of the positions are long, each
/// of one to ten thousand dollars.
fn population(count: usize, start: &[i128], random: &mut day::Random) -> Vec<Account> {
	let account = |number: usize| {
		let class = number % CLASSES.len();
		let mut markets: Vec<usize> = (0..start.len()).collect();
		let (mut positions, mut gross, mut entry) = (Vec::new(), 0, 0);
		for _ in 0..CLASSES[class].min(start.len()) {
			let market = markets.swap_remove(random.below(markets.len() as u64) as usize);
			let value = (1_000 + i128::from(random.below(9_000))) * 1_000_000;
			let lots = (value / start[market]).max(1);
			let signed = if random.below(3) < 2 { lots } else { -lots };
			positions.push((market, signed as i64));
			gross += start[market] * lots;
			entry += start[market] * signed;
		}
		let leverage_tenths = 20 + i128::from(random.below(181));
		Account { class, cash_nano: (gross * 10 / leverage_tenths - entry) * NANO, positions }
	};
	(0..count).map(account).collect()
}

/// A way to weigh the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weights {
	/// The same share for each.
	Equal,
	/// In proportion to value.
	Value,
	/// In proportion to value and volatility: the design's.
	Volatility,
	/// In proportion to the root of that.
	Root,
	/// As `Volatility`, of the last minutes only.
	Fast,
	/// As `Volatility`, of moves in the direction that hurts only.
	Asymmetric,
	/// By the part each component has in the variance of the whole account, which knows
	/// correlation, and not below a quarter of its own volatility.
	Variance,
	/// As `Volatility`, of residuals and the shared factor where that moves less.
	Hedged,
}

const ALL: [Weights; 8] = [
	Weights::Equal,
	Weights::Value,
	Weights::Root,
	Weights::Volatility,
	Weights::Fast,
	Weights::Asymmetric,
	Weights::Variance,
	Weights::Hedged,
];

/// Exponential averages of squared returns per minute.
struct Estimates {
	slow: Vec<f64>,
	fast: Vec<f64>,
	down: Vec<f64>,
	up: Vec<f64>,
	residual: Vec<f64>,
	factor: f64,
	covariance: Vec<Vec<f64>>,
}

impl Estimates {
	fn new(markets: usize) -> Self {
		let tiny = vec![1e-9; markets];
		Self {
			slow: tiny.clone(),
			fast: tiny.clone(),
			down: tiny.clone(),
			up: tiny.clone(),
			residual: tiny.clone(),
			factor: 1e-9,
			covariance: vec![tiny; markets],
		}
	}

	fn update(&mut self, before: &[i128], now: &[i128]) {
		let blend = |old: &mut f64, new: f64, keep: f64| *old = *old * keep + new * (1.0 - keep);
		let returns: Vec<f64> =
			before.iter().zip(now).map(|(b, n)| (n - b) as f64 / *b as f64).collect();
		let mean = returns.iter().sum::<f64>() / returns.len() as f64;
		blend(&mut self.factor, mean * mean, 0.98);
		for (i, r) in returns.iter().enumerate() {
			blend(&mut self.slow[i], r * r, 0.98);
			blend(&mut self.fast[i], r * r, 0.8);
			blend(&mut self.down[i], r.min(0.0).powi(2), 0.95);
			blend(&mut self.up[i], r.max(0.0).powi(2), 0.95);
			blend(&mut self.residual[i], (r - mean).powi(2), 0.98);
			for (j, s) in returns.iter().enumerate() {
				blend(&mut self.covariance[i][j], r * s, 0.98);
			}
		}
	}
}

struct Exchange {
	start: Vec<i128>,
	prices: Vec<i128>,
	estimates: Estimates,
	accounts: Vec<Account>,
	weights: Weights,
	wakes: RefCell<Vec<u64>>,
}

impl Exchange {
	fn level(&self, index: IndexId) -> IndexLevel {
		let price = self.prices[(index.0 >> 1) as usize];
		let margin = price * MAINTENANCE_PPB;
		IndexLevel::new(price * NANO + if index.0 & 1 == 0 { -margin } else { margin })
	}

	fn factor(&self) -> Factor {
		let returns = self.prices.iter().zip(&self.start);
		let sum: i128 = returns.map(|(now, start)| now * FACTOR_UNITS / start).sum();
		let volatility = self.estimates.factor.sqrt() * FACTOR_UNITS as f64;
		Factor {
			index: FACTOR,
			level: IndexLevel::new(sum / self.start.len() as i128),
			volatility: volatility as u64,
		}
	}

	/// Every market is given a beta of one: what an exchange knows without estimating anything.
	fn follows(&self, index: IndexId) -> Option<Follows> {
		let market = (index.0 >> 1) as usize;
		let beta = self.start[market] * NANO / FACTOR_UNITS;
		let volatility = self.estimates.residual[market].sqrt() * self.nano_price(market);
		Some(Follows {
			residual: IndexId(RESIDUAL + index.0),
			beta: beta as i64,
			volatility: volatility as u64,
		})
	}

	fn indices(&self) -> Vec<(IndexId, IndexLevel)> {
		let plain = (0..self.prices.len() as u64 * 2).map(IndexId);
		let mut indices: Vec<_> = plain.clone().map(|index| (index, self.level(index))).collect();
		if self.weights == Weights::Hedged {
			let factor = self.factor();
			indices.push((factor.index, factor.level));
			indices.extend(plain.filter_map(|index| {
				let follows = self.follows(index)?;
				Some((follows.residual, factor.residual(self.level(index), follows.beta).ok()?))
			}));
		}
		indices
	}

	fn nano_price(&self, market: usize) -> f64 {
		(self.prices[market] * NANO) as f64
	}

	fn health(&self, account: &Account) -> i128 {
		let value =
			|&(m, lots): &(usize, i64)| self.level(index_of(m, lots)).get() * i128::from(lots);
		account.cash_nano + account.positions.iter().map(value).sum::<i128>()
	}

	/// A typical move of a position's index, as a fraction of its price.
	fn typical(&self, account: &Account, (market, lots): (usize, i64)) -> f64 {
		let e = &self.estimates;
		let value = |m: usize, lots: i64| self.prices[m] as f64 * lots as f64;
		match self.weights {
			Weights::Equal => 1e6 / value(market, lots).abs(),
			Weights::Value => 1e-3,
			Weights::Root => (1e6 * e.slow[market].sqrt() / value(market, lots).abs()).sqrt(),
			Weights::Fast => e.fast[market].sqrt(),
			Weights::Asymmetric if lots > 0 => e.down[market].sqrt(),
			Weights::Asymmetric => e.up[market].sqrt(),
			Weights::Variance => {
				let with = |m: usize| -> f64 {
					let others = account.positions.iter();
					others.map(|&(o, lots)| e.covariance[m][o] * value(o, lots)).sum()
				};
				let own = account.positions.iter();
				let variance: f64 = own.map(|&(m, lots)| value(m, lots) * with(m)).sum();
				let along = with(market) * lots.signum() as f64 / variance.max(1e-9).sqrt();
				along.max(e.slow[market].sqrt() / 4.0)
			},
			Weights::Volatility | Weights::Hedged => e.slow[market].sqrt(),
		}
	}

	fn components(&self, account: &Account) -> Vec<Component> {
		let component = |&(market, lots): &(usize, i64)| Component {
			index: index_of(market, lots),
			exposure: lots.into(),
			level: self.level(index_of(market, lots)),
			volatility: (self.typical(account, (market, lots)) * self.nano_price(market)) as u64,
		};
		let plain: Vec<_> = account.positions.iter().map(component).collect();
		match self.weights {
			Weights::Hedged => self.factor().hedge(&plain, |index| self.follows(index)),
			_ => plain,
		}
	}
}

fn index_of(market: usize, lots: i64) -> IndexId {
	IndexId(market as u64 * 2 + u64::from(lots < 0))
}

fn key(number: usize) -> AccountKey {
	let mut bytes = [0; 32];
	bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
	AccountKey(bytes)
}

fn number(account: &AccountKey) -> usize {
	account.0[..8].iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

impl Health for Exchange {
	type Error = ();

	fn evaluate(&self, key: &AccountKey) -> Result<Evaluation, ()> {
		let account = &self.accounts[number(key)];
		self.wakes.borrow_mut()[account.class] += 1;
		let health = NanoQuote::new(self.health(account));
		Ok(Evaluation { health, components: self.components(account) })
	}
}

/// What one run counted, per class.
struct Count {
	wakes: Vec<u64>,
	liquidated: Vec<u64>,
	levels_written: u64,
}

fn run(prices: &Prices, accounts: &[Account], weights: Weights) -> Count {
	let mut exchange = Exchange {
		start: prices[0].clone(),
		prices: prices[0].clone(),
		estimates: Estimates::new(prices[0].len()),
		accounts: accounts.to_vec(),
		weights,
		wakes: RefCell::new(vec![0; CLASSES.len()]),
	};
	for pair in prices.windows(2).take(WARM_UP) {
		exchange.estimates.update(&pair[0], &pair[1]);
	}
	let mut book = TriggerBook::new(MemoryStorage::default(), BandLimits::default());
	for number in 0..accounts.len() {
		let evaluation = exchange.evaluate(&key(number)).expect("known");
		book.file(&key(number), &evaluation).expect("sound");
	}
	exchange.wakes.borrow_mut().fill(0);

	let (mut liquidated, mut levels_written) = (vec![0; CLASSES.len()], 0);
	let mut found = BTreeSet::new();
	for (minute, pair) in prices.windows(2).enumerate() {
		exchange.estimates.update(&pair[0], &pair[1]);
		exchange.prices.clone_from(&pair[1]);
		let report =
			book.step(&exchange.indices(), Budget::UNBOUNDED, Cursor::default(), &exchange);
		levels_written += u64::from(report.changes.inserted) + u64::from(report.changes.removed);
		for account in book.worst_due(u32::MAX) {
			liquidated[exchange.accounts[number(&account)].class] += 1;
			found.insert(account);
			book.remove(&account);
		}
		if minute % 100 == 0 {
			let missed = exchange.accounts.iter().enumerate().find(|(number, account)| {
				exchange.health(account) < 0 && !found.contains(&key(*number))
			});
			assert!(missed.is_none(), "a full scan finds more than the book");
		}
	}
	Count { wakes: exchange.wakes.into_inner(), liquidated, levels_written }
}

fn main() {
	let (mut seed, mut count, mut paths) = (1, 20_000, Vec::new());
	let mut arguments = std::env::args().skip(1);
	while let Some(argument) = arguments.next() {
		let mut value = || arguments.next().and_then(|n| n.parse().ok()).expect("a number");
		match argument.as_str() {
			"--seed" => seed = value(),
			"--accounts" => count = value() as usize,
			_ => paths.push(argument),
		}
	}
	let mut random = day::Random(seed);
	let prices = if paths.is_empty() { day::generated(&mut random) } else { day::recorded(&paths) };
	let accounts = population(count, &prices[0], &mut random);

	let (markets, minutes) = (prices[0].len(), prices.len());
	println!("{markets} markets, {minutes} minutes, {count} accounts, seed {seed}");
	println!("weights     | wake-ups per liquidation, by markets per account | levels written");
	for weights in ALL {
		let count = run(&prices, &accounts, weights);
		let classes = CLASSES.iter().zip(count.wakes.iter().zip(&count.liquidated));
		let ratio = |(class, (wakes, liquidated)): (&usize, (&u64, &u64))| {
			let ratio = *wakes as f64 / (*liquidated).max(1) as f64;
			format!("{:>2}: {ratio:6.1} of {liquidated:<5}", class.min(&markets))
		};
		let ratios: Vec<_> = classes.map(ratio).collect();
		println!("{:11} | {} | {}", format!("{weights:?}"), ratios.join(" "), count.levels_written);
	}
}
