use alloc::{format, string::String, vec::Vec};

use breakwater_oracle_math::{
	Aggregate, Confidence, Limits, OracleError, SlowAverage, Validity, MAX_DECIMALS,
};
use breakwater_primitives::oracle::{FeedId, MAX_FEEDS};
use breakwater_units::{limits::MAX_PRICE_TICKS, Millis, Ratio, Timestamp, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::ConstU32;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::BoundedVec;

/// A feed as a chain specification describes it. Ratios in parts per billion, times in
/// milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisFeed {
	/// Base and quote currency, as in `BTC-USD`, at most 16 characters.
	pub symbol: String,
	/// A tick is `10^-decimals` of the quote currency; at most 12.
	pub decimals: u8,
	/// The least price a report may have, in ticks; above zero.
	pub min_price: u64,
	/// The greatest price a report may have, in ticks; at most 2³⁶.
	pub max_price: u64,
	/// The symbol of the feed that prices the quote currency in dollars, if it is not the dollar.
	pub through: Option<String>,
	/// How old a quote may be to count.
	pub lifetime: u64,
	/// Standard deviation of a day's log return: widens the confidence with age.
	pub daily_sigma: u64,
	/// Widened confidence over price, above which nothing is paid out.
	pub widest_to_withdraw: u64,
	/// Widened confidence over price, above which no risk is added.
	pub widest_to_add_risk: u64,
	/// Age above which a price is stale.
	pub stale_after: u64,
	/// Age above which it has expired.
	pub expired_after: u64,
	/// Multiple of the slow average, or fraction of it, beyond which a price is too volatile.
	pub largest_multiple: u32,
	/// The span of the slow average.
	pub average_over: u64,
	/// How far the confidence in force moves in a block, over price.
	pub confidence_step: u64,
}

/// A feed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Feed {
	/// Base and quote currency, as in `BTC-USD`.
	pub symbol: BoundedVec<u8, ConstU32<16>>,
	/// A tick is `10^-decimals` of the quote currency.
	pub decimals: u8,
	/// The least price a report may have, in ticks.
	pub min_price: u64,
	/// The greatest price a report may have, in ticks.
	pub max_price: u64,
	/// The feed that prices the quote currency in dollars, if it is not the dollar.
	pub through: Option<FeedId>,
	/// How old a quote may be to count.
	pub lifetime: Millis,
	/// Standard deviation of a day's log return.
	pub daily_sigma: Ratio,
	/// When the price stops being good for what.
	pub limits: Limits,
	/// The span of the slow average.
	pub average_over: Millis,
	/// How far the confidence in force moves in a block, over price.
	pub confidence_step: Ratio,
}

/// The price of a feed, as the last blocks left it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PriceState {
	/// The last price the reporters agreed on, in ticks of the feed.
	pub aggregate: Aggregate,
	/// The confidence that collateral and debt are valued with.
	pub confidence_in_force: Confidence,
	/// The slow average of the price.
	pub average: SlowAverage,
	/// The slot time of the block that aggregated last.
	pub updated: Timestamp,
	/// Whether the reporters agreed in this block.
	pub round: Result<(), OracleError>,
	/// How many quotes the last price rests on.
	pub reporters: u32,
	/// The share of the weight whose quotes counted in this block, whether they agreed or not.
	pub participation: Ratio,
	/// The grade in this block.
	pub validity: Validity,
}

type Feeds = BoundedVec<Feed, ConstU32<MAX_FEEDS>>;

/// Checks the feeds of a chain specification; the error says which is wrong, and how.
pub(crate) fn from_genesis(feeds: &[GenesisFeed]) -> Result<Feeds, String> {
	let symbols: Vec<&str> = feeds.iter().map(|feed| feed.symbol.as_str()).collect();
	let all: Result<Vec<Feed>, String> = feeds
		.iter()
		.enumerate()
		.map(|(index, feed)| {
			checked(feed, index, &symbols)
				.map_err(|problem| format!("feed {}: {problem}", feed.symbol))
		})
		.collect();
	Feeds::try_from(all?).map_err(|_| format!("more than {MAX_FEEDS} feeds"))
}

fn checked(feed: &GenesisFeed, index: usize, symbols: &[&str]) -> Result<Feed, String> {
	let require = |holds: bool, problem: &str| holds.then_some(()).ok_or(String::from(problem));
	let first = symbols.iter().position(|symbol| *symbol == feed.symbol);
	require(first == Some(index), "the symbol is there twice")?;
	require(feed.decimals <= MAX_DECIMALS, "more than 12 decimals")?;
	require(feed.min_price > 0, "minPrice is zero")?;
	require(feed.min_price < feed.max_price, "minPrice is not below maxPrice")?;
	require(feed.max_price <= MAX_PRICE_TICKS, "maxPrice is above 2^36 ticks")?;
	require(feed.lifetime > 0, "lifetime is zero")?;
	require(feed.lifetime <= feed.stale_after, "staleAfter is below lifetime")?;
	require(feed.stale_after <= feed.expired_after, "expiredAfter is below staleAfter")?;
	require(
		feed.widest_to_withdraw <= feed.widest_to_add_risk,
		"widestToAddRisk is below widestToWithdraw",
	)?;
	require(feed.widest_to_add_risk <= PPB, "widestToAddRisk is above one")?;
	require(feed.largest_multiple > 1, "largestMultiple is not above one")?;
	let symbol = feed.symbol.as_bytes().to_vec().try_into();
	Ok(Feed {
		symbol: symbol.map_err(|_| String::from("the symbol has more than 16 characters"))?,
		decimals: feed.decimals,
		min_price: feed.min_price,
		max_price: feed.max_price,
		through: through(feed, index, symbols)?,
		lifetime: Millis::new(feed.lifetime),
		daily_sigma: Ratio::new(feed.daily_sigma),
		limits: Limits {
			widest_to_withdraw: Ratio::new(feed.widest_to_withdraw),
			widest_to_add_risk: Ratio::new(feed.widest_to_add_risk),
			stale_after: Millis::new(feed.stale_after),
			expired_after: Millis::new(feed.expired_after),
			largest_multiple: feed.largest_multiple,
		},
		average_over: Millis::new(feed.average_over),
		confidence_step: Ratio::new(feed.confidence_step),
	})
}

/// The feed of the quote currency. It comes earlier in the list, so that there are no circles.
fn through(feed: &GenesisFeed, index: usize, symbols: &[&str]) -> Result<Option<FeedId>, String> {
	let Some(through) = &feed.through else { return Ok(None) };
	let found = symbols.iter().take(index).position(|symbol| symbol == through);
	let place = found.ok_or_else(|| format!("through: no earlier feed {through}"))?;
	FeedId::try_from(place).map(Some).map_err(|_| format!("through: {through} is out of range"))
}
