use crate::{
	fixed::{exp_neg, sqrt_up, FRACTION_BITS},
	RiskError,
};
use breakwater_units::{mul_div, mul_div_u128, Millis, Ratio, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

const QUINTILLION: u64 = 1_000_000_000_000_000_000;
/// A variance of one.
const VARIANCE_ONE: u128 = 1_000_000_000_000_000_000_000_000;

/// Most bars that one step of an average decays over: about two years. A longer gap counts as
/// this long, where every rung but the slowest has forgotten everything.
pub const MAX_BARS: u32 = 1 << 20;

/// Variance of one bar in units of 10⁻²⁴: the square of a return in trillionths, exact.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Variance(u128);

/// Standard deviation of one bar in units of 10⁻¹² per √bar.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Sigma(u64);

/// What an average keeps of itself per bar, in units of 10⁻¹⁸; below one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decay(u64);

impl Variance {
	/// None.
	pub const ZERO: Self = Self(0);
	/// The square of the largest log return of two prices, rounded up: (44.8·10¹²)². No estimate
	/// exceeds it.
	pub const MAX: Self = Self(2_007_040_000_000_000_000_000_000_000);

	/// A variance from units of 10⁻²⁴; held at [`Self::MAX`].
	pub const fn new(units: u128) -> Self {
		if units > Self::MAX.0 {
			return Self::MAX;
		}
		Self(units)
	}

	/// The variance in units of 10⁻²⁴.
	pub const fn get(self) -> u128 {
		self.0
	}

	/// The standard deviation, rounded up.
	pub fn sigma(self) -> Sigma {
		Sigma::new(sqrt_up(self.0))
	}

	/// The exponentially weighted average after `bars` bars over which the squared return was
	/// `square`: `v·λⁿ + (square/n)·(1 − λⁿ)`, with one division, rounded up.
	///
	/// For one bar this is the RiskMetrics recursion `λ·v + (1 − λ)·r²`. After a gap it is that
	/// recursion n times with the return spread evenly. The result is never below the smaller nor
	/// above the larger of `v` and ⌈square/n⌉, and monotone in both. Rounding up lets a falling
	/// average stop up to `1/(1 − λⁿ)` units of 10⁻²⁴ above its limit.
	///
	/// `bars` is held within `1 ..= MAX_BARS`, and `decay` is the decay of one bar.
	#[must_use]
	pub fn decayed(self, square: Self, bars: u32, decay: Decay) -> Self {
		let bars = bars.clamp(1, MAX_BARS);
		let lost = QUINTILLION.saturating_sub(decay.power(bars).0);
		let bars = i128::from(bars);
		// Variances are below 2⁹¹, `bars` at most 2²⁰ and the scale is below 2⁶⁰: both products
		// fit.
		let kept = self.signed().saturating_mul(bars);
		let gap = square.signed().saturating_sub(kept);
		let scale = bars.saturating_mul(i128::from(QUINTILLION));
		let change = mul_div(gap, i128::from(lost), scale, Rounding::Up).unwrap_or(0);
		Self::new(self.signed().saturating_add(change).max(0).unsigned_abs())
	}

	fn signed(self) -> i128 {
		i128::try_from(self.0).unwrap_or(i128::MAX)
	}
}

impl Sigma {
	/// None.
	pub const ZERO: Self = Self(0);
	/// The largest standard deviation: the root of [`Variance::MAX`].
	pub const MAX: Self = Self(44_800_000_000_000);

	/// A standard deviation from units of 10⁻¹²; held at [`Self::MAX`].
	pub const fn new(units: u64) -> Self {
		if units > Self::MAX.0 {
			return Self::MAX;
		}
		Self(units)
	}

	/// The standard deviation in units of 10⁻¹².
	pub const fn get(self) -> u64 {
		self.0
	}

	/// The square, exact.
	pub fn variance(self) -> Variance {
		Variance::new(u128::from(self.0).saturating_mul(u128::from(self.0)))
	}

	/// `multiple · σ · √horizon` in parts per billion, rounded up once.
	///
	/// One division and one root: `⌈√⌈x⌉⌉ = ⌈√x⌉`, so rounding both up rounds once. Total: held at
	/// `Ratio::MAX`.
	pub fn over(self, horizon: Millis, multiple: Ratio) -> Ratio {
		let (multiple, horizon) = (u128::from(multiple.get()), u128::from(horizon.get()));
		// At most 2¹²⁸: a multiple of ten and a horizon of a year are 2¹⁰².
		let Some(factor) = multiple.saturating_mul(multiple).checked_mul(horizon) else {
			return Ratio::MAX;
		};
		// ppb² · ms · 10⁻²⁴ per bar, over ms per bar and 10²⁴.
		let scale = u128::from(crate::BAR.get()).saturating_mul(VARIANCE_ONE);
		let square = mul_div_u128(factor, self.variance().0, scale, Rounding::Up);
		Ratio::new(square.map_or(u64::MAX, sqrt_up))
	}

	/// `σ · √1 day` in parts per billion, rounded up.
	pub fn daily(self) -> Ratio {
		self.over(Millis::DAY, Ratio::ONE)
	}
}

impl Decay {
	/// A decay per bar from units of 10⁻¹⁸.
	///
	/// # Errors
	/// `DecayNotBelowOne` at 10¹⁸ and above: such an average would never learn.
	pub const fn new(units: u64) -> Result<Self, RiskError> {
		if units >= QUINTILLION {
			return Err(RiskError::DecayNotBelowOne);
		}
		Ok(Self(units))
	}

	/// A decay known to be below one; for the constants of this crate.
	pub(crate) const fn constant(units: u64) -> Self {
		assert!(units < QUINTILLION, "a decay is below one");
		Self(units)
	}

	/// The decay in units of 10⁻¹⁸.
	pub const fn get(self) -> u64 {
		self.0
	}

	/// `λⁿ` by squaring, each product rounded to the nearest: within `n/2` units of 10⁻¹⁸.
	#[must_use]
	pub fn power(self, bars: u32) -> Self {
		let mut result = QUINTILLION;
		let mut base = self.0;
		for bit in 0..u32::BITS.saturating_sub(bars.leading_zeros()) {
			if bars >> bit & 1 == 1 {
				result = product(result, base);
			}
			base = product(base, base);
		}
		Self(result)
	}

	/// What an average with time constant `tau` keeps after `elapsed`: `exp(−elapsed/tau)`,
	/// rounded to the nearest part per billion and never above one. Nothing for a zero `tau`.
	///
	/// For averages over irregular steps: `λ^Δt` composes over a split of the step.
	pub fn kept_after(elapsed: Millis, tau: Millis) -> Ratio {
		let scaled = u128::from(elapsed.get()) << FRACTION_BITS;
		let Some(exponent) = scaled.checked_div(u128::from(tau.get())) else { return Ratio::ZERO };
		let kept = exp_neg(i128::try_from(exponent).unwrap_or(i128::MAX)).unsigned_abs();
		let ppb = kept.saturating_mul(1_000_000_000).saturating_add(1 << (FRACTION_BITS - 1));
		Ratio::new(u64::try_from(ppb >> FRACTION_BITS).unwrap_or(u64::MAX)).min(Ratio::ONE)
	}
}

/// A product of two fractions at 10⁻¹⁸, rounded to the nearest.
fn product(a: u64, b: u64) -> u64 {
	let exact = u128::from(a).saturating_mul(u128::from(b));
	let rounded = exact.saturating_add(u128::from(QUINTILLION / 2));
	u64::try_from(rounded.checked_div(u128::from(QUINTILLION)).unwrap_or(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	const LAMBDA_94: Decay = Decay::constant(940_000_000_000_000_000);

	#[test]
	fn matches_the_research_vector_for_riskmetrics_1996() {
		// λ = 0.94, v0 = 4e-4, returns .01, −.02, .005, −.05, .03: exact decimals
		let mut v = Variance::new(400_000_000_000_000_000_000);
		let returns = [10_000_000_000i64, -20_000_000_000, 5_000_000_000, -50_000_000_000]
			.into_iter()
			.chain([30_000_000_000]);

		let seen: Vec<u128> = returns
			.map(|r| {
				v = v.decayed(crate::LogReturn::new(r).square(), 1, LAMBDA_94);
				v.get()
			})
			.collect();

		// in units of 10⁻²⁴
		let expected = [
			382_000_000_000_000_000_000,
			383_080_000_000_000_000_000,
			361_595_200_000_000_000_000,
			489_899_488_000_000_000_000,
			514_505_518_720_000_000_000,
		];
		assert_eq!(seen, expected);
	}

	#[test]
	fn root_of_a_decay_matches_the_research_vector() {
		// .94^0.5 = .969535971483265803, with τ = −1/ln .94 bars = 16.1615107120 bars
		let tau = Millis::new(161_615_107_120);
		let half = Decay::kept_after(Millis::new(5_000_000_000), tau);
		assert_eq!(half, Ratio::new(969_535_971));
	}

	#[test]
	fn kept_after_is_total() {
		let (long, none) = (Millis::MAX, Millis::ZERO);
		assert_eq!(Decay::kept_after(none, Millis::MINUTE), Ratio::ONE);
		assert_eq!(Decay::kept_after(long, Millis::MINUTE), Ratio::ZERO);
		assert_eq!(Decay::kept_after(long, none), Ratio::ZERO);
	}

	#[test]
	fn power_by_squaring() {
		// .94¹⁰ = 0.53861511409489970…
		let units = LAMBDA_94.power(10).get();
		assert!(units.abs_diff(538_615_114_094_899_701) <= 20, "{units}");
		assert_eq!(LAMBDA_94.power(1), LAMBDA_94);
		assert_eq!(LAMBDA_94.power(0).get(), QUINTILLION);
		assert_eq!(LAMBDA_94.power(MAX_BARS).get(), 0);
	}

	#[test]
	fn decay_of_one_or_more_is_refused() {
		assert_eq!(Decay::new(QUINTILLION), Err(RiskError::DecayNotBelowOne));
		assert_eq!(Decay::new(0).map(Decay::get), Ok(0));
	}

	#[test]
	fn daily_sigma_is_the_root_of_time() {
		// σ of a minute 0.1 %: √1440 · 0.1 % = 3.794 733 192 %
		assert_eq!(Sigma::new(1_000_000_000).daily(), Ratio::new(37_947_332));
		assert_eq!(Sigma::MAX.over(Millis::MAX, Ratio::MAX), Ratio::MAX);
		assert_eq!(Sigma::ZERO.over(Millis::DAY, Ratio::ONE), Ratio::ZERO);
	}

	#[test]
	fn values_beyond_any_pair_of_prices_are_held() {
		assert_eq!(Variance::new(u128::MAX), Variance::MAX);
		assert_eq!(Sigma::new(u64::MAX).variance(), Variance::MAX);
		assert_eq!(Variance::MAX.sigma(), Sigma::MAX);
	}
}
