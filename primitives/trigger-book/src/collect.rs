//! Which accounts a step wakes: one forward pass over the lists, within a budget, reading only.

use crate::{BookStorage, Direction, IndexId, ListId, SizeBand, BANDS};
use alloc::{collections::BTreeSet, vec::Vec};
use breakwater_units::{AccountKey, IndexLevel};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How much a step may do.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Budget {
	/// Accounts to wake. Each is recomputed, and may have all its levels written anew.
	pub accounts: u32,
	/// Crossed levels to read: an account has one per component, so more than `accounts`.
	pub levels: u32,
}

impl Budget {
	/// No bound, for clients and tests.
	pub const UNBOUNDED: Self = Self { accounts: u32::MAX, levels: u32::MAX };

	/// Under a backlog, the part of the budget that goes to the list whose turn it is.
	fn turn_share(self) -> Self {
		const PARTS: u32 = 4;
		Self { accounts: self.accounts.div_ceil(PARTS), levels: self.levels.div_ceil(PARTS) }
	}
}

/// What one step leaves to the next. Store it; it starts as the default.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Cursor {
	/// The number of the list whose turn it is, when not all can be served.
	turn: u32,
	/// Whether the budget ran out: some crossed levels were left.
	backlog: bool,
}

impl Cursor {
	/// Whether crossed levels were left to the next step, which must then be given every index.
	pub const fn has_backlog(&self) -> bool {
		self.backlog
	}

	/// The cursor of a step whose caller could not file all the accounts it was given: their
	/// levels are still crossed.
	#[must_use]
	pub const fn interrupted(self) -> Self {
		Self { backlog: true, ..self }
	}
}

/// The accounts to wake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
	/// Each account once, in the order in which to recompute them.
	pub accounts: Vec<AccountKey>,
	/// For the next step.
	pub cursor: Cursor,
	/// How many levels were read: those crossed, and one more for each list that has another.
	pub levels_read: u32,
}

struct Picked {
	budget: Budget,
	accounts: Vec<AccountKey>,
	known: BTreeSet<AccountKey>,
	levels_crossed: u32,
	levels_read: u32,
	backlog: bool,
}

impl Picked {
	/// Reads the crossed levels of a list until `limit`, a part of the whole budget, is used up.
	fn read(
		&mut self,
		storage: &impl BookStorage,
		(list, now): (ListId, IndexLevel),
		limit: Budget,
	) {
		storage.scan_levels(&list, &mut |key| {
			self.levels_read = self.levels_read.saturating_add(1);
			if !list.direction.is_crossed(key.trigger(list.direction), now) {
				return false;
			}
			if self.levels_crossed >= limit.levels {
				self.backlog = true;
				return false;
			}
			let account = key.account();
			if self.known.contains(&account) {
				self.levels_crossed = self.levels_crossed.saturating_add(1);
				return true;
			}
			if self.count() >= limit.accounts {
				self.backlog = true;
				return false;
			}
			self.levels_crossed = self.levels_crossed.saturating_add(1);
			self.known.insert(account);
			self.accounts.push(account);
			true
		});
	}

	fn count(&self) -> u32 {
		u32::try_from(self.accounts.len()).unwrap_or(u32::MAX)
	}

	fn is_spent(&self, limit: Budget) -> bool {
		self.count() >= limit.accounts || self.levels_crossed >= limit.levels
	}
}

/// The lists of all bands, the largest accounts first, with the present level of their index.
fn lists(
	indices: &[(IndexId, IndexLevel)],
) -> impl Iterator<Item = (ListId, IndexLevel)> + Clone + '_ {
	(0..BANDS).flat_map(move |band| {
		indices.iter().flat_map(move |&(index, now)| {
			Direction::ALL.map(|direction| (ListId { band: SizeBand(band), index, direction }, now))
		})
	})
}

pub(crate) fn collect(
	storage: &impl BookStorage,
	indices: &[(IndexId, IndexLevel)],
	budget: Budget,
	cursor: Cursor,
) -> Collected {
	let mut picked = Picked {
		budget,
		accounts: Vec::new(),
		known: BTreeSet::new(),
		levels_crossed: 0,
		levels_read: 0,
		backlog: false,
	};
	let mut turn = cursor.turn;
	if cursor.backlog {
		turn = serve_in_turn(storage, indices, turn, &mut picked);
		// What was cut here is met again below; only what remains then is a backlog.
		picked.backlog = false;
	}
	for list in lists(indices) {
		picked.read(storage, list, picked.budget);
	}
	let Picked { accounts, levels_read, backlog, .. } = picked;
	Collected { accounts, cursor: Cursor { turn, backlog }, levels_read }
}

/// Spends a part of the budget on the lists in a circle, beginning with the one whose turn it is,
/// so that none waits forever behind larger accounts. Returns whose turn is next: that of the list
/// after the last one served.
fn serve_in_turn(
	storage: &impl BookStorage,
	indices: &[(IndexId, IndexLevel)],
	turn: u32,
	picked: &mut Picked,
) -> u32 {
	let limit = picked.budget.turn_share();
	let numbered = (0u32..).zip(lists(indices));
	let from_turn = numbered.clone().filter(|(number, _)| *number >= turn);
	let before_turn = numbered.filter(|(number, _)| *number < turn);
	let mut next = turn;
	for (number, list) in from_turn.chain(before_turn) {
		if picked.is_spent(limit) {
			break;
		}
		let served = picked.levels_crossed;
		picked.read(storage, list, limit);
		if picked.levels_crossed > served {
			next = number.saturating_add(1);
		}
	}
	next
}
