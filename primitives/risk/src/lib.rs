//! Volatility estimators and the margin rates, haircuts and horizons that follow from them.
//!
//! This crate owns the path from a price sample to a rate: log return, variance per bar, the
//! anti-procyclical volatility, the tail multiplier, the liquidity horizon, the maintenance and
//! initial rates, the haircut, and how fast rates in force may move. It promises the same integers
//! on every platform, one rounding per formula against the account, rates inside their bounds for
//! any input, and no panic. It stores nothing and knows no account.
//!
//! # Which unit for which number
//!
//! | number | type | unit |
//! |---|---|---|
//! | log return | [`LogReturn`] | 10⁻¹², `i64` |
//! | variance of one bar | [`Variance`] | 10⁻²⁴, `u128`: the square of a return is exact |
//! | standard deviation of one bar | [`Sigma`] | 10⁻¹² per √bar, `u64` |
//! | decay of an average per bar | [`Decay`] | 10⁻¹⁸, `u64` |
//! | multiplier of σ, rate, haircut | [`Ratio`](breakwater_units::Ratio) | parts per billion |
//!
//! A bar is one minute of *timestamp* ([`BAR`]), however many blocks or trades fall into it.

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

mod error;
pub mod features;
pub mod fixed;
mod haircut;
mod histogram;
mod ladder;
mod liquidity;
mod log_return;
mod margin;
mod ramp;
mod variance;
mod volatility;

pub use error::RiskError;
pub use haircut::{haircut, HaircutParams};
pub use histogram::{Tail, TailHistogram, BINS, BIN_EDGES_PPB, HALVING_INCREMENT, MEMORY_SHIFT};
pub use ladder::{forecast, update_ladder, Rung, RM2006_DAILY, RM2006_MINUTES, RUNGS};
pub use liquidity::{depth, exceeds_depth, impact, liquidity_horizon, HorizonParams, Pressure};
pub use log_return::LogReturn;
pub use margin::{initial_rate, maintenance_rate, open_interest_scaled, size_charge, MarginParams};
pub use ramp::{approach, MaintenanceRamp, RampParams, MAX_CATCH_UP};
pub use variance::{Decay, Sigma, Variance, MAX_BARS};
pub use volatility::{
	Observation, Volatility, BAR, CLIP_SIGMAS, FLOOR_DECAY, LONG_DECAY, MIN_VARIANCE,
	RATCHET_DECAY, STRESS_DECAY,
};
