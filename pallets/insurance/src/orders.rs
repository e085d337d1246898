//! How a backstop works its inventory off, and hedges what it cannot work off at once.

use breakwater_auction::ForcedOrder;
use breakwater_interfaces::{FundTerms, Pricing, RiskEngine};
use breakwater_units::{Lots, MarketId, PoolId, Price, Quote, Rounding, Side, Size};
use frame_support::traits::Get;
use polkadot_sdk::*;

use crate::{backstop::Leg, Config, Operations, Pallet};

/// A hedge is left as it is while it is off by less than one of so many parts.
const HEDGE_PARTS: u64 = 10;

impl<T: Config> Pallet<T> {
	/// What the backstop wants to trade in a market's batch: toward flat; in the pool's deepest
	/// market, if the markets move together, toward the opposite of all its other inventory.
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

	/// The position that hedges all inventory but that of a market, if the market is the one for it
	/// and there is room.
	fn hedge(pool: PoolId, market: MarketId, legs: &[Leg], terms: &FundTerms) -> Option<Lots> {
		let together = T::Correlation::get() >= terms.hedge_correlation;
		if !together || Self::deepest(pool)? != market {
			return None;
		}
		let others = legs.iter().filter(|leg| leg.market != market);
		let sum = |sum: Quote, leg: &Leg| sum.try_add(leg.value.times(leg.lots).ok()?).ok();
		let delta = others.into_iter().try_fold(Quote::ZERO, sum)?;
		let value = T::RiskEngine::market(market)?.lot_value();
		let size = delta.unsigned_abs().checked_div(value.unsigned_abs())?;
		let side = if delta.is_negative() { Side::Buy } else { Side::Sell };
		let wanted = Size::new(u64::try_from(size).ok()?).signed(side).ok()?;
		let room = Self::acceptable(pool, market, Lots::ZERO, wanted, legs)?;
		wanted.size().min(room).signed(side).ok()
	}

	/// The market of a pool in which most value trades near the mark.
	fn deepest(pool: PoolId) -> Option<MarketId> {
		let depth = |market: MarketId| {
			let pricing = T::RiskEngine::pricing(market)?;
			let value = T::RiskEngine::market(market)?.lot_value().unsigned_abs();
			Some((value.saturating_mul(u128::from(pricing.depth.get())), market))
		};
		let of_pool = T::RiskEngine::markets().into_iter().filter(|(_, of)| *of == pool);
		of_pool.filter_map(|(market, _)| depth(market)).max().map(|(_, market)| market)
	}
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
