//! Listing: every bound is checked before anything changes.

use alloc::boxed::Box;

use breakwater_interfaces::{
	AssetTerms, FundTerms, FundingTerms, PoolTerms, Prices, RiskTerms, Symbol,
};
use breakwater_margin::MAX_LOAN_QUANTA;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{
	limits::{self, MAX_LOTS, MAX_NOTIONAL_QUANTA, MAX_PRICE_TICKS, MAX_QUANTA_PER_TICK_LOT},
	AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Rounding, Size, TickValue,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	AssetCount, Assets, Config, Error, Event, MarketList, Markets, Pallet, PoolCount, Pools,
	MAX_ASSETS, MAX_MARKETS, MAX_POOLS, MAX_POOL_MARKETS,
};

/// A quantum is so many decimals of the quote asset: a micro-dollar.
pub const QUOTE_DECIMALS: u32 = 6;

const MAX_DECIMALS: u8 = 24;
const LONGEST_HORIZON: Millis = Millis::new(30 * Millis::DAY.get());
const LONGEST_WAIT: Millis = Millis::new(90 * Millis::DAY.get());
const INTEREST_PERIODS: (Millis, Millis) = (Millis::MINUTE, Millis::DAY);
/// Multiples of volatility, of impact and of the funding cap beyond it are typing errors.
const LARGEST_MULTIPLE: Ratio = Ratio::saturating_from_percent(10_000);
const WIDEST_MARK_BAND: Ratio = Ratio::saturating_from_percent(50);

/// What a market was listed with, as far as risk is concerned.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ListedMarket {
	/// The pool it belongs to.
	pub pool: PoolId,
	/// The feed of its index.
	pub feed: FeedId,
	/// Quanta that one tick of one lot is worth.
	pub tick_value: TickValue,
	/// Largest position of an account.
	pub max_position: Size,
	/// Margin, depth and open interest.
	pub risk: RiskTerms,
	/// Funding.
	pub funding: FundingTerms,
}

/// Fails with an error unless a condition holds.
fn require<T>(holds: bool, error: Error<T>) -> Result<(), Error<T>> {
	holds.then_some(()).ok_or(error)
}

impl<T: Config> Pallet<T> {
	pub(crate) fn add_pool(terms: PoolTerms) -> Result<PoolId, Error<T>> {
		let count = PoolCount::<T>::get();
		require(count < MAX_POOLS, Error::TooManyPools)?;
		Self::check_pool_symbol(&terms.symbol)?;
		if let Some(first) = Self::quote_terms() {
			require(first.quote_feed == terms.quote_feed, Error::OtherQuoteFeed)?;
		}
		Self::check_pool(&terms)?;

		let pool = PoolId(count);
		Pools::<T>::insert(pool, &terms);
		PoolCount::<T>::put(count.saturating_add(1));
		Self::deposit_event(Event::PoolListed { pool, terms: Box::new(terms) });
		Ok(pool)
	}

	pub(crate) fn add_asset(terms: AssetTerms) -> Result<AssetId, Error<T>> {
		let count = AssetCount::<T>::get();
		require(count < MAX_ASSETS, Error::TooManyAssets)?;
		require(PoolCount::<T>::get() > 0, Error::NoPool)?;
		require(!terms.symbol.is_empty(), Error::NoSymbol)?;
		let taken = Self::asset_ids().into_iter().filter_map(Assets::<T>::get);
		require(!taken.into_iter().any(|one| one.symbol == terms.symbol), Error::SymbolTaken)?;
		Self::check_asset(&terms)?;

		let asset = AssetId(count);
		Assets::<T>::insert(asset, &terms);
		AssetCount::<T>::put(count.saturating_add(1));
		Self::deposit_event(Event::AssetListed { asset, terms: Box::new(terms) });
		Ok(asset)
	}

	pub(crate) fn add_market(market: MarketId, listed: ListedMarket) -> Result<(), Error<T>> {
		let mut list = MarketList::<T>::get();
		require(!Markets::<T>::contains_key(market), Error::MarketExists)?;
		require(list.len() < MAX_MARKETS as usize, Error::TooManyMarkets)?;
		Self::check_market(&listed)?;
		let (pool, feed) = (listed.pool, listed.feed);
		let of_pool = list.iter().filter(|(_, of)| *of == pool).count();
		require(of_pool < MAX_POOL_MARKETS as usize, Error::TooManyPoolMarkets)?;
		list.try_push((market, pool)).map_err(|_| Error::TooManyMarkets)?;

		MarketList::<T>::put(list);
		Markets::<T>::insert(market, listed);
		Self::deposit_event(Event::MarketListed { market, pool, feed });
		Ok(())
	}

	fn check_pool_symbol(symbol: &Symbol) -> Result<(), Error<T>> {
		require(!symbol.is_empty(), Error::NoSymbol)?;
		let mut others = Self::pool_ids().into_iter().filter_map(Pools::<T>::get);
		require(!others.any(|one| one.symbol == *symbol), Error::SymbolTaken)
	}

	/// The bounds of a pool.
	pub(crate) fn check_pool(terms: &PoolTerms) -> Result<(), Error<T>> {
		let feed_exists = terms.quote_feed.is_none_or(|feed| T::Prices::decimals(feed).is_some());
		require(feed_exists, Error::UnknownFeed)?;
		let amounts = [
			terms.min_deposit,
			terms.min_equity,
			terms.max_loan,
			terms.max_borrowed,
			terms.profit_cap,
		];
		require(amounts.iter().all(|amount| !amount.is_negative()), Error::NegativeAmount)?;
		let largest = terms.max_borrowed.min(Quote::new(MAX_LOAN_QUANTA));
		require(terms.max_loan <= largest, Error::LoanTooLarge)?;
		require(terms.interest <= Ratio::ONE, Error::InterestTooHigh)?;
		let (least, most) = INTEREST_PERIODS;
		let in_time = (least..=most).contains(&terms.interest_period);
		require(in_time, Error::InterestPeriodOutOfRange)?;
		require(terms.notional_floor <= Ratio::ONE, Error::NotionalFloorAboveOne)?;
		let outflow = &terms.outflow;
		let shares = outflow.share <= Ratio::ONE && outflow.account_share <= Ratio::ONE;
		require(shares && !outflow.window.is_zero(), Error::BadOutflowLimit)?;
		require(terms.breaker.validate().is_ok(), Error::BadPoolBreaker)?;
		check_fund(&terms.fund)
	}

	/// The bounds of a collateral asset.
	pub(crate) fn check_asset(terms: &AssetTerms) -> Result<(), Error<T>> {
		let feed_decimals = T::Prices::decimals(terms.feed).ok_or(Error::UnknownFeed)?;
		require(terms.decimals <= MAX_DECIMALS, Error::TooManyDecimals)?;
		require(terms.units_per_lot > 0, Error::NoUnitsPerLot)?;
		check_tick_value(terms.tick_value)?;
		require(tick_value_follows(terms, feed_decimals), Error::TickValueMismatch)?;

		let haircut = &terms.haircut;
		let multiple = haircut.tail <= LARGEST_MULTIPLE && haircut.horizon <= LONGEST_HORIZON;
		require(multiple && haircut.check().is_ok(), Error::BadHaircutParams)?;
		require(terms.ramp.check().is_ok(), Error::BadRampParams)?;
		check_daily_sigma(terms.daily_sigma)?;
		require(is_some_lots(terms.daily_volume), Error::DailyVolumeOutOfRange)?;

		let lots = terms.cap.get().checked_div(terms.units_per_lot).unwrap_or(0);
		let fits = lots >= 1 && lots <= u128::from(MAX_LOTS.unsigned_abs());
		require(fits, Error::AssetCapOutOfRange)?;
		require(terms.min_deposit <= terms.cap, Error::MinDepositAboveCap)
	}

	/// The bounds of a market.
	pub(crate) fn check_market(listed: &ListedMarket) -> Result<(), Error<T>> {
		require(Pools::<T>::contains_key(listed.pool), Error::UnknownPool)?;
		require(T::Prices::decimals(listed.feed).is_some(), Error::UnknownFeed)?;
		check_tick_value(listed.tick_value)?;
		let lots = i64::try_from(listed.max_position.get()).unwrap_or(i64::MAX);
		let highest = Price::new(MAX_PRICE_TICKS);
		let fits = limits::market_fits(highest, Lots::new(lots), listed.tick_value);
		require(fits, Error::MaxPositionOutOfRange)?;
		check_margin(&listed.risk)?;
		check_liquidity(&listed.risk)?;
		check_funding(&listed.funding)
	}
}

/// The bounds of a pool's fund: a part is at most the whole, and nothing takes longer than
/// [`LONGEST_WAIT`].
fn check_fund<T>(fund: &FundTerms) -> Result<(), Error<T>> {
	let is_part = |ratio: Ratio| ratio <= Ratio::ONE;
	let is_wait = |span: Millis| !span.is_zero() && span <= LONGEST_WAIT;
	let stress = !fund.inventory_stress.is_zero() && is_part(fund.inventory_stress);
	require(stress && is_part(fund.inventory_share), Error::BadInventoryTerms)?;
	let band = !fund.unwind_band.is_zero() && fund.unwind_band <= WIDEST_MARK_BAND;
	let share = !fund.unwind_share.is_zero() && is_part(fund.unwind_share);
	require(band && share, Error::BadUnwindTerms)?;
	let draw = is_part(fund.draw.max_share) && is_wait(fund.draw.quiet);
	require(draw, Error::BadDrawTerms)?;
	let exit = [fund.exit.delay, fund.exit.max_freeze, fund.exit.window];
	require(exit.into_iter().all(is_wait), Error::BadExitTerms)?;
	let premium = fund.premium.base <= fund.premium.max && is_part(fund.premium.max);
	let shares = is_part(fund.premium_shares.capital);
	require(premium && shares, Error::BadPremiumTerms)?;
	require(is_part(fund.target_share) && is_part(fund.sweep_share), Error::BadTargetTerms)?;
	require(is_wait(fund.look_back), Error::BadLookBack)
}

fn check_margin<T>(risk: &RiskTerms) -> Result<(), Error<T>> {
	require(risk.margin.check().is_ok(), Error::BadMarginParams)?;
	require(risk.ramp.check().is_ok(), Error::BadRampParams)?;
	let same = risk.margin.maintenance_share == risk.ramp.maintenance_share;
	require(same, Error::SharesDiffer)?;
	let steepest = risk.margin.highest.mul_ratio(risk.brackets.largest_factor(), Rounding::Up);
	let gentle = steepest.is_ok_and(|rate| rate <= limits::MAX_BRACKET_RATIO);
	require(gentle, Error::BracketsTooSteep)?;
	let within = risk.horizon.longest <= LONGEST_HORIZON;
	require(within && risk.horizon.check().is_ok(), Error::BadHorizonParams)?;
	check_daily_sigma(risk.daily_sigma)?;
	let tails = Ratio::ONE..=LARGEST_MULTIPLE;
	require(tails.contains(&risk.tail), Error::TailOutOfRange)?;
	let band = !risk.mark_band.is_zero() && risk.mark_band <= WIDEST_MARK_BAND;
	require(band, Error::MarkBandOutOfRange)
}

fn check_liquidity<T>(risk: &RiskTerms) -> Result<(), Error<T>> {
	let ordered = risk.lower_cap.is_positive() && risk.lower_cap < risk.upper_cap;
	let fits = risk.upper_cap <= Quote::new(MAX_NOTIONAL_QUANTA);
	require(ordered && fits, Error::CapsOutOfOrder)?;
	require(is_some_lots(risk.daily_volume), Error::DailyVolumeOutOfRange)?;
	require(is_multiple(risk.impact), Error::ImpactOutOfRange)?;
	require(risk.contagion.check().is_ok(), Error::BadContagionParams)
}

fn check_funding<T>(funding: &FundingTerms) -> Result<(), Error<T>> {
	require(is_some_lots(funding.impact_size), Error::ImpactSizeOutOfRange)?;
	require(is_some_lots(funding.least_volume), Error::LeastVolumeOutOfRange)?;
	require(is_multiple(funding.cap_multiple), Error::CapMultipleOutOfRange)
}

fn check_tick_value<T>(value: TickValue) -> Result<(), Error<T>> {
	let within = (1..=MAX_QUANTA_PER_TICK_LOT).contains(&value.get());
	require(within, Error::TickValueOutOfRange)
}

fn check_daily_sigma<T>(sigma: Ratio) -> Result<(), Error<T>> {
	require(!sigma.is_zero() && sigma <= Ratio::ONE, Error::DailySigmaOutOfRange)
}

fn is_some_lots(size: Size) -> bool {
	(1..=MAX_LOTS.unsigned_abs()).contains(&size.get())
}

fn is_multiple(ratio: Ratio) -> bool {
	!ratio.is_zero() && ratio <= LARGEST_MULTIPLE
}

/// Whether `10^-feed decimals` dollars times the lot in whole coins are the tick value:
/// `tick value · 10^(decimals + feed decimals) = units per lot · 10^quote decimals`.
fn tick_value_follows(terms: &AssetTerms, feed_decimals: u8) -> bool {
	let scale = 10u128.checked_pow(u32::from(terms.decimals.saturating_add(feed_decimals)));
	let quanta = scale.and_then(|scale| scale.checked_mul(terms.tick_value.get().into()));
	let quantum = 10u128.checked_pow(QUOTE_DECIMALS);
	let lot = quantum.and_then(|quantum| quantum.checked_mul(terms.units_per_lot));
	quanta.is_some() && quanta == lot
}
