//! What `breakwater_oracle` weighs. Generated: `make weights PALLET=oracle` writes this file anew.
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
	/// See the benchmark of this name; `r` from 1 to 8.
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
		// Fastest of all runs: 86_158 ns.
		Weight::from_parts(97_823_884, 0)
			// ± 9_251
			.saturating_add(Weight::from_parts(129_322, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads(6))
	}

	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::PreviousReporters` (r:1 w:0)
	// Storage: `Oracle::Standings` (r:1 w:1)
	// Storage: `Oracle::Reports` (r:0 w:1)
	fn report(q: u32) -> Weight {
		// Fastest of all runs: 34_711 ns.
		Weight::from_parts(49_567_276, 0)
			// ± 11_961
			.saturating_add(Weight::from_parts(68_388, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::Reports` (r:64 w:0)
	// Storage: `Oracle::Feeds` (r:1 w:0)
	// Storage: `Oracle::KnownFinalized` (r:1 w:1)
	// Storage: `Oracle::PayingOut` (r:1 w:0)
	// Storage: `Oracle::PeriodStart` (r:1 w:0)
	fn attend(r: u32) -> Weight {
		// Fastest of all runs: 20_030 ns.
		Weight::from_parts(16_652_333, 0)
			// ± 14_159
			.saturating_add(Weight::from_parts(4_535_173, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(r.into())))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Oracle::Prices` (r:1 w:1)
	fn aggregate(r: u32) -> Weight {
		// Fastest of all runs: 11_217 ns.
		Weight::from_parts(13_110_722, 0)
			// ± 5_813
			.saturating_add(Weight::from_parts(700_336, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Oracle::Standings` (r:1 w:1)
	fn judge(o: u32) -> Weight {
		// Fastest of all runs: 7_962 ns.
		Weight::from_parts(8_286_285, 0)
			// ± 584
			.saturating_add(Weight::from_parts(1_429_463, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	fn penalise() -> Weight {
		// Fastest of all runs: 43_114 ns.
		Weight::from_parts(45_207_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Storage: `Oracle::Reporters` (r:1 w:1)
	// Storage: `Oracle::Standings` (r:64 w:0)
	// Storage: `Balances::Holds` (r:64 w:0)
	fn weigh(r: u32) -> Weight {
		// Fastest of all runs: 12_869 ns.
		Weight::from_parts(6_722_155, 0)
			// ± 12_293
			.saturating_add(Weight::from_parts(6_806_322, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(r.into())))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Storage: `Oracle::PayingOut` (r:1 w:0)
	// Storage: `Oracle::PeriodStart` (r:1 w:1)
	// Storage: `Oracle::Reporters` (r:1 w:0)
	// Storage: `Oracle::Standings` (r:8 w:8)
	// Storage: `System::Account` (r:9 w:9)
	// Storage: `Balances::Holds` (r:8 w:8)
	fn pay_rewards(r: u32) -> Weight {
		// Fastest of all runs: 98_787 ns.
		Weight::from_parts(13_386_250, 0)
			// ± 205_033
			.saturating_add(Weight::from_parts(95_946_487, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(4))
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
