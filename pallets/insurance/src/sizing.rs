//! How large a fund ought to be. A survey goes through all accounts, a page a block, and asks what
//! each would leave unpaid if all markets of its pool moved by the stress, up or down.

use breakwater_interfaces::{Estates, FundTerms, Ledger, RiskEngine};
use breakwater_margin::{Indices, SubaccountState};
use breakwater_units::{AccountKey, Amount, PoolId, Ratio, Rounding};
use breakwater_waterfall::sizing::{
	expected_shortfall, open_interest_floor, target, Bin, CoverTwo, ES_CONFIDENCE,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, weights::Weight, BoundedVec};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::{
	indices::{quote_equity, PoolIndices},
	types::{FundState, MAX_POOLS},
	Config, Funds, Pallet, Surveys, WeightInfo,
};

/// Most accounts that a block looks at.
const PAGE: u32 = 50;

/// The two largest shortfalls found so far, for a move up and one down.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Found {
	/// The pool.
	pub pool: PoolId,
	/// In both scenarios.
	pub moves: [CoverTwo; 2],
}

/// A survey of all accounts, as far as it has got.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Survey {
	/// The last account that was looked at.
	pub last: Option<AccountKey>,
	/// What was found in each pool.
	pub found: BoundedVec<Found, ConstU32<MAX_POOLS>>,
}

impl<T: Config> Pallet<T> {
	/// Looks at the next accounts, as far as the weight goes. Returns what it weighed.
	pub(crate) fn survey(limit: Weight) -> Weight {
		let each = T::WeightInfo::survey();
		let pools = u64::try_from(T::RiskEngine::pools().len()).unwrap_or(u64::MAX);
		let concluding = T::WeightInfo::conclude().saturating_mul(pools);
		let left = limit.saturating_sub(concluding);
		let most = left.checked_div_per_component(&each).unwrap_or(u64::from(PAGE));
		let most = u32::try_from(most).unwrap_or(PAGE).min(PAGE);
		if most == 0 {
			return Weight::zero();
		}
		let seen = Self::survey_page(most);
		let concluded = if seen < most { concluding } else { Weight::zero() };
		concluded.saturating_add(each.saturating_mul(seen.max(1).into()))
	}

	/// Looks at the next accounts, up to so many. Returns how many there were.
	pub(crate) fn survey_page(most: u32) -> u32 {
		let mut survey = Surveys::<T>::get();
		let accounts = T::Ledger::accounts_after(survey.last.as_ref(), most);
		for account in &accounts {
			Self::look_at(&mut survey, account);
		}
		survey.last = accounts.last().copied();
		if accounts.len() < most as usize {
			Self::take_result(core::mem::take(&mut survey));
		}
		Surveys::<T>::put(survey);
		u32::try_from(accounts.len()).unwrap_or(u32::MAX)
	}

	fn look_at(survey: &mut Survey, account: &AccountKey) -> Option<()> {
		let state = T::Ledger::state(account).filter(|state| !state.positions.is_empty())?;
		let pool = T::Ledger::info(account)?.pool;
		if Self::backstop_of(pool) == Some(*account) {
			return None;
		}
		let stress = Self::terms(pool)?.inventory_stress;
		let place = survey.found.iter().position(|one| one.pool == pool).or_else(|| {
			let next = Found { pool, ..Default::default() };
			survey.found.try_push(next).ok().map(|()| survey.found.len().saturating_sub(1))
		})?;
		let found = survey.found.get_mut(place)?;
		for (cover, up) in found.moves.iter_mut().zip([true, false]) {
			cover.observe(unpaid::<T>(pool, &state, stress, up).unwrap_or_default());
		}
		Some(())
	}

	/// A survey is complete: its result holds until the next.
	fn take_result(survey: Survey) {
		for pool in T::RiskEngine::pools() {
			Self::conclude(pool, &survey);
		}
	}

	/// Notes what a survey has found in a pool.
	pub(crate) fn conclude(pool: PoolId, survey: &Survey) {
		let found = survey.found.iter().find(|one| one.pool == pool);
		let needed = found.map(|one| {
			let [up, down] = one.moves;
			up.requirement().max(down.requirement())
		});
		let cover_two = needed.unwrap_or_default();
		if Funds::<T>::get(pool).cover_two != cover_two {
			Funds::<T>::mutate(pool, |state| state.cover_two = cover_two);
		}
	}

	/// Open interest of a pool at mark, in quanta.
	pub(crate) fn open_interest(pool: PoolId) -> Amount {
		let value = |market| {
			let pricing = T::RiskEngine::pricing(market)?;
			let lot = T::RiskEngine::market(market)?.lot_value().unsigned_abs();
			Some(Amount::new(lot.saturating_mul(u128::from(pricing.open_interest.get()))))
		};
		let values = Self::markets_of(pool).filter_map(value);
		values.fold(Amount::ZERO, Amount::saturating_add)
	}

	/// The size a fund ought to have: the largest of what would cover two accounts, of what a bad
	/// week cost, and of a part of open interest.
	pub(crate) fn target_of(pool: PoolId, state: &FundState, terms: &FundTerms) -> Amount {
		let weeks = bad_week(&state.losses).unwrap_or_default();
		let least = open_interest_floor(Self::open_interest(pool), terms.target_share);
		target(state.cover_two, weeks, least.unwrap_or_default())
	}
}

/// What an account is short of zero after all markets moved: its quote alone, for what its
/// collateral brings is not known then.
fn unpaid<T: Config>(
	pool: PoolId,
	state: &SubaccountState,
	stress: Ratio,
	up: bool,
) -> Option<Amount> {
	let indices = PoolIndices::<T>::new(pool);
	let mut marks = alloc::vec::Vec::new();
	for (market, _) in state.positions.iter() {
		let price = indices.market(market)?.price();
		let by = price.mul_ratio(stress, Rounding::Up).ok()?;
		let moved = if up { price.try_add(by).ok()? } else { price.saturating_sub(by) };
		marks.push((market, moved.max(breakwater_units::Price::new(1))));
	}
	let moved = PoolIndices::<T>::frozen(pool, &marks);
	Some(crate::funds::shortfall(quote_equity(state, &moved).ok()?))
}

/// The expected shortfall of the weekly losses.
fn bad_week(losses: &[Amount]) -> Option<Amount> {
	let mut sorted = losses.to_vec();
	sorted.sort_unstable();
	let bins: alloc::vec::Vec<Bin> =
		sorted.into_iter().map(|upper| Bin { upper, mass: 1 }).collect();
	expected_shortfall(&bins, ES_CONFIDENCE).ok()
}
