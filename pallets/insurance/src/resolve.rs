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
	types::{Operation, Record, Stage},
	Config, Error, Event, FirstPool, Funds, Incidents, OpenPools, Operations, Pallet, Records,
	WeightInfo,
};

/// After an attempt that found nobody, the next is not before this.
const RETRY: Millis = Millis::MINUTE;
/// Most accounts that a page visits, whatever weight there is.
const LARGEST_PAGE: u32 = 2_000;

impl<T: Config> Pallet<T> {
	/// Attends to all pools, beginning with another one each block. Every pool gets on by an account
	/// at least, whatever the weight.
	pub(crate) fn resolve_all(limit: Weight) -> Weight {
		let pools = T::RiskEngine::pools();
		let count = u32::try_from(pools.len()).unwrap_or(u32::MAX);
		let first = FirstPool::<T>::get();
		let mut used = T::WeightInfo::resolve();
		for turn in 0..count {
			let place = first.saturating_add(turn).checked_rem(count).unwrap_or(0);
			let Some(pool) = pools.get(place as usize) else { continue };
			let waiting = u64::from(count.saturating_sub(turn).max(1));
			let share = limit.saturating_sub(used).saturating_div(waiting);
			used.saturating_accrue(Self::resolve_pool(*pool, share));
		}
		if count > 1 {
			FirstPool::<T>::put(first.saturating_add(1).checked_rem(count).unwrap_or(0));
		}
		let left = limit.saturating_sub(used);
		used.saturating_add(Self::survey(left))
	}

	/// One pool, as far as the weight goes.
	fn resolve_pool(pool: PoolId, limit: Weight) -> Weight {
		let attending = T::WeightInfo::attend();
		let each = T::WeightInfo::visit();
		let affordable = limit.saturating_sub(attending).checked_div_per_component(&each);
		let most = u32::try_from(affordable.unwrap_or(u64::from(LARGEST_PAGE))).unwrap_or(u32::MAX);
		let most = most.clamp(1, LARGEST_PAGE);

		let mut left = most;
		while left > 0 {
			let visited = match with_storage_layer(|| Self::step(pool, left)) {
				Ok(Some(visited)) => visited.max(1),
				Ok(None) => break,
				Err(error) => {
					Self::deposit_event(Event::StepFailed { pool, error });
					break;
				},
			};
			left = left.saturating_sub(visited);
		}
		let visited = u64::from(most.saturating_sub(left));
		attending.saturating_add(each.saturating_mul(visited))
	}

	/// One step: a page of what is going on, or a look at the backstop. Returns how many accounts it
	/// visited; none if there is nothing more to do in this block.
	fn step(pool: PoolId, most: u32) -> Result<Option<u32>, DispatchError> {
		match Operations::<T>::get(pool) {
			Some(operation) => Self::turn_page(pool, operation, most).map(Some),
			None => Ok(Self::attend(pool)?.then_some(1)),
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
		let legs = Self::at_risk(pool);
		let was_tried = |market: MarketId| incident.tried.contains(&market);
		if let Some(leg) = legs.iter().find(|leg| !was_tried(leg.market)) {
			let Some(side) = winners(leg.lots) else { return Ok(false) };
			let lots = Self::excess(pool, leg, &legs);
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
		let legs = Self::at_risk(pool);
		let beyond = |leg: &&crate::backstop::Leg| !Self::excess(pool, leg, &legs).is_zero();
		let Some(leg) = legs.iter().find(beyond) else { return Ok(false) };
		let Some(side) = winners(leg.lots) else { return Ok(false) };
		let lots = Self::excess(pool, leg, &legs);
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

	/// The next accounts of the stage; goes on to the next stage after the last.
	pub(crate) fn turn_page(
		pool: PoolId,
		operation: Operation,
		most: u32,
	) -> Result<u32, DispatchError> {
		match &operation.stage {
			Stage::Collecting { .. } | Stage::Claiming { .. } => {
				Self::look_through(pool, operation, most)
			},
			Stage::Settling { .. } | Stage::Paying { .. } => {
				Self::settle_page(pool, &operation, most)
			},
			Stage::Clearing => Ok(Self::clear_page(pool, most)),
		}
	}

	/// A page over all accounts, each of which gets its place.
	fn look_through(
		pool: PoolId,
		mut operation: Operation,
		most: u32,
	) -> Result<u32, DispatchError> {
		let accounts = T::Ledger::accounts_after(operation.last.as_ref(), most);
		let backstop = Self::backstop_of(pool);
		for account in &accounts {
			operation.last = Some(*account);
			if Some(*account) != backstop {
				Self::visit(&mut operation, pool, account);
			}
		}
		let visited = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
		if visited >= most {
			Self::set_operation(pool, Some(operation));
			return Ok(visited);
		}
		match operation.stage.clone() {
			Stage::Collecting { snapshot } => Self::seal(pool, operation, snapshot),
			Stage::Claiming { claims, marks } => {
				Self::seal_claims(pool, &operation, claims, marks);
			},
			_ => return Err(Error::<T>::Inconsistent.into()),
		}
		Ok(visited)
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

	/// A page over those who have a place.
	fn settle_page(pool: PoolId, operation: &Operation, most: u32) -> Result<u32, DispatchError> {
		let accounts = Self::records_after(pool, operation.last.as_ref(), most);
		for account in &accounts {
			match &operation.stage {
				Stage::Paying { .. } => Self::pay_now(pool, account),
				_ => Self::settle_now(pool, account),
			}
		}
		let visited = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
		let Some(mut operation) = Operations::<T>::get(pool) else { return Ok(visited) };
		if visited >= most {
			operation.last = accounts.last().copied();
			Self::set_operation(pool, Some(operation));
			return Ok(visited);
		}
		Self::finish(pool, operation);
		Ok(visited)
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

	fn records_after(pool: PoolId, last: Option<&AccountKey>, most: u32) -> Vec<AccountKey> {
		let keys = match last {
			Some(last) => {
				let from = Records::<T>::hashed_key_for(pool, last);
				Records::<T>::iter_key_prefix_from(pool, from)
			},
			None => Records::<T>::iter_key_prefix(pool),
		};
		keys.take(most as usize).collect()
	}

	fn clear_page(pool: PoolId, most: u32) -> u32 {
		let accounts = Self::records_after(pool, None, most);
		for account in &accounts {
			Records::<T>::remove(pool, account);
		}
		let visited = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
		if visited < most {
			Self::set_operation(pool, None);
		}
		visited
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
		// It is in a visit, with the levy of a small account.
		T::WeightInfo::visit()
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
