//! The book: accounts are filed in it, and a step wakes those whose levels were crossed.

use crate::{
	certificate::{certify, covers},
	collect::collect,
	BandLimits, BookError, BookStorage, Budget, Certificate, Collected, Cursor, DueKey, Entry,
	Evaluation, Filing, Health, IndexId, LevelKey, SizeBand,
};
use alloc::vec::Vec;
use breakwater_units::{AccountKey, IndexLevel, NanoQuote};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Levels written, to charge for.
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
pub struct Changes {
	/// Levels added.
	pub inserted: u32,
	/// Levels removed.
	pub removed: u32,
}

impl Changes {
	fn add(&mut self, other: Self) {
		self.inserted = self.inserted.saturating_add(other.inserted);
		self.removed = self.removed.saturating_add(other.removed);
	}
}

/// Where an account was filed.
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
pub enum Filed {
	/// In the book: it is not liquidatable, and its levels were written where they changed.
	Watched(Changes),
	/// In the due queue: it is liquidatable, and its levels were removed.
	Due {
		/// How far health is below zero.
		shortfall: NanoQuote,
		/// Levels removed.
		changes: Changes,
	},
	/// Nowhere: it is not liquidatable and no index can make it so.
	Safe(Changes),
}

impl Filed {
	/// The levels written.
	pub const fn changes(&self) -> Changes {
		match *self {
			Self::Watched(changes) | Self::Safe(changes) | Self::Due { changes, .. } => changes,
		}
	}
}

/// What a step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepReport {
	/// Accounts recomputed.
	pub woken: u32,
	/// Of those, the ones that joined the due queue because health is below zero.
	pub due: u32,
	/// Of those, the ones that could not be recomputed. They are set aside at the end of the due
	/// queue, where nothing waits behind them.
	pub failed: Vec<AccountKey>,
	/// Levels read, those written.
	pub levels_read: u32,
	/// Levels written.
	pub changes: Changes,
	/// For the next step.
	pub cursor: Cursor,
}

/// What [`TriggerBook::check`] found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
	/// The account has components or is liquidatable, and is not filed.
	Unfiled,
	/// The account is liquidatable or changed, and the certificate does not say so.
	NotCovered,
	/// A level of the certificate is missing from its list.
	LevelMissing,
	/// The account is due and not at its place in the due queue.
	DueMissing,
}

/// The trigger book over a storage.
#[derive(Clone, Debug, Default)]
pub struct TriggerBook<S> {
	storage: S,
	bands: BandLimits,
}

impl<S: BookStorage> TriggerBook<S> {
	/// The book kept in `storage`.
	pub const fn new(storage: S, bands: BandLimits) -> Self {
		Self { storage, bands }
	}

	/// The storage, to read.
	pub const fn storage(&self) -> &S {
		&self.storage
	}

	/// Files an account as it stands now: call it after everything that changes an account other
	/// than through its indices (trade, deposit, withdrawal, liquidation), and for every account
	/// collected.
	///
	/// The levels of components that the change did not touch stay, as long as the shares in force
	/// permit. Filing at unchanged indices is idempotent, and never leaves a level crossed.
	///
	/// # Errors
	/// See [`BookError`]; nothing was changed.
	pub fn file(
		&mut self,
		account: &AccountKey,
		evaluation: &Evaluation,
	) -> Result<Filed, BookError> {
		let previous = self.storage.filing(account);
		if evaluation.health.is_negative() {
			let shortfall = NanoQuote::ZERO.saturating_sub(evaluation.health);
			let changes = self.replace(account, previous, Some(Filing::Due(shortfall)));
			return Ok(Filed::Due { shortfall, changes });
		}
		let certificate = match &previous {
			Some(Filing::Watched(certificate)) => {
				certify(evaluation, Some(certificate), &self.bands)?
			},
			_ => certify(evaluation, None, &self.bands)?,
		};
		let safe = certificate.is_none();
		let changes = self.replace(account, previous, certificate.map(Filing::Watched));
		Ok(if safe { Filed::Safe(changes) } else { Filed::Watched(changes) })
	}

	/// Removes an account from the book and the due queue.
	pub fn remove(&mut self, account: &AccountKey) -> Changes {
		let previous = self.storage.filing(account);
		self.replace(account, previous, None)
	}

	/// Files an account that cannot be recomputed at the very end of the due queue.
	pub fn set_aside(&mut self, account: &AccountKey) -> Changes {
		let previous = self.storage.filing(account);
		self.replace(account, previous, Some(Filing::Due(NanoQuote::ZERO)))
	}

	/// The accounts to wake: those with a level that the present `indices` have reached. Reads
	/// only; recompute and [`file`](Self::file) each of them, or call [`step`](Self::step).
	///
	/// `indices` holds each index at most once, always in the same order. One that has not moved
	/// since a step without backlog may be left out, where moving and moving back is moving; after
	/// a step with backlog, none may.
	///
	/// Large accounts come first, and of one list the level reached first. Under a backlog, a
	/// quarter of the budget serves the lists in turn, so that none starves.
	pub fn collect(
		&self,
		indices: &[(IndexId, IndexLevel)],
		budget: Budget,
		cursor: Cursor,
	) -> Collected {
		collect(&self.storage, indices, budget, cursor)
	}

	/// Collects, recomputes and files. The steps are separate for a caller that wants to undo a
	/// failing account by itself.
	pub fn step<H: Health>(
		&mut self,
		indices: &[(IndexId, IndexLevel)],
		budget: Budget,
		cursor: Cursor,
		health: &H,
	) -> StepReport {
		let Collected { accounts, cursor, levels_read } = self.collect(indices, budget, cursor);
		let mut report = StepReport { cursor, levels_read, ..Default::default() };
		for account in accounts {
			report.woken = report.woken.saturating_add(1);
			let evaluation = health.evaluate(&account).ok();
			match evaluation.and_then(|evaluation| self.file(&account, &evaluation).ok()) {
				Some(filed) => {
					if matches!(filed, Filed::Due { .. }) {
						report.due = report.due.saturating_add(1);
					}
					report.changes.add(filed.changes());
				},
				None => {
					report.changes.add(self.set_aside(&account));
					report.failed.push(account);
				},
			}
		}
		report
	}

	/// Up to `limit` due accounts, by the shortfall they were filed with, the worst first.
	pub fn worst_due(&self, limit: u32) -> Vec<AccountKey> {
		let mut worst = Vec::new();
		if limit == 0 {
			return worst;
		}
		self.storage.scan_due(&mut |key| {
			worst.push(key.account());
			worst.len() < limit as usize
		});
		worst
	}

	/// Checks an account's filing against its exact state, for `try_state` and tests: it is due, or
	/// its certificate covers it or has a crossed level. Expects the components in the form in
	/// which they were filed: [`Factor::hedge`](crate::Factor::hedge) may choose another later.
	///
	/// # Errors
	/// The first [`Violation`] found.
	pub fn check(&self, account: &AccountKey, evaluation: &Evaluation) -> Result<(), Violation> {
		let exposed = evaluation.components.iter().any(|c| c.exposure != 0);
		match self.storage.filing(account) {
			None if exposed || evaluation.health.is_negative() => Err(Violation::Unfiled),
			None => Ok(()),
			Some(Filing::Due(shortfall)) => {
				let sought = DueKey::new(shortfall, account);
				let mut found = false;
				self.storage.scan_due(&mut |key| {
					found = *key == sought;
					*key < sought
				});
				found.then_some(()).ok_or(Violation::DueMissing)
			},
			Some(Filing::Watched(certificate)) => {
				if !covers(&certificate, evaluation) {
					return Err(Violation::NotCovered);
				}
				let present = certificate
					.entries
					.iter()
					.all(|entry| self.has_level(entry, certificate.band, account));
				present.then_some(()).ok_or(Violation::LevelMissing)
			},
		}
	}

	fn has_level(&self, entry: &Entry, band: SizeBand, account: &AccountKey) -> bool {
		let sought = level_key(entry, band, account);
		let mut found = false;
		self.storage.scan_levels(&entry.list(band), &mut |key| {
			found = *key == sought;
			*key < sought
		});
		found
	}

	/// Writes a filing, and the difference of what it implies.
	fn replace(
		&mut self,
		account: &AccountKey,
		previous: Option<Filing>,
		next: Option<Filing>,
	) -> Changes {
		if previous == next {
			return Changes::default();
		}
		let changes = self.replace_levels(account, watched(&previous), watched(&next));
		if let Some(Filing::Due(shortfall)) = &previous {
			self.storage.remove_due(&DueKey::new(*shortfall, account));
		}
		if let Some(Filing::Due(shortfall)) = &next {
			self.storage.insert_due(&DueKey::new(*shortfall, account));
		}
		self.storage.set_filing(account, next);
		changes
	}

	fn replace_levels(
		&mut self,
		account: &AccountKey,
		previous: Option<&Certificate>,
		next: Option<&Certificate>,
	) -> Changes {
		let mut changes = Changes::default();
		for (entry, band) in only_in(previous, next) {
			self.storage.remove_level(&level_key(entry, band, account));
			changes.removed = changes.removed.saturating_add(1);
		}
		for (entry, band) in only_in(next, previous) {
			self.storage.insert_level(&level_key(entry, band, account));
			changes.inserted = changes.inserted.saturating_add(1);
		}
		changes
	}
}

fn watched(filing: &Option<Filing>) -> Option<&Certificate> {
	match filing {
		Some(Filing::Watched(certificate)) => Some(certificate),
		_ => None,
	}
}

fn level_key(entry: &Entry, band: SizeBand, account: &AccountKey) -> LevelKey {
	LevelKey::new(&entry.list(band), entry.trigger, account)
}

/// The entries whose level is in one certificate and not in the other.
fn only_in<'a>(
	one: Option<&'a Certificate>,
	other: Option<&'a Certificate>,
) -> impl Iterator<Item = (&'a Entry, SizeBand)> {
	let in_other = move |entry: &Entry, band: SizeBand| {
		other.is_some_and(|other| {
			let at = other.entries.binary_search_by_key(&entry.index, |e| e.index);
			let twin = at.ok().and_then(|at| other.entries.get(at));
			twin.is_some_and(|twin| {
				other.band == band
					&& twin.trigger == entry.trigger
					&& twin.list(band) == entry.list(band)
			})
		})
	};
	one.into_iter()
		.flat_map(|one| one.entries.iter().map(move |entry| (entry, one.band)))
		.filter(move |(entry, band)| !in_other(entry, *band))
}
