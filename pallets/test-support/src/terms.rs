use breakwater_breaker::{withdrawal::LimitTerms, BandParams, MarketParams, PoolParams, Threshold};
use breakwater_contagion::ContagionParams;
use breakwater_interfaces::{
	AmmTerms, AssetTerms, FeeTerms, FundingTerms, LiquidationTerms, MarketTerms, PoolTerms,
	RiskTerms,
};
use breakwater_liquidation::{Curve, Decay};
use breakwater_margin::{Brackets, Step};
use breakwater_risk::{HaircutParams, HorizonParams, MarginParams, RampParams};
use breakwater_units::{Amount, Millis, PoolId, Quote, Ratio, Size, TickValue};

/// Hundredths.
pub const fn percent(percent: u64) -> Ratio {
	Ratio::saturating_from_percent(percent)
}

/// Hundredths of a percent.
pub const fn basis_points(points: u64) -> Ratio {
	Ratio::saturating_from_basis_points(points)
}

/// Margin is half more for what is beyond so many lots.
pub fn brackets(beyond: u64) -> Brackets {
	Brackets::new(&[Step { beyond: Size::new(beyond), factor: percent(150) }]).unwrap()
}

/// A pool that limits only loans, at 1,000 coins for an account, and profits.
pub fn pool_terms() -> PoolTerms {
	PoolTerms {
		symbol: b"main".to_vec().try_into().unwrap(),
		quote_feed: None,
		min_deposit: Quote::new(1),
		min_equity: Quote::ZERO,
		max_loan: Quote::new(1_000_000_000),
		max_borrowed: Quote::new(1_000_000_000_000),
		interest: percent(10),
		profit_cap: Quote::new(1_000_000_000),
		notional_floor: Ratio::ZERO,
		outflow: LimitTerms {
			share: Ratio::ONE,
			floor: Amount::ZERO,
			account_share: Ratio::ONE,
			account_floor: Amount::ZERO,
			window: Millis::DAY,
		},
		interest_period: Millis::HOUR,
		breaker: PoolParams {
			drawdown: Threshold { trip: 2, release: 1 },
			backlog: Threshold { trip: 2, release: 1 },
			release: Millis::MINUTE,
		},
		fund: Default::default(),
	}
}

/// An asset with lots of ten units, of which a tick is ten quanta.
pub fn asset_terms() -> AssetTerms {
	AssetTerms {
		symbol: Default::default(),
		decimals: 6,
		feed: 100,
		units_per_lot: 10,
		tick_value: TickValue::new(10),
		brackets: Brackets::UNIFORM,
		haircut: HaircutParams {
			tail: Ratio::ONE,
			horizon: Millis::DAY,
			wrong_way: Ratio::ZERO,
			lowest: Ratio::ZERO,
		},
		ramp: RampParams {
			rise_per_hour: Ratio::ONE,
			fall_per_hour: Ratio::ONE,
			gap_per_hour: Ratio::ONE,
			maintenance_share: Ratio::ONE,
		},
		daily_sigma: Ratio::ONE,
		daily_volume: Size::new(1),
		cap: Amount::new(1_000_000_000),
		min_deposit: Amount::new(1),
	}
}

/// What bounds a market's risk; open interest between 100 and 200 million coins.
pub fn risk_terms() -> RiskTerms {
	RiskTerms {
		brackets: Brackets::UNIFORM,
		margin: MarginParams {
			spread: Ratio::new(500_000),
			lowest: percent(1),
			highest: percent(50),
			maintenance_share: percent(60),
		},
		ramp: ramp(),
		horizon: HorizonParams {
			close_out_delay: Millis::new(10 * Millis::MINUTE.get()),
			participation: percent(10),
			longest: Millis::DAY,
		},
		daily_sigma: percent(4),
		tail: percent(350),
		mark_band: percent(2),
		lower_cap: Quote::new(100_000_000_000_000),
		upper_cap: Quote::new(200_000_000_000_000),
		daily_volume: Size::new(10_000_000),
		impact: percent(100),
		contagion: ContagionParams {
			depth_share: percent(50),
			spill_share: percent(10),
			least_cap: percent(20),
			largest_raise: percent(50),
		},
	}
}

/// How fast margin rates may move.
pub fn ramp() -> RampParams {
	RampParams {
		rise_per_hour: percent(20),
		fall_per_hour: percent(10),
		gap_per_hour: percent(25),
		maintenance_share: percent(60),
	}
}

/// A cap of six times the difference between initial and maintenance margin.
pub fn funding_terms() -> FundingTerms {
	FundingTerms {
		impact_size: Size::new(100),
		least_volume: Size::new(10),
		cap_multiple: percent(600),
	}
}

/// Four standard deviations of sixteen minutes: 1.6 % at ten basis points a minute.
pub fn breaker_params() -> MarketParams {
	MarketParams {
		band: BandParams {
			min: percent(1),
			max: percent(10),
			k: Ratio::new(4_000_000_000),
			window_bars: 16,
		},
		release_share: percent(50),
		min_volume: Size::new(10),
		limit_timeout: Millis::new(15_000),
		limit_release: Millis::new(5_000),
		auction: Millis::new(30_000),
		extension: Millis::new(10_000),
		max_extensions: 3,
		max_imbalance: percent(50),
		collar_growth: Ratio::new(1_500_000_000),
		missing_weight: Threshold { trip: 334_000_000, release: 200_000_000 },
		price_age: Threshold { trip: 10_000, release: 3_000 },
		quarantine_age: Threshold { trip: 60_000, release: 3_000 },
		backlog: Threshold { trip: 50, release: 5 },
		reduce_only_release: Millis::new(5_000),
		quarantine_release: Millis::new(10_000),
	}
}

/// Milliseconds in which a price of [`liquidation_terms`] walks to the reserve.
pub const AUCTION: u64 = 10_000;

/// A line of ten seconds from 0.1 % beside the mark; 1 % expected cost, 0.5 % fee, a buffer of
/// 120 %.
pub fn liquidation_terms() -> LiquidationTerms {
	LiquidationTerms {
		curve: Curve::new(Decay::Linear, Millis::new(AUCTION)).unwrap(),
		step: basis_points(10),
		cost: percent(1),
		dust: Size::new(2),
		buffer: percent(120),
		fee: basis_points(50),
		depth_share: percent(50),
		least_offer: Size::new(10),
		reset: percent(2),
	}
}

/// A market of the first pool without fees and without an AMM, with lots of which a tick is ten
/// quanta.
pub fn market_terms() -> MarketTerms {
	let (none, part) = (Ratio::ZERO, percent(10));
	MarketTerms {
		symbol: Default::default(),
		pool: PoolId(0),
		feed: 0,
		tick_value: TickValue::new(10),
		lot_decimals: 4,
		order_tick: 1,
		order_lot: 1,
		min_order: Size::new(1),
		max_order: Size::new(1_000_000),
		max_position: Size::new(1_000_000),
		max_slippage: part,
		order_deposit: Quote::ZERO,
		fees: FeeTerms { maker: none, taker: none, insurance_share: Ratio::ONE },
		amm: AmmTerms {
			half_spread: part,
			depth_lots: Size::new(1),
			depth_move: part,
			max_inventory: Size::ZERO,
			max_leverage: Ratio::ONE,
		},
		risk: risk_terms(),
		funding: funding_terms(),
		breaker: breaker_params(),
		liquidation: liquidation_terms(),
	}
}
