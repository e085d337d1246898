//! What the pipeline itself weighs, its stages apart.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// The pipeline around its stages.
	fn run() -> Weight;
	/// The storage layer around a market's batch, and what is asked for it.
	fn run_batch() -> Weight;
}

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn run() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
	}

	fn run_batch() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 0))
	}
}

impl WeightInfo for () {
	fn run() -> Weight {
		Weight::zero()
	}

	fn run_batch() -> Weight {
		Weight::zero()
	}
}
