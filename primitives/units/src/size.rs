use crate::ArithmeticError;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

signed_quantity! {
	/// A position or a signed trade in lots: long and bought are positive, short and sold
	/// negative.
	Lots(i64), magnitude u64
}

unsigned_quantity! {
	/// The magnitude of an order, a fill or a position, in lots.
	Size(u64)
}

/// Side of an order or a fill.
#[derive(
	Clone,
	Copy,
	Debug,
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
pub enum Side {
	/// Adds lots.
	Buy,
	/// Takes lots away.
	Sell,
}

impl Side {
	/// The other side.
	pub const fn opposite(self) -> Self {
		match self {
			Self::Buy => Self::Sell,
			Self::Sell => Self::Buy,
		}
	}
}

impl Lots {
	/// The magnitude as a size. Total, also for `MIN`.
	pub const fn size(self) -> Size {
		Size(self.0.unsigned_abs())
	}

	/// The side that would have opened this position; `None` when flat.
	pub const fn side(self) -> Option<Side> {
		match self.0 {
			1.. => Some(Side::Buy),
			0 => None,
			_ => Some(Side::Sell),
		}
	}
}

impl Size {
	/// The signed trade of this size on a side.
	///
	/// # Errors
	/// `Overflow` if it does not fit `Lots`.
	pub fn signed(self, side: Side) -> Result<Lots, ArithmeticError> {
		let lots = match side {
			Side::Buy => 0i64.checked_add_unsigned(self.0),
			Side::Sell => 0i64.checked_sub_unsigned(self.0),
		};
		lots.map(Lots).ok_or(ArithmeticError::Overflow)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn size_and_side_rebuild_the_lots() {
		for lots in [i64::MIN, -3, 4, i64::MAX].map(Lots::new) {
			assert_eq!(lots.size().signed(lots.side().unwrap()), Ok(lots));
		}
		assert_eq!(Lots::ZERO.side(), None);
	}

	#[test]
	fn size_beyond_lots_is_an_error() {
		let beyond = Size::new(1 << 63);
		assert_eq!(beyond.signed(Side::Buy), Err(ArithmeticError::Overflow));
		assert_eq!(beyond.signed(Side::Sell), Ok(Lots::MIN));
	}
}
