//! Whatever prices, gaps, batches and exposures come, in whatever order.

use breakwater_auction::Clearing;
use breakwater_funding::{Impact, MAX_CATCH_UP, QUANTUM_PARTS};
use breakwater_interfaces::{BatchSummary, RiskEngine};
use breakwater_margin::Requirement;
use breakwater_risk::Volatility;
use breakwater_units::{Amount, Lots, MarketId, Price, Quote, Ratio, Size, Timestamp};
use proptest::prelude::*;

use crate::{market::bar_variance, mock::*, ListedMarket, MarketState};

const HOUR: u64 = 3_600_000;

/// What happens before a block.
#[derive(Clone, Debug)]
enum Change {
	Price { feed: u16, price: u64, confidence: u64, age: u64 },
	Vanish(u16),
	Forbid(bool),
	Batch(BatchSummary),
	OpenInterest(u64),
	Borrowed(Vec<i128>),
	Held(u128),
	Fullness(u64),
}

/// Mostly near a value, now and then anything, the ends above all.
fn near(value: u64) -> impl Strategy<Value = u64> {
	prop_oneof![
		8 => value * 95 / 100..value * 105 / 100,
		2 => value / 3..value * 3,
		1 => prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 36), any::<u64>()],
	]
}

fn batch() -> impl Strategy<Value = BatchSummary> {
	let side = || proptest::option::of(near(START).prop_map(Price::new));
	let cleared = (near(START), near(1_000)).prop_map(|(price, volume)| Clearing {
		price: Price::new(price),
		volume: Size::new(volume),
		surplus: Lots::ZERO,
	});
	(proptest::option::of(cleared), side(), side(), near(10_000)).prop_map(
		|(organic, bid, ask, depth)| BatchSummary {
			organic,
			impact: Impact { bid, ask },
			depth: Size::new(depth),
			..Default::default()
		},
	)
}

fn change() -> impl Strategy<Value = Change> {
	let price = |feed, value: u64| {
		(near(value), near(value / 1_000), prop_oneof![3 => Just(0), 1 => 0..120_000u64]).prop_map(
			move |(price, confidence, age)| Change::Price { feed, price, confidence, age },
		)
	};
	prop_oneof![
		8 => price(BTC, START),
		4 => price(ETH, START),
		3 => price(USDQ, 10_000),
		1 => (0..2u16).prop_map(Change::Vanish),
		1 => any::<bool>().prop_map(Change::Forbid),
		6 => batch().prop_map(Change::Batch),
		2 => near(1_000_000).prop_map(Change::OpenInterest),
		2 => proptest::collection::vec(0..1i128 << 50, 0..6).prop_map(Change::Borrowed),
		1 => prop_oneof![0..1u128 << 40, Just(u128::MAX)].prop_map(Change::Held),
		1 => prop_oneof![0..1_000_000_000u64, Just(u64::MAX)].prop_map(Change::Fullness),
	]
}

fn gap() -> impl Strategy<Value = u64> {
	prop_oneof![8 => Just(500u64), 4 => 1..120_000u64, 2 => 1..2 * HOUR, 1 => Just(0)]
}

fn apply(change: &Change, now: u64, loans: &mut Vec<i128>) {
	match change {
		Change::Price { feed, price, confidence, age } => {
			set(*feed, *price, *confidence, now.saturating_sub(*age));
		},
		Change::Vanish(feed) => forget(*feed),
		Change::Forbid(yes) => {
			world(|world| world.bad_feeds = if *yes { vec![BTC] } else { vec![] });
		},
		Change::Batch(summary) => Risk::observe_batch(PERP, summary, Timestamp::new(now)),
		Change::OpenInterest(lots) => {
			others(|others| others.open_interest.insert(PERP, Size::new(*lots)));
		},
		Change::Borrowed(principals) => {
			loans.clone_from(principals);
			let sum = Quote::new(principals.iter().sum());
			others(|others| others.borrowed.insert(POOL, sum));
		},
		Change::Held(amount) => {
			others(|others| others.held.insert(COIN, Amount::new(*amount)));
		},
		Change::Fullness(ppb) => Fullness::set(&Ratio::new(*ppb)),
	}
}

/// The mark is in the band, the rates are in order, and the stored index says the same.
fn check_market(state: &MarketState) {
	let (index, mark) = (u128::from(state.index.get()), u128::from(state.mark.get()));
	assert!(index.abs_diff(mark) * 50 <= index, "{index} {mark}");
	let (maintenance, initial) = (state.ramp.maintenance(), state.initial);
	assert!(maintenance <= initial && initial <= Ratio::ONE);
	let leg = Risk::market(PERP).unwrap();
	assert_eq!(leg.price(), state.mark);
	assert_eq!(leg.schedule(Requirement::Maintenance).rate(0), maintenance);
	assert_eq!(leg.schedule(Requirement::Initial).rate(0), initial);
	let collateral = Risk::collateral(COIN).unwrap();
	let rate = |requirement| collateral.leg().schedule(requirement).rate(0);
	assert!(rate(Requirement::Maintenance) <= rate(Requirement::Initial));
	Risk::pricing(PERP).unwrap();
	Risk::open_interest_room(PERP);
}

/// Between any two points no farther apart than an hour, a rate moved no more than its ramp allows.
fn check_ramp(path: &[(u64, u64)]) {
	let (last_time, last) = path[path.len() - 1];
	for (time, rate) in path.iter().rev().take_while(|(time, _)| last_time - time <= HOUR) {
		// 20 % up, 10 % down
		assert!(last <= rate + rate / 5 + 1, "{rate} at {time} to {last} at {last_time}");
		assert!(last + rate / 10 + 1 >= *rate, "{rate} at {time} to {last} at {last_time}");
	}
}

/// Funding moved by the value of a lot times the rate times the time, to the last part of a quantum.
fn check_funding(before: &MarketState, after: &MarketState, elapsed: u64) {
	let charged = elapsed.min(MAX_CATCH_UP.get());
	let due = i128::from(before.index.get())
		* 10 * i128::from(before.funding_rate.get())
		* i128::from(charged);
	let whole = |state: &MarketState| {
		state.funding.cumulative().get() * QUANTUM_PARTS + state.funding.remainder()
	};
	assert_eq!(whole(after) - whole(before), due);
}

/// What the pool's fund got is no more than what the loans grew by, each for itself.
fn check_interest(loans: &[i128], before: Ratio, booked: &mut usize) {
	let after = Risk::borrow(POOL).get();
	assert!(after >= before);
	let rise = i128::from(after.get() - before.get());
	let grown: i128 = loans.iter().map(|principal| principal * rise).sum();
	let all = others(|others| others.accrued.get(&POOL).cloned().unwrap_or_default());
	let new: i128 = all[*booked..].iter().map(|interest| interest.get()).sum();
	*booked = all.len();
	assert!(new * 1_000_000_000 <= grown);
	// and no more than a quantum is left unbooked
	assert!(grown < (new + 1) * 1_000_000_000);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(
		std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
	))]

	#[test]
	fn any_history_keeps_the_promises(
		blocks in proptest::collection::vec((gap(), proptest::collection::vec(change(), 0..4)), 1..80)
	) {
		with_chain(|| {
			list(MarketId(1), &ListedMarket { feed: ETH, ..market_terms() }).unwrap();
			let seed = bar_variance(market_terms().risk.daily_sigma);
			let mut twin =
				Volatility::new(Price::new(START), Timestamp::new(T0), seed).unwrap();
			let (mut now, mut loans, mut booked) = (T0, Vec::new(), 0);
			let mut rates = vec![(now, state().ramp.maintenance().get())];
			for (gap, changes) in &blocks {
				let (before, index, elapsed) = (state(), Risk::borrow(POOL).get(), *gap);
				now += gap;
				for change in changes {
					apply(change, now, &mut loans);
				}
				block(now);

				let after = state();
				check_market(&after);
				rates.push((now, after.ramp.maintenance().get()));
				check_ramp(&rates);
				check_funding(&before, &after, elapsed);
				check_interest(&loans, index, &mut booked);
				// the twin is shown every block's index, and takes the first of each minute
				twin.observe(after.index, after.index_time).unwrap();
				assert_eq!(after.sigma, twin.sigma_effective());
			}
		});
	}

	#[test]
	fn any_time_and_price_from_the_beginning_is_survived(
		blocks in proptest::collection::vec((any::<u64>(), near(START), any::<u64>()), 1..20)
	) {
		listed_chain().execute_with(|| {
			list(MarketId(1), &ListedMarket { feed: ETH, ..market_terms() }).unwrap();
			for (now, price, time) in blocks {
				set(BTC, price, price, time);
				set(ETH, price / 2, price, time);
				set(USDQ, price % 20_000, 1, time);
				block(now);
				super::super::mock::batch(price.max(200).min(1 << 40), price, now);
				block(now.saturating_add(1));
			}
		});
	}
}
