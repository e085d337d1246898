//! The risk engine's indices as an account of a pool sees them, at present or frozen marks.

use breakwater_interfaces::RiskEngine;
use breakwater_margin::{
	assess, BorrowIndex, CollateralIndex, Indices, LegIndex, MarginError, SubaccountState,
};
use breakwater_units::{AssetId, MarketId, NanoQuote, PoolId, Price, Quote, Rounding, PPB};
use core::marker::PhantomData;

use crate::Config;

/// Present indices, but for the markets whose marks are frozen.
pub(crate) struct PoolIndices<'a, T> {
	pool: PoolId,
	frozen: &'a [(MarketId, Price)],
	engine: PhantomData<T>,
}

impl<'a, T: Config> PoolIndices<'a, T> {
	pub(crate) fn new(pool: PoolId) -> Self {
		Self::frozen(pool, &[])
	}

	pub(crate) fn frozen(pool: PoolId, frozen: &'a [(MarketId, Price)]) -> Self {
		Self { pool, frozen, engine: PhantomData }
	}
}

impl<T: Config> Indices for PoolIndices<'_, T> {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		let index = T::RiskEngine::market(market)?;
		match self.frozen.iter().find(|(frozen, _)| *frozen == market) {
			Some((_, mark)) => index.at_price(*mark).ok(),
			None => Some(index),
		}
	}

	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		T::RiskEngine::collateral(asset)
	}

	fn borrow(&self) -> BorrowIndex {
		T::RiskEngine::borrow(self.pool)
	}
}

/// What an account claims of its pool's quote: its equity without collateral, which is its own in
/// custody.
pub(crate) fn quote_equity(
	state: &SubaccountState,
	indices: &impl Indices,
) -> Result<NanoQuote, MarginError> {
	let bare = SubaccountState { collateral: Default::default(), ..state.clone() };
	Ok(assess(&bare, indices)?.equity)
}

/// What drawing or paying back a loan may take from an account by rounding: a quantum of principal,
/// and one of debt.
pub(crate) fn rounding(indices: &impl Indices) -> Quote {
	let index = u128::from(indices.borrow().get().get());
	let principal = index.div_ceil(u128::from(PPB));
	Quote::from_unsigned(principal.saturating_add(1)).unwrap_or(Quote::MAX)
}

/// Quanta, rounded down; as little as can be if it does not fit.
pub(crate) fn down(amount: NanoQuote) -> Quote {
	amount.to_quote(Rounding::Down).unwrap_or(Quote::MIN)
}
