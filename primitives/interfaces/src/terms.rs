//! What is fixed when a market, an asset or a pool is listed. Values that adjust themselves do so
//! within these bounds.

use bounded_collections::{BoundedVec, ConstU32};
use breakwater_breaker::{withdrawal::LimitTerms, MarketParams, PoolParams};
use breakwater_contagion::ContagionParams;
use breakwater_liquidation::Curve;
use breakwater_margin::Brackets;
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{HaircutParams, HorizonParams, MarginParams, RampParams};
use breakwater_units::{Amount, Millis, PoolId, Quote, Ratio, Size, TickValue};
use breakwater_waterfall::{DrawTerms, ExitTerms, PremiumShares, PremiumTerms};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most markets there can be: what a block must do for each of them, whatever happens, fits into
/// the hooks' share of it.
pub const MAX_MARKETS: u32 = 32;

/// A name for people, as in `BTC-PERP`.
pub type Symbol = BoundedVec<u8, ConstU32<32>>;

macro_rules! terms {
	($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
		$(#[$doc])*
		#[derive(
			Clone,
			Debug,
			PartialEq,
			Eq,
			Encode,
			Decode,
			DecodeWithMemTracking,
			MaxEncodedLen,
			TypeInfo,
		)]
		pub struct $name {
			$($(#[$field_doc])* pub $field: $type,)*
		}
	};
}

terms! {
	/// A perpetual market.
	MarketTerms {
		/// Its name.
		symbol: Symbol,
		/// The risk pool it belongs to.
		pool: PoolId,
		/// The feed of its index. A tick of the market is a tick of the feed.
		feed: FeedId,
		/// Quanta of quote that one tick of one lot is worth.
		tick_value: TickValue,
		/// A lot is `10^-lot_decimals` of the base asset.
		lot_decimals: u8,
		/// Limits of orders are multiples of so many ticks.
		order_tick: u32,
		/// Sizes of orders are multiples of so many lots.
		order_lot: u32,
		/// Least size of an order that may add risk.
		min_order: Size,
		/// Largest size of an order.
		max_order: Size,
		/// Largest position of an account, on either side.
		max_position: Size,
		/// How far from the mark a market order may trade, unless it says less.
		max_slippage: Ratio,
		/// Quanta of initial health that an account needs for each order that rests. Nothing is
		/// taken: it keeps dust from filling the book.
		order_deposit: Quote,
		/// Fees.
		fees: FeeTerms,
		/// The market's AMM.
		amm: AmmTerms,
		/// Margin, depth and open interest.
		risk: RiskTerms,
		/// Funding.
		funding: FundingTerms,
		/// The breaker.
		breaker: MarketParams,
		/// How positions of accounts below zero are closed.
		liquidation: LiquidationTerms,
	}
}

terms! {
	/// Parts of a fill's notional, rounded up against the account.
	FeeTerms {
		/// For orders that were there before the batch.
		maker: Ratio,
		/// For orders in their first batch.
		taker: Ratio,
		/// The part of fees that goes to the pool's fund; the rest goes to the AMM's shares, or
		/// also to the fund while there are none.
		insurance_share: Ratio,
	}
}

terms! {
	/// A pool-owned subaccount whose orders are a curve around the mark.
	AmmTerms {
		/// What it earns at least on either side, as a part of the mark.
		half_spread: Ratio,
		/// The curve's slope: so many lots of inventory move its quotes by `depth_move`.
		depth_lots: Size,
		/// As a part of the mark.
		depth_move: Ratio,
		/// Largest inventory, on either side. Zero: the market has no AMM.
		max_inventory: Size,
		/// Largest inventory as a multiple of the AMM's equity, in parts per billion.
		max_leverage: Ratio,
	}
}

terms! {
	/// What bounds a market's risk.
	RiskTerms {
		/// Margin factors by position size, in lots.
		brackets: Brackets,
		/// Bounds of the margin rates.
		margin: MarginParams,
		/// How fast maintenance may move.
		ramp: RampParams,
		/// The liquidity horizon.
		horizon: HorizonParams,
		/// Volatility of a day before any was measured.
		daily_sigma: Ratio,
		/// The multiple of volatility that margin covers, in parts per billion: 3.5 is usual.
		tail: Ratio,
		/// How far the mark may be from the index.
		mark_band: Ratio,
		/// Open interest from which initial margin rises.
		lower_cap: Quote,
		/// Open interest at which it is all of the notional, and no risk may be added.
		upper_cap: Quote,
		/// Lots traded in a day before any were, for depth.
		daily_volume: Size,
		/// Impact of trading a day's volume, relative to a day's volatility, in parts per billion:
		/// the `Y` of the square-root law; one is usual.
		impact: Ratio,
		/// What liquidations at risk and the other pools' sales do to caps and initial margin.
		contagion: ContagionParams,
	}
}

terms! {
	/// Funding.
	FundingTerms {
		/// Lots at which the depth's impact prices are taken.
		impact_size: Size,
		/// Least volume of a batch for its price to count.
		least_volume: Size,
		/// The rate's cap, as a multiple of initial less maintenance margin, in parts per billion.
		cap_multiple: Ratio,
	}
}

terms! {
	/// How the legs of an account in liquidation are sold.
	LiquidationTerms {
		/// How fast the price walks from its start to the reserve.
		curve: Curve,
		/// How far from the mark it starts, as a part of the mark.
		step: Ratio,
		/// What closing is expected to cost, fee and slippage, as a part of what is closed.
		cost: Ratio,
		/// A remainder smaller than this is closed too.
		dust: Size,
		/// Maintenance rates times this, one or more, is where a close stops.
		buffer: Ratio,
		/// The fee on what is closed, as far as the account's budget leaves it.
		fee: Ratio,
		/// The most that is forced into a batch, as a part of the measured depth.
		depth_share: Ratio,
		/// What may be forced into a batch whatever the depth.
		least_offer: Size,
		/// A move of the mark in the account's favour, as a part of the mark when the curve began,
		/// that begins it anew.
		reset: Ratio,
	}
}

impl LiquidationTerms {
	/// Largest first step from the mark.
	pub const MAX_STEP: Ratio = Ratio::saturating_from_percent(10);
	/// Largest cost expected of a close.
	pub const MAX_COST: Ratio = Ratio::saturating_from_percent(10);
	/// Largest buffer.
	pub const MAX_BUFFER: Ratio = Ratio::saturating_from_percent(200);

	/// Whether they are within their bounds: `step ≤ 10 %`, `fee ≤ cost ≤ 10 %`, `1 ≤ buffer ≤ 2`,
	/// `0 < depth_share ≤ 1`, `0 < least_offer`, `0 < reset ≤ 1`. A cost that is not below the
	/// maintenance rate would leave nothing that a close restores: the caller checks that.
	pub fn are_valid(&self) -> bool {
		let costs = self.fee <= self.cost && self.cost <= Self::MAX_COST;
		let buffer = (Ratio::ONE..=Self::MAX_BUFFER).contains(&self.buffer);
		let part = |ratio: Ratio| !ratio.is_zero() && ratio <= Ratio::ONE;
		let flow = part(self.depth_share) && !self.least_offer.is_zero();
		self.step <= Self::MAX_STEP && costs && buffer && flow && part(self.reset)
	}
}

terms! {
	/// A collateral asset. The quote asset is not one: it is cash.
	AssetTerms {
		/// Its name.
		symbol: Symbol,
		/// Decimals of its smallest unit.
		decimals: u8,
		/// The feed of its price. A tick of it is a tick of the feed.
		feed: FeedId,
		/// Smallest units in a collateral lot; what is less than a lot counts nothing.
		units_per_lot: u128,
		/// Quanta of quote that one tick of one lot is worth.
		tick_value: TickValue,
		/// Haircut factors by holding, in lots.
		brackets: Brackets,
		/// Haircut.
		haircut: HaircutParams,
		/// How fast the haircut may move.
		ramp: RampParams,
		/// Volatility of a day before any was measured.
		daily_sigma: Ratio,
		/// Lots traded in a day elsewhere, for the impact of selling it.
		daily_volume: Size,
		/// Most that all accounts together may hold, in smallest units.
		cap: Amount,
		/// Least deposit, in smallest units.
		min_deposit: Amount,
	}
}

terms! {
	/// A risk pool: what happens in it stays in it.
	PoolTerms {
		/// Its name.
		symbol: Symbol,
		/// The feed of the quote asset in dollars; none if the quote asset is the dollar. Indices
		/// are divided by it, so that a depeg of the quote asset moves them.
		quote_feed: Option<FeedId>,
		/// Least deposit of the quote asset.
		min_deposit: Quote,
		/// Least equity of an account that adds risk.
		min_equity: Quote,
		/// Most principal that an account may owe.
		max_loan: Quote,
		/// Most principal that all accounts together may owe.
		max_borrowed: Quote,
		/// Interest of a year on loans.
		interest: Ratio,
		/// Most unrealised profit of an account that may leave.
		profit_cap: Quote,
		/// Part of the positions' notional that must stay where initial margin is less.
		notional_floor: Ratio,
		/// How fast the quote asset may leave the pool.
		outflow: LimitTerms,
		/// How long an idle index may rest before interest is charged anew.
		interest_period: Millis,
		/// The breaker.
		breaker: PoolParams,
		/// The fund.
		fund: FundTerms,
	}
}

terms! {
	/// A pool's fund, and what may be done with it.
	FundTerms {
		/// Most of the fund that the stress may cost over all inventory.
		inventory_share: Ratio,
		/// The adverse move that inventory is measured against, as a part of its value.
		inventory_stress: Ratio,
		/// How far from the mark inventory is worked off at most.
		unwind_band: Ratio,
		/// The part of the measured depth that is worked off in a batch.
		unwind_share: Ratio,
		/// Correlation of a market with the pool's deepest from which inventory in the one is hedged
		/// in the other. One that is zero or not known hedges nothing. Above one: never.
		hedge_correlation: Ratio,
		/// What it may draw from the fund that all pools share.
		draw: DrawTerms,
		/// How backers leave.
		exit: ExitTerms,
		/// What insurance costs.
		premium: PremiumTerms,
		/// Who earns it.
		premium_shares: PremiumShares,
		/// The part of open interest that the fund ought to have at least.
		target_share: Ratio,
		/// The part of capital above the target that goes to the fund of all pools, at every
		/// payment of premiums.
		sweep_share: Ratio,
		/// How far back its highest value is looked for.
		look_back: Millis,
	}
}

/// Terms for a start: careful ones.
impl Default for FundTerms {
	fn default() -> Self {
		let percent = Ratio::saturating_from_percent;
		Self {
			inventory_share: percent(20),
			inventory_stress: percent(20),
			unwind_band: percent(1),
			unwind_share: percent(20),
			hedge_correlation: percent(80),
			draw: DrawTerms { max_share: percent(30), quiet: Millis::DAY },
			exit: ExitTerms {
				delay: Millis::new(7 * Millis::DAY.get()),
				max_freeze: Millis::new(3 * Millis::DAY.get()),
				window: Millis::new(2 * Millis::DAY.get()),
			},
			premium: PremiumTerms { base: percent(1), slope: percent(4), max: percent(5) },
			premium_shares: PremiumShares { capital: percent(20), weights: [4, 2, 1] },
			target_share: percent(2),
			sweep_share: percent(1),
			look_back: Millis::DAY,
		}
	}
}
