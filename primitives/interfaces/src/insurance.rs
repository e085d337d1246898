use alloc::vec::Vec;
use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_margin::SubaccountState;
use breakwater_units::{AccountKey, Lots, MarketId, PoolId, Price, Quote, Ratio, Size};
use polkadot_sdk::{sp_runtime::DispatchResult, sp_weights::Weight};

/// What a pool's breaker wants to know of its fund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FundCondition {
	/// What the fund lost against its highest value in the look-back.
	pub drawdown: Ratio,
	/// Whether a loss is not paid yet: deleveraging or the final settlement is on its way.
	pub unresolved_loss: bool,
}

/// Funds, the account that takes positions over, and the waterfall.
///
/// Each pool has a *backstop*: a subaccount that the protocol owns. What nobody bought goes there
/// at its bankruptcy price, whole accounts below zero at mark. Whatever the backstop's equity falls
/// short of zero is the loss that the waterfall must find; what it has above zero when it is flat
/// belongs to the fund. So there is one number for what a pool has lost and not yet paid.
pub trait Insurance {
	/// The account that takes over in a pool.
	fn backstop(pool: PoolId) -> Option<AccountKey>;

	/// Lots of such a position that the backstop may still take over: its inventory is limited.
	fn takeover_room(market: MarketId, lots: Lots) -> Size;

	/// Takes lots of an account's position over at a price. Value is conserved, whatever the price.
	///
	/// # Errors
	/// If the account does not have the position, or the ledger fails: nothing has changed then.
	fn take_over_lots(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		price: Price,
	) -> DispatchResult;

	/// Takes a whole account over as it is: cash, loan, collateral and positions, without limits.
	/// What it has less than nothing is then the backstop's loss.
	///
	/// # Errors
	/// If the ledger fails: nothing has changed then.
	fn absorb(account: &AccountKey) -> DispatchResult;

	/// What the backstop wants to trade in this block's batch of a market, to be flat again or
	/// hedged.
	fn forced_orders(market: MarketId) -> Vec<ForcedOrder>;

	/// What it weighs to ask for them and to tell of their fills: little while the backstop has no
	/// inventory. Asking this reads what every block has read before the batches.
	fn orders_weight(_market: MarketId) -> Weight {
		Weight::zero()
	}

	/// What the batch filled of it, and of what others forced: fills of unknown accounts are theirs.
	fn filled(market: MarketId, price: Price, fills: &[ForcedFill]);

	/// Stage 7 of the pipeline: pays losses down the waterfall, pages through a deleveraging, sweeps
	/// what is left over into the fund. Returns what it weighed.
	fn resolve(limit: Weight) -> Weight;

	/// For a pool's breaker.
	fn condition(pool: PoolId) -> FundCondition;

	/// What asking for that weighs.
	fn condition_weight(_pool: PoolId) -> Weight {
		Weight::zero()
	}
}

impl Insurance for () {
	fn backstop(_: PoolId) -> Option<AccountKey> {
		None
	}
	fn takeover_room(_: MarketId, _: Lots) -> Size {
		Size::ZERO
	}
	fn take_over_lots(_: &AccountKey, _: MarketId, _: Lots, _: Price) -> DispatchResult {
		Err("there is no backstop".into())
	}
	fn absorb(_: &AccountKey) -> DispatchResult {
		Err("there is no backstop".into())
	}
	fn forced_orders(_: MarketId) -> Vec<ForcedOrder> {
		Vec::new()
	}
	fn filled(_: MarketId, _: Price, _: &[ForcedFill]) {}
	fn resolve(_: Weight) -> Weight {
		Weight::zero()
	}
	fn condition(_: PoolId) -> FundCondition {
		FundCondition::default()
	}
}

/// What deleveraging or the final settlement does to an account at its first touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levy {
	/// Signed trades that close positions, or parts of them, at frozen marks; the backstop is the
	/// other side.
	pub closes: Vec<(MarketId, Lots, Price)>,
	/// What the account pays to the backstop.
	pub charge: Quote,
}

/// Asked by the ledger before it changes an account.
pub trait Levies {
	/// Whether any account of a pool may owe a levy now: one read.
	fn are_open(pool: PoolId) -> bool;

	/// Whether any account of any pool may: the same read.
	fn any_are_open() -> bool;

	/// What an account owes before it may change: its place in an open snapshot is fixed by this,
	/// and what it owes in a sealed one is taken here, once.
	fn touch(account: &AccountKey, pool: PoolId, state: &SubaccountState) -> Option<Levy>;

	/// Whether [`Self::touch`] has anything to do with an account now. It has no effect.
	fn awaits(_account: &AccountKey, _pool: PoolId) -> bool {
		false
	}

	/// What [`Self::touch`] weighs at most. What the ledger does then is not in it.
	fn touch_weight() -> Weight {
		Weight::zero()
	}

	/// The account that levies are paid to.
	fn payee(pool: PoolId) -> Option<AccountKey>;

	/// Whether an account's quote must stay where it is, because a snapshot that is not sealed yet
	/// counts on it.
	fn holds(_account: &AccountKey, _pool: PoolId) -> bool {
		false
	}

	/// What of a pool's fund belongs to its backers. Only what is above it may be paid out.
	fn reserved(_pool: PoolId) -> Quote {
		Quote::ZERO
	}
}

impl Levies for () {
	fn are_open(_: PoolId) -> bool {
		false
	}
	fn any_are_open() -> bool {
		false
	}
	fn touch(_: &AccountKey, _: PoolId, _: &SubaccountState) -> Option<Levy> {
		None
	}
	fn payee(_: PoolId) -> Option<AccountKey> {
		None
	}
}
