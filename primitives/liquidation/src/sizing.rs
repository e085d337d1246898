//! How many lots to close: the least that restores the buffer.

use crate::LiquidationError;
use alloc::vec::Vec;
use breakwater_margin::{Leg, Requirement, Segment, MAX_BRACKETS};
use breakwater_units::{ArithmeticError, NanoQuote, ProRata, Ratio, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What closing a leg is expected to cost, and what must not be left over.
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
pub struct CloseTerms {
	/// The `f` of the formula: fee and slippage expected on what is closed, as a part of its value
	/// at mark. At a buffered margin rate no higher than this, closing does not help.
	pub cost_rate: Ratio,
	/// A remainder smaller than this is dust: it is closed too.
	pub least_remainder: Size,
}

/// A run of lots that restore the same health each. Lots come off the top bracket first.
#[derive(Clone, Copy, Default)]
struct Run {
	lots: u64,
	gain: i128,
}

/// A leg while the close is being sized.
struct Candidate {
	size: u64,
	margin: u128,
	/// Runs from the top bracket down: the gain falls from one to the next.
	runs: [Run; MAX_BRACKETS],
	least_remainder: u64,
	closed: u64,
}

/// The sizes to close, and what that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
	/// For each leg, in their order.
	pub close: Vec<Size>,
	/// Health that is still missing afterwards; zero if the buffer is restored.
	pub missing: NanoQuote,
}

/// The least to close so that `deficit`, the health missing to the buffered requirement, is
/// restored: `ΔN = (m·N − E) / (m − f)`, in whole lots, over one leg or several.
///
/// The deficit is apportioned over the legs by their margin, each closes the least for its part,
/// and what rounding to lots closed too much is given back: one lot less of any leg, and the
/// deficit is not restored. A leg too small for its part is closed as far as closing helps and the
/// others take the rest. Then remainders that are dust are closed too. If all of that does not
/// restore it, every leg is closed whole.
///
/// Exact: brackets make the gain of a lot a step function, falling as the position shrinks. `O(n²)`
/// in the legs of one account.
///
/// # Errors
/// An arithmetic error, impossible within the limits.
pub fn minimal_close(
	deficit: NanoQuote,
	legs: &[(Leg, CloseTerms)],
	buffer: Ratio,
) -> Result<Sizes, LiquidationError> {
	let mut candidates = Vec::with_capacity(legs.len());
	for (leg, terms) in legs {
		candidates.push(Candidate::new(leg, *terms, buffer)?);
	}
	let deficit = deficit.get().max(0);
	if !apportion(deficit, &mut candidates)? {
		return close_whole(deficit, &candidates);
	}
	give_back(deficit, &mut candidates)?;
	for candidate in candidates.iter_mut() {
		candidate.close_dust();
	}
	let missing = missing(deficit, &candidates)?;
	Ok(Sizes { close: candidates.iter().map(|c| Size::new(c.closed)).collect(), missing })
}

fn close_whole(deficit: i128, candidates: &[Candidate]) -> Result<Sizes, LiquidationError> {
	let mut left = deficit;
	for candidate in candidates {
		let gain = candidate.gain_of(candidate.size)?;
		left = left.checked_sub(gain).ok_or(ArithmeticError::Overflow)?;
	}
	let close = candidates.iter().map(|c| Size::new(c.size)).collect();
	Ok(Sizes { close, missing: NanoQuote::new(left.max(0)) })
}

fn missing(deficit: i128, candidates: &[Candidate]) -> Result<NanoQuote, ArithmeticError> {
	Ok(NanoQuote::new(excess(deficit, candidates)?.saturating_neg().max(0)))
}

/// What the closes restore beyond the deficit; below zero if it is not restored.
fn excess(deficit: i128, candidates: &[Candidate]) -> Result<i128, ArithmeticError> {
	let mut restored = 0i128;
	for candidate in candidates {
		let gain = candidate.gain_of(candidate.closed)?;
		restored = restored.checked_add(gain).ok_or(ArithmeticError::Overflow)?;
	}
	restored.checked_sub(deficit).ok_or(ArithmeticError::Overflow)
}

/// Closes each leg for its part of the deficit by margin. In every round but the last at least one
/// leg is exhausted and leaves; so there are at most as many rounds as legs. Returns whether the
/// deficit is restored.
fn apportion(deficit: i128, candidates: &mut [Candidate]) -> Result<bool, ArithmeticError> {
	let mut open: Vec<&mut Candidate> =
		candidates.iter_mut().filter(|candidate| candidate.useful_lots() > 0).collect();
	let mut left = deficit;
	while left > 0 && !open.is_empty() {
		let whole = open
			.iter()
			.try_fold(0u128, |sum, candidate| sum.checked_add(candidate.margin))
			.ok_or(ArithmeticError::Overflow)?;
		let mut split = ProRata::new(left.unsigned_abs(), whole)?;
		let mut still_open = Vec::with_capacity(open.len());
		let (mut exhausted, mut round) = (0i128, Vec::with_capacity(open.len()));
		for candidate in open {
			let part = split.next_share(candidate.margin)?.cast_signed();
			let most = candidate.gain_of(candidate.useful_lots())?;
			if most <= part {
				candidate.closed = candidate.useful_lots();
				exhausted = exhausted.checked_add(most).ok_or(ArithmeticError::Overflow)?;
			} else {
				round.push(part);
				still_open.push(candidate);
			}
		}
		if exhausted == 0 {
			for (candidate, part) in still_open.into_iter().zip(round) {
				candidate.closed = candidate.least_lots(part)?;
			}
			return Ok(true);
		}
		left = left.checked_sub(exhausted).ok_or(ArithmeticError::Overflow)?;
		open = still_open;
	}
	Ok(left <= 0)
}

/// Takes back lots that the deficit does not need, leg after leg. What a leg keeps is needed then,
/// and more so later, when there is less to give back.
fn give_back(deficit: i128, candidates: &mut [Candidate]) -> Result<(), ArithmeticError> {
	let mut spare = excess(deficit, candidates)?;
	for candidate in candidates.iter_mut() {
		let before = candidate.gain_of(candidate.closed)?;
		let needed = before.checked_sub(spare).ok_or(ArithmeticError::Overflow)?;
		candidate.closed = candidate.least_lots(needed)?;
		let given = before.checked_sub(candidate.gain_of(candidate.closed)?);
		spare =
			given.and_then(|given| spare.checked_sub(given)).ok_or(ArithmeticError::Overflow)?;
	}
	Ok(())
}

impl Candidate {
	fn new(leg: &Leg, terms: CloseTerms, buffer: Ratio) -> Result<Self, ArithmeticError> {
		let requirement = Requirement::Buffered(buffer);
		let size = leg.lots.size();
		let value = leg.index.lot_value();
		let cost = value.scale_by(terms.cost_rate)?;
		let mut runs = [Run::default(); MAX_BRACKETS];
		let segments = leg.index.schedule(requirement).segments(Size::ZERO, size);
		for (run, Segment { lots, rate }) in runs.iter_mut().rev().zip(segments) {
			*run = Run { lots, gain: value.scale_by(rate)?.try_sub(cost)?.get() };
		}
		let margin = leg.margin(requirement)?.unsigned_abs();
		let least_remainder = terms.least_remainder.get();
		Ok(Self { size: size.get(), margin, runs, least_remainder, closed: 0 })
	}

	/// Health restored by closing so many lots, exact.
	fn gain_of(&self, lots: u64) -> Result<i128, ArithmeticError> {
		let (mut left, mut gained) = (lots, 0i128);
		for run in &self.runs {
			let closed = left.min(run.lots);
			left = left.saturating_sub(closed);
			gained = run
				.gain
				.checked_mul(i128::from(closed))
				.and_then(|gain| gained.checked_add(gain))
				.ok_or(ArithmeticError::Overflow)?;
		}
		Ok(gained)
	}

	/// The lots whose closing restores more than it costs: the top ones.
	fn useful_lots(&self) -> u64 {
		let useful = self.runs.iter().filter(|run| run.gain > 0);
		useful.fold(0u64, |sum, run| sum.saturating_add(run.lots))
	}

	/// The least lots that restore `wanted`, of those that are useful: all of them if they do not.
	fn least_lots(&self, wanted: i128) -> Result<u64, ArithmeticError> {
		let (mut left, mut lots) = (wanted, 0u64);
		for run in self.runs.iter().filter(|run| run.gain > 0) {
			if left <= 0 {
				break;
			}
			let needed =
				breakwater_units::mul_div(left, 1, run.gain, breakwater_units::Rounding::Up)?;
			let closed = u64::try_from(needed).unwrap_or(u64::MAX).min(run.lots);
			let gain = run.gain.checked_mul(i128::from(closed));
			left = gain.and_then(|gain| left.checked_sub(gain)).ok_or(ArithmeticError::Overflow)?;
			lots = lots.saturating_add(closed);
		}
		Ok(lots)
	}

	fn close_dust(&mut self) {
		let remainder = self.size.saturating_sub(self.closed);
		if self.closed > 0 && remainder < self.least_remainder {
			self.closed = self.size;
		}
	}
}
