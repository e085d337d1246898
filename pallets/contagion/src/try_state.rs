//! What must hold after every block.

use breakwater_interfaces::RiskEngine;
use breakwater_units::Ratio;
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	AssetViews, Collateral, Config, Current, MarketViews, Network, Overlap, Pages, Pallet,
};

impl<T: Config> Pallet<T> {
	/// Checks the invariants. That the histograms are those of the accounts, the ledger checks.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let listed = T::RiskEngine::markets();
		let is_listed = |market| listed.iter().any(|(of, _)| *of == market);
		for (market, _, page) in Pages::<T>::iter() {
			ensure!(is_listed(market), "a histogram of a market that is not listed");
			ensure!(!page.is_empty(), "an empty page");
		}
		for (_, pools) in Collateral::<T>::iter() {
			ensure!(pools.iter().all(|(_, held)| !held.is_zero()), "collateral of nothing");
		}
		let assets = T::RiskEngine::assets();
		let known = AssetViews::<T>::iter_keys().all(|asset| assets.contains(&asset));
		ensure!(known, "a view of an asset that is not listed");

		let current = Current::<T>::get();
		for (market, view) in MarketViews::<T>::iter() {
			ensure!(is_listed(market), "a view of a market that is not listed");
			ensure!(
				view.map.down.is_sorted() && view.map.up.is_sorted(),
				"less is liquidated further away"
			);
			let told = current.markets.iter().find(|(of, _)| *of == market).map(|(_, load)| *load);
			ensure!(told == Some(view.down.max(view.up)), "a load told is not what was seen");
		}
		ensure!(
			current.markets.len() == MarketViews::<T>::iter_keys().count(),
			"a load is told of a market that was not seen"
		);
		Self::check_network(&Overlap::<T>::get())
	}

	fn check_network(network: &Network) -> Result<(), TryRuntimeError> {
		let pools = network.pools.len();
		let square = pools.saturating_mul(pools);
		ensure!(network.matrix.len() == square, "the overlap is not square");
		ensure!(network.lowest <= network.highest, "the eigenvalue's bounds are crossed");
		let lists = network.index.len() == pools && network.spill.len() == pools;
		ensure!(lists, "a pool is left out");
		ensure!(network.index.iter().all(|index| *index <= Ratio::ONE), "an index is above one");
		for (i, row) in network.matrix.chunks(pools.max(1)).enumerate() {
			for (j, entry) in row.iter().enumerate() {
				let mirrored = network.matrix.get(j.saturating_mul(pools).saturating_add(i));
				ensure!(mirrored == Some(entry), "the overlap is not symmetric");
			}
		}
		Ok(())
	}
}
