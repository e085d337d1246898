use breakwater_units::{mul_div_u128, Price, Ratio, Rounding, Size, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Bin, PageId};

/// The moves that are looked at: 1, 2, 3, 5, 10, 15 and 20 %.
pub const SHOCKS: [Ratio; 7] = [
	Ratio::saturating_from_percent(1),
	Ratio::saturating_from_percent(2),
	Ratio::saturating_from_percent(3),
	Ratio::saturating_from_percent(5),
	Ratio::saturating_from_percent(10),
	Ratio::saturating_from_percent(15),
	Ratio::saturating_from_percent(20),
];
/// The farthest of them.
const FARTHEST: Ratio = Ratio::saturating_from_percent(20);
/// The move that depth is given for.
const DEPTH_MOVE: Ratio = Ratio::saturating_from_percent(1);

/// How many lots are liquidated by the time the price has moved so far: liquidation at risk.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct LiquidationMap {
	/// Longs, when it falls by each of [`SHOCKS`].
	pub down: [Size; SHOCKS.len()],
	/// Shorts, when it rises by each of [`SHOCKS`].
	pub up: [Size; SHOCKS.len()],
}

impl LiquidationMap {
	/// The pages that a map around a mark is made of: 20 % to either side of it, at most five.
	///
	/// Who is beyond the mark already is in them as well: he was filed there at the mark of then,
	/// and is woken when he is.
	pub fn pages(mark: Price) -> impl Iterator<Item = PageId> {
		let [first, last] = [fallen(mark, FARTHEST), risen(mark, FARTHEST)];
		PageId::of(Bin::of(first)).through(PageId::of(Bin::of(last)))
	}

	/// Counts the longs and shorts of a bin. A bin counts whole when the price has reached it.
	pub fn count(&mut self, mark: Price, (bin, longs, shorts): (Bin, Size, Size)) {
		let shocks = SHOCKS.iter().zip(self.down.iter_mut().zip(self.up.iter_mut()));
		for (shock, (down, up)) in shocks {
			if bin >= Bin::of(fallen(mark, *shock)) {
				*down = down.saturating_add(longs);
			}
			if bin <= Bin::of(risen(mark, *shock)) {
				*up = up.saturating_add(shorts);
			}
		}
	}

	/// The largest of what is liquidated, as a part of what the market takes on the way there, for
	/// falling and for rising prices; rounded up, `Ratio::MAX` where it takes nothing.
	///
	/// `depth` is the lots that move the price by a percent. Further away nothing is measured: a
	/// line is less than the square-root law would give.
	pub fn loads(&self, depth: Size) -> (Ratio, Ratio) {
		let worst = |side: &[Size]| {
			let loads = side.iter().zip(SHOCKS).map(|(lots, shock)| load(*lots, shock, depth));
			loads.max().unwrap_or(Ratio::ZERO)
		};
		(worst(&self.down), worst(&self.up))
	}
}

fn fallen(mark: Price, shock: Ratio) -> Price {
	mark.mul_ratio(shock.saturating_complement(), Rounding::Down).unwrap_or(mark)
}

fn risen(mark: Price, shock: Ratio) -> Price {
	mark.mul_ratio(Ratio::ONE.saturating_add(shock), Rounding::Up).unwrap_or(Price::MAX)
}

/// `lots / (depth · shock / 1 %)`.
fn load(lots: Size, shock: Ratio, depth: Size) -> Ratio {
	if lots.is_zero() {
		return Ratio::ZERO;
	}
	// Both are below 2⁹⁴ …
	let taken = u128::from(depth.get()).saturating_mul(shock.get().into());
	let lots = u128::from(lots.get()).saturating_mul(DEPTH_MOVE.get().into());
	let load = mul_div_u128(lots, PPB.into(), taken, Rounding::Up).ok();
	load.and_then(|load| u64::try_from(load).ok()).map_or(Ratio::MAX, Ratio::new)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_map_reads_at_most_five_pages() {
		for mark in (1..100_000u64).chain((1..2_000).map(|k| (1 << 36) / k)) {
			let pages = LiquidationMap::pages(Price::new(mark)).count();
			assert!((1..=5).contains(&pages), "{pages} pages at {mark}");
		}
	}

	#[test]
	fn load_is_the_worst_share_of_the_depth_on_the_way() {
		// 300 lots by −2 %, where the market takes 200; 400 by −10 %, where it takes 1,000
		let mut map = LiquidationMap::default();
		map.down = [0, 300, 300, 300, 400, 400, 400].map(Size::new);
		assert_eq!(map.loads(Size::new(100)), (Ratio::saturating_from_percent(150), Ratio::ZERO));
		assert_eq!(map.loads(Size::ZERO), (Ratio::MAX, Ratio::ZERO));
	}

	#[test]
	fn shocks_ascend_to_the_farthest() {
		assert!(SHOCKS.is_sorted());
		assert_eq!(SHOCKS.last(), Some(&FARTHEST));
	}
}
