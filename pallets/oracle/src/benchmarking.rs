//! Measures what the calls and the pieces of the hook weigh, in the worst case of each.
//!
//! The hook adds up its pieces: attendance once, an aggregation for each feed, a judgement for each
//! fresh report, a penalty for each that is due, rewards and weights where they change. Measured as
//! a whole it would have to be linear in reporters and in feeds, and it grows with their product.
//!
//! The worst case of an aggregation is not that of equal reporters, of whom at most half can be
//! struck: three heavy ones agree here, and all the others are outliers in every feed.

use alloc::vec::Vec;

use breakwater_oracle_math::{
	Aggregate, Confidence, Consequence, OracleError, SlowAverage, Validity, MAX_PENALTY_LEVEL,
	MAX_REPORTERS,
};
use breakwater_primitives::{
	oracle::{FeedId, OracleId, Quote, Quotes, Report, MAX_FEEDS},
	AccountId, Balance, BlockNumber,
};
use breakwater_units::{Price, Ratio, Timestamp};
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, Authorize, Get};
use frame_system::RawOrigin;
use polkadot_sdk::*;
use sp_application_crypto::RuntimeAppPublic;
use sp_core::sr25519;
use sp_runtime::{traits::Zero, transaction_validity::TransactionSource, BoundedVec};

use crate::{
	feed::from_genesis, reporters::Outlier, rounds::note_finalized, Call, Config, Feeds,
	GenesisFeed, KnownFinalized, Pallet, PeriodStart, PreviousReporters, PriceState, Prices,
	Reporter, Reporters, Reports, Standings, StoredReport,
};

const PRICE: u64 = 6_000_000;
/// Slots are longer ago than this block; no quote of it has expired.
const NOW: u64 = 1_800_000_000_000;
const BLOCK_MS: u64 = 500;
const LIFETIME: u64 = 60_000;
/// Enough for any bond and reward here.
const RICH: Balance = 1 << 100;
const BOND: Balance = 1 << 60;
const MOST_REPORTERS: u32 = MAX_REPORTERS as u32;
/// Reporters who agree, and decide.
const HEAVY: u32 = 3;
/// The round that is reported, and the block it is reported in.
const ROUND: BlockNumber = 10;

/// All but the first go through the one before.
fn feed(number: u32) -> GenesisFeed {
	let symbol = |number| alloc::format!("LONGNAME{number:03}-USD");
	GenesisFeed {
		symbol: symbol(number),
		decimals: 2,
		min_price: 1,
		max_price: 1 << 36,
		through: number.checked_sub(1).map(symbol),
		lifetime: LIFETIME,
		daily_sigma: 40_000_000,
		widest_to_withdraw: 10_000_000,
		widest_to_add_risk: 20_000_000,
		stale_after: LIFETIME,
		expired_after: LIFETIME,
		largest_multiple: 5,
		average_over: 3_600_000,
		confidence_step: 500_000,
	}
}

/// Neither sorted nor all the same: what sorting takes longest for.
fn scattered(number: u64) -> u64 {
	(number * 29 + 11) % MAX_REPORTERS as u64
}

fn quotes(feeds: u32, price: u64, time: u64) -> Quotes {
	let quote = |feed| Quote { feed, price, confidence: 100, time, sources: u8::MAX };
	BoundedVec::truncate_from((0..feeds as FeedId).map(quote).collect())
}

/// A key that signs nothing: to make one that does takes ten milliseconds.
fn idle_key(number: u8, kind: u8) -> OracleId {
	let mut raw = [number; 32];
	raw[31] = kind;
	sr25519::Public::from_raw(raw).into()
}

/// The most feeds, and reporters with bonds and unequal weights.
fn set_up<T: Config>(reporters: u32) {
	let feeds: Vec<GenesisFeed> = (0..MAX_FEEDS).map(feed).collect();
	Feeds::<T>::put(from_genesis(&feeds).expect("the feeds are in order"));
	let reporter = |number: u32| {
		let account: AccountId = account("reporter", number, 0);
		T::Currency::set_balance(&account, RICH);
		let weight = if number < HEAVY { BOND } else { 1 };
		Reporter { account, key: idle_key(number as u8, 0), weight }
	};
	let all: Vec<Reporter> = (0..reporters).map(reporter).collect();
	Reporters::<T>::put(BoundedVec::truncate_from(all.clone()));
	Pallet::<T>::bond_reporters(BOND).expect("the accounts are rich");
	// Not those of the bonds, which are the same.
	Reporters::<T>::put(BoundedVec::truncate_from(all));
	frame_system::Pallet::<T>::set_block_number(ROUND.into());
}

/// The reporters' keys have just been replaced. What they signed before still counts, and is
/// searched for last. Returns the last of those keys.
fn replace_keys<T: Config>() -> OracleId {
	let mut before = Reporters::<T>::get();
	let mut after = before.clone();
	for (number, reporter) in (0..).zip(after.iter_mut()) {
		reporter.key = idle_key(number, 1);
	}
	Reporters::<T>::put(after);
	let key = OracleId::generate_pair(None);
	before.last_mut().expect("there are reporters").key = key.clone();
	PreviousReporters::<T>::put((ROUND + 1, before));
	key
}

/// A report of this block's round.
fn signed<T: Config>(key: OracleId, feeds: u32) -> Call<T> {
	let quotes = quotes(feeds, PRICE, T::SlotTime::get());
	let report = Report { reporter: key.clone(), round: ROUND, finalized: 0, quotes };
	let genesis = frame_system::Pallet::<T>::block_hash(
		frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
	);
	let signature = key.sign(&report.signed_bytes(&genesis)).expect("the key is in the keystore");
	Call::report { report, signature }
}

/// Everyone has reported all feeds in the last block. The heavy ones agree within a few ticks; the
/// others are below and above by a quarter and more.
fn everyone_reported<T: Config>() {
	let included = ROUND - 1;
	for (number, reporter) in (0u64..).zip(Reporters::<T>::get()) {
		let place = scattered(number);
		let price = match (number < HEAVY.into(), place % 2) {
			(true, _) => PRICE + place,
			(false, 0) => PRICE - PRICE / 4 - place,
			(false, _) => PRICE + PRICE / 4 + place,
		};
		let quotes = quotes(MAX_FEEDS, price, NOW - BLOCK_MS - place);
		let finalized = place as BlockNumber;
		let report = StoredReport { round: included, included, finalized, quotes };
		Reports::<T>::insert(&reporter.account, report);
		Standings::<T>::mutate(&reporter.account, |standing| {
			standing.last_round = Some(included);
		});
	}
}

/// A price of the block before, that was good for nothing.
fn expired_price() -> PriceState {
	let price = Price::new(PRICE + 1_000);
	PriceState {
		aggregate: Aggregate {
			price,
			confidence: Confidence::new(PRICE / 100),
			time: Timestamp::new(NOW - LIFETIME * 2),
		},
		confidence_in_force: Confidence::new(PRICE / 100),
		average: SlowAverage::starting_at(price),
		updated: Timestamp::new(NOW - BLOCK_MS),
		round: Err(OracleError::NoQuorum),
		reporters: 1,
		participation: Ratio::ZERO,
		validity: Validity::Expired,
	}
}

fn one_of<T: Config>(number: usize) -> AccountId {
	Reporters::<T>::get().get(number).expect("there are so many reporters").account.clone()
}

#[benchmarks(where Call<T>: Authorize)]
mod benchmarks {
	use super::*;

	/// Authorising a report with `q` quotes. Its key is the last of those that were replaced.
	#[benchmark]
	fn authorize_report(q: Linear<1, MAX_FEEDS>) -> Result<(), BenchmarkError> {
		set_up::<T>(MOST_REPORTERS);
		let call = signed::<T>(replace_keys::<T>(), q);

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or("the call is an authorised one")?
				.map_err(|_| "the report is in order")?;
		}
		Ok(())
	}

	/// Storing a report with `q` quotes. Its key is the last of those that were replaced.
	#[benchmark]
	fn report(q: Linear<1, MAX_FEEDS>) {
		set_up::<T>(MOST_REPORTERS);
		everyone_reported::<T>();
		let Call::report { report: signed, signature } = signed::<T>(replace_keys::<T>(), q);

		#[extrinsic_call]
		_(RawOrigin::Authorized, signed, signature);

		let last = one_of::<T>(MAX_REPORTERS - 1);
		let stored = Reports::<T>::get(&last).expect("it was stored");
		assert_eq!((stored.round, stored.quotes.len()), (ROUND, q as usize));
	}

	/// What every block does once for `r` reporters: reads feeds and reports, notes the final
	/// block, and sees that no reward is due.
	#[benchmark]
	fn attend(r: Linear<1, MOST_REPORTERS>) {
		set_up::<T>(r);
		everyone_reported::<T>();
		PeriodStart::<T>::put(ROUND);
		KnownFinalized::<T>::put(BlockNumber::MAX);

		#[block]
		{
			let attendants = Pallet::<T>::attendants();
			assert_eq!(Feeds::<T>::get().len(), MAX_FEEDS as usize);
			note_finalized::<T>(&attendants, ROUND);
			assert_eq!(Pallet::<T>::pay_rewards(), 0);
		}

		assert_ne!(KnownFinalized::<T>::get(), Some(BlockNumber::MAX));
	}

	/// The round of one feed, quoted by `r` reporters.
	#[benchmark]
	fn aggregate(r: Linear<1, MOST_REPORTERS>) {
		set_up::<T>(r);
		everyone_reported::<T>();
		let last: FeedId = MAX_FEEDS as FeedId - 1;
		Prices::<T>::insert(last, expired_price());
		let feed = Feeds::<T>::get().last().expect("there are feeds").clone();
		let mut attendants = Pallet::<T>::attendants();

		#[block]
		{
			Pallet::<T>::hold_round(last, &feed, &mut attendants, Timestamp::new(NOW));
		}

		let price = Prices::<T>::get(last).expect("there is a price");
		assert_eq!((price.round, price.reporters), (Ok(()), r));
		assert_ne!(price.validity, Validity::Expired);
		let struck = attendants.iter().filter(|attendant| !attendant.outliers.is_empty()).count();
		assert_eq!(struck, r.saturating_sub(HEAVY) as usize);
	}

	/// Judging a report with `o` outliers. Without any, it is the one that undoes a penalty.
	#[benchmark]
	fn judge(o: Linear<0, MAX_FEEDS>) {
		set_up::<T>(1);
		let reporter = one_of::<T>(0);
		Standings::<T>::mutate(&reporter, |standing| {
			standing.conduct.good_rounds = u32::MAX - 1;
			standing.conduct.level = MAX_PENALTY_LEVEL;
		});
		let outlier = |feed| Outlier { feed, price: PRICE, aggregate: PRICE * 2 };
		let outliers: Vec<Outlier> = (0..o as FeedId).map(outlier).collect();
		let events = frame_system::Pallet::<T>::event_count();

		#[block]
		{
			Pallet::<T>::judge(&reporter, &outliers);
		}

		assert_eq!(frame_system::Pallet::<T>::event_count() - events, o.max(1));
	}

	/// Carrying out a penalty, the first one: the pot is not open yet.
	#[benchmark]
	fn penalise() {
		set_up::<T>(1);
		let reporter = one_of::<T>(0);
		let part = Ratio::saturating_from_percent(10);

		#[block]
		{
			Pallet::<T>::carry_out(&reporter, Consequence::Penalty(part), 1);
		}

		assert!(Pallet::<T>::bond(&reporter) < BOND);
	}

	/// Weighing `r` reporters of all penalty levels.
	#[benchmark]
	fn weigh(r: Linear<1, MOST_REPORTERS>) {
		set_up::<T>(r);
		for (number, reporter) in (0u64..).zip(Reporters::<T>::get()) {
			let level = scattered(number) % (u64::from(MAX_PENALTY_LEVEL) + 1);
			Standings::<T>::mutate(&reporter.account, |standing| {
				standing.conduct.level = level as u8;
			});
		}

		#[block]
		{
			Pallet::<T>::weigh();
		}

		assert!(Reporters::<T>::get().iter().all(|reporter| reporter.weight > 1));
	}

	/// Paying `r` reporters, whose bonds are refilled.
	#[benchmark]
	fn pay_rewards(r: Linear<1, 8>) {
		set_up::<T>(r);
		Pallet::<T>::weigh();
		T::Currency::set_balance(&Pallet::<T>::pot(), RICH);
		for reporter in Reporters::<T>::get() {
			Standings::<T>::mutate(&reporter.account, |standing| {
				standing.good_rounds = u32::MAX;
				standing.full_bond = RICH;
			});
		}
		frame_system::Pallet::<T>::set_block_number(T::RewardPeriod::get().into());

		#[block]
		{
			assert_eq!(Pallet::<T>::pay_rewards(), r);
		}

		assert!((0..r as usize).all(|number| Pallet::<T>::bond(&one_of::<T>(number)) > BOND));
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
