//! What the lane asks of the chain.

use std::{pin::Pin, sync::Arc};

use breakwater_primitives::{
	oracle::{OracleApi, OracleId, OracleSignature, Quotes, Report},
	BlockNumber, Hash, OpaqueBlock,
};
use futures::{Stream, StreamExt};
use polkadot_sdk::*;
use sc_client_api::{BlockBackend, BlockchainEvents};
use sc_transaction_pool_api::{error::Error as PoolError, TransactionSource};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus::BlockOrigin;
use sp_core::crypto::UncheckedFrom;
use sp_runtime::{
	traits::Header as _, transaction_validity::TransactionValidityError, OpaqueExtrinsic,
};
use sp_transaction_pool::runtime_api::TaggedTransactionQueue;

use crate::{Form, Signed, TARGET};

/// A block that has become the best one or, in another stream, final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
	/// Its hash.
	pub hash: Hash,
	/// Its number.
	pub number: BlockNumber,
	/// Whether this node made it.
	pub own: bool,
}

/// Blocks, as they come.
pub type Blocks = Pin<Box<dyn Stream<Item = Best> + Send>>;

/// What the lane asks of the chain.
pub trait Chain: Send + Sync {
	/// Hash and number of the best block.
	fn best(&self) -> (Hash, BlockNumber);
	/// The number of a block.
	fn number(&self, hash: Hash) -> Option<BlockNumber>;
	/// The block of this number in the best chain.
	fn canonical(&self, number: BlockNumber) -> Option<Hash>;
	/// The parent of a block.
	fn parent(&self, hash: Hash) -> Option<Hash>;
	/// The transactions of a block.
	fn body(&self, hash: Hash) -> Option<Vec<OpaqueExtrinsic>>;
	/// The blocks that become the best one from now on.
	fn best_blocks(&self) -> Blocks;
	/// The blocks that become final from now on; not all of them.
	fn final_blocks(&self) -> Blocks;

	/// What a report looks like to the runtime of this block.
	fn form(&self, at: Hash) -> Option<Form>;
	/// Whether a block on top of this one, or soon after, may take a transaction.
	///
	/// # Errors
	/// What the runtime has against it.
	fn validate(
		&self,
		at: Hash,
		source: TransactionSource,
		transaction: &OpaqueExtrinsic,
	) -> Result<(), PoolError>;
	/// Whether a reporter signed this, in whatever round. None if the runtime does not answer.
	fn is_genuine(&self, at: Hash, signed: &Signed) -> Option<bool>;
	/// The last round each reporter has reported for, as this block knows it.
	fn last_rounds(&self, at: Hash) -> Vec<(OracleId, BlockNumber)>;
}

/// The node's client.
pub struct ClientChain<C> {
	client: Arc<C>,
}

impl<C> ClientChain<C> {
	/// Asks this client.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<C> Chain for ClientChain<C>
where
	C: ProvideRuntimeApi<OpaqueBlock>
		+ HeaderBackend<OpaqueBlock>
		+ BlockBackend<OpaqueBlock>
		+ BlockchainEvents<OpaqueBlock>
		+ Send
		+ Sync,
	C::Api: OracleApi<OpaqueBlock> + TaggedTransactionQueue<OpaqueBlock>,
{
	fn best(&self) -> (Hash, BlockNumber) {
		let info = self.client.info();
		(info.best_hash, info.best_number)
	}

	fn number(&self, hash: Hash) -> Option<BlockNumber> {
		HeaderBackend::number(&*self.client, hash).ok().flatten()
	}

	fn canonical(&self, number: BlockNumber) -> Option<Hash> {
		HeaderBackend::hash(&*self.client, number).ok().flatten()
	}

	fn parent(&self, hash: Hash) -> Option<Hash> {
		let header = self.client.header(hash).ok().flatten()?;
		Some(*header.parent_hash())
	}

	fn body(&self, hash: Hash) -> Option<Vec<OpaqueExtrinsic>> {
		self.client.block_body(hash).ok().flatten()
	}

	fn best_blocks(&self) -> Blocks {
		let imported = self.client.import_notification_stream();
		let best = imported.filter_map(|block| async move {
			let own = block.origin == BlockOrigin::Own;
			let best = Best { hash: block.hash, number: *block.header.number(), own };
			block.is_new_best.then_some(best)
		});
		Box::pin(best)
	}

	fn final_blocks(&self) -> Blocks {
		let finalized = self.client.finality_notification_stream();
		let blocks = finalized.map(|block| Best {
			hash: block.hash,
			number: *block.header.number(),
			own: false,
		});
		Box::pin(blocks)
	}

	fn form(&self, at: Hash) -> Option<Form> {
		let signed = example();
		let (report, signature) = (signed.report.clone(), signed.signature.clone());
		let transaction = self.client.runtime_api().report_transaction(at, report, signature);
		Form::of(&answered(transaction)?, &signed)
	}

	fn validate(
		&self,
		at: Hash,
		source: TransactionSource,
		transaction: &OpaqueExtrinsic,
	) -> Result<(), PoolError> {
		let api = self.client.runtime_api();
		match api.validate_transaction(at, source, transaction.clone(), at) {
			Ok(Ok(_)) => Ok(()),
			Ok(Err(TransactionValidityError::Invalid(reason))) => {
				Err(PoolError::InvalidTransaction(reason))
			},
			Ok(Err(TransactionValidityError::Unknown(reason))) => {
				Err(PoolError::UnknownTransaction(reason))
			},
			Err(error) => Err(PoolError::InvalidBlockId(error.to_string())),
		}
	}

	fn is_genuine(&self, at: Hash, signed: &Signed) -> Option<bool> {
		let Signed { report, signature } = signed.clone();
		answered(self.client.runtime_api().is_genuine(at, report, signature))
	}

	fn last_rounds(&self, at: Hash) -> Vec<(OracleId, BlockNumber)> {
		let reporters = answered(self.client.runtime_api().reporters(at)).unwrap_or_default();
		let last = reporters.into_iter().map(|reporter| Some((reporter.key, reporter.round?)));
		last.flatten().collect()
	}
}

fn answered<T>(answer: Result<T, ApiError>) -> Option<T> {
	answer
		.inspect_err(|error| log::debug!(target: TARGET, "the runtime does not answer: {error}"))
		.ok()
}

/// A report by nobody, to see what becomes of it.
fn example() -> Signed {
	let report = Report {
		reporter: sp_core::sr25519::Public::unchecked_from([0; 32]).into(),
		round: 0,
		finalized: 0,
		quotes: Quotes::default(),
	};
	let signature: OracleSignature = sp_core::sr25519::Signature::unchecked_from([0; 64]).into();
	Signed { report, signature }
}
