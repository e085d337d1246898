//! Health of a subaccount, and what follows from it.
//!
//! This crate owns the index vector (what one lot of each market and collateral asset adds to
//! health), the state of a subaccount, and the arithmetic between them: maintenance and initial
//! health, marginal size brackets, the loan that negative cash becomes, and the what-ifs of a
//! trading screen: liquidation price, largest order, withdrawable amount. It promises that health
//! is exact, in billionths of a quantum, with no division at all; that its cost is one look-up and
//! at most [`MAX_BRACKETS`] multiplications per leg; that an account's exposures change by its own
//! trades only; and that no function here panics. The chain stores [`SubaccountState`]; an
//! [`Indices`] supplies the levels.
//!
//! # What to call
//!
//! | question | function |
//! |---|---|
//! | is it to be liquidated? | [`is_liquidatable`] |
//! | may it add risk? | [`health`] with [`Requirement::Initial`] is not negative |
//! | equity, margins, profit | [`assess`] |
//! | which indices move it, and how much | [`for_each_component`] |
//! | at what price is it liquidated? | [`liquidation_price`] |
//! | how much can it buy or sell? | [`largest_order`] |
//! | what can it take out? | [`withdrawable_quote`], [`withdrawable_collateral`] |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
// SCALE's derive casts the number of a variant.
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

extern crate alloc;

mod brackets;
mod error;
mod health;
mod index;
mod leg_map;
mod state;
mod what_if;

pub use brackets::{Brackets, Schedule, Segment, Step, MAX_BRACKETS};
pub use error::MarginError;
pub use health::{
	assess, for_each_component, health, is_liquidatable, legs, Assessment, Component, IndexId, Leg,
	LegId,
};
pub use index::{
	BorrowIndex, CollateralIndex, Indices, LegIndex, Requirement, WithPrice, MAX_BORROW_INDEX,
	MAX_LOAN_QUANTA,
};
pub use leg_map::LegMap;
pub use state::{Position, SubaccountState, MAX_COLLATERAL, MAX_POSITIONS};
pub use what_if::{
	free_equity, largest_order, liquidation_price, withdrawable_collateral, withdrawable_quote,
	LiquidationPrice, OrderTerms, WithdrawalTerms,
};
