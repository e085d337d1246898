//! What `breakwater_oracle` weighs. Generated: `make weights PALLET=oracle` writes this file anew.
//!
//! Times in picoseconds, of the Wasm runtime, in the worst case that the benchmarks build. What the
//! state's database takes comes on top, by reads and writes. Proofs weigh nothing on this chain.
//!
//! frame-omni-bencher 0.28.0, `--steps 20 --repeat 10`; rustc 1.96.0;
//! AMD EPYC, 2 cores; 2026-11-21.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name; `q` from 1 to 32.
	fn authorize_report(q: u32) -> Weight;
	/// See the benchmark of this name; `q` from 1 to 32.
	fn report(q: u32) -> Weight;
	/// See the benchmark of this name; `r` from 1 to 64.
	fn attend(r: u32) -> Weight;
	/// See the benchmark of this name; `r` from 1 to 64.
	fn aggregate(r: u32) -> Weight;
	/// See the benchmark of this name; `o` from 0 to 32.
	fn judge(o: u32) -> Weight;
	/// See the benchmark of this name.
	fn penalise() -> Weight;
	/// See the benchmark of this name; `r` from 1 to 64.
	fn weigh(r: u32) -> Weight;
	/// See the benchmark of this name; `r` from 1 to 64.
	fn pay_rewards(r: u32) -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::PreviousReporters` (r:1 w:0)
	// Storage: `Oracle::Standings` (r:1 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Aura::CurrentSlot` (r:1 w:0)
	// Storage: `System::BlockHash` (r:1 w:0)
	fn authorize_report(q: u32) -> Weight {
		// Fastest of all runs: 197_283 ns.
		Weight::from_parts(210_253_781, 0)
			// ± 99_487
			.saturating_add(Weight::from_parts(408_487, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads(6))
	}

	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::PreviousReporters` (r:1 w:0)
	// Storage: `Oracle::Standings` (r:1 w:1)
	// Storage: `Oracle::Reports` (r:0 w:1)
	fn report(q: u32) -> Weight {
		// Fastest of all runs: 145_366 ns.
		Weight::from_parts(162_689_625, 0)
			// ± 74_226
			.saturating_add(Weight::from_parts(400_870, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::Reports` (r:64 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::KnownFinalized` (r:1 w:1)
	// Storage: `Oracle::PeriodStart` (r:1 w:0)
	fn attend(r: u32) -> Weight {
		// Fastest of all runs: 90_324 ns.
		Weight::from_parts(70_941_130, 0)
			// ± 50_440
			.saturating_add(Weight::from_parts(17_059_833, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(r.into())))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Oracle::Prices` (r:1 w:1)
	fn aggregate(r: u32) -> Weight {
		// Fastest of all runs: 64_095 ns.
		Weight::from_parts(69_707_807, 0)
			// ± 31_503
			.saturating_add(Weight::from_parts(1_553_223, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Oracle::Standings` (r:1 w:1)
	fn judge(o: u32) -> Weight {
		// Fastest of all runs: 47_470 ns.
		Weight::from_parts(43_828_312, 0)
			// ± 35_992
			.saturating_add(Weight::from_parts(8_575_408, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	fn penalise() -> Weight {
		// Fastest of all runs: 227_318 ns.
		Weight::from_parts(233_447_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Oracle::Reporters` (r:1 w:1)
	// Storage: `Oracle::Standings` (r:64 w:0)
	// Storage: `Balances::Holds` (r:64 w:0)
	fn weigh(r: u32) -> Weight {
		// Fastest of all runs: 70_906 ns.
		Weight::from_parts(50_260_666, 0)
			// ± 120_474
			.saturating_add(Weight::from_parts(29_005_430, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(r.into())))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Oracle::PeriodStart` (r:1 w:1)
	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::Standings` (r:64 w:64)
	// Storage: `System::Account` (r:65 w:65)
	// Storage: `Balances::Holds` (r:64 w:64)
	fn pay_rewards(r: u32) -> Weight {
		// Fastest of all runs: 492_011 ns.
		Weight::from_parts(495_096_000, 0)
			// ± 673_914
			.saturating_add(Weight::from_parts(446_366_666, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(r.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(r.into())))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn authorize_report(_q: u32) -> Weight {
		Weight::zero()
	}
	fn report(_q: u32) -> Weight {
		Weight::zero()
	}
	fn attend(_r: u32) -> Weight {
		Weight::zero()
	}
	fn aggregate(_r: u32) -> Weight {
		Weight::zero()
	}
	fn judge(_o: u32) -> Weight {
		Weight::zero()
	}
	fn penalise() -> Weight {
		Weight::zero()
	}
	fn weigh(_r: u32) -> Weight {
		Weight::zero()
	}
	fn pay_rewards(_r: u32) -> Weight {
		Weight::zero()
	}
}
