//! Under which terms the legs of an account are closed.

use alloc::{collections::BTreeMap, vec::Vec};

use breakwater_breaker::Action;
use breakwater_interfaces::{Breakers, LiquidationTerms, Listings, RiskEngine};
use breakwater_liquidation::{CloseTerms, Terms};
use breakwater_margin::{
	BorrowIndex, CollateralIndex, Indices, Leg, LegId, LegIndex, SubaccountState,
};
use breakwater_units::{AssetId, Lots, MarketId, PoolId, Price, Ratio, Rounding, Size};
use core::marker::PhantomData;
use frame_support::traits::Get;
use polkadot_sdk::*;

use crate::{Auction, Config, Error, Pallet};

/// A cost at which closing a leg never helps, so that the others are closed.
const NOT_CLOSED: Ratio = Ratio::ONE;

/// The terms of all legs of an account.
pub(crate) struct AccountTerms {
	markets: Vec<MarketTerm>,
	collateral: LiquidationTerms,
}

/// The terms of the markets that a block has met, each read once.
#[derive(Default)]
pub(crate) struct KnownTerms(BTreeMap<MarketId, MarketTerm>);

impl KnownTerms {
	fn of<T: Config>(&mut self, market: MarketId) -> MarketTerm {
		let read = || MarketTerm {
			market,
			terms: T::Listings::terms(market).map(|terms| terms.liquidation),
			allowed: T::Breakers::allows(market, Action::Liquidate),
		};
		self.0.entry(market).or_insert_with(read).clone()
	}
}

#[derive(Clone)]
struct MarketTerm {
	market: MarketId,
	/// None if it is not listed.
	terms: Option<LiquidationTerms>,
	allowed: bool,
}

impl AccountTerms {
	pub(crate) fn of<T: Config>(state: &SubaccountState, known: &mut KnownTerms) -> Self {
		let markets = state.positions.iter().map(|(market, _)| known.of::<T>(market)).collect();
		Self { markets, collateral: T::CollateralTerms::get() }
	}

	fn market(&self, market: MarketId) -> Option<&MarketTerm> {
		self.markets.iter().find(|term| term.market == market)
	}

	/// The terms of a leg; none if it may not be closed now.
	pub(crate) fn of_leg(&self, leg: LegId) -> Option<&LiquidationTerms> {
		match leg {
			LegId::Market(market) => {
				let term = self.market(market).filter(|term| term.allowed)?;
				term.terms.as_ref()
			},
			LegId::Collateral(_) => Some(&self.collateral),
		}
	}

	/// Whether every market the account is in may be closed now.
	pub(crate) fn all_allowed(&self) -> bool {
		self.markets.iter().all(|term| term.allowed && term.terms.is_some())
	}
}

impl Terms for AccountTerms {
	fn close_terms(&self, leg: LegId) -> CloseTerms {
		match self.of_leg(leg) {
			Some(terms) => CloseTerms { cost_rate: terms.cost, least_remainder: terms.dust },
			None => CloseTerms { cost_rate: NOT_CLOSED, least_remainder: Size::ZERO },
		}
	}

	/// The largest of its markets: one account has one buffer.
	fn buffer(&self) -> Ratio {
		let of_markets = self.markets.iter().filter_map(|term| term.terms.as_ref());
		of_markets.map(|terms| terms.buffer).max().unwrap_or(self.collateral.buffer)
	}
}

/// The indices of a pool's accounts, as the risk engine has them.
pub(crate) struct PoolIndices<T>(pub(crate) PoolId, pub(crate) PhantomData<T>);

impl<T: Config> Indices for PoolIndices<T> {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		T::RiskEngine::market(market)
	}

	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		T::RiskEngine::collateral(asset)
	}

	fn borrow(&self) -> BorrowIndex {
		T::RiskEngine::borrow(self.0)
	}
}

/// The first step from the mark in ticks, at least one.
pub(crate) fn step_ticks(terms: &LiquidationTerms, mark: Price) -> u64 {
	mark.mul_ratio(terms.step, Rounding::Down).unwrap_or(Price::ZERO).get().max(1)
}

impl<T: Config> Pallet<T> {
	/// The terms of an auction; none if its market is not listed.
	pub(crate) fn auction_terms(auction: &Auction) -> Option<LiquidationTerms> {
		match auction {
			Auction::Market(market) => T::Listings::terms(*market).map(|terms| terms.liquidation),
			Auction::Collateral(..) => Some(T::CollateralTerms::get()),
		}
	}

	/// An account's leg with so many lots.
	pub(crate) fn leg(auction: &Auction, lots: Lots) -> Result<Leg, Error<T>> {
		let index = match auction {
			Auction::Market(market) => {
				T::RiskEngine::market(*market).ok_or(Error::<T>::UnknownMarket)?
			},
			Auction::Collateral(_, asset) => {
				*T::RiskEngine::collateral(*asset).ok_or(Error::<T>::UnknownAsset)?.leg()
			},
		};
		Ok(Leg { id: auction.leg(), lots, index })
	}

	/// What an account holds of an auction's leg now, in lots.
	pub(crate) fn held(state: &SubaccountState, auction: &Auction) -> Lots {
		match auction {
			Auction::Market(market) => {
				state.positions.get(*market).map(|position| position.lots).unwrap_or_default()
			},
			Auction::Collateral(_, asset) => {
				let held = state.collateral.get(*asset).copied().unwrap_or_default();
				T::RiskEngine::collateral(*asset).map(|index| index.lots(held)).unwrap_or_default()
			},
		}
	}
}
