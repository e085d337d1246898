//! A runtime with one or more markets, a ledger of its own in storage, and prices and breakers under
//! the tests' control.

use breakwater_auction::{Accounts, Clearing, ForcedOrder, TimeInForce, Trigger, TriggerKind};
use breakwater_breaker::{Action, Matching};
use breakwater_interfaces::{
	genesis::{GenesisDecay, GenesisLiquidation},
	BatchSummary, Exchange as _, Ledger, LedgerError, NewRisk, PoolTerms, RiskEngine, SubaccountId,
	SubaccountInfo, Trade,
};
use breakwater_margin::{
	health, BorrowIndex, CollateralIndex, Indices, LegIndex, Requirement, SubaccountState,
};
use breakwater_primitives::{AccountId, BlockNumber};
use breakwater_test_support as support;
use breakwater_units::{
	notional, AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Quote, Ratio, Rounding,
	Side, Size,
};
use frame_support::{
	dispatch::DispatchResultWithPostInfo,
	ensure, parameter_types, storage_alias,
	traits::{BuildGenesisConfig, Hooks},
	weights::Weight,
	Identity, PalletId, Twox64Concat,
};
use frame_system::EnsureRoot;
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{DispatchError, DispatchResult};
use support::{Engine, Gates, World};

pub(crate) use support::{person as owner, world};

use crate::{
	Event, GenesisAmm, GenesisBand, GenesisBreaker, GenesisFees, GenesisFunding, GenesisMarket,
	GenesisRisk, GenesisThreshold, OrderRequest, Percent, RequestKind, Whole,
};

type Block = frame_system::mocking::MockBlockU32<Test>;

support::runtime!(Exchange: crate);

parameter_types! {
	pub const ExchangeId: PalletId = PalletId(*b"bw/exchg");
	pub storage MaxBatchOrders: u32 = 1_000;
	pub storage MaxNewOrders: u32 = 100;
	pub const MaxActivations: u32 = 4;
	pub storage MaxExpiries: u32 = 200;
	pub const MaxSwitches: u32 = 2;
	pub const FreeCalls: u32 = 3;
	pub const QuotaPeriod: BlockNumber = 10;
}

impl crate::Config for Test {
	type ListingOrigin = EnsureRoot<AccountId>;
	type Ledger = Books;
	type Risk = Engine;
	type Breakers = Gates;
	type PalletId = ExchangeId;
	type MaxBatchOrders = MaxBatchOrders;
	type MaxNewOrders = MaxNewOrders;
	type MaxActivations = MaxActivations;
	type MaxExpiries = MaxExpiries;
	type MaxSwitches = MaxSwitches;
	type FreeCalls = FreeCalls;
	type QuotaPeriod = QuotaPeriod;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Books;
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Books {
	fn terms() -> breakwater_interfaces::MarketTerms {
		market("BENCH-PERP").terms().unwrap()
	}
	fn set_price(market: MarketId) {
		set_mark(market, 1_000_000);
	}
	fn fund(id: &SubaccountId) {
		let account = Self::open(id, PoolId(0), None).unwrap();
		change(PoolId(0), Some(&account), Quote::new(1_000 * RICH)).unwrap();
	}
	fn give_legs(_: &SubaccountId, _: u32) {}
}

/// The ledger.
#[allow(unreachable_pub)] // The configuration asks for it.
pub struct Books;

#[storage_alias]
pub(crate) type States = StorageMap<Mock, Identity, AccountKey, SubaccountState>;
#[storage_alias]
pub(crate) type Infos = StorageMap<Mock, Identity, AccountKey, SubaccountInfo>;
#[storage_alias]
pub(crate) type Funds = StorageMap<Mock, Twox64Concat, PoolId, Quote>;

/// What the levy of an account weighs, and filing it anew.
#[storage_alias]
pub(crate) type Extra =
	StorageMap<Mock, Identity, AccountKey, (u64, u64), frame_support::pallet_prelude::ValueQuery>;

pub(crate) struct MockIndices;

impl Indices for MockIndices {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		Engine::market(market)
	}
	fn collateral(&self, _: AssetId) -> Option<CollateralIndex> {
		None
	}
	fn borrow(&self) -> BorrowIndex {
		BorrowIndex::ONE
	}
}

fn initial_health(state: &SubaccountState) -> i128 {
	health(state, &MockIndices, Requirement::Initial).unwrap().get()
}

/// The state after trading lots for a cost: at mark, and the difference in cash.
fn after(
	state: &SubaccountState,
	market: MarketId,
	lots: Lots,
	cost: Quote,
) -> Option<SubaccountState> {
	let mut state = state.clone();
	let index = Engine::market(market)?;
	let at_mark = notional(index.price(), lots, index.tick_value()).ok()?;
	if !lots.is_zero() {
		state.trade(market, lots, index.price(), &index).ok()?;
	}
	state.cash = state.cash.try_add(at_mark).ok()?.try_sub(cost).ok()?;
	Some(state)
}

fn carries(
	state: &SubaccountState,
	market: MarketId,
	lots: Lots,
	cost: Quote,
	held: Quote,
) -> bool {
	let Some(after) = after(state, market, lots, cost) else { return false };
	let held = held.to_nano().unwrap().get();
	initial_health(&after) - held >= initial_health(state).min(0)
}

#[allow(unreachable_pub)]
pub struct Batch {
	market: MarketId,
	fee_rate: Ratio,
	max_position: Size,
	new_risk: NewRisk,
}

impl Accounts for Batch {
	fn position(&self, account: &AccountKey) -> Lots {
		position_of(account, self.market)
	}

	fn allows(&self, account: &AccountKey, trade: Lots, cost: Quote) -> bool {
		let Some(state) = States::get(account) else { return false };
		let position = self.position(account);
		let after = position.get() + trade.get();
		let grows = after.unsigned_abs() > position.get().unsigned_abs();
		let NewRisk { is_admitted, forced_sales, forced_purchases } = self.new_risk;
		let taken = if trade.get() > 0 { forced_sales } else { forced_purchases };
		let towards = trade.get().signum();
		let most = (position.get() * towards).max(0) + taken.get() as i64;
		if !is_admitted && after * towards > most {
			return false;
		}
		let room = Engine::open_interest_room(self.market).get();
		let grown = after.unsigned_abs().saturating_sub(position.get().unsigned_abs());
		if grows && after.unsigned_abs() > self.max_position.get() || grown > room {
			return false;
		}
		let magnitude = Quote::from_unsigned(cost.unsigned_abs()).unwrap();
		let fee = magnitude.mul_ratio(self.fee_rate, Rounding::Up).unwrap();
		carries(&state, self.market, trade, cost.try_add(fee).unwrap(), Quote::ZERO)
	}
}

pub(crate) fn position_of(account: &AccountKey, market: MarketId) -> Lots {
	let state = States::get(account).unwrap_or_default();
	state.positions.get(market).map(|position| position.lots).unwrap_or_default()
}

impl Ledger for Books {
	type Batch = Batch;

	fn info(account: &AccountKey) -> Option<SubaccountInfo> {
		Infos::get(account)
	}

	fn state(account: &AccountKey) -> Option<SubaccountState> {
		States::get(account)
	}

	fn may_trade(account: &AccountKey, market: MarketId) -> Result<(), LedgerError> {
		let info = Infos::get(account).ok_or(LedgerError::UnknownSubaccount)?;
		ensure!(Engine::market(market).is_some(), LedgerError::UnknownMarket);
		let pool = Engine::pool_of(market).ok_or(LedgerError::UnknownMarket)?;
		ensure!(pool == info.pool, LedgerError::OtherPool);
		ensure!(info.isolated.is_none_or(|only| only == market), LedgerError::Isolated);
		Ok(())
	}

	fn can_trade(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		cost: Quote,
		fee: Quote,
		reserved: Quote,
	) -> bool {
		let Some(state) = States::get(account) else { return false };
		carries(&state, market, lots, cost.try_add(fee).unwrap(), reserved)
	}

	fn batch(market: MarketId, fee_rate: Ratio, max_position: Size, new_risk: NewRisk) -> Batch {
		Batch { market, fee_rate, max_position, new_risk }
	}

	fn settle(market: MarketId, price: Price, trades: &[Trade]) -> DispatchResult {
		let index = Engine::market(market).ok_or("no index")?;
		let pool = Engine::pool_of(market).ok_or("no market")?;
		let sum: i64 = trades.iter().map(|trade| trade.lots.get()).sum();
		ensure!(sum == 0, "lots do not sum to zero");
		for Trade { account, lots, fee } in trades {
			let mut state = States::get(account).ok_or("no account")?;
			state.trade(market, *lots, price, &index).map_err(|_| "trade")?;
			state.cash = state.cash.try_sub(*fee).map_err(|_| "fee")?;
			States::insert(account, state);
			Funds::mutate(pool, |fund| {
				*fund = Some(fund.unwrap_or_default().saturating_add(*fee));
			});
		}
		Ok(())
	}

	fn transfer(
		pool: PoolId,
		from: Option<&AccountKey>,
		to: Option<&AccountKey>,
		amount: Quote,
	) -> DispatchResult {
		ensure!(!amount.is_negative(), "negative");
		change(pool, from, amount.try_neg().unwrap())?;
		change(pool, to, amount)
	}

	fn levy_weight_of(account: &AccountKey) -> Weight {
		Weight::from_parts(Extra::get(account).0, 0)
	}

	fn filing_weight(account: &AccountKey) -> Weight {
		Weight::from_parts(Extra::get(account).1, 0)
	}

	fn open(
		id: &SubaccountId,
		pool: PoolId,
		isolated: Option<MarketId>,
	) -> Result<AccountKey, DispatchError> {
		let key = id.key();
		ensure!(!Infos::contains_key(key), "exists");
		Infos::insert(key, SubaccountInfo { id: id.clone(), pool, isolated });
		States::insert(key, SubaccountState::default());
		Ok(key)
	}

	fn credit(account: &AccountKey, _: Option<AssetId>, amount: Amount) -> DispatchResult {
		change(PoolId(0), Some(account), Quote::from_unsigned(amount.get()).unwrap())
	}

	fn debit(account: &AccountKey, _: Option<AssetId>, amount: Amount) -> DispatchResult {
		change(
			PoolId(0),
			Some(account),
			Quote::from_unsigned(amount.get()).unwrap().try_neg().unwrap(),
		)
	}

	fn withdrawable(account: &AccountKey, _: Option<AssetId>) -> Amount {
		let Some(state) = States::get(account) else { return Amount::ZERO };
		let free = (initial_health(&state) / 1_000_000_000).min(state.cash.get()).max(0);
		Amount::new(free.unsigned_abs())
	}
}

fn change(pool: PoolId, account: Option<&AccountKey>, by: Quote) -> DispatchResult {
	let Some(account) = account else {
		let fund = Funds::get(pool).unwrap_or_default().try_add(by).unwrap();
		ensure!(!fund.is_negative(), "the fund is short");
		Funds::insert(pool, fund);
		return Ok(());
	};
	let mut state = States::get(account).ok_or("no account")?;
	state.cash = state.cash.try_add(by).unwrap();
	ensure!(!by.is_negative() || !state.cash.is_negative(), "cash is short");
	States::insert(account, state);
	Ok(())
}

pub(crate) fn percent(text: &str) -> Percent {
	String::from(text).try_into().unwrap()
}

/// A market with a tick value of ten quanta: a lot at 1 000 ticks is worth a cent.
pub(crate) fn market(symbol: &str) -> GenesisMarket {
	GenesisMarket {
		symbol: symbol.into(),
		pool: 0,
		feed: 0,
		tick_value: 10,
		lot_decimals: 4,
		order_tick: 1,
		order_lot: 1,
		min_order: 1,
		max_order: 100_000,
		max_position: 1_000_000,
		max_slippage: percent("5%"),
		order_deposit: Whole(100),
		fees: GenesisFees {
			maker: percent("0.02%"),
			taker: percent("0.05%"),
			insurance_share: percent("40%"),
		},
		amm: GenesisAmm {
			half_spread: percent("1%"),
			depth_lots: 100,
			depth_move: percent("1%"),
			max_inventory: 10_000,
			max_leverage: percent("300%"),
		},
		risk: GenesisRisk {
			brackets: vec![],
			spread: percent("0.1%"),
			lowest_maintenance: percent("1%"),
			highest_maintenance: percent("50%"),
			maintenance_share: percent("50%"),
			rise_per_hour: percent("10%"),
			fall_per_hour: percent("10%"),
			gap_per_hour: percent("10%"),
			close_out_delay: 60_000,
			participation: percent("10%"),
			longest_horizon: 86_400_000,
			daily_sigma: percent("4%"),
			tail: percent("350%"),
			mark_band: percent("2%"),
			lower_cap: Whole(1_000_000_000_000),
			upper_cap: Whole(2_000_000_000_000),
			daily_volume: 1_000_000,
			impact: percent("100%"),
			contagion: crate::GenesisContagion {
				depth_share: percent("50%"),
				spill_share: percent("10%"),
				least_cap: percent("20%"),
				largest_raise: percent("100%"),
			},
		},
		funding: GenesisFunding { impact_size: 10, least_volume: 1, cap_multiple: percent("60%") },
		breaker: GenesisBreaker {
			band: GenesisBand {
				min: percent("1%"),
				max: percent("10%"),
				k: percent("500%"),
				window_bars: 5,
			},
			release_share: percent("50%"),
			min_volume: 10,
			limit_timeout: 15_000,
			limit_release: 5_000,
			auction: 30_000,
			extension: 10_000,
			max_extensions: 3,
			max_imbalance: percent("20%"),
			collar_growth: percent("150%"),
			missing_weight: GenesisThreshold { trip: percent("34%"), release: percent("20%") },
			price_age: GenesisThreshold { trip: 10_000, release: 5_000 },
			quarantine_age: GenesisThreshold { trip: 60_000, release: 5_000 },
			backlog: GenesisThreshold { trip: 100, release: 10 },
			reduce_only_release: 5_000,
			quarantine_release: 5_000,
		},
		liquidation: GenesisLiquidation {
			decay: GenesisDecay::Linear,
			duration: 20_000,
			step: percent("0.1%"),
			cost: percent("0.5%"),
			dust: 1,
			buffer: percent("120%"),
			fee: percent("0.3%"),
			depth_share: percent("50%"),
			least_offer: 10,
			reset: percent("1%"),
		},
	}
}

pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
/// Not listed.
pub(crate) const DOGE: MarketId = MarketId(9);
pub(crate) const MARK: u64 = 1_000;
pub(crate) const RICH: i128 = 1_000_000_000_000;

pub(crate) fn sub(number: u8) -> SubaccountId {
	support::subaccount(number, 0)
}

pub(crate) fn key(number: u8) -> AccountKey {
	sub(number).key()
}

pub(crate) fn signed(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(owner(number))
}

pub(crate) fn set_mark(market: MarketId, mark: u64) {
	world(|world| world.market(market).price = mark);
}

pub(crate) fn open(number: u8, cash: i128) {
	let account = Books::open(&sub(number), PoolId(0), None).unwrap();
	change(PoolId(0), Some(&account), Quote::new(cash)).unwrap();
}

/// The breakers refuse new risk and withdrawals, or no longer.
pub(crate) fn halt(halted: bool) {
	let refused =
		if halted { vec![Action::AddRisk, Action::Bid, Action::Withdraw] } else { vec![] };
	world(|world| world.refused = refused);
}

/// A chain with two markets at 1 000 ticks, and accounts 1 to 9 that are rich.
pub(crate) fn chain() -> TestExternalities {
	let pool = PoolTerms { min_deposit: Quote::new(1_000_000), ..support::pool_terms() };
	World { pools: [(PoolId(0), pool)].into(), ..Default::default() }.set();
	let mut ext = support::externalities::<Test>(0, 0);
	ext.execute_with(|| {
		let markets = vec![market("BTC-PERP"), market("ETH-PERP")];
		crate::GenesisConfig::<Test> { markets, ..Default::default() }.build();
		for market in [BTC, ETH] {
			set_mark(market, MARK);
		}
		for number in 1..=9 {
			open(number, RICH);
		}
		System::reset_events();
	});
	ext
}

/// Runs a test on that chain and checks the invariants after it, and that no money came or went.
pub(crate) fn with_chain(test: impl FnOnce()) {
	chain().execute_with(|| {
		let before = money();
		test();
		Exchange::do_try_state().unwrap();
		assert_eq!(money(), before, "money came or went");
	});
}

/// All that accounts claim, and the fund.
pub(crate) fn money() -> i128 {
	let claims: i128 = States::iter_values().map(|s| s.quote_claim().unwrap().get()).sum();
	let funds: i128 = Funds::iter_values().map(|fund| fund.get()).sum();
	claims + funds
}

/// What a call says, without what it weighed.
pub(crate) fn plain(result: DispatchResultWithPostInfo) -> DispatchResult {
	result.map(drop).map_err(|refused| refused.error)
}

pub(crate) fn begin_block() {
	let next = System::block_number() + 1;
	System::set_block_number(next);
	System::reset_events();
	Exchange::on_initialize(next);
}

pub(crate) fn clear_with(forced: &[ForcedOrder], matching: Matching) -> BatchSummary {
	let mut decide = |_: Option<&Clearing>| matching;
	Exchange::clear(BTC, Weight::MAX, forced, true, &mut decide).unwrap()
}

/// Opens the next block and runs its batch.
pub(crate) fn next_block() -> BatchSummary {
	begin_block();
	let summary = clear_with(&[], Matching::Admit);
	Exchange::do_try_state().unwrap();
	summary
}

pub(crate) fn limit(side: Side, price: u64, size: u64) -> OrderRequest {
	OrderRequest {
		market: BTC,
		side,
		kind: RequestKind::Limit { price: Price::new(price) },
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only: false,
		size: Size::new(size),
		client_id: None,
	}
}

pub(crate) fn buy(price: u64, size: u64) -> OrderRequest {
	limit(Side::Buy, price, size)
}

pub(crate) fn sell(price: u64, size: u64) -> OrderRequest {
	limit(Side::Sell, price, size)
}

pub(crate) fn at_market(side: Side, size: u64) -> OrderRequest {
	OrderRequest {
		kind: RequestKind::Market { max_slippage: None },
		time_in_force: TimeInForce::ImmediateOrCancel,
		..limit(side, 1, size)
	}
}

pub(crate) fn reduce(request: OrderRequest) -> OrderRequest {
	OrderRequest { reduce_only: true, ..request }
}

pub(crate) fn stop(level: u64) -> Trigger {
	Trigger { kind: TriggerKind::Stop, level: Price::new(level) }
}

/// Places an order of an account; it has to be taken.
pub(crate) fn place(number: u8, request: OrderRequest) -> u64 {
	let before = crate::Traders::<Test>::get(key(number)).map_or(0, |trader| trader.next_number);
	Exchange::place(signed(number), sub(number), request).unwrap();
	before
}

pub(crate) fn lots(number: u8) -> i64 {
	position_of(&key(number), BTC).get()
}

pub(crate) fn cash(number: u8) -> i128 {
	States::get(key(number)).unwrap().cash.get()
}

pub(crate) fn fund() -> i128 {
	Funds::get(PoolId(0)).unwrap_or_default().get()
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}

/// What was traded of a market before the test looks at it: account 1 is long, account 2 short.
pub(crate) fn positions(size: u64) {
	place(1, buy(MARK, size));
	place(2, sell(MARK, size));
	next_block();
	assert_eq!((lots(1), lots(2)), (size as i64, -(size as i64)));
}
