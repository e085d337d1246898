use crate::{ArithmeticError, LotValue, Lots, Quote, TickValue};

unsigned_quantity! {
	/// A price in ticks of its market. Listed markets stay at or below
	/// [`crate::limits::MAX_PRICE_TICKS`].
	Price(u64)
}

signed_quantity! {
	/// A difference of two prices, in ticks.
	Ticks(i64), magnitude u64
}

impl Price {
	/// `self − other`, exact.
	///
	/// # Errors
	/// `Overflow` if the difference does not fit.
	pub fn diff(self, other: Self) -> Result<Ticks, ArithmeticError> {
		self.0.checked_signed_diff(other.0).map(Ticks::new).ok_or(ArithmeticError::Overflow)
	}

	/// `self + delta`, exact.
	///
	/// # Errors
	/// `Negative` if the result is below zero, `Overflow` if it does not fit.
	pub fn offset(self, delta: Ticks) -> Result<Self, ArithmeticError> {
		let error =
			if delta.is_negative() { ArithmeticError::Negative } else { ArithmeticError::Overflow };
		self.0.checked_add_signed(delta.0).map(Self).ok_or(error)
	}

	/// `self + delta`, held at zero and at `MAX`.
	pub const fn saturating_offset(self, delta: Ticks) -> Self {
		Self(self.0.saturating_add_signed(delta.0))
	}

	/// What one lot is worth at this price, exact. Total: 64 and 32 bits fit.
	pub fn lot_value(self, tick_value: TickValue) -> LotValue {
		let ticks = i128::from(self.0);
		// At most (2⁶⁴−1)(2³²−1) < 2⁹⁶.
		LotValue::new(ticks.saturating_mul(i128::from(tick_value.get())))
	}
}

/// `price · lots` in money, exact and with the sign of the lots.
///
/// # Errors
/// `Overflow` if it does not fit; impossible within [`crate::limits`].
pub fn notional(price: Price, lots: Lots, tick_value: TickValue) -> Result<Quote, ArithmeticError> {
	price.lot_value(tick_value).times(lots)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn notional_is_exact_and_signed() {
		// 60 000.0 at a tick of 0.1 is 600 000 ticks; a lot of 0.0001 makes 10 quanta per tick.
		let (price, tick_value) = (Price::new(600_000), TickValue::new(10));
		// −2.5 coins = −25 000 lots = −150 000 dollars
		let value = notional(price, Lots::new(-25_000), tick_value).unwrap();
		assert_eq!(value, Quote::new(-150_000_000_000));
	}

	#[test]
	fn notional_of_the_widest_inputs_is_an_error_not_a_wrap() {
		// 2⁶⁴ · 2⁶³ · 2³² = 2¹⁵⁹
		let widest = notional(Price::MAX, Lots::MIN, TickValue::MAX);
		assert_eq!(widest, Err(ArithmeticError::Overflow));
	}

	#[test]
	fn offset_tells_below_zero_from_too_large() {
		let price = Price::new(3);
		assert_eq!(price.offset(Ticks::new(-4)), Err(ArithmeticError::Negative));
		assert_eq!(price.saturating_offset(Ticks::new(-4)), Price::ZERO);
		assert_eq!(Price::MAX.offset(Ticks::new(1)), Err(ArithmeticError::Overflow));
		assert_eq!(price.offset(Ticks::new(-3)), Ok(Price::ZERO));
	}

	#[test]
	fn diff_undoes_offset() {
		assert_eq!(Price::new(3).diff(Price::new(10)), Ok(Ticks::new(-7)));
		assert_eq!(Price::MAX.diff(Price::ZERO), Err(ArithmeticError::Overflow));
	}
}
