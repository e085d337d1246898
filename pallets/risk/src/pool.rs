//! The loans of a pool: their index, and the interest that is booked. No storage here.

use breakwater_margin::BorrowIndex;
use breakwater_units::{mul_div_u128, Millis, Quote, Ratio, Rounding, Timestamp, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most time that one step charges interest for: an outage does not end in one large charge.
pub const MAX_INTEREST_CATCH_UP: Millis = Millis::DAY;

const YEAR: Millis = Millis::new(365 * Millis::DAY.get());

/// The loans of a pool.
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
pub struct Loans {
	/// What a quantum lent at listing has grown to.
	pub index: BorrowIndex,
	/// Until when interest is charged.
	pub charged_until: Timestamp,
}

impl Loans {
	/// Nothing lent yet.
	pub(crate) const fn new(now: Timestamp) -> Self {
		Self { index: BorrowIndex::ONE, charged_until: now }
	}

	/// Charges interest for the time since the last charge, if that is a whole period, and returns
	/// by how much the index rose; none if it is not due.
	pub(crate) fn charge(
		&mut self,
		interest: Ratio,
		period: Millis,
		now: Timestamp,
	) -> Option<Ratio> {
		let elapsed = now.saturating_since(self.charged_until);
		if elapsed.is_zero() || elapsed < period {
			return None;
		}
		let counted = u128::from(elapsed.min(MAX_INTEREST_CATCH_UP).get());
		let rate = interest.mul_div(counted, u128::from(YEAR.get()), Rounding::Up);
		let before = self.index;
		self.index = before.accrue(rate.unwrap_or(Ratio::ZERO));
		self.charged_until = now;
		Some(self.index.get().saturating_sub(before.get()))
	}
}

/// The interest on a principal when the index rises, rounded down: never more than what the debts
/// that make up the principal grow by, however many they are.
pub(crate) fn interest(principal: Quote, rise: Ratio) -> Quote {
	let principal = principal.to_unsigned().unwrap_or(0);
	let quanta = mul_div_u128(principal, u128::from(rise.get()), u128::from(PPB), Rounding::Down);
	quanta.ok().and_then(|quanta| Quote::from_unsigned(quanta).ok()).unwrap_or(Quote::ZERO)
}
