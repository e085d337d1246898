//! How much would be liquidated at which price, and how far pools pull each other down.
//!
//! This crate owns two measures of contagion and what follows from them for a market:
//!
//! * **Liquidation at risk**: how many lots of a market are liquidated when its price has moved by
//!   x, against the lots that the market can take on the way ([`Stake`], [`Page`],
//!   [`LiquidationMap`]). The histogram changes with the accounts: a change costs a page or two,
//!   whatever there is in the market.
//! * **Overlap**: what a pool loses when another one sells what it has ([`overlap`]), with bounds on
//!   the largest eigenvalue and an index for each pool ([`spectrum`]).
//! * What a market does about it ([`ContagionParams`]): its caps of open interest fall and its
//!   initial margin rises, within bounds of its listing. Maintenance margin is no part of it.
//!
//! It stores nothing, knows no account, and nothing here panics. `docs/contagion.md` has the
//! formulas and their sources.

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

mod bin;
mod map;
mod overlap;
mod page;
mod params;
mod spectrum;
mod stake;

pub use bin::{Bin, BINS_PER_DOUBLING};
pub use map::{LiquidationMap, SHOCKS};
pub use overlap::{overlap, spill, Holdings, MAX_POOLS};
pub use page::{Page, PageId, BINS_PER_PAGE};
pub use params::{BadContagionParams, ContagionParams};
pub use spectrum::{spectrum, Spectrum, MOST_STEPS};
pub use stake::{liquidation_price, Stake};
