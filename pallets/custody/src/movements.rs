//! Deposits, withdrawals, and the line that withdrawals wait in.

use breakwater_breaker::{
	withdrawal::{LimitTerms, Ticket},
	Action,
};
use breakwater_interfaces::{Breakers, Ledger, RiskEngine, SubaccountId, Vault};
use breakwater_margin::{SubaccountState, MAX_COLLATERAL};
use breakwater_primitives::AccountId;
use breakwater_units::{AccountKey, Amount, AssetId, Millis, PoolId, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	ensure,
	traits::{
		fungibles::{Inspect, Mutate},
		tokens::{Fortitude, Preservation},
		Get,
	},
};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{traits::AccountIdConversion, DispatchResult};

use crate::{
	Collateral, Config, Deposits, Error, Event, NextTicket, OnHand, Outflows, Pallet, Promised,
	Tickets, Usages,
};

/// How often something was done on one day. Another day starts anew, so it needs no clearing.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Daily {
	/// Days since the Unix epoch.
	pub day: u64,
	/// How often.
	pub count: u16,
}

impl Daily {
	/// How often on the day of `now`.
	pub(crate) fn on(self, now: Timestamp) -> Self {
		let day = now.get().checked_div(Millis::DAY.get()).unwrap_or(0);
		Self { day, count: if self.day == day { self.count } else { 0 } }
	}

	pub(crate) fn once_more(self) -> Self {
		Self { count: self.count.saturating_add(1), ..self }
	}
}

/// A withdrawal of quote that waits for its turn.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Waiting {
	/// The subaccount that it left.
	pub account: AccountKey,
	/// Whom it is paid to.
	pub owner: AccountId,
	/// The pool whose line it stands in.
	pub pool: PoolId,
	/// Its place.
	pub place: Ticket,
}

impl<T: Config> Pallet<T> {
	/// The account that holds everything.
	pub fn vault() -> AccountId {
		T::PalletId::get().into_account_truncating()
	}

	pub(crate) fn now() -> Timestamp {
		Timestamp::new(T::Now::get())
	}

	pub(crate) fn number_of(asset: Option<AssetId>) -> u32 {
		asset.map_or_else(T::QuoteAsset::get, |asset| asset.0)
	}

	/// The subaccount of its owner, with its pool.
	fn find(id: &SubaccountId) -> Result<(AccountKey, PoolId), Error<T>> {
		let account = id.key();
		let info = T::Ledger::info(&account).ok_or(Error::UnknownSubaccount)?;
		Ok((account, info.pool))
	}

	/// What a deposit must satisfy: all that can be wrong with one, so that a free one does not
	/// fail and cost nothing. Says where it goes.
	fn check_deposit(
		id: &SubaccountId,
		asset: Option<AssetId>,
		amount: Amount,
	) -> Result<(AccountKey, PoolId), Error<T>> {
		let (account, pool) = Self::find(id)?;
		ensure!(!amount.is_zero(), Error::NoAmount);
		let least = match asset {
			Some(asset) => Self::check_collateral(&account, asset, amount)?,
			None => {
				let terms = T::RiskEngine::pool(pool).ok_or(Error::UnknownPool)?;
				Amount::new(terms.min_deposit.to_unsigned()?)
			},
		};
		ensure!(amount >= least, Error::TooSmall);
		let number = Self::number_of(asset);
		let (keep, force) = (Preservation::Expendable, Fortitude::Polite);
		let in_wallet = T::Assets::reducible_balance(number, &id.owner, keep, force);
		ensure!(in_wallet >= amount.get(), Error::NotInWallet);
		Ok((account, pool))
	}

	/// Whether the account, and the asset's cap, have a place for it. Returns the least deposit.
	fn check_collateral(
		account: &AccountKey,
		asset: AssetId,
		amount: Amount,
	) -> Result<Amount, Error<T>> {
		let terms = T::RiskEngine::asset(asset).ok_or(Error::UnknownAsset)?;
		let held = T::Ledger::state(account).ok_or(Error::UnknownSubaccount)?.collateral;
		let has_place = held.get(asset).is_some() || held.len() < MAX_COLLATERAL as usize;
		ensure!(has_place, Error::TooManyAssets);
		let all = Collateral::<T>::get(asset).try_add(amount)?;
		ensure!(all <= terms.cap, Error::CapReached);
		Ok(terms.min_deposit)
	}

	/// Whether a deposit costs no fee: one that the wallet covers, within the day's quota.
	pub(crate) fn is_free_deposit(
		origin: &T::RuntimeOrigin,
		number: u16,
		asset: Option<AssetId>,
		amount: Amount,
	) -> bool {
		let Ok(owner) = frame_system::ensure_signed(origin.clone()) else { return false };
		let today = Deposits::<T>::get(&owner).on(Self::now());
		today.count < T::FreeDeposits::get()
			&& Self::check_deposit(&SubaccountId { owner, number }, asset, amount).is_ok()
	}

	pub(crate) fn take_in(
		id: &SubaccountId,
		asset: Option<AssetId>,
		amount: Amount,
	) -> DispatchResult {
		let owner = id.owner.clone();
		let today = Deposits::<T>::get(&owner).on(Self::now());
		Deposits::<T>::insert(&owner, today.once_more());

		let (account, pool) = Self::check_deposit(id, asset, amount)?;
		let number = Self::number_of(asset);
		let keep = Preservation::Expendable;
		T::Assets::transfer(number, &owner, &Self::vault(), amount.get(), keep)?;
		match asset {
			Some(asset) => Self::add_collateral(asset, amount)?,
			None => {
				Self::add_on_hand(pool, amount)?;
				Self::note_inflow(pool, &account, amount)?;
			},
		}
		T::Ledger::credit(&account, asset, amount)?;
		Self::deposit_event(Event::Deposited { account, owner, asset, amount });
		Ok(())
	}

	pub(crate) fn take_out(
		id: &SubaccountId,
		asset: Option<AssetId>,
		amount: Amount,
	) -> DispatchResult {
		let (account, pool) = Self::find(id)?;
		ensure!(!amount.is_zero(), Error::<T>::NoAmount);
		if let Some(asset) = asset {
			ensure!(T::RiskEngine::asset(asset).is_some(), Error::<T>::UnknownAsset);
		}
		let state = T::Ledger::state(&account).ok_or(Error::<T>::UnknownSubaccount)?;
		ensure!(Self::may_withdraw(pool, &state), Error::<T>::Halted);
		T::Ledger::debit(&account, asset, amount)?;
		match asset {
			Some(asset) => Self::pay_collateral(id, account, asset, amount),
			None => Self::request_quote(id, (account, pool), amount),
		}
	}

	/// Whether the breakers let the account take anything out: its pool, with the chain, and
	/// every market it has a position in.
	fn may_withdraw(pool: PoolId, state: &SubaccountState) -> bool {
		T::Breakers::pool_allows(pool, Action::Withdraw)
			&& state
				.positions
				.iter()
				.all(|(market, _)| T::Breakers::allows(market, Action::Withdraw))
	}

	/// Collateral is bound to its depositor: it leaves at once.
	fn pay_collateral(
		id: &SubaccountId,
		account: AccountKey,
		asset: AssetId,
		amount: Amount,
	) -> DispatchResult {
		let left = Collateral::<T>::get(asset).try_sub(amount).map_err(Error::<T>::from)?;
		Collateral::<T>::insert(asset, left);
		let (owner, waiting) = (id.owner.clone(), Amount::ZERO);
		let (asset, ticket) = (Some(asset), None);
		Self::deposit_event(Event::WithdrawalRequested {
			account,
			owner,
			asset,
			amount,
			waiting,
			ticket,
		});
		Self::pay(&id.owner, account, asset, amount, ticket)
	}

	/// Takes a place in the line, pays what has room now, and leaves the rest as a ticket.
	fn request_quote(
		id: &SubaccountId,
		(account, pool): (AccountKey, PoolId),
		amount: Amount,
	) -> DispatchResult {
		let terms = Self::outflow_terms(pool)?;
		let (deposits, now) = (OnHand::<T>::get(pool), Self::now());
		let (mut outflow, mut usage) = (Outflows::<T>::get(pool), Usages::<T>::get(account));
		outflow.advance(deposits, &terms, now).map_err(Error::<T>::from)?;
		let place = outflow.request(&mut usage, amount, deposits, &terms, now);
		let mut place = place.map_err(Error::<T>::from)?;
		let paid = outflow.collect(&mut place);
		Outflows::<T>::insert(pool, outflow);
		Usages::<T>::insert(account, usage);

		let left = deposits.try_sub(amount).map_err(Error::<T>::from)?;
		OnHand::<T>::insert(pool, left);
		let waiting = place.outstanding();
		let owner = id.owner.clone();
		let ticket = if waiting.is_zero() {
			None
		} else {
			let promised = Promised::<T>::get(pool).try_add(waiting).map_err(Error::<T>::from)?;
			Promised::<T>::insert(pool, promised);
			Some(Self::queue(Waiting { account, owner: owner.clone(), pool, place })?)
		};
		Self::deposit_event(Event::WithdrawalRequested {
			account,
			owner,
			asset: None,
			amount,
			waiting,
			ticket,
		});
		Self::pay(&id.owner, account, None, paid, ticket)
	}

	fn queue(waiting: Waiting) -> Result<u64, Error<T>> {
		let number = NextTicket::<T>::get();
		NextTicket::<T>::put(number.checked_add(1).ok_or(Error::Arithmetic)?);
		Tickets::<T>::insert(number, waiting);
		Ok(number)
	}

	pub(crate) fn pay_ticket(number: u64) -> DispatchResult {
		let mut waiting = Tickets::<T>::get(number).ok_or(Error::<T>::UnknownTicket)?;
		let pool = waiting.pool;
		let terms = Self::outflow_terms(pool)?;
		let mut outflow = Outflows::<T>::get(pool);
		let deposits = OnHand::<T>::get(pool);
		outflow.advance(deposits, &terms, Self::now()).map_err(Error::<T>::from)?;
		let paid = outflow.collect(&mut waiting.place);
		ensure!(!paid.is_zero(), Error::<T>::NotYet);
		Outflows::<T>::insert(pool, outflow);

		let promised = Promised::<T>::get(pool).try_sub(paid).map_err(Error::<T>::from)?;
		Promised::<T>::insert(pool, promised);
		let (owner, account) = (waiting.owner.clone(), waiting.account);
		if waiting.place.outstanding().is_zero() {
			Tickets::<T>::remove(number);
		} else {
			Tickets::<T>::insert(number, waiting);
		}
		Self::pay(&owner, account, None, paid, Some(number))
	}

	fn pay(
		owner: &AccountId,
		account: AccountKey,
		asset: Option<AssetId>,
		amount: Amount,
		ticket: Option<u64>,
	) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		let (number, keep) = (Self::number_of(asset), Preservation::Expendable);
		T::Assets::transfer(number, &Self::vault(), owner, amount.get(), keep)?;
		let owner = owner.clone();
		Self::deposit_event(Event::Withdrawn { account, owner, asset, amount, ticket });
		Ok(())
	}

	fn outflow_terms(pool: PoolId) -> Result<LimitTerms, Error<T>> {
		Ok(T::RiskEngine::pool(pool).ok_or(Error::UnknownPool)?.outflow)
	}

	/// A deposit makes room for as much to leave.
	fn note_inflow(pool: PoolId, account: &AccountKey, amount: Amount) -> Result<(), Error<T>> {
		let terms = Self::outflow_terms(pool)?;
		let (mut outflow, mut usage) = (Outflows::<T>::get(pool), Usages::<T>::get(account));
		let deposits = OnHand::<T>::get(pool);
		outflow.advance(deposits, &terms, Self::now())?;
		outflow.deposit(&mut usage, amount, deposits, &terms);
		Outflows::<T>::insert(pool, outflow);
		// An account that never asked for anything has nothing to recover from.
		if Usages::<T>::contains_key(account) {
			Usages::<T>::insert(account, usage);
		}
		Ok(())
	}

	/// A ticket that waits for an amount and may be paid at once: the worst there is to collect.
	#[cfg(feature = "runtime-benchmarks")]
	pub(crate) fn wait_for_benchmark(id: &SubaccountId, amount: Amount) -> DispatchResult {
		let (account, pool) = Self::find(id)?;
		T::Ledger::debit(&account, None, amount)?;
		let (deposits, terms) = (OnHand::<T>::get(pool), Self::outflow_terms(pool)?);
		let (mut outflow, mut usage) = (Outflows::<T>::get(pool), Default::default());
		outflow.advance(deposits, &terms, Self::now()).map_err(Error::<T>::from)?;
		let place = outflow
			.request(&mut usage, amount, deposits, &terms, Self::now())
			.map_err(Error::<T>::from)?;
		Outflows::<T>::insert(pool, outflow);
		OnHand::<T>::insert(pool, deposits.saturating_sub(amount));
		Promised::<T>::insert(pool, amount);
		Self::queue(Waiting { account, owner: id.owner.clone(), pool, place })?;
		Ok(())
	}

	fn add_on_hand(pool: PoolId, amount: Amount) -> Result<(), Error<T>> {
		OnHand::<T>::insert(pool, OnHand::<T>::get(pool).try_add(amount)?);
		Ok(())
	}

	fn add_collateral(asset: AssetId, amount: Amount) -> Result<(), Error<T>> {
		Collateral::<T>::insert(asset, Collateral::<T>::get(asset).try_add(amount)?);
		Ok(())
	}
}

impl<T: Config> Vault for Pallet<T> {
	fn quote_on_hand(pool: PoolId) -> Amount {
		OnHand::<T>::get(pool)
	}

	fn move_quote(from: PoolId, to: PoolId, amount: Amount) -> DispatchResult {
		let left = OnHand::<T>::get(from).try_sub(amount).map_err(Error::<T>::from)?;
		let received = OnHand::<T>::get(to).try_add(amount).map_err(Error::<T>::from)?;
		OnHand::<T>::insert(from, left);
		OnHand::<T>::insert(to, received);
		Ok(())
	}

	fn collateral_on_hand(asset: AssetId) -> Amount {
		Collateral::<T>::get(asset)
	}
}
