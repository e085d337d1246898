use breakwater_units::{mul_div_u128, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Deepest penalty level: the weight is then a sixteenth.
pub const MAX_PENALTY_LEVEL: u8 = 4;

/// What a reporter did in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
	/// A fresh report, no price of which is an outlier.
	Good,
	/// A fresh report with an outlier: see [`crate::is_outlier`].
	Outlier,
	/// No fresh report.
	Silent,
}

/// How strikes become penalties and how both are forgiven.
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
pub struct ConductRules {
	/// Strikes that make a penalty.
	pub strikes_per_penalty: u32,
	/// Good rounds in a row after which one strike is forgotten.
	pub rounds_per_strike: u32,
	/// Good rounds in a row after which the penalty level falls by one.
	pub rounds_per_level: u32,
	/// Part of the bond that the first penalty costs. Each level doubles it.
	pub slash: Ratio,
	/// Largest part of the bond that one penalty costs.
	pub largest_slash: Ratio,
}

/// What the chain holds against a reporter. Bounded, and recovered from by good rounds alone.
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
pub struct Conduct {
	/// Strikes since the last penalty that are not forgotten.
	pub strikes: u32,
	/// Good rounds since the last strike or recovery.
	pub good_rounds: u32,
	/// How often the weight is halved, at most [`MAX_PENALTY_LEVEL`].
	pub level: u8,
}

/// What a round changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
	/// Nothing beyond counting.
	None,
	/// Strikes became a penalty: this part of the bond is lost, and the level may have risen.
	Penalty(Ratio),
	/// The penalty level fell by one.
	Recovery,
}

impl Conduct {
	/// Counts a round.
	///
	/// Silence changes nothing here: it earns no reward, and heals nothing either.
	#[must_use]
	pub fn after(self, seen: Observation, rules: &ConductRules) -> (Self, Consequence) {
		match seen {
			Observation::Silent => (self, Consequence::None),
			Observation::Good => self.after_good_round(rules),
			Observation::Outlier => self.after_strike(rules),
		}
	}

	fn after_strike(self, rules: &ConductRules) -> (Self, Consequence) {
		let strikes = self.strikes.saturating_add(1);
		if strikes < rules.strikes_per_penalty {
			return (Self { strikes, good_rounds: 0, ..self }, Consequence::None);
		}
		let level = self.level.saturating_add(1).min(MAX_PENALTY_LEVEL);
		let slash = self.slash(rules);
		(Self { strikes: 0, good_rounds: 0, level }, Consequence::Penalty(slash))
	}

	fn slash(self, rules: &ConductRules) -> Ratio {
		let doubled = rules.slash.get().saturating_mul(1 << self.level.min(MAX_PENALTY_LEVEL));
		Ratio::new(doubled.min(rules.largest_slash.get()).min(PPB))
	}

	fn after_good_round(self, rules: &ConductRules) -> (Self, Consequence) {
		let good_rounds = self.good_rounds.saturating_add(1);
		let forgets = good_rounds.checked_rem(rules.rounds_per_strike) == Some(0);
		let strikes = self.strikes.saturating_sub(u32::from(forgets));
		if self.level > 0 && good_rounds >= rules.rounds_per_level {
			let level = self.level.saturating_sub(1);
			return (Self { strikes, good_rounds: 0, level }, Consequence::Recovery);
		}
		(Self { strikes, good_rounds, ..self }, Consequence::None)
	}

	/// The weight of a bond under this conduct, before capping: halved per level, rounded down.
	pub const fn weight(self, bond: u128) -> u128 {
		let level = if self.level < MAX_PENALTY_LEVEL { self.level } else { MAX_PENALTY_LEVEL };
		bond >> level
	}
}

/// What `part` of a bond is, rounded up and at most the bond: against whoever is slashed.
pub fn slashed(bond: u128, part: Ratio) -> u128 {
	mul_div_u128(bond, u128::from(part.get()), u128::from(PPB), Rounding::Up)
		.map_or(bond, |loss| loss.min(bond))
}

#[cfg(test)]
mod tests {
	use super::*;

	const RULES: ConductRules = ConductRules {
		strikes_per_penalty: 3,
		rounds_per_strike: 4,
		rounds_per_level: 10,
		slash: Ratio::saturating_from_percent(1),
		largest_slash: Ratio::saturating_from_percent(5),
	};

	fn run(from: Conduct, rounds: &[Observation]) -> (Conduct, Vec<Consequence>) {
		let mut conduct = from;
		let mut all = Vec::new();
		for seen in rounds {
			let (next, consequence) = conduct.after(*seen, &RULES);
			conduct = next;
			all.extend((consequence != Consequence::None).then_some(consequence));
		}
		(conduct, all)
	}

	#[test]
	fn one_outlier_costs_nothing() {
		let (conduct, consequences) = run(Conduct::default(), &[Observation::Outlier; 2]);
		assert_eq!((conduct.strikes, conduct.level), (2, 0));
		assert_eq!(consequences, []);
	}

	#[test]
	fn repeated_outliers_cost_ever_more_up_to_the_largest() {
		let (conduct, penalties) = run(Conduct::default(), &[Observation::Outlier; 18]);
		let percent = |n| Consequence::Penalty(Ratio::saturating_from_percent(n));
		assert_eq!(penalties, [1, 2, 4, 5, 5, 5].map(percent));
		assert_eq!(conduct, Conduct { strikes: 0, good_rounds: 0, level: MAX_PENALTY_LEVEL });
	}

	#[test]
	fn good_rounds_forget_strikes_and_then_levels() {
		let (penalised, _) = run(Conduct::default(), &[Observation::Outlier; 5]);
		assert_eq!((penalised.strikes, penalised.level), (2, 1));
		let (forgiven, _) = run(penalised, &[Observation::Good; 8]);
		assert_eq!((forgiven.strikes, forgiven.level), (0, 1));
		let (recovered, consequences) = run(forgiven, &[Observation::Good; 2]);
		assert_eq!((recovered.level, consequences), (0, vec![Consequence::Recovery]));
	}

	#[test]
	fn an_outlier_interrupts_recovery() {
		let from = Conduct { strikes: 0, good_rounds: 9, level: 1 };
		let (struck, _) = run(from, &[Observation::Outlier]);
		let (conduct, consequences) = run(struck, &[Observation::Good; 9]);
		assert_eq!((conduct.level, consequences), (1, vec![]));
	}

	#[test]
	fn silence_neither_costs_weight_nor_heals() {
		let from = Conduct { strikes: 1, good_rounds: 9, level: 2 };
		assert_eq!(run(from, &[Observation::Silent; 1_000]), (from, vec![]));
	}

	#[test]
	fn every_level_halves_the_weight_and_the_bound_holds_for_any_state() {
		let at = |level| Conduct { level, ..Conduct::default() }.weight(1_600);
		assert_eq!([at(0), at(1), at(4), at(255)], [1_600, 800, 100, 100]);
	}

	#[test]
	fn rules_of_zero_do_no_harm() {
		let none = ConductRules {
			strikes_per_penalty: 0,
			rounds_per_strike: 0,
			rounds_per_level: 0,
			slash: Ratio::MAX,
			largest_slash: Ratio::MAX,
		};
		let (conduct, consequence) = Conduct::default().after(Observation::Outlier, &none);
		assert_eq!(consequence, Consequence::Penalty(Ratio::ONE));
		assert_eq!(conduct.after(Observation::Good, &none).1, Consequence::Recovery);
	}

	#[test]
	fn a_slash_is_rounded_up_and_never_above_the_bond() {
		assert_eq!(slashed(1_001, Ratio::saturating_from_percent(1)), 11);
		assert_eq!(slashed(0, Ratio::ONE), 0);
		assert_eq!(slashed(7, Ratio::MAX), 7);
		assert_eq!(slashed(u128::MAX, Ratio::ONE), u128::MAX);
	}
}
