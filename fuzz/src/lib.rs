//! Fuzz targets: functions of arbitrary bytes that panic when a promise of the risk core is broken.
//!
//! They know nothing of who calls them. `cargo test` runs each on random bytes for a second, and
//! proptest shrinks what fails; `make fuzz` runs them for long under libFuzzer, which looks for
//! bytes that reach new code. A failure of either is replayed by a line in `tests/random.rs`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

pub mod arithmetic;
pub mod auction;
pub mod decoding;
mod input;
pub mod trigger_book;

pub use input::Bytes;
