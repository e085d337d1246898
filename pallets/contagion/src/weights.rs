//! What `breakwater_contagion_monitor` weighs.
//!
//! Not measured yet: `make weights PALLET=contagion` writes this file anew.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// See the benchmark of this name.
	fn look_at_market() -> Weight;
	/// See the benchmark of this name.
	fn look_at_asset() -> Weight;
	/// See the benchmark of this name.
	fn look_at_pools(n: u32) -> Weight;
	/// See the benchmark of this name.
	fn shift() -> Weight;
}

/// Guessed times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Not measured yet.
	fn look_at_market() -> Weight {
		Weight::from_parts(150_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Not measured yet.
	fn look_at_asset() -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Not measured yet.
	fn look_at_pools(n: u32) -> Weight {
		Weight::from_parts(5_000_000_000, 0)
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(u64::from(n).saturating_add(6)))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Not measured yet.
	fn shift() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn look_at_market() -> Weight {
		Weight::zero()
	}
	fn look_at_asset() -> Weight {
		Weight::zero()
	}
	fn look_at_pools(_: u32) -> Weight {
		Weight::zero()
	}
	fn shift() -> Weight {
		Weight::zero()
	}
}
