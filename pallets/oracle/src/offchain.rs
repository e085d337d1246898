//! The off-chain worker: signs what the node's sources say.

use alloc::vec::Vec;

use breakwater_primitives::{
	oracle::{LocalQuotes, OracleId, Quote, Report, LOCAL_QUOTES_KEY},
	BlockNumber,
};
use breakwater_units::{Millis, Timestamp};
use frame_system::offchain::SubmitTransaction;
use polkadot_sdk::*;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
	offchain::storage::{MutateStorageError, StorageValueRef},
	traits::Zero,
};

use crate::{report::is_plausible, Call, Config, Feed, Feeds, Pallet, Reporters};

const TARGET: &str = "oracle";

/// Where the worker notes the last round it signed, so that a block seen twice is signed once.
const SIGNED_KEY: &[u8] = b"breakwater/oracle/signed";

/// Why a worker has nothing to do. None of them is an error of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Idle {
	/// The keystore holds no reporter's key of this session.
	NoKey,
	/// The node has no sources, or has not fetched anything yet.
	NoQuotes,
	/// Every quote is too old or outside its feed's bounds.
	NoUsableQuotes,
	/// This round is signed.
	AlreadySigned,
	/// The keystore did not sign.
	NotSigned,
	/// The pool did not take the report.
	NotSubmitted,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn report_local_quotes() {
		let round = Self::block();
		match Self::try_report(round) {
			Ok(quotes) => log::debug!(target: TARGET, "round {round}: reported {quotes} prices"),
			// A full node has no key, one without sources no quotes: that is as it should be.
			Err(idle @ (Idle::NoKey | Idle::NoQuotes | Idle::AlreadySigned)) => {
				log::trace!(target: TARGET, "round {round}: {idle:?}")
			},
			Err(idle) => log::warn!(target: TARGET, "round {round}: no report: {idle:?}"),
		}
	}

	/// Signs and submits the freshest quotes. It waits for nothing: the node fetches all the time,
	/// so workers of consecutive blocks never pile up.
	pub(crate) fn try_report(round: BlockNumber) -> Result<usize, Idle> {
		let reporter = Self::local_key().ok_or(Idle::NoKey)?;
		let local = StorageValueRef::persistent(LOCAL_QUOTES_KEY).get::<LocalQuotes>();
		let local = local.ok().flatten().ok_or(Idle::NoQuotes)?;
		let now = Timestamp::new(sp_io::offchain::timestamp().unix_millis());
		let quotes = usable(local.quotes, &Feeds::<T>::get(), now);
		if quotes.is_empty() {
			return Err(Idle::NoUsableQuotes);
		}
		sign_once(round)?;
		let count = quotes.len();
		let quotes = quotes.try_into().map_err(|_| Idle::NoUsableQuotes)?;
		let finalized = local.finalized.min(round);
		let report = Report { reporter, round, finalized, quotes };
		let genesis = frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
		);
		let signature =
			report.reporter.sign(&report.signed_bytes(&genesis)).ok_or(Idle::NotSigned)?;
		let call = Call::<T>::report { report, signature };
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
			.map_err(|()| Idle::NotSubmitted)?;
		Ok(count)
	}

	/// The key of a reporter of this session that this node holds.
	fn local_key() -> Option<OracleId> {
		let local = OracleId::all();
		if local.is_empty() {
			return None;
		}
		let reporters = Reporters::<T>::get();
		reporters.into_iter().map(|reporter| reporter.key).find(|key| local.contains(key))
	}
}

/// The quotes that the chain would take and count, ordered by feed, each feed once.
fn usable(quotes: Vec<Quote>, feeds: &[Feed], now: Timestamp) -> Vec<Quote> {
	let mut usable: Vec<Quote> = quotes
		.into_iter()
		.filter(|quote| {
			let age: Millis = now.saturating_since(Timestamp::new(quote.time));
			feeds
				.get(usize::from(quote.feed))
				.is_some_and(|feed| is_plausible(quote, feed) && age <= feed.lifetime)
		})
		.collect();
	usable.sort_by_key(|quote| quote.feed);
	usable.dedup_by_key(|quote| quote.feed);
	usable
}

/// Lets one worker pass per round.
fn sign_once(round: BlockNumber) -> Result<(), Idle> {
	let outcome =
		StorageValueRef::persistent(SIGNED_KEY).mutate(|signed: Result<Option<BlockNumber>, _>| {
			match signed {
				Ok(Some(signed)) if signed == round => Err(Idle::AlreadySigned),
				_ => Ok(round),
			}
		});
	match outcome {
		Ok(_) => Ok(()),
		Err(MutateStorageError::ValueFunctionFailed(idle)) => Err(idle),
		Err(MutateStorageError::ConcurrentModification(_)) => Err(Idle::AlreadySigned),
	}
}
