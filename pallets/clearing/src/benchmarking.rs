//! The pipeline where no market has a price: what its stages cost is theirs to say. With the few
//! markets of the preset it weighs a little more than without.

use frame_benchmarking::v2::*;
use polkadot_sdk::*;

use crate::{Config, FirstMarket, LastReport, Pallet, Report};

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn run() {
		FirstMarket::<T>::put(7);

		#[block]
		{
			Pallet::<T>::run();
		}

		assert_ne!(LastReport::<T>::get(), Report { failed: 1, ..Default::default() });
	}

	#[benchmark]
	fn run_batch() {
		#[block]
		{
			Pallet::<T>::benchmark_batch();
		}
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
