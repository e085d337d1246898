//! What `breakwater_liquidator` weighs. Generated: `make weights PALLET=liquidation` writes this file anew.
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
	/// See the benchmark of this name; `l` from 16 to 128; `f` from 1 to 16.
	fn bid_collateral(l: u32, f: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Margin::Due` (r:201 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
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
	fn work(n: u32) -> Weight {
		// Fastest of all runs: 25_778 ns.
		Weight::from_parts(126_512_975, 0)
			// ± 99_480
			.saturating_add(Weight::from_parts(7_303_855, 0).saturating_mul(n.into()))
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
		// Fastest of all runs: 61_972 ns.
		Weight::from_parts(43_303_071, 0)
			// ± 308_013
			.saturating_add(Weight::from_parts(29_948_377, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(l.into())))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Contagion::Pages` (r:24 w:24)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Insurance::Incidents` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:1)
	fn absorb(l: u32) -> Weight {
		// Fastest of all runs: 107_219 ns.
		Weight::from_parts(114_025_753, 0)
			// ± 126_863
			.saturating_add(Weight::from_parts(17_242_562, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(l.into())))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Insurance::Funds` (r:1 w:0)
	fn takeover_room() -> Weight {
		// Fastest of all runs: 321_739 ns.
		Weight::from_parts(348_418_000, 0).saturating_add(T::DbWeight::get().reads(2))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Contagion::Pages` (r:24 w:24)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Insurance::Incidents` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:1)
	// Storage: `Margin::Levels` (r:0 w:92)
	fn hand_over(l: u32) -> Weight {
		// Fastest of all runs: 91_876 ns.
		Weight::from_parts(129_944_121, 0)
			// ± 164_532
			.saturating_add(Weight::from_parts(17_077_153, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(5_u64.saturating_mul(l.into())))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::Funds` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:1 w:0)
	// Storage: `Risk::AssetStates` (r:1 w:0)
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Contagion::Pages` (r:24 w:24)
	// Storage: `Margin::Filings` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:1)
	// Storage: `Margin::Levels` (r:0 w:96)
	fn sell_to_backstop(l: u32) -> Weight {
		// Fastest of all runs: 125_717 ns.
		Weight::from_parts(143_080_400, 0)
			// ± 171_550
			.saturating_add(Weight::from_parts(17_450_817, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(5_u64.saturating_mul(l.into())))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:56 w:56)
	// Storage: `Exchange::Levels` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	fn cancel(n: u32) -> Weight {
		// Fastest of all runs: 4_527 ns.
		Weight::from_parts(9_253_749, 0)
			// ± 30_153
			.saturating_add(Weight::from_parts(25_848_560, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Filings` (r:200 w:200)
	// Storage: `Margin::Subaccounts` (r:200 w:200)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:200)
	// Storage: `Margin::Levels` (r:0 w:200)
	fn net(n: u32) -> Weight {
		// Fastest of all runs: 1_993 ns.
		Weight::from_parts(2_263_000, 0)
			// ± 70_034
			.saturating_add(Weight::from_parts(41_823_571, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}

	// Storage: `Liquidation::Offers` (r:200 w:0)
	fn force(n: u32) -> Weight {
		// Fastest of all runs: 3_365 ns.
		Weight::from_parts(11_394_664, 0)
			// ± 21_655
			.saturating_add(Weight::from_parts(5_173_737, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
	}

	// Storage: `Contagion::Pages` (r:3 w:3)
	// Storage: `Margin::Levels` (r:0 w:400)
	fn fill(n: u32) -> Weight {
		// Fastest of all runs: 3_636 ns.
		Weight::from_parts(3_776_000, 0)
			// ± 709_517
			.saturating_add(Weight::from_parts(105_127_718, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Subaccounts` (r:33 w:33)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
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
	// Storage: `Margin::Filings` (r:33 w:33)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Liquidation::OfferingAccounts` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:32)
	// Storage: `Margin::Levels` (r:0 w:33)
	fn bid(l: u32, f: u32) -> Weight {
		// Fastest of all runs: 754_712 ns.
		Weight::from_parts(232_117_181, 0)
			// ± 758_070
			.saturating_add(Weight::from_parts(5_205_631, 0).saturating_mul(l.into()))
			// ± 2_336_439
			.saturating_add(Weight::from_parts(65_228_074, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(23))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(f.into())))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes(6_u64.saturating_mul(f.into())))
	}

	// Storage: `Margin::Subaccounts` (r:17 w:17)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Liquidation::Plans` (r:17 w:16)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `Liquidation::Fresh` (r:1 w:0)
	// Storage: `Liquidation::Offers` (r:128 w:16)
	// Storage: `Margin::Filings` (r:17 w:16)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::AssetStates` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Contagion::Collateral` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Risk::MarketList` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Liquidation::OfferingAccounts` (r:1 w:1)
	// Storage: `Margin::Due` (r:0 w:16)
	// Storage: `Margin::Levels` (r:0 w:160)
	fn bid_collateral(l: u32, f: u32) -> Weight {
		// Fastest of all runs: 757_105 ns.
		Weight::from_parts(228_777_065, 0)
			// ± 464_396
			.saturating_add(Weight::from_parts(5_058_417, 0).saturating_mul(l.into()))
			// ± 3_478_233
			.saturating_add(Weight::from_parts(153_211_916, 0).saturating_mul(f.into()))
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
