//! The cost of touching the state.

use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_NANOS, RuntimeDbWeight},
};
use polkadot_sdk::*;

parameter_types! {
	/// Reading and writing one item of the state, in ParityDB, the node's only database.
	///
	/// The values polkadot-sdk publishes for ParityDB on its reference hardware.
	pub const DbWeight: RuntimeDbWeight = RuntimeDbWeight {
		read: 8_000 * WEIGHT_REF_TIME_PER_NANOS,
		write: 50_000 * WEIGHT_REF_TIME_PER_NANOS,
	};
}
