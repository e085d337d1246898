//! What is offered, and where it stands.

use breakwater_interfaces::{Ledger, LiquidationTerms, RiskEngine, Solvency, Trade};
use breakwater_liquidation::{liquidation_fee, start_price};
use breakwater_primitives::BlockNumber;
use breakwater_units::{AccountKey, Lots, MarketId, PoolId, Price, Quote, Size, Timestamp};
use frame_support::{
	storage::with_storage_layer,
	traits::{Defensive, Get},
};
use polkadot_sdk::*;
use sp_runtime::{traits::UniqueSaturatedInto, DispatchError};

use crate::{
	terms::step_ticks, Auction, Config, End, Error, Event, Offer, OfferingAccounts, Offers, Pallet,
	Plan, Plans, Venue,
};

/// When it is.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
	pub(crate) block: BlockNumber,
	pub(crate) time: Timestamp,
}

/// A fill of an offer.
pub(crate) struct Fill {
	pub(crate) lots: Lots,
	pub(crate) price: Price,
	pub(crate) fee: Quote,
	pub(crate) venue: Venue,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn moment() -> Moment {
		let block = frame_system::Pallet::<T>::block_number().unique_saturated_into();
		Moment { block, time: Timestamp::new(T::Now::get()) }
	}

	/// The Dutch price of an offer: from a step beside the mark to the reserve, as far as the time
	/// since it was opened takes it.
	pub(crate) fn dutch_price(offer: &Offer, terms: &LiquidationTerms, time: Timestamp) -> Price {
		let start = start_price(offer.mark, offer.bankruptcy, step_ticks(terms, offer.mark));
		let elapsed = time.saturating_since(offer.opened);
		let price = terms.curve.price(start, offer.bankruptcy, elapsed);
		price.unwrap_or(offer.bankruptcy).max(Price::new(1))
	}

	/// The fee on a fill of an offer.
	pub(crate) fn fee(
		auction: &Auction,
		offer: &Offer,
		(closed, price): (Size, Price),
		terms: &LiquidationTerms,
	) -> Result<Quote, Error<T>> {
		let leg = Self::leg(auction, offer.held)?;
		Ok(liquidation_fee(&leg, offer.budget, closed, price, terms.fee)?)
	}

	/// Writes an account's plan, and keeps the count of those that have offers.
	pub(crate) fn put_plan(account: &AccountKey, before: &Plan, plan: Option<Plan>) {
		let had = !before.auctions.is_empty();
		let has = plan.as_ref().is_some_and(|plan| !plan.auctions.is_empty());
		if has != had {
			let (more, less) = (u32::from(has), u32::from(had));
			OfferingAccounts::<T>::mutate(|count| {
				*count = count.saturating_add(more).saturating_sub(less);
			});
		}
		Plans::<T>::set(account, plan);
	}

	/// Takes all offers of an account back.
	pub(crate) fn end_offers(account: &AccountKey, plan: &Plan, reason: End) {
		for auction in &plan.auctions {
			Self::end_offer(account, auction, reason);
		}
	}

	pub(crate) fn end_offer(account: &AccountKey, auction: &Auction, reason: End) {
		let Some(offer) = Offers::<T>::take(auction, account) else { return };
		let (account, leg, left) = (*account, auction.leg(), offer.lots);
		Self::deposit_event(Event::OfferEnded { account, leg, left, reason });
	}

	/// Books a fill: the offer is smaller by it, or gone.
	pub(crate) fn book_fill(account: &AccountKey, auction: &Auction, offer: &Offer, fill: &Fill) {
		let Fill { lots, price, fee, venue } = *fill;
		let left = offer.lots.try_sub(lots).defensive_unwrap_or_default();
		let leg = auction.leg();
		Self::deposit_event(Event::Filled {
			account: *account,
			leg,
			lots,
			price,
			fee,
			left,
			venue,
		});
		if !left.is_zero() {
			Offers::<T>::insert(auction, account, Offer { lots: left, ..*offer });
			return;
		}
		Self::end_offer(account, auction, End::Filled);
		let before = Plans::<T>::get(account).unwrap_or_default();
		let mut plan = before.clone();
		plan.auctions.retain(|other| other != auction);
		Self::put_plan(account, &before, Some(plan));
	}

	/// Lets an account go that a fill has restored: what it offers elsewhere need not be closed.
	pub(crate) fn let_go(account: &AccountKey) {
		let before = Plans::<T>::get(account).unwrap_or_default();
		let restored = || T::Ledger::recheck(account).is_ok_and(|is_due| !is_due);
		if before.auctions.is_empty() || !restored() {
			return;
		}
		Self::end_offers(account, &before, End::Recovered);
		let plan = Plan { auctions: Default::default(), ..before.clone() };
		Self::put_plan(account, &before, Some(plan));
	}

	/// Takes a fee after a fill. What the account has no cash for it owes. Returns what was taken:
	/// a fee that fails is forgone, for the fill stands.
	pub(crate) fn take_fee(
		account: &AccountKey,
		(market, price): (MarketId, Price),
		fee: Quote,
	) -> Quote {
		if fee.is_zero() {
			return fee;
		}
		let trade = Trade { account: *account, lots: Lots::ZERO, fee };
		match with_storage_layer(|| T::Ledger::settle(market, price, &[trade])) {
			Ok(()) => fee,
			Err(error) => {
				Self::deposit_event(Event::FeeFailed { account: *account, error });
				Quote::ZERO
			},
		}
	}

	/// A market in whose books an account may pay a fee: the only one it trades, or any.
	pub(crate) fn fee_market(account: &AccountKey, pool: PoolId) -> Option<(MarketId, Price)> {
		let isolated = T::Ledger::info(account)?.isolated;
		let markets = T::RiskEngine::markets();
		let own = markets.into_iter().filter(|(_, of)| *of == pool).map(|(market, _)| market);
		own.filter(|market| isolated.is_none_or(|only| only == *market))
			.find_map(|market| Some((market, T::RiskEngine::market(market)?.price())))
	}
}

/// Lots of a size that bring a leg nearer to nothing.
pub(crate) fn closing<T: Config>(size: Size, held: Lots) -> Result<Lots, DispatchError> {
	let side = held.side().ok_or(Error::<T>::Arithmetic)?.opposite();
	Ok(size.signed(side).map_err(Error::<T>::from)?)
}
