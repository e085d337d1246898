//! Which markets move together, from prices to what the insurance is told.

use breakwater_interfaces::Correlations as _;
use breakwater_risk::{LogReturn, Observation, Volatility, BAR};
use breakwater_units::{MarketId, Price, Ratio, Timestamp};

use crate::{market::bar_variance, mock::*, ListedMarket, Pairs, Returns};

/// A market of each kind: the same feed as the first, and another.
const TWIN: MarketId = MarketId(7);
const OTHER: MarketId = MarketId(3);

/// Prices that walk by up to half a percent, the same ones in every run.
struct Walk(u64);

impl Walk {
	fn step(&mut self) -> i64 {
		self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
		i64::try_from(self.0 >> 33).unwrap() % 500 - 250
	}
}

fn moved(price: u64, by: i64) -> u64 {
	price.saturating_add_signed(i64::try_from(price).unwrap() / 50_000 * by)
}

/// The correlation of two series of returns as the documents say it, in floats.
fn naive(series: &[(Observation, Observation)]) -> f64 {
	let size = |seen: &Observation| {
		let size = (seen.standardised().get() as f64 / 1e9).min(10.0);
		if seen.log_return < LogReturn::ZERO {
			-size
		} else {
			size
		}
	};
	let kept = (-1.0f64 / 1_440.0).exp();
	let (mut product, mut squares) = (0.0, (1.0 / 96.0, 1.0 / 96.0));
	for (one, other) in series.iter().map(|(one, other)| (size(one), size(other))) {
		product = product * kept + one * other * (1.0 - kept);
		squares.0 = squares.0 * kept + one * one * (1.0 - kept);
		squares.1 = squares.1 * kept + other * other * (1.0 - kept);
	}
	product / f64::sqrt(squares.0 * squares.1)
}

fn with(market: MarketId, other: MarketId) -> f64 {
	let found = Risk::with(market, &[other]);
	assert_eq!(found, Risk::with(other, &[market]));
	found[0].get() as f64 / 1e9
}

#[test]
fn is_that_of_the_returns_of_each_pair() {
	with_chain(|| {
		list(OTHER, &ListedMarket { feed: ETH, ..market_terms() }).unwrap();
		list(TWIN, &market_terms()).unwrap();
		set(ETH, START, 0, T0);
		block(T0 + 1);

		let seed = bar_variance(market_terms().risk.daily_sigma);
		let estimator = || Volatility::new(Price::new(START), Timestamp::new(T0), seed).unwrap();
		let (mut btc_twin, mut eth_twin) = (estimator(), estimator());
		let (mut own, mut common, mut series) = (Walk(1), Walk(2), Vec::new());
		let (mut btc, mut eth) = (START, START);
		for minute in 1..=1_500 {
			let now = T0 + minute * BAR.get();
			// a part of the one's moves is the other's
			let shared = common.step();
			btc = moved(btc, shared);
			eth = moved(eth, shared + own.step());
			set(ETH, eth, 0, now);
			block_at(now, btc);
			// not the first of its minute
			set(ETH, START, 0, now + 20_000);
			block_at(now + 20_000, START);

			let at = Timestamp::new(now);
			let one = btc_twin.observe(Price::new(btc), at).unwrap().unwrap();
			let other = eth_twin.observe(Price::new(eth), at).unwrap().unwrap();
			series.push((one, other));
		}
		// the last minute is over
		block_at(T0 + 1_501 * BAR.get(), btc);

		// correlation of 1/√2
		let expected = naive(&series);
		assert!(expected > 0.6 && expected < 0.8, "{expected}");
		let found = with(PERP, OTHER);
		assert!((found - expected).abs() < 1e-6, "{found} {expected}");
		assert_eq!(with(TWIN, OTHER), found);
		let alike: Vec<_> = series.iter().map(|(one, _)| (*one, *one)).collect();
		let (found, expected) = (with(PERP, TWIN), naive(&alike));
		assert!((found - expected).abs() < 1e-6, "{found} {expected}");

		let all = [OTHER, MarketId(99), TWIN].map(|other| Risk::with(PERP, &[other])[0]);
		assert_eq!(Risk::with(PERP, &[OTHER, MarketId(99), TWIN]), all);
		assert_eq!(all[1], Ratio::ZERO);
		assert_eq!(Risk::with(MarketId(99), &[PERP, OTHER]), [Ratio::ZERO; 2]);
		assert_eq!(Risk::with(PERP, &[]), []);
	});
}

#[test]
fn of_markets_that_move_against_each_other_is_none() {
	with_chain(|| {
		list(OTHER, &ListedMarket { feed: ETH, ..market_terms() }).unwrap();
		set(ETH, START, 0, T0);
		for minute in 1..=500 {
			let (now, up) = (T0 + minute * BAR.get(), minute % 2 * 50_000);
			set(ETH, START - up, 0, now);
			block_at(now, START + up);
		}
		assert_eq!(with(PERP, OTHER), 0.0);
	});
}

#[test]
fn is_averaged_in_the_first_block_of_a_minute_only() {
	with_chain(|| {
		list(TWIN, &market_terms()).unwrap();
		block_at(T0 + 1, START);
		let minute = BAR.get();
		block_at(T0 + minute, START + 10_000);
		let (pairs, returns) = (Pairs::<Test>::get(), Returns::<Test>::get());
		assert_eq!(with(PERP, TWIN), 0.0);

		block_at(T0 + minute + 30_000, START + 20_000);
		assert_eq!((Pairs::<Test>::get(), Returns::<Test>::get()), (pairs, returns));

		block_at(T0 + 2 * minute, START);
		let known = with(PERP, TWIN);
		assert!(known > 0.0);
		block_at(T0 + 3 * minute, START + 10_000);
		let next = with(PERP, TWIN);
		assert!(next > known);
		// the price grows old: a minute without returns is none
		block(T0 + 4 * minute);
		let last = Pairs::<Test>::get();
		block(T0 + 5 * minute);
		assert_eq!(Pairs::<Test>::get(), last);
	});
}
