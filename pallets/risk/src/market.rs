//! One market: its index, mark, funding, volatility and margin rates. No storage here.

use breakwater_funding::{premium, rate, rate_cap, Batch, FundingIndex, PremiumAverage};
use breakwater_interfaces::{BatchSummary, RiskTerms};
use breakwater_margin::LegIndex;
use breakwater_oracle_math::{banded_median, Basis};
use breakwater_risk::{
	depth, liquidity_horizon, maintenance_rate, open_interest_scaled, Decay, LogReturn,
	MaintenanceRamp, Observation, Pressure, Sigma, Tail, TailHistogram, Variance, Volatility, BAR,
};
use breakwater_units::{
	limits::{MAX_NOTIONAL_QUANTA, MAX_PRICE_TICKS},
	Millis, Price, Quote, Ratio, SignedRatio, Size, TickValue, Timestamp,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{average::LotsAverage, quote::QuotedPrice, ListedMarket};

/// Time constant of the average distance between the batches' prices and the index (Hyperliquid).
pub const BASIS_SPAN: Millis = Millis::new(150_000);
/// How long the price of a batch counts for the mark.
pub const BATCH_LIFETIME: Millis = Millis::MINUTE;
/// Time constant of the measured depth.
const DEPTH_SPAN: Millis = Millis::HOUR;
/// The measured volume of a day counts up to so many times the listed one, so that trading with
/// oneself buys little margin.
const MOST_VOLUME: u64 = 4;
/// The move that depth is measured to.
const DEPTH_MOVE: Ratio = Ratio::saturating_from_percent(1);
/// The part of all returns that the measured multiple of volatility covers, on each side.
pub const TAIL_CONFIDENCE: Ratio = Ratio::new(995_000_000);
/// Returns before the measured multiple counts: a day of minutes, so that it rests on seven beyond
/// it.
const MATURE: u32 = 1_440;
/// The measured multiple counts up to so many times the listed one.
const MOST_TAIL: u64 = 2;
/// A change of a rate beyond this part of it is told.
const TOLD_CHANGE: Ratio = Ratio::saturating_from_percent(1);

/// What is known of a market in this block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MarketState {
	/// The feed's price in the quote asset, in ticks.
	pub index: Price,
	/// When the sources had it.
	pub index_time: Timestamp,
	/// What accounts are valued at, in ticks.
	pub mark: Price,
	/// The bar of the last return, counted from the Unix epoch.
	pub bar: u64,
	/// The volatility that margin is computed from, of a bar.
	pub sigma: Sigma,
	/// The multiple of it that margin covers.
	pub tail: Ratio,
	/// The maintenance rate on its way.
	pub ramp: MaintenanceRamp,
	/// The initial rate, open interest included.
	pub initial: Ratio,
	/// How far contagion squeezes the market, from zero to one.
	pub squeeze: Ratio,
	/// Maintenance and initial rate as they were last told.
	pub told: (Ratio, Ratio),
	/// Cumulative funding.
	pub funding: FundingIndex,
	/// The rate it moves at, for eight hours.
	pub funding_rate: SignedRatio,
	/// The bar in which that rate was set.
	pub rate_bar: u64,
	/// The premium of this bar so far.
	pub premium: PremiumAverage,
	/// The average distance of the batches' prices from the index.
	pub basis: Basis,
	/// The last batch's own price: where it cleared without forced orders, or the middle of its
	/// depth.
	pub batch: Option<Price>,
	/// When that was.
	pub batch_time: Timestamp,
	/// Lots traded in a day.
	pub volume: LotsAverage,
	/// Lots that move the price by a percent, on either side; none before the first batch.
	pub depth: Option<LotsAverage>,
}

/// The returns of a market.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MarketHistory {
	/// The averages of their squares.
	pub volatility: Volatility,
	/// How often which multiple of volatility came.
	pub tails: TailHistogram,
	/// How many there were.
	pub returns: u32,
}

impl MarketHistory {
	/// Before any return. None for a price of zero.
	pub(crate) fn new(price: Price, time: Timestamp, daily_sigma: Ratio) -> Option<Self> {
		let volatility = Volatility::new(price, time, bar_variance(daily_sigma)).ok()?;
		Some(Self { volatility, tails: TailHistogram::default(), returns: 0 })
	}

	/// Takes the first price of a bar; none if it is not the first.
	pub(crate) fn observe(&mut self, price: Price, time: Timestamp) -> Option<Observation> {
		let seen = self.volatility.observe(price, time).ok()??;
		let tail = if seen.log_return < LogReturn::ZERO { Tail::Down } else { Tail::Up };
		self.tails.record(tail, seen.standardised());
		self.returns = self.returns.saturating_add(1);
		Some(seen)
	}

	/// The multiple of volatility that margin covers: the listed one, or what was measured if that
	/// is more.
	fn tail(&self, listed: Ratio) -> Ratio {
		if self.returns < MATURE {
			return listed;
		}
		let measured = |side| self.tails.value_at_risk(side, TAIL_CONFIDENCE);
		let worst = measured(Tail::Down).max(measured(Tail::Up)).unwrap_or(listed);
		let most = Ratio::new(listed.get().saturating_mul(MOST_TAIL));
		worst.min(most).max(listed)
	}
}

impl MarketState {
	/// A market at its first price.
	pub(crate) fn new(
		price: &QuotedPrice,
		history: &MarketHistory,
		risk: &RiskTerms,
		now: Timestamp,
	) -> Self {
		let mut state = Self {
			index: price.price,
			index_time: price.time.min(now),
			mark: price.price,
			bar: history.volatility.bar(),
			sigma: history.volatility.sigma_effective(),
			tail: risk.tail,
			ramp: MaintenanceRamp::new(risk.margin.lowest, now),
			initial: Ratio::ONE,
			squeeze: Ratio::ZERO,
			told: (Ratio::ZERO, Ratio::ZERO),
			funding: FundingIndex::new(now),
			funding_rate: SignedRatio::ZERO,
			rate_bar: bar_of(now),
			premium: PremiumAverage::new(now),
			basis: Basis::default(),
			batch: None,
			batch_time: now,
			volume: LotsAverage::starting_at(risk.daily_volume),
			depth: None,
		};
		let target = state.target(risk, Size::ZERO, Pressure::default());
		state.ramp = MaintenanceRamp::new(target, now);
		state.initial = state.ramp.initial(&risk.ramp);
		state
	}

	/// Charges for the time since the last block, at the rate and the index that stood in it.
	pub(crate) fn charge_funding(&mut self, tick_value: TickValue, now: Timestamp) {
		// Refused only above the largest value of a lot, which no stored index reaches.
		let _ = self.funding.advance(self.index.lot_value(tick_value), self.funding_rate, now);
	}

	/// Takes a price that is not older than the last.
	pub(crate) fn take_index(&mut self, price: &QuotedPrice, now: Timestamp) {
		let time = price.time.min(now);
		if time >= self.index_time {
			self.index = price.price;
			self.index_time = time;
		}
	}

	/// Whether the index is the first of a bar.
	pub(crate) fn is_new_bar(&self) -> bool {
		bar_of(self.index_time) > self.bar
	}

	/// Takes over what the history says after a return.
	pub(crate) fn take_volatility(&mut self, history: &MarketHistory, risk: &RiskTerms) {
		self.bar = history.volatility.bar();
		self.sigma = history.volatility.sigma_effective();
		self.tail = history.tail(risk.tail);
	}

	/// Once a minute: the average premium of the last one becomes the rate.
	pub(crate) fn set_funding_rate(&mut self, listed: &ListedMarket, now: Timestamp) {
		let bar = bar_of(now);
		if bar > self.rate_bar {
			self.rate_bar = bar;
			self.funding_rate = rate(self.premium.finish(now), self.funding_cap(listed));
		}
	}

	/// The largest premium and funding rate.
	fn funding_cap(&self, listed: &ListedMarket) -> Ratio {
		// Without the part of initial margin that comes from open interest: crowding makes funding
		// no dearer.
		let initial = self.ramp.initial(&listed.risk.ramp);
		rate_cap(initial, self.ramp.maintenance(), listed.funding.cap_multiple)
	}

	/// Median of the index, the last batch's price and the index plus the average basis, held in
	/// the band around the index.
	pub(crate) fn set_mark(&mut self, band: Ratio, now: Timestamp) {
		let fresh = now.saturating_since(self.batch_time) <= BATCH_LIFETIME;
		let batch = self.batch.filter(|_| fresh);
		let fair = fresh.then(|| self.basis.fair_price(self.index));
		let mark = banded_median(self.index, [Some(self.index), batch, fair], band);
		self.mark = mark.min(Price::new(MAX_PRICE_TICKS));
	}

	/// Moves the maintenance rate toward what the formula asks for, and the initial rate to it.
	///
	/// Contagion is in the initial rate only: it makes new risk dearer, and calls for nobody's
	/// margin.
	pub(crate) fn set_margin(
		&mut self,
		listed: &ListedMarket,
		open_interest: Size,
		pressure: Pressure,
		now: Timestamp,
	) {
		let risk = &listed.risk;
		let target = self.target(risk, open_interest, pressure);
		self.ramp.step(target, now, &risk.ramp);
		self.initial = open_interest_scaled(
			risk.contagion.initial(self.ramp.initial(&risk.ramp), self.squeeze),
			self.notional(open_interest, listed.tick_value),
			self.cap(risk, risk.lower_cap),
			self.cap(risk, risk.upper_cap),
		);
	}

	/// A listed cap of open interest, as far as contagion leaves it.
	fn cap(&self, risk: &RiskTerms, listed: Quote) -> Quote {
		risk.contagion.cap(listed, self.squeeze)
	}

	fn target(&self, risk: &RiskTerms, open_interest: Size, pressure: Pressure) -> Ratio {
		let volume = self.daily_volume(risk);
		let horizon = liquidity_horizon(open_interest, volume, pressure, &risk.horizon);
		maintenance_rate(self.sigma, horizon, self.tail, &risk.margin)
	}

	/// What so many lots are worth at the mark.
	pub(crate) fn notional(&self, size: Size, tick_value: TickValue) -> Quote {
		let value = self.mark.lot_value(tick_value).get();
		Quote::new(value.saturating_mul(i128::from(size.get())).min(MAX_NOTIONAL_QUANTA))
	}

	/// Lots until the notional reaches the upper cap in force, rounded down.
	pub(crate) fn open_interest_room(&self, listed: &ListedMarket, open_interest: Size) -> Size {
		let used = self.notional(open_interest, listed.tick_value);
		let cap = self.cap(&listed.risk, listed.risk.upper_cap);
		let left = cap.get().saturating_sub(used.get()).max(0);
		let value = self.mark.lot_value(listed.tick_value).get();
		let lots = left.checked_div(value).unwrap_or(0);
		Size::new(u64::try_from(lots).unwrap_or(u64::MAX))
	}

	/// Lots traded in a day: measured, and at least what was listed.
	pub(crate) fn daily_volume(&self, risk: &RiskTerms) -> Size {
		self.volume.lots().max(risk.daily_volume)
	}

	/// Lots that move the price by a percent on either side: the smaller of what batches showed and
	/// what the square-root law says of the day's volume.
	pub(crate) fn depth(&self, risk: &RiskTerms) -> Size {
		let coefficient = self.sigma.over(Millis::DAY, risk.impact);
		let lawful = depth(coefficient, DEPTH_MOVE, self.daily_volume(risk));
		self.depth.map_or(lawful, |measured| measured.lots().min(lawful))
	}

	/// The volatility in force, of a minute.
	pub(crate) fn sigma_per_minute(&self) -> Ratio {
		per_minute(self.sigma)
	}

	/// Takes what a batch showed. Forced orders are in none of it.
	pub(crate) fn observe_batch(
		&mut self,
		listed: &ListedMarket,
		summary: &BatchSummary,
		now: Timestamp,
	) {
		let (risk, funding) = (&listed.risk, &listed.funding);
		let traded = summary.organic.as_ref().map(|organic| organic.volume);
		let counted =
			summary.organic.as_ref().filter(|organic| organic.volume >= funding.least_volume);
		let own = own_price(counted.map(|organic| organic.price), summary)
			.map(|price| banded_median(self.index, [Some(price); 3], risk.mark_band));

		let elapsed = now.saturating_since(self.batch_time);
		let from_index = own.unwrap_or(self.index).diff(self.index).unwrap_or_default();
		self.basis = self.basis.updated(from_index, Decay::kept_after(elapsed, BASIS_SPAN));
		self.batch = own;
		self.batch_time = self.batch_time.max(now);

		let batch = summary.organic.as_ref().map(batch_of);
		let cap = self.funding_cap(listed);
		let sample = premium(self.index, batch, summary.impact, funding.least_volume, cap);
		self.premium.record(sample.unwrap_or_default(), now);

		let most = Size::new(risk.daily_volume.get().saturating_mul(MOST_VOLUME));
		let kept = Decay::kept_after(elapsed, Millis::DAY);
		self.volume = self.volume.accumulated(traded.unwrap_or_default(), kept, most);
		self.take_depth(summary.depth, elapsed);
	}

	fn take_depth(&mut self, both_sides: Size, elapsed: Millis) {
		let side = Size::new(both_sides.get().checked_div(2).unwrap_or(0));
		let kept = Decay::kept_after(elapsed, DEPTH_SPAN);
		let moved = self.depth.map(|average| average.toward(side, kept));
		self.depth = Some(moved.unwrap_or(LotsAverage::starting_at(side)));
	}

	/// Whether the rates are far enough from what was told; if so they are told now.
	pub(crate) fn tell(&mut self) -> bool {
		let rates = (self.ramp.maintenance(), self.initial);
		let changed = moved(self.told.0, rates.0) || moved(self.told.1, rates.1);
		if changed {
			self.told = rates;
		}
		changed
	}

	/// What a lot adds to health. None is impossible: all of it is within its limits.
	pub(crate) fn leg_index(&self, listed: &ListedMarket) -> Option<LegIndex> {
		LegIndex::new(
			self.mark,
			listed.tick_value,
			self.funding.cumulative(),
			&listed.risk.brackets,
			self.ramp.maintenance(),
			self.initial,
		)
		.ok()
	}
}

/// Where a batch was: the price it traded at, held between the impact prices, or else their middle.
fn own_price(traded: Option<Price>, summary: &BatchSummary) -> Option<Price> {
	let (bid, ask) = (summary.impact.bid, summary.impact.ask);
	match (traded, bid, ask) {
		(Some(price), ..) => {
			Some(price.max(bid.unwrap_or(Price::ZERO)).min(ask.unwrap_or(Price::MAX)))
		},
		(None, Some(bid), Some(ask)) => Some(Price::new(bid.get().midpoint(ask.get()))),
		_ => None,
	}
}

fn batch_of(organic: &breakwater_auction::Clearing) -> Batch {
	Batch { price: organic.price, volume: organic.volume }
}

/// Whether a rate is more than a percent from what it was told to be.
pub(crate) fn moved(told: Ratio, rate: Ratio) -> bool {
	let change = i128::from(told.get().abs_diff(rate.get()));
	TOLD_CHANGE.cmp_part(change, i128::from(told.get())).is_gt()
}

/// The bar of a point in time, counted from the Unix epoch.
pub(crate) fn bar_of(time: Timestamp) -> u64 {
	time.get().checked_div(BAR.get()).unwrap_or(0)
}

/// A standard deviation of a bar as a part of the price.
pub(crate) fn per_minute(sigma: Sigma) -> Ratio {
	sigma.over(BAR, Ratio::ONE)
}

/// The variance of a bar from the standard deviation of a day.
pub(crate) fn bar_variance(daily_sigma: Ratio) -> Variance {
	let bars = Millis::DAY.get().checked_div(BAR.get()).unwrap_or(1);
	// ppb² are 10⁻¹⁸, a variance is counted in 10⁻²⁴.
	let daily = u128::from(daily_sigma.get()).saturating_mul(u128::from(daily_sigma.get()));
	let of_bar = daily.saturating_mul(1_000_000).checked_div(u128::from(bars));
	Variance::new(of_bar.unwrap_or(u128::MAX))
}
