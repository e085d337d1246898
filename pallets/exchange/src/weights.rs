//! What `breakwater_exchange` weighs. Generated: `make weights PALLET=exchange` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 6 --repeat 4`, the median of 2;
//! rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-22.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name.
	fn list_market() -> Weight;
	/// See the benchmark of this name; `l` from 0 to 31.
	fn place(l: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 50.
	fn place_many(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 50.
	fn place_many_full(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 50.
	fn cancel(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 56.
	fn cancel_all(n: u32) -> Weight;
	/// See the benchmark of this name.
	fn replace() -> Weight;
	/// See the benchmark of this name.
	fn place_trigger() -> Weight;
	/// See the benchmark of this name.
	fn set_dead_man_switch() -> Weight;
	/// See the benchmark of this name.
	fn add_delegate() -> Weight;
	/// See the benchmark of this name.
	fn remove_delegate() -> Weight;
	/// See the benchmark of this name.
	fn amm_deposit() -> Weight;
	/// See the benchmark of this name.
	fn amm_withdraw() -> Weight;
	/// See the benchmark of this name; `o` from 0 to 16.
	fn fire_switch(o: u32) -> Weight;
	/// See the benchmark of this name; `o` from 2 to 100.
	fn fill(o: u32) -> Weight;
	/// See the benchmark of this name; `a` from 2 to 100.
	fn trade(a: u32) -> Weight;
	/// See the benchmark of this name; `l` from 2 to 100.
	fn levels(l: u32) -> Weight;
	/// See the benchmark of this name; `o` from 0 to 200.
	fn load(o: u32) -> Weight;
	/// See the benchmark of this name; `o` from 1 to 20.
	fn carry(o: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 50.
	fn activate(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 0 to 50.
	fn expire(n: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Exchange::Markets` (r:12 w:1)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Exchange::MarketCount` (r:1 w:1)
	// Storage: `Risk::MarketList` (r:1 w:1)
	// Storage: `Risk::Markets` (r:1 w:1)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:1)
	// Storage: `Margin::Subaccounts` (r:1 w:1)
	// Storage: `Exchange::Amms` (r:0 w:1)
	// Storage: `Margin::Numbers` (r:0 w:1)
	fn list_market() -> Weight {
		// Fastest of all runs: 114_240 ns.
		Weight::from_parts(144_044_000, 0)
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Arrivals` (r:1 w:1)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Exchange::Levels` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:0 w:1)
	// Storage: `Exchange::Expiries` (r:0 w:1)
	fn place(l: u32) -> Weight {
		// Fastest of all runs: 126_688 ns.
		Weight::from_parts(155_908_481, 0)
			// ± 231_039
			.saturating_add(Weight::from_parts(10_662_688, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Arrivals` (r:1 w:1)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Levels` (r:50 w:50)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:0 w:50)
	// Storage: `Exchange::Expiries` (r:0 w:50)
	fn place_many(n: u32) -> Weight {
		// Fastest of all runs: 115_712 ns.
		Weight::from_parts(56_882_517, 0)
			// ± 96_774
			.saturating_add(Weight::from_parts(67_769_170, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Arrivals` (r:1 w:1)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Exchange::Levels` (r:50 w:50)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:0 w:50)
	// Storage: `Exchange::Expiries` (r:0 w:50)
	fn place_many_full(n: u32) -> Weight {
		// Fastest of all runs: 401_227 ns.
		Weight::from_parts(232_276_714, 0)
			// ± 657_167
			.saturating_add(Weight::from_parts(202_279_294, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(80))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:50 w:50)
	// Storage: `Exchange::Levels` (r:50 w:50)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Expiries` (r:0 w:50)
	fn cancel(n: u32) -> Weight {
		// Fastest of all runs: 70_525 ns.
		Weight::from_parts(68_340_736, 0)
			// ± 256_020
			.saturating_add(Weight::from_parts(41_916_816, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:56 w:56)
	// Storage: `Exchange::Levels` (r:56 w:56)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Expiries` (r:0 w:56)
	fn cancel_all(n: u32) -> Weight {
		// Fastest of all runs: 9_694 ns.
		Weight::from_parts(17_977_000, 0)
			// ± 293_343
			.saturating_add(Weight::from_parts(46_390_818, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:1 w:2)
	// Storage: `Exchange::Levels` (r:2 w:2)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Arrivals` (r:1 w:1)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:0 w:2)
	fn replace() -> Weight {
		// Fastest of all runs: 192_056 ns.
		Weight::from_parts(302_070_000, 0)
			.saturating_add(T::DbWeight::get().reads(21))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Arrivals` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Expiries` (r:0 w:1)
	// Storage: `Exchange::Triggers` (r:0 w:1)
	fn place_trigger() -> Weight {
		// Fastest of all runs: 112_968 ns.
		Weight::from_parts(154_700_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Switches` (r:1 w:1)
	// Storage: `Exchange::SwitchesDue` (r:0 w:2)
	fn set_dead_man_switch() -> Weight {
		// Fastest of all runs: 18_738 ns.
		Weight::from_parts(26_369_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Delegates` (r:1 w:1)
	fn add_delegate() -> Weight {
		// Fastest of all runs: 15_082 ns.
		Weight::from_parts(19_740_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Delegates` (r:1 w:1)
	fn remove_delegate() -> Weight {
		// Fastest of all runs: 15_463 ns.
		Weight::from_parts(20_941_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:2 w:0)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Exchange::Amms` (r:1 w:1)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Custody::OnHand` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Exchange::Shares` (r:1 w:1)
	fn amm_deposit() -> Weight {
		// Fastest of all runs: 114_921 ns.
		Weight::from_parts(121_741_000, 0)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Margin::Filings` (r:2 w:0)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Exchange::Amms` (r:1 w:1)
	// Storage: `CircuitBreaker::Listed` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::Prices` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Markets` (r:1 w:0)
	// Storage: `CircuitBreaker::Pools` (r:1 w:0)
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Shares` (r:1 w:1)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Custody::OnHand` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	fn amm_withdraw() -> Weight {
		// Fastest of all runs: 123_003 ns.
		Weight::from_parts(129_152_000, 0)
			.saturating_add(T::DbWeight::get().reads(22))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Exchange::SwitchesDue` (r:2 w:1)
	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:16 w:16)
	// Storage: `Exchange::Levels` (r:16 w:16)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Switches` (r:0 w:1)
	// Storage: `Exchange::Expiries` (r:0 w:16)
	fn fire_switch(o: u32) -> Weight {
		// Fastest of all runs: 17_906 ns.
		Weight::from_parts(30_208_979, 0)
			// ± 199_502
			.saturating_add(Weight::from_parts(39_377_219, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(o.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:3 w:2)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:2 w:0)
	// Storage: `Exchange::Levels` (r:4 w:2)
	// Storage: `Exchange::Orders` (r:102 w:100)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Exchange::Traders` (r:2 w:2)
	// Storage: `Exchange::Expiries` (r:101 w:100)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn fill(o: u32) -> Weight {
		// Fastest of all runs: 291_203 ns.
		Weight::from_parts(268_199_512, 0)
			// ± 134_345
			.saturating_add(Weight::from_parts(29_921_749, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(27))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(o.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:101 w:100)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:2 w:0)
	// Storage: `Exchange::Levels` (r:4 w:2)
	// Storage: `Exchange::Orders` (r:102 w:100)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Margin::Filings` (r:100 w:100)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Exchange::Traders` (r:100 w:100)
	// Storage: `Exchange::Expiries` (r:101 w:100)
	// Storage: `Margin::Levels` (r:0 w:100)
	fn trade(a: u32) -> Weight {
		// Fastest of all runs: 290_532 ns.
		Weight::from_parts(192_816_857, 0)
			// ± 532_792
			.saturating_add(Weight::from_parts(72_254_103, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(22))
			.saturating_add(T::DbWeight::get().reads(5_u64.saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(6_u64.saturating_mul(a.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:1)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:3 w:2)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:2 w:0)
	// Storage: `Exchange::Levels` (r:102 w:100)
	// Storage: `Exchange::Orders` (r:102 w:100)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Insurance::Backstops` (r:1 w:0)
	// Storage: `Contagion::Pages` (r:1 w:1)
	// Storage: `Exchange::Traders` (r:2 w:2)
	// Storage: `Exchange::Expiries` (r:101 w:100)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn levels(l: u32) -> Weight {
		// Fastest of all runs: 293_797 ns.
		Weight::from_parts(276_228_076, 0)
			// ± 152_893
			.saturating_add(Weight::from_parts(34_967_185, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(25))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(l.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:201 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:2 w:0)
	// Storage: `Exchange::Levels` (r:22 w:0)
	// Storage: `Exchange::Orders` (r:202 w:0)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:1 w:0)
	fn load(o: u32) -> Weight {
		// Fastest of all runs: 102_463 ns.
		Weight::from_parts(287_251_549, 0)
			// ± 271_497
			.saturating_add(Weight::from_parts(17_453_950, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(38))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(o.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:24 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:21 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:2 w:0)
	// Storage: `Exchange::Levels` (r:22 w:0)
	// Storage: `Exchange::Orders` (r:22 w:0)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:24 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Risk::CollateralIndices` (r:8 w:0)
	// Storage: `Risk::AssetStates` (r:8 w:0)
	// Storage: `Exchange::Expiries` (r:1 w:0)
	fn carry(o: u32) -> Weight {
		// Fastest of all runs: 421_106 ns.
		Weight::from_parts(439_021_000, 0)
			// ± 4_121_000
			.saturating_add(Weight::from_parts(54_523_556, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(80))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(o.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:26 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:27 w:25)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Levels` (r:3 w:1)
	// Storage: `Exchange::Traders` (r:25 w:25)
	// Storage: `Exchange::Orders` (r:27 w:25)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:1 w:25)
	fn activate(n: u32) -> Weight {
		// Fastest of all runs: 102_072 ns.
		Weight::from_parts(418_204_373, 0)
			// ± 778_769
			.saturating_add(Weight::from_parts(33_708_125, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(40))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(22))
			.saturating_add(T::DbWeight::get().writes(2_u64.saturating_mul(n.into())))
	}

	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Risk::Markets` (r:1 w:0)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Exchange::Amms` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:51 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Exchange::Triggers` (r:2 w:0)
	// Storage: `Exchange::Levels` (r:52 w:50)
	// Storage: `Exchange::Orders` (r:52 w:50)
	// Storage: `Insurance::OpenPools` (r:1 w:0)
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:51 w:50)
	// Storage: `Exchange::Traders` (r:50 w:50)
	// Storage: `Exchange::Counts` (r:1 w:1)
	fn expire(n: u32) -> Weight {
		// Fastest of all runs: 101_441 ns.
		Weight::from_parts(119_928_000, 0)
			// ± 226_624
			.saturating_add(Weight::from_parts(62_645_756, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().reads(5_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn list_market() -> Weight {
		Weight::zero()
	}
	fn place(_l: u32) -> Weight {
		Weight::zero()
	}
	fn place_many(_n: u32) -> Weight {
		Weight::zero()
	}
	fn place_many_full(_n: u32) -> Weight {
		Weight::zero()
	}
	fn cancel(_n: u32) -> Weight {
		Weight::zero()
	}
	fn cancel_all(_n: u32) -> Weight {
		Weight::zero()
	}
	fn replace() -> Weight {
		Weight::zero()
	}
	fn place_trigger() -> Weight {
		Weight::zero()
	}
	fn set_dead_man_switch() -> Weight {
		Weight::zero()
	}
	fn add_delegate() -> Weight {
		Weight::zero()
	}
	fn remove_delegate() -> Weight {
		Weight::zero()
	}
	fn amm_deposit() -> Weight {
		Weight::zero()
	}
	fn amm_withdraw() -> Weight {
		Weight::zero()
	}
	fn fire_switch(_o: u32) -> Weight {
		Weight::zero()
	}
	fn fill(_o: u32) -> Weight {
		Weight::zero()
	}
	fn trade(_a: u32) -> Weight {
		Weight::zero()
	}
	fn levels(_l: u32) -> Weight {
		Weight::zero()
	}
	fn load(_o: u32) -> Weight {
		Weight::zero()
	}
	fn carry(_o: u32) -> Weight {
		Weight::zero()
	}
	fn activate(_n: u32) -> Weight {
		Weight::zero()
	}
	fn expire(_n: u32) -> Weight {
		Weight::zero()
	}
}
