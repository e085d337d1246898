//! The ledger as other pallets see it.

use alloc::{collections::BTreeMap, vec::Vec};

use breakwater_interfaces::{
	Exposure, Ledger, LedgerError, Levies, NewRisk, RiskEngine, SubaccountId, SubaccountInfo, Trade,
};
use breakwater_margin::{Indices, LegIndex, SubaccountState};
use breakwater_primitives::{AccountId, Balance};
use breakwater_trigger_book::Filing;
use breakwater_units::{
	limits::MAX_CASH_QUANTA, AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Quote,
	Ratio, Side, Size,
};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{fungible::MutateHold, tokens::Precision, Contains},
	weights::Weight,
};
use polkadot_sdk::*;
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

use crate::{
	batch::{rounding, Bounds, PoolLimits, Standing},
	book::{OnChain, OnEvaluationError},
	books::{Posting, Subaccount},
	indices::CachedIndices,
	withdrawal::Destination,
	Batch, Config, Error, Event, Filings, Held, HoldReason, Numbers, OpenInterest, Pallet, Pools,
	Subaccounts,
};

/// What an account's trade did, for the event.
pub(crate) struct Done {
	funding: Quote,
	realised: Quote,
	pub(crate) before: Lots,
	pub(crate) after: Lots,
}

impl Done {
	pub(crate) fn event<T: Config>(
		&self,
		account: &AccountKey,
		market: MarketId,
		(lots, price): (Lots, Price),
		fee: Quote,
	) -> Event<T> {
		let Self { funding, realised, after: position, .. } = *self;
		Event::Traded { account: *account, market, lots, price, fee, funding, realised, position }
	}
}

impl<T: Config> Pallet<T> {
	/// The numbers of an owner's subaccounts, in order.
	pub fn numbers(owner: &AccountId) -> Vec<u16> {
		let mut numbers: Vec<u16> = Numbers::<T>::iter_key_prefix(owner).collect();
		numbers.sort_unstable();
		numbers
	}

	/// Whether an account waits to be liquidated.
	pub fn is_due(account: &AccountKey) -> bool {
		matches!(Filings::<T>::get(account), Some(Filing::Due(_)))
	}

	pub(crate) fn open_account(
		id: &SubaccountId,
		pool: PoolId,
		isolated: Option<MarketId>,
		deposit: Balance,
	) -> Result<AccountKey, DispatchError> {
		let account = id.key();
		ensure!(!Subaccounts::<T>::contains_key(account), Error::<T>::AlreadyOpen);
		ensure!(Self::pool_exists(pool), Error::<T>::UnknownPool);
		let info = SubaccountInfo { id: id.clone(), pool, isolated };
		if let Some(market) = isolated {
			Self::check_market(&info, market).map_err(Error::<T>::from)?;
		}
		if !deposit.is_zero() {
			T::Currency::hold(&HoldReason::Subaccount.into(), &id.owner, deposit)?;
		}
		let state = SubaccountState::default();
		Subaccounts::<T>::insert(
			account,
			Subaccount { info, state, deposit, stakes: Default::default() },
		);
		Numbers::<T>::insert(&id.owner, id.number, ());
		Self::deposit_event(Event::Opened { account, id: id.clone(), pool, isolated });
		Ok(account)
	}

	pub(crate) fn close_account(id: &SubaccountId) -> DispatchResult {
		let account = id.key();
		let mut subaccount = Self::account(&account)?;
		let (state, deposit) = (&subaccount.state, subaccount.deposit);
		ensure!(*state == SubaccountState::default(), Error::<T>::NotEmpty);
		ensure!(!T::Busy::contains(&account), Error::<T>::Busy);
		if !deposit.is_zero() {
			let reason = HoldReason::Subaccount.into();
			T::Currency::release(&reason, &id.owner, deposit, Precision::BestEffort)?;
		}
		subaccount.withdraw_stakes::<T>();
		OnChain::<T>::book().remove(&account);
		Subaccounts::<T>::remove(account);
		Numbers::<T>::remove(&id.owner, id.number);
		Self::deposit_event(Event::Closed { account });
		Ok(())
	}

	pub(crate) fn move_own(
		from: &AccountKey,
		to: &AccountKey,
		asset: Option<AssetId>,
		amount: Amount,
	) -> DispatchResult {
		ensure!(from != to, Error::<T>::SameSubaccount);
		let pool = Self::account(from)?.info.pool;
		let mut posting = Posting::<T>::new(pool);
		Self::take_out(&mut posting, from, asset, amount, Destination::SamePool)?;
		Self::put_in(&mut posting, to, asset, amount)?;
		posting.close();
		Ok(())
	}

	/// Takes out what margin leaves free.
	fn take_out(
		posting: &mut Posting<T>,
		account: &AccountKey,
		asset: Option<AssetId>,
		amount: Amount,
		destination: Destination,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NoAmount);
		let (pool, book) = (posting.pool, posting.book);
		Self::check_not_held(posting, account)?;
		posting.change(account, OnEvaluationError::Refuse, |account, indices| {
			let state = &mut account.state;
			let free = Self::free((pool, &book), state, indices, asset, destination)?;
			ensure!(amount <= free, Error::<T>::BeyondFree);
			remove(state, asset, amount).map_err(Error::<T>::from)?;
			Ok(())
		})?;
		if let Some(asset) = asset {
			let left = Held::<T>::get(asset).try_sub(amount).map_err(Error::<T>::from)?;
			Held::<T>::insert(asset, left);
		}
		Self::deposit_event(Event::Debited { account: *account, asset, amount });
		Ok(())
	}

	/// Quote that a snapshot counts on stays until the snapshot is sealed.
	fn check_not_held(posting: &Posting<T>, account: &AccountKey) -> DispatchResult {
		let held = posting.levies && T::Levies::holds(account, posting.pool);
		ensure!(!held, Error::<T>::LevyPending);
		Ok(())
	}

	/// Puts in what is there. Never refused for a price.
	fn put_in(
		posting: &mut Posting<T>,
		account: &AccountKey,
		asset: Option<AssetId>,
		amount: Amount,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NoAmount);
		posting.change(account, OnEvaluationError::SetAside, |account, _| {
			add::<T>(&mut account.state, asset, amount)?;
			Ok(())
		})?;
		if let Some(asset) = asset {
			let terms = T::RiskEngine::asset(asset).ok_or(Error::<T>::UnknownAsset)?;
			let held = Held::<T>::get(asset).try_add(amount).map_err(Error::<T>::from)?;
			ensure!(held <= terms.cap, Error::<T>::CapReached);
			Held::<T>::insert(asset, held);
		}
		Self::deposit_event(Event::Credited { account: *account, asset, amount });
		Ok(())
	}

	/// One account's part of a batch.
	fn settle_one(
		posting: &mut Posting<T>,
		(market, price): (MarketId, Price),
		(account, lots, fee): (&AccountKey, Lots, Quote),
	) -> Result<Done, DispatchError> {
		let done = posting.change(account, OnEvaluationError::Refuse, |account, indices| {
			let only = account.info.isolated;
			ensure!(only.is_none_or(|only| only == market), Error::<T>::Isolated);
			let index = indices.market(market).ok_or(Error::<T>::UnknownMarket)?;
			let state = &mut account.state;
			let done = trade::<T>(state, market, lots, price, &index)?;
			state.cash = state.cash.try_sub(fee).map_err(Error::<T>::from)?;
			Ok(done)
		})?;
		posting.add_to_fund(fee)?;
		Self::deposit_event(done.event(account, market, (lots, price), fee));
		Ok(done)
	}

	fn settle_all(
		pool: PoolId,
		(market, price): (MarketId, Price),
		accounts: &BTreeMap<AccountKey, (Lots, Quote)>,
	) -> DispatchResult {
		let mut posting = Posting::<T>::new(pool);
		let (mut opened, mut closed) = (Size::ZERO, Size::ZERO);
		for (account, (lots, fee)) in accounts {
			let done = Self::settle_one(&mut posting, (market, price), (account, *lots, *fee))?;
			opened = opened.try_add(long(done.after)).map_err(Error::<T>::from)?;
			closed = closed.try_add(long(done.before)).map_err(Error::<T>::from)?;
		}
		let interest = OpenInterest::<T>::get(market).try_add(opened);
		let interest = interest.and_then(|sum| sum.try_sub(closed)).map_err(Error::<T>::from)?;
		OpenInterest::<T>::insert(market, interest);
		posting.close();
		Ok(())
	}

	fn transfer_quote(
		pool: PoolId,
		from: Option<&AccountKey>,
		to: Option<&AccountKey>,
		amount: Quote,
	) -> DispatchResult {
		ensure!(!amount.is_negative(), Error::<T>::NoAmount);
		let mut posting = Posting::<T>::new(pool);
		if let Some(payer) = from {
			Self::check_not_held(&posting, payer)?;
		}
		match from {
			Some(payer) => posting.change(payer, OnEvaluationError::SetAside, |account, _| {
				let cash = &mut account.state.cash;
				ensure!(*cash >= amount, Error::<T>::NotEnough);
				*cash = cash.try_sub(amount).map_err(Error::<T>::from)?;
				Ok(())
			})?,
			None => posting.add_to_fund(amount.try_neg().map_err(Error::<T>::from)?)?,
		}
		match to {
			Some(payee) => posting.change(payee, OnEvaluationError::SetAside, |account, _| {
				let cash = &mut account.state.cash;
				*cash = cash.try_add(amount).map_err(Error::<T>::from)?;
				Ok(())
			})?,
			None => posting.add_to_fund(amount)?,
		}
		posting.close();
		let (from, to) = (from.copied(), to.copied());
		Self::deposit_event(Event::Transferred { pool, from, to, amount });
		Ok(())
	}
}

pub(crate) fn trade<T: Config>(
	state: &mut SubaccountState,
	market: MarketId,
	lots: Lots,
	price: Price,
	index: &LegIndex,
) -> Result<Done, Error<T>> {
	let before = state.positions.get(market).copied().unwrap_or_default();
	let funding = index.funding().try_sub(before.settled_funding)?.times(before.lots)?;
	let cash = state.cash;
	if !lots.is_zero() {
		state.trade(market, lots, price, index)?;
	}
	let after = state.positions.get(market).map(|position| position.lots).unwrap_or_default();
	if lots.is_zero() {
		return Ok(Done { funding: Quote::ZERO, realised: Quote::ZERO, before: after, after });
	}
	let realised = state.cash.try_sub(cash)?.try_add(funding)?;
	Ok(Done { funding, realised, before: before.lots, after })
}

fn remove(
	state: &mut SubaccountState,
	asset: Option<AssetId>,
	amount: Amount,
) -> Result<(), breakwater_margin::MarginError> {
	let Some(asset) = asset else {
		state.cash = state.cash.try_sub(Quote::from_unsigned(amount.get())?)?;
		return Ok(());
	};
	let left = state.collateral.get(asset).copied().unwrap_or_default().try_sub(amount)?;
	if left.is_zero() {
		state.collateral.remove(asset);
		return Ok(());
	}
	state.collateral.set(asset, left)
}

fn add<T: Config>(
	state: &mut SubaccountState,
	asset: Option<AssetId>,
	amount: Amount,
) -> Result<(), Error<T>> {
	let Some(asset) = asset else {
		let amount = Quote::from_unsigned(amount.get()).map_err(|_| Error::AmountTooLarge)?;
		let cash = state.cash.try_add(amount).map_err(|_| Error::AmountTooLarge)?;
		ensure!(cash.get() <= MAX_CASH_QUANTA, Error::AmountTooLarge);
		state.cash = cash;
		return Ok(());
	};
	let held = state.collateral.get(asset).copied().unwrap_or_default();
	let held = held.try_add(amount).map_err(|_| Error::AmountTooLarge)?;
	Ok(state.collateral.set(asset, held)?)
}

/// Lots held long.
pub(crate) fn long(position: Lots) -> Size {
	if position.side() == Some(Side::Buy) {
		position.size()
	} else {
		Size::ZERO
	}
}

/// The trades of each account as one: everybody trades at the same price.
fn by_account(trades: &[Trade]) -> Option<BTreeMap<AccountKey, (Lots, Quote)>> {
	let mut accounts: BTreeMap<AccountKey, (Lots, Quote)> = BTreeMap::new();
	for trade in trades {
		let (lots, fee) = accounts.entry(trade.account).or_default();
		*lots = lots.try_add(trade.lots).ok()?;
		*fee = fee.try_add(trade.fee).ok()?;
	}
	Some(accounts)
}

fn are_balanced(trades: &[Trade]) -> bool {
	let sum = trades.iter().try_fold(0i128, |sum, t| sum.checked_add(t.lots.get().into()));
	sum == Some(0)
}

impl<T: Config> Ledger for Pallet<T> {
	type Batch = Batch<T>;

	fn info(account: &AccountKey) -> Option<SubaccountInfo> {
		Subaccounts::<T>::get(account).map(|account| account.info)
	}

	fn state(account: &AccountKey) -> Option<SubaccountState> {
		Subaccounts::<T>::get(account).map(|account| account.state)
	}

	fn may_trade(account: &AccountKey, market: MarketId) -> Result<(), LedgerError> {
		let info = Self::info(account).ok_or(LedgerError::UnknownSubaccount)?;
		Self::check_market(&info, market)?;
		T::RiskEngine::market(market).map(|_| ()).ok_or(LedgerError::UnknownMarket)
	}

	fn can_trade(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		cost: Quote,
		fee: Quote,
		reserved: Quote,
	) -> bool {
		let carries = || {
			let Subaccount { info, state, .. } = Subaccounts::<T>::get(account)?;
			Self::check_market(&info, market).ok()?;
			let indices = CachedIndices::<T>::new(info.pool);
			let index = indices.market(market)?;
			let limits = PoolLimits::of::<T>(info.pool)?;
			let market = (market, &index);
			let standing = Standing::new(&state, &indices, market, &limits, &Bounds::OPEN).ok()?;
			let kept = rounding(&indices).try_add(reserved.to_nano().ok()?).ok()?;
			Some(standing.carries(&index, (lots, cost), (fee.to_nano().ok()?, kept)))
		};
		carries().unwrap_or(false)
	}

	fn batch(market: MarketId, fee_rate: Ratio, max_position: Size, new_risk: NewRisk) -> Batch<T> {
		let room = T::RiskEngine::open_interest_room(market);
		Batch::new(market, fee_rate, Bounds::of(max_position, room, new_risk))
	}

	fn settle(market: MarketId, price: Price, trades: &[Trade]) -> DispatchResult {
		ensure!(are_balanced(trades), Error::<T>::Unbalanced);
		let pool = T::RiskEngine::pool_of(market).ok_or(Error::<T>::UnknownMarket)?;
		let accounts = by_account(trades).ok_or(Error::<T>::Arithmetic)?;

		with_storage_layer(|| Self::settle_all(pool, (market, price), &accounts))
	}

	fn transfer(
		pool: PoolId,
		from: Option<&AccountKey>,
		to: Option<&AccountKey>,
		amount: Quote,
	) -> DispatchResult {
		with_storage_layer(|| Self::transfer_quote(pool, from, to, amount))
	}

	fn open(
		id: &SubaccountId,
		pool: PoolId,
		isolated: Option<MarketId>,
	) -> Result<AccountKey, DispatchError> {
		Self::open_account(id, pool, isolated, Balance::zero())
	}

	fn credit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult {
		with_storage_layer(|| {
			let mut posting = Posting::<T>::new(Self::account(account)?.info.pool);
			Self::put_in(&mut posting, account, asset, amount)?;
			posting.close();
			Ok(())
		})
	}

	fn debit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult {
		with_storage_layer(|| {
			let mut posting = Posting::<T>::new(Self::account(account)?.info.pool);
			Self::take_out(&mut posting, account, asset, amount, Destination::Outside)?;
			posting.close();
			Ok(())
		})
	}

	fn withdrawable(account: &AccountKey, asset: Option<AssetId>) -> Amount {
		let settled = Self::info(account).map(|info| Self::take_levy(account, info.pool));
		let Some(Subaccount { info, state, .. }) = Subaccounts::<T>::get(account) else {
			return Amount::ZERO;
		};
		if settled.is_some_and(|settled| settled.is_err()) {
			return Amount::ZERO;
		}
		let indices = CachedIndices::<T>::new(info.pool);
		let book = Pools::<T>::get(info.pool);
		let pool = (info.pool, &book);
		Self::free(pool, &state, &indices, asset, Destination::Outside).unwrap_or_default()
	}

	fn levy_weight() -> Weight {
		if T::Levies::any_are_open() {
			Self::most_weight_of_levy()
		} else {
			Weight::zero()
		}
	}

	fn levy_weight_of(account: &AccountKey) -> Weight {
		if Self::awaits_levy(account) {
			Self::weight_of_levy(account)
		} else {
			Weight::zero()
		}
	}

	fn filing_weight(account: &AccountKey) -> Weight {
		Self::weight_of_filing(account)
	}

	fn most_filing_weight() -> Weight {
		Self::most_weight_of_filing()
	}

	fn awaits_levy(account: &AccountKey) -> bool {
		let Some(SubaccountInfo { pool, .. }) = Self::info(account) else { return false };
		T::Levies::are_open(pool)
			&& T::Levies::payee(pool).is_some_and(|payee| payee != *account)
			&& T::Levies::awaits(account, pool)
	}
}

impl<T: Config> Exposure for Pallet<T> {
	fn open_interest(market: MarketId) -> Size {
		OpenInterest::<T>::get(market)
	}

	fn borrowed(pool: PoolId) -> Quote {
		Pools::<T>::get(pool).principal
	}

	fn held(asset: AssetId) -> Amount {
		Held::<T>::get(asset)
	}

	fn accrue(pool: PoolId, interest: Quote) {
		match Self::book_interest(pool, interest) {
			Ok(amount) if amount.is_zero() => {},
			Ok(amount) => Self::deposit_event(Event::InterestBooked { pool, amount }),
			// Nothing was booked; the next change of a loan books it.
			Err(error) => log::error!(target: "runtime::ledger", "interest of {pool:?}: {error}"),
		}
	}
}
