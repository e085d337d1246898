//! What `breakwater_insurance` weighs. Generated: `make weights PALLET=insurance` writes this file anew.
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
	/// See the benchmark of this name; `n` from 6 to 24.
	fn attend(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 24.
	fn keep(n: u32) -> Weight;
	/// See the benchmark of this name.
	fn look() -> Weight;
	/// See the benchmark of this name.
	fn visit() -> Weight;
	/// See the benchmark of this name.
	fn touch() -> Weight;
	/// See the benchmark of this name.
	fn survey() -> Weight;
	/// See the benchmark of this name.
	fn conclude() -> Weight;
	/// See the benchmark of this name; `n` from 6 to 24.
	fn condition(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 24.
	fn order(n: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
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
	// Storage: `Insurance::Stakes` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:8)
	fn back() -> Weight {
		// Fastest of all runs: 142_983 ns.
		Weight::from_parts(216_111_000, 0)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(13))
	}

	// Storage: `Insurance::Stakes` (r:1 w:1)
	// Storage: `Insurance::Funds` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	fn request_exit() -> Weight {
		// Fastest of all runs: 28_672 ns.
		Weight::from_parts(34_952_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Insurance::Stakes` (r:1 w:1)
	fn cancel_exit() -> Weight {
		// Fastest of all runs: 12_659 ns.
		Weight::from_parts(15_873_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Insurance::Stakes` (r:1 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Insurance::Funds` (r:1 w:1)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:2 w:2)
	// Storage: `Margin::Levels` (r:0 w:8)
	fn claim_exit() -> Weight {
		// Fastest of all runs: 415_327 ns.
		Weight::from_parts(507_294_000, 0)
			.saturating_add(T::DbWeight::get().reads(77))
			.saturating_add(T::DbWeight::get().writes(15))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
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
	// Storage: `Margin::Levels` (r:0 w:8)
	fn contribute() -> Weight {
		// Fastest of all runs: 152_446 ns.
		Weight::from_parts(174_089_000, 0)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(15))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:1)
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
	// Storage: `Margin::Levels` (r:0 w:12)
	fn buy_collateral() -> Weight {
		// Fastest of all runs: 206_767 ns.
		Weight::from_parts(248_309_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(17))
	}

	// Storage: `Risk::PoolCount` (r:1 w:0)
	// Storage: `Insurance::FirstPool` (r:1 w:1)
	fn resolve() -> Weight {
		// Fastest of all runs: 4_527 ns.
		Weight::from_parts(5_508_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Insurance::Funds` (r:2 w:1)
	// Storage: `Margin::Pools` (r:2 w:2)
	// Storage: `Custody::OnHand` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:1)
	// Storage: `Insurance::Incidents` (r:1 w:0)
	// Storage: `Risk::Pairs` (r:1 w:0)
	// Storage: `Insurance::OperationCount` (r:1 w:1)
	// Storage: `Insurance::Operations` (r:0 w:1)
	fn attend(n: u32) -> Weight {
		// Fastest of all runs: 320_717 ns.
		Weight::from_parts(363_831_932, 0)
			// ± 1_040_005
			.saturating_add(Weight::from_parts(17_475_909, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Insurance::Incidents` (r:1 w:0)
	// Storage: `Insurance::Funds` (r:1 w:1)
	// Storage: `Margin::Pools` (r:2 w:2)
	// Storage: `Risk::Pairs` (r:1 w:0)
	// Storage: `Custody::OnHand` (r:2 w:2)
	fn keep(n: u32) -> Weight {
		// Fastest of all runs: 180_318 ns.
		Weight::from_parts(163_152_000, 0)
			// ± 147_133
			.saturating_add(Weight::from_parts(36_670_956, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Insurance::Records` (r:1 w:1)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Insurance::Operations` (r:0 w:1)
	fn look() -> Weight {
		// Fastest of all runs: 106_689 ns.
		Weight::from_parts(136_353_000, 0)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Insurance::Operations` (r:1 w:1)
	// Storage: `Insurance::Records` (r:3 w:1)
	// Storage: `Margin::Subaccounts` (r:2 w:0)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	fn visit() -> Weight {
		// Fastest of all runs: 130_314 ns.
		Weight::from_parts(153_659_000, 0)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Insurance::Operations` (r:1 w:1)
	// Storage: `Insurance::Records` (r:1 w:1)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	fn touch() -> Weight {
		// Fastest of all runs: 150_754 ns.
		Weight::from_parts(182_531_000, 0)
			.saturating_add(T::DbWeight::get().reads(36))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Insurance::Surveys` (r:1 w:1)
	// Storage: `Margin::Subaccounts` (r:2 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	fn survey() -> Weight {
		// Fastest of all runs: 204_854 ns.
		Weight::from_parts(233_347_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Insurance::Funds` (r:1 w:1)
	fn conclude() -> Weight {
		// Fastest of all runs: 7_682 ns.
		Weight::from_parts(8_673_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Insurance::Funds` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Insurance::Operations` (r:1 w:0)
	fn condition(n: u32) -> Weight {
		// Fastest of all runs: 92_277 ns.
		Weight::from_parts(109_294_000, 0)
			// ± 383_275
			.saturating_add(Weight::from_parts(6_611_034, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
	}

	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Insurance::Operations` (r:1 w:0)
	// Storage: `Risk::Pairs` (r:1 w:0)
	fn order(n: u32) -> Weight {
		// Fastest of all runs: 15_233 ns.
		Weight::from_parts(33_570_121, 0)
			// ± 137_538
			.saturating_add(Weight::from_parts(11_737_127, 0).saturating_mul(n.into()))
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
	fn keep(_n: u32) -> Weight {
		Weight::zero()
	}
	fn look() -> Weight {
		Weight::zero()
	}
	fn visit() -> Weight {
		Weight::zero()
	}
	fn touch() -> Weight {
		Weight::zero()
	}
	fn survey() -> Weight {
		Weight::zero()
	}
	fn conclude() -> Weight {
		Weight::zero()
	}
	fn condition(_n: u32) -> Weight {
		Weight::zero()
	}
	fn order(_n: u32) -> Weight {
		Weight::zero()
	}
}
