//! How much each pair of markets moves together. No storage here.

use breakwater_risk::{fixed::sqrt_up, Observation};
use breakwater_units::{mul_div, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::{
	correlation::{averaged, signed, CLIP, ONE},
	MAX_MARKETS,
};

/// Most pairs of markets.
pub const MAX_PAIRS: u32 = MAX_MARKETS.saturating_mul(MAX_MARKETS.saturating_sub(1)) / 2;

/// What average squares begin with: a quarter of an hour of usual moves, in which the pair did not
/// move together. It keeps a few minutes from saying much, and is soon outweighed.
const BEGINNING: i128 = ONE / 96;

/// An average square below this is of a market that has stood still for two weeks: with which
/// others it moves is not known any more, and roundings would begin to count.
const LEAST: u128 = (ONE as u128) / 1_000_000;

/// What roundings to the nearest may add up to in an average: half of 10⁻¹⁸ a bar, 1,440 bars.
const ROUNDING: u128 = 1_000;

/// The returns of the bar that is being counted, by the markets' places in the list; zero for a
/// market without one.
#[derive(
	Clone,
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
pub struct BarReturns {
	bar: u64,
	/// In parts per billion of a standard deviation.
	returns: BoundedVec<i64, ConstU32<MAX_MARKETS>>,
}

impl BarReturns {
	/// Begins the bar of a block. Returns the one before, if there is something in it.
	pub(crate) fn begin(&mut self, bar: u64) -> Option<Self> {
		if bar <= self.bar {
			return None;
		}
		let over = core::mem::replace(self, Self { bar, returns: BoundedVec::new() });
		(!over.returns.is_empty()).then_some(over)
	}

	/// Counts a return, if it is of this bar.
	pub(crate) fn record(&mut self, bar: u64, place: usize, seen: &Observation) {
		let least = place.saturating_add(1).min(MAX_MARKETS as usize);
		if bar != self.bar {
			return;
		}
		if self.returns.len() < least {
			self.returns.bounded_resize(least, 0);
		}
		if let Some(slot) = self.returns.get_mut(place) {
			// At most 10¹⁰.
			*slot = i64::try_from(signed(seen)).unwrap_or(0);
		}
	}

	/// Whether there can be such returns of so many markets.
	pub(crate) fn is_sound(&self, markets: usize) -> bool {
		let small = |size: &i64| size.unsigned_abs() <= CLIP.get();
		self.returns.len() <= markets && self.returns.iter().all(small)
	}

	fn of(&self, place: usize) -> i128 {
		self.returns.get(place).copied().unwrap_or(0).into()
	}
}

/// The correlation of every pair of markets: the average product of their returns in the same bar
/// over the root of the product of their average squares. Returns and averages are those of
/// [`CommonMoves`](crate::CommonMoves).
///
/// A market without a return in a bar did not move in it. So all averages are over the same bars,
/// and no product exceeds the root of its squares (Cauchy and Schwarz).
///
/// Products begin at zero and squares do not: until it is known that two markets move together, they
/// do not. After an hour of moving as one they have a correlation of 80 %, after four of 95 %.
#[derive(
	Clone,
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
pub struct PairMoves {
	/// Average square of each market, by its place in the list.
	squares: BoundedVec<i128, ConstU32<MAX_MARKETS>>,
	/// Average product of each pair: second market with first, third with first and second, and so
	/// on. A market more adds a row at the end.
	products: BoundedVec<i128, ConstU32<MAX_PAIRS>>,
}

impl PairMoves {
	/// Takes a bar into the averages.
	pub(crate) fn take(&mut self, over: &BarReturns) {
		self.grow(over.returns.len());
		let places = (0..self.squares.len()).flat_map(|row| (0..row).map(move |one| (row, one)));
		for (product, (row, one)) in self.products.iter_mut().zip(places) {
			*product = averaged(*product, over.of(row).saturating_mul(over.of(one)));
		}
		for (square, place) in self.squares.iter_mut().zip(0..) {
			*square = averaged(*square, over.of(place).saturating_mul(over.of(place)));
		}
	}

	/// Makes room for so many markets.
	fn grow(&mut self, markets: usize) {
		if markets > self.squares.len() {
			self.squares.bounded_resize(markets, BEGINNING);
			self.products.bounded_resize(pairs_of(markets), 0);
		}
	}

	/// The correlation of the markets at two places, held in zero to one and rounded down. Zero if
	/// it is not known.
	pub fn correlation(&self, one: usize, other: usize) -> Ratio {
		self.measured(one.max(other), one.min(other)).unwrap_or(Ratio::ZERO)
	}

	fn measured(&self, row: usize, one: usize) -> Option<Ratio> {
		let product = self.product(row, one)?.max(0);
		let root = |place| Some(sqrt_up(self.square(place).filter(|square| *square >= LEAST)?));
		let roots = u128::from(root(row)?).checked_mul(root(one)?.into())?;
		let ppb =
			mul_div(product, i128::from(PPB), i128::try_from(roots).ok()?, Rounding::Down).ok()?;
		Some(Ratio::new(u64::try_from(ppb).ok()?).min(Ratio::ONE))
	}

	fn product(&self, row: usize, one: usize) -> Option<i128> {
		let place = pairs_of(row).checked_add(one).filter(|_| one < row)?;
		self.products.get(place).copied()
	}

	fn square(&self, place: usize) -> Option<u128> {
		u128::try_from(*self.squares.get(place)?).ok()
	}

	/// Whether there can be such averages of so many markets.
	pub(crate) fn is_sound(&self, markets: usize) -> bool {
		let known = self.squares.len();
		let mut pairs = (0..known).flat_map(|row| (0..row).map(move |one| (row, one)));
		known <= markets
			&& self.products.len() == pairs_of(known)
			&& (0..known).all(|place| self.square(place).is_some())
			&& pairs.all(|(row, one)| self.is_bounded(row, one).unwrap_or(false))
	}

	/// Whether a product is at most the root of its squares.
	fn is_bounded(&self, row: usize, one: usize) -> Option<bool> {
		let root = |place| Some(u128::from(sqrt_up(self.square(place)?.saturating_add(ROUNDING))));
		let most = root(row)?.saturating_mul(root(one)?).saturating_add(ROUNDING);
		Some(self.product(row, one)?.unsigned_abs() <= most)
	}
}

/// How many pairs so many markets make: where the row of the next begins.
const fn pairs_of(markets: usize) -> usize {
	markets.saturating_mul(markets.saturating_sub(1)) / 2
}

#[cfg(test)]
mod tests {
	use super::*;
	use breakwater_risk::{LogReturn, Sigma};
	use proptest::prelude::*;

	/// A return of so many thousandths of a standard deviation of 0.1 %.
	fn seen(thousandths: i64) -> Observation {
		Observation {
			log_return: LogReturn::new(thousandths * 1_000_000),
			bars: 1,
			forecast: Sigma::new(1_000_000_000),
		}
	}

	/// The averages after these bars: of each the returns of the markets, where there are any.
	fn after(bars: &[Vec<Option<i64>>]) -> PairMoves {
		let (mut moves, mut returns) = (PairMoves::default(), BarReturns::default());
		for (bar, of_markets) in (1..).zip(bars) {
			if let Some(over) = returns.begin(bar) {
				moves.take(&over);
			}
			for (place, thousandths) in of_markets.iter().enumerate() {
				if let Some(thousandths) = thousandths {
					returns.record(bar, place, &seen(*thousandths));
				}
			}
		}
		if let Some(over) = returns.begin(u64::MAX) {
			moves.take(&over);
		}
		moves
	}

	/// So many bars, in each of which all markets move up or down as this says of the bar.
	fn bars(count: usize, returns: impl Fn(usize) -> Vec<i64>) -> Vec<Vec<Option<i64>>> {
		(0..count).map(|bar| returns(bar).into_iter().map(Some).collect()).collect()
	}

	/// Up in every second bar.
	fn swing(bar: usize) -> i64 {
		if bar.is_multiple_of(2) {
			1_000
		} else {
			-1_000
		}
	}

	/// Up in two bars, down in two: no correlation with a swing.
	fn slow_swing(bar: usize) -> i64 {
		if bar % 4 < 2 {
			1_000
		} else {
			-1_000
		}
	}

	#[test]
	fn begins_at_zero() {
		assert_eq!(PairMoves::default().correlation(0, 1), Ratio::ZERO);
		let moves = after(&bars(1, |_| vec![1_000; 3]));
		assert!(moves.correlation(0, 1) < Ratio::new(70_000_000));
		assert_eq!(moves.correlation(0, 3), Ratio::ZERO);
		assert_eq!(moves.correlation(3, 4), Ratio::ZERO);
		// no market is a hedge of itself
		assert_eq!(moves.correlation(1, 1), Ratio::ZERO);
	}

	#[test]
	fn moving_as_one_is_known_by_the_hour() {
		// (1 − x)/(1 − x + x/96), x = exp(−t), t in days
		let known = [(60, 803_323_939), (4 * 60, 945_683_464), (24 * 60, 993_974_272)];
		for (count, expected) in known {
			let moves = after(&bars(count, |bar| vec![swing(bar); 2]));
			let found = moves.correlation(0, 1).get();
			assert!(found.abs_diff(expected) < 2_000, "{found} {expected}");
		}
	}

	#[test]
	fn each_pair_has_its_own() {
		let moves = after(&bars(20_000, |bar| {
			let (one, other) = (swing(bar), slow_swing(bar));
			// 0.6·1 + 0.8·0 = 0.6 with the first, 0.8 with the third
			vec![one, one, other, one * 6 / 10 + other * 8 / 10, -one]
		}));
		let near = |pair: (usize, usize), expected: u64| {
			let found = moves.correlation(pair.0, pair.1).get();
			assert_eq!(found, moves.correlation(pair.1, pair.0).get());
			assert!(found.abs_diff(expected) < 2_000_000, "{pair:?}: {found}");
		};
		near((0, 1), 1_000_000_000);
		near((0, 2), 0);
		near((1, 2), 0);
		near((0, 3), 600_000_000);
		near((1, 3), 600_000_000);
		near((2, 3), 800_000_000);
		// against each other is none
		near((0, 4), 0);
		near((3, 4), 0);
	}

	#[test]
	fn size_does_not_matter() {
		let moves = after(&bars(20_000, |bar| vec![swing(bar) * 3, swing(bar) / 5]));
		assert!(moves.correlation(0, 1) > Ratio::new(999_000_000));
	}

	#[test]
	fn a_jump_of_one_market_counts_to_ten_deviations() {
		let mut path = bars(10_000, |bar| vec![swing(bar); 2]);
		path.push(vec![Some(1_000_000), Some(-1_000_000)]);
		// 100/1,440 of a product of −1, the same of squares
		let found = after(&path).correlation(0, 1).get();
		let expected = (1.0 - 100.0 / 1_440.0) / (1.0 + 100.0 / 1_440.0) * 1e9;
		assert!((found as f64 - expected).abs() < 2e6, "{found} {expected}");
	}

	#[test]
	fn a_market_listed_later_begins_anew_and_changes_nothing() {
		let two = bars(2_000, |bar| vec![swing(bar); 2]);
		let mut three = two.clone();
		three.extend(bars(2_000, |bar| vec![swing(bar); 3]));
		let mut without = two;
		without.extend(bars(2_000, |bar| vec![swing(bar); 2]));
		let (moves, twin) = (after(&three), after(&without));
		assert_eq!(moves.correlation(0, 1), twin.correlation(0, 1));
		assert!(moves.correlation(0, 2) < moves.correlation(0, 1));
		assert!(moves.correlation(0, 2) > Ratio::new(700_000_000));
		assert_eq!(moves.correlation(0, 2), moves.correlation(1, 2));
	}

	#[test]
	fn a_market_that_falls_silent_is_forgotten() {
		let mut path = bars(20_000, |bar| vec![swing(bar); 2]);
		path.extend((0..3 * 1_440).map(|bar| vec![Some(swing(bar)), None]));
		// squares of the one fade as the products do: exp(−3/2) is left
		let found = after(&path).correlation(0, 1).get();
		assert!(found.abs_diff(223_130_160) < 2_000_000, "{found}");
	}

	#[test]
	fn markets_that_stood_still_for_weeks_are_not_known() {
		let mut path = bars(2_880, |bar| vec![swing(bar), swing(bar), swing(bar)]);
		let still =
			|days: usize| (0..days * 1_440).map(|bar| vec![Some(0), Some(0), Some(swing(bar))]);
		path.extend(still(13));
		assert!(after(&path).correlation(0, 1) > Ratio::new(800_000_000));
		path.extend(still(1));
		assert_eq!(after(&path).correlation(0, 1), Ratio::ZERO);
	}

	#[test]
	fn a_return_of_another_bar_does_not_count() {
		let mut returns = BarReturns::default();
		assert_eq!(returns.begin(5), None);
		returns.record(4, 0, &seen(100));
		returns.record(6, 0, &seen(100));
		assert_eq!(returns.begin(7), None);
		returns.record(7, 1, &seen(100));
		assert_eq!(returns.begin(7), None);
		assert_eq!(returns.begin(6), None);
		let over = returns.begin(9).unwrap();
		assert_eq!((over.of(0), over.of(1), over.of(2)), (0, 100_000_000, 0));
		assert_eq!(returns.begin(10), None);
	}

	#[test]
	fn a_place_beyond_the_last_is_left_out() {
		let mut returns = BarReturns::default();
		returns.begin(1);
		returns.record(1, MAX_MARKETS as usize, &seen(100));
		returns.record(1, usize::MAX, &seen(100));
		assert!(returns.is_sound(MAX_MARKETS as usize));
		assert!(returns.returns.iter().all(|size| *size == 0));
	}

	#[test]
	fn as_many_markets_as_there_may_be() {
		let moves = after(&bars(2_000, |bar| vec![swing(bar); MAX_MARKETS as usize]));
		let last = MAX_MARKETS as usize - 1;
		assert_eq!(moves.products.len(), MAX_PAIRS as usize);
		assert_eq!(moves.correlation(last, last - 1), moves.correlation(0, 1));
		assert_eq!(moves.correlation(last, 0), moves.correlation(0, 1));
		assert!(moves.correlation(0, 1) > Ratio::new(700_000_000));
		assert!(moves.is_sound(MAX_MARKETS as usize));
		assert!(!moves.is_sound(MAX_MARKETS as usize - 1));
	}

	/// The sums of all bars, each with the weight that its age leaves it.
	fn naive(bars: &[Vec<Option<i64>>], one: usize, other: usize) -> f64 {
		let of = |bar: &[Option<i64>], place: usize| {
			bar.get(place).copied().flatten().unwrap_or(0) as f64 / 1_000.0
		};
		let kept = |bars: usize| (-(bars as f64) / 1_440.0).exp();
		// bars in which nothing moved are none
		let bars: Vec<_> = bars.iter().filter(|bar| bar.iter().any(Option::is_some)).collect();
		let sum = |product: &dyn Fn(&[Option<i64>]) -> f64, known: usize| {
			let counted = bars[known..].iter().rev().enumerate();
			counted.map(|(age, bar)| product(bar) * kept(age) * (1.0 - kept(1))).sum::<f64>()
		};
		// a market is known from its first return on, or from one of a market after it
		let since = |place: usize| {
			let is_known = |bar: &&Vec<Option<i64>>| bar.iter().skip(place).any(Option::is_some);
			bars.iter().position(is_known).unwrap_or(bars.len())
		};
		let square = |place: usize| {
			let begun = kept(bars.len() - since(place)) / 96.0;
			sum(&|bar| of(bar, place) * of(bar, place), since(place)) + begun
		};
		let product = sum(&|bar| of(bar, one) * of(bar, other), since(one.max(other)));
		(product / (square(one) * square(other)).sqrt()).clamp(0.0, 1.0)
	}

	proptest! {
		#[test]
		fn is_the_correlation_of_the_two_series(
			bars in prop::collection::vec(
				prop::collection::vec(prop::option::weighted(0.8, -9_000i64..9_000), 0..6), 1..300),
			(one, other) in (0..6usize, 0..6usize),
		) {
			let moves = after(&bars);
			prop_assert!(moves.is_sound(6));
			let expected = if one == other { 0.0 } else { naive(&bars, one, other) };
			let found = moves.correlation(one, other).get() as f64 / 1e9;
			prop_assert!((found - expected).abs() < 1e-6, "{} {}", found, expected);
		}

		#[test]
		fn no_pair_moves_together_more_than_it_moves(
			bars in prop::collection::vec(
				prop::collection::vec(prop::option::of(any::<i32>().prop_map(i64::from)), 0..33),
				1..60)
		) {
			let moves = after(&bars);
			let markets = moves.squares.len();
			prop_assert!(moves.is_sound(markets));
			for one in 0..markets {
				for other in 0..markets {
					prop_assert!(moves.correlation(one, other) <= Ratio::ONE);
				}
			}
		}
	}
}
