//! What chain specifications write numbers with, so that people can read them.

use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};

use breakwater_liquidation::{Curve, Decay};
use breakwater_margin::{Brackets, Step};
use breakwater_units::{Millis, Quote, Ratio, Size};
use serde::{Deserialize, Serialize};

use crate::LiquidationTerms;

/// Parts of a billion in a percent.
const PERCENT: u64 = 10_000_000;
/// Digits after the point of a percent that a part of a billion has.
const DIGITS: usize = 7;

/// A ratio, written as a percent: `"12.5%"`. At most seven digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(pub Ratio);

/// A whole number, written as text, for JSON's numbers end at 2⁵³: `"250000000000"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Whole(pub u128);

impl TryFrom<String> for Percent {
	type Error = String;

	fn try_from(text: String) -> Result<Self, String> {
		let bad = || format!("{text:?} is not a percent like \"12.5%\"");
		let number = text.strip_suffix('%').ok_or_else(bad)?;
		let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
		if fraction.len() > DIGITS {
			return Err(bad());
		}
		let whole = digits(whole).and_then(|whole| whole.checked_mul(PERCENT));
		let fraction = digits(fraction).filter(|_| !fraction.is_empty()).and_then(|parts| {
			let missing = u32::try_from(DIGITS.saturating_sub(fraction.len())).ok()?;
			parts.checked_mul(10u64.checked_pow(missing)?)
		});
		let (whole, fraction) = (whole.ok_or_else(bad)?, fraction.ok_or_else(bad)?);
		whole.checked_add(fraction).map(|ppb| Self(Ratio::new(ppb))).ok_or_else(bad)
	}
}

impl From<Percent> for String {
	fn from(percent: Percent) -> Self {
		let ppb = percent.0.get();
		let (whole, fraction) = (ppb.checked_div(PERCENT), ppb.checked_rem(PERCENT));
		let text = format!("{}.{:07}", whole.unwrap_or(0), fraction.unwrap_or(0));
		format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
	}
}

impl TryFrom<String> for Whole {
	type Error = String;

	fn try_from(text: String) -> Result<Self, String> {
		let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
		let number = if only_digits { text.parse().ok() } else { None };
		number.map(Self).ok_or_else(|| format!("{text:?} is not a whole number like \"1000\""))
	}
}

impl From<Whole> for String {
	fn from(whole: Whole) -> Self {
		whole.0.to_string()
	}
}

fn digits(text: &str) -> Option<u64> {
	let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
	if only_digits {
		text.parse().ok()
	} else {
		None
	}
}

/// Lots beyond a size take a multiple of the rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisBracket {
	/// The last lot of the bracket below.
	pub beyond: u64,
	/// The factor on the rate of the lots above, at least 100 %.
	pub factor: Percent,
}

/// A level that trips and the one that releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisThreshold<V> {
	/// Trips at or above.
	pub trip: V,
	/// Releases at or below; less than `trip`.
	pub release: V,
}

/// How the distance of a Dutch price to its reserve shrinks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum GenesisDecay {
	/// In proportion to the time left.
	Linear,
	/// By a factor every second.
	#[serde(rename_all = "camelCase")]
	Exponential {
		/// What is kept of the distance after a second.
		keep_per_second: Percent,
	},
	/// By a factor every so often.
	#[serde(rename_all = "camelCase")]
	Step {
		/// What is kept of the distance after a step.
		keep_per_step: Percent,
		/// Time between steps, in milliseconds.
		every: u64,
	},
}

/// How positions, or collateral, of accounts below zero are sold. Times in milliseconds, sizes in
/// lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisLiquidation {
	/// How the price walks to its reserve.
	pub decay: GenesisDecay,
	/// When it is there, at most a day.
	pub duration: u64,
	/// How far from the mark it starts, at most 10 %.
	pub step: Percent,
	/// What closing is expected to cost, at most 10 % and below the least maintenance rate.
	pub cost: Percent,
	/// A remainder smaller than this is closed too.
	pub dust: u64,
	/// Maintenance rates times this is where a close stops, 100 … 200 %.
	pub buffer: Percent,
	/// The fee on what is closed, at most the cost.
	pub fee: Percent,
	/// The most that is forced into a batch, as a part of the depth within a percent of the mark.
	pub depth_share: Percent,
	/// What may be forced into a batch whatever the depth.
	pub least_offer: u64,
	/// A move of the mark in the account's favour that begins the walk anew.
	pub reset: Percent,
}

impl GenesisLiquidation {
	/// The terms; apart from the curve not checked: see [`LiquidationTerms::are_valid`].
	///
	/// # Errors
	/// That the curve is none, in words.
	pub fn terms(&self) -> Result<LiquidationTerms, String> {
		let decay = match self.decay {
			GenesisDecay::Linear => Decay::Linear,
			GenesisDecay::Exponential { keep_per_second } => {
				Decay::Exponential { keep_per_second: keep_per_second.0 }
			},
			GenesisDecay::Step { keep_per_step, every } => {
				Decay::Step { keep_per_step: keep_per_step.0, every: Millis::new(every) }
			},
		};
		let curve = Curve::new(decay, Millis::new(self.duration));
		Ok(LiquidationTerms {
			curve: curve.map_err(|problem| problem.to_string())?,
			step: self.step.0,
			cost: self.cost.0,
			dust: Size::new(self.dust),
			buffer: self.buffer.0,
			fee: self.fee.0,
			depth_share: self.depth_share.0,
			least_offer: Size::new(self.least_offer),
			reset: self.reset.0,
		})
	}
}

/// The brackets of a chain specification.
///
/// # Errors
/// Why they are none, in words.
pub fn brackets(brackets: &[GenesisBracket]) -> Result<Brackets, String> {
	let step = |bracket: &GenesisBracket| Step {
		beyond: Size::new(bracket.beyond),
		factor: bracket.factor.0,
	};
	let steps: Vec<Step> = brackets.iter().map(step).collect();
	Brackets::new(&steps).map_err(|problem| problem.to_string())
}

/// An amount of quote.
///
/// # Errors
/// Which field is too large.
pub fn quanta(field: &str, amount: Whole) -> Result<Quote, String> {
	Quote::from_unsigned(amount.0).map_err(|_| format!("{field} is too large"))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn percent(text: &str) -> Result<u64, String> {
		Percent::try_from(String::from(text)).map(|percent| percent.0.get())
	}

	#[test]
	fn percents_are_exact() {
		assert_eq!(percent("12.5%"), Ok(125_000_000));
		assert_eq!(percent("0.0000001%"), Ok(1));
		assert_eq!(percent("350%"), Ok(3_500_000_000));
		for bad in ["", "%", "12.5", "1.%", ".5%", "-1%", "1.00000001%", "1e3%", "99999999999999%"]
		{
			assert!(percent(bad).is_err(), "{bad}");
		}
		for text in ["12.5%", "0.0000001%", "350%", "0%"] {
			let read = Percent::try_from(String::from(text)).unwrap();
			assert_eq!(String::from(read), text);
		}
	}

	#[test]
	fn curves_are_written_for_people() {
		let text = r#"{"decay":{"exponential":{"keepPerSecond":"90%"}},"duration":20000,
			"step":"0.1%","cost":"1%","dust":1,"buffer":"120%","fee":"0.5%","depthShare":"20%",
			"leastOffer":10,"reset":"1%"}"#;
		let read: GenesisLiquidation = serde_json::from_str(text).unwrap();
		let terms = read.terms().unwrap();
		assert!(terms.are_valid());
		let back: GenesisLiquidation =
			serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
		assert_eq!(back, read);
		assert!(GenesisLiquidation { duration: 0, ..read.clone() }.terms().is_err());
		let refused = |change: fn(&mut LiquidationTerms)| {
			let mut terms = terms.clone();
			change(&mut terms);
			assert!(!terms.are_valid(), "{terms:?}");
		};
		refused(|t| t.step = Ratio::saturating_from_percent(11));
		refused(|t| t.cost = Ratio::saturating_from_percent(11));
		refused(|t| t.fee = Ratio::saturating_from_percent(2));
		refused(|t| t.buffer = Ratio::saturating_from_percent(99));
		refused(|t| t.buffer = Ratio::saturating_from_percent(201));
		refused(|t| t.depth_share = Ratio::ZERO);
		refused(|t| t.depth_share = Ratio::saturating_from_percent(101));
		refused(|t| t.least_offer = Size::ZERO);
		refused(|t| t.reset = Ratio::ZERO);
	}

	#[test]
	fn whole_numbers_may_be_beyond_those_of_json() {
		let whole = |text: &str| Whole::try_from(String::from(text)).map(|whole| whole.0);
		assert_eq!(whole("340282366920938463463374607431768211455"), Ok(u128::MAX));
		for bad in ["", "-1", "+1", "1.0", "340282366920938463463374607431768211456"] {
			assert!(whole(bad).is_err(), "{bad}");
		}
	}
}
