//! What the calls and the hook weigh.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// Listing a market.
	fn list_market() -> Weight;
	/// Placing an order.
	fn place() -> Weight;
	/// Placing `n` orders.
	fn place_many(n: u32) -> Weight;
	/// Cancelling `n` orders.
	fn cancel(n: u32) -> Weight;
	/// Cancelling all `n` orders of an account.
	fn cancel_all(n: u32) -> Weight;
	/// Replacing an order.
	fn replace() -> Weight;
	/// Placing a stop-loss or take-profit order.
	fn place_trigger() -> Weight;
	/// Arming a dead-man switch.
	fn set_dead_man_switch() -> Weight;
	/// Adding a delegate.
	fn add_delegate() -> Weight;
	/// Removing a delegate.
	fn remove_delegate() -> Weight;
	/// Buying shares of an AMM.
	fn amm_deposit() -> Weight;
	/// Giving shares of an AMM back.
	fn amm_withdraw() -> Weight;
	/// Firing a dead-man switch that cancels `o` orders.
	fn fire_switch(o: u32) -> Weight;
	/// A batch of `o` orders of two accounts at one price, all filled.
	fn fill(o: u32) -> Weight;
	/// A batch of an order of each of `a` accounts at one price, all filled.
	fn trade(a: u32) -> Weight;
	/// A batch of `l` orders of two accounts, each at another price, all filled.
	fn levels(l: u32) -> Weight;
	/// A batch that loads `o` orders of as many accounts, none of which trades.
	fn load(o: u32) -> Weight;
	/// `n` triggers that are met.
	fn activate(n: u32) -> Weight;
	/// `n` orders whose time is over.
	fn expire(n: u32) -> Weight;
}

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// So many microseconds of computing, reads and writes.
fn cost<T: frame_system::Config>(micros: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(micros.saturating_mul(1_000_000), 0)
		.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

// Estimates, by what each reads and writes: an order costs itself, its level, its expiry, its
// account's list and the market's count; asking the ledger, an account with its legs.
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn list_market() -> Weight {
		cost::<T>(200, 300, 12)
	}

	fn place() -> Weight {
		cost::<T>(60, 14, 6)
	}

	fn place_many(n: u32) -> Weight {
		cost::<T>(20, 10, 2).saturating_add(cost::<T>(40, 4, 4).saturating_mul(n.into()))
	}

	fn cancel(n: u32) -> Weight {
		cost::<T>(15, 3, 2).saturating_add(cost::<T>(20, 3, 3).saturating_mul(n.into()))
	}

	fn cancel_all(n: u32) -> Weight {
		cost::<T>(15, 3, 2).saturating_add(cost::<T>(20, 3, 3).saturating_mul(n.into()))
	}

	fn replace() -> Weight {
		cost::<T>(90, 17, 9)
	}

	fn place_trigger() -> Weight {
		cost::<T>(60, 14, 5)
	}

	fn set_dead_man_switch() -> Weight {
		cost::<T>(15, 3, 3)
	}

	fn add_delegate() -> Weight {
		cost::<T>(15, 2, 1)
	}

	fn remove_delegate() -> Weight {
		cost::<T>(15, 2, 1)
	}

	fn amm_deposit() -> Weight {
		cost::<T>(100, 20, 6)
	}

	fn amm_withdraw() -> Weight {
		cost::<T>(100, 20, 6)
	}

	fn fire_switch(o: u32) -> Weight {
		cost::<T>(20, 4, 3).saturating_add(cost::<T>(20, 3, 3).saturating_mul(o.into()))
	}

	fn fill(o: u32) -> Weight {
		cost::<T>(100, 20, 10).saturating_add(cost::<T>(25, 2, 2).saturating_mul(o.into()))
	}

	fn trade(a: u32) -> Weight {
		cost::<T>(100, 20, 10).saturating_add(cost::<T>(85, 8, 6).saturating_mul(a.into()))
	}

	fn levels(l: u32) -> Weight {
		cost::<T>(100, 20, 10).saturating_add(cost::<T>(28, 3, 3).saturating_mul(l.into()))
	}

	fn load(o: u32) -> Weight {
		cost::<T>(100, 20, 10).saturating_add(cost::<T>(25, 6, 0).saturating_mul(o.into()))
	}

	fn activate(n: u32) -> Weight {
		cost::<T>(30, 4, 6).saturating_mul(n.into())
	}

	fn expire(n: u32) -> Weight {
		cost::<T>(30, 4, 5).saturating_mul(n.into())
	}
}

impl WeightInfo for () {
	fn list_market() -> Weight {
		Weight::zero()
	}
	fn place() -> Weight {
		Weight::zero()
	}
	fn place_many(_: u32) -> Weight {
		Weight::zero()
	}
	fn cancel(_: u32) -> Weight {
		Weight::zero()
	}
	fn cancel_all(_: u32) -> Weight {
		Weight::zero()
	}
	fn replace() -> Weight {
		Weight::zero()
	}
	fn place_trigger() -> Weight {
		Weight::zero()
	}
	fn set_dead_man_switch() -> Weight {
		Weight::zero()
	}
	fn add_delegate() -> Weight {
		Weight::zero()
	}
	fn remove_delegate() -> Weight {
		Weight::zero()
	}
	fn amm_deposit() -> Weight {
		Weight::zero()
	}
	fn amm_withdraw() -> Weight {
		Weight::zero()
	}
	fn fire_switch(_: u32) -> Weight {
		Weight::zero()
	}
	fn fill(_: u32) -> Weight {
		Weight::zero()
	}
	fn trade(_: u32) -> Weight {
		Weight::zero()
	}
	fn levels(_: u32) -> Weight {
		Weight::zero()
	}
	fn load(_: u32) -> Weight {
		Weight::zero()
	}
	fn activate(_: u32) -> Weight {
		Weight::zero()
	}
	fn expire(_: u32) -> Weight {
		Weight::zero()
	}
}
