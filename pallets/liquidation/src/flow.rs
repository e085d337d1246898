//! The forced flow of a market: netted at mark, forced into the batch, and filled.

use alloc::{collections::BTreeSet, vec::Vec};
use core::cmp::Reverse;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::{Ledger, RiskEngine, Trade};
use breakwater_liquidation::{net_at_mark, ForcedOrder as Flow};
use breakwater_units::{AccountKey, Lots, MarketId, Price, Rounding, Side, Size};
use frame_support::{storage::with_storage_layer, traits::Get, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{
	offers::{Fill, Moment},
	queue::netting_weight,
	Auction, Config, Error, Event, Fresh, Offer, OfferingAccounts, Offers, Pallet, Venue,
	WeightInfo,
};

/// An account's offer.
type Offered = (AccountKey, Offer);

fn flow(offers: &[Offered]) -> Vec<Flow> {
	offers.iter().map(|(account, offer)| Flow { account: *account, lots: offer.lots }).collect()
}

/// The order in which offers are served: in turns the one that is offered longest, so that nobody
/// is forgotten, and the largest.
fn by_urgency(mut offers: Vec<Offered>) -> Vec<Offered> {
	offers.sort_unstable_by_key(|(account, offer)| (offer.opened, Reverse(offer.size()), *account));
	let mut largest: Vec<usize> = (0..offers.len()).collect();
	largest.sort_by_key(|at| Reverse(offers.get(*at).map(|(_, offer)| offer.size())));
	let mut taken = BTreeSet::new();
	let in_turns = (0..offers.len()).zip(largest).flat_map(|(longest, largest)| [longest, largest]);
	in_turns.filter(|at| taken.insert(*at)).filter_map(|at| offers.get(at).copied()).collect()
}

/// Hands a room out to offers, one after the other: what an account takes does not depend on how
/// much of it is filled, so it is better to be done with a few than to begin with all. Nobody gets
/// more than half of what is left while others wait: one that nobody buys from stops nobody.
fn serve(mut offers: Vec<Offered>, room: Size, most: usize) -> Vec<(Offered, Size)> {
	offers.truncate(most);
	let (mut left, mut waiting) = (room, offers.len());
	let mut served = Vec::new();
	for (account, offer) in offers {
		waiting = waiting.saturating_sub(1);
		let fair = if waiting == 0 { left } else { half_of(left) };
		let size = offer.size().min(fair);
		if size.is_zero() {
			break;
		}
		left = left.saturating_sub(size);
		served.push(((account, offer), size));
	}
	served
}

/// The first of the offers, as far as netting them fits into a weight, and what each of them weighs.
fn affordable<T: Config>(offers: Vec<Offered>, limit: Weight) -> (Vec<Offered>, Vec<Weight>) {
	let mut left = limit;
	let fits = |offered: Offered| {
		let weight = netting_weight::<T>(&offered.0);
		left = left.checked_sub(&weight)?;
		Some((offered, weight))
	};
	offers.into_iter().map_while(fits).unzip()
}

/// Half of a size, rounded up.
fn half_of(size: Size) -> Size {
	Size::new(size.get().div_ceil(2))
}

impl<T: Config> Pallet<T> {
	/// The offers that follow from this block's state.
	pub(crate) fn fresh_offers(auction: &Auction, block: u32) -> Vec<Offered> {
		let offer_of = |account| Some((account, Offers::<T>::get(auction, account)?));
		let offered = Fresh::<T>::get(auction).into_iter().filter_map(offer_of);
		offered.filter(|(_, offer)| offer.is_fresh(block)).collect()
	}

	/// Nets every market, as far as the weight goes. Returns what it weighed.
	pub(crate) fn net_all(now: Moment, limit: Weight) -> Weight {
		if OfferingAccounts::<T>::get() == 0 {
			return Weight::zero();
		}
		let base = T::WeightInfo::net(0);
		let mut used = Weight::zero();
		for (market, _) in T::RiskEngine::markets() {
			used.saturating_accrue(base);
			let left = limit.saturating_sub(used);
			let netted = with_storage_layer(|| Self::net(market, now, left, &mut used));
			if let Err(error) = netted {
				log::error!(target: "runtime::liquidation", "{market:?} was not netted: {error:?}");
				Self::deposit_event(Event::NettingFailed { market, error });
			}
		}
		used
	}

	/// Crosses long against short forced flow at mark, where neither loses, as far as the weight goes.
	/// What it weighs comes on top of `used`, whether it fails or not.
	pub(crate) fn net(
		market: MarketId,
		now: Moment,
		limit: Weight,
		used: &mut Weight,
	) -> DispatchResult {
		let auction = Auction::Market(market);
		let offers = Self::fresh_offers(&auction, now.block);
		let offers_on = |side| offers.iter().any(|(_, offer)| offer.side() == Some(side));
		if !offers_on(Side::Buy) || !offers_on(Side::Sell) {
			return Ok(());
		}
		let (offers, weights) = affordable::<T>(by_urgency(offers), limit);
		let terms = Self::auction_terms(&auction).ok_or(Error::<T>::UnknownMarket)?;
		let mark = T::RiskEngine::market(market).ok_or(Error::<T>::UnknownMarket)?.price();
		let lots = net_at_mark(&flow(&offers)).map_err(Error::<T>::from)?;
		for (_, weight) in lots.iter().zip(weights).filter(|(lots, _)| !lots.is_zero()) {
			used.saturating_accrue(weight);
		}
		let fills: Vec<(Offered, Lots)> =
			offers.into_iter().zip(lots).filter(|(_, lots)| !lots.is_zero()).collect();
		let mut trades = Vec::with_capacity(fills.len());
		for ((account, offer), lots) in &fills {
			let fee = Self::fee(&auction, offer, (lots.size(), mark), &terms)?;
			trades.push(Trade { account: *account, lots: *lots, fee });
		}
		T::Ledger::settle(market, mark, &trades)?;
		for (((account, offer), lots), trade) in fills.iter().zip(&trades) {
			let fill = Fill { lots: *lots, price: mark, fee: trade.fee, venue: Venue::Netted };
			Self::book_fill(account, &auction, offer, &fill);
			Self::let_go(account);
		}
		Ok(())
	}

	/// What is forced into this block's batch, in so many orders at most: of each side at most a
	/// part of the depth.
	pub(crate) fn force(market: MarketId, most: u32) -> Vec<ForcedOrder> {
		let now = Self::moment();
		let auction = Auction::Market(market);
		let offers = Self::fresh_offers(&auction, now.block);
		if offers.is_empty() {
			return Vec::new();
		}
		let terms = Self::auction_terms(&auction);
		let depth = T::RiskEngine::pricing(market).map(|pricing| pricing.depth);
		let (Some(terms), Some(depth)) = (terms, depth) else { return Vec::new() };
		let room = depth.mul_ratio(terms.depth_share, Rounding::Down).unwrap_or(Size::ZERO);
		let room = room.max(terms.least_offer);
		let sides: Vec<Side> = [Side::Buy, Side::Sell]
			.into_iter()
			.filter(|side| offers.iter().any(|(_, offer)| offer.side() == Some(*side)))
			.collect();
		let most = most.min(T::MaxForced::get()) as usize;
		let each = most.checked_div(sides.len()).unwrap_or(0).max(1);
		let mut orders = Vec::new();
		for side in sides {
			let of_side = offers.iter().filter(|(_, offer)| offer.side() == Some(side));
			let served = serve(by_urgency(of_side.copied().collect()), room, each);
			orders.extend(served.into_iter().map(|((account, offer), size)| {
				let limit = Self::dutch_price(&offer, &terms, now.time);
				ForcedOrder { account, side, limit, size }
			}));
		}
		orders
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
