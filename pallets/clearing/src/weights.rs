//! What `breakwater_clearing` weighs. Generated: `make weights PALLET=clearing` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 6 --repeat 4`, the median of 3;
//! rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-22.

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
	// Storage: `Liquidation::Backlog` (r:1 w:0)
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::Pools` (r:2 w:0)
	// Storage: `Risk::PoolLoans` (r:2 w:2)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:4 w:0)
	// Storage: `Risk::AssetCount` (r:1 w:0)
	// Storage: `Risk::Assets` (r:2 w:0)
	// Storage: `Risk::AssetStates` (r:2 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::Returns` (r:1 w:0)
	// Storage: `Risk::Common` (r:1 w:1)
	// Storage: `Clearing::BlockFullness` (r:1 w:0)
	// Storage: `Contagion::Current` (r:1 w:0)
	// Storage: `Risk::Markets` (r:3 w:0)
	// Storage: `Risk::MarketStates` (r:3 w:3)
	// Storage: `Oracle::KnownFinalized` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:1)
	// Storage: `Insurance::Funds` (r:2 w:0)
	// Storage: `Margin::Pools` (r:2 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:1)
	// Storage: `Insurance::Operations` (r:2 w:0)
	// Storage: `CircuitBreaker::Pools` (r:2 w:0)
	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:3 w:0)
	// Storage: `Risk::CollateralIndices` (r:2 w:0)
	// Storage: `Margin::StepCursor` (r:1 w:1)
	// Storage: `Margin::Seen` (r:1 w:1)
	// Storage: `Margin::Levels` (r:8 w:0)
	// Storage: `Margin::Due` (r:1 w:0)
	// Storage: `Liquidation::PlanCursor` (r:1 w:0)
	// Storage: `Liquidation::Plans` (r:1 w:0)
	// Storage: `Liquidation::Turn` (r:1 w:0)
	// Storage: `Liquidation::OfferingAccounts` (r:1 w:0)
	// Storage: `Clearing::FirstMarket` (r:1 w:1)
	// Storage: `Clearing::BatchWeights` (r:1 w:1)
	// Storage: `Liquidation::Fresh` (r:3 w:0)
	// Storage: `CircuitBreaker::Listed` (r:3 w:0)
	// Storage: `Exchange::Markets` (r:3 w:0)
	// Storage: `CircuitBreaker::Markets` (r:3 w:3)
	// Storage: `Exchange::Expiries` (r:3 w:0)
	// Storage: `Insurance::FirstPool` (r:1 w:1)
	// Storage: `Margin::Subaccounts` (r:6 w:2)
	// Storage: `Insurance::Incidents` (r:2 w:0)
	// Storage: `Insurance::Surveys` (r:1 w:1)
	// Storage: `CircuitBreaker::ResumedAt` (r:0 w:1)
	// Storage: `Margin::Numbers` (r:0 w:2)
	fn run() -> Weight {
		// Fastest of all runs: 412_644 ns.
		Weight::from_parts(439_203_000, 0)
			.saturating_add(T::DbWeight::get().reads(88))
			.saturating_add(T::DbWeight::get().writes(23))
	}

	// Storage: `Liquidation::Backlog` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Liquidation::Fresh` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Exchange::Markets` (r:1 w:0)
	fn run_batch() -> Weight {
		// Fastest of all runs: 24_677 ns.
		Weight::from_parts(26_840_000, 0).saturating_add(T::DbWeight::get().reads(6))
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
