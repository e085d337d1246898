//! The reports that are on their way into a block.

use std::{
	collections::{BTreeMap, HashMap},
	ops::RangeInclusive,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
};

use breakwater_primitives::{
	oracle::{OracleId, REPORT_LONGEVITY},
	BlockNumber, Hash,
};
use polkadot_sdk::*;
use sp_runtime::{
	traits::{BlakeTwo256, Hash as _},
	OpaqueExtrinsic,
};

use crate::reports::Origin;

/// How long a report stays after its round: longer than a block may take it, as another fork may
/// win that has not.
const ROUNDS_BEHIND: BlockNumber = 8;
const _: () = assert!(REPORT_LONGEVITY <= ROUNDS_BEHIND as u64);

/// How far a report may be ahead: a node that is late gets the reports before the blocks.
const ROUNDS_AHEAD: BlockNumber = 32;

/// A report in the lane.
#[derive(Debug)]
pub struct Entry {
	/// The block it was signed at.
	pub round: BlockNumber,
	/// The key that signed it.
	pub reporter: OracleId,
	/// Of the transaction.
	pub hash: Hash,
	/// The transaction.
	pub transaction: Arc<OpaqueExtrinsic>,
	/// Where it came from.
	pub origin: Origin,
}

impl Entry {
	/// The hash by which a pool would know this transaction.
	pub fn hash_of(transaction: &OpaqueExtrinsic) -> Hash {
		BlakeTwo256::hash_of(transaction)
	}
}

/// Why a report did not get a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
	/// It is there already.
	Known,
	/// Its reporter has another one there for this round.
	ByAnother,
	/// Its round is not near the best block.
	OutOfWindow,
}

type Key = (BlockNumber, OracleId);

#[derive(Default)]
struct State {
	entries: BTreeMap<Key, Arc<Entry>>,
	by_hash: HashMap<Hash, Key>,
	best: BlockNumber,
}

/// Reports of rounds near the best block, at most one per reporter and round. May be shared between
/// threads.
#[derive(Default)]
pub struct Lane {
	state: Mutex<State>,
	/// Counts what was ever added.
	version: AtomicU64,
}

impl Lane {
	fn state(&self) -> MutexGuard<'_, State> {
		// No line that holds the lock leaves it half done.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Whether a report could be added now.
	///
	/// # Errors
	/// Why not.
	pub fn has_room(
		&self,
		round: BlockNumber,
		reporter: &OracleId,
		hash: &Hash,
	) -> Result<(), Taken> {
		self.state().has_room(round, reporter, hash)
	}

	/// Adds a report that the runtime knows to be a reporter's.
	///
	/// # Errors
	/// Why it cannot; then nothing has changed.
	pub fn add(&self, entry: Entry) -> Result<Arc<Entry>, Taken> {
		let mut state = self.state();
		state.has_room(entry.round, &entry.reporter, &entry.hash)?;
		let (key, entry) = ((entry.round, entry.reporter.clone()), Arc::new(entry));
		state.by_hash.insert(entry.hash, key.clone());
		state.entries.insert(key, entry.clone());
		self.version.fetch_add(1, Ordering::Release);
		Ok(entry)
	}

	/// Drops what is too far from this best block, and returns it.
	pub fn advance(&self, best: BlockNumber) -> Vec<Arc<Entry>> {
		let mut state = self.state();
		state.best = best;
		let window = window(best);
		let gone: Vec<Key> =
			state.entries.keys().filter(|(round, _)| !window.contains(round)).cloned().collect();
		gone.iter().filter_map(|key| state.remove(key)).collect()
	}

	/// Drops this one.
	pub fn remove(&self, hash: &Hash) -> Option<Arc<Entry>> {
		let mut state = self.state();
		let key = state.by_hash.get(hash)?.clone();
		state.remove(&key)
	}

	/// The reports of these rounds: the older rounds first.
	pub fn of_rounds(&self, rounds: RangeInclusive<BlockNumber>) -> Vec<Arc<Entry>> {
		let state = self.state();
		let entries = state.entries.values();
		entries.filter(|entry| rounds.contains(&entry.round)).cloned().collect()
	}

	/// The report whose transaction has this hash.
	pub fn get(&self, hash: &Hash) -> Option<Arc<Entry>> {
		let state = self.state();
		state.entries.get(state.by_hash.get(hash)?).cloned()
	}

	/// Changes when a report is added.
	pub fn version(&self) -> u64 {
		self.version.load(Ordering::Acquire)
	}

	/// How many reports there are.
	pub fn len(&self) -> usize {
		self.state().entries.len()
	}

	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}
}

impl State {
	fn has_room(&self, round: BlockNumber, reporter: &OracleId, hash: &Hash) -> Result<(), Taken> {
		match self.entries.get(&(round, reporter.clone())) {
			Some(there) if there.hash == *hash => Err(Taken::Known),
			Some(_) => Err(Taken::ByAnother),
			None if !window(self.best).contains(&round) => Err(Taken::OutOfWindow),
			None => Ok(()),
		}
	}

	fn remove(&mut self, key: &Key) -> Option<Arc<Entry>> {
		let entry = self.entries.remove(key)?;
		self.by_hash.remove(&entry.hash);
		Some(entry)
	}
}

fn window(best: BlockNumber) -> RangeInclusive<BlockNumber> {
	best.saturating_sub(ROUNDS_BEHIND)..=best.saturating_add(ROUNDS_AHEAD)
}

/// The blocks that may hold reports of a round.
pub(crate) fn blocks_for(round: BlockNumber) -> RangeInclusive<BlockNumber> {
	round..=round.saturating_add(longevity())
}

/// The rounds whose reports a block on top of this one may hold.
pub(crate) fn rounds_on_top_of(parent: BlockNumber) -> RangeInclusive<BlockNumber> {
	let block = parent.saturating_add(1);
	block.saturating_sub(longevity())..=block
}

fn longevity() -> BlockNumber {
	BlockNumber::try_from(REPORT_LONGEVITY).unwrap_or(BlockNumber::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::{entry, report_of, sign};

	const BEST: BlockNumber = 100;

	fn lane() -> Lane {
		let lane = Lane::default();
		lane.advance(BEST);
		lane
	}

	fn add(lane: &Lane, reporter: u8, round: BlockNumber) -> Result<Arc<Entry>, Taken> {
		lane.add(entry(&sign(reporter, report_of(reporter, round))))
	}

	#[test]
	fn holds_one_per_reporter_and_round() {
		let lane = lane();
		assert!(add(&lane, 1, BEST).is_ok());
		assert_eq!(add(&lane, 1, BEST).unwrap_err(), Taken::Known);
		let mut other = report_of(1, BEST);
		other.finalized ^= 1;
		assert_eq!(lane.add(entry(&sign(1, other))).unwrap_err(), Taken::ByAnother);
		assert!(add(&lane, 2, BEST).is_ok());
		assert!(add(&lane, 1, BEST + 1).is_ok());
		assert_eq!(lane.len(), 3);
	}

	#[test]
	fn takes_rounds_near_the_best_block_only() {
		let lane = lane();
		for round in 0..3 * BEST {
			let near = (BEST - ROUNDS_BEHIND..=BEST + ROUNDS_AHEAD).contains(&round);
			assert_eq!(add(&lane, 1, round).is_ok(), near, "{round}");
		}
		assert_eq!(add(&lane, 1, u32::MAX).unwrap_err(), Taken::OutOfWindow);
	}

	#[test]
	fn stays_bounded_as_the_chain_grows() {
		let lane = lane();
		let mut departed = 0;
		for best in BEST..BEST + 200 {
			departed += lane.advance(best).len();
			for reporter in 1..=4 {
				for round in best.saturating_sub(20)..best + 60 {
					let _ = add(&lane, reporter, round);
				}
			}
			assert!(lane.len() <= 4 * (1 + ROUNDS_BEHIND + ROUNDS_AHEAD) as usize);
			let state = lane.state();
			assert_eq!(state.by_hash.len(), state.entries.len());
		}
		assert_eq!(departed, 4 * 199);
		assert_eq!(lane.advance(u32::MAX).len(), lane.version() as usize - departed);
		assert!(lane.is_empty() && lane.state().by_hash.is_empty());
	}

	#[test]
	fn gives_older_rounds_first() {
		let lane = lane();
		for (reporter, round) in [(3, 102), (1, 101), (2, 100), (1, 100), (2, 99)] {
			add(&lane, reporter, round).unwrap();
		}
		let rounds: Vec<_> = lane.of_rounds(100..=102).iter().map(|entry| entry.round).collect();
		assert_eq!(rounds, [100, 100, 101, 102]);
		assert_eq!(lane.of_rounds(rounds_on_top_of(97)).len(), 0);
		assert_eq!(lane.of_rounds(rounds_on_top_of(98)).len(), 1);
	}

	#[test]
	fn forgets_what_is_removed() {
		let lane = lane();
		let there = add(&lane, 1, BEST).unwrap();
		assert_eq!(lane.get(&there.hash).unwrap().round, BEST);
		assert!(lane.remove(&there.hash).is_some());
		assert!(lane.remove(&there.hash).is_none() && lane.get(&there.hash).is_none());
		assert!(add(&lane, 1, BEST).is_ok());
	}
}
