//! The cost of a transaction that does nothing.

use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_NANOS, Weight},
};
use polkadot_sdk::*;

parameter_types! {
	/// Executing `System::remark` without bytes: signature, nonce, fee, dispatch.
	///
	/// The value polkadot-sdk publishes for its reference hardware.
	pub const ExtrinsicBaseWeight: Weight =
		Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(108_157), 0);
}
