//! What `breakwater_insurance` weighs. Not measured yet: these numbers are guesses, until
//! `make weights PALLET=insurance` writes this file anew.

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
	/// See the benchmark of this name.
	fn attend() -> Weight;
	/// See the benchmark of this name.
	fn visit() -> Weight;
	/// See the benchmark of this name.
	fn survey() -> Weight;
}

/// Measured times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Not measured yet.
	fn back() -> Weight {
		Weight::from_parts(400_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Not measured yet.
	fn request_exit() -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Not measured yet.
	fn cancel_exit() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Not measured yet.
	fn claim_exit() -> Weight {
		Weight::from_parts(500_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Not measured yet.
	fn contribute() -> Weight {
		Weight::from_parts(400_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Not measured yet.
	fn buy_collateral() -> Weight {
		Weight::from_parts(400_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// Not measured yet.
	fn resolve() -> Weight {
		Weight::from_parts(50_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Not measured yet.
	fn attend() -> Weight {
		Weight::from_parts(600_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(24))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Not measured yet.
	fn visit() -> Weight {
		Weight::from_parts(600_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Not measured yet.
	fn survey() -> Weight {
		Weight::from_parts(300_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(0))
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
	fn attend() -> Weight {
		Weight::zero()
	}
	fn visit() -> Weight {
		Weight::zero()
	}
	fn survey() -> Weight {
		Weight::zero()
	}
}
