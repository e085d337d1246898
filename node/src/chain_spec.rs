//! The chains this node knows by name.

use breakwater_primitives::currency::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL};
use breakwater_runtime::WASM_BINARY;
use polkadot_sdk::*;
use sc_service::{ChainType, GenericChainSpec, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// A chain specification; genesis comes from the runtime.
pub type ChainSpec = GenericChainSpec;

/// The specification for a `--chain` argument: a known name or a file.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => preset("Breakwater Development", "dev", ChainType::Development, DEV_RUNTIME_PRESET),
		"local" => {
			preset("Breakwater Local", "local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
		},
		"" => Err("no chain given: start with --dev, --chain local or --chain <SPECIFICATION FILE>"
			.into()),
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

#[cfg(test)]
mod tests {
	use super::*;

	fn error_of(id: &str) -> String {
		match load(id) {
			Ok(_) => panic!("'{id}' must not load"),
			Err(error) => error,
		}
	}

	#[test]
	fn known_chains_load_and_build_their_genesis() {
		use sp_runtime::BuildStorage;

		for id in ["dev", "local"] {
			let spec = load(id).expect("a known chain");

			let storage = spec.build_storage().expect("its genesis builds");

			assert!(!storage.top.is_empty());
		}
	}

	#[test]
	fn an_unknown_chain_is_named_with_the_known_ones() {
		let error = error_of("nowhere");

		assert!(error.contains("nowhere") && error.contains("local"), "{error}");
	}

	#[test]
	fn no_chain_at_all_tells_how_to_give_one() {
		assert!(error_of("").contains("--dev"));
	}

	#[test]
	fn a_corrupt_file_is_named() {
		let path = std::env::temp_dir().join(format!("corrupt-spec-{}.json", std::process::id()));
		std::fs::write(&path, "{ \"name\": ").expect("the temporary directory is writable");

		let error = error_of(path.to_str().expect("a UTF-8 path"));

		assert!(error.contains("cannot be used"), "{error}");
		std::fs::remove_file(path).expect("it was just written");
	}
}
