//! One collateral asset: its price, volatility and haircuts. No storage here.

use breakwater_interfaces::AssetTerms;
use breakwater_margin::CollateralIndex;
use breakwater_risk::{haircut, impact, MaintenanceRamp, Sigma, Volatility};
use breakwater_units::{Amount, Millis, Price, Ratio, Size, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	market::{bar_of, bar_variance, moved},
	quote::QuotedPrice,
};

/// The widest confidence that is taken off a price, as a part of it: uncertain reporters must not
/// make collateral worthless.
pub const MAX_CONFIDENCE: Ratio = Ratio::saturating_from_percent(10);

/// What is known of a collateral asset in this block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AssetState {
	/// The feed's price in the quote asset, in ticks.
	pub index: Price,
	/// When the sources had it.
	pub index_time: Timestamp,
	/// The price less its confidence: what it counts at, before the haircut.
	pub value: Price,
	/// The averages of its returns' squares.
	pub volatility: Volatility,
	/// The haircut on its way.
	pub ramp: MaintenanceRamp,
	/// The two haircuts as they were last told.
	pub told: (Ratio, Ratio),
}

impl AssetState {
	/// An asset at its first price. None for a price of zero.
	pub(crate) fn new(price: &QuotedPrice, terms: &AssetTerms, now: Timestamp) -> Option<Self> {
		let time = price.time.min(now);
		let seed = bar_variance(terms.daily_sigma);
		let mut state = Self {
			index: price.price,
			index_time: time,
			value: price.least,
			volatility: Volatility::new(price.price, time, seed).ok()?,
			ramp: MaintenanceRamp::new(terms.haircut.lowest, now),
			told: (Ratio::ZERO, Ratio::ZERO),
		};
		state.ramp = MaintenanceRamp::new(state.target(terms, Amount::ZERO), now);
		Some(state)
	}

	/// Takes a price that is not older than the last, and its return if it is the first of a bar.
	pub(crate) fn take_price(&mut self, price: &QuotedPrice, now: Timestamp) {
		let time = price.time.min(now);
		if time < self.index_time {
			return;
		}
		self.index = price.price;
		self.index_time = time;
		self.value = price.least;
		if bar_of(time) > self.volatility.bar() {
			// Refused only at a price of zero, which is none.
			let _ = self.volatility.observe(price.price, time);
		}
	}

	/// Moves the haircut toward what the formula asks for.
	pub(crate) fn set_haircut(&mut self, terms: &AssetTerms, held: Amount, now: Timestamp) {
		let target = self.target(terms, held);
		self.ramp.step(target, now, &terms.ramp);
	}

	fn target(&self, terms: &AssetTerms, held: Amount) -> Ratio {
		let sigma = self.sigma();
		let lots = held.get().checked_div(terms.units_per_lot).unwrap_or(u128::MAX);
		let lots = Size::new(u64::try_from(lots).unwrap_or(u64::MAX));
		let sale = impact(sigma.over(Millis::DAY, Ratio::ONE), lots, terms.daily_volume);
		haircut(sigma, sale, &terms.haircut)
	}

	/// The volatility that the haircut is computed from, of a bar.
	pub(crate) fn sigma(&self) -> Sigma {
		self.volatility.sigma_effective()
	}

	/// The haircut for liquidation, and the one for adding risk and withdrawing.
	pub(crate) fn haircuts(&self, terms: &AssetTerms) -> (Ratio, Ratio) {
		(self.ramp.maintenance(), self.ramp.initial(&terms.ramp))
	}

	/// Whether the haircuts are far enough from what was told; if so they are told now.
	pub(crate) fn tell(&mut self, terms: &AssetTerms) -> bool {
		let rates = self.haircuts(terms);
		let changed = moved(self.told.0, rates.0) || moved(self.told.1, rates.1);
		if changed {
			self.told = rates;
		}
		changed
	}

	/// What a lot adds to health. None is impossible: all of it is within its limits.
	pub(crate) fn collateral_index(&self, terms: &AssetTerms) -> Option<CollateralIndex> {
		let (maintenance, initial) = self.haircuts(terms);
		CollateralIndex::new(
			terms.units_per_lot,
			self.value,
			terms.tick_value,
			&terms.brackets,
			maintenance,
			initial,
		)
		.ok()
	}
}
