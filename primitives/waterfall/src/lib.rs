//! What happens to a loss that an account cannot pay.
//!
//! The order is fixed and funded first: the account's own margin, the book, the auction, the
//! pool's fund (its capital, then the backers' tranches in order), a capped draw on the global
//! fund, deleveraging of winners for exactly what is left, and last the final settlement of the
//! pool. [`next_stage`] says which step a case has come to, [`absorb`] runs the funded part,
//! [`deleverage`] and [`settlement`] share out the rest over pages and blocks. The crate also
//! prices the backers' shares, decides how large the fund ought to be and what it charges, and how
//! much inventory it may take over.
//!
//! It promises: every step conserves value to the unit; no fund goes below zero (money here is an
//! [`breakwater_units::Amount`] of quote quanta, which has no sign); a tranche loses only when all
//! before it are empty; nobody deleveraged pays more than their profit or their health; and what a
//! deleveraging charges and what it leaves over sum to the shortfall exactly, in whatever order
//! its targets settle.
//!
//! Rounding: each split has one division, last. Shares of a loss are telescoping floors, so they
//! sum to the loss. Shares of a tranche round against whoever enters or leaves. Requirements and
//! premiums round up, room for inventory rounds down.

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

mod absorb;
pub mod deleverage;
mod error;
mod exit;
mod fund;
mod global;
mod inventory;
mod paged;
mod premium;
pub mod settlement;
pub mod sizing;
mod stage;

pub use absorb::{absorb, Absorption};
pub use error::{EpochError, ExitError, FundError};
pub use exit::{claim_exit, ExitTerms, ExitTicket, OpenRisk};
pub use fund::{
	PoolCharge, PoolFund, Tranche, INITIAL_SHARES_PER_QUANTUM, MAX_FUND, MAX_SHARES_PER_QUANTUM,
	TRANCHES,
};
pub use global::{DrawEvent, DrawTerms, GlobalFund};
pub use inventory::{acceptable_lots, InventoryTerms};
pub use paged::Slot;
pub use premium::{distribute_premium, premium, premium_rate, PremiumShares, PremiumTerms, YEAR};
pub use stage::{next_stage, Case, Stage};
