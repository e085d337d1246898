//! What `breakwater_exchange` weighs. Generated: `make weights PALLET=exchange` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 8 --repeat 6`; rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-21.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name.
	fn list_market() -> Weight;
	/// See the benchmark of this name.
	fn place() -> Weight;
	/// See the benchmark of this name; `n` from 1 to 50.
	fn place_many(n: u32) -> Weight;
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
		// Fastest of all runs: 107_450 ns.
		Weight::from_parts(115_061_000, 0)
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
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
	// Storage: `Exchange::Levels` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:0 w:1)
	// Storage: `Exchange::Expiries` (r:0 w:1)
	fn place() -> Weight {
		// Fastest of all runs: 118_315 ns.
		Weight::from_parts(127_530_000, 0)
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
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
		// Fastest of all runs: 107_911 ns.
		Weight::from_parts(45_566_928, 0)
			// ± 23_219
			.saturating_add(Weight::from_parts(63_614_248, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(18))
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
		// Fastest of all runs: 68_191 ns.
		Weight::from_parts(40_593_183, 0)
			// ± 33_599
			.saturating_add(Weight::from_parts(37_553_409, 0).saturating_mul(n.into()))
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
		// Fastest of all runs: 9_324 ns.
		Weight::from_parts(12_368_000, 0)
			// ± 16_537
			.saturating_add(Weight::from_parts(32_541_779, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Orders` (r:1 w:2)
	// Storage: `Exchange::Levels` (r:2 w:2)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
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
		// Fastest of all runs: 168_570 ns.
		Weight::from_parts(177_574_000, 0)
			.saturating_add(T::DbWeight::get().reads(21))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// Storage: `Exchange::Traders` (r:1 w:1)
	// Storage: `Exchange::Markets` (r:1 w:0)
	// Storage: `Margin::Subaccounts` (r:1 w:0)
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
		// Fastest of all runs: 104_765 ns.
		Weight::from_parts(112_176_000, 0)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Switches` (r:1 w:1)
	// Storage: `Exchange::SwitchesDue` (r:0 w:2)
	fn set_dead_man_switch() -> Weight {
		// Fastest of all runs: 17_646 ns.
		Weight::from_parts(18_858_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Delegates` (r:1 w:1)
	fn add_delegate() -> Weight {
		// Fastest of all runs: 14_572 ns.
		Weight::from_parts(15_923_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Delegates` (r:1 w:1)
	fn remove_delegate() -> Weight {
		// Fastest of all runs: 14_842 ns.
		Weight::from_parts(16_024_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
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
	// Storage: `Margin::Filings` (r:2 w:0)
	// Storage: `Exchange::Shares` (r:1 w:1)
	fn amm_deposit() -> Weight {
		// Fastest of all runs: 94_690 ns.
		Weight::from_parts(98_346_000, 0)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:2 w:2)
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
	// Storage: `Margin::Filings` (r:2 w:0)
	fn amm_withdraw() -> Weight {
		// Fastest of all runs: 102_893 ns.
		Weight::from_parts(107_059_000, 0)
			.saturating_add(T::DbWeight::get().reads(20))
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
		// Fastest of all runs: 17_416 ns.
		Weight::from_parts(27_175_090, 0)
			// ± 14_840
			.saturating_add(Weight::from_parts(31_449_454, 0).saturating_mul(o.into()))
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
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Exchange::Traders` (r:2 w:2)
	// Storage: `Exchange::Expiries` (r:101 w:100)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn fill(o: u32) -> Weight {
		// Fastest of all runs: 261_870 ns.
		Weight::from_parts(234_836_071, 0)
			// ± 30_669
			.saturating_add(Weight::from_parts(27_583_998, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(26))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(13))
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
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Margin::Filings` (r:100 w:100)
	// Storage: `Exchange::Traders` (r:100 w:100)
	// Storage: `Exchange::Expiries` (r:101 w:100)
	// Storage: `Margin::Levels` (r:0 w:100)
	fn trade(a: u32) -> Weight {
		// Fastest of all runs: 261_018 ns.
		Weight::from_parts(163_524_166, 0)
			// ± 107_599
			.saturating_add(Weight::from_parts(56_225_910, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(20))
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
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:1)
	// Storage: `Exchange::Counts` (r:1 w:1)
	// Storage: `Margin::Filings` (r:2 w:2)
	// Storage: `Exchange::Traders` (r:2 w:2)
	// Storage: `Exchange::Expiries` (r:101 w:100)
	// Storage: `Margin::Levels` (r:0 w:2)
	fn levels(l: u32) -> Weight {
		// Fastest of all runs: 262_400 ns.
		Weight::from_parts(226_943_809, 0)
			// ± 162_284
			.saturating_add(Weight::from_parts(33_923_951, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(24))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(l.into())))
			.saturating_add(T::DbWeight::get().writes(11))
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
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:1 w:0)
	fn load(o: u32) -> Weight {
		// Fastest of all runs: 96_984 ns.
		Weight::from_parts(168_434_498, 0)
			// ± 49_969
			.saturating_add(Weight::from_parts(12_727_871, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(37))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(o.into())))
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
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:1 w:25)
	fn activate(n: u32) -> Weight {
		// Fastest of all runs: 97_165 ns.
		Weight::from_parts(386_574_000, 0)
			// ± 460_254
			.saturating_add(Weight::from_parts(25_144_571, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(45))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(28))
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
	// Storage: `Risk::MarketIndices` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:51 w:50)
	// Storage: `Exchange::Traders` (r:50 w:50)
	// Storage: `Exchange::Counts` (r:1 w:1)
	fn expire(n: u32) -> Weight {
		// Fastest of all runs: 98_156 ns.
		Weight::from_parts(106_627_876, 0)
			// ± 33_966
			.saturating_add(Weight::from_parts(54_172_674, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(18))
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
	fn place() -> Weight {
		Weight::zero()
	}
	fn place_many(_n: u32) -> Weight {
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
	fn activate(_n: u32) -> Weight {
		Weight::zero()
	}
	fn expire(_n: u32) -> Weight {
		Weight::zero()
	}
}
