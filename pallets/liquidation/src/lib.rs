//! Liquidation: closes what accounts below zero hold, as little as restores them.
//!
//! The ledger queues accounts whose health is below zero. Once a block this pallet takes them, the
//! worst first: it cancels their orders, computes what to close and down to which price, crosses
//! long against short forced flow at mark, and forces the rest into the block's batch at a Dutch
//! price. What the batch leaves is open to bids until the next block. What nobody buys, the
//! backstop takes at the reserve; an account worth less than nothing it takes over whole.
//!
//! It promises:
//!
//! * **Nobody is closed who need not be.** An account is computed anew in the block in which its
//!   offers are good, and again before a bid fills.
//! * **Nothing fills below its reserve**: the price at which the account would lose more than its
//!   part of what it has. Fees included, a fill cannot take an account below zero.
//! * **Nobody starves, and nobody stops the others.** The worst have half of a block, all others
//!   take turns. An account that fails is set aside and tried again alone.
//! * **Liquidations do not move the mark**: the exchange measures without them.
//!
//! | call | who | what |
//! |---|---|---|
//! | `bid` | the owner of a subaccount, at full initial margin | takes positions at their Dutch prices |
//! | `bid_collateral` | the same | buys collateral of accounts with debt at its Dutch prices |
//!
//! The arithmetic is `breakwater_liquidation`; `docs/liquidation.md` tells it.

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
mod bids;
mod flow;
#[cfg(test)]
mod mock;
mod offers;
mod plan;
#[cfg(test)]
mod properties;
mod queries;
mod queue;
mod terms;
#[cfg(test)]
mod tests;
mod try_state;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use queries::OpenOffer;
pub use types::{Auction, BidFill, BidOutcome, End, Offer, Plan, Venue, Waiting, MAX_POOLS};
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_interfaces::{
		Breakers, Estates, Exchange, Insurance, Ledger, LedgerError, LiquidationTerms, Listings,
		RiskEngine, Solvency, SubaccountId,
	};
	use breakwater_liquidation::LiquidationError;
	use breakwater_margin::{LegId, MarginError};
	use breakwater_primitives::AccountId;
	use breakwater_units::{
		AccountKey, ArithmeticError, AssetId, Lots, MarketId, NanoQuote, Price, Quote, Side, Size,
	};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	/// Most offers that a bid looks at.
	pub const MAX_LOOKED: u32 = 128;
	/// Most offers that a bid fills.
	pub const MAX_FILLED: u32 = 32;
	/// The same of a bid for collateral, of which each is heavier: the account that sells may have
	/// all the legs there may be.
	pub const MAX_SOLD: u32 = 16;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = AccountId>
	{
		/// The subaccounts, and what is done with those in liquidation.
		type Ledger: Ledger + Solvency + Estates;
		/// The indices.
		type RiskEngine: RiskEngine;
		/// Where the orders of an account in liquidation rest.
		type Exchange: Exchange;
		/// The terms of the markets.
		type Listings: Listings;
		/// Who takes over what nobody buys.
		type Insurance: Insurance;
		/// Whether accounts may be liquidated now, and bids be made.
		type Breakers: Breakers;
		/// Milliseconds since the Unix epoch, as of this block.
		type Now: Get<u64>;
		/// How collateral is sold.
		type CollateralTerms: Get<LiquidationTerms>;
		/// Most accounts that have offers at a time.
		#[pallet::constant]
		type MaxAccounts: Get<u32>;
		/// Most due accounts that a block reads from the queue.
		#[pallet::constant]
		type MaxQueue: Get<u32>;
		/// Most forced orders in a batch.
		#[pallet::constant]
		type MaxForced: Get<u32>;
		/// Blocks after which an account that failed is tried again.
		#[pallet::constant]
		type RetryAfter: Get<u32>;
		/// What the calls and the stages weigh.
		type WeightInfo: WeightInfo;
		/// Makes accounts due.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	/// The accounts in liquidation. The key is a hash already.
	#[pallet::storage]
	pub type Plans<T: Config> = StorageMap<_, Identity, AccountKey, Plan>;

	/// How many of them have offers.
	#[pallet::storage]
	pub type OfferingAccounts<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What is offered, by auction and account.
	#[pallet::storage]
	pub type Offers<T: Config> =
		StorageDoubleMap<_, Twox64Concat, Auction, Identity, AccountKey, Offer>;

	/// Whose offers were computed in the last block that looked, by auction: only these may fill.
	#[pallet::storage]
	pub type Fresh<T: Config> =
		StorageMap<_, Twox64Concat, Auction, BoundedVec<AccountKey, T::MaxAccounts>, ValueQuery>;

	/// Due accounts that the last block could not reach.
	#[pallet::storage]
	pub type Backlog<T: Config> = StorageValue<_, Waiting, ValueQuery>;

	/// The account whose plan was looked at last, out of turn.
	#[pallet::storage]
	pub type PlanCursor<T: Config> = StorageValue<_, AccountKey, OptionQuery>;

	/// The place in the queue where the turns of the next block begin.
	#[pallet::storage]
	pub type Turn<T: Config> = StorageValue<_, u32, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Orders of an account in liquidation were cancelled.
		OrdersCancelled { account: AccountKey, orders: u32 },
		/// An account offers lots of a leg, or another number of them than before: from the Dutch
		/// price of now down, or up, to its reserve. `budget`, in billionths of a quantum, is what
		/// the whole leg of `held` lots may lose.
		Offered {
			account: AccountKey,
			leg: LegId,
			lots: Lots,
			held: Lots,
			mark: Price,
			price: Price,
			reserve: Price,
			budget: NanoQuote,
		},
		/// The mark moved in the account's favour: the curve begins anew.
		CurveReset { account: AccountKey, leg: LegId, mark: Price, opened_mark: Price },
		/// An offer is no more.
		OfferEnded { account: AccountKey, leg: LegId, left: Lots, reason: End },
		/// An offer was filled. `left` is still to be traded.
		Filled {
			account: AccountKey,
			leg: LegId,
			/// Bought is positive.
			lots: Lots,
			price: Price,
			/// What the account paid to the pool's fund.
			fee: Quote,
			left: Lots,
			venue: Venue,
		},
		/// A bid took lots at the Dutch prices of their offers. `cost` is what the bidder paid, or
		/// received if it is negative.
		BidFilled { bidder: AccountKey, leg: LegId, lots: Lots, cost: Quote, accounts: u32 },
		/// An account worth less than nothing went to the backstop as it was. `deficit` is missing.
		Absorbed { account: AccountKey, deficit: Quote },
		/// An account in liquidation is no longer below zero, or has nothing left to close.
		Ended { account: AccountKey, reason: End },
		/// An account failed. It is tried again in the block named; the others go on.
		SetAside { account: AccountKey, error: DispatchError, retry: BlockNumberFor<T> },
		/// The forced flow of a market could not be netted: all of it goes to the batch.
		NettingFailed { market: MarketId, error: DispatchError },
		/// A fee could not be charged.
		FeeFailed { account: AccountKey, error: DispatchError },
		/// So many due accounts wait for the next block.
		BacklogChanged { accounts: u32 },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such subaccount. Open it first.
		UnknownSubaccount,
		/// The market is not listed, or has had no price yet.
		UnknownMarket,
		/// The asset is not listed, or has had no price yet.
		UnknownAsset,
		/// The market belongs to another pool than the subaccount.
		OtherPool,
		/// The subaccount is isolated in another market.
		Isolated,
		/// A breaker does not allow bids here now.
		NotNow,
		/// A bid for no lots.
		NoSize,
		/// The bidder is in liquidation itself.
		InLiquidation,
		/// Nothing is offered on that side at the limit or better. Prices move every block.
		NothingOffered,
		/// The bidder would not have the initial margin.
		NotEnoughMargin,
		/// The bidder has less quote than the collateral costs.
		NotEnoughQuote,
		/// The bidder's position would be larger than any may be.
		PositionTooLarge,
		/// The account would have more legs than it may.
		TooManyLegs,
		/// A number does not fit. A fault of the chain.
		Arithmetic,
	}

	impl<T> From<LedgerError> for Error<T> {
		fn from(error: LedgerError) -> Self {
			match error {
				LedgerError::UnknownSubaccount => Self::UnknownSubaccount,
				LedgerError::UnknownMarket => Self::UnknownMarket,
				LedgerError::OtherPool => Self::OtherPool,
				LedgerError::Isolated => Self::Isolated,
			}
		}
	}

	impl<T> From<ArithmeticError> for Error<T> {
		fn from(_: ArithmeticError) -> Self {
			Self::Arithmetic
		}
	}

	impl<T> From<MarginError> for Error<T> {
		fn from(error: MarginError) -> Self {
			match error {
				MarginError::UnknownMarket(_) => Self::UnknownMarket,
				MarginError::UnknownAsset(_) => Self::UnknownAsset,
				MarginError::TooManyLegs => Self::TooManyLegs,
				MarginError::PositionTooLarge => Self::PositionTooLarge,
				_ => Self::Arithmetic,
			}
		}
	}

	impl<T> From<LiquidationError> for Error<T> {
		fn from(error: LiquidationError) -> Self {
			match error {
				LiquidationError::Margin(error) => error.into(),
				_ => Self::Arithmetic,
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::CollateralTerms::get().are_valid(), "the terms of collateral are bounded");
			assert!(T::MaxAccounts::get() > 0 && T::MaxQueue::get() > 0, "somebody has a place");
			assert!(T::MaxForced::get() > 0 && T::RetryAfter::get() > 0, "it goes on");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Trades up to `size` lots on `side` against what accounts in liquidation offer, at the
		/// Dutch price of each, the best first, none worse than `limit`. Where several offer at one
		/// price, they share by size. The caller's subaccount `number` needs the initial margin
		/// for all of it, or nothing happens.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::heaviest(T::WeightInfo::bid, MAX_FILLED))]
		pub fn bid(
			origin: OriginFor<T>,
			number: u16,
			market: MarketId,
			side: Side,
			size: Size,
			limit: Price,
		) -> DispatchResultWithPostInfo {
			let id = SubaccountId { owner: ensure_signed(origin)?, number };
			let bidder = id.key();
			Self::weighed(&bidder, (T::WeightInfo::bid, MAX_FILLED), || {
				Self::do_bid(&bidder, market, (side, size, limit))
			})
		}

		/// Buys up to `size` collateral lots from accounts in liquidation of the subaccount's pool,
		/// as [`Self::bid`] does positions. The subaccount pays from its cash, and must have the
		/// initial margin afterwards.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::heaviest(T::WeightInfo::bid_collateral, MAX_SOLD))]
		pub fn bid_collateral(
			origin: OriginFor<T>,
			number: u16,
			asset: AssetId,
			size: Size,
			limit: Price,
		) -> DispatchResultWithPostInfo {
			let id = SubaccountId { owner: ensure_signed(origin)?, number };
			let bidder = id.key();
			Self::weighed(&bidder, (T::WeightInfo::bid_collateral, MAX_SOLD), || {
				Self::do_bid_collateral(&bidder, asset, (size, limit))
			})
		}
	}
}
