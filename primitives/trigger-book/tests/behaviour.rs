//! The book by example.
#![allow(missing_docs)]

mod common;

use breakwater_trigger_book::{
	BandLimits, BookError, BookStorage, Budget, Changes, Component, Cursor, Evaluation, Filed,
	Filing, Health, IndexId, MemoryStorage, TriggerBook, Violation, MAX_COMPONENTS,
};
use breakwater_units::{AccountKey, IndexLevel, NanoQuote};
use common::{key, World};

const ALICE: AccountKey = AccountKey([1; 32]);
const BOB: AccountKey = AccountKey([2; 32]);

fn book() -> TriggerBook<MemoryStorage> {
	TriggerBook::new(MemoryStorage::default(), BandLimits::default())
}

fn at(health: i128, components: &[(u64, i128, i128)]) -> Evaluation {
	let component = |&(index, exposure, level)| Component {
		index: IndexId(index),
		exposure,
		level: IndexLevel::new(level),
		volatility: 1,
	};
	Evaluation {
		health: NanoQuote::new(health),
		components: components.iter().map(component).collect(),
	}
}

fn levels(book: &TriggerBook<MemoryStorage>, account: &AccountKey) -> Vec<i128> {
	match book.storage().filing(account) {
		Some(Filing::Watched(certificate)) => {
			certificate.entries.iter().map(|entry| entry.trigger.get()).collect()
		},
		_ => Vec::new(),
	}
}

mod levels {
	use super::*;

	#[test]
	fn of_one_component_are_where_it_becomes_liquidatable() {
		let mut book = book();

		// 100 over 3 lots: a fall of 33 leaves 1, a fall of 34 lacks 2
		book.file(&ALICE, &at(100, &[(1, 3, 1_000)])).unwrap();
		book.file(&BOB, &at(100, &[(1, -3, 1_000)])).unwrap();

		assert_eq!(levels(&book, &ALICE), [966]);
		assert_eq!(levels(&book, &BOB), [1_034]);
	}

	#[test]
	fn of_an_account_with_nothing_to_lose_are_one_step_away() {
		let mut book = book();
		book.file(&ALICE, &at(0, &[(1, 3, 1_000), (2, -3, 1_000)])).unwrap();
		assert_eq!(levels(&book, &ALICE), [999, 1_001]);
	}

	#[test]
	fn share_health_by_volatility_and_exposure() {
		let mut book = book();
		let mut account = at(700, &[(1, 1, 1_000), (2, -2, 1_000)]);
		account.components[1].volatility = 3;

		book.file(&ALICE, &account).unwrap();

		// weights 1·1 and 2·3: 100 for the first, 600 over 2 lots for the second
		assert_eq!(levels(&book, &ALICE), [1_000 - 101, 1_000 + 301]);
	}

	#[test]
	fn survive_volatilities_of_any_size() {
		let mut book = book();
		let mut account = at(900, &[(1, 1, 1_000), (2, 1, 1_000), (3, 1, 1_000)]);
		account.components[0].volatility = u64::MAX;
		account.components[1].volatility = u64::MAX / 2;
		account.components[2].volatility = 0;

		book.file(&ALICE, &account).unwrap();

		// 599.99…, 299.99… and nothing
		assert_eq!(levels(&book, &ALICE), [1_000 - 600, 1_000 - 300, 1_000 - 1]);
	}

	#[test]
	fn stop_at_the_end_of_the_range() {
		let mut book = book();
		book.file(&ALICE, &at(i128::MAX, &[(1, 1, i128::MIN + 5)])).unwrap();
		book.file(&BOB, &at(i128::MAX, &[(1, -1, i128::MAX - 5)])).unwrap();
		assert_eq!(levels(&book, &ALICE), [i128::MIN]);
		assert_eq!(levels(&book, &BOB), [i128::MAX]);
	}
}

mod filing {
	use super::*;

	const NONE: Changes = Changes { inserted: 0, removed: 0 };

	#[test]
	fn twice_changes_nothing() {
		let mut book = book();
		let account = at(100, &[(1, 3, 1_000), (2, -2, 500)]);
		let first = book.file(&ALICE, &account).unwrap();
		assert_eq!(first, Filed::Watched(Changes { inserted: 2, removed: 0 }));
		assert_eq!(book.file(&ALICE, &account).unwrap(), Filed::Watched(NONE));
	}

	#[test]
	fn a_trade_moves_only_the_level_it_touched() {
		let mut book = book();
		book.file(&ALICE, &at(600, &[(1, 1, 1_000), (2, 1, 1_000), (3, 1, 1_000)])).unwrap();

		// one more lot of the third; its share of 200 now serves two lots
		let traded = at(600, &[(1, 1, 1_000), (2, 1, 1_000), (3, 2, 1_000)]);
		let filed = book.file(&ALICE, &traded).unwrap();

		assert_eq!(filed, Filed::Watched(Changes { inserted: 1, removed: 1 }));
		assert_eq!(levels(&book, &ALICE), [799, 799, 899]);
	}

	#[test]
	fn a_trade_that_costs_too_much_moves_all_levels() {
		let mut book = book();
		book.file(&ALICE, &at(600, &[(1, 1, 1_000), (2, 1, 1_000), (3, 1, 1_000)])).unwrap();

		// 400 are in force: 450 would leave the third 50, less than half of its even 150
		let traded = at(450, &[(1, 1, 1_000), (2, 1, 1_000), (3, 1, 900)]);
		let mut traded = traded;
		traded.components[2].exposure = -1;
		let filed = book.file(&ALICE, &traded).unwrap();

		assert_eq!(filed, Filed::Watched(Changes { inserted: 3, removed: 3 }));
		assert_eq!(levels(&book, &ALICE), [849, 849, 1_051]);
	}

	#[test]
	fn a_withdrawal_that_the_shares_do_not_cover_moves_all_levels() {
		let mut book = book();
		book.file(&ALICE, &at(400, &[(1, 1, 1_000), (2, 1, 1_000)])).unwrap();
		let filed = book.file(&ALICE, &at(399, &[(1, 1, 1_000), (2, 1, 1_000)])).unwrap();
		assert_eq!(filed, Filed::Watched(Changes { inserted: 2, removed: 2 }));
		assert_eq!(levels(&book, &ALICE), [1_000 - 200, 1_000 - 200]);
	}

	#[test]
	fn a_deposit_writes_levels_only_once_health_has_doubled() {
		let mut book = book();
		let with = |health| at(health, &[(1, 1, 1_000), (2, 1, 1_000)]);
		book.file(&ALICE, &with(400)).unwrap();
		assert_eq!(book.file(&ALICE, &with(800)).unwrap(), Filed::Watched(NONE));
		let filed = book.file(&ALICE, &with(801)).unwrap();
		assert_eq!(filed, Filed::Watched(Changes { inserted: 2, removed: 2 }));
	}

	#[test]
	fn an_account_that_grows_changes_band() {
		let mut book = book();
		let million = 1_000_000_000_000 * 1_000_000_000;
		book.file(&ALICE, &at(1 << 100, &[(1, 1, million - 1), (2, 1, 0)])).unwrap();
		let filed = book.file(&ALICE, &at(1 << 100, &[(1, 1, million), (2, 1, 0)])).unwrap();
		assert_eq!(filed, Filed::Watched(Changes { inserted: 2, removed: 2 }));
	}

	#[test]
	fn a_flat_account_is_in_no_list() {
		let mut book = book();
		book.file(&ALICE, &at(5, &[(1, 1, 10)])).unwrap();
		let filed = book.file(&ALICE, &at(0, &[(1, 0, 10)])).unwrap();
		assert_eq!(filed, Filed::Safe(Changes { inserted: 0, removed: 1 }));
		assert_eq!(book.storage(), &MemoryStorage::default());
	}

	#[test]
	fn an_unsound_account_is_refused_and_nothing_changes() {
		let mut book = book();
		let before = book.storage().clone();
		let many: Vec<_> = (0..=u64::from(MAX_COMPONENTS)).map(|index| (index, 1, 0)).collect();
		assert_eq!(book.file(&ALICE, &at(1, &many)), Err(BookError::TooManyComponents));
		let twice = at(1, &[(4, 1, 0), (5, 1, 0), (4, 2, 0)]);
		assert_eq!(book.file(&ALICE, &twice), Err(BookError::DuplicateIndex));
		assert_eq!(book.storage(), &before);
	}

	#[test]
	fn the_widest_account_is_filed() {
		let mut book = book();
		let widest: Vec<_> =
			(0..u64::from(MAX_COMPONENTS)).map(|index| (index, i128::MIN, i128::MIN)).collect();
		let mut account = at(i128::MAX, &widest);
		account.components.iter_mut().for_each(|c| c.volatility = u64::MAX);
		assert!(book.file(&ALICE, &account).is_ok());
		assert_eq!(book.check(&ALICE, &account), Ok(()));
	}
}

mod due_queue {
	use super::*;

	#[test]
	fn takes_an_account_below_zero_out_of_the_book_and_back() {
		let mut book = book();
		book.file(&ALICE, &at(0, &[(1, 1, 10), (2, 1, 10)])).unwrap();

		let filed = book.file(&ALICE, &at(-3, &[(1, 1, 8), (2, 1, 9)])).unwrap();
		let changes = Changes { inserted: 0, removed: 2 };
		assert_eq!(filed, Filed::Due { shortfall: NanoQuote::new(3), changes });
		assert_eq!(book.storage().levels().count(), 0);

		book.file(&ALICE, &at(1, &[(1, 1, 10), (2, 1, 10)])).unwrap();
		assert_eq!(book.storage().due().count(), 0);
		assert_eq!(book.storage().levels().count(), 2);
	}

	#[test]
	fn ranks_by_shortfall_and_follows_it() {
		let mut book = book();
		book.file(&ALICE, &at(-3, &[])).unwrap();
		book.file(&BOB, &at(-5, &[])).unwrap();
		assert_eq!(book.worst_due(9), [BOB, ALICE]);

		book.file(&ALICE, &at(-7, &[])).unwrap();
		assert_eq!(book.worst_due(9), [ALICE, BOB]);
		assert_eq!(book.worst_due(1), [ALICE]);
		assert_eq!(book.worst_due(0), []);
		assert_eq!(book.storage().due().count(), 2);
	}

	#[test]
	fn holds_the_deepest_shortfall_there_can_be() {
		let mut book = book();
		let filed = book.file(&ALICE, &at(i128::MIN, &[])).unwrap();
		let changes = Changes::default();
		assert_eq!(filed, Filed::Due { shortfall: NanoQuote::MAX, changes });
	}
}

mod step {
	use super::*;

	fn small_world() -> (World, TriggerBook<MemoryStorage>) {
		let mut world = World::new(&[1_000, 1_000]);
		let mut book = book();
		for number in 0..4 {
			let account = key(number);
			world.trade(&account, 0, 2);
			world.trade(&account, 1, 2);
			world.accounts.get_mut(&account).unwrap().cash += 500;
			book.file(&account, &world.evaluation(&account)).unwrap();
		}
		(world, book)
	}

	#[test]
	fn that_crosses_nothing_reads_one_level_of_each_list() {
		let (world, mut book) = small_world();
		let report = book.step(&world.indices(), Budget::UNBOUNDED, Cursor::default(), &world);
		assert_eq!((report.woken, report.levels_read), (0, 2));
		assert_eq!(report.changes, Changes::default());
	}

	#[test]
	fn wakes_an_account_once_though_both_its_levels_were_crossed() {
		let (mut world, mut book) = small_world();
		world.markets[0].price = 800;
		world.markets[1].price = 800;

		let report = book.step(&world.indices(), Budget::UNBOUNDED, Cursor::default(), &world);

		assert_eq!((report.woken, report.due), (4, 4));
		assert_eq!(report.levels_read, 8);
		assert_eq!(report.changes, Changes { inserted: 0, removed: 8 });
		assert!(!report.cursor.has_backlog());
	}

	#[test]
	fn with_no_budget_says_that_it_left_something() {
		let (mut world, mut book) = small_world();
		world.markets[0].price = 800;
		for budget in [Budget { accounts: 0, levels: 9 }, Budget { accounts: 9, levels: 0 }] {
			let report = book.step(&world.indices(), budget, Cursor::default(), &world);
			assert_eq!(report.woken, 0);
			assert!(report.cursor.has_backlog());
		}
	}

	#[test]
	fn with_a_small_budget_carries_the_rest_over() {
		let (mut world, mut book) = small_world();
		world.markets[0].price = 700;
		let budget = Budget { accounts: 3, levels: 9 };

		let first = book.step(&world.indices(), budget, Cursor::default(), &world);
		let second = book.step(&world.indices(), budget, first.cursor, &world);

		assert_eq!((first.woken, second.woken), (3, 1));
		assert!(first.cursor.has_backlog());
		assert!(!second.cursor.has_backlog());
		assert_eq!(book.worst_due(9).len(), 4);
	}

	#[test]
	fn wakes_large_accounts_before_small_ones() {
		let mut world = World::new(&[1_000_000_000]);
		let mut book = book();
		// number 0 sorts first by key, and its level is crossed first, but it is the smallest
		for (number, lots) in [(0, 10), (1, 20_000), (2, 2_000)] {
			let account = key(number);
			world.trade(&account, 0, lots);
			let per_lot = if number == 0 { 100_000_000 } else { 200_000_000 };
			world.accounts.get_mut(&account).unwrap().cash += per_lot * i128::from(lots);
			book.file(&account, &world.evaluation(&account)).unwrap();
		}
		world.markets[0].price = 500_000_000;

		let collected = book.collect(&world.indices(), Budget::UNBOUNDED, Cursor::default());
		assert_eq!(collected.accounts, [key(1), key(2), key(0)]);
	}

	#[test]
	fn sets_a_failing_account_aside_behind_the_others() {
		let (mut world, mut book) = small_world();
		world.broken.push(key(1));
		world.markets[0].price = 700;

		let report = book.step(&world.indices(), Budget::UNBOUNDED, Cursor::default(), &world);

		assert_eq!((report.woken, report.due, report.failed), (4, 3, vec![key(1)]));
		assert_eq!(book.worst_due(9).last(), Some(&key(1)));
		assert_eq!(book.storage().levels().count(), 0);
	}

	#[test]
	fn sets_an_account_aside_that_cannot_be_filed() {
		struct Duplicates;
		impl Health for Duplicates {
			type Error = ();
			fn evaluate(&self, _: &AccountKey) -> Result<Evaluation, ()> {
				Ok(at(1, &[(1, 1, 5), (1, 1, 5)]))
			}
		}
		let mut book = book();
		book.file(&ALICE, &at(1, &[(1, 1, 10)])).unwrap();
		let indices = [(IndexId(1), IndexLevel::new(5))];
		let report = book.step(&indices, Budget::UNBOUNDED, Cursor::default(), &Duplicates);
		assert_eq!(report.failed, [ALICE]);
		assert_eq!(book.worst_due(9), [ALICE]);
	}
}

mod check {
	use super::*;

	#[test]
	fn sees_what_was_changed_and_not_filed() {
		let mut book = book();
		let account = at(400, &[(1, 1, 1_000), (2, 1, 1_000)]);
		assert_eq!(book.check(&ALICE, &account), Err(Violation::Unfiled));
		assert_eq!(book.check(&ALICE, &at(-1, &[])), Err(Violation::Unfiled));
		assert_eq!(book.check(&ALICE, &at(0, &[(1, 0, 5)])), Ok(()));

		book.file(&ALICE, &account).unwrap();
		assert_eq!(book.check(&ALICE, &account), Ok(()));
		// money left, or an exposure changed
		let poorer = at(397, &[(1, 1, 1_000), (2, 1, 1_000)]);
		assert_eq!(book.check(&ALICE, &poorer), Err(Violation::NotCovered));
		let traded = at(400, &[(1, 1, 1_000), (2, 2, 1_000)]);
		assert_eq!(book.check(&ALICE, &traded), Err(Violation::NotCovered));
		let closed = at(400, &[(1, 1, 1_000)]);
		assert_eq!(book.check(&ALICE, &closed), Err(Violation::NotCovered));
	}

	#[test]
	fn sees_keys_that_are_missing() {
		let mut storage = MemoryStorage::default();
		let mut full = book();
		let watched = at(400, &[(1, 1, 1_000)]);
		full.file(&ALICE, &watched).unwrap();
		full.file(&BOB, &at(-4, &[])).unwrap();
		storage.set_filing(&ALICE, full.storage().filing(&ALICE));
		storage.set_filing(&BOB, full.storage().filing(&BOB));
		let corrupt = TriggerBook::new(storage, BandLimits::default());
		assert_eq!(corrupt.check(&ALICE, &watched), Err(Violation::LevelMissing));
		assert_eq!(corrupt.check(&BOB, &at(-4, &[])), Err(Violation::DueMissing));
	}
}
