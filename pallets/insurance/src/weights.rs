//! What `breakwater_insurance` weighs. Generated: `make weights PALLET=insurance` writes this file anew.
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
	fn back() -> Weight;
	/// See the benchmark of this name.
	fn request_exit() -> Weight;
	/// See the benchmark of this name.
	fn cancel_exit() -> Weight;
	/// See the benchmark of this name.
	fn claim_exit() -> Weight;
	/// See the benchmark of this name.
	fn contribute() -> Weight;
	/// See the benchmark of this name.
	fn buy_collateral() -> Weight;
	/// See the benchmark of this name.
	fn resolve() -> Weight;
	/// See the benchmark of this name; `n` from 1 to 24.
	fn attend(n: u32) -> Weight;
	/// See the benchmark of this name.
	fn visit() -> Weight;
	/// See the benchmark of this name.
	fn survey() -> Weight;
	/// See the benchmark of this name; `n` from 1 to 24.
	fn keep(n: u32) -> Weight;
	/// See the benchmark of this name.
	fn look() -> Weight;
	/// See the benchmark of this name.
	fn touch() -> Weight;
	/// See the benchmark of this name.
	fn conclude() -> Weight;
	/// See the benchmark of this name.
	fn condition() -> Weight;
	/// See the benchmark of this name; `n` from 0 to 24.
	fn order(n: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Insurance::Funds` (r:1 w:1)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Custody::OnHand` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Insurance::Stakes` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:8)
	fn back() -> Weight {
		// Fastest of all runs: 121_220 ns.
		Weight::from_parts(130_824_000, 0)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(13))
	}

	// Storage: `Insurance::Stakes` (r:1 w:1)
	// Storage: `Insurance::Funds` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	fn request_exit() -> Weight {
		// Fastest of all runs: 26_900 ns.
		Weight::from_parts(30_966_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Insurance::Stakes` (r:1 w:1)
	fn cancel_exit() -> Weight {
		// Fastest of all runs: 12_739 ns.
		Weight::from_parts(14_912_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Insurance::Stakes` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Insurance::Operations` (r:1 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::AssetCount` (r:1 w:0)
	// Storage: `Liquidation::Offers` (r:3 w:0)
	// Storage: `Liquidation::Backlog` (r:1 w:0)
	// Storage: `Insurance::Funds` (r:1 w:1)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:0)
	fn claim_exit() -> Weight {
		// Fastest of all runs: 88_922 ns.
		Weight::from_parts(106_298_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Insurance::Funds` (r:1 w:1)
	// Storage: `Margin::Pools` (r:2 w:2)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Custody::OnHand` (r:2 w:2)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:8)
	fn contribute() -> Weight {
		// Fastest of all runs: 132_927 ns.
		Weight::from_parts(147_710_000, 0)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(15))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Custody::OnHand` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Risk::AssetStates` (r:1 w:0)
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:9)
	fn buy_collateral() -> Weight {
		// Fastest of all runs: 143_674 ns.
		Weight::from_parts(179_016_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(14))
	}

	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Insurance::FirstPool` (r:1 w:1)
	// Storage: `Insurance::Operations` (r:2 w:0)
	// Storage: `Risk::Pools` (r:2 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:1)
	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:2 w:0)
	// Storage: `Insurance::Incidents` (r:2 w:0)
	// Storage: `Insurance::Funds` (r:2 w:0)
	// Storage: `Margin::Pools` (r:2 w:0)
	// Storage: `Margin::Numbers` (r:0 w:2)
	fn resolve() -> Weight {
		// Fastest of all runs: 79_408 ns.
		Weight::from_parts(100_209_000, 0)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Insurance::Funds` (r:2 w:1)
	// Storage: `Margin::Pools` (r:2 w:2)
	// Storage: `Custody::OnHand` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:1)
	// Storage: `Insurance::Incidents` (r:1 w:0)
	// Storage: `Insurance::OperationCount` (r:1 w:1)
	// Storage: `Insurance::Operations` (r:0 w:1)
	fn attend(n: u32) -> Weight {
		Weight::from_parts(200_000_000, 0)
			.saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Insurance::Operations` (r:1 w:1)
	// Storage: `Insurance::Records` (r:1 w:1)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:4)
	fn visit() -> Weight {
		// Fastest of all runs: 116_303 ns.
		Weight::from_parts(141_049_000, 0)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(12))
	}

	// Storage: `Insurance::Surveys` (r:1 w:1)
	// Storage: `Margin::Subaccounts` (r:2 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	fn survey() -> Weight {
		// Fastest of all runs: 20_351 ns.
		Weight::from_parts(30_415_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	fn keep(n: u32) -> Weight {
		Weight::from_parts(200_000_000, 0)
			.saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	fn look() -> Weight {
		Weight::from_parts(150_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	fn touch() -> Weight {
		Weight::from_parts(150_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	fn conclude() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	fn condition() -> Weight {
		Weight::from_parts(120_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(0))
	}

	fn order(n: u32) -> Weight {
		Weight::from_parts(40_000_000, 0)
			.saturating_add(Weight::from_parts(15_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn back() -> Weight {
		Weight::zero()
	}
	fn request_exit() -> Weight {
		Weight::zero()
	}
	fn cancel_exit() -> Weight {
		Weight::zero()
	}
	fn claim_exit() -> Weight {
		Weight::zero()
	}
	fn contribute() -> Weight {
		Weight::zero()
	}
	fn buy_collateral() -> Weight {
		Weight::zero()
	}
	fn resolve() -> Weight {
		Weight::zero()
	}
	fn attend(_n: u32) -> Weight {
		Weight::zero()
	}
	fn visit() -> Weight {
		Weight::zero()
	}
	fn survey() -> Weight {
		Weight::zero()
	}
	fn keep(_n: u32) -> Weight {
		Weight::zero()
	}
	fn look() -> Weight {
		Weight::zero()
	}
	fn touch() -> Weight {
		Weight::zero()
	}
	fn conclude() -> Weight {
		Weight::zero()
	}
	fn condition() -> Weight {
		Weight::zero()
	}
	fn order(_n: u32) -> Weight {
		Weight::zero()
	}
}
