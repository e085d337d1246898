//! The chain's first state: built once, and compared with what the database holds.

use std::sync::Arc;

use breakwater_primitives::OpaqueBlock;
use polkadot_sdk::*;
use sc_chain_spec::{construct_genesis_block, resolve_state_version_from_wasm};
use sc_client_api::backend::{Backend, BlockImportOperation};
use sc_executor::RuntimeVersionOf;
use sc_service::{ChainSpec, Error, GenesisBlockBuilder};
use sp_blockchain::HeaderBackend;
use sp_core::storage::Storage;
use sp_runtime::traits::{Block as BlockT, HashingFor};

/// The state a specification begins with.
///
/// Building it runs the runtime, which has to be compiled first: seconds, so it is done once.
pub(crate) fn storage(spec: &dyn ChainSpec) -> Result<Storage, Error> {
	spec.as_storage_builder().build_storage().map_err(|error| {
		Error::Other(format!(
			"the genesis state of the chain specification '{}' cannot be built: {error}",
			spec.name(),
		))
	})
}

/// What writes the first block into an empty database.
pub(crate) fn block_builder<B, E>(
	storage: Storage,
	commit: bool,
	backend: Arc<B>,
	executor: E,
) -> Result<GenesisBlockBuilder<OpaqueBlock, B, E>, Error>
where
	B: Backend<OpaqueBlock>,
	E: RuntimeVersionOf,
{
	Ok(GenesisBlockBuilder::new_with_storage(storage, commit, backend, executor)?)
}

/// Fails if the database was begun with another genesis than the specification's.
///
/// The node would otherwise run the chain in the database, silently, and find no peers: they
/// compare genesis hashes before they talk.
pub(crate) fn ensure_matches<B, E>(
	spec: &dyn ChainSpec,
	storage: Storage,
	backend: &B,
	executor: &E,
) -> Result<(), Error>
where
	B: Backend<OpaqueBlock>,
	E: RuntimeVersionOf,
{
	let version =
		resolve_state_version_from_wasm::<_, HashingFor<OpaqueBlock>>(&storage, executor)?;
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
