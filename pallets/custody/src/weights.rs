//! What the calls weigh.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet, the ledger's part included: accounts with as many legs as there may be.
pub trait WeightInfo {
	/// Depositing a collateral asset.
	fn deposit() -> Weight;
	/// Withdrawing quote, a part of which waits.
	fn withdraw() -> Weight;
	/// Paying a ticket.
	fn collect() -> Weight;
	/// The faucet.
	fn faucet() -> Weight;
}

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn deposit() -> Weight {
		Weight::from_parts(400_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(80, 265))
	}

	fn withdraw() -> Weight {
		Weight::from_parts(500_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(150, 265))
	}

	fn collect() -> Weight {
		Weight::from_parts(100_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 7))
	}

	fn faucet() -> Weight {
		Weight::from_parts(300_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(35, 35))
	}
}

impl WeightInfo for () {
	fn deposit() -> Weight {
		Weight::zero()
	}
	fn withdraw() -> Weight {
		Weight::zero()
	}
	fn collect() -> Weight {
		Weight::zero()
	}
	fn faucet() -> Weight {
		Weight::zero()
	}
}
