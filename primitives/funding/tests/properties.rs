//! Properties against naive twins.
#![allow(missing_docs, clippy::cast_possible_truncation)]

use breakwater_funding::{
	payment, premium, rate, Batch, FundingError, FundingIndex, Impact, PremiumAverage,
	MAX_CATCH_UP, MAX_HOLD, QUANTUM_PARTS,
};
use breakwater_units::{
	limits::{MAX_LOTS, MAX_LOT_VALUE_QUANTA},
	LotValue, Lots, Millis, Price, Ratio, SignedRatio, Size, Timestamp,
};
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

fn signed() -> impl Strategy<Value = i64> {
	prop_oneof![
		6 => -2_000_000_000i64..2_000_000_000,
		2 => -2_000i64..2_000,
		1 => any::<i64>(),
		1 => Just(i64::MIN),
	]
}

fn lot_value() -> impl Strategy<Value = i128> {
	(0..=MAX_LOT_VALUE_QUANTA, 0u32..50).prop_map(|(x, shift)| x >> shift)
}

/// Waits of a block up to an outage.
fn wait() -> impl Strategy<Value = u64> {
	prop_oneof![6 => 0u64..120_000, 2 => 0u64..8_000_000, 1 => Just(0)]
}

mod premiums {
	use super::*;

	fn price() -> impl Strategy<Value = u64> {
		prop_oneof![4 => 90_000u64..110_000, 1 => wide()]
	}

	/// Twin: dYdX's and BitMEX's formula in parts per billion of the index.
	fn quoted(index: u64, bid: Option<u64>, ask: Option<u64>) -> i128 {
		let above = bid.map_or(0, |bid| bid.saturating_sub(index));
		let below = ask.map_or(0, |ask| index.saturating_sub(ask));
		(i128::from(above) - i128::from(below)) * 1_000_000_000 / i128::from(index)
	}

	fn prices(bid: Option<u64>, ask: Option<u64>) -> Impact {
		Impact { bid: bid.map(Price::new), ask: ask.map(Price::new) }
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		#[test]
		fn without_a_batch_it_is_the_published_formula(
			index in price(),
			(a, b) in (price(), price()),
			(has_bid, has_ask) in any::<(bool, bool)>(),
			cap in 0u64..1_000_000_000,
		) {
			let index = index.max(1);
			let (bid, ask) = (has_bid.then_some(a.min(b)), has_ask.then_some(a.max(b)));
			let seen =
				premium(Price::new(index), None, prices(bid, ask), Size::new(1), Ratio::new(cap));
			let cap = i128::from(cap);
			let expected = quoted(index, bid, ask).clamp(-cap, cap);
			prop_assert_eq!(i128::from(seen.unwrap().get()), expected);
		}

		#[test]
		fn no_input_passes_the_cap(
			(index, batch, volume) in (wide(), wide(), wide()),
			(bid, ask) in (prop::option::of(wide()), prop::option::of(wide())),
			(least, cap) in (wide(), wide()),
		) {
			let batch = Some(Batch { price: Price::new(batch), volume: Size::new(volume) });
			let (least, limit) = (Size::new(least), Ratio::new(cap));
			match premium(Price::new(index), batch, prices(bid, ask), least, limit) {
				Ok(seen) => prop_assert!(seen.abs_ratio().get() <= cap),
				Err(error) => {
					prop_assert_eq!(error, FundingError::ZeroIndex);
					prop_assert_eq!(index, 0);
				},
			}
		}

		/// A trade moves the premium no farther than the depth on its way.
		#[test]
		fn a_batch_is_held_by_depth_and_monotone(
			index in 90_000u64..110_000,
			(a, b) in (price(), price()),
			(bid, spread) in (90_000u64..110_000, 0u64..10_000),
		) {
			let ask = bid + spread;
			let at = |price| {
				let batch = Some(Batch { price: Price::new(price), volume: Size::new(1) });
				let impact = prices(Some(bid), Some(ask));
				premium(Price::new(index), batch, impact, Size::new(1), Ratio::ONE).unwrap()
			};
			prop_assert!(at(a.min(b)) <= at(a.max(b)));
			prop_assert!(at(0) <= at(a) && at(a) <= at(u64::MAX));
			prop_assert_eq!(at(0), at(bid));
			prop_assert_eq!(at(u64::MAX), at(ask));
		}
	}
}

mod averages {
	use super::*;

	proptest! {
		#![proptest_config(cases(256))]

		/// Twin: every millisecond's premium summed one by one.
		#[test]
		fn average_is_the_mean_over_milliseconds(
			// Now and then the same sample again, and a wait that outlasts it.
			samples in prop::collection::vec(
				(
					prop_oneof![2 => -1_000_000i64..1_000_000, 1 => Just(700_000)],
					prop_oneof![4 => 0u64..4_000, 1 => 0u64..MAX_HOLD.get() * 3 / 2],
				),
				0..12,
			),
			tail in prop_oneof![3 => 0u64..4_000,
			1 => 0u64..MAX_HOLD.get() * 2],
		) {
			let start = Timestamp::new(77);
			let mut average = PremiumAverage::new(start);
			let (mut now, mut latest) = (0u64, 0i64);
			let mut spans = Vec::new();
			for (sample, wait) in samples {
				spans.push((latest, wait));
				now += wait;
				latest = sample;
				average.record(SignedRatio::new(sample), start.saturating_after(Millis::new(now)));
			}
			spans.push((latest, tail));
			now += tail;
			let mut sum = 0i128;
			for (premium, span) in spans {
				for millisecond in 0..span {
					sum += if millisecond < MAX_HOLD.get() { i128::from(premium) } else { 0 };
				}
			}
			let expected = if now == 0 { 0 } else { sum / i128::from(now) };
			let seen = average.finish(start.saturating_after(Millis::new(now)));
			prop_assert_eq!(i128::from(seen.get()), expected);
		}

		/// Twin: the same premiums without the repetitions.
		#[test]
		fn repeating_a_sample_changes_nothing(
			samples in prop::collection::vec((signed(), 1u64..60_000), 1..20),
			parts in 2u64..10,
		) {
			let (mut once, mut often) =
				(PremiumAverage::new(Timestamp::ZERO), PremiumAverage::new(Timestamp::ZERO));
			let mut now = 0;
			for (sample, span) in samples {
				let sample = SignedRatio::new(sample);
				once.record(sample, Timestamp::new(now));
				for part in 0..parts {
					often.record(sample, Timestamp::new(now + span * part / parts));
				}
				now += span;
			}
			let now = Timestamp::new(now);
			prop_assert_eq!(once.finish(now), often.finish(now));
		}

		#[test]
		fn never_beyond_the_largest_sample(
			samples in prop::collection::vec((signed(), wide()), 1..30),
			ends in prop::collection::vec(wide(), 1..5),
			cap in 0u64..=1_000_000_000,
		) {
			let mut average = PremiumAverage::new(Timestamp::ZERO);
			let mut largest = 0;
			for (sample, now) in samples {
				largest = largest.max(sample.unsigned_abs());
				average.record(SignedRatio::new(sample), Timestamp::new(now));
			}
			for now in ends {
				let seen = average.finish(Timestamp::new(now));
				prop_assert!(seen.abs_ratio().get() <= largest);
				prop_assert!(rate(seen, Ratio::new(cap)).abs_ratio().get() <= cap);
			}
		}
	}
}

mod index {
	use super::*;

	proptest! {
		#![proptest_config(cases(1_024))]

		/// Twin: the exact sum of value, rate and time in parts of a quantum, never divided.
		#[test]
		fn index_and_remainder_are_the_exact_sum(
			steps in prop::collection::vec((0i128..1_000_000_000_000, signed(), wait()), 1..60),
		) {
			let mut index = FundingIndex::new(Timestamp::ZERO);
			let (mut now, mut exact, mut moved) = (0u64, 0i128, 0i128);
			for (value, rate, wait) in steps {
				now += wait;
				let rate = rate.clamp(-1_000_000_000, 1_000_000_000);
				exact += value * i128::from(rate) * i128::from(wait.min(MAX_CATCH_UP.get()));
				let (lot, charged) = (LotValue::new(value), SignedRatio::new(rate));
				moved += index.advance(lot, charged, Timestamp::new(now)).unwrap().get();
				prop_assert_eq!(index.cumulative().get(), moved);
				prop_assert_eq!(moved * QUANTUM_PARTS + index.remainder(), exact);
				prop_assert!((0..QUANTUM_PARTS).contains(&index.remainder()));
			}
		}

		#[test]
		fn no_input_passes_the_bounds(
			steps in prop::collection::vec((lot_value(), signed(), wide()), 1..60),
		) {
			let mut index = FundingIndex::new(Timestamp::ZERO);
			for (value, rate, now) in steps {
				let before = index.cumulative();
				let (lot, charged) = (LotValue::new(value), SignedRatio::new(rate));
				let step = index.advance(lot, charged, Timestamp::new(now)).unwrap();
				prop_assert_eq!(before.try_add(step), Ok(index.cumulative()));
				prop_assert!(index.cumulative().get().abs() <= MAX_LOT_VALUE_QUANTA);
				// an hour of the full rate is an eighth of the value, and the remainder one more
				prop_assert!(step.get().abs() <= value / 8 + 1);
			}
		}

		#[test]
		fn splitting_a_step_changes_nothing(
			value in lot_value(),
			rate in signed(),
			span in 0..=MAX_CATCH_UP.get(),
			cut in 0u64..=1_000,
		) {
			let (value, rate) = (LotValue::new(value), SignedRatio::new(rate));
			let mut whole = FundingIndex::new(Timestamp::ZERO);
			let mut split = whole;
			whole.advance(value, rate, Timestamp::new(span)).unwrap();
			split.advance(value, rate, Timestamp::new(span * cut / 1_000)).unwrap();
			split.advance(value, rate, Timestamp::new(span)).unwrap();
			prop_assert_eq!(whole, split);
		}
	}
}

mod conservation {
	use super::*;

	const ACCOUNTS: usize = 6;

	#[derive(Clone, Copy, Debug)]
	enum Event {
		Trade {
			buyer: usize,
			seller: usize,
			lots: i64,
		},
		Fund {
			value: i128,
			rate: i64,
			wait: u64,
		},
		/// An account settles for no reason.
		Touch(usize),
	}

	fn event() -> impl Strategy<Value = Event> {
		let account = || 0..ACCOUNTS;
		prop_oneof![
			3 => (account(), account(), 0..MAX_LOTS / 100)
				.prop_map(|(buyer, seller, lots)| Event::Trade { buyer, seller, lots }),
			3 => (lot_value(), signed(), wait())
				.prop_map(|(value, rate, wait)| Event::Fund { value, rate, wait }),
			1 => account().prop_map(Event::Touch),
		]
	}

	#[derive(Clone, Copy, Default)]
	struct Account {
		lots: i64,
		settled_at: LotValue,
		paid: i128,
	}

	fn settle(account: &mut Account, cumulative: LotValue) {
		let position = Lots::new(account.lots);
		account.paid += payment(position, account.settled_at, cumulative).unwrap().get();
		account.settled_at = cumulative;
	}

	proptest! {
		#![proptest_config(cases(1_024))]

		/// Twin: everybody pays at every step of the index. Settling late pays the same to the unit,
		/// and at every step what longs pay is what shorts get.
		#[test]
		fn payments_sum_to_zero_however_lazily_settled(
			events in prop::collection::vec(event(), 1..80),
		) {
			let mut index = FundingIndex::new(Timestamp::ZERO);
			let mut lazy = [Account::default(); ACCOUNTS];
			let mut eager = [0i128; ACCOUNTS];
			let mut now = 0;
			for event in events {
				match event {
					Event::Trade { buyer, seller, lots } => {
						for account in [buyer, seller] {
							settle(&mut lazy[account], index.cumulative());
						}
						lazy[buyer].lots += lots;
						lazy[seller].lots -= lots;
					},
					Event::Touch(account) => settle(&mut lazy[account], index.cumulative()),
					Event::Fund { value, rate, wait } => {
						now += wait;
						let (value, rate) = (LotValue::new(value), SignedRatio::new(rate));
						let moved = index.advance(value, rate, Timestamp::new(now)).unwrap().get();
						let (mut longs, mut shorts) = (0, 0);
						for (paid, account) in eager.iter_mut().zip(&lazy) {
							let payment = moved * i128::from(account.lots);
							*paid += payment;
							*(if account.lots > 0 { &mut longs } else { &mut shorts }) += payment;
						}
						prop_assert_eq!(longs, -shorts);
					},
				}
			}
			for account in &mut lazy {
				settle(account, index.cumulative());
			}
			prop_assert_eq!(lazy.map(|account| account.paid), eager);
			prop_assert_eq!(lazy.iter().map(|account| account.paid).sum::<i128>(), 0);
		}
	}
}
