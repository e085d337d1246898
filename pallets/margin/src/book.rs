//! The trigger book on storage, and how an account is filed in it.

use alloc::vec::Vec;

use breakwater_margin::{for_each_component, MarginError, Requirement, SubaccountState};
use breakwater_trigger_book::{
	BandLimits, BookStorage, DueKey, Evaluation, Filed, Filing, LevelKey, ListId, TriggerBook,
};
use breakwater_units::{AccountKey, NanoQuote};
use codec::Decode;
use core::marker::PhantomData;
use frame_support::{storage::StoragePrefixedMap, traits::Contains};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{
	books::Subaccount,
	indices::{harmful_direction, CachedIndices},
	Config, Due, Error, Event, Filings, Levels, Pallet,
};

/// What to do with a change after which an account cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnEvaluationError {
	/// Refuse it.
	Refuse,
	/// Take it, and set the account aside: a deposit is never refused for a price that is missing.
	SetAside,
}

/// Storage maps under `Identity`, read forward with nothing held in memory.
pub(crate) struct OnChain<T>(PhantomData<T>);

impl<T: Config> OnChain<T> {
	pub(crate) fn book() -> TriggerBook<Self> {
		TriggerBook::new(Self(PhantomData), BandLimits::default())
	}
}

impl<T: Config> BookStorage for OnChain<T> {
	fn insert_level(&mut self, key: &LevelKey) {
		Levels::<T>::insert(key, ());
	}

	fn remove_level(&mut self, key: &LevelKey) {
		Levels::<T>::remove(key);
	}

	fn scan_levels(&self, list: &ListId, visit: &mut dyn FnMut(&LevelKey) -> bool) {
		// Nothing is ever filed in the other list of an index, so there is nothing to seek.
		if list.direction != harmful_direction(list.index) {
			return;
		}
		let map = Levels::<T>::final_prefix();
		scan(&map, &list.prefix(), visit);
	}

	fn insert_due(&mut self, key: &DueKey) {
		Due::<T>::insert(key, ());
	}

	fn remove_due(&mut self, key: &DueKey) {
		Due::<T>::remove(key);
	}

	fn scan_due(&self, visit: &mut dyn FnMut(&DueKey) -> bool) {
		let map = Due::<T>::final_prefix();
		scan(&map, &[], visit);
	}

	fn filing(&self, account: &AccountKey) -> Option<Filing> {
		Filings::<T>::get(account)
	}

	fn set_filing(&mut self, account: &AccountKey, filing: Option<Filing>) {
		Filings::<T>::set(account, filing);
	}
}

/// Visits the keys of a map that begin with `prefix`, in ascending order, until `visit` returns
/// `false`. One seek to the first; after it, each next key is beside the last.
fn scan<K: Decode>(map: &[u8], prefix: &[u8], visit: &mut dyn FnMut(&K) -> bool) {
	let mut start = Vec::with_capacity(map.len().saturating_add(prefix.len()));
	start.extend_from_slice(map);
	start.extend_from_slice(prefix);
	// The prefix itself is no key: keys have their full length.
	let mut last = start.clone();
	while let Some(next) = sp_io::storage::next_key(&last) {
		if !next.starts_with(&start) {
			break;
		}
		let Some(mut key) = next.get(map.len()..) else { break };
		let Ok(key) = K::decode(&mut key) else { break };
		if !visit(&key) {
			break;
		}
		last = next;
	}
}

/// An account as the trigger book sees it.
///
/// One that owes nothing and has no position cannot become liquidatable, whatever its collateral
/// is worth: it has no components, and is not filed.
pub(crate) fn evaluate<T: Config>(
	state: &SubaccountState,
	indices: &CachedIndices<T>,
) -> Result<Evaluation, MarginError> {
	if owes_nothing(state) {
		return Ok(Evaluation { health: state.cash.to_nano()?, components: Vec::new() });
	}
	let mut components = Vec::new();
	let mut sum = state.quote_claim()?.to_nano()?;
	for_each_component(state, indices, Requirement::Maintenance, |component| {
		sum = sum.try_add(component.value()?)?;
		components.push(indices.numbered(&component));
		Ok(())
	})?;
	Ok(Evaluation { health: sum, components })
}

/// Whether an account has neither loan nor position, so that no price can hurt it.
pub(crate) fn owes_nothing(state: &SubaccountState) -> bool {
	state.positions.is_empty() && state.loan.is_zero() && !state.cash.is_negative()
}

impl<T: Config> Pallet<T> {
	/// Files an account as it stands now; the caller stores it.
	pub(crate) fn file(
		key: &AccountKey,
		account: &mut Subaccount,
		indices: &CachedIndices<T>,
		on_error: OnEvaluationError,
	) -> DispatchResult {
		if T::Backstops::contains(key) {
			account.withdraw_stakes::<T>();
			return Ok(());
		}
		let evaluation = match evaluate(&account.state, indices) {
			Ok(evaluation) => evaluation,
			Err(_) if on_error == OnEvaluationError::SetAside => {
				Self::set_aside(key);
				return Ok(());
			},
			Err(error) => return Err(Error::<T>::from(error).into()),
		};
		account.tell_stakes::<T>(evaluation.health, indices);
		Self::file_evaluation(key, &evaluation)?;
		Ok(())
	}

	/// Files an account computed; returns its shortfall if it is due. Tells of it once: not again
	/// while it stays due.
	pub(crate) fn file_evaluation(
		key: &AccountKey,
		evaluation: &Evaluation,
	) -> Result<Option<NanoQuote>, Error<T>> {
		let was_due = Self::is_due(key);
		let Filed::Due { shortfall, .. } = OnChain::<T>::book().file(key, evaluation)? else {
			return Ok(None);
		};
		if !was_due {
			Self::deposit_event(Event::AccountDue { account: *key, shortfall });
		}
		Ok(Some(shortfall))
	}

	pub(crate) fn set_aside(key: &AccountKey) {
		OnChain::<T>::book().set_aside(key);
		Self::deposit_event(Event::SetAside { account: *key });
	}
}
