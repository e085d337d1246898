//! How large a pool's fund ought to be: the largest of three.
//!
//! Cover-2: the two largest shortfalls of any one scenario together (PFMI, principle 4). Expected
//! shortfall at 99.9 % of the weekly losses, from a histogram. And a part of open interest, for
//! the pool that has no history yet.

use breakwater_units::{wide::mul_div_rem, Amount, ArithmeticError, Quote, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Confidence of the expected shortfall: 99.9 %.
pub const ES_CONFIDENCE: Ratio = Ratio::new(999_000_000);
/// Most bins of a histogram of losses.
pub const MAX_BINS: usize = 128;

/// One bin: losses up to `upper`, with how much weight.
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
pub struct Bin {
	/// Upper edge of the bin, in quanta. Edges do not fall from one bin to the next.
	pub upper: Amount,
	/// How often such a loss was seen, in any unit; at most 2⁶⁴ in all.
	pub mass: u64,
}

/// Finds Cover-2 in one pass over scenarios and, within each, over accounts.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct CoverTwo {
	largest: Amount,
	second: Amount,
	worst: Amount,
}

/// What an account leaves unpaid in a scenario: `max(0, close-out cost − equity)`, in quanta.
pub fn stressed_shortfall(equity: Quote, close_out_cost: Amount) -> Amount {
	match equity.to_unsigned() {
		Ok(equity) => close_out_cost.saturating_sub(Amount::new(equity)),
		Err(_) => close_out_cost.saturating_add(Amount::new(equity.unsigned_abs())),
	}
}

impl CoverTwo {
	/// Adds an account's shortfall in the current scenario.
	pub fn observe(&mut self, shortfall: Amount) {
		if shortfall > self.largest {
			self.second = self.largest;
			self.largest = shortfall;
		} else {
			self.second = self.second.max(shortfall);
		}
	}

	/// Ends the current scenario and begins the next.
	pub fn next_scenario(&mut self) {
		*self = Self { worst: self.requirement(), ..Self::default() };
	}

	/// The largest sum of two in any scenario, the current one included.
	pub fn requirement(&self) -> Amount {
		self.worst.max(self.largest.saturating_add(self.second))
	}
}

/// Expected shortfall of a histogram: the mean, over the worst `1 − confidence` of the mass, of
/// the upper edges, rounded up. Zero for an empty histogram.
///
/// The bin in which the tail begins counts with the part of it that is in the tail, so the result
/// neither jumps when mass moves over the edge nor falls with confidence.
///
/// # Errors
/// `DivisionByZero` for a confidence of one or more, `Overflow` for more than [`MAX_BINS`] bins,
/// for more mass than 2⁶⁴ or for a result that does not fit.
pub fn expected_shortfall(bins: &[Bin], confidence: Ratio) -> Result<Amount, ArithmeticError> {
	if bins.len() > MAX_BINS {
		return Err(ArithmeticError::Overflow);
	}
	let tail_ppb = u128::from(confidence.saturating_complement().get());
	if tail_ppb == 0 {
		return Err(ArithmeticError::DivisionByZero);
	}
	let mut mass = 0u64;
	for bin in bins {
		mass = mass.checked_add(bin.mass).ok_or(ArithmeticError::Overflow)?;
	}
	if mass == 0 {
		return Ok(Amount::ZERO);
	}
	// Mass in billionths, so that the tail is a whole number: at most 2⁶⁴·10⁹ < 2⁹⁴.
	let tail = u128::from(mass).saturating_mul(tail_ppb);
	mean_of_worst(bins, tail).map(Amount::new)
}

/// `⌈Σ upper·mass / tail⌉` over the worst `tail` billionths of mass, exact: the quotients and the
/// remainders are summed apart, and the remainders, each below `tail`, fit.
fn mean_of_worst(bins: &[Bin], tail: u128) -> Result<u128, ArithmeticError> {
	let (mut left, mut quotients, mut remainders) = (tail, 0u128, 0u128);
	for bin in bins.iter().rev() {
		let mass = u128::from(bin.mass).saturating_mul(u128::from(PPB)).min(left);
		left = left.saturating_sub(mass);
		let (quotient, remainder) = mul_div_rem(bin.upper.get(), mass, tail)?;
		quotients = quotients.checked_add(quotient).ok_or(ArithmeticError::Overflow)?;
		remainders = remainders.checked_add(remainder).ok_or(ArithmeticError::Overflow)?;
	}
	let (carried, rest) = mul_div_rem(remainders, 1, tail)?;
	let mean = quotients.checked_add(carried).ok_or(ArithmeticError::Overflow)?;
	mean.checked_add(u128::from(rest > 0)).ok_or(ArithmeticError::Overflow)
}

/// `⌈k · open interest⌉`, both in quanta.
///
/// # Errors
/// `Overflow` if it does not fit.
pub fn open_interest_floor(open_interest: Amount, k: Ratio) -> Result<Amount, ArithmeticError> {
	open_interest.mul_ratio(k, Rounding::Up)
}

/// The size the fund ought to have: the largest of the three.
pub fn target(cover_two: Amount, expected_shortfall: Amount, by_open_interest: Amount) -> Amount {
	cover_two.max(expected_shortfall).max(by_open_interest)
}

/// Orders `assets / target` against a ratio without dividing; a target of zero is always met.
pub fn cmp_coverage(assets: Amount, target: Amount, ratio: Ratio) -> Ordering {
	if target.is_zero() {
		return Ordering::Greater;
	}
	let left = breakwater_units::wide::mul_wide(assets.get(), u128::from(PPB));
	left.cmp(&breakwater_units::wide::mul_wide(target.get(), u128::from(ratio.get())))
}
