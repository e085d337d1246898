use crate::{initial_rate, RiskError};
use breakwater_units::{mul_div_u128, Millis, Ratio, Rounding, Timestamp, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most time that one step catches up with: after an outage a rate moves by at most this much of
/// its hourly step at once.
pub const MAX_CATCH_UP: Millis = Millis::new(5 * Millis::MINUTE.get());

/// How fast the maintenance rate in force may move.
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
pub struct RampParams {
	/// Largest rise in an hour, relative to the rate; at most one, above zero.
	pub rise_per_hour: Ratio,
	/// Largest fall in an hour, relative to the rate; at most one, above zero.
	pub fall_per_hour: Ratio,
	/// Largest part of the gap between initial and maintenance rate that a rise uses up in an
	/// hour; at most one, above zero.
	pub gap_per_hour: Ratio,
	/// Maintenance as a share of initial margin.
	pub maintenance_share: Ratio,
}

impl RampParams {
	/// Whether the parameters are in the ranges their fields name.
	///
	/// # Errors
	/// `BadParameters`.
	pub fn check(&self) -> Result<(), RiskError> {
		let fields =
			[self.rise_per_hour, self.fall_per_hour, self.gap_per_hour, self.maintenance_share];
		if fields.iter().all(|field| !field.is_zero() && *field <= Ratio::ONE) {
			Ok(())
		} else {
			Err(RiskError::BadParameters)
		}
	}
}

/// The maintenance rate of a market on its way to where the formula wants it.
///
/// Over the hour that follows any step, however many steps it holds, the rate rises by at most
/// `rise_per_hour` of itself and by at most `gap_per_hour` of the gap to the initial rate, both as
/// they were at that step (plus one part per billion), and falls by at most `fall_per_hour`. The
/// initial rate for new risk follows the target at once. `docs/risk.md` has the proof.
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
pub struct MaintenanceRamp {
	rate: Ratio,
	target: Ratio,
	updated_at: Timestamp,
}

impl MaintenanceRamp {
	/// Starts at a rate; held at one.
	pub fn new(rate: Ratio, now: Timestamp) -> Self {
		let rate = rate.min(Ratio::ONE);
		Self { rate, target: rate, updated_at: now }
	}

	/// The maintenance rate in force.
	pub const fn maintenance(&self) -> Ratio {
		self.rate
	}

	/// The initial rate for new risk: from the larger of the rate in force and the target, so that
	/// it rises at once and is never below maintenance.
	pub fn initial(&self, params: &RampParams) -> Ratio {
		initial_rate(self.rate.max(self.target), params.maintenance_share)
	}

	/// The rate that maintenance is rising to, if it is: accounts short of it are due a margin
	/// call.
	pub fn rising_to(&self) -> Option<Ratio> {
		(self.target > self.rate).then_some(self.target)
	}

	/// Moves the rate toward `target`, held at one, by what the time since the last step allows.
	/// Total; time that runs backwards allows nothing.
	pub fn step(&mut self, target: Ratio, now: Timestamp, params: &RampParams) {
		self.target = target.min(Ratio::ONE);
		let elapsed = now.saturating_since(self.updated_at);
		let counted = elapsed.min(MAX_CATCH_UP);
		let before = self.rate;
		self.rate = if self.target > before {
			before.saturating_add(self.allowed_rise(counted, params)).min(self.target)
		} else {
			before.saturating_sub(self.allowed_fall(counted, params)).max(self.target)
		};
		// Less than one part per billion is not forgotten but waits for the next step: otherwise
		// a low rate under fast blocks would never move.
		let waits = self.rate == before && self.target != before && elapsed < MAX_CATCH_UP;
		if !waits {
			self.updated_at = self.updated_at.max(now);
		}
	}

	/// The smaller of two limits, each of the form `r/(1 + r)` of the rate for an hour: by
	/// `exp(r/(1+r)) ≤ 1 + r`, steps of any size then multiply to at most `1 + r`.
	fn allowed_rise(&self, elapsed: Millis, params: &RampParams) -> Ratio {
		let rate = u128::from(self.rate.get());
		let relative = u128::from(params.rise_per_hour.get()).saturating_mul(rate);
		let gap = initial_rate_down(self.rate, params.maintenance_share).saturating_sub(self.rate);
		let of_gap = u128::from(params.gap_per_hour.get()).saturating_mul(u128::from(gap.get()));
		// Both in ppb², the rise r·rate: r/(1+r)·rate = rate·x/(rate + x), increasing in x.
		let rise = relative.min(of_gap);
		let whole = rate.saturating_mul(u128::from(PPB)).saturating_add(rise);
		hourly(rate.saturating_mul(rise), whole, elapsed)
	}

	/// `Π(1 − f·xᵢ) ≥ 1 − f·Σxᵢ`, so a fall needs no correction.
	fn allowed_fall(&self, elapsed: Millis, params: &RampParams) -> Ratio {
		let rate = u128::from(self.rate.get());
		let fall = u128::from(params.fall_per_hour.min(Ratio::ONE).get());
		hourly(rate.saturating_mul(fall), u128::from(PPB), elapsed)
	}
}

/// The initial rate rounded down: the gap must not be overstated.
fn initial_rate_down(maintenance: Ratio, share: Ratio) -> Ratio {
	let (maintenance, share) = (u128::from(maintenance.get()), u128::from(share.get()));
	Ratio::from_fraction(maintenance, share, Rounding::Down).unwrap_or(Ratio::ONE).min(Ratio::ONE)
}

/// `amount/whole · elapsed/hour`, rounded down; nothing of nothing.
fn hourly(amount: u128, whole: u128, elapsed: Millis) -> Ratio {
	let divisor = whole.saturating_mul(u128::from(Millis::HOUR.get()));
	let part = mul_div_u128(amount, u128::from(elapsed.get()), divisor, Rounding::Down);
	Ratio::new(part.ok().and_then(|ppb| u64::try_from(ppb).ok()).unwrap_or(0))
}

/// `current` moved toward `target` by at most `up` or `down` per `span`, in proportion to
/// `elapsed`, rounded down; a longer time than `span` counts as `span`. Absolute steps: for the
/// haircut of locked collateral per day, or a confidence per round. Total: a span of zero allows
/// nothing.
pub fn approach(
	current: Ratio,
	target: Ratio,
	(up, down): (Ratio, Ratio),
	span: Millis,
	elapsed: Millis,
) -> Ratio {
	let allowed = |step: Ratio| {
		let counted = u128::from(elapsed.min(span).get());
		step.mul_div(counted, u128::from(span.get()), Rounding::Down).unwrap_or(Ratio::ZERO)
	};
	if target > current {
		current.saturating_add(allowed(up)).min(target)
	} else {
		current.saturating_sub(allowed(down)).max(target)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const PARAMS: RampParams = RampParams {
		rise_per_hour: Ratio::saturating_from_percent(10),
		fall_per_hour: Ratio::saturating_from_percent(5),
		gap_per_hour: Ratio::saturating_from_percent(50),
		maintenance_share: Ratio::saturating_from_percent(50),
	};
	const FIVE: Ratio = Ratio::saturating_from_percent(5);
	const TEN: Ratio = Ratio::saturating_from_percent(10);

	fn at(minutes: u64) -> Timestamp {
		Timestamp::new(1_000_000 + minutes * Millis::MINUTE.get())
	}

	fn after_an_hour(params: &RampParams, start: Ratio, target: Ratio, step_ms: u64) -> Ratio {
		let mut ramp = MaintenanceRamp::new(start, at(0));
		let mut now = at(0);
		while now < at(60) {
			now = now.saturating_after(Millis::new(step_ms)).min(at(60));
			ramp.step(target, now, params);
		}
		ramp.maintenance()
	}

	#[test]
	fn an_hour_of_steps_stays_within_the_hourly_rise() {
		// exp(0.1/1.1) = 1.0952: 5 % may become 5.476 %, and never more than 5.5 %
		let fine = after_an_hour(&PARAMS, FIVE, TEN, 500);
		let coarse = after_an_hour(&PARAMS, FIVE, TEN, 300_000);
		assert_eq!(fine.get() / 10_000, 5_475);
		assert_eq!(coarse.get() / 10_000, 5_473);
	}

	#[test]
	fn the_gap_binds_when_it_is_smaller() {
		// k = 0.8: the gap of 5 % is 1.25 %; a tenth of it is 0.125 %, r = 2.5 %
		let params = RampParams {
			maintenance_share: Ratio::saturating_from_percent(80),
			gap_per_hour: Ratio::saturating_from_percent(10),
			..PARAMS
		};
		// exp(0.025/1.025) = 1.02469
		let rate = after_an_hour(&params, FIVE, TEN, 1_000);
		assert_eq!(rate.get() / 10_000, 5_123);
	}

	#[test]
	fn a_fall_is_bounded_too() {
		// exp(−0.05) = 0.95123
		assert_eq!(after_an_hour(&PARAMS, TEN, FIVE, 1_000).get() / 10_000, 9_512);
	}

	#[test]
	fn initial_moves_at_once_and_is_never_below_maintenance() {
		let mut ramp = MaintenanceRamp::new(FIVE, at(0));
		ramp.step(TEN, at(1), &PARAMS);
		assert_eq!(ramp.initial(&PARAMS), Ratio::saturating_from_percent(20));
		assert_eq!(ramp.rising_to(), Some(TEN));

		ramp.step(Ratio::ZERO, at(2), &PARAMS);
		assert!(ramp.initial(&PARAMS) >= ramp.maintenance());
		assert_eq!(ramp.rising_to(), None);
	}

	#[test]
	fn an_outage_counts_as_five_minutes() {
		let mut ramp = MaintenanceRamp::new(FIVE, at(0));
		let mut short = ramp;
		ramp.step(TEN, at(10_000), &PARAMS);
		short.step(TEN, at(5), &PARAMS);
		assert_eq!(ramp.maintenance(), short.maintenance());
	}

	#[test]
	fn waiting_at_the_target_saves_nothing_up() {
		let mut ramp = MaintenanceRamp::new(FIVE, at(0));
		// both less and more than what one step may catch up with
		for minutes in [4, 60] {
			ramp.step(FIVE, at(minutes), &PARAMS);
			ramp.step(TEN, at(minutes), &PARAMS);
			assert_eq!(ramp.maintenance(), FIVE);
		}
	}

	#[test]
	fn a_low_rate_moves_under_fast_blocks() {
		// 0.001 % may rise 0.25 ppb a block of a second: the fractions wait for each other
		let low = Ratio::new(10_000);
		let rate = after_an_hour(&PARAMS, low, TEN, 1_000);
		assert!((10_800..=11_000).contains(&rate.get()), "{rate:?}");
	}

	#[test]
	fn time_backwards_allows_nothing() {
		let mut ramp = MaintenanceRamp::new(FIVE, at(10));
		ramp.step(TEN, at(0), &PARAMS);
		assert_eq!(ramp.maintenance(), FIVE);
		assert_eq!(ramp.updated_at, at(10));
	}

	#[test]
	fn approach_moves_by_a_step_per_span() {
		let steps = (Ratio::new(2_400), Ratio::new(4_800));
		let moved = |target, hours| {
			let elapsed = Millis::new(hours * Millis::HOUR.get());
			approach(Ratio::new(10_000), Ratio::new(target), steps, Millis::DAY, elapsed).get()
		};
		assert_eq!(moved(20_000, 1), 10_100);
		assert_eq!(moved(20_000, 1_000), 12_400);
		assert_eq!(moved(0, 1), 9_800);
		assert_eq!(moved(10_050, 1), 10_050);
		assert_eq!(approach(Ratio::ONE, Ratio::ZERO, steps, Millis::ZERO, Millis::DAY), Ratio::ONE);
	}

	#[test]
	fn parameters_out_of_range_are_refused() {
		assert_eq!(PARAMS.check(), Ok(()));
		let bad = [
			RampParams { rise_per_hour: Ratio::ZERO, ..PARAMS },
			RampParams { gap_per_hour: Ratio::new(PPB + 1), ..PARAMS },
		];
		assert!(bad.iter().all(|params| params.check() == Err(RiskError::BadParameters)));
	}
}
