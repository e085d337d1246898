//! What the calls and the stages of a block weigh: estimated from what they read and write.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// Moving the indices of `m` markets, `a` assets and `p` pools.
	fn begin_block(m: u32, a: u32, p: u32) -> Weight;
	/// Taking what a batch showed.
	fn observe_batch() -> Weight;
	/// Listing the last pool.
	fn list_pool() -> Weight;
	/// Listing the last asset.
	fn list_asset() -> Weight;
	/// Listing the last market.
	fn list_market() -> Weight;
}

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn begin_block(m: u32, a: u32, p: u32) -> Weight {
		let (m, a, p) = (u64::from(m), u64::from(a), u64::from(p));
		// A market: terms, state, history, feeds, price, open interest; state, history, index.
		// An asset: terms, state, price, holdings; state, index. A pool: terms, loans, principal
		// and its fund; loans and fund.
		let reads = m.saturating_mul(6).saturating_add(a.saturating_mul(4));
		let writes = m.saturating_mul(3).saturating_add(a.saturating_mul(2));
		Weight::from_parts(20_000_000, 0)
			.saturating_add(Weight::from_parts(60_000_000, 0).saturating_mul(m))
			.saturating_add(Weight::from_parts(30_000_000, 0).saturating_mul(a))
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(p))
			.saturating_add(T::DbWeight::get().reads_writes(
				reads.saturating_add(p.saturating_mul(4)).saturating_add(6),
				writes.saturating_add(p.saturating_mul(2)),
			))
	}

	fn observe_batch() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	fn list_pool() -> Weight {
		Weight::from_parts(60_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(18, 2))
	}

	fn list_asset() -> Weight {
		Weight::from_parts(50_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 2))
	}

	fn list_market() -> Weight {
		Weight::from_parts(50_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 2))
	}
}

impl WeightInfo for () {
	fn begin_block(_: u32, _: u32, _: u32) -> Weight {
		Weight::zero()
	}

	fn observe_batch() -> Weight {
		Weight::zero()
	}

	fn list_pool() -> Weight {
		Weight::zero()
	}

	fn list_asset() -> Weight {
		Weight::zero()
	}

	fn list_market() -> Weight {
		Weight::zero()
	}
}
