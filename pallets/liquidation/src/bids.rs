//! Bids for what is offered.

use alloc::vec::Vec;

use breakwater_breaker::Action;
use breakwater_interfaces::{
	tell_weight, Breakers, Estates, Ledger, LiquidationTerms, RiskEngine, Solvency, Trade,
};
use breakwater_liquidation::{share_fill, ForcedOrder as Flow};
use breakwater_margin::assess;
use breakwater_units::{AccountKey, AssetId, Lots, MarketId, Price, Quote, Side, Size};
use core::marker::PhantomData;
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	offers::{closing, Fill},
	terms::PoolIndices,
	Auction, BidFill, BidOutcome, Config, Error, Event, Fresh, Offer, Offers, Pallet, Plans, Venue,
	MAX_FILLED, MAX_LOOKED, MAX_SOLD,
};

/// What it weighs to file accounts anew, in a bid.
struct Filing {
	/// The bidder, each time that it trades.
	bidder: Weight,
	/// What all may still weigh; none once somebody did not fit.
	left: Option<Weight>,
}

impl Filing {
	/// Takes a weight from what is left.
	fn take(&mut self, weight: Weight) -> bool {
		self.left = self.left.and_then(|left| left.checked_sub(&weight));
		self.left.is_some()
	}
}

/// What a bidder wants: the side of the bidder, lots, and the worst price.
pub(crate) type Wanted = (Side, Size, Price);

/// An offer at its price of this block.
#[derive(Clone, Copy)]
pub(crate) struct Priced {
	pub(crate) account: AccountKey,
	pub(crate) offer: Offer,
	pub(crate) price: Price,
}

/// What a bid takes of an offer.
struct Taken {
	account: AccountKey,
	offer: Offer,
	price: Price,
	size: Size,
	/// The account's trade.
	lots: Lots,
	fee: Quote,
	/// What it weighs to file the account anew.
	filing: Weight,
}

impl<T: Config> Pallet<T> {
	/// Whether a bidder does no worse at a price than at the limit.
	fn is_within(price: Price, side: Side, limit: Price) -> bool {
		match side {
			Side::Buy => price <= limit,
			Side::Sell => price >= limit,
		}
	}

	/// What filing all who trade in a bid anew may weigh: it fills no offers beyond that, and leaves
	/// them to others. A bidder and a seller with all there may be fit, or as many simple ones as a
	/// bid may fill.
	fn filing_room() -> Weight {
		T::Ledger::most_filing_weight().saturating_mul(2)
	}

	/// What a bid weighs at most. Of those who trade, only the bidder may have a levy to settle, which
	/// files it, too: what is filed twice in a call is written once.
	pub(crate) fn heaviest(bid: fn(u32, u32) -> Weight, fills: u32) -> Weight {
		let with_levy = T::Ledger::levy_weight().saturating_add(T::Ledger::most_filing_weight());
		bid(MAX_LOOKED, fills).saturating_add(Self::filing_room().max(with_levy))
	}

	/// Bids, and tells what it weighed. One that fails has looked at offers, and may have filled
	/// some before it failed.
	pub(crate) fn weighed(
		bidder: &AccountKey,
		(weigh, fills): (fn(u32, u32) -> Weight, u32),
		bid: impl FnOnce() -> Result<BidOutcome, DispatchError>,
	) -> DispatchResultWithPostInfo {
		let levy = T::Ledger::levy_weight_of(bidder);
		let declared = Self::heaviest(weigh, fills);
		let outcome = bid();
		let (looked, filled, filing) = match &outcome {
			Ok(outcome) => {
				(outcome.looked, u32::try_from(outcome.fills.len()).ok(), outcome.filing)
			},
			Err(_) => (MAX_LOOKED, None, Self::filing_room()),
		};
		let weight = weigh(looked, filled.unwrap_or(fills));
		let weight = weight.saturating_add(levy).saturating_add(filing).min(declared);
		let is_less = weight != declared;
		tell_weight(is_less.then_some(weight), outcome.map(drop))
	}

	/// The offers on the other side, the best for the bidder first, as many as a bid may fill. Also
	/// returns how many were looked at.
	pub(crate) fn best_offers(
		auction: &Auction,
		(side, _, limit): Wanted,
		terms: &LiquidationTerms,
	) -> (Vec<Priced>, u32) {
		let now = Self::moment();
		let mut looked = 0u32;
		let mut offers = Vec::new();
		for account in Fresh::<T>::get(auction).into_iter().take(MAX_LOOKED as usize) {
			looked = looked.saturating_add(1);
			let Some(offer) = Offers::<T>::get(auction, account) else { continue };
			let price = Self::dutch_price(&offer, terms, now.time);
			let opposite = offer.side() == Some(side.opposite());
			if offer.is_fresh(now.block) && opposite && Self::is_within(price, side, limit) {
				offers.push(Priced { account, offer, price });
			}
		}
		offers.sort_unstable_by_key(|priced| {
			let price = priced.price.get();
			(if side == Side::Buy { price } else { !price }, priced.account)
		});
		let most = match auction {
			Auction::Market(_) => MAX_FILLED,
			Auction::Collateral(..) => MAX_SOLD,
		};
		offers.truncate(most as usize);
		(offers, looked)
	}

	/// The lots of an offer that its account must still close: none if it has recovered since, no
	/// more than it has. None, too, if it has a levy to settle, which a bid could not weigh for
	/// everybody: the next block settles it when it looks at the account.
	fn still_offered(auction: &Auction, account: &AccountKey, offer: &Offer) -> Size {
		if T::Ledger::awaits_levy(account) {
			return Size::ZERO;
		}
		if !T::Ledger::recheck(account).unwrap_or(false) {
			return Size::ZERO;
		}
		let held = T::Ledger::state(account).map(|state| Self::held(&state, auction));
		let held = held.unwrap_or_default();
		if held.side() == offer.held.side() {
			offer.size().min(held.size())
		} else {
			Size::ZERO
		}
	}

	/// The same, of those whose filing still fits, and what it weighs. `trades` says whether the
	/// bidder, too, is filed once more for it.
	fn fitting(
		auction: &Auction,
		Priced { account, offer, .. }: &Priced,
		filing: &mut Filing,
		trades: bool,
	) -> (Size, Weight) {
		const NONE: (Size, Weight) = (Size::ZERO, Weight::zero());
		if filing.left.is_none() {
			return NONE;
		}
		let weight = T::Ledger::filing_weight(account);
		let size = Self::still_offered(auction, account, offer);
		let of_bidder = if trades { filing.bidder } else { Weight::zero() };
		if size.is_zero() || !filing.take(weight.saturating_add(of_bidder)) {
			return NONE;
		}
		(size, weight)
	}

	/// What a bid takes: price by price, and at one price by size.
	fn take(
		auction: &Auction,
		offers: &[Priced],
		(size, bidder): (Size, Weight),
		terms: &LiquidationTerms,
	) -> Result<Vec<Taken>, DispatchError> {
		let mut taken = Vec::new();
		let mut left = size;
		let mut filing = Filing { bidder, left: Some(Self::filing_room()) };
		let one_by_one = matches!(auction, Auction::Collateral(..));
		for group in offers.chunk_by(|a, b| a.price == b.price) {
			if left.is_zero() {
				break;
			}
			let mut orders = Vec::with_capacity(group.len());
			let mut weights = Vec::with_capacity(group.len());
			// Who sells at one price is settled together.
			let mut trades = true;
			for priced in group {
				let (size, weight) = Self::fitting(auction, priced, &mut filing, trades);
				trades = one_by_one || (trades && size.is_zero());
				let Priced { account, offer, .. } = priced;
				orders.push(Flow { account: *account, lots: closing::<T>(size, offer.held)? });
				weights.push(weight);
			}
			let all = orders.iter().fold(Size::ZERO, |sum, o| sum.saturating_add(o.lots.size()));
			let filled = left.min(all);
			left = left.saturating_sub(filled);
			let shares = share_fill(filled, &orders).map_err(Error::<T>::from)?;
			let shares = shares.into_iter().zip(weights);
			for (Priced { account, offer, price }, (lots, filing)) in group.iter().zip(shares) {
				let (account, offer, price, size) = (*account, *offer, *price, lots.size());
				if size.is_zero() {
					continue;
				}
				let fee = Self::fee(auction, &offer, (size, price), terms)?;
				taken.push(Taken { account, offer, price, size, lots, fee, filing });
			}
		}
		Ok(taken)
	}

	fn check_bidder(bidder: &AccountKey) -> Result<(), Error<T>> {
		let plan = Plans::<T>::get(bidder).unwrap_or_default();
		ensure!(plan.auctions.is_empty(), Error::<T>::InLiquidation);
		Ok(())
	}

	/// See [`crate::Call::bid`].
	pub(crate) fn do_bid(
		bidder: &AccountKey,
		market: MarketId,
		wanted: Wanted,
	) -> Result<BidOutcome, DispatchError> {
		let (side, size, _) = wanted;
		T::Ledger::may_trade(bidder, market).map_err(Error::<T>::from)?;
		ensure!(T::Breakers::allows(market, Action::Bid), Error::<T>::NotNow);
		ensure!(!size.is_zero(), Error::<T>::NoSize);
		Self::check_bidder(bidder)?;
		let auction = Auction::Market(market);
		let terms = Self::auction_terms(&auction).ok_or(Error::<T>::UnknownMarket)?;
		let (offers, looked) = Self::best_offers(&auction, wanted, &terms);
		let filing = T::Ledger::filing_weight(bidder);
		let taken = Self::take(&auction, &offers, (size, filing), &terms)?;

		let outcome = Self::outcome(&auction, &taken, looked)?;
		let lots = outcome.size.signed(side).map_err(Error::<T>::from)?;
		let cost = if side == Side::Buy { Ok(outcome.cost) } else { outcome.cost.try_neg() };
		let cost = cost.map_err(Error::<T>::from)?;
		Self::check_position(bidder, market, lots)?;
		let carries = T::Ledger::can_trade(bidder, market, lots, cost, Quote::ZERO, Quote::ZERO);
		ensure!(carries, Error::<T>::NotEnoughMargin);

		for at_price in taken.chunk_by(|a, b| a.price == b.price) {
			Self::settle_at_price(bidder, (market, side), at_price)?;
		}
		Self::book_taken(&auction, &taken);
		let prices = taken.chunk_by(|a, b| a.price == b.price).count();
		let filing = Self::filed(&taken, (bidder, filing), prices);
		let accounts = u32::try_from(taken.len()).unwrap_or(u32::MAX);
		let (bidder, leg) = (*bidder, auction.leg());
		Self::deposit_event(Event::BidFilled { bidder, leg, lots, cost, accounts });
		Ok(BidOutcome { cost, filing, ..outcome })
	}

	/// What filing anew has weighed: everybody who sold as they were, and the bidder as it was or as
	/// it is, each time that it traded.
	fn filed(taken: &[Taken], (bidder, before): (&AccountKey, Weight), trades: usize) -> Weight {
		let trades = u64::try_from(trades).unwrap_or(u64::MAX);
		let of_bidder = before.max(T::Ledger::filing_weight(bidder)).saturating_mul(trades);
		taken.iter().fold(of_bidder, |sum, taken| sum.saturating_add(taken.filing))
	}

	/// One settlement for all that trade at one price.
	fn settle_at_price(
		bidder: &AccountKey,
		(market, side): (MarketId, Side),
		taken: &[Taken],
	) -> DispatchResult {
		let Some(first) = taken.first() else { return Ok(()) };
		let all = taken.iter().fold(Size::ZERO, |sum, taken| sum.saturating_add(taken.size));
		let lots = all.signed(side).map_err(Error::<T>::from)?;
		let mut trades = Vec::with_capacity(taken.len().saturating_add(1));
		trades.push(Trade { account: *bidder, lots, fee: Quote::ZERO });
		for Taken { account, lots, fee, .. } in taken {
			trades.push(Trade { account: *account, lots: *lots, fee: *fee });
		}
		T::Ledger::settle(market, first.price, &trades)
	}

	/// What was taken, and what it is worth at its prices, in quanta.
	fn outcome(auction: &Auction, taken: &[Taken], looked: u32) -> Result<BidOutcome, Error<T>> {
		ensure!(!taken.is_empty(), Error::<T>::NothingOffered);
		let tick_value = Self::leg(auction, Lots::ZERO)?.index.tick_value();
		let mut outcome = BidOutcome { looked, ..BidOutcome::default() };
		for Taken { account, price, size, .. } in taken {
			let cost = price.lot_value(tick_value).times(size.signed(Side::Buy)?)?;
			outcome.cost = outcome.cost.try_add(cost)?;
			outcome.size = outcome.size.try_add(*size)?;
			outcome.fills.push(BidFill { account: *account, size: *size, price: *price });
		}
		Ok(outcome)
	}

	fn book_taken(auction: &Auction, taken: &[Taken]) {
		for Taken { account, offer, price, lots, fee, .. } in taken {
			let fill = Fill { lots: *lots, price: *price, fee: *fee, venue: Venue::Bid };
			Self::book_fill(account, auction, offer, &fill);
			Self::let_go(account);
		}
	}

	/// The position after a trade is within what any may be, or nearer to zero than before.
	fn check_position(bidder: &AccountKey, market: MarketId, lots: Lots) -> DispatchResult {
		let terms = <T::Listings as breakwater_interfaces::Listings>::terms(market);
		let most = terms.ok_or(Error::<T>::UnknownMarket)?.max_position;
		let state = T::Ledger::state(bidder).ok_or(Error::<T>::UnknownSubaccount)?;
		let held = Self::held(&state, &Auction::Market(market));
		let after = held.try_add(lots).map_err(Error::<T>::from)?;
		ensure!(after.size() <= most.max(held.size()), Error::<T>::PositionTooLarge);
		Ok(())
	}

	/// See [`crate::Call::bid_collateral`].
	pub(crate) fn do_bid_collateral(
		bidder: &AccountKey,
		asset: AssetId,
		(size, limit): (Size, Price),
	) -> Result<BidOutcome, DispatchError> {
		let info = T::Ledger::info(bidder).ok_or(Error::<T>::UnknownSubaccount)?;
		let pool = info.pool;
		ensure!(T::RiskEngine::collateral(asset).is_some(), Error::<T>::UnknownAsset);
		ensure!(T::Breakers::pool_allows(pool, Action::Bid), Error::<T>::NotNow);
		ensure!(!size.is_zero(), Error::<T>::NoSize);
		Self::check_bidder(bidder)?;
		let auction = Auction::Collateral(pool, asset);
		let terms = Self::auction_terms(&auction).ok_or(Error::<T>::UnknownAsset)?;
		let (offers, looked) = Self::best_offers(&auction, (Side::Buy, size, limit), &terms);
		let filing = T::Ledger::filing_weight(bidder);
		let mut taken = Self::take(&auction, &offers, (size, filing), &terms)?;
		let outcome = Self::outcome(&auction, &taken, looked)?;
		let cash = T::Ledger::state(bidder).map(|state| state.cash).unwrap_or_default();
		ensure!(outcome.cost <= cash, Error::<T>::NotEnoughQuote);

		for part in &mut taken {
			T::Ledger::sell_collateral(&part.account, bidder, asset, part.size, part.price)?;
			part.fee = match Self::fee_market(&part.account, pool) {
				Some(market) => Self::take_fee(&part.account, market, part.fee),
				None => Quote::ZERO,
			};
		}
		// What it bought counts less than what it paid.
		let state = T::Ledger::state(bidder).ok_or(Error::<T>::UnknownSubaccount)?;
		let sums =
			assess(&state, &PoolIndices::<T>(pool, PhantomData)).map_err(Error::<T>::from)?;
		let health = sums.health(sums.initial).map_err(Error::<T>::from)?;
		ensure!(!health.is_negative(), Error::<T>::NotEnoughMargin);

		Self::book_taken(&auction, &taken);
		let filing = Self::filed(&taken, (bidder, filing), taken.len());
		let accounts = u32::try_from(taken.len()).unwrap_or(u32::MAX);
		let lots = outcome.size.signed(Side::Buy).map_err(Error::<T>::from)?;
		let (bidder, leg, cost) = (*bidder, auction.leg(), outcome.cost);
		Self::deposit_event(Event::BidFilled { bidder, leg, lots, cost, accounts });
		Ok(BidOutcome { filing, ..outcome })
	}
}
