//! The breaker machine: what may be done in a market, a pool and on the chain, and when it may be
//! done again.
//!
//! Three pure machines, each `step(state, inputs) -> (state, effects)`: [`Market`] goes Open →
//! Limit → Call auction → Open around a moving band on the index and can be quarantined, [`Pool`]
//! stops new risk and withdrawals when its fund draws down or an account is below zero, [`Chain`]
//! does so when finality lags or work piles up, and gives everybody a grace after an outage.
//! [`allows`] is what all three let through. [`withdrawal`] meters what leaves a pool.
//!
//! It promises: in every state deposits and cancels are allowed and reductions are accepted; the
//! allowed actions only shrink as a state gets worse; what trips is released only after its cause
//! was away, by a margin, for a set time without a break, so no state flaps faster than that; and
//! under benign inputs every state, whatever it is, is back to normal within
//! [`MarketParams::recovery_bound`] and its like. There is no override, and no input can hold a
//! state once it is benign.
//!
//! Rounding: a band's width rounds up, its edges are the last ticks inside, and the decision whether
//! a price is inside compares without dividing. Capacity to withdraw rounds down and carries its remainder.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
// The derived codec of an enum casts its index to `u8`.
#![allow(clippy::cast_possible_truncation)]
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

mod action;
mod band;
mod chain;
mod latch;
mod market;
mod params;
mod pool;
pub mod withdrawal;

pub use action::{allows, Action, ActionSet};
pub use band::{band_half_width, Band, MAX_SIGMA, MAX_WINDOW_BARS};
pub use chain::{Chain, ChainEffects, ChainInputs};
pub use latch::{Latch, Reading, Threshold};
pub use market::{
	Clearing, Market, MarketEffects, MarketInputs, Matching, Phase, PhaseRank, Severity,
};
pub use params::{BandParams, ChainParams, MarketParams, ParamError, PoolParams, MAX_EXTENSIONS};
pub use pool::{Pool, PoolInputs};
