use breakwater_oracle_math::Action;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{Price, Ratio, Timestamp};

/// A feed's price in dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedPrice {
	/// In ticks of the feed, above zero.
	pub price: Price,
	/// The confidence that collateral and debt are valued with, in ticks: follows the fresh one by
	/// steps, so that it moves nobody's health at once.
	pub confidence: Price,
	/// When the sources had the price.
	pub time: Timestamp,
	/// The part of all reporters' weight that it does not rest on.
	pub missing_weight: Ratio,
}

/// The oracle, as other pallets see it.
pub trait Prices {
	/// How many decimals a tick of the feed has; none if there is no such feed.
	fn decimals(feed: FeedId) -> Option<u8>;

	/// The last price in dollars, through the feed of the quote currency; none before the first.
	fn price(feed: FeedId) -> Option<FeedPrice>;

	/// Whether the price is good enough for an action in this block.
	fn permits(feed: FeedId, action: Action) -> bool;

	/// Blocks between the head and what the reporters know to be final; none before they said.
	fn finality_lag() -> Option<u32>;

	/// Sets the price that the next calls return, as if reporters had agreed on it now.
	#[cfg(feature = "runtime-benchmarks")]
	fn set_price(feed: FeedId, price: Price, now: Timestamp);
}
