//! Measures what the calls weigh. The ledger's part, for accounts with as many legs as there may
//! be, is measured there and added by the runtime's weights.

use breakwater_interfaces::{Ledger, RiskEngine, SubaccountId};
use breakwater_primitives::AccountId;
use breakwater_units::Amount;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungibles::Mutate, Get};
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{Call, Config, Pallet};

const AMOUNT: u128 = 1_000_000_000_000;

/// A subaccount of the caller, and quote in its wallet. The quote asset exists at genesis.
fn ready<T: Config>() -> Result<SubaccountId, BenchmarkError> {
	let owner: AccountId = whitelisted_caller();
	let id = SubaccountId { owner, number: 0 };
	let pool = *T::RiskEngine::pools().first().ok_or("there is a pool")?;
	T::Ledger::open(&id, pool, None)?;
	T::Assets::mint_into(T::QuoteAsset::get(), &id.owner, AMOUNT.saturating_mul(10))?;
	Ok(id)
}

fn deposited<T: Config>() -> Result<SubaccountId, BenchmarkError> {
	let id = ready::<T>()?;
	Pallet::<T>::take_in(&id, None, Amount::new(AMOUNT))?;
	Ok(id)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn deposit() -> Result<(), BenchmarkError> {
		let id = ready::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner), id.number, None, Amount::new(AMOUNT));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let id = deposited::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner), id.number, None, Amount::new(AMOUNT / 100));
		Ok(())
	}

	#[benchmark]
	fn collect() -> Result<(), BenchmarkError> {
		let id = deposited::<T>()?;
		let amount = Amount::new(AMOUNT / 100);
		Pallet::<T>::wait_for_benchmark(&id, amount)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner), 0);
		Ok(())
	}

	#[benchmark]
	fn faucet() -> Result<(), BenchmarkError> {
		let caller: AccountId = whitelisted_caller();

		#[block]
		{
			// Where there is no faucet, refusing is all it does.
			let _ = Pallet::<T>::drip(&caller);
		}
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
