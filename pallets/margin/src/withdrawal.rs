//! What may leave an account.

use breakwater_interfaces::{Prices, RiskEngine, Vault};
use breakwater_margin::{
	withdrawable_collateral, withdrawable_quote, SubaccountState, WithdrawalTerms,
};
use breakwater_oracle_math::Action;
use breakwater_units::{limits::MAX_CASH_QUANTA, Amount, AssetId, PoolId, Quote};

use crate::{book::owes_nothing, indices::CachedIndices, Config, Error, Pallet, PoolBook};

/// Where what is taken out goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
	/// Out of custody: at most what the pool has on hand.
	Outside,
	/// To another account of the pool: nothing leaves custody.
	SamePool,
}

impl<T: Config> Pallet<T> {
	/// The largest amount of an asset that may leave an account of a pool.
	///
	/// An account that owes nothing and has no position may always take all it has: no price is
	/// asked. Any other needs every price that its health depends on to be good enough.
	///
	/// # Errors
	/// `PriceNotGood`, `UnknownPool`, or why the account cannot be computed.
	pub(crate) fn free(
		(pool, book): (PoolId, &PoolBook),
		state: &SubaccountState,
		indices: &CachedIndices<T>,
		asset: Option<AssetId>,
		destination: Destination,
	) -> Result<Amount, Error<T>> {
		let on_hand = match destination {
			Destination::Outside => Quote::from_unsigned(T::Vault::quote_on_hand(pool).get())?,
			Destination::SamePool => Quote::new(MAX_CASH_QUANTA),
		};
		let unencumbered = owes_nothing(state);
		let own = if unencumbered { held(state, asset, on_hand) } else { Amount::ZERO };
		// Collateral of one who owes nothing is all free; for quote, there is more to borrow.
		if unencumbered && asset.is_some() {
			return Ok(own);
		}
		if !Self::prices_permit_withdrawal(state) {
			return if unencumbered { Ok(own) } else { Err(Error::PriceNotGood) };
		}
		let terms = Self::withdrawal_terms(pool, book, state, on_hand)?;
		let free = match asset {
			Some(asset) => withdrawable_collateral(state, indices, asset, &terms)?,
			None => Amount::new(withdrawable_quote(state, indices, &terms)?.to_unsigned()?),
		};
		Ok(free.max(own))
	}

	/// Whether the prices of all legs are good enough to pay out.
	fn prices_permit_withdrawal(state: &SubaccountState) -> bool {
		let permits = |feed| T::Prices::permits(feed, Action::Withdraw);
		let positions = state
			.positions
			.iter()
			.all(|(market, _)| T::RiskEngine::feed_of(market).is_some_and(permits));
		positions
			&& state.collateral.iter().all(|(asset, _)| {
				T::RiskEngine::asset(asset).is_some_and(|terms| permits(terms.feed))
			})
	}

	fn withdrawal_terms(
		pool: PoolId,
		book: &PoolBook,
		state: &SubaccountState,
		on_hand: Quote,
	) -> Result<WithdrawalTerms, Error<T>> {
		let terms = T::RiskEngine::pool(pool).ok_or(Error::UnknownPool)?;
		let room = terms.max_borrowed.try_sub(book.principal)?.max(Quote::ZERO);
		Ok(WithdrawalTerms {
			profit_cap: terms.profit_cap,
			notional_floor: terms.notional_floor,
			max_loan: terms.max_loan.min(state.loan.try_add(room)?),
			on_hand,
		})
	}
}

/// What an account has of an asset; of quote at most `on_hand`.
fn held(state: &SubaccountState, asset: Option<AssetId>, on_hand: Quote) -> Amount {
	match asset {
		Some(asset) => state.collateral.get(asset).copied().unwrap_or_default(),
		None => Amount::new(state.cash.min(on_hand).max(Quote::ZERO).unsigned_abs()),
	}
}
