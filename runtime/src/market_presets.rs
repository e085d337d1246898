//! The pools, collateral and markets of both presets. A public network writes its own, with the
//! same fields, into its specification.

use alloc::{vec, vec::Vec};

use breakwater_exchange::{
	GenesisAmm, GenesisBand, GenesisBreaker, GenesisContagion, GenesisFees, GenesisFunding,
	GenesisMarket, GenesisRisk,
};
use breakwater_interfaces::genesis::{
	GenesisBracket, GenesisDecay, GenesisLiquidation, GenesisThreshold, Percent, Whole,
};
use breakwater_interfaces::LiquidationTerms;
use breakwater_liquidation::Curve;
use breakwater_risk_engine::{GenesisAsset, GenesisFund, GenesisPool, GenesisRamp};
use breakwater_units::{Ratio, Size};

/// The token of the quote asset. The tokens of collateral have the numbers of the assets.
pub const QUOTE_TOKEN: u32 = 100;
/// The collateral assets.
pub const WBTC: u32 = 0;
/// See [`WBTC`].
pub const WETH: u32 = 1;

// Feeds, by their place in the presets' list.
const USDC_USD: u16 = 1;
const BTC_USD: u16 = 2;
const ETH_USD: u16 = 3;
const SOL_USD: u16 = 4;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const fn percent(percent: u64) -> Percent {
	Percent(Ratio::saturating_from_percent(percent))
}

const fn basis_points(points: u64) -> Percent {
	Percent(Ratio::saturating_from_basis_points(points))
}

/// Dollars of quote.
const fn dollars(dollars: u128) -> Whole {
	Whole(dollars * 1_000_000)
}

/// The pool of the deep markets, and one for the others: what happens in one stays in it.
pub fn pools() -> Vec<GenesisPool> {
	["MAIN", "ALT"].map(pool).to_vec()
}

fn pool(symbol: &str) -> GenesisPool {
	GenesisPool {
		symbol: symbol.into(),
		quote_feed: Some(USDC_USD),
		min_deposit: dollars(1),
		min_equity: dollars(5),
		max_loan: dollars(100_000),
		max_borrowed: dollars(2_000_000),
		interest: percent(10),
		interest_period: MINUTE,
		profit_cap: dollars(10_000),
		notional_floor: percent(1),
		outflow_share: percent(10),
		outflow_floor: dollars(250_000),
		account_share: percent(50),
		account_floor: dollars(100_000),
		outflow_window: HOUR,
		drawdown: GenesisThreshold { trip: percent(30), release: percent(20) },
		backlog: GenesisThreshold { trip: 80, release: 8 },
		breaker_release: 10 * SECOND,
		fund: fund(),
	}
}

fn fund() -> GenesisFund {
	GenesisFund {
		inventory_share: percent(20),
		inventory_stress: percent(20),
		unwind_band: percent(1),
		unwind_share: percent(20),
		hedge_correlation: percent(80),
		draw_share: percent(30),
		draw_quiet: DAY,
		exit_delay: 7 * DAY,
		exit_freeze: 3 * DAY,
		exit_window: 2 * DAY,
		premium_base: percent(1),
		premium_slope: percent(4),
		premium_max: percent(5),
		premium_capital: percent(20),
		premium_weights: [4, 2, 1],
		target_share: percent(2),
		sweep_share: percent(1),
		look_back: DAY,
	}
}

/// What accounts may hold beside the quote asset.
pub fn assets() -> Vec<GenesisAsset> {
	let wbtc = GenesisAsset {
		symbol: "WBTC".into(),
		decimals: 8,
		feed: BTC_USD,
		// 0.0001 BTC, whose cent is worth a quantum.
		units_per_lot: Whole(10_000),
		tick_value: 1,
		brackets: vec![GenesisBracket { beyond: 1_000_000, factor: percent(150) }],
		tail: percent(350),
		horizon: 30 * MINUTE,
		wrong_way: percent(1),
		lowest_haircut: percent(5),
		ramp: ramp(),
		daily_sigma: percent(4),
		daily_volume: 100_000_000,
		cap: Whole(1_000 * 100_000_000),
		min_deposit: Whole(10_000),
	};
	let weth = GenesisAsset {
		symbol: "WETH".into(),
		decimals: 18,
		feed: ETH_USD,
		// 0.001 ETH, whose cent is worth ten quanta.
		units_per_lot: Whole(1_000_000_000_000_000),
		tick_value: 10,
		lowest_haircut: percent(7),
		daily_sigma: percent(5),
		cap: Whole(20_000 * 1_000_000_000_000_000_000),
		min_deposit: Whole(1_000_000_000_000_000),
		..wbtc.clone()
	};
	vec![wbtc, weth]
}

fn ramp() -> GenesisRamp {
	GenesisRamp {
		rise_per_hour: percent(20),
		fall_per_hour: percent(5),
		gap_per_hour: percent(25),
		maintenance_share: percent(60),
	}
}

/// What differs between markets.
struct Market {
	symbol: &'static str,
	pool: u32,
	feed: u16,
	tick_value: u32,
	lot_decimals: u8,
	order_tick: u32,
	/// Lots in a hundred thousand dollars, about: what other sizes are multiples of.
	unit: u64,
	lowest_maintenance: Percent,
	daily_sigma: Percent,
}

/// The markets.
pub fn markets() -> Vec<GenesisMarket> {
	let btc = Market {
		symbol: "BTC-PERP",
		pool: 0,
		feed: BTC_USD,
		// a cent of 0.0001 BTC
		tick_value: 1,
		lot_decimals: 4,
		order_tick: 10,
		unit: 10_000,
		lowest_maintenance: percent(2),
		daily_sigma: percent(4),
	};
	let eth = Market {
		symbol: "ETH-PERP",
		pool: 0,
		feed: ETH_USD,
		// a cent of 0.001 ETH
		tick_value: 10,
		lot_decimals: 3,
		order_tick: 1,
		unit: 30_000,
		lowest_maintenance: basis_points(250),
		daily_sigma: percent(5),
	};
	let sol = Market {
		symbol: "SOL-PERP",
		pool: 1,
		feed: SOL_USD,
		// a hundredth of a cent of 0.01 SOL
		tick_value: 1,
		lot_decimals: 2,
		order_tick: 10,
		unit: 60_000,
		lowest_maintenance: percent(4),
		daily_sigma: percent(7),
	};
	[btc, eth, sol].map(listing).to_vec()
}

fn listing(market: Market) -> GenesisMarket {
	let Market { unit, .. } = market;
	GenesisMarket {
		symbol: market.symbol.into(),
		pool: market.pool,
		feed: market.feed,
		tick_value: market.tick_value,
		lot_decimals: market.lot_decimals,
		order_tick: market.order_tick,
		order_lot: 1,
		min_order: 1,
		max_order: 50 * unit,
		max_position: 200 * unit,
		max_slippage: percent(5),
		order_deposit: dollars(1),
		fees: GenesisFees {
			maker: basis_points(1),
			taker: basis_points(4),
			insurance_share: percent(30),
		},
		amm: GenesisAmm {
			half_spread: basis_points(5),
			depth_lots: 5 * unit,
			depth_move: percent(1),
			max_inventory: 50 * unit,
			max_leverage: percent(300),
		},
		risk: GenesisRisk {
			brackets: vec![
				GenesisBracket { beyond: 10 * unit, factor: percent(150) },
				GenesisBracket { beyond: 50 * unit, factor: percent(250) },
			],
			spread: basis_points(10),
			lowest_maintenance: market.lowest_maintenance,
			highest_maintenance: percent(40),
			maintenance_share: percent(60),
			rise_per_hour: percent(20),
			fall_per_hour: percent(5),
			gap_per_hour: percent(25),
			close_out_delay: MINUTE,
			participation: percent(10),
			longest_horizon: DAY,
			daily_sigma: market.daily_sigma,
			tail: percent(350),
			mark_band: percent(3),
			lower_cap: dollars(50_000_000),
			upper_cap: dollars(200_000_000),
			daily_volume: 2_000 * unit,
			impact: percent(100),
			contagion: GenesisContagion {
				depth_share: percent(50),
				spill_share: percent(5),
				least_cap: percent(20),
				largest_raise: percent(100),
			},
		},
		funding: GenesisFunding {
			impact_size: unit / 2,
			least_volume: (unit / 1_000).max(1),
			cap_multiple: percent(300),
		},
		breaker: breaker(unit),
		liquidation: liquidation(unit),
	}
}

/// From a twentieth of a percent below the mark toward the reserve, by a tenth of the way every
/// second; there after twenty.
fn liquidation(unit: u64) -> GenesisLiquidation {
	GenesisLiquidation {
		decay: GenesisDecay::Exponential { keep_per_second: percent(90) },
		duration: 20 * SECOND,
		step: basis_points(5),
		cost: basis_points(75),
		dust: (unit / 1_000).max(1),
		buffer: percent(120),
		fee: basis_points(25),
		depth_share: percent(50),
		least_offer: (unit / 10).max(1),
		reset: percent(1),
	}
}

/// How collateral is sold, on every chain. It has no batch: only bids, and the fund at the end.
pub const fn collateral_terms() -> LiquidationTerms {
	LiquidationTerms {
		curve: Curve::MINUTE,
		step: Ratio::saturating_from_basis_points(5),
		cost: Ratio::saturating_from_basis_points(75),
		dust: Size::new(1),
		buffer: Ratio::saturating_from_percent(120),
		fee: Ratio::saturating_from_basis_points(25),
		depth_share: Ratio::saturating_from_percent(50),
		least_offer: Size::new(1),
		reset: Ratio::saturating_from_percent(1),
	}
}

fn breaker(unit: u64) -> GenesisBreaker {
	GenesisBreaker {
		band: GenesisBand { min: percent(2), max: percent(15), k: percent(500), window_bars: 30 },
		release_share: percent(50),
		min_volume: (unit / 10).max(1),
		limit_timeout: 15 * SECOND,
		limit_release: 5 * SECOND,
		auction: 30 * SECOND,
		extension: 10 * SECOND,
		max_extensions: 5,
		max_imbalance: percent(50),
		collar_growth: percent(150),
		missing_weight: GenesisThreshold { trip: basis_points(3_340), release: percent(20) },
		price_age: GenesisThreshold { trip: 10 * SECOND, release: 4 * SECOND },
		quarantine_age: GenesisThreshold { trip: MINUTE, release: 4 * SECOND },
		backlog: GenesisThreshold { trip: 80, release: 8 },
		reduce_only_release: 5 * SECOND,
		quarantine_release: 10 * SECOND,
	}
}
