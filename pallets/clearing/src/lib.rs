//! The block pipeline.
//!
//! At the beginning of every block, after the oracle has aggregated and before any user can react
//! to the new prices, this pallet moves the risk indices, steps the breakers, finds the accounts
//! that are due, and runs one batch per market, in this order and within a weight budget. What does
//! not fit is carried over, and goes first in the next block.
//!
//! Nothing here can fail: each market's batch runs in a storage layer of its own. One that fails is
//! rolled back and its market quarantined, while the others go on.
//!
//! There is no call.

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
mod fullness;
#[cfg(test)]
mod mock;
mod pipeline;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use pipeline::{Budget, Noted, Report};
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds; and the encoding derived for an enum casts its index.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_interfaces::{Breakers, Exchange, Insurance, Liquidation, RiskEngine, Solvency};
	use breakwater_units::{MarketId, Ratio};
	use frame_support::{pallet_prelude::*, traits::Get};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The time of the block whose hooks run, in milliseconds since the Unix epoch. Hooks run
		/// before the block's timestamp is set, so it comes from the block's slot.
		type SlotTime: Get<u64>;
		/// Stage 2.
		type RiskEngine: RiskEngine;
		/// Stage 3.
		type Breakers: Breakers;
		/// Stage 4.
		type Solvency: Solvency;
		/// Stage 5: what happens to accounts that are due.
		type Liquidation: Liquidation;
		/// Stage 6.
		type Exchange: Exchange;
		/// Stage 7: who takes over what nobody bought, and pays what is owed.
		type Insurance: Insurance;
		/// What the pipeline may weigh in a block.
		type Budget: Get<Budget>;
		/// What the pipeline itself weighs.
		type WeightInfo: WeightInfo;
	}

	/// The place, in the list of markets, of the one whose batch is run first.
	#[pallet::storage]
	pub type FirstMarket<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What each market's batch weighed in the last block.
	#[pallet::storage]
	pub type BatchWeights<T: Config> = StorageValue<_, Noted, ValueQuery>;

	/// What the pipeline did in this block.
	#[pallet::storage]
	pub type LastReport<T: Config> = StorageValue<_, Report, ValueQuery>;

	/// The share of what ordinary transactions may use in a block that they do use, averaged over
	/// about a minute.
	#[pallet::storage]
	#[pallet::getter(fn fullness)]
	pub type BlockFullness<T: Config> = StorageValue<_, Ratio, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A market's batch failed. Nothing of it happened, and the market is quarantined.
		MarketFailed { market: MarketId, error: DispatchError },
		/// A market's batch did not fit into the block. It is the first in the next one.
		MarketDeferred { market: MarketId },
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::run()
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			Self::measure_fullness();
		}
	}
}
