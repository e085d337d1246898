//! How a backstop works its inventory off, and hedges what it cannot work off at once.

use alloc::vec::Vec;

use breakwater_auction::ForcedOrder;
use breakwater_interfaces::{Correlations, FundTerms, Ledger, Pricing, RiskEngine};
use breakwater_units::{Lots, MarketId, PoolId, Price, Quote, Ratio, Rounding, Side, Size};
use frame_support::weights::Weight;
use polkadot_sdk::*;

use crate::{
	backstop::{largest_first, Leg},
	Config, Operations, Pallet, WeightInfo,
};

/// A hedge is left as it is while it is off by less than one of so many parts.
const HEDGE_PARTS: u64 = 10;

impl<T: Config> Pallet<T> {
	/// What the backstop wants to trade in a market's batch: toward flat; in the pool's deepest
	/// market toward the opposite of what of its other inventory moves with that market.
	///
	/// None while a deleveraging is on: its lots are promised to the winners.
	pub(crate) fn order_in(market: MarketId) -> Option<ForcedOrder> {
		let pool = T::RiskEngine::pool_of(market)?;
		let account = Self::backstop_of(pool)?;
		let legs = Self::inventory(pool);
		if legs.is_empty() || Operations::<T>::contains_key(pool) {
			return None;
		}
		let (terms, pricing) = (Self::terms(pool)?, T::RiskEngine::pricing(market)?);
		let held = legs.iter().find(|leg| leg.market == market);
		let held = held.map(|leg| leg.lots).unwrap_or_default();
		let wanted = Self::hedge(pool, market, &legs, &terms).unwrap_or_default();
		let trade = wanted.try_sub(held).ok()?;
		let side = trade.side()?;
		let size = trade.size().min(batch_size(&pricing, &terms));
		if size.is_zero() || is_close(wanted, trade) {
			return None;
		}
		let limit = limit_price(pricing.mark, side, &terms)?;
		Some(ForcedOrder { account, side, limit, size })
	}

	/// What it weighs to ask for an order in a market, and to tell of its fill.
	pub(crate) fn order_weight(market: MarketId) -> Weight {
		let pool = T::RiskEngine::pool_of(market);
		T::WeightInfo::order(pool.map(Self::markets_asked).unwrap_or(0))
	}

	/// Markets of a pool whose prices are asked because its backstop has inventory: all, or none.
	pub(crate) fn markets_asked(pool: PoolId) -> u32 {
		let state = Self::backstop_of(pool).and_then(|backstop| T::Ledger::state(&backstop));
		let has_inventory = state.is_some_and(|state| !state.positions.is_empty());
		let count = if has_inventory { Self::markets_of(pool).count() } else { 0 };
		u32::try_from(count).unwrap_or(u32::MAX)
	}

	/// The inventory without the part of the deepest market's that hedges the rest: what is hedged
	/// still counts whole against the limits, what hedges it does not come on top.
	pub(crate) fn at_risk(pool: PoolId) -> Vec<Leg> {
		let mut legs = Self::inventory(pool);
		if legs.len() < 2 {
			return legs;
		}
		let cover = || {
			let (market, terms) = (Self::deepest(pool)?, Self::terms(pool)?);
			Some((market, Self::cover(market, &legs, &terms)?))
		};
		let Some((market, cover)) = cover() else { return legs };
		for leg in legs.iter_mut().filter(|leg| leg.market == market) {
			leg.lots = uncovered(leg.lots, cover);
		}
		legs.retain(|leg| !leg.lots.is_zero());
		largest_first(&mut legs);
		legs
	}

	/// The position that hedges inventory in other markets, if the market is the one for it.
	fn hedge(pool: PoolId, market: MarketId, legs: &[Leg], terms: &FundTerms) -> Option<Lots> {
		let is_other = legs.iter().any(|leg| leg.market != market);
		if !is_other || Self::deepest(pool)? != market {
			return None;
		}
		Self::cover(market, legs, terms)
	}

	/// The position in a market that hedges inventory in others.
	fn cover(market: MarketId, legs: &[Leg], terms: &FundTerms) -> Option<Lots> {
		let delta = Self::hedged_delta(market, legs, terms)?;
		let value = T::RiskEngine::market(market)?.lot_value();
		let size = delta.unsigned_abs().checked_div(value.unsigned_abs())?;
		let side = if delta.is_negative() { Side::Buy } else { Side::Sell };
		Size::new(u64::try_from(size).ok()?).signed(side).ok()
	}

	/// The value at mark of the legs in other markets that move with a market. One that does not is
	/// only worked off, and so is one that moves against it.
	fn hedged_delta(market: MarketId, legs: &[Leg], terms: &FundTerms) -> Option<Quote> {
		let others: Vec<&Leg> = legs.iter().filter(|leg| leg.market != market).collect();
		let markets: Vec<MarketId> = others.iter().map(|leg| leg.market).collect();
		let correlations = T::Correlations::with(market, &markets);
		let moves_along =
			|correlation: &Ratio| !correlation.is_zero() && *correlation >= terms.hedge_correlation;
		let hedged = others.into_iter().zip(&correlations).filter(|(_, with)| moves_along(with));
		let sum = |sum: Quote, leg: &Leg| sum.try_add(leg.value.times(leg.lots).ok()?).ok();
		hedged.map(|(leg, _)| leg).try_fold(Quote::ZERO, sum)
	}

	/// The market of a pool in which most value trades near the mark.
	fn deepest(pool: PoolId) -> Option<MarketId> {
		let depth = |market: MarketId| {
			let pricing = T::RiskEngine::pricing(market)?;
			let value = T::RiskEngine::market(market)?.lot_value().unsigned_abs();
			Some((value.saturating_mul(u128::from(pricing.depth.get())), market))
		};
		Self::markets_of(pool).filter_map(depth).max().map(|(_, market)| market)
	}

	pub(crate) fn markets_of(pool: PoolId) -> impl Iterator<Item = MarketId> {
		let all = T::RiskEngine::markets().into_iter();
		all.filter(move |(_, of)| *of == pool).map(|(market, _)| market)
	}
}

/// What of a position is no hedge, of which so many lots are wanted.
fn uncovered(held: Lots, wanted: Lots) -> Lots {
	let Some(side) = held.side().filter(|side| wanted.side() == Some(*side)) else { return held };
	held.size().saturating_sub(wanted.size()).signed(side).unwrap_or(held)
}

/// Lots of a batch: a part of the depth, at least one.
fn batch_size(pricing: &Pricing, terms: &FundTerms) -> Size {
	let part = pricing.depth.mul_ratio(terms.unwind_share, Rounding::Down).unwrap_or_default();
	part.max(Size::new(1))
}

/// Whether a hedge is near enough to what is wanted to be left alone.
fn is_close(wanted: Lots, trade: Lots) -> bool {
	trade.size().get().saturating_mul(HEDGE_PARTS) < wanted.size().get()
}

/// The worst price: the mark, and the band against the backstop, rounded towards the mark.
fn limit_price(mark: Price, side: Side, terms: &FundTerms) -> Option<Price> {
	let band = mark.mul_ratio(terms.unwind_band, Rounding::Down).ok()?;
	match side {
		Side::Buy => mark.try_add(band).ok(),
		Side::Sell => Some(mark.saturating_sub(band).max(Price::new(1))),
	}
}
