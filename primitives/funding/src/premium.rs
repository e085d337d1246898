use crate::FundingError;
use breakwater_units::{Price, Ratio, Rounding, SignedRatio, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A clearing without forced orders.
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
pub struct Batch {
	/// Its uniform price.
	pub price: Price,
	/// What was bought, which is what was sold.
	pub volume: Size,
}

/// Average prices at which a fixed notional could be sold and bought right away; `None` where the
/// book is not that deep.
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
pub struct Impact {
	/// Price at which the notional sells.
	pub bid: Option<Price>,
	/// Price at which the notional buys.
	pub ask: Option<Price>,
}

/// Premium of a market over its index: `(r − index)/index`, rounded toward zero and held within
/// `±cap`, where r is the batch price, or the index if the batch traded less than `least_volume`,
/// held between the impact prices.
///
/// Without a batch this is the premium of BitMEX and dYdX,
/// `(max(0, impact bid − index) − max(0, index − impact ask))/index`. With one, the price that
/// traded counts as far as there is depth behind it: neither a trade through a thin book nor
/// quotes that nobody trades with can move it alone. Without depth on a side, that side does not
/// hold it.
///
/// # Errors
/// `ZeroIndex`.
pub fn premium(
	index: Price,
	batch: Option<Batch>,
	impact: Impact,
	least_volume: Size,
	cap: Ratio,
) -> Result<SignedRatio, FundingError> {
	if index.is_zero() {
		return Err(FundingError::ZeroIndex);
	}
	let traded = batch.filter(|batch| batch.volume >= least_volume && !batch.volume.is_zero());
	let reference = traded.map_or(index, |batch| batch.price);
	let held =
		reference.max(impact.bid.unwrap_or(Price::ZERO)).min(impact.ask.unwrap_or(Price::MAX));

	let index = i128::from(index.get());
	let distance = i128::from(held.get()).saturating_sub(index);
	let ratio = SignedRatio::from_fraction(distance, index, Rounding::TowardZero);
	// Only a premium of 9·10⁹ and more does not fit: it is above any cap.
	Ok(ratio.unwrap_or(SignedRatio::MAX).clamp_symmetric(cap))
}

#[cfg(test)]
mod tests {
	use super::*;

	const INDEX: Price = Price::new(100_000);
	const CAP: Ratio = Ratio::saturating_from_percent(5);
	const LEAST: Size = Size::new(10);

	fn impact(bid: u64, ask: u64) -> Impact {
		Impact { bid: Some(Price::new(bid)), ask: Some(Price::new(ask)) }
	}

	fn traded(price: u64) -> Option<Batch> {
		Some(Batch { price: Price::new(price), volume: LEAST })
	}

	fn seen(batch: Option<Batch>, impact: Impact) -> i64 {
		premium(INDEX, batch, impact, LEAST, CAP).unwrap().get()
	}

	mod without_a_batch {
		use super::*;

		#[test]
		fn is_zero_while_the_index_is_between_the_impact_prices() {
			assert_eq!(seen(None, impact(99_900, 100_100)), 0);
			assert_eq!(seen(None, Impact::default()), 0);
		}

		#[test]
		fn is_what_the_impact_prices_are_beyond_the_index() {
			assert_eq!(seen(None, impact(100_100, 100_300)), 1_000_000);
			assert_eq!(seen(None, impact(99_700, 99_900)), -1_000_000);
		}
	}

	mod with_a_batch {
		use super::*;

		#[test]
		fn is_the_batch_price_between_the_impact_prices() {
			assert_eq!(seen(traded(100_050), impact(99_900, 100_100)), 500_000);
			assert_eq!(seen(traded(99_950), impact(99_900, 100_100)), -500_000);
		}

		#[test]
		fn counts_only_as_far_as_there_is_depth() {
			assert_eq!(seen(traded(150_000), impact(99_900, 100_100)), 1_000_000);
			assert_eq!(seen(traded(10), impact(99_900, 100_100)), -1_000_000);
		}

		#[test]
		fn too_small_does_not_count() {
			let small = Some(Batch { price: Price::new(100_050), volume: Size::new(9) });
			assert_eq!(seen(small, impact(99_900, 100_100)), 0);
			let nothing = Some(Batch { price: Price::new(100_050), volume: Size::ZERO });
			assert_eq!(
				premium(INDEX, nothing, Impact::default(), Size::ZERO, CAP).unwrap().get(),
				0
			);
		}
	}

	#[test]
	fn is_held_within_the_cap() {
		assert_eq!(seen(traded(u64::MAX), Impact::default()), 50_000_000);
		assert_eq!(seen(traded(0), Impact::default()), -50_000_000);
		let one = Price::new(1);
		let huge = premium(one, traded(u64::MAX), Impact::default(), LEAST, Ratio::MAX);
		assert_eq!(huge, Ok(SignedRatio::MAX));
	}

	#[test]
	fn zero_index_is_an_error() {
		let nothing = premium(Price::ZERO, None, Impact::default(), LEAST, CAP);
		assert_eq!(nothing, Err(FundingError::ZeroIndex));
	}
}
