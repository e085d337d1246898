//! What an author fills its block with.

use std::{
	sync::{
		mpsc::{Receiver, RecvTimeoutError},
		Arc,
	},
	time::{Duration, Instant},
};

use polkadot_sdk::*;
use sc_transaction_pool_api::ReadyTransactions;

use crate::{reports::Offer, Entry, Queued, Reports};

/// What a pool calls ready.
pub(crate) type Pooled<T> = Box<dyn ReadyTransactions<Item = Arc<T>> + Send>;

/// How often the lane is looked at while the pool is waited for.
const LOOK: Duration = Duration::from_millis(2);

/// The reports first, then what the pool has; and before each transaction of the pool's, the
/// reports that have come in the meantime.
pub struct Ready<T> {
	reports: Arc<Reports>,
	offer: Offer,
	pool: Pool<T>,
}

enum Pool<T> {
	Here(Pooled<T>),
	/// The pool still looks for what is ready.
	Awaited {
		pooled: Receiver<Pooled<T>>,
		until: Instant,
	},
	/// It did not find it in time.
	Missing,
}

impl<T> Ready<T> {
	pub(crate) fn new(reports: Arc<Reports>, offer: Offer, pooled: Pooled<T>) -> Self {
		Self { reports, offer, pool: Pool::Here(pooled) }
	}

	/// The pool's part comes later, or never. Who asks for it waits, at most until then: an author
	/// does so in a thread of its own.
	pub(crate) fn awaiting(
		reports: Arc<Reports>,
		offer: Offer,
		pooled: Receiver<Pooled<T>>,
		until: Instant,
	) -> Self {
		Self { reports, offer, pool: Pool::Awaited { pooled, until } }
	}
}

impl<T> Iterator for Ready<T> {
	type Item = Arc<Queued<T>>;

	fn next(&mut self) -> Option<Self::Item> {
		loop {
			if let Some(report) = self.offer.next() {
				return Some(Arc::new(Queued::Report(report)));
			}
			match &mut self.pool {
				Pool::Here(pooled) => {
					return pooled.next().map(|next| Arc::new(Queued::Pooled(next)))
				},
				Pool::Missing => return None,
				Pool::Awaited { pooled, until } => match pooled.recv_timeout(LOOK) {
					Ok(pooled) => self.pool = Pool::Here(pooled),
					Err(RecvTimeoutError::Timeout) if Instant::now() < *until => {},
					Err(_) => self.pool = Pool::Missing,
				},
			}
		}
	}
}

impl<T> ReadyTransactions for Ready<T> {
	fn report_invalid(&mut self, transaction: &Self::Item) {
		match (&**transaction, &mut self.pool) {
			(Queued::Report(entry), _) => self.reports.note_refused_by_block(entry),
			(Queued::Pooled(transaction), Pool::Here(pooled)) => pooled.report_invalid(transaction),
			(Queued::Pooled(_), _) => {},
		}
	}
}

/// What is ready at no block in particular: for those who list or count.
pub(crate) struct All<T> {
	pub(crate) reports: std::vec::IntoIter<Arc<Entry>>,
	pub(crate) pooled: Pooled<T>,
}

impl<T> Iterator for All<T> {
	type Item = Arc<Queued<T>>;

	fn next(&mut self) -> Option<Self::Item> {
		let report = self.reports.next().map(Queued::Report);
		report.or_else(|| self.pooled.next().map(Queued::Pooled)).map(Arc::new)
	}
}

impl<T> ReadyTransactions for All<T> {
	fn report_invalid(&mut self, transaction: &Self::Item) {
		if let Queued::Pooled(transaction) = &**transaction {
			self.pooled.report_invalid(transaction);
		}
	}
}
