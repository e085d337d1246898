//! The same health over fewer risks: what hedged legs share cancels out.
//!
//! Markets move together. Write the level of an index as `residual + beta · factor`, with a public
//! factor and a whole `beta`: nothing is estimated away, the residual index is defined as the
//! difference. A leg `e` of the index is then exactly a leg `e` of the residual and one of
//! `e · beta` of the factor. The factor's legs of longs and shorts add up in one component and
//! cancel, and a residual moves less than the index. For an account that holds both, levels of
//! residuals are further away than levels of indices; for an account that holds one, they are not.
//! So each account is given, leg by leg, the form in which its components move least.

use crate::{Component, IndexId};
use alloc::vec::Vec;
use breakwater_units::{ArithmeticError, IndexLevel};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The factor that markets share, such as the average of their returns since listing.
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
pub struct Factor {
	/// Its index.
	pub index: IndexId,
	/// Its present level, in units of the caller's choice: small ones, for `beta` is whole.
	pub level: IndexLevel,
	/// A typical move in those units, over the same time as the volatilities of components, which
	/// must be in billionths of a quantum per lot.
	pub volatility: u64,
}

/// How an index follows the factor.
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
pub struct Follows {
	/// The index of the residual. Its level is [`Factor::residual`] of the level.
	pub residual: IndexId,
	/// How far the index moves with one unit of the factor, in billionths of a quantum per lot.
	/// Changing it is a change of every account whose components use the residual: fix it at
	/// listing.
	pub beta: i64,
	/// A typical move of the residual, in billionths of a quantum per lot.
	pub volatility: u64,
}

impl Factor {
	/// What is left of a level without the factor: `level − beta · factor`, exact.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn residual(&self, level: IndexLevel, beta: i64) -> Result<IndexLevel, ArithmeticError> {
		let shared = self.level.get().checked_mul(i128::from(beta));
		level.try_sub(IndexLevel::new(shared.ok_or(ArithmeticError::Overflow)?))
	}

	/// The components in the form that moves least: some as they are, some by residual and factor.
	/// Their sum `Σ exposure · level` is unchanged, exactly.
	///
	/// Starts with all by residual and changes the leg that gains most, as long as one gains: at
	/// most twice as often as there are components. Returns the components as they are when that
	/// is better, and when an exposure to the factor would not fit.
	pub fn hedge(
		&self,
		components: &[Component],
		follows: impl Fn(IndexId) -> Option<Follows>,
	) -> Vec<Component> {
		let mut legs: Vec<_> =
			components.iter().map(|component| Leg::new(component, &follows)).collect();
		let plain = self.moves(&legs, None);
		legs.iter_mut().for_each(|leg| leg.by_residual = leg.follows.is_some());
		if self.improve(&mut legs) >= plain {
			return components.to_vec();
		}
		self.rewrite(&legs).unwrap_or_else(|_| components.to_vec())
	}

	/// Changes one leg after the other for the better; returns how far the components move then.
	fn improve(&self, legs: &mut [Leg<'_>]) -> u128 {
		let mut best = self.moves(legs, None);
		for _ in 0..legs.len().saturating_mul(2) {
			let candidates = (0..legs.len()).filter(|at| legs.get(*at).is_some_and(Leg::follows));
			let moves = candidates.map(|at| (self.moves(legs, Some(at)), at));
			let Some((moves, at)) = moves.min() else { break };
			if moves >= best {
				break;
			}
			best = moves;
			if let Some(leg) = legs.get_mut(at) {
				leg.by_residual = !leg.by_residual;
			}
		}
		best
	}

	/// `Σ |exposure| · volatility` over all components, with one leg turned. Sums are held at the
	/// end of the range: they only decide which form is taken.
	fn moves(&self, legs: &[Leg<'_>], turned: Option<usize>) -> u128 {
		let (mut own, mut shared) = (0u128, 0i128);
		for (at, leg) in legs.iter().enumerate() {
			if leg.by_residual != (turned == Some(at)) {
				own = own.saturating_add(leg.residual_moves);
				shared = shared.saturating_add(leg.shared);
			} else {
				own = own.saturating_add(leg.moves);
			}
		}
		let by_factor = shared.unsigned_abs().saturating_mul(u128::from(self.volatility));
		own.saturating_add(by_factor)
	}

	fn rewrite(&self, legs: &[Leg<'_>]) -> Result<Vec<Component>, ArithmeticError> {
		let mut components = Vec::with_capacity(legs.len().saturating_add(1));
		let mut shared = 0i128;
		for leg in legs {
			let mut component = *leg.component;
			if let (true, Some(follows)) = (leg.by_residual, leg.follows) {
				component.index = follows.residual;
				component.level = self.residual(component.level, follows.beta)?;
				component.volatility = follows.volatility;
				let leg_shared = component.exposure.checked_mul(i128::from(follows.beta));
				let sum = leg_shared.and_then(|leg| shared.checked_add(leg));
				shared = sum.ok_or(ArithmeticError::Overflow)?;
			}
			components.push(component);
		}
		components.push(Component {
			index: self.index,
			exposure: shared,
			level: self.level,
			volatility: self.volatility,
		});
		Ok(components)
	}
}

struct Leg<'a> {
	component: &'a Component,
	follows: Option<Follows>,
	by_residual: bool,
	/// `|exposure| · volatility` of the index and of the residual.
	moves: u128,
	residual_moves: u128,
	/// `exposure · beta`: the exposure to the factor, held at the end of the range.
	shared: i128,
}

impl<'a> Leg<'a> {
	fn new(component: &'a Component, follows: &impl Fn(IndexId) -> Option<Follows>) -> Self {
		let follows = follows(component.index);
		let lots = component.exposure.unsigned_abs();
		let beta = follows.map_or(0, |follows| follows.beta);
		let residual = follows.map_or(0, |follows| follows.volatility);
		Self {
			component,
			follows,
			by_residual: false,
			moves: lots.saturating_mul(u128::from(component.volatility)),
			residual_moves: lots.saturating_mul(u128::from(residual)),
			shared: component.exposure.saturating_mul(i128::from(beta)),
		}
	}

	const fn follows(&self) -> bool {
		self.follows.is_some()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const FACTOR: Factor = Factor { index: IndexId(99), level: IndexLevel::new(50), volatility: 8 };

	fn component(index: u64, exposure: i128) -> Component {
		Component { index: IndexId(index), exposure, level: IndexLevel::new(1_000), volatility: 10 }
	}

	/// Indices 1 to 3 have beta 1 and move by 4 on their own; others do not follow.
	fn follows(index: IndexId) -> Option<Follows> {
		let follows = Follows { residual: IndexId(index.0 + 10), beta: 1, volatility: 4 };
		(index.0 <= 3).then_some(follows)
	}

	fn indices(components: &[Component]) -> Vec<(u64, i128)> {
		components.iter().map(|c| (c.index.0, c.exposure)).collect()
	}

	#[test]
	fn a_hedge_leaves_only_what_the_legs_do_not_share() {
		// 20 as it is; 4 + 4 by residual, and nothing of the factor
		let hedged = FACTOR.hedge(&[component(1, 1), component(2, -1)], follows);
		assert_eq!(indices(&hedged), [(11, 1), (12, -1), (99, 0)]);
		assert_eq!(hedged[0].level, IndexLevel::new(950));
		assert_eq!(hedged[0].volatility, 4);
	}

	#[test]
	fn an_account_of_one_direction_stays_as_it_is() {
		// 20 as it is; 4 + 4 + 2·8 by residual
		let plain = [component(1, 1), component(2, 1)];
		assert_eq!(FACTOR.hedge(&plain, follows), plain);
	}

	#[test]
	fn what_nothing_hedges_stays_as_it_is() {
		// the second long has no short to cancel with, and the fourth does not follow
		let plain = [component(1, 1), component(2, -1), component(3, 1), component(4, 1)];
		let hedged = FACTOR.hedge(&plain, follows);
		assert_eq!(hedged.iter().filter(|c| c.index.0 < 10).count(), 2);
		assert_eq!(hedged.last().unwrap().exposure, 0);
		assert!(indices(&hedged).contains(&(4, 1)));
	}

	#[test]
	fn an_exposure_that_does_not_fit_stays_as_it_is() {
		let beta = |_| Some(Follows { residual: IndexId(7), beta: i64::MAX, volatility: 0 });
		let plain = [component(1, i128::MAX), component(2, 5)];
		let calm = Factor { volatility: 0, ..FACTOR };
		assert_eq!(calm.hedge(&plain, beta), plain);
	}
}
