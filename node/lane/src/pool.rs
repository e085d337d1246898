//! The pool, with the lane before it.

use std::{
	collections::HashMap,
	pin::Pin,
	sync::{mpsc, Arc},
	time::{Duration, Instant},
};

use async_trait::async_trait;
use breakwater_primitives::{Hash, OpaqueBlock};
use futures::{channel::mpsc::UnboundedSender, FutureExt};
use polkadot_sdk::*;
use sc_transaction_pool_api::{
	ChainEvent, ImportNotificationStream, InPoolTransaction, LocalTransactionPool,
	MaintainedTransactionPool, PoolStatus, ReadyTransactions, TransactionPool, TransactionPriority,
	TransactionSource, TransactionStatusStream, TransactionTag, TxInvalidityReportMap,
};
use sp_core::traits::SpawnNamed;
use sp_runtime::OpaqueExtrinsic;

use crate::{
	ready::{All, Pooled, Ready},
	watch::Watch,
	Entry, Reports, Signed,
};

/// The pool is given this many times the time it was asked to take.
const PATIENCE: u32 = 4;

/// A transaction of the pool, or a report.
#[derive(Clone, Debug)]
pub enum Queued<T> {
	/// From the pool.
	Pooled(Arc<T>),
	/// From the lane.
	Report(Arc<Entry>),
}

impl<T> InPoolTransaction for Queued<T>
where
	T: InPoolTransaction<Transaction = Arc<OpaqueExtrinsic>, Hash = Hash>,
{
	type Transaction = Arc<OpaqueExtrinsic>;
	type Hash = Hash;

	fn data(&self) -> &Self::Transaction {
		match self {
			Self::Pooled(transaction) => transaction.data(),
			Self::Report(entry) => &entry.transaction,
		}
	}

	fn hash(&self) -> &Self::Hash {
		match self {
			Self::Pooled(transaction) => transaction.hash(),
			Self::Report(entry) => &entry.hash,
		}
	}

	fn priority(&self) -> &TransactionPriority {
		match self {
			Self::Pooled(transaction) => transaction.priority(),
			Self::Report(_) => &TransactionPriority::MAX,
		}
	}

	fn longevity(&self) -> &u64 {
		match self {
			Self::Pooled(transaction) => transaction.longevity(),
			Self::Report(_) => &breakwater_primitives::oracle::REPORT_LONGEVITY,
		}
	}

	fn requires(&self) -> &[TransactionTag] {
		match self {
			Self::Pooled(transaction) => transaction.requires(),
			Self::Report(_) => &[],
		}
	}

	fn provides(&self) -> &[TransactionTag] {
		match self {
			Self::Pooled(transaction) => transaction.provides(),
			Self::Report(_) => &[],
		}
	}

	fn is_propagable(&self) -> bool {
		match self {
			Self::Pooled(transaction) => transaction.is_propagable(),
			// By a protocol of their own.
			Self::Report(_) => false,
		}
	}
}

/// A pool that sends reports into the lane and offers them to authors before all else. For all
/// other transactions it is the pool behind it.
pub struct ReportPool<P> {
	pool: Arc<P>,
	reports: Arc<Reports>,
	/// To the peers.
	tell: UnboundedSender<Arc<Entry>>,
	spawner: Box<dyn SpawnNamed>,
}

impl<P> ReportPool<P>
where
	P: TransactionPool<Block = OpaqueBlock, Hash = Hash>,
{
	/// Puts the lane before a pool. What is new in it goes to `tell`.
	pub fn new(
		pool: Arc<P>,
		reports: Arc<Reports>,
		tell: UnboundedSender<Arc<Entry>>,
		spawner: Box<dyn SpawnNamed>,
	) -> Self {
		Self { pool, reports, tell, spawner }
	}

	fn submit_report(
		&self,
		at: Hash,
		source: TransactionSource,
		transaction: &OpaqueExtrinsic,
		signed: &Signed,
	) -> Result<Arc<Entry>, P::Error> {
		let entry = self.reports.submit(at, source, transaction, signed)?;
		// Nobody listens while the node stops.
		let _ = self.tell.unbounded_send(entry.clone());
		Ok(entry)
	}

	fn queued(pooled: Vec<Arc<P::InPoolTransaction>>) -> Vec<Arc<Queued<P::InPoolTransaction>>> {
		pooled.into_iter().map(|transaction| Arc::new(Queued::Pooled(transaction))).collect()
	}
}

#[async_trait]
impl<P> TransactionPool for ReportPool<P>
where
	P: TransactionPool<Block = OpaqueBlock, Hash = Hash> + 'static,
	P::InPoolTransaction: Send + Sync,
	P::Error: Send,
{
	type Block = OpaqueBlock;
	type Hash = Hash;
	type InPoolTransaction = Queued<P::InPoolTransaction>;
	type Error = P::Error;

	async fn submit_at(
		&self,
		at: Hash,
		source: TransactionSource,
		transactions: Vec<OpaqueExtrinsic>,
	) -> Result<Vec<Result<Hash, P::Error>>, P::Error> {
		let mut others = Vec::with_capacity(transactions.len());
		let mut reports = Vec::new();
		for (place, transaction) in transactions.into_iter().enumerate() {
			match self.reports.read(&transaction) {
				Some(signed) => reports.push((place, transaction, signed)),
				None => others.push(transaction),
			}
		}
		let mut answers = self.pool.submit_at(at, source, others).await?;
		// In the order of their places, so that each answer gets the place of its question.
		for (place, transaction, signed) in reports {
			let entry = self.submit_report(at, source, &transaction, &signed);
			answers.insert(place.min(answers.len()), entry.map(|entry| entry.hash));
		}
		Ok(answers)
	}

	async fn submit_one(
		&self,
		at: Hash,
		source: TransactionSource,
		transaction: OpaqueExtrinsic,
	) -> Result<Hash, P::Error> {
		match self.reports.read(&transaction) {
			Some(signed) => {
				self.submit_report(at, source, &transaction, &signed).map(|entry| entry.hash)
			},
			None => self.pool.submit_one(at, source, transaction).await,
		}
	}

	async fn submit_and_watch(
		&self,
		at: Hash,
		source: TransactionSource,
		transaction: OpaqueExtrinsic,
	) -> Result<Pin<Box<TransactionStatusStream<Hash, Hash>>>, P::Error> {
		let Some(signed) = self.reports.read(&transaction) else {
			return self.pool.submit_and_watch(at, source, transaction).await;
		};
		// It begins to watch before the report can be in a block.
		let watch = Watch::new(self.reports.chain().clone());
		let entry = self.submit_report(at, source, &transaction, &signed)?;
		Ok(watch.for_entry(entry))
	}

	async fn ready_at(
		&self,
		at: Hash,
	) -> Box<dyn ReadyTransactions<Item = Arc<Self::InPoolTransaction>> + Send> {
		let pooled = self.pool.ready_at(at).await;
		Box::new(Ready::new(self.reports.clone(), self.reports.offer(at), pooled))
	}

	fn ready(&self) -> Box<dyn ReadyTransactions<Item = Arc<Self::InPoolTransaction>> + Send> {
		let reports = self.reports.lane().of_rounds(0..=u32::MAX).into_iter();
		Box::new(All { reports, pooled: self.pool.ready() })
	}

	async fn report_invalid(
		&self,
		at: Option<Hash>,
		mut invalid: TxInvalidityReportMap<Hash>,
	) -> Vec<Arc<Self::InPoolTransaction>> {
		let mut removed = Vec::new();
		invalid.retain(|hash, error| {
			let Some(entry) = self.reports.lane().get(hash) else { return true };
			// One that a block did not take stays: another block may.
			if error.is_none() && self.reports.lane().remove(hash).is_some() {
				removed.push(Arc::new(Queued::Report(entry)));
			}
			false
		});
		removed.extend(Self::queued(self.pool.report_invalid(at, invalid).await));
		removed
	}

	fn futures(&self) -> Vec<Self::InPoolTransaction> {
		self.pool.futures().into_iter().map(|future| Queued::Pooled(Arc::new(future))).collect()
	}

	fn status(&self) -> PoolStatus {
		self.pool.status()
	}

	fn import_notification_stream(&self) -> ImportNotificationStream<Hash> {
		self.pool.import_notification_stream()
	}

	fn on_broadcasted(&self, propagations: HashMap<Hash, Vec<String>>) {
		self.pool.on_broadcasted(propagations);
	}

	fn hash_of(&self, transaction: &OpaqueExtrinsic) -> Hash {
		self.pool.hash_of(transaction)
	}

	fn ready_transaction(&self, hash: &Hash) -> Option<Arc<Self::InPoolTransaction>> {
		let report = || self.reports.lane().get(hash).map(Queued::Report);
		let pooled = self.pool.ready_transaction(hash).map(Queued::Pooled);
		pooled.or_else(report).map(Arc::new)
	}

	/// Answers at once, with the reports; the pool looks for the rest in the meantime.
	async fn ready_at_with_timeout(
		&self,
		at: Hash,
		timeout: Duration,
	) -> Box<dyn ReadyTransactions<Item = Arc<Self::InPoolTransaction>> + Send> {
		let (found, pooled) = mpsc::sync_channel::<Pooled<P::InPoolTransaction>>(1);
		let pool = self.pool.clone();
		let look = async move {
			// The author may have gone on without.
			let _ = found.send(pool.ready_at_with_timeout(at, timeout).await);
		};
		self.spawner.spawn_blocking("ready-transactions", Some("block-authoring"), look.boxed());
		let until = Instant::now() + timeout.saturating_mul(PATIENCE);
		let offer = self.reports.offer(at);
		Box::new(Ready::awaiting(self.reports.clone(), offer, pooled, until))
	}
}

#[async_trait]
impl<P> MaintainedTransactionPool for ReportPool<P>
where
	P: MaintainedTransactionPool<Block = OpaqueBlock, Hash = Hash> + 'static,
	P::InPoolTransaction: Send + Sync,
	P::Error: Send,
{
	async fn maintain(&self, event: ChainEvent<OpaqueBlock>) {
		self.pool.maintain(event).await;
	}
}

impl<P> LocalTransactionPool for ReportPool<P>
where
	P: TransactionPool<Block = OpaqueBlock, Hash = Hash>
		+ LocalTransactionPool<
			Block = OpaqueBlock,
			Hash = Hash,
			Error = <P as TransactionPool>::Error,
		>,
{
	type Block = OpaqueBlock;
	type Hash = Hash;
	type Error = <P as TransactionPool>::Error;

	fn submit_local(&self, at: Hash, transaction: OpaqueExtrinsic) -> Result<Hash, Self::Error> {
		match self.reports.read(&transaction) {
			Some(signed) => self
				.submit_report(at, TransactionSource::Local, &transaction, &signed)
				.map(|entry| entry.hash),
			None => self.pool.submit_local(at, transaction),
		}
	}
}

#[cfg(test)]
mod tests;
