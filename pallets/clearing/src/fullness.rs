//! How full blocks are: what is left of them is what positions can be unwound through.

use breakwater_units::{Ratio, Rounding};
use frame_support::{dispatch::DispatchClass, traits::Get};
use polkadot_sdk::*;

use crate::{BlockFullness, Config, Pallet};

/// How many blocks the average looks back: a minute of half-second blocks.
const BLOCKS: u64 = 120;

impl<T: Config> Pallet<T> {
	/// Takes the block that ends into the average.
	pub(crate) fn measure_fullness() {
		let used = frame_system::Pallet::<T>::block_weight().get(DispatchClass::Normal).ref_time();
		let limits = T::BlockWeights::get();
		let most = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
		let full =
			Ratio::from_fraction(u128::from(used), u128::from(most.ref_time()), Rounding::Up)
				.unwrap_or(Ratio::ONE)
				.min(Ratio::ONE);
		BlockFullness::<T>::mutate(|average| *average = moved(*average, full));
	}
}

/// An average after one more block, moved at least one part per billion toward it.
fn moved(average: Ratio, block: Ratio) -> Ratio {
	let step = |distance: Ratio| Ratio::new(distance.get().div_ceil(BLOCKS));
	if block >= average {
		average.saturating_add(step(block.saturating_sub(average)))
	} else {
		average.saturating_sub(step(average.saturating_sub(block)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_average_comes_to_what_lasts_and_stays_there() {
		let mut average = Ratio::ZERO;
		let half = Ratio::saturating_from_percent(50);
		for _ in 0..BLOCKS {
			average = moved(average, half);
		}
		// 1 − 1/e of the way after as many blocks as it looks back
		assert!(
			average > Ratio::saturating_from_percent(31)
				&& average < Ratio::saturating_from_percent(32)
		);
		for _ in 0..BLOCKS * 30 {
			average = moved(average, half);
		}
		assert_eq!(average, half);
		assert_eq!(moved(half, half), half);
		for _ in 0..BLOCKS * 30 {
			average = moved(average, Ratio::ZERO);
		}
		assert_eq!(average, Ratio::ZERO);
	}
}
