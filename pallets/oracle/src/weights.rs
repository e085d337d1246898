//! What the calls and the hook weigh.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of this pallet.
pub trait WeightInfo {
	/// Authorising a report with `q` quotes.
	fn authorize_report(q: u32) -> Weight;
	/// Storing a report with `q` quotes.
	fn report(q: u32) -> Weight;
	/// Aggregating `f` feeds of `r` reporters and judging them.
	fn begin_block(r: u32, f: u32) -> Weight;
	/// Paying `r` reporters.
	fn pay_rewards(r: u32) -> Weight;
}

/// Weights on the reference machine.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn authorize_report(q: u32) -> Weight {
		Weight::from_parts(100_000_000, 0)
			.saturating_add(Weight::from_parts(100_000, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads(6))
	}

	fn report(q: u32) -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(Weight::from_parts(100_000, 0).saturating_mul(q.into()))
			.saturating_add(T::DbWeight::get().reads_writes(4, 2))
	}

	fn begin_block(r: u32, f: u32) -> Weight {
		let (r, f) = (u64::from(r), u64::from(f));
		Weight::from_parts(20_000_000, 0)
			.saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(r))
			.saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(f))
			.saturating_add(T::DbWeight::get().reads_writes(
				r.saturating_mul(2).saturating_add(f).saturating_add(4),
				r.saturating_add(f).saturating_add(2),
			))
	}

	fn pay_rewards(r: u32) -> Weight {
		let r = u64::from(r);
		Weight::from_parts(50_000_000, 0).saturating_mul(r).saturating_add(
			T::DbWeight::get().reads_writes(r.saturating_mul(4), r.saturating_mul(4)),
		)
	}
}

impl WeightInfo for () {
	fn authorize_report(_: u32) -> Weight {
		Weight::zero()
	}

	fn report(_: u32) -> Weight {
		Weight::zero()
	}

	fn begin_block(_: u32, _: u32) -> Weight {
		Weight::zero()
	}

	fn pay_rewards(_: u32) -> Weight {
		Weight::zero()
	}
}
