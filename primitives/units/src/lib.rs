//! Exact integer units for the Breakwater risk core.
//!
//! Prices are whole ticks, sizes are whole lots, money is whole quote quanta, and ratios are parts
//! per billion. One tick times one lot is a whole number of quanta, so profit, loss and health are
//! computed without any division and value is conserved to the unit. The types here have no
//! operators: arithmetic is a named method that reports overflow, and a method that divides takes
//! the direction in which it rounds. Products are held in 256 bits before the one division, and
//! ratios are compared by cross-multiplication.

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
pub mod wide;

pub use error::ArithmeticError;
pub use wide::{cmp_fractions, cmp_products, mul_div, mul_div_u128, Rounding};
