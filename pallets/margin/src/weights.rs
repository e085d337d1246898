//! What `breakwater_ledger` weighs. Generated: `make weights PALLET=margin` writes this file anew.
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
	fn open() -> Weight;
	/// See the benchmark of this name.
	fn close() -> Weight;
	/// See the benchmark of this name.
	fn transfer() -> Weight;
	/// See the benchmark of this name.
	fn credit() -> Weight;
	/// See the benchmark of this name.
	fn debit() -> Weight;
	/// See the benchmark of this name; `n` from 2 to 50.
	fn settle(n: u32) -> Weight;
	/// See the benchmark of this name; `i` from 0 to 224.
	fn step(i: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 96.
	fn wake(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 24.
	fn fall_due(n: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Margin::Numbers` (r:0 w:1)
	fn open() -> Weight {
		// Fastest of all runs: 64_366 ns.
		Weight::from_parts(68_211_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Exchange::Traders` (r:1 w:0)
	// Storage: `Exchange::MarketCount` (r:1 w:0)
	// Storage: `Exchange::Shares` (r:3 w:0)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Margin::Filings` (r:1 w:0)
	// Storage: `Margin::Numbers` (r:0 w:1)
	fn close() -> Weight {
		// Fastest of all runs: 57_145 ns.
		Weight::from_parts(61_121_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Risk::Markets` (r:24 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Assets` (r:8 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:4)
	fn transfer() -> Weight {
		// Fastest of all runs: 615_275 ns.
		Weight::from_parts(676_636_000, 0)
			.saturating_add(T::DbWeight::get().reads(106))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Risk::Assets` (r:1 w:0)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn credit() -> Weight {
		// Fastest of all runs: 317_803 ns.
		Weight::from_parts(354_968_000, 0)
			.saturating_add(T::DbWeight::get().reads(70))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Custody::OnHand` (r:1 w:0)
	// Storage: `Risk::Markets` (r:24 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Assets` (r:8 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn debit() -> Weight {
		// Fastest of all runs: 539_963 ns.
		Weight::from_parts(593_523_000, 0)
			.saturating_add(T::DbWeight::get().reads(105))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Margin::Subaccounts` (r:50 w:50)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Margin::Filings` (r:50 w:50)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:12800)
	fn settle(n: u32) -> Weight {
		// Fastest of all runs: 1_192_643 ns.
		Weight::from_parts(1_233_955_000, 0)
			// ± 8_917_529
			.saturating_add(Weight::from_parts(637_754_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(69))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(73))
			.saturating_add(T::DbWeight::get().writes(259_u64.saturating_mul(n.into())))
	}

	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:31 w:0)
	// Storage: `Risk::AssetCount` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:2 w:0)
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:2 w:0)
	// Storage: `Margin::StepCursor` (r:1 w:1)
	// Storage: `Margin::Seen` (r:1 w:1)
	// Storage: `Margin::Levels` (r:936 w:0)
	fn step(i: u32) -> Weight {
		// Fastest of all runs: 142_682 ns.
		Weight::from_parts(154_087_568, 0)
			// ± 5_842
			.saturating_add(Weight::from_parts(12_083_968, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().reads(52))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(i.into())))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:192)
	fn wake(n: u32) -> Weight {
		// Fastest of all runs: 40_480 ns.
		Weight::from_parts(31_701_578, 0)
			// ± 10_651
			.saturating_add(Weight::from_parts(4_946_318, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// Not measured yet.
	fn fall_due(n: u32) -> Weight {
		Weight::from_parts(40_000_000, 0)
			.saturating_add(Weight::from_parts(5_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn open() -> Weight {
		Weight::zero()
	}
	fn close() -> Weight {
		Weight::zero()
	}
	fn transfer() -> Weight {
		Weight::zero()
	}
	fn credit() -> Weight {
		Weight::zero()
	}
	fn debit() -> Weight {
		Weight::zero()
	}
	fn settle(_n: u32) -> Weight {
		Weight::zero()
	}
	fn step(_i: u32) -> Weight {
		Weight::zero()
	}
	fn wake(_n: u32) -> Weight {
		Weight::zero()
	}
	fn fall_due(_n: u32) -> Weight {
		Weight::zero()
	}
}
