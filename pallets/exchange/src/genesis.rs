//! Markets as a chain specification describes them.

use alloc::{string::String, vec::Vec};

use breakwater_breaker::{BandParams, MarketParams, Threshold};
use breakwater_contagion::ContagionParams;
use breakwater_interfaces::{
	genesis::{
		brackets, quanta, GenesisBracket, GenesisLiquidation, GenesisThreshold, Percent, Whole,
	},
	AmmTerms, FeeTerms, FundingTerms, MarketTerms, RiskTerms,
};
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{HorizonParams, MarginParams, RampParams};
use breakwater_units::{Millis, PoolId, Size, TickValue};
use serde::{Deserialize, Serialize};

/// Parts of a fill's notional.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisFees {
	/// For orders that were there before the batch.
	pub maker: Percent,
	/// For orders in their first batch.
	pub taker: Percent,
	/// The part of fees that goes to the pool's fund.
	pub insurance_share: Percent,
}

/// The curve of the market's AMM. Sizes in lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisAmm {
	/// What it earns at least on either side, as a part of the mark.
	pub half_spread: Percent,
	/// So many lots of inventory …
	pub depth_lots: u64,
	/// … move its quotes by this part of the mark.
	pub depth_move: Percent,
	/// Largest inventory, on either side; zero for no AMM.
	pub max_inventory: u64,
	/// Largest inventory as a part of the AMM's equity: `"300%"`.
	pub max_leverage: Percent,
}

/// What bounds the market's risk. Money in micro-dollars, times in milliseconds, sizes in lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisRisk {
	/// Margin factors by position size; at most three.
	pub brackets: Vec<GenesisBracket>,
	/// Cost of crossing the spread, added to the maintenance rate.
	pub spread: Percent,
	/// Least maintenance rate.
	pub lowest_maintenance: Percent,
	/// Largest maintenance rate.
	pub highest_maintenance: Percent,
	/// Maintenance as a share of initial margin, 50 … 80 %.
	pub maintenance_share: Percent,
	/// Largest rise of maintenance in an hour, relative to the rate.
	pub rise_per_hour: Percent,
	/// Largest fall of maintenance in an hour, relative to the rate.
	pub fall_per_hour: Percent,
	/// Largest part of the gap between initial and maintenance rate that a rise uses up in an hour.
	pub gap_per_hour: Percent,
	/// Time until a close-out begins.
	pub close_out_delay: u64,
	/// Share of the volume that a close-out may be.
	pub participation: Percent,
	/// Longest liquidity horizon.
	pub longest_horizon: u64,
	/// Volatility of a day before any was measured.
	pub daily_sigma: Percent,
	/// The multiple of volatility that margin covers: `"350%"`.
	pub tail: Percent,
	/// How far the mark may be from the index.
	pub mark_band: Percent,
	/// Open interest from which initial margin rises.
	pub lower_cap: Whole,
	/// Open interest at which no risk may be added.
	pub upper_cap: Whole,
	/// Lots traded in a day before any were.
	pub daily_volume: u64,
	/// Impact of trading a day's volume, relative to a day's volatility: `"100%"`.
	pub impact: Percent,
	/// Contagion.
	pub contagion: GenesisContagion,
}

/// What liquidations at risk and the other pools' sales do to the market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisContagion {
	/// The part of the depth up to which liquidation at risk does nothing.
	pub depth_share: Percent,
	/// The part of the pool that it may lose to the others' sales before that does anything.
	pub spill_share: Percent,
	/// What is left of the caps of open interest at most contagion.
	pub least_cap: Percent,
	/// By how much the initial rate rises at most, as a part of itself.
	pub largest_raise: Percent,
}

/// Funding. Sizes in lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisFunding {
	/// Lots at which the depth's impact prices are taken.
	pub impact_size: u64,
	/// Least volume of a batch for its price to count.
	pub least_volume: u64,
	/// The rate's cap, as a multiple of initial less maintenance margin.
	pub cap_multiple: Percent,
}

/// The band around the index within which the market trades.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisBand {
	/// Never narrower.
	pub min: Percent,
	/// Never wider.
	pub max: Percent,
	/// Standard deviations: `"500%"` for five.
	pub k: Percent,
	/// Window in bars of the volatility estimate.
	pub window_bars: u32,
}

/// The market's breaker. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisBreaker {
	/// The band around the index.
	pub band: GenesisBand,
	/// The part of the band in which a price is benign again.
	pub release_share: Percent,
	/// Lots that a clearing must trade to trip the band.
	pub min_volume: u64,
	/// Longest time in Limit before the call auction.
	pub limit_timeout: u64,
	/// Unbroken time inside the band that ends Limit.
	pub limit_release: u64,
	/// Length of the call auction.
	pub auction: u64,
	/// Length of an extension.
	pub extension: u64,
	/// Most extensions, at most eight.
	pub max_extensions: u8,
	/// Largest imbalance that ends the auction.
	pub max_imbalance: Percent,
	/// By how much each extension widens the collar: `"150%"`.
	pub collar_growth: Percent,
	/// Missing oracle weight.
	pub missing_weight: GenesisThreshold<Percent>,
	/// Age of the index price, for reduce-only.
	pub price_age: GenesisThreshold<u64>,
	/// Age of the index price, for quarantine.
	pub quarantine_age: GenesisThreshold<u64>,
	/// Due items of the market that a block could not reach.
	pub backlog: GenesisThreshold<u64>,
	/// Unbroken benign time that ends reduce-only.
	pub reduce_only_release: u64,
	/// Unbroken benign time that ends quarantine.
	pub quarantine_release: u64,
}

/// A market as a chain specification describes it. Prices in ticks of the feed, sizes in lots,
/// money in micro-dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisMarket {
	/// Its name, as in `BTC-PERP`, at most 32 characters.
	pub symbol: String,
	/// The number of its pool.
	pub pool: u32,
	/// The number of the feed of its index.
	pub feed: FeedId,
	/// Quanta that one tick of one lot is worth.
	pub tick_value: u32,
	/// A lot is `10^-lotDecimals` of the base asset.
	pub lot_decimals: u8,
	/// Limits of orders are multiples of so many ticks.
	pub order_tick: u32,
	/// Sizes of orders are multiples of so many lots.
	pub order_lot: u32,
	/// Least size of an order that may add risk.
	pub min_order: u64,
	/// Largest size of an order.
	pub max_order: u64,
	/// Largest position of an account.
	pub max_position: u64,
	/// How far from the mark a market order may trade.
	pub max_slippage: Percent,
	/// Initial health that each order needs that rests.
	pub order_deposit: Whole,
	/// Fees.
	pub fees: GenesisFees,
	/// The AMM.
	pub amm: GenesisAmm,
	/// Margin and open interest.
	pub risk: GenesisRisk,
	/// Funding.
	pub funding: GenesisFunding,
	/// The breaker.
	pub breaker: GenesisBreaker,
	/// How positions of accounts below zero are closed.
	pub liquidation: GenesisLiquidation,
}

impl GenesisMarket {
	/// The terms; not checked beyond what the types ask.
	///
	/// # Errors
	/// Which field does not fit, in words.
	pub fn terms(&self) -> Result<MarketTerms, String> {
		let symbol = self.symbol.as_bytes().to_vec().try_into();
		Ok(MarketTerms {
			symbol: symbol.map_err(|_| String::from("more than 32 characters"))?,
			pool: PoolId(self.pool),
			feed: self.feed,
			tick_value: TickValue::new(self.tick_value),
			lot_decimals: self.lot_decimals,
			order_tick: self.order_tick,
			order_lot: self.order_lot,
			min_order: Size::new(self.min_order),
			max_order: Size::new(self.max_order),
			max_position: Size::new(self.max_position),
			max_slippage: self.max_slippage.0,
			order_deposit: quanta("orderDeposit", self.order_deposit)?,
			fees: FeeTerms {
				maker: self.fees.maker.0,
				taker: self.fees.taker.0,
				insurance_share: self.fees.insurance_share.0,
			},
			amm: AmmTerms {
				half_spread: self.amm.half_spread.0,
				depth_lots: Size::new(self.amm.depth_lots),
				depth_move: self.amm.depth_move.0,
				max_inventory: Size::new(self.amm.max_inventory),
				max_leverage: self.amm.max_leverage.0,
			},
			risk: self.risk.terms()?,
			funding: FundingTerms {
				impact_size: Size::new(self.funding.impact_size),
				least_volume: Size::new(self.funding.least_volume),
				cap_multiple: self.funding.cap_multiple.0,
			},
			breaker: self.breaker.params(),
			liquidation: self.liquidation.terms()?,
		})
	}
}

impl GenesisRisk {
	fn terms(&self) -> Result<RiskTerms, String> {
		Ok(RiskTerms {
			brackets: brackets(&self.brackets)?,
			margin: MarginParams {
				spread: self.spread.0,
				lowest: self.lowest_maintenance.0,
				highest: self.highest_maintenance.0,
				maintenance_share: self.maintenance_share.0,
			},
			ramp: RampParams {
				rise_per_hour: self.rise_per_hour.0,
				fall_per_hour: self.fall_per_hour.0,
				gap_per_hour: self.gap_per_hour.0,
				maintenance_share: self.maintenance_share.0,
			},
			horizon: HorizonParams {
				close_out_delay: Millis::new(self.close_out_delay),
				participation: self.participation.0,
				longest: Millis::new(self.longest_horizon),
			},
			daily_sigma: self.daily_sigma.0,
			tail: self.tail.0,
			mark_band: self.mark_band.0,
			lower_cap: quanta("lowerCap", self.lower_cap)?,
			upper_cap: quanta("upperCap", self.upper_cap)?,
			daily_volume: Size::new(self.daily_volume),
			impact: self.impact.0,
			contagion: ContagionParams {
				depth_share: self.contagion.depth_share.0,
				spill_share: self.contagion.spill_share.0,
				least_cap: self.contagion.least_cap.0,
				largest_raise: self.contagion.largest_raise.0,
			},
		})
	}
}

impl GenesisBreaker {
	fn params(&self) -> MarketParams {
		let level =
			|level: &GenesisThreshold<u64>| Threshold { trip: level.trip, release: level.release };
		MarketParams {
			band: BandParams {
				min: self.band.min.0,
				max: self.band.max.0,
				k: self.band.k.0,
				window_bars: self.band.window_bars,
			},
			release_share: self.release_share.0,
			min_volume: Size::new(self.min_volume),
			limit_timeout: Millis::new(self.limit_timeout),
			limit_release: Millis::new(self.limit_release),
			auction: Millis::new(self.auction),
			extension: Millis::new(self.extension),
			max_extensions: self.max_extensions,
			max_imbalance: self.max_imbalance.0,
			collar_growth: self.collar_growth.0,
			missing_weight: Threshold {
				trip: self.missing_weight.trip.0.get(),
				release: self.missing_weight.release.0.get(),
			},
			price_age: level(&self.price_age),
			quarantine_age: level(&self.quarantine_age),
			backlog: level(&self.backlog),
			reduce_only_release: Millis::new(self.reduce_only_release),
			quarantine_release: Millis::new(self.quarantine_release),
		}
	}
}
