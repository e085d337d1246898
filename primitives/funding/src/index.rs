use crate::{FundingError, PERIOD};
use breakwater_units::{
	limits::MAX_LOT_VALUE_QUANTA, LotValue, Lots, Millis, Quote, SignedRatio, Timestamp, PPB,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most time that one step charges for: an outage does not end in one large payment.
pub const MAX_CATCH_UP: Millis = Millis::HOUR;

/// Parts of a quantum that the remainder of an index is counted in: a rate in ppb of a value for a
/// millisecond of the period.
pub const QUANTUM_PARTS: i128 = PPB as i128 * PERIOD.get() as i128;

/// Cumulative funding of a market in whole quanta per lot, and the fraction not yet paid.
///
/// For any sequence of steps, `cumulative · QUANTUM_PARTS + remainder` is exactly the sum of
/// `value · rate · time` over them: nothing is rounded away. Only at the bounds of the type, which
/// are the largest value of a lot either way, funding stops and the remainder is dropped.
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
pub struct FundingIndex {
	cumulative: LotValue,
	/// In `0 .. QUANTUM_PARTS`.
	remainder: i128,
	updated_at: Timestamp,
}

impl FundingIndex {
	/// A market that has paid nothing yet.
	pub const fn new(now: Timestamp) -> Self {
		Self { cumulative: LotValue::ZERO, remainder: 0, updated_at: now }
	}

	/// What one long lot has paid since the beginning, in whole quanta.
	pub const fn cumulative(&self) -> LotValue {
		self.cumulative
	}

	/// What is owed on one long lot beyond that, in [`QUANTUM_PARTS`] of a quantum: at least zero
	/// and less than one quantum. The next steps pay it.
	pub const fn remainder(&self) -> i128 {
		self.remainder
	}

	/// Charges `rate` per [`PERIOD`] of the value of one lot at the index for the time since the
	/// last step, at most [`MAX_CATCH_UP`], and returns by how much the index moved. A rate beyond
	/// ±100 % counts as that; time that runs backwards charges nothing.
	///
	/// # Errors
	/// `LotValueOutOfRange`; nothing changes.
	pub fn advance(
		&mut self,
		lot_value: LotValue,
		rate: SignedRatio,
		now: Timestamp,
	) -> Result<LotValue, FundingError> {
		if lot_value.is_negative() || lot_value.get() > MAX_LOT_VALUE_QUANTA {
			return Err(FundingError::LotValueOutOfRange);
		}
		let elapsed = now.saturating_since(self.updated_at).min(MAX_CATCH_UP);
		let rate = rate.clamp_symmetric(breakwater_units::Ratio::ONE);
		// 2⁵⁰ quanta · 2³⁰ ppb · 2²² ms: far from the ends of i128.
		let due = lot_value
			.get()
			.saturating_mul(i128::from(rate.get()))
			.saturating_mul(i128::from(elapsed.get()))
			.saturating_add(self.remainder);
		let whole = due.checked_div_euclid(QUANTUM_PARTS).unwrap_or(0);
		let remainder = due.checked_rem_euclid(QUANTUM_PARTS).unwrap_or(0);

		let before = self.cumulative;
		let wanted = before.get().saturating_add(whole);
		let held = wanted.min(MAX_LOT_VALUE_QUANTA).max(MAX_LOT_VALUE_QUANTA.saturating_neg());
		self.cumulative = LotValue::new(held);
		self.remainder = if held == wanted { remainder } else { 0 };
		self.updated_at = self.updated_at.max(now);
		Ok(self.cumulative.saturating_sub(before))
	}
}

/// What a position pays for the time between two values of the index, exact: positive is paid,
/// negative is received.
///
/// While the lots of a market sum to zero, so do the payments of any step: settling late or early,
/// an account pays the same.
///
/// # Errors
/// `Overflow` if it does not fit; impossible within [`breakwater_units::limits`].
pub fn payment(
	position: Lots,
	settled_at: LotValue,
	cumulative: LotValue,
) -> Result<Quote, FundingError> {
	let per_lot = cumulative.try_sub(settled_at).map_err(|_| FundingError::Overflow)?;
	per_lot.times(position).map_err(|_| FundingError::Overflow)
}

const _: () = assert!(QUANTUM_PARTS > 0, "the period has a length");

#[cfg(test)]
mod tests {
	use super::*;

	/// 6 dollars a lot.
	const VALUE: LotValue = LotValue::new(6_000_000);

	fn at(minutes: u64) -> Timestamp {
		Timestamp::new(1_000_000 + minutes * Millis::MINUTE.get())
	}

	#[test]
	fn an_hour_pays_an_eighth_of_the_rate() {
		// 0.08 % of 6 000 000 in eight hours is 4 800; in one hour 600
		let mut index = FundingIndex::new(at(0));
		assert_eq!(index.advance(VALUE, SignedRatio::new(800_000), at(60)), Ok(LotValue::new(600)));
		assert_eq!(index.remainder(), 0);
	}

	#[test]
	fn fractions_wait_for_the_next_step() {
		// 1 ppm of 6 000 000 in eight hours is 6, in one minute 1/80
		let mut index = FundingIndex::new(at(0));
		for minute in 1..=79 {
			let moved = index.advance(VALUE, SignedRatio::new(1_000), at(minute));
			assert_eq!(moved, Ok(LotValue::ZERO));
		}
		assert_eq!(index.advance(VALUE, SignedRatio::new(1_000), at(80)), Ok(LotValue::new(1)));
	}

	#[test]
	fn a_negative_rate_owes_the_fraction_the_other_way() {
		let mut index = FundingIndex::new(at(0));
		// −1/80: the index moves to −1 and 79/80 are owed back
		assert_eq!(index.advance(VALUE, SignedRatio::new(-1_000), at(1)), Ok(LotValue::new(-1)));
		assert_eq!(index.remainder(), QUANTUM_PARTS / 80 * 79);
		assert_eq!(index.advance(VALUE, SignedRatio::new(1_000), at(2)), Ok(LotValue::new(1)));
		assert_eq!((index.cumulative(), index.remainder()), (LotValue::ZERO, 0));
	}

	#[test]
	fn an_outage_charges_an_hour() {
		let mut index = FundingIndex::new(at(0));
		let moved = index.advance(VALUE, SignedRatio::new(800_000), at(100_000));
		assert_eq!(moved, Ok(LotValue::new(600)));
		assert_eq!(index.advance(VALUE, SignedRatio::new(800_000), at(5)), Ok(LotValue::ZERO));
		assert_eq!(index.updated_at, at(100_000));
	}

	#[test]
	fn the_index_stops_at_its_bounds() {
		let value = LotValue::new(MAX_LOT_VALUE_QUANTA);
		for (rate, bound) in
			[(SignedRatio::MAX, MAX_LOT_VALUE_QUANTA), (SignedRatio::MIN, -MAX_LOT_VALUE_QUANTA)]
		{
			let mut index = FundingIndex::new(at(0));
			for hour in 1..=10 {
				index.advance(value, rate, at(60 * hour)).unwrap();
			}
			assert_eq!(index.cumulative(), LotValue::new(bound));
		}
	}

	#[test]
	fn impossible_values_are_refused() {
		let mut index = FundingIndex::new(at(0));
		let before = index;
		for value in [-1, MAX_LOT_VALUE_QUANTA + 1] {
			let refused = index.advance(LotValue::new(value), SignedRatio::ONE, at(60));
			assert_eq!(refused, Err(FundingError::LotValueOutOfRange));
		}
		assert_eq!(index, before);
	}

	#[test]
	fn longs_pay_when_the_index_rises() {
		let (from, to) = (LotValue::new(-2), LotValue::new(5));
		assert_eq!(payment(Lots::new(3), from, to), Ok(Quote::new(21)));
		assert_eq!(payment(Lots::new(-3), from, to), Ok(Quote::new(-21)));
		assert_eq!(payment(Lots::MAX, LotValue::MIN, LotValue::MAX), Err(FundingError::Overflow));
	}
}
