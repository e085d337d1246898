//! What `breakwater_ledger` weighs. Generated: `make weights PALLET=margin` writes this file anew.
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
	/// See the benchmark of this name.
	fn levy() -> Weight;
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
		// Fastest of all runs: 65_377 ns.
		Weight::from_parts(69_864_000, 0)
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
		// Fastest of all runs: 58_497 ns.
		Weight::from_parts(63_334_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::Markets` (r:24 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Assets` (r:8 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:4)
	fn transfer() -> Weight {
		// Fastest of all runs: 671_668 ns.
		Weight::from_parts(746_259_000, 0)
			.saturating_add(T::DbWeight::get().reads(109))
			.saturating_add(T::DbWeight::get().writes(11))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Risk::Assets` (r:1 w:0)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn credit() -> Weight {
		// Fastest of all runs: 332_584 ns.
		Weight::from_parts(374_086_000, 0)
			.saturating_add(T::DbWeight::get().reads(73))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
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
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn debit() -> Weight {
		// Fastest of all runs: 539_612 ns.
		Weight::from_parts(610_248_000, 0)
			.saturating_add(T::DbWeight::get().reads(108))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:50 w:50)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Margin::Filings` (r:50 w:50)
	// Storage: `Contagion::Pages` (r:2 w:2)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:12800)
	fn settle(n: u32) -> Weight {
		// Fastest of all runs: 1_160_295 ns.
		Weight::from_parts(35_542_455, 0)
			// ± 15_777_723
			.saturating_add(Weight::from_parts(608_484_312, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(73))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(169))
			.saturating_add(T::DbWeight::get().writes(258_u64.saturating_mul(n.into())))
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
		// Fastest of all runs: 142_892 ns.
		Weight::from_parts(169_542_413, 0)
			// ± 7_330
			.saturating_add(Weight::from_parts(12_354_177, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().reads(68))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(i.into())))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Contagion::Pages` (r:24 w:24)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:192)
	fn wake(n: u32) -> Weight {
		// Fastest of all runs: 48_012 ns.
		Weight::from_parts(32_047_012, 0)
			// ± 15_714
			.saturating_add(Weight::from_parts(6_070_085, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Contagion::Pages` (r:24 w:24)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:1)
	// Storage: `Margin::Levels` (r:0 w:24)
	fn fall_due(n: u32) -> Weight {
		// Fastest of all runs: 40_691 ns.
		Weight::from_parts(31_531_826, 0)
			// ± 12_227
			.saturating_add(Weight::from_parts(11_779_272, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// NOT MEASURED YET: composed of what is measured above, until `make weights PALLET=margin` has
	// run. Two accounts' part of `settle`, as many reads as there are items of 24 legs, and as many
	// writes as `settle` has of one account when all its levels are only removed.
	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Margin::OpenInterest` (r:24 w:24)
	// Storage: `Contagion::Pages` (r:24 w:24)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:128)
	fn levy() -> Weight {
		Weight::from_parts(1_250_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(118))
			.saturating_add(T::DbWeight::get().writes(180))
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
	fn levy() -> Weight {
		Weight::zero()
	}
}
