//! Test assets, on chains that are for tests.

use alloc::vec::Vec;

use breakwater_primitives::AccountId;
use codec::{Decode, Encode};
use frame_support::{
	ensure,
	traits::{fungibles::Mutate, Get},
};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;

use crate::{Config, Drips, Error, Event, Pallet};

/// What a faucet gives.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Faucet {
	/// Number and amount of each asset it gives.
	pub gives: Vec<(u32, u128)>,
	/// How often it gives to an account in a day.
	pub times_a_day: u16,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn drip(account: &AccountId) -> DispatchResult {
		let Faucet { gives, times_a_day } = T::Faucet::get().ok_or(Error::<T>::NoFaucet)?;
		let today = Drips::<T>::get(account).on(Self::now());
		ensure!(today.count < times_a_day, Error::<T>::Dry);
		Drips::<T>::insert(account, today.once_more());
		for (asset, amount) in gives {
			T::Assets::mint_into(asset, account, amount)?;
		}
		Self::deposit_event(Event::Dripped { account: account.clone() });
		Ok(())
	}
}
