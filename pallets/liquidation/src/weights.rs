//! What `breakwater_liquidator` weighs. Not measured yet: estimates of the accounts that each
//! computes and writes, until `make weights PALLET=liquidation` writes this file anew.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// What each benchmark of the pallet measured.
pub trait WeightInfo {
	/// A block's look at the queue, of so many due accounts.
	fn work(due: u32) -> Weight;
	/// Planning one account of so many legs.
	fn treat(legs: u32) -> Weight;
	/// Cancelling so many orders of an account.
	fn cancel(orders: u32) -> Weight;
	/// Netting a market of so many offers.
	fn net(offers: u32) -> Weight;
	/// Forcing so many offers into a batch.
	fn force(offers: u32) -> Weight;
	/// Booking so many fills.
	fn fill(fills: u32) -> Weight;
	/// A bid that looks at so many offers, and fills so many.
	fn bid(looked: u32, filled: u32) -> Weight;
	/// The same for collateral.
	fn bid_collateral(looked: u32, filled: u32) -> Weight;
}

/// Not measured yet, and the runtime's cost of each read and write.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// An estimate: so many microseconds, reads and writes.
fn estimate<T: frame_system::Config>(micros: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(micros.saturating_mul(1_000_000), 0)
		.saturating_add(T::DbWeight::get().reads(reads))
		.saturating_add(T::DbWeight::get().writes(writes))
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Not measured yet.
	fn work(due: u32) -> Weight {
		estimate::<T>(50, 8, 3).saturating_add(estimate::<T>(10, 1, 0).saturating_mul(due.into()))
	}
	// Not measured yet.
	fn treat(legs: u32) -> Weight {
		estimate::<T>(200, 8, 6).saturating_add(estimate::<T>(60, 4, 3).saturating_mul(legs.into()))
	}
	// Not measured yet.
	fn cancel(orders: u32) -> Weight {
		estimate::<T>(20, 2, 1)
			.saturating_add(estimate::<T>(40, 2, 3).saturating_mul(orders.into()))
	}
	// Not measured yet.
	fn net(offers: u32) -> Weight {
		estimate::<T>(20, 3, 0)
			.saturating_add(estimate::<T>(150, 4, 6).saturating_mul(offers.into()))
	}
	// Not measured yet.
	fn force(offers: u32) -> Weight {
		estimate::<T>(20, 3, 0)
			.saturating_add(estimate::<T>(15, 1, 0).saturating_mul(offers.into()))
	}
	// Not measured yet.
	fn fill(fills: u32) -> Weight {
		estimate::<T>(20, 3, 0)
			.saturating_add(estimate::<T>(150, 4, 6).saturating_mul(fills.into()))
	}
	// Not measured yet.
	fn bid(looked: u32, filled: u32) -> Weight {
		estimate::<T>(200, 12, 8)
			.saturating_add(estimate::<T>(15, 1, 0).saturating_mul(looked.into()))
			.saturating_add(estimate::<T>(350, 6, 8).saturating_mul(filled.into()))
	}
	// Not measured yet.
	fn bid_collateral(looked: u32, filled: u32) -> Weight {
		estimate::<T>(200, 12, 8)
			.saturating_add(estimate::<T>(15, 1, 0).saturating_mul(looked.into()))
			.saturating_add(estimate::<T>(600, 12, 16).saturating_mul(filled.into()))
	}
}

/// Nothing weighs anything, for tests.
impl WeightInfo for () {
	fn work(_: u32) -> Weight {
		Weight::zero()
	}
	fn treat(_: u32) -> Weight {
		Weight::zero()
	}
	fn cancel(_: u32) -> Weight {
		Weight::zero()
	}
	fn net(_: u32) -> Weight {
		Weight::zero()
	}
	fn force(_: u32) -> Weight {
		Weight::zero()
	}
	fn fill(_: u32) -> Weight {
		Weight::zero()
	}
	fn bid(_: u32, _: u32) -> Weight {
		Weight::zero()
	}
	fn bid_collateral(_: u32, _: u32) -> Weight {
		Weight::zero()
	}
}
