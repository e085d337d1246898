//! What `breakwater_clearing` weighs. Generated: `make weights PALLET=clearing` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 12 --repeat 8`; rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-21.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name.
	fn run() -> Weight;
	/// See the benchmark of this name.
	fn run_batch() -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Clearing::LastReport` (r:1 w:1)
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::Pools` (r:2 w:0)
	// Storage: `Risk::PoolLoans` (r:2 w:2)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:4 w:0)
	// Storage: `Risk::AssetCount` (r:1 w:0)
	// Storage: `Risk::Assets` (r:2 w:0)
	// Storage: `Risk::AssetStates` (r:2 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::Common` (r:1 w:1)
	// Storage: `Clearing::BlockFullness` (r:1 w:0)
	// Storage: `Risk::Markets` (r:3 w:0)
	// Storage: `Risk::MarketStates` (r:3 w:3)
	// Storage: `Oracle::KnownFinalized` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:1)
	// Storage: `Risk::MarketIndices` (r:3 w:0)
	// Storage: `Risk::CollateralIndices` (r:2 w:0)
	// Storage: `Margin::StepCursor` (r:1 w:1)
	// Storage: `Margin::Seen` (r:1 w:1)
	// Storage: `Margin::Levels` (r:16 w:0)
	// Storage: `Clearing::FirstMarket` (r:1 w:1)
	// Storage: `CircuitBreaker::Listed` (r:3 w:0)
	// Storage: `Exchange::Markets` (r:3 w:0)
	// Storage: `CircuitBreaker::Markets` (r:3 w:3)
	// Storage: `Exchange::Expiries` (r:3 w:0)
	// Storage: `CircuitBreaker::ResumedAt` (r:0 w:1)
	fn run() -> Weight {
		// Fastest of all runs: 246_396 ns.
		Weight::from_parts(260_397_000, 0)
			.saturating_add(T::DbWeight::get().reads(64))
			.saturating_add(T::DbWeight::get().writes(15))
	}

	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Exchange::Markets` (r:1 w:0)
	fn run_batch() -> Weight {
		// Fastest of all runs: 12_258 ns.
		Weight::from_parts(13_370_000, 0).saturating_add(T::DbWeight::get().reads(2))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn run() -> Weight {
		Weight::zero()
	}
	fn run_batch() -> Weight {
		Weight::zero()
	}
}
