use crate::Threshold;
use breakwater_units::{Millis, Ratio, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Most extensions of a call auction.
pub const MAX_EXTENSIONS: u8 = 8;

/// Why parameters are refused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ParamError {
	/// A threshold releases at or above the level at which it trips.
	ThresholdOrder,
	/// A band of nothing, or a smallest band above the largest.
	BandRange,
	/// The release share of the band is above one.
	ReleaseShare,
	/// A collar that narrows with each extension.
	CollarGrowth,
	/// More than [`MAX_EXTENSIONS`].
	TooManyExtensions,
	/// A span that must not be zero, or a release longer than the time-out it competes with.
	Span,
}

/// How wide a market's band is: `min(max, max(min, ⌈k·σ_bar·√W⌉))`.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct BandParams {
	/// Never narrower.
	pub min: Ratio,
	/// Never wider.
	pub max: Ratio,
	/// Standard deviations; 5 is usual.
	pub k: Ratio,
	/// Window in bars of the volatility estimate.
	pub window_bars: u32,
}

/// Parameters of a market's machine.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct MarketParams {
	/// The band around the index.
	pub band: BandParams,
	/// The part of the band in which a price is benign again.
	pub release_share: Ratio,
	/// Lots that a tentative clearing must trade to trip the band.
	pub min_volume: Size,
	/// Longest time in Limit before the call auction.
	pub limit_timeout: Millis,
	/// Unbroken time inside the band that ends Limit.
	pub limit_release: Millis,
	/// Length of the call auction.
	pub auction: Millis,
	/// Length of an extension.
	pub extension: Millis,
	/// Most extensions.
	pub max_extensions: u8,
	/// Largest imbalance, as a part of the larger side, that ends the auction.
	pub max_imbalance: Ratio,
	/// By how much each extension widens the collar; 1.5 is usual.
	pub collar_growth: Ratio,
	/// Missing oracle weight, in parts per billion of all weight: trips above a third.
	pub missing_weight: Threshold,
	/// Age of the index price in milliseconds, for Reduce-only.
	pub price_age: Threshold,
	/// Age of the index price in milliseconds, for quarantine.
	pub quarantine_age: Threshold,
	/// Due items of the market that a block could not reach.
	pub backlog: Threshold,
	/// Unbroken benign time that ends Reduce-only.
	pub reduce_only_release: Millis,
	/// Unbroken benign time that ends quarantine.
	pub quarantine_release: Millis,
}

/// Parameters of a pool's machine.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PoolParams {
	/// Loss of the fund against its highest value in the look-back, in parts per billion.
	pub drawdown: Threshold,
	/// Due items of the pool that a block could not reach.
	pub backlog: Threshold,
	/// Unbroken benign time that ends Reduce-only.
	pub release: Millis,
}

/// Parameters of the chain's machine.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ChainParams {
	/// Blocks between the head and what validators report as final.
	pub finality_lag: Threshold,
	/// Due items on the chain that a block could not reach.
	pub backlog: Threshold,
	/// Unbroken benign time that ends Reduce-only.
	pub release: Millis,
	/// A gap between two blocks that counts as an outage.
	pub outage_gap: Millis,
	/// How long after an outage only deposits, cancels and reductions run.
	pub grace: Millis,
}

impl MarketParams {
	/// Checks that the machine's promises hold with these parameters.
	///
	/// # Errors
	/// One per condition; see [`ParamError`].
	pub fn validate(&self) -> Result<(), ParamError> {
		self.missing_weight.validate()?;
		self.price_age.validate()?;
		self.quarantine_age.validate()?;
		self.backlog.validate()?;
		if self.band.min.is_zero() || self.band.min > self.band.max || self.band.max > Ratio::ONE {
			return Err(ParamError::BandRange);
		}
		if self.release_share > Ratio::ONE {
			return Err(ParamError::ReleaseShare);
		}
		if self.collar_growth < Ratio::ONE {
			return Err(ParamError::CollarGrowth);
		}
		if self.max_extensions > MAX_EXTENSIONS {
			return Err(ParamError::TooManyExtensions);
		}
		let zero = self.auction.is_zero() || self.extension.is_zero();
		if zero || self.limit_release > self.limit_timeout {
			return Err(ParamError::Span);
		}
		Ok(())
	}

	/// The longest way back to normal under benign inputs, from any state, in time between the
	/// first benign step and the last; each of at most three transitions may wait for one more
	/// block.
	pub fn recovery_bound(&self) -> Millis {
		let auction = self.auction.max(self.extension);
		let by_phase = self.limit_timeout.max(self.quarantine_release).saturating_add(auction);
		by_phase.max(self.reduce_only_release)
	}
}

impl PoolParams {
	/// Checks the thresholds.
	///
	/// # Errors
	/// `ThresholdOrder`.
	pub fn validate(&self) -> Result<(), ParamError> {
		self.drawdown.validate()?;
		self.backlog.validate()
	}
}

impl ChainParams {
	/// Checks the thresholds and the gap.
	///
	/// # Errors
	/// `ThresholdOrder`; `Span` if every block would be an outage.
	pub fn validate(&self) -> Result<(), ParamError> {
		self.finality_lag.validate()?;
		self.backlog.validate()?;
		if self.outage_gap.is_zero() {
			return Err(ParamError::Span);
		}
		Ok(())
	}

	/// The longest way back to normal under benign inputs, from any state.
	pub fn recovery_bound(&self) -> Millis {
		self.release.max(self.grace)
	}
}

impl fmt::Display for ParamError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::ThresholdOrder => "threshold releases at or above its trip level",
			Self::BandRange => "band empty, above one, or smallest above largest",
			Self::ReleaseShare => "release share of the band above one",
			Self::CollarGrowth => "collar narrows with extensions",
			Self::TooManyExtensions => "too many extensions",
			Self::Span => "span of zero, or release longer than its time-out",
		})
	}
}

impl core::error::Error for ParamError {}
