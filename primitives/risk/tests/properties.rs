//! Properties against naive twins: floats bound the fixed-point error, big integers the rounding.
#![allow(missing_docs, clippy::cast_possible_truncation)]

use breakwater_risk::{
	approach, depth, features, forecast, haircut, impact, initial_rate, liquidity_horizon,
	maintenance_rate, open_interest_scaled, size_charge, update_ladder, Decay, HaircutParams,
	HorizonParams, LogReturn, MaintenanceRamp, MarginParams, Pressure, RampParams, Rung, Sigma,
	Tail, TailHistogram, Variance, Volatility, BAR, BIN_EDGES_PPB, CLIP_SIGMAS, FLOOR_DECAY,
	LONG_DECAY, MAX_BARS, MIN_VARIANCE, RATCHET_DECAY, RM2006_MINUTES, STRESS_DECAY,
};
use breakwater_units::{limits::MAX_PRICE_TICKS, Millis, Price, Quote, Ratio, Size, Timestamp};
use num_bigint::{BigInt, BigUint};
use proptest::prelude::*;

const QUINTILLION: u64 = 1_000_000_000_000_000_000;

/// The default number of cases, unless `PROPTEST_CASES` says otherwise.
fn cases(default: u32) -> ProptestConfig {
	let mut config = ProptestConfig::default();
	if std::env::var_os("PROPTEST_CASES").is_none() {
		config.cases = default;
	}
	config
}

/// Numbers of every bit length up to `bits`, and the corners.
fn wide(bits: u32) -> impl Strategy<Value = u64> {
	let top = u64::MAX >> (64 - bits);
	prop_oneof![
		6 => (any::<u64>(), 0..bits).prop_map(move |(x, shift)| (x & top) >> shift),
		1 => (0..bits, -1i64..=1).prop_map(move |(b, d)| (1u64 << b).saturating_add_signed(d) & top),
		1 => Just(top),
	]
}

fn price(bits: u32) -> impl Strategy<Value = u64> {
	wide(bits).prop_map(|x| x.max(1))
}

fn variance() -> impl Strategy<Value = Variance> {
	(any::<u128>(), 37u32..128).prop_map(|(x, shift)| Variance::new(x >> shift))
}

/// From the float's noise up to a standard deviation of a thousand percent a bar.
fn sigma() -> impl Strategy<Value = u64> {
	(1u64..10_000_000_000_000, 0u32..40).prop_map(|(x, shift)| x >> shift)
}

fn ratio_to_one() -> impl Strategy<Value = u64> {
	prop_oneof![8 => 0u64..=1_000_000_000, 1 => Just(0), 1 => Just(1_000_000_000)]
}

fn big(x: impl Into<BigInt>) -> BigInt {
	x.into()
}

fn div_ceil(n: &BigInt, d: &BigInt) -> BigInt {
	let floor = n / d;
	// all numerators here are at least zero
	if &floor * d == *n {
		floor
	} else {
		floor + 1
	}
}

fn return_between(from: u64, to: u64) -> i64 {
	LogReturn::between(Price::new(from), Price::new(to)).unwrap().get()
}

mod log_return {
	use super::*;

	/// Twin: `ln` in double precision, through `ln_1p` where the prices are close.
	fn float_log(from: u64, to: u64) -> f64 {
		let (a, b) = (from as f64, to as f64);
		let relative = (to as i128 - from as i128) as f64 / a;
		if relative.abs() < 0.1 {
			relative.ln_1p()
		} else {
			b.ln() - a.ln()
		}
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		#[test]
		fn error_is_below_its_bound(from in price(64), to in price(64)) {
			let error = return_between(from, to) as f64 / 1e12 - float_log(from, to);
			prop_assert!(error.abs() < 0.51e-12 + 3e-14, "{error:e}");
		}

		#[test]
		fn error_is_below_its_bound_within_ten_percent(
			from in 1_000_000u64..=MAX_PRICE_TICKS,
			change in -100_000i64..=100_000,
		) {
			let to = (from as i128 + from as i128 * i128::from(change) / 1_000_000) as u64;
			let error = return_between(from, to) as f64 / 1e12 - float_log(from, to);
			prop_assert!(error.abs() < 0.51e-12 + 1e-16, "{error:e}");
		}

		#[test]
		fn is_antisymmetric_exactly(from in price(64), to in price(64)) {
			prop_assert_eq!(return_between(from, to), -return_between(to, from));
		}

		#[test]
		fn is_strictly_monotone_in_listed_prices(
			from in 1..=MAX_PRICE_TICKS,
			to in 1..MAX_PRICE_TICKS,
			step in wide(20),
		) {
			let above = (to + step.max(1)).min(MAX_PRICE_TICKS);
			prop_assert!(return_between(from, to) < return_between(from, above));
		}

		#[test]
		fn adds_up_over_time(a in price(64), b in price(64), c in price(64)) {
			let whole = return_between(a, c);
			prop_assert!((return_between(a, b) + return_between(b, c) - whole).abs() <= 2);
		}
	}
}

mod averages {
	use super::*;

	fn decay() -> impl Strategy<Value = Decay> {
		(0..QUINTILLION).prop_map(|units| Decay::new(units).unwrap())
	}

	/// Decays near one are the ones in use.
	fn slow_decay() -> impl Strategy<Value = Decay> {
		(1u64..60_000_000_000_000_000, 0u32..36)
			.prop_map(|(x, shift)| Decay::new(QUINTILLION - (x >> shift).max(1)).unwrap())
	}

	proptest! {
		#![proptest_config(cases(2_048))]

		/// Twin: `⌈λ·v + (1 − λ)·r²⌉` in big integers.
		#[test]
		fn one_bar_is_the_riskmetrics_recursion_rounded_up(
			v in variance(),
			square in variance(),
			decay in decay(),
		) {
			let kept = big(v.get()) * big(decay.get());
			let added = big(square.get()) * big(QUINTILLION - decay.get());
			let expected = div_ceil(&(kept + added), &big(QUINTILLION));
			prop_assert_eq!(big(v.decayed(square, 1, decay).get()), expected);
		}

		/// Twin: the one-bar recursion n times in double precision, the return spread evenly.
		#[test]
		fn a_gap_is_so_many_bars_with_the_return_spread(
			v in sigma(),
			root in sigma(),
			bars in 1u32..300,
			decay in slow_decay(),
		) {
			let (v, square) = (Sigma::new(v).variance(), Sigma::new(root).variance());
			let lost = (QUINTILLION - decay.get()) as f64 / 1e18;
			let each = square.get() as f64 / f64::from(bars);
			let expected = (0..bars).fold(v.get() as f64, |v, _| v + (each - v) * lost);
			let seen = v.decayed(square, bars, decay).get() as f64;
			// the power is within n/2 units of 10⁻¹⁸ and scales the difference
			let tolerance =
				2.0 + (each - v.get() as f64).abs() * f64::from(bars) * 2e-18 + expected * 1e-12;
			prop_assert!((seen - expected).abs() <= tolerance, "{seen} against {expected}");
		}

		#[test]
		fn stays_between_the_average_and_the_sample(
			v in variance(),
			square in variance(),
			bars in 1..=u32::MAX,
			decay in decay(),
		) {
			let sample = square.get().div_ceil(u128::from(bars.min(MAX_BARS)));
			let seen = v.decayed(square, bars, decay).get();
			prop_assert!(seen >= v.get().min(sample) && seen <= v.get().max(sample));
		}

		#[test]
		fn is_monotone_in_average_and_sample(
			(v, more_v) in (variance(), variance()),
			(square, more_square) in (variance(), variance()),
			bars in 1..=MAX_BARS,
			decay in decay(),
		) {
			let low = v.min(more_v).decayed(square.min(more_square), bars, decay);
			let high = v.max(more_v).decayed(square.max(more_square), bars, decay);
			prop_assert!(low <= high);
		}

		/// Twin: the exact power in big integers.
		#[test]
		fn power_is_within_half_a_unit_a_bar(decay in slow_decay(), bars in 0u32..120) {
			let exact = BigUint::from(decay.get()).pow(bars) * BigUint::from(QUINTILLION)
				/ BigUint::from(QUINTILLION).pow(bars);
			let exact = u64::try_from(exact).unwrap();
			// the twin is truncated: up to one unit more
			prop_assert!(2 * decay.power(bars).get().abs_diff(exact) <= u64::from(bars) + 1);
		}

		#[test]
		fn power_never_grows(decay in decay(), bars in 0..MAX_BARS) {
			prop_assert!(decay.power(bars) >= decay.power(bars + 1) || bars > 1 << 16);
			prop_assert!(decay.power(bars).get() <= QUINTILLION);
		}

		/// Twin: `exp` in double precision; and halves of a step compose.
		#[test]
		fn kept_after_is_the_exponential(elapsed in wide(40), tau in price(40)) {
			let kept = |ms| Decay::kept_after(Millis::new(ms), Millis::new(tau)).get() as f64;
			let exact = (-(elapsed as f64) / tau as f64).exp() * 1e9;
			prop_assert!((kept(elapsed) - exact).abs() <= 0.5 + 1e-5, "{exact}");
			let split = kept(elapsed / 2) * kept(elapsed - elapsed / 2) / 1e9;
			prop_assert!((kept(elapsed) - split).abs() <= 1.6);
		}

		/// Twin: the weighted sum in big integers, rounded up once.
		#[test]
		fn forecast_is_the_weighted_sum(state in prop::array::uniform6(variance())) {
			let sum: BigInt = state
				.iter()
				.zip(&RM2006_MINUTES)
				.map(|(v, Rung { weight, .. })| big(v.get()) * big(*weight))
				.sum();
			let expected = div_ceil(&sum, &big(QUINTILLION));
			let seen = forecast(&state, &RM2006_MINUTES);
			prop_assert_eq!(big(seen.get()), expected);
			prop_assert!(
				seen >= *state.iter().min().unwrap() && seen <= *state.iter().max().unwrap()
			);
		}

		/// Twin: `⌈m·σ·√(h/bar)⌉` as the smallest integer whose square is large enough.
		#[test]
		fn over_a_horizon_rounds_up_once(
			sigma in sigma(),
			hours in wide(36),
			multiple in wide(34),
		) {
			let (sigma, horizon) = (Sigma::new(sigma), Millis::new(hours));
			let seen = sigma.over(horizon, Ratio::new(multiple)).get();
			let square = BigUint::from(multiple).pow(2)
				* BigUint::from(sigma.variance().get())
				* BigUint::from(hours);
			let scale = BigUint::from(BAR.get()) * BigUint::from(10u32).pow(24);
			let holds = |root: u64| BigUint::from(root).pow(2) * &scale >= square;
			prop_assert!(holds(seen) && (seen == 0 || !holds(seen - 1)));
		}
	}
}

mod volatility {
	use super::*;

	/// Twin: the same estimator in double precision, without any of the integer code.
	struct Float {
		price: f64,
		ladder: [f64; 6],
		floor: f64,
		stress_average: f64,
		stress: f64,
		long: f64,
	}

	fn decayed(v: f64, square: f64, bars: f64, decay: Decay) -> f64 {
		let lost = -((decay.get() as f64 / 1e18).ln() * bars).exp_m1();
		v + (square / bars - v) * lost
	}

	impl Float {
		fn new(price: u64, seed: f64) -> Self {
			Self {
				price: price as f64,
				ladder: [seed; 6],
				floor: seed,
				stress_average: seed,
				stress: seed,
				long: seed,
			}
		}

		fn now(&self) -> f64 {
			let ladder: f64 = self
				.ladder
				.iter()
				.zip(&RM2006_MINUTES)
				.map(|(v, r)| v * r.weight as f64 / 1e18)
				.sum();
			ladder.max(self.floor).max(MIN_VARIANCE.get() as f64 / 1e24)
		}

		fn observe(&mut self, price: u64, bars: f64) {
			let square = (price as f64 / self.price).ln().powi(2);
			let clip = f64::from(CLIP_SIGMAS).powi(2) * self.now() * bars;
			for (v, rung) in self.ladder.iter_mut().zip(&RM2006_MINUTES) {
				*v = decayed(*v, square.min(clip), bars, rung.decay);
			}
			self.floor = decayed(self.floor, square, bars, FLOOR_DECAY);
			self.long = decayed(self.long, square, bars, LONG_DECAY);
			self.stress_average = decayed(self.stress_average, square, bars, STRESS_DECAY);
			self.stress = decayed(self.stress, 0.0, bars, RATCHET_DECAY).max(self.stress_average);
			self.price = price as f64;
		}

		fn effective(&self) -> f64 {
			let least = MIN_VARIANCE.get() as f64 / 1e24;
			let stress = self.stress.max(least).sqrt();
			(0.75 * self.now().sqrt() + 0.25 * stress).max(self.long.max(least).sqrt())
		}
	}

	fn path() -> impl Strategy<Value = Vec<(u64, u64)>> {
		let bars = prop_oneof![8 => Just(1u64), 2 => 1u64..1_000, 1 => 1u64..50_000];
		prop::collection::vec((500_000u64..2_000_000, bars), 1..120)
	}

	fn at(bar: u64) -> Timestamp {
		Timestamp::new(bar * BAR.get())
	}

	proptest! {
		#![proptest_config(cases(256))]

		#[test]
		fn follows_the_float_twin(path in path(), seed in 100_000_000u64..5_000_000_000) {
			let seed = Sigma::new(seed).variance();
			let mut market = Volatility::new(Price::new(1_000_000), at(0), seed).unwrap();
			let mut twin = Float::new(1_000_000, seed.get() as f64 / 1e24);
			let mut bar = 0;
			for (price, bars) in path {
				bar += bars;
				let expected = twin.now().sqrt();
				let seen = market.observe(Price::new(price), at(bar)).unwrap().unwrap();
				prop_assert!((seen.forecast.get() as f64 / 1e12 / expected - 1.0).abs() < 1e-7);
				let standard =
					(price as f64 / twin.price).ln().abs() / (expected * (bars as f64).sqrt());
				let error = seen.standardised().get() as f64 / 1e9 - standard;
				prop_assert!(error.abs() < 1e-8 + standard * 1e-6, "{error}");
				twin.observe(price, bars as f64);
				let effective = market.sigma_effective().get() as f64 / 1e12;
				prop_assert!((effective / twin.effective() - 1.0).abs() < 1e-7);
			}
		}

		/// Twin: the same market that never saw the later prices of each bar.
		#[test]
		fn frequency_of_updates_moves_nothing(
			path in path(),
			noise in prop::collection::vec((price(64), 0..BAR.get()), 1..40),
		) {
			let mut quiet = Volatility::new(Price::new(1_000_000), at(0), MIN_VARIANCE).unwrap();
			let mut noisy = quiet;
			let mut bar = 0;
			let mut noise = noise.iter().cycle();
			for (price, bars) in path {
				bar += bars;
				quiet.observe(Price::new(price), at(bar)).unwrap();
				noisy.observe(Price::new(price), at(bar)).unwrap();
				for (price, offset) in noise.by_ref().take(3) {
					let now = Timestamp::new(at(bar).get() + offset);
					prop_assert_eq!(noisy.observe(Price::new(*price), now), Ok(None));
				}
			}
			prop_assert_eq!(quiet, noisy);
		}

		#[test]
		fn any_prices_at_any_times_stay_within_the_caps(
			path in prop::collection::vec((wide(64), wide(64)), 1..60),
		) {
			let mut market =
				Volatility::new(Price::new(1), Timestamp::ZERO, Variance::MAX).unwrap();
			for (price, now) in path {
				let observed = market.observe(Price::new(price), Timestamp::new(now));
				prop_assert_eq!(observed.is_err(), price == 0);
				for sigma in [market.sigma_now(), market.sigma_stress(), market.sigma_effective()] {
					prop_assert!(sigma >= MIN_VARIANCE.sigma() && sigma <= Sigma::MAX);
				}
			}
		}

		/// The ladder cannot believe more than the clip, whatever the jump.
		#[test]
		fn one_return_moves_the_ladder_by_a_bounded_step(
			seed in sigma(),
			to in price(36),
			bars in 1u32..1_000,
		) {
			let mut state = [Sigma::new(seed).variance(); 6];
			let before = forecast(&state, &RM2006_MINUTES);
			let square = LogReturn::between(Price::new(1 << 20), Price::new(to)).unwrap().square();
			let clip = before.get() * u128::from(CLIP_SIGMAS.pow(2)) * u128::from(bars);
			update_ladder(&mut state, &RM2006_MINUTES, square.min(Variance::new(clip)), bars);
			let after = forecast(&state, &RM2006_MINUTES);
			prop_assert!(after.get() <= before.get() * u128::from(CLIP_SIGMAS.pow(2)) + 1);
		}
	}
}

mod histogram {
	use super::*;

	/// Twin: every observation kept, sorted, weighted by its age in double precision.
	fn exact_quantile(observations: &[(Tail, u64)], tail: Tail, confidence: f64) -> f64 {
		let weight = |age: usize| (1.0 + 0.5f64.powi(19)).powi(-(age as i32));
		let ages = (0..observations.len()).rev();
		let total: f64 = ages.clone().map(weight).sum();
		let mut losses: Vec<(u64, f64)> = observations
			.iter()
			.zip(ages)
			.filter(|((side, _), _)| *side == tail)
			.map(|((_, size), age)| (*size, weight(age)))
			.collect();
		losses.sort_unstable_by_key(|(size, _)| std::cmp::Reverse(*size));
		let mut beyond = 0.0;
		for (size, weight) in losses {
			beyond += weight;
			if beyond > (1.0 - confidence) * total {
				return size as f64;
			}
		}
		0.0
	}

	fn observations() -> impl Strategy<Value = Vec<(Tail, u64)>> {
		let size =
			prop_oneof![6 => 0u64..6_000_000_000, 2 => 0u64..40_000_000_000, 1 => any::<u64>()];
		prop::collection::vec((prop_oneof![Just(Tail::Down), Just(Tail::Up)], size), 1..300)
	}

	fn recorded(observations: &[(Tail, u64)]) -> TailHistogram {
		let mut histogram = TailHistogram::default();
		for (tail, size) in observations {
			histogram.record(*tail, Ratio::new(*size));
		}
		histogram
	}

	proptest! {
		#![proptest_config(cases(512))]

		#[test]
		fn value_at_risk_is_within_a_bin_above_the_exact_quantile(
			observations in observations(),
			confidence in 0u64..1_000_000_000,
		) {
			let (least, most) = (BIN_EDGES_PPB[0] as f64, BIN_EDGES_PPB[63] as f64);
			for tail in [Tail::Down, Tail::Up] {
				// the twin on both sides of a tie that rounding may break either way
				let at =
					|offset| exact_quantile(&observations, tail, confidence as f64 / 1e9 + offset);
				let (low, high) = (at(-1e-6), at(1e-6));
				let seen = recorded(&observations).value_at_risk(tail, Ratio::new(confidence));
				let seen = seen.unwrap().get() as f64;
				prop_assert!(seen >= low.clamp(least, most));
				prop_assert!(seen <= (high * 2f64.powf(0.125) + 2.0).clamp(least, most));
			}
		}

		#[test]
		fn shortfall_is_between_the_value_at_risk_and_the_last_edge(
			observations in observations(),
			confidence in ratio_to_one(),
		) {
			let histogram = recorded(&observations);
			for tail in [Tail::Down, Tail::Up] {
				let at_risk = histogram.value_at_risk(tail, Ratio::new(confidence)).unwrap();
				let shortfall = histogram.expected_shortfall(tail, Ratio::new(confidence)).unwrap();
				prop_assert!(at_risk <= shortfall);
				prop_assert!(shortfall.get() <= BIN_EDGES_PPB[63]);
			}
		}

		/// Twin: the mean of the worst observations, each at the edge of its bin, equal weights.
		#[test]
		fn shortfall_is_the_mean_of_the_worst(
			sizes in prop::collection::vec(0u64..40_000_000_000, 1..100),
			worst in 1usize..100,
		) {
			let worst = worst.min(sizes.len());
			let observations: Vec<_> = sizes.iter().map(|size| (Tail::Up, *size)).collect();
			let mut edges: Vec<u64> = sizes
				.iter()
				.map(|size| {
					*BIN_EDGES_PPB.iter().find(|edge| *edge >= size).unwrap_or(&BIN_EDGES_PPB[63])
				})
				.collect();
			edges.sort_unstable_by(|a, b| b.cmp(a));
			let expected = edges[..worst].iter().sum::<u64>() as f64 / worst as f64;
			let confidence = 1.0 - worst as f64 / sizes.len() as f64;
			let confidence = Ratio::new((confidence * 1e9).round() as u64);
			let seen = recorded(&observations).expected_shortfall(Tail::Up, confidence).unwrap();
			prop_assert!((seen.get() as f64 / expected - 1.0).abs() < 1e-3, "{seen:?} {expected}");
		}

		#[test]
		fn both_grow_with_confidence(
			observations in observations(),
			a in ratio_to_one(),
			b in ratio_to_one(),
		) {
			let histogram = recorded(&observations);
			let (low, high) = (Ratio::new(a.min(b)), Ratio::new(a.max(b)));
			for tail in [Tail::Down, Tail::Up] {
				prop_assert!(
					histogram.value_at_risk(tail, low) <= histogram.value_at_risk(tail, high)
				);
				prop_assert!(
					histogram.expected_shortfall(tail, low)
						<= histogram.expected_shortfall(tail, high)
				);
			}
		}
	}
}

mod rates {
	use super::*;

	fn params() -> impl Strategy<Value = MarginParams> {
		(0u64..50_000_000, 1u64..500_000_000, 1u64..500_000_000, 500_000_000u64..=800_000_000)
			.prop_map(|(spread, a, b, share)| MarginParams {
				spread: Ratio::new(spread),
				lowest: Ratio::new(a.min(b)),
				highest: Ratio::new(a.max(b)),
				maintenance_share: Ratio::new(share),
			})
	}

	proptest! {
		#![proptest_config(cases(2_048))]

		#[test]
		fn maintenance_is_monotone_and_in_its_bounds(
			params in params(),
			(s1, s2) in (wide(64), wide(64)),
			(h1, h2) in (wide(64), wide(64)),
			(q1, q2) in (wide(64), wide(64)),
		) {
			prop_assert_eq!(params.check(), Ok(()));
			let rate =
				|s, h, q| maintenance_rate(Sigma::new(s), Millis::new(h), Ratio::new(q), &params);
			let (low, high) = (
				rate(s1.min(s2), h1.min(h2), q1.min(q2)),
				rate(s1.max(s2), h1.max(h2), q1.max(q2)),
			);
			prop_assert!(params.lowest <= low && low <= high && high <= params.highest);
			for maintenance in [low, high] {
				let initial = initial_rate(maintenance, params.maintenance_share);
				prop_assert!(maintenance <= initial && initial <= Ratio::ONE);
			}
			prop_assert!(
				initial_rate(low, params.maintenance_share)
					<= initial_rate(high, params.maintenance_share)
			);
		}

		/// Twin: `q·σ·√h + spread` in double precision.
		#[test]
		fn maintenance_is_within_two_ppb_of_the_float_formula(
			sigma in sigma(),
			minutes in 1u64..1_000_000,
			tail in 1_000_000u64..32_000_000_000,
			params in params(),
		) {
			let horizon = Millis::new(minutes * 60_000);
			let seen = maintenance_rate(Sigma::new(sigma), horizon, Ratio::new(tail), &params).get()
				as f64;
			let exact = tail as f64 * sigma as f64 / 1e12 * (minutes as f64).sqrt()
				+ params.spread.get() as f64;
			let exact = exact.clamp(params.lowest.get() as f64, params.highest.get() as f64);
			prop_assert!((-1e-3..=1.001).contains(&(seen - exact)), "{seen} {exact}");
		}

		/// Twin: the line between the caps in double precision.
		#[test]
		fn open_interest_scaling_is_a_line_rounded_up(
			initial in ratio_to_one(),
			(a, b) in (wide(60), wide(60)),
			(x, y) in (wide(61), wide(61)),
		) {
			let (lower, upper) = (a.min(b), a.max(b));
			let quote = |x: u64| Quote::new(i128::from(x));
			let scaled = |oi| {
				open_interest_scaled(Ratio::new(initial), quote(oi), quote(lower), quote(upper))
					.get()
			};
			prop_assert!(scaled(x.min(y)) <= scaled(x.max(y)));
			prop_assert!((initial..=1_000_000_000).contains(&scaled(x)));
			if lower < x && x < upper {
				let share = (x - lower) as f64 / (upper - lower) as f64;
				let exact = initial as f64 + share * (1e9 - initial as f64);
				prop_assert!((-1e-3..=1.001).contains(&(scaled(x) as f64 - exact)));
			}
		}

		/// Twin: the square root in double precision.
		#[test]
		fn size_charge_is_the_root_rounded_up(
			factor in wide(32),
			size in wide(60),
			more in wide(60),
		) {
			let seen = |size: u64| size_charge(Ratio::new(factor), u128::from(size)).get();
			let exact = factor as f64 * (size as f64).sqrt();
			prop_assert!((seen(size) as f64 - exact).abs() <= 1.0 + exact * 1e-12);
			prop_assert!(seen(size.min(more)) <= seen(size.max(more)));
		}

		/// Twin: `1 − exp(−z·σ·√h) + …` in double precision.
		#[test]
		fn haircut_is_never_below_the_float_formula_nor_four_ppb_above(
			sigma in sigma(),
			minutes in 1u64..100_000,
			tail in 1_000_000u64..10_000_000_000,
			(impact, wrong_way, lowest) in (0u64..200_000_000, 0u64..200_000_000, ratio_to_one()),
		) {
			let params = HaircutParams {
				tail: Ratio::new(tail),
				horizon: Millis::new(minutes * 60_000),
				wrong_way: Ratio::new(wrong_way),
				lowest: Ratio::new(lowest),
			};
			let x = tail as f64 / 1e9 * sigma as f64 / 1e12 * (minutes as f64).sqrt();
			let exact = -(-x).exp_m1() * 1e9 + (impact + wrong_way) as f64;
			let exact = exact.clamp(lowest as f64, 1e9);
			let seen = haircut(Sigma::new(sigma), Ratio::new(impact), &params).get() as f64;
			prop_assert!((-1e-3..=4.0).contains(&(seen - exact)), "{seen} {exact}");
		}

		#[test]
		fn haircut_is_monotone_and_at_most_one(
			(s1, s2) in (wide(64), wide(64)),
			(h1, h2) in (wide(64), wide(64)),
			(i1, i2) in (wide(64), wide(64)),
			tail in wide(64),
		) {
			let cut = |s, h, i| {
				let params = HaircutParams {
					tail: Ratio::new(tail),
					horizon: Millis::new(h),
					wrong_way: Ratio::ZERO,
					lowest: Ratio::ZERO,
				};
				haircut(Sigma::new(s), Ratio::new(i), &params)
			};
			let (low, high) =
				(cut(s1.min(s2), h1.min(h2), i1.min(i2)), cut(s1.max(s2), h1.max(h2), i1.max(i2)));
			prop_assert!(low <= high && high <= Ratio::ONE);
		}
	}
}

mod liquidity {
	use super::*;

	const PARAMS: HorizonParams = HorizonParams {
		close_out_delay: Millis::HOUR,
		participation: Ratio::saturating_from_percent(10),
		longest: Millis::new(30 * Millis::DAY.get()),
	};

	proptest! {
		#![proptest_config(cases(2_048))]

		/// Twin: the formula in double precision.
		#[test]
		fn horizon_is_the_formula_in_its_bounds(
			open_interest in wide(64),
			volume in wide(64),
			correlation in wide(64),
			fullness in wide(64),
		) {
			let pressure =
				Pressure { correlation: Ratio::new(correlation), fullness: Ratio::new(fullness) };
			let seen =
				liquidity_horizon(Size::new(open_interest), Size::new(volume), pressure, &PARAMS);
			let stretch = (1.0 + (correlation as f64 / 1e9).min(1.0))
				/ (1.0 - (fullness as f64 / 1e9).min(0.9));
			let unwind = if open_interest == 0 {
				0.0
			} else {
				open_interest as f64 / (0.1 * volume as f64) * stretch
			};
			let exact = (3_600_000.0 + unwind * 86_400_000.0 / 3.0).min(30.0 * 86_400_000.0);
			let error = seen.get() as f64 - exact;
			prop_assert!((-1e-3..=1.001).contains(&error), "{error}");
		}

		#[test]
		fn horizon_grows_with_interest_and_pressure_and_shrinks_with_volume(
			(q1, q2) in (wide(64), wide(64)),
			(v1, v2) in (wide(64), wide(64)),
			(c1, c2) in (ratio_to_one(), ratio_to_one()),
			(f1, f2) in (ratio_to_one(), ratio_to_one()),
		) {
			let horizon = |q, v, c, f| {
				let pressure = Pressure { correlation: Ratio::new(c), fullness: Ratio::new(f) };
				liquidity_horizon(Size::new(q), Size::new(v), pressure, &PARAMS)
			};
			let short = horizon(q1.min(q2), v1.max(v2), c1.min(c2), f1.min(f2));
			let long = horizon(q1.max(q2), v1.min(v2), c1.max(c2), f1.max(f2));
			prop_assert!(short <= long && long <= PARAMS.longest);
		}

		/// Twin: `c·√(Q/ADV)` in double precision; and depth is its inverse.
		#[test]
		fn impact_and_depth_are_inverse(
			coefficient in 1u64..2_000_000_000,
			size in wide(50),
			volume in price(50),
			x in wide(32),
		) {
			let (c, q, v) = (Ratio::new(coefficient), Size::new(size), Size::new(volume));
			let seen = impact(c, q, v);
			let exact = coefficient as f64 * (size as f64 / volume as f64).sqrt();
			prop_assert!((seen.get() as f64 - exact).abs() <= 1.0 + exact * 1e-9);
			prop_assert!(depth(c, seen, v) >= q);
			prop_assert!(impact(c, depth(c, Ratio::new(x), v), v) <= Ratio::new(x));
		}
	}
}

mod ramp {
	use super::*;

	fn params() -> impl Strategy<Value = RampParams> {
		let part = || prop_oneof![4 => 1u64..300_000_000, 1 => 1u64..=1_000_000_000];
		(part(), part(), part(), 100_000_000u64..=1_000_000_000).prop_map(
			|(rise, fall, gap, share)| RampParams {
				rise_per_hour: Ratio::new(rise),
				fall_per_hour: Ratio::new(fall),
				gap_per_hour: Ratio::new(gap),
				maintenance_share: Ratio::new(share),
			},
		)
	}

	fn steps() -> impl Strategy<Value = Vec<(u64, u64)>> {
		let target =
			prop_oneof![3 => Just(1_000_000_000u64), 1 => Just(0), 4 => 0u64..=1_000_000_000];
		let wait = prop_oneof![3 => 0u64..2_000, 4 => 0u64..400_000, 1 => 0u64..10_000_000];
		prop::collection::vec((target, wait), 1..80)
	}

	proptest! {
		#![proptest_config(cases(512))]

		/// Twin: every pair of steps within an hour, compared with the limits as they were at the
		/// first of them.
		#[test]
		fn no_hour_moves_more_than_its_limits(
			start in 1u64..=1_000_000_000,
			params in params(),
			steps in steps(),
		) {
			let mut now = Timestamp::new(1_000_000);
			let mut ramp = MaintenanceRamp::new(Ratio::new(start), now);
			let mut history = vec![(now, ramp.maintenance().get() as f64)];
			for (target, wait) in steps {
				now = now.saturating_after(Millis::new(wait));
				ramp.step(Ratio::new(target), now, &params);
				prop_assert!(ramp.initial(&params) >= ramp.maintenance());
				history.push((now, ramp.maintenance().get() as f64));
			}
			let part = |ratio: Ratio| ratio.get() as f64 / 1e9;
			for (i, (from, before)) in history.iter().enumerate() {
				let gap = (before / part(params.maintenance_share)).min(1e9) - before;
				let rise =
					(before * part(params.rise_per_hour)).min(gap * part(params.gap_per_hour));
				let fall = before * part(params.fall_per_hour);
				for (to, after) in &history[i..] {
					if to.saturating_since(*from) <= Millis::HOUR {
						prop_assert!(
							after - before <= rise + 1.001,
							"rose {before} to {after} over {rise}"
						);
						prop_assert!(
							before - after <= fall + 1.001,
							"fell {before} to {after} over {fall}"
						);
					}
				}
			}
		}

		#[test]
		fn a_step_never_passes_its_target(
			start in ratio_to_one(),
			params in params(),
			steps in steps(),
		) {
			let mut now = Timestamp::ZERO;
			let mut ramp = MaintenanceRamp::new(Ratio::new(start), now);
			for (target, wait) in steps {
				let before = ramp.maintenance();
				let target = Ratio::new(target);
				now = now.saturating_after(Millis::new(wait));
				ramp.step(target, now, &params);
				let after = ramp.maintenance();
				prop_assert!(before.min(target) <= after && after <= before.max(target));
				prop_assert_eq!(ramp.rising_to().is_some(), after < target);
			}
		}

		#[test]
		fn a_standing_target_is_reached(
			start in 1_000_000u64..=500_000_000,
			target in 1_000_000u64..=500_000_000,
		) {
			let params = RampParams {
				rise_per_hour: Ratio::saturating_from_percent(10),
				fall_per_hour: Ratio::saturating_from_percent(10),
				gap_per_hour: Ratio::saturating_from_percent(50),
				maintenance_share: Ratio::saturating_from_percent(60),
			};
			let mut ramp = MaintenanceRamp::new(Ratio::new(start), Timestamp::ZERO);
			// ln 500 / (0.1/1.1) = 68 hours
			for minute in 1..=70 * 60 {
				ramp.step(Ratio::new(target), Timestamp::new(minute * 60_000), &params);
			}
			prop_assert_eq!(ramp.maintenance().get(), target);
		}

		#[test]
		fn approach_is_bounded_and_never_passes(
			current in wide(64),
			target in wide(64),
			up in wide(64),
			down in wide(64),
			span in wide(64),
			elapsed in wide(64),
		) {
			let ratio = Ratio::new;
			let seen = approach(
				ratio(current),
				ratio(target),
				(ratio(up), ratio(down)),
				Millis::new(span),
				Millis::new(elapsed),
			)
			.get();
			prop_assert!(current.min(target) <= seen && seen <= current.max(target));
			prop_assert!(
				seen.saturating_sub(current) <= up && current.saturating_sub(seen) <= down
			);
		}
	}
}

mod feature {
	use super::*;

	proptest! {
		#![proptest_config(cases(512))]

		/// Twin: the published formulas in double precision.
		#[test]
		fn window_statistics_follow_the_float_formulas(
			returns in prop::collection::vec(-500_000_000_000i64..500_000_000_000, 3..60),
		) {
			let exact: Vec<f64> = returns.iter().map(|r| (*r as f64 / 1e12).abs()).collect();
			let returns: Vec<_> = returns.into_iter().map(LogReturn::new).collect();
			let n = exact.len() as f64;
			let pi = std::f64::consts::PI;
			let realised: f64 = exact.iter().map(|r| r * r).sum();
			let bipower =
				pi / 2.0 * n / (n - 1.0) * exact.windows(2).map(|w| w[0] * w[1]).sum::<f64>();
			let medians = exact.windows(3).map(|w| {
				let mut w = [w[0], w[1], w[2]];
				w.sort_by(f64::total_cmp);
				w[1] * w[1]
			});
			let median = pi / (6.0 - 4.0 * 3f64.sqrt() + pi) * n / (n - 2.0) * medians.sum::<f64>();
			let close = |seen: Variance, exact: f64| {
				(seen.get() as f64 / 1e24 - exact).abs() <= exact * 1e-12 + 1e-23
			};
			prop_assert!(close(features::realised_variance(&returns).unwrap(), realised));
			prop_assert!(close(features::bipower_variation(&returns).unwrap(), bipower));
			prop_assert!(close(features::median_variation(&returns).unwrap(), median));
			let jump = features::jump_variation(&returns).unwrap().get() as f64 / 1e24;
			prop_assert!((jump - (realised - bipower).max(0.0)).abs() <= realised * 1e-11);
		}

		/// Twin: `ln(H/L)²/(4 ln 2)` in double precision.
		#[test]
		fn parkinson_follows_the_float_formula(
			low in 1_000u64..1_000_000_000,
			rise in 0u64..1_000_000_000,
		) {
			let high = low + rise;
			let exact = (high as f64 / low as f64).ln().powi(2) / (4.0 * 2f64.ln());
			let seen =
				features::parkinson(Price::new(high), Price::new(low)).unwrap().get() as f64 / 1e24;
			prop_assert!((seen - exact).abs() <= exact * 1e-6 + 1e-12 * exact.sqrt() + 1e-24);
		}
	}
}
