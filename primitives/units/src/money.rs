use crate::{mul_div, ArithmeticError, Lots, Price, Ratio, Rounding, SignedRatio, PPB};

const NANO: i128 = PPB as i128;

signed_quantity! {
	/// Money in quote quanta (micro-dollars): cash, entry cost, profit, fee.
	Quote(i128), magnitude u128
}

signed_quantity! {
	/// Money in billionths of a quantum, so that a quantum times a ratio is exact. Health is
	/// measured in it; its sign decides, and nothing was rounded on the way.
	NanoQuote(i128), magnitude u128
}

signed_quantity! {
	/// Whole quanta per lot: the value of a lot at a price, or cumulative funding.
	LotValue(i128), magnitude u128
}

signed_quantity! {
	/// A risk index or a trigger level on it, in billionths of a quantum per lot. Negative after
	/// enough funding. Its byte keys order trigger lists in storage.
	IndexLevel(i128), magnitude u128
}

unsigned_quantity! {
	/// A token balance in the asset's smallest unit.
	Amount(u128)
}

unsigned_quantity! {
	/// What one tick times one lot is worth, in quanta; fixed when a market is listed, at or below
	/// [`crate::limits::MAX_QUANTA_PER_TICK_LOT`].
	TickValue(u32)
}

fn product(a: i128, b: i128) -> Result<i128, ArithmeticError> {
	a.checked_mul(b).ok_or(ArithmeticError::Overflow)
}

impl Quote {
	/// Money from a magnitude, as a splitter returns it.
	///
	/// # Errors
	/// `Overflow` above `i128::MAX`.
	pub fn from_unsigned(quanta: u128) -> Result<Self, ArithmeticError> {
		quanta.try_into().map(Self).map_err(|_| ArithmeticError::Overflow)
	}

	/// The magnitude of money that must not be negative, as a splitter takes it.
	///
	/// # Errors
	/// `Negative` below zero.
	pub fn to_unsigned(self) -> Result<u128, ArithmeticError> {
		self.0.try_into().map_err(|_| ArithmeticError::Negative)
	}

	/// The same money in billionths of a quantum, exact.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn to_nano(self) -> Result<NanoQuote, ArithmeticError> {
		product(self.0, NANO).map(NanoQuote)
	}

	/// `self · ratio`, exact, in billionths of a quantum.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn scale_by(self, ratio: Ratio) -> Result<NanoQuote, ArithmeticError> {
		product(self.0, i128::from(ratio.get())).map(NanoQuote)
	}

	/// Money per lot: an average price or a funding step.
	///
	/// # Errors
	/// `DivisionByZero` for no lots, `Overflow` if it does not fit.
	pub fn per_lot(self, lots: Lots, rounding: Rounding) -> Result<LotValue, ArithmeticError> {
		mul_div(self.0, 1, i128::from(lots.get()), rounding).map(LotValue)
	}
}

impl NanoQuote {
	/// The money in whole quanta, rounded once.
	///
	/// # Errors
	/// None in practice: the quotient is smaller than the value.
	pub fn to_quote(self, rounding: Rounding) -> Result<Quote, ArithmeticError> {
		mul_div(self.0, 1, NANO, rounding).map(Quote)
	}

	/// How far an index moves while this share of health is used up by a position of so many
	/// lots.
	///
	/// # Errors
	/// `DivisionByZero` for no lots, `Overflow` for `MIN` over −1.
	pub fn per_lot(self, lots: Lots, rounding: Rounding) -> Result<IndexLevel, ArithmeticError> {
		mul_div(self.0, 1, i128::from(lots.get()), rounding).map(IndexLevel)
	}
}

impl LotValue {
	/// `self · lots` in money, exact.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn times(self, lots: Lots) -> Result<Quote, ArithmeticError> {
		product(self.0, i128::from(lots.get())).map(Quote)
	}

	/// The same value as an index level, exact.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn to_level(self) -> Result<IndexLevel, ArithmeticError> {
		product(self.0, NANO).map(IndexLevel)
	}

	/// `self · ratio` as an index level, exact: the margin on one lot.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn scale_by(self, ratio: Ratio) -> Result<IndexLevel, ArithmeticError> {
		product(self.0, i128::from(ratio.get())).map(IndexLevel)
	}

	/// `self · ratio` with a signed ratio as an index level, exact: the funding on one lot.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn scale_by_signed(self, ratio: SignedRatio) -> Result<IndexLevel, ArithmeticError> {
		product(self.0, i128::from(ratio.get())).map(IndexLevel)
	}

	/// The price at which one lot is worth this.
	///
	/// # Errors
	/// `Negative` if the rounded price is below zero, `DivisionByZero` for a zero tick value,
	/// `Overflow` if it does not fit.
	pub fn to_price(
		self,
		tick_value: TickValue,
		rounding: Rounding,
	) -> Result<Price, ArithmeticError> {
		price_from_ticks(mul_div(self.0, 1, i128::from(tick_value.get()), rounding)?)
	}
}

impl IndexLevel {
	/// `self · lots`: what a position contributes to health, exact.
	///
	/// # Errors
	/// `Overflow` if it does not fit; impossible within [`crate::limits`].
	pub fn times(self, lots: Lots) -> Result<NanoQuote, ArithmeticError> {
		product(self.0, i128::from(lots.get())).map(NanoQuote)
	}

	/// The level in whole quanta per lot, rounded once.
	///
	/// # Errors
	/// None in practice: the quotient is smaller than the value.
	pub fn to_lot_value(self, rounding: Rounding) -> Result<LotValue, ArithmeticError> {
		mul_div(self.0, 1, NANO, rounding).map(LotValue)
	}

	/// The price whose lot value is this level, with one division.
	///
	/// # Errors
	/// `Negative` if the rounded price is below zero, `DivisionByZero` for a zero tick value,
	/// `Overflow` if it does not fit.
	pub fn to_price(
		self,
		tick_value: TickValue,
		rounding: Rounding,
	) -> Result<Price, ArithmeticError> {
		let divisor = product(NANO, i128::from(tick_value.get()))?;
		price_from_ticks(mul_div(self.0, 1, divisor, rounding)?)
	}
}

fn price_from_ticks(ticks: i128) -> Result<Price, ArithmeticError> {
	if ticks < 0 {
		return Err(ArithmeticError::Negative);
	}
	ticks.try_into().map(Price::new).map_err(|_| ArithmeticError::Overflow)
}

#[cfg(test)]
mod tests {
	use super::*;

	const TICK_VALUE: TickValue = TickValue::new(10);

	#[test]
	fn index_of_a_long_is_exact() {
		// p = 600 001 ticks = 6 000 010 quanta a lot; m = 6.25 % of it is 375 000.625 quanta;
		// F = 7 quanta. L = 6 000 010 − 7 − 375 000.625 = 5 625 002.375
		let value = Price::new(600_001).lot_value(TICK_VALUE);
		let margin = value.scale_by(Ratio::new(62_500_000)).unwrap();
		let funding = LotValue::new(7).to_level().unwrap();
		let level = value.to_level().unwrap().try_sub(funding).unwrap().try_sub(margin).unwrap();
		assert_eq!(level, IndexLevel::new(5_625_002_375_000_000));

		let health = level.times(Lots::new(8)).unwrap();
		assert_eq!(health.to_quote(Rounding::Down), Ok(Quote::new(45_000_019)));
		assert_eq!(health.get() % NANO, 0);
	}

	#[test]
	fn level_to_price_rounds_once_in_the_named_direction() {
		// 15 000 000 001 nano-quanta a lot, 10 quanta a tick: 1.5000000001 ticks
		let level = IndexLevel::new(15_000_000_001);
		assert_eq!(level.to_price(TICK_VALUE, Rounding::Down), Ok(Price::new(1)));
		assert_eq!(level.to_price(TICK_VALUE, Rounding::Up), Ok(Price::new(2)));
		let below = IndexLevel::new(-1);
		assert_eq!(below.to_price(TICK_VALUE, Rounding::Up), Ok(Price::ZERO));
		assert_eq!(below.to_price(TICK_VALUE, Rounding::Down), Err(ArithmeticError::Negative));
		assert_eq!(
			level.to_price(TickValue::ZERO, Rounding::Down),
			Err(ArithmeticError::DivisionByZero)
		);
	}

	#[test]
	fn a_fee_rounds_against_the_account_on_either_sign() {
		let (money, rate) = (Quote::new(-1_001), Ratio::saturating_from_basis_points(5));
		// −0.5005 quanta
		assert_eq!(money.mul_ratio(rate, Rounding::Down), Ok(Quote::new(-1)));
		assert_eq!(money.mul_ratio(rate, Rounding::Up), Ok(Quote::ZERO));
		assert_eq!(money.mul_ratio(rate, Rounding::AwayFromZero), Ok(Quote::new(-1)));
	}

	#[test]
	fn health_share_per_lot_is_signed_by_the_position() {
		let share = NanoQuote::new(10);
		assert_eq!(share.per_lot(Lots::new(3), Rounding::Down), Ok(IndexLevel::new(3)));
		assert_eq!(share.per_lot(Lots::new(-3), Rounding::Down), Ok(IndexLevel::new(-4)));
		assert_eq!(share.per_lot(Lots::ZERO, Rounding::Down), Err(ArithmeticError::DivisionByZero));
	}

	#[test]
	fn money_to_a_splitter_and_back() {
		assert_eq!(Quote::new(5).to_unsigned(), Ok(5));
		assert_eq!(Quote::new(-5).to_unsigned(), Err(ArithmeticError::Negative));
		assert_eq!(Quote::from_unsigned(u128::MAX), Err(ArithmeticError::Overflow));
	}
}
