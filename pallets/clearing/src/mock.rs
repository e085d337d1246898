//! A runtime whose stages write down that they ran.

use breakwater_auction::{Clearing as AuctionClearing, ForcedFill, ForcedOrder};
use breakwater_breaker::{Action, Clearing, MarketParams, Matching};
use breakwater_interfaces::{
	AssetTerms, BatchSummary, BookStep, Breakers, Exchange, FundCondition, FundingTerms, Insurance,
	Liquidation, MarketFacts, PoolTerms, Pricing, RiskEngine, RiskTerms, Solvency,
};
use breakwater_margin::{BorrowIndex, CollateralIndex, LegIndex};
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{
	AccountKey, AssetId, Lots, MarketId, PoolId, Price, Ratio, Size, TickValue, Timestamp,
};
use frame_support::{derive_impl, parameter_types, weights::Weight};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{BuildStorage, DispatchError, DispatchResult};

use crate::Budget;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Pipeline = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

parameter_types! {
	pub storage Now: u64 = 1_000;
	/// What ran, in order.
	pub storage Trace: Vec<Vec<u8>> = Vec::new();
	pub storage MarketCount: u32 = 3;
	/// The market whose batch fails.
	pub storage Broken: Option<u32> = None;
	/// What a batch weighs.
	pub storage BatchWeight: u64 = 10;
	pub storage BookBacklog: bool = false;
	/// What a step of the trigger book weighs.
	pub storage BookWeight: u64 = 5;
	/// Whether the breakers refuse new risk.
	pub storage NewRisk: bool = true;
	pub Limits: Budget = Budget {
		// A hundred, and fifty more, when stages 2 and 3 have taken theirs.
		total: weight(102),
		with_backlog: weight(152),
		solvency: Ratio::saturating_from_percent(40),
		liquidation: Ratio::saturating_from_percent(20),
		resolution: Ratio::saturating_from_percent(10),
	};
}

pub(crate) const fn weight(ref_time: u64) -> Weight {
	Weight::from_parts(ref_time, 0)
}

impl crate::Config for Test {
	type SlotTime = Now;
	type RiskEngine = Stages;
	type Breakers = Stages;
	type Solvency = Stages;
	type Liquidation = Stages;
	type Exchange = Stages;
	type Insurance = Stages;
	type Budget = Limits;
	type WeightInfo = ();
}

#[allow(unreachable_pub)]
pub struct Stages;

fn note(what: String) {
	let mut trace = Trace::get();
	trace.push(what.into_bytes());
	Trace::set(&trace);
}

/// What ran since the last call.
pub(crate) fn trace() -> Vec<String> {
	let trace = Trace::get().into_iter().map(|line| String::from_utf8(line).unwrap()).collect();
	Trace::set(&Vec::new());
	trace
}

impl RiskEngine for Stages {
	fn begin_block(now: Timestamp) {
		note(format!("risk at {}", now.get()));
	}
	fn begin_block_weight() -> Weight {
		weight(1)
	}
	fn observe_batch(market: MarketId, summary: &BatchSummary, _: Timestamp) {
		note(format!("observe {} volume {}", market.0, summary.volume.get()));
	}
	fn observe_batch_weight() -> Weight {
		weight(1)
	}
	fn market(_: MarketId) -> Option<LegIndex> {
		None
	}
	fn collateral(_: AssetId) -> Option<CollateralIndex> {
		None
	}
	fn borrow(_: PoolId) -> BorrowIndex {
		BorrowIndex::ONE
	}
	fn market_volatility(_: MarketId) -> Ratio {
		Ratio::ZERO
	}
	fn asset_volatility(_: AssetId) -> Ratio {
		Ratio::ZERO
	}
	fn pricing(_: MarketId) -> Option<Pricing> {
		None
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		(0..MarketCount::get()).map(|market| (MarketId(market), PoolId(0))).collect()
	}
	fn assets() -> Vec<AssetId> {
		Vec::new()
	}
	fn pools() -> Vec<PoolId> {
		vec![PoolId(0)]
	}
	fn pool_of(_: MarketId) -> Option<PoolId> {
		None
	}
	fn feed_of(_: MarketId) -> Option<FeedId> {
		None
	}
	fn pool(_: PoolId) -> Option<PoolTerms> {
		None
	}
	fn asset(_: AssetId) -> Option<AssetTerms> {
		None
	}
	fn list_market(
		_: MarketId,
		_: PoolId,
		_: FeedId,
		_: TickValue,
		_: Size,
		_: &RiskTerms,
		_: &FundingTerms,
	) -> DispatchResult {
		Ok(())
	}
	fn open_interest_room(_: MarketId) -> Size {
		Size::MAX
	}
}

impl Breakers for Stages {
	fn begin_block(_: Timestamp, backlog: u64) -> Weight {
		note(format!("breakers with backlog {backlog}"));
		weight(1)
	}
	fn step(
		market: MarketId,
		_: Timestamp,
		facts: MarketFacts,
		clearing: Option<Clearing>,
	) -> Matching {
		let clears = clearing.map_or("nothing".into(), |clearing| clearing.price.get().to_string());
		let fault = if facts.fault { " fault" } else { "" };
		note(format!("step {} clears {clears}{fault}", market.0));
		Matching::Admit
	}
	fn step_weight() -> Weight {
		weight(1)
	}
	fn allows(_: MarketId, _: Action) -> bool {
		NewRisk::get()
	}
	fn step_pool(pool: PoolId, _: Timestamp, facts: breakwater_interfaces::PoolFacts) -> Weight {
		let loss = if facts.fund.unresolved_loss { " with a loss" } else { "" };
		note(format!("pool {}{loss}", pool.0));
		Weight::zero()
	}
	fn pool_allows(_: PoolId, _: Action) -> bool {
		NewRisk::get()
	}
	fn chain_allows(_: Action) -> bool {
		NewRisk::get()
	}
	fn list_market(_: MarketId, _: FeedId, _: &MarketParams) -> DispatchResult {
		Ok(())
	}
}

impl Solvency for Stages {
	fn step(limit: Weight) -> BookStep {
		note(format!("book within {}", limit.ref_time()));
		BookStep {
			used: weight(BookWeight::get()),
			woken: 2,
			due: 1,
			failed: 0,
			backlog: BookBacklog::get(),
		}
	}
	fn due(_: u32) -> Vec<AccountKey> {
		Vec::new()
	}
	fn recheck(_: &AccountKey) -> Result<bool, DispatchError> {
		Ok(false)
	}
}

impl Liquidation for Stages {
	fn backlog_of(_: PoolId) -> u32 {
		0
	}
	fn forced_orders(market: MarketId, _: u32) -> Vec<ForcedOrder> {
		<Stages as Insurance>::forced_orders(market)
	}
	fn fill_weight() -> Weight {
		Weight::zero()
	}
	fn filled(market: MarketId, _: Price, _: &[ForcedFill]) {
		note(format!("filled {}", market.0));
	}
	fn work(limit: Weight) -> Weight {
		note(format!("liquidation within {}", limit.ref_time()));
		weight(5)
	}
	fn backlog() -> u32 {
		0
	}
}

impl Insurance for Stages {
	fn backstop(_: PoolId) -> Option<AccountKey> {
		None
	}
	fn takeover_room(_: MarketId, _: Lots) -> Size {
		Size::ZERO
	}
	fn take_over_lots(_: &AccountKey, _: MarketId, _: Lots, _: Price) -> DispatchResult {
		Ok(())
	}
	fn absorb(_: &AccountKey) -> DispatchResult {
		Ok(())
	}
	fn forced_orders(market: MarketId) -> Vec<ForcedOrder> {
		let (side, limit) = (breakwater_units::Side::Buy, Price::new(1));
		let account = AccountKey([market.0 as u8; 32]);
		vec![ForcedOrder { account, side, limit, size: Size::new(1) }]
	}
	fn filled(market: MarketId, _: Price, _: &[ForcedFill]) {
		note(format!("inventory {}", market.0));
	}
	fn resolve(limit: Weight) -> Weight {
		note(format!("resolve within {}", limit.ref_time()));
		weight(3)
	}
	fn condition(_: PoolId) -> FundCondition {
		FundCondition { unresolved_loss: true, ..Default::default() }
	}
}

impl Exchange for Stages {
	fn clear(
		market: MarketId,
		limit: Weight,
		forced: &[ForcedOrder],
		new_risk: bool,
		decide: &mut dyn FnMut(Option<&AuctionClearing>) -> Matching,
	) -> Result<BatchSummary, DispatchError> {
		assert_eq!(forced.len(), 2, "those of liquidation and of insurance");
		let price = Price::new(100);
		let clearing = AuctionClearing { price, volume: Size::new(7), surplus: Lots::ZERO };
		decide(Some(&clearing));
		note(format!("clear {}{}", market.0, if new_risk { "" } else { " reducing" }));
		if Broken::get() == Some(market.0) {
			return Err(DispatchError::Corruption);
		}
		let used = weight(BatchWeight::get()).min(limit);
		Ok(BatchSummary { price: Some(price), volume: Size::new(7), used, ..Default::default() })
	}
	fn least_weight() -> Weight {
		weight(BatchWeight::get())
	}
	fn forced_weight() -> Weight {
		Weight::zero()
	}
	fn cancel_all(_: &AccountKey, _: u32) -> u32 {
		0
	}
}

/// A chain at its first block.
pub(crate) fn chain() -> TestExternalities {
	let mut ext: TestExternalities =
		frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into();
	ext.execute_with(|| System::set_block_number(1));
	ext
}
