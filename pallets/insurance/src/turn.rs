//! How far a pool gets in a block.

use frame_support::weights::Weight;
use polkadot_sdk::*;

/// Most accounts of a pool that a block visits, whatever weight there is.
const MOST_VISITS: u32 = 2_000;
/// Most steps that a pool takes in a block: more than asking the winners of each market in turn.
const MOST_STEPS: u32 = 200;

/// What a pool may weigh in a block, and what it has weighed.
pub(crate) struct Turn {
	limit: Weight,
	/// Its first step and its first account are admitted whatever they weigh.
	gets_on: bool,
	used: Weight,
	steps: u32,
	visited: u32,
}

impl Turn {
	/// As far as there is room.
	pub(crate) const fn within(limit: Weight) -> Self {
		Self { limit, gets_on: false, used: Weight::zero(), steps: 0, visited: 0 }
	}

	/// The same, but by an account at least.
	pub(crate) const fn that_gets_on(limit: Weight) -> Self {
		Self { gets_on: true, ..Self::within(limit) }
	}

	pub(crate) const fn used(&self) -> Weight {
		self.used
	}

	/// Counts a step, if there is room for it.
	pub(crate) fn begins_step(&mut self, weight: Weight) -> bool {
		let used = self.used.saturating_add(weight);
		let has_room = self.steps < MOST_STEPS && used.all_lte(self.limit);
		let must = self.gets_on && self.steps == 0;
		if !must && !has_room {
			return false;
		}
		self.steps = self.steps.saturating_add(1);
		self.used = used;
		true
	}

	/// How many accounts may be visited still, if each weighs so much.
	pub(crate) fn room_for(&self, each: Weight) -> u32 {
		let left = self.limit.saturating_sub(self.used);
		let fit = left.checked_div_per_component(&each).unwrap_or(u64::MAX);
		let least = u32::from(self.gets_on && self.visited == 0);
		let fit = u32::try_from(fit).unwrap_or(u32::MAX).max(least);
		fit.min(MOST_VISITS.saturating_sub(self.visited))
	}

	/// Counts visits to accounts that weigh so much each.
	pub(crate) fn visits(&mut self, count: u32, each: Weight) {
		self.visited = self.visited.saturating_add(count);
		self.used.saturating_accrue(each.saturating_mul(count.into()));
	}

	/// Counts a visit to an account, if there is room for it.
	pub(crate) fn admits(&mut self, weight: Weight) -> bool {
		let has_room = self.room_for(weight) > 0;
		if has_room {
			self.visits(1, weight);
		}
		has_room
	}
}
