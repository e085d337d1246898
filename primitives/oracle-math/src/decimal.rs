/// Most decimal places of a feed.
pub const MAX_DECIMALS: u8 = 12;

/// Largest exponent, either sign, that is read; prices need far less.
const MAX_EXPONENT: i32 = 30;

/// Reads a decimal number as ticks of `10^-decimals`, rounded to the nearest, half up.
///
/// Takes what exchanges print: `67012.34`, `6.701234e4`, `.5`, leading `+` and zeros. `None` for
/// anything else: signs, blanks, thousands separators, `NaN`, a value that does not fit, zero, or
/// one that rounds to zero.
pub fn ticks_from_decimal(text: &str, decimals: u8) -> Option<u64> {
	let text = text.strip_prefix('+').unwrap_or(text);
	let (mantissa, exponent) = match text.split_once(['e', 'E']) {
		Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
		None => (text, 0),
	};
	let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
	if (whole.is_empty() && fraction.is_empty())
		|| exponent.unsigned_abs() > MAX_EXPONENT.unsigned_abs()
		|| decimals > MAX_DECIMALS
	{
		return None;
	}
	// The digits are a whole number of 10^shift ticks.
	let shift = i32::from(decimals)
		.checked_add(exponent)?
		.checked_sub(i32::try_from(fraction.len()).ok()?)?;
	let digits = Digits { whole: whole.as_bytes(), fraction: fraction.as_bytes() };
	let ticks = digits.shifted(shift)?;
	(ticks > 0).then_some(ticks)
}

struct Digits<'a> {
	whole: &'a [u8],
	fraction: &'a [u8],
}

impl Digits<'_> {
	/// The digits as a number times `10^shift`, rounded half up.
	fn shifted(&self, shift: i32) -> Option<u64> {
		let length = self.whole.len().checked_add(self.fraction.len())?;
		let dropped = usize::try_from(shift.checked_neg()?.max(0)).ok()?;
		let mut value = 0u64;
		let mut rounds_up = false;
		for (index, byte) in self.whole.iter().chain(self.fraction).enumerate() {
			let digit = char::from(*byte).to_digit(10)?;
			// Counted from the end: digit 1 is the last.
			let from_end = length.checked_sub(index)?;
			if from_end > dropped {
				value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
			} else if from_end == dropped {
				rounds_up = digit >= 5;
			}
		}
		let factor = 10u64.checked_pow(u32::try_from(shift.max(0)).ok()?);
		// Zero times a factor that does not fit is still zero.
		let scaled = if value == 0 { 0 } else { value.checked_mul(factor?)? };
		scaled.checked_add(u64::from(rounds_up))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_what_exchanges_print() {
		assert_eq!(ticks_from_decimal("67012.34", 2), Some(6_701_234));
		assert_eq!(ticks_from_decimal("67012.34000000", 2), Some(6_701_234));
		assert_eq!(ticks_from_decimal("67012", 2), Some(6_701_200));
		assert_eq!(ticks_from_decimal("6.701234e4", 2), Some(6_701_234));
		assert_eq!(ticks_from_decimal("6701234E-2", 2), Some(6_701_234));
		assert_eq!(ticks_from_decimal("0.99985", 6), Some(999_850));
		assert_eq!(ticks_from_decimal(".5", 1), Some(5));
		assert_eq!(ticks_from_decimal("007.", 0), Some(7));
		assert_eq!(ticks_from_decimal("+3.0", 0), Some(3));
	}

	#[test]
	fn rounds_to_the_nearest_half_up() {
		assert_eq!(ticks_from_decimal("1.004", 2), Some(100));
		assert_eq!(ticks_from_decimal("1.005", 2), Some(101));
		assert_eq!(ticks_from_decimal("1.00499999999999999999999", 2), Some(100));
		assert_eq!(ticks_from_decimal("0.5", 0), Some(1));
		assert_eq!(ticks_from_decimal("9999.995", 2), Some(1_000_000));
	}

	#[test]
	fn zero_and_what_rounds_to_it_is_no_price() {
		for text in ["0", "0.0", "0.004", "0e20", "0e30", "1e-30"] {
			assert_eq!(ticks_from_decimal(text, 2), None, "{text}");
		}
	}

	#[test]
	fn anything_else_is_refused() {
		for text in
			["", ".", "-1", "1,000", " 1", "1 ", "NaN", "inf", "1e", "1e999", "0x10", "1.2.3", "٣"]
		{
			assert_eq!(ticks_from_decimal(text, 2), None, "{text}");
		}
		assert_eq!(ticks_from_decimal("18446744073709551616", 0), None);
		assert_eq!(ticks_from_decimal("18446744073709551615", 0), Some(u64::MAX));
		assert_eq!(ticks_from_decimal("1e20", 0), None);
		assert_eq!(ticks_from_decimal("1", MAX_DECIMALS + 1), None);
	}
}
