//! What `breakwater_risk_engine` weighs. Generated: `make weights PALLET=risk` writes this file anew.
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
		// Fastest of all runs: 379_805 ns.
		Weight::from_parts(384_943_000, 0)
			// ± 148_699
			.saturating_add(Weight::from_parts(34_120_093, 0).saturating_mul(m.into()))
			// ± 583_915
			.saturating_add(Weight::from_parts(30_158_166, 0).saturating_mul(a.into()))
			// ± 306_419
			.saturating_add(Weight::from_parts(11_046_333, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(9))
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
		// Fastest of all runs: 10_235 ns.
		Weight::from_parts(11_047_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Risk::PoolCount` (r:1 w:1)
	// Storage: `Risk::Pools` (r:15 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_pool() -> Weight {
		// Fastest of all runs: 68_953 ns.
		Weight::from_parts(75_523_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::AssetCount` (r:1 w:1)
	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Risk::Assets` (r:7 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_asset() -> Weight {
		// Fastest of all runs: 40_660 ns.
		Weight::from_parts(43_605_000, 0)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::MarketList` (r:1 w:1)
	// Storage: `Risk::Markets` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	fn list_market() -> Weight {
		// Fastest of all runs: 24_166 ns.
		Weight::from_parts(28_452_000, 0)
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
