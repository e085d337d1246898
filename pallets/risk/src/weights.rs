//! What `breakwater_risk_engine` weighs. Generated: `make weights PALLET=risk` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 6 --repeat 3`; rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-22.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name; `m` from 0 to 32; `a` from 0 to 8; `p` from 1 to 16.
	fn begin_block(m: u32, a: u32, p: u32) -> Weight;
	/// See the benchmark of this name.
	fn observe_batch() -> Weight;
	/// See the benchmark of this name.
	fn list_pool() -> Weight;
	/// See the benchmark of this name.
	fn list_asset() -> Weight;
	/// See the benchmark of this name.
	fn list_market() -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::Pools` (r:16 w:0)
	// Storage: `Risk::PoolLoans` (r:16 w:16)
	// Storage: `Margin::Pools` (r:16 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:2 w:0)
	// Storage: `Risk::AssetCount` (r:1 w:0)
	// Storage: `Risk::Assets` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:8)
	// Storage: `Margin::Held` (r:8 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::Returns` (r:1 w:1)
	// Storage: `Risk::Pairs` (r:1 w:1)
	// Storage: `Risk::Common` (r:1 w:1)
	// Storage: `Clearing::BlockFullness` (r:1 w:0)
	// Storage: `Contagion::Current` (r:1 w:0)
	// Storage: `Risk::Markets` (r:32 w:0)
	// Storage: `Risk::MarketStates` (r:32 w:32)
	// Storage: `Risk::MarketHistories` (r:32 w:32)
	// Storage: `Margin::OpenInterest` (r:32 w:0)
	// Storage: `Risk::MarketIndices` (r:0 w:32)
	// Storage: `Risk::CollateralIndices` (r:0 w:8)
	fn begin_block(m: u32, a: u32, p: u32) -> Weight {
		// Fastest of all runs: 373_205 ns.
		Weight::from_parts(378_943_000, 0)
			// ± 191_552
			.saturating_add(Weight::from_parts(36_266_307, 0).saturating_mul(m.into()))
			// ± 752_190
			.saturating_add(Weight::from_parts(31_249_000, 0).saturating_mul(a.into()))
			// ± 394_724
			.saturating_add(Weight::from_parts(11_063_111, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(p.into())))
	}

	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:1)
	fn observe_batch() -> Weight {
		// Fastest of all runs: 10_946 ns.
		Weight::from_parts(13_490_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Risk::PoolCount` (r:1 w:1)
	// Storage: `Risk::Pools` (r:15 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_pool() -> Weight {
		// Fastest of all runs: 67_901 ns.
		Weight::from_parts(94_801_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::AssetCount` (r:1 w:1)
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::Assets` (r:7 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_asset() -> Weight {
		// Fastest of all runs: 40_350 ns.
		Weight::from_parts(63_254_000, 0)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::MarketList` (r:1 w:1)
	// Storage: `Risk::Markets` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_market() -> Weight {
		// Fastest of all runs: 25_718 ns.
		Weight::from_parts(42_783_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn begin_block(_m: u32, _a: u32, _p: u32) -> Weight {
		Weight::zero()
	}
	fn observe_batch() -> Weight {
		Weight::zero()
	}
	fn list_pool() -> Weight {
		Weight::zero()
	}
	fn list_asset() -> Weight {
		Weight::zero()
	}
	fn list_market() -> Weight {
		Weight::zero()
	}
}
