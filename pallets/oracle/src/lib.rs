//! Prices from bonded reporters.
//!
//! Validators report the prices of all feeds in every block, in transactions signed by their
//! session's oracle key. At the beginning of the next block, before any user can react, this
//! pallet makes one price of the unexpired reports of each feed: the weighted lower median, with a
//! confidence, a time and a grade that says what the price is good for. It keeps the reporters'
//! bonds, counts what they do, takes from the bond and weight of those who repeatedly report
//! outliers, and rewards those who report.
//!
//! The arithmetic is `breakwater_oracle_math`; `docs/oracle.md` tells the whole story.
//!
//! Nothing in the hook can fail or panic: a feed that cannot be aggregated keeps its last price and
//! loses its grade.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod feed;
#[cfg(test)]
mod mock;
mod offchain;
mod prices;
mod queries;
mod report;
mod reporters;
mod rounds;
#[cfg(test)]
mod tests;
mod try_state;
pub mod weights;

pub use feed::{Feed, GenesisFeed, PriceState};
pub use pallet::*;
pub use report::{
	EMPTY_REPORT, FINALIZED_AHEAD, IMPLAUSIBLE_QUOTE, QUOTES_OUT_OF_ORDER, QUOTE_FROM_THE_FUTURE,
	UNKNOWN_FEED,
};
pub use reporters::{Payday, Reporter, Standing, PAID_AT_ONCE};
pub use rounds::StoredReport;
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds; and lengths are bounded far below 2³².
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use breakwater_oracle_math::{ConductRules, Validity, MAX_REPORTERS};
	use breakwater_primitives::{
		oracle::{FeedId, OracleSignature, Quotes, Report, MAX_FEEDS},
		AccountId, Balance, BlockNumber,
	};
	use frame_support::{
		dispatch::DispatchClass,
		pallet_prelude::*,
		traits::{fungible, Get},
		PalletId,
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

	/// The most reporters of a session.
	pub type MaxReporters = ConstU32<{ MAX_REPORTERS as u32 }>;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<
			RuntimeEvent: From<Event<Self>>,
			AccountId = AccountId,
			Hash = breakwater_primitives::Hash,
		>
	{
		/// Why a bond is held.
		type RuntimeHoldReason: From<HoldReason>;

		/// Holds the bonds and pays the rewards.
		type Currency: fungible::MutateHold<AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>
			+ fungible::Mutate<AccountId>;

		/// The time of the block whose hooks run, in milliseconds since the Unix epoch. Hooks run
		/// before the block's timestamp is set, so it comes from the block's slot.
		type SlotTime: Get<u64>;

		/// How far the time of a quote may be ahead of the last block's, in milliseconds: clocks
		/// differ.
		#[pallet::constant]
		type ClockTolerance: Get<u64>;

		/// Whose account holds what was slashed and what rewards are paid from.
		#[pallet::constant]
		type PotId: Get<PalletId>;

		/// How often rewards are paid, in blocks.
		#[pallet::constant]
		type RewardPeriod: Get<BlockNumber>;

		/// What all reporters together earn in a period in which none misses a round.
		#[pallet::constant]
		type PeriodReward: Get<Balance>;

		/// How strikes become penalties, and how both are forgiven.
		type ConductRules: Get<ConductRules>;

		/// What the calls and the hook weigh.
		type WeightInfo: WeightInfo;
	}

	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The bond of a reporter of prices.
		ReporterBond,
	}

	/// The feeds; a feed's identifier is its place. Fixed at genesis.
	#[pallet::storage]
	pub type Feeds<T: Config> = StorageValue<_, BoundedVec<Feed, ConstU32<MAX_FEEDS>>, ValueQuery>;

	/// The price of each feed that ever had one.
	#[pallet::storage]
	pub type Prices<T: Config> = StorageMap<_, Twox64Concat, FeedId, PriceState>;

	/// Those who report in this session, with their weights.
	#[pallet::storage]
	pub type Reporters<T: Config> = StorageValue<_, BoundedVec<Reporter, MaxReporters>, ValueQuery>;

	/// The reporters before the last change of keys, and the block of that change: what they signed
	/// before it still counts.
	#[pallet::storage]
	pub type PreviousReporters<T: Config> =
		StorageValue<_, (BlockNumber, BoundedVec<Reporter, MaxReporters>), ValueQuery>;

	/// The last report of each reporter.
	#[pallet::storage]
	pub type Reports<T: Config> = StorageMap<_, Twox64Concat, AccountId, StoredReport>;

	/// What the chain holds for and against each reporter.
	#[pallet::storage]
	pub type Standings<T: Config> = StorageMap<_, Twox64Concat, AccountId, Standing, ValueQuery>;

	/// The first block of this reward period.
	#[pallet::storage]
	pub type PeriodStart<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

	/// How far paying for the last period has come; none when all are paid.
	#[pallet::storage]
	pub type PayingOut<T: Config> = StorageValue<_, Payday, OptionQuery>;

	/// The weighted lower median of the final blocks the reporters know of.
	#[pallet::storage]
	pub type KnownFinalized<T: Config> = StorageValue<_, BlockNumber, OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A report was accepted. Its quotes count from the next block on until they expire.
		Reported { reporter: AccountId, round: BlockNumber, finalized: BlockNumber, quotes: Quotes },
		/// The reporters agreed on a price.
		Aggregated {
			feed: FeedId,
			price: u64,
			confidence: u64,
			/// When the sources had it: milliseconds since the Unix epoch.
			time: u64,
			/// How many quotes it rests on.
			reporters: u32,
		},
		/// What a price may be used for has changed.
		ValidityChanged { feed: FeedId, from: Option<Validity>, to: Validity },
		/// A reporter's price was an outlier.
		Struck { reporter: AccountId, feed: FeedId, price: u64, aggregate: u64, strikes: u32 },
		/// Strikes have cost a part of the bond, and the weight is halved this often.
		Penalised { reporter: AccountId, slashed: Balance, level: u8 },
		/// Good rounds have undone one halving of the weight.
		Recovered { reporter: AccountId, level: u8 },
		/// A reporter was paid for the rounds of a period; what was missing from the bond was added
		/// to it.
		Rewarded { reporter: AccountId, amount: Balance, bonded: Balance, good_rounds: u32 },
		/// The reporters and the weights by which their quotes count from this block on.
		WeightsChanged { weights: Vec<(AccountId, u128)> },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The report has no quotes.
		EmptyReport,
		/// The round is that of a block the chain has not reached: is the node on another fork?
		FutureRound,
		/// The round is over: reports are good for two blocks. The next one will be in time.
		PastRound,
		/// The key is not a reporter's of this session. Register it with session.setKeys.
		NotAReporter,
		/// This reporter has already reported for this round or a later one.
		AlreadyReported,
		/// The final block is ahead of the round.
		FinalizedAhead,
		/// Quotes must be ordered by feed, each feed at most once.
		QuotesOutOfOrder,
		/// There is no such feed.
		UnknownFeed,
		/// Price outside the feed's bounds, a confidence above the price, or no source.
		ImplausibleQuote,
		/// The time of a quote is ahead of the chain's. Check the node's clock.
		QuoteFromTheFuture,
		/// The signature is not the reporter's of this report on this chain.
		BadSignature,
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The feeds, in the order of their identifiers.
		pub feeds: Vec<GenesisFeed>,
		/// The bond of each reporter, held on its account, in the token's smallest unit.
		pub bond: Balance,
		/// Nothing; the macro asks for it.
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		// A genesis that cannot be is stopped before there is a chain.
		#[allow(clippy::expect_used, clippy::panic)]
		fn build(&self) {
			let feeds = feed::from_genesis(&self.feeds)
				.unwrap_or_else(|problem| panic!("the oracle's genesis: {problem}"));
			Feeds::<T>::put(feeds);
			Pallet::<T>::bond_reporters(self.bond)
				.expect("the oracle's genesis: every reporter's account holds its bond");
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::begin_block()
		}

		fn offchain_worker(_: BlockNumberFor<T>) {
			Self::report_local_quotes();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Reports the prices of a round.
		///
		/// Needs no account and costs nothing: a signature by the reporter's oracle key of this
		/// session authorises it, once for each round. Valid in the two blocks after the round.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::report(report.quotes.len() as u32), DispatchClass::Operational))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_report(report.quotes.len() as u32))]
		#[pallet::authorize(|source, report, signature| Self::authorize_report(source, report, signature))]
		pub fn report(
			origin: OriginFor<T>,
			report: Report,
			// Checked by the authorisation.
			_signature: OracleSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::accept(report)
		}
	}
}
