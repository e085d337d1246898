use crate::BandParams;
use breakwater_units::{Price, Ratio, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Largest volatility per bar that is told apart: a thousand percent.
pub const MAX_SIGMA: Ratio = Ratio::new(10_000_000_000);
/// Longest window in bars.
pub const MAX_WINDOW_BARS: u32 = 1_000_000;
/// Most standard deviations.
const MAX_K: Ratio = Ratio::new(100_000_000_000);

// ((σ·k in ppb)² · W) fits 128 bits: 10¹² squared times 10⁶ is 10³⁰.

/// Half the width of a band, as a part of the reference price: `k·σ_bar·√W`, rounded up, within
/// the bounds of the parameters. Never falls as volatility rises.
///
/// `sigma_per_bar` is the standard deviation of one bar's return. Arguments beyond
/// [`MAX_SIGMA`] and [`MAX_WINDOW_BARS`] count as these. Source: risk research, section 5.
pub fn band_half_width(sigma_per_bar: Ratio, params: &BandParams) -> Ratio {
	let sigma = sigma_per_bar.min(MAX_SIGMA);
	let per_bar = sigma.mul_ratio(params.k.min(MAX_K), Rounding::Up).unwrap_or(params.max);
	let bars = u128::from(params.window_bars.min(MAX_WINDOW_BARS));
	let square = u128::from(per_bar.get()).saturating_pow(2).saturating_mul(bars);
	let width = Ratio::new(u64::try_from(ceil_sqrt(square)).unwrap_or(u64::MAX));
	width.max(params.min).min(params.max)
}

fn ceil_sqrt(x: u128) -> u128 {
	let floor = x.isqrt();
	let exact = floor.saturating_mul(floor) == x;
	floor.saturating_add(u128::from(!exact))
}

/// Prices around a reference within which a market trades.
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
pub struct Band {
	/// The centre.
	pub reference: Price,
	/// Half the width, as a part of the centre.
	pub half_width: Ratio,
}

impl Band {
	/// Whether a price is inside or on the edge, decided without dividing.
	pub fn contains(&self, price: Price) -> bool {
		let distance = i128::from(price.get().abs_diff(self.reference.get()));
		let reference = i128::from(self.reference.get());
		self.half_width.cmp_part(distance, reference) != Ordering::Greater
	}

	/// The lowest whole tick inside: `⌈reference · (1 − half width)⌉`.
	pub fn low(&self) -> Price {
		let kept = self.half_width.saturating_complement();
		// The part kept is at most one.
		self.reference.mul_ratio(kept, Rounding::Up).unwrap_or(Price::ZERO)
	}

	/// The highest whole tick inside: `⌊reference · (1 + half width)⌋`, at most `MAX`.
	pub fn high(&self) -> Price {
		let whole = Ratio::ONE.saturating_add(self.half_width);
		self.reference.mul_ratio(whole, Rounding::Down).unwrap_or(Price::MAX)
	}

	/// A band around the same centre with its width times a ratio, rounded down.
	#[must_use]
	pub fn scaled(&self, ratio: Ratio) -> Self {
		let half_width = self.half_width.mul_ratio(ratio, Rounding::Down).unwrap_or(Ratio::MAX);
		Self { half_width, ..*self }
	}
}
