//! What the waterfall does, case by case.
#![allow(missing_docs)]

use breakwater_units::{
	largest_remainder, Amount, LotValue, Lots, MarketId, Millis, Price, Quote, Ratio, Side, Size,
	Timestamp,
};
use breakwater_waterfall::{
	deleverage::{Basis, Entry, Snapshot, Target, Terms},
	settlement::ClaimSnapshot,
	*,
};
use codec::{Decode, Encode, MaxEncodedLen};

fn amount(quanta: u128) -> Amount {
	Amount::new(quanta)
}

fn percent(percent: u64) -> Ratio {
	Ratio::saturating_from_percent(percent)
}

fn at(millis: u64) -> Timestamp {
	Timestamp::new(millis)
}

fn terms(shortfall: u128, lots: u64) -> Terms {
	Terms {
		epoch: 7,
		market: MarketId(1),
		mark: Price::new(600_000),
		side: Side::Buy,
		basis: Basis::Profit,
		shortfall: amount(shortfall),
		lots: Size::new(lots),
	}
}

fn long(lots: i64, profit: i128, health: i128) -> Target {
	Target { lots: Lots::new(lots), profit: Quote::new(profit), health: Quote::new(health) }
}

fn snapshot(terms: Terms, targets: &[Target]) -> (Snapshot, Vec<Entry>) {
	let mut snapshot = Snapshot::new(terms);
	let entries = targets.iter().filter_map(|t| snapshot.add(t).unwrap()).collect();
	(snapshot, entries)
}

fn copy(entry: &Entry) -> Entry {
	Entry::decode(&mut &entry.encode()[..]).unwrap()
}

const HEALTHY: i128 = 1_000_000;

/// Capital of 100, and 1 000, 2 000 and 3 000 at stake in the tranches.
fn pool() -> PoolFund {
	let mut pool = PoolFund::new(amount(100)).unwrap();
	for (tranche, stake) in [(0, 1_000), (1, 2_000), (2, 3_000)] {
		pool.enter(tranche, amount(stake), 0).unwrap();
	}
	pool
}

fn stakes(pool: &PoolFund) -> [u128; TRANCHES] {
	pool.tranches().map(|tranche| tranche.assets().get())
}

mod funded_layers {
	use super::*;

	const DRAW: DrawTerms =
		DrawTerms { max_share: Ratio::new(400_000_000), quiet: Millis::new(1_000) };

	#[test]
	fn pay_in_their_order_and_leave_the_rest_to_deleveraging() {
		let (mut pool, mut global) = (pool(), GlobalFund::new(amount(1_000)));
		let mut event = DrawEvent::default();

		let paid =
			absorb(amount(7_000), amount(50), &mut pool, &mut global, &mut event, &DRAW, at(1));

		assert_eq!(paid.own_margin, amount(50));
		assert_eq!(paid.pool.capital, amount(100));
		assert_eq!(paid.pool.tranches, [1_000, 2_000, 3_000].map(amount));
		// 7 000 − 50 − 6 100 = 850, of which the global fund may pay 40 % of 1 000
		assert_eq!(paid.global, amount(400));
		assert_eq!(paid.shortfall, amount(450));
		assert_eq!((pool.assets(), global.assets()), (amount(0), amount(600)));
	}

	#[test]
	fn a_tranche_loses_only_when_those_before_it_are_empty() {
		let mut pool = pool();
		let charge = pool.charge(amount(1_600));
		assert_eq!(charge.tranches, [1_000, 500, 0].map(amount));
		assert_eq!(stakes(&pool), [0, 1_500, 3_000]);
		assert_eq!(charge.uncovered, Amount::ZERO);
	}

	#[test]
	fn the_cap_holds_over_an_event_and_returns_when_it_is_over() {
		let (mut global, mut event) = (GlobalFund::new(amount(1_000)), DrawEvent::default());
		assert_eq!(global.draw(&mut event, amount(300), &DRAW, at(10)), amount(300));
		assert_eq!(global.draw(&mut event, amount(300), &DRAW, at(1_010)), amount(100));
		// Asking in vain does not prolong the event.
		assert_eq!(global.draw(&mut event, amount(300), &DRAW, at(2_000)), amount(0));
		// 40 % of the 600 that are left
		assert_eq!(global.draw(&mut event, amount(300), &DRAW, at(2_011)), amount(240));
	}
}

mod tranches {
	use super::*;

	#[test]
	fn shares_are_priced_after_pending_losses_to_leave_and_before_to_enter() {
		let mut pool = PoolFund::new(Amount::ZERO).unwrap();
		let shares = pool.enter(0, amount(1_000), 0).unwrap();
		assert_eq!(shares, 1_000_000);

		// 400 pending: worth 600 to leave, and still 1 000 shares a quantum to enter
		assert_eq!(pool.quote_exit(0, 0, shares, amount(400)), Ok(amount(600)));
		assert_eq!(pool.enter(0, amount(500), 500_000), Ok(500_000));
		assert_eq!(pool.enter(0, amount(500), 500_001), Err(FundError::TooFewShares));
	}

	#[test]
	fn what_a_pending_loss_held_back_goes_to_capital_with_the_last_share() {
		let mut pool = PoolFund::new(Amount::ZERO).unwrap();
		let shares = pool.enter(1, amount(1_000), 0).unwrap();

		let paid = pool.leave(1, 0, shares, amount(400)).unwrap();

		assert_eq!((paid, pool.capital()), (amount(600), amount(400)));
		assert_eq!(pool.tranches()[1].shares(), 0);
	}

	#[test]
	fn shares_of_a_tranche_that_lost_everything_are_worthless_for_ever() {
		let mut pool = PoolFund::new(Amount::ZERO).unwrap();
		let old = pool.enter(0, amount(1_000), 0).unwrap();
		pool.charge(amount(1_000));
		let new = pool.enter(0, amount(10), 0).unwrap();

		assert_eq!(pool.tranches()[0].generation(), 1);
		assert_eq!(pool.leave(0, 0, old, Amount::ZERO), Err(FundError::WipedOut));
		assert_eq!(pool.leave(0, 1, new, Amount::ZERO), Ok(amount(10)));
	}

	#[test]
	fn a_tranche_diluted_beyond_measure_is_closed_and_its_rest_kept() {
		let mut pool = PoolFund::new(Amount::ZERO).unwrap();
		// 10¹⁰ shares; a loss of all but 9 quanta leaves more than 10⁹ shares a quantum
		pool.enter(0, amount(10_000_000), 0).unwrap();
		let charge = pool.charge(amount(9_999_991));
		assert_eq!(charge.written_off, amount(9));
		assert_eq!((pool.capital(), pool.tranches()[0].shares()), (amount(9), 0));

		// 10 quanta left are exactly 10⁹ a quantum
		let mut pool = PoolFund::new(Amount::ZERO).unwrap();
		pool.enter(0, amount(10_000_000), 0).unwrap();
		assert_eq!(pool.charge(amount(9_999_990)).written_off, Amount::ZERO);
	}

	#[test]
	fn refusals_change_nothing() {
		let mut pool = pool();
		let before = pool;
		assert_eq!(pool.enter(3, amount(1), 0), Err(FundError::NoSuchTranche));
		assert_eq!(pool.enter(0, Amount::ZERO, 0), Err(FundError::TooFewShares));
		assert_eq!(pool.enter(0, MAX_FUND, 0), Err(FundError::Overflow));
		assert_eq!(pool.leave(0, 0, 1_000_001, Amount::ZERO), Err(FundError::NotEnoughShares));
		assert_eq!(pool.leave(0, 0, 0, Amount::ZERO), Err(FundError::Worthless));
		assert_eq!(pool.leave(0, 0, 5, amount(1_100)), Err(FundError::Worthless));
		assert_eq!(pool, before);
	}
}

mod exits {
	use super::*;

	const EXIT: ExitTerms =
		ExitTerms { delay: Millis::new(100), max_freeze: Millis::new(30), window: Millis::new(10) };
	const CLEAR: OpenRisk =
		OpenRisk { is_open: false, pending_loss: Amount::new(150), worst_loss: Amount::new(600) };
	const OPEN: OpenRisk = OpenRisk { is_open: true, ..CLEAR };

	/// Half of the first tranche, requested at 1 000.
	fn claim(risk: OpenRisk, now: u64) -> Result<Amount, ExitError> {
		let ticket =
			ExitTicket { tranche: 0, generation: 0, shares: 500_000, requested_at: at(1_000) };
		claim_exit(&mut pool(), &ticket, &risk, &EXIT, at(now))
	}

	#[test]
	fn wait_for_the_delay_and_expire_after_the_window() {
		assert_eq!(claim(CLEAR, 1_099), Err(ExitError::TooEarly));
		// capital bears 100 of the 150 pending: (1 000 − 50) / 2
		assert_eq!(claim(CLEAR, 1_100), Ok(amount(475)));
		assert_eq!(claim(CLEAR, 1_140), Ok(amount(475)));
		assert_eq!(claim(CLEAR, 1_141), Err(ExitError::Expired));
	}

	#[test]
	fn freeze_while_something_is_open_but_not_for_ever() {
		assert_eq!(claim(OPEN, 1_100), Err(ExitError::Frozen));
		assert_eq!(claim(OPEN, 1_129), Err(ExitError::Frozen));
		// then at the worst: (1 000 − 500) / 2
		assert_eq!(claim(OPEN, 1_130), Ok(amount(250)));
		assert_eq!(claim(OPEN, 1_141), Err(ExitError::Expired));
	}

	#[test]
	fn the_worst_price_is_never_better_than_the_pending_one() {
		let risk = OpenRisk { worst_loss: Amount::ZERO, ..OPEN };
		assert_eq!(claim(risk, 1_130), Ok(amount(475)));
	}
}

mod deleveraging {
	use super::*;

	const PUBLISHED: [i128; 4] = [400, 300, 200, 50];

	#[test]
	fn published_vector_within_a_unit_and_exact_in_sum() {
		// D = 100 over 400/300/200/50. The source ranks remainders and gives 42/32/21/5; telescoping
		// floors need no ranking, so that targets may settle in any order, and give the odd unit to
		// another.
		let claims: Vec<(u128, usize)> =
			PUBLISHED.iter().enumerate().map(|(i, p)| (p.unsigned_abs(), i)).collect();
		assert_eq!(largest_remainder(100, &claims), Ok(vec![42, 32, 21, 5]));

		let targets = PUBLISHED.map(|profit| long(10, profit, HEALTHY));
		let (snapshot, entries) = snapshot(terms(100, 20), &targets);
		let mut epoch = snapshot.seal();
		let haircuts: Vec<_> =
			entries.into_iter().map(|e| epoch.settle(e, Quote::new(HEALTHY)).unwrap()).collect();

		let charges: Vec<u128> = haircuts.iter().map(|h| h.charge.get()).collect();
		assert_eq!(charges, [42, 31, 21, 6]);
		let lots: Vec<u64> = haircuts.iter().map(|h| h.lots.get()).collect();
		assert_eq!(lots, [5, 5, 5, 5]);
		let outcome = epoch.close().unwrap();
		assert_eq!((outcome.charged, outcome.left_over), (amount(100), amount(0)));
		assert_eq!((outcome.lots_closed, outcome.lots_left_over), (Size::new(20), Size::ZERO));
	}

	#[test]
	fn health_caps_a_charge_and_the_rest_is_left_over() {
		let (snapshot, mut entries) =
			snapshot(terms(100, 0), &[long(1, 50, 30), long(1, 50, HEALTHY)]);
		let mut epoch = snapshot.seal();

		let second = epoch.settle(entries.pop().unwrap(), Quote::new(HEALTHY)).unwrap();
		let first = epoch.settle(entries.pop().unwrap(), Quote::new(HEALTHY)).unwrap();

		assert_eq!((first.charge, first.left_over), (amount(30), amount(20)));
		assert_eq!((second.charge, second.left_over), (amount(50), amount(0)));
		assert_eq!(epoch.close().unwrap().left_over, amount(20));
	}

	#[test]
	fn health_lost_since_the_snapshot_caps_too() {
		let (snapshot, mut entries) = snapshot(terms(40, 0), &[long(1, 50, 50)]);
		let mut epoch = snapshot.seal();
		let haircut = epoch.settle(entries.pop().unwrap(), Quote::new(-3)).unwrap();
		assert_eq!((haircut.charge, haircut.left_over), (amount(0), amount(40)));
	}

	#[test]
	fn only_winners_in_health_on_the_winning_side_are_targets() {
		let targets = [long(-5, 9, 9), long(0, 9, 9), long(5, 0, 9), long(5, -9, 9), long(5, 9, 0)];
		let (snapshot, entries) = snapshot(terms(100, 20), &targets);
		assert!(entries.is_empty());

		let outcome = snapshot.seal().close().unwrap();

		assert_eq!((outcome.charged, outcome.left_over), (amount(0), amount(100)));
		assert_eq!((outcome.lots_closed, outcome.lots_left_over), (Size::ZERO, Size::new(20)));
	}

	#[test]
	fn a_large_profit_on_a_small_position_leaves_no_lots_over() {
		// Lots shared by profit would ask 45 of the first, which has 10.
		let targets = [long(10, 900, HEALTHY), long(90, 100, HEALTHY)];
		let (snapshot, entries) = snapshot(terms(100, 50), &targets);
		let mut epoch = snapshot.seal();
		let lots: Vec<u64> = entries
			.into_iter()
			.map(|e| epoch.settle(e, Quote::new(HEALTHY)).unwrap().lots.get())
			.collect();
		assert_eq!(lots, [5, 45]);
	}

	#[test]
	fn foreign_and_repeated_entries_are_refused() {
		let targets = [long(1, 50, HEALTHY), long(2, 60, HEALTHY)];
		let (snapshot, entries) = snapshot(terms(110, 3), &targets);
		let mut epoch = snapshot.seal();
		let mut other = snapshot.terms().to_owned();
		other.epoch = 8;
		let (_, foreign) = super::snapshot(other, &targets);

		let health = Quote::new(HEALTHY);
		assert_eq!(epoch.settle(copy(&foreign[0]), health), Err(EpochError::WrongEpoch));
		assert_eq!(epoch.close(), Err(EpochError::Unfinished));
		epoch.settle(copy(&entries[1]), health).unwrap();
		let before = epoch;
		// 60 and 60 are more than 110
		assert_eq!(epoch.settle(copy(&entries[1]), health), Err(EpochError::SettledTwice));
		assert_eq!(epoch, before);
		epoch.settle(copy(&entries[0]), health).unwrap();
		assert_eq!(epoch.settle(copy(&entries[0]), health), Err(EpochError::SettledTwice));
	}

	#[test]
	fn one_settled_in_the_place_of_another_is_found_at_the_end() {
		let targets = [long(1, 50, HEALTHY), long(2, 60, HEALTHY)];
		let (snapshot, entries) = snapshot(terms(110, 3), &targets);
		let mut epoch = snapshot.seal();
		for _ in 0..2 {
			epoch.settle(copy(&entries[0]), Quote::new(HEALTHY)).unwrap();
		}
		assert_eq!(epoch.close(), Err(EpochError::SettledTwice));
	}

	#[test]
	fn overflowing_weights_are_refused_and_change_nothing() {
		let mut snapshot = Snapshot::new(terms(1, 1));
		for _ in 0..2 {
			snapshot.add(&long(1, i128::MAX, i128::MAX)).unwrap();
		}
		snapshot.add(&long(1, 1, 1)).unwrap();
		let before = snapshot;
		assert_eq!(snapshot.add(&long(1, 1, 1)), Err(EpochError::Overflow));
		assert_eq!(snapshot, before);
	}
}

mod final_settlement {
	use super::*;

	#[test]
	fn each_claim_loses_the_same_proportion() {
		let mut snapshot = ClaimSnapshot::new(1);
		let claims = [600, 300, 101].map(|claim| snapshot.add(amount(claim)).unwrap());
		let mut settlement = snapshot.seal(amount(100));
		let paid = claims.map(|claim| settlement.pay(claim).unwrap().paid.get());
		// ⌊60 000/1001⌋ = 59, ⌊90 000/1001⌋ = 89, 100
		assert_eq!(paid, [541, 270, 90]);
		assert_eq!((settlement.unpaid(), settlement.beyond()), (0, Amount::ZERO));
	}

	#[test]
	fn a_loss_beyond_all_claims_is_said() {
		let mut snapshot = ClaimSnapshot::new(1);
		let claim = snapshot.add(amount(10)).unwrap();
		let mut settlement = snapshot.seal(amount(12));
		assert_eq!(settlement.beyond(), amount(2));
		assert_eq!(settlement.pay(claim).unwrap().paid, Amount::ZERO);
	}
}

mod size_and_price_of_insurance {
	use super::*;
	use breakwater_waterfall::sizing::*;
	use std::cmp::Ordering;

	#[test]
	fn cover_two_takes_two_accounts_of_one_scenario() {
		let mut cover = CoverTwo::default();
		for scenario in [[5, 9, 7], [20, 0, 0], [1, 8, 8]] {
			scenario.iter().for_each(|loss| cover.observe(amount(*loss)));
			cover.next_scenario();
		}
		assert_eq!(cover.requirement(), amount(20));
		[15, 6].iter().for_each(|loss| cover.observe(amount(*loss)));
		assert_eq!(cover.requirement(), amount(21));
	}

	#[test]
	fn stressed_shortfall_counts_what_the_account_cannot_pay() {
		assert_eq!(stressed_shortfall(Quote::new(30), amount(100)), amount(70));
		assert_eq!(stressed_shortfall(Quote::new(130), amount(100)), Amount::ZERO);
		assert_eq!(stressed_shortfall(Quote::new(-30), amount(100)), amount(130));
	}

	#[test]
	fn expected_shortfall_is_the_mean_of_the_worst_thousandth() {
		// 10 000 weeks: the worst ten are 4 of 1 000 and 6 of 501: (4 000 + 3 006) / 10 = 700.6
		let bins = [(0, 9_000), (100, 900), (501, 96), (1_000, 4)]
			.map(|(upper, mass)| Bin { upper: amount(upper), mass });
		assert_eq!(expected_shortfall(&bins, ES_CONFIDENCE), Ok(amount(701)));
		assert_eq!(expected_shortfall(&[], ES_CONFIDENCE), Ok(Amount::ZERO));
	}

	#[test]
	fn target_is_the_largest_and_coverage_compares_without_dividing() {
		let floor = open_interest_floor(amount(1_001), percent(5)).unwrap();
		assert_eq!(floor, amount(51));
		assert_eq!(target(amount(7), amount(50), floor), amount(51));
		assert_eq!(cmp_coverage(amount(2), amount(3), Ratio::new(666_666_666)), Ordering::Greater);
		assert_eq!(cmp_coverage(amount(2), amount(3), Ratio::new(666_666_667)), Ordering::Less);
		assert_eq!(cmp_coverage(amount(0), amount(0), Ratio::ONE), Ordering::Greater);
	}

	#[test]
	fn insurance_is_dearer_when_the_fund_is_short() {
		let terms = PremiumTerms { base: percent(1), slope: percent(4), max: percent(4) };
		let rates = [200, 100, 50, 25, 0].map(|a| premium_rate(amount(a), amount(100), &terms));
		assert_eq!(rates, [1, 1, 3, 4, 4].map(percent));
		assert_eq!(premium_rate(amount(0), amount(0), &terms), percent(1));
		// 1 % a year of 1 000 000 for a day: 27.397…
		assert_eq!(premium(amount(1_000_000), percent(1), Millis::DAY), Ok(amount(28)));
	}

	#[test]
	fn premiums_go_to_capital_then_to_stakes_by_weight() {
		let mut pool = pool();
		let shares = PremiumShares { capital: percent(10), weights: [6, 2, 1] };
		// 101: 11 to capital; 90 by 6 000 : 4 000 : 3 000
		distribute_premium(&mut pool, amount(101), &shares).unwrap();
		assert_eq!(pool.capital(), amount(111));
		assert_eq!(stakes(&pool), [1_041, 2_028, 3_021]);

		let mut empty = PoolFund::new(Amount::ZERO).unwrap();
		distribute_premium(&mut empty, amount(101), &shares).unwrap();
		assert_eq!(empty.capital(), amount(101));
	}
}

mod inventory {
	use super::*;

	const TERMS: InventoryTerms = InventoryTerms {
		max_lots: Size::new(100),
		stress: Ratio::new(200_000_000),
		max_fund_share: Ratio::new(250_000_000),
	};

	fn accept(held: i64, offered: i64, fund: u128, committed: u128) -> u64 {
		let (held, offered) = (Lots::new(held), Lots::new(offered));
		let (fund, committed) = (amount(fund), amount(committed));
		// 50 quanta a lot: 10 under stress
		acceptable_lots(held, offered, LotValue::new(50), fund, committed, &TERMS).get()
	}

	#[test]
	fn grows_to_what_the_fund_can_bear_under_stress() {
		// 25 % of 2 000 pays for 50 lots
		assert_eq!(accept(0, 70, 2_000, 0), 50);
		assert_eq!(accept(20, 70, 2_000, 0), 30);
		assert_eq!(accept(20, 70, 2_000, 401), 0);
		assert_eq!(accept(0, -200, 1_000_000, 0), 100);
	}

	#[test]
	fn what_brings_it_closer_to_flat_is_always_taken() {
		assert_eq!(accept(300, -200, 0, 0), 200);
		assert_eq!(accept(300, -350, 0, 0), 300);
		assert_eq!(accept(-30, 200, 2_000, 0), 80);
		assert_eq!(accept(300, 10, 1_000_000, 0), 0);
	}
}

mod encoding {
	use super::*;

	#[test]
	fn an_epoch_survives_storage_between_pages() {
		let (snapshot, mut entries) =
			snapshot(terms(9, 2), &[long(1, 5, HEALTHY), long(1, 5, HEALTHY)]);
		let mut epoch = snapshot.seal();
		epoch.settle(entries.remove(0), Quote::new(HEALTHY)).unwrap();
		let bytes = epoch.encode();
		assert!(bytes.len() <= deleverage::Epoch::max_encoded_len());
		let mut epoch = deleverage::Epoch::decode(&mut &bytes[..]).unwrap();
		epoch.settle(entries.remove(0), Quote::new(HEALTHY)).unwrap();
		assert_eq!(epoch.close().unwrap().charged, amount(9));
	}
}
