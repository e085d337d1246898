//! Is the database that of the chain we were asked to run?

use breakwater_primitives::OpaqueBlock;
use polkadot_sdk::*;
use sc_chain_spec::{construct_genesis_block, resolve_state_version_from_wasm};
use sc_client_api::backend::{Backend, BlockImportOperation};
use sc_executor::RuntimeVersionOf;
use sc_service::{ChainSpec, Error};
use sp_blockchain::HeaderBackend;
use sp_runtime::traits::{Block as BlockT, HashingFor};

/// Fails if the database was begun with another genesis than the specification's.
///
/// The node would otherwise run the chain in the database, silently, and find no peers: they
/// compare genesis hashes before they talk.
pub fn ensure_matches<B, E>(spec: &dyn ChainSpec, backend: &B, executor: &E) -> Result<(), Error>
where
	B: Backend<OpaqueBlock>,
	E: RuntimeVersionOf,
{
	let storage = spec.as_storage_builder().build_storage()?;
	let version = resolve_state_version_from_wasm::<_, HashingFor<OpaqueBlock>>(&storage, executor)?;
	let mut operation = backend.begin_operation()?;
	// Computed only: the operation is dropped, not committed.
	let root = operation.set_genesis_state(storage, false, version)?;
	let expected = construct_genesis_block::<OpaqueBlock>(root, version).header().hash();
	let found = backend.blockchain().info().genesis_hash;

	if expected == found {
		return Ok(());
	}
	Err(Error::Other(format!(
		"the database holds another chain: its genesis is {found:?}, that of the specification \
		 '{}' is {expected:?}. Give the specification the database was made with, or another \
		 --base-path, or remove the data with the sub-command purge-chain",
		spec.name(),
	)))
}
