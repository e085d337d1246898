//! What `breakwater_exchange` weighs. Generated: `make weights PALLET=exchange` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 5 --repeat 2`; rustc 1.96.0;
//! AMD EPYC, 2 cores, a busy machine; 2026-11-21.
//!
//! Still estimates: `list_market`, `amm_deposit`, `amm_withdraw`, and the pieces of the batch and the
//! switches. See `docs/weights.md`.

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
	/// See the benchmark of this name; `s` from 1 to 16; `o` from 0 to 256.
	fn fire_switches(s: u32, o: u32) -> Weight;
	/// See the benchmark of this name; `o` from 100 to 500; `a` from 10 to 100; `l` from 1 to 100.
	fn clear(o: u32, a: u32, l: u32) -> Weight;
	/// See the benchmark of this name; `o` from 1 to 200.
	fn load(o: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 100.
	fn activate(n: u32) -> Weight;
	/// See the benchmark of this name; `n` from 1 to 200.
	fn expire(n: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// So many microseconds of computing, reads and writes.
fn cost<T: frame_system::Config>(micros: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(micros.saturating_mul(1_000_000), 0)
		.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Estimated.
	fn list_market() -> Weight {
		cost::<T>(200, 300, 12)
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
		// Fastest of all runs: 522_406 ns.
		Weight::from_parts(606_923_000, 0)
			.saturating_add(T::DbWeight::get().reads(18))
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
		// Fastest of all runs: 486_403 ns.
		Weight::from_parts(884_839_284, 0)
			// ± 54_022_786
			.saturating_add(Weight::from_parts(1_584_218_527, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(17))
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
		// Fastest of all runs: 354_697 ns.
		Weight::from_parts(363_370_000, 0)
			// ± 28_259_763
			.saturating_add(Weight::from_parts(986_707_388, 0).saturating_mul(n.into()))
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
		// Fastest of all runs: 54_280 ns.
		Weight::from_parts(1_008_429_200, 0)
			// ± 31_994_547
			.saturating_add(Weight::from_parts(848_076_928, 0).saturating_mul(n.into()))
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
	// Storage: `CircuitBreaker::ChainState` (r:1 w:0)
	// Storage: `Exchange::Arrivals` (r:1 w:1)
	// Storage: `Risk::MarketStates` (r:1 w:0)
	// Storage: `Margin::OpenInterest` (r:1 w:0)
	// Storage: `Risk::PoolLoans` (r:1 w:0)
	// Storage: `Risk::Pools` (r:1 w:0)
	// Storage: `Margin::Pools` (r:1 w:0)
	// Storage: `Exchange::Expiries` (r:0 w:2)
	fn replace() -> Weight {
		// Fastest of all runs: 745_058 ns.
		Weight::from_parts(855_212_000, 0)
			.saturating_add(T::DbWeight::get().reads(20))
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
		// Fastest of all runs: 468_237 ns.
		Weight::from_parts(541_135_000, 0)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Switches` (r:1 w:1)
	// Storage: `Exchange::SwitchesDue` (r:0 w:2)
	fn set_dead_man_switch() -> Weight {
		// Fastest of all runs: 96_694 ns.
		Weight::from_parts(107_610_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Delegates` (r:1 w:1)
	fn add_delegate() -> Weight {
		// Fastest of all runs: 80_049 ns.
		Weight::from_parts(88_802_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Margin::Subaccounts` (r:1 w:0)
	// Storage: `Exchange::Delegates` (r:1 w:1)
	fn remove_delegate() -> Weight {
		// Fastest of all runs: 81_662 ns.
		Weight::from_parts(93_730_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Estimated.
	fn amm_deposit() -> Weight {
		cost::<T>(100, 20, 6)
	}

	// Estimated.
	fn amm_withdraw() -> Weight {
		cost::<T>(100, 20, 6)
	}

	// Estimated.
	fn fire_switches(s: u32, o: u32) -> Weight {
		cost::<T>(5, 1, 0)
			.saturating_add(cost::<T>(15, 3, 3).saturating_mul(s.into()))
			.saturating_add(cost::<T>(20, 3, 3).saturating_mul(o.into()))
	}

	// Estimated.
	fn clear(o: u32, a: u32, l: u32) -> Weight {
		cost::<T>(100, 20, 10)
			.saturating_add(cost::<T>(25, 2, 2).saturating_mul(o.into()))
			.saturating_add(cost::<T>(60, 6, 4).saturating_mul(a.into()))
			.saturating_add(cost::<T>(3, 1, 1).saturating_mul(l.into()))
	}

	// Estimated.
	fn load(o: u32) -> Weight {
		cost::<T>(100, 20, 10).saturating_add(cost::<T>(25, 6, 0).saturating_mul(o.into()))
	}

	// Estimated.
	fn activate(n: u32) -> Weight {
		cost::<T>(30, 4, 6).saturating_mul(n.into())
	}

	// Estimated.
	fn expire(n: u32) -> Weight {
		cost::<T>(30, 4, 5).saturating_mul(n.into())
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
	fn fire_switches(_s: u32, _o: u32) -> Weight {
		Weight::zero()
	}
	fn clear(_o: u32, _a: u32, _l: u32) -> Weight {
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
