//! What must hold after every block.

use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{ChainState, Config, Listed, Markets, Pallet};

impl<T: Config> Pallet<T> {
	/// Checks the invariants.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (_, (_, params)) in Listed::<T>::iter() {
			ensure!(params.validate().is_ok(), "a breaker's parameters break its promises");
		}
		for (market, state) in Markets::<T>::iter() {
			ensure!(Listed::<T>::contains_key(market), "a state of a market that is not listed");
			ensure!(
				breakwater_breaker::ActionSet::ALWAYS.is_subset(state.allowed()),
				"a market refuses deposits, cancels or reductions"
			);
		}
		ensure!(
			breakwater_breaker::ActionSet::ALWAYS.is_subset(ChainState::<T>::get().allowed()),
			"the chain refuses deposits, cancels or reductions"
		);
		Ok(())
	}
}
