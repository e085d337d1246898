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
