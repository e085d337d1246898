//! The chains this node knows by name.

use breakwater_primitives::currency::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL};
use breakwater_runtime::WASM_BINARY;
use polkadot_sdk::*;
use sc_service::{ChainType, GenericChainSpec, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// A chain specification; genesis comes from the runtime.
pub(crate) type ChainSpec = GenericChainSpec;

/// The specification for a `--chain` argument: a known name or a file.
pub(crate) fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => {
			preset("Breakwater Development", "dev", ChainType::Development, DEV_RUNTIME_PRESET)
		},
		"local" => {
			preset("Breakwater Local", "local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
		},
		"" => {
			Err("no chain given: start with --dev, --chain local or --chain <SPECIFICATION FILE>"
				.into())
		},
		path => from_file(path),
	}
}

fn preset(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let wasm = WASM_BINARY.ok_or(
		"this node was built without its Wasm runtime (SKIP_WASM_BUILD was set): build it again \
		 without, or start it from a specification file",
	)?;
	Ok(ChainSpec::builder(wasm, None)
		.with_name(name)
		.with_id(id)
		.with_protocol_id(&format!("breakwater-{id}"))
		.with_chain_type(kind)
		.with_properties(properties())
		.with_genesis_config_preset_name(preset)
		.build())
}

fn from_file(path: &str) -> Result<ChainSpec, String> {
	if !std::path::Path::new(path).is_file() {
		return Err(format!(
			"unknown chain '{path}': it is neither 'dev' nor 'local' nor a specification file"
		));
	}
	ChainSpec::from_json_file(path.into())
		.map_err(|error| format!("the chain specification '{path}' cannot be used: {error}"))
}

/// What wallets show.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
	properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
	properties.insert("ss58Format".into(), SS58_PREFIX.into());
	properties
}
