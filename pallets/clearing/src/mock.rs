//! A runtime whose stages write down that they ran.

use breakwater_auction::{Clearing, ForcedFill, ForcedOrder};
use breakwater_breaker::{Action, Matching};
use breakwater_interfaces::{
	BatchSummary, BookStep, Exchange, FundCondition, Insurance, Liquidation, Solvency,
};
use breakwater_test_support as support;
use breakwater_units::{AccountKey, Lots, MarketId, PoolId, Price, Ratio, Size};
use frame_support::{parameter_types, weights::Weight};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{DispatchError, DispatchResult};
use support::{note, pool_terms, world, Engine, Gates, Market, World};

pub(crate) use support::trace;

use crate::Budget;

type Block = frame_system::mocking::MockBlock<Test>;

support::runtime!(Pipeline: crate);

parameter_types! {
	pub storage Now: u64 = 1_000;
	/// The market whose batch fails.
	pub storage Broken: Option<u32> = None;
	/// What a batch weighs.
	pub storage BatchWeight: u64 = 10;
	pub storage BookBacklog: bool = false;
	/// The pool whose accounts wait.
	pub storage Late: Option<u32> = None;
	/// What a step of the trigger book weighs.
	pub storage BookWeight: u64 = 5;
	/// What it weighs to ask what the backstop wants to trade in the second market.
	pub storage OrdersWeight: u64 = 0;
	/// What it weighs to ask how a pool's fund is.
	pub storage ConditionWeight: u64 = 0;
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
	type RiskEngine = Engine;
	type Breakers = Gates;
	type Solvency = Stages;
	type Liquidation = Stages;
	type Exchange = Stages;
	type Insurance = Stages;
	type Budget = Limits;
	type WeightInfo = ();
}

/// Accounts that wait, of the pool that is late.
const WAITING: u32 = 70;

#[allow(unreachable_pub)]
pub struct Stages;

/// An account for which there is no room in any batch.
const LARGE: AccountKey = AccountKey([255; 32]);

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
	fn backlog_of(pool: PoolId) -> u32 {
		if Late::get() == Some(pool.0) {
			WAITING
		} else {
			0
		}
	}
	fn forced_orders(market: MarketId, _: u32) -> Vec<ForcedOrder> {
		let mut forced = <Stages as Insurance>::forced_orders(market);
		forced.extend(forced.first().map(|order| ForcedOrder { account: LARGE, ..*order }));
		forced
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
		Late::get().map_or(0, |_| WAITING)
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
	fn orders_weight(market: MarketId) -> Weight {
		weight(if market == MarketId(1) { OrdersWeight::get() } else { 0 })
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
	fn condition_weight(_: PoolId) -> Weight {
		weight(ConditionWeight::get())
	}
}

impl Exchange for Stages {
	fn clear(
		market: MarketId,
		limit: Weight,
		forced: &[ForcedOrder],
		new_risk: bool,
		decide: &mut dyn FnMut(Option<&Clearing>) -> Matching,
	) -> Result<BatchSummary, DispatchError> {
		assert_eq!(forced.len(), 2, "those of liquidation and of insurance");
		let price = Price::new(100);
		let clearing = Clearing { price, volume: Size::new(7), surplus: Lots::ZERO };
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
	fn forced_weight_of(account: &AccountKey) -> Weight {
		if *account == LARGE {
			Weight::MAX
		} else {
			Self::forced_weight()
		}
	}
	fn cancel_all(_: &AccountKey, _: u32) -> u32 {
		0
	}
}

/// A chain at its first block, with so many markets.
pub(crate) fn chain_of(markets: u32) -> TestExternalities {
	let world = World {
		markets: (0..markets).map(|market| (MarketId(market), Market::default())).collect(),
		pools: [(PoolId(0), pool_terms())].into(),
		..Default::default()
	};
	world.set();
	support::externalities::<Test>(0, 0)
}

pub(crate) fn chain() -> TestExternalities {
	chain_of(3)
}

/// Two pools with a market each.
pub(crate) fn two_pools() -> TestExternalities {
	let market = |pool: u32| {
		let pool_id = PoolId(pool);
		(MarketId(pool), Market { pool: pool_id, ..Market::default() })
	};
	let world = World {
		markets: [market(0), market(1)].into(),
		pools: [(PoolId(0), pool_terms()), (PoolId(1), pool_terms())].into(),
		..Default::default()
	};
	world.set();
	support::externalities::<Test>(0, 0)
}

/// The breakers refuse new risk.
pub(crate) fn refuse_new_risk() {
	world(|world| world.refused.push(Action::AddRisk));
}
