//! The parameters of every pallet, one file per concern.

pub mod accounts;
#[cfg(feature = "runtime-benchmarks")]
mod benchmark_helpers;
pub mod fees;
pub mod markets;
pub mod oracle;
pub mod safety;
pub mod session;
pub mod system;
