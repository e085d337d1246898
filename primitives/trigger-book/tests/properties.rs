//! The book against a full scan of every account.
#![allow(missing_docs)]

mod common;

use breakwater_trigger_book::{
	BandLimits, BookStorage, Budget, Certificate, Component, Cursor, Direction, Entry, Evaluation,
	Factor, Filing, Follows, IndexId, LevelKey, MemoryStorage, TriggerBook, BANDS,
};
use breakwater_units::{AccountKey, IndexLevel, Quote};
use common::{key, World};
use proptest::{collection::vec, prelude::*};
use std::collections::{BTreeMap, BTreeSet};

const MARKETS: usize = 3;
const ACCOUNTS: u32 = 12;

/// Everything that can happen to accounts and indices.
#[derive(Clone, Debug)]
enum Event {
	Trade { account: u32, market: u64, lots: i64 },
	Cash { account: u32, quanta: i128 },
	Collateral { account: u32, units: i64 },
	Loan { account: u32, quanta: i64 },
	Close { account: u32 },
	Price { market: usize, permille: i128 },
	Nudge { market: usize, quanta: i128 },
	Crash { permille: i128 },
	Funding { market: usize, quanta: i128 },
	MarginRate { market: usize, ppb: i128 },
	CollateralPrice { permille: i128 },
	Haircut { ppb: i128 },
	Interest { ppb: i128 },
	Volatility { market: usize, volatility: u64 },
	Step { accounts: u32, levels: u32 },
	Liquidate { limit: u32 },
}

fn event() -> impl Strategy<Value = Event> {
	let (account, market) = (0..ACCOUNTS, 0..MARKETS);
	let lots = prop_oneof![-5i64..=5, -120i64..=120];
	let change = || prop_oneof![950i128..=1_050, 600i128..=1_500];
	prop_oneof![
		6 => (account.clone(), market.clone(), lots)
			.prop_map(|(account, market, lots)| Event::Trade { account, market: market as u64, lots }),
		3 => (account.clone(), -20_000i128..=40_000)
			.prop_map(|(account, quanta)| Event::Cash { account, quanta }),
		1 => (account.clone(), -20i64..=40)
			.prop_map(|(account, units)| Event::Collateral { account, units }),
		1 => (account.clone(), -5_000i64..=5_000)
			.prop_map(|(account, quanta)| Event::Loan { account, quanta }),
		1 => account.prop_map(|account| Event::Close { account }),
		4 => (market.clone(), change())
			.prop_map(|(market, permille)| Event::Price { market, permille }),
		3 => (market.clone(), -2i128..=2)
			.prop_map(|(market, quanta)| Event::Nudge { market, quanta }),
		1 => change().prop_map(|permille| Event::Crash { permille }),
		2 => (market.clone(), -3i128..=3)
			.prop_map(|(market, quanta)| Event::Funding { market, quanta }),
		1 => (market.clone(), 5_000_000i128..=200_000_000)
			.prop_map(|(market, ppb)| Event::MarginRate { market, ppb }),
		1 => change().prop_map(|permille| Event::CollateralPrice { permille }),
		1 => (0i128..=500_000_000).prop_map(|ppb| Event::Haircut { ppb }),
		1 => (0i128..=1_000_000).prop_map(|ppb| Event::Interest { ppb }),
		1 => (market, prop_oneof![0u64..=9, any::<u64>()])
			.prop_map(|(market, volatility)| Event::Volatility { market, volatility }),
		6 => (0u32..=4, 1u32..=8).prop_map(|(accounts, levels)| Event::Step { accounts, levels }),
		2 => (0u32..=4).prop_map(|limit| Event::Liquidate { limit }),
	]
}

struct Run {
	world: World,
	book: TriggerBook<MemoryStorage>,
	cursor: Cursor,
}

impl Run {
	fn new(hedge: bool) -> Self {
		let mut world = World::new(&[1_000, 300, 20]);
		world.hedge = hedge;
		let bands = BandLimits([40_000, 10_000, 2_000].map(Quote::new));
		let book = TriggerBook::new(MemoryStorage::default(), bands);
		world.accounts.extend((0..ACCOUNTS).map(|number| (key(number), Default::default())));
		Self { world, book, cursor: Cursor::default() }
	}

	fn apply(&mut self, event: &Event) {
		match *event {
			Event::Trade { account, market, lots } => {
				self.change(account, |world, key| world.trade(key, market, lots));
			},
			Event::Cash { account, quanta } => self.change(account, |world, key| {
				world.accounts.get_mut(key).unwrap().cash += quanta;
			}),
			Event::Collateral { account, units } => self.change(account, |world, key| {
				let account = world.accounts.get_mut(key).unwrap();
				account.collateral = (account.collateral + units).max(0);
			}),
			Event::Loan { account, quanta } => self.change(account, |world, key| {
				let account = world.accounts.get_mut(key).unwrap();
				let borrowed = quanta.max(-account.loan);
				account.loan += borrowed;
				account.cash += i128::from(borrowed);
			}),
			Event::Close { account } => {
				self.world.accounts.insert(key(account), Default::default());
				self.book.remove(&key(account));
			},
			Event::Step { accounts, levels } => {
				self.step(Budget { accounts, levels });
			},
			Event::Liquidate { limit } => self.liquidate(limit),
			ref move_of_index => move_indices(&mut self.world, move_of_index),
		}
	}

	/// A change of one account, filed at once.
	fn change(&mut self, account: u32, change: impl Fn(&mut World, &AccountKey)) {
		change(&mut self.world, &key(account));
		self.refile(&key(account));
	}

	fn refile(&mut self, account: &AccountKey) {
		self.book.file(account, &self.world.evaluation(account)).unwrap();
	}

	/// One step, with everything that must hold of a single step.
	fn step(&mut self, budget: Budget) -> Vec<AccountKey> {
		let indices = self.world.indices();
		let crossed = self.crossed();
		let crossed_levels: usize = crossed.values().sum();
		let collected = self.book.collect(&indices, budget, self.cursor);
		let report = self.book.step(&indices, budget, self.cursor, &self.world);

		// popped at most once, and only what was crossed
		let woken: BTreeSet<_> = collected.accounts.iter().copied().collect();
		assert_eq!(woken.len(), collected.accounts.len());
		assert!(woken.iter().all(|account| crossed.contains_key(account)));

		// within the budget; nothing left behind without saying so; progress if there is any
		assert_eq!(report.woken as usize, woken.len());
		assert!(report.woken <= budget.accounts);
		let all = woken.len() == crossed.len();
		assert!(all || report.cursor.has_backlog());
		assert!(budget.accounts == 0 || crossed.is_empty() || report.woken > 0);

		// work: the crossed levels, and the first other level of every list; twice under a backlog
		let lists = indices.len() * 2 * usize::from(BANDS);
		let passes = 1 + usize::from(self.cursor.has_backlog());
		assert!(report.levels_read as usize <= (crossed_levels + lists) * passes);
		assert!(report.levels_read as usize <= budget.levels as usize + lists * passes);

		// what was woken is not crossed again at the same indices
		let still: Vec<_> = self.crossed().into_keys().collect();
		assert!(still.iter().all(|account| !woken.contains(account)));
		self.cursor = report.cursor;
		collected.accounts
	}

	/// Brings due accounts back to health, closes them, or finds them recovered.
	fn liquidate(&mut self, limit: u32) {
		for account in self.book.worst_due(limit) {
			if self.world.health(&self.world.accounts[&account]) < 0 {
				self.world.accounts.insert(account, Default::default());
			}
			self.refile(&account);
		}
	}

	/// Steps until nothing is left, waking each account at most once.
	fn drain(&mut self, budget: Budget) {
		let mut woken = BTreeSet::new();
		for _ in 0..=ACCOUNTS {
			for account in self.step(budget) {
				assert!(woken.insert(account), "woken twice while draining");
			}
			if !self.cursor.has_backlog() {
				return;
			}
		}
		panic!("a backlog must shrink");
	}

	/// The naive twin of collection: the accounts with a crossed level, by visiting every
	/// certificate, and how many levels of each are crossed.
	fn crossed(&self) -> BTreeMap<AccountKey, usize> {
		let mut crossed = BTreeMap::new();
		for (account, filing) in self.book.storage().filings() {
			let Filing::Watched(certificate) = filing else { continue };
			let reached = certificate.entries.iter().filter(|entry| {
				let now = self.world.level(entry.index);
				let trigger = entry.trigger.get();
				if entry.exposure > 0 {
					now <= trigger
				} else {
					now >= trigger
				}
			});
			let count = reached.count();
			if count > 0 {
				crossed.insert(*account, count);
			}
		}
		crossed
	}

	/// What holds at every moment: whoever is liquidatable is due or has a crossed level, and the
	/// lists hold exactly the levels of the certificates.
	fn check_always(&self) {
		let crossed = self.crossed();
		for account in self.world.full_scan() {
			let due = matches!(self.book.storage().filing(&account), Some(Filing::Due(_)));
			assert!(due || crossed.contains_key(&account), "a liquidatable account is hidden");
		}
		for account in self.world.accounts.keys() {
			// Which form is best changes with the volatilities, so a hedged account would have to
			// be given in the form in which it was filed.
			if !self.world.hedge {
				assert_eq!(self.book.check(account, &self.world.evaluation(account)), Ok(()));
			}
			self.check_corner(account, crossed.contains_key(account));
		}
		assert!(self.book.storage().levels().copied().eq(self.levels_of_certificates()));
		let due = self.book.storage().filings().filter(|(_, f)| matches!(f, Filing::Due(_)));
		assert_eq!(self.book.storage().due().count(), due.count());
	}

	/// The certificate in its plainest form: were every index at its last level before a trigger,
	/// all at once, health would still not be negative.
	fn check_corner(&self, account: &AccountKey, crossed: bool) {
		let Some(Filing::Watched(certificate)) = self.book.storage().filing(account) else {
			return;
		};
		let health = self.world.health(&self.world.accounts[account]);
		let losses = certificate.entries.iter().map(|entry| {
			let exposure = entry.exposure;
			let last = entry.trigger.get() + exposure.signum();
			exposure * (self.world.level(entry.index) - last)
		});
		assert!(health >= losses.sum(), "the corner is under water");
		assert!(crossed || health >= 0);
	}

	fn certificate(&self, account: &AccountKey) -> Certificate {
		match self.book.storage().filing(account) {
			Some(Filing::Watched(certificate)) => certificate,
			other => panic!("not watched: {other:?}"),
		}
	}

	fn levels_of_certificates(&self) -> BTreeSet<LevelKey> {
		let mut levels = BTreeSet::new();
		for (account, filing) in self.book.storage().filings() {
			if let Filing::Watched(certificate) = filing {
				let entries = certificate.entries.iter();
				let band = certificate.band;
				levels.extend(entries.map(|e| LevelKey::new(&e.list(band), e.trigger, account)));
			}
		}
		levels
	}

	/// What holds after a drain: the due queue and a full scan agree, after the due accounts were
	/// recomputed.
	fn check_drained(&mut self) {
		for account in self.book.worst_due(u32::MAX) {
			self.refile(&account);
		}
		let due: BTreeSet<_> = self.book.storage().due().map(|due| due.account()).collect();
		assert_eq!(due, self.world.full_scan().into_iter().collect());

		let worst = self.book.worst_due(u32::MAX);
		let healths = worst.iter().map(|account| self.world.health(&self.world.accounts[account]));
		assert!(healths.is_sorted(), "the worst is not first");
	}
}

fn move_indices(world: &mut World, event: &Event) {
	let scale = |price: i128, permille: i128| (price * permille / 1_000).clamp(1, 1 << 40);
	match *event {
		Event::Price { market, permille } => {
			let market = &mut world.markets[market];
			market.price = scale(market.price, permille);
		},
		Event::Nudge { market, quanta } => {
			let market = &mut world.markets[market];
			market.price = (market.price + quanta).max(1);
		},
		Event::Crash { permille } => {
			for market in &mut world.markets {
				market.price = scale(market.price, permille);
			}
			world.collateral.0 = scale(world.collateral.0, permille);
		},
		Event::Funding { market, quanta } => world.markets[market].funding += quanta,
		Event::MarginRate { market, ppb } => world.markets[market].margin_ppb = ppb,
		Event::CollateralPrice { permille } => {
			world.collateral.0 = scale(world.collateral.0, permille);
		},
		Event::Haircut { ppb } => world.collateral.1 = ppb,
		Event::Interest { ppb } => world.borrow += ppb,
		Event::Volatility { market, volatility } => world.markets[market].volatility = volatility,
		_ => unreachable!("not a move of an index"),
	}
}

proptest! {
	/// Naive twin: a full scan of every account, after every event.
	#[test]
	fn whoever_is_liquidatable_is_found(
		events in vec(event(), 1..120),
		accounts in 1u32..=5,
		levels in 1u32..=12,
		hedge in any::<bool>(),
	) {
		let mut run = Run::new(hedge);
		for event in &events {
			run.apply(event);
			run.check_always();
		}
		run.drain(Budget { accounts, levels });
		run.check_always();
		run.check_drained();
	}

	/// Naive twin: a full scan in every block. Only the indices that moved are given, as long as
	/// there is no backlog.
	#[test]
	fn unmoved_indices_may_be_left_out(
		blocks in vec((vec(event(), 0..6), 0u32..=6), 1..30),
		hedge in any::<bool>(),
	) {
		let mut run = Run::new(hedge);
		for (events, accounts) in &blocks {
			let mut moved = BTreeSet::new();
			for event in events.iter().filter(|event| !matches!(event, Event::Step { .. })) {
				let before = run.world.indices();
				run.apply(event);
				// An account may be filed between a move and the move back: both count.
				let now = run.world.indices();
				let changed = now.iter().zip(&before).filter(|(now, before)| now != before);
				moved.extend(changed.map(|((index, _), _)| *index));
			}
			let indices = run.world.indices();
			let moved: Vec<_> =
				indices.iter().filter(|(index, _)| moved.contains(index)).copied().collect();
			let given = if run.cursor.has_backlog() { &indices } else { &moved };
			let budget = Budget { accounts: *accounts, levels: 32 };
			let report = run.book.step(given, budget, run.cursor, &run.world);
			run.cursor = report.cursor;
			if !run.cursor.has_backlog() {
				prop_assert!(run.crossed().is_empty());
				run.check_drained();
			}
		}
	}

	/// Naive twin: the sum over the components as they are. Small volatilities of the factor make
	/// every form of an account occur.
	#[test]
	fn hedging_changes_the_form_and_not_the_sum(
		legs in vec((any::<i32>(), any::<i32>(), -1_000i64..1_000, 0u64..100), 0..12),
		factor in any::<i32>(),
		volatility in 0u64..3,
	) {
		let factor =
			Factor { index: IndexId(99), level: IndexLevel::new(factor.into()), volatility };
		let component = |(index, leg): (usize, &(i32, i32, i64, u64))| Component {
			index: IndexId(index as u64),
			exposure: leg.0.into(),
			level: IndexLevel::new(leg.1.into()),
			volatility: leg.3,
		};
		let plain: Vec<_> = legs.iter().enumerate().map(component).collect();
		let follows = |index: IndexId| {
			let (_, _, beta, volatility) = legs[usize::try_from(index.0).unwrap()];
			let residual = IndexId(index.0 + 20);
			(beta % 3 != 0).then_some(Follows { residual, beta, volatility: volatility / 2 })
		};

		let hedged = factor.hedge(&plain, follows);

		let sum = |components: &[Component]| -> i128 {
			components.iter().map(|c| c.level.get() * c.exposure).sum()
		};
		let moves = |components: &[Component]| -> u128 {
			let each = components.iter();
			each.map(|c| c.exposure.unsigned_abs() * u128::from(c.volatility)).sum()
		};
		prop_assert_eq!(sum(&hedged), sum(&plain));
		prop_assert!(moves(&hedged) <= moves(&plain));
	}

	/// Naive twin: the rule as it is written down, and the certificate made from nothing.
	#[test]
	fn a_trade_rewrites_only_what_it_touched(
		lots in vec(prop_oneof![1i64..=50, -50i64..=-1], 3),
		cash in 50_000i128..200_000,
		trade in -3i64..=3,
		moves in vec(-20i128..=20, 3),
	) {
		let mut run = Run::new(false);
		let account = key(0);
		for (market, lots) in lots.iter().enumerate() {
			run.world.trade(&account, market as u64, *lots);
		}
		run.world.accounts.get_mut(&account).unwrap().cash += cash;
		run.refile(&account);
		for (market, permille) in moves.into_iter().enumerate() {
			move_indices(&mut run.world, &Event::Price { market, permille: 1_000 + permille });
		}
		let before = run.certificate(&account);

		run.world.trade(&account, 2, trade);
		run.refile(&account);

		let evaluation = run.world.evaluation(&account);
		if evaluation.health.is_negative() {
			return Ok(());
		}
		let after = run.certificate(&account);
		let unchanged = in_force(&before, &evaluation);
		if before.band == after.band && may_stay(&unchanged, &evaluation) {
			for (component, entry, _) in unchanged {
				prop_assert!(after.entries.contains(&entry), "{:?} was levelled anew", component);
			}
		} else {
			let mut anew = Run::new(false);
			anew.book.file(&account, &evaluation).unwrap();
			prop_assert_eq!(after, anew.certificate(&account));
		}
		run.check_always();
	}
}

/// The components that have not changed and whose level is not reached, with their entries and
/// what they can still lose.
fn in_force(before: &Certificate, now: &Evaluation) -> Vec<(Component, Entry, i128)> {
	let unchanged = now.components.iter().filter_map(|component| {
		let same = |e: &&Entry| e.index == component.index && e.exposure == component.exposure;
		let entry = *before.entries.iter().find(same)?;
		let last_safe = entry.trigger.get() + entry.exposure.signum();
		Some((*component, entry, entry.exposure * (component.level.get() - last_safe)))
	});
	unchanged.filter(|(_, _, share)| *share >= 0).collect()
}

/// Both what stays and what is left to the others is at least half of an even split.
fn may_stay(unchanged: &[(Component, Entry, i128)], now: &Evaluation) -> bool {
	let weight = |c: &Component| c.exposure.abs() * i128::from(c.volatility.max(1));
	let health = now.health.get();
	let all: i128 = now.components.iter().map(weight).sum();
	let kept: i128 = unchanged.iter().map(|(component, ..)| weight(component)).sum();
	let shares: i128 = unchanged.iter().map(|(.., share)| share).sum();
	let left = health - shares;
	left >= 0 && 2 * left * all >= health * (all - kept) && 2 * shares * all >= health * kept
}

/// Two crossed lists of which the first is refilled in every step, faster than the budget drains
/// it: the second is served all the same.
#[test]
fn small_accounts_do_not_starve_behind_large_ones() {
	let mut run = Run::new(false);
	// given a small long in market 2, which its price has made liquidatable
	let small = key(0);
	run.world.trade(&small, 2, 10);
	run.world.accounts.get_mut(&small).unwrap().cash += 50;
	run.refile(&small);
	run.world.markets[2].price = 10;
	let mut waited = 0;

	// when in every step more large accounts are crossed than it can wake
	let mut number = 1;
	while matches!(run.book.storage().filing(&small), Some(Filing::Watched(_))) {
		for _ in 0..3 {
			let large = key(number);
			number += 1;
			run.world.accounts.entry(large).or_default().cash = 10_000;
			run.world.trade(&large, 0, 60);
			run.refile(&large);
		}
		let market = &mut run.world.markets[0];
		market.price = if market.price == 1_000 { 700 } else { 1_000 };
		let report = run.book.step(
			&run.world.indices(),
			Budget { accounts: 2, levels: 9 },
			run.cursor,
			&run.world,
		);
		run.cursor = report.cursor;
		waited += 1;
		assert!(waited < 20, "starved");
	}

	// then it was woken after the first step, in which there was no backlog to know of
	assert!(waited > 1);
}

/// An entry that stays crossed never loses its place: what is filed later goes behind it.
#[test]
fn nothing_is_filed_ahead_of_a_crossed_level() {
	for (direction, lots, price) in [(Direction::Falling, 5, 900), (Direction::Rising, -5, 1_100)] {
		// given an account whose level is crossed
		let mut run = Run::new(false);
		run.world.accounts.get_mut(&key(1)).unwrap().cash = 200;
		run.world.trade(&key(1), 0, lots);
		run.refile(&key(1));
		run.world.markets[0].price = price;
		assert!(run.crossed().contains_key(&key(1)));

		// when others file at the new price, however little they have
		for number in 2..ACCOUNTS {
			run.world.trade(&key(number), 0, lots);
			run.world.accounts.get_mut(&key(number)).unwrap().cash += 136 + i128::from(number);
			run.refile(&key(number));
		}

		// then their levels are behind it
		let first = run.book.storage().levels().next().unwrap();
		assert_eq!(first.account(), key(1), "{direction:?}");
	}
}
