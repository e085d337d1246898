//! What `breakwater_ledger` weighs. Generated: `make weights PALLET=margin` writes this file anew.
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
	/// See the benchmark of this name; `l` from 1 to 24.
	fn levy(l: u32) -> Weight;
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
		// Fastest of all runs: 66_469 ns.
		Weight::from_parts(77_105_000, 0)
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
		// Fastest of all runs: 58_387 ns.
		Weight::from_parts(64_326_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:2 w:2)
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
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:4)
	fn transfer() -> Weight {
		// Fastest of all runs: 695_734 ns.
		Weight::from_parts(859_629_000, 0)
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
		// Fastest of all runs: 354_397 ns.
		Weight::from_parts(480_955_000, 0)
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
		// Fastest of all runs: 570_828 ns.
		Weight::from_parts(667_502_000, 0)
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
		// Fastest of all runs: 1_752_255 ns.
		Weight::from_parts(1_757_763_000, 0)
			// ± 39_809_185
			.saturating_add(Weight::from_parts(782_800_714, 0).saturating_mul(n.into()))
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
	// Storage: `Risk::PoolLoans` (r:3 w:0)
	// Storage: `Margin::StepCursor` (r:1 w:1)
	// Storage: `Margin::Seen` (r:1 w:1)
	// Storage: `Margin::Levels` (r:940 w:0)
	fn step(i: u32) -> Weight {
		// Fastest of all runs: 159_257 ns.
		Weight::from_parts(235_476_871, 0)
			// ± 59_805
			.saturating_add(Weight::from_parts(13_315_223, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().reads(73))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(i.into())))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Contagion::Pages` (r:48 w:48)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:192)
	fn wake(n: u32) -> Weight {
		// Fastest of all runs: 54_661 ns.
		Weight::from_parts(46_779_842, 0)
			// ± 49_856
			.saturating_add(Weight::from_parts(8_161_528, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(7))
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
		// Fastest of all runs: 44_066 ns.
		Weight::from_parts(35_773_333, 0)
			// ± 149_698
			.saturating_add(Weight::from_parts(15_244_711, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:48 w:48)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::OpenInterest` (r:24 w:24)
	// Storage: `Margin::Levels` (r:0 w:168)
	fn levy(l: u32) -> Weight {
		// Fastest of all runs: 78_988 ns.
		Weight::from_parts(50_733_000, 0)
			// ± 281_256
			.saturating_add(Weight::from_parts(39_714_016, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(5_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes(10_u64.saturating_mul(l.into())))
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
	fn levy(_l: u32) -> Weight {
		Weight::zero()
	}
}
