//! Liquidation arithmetic: what to close, how much, down to which price, and who gets the fill.
//!
//! This crate owns the decisions of a liquidation and none of its effects. It promises that a close
//! is the least number of lots that restores the buffer; that the losses it allows to the legs of an
//! account sum to the account's equity exactly; that no fill within them, fee included, lowers
//! equity over margin or takes an account below zero; that a Dutch curve never turns back and stays
//! between its ends; and that what nets at mark and what a batch fills is shared to the lot,
//! whatever the order of the orders.
//!
//! # A liquidation
//!
//! [`classify`] says what to do next: leave, cancel orders, close, or take over. A close goes to
//! [`net_at_mark`] with the forced flow of its market; what is left is offered in the batch at
//! [`Curve::price`] between [`start_price`] and the leg's bankruptcy price; [`share_fill`] shares
//! what was filled; [`liquidation_fee`] takes what the budget leaves. Then [`classify`] again.

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

mod bankruptcy;
mod classify;
mod curve;
mod error;
mod flow;
mod sizing;

pub use bankruptcy::{
	apportion_equity, bankruptcy_price, deficit, liquidation_fee, start_price, Budget,
};
pub use classify::{classify, Action, LegClose, Terms};
pub use curve::{Curve, Decay, MAX_DURATION};
pub use error::LiquidationError;
pub use flow::{net_at_mark, share_fill, ForcedOrder};
pub use sizing::{minimal_close, CloseTerms, Sizes};
