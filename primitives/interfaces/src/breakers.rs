use crate::FundCondition;
use breakwater_breaker::{Action, Clearing, MarketParams, Matching};
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{MarketId, PoolId, Timestamp};
use polkadot_sdk::{sp_runtime::DispatchResult, sp_weights::Weight};

/// What a market's breaker cannot look up by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketFacts {
	/// Due accounts of the market's pool that the last block could not reach.
	pub backlog: u64,
	/// Whether an item of it failed again after its account was set aside.
	pub fault: bool,
}

/// What a pool's breaker cannot look up by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolFacts {
	/// Due accounts of the pool that the last block could not reach.
	pub backlog: u64,
	/// What its fund tells.
	pub fund: FundCondition,
}

/// The breakers: what is allowed now. Nothing forces a transition.
pub trait Breakers {
	/// Stage 3: notes the time, the gap since the last block, finality and backlog. Returns what
	/// it weighed.
	fn begin_block(now: Timestamp, backlog: u64) -> Weight;

	/// Steps a pool's machine. Once a block for each pool, after [`Self::begin_block`]. Returns what
	/// it weighed.
	fn step_pool(pool: PoolId, now: Timestamp, facts: PoolFacts) -> Weight;

	/// Steps a market's machine with the tentative clearing of its batch, and says what happens
	/// to the batch. Once a block for each market.
	fn step(
		market: MarketId,
		now: Timestamp,
		facts: MarketFacts,
		clearing: Option<Clearing>,
	) -> Matching;

	/// The most that [`Self::step`] weighs.
	fn step_weight() -> Weight;

	/// Whether an action is allowed in a market now.
	fn allows(market: MarketId, action: Action) -> bool;

	/// Whether an action that concerns no market is allowed in a pool now.
	fn pool_allows(pool: PoolId, action: Action) -> bool;

	/// Whether an action that concerns no pool is allowed on the chain now.
	fn chain_allows(action: Action) -> bool;

	/// Adds a market, whose index comes from a feed.
	///
	/// # Errors
	/// If the parameters break the machine's promises, or the market has a breaker.
	fn list_market(market: MarketId, feed: FeedId, params: &MarketParams) -> DispatchResult;
}
