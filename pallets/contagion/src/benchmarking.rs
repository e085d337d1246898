//! The worst case of each: full pages, and as many pools as there may be that all share all.

use breakwater_contagion::{Bin, LiquidationMap, Page, PageId, Stake, BINS_PER_PAGE};
use breakwater_interfaces::{Contagion, RiskEngine};
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{Amount, AssetId, Lots, MarketId, PoolId, Price, Ratio, Size};
use frame_benchmarking::v2::*;
use polkadot_sdk::*;

use crate::{
	AssetView, AssetViews, Collateral, Config, MarketView, MarketViews, Overlap, Pages, Pallet,
	MAX_POOLS,
};

/// Gives a market and an asset prices.
pub trait BenchmarkHelper {
	/// A market and an asset that are listed and have a price.
	fn set_up() -> (MarketId, AssetId);
}

/// Assets among what is looked at: each is in all pools.
const ASSETS: u32 = 8;

fn full_page(market: MarketId, id: PageId) -> Page {
	let mut page = Page::default();
	let first = u16::from(id.0).saturating_mul(BINS_PER_PAGE as u16);
	for place in 0..BINS_PER_PAGE as u16 {
		let bin = Bin::from_number(first.saturating_add(place));
		for lots in [7, -7] {
			page.shift(&Stake { market, bin, lots: Lots::new(lots) }, true);
		}
	}
	page
}

fn market_view(number: u32) -> MarketView {
	MarketView {
		block: 0,
		pool: PoolId(number % MAX_POOLS),
		feed: (number / MAX_POOLS) as FeedId,
		mark: Price::new(1_000),
		depth: Size::new(1_000),
		map: LiquidationMap::default(),
		down: Ratio::ONE,
		up: Ratio::ONE,
		held: 1 << 80,
		takes: (1 << 84) | u128::from(number),
	}
}

fn asset_view(number: u32) -> AssetView {
	let held = (0..MAX_POOLS).map(|pool| (PoolId(pool), (1u128 << 80) | u128::from(pool)));
	let held = frame_support::BoundedVec::truncate_from(held.collect());
	// None of the markets' feeds: the more feeds, the more to multiply.
	AssetView { feed: 100 + number as FeedId, held, takes: 3 << 84 }
}

// A benchmark may panic, and its numbers are small.
#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn look_at_market() -> Result<(), BenchmarkError> {
		let (market, _) = T::BenchmarkHelper::set_up();
		let mark = T::RiskEngine::pricing(market).ok_or("the market has a price")?.mark;
		for id in LiquidationMap::pages(mark) {
			Pages::<T>::insert(market, id, full_page(market, id));
		}

		#[block]
		{
			Pallet::<T>::look_at_market(market, PoolId(0));
		}

		let view = MarketViews::<T>::get(market).ok_or("it was looked at")?;
		assert!(!view.map.down[0].is_zero());
		Ok(())
	}

	#[benchmark]
	fn look_at_asset() -> Result<(), BenchmarkError> {
		let (_, asset) = T::BenchmarkHelper::set_up();
		let held = (0..MAX_POOLS).map(|pool| (PoolId(pool), Amount::new(1 << 60)));
		let held = frame_support::BoundedVec::truncate_from(held.collect());
		Collateral::<T>::insert(asset, held);

		#[block]
		{
			Pallet::<T>::look_at_asset(asset);
		}

		assert!(AssetViews::<T>::contains_key(asset));
		Ok(())
	}

	#[benchmark]
	fn look_at_pools(n: Linear<8, 40>) {
		let _ = MarketViews::<T>::clear(u32::MAX, None);
		let _ = AssetViews::<T>::clear(u32::MAX, None);
		for number in 0..n - ASSETS {
			MarketViews::<T>::insert(MarketId(number), market_view(number));
		}
		for number in 0..ASSETS {
			AssetViews::<T>::insert(AssetId(number), asset_view(number));
		}

		#[block]
		{
			Pallet::<T>::look_at_pools();
		}

		assert_eq!(Overlap::<T>::get().pools.len(), MAX_POOLS as usize);
	}

	/// What the ledger's own weights have in them; for the record.
	#[benchmark]
	fn shift() {
		let market = MarketId(0);
		let stake = |number| Stake { market, bin: Bin::from_number(number), lots: Lots::new(7) };
		let (from, to) = (stake(1_000), stake(1_100));
		for id in [from, to].map(|stake| PageId::of(stake.bin)) {
			Pages::<T>::insert(market, id, full_page(market, id));
		}

		#[block]
		{
			Pallet::<T>::shift(Some(&from), Some(&to));
		}

		assert!(Pages::<T>::contains_key(market, PageId::of(to.bin)));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
