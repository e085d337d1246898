//! What the book has to know of an account.

use alloc::vec::Vec;
use breakwater_units::{AccountKey, IndexLevel, NanoQuote, Quote};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A risk index. The caller chooses the numbering: one per market, side and size bracket, per
/// collateral asset, and per borrow rate.
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
pub struct IndexId(pub u64);

/// One term of an account's health: `exposure · level`.
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
pub struct Component {
	/// The index.
	pub index: IndexId,
	/// Lots of exposure to it, or quanta of principal for a borrow index. Positive loses when the
	/// index falls, negative when it rises.
	pub exposure: i128,
	/// The index's present level.
	pub level: IndexLevel,
	/// A typical move of the index per unit of exposure, in any unit that all components of the
	/// account share. It only decides how health is split: a wrong value costs
	/// wake-ups, never safety.
	pub volatility: u64,
}

impl Component {
	/// What the component is worth now, without sign; held at the end of the range.
	fn gross(&self) -> u128 {
		self.level.unsigned_abs().saturating_mul(self.exposure.unsigned_abs())
	}
}

/// An account, computed exactly at the present indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
	/// Maintenance health. Below zero is liquidatable.
	pub health: NanoQuote,
	/// The terms of health that move with an index, each index at most once.
	///
	/// Between two changes of the account health must be a constant plus
	/// `Σ exposure · level` over these: everything the book promises rests on that.
	pub components: Vec<Component>,
}

/// Recomputes accounts. The book asks it about every account it wakes.
pub trait Health {
	/// Why an account could not be computed.
	type Error;

	/// The account at the present indices.
	///
	/// # Errors
	/// The implementation's. The book sets such an account aside in the due queue.
	fn evaluate(&self, account: &AccountKey) -> Result<Evaluation, Self::Error>;
}

/// How many size bands there are.
pub const BANDS: u8 = 4;

/// The size of an account, 0 for the largest. It leads the key of every level, so that under a
/// backlog large accounts are woken first and dust never stands before a whale.
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
pub struct SizeBand(pub(crate) u8);

impl SizeBand {
	/// The number of the band, 0 for the largest accounts.
	pub const fn get(self) -> u8 {
		self.0
	}
}

/// The smallest gross value of the bands 0, 1 and 2, largest first; what is below the last is
/// band 3. Changing them moves an account when it is next filed anew.
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
pub struct BandLimits(pub [Quote; BANDS as usize - 1]);

impl Default for BandLimits {
	/// Ten million, one million, and one hundred thousand dollars.
	fn default() -> Self {
		Self([10_000_000_000_000, 1_000_000_000_000, 100_000_000_000].map(Quote::new))
	}
}

impl BandLimits {
	/// The band of an account: by the sum of its components' values without sign.
	pub fn band_of(&self, components: &[Component]) -> SizeBand {
		let gross = components.iter().fold(0u128, |sum, c| sum.saturating_add(c.gross()));
		let gross = NanoQuote::new(i128::try_from(gross).unwrap_or(i128::MAX));
		let mut band = 0u8;
		for limit in self.0 {
			if limit.to_nano().is_ok_and(|limit| gross >= limit) {
				break;
			}
			band = band.saturating_add(1);
		}
		SizeBand(band)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn component(exposure: i128, level: i128) -> Component {
		Component { index: IndexId(1), exposure, level: IndexLevel::new(level), volatility: 1 }
	}

	#[test]
	fn bands_count_gross_value_and_include_their_limit() {
		let limits = BandLimits([30, 20, 10].map(Quote::new));
		let quantum = 1_000_000_000;

		// a long of 10 and a short of 20 quanta are 30 gross
		let both = [component(1, 10 * quantum), component(-2, 10 * quantum)];
		assert_eq!(limits.band_of(&both), SizeBand(0));
		assert_eq!(limits.band_of(&[component(1, 30 * quantum - 1)]), SizeBand(1));
		assert_eq!(limits.band_of(&[component(1, -10 * quantum)]), SizeBand(2));
		assert_eq!(limits.band_of(&[]), SizeBand(3));
	}

	#[test]
	fn a_gross_value_beyond_the_range_is_large() {
		assert_eq!(BandLimits::default().band_of(&[component(i128::MIN, i128::MIN)]), SizeBand(0));
	}
}
