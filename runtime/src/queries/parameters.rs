//! What the runtime's interface answers about markets, assets, pools and the pipeline.

use alloc::vec::Vec;

use breakwater_breaker::{Action, Phase};
use breakwater_interfaces::{
	Breakers as _, Exposure as _, Ledger as _, MarketTerms, Prices as _, RiskEngine as _,
	Vault as _,
};
use breakwater_margin::{LegIndex, Requirement, Schedule};
use breakwater_oracle_math::Action as PriceUse;
use breakwater_primitives::{
	accounts::{AssetInfo, MarketInfo, Parameters, PipelineStatus, PoolInfo},
	streams::MarketPrice,
};
use breakwater_units::{AssetId, MarketId, Millis, PoolId, Ratio, SignedRatio, Size};
use frame_support::traits::Get;
use polkadot_sdk::*;

use crate::{
	configs::markets::PipelineBudget, market_presets, CircuitBreaker, Custody, Exchange, Margin,
	Oracle, Risk, Runtime, System,
};

/// Decimals of the quote asset: a quantum is a millionth.
const QUOTE_DECIMALS: u8 = 6;
/// Minutes of a day.
const BARS_OF_A_DAY: u64 = Millis::DAY.get() / Millis::MINUTE.get();

/// All parameters and their present values.
pub(crate) fn parameters() -> Parameters {
	Parameters {
		block: System::block_number(),
		quote_asset: market_presets::QUOTE_TOKEN,
		quote_decimals: QUOTE_DECIMALS,
		markets: Risk::markets().into_iter().filter_map(|(market, _)| describe(market)).collect(),
		assets: Risk::assets().into_iter().filter_map(asset).collect(),
		pools: Risk::pools().into_iter().filter_map(pool).collect(),
	}
}

fn describe(market: MarketId) -> Option<MarketInfo> {
	let terms = breakwater_exchange::Markets::<Runtime>::get(market)?;
	let pricing = Risk::pricing(market);
	let index = Risk::market(market);
	let band = CircuitBreaker::band(market);
	let amm = Exchange::amm_account(market);
	let allows = |action| CircuitBreaker::allows(market, action);
	let sigma = pricing.map_or(Ratio::ZERO, |pricing| pricing.sigma_per_minute);
	Some(MarketInfo {
		market: market.0,
		symbol: terms.symbol.to_vec(),
		pool: terms.pool.0,
		feed: terms.feed,
		price_decimals: Oracle::decimals(terms.feed).unwrap_or(0),
		lot_decimals: terms.lot_decimals,
		tick_value: terms.tick_value.get(),
		order_tick: terms.order_tick,
		order_lot: terms.order_lot,
		min_order: terms.min_order.get(),
		max_order: terms.max_order.get(),
		max_position: terms.max_position.get(),
		max_slippage: terms.max_slippage.get(),
		order_deposit: terms.order_deposit.get(),
		maker_fee: terms.fees.maker.get(),
		taker_fee: terms.fees.taker.get(),
		insurance_share: terms.fees.insurance_share.get(),
		index: pricing.map_or(0, |pricing| pricing.index.get()),
		index_time: pricing.map_or(0, |pricing| pricing.index_time.get()),
		mark: pricing.map_or(0, |pricing| pricing.mark.get()),
		maintenance: pricing.map_or(0, |pricing| pricing.maintenance.get()),
		initial: pricing.map_or(0, |pricing| pricing.initial.get()),
		brackets: brackets(&terms),
		funding_rate: pricing.map_or(0, |pricing| pricing.funding_rate.get()),
		cumulative_funding: index.map_or(0, |index: LegIndex| index.funding().get()),
		daily_volatility: daily(sigma),
		depth: pricing.map_or(0, |pricing| pricing.depth.get()),
		open_interest: Margin::open_interest(market).get(),
		open_interest_cap: terms.risk.upper_cap.get(),
		amm: amm.map(|account| account.0),
		amm_inventory: amm.and_then(|account| position(&account, market)).unwrap_or(0),
		phase: phase(CircuitBreaker::market(market).phase),
		band: band.map(|band| (band.low().get(), band.high().get())),
		adds_risk: allows(Action::AddRisk),
		trades: Oracle::permits(terms.feed, PriceUse::Trade),
		liquidates: allows(Action::Liquidate),
		withdraws: allows(Action::Withdraw),
	})
}

fn position(account: &breakwater_units::AccountKey, market: MarketId) -> Option<i64> {
	let state = Margin::state(account)?;
	Some(state.positions.get(market)?.lots.get())
}

fn phase(phase: Phase) -> Vec<u8> {
	let name = match phase {
		Phase::Open => "Open",
		Phase::Limit { .. } => "Limit",
		Phase::CallAuction { .. } => "CallAuction",
	};
	name.as_bytes().to_vec()
}

/// `σ·√1440`, rounded down.
fn daily(sigma_per_minute: Ratio) -> u64 {
	let square = u128::from(sigma_per_minute.get()).saturating_pow(2);
	u64::try_from(square.saturating_mul(u128::from(BARS_OF_A_DAY)).isqrt()).unwrap_or(u64::MAX)
}

/// Where each bracket begins, and its factor.
fn brackets(terms: &MarketTerms) -> Vec<(u64, u64)> {
	let schedule: Schedule = terms.risk.brackets.schedule(Ratio::ONE);
	let mut from = 0u64;
	let mut brackets = Vec::new();
	for segment in schedule.segments(Size::ZERO, terms.max_position) {
		if segment.lots == 0 {
			continue;
		}
		brackets.push((from, segment.rate.get()));
		from = from.saturating_add(segment.lots);
	}
	brackets
}

fn asset(asset: AssetId) -> Option<AssetInfo> {
	let terms = Risk::asset(asset)?;
	let index = Risk::collateral(asset);
	let haircut =
		|requirement| index.map_or(0, |index| index.leg().schedule(requirement).rate(0).get());
	Some(AssetInfo {
		asset: asset.0,
		symbol: terms.symbol.to_vec(),
		decimals: terms.decimals,
		feed: terms.feed,
		price_decimals: Oracle::decimals(terms.feed).unwrap_or(0),
		units_per_lot: terms.units_per_lot,
		tick_value: terms.tick_value.get(),
		price: index.map_or(0, |index| index.leg().price().get()),
		maintenance_haircut: haircut(Requirement::Maintenance),
		initial_haircut: haircut(Requirement::Initial),
		held: Margin::held(asset).get(),
		cap: terms.cap.get(),
		min_deposit: terms.min_deposit.get(),
	})
}

fn pool(pool: PoolId) -> Option<PoolInfo> {
	let terms = Risk::pool(pool)?;
	Some(PoolInfo {
		pool: pool.0,
		symbol: terms.symbol.to_vec(),
		on_hand: Custody::quote_on_hand(pool).get(),
		fund: breakwater_ledger::Pools::<Runtime>::get(pool).fund.get(),
		borrowed: Margin::borrowed(pool).get(),
		max_borrowed: terms.max_borrowed.get(),
		interest: terms.interest.get(),
		borrow_index: Risk::borrow(pool).get().get(),
		min_deposit: terms.min_deposit.get(),
		min_equity: terms.min_equity.get(),
		profit_cap: terms.profit_cap.get(),
	})
}

/// The prices of all markets that have one.
pub(crate) fn market_prices() -> Vec<MarketPrice> {
	let price = |(market, _): (MarketId, PoolId)| {
		let pricing = Risk::pricing(market)?;
		let batch = super::happenings::batch(market);
		Some(MarketPrice {
			market: market.0,
			index: pricing.index.get(),
			index_time: pricing.index_time.get(),
			mark: pricing.mark.get(),
			batch: batch.map(|(price, _)| price.get()),
			volume: batch.map_or(0, |(_, volume)| volume.get()),
			funding_rate: SignedRatio::get(pricing.funding_rate),
			open_interest: pricing.open_interest.get(),
		})
	};
	Risk::markets().into_iter().filter_map(price).collect()
}

/// What the block pipeline did last.
pub(crate) fn pipeline() -> PipelineStatus {
	let report = breakwater_clearing::LastReport::<Runtime>::get();
	let budget = PipelineBudget::get();
	let total = if report.backlog { budget.with_backlog } else { budget.total };
	PipelineStatus {
		used: report.used.ref_time(),
		budget: total.ref_time(),
		woken: report.woken,
		due: report.due,
		backlog: report.backlog,
		cleared: report.cleared,
		deferred: report.deferred,
		adds_risk: CircuitBreaker::chain_allows(Action::AddRisk),
		grace_until: CircuitBreaker::chain().grace_until.map(|until| until.get()),
	}
}
