//! What orders weigh by what their accounts hold: the margin of each leg is computed.

use alloc::collections::BTreeSet;

use breakwater_auction::Order;
use breakwater_interfaces::{tell_weight, Ledger};
use breakwater_margin::{MAX_COLLATERAL, MAX_POSITIONS};
use breakwater_units::AccountKey;
use frame_support::{dispatch::DispatchResultWithPostInfo, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{Config, Pallet, WeightInfo};

/// Legs of an account at most.
pub(crate) const MOST_LEGS: u32 = MAX_POSITIONS + MAX_COLLATERAL;

/// What one more of something weighs.
pub(crate) fn one(weigh: fn(u32) -> Weight) -> Weight {
	weigh(1).saturating_sub(weigh(0))
}

fn legs_of<T: Config>(account: &AccountKey) -> u32 {
	let legs = T::Ledger::state(account).map(|state| state.legs());
	u32::try_from(legs.unwrap_or_default()).unwrap_or(u32::MAX)
}

/// So many orders of an account with so many legs, that weigh `base` if it has none.
fn with_legs<T: Config>(base: Weight, orders: u32, legs: u32) -> Weight {
	let each = one(T::WeightInfo::place).saturating_mul(legs.into());
	base.saturating_add(each.saturating_mul(orders.into()))
}

impl<T: Config> Pallet<T> {
	/// What a call declares that places so many orders and weighs `base` if its account has no legs.
	pub(crate) fn heaviest(base: Weight, orders: u32) -> Weight {
		with_legs::<T>(base, orders, MOST_LEGS)
	}

	/// Places orders, and gives back what an account with all legs would have weighed more.
	pub(crate) fn weighed(
		account: &AccountKey,
		(base, orders): (Weight, u32),
		place: impl FnOnce() -> DispatchResult,
	) -> DispatchResultWithPostInfo {
		let weight = with_legs::<T>(base, orders, legs_of::<T>(account));
		let is_less = weight != Self::heaviest(base, orders);
		tell_weight(is_less.then_some(weight), place())
	}

	/// What a batch weighs because of what the accounts of its orders hold and owe: their legs beyond
	/// the first, and levies that are settled before they trade.
	pub(crate) fn carry_weight(orders: &[Order], amm: Option<AccountKey>) -> Weight {
		let each_leg = one(T::WeightInfo::carry)
			.saturating_sub(one(T::WeightInfo::load))
			.saturating_div(MOST_LEGS.into());
		let accounts: BTreeSet<AccountKey> =
			orders.iter().map(|order| order.key.account).chain(amm).collect();
		let mut legs = 0u32;
		let mut levies = Weight::zero();
		for account in &accounts {
			legs = legs.saturating_add(legs_of::<T>(account).saturating_sub(1));
			levies.saturating_accrue(T::Ledger::levy_weight_of(account));
		}
		if legs == 0 {
			return levies;
		}
		// The indices of all markets and assets are computed once.
		let indices = T::WeightInfo::carry(0).saturating_sub(T::WeightInfo::load(0));
		levies.saturating_add(indices).saturating_add(each_leg.saturating_mul(legs.into()))
	}

	/// What trading weighs beyond that of accounts with one term of health.
	pub(crate) fn filing_weight<'a>(accounts: impl Iterator<Item = &'a AccountKey>) -> Weight {
		accounts.map(T::Ledger::filing_weight).fold(Weight::zero(), Weight::saturating_add)
	}
}
