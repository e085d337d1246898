use breakwater_primitives::{AccountId, Balance};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{traits::One, BuildStorage};

use crate::person;

/// Makes the runtime `Test` of the pallets named, after `System` and `Balances`, and configures these
/// two for the chain's accounts. The block's type is the caller's `Block`.
///
/// ```ignore
/// type Block = frame_system::mocking::MockBlock<Test>;
/// breakwater_test_support::runtime!(Custody: crate);
/// ```
#[macro_export]
macro_rules! runtime {
	($($pallets:tt)*) => {
		use frame_support::derive_impl;

		frame_support::construct_runtime!(
			pub enum Test {
				System: frame_system,
				Balances: pallet_balances,
				$($pallets)*
			}
		);

		#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
		impl frame_system::Config for Test {
			type Block = Block;
			type AccountId = breakwater_primitives::AccountId;
			type Lookup = sp_runtime::traits::IdentityLookup<breakwater_primitives::AccountId>;
			type AccountData = pallet_balances::AccountData<breakwater_primitives::Balance>;
		}

		#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
		impl pallet_balances::Config for Test {
			type AccountStore = System;
			type Balance = breakwater_primitives::Balance;
			type RuntimeHoldReason = RuntimeHoldReason;
		}
	};
}

/// A chain at its first block, on which persons from 1 on have so much of the native token.
pub fn externalities<T>(persons: u8, each: Balance) -> TestExternalities
where
	T: frame_system::Config<AccountId = AccountId> + pallet_balances::Config<Balance = Balance>,
{
	let mut storage = frame_system::GenesisConfig::<T>::default().build_storage().unwrap();
	let balances = (1..=persons).map(|number| (person(number), each)).collect();
	pallet_balances::GenesisConfig::<T> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| frame_system::Pallet::<T>::set_block_number(One::one()));
	ext
}
