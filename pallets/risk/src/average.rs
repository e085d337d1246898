use breakwater_units::{mul_div_u128, Ratio, Rounding, Size, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A number of lots that follows its samples, in billionths of a lot: in a block it moves by less
/// than a lot. Total: what does not fit is held.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct LotsAverage(u128);

impl LotsAverage {
	/// An average that begins at a size.
	pub const fn starting_at(size: Size) -> Self {
		// 2⁶⁴ · 10⁹ fits.
		Self((size.get() as u128).saturating_mul(PPB as u128))
	}

	/// Moves toward a sample and keeps a part of the distance, to the nearest billionth. The result
	/// is between the two.
	#[must_use]
	pub fn toward(self, sample: Size, kept: Ratio) -> Self {
		let sample = Self::starting_at(sample);
		let rest = Self(self.0.abs_diff(sample.0)).part(kept);
		Self(if self > sample {
			sample.0.saturating_add(rest.0)
		} else {
			sample.0.saturating_sub(rest.0)
		})
	}

	/// Keeps a part of itself and adds a size: a sum that forgets. Held at `most`.
	#[must_use]
	pub fn accumulated(self, size: Size, kept: Ratio, most: Size) -> Self {
		let sum = self.part(kept).0.saturating_add(Self::starting_at(size).0);
		Self(sum).min(Self::starting_at(most))
	}

	/// In whole lots, rounded down.
	pub fn lots(self) -> Size {
		let lots = self.0.checked_div(u128::from(PPB)).unwrap_or(0);
		Size::new(u64::try_from(lots).unwrap_or(u64::MAX))
	}

	fn part(self, kept: Ratio) -> Self {
		let kept = u128::from(kept.min(Ratio::ONE).get());
		let part = mul_div_u128(self.0, kept, u128::from(PPB), Rounding::NearestTiesUp);
		Self(part.unwrap_or(self.0))
	}
}
