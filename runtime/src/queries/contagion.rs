//! What the runtime's interface answers about contagion.

use alloc::vec::Vec;

use breakwater_contagion::{Bin, SHOCKS};
use breakwater_interfaces::{ContagionLoads as _, RiskEngine as _};
use breakwater_primitives::contagion::{
	LiquidationBin, LiquidationMapInfo, LiquidationShock, OverlapInfo, PoolContagion,
};
use breakwater_units::{LotValue, MarketId, Ratio, Rounding, Size};

use crate::{Contagion, Risk, Runtime, System};

/// What is liquidated at which price.
pub(crate) fn histogram(market: u32) -> Option<Vec<LiquidationBin>> {
	let market = MarketId(market);
	Risk::pool_of(market)?;
	let bins = Contagion::bins(market).into_iter().map(|(bin, longs, shorts)| {
		let next = Bin::from_number(bin.number().saturating_add(1));
		let (from, to) = (bin.lowest().get(), next.lowest().get());
		LiquidationBin { from, to, longs: longs.get(), shorts: shorts.get() }
	});
	Some(bins.collect())
}

/// What is liquidated when the price moves.
pub(crate) fn map(market: u32) -> Option<LiquidationMapInfo> {
	let id = MarketId(market);
	let pricing = Risk::pricing(id)?;
	let value = Risk::market(id)?.lot_value();
	let listed = breakwater_risk_engine::Markets::<Runtime>::get(id)?;
	let squeeze = breakwater_risk_engine::MarketStates::<Runtime>::get(id)?.squeeze;
	let (load, spill) = Contagion::loads().of(id, listed.pool);

	let map = Contagion::liquidation_map(id, pricing.mark);
	let (down_load, up_load) = map.loads(pricing.depth);
	let shocks = SHOCKS.iter().zip(map.down.iter().zip(map.up.iter()));
	let shocks = shocks.map(|(shock, (down, up))| LiquidationShock {
		shock: shock.get(),
		down_lots: down.get(),
		down_notional: worth(*down, value),
		up_lots: up.get(),
		up_notional: worth(*up, value),
		depth_lots: on_the_way(pricing.depth, *shock),
	});
	let params = listed.risk.contagion;
	Some(LiquidationMapInfo {
		market,
		block: System::block_number(),
		mark: pricing.mark.get(),
		shocks: shocks.collect(),
		down_load: down_load.get(),
		up_load: up_load.get(),
		load: load.get(),
		spill: spill.get(),
		depth_share: params.depth_share.get(),
		spill_share: params.spill_share.get(),
		squeeze: squeeze.get(),
		listed_cap: listed.risk.upper_cap.get(),
		cap: params.cap(listed.risk.upper_cap, squeeze).get(),
	})
}

/// How the pools overlap.
pub(crate) fn overlap() -> OverlapInfo {
	let seen = breakwater_contagion_monitor::Overlap::<Runtime>::get();
	let rows = seen.matrix.chunks(seen.pools.len().max(1));
	let numbers = seen.index.iter().zip(seen.spill.iter());
	let pools = seen.pools.iter().zip(numbers).zip(rows);
	let pools = pools.map(|((pool, (index, spill)), losses)| PoolContagion {
		pool: pool.0,
		index: index.get(),
		spill: spill.get(),
		losses: losses.to_vec(),
	});
	OverlapInfo {
		block: seen.block,
		lowest_eigenvalue: seen.lowest,
		highest_eigenvalue: seen.highest,
		pools: pools.collect(),
	}
}

fn worth(lots: Size, value: LotValue) -> i128 {
	value.get().saturating_mul(lots.get().into())
}

/// What a market whose price a depth moves by a percent takes on the way to a move.
fn on_the_way(depth: Size, shock: Ratio) -> u64 {
	let percents = Ratio::new(shock.get().saturating_mul(100));
	depth.mul_ratio(percents, Rounding::Down).unwrap_or(Size::MAX).get()
}
