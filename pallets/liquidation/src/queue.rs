//! The stage of the pipeline: who is looked at in a block.

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use core::mem;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_breaker::Action;
use breakwater_interfaces::{Breakers, Ledger, Liquidation, RiskEngine, Solvency};
use breakwater_units::{AccountKey, MarketId, PoolId, Price, Side};
use frame_support::{storage::with_storage_layer, traits::Get, weights::Weight};
use polkadot_sdk::*;

use crate::{
	offers::Moment,
	plan::{Effort, Outcome},
	terms::KnownTerms,
	Backlog, Config, Event, Fresh, Pallet, PlanCursor, Plans, Turn, Waiting, WeightInfo,
};

/// What must be left of the weight to look at one more account.
const EXPECTED_LEGS: u32 = 4;
/// Most accounts that wait whose pools are read.
const MAX_POOLS_READ: usize = 256;

/// A block's work.
struct Round {
	now: Moment,
	used: Weight,
	/// Accounts that are not looked at again in this block.
	seen: BTreeSet<AccountKey>,
	/// Of those, the ones that would have offers if there were a place.
	without_place: BTreeSet<AccountKey>,
	/// Accounts that were computed.
	treated: u32,
	/// So many are, whatever they weigh.
	least: u32,
	/// What the stage may have weighed at its end.
	limit: Weight,
	/// An account may get offers while fewer accounts than this have.
	places: u32,
	/// The terms of the markets that were met.
	terms: KnownTerms,
	/// What it weighs to net those that offer to buy, and those that offer to sell, in each market.
	flow: BTreeMap<MarketId, (Weight, Weight)>,
	/// What netting them against each other weighs at most: it is kept for that.
	netting: Weight,
}

/// Who is looked at, in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
	Worst,
	Plans,
	Turns,
}

impl Round {
	/// Begins a stage. One of them, another one in every block, looks at somebody even if there is
	/// no room: so every block gets on, and no stage stands still.
	fn begin(&mut self, stage: Stage, limit: Weight) {
		let turn = [Stage::Worst, Stage::Plans, Stage::Turns]
			.get((self.now.block as usize).checked_rem(3).unwrap_or(0))
			.is_some_and(|of| *of == stage);
		self.limit = limit;
		self.least = self.treated.saturating_add(u32::from(turn));
	}

	fn has_room<T: Config>(&self) -> bool {
		let next = account_weight::<T>(Effort { legs: EXPECTED_LEGS, ..Effort::default() });
		let with_next = self.used.saturating_add(next).saturating_add(self.netting);
		self.treated < self.least || with_next.all_lte(self.limit)
	}

	/// Remembers on which sides an account offers. Where there are both, all may be netted.
	fn note<T: Config>(&mut self, account: &AccountKey, offered: &[(MarketId, Side)]) {
		let weight = netting_weight::<T>(account);
		for (market, side) in offered {
			let (buys, sells) = self.flow.entry(*market).or_default();
			let (same, other) = match side {
				Side::Buy => (buys, *sells),
				Side::Sell => (sells, *buys),
			};
			if other != Weight::zero() {
				let waited = if *same == Weight::zero() { other } else { Weight::zero() };
				self.netting.saturating_accrue(waited.saturating_add(weight));
			}
			same.saturating_accrue(weight);
		}
	}
}

/// What it takes to plan an account, to look at its offers for the batch, and what the backstop has
/// to do with it.
pub(crate) fn account_weight<T: Config>(effort: Effort) -> Weight {
	let Effort { legs, orders, levy, absorbed, asked, handed, sold } = effort;
	let looked = one(T::WeightInfo::force).saturating_mul(legs.into());
	let taken = [
		T::WeightInfo::takeover_room().saturating_mul(asked.into()),
		T::WeightInfo::hand_over(legs).saturating_mul(handed.into()),
		T::WeightInfo::sell_to_backstop(legs).saturating_mul(sold.into()),
	];
	let mut weight = T::WeightInfo::treat(legs).saturating_add(looked).saturating_add(levy);
	for taken in taken {
		weight.saturating_accrue(taken);
	}
	if absorbed {
		weight.saturating_accrue(T::WeightInfo::absorb(legs));
	}
	if orders > 0 {
		weight.saturating_accrue(T::WeightInfo::cancel(orders));
	}
	weight
}

/// What it weighs to net an account in a market.
pub(crate) fn netting_weight<T: Config>(account: &AccountKey) -> Weight {
	one(T::WeightInfo::net).saturating_add(T::Ledger::filing_weight(account))
}

/// What one more of something weighs.
pub(crate) fn one(weigh: fn(u32) -> Weight) -> Weight {
	weigh(1).saturating_sub(weigh(0))
}

impl<T: Config> Liquidation for Pallet<T> {
	fn work(limit: Weight) -> Weight {
		let due = T::Ledger::due(T::MaxQueue::get());
		let count = u32::try_from(due.len()).unwrap_or(u32::MAX);
		let (now, used) = (Self::moment(), T::WeightInfo::work(count));
		if !T::Breakers::chain_allows(Action::Liquidate) {
			// A grace: deposits can still save them, so nobody is late.
			Self::put_backlog(Waiting::default());
			return used;
		}
		let half = limit.saturating_div(2);
		let three_quarters = half.saturating_add(limit.saturating_div(4));
		let _ = Fresh::<T>::clear(u32::MAX, None);
		// Every market is looked at for what can be netted.
		let markets = u64::try_from(T::RiskEngine::markets().len()).unwrap_or(u64::MAX);

		let mut round = Round {
			now,
			used,
			seen: BTreeSet::new(),
			without_place: BTreeSet::new(),
			treated: 0,
			least: 0,
			limit: half,
			places: T::MaxAccounts::get(),
			terms: KnownTerms::default(),
			flow: BTreeMap::new(),
			netting: T::WeightInfo::net(0).saturating_mul(markets),
		};

		round.begin(Stage::Worst, half);
		let mut rest = due.as_slice();
		while let Some((worst, others)) = rest.split_first() {
			if !round.has_room::<T>() {
				break;
			}
			Self::look_at(worst, &mut round);
			rest = others;
		}
		// The other half of the places is kept for the worst: nobody can fill them with small fry.
		round.places = T::MaxAccounts::get().div_ceil(2);
		round.begin(Stage::Plans, three_quarters);
		Self::look_at_plans(&mut round);
		round.begin(Stage::Turns, limit);
		Self::take_turns(rest, &mut round);
		let waits =
			|key: &&AccountKey| !round.seen.contains(*key) || round.without_place.contains(*key);
		let waiting: Vec<&AccountKey> = due.iter().filter(waits).collect();
		Self::note_backlog(&waiting);
		let left = limit.saturating_sub(round.used);
		round.used.saturating_add(Self::net_all(now, left))
	}

	fn forced_orders(market: MarketId, most: u32) -> Vec<ForcedOrder> {
		Self::force(market, most)
	}

	fn fill_weight() -> Weight {
		one(T::WeightInfo::fill)
	}

	fn filled(market: MarketId, price: Price, fills: &[ForcedFill]) {
		Self::fill(market, price, fills);
	}

	fn backlog() -> u32 {
		Backlog::<T>::get().total
	}

	fn backlog_of(pool: PoolId) -> u32 {
		let waiting = Backlog::<T>::get();
		let of_pool = waiting.pools.iter().find(|(of, _)| *of == pool);
		of_pool.map(|(_, count)| *count).unwrap_or(0)
	}
}

impl<T: Config> Pallet<T> {
	/// Looks at an account, unless it was, or waits. What fails is undone and set aside.
	fn look_at(key: &AccountKey, round: &mut Round) {
		if !round.seen.insert(*key) {
			return;
		}
		let before = Plans::<T>::get(key).unwrap_or_default();
		if before.failed && before.waits_until > round.now.block {
			return;
		}
		round.treated = round.treated.saturating_add(1);
		let (mut effort, mut known) = (Effort::default(), mem::take(&mut round.terms));
		let treated = with_storage_layer(|| {
			let when = (round.now, round.places);
			Self::treat(key, before.clone(), when, (&mut known, &mut effort))
		});
		round.terms = known;
		round.used.saturating_accrue(account_weight::<T>(effort));
		match treated {
			Ok(Outcome::Offered(flow)) => round.note::<T>(key, &flow),
			Ok(Outcome::Treated) => {},
			Ok(Outcome::NoPlace) => {
				round.without_place.insert(*key);
			},
			Err(error) => Self::set_aside(key, &before, round.now, error),
		}
	}

	/// The accounts in liquidation, in turns: who has recovered must be let go, and whose offers
	/// are old must be computed anew.
	fn look_at_plans(round: &mut Round) {
		let cursor = PlanCursor::<T>::get();
		let after = cursor.map(Plans::<T>::hashed_key_for);
		let from_cursor = after.map(Plans::<T>::iter_keys_from).into_iter().flatten();
		// No more are visited than there may be, whoever comes and goes.
		let most = T::MaxAccounts::get().saturating_add(T::MaxQueue::get());
		let keys = from_cursor.chain(Plans::<T>::iter_keys()).take(most as usize);
		let mut visited = BTreeSet::new();
		let mut last = None;
		let each = T::WeightInfo::work(1).saturating_sub(T::WeightInfo::work(0));
		for key in keys {
			round.used.saturating_accrue(each);
			if !visited.insert(key) {
				last = None;
				break;
			}
			if !round.has_room::<T>() {
				break;
			}
			Self::look_at(&key, round);
			last = Some(key);
		}
		if last != cursor {
			PlanCursor::<T>::set(last);
		}
	}

	/// All others that are due, beginning with another one in every block.
	fn take_turns(rest: &[AccountKey], round: &mut Round) {
		let count = rest.len();
		let turn = Turn::<T>::get();
		let first = (turn as usize).checked_rem(count).unwrap_or(0);
		let (front, back) = rest.split_at_checked(first).unwrap_or((rest, &[]));
		let mut reached = 0u32;
		for key in back.iter().chain(front) {
			if !round.has_room::<T>() {
				break;
			}
			Self::look_at(key, round);
			reached = reached.saturating_add(1);
		}
		let all = reached as usize == count;
		let next = if all { 0 } else { turn.saturating_add(reached) };
		if next != turn {
			Turn::<T>::put(next);
		}
	}

	fn note_backlog(waiting: &[&AccountKey]) {
		let mut noted = Waiting {
			total: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
			..Waiting::default()
		};
		for key in waiting.iter().take(MAX_POOLS_READ) {
			let Some(info) = T::Ledger::info(key) else { continue };
			match noted.pools.iter_mut().find(|(pool, _)| *pool == info.pool) {
				Some((_, count)) => *count = count.saturating_add(1),
				None => {
					// Pools beyond are counted in the total.
					let _ = noted.pools.try_push((info.pool, 1));
				},
			}
		}
		Self::put_backlog(noted);
	}

	fn put_backlog(waiting: Waiting) {
		let before = Backlog::<T>::get();
		if before == waiting {
			return;
		}
		if before.total != waiting.total {
			Self::deposit_event(Event::BacklogChanged { accounts: waiting.total });
		}
		Backlog::<T>::put(waiting);
	}
}
