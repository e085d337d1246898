//! What must hold after every block.

use alloc::vec::Vec;

use breakwater_interfaces::RiskEngine;
use breakwater_oracle_math::banded_median;
use breakwater_units::{limits::MAX_PRICE_TICKS, MarketId, Price, Ratio};
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	AssetStates, Assets, CollateralIndices, Config, MarketHistories, MarketIndices, MarketList,
	MarketState, MarketStates, Markets, Pairs, Pallet, PoolLoans, Pools, Returns, MAX_ASSETS,
	MAX_POOLS, MAX_POOL_MARKETS,
};

impl<T: Config> Pallet<T> {
	/// Checks the invariants.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_pools()?;
		Self::check_assets()?;
		Self::check_market_list()?;
		for (market, _) in MarketList::<T>::get() {
			Self::check_listed_market(market)?;
		}
		Ok(())
	}

	fn check_pools() -> Result<(), TryRuntimeError> {
		let pools = Self::pool_ids();
		ensure!(pools.len() <= MAX_POOLS as usize, "more pools than there may be");
		ensure!(Pools::<T>::iter().count() == pools.len(), "pools are not counted");
		let quote_feed = Self::quote_terms().and_then(|terms| terms.quote_feed);
		for pool in &pools {
			let terms = Pools::<T>::get(pool).ok_or("a pool without terms")?;
			Self::check_pool(&terms).map_err(|_| "a pool's terms are out of bounds")?;
			ensure!(terms.quote_feed == quote_feed, "two pools have different quote assets");
		}
		let known = PoolLoans::<T>::iter_keys().all(|pool| pools.contains(&pool));
		ensure!(known, "loans of a pool that is not listed");
		Ok(())
	}

	fn check_assets() -> Result<(), TryRuntimeError> {
		let assets = Self::asset_ids();
		ensure!(assets.len() <= MAX_ASSETS as usize, "more assets than there may be");
		ensure!(Assets::<T>::iter().count() == assets.len(), "assets are not counted");
		for asset in &assets {
			let terms = Assets::<T>::get(asset).ok_or("an asset without terms")?;
			Self::check_asset(&terms).map_err(|_| "an asset's terms are out of bounds")?;
			let state = AssetStates::<T>::get(asset);
			if let Some(state) = &state {
				let (maintenance, initial) = state.haircuts(&terms);
				ensure!(
					maintenance <= initial && initial <= Ratio::ONE,
					"haircuts are not in order"
				);
				ensure!(state.value <= state.index, "collateral counts more than its price");
			}
			let index = state.and_then(|state| state.collateral_index(&terms));
			ensure!(
				index == CollateralIndices::<T>::get(asset),
				"a collateral index is not its state's"
			);
		}
		let known = AssetStates::<T>::iter_keys().all(|asset| assets.contains(&asset))
			&& CollateralIndices::<T>::iter_keys().all(|asset| assets.contains(&asset));
		ensure!(known, "a state of an asset that is not listed");
		Ok(())
	}

	fn check_market_list() -> Result<(), TryRuntimeError> {
		let list = Self::markets();
		let mut ids: Vec<MarketId> = list.iter().map(|(market, _)| *market).collect();
		ids.sort();
		ids.dedup();
		ensure!(ids.len() == list.len(), "a market is listed twice");
		let listed = |market: &MarketId| ids.binary_search(market).is_ok();
		let known = Markets::<T>::iter_keys().all(|market| listed(&market))
			&& MarketStates::<T>::iter_keys().all(|market| listed(&market))
			&& MarketHistories::<T>::iter_keys().all(|market| listed(&market))
			&& MarketIndices::<T>::iter_keys().all(|market| listed(&market));
		ensure!(known, "something of a market that is not listed");
		for pool in Self::pool_ids() {
			let of_pool = list.iter().filter(|(_, of)| *of == pool).count();
			ensure!(of_pool <= MAX_POOL_MARKETS as usize, "a backstop cannot hold all its markets");
		}
		for (market, pool) in list {
			ensure!(Self::pool_of(market) == Some(pool), "a market is listed in another pool");
		}
		ensure!(Returns::<T>::get().is_sound(ids.len()), "returns of a bar are impossible");
		ensure!(Pairs::<T>::get().is_sound(ids.len()), "a pair moves together more than it moves");
		Ok(())
	}

	fn check_listed_market(market: MarketId) -> Result<(), TryRuntimeError> {
		let listed = Markets::<T>::get(market).ok_or("a market without terms")?;
		Self::check_market(&listed).map_err(|_| "a market's terms are out of bounds")?;
		let state = MarketStates::<T>::get(market);
		let history = MarketHistories::<T>::get(market);
		ensure!(state.is_some() == history.is_some(), "a market without its history");
		if let (Some(state), Some(history)) = (&state, &history) {
			ensure!(state.bar == history.volatility.bar(), "a return was not taken over");
			let sigma = history.volatility.sigma_effective();
			ensure!(state.sigma == sigma, "volatility in force is not what was measured");
			check_prices(state, listed.risk.mark_band)?;
			check_rates(state, &listed.risk.margin)?;
		}
		let index = state.and_then(|state| state.leg_index(&listed));
		ensure!(index == MarketIndices::<T>::get(market), "a market's index is not its state's");
		Ok(())
	}
}

fn check_prices(state: &MarketState, band: Ratio) -> Result<(), TryRuntimeError> {
	let prices = 1..=MAX_PRICE_TICKS;
	ensure!(prices.contains(&state.index.get()), "an index is out of range");
	let held = banded_median(state.index, [Some(state.mark); 3], band);
	let held = held.min(Price::new(MAX_PRICE_TICKS));
	ensure!(held == state.mark, "a mark is outside its band");
	Ok(())
}

fn check_rates(
	state: &MarketState,
	bounds: &breakwater_risk::MarginParams,
) -> Result<(), TryRuntimeError> {
	let maintenance = state.ramp.maintenance();
	let within = (bounds.lowest..=bounds.highest).contains(&maintenance);
	ensure!(within, "a maintenance rate is out of its bounds");
	let ordered = maintenance <= state.initial && state.initial <= Ratio::ONE;
	ensure!(ordered, "margin rates are not in order");
	ensure!(state.squeeze <= Ratio::ONE, "a market is squeezed by more than all");
	Ok(())
}
