//! The lane at work: what comes in, what blocks hold, what an author may take.

use std::{
	collections::{HashMap, VecDeque},
	sync::{Arc, PoisonError, RwLock},
};

use breakwater_primitives::{oracle::OracleId, BlockNumber, Hash};
use futures::StreamExt;
use polkadot_sdk::*;
use sc_transaction_pool_api::{error::Error as PoolError, TransactionPriority, TransactionSource};
use sp_runtime::OpaqueExtrinsic;

use crate::{
	chain::Blocks,
	lane::{blocks_for, rounds_on_top_of},
	Chain, Entry, Form, Lane, Metrics, Signed, Taken, TARGET,
};

/// Where a report came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
	/// The node's own off-chain worker.
	Worker,
	/// The RPC, by an external feeder; or the protocol of transactions.
	Submitted,
	/// A peer.
	Peer,
}

impl Origin {
	pub(crate) fn name(self) -> &'static str {
		match self {
			Self::Worker => "worker",
			Self::Submitted => "submitted",
			Self::Peer => "peer",
		}
	}
}

/// What became of a transaction that a peer sent as a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
	/// It is in the lane now.
	New,
	/// It, or another of that reporter and round, was there before.
	Known,
	/// Its round is not near this node's best block.
	OutOfWindow,
	/// This node does not know its reporter, but it is not yet at its round either.
	Early,
	/// It is no report.
	Malformed,
	/// No reporter signed it.
	NotGenuine,
	/// The runtime did not answer.
	Undecided,
}

/// The reports this node knows of. Shared by all who bring some and all who take some.
pub struct Reports {
	chain: Arc<dyn Chain>,
	lane: Lane,
	/// None only if the runtime does not tell: then there are no reports.
	form: RwLock<Option<Form>>,
	metrics: Option<Metrics>,
}

impl Reports {
	/// None yet.
	pub fn new(chain: Arc<dyn Chain>, metrics: Option<Metrics>) -> Self {
		let (best, number) = chain.best();
		let form = chain.form(best);
		if form.is_none() {
			log::warn!(target: TARGET, "The runtime does not tell reports from other transactions; they take their turn in the pool.");
		}
		let lane = Lane::default();
		lane.advance(number);
		Self { chain, lane, form: RwLock::new(form), metrics }
	}

	/// The report in a transaction, if that is one. Costs nearly nothing if not.
	pub fn read(&self, transaction: &OpaqueExtrinsic) -> Option<Signed> {
		self.form.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.read(transaction)
	}

	/// Those that are near the best block.
	pub fn lane(&self) -> &Lane {
		&self.lane
	}

	pub(crate) fn chain(&self) -> &Arc<dyn Chain> {
		&self.chain
	}

	/// Takes a report that was submitted to this node, if the runtime would. The answers are those
	/// of a pool.
	///
	/// # Errors
	/// What the runtime has against it, or that it is there already.
	pub fn submit(
		&self,
		at: Hash,
		source: TransactionSource,
		transaction: &OpaqueExtrinsic,
		signed: &Signed,
	) -> Result<Arc<Entry>, PoolError> {
		let origin = match source {
			TransactionSource::Local => Origin::Worker,
			_ => Origin::Submitted,
		};
		let hash = Entry::hash_of(transaction);
		let (round, reporter) = (signed.report.round, &signed.report.reporter);
		self.advance(self.chain.best().1);
		let answer = match self.lane.has_room(round, reporter, &hash) {
			Err(Taken::Known) => Err(already(hash)),
			_ => self.chain.validate(at, source, transaction),
		};
		let entered = answer.and_then(|()| {
			self.enter(hash, transaction, signed, origin).map_err(|taken| match taken {
				Taken::Known => already(hash),
				Taken::ByAnother => PoolError::TooLowPriority {
					old: TransactionPriority::MAX,
					new: TransactionPriority::MAX,
				},
				Taken::OutOfWindow => PoolError::ImmediatelyDropped,
			})
		});
		if let Err(error) = &entered {
			self.count_refused("invalid");
			log::debug!(target: TARGET, "round {round}: a report is refused: {error}");
		}
		entered
	}

	/// Takes what a peer says is a report, if it is one. Cheap things first; the runtime is asked
	/// only about what is new and near.
	pub fn receive(&self, transaction: &OpaqueExtrinsic) -> Received {
		let received = self.try_receive(transaction);
		match received {
			Received::New | Received::Known | Received::Early => {},
			Received::OutOfWindow => self.count_refused("out_of_window"),
			Received::Malformed => self.count_refused("malformed"),
			Received::NotGenuine => self.count_refused("not_genuine"),
			Received::Undecided => self.count_refused("undecided"),
		}
		received
	}

	fn try_receive(&self, transaction: &OpaqueExtrinsic) -> Received {
		if self.form.read().unwrap_or_else(PoisonError::into_inner).is_none() {
			return Received::Undecided;
		}
		let Some(signed) = self.read(transaction) else { return Received::Malformed };
		let hash = Entry::hash_of(transaction);
		let (best, number) = self.chain.best();
		self.advance(number);
		let (round, reporter) = (signed.report.round, &signed.report.reporter);
		if let Err(taken) = self.lane.has_room(round, reporter, &hash) {
			return taken.into();
		}
		match self.chain.is_genuine(best, &signed) {
			Some(true) => {},
			Some(false) if round > number => return Received::Early,
			Some(false) => return Received::NotGenuine,
			None => return Received::Undecided,
		}
		match self.enter(hash, transaction, &signed, Origin::Peer) {
			Ok(_) => Received::New,
			Err(taken) => taken.into(),
		}
	}

	fn enter(
		&self,
		hash: Hash,
		transaction: &OpaqueExtrinsic,
		signed: &Signed,
		origin: Origin,
	) -> Result<Arc<Entry>, Taken> {
		let entry = self.lane.add(Entry {
			round: signed.report.round,
			reporter: signed.report.reporter.clone(),
			hash,
			transaction: Arc::new(transaction.clone()),
			origin,
		})?;
		log::trace!(target: TARGET, "round {}: a report from {}", entry.round, origin.name());
		if let Some(metrics) = &self.metrics {
			metrics.received(origin);
			metrics.waiting.set(self.lane.len() as u64);
		}
		Ok(entry)
	}

	/// What an author on top of this block may take.
	pub fn offer(self: &Arc<Self>, parent: Hash) -> Offer {
		let number = self.chain.number(parent);
		let last = match number {
			Some(_) => self.chain.last_rounds(parent).into_iter().collect(),
			None => HashMap::new(),
		};
		Offer { reports: self.clone(), parent: number, last, seen: None, next: VecDeque::new() }
	}

	/// Notes that a block being made did not take this one. It stays: another block may, and the
	/// author's next tries are few.
	pub(crate) fn note_refused_by_block(&self, entry: &Entry) {
		self.count_refused("by_block");
		log::debug!(target: TARGET, "round {}: a block does not take a report", entry.round);
	}

	fn count_refused(&self, why: &str) {
		if let Some(metrics) = &self.metrics {
			metrics.refused(why);
		}
	}

	/// Follows the chain: forgets what is old, and counts. Never ends.
	pub async fn follow_chain(self: Arc<Self>) {
		let mut blocks: Blocks = self.chain.best_blocks();
		while let Some(block) = blocks.next().await {
			self.renew_form(block.hash);
			if block.own {
				self.count_included(block.hash);
			}
			// The stream may lag behind.
			self.advance(self.chain.best().1);
		}
	}

	/// An upgrade of the runtime may change it.
	fn renew_form(&self, at: Hash) {
		let form = self.chain.form(at);
		if form.is_some() {
			*self.form.write().unwrap_or_else(PoisonError::into_inner) = form;
		}
	}

	fn count_included(&self, own: Hash) {
		let Some(metrics) = &self.metrics else { return };
		let body = self.chain.body(own).unwrap_or_default();
		let reports = body.iter().filter(|transaction| self.read(transaction).is_some());
		metrics.included.inc_by(reports.count() as u64);
	}

	fn advance(&self, best: BlockNumber) {
		let departed = self.lane.advance(best);
		let lost = departed.iter().filter(|entry| self.is_lost(entry)).count();
		if lost > 0 {
			log::debug!(target: TARGET, "block {best}: {lost} reports of this node are in no block");
		}
		if let Some(metrics) = &self.metrics {
			metrics.lost.inc_by(lost as u64);
			metrics.waiting.set(self.lane.len() as u64);
		}
	}

	/// Whether a report that came to this node first is in no block of the best chain. One that
	/// cannot be looked into might have it.
	fn is_lost(&self, entry: &Entry) -> bool {
		let has_it = |number: BlockNumber| {
			let body = self.chain.canonical(number).and_then(|block| self.chain.body(block));
			let is_it = |transaction: &OpaqueExtrinsic| Entry::hash_of(transaction) == entry.hash;
			body.is_none_or(|body| body.iter().any(is_it))
		};
		entry.origin != Origin::Peer && !blocks_for(entry.round).any(has_it)
	}
}

fn already(hash: Hash) -> PoolError {
	PoolError::AlreadyImported(Box::new(hash))
}

impl From<Taken> for Received {
	fn from(taken: Taken) -> Self {
		match taken {
			Taken::Known | Taken::ByAnother => Self::Known,
			Taken::OutOfWindow => Self::OutOfWindow,
		}
	}
}

/// The reports for one block: those that are there, and those that come while it is made. Of each
/// reporter the older rounds first, as the chain takes no older one after a newer.
pub struct Offer {
	reports: Arc<Reports>,
	parent: Option<BlockNumber>,
	/// The last round of each reporter that the chain or this block has.
	last: HashMap<OracleId, BlockNumber>,
	/// The lane as it was looked at last.
	seen: Option<u64>,
	next: VecDeque<Arc<Entry>>,
}

impl Offer {
	fn look(&mut self, parent: BlockNumber) {
		// The version first: what is added in between is found at the next look.
		let version = self.reports.lane.version();
		if self.seen == Some(version) {
			return;
		}
		self.seen = Some(version);
		let entries = self.reports.lane.of_rounds(rounds_on_top_of(parent));
		let last = &self.last;
		let is_new =
			|entry: &Arc<Entry>| last.get(&entry.reporter).is_none_or(|last| *last < entry.round);
		self.next = entries.into_iter().filter(is_new).collect();
	}
}

impl Iterator for Offer {
	type Item = Arc<Entry>;

	fn next(&mut self) -> Option<Self::Item> {
		self.look(self.parent?);
		let entry = self.next.pop_front()?;
		self.last.insert(entry.reporter.clone(), entry.round);
		Some(entry)
	}
}

#[cfg(test)]
mod tests;
