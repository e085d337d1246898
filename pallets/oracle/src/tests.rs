use breakwater_oracle_math::{Action, OracleError, Validity};
use breakwater_primitives::oracle::{Quote, Report};
use breakwater_units::{Price, Ratio};
use frame_support::{
	assert_ok,
	traits::{
		fungible::{Inspect, InspectHold},
		Authorize, OneSessionHandler,
	},
};
use polkadot_sdk::*;
use sp_runtime::transaction_validity::{
	InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
};

use crate::{mock::*, report, Error, Event, HoldReason, Prices, Reporters, Reports, Standings};

fn price(feed: u16) -> u64 {
	Prices::<Test>::get(feed).unwrap().aggregate.price.get()
}

fn bond(number: u8) -> u128 {
	Balances::balance_on_hold(&HoldReason::ReporterBond.into(), &account(number))
}

fn level(number: u8) -> u8 {
	Standings::<Test>::get(account(number)).conduct.level
}

mod a_round {
	use super::*;

	#[test]
	fn becomes_the_median_in_the_next_block() {
		with_chain(|| {
			next_block();
			for (number, price) in [(1, 6_000_000), (2, 6_000_300), (3, 6_000_100), (4, 6_000_200)]
			{
				say(number, price);
			}
			assert_eq!(Prices::<Test>::get(BTC), None);
			next_block();
			let state = Prices::<Test>::get(BTC).unwrap();
			assert_eq!(state.aggregate.price.get(), 6_000_100);
			assert_eq!((state.reporters, state.validity), (4, Validity::Valid));
			assert_eq!(price(USDT), 10_000);
		});
	}

	#[test]
	fn needs_two_thirds_of_the_weight() {
		with_chain(|| {
			next_block();
			say(1, 6_000_000);
			say(2, 6_000_000);
			next_block();
			assert_eq!(Prices::<Test>::get(BTC), None);
			say(3, 6_000_000);
			next_block();
			assert_eq!(price(BTC), 6_000_000);
		});
	}

	#[test]
	fn is_explained_by_its_events() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			let said = |event: &Event<Test>| {
				matches!(event, Event::Aggregated { feed: BTC, price: 6_000_000, reporters: 4, .. })
			};
			assert!(events().iter().any(said));
			let graded = Event::ValidityChanged { feed: BTC, from: None, to: Validity::Valid };
			assert!(events().contains(&graded));
		});
	}

	#[test]
	fn forgets_quotes_that_have_expired() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			for _ in 0..LIFETIME / BLOCK_MS {
				next_block();
			}
			// two come back, the old quotes of the other two no longer count
			say(1, 7_000_000);
			say(2, 7_000_000);
			next_block();
			assert_eq!(price(BTC), 6_000_000);
			assert_eq!(Prices::<Test>::get(BTC).unwrap().validity, Validity::NoQuorum);
		});
	}

	#[test]
	fn one_liar_moves_nothing_beyond_the_honest() {
		with_chain(|| {
			next_block();
			round_of([6_000_000, 6_000_100, 6_000_200, 9_000_000]);
			assert_eq!(price(BTC), 6_000_100);
			round_of([1_000, 6_000_100, 6_000_200, 6_000_300]);
			assert_eq!(price(BTC), 6_000_100);
		});
	}

	#[test]
	fn of_two_halves_has_no_price() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			for lie in [1_000, 5_800_000, 9_000_000] {
				round_of([6_000_000, 6_000_000, lie, lie]);
				let state = Prices::<Test>::get(BTC).unwrap();
				assert_eq!(state.aggregate.price.get(), 6_000_000);
				assert_eq!(state.round, Err(OracleError::NoAgreement));
				assert_eq!(state.validity, Validity::NoQuorum);
				assert_eq!(bond(1), BOND, "nobody knows who lies");
				assert_eq!(bond(4), BOND);
			}
			// two percent apart is no lie
			round_of([6_000_000, 6_000_000, 5_900_000, 5_900_000]);
			assert_eq!((price(BTC), Prices::<Test>::get(BTC).unwrap().round), (5_900_000, Ok(())));
		});
	}

	#[test]
	fn knows_what_is_missing_when_it_fails() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			for _ in 0..LIFETIME / BLOCK_MS {
				next_block();
			}
			say(1, 6_000_000);
			say(2, 6_000_000);
			next_block();
			let state = Prices::<Test>::get(BTC).unwrap();
			assert_eq!(state.round, Err(OracleError::NoQuorum));
			let missing = <Oracle as breakwater_interfaces::Prices>::price(BTC).unwrap();
			assert_eq!(missing.missing_weight, Ratio::saturating_from_percent(50));
		});
	}

	#[test]
	fn time_never_runs_backwards() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			let newest = Prices::<Test>::get(BTC).unwrap().aggregate.time;
			// three report what is older than what the chain has
			for number in 1..=3 {
				let mut old = quote(BTC, 5_000_000);
				old.time = newest.get() - 400;
				let report = report(number, vec![old]);
				assert_ok!(submit(report.clone(), signed(number, &report)));
			}
			next_block();
			assert_eq!(price(BTC), 6_000_000);
			assert!(!is_aggregated(BTC), "nobody agreed on the price that is kept");
			round_of([6_000_100; 4]);
			assert!(is_aggregated(BTC));
		});
	}

	/// Whether the events of this block tell a new price.
	fn is_aggregated(of: u16) -> bool {
		let is_one =
			|event: &Event<Test>| matches!(event, Event::Aggregated { feed, .. } if *feed == of);
		events().iter().any(is_one)
	}
}

mod a_chain {
	use super::*;

	#[test]
	fn with_one_reporter_has_a_quorum() {
		chain_of(1, BOND).execute_with(|| {
			next_block();
			say(1, 6_000_000);
			next_block();
			assert_eq!(price(BTC), 6_000_000);
		});
	}

	#[test]
	fn without_bonds_counts_all_the_same() {
		chain_of(4, 0).execute_with(|| {
			next_block();
			round_of([6_000_000, 6_000_001, 6_000_002, 6_000_003]);
			assert_eq!(price(BTC), 6_000_001);
			assert_eq!(Reporters::<Test>::get()[0].weight, 1);
		});
	}

	#[test]
	fn without_reports_has_no_price_and_no_events() {
		with_chain(|| {
			for _ in 0..10 {
				next_block();
			}
			assert_eq!(Prices::<Test>::iter().count(), 0);
			assert_eq!(Oracle::validity(BTC), Validity::Missing);
		});
	}

	#[test]
	fn after_an_outage_knows_that_its_prices_are_old() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			Now::set(&(Now::get() + 3_600_000));
			next_block();
			assert_eq!(Oracle::validity(BTC), Validity::Expired);
			assert!(!Oracle::permits(BTC, Action::Liquidate));
			round_of([5_000_000; 4]);
			assert_eq!(Oracle::validity(BTC), Validity::Valid);
		});
	}
}

mod validity {
	use super::*;

	fn allowed() -> [bool; 4] {
		[Action::Liquidate, Action::Trade, Action::AddRisk, Action::Withdraw]
			.map(|action| Oracle::permits(BTC, action))
	}

	#[test]
	fn falls_as_reporters_fall_silent_and_recovers() {
		with_chain(|| {
			next_block();
			round_of([6_000_000; 4]);
			assert_eq!(allowed(), [true; 4]);
			// two of four: their last quotes count until they expire
			for _ in 0..8 {
				say(1, 6_000_000);
				say(2, 6_000_000);
				next_block();
			}
			assert_eq!(Oracle::validity(BTC), Validity::NoQuorum);
			assert_eq!(allowed(), [true, true, false, false]);
			for _ in 0..120 {
				say(1, 6_000_000);
				say(2, 6_000_000);
				next_block();
			}
			assert_eq!(allowed(), [false; 4]);
			round_of([6_000_000; 4]);
			assert_eq!(allowed(), [true; 4]);
		});
	}

	#[test]
	fn falls_with_confidence() {
		with_chain(|| {
			next_block();
			for number in 1..=4 {
				let wide = Quote { confidence: 90_000, ..quote(BTC, 6_000_000) };
				let report = report(number, vec![wide]);
				assert_ok!(submit(report.clone(), signed(number, &report)));
			}
			next_block();
			assert_eq!(Oracle::validity(BTC), Validity::Wide);
		});
	}

	#[test]
	fn of_a_cross_is_the_worse_of_both() {
		with_chain(|| {
			next_block();
			let cross = |number| {
				let quotes = vec![quote(BTC_USDT, 6_000_000)];
				let report = report(number, quotes);
				assert_ok!(submit(report.clone(), signed(number, &report)));
			};
			(1..=4).for_each(cross);
			next_block();
			assert_eq!(Oracle::validity(BTC_USDT), Validity::Missing);
			assert_eq!(Oracle::dollar_price(BTC_USDT), None);
			for number in 1..=4 {
				let quotes = vec![quote(USDT, 9_000), quote(BTC_USDT, 6_000_000)];
				let report = report(number, quotes);
				assert_ok!(submit(report.clone(), signed(number, &report)));
			}
			next_block();
			assert_eq!(Oracle::validity(BTC_USDT), Validity::Valid);
			// the stablecoin's depeg is in the price
			assert_eq!(Oracle::dollar_price(BTC_USDT).unwrap().price.get(), 5_400_000);
		});
	}
}

mod reports {
	use super::*;

	fn custom(code: u8) -> TransactionValidityError {
		InvalidTransaction::Custom(code).into()
	}

	/// What the pool says of a report, and that it changed nothing.
	fn refused(report: Report) -> TransactionValidityError {
		let signature = signed(1, &report);
		refused_with(report, signature)
	}

	fn refused_with(
		report: Report,
		signature: breakwater_primitives::oracle::OracleSignature,
	) -> TransactionValidityError {
		let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
		let answer = submit(report, signature).unwrap_err();
		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
		answer
	}

	fn in_second_block(test: impl FnOnce()) {
		with_chain(|| {
			next_block();
			test();
		});
	}

	#[test]
	fn outrank_everything_and_live_two_blocks() {
		in_second_block(|| {
			let report = report(1, vec![quote(BTC, 6_000_000)]);
			let signature = signed(1, &report);
			let call = RuntimeCall::Oracle(crate::Call::report { report, signature });
			let (valid, _) = call.authorize(TransactionSource::External).unwrap().unwrap();
			assert_eq!(valid.priority, TransactionPriority::MAX);
			assert_eq!(valid.longevity, 2);
			assert!(valid.propagate);
			assert_eq!(valid.provides.len(), 1);
		});
	}

	#[test]
	fn of_rounds_that_a_slow_pool_does_not_know_yet_may_wait_in_it_but_not_in_a_block() {
		in_second_block(|| {
			let validity = |ahead: u32, source| {
				let now = report(1, vec![quote(BTC, 6_000_000)]);
				let round = now.round + 1 + ahead;
				let report = Report { round, ..now };
				let signature = signed(1, &report);
				let call = RuntimeCall::Oracle(crate::Call::report { report, signature });
				call.authorize(source).unwrap().map(|(valid, _)| valid.longevity)
			};
			assert_eq!(validity(0, TransactionSource::InBlock), Ok(3));
			assert_eq!(validity(8, TransactionSource::Local), Ok(11));
			assert_eq!(validity(8, TransactionSource::External), Ok(11));
			let future = Err(InvalidTransaction::Future.into());
			assert_eq!(validity(9, TransactionSource::External), future);
			assert_eq!(validity(1, TransactionSource::InBlock), future);
		});
	}

	#[test]
	fn are_taken_for_two_blocks() {
		in_second_block(|| {
			let report = report(1, vec![quote(BTC, 6_000_000)]);
			next_block();
			assert_ok!(submit(report.clone(), signed(1, &report)));
		});
		in_second_block(|| {
			let report = report(1, vec![quote(BTC, 6_000_000)]);
			next_block();
			next_block();
			assert_eq!(refused(report), InvalidTransaction::Stale.into());
		});
	}

	#[test]
	fn of_the_future_twice_or_before_an_earlier_one_are_refused() {
		in_second_block(|| {
			next_block();
			let now = report(1, vec![quote(BTC, 6_000_000)]);
			let future = Report { round: now.round + 10, ..now.clone() };
			assert_eq!(refused(future), InvalidTransaction::Future.into());
			assert_ok!(submit(now.clone(), signed(1, &now)));
			assert_eq!(refused(now.clone()), InvalidTransaction::Stale.into());
			let earlier = Report { round: now.round - 1, finalized: 0, ..now };
			assert_eq!(refused(earlier), InvalidTransaction::Stale.into());
		});
	}

	#[test]
	fn by_strangers_or_with_another_signature_are_refused() {
		in_second_block(|| {
			let own = report(1, vec![quote(BTC, 6_000_000)]);
			let stranger = Report { reporter: key(9), ..own.clone() };
			let signature = signed(9, &stranger);
			assert_eq!(refused_with(stranger, signature), InvalidTransaction::BadSigner.into());
			assert_eq!(
				refused_with(own.clone(), signed(2, &own)),
				InvalidTransaction::BadProof.into()
			);
			let other = Report {
				finalized: 0,
				quotes: vec![quote(BTC, 5)].try_into().unwrap(),
				..own.clone()
			};
			let changed = Report { quotes: vec![quote(BTC, 6_000_001)].try_into().unwrap(), ..own };
			assert_eq!(
				refused_with(changed, signed(1, &other)),
				InvalidTransaction::BadProof.into()
			);
		});
	}

	#[test]
	fn with_impossible_quotes_are_refused() {
		in_second_block(|| {
			let with = |quotes| report(1, quotes);
			let good = quote(BTC, 6_000_000);
			assert_eq!(refused(with(vec![])), custom(report::EMPTY_REPORT));
			for price in [0, 99, (1 << 30) + 1, u64::MAX] {
				assert_eq!(
					refused(with(vec![quote(BTC, price)])),
					custom(report::IMPLAUSIBLE_QUOTE)
				);
			}
			let wide = Quote { confidence: good.price + 1, ..good };
			let sourceless = Quote { sources: 0, ..good };
			for quote in [wide, sourceless] {
				assert_eq!(refused(with(vec![quote])), custom(report::IMPLAUSIBLE_QUOTE));
			}
			assert_eq!(refused(with(vec![quote(3, 6_000_000)])), custom(report::UNKNOWN_FEED));
			assert_eq!(refused(with(vec![good, good])), custom(report::QUOTES_OUT_OF_ORDER));
			let swapped = vec![quote(USDT, 10_000), good];
			assert_eq!(refused(with(swapped)), custom(report::QUOTES_OUT_OF_ORDER));
			let early = Quote { time: good.time + 1_001, ..good };
			assert_eq!(refused(with(vec![early])), custom(report::QUOTE_FROM_THE_FUTURE));
			let forever = Quote { time: u64::MAX, ..good };
			assert_eq!(refused(with(vec![forever])), custom(report::QUOTE_FROM_THE_FUTURE));
			let ahead = with(vec![good]);
			let ahead = Report { finalized: ahead.round + 1, ..ahead };
			assert_eq!(refused(ahead), custom(report::FINALIZED_AHEAD));
		});
	}

	#[test]
	fn cannot_be_dispatched_by_anyone_who_signs() {
		in_second_block(|| {
			let report = report(1, vec![quote(BTC, 6_000_000)]);
			let signature = signed(1, &report);
			let by_account = frame_system::RawOrigin::Signed(account(1)).into();
			assert!(Oracle::report(by_account, report.clone(), signature.clone()).is_err());
			assert!(
				Oracle::report(frame_system::RawOrigin::Root.into(), report, signature).is_err()
			);
			assert_eq!(Reports::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn signed_before_a_change_of_keys_count_one_round() {
		in_second_block(|| {
			let old = report(1, vec![quote(BTC, 6_000_000)]);
			let signature = signed(1, &old);
			let accounts: Vec<_> = (1..=4).map(account).collect();
			let keys = || accounts.iter().zip((11..=14).map(key));
			System::set_block_number(old.round + 1);
			Oracle::on_new_session(true, keys(), keys());
			assert_ok!(submit(old.clone(), signature));
			assert_eq!(Reports::<Test>::get(account(1)).unwrap().round, old.round);
			next_block();
			let late = report(1, vec![quote(BTC, 6_000_000)]);
			assert_eq!(refused(late), InvalidTransaction::BadSigner.into());
			let new = Report { reporter: key(11), ..report(11, vec![quote(BTC, 6_000_000)]) };
			assert_ok!(submit(new.clone(), signed(11, &new)));
		});
	}

	#[test]
	fn is_genuine_whatever_its_round_if_a_reporter_signed_it() {
		in_second_block(|| {
			let near = report(1, vec![quote(BTC, 6_000_000)]);
			for round in [0, near.round, near.round + 1_000, u32::MAX] {
				let report = Report { round, ..near.clone() };
				let signature = signed(1, &report);
				assert!(Oracle::is_genuine(&report, &signature));
				assert!(!Oracle::is_genuine(&report, &signed(2, &report)), "another's signature");
				let changed = Report { round: round ^ 1, ..report.clone() };
				assert!(!Oracle::is_genuine(&changed, &signature), "another round's signature");
				let stranger = Report { reporter: key(9), ..report };
				assert!(!Oracle::is_genuine(&stranger, &signed(9, &stranger)), "no reporter");
			}
		});
	}

	#[test]
	fn errors_name_what_is_wrong() {
		in_second_block(|| {
			let report = report(1, vec![]);
			let signature = signed(1, &report);
			assert!(matches!(
				Oracle::check(&report, &signature, 0),
				Err(Error::<Test>::EmptyReport)
			));
		});
	}
}

mod accountability {
	use super::*;

	const HONEST: u64 = 6_000_000;

	/// Rounds in which reporter 4 is 20 % off.
	fn lie(rounds: u32) {
		for _ in 0..rounds {
			round_of([HONEST, HONEST, HONEST, HONEST * 12 / 10]);
		}
	}

	#[test]
	fn an_outlier_is_a_strike_and_costs_nothing() {
		with_chain(|| {
			next_block();
			lie(1);
			assert!(events().iter().any(|event| matches!(
				event,
				Event::Struck { feed: BTC, price: 7_200_000, aggregate: HONEST, strikes: 1, .. }
			)));
			assert_eq!((bond(4), level(4)), (BOND, 0));
		});
	}

	#[test]
	fn repeated_outliers_cost_bond_and_weight() {
		with_chain(|| {
			next_block();
			let issuance = Balances::total_issuance();
			let pot = Balances::balance(&Oracle::pot());
			lie(3);
			assert_eq!((bond(4), level(4)), (990_000, 1));
			assert_eq!(Reporters::<Test>::get()[3].weight, 495_000);
			assert_eq!(Balances::balance(&Oracle::pot()), pot + 10_000);
			lie(3);
			assert_eq!((bond(4), level(4)), (970_200, 2));
			assert_eq!(Balances::total_issuance(), issuance);
			assert_eq!((bond(1), level(1)), (BOND, 0));
		});
	}

	#[test]
	fn each_report_is_judged_once() {
		with_chain(|| {
			next_block();
			lie(1);
			// the lie still counts until it expires, but is no second strike
			for _ in 0..3 {
				(1..=3).for_each(|number| say(number, HONEST));
				next_block();
			}
			assert_eq!(Standings::<Test>::get(account(4)).conduct.strikes, 1);
			// Three more would be a penalty, and a strike again.
			assert_eq!((bond(4), level(4)), (BOND, 0));
		});
	}

	#[test]
	fn good_rounds_restore_weight_and_rewards_the_bond() {
		with_chain(|| {
			next_block();
			lie(3);
			for _ in 0..3 * PERIOD {
				round_of([HONEST; 4]);
			}
			assert_eq!(level(4), 0);
			assert!(bond(4) > 990_000);
			assert_eq!(Reporters::<Test>::get()[3].weight, bond(4));
		});
	}

	#[test]
	fn silence_costs_reward_only() {
		with_chain(|| {
			next_block();
			let free = |number| Balances::balance(&account(number));
			let before = [free(1), free(4)];
			for _ in 0..PERIOD {
				(1..=3).for_each(|number| say(number, HONEST));
				next_block();
			}
			assert!(free(1) > before[0]);
			assert_eq!(free(4), before[1]);
			assert_eq!((bond(4), level(4)), (BOND, 0));
		});
	}

	#[test]
	fn a_payday_goes_on_in_the_next_block_where_it_was_left() {
		with_chain(|| {
			next_block();
			for _ in 0..PERIOD / 2 {
				round_of([HONEST; 4]);
			}
			let before = Balances::balance(&account(1));
			let total = Reporters::<Test>::get().iter().map(|reporter| reporter.weight).sum();
			// As if others had been paid before.
			crate::PayingOut::<Test>::put(crate::Payday { next: 3, rounds: PERIOD, total });
			let last = Balances::balance(&account(4));
			assert_eq!(Oracle::pay_rewards(), 1);
			assert_eq!(crate::PayingOut::<Test>::get(), None);
			assert_eq!(Balances::balance(&account(1)), before);
			assert!(Balances::balance(&account(4)) > last);
		});
	}

	#[test]
	fn a_reward_is_the_share_of_rounds_and_weight() {
		with_chain(|| {
			next_block();
			let before = Balances::balance(&account(1));
			for _ in 0..PERIOD / 2 {
				round_of([HONEST; 4]);
			}
			while System::block_number() <= PERIOD {
				next_block();
			}
			let paid = Balances::balance(&account(1)) - before;
			// a quarter of the period's reward, for the rounds that had a report
			let rounds = PERIOD / 2;
			assert!(
				paid > 0 && paid <= PERIOD_REWARD / 4 * u128::from(rounds + 1) / u128::from(PERIOD)
			);
		});
	}

	#[test]
	fn an_empty_pot_pays_nobody_and_stops_nothing() {
		with_chain(|| {
			next_block();
			let pot = Oracle::pot();
			let all = Balances::balance(&pot);
			let burn = frame_support::traits::tokens::Precision::BestEffort;
			<Balances as frame_support::traits::fungible::Mutate<_>>::burn_from(
				&pot,
				all,
				frame_support::traits::tokens::Preservation::Expendable,
				burn,
				frame_support::traits::tokens::Fortitude::Force,
			)
			.unwrap();
			for _ in 0..2 * PERIOD {
				round_of([HONEST; 4]);
			}
			assert_eq!(price(BTC), HONEST);
		});
	}

	#[test]
	fn penalties_survive_a_change_of_keys() {
		with_chain(|| {
			next_block();
			lie(3);
			let accounts: Vec<_> = (1..=4).map(account).collect();
			let keys = || accounts.iter().zip((11..=14).map(key));
			Oracle::on_new_session(true, keys(), keys());
			assert_eq!(Reporters::<Test>::get()[3].weight, 495_000);
		});
	}
}

mod finality {
	use super::*;

	#[test]
	fn is_known_by_the_median_of_the_reporters() {
		with_chain(|| {
			for _ in 0..20 {
				next_block();
			}
			for (number, finalized) in [(1, 15), (2, 16), (3, 17), (4, 3)] {
				let said = Report { finalized, ..report(number, vec![quote(BTC, 6_000_000)]) };
				assert_ok!(submit(said.clone(), signed(number, &said)));
			}
			next_block();
			assert_eq!(Oracle::status().finality_lag, Some(System::block_number() - 15));
		});
	}
}

mod invariants {
	use super::*;

	/// Breaks the state and expects the check to see it.
	fn caught(break_it: impl FnOnce()) {
		chain_of(4, BOND).execute_with(|| {
			next_block();
			round_of([6_000_000; 4]);
			assert_ok!(Oracle::do_try_state());
			break_it();
			assert!(Oracle::do_try_state().is_err());
		});
	}

	#[test]
	fn catch_corrupted_states() {
		caught(|| Reporters::<Test>::mutate(|all| all[1].key = all[0].key.clone()));
		caught(|| Reporters::<Test>::mutate(|all| all[1].weight *= 10));
		caught(|| Standings::<Test>::mutate(account(1), |standing| standing.full_bond = 0));
		caught(|| Standings::<Test>::mutate(account(1), |standing| standing.last_round = None));
		caught(|| Reports::<Test>::mutate(account(1), |r| r.as_mut().unwrap().included = 1_000));
		caught(|| Reports::<Test>::mutate(account(1), |r| r.as_mut().unwrap().quotes[0].feed = 7));
		caught(|| {
			Prices::<Test>::mutate(BTC, |p| p.as_mut().unwrap().aggregate.price = Price::new(1))
		});
		caught(|| Prices::<Test>::insert(9, Prices::<Test>::get(BTC).unwrap()));
		caught(|| Prices::<Test>::mutate(BTC, |p| p.as_mut().unwrap().reporters = 0));
	}
}

mod the_weight_of_the_hook {
	use super::*;
	use crate::WeightInfo;
	use frame_support::weights::Weight;

	type Weights = <Test as crate::Config>::WeightInfo;

	const HONEST: u64 = 6_000_000;

	/// What every block does for four reporters and three feeds.
	fn every_block() -> Weight {
		Weights::attend(4) + Weights::aggregate(4) * 3
	}

	fn weight_after_a_round_of(prices: [u64; 4]) -> Weight {
		(1..).zip(prices).for_each(|(number, price)| say(number, price));
		weigh_next_block()
	}

	#[test]
	fn is_that_of_what_was_done() {
		with_chain(|| {
			assert_eq!(weigh_next_block(), every_block());

			let all_good = every_block() + Weights::judge(0) * 4;
			assert_eq!(weight_after_a_round_of([HONEST; 4]), all_good);

			// Strikes one and two, then the third and a penalty.
			let one_lies = [HONEST, HONEST, HONEST, HONEST * 6 / 5];
			let one_struck = every_block() + Weights::judge(0) * 3 + Weights::judge(1);
			assert_eq!(weight_after_a_round_of(one_lies), one_struck);
			assert_eq!(weight_after_a_round_of(one_lies), one_struck);
			let penalised = one_struck + Weights::penalise() + Weights::weigh(4);
			assert_eq!(weight_after_a_round_of(one_lies), penalised);

			// Ten good rounds undo it.
			for _ in 0..9 {
				assert_eq!(weight_after_a_round_of([HONEST; 4]), all_good);
			}
			assert_eq!(weight_after_a_round_of([HONEST; 4]), all_good + Weights::weigh(4));
		});
	}

	#[test]
	fn holds_the_rewards_of_a_period_that_ends() {
		with_chain(|| {
			for _ in 2..PERIOD {
				assert_eq!(weigh_next_block(), every_block());
			}
			let paid = every_block() + Weights::pay_rewards(4) + Weights::weigh(4);
			assert_eq!(weigh_next_block(), paid);
		});
	}

	#[test]
	fn is_never_above_the_heaviest() {
		with_chain(|| {
			let heaviest = Oracle::heaviest_block(4, 3);
			next_block();
			for round in 0..2 * PERIOD {
				let prices = [1, 2, 3, 4].map(|number| match (round / number) % 3 {
					0 => HONEST,
					1 => HONEST * 3 / 2,
					_ => HONEST * 2,
				});
				let weight = weight_after_a_round_of(prices);
				assert!(weight.all_lte(heaviest), "{weight:?} > {heaviest:?}");
			}
		});
	}
}

mod genesis {
	use super::*;
	use crate::feed::from_genesis;

	fn problem(change: impl FnOnce(&mut Vec<crate::GenesisFeed>)) -> String {
		let mut all = feeds();
		change(&mut all);
		from_genesis(&all).unwrap_err()
	}

	#[test]
	fn feeds_are_checked_and_the_error_says_which() {
		assert!(from_genesis(&feeds()).is_ok());
		assert!(problem(|all| all[1].symbol = "BTC-USD".into()).contains("twice"));
		assert!(problem(|all| all[0].min_price = 0).starts_with("feed BTC-USD: minPrice"));
		assert!(problem(|all| all[0].max_price = u64::MAX).contains("2^36"));
		assert!(problem(|all| all[0].decimals = 13).contains("decimals"));
		assert!(problem(|all| all[0].lifetime = 0).contains("lifetime"));
		assert!(problem(|all| all[0].expired_after = 1).contains("expiredAfter"));
		assert!(problem(|all| all[0].widest_to_add_risk = 0).contains("widestToAddRisk"));
		assert!(problem(|all| all[0].largest_multiple = 1).contains("largestMultiple"));
		assert!(problem(|all| all[0].through = Some("USDT-USD".into())).contains("no earlier feed"));
		assert!(problem(|all| all[0].symbol = "A-VERY-LONG-SYMBOL".into()).contains("16"));
		assert!(problem(|all| {
			let one = all[0].clone();
			*all = (0..33)
				.map(|n| crate::GenesisFeed { symbol: n.to_string(), ..one.clone() })
				.collect();
		})
		.contains("more than 32"));
	}
}

mod as_others_see_it {
	use super::*;
	use breakwater_interfaces::Prices as Interface;
	use breakwater_units::Ratio;

	#[test]
	fn a_price_through_another_feed_is_in_dollars_and_as_weak_as_the_weaker() {
		with_chain(|| {
			next_block();
			assert_eq!(<Oracle as Interface>::price(BTC_USDT), None);
			for number in 1..=4 {
				let mut quotes = vec![quote(USDT, 9_000), quote(BTC_USDT, 6_000_000)];
				// the last knows nothing of USDT
				if number == 4 {
					quotes.remove(0);
				}
				let report = report(number, quotes);
				assert_ok!(submit(report.clone(), signed(number, &report)));
			}
			next_block();
			let price = <Oracle as Interface>::price(BTC_USDT).unwrap();
			assert_eq!(price.price.get(), 5_400_000);
			assert_eq!(price.missing_weight, Ratio::saturating_from_percent(25));
			assert!(<Oracle as Interface>::permits(BTC_USDT, Action::Trade));
			assert_eq!(Oracle::decimals(BTC_USDT), Some(2));
			assert_eq!((Oracle::decimals(99), <Oracle as Interface>::price(99)), (None, None));
		});
	}
}
