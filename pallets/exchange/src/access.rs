//! Who may trade for a subaccount, what is free of charge, and the dead-man switch.

use alloc::vec::Vec;

use breakwater_interfaces::{Ledger, SubaccountId};
use breakwater_primitives::{AccountId, BlockNumber};
use breakwater_units::AccountKey;
use frame_support::{ensure, traits::Get, weights::Weight};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{
	types::{Counter, SWITCH_ORDERS},
	Config, Delegates, Error, Event, OrderId, OrderRequest, Pallet, Reason, Switch, Switches,
	SwitchesDue, Traders, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// The key of a subaccount, if the origin is its owner or a delegate of it.
	pub(crate) fn authorise(
		origin: OriginFor<T>,
		account: &SubaccountId,
	) -> Result<AccountKey, DispatchError> {
		let who = ensure_signed(origin)?;
		Ok(Self::may_act(&who, account)?)
	}

	fn may_act(who: &AccountId, account: &SubaccountId) -> Result<AccountKey, Error<T>> {
		let key = account.key();
		if *who == account.owner {
			return Ok(key);
		}
		let delegates = Delegates::<T>::get(key);
		let until = delegates.iter().find(|(delegate, _)| delegate == who).map(|(_, until)| until);
		let until = until.ok_or(Error::<T>::NotOwnerOrDelegate)?;
		ensure!(*until >= Self::block(), Error::<T>::DelegateExpired);
		Ok(key)
	}

	/// The subaccount of an owner, which has to be there.
	pub(crate) fn owned(
		origin: OriginFor<T>,
		number: u16,
	) -> Result<(SubaccountId, AccountKey), DispatchError> {
		let id = SubaccountId { owner: ensure_signed(origin)?, number };
		let key = id.key();
		ensure!(T::Ledger::info(&key).is_some(), Error::<T>::UnknownSubaccount);
		Ok((id, key))
	}

	pub(crate) fn do_add_delegate(
		account: AccountKey,
		delegate: AccountId,
		until: BlockNumber,
	) -> Result<(), DispatchError> {
		let now = Self::block();
		ensure!(until >= now, Error::<T>::DelegateExpired);
		Delegates::<T>::try_mutate(account, |delegates| {
			delegates.retain(|(other, until)| *other != delegate && *until >= now);
			delegates.try_push((delegate.clone(), until)).map_err(|_| Error::<T>::TooManyDelegates)
		})?;
		Self::deposit_event(Event::DelegateAdded { account, delegate, until });
		Ok(())
	}

	pub(crate) fn do_remove_delegate(
		account: AccountKey,
		delegate: AccountId,
	) -> Result<(), DispatchError> {
		let mut delegates = Delegates::<T>::get(account);
		let before = delegates.len();
		delegates.retain(|(other, _)| *other != delegate);
		ensure!(delegates.len() < before, Error::<T>::UnknownDelegate);
		if delegates.is_empty() {
			Delegates::<T>::remove(account);
		} else {
			Delegates::<T>::insert(account, delegates);
		}
		Self::deposit_event(Event::DelegateRemoved { account, delegate });
		Ok(())
	}

	/// Arms, renews or, for no blocks, disarms.
	pub(crate) fn do_set_switch(
		account: AccountKey,
		blocks: BlockNumber,
	) -> Result<(), DispatchError> {
		if let Some(old) = Switches::<T>::take(account) {
			SwitchesDue::<T>::remove(old.due.to_be_bytes(), account);
		}
		let due = (blocks > 0).then(|| Self::block().saturating_add(blocks));
		if let Some(due) = due {
			Switches::<T>::insert(account, Switch { due });
			SwitchesDue::<T>::insert(due.to_be_bytes(), account, ());
		}
		Self::deposit_event(Event::SwitchSet { account, due });
		Ok(())
	}

	/// Cancels the orders of those whose switch is due, the longest due first, as many as a block
	/// takes; the others are the next block's first. So are the orders of one that are more than
	/// [`SWITCH_ORDERS`]: its switch stays due. Infallible.
	pub(crate) fn fire_switches() -> Weight {
		let block = Self::block();
		let due: Vec<([u8; 4], AccountKey)> = SwitchesDue::<T>::iter_keys()
			.take(T::MaxSwitches::get() as usize)
			.take_while(|(due, _)| u32::from_be_bytes(*due) <= block)
			.collect();
		let mut used = T::WeightInfo::fire_switch(0);
		for (due, account) in due {
			let orders = Self::do_cancel_all(account, None, SWITCH_ORDERS, Reason::DeadManSwitch);
			let none_left =
				Traders::<T>::get(account).is_none_or(|trader| trader.orders.is_empty());
			if none_left || orders < SWITCH_ORDERS {
				SwitchesDue::<T>::remove(due, account);
				Switches::<T>::remove(account);
			}
			used = used.saturating_add(T::WeightInfo::fire_switch(orders));
			Self::deposit_event(Event::SwitchFired { account, orders });
		}
		used
	}

	/// The most that the hook weighs.
	pub fn worst_hook_weight() -> Weight {
		T::WeightInfo::fire_switch(SWITCH_ORDERS)
			.saturating_mul(T::MaxSwitches::get().into())
			.saturating_add(T::WeightInfo::fire_switch(0))
	}

	fn quota_period() -> BlockNumber {
		Self::block().checked_div(T::QuotaPeriod::get()).unwrap_or(0)
	}

	/// Whether the account has a call without fee left, and this origin may use it.
	fn has_free_call(origin: &OriginFor<T>, account: &SubaccountId) -> bool {
		let Ok(key) = Self::authorise(origin.clone(), account) else { return false };
		let known = T::Ledger::info(&key).is_some();
		let used = Traders::<T>::get(key)
			.map_or(0, |trader| trader.free_calls.in_period(Self::quota_period()));
		known && used < T::FreeCalls::get()
	}

	/// A reduction that will be accepted is free within the quota.
	pub(crate) fn is_free_reduction(
		origin: &OriginFor<T>,
		account: &SubaccountId,
		request: &OrderRequest,
	) -> bool {
		request.reduce_only
			&& Self::has_free_call(origin, account)
			&& Self::check(&account.key(), &Self::trader(account), request, None).is_ok()
	}

	/// A cancellation of an order that is there is free within the quota.
	pub(crate) fn is_free_cancel(
		origin: &OriginFor<T>,
		account: &SubaccountId,
		ids: &[OrderId],
	) -> bool {
		let Some(trader) = Traders::<T>::get(account.key()) else { return false };
		Self::has_free_call(origin, account)
			&& !ids.is_empty()
			&& ids.iter().any(|id| trader.find(id).is_some())
	}

	/// So is cancelling all, if there are any.
	pub(crate) fn is_free_cancel_all(origin: &OriginFor<T>, account: &SubaccountId) -> bool {
		let any = Traders::<T>::get(account.key()).is_some_and(|trader| !trader.orders.is_empty());
		any && Self::has_free_call(origin, account)
	}

	/// Counts a call that may have been free.
	pub(crate) fn count_free_call(account: &AccountKey) {
		let period = Self::quota_period();
		Traders::<T>::mutate_exists(account, |trader| {
			if let Some(trader) = trader {
				let counted: Counter = trader.free_calls.plus_one(period);
				trader.free_calls = counted;
			}
		});
	}
}
