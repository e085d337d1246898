//! What `breakwater_ledger` weighs. Generated: `make weights PALLET=margin` writes this file anew.
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
		// Fastest of all runs: 66_198 ns.
		Weight::from_parts(76_955_000, 0)
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
		// Fastest of all runs: 58_287 ns.
		Weight::from_parts(64_896_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
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
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Margin::Held` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:4)
	fn transfer() -> Weight {
		// Fastest of all runs: 688_363 ns.
		Weight::from_parts(829_233_000, 0)
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
		// Fastest of all runs: 359_925 ns.
		Weight::from_parts(515_536_000, 0)
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
		// Fastest of all runs: 617_638 ns.
		Weight::from_parts(885_006_000, 0)
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
		// Fastest of all runs: 1_196_780 ns.
		Weight::from_parts(203_718_162, 0)
			// ± 61_775_916
			.saturating_add(Weight::from_parts(726_597_472, 0).saturating_mul(n.into()))
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
		// Fastest of all runs: 157_864 ns.
		Weight::from_parts(211_590_167, 0)
			// ± 17_680
			.saturating_add(Weight::from_parts(12_696_613, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().reads(73))
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
		// Fastest of all runs: 52_868 ns.
		Weight::from_parts(47_677_719, 0)
			// ± 39_795
			.saturating_add(Weight::from_parts(6_651_049, 0).saturating_mul(n.into()))
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
		// Fastest of all runs: 44_326 ns.
		Weight::from_parts(38_637_000, 0)
			// ± 111_726
			.saturating_add(Weight::from_parts(13_798_333, 0).saturating_mul(n.into()))
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
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::OpenInterest` (r:24 w:24)
	// Storage: `Margin::Levels` (r:0 w:128)
	fn levy(l: u32) -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(9_u64.saturating_mul(l.into())))
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
