//! Each target on random bytes. `PROPTEST_CASES` says how many; the default is a second or two.
#![allow(missing_docs)]

use breakwater_fuzz::{arithmetic, auction, decoding, trigger_book};
use proptest::{collection::vec, prelude::*};

/// The default number of cases, unless `PROPTEST_CASES` says otherwise.
fn cases(default: u32) -> ProptestConfig {
	// What fails is printed and kept by hand, as a test: no file of seeds.
	let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
	if std::env::var_os("PROPTEST_CASES").is_none() {
		config.cases = default;
	}
	config
}

/// Bytes, of which small ones are frequent: an even draw would rarely spell a valid variant.
fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
	let byte = prop_oneof![2 => any::<u8>(), 2 => 0u8..4, 1 => Just(0u8), 1 => Just(255u8)];
	prop_oneof![vec(any::<u8>(), 0..max), vec(byte, 0..max)]
}

proptest! {
	#![proptest_config(cases(500))]

	#[test]
	fn decoding_of_any_bytes(bytes in bytes(2_000)) {
		decoding::run(&bytes);
	}

	#[test]
	fn arithmetic_on_any_values(bytes in bytes(4_000)) {
		arithmetic::run(&bytes);
	}

	#[test]
	fn trigger_book_equals_a_full_scan(bytes in bytes(300)) {
		trigger_book::run(&bytes);
	}

	#[test]
	fn auction_equals_a_naive_clearing(bytes in bytes(400)) {
		auction::run(&bytes);
	}
}

#[test]
fn a_pool_that_sells_at_any_price_sells_at_a_tick() {
	auction::run(&[
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 163, 255, 0, 95, 0, 0, 1,
		79, 55, 0, 1,
	]);
}
