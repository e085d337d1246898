//! What clients ask. Nothing here changes anything.

use alloc::vec::Vec;

use breakwater_interfaces::{Ledger, RiskEngine};
use breakwater_units::{AccountKey, AssetId, MarketId, Price, Side, Size, Timestamp};
use frame_support::storage::{with_transaction, TransactionOutcome};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{Auction, BidOutcome, Config, Offer, Offers, Pallet};

/// An offer as it stands in this block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOffer {
	/// Whose.
	pub account: AccountKey,
	/// What.
	pub offer: Offer,
	/// Its Dutch price now.
	pub price: Price,
	/// When that is the reserve.
	pub ends: Timestamp,
}

impl<T: Config> Pallet<T> {
	/// The offers of an auction that are good in this block, at most so many.
	pub fn open_offers(auction: &Auction, most: u32) -> Vec<OpenOffer> {
		let now = Self::moment();
		let Some(terms) = Self::auction_terms(auction) else { return Vec::new() };
		Self::fresh_offers(auction, now.block)
			.into_iter()
			.take(most as usize)
			.map(|(account, offer)| OpenOffer {
				account,
				offer,
				price: Self::dutch_price(&offer, &terms, now.time),
				ends: offer.opened.saturating_after(terms.curve.duration()),
			})
			.collect()
	}

	/// The auctions that have offers.
	pub fn open_auctions() -> Vec<Auction> {
		let of_markets = T::RiskEngine::markets().into_iter().map(|(m, _)| Auction::Market(m));
		let assets = T::RiskEngine::assets();
		let of_pools = T::RiskEngine::pools().into_iter().flat_map(move |pool| {
			assets.clone().into_iter().map(move |asset| Auction::Collateral(pool, asset))
		});
		let has_offers = |auction: &Auction| Offers::<T>::iter_key_prefix(auction).next().is_some();
		of_markets.chain(of_pools).filter(has_offers).collect()
	}

	/// What a bid for positions would do now.
	///
	/// # Errors
	/// Why it would be refused.
	pub fn simulate_bid(
		bidder: &AccountKey,
		market: MarketId,
		(side, size, limit): (Side, Size, Price),
	) -> Result<BidOutcome, DispatchError> {
		undone(|| Self::do_bid(bidder, market, (side, size, limit)))
	}

	/// What a bid for collateral would do now.
	///
	/// # Errors
	/// Why it would be refused.
	pub fn simulate_bid_collateral(
		bidder: &AccountKey,
		asset: AssetId,
		(size, limit): (Size, Price),
	) -> Result<BidOutcome, DispatchError> {
		undone(|| Self::do_bid_collateral(bidder, asset, (size, limit)))
	}

	/// The pool of an account, if there is one.
	pub fn pool_of(account: &AccountKey) -> Option<breakwater_units::PoolId> {
		T::Ledger::info(account).map(|info| info.pool)
	}
}

fn undone<R>(act: impl FnOnce() -> Result<R, DispatchError>) -> Result<R, DispatchError> {
	with_transaction(|| TransactionOutcome::Rollback(act()))
}
