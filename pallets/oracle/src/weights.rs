//! What the calls and the hook weigh.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
#[allow(missing_docs)]
pub trait WeightInfo {
	fn authorize_report(q: u32) -> Weight;
	fn report(q: u32) -> Weight;
	fn attend(r: u32) -> Weight;
	fn aggregate(r: u32) -> Weight;
	fn judge(o: u32) -> Weight;
	fn penalise() -> Weight;
	fn weigh(r: u32) -> Weight;
	fn pay_rewards(r: u32) -> Weight;
}

/// Estimated times, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn authorize_report(q: u32) -> Weight {
		Weight::from_parts(100000000, 0)
			.saturating_add(Weight::from_parts(100000, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads_writes(6, 0))
	}

	fn report(q: u32) -> Weight {
		Weight::from_parts(40000000, 0)
			.saturating_add(Weight::from_parts(100000, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads_writes(4, 2))
	}

	fn attend(r: u32) -> Weight {
		Weight::from_parts(20000000, 0)
			.saturating_add(Weight::from_parts(5000000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads_writes(5, 1))
			.saturating_add(T::DbWeight::get().reads_writes(1, 0).saturating_mul(r.into()))
	}

	fn aggregate(r: u32) -> Weight {
		Weight::from_parts(30000000, 0)
			.saturating_add(Weight::from_parts(2000000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	fn judge(o: u32) -> Weight {
		Weight::from_parts(20000000, 0)
			.saturating_add(Weight::from_parts(4000000, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	fn penalise() -> Weight {
		Weight::from_parts(80000000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 3))
	}

	fn weigh(r: u32) -> Weight {
		Weight::from_parts(20000000, 0)
			.saturating_add(Weight::from_parts(10000000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads_writes(1, 1))
			.saturating_add(T::DbWeight::get().reads_writes(2, 0).saturating_mul(r.into()))
	}

	fn pay_rewards(r: u32) -> Weight {
		Weight::from_parts(30000000, 0)
			.saturating_add(Weight::from_parts(100000000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads_writes(3, 2))
			.saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(r.into()))
	}
}
