//! What `breakwater_risk_engine` weighs. Generated: `make weights PALLET=risk` writes this file anew.
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
	/// See the benchmark of this name; `m` from 0 to 64; `a` from 0 to 8; `p` from 1 to 16.
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
	// Storage: `Risk::Common` (r:1 w:1)
	// Storage: `Clearing::BlockFullness` (r:1 w:0)
	// Storage: `Risk::Markets` (r:64 w:0)
	// Storage: `Risk::MarketStates` (r:64 w:64)
	// Storage: `Risk::MarketHistories` (r:64 w:64)
	// Storage: `Margin::OpenInterest` (r:64 w:0)
	// Storage: `Risk::MarketIndices` (r:0 w:64)
	// Storage: `Risk::CollateralIndices` (r:0 w:8)
	fn begin_block(m: u32, a: u32, p: u32) -> Weight {
		// Fastest of all runs: 363_771 ns.
		Weight::from_parts(29_493_281, 0)
			// ± 83_897
			.saturating_add(Weight::from_parts(31_770_470, 0).saturating_mul(m.into()))
			// ± 632_463
			.saturating_add(Weight::from_parts(28_224_634, 0).saturating_mul(a.into()))
			// ± 350_427
			.saturating_add(Weight::from_parts(7_809_500, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(p.into())))
	}

	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:1)
	fn observe_batch() -> Weight {
		// Fastest of all runs: 10_074 ns.
		Weight::from_parts(10_806_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Risk::PoolCount` (r:1 w:1)
	// Storage: `Risk::Pools` (r:15 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_pool() -> Weight {
		// Fastest of all runs: 63_805 ns.
		Weight::from_parts(67_120_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::AssetCount` (r:1 w:1)
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::Assets` (r:7 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_asset() -> Weight {
		// Fastest of all runs: 38_437 ns.
		Weight::from_parts(41_332_000, 0)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::MarketList` (r:1 w:1)
	// Storage: `Risk::Markets` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_market() -> Weight {
		// Fastest of all runs: 25_018 ns.
		Weight::from_parts(29_665_000, 0)
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
