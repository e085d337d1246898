//! Funds, their backers, and what happens to a loss that an account cannot pay.
//!
//! Each pool has a fund and a *backstop*: a subaccount of the protocol's own that takes over what
//! nobody bought. Whatever the backstop falls short of zero is the pool's loss. At the end of every
//! block the waterfall finds it: the fund's capital, its tranches in order, a capped draw on the
//! fund that all pools share, the winners of the market (deleveraging), and last all who have a
//! claim on the pool (the final settlement). This pallet promises:
//!
//! * **To the unit.** Capital and tranches are the ledger's fund. What a deleveraging charges and
//!   what it leaves over sum to the shortfall; haircuts of a settlement to its loss.
//! * **In order.** A tranche loses when all before it are empty, winners when the funds are.
//! * **Nobody pays beyond** the profit of the position or the health of the account.
//! * **Bounded.** Snapshots are paged over blocks; an account that changes before its page is
//!   added at that moment, and pays at its first touch.
//! * **No hand in it.** No call moves a fund but the owner of what is moved; Root has none.
//!
//! | call | who | what |
//! |---|---|---|
//! | `back` | anybody | puts quote from a subaccount into a tranche, for shares |
//! | `request_exit` | a backer | asks to leave with so many shares |
//! | `cancel_exit` | a backer | stays |
//! | `claim_exit` | a backer | burns the shares and takes what they are worth |
//! | `contribute` | anybody | gives quote to a fund, for nothing |
//! | `buy_collateral` | anybody | buys collateral that a backstop took over, at its marked-down price |
//!
//! Everything else comes through [`breakwater_interfaces::Insurance`] and
//! [`breakwater_interfaces::Levies`]. The arithmetic is `breakwater_waterfall`;
//! `docs/insurance.md` tells it to its users.

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

mod backers;
mod backstop;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod deleverage;
mod funds;
mod indices;
#[cfg(test)]
mod mock;
mod orders;
#[cfg(test)]
mod properties;
pub mod queries;
mod resolve;
mod settlement;
mod sizing;
#[cfg(test)]
mod tests;
mod try_state;
mod turn;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use sizing::Survey;
pub use types::*;
pub use weights::WeightInfo;

use polkadot_sdk::*;

#[frame_support::pallet]
// What the macro adds; and the encoding derived for an enum casts its index.
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use breakwater_interfaces::{
		Correlations, Estates, Ledger, Liquidation, RiskEngine, SubaccountId,
	};
	use breakwater_primitives::AccountId;
	use breakwater_units::{
		AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Quote, Ratio, Side, Size,
		Timestamp,
	};
	use breakwater_waterfall::{
		deleverage::{Basis, Outcome},
		EpochError, ExitError, FundError, TRANCHES,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{Contains, Get},
		PalletId,
	};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = AccountId>
	{
		/// Time of this block, in milliseconds since the Unix epoch.
		type SlotTime: Get<u64>;
		/// The subaccounts, and what may be done with them.
		type Ledger: Ledger + Estates;
		/// The indices, and the terms of pools.
		type RiskEngine: RiskEngine;
		/// Accounts that wait to be liquidated.
		type Liquidation: Liquidation;
		/// Pools in which something is up for auction.
		type OpenAuctions: Contains<PoolId>;
		/// Which markets move together.
		type Correlations: Correlations;
		/// Owns the backstops.
		#[pallet::constant]
		type PalletId: Get<PalletId>;
		/// What the calls and the waterfall weigh.
		type WeightInfo: WeightInfo;
		/// Lists markets and opens accounts.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	/// The backstop of each pool. One value, for the ledger asks at every change of an account.
	#[pallet::storage]
	pub type Backstops<T: Config> =
		StorageValue<_, BoundedVec<(PoolId, AccountKey), ConstU32<MAX_POOLS>>, ValueQuery>;

	/// The pools in which accounts must ask before they change. One value, as above.
	#[pallet::storage]
	pub type OpenPools<T: Config> =
		StorageValue<_, BoundedVec<PoolId, ConstU32<MAX_POOLS>>, ValueQuery>;

	/// What is remembered of each pool's fund.
	#[pallet::storage]
	pub type Funds<T: Config> = StorageMap<_, Twox64Concat, PoolId, FundState, ValueQuery>;

	/// The backers of each pool, by owner and tranche.
	#[pallet::storage]
	pub type Stakes<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		PoolId,
		Blake2_128Concat,
		(AccountId, u8),
		Stake,
		OptionQuery,
	>;

	/// The deleveraging or final settlement of each pool, while there is one.
	#[pallet::storage]
	pub type Operations<T: Config> = StorageMap<_, Twox64Concat, PoolId, Operation, OptionQuery>;

	/// The accounts' places in it. `Identity`: pages go through them in the order of their keys.
	#[pallet::storage]
	pub type Records<T: Config> =
		StorageDoubleMap<_, Twox64Concat, PoolId, Identity, AccountKey, Record, OptionQuery>;

	/// What was tried against the present loss of each pool.
	#[pallet::storage]
	pub type Incidents<T: Config> = StorageMap<_, Twox64Concat, PoolId, Incident, ValueQuery>;

	/// Deleveragings and settlements begun, ever.
	#[pallet::storage]
	pub type OperationCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The pool that the next block attends to first.
	#[pallet::storage]
	pub type FirstPool<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The survey of the accounts for the funds' target sizes.
	#[pallet::storage]
	pub type Surveys<T: Config> = StorageValue<_, Survey, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A pool has a backstop now.
		BackstopOpened { pool: PoolId, account: AccountKey },
		/// The backstop took lots of an account's position over.
		TakenOver { pool: PoolId, account: AccountKey, market: MarketId, lots: Lots, price: Price },
		/// The backstop took a whole account over, which was worth so much, in quanta rounded down.
		Absorbed { pool: PoolId, account: AccountKey, equity: Quote },
		/// The backstop's orders were filled.
		WorkedOff { pool: PoolId, market: MarketId, side: Side, size: Size, price: Price },
		/// The backstop was flat, and what it had left went to the fund's capital.
		Swept { pool: PoolId, amount: Amount },
		/// A loss went down the funds. `loss` is `capital + Σ tranches + global + shortfall`.
		LossPaid {
			pool: PoolId,
			loss: Amount,
			capital: Amount,
			tranches: [Amount; TRANCHES],
			/// From the fund that all pools share.
			global: Amount,
			/// What the winners must find.
			shortfall: Amount,
			/// Moved from a tranche that was wiped out into capital.
			written_off: Amount,
		},
		/// Winners on a side of a market are looked for.
		DeleveragingBegun {
			pool: PoolId,
			number: u32,
			market: MarketId,
			/// Profits are measured and lots closed at it.
			mark: Price,
			side: Side,
			/// What they must pay together, in quanta.
			shortfall: Amount,
			/// Lots they must close together.
			lots: Size,
		},
		/// All winners are known: shares are fixed.
		DeleveragingSealed { pool: PoolId, number: u32, basis: Basis, targets: u32 },
		/// An account paid its share. `share` is `charge` and what its cap left over.
		Deleveraged {
			pool: PoolId,
			number: u32,
			account: AccountKey,
			market: MarketId,
			mark: Price,
			/// Lots closed at that mark: signed, as a trade.
			lots: Lots,
			/// What the share is proportional to, in quanta.
			weight: u128,
			share: Amount,
			charge: Amount,
		},
		/// An account could not pay its share: it is left over.
		Forgiven { pool: PoolId, number: u32, account: AccountKey, share: Amount },
		/// A deleveraging is over: `charged + left_over` is the shortfall.
		DeleveragingEnded { pool: PoolId, number: u32, basis: Basis, outcome: Outcome },
		/// No winner could pay: the pool is settled finally at these marks.
		SettlementBegun { pool: PoolId, number: u32, marks: Marks },
		/// All claims are known, and the loss that they share.
		SettlementSealed { pool: PoolId, number: u32, claims: Amount, loss: Amount },
		/// An account was settled: its positions were closed, and its claim paid less the haircut.
		Settled {
			pool: PoolId,
			number: u32,
			account: AccountKey,
			claim: Amount,
			haircut: Amount,
			closed: u32,
		},
		/// A final settlement is over. `beyond` is what exceeded all claims.
		SettlementEnded { pool: PoolId, number: u32, haircuts: Amount, beyond: Amount },
		/// Quote became shares of a tranche.
		Backed {
			pool: PoolId,
			who: AccountId,
			tranche: u8,
			amount: Amount,
			shares: u128,
			generation: u32,
		},
		/// A backer asked to leave.
		ExitRequested { pool: PoolId, who: AccountId, tranche: u8, shares: u128, from: Timestamp },
		/// A backer stays.
		ExitCancelled { pool: PoolId, who: AccountId, tranche: u8 },
		/// A backer left, and was paid.
		Left { pool: PoolId, who: AccountId, tranche: u8, shares: u128, paid: Amount },
		/// Somebody gave quote to a fund; none is the one that all pools share.
		Contributed { pool: Option<PoolId>, who: AccountId, amount: Amount },
		/// The fund paid its premium: `capital` of it stayed where it was.
		PremiumPaid {
			pool: PoolId,
			premium: Amount,
			to_backers: Amount,
			rate: Ratio,
			target: Amount,
		},
		/// Capital above the target went to the fund of all pools.
		Shared { pool: PoolId, amount: Amount },
		/// Collateral that the backstop had taken over was sold.
		CollateralSold {
			pool: PoolId,
			account: AccountKey,
			asset: AssetId,
			lots: Size,
			price: Price,
		},
		/// Something that cannot fail did; nothing changed, and it is tried again.
		StepFailed { pool: PoolId, error: DispatchError },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such pool.
		UnknownPool,
		/// There is no such subaccount.
		UnknownSubaccount,
		/// The subaccount belongs to another pool.
		OtherPool,
		/// An amount, or a number of shares, of zero.
		NoAmount,
		/// More than margin leaves free in the subaccount.
		BeyondFree,
		/// The account has no such position.
		NoPosition,
		/// The account is itself the backstop.
		IsBackstop,
		/// There are as many pools with a backstop as there can be.
		TooManyPools,
		/// The caller has no shares of this tranche.
		NoStake,
		/// The shares were wiped out by a loss.
		WipedOut,
		/// More shares than the caller has.
		NotEnoughShares,
		/// A request to leave waits already: claim or cancel it first.
		ExitPending,
		/// There is no request to leave.
		NoExit,
		/// The delay of the exit has not passed.
		TooEarly,
		/// Exits are frozen while an auction, inventory or a deleveraging is open.
		Frozen,
		/// The time to claim has passed: ask anew.
		Expired,
		/// There is no such tranche.
		NoSuchTranche,
		/// Fewer shares than asked for, or none.
		TooFewShares,
		/// The shares are worth nothing after pending losses.
		Worthless,
		/// The fund would be larger than a fund may be.
		FundTooLarge,
		/// The asset has no price, or the price is above what the caller would pay.
		NoPrice,
		/// A number does not fit. A fault of the chain.
		Arithmetic,
		/// What is stored of a deleveraging does not add up. A fault of the chain.
		Inconsistent,
		/// The backstop has not so many lots of the collateral.
		NotForSale,
	}

	impl<T> From<FundError> for Error<T> {
		fn from(error: FundError) -> Self {
			match error {
				FundError::Overflow => Self::FundTooLarge,
				FundError::NoSuchTranche => Self::NoSuchTranche,
				FundError::WipedOut => Self::WipedOut,
				FundError::NotEnoughShares => Self::NotEnoughShares,
				FundError::TooFewShares => Self::TooFewShares,
				FundError::Worthless => Self::Worthless,
			}
		}
	}

	impl<T> From<ExitError> for Error<T> {
		fn from(error: ExitError) -> Self {
			match error {
				ExitError::TooEarly => Self::TooEarly,
				ExitError::Frozen => Self::Frozen,
				ExitError::Expired => Self::Expired,
				ExitError::Fund(error) => error.into(),
			}
		}
	}

	impl<T> From<EpochError> for Error<T> {
		fn from(error: EpochError) -> Self {
			match error {
				EpochError::Overflow => Self::Arithmetic,
				_ => Self::Inconsistent,
			}
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
		/// Puts quote from the caller's subaccount `number` into a tranche of its pool's fund, for
		/// at least `min_shares`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::back().saturating_add(T::Ledger::touching_weight(1)))]
		pub fn back(
			origin: OriginFor<T>,
			number: u16,
			tranche: u8,
			amount: Amount,
			min_shares: u128,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let account = SubaccountId { owner: who.clone(), number }.key();
			T::Ledger::touching(&[account], T::WeightInfo::back(), || {
				Self::enter(who, number, tranche, amount, min_shares)
			})
		}

		/// Asks to leave a tranche with so many shares: they may be claimed after the delay.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::request_exit())]
		pub fn request_exit(
			origin: OriginFor<T>,
			pool: PoolId,
			tranche: u8,
			shares: u128,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ask_to_leave(pool, who, tranche, shares)
		}

		/// Takes the request to leave a tranche back.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::cancel_exit())]
		pub fn cancel_exit(origin: OriginFor<T>, pool: PoolId, tranche: u8) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::stay(pool, who, tranche)
		}

		/// Burns the shares that were asked to leave and pays what they are worth into the caller's
		/// subaccount `number`, of the same pool.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::claim_exit().saturating_add(T::Ledger::touching_weight(1)))]
		pub fn claim_exit(
			origin: OriginFor<T>,
			number: u16,
			tranche: u8,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let account = SubaccountId { owner: who.clone(), number }.key();
			T::Ledger::touching(&[account], T::WeightInfo::claim_exit(), || {
				Self::leave(who, number, tranche)
			})
		}

		/// Gives quote from the caller's subaccount `number` to its pool's fund, or to the one that
		/// all pools share. It cannot be taken back.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::contribute().saturating_add(T::Ledger::touching_weight(1)))]
		pub fn contribute(
			origin: OriginFor<T>,
			number: u16,
			to_all: bool,
			amount: Amount,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let account = SubaccountId { owner: who.clone(), number }.key();
			T::Ledger::touching(&[account], T::WeightInfo::contribute(), || {
				Self::give(who, number, to_all, amount)
			})
		}

		/// Buys whole lots of collateral that the backstop of the pool took over, for the
		/// subaccount `number` of the caller, at the price less the haircut, if that is at most
		/// `max_price`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::buy_collateral().saturating_add(T::Ledger::touching_weight(1)))]
		pub fn buy_collateral(
			origin: OriginFor<T>,
			number: u16,
			asset: AssetId,
			lots: Size,
			max_price: Price,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let account = SubaccountId { owner: who.clone(), number }.key();
			T::Ledger::touching(&[account], T::WeightInfo::buy_collateral(), || {
				Self::sell_to(who, number, asset, lots, max_price)
			})
		}
	}
}
