//! The chains this runtime can start as without a specification written by hand.
//!
//! Both presets use the well-known development keys, whose secrets everyone knows: they are for
//! development and tests. A public network starts from a specification of its own, made from
//! `local_testnet` as `docs/validator.md` describes.

use alloc::{vec, vec::Vec};

use breakwater_primitives::{currency::UNIT, AccountId, Balance};
use frame_support::build_struct_json_patch;
use polkadot_sdk::*;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

use crate::{BalancesConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig};

/// What each well-known account owns at genesis.
const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}

/// The genesis configuration of a preset as JSON, or `None` for an unknown name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let preset = match id.as_str() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		_ => return None,
	};
	serde_json::to_vec(&preset).ok()
}

/// One validator, Alice, who also holds the Sudo key. The only preset with one.
fn development() -> serde_json::Value {
	genesis(&[(Sr25519Keyring::Alice, Ed25519Keyring::Alice)], Some(Sr25519Keyring::Alice))
}

/// Four validators, so that one may fail, and nobody with special rights.
fn local_testnet() -> serde_json::Value {
	genesis(
		&[
			(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
			(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
			(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
			(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
		],
		None,
	)
}

fn genesis(
	validators: &[(Sr25519Keyring, Ed25519Keyring)],
	sudo: Option<Sr25519Keyring>,
) -> serde_json::Value {
	let endowed = Sr25519Keyring::iter().map(|key| (key.to_account_id(), ENDOWMENT)).collect();
	let keys = validators.iter().map(|(sr25519, ed25519)| session_entry(*sr25519, *ed25519));

	// Aura and GRANDPA learn their authorities from the session and must start empty.
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: endowed },
		session: SessionConfig { keys: keys.collect() },
		sudo: SudoConfig { key: sudo.map(|key| key.to_account_id()) },
	})
}

/// A validator's account, twice, since it is also its validator id, and its session keys.
fn session_entry(
	sr25519: Sr25519Keyring,
	ed25519: Ed25519Keyring,
) -> (AccountId, AccountId, SessionKeys) {
	let account = sr25519.to_account_id();
	let keys = SessionKeys {
		aura: sr25519.public().into(),
		grandpa: ed25519.public().into(),
		oracle: sr25519.public().into(),
	};
	(account.clone(), account, keys)
}
