//! Stage 7 of the pipeline: losses go down the waterfall, within a weight.

use alloc::vec::Vec;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::{
	Estates, FundCondition, FundTerms, Insurance, Ledger, Levies, Levy, RiskEngine,
};
use breakwater_margin::SubaccountState;
use breakwater_units::{
	AccountKey, Amount, Lots, MarketId, Millis, PoolId, Price, Quote, Side, Size, Timestamp,
};
use frame_support::{storage::with_storage_layer, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	backstop::winners,
	funds::{shortfall, DUST},
	indices::{rounding, PoolIndices},
	turn::Turn,
	types::{Operation, Record, Stage},
	Config, Error, Event, FirstPool, Funds, Incidents, OpenPools, Operations, Pallet, Records,
	WeightInfo,
};

/// After an attempt that found nobody, the next is not before this.
const RETRY: Millis = Millis::MINUTE;

impl<T: Config> Pallet<T> {
	/// Attends to all pools, as far as the weight goes. The first, another one in each block, gets on
	/// by a step at least.
	pub(crate) fn resolve_all(limit: Weight) -> Weight {
		let pools = Self::in_turn();
		let mut used = T::WeightInfo::resolve();
		for (place, pool) in pools.iter().enumerate() {
			let left = limit.saturating_sub(used);
			let waiting = u64::try_from(pools.len().saturating_sub(place)).unwrap_or(u64::MAX);
			// A share that is too small for a step is no reason to leave out what there is room for.
			let share = left.saturating_div(waiting).max(Self::step_weight(*pool).min(left));
			let turn = if place == 0 { Turn::that_gets_on(share) } else { Turn::within(share) };
			used.saturating_accrue(Self::resolve_pool(*pool, turn));
		}
		let left = limit.saturating_sub(used);
		used.saturating_add(Self::survey(left))
	}

	/// The pools, beginning with another one each block.
	pub(crate) fn in_turn() -> Vec<PoolId> {
		let mut pools = T::RiskEngine::pools();
		let count = u32::try_from(pools.len()).unwrap_or(u32::MAX);
		let place = FirstPool::<T>::get();
		let first = place.checked_rem(count).unwrap_or(0);
		pools.rotate_left(first as usize);
		if count > 1 {
			FirstPool::<T>::put(place.saturating_add(1).checked_rem(count).unwrap_or(0));
		}
		pools
	}

	/// One pool, as far as its turn goes.
	pub(crate) fn resolve_pool(pool: PoolId, mut turn: Turn) -> Weight {
		while turn.begins_step(Self::step_weight(pool)) {
			match with_storage_layer(|| Self::step(pool, &mut turn)) {
				Ok(true) => {},
				Ok(false) => break,
				Err(error) => {
					Self::deposit_event(Event::StepFailed { pool, error });
					break;
				},
			}
		}
		turn.used()
	}

	/// What a step weighs beside the accounts that it visits. Looking at a backstop is the heaviest,
	/// whether it is short or has books to keep; beginning and ending a page is less.
	fn step_weight(pool: PoolId) -> Weight {
		let asked = Self::markets_asked(pool);
		T::WeightInfo::attend(asked).max(T::WeightInfo::keep(asked))
	}

	/// One step: a page of what is going on, or a look at the backstop. Returns whether there is
	/// more to do in this block.
	fn step(pool: PoolId, turn: &mut Turn) -> Result<bool, DispatchError> {
		match Operations::<T>::get(pool) {
			Some(operation) => Self::turn_page(pool, operation, turn),
			None => Self::attend(pool),
		}
	}

	/// Looks at a backstop. Returns whether something has begun that pages go on with.
	pub(crate) fn attend(pool: PoolId) -> Result<bool, DispatchError> {
		let Some(terms) = Self::terms(pool) else { return Ok(false) };
		let backstop = Self::open_backstop(pool)?;
		let now = Self::now();
		let Some(equity) = T::Ledger::equity(&backstop) else { return Ok(false) };
		let Some(state) = T::Ledger::state(&backstop) else { return Ok(false) };
		if equity.is_negative() {
			let loss = shortfall(equity).saturating_add(Self::loan_rounding(pool, &state));
			let left = Self::pay_loss(pool, &backstop, loss, &terms, now)?;
			if left.is_zero() {
				// Else inventory beyond its limits would lose the whole fund, block by block.
				return Self::relieve(pool, now);
			}
			return Self::find_payers(pool, left, now);
		}

		if !Incidents::<T>::get(pool).tried.is_empty() {
			Incidents::<T>::mutate(pool, |incident| incident.tried = Default::default());
		}
		if Self::relieve(pool, now)? {
			return Ok(true);
		}
		Self::sweep(pool, &backstop, &state)?;
		Self::keep_books(pool, &terms, now)?;
		Ok(false)
	}

	/// What paying back a loan loses to rounding, less than a quantum of principal: without it, a
	/// backstop might stay below zero whatever it is paid. The pool's fund gets it back.
	fn loan_rounding(pool: PoolId, state: &SubaccountState) -> Amount {
		if state.loan.is_zero() {
			return Amount::ZERO;
		}
		Amount::new(rounding(&PoolIndices::<T>::new(pool)).unsigned_abs())
	}

	fn keep_books(pool: PoolId, terms: &FundTerms, now: Timestamp) -> DispatchResult {
		Self::pay_premium(pool, terms, now)?;
		let mut state = Self::fund_state(pool);
		state.note_value(now, terms.look_back);
		if Funds::<T>::get(pool) != state {
			Funds::<T>::insert(pool, state);
		}
		Ok(())
	}

	/// Who pays what the funds could not: the winners of the largest inventory that have not been
	/// asked, those of the market where the loss came from, all.
	fn find_payers(pool: PoolId, shortfall: Amount, now: Timestamp) -> Result<bool, DispatchError> {
		let incident = Incidents::<T>::get(pool);
		if now < incident.retry_at {
			return Ok(false);
		}
		let Some(means) = Self::means(pool) else { return Ok(false) };
		let legs = Self::at_risk(pool);
		let was_tried = |market: MarketId| incident.tried.contains(&market);
		if let Some(leg) = legs.iter().find(|leg| !was_tried(leg.market)) {
			let Some(side) = winners(leg.lots) else { return Ok(false) };
			let lots = Self::excess(&means, leg, &legs);
			Self::begin_deleveraging(pool, (leg.market, side), shortfall, lots)?;
			return Ok(true);
		}
		if let Some(origin) = incident.origin.filter(|(market, _)| !was_tried(*market)) {
			Self::begin_deleveraging(pool, origin, shortfall, Size::ZERO)?;
			return Ok(true);
		}
		// What rounding left is no reason to close everybody's positions: the next fee pays it.
		if shortfall < DUST {
			return Ok(false);
		}
		Self::begin_settlement(pool);
		Ok(true)
	}

	/// Begins to close inventory that is beyond its limits against winners.
	fn relieve(pool: PoolId, now: Timestamp) -> Result<bool, DispatchError> {
		if now < Incidents::<T>::get(pool).retry_at {
			return Ok(false);
		}
		let Some(means) = Self::means(pool) else { return Ok(false) };
		let legs = Self::at_risk(pool);
		let excess = |leg| (leg, Self::excess(&means, leg, &legs));
		let beyond = legs.iter().map(excess).find(|(_, lots)| !lots.is_zero());
		let Some((leg, lots)) = beyond else { return Ok(false) };
		let Some(side) = winners(leg.lots) else { return Ok(false) };
		Self::begin_deleveraging(pool, (leg.market, side), Amount::ZERO, lots)?;
		Ok(true)
	}

	/// After an attempt that achieved nothing, accounts are not looked through again at once.
	pub(crate) fn after_epoch(pool: PoolId, achieved: bool) {
		if !achieved {
			let retry_at = Self::now().saturating_after(RETRY);
			Incidents::<T>::mutate(pool, |incident| incident.retry_at = retry_at);
		}
	}

	/// The next accounts of the stage, as far as the weight goes; ends the stage after the last.
	/// Returns whether it has.
	pub(crate) fn turn_page(
		pool: PoolId,
		operation: Operation,
		turn: &mut Turn,
	) -> Result<bool, DispatchError> {
		match &operation.stage {
			Stage::Collecting { .. } | Stage::Claiming { .. } => {
				Self::look_through(pool, operation, turn)
			},
			Stage::Settling { .. } | Stage::Paying { .. } => {
				Ok(Self::settle_page(pool, &operation, turn))
			},
			Stage::Clearing => Ok(Self::clear_page(pool, turn)),
		}
	}

	/// A page over all accounts, each of which gets its place.
	fn look_through(
		pool: PoolId,
		mut operation: Operation,
		turn: &mut Turn,
	) -> Result<bool, DispatchError> {
		let each = T::WeightInfo::look();
		let most = turn.room_for(each);
		let accounts = T::Ledger::accounts_after(operation.last.as_ref(), most);
		let backstop = Self::backstop_of(pool);
		for account in &accounts {
			operation.last = Some(*account);
			if Some(*account) != backstop {
				Self::visit(&mut operation, pool, account);
			}
		}
		let visited = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
		turn.visits(visited, each);
		if visited >= most {
			Self::set_operation(pool, Some(operation));
			return Ok(false);
		}
		match operation.stage.clone() {
			Stage::Collecting { snapshot } => Self::seal(pool, operation, snapshot),
			Stage::Claiming { claims, marks } => {
				Self::seal_claims(pool, &operation, claims, marks);
			},
			_ => return Err(Error::<T>::Inconsistent.into()),
		}
		Ok(true)
	}

	/// A page's visit to an account that has not been touched.
	fn visit(operation: &mut Operation, pool: PoolId, account: &AccountKey) {
		match Records::<T>::get(pool, account) {
			None => {},
			// It has changed since: it is no target, and need not be remembered any longer.
			Some(Record::Seen) => return Records::<T>::remove(pool, account),
			Some(_) => return,
		}
		let is_of_pool = T::Ledger::info(account).is_some_and(|info| info.pool == pool);
		if !is_of_pool {
			return;
		}
		if let Some(state) = T::Ledger::state(account) {
			Self::take_down(operation, pool, account, &state);
		}
	}

	/// Gives an account its place; returns whether it has one.
	fn take_down(
		operation: &mut Operation,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) -> bool {
		match &mut operation.stage {
			Stage::Collecting { snapshot } => Self::enlist(snapshot, pool, account, state),
			Stage::Claiming { claims, marks } => Self::claim(claims, marks, pool, account, state),
			_ => false,
		}
	}

	/// A page over those who have a place. Each weighs a visit, and what is to be settled by what is
	/// in the account.
	fn settle_page(pool: PoolId, operation: &Operation, turn: &mut Turn) -> bool {
		let mut last = operation.last;
		let mut accounts = Self::records_after(pool, last.as_ref());
		let is_over = loop {
			let Some(account) = accounts.next() else { break true };
			// Before it is settled: afterwards nothing is left to be weighed.
			let levy = T::Ledger::levy_weight_of(&account);
			if !turn.admits(T::WeightInfo::visit().saturating_add(levy)) {
				break false;
			}
			match &operation.stage {
				Stage::Paying { .. } => Self::pay_now(pool, &account),
				_ => Self::settle_now(pool, &account),
			}
			last = Some(account);
		};
		let Some(mut operation) = Operations::<T>::get(pool) else { return true };
		if is_over {
			Self::finish(pool, operation);
		} else {
			operation.last = last;
			Self::set_operation(pool, Some(operation));
		}
		is_over
	}

	/// All who had a place have settled.
	fn finish(pool: PoolId, operation: Operation) {
		let number = operation.number;
		let ended = match &operation.stage {
			Stage::Settling { epoch, next } => Self::end_epoch(pool, number, epoch, *next),
			Stage::Paying { settlement, .. } => {
				Self::end_settlement(pool, &operation, settlement.beyond());
				Ok(())
			},
			_ => Ok(()),
		};
		if let Err(error) = ended {
			// What is left of the loss is found when the backstop is looked at next.
			let error = Error::<T>::from(error).into();
			Self::deposit_event(Event::StepFailed { pool, error });
			let stage = Stage::Clearing;
			Self::set_operation(pool, Some(Operation::new(number, stage)));
		}
	}

	fn records_after(pool: PoolId, last: Option<&AccountKey>) -> impl Iterator<Item = AccountKey> {
		match last {
			Some(last) => {
				let from = Records::<T>::hashed_key_for(pool, last);
				Records::<T>::iter_key_prefix_from(pool, from)
			},
			None => Records::<T>::iter_key_prefix(pool),
		}
	}

	fn clear_page(pool: PoolId, turn: &mut Turn) -> bool {
		for account in Self::records_after(pool, None) {
			if !turn.admits(T::WeightInfo::visit()) {
				return false;
			}
			Records::<T>::remove(pool, account);
		}
		Self::set_operation(pool, None);
		true
	}

	/// What an account owes before it may change.
	fn ask(account: &AccountKey, pool: PoolId, state: &SubaccountState) -> Option<Levy> {
		let mut operation = Operations::<T>::get(pool)?;
		let before = operation.clone();
		let levy = match operation.stage {
			Stage::Collecting { .. } | Stage::Claiming { .. } => {
				Self::note_change(&mut operation, pool, account, state);
				None
			},
			Stage::Settling { .. } => Self::settle_target(&mut operation, pool, account, state),
			Stage::Paying { .. } => Self::settle_claim(&mut operation, pool, account, state),
			Stage::Clearing => None,
		};
		if operation != before {
			Self::set_operation(pool, Some(operation));
		}
		levy
	}

	/// Whether asking for an account has any effect: its place is to be fixed, or its share to be
	/// paid.
	fn has_yet_to_touch(account: &AccountKey, pool: PoolId) -> bool {
		let Some(operation) = Operations::<T>::get(pool) else { return false };
		let record = || Records::<T>::get(pool, account);
		match &operation.stage {
			Stage::Collecting { .. } | Stage::Claiming { .. } => {
				!operation.has_visited(account) && record().is_none()
			},
			Stage::Settling { epoch, .. } => {
				record().is_some_and(|record| Self::place(epoch, record).is_some())
			},
			Stage::Paying { .. } => matches!(record(), Some(Record::Claim { .. })),
			Stage::Clearing => false,
		}
	}

	/// An account is about to change before its page came: its place is fixed now.
	fn note_change(
		operation: &mut Operation,
		pool: PoolId,
		account: &AccountKey,
		state: &SubaccountState,
	) {
		if operation.has_visited(account) || Records::<T>::contains_key(pool, account) {
			return;
		}
		if !Self::take_down(operation, pool, account, state) {
			Records::<T>::insert(pool, account, Record::Seen);
		}
	}

	/// Whether an account's quote must stay. Before its page has come, and while what it pays is not
	/// known.
	fn is_held(account: &AccountKey, pool: PoolId) -> bool {
		let Some(operation) = Operations::<T>::get(pool) else { return false };
		if !operation.pays_a_loss() {
			return false;
		}
		let has_place = || match Records::<T>::get(pool, account) {
			Some(Record::Seen) | None => false,
			Some(_) => true,
		};
		match &operation.stage {
			Stage::Collecting { .. } | Stage::Claiming { .. } => {
				!operation.has_visited(account) || has_place()
			},
			Stage::Settling { next, .. } => next.is_some() && has_place(),
			Stage::Paying { .. } | Stage::Clearing => false,
		}
	}
}

impl<T: Config> Insurance for Pallet<T> {
	fn backstop(pool: PoolId) -> Option<AccountKey> {
		Self::backstop_of(pool)
	}

	fn takeover_room(market: MarketId, lots: Lots) -> Size {
		Self::room(market, lots).unwrap_or_default()
	}

	fn take_over_lots(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		price: Price,
	) -> DispatchResult {
		Self::in_layer(|| Self::take_lots(account, market, lots, price))
	}

	fn absorb(account: &AccountKey) -> DispatchResult {
		Self::in_layer(|| Self::take_account(account))
	}

	fn forced_orders(market: MarketId) -> Vec<ForcedOrder> {
		Self::order_in(market).into_iter().collect()
	}

	fn orders_weight(market: MarketId) -> Weight {
		Self::order_weight(market)
	}

	fn filled(market: MarketId, price: Price, fills: &[ForcedFill]) {
		let Some(pool) = T::RiskEngine::pool_of(market) else { return };
		let backstop = Self::backstop_of(pool);
		for fill in fills.iter().filter(|fill| Some(fill.account) == backstop) {
			let (side, size): (Side, Size) = (fill.side, fill.size);
			Self::deposit_event(Event::WorkedOff { pool, market, side, size, price });
		}
	}

	fn resolve(limit: Weight) -> Weight {
		Self::resolve_all(limit)
	}

	fn condition(pool: PoolId) -> FundCondition {
		Self::condition_of(pool)
	}

	fn condition_weight(pool: PoolId) -> Weight {
		T::WeightInfo::condition(Self::markets_asked(pool))
	}
}

impl<T: Config> Levies for Pallet<T> {
	fn are_open(pool: PoolId) -> bool {
		OpenPools::<T>::get().contains(&pool)
	}

	fn any_are_open() -> bool {
		!OpenPools::<T>::get().is_empty()
	}

	fn touch(account: &AccountKey, pool: PoolId, state: &SubaccountState) -> Option<Levy> {
		Self::ask(account, pool, state)
	}

	fn awaits(account: &AccountKey, pool: PoolId) -> bool {
		Self::has_yet_to_touch(account, pool)
	}

	fn touch_weight() -> Weight {
		T::WeightInfo::touch()
	}

	fn payee(pool: PoolId) -> Option<AccountKey> {
		Self::backstop_of(pool)
	}

	fn holds(account: &AccountKey, pool: PoolId) -> bool {
		Self::is_held(account, pool)
	}

	fn reserved(pool: PoolId) -> Quote {
		let backed = Funds::<T>::get(pool).backed();
		Quote::from_unsigned(backed.get()).unwrap_or(Quote::MAX)
	}
}
