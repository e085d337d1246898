//! What `breakwater_liquidator` weighs. Generated: `make weights PALLET=liquidation` writes this file anew.
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
	/// See the benchmark of this name; `n` from 0 to 200.
	fn work(n: u32) -> Weight;
	/// See the benchmark of this name; `l` from 1 to 24.
	fn treat(l: u32) -> Weight;
	/// See the benchmark of this name; `l` from 1 to 24.
	fn absorb(l: u32) -> Weight;
	/// See the benchmark of this name.
	fn takeover_room() -> Weight;
	/// See the benchmark of this name; `l` from 1 to 24.
	fn hand_over(l: u32) -> Weight;
	/// See the benchmark of this name; `l` from 1 to 24.
	fn sell_to_backstop(l: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 56.
	fn cancel(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 200.
	fn net(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 200.
	fn force(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 200.
	fn fill(n: u32) -> Weight;
	/// See the benchmark of this name; `l` from 32 to 128; `f` from 1 to 32.
	fn bid(l: u32, f: u32) -> Weight;
	/// See the benchmark of this name; `l` from 32 to 128; `f` from 1 to 32.
	fn bid_collateral(l: u32, f: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Margin::Due` (r:201 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Liquidation::Plans` (r:2 w:1)
	// Storage: `Margin::Subaccounts` (r:200 w:0)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:0)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `Liquidation::OfferingAccounts` (r:1 w:1)
	// Storage: `Liquidation::Offers` (r:1 w:1)
	// Storage: `Liquidation::Fresh` (r:4 w:1)
	// Storage: `Liquidation::PlanCursor` (r:1 w:0)
	// Storage: `Liquidation::Turn` (r:1 w:0)
	// Storage: `Liquidation::Backlog` (r:1 w:1)
	// Storage: `Risk::MarketList` (r:1 w:0)
	fn work(n: u32) -> Weight {
		// Fastest of all runs: 20_080 ns.
		Weight::from_parts(107_949_000, 0)
			// ± 35_572
			.saturating_add(Weight::from_parts(5_959_312, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(28))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Margin::Filings` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:0)
	// Storage: `Liquidation::Offers` (r:24 w:24)
	// Storage: `Liquidation::Plans` (r:0 w:1)
	fn treat(l: u32) -> Weight {
		// Fastest of all runs: 62_864 ns.
		Weight::from_parts(39_154_222, 0)
			// ± 41_129
			.saturating_add(Weight::from_parts(27_708_452, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(l.into())))
	}

	fn absorb(l: u32) -> Weight {
		Weight::from_parts(200_000_000, 0)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(l.into())))
	}

	fn takeover_room() -> Weight {
		Weight::from_parts(700_000_000, 0).saturating_add(T::DbWeight::get().reads(2))
	}

	fn hand_over(l: u32) -> Weight {
		Weight::from_parts(250_000_000, 0)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(5_u64.saturating_mul(l.into())))
	}

	fn sell_to_backstop(l: u32) -> Weight {
		Weight::from_parts(250_000_000, 0)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes(5_u64.saturating_mul(l.into())))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:56 w:56)
	// Storage: `Exchange::Levels` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	fn cancel(n: u32) -> Weight {
		// Fastest of all runs: 4_877 ns.
		Weight::from_parts(9_773_000, 0)
			// ± 18_050
			.saturating_add(Weight::from_parts(28_989_138, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Subaccounts` (r:200 w:200)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Margin::Filings` (r:200 w:200)
	// Storage: `Margin::Due` (r:0 w:200)
	// Storage: `Margin::Levels` (r:0 w:200)
	fn net(n: u32) -> Weight {
		// Fastest of all runs: 2_414 ns.
		Weight::from_parts(2_624_000, 0)
			// ± 33_423
			.saturating_add(Weight::from_parts(38_996_360, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}

	// Storage: `Liquidation::Offers` (r:200 w:0)
	fn force(n: u32) -> Weight {
		// Fastest of all runs: 3_395 ns.
		Weight::from_parts(6_112_795, 0)
			// ± 16_430
			.saturating_add(Weight::from_parts(4_750_637, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
	}

	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Margin::Levels` (r:0 w:400)
	fn fill(n: u32) -> Weight {
		// Fastest of all runs: 3_445 ns.
		Weight::from_parts(3_625_000, 0)
			// ± 57_717
			.saturating_add(Weight::from_parts(53_267_700, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Subaccounts` (r:33 w:33)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Liquidation::Plans` (r:33 w:32)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Liquidation::Fresh` (r:1 w:0)
	// Storage: `Liquidation::Offers` (r:128 w:32)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::Filings` (r:33 w:33)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Liquidation::OfferingAccounts` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:32)
	// Storage: `Margin::Levels` (r:0 w:33)
	fn bid(l: u32, f: u32) -> Weight {
		// Fastest of all runs: 705_639 ns.
		Weight::from_parts(741_753_000, 0)
			// ± 164_585
			.saturating_add(Weight::from_parts(5_725_758, 0).saturating_mul(l.into()))
			// ± 679_693
			.saturating_add(Weight::from_parts(52_974_760, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(23))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(f.into())))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes(6_u64.saturating_mul(f.into())))
	}

	// Storage: `Margin::Subaccounts` (r:33 w:33)
	// Storage: `Risk::CollateralIndices` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Liquidation::Plans` (r:33 w:32)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Liquidation::Fresh` (r:1 w:0)
	// Storage: `Liquidation::Offers` (r:128 w:32)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::AssetStates` (r:1 w:0)
	// Storage: `Margin::Filings` (r:33 w:32)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Liquidation::OfferingAccounts` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:32)
	// Storage: `Margin::Levels` (r:0 w:320)
	fn bid_collateral(l: u32, f: u32) -> Weight {
		// Fastest of all runs: 721_673 ns.
		Weight::from_parts(747_872_000, 0)
			// ± 213_362
			.saturating_add(Weight::from_parts(5_027_090, 0).saturating_mul(l.into()))
			// ± 881_128
			.saturating_add(Weight::from_parts(138_035_708, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(f.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(15_u64.saturating_mul(f.into())))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn work(_n: u32) -> Weight {
		Weight::zero()
	}
	fn treat(_l: u32) -> Weight {
		Weight::zero()
	}
	fn absorb(_l: u32) -> Weight {
		Weight::zero()
	}
	fn takeover_room() -> Weight {
		Weight::zero()
	}
	fn hand_over(_l: u32) -> Weight {
		Weight::zero()
	}
	fn sell_to_backstop(_l: u32) -> Weight {
		Weight::zero()
	}
	fn cancel(_n: u32) -> Weight {
		Weight::zero()
	}
	fn net(_n: u32) -> Weight {
		Weight::zero()
	}
	fn force(_n: u32) -> Weight {
		Weight::zero()
	}
	fn fill(_n: u32) -> Weight {
		Weight::zero()
	}
	fn bid(_l: u32, _f: u32) -> Weight {
		Weight::zero()
	}
	fn bid_collateral(_l: u32, _f: u32) -> Weight {
		Weight::zero()
	}
}
