use alloc::vec::Vec;
use breakwater_auction::{Accounts, ForcedOrder};
use breakwater_margin::SubaccountState;
use breakwater_primitives::AccountId;
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Quote, Ratio, Side, Size,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::{
	sp_runtime::{
		traits::{BlakeTwo256, Hash, Printable},
		DispatchError, DispatchErrorWithPostInfo, DispatchResult, DispatchResultWithInfo,
	},
	sp_weights::Weight,
};
use scale_info::TypeInfo;

/// Who may add risk in a batch.
///
/// What is forced to be sold somebody must be able to buy, or it is never closed: open interest
/// does not grow by it. So accounts may always take over that much, and no more if new risk is not
/// admitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewRisk {
	/// New risk is admitted, as far as there is room for open interest.
	pub is_admitted: bool,
	/// Lots that are forced to be sold, and may be bought.
	pub forced_sales: Size,
	/// Lots that are forced to be bought, and may be sold.
	pub forced_purchases: Size,
}

impl NewRisk {
	/// New risk is admitted, and nothing is forced.
	pub const ADMITTED: Self =
		Self { is_admitted: true, forced_sales: Size::ZERO, forced_purchases: Size::ZERO };

	/// What follows from the breaker and from what is forced into the batch.
	pub fn of(is_admitted: bool, forced: &[ForcedOrder]) -> Self {
		let of_side = |side| {
			let of_side = forced.iter().filter(|order| order.side == side);
			of_side.fold(Size::ZERO, |sum, order| sum.saturating_add(order.size))
		};
		Self {
			is_admitted,
			forced_sales: of_side(Side::Sell),
			forced_purchases: of_side(Side::Buy),
		}
	}
}

/// A subaccount as its owner names it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct SubaccountId {
	/// Whose it is.
	pub owner: AccountId,
	/// The owner's number for it.
	pub number: u16,
}

impl SubaccountId {
	/// The key it is stored under: a hash, so that ties broken by it are fair.
	pub fn key(&self) -> AccountKey {
		let named = (b"breakwater/subaccount", &self.owner, self.number);
		AccountKey(BlakeTwo256::hash_of(&named).0)
	}
}

/// What a subaccount is, apart from what is in it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SubaccountInfo {
	/// Owner and number.
	pub id: SubaccountId,
	/// The pool it trades in.
	pub pool: PoolId,
	/// The one market it may trade, if it is isolated; else its positions share their margin.
	pub isolated: Option<MarketId>,
}

/// Why the ledger refuses.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum LedgerError {
	/// There is no such subaccount. Open it first.
	UnknownSubaccount,
	/// The market is not listed, or has had no price yet.
	UnknownMarket,
	/// The market belongs to another pool than the subaccount.
	OtherPool,
	/// The subaccount is isolated in another market.
	Isolated,
}

/// One account's part of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
	/// Whose.
	pub account: AccountKey,
	/// Bought lots are positive.
	pub lots: Lots,
	/// What the account pays for it, in quanta.
	pub fee: Quote,
}

/// Owner of the subaccounts.
pub trait Ledger {
	/// A view of the accounts for one batch of one market: loads each account once.
	type Batch: Accounts;

	/// What a subaccount is.
	fn info(account: &AccountKey) -> Option<SubaccountInfo>;
	/// What is in it.
	fn state(account: &AccountKey) -> Option<SubaccountState>;

	/// Whether the account may trade in a market at all.
	///
	/// # Errors
	/// The cause.
	fn may_trade(account: &AccountKey, market: MarketId) -> Result<(), LedgerError>;

	/// Whether the account passes initial margin, or only gains, if it trades `lots` for `cost`
	/// quanta and pays `fee`, and keeps `reserved` quanta of initial health beside it.
	fn can_trade(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		cost: Quote,
		fee: Quote,
		reserved: Quote,
	) -> bool;

	/// The accounts of a batch. A trade must leave initial health at a fee of `fee_rate` of its
	/// cost without sign, may not pass `max_position`, and adds no more risk than `new_risk` says.
	fn batch(
		market: MarketId,
		fee_rate: Ratio,
		max_position: Size,
		new_risk: NewRisk,
	) -> Self::Batch;

	/// Trades at one price: moves lots, cash and fees, draws or pays back loans, and files every
	/// account in the trigger book. Fees go to the pool's fund: [`Self::transfer`] moves from there
	/// what belongs to others.
	///
	/// # Errors
	/// If lots do not sum to zero, or an account or the arithmetic fails: call it in a storage
	/// layer.
	fn settle(market: MarketId, price: Price, trades: &[Trade]) -> DispatchResult;

	/// Moves quanta between accounts of one pool; `None` is the pool's fund. Asks no margin: the
	/// caller answers for that.
	///
	/// # Errors
	/// If the amount is below zero, an account is not there or is of another pool, or the payer's
	/// cash or the fund would fall below zero.
	fn transfer(
		pool: PoolId,
		from: Option<&AccountKey>,
		to: Option<&AccountKey>,
		amount: Quote,
	) -> DispatchResult;

	/// Opens a subaccount that the protocol owns.
	///
	/// # Errors
	/// If it exists, or the pool does not.
	fn open(
		id: &SubaccountId,
		pool: PoolId,
		isolated: Option<MarketId>,
	) -> Result<AccountKey, DispatchError>;

	/// Puts an asset that the vault has just received into an account: `None` is the quote asset.
	///
	/// # Errors
	/// If the account is not there, has too many assets, the amount does not fit, or all accounts
	/// together would hold more than the asset's cap.
	fn credit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult;

	/// Takes an asset out of an account, as far as margin permits.
	///
	/// # Errors
	/// If it is more than the account is free to take out, see [`Self::withdrawable`].
	fn debit(account: &AccountKey, asset: Option<AssetId>, amount: Amount) -> DispatchResult;

	/// The largest amount of an asset that may leave an account now. Settles first what the account
	/// owes to a deleveraging.
	fn withdrawable(account: &AccountKey, asset: Option<AssetId>) -> Amount;

	/// What it weighs at most to settle what an account owes to a deleveraging, or to fix its place
	/// in one. That is done once, at the account's first touch, in whatever call that is. Zero while
	/// none is open, which is nearly always: so calls declare it when it may come, and several of
	/// them fit into one transaction when it may not.
	fn levy_weight() -> Weight {
		Weight::zero()
	}

	/// Whether that is still to be done: then the next touch of the account weighs so much more.
	fn awaits_levy(_account: &AccountKey) -> bool {
		false
	}

	/// What it weighs of this account, by what is in it: nothing if there is nothing to be done.
	fn levy_weight_of(account: &AccountKey) -> Weight {
		if Self::awaits_levy(account) {
			Self::levy_weight()
		} else {
			Weight::zero()
		}
	}

	/// What changing an account weighs beyond a change of one whose health has a single term: every
	/// other position, collateral and bracket is filed anew. At most [`Self::most_filing_weight`].
	fn filing_weight(_account: &AccountKey) -> Weight {
		Weight::zero()
	}

	/// The same, of an account with all that it may have.
	fn most_filing_weight() -> Weight {
		Weight::zero()
	}

	/// What a call declares that changes so many accounts, beside what it weighs with simple ones
	/// that owe no levy. To settle a levy files the account, too, and what is filed twice in a call is
	/// written once.
	fn touching_weight(accounts: u64) -> Weight {
		Self::levy_weight().max(Self::most_filing_weight()).saturating_mul(accounts)
	}

	/// Runs a call that changes some accounts and weighs `base` beside [`Self::touching_weight`]. What
	/// was not needed of that is given back, also if the call fails.
	///
	/// # Errors
	/// Those of the call.
	fn touching<Info>(
		accounts: &[AccountKey],
		base: Weight,
		call: impl FnOnce() -> DispatchResult,
	) -> DispatchResultWithInfo<Info>
	where
		Info: PostInfo,
	{
		// Before the call, which changes them.
		let each = |account| Self::levy_weight_of(account).max(Self::filing_weight(account));
		let used = accounts.iter().map(each).fold(Weight::zero(), Weight::saturating_add);
		let declared = Self::touching_weight(u64::try_from(accounts.len()).unwrap_or(u64::MAX));
		tell_weight((used != declared).then(|| base.saturating_add(used)), call())
	}
}

/// What FRAME wants to know after a call: `frame_support::dispatch::PostDispatchInfo`.
pub trait PostInfo: From<Option<Weight>> + Eq + Copy + Encode + Decode + Printable {}

impl<Info: From<Option<Weight>> + Eq + Copy + Encode + Decode + Printable> PostInfo for Info {}

/// The result of a call, with what it weighed; none is what was declared.
///
/// # Errors
/// Those of the call.
pub fn tell_weight<Info: PostInfo>(
	weighed: Option<Weight>,
	result: DispatchResult,
) -> DispatchResultWithInfo<Info> {
	let post_info = weighed.into();
	match result {
		Ok(()) => Ok(post_info),
		Err(error) => Err(DispatchErrorWithPostInfo { post_info, error }),
	}
}

/// What a step of the trigger book did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookStep {
	/// What it may have weighed.
	pub used: Weight,
	/// Accounts whose levels were crossed, and which were computed anew.
	pub woken: u32,
	/// Of those, the ones whose health is below zero.
	pub due: u32,
	/// Of those, the ones that could not be computed, and were set aside.
	pub failed: u32,
	/// Whether crossed levels are left to the next step.
	pub backlog: bool,
}

/// Finds the accounts whose health is below zero.
pub trait Solvency {
	/// Stage 4 of the pipeline, once a block after the indices have moved: computes the accounts
	/// whose levels were crossed, as many as the weight allows, and queues those that are due.
	fn step(limit: Weight) -> BookStep;

	/// Up to `limit` due accounts, by the shortfall they were queued with, the worst first. Those
	/// that could not be computed are the last.
	fn due(limit: u32) -> Vec<AccountKey>;

	/// Computes an account anew, and queues or unqueues it. Returns whether it is due.
	///
	/// # Errors
	/// If the account is not there or cannot be computed; it stays where it was.
	fn recheck(account: &AccountKey) -> Result<bool, DispatchError>;
}

/// Holder of the assets.
pub trait Vault {
	/// What a pool has of the quote asset in custody, less what is promised to withdrawals that
	/// wait.
	fn quote_on_hand(pool: PoolId) -> Amount;
	/// Counts quote in custody as another pool's.
	///
	/// # Errors
	/// If less is on hand.
	fn move_quote(from: PoolId, to: PoolId, amount: Amount) -> DispatchResult;
	/// What is in custody of a collateral asset, less what is promised.
	fn collateral_on_hand(asset: AssetId) -> Amount;
}
