//! Kupiec's proportion-of-failures test of the value at risk that margin is computed from.
#![allow(missing_docs, clippy::cast_possible_truncation)]

use breakwater_risk::{Tail, TailHistogram, Variance, Volatility, BAR};
use breakwater_units::{Price, Ratio, Timestamp};

/// Likelihood ratio of `failures` in `days` against the probability `p`; zero times its logarithm
/// is zero.
fn likelihood_ratio(failures: u32, days: u32, p: f64) -> f64 {
	let log_likelihood = |q: f64| {
		let term = |n: u32, q: f64| if n == 0 { 0.0 } else { f64::from(n) * q.ln() };
		term(failures, q) + term(days - failures, 1.0 - q)
	};
	2.0 * (log_likelihood(f64::from(failures) / f64::from(days)) - log_likelihood(p))
}

/// The fewest and the most failures that are not rejected at 95 %.
fn accepted(days: u32, p: f64) -> (u32, u32) {
	// The 95 % quantile of χ² with one degree of freedom.
	let is_accepted = |n: &u32| likelihood_ratio(*n, days, p) <= 3.841_458_820_694_124;
	let all: Vec<u32> = (0..=days).filter(is_accepted).collect();
	(all[0], all[all.len() - 1])
}

#[test]
fn acceptance_matches_the_research_table() {
	assert!((likelihood_ratio(7, 250, 0.01) - 5.496_990_448).abs() < 1e-9);
	let table = |p| [250, 500, 1_000, 2_000].map(|days| accepted(days, p));
	assert_eq!(table(0.01), [(1, 6), (2, 9), (5, 16), (12, 29)]);
	assert_eq!(table(0.005), [(0, 4), (1, 6), (2, 9), (5, 16)]);
}

/// Uniform numbers from a seed (SplitMix64), so that every run sees the same path.
struct Uniform(u64);

impl Uniform {
	fn next(&mut self) -> f64 {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
	}

	/// Nearly normal: twelve uniforms, variance one.
	fn normal(&mut self) -> f64 {
		(0..12).map(|_| self.next()).sum::<f64>() - 6.0
	}
}

/// Calm and wild regimes follow each other and jumps fall in between: in every two thousand minutes
/// after a first week, the 99 % value at risk fails no more often than Kupiec's test accepts. It may
/// fail less often: bins and the larger of two forecasts err toward more margin.
#[test]
fn value_at_risk_is_not_rejected_for_failing_too_often() {
	const LEARNING: u64 = 10_080;
	const WINDOW: u64 = 2_000;
	let (mut uniform, mut price) = (Uniform(7), 1e9);
	let minute = |n: u64| Timestamp::new(n * BAR.get());
	// σ of a minute of 5·10⁻⁴
	let seed = Variance::new(250_000_000_000_000_000);
	let mut market = Volatility::new(Price::new(price as u64), minute(0), seed).unwrap();
	let mut histogram = TailHistogram::default();
	let (mut failures, mut windows) = (0, 0);
	for n in 1..=LEARNING + 10 * WINDOW {
		let sigma = if (n / 700) % 3 == 2 { 0.002 } else { 0.0005 };
		let jump = if uniform.next() < 0.002 { 6.0 } else { 1.0 };
		price *= (sigma * jump * uniform.normal()).exp();
		let observation = market.observe(Price::new(price as u64), minute(n)).unwrap().unwrap();
		let standardised = observation.standardised();
		let falls = observation.log_return.get() < 0;
		let limit = histogram.value_at_risk(Tail::Down, Ratio::new(990_000_000));
		if n > LEARNING && falls && limit.is_some_and(|limit| standardised > limit) {
			failures += 1;
		}
		histogram.record(if falls { Tail::Down } else { Tail::Up }, standardised);
		if n > LEARNING && (n - LEARNING).is_multiple_of(WINDOW) {
			assert!(failures <= accepted(2_000, 0.01).1, "{failures} in window {windows}");
			(failures, windows) = (0, windows + 1);
		}
	}
	assert_eq!(windows, 10);
}
