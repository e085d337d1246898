//! Properties against naive twins on arbitrary-precision integers.
#![allow(missing_docs)]

use breakwater_units::{
	cmp_fractions, cmp_products, largest_remainder, mul_div, mul_div_u128, notional, wide,
	ArithmeticError, IndexLevel, Lots, Price, ProRata, Quote, Ratio, Rounding, TickValue, Ticks,
};
use codec::{Decode, Encode, MaxEncodedLen};
use num_bigint::{BigInt, Sign};
use proptest::prelude::*;

/// So many cases, or as many as `PROPTEST_CASES` asks for.
fn cases(default: u32) -> ProptestConfig {
	let config = ProptestConfig::default();
	match std::env::var_os("PROPTEST_CASES") {
		Some(_) => config,
		None => ProptestConfig { cases: default, ..config },
	}
}

/// Numbers of every bit length, and the corners that uniform sampling never meets.
fn wide_u128() -> impl Strategy<Value = u128> {
	prop_oneof![
		4 => (any::<u128>(), 0u32..128).prop_map(|(x, shift)| x >> shift),
		2 => (0u32..128, -2i8..=2).prop_map(|(bit, delta)| {
			(1u128 << bit).wrapping_add_signed(i128::from(delta))
		}),
		1 => (any::<u64>(), prop_oneof![Just(0u64), Just(u64::MAX), any::<u64>()])
			.prop_map(|(high, low)| (u128::from(high) << 64) | u128::from(low)),
		1 => Just(u128::MAX),
	]
}

fn wide_i128() -> impl Strategy<Value = i128> {
	prop_oneof![
		8 => (wide_u128(), any::<bool>()).prop_map(|(x, negative)| {
			let magnitude = (x >> 1) as i128;
			if negative { -magnitude } else { magnitude }
		}),
		1 => Just(i128::MIN),
		1 => Just(i128::MAX),
	]
}

/// Divisors. Zero is replaced rather than rejected: a long run has no budget for rejects.
fn non_zero_u128() -> impl Strategy<Value = u128> {
	wide_u128().prop_map(|x| x.max(1))
}

fn non_zero_i128() -> impl Strategy<Value = i128> {
	wide_i128().prop_map(|x| if x == 0 { 1 } else { x })
}

fn rounding() -> impl Strategy<Value = Rounding> {
	prop_oneof![
		Just(Rounding::Down),
		Just(Rounding::Up),
		Just(Rounding::TowardZero),
		Just(Rounding::AwayFromZero),
		Just(Rounding::NearestTiesUp),
	]
}

fn floor_div(n: &BigInt, d: &BigInt) -> BigInt {
	let (n, d) = if d.sign() == Sign::Minus { (-n, -d) } else { (n.clone(), d.clone()) };
	let truncated = &n / &d;
	if n.sign() == Sign::Minus && &truncated * &d != n {
		truncated - 1
	} else {
		truncated
	}
}

/// Each mode from the floor alone, so that it shares no reasoning with the code under test.
fn big_div(n: &BigInt, d: &BigInt, rounding: Rounding) -> BigInt {
	let floor = floor_div(n, d);
	let ceiling = -floor_div(&-n, d);
	match rounding {
		Rounding::Down => floor,
		Rounding::Up => ceiling,
		Rounding::TowardZero if floor.sign() == Sign::Minus => ceiling,
		Rounding::TowardZero => floor,
		Rounding::AwayFromZero if floor.sign() == Sign::Minus => floor,
		Rounding::AwayFromZero => ceiling,
		// ⌊n/d + ½⌋
		Rounding::NearestTiesUp => floor_div(&(n * 2 + d), &(d * 2)),
	}
}

fn big<T: Into<BigInt>>(x: T) -> BigInt {
	x.into()
}

proptest! {
	#![proptest_config(cases(4_096))]

	#[test]
	fn mul_wide_equals_big_product(a in wide_u128(), b in wide_u128()) {
		let (high, low) = wide::mul_wide(a, b);
		prop_assert_eq!((big(high) << 128u32) + big(low), big(a) * big(b));
	}

	#[test]
	fn mul_div_rem_equals_big_division(a in wide_u128(), b in wide_u128(), d in wide_u128()) {
		let result = wide::mul_div_rem(a, b, d);
		if d == 0 {
			prop_assert_eq!(result, Err(ArithmeticError::DivisionByZero));
			return Ok(());
		}
		let quotient = big(a) * big(b) / big(d);
		match result {
			Ok((q, r)) => {
				prop_assert_eq!(big(q), quotient);
				prop_assert_eq!(big(r), big(a) * big(b) % big(d));
			},
			Err(error) => {
				prop_assert_eq!(error, ArithmeticError::Overflow);
				prop_assert!(quotient > big(u128::MAX));
			},
		}
	}

	/// Exact multiples sit on the edge where a digit estimated one too low or too high shows.
	#[test]
	fn mul_div_recovers_a_chosen_quotient(q in wide_u128(), d in non_zero_u128(), up in rounding()) {
		prop_assert_eq!(mul_div_u128(q, d, d, up), Ok(q));
		prop_assert_eq!(wide::mul_div_rem(q, d, d), Ok((q, 0)));
	}

	#[test]
	fn mul_div_equals_big_twin(
		a in wide_i128(),
		b in wide_i128(),
		// Small divisors meet ties.
		d in prop_oneof![3 => wide_i128(), 1 => -8i128..=8],
		mode in rounding(),
	) {
		let result = mul_div(a, b, d, mode);
		if d == 0 {
			prop_assert_eq!(result, Err(ArithmeticError::DivisionByZero));
			return Ok(());
		}
		let expected = i128::try_from(big_div(&(big(a) * big(b)), &big(d), mode));
		prop_assert_eq!(result, expected.map_err(|_| ArithmeticError::Overflow));
	}

	#[test]
	fn mul_div_u128_equals_big_twin(
		a in wide_u128(),
		b in wide_u128(),
		d in 1u128..,
		mode in rounding(),
	) {
		let expected = u128::try_from(big_div(&(big(a) * big(b)), &big(d), mode));
		prop_assert_eq!(
			mul_div_u128(a, b, d, mode),
			expected.map_err(|_| ArithmeticError::Overflow)
		);
	}

	#[test]
	fn cmp_products_equals_big_twin(
		a in wide_i128(),
		b in wide_i128(),
		c in wide_i128(),
		d in wide_i128(),
	) {
		prop_assert_eq!(cmp_products(a, b, c, d), (big(a) * big(b)).cmp(&(big(c) * big(d))));
	}

	#[test]
	fn equal_products_compare_equal(a in any::<i64>(), b in any::<i64>(), c in any::<i64>()) {
		// (a·b)·c against a·(b·c): random operands never tie
		let (a, b, c) = (i128::from(a), i128::from(b), i128::from(c));
		prop_assert!(cmp_products(a * b, c, a, b * c).is_eq());
	}

	#[test]
	fn cmp_fractions_equals_big_twin(
		a in wide_i128(),
		b in non_zero_i128(),
		c in wide_i128(),
		d in non_zero_i128(),
	) {
		// a/b against c/d, both denominators made positive
		let sign = |x: i128| big(x.signum());
		let left = big(a) * sign(b) * big(d) * sign(d);
		let right = big(c) * sign(d) * big(b) * sign(b);
		prop_assert_eq!(cmp_fractions(a, b, c, d), Ok(left.cmp(&right)));
	}

	#[test]
	fn mul_ratio_equals_big_twin(money in wide_i128(), ppb in any::<u64>(), mode in rounding()) {
		let expected = i128::try_from(big_div(&(big(money) * ppb), &big(1_000_000_000), mode));
		prop_assert_eq!(
			Quote::new(money).mul_ratio(Ratio::new(ppb), mode).map(Quote::get),
			expected.map_err(|_| ArithmeticError::Overflow)
		);
	}

	#[test]
	fn ratio_comparison_never_rounds(part in wide_i128(), whole in wide_i128(), ppb in any::<u64>()) {
		let expected = Ord::cmp(&(big(part) * 1_000_000_000), &(big(whole) * ppb));
		prop_assert_eq!(Ratio::new(ppb).cmp_part(part, whole), expected);
	}

	#[test]
	fn notional_equals_big_twin(
		// Shifted, or nearly every product would not fit.
		ticks in (any::<u64>(), 0u32..64).prop_map(|(x, shift)| x >> shift),
		lots in (any::<i64>(), 0u32..64).prop_map(|(x, shift)| x >> shift),
		value in any::<u32>(),
	) {
		let expected = i128::try_from(big(ticks) * lots * value);
		prop_assert_eq!(
			notional(Price::new(ticks), Lots::new(lots), TickValue::new(value)).map(Quote::get),
			expected.map_err(|_| ArithmeticError::Overflow)
		);
	}

	#[test]
	fn level_to_price_brackets_the_level(
		level in 0i128..(1 << 90),
		value in 1u32..=10_000,
	) {
		let tick_value = TickValue::new(value);
		let at = |price: Price| price.lot_value(tick_value).to_level().unwrap().get();
		let price = |mode| IndexLevel::new(level).to_price(tick_value, mode).unwrap();
		let (below, above) = (price(Rounding::Down), price(Rounding::Up));
		prop_assert!(at(below) <= level && level <= at(above));
		prop_assert!(above.get() - below.get() <= 1);
	}

	#[test]
	fn keys_order_as_numbers_do(a in wide_i128(), b in wide_i128(), c in any::<u64>(), d in any::<u64>()) {
		let (x, y) = (IndexLevel::new(a), IndexLevel::new(b));
		prop_assert_eq!(x.to_key_ascending().cmp(&y.to_key_ascending()), a.cmp(&b));
		prop_assert_eq!(x.to_key_descending().cmp(&y.to_key_descending()), b.cmp(&a));
		prop_assert_eq!(IndexLevel::from_key_ascending(x.to_key_ascending()), x);
		prop_assert_eq!(IndexLevel::from_key_descending(x.to_key_descending()), x);

		let (x, y) = (Price::new(c), Price::new(d));
		prop_assert_eq!(x.to_key_ascending().cmp(&y.to_key_ascending()), c.cmp(&d));
		prop_assert_eq!(x.to_key_descending().cmp(&y.to_key_descending()), d.cmp(&c));
		prop_assert_eq!(Price::from_key_ascending(x.to_key_ascending()), x);
		prop_assert_eq!(Price::from_key_descending(x.to_key_descending()), x);
	}

	#[test]
	fn keys_are_stored_as_they_are(a in wide_i128()) {
		// A storage key is the encoding of the array: it must add no length and no reordering.
		let key = IndexLevel::new(a).to_key_ascending();
		prop_assert_eq!(key.encode(), key.to_vec());
	}

	#[test]
	fn price_offset_undoes_diff(a in any::<u64>(), b in any::<u64>()) {
		let (a, b) = (Price::new(a), Price::new(b));
		if let Ok(delta) = a.diff(b) {
			prop_assert_eq!(b.offset(delta), Ok(a));
		} else {
			prop_assert!(i64::try_from(i128::from(a.get()) - i128::from(b.get())).is_err());
		}
		prop_assert_eq!(a.offset(Ticks::ZERO), Ok(a));
	}

	#[test]
	fn encoding_round_trips_within_its_bound(a in wide_i128(), b in any::<u64>()) {
		let (money, price) = (Quote::new(a), Price::new(b));
		prop_assert_eq!(Quote::decode(&mut &money.encode()[..]), Ok(money));
		prop_assert_eq!(Price::decode(&mut &price.encode()[..]), Ok(price));
		prop_assert!(money.encode().len() <= Quote::max_encoded_len());
	}
}

/// Weights of mixed magnitude whose sum fits, zeros and equals included, but not all zero.
fn weights() -> impl Strategy<Value = Vec<u128>> {
	let weight = prop_oneof![
		1 => Just(0u128),
		2 => 1u128..8,
		3 => (any::<u128>(), 8u32..128).prop_map(|(x, shift)| x >> shift),
	];
	prop::collection::vec(weight, 1..40).prop_map(|mut weights| {
		if weights.iter().all(|weight| *weight == 0) {
			weights[0] = 1;
		}
		weights
	})
}

/// Whether `share` is within one unit of `amount · weight / total`.
fn is_near_exact(share: u128, amount: u128, weight: u128, total: u128) -> bool {
	let exact = big(amount) * big(weight);
	let product = big(share) * big(total);
	let distance = if product > exact { product - exact } else { exact - product };
	distance < big(total)
}

proptest! {
	#![proptest_config(cases(1_024))]

	#[test]
	fn telescoping_shares_sum_exactly(amount in wide_u128(), weights in weights()) {
		let total: u128 = weights.iter().sum();
		let mut split = ProRata::new(amount, total).unwrap();
		let mut before = 0u128;
		let mut sum = 0u128;

		for weight in weights {
			let share = split.next_share(weight).unwrap();
			let twin = big(amount) * big(before + weight) / big(total)
				- big(amount) * big(before) / big(total);
			prop_assert_eq!(big(share), twin);
			prop_assert_eq!(ProRata::share_at(amount, total, before, weight), Ok(share));
			prop_assert!(is_near_exact(share, amount, weight, total));
			prop_assert!(amount > total || share <= weight);
			before += weight;
			sum += share;
			prop_assert_eq!(split.handed_out(), sum);
		}

		prop_assert_eq!(sum, amount);
		prop_assert_eq!((split.remaining(), split.remaining_weight()), (0, 0));
	}

	#[test]
	fn largest_remainder_equals_naive_twin(amount in wide_u128(), weights in weights()) {
		let total: u128 = weights.iter().sum();
		// Keys that disagree with the order of the claims.
		let claims: Vec<_> = weights.iter().enumerate().map(|(i, w)| (*w, 1_000 - i)).collect();
		let shares = largest_remainder(amount, &claims).unwrap();

		// The twin hands out one unit at a time to whoever is furthest below the exact share.
		let mut twin: Vec<BigInt> =
			weights.iter().map(|w| big(amount) * big(*w) / big(total)).collect();
		while twin.iter().sum::<BigInt>() < big(amount) {
			let lack = |i: usize| big(amount) * big(weights[i]) - &twin[i] * big(total);
			let best = (0..weights.len()).max_by_key(|i| (lack(*i), *i)).unwrap();
			twin[best] += 1;
		}

		prop_assert_eq!(shares.iter().map(|s| big(*s)).collect::<Vec<_>>(), twin);
		prop_assert_eq!(shares.iter().sum::<u128>(), amount);
		for (share, weight) in shares.iter().zip(&weights) {
			prop_assert!(is_near_exact(*share, amount, *weight, total));
			prop_assert!(amount > total || share <= weight);
		}
	}

	#[test]
	fn largest_remainder_ignores_order(
		amount in wide_u128(),
		(claims, shuffled) in weights().prop_flat_map(|weights| {
			let claims: Vec<(u128, usize)> = weights.into_iter().zip(0..).collect();
			(Just(claims.clone()), Just(claims).prop_shuffle())
		}),
	) {
		let shares = largest_remainder(amount, &claims).unwrap();
		let again = largest_remainder(amount, &shuffled).unwrap();
		for (share, (_, key)) in again.iter().zip(&shuffled) {
			prop_assert_eq!(*share, shares[*key]);
		}
	}
}
