//! What the calls and the book's step weigh.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// Opening a subaccount.
	fn open() -> Weight;
	/// Closing one.
	fn close() -> Weight;
	/// Moving collateral between two accounts with as many legs as there may be.
	fn transfer() -> Weight;
	/// Crediting an asset to an account with as many legs as there may be.
	fn credit() -> Weight;
	/// Debiting one from it.
	fn debit() -> Weight;
	/// Settling the trades of `n` accounts with as many legs as there may be.
	fn settle(n: u32) -> Weight;
	/// A step of the trigger book over `i` indices that wakes nobody.
	fn step(i: u32) -> Weight;
	/// Waking an account with `n` terms of health, and filing it anew.
	fn wake(n: u32) -> Weight;
}

/// Reads of indices and volatilities, and levels written, of an account with all legs.
const ALL_LEGS: u64 = 32;
const ALL_TERMS: u64 = 129;

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	/// Computing and filing one account.
	fn account(legs: u64, terms: u64) -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(terms))
			.saturating_add(T::DbWeight::get().reads_writes(
				legs.saturating_mul(2).saturating_add(2),
				terms.saturating_mul(2).saturating_add(2),
			))
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open() -> Weight {
		Weight::from_parts(50_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(6, 4))
	}

	fn close() -> Weight {
		Weight::from_parts(50_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(6, 4))
	}

	fn transfer() -> Weight {
		Self::credit().saturating_add(Self::debit())
	}

	fn credit() -> Weight {
		Self::account(ALL_LEGS, ALL_TERMS).saturating_add(T::DbWeight::get().reads_writes(6, 3))
	}

	fn debit() -> Weight {
		Self::account(ALL_LEGS, ALL_TERMS).saturating_add(T::DbWeight::get().reads_writes(42, 3))
	}

	fn settle(n: u32) -> Weight {
		Self::account(ALL_LEGS, ALL_TERMS)
			.saturating_mul(n.into())
			.saturating_add(T::DbWeight::get().reads_writes(6, 2))
	}

	fn step(i: u32) -> Weight {
		// Four bands, two directions.
		let lists = u64::from(i).saturating_mul(8);
		Weight::from_parts(20_000_000, 0)
			.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(lists))
			.saturating_add(T::DbWeight::get().reads_writes(lists.saturating_add(4), 2))
	}

	fn wake(n: u32) -> Weight {
		let terms = u64::from(n);
		Self::account(terms, terms)
	}
}

impl WeightInfo for () {
	fn open() -> Weight {
		Weight::zero()
	}
	fn close() -> Weight {
		Weight::zero()
	}
	fn transfer() -> Weight {
		Weight::zero()
	}
	fn credit() -> Weight {
		Weight::zero()
	}
	fn debit() -> Weight {
		Weight::zero()
	}
	fn settle(_: u32) -> Weight {
		Weight::zero()
	}
	fn step(_: u32) -> Weight {
		Weight::zero()
	}
	fn wake(_: u32) -> Weight {
		Weight::zero()
	}
}
