//! What `breakwater_contagion_monitor` weighs. Generated: `make weights PALLET=contagion` writes this file anew.
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
	fn look_at_market() -> Weight;
	/// See the benchmark of this name.
	fn look_at_asset() -> Weight;
	/// See the benchmark of this name; `n` from 8 to 40.
	fn look_at_pools(n: u32) -> Weight;
	/// See the benchmark of this name.
	fn shift() -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:3 w:0)
	// Storage: `Contagion::MarketViews` (r:1 w:1)
	// Storage: `Contagion::Current` (r:1 w:1)
	fn look_at_market() -> Weight {
		// Fastest of all runs: 94_270 ns.
		Weight::from_parts(100_579_000, 0)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Risk::Assets` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:1 w:0)
	// Storage: `Contagion::Collateral` (r:1 w:0)
	// Storage: `Risk::AssetStates` (r:1 w:0)
	// Storage: `Contagion::AssetViews` (r:0 w:1)
	fn look_at_asset() -> Weight {
		// Fastest of all runs: 19_448 ns.
		Weight::from_parts(21_913_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Contagion::MarketViews` (r:33 w:0)
	// Storage: `Contagion::AssetViews` (r:9 w:0)
	// Storage: `Contagion::Current` (r:1 w:1)
	// Storage: `Contagion::Overlap` (r:1 w:1)
	fn look_at_pools(n: u32) -> Weight {
		// Fastest of all runs: 270_943 ns.
		Weight::from_parts(288_243_363, 0)
			// ± 38_042
			.saturating_add(Weight::from_parts(5_340_750, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Contagion::Pages` (r:2 w:2)
	fn shift() -> Weight {
		// Fastest of all runs: 8_443 ns.
		Weight::from_parts(9_074_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn look_at_market() -> Weight {
		Weight::zero()
	}
	fn look_at_asset() -> Weight {
		Weight::zero()
	}
	fn look_at_pools(_n: u32) -> Weight {
		Weight::zero()
	}
	fn shift() -> Weight {
		Weight::zero()
	}
}
