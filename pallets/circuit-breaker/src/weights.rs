//! What stepping a machine weighs.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// Stepping the chain's machine.
	fn begin_block() -> Weight;
	/// Stepping a market's machine.
	fn step() -> Weight;
}

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn begin_block() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
	}

	fn step() -> Weight {
		Weight::from_parts(30_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(6, 1))
	}
}

impl WeightInfo for () {
	fn begin_block() -> Weight {
		Weight::zero()
	}

	fn step() -> Weight {
		Weight::zero()
	}
}
