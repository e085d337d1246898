//! A tick at growing numbers of accounts, of which it crosses none, few or many.

use std::collections::BTreeSet;

use breakwater_clearing::{LastReport, Report};
use breakwater_ledger::{Levels, Seen};
use breakwater_runtime::Runtime;
use breakwater_trigger_book::{Direction, IndexId, LevelKey, ListId, SizeBand, BANDS};
use breakwater_units::{AccountKey, IndexLevel};
use codec::{Decode, Encode};
use frame_support::storage::StoragePrefixedMap;
use polkadot_sdk::*;

use super::{
	memory, population,
	wasm::{Measured, Run, Wasm},
	World, MILLION, MINUTE,
};

/// What others are relative to.
pub const FEWEST: u32 = 1_000;

/// Which part of the accounts has a level crossed by a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
	/// Nobody.
	None,
	/// One in so many.
	OneIn(u32),
}

impl Crossing {
	/// Those that are measured.
	pub const ALL: [Self; 3] = [Self::None, Self::OneIn(1_000), Self::OneIn(10)];

	/// By how many millionths all prices fall for it.
	fn fall(self, world: &World, accounts: u32) -> u32 {
		match self {
			Self::None => MILLION / 10_000,
			Self::OneIn(part) => world.fall_that_crosses(accounts / part),
		}
	}
}

/// A tick, and what others took, in turns with it.
#[derive(Clone, Copy, Debug)]
pub struct Tick {
	/// Open accounts.
	pub accounts: u32,
	/// Which part of them it crosses.
	pub crossing: Crossing,
	/// By how many millionths all prices fell.
	pub fall: u32,
	/// Accounts with a crossed level.
	pub crossed: u32,
	/// Accounts that the pipeline computed anew.
	pub woken: u32,
	/// Of those, the ones whose health is below zero.
	pub due: u32,
	/// What the pipeline weighed, in picoseconds of the reference machine.
	pub weight: u64,
	/// What the beginning of the block took.
	pub measured: Measured,
	/// What it took at the fewest accounts.
	pub fewest: Measured,
	/// What it took, at as many accounts, when none was crossed.
	pub none: Measured,
	/// Most bytes that the process has had in memory so far.
	pub peak: Option<u64>,
}

/// One state, to which accounts are added.
pub struct Ticks {
	world: World,
	accounts: u32,
	/// The state with the fewest accounts, before each tick.
	fewest: Vec<World>,
}

impl Ticks {
	/// With the fewest accounts.
	pub fn new() -> Self {
		let mut ticks = Self { world: World::new(), accounts: 0, fewest: Vec::new() };
		ticks.grow(FEWEST);
		let world = ticks.world.detached();
		let before = |crossing: Crossing| world.before_a_fall(crossing.fall(&world, FEWEST));
		ticks.fewest = Crossing::ALL.map(before).into();
		ticks
	}

	/// Opens accounts until there are so many.
	pub fn grow(&mut self, accounts: u32) {
		let accounts = accounts.next_multiple_of(2);
		population::open(&mut self.world.chain, self.accounts, accounts);
		self.accounts = self.accounts.max(accounts);
		self.world.blocks(MINUTE);
	}

	/// Measures a tick of each kind.
	pub fn measure(&self, wasm: &Wasm) -> Vec<Tick> {
		let each = Crossing::ALL.into_iter().zip(&self.fewest);
		each.map(|(crossing, fewest)| self.tick(wasm, crossing, fewest)).collect()
	}

	fn tick(&self, wasm: &Wasm, crossing: Crossing, fewest: &World) -> Tick {
		let fall = crossing.fall(&self.world, self.accounts);
		let before = self.world.before_a_fall(fall);
		let none = self.world.before_a_fall(Crossing::None.fall(&self.world, self.accounts));
		let [measured, fewest, none] = wasm.fastest([&before, fewest, &none], begin_block);
		let report = before.next();
		Tick {
			accounts: self.accounts,
			crossing,
			fall,
			crossed: before.crossed(u32::MAX),
			woken: report.woken,
			due: report.due,
			weight: report.used.ref_time(),
			measured,
			fewest,
			none,
			peak: memory::peak(),
		}
	}

	/// Checks every invariant of the state.
	///
	/// # Errors
	/// What does not hold.
	pub fn check(&self) -> Result<(), String> {
		self.world.fork().chain.with(|| crate::invariants::check(true))
	}
}

impl Default for Ticks {
	fn default() -> Self {
		Self::new()
	}
}

/// Executes the beginning of the next block.
pub(super) fn begin_block(run: &mut Run<'_>, world: &World) -> Measured {
	let header = world.header();
	run.measure(|run| drop(run.call("Core_initialize_block", &header)))
}

impl World {
	/// The world in whose next block the prices have fallen.
	fn before_a_fall(&self, fall: u32) -> Self {
		let mut world = self.fork();
		world.block(fall);
		world
	}

	/// What the pipeline does in the next block.
	fn next(&self) -> Report {
		let mut next = self.fork();
		next.block(0);
		next.chain.with(LastReport::<Runtime>::get)
	}

	/// How many accounts have a level that the next block crosses; it counts no more than `most`.
	fn crossed(&self, most: u32) -> u32 {
		let mut next = self.fork();
		next.block(0);
		let indices = next.chain.with(Seen::<Runtime>::get).levels;
		let of_band = |band| indices.iter().flat_map(move |index| crossed(band, *index));
		let mut known = BTreeSet::new();
		self.fork().chain.with(|| {
			let accounts = bands().flat_map(of_band);
			accounts.filter(|account| known.insert(*account)).take(most as usize).count() as u32
		})
	}

	/// The smallest fall, in millionths, whose block crosses so many accounts.
	fn fall_that_crosses(&self, accounts: u32) -> u32 {
		let (mut too_small, mut enough) = (0, MILLION / 5);
		while enough - too_small > 1 {
			let fall = too_small.midpoint(enough);
			if self.before_a_fall(fall).crossed(accounts) < accounts {
				too_small = fall;
			} else {
				enough = fall;
			}
		}
		enough
	}
}

/// The largest accounts first.
fn bands() -> impl Iterator<Item = SizeBand> {
	(0..BANDS).map(|band| SizeBand::decode(&mut &[band][..]).expect("a band is a byte"))
}

/// The accounts with a level that an index has crossed.
fn crossed(
	band: SizeBand,
	(index, now): (IndexId, IndexLevel),
) -> impl Iterator<Item = AccountKey> {
	Direction::ALL.into_iter().flat_map(move |direction| {
		let list = ListId { band, index, direction };
		levels(list)
			.take_while(move |key| direction.is_crossed(key.trigger(direction), now))
			.map(|key| key.account())
	})
}

/// The levels of a list, in the order in which they are crossed.
fn levels(list: ListId) -> impl Iterator<Item = LevelKey> {
	let first = LevelKey::first_of(&list).encode();
	let first = [Levels::<Runtime>::final_prefix().as_slice(), &first].concat();
	Levels::<Runtime>::iter_keys_from(first).take_while(move |key| key.has_prefix(&list.prefix()))
}

#[cfg(test)]
mod tests {
	use breakwater_primitives::Header;
	use breakwater_runtime::Executive;

	use super::*;
	use crate::counting::{Counting, Touched};

	/// What the beginning of the next block touches, without Wasm.
	fn touched(world: &World) -> Touched {
		let header = Header::decode(&mut &world.header()[..]).unwrap();
		world.chain.on_a_copy(|state| {
			let mut state = Counting::new(state);
			let begin = || Executive::initialize_block(&header);
			sp_externalities::set_and_run_with_externalities(&mut state, begin);
			state.touched
		})
	}

	#[test]
	fn a_tick_that_crosses_nobody_touches_as_much_with_many_accounts() {
		let mut ticks = Ticks::new();
		let few = touched(&ticks.fewest[0]);
		ticks.grow(4 * FEWEST);
		let many = ticks.world.before_a_fall(Crossing::None.fall(&ticks.world, ticks.accounts));

		ticks.check().unwrap();
		assert_eq!((many.crossed(u32::MAX), many.next().woken), (0, 0));
		// The funds look at so many accounts in each block, and read the markets of those.
		let many = touched(&many);
		assert!(many.reads.abs_diff(few.reads) * 20 <= few.reads, "{many:?}, {few:?}");
		assert_eq!(many.writes, few.writes);
	}

	#[test]
	fn a_tick_crosses_the_part_that_it_should_and_wakes_them() {
		let ticks = Ticks::new();
		for (world, expected) in ticks.fewest.iter().zip([0, 1, FEWEST / 10]) {
			let (crossed, woken) = (world.crossed(u32::MAX), world.next().woken);
			assert!((expected..=expected + expected / 50).contains(&crossed), "{crossed}");
			assert!(woken.min(1) == expected.min(1) && woken <= crossed, "{woken} of {crossed}");
		}
	}
}
