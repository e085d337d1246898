use crate::{
	fixed::{ln_ratio, FRACTION_BITS},
	RiskError, Variance,
};
use breakwater_units::Price;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Parts in one: returns are counted in trillionths.
const TRILLION: i128 = 1_000_000_000_000;
const HALF: i128 = 1 << (FRACTION_BITS - 1);

/// A log return in units of 10⁻¹². Within ±44.4·10¹², the logarithm of the largest price.
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
pub struct LogReturn(i64);

impl LogReturn {
	/// No change.
	pub const ZERO: Self = Self(0);

	/// A return from trillionths.
	pub const fn new(trillionths: i64) -> Self {
		Self(trillionths)
	}

	/// The return in trillionths.
	pub const fn get(self) -> i64 {
		self.0
	}

	/// `ln(to / from)`, rounded to the nearest 10⁻¹².
	///
	/// The error is below 0.51·10⁻¹²: half a unit of rounding and 1.4·10⁻¹⁷ of the series, at
	/// any two prices. Antisymmetric: `between(a, b) = −between(b, a)` exactly.
	///
	/// # Errors
	/// `ZeroPrice` if either price is zero.
	pub fn between(from: Price, to: Price) -> Result<Self, RiskError> {
		let logarithm = ln_ratio(to.get(), from.get()).ok_or(RiskError::ZeroPrice)?;
		// The magnitude is rounded, not the value: a half rounds the same way on either sign.
		let scaled = logarithm.saturating_abs().saturating_mul(TRILLION).saturating_add(HALF);
		let magnitude = i64::try_from(scaled >> FRACTION_BITS).unwrap_or(i64::MAX);
		Ok(Self(if logarithm < 0 { magnitude.saturating_neg() } else { magnitude }))
	}

	/// The square, exact; held at [`Variance::MAX`] for a magnitude that no two prices have.
	pub fn square(self) -> Variance {
		let magnitude = u128::from(self.0.unsigned_abs());
		Variance::new(magnitude.saturating_mul(magnitude))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn between(from: u64, to: u64) -> i64 {
		LogReturn::between(Price::new(from), Price::new(to)).unwrap().get()
	}

	#[test]
	fn agrees_with_the_research_series_within_ten_percent() {
		// r = 2(z + z³/3 + z⁵/5 + z⁷/7), remainder below 10⁻¹² for |ΔP/P| ≤ 10 %
		for to in (900_000u64..=1_100_000).step_by(1_000) {
			let z = (to as f64 - 1e6) / (to as f64 + 1e6);
			let series = 2.0 * (z + z.powi(3) / 3.0 + z.powi(5) / 5.0 + z.powi(7) / 7.0);
			assert!((between(1_000_000, to) as f64 - series * 1e12).abs() <= 1.6);
		}
	}

	#[test]
	fn known_values() {
		// ln 1.1 = 0.095 310 179 804 324 9, ln 0.5 = −0.693 147 180 559 945
		assert_eq!(between(100, 110), 95_310_179_804);
		assert_eq!(between(2, 1), -693_147_180_560);
		assert_eq!(between(1, u64::MAX), 44_361_419_555_836);
		// ln 1.0001 = 0.000 099 995 000 333 308, ln 60 000 = 11.002 099 841 204 237 736
		assert_eq!(between(10_000, 10_001), 99_995_000);
		assert_eq!(between(1, 60_000), 11_002_099_841_204);
		assert_eq!(between(5, 5), 0);
	}

	#[test]
	fn zero_price_has_no_return() {
		let one = Price::new(1);
		assert_eq!(LogReturn::between(Price::ZERO, one), Err(RiskError::ZeroPrice));
		assert_eq!(LogReturn::between(one, Price::ZERO), Err(RiskError::ZeroPrice));
	}
}
