//! The worst case of each machine: everything changes and is told.

use breakwater_breaker::{BandParams, Chain, Market, MarketParams, Threshold};
use breakwater_interfaces::{Breakers, FundCondition, MarketFacts, PoolFacts, Prices, RiskEngine};
use breakwater_units::{MarketId, Millis, PoolId, Price, Ratio, Size, Timestamp};
use frame_benchmarking::v2::*;
use polkadot_sdk::*;

use crate::{ChainState, Config, Listed, Markets, Pallet, Pools};

const MARKET: MarketId = MarketId(0);
const NOW: Timestamp = Timestamp::new(1_000_000_000);

fn params() -> MarketParams {
	let threshold = Threshold { trip: 10, release: 1 };
	let (part, time) = (Ratio::saturating_from_percent(10), Millis::SECOND);
	MarketParams {
		band: BandParams { min: part, max: part, k: Ratio::ONE, window_bars: 16 },
		release_share: part,
		min_volume: Size::new(1),
		limit_timeout: time,
		limit_release: time,
		auction: time,
		extension: time,
		max_extensions: 1,
		max_imbalance: part,
		collar_growth: Ratio::ONE,
		missing_weight: threshold,
		price_age: threshold,
		quarantine_age: threshold,
		backlog: threshold,
		reduce_only_release: time,
		quarantine_release: time,
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn begin_block() {
		let last_block = Some(Timestamp::new(1));
		ChainState::<T>::put(Chain { last_block, ..Default::default() });

		#[block]
		{
			Pallet::<T>::begin_block(NOW, u64::MAX);
		}

		assert!(ChainState::<T>::get().grace_until.is_some());
	}

	#[benchmark]
	fn step() {
		let feed = T::RiskEngine::feed_of(MARKET).unwrap_or(0);
		let pools = T::RiskEngine::pools().into_iter().filter_map(T::RiskEngine::pool);
		for feed in pools.filter_map(|pool| pool.quote_feed).chain([feed]) {
			T::Prices::set_price(feed, Price::new(1_000_000), NOW);
		}
		T::RiskEngine::begin_block(NOW);
		Listed::<T>::insert(MARKET, (feed, params()));
		let facts = MarketFacts { fault: true, backlog: u64::MAX };

		#[block]
		{
			Pallet::<T>::step(MARKET, NOW, facts, None);
		}

		assert_ne!(Markets::<T>::get(MARKET), Market::default());
	}

	#[benchmark]
	fn step_pool() {
		let fund = FundCondition { drawdown: Ratio::ONE, unresolved_loss: true };
		let pool = T::RiskEngine::pools().first().copied().unwrap_or(PoolId(0));

		#[block]
		{
			Pallet::<T>::step_pool(pool, NOW, PoolFacts { backlog: u64::MAX, fund });
		}

		assert!(Pools::<T>::get(pool).reduce_only.is_on());
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
