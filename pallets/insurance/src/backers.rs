//! What people do: back a fund, leave it, give to it, and buy what it took over.

use breakwater_interfaces::{Estates, Ledger, Liquidation, RiskEngine, SubaccountId, GLOBAL_POOL};
use breakwater_margin::Requirement;
use breakwater_primitives::AccountId;
use breakwater_units::{
	AccountKey, Amount, AssetId, LotValue, PoolId, Price, Quote, Ratio, Rounding, Size,
};
use breakwater_waterfall::{claim_exit, ExitTicket, OpenRisk};
use frame_support::{ensure, storage::with_storage_layer, traits::Contains};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{funds::signed, types::Stake, Config, Error, Event, Funds, Operations, Pallet, Stakes};

impl<T: Config> Pallet<T> {
	/// A caller's subaccount and its pool.
	fn own(who: &AccountId, number: u16) -> Result<(AccountKey, PoolId), Error<T>> {
		let account = SubaccountId { owner: who.clone(), number }.key();
		let info = T::Ledger::info(&account).ok_or(Error::UnknownSubaccount)?;
		Ok((account, info.pool))
	}

	/// Moves quote that margin leaves free from a subaccount into its pool's fund.
	fn pay_in(pool: PoolId, account: &AccountKey, amount: Amount) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NoAmount);
		ensure!(amount <= T::Ledger::withdrawable(account, None), Error::<T>::BeyondFree);
		T::Ledger::transfer(pool, Some(account), None, signed::<T>(amount)?)
	}

	pub(crate) fn enter(
		who: AccountId,
		number: u16,
		tranche: u8,
		amount: Amount,
		min_shares: u128,
	) -> DispatchResult {
		let (account, pool) = Self::own(&who, number)?;
		let terms = Self::terms(pool).ok_or(Error::<T>::UnknownPool)?;
		let mut state = Self::fund_state(pool);
		state.note_value(Self::now(), terms.look_back);
		Self::pay_in(pool, &account, amount)?;
		let shares = state.fund.enter(tranche, amount, min_shares).map_err(Error::<T>::from)?;
		let generation = generation_of(&state.fund, tranche);
		state.note_value(Self::now(), terms.look_back);

		let stake = Stakes::<T>::get(pool, (&who, tranche)).unwrap_or_default();
		let stake = add(stake, generation, shares).ok_or(Error::<T>::Arithmetic)?;
		Stakes::<T>::insert(pool, (&who, tranche), stake);
		Funds::<T>::insert(pool, state);
		Self::deposit_event(Event::Backed { pool, who, tranche, amount, shares, generation });
		Ok(())
	}

	pub(crate) fn ask_to_leave(
		pool: PoolId,
		who: AccountId,
		tranche: u8,
		shares: u128,
	) -> DispatchResult {
		let mut stake = Stakes::<T>::get(pool, (&who, tranche)).ok_or(Error::<T>::NoStake)?;
		let is_current = generation_of(&Funds::<T>::get(pool).fund, tranche) == stake.generation;
		ensure!(is_current, Error::<T>::WipedOut);
		ensure!(shares > 0, Error::<T>::NoAmount);
		ensure!(shares <= stake.shares, Error::<T>::NotEnoughShares);
		ensure!(stake.ticket.is_none(), Error::<T>::ExitPending);
		let (generation, requested_at) = (stake.generation, Self::now());
		stake.ticket = Some(ExitTicket { tranche, generation, shares, requested_at });
		Stakes::<T>::insert(pool, (&who, tranche), stake);
		let delay = Self::terms(pool).ok_or(Error::<T>::UnknownPool)?.exit.delay;
		let from = requested_at.saturating_after(delay);
		Self::deposit_event(Event::ExitRequested { pool, who, tranche, shares, from });
		Ok(())
	}

	pub(crate) fn stay(pool: PoolId, who: AccountId, tranche: u8) -> DispatchResult {
		let mut stake = Stakes::<T>::get(pool, (&who, tranche)).ok_or(Error::<T>::NoStake)?;
		stake.ticket.take().ok_or(Error::<T>::NoExit)?;
		Stakes::<T>::insert(pool, (&who, tranche), stake);
		Self::deposit_event(Event::ExitCancelled { pool, who, tranche });
		Ok(())
	}

	pub(crate) fn leave(who: AccountId, number: u16, tranche: u8) -> DispatchResult {
		let (account, pool) = Self::own(&who, number)?;
		let mut stake = Stakes::<T>::get(pool, (&who, tranche)).ok_or(Error::<T>::NoStake)?;
		let ticket = stake.ticket.take().ok_or(Error::<T>::NoExit)?;
		let terms = Self::terms(pool).ok_or(Error::<T>::UnknownPool)?;
		let risk = Self::open_risk(pool).ok_or(Error::<T>::UnknownPool)?;
		let mut state = Self::fund_state(pool);
		let paid = claim_exit(&mut state.fund, &ticket, &risk, &terms.exit, Self::now())
			.map_err(Error::<T>::from)?;

		state.lower_highs(paid);
		stake.shares = stake.shares.saturating_sub(ticket.shares);
		let left = (stake.shares > 0).then_some(stake);
		Stakes::<T>::set(pool, (&who, tranche), left);
		// The tranche is smaller before it is paid out, so that the ledger lets it go.
		Funds::<T>::insert(pool, state);
		T::Ledger::transfer(pool, None, Some(&account), signed::<T>(paid)?)?;
		let shares = ticket.shares;
		Self::deposit_event(Event::Left { pool, who, tranche, shares, paid });
		Ok(())
	}

	pub(crate) fn give(
		who: AccountId,
		number: u16,
		to_all: bool,
		amount: Amount,
	) -> DispatchResult {
		let (account, pool) = Self::own(&who, number)?;
		// A gift is not income, of which backers would be paid.
		Self::without_income(pool, || {
			Self::pay_in(pool, &account, amount)?;
			if to_all {
				T::Ledger::move_fund(pool, GLOBAL_POOL, signed::<T>(amount)?)?;
			}
			Ok(())
		})?;
		let pool = (!to_all).then_some(pool);
		Self::deposit_event(Event::Contributed { pool, who, amount });
		Ok(())
	}

	/// What a pool's fund may still lose on what is open.
	pub(crate) fn open_risk(pool: PoolId) -> Option<OpenRisk> {
		let legs = Self::inventory(pool);
		let pending_loss = Self::pending_loss(pool);
		let stress = Self::stress_of(&legs, &Self::terms(pool)?);
		let is_open = !legs.is_empty()
			|| Operations::<T>::contains_key(pool)
			|| T::OpenAuctions::contains(&pool)
			|| T::Liquidation::backlog_of(pool) > 0;
		Some(OpenRisk { is_open, pending_loss, worst_loss: pending_loss.saturating_add(stress) })
	}

	/// What a lot of collateral costs that a backstop sells: the price less the maintenance haircut,
	/// rounded up to a tick.
	pub fn collateral_price(asset: AssetId) -> Option<Price> {
		let index = T::RiskEngine::collateral(asset)?;
		let haircut = index.leg().schedule(Requirement::Maintenance).rate(0);
		let kept = haircut.min(Ratio::ONE).saturating_complement();
		index.leg().price().mul_ratio(kept, Rounding::Up).ok().map(|price| price.max(Price::new(1)))
	}

	pub(crate) fn sell_to(
		who: AccountId,
		number: u16,
		asset: AssetId,
		lots: Size,
		max_price: Price,
	) -> DispatchResult {
		let (account, pool) = Self::own(&who, number)?;
		let backstop = Self::backstop_of(pool).ok_or(Error::<T>::UnknownPool)?;
		ensure!(!lots.is_zero(), Error::<T>::NoAmount);
		let price = Self::collateral_price(asset).filter(|price| *price <= max_price);
		let price = price.ok_or(Error::<T>::NoPrice)?;
		let index = T::RiskEngine::collateral(asset).ok_or(Error::<T>::NoPrice)?;
		let state = T::Ledger::state(&backstop).unwrap_or_default();
		let held = state.collateral.get(asset).copied().unwrap_or_default();
		let wanted = index.amount(lots).map_err(|_| Error::<T>::NotForSale)?;
		ensure!(wanted <= held, Error::<T>::NotForSale);
		let value: LotValue = price.lot_value(index.leg().tick_value());
		let signed_lots = lots.signed(breakwater_units::Side::Buy);
		let cost = signed_lots.and_then(|lots| value.times(lots));
		let cost: Quote = cost.map_err(|_| Error::<T>::Arithmetic)?;
		let free = T::Ledger::withdrawable(&account, None);
		ensure!(Amount::new(cost.unsigned_abs()) <= free, Error::<T>::BeyondFree);
		with_storage_layer(|| T::Ledger::sell_collateral(&backstop, &account, asset, lots, price))?;
		Self::deposit_event(Event::CollateralSold { pool, account, asset, lots, price });
		Ok(())
	}
}

fn generation_of(fund: &breakwater_waterfall::PoolFund, tranche: u8) -> u32 {
	fund.tranches().get(usize::from(tranche)).map_or(0, |tranche| tranche.generation())
}

/// A stake with more shares. Shares of a generation that lost everything are worth nothing, and are
/// forgotten, with a request to leave with them.
fn add(stake: Stake, generation: u32, shares: u128) -> Option<Stake> {
	if stake.generation != generation {
		return Some(Stake { generation, shares, ticket: None });
	}
	Some(Stake { shares: stake.shares.checked_add(shares)?, ..stake })
}
