//! What `breakwater_circuit_breaker` weighs. Generated: `make weights PALLET=circuit-breaker` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 6 --repeat 4`; rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-21.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name.
	fn begin_block() -> Weight;
	/// See the benchmark of this name.
	fn step() -> Weight;
	/// See the benchmark of this name.
	fn step_pool() -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Oracle::KnownFinalized` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:1)
	// Storage: `CircuitBreaker::ResumedAt` (r:0 w:1)
	fn begin_block() -> Weight {
		// Fastest of all runs: 8_092 ns.
		Weight::from_parts(13_640_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::ResumedAt` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:1)
	fn step() -> Weight {
		// Fastest of all runs: 35_173 ns.
		Weight::from_parts(49_874_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:1)
	fn step_pool() -> Weight {
		// Fastest of all runs: 12_589 ns.
		Weight::from_parts(16_354_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn begin_block() -> Weight {
		Weight::zero()
	}
	fn step() -> Weight {
		Weight::zero()
	}
	fn step_pool() -> Weight {
		Weight::zero()
	}
}
