//! Where the book is kept.

use crate::{Certificate, DueKey, LevelKey, ListId};
use alloc::collections::{BTreeMap, BTreeSet};
use breakwater_units::{AccountKey, NanoQuote};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How an account is filed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Filing {
	/// In the book, under the levels of this certificate.
	Watched(Certificate),
	/// In the due queue, with this shortfall.
	Due(NanoQuote),
}

/// Two ordered sets and a map.
///
/// On chain, the sets are maps to `()` keyed by the SCALE encoding of the key under `Identity`,
/// whose byte order is the order of the keys; the map may be hashed as it likes. Iteration is
/// forward only. A scan borrows the storage, so nothing can be changed while it runs: removing a
/// key and scanning from the front again would make each later scan walk over the remains of all
/// keys removed in the same block.
pub trait BookStorage {
	/// Adds a level.
	fn insert_level(&mut self, key: &LevelKey);
	/// Removes a level.
	fn remove_level(&mut self, key: &LevelKey);
	/// Visits the levels of a list in ascending order, until `visit` returns `false`.
	fn scan_levels(&self, list: &ListId, visit: &mut dyn FnMut(&LevelKey) -> bool);

	/// Adds a due account.
	fn insert_due(&mut self, key: &DueKey);
	/// Removes a due account.
	fn remove_due(&mut self, key: &DueKey);
	/// Visits the due accounts in ascending order, until `visit` returns `false`.
	fn scan_due(&self, visit: &mut dyn FnMut(&DueKey) -> bool);

	/// How an account is filed; `None` if it is not.
	fn filing(&self, account: &AccountKey) -> Option<Filing>;
	/// Records how an account is filed.
	fn set_filing(&mut self, account: &AccountKey, filing: Option<Filing>);
}

/// A book in memory, for clients, tests and benchmarks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStorage {
	levels: BTreeSet<LevelKey>,
	due: BTreeSet<DueKey>,
	filings: BTreeMap<AccountKey, Filing>,
}

impl MemoryStorage {
	/// All levels in the order of their keys.
	pub fn levels(&self) -> impl Iterator<Item = &LevelKey> {
		self.levels.iter()
	}

	/// All due accounts, the worst first.
	pub fn due(&self) -> impl Iterator<Item = &DueKey> {
		self.due.iter()
	}

	/// All filed accounts.
	pub fn filings(&self) -> impl Iterator<Item = (&AccountKey, &Filing)> {
		self.filings.iter()
	}
}

impl BookStorage for MemoryStorage {
	fn insert_level(&mut self, key: &LevelKey) {
		self.levels.insert(*key);
	}

	fn remove_level(&mut self, key: &LevelKey) {
		self.levels.remove(key);
	}

	fn scan_levels(&self, list: &ListId, visit: &mut dyn FnMut(&LevelKey) -> bool) {
		let prefix = list.prefix();
		for key in self.levels.range(LevelKey::first_of(list)..) {
			if !key.has_prefix(&prefix) || !visit(key) {
				break;
			}
		}
	}

	fn insert_due(&mut self, key: &DueKey) {
		self.due.insert(*key);
	}

	fn remove_due(&mut self, key: &DueKey) {
		self.due.remove(key);
	}

	fn scan_due(&self, visit: &mut dyn FnMut(&DueKey) -> bool) {
		for key in &self.due {
			if !visit(key) {
				break;
			}
		}
	}

	fn filing(&self, account: &AccountKey) -> Option<Filing> {
		self.filings.get(account).cloned()
	}

	fn set_filing(&mut self, account: &AccountKey, filing: Option<Filing>) {
		match filing {
			Some(filing) => self.filings.insert(*account, filing),
			None => self.filings.remove(account),
		};
	}
}
