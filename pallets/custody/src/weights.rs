//! What `breakwater_custody` weighs. Generated: `make weights PALLET=custody` writes this file anew.
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
	fn deposit() -> Weight;
	/// See the benchmark of this name.
	fn withdraw() -> Weight;
	/// See the benchmark of this name.
	fn collect() -> Weight;
	/// See the benchmark of this name.
	fn faucet() -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Custody::Deposits` (r:1 w:1)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Assets::Asset` (r:1 w:1)
	// Storage: `Assets::Account` (r:2 w:2)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Custody::OnHand` (r:1 w:1)
	// Storage: `Custody::Outflows` (r:1 w:1)
	// Storage: `Custody::Usages` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:0)
	fn deposit() -> Weight {
		// Fastest of all runs: 99_177 ns.
		Weight::from_parts(105_266_000, 0)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Custody::OnHand` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Custody::Outflows` (r:1 w:1)
	// Storage: `Custody::Usages` (r:1 w:1)
	// Storage: `Custody::Promised` (r:1 w:1)
	// Storage: `Custody::NextTicket` (r:1 w:1)
	// Storage: `Custody::Tickets` (r:0 w:1)
	fn withdraw() -> Weight {
		// Fastest of all runs: 72_749 ns.
		Weight::from_parts(82_122_000, 0)
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Storage: `Custody::Tickets` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Custody::Outflows` (r:1 w:1)
	// Storage: `Custody::OnHand` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Custody::Promised` (r:1 w:1)
	// Storage: `Assets::Asset` (r:1 w:1)
	// Storage: `Assets::Account` (r:2 w:2)
	fn collect() -> Weight {
		// Fastest of all runs: 71_717 ns.
		Weight::from_parts(76_113_000, 0)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Storage: `Sudo::Key` (r:1 w:0)
	// Storage: `Custody::Drips` (r:1 w:1)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Assets::Asset` (r:3 w:3)
	// Storage: `Assets::Account` (r:3 w:3)
	fn faucet() -> Weight {
		// Fastest of all runs: 75_082 ns.
		Weight::from_parts(117_945_000, 0)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(7))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn deposit() -> Weight {
		Weight::zero()
	}
	fn withdraw() -> Weight {
		Weight::zero()
	}
	fn collect() -> Weight {
		Weight::zero()
	}
	fn faucet() -> Weight {
		Weight::zero()
	}
}
