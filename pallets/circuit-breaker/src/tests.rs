use breakwater_breaker::{Action, Clearing, Matching, Phase};
use breakwater_interfaces::{Breakers, MarketFacts};
use breakwater_units::{MarketId, Price, Ratio, Size, Timestamp};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use crate::{
	mock::{
		chain, missing, params, quote, set_lag, world, Breaker, System, Test, FEED, MARKET, OTHER,
	},
	Error, Event,
};

const PRICE: u64 = 100_000;
const SECOND: u64 = 1_000;

/// A block with a fresh price, whose batch would clear at `clearing`.
fn block(now: u64, clearing: Option<u64>) -> Matching {
	quote(PRICE, now);
	stale_block(now, clearing)
}

fn stale_block(now: u64, clearing: Option<u64>) -> Matching {
	let now = Timestamp::new(now);
	let clearing = clearing.map(|price| Clearing {
		price: Price::new(price),
		volume: Size::new(100),
		imbalance: Ratio::ZERO,
	});
	Breaker::begin_block(now, 0);
	let matching = Breaker::step(MARKET, now, MarketFacts::default(), clearing);
	assert_ok!(Breaker::do_try_state());
	matching
}

fn allowed() -> Vec<Action> {
	Action::ALL.into_iter().filter(|action| Breaker::allows(MARKET, *action)).collect()
}

const ALWAYS: [Action; 3] = [Action::Deposit, Action::Cancel, Action::Reduce];
const NO_NEW_RISK: [Action; 5] =
	[Action::Deposit, Action::Cancel, Action::Reduce, Action::Liquidate, Action::Bid];

#[test]
fn a_clearing_at_the_index_is_admitted() {
	chain().execute_with(|| {
		assert_eq!(block(SECOND, Some(PRICE)), Matching::Admit);
		assert_eq!(allowed(), Action::ALL);
	});
}

#[test]
fn a_clearing_far_from_the_index_is_held_in_the_band_and_then_auctioned() {
	chain().execute_with(|| {
		// the band is 1.6 % either way: 10 bp · 4 · √16
		let band = Breaker::band(MARKET);
		assert_eq!(band, None);
		let Matching::Inside(band) = block(SECOND, Some(PRICE * 105 / 100)) else {
			panic!("the band holds it")
		};
		assert_eq!((band.low().get(), band.high().get()), (98_400, 101_600));
		assert!(matches!(Breaker::market(MARKET).phase, Phase::Limit { .. }));

		// fifteen seconds later it has not come back
		assert_eq!(block(16 * SECOND, Some(PRICE * 105 / 100)), Matching::Collect);
		assert_eq!(allowed(), NO_NEW_RISK);
		assert_eq!(block(31 * SECOND, None), Matching::Collect);
		// thirty seconds later both sides agree on a price inside the collar
		let uncrossed = block(46 * SECOND, Some(PRICE * 101 / 100));
		assert!(matches!(uncrossed, Matching::Uncross(_)), "{uncrossed:?}");
		assert_eq!(allowed(), Action::ALL);
		let changes = System::events()
			.into_iter()
			.filter(|record| {
				matches!(
					record.event,
					crate::mock::RuntimeEvent::Breaker(Event::MarketChanged { .. })
				)
			})
			.count();
		assert_eq!(changes, 3);
	});
}

#[test]
fn a_stale_price_stops_new_risk_and_then_everything_but_reductions() {
	chain().execute_with(|| {
		block(SECOND, None);
		stale_block(11 * SECOND, None);
		assert_eq!(allowed(), NO_NEW_RISK);
		stale_block(30 * SECOND, None);
		assert_eq!(stale_block(59 * SECOND, None), Matching::Admit);
		assert_eq!(stale_block(62 * SECOND, Some(PRICE)), Matching::Halt);
		assert_eq!(allowed(), ALWAYS);

		// a fresh price releases it by itself, through a call auction
		let mut now = 62 * SECOND;
		while allowed() != Action::ALL {
			now += SECOND;
			block(now, None);
			assert!(now < 200 * SECOND, "recovers within its bound");
		}
	});
}

#[test]
fn missing_reporters_stop_new_risk() {
	chain().execute_with(|| {
		block(SECOND, None);
		missing(Ratio::saturating_from_percent(50));
		block(2 * SECOND, None);
		assert_eq!(allowed(), NO_NEW_RISK);

		missing(Ratio::ZERO);
		block(3 * SECOND, None);
		assert_eq!(allowed(), NO_NEW_RISK);
		block(9 * SECOND, None);
		assert_eq!(allowed(), Action::ALL);
	});
}

#[test]
fn a_price_that_is_not_good_enough_is_no_reference() {
	chain().execute_with(|| {
		world(|world| world.bad_feeds.push(FEED));
		assert_eq!(block(SECOND, Some(PRICE)), Matching::Collect);
		assert_eq!(allowed(), ALWAYS);
	});
}

#[test]
fn finality_behind_and_a_backlog_stop_new_risk_on_the_whole_chain() {
	chain().execute_with(|| {
		set_lag(21);
		block(SECOND, None);
		assert_eq!(allowed(), NO_NEW_RISK);
		assert!(!Breaker::chain_allows(Action::AddRisk));
		set_lag(0);
		block(2 * SECOND, None);
		block(8 * SECOND, None);
		assert_eq!(allowed(), Action::ALL);

		Breaker::begin_block(Timestamp::new(9 * SECOND), 101);
		assert!(!Breaker::chain_allows(Action::Withdraw));
	});
}

#[test]
fn after_an_outage_liquidation_waits_for_the_grace_and_a_fresh_price() {
	chain().execute_with(|| {
		block(SECOND, None);
		// an hour without blocks; the price is the one from before
		stale_block(3_600 * SECOND, Some(PRICE));
		assert_eq!(allowed(), ALWAYS);
		System::assert_has_event(
			Event::<Test>::Resumed { at: Timestamp::new(3_600 * SECOND) }.into(),
		);

		let mut now = 3_600 * SECOND;
		while now < 3_659 * SECOND {
			now += SECOND;
			block(now, None);
			assert!(!Breaker::allows(MARKET, Action::Liquidate));
		}
		block(now + 2 * SECOND, None);
		assert!(Breaker::allows(MARKET, Action::Liquidate));
	});
}

#[test]
fn a_fault_quarantines_one_market() {
	chain().execute_with(|| {
		assert_ok!(Breaker::list_market(OTHER, FEED, &params()));
		quote(PRICE, SECOND);
		let now = Timestamp::new(SECOND);
		let facts = MarketFacts { fault: true, ..Default::default() };
		Breaker::begin_block(now, 0);
		assert_eq!(Breaker::step(MARKET, now, facts, None), Matching::Halt);
		assert_eq!(Breaker::step(OTHER, now, MarketFacts::default(), None), Matching::Admit);
		assert!(!Breaker::allows(MARKET, Action::AddRisk));
		assert!(Breaker::allows(OTHER, Action::AddRisk));
	});
}

#[test]
fn unknown_markets_allow_nothing_new() {
	chain().execute_with(|| {
		let unknown = MarketId(9);
		let now = Timestamp::new(SECOND);
		assert_eq!(Breaker::step(unknown, now, MarketFacts::default(), None), Matching::Halt);
		assert!(Breaker::allows(unknown, Action::Cancel));
		assert!(!Breaker::allows(unknown, Action::AddRisk));
	});
}

#[test]
fn listing_checks_the_promises() {
	chain().execute_with(|| {
		let again = Breaker::list_market(MARKET, FEED, &params());
		assert_eq!(again, Err(Error::<Test>::AlreadyListed.into()));

		let mut bad = params();
		bad.band.min = Ratio::ZERO;
		let refused = |bad| {
			frame_support::storage::transactional::with_transaction(|| {
				let result = Breaker::list_market(MarketId(1), FEED, &bad);
				sp_runtime::TransactionOutcome::Rollback(result)
			})
		};
		assert_noop!(refused(bad), Error::<Test>::BadParameters);
	});
}

#[test]
fn corrupted_states_are_caught() {
	chain().execute_with(|| {
		block(SECOND, None);
		crate::Markets::<Test>::insert(MarketId(7), breakwater_breaker::Market::default());
		assert!(Breaker::do_try_state().is_err());
		crate::Markets::<Test>::remove(MarketId(7));
		assert_ok!(Breaker::do_try_state());

		let mut bad = params();
		bad.auction = breakwater_units::Millis::ZERO;
		crate::Listed::<Test>::insert(MARKET, (FEED, bad));
		assert!(Breaker::do_try_state().is_err());
	});
}

/// What happens in a pool, and what it then allows.
mod a_pool {
	use breakwater_interfaces::{FundCondition, PoolFacts};
	use breakwater_units::PoolId;

	use super::*;
	use crate::Pools;

	const POOL: PoolId = PoolId(0);
	const OTHER: PoolId = PoolId(1);
	const GOOD: PoolFacts = PoolFacts {
		backlog: 0,
		fund: FundCondition { drawdown: Ratio::ZERO, unresolved_loss: false },
	};

	fn drawdown(percent: u64) -> PoolFacts {
		let drawdown = Ratio::saturating_from_percent(percent);
		PoolFacts { fund: FundCondition { drawdown, ..GOOD.fund }, ..GOOD }
	}

	fn backlog(backlog: u64) -> PoolFacts {
		PoolFacts { backlog, ..GOOD }
	}

	const LOSS: PoolFacts =
		PoolFacts { fund: FundCondition { drawdown: Ratio::ZERO, unresolved_loss: true }, ..GOOD };

	/// A block in which the pool, and the market in it, looks like this.
	fn step(now: u64, facts: PoolFacts) {
		block(now, None);
		Breaker::step_pool(POOL, Timestamp::new(now), facts);
		assert_ok!(Breaker::do_try_state());
	}

	fn pool_allows() -> Vec<Action> {
		Action::ALL.into_iter().filter(|action| Breaker::pool_allows(POOL, *action)).collect()
	}

	fn is_open() -> bool {
		pool_allows() == Action::ALL
	}

	fn changes() -> usize {
		let changed = |record: &frame_system::EventRecord<_, _>| {
			matches!(record.event, crate::mock::RuntimeEvent::Breaker(Event::PoolChanged { .. }))
		};
		System::events().iter().filter(|record| changed(record)).count()
	}

	#[test]
	fn in_good_order_allows_everything_and_stores_nothing() {
		chain().execute_with(|| {
			step(SECOND, GOOD);
			assert!(is_open());
			assert_eq!((changes(), Pools::<Test>::iter().count()), (0, 0));
		});
	}

	#[test]
	fn with_a_fund_drawn_down_only_reduces_until_it_has_recovered_for_a_while() {
		chain().execute_with(|| {
			step(SECOND, drawdown(19));
			assert!(is_open());
			step(2 * SECOND, drawdown(20));
			assert_eq!(pool_allows(), NO_NEW_RISK);
			// and so does each of its markets
			assert_eq!(allowed(), NO_NEW_RISK);
			// between the two levels it stays, and five seconds at the lower one end it
			step(3 * SECOND, drawdown(11));
			step(20 * SECOND, drawdown(11));
			assert!(!is_open());
			step(21 * SECOND, drawdown(10));
			step(25 * SECOND, drawdown(10));
			assert!(!is_open());
			step(26 * SECOND, drawdown(10));
			assert!(is_open());
			assert_eq!((allowed(), changes()), (Action::ALL.to_vec(), 2));
		});
	}

	#[test]
	fn with_late_work_only_reduces_until_it_is_done() {
		chain().execute_with(|| {
			step(SECOND, backlog(49));
			assert!(is_open());
			step(2 * SECOND, backlog(50));
			assert_eq!(pool_allows(), NO_NEW_RISK);
			step(3 * SECOND, backlog(5));
			step(8 * SECOND, backlog(5));
			assert!(is_open());
		});
	}

	#[test]
	fn with_an_unpaid_loss_lets_nobody_out_however_long_it_takes() {
		chain().execute_with(|| {
			for second in 1..60 {
				step(second * SECOND, LOSS);
				assert!(!Breaker::pool_allows(POOL, Action::Withdraw));
				assert!(Breaker::pool_allows(POOL, Action::Deposit));
				assert!(Breaker::pool_allows(POOL, Action::Liquidate));
			}
			step(60 * SECOND, GOOD);
			// a loss in between starts the time anew
			step(64 * SECOND, LOSS);
			step(65 * SECOND, GOOD);
			step(69 * SECOND, GOOD);
			assert!(!is_open());
			step(70 * SECOND, GOOD);
			assert!(is_open());
			assert_eq!(changes(), 2);
		});
	}

	#[test]
	fn waits_for_the_last_of_several_causes() {
		chain().execute_with(|| {
			let fund = FundCondition { drawdown: Ratio::ONE, unresolved_loss: true };
			step(SECOND, PoolFacts { backlog: 1_000, fund });
			step(2 * SECOND, drawdown(100));
			step(10 * SECOND, backlog(50));
			step(14 * SECOND, GOOD);
			assert!(!is_open());
			step(19 * SECOND, GOOD);
			assert!(is_open());
		});
	}

	#[test]
	fn does_not_touch_another() {
		chain().execute_with(|| {
			step(SECOND, LOSS);
			let other = Action::ALL.into_iter().filter(|a| Breaker::pool_allows(OTHER, *a));
			assert_eq!(other.collect::<Vec<_>>(), Action::ALL);
		});
	}

	#[test]
	fn allows_no_more_than_the_chain() {
		chain().execute_with(|| {
			set_lag(20);
			step(SECOND, GOOD);
			assert_eq!(pool_allows(), NO_NEW_RISK);
		});
	}
}
