//! What liquidation and insurance do with accounts, and what accounts owe to a deleveraging.

use alloc::vec::Vec;

use breakwater_interfaces::{Estates, Levies, Levy, Vault, GLOBAL_POOL};
use breakwater_liquidation::{classify, Action, Terms};
use breakwater_margin::{assess, Indices, MarginError, Position, SubaccountState};
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, NanoQuote, PoolId, Price, Quote, Size,
};
use frame_support::{ensure, storage::with_storage_layer};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	book::OnEvaluationError,
	books::Posting,
	indices::CachedIndices,
	ledger::{long, trade},
	Config, Error, Event, OpenInterest, Pallet, Pools, Subaccounts,
};

impl<T: Config> Posting<T> {
	/// Takes from an account what it owes to an open deleveraging, before anything else changes it.
	pub(crate) fn take_levy(&mut self, key: &AccountKey) -> DispatchResult {
		let Some(payee) = T::Levies::payee(self.pool).filter(|payee| payee != key) else {
			return Ok(());
		};
		let Some(account) = Subaccounts::<T>::get(key) else { return Ok(()) };
		let Some(levy) = T::Levies::touch(key, self.pool, &account.state) else { return Ok(()) };
		self.pay_levy(key, &payee, &levy)
	}

	/// Closes and pays in one change of each account: computing and filing it is what weighs.
	pub(crate) fn pay_levy(
		&mut self,
		key: &AccountKey,
		payee: &AccountKey,
		levy: &Levy,
	) -> DispatchResult {
		let charge = levy.charge.try_neg().map_err(Error::<T>::from)?;
		self.take_part(key, &levy.closes, charge)?;
		let mut closes = levy.closes.clone();
		for (_, lots, _) in &mut closes {
			*lots = lots.try_neg().map_err(Error::<T>::from)?;
		}
		self.take_part(payee, &closes, levy.charge)?;
		let (account, payee, charge) = (*key, *payee, levy.charge);
		Pallet::<T>::deposit_event(Event::Levied { account, payee, charge });
		Ok(())
	}

	/// One account's part of a levy: its trades, and what its cash changes by.
	fn take_part(
		&mut self,
		key: &AccountKey,
		trades: &[(MarketId, Lots, Price)],
		cash: Quote,
	) -> DispatchResult {
		let trades = || trades.iter().filter(|(_, lots, _)| !lots.is_zero());
		let done = self.change_now(key, OnEvaluationError::SetAside, |account, indices| {
			let state = &mut account.state;
			let mut done = Vec::new();
			for (market, lots, price) in trades() {
				let index = indices.market(*market).ok_or(Error::<T>::UnknownMarket)?;
				done.push(trade::<T>(state, *market, *lots, *price, &index)?);
			}
			state.cash = state.cash.try_add(cash).map_err(Error::<T>::from)?;
			Ok(done)
		})?;
		for ((market, lots, price), done) in trades().zip(done) {
			let opened = OpenInterest::<T>::get(market).try_add(long(done.after));
			let interest = opened.and_then(|sum| sum.try_sub(long(done.before)));
			OpenInterest::<T>::insert(market, interest.map_err(Error::<T>::from)?);
			let event = done.event(key, *market, (*lots, *price), Quote::ZERO);
			Pallet::<T>::deposit_event(event);
		}
		Ok(())
	}

	/// Moves cash from one account to another; what the payer does not have it owes.
	fn pay(&mut self, from: &AccountKey, to: &AccountKey, amount: Quote) -> DispatchResult {
		let taken = amount.try_neg().map_err(Error::<T>::from)?;
		for (account, change) in [(from, taken), (to, amount)] {
			self.change_now(account, OnEvaluationError::SetAside, |account, _| {
				let cash = &mut account.state.cash;
				*cash = cash.try_add(change).map_err(Error::<T>::from)?;
				Ok(())
			})?;
		}
		Ok(())
	}
}

/// The position of an account in a market, in lots.
fn lots_of(state: &SubaccountState, market: MarketId) -> Lots {
	state.positions.get(market).map(|position| position.lots).unwrap_or_default()
}

/// Two positions in one market as one: fixed parts and lots add up, so the claim stays as it is.
fn merge(
	a: &Position,
	b: &Position,
	funding: breakwater_units::LotValue,
) -> Result<Position, MarginError> {
	// Funding of both is settled up to the same level by moving it into the entry cost.
	let settled = |position: &Position| -> Result<Quote, MarginError> {
		let paid = position.settled_funding.try_sub(funding)?.times(position.lots)?;
		Ok(position.entry_cost.try_add(paid)?)
	};
	Ok(Position {
		lots: a.lots.try_add(b.lots)?,
		entry_cost: settled(a)?.try_add(settled(b)?)?,
		settled_funding: funding,
	})
}

/// Puts all that is in a state into another.
fn pour(
	from: &SubaccountState,
	into: &mut SubaccountState,
	indices: &impl Indices,
) -> Result<(), MarginError> {
	into.cash = into.cash.try_add(from.cash)?;
	into.loan = into.loan.try_add(from.loan)?;
	for (asset, amount) in from.collateral.iter() {
		let held = into.collateral.get(asset).copied().unwrap_or_default();
		into.collateral.set(asset, held.try_add(*amount)?)?;
	}
	for (market, position) in from.positions.iter() {
		let index = indices.market(market).ok_or(MarginError::UnknownMarket(market))?;
		let held = into.positions.get(market).copied().unwrap_or_default();
		let both = merge(&held, position, index.funding())?;
		if both.lots.is_zero() {
			into.cash = into.cash.try_add(both.entry_cost)?;
			into.positions.remove(market);
		} else {
			into.positions.set(market, both)?;
		}
	}
	Ok(())
}

/// Lots held long in all positions of a state, by market.
fn longs(state: &SubaccountState) -> Vec<(MarketId, Size)> {
	state.positions.iter().map(|(market, position)| (market, long(position.lots))).collect()
}

impl<T: Config> Pallet<T> {
	/// Settles what an account owes to an open deleveraging, so that what is computed from it next
	/// is what it will have.
	pub(crate) fn take_levy(key: &AccountKey, pool: PoolId) -> DispatchResult {
		if !T::Levies::are_open(pool) {
			return Ok(());
		}
		with_storage_layer(|| {
			let mut posting = Posting::<T>::new(pool);
			posting.take_levy(key)?;
			posting.close();
			Ok(())
		})
	}

	fn absorb_account(from: &AccountKey, to: &AccountKey) -> DispatchResult {
		ensure!(from != to, Error::<T>::SameSubaccount);
		let pool = Self::account(from)?.info.pool;
		let mut posting = Posting::<T>::new(pool);
		let refuse = OnEvaluationError::SetAside;
		let taken =
			posting.change(from, refuse, |account, _| Ok(core::mem::take(&mut account.state)))?;
		let before = posting.change(to, refuse, |account, indices| {
			let before = longs(&account.state);
			pour(&taken, &mut account.state, indices).map_err(Error::<T>::from)?;
			Ok(before)
		})?;
		let after = Self::account(to)?.state;
		for (market, _) in taken.positions.iter() {
			let held = |longs: &[(MarketId, Size)]| {
				longs
					.iter()
					.find(|(of, _)| *of == market)
					.map(|(_, size)| *size)
					.unwrap_or_default()
			};
			let interest = OpenInterest::<T>::get(market)
				.try_add(long(lots_of(&after, market)))
				.and_then(|sum| sum.try_sub(long(lots_of(&taken, market))))
				.and_then(|sum| sum.try_sub(held(&before)))
				.map_err(Error::<T>::from)?;
			OpenInterest::<T>::insert(market, interest);
		}
		posting.close();
		Self::deposit_event(Event::Absorbed { account: *from, into: *to });
		Ok(())
	}

	fn sell(
		(from, to): (&AccountKey, &AccountKey),
		asset: AssetId,
		lots: Size,
		price: Price,
	) -> DispatchResult {
		ensure!(from != to, Error::<T>::SameSubaccount);
		ensure!(!lots.is_zero(), Error::<T>::NoAmount);
		let mut posting = Posting::<T>::new(Self::account(from)?.info.pool);
		let keep = OnEvaluationError::SetAside;
		let (amount, proceeds) = posting.change(from, keep, |account, indices| {
			let index = indices.collateral(asset).ok_or(Error::<T>::UnknownAsset)?;
			let state = &mut account.state;
			let cash = state.cash;
			state.sell_collateral(asset, lots, price, &index).map_err(Error::<T>::from)?;
			let amount = index.amount(lots).map_err(Error::<T>::from)?;
			Ok((amount, state.cash.try_sub(cash).map_err(Error::<T>::from)?))
		})?;
		posting.change(to, keep, |account, _| {
			let state = &mut account.state;
			ensure!(state.cash >= proceeds, Error::<T>::NotEnough);
			state.cash = state.cash.try_sub(proceeds).map_err(Error::<T>::from)?;
			let held = state.collateral.get(asset).copied().unwrap_or_default();
			let held = held.try_add(amount).map_err(Error::<T>::from)?;
			Ok(state.collateral.set(asset, held).map_err(Error::<T>::from)?)
		})?;
		posting.close();
		let (from, to) = (*from, *to);
		Self::deposit_event(Event::CollateralSold { from, to, asset, amount, proceeds });
		Ok(())
	}

	fn move_between_funds(from: PoolId, to: PoolId, amount: Quote) -> DispatchResult {
		let known = |pool: PoolId| pool == GLOBAL_POOL || Self::pool_exists(pool);
		ensure!(from != to && known(from) && known(to), Error::<T>::UnknownPool);
		ensure!(!amount.is_negative(), Error::<T>::NoAmount);
		for (pool, change) in [(from, amount.try_neg().map_err(Error::<T>::from)?), (to, amount)] {
			let mut book = Pools::<T>::get(pool);
			book.fund = book.fund.try_add(change).map_err(Error::<T>::from)?;
			let least = if change.is_negative() { T::Levies::reserved(pool) } else { Quote::ZERO };
			ensure!(book.fund >= least, Error::<T>::NotEnough);
			Pools::<T>::insert(pool, book);
		}
		T::Vault::move_quote(from, to, Amount::new(amount.unsigned_abs()))?;
		Self::deposit_event(Event::FundMoved { from, to, amount });
		Ok(())
	}
}

impl<T: Config> Estates for Pallet<T> {
	fn plan(
		key: &AccountKey,
		open_orders: u32,
		terms: &impl Terms,
	) -> Result<Action, DispatchError> {
		let account = Self::account(key)?;
		let indices = CachedIndices::<T>::new(account.info.pool);
		let action = classify(&account.state, open_orders, &indices, terms);
		action.map_err(|error| match error {
			breakwater_liquidation::LiquidationError::Margin(error) => {
				Error::<T>::from(error).into()
			},
			_ => Error::<T>::Arithmetic.into(),
		})
	}

	fn equity(key: &AccountKey) -> Option<NanoQuote> {
		let account = Subaccounts::<T>::get(key)?;
		let indices = CachedIndices::<T>::new(account.info.pool);
		assess(&account.state, &indices).ok().map(|assessment| assessment.equity)
	}

	fn fund(pool: PoolId) -> Quote {
		Pools::<T>::get(pool).fund
	}

	fn capital(pool: PoolId) -> Quote {
		Self::fund(pool).saturating_sub(T::Levies::reserved(pool)).max(Quote::ZERO)
	}

	fn sell_collateral(
		from: &AccountKey,
		to: &AccountKey,
		asset: AssetId,
		lots: Size,
		price: Price,
	) -> DispatchResult {
		with_storage_layer(|| Self::sell((from, to), asset, lots, price))
	}

	fn absorb(from: &AccountKey, to: &AccountKey) -> DispatchResult {
		with_storage_layer(|| Self::absorb_account(from, to))
	}

	fn charge(from: &AccountKey, to: &AccountKey, amount: Quote) -> DispatchResult {
		ensure!(!amount.is_negative(), Error::<T>::NoAmount);
		ensure!(from != to, Error::<T>::SameSubaccount);
		with_storage_layer(|| {
			let pool = Self::account(from)?.info.pool;
			let mut posting = Posting::<T>::new(pool);
			posting.take_levy(from)?;
			posting.pay(from, to, amount)?;
			posting.close();
			let (from, to) = (Some(*from), Some(*to));
			Self::deposit_event(Event::Transferred { pool, from, to, amount });
			Ok(())
		})
	}

	fn settle_levy(key: &AccountKey) -> DispatchResult {
		let pool = Self::account(key)?.info.pool;
		Self::take_levy(key, pool)
	}

	fn move_fund(from: PoolId, to: PoolId, amount: Quote) -> DispatchResult {
		with_storage_layer(|| Self::move_between_funds(from, to, amount))
	}

	fn accounts_after(last: Option<&AccountKey>, limit: u32) -> Vec<AccountKey> {
		let keys = match last {
			Some(last) => Subaccounts::<T>::iter_keys_from(Subaccounts::<T>::hashed_key_for(last)),
			None => Subaccounts::<T>::iter_keys(),
		};
		keys.take(limit as usize).collect()
	}
}
