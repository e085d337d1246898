//! Funding: what longs pay shorts so that a perpetual stays near its index.
//!
//! This crate owns the premium of a market, its average over an interval, the bounded rate, and
//! the cumulative index that positions settle against. The index moves in whole quanta per lot and
//! carries the fraction it could not pay to the next step. So what a position pays is an exact
//! product, what longs pay is what shorts get to the unit, and nothing is lost to rounding, however
//! rarely an account settles. It promises rates and an index inside their bounds for any input. It
//! stores nothing and reads no clock.
//!
//! Positive is: the market is above its index, longs pay.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

mod average;
mod error;
mod index;
mod premium;
mod rate;

pub use average::{PremiumAverage, MAX_HOLD};
pub use error::FundingError;
pub use index::{payment, FundingIndex, MAX_CATCH_UP, QUANTUM_PARTS};
pub use premium::{premium, Batch, Impact};
pub use rate::{rate, rate_cap, PERIOD};
