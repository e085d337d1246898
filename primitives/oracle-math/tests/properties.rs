//! Properties against naive twins.
#![allow(missing_docs, clippy::cast_possible_truncation)]

use breakwater_oracle_math::{
	aggregate, banded_median, capped_weights, classify, cross, has_quorum, is_agreed, is_outlier,
	lower_quartile, median_absolute_deviation, robust_centre, slashed, ticks_from_decimal,
	upper_quartile, weighted_lower_median, Action, Aggregate, Basis, Conduct, ConductRules,
	Confidence, Consequence, Limits, Observation, OracleError, Report, SlowAverage, SourcePrice,
	Validity, Weighted, MAX_DECIMALS, MAX_PENALTY_LEVEL, MAX_REPORTERS, MAX_WEIGHT,
};
use breakwater_units::{Millis, Price, Ratio, Ticks, Timestamp};
use num_bigint::{BigInt, BigUint};
use proptest::prelude::*;

/// The default number of cases, unless `PROPTEST_CASES` says otherwise.
fn cases(default: u32) -> ProptestConfig {
	let mut config = ProptestConfig::default();
	if std::env::var_os("PROPTEST_CASES").is_none() {
		config.cases = default;
	}
	config
}

/// Numbers of every bit length, and the corners.
fn wide() -> impl Strategy<Value = u64> {
	prop_oneof![
		8 => (any::<u64>(), 0u32..64).prop_map(|(x, shift)| x >> shift),
		1 => Just(0),
		1 => Just(u64::MAX),
	]
}

fn non_zero() -> impl Strategy<Value = u64> {
	wide().prop_map(|x| x.max(1))
}

/// Mostly small, so that ties and sums exactly at a threshold are common.
fn weight() -> impl Strategy<Value = u128> {
	prop_oneof![
		6 => 0u128..6,
		2 => (any::<u128>(), 16u32..128).prop_map(|(x, shift)| x >> shift),
		1 => Just(MAX_WEIGHT),
	]
}

fn report(price: impl Strategy<Value = u64>) -> impl Strategy<Value = Report> {
	(price, prop_oneof![4 => 0u64..50, 1 => wide()], wide(), weight()).prop_map(
		|(price, confidence, time, weight)| Report {
			price: Price::new(price.max(1)),
			confidence: Confidence::new(confidence),
			time: Timestamp::new(time),
			weight,
		},
	)
}

fn total(reports: &[Report]) -> u128 {
	reports.iter().map(|report| report.weight).sum()
}

fn price_of(price: u64, confidence: u64, time: u64) -> Aggregate {
	Aggregate {
		price: Price::new(price),
		confidence: Confidence::new(confidence),
		time: Timestamp::new(time),
	}
}

mod weights {
	use super::*;

	/// Twin: bisection for the largest whole cap that is within its share of the capped sum.
	fn twin(bonds: &[u128]) -> Vec<u128> {
		let holders = bonds.iter().filter(|bond| **bond > 0).count();
		let parts = holders.clamp(1, 3) as u128;
		let within =
			|cap: u128| cap * parts <= bonds.iter().map(|bond| (*bond).min(cap)).sum::<u128>();
		let (mut low, mut high) = (0, MAX_WEIGHT + 1);
		while high - low > 1 {
			let middle = low + (high - low) / 2;
			if within(middle) {
				low = middle;
			} else {
				high = middle;
			}
		}
		bonds.iter().map(|bond| (*bond).min(low)).collect()
	}

	proptest! {
		#![proptest_config(cases(2_048))]

		#[test]
		fn cap_is_the_largest_that_holds(
			bonds in prop::collection::vec(weight(), 0..=MAX_REPORTERS),
		) {
			prop_assert_eq!(capped_weights(&bonds).unwrap(), twin(&bonds));
		}

		#[test]
		fn nobody_holds_more_than_the_cap(
			bonds in prop::collection::vec(weight(), 1..=MAX_REPORTERS),
		) {
			let weights = capped_weights(&bonds).unwrap();
			let parts = bonds.iter().filter(|bond| **bond > 0).count().clamp(1, 3) as u128;
			let sum: u128 = weights.iter().sum();
			prop_assert!(weights.iter().all(|weight| weight * parts <= sum));
			prop_assert_eq!(sum == 0, bonds.iter().all(|bond| *bond == 0));
		}

		/// A bond moved into a second account of the same holder is the only way to more weight, and
		/// more bond alone never lowers it.
		#[test]
		fn more_bond_is_never_less_weight(
			bonds in prop::collection::vec(1u128..1_000, 1..20),
			extra in 1u128..1_000,
		) {
			let mut more = bonds.clone();
			more[0] += extra;
			let (before, after) = (capped_weights(&bonds).unwrap(), capped_weights(&more).unwrap());
			prop_assert!(before[0] <= after[0]);
		}

		/// Twin: big integers.
		#[test]
		fn quorum_is_two_thirds(reported in weight(), registered in weight()) {
			let expected =
				reported > 0 && BigUint::from(reported) * 3u32 >= BigUint::from(registered) * 2u32;
			prop_assert_eq!(has_quorum(reported, registered), expected);
		}
	}
}

mod medians {
	use super::*;

	fn values() -> impl Strategy<Value = Vec<(u64, u16)>> {
		let value = prop_oneof![4 => 0u64..20, 1 => wide()];
		prop::collection::vec((value, 0u16..6), 1..40)
	}

	fn weighted(values: &[(u64, u16)]) -> Vec<Weighted<u64>> {
		values
			.iter()
			.map(|(value, weight)| Weighted { value: *value, weight: u128::from(*weight) })
			.collect()
	}

	/// Twin: a list in which each value stands as often as it weighs.
	fn spelled_out(values: &[(u64, u16)]) -> Vec<u64> {
		let mut all: Vec<u64> = values
			.iter()
			.flat_map(|(value, weight)| std::iter::repeat_n(*value, usize::from(*weight)))
			.collect();
		all.sort_unstable();
		all
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		#[test]
		fn median_and_quartiles_are_those_of_the_spelled_out_list(values in values()) {
			let list = spelled_out(&values);
			let n = list.len();
			let at = |index: usize| list.get(index).copied();
			let mut weighted = weighted(&values);
			let median = if n == 0 { None } else { at((n - 1) / 2) };
			prop_assert_eq!(weighted_lower_median(&mut weighted), median);
			prop_assert_eq!(lower_quartile(&mut weighted), at(n >> 2));
			let upper = if n == 0 { None } else { at(n - 1 - (n >> 2)) };
			prop_assert_eq!(upper_quartile(&mut weighted), upper);
		}

		#[test]
		fn order_does_not_matter(values in values(), turn in 0usize..40) {
			let mut turned = values.clone();
			turned.rotate_left(turn % values.len());
			turned.reverse();
			prop_assert_eq!(
				weighted_lower_median(&mut weighted(&values)),
				weighted_lower_median(&mut weighted(&turned))
			);
		}
	}
}

mod aggregation {
	use super::*;

	/// Honest reports near 10 000 and dishonest ones anywhere.
	fn mixed() -> impl Strategy<Value = (Vec<Report>, Vec<Report>)> {
		(
			prop::collection::vec(report(9_900u64..10_100), 1..20),
			prop::collection::vec(report(wide()), 0..20),
		)
	}

	/// Dishonest reports scaled down so that they weigh less than one `parts`-th of all.
	fn outweighed(honest: &[Report], mut dishonest: Vec<Report>, parts: u128) -> Vec<Report> {
		for report in &mut dishonest {
			report.weight = report.weight.min(1_000);
		}
		while !dishonest.is_empty()
			&& total(&dishonest) * parts >= total(&dishonest) + total(honest)
		{
			dishonest.pop();
		}
		honest.iter().chain(&dishonest).copied().collect()
	}

	fn span(values: impl Iterator<Item = u64> + Clone) -> (u64, u64) {
		(values.clone().min().unwrap(), values.max().unwrap())
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		#[test]
		fn price_and_time_are_between_honest_ones_below_half((honest, dishonest) in mixed()) {
			let honest: Vec<Report> =
				honest.into_iter().map(|r| Report { weight: r.weight.max(1), ..r }).collect();
			let all = outweighed(&honest, dishonest, 2);
			let seen = aggregate(&all, total(&all)).unwrap();
			let (low, high) = span(honest.iter().map(|r| r.price.get()));
			prop_assert!((low..=high).contains(&seen.price.get()));
			let (first, last) = span(honest.iter().map(|r| r.time.get()));
			prop_assert!((first..=last).contains(&seen.time.get()));
		}

		/// What a reporter's confidence does: below a quarter of the weight it moves the interval no
		/// farther than the honest votes reach.
		#[test]
		fn interval_is_within_honest_votes_below_a_quarter((honest, dishonest) in mixed()) {
			let honest: Vec<Report> =
				honest.into_iter().map(|r| Report { weight: r.weight.max(1), ..r }).collect();
			let all = outweighed(&honest, dishonest, 4);
			let seen = aggregate(&all, total(&all)).unwrap();
			let votes = honest.iter().flat_map(|r| {
				let (p, c) = (r.price.get(), r.confidence.get());
				[p.saturating_sub(c), p.saturating_add(c)]
			});
			let (low, high) = span(votes.collect::<Vec<_>>().into_iter());
			let price = seen.price.get();
			let widest = price.abs_diff(low).max(price.abs_diff(high));
			prop_assert!(seen.confidence.get() <= widest);
		}

		#[test]
		fn confidences_move_no_price(
			reports in prop::collection::vec(report(wide()), 1..20),
			widths in prop::collection::vec(wide(), 20),
		) {
			let other: Vec<Report> = reports
				.iter()
				.zip(widths)
				.map(|(r, c)| Report { confidence: Confidence::new(c), ..*r })
				.collect();
			let prices = [&reports, &other]
				.map(|all| aggregate(all, total(all)).map(|seen| (seen.price, seen.time)));
			prop_assert_eq!(prices[0], prices[1]);
		}

		/// Twin: Pyth's quartiles over the list of votes, each reporter equal.
		#[test]
		fn confidence_is_pyths_for_equal_weights(
			quotes in prop::collection::vec((1_000u64..100_000, 0u64..1_000), 1..=MAX_REPORTERS),
		) {
			let reports: Vec<Report> = quotes
				.iter()
				.map(|(p, c)| Report {
					price: Price::new(*p),
					confidence: Confidence::new(*c),
					time: Timestamp::ZERO,
					weight: 7,
				})
				.collect();
			let mut votes: Vec<u64> = quotes.iter().flat_map(|(p, c)| [p - c, *p, p + c]).collect();
			votes.sort_unstable();
			let mut prices: Vec<u64> = quotes.iter().map(|(p, _)| *p).collect();
			prices.sort_unstable();
			let (n, price) = (votes.len(), prices[(prices.len() - 1) / 2]);
			let width = price.abs_diff(votes[n >> 2]).max(votes[n - 1 - (n >> 2)].abs_diff(price));
			let seen = aggregate(&reports, total(&reports)).unwrap();
			prop_assert_eq!(seen, price_of(price, width, 0));
		}

		#[test]
		fn any_reports_give_a_reported_price_or_a_cause(
			reports in prop::collection::vec(report(wide()), 0..70),
			registered in weight(),
		) {
			match aggregate(&reports, registered) {
				Ok(seen) => {
					prop_assert!(reports.iter().any(|r| r.price == seen.price && r.weight > 0));
					prop_assert!(reports.iter().any(|r| r.time == seen.time && r.weight > 0));
				},
				Err(OracleError::TooManyReports) => prop_assert!(reports.len() > MAX_REPORTERS),
				Err(error) => {
					prop_assert_eq!(error, OracleError::NoQuorum);
					prop_assert!(!has_quorum(total(&reports), registered));
				},
			}
		}

		/// Twin: `√(c² + p²σ²t)` in double precision.
		#[test]
		fn width_is_the_root_of_the_sum_and_grows_with_age(
			price in 1u64..1 << 36,
			confidence in 0u64..1 << 36,
			(a, b) in (0u64..864_000_000, 0u64..864_000_000),
			sigma in 0u64..2_000_000_000,
		) {
			let seen = price_of(price, confidence, 0);
			let at = |age| seen.widened(Timestamp::new(age), Ratio::new(sigma)).get();
			let moved = price as f64 * sigma as f64 / 1e9 * (a as f64 / 86_400_000.0).sqrt();
			let exact = (confidence as f64).hypot(moved);
			prop_assert!((at(a) as f64 - exact).abs() <= 1.0 + exact * 1e-9);
			prop_assert!(at(a) as f64 >= exact * (1.0 - 1e-12) - 1e-3);
			prop_assert!(at(a.min(b)) <= at(a.max(b)));
			prop_assert!(at(a) >= confidence);
		}

		#[test]
		fn widening_is_total(
			price in wide(),
			c in wide(),
			time in wide(),
			now in wide(),
			sigma in wide(),
		) {
			let seen = price_of(price, c, time);
			prop_assert!(seen.widened(Timestamp::new(now), Ratio::new(sigma)).get() >= c);
		}

		/// Collateral is never worth more than debt, and both move by at most a step a round.
		#[test]
		fn confidence_in_force_is_step_capped(
			price in wide(),
			before in wide(),
			fresh in wide(),
			step in wide(),
		) {
			let seen = price_of(price, fresh, 0);
			let (before, fresh) = (Confidence::new(before), Confidence::new(fresh));
			let after = before.approach(fresh, step);
			prop_assert!(after.get().abs_diff(before.get()) <= step);
			prop_assert!(before.min(fresh) <= after && after <= before.max(fresh));
			prop_assert!(
				seen.collateral_price(after) <= seen.price && seen.price <= seen.debt_price(after)
			);
			let moved = |a: Price, b: Price| a.get().abs_diff(b.get());
			prop_assert!(
				moved(seen.collateral_price(before), seen.collateral_price(after)) <= step
			);
			prop_assert!(moved(seen.debt_price(before), seen.debt_price(after)) <= step);
		}
	}
}

mod outliers {
	use super::*;

	proptest! {
		#![proptest_config(cases(2_048))]

		/// Twin: the definition in big integers, in units of a ten-thousandth of a tick.
		#[test]
		fn outlier_is_farther_than_the_largest_limit(
			price in wide(),
			centre in wide(),
			confidence in prop_oneof![0u64..50, wide()],
			mad in prop_oneof![0u64..50, wide()],
		) {
			let big = |x: u64| BigInt::from(x);
			let limits = [big(mad) * 50_000u32, big(confidence) * 30_000u32, big(centre) * 50u32];
			let expected =
				limits.iter().all(|limit| big(price.abs_diff(centre)) * 10_000u32 > *limit);
			prop_assert_eq!(
				is_outlier(Price::new(price), &price_of(centre, confidence, 0), mad),
				expected
			);
		}

		/// Half of the weight is within one median deviation, so most of it cannot be called wrong.
		#[test]
		fn at_most_half_of_the_weight_is_struck(
			reports in prop::collection::vec(report(wide()), 1..20),
		) {
			let registered = total(&reports);
			if let Ok(seen) = aggregate(&reports, registered) {
				let mad = median_absolute_deviation(&reports, seen.price).unwrap().unwrap();
				let struck: u128 = reports
					.iter()
					.filter(|r| is_outlier(r.price, &seen, mad))
					.map(|r| r.weight)
					.sum();
				prop_assert!(struck * 2 <= registered);
			}
		}
	}
}

mod marks {
	use super::*;

	fn candidate() -> impl Strategy<Value = Option<u64>> {
		prop::option::of(prop_oneof![3 => 9_000u64..11_000, 1 => wide()])
	}

	fn anchor() -> impl Strategy<Value = u64> {
		prop_oneof![3 => 9_500u64..10_500, 1 => wide()]
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		/// Twin: sort and take the middle; the band by cross-multiplication in big integers.
		#[test]
		fn mark_is_the_middle_in_the_band(
			anchor in anchor(),
			candidates in prop::array::uniform3(candidate()),
			// One plus the band is held at the largest ratio.
			band in prop_oneof![4 => 0u64..200_000_000,
			1 => wide().prop_map(|band| band.min(u64::MAX - 1_000_000_000))],
		) {
			let prices = candidates.map(|c| c.map(Price::new));
			let seen = banded_median(Price::new(anchor), prices, Ratio::new(band)).get();
			let mut sorted = candidates.map(|c| c.unwrap_or(anchor));
			sorted.sort_unstable();
			let big = |x: u64| BigInt::from(x);
			let distance = |price: u64| big(price.abs_diff(anchor)) * 1_000_000_000u64;
			let limit = big(anchor) * band;
			prop_assert!(distance(seen) <= limit);
			if distance(sorted[1]) <= limit {
				prop_assert_eq!(seen, sorted[1]);
			} else {
				// at the end of the band on the side of the median: one tick more is outside
				let beyond = if sorted[1] > anchor { seen + 1 } else { seen - 1 };
				prop_assert!(distance(beyond) > limit);
				prop_assert_eq!(sorted[1] > anchor, seen >= anchor && sorted[1] > seen);
			}
		}

		#[test]
		fn one_liar_is_held_by_the_other_two(
			anchor in 9_500u64..10_500,
			honest in (9_000u64..11_000, 9_000u64..11_000),
			lie in wide(),
			place in 0usize..3,
		) {
			let mut candidates = [honest.0, honest.1, lie];
			candidates.swap(2, place);
			let candidates = candidates.map(|p| Some(Price::new(p)));
			let band = Ratio::saturating_from_percent(50);
			let seen = banded_median(Price::new(anchor), candidates, band).get();
			prop_assert!(seen >= honest.0.min(honest.1) && seen <= honest.0.max(honest.1));
		}

		/// Twin: the average in double precision, and bounds for any input.
		#[test]
		fn basis_is_an_average_of_its_samples(
			samples in prop::collection::vec((-1_000_000i64..1_000_000, 0u64..=1_000_000_000), 1..50),
		) {
			let (mut basis, mut twin) = (Basis::default(), 0f64);
			for (sample, kept) in &samples {
				basis = basis.updated(Ticks::new(*sample), Ratio::new(*kept));
				twin = *sample as f64 + (twin - *sample as f64) * *kept as f64 / 1e9;
				prop_assert!((basis.ticks().get() as f64 - twin).abs() <= 0.5 + 1e-6);
			}
			let (low, high) = samples.iter().fold((0, 0), |(l, h), (s, _)| (l.min(*s), h.max(*s)));
			prop_assert!((low..=high).contains(&basis.ticks().get()));
		}

		#[test]
		fn basis_is_total(
			samples in prop::collection::vec((any::<i64>(), wide()), 1..20),
			index in wide(),
		) {
			let mut basis = Basis::default();
			for (sample, kept) in samples {
				basis = basis.updated(Ticks::new(sample), Ratio::new(kept));
				basis.fair_price(Price::new(index));
			}
		}
	}
}

mod crosses {
	use super::*;

	proptest! {
		#![proptest_config(cases(2_048))]

		/// Twin: the four corners of the two intervals in big integers.
		#[test]
		fn interval_covers_every_product(
			(p, c, t) in (non_zero(), wide(), wide()),
			(q, d, u) in (non_zero(), wide(), wide()),
			unit in wide(),
		) {
			let (base, rate) = (price_of(p, c, t), price_of(q, d, u));
			let seen = match cross(&base, &rate, Price::new(unit)) {
				Ok(seen) => seen,
				Err(OracleError::ZeroPrice) => {
					let rounds_to_zero = BigInt::from(p) * q * 2 < BigInt::from(unit);
					prop_assert!(unit == 0 || rounds_to_zero);
					return Ok(());
				},
				Err(error) => {
					prop_assert_eq!(error, OracleError::Overflow);
					prop_assert!(BigInt::from(p) * q * 2 >= BigInt::from(u64::MAX) * 2 * unit);
					return Ok(());
				},
			};
			let big = |x: u64| BigInt::from(x);
			let distance = big(seen.price.get()) * unit - big(p) * q;
			prop_assert!(&distance * 2 <= big(unit) && distance * -2 <= big(unit));
			let low = big(p.saturating_sub(c)) * big(q.saturating_sub(d));
			let high = big(p.saturating_add(c)) * big(q.saturating_add(d));
			prop_assert!(big(seen.collateral_price(seen.confidence).get()) * unit <= low);
			let debt = seen.debt_price(seen.confidence);
			prop_assert!(debt == Price::MAX || big(debt.get()) * unit >= high);
			prop_assert_eq!(seen.time.get(), t.min(u));
		}
	}
}

mod grades {
	use super::*;

	const LIMITS: Limits = Limits {
		widest_to_withdraw: Ratio::saturating_from_percent(1),
		widest_to_add_risk: Ratio::saturating_from_percent(2),
		stale_after: Millis::new(10_000),
		expired_after: Millis::MINUTE,
		largest_multiple: 5,
	};
	const ACTIONS: [Action; 4] =
		[Action::Liquidate, Action::Trade, Action::AddRisk, Action::Withdraw];

	fn grade(price: u64, confidence: u64, age: u64, quorum: bool) -> Validity {
		let round = if quorum { Ok(()) } else { Err(OracleError::NoQuorum) };
		let now = (Timestamp::new(age), Ratio::saturating_from_percent(4));
		classify(Some(&price_of(price, confidence, 0)), round, Price::new(10_000), now, &LIMITS)
	}

	proptest! {
		#![proptest_config(cases(2_048))]

		#[test]
		fn older_wider_and_fewer_never_permit_more(
			price in 1u64..100_000,
			(c, d) in (0u64..500, 0u64..500),
			(a, b) in (0u64..80_000, 0u64..80_000),
			(quorum, other) in any::<(bool, bool)>(),
		) {
			let better = grade(price, c.min(d), a.min(b), quorum || other);
			let worse = grade(price, c.max(d), a.max(b), quorum && other);
			prop_assert!(worse <= better);
			for action in ACTIONS {
				prop_assert!(!worse.permits(action) || better.permits(action));
			}
		}

		/// Withheld reports and wide confidences stop risk and payouts, never liquidation, until the
		/// price expires.
		#[test]
		fn liquidation_needs_only_a_sane_unexpired_price(
			price in 2_000u64..=50_000,
			confidence in wide(),
			age in 0u64..=60_000,
			quorum in any::<bool>(),
		) {
			prop_assert!(grade(price, confidence, age, quorum).permits(Action::Liquidate));
		}

		#[test]
		fn grading_is_total(
			(price, c, time, now) in (wide(), wide(), wide(), wide()),
			(average, sigma) in (wide(), wide()),
			multiple in any::<u32>(),
		) {
			let limits = Limits { largest_multiple: multiple, ..LIMITS };
			let last = price_of(price, c, time);
			let at = (Timestamp::new(now), Ratio::new(sigma));
			let seen = classify(Some(&last), Ok(()), Price::new(average), at, &limits);
			prop_assert_eq!(seen == Validity::Missing, price == 0);
		}
	}
}

// ---- Sources -----------------------------------------------------------------------------------

/// Honest sources within 1 % of each other, and fewer liars than those, in any order.
fn sources() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
	(1u64..1 << 40, 1usize..12).prop_flat_map(|(lowest, honest)| {
		let prices = proptest::collection::vec(lowest..=lowest + lowest / 100, honest);
		(prices, proptest::collection::vec(non_zero(), 0..honest))
	})
}

fn source(price: &u64) -> SourcePrice {
	SourcePrice {
		price: Price::new(*price),
		half_spread: Confidence::ZERO,
		time: Timestamp::new(*price),
	}
}

proptest! {
	#![proptest_config(cases(2_000))]

	#[test]
	fn fewer_liars_than_honest_sources_move_the_centre_nowhere(
		(honest, liars) in sources(),
		seed in any::<usize>(),
	) {
		let mut all: Vec<_> = honest.iter().chain(&liars).map(source).collect();
		let turn = seed % all.len();
		all.rotate_left(turn);
		let (centre, used) = robust_centre(&all, honest.len()).unwrap();
		let (low, high) = (*honest.iter().min().unwrap(), *honest.iter().max().unwrap());
		prop_assert!((low..=high).contains(&centre.price.get()));
		prop_assert!((low..=high).contains(&centre.time.get()));
		prop_assert!(used as usize >= honest.len());
	}

	#[test]
	fn a_far_liar_is_not_in_the_confidence(honest in 3usize..10, far in prop_oneof![1u64..800_000, 1_200_000u64..1 << 50]) {
		let mut all: Vec<_> = (0..honest as u64).map(|n| source(&(1_000_000 + n))).collect();
		all.push(source(&far));
		let (centre, used) = robust_centre(&all, honest).unwrap();
		prop_assert_eq!(used as usize, honest);
		prop_assert!(centre.confidence.get() <= honest as u64);
	}
}

// ---- Decimals ----------------------------------------------------------------------------------

/// What `digits` with the point before the last `scale` of them, times ten to `exponent`, is in
/// ticks: rounded half up, none if zero or too large.
fn naive_ticks(digits: u128, scale: usize, exponent: i32, decimals: u8) -> Option<u64> {
	let shift = i32::from(decimals) + exponent - scale as i32;
	let ten = |power: i32| BigUint::from(10u8).pow(power.unsigned_abs());
	let value = BigUint::from(digits);
	let ticks = if shift >= 0 {
		value * ten(shift)
	} else {
		(value * 2u8 + ten(shift)) / (ten(shift) * 2u8)
	};
	u64::try_from(ticks).ok().filter(|ticks| *ticks > 0)
}

proptest! {
	#![proptest_config(cases(4_000))]

	#[test]
	fn decimals_are_rational_numbers_rounded_half_up(
		digits in (any::<u128>(), 60u32..128).prop_map(|(x, shift)| x >> shift),
		scale in 0usize..24,
		exponent in prop_oneof![4 => Just(0), 1 => -30..=30],
		decimals in 0..=MAX_DECIMALS,
		leading_zeros in 0usize..3,
	) {
		let text = format!("{digits:0width$}", width = scale + 1 + leading_zeros);
		let (whole, fraction) = text.split_at(text.len() - scale);
		let text = match (scale, exponent) {
			(0, 0) => whole.to_string(),
			(_, 0) => format!("{whole}.{fraction}"),
			(_, exponent) => format!("{whole}.{fraction}e{exponent}"),
		};
		prop_assert_eq!(
			ticks_from_decimal(&text, decimals),
			naive_ticks(digits, scale, exponent, decimals),
			"{}", text
		);
	}

	#[test]
	fn any_text_is_read_or_refused(text in "[-+0-9.eE ]{0,40}", decimals in any::<u8>()) {
		let _ = ticks_from_decimal(&text, decimals);
	}
}

// ---- Conduct -----------------------------------------------------------------------------------

fn observations() -> impl Strategy<Value = Vec<Observation>> {
	let one = prop_oneof![
		3 => Just(Observation::Good),
		3 => Just(Observation::Outlier),
		1 => Just(Observation::Silent),
	];
	proptest::collection::vec(one, 0..200)
}

fn rules() -> impl Strategy<Value = ConductRules> {
	(1u32..6, 1u32..6, 1u32..20, 0u64..300_000_000, 0u64..300_000_000).prop_map(
		|(strikes_per_penalty, rounds_per_strike, rounds_per_level, slash, largest)| ConductRules {
			strikes_per_penalty,
			rounds_per_strike,
			rounds_per_level,
			slash: Ratio::new(slash),
			largest_slash: Ratio::new(largest),
		},
	)
}

proptest! {
	#![proptest_config(cases(1_000))]

	#[test]
	fn conduct_is_bounded_and_heals_by_good_rounds_alone(seen in observations(), rules in rules()) {
		let mut conduct = Conduct::default();
		let mut bond = 1_000_000u128;
		for observation in seen {
			let before = conduct;
			let (after, consequence) = conduct.after(observation, &rules);
			prop_assert!(after.level <= MAX_PENALTY_LEVEL);
			prop_assert!(after.strikes < rules.strikes_per_penalty);
			match observation {
				Observation::Silent => prop_assert_eq!((after, consequence), (before, Consequence::None)),
				Observation::Good => prop_assert!(after.level <= before.level && after.strikes <= before.strikes),
				Observation::Outlier => prop_assert!(after.level >= before.level && after.good_rounds == 0),
			}
			if let Consequence::Penalty(part) = consequence {
				prop_assert_eq!(before.strikes + 1, rules.strikes_per_penalty);
				prop_assert!(part <= rules.largest_slash);
				bond -= slashed(bond, part);
			}
			conduct = after;
		}
		prop_assert!(conduct.weight(bond) <= bond);

		// However bad it was, so many good rounds and it is as at the beginning.
		let enough = rules.rounds_per_level * (u32::from(MAX_PENALTY_LEVEL) + 1)
			+ rules.rounds_per_strike * rules.strikes_per_penalty * rules.rounds_per_level;
		for _ in 0..enough {
			conduct = conduct.after(Observation::Good, &rules).0;
		}
		prop_assert_eq!(conduct.level, 0);
		if rules.rounds_per_strike <= rules.rounds_per_level {
			prop_assert_eq!(conduct.strikes, 0);
		}
	}
}

// ---- Agreement ---------------------------------------------------------------------------------

fn says(price: u64, weight: u128) -> Report {
	let (confidence, time) = (Confidence::ZERO, Timestamp::ZERO);
	Report { price: Price::new(price), confidence, time, weight }
}

proptest! {
	#![proptest_config(cases(1_000))]

	/// The twin adds up in floating point, away from the boundary.
	#[test]
	fn agreement_is_more_than_half_within_two_percent(
		quotes in proptest::collection::vec((900u64..1_100, 1u128..10), 1..20),
		silent in 0u128..50,
	) {
		let reports: Vec<Report> = quotes.iter().map(|(p, w)| says(*p, *w)).collect();
		let registered = quotes.iter().map(|(_, weight)| weight).sum::<u128>() + silent;
		let price = 1_000f64;
		let near = quotes.iter().filter(|(p, _)| (*p as f64 - price).abs() / price < 0.0201);
		let near: u128 = near.map(|(_, weight)| weight).sum();
		let agreed = is_agreed(&reports, Price::new(1_000), registered).unwrap();
		prop_assert_eq!(agreed, near as f64 / registered as f64 > 0.5);
	}

	/// Liars with up to half of the registered weight, whoever is silent: what is agreed on is near
	/// an honest price.
	#[test]
	fn half_of_the_weight_cannot_move_a_price_away(
		honest in proptest::collection::vec((1u64..1 << 36, 1u128..100, any::<bool>()), 1..10),
		lies in proptest::collection::vec((1u64..1 << 36, 1u128..100), 0..10),
	) {
		let honest_weight: u128 = honest.iter().map(|(_, weight, _)| weight).sum();
		let lying_weight: u128 = lies.iter().map(|(_, weight)| weight).sum();
		prop_assume!(lying_weight <= honest_weight);
		let spoke = honest.iter().filter(|(.., speaks)| *speaks);
		let truths: Vec<Report> = spoke.map(|(p, w, _)| says(*p, *w)).collect();
		let all: Vec<Report> =
			truths.iter().copied().chain(lies.iter().map(|(p, w)| says(*p, *w))).collect();
		let registered = honest_weight + lying_weight;
		let Ok(seen) = aggregate(&all, registered) else { return Ok(()) };
		if is_agreed(&all, seen.price, registered).unwrap() {
			let price = seen.price.get();
			let near = |p: u64| u128::from(p.abs_diff(price)) * 100 <= u128::from(price) * 2;
			prop_assert!(truths.iter().any(|truth| near(truth.price.get())));
		}
	}

	/// An honest majority that is of one mind always has a price.
	#[test]
	fn a_majority_within_two_percent_is_heard(
		centre in 1_000u64..1 << 30,
		shifts in proptest::collection::vec((0u64..10, 1u128..100), 1..10),
		lies in proptest::collection::vec((1u64..1 << 36, 1u128..100), 0..10),
	) {
		let honest_weight: u128 = shifts.iter().map(|(_, weight)| weight).sum();
		let lying_weight: u128 = lies.iter().map(|(_, weight)| weight).sum();
		prop_assume!(lying_weight < honest_weight);
		let honest = shifts.iter().map(|(shift, w)| says(centre + centre * shift / 1_000, *w));
		let all: Vec<Report> = honest.chain(lies.iter().map(|(p, w)| says(*p, *w))).collect();
		let registered = honest_weight + lying_weight;
		let seen = aggregate(&all, registered).unwrap();
		prop_assert!(is_agreed(&all, seen.price, registered).unwrap());
	}
}

// ---- The slow average --------------------------------------------------------------------------

proptest! {
	#![proptest_config(cases(1_000))]

	#[test]
	fn the_slow_average_stays_among_its_prices(
		prices in proptest::collection::vec((1u64..1 << 36, 0u64..10_000), 1..50),
		span in 1u64..100_000,
		multiple in 0u32..10,
	) {
		let mut average = SlowAverage::default();
		let (mut low, mut high) = (u64::MAX, 0);
		for (price, elapsed) in prices {
			(low, high) = (low.min(price), high.max(price));
			let (price, elapsed) = (Price::new(price), Millis::new(elapsed));
			average = average.updated(price, elapsed, Millis::new(span), multiple);
			let seen = average.price().get();
			prop_assert!((low..=high).contains(&seen));
		}
	}

	#[test]
	fn the_slow_average_moves_by_the_elapsed_part(
		from in 1u64..1 << 36,
		to in 1u64..1 << 36,
		elapsed in 0u64..100_000,
		span in 1u64..100_000,
		multiple in 1u32..10,
	) {
		let moved = SlowAverage::starting_at(Price::new(from))
			.updated(Price::new(to), Millis::new(elapsed), Millis::new(span), multiple);
		let part = elapsed.min(span);
		let (from, multiple) = (i128::from(from), i128::from(multiple));
		// In parts of the multiple, to divide once.
		let to = (i128::from(to) * multiple).clamp(from, from * multiple * multiple);
		let exact = (from * multiple * i128::from(span)
			+ (to - from * multiple) * i128::from(part)) / (multiple * i128::from(span));
		prop_assert!((i128::from(moved.price().get()) - exact).abs() <= 1);
	}

	#[test]
	fn absurd_prices_move_the_slow_average_by_a_factor_of_time_alone(
		from in 1_000u64..1 << 36,
		absurd in proptest::collection::vec((1u64..1 << 36, 1u64..2_000), 1..100),
		span in 100_000u64..1_000_000,
		multiple in 2u32..10,
	) {
		let mut average = SlowAverage::starting_at(Price::new(from));
		let mut held = 0;
		for (price, elapsed) in absurd {
			held += elapsed;
			let (price, elapsed) = (Price::new(price), Millis::new(elapsed));
			average = average.updated(price, elapsed, Millis::new(span), multiple);
		}
		let off = average.price().get() as f64 / from as f64;
		let most = (f64::from(multiple - 1) * held as f64 / span as f64).exp();
		// A tick of a thousand.
		prop_assert!(off <= most * 1.001 && off >= (1.0 / most) * 0.998, "{off} {most}");
	}

	/// Whatever all reporters said for a quarter of the span, the price of before is good at once.
	#[test]
	fn a_price_is_good_as_soon_as_it_is_back(
		price in 1_000u64..1 << 36,
		absurd in proptest::collection::vec(1u64..1 << 36, 1..450),
	) {
		let (span, block) = (Millis::HOUR, Millis::new(2_000));
		let mut average = SlowAverage::starting_at(Price::new(price));
		for other in absurd {
			average = average.updated(Price::new(other), block, span, 5);
		}
		let now = Timestamp::new(1_000_000);
		let last = Aggregate {
			price: Price::new(price),
			confidence: Confidence::ZERO,
			time: now,
		};
		let limits = Limits {
			widest_to_withdraw: Ratio::ONE,
			widest_to_add_risk: Ratio::ONE,
			stale_after: Millis::MINUTE,
			expired_after: Millis::MINUTE,
			largest_multiple: 5,
		};
		let grade = classify(Some(&last), Ok(()), average.price(), (now, Ratio::ZERO), &limits);
		prop_assert_eq!(grade, Validity::Valid);
	}
}
