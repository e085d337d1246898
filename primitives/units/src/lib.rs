//! Exact integer units for the Breakwater risk core.
//!
//! Prices are whole ticks, sizes are whole lots, money is whole quote quanta, and ratios are parts
//! per billion. One tick times one lot is a whole number of quanta, so profit, loss and health are
//! computed without any division and value is conserved to the unit. The types here have no
//! operators: arithmetic is a named method that reports overflow, and a method that divides takes
//! the direction in which it rounds. Products are held in 256 bits before the one division, and
//! ratios are compared by cross-multiplication.
//!
//! # Which type for which number
//!
//! | number | type | unit |
//! |---|---|---|
//! | price of a market | [`Price`] | ticks, `u64` |
//! | difference of prices | [`Ticks`] | ticks, `i64` |
//! | position or signed trade | [`Lots`] | lots, `i64`, long is positive |
//! | magnitude of an order or a fill | [`Size`] | lots, `u64` |
//! | what one tick times one lot is worth | [`TickValue`] | quanta per tick and lot, `u32` |
//! | money: cash, entry cost, fee | [`Quote`] | quanta, `i128` |
//! | value or cumulative funding of one lot | [`LotValue`] | quanta per lot, `i128` |
//! | health, exact | [`NanoQuote`] | 10⁻⁹ quanta, `i128` |
//! | risk index and trigger level | [`IndexLevel`] | 10⁻⁹ quanta per lot, `i128` |
//! | token balance in custody | [`Amount`] | the asset's smallest unit, `u128` |
//! | margin rate, haircut, fee rate | [`Ratio`] | parts per billion, `u64` |
//! | funding rate, premium | [`SignedRatio`] | parts per billion, `i64` |
//!
//! A value times a ratio in parts per billion is a whole number of nano-units. So `scale_by` is
//! exact where `mul_ratio` rounds, and health is exact: [`Price::lot_value`] and
//! [`LotValue::scale_by`] make an [`IndexLevel`], [`IndexLevel::times`] makes a [`NanoQuote`].
//!
//! # Caution
//!
//! The types are `Ord`, so they inherit [`Ord::clamp`], which panics when its bounds are crossed.
//! Write `x.max(low).min(high)` instead: that is total.

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

#[macro_use]
mod quantity;

mod error;
mod ids;
pub mod limits;
mod money;
mod price;
pub mod pro_rata;
mod ratio;
mod size;
mod time;
pub mod wide;

pub use error::ArithmeticError;
pub use ids::{AccountKey, AssetId, MarketId, PoolId};
pub use money::{Amount, IndexLevel, LotValue, NanoQuote, Quote, TickValue};
pub use price::{notional, Price, Ticks};
pub use pro_rata::{largest_remainder, ProRata};
pub use ratio::{Ratio, SignedRatio, PPB};
pub use size::{Lots, Side, Size};
pub use time::{Millis, Timestamp};
pub use wide::{cmp_fractions, cmp_products, mul_div, mul_div_u128, Rounding};
