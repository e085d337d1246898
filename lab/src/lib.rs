//! The stress lab: the real runtime, natively, block by block, under recorded and generated
//! markets, with agents that trade and invariants that are checked.
//!
//! The same seed gives the same state root.

#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

pub mod agents;
pub mod bench;
pub mod candles;
pub mod chain;
pub mod counting;
pub mod invariants;
pub mod market;
pub mod run;
