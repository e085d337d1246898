//! The graded breakers of markets and the chain.
//!
//! The machines are those of `breakwater_breaker`; this pallet keeps their states and feeds them
//! what they cannot know: the index and its band, the age of its price and the weight of reporters
//! that is missing, the gap since the last block, the finality the reporters know of, and the
//! backlog of the pipeline. Clearing steps them once a block.
//!
//! There is no call. What the machines do follows from their inputs, so nobody, Root included, can
//! force a transition, and what was tripped is released by itself.

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

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod machine;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod try_state;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds; and the encoding derived for an enum casts its index.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_breaker::{Chain, ChainParams, Market, MarketParams, Matching, Pool};
	use breakwater_interfaces::{Prices, RiskEngine};
	use breakwater_primitives::oracle::FeedId;
	use breakwater_units::{MarketId, PoolId, Timestamp};
	use frame_support::{pallet_prelude::*, traits::Get};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Who knows how much of the reporters' weight is missing.
		type Prices: Prices;
		/// Who knows the index, its time, and its volatility.
		type RiskEngine: RiskEngine;
		/// When the chain's machine trips and releases.
		type ChainParams: Get<ChainParams>;
		/// What stepping a machine weighs.
		type WeightInfo: WeightInfo;
	}

	/// A market's breaker: what it listens to, and when it trips.
	#[pallet::storage]
	pub type Listed<T: Config> =
		StorageMap<_, Twox64Concat, MarketId, (FeedId, MarketParams), OptionQuery>;

	/// The state of each market's machine.
	#[pallet::storage]
	pub type Markets<T: Config> = StorageMap<_, Twox64Concat, MarketId, Market, ValueQuery>;

	/// The state of each pool's machine.
	#[pallet::storage]
	pub type Pools<T: Config> = StorageMap<_, Twox64Concat, PoolId, Pool, ValueQuery>;

	/// The state of the chain's machine.
	#[pallet::storage]
	#[pallet::getter(fn chain)]
	pub type ChainState<T: Config> = StorageValue<_, Chain, ValueQuery>;

	/// The time of this block, if it is the first after an outage.
	#[pallet::storage]
	pub type ResumedAt<T: Config> = StorageValue<_, Timestamp, OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A market trades in another way than before, or allows other actions.
		MarketChanged { market: MarketId, state: Market, matching: Matching },
		/// A market's call auction did not find a price, and goes on.
		AuctionExtended { market: MarketId },
		/// A pool allows other actions than before.
		PoolChanged { pool: PoolId, state: Pool },
		/// The chain allows other actions than before.
		ChainChanged { state: Chain },
		/// The first block after an outage: liquidation waits for newer prices.
		Resumed { at: Timestamp },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The market has a breaker already.
		AlreadyListed,
		/// The breaker's parameters break a promise of the machine. See docs/breaker.md for the
		/// ranges.
		BadParameters,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			// The chain does not start with parameters that break the machine's promises.
			#[allow(clippy::expect_used)]
			T::ChainParams::get().validate().expect("the chain's breaker keeps its promises");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
