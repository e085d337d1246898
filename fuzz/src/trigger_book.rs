//! The trigger book against a full scan of every account, after every event.

#[path = "../../primitives/trigger-book/tests/common/mod.rs"]
mod exchange;

use crate::Bytes;
use breakwater_trigger_book::{
	BandLimits, Budget, Cursor, Evaluation, Filing, Health, MemoryStorage, TriggerBook,
};
use breakwater_units::{AccountKey, Quote};
use exchange::{key, World};
use std::{cell::RefCell, collections::BTreeSet};

const ACCOUNTS: u8 = 8;
const MARKETS: u8 = 3;
/// The world multiplies without checks: a price stays where that fits.
const MAX_PRICE: i128 = 10_000_000;

/// Runs the events that the bytes spell.
///
/// # Panics
/// If an account with negative health is neither due nor has a crossed level; if a step without
/// backlog leaves one that a scan finds, makes one due that a scan does not find, or recomputes an
/// account twice.
pub fn run(bytes: &[u8]) {
	let mut bytes = Bytes::new(bytes);
	let mut run = Run::new(bytes.flag());
	while !bytes.is_empty() {
		run.event(&mut bytes);
		run.assert_covered();
	}
	run.settle();
}

struct Run {
	world: World,
	book: TriggerBook<MemoryStorage>,
	cursor: Cursor,
}

/// Health that counts whom it was asked about.
struct Counted<'a> {
	world: &'a World,
	asked: RefCell<BTreeSet<AccountKey>>,
}

impl Health for Counted<'_> {
	type Error = ();

	fn evaluate(&self, account: &AccountKey) -> Result<Evaluation, ()> {
		assert!(self.asked.borrow_mut().insert(*account), "woken twice in a step");
		self.world.evaluate(account)
	}
}

impl Run {
	fn new(hedge: bool) -> Self {
		let mut world = World::new(&[1_000, 300, 20]);
		world.hedge = hedge;
		world.accounts.extend((0..ACCOUNTS).map(|n| (key(n.into()), Default::default())));
		let bands = BandLimits([40_000, 10_000, 2_000].map(Quote::new));
		let book = TriggerBook::new(MemoryStorage::default(), bands);
		Self { world, book, cursor: Cursor::default() }
	}

	fn event(&mut self, bytes: &mut Bytes<'_>) {
		match bytes.below(12) {
			0..=3 => self.change_account(bytes),
			4..=8 => self.move_index(bytes),
			9 => self.close(bytes),
			10 => self.settle(),
			_ => {
				let (accounts, levels) = (bytes.below(4), 1 + bytes.below(8));
				self.step(Budget { accounts: accounts.into(), levels: levels.into() });
			},
		}
	}

	fn change_account(&mut self, bytes: &mut Bytes<'_>) {
		let account = key(bytes.below(ACCOUNTS).into());
		let held = &mut self.world.accounts;
		let kind = bytes.below(4);
		match (kind, held.get_mut(&account).unwrap()) {
			(0, _) => {
				let (market, lots) = (bytes.below(MARKETS).into(), bytes.within(-120, 120));
				self.world.trade(&account, market, lots);
			},
			(1, held) => held.cash += i128::from(bytes.within(-20_000, 40_000)),
			(2, held) => held.collateral = bytes.within(0, 40),
			(_, held) => {
				let borrowed = bytes.within(-5_000, 5_000).max(-held.loan);
				held.loan += borrowed;
				held.cash += i128::from(borrowed);
			},
		}
		self.book.file(&account, &self.world.evaluation(&account)).expect("a sound account");
	}

	fn move_index(&mut self, bytes: &mut Bytes<'_>) {
		let market = &mut self.world.markets[usize::from(bytes.below(MARKETS))];
		match bytes.below(8) {
			0..=2 => market.price = moved(market.price, bytes),
			3 => market.price = (market.price + i128::from(bytes.within(-2, 2))).max(1),
			4 => market.funding += i128::from(bytes.within(-3, 3)),
			5 => market.margin_ppb = i128::from(bytes.within(5, 200)) * 1_000_000,
			6 => market.volatility = bytes.value().unwrap_or_default(),
			_ => {
				let (price, haircut) = &mut self.world.collateral;
				*price = moved(*price, bytes);
				*haircut = i128::from(bytes.below(100)) * 5_000_000;
				self.world.borrow += i128::from(bytes.below(100)) * 1_000;
			},
		}
	}

	fn close(&mut self, bytes: &mut Bytes<'_>) {
		let account = key(bytes.below(ACCOUNTS).into());
		self.world.accounts.insert(account, Default::default());
		self.book.remove(&account);
	}

	fn step(&mut self, budget: Budget) {
		let due_before = self.due();
		let counted = Counted { world: &self.world, asked: RefCell::default() };
		let report = self.book.step(&self.world.indices(), budget, self.cursor, &counted);
		self.cursor = report.cursor;
		assert!(report.woken <= budget.accounts, "more woken than the budget allows");
		assert!(report.failed.is_empty());

		let scanned: BTreeSet<_> = self.world.full_scan().into_iter().collect();
		let due = self.due();
		assert!(due.difference(&due_before).all(|account| scanned.contains(account)));
		if !report.cursor.has_backlog() {
			assert!(scanned.is_subset(&due), "a scan finds more than the book");
		}
	}

	/// A step without bounds, after which the due accounts are liquidated or filed anew.
	fn settle(&mut self) {
		self.step(Budget::UNBOUNDED);
		for account in self.book.worst_due(u32::MAX) {
			if self.world.health(&self.world.accounts[&account]) < 0 {
				self.world.accounts.insert(account, Default::default());
			}
			self.book.file(&account, &self.world.evaluation(&account)).expect("a sound account");
		}
		assert!(self.world.full_scan().is_empty() && self.due().is_empty());
	}

	fn due(&self) -> BTreeSet<AccountKey> {
		self.book.storage().due().map(|key| key.account()).collect()
	}

	/// Whoever a scan finds is due or waits to be woken.
	fn assert_covered(&self) {
		let woken = self.book.collect(&self.world.indices(), Budget::UNBOUNDED, self.cursor);
		for account in self.world.full_scan() {
			let filing = self.book.storage().filings().find(|(key, _)| **key == account);
			let due = matches!(filing, Some((_, Filing::Due(_))));
			assert!(due || woken.accounts.contains(&account), "liquidatable, and nobody knows");
		}
	}
}

/// A price moved by up to half.
fn moved(price: i128, bytes: &mut Bytes<'_>) -> i128 {
	let permille = i128::from(bytes.within(500, 1_500));
	(price * permille / 1_000).clamp(1, MAX_PRICE)
}
