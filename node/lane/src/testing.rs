//! A chain that does as it is told, and a pool that takes what it gets.

use std::{
	collections::{BTreeMap, HashMap},
	pin::Pin,
	sync::{Arc, Mutex},
	time::Duration,
};

use async_trait::async_trait;
use breakwater_primitives::{
	oracle::{OracleId, OraclePair, OracleSignature, Quote, Report},
	BlockNumber, Hash, OpaqueBlock,
};
use codec::Encode;
use futures::{channel::mpsc, StreamExt};
use polkadot_sdk::*;
use sc_transaction_pool_api::{
	error::Error as PoolError, ImportNotificationStream, InPoolTransaction, LocalTransactionPool,
	PoolStatus, ReadyTransactions, TransactionPool, TransactionSource, TransactionStatus,
	TransactionStatusStream, TransactionTag, TxInvalidityReportMap,
};
use sp_core::Pair;
use sp_runtime::{transaction_validity::InvalidTransaction, OpaqueExtrinsic};

use crate::{
	chain::{Best, Blocks},
	Chain, Entry, Form, Origin, Signed,
};

pub(crate) const PREFIX: [u8; 4] = [0x45, 0, 12, 0];
/// Those who are reporters; others sign as well.
pub(crate) const REPORTERS: std::ops::RangeInclusive<u8> = 1..=4;

pub(crate) fn pair(number: u8) -> OraclePair {
	OraclePair::from_seed(&[number; 32])
}

pub(crate) fn report_of(reporter: u8, round: BlockNumber) -> Report {
	let quote = Quote { feed: 0, price: 1, confidence: 0, time: 5, sources: 1 };
	let quotes = vec![quote].try_into().unwrap();
	Report { reporter: pair(reporter).public(), round, finalized: 0, quotes }
}

/// The same signature each time; by itself it would be another one.
pub(crate) fn sign(number: u8, report: Report) -> Signed {
	static SIGNED: Mutex<BTreeMap<(u8, Vec<u8>), OracleSignature>> = Mutex::new(BTreeMap::new());
	let encoded = report.encode();
	let mut signed = SIGNED.lock().unwrap();
	let sign = || pair(number).sign(&encoded);
	let signature = signed.entry((number, encoded.clone())).or_insert_with(sign).clone();
	Signed { report, signature }
}

pub(crate) fn transaction_of(signed: &Signed) -> OpaqueExtrinsic {
	let tail = (&signed.report, &signed.signature).encode();
	OpaqueExtrinsic::from_blob([&PREFIX[..], &tail].concat())
}

/// A good report as it is sent.
pub(crate) fn sent(reporter: u8, round: BlockNumber) -> OpaqueExtrinsic {
	transaction_of(&sign(reporter, report_of(reporter, round)))
}

pub(crate) fn entry(signed: &Signed) -> Entry {
	let transaction = transaction_of(signed);
	Entry {
		round: signed.report.round,
		reporter: signed.report.reporter.clone(),
		hash: Entry::hash_of(&transaction),
		transaction: Arc::new(transaction),
		origin: Origin::Peer,
	}
}

#[derive(Default)]
struct ChainState {
	/// By number, from the first block on.
	canonical: Vec<Hash>,
	blocks: HashMap<Hash, (BlockNumber, Hash, Vec<OpaqueExtrinsic>)>,
	last_rounds: HashMap<OracleId, BlockNumber>,
	best_listeners: Vec<mpsc::UnboundedSender<Best>>,
	final_listeners: Vec<mpsc::UnboundedSender<Best>>,
	asked: usize,
	is_silent: bool,
}

/// The best chain and its forks.
pub(crate) struct TestChain {
	state: Mutex<ChainState>,
}

impl TestChain {
	/// A chain of this many blocks after the first.
	pub(crate) fn of(length: BlockNumber) -> Arc<Self> {
		let chain = Arc::new(Self { state: Mutex::default() });
		chain.import(Hash::zero(), 0, vec![], false);
		for _ in 0..length {
			chain.grow(vec![]);
		}
		chain
	}

	/// One more block. Its hash.
	pub(crate) fn grow(&self, body: Vec<OpaqueExtrinsic>) -> Hash {
		let (parent, number) = self.best();
		self.import(parent, number + 1, body, false)
	}

	/// A block somewhere that becomes the best one.
	pub(crate) fn import(
		&self,
		parent: Hash,
		number: BlockNumber,
		body: Vec<OpaqueExtrinsic>,
		own: bool,
	) -> Hash {
		let mut state = self.state.lock().unwrap();
		let hash = Hash::from_low_u64_be(1_000 + state.blocks.len() as u64);
		state.blocks.insert(hash, (number, parent, body));
		state.canonical.truncate(number as usize);
		state.canonical.push(hash);
		let mut next = parent;
		for earlier in (0..number as usize).rev() {
			state.canonical[earlier] = next;
			next = state.blocks[&next].1;
		}
		for listener in &state.best_listeners {
			let _ = listener.unbounded_send(Best { hash, number, own });
		}
		hash
	}

	pub(crate) fn finalize(&self, number: BlockNumber) {
		let state = self.state.lock().unwrap();
		let best = Best { hash: state.canonical[number as usize], number, own: false };
		for listener in &state.final_listeners {
			let _ = listener.unbounded_send(best);
		}
	}

	/// What the chain says this reporter has reported for.
	pub(crate) fn set_last_round(&self, reporter: u8, round: BlockNumber) {
		self.state.lock().unwrap().last_rounds.insert(pair(reporter).public(), round);
	}

	/// The runtime answers nothing any more.
	pub(crate) fn silence(&self) {
		self.state.lock().unwrap().is_silent = true;
	}

	/// How often a signature was checked.
	pub(crate) fn asked(&self) -> usize {
		self.state.lock().unwrap().asked
	}

	pub(crate) fn is_good(&self, signed: &Signed) -> bool {
		self.state.lock().unwrap().asked += 1;
		REPORTERS.map(|number| pair(number).public()).any(|key| key == signed.report.reporter)
			&& OraclePair::verify(
				&signed.signature,
				signed.report.encode(),
				&signed.report.reporter,
			)
	}
}

impl Chain for TestChain {
	fn best(&self) -> (Hash, BlockNumber) {
		let state = self.state.lock().unwrap();
		match state.canonical.last() {
			Some(best) => (*best, state.canonical.len() as u32 - 1),
			None => (Hash::zero(), 0),
		}
	}

	fn number(&self, hash: Hash) -> Option<BlockNumber> {
		self.state.lock().unwrap().blocks.get(&hash).map(|block| block.0)
	}

	fn canonical(&self, number: BlockNumber) -> Option<Hash> {
		self.state.lock().unwrap().canonical.get(number as usize).copied()
	}

	fn parent(&self, hash: Hash) -> Option<Hash> {
		self.state.lock().unwrap().blocks.get(&hash).map(|block| block.1)
	}

	fn body(&self, hash: Hash) -> Option<Vec<OpaqueExtrinsic>> {
		self.state.lock().unwrap().blocks.get(&hash).map(|block| block.2.clone())
	}

	fn best_blocks(&self) -> Blocks {
		let (listener, blocks) = mpsc::unbounded();
		self.state.lock().unwrap().best_listeners.push(listener);
		blocks.boxed()
	}

	fn final_blocks(&self) -> Blocks {
		let (listener, blocks) = mpsc::unbounded();
		self.state.lock().unwrap().final_listeners.push(listener);
		blocks.boxed()
	}

	fn form(&self, _: Hash) -> Option<Form> {
		if self.state.lock().unwrap().is_silent {
			return None;
		}
		let signed = sign(1, report_of(1, 0));
		Form::of(&transaction_of(&signed).encode(), &signed)
	}

	fn validate(
		&self,
		_: Hash,
		_: TransactionSource,
		transaction: &OpaqueExtrinsic,
	) -> Result<(), PoolError> {
		let signed = self.form(Hash::zero()).unwrap().read(transaction).unwrap();
		match self.is_good(&signed) {
			true => Ok(()),
			false => Err(PoolError::InvalidTransaction(InvalidTransaction::BadProof)),
		}
	}

	fn is_genuine(&self, _: Hash, signed: &Signed) -> Option<bool> {
		let is_silent = self.state.lock().unwrap().is_silent;
		(!is_silent).then(|| self.is_good(signed))
	}

	fn last_rounds(&self, _: Hash) -> Vec<(OracleId, BlockNumber)> {
		let state = self.state.lock().unwrap();
		state.last_rounds.iter().map(|(key, round)| (key.clone(), *round)).collect()
	}
}

/// A transfer, as far as a pool is concerned.
pub(crate) fn transfer(number: u8) -> OpaqueExtrinsic {
	OpaqueExtrinsic::from_blob(vec![0x84, number])
}

#[derive(Clone, Debug)]
pub(crate) struct Transfer {
	data: Arc<OpaqueExtrinsic>,
	hash: Hash,
}

impl InPoolTransaction for Transfer {
	type Transaction = Arc<OpaqueExtrinsic>;
	type Hash = Hash;

	fn data(&self) -> &Self::Transaction {
		&self.data
	}
	fn hash(&self) -> &Hash {
		&self.hash
	}
	fn priority(&self) -> &u64 {
		&7
	}
	fn longevity(&self) -> &u64 {
		&64
	}
	fn requires(&self) -> &[TransactionTag] {
		&[]
	}
	fn provides(&self) -> &[TransactionTag] {
		&[]
	}
	fn is_propagable(&self) -> bool {
		true
	}
}

/// Takes everything, refuses nothing, and may be slow to tell what is ready.
#[derive(Default)]
pub(crate) struct TestPool {
	pub(crate) transactions: Mutex<Vec<OpaqueExtrinsic>>,
	pub(crate) invalid: Mutex<Vec<Hash>>,
	/// Never answers an author.
	pub(crate) is_stuck: bool,
}

impl TestPool {
	fn take(&self, transaction: OpaqueExtrinsic) -> Hash {
		let hash = Entry::hash_of(&transaction);
		self.transactions.lock().unwrap().push(transaction);
		hash
	}

	fn all(&self) -> Box<dyn ReadyTransactions<Item = Arc<Transfer>> + Send> {
		let all = self.transactions.lock().unwrap().clone();
		let ready = all.into_iter().map(|transaction| {
			let hash = Entry::hash_of(&transaction);
			Arc::new(Transfer { data: Arc::new(transaction), hash })
		});
		Box::new(Listed(ready.collect::<Vec<_>>().into_iter()))
	}
}

struct Listed(std::vec::IntoIter<Arc<Transfer>>);

impl Iterator for Listed {
	type Item = Arc<Transfer>;
	fn next(&mut self) -> Option<Self::Item> {
		self.0.next()
	}
}

impl ReadyTransactions for Listed {
	fn report_invalid(&mut self, _: &Self::Item) {
		// As a pool that skips what depends on it.
		self.0.next();
	}
}

#[async_trait]
impl TransactionPool for TestPool {
	type Block = OpaqueBlock;
	type Hash = Hash;
	type InPoolTransaction = Transfer;
	type Error = PoolError;

	async fn submit_at(
		&self,
		_: Hash,
		_: TransactionSource,
		transactions: Vec<OpaqueExtrinsic>,
	) -> Result<Vec<Result<Hash, PoolError>>, PoolError> {
		Ok(transactions.into_iter().map(|transaction| Ok(self.take(transaction))).collect())
	}

	async fn submit_one(
		&self,
		_: Hash,
		_: TransactionSource,
		transaction: OpaqueExtrinsic,
	) -> Result<Hash, PoolError> {
		Ok(self.take(transaction))
	}

	async fn submit_and_watch(
		&self,
		_: Hash,
		_: TransactionSource,
		transaction: OpaqueExtrinsic,
	) -> Result<Pin<Box<TransactionStatusStream<Hash, Hash>>>, PoolError> {
		self.take(transaction);
		Ok(futures::stream::iter([TransactionStatus::Future]).boxed())
	}

	async fn ready_at(&self, _: Hash) -> Box<dyn ReadyTransactions<Item = Arc<Transfer>> + Send> {
		self.all()
	}

	fn ready(&self) -> Box<dyn ReadyTransactions<Item = Arc<Transfer>> + Send> {
		self.all()
	}

	async fn report_invalid(
		&self,
		_: Option<Hash>,
		invalid: TxInvalidityReportMap<Hash>,
	) -> Vec<Arc<Transfer>> {
		self.invalid.lock().unwrap().extend(invalid.into_keys());
		vec![]
	}

	fn futures(&self) -> Vec<Transfer> {
		vec![]
	}

	fn status(&self) -> PoolStatus {
		PoolStatus { ready: 0, ready_bytes: 0, future: 0, future_bytes: 0 }
	}

	fn import_notification_stream(&self) -> ImportNotificationStream<Hash> {
		futures::channel::mpsc::channel(0).1
	}

	fn on_broadcasted(&self, _: HashMap<Hash, Vec<String>>) {}

	fn hash_of(&self, transaction: &OpaqueExtrinsic) -> Hash {
		Entry::hash_of(transaction)
	}

	fn ready_transaction(&self, hash: &Hash) -> Option<Arc<Transfer>> {
		self.all().find(|transaction| transaction.hash == *hash)
	}

	async fn ready_at_with_timeout(
		&self,
		_: Hash,
		_: Duration,
	) -> Box<dyn ReadyTransactions<Item = Arc<Transfer>> + Send> {
		if self.is_stuck {
			futures::future::pending::<()>().await;
		}
		self.all()
	}
}

impl LocalTransactionPool for TestPool {
	type Block = OpaqueBlock;
	type Hash = Hash;
	type Error = PoolError;

	fn submit_local(&self, _: Hash, transaction: OpaqueExtrinsic) -> Result<Hash, PoolError> {
		Ok(self.take(transaction))
	}
}
