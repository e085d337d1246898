//! What must hold after every block.

use alloc::collections::BTreeMap;

use breakwater_units::{AccountKey, Side};
use frame_support::{ensure, traits::Get};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{Backlog, Config, OfferingAccounts, Offers, Pallet, Plans};

impl<T: Config> Pallet<T> {
	/// Checks the invariants.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut offers: BTreeMap<AccountKey, u32> = BTreeMap::new();
		for (auction, account, offer) in Offers::<T>::iter() {
			let count = offers.entry(account).or_default();
			*count = count.saturating_add(1);
			let plan = Plans::<T>::get(account).unwrap_or_default();
			ensure!(plan.auctions.contains(&auction), "an offer that its account does not know");
			ensure!(!offer.lots.is_zero(), "an offer of nothing");
			let closes = offer.held.side().map(Side::opposite) == offer.side();
			ensure!(closes && offer.size() <= offer.held.size(), "an offer that opens a position");
			ensure!(!offer.budget.is_negative(), "an account below zero offers");
			let safe = match offer.side() {
				Some(Side::Sell) => offer.bankruptcy <= offer.mark,
				_ => offer.bankruptcy >= offer.mark,
			};
			ensure!(safe, "a reserve on the wrong side of the mark");
			ensure!(offer.block <= Self::moment().block, "an offer from the future");
		}
		let mut offering = 0u32;
		for (account, plan) in Plans::<T>::iter() {
			let count = offers.get(&account).copied().unwrap_or(0);
			ensure!(plan.auctions.len() == count as usize, "an account knows an offer not there");
			offering = offering.saturating_add(u32::from(count > 0));
		}
		ensure!(OfferingAccounts::<T>::get() == offering, "accounts with offers are miscounted");
		ensure!(offering <= T::MaxAccounts::get(), "more accounts have offers than may");
		let waiting = Backlog::<T>::get();
		let known = waiting.pools.iter().fold(0u32, |sum, (_, count)| sum.saturating_add(*count));
		ensure!(known <= waiting.total, "pools have a larger backlog than all");
		Ok(())
	}
}
