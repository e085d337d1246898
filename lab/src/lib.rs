//! The stress lab: the real runtime, natively, block by block, under recorded and generated
//! markets, with agents that trade and invariants that are checked.
//!
//! The same seed gives the same state root.

#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

pub mod agents;
pub mod bench;
pub mod candles;
pub mod chain;
pub mod cli;
pub mod command;
pub mod compare;
pub mod counting;
pub mod events;
pub mod feeds;
pub mod flat;
pub mod genesis;
pub mod invariants;
pub mod listing;
pub mod market;
pub mod output;
pub mod page;
pub mod plot;
pub mod policy;
pub mod progress;
pub mod record;
pub mod report;
pub mod run;
pub mod scenario;
pub mod statistics;
pub mod sweep;
pub mod view;
