//! The ledger: subaccounts, what they hold, what they owe, and who must be liquidated.
//!
//! A subaccount belongs to one risk pool and has cash, collateral, positions and perhaps a loan.
//! This pallet is the only one that changes it. It promises:
//!
//! * **To the unit.** In every pool the claims of all accounts and of the fund are the quote in
//!   custody and what is lent out; in every market lots held long are lots held short; of every
//!   asset the accounts hold what the vault holds.
//! * **Nobody is missed.** Every account that owes anything is filed in the trigger book after
//!   every change, so a step of the book wakes whoever has become liquidatable and nobody who could
//!   not have. Its cost does not depend on how many accounts there are.
//! * **A fill that was admitted settles.** Margin is asked before: [`Batch`] answers for a batch
//!   what trades an account can carry.
//!
//! | call | who | what |
//! |---|---|---|
//! | `open` | anybody | opens a subaccount against a deposit |
//! | `close` | its owner | closes an empty one and returns the deposit |
//! | `transfer` | the owner of both | moves an asset between two, as far as margin permits |
//!
//! Everything else comes through [`breakwater_interfaces::Ledger`],
//! [`breakwater_interfaces::Solvency`] and [`breakwater_interfaces::Exposure`]. The arithmetic is
//! `breakwater_margin` and `breakwater_trigger_book`; `docs/accounts.md` tells it to its users.

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

mod batch;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod book;
mod books;
mod estates;
mod indices;
mod ledger;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod properties;
mod solvency;
mod stakes;
#[cfg(test)]
mod stakes_tests;
#[cfg(test)]
mod tests;
mod try_state;
mod weigh;
pub mod weights;
mod withdrawal;

pub use batch::Batch;
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use books::{PoolBook, Subaccount};
pub use pallet::*;
pub use solvency::SeenLevels;
pub use stakes::Stakes;
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_interfaces::{
		Contagion, Ledger, LedgerError, Levies, Prices, RiskEngine, SubaccountId, Vault,
	};
	use breakwater_margin::MarginError;
	use breakwater_primitives::{AccountId, Balance};
	use breakwater_trigger_book::{BookError, Cursor, DueKey, Filing, LevelKey};
	use breakwater_units::{
		AccountKey, Amount, ArithmeticError, AssetId, Lots, MarketId, NanoQuote, PoolId, Price,
		Quote, Size,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible, Contains},
	};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = AccountId>
	{
		/// Why a deposit is held.
		type RuntimeHoldReason: From<HoldReason>;

		/// Holds the deposits of subaccounts.
		type Currency: fungible::MutateHold<AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>
			+ fungible::Mutate<AccountId>;

		/// What a subaccount's place in the state costs while it is open.
		#[pallet::constant]
		type SubaccountDeposit: Get<Balance>;

		/// The indices, and the terms of pools and assets.
		type RiskEngine: RiskEngine;

		/// Says whether prices are good enough to pay out.
		type Prices: Prices;

		/// Holds the assets.
		type Vault: Vault;

		/// Whether something else still needs a subaccount: open orders, say.
		type Busy: Contains<AccountKey>;

		/// The accounts that take positions over. They are never liquidated: what they fall short
		/// of zero, the funds pay.
		type Backstops: Contains<AccountKey>;

		/// What accounts owe to a deleveraging.
		type Levies: Levies;

		/// Who measures what would be liquidated where.
		type Contagion: Contagion;

		/// What the calls and the book's step weigh.
		type WeightInfo: WeightInfo;

		/// Lists markets and assets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit of a subaccount.
		Subaccount,
	}

	/// The subaccounts. The key is a hash already.
	#[pallet::storage]
	pub type Subaccounts<T: Config> = StorageMap<_, Identity, AccountKey, Subaccount>;

	/// The numbers of each owner's subaccounts.
	#[pallet::storage]
	pub type Numbers<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Twox64Concat, u16, ()>;

	/// The books of each pool.
	#[pallet::storage]
	pub type Pools<T: Config> = StorageMap<_, Twox64Concat, PoolId, PoolBook, ValueQuery>;

	/// Lots held long in each market, which is what is held short.
	#[pallet::storage]
	pub type OpenInterest<T: Config> = StorageMap<_, Twox64Concat, MarketId, Size, ValueQuery>;

	/// What all subaccounts hold of each collateral asset.
	#[pallet::storage]
	pub type Held<T: Config> = StorageMap<_, Twox64Concat, AssetId, Amount, ValueQuery>;

	/// The trigger book's levels. `Identity`: the order of the keys is the order of reading.
	#[pallet::storage]
	pub type Levels<T: Config> = StorageMap<_, Identity, LevelKey, ()>;

	/// The accounts whose health is below zero, the largest shortfall first. `Identity`, as above.
	#[pallet::storage]
	pub type Due<T: Config> = StorageMap<_, Identity, DueKey, ()>;

	/// How each account is filed in the trigger book. The key is a hash already.
	#[pallet::storage]
	pub type Filings<T: Config> = StorageMap<_, Identity, AccountKey, Filing>;

	/// Where the last step of the book left off.
	#[pallet::storage]
	pub type StepCursor<T: Config> = StorageValue<_, Cursor, ValueQuery>;

	/// The indices that the last step of the book has seen: it looks at those that moved since.
	#[pallet::storage]
	pub type Seen<T: Config> = StorageValue<_, SeenLevels, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A subaccount was opened.
		Opened { account: AccountKey, id: SubaccountId, pool: PoolId, isolated: Option<MarketId> },
		/// A subaccount was closed, and its deposit released.
		Closed { account: AccountKey },
		/// An account received an asset; none is the quote asset.
		Credited { account: AccountKey, asset: Option<AssetId>, amount: Amount },
		/// An asset left an account.
		Debited { account: AccountKey, asset: Option<AssetId>, amount: Amount },
		/// An account traded. Cash changed by `realised − funding − fee`, in quanta.
		Traded {
			account: AccountKey,
			market: MarketId,
			/// Bought is positive.
			lots: Lots,
			price: Price,
			fee: Quote,
			/// Funding paid since its last trade in the market; received is negative.
			funding: Quote,
			/// Profit of what was closed.
			realised: Quote,
			/// The position after it.
			position: Lots,
		},
		/// Quanta went from one account to another; none is the pool's fund.
		Transferred {
			pool: PoolId,
			from: Option<AccountKey>,
			to: Option<AccountKey>,
			amount: Quote,
		},
		/// An account paid its part of a deleveraging, or of the final settlement of its pool. Its
		/// trades for it are in `Traded`, before it.
		Levied { account: AccountKey, payee: AccountKey, charge: Quote },
		/// All that was in an account is in another.
		Absorbed { account: AccountKey, into: AccountKey },
		/// Collateral was sold to another account of the pool.
		CollateralSold {
			from: AccountKey,
			to: AccountKey,
			asset: AssetId,
			amount: Amount,
			proceeds: Quote,
		},
		/// Quanta went from the fund of a pool to that of another.
		FundMoved { from: PoolId, to: PoolId, amount: Quote },
		/// The pool lent to an account; below zero, it was paid back.
		Lent { account: AccountKey, amount: Quote, principal: Quote },
		/// Interest on the loans of a pool went to its fund.
		InterestBooked { pool: PoolId, amount: Quote },
		/// Health, in billionths of a quantum, is less than a quarter of the maintenance margin.
		MarginCall { account: AccountKey, health: NanoQuote, margin: NanoQuote },
		/// Health is below zero by so much, in billionths of a quantum.
		AccountDue { account: AccountKey, shortfall: NanoQuote },
		/// An account could not be computed: it is at the end of the due queue.
		SetAside { account: AccountKey },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such subaccount. Open it first.
		UnknownSubaccount,
		/// There is no such pool.
		UnknownPool,
		/// The market is not listed, or has had no price yet.
		UnknownMarket,
		/// The asset is not listed, or has had no price yet.
		UnknownAsset,
		/// The market, or the other account, belongs to another pool.
		OtherPool,
		/// The subaccount is isolated in another market.
		Isolated,
		/// There is such a subaccount already.
		AlreadyOpen,
		/// The subaccount still has something in it: close positions and withdraw first.
		NotEmpty,
		/// Orders of the subaccount are open, or a withdrawal waits: cancel or collect first.
		Busy,
		/// The subaccount has as many positions, or collateral assets, as it may.
		TooManyLegs,
		/// The position would be larger than any may be.
		PositionTooLarge,
		/// All accounts together would hold more of the asset than its cap.
		CapReached,
		/// More than an account can hold.
		AmountTooLarge,
		/// An amount of zero, or below.
		NoAmount,
		/// More than margin, loan limits and the quote in custody leave free.
		BeyondFree,
		/// The price of a leg is not good enough to take anything out. It will be again, or close
		/// the positions and pay the loan back.
		PriceNotGood,
		/// Both subaccounts are the same.
		SameSubaccount,
		/// Lots of a batch do not sum to zero.
		Unbalanced,
		/// The payer has less, or what is left of a fund would be less than its backers'.
		NotEnough,
		/// A deleveraging is being prepared that counts on what the account has. Try again in a few
		/// blocks.
		LevyPending,
		/// The trigger book does not take the account. A fault of the chain.
		BookFailed,
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

	impl<T> From<ArithmeticError> for Error<T> {
		fn from(_: ArithmeticError) -> Self {
			Self::Arithmetic
		}
	}

	impl<T> From<BookError> for Error<T> {
		fn from(_: BookError) -> Self {
			Self::BookFailed
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
		/// Opens the caller's subaccount `number` in a pool, and holds a deposit for it. If
		/// `isolated` names a market, it can trade only that one.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open())]
		pub fn open(
			origin: OriginFor<T>,
			number: u16,
			pool: PoolId,
			isolated: Option<MarketId>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			let id = SubaccountId { owner, number };
			Self::open_account(&id, pool, isolated, T::SubaccountDeposit::get())?;
			Ok(())
		}

		/// Closes the caller's subaccount `number`, which must be empty, and releases its deposit.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::close())]
		pub fn close(origin: OriginFor<T>, number: u16) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::close_account(&SubaccountId { owner, number })
		}

		/// Moves an asset, or quote if `asset` is none, between two subaccounts of the caller in
		/// one pool: as much as could be withdrawn from the first, were the quote at hand.
		#[pallet::call_index(2)]
		#[pallet::weight(
			T::WeightInfo::transfer().saturating_add(<Pallet<T> as Ledger>::touching_weight(2))
		)]
		pub fn transfer(
			origin: OriginFor<T>,
			from: u16,
			to: u16,
			asset: Option<AssetId>,
			amount: Amount,
		) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			let both = [from, to].map(|number| SubaccountId { owner: owner.clone(), number }.key());
			let [from, to] = &both;
			<Self as Ledger>::touching(&both, T::WeightInfo::transfer(), || {
				Self::move_own(from, to, asset, amount)
			})
		}
	}
}
