//! What clients ask about subaccounts and risk, so that nobody has to write the arithmetic again.
//!
//! Money is in quanta, a millionth of the quote asset; prices in ticks, sizes in lots; rates in
//! parts per billion.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::{AccountId, BlockNumber};

/// A position and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PositionInfo {
	/// The market.
	pub market: u32,
	/// Signed lots: positive is long.
	pub lots: i64,
	/// What opening it brought in: negative for a long.
	pub entry_cost: i128,
	/// Average price of entry, in ticks, rounded to the nearest.
	pub entry_price: u64,
	/// What the account is valued at.
	pub mark: u64,
	/// Size at mark, without sign.
	pub notional: i128,
	/// Profit since entry, funding not yet paid included.
	pub unrealised_profit: i128,
	/// Funding that the next trade settles: negative is owed.
	pub unsettled_funding: i128,
	/// Maintenance margin of it.
	pub maintenance: i128,
	/// Initial margin of it.
	pub initial: i128,
	/// The mark at which the account is liquidated if nothing else moves; none if no price of this
	/// market does it.
	pub liquidation_price: Option<u64>,
}

/// A holding of a collateral asset.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CollateralInfo {
	/// The asset.
	pub asset: u32,
	/// In its smallest units.
	pub amount: u128,
	/// At its price less confidence, before the haircut.
	pub value: i128,
	/// What it counts for maintenance.
	pub maintenance_value: i128,
	/// What it counts for new risk and withdrawals.
	pub initial_value: i128,
	/// What may leave now, in smallest units.
	pub withdrawable: u128,
}

/// A subaccount.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SubaccountReport {
	/// The key it is stored under, and which events name.
	pub key: [u8; 32],
	/// The owner's number for it.
	pub number: u16,
	/// The pool it trades in.
	pub pool: u32,
	/// The one market it may trade, if it is isolated.
	pub isolated: Option<u32>,
	/// Quote on hand.
	pub cash: i128,
	/// What it owes the pool now, interest included.
	pub debt: i128,
	/// What it is worth at mark, collateral before haircuts.
	pub equity: i128,
	/// Maintenance margin, haircuts included.
	pub maintenance: i128,
	/// Initial margin, haircuts included.
	pub initial: i128,
	/// Equity less maintenance margin, rounded down: below zero it is liquidated.
	pub health: i128,
	/// Equity less initial margin, rounded down: what new risk may use.
	pub free: i128,
	/// Sizes of all positions at mark.
	pub notional: i128,
	/// Profit of all positions.
	pub unrealised_profit: i128,
	/// Quote that may leave now, by the account's own margin.
	pub withdrawable: i128,
	/// Whether it waits to be liquidated.
	pub due: bool,
	/// Its positions.
	pub positions: Vec<PositionInfo>,
	/// Its collateral.
	pub collateral: Vec<CollateralInfo>,
}

/// A market, as it is listed and as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MarketInfo {
	/// Its number.
	pub market: u32,
	/// Its name, as in `BTC-PERP`.
	pub symbol: Vec<u8>,
	/// Its pool.
	pub pool: u32,
	/// The feed of its index.
	pub feed: u16,
	/// A tick is `10^-price_decimals` of the quote asset.
	pub price_decimals: u8,
	/// A lot is `10^-lot_decimals` of the base asset.
	pub lot_decimals: u8,
	/// Quanta that one tick of one lot is worth.
	pub tick_value: u32,
	/// Limits of orders are multiples of it, in ticks.
	pub order_tick: u32,
	/// Sizes of orders are multiples of it, in lots.
	pub order_lot: u32,
	/// Least size of an order that may add risk.
	pub min_order: u64,
	/// Largest size of an order.
	pub max_order: u64,
	/// Largest position of an account.
	pub max_position: u64,
	/// How far from the mark a market order trades at most.
	pub max_slippage: u64,
	/// Quanta of initial health that each resting order needs.
	pub order_deposit: i128,
	/// Fee of orders that were there before the batch.
	pub maker_fee: u64,
	/// Fee of orders in their first batch.
	pub taker_fee: u64,
	/// The part of fees that goes to the pool's fund.
	pub insurance_share: u64,
	/// The index, in ticks; zero before the first price.
	pub index: u64,
	/// When the sources had it: milliseconds since the Unix epoch.
	pub index_time: u64,
	/// What accounts are valued at.
	pub mark: u64,
	/// Maintenance rate of the first bracket.
	pub maintenance: u64,
	/// Initial rate of the first bracket.
	pub initial: u64,
	/// Where the brackets begin, in lots, and the factors on the rates there.
	pub brackets: Vec<(u64, u64)>,
	/// Funding rate for eight hours: positive is paid by longs.
	pub funding_rate: i64,
	/// What one long lot has paid since the beginning, in quanta.
	pub cumulative_funding: i128,
	/// Volatility in force, of a day.
	pub daily_volatility: u64,
	/// Lots within a percent of the mark, as batches showed it.
	pub depth: u64,
	/// Lots held long, which is what is held short.
	pub open_interest: u64,
	/// Quanta of open interest at which no risk may be added.
	pub open_interest_cap: i128,
	/// The pool's own subaccount that makes the market, if there is one.
	pub amm: Option<[u8; 32]>,
	/// Lots the AMM holds.
	pub amm_inventory: i64,
	/// `Open`, `Limit`, `CallAuction`.
	pub phase: Vec<u8>,
	/// The band in which it trades, in ticks; none without a price.
	pub band: Option<(u64, u64)>,
	/// Whether new risk may be added.
	pub adds_risk: bool,
	/// Whether orders that reduce are matched.
	pub trades: bool,
	/// Whether accounts are liquidated.
	pub liquidates: bool,
	/// Whether accounts with a position here may withdraw.
	pub withdraws: bool,
}

/// A collateral asset.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AssetInfo {
	/// Its number, which is that of the token.
	pub asset: u32,
	/// Its name.
	pub symbol: Vec<u8>,
	/// Decimals of its smallest unit.
	pub decimals: u8,
	/// The feed of its price.
	pub feed: u16,
	/// Decimals of the price.
	pub price_decimals: u8,
	/// Smallest units in a lot; what is less counts nothing.
	pub units_per_lot: u128,
	/// Quanta that one tick of one lot is worth.
	pub tick_value: u32,
	/// Its price less confidence, in ticks; zero before the first.
	pub price: u64,
	/// Haircut for maintenance.
	pub maintenance_haircut: u64,
	/// Haircut for new risk and withdrawals.
	pub initial_haircut: u64,
	/// What all accounts hold, in smallest units.
	pub held: u128,
	/// The most they may hold.
	pub cap: u128,
	/// Least deposit.
	pub min_deposit: u128,
}

/// A risk pool.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PoolInfo {
	/// Its number.
	pub pool: u32,
	/// Its name.
	pub symbol: Vec<u8>,
	/// Quote in custody that is not promised to withdrawals.
	pub on_hand: u128,
	/// What the pool's fund has.
	pub fund: i128,
	/// Principal that its accounts owe.
	pub borrowed: i128,
	/// The most they may owe.
	pub max_borrowed: i128,
	/// Interest of a year.
	pub interest: u64,
	/// What a quantum of principal has grown to.
	pub borrow_index: u64,
	/// Least deposit of quote.
	pub min_deposit: i128,
	/// Least equity of an account that adds risk.
	pub min_equity: i128,
	/// Most unrealised profit of an account that may leave.
	pub profit_cap: i128,
}

/// All parameters and their present values, in one call.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Parameters {
	/// The block they are of.
	pub block: BlockNumber,
	/// The quote asset's token.
	pub quote_asset: u32,
	/// Its decimals.
	pub quote_decimals: u8,
	/// The markets.
	pub markets: Vec<MarketInfo>,
	/// The collateral assets.
	pub assets: Vec<AssetInfo>,
	/// The pools.
	pub pools: Vec<PoolInfo>,
}

/// What the block pipeline did last.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PipelineStatus {
	/// Weight of its stages, in picoseconds.
	pub used: u64,
	/// What they may weigh, in picoseconds.
	pub budget: u64,
	/// Accounts whose levels were crossed.
	pub woken: u32,
	/// Of those, the ones that joined the due queue.
	pub due: u32,
	/// Whether work waits for the next block.
	pub backlog: bool,
	/// Batches run.
	pub cleared: u32,
	/// Batches that wait.
	pub deferred: u32,
	/// Whether the chain admits new risk at all.
	pub adds_risk: bool,
	/// Until when a grace after an outage lasts: milliseconds since the Unix epoch.
	pub grace_until: Option<u64>,
}

sp_api::decl_runtime_apis! {
	/// Subaccounts, and what their risk is measured with.
	pub trait AccountsApi {
		/// The numbers of an owner's subaccounts, in order.
		fn subaccounts(owner: AccountId) -> Vec<u16>;
		/// A subaccount by owner and number.
		fn subaccount(owner: AccountId, number: u16) -> Option<SubaccountReport>;
		/// A subaccount by the key that events name.
		fn subaccount_by_key(key: [u8; 32]) -> Option<(AccountId, SubaccountReport)>;
		/// All market and risk parameters.
		fn parameters() -> Parameters;
		/// What the block pipeline did last.
		fn pipeline() -> PipelineStatus;
	}
}
