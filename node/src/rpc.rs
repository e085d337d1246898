//! The RPC methods that are not the same for every Substrate node.

use std::sync::Arc;

use breakwater_primitives::{
	accounts::AccountsApi, streams::StreamsApi, trading::MarketsApi, AccountId, Balance,
	BlockNumber, Hash, Nonce, OpaqueBlock,
};
use jsonrpsee::RpcModule;
use polkadot_sdk::*;
use sc_client_api::BlockchainEvents;
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_rpc::SubscriptionTaskExecutor;
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};

use crate::streams;

/// What the finality methods read.
pub(crate) struct GrandpaDeps<B> {
	/// The state of the running round.
	pub(crate) voter_state: SharedVoterState,
	/// The validators and their weights.
	pub(crate) authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	/// Justifications as they are made.
	pub(crate) justifications: GrandpaJustificationStream<OpaqueBlock>,
	/// Proofs of finality of past blocks.
	pub(crate) proofs: Arc<FinalityProofProvider<B, OpaqueBlock>>,
}

// Derived, it would ask the database to be `Clone`, which sits behind an `Arc`.
impl<B> Clone for GrandpaDeps<B> {
	fn clone(&self) -> Self {
		Self {
			voter_state: self.voter_state.clone(),
			authority_set: self.authority_set.clone(),
			justifications: self.justifications.clone(),
			proofs: self.proofs.clone(),
		}
	}
}

/// What the methods read.
pub(crate) struct FullDeps<C, P, B> {
	/// The client.
	pub(crate) client: Arc<C>,
	/// The transaction pool.
	pub(crate) pool: Arc<P>,
	/// Finality.
	pub(crate) grandpa: GrandpaDeps<B>,
}

/// All methods of this node beside the standard set.
pub(crate) fn create_full<C, P, B>(
	deps: FullDeps<C, P, B>,
	executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>>
where
	C: ProvideRuntimeApi<OpaqueBlock>
		+ BlockchainEvents<OpaqueBlock>
		+ HeaderBackend<OpaqueBlock>
		+ HeaderMetadata<OpaqueBlock, Error = BlockChainError>
		+ Send
		+ Sync
		+ 'static,
	C::Api: substrate_frame_rpc_system::AccountNonceApi<OpaqueBlock, AccountId, Nonce>,
	C::Api: pallet_transaction_payment_rpc::TransactionPaymentRuntimeApi<OpaqueBlock, Balance>,
	C::Api: BlockBuilder<OpaqueBlock>,
	C::Api: AccountsApi<OpaqueBlock> + MarketsApi<OpaqueBlock> + StreamsApi<OpaqueBlock>,
	P: TransactionPool + 'static,
	B: sc_client_api::Backend<OpaqueBlock> + Send + Sync + 'static,
{
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
	use substrate_frame_rpc_system::{System, SystemApiServer};

	let FullDeps { client, pool, grandpa } = deps;
	let GrandpaDeps { voter_state, authority_set, justifications, proofs } = grandpa;

	let mut module = RpcModule::new(());
	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(streams::module(client.clone())?)?;
	module.merge(TransactionPayment::new(client).into_rpc())?;
	module.merge(
		Grandpa::new(executor, authority_set, voter_state, justifications, proofs).into_rpc(),
	)?;
	Ok(module)
}
