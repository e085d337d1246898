//! What changes of an account weigh, by what is in it.

use breakwater_interfaces::Levies;
use breakwater_margin::{MAX_COLLATERAL, MAX_POSITIONS};
use breakwater_trigger_book::{Filing, MAX_COMPONENTS};
use breakwater_units::AccountKey;
use frame_support::weights::Weight;
use polkadot_sdk::*;

use crate::{Config, Filings, Pallet, Subaccounts, WeightInfo};

/// What one more term of health weighs: its level goes, and another one comes.
fn each_term<T: Config>() -> Weight {
	T::WeightInfo::wake(2).saturating_sub(T::WeightInfo::wake(1))
}

fn legs_of<T: Config>(account: &AccountKey) -> u32 {
	let legs = Subaccounts::<T>::get(account).map(|account| account.state.legs());
	count(legs.unwrap_or_default())
}

fn count(number: usize) -> u32 {
	u32::try_from(number).unwrap_or(u32::MAX)
}

impl<T: Config> Pallet<T> {
	/// See [`breakwater_interfaces::Ledger::filing_weight`].
	pub(crate) fn weight_of_filing(account: &AccountKey) -> Weight {
		let further = match Filings::<T>::get(account) {
			Some(Filing::Watched(filed)) => count(filed.entries.len()).saturating_sub(1),
			// No level must go, which is half of what it weighs; and of the four terms that a leg may
			// have, no more come than these two whole ones.
			Some(Filing::Due(_)) | None => {
				legs_of::<T>(account).saturating_sub(1).saturating_mul(2)
			},
		};
		each_term::<T>().saturating_mul(further.into())
	}

	/// The most it can be.
	pub(crate) fn most_weight_of_filing() -> Weight {
		each_term::<T>().saturating_mul(MAX_COMPONENTS.saturating_sub(1).into())
	}

	/// What asking for a levy weighs, and settling it, with so many legs.
	fn levy_with(legs: u32) -> Weight {
		T::WeightInfo::levy(legs.max(1)).saturating_add(T::Levies::touch_weight())
	}

	/// See [`breakwater_interfaces::Ledger::levy_weight_of`].
	pub(crate) fn weight_of_levy(account: &AccountKey) -> Weight {
		Self::levy_with(legs_of::<T>(account))
	}

	/// The most it can be.
	pub(crate) fn most_weight_of_levy() -> Weight {
		Self::levy_with(MAX_POSITIONS.saturating_add(MAX_COLLATERAL))
	}
}
