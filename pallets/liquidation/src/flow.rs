//! The forced flow of a market: netted at mark, forced into the batch, and filled.

use alloc::vec::Vec;
use core::cmp::Reverse;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::{Ledger, LiquidationTerms, RiskEngine, Trade};
use breakwater_liquidation::{net_at_mark, share_fill, ForcedOrder as Flow};
use breakwater_units::{AccountKey, Lots, MarketId, Price, Rounding, Side, Size};
use frame_support::{storage::with_storage_layer, traits::Get, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{
	offers::{Fill, Moment},
	Auction, Config, Error, Event, Offer, OfferingAccounts, Offers, Pallet, Venue, WeightInfo,
};

/// An account's offer.
type Offered = (AccountKey, Offer);

fn flow(offers: &[Offered]) -> Vec<Flow> {
	offers.iter().map(|(account, offer)| Flow { account: *account, lots: offer.lots }).collect()
}

/// Keeps so many offers: half of them those that are offered longest, so that nobody is forgotten,
/// the others the largest.
fn keep_most_urgent(offers: &mut Vec<Offered>, most: usize) {
	if offers.len() <= most {
		return;
	}
	offers.sort_unstable_by_key(|(account, offer)| (offer.opened, *account));
	let (_, others) = offers.split_at_mut(most.div_ceil(2));
	others.sort_unstable_by_key(|(account, offer)| (Reverse(offer.size()), *account));
	offers.truncate(most);
}

impl<T: Config> Pallet<T> {
	/// The offers that follow from this block's state. There are no more than accounts that may
	/// have offers.
	pub(crate) fn fresh_offers(auction: &Auction, block: u32) -> impl Iterator<Item = Offered> {
		let most = T::MaxAccounts::get() as usize;
		let all = Offers::<T>::iter_prefix(auction).take(most);
		all.filter(move |(_, offer)| offer.is_fresh(block))
	}

	/// Nets every market. Returns what looking for flow weighs; netting an offer is counted with
	/// its account.
	pub(crate) fn net_all(now: Moment) -> Weight {
		if OfferingAccounts::<T>::get() == 0 {
			return Weight::zero();
		}
		let mut used = Weight::zero();
		for (market, _) in T::RiskEngine::markets() {
			used.saturating_accrue(T::WeightInfo::net(0));
			if let Err(error) = with_storage_layer(|| Self::net(market, now)) {
				log::error!(target: "runtime::liquidation", "{market:?} was not netted: {error:?}");
				Self::deposit_event(Event::NettingFailed { market, error });
			}
		}
		used
	}

	/// Crosses long against short forced flow at mark, where neither loses.
	pub(crate) fn net(market: MarketId, now: Moment) -> Result<(), DispatchError> {
		let auction = Auction::Market(market);
		let offers: Vec<Offered> = Self::fresh_offers(&auction, now.block).collect();
		let offers_on = |side| offers.iter().any(|(_, offer)| offer.side() == Some(side));
		if !offers_on(Side::Buy) || !offers_on(Side::Sell) {
			return Ok(());
		}
		let terms = Self::auction_terms(&auction).ok_or(Error::<T>::UnknownMarket)?;
		let mark = T::RiskEngine::market(market).ok_or(Error::<T>::UnknownMarket)?.price();
		let lots = net_at_mark(&flow(&offers)).map_err(Error::<T>::from)?;
		let fills: Vec<(Offered, Lots)> =
			offers.into_iter().zip(lots).filter(|(_, lots)| !lots.is_zero()).collect();
		let mut trades = Vec::with_capacity(fills.len());
		for ((account, offer), lots) in &fills {
			let fee = Self::fee(&auction, offer, (lots.size(), mark), &terms)?;
			trades.push(Trade { account: *account, lots: *lots, fee });
		}
		T::Ledger::settle(market, mark, &trades)?;
		for (((account, offer), lots), trade) in fills.iter().zip(trades) {
			let (lots, fee) = (*lots, trade.fee);
			let fill = Fill { lots, price: mark, fee, venue: Venue::Netted };
			Self::book_fill(account, &auction, offer, &fill);
			Self::let_go(account);
		}
		Ok(())
	}

	/// What is forced into this block's batch: of each side at most a part of the depth, shared by
	/// size.
	pub(crate) fn force(market: MarketId) -> Vec<ForcedOrder> {
		let now = Self::moment();
		let auction = Auction::Market(market);
		let terms = Self::auction_terms(&auction);
		let depth = T::RiskEngine::pricing(market).map(|pricing| pricing.depth);
		let (Some(terms), Some(depth)) = (terms, depth) else { return Vec::new() };
		let offers: Vec<Offered> = Self::fresh_offers(&auction, now.block).collect();
		let mut orders = Vec::new();
		for side in [Side::Buy, Side::Sell] {
			let of_side = offers.iter().filter(|(_, offer)| offer.side() == Some(side));
			Self::force_side(side, of_side.copied().collect(), (&terms, depth, now), &mut orders);
		}
		orders
	}

	fn force_side(
		side: Side,
		mut offers: Vec<Offered>,
		(terms, depth, now): (&LiquidationTerms, Size, Moment),
		orders: &mut Vec<ForcedOrder>,
	) {
		keep_most_urgent(&mut offers, T::MaxForced::get() as usize);
		let most = depth.mul_ratio(terms.depth_share, Rounding::Down).unwrap_or(Size::ZERO);
		let most = most.max(terms.least_offer);
		let all =
			offers.iter().fold(Size::ZERO, |sum, (_, offer)| sum.saturating_add(offer.size()));
		// They are all of one side, and no more than all of it: sharing does not fail.
		let shares = share_fill(all.min(most), &flow(&offers)).unwrap_or_default();
		for ((account, offer), share) in offers.iter().zip(shares) {
			let size = share.size();
			if !size.is_zero() {
				let limit = Self::dutch_price(offer, terms, now.time);
				orders.push(ForcedOrder { account: *account, side, limit, size });
			}
		}
	}

	/// Books what the batch filled, and takes the fees.
	pub(crate) fn fill(market: MarketId, price: Price, fills: &[ForcedFill]) {
		let auction = Auction::Market(market);
		let Some(terms) = Self::auction_terms(&auction) else { return };
		for fill in fills {
			let ForcedFill { account, side, size } = *fill;
			// Others force orders too.
			let Some(offer) = Offers::<T>::get(auction, account) else { continue };
			let Ok(lots) = size.signed(side) else { continue };
			if offer.side() != Some(side) || offer.size() < size {
				continue;
			}
			let fee = Self::fee(&auction, &offer, (size, price), &terms).unwrap_or_default();
			let fee = Self::take_fee(&account, (market, price), fee);
			let fill = Fill { lots, price, fee, venue: Venue::Batch };
			Self::book_fill(&account, &auction, &offer, &fill);
			Self::let_go(&account);
		}
	}
}
