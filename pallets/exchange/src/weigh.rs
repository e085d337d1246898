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

/// What placing orders weighs: of an account without legs, and more with all that there may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placing {
	base: Weight,
	of_all_legs: Weight,
}

impl Placing {
	/// An order alone, and what else comes with it.
	pub(crate) fn one<T: Config>(base: Weight) -> Self {
		let without = T::WeightInfo::place(0);
		Self { base, of_all_legs: T::WeightInfo::place(MOST_LEGS).saturating_sub(without) }
	}

	/// A list of so many.
	pub(crate) fn many<T: Config>(orders: u32) -> Self {
		let base = T::WeightInfo::place_many(orders);
		Self { base, of_all_legs: T::WeightInfo::place_many_full(orders).saturating_sub(base) }
	}

	fn with_legs(&self, legs: u32) -> Weight {
		let part = self.of_all_legs.saturating_mul(legs.into()).saturating_div(MOST_LEGS.into());
		self.base.saturating_add(part)
	}

	/// What a call declares.
	pub(crate) fn heaviest(&self) -> Weight {
		self.with_legs(MOST_LEGS)
	}
}

impl<T: Config> Pallet<T> {
	/// Places orders, and gives back what an account with all legs would have weighed more.
	pub(crate) fn weighed(
		account: &AccountKey,
		placing: Placing,
		place: impl FnOnce() -> DispatchResult,
	) -> DispatchResultWithPostInfo {
		let weight = placing.with_legs(legs_of::<T>(account));
		let is_less = weight != placing.heaviest();
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
