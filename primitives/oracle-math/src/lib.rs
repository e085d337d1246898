//! From signed reports to a price that every action may or may not use.
//!
//! This crate owns the arithmetic between the reports of one feed and the prices that risk is
//! computed with: capped weights and quorum, the weighted lower median with a confidence, whether a
//! majority agrees with it, the test for outliers, widening with age, cross rates, the mark, and which action a price is good
//! enough for. It promises that reporters with less than half of the weight cannot move a price
//! outside the honest ones, that a mark stays in its band for any input, and that a worse price
//! never permits more. It stores nothing and reads no clock.

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

extern crate alloc;

mod aggregate;
mod agreement;
mod average;
mod centre;
mod conduct;
mod cross;
mod decimal;
mod error;
mod mark;
mod median;
mod outlier;
mod validity;
mod weight;

pub use aggregate::{aggregate, Aggregate, Confidence, Report};
pub use agreement::is_agreed;
pub use average::SlowAverage;
pub use centre::{robust_centre, SourcePrice};
pub use conduct::{slashed, Conduct, ConductRules, Consequence, Observation, MAX_PENALTY_LEVEL};
pub use cross::cross;
pub use decimal::{ticks_from_decimal, MAX_DECIMALS};
pub use error::OracleError;
pub use mark::{banded_median, Basis};
pub use median::{lower_quartile, upper_quartile, weighted_lower_median, Weighted};
pub use outlier::{is_outlier, median_absolute_deviation};
pub use validity::{classify, Action, Limits, Validity};
pub use weight::{capped_weights, has_quorum, total_weight, MAX_REPORTERS, MAX_WEIGHT};
