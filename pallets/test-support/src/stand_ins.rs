use breakwater_breaker::{Action, Clearing, MarketParams, Matching};
use breakwater_interfaces::{
	AssetTerms, BatchSummary, Breakers, FeedPrice, FundingTerms, MarketFacts, PoolFacts, PoolTerms,
	Prices, Pricing, RiskEngine, RiskTerms, Vault,
};
use breakwater_margin::{BorrowIndex, CollateralIndex, LegIndex};
use breakwater_oracle_math::Action as PriceAction;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{
	Amount, AssetId, LotValue, MarketId, PoolId, Price, Ratio, SignedRatio, Size, TickValue,
	Timestamp,
};
use frame_support::{ensure, storage::unhashed, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{percent, world, Asset, Market};

const TRACE: &[u8] = b"trace";

/// What every stage of the stand-ins weighs.
pub const STAGE: Weight = Weight::from_parts(1, 0);

/// Writes down that something ran. In storage, so that what is rolled back did not.
pub fn note(what: String) {
	let mut notes: Vec<String> = unhashed::get_or_default(TRACE);
	notes.push(what);
	unhashed::put(TRACE, &notes);
}

/// What ran since the last call.
pub fn trace() -> Vec<String> {
	unhashed::take(TRACE).unwrap_or_default()
}

impl Market {
	fn rates(&self) -> [Ratio; 2] {
		[self.maintenance_percent, 2 * self.maintenance_percent].map(percent)
	}

	fn index(&self) -> Option<LegIndex> {
		let (price, funding) = (Price::new(self.price), LotValue::new(self.funding));
		let (brackets, [maintenance, initial]) = (&self.brackets, self.rates());
		let index =
			LegIndex::new(price, self.tick_value, funding, brackets, maintenance, initial).ok();
		index.filter(|_| self.price > 0)
	}

	fn pricing(&self, open_interest: Size) -> Option<Pricing> {
		let (price, [maintenance, initial]) = (Price::new(self.price), self.rates());
		(self.price > 0).then(|| Pricing {
			index: price,
			index_time: Timestamp::new(self.time),
			mark: price,
			maintenance,
			initial,
			funding_rate: SignedRatio::ZERO,
			sigma_per_minute: self.volatility,
			depth: Size::new(self.depth),
			open_interest,
		})
	}
}

impl Asset {
	fn index(&self) -> Option<CollateralIndex> {
		let [maintenance, initial] = [self.haircut_percent, self.haircut_percent + 5].map(percent);
		let (price, terms) = (Price::new(self.price), &self.terms);
		CollateralIndex::new(
			terms.units_per_lot,
			price,
			terms.tick_value,
			&terms.brackets,
			maintenance,
			initial,
		)
		.ok()
	}
}

/// The risk engine: markets, assets and pools of the world.
#[derive(Debug)]
pub struct Engine;

impl RiskEngine for Engine {
	fn begin_block(now: Timestamp) {
		note(format!("risk at {}", now.get()));
	}
	fn begin_block_weight() -> Weight {
		STAGE
	}
	fn observe_batch(market: MarketId, summary: &BatchSummary, _: Timestamp) {
		note(format!("observe {} volume {}", market.0, summary.volume.get()));
	}
	fn observe_batch_weight() -> Weight {
		STAGE
	}
	fn market(market: MarketId) -> Option<LegIndex> {
		world(|world| world.markets.get(&market)?.index())
	}
	fn collateral(asset: AssetId) -> Option<CollateralIndex> {
		world(|world| world.assets.get(&asset)?.index())
	}
	fn borrow(pool: PoolId) -> BorrowIndex {
		let index = world(|world| world.borrow.get(&pool).map(|index| Ratio::new(*index)));
		BorrowIndex::new(index.unwrap_or(Ratio::ONE)).expect("an index is one or more")
	}
	fn market_volatility(market: MarketId) -> Ratio {
		world(|world| world.markets.get(&market).map_or(Ratio::ZERO, |market| market.volatility))
	}
	fn asset_volatility(asset: AssetId) -> Ratio {
		world(|world| world.assets.get(&asset).map_or(Ratio::ZERO, |asset| asset.volatility))
	}
	fn pricing(market: MarketId) -> Option<Pricing> {
		let open_interest = world(|world| world.open_interest)(market);
		world(|world| world.markets.get(&market)?.pricing(open_interest))
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		world(|world| world.markets.iter().map(|(id, market)| (*id, market.pool)).collect())
	}
	fn assets() -> Vec<AssetId> {
		world(|world| world.assets.keys().copied().collect())
	}
	fn pools() -> Vec<PoolId> {
		world(|world| world.pools.keys().copied().collect())
	}
	fn pool_of(market: MarketId) -> Option<PoolId> {
		world(|world| world.markets.get(&market).map(|market| market.pool))
	}
	fn feed_of(market: MarketId) -> Option<FeedId> {
		world(|world| world.markets.get(&market).map(|market| market.feed))
	}
	fn pool(pool: PoolId) -> Option<PoolTerms> {
		world(|world| world.pools.get(&pool).cloned())
	}
	fn asset(asset: AssetId) -> Option<AssetTerms> {
		world(|world| world.assets.get(&asset).map(|asset| asset.terms.clone()))
	}
	fn list_market(
		market: MarketId,
		pool: PoolId,
		feed: FeedId,
		tick_value: TickValue,
		_: Size,
		_: &RiskTerms,
		_: &FundingTerms,
	) -> DispatchResult {
		let listed = Market { pool, feed, tick_value, price: 0, ..Default::default() };
		world(|world| world.markets.insert(market, listed));
		Ok(())
	}
	fn open_interest_room(market: MarketId) -> Size {
		world(|world| world.markets.get(&market).map_or(Size::ZERO, |m| Size::new(m.room)))
	}
}

/// The oracle: feeds and prices of the world.
#[derive(Debug)]
pub struct Feeds;

impl Prices for Feeds {
	fn decimals(feed: FeedId) -> Option<u8> {
		world(|world| world.decimals.get(&feed).copied())
	}
	fn price(feed: FeedId) -> Option<FeedPrice> {
		world(|world| world.prices.get(&feed).copied())
	}
	fn permits(feed: FeedId, _: PriceAction) -> bool {
		world(|world| !world.bad_feeds.contains(&feed))
	}
	fn finality_lag() -> Option<u32> {
		world(|world| world.finality_lag)
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn set_price(feed: FeedId, price: Price, time: Timestamp) {
		let (confidence, missing_weight) = (Price::ZERO, Ratio::ZERO);
		world(|world| {
			world.decimals.entry(feed).or_insert(2);
			world.prices.insert(feed, FeedPrice { price, confidence, time, missing_weight });
		});
	}
}

/// The vault: what the world has in custody.
#[derive(Debug)]
pub struct Custody;

impl Vault for Custody {
	fn quote_on_hand(pool: PoolId) -> Amount {
		let quote = world(|world| world.quote.get(&pool).copied().unwrap_or_default());
		Amount::new(quote.max(0).unsigned_abs())
	}
	fn move_quote(from: PoolId, to: PoolId, amount: Amount) -> DispatchResult {
		ensure!(amount <= Self::quote_on_hand(from), "not on hand");
		let amount: i128 = amount.get().try_into().expect("it is on hand");
		world(|world| {
			*world.quote.entry(from).or_default() -= amount;
			*world.quote.entry(to).or_default() += amount;
		});
		Ok(())
	}
	fn collateral_on_hand(asset: AssetId) -> Amount {
		world(|world| Amount::new(world.collateral.get(&asset).copied().unwrap_or_default()))
	}
}

/// The breakers, which let every batch through: what the world has closed is refused.
#[derive(Debug)]
pub struct Gates;

impl Breakers for Gates {
	fn begin_block(_: Timestamp, backlog: u64) -> Weight {
		note(format!("breakers with backlog {backlog}"));
		STAGE
	}
	fn step_pool(pool: PoolId, _: Timestamp, facts: PoolFacts) -> Weight {
		let loss = if facts.fund.unresolved_loss { " with a loss" } else { "" };
		note(format!("pool {}{loss}", pool.0));
		Weight::zero()
	}
	fn step(
		market: MarketId,
		_: Timestamp,
		facts: MarketFacts,
		clearing: Option<Clearing>,
	) -> Matching {
		let clears = clearing.map_or("nothing".into(), |clearing| clearing.price.get().to_string());
		let fault = if facts.fault { " fault" } else { "" };
		let late = if facts.backlog > 0 { " late" } else { "" };
		note(format!("step {} clears {clears}{fault}{late}", market.0));
		Matching::Admit
	}
	fn step_weight() -> Weight {
		STAGE
	}
	fn allows(market: MarketId, action: Action) -> bool {
		let closed = world(|world| world.closed.contains(&market));
		!closed && Engine::pool_of(market).is_none_or(|pool| Self::pool_allows(pool, action))
	}
	fn pool_allows(_: PoolId, action: Action) -> bool {
		!world(|world| world.pools_closed) && Self::chain_allows(action)
	}
	fn chain_allows(action: Action) -> bool {
		!world(|world| world.refused.contains(&action))
	}
	fn list_market(_: MarketId, _: FeedId, _: &MarketParams) -> DispatchResult {
		ensure!(!world(|world| world.refuses_listing), "the breaker does not like it");
		Ok(())
	}
}
