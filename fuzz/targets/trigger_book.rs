//! `breakwater_fuzz::trigger_book` under libFuzzer; run it with scripts/fuzz.sh.
#![no_main]
#![allow(missing_docs)]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breakwater_fuzz::trigger_book::run(bytes));
