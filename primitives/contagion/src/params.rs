use breakwater_units::{Quote, Ratio, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// What a market does about contagion, fixed when it is listed.
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
pub struct ContagionParams {
	/// The part of the depth up to which liquidation at risk does nothing, above zero. At twice as
	/// much the market is squeezed wholly.
	pub depth_share: Ratio,
	/// The part of what its pool has at risk that the pool would lose to the others' sales, up to
	/// which that does nothing, above zero. At twice as much the market is squeezed wholly.
	pub spill_share: Ratio,
	/// What is left of the caps of open interest in a market squeezed wholly, above zero and at
	/// most one.
	pub least_cap: Ratio,
	/// By how much the initial rate rises in a market squeezed wholly, as a part of itself, at most
	/// one.
	pub largest_raise: Ratio,
}

/// The parameters are outside the ranges their fields name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadContagionParams;

impl fmt::Display for BadContagionParams {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("contagion parameters outside their ranges")
	}
}

impl core::error::Error for BadContagionParams {}

impl ContagionParams {
	/// Whether the parameters are in the ranges their fields name.
	///
	/// # Errors
	/// `BadContagionParams`.
	pub fn check(&self) -> Result<(), BadContagionParams> {
		let shares = !self.depth_share.is_zero() && !self.spill_share.is_zero();
		let cap = !self.least_cap.is_zero() && self.least_cap <= Ratio::ONE;
		let good = shares && cap && self.largest_raise <= Ratio::ONE;
		good.then_some(()).ok_or(BadContagionParams)
	}

	/// How far a market is squeezed, from zero to one: a line from the share to twice the share,
	/// the larger of the two; rounded up.
	pub fn squeeze(&self, load: Ratio, spill: Ratio) -> Ratio {
		excess(load, self.depth_share).max(excess(spill, self.spill_share))
	}

	/// A cap of open interest in a market squeezed so far, rounded down.
	pub fn cap(&self, listed: Quote, squeeze: Ratio) -> Quote {
		let lost = part(self.least_cap.saturating_complement(), squeeze);
		listed.mul_ratio(lost.saturating_complement(), Rounding::Down).unwrap_or(listed)
	}

	/// The initial rate in a market squeezed so far, rounded up, at most one.
	pub fn initial(&self, rate: Ratio, squeeze: Ratio) -> Ratio {
		let raise = part(self.largest_raise, squeeze);
		rate.saturating_add(part(rate, raise)).min(Ratio::ONE).max(rate)
	}
}

fn excess(load: Ratio, share: Ratio) -> Ratio {
	let above = u128::from(load.saturating_sub(share).get());
	if above == 0 {
		return Ratio::ZERO;
	}
	let excess = Ratio::from_fraction(above, share.get().into(), Rounding::Up);
	excess.unwrap_or(Ratio::ONE).min(Ratio::ONE)
}

/// A part of a ratio, rounded up.
fn part(whole: Ratio, part: Ratio) -> Ratio {
	whole.mul_ratio(part.min(Ratio::ONE), Rounding::Up).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
	use super::*;

	const fn percent(percent: u64) -> Ratio {
		Ratio::saturating_from_percent(percent)
	}

	const PARAMS: ContagionParams = ContagionParams {
		depth_share: percent(50),
		spill_share: percent(5),
		least_cap: percent(20),
		largest_raise: percent(50),
	};

	#[test]
	fn squeezed_from_the_share_to_twice_the_share() {
		let squeeze =
			|load, spill| PARAMS.squeeze(percent(load), percent(spill)).get() / 10_000_000;
		assert_eq!(
			[0, 50, 60, 75, 100, 1_000].map(|load| squeeze(load, 0)),
			[0, 0, 20, 50, 100, 100]
		);
		assert_eq!([0, 5, 6, 10, 99].map(|spill| squeeze(0, spill)), [0, 0, 20, 100, 100]);
		assert_eq!(squeeze(60, 7), 40);
		assert_eq!(PARAMS.squeeze(Ratio::MAX, Ratio::MAX), Ratio::ONE);
	}

	#[test]
	fn caps_fall_and_the_initial_rate_rises_within_their_bounds() {
		let cap = |squeeze| PARAMS.cap(Quote::new(1_000), percent(squeeze)).get();
		assert_eq!([0, 50, 100].map(cap), [1_000, 600, 200]);
		let initial = |rate, squeeze| PARAMS.initial(percent(rate), percent(squeeze));
		assert_eq!([0, 100].map(|squeeze| initial(10, squeeze)), [10, 15].map(percent));
		assert_eq!(initial(10, 50), Ratio::new(125_000_000));
		assert_eq!(initial(90, 100), Ratio::ONE);
	}

	#[test]
	fn parameters_out_of_range_are_refused() {
		assert_eq!(PARAMS.check(), Ok(()));
		let none = Ratio::ZERO;
		let more = percent(101);
		for bad in [
			ContagionParams { depth_share: none, ..PARAMS },
			ContagionParams { spill_share: none, ..PARAMS },
			ContagionParams { least_cap: none, ..PARAMS },
			ContagionParams { least_cap: more, ..PARAMS },
			ContagionParams { largest_raise: more, ..PARAMS },
		] {
			assert_eq!(bad.check(), Err(BadContagionParams));
		}
	}
}
