//! Prices in the quote asset: a feed's price in dollars over that of the quote asset.

use breakwater_interfaces::{FeedPrice, PoolTerms, Prices};
use breakwater_oracle_math::Action;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{limits::MAX_PRICE_TICKS, mul_div_u128, Price, Ratio, Rounding, Timestamp};

/// What the quote asset is worth in this block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuoteRate {
	/// A dollar in ticks of the quote asset's feed.
	dollar: u128,
	price: Price,
	confidence: Price,
	/// None for the dollar: it does not age.
	time: Option<Timestamp>,
}

/// A price in the quote asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotedPrice {
	/// In ticks, above zero and at most `MAX_PRICE_TICKS`.
	pub(crate) price: Price,
	/// What a holder gets for it at the least: less the confidence, over a quote asset that is
	/// worth its confidence more. At most `price`.
	pub(crate) least: Price,
	/// The older of the two prices' times.
	pub(crate) time: Timestamp,
}

impl QuoteRate {
	const DOLLAR: Self =
		Self { dollar: 1, price: Price::new(1), confidence: Price::ZERO, time: None };

	/// The rate of a pool's quote asset; none while its feed has no usable price.
	pub(crate) fn of<P: Prices>(terms: &PoolTerms) -> Option<Self> {
		let Some(feed) = terms.quote_feed else { return Some(Self::DOLLAR) };
		let decimals = P::decimals(feed)?;
		let found = usable::<P>(feed)?;
		Some(Self {
			dollar: 10u128.checked_pow(decimals.into())?,
			price: found.price,
			confidence: found.confidence,
			time: Some(found.time),
		})
	}

	/// A feed's price in the quote asset, rounded to the nearest tick, and the least it may be
	/// worth, rounded down. None without a usable price, or if it rounds to zero or is above
	/// `MAX_PRICE_TICKS`.
	pub(crate) fn price<P: Prices>(&self, feed: FeedId, widest: Ratio) -> Option<QuotedPrice> {
		let found = usable::<P>(feed)?;
		let price = self.convert(found.price, self.price, Rounding::NearestTiesUp)?;
		let within = (1..=MAX_PRICE_TICKS).contains(&price.get());

		let less = found.price.saturating_sub(held(found.confidence, found.price, widest));
		let dearer = self.price.saturating_add(held(self.confidence, self.price, widest));
		let least = self.convert(less, dearer, Rounding::Down)?.min(price);
		let time = self.time.map_or(found.time, |time| time.min(found.time));
		within.then_some(QuotedPrice { price, least, time })
	}

	fn convert(&self, price: Price, rate: Price, rounding: Rounding) -> Option<Price> {
		let (price, rate) = (u128::from(price.get()), u128::from(rate.get()));
		let ticks = mul_div_u128(price, self.dollar, rate, rounding).ok()?;
		u64::try_from(ticks).ok().map(Price::new)
	}
}

/// A confidence held at the widest part of its price that is believed.
fn held(confidence: Price, price: Price, widest: Ratio) -> Price {
	confidence.min(price.mul_ratio(widest, Rounding::Up).unwrap_or(price))
}

/// A feed's price, if it is good enough to close an account at and is not zero.
fn usable<P: Prices>(feed: FeedId) -> Option<FeedPrice> {
	let found = P::price(feed)?;
	let usable = !found.price.is_zero() && P::permits(feed, Action::Liquidate);
	usable.then_some(found)
}
