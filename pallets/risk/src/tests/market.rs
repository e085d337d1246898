//! A market from block to block.

use breakwater_auction::{Clearing, ForcedFill};
use breakwater_funding::Impact;
use breakwater_interfaces::{BatchSummary, RiskEngine};
use breakwater_margin::Requirement;
use breakwater_units::{
	limits::MAX_PRICE_TICKS, AccountKey, Lots, MarketId, Price, Quote, Ratio, Side, SignedRatio,
	Size, Timestamp,
};

use crate::{mock::*, Common, Event, MarketHistories, Markets};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn index() -> u64 {
	state().index.get()
}

fn mark() -> u64 {
	Risk::market(PERP).unwrap().price().get()
}

/// Fresh blocks every so many milliseconds, with a batch in each.
fn trade(from: u64, to: u64, every: u64, btc: u64, at: u64) {
	let mut now = from;
	while now <= to {
		block_at(now, btc);
		batch(at, 100, now);
		now += every;
	}
}

mod the_index {
	use super::*;

	#[test]
	fn is_the_price_over_that_of_the_quote_asset() {
		with_chain(|| {
			set(USDQ, 9_800, 0, T0 + 500);
			block(T0 + 500);
			// 5,000,000 / 0.98 = 5,102,040.8
			assert_eq!(index(), 5_102_041);
			set(USDQ, 10_200, 0, T0 + 1_000);
			block(T0 + 1_000);
			// 4,901,960.78
			assert_eq!(index(), 4_901_961);
		});
	}

	#[test]
	fn is_the_dollar_price_where_the_quote_asset_is_the_dollar() {
		empty_chain().execute_with(|| {
			let mut terms = pool_terms();
			terms.quote_feed = None;
			Risk::list_pool(RuntimeOrigin::root(), Box::new(terms)).unwrap();
			list(PERP, &market_terms()).unwrap();
			set(BTC, START, 0, T0);
			block(T0);
			assert_eq!(index(), START);
			let opened = Event::MarketPriced { market: PERP, index: Price::new(START) };
			assert!(events().contains(&opened));
		});
	}

	#[test]
	fn has_the_time_of_the_older_price() {
		with_chain(|| {
			set(BTC, START, 0, T0 + 900);
			set(USDQ, 10_000, 0, T0 + 400);
			block(T0 + 1_000);
			assert_eq!(state().index_time, Timestamp::new(T0 + 400));
		});
	}

	#[test]
	fn is_never_of_the_future() {
		with_chain(|| {
			set(BTC, START, 0, u64::MAX);
			set(USDQ, 10_000, 0, u64::MAX);
			block(T0 + 500);
			assert_eq!(state().index_time, Timestamp::new(T0 + 500));
			block_at(T0 + 1_000, START + 7);
			assert_eq!(index(), START + 7);
		});
	}

	#[test]
	fn stays_where_it_was_without_a_usable_price() {
		with_chain(|| {
			let kept = |why: &str, break_it: &dyn Fn()| {
				set(BTC, START + 1_000, 0, T0 + 500);
				set(USDQ, 10_000, 0, T0 + 500);
				break_it();
				block(T0 + 500);
				assert_eq!((index(), state().index_time.get()), (START, T0), "{why}");
				world(|world| world.bad_feeds.clear());
			};
			kept("no price", &|| forget(BTC));
			kept("no quote price", &|| forget(USDQ));
			kept("zero", &|| set(BTC, 0, 0, T0 + 500));
			kept("quote zero", &|| set(USDQ, 0, 0, T0 + 500));
			kept("too large", &|| set(BTC, MAX_PRICE_TICKS + 1, 0, T0 + 500));
			kept("largest", &|| set(BTC, u64::MAX, 0, T0 + 500));
			kept("rounds to zero", &|| set(USDQ, u64::MAX, 0, T0 + 500));
			kept("too large in quote", &|| {
				set(BTC, MAX_PRICE_TICKS, 0, T0 + 500);
				set(USDQ, 1, 0, T0 + 500);
			});
			kept("older", &|| set(BTC, START + 1_000, 0, T0 - 1));
			kept("forbidden", &|| world(|world| world.bad_feeds.push(BTC)));
			kept("quote forbidden", &|| world(|world| world.bad_feeds.push(USDQ)));
		});
	}
}

mod the_mark {
	use super::*;

	#[test]
	fn is_the_index_without_a_batch() {
		with_chain(|| {
			block_at(T0 + 500, START + 1_234);
			assert_eq!(mark(), START + 1_234);
		});
	}

	#[test]
	fn follows_the_batches_only_as_far_as_their_average() {
		with_chain(|| {
			// a first batch 1 % above: the average of 150 s takes 500 ms of it, a third of a
			// percent
			batch(START + 50_000, 100, T0 + 500);
			block_at(T0 + 500, START);
			let first = mark();
			assert_eq!(first, START + 166);
			// for ten minutes: the average is nearly there
			trade(T0 + 1_000, T0 + 600_000, 500, START, START + 50_000);
			block_at(T0 + 600_500, START);
			assert!((START + 49_000..=START + 50_000).contains(&mark()), "{}", mark());
		});
	}

	#[test]
	fn is_held_in_its_band() {
		with_chain(|| {
			// 10 % above; the band is 2 %
			trade(T0 + 500, T0 + 3_600_000, 5_000, START, START + 500_000);
			block_at(T0 + 3_600_500, START);
			let most = START + START / 50;
			assert!((most - 50..=most).contains(&mark()), "{}", mark());
			// a price at zero changes nothing about that
			trade(T0 + 3_601_000, T0 + 7_200_000, 5_000, START, 0);
			block_at(T0 + 7_200_500, START);
			let least = START - START / 50;
			assert!((least..=least + 50).contains(&mark()), "{}", mark());
		});
	}

	#[test]
	fn is_the_middle_of_the_depth_where_nothing_traded() {
		with_chain(|| {
			let quoted = BatchSummary {
				impact: Impact {
					bid: Some(Price::new(START + 10_000)),
					ask: Some(Price::new(START + 30_000)),
				},
				..Default::default()
			};
			Risk::observe_batch(PERP, &quoted, Timestamp::new(T0 + 500));
			assert_eq!(state().batch, Some(Price::new(START + 20_000)));
			// too little to count
			let thin = Clearing { price: Price::new(1), volume: Size::new(9), surplus: Lots::ZERO };
			let quoted = BatchSummary { organic: Some(thin), ..quoted };
			Risk::observe_batch(PERP, &quoted, Timestamp::new(T0 + 1_000));
			assert_eq!(state().batch, Some(Price::new(START + 20_000)));
		});
	}

	#[test]
	fn is_not_moved_by_forced_orders() {
		with_chain(|| {
			let liquidation = BatchSummary {
				price: Some(Price::new(START / 2)),
				volume: Size::new(1_000_000),
				forced: vec![ForcedFill {
					account: AccountKey([1; 32]),
					side: Side::Sell,
					size: Size::new(1_000_000),
				}],
				..Default::default()
			};
			for n in 1..100 {
				Risk::observe_batch(PERP, &liquidation, Timestamp::new(T0 + n * 500));
				block_at(T0 + n * 500, START);
			}
			assert_eq!(mark(), START);
			assert_eq!(state().funding_rate, SignedRatio::ZERO);
			// nor is the volume of a day
			assert_eq!(state().daily_volume(&market_terms().risk), Size::new(10_000_000));
		});
	}

	#[test]
	fn forgets_a_batch_after_a_minute() {
		with_chain(|| {
			trade(T0 + 500, T0 + 60_000, 500, START, START + 50_000);
			block_at(T0 + 120_000, START);
			assert!(mark() > START);
			block_at(T0 + 120_001, START);
			assert_eq!(mark(), START);
		});
	}
}

mod funding {
	use super::*;

	#[test]
	fn is_the_average_premium_of_the_last_minute() {
		with_chain(|| {
			// the cap: 600 % of initial less maintenance, far above 0.1 %
			trade(T0 + 500, T0 + MINUTE, 500, START, START + 5_000);
			block_at(T0 + MINUTE + 500, START);
			// 0.1 % for 59.5 of 60 seconds
			assert_eq!(state().funding_rate, SignedRatio::new(991_666));
			assert_eq!(Risk::pricing(PERP).unwrap().funding_rate, state().funding_rate);
		});
	}

	#[test]
	fn is_charged_exactly() {
		with_chain(|| {
			trade(T0 + 500, T0 + 3 * MINUTE, 500, START, START + 5_000);
			let (rate, before) = (state().funding_rate.get(), state().funding);
			block_at(T0 + 3 * MINUTE + 20_000, START);
			// 20 s at that rate for 8 h, of a lot of 50 dollars
			let parts = 50_000_000 * i128::from(rate) * 20_000;
			let paid = state().funding.cumulative().get() - before.cumulative().get();
			let rest = state().funding.remainder() - before.remainder();
			assert_eq!(paid * breakwater_funding::QUANTUM_PARTS + rest, parts);
			assert_eq!(Risk::market(PERP).unwrap().funding(), state().funding.cumulative());
		});
	}

	#[test]
	fn is_capped_by_the_margin() {
		with_chain(|| {
			trade(T0 + 500, T0 + 10 * MINUTE, 500, START, START * 3);
			let now = state();
			let gap = now.ramp.initial(&ramp_params()).get() - now.ramp.maintenance().get();
			// six times the gap, as it was when the rate was set: a step of the ramp before
			let (rate, cap) = (now.funding_rate.get().unsigned_abs(), gap * 6);
			assert!(rate.abs_diff(cap) < cap / 100_000, "{rate} {cap}");
		});
	}

	#[test]
	fn ends_when_nothing_is_known() {
		with_chain(|| {
			trade(T0 + 500, T0 + MINUTE, 500, START, START + 5_000);
			for n in 2..10 {
				block_at(T0 + n * MINUTE, START);
			}
			assert_eq!(state().funding_rate, SignedRatio::ZERO);
		});
	}
}

mod volatility {
	use super::*;

	#[test]
	fn starts_where_it_was_listed() {
		with_chain(|| {
			// 4 % a day is 0.105409 % a minute
			assert_eq!(Risk::market_volatility(PERP), Ratio::new(1_054_093));
			assert_eq!(Risk::market_volatility(MarketId(9)), Ratio::ZERO);
		});
	}

	#[test]
	fn moves_once_a_minute() {
		with_chain(|| {
			let before = state().sigma;
			block_at(T0 + 30_000, START * 11 / 10);
			assert_eq!(state().sigma, before);
			block_at(T0 + MINUTE, START * 11 / 10);
			let after = state().sigma;
			assert!(after > before);
			block_at(T0 + MINUTE + 30_000, START * 2);
			assert_eq!(state().sigma, after);
		});
	}

	#[test]
	fn does_not_fade_while_the_price_is_stale() {
		with_chain(|| {
			let before = MarketHistories::<Test>::get(PERP);
			for n in 1..60 {
				block(T0 + n * MINUTE);
			}
			assert_eq!(MarketHistories::<Test>::get(PERP), before);
		});
	}

	#[test]
	fn measures_fat_tails_when_it_has_seen_enough() {
		with_chain(|| {
			// one minute in fifty is a jump of 3 %: 29 standard deviations
			let mut price = START;
			for n in 1..=1_500u64 {
				price = match n % 50 {
					0 if n % 100 == 0 => price * 103 / 100,
					0 => price * 100 / 103,
					_ if n % 2 == 0 => price * 10_001 / 10_000,
					_ => price * 10_000 / 10_001,
				};
				block_at(T0 + n * MINUTE, price);
				if n < 1_440 {
					assert_eq!(state().tail, percent(350));
				}
			}
			assert!(state().tail > percent(350));
			assert!(state().tail <= percent(700));
		});
	}
}

mod margin {
	use super::*;

	#[test]
	fn is_computed_from_volatility_and_horizon() {
		with_chain(|| {
			// 3.5 · 4 % · √(10 min/1 day) + 0.05 % = 1.2167 %
			let now = Risk::pricing(PERP).unwrap();
			assert_eq!(now.maintenance.get() / 1_000, 12_166);
			// over 60 %
			assert_eq!(now.initial.get() / 1_000, 20_277);
			let leg = Risk::market(PERP).unwrap();
			assert_eq!(leg.schedule(Requirement::Maintenance).rate(0), now.maintenance);
			assert_eq!(leg.schedule(Requirement::Initial).rate(0), now.initial);
		});
	}

	#[test]
	fn for_new_risk_rises_at_once_and_maintenance_by_steps() {
		with_chain(|| {
			let before = Risk::pricing(PERP).unwrap();
			block_at(T0 + MINUTE, START * 8 / 10);
			let after = Risk::pricing(PERP).unwrap();
			assert!(after.initial.get() > 2 * before.initial.get());
			// 20 % an hour at most
			assert!(after.maintenance.get() < before.maintenance.get() * 1_004 / 1_000);
			let told = events().into_iter().find_map(|event| match event {
				Event::MarginChanged { market: PERP, rising_to, .. } => Some(rising_to),
				_ => None,
			});
			assert_eq!(told, Some(state().ramp.rising_to()));
			assert!(state().ramp.rising_to().is_some());
		});
	}

	#[test]
	fn is_told_when_it_moves_more_than_a_percent() {
		with_chain(|| {
			let told = |event: &Event<Test>| matches!(event, Event::MarginChanged { .. });
			block_at(T0 + 500, START);
			assert!(!events().iter().any(told));
			let mut count = 0;
			let mut last = state().told;
			// a jump, and what follows it for twenty minutes, seen every five seconds
			for n in 1..=240 {
				block_at(T0 + n * 5_000, START * 8 / 10);
				let now = (state().ramp.maintenance(), state().initial);
				if events().iter().any(told) {
					count += 1;
					assert_eq!(state().told, now);
				} else {
					assert_eq!(state().told, last);
					let near = |a: Ratio, b: Ratio| a.get().abs_diff(b.get()) * 100 <= a.get();
					assert!(near(last.0, now.0) && near(last.1, now.1));
				}
				last = state().told;
			}
			assert!((10..50).contains(&count), "{count}");
		});
	}

	#[test]
	fn grows_with_what_is_open() {
		with_chain(|| {
			let calm = state().ramp;
			others(|others| others.open_interest.insert(PERP, Size::new(1_000_000)));
			block_at(T0 + 500, START);
			// a tenth of a day's volume at a tenth of it: a third of a day
			assert!(state().ramp.rising_to().unwrap() > calm.maintenance());
		});
	}

	#[test]
	fn grows_with_full_blocks() {
		with_chain(|| {
			others(|others| others.open_interest.insert(PERP, Size::new(100_000)));
			block_at(T0 + 500, START);
			let free = state().initial;
			Fullness::set(&percent(80));
			block_at(T0 + 1_000, START);
			assert!(state().initial > free);
		});
	}

	#[test]
	fn grows_when_there_is_a_second_market_to_fall_with() {
		with_chain(|| {
			others(|others| others.open_interest.insert(PERP, Size::new(100_000)));
			block_at(T0 + 500, START);
			let alone = state().initial;
			list(MarketId(1), &market_terms()).unwrap();
			block_at(T0 + 1_000, START);
			let together = state().initial;
			assert!(together > alone);
			// the same feed: nothing moves more alike, and what is late counts too
			for n in 1..10 {
				block_at(T0 + n * MINUTE, START + n * 100);
			}
			assert_eq!(Common::<Test>::get().mean(), Ratio::ONE);
		});
	}

	#[test]
	fn for_new_risk_is_everything_at_the_upper_cap() {
		with_chain(|| {
			// 150 million dollars at 50 a lot: half way from initial to one
			others(|others| others.open_interest.insert(PERP, Size::new(3_000_000)));
			block_at(T0 + 500, START);
			let base = state().ramp.initial(&ramp_params()).get();
			assert_eq!(state().initial.get(), base + (1_000_000_000 - base).div_ceil(2));
			others(|others| others.open_interest.insert(PERP, Size::new(4_000_000)));
			block_at(T0 + 1_000, START);
			assert_eq!(state().initial, Ratio::ONE);
		});
	}
}

mod open_interest {
	use super::*;

	#[test]
	fn has_room_up_to_the_upper_cap() {
		with_chain(|| {
			// 200 million dollars at 50 a lot
			assert_eq!(Risk::open_interest_room(PERP), Size::new(4_000_000));
			others(|others| others.open_interest.insert(PERP, Size::new(3_999_999)));
			assert_eq!(Risk::open_interest_room(PERP), Size::new(1));
			others(|others| others.open_interest.insert(PERP, Size::MAX));
			assert_eq!(Risk::open_interest_room(PERP), Size::ZERO);
		});
	}

	#[test]
	fn has_none_without_a_price() {
		listed_chain().execute_with(|| {
			assert_eq!(Risk::open_interest_room(PERP), Size::ZERO);
			assert_eq!(Risk::open_interest_room(MarketId(9)), Size::ZERO);
		});
	}
}

mod liquidity {
	use super::*;

	fn day_of(volume: u64, every: u64) {
		for n in 1..=24 * HOUR / every {
			let now = T0 + n * every;
			batch(START, volume, now);
		}
	}

	#[test]
	fn of_a_day_is_at_least_what_was_listed() {
		with_chain(|| {
			day_of(10, HOUR);
			assert_eq!(state().daily_volume(&market_terms().risk), Size::new(10_000_000));
		});
	}

	#[test]
	fn of_a_day_follows_the_batches() {
		with_chain(|| {
			for n in 1..=10 * 24 {
				batch(START, 1_000_000, T0 + n * HOUR);
			}
			// a million an hour: 24 million a day, in steps of an hour
			let volume = state().daily_volume(&market_terms().risk).get();
			assert!((24_000_000..25_000_000).contains(&volume), "{volume}");
		});
	}

	#[test]
	fn of_a_day_is_held_at_four_times_what_was_listed() {
		with_chain(|| {
			batch(START, u64::MAX, T0 + 500);
			batch(START, u64::MAX, T0 + 500);
			assert_eq!(state().daily_volume(&market_terms().risk), Size::new(40_000_000));
		});
	}

	#[test]
	fn is_what_the_law_says_before_the_first_batch() {
		with_chain(|| {
			// (1 % / 4 %)² of ten million; σ is rounded up
			let depth = Risk::pricing(PERP).unwrap().depth.get();
			assert!((624_900..=625_000).contains(&depth), "{depth}");
		});
	}

	#[test]
	fn is_what_batches_show_if_that_is_less() {
		with_chain(|| {
			batch(START, 10, T0 + 500);
			// 2,000 lots on both sides
			assert_eq!(Risk::pricing(PERP).unwrap().depth, Size::new(1_000));
			let empty = BatchSummary::default();
			Risk::observe_batch(PERP, &empty, Timestamp::new(T0 + 500 + HOUR));
			// a part 1/e of it is left after an hour
			assert_eq!(Risk::pricing(PERP).unwrap().depth, Size::new(367));
		});
	}
}

#[test]
fn a_batch_of_an_unknown_market_or_before_the_first_price_is_nothing() {
	listed_chain().execute_with(|| {
		batch(START, 10, T0);
		Risk::observe_batch(MarketId(9), &BatchSummary::default(), Timestamp::new(T0));
		Risk::do_try_state().unwrap();
	});
}

#[test]
fn levels_of_the_index_are_those_of_its_rates() {
	with_chain(|| {
		let leg = Risk::market(PERP).unwrap();
		let rate = leg.schedule(Requirement::Maintenance).rate(0);
		let level = leg.level(Side::Buy, rate).unwrap();
		// 50 dollars less the margin on them
		assert_eq!(level.get(), 50_000_000 * (1_000_000_000 - i128::from(rate.get())));
		assert_eq!(Markets::<Test>::get(PERP), Some(market_terms()));
		assert_eq!(leg.tick_value(), market_terms().tick_value);
		assert!(Quote::ZERO < market_terms().risk.lower_cap);
	});
}
