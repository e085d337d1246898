//! Measures what the calls weigh. The ledger's part, for accounts with as many legs as there may
//! be, is measured there and added by the runtime's weights.

use breakwater_interfaces::{Ledger, RiskEngine, SubaccountId};
use breakwater_primitives::AccountId;
use breakwater_units::{Amount, PoolId};
use frame_benchmarking::v2::*;
use frame_support::{
	storage::with_storage_layer,
	traits::{fungibles::Mutate, Get},
};
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{Call, Config, Pallet};

const AMOUNT: u128 = 1_000_000_000_000;

fn pool<T: Config>() -> Result<PoolId, BenchmarkError> {
	Ok(*T::RiskEngine::pools().first().ok_or("there is a pool")?)
}

/// A subaccount of the caller, and quote in its wallet. The quote asset exists at genesis.
fn ready<T: Config>() -> Result<SubaccountId, BenchmarkError> {
	let owner: AccountId = whitelisted_caller();
	let id = SubaccountId { owner, number: 0 };
	T::Ledger::open(&id, pool::<T>()?, None)?;
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

	/// Others have used up the pool's limit, so that a part waits.
	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let id = deposited::<T>()?;
		for number in 1..9 {
			let other = SubaccountId { number, ..id.clone() };
			T::Ledger::open(&other, pool::<T>()?, None)?;
			Pallet::<T>::take_in(&other, None, Amount::new(AMOUNT))?;
		}
		for number in 1..9 {
			let other = SubaccountId { number, ..id.clone() };
			let taken = || Pallet::<T>::take_out(&other, None, Amount::new(AMOUNT / 5));
			// As far as the limit of an account goes.
			let _ = with_storage_layer(taken);
		}

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
