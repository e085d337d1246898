//! Measures what the calls and the hook weigh, in the worst case of each.

use alloc::vec::Vec;

use breakwater_oracle_math::MAX_REPORTERS;
use breakwater_primitives::{
	oracle::{OracleId, Quote, Report, MAX_FEEDS},
	AccountId, Balance, BlockNumber,
};
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, Authorize, Get};
use frame_system::RawOrigin;
use polkadot_sdk::*;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{traits::Zero, transaction_validity::TransactionSource, BoundedVec};

use crate::{
	feed::from_genesis, Call, Config, Feeds, GenesisFeed, Pallet, PeriodStart, Prices, Reporter,
	Reporters, Reports, StoredReport,
};

const PRICE: u64 = 6_000_000;
/// Enough for any bond and reward here.
const RICH: Balance = 1 << 100;
const BOND: Balance = 1 << 60;
const MOST_REPORTERS: u32 = MAX_REPORTERS as u32;

fn feed(number: u32) -> GenesisFeed {
	GenesisFeed {
		symbol: alloc::format!("COIN{number}-USD"),
		decimals: 2,
		min_price: 1,
		max_price: 1 << 36,
		through: None,
		lifetime: 60_000,
		daily_sigma: 40_000_000,
		widest_to_withdraw: 10_000_000,
		widest_to_add_risk: 20_000_000,
		stale_after: 60_000,
		expired_after: 60_000,
		largest_multiple: 5,
		average_over: 3_600_000,
		confidence_step: 500_000,
	}
}

fn quotes<T: Config>(feeds: u32, price: u64) -> Vec<Quote> {
	let time = T::SlotTime::get();
	let quote = |feed| Quote { feed, price, confidence: 100, time, sources: 5 };
	(0..feeds as u16).map(quote).collect()
}

/// So many feeds, and reporters with bonds.
fn set_up<T: Config>(reporters: u32, feeds: u32) -> Vec<OracleId> {
	let all: Vec<GenesisFeed> = (0..feeds).map(feed).collect();
	Feeds::<T>::put(from_genesis(&all).expect("the feeds are in order"));
	let keys: Vec<OracleId> = (0..reporters).map(|_| OracleId::generate_pair(None)).collect();
	let reporter = |(number, key): (u32, &OracleId)| {
		let account: AccountId = account("reporter", number, 0);
		T::Currency::set_balance(&account, RICH);
		Reporter { account, key: key.clone(), weight: 0 }
	};
	let reporters: Vec<Reporter> = (0..).zip(&keys).map(reporter).collect();
	Reporters::<T>::put(BoundedVec::truncate_from(reporters));
	T::Currency::set_balance(&Pallet::<T>::pot(), RICH);
	Pallet::<T>::bond_reporters(BOND).expect("the accounts are rich");
	keys
}

/// A report of this block's round, signed.
fn signed<T: Config>(key: &OracleId, feeds: u32) -> Call<T> {
	let round = Pallet::<T>::block();
	let quotes = BoundedVec::truncate_from(quotes::<T>(feeds, PRICE));
	let report = Report { reporter: key.clone(), round, finalized: 0, quotes };
	let genesis = frame_system::Pallet::<T>::block_hash(
		frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
	);
	let signature = key.sign(&report.signed_bytes(&genesis)).expect("the key is in the keystore");
	Call::report { report, signature }
}

/// Everyone has reported in the last block; one in three is an outlier, so that penalties, too, are
/// in the measurement.
fn everyone_reported<T: Config>(feeds: u32) {
	let included: BlockNumber = Pallet::<T>::block().saturating_sub(1);
	for (number, reporter) in (0u64..).zip(Reporters::<T>::get()) {
		let price = if number % 3 == 2 { PRICE * 2 } else { PRICE + number };
		let quotes = BoundedVec::truncate_from(quotes::<T>(feeds, price));
		let report = StoredReport { round: included, included, finalized: 0, quotes };
		Reports::<T>::insert(&reporter.account, report);
		crate::Standings::<T>::mutate(&reporter.account, |standing| {
			standing.conduct.strikes = u32::MAX - 1;
			standing.last_round = Some(included);
		});
	}
}

#[benchmarks(where Call<T>: Authorize)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn authorize_report(q: Linear<1, MAX_FEEDS>) -> Result<(), BenchmarkError> {
		let keys = set_up::<T>(MOST_REPORTERS, MAX_FEEDS);
		// The last of them: the whole list is searched.
		let call = signed::<T>(keys.last().expect("there are reporters"), q);

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or("the call is an authorised one")?
				.map_err(|_| "the report is in order")?;
		}
		Ok(())
	}

	#[benchmark]
	fn report(q: Linear<1, MAX_FEEDS>) -> Result<(), BenchmarkError> {
		let keys = set_up::<T>(MOST_REPORTERS, MAX_FEEDS);
		let key = keys.last().expect("there are reporters");
		let Call::report { report, signature } = signed::<T>(key, q) else {
			return Err("the call is a report".into());
		};

		#[extrinsic_call]
		_(RawOrigin::Authorized, report, signature);

		assert_eq!(Reports::<T>::iter().count(), 1);
		Ok(())
	}

	#[benchmark]
	fn begin_block(r: Linear<1, MOST_REPORTERS>, f: Linear<1, MAX_FEEDS>) {
		set_up::<T>(r, f);
		everyone_reported::<T>(f);
		PeriodStart::<T>::put(Pallet::<T>::block());

		#[block]
		{
			Pallet::<T>::begin_block();
		}

		assert_eq!(Prices::<T>::iter().count(), f as usize);
	}

	#[benchmark]
	fn pay_rewards(r: Linear<1, MOST_REPORTERS>) {
		set_up::<T>(r, 1);
		for reporter in Reporters::<T>::get() {
			crate::Standings::<T>::mutate(&reporter.account, |standing| {
				standing.good_rounds = u32::MAX;
				standing.full_bond = BOND * 2;
			});
		}
		frame_system::Pallet::<T>::set_block_number(T::RewardPeriod::get().into());

		#[block]
		{
			assert_eq!(Pallet::<T>::pay_rewards(), r);
		}
	}

	impl_benchmark_test_suite!(
		Pallet,
		{
			let mut ext = crate::mock::chain_of(4, 0);
			let keystore = sp_keystore::testing::MemoryKeystore::new();
			ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
			ext
		},
		crate::mock::Test
	);
}
