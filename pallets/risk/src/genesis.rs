//! Pools and assets as a chain specification describes them.

use alloc::{format, string::String, vec::Vec};

use breakwater_breaker::{withdrawal::LimitTerms, PoolParams, Threshold};
use breakwater_interfaces::{
	genesis::{brackets, quanta, GenesisBracket, GenesisThreshold, Percent, Whole},
	AssetTerms, FundTerms, PoolTerms, Symbol,
};
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{HaircutParams, RampParams};
use breakwater_units::{Amount, Millis, Size, TickValue};
use breakwater_waterfall::{DrawTerms, ExitTerms, PremiumShares, PremiumTerms, TRANCHES};
use serde::{Deserialize, Serialize};

use crate::{Config, Pallet};

/// How fast a rate may move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisRamp {
	/// Largest rise in an hour, relative to the rate.
	pub rise_per_hour: Percent,
	/// Largest fall in an hour, relative to the rate.
	pub fall_per_hour: Percent,
	/// Largest part of the gap between initial and maintenance rate that a rise uses up in an hour.
	pub gap_per_hour: Percent,
	/// Maintenance as a share of initial rate.
	pub maintenance_share: Percent,
}

/// A pool's fund. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisFund {
	/// Most of the fund that the stress may cost over all inventory.
	pub inventory_share: Percent,
	/// The adverse move that inventory is measured against.
	pub inventory_stress: Percent,
	/// How far from the mark inventory is worked off at most.
	pub unwind_band: Percent,
	/// The part of the measured depth that is worked off in a batch.
	pub unwind_share: Percent,
	/// Correlation of a market with the pool's deepest from which inventory in it is hedged there;
	/// above 100 %, never.
	pub hedge_correlation: Percent,
	/// Most of the fund of all pools that one event may draw.
	pub draw_share: Percent,
	/// An event is over when nothing was drawn for longer than this.
	pub draw_quiet: u64,
	/// From a backer's request to the first moment of a claim.
	pub exit_delay: u64,
	/// Longest that what is open holds back a claim.
	pub exit_freeze: u64,
	/// How long a claim is certain to be possible.
	pub exit_window: u64,
	/// The yearly premium on open interest when the fund has its target.
	pub premium_base: Percent,
	/// Added to it when the fund is empty.
	pub premium_slope: Percent,
	/// Never more than this.
	pub premium_max: Percent,
	/// The part of premiums that stays in capital.
	pub premium_capital: Percent,
	/// What a quantum at stake in each tranche counts.
	pub premium_weights: [u16; TRANCHES],
	/// The part of open interest that the fund ought to have at least.
	pub target_share: Percent,
	/// The part of capital above the target that goes to the fund of all pools, every hour.
	pub sweep_share: Percent,
	/// How far back its highest value is looked for.
	pub look_back: u64,
}

/// A risk pool. Money in micro-dollars, times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisPool {
	/// Its name, at most 32 characters.
	pub symbol: String,
	/// The number of the feed of the quote asset in dollars; null if it is the dollar.
	pub quote_feed: Option<FeedId>,
	/// Least deposit of the quote asset.
	pub min_deposit: Whole,
	/// Least equity of an account that adds risk.
	pub min_equity: Whole,
	/// Most principal that an account may owe.
	pub max_loan: Whole,
	/// Most principal that all accounts together may owe.
	pub max_borrowed: Whole,
	/// Interest of a year on loans.
	pub interest: Percent,
	/// How often interest is charged.
	pub interest_period: u64,
	/// Most unrealised profit of an account that may leave.
	pub profit_cap: Whole,
	/// Part of the positions' notional that must stay.
	pub notional_floor: Percent,
	/// The part of the deposits that may leave in a window.
	pub outflow_share: Percent,
	/// But at least this.
	pub outflow_floor: Whole,
	/// The part of that limit that one account may ask for.
	pub account_share: Percent,
	/// But at least this.
	pub account_floor: Whole,
	/// The window of withdrawals.
	pub outflow_window: u64,
	/// Loss of the fund that makes the pool reduce-only.
	pub drawdown: GenesisThreshold<Percent>,
	/// Due items that a block could not reach, that make the pool reduce-only.
	pub backlog: GenesisThreshold<u64>,
	/// Unbroken benign time that ends it.
	pub breaker_release: u64,
	/// Its fund.
	pub fund: GenesisFund,
}

/// A collateral asset. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisAsset {
	/// Its name, at most 32 characters.
	pub symbol: String,
	/// Decimals of its smallest unit.
	pub decimals: u8,
	/// The number of the feed of its price.
	pub feed: FeedId,
	/// Smallest units in a collateral lot.
	pub units_per_lot: Whole,
	/// Micro-dollars that one tick of one lot is worth.
	pub tick_value: u32,
	/// Haircut factors by holding.
	pub brackets: Vec<GenesisBracket>,
	/// Multiple of volatility that the price may fall: 300 % are three deviations.
	pub tail: Percent,
	/// Time to sell it.
	pub horizon: u64,
	/// Extra for an asset that falls when its holder's positions lose.
	pub wrong_way: Percent,
	/// Least haircut.
	pub lowest_haircut: Percent,
	/// How fast the haircut may move.
	pub ramp: GenesisRamp,
	/// Volatility of a day before any was measured.
	pub daily_sigma: Percent,
	/// Lots traded in a day elsewhere.
	pub daily_volume: u64,
	/// Most that all accounts together may hold, in smallest units.
	pub cap: Whole,
	/// Least deposit, in smallest units.
	pub min_deposit: Whole,
}

impl GenesisRamp {
	fn params(&self) -> RampParams {
		RampParams {
			rise_per_hour: self.rise_per_hour.0,
			fall_per_hour: self.fall_per_hour.0,
			gap_per_hour: self.gap_per_hour.0,
			maintenance_share: self.maintenance_share.0,
		}
	}
}

impl GenesisFund {
	fn terms(&self) -> FundTerms {
		FundTerms {
			inventory_share: self.inventory_share.0,
			inventory_stress: self.inventory_stress.0,
			unwind_band: self.unwind_band.0,
			unwind_share: self.unwind_share.0,
			hedge_correlation: self.hedge_correlation.0,
			draw: DrawTerms { max_share: self.draw_share.0, quiet: Millis::new(self.draw_quiet) },
			exit: ExitTerms {
				delay: Millis::new(self.exit_delay),
				max_freeze: Millis::new(self.exit_freeze),
				window: Millis::new(self.exit_window),
			},
			premium: PremiumTerms {
				base: self.premium_base.0,
				slope: self.premium_slope.0,
				max: self.premium_max.0,
			},
			premium_shares: PremiumShares {
				capital: self.premium_capital.0,
				weights: self.premium_weights,
			},
			target_share: self.target_share.0,
			sweep_share: self.sweep_share.0,
			look_back: Millis::new(self.look_back),
		}
	}
}

impl GenesisPool {
	/// The terms; not checked beyond what the types ask.
	///
	/// # Errors
	/// Which field does not fit, in words.
	pub fn terms(&self) -> Result<PoolTerms, String> {
		Ok(PoolTerms {
			symbol: symbol(&self.symbol)?,
			quote_feed: self.quote_feed,
			min_deposit: quanta("minDeposit", self.min_deposit)?,
			min_equity: quanta("minEquity", self.min_equity)?,
			max_loan: quanta("maxLoan", self.max_loan)?,
			max_borrowed: quanta("maxBorrowed", self.max_borrowed)?,
			interest: self.interest.0,
			profit_cap: quanta("profitCap", self.profit_cap)?,
			notional_floor: self.notional_floor.0,
			outflow: LimitTerms {
				share: self.outflow_share.0,
				floor: Amount::new(self.outflow_floor.0),
				account_share: self.account_share.0,
				account_floor: Amount::new(self.account_floor.0),
				window: Millis::new(self.outflow_window),
			},
			interest_period: Millis::new(self.interest_period),
			breaker: PoolParams {
				drawdown: Threshold {
					trip: self.drawdown.trip.0.get(),
					release: self.drawdown.release.0.get(),
				},
				backlog: Threshold { trip: self.backlog.trip, release: self.backlog.release },
				release: Millis::new(self.breaker_release),
			},
			fund: self.fund.terms(),
		})
	}
}

impl GenesisAsset {
	/// The terms; not checked beyond what the types ask.
	///
	/// # Errors
	/// Which field does not fit, in words.
	pub fn terms(&self) -> Result<AssetTerms, String> {
		Ok(AssetTerms {
			symbol: symbol(&self.symbol)?,
			decimals: self.decimals,
			feed: self.feed,
			units_per_lot: self.units_per_lot.0,
			tick_value: TickValue::new(self.tick_value),
			brackets: brackets(&self.brackets)?,
			haircut: HaircutParams {
				tail: self.tail.0,
				horizon: Millis::new(self.horizon),
				wrong_way: self.wrong_way.0,
				lowest: self.lowest_haircut.0,
			},
			ramp: self.ramp.params(),
			daily_sigma: self.daily_sigma.0,
			daily_volume: Size::new(self.daily_volume),
			cap: Amount::new(self.cap.0),
			min_deposit: Amount::new(self.min_deposit.0),
		})
	}
}

fn symbol(name: &str) -> Result<Symbol, String> {
	name.as_bytes().to_vec().try_into().map_err(|_| String::from("more than 32 characters"))
}

impl<T: Config> Pallet<T> {
	/// Lists what a chain specification has; the error says which is wrong, and how.
	pub(crate) fn list_genesis(
		pools: &[GenesisPool],
		assets: &[GenesisAsset],
	) -> Result<(), String> {
		for pool in pools {
			let listed = pool
				.terms()
				.and_then(|terms| Self::add_pool(terms).map_err(|error| format!("{error:?}")));
			listed.map_err(|problem| format!("pool {}: {problem}", pool.symbol))?;
		}
		for asset in assets {
			let listed = asset
				.terms()
				.and_then(|terms| Self::add_asset(terms).map_err(|error| format!("{error:?}")));
			listed.map_err(|problem| format!("asset {}: {problem}", asset.symbol))?;
		}
		Ok(())
	}
}
