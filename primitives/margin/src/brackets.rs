use crate::MarginError;
use breakwater_units::{limits, ArithmeticError, Ratio, Rounding, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, Error, Input, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most size brackets of a leg.
pub const MAX_BRACKETS: usize = 4;
const MAX_STEPS: usize = MAX_BRACKETS - 1;

/// Lots beyond a size take a multiple of the margin rate.
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
pub struct Step {
	/// The last size, in lots, that still belongs to the bracket below.
	pub beyond: Size,
	/// The factor on the margin rate of the lots above, one or more.
	pub factor: Ratio,
}

impl Step {
	/// A step that no position reaches.
	const fn unreachable(factor: Ratio) -> Self {
		Self { beyond: Size::MAX, factor }
	}
}

/// Marginal size brackets of a market or a collateral asset, fixed in lots when it is listed.
///
/// A position fills the first bracket, whose factor is one, then the second, and so on: as with a
/// tax, the higher factor falls on the lots above the bound only. The factors do not fall, so
/// margin is a convex function of size: opening costs at least as much margin per lot as the lot
/// before, and the what-ifs walk at most [`MAX_BRACKETS`] straight segments. The bounds are lots
/// and not notional, so a price move never changes which bracket a lot is in.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Brackets {
	steps: [Step; MAX_STEPS],
}

impl Default for Brackets {
	fn default() -> Self {
		Self::UNIFORM
	}
}

impl Brackets {
	/// One bracket: the rate does not depend on size.
	pub const UNIFORM: Self = Self { steps: [Step::unreachable(Ratio::ONE); MAX_STEPS] };

	/// Brackets from their steps, at most [`MAX_BRACKETS`] − 1. None is [`Self::UNIFORM`].
	///
	/// # Errors
	/// `BracketsDoNotRise` if a bound is zero or not above the one before, or if there are too
	/// many; `BracketsNotConvex` if a factor is below one or below the one before.
	pub fn new(steps: &[Step]) -> Result<Self, MarginError> {
		let mut brackets = Self::UNIFORM;
		if steps.len() > MAX_STEPS {
			return Err(MarginError::BracketsDoNotRise);
		}
		let mut last = Step { beyond: Size::ZERO, factor: Ratio::ONE };
		let (mut given, mut reached) = (steps.iter(), true);
		for slot in brackets.steps.iter_mut() {
			let step = given.next().copied().unwrap_or(Step::unreachable(last.factor));
			// The first step at Size::MAX ends the brackets; those after it repeat it.
			let rises = step.beyond > last.beyond || (!reached && step.beyond == Size::MAX);
			if !rises {
				return Err(MarginError::BracketsDoNotRise);
			}
			if step.factor < last.factor {
				return Err(MarginError::BracketsNotConvex);
			}
			reached = step.beyond < Size::MAX;
			*slot = step;
			last = step;
		}
		Ok(brackets)
	}

	/// The factor of the largest lots: one or more.
	pub fn largest_factor(&self) -> Ratio {
		let [.., last] = self.steps;
		last.factor
	}

	/// The rates of one requirement: `factor · rate` in each bracket, rounded up to a billionth and
	/// held at one.
	pub fn schedule(&self, rate: Ratio) -> Schedule {
		let mut schedule = Schedule::flat(rate);
		let rates = schedule.rates.iter_mut().skip(1);
		for ((bound, rate_above), step) in schedule.bounds.iter_mut().zip(rates).zip(&self.steps) {
			*bound = step.beyond;
			*rate_above = scale_rate(rate, step.factor);
		}
		schedule
	}
}

impl Decode for Brackets {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let steps = <[Step; MAX_STEPS]>::decode(input)?;
		Self::new(&steps).map_err(|_| Error::from("brackets must rise and be convex"))
	}
}

fn scale_rate(rate: Ratio, factor: Ratio) -> Ratio {
	rate.mul_ratio(factor, Rounding::Up)
		.unwrap_or(limits::MAX_BRACKET_RATIO)
		.min(limits::MAX_BRACKET_RATIO)
}

/// The marginal margin rates of one requirement: a rate for each bracket, none below the one
/// before, none above one.
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
pub struct Schedule {
	bounds: [Size; MAX_STEPS],
	rates: [Ratio; MAX_BRACKETS],
}

/// A run of lots of a position that share one margin rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
	/// How many lots of the position are in the bracket.
	pub lots: u64,
	/// Their margin rate.
	pub rate: Ratio,
}

impl Schedule {
	/// The same rate at every size, held at one.
	pub fn flat(rate: Ratio) -> Self {
		let rate = rate.min(limits::MAX_BRACKET_RATIO);
		Self { bounds: [Size::MAX; MAX_STEPS], rates: [rate; MAX_BRACKETS] }
	}

	/// Every rate times `factor`, rounded up to a billionth and held at one. A factor of one or
	/// more raises the requirement; a larger factor never lowers it.
	pub fn scaled(mut self, factor: Ratio) -> Self {
		for rate in self.rates.iter_mut() {
			*rate = scale_rate(*rate, factor);
		}
		self
	}

	/// The rate in a bracket; the last bracket's beyond it.
	pub fn rate(&self, bracket: usize) -> Ratio {
		let [.., last] = self.rates;
		self.rates.get(bracket).copied().unwrap_or(last)
	}

	/// Whether no rate of this schedule is above the other's at any bracket.
	pub fn is_at_most(&self, other: &Self) -> bool {
		self.bounds == other.bounds && self.rates.iter().zip(&other.rates).all(|(a, b)| a <= b)
	}

	/// The lots of a position that lie above size `from` and at or below size `to`, cut at the
	/// bounds of the brackets, smallest first. The runs sum to `to − from`.
	pub fn segments(&self, from: Size, to: Size) -> [Segment; MAX_BRACKETS] {
		let mut segments = [Segment::default(); MAX_BRACKETS];
		let mut start = from.get();
		let ends = self.bounds.iter().copied().chain([Size::MAX]);
		for ((segment, rate), end) in segments.iter_mut().zip(self.rates).zip(ends) {
			let end = end.min(to).get().max(start);
			*segment = Segment { lots: end.saturating_sub(start), rate };
			start = end;
		}
		segments
	}

	/// Margin of a size at one quantum per lot: `Σ lots · rate`, in billionths.
	///
	/// # Errors
	/// None in practice: 4 · 2⁶⁴ · 2⁶⁴ needs more than a size of 2⁶² lots at a rate above one.
	pub fn weighted_lots(&self, size: Size) -> Result<i128, ArithmeticError> {
		self.segments(Size::ZERO, size).iter().try_fold(0i128, |sum, segment| {
			i128::from(segment.lots)
				.checked_mul(i128::from(segment.rate.get()))
				.and_then(|part| sum.checked_add(part))
				.ok_or(ArithmeticError::Overflow)
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn step(beyond: u64, percent: u64) -> Step {
		Step { beyond: Size::new(beyond), factor: Ratio::saturating_from_percent(percent) }
	}

	#[test]
	fn the_largest_factor_is_that_of_the_last_step() {
		let brackets = Brackets::new(&[step(10, 150), step(30, 400)]).unwrap();
		assert_eq!(brackets.largest_factor(), Ratio::saturating_from_percent(400));
		assert_eq!(Brackets::UNIFORM.largest_factor(), Ratio::ONE);
	}

	#[test]
	fn a_position_fills_the_first_bracket_then_the_second() {
		let brackets = Brackets::new(&[step(10, 150), step(30, 400)]).unwrap();
		let schedule = brackets.schedule(Ratio::saturating_from_percent(4));

		let segments = schedule.segments(Size::ZERO, Size::new(35));
		assert_eq!(segments.map(|s| s.lots), [10, 20, 5, 0]);
		// 10·4 % + 20·6 % + 5·16 % = 2.4 lots
		assert_eq!(schedule.weighted_lots(Size::new(35)), Ok(2_400_000_000));
		let top = schedule.segments(Size::new(25), Size::new(35));
		assert_eq!(top.map(|s| s.lots), [0, 5, 5, 0]);
	}

	#[test]
	fn rates_round_up_and_stop_at_one() {
		let brackets = Brackets::new(&[step(10, 150), step(30, 20_000)]).unwrap();
		let schedule = brackets.schedule(Ratio::new(33_333_333));
		assert_eq!(schedule.rate(1), Ratio::new(50_000_000)); // 49 999 999.5
		assert_eq!(schedule.rate(2), Ratio::ONE);
		assert_eq!(schedule.rate(9), Ratio::ONE);
	}

	#[test]
	fn refuses_what_is_not_convex() {
		let refused = |steps: &[Step]| Brackets::new(steps).unwrap_err();
		assert_eq!(refused(&[step(0, 100)]), MarginError::BracketsDoNotRise);
		assert_eq!(refused(&[step(10, 150), step(10, 200)]), MarginError::BracketsDoNotRise);
		assert_eq!(refused(&[step(10, 99)]), MarginError::BracketsNotConvex);
		assert_eq!(refused(&[step(10, 200), step(20, 150)]), MarginError::BracketsNotConvex);
		assert_eq!(refused(&[step(1, 100); 4]), MarginError::BracketsDoNotRise);
	}

	#[test]
	fn decoding_refuses_what_new_refuses() {
		let brackets = Brackets::new(&[step(10, 150)]).unwrap();
		assert_eq!(Brackets::decode(&mut &brackets.encode()[..]), Ok(brackets));
		assert_eq!(Brackets::decode(&mut &Brackets::UNIFORM.encode()[..]), Ok(Brackets::UNIFORM));

		let falling = [step(10, 200), step(20, 150), step(30, 300)].encode();
		assert!(Brackets::decode(&mut &falling[..]).is_err());
	}
}
