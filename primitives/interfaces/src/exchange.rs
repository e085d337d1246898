use crate::MarketTerms;
use alloc::vec::Vec;
use breakwater_auction::{Clearing, ForcedFill, ForcedOrder};
use breakwater_breaker::Matching;
use breakwater_funding::Impact;
use breakwater_units::{AccountKey, MarketId, PoolId, Price, Size};
use polkadot_sdk::{sp_runtime::DispatchError, sp_weights::Weight};

/// What a batch of a market did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchSummary {
	/// Where it cleared; none if nothing traded.
	pub price: Option<Price>,
	/// Lots bought, which is lots sold.
	pub volume: Size,
	/// Where it would have cleared without forced orders.
	pub organic: Option<Clearing>,
	/// What the depth, without forced orders, would have paid and asked for the impact size.
	pub impact: Impact,
	/// Lots within a percent of the mark, both sides together, without forced orders.
	pub depth: Size,
	/// What was filled of forced orders.
	pub forced: Vec<ForcedFill>,
	/// Orders loaded.
	pub orders: u32,
	/// Accounts that traded.
	pub accounts: u32,
	/// What it weighed.
	pub used: Weight,
}

/// The orders and their batch.
pub trait Exchange {
	/// Stage 6 of the pipeline for one market: activates what the mark triggered, admits, clears,
	/// asks `decide` what to do with the tentative clearing, fills and settles. Call it in a
	/// storage layer: on an error nothing of the market may have changed.
	///
	/// Takes as many orders as fit into `limit`, the best prices first, which is at least
	/// [`Self::least_weight`].
	///
	/// # Errors
	/// Impossible states; the market is then to be quarantined.
	fn clear(
		market: MarketId,
		limit: Weight,
		forced: &[ForcedOrder],
		new_risk: bool,
		decide: &mut dyn FnMut(Option<&Clearing>) -> Matching,
	) -> Result<BatchSummary, DispatchError>;

	/// The least that [`Self::clear`] must be given to do anything useful.
	fn least_weight() -> Weight;

	/// What one more forced order weighs in a batch that fills it, of an account with one position.
	fn forced_weight() -> Weight;

	/// The same, of this account: it is filed anew with all that it holds.
	fn forced_weight_of(_account: &AccountKey) -> Weight {
		Self::forced_weight()
	}

	/// Cancels what an account has resting in all markets, as far as `limit` orders. Returns how
	/// many were cancelled.
	fn cancel_all(account: &AccountKey, limit: u32) -> u32;
}

/// What was fixed when the markets were listed.
pub trait Listings {
	/// The terms of a market; none if it is not listed.
	fn terms(market: MarketId) -> Option<MarketTerms>;
}

/// Where accounts go whose health is below zero. `()` leaves them in the due queue.
pub trait Liquidation {
	/// Stage 5: what liquidation closes in this block's batch of a market, in so many orders at most.
	fn forced_orders(market: MarketId, most: u32) -> Vec<ForcedOrder>;
	/// What the batch filled of it, and of what others forced: fills of unknown accounts are theirs.
	fn filled(market: MarketId, price: Price, fills: &[ForcedFill]);
	/// What [`Self::filled`] weighs for each fill.
	fn fill_weight() -> Weight;
	/// Looks at the due queue, within a weight; returns what it used.
	fn work(limit: Weight) -> Weight;
	/// Due accounts that the last block could not reach.
	fn backlog() -> u32;
	/// Of those, the ones of a pool; at least those known to be of it.
	fn backlog_of(pool: PoolId) -> u32;
}

impl Liquidation for () {
	fn forced_orders(_: MarketId, _: u32) -> Vec<ForcedOrder> {
		Vec::new()
	}
	fn filled(_: MarketId, _: Price, _: &[ForcedFill]) {}
	fn fill_weight() -> Weight {
		Weight::zero()
	}
	fn work(_: Weight) -> Weight {
		Weight::zero()
	}
	fn backlog() -> u32 {
		0
	}
	fn backlog_of(_: PoolId) -> u32 {
		0
	}
}
