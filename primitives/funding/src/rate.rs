use breakwater_units::{Millis, Ratio, Rounding, SignedRatio};

/// Period that a rate is quoted for: eight hours.
pub const PERIOD: Millis = Millis::new(8 * Millis::HOUR.get());

/// Funding rate per [`PERIOD`]: the average premium held within `±cap` and within ±100 %.
pub fn rate(average: SignedRatio, cap: Ratio) -> SignedRatio {
	average.clamp_symmetric(cap.min(Ratio::ONE))
}

/// Largest funding rate of a market: a multiple of the gap between its initial and its maintenance
/// rate, rounded down and at most one (dYdX v4: 600 % of it). Zero if the rates are not in order.
///
/// So funding leaves time to answer: at 600 % of the gap in eight hours, it takes 80 minutes from
/// initial margin to maintenance.
pub fn rate_cap(initial: Ratio, maintenance: Ratio, multiple: Ratio) -> Ratio {
	let gap = initial.saturating_sub(maintenance);
	gap.mul_ratio(multiple, Rounding::Down).unwrap_or(Ratio::ONE).min(Ratio::ONE)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn cap_is_a_multiple_of_the_margin_gap() {
		let percent = Ratio::saturating_from_percent;
		assert_eq!(rate_cap(percent(5), percent(3), percent(600)), percent(12));
		assert_eq!(rate_cap(percent(3), percent(5), percent(600)), Ratio::ZERO);
		assert_eq!(rate_cap(Ratio::MAX, Ratio::ZERO, Ratio::MAX), Ratio::ONE);
	}

	#[test]
	fn rate_is_held_within_the_cap() {
		let cap = Ratio::new(1_000);
		assert_eq!(rate(SignedRatio::new(999), cap), SignedRatio::new(999));
		assert_eq!(rate(SignedRatio::MIN, cap), SignedRatio::new(-1_000));
		assert_eq!(rate(SignedRatio::MAX, Ratio::MAX), SignedRatio::ONE);
	}
}
