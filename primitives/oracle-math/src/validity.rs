use crate::{Aggregate, OracleError};
use breakwater_units::{Millis, Price, Ratio, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// What a price is wanted for.
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
pub enum Action {
	/// Close an account against its will.
	Liquidate,
	/// Fill orders that reduce positions.
	Trade,
	/// Fill orders that add risk.
	AddRisk,
	/// Pay collateral out.
	Withdraw,
}

/// How good a price is, from the worst to the best. Each is permitted at least what the one before
/// it is.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Validity {
	/// There is no price yet, or it is zero.
	Missing,
	/// Too far from its slow average.
	TooVolatile,
	/// Too old for anything.
	Expired,
	/// Old: reductions only.
	Stale,
	/// Not enough reporters this round: reductions only, at the last price.
	NoQuorum,
	/// The widened confidence is too wide to add risk.
	Uncertain,
	/// The widened confidence is too wide to pay out.
	Wide,
	/// Good for everything.
	Valid,
}

impl Validity {
	/// The matrix: whether a price this good may be used for an action.
	///
	/// | | liquidate | trade | add risk | withdraw |
	/// |---|---|---|---|---|
	/// | missing, too volatile, expired | – | – | – | – |
	/// | stale, no quorum, uncertain | ✓ | ✓ | – | – |
	/// | wide | ✓ | ✓ | ✓ | – |
	/// | valid | ✓ | ✓ | ✓ | ✓ |
	///
	/// Deposits, cancellations and the acceptance of reductions need no price and ask nobody.
	pub const fn permits(self, action: Action) -> bool {
		match (self, action) {
			(Self::Missing | Self::TooVolatile | Self::Expired, _) => false,
			(Self::Valid, _) => true,
			(_, Action::Liquidate | Action::Trade) => true,
			(Self::Wide, Action::AddRisk) => true,
			(_, Action::AddRisk | Action::Withdraw) => false,
		}
	}
}

/// When a price stops being good.
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
pub struct Limits {
	/// Widened confidence over price, above which nothing is paid out.
	pub widest_to_withdraw: Ratio,
	/// Widened confidence over price, above which no risk is added (2 %).
	pub widest_to_add_risk: Ratio,
	/// Age above which a price is stale.
	pub stale_after: Millis,
	/// Age above which it has expired.
	pub expired_after: Millis,
	/// Multiple of the slow average, or fraction of it, beyond which a price is too volatile (5).
	pub largest_multiple: u32,
}

/// Grades a price: the worst of what applies.
///
/// `round` is the result of this round's aggregation and `last` the price in force; `average` is
/// its slow average, zero if there is none yet.
pub fn classify(
	last: Option<&Aggregate>,
	round: Result<(), OracleError>,
	average: Price,
	(now, daily_sigma): (Timestamp, Ratio),
	limits: &Limits,
) -> Validity {
	let Some(last) = last.filter(|last| !last.price.is_zero()) else { return Validity::Missing };
	if is_too_volatile(last.price, average, limits.largest_multiple) {
		return Validity::TooVolatile;
	}
	let age = last.age(now);
	if age > limits.expired_after {
		return Validity::Expired;
	}
	if age > limits.stale_after {
		return Validity::Stale;
	}
	if round.is_err() {
		return Validity::NoQuorum;
	}
	let width = i128::from(last.widened(now, daily_sigma).get());
	let price = i128::from(last.price.get());
	let wider_than = |limit: Ratio| limit.cmp_part(width, price) == Ordering::Greater;
	if wider_than(limits.widest_to_add_risk) {
		return Validity::Uncertain;
	}
	if wider_than(limits.widest_to_withdraw) {
		return Validity::Wide;
	}
	Validity::Valid
}

fn is_too_volatile(price: Price, average: Price, multiple: u32) -> bool {
	let (price, average) = (u128::from(price.get()), u128::from(average.get()));
	let multiple = u128::from(multiple);
	let apart =
		price > average.saturating_mul(multiple) || average > price.saturating_mul(multiple);
	average > 0 && apart
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Confidence;

	const LIMITS: Limits = Limits {
		widest_to_withdraw: Ratio::saturating_from_percent(1),
		widest_to_add_risk: Ratio::saturating_from_percent(2),
		stale_after: Millis::new(10_000),
		expired_after: Millis::MINUTE,
		largest_multiple: 5,
	};
	const ALL: [Validity; 8] = [
		Validity::Missing,
		Validity::TooVolatile,
		Validity::Expired,
		Validity::Stale,
		Validity::NoQuorum,
		Validity::Uncertain,
		Validity::Wide,
		Validity::Valid,
	];
	const ACTIONS: [Action; 4] =
		[Action::Liquidate, Action::Trade, Action::AddRisk, Action::Withdraw];

	struct Case {
		price: u64,
		confidence: u64,
		age: u64,
		average: u64,
		round: Result<(), OracleError>,
	}

	const GOOD: Case =
		Case { price: 10_000, confidence: 10, age: 0, average: 10_000, round: Ok(()) };

	fn grade(case: &Case) -> Validity {
		let last = Aggregate {
			price: Price::new(case.price),
			confidence: Confidence::new(case.confidence),
			time: Timestamp::new(1_000_000),
		};
		let now = Timestamp::new(1_000_000 + case.age);
		let average = Price::new(case.average);
		classify(Some(&last), case.round, average, (now, Ratio::ZERO), &LIMITS)
	}

	#[test]
	fn each_cause_has_its_grade_and_each_limit_is_inclusive() {
		let no_quorum = Err(OracleError::NoQuorum);
		assert_eq!(grade(&GOOD), Validity::Valid);
		assert_eq!(grade(&Case { confidence: 100, ..GOOD }), Validity::Valid);
		assert_eq!(grade(&Case { confidence: 101, ..GOOD }), Validity::Wide);
		assert_eq!(grade(&Case { confidence: 200, ..GOOD }), Validity::Wide);
		assert_eq!(grade(&Case { confidence: 201, ..GOOD }), Validity::Uncertain);
		assert_eq!(grade(&Case { round: no_quorum, ..GOOD }), Validity::NoQuorum);
		assert_eq!(grade(&Case { age: 10_000, ..GOOD }), Validity::Valid);
		assert_eq!(grade(&Case { age: 10_001, ..GOOD }), Validity::Stale);
		assert_eq!(grade(&Case { age: 60_001, ..GOOD }), Validity::Expired);
		assert_eq!(grade(&Case { average: 2_000, ..GOOD }), Validity::Valid);
		assert_eq!(grade(&Case { average: 1_999, ..GOOD }), Validity::TooVolatile);
		assert_eq!(grade(&Case { average: 50_001, ..GOOD }), Validity::TooVolatile);
		assert_eq!(grade(&Case { average: 0, ..GOOD }), Validity::Valid);
		assert_eq!(grade(&Case { price: 0, ..GOOD }), Validity::Missing);
	}

	#[test]
	fn the_worst_of_several_causes_counts() {
		let all = Case {
			price: 10_000,
			confidence: 9_999,
			age: 60_001,
			average: 1,
			round: Err(OracleError::NoQuorum),
		};
		assert_eq!(grade(&all), Validity::TooVolatile);
		assert_eq!(grade(&Case { average: 10_000, ..all }), Validity::Expired);
	}

	#[test]
	fn age_widens_until_risk_and_then_payouts_stop_but_never_liquidation() {
		// 4 % a day: 1 % after 1.5 h, 2 % after 6 h
		let last = Aggregate {
			price: Price::new(1_000_000),
			confidence: Confidence::ZERO,
			time: Timestamp::ZERO,
		};
		let limits = Limits { stale_after: Millis::DAY, expired_after: Millis::DAY, ..LIMITS };
		let at = |minutes: u64| {
			let now = Timestamp::new(minutes * Millis::MINUTE.get());
			let sigma = Ratio::saturating_from_percent(4);
			classify(Some(&last), Ok(()), last.price, (now, sigma), &limits)
		};
		assert_eq!([at(90), at(91)], [Validity::Valid, Validity::Wide]);
		assert_eq!([at(360), at(361)], [Validity::Wide, Validity::Uncertain]);
		assert!(at(361).permits(Action::Liquidate));
	}

	#[test]
	fn a_worse_price_never_permits_more() {
		for (worse, better) in ALL.iter().zip(&ALL[1..]) {
			assert!(worse < better);
			for action in ACTIONS {
				assert!(!worse.permits(action) || better.permits(action), "{worse:?} {action:?}");
			}
		}
	}

	#[test]
	fn actions_nest_from_liquidation_to_withdrawal() {
		for validity in ALL {
			let allowed = ACTIONS.map(|action| validity.permits(action));
			assert!(allowed.windows(2).all(|pair| pair[0] || !pair[1]), "{validity:?}");
		}
	}

	#[test]
	fn the_matrix() {
		let allowed = |validity: Validity| ACTIONS.map(|action| validity.permits(action));
		assert_eq!(allowed(Validity::Missing), [false; 4]);
		assert_eq!(allowed(Validity::TooVolatile), [false; 4]);
		assert_eq!(allowed(Validity::Expired), [false; 4]);
		for reduce_only in [Validity::Stale, Validity::NoQuorum, Validity::Uncertain] {
			assert_eq!(allowed(reduce_only), [true, true, false, false]);
		}
		assert_eq!(allowed(Validity::Wide), [true, true, true, false]);
		assert_eq!(allowed(Validity::Valid), [true; 4]);
	}

	#[test]
	fn no_price_is_missing() {
		let now = (Timestamp::ZERO, Ratio::ZERO);
		assert_eq!(classify(None, Ok(()), Price::ZERO, now, &LIMITS), Validity::Missing);
	}
}
