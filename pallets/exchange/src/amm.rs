//! The AMM of a market: its curve, and the shares of its equity.

use breakwater_auction::{Amm as BatchAmm, AmmCurve, AmmParams};
use breakwater_breaker::Action;
use breakwater_interfaces::{Breakers, Ledger, MarketTerms, Pricing, RiskEngine, SubaccountId};
use breakwater_margin::{assess, BorrowIndex, CollateralIndex, Indices, LegIndex};
use breakwater_units::{
	limits::MAX_LOTS, mul_div, mul_div_u128, AccountKey, Amount, AssetId, MarketId, PoolId, Price,
	Quote, Ratio, Rounding, Size, PPB,
};
use core::marker::PhantomData;
use frame_support::{ensure, traits::Get, PalletId};
use polkadot_sdk::*;
use sp_runtime::{traits::AccountIdConversion, DispatchError};

use crate::{types::Exact, Amm, Amms, Config, Error, Event, Markets, Pallet, Shares};

/// Least shares that an AMM has, unless it has none: a share is never worth much.
pub const MIN_SHARES: u128 = 1_000_000;

/// The index vector as an account of a pool sees it.
pub(crate) struct PoolIndices<T>(pub(crate) PoolId, pub(crate) PhantomData<T>);

impl<T: Config> Indices for PoolIndices<T> {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		T::Risk::market(market)
	}
	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		T::Risk::collateral(asset)
	}
	fn borrow(&self) -> BorrowIndex {
		T::Risk::borrow(self.0)
	}
}

impl<T: Config> Pallet<T> {
	/// The subaccount of a market's AMM. Nobody has a key to it.
	pub(crate) fn amm_id(market: MarketId) -> SubaccountId {
		let id: PalletId = T::PalletId::get();
		SubaccountId { owner: id.into_sub_account_truncating(market.0), number: 0 }
	}

	/// What an AMM is worth at mark, its losses not yet realised included, in quanta.
	pub(crate) fn amm_equity(
		pool: PoolId,
		account: &AccountKey,
		rounding: Rounding,
	) -> Option<Quote> {
		let state = T::Ledger::state(account)?;
		let assessment = assess(&state, &PoolIndices::<T>(pool, PhantomData)).ok()?;
		assessment.equity.to_quote(rounding).ok()
	}

	/// The AMM in this block's batch. None if the market has none, or its parameters make no curve.
	///
	/// It quotes while new risk is refused, too: it is whom reductions trade with.
	pub(crate) fn curve(
		market: MarketId,
		terms: &MarketTerms,
		pricing: &Pricing,
	) -> Option<BatchAmm> {
		if terms.amm.max_inventory.is_zero() {
			return None;
		}
		let amm = Amms::<T>::get(market)?;
		let inventory = Self::position(&amm.account, market);
		let equity = Self::amm_equity(terms.pool, &amm.account, Rounding::Down)?;
		let max_inventory = carried(equity, terms, pricing.mark).min(terms.amm.max_inventory);
		if max_inventory.is_zero() && inventory.is_zero() {
			return None;
		}
		let curve = AmmCurve::new(AmmParams {
			mark: pricing.mark,
			half_spread_ticks: ticks(pricing.mark, terms.amm.half_spread)?,
			inventory,
			max_inventory,
			depth_lots: terms.amm.depth_lots,
			depth_ticks: ticks(pricing.mark, terms.amm.depth_move)?,
		});
		Some(BatchAmm { account: amm.account, curve: curve.ok()? })
	}

	/// Moves quote into an AMM for shares of its equity. Returns the shares: as many as the amount
	/// buys at the present equity, rounded down.
	pub(crate) fn do_amm_deposit(
		market: MarketId,
		account: AccountKey,
		amount: Amount,
	) -> Result<u128, DispatchError> {
		let terms = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
		let amm = Amms::<T>::get(market).ok_or(Error::<T>::NoAmm)?;
		ensure!(!terms.amm.max_inventory.is_zero(), Error::<T>::NoAmm);
		let info = T::Ledger::info(&account).ok_or(Error::<T>::UnknownSubaccount)?;
		ensure!(info.pool == terms.pool, Error::<T>::OtherPool);
		ensure!(T::Breakers::allows(market, Action::AddRisk), Error::<T>::MarketHalted);
		let least = T::Risk::pool(terms.pool).ok_or(Error::<T>::UnknownPool)?.min_deposit;
		let quanta = Quote::from_unsigned(amount.get()).map_err(|_| Error::<T>::NotWithdrawable)?;
		ensure!(!amount.is_zero() && quanta >= least, Error::<T>::DepositTooSmall);
		ensure!(amount <= T::Ledger::withdrawable(&account, None), Error::<T>::NotWithdrawable);

		// The mover pays for the equity's fraction of a quantum.
		let equity =
			Self::amm_equity(terms.pool, &amm.account, Rounding::Up).ok_or(Error::<T>::NoPrice)?;
		let shares =
			shares_for(amount.get(), amm.shares, equity).ok_or(Error::<T>::AmmInsolvent)?;
		let total = amm.shares.checked_add(shares).ok_or(Error::<T>::AmmInsolvent)?;
		ensure!(shares > 0 && total >= MIN_SHARES, Error::<T>::DepositTooSmall);

		T::Ledger::transfer(terms.pool, Some(&account), Some(&amm.account), quanta)?;
		Amms::<T>::insert(market, Amm { shares: total, ..amm });
		Shares::<T>::mutate(market, account, |held| *held = held.saturating_add(shares));
		Self::deposit_event(Event::AmmDeposited { market, account, amount, shares, total });
		Ok(shares)
	}

	/// Turns shares of an AMM's equity back into quote, rounded down, as far as its margin permits.
	pub(crate) fn do_amm_withdraw(
		market: MarketId,
		account: AccountKey,
		shares: u128,
	) -> Result<Amount, DispatchError> {
		let terms = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
		let amm = Amms::<T>::get(market).ok_or(Error::<T>::NoAmm)?;
		ensure!(T::Breakers::allows(market, Action::Withdraw), Error::<T>::MarketHalted);
		ensure!(shares > 0, Error::<T>::ZeroShares);
		let held = Shares::<T>::get(market, account);
		let left = held.checked_sub(shares).ok_or(Error::<T>::NotEnoughShares)?;
		let total = amm.shares.checked_sub(shares).ok_or(Error::<T>::Inconsistent)?;
		ensure!(total == 0 || total >= MIN_SHARES, Error::<T>::TooFewSharesLeft);

		let equity = Self::amm_equity(terms.pool, &amm.account, Rounding::Down)
			.ok_or(Error::<T>::NoPrice)?;
		let equity = equity.to_unsigned().map_err(|_| Error::<T>::AmmInsolvent)?;
		let amount = mul_div_u128(equity, shares, amm.shares, Rounding::Down)
			.map(Amount::new)
			.map_err(|_| Error::<T>::AmmInsolvent)?;
		let free = T::Ledger::withdrawable(&amm.account, None);
		ensure!(amount <= free, Error::<T>::AmmMargin);
		let quanta = Quote::from_unsigned(amount.get()).exact()?;
		// What stays has to carry the inventory.
		let rest =
			Quote::from_unsigned(equity).and_then(|equity| equity.try_sub(quanta)).exact()?;
		let mark = T::Risk::pricing(market).ok_or(Error::<T>::NoPrice)?.mark;
		let inventory = Self::position(&amm.account, market).size();
		ensure!(inventory <= carried(rest, &terms, mark), Error::<T>::AmmMargin);

		T::Ledger::transfer(terms.pool, Some(&amm.account), Some(&account), quanta)?;
		Amms::<T>::insert(market, Amm { shares: total, ..amm });
		if left == 0 {
			Shares::<T>::remove(market, account);
		} else {
			Shares::<T>::insert(market, account, left);
		}
		Self::deposit_event(Event::AmmWithdrawn { market, account, amount, shares, total });
		Ok(amount)
	}
}

/// The largest inventory that an equity carries, in lots.
fn carried(equity: Quote, terms: &MarketTerms, mark: Price) -> Size {
	let equity = equity.max(Quote::ZERO).get();
	let leverage = i128::from(terms.amm.max_leverage.get());
	let lot = mark.lot_value(terms.tick_value).get().saturating_mul(i128::from(PPB));
	let lots = mul_div(equity, leverage, lot, Rounding::Down).unwrap_or(0);
	Size::new(u64::try_from(lots).unwrap_or(u64::MAX).min(MAX_LOTS.unsigned_abs()))
}

/// A part of the mark in ticks, rounded up, at least one.
fn ticks(mark: Price, part: Ratio) -> Option<u32> {
	let ticks = mark.mul_ratio(part, Rounding::Up).ok()?.get();
	u32::try_from(ticks.max(1)).ok()
}

/// Shares for an amount: the first shares cost a quantum each.
fn shares_for(amount: u128, shares: u128, equity: Quote) -> Option<u128> {
	let equity = equity.to_unsigned().ok()?;
	if shares == 0 {
		return Some(amount);
	}
	mul_div_u128(amount, shares, equity, Rounding::Down).ok()
}
