use codec::Decode;

/// Arbitrary bytes, read as small numbers and as SCALE values. Zeros follow the end, so that every
/// prefix of an input is an input.
#[derive(Clone, Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
	/// Reads from the first byte.
	pub const fn new(bytes: &'a [u8]) -> Self {
		Self(bytes)
	}

	/// Whether all bytes are read.
	pub const fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// The next byte.
	pub fn byte(&mut self) -> u8 {
		let Some((first, rest)) = self.0.split_first() else { return 0 };
		self.0 = rest;
		*first
	}

	/// A number in `0..bound`, of one byte; `bound` is not zero.
	pub fn below(&mut self, bound: u8) -> u8 {
		self.byte() % bound
	}

	/// A number in a range, both ends included, of two bytes; `low` is not above `high`.
	pub fn within(&mut self, low: i64, high: i64) -> i64 {
		let number = i64::from(u16::from_le_bytes([self.byte(), self.byte()]));
		low + number % (high - low + 1)
	}

	/// A coin.
	pub fn flag(&mut self) -> bool {
		self.byte() & 1 == 1
	}

	/// The next value by its SCALE encoding; nothing is read if there is none.
	pub fn value<T: Decode>(&mut self) -> Option<T> {
		let mut rest = self.0;
		let value = T::decode(&mut rest).ok()?;
		self.0 = rest;
		Some(value)
	}
}
