//! What the other pallets ask.

use alloc::vec::Vec;

use breakwater_interfaces::{
	AssetTerms, BatchSummary, Correlations, Exposure, FundingTerms, PoolTerms, Pricing, RiskEngine,
	RiskTerms,
};
use breakwater_margin::{BorrowIndex, CollateralIndex, LegIndex};
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{AssetId, MarketId, PoolId, Ratio, Size, TickValue, Timestamp};
use frame_support::weights::Weight;
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{
	market::per_minute, AssetStates, Assets, CollateralIndices, Config, ListedMarket,
	MarketIndices, MarketList, MarketStates, Markets, Pairs, Pallet, PoolLoans, Pools, WeightInfo,
};

impl<T: Config> RiskEngine for Pallet<T> {
	fn begin_block(now: Timestamp) {
		Self::move_indices(now);
	}

	fn begin_block_weight() -> Weight {
		Self::move_indices_weight()
	}

	fn observe_batch(market: MarketId, summary: &BatchSummary, now: Timestamp) {
		let Some(listed) = Markets::<T>::get(market) else { return };
		MarketStates::<T>::mutate_extant(market, |state| {
			state.observe_batch(&listed, summary, now);
		});
	}

	fn observe_batch_weight() -> Weight {
		T::WeightInfo::observe_batch()
	}

	fn market(market: MarketId) -> Option<LegIndex> {
		MarketIndices::<T>::get(market)
	}

	fn collateral(asset: AssetId) -> Option<CollateralIndex> {
		CollateralIndices::<T>::get(asset)
	}

	fn borrow(pool: PoolId) -> BorrowIndex {
		PoolLoans::<T>::get(pool).map_or(BorrowIndex::ONE, |loans| loans.index)
	}

	fn market_volatility(market: MarketId) -> Ratio {
		MarketStates::<T>::get(market).map_or(Ratio::ZERO, |state| state.sigma_per_minute())
	}

	fn asset_volatility(asset: AssetId) -> Ratio {
		AssetStates::<T>::get(asset).map_or(Ratio::ZERO, |state| per_minute(state.sigma()))
	}

	fn pricing(market: MarketId) -> Option<Pricing> {
		let listed = Markets::<T>::get(market)?;
		let state = MarketStates::<T>::get(market)?;
		Some(Pricing {
			index: state.index,
			index_time: state.index_time,
			mark: state.mark,
			maintenance: state.ramp.maintenance(),
			initial: state.initial,
			funding_rate: state.funding_rate,
			sigma_per_minute: state.sigma_per_minute(),
			depth: state.depth(&listed.risk),
			open_interest: T::Exposure::open_interest(market),
		})
	}

	fn markets() -> Vec<(MarketId, PoolId)> {
		MarketList::<T>::get().into_inner()
	}

	fn assets() -> Vec<AssetId> {
		Self::asset_ids()
	}

	fn pools() -> Vec<PoolId> {
		Self::pool_ids()
	}

	fn pool_of(market: MarketId) -> Option<PoolId> {
		Markets::<T>::get(market).map(|listed| listed.pool)
	}

	fn feed_of(market: MarketId) -> Option<FeedId> {
		Markets::<T>::get(market).map(|listed| listed.feed)
	}

	fn pool(pool: PoolId) -> Option<PoolTerms> {
		Pools::<T>::get(pool)
	}

	fn asset(asset: AssetId) -> Option<AssetTerms> {
		Assets::<T>::get(asset)
	}

	fn list_market(
		market: MarketId,
		pool: PoolId,
		feed: FeedId,
		tick_value: TickValue,
		max_position: Size,
		risk: &RiskTerms,
		funding: &FundingTerms,
	) -> DispatchResult {
		let (risk, funding) = (risk.clone(), funding.clone());
		let listed = ListedMarket { pool, feed, tick_value, max_position, risk, funding };
		Ok(Self::add_market(market, listed)?)
	}

	fn open_interest_room(market: MarketId) -> Size {
		let (Some(listed), Some(state)) =
			(Markets::<T>::get(market), MarketStates::<T>::get(market))
		else {
			return Size::ZERO;
		};
		state.open_interest_room(&listed, T::Exposure::open_interest(market))
	}
}

impl<T: Config> Correlations for Pallet<T> {
	fn with(market: MarketId, others: &[MarketId]) -> Vec<Ratio> {
		let (list, pairs) = (MarketList::<T>::get(), Pairs::<T>::get());
		let place = |market: MarketId| list.iter().position(|(listed, _)| *listed == market);
		let with = |other: &MarketId| Some(pairs.correlation(place(market)?, place(*other)?));
		others.iter().map(|other| with(other).unwrap_or(Ratio::ZERO)).collect()
	}
}
