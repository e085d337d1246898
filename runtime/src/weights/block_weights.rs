//! The cost of an empty block.

use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_NANOS, Weight},
};
use polkadot_sdk::*;

parameter_types! {
	/// Executing a block with no transaction but the inherents.
	///
	/// The value polkadot-sdk publishes for its reference hardware, which is slower than ours
	/// measured: an overestimate errs on the side of lighter blocks.
	pub const BlockExecutionWeight: Weight =
		Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(431_614), 0);
}
