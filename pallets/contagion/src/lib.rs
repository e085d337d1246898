//! The contagion monitor: what would be liquidated at which price, and how far pools pull each
//! other down.
//!
//! The ledger tells it where each position is liquidated, through
//! [`Contagion`](breakwater_interfaces::Contagion): a histogram for each market, in pages, of which
//! a change touches one or two. In each block it looks at one market or asset; when it has looked at
//! all, it measures how the pools overlap. What it found the risk engine reads once a block, as one
//! value, through [`ContagionLoads`](breakwater_interfaces::ContagionLoads), and lowers caps of open
//! interest and raises initial margin with it.
//!
//! There is no call, and nothing that an origin may set. A block's work does not grow with the
//! number of accounts: at most five pages of a histogram, or one small value for each market and
//! asset that is listed.
//!
//! The arithmetic is `breakwater_contagion`; `docs/contagion.md` tells what the numbers mean.

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
mod histogram;
#[cfg(test)]
mod mock;
mod round;
#[cfg(test)]
mod tests;
mod try_state;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use views::{AssetView, MarketView, Network};
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds; and the encoding derived for an enum casts its index.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_contagion::{Page, PageId};
	use breakwater_interfaces::{Loads, RiskEngine};
	use breakwater_units::{Amount, AssetId, MarketId, PoolId, Ratio};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	/// Most pools that are looked at.
	pub const MAX_POOLS: u32 = 16;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Who knows marks, depth and open interest.
		type RiskEngine: RiskEngine;
		/// What a block's work weighs.
		type WeightInfo: WeightInfo;
		/// Gives a market and an asset prices.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	/// The histogram of each market: lots by the price at which they are liquidated. Pages that are
	/// empty are not there.
	#[pallet::storage]
	pub type Pages<T: Config> =
		StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, PageId, Page>;

	/// What the accounts of each pool hold of each collateral asset.
	#[pallet::storage]
	pub type Collateral<T: Config> = StorageMap<
		_,
		Twox64Concat,
		AssetId,
		BoundedVec<(PoolId, Amount), ConstU32<MAX_POOLS>>,
		ValueQuery,
	>;

	/// What was seen of each market when its turn came last.
	#[pallet::storage]
	pub type MarketViews<T: Config> = StorageMap<_, Twox64Concat, MarketId, MarketView>;

	/// What was seen of each asset when its turn came last.
	#[pallet::storage]
	pub type AssetViews<T: Config> = StorageMap<_, Twox64Concat, AssetId, AssetView>;

	/// How the pools overlapped at the end of the last round.
	#[pallet::storage]
	pub type Overlap<T: Config> = StorageValue<_, Network, ValueQuery>;

	/// What the risk engine is told.
	#[pallet::storage]
	pub type Current<T: Config> = StorageValue<_, Loads, ValueQuery>;

	/// Whose turn is next: the markets' in the order of listing, then the assets', then the pools'.
	#[pallet::storage]
	pub type Turn<T: Config> = StorageValue<_, u32, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Liquidation at risk of a market over its depth is more than a tenth from where it was
		/// last seen: the worst for a falling price and for a rising one.
		LoadChanged { market: MarketId, down: Ratio, up: Ratio },
		/// The largest eigenvalue of the pools' overlap is more than a tenth from where it was. It
		/// lies between the two, in quanta.
		OverlapChanged { lowest: u128, highest: u128 },
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::take_turn()
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
