//! Levels: how health is split over the components, and what of a split is still in force.
//!
//! Of an entry, the **share still in force** is what its component can still lose before its level
//! is reached: `|exposure| · (distance − 1)`, the trigger being the first level at which the share
//! is exceeded. When an index moves, health and the component's share change by the same amount.
//! So health less the shares in force does not change between two changes of the account, and a
//! certificate that was covered when it was made stays covered until a level is reached.

use crate::{BandLimits, Component, Direction, Evaluation, IndexId, ListId, SizeBand};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use breakwater_units::{
	cmp_products, mul_div_u128, wide::mul_wide, ArithmeticError, IndexLevel, Rounding,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{cmp::Ordering, fmt};
use scale_info::TypeInfo;

/// Most components of one account: [`breakwater_units::limits::MAX_LEGS`] legs in four size
/// brackets each, a loan, and the shared factor.
pub const MAX_COMPONENTS: u32 = 130;

/// Why an account cannot be filed.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum BookError {
	/// The account has more than [`MAX_COMPONENTS`] components.
	TooManyComponents,
	/// Two components name the same index.
	DuplicateIndex,
	/// A share does not fit its type; impossible within [`breakwater_units::limits`].
	Arithmetic(ArithmeticError),
}

impl fmt::Display for BookError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooManyComponents => f.write_str("account has too many components"),
			Self::DuplicateIndex => f.write_str("two components name the same index"),
			Self::Arithmetic(error) => error.fmt(f),
		}
	}
}

impl core::error::Error for BookError {}

impl From<ArithmeticError> for BookError {
	fn from(error: ArithmeticError) -> Self {
		Self::Arithmetic(error)
	}
}

/// One level of an account.
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
pub struct Entry {
	/// The index.
	pub index: IndexId,
	/// The exposure the level was computed for, not zero.
	pub exposure: i128,
	/// The first level of the index, in the direction that hurts, at which the component's share
	/// of health is exceeded.
	pub trigger: IndexLevel,
}

impl Entry {
	/// The list the entry's level belongs to.
	pub fn list(&self, band: SizeBand) -> ListId {
		ListId { band, index: self.index, direction: Direction::of(self.exposure) }
	}

	/// What the component can still lose before the level is reached; `None` if it has been.
	fn share_in_force(&self, now: IndexLevel) -> Option<u128> {
		if Direction::of(self.exposure).is_crossed(self.trigger, now) {
			return None;
		}
		let distance = now.get().abs_diff(self.trigger.get()).checked_sub(1)?;
		distance.checked_mul(self.exposure.unsigned_abs())
	}
}

/// The levels of one account, in the order of their indices: as long as none is reached, its
/// health is not negative.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Certificate {
	/// The size band under which the levels are filed.
	pub band: SizeBand,
	/// The levels.
	pub entries: BoundedVec<Entry, ConstU32<MAX_COMPONENTS>>,
}

/// Bits of a weight: the sum over all components, doubled, then fits an `i128`.
const WEIGHT_BITS: u32 = 112;

/// A component with its weight, and its present level and share if it may keep them.
struct Leg {
	component: Component,
	/// `|exposure| · volatility`, scaled to [`WEIGHT_BITS`], and never zero.
	weight: u128,
	kept: Option<(IndexLevel, u128)>,
}

impl Leg {
	/// The entry whose level is the first at which the component has lost more than its share,
	/// `available · weight / total`. Rounding the share down before dividing it by the exposure
	/// changes nothing: `⌊⌊x⌋ / n⌋ = ⌊x / n⌋`.
	fn entry(&self, available: u128, total: u128) -> Result<Entry, BookError> {
		let Component { index, exposure, level, .. } = self.component;
		let share = mul_div_u128(available, self.weight, total, Rounding::Down)?;
		let safe = mul_div_u128(share, 1, exposure.unsigned_abs(), Rounding::Down)?;
		let distance = safe.saturating_add(1);
		// Held at the end of the range, the level is nearer than the share allows, never further.
		let trigger = match Direction::of(exposure) {
			Direction::Falling => level.get().saturating_sub_unsigned(distance),
			Direction::Rising => level.get().saturating_add_unsigned(distance),
		};
		Ok(Entry { index, exposure, trigger: IndexLevel::new(trigger) })
	}
}

/// The certificate of an account with health that is not negative; `None` if it needs none, having
/// no components.
///
/// Keeps the levels of `previous` that still serve: those of components whose exposure has not
/// changed, as long as they are not reached, as the shares in force leave the changed components
/// at least half of what an even split would give them, and as they have themselves at least half
/// of theirs. Otherwise all levels are new.
///
/// # Errors
/// See [`BookError`].
pub(crate) fn certify(
	evaluation: &Evaluation,
	previous: Option<&Certificate>,
	bands: &BandLimits,
) -> Result<Option<Certificate>, BookError> {
	let components = ordered(&evaluation.components)?;
	if components.is_empty() {
		return Ok(None);
	}
	let health = u128::try_from(evaluation.health.get()).map_err(|_| ArithmeticError::Negative)?;
	let band = bands.band_of(&components);
	let mut legs = weigh(components);
	if let Some(previous) = previous.filter(|previous| previous.band == band) {
		keep_levels(&mut legs, previous);
	}
	let available = match left_for_the_changed(health, &legs) {
		Some(available) => available,
		None => {
			legs.iter_mut().for_each(|leg| leg.kept = None);
			health
		},
	};
	let entries = level(&legs, available)?;
	let entries = BoundedVec::try_from(entries).map_err(|_| BookError::TooManyComponents)?;
	Ok(Some(Certificate { band, entries }))
}

/// The components that are not zero, in the order of their indices.
fn ordered(components: &[Component]) -> Result<Vec<Component>, BookError> {
	let mut components: Vec<_> = components.iter().filter(|c| c.exposure != 0).copied().collect();
	if components.len() > MAX_COMPONENTS as usize {
		return Err(BookError::TooManyComponents);
	}
	components.sort_unstable_by_key(|c| c.index);
	if components.windows(2).any(|pair| matches!(pair, [a, b] if a.index == b.index)) {
		return Err(BookError::DuplicateIndex);
	}
	Ok(components)
}

fn weigh(components: Vec<Component>) -> Vec<Leg> {
	let product =
		|c: &Component| mul_wide(c.exposure.unsigned_abs(), u128::from(c.volatility.max(1)));
	// At most 128 and 64 bits, so that a product has at most 192, and the shift is at most 80.
	let bits = |(high, low): (u128, u128)| match high {
		0 => u128::BITS.saturating_sub(low.leading_zeros()),
		_ => u128::BITS.saturating_mul(2).saturating_sub(high.leading_zeros()),
	};
	let largest = components.iter().map(|c| bits(product(c))).max().unwrap_or(0);
	let shift = largest.saturating_sub(WEIGHT_BITS);
	let scaled = |(high, low): (u128, u128)| {
		let carried = high.checked_shl(u128::BITS.saturating_sub(shift)).unwrap_or(0);
		(carried | low.wrapping_shr(shift)).max(1)
	};
	let leg = |component: Component| {
		let weight = scaled(product(&component));
		Leg { component, weight, kept: None }
	};
	components.into_iter().map(leg).collect()
}

/// Notes on every leg that has not changed its level and the share still in force.
fn keep_levels(legs: &mut [Leg], previous: &Certificate) {
	// An account with one component is always levelled anew: its level is then the exact point at
	// which it becomes liquidatable, and a deposit costs one write.
	if legs.len() < 2 {
		return;
	}
	for leg in legs {
		let Ok(at) = previous.entries.binary_search_by_key(&leg.component.index, |e| e.index)
		else {
			continue;
		};
		let Some(entry) = previous.entries.get(at) else { continue };
		if entry.exposure == leg.component.exposure {
			// A level that has been reached counts as a change.
			leg.kept =
				entry.share_in_force(leg.component.level).map(|share| (entry.trigger, share));
		}
	}
}

/// What health leaves to the legs without a level, after the shares of those that keep theirs;
/// `None` if all must be levelled anew.
fn left_for_the_changed(health: u128, legs: &[Leg]) -> Option<u128> {
	let (mut shares, mut kept_weight, mut total_weight) = (0u128, 0u128, 0u128);
	for leg in legs {
		total_weight = total_weight.saturating_add(leg.weight);
		if let Some((_, share)) = leg.kept {
			shares = shares.checked_add(share)?;
			kept_weight = kept_weight.saturating_add(leg.weight);
		}
	}
	let left = health.checked_sub(shares)?;
	let changed_weight = total_weight.saturating_sub(kept_weight);
	let fair = has_half_of_fair(left, changed_weight, health, total_weight)
		&& has_half_of_fair(shares, kept_weight, health, total_weight);
	fair.then_some(left)
}

/// Whether `part ≥ health · weight / total / 2`, without dividing.
fn has_half_of_fair(part: u128, weight: u128, health: u128, total: u128) -> bool {
	// Health is an `i128`, a part is at most health, and a total weight fits 120 bits: all four
	// convert, also after doubling.
	let signed = |x: u128| i128::try_from(x).unwrap_or(i128::MAX);
	let doubled = signed(total.saturating_mul(2));
	cmp_products(signed(part), doubled, signed(health), signed(weight)) != Ordering::Less
}

fn level(legs: &[Leg], available: u128) -> Result<Vec<Entry>, BookError> {
	let changed = legs.iter().filter(|leg| leg.kept.is_none());
	let total = changed.fold(0u128, |sum, leg| sum.saturating_add(leg.weight));
	let entry = |leg: &Leg| match leg.kept {
		Some((trigger, _)) => {
			Ok(Entry { index: leg.component.index, exposure: leg.component.exposure, trigger })
		},
		None => leg.entry(available, total),
	};
	legs.iter().map(entry).collect()
}

/// Whether the certificate is one of this account and its shares in force are covered by health.
pub(crate) fn covers(certificate: &Certificate, evaluation: &Evaluation) -> bool {
	let Ok(components) = ordered(&evaluation.components) else { return false };
	let same = certificate.entries.len() == components.len()
		&& certificate
			.entries
			.iter()
			.zip(&components)
			.all(|(e, c)| e.index == c.index && e.exposure == c.exposure);
	let mut shares = Some(0u128);
	for (entry, component) in certificate.entries.iter().zip(&components) {
		let Some(share) = entry.share_in_force(component.level) else {
			// A crossed level vouches for nothing; the account waits to be woken.
			return same;
		};
		shares = shares.and_then(|sum| sum.checked_add(share));
	}
	let health = u128::try_from(evaluation.health.get());
	same && matches!((shares, health), (Some(shares), Ok(health)) if shares <= health)
}
