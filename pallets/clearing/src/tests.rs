use breakwater_units::MarketId;
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{
	mock::{
		chain, chain_of, refuse_new_risk, trace, two_pools, weight, BatchWeight, BookBacklog,
		BookWeight, Broken, ConditionWeight, Late, OrdersWeight, Pipeline, System, Test,
	},
	Event, LastReport,
};

#[test]
fn the_stages_run_in_order() {
	chain_of(2).execute_with(|| {
		let used = Pipeline::run();
		assert_eq!(
			trace(),
			[
				"risk at 1000",
				"breakers with backlog 0",
				"pool 0 with a loss",
				"book within 40",
				"liquidation within 17",
				"step 0 clears 100",
				"clear 0",
				"filled 0",
				"inventory 0",
				"observe 0 volume 7",
				"step 1 clears 100",
				"clear 1",
				"filled 1",
				"inventory 1",
				"observe 1 volume 7",
				"resolve within 66",
			]
		);
		// stage 5 has a fifth of what the book and stage 7 leave
		// 2 for stages 2 and 3, 5 and 5 for 4 and 5, 12 for each market, 3 for stage 7
		assert_eq!(used, weight(39));
		let report = LastReport::<Test>::get();
		assert_eq!((report.woken, report.due, report.cleared), (2, 1, 2));
		assert_eq!(report.used, used);
	});
}

#[test]
fn a_failing_market_is_rolled_back_and_quarantined_and_the_others_go_on() {
	chain().execute_with(|| {
		Broken::set(&Some(1));
		Pipeline::run();
		let ran = trace();
		// what the broken batch had written is gone; the fault is told to the breaker
		assert!(!ran.contains(&"clear 1".to_string()));
		assert!(ran.contains(&"step 1 clears nothing fault".to_string()));
		assert!(ran.contains(&"clear 2".to_string()));
		let error = DispatchError::Corruption;
		System::assert_has_event(Event::<Test>::MarketFailed { market: MarketId(1), error }.into());
		let report = LastReport::<Test>::get();
		assert_eq!((report.cleared, report.failed), (2, 1));
	});
}

#[test]
fn what_does_not_fit_goes_first_in_the_next_block() {
	chain_of(5).execute_with(|| {
		BatchWeight::set(&36);
		let cleared = || {
			Pipeline::run();
			let report = LastReport::<Test>::get();
			assert_eq!(report.cleared + report.deferred, 5);
			let ran = trace();
			(0..5).filter(|market| ran.contains(&format!("clear {market}"))).collect::<Vec<_>>()
		};
		// 80 are left for batches of 36 and their overhead
		assert_eq!(cleared(), [0, 1]);
		System::assert_has_event(Event::<Test>::MarketDeferred { market: MarketId(2) }.into());
		assert_eq!(cleared(), [2, 3]);
		assert_eq!(cleared(), [0, 4]);
		assert_eq!(cleared(), [1, 2]);
	});
}

#[test]
fn a_deferred_market_still_steps_its_breaker() {
	chain().execute_with(|| {
		BatchWeight::set(&1_000);
		Pipeline::run();
		let ran = trace();
		for market in 0..3 {
			assert!(ran.contains(&format!("step {market} clears nothing")));
		}
	});
}

#[test]
fn a_backlog_takes_weight_from_ordinary_transactions() {
	chain().execute_with(|| {
		BookBacklog::set(&true);
		Pipeline::run();
		assert!(trace().contains(&"book within 40".to_string()));
		Pipeline::run();
		let ran = trace();
		assert!(ran.contains(&"book within 60".to_string()));
		assert!(ran.contains(&"breakers with backlog 1".to_string()));
		BookBacklog::set(&false);
		Pipeline::run();
		trace();
		Pipeline::run();
		assert!(trace().contains(&"book within 40".to_string()));
	});
}

#[test]
fn a_market_is_told_of_the_accounts_that_wait_in_its_pool_and_in_no_other() {
	two_pools().execute_with(|| {
		Late::set(&Some(1));
		Pipeline::run();
		let ran = trace();
		assert!(ran.contains(&"step 0 clears 100".to_string()), "{ran:?}");
		assert!(ran.contains(&"step 1 clears 100 late".to_string()), "{ran:?}");
		// Blocks are shared: the chain is told of all who wait.
		assert!(ran.contains(&"breakers with backlog 70".to_string()));
		// So is one whose batch does not fit.
		BatchWeight::set(&1_000);
		Pipeline::run();
		let ran = trace();
		assert!(ran.contains(&"step 0 clears nothing".to_string()), "{ran:?}");
		assert!(ran.contains(&"step 1 clears nothing late".to_string()), "{ran:?}");
	});
}

#[test]
fn without_new_risk_batches_only_reduce() {
	chain().execute_with(|| {
		refuse_new_risk();
		Pipeline::run();
		assert!(trace().contains(&"clear 0 reducing".to_string()));
	});
}

#[test]
fn a_chain_without_markets_runs() {
	chain_of(0).execute_with(|| {
		assert_eq!(Pipeline::run(), weight(15));
	});
}

#[test]
fn what_must_run_may_weigh_more_than_the_budget_and_defers_the_batches() {
	chain().execute_with(|| {
		BookWeight::set(&1_000);
		// 2 for stages 2 and 3, 1,000 and 5 for 4 and 5, 1 for each market's breaker, 3 for stage 7
		assert_eq!(Pipeline::run(), weight(1_013));
		let report = LastReport::<Test>::get();
		assert_eq!((report.cleared, report.deferred), (0, 3));
		assert!(trace().contains(&"step 2 clears nothing".to_string()));
	});
}

#[test]
fn asking_what_the_backstop_wants_is_weighed_and_must_fit() {
	chain().execute_with(|| {
		let without = Pipeline::run();
		trace();
		OrdersWeight::set(&30);
		assert_eq!(Pipeline::run(), without + weight(30));
		// 100 less 5 and 5 for stages 4 and 5, 12 for each batch, and what was asked
		assert!(trace().contains(&"resolve within 24".to_string()));

		// 80 are left for the batches: the first takes 12, and it and 10 for the second do not fit
		OrdersWeight::set(&58);
		Pipeline::run();
		let ran = trace();
		assert!(ran.contains(&"step 1 clears nothing".to_string()), "{ran:?}");
		assert!(ran.contains(&"clear 2".to_string()));
		// nor was it asked
		assert!(ran.contains(&"resolve within 65".to_string()), "{ran:?}");
		assert!(LastReport::<Test>::get().used.all_lte(weight(102)));
	});
}

#[test]
fn asking_how_the_funds_are_is_weighed_by_pool() {
	two_pools().execute_with(|| {
		let without = Pipeline::run();
		ConditionWeight::set(&3);
		assert_eq!(Pipeline::run(), without + weight(6));
	});
}
