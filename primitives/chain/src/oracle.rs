//! The session key with which a validator signs its price reports.
//!
//! It is a key of its own, so that the machine that fetches prices never holds the keys that
//! author or finalise blocks, and it rotates with the session like those.

use polkadot_sdk::*;
use sp_core::crypto::KeyTypeId;

/// The key type under which a node's keystore holds it.
pub const ORACLE_KEY_TYPE: KeyTypeId = KeyTypeId(*b"orcl");

mod app {
	use polkadot_sdk::sp_application_crypto::{app_crypto, sr25519};
	app_crypto!(sr25519, super::ORACLE_KEY_TYPE);
}

/// The public key that identifies a validator as a reporter of prices.
pub type OracleId = app::Public;

/// A signature by an [`OracleId`].
pub type OracleSignature = app::Signature;

sp_application_crypto::with_pair! {
	/// The key pair behind an [`OracleId`].
	pub type OraclePair = app::Pair;
}
