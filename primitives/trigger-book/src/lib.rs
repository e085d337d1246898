//! Finds the accounts that a moved risk index may have made liquidatable, and visits no others.
//!
//! An account's health is a dot product of its exposures with public indices. While it is not
//! negative, the book splits it over the account's components and files, for each, the **level**
//! of its index at which that share would be exceeded. As long as no level is reached, the losses
//! of all components together stay within the health there was, so the account cannot be
//! liquidatable: the set of levels is a *certificate* of its solvency. Each index keeps its levels
//! in order, so a moved index reads only what it crossed. A crossed account is recomputed exactly,
//! and either filed again with new levels or handed to the due queue, ranked by shortfall.
//!
//! What the crate promises, for any sequence of trades, deposits, withdrawals and index moves:
//!
//! * **Complete.** Whenever an account's health is below zero, it is in the due queue or one of
//!   its levels is crossed. After a step without backlog, the due queue holds every account a full
//!   scan would find.
//! * **Exact.** Only a recomputed negative health makes an account due. An account with one
//!   component is woken exactly when it becomes liquidatable, never before.
//! * **Bounded.** A step reads the crossed levels and the first level of each list, within a
//!   budget. No account is woken twice in a step, and none starves behind a backlog.
//!
//! The crate owns the levels, the certificates and the due queue, over a [`BookStorage`] that the
//! caller supplies; it computes no health and closes no position. The proof, the search for better
//! certificates and the measurements are in `docs/trigger-book.md`.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
// The derived SCALE encoding of an enum with fields casts its variant number.
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

mod account;
mod book;
mod certificate;
mod collect;
mod factor;
mod key;
mod storage;

pub use account::{BandLimits, Component, Evaluation, Health, IndexId, SizeBand, BANDS};
pub use book::{Changes, Filed, StepReport, TriggerBook, Violation};
pub use certificate::{BookError, Certificate, Entry, MAX_COMPONENTS};
pub use collect::{Budget, Collected, Cursor};
pub use factor::{Factor, Follows};
pub use key::{Direction, DueKey, LevelKey, ListId};
pub use storage::{BookStorage, Filing, MemoryStorage};
