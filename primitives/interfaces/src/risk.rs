use alloc::vec::Vec;
use breakwater_margin::{BorrowIndex, CollateralIndex, LegIndex};
use breakwater_units::{
	Amount, AssetId, MarketId, PoolId, Price, Quote, Ratio, SignedRatio, Size, TickValue, Timestamp,
};
use polkadot_sdk::{sp_runtime::DispatchResult, sp_weights::Weight};

use crate::{AssetTerms, BatchSummary, FundingTerms, PoolTerms, RiskTerms};
use breakwater_primitives::oracle::FeedId;

/// Prices and rates of a market in this block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pricing {
	/// The feed's price in quote, in ticks.
	pub index: Price,
	/// When the sources had it.
	pub index_time: Timestamp,
	/// What accounts are valued at, in ticks.
	pub mark: Price,
	/// Maintenance rate of the first bracket.
	pub maintenance: Ratio,
	/// Initial rate of the first bracket.
	pub initial: Ratio,
	/// Present funding rate for eight hours.
	pub funding_rate: SignedRatio,
	/// Volatility in force, of a minute.
	pub sigma_per_minute: Ratio,
	/// Lots that move the price by a percent, measured from batches.
	pub depth: Size,
	/// Lots of open interest.
	pub open_interest: Size,
}

/// Owner of the index vector: what one lot of each market and asset adds to health.
///
/// [`Self::begin_block`] moves the indices once a block, before anything reads them; between two of
/// its calls they stand still, but for a listing.
pub trait RiskEngine {
	/// Stage 2 of the pipeline: marks, funding, estimators, margin rates, haircuts, interest.
	/// Infallible and bounded by what is listed.
	fn begin_block(now: Timestamp);

	/// The most that [`Self::begin_block`] may weigh now: what is listed bounds it.
	fn begin_block_weight() -> Weight {
		Weight::zero()
	}

	/// What the last batch of a market showed. Liquidations are not in it.
	fn observe_batch(market: MarketId, summary: &BatchSummary, now: Timestamp);

	/// What [`Self::observe_batch`] weighs for one market.
	fn observe_batch_weight() -> Weight {
		Weight::zero()
	}

	/// The index of a market; none before its first price, or if it is not listed.
	fn market(market: MarketId) -> Option<LegIndex>;
	/// The index of a collateral asset; none before its first price, or if it is not listed.
	fn collateral(asset: AssetId) -> Option<CollateralIndex>;
	/// The borrow index of a pool.
	fn borrow(pool: PoolId) -> BorrowIndex;

	/// A typical relative move of a market's index, per minute.
	fn market_volatility(market: MarketId) -> Ratio;
	/// A typical relative move of an asset's index, per minute.
	fn asset_volatility(asset: AssetId) -> Ratio;

	/// Prices and rates of a market.
	fn pricing(market: MarketId) -> Option<Pricing>;
	/// The markets and their pools, in the order of listing.
	fn markets() -> Vec<(MarketId, PoolId)>;
	/// The collateral assets.
	fn assets() -> Vec<AssetId>;
	/// The pools.
	fn pools() -> Vec<PoolId>;
	/// The pool of a market.
	fn pool_of(market: MarketId) -> Option<PoolId>;
	/// The feed of a market's index.
	fn feed_of(market: MarketId) -> Option<FeedId>;
	/// Terms of a pool.
	fn pool(pool: PoolId) -> Option<PoolTerms>;
	/// Terms of an asset.
	fn asset(asset: AssetId) -> Option<AssetTerms>;

	/// Adds a market. Validates every bound; nothing changes on an error.
	///
	/// # Errors
	/// One per cause.
	fn list_market(
		market: MarketId,
		pool: PoolId,
		feed: FeedId,
		tick_value: TickValue,
		max_position: Size,
		risk: &RiskTerms,
		funding: &FundingTerms,
	) -> DispatchResult;

	/// The most a position may grow on a side while open interest is below its cap: a part of an
	/// order that adds risk beyond it is not admitted.
	fn open_interest_room(market: MarketId) -> Size;
}

/// How far two markets move together.
pub trait Correlations {
	/// The correlation of each of some other markets with a market, in their order, from zero to
	/// one. Zero while it is not known, and for markets that move against each other.
	fn with(market: MarketId, others: &[MarketId]) -> Vec<Ratio>;
}

/// What the risk engine asks of the ledger.
pub trait Exposure {
	/// Lots held long in a market, which is what is held short.
	fn open_interest(market: MarketId) -> Size;
	/// Principal that the accounts of a pool owe.
	fn borrowed(pool: PoolId) -> Quote;
	/// What all accounts hold of an asset.
	fn held(asset: AssetId) -> Amount;
	/// Books interest: the pool's loans are worth so much more, and its fund has it. Call it after
	/// the borrow index has moved: no more is booked than the loans are worth then, and what is
	/// left out is booked at the next change of a loan.
	fn accrue(pool: PoolId, interest: Quote);
}
