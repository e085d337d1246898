use crate::{
	forecast, update_ladder, Decay, LogReturn, RiskError, Sigma, Variance, MAX_BARS,
	RM2006_MINUTES, RUNGS,
};
use breakwater_units::{mul_div_u128, Millis, Price, Ratio, Rounding, Timestamp, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Length of a bar, on the clock of timestamps.
pub const BAR: Millis = Millis::MINUTE;

/// Decay per bar of the floor: RiskMetrics 1996, λ = 0.94. Over minutes it reacts within a quarter
/// of an hour, and it sees every jump whole.
pub const FLOOR_DECAY: Decay = Decay::constant(940_000_000_000_000_000);
/// Decay per bar of the average that feeds the stress level: τ = 10 days.
pub const STRESS_DECAY: Decay = Decay::constant(999_930_557_966_765_172);
/// Decay per bar of the long average: τ = 365 days.
pub const LONG_DECAY: Decay = Decay::constant(999_998_097_414_290_893);
/// Decay per bar of the stress level's variance while nothing pushes it up: τ = 4 years.
pub const RATCHET_DECAY: Decay = Decay::constant(999_999_524_353_233_363);

/// Standard deviations at which a return is clipped before it enters the ladder. The floor is
/// never clipped.
pub const CLIP_SIGMAS: u32 = 10;
/// Least variance of a bar: 1 % a year. A flat price has some risk.
pub const MIN_VARIANCE: Variance = Variance::new(190_258_751_902_588);

/// Weight of the stress level in the effective volatility, in quarters (EMIR RTS 153/2013,
/// Article 28(1)(b): at least 25 %).
const STRESS_QUARTERS: u64 = 1;
const QUARTERS: u64 = 4;

/// Volatility of one market: moved once per bar by the first price seen in it.
///
/// All variances are per bar. Whoever sends more prices within a bar changes nothing, so an
/// estimate cannot be pushed by the frequency of updates.
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
pub struct Volatility {
	bar: u64,
	price: Price,
	ladder: [Variance; RUNGS],
	floor: Variance,
	stress_average: Variance,
	stress: Variance,
	long: Variance,
}

/// What one bar brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
	/// The log return since the bar of the price before.
	pub log_return: LogReturn,
	/// Bars it spans, one without a gap; at most [`MAX_BARS`].
	pub bars: u32,
	/// The standard deviation per bar that was forecast before this return was known.
	pub forecast: Sigma,
}

impl Volatility {
	/// Starts from a price and a variance per bar that every average takes; held at
	/// [`MIN_VARIANCE`] from below.
	///
	/// # Errors
	/// `ZeroPrice`.
	pub fn new(price: Price, now: Timestamp, seed: Variance) -> Result<Self, RiskError> {
		if price.is_zero() {
			return Err(RiskError::ZeroPrice);
		}
		let seed = seed.max(MIN_VARIANCE);
		Ok(Self {
			bar: bar_of(now),
			price,
			ladder: [seed; RUNGS],
			floor: seed,
			stress_average: seed,
			stress: seed,
			long: seed,
		})
	}

	/// Takes the first price of a new bar. `None`, and nothing changes, if the bar has one already
	/// or `now` is before it.
	///
	/// # Errors
	/// `ZeroPrice`; nothing changes.
	pub fn observe(
		&mut self,
		price: Price,
		now: Timestamp,
	) -> Result<Option<Observation>, RiskError> {
		let log_return = LogReturn::between(self.price, price)?;
		let elapsed = bar_of(now).saturating_sub(self.bar);
		if elapsed == 0 {
			return Ok(None);
		}
		let bars = u32::try_from(elapsed).unwrap_or(MAX_BARS).min(MAX_BARS);
		let forecast = self.sigma_now();

		self.move_averages(log_return.square(), bars, forecast);
		self.bar = bar_of(now);
		self.price = price;
		Ok(Some(Observation { log_return, bars, forecast }))
	}

	fn move_averages(&mut self, square: Variance, bars: u32, forecast: Sigma) {
		let clipped = square.min(clip(forecast, bars));
		update_ladder(&mut self.ladder, &RM2006_MINUTES, clipped, bars);
		self.floor = self.floor.decayed(square, bars, FLOOR_DECAY);
		self.long = self.long.decayed(square, bars, LONG_DECAY);
		self.stress_average = self.stress_average.decayed(square, bars, STRESS_DECAY);
		let faded = self.stress.decayed(Variance::ZERO, bars, RATCHET_DECAY);
		self.stress = faded.max(self.stress_average);
	}

	/// The forecast for the next bar: the larger of the ladder and the floor, at least
	/// [`MIN_VARIANCE`]; rounded up.
	pub fn sigma_now(&self) -> Sigma {
		let ladder = forecast(&self.ladder, &RM2006_MINUTES);
		ladder.max(self.floor).max(MIN_VARIANCE).sigma()
	}

	/// The stress level: the largest ten-day average so far, fading over years; rounded up.
	pub fn sigma_stress(&self) -> Sigma {
		self.stress.max(MIN_VARIANCE).sigma()
	}

	/// The average over a year; rounded up.
	pub fn sigma_long(&self) -> Sigma {
		self.long.max(MIN_VARIANCE).sigma()
	}

	/// The volatility that margin is computed from: `max(¾·σ_now + ¼·σ_stress, σ_long)`, rounded
	/// up.
	///
	/// In calm it stays above σ_now, so that in stress it has less far to rise.
	pub fn sigma_effective(&self) -> Sigma {
		effective(self.sigma_now(), self.sigma_stress(), self.sigma_long())
	}

	/// The bar of the last price, counted from the Unix epoch.
	pub const fn bar(&self) -> u64 {
		self.bar
	}
}

impl Observation {
	/// `|r| / (σ·√bars)` in parts per billion, rounded up: the standardised return for the
	/// histogram.
	pub fn standardised(&self) -> Ratio {
		// |r|·10⁹/σ over √n, as one root: √(r²·10¹⁸ / (σ²·n)).
		let square = self.log_return.square().get();
		let scale = u128::from(PPB).saturating_mul(u128::from(PPB));
		let divisor = self.forecast.variance().get().saturating_mul(u128::from(self.bars));
		let ratio = mul_div_u128(square, scale, divisor, Rounding::Up).unwrap_or(u128::MAX);
		Ratio::new(crate::fixed::sqrt_up(ratio))
	}
}

pub(crate) fn effective(now: Sigma, stress: Sigma, long: Sigma) -> Sigma {
	let blended = now
		.get()
		.saturating_mul(QUARTERS.saturating_sub(STRESS_QUARTERS))
		.saturating_add(stress.get().saturating_mul(STRESS_QUARTERS))
		.div_ceil(QUARTERS);
	Sigma::new(blended).max(long)
}

/// The largest squared return over so many bars that the ladder believes.
fn clip(forecast: Sigma, bars: u32) -> Variance {
	let sigmas = u128::from(CLIP_SIGMAS).saturating_mul(u128::from(CLIP_SIGMAS));
	let factor = sigmas.saturating_mul(u128::from(bars));
	Variance::new(forecast.variance().get().saturating_mul(factor))
}

fn bar_of(now: Timestamp) -> u64 {
	now.get().checked_div(BAR.get()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A minute σ of 0.1 %.
	const CALM: Variance = Variance::new(1_000_000_000_000_000_000);

	fn minute(n: u64) -> Timestamp {
		Timestamp::new(n * BAR.get())
	}

	fn market() -> Volatility {
		Volatility::new(Price::new(1_000_000), minute(0), CALM).unwrap()
	}

	mod bars {
		use super::*;

		#[test]
		fn only_the_first_price_of_a_bar_counts() {
			let mut market = market();
			market.observe(Price::new(1_001_000), minute(1)).unwrap().unwrap();
			let after_first = market;

			let later = Timestamp::new(minute(2).get() - 1);
			assert_eq!(market.observe(Price::new(5), later), Ok(None));
			assert_eq!(market.observe(Price::new(9_000_000), minute(1)), Ok(None));

			assert_eq!(market, after_first);
		}

		#[test]
		fn a_price_from_the_past_changes_nothing() {
			let mut market = Volatility::new(Price::new(7), minute(9), CALM).unwrap();
			let before = market;
			assert_eq!(market.observe(Price::new(70), minute(8)), Ok(None));
			assert_eq!(market, before);
		}

		#[test]
		fn zero_price_is_refused() {
			let mut market = market();
			let before = market;
			assert_eq!(market.observe(Price::ZERO, minute(1)), Err(RiskError::ZeroPrice));
			assert_eq!(market, before);
			assert!(Volatility::new(Price::ZERO, minute(0), CALM).is_err());
		}

		#[test]
		fn a_gap_of_six_hours_spreads_the_return() {
			// 1 % over 360 minutes is a variance of (0.00995)²/360 = 2.75e-7 a minute, less than
			// the 1e-6 before
			let mut market = market();
			let seen = market.observe(Price::new(1_010_000), minute(360)).unwrap().unwrap();
			assert_eq!(seen.bars, 360);
			assert!(market.floor < CALM);
			assert!(market.sigma_now() < CALM.sigma());
		}
	}

	mod regimes {
		use super::*;

		#[test]
		fn a_flat_price_falls_to_the_floor_and_never_to_zero() {
			let mut market = market();
			let mut now = 0;
			for _ in 0..400 {
				now += 100_000;
				market.observe(Price::new(1_000_000), minute(now)).unwrap();
			}
			assert_eq!(market.sigma_now(), MIN_VARIANCE.sigma());
			assert_eq!(market.sigma_effective(), MIN_VARIANCE.sigma());
		}

		#[test]
		fn a_jump_is_clipped_in_the_ladder_and_whole_in_the_floor() {
			// −20 % in a minute: r² = 0.0498; 10σ = 1 %, squared 1e-4
			let mut market = market();
			let seen = market.observe(Price::new(800_000), minute(1)).unwrap().unwrap();

			// floor: 0.94·1e-6 + 0.06·0.049793 = 0.0029885
			assert_eq!(market.floor.get() / 10u128.pow(17), 29_885);
			// fastest rung: 1e-6 + (1e-4 − 1e-6)·0.016529 = 2.636e-6
			assert_eq!(market.ladder[0].get() / 10u128.pow(15), 2_636);
			// |ln 0.8|/0.001 = 223.14
			assert_eq!(seen.standardised().get() / 10_000_000, 22_314);
		}

		#[test]
		fn stress_remembers_what_now_forgets() {
			let mut market = market();
			let mut price = 1_000_000;
			for n in 1..=5_000 {
				price = if n % 2 == 0 { 1_000_000 } else { 1_010_000 };
				market.observe(Price::new(price), minute(n)).unwrap();
			}
			let stressed = market.sigma_stress();

			for n in 1..=200 {
				market.observe(Price::new(price), minute(5_000 + n * 1_000)).unwrap();
			}

			// calm again: now is at its floor, the stress level has lost less than a twentieth
			assert_eq!(market.sigma_now(), forecast(&market.ladder, &RM2006_MINUTES).sigma());
			assert!(market.sigma_now().get() < stressed.get() / 2);
			assert!(market.sigma_stress().get() > stressed.get() * 19 / 20);
			assert!(market.sigma_effective().get() > stressed.get() / 4);
		}
	}

	#[test]
	fn effective_blends_three_quarters_and_rounds_up() {
		let sigma = Sigma::new;
		assert_eq!(effective(sigma(100), sigma(200), sigma(50)), sigma(125));
		assert_eq!(effective(sigma(101), sigma(200), sigma(50)), sigma(126));
		assert_eq!(effective(sigma(100), sigma(200), sigma(150)), sigma(150));
		assert_eq!(effective(Sigma::MAX, Sigma::MAX, Sigma::ZERO), Sigma::MAX);
	}

	#[test]
	fn standardised_over_a_gap_divides_by_the_root_of_time() {
		let seen = Observation {
			log_return: LogReturn::new(-4_000),
			bars: 4,
			forecast: Sigma::new(1_000),
		};
		assert_eq!(seen.standardised(), Ratio::new(2 * PPB));
		assert_eq!(Observation { forecast: Sigma::ZERO, ..seen }.standardised(), Ratio::MAX);
	}
}
