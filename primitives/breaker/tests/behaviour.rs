//! What the breakers do, case by case.
#![allow(missing_docs)]

mod common;

use breakwater_breaker::*;
use breakwater_units::{Price, Ratio, Timestamp};
use codec::{Decode, Encode, MaxEncodedLen};
use common::{clearing, market_params, Feed, BAND, OUTSIDE};

fn at(millis: u64) -> Timestamp {
	Timestamp::new(millis)
}

/// Steps through the feeds, one millisecond apart, and returns what happened to each batch.
fn run(market: &mut Market, feeds: &[Feed]) -> Vec<Matching> {
	let params = market_params();
	feeds
		.iter()
		.zip(1_001u64..)
		.map(|(feed, now)| {
			let (next, effects) = market.step(&feed.inputs(now), &params);
			*market = next;
			effects.matching
		})
		.collect()
}

mod market {
	use super::*;

	#[test]
	fn goes_from_limit_through_a_call_auction_back_to_open() {
		let mut market = Market::default();
		let outside = Feed { clearing: OUTSIDE, ..Feed::BENIGN };

		// time-out of 3 after the trip, auction of 2
		let matching = run(&mut market, &[outside, outside, outside, outside]);
		assert_eq!(matching[..3], [Matching::Inside(BAND); 3]);
		assert_eq!(matching[3], Matching::Collect);
		assert!(matches!(market.phase, Phase::CallAuction { extensions: 0, .. }));
		assert_eq!(market.allowed(), ActionSet::NO_NEW_RISK);

		let params = market_params();
		let (waiting, effects) = market.step(&Feed::BENIGN.inputs(1_005), &params);
		assert_eq!(effects.matching, Matching::Collect);
		let (open, effects) = waiting.step(&Feed::BENIGN.inputs(1_006), &params);
		assert_eq!(effects.matching, Matching::Uncross(BAND));
		assert_eq!(open, Market::default());
	}

	#[test]
	fn returns_to_open_when_prices_are_back_well_inside() {
		let mut market = Market::default();
		let outside = Feed { clearing: OUTSIDE, ..Feed::BENIGN };
		run(&mut market, &[outside, Feed::BENIGN, Feed::BENIGN]);
		assert!(matches!(market.phase, Phase::Limit { .. }));
		let (open, effects) = market.step(&Feed::BENIGN.inputs(1_004), &market_params());
		assert_eq!((open.phase, effects.matching), (Phase::Open, Matching::Admit));
	}

	#[test]
	fn is_not_tripped_by_a_thin_clearing_but_keeps_it_inside() {
		let mut market = Market::default();
		let thin = Feed { clearing: clearing(150, 9, 0), ..Feed::BENIGN };
		assert_eq!(run(&mut market, &[thin]), [Matching::Inside(BAND)]);
		assert_eq!(market, Market::default());
	}

	#[test]
	fn extends_an_unbalanced_auction_with_a_wider_collar_and_ends_at_the_last() {
		let params = market_params();
		let mut market = Market {
			phase: Phase::CallAuction { ends_at: at(1_000), extensions: 0 },
			..Default::default()
		};
		let unbalanced = Feed { clearing: clearing(100, 10, 900), ..Feed::BENIGN };
		for extension in 1..=2 {
			let (next, effects) = market.step(&unbalanced.inputs(1_000 + extension), &params);
			assert!(effects.extended);
			assert_eq!(effects.matching, Matching::Collect);
			market = next;
		}
		let (next, effects) = market.step(&unbalanced.inputs(1_003), &params);
		// 10 % · 1.5²
		let collar = Band { half_width: Ratio::new(225_000_000), ..BAND };
		assert_eq!(effects.matching, Matching::Uncross(collar));
		assert_eq!(next.phase, Phase::Open);
	}

	#[test]
	fn an_auction_price_outside_the_collar_extends_it() {
		let market = Market {
			phase: Phase::CallAuction { ends_at: at(1_000), extensions: 0 },
			..Default::default()
		};
		let outside = Feed { clearing: clearing(111, 10, 0), ..Feed::BENIGN };
		let (next, effects) = market.step(&outside.inputs(1_000), &market_params());
		assert!(effects.extended);
		// 15 % by then
		let (_, effects) = next.step(&outside.inputs(1_001), &market_params());
		assert!(matches!(effects.matching, Matching::Uncross(_)));
	}

	#[test]
	fn a_stale_price_stops_new_risk_before_it_stops_liquidation() {
		let params = market_params();
		let stale = Feed { age: 3, ..Feed::BENIGN };
		let (market, _) = Market::default().step(&stale.inputs(1_001), &params);
		assert_eq!(market.allowed(), ActionSet::NO_NEW_RISK);
		let older = Feed { age: 6, ..Feed::BENIGN };
		let (market, effects) = market.step(&older.inputs(1_002), &params);
		assert_eq!(market.allowed(), ActionSet::ALWAYS);
		assert_eq!(effects.matching, Matching::Halt);
	}

	#[test]
	fn leaves_quarantine_through_a_call_auction() {
		let mut market = Market::default();
		let fault = Feed { fault: true, ..Feed::BENIGN };
		// benign for 3, then an auction of 2 counted from the last halted block
		let feeds = [fault, Feed::BENIGN, Feed::BENIGN, Feed::BENIGN, Feed::BENIGN, Feed::BENIGN];
		let matching = run(&mut market, &feeds);
		assert_eq!(matching[..4], [Matching::Halt; 4]);
		assert_eq!(matching[4], Matching::Collect);
		assert_eq!(matching[5], Matching::Uncross(BAND));
		assert_eq!(market, Market::default());
	}

	#[test]
	fn after_an_outage_liquidation_waits_for_a_price_that_is_newer() {
		let params = market_params();
		let old = Feed { resumed: true, age: 1, ..Feed::BENIGN };
		let (market, effects) = Market::default().step(&old.inputs(1_001), &params);
		assert!(!market.allowed().contains(Action::Liquidate));
		assert_eq!(effects.matching, Matching::Collect);
		let (market, _) = market.step(&Feed { age: 2, ..Feed::BENIGN }.inputs(1_002), &params);
		assert_eq!(market.fresh_after, Some(at(1_001)));
		let (market, effects) =
			market.step(&Feed { age: 2, ..Feed::BENIGN }.inputs(1_003), &params);
		assert_eq!((market.fresh_after, effects.matching), (None, Matching::Admit));
	}

	#[test]
	fn an_auction_waits_for_an_index_to_uncross_around() {
		let params = market_params();
		let market = Market {
			phase: Phase::CallAuction { ends_at: at(1_000), extensions: 2 },
			..Default::default()
		};
		let blind = Feed { has_band: false, ..Feed::BENIGN };
		let (market, effects) = market.step(&blind.inputs(1_001), &params);
		assert_eq!(effects.matching, Matching::Collect);
		let (market, _) = market.step(&Feed::BENIGN.inputs(1_002), &params);
		assert_eq!(market.phase, Phase::Open);
	}
}

mod band {
	use super::*;

	const PARAMS: BandParams = BandParams {
		min: Ratio::new(5_000_000),
		max: Ratio::new(200_000_000),
		k: Ratio::new(5_000_000_000),
		window_bars: 5,
	};

	#[test]
	fn width_is_k_sigma_root_w() {
		// 5 · 0.1 % · √5 = 1.1180339887… %
		assert_eq!(band_half_width(Ratio::new(1_000_000), &PARAMS), Ratio::new(11_180_340));
		assert_eq!(band_half_width(Ratio::ZERO, &PARAMS), PARAMS.min);
		assert_eq!(band_half_width(Ratio::MAX, &PARAMS), PARAMS.max);
	}

	#[test]
	fn edges_are_the_last_ticks_inside() {
		// 1.5 % of 101 is 1.515
		let band = Band { reference: Price::new(101), half_width: Ratio::new(15_000_000) };
		assert_eq!((band.low(), band.high()), (Price::new(100), Price::new(102)));
		assert!(band.contains(band.low()) && band.contains(band.high()));
	}
}

mod chain_and_pool {
	use super::*;
	use breakwater_units::Millis;

	const CHAIN: ChainParams = ChainParams {
		finality_lag: Threshold { trip: 20, release: 5 },
		backlog: Threshold { trip: 100, release: 0 },
		release: Millis::new(10),
		outage_gap: Millis::new(50),
		grace: Millis::new(30),
	};

	fn block(chain: &mut Chain, now: u64, finality_lag: u64) -> ChainEffects {
		let inputs = ChainInputs { now: at(now), finality_lag, backlog: 0 };
		let (next, effects) = chain.step(&inputs, &CHAIN);
		*chain = next;
		effects
	}

	#[test]
	fn an_outage_begins_a_grace_that_ends_by_itself() {
		let mut chain = Chain::default();
		assert_eq!(block(&mut chain, 1_000, 0).resumed_at, None);
		assert_eq!(block(&mut chain, 1_049, 0).resumed_at, None);
		assert_eq!(block(&mut chain, 1_099, 0).resumed_at, Some(at(1_099)));
		assert_eq!(chain.allowed(), ActionSet::ALWAYS);
		block(&mut chain, 1_128, 0);
		assert_eq!(chain.allowed(), ActionSet::ALWAYS);
		assert!(block(&mut chain, 1_129, 0).changed);
		assert_eq!(chain.allowed(), ActionSet::ALL);
	}

	#[test]
	fn finality_lag_stops_new_risk_until_it_is_well_over() {
		let mut chain = Chain::default();
		block(&mut chain, 1_000, 20);
		assert_eq!(chain.allowed(), ActionSet::NO_NEW_RISK);
		block(&mut chain, 1_001, 5);
		block(&mut chain, 1_010, 6);
		block(&mut chain, 1_011, 5);
		block(&mut chain, 1_020, 5);
		assert!(chain.reduce_only.is_on());
		block(&mut chain, 1_021, 5);
		assert_eq!(chain.allowed(), ActionSet::ALL);
	}

	#[test]
	fn a_pool_with_an_unresolved_loss_lets_nobody_withdraw() {
		let params = PoolParams {
			drawdown: Threshold { trip: 300_000_000, release: 200_000_000 },
			backlog: Threshold { trip: 1, release: 0 },
			release: Millis::new(10),
		};
		let calm = PoolInputs {
			now: at(1_000),
			drawdown: Ratio::ZERO,
			backlog: 0,
			unresolved_loss: false,
		};
		for bad in [
			PoolInputs { unresolved_loss: true, ..calm },
			PoolInputs { drawdown: Ratio::new(300_000_000), ..calm },
			PoolInputs { backlog: 1, ..calm },
		] {
			let (pool, changed) = Pool::default().step(&bad, &params);
			assert!(changed);
			let (market, chain) = (Market::default(), Chain::default());
			assert!(!allows(&market, &pool, &chain, Action::Withdraw));
			assert!(allows(&market, &pool, &chain, Action::Liquidate));
			let (pool, _) = pool.step(&calm, &params);
			let (pool, _) = pool.step(&PoolInputs { now: at(1_010), ..calm }, &params);
			assert_eq!(pool, Pool::default());
		}
	}
}

mod parameters {
	use super::*;

	#[test]
	fn that_would_break_a_promise_are_refused() {
		let good = market_params();
		assert_eq!(good.validate(), Ok(()));
		let check = |change: fn(&mut MarketParams)| {
			let mut params = market_params();
			change(&mut params);
			params.validate().unwrap_err()
		};
		use ParamError::*;
		assert_eq!(check(|p| p.price_age.release = p.price_age.trip), ThresholdOrder);
		assert_eq!(check(|p| p.quarantine_age.release = 9), ThresholdOrder);
		assert_eq!(check(|p| p.band.min = Ratio::ZERO), BandRange);
		assert_eq!(check(|p| p.band.max = Ratio::new(1)), BandRange);
		assert_eq!(check(|p| p.band.max = Ratio::MAX), BandRange);
		assert_eq!(check(|p| p.release_share = Ratio::MAX), ReleaseShare);
		assert_eq!(check(|p| p.collar_growth = Ratio::ZERO), CollarGrowth);
		assert_eq!(check(|p| p.max_extensions = MAX_EXTENSIONS + 1), TooManyExtensions);
		assert_eq!(check(|p| p.auction = breakwater_units::Millis::ZERO), Span);
		assert_eq!(check(|p| p.limit_release = breakwater_units::Millis::MAX), Span);
	}
}

#[test]
fn states_fit_their_declared_length() {
	let market = Market {
		phase: Phase::Limit { since: at(1), benign_since: Some(at(2)) },
		reduce_only: Latch::On { benign_since: Some(at(3)) },
		quarantine: Latch::On { benign_since: None },
		fresh_after: Some(at(4)),
	};
	let bytes = market.encode();
	assert!(bytes.len() <= Market::max_encoded_len());
	assert_eq!(Market::decode(&mut &bytes[..]), Ok(market));
}
