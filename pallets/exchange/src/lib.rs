//! Orders, the batch auction of every block, AMM pools and market listing.
//!
//! Orders enter storage at once and take part in the next block's batch, in which everybody trades
//! at one price: so the order in which they arrive has no value. The arithmetic of a batch is
//! `breakwater_auction`; what accounts own, and whether they can carry a trade, is the ledger's.
//! `docs/exchange.md` tells traders the whole story.
//!
//! | | |
//! |---|---|
//! | owns | markets' terms, the book, waiting triggers, delegates, dead-man switches, AMM shares |
//! | promises | nobody trades outside of a limit; lots bought are lots sold; fees round up, and every quantum of them has an owner; nothing is rejected after clearing; reductions and cancels are always taken |
//! | bounded | orders of an account, new risk of a market and block, orders of a batch, triggers and expiries of a block |
//! | called by | traders and their delegates; the pipeline, through `Exchange` |
//!
//! Nothing in a hook can panic. What the pipeline calls may fail where storage contradicts itself;
//! the caller then undoes it and sets the market aside.

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

mod access;
mod amm;
mod batch;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod book;
mod entry;
mod genesis;
mod listing;
#[cfg(test)]
mod mock;
mod queries;
#[cfg(test)]
mod tests;
mod try_state;
mod types;
mod weigh;
pub mod weights;

pub use amm::MIN_SHARES;
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use breakwater_interfaces::genesis::{GenesisBracket, GenesisThreshold, Percent, Whole};
pub use genesis::{
	GenesisAmm, GenesisBand, GenesisBreaker, GenesisContagion, GenesisFees, GenesisFunding,
	GenesisMarket, GenesisRisk,
};
pub use pallet::*;
pub use types::{
	Amm, ClientId, Counter, DelegateList, OrderCount, OrderId, OrderIds, OrderRef, OrderRequest,
	Place, Reason, RequestKind, Requests, Resting, Role, Switch, Trader, Waiting, MAX_DELEGATES,
	MAX_OPEN_ORDERS, MAX_ORDERS_PER_CALL, RESERVED_FOR_REDUCTIONS, SWITCH_ORDERS,
};
pub use weights::WeightInfo;

use polkadot_sdk::*;
use weigh::Placing;

#[frame_support::pallet]
// What the macro adds; and lengths are bounded far below 2³².
#[allow(missing_docs, clippy::cast_possible_truncation, clippy::expect_used)]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use breakwater_auction::{OrderKind, TimeInForce, Trigger};
	use breakwater_interfaces::{Breakers, Ledger, MarketTerms, RiskEngine, SubaccountId};
	use breakwater_primitives::{AccountId, BlockNumber};
	use breakwater_units::{AccountKey, Amount, Lots, MarketId, Price, Quote, Side, Size};
	use frame_support::{pallet_prelude::*, storage::with_storage_layer, PalletId};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	#[pallet::disable_frame_system_supertrait_check]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId = AccountId>
	{
		/// Who lists markets.
		type ListingOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Owner of the subaccounts.
		type Ledger: Ledger;

		/// Owner of prices and rates.
		type Risk: RiskEngine;

		/// What is allowed now.
		type Breakers: Breakers;

		/// Whose sub-accounts own the AMMs' subaccounts.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Most orders that a batch loads, half for each side.
		#[pallet::constant]
		type MaxBatchOrders: Get<u32>;

		/// Most orders that may add risk, placed in a market in a block.
		#[pallet::constant]
		type MaxNewOrders: Get<u32>;

		/// Most triggers of a market that are met in a block, half for each direction.
		#[pallet::constant]
		type MaxActivations: Get<u32>;

		/// Most orders of a market that are taken out in a block because their time is over. More
		/// than [`Self::MaxNewOrders`], so that they do not pile up.
		#[pallet::constant]
		type MaxExpiries: Get<u32>;

		/// Most dead-man switches that fire in a block.
		#[pallet::constant]
		type MaxSwitches: Get<u32>;

		/// Cancels and reductions without fee, of an account in a period.
		#[pallet::constant]
		type FreeCalls: Get<u32>;

		/// The period of that quota, in blocks.
		#[pallet::constant]
		type QuotaPeriod: Get<BlockNumber>;

		/// What the calls and the hook weigh.
		type WeightInfo: WeightInfo;

		/// What benchmarks start from.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// The terms of each market; a market's identifier is its place in the order of listing.
	#[pallet::storage]
	pub type Markets<T: Config> = StorageMap<_, Twox64Concat, MarketId, MarketTerms>;

	/// How many markets there are.
	#[pallet::storage]
	pub type MarketCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The book: market, side, price (best first), account, number. All big-endian, bids' prices
	/// inverted, so that the order of keys is the order of prices.
	#[pallet::storage]
	pub type Orders<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Identity, [u8; 4]>,
			NMapKey<Identity, u8>,
			NMapKey<Identity, [u8; 8]>,
			NMapKey<Identity, AccountKey>,
			NMapKey<Identity, [u8; 8]>,
		),
		Resting,
	>;

	/// The lots at each price of the book.
	#[pallet::storage]
	pub type Levels<T: Config> = StorageNMap<
		_,
		(NMapKey<Identity, [u8; 4]>, NMapKey<Identity, u8>, NMapKey<Identity, [u8; 8]>),
		Size,
	>;

	/// Orders that wait for the mark: market, direction, level (nearest first), account, number.
	#[pallet::storage]
	pub type Triggers<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Identity, [u8; 4]>,
			NMapKey<Identity, u8>,
			NMapKey<Identity, [u8; 8]>,
			NMapKey<Identity, AccountKey>,
			NMapKey<Identity, [u8; 8]>,
		),
		Waiting,
	>;

	/// Orders whose time ends: market, last block, account, number.
	#[pallet::storage]
	pub type Expiries<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Identity, [u8; 4]>,
			NMapKey<Identity, [u8; 4]>,
			NMapKey<Identity, AccountKey>,
			NMapKey<Identity, [u8; 8]>,
		),
		(),
	>;

	/// How many orders each market has.
	#[pallet::storage]
	pub type Counts<T: Config> = StorageMap<_, Twox64Concat, MarketId, OrderCount, ValueQuery>;

	/// Orders that may add risk, placed in a market in a block.
	#[pallet::storage]
	pub type Arrivals<T: Config> = StorageMap<_, Twox64Concat, MarketId, Counter, ValueQuery>;

	/// Subaccounts that ever had an order.
	#[pallet::storage]
	pub type Traders<T: Config> = StorageMap<_, Identity, AccountKey, Trader>;

	/// Who may trade for a subaccount.
	#[pallet::storage]
	pub type Delegates<T: Config> = StorageMap<_, Identity, AccountKey, DelegateList, ValueQuery>;

	/// Dead-man switches.
	#[pallet::storage]
	pub type Switches<T: Config> = StorageMap<_, Identity, AccountKey, Switch>;

	/// Dead-man switches by the block in which they fire.
	#[pallet::storage]
	pub type SwitchesDue<T: Config> =
		StorageDoubleMap<_, Identity, [u8; 4], Identity, AccountKey, ()>;

	/// The AMM of each market.
	#[pallet::storage]
	pub type Amms<T: Config> = StorageMap<_, Twox64Concat, MarketId, Amm>;

	/// Shares of a market's AMM, by subaccount.
	#[pallet::storage]
	pub type Shares<T: Config> =
		StorageDoubleMap<_, Twox64Concat, MarketId, Identity, AccountKey, u128, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A market can be traded as soon as it has a price.
		MarketListed { market: MarketId, amm: AccountKey, terms: Box<MarketTerms> },
		/// An order takes part in the next block's batch.
		Placed {
			order: u64,
			account: AccountKey,
			market: MarketId,
			side: Side,
			kind: OrderKind,
			time_in_force: TimeInForce,
			reduce_only: bool,
			/// Its limit; of a market order, its protection price.
			price: Price,
			size: Size,
			client_id: Option<ClientId>,
		},
		/// An order waits for the mark.
		TriggerPlaced {
			order: u64,
			account: AccountKey,
			market: MarketId,
			trigger: Trigger,
			side: Side,
			kind: RequestKind,
			time_in_force: TimeInForce,
			reduce_only: bool,
			size: Size,
			client_id: Option<ClientId>,
		},
		/// The mark met an order's level: it takes part in this block's batch.
		Triggered { order: u64, account: AccountKey, market: MarketId, price: Price, mark: Price },
		/// One of several orders in a call could not be placed or cancelled.
		Refused { account: AccountKey, index: u32, error: DispatchError },
		/// An order made room for another. Both events of that were before.
		Replaced { account: AccountKey, old: u64, new: u64 },
		/// Lots of an order left unfilled, and so many are left.
		Cancelled {
			order: u64,
			account: AccountKey,
			market: MarketId,
			size: Size,
			left: Size,
			reason: Reason,
		},
		/// Lots of an order traded, and so many are left.
		Filled {
			order: u64,
			account: AccountKey,
			market: MarketId,
			side: Side,
			size: Size,
			left: Size,
			price: Price,
			/// What the account paid for it.
			fee: Quote,
			role: Role,
		},
		/// Lots of an account under liquidation traded.
		ForcedFilled { account: AccountKey, market: MarketId, side: Side, size: Size, price: Price },
		/// The AMM traded.
		AmmFilled { market: MarketId, account: AccountKey, lots: Lots, price: Price },
		/// A batch traded.
		Batch {
			market: MarketId,
			price: Price,
			volume: Size,
			/// Where it would have cleared without liquidations.
			organic: Option<Price>,
		},
		/// The fees of a batch.
		FeesShared { market: MarketId, to_fund: Quote, to_amm: Quote },
		/// A delegate may trade, up to and including a block.
		DelegateAdded { account: AccountKey, delegate: AccountId, until: BlockNumber },
		/// A delegate may not trade any more.
		DelegateRemoved { account: AccountKey, delegate: AccountId },
		/// A dead-man switch cancels all orders in a block, or never.
		SwitchSet { account: AccountKey, due: Option<BlockNumber> },
		/// A dead-man switch has cancelled all orders.
		SwitchFired { account: AccountKey, orders: u32 },
		/// An account bought shares of an AMM.
		AmmDeposited {
			market: MarketId,
			account: AccountKey,
			amount: Amount,
			shares: u128,
			total: u128,
		},
		/// An account gave shares of an AMM back.
		AmmWithdrawn {
			market: MarketId,
			account: AccountKey,
			amount: Amount,
			shares: u128,
			total: u128,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The market is not listed.
		UnknownMarket,
		/// The market has had no price yet. Wait for its feed.
		NoPrice,
		/// There is no such subaccount. Open it with a deposit.
		UnknownSubaccount,
		/// The market belongs to another pool than the subaccount. Use a subaccount of that pool.
		OtherPool,
		/// The subaccount is isolated in another market.
		Isolated,
		/// The market's breaker allows reductions and cancels only. Wait, or set reduce-only.
		MarketHalted,
		/// The block's orders that add risk are complete. Send it again in the next block.
		MarketBusy,
		/// Neither the owner nor a delegate signed.
		NotOwnerOrDelegate,
		/// The delegate's time is over.
		DelegateExpired,
		/// The delegate is not on the list.
		UnknownDelegate,
		/// The subaccount has as many delegates as it may have.
		TooManyDelegates,
		/// The size is zero.
		ZeroSize,
		/// The size is not a multiple of the market's order lot.
		OffLot,
		/// The size is below the market's least. Reduce-only orders may be smaller.
		OrderTooSmall,
		/// The size is above the market's largest.
		OrderTooLarge,
		/// The price is not a multiple of the market's order tick.
		OffTick,
		/// The price is zero or above 2³⁶ ticks.
		PriceOutOfRange,
		/// A market order may not be so far from the mark.
		SlippageTooLarge,
		/// A market order is immediate-or-cancel.
		MarketCannotRest,
		/// A post-only order cannot be immediate-or-cancel.
		PostOnlyMustRest,
		/// The order's last block is before its first batch.
		AlreadyExpired,
		/// There is no position that this order would reduce.
		NothingToReduce,
		/// The position would be above the market's largest.
		PositionTooLarge,
		/// The market's open interest is at its cap.
		OpenInterestFull,
		/// The account has not the initial margin for this order and the deposits of all.
		InsufficientMargin,
		/// An open order of the account has this client id: a replay?
		ClientIdInUse,
		/// The account has as many open orders as it may have; the last places are for reductions.
		TooManyOpenOrders,
		/// The account has no open order of this number or client id: it was filled or cancelled.
		UnknownOrder,
		/// The list is empty.
		NothingToDo,
		/// No more lots fit at this price.
		LevelFull,
		/// The market has no AMM.
		NoAmm,
		/// The AMM is worth nothing: its loss comes first.
		AmmInsolvent,
		/// Less than the pool's least deposit, or than a share.
		DepositTooSmall,
		/// More quote than the account is free to take out.
		NotWithdrawable,
		/// No shares.
		ZeroShares,
		/// More shares than the account has.
		NotEnoughShares,
		/// Fewer shares would stay than an AMM may have: leave more, or none.
		TooFewSharesLeft,
		/// The AMM needs the rest for its position. Take out less, or wait until it is smaller.
		AmmMargin,
		/// There is no such pool.
		UnknownPool,
		/// As many markets as there may be.
		TooManyMarkets,
		/// The symbol is empty or taken.
		BadSymbol,
		/// A tick of a lot is worth nothing, or above 10 000 quanta.
		BadTickValue,
		/// More than 18 decimals of a lot.
		BadLotDecimals,
		/// An order tick of zero, or above a million.
		BadOrderTick,
		/// An order lot of zero.
		BadOrderLot,
		/// Least and largest order are not multiples of the order lot in this order, above zero.
		BadOrderSizes,
		/// The largest position is below the largest order, or above 2⁴⁰ lots.
		BadMaxPosition,
		/// A market order's slippage of nothing, or above a half.
		BadSlippage,
		/// An order deposit below zero, or above a thousand dollars.
		BadOrderDeposit,
		/// The maker's fee above the taker's, the taker's above 1 %, or an insurance share above
		/// one.
		BadFees,
		/// An AMM with a spread outside of 0 to 10 %, a slope of nothing, an inventory above the
		/// largest position, or a leverage outside of 0 to 20.
		BadAmm,
		/// An impact size of nothing, or a least volume above the largest position.
		BadFunding,
		/// The terms of liquidation are out of their bounds. See docs/liquidation.md.
		BadLiquidation,
		/// A batch that cannot be: the market is to be set aside.
		BatchFailed,
		/// Storage contradicts itself: the market is to be set aside.
		Inconsistent,
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The markets, in the order of their identifiers. Their pools and feeds come from the
		/// genesis of pallets before this one.
		pub markets: Vec<GenesisMarket>,
		/// Nothing; the macro asks for it.
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		// A genesis that cannot be is stopped before there is a chain.
		#[allow(clippy::panic)]
		fn build(&self) {
			for market in &self.markets {
				let listed = market.terms().and_then(|terms| {
					Pallet::<T>::list(terms).map_err(|e| alloc::format!("{e:?}"))
				});
				if let Err(problem) = listed {
					panic!("market {}: {problem}", market.symbol);
				}
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Index this pallet before the pipeline's: orders that a dead-man switch cancels are not in
		/// this block's batch.
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::fire_switches()
		}

		fn integrity_test() {
			let most = breakwater_auction::MAX_BATCH_ORDERS;
			assert!(T::MaxBatchOrders::get() as usize <= most, "MaxBatchOrders");
			assert!(T::MaxExpiries::get() > T::MaxNewOrders::get(), "MaxExpiries");
			assert!(T::QuotaPeriod::get() > 0, "QuotaPeriod");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Lists a market.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::list_market())]
		pub fn list_market(origin: OriginFor<T>, terms: Box<MarketTerms>) -> DispatchResult {
			T::ListingOrigin::ensure_origin(origin)?;
			Self::list(*terms)?;
			Ok(())
		}

		/// Places an order. It takes part in the next block's batch.
		#[pallet::call_index(1)]
		#[pallet::weight(Placing::one::<T>(T::WeightInfo::place(0)).heaviest())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, account: &SubaccountId, request: &OrderRequest| -> bool {
			Pallet::<T>::is_free_reduction(origin, account, request)
		})]
		pub fn place(
			origin: OriginFor<T>,
			account: SubaccountId,
			request: OrderRequest,
		) -> DispatchResultWithPostInfo {
			let key = Self::authorise(origin, &account)?;
			Self::weighed(&key, Placing::one::<T>(T::WeightInfo::place(0)), || {
				Self::do_place(&account, &request)?;
				if request.reduce_only {
					Self::count_free_call(&key);
				}
				Ok(())
			})
		}

		/// Places several orders, each for itself: one that is refused does not keep the others, and
		/// an event tells why. Fails with the first one's error if all are refused.
		#[pallet::call_index(2)]
		#[pallet::weight(Placing::many::<T>(requests.len() as u32).heaviest())]
		pub fn place_many(
			origin: OriginFor<T>,
			account: SubaccountId,
			requests: Requests,
		) -> DispatchResultWithPostInfo {
			let key = Self::authorise(origin, &account)?;
			let orders = u32::try_from(requests.len()).unwrap_or(u32::MAX);
			Self::weighed(&key, Placing::many::<T>(orders), || {
				Self::each(key, requests.iter(), |request| {
					Self::do_place(&account, request).map(|_| ())
				})
			})
		}

		/// Cancels orders by number or client id, each for itself: one that is not there does not
		/// keep the others. Fails if none is.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::cancel(ids.len() as u32))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, account: &SubaccountId, ids: &OrderIds| -> bool {
			Pallet::<T>::is_free_cancel(origin, account, ids)
		})]
		pub fn cancel(
			origin: OriginFor<T>,
			account: SubaccountId,
			ids: OrderIds,
		) -> DispatchResult {
			let key = Self::authorise(origin, &account)?;
			Self::each(key, ids.iter(), |id| {
				Self::cancel_by_id(key, id, Reason::Trader).map(|_| ())
			})?;
			Self::count_free_call(&key);
			Ok(())
		}

		/// Cancels all orders of an account, in one market or in all.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::cancel_all(MAX_OPEN_ORDERS))]
		#[pallet::feeless_if(|origin: &OriginFor<T>, account: &SubaccountId, _market: &Option<MarketId>| -> bool {
			Pallet::<T>::is_free_cancel_all(origin, account)
		})]
		pub fn cancel_all(
			origin: OriginFor<T>,
			account: SubaccountId,
			market: Option<MarketId>,
		) -> DispatchResultWithPostInfo {
			let key = Self::authorise(origin, &account)?;
			let cancelled = Self::do_cancel_all(key, market, MAX_OPEN_ORDERS, Reason::Trader);
			Self::count_free_call(&key);
			Ok(Some(T::WeightInfo::cancel_all(cancelled)).into())
		}

		/// Cancels an order and places another, or neither.
		#[pallet::call_index(5)]
		#[pallet::weight(Placing::one::<T>(T::WeightInfo::replace()).heaviest())]
		pub fn replace(
			origin: OriginFor<T>,
			account: SubaccountId,
			old: OrderId,
			new: OrderRequest,
		) -> DispatchResultWithPostInfo {
			let key = Self::authorise(origin, &account)?;
			Self::weighed(&key, Placing::one::<T>(T::WeightInfo::replace()), || {
				let old = Self::cancel_by_id(key, &old, Reason::Replaced)?.number;
				let new = Self::do_place(&account, &new)?;
				Self::deposit_event(Event::Replaced { account: key, old, new });
				Ok(())
			})
		}

		/// Places a stop-loss or take-profit order: it takes part in the batch of the first block
		/// whose mark meets its level.
		#[pallet::call_index(6)]
		#[pallet::weight(Placing::one::<T>(T::WeightInfo::place_trigger()).heaviest())]
		pub fn place_trigger(
			origin: OriginFor<T>,
			account: SubaccountId,
			trigger: Trigger,
			request: OrderRequest,
		) -> DispatchResultWithPostInfo {
			let key = Self::authorise(origin, &account)?;
			Self::weighed(&key, Placing::one::<T>(T::WeightInfo::place_trigger()), || {
				Self::do_place_trigger(&account, trigger, &request).map(|_| ())
			})
		}

		/// Cancels all orders so many blocks from now, unless it is called again before. No blocks:
		/// never.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::set_dead_man_switch())]
		pub fn set_dead_man_switch(
			origin: OriginFor<T>,
			account: SubaccountId,
			blocks: BlockNumber,
		) -> DispatchResult {
			let key = Self::authorise(origin, &account)?;
			ensure!(T::Ledger::info(&key).is_some(), Error::<T>::UnknownSubaccount);
			Self::do_set_switch(key, blocks)
		}

		/// Lets another key trade for a subaccount, up to and including a block. It can place and
		/// cancel orders, and nothing else.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::add_delegate())]
		pub fn add_delegate(
			origin: OriginFor<T>,
			number: u16,
			delegate: AccountId,
			until: BlockNumber,
		) -> DispatchResult {
			let (_, key) = Self::owned(origin, number)?;
			Self::do_add_delegate(key, delegate, until)
		}

		/// Takes that back.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::remove_delegate())]
		pub fn remove_delegate(
			origin: OriginFor<T>,
			number: u16,
			delegate: AccountId,
		) -> DispatchResult {
			let (_, key) = Self::owned(origin, number)?;
			Self::do_remove_delegate(key, delegate)
		}

		/// Buys shares of a market's AMM with quote of a subaccount.
		#[pallet::call_index(10)]
		#[pallet::weight(
			T::WeightInfo::amm_deposit().saturating_add(T::Ledger::touching_weight(2))
		)]
		pub fn amm_deposit(
			origin: OriginFor<T>,
			market: MarketId,
			number: u16,
			amount: Amount,
		) -> DispatchResultWithPostInfo {
			let (_, key) = Self::owned(origin, number)?;
			let both = [key, Self::amm_id(market).key()];
			T::Ledger::touching(&both, T::WeightInfo::amm_deposit(), || {
				Self::do_amm_deposit(market, key, amount).map(drop)
			})
		}

		/// Gives shares of a market's AMM back for quote.
		#[pallet::call_index(11)]
		#[pallet::weight(
			T::WeightInfo::amm_withdraw().saturating_add(T::Ledger::touching_weight(2))
		)]
		pub fn amm_withdraw(
			origin: OriginFor<T>,
			market: MarketId,
			number: u16,
			shares: u128,
		) -> DispatchResultWithPostInfo {
			let (_, key) = Self::owned(origin, number)?;
			let both = [key, Self::amm_id(market).key()];
			T::Ledger::touching(&both, T::WeightInfo::amm_withdraw(), || {
				Self::do_amm_withdraw(market, key, shares).map(drop)
			})
		}
	}

	impl<T: Config> Pallet<T> {
		/// Does each of several things in a storage layer of its own, and tells of those that were
		/// refused. An error if all were.
		fn each<'a, I: 'a>(
			account: AccountKey,
			items: impl Iterator<Item = &'a I>,
			act: impl Fn(&I) -> DispatchResult,
		) -> DispatchResult {
			let mut first_error = Some(Error::<T>::NothingToDo.into());
			let mut any = false;
			for (index, item) in (0u32..).zip(items) {
				match with_storage_layer(|| act(item)) {
					Ok(()) => any = true,
					Err(error) => {
						if index == 0 {
							first_error = Some(error);
						}
						Self::deposit_event(Event::Refused { account, index, error });
					},
				}
			}
			match first_error {
				Some(error) if !any => Err(error),
				_ => Ok(()),
			}
		}
	}
}
