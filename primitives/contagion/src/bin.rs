use breakwater_units::Price;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

const MANTISSA_BITS: u32 = 7;
/// Bins in each doubling of the price.
pub const BINS_PER_DOUBLING: u64 = 1 << MANTISSA_BITS;
/// The bits of a bin's number that are the mantissa.
const MANTISSA: u64 = BINS_PER_DOUBLING.saturating_sub(1);

/// A range of prices: the leading bit of the price and the seven after it.
///
/// A bin is 0.39 to 0.78 % wide; below 256 ticks it is one tick. The grid does not move with the
/// mark, so a liquidation price stays in its bin while the mark comes nearer.
#[derive(
	Clone,
	Copy,
	Debug,
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
pub struct Bin(u16);

impl Bin {
	/// The bin of a price. Rises with it.
	pub fn of(price: Price) -> Self {
		let ticks = price.get();
		let shift = ticks.checked_ilog2().unwrap_or(0).saturating_sub(MANTISSA_BITS);
		if shift == 0 {
			return Self(ticks as u16);
		}
		// A price of 64 bits has a shift of at most 56, so a number below 2¹³.
		let mantissa = (ticks >> shift) & MANTISSA;
		let doubling = u64::from(shift).saturating_add(1) << MANTISSA_BITS;
		Self((doubling | mantissa) as u16)
	}

	/// The lowest price in the bin.
	pub fn lowest(self) -> Price {
		let number = u64::from(self.0);
		let shift = (number >> MANTISSA_BITS).saturating_sub(1);
		if shift == 0 {
			return Price::new(number);
		}
		let leading = (number & MANTISSA) | BINS_PER_DOUBLING;
		let ticks = u32::try_from(shift).ok().and_then(|shift| leading.checked_shl(shift));
		Price::new(ticks.unwrap_or(u64::MAX))
	}

	/// The number of the bin.
	pub const fn number(self) -> u16 {
		self.0
	}

	/// The bin of a number.
	pub const fn from_number(number: u16) -> Self {
		Self(number)
	}

	/// How many bins lie between two, either way.
	pub const fn distance(self, other: Self) -> u16 {
		self.0.abs_diff(other.0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn small_prices_have_a_bin_each() {
		for ticks in 0..256 {
			assert_eq!(u64::from(Bin::of(Price::new(ticks)).number()), ticks);
			assert_eq!(Bin::of(Price::new(ticks)).lowest().get(), ticks);
		}
	}

	#[test]
	fn bins_touch_and_none_is_wider_than_its_share() {
		let last = Bin::of(Price::MAX).number();
		for number in 256..last {
			let [low, next] = [number, number + 1].map(|n| Bin::from_number(n).lowest().get());
			assert_eq!(Bin::of(Price::new(low)).number(), number);
			assert_eq!(Bin::of(Price::new(next - 1)).number(), number);
			assert!((next - low) <= low / 128 && (next - low) >= low / 256, "bin {number}");
		}
		assert_eq!(last, 7_423);
	}
}
