//! Frequent batch auction of one market and one block.
//!
//! Owns what happens between a set of orders and a set of fills: admission, the uniform price,
//! the fills, and the AMM's curve. It owns no storage and moves no money. It promises that
//! nobody is filled outside of a limit, that lots bought are lots sold, that the book is not crossed
//! afterwards, that every fill passes the initial margin of its account, and that nothing depends
//! on the order in which orders arrived. The rules in words, the proofs, and the mutations that the
//! tests catch are in `docs/auction.md`.
//!
//! # The steps of a batch
//!
//! 1. [`window`]: which orders the book has to load;
//! 2. [`Batch::admit`]: what of them takes part;
//! 3. [`Batch::clear`]: the price, without forced orders and with them;
//! 4. a breaker looks at the result;
//! 5. [`Batch::settle`]: the fills and cancellations.

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

mod admission;
mod amm;
mod batch;
mod book;
mod clearing;
mod fill;
mod order;
mod schedule;
mod search;
mod trigger;

pub use admission::{Accounts, Admission, Admitted, CancelReason, Cancelled};
pub use amm::{AmmCurve, AmmError, AmmParams};
pub use batch::{
	Amm, Batch, BatchError, Fill, ForcedFill, ForcedOrder, Outcome, Tentative, MAX_BATCH_ORDERS,
};
pub use book::{window, BookError, Level, LevelBook, Levels, Window};
pub use clearing::{Clearing, TieBreak};
pub use order::{
	protection_price, BlockNumber, Order, OrderError, OrderKey, OrderKind, TimeInForce,
};
pub use schedule::{Schedule, MAX_SIDE_LOTS};
pub use trigger::{Trigger, TriggerDirection, TriggerKind, TriggeredOrder};
