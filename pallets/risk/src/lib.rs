//! The index vector: marks, funding, volatility, margin rates and haircuts of every market and asset.
//!
//! This pallet owns what is listed (pools, collateral assets, and the risk terms of markets) and
//! everything about it that adjusts itself inside the bounds of its listing. Once a block,
//! `RiskEngine::begin_block` takes the oracle's prices and moves the indices that every account's
//! health is made of; between two blocks they stand still. Each index is one entry in storage, so
//! the health of an account costs one read for each of its legs.
//!
//! Nobody sets a rate by hand. Listing is the only thing an origin may do here, every bound of a
//! listing is checked with an error of its own, and what is listed does not change.
//!
//! Nothing that a hook reaches can fail or panic: a price that is missing or impossible leaves the
//! last index where it is, and the age of that index tells the breakers.
//!
//! The arithmetic is `breakwater_risk`, `breakwater_funding` and `breakwater_oracle_math`;
//! `docs/risk.md` has the formulas and their sources.

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

mod asset;
mod average;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod block;
mod correlation;
mod engine;
mod genesis;
mod listing;
mod market;
#[cfg(test)]
mod mock;
mod pairs;
mod pool;
mod quote;
#[cfg(test)]
mod tests;
mod try_state;
pub mod weights;

pub use asset::{AssetState, MAX_CONFIDENCE};
pub use average::LotsAverage;
pub use breakwater_interfaces::genesis::{GenesisBracket, GenesisThreshold, Percent, Whole};
pub use correlation::CommonMoves;
pub use genesis::{GenesisAsset, GenesisFund, GenesisPool, GenesisRamp};
pub use listing::{ListedMarket, QUOTE_DECIMALS};
pub use market::{MarketHistory, MarketState, BASIS_SPAN, BATCH_LIFETIME, TAIL_CONFIDENCE};
pub use pairs::{BarReturns, PairMoves, MAX_PAIRS};
pub use pallet::*;
pub use pool::{Loans, MAX_INTEREST_CATCH_UP};
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds; and lengths are bounded far below 2³².
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use breakwater_interfaces::{AssetTerms, ContagionLoads, Exposure, PoolTerms, Prices};
	use breakwater_margin::{
		BorrowIndex, CollateralIndex, LegIndex, MAX_COLLATERAL, MAX_POSITIONS,
	};
	use breakwater_primitives::oracle::FeedId;
	use breakwater_units::{AssetId, MarketId, PoolId, Price, Quote, Ratio};
	use frame_support::{
		pallet_prelude::*,
		traits::{EnsureOrigin, Get},
	};
	use frame_system::pallet_prelude::*;

	pub use breakwater_interfaces::MAX_MARKETS;
	/// Most collateral assets: an account may hold all of them.
	pub const MAX_ASSETS: u32 = 8;
	/// Most pools.
	pub const MAX_POOLS: u32 = 16;
	/// Most markets of a pool: its backstop, an account like any other, can hold them all, so it
	/// never has to turn an account away for want of a place.
	pub const MAX_POOL_MARKETS: u32 = MAX_POSITIONS;
	const _: () = assert!(MAX_ASSETS <= MAX_COLLATERAL, "an account can hold all assets");

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Who may list pools and assets.
		type ListingOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The oracle.
		type Prices: Prices;

		/// What accounts hold and owe.
		type Exposure: Exposure;

		/// Who measures contagion. It lowers the caps of open interest and raises the initial rate.
		type Contagion: ContagionLoads;

		/// The share of the blocks' capacity in use. Full blocks leave less room to unwind through,
		/// so margin rises with it.
		type Fullness: Get<Ratio>;

		/// What the calls and the stages of a block weigh.
		type WeightInfo: WeightInfo;
	}

	/// Terms of the pools. Identifiers count up from zero.
	#[pallet::storage]
	pub type Pools<T: Config> = StorageMap<_, Twox64Concat, PoolId, PoolTerms>;

	/// How many pools there are.
	#[pallet::storage]
	pub type PoolCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The borrow index of each pool that has seen a block.
	#[pallet::storage]
	pub type PoolLoans<T: Config> = StorageMap<_, Twox64Concat, PoolId, Loans>;

	/// Terms of the collateral assets. Identifiers count up from zero.
	#[pallet::storage]
	pub type Assets<T: Config> = StorageMap<_, Twox64Concat, AssetId, AssetTerms>;

	/// How many collateral assets there are.
	#[pallet::storage]
	pub type AssetCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What is known of each asset that ever had a price.
	#[pallet::storage]
	pub type AssetStates<T: Config> = StorageMap<_, Twox64Concat, AssetId, AssetState>;

	/// What a lot of each asset adds to health in this block.
	#[pallet::storage]
	pub type CollateralIndices<T: Config> = StorageMap<_, Twox64Concat, AssetId, CollateralIndex>;

	/// The markets and their pools, in the order of listing.
	#[pallet::storage]
	pub type MarketList<T: Config> =
		StorageValue<_, BoundedVec<(MarketId, PoolId), ConstU32<MAX_MARKETS>>, ValueQuery>;

	/// What each market was listed with.
	#[pallet::storage]
	pub type Markets<T: Config> = StorageMap<_, Twox64Concat, MarketId, ListedMarket>;

	/// What is known of each market that ever had a price; moves every block.
	#[pallet::storage]
	pub type MarketStates<T: Config> = StorageMap<_, Twox64Concat, MarketId, MarketState>;

	/// What the returns of each market were; moves once a bar.
	#[pallet::storage]
	pub type MarketHistories<T: Config> = StorageMap<_, Twox64Concat, MarketId, MarketHistory>;

	/// How much the markets move together, on average.
	#[pallet::storage]
	pub type Common<T: Config> = StorageValue<_, CommonMoves, ValueQuery>;

	/// The returns of this bar; moves once a bar for each market.
	#[pallet::storage]
	pub type Returns<T: Config> = StorageValue<_, BarReturns, ValueQuery>;

	/// How much each pair of markets moves together; moves once a bar.
	#[pallet::storage]
	pub type Pairs<T: Config> = StorageValue<_, PairMoves, ValueQuery>;

	/// What a lot of each market adds to health in this block.
	#[pallet::storage]
	pub type MarketIndices<T: Config> = StorageMap<_, Twox64Concat, MarketId, LegIndex>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A pool was listed.
		PoolListed { pool: PoolId, terms: Box<PoolTerms> },
		/// A collateral asset was listed. It counts from its first price on.
		AssetListed { asset: AssetId, terms: Box<AssetTerms> },
		/// A market was listed. It opens with its first price.
		MarketListed { market: MarketId, pool: PoolId, feed: FeedId },
		/// A market has its first price.
		MarketPriced { market: MarketId, index: Price },
		/// A collateral asset has its first price.
		AssetPriced { asset: AssetId, index: Price },
		/// A market's margin rates are more than a percent from where they were last told.
		MarginChanged {
			market: MarketId,
			/// In force for accounts that hold positions.
			maintenance: Ratio,
			/// For whoever adds risk.
			initial: Ratio,
			/// What maintenance is on its way up to, if it is.
			rising_to: Option<Ratio>,
		},
		/// An asset's haircuts are more than a percent, relative, from where they were last told.
		HaircutChanged {
			asset: AssetId,
			maintenance: Ratio,
			initial: Ratio,
			rising_to: Option<Ratio>,
		},
		/// Loans of a pool have grown by their interest, which its fund has.
		InterestAccrued { pool: PoolId, index: BorrowIndex, interest: Quote },
	}

	#[pallet::error]
	#[derive(PartialEq)]
	pub enum Error<T> {
		/// There are as many pools as there may be.
		TooManyPools,
		/// There are as many collateral assets as there may be.
		TooManyAssets,
		/// There are as many markets as there may be.
		TooManyMarkets,
		/// The name is empty.
		NoSymbol,
		/// Another one has this name.
		SymbolTaken,
		/// There is no such feed of prices.
		UnknownFeed,
		/// There is no such pool.
		UnknownPool,
		/// List a pool first: assets are valued in its quote asset.
		NoPool,
		/// The pools share one quote asset, so they must name the same feed for it.
		OtherQuoteFeed,
		/// An amount of money that is negative.
		NegativeAmount,
		/// The largest loan is above 10²⁴ quanta, or above what all accounts together may owe.
		LoanTooLarge,
		/// Interest of more than 100 % a year.
		InterestTooHigh,
		/// Interest must be charged at least once a day and at most once a minute.
		InterestPeriodOutOfRange,
		/// The part of notional that must stay is above one.
		NotionalFloorAboveOne,
		/// The limit of withdrawals has a share above one or a window of zero.
		BadOutflowLimit,
		/// A threshold of the pool's breaker releases at or above the level at which it trips.
		BadPoolBreaker,
		/// The stress of inventory is zero, or it or the share of the fund is above one.
		BadInventoryTerms,
		/// The band in which inventory is worked off is zero or wider than a mark's, or the share of
		/// depth is zero or above one.
		BadUnwindTerms,
		/// The share that an event draws is above one, or an event never ends: it does in 90 days.
		BadDrawTerms,
		/// A wait of a backer who leaves is zero, or more than 90 days.
		BadExitTerms,
		/// The base of the premium is above its most, which is at most one, or capital's share is
		/// above one.
		BadPremiumTerms,
		/// The share of open interest, or what is swept of capital, is above one.
		BadTargetTerms,
		/// The look-back of the fund is zero, or more than 90 days.
		BadLookBack,
		/// More than 24 decimals.
		TooManyDecimals,
		/// A collateral lot of no units.
		NoUnitsPerLot,
		/// What a tick of a lot is worth must be 1 to 10,000 quanta.
		TickValueOutOfRange,
		/// What a tick of a lot is worth does not follow from the decimals of asset and feed.
		TickValueMismatch,
		/// The haircut's least value is above one, its multiple is above 100, or its horizon above
		/// a month.
		BadHaircutParams,
		/// The steps or the share of the ramp are zero or above one.
		BadRampParams,
		/// Volatility of a day must be above zero and at most 100 %.
		DailySigmaOutOfRange,
		/// Daily volume must be above zero and at most 2⁴⁰ lots.
		DailyVolumeOutOfRange,
		/// The cap on an asset must be at least a lot and at most 2⁴⁰ lots.
		AssetCapOutOfRange,
		/// The least deposit is above the cap.
		MinDepositAboveCap,
		/// The market is listed already.
		MarketExists,
		/// The largest position must be 1 to 2⁴⁰ lots.
		MaxPositionOutOfRange,
		/// The margin rates' bounds: least above zero and at most the largest, which is at most
		/// one, and a share of 50 to 80 %.
		BadMarginParams,
		/// Margin and ramp name different shares of maintenance in initial margin.
		SharesDiffer,
		/// The largest rate times the largest factor of the brackets is above one.
		BracketsTooSteep,
		/// The horizon's delay is above its longest, which is zero or above a month, or its
		/// participation is zero or above one.
		BadHorizonParams,
		/// The multiple of volatility must be 1 to 100.
		TailOutOfRange,
		/// The band of the mark must be above zero and at most half of the index.
		MarkBandOutOfRange,
		/// The lower cap of open interest must be above zero, the upper above the lower, and within
		/// what fits.
		CapsOutOfOrder,
		/// The impact of a day's volume must be above zero and at most 100.
		ImpactOutOfRange,
		/// Contagion's shares must be above zero, what is left of the caps above zero and at most
		/// one, and the raise of the initial rate at most one.
		BadContagionParams,
		/// The size of impact prices must be above zero and at most 2⁴⁰ lots.
		ImpactSizeOutOfRange,
		/// The least volume of a batch must be above zero and at most 2⁴⁰ lots.
		LeastVolumeOutOfRange,
		/// The multiple of the funding cap must be above zero and at most 100.
		CapMultipleOutOfRange,
		/// The pool has as many markets as its backstop can hold: 24.
		TooManyPoolMarkets,
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The pools, in the order of their identifiers.
		pub pools: Vec<GenesisPool>,
		/// The collateral assets, in the order of their identifiers.
		pub assets: Vec<GenesisAsset>,
		/// Nothing; the macro asks for it.
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		// A genesis that cannot be is stopped before there is a chain.
		#[allow(clippy::panic)]
		fn build(&self) {
			Pallet::<T>::list_genesis(&self.pools, &self.assets)
				.unwrap_or_else(|problem| panic!("the risk engine's genesis: {problem}"));
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Lists a risk pool. Its identifier is the number of pools before it.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::list_pool())]
		pub fn list_pool(origin: OriginFor<T>, terms: Box<PoolTerms>) -> DispatchResult {
			T::ListingOrigin::ensure_origin(origin)?;
			Self::add_pool(*terms)?;
			Ok(())
		}

		/// Lists a collateral asset. Its identifier is the number of assets before it.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::list_asset())]
		pub fn list_asset(origin: OriginFor<T>, terms: Box<AssetTerms>) -> DispatchResult {
			T::ListingOrigin::ensure_origin(origin)?;
			Self::add_asset(*terms)?;
			Ok(())
		}
	}
}
