//! Which reports are accepted.

use breakwater_primitives::{
	oracle::{OracleId, OracleSignature, Quote, Report, REPORT_LONGEVITY},
	AccountId, BlockNumber,
};
use frame_support::{ensure, pallet_prelude::*};
use polkadot_sdk::*;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
	traits::{SaturatedConversion, Zero},
	transaction_validity::{
		InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
		TransactionValidityWithRefund, ValidTransaction,
	},
	DispatchResult,
};

use crate::{
	Config, Error, Event, Feed, Feeds, Pallet, PreviousReporters, Reporter, Reporters, Reports,
	Standings, StoredReport,
};

/// How far behind the best block a pool's look at the chain may be.
const ROUNDS_AHEAD_IN_POOL: BlockNumber = 8;

/// `InvalidTransaction::Custom`: see `Error::EmptyReport`.
pub const EMPTY_REPORT: u8 = 20;
/// `InvalidTransaction::Custom`: see `Error::FinalizedAhead`.
pub const FINALIZED_AHEAD: u8 = 21;
/// `InvalidTransaction::Custom`: see `Error::QuotesOutOfOrder`.
pub const QUOTES_OUT_OF_ORDER: u8 = 22;
/// `InvalidTransaction::Custom`: see `Error::UnknownFeed`.
pub const UNKNOWN_FEED: u8 = 23;
/// `InvalidTransaction::Custom`: see `Error::ImplausibleQuote`.
pub const IMPLAUSIBLE_QUOTE: u8 = 24;
/// `InvalidTransaction::Custom`: see `Error::QuoteFromTheFuture`.
pub const QUOTE_FROM_THE_FUTURE: u8 = 25;

impl<T: Config> Pallet<T> {
	/// Whether a report may enter the pool and the block.
	///
	/// Above every priority a tip can buy, and, where that is reached, before it by its short life.
	///
	/// A pool full of transactions looks at the chain as it was some blocks ago, so it may hold
	/// reports of rounds it does not know yet. A block may not.
	pub(crate) fn authorize_report(
		source: TransactionSource,
		report: &Report,
		signature: &OracleSignature,
	) -> TransactionValidityWithRefund {
		let ahead = if source == TransactionSource::InBlock { 0 } else { ROUNDS_AHEAD_IN_POOL };
		Self::check(report, signature, ahead).map_err(as_invalid::<T>)?;
		let valid = ValidTransaction::with_tag_prefix("breakwater/oracle")
			.priority(TransactionPriority::MAX)
			.and_provides((&report.reporter, report.round))
			.longevity(Self::blocks_left(report.round))
			.propagate(true)
			.build()?;
		Ok((valid, Weight::zero()))
	}

	/// All that is asked of a report; cheap things first, the signature last. Returns whose it is.
	/// Its round may be so many blocks ahead.
	///
	/// # Errors
	/// The first thing that is wrong.
	pub fn check(
		report: &Report,
		signature: &OracleSignature,
		ahead: BlockNumber,
	) -> Result<AccountId, Error<T>> {
		ensure!(!report.quotes.is_empty(), Error::<T>::EmptyReport);
		let block = Self::block();
		ensure!(report.round <= block.saturating_add(ahead), Error::<T>::FutureRound);
		ensure!(
			u64::from(block.saturating_sub(report.round)) <= REPORT_LONGEVITY,
			Error::<T>::PastRound
		);
		ensure!(report.finalized <= report.round, Error::<T>::FinalizedAhead);
		let account = Self::reporter_of(&report.reporter, report.round)?;
		let last = Standings::<T>::get(&account).last_round;
		ensure!(last.is_none_or(|last| last < report.round), Error::<T>::AlreadyReported);
		Self::check_quotes(&report.quotes)?;
		ensure!(Self::is_signed(report, signature), Error::<T>::BadSignature);
		Ok(account)
	}

	/// Whether a reporter of this session signed this, or of the last one for a round of that. Says
	/// nothing of whether the round is near or the quotes plausible.
	///
	/// Nodes pass on what is genuine, whatever block they are at.
	pub fn is_genuine(report: &Report, signature: &OracleSignature) -> bool {
		Self::reporter_of(&report.reporter, report.round).is_ok()
			&& Self::is_signed(report, signature)
	}

	fn is_signed(report: &Report, signature: &OracleSignature) -> bool {
		let genesis = frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
		);
		report.reporter.verify(&report.signed_bytes(&genesis), signature)
	}

	fn check_quotes(quotes: &[Quote]) -> Result<(), Error<T>> {
		let ordered = quotes.iter().zip(quotes.iter().skip(1)).all(|(a, b)| a.feed < b.feed);
		ensure!(ordered, Error::<T>::QuotesOutOfOrder);
		let feeds = Feeds::<T>::get();
		let latest = Self::latest_plausible_time();
		for quote in quotes {
			let feed = feeds.get(usize::from(quote.feed)).ok_or(Error::<T>::UnknownFeed)?;
			ensure!(is_plausible(quote, feed), Error::<T>::ImplausibleQuote);
			ensure!(quote.time <= latest, Error::<T>::QuoteFromTheFuture);
		}
		Ok(())
	}

	/// Takes a report that has passed [`Self::check`]. The same for a transaction and, later, an
	/// inherent.
	///
	/// # Errors
	/// `NotAReporter`, only without that check.
	pub fn accept(report: Report) -> DispatchResult {
		let reporter = Self::reporter_of(&report.reporter, report.round)?;
		let Report { round, finalized, quotes, .. } = report;
		Standings::<T>::mutate(&reporter, |standing| standing.last_round = Some(round));
		let stored =
			StoredReport { round, included: Self::block(), finalized, quotes: quotes.clone() };
		Reports::<T>::insert(&reporter, stored);
		Self::deposit_event(Event::Reported { reporter, round, finalized, quotes });
		Ok(())
	}

	/// Whose key this is. A key that was replaced is good for what it signed before.
	fn reporter_of(key: &OracleId, round: BlockNumber) -> Result<AccountId, Error<T>> {
		let holder = |reporters: &[Reporter]| {
			reporters
				.iter()
				.find(|reporter| reporter.key == *key)
				.map(|found| found.account.clone())
		};
		if let Some(account) = holder(&Reporters::<T>::get()) {
			return Ok(account);
		}
		let (replaced, previous) = PreviousReporters::<T>::get();
		ensure!(round < replaced, Error::<T>::NotAReporter);
		holder(&previous).ok_or(Error::<T>::NotAReporter)
	}

	pub(crate) fn block() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// A round's reports fit into the block after it and the one after that.
	fn blocks_left(round: BlockNumber) -> u64 {
		let last = u64::from(round).saturating_add(REPORT_LONGEVITY);
		// The block that is validated for comes after the best one.
		let best = u64::from(Self::block()).saturating_sub(1);
		last.saturating_sub(best).max(1)
	}

	fn latest_plausible_time() -> u64 {
		T::SlotTime::get().saturating_add(T::ClockTolerance::get())
	}
}

/// Whether a quote is within what its feed allows.
pub(crate) fn is_plausible(quote: &Quote, feed: &Feed) -> bool {
	(feed.min_price..=feed.max_price).contains(&quote.price)
		&& quote.confidence <= quote.price
		&& quote.sources > 0
}

/// What the pool answers. Standard words where there is one, else the codes of this module.
fn as_invalid<T: Config>(error: Error<T>) -> TransactionValidityError {
	match error {
		Error::FutureRound => InvalidTransaction::Future,
		Error::PastRound | Error::AlreadyReported => InvalidTransaction::Stale,
		Error::NotAReporter => InvalidTransaction::BadSigner,
		Error::BadSignature => InvalidTransaction::BadProof,
		Error::FinalizedAhead => InvalidTransaction::Custom(FINALIZED_AHEAD),
		Error::QuotesOutOfOrder => InvalidTransaction::Custom(QUOTES_OUT_OF_ORDER),
		Error::UnknownFeed => InvalidTransaction::Custom(UNKNOWN_FEED),
		Error::ImplausibleQuote => InvalidTransaction::Custom(IMPLAUSIBLE_QUOTE),
		Error::QuoteFromTheFuture => InvalidTransaction::Custom(QUOTE_FROM_THE_FUTURE),
		Error::EmptyReport | Error::__Ignore(..) => InvalidTransaction::Custom(EMPTY_REPORT),
	}
	.into()
}
