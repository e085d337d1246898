//! The state as the lab sees it after a block: markets and all accounts, computed anew.

use std::{cell::RefCell, collections::BTreeMap};

use breakwater_breaker::PhaseRank;
use breakwater_interfaces::{Ledger as _, RiskEngine as _};
use breakwater_liquidator::Auction;
use breakwater_margin::{assess, BorrowIndex, CollateralIndex, Indices, LegIndex};
use breakwater_runtime::{Liquidation, Margin, Oracle, Risk, Runtime};
use breakwater_units::{AccountKey, AssetId, MarketId, PoolId, Price, Quote, Rounding};

/// A quantum is so many dollars.
pub const DOLLAR: f64 = 1e6;

/// How a market trades, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
	/// A batch per block.
	Open,
	/// Clears inside the band only.
	Limit,
	/// Orders collect for one clearing.
	CallAuction,
	/// No new risk.
	ReduceOnly,
	/// Nothing trades.
	Quarantined,
}

impl State {
	/// All of them.
	pub const ALL: [Self; 5] =
		[Self::Open, Self::Limit, Self::CallAuction, Self::ReduceOnly, Self::Quarantined];
}

/// A market after a block.
#[derive(Clone, Debug)]
pub struct MarketView {
	/// Which.
	pub market: MarketId,
	/// Its pool.
	pub pool: PoolId,
	/// What people call it.
	pub name: String,
	/// The feed of its index.
	pub feed: String,
	/// What a tick is worth, in the feed's currency.
	pub tick: f64,
	/// In ticks.
	pub index: u64,
	/// In ticks.
	pub mark: u64,
	/// Orders are multiples of so many ticks.
	pub order_tick: u64,
	/// Lots of the largest order.
	pub max_order: u64,
	/// Quanta that a lot is worth at mark.
	pub lot_value: i128,
	/// Rate of the first bracket.
	pub maintenance: f64,
	/// Rate of the first bracket.
	pub initial: f64,
	/// Volatility of a minute.
	pub sigma: f64,
	/// Lots of open interest.
	pub open_interest: u64,
	/// Lots that move the price by a percent.
	pub depth: u64,
	/// How it trades.
	pub state: State,
}

impl MarketView {
	/// Lots for so many dollars.
	pub fn lots(&self, dollars: f64) -> u64 {
		(dollars * DOLLAR / (self.lot_value as f64).max(1.0)) as u64
	}

	/// The price people know, from ticks.
	pub fn price(&self, ticks: u64) -> f64 {
		ticks as f64 * self.tick
	}
}

/// One position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionView {
	/// Where.
	pub market: MarketId,
	/// Signed.
	pub lots: i64,
	/// What opening it brought in, in quanta.
	pub entry_cost: i128,
	/// Quanta at mark, signed as the lots.
	pub value: i128,
}

impl PositionView {
	/// Profit since entry, in quanta.
	pub fn profit(&self) -> i128 {
		self.value + self.entry_cost
	}
}

/// An account after a block. Money in quanta.
#[derive(Clone, Debug)]
pub struct AccountView {
	/// Which.
	pub key: AccountKey,
	/// Its pool.
	pub pool: PoolId,
	/// Quote on hand.
	pub cash: i128,
	/// What it is worth at mark, rounded down.
	pub equity: i128,
	/// Rounded up.
	pub maintenance: i128,
	/// Rounded up.
	pub initial: i128,
	/// Positions at mark, without signs.
	pub notional: i128,
	/// Positions.
	pub positions: Vec<PositionView>,
}

impl AccountView {
	/// Whether its health is below zero.
	pub fn is_due(&self) -> bool {
		self.maintenance > 0 && self.equity < self.maintenance
	}

	/// What it is worth less than nothing.
	pub fn deficit(&self) -> i128 {
		self.equity.min(0).saturating_neg()
	}

	/// Its position in a market.
	pub fn lots(&self, market: MarketId) -> i64 {
		self.positions.iter().find(|held| held.market == market).map_or(0, |held| held.lots)
	}
}

/// Collateral of liquidated accounts that is for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollateralView {
	/// Of accounts of which pool.
	pub pool: PoolId,
	/// What.
	pub asset: AssetId,
	/// All of it, in lots.
	pub lots: u64,
	/// What a lot is worth, in ticks of its price.
	pub mark: u64,
	/// The same in quanta.
	pub lot_value: i128,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct View {
	/// Markets that have a price.
	pub markets: Vec<MarketView>,
	/// All accounts, protocol-owned ones among them, by key.
	pub accounts: BTreeMap<AccountKey, AccountView>,
	/// Collateral for sale.
	pub collateral: Vec<CollateralView>,
	/// What the funds of all pools have, and the one they share, in quanta.
	pub funds: i128,
}

impl View {
	/// Looks. Call it inside of the state.
	pub fn look() -> Self {
		let pools: Vec<PoolId> = Risk::pools();
		let indices: BTreeMap<PoolId, Cached> =
			pools.iter().map(|pool| (*pool, Cached::new(*pool))).collect();
		let accounts = breakwater_ledger::Subaccounts::<Runtime>::iter_keys()
			.filter_map(|key| Some((key, account(key, &indices)?)))
			.collect();
		let fund = |pool: PoolId| breakwater_ledger::Pools::<Runtime>::get(pool).fund.get();
		let shared = fund(breakwater_interfaces::GLOBAL_POOL);
		let funds = pools.iter().map(|pool| fund(*pool)).sum::<i128>() + shared;
		Self { markets: markets(), accounts, collateral: collateral(), funds }
	}

	/// A market, if it has a price.
	pub fn market(&self, market: MarketId) -> Option<&MarketView> {
		self.markets.iter().find(|view| view.market == market)
	}
}

fn markets() -> Vec<MarketView> {
	Risk::markets().into_iter().filter_map(|(market, pool)| view(market, pool)).collect()
}

fn collateral() -> Vec<CollateralView> {
	let for_sale = |auction: Auction| {
		let Auction::Collateral(pool, asset) = auction else { return None };
		let offers = Liquidation::open_offers(&auction, u32::MAX);
		let leg = *Risk::collateral(asset)?.leg();
		let lots = offers.iter().map(|open| open.offer.lots.size().get()).sum();
		let (mark, lot_value) = (leg.price().get(), leg.lot_value().get());
		Some(CollateralView { pool, asset, lots, mark, lot_value })
	};
	Liquidation::open_auctions().into_iter().filter_map(for_sale).collect()
}

/// The symbol of a feed, and its decimals.
pub fn feed_name(feed: breakwater_primitives::oracle::FeedId) -> Option<(String, u8)> {
	let known = Oracle::feeds().into_iter().find(|known| known.feed == feed)?;
	Some((String::from_utf8_lossy(&known.symbol).into(), known.decimals))
}

fn view(market: MarketId, pool: PoolId) -> Option<MarketView> {
	let pricing = Risk::pricing(market)?;
	let index = Risk::market(market)?;
	let terms = breakwater_exchange::Markets::<Runtime>::get(market)?;
	let (feed, decimals) = feed_name(Risk::feed_of(market)?)?;
	let rate = |ratio: breakwater_units::Ratio| ratio.get() as f64 / 1e9;
	Some(MarketView {
		market,
		pool,
		name: String::from_utf8_lossy(&terms.symbol).into(),
		feed,
		tick: 10f64.powi(-i32::from(decimals)),
		index: pricing.index.get(),
		mark: pricing.mark.get(),
		order_tick: u64::from(terms.order_tick).max(1),
		max_order: terms.max_order.get(),
		lot_value: index.lot_value().get(),
		maintenance: rate(pricing.maintenance),
		initial: rate(pricing.initial),
		sigma: rate(pricing.sigma_per_minute),
		open_interest: pricing.open_interest.get(),
		depth: pricing.depth.get(),
		state: state(market),
	})
}

fn state(market: MarketId) -> State {
	let state = breakwater_circuit_breaker::Markets::<Runtime>::get(market).severity();
	match state.phase {
		_ if state.quarantined => State::Quarantined,
		_ if state.reduce_only => State::ReduceOnly,
		PhaseRank::CallAuction => State::CallAuction,
		PhaseRank::Limit => State::Limit,
		PhaseRank::Open => State::Open,
	}
}

fn account(key: AccountKey, indices: &BTreeMap<PoolId, Cached>) -> Option<AccountView> {
	let pool = Margin::info(&key)?.pool;
	let state = Margin::state(&key)?;
	let indices = indices.get(&pool)?;
	let sums = assess(&state, indices).ok()?;
	let quanta = |nano: breakwater_units::NanoQuote, rounding| {
		nano.to_quote(rounding).unwrap_or(Quote::ZERO).get()
	};
	let positions = state.positions.iter().filter_map(|(market, held)| {
		let index = indices.market(market)?;
		let value = index.lot_value().times(held.lots).ok()?.get();
		let entry_cost = held.entry_cost.get();
		Some(PositionView { market, lots: held.lots.get(), entry_cost, value })
	});
	Some(AccountView {
		key,
		pool,
		cash: state.cash.get(),
		equity: quanta(sums.equity, Rounding::Down),
		maintenance: quanta(sums.maintenance, Rounding::Up),
		initial: quanta(sums.initial, Rounding::Up),
		notional: sums.notional.get(),
		positions: positions.collect(),
	})
}

/// The indices of a pool, each read once.
struct Cached {
	pool: PoolId,
	markets: RefCell<BTreeMap<MarketId, Option<LegIndex>>>,
	collateral: RefCell<BTreeMap<AssetId, Option<CollateralIndex>>>,
	borrow: BorrowIndex,
}

impl Cached {
	fn new(pool: PoolId) -> Self {
		Self {
			pool,
			markets: RefCell::default(),
			collateral: RefCell::default(),
			borrow: Risk::borrow(pool),
		}
	}
}

impl Indices for Cached {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		*self.markets.borrow_mut().entry(market).or_insert_with(|| Risk::market(market))
	}

	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		*self.collateral.borrow_mut().entry(asset).or_insert_with(|| Risk::collateral(asset))
	}

	fn borrow(&self) -> BorrowIndex {
		debug_assert_eq!(self.borrow, Risk::borrow(self.pool));
		self.borrow
	}
}

/// A price on a market's grid of orders, rounded down, and at least its first step.
pub fn on_grid(market: &MarketView, ticks: f64) -> Price {
	let step = market.order_tick;
	Price::new(((ticks.max(0.0) as u64) / step * step).max(step))
}
