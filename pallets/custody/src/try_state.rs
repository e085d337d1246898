//! What must hold after every block.

use breakwater_units::Amount;
use frame_support::{ensure, traits::fungibles::Inspect};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{Collateral, Config, OnHand, Pallet, Promised, Tickets};

impl<T: Config> Pallet<T> {
	/// Checks the invariants.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_tickets()?;
		Self::check_vault()
	}

	/// What is promised is what the tickets have still to be paid.
	fn check_tickets() -> Result<(), TryRuntimeError> {
		for pool in Promised::<T>::iter_keys() {
			let mut outstanding = Amount::ZERO;
			for (_, waiting) in Tickets::<T>::iter().filter(|(_, waiting)| waiting.pool == pool) {
				ensure!(!waiting.place.outstanding().is_zero(), "a ticket is paid and not gone");
				outstanding = outstanding.saturating_add(waiting.place.outstanding());
			}
			ensure!(
				Promised::<T>::get(pool) == outstanding,
				"what is promised is not what tickets wait for"
			);
		}
		let counted = |waiting: crate::Waiting| Promised::<T>::contains_key(waiting.pool);
		ensure!(Tickets::<T>::iter_values().all(counted), "a ticket that nothing is promised to");
		Ok(())
	}

	/// The vault has what is counted. Somebody may have sent it more, which is nobody's claim.
	fn check_vault() -> Result<(), TryRuntimeError> {
		let mut quote = Amount::ZERO;
		for amount in OnHand::<T>::iter_values().chain(Promised::<T>::iter_values()) {
			quote = quote.saturating_add(amount);
		}
		Self::check_balance(Self::number_of(None), quote)?;
		for (asset, amount) in Collateral::<T>::iter() {
			Self::check_balance(Self::number_of(Some(asset)), amount)?;
		}
		Ok(())
	}

	fn check_balance(asset: u32, counted: Amount) -> Result<(), TryRuntimeError> {
		let balance = T::Assets::total_balance(asset, &Self::vault());
		ensure!(balance >= counted.get(), "the vault has less than is counted");
		Ok(())
	}
}
