//! Assets in and out.
//!
//! This pallet holds every asset that subaccounts claim, on one account that nothing else may
//! spend from. It promises:
//!
//! * **Deposits always work**, in every state of the breakers, and cost no fee within a daily quota:
//!   a top-up is never what an account in trouble cannot afford.
//! * **Withdrawals are first come, first served.** The net outflow of quote from a pool is limited
//!   per window, with a share for each account. What exceeds the room waits in line as a ticket,
//!   already taken out of the account, and anybody may have it paid as room returns. No switch
//!   stops the line, so nothing is stuck.
//! * **One asset's depositors never pay out another's**, and one pool's never another pool's: quote
//!   is counted per pool.
//!
//! | call | who | what |
//! |---|---|---|
//! | `deposit` | the owner | puts an asset from the wallet into a subaccount |
//! | `withdraw` | the owner alone, no delegate | takes an asset out; what the limit holds back waits |
//! | `collect` | anybody | pays out what a ticket may have by now |
//! | `faucet` | anybody, in development | fills a wallet with test assets |

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
mod faucet;
#[cfg(test)]
mod mock;
mod movements;
#[cfg(test)]
mod tests;
mod try_state;
pub mod weights;

pub use faucet::Faucet;
pub use movements::{Daily, Waiting};
pub use pallet::*;
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_breaker::withdrawal::{Outflow, Usage, WithdrawalError};
	use breakwater_interfaces::{Breakers, Ledger, RiskEngine, SubaccountId};
	use breakwater_primitives::{AccountId, Balance};
	use breakwater_units::{AccountKey, Amount, AssetId, PoolId};
	use frame_support::{pallet_prelude::*, traits::fungibles, PalletId};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = AccountId>
	{
		/// The assets. A collateral asset has the same number here as in the ledger.
		type Assets: fungibles::Inspect<AccountId, AssetId = u32, Balance = Balance>
			+ fungibles::Mutate<AccountId>;

		/// The number of the quote asset.
		#[pallet::constant]
		type QuoteAsset: Get<u32>;

		/// Whose account holds everything.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The subaccounts.
		type Ledger: Ledger;

		/// The terms of pools and assets.
		type RiskEngine: RiskEngine;

		/// Says whether anything may leave a pool now.
		type Breakers: Breakers;

		/// Milliseconds since the Unix epoch, as of this block.
		type Now: Get<u64>;

		/// Deposits of an account in a day that cost no fee.
		#[pallet::constant]
		type FreeDeposits: Get<u16>;

		/// What the faucet gives; none where there is no faucet.
		type Faucet: Get<Option<Faucet>>;

		/// What the calls weigh.
		type WeightInfo: WeightInfo;
	}

	/// Quote of each pool in the vault, less what is promised to tickets.
	#[pallet::storage]
	pub type OnHand<T: Config> = StorageMap<_, Twox64Concat, PoolId, Amount, ValueQuery>;

	/// Quote of each pool that is promised to tickets.
	#[pallet::storage]
	pub type Promised<T: Config> = StorageMap<_, Twox64Concat, PoolId, Amount, ValueQuery>;

	/// Each collateral asset in the vault.
	#[pallet::storage]
	pub type Collateral<T: Config> = StorageMap<_, Twox64Concat, AssetId, Amount, ValueQuery>;

	/// What was requested of each pool's quote, and what released.
	#[pallet::storage]
	pub type Outflows<T: Config> = StorageMap<_, Twox64Concat, PoolId, Outflow, ValueQuery>;

	/// What each account that ever withdrew quote has asked for and not recovered yet.
	#[pallet::storage]
	pub type Usages<T: Config> = StorageMap<_, Identity, AccountKey, Usage, ValueQuery>;

	/// Withdrawals that wait.
	#[pallet::storage]
	pub type Tickets<T: Config> = StorageMap<_, Twox64Concat, u64, Waiting>;

	/// The number of the next ticket.
	#[pallet::storage]
	pub type NextTicket<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// How often an owner has deposited today.
	#[pallet::storage]
	pub type Deposits<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Daily, ValueQuery>;

	/// How often an account has used the faucet today.
	#[pallet::storage]
	pub type Drips<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Daily, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An asset came in; none is the quote asset.
		Deposited { account: AccountKey, owner: AccountId, asset: Option<AssetId>, amount: Amount },
		/// A withdrawal left the account. Of the amount, `waiting` waits under the ticket.
		WithdrawalRequested {
			account: AccountKey,
			owner: AccountId,
			asset: Option<AssetId>,
			amount: Amount,
			waiting: Amount,
			ticket: Option<u64>,
		},
		/// An asset was paid out to the owner's wallet.
		Withdrawn {
			account: AccountKey,
			owner: AccountId,
			asset: Option<AssetId>,
			amount: Amount,
			ticket: Option<u64>,
		},
		/// The faucet gave test assets.
		Dripped { account: AccountId },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such subaccount of the caller. Open it first.
		UnknownSubaccount,
		/// The pool of the subaccount is gone. A fault of the chain.
		UnknownPool,
		/// Not a collateral asset. For the quote asset, give none.
		UnknownAsset,
		/// Less than the least deposit of the asset.
		TooSmall,
		/// An amount of zero.
		NoAmount,
		/// The wallet has less of the asset.
		NotInWallet,
		/// The subaccount holds as many collateral assets as it may.
		TooManyAssets,
		/// All accounts together would hold more of the asset than its cap.
		CapReached,
		/// Withdrawals are halted in a market the subaccount has a position in, or in its pool.
		Halted,
		/// More than the account's share of the pool's outflow has room for: ask for less, or later.
		AccountShare,
		/// There is no such ticket: it is paid.
		UnknownTicket,
		/// The ticket's turn has not come.
		NotYet,
		/// There is no faucet on this chain.
		NoFaucet,
		/// The faucet has given to this account today.
		Dry,
		/// A number does not fit. A fault of the chain.
		Arithmetic,
	}

	impl<T> From<WithdrawalError> for Error<T> {
		fn from(error: WithdrawalError) -> Self {
			match error {
				WithdrawalError::AccountShare { .. } => Self::AccountShare,
				WithdrawalError::Nothing => Self::NoAmount,
				WithdrawalError::Overflow | WithdrawalError::NoWindow => Self::Arithmetic,
			}
		}
	}

	impl<T> From<breakwater_units::ArithmeticError> for Error<T> {
		fn from(_: breakwater_units::ArithmeticError) -> Self {
			Self::Arithmetic
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
		/// Puts an asset from the caller's wallet into its subaccount `number`; none is the quote
		/// asset. Always possible. Costs no fee for the first deposits of a day that would succeed.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::deposit().saturating_add(T::Ledger::touching_weight(1)))]
		#[pallet::feeless_if(
			|origin: &OriginFor<T>, number: &u16, asset: &Option<AssetId>, amount: &Amount| -> bool {
				Pallet::<T>::is_free_deposit(origin, *number, *asset, *amount)
			}
		)]
		pub fn deposit(
			origin: OriginFor<T>,
			number: u16,
			asset: Option<AssetId>,
			amount: Amount,
		) -> DispatchResultWithPostInfo {
			let id = SubaccountId { owner: ensure_signed(origin)?, number };
			T::Ledger::touching(&[id.key()], T::WeightInfo::deposit(), || {
				Self::take_in(&id, asset, amount)
			})
		}

		/// Takes an asset out of the caller's subaccount `number` into its wallet, as far as margin
		/// permits; none is the quote asset. What exceeds the room of the pool's outflow waits: see
		/// the ticket in the event.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::withdraw().saturating_add(T::Ledger::touching_weight(1)))]
		pub fn withdraw(
			origin: OriginFor<T>,
			number: u16,
			asset: Option<AssetId>,
			amount: Amount,
		) -> DispatchResultWithPostInfo {
			let id = SubaccountId { owner: ensure_signed(origin)?, number };
			T::Ledger::touching(&[id.key()], T::WeightInfo::withdraw(), || {
				Self::take_out(&id, asset, amount)
			})
		}

		/// Pays what a ticket may be paid now to its owner, whoever asks.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::collect())]
		pub fn collect(origin: OriginFor<T>, ticket: u64) -> DispatchResult {
			ensure_signed(origin)?;
			Self::pay_ticket(ticket)
		}

		/// Gives the caller test assets, where there is a faucet; once a day.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::faucet())]
		pub fn faucet(origin: OriginFor<T>) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::drip(&caller)
		}
	}
}
