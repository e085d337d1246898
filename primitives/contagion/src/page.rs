use breakwater_units::Size;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::RangeInclusive;
use scale_info::TypeInfo;

use crate::{Bin, Stake};

const PAGE_BITS: u32 = 5;
/// Bins in a page: what is read and written at once.
pub const BINS_PER_PAGE: usize = 1 << PAGE_BITS;
const IN_PAGE: u16 = 31;

/// The number of a page.
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
pub struct PageId(pub u8);

impl PageId {
	/// The page of a bin.
	pub const fn of(bin: Bin) -> Self {
		// Bins are numbered below 2¹³.
		Self((bin.number() >> PAGE_BITS) as u8)
	}

	/// The pages from one to another.
	pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
		let range: RangeInclusive<u8> = self.0..=last.0;
		range.map(Self)
	}

	fn bin(self, place: usize) -> Bin {
		let first = u16::from(self.0) << PAGE_BITS;
		Bin::from_number(first | (place as u16 & IN_PAGE))
	}
}

/// The lots that are liquidated at the prices of some neighbouring bins.
#[derive(
	Clone,
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
pub struct Page {
	longs: [u64; BINS_PER_PAGE],
	shorts: [u64; BINS_PER_PAGE],
}

impl Page {
	/// Adds what an account has at a price, or takes it out again.
	///
	/// Held at the ends of what fits, which is not reached: all stakes of a side are at most the
	/// market's open interest, and only what was added is taken out.
	pub fn shift(&mut self, stake: &Stake, add: bool) {
		let side = if stake.is_long() { &mut self.longs } else { &mut self.shorts };
		let Some(bin) = side.get_mut(usize::from(stake.bin.number() & IN_PAGE)) else { return };
		let lots = stake.lots.unsigned_abs();
		*bin = if add { bin.saturating_add(lots) } else { bin.saturating_sub(lots) };
	}

	/// Whether nothing is in it.
	pub fn is_empty(&self) -> bool {
		self.longs.iter().chain(&self.shorts).all(|lots| *lots == 0)
	}

	/// The bins with the lots of longs and of shorts that are liquidated in them, ascending;
	/// without those that have none.
	pub fn bins(&self, id: PageId) -> impl Iterator<Item = (Bin, Size, Size)> + '_ {
		let sides = self.longs.iter().zip(&self.shorts).enumerate();
		sides
			.filter(|(_, (longs, shorts))| **longs > 0 || **shorts > 0)
			.map(move |(place, (l, s))| (id.bin(place), Size::new(*l), Size::new(*s)))
	}

	/// The sum of all lots, of longs and of shorts.
	pub fn totals(&self) -> (u128, u128) {
		let sum = |side: &[u64]| side.iter().fold(0u128, |s, l| s.saturating_add((*l).into()));
		(sum(&self.longs), sum(&self.shorts))
	}
}
