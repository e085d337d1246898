use crate::ArithmeticError;

unsigned_quantity! {
	/// A span of time in milliseconds.
	Millis(u64)
}

/// A point in time: milliseconds since the Unix epoch.
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
	codec::Encode,
	codec::Decode,
	codec::DecodeWithMemTracking,
	codec::MaxEncodedLen,
	scale_info::TypeInfo,
)]
pub struct Timestamp(u64);

impl Millis {
	/// One second.
	pub const SECOND: Self = Self(1_000);
	/// One minute.
	pub const MINUTE: Self = Self(60_000);
	/// One hour.
	pub const HOUR: Self = Self(3_600_000);
	/// One day of 24 hours.
	pub const DAY: Self = Self(86_400_000);
}

impl Timestamp {
	/// The Unix epoch.
	pub const ZERO: Self = Self(0);
	/// The earliest point.
	pub const MIN: Self = Self(u64::MIN);
	/// The latest point.
	pub const MAX: Self = Self(u64::MAX);

	/// A point from milliseconds since the Unix epoch.
	pub const fn new(millis: u64) -> Self {
		Self(millis)
	}

	/// Milliseconds since the Unix epoch.
	pub const fn get(self) -> u64 {
		self.0
	}

	/// The point a span later.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn try_after(self, span: Millis) -> Result<Self, ArithmeticError> {
		self.0.checked_add(span.get()).map(Self).ok_or(ArithmeticError::Overflow)
	}

	/// The point a span earlier.
	///
	/// # Errors
	/// `Negative` if it is before the epoch.
	pub fn try_before(self, span: Millis) -> Result<Self, ArithmeticError> {
		self.0.checked_sub(span.get()).map(Self).ok_or(ArithmeticError::Negative)
	}

	/// The point a span later, held at `MAX`.
	pub const fn saturating_after(self, span: Millis) -> Self {
		Self(self.0.saturating_add(span.get()))
	}

	/// The point a span earlier, held at the epoch.
	pub const fn saturating_before(self, span: Millis) -> Self {
		Self(self.0.saturating_sub(span.get()))
	}

	/// The span since an earlier point.
	///
	/// # Errors
	/// `Negative` if `earlier` is later than this.
	pub fn since(self, earlier: Self) -> Result<Millis, ArithmeticError> {
		self.0.checked_sub(earlier.0).map(Millis).ok_or(ArithmeticError::Negative)
	}

	/// The span since an earlier point, or zero if that point is later than this.
	pub const fn saturating_since(self, earlier: Self) -> Millis {
		Millis(self.0.saturating_sub(earlier.0))
	}

	/// A key whose byte order is the order in time: big-endian.
	pub const fn to_key_ascending(self) -> [u8; 8] {
		self.0.to_be_bytes()
	}

	/// The inverse of [`Self::to_key_ascending`].
	pub const fn from_key_ascending(key: [u8; 8]) -> Self {
		Self(u64::from_be_bytes(key))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_span_cannot_run_backwards() {
		let (early, late) = (Timestamp::new(1_000), Timestamp::new(61_000));
		assert_eq!(late.since(early), Ok(Millis::MINUTE));
		assert_eq!(early.since(late), Err(ArithmeticError::Negative));
		assert_eq!(early.saturating_since(late), Millis::ZERO);
		assert_eq!(early.try_after(Millis::MINUTE), Ok(late));
		assert_eq!(early.try_before(Millis::MINUTE), Err(ArithmeticError::Negative));
	}
}
