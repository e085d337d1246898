use crate::{Aggregate, Confidence, OracleError};
use breakwater_units::{mul_div_u128, Price, Rounding};

/// A price through another feed: `base · rate / unit`, where `unit` is one in the rate's ticks.
/// BTC in USDT times USDT in USD is BTC in USD, so that a depeg of USDT moves the price.
///
/// The price is rounded to the nearest tick. The confidence covers every product of a price in the
/// base's interval with one in the rate's, rounded outward. The time is that of the older feed.
///
/// # Errors
/// `ZeroPrice` if a price or `unit` is zero or the result rounds to zero, `Overflow` if it does not
/// fit.
pub fn cross(base: &Aggregate, rate: &Aggregate, unit: Price) -> Result<Aggregate, OracleError> {
	if unit.is_zero() {
		return Err(OracleError::ZeroPrice);
	}
	let times = |a: Price, b: Price, rounding| {
		let (a, b) = (u128::from(a.get()), u128::from(b.get()));
		let product = mul_div_u128(a, b, u128::from(unit.get()), rounding);
		product.ok().and_then(|ticks| u64::try_from(ticks).ok())
	};

	let price =
		times(base.price, rate.price, Rounding::NearestTiesUp).ok_or(OracleError::Overflow)?;
	if price == 0 {
		return Err(OracleError::ZeroPrice);
	}
	let [low, high] = [
		times(
			base.collateral_price(base.confidence),
			rate.collateral_price(rate.confidence),
			Rounding::Down,
		),
		times(base.debt_price(base.confidence), rate.debt_price(rate.confidence), Rounding::Up),
	];
	let below = price.saturating_sub(low.unwrap_or(0));
	let above = high.unwrap_or(u64::MAX).saturating_sub(price);
	Ok(Aggregate {
		price: Price::new(price),
		confidence: Confidence::new(below.max(above)),
		time: base.time.min(rate.time),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use breakwater_units::Timestamp;

	/// Rates in ten-thousandths.
	const UNIT: Price = Price::new(10_000);

	fn feed(price: u64, confidence: u64, time: u64) -> Aggregate {
		Aggregate {
			price: Price::new(price),
			confidence: Confidence::new(confidence),
			time: Timestamp::new(time),
		}
	}

	#[test]
	fn a_depeg_moves_the_price_and_the_older_time_counts() {
		// 60 000.0 at 0.95 ± 0.01: 57 000 ± (60 060·0.96 − 57 000 = 657.6)
		let seen = cross(&feed(600_000, 600, 9), &feed(9_500, 100, 7), UNIT);
		assert_eq!(seen, Ok(feed(570_000, 6_576, 7)));
	}

	#[test]
	fn at_par_nothing_changes() {
		assert_eq!(cross(&feed(777, 5, 1), &feed(10_000, 0, 1), UNIT), Ok(feed(777, 5, 1)));
	}

	#[test]
	fn zero_and_overflow_are_errors() {
		let (base, par) = (feed(777, 5, 1), feed(10_000, 0, 1));
		assert_eq!(cross(&base, &par, Price::ZERO), Err(OracleError::ZeroPrice));
		assert_eq!(cross(&base, &feed(0, 0, 1), UNIT), Err(OracleError::ZeroPrice));
		assert_eq!(cross(&feed(4, 0, 1), &feed(1_000, 0, 1), UNIT), Err(OracleError::ZeroPrice));
		let huge = feed(u64::MAX, 0, 1);
		assert_eq!(cross(&huge, &huge, UNIT), Err(OracleError::Overflow));
	}

	#[test]
	fn a_width_beyond_the_range_is_the_widest() {
		let seen = cross(&feed(u64::MAX, 1, 1), &feed(10_000, 1, 1), UNIT).unwrap();
		assert_eq!(seen.price, Price::MAX);
		assert_eq!(seen.debt_price(seen.confidence), Price::MAX);
	}
}
