//! Accounts and the books of their pools. A change of an account goes through [`Posting::change`],
//! which keeps every sum and files the account in the trigger book: no other code writes either.

use breakwater_interfaces::{LedgerError, Levies, RiskEngine, SubaccountInfo};
use breakwater_margin::{Indices, MarginError, SubaccountState};
use breakwater_primitives::Balance;
use breakwater_units::{AccountKey, MarketId, PoolId, Quote, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::ensure;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

use crate::{
	book::OnEvaluationError,
	indices::CachedIndices,
	stakes::{collateral_of, tell_collateral, Stakes},
	Config, Error, Event, Pallet, Pools, Subaccounts,
};

/// A subaccount as it is stored.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Subaccount {
	/// What it is.
	pub info: SubaccountInfo,
	/// What is in it.
	pub state: SubaccountState,
	/// What is held on its owner's account for it.
	pub deposit: Balance,
	/// Where its positions are liquidated, as the contagion monitor was told.
	pub stakes: Stakes,
}

/// The books of a pool, in quanta.
///
/// `claims + fund = quote on hand in the vault + receivable`, exactly, at all times.
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
pub struct PoolBook {
	/// Claims of all accounts on quote: cash, entry costs and settled funding.
	pub claims: Quote,
	/// What is the fund's.
	pub fund: Quote,
	/// What the accounts owe, with the interest booked, rounded down.
	pub receivable: Quote,
	/// The principal they owe: what they borrowed, each part divided by the borrow index then.
	pub principal: Quote,
}

/// Changes of accounts of one pool: its book is read once, written once.
pub(crate) struct Posting<T: Config> {
	pub(crate) pool: PoolId,
	pub(crate) indices: CachedIndices<T>,
	pub(crate) book: PoolBook,
	/// Whether accounts of the pool may owe a levy.
	pub(crate) levies: bool,
}

impl<T: Config> Posting<T> {
	pub(crate) fn new(pool: PoolId) -> Self {
		let (indices, book) = (CachedIndices::new(pool), Pools::<T>::get(pool));
		Self { pool, indices, book, levies: T::Levies::are_open(pool) }
	}

	/// Changes an account, after it has paid what it owes to a deleveraging. What `change` adds to
	/// its claim, the caller takes from elsewhere.
	pub(crate) fn change<R>(
		&mut self,
		key: &AccountKey,
		on_error: OnEvaluationError,
		change: impl FnOnce(&mut Subaccount, &CachedIndices<T>) -> Result<R, DispatchError>,
	) -> Result<R, DispatchError> {
		if self.levies {
			self.take_levy(key)?;
		}
		self.change_now(key, on_error, change)
	}

	/// Changes an account.
	pub(crate) fn change_now<R>(
		&mut self,
		key: &AccountKey,
		on_error: OnEvaluationError,
		change: impl FnOnce(&mut Subaccount, &CachedIndices<T>) -> Result<R, DispatchError>,
	) -> Result<R, DispatchError> {
		let mut account = Subaccounts::<T>::get(key).ok_or(Error::<T>::UnknownSubaccount)?;
		ensure!(account.info.pool == self.pool, Error::<T>::OtherPool);
		let claim = account.state.quote_claim().map_err(Error::<T>::from)?;
		let collateral = collateral_of(&account.state);

		let result = change(&mut account, &self.indices)?;
		let state = &mut account.state;
		self.settle_loan(key, state)?;
		let added = state.quote_claim().and_then(|after| after.try_sub(claim));
		let added = added.map_err(Error::<T>::from)?;
		self.book.claims = self.book.claims.try_add(added).map_err(Error::<T>::from)?;

		tell_collateral::<T>(self.pool, &collateral, state);
		Pallet::<T>::file(key, &mut account, &self.indices, on_error)?;
		Subaccounts::<T>::insert(key, account);
		Ok(result)
	}

	/// Adds to the fund, or takes from it what is not its backers'.
	pub(crate) fn add_to_fund(&mut self, amount: Quote) -> Result<(), DispatchError> {
		let fund = self.book.fund.try_add(amount).map_err(Error::<T>::from)?;
		if amount.is_negative() {
			ensure!(fund >= T::Levies::reserved(self.pool), Error::<T>::NotEnough);
		}
		self.book.fund = fund;
		Ok(())
	}

	pub(crate) fn close(self) {
		Pools::<T>::insert(self.pool, self.book);
	}

	/// Turns cash below zero into loan, or cash into loan paid back. A loss is lent whatever its
	/// size: limits bind those who add risk and withdraw. Beyond what arithmetic allows, cash stays
	/// below zero, which is the same to health.
	fn settle_loan(
		&mut self,
		key: &AccountKey,
		state: &mut SubaccountState,
	) -> Result<(), DispatchError> {
		let before = state.loan;
		let lent = match state.settle_loan(self.indices.borrow()) {
			Ok(lent) => lent,
			Err(MarginError::LoanTooLarge) => return Ok(()),
			Err(error) => return Err(Error::<T>::from(error).into()),
		};
		if lent.is_zero() && state.loan == before {
			return Ok(());
		}
		let drawn = state.loan.try_sub(before).map_err(Error::<T>::from)?;
		self.book.principal = self.book.principal.try_add(drawn).map_err(Error::<T>::from)?;
		self.book.value_loans(&self.indices, lent).map_err(Error::<T>::from)?;
		let principal = state.loan;
		Pallet::<T>::deposit_event(Event::Lent { account: *key, amount: lent, principal });
		Ok(())
	}
}

impl PoolBook {
	/// What the principal is worth at the borrow index, in quanta, rounded down.
	pub(crate) fn value(&self, indices: &impl Indices) -> Result<Quote, MarginError> {
		Ok(indices.borrow().debt(self.principal)?.to_quote(Rounding::Down)?)
	}

	/// Values the loans anew after `lent` quanta more were lent. What they gained beside is the
	/// fund's: interest not booked yet, and less than a quantum of principal that rounding took
	/// from the account. Never a loss: with principal `⌈y/B⌉` for `y` lent, `⌊P′·B⌋ ≥ ⌊P·B⌋ + y`,
	/// and what is paid back is at least what the principal was worth.
	fn value_loans(&mut self, indices: &impl Indices, lent: Quote) -> Result<(), MarginError> {
		let value = self.value(indices)?;
		let gained = value.try_sub(self.receivable)?.try_sub(lent)?;
		self.fund = self.fund.try_add(gained)?;
		self.receivable = value;
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// Books interest of at most `most` quanta, as far as the loans have gained it.
	pub(crate) fn book_interest(pool: PoolId, most: Quote) -> Result<Quote, MarginError> {
		let mut book = Pools::<T>::get(pool);
		let gained = book.value(&CachedIndices::<T>::new(pool))?.try_sub(book.receivable)?;
		let interest = gained.min(most).max(Quote::ZERO);
		if !interest.is_zero() {
			book.receivable = book.receivable.try_add(interest)?;
			book.fund = book.fund.try_add(interest)?;
			Pools::<T>::insert(pool, book);
		}
		Ok(interest)
	}

	/// Whether there is a pool.
	pub(crate) fn pool_exists(pool: PoolId) -> bool {
		T::RiskEngine::pool(pool).is_some()
	}

	pub(crate) fn account(key: &AccountKey) -> Result<Subaccount, Error<T>> {
		Subaccounts::<T>::get(key).ok_or(Error::<T>::UnknownSubaccount)
	}

	/// Whether an account may trade in a market, with the market's pool.
	pub(crate) fn check_market(info: &SubaccountInfo, market: MarketId) -> Result<(), LedgerError> {
		let pool = T::RiskEngine::pool_of(market).ok_or(LedgerError::UnknownMarket)?;
		ensure!(pool == info.pool, LedgerError::OtherPool);
		ensure!(info.isolated.is_none_or(|only| only == market), LedgerError::Isolated);
		Ok(())
	}
}
