//! The round: a market or an asset in each block, and the pools when all have had their turn.

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};

use breakwater_contagion::{overlap, spectrum, spill, Holdings};
use breakwater_interfaces::{ContagionLoads, Loads, RiskEngine, MAX_MARKETS};
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::depth;
use breakwater_units::{AssetId, LotValue, MarketId, PoolId, Ratio, Size};
use frame_support::{weights::Weight, BoundedVec};
use polkadot_sdk::*;
use sp_runtime::traits::UniqueSaturatedInto;

use crate::{
	AssetView, AssetViews, Collateral, Config, Current, Event, MarketView, MarketViews, Network,
	Overlap, Pallet, Turn, WeightInfo, MAX_POOLS,
};

/// Most collateral assets: an account may hold all of them.
const MAX_ASSETS: u32 = 8;
/// The move that depth is measured for; a hundred of them are all of the price.
const A_PERCENT: Ratio = Ratio::saturating_from_percent(1);
const PERCENTS: u128 = 100;
/// The square root of the minutes of a day, rounded up, as volatility grows with the square root of
/// time.
const ROOT_OF_DAY: u64 = 38;
/// A change of a number beyond this part of it is told: a tenth.
const TOLD_PARTS: u128 = 10;

impl<T: Config> ContagionLoads for Pallet<T> {
	fn loads() -> Loads {
		Current::<T>::get()
	}
}

impl<T: Config> Pallet<T> {
	/// Looks at whose turn it is; returns what it weighed.
	pub(crate) fn take_turn() -> Weight {
		let (markets, assets) = (T::RiskEngine::markets(), T::RiskEngine::assets());
		let turn = Turn::<T>::get();
		let at = turn as usize;
		if let Some((market, pool)) = markets.get(at) {
			Turn::<T>::put(turn.saturating_add(1));
			Self::look_at_market(*market, *pool);
			return T::WeightInfo::look_at_market();
		}
		if let Some(asset) = assets.get(at.saturating_sub(markets.len())) {
			Turn::<T>::put(turn.saturating_add(1));
			Self::look_at_asset(*asset);
			return T::WeightInfo::look_at_asset();
		}
		Turn::<T>::put(0);
		Self::look_at_pools();
		T::WeightInfo::look_at_pools(turn)
	}

	/// The most that a block's turn may weigh, with as much listed as there may be: for the budget
	/// of the hooks that come after it.
	pub fn heaviest_turn() -> Weight {
		let most = MAX_MARKETS.saturating_add(MAX_ASSETS);
		let looks = T::WeightInfo::look_at_market().max(T::WeightInfo::look_at_asset());
		looks.max(T::WeightInfo::look_at_pools(most))
	}

	/// A market without a price is not looked at: nothing trades there, and nothing is liquidated.
	pub(crate) fn look_at_market(market: MarketId, pool: PoolId) {
		let Some(view) = Self::view_market(market, pool) else { return };
		let before = MarketViews::<T>::get(market);
		let was = before.map_or((Ratio::ZERO, Ratio::ZERO), |before| (before.down, before.up));
		let (down, up) = (view.down, view.up);
		MarketViews::<T>::insert(market, view);
		Self::set_load(market, down.max(up));
		if has_moved(was.0.get().into(), down.get().into())
			|| has_moved(was.1.get().into(), up.get().into())
		{
			Self::deposit_event(Event::LoadChanged { market, down, up });
		}
	}

	fn view_market(market: MarketId, pool: PoolId) -> Option<MarketView> {
		let pricing = T::RiskEngine::pricing(market)?;
		let value = T::RiskEngine::market(market)?.lot_value();
		let map = Self::liquidation_map(market, pricing.mark);
		let (down, up) = map.loads(pricing.depth);
		Some(MarketView {
			block: Self::now(),
			pool,
			feed: T::RiskEngine::feed_of(market)?,
			mark: pricing.mark,
			depth: pricing.depth,
			map,
			down,
			up,
			held: worth(pricing.open_interest, value),
			takes: worth(pricing.depth, value).saturating_mul(PERCENTS),
		})
	}

	fn set_load(market: MarketId, load: Ratio) {
		let mut current = Current::<T>::get();
		match current.markets.iter_mut().find(|(of, _)| *of == market) {
			Some((_, before)) if *before == load => return,
			Some((_, before)) => *before = load,
			// There are no more markets than there is room for.
			None => {
				let _ = current.markets.try_push((market, load));
			},
		}
		Current::<T>::put(current);
	}

	/// An asset without a price is not looked at.
	pub(crate) fn look_at_asset(asset: AssetId) {
		if let Some(view) = Self::view_asset(asset) {
			AssetViews::<T>::insert(asset, view);
		}
	}

	fn view_asset(asset: AssetId) -> Option<AssetView> {
		let terms = T::RiskEngine::asset(asset)?;
		let index = T::RiskEngine::collateral(asset)?;
		let value = index.leg().lot_value();
		let held = Collateral::<T>::get(asset).into_iter().map(|(pool, amount)| {
			let lots = index.lots(amount).size();
			(pool, worth(lots, value))
		});
		// It is sold outside: by the square-root law, with the larger of the listed volatility and
		// the measured one.
		let minute = T::RiskEngine::asset_volatility(asset).get();
		let daily = Ratio::new(minute.saturating_mul(ROOT_OF_DAY)).max(terms.daily_sigma);
		let takes = worth(depth(daily, A_PERCENT, terms.daily_volume), value);
		Some(AssetView {
			feed: terms.feed,
			held: BoundedVec::truncate_from(held.collect()),
			takes: takes.saturating_mul(PERCENTS),
		})
	}

	/// Measures how the pools overlap: what has the same feed has one price.
	pub(crate) fn look_at_pools() {
		let (pools, holdings) = Self::holdings();
		let matrix = overlap(pools.len(), &holdings);
		let found = spectrum(&matrix);
		let spills: Vec<Ratio> =
			(0..pools.len()).map(|pool| spill(pool, &matrix, &holdings)).collect();

		let mut current = Current::<T>::get();
		let told = pools.iter().copied().zip(spills.iter().copied()).collect();
		current.pools = BoundedVec::truncate_from(told);
		Current::<T>::put(current);

		let before = Overlap::<T>::get().highest;
		if has_moved(before, found.highest) {
			let (lowest, highest) = (found.lowest, found.highest);
			Self::deposit_event(Event::OverlapChanged { lowest, highest });
		}
		Overlap::<T>::put(Network {
			block: Self::now(),
			pools: BoundedVec::truncate_from(pools),
			matrix: BoundedVec::truncate_from(matrix.into_iter().flatten().collect()),
			lowest: found.lowest,
			highest: found.highest,
			index: BoundedVec::truncate_from(found.index),
			spill: BoundedVec::truncate_from(spills),
		});
	}

	/// The pools that have something, and what they have by feed. Reads a view for each market and
	/// asset that is listed.
	fn holdings() -> (Vec<PoolId>, Vec<Holdings>) {
		let markets: Vec<MarketView> = MarketViews::<T>::iter_values().collect();
		let assets: Vec<AssetView> = AssetViews::<T>::iter_values().collect();
		let of_markets = markets.iter().map(|view| view.pool);
		let of_assets = assets.iter().flat_map(|view| view.held.iter().map(|(pool, _)| *pool));
		let pools: BTreeSet<PoolId> = of_markets.chain(of_assets).collect();
		let pools: Vec<PoolId> = pools.into_iter().take(MAX_POOLS as usize).collect();

		let mut feeds = BTreeMap::<FeedId, Holdings>::new();
		for view in &markets {
			add(&mut feeds, &pools, (view.feed, view.takes), &[(view.pool, view.held)]);
		}
		for view in &assets {
			add(&mut feeds, &pools, (view.feed, view.takes), &view.held);
		}
		(pools, feeds.into_values().collect())
	}

	fn now() -> u32 {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}
}

/// Adds what pools hold of a feed, and what a market or an asset of it takes.
fn add(
	feeds: &mut BTreeMap<FeedId, Holdings>,
	pools: &[PoolId],
	(feed, takes): (FeedId, u128),
	held: &[(PoolId, u128)],
) {
	let none = || Holdings { of_pools: alloc::vec![0; pools.len()], depth: 0 };
	let holdings = feeds.entry(feed).or_insert_with(none);
	holdings.depth = holdings.depth.saturating_add(takes);
	for (pool, amount) in held {
		let at = pools.binary_search(pool).ok();
		if let Some(sum) = at.and_then(|at| holdings.of_pools.get_mut(at)) {
			*sum = sum.saturating_add(*amount);
		}
	}
}

/// So many lots in quanta, without sign.
fn worth(lots: Size, value: LotValue) -> u128 {
	u128::from(lots.get()).saturating_mul(value.get().unsigned_abs())
}

/// Whether a number is more than a tenth from what it was.
fn has_moved(was: u128, is: u128) -> bool {
	was.abs_diff(is) > was.checked_div(TOLD_PARTS).unwrap_or(0)
}
