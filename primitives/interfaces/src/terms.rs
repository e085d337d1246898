//! What is fixed when a market, an asset or a pool is listed. Values that adjust themselves do so
//! within these bounds.

use bounded_collections::{BoundedVec, ConstU32};
use breakwater_breaker::{withdrawal::LimitTerms, MarketParams, PoolParams};
use breakwater_margin::Brackets;
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{HaircutParams, HorizonParams, MarginParams, RampParams};
use breakwater_units::{Amount, Millis, PoolId, Quote, Ratio, Size, TickValue};
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
	}
}
