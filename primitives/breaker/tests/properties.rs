//! Properties of the breakers: exhaustive over a market with short times, and random sequences
//! against naive twins.
#![allow(missing_docs)]

mod common;

use breakwater_breaker::*;
use breakwater_units::{Amount, Millis, Price, Ratio, Timestamp};
use codec::{Decode, Encode};
use common::{clearing, market_params, Feed, OUTSIDE};
use proptest::prelude::*;
use std::collections::{HashSet, VecDeque};

/// So many cases, or as many as `PROPTEST_CASES` asks for.
fn cases(default: u32) -> ProptestConfig {
	let config = ProptestConfig::default();
	match std::env::var_os("PROPTEST_CASES") {
		Some(_) => config,
		None => ProptestConfig { cases: default, ..config },
	}
}

/// None, well inside, near the edge, outside, thin and outside, far outside, unbalanced.
const CLEARINGS: [Option<Clearing>; 7] = [
	None,
	clearing(105, 10, 0),
	clearing(106, 10, 0),
	OUTSIDE,
	clearing(150, 9, 0),
	clearing(150, 10, 0),
	clearing(100, 10, 201),
];

/// Every combination of inputs that the machine tells apart. Ages one by one: a machine that waits
/// for a price since an outage compares them with the time since it, not only with its thresholds.
fn all_feeds() -> Vec<Feed> {
	let mut feeds = vec![];
	for clearing in CLEARINGS {
		for bits in 0..8 {
			for age in 0..=9 {
				for (missing, backlog) in [(0, 0), (3, 0), (4, 0), (0, 2)] {
					feeds.push(Feed {
						clearing,
						has_band: bits & 1 == 0,
						age,
						missing,
						backlog,
						fault: bits & 2 != 0,
						resumed: bits & 4 != 0,
					});
				}
			}
		}
	}
	feeds
}

fn normal(market: &Market) -> bool {
	*market == Market::default()
}

mod exhaustive {
	use super::*;

	const NOW: u64 = 1_000;
	/// Times further back than this are all alike to the machine.
	const MEMORY: u64 = 8;
	/// Every pause between two blocks that makes a difference, the last longer than `MEMORY`.
	const PAUSES: [u64; 6] = [0, 1, 2, 3, 4, 9];

	/// The state after a pause, with the clock set back to `NOW`.
	fn later(market: Market, pause: u64) -> Market {
		let shift = |t: Timestamp| Timestamp::new((t.get() - pause).max(NOW - MEMORY));
		let latch = |latch| match latch {
			Latch::Off => Latch::Off,
			Latch::On { benign_since } => Latch::On { benign_since: benign_since.map(shift) },
		};
		Market {
			phase: match market.phase {
				Phase::Open => Phase::Open,
				Phase::Limit { since, benign_since } => {
					Phase::Limit { since: shift(since), benign_since: benign_since.map(shift) }
				},
				Phase::CallAuction { ends_at, extensions } => {
					Phase::CallAuction { ends_at: shift(ends_at), extensions }
				},
			},
			reduce_only: latch(market.reduce_only),
			quarantine: latch(market.quarantine),
			fresh_after: market.fresh_after.map(shift),
		}
	}

	/// Every state that any sequence of inputs and pauses can leave behind.
	fn reachable() -> Vec<Market> {
		let params = market_params();
		let inputs: Vec<MarketInputs> = all_feeds().iter().map(|f| f.inputs(NOW)).collect();
		let (mut found, mut left) = (HashSet::new(), HashSet::new());
		let mut states = vec![Market::default()];
		let mut at = 0;
		left.insert(Market::default().encode());
		while at < states.len() {
			for pause in PAUSES {
				let market = later(states[at], pause);
				if !found.insert(market.encode()) {
					continue;
				}
				for inputs in &inputs {
					let next = twin::forget_past_end(market.step(inputs, &params).0, NOW);
					if left.insert(next.encode()) {
						states.push(next);
					}
				}
			}
			at += 1;
		}
		states
	}

	/// The same by [`twin::Twin`], which counts elapsed time and shares no code with the machine.
	fn reachable_by_twin() -> HashSet<Vec<u8>> {
		let feeds = all_feeds();
		let mut seen = HashSet::from([Market::default().encode()]);
		let mut queue = VecDeque::from([twin::Twin::NORMAL]);
		while let Some(was) = queue.pop_front() {
			for feed in &feeds {
				for pause in PAUSES {
					let mut next = was;
					next.step(feed, pause);
					next.forget(MEMORY);
					if seen.insert(next.as_market(NOW).encode()) {
						queue.push_back(next);
					}
				}
			}
		}
		seen
	}

	/// Two machines that share no code, and the same set of states: so none is out of reach because
	/// of a slip in one of them, nor because of an input left out of one enumeration.
	///
	/// They are far fewer than the product of their parts, because the parts hold each other: a
	/// quarantined market is always in a call auction of full length; one that waits for a price
	/// stays in its phase; and whoever has waited for long has an old price, so is reduce-only, and
	/// then quarantined.
	#[test]
	fn the_reachable_states_are_those_of_the_twin() {
		let states = reachable();
		let encoded: HashSet<_> = states.iter().map(Encode::encode).collect();
		assert_eq!(encoded, reachable_by_twin());
		assert_eq!(states.len(), 217);

		// Every severity but those of a quarantined market that is open or in Limit.
		let mut severities = vec![];
		for severity in states.iter().map(Market::severity) {
			if !severities.contains(&severity) {
				severities.push(severity);
			}
		}
		assert_eq!(severities.len(), 3 * 2 * 2 + 2 * 2);
	}

	#[test]
	fn every_reachable_state_allows_the_basics_and_recovers_in_time() {
		let (params, states) = (market_params(), reachable());
		let bound = params.recovery_bound().get() + 3;
		for market in states {
			assert!(ActionSet::ALWAYS.is_subset(market.allowed()));
			let mut recovering = market;
			for _ in 0..bound {
				recovering = later(recovering, 1).step(&Feed::BENIGN.inputs(NOW), &params).0;
			}
			assert!(normal(&recovering), "{market:?} is at {recovering:?}");
		}
	}

	/// One state of each severity.
	fn severities() -> Vec<Market> {
		let on = Latch::On { benign_since: None };
		let time = Timestamp::new(5);
		let mut states = vec![];
		for phase in [
			Phase::Open,
			Phase::Limit { since: time, benign_since: None },
			Phase::CallAuction { ends_at: time, extensions: 0 },
		] {
			for bits in 0..8 {
				let latch = |bit: u8| if bits & bit == 0 { Latch::Off } else { on };
				states.push(Market {
					phase,
					reduce_only: latch(1),
					quarantine: latch(2),
					fresh_after: Some(time).filter(|_| bits & 4 != 0),
				});
			}
		}
		states
	}

	#[test]
	fn allowed_actions_only_shrink_as_a_state_gets_worse() {
		let states = severities();
		for worse in &states {
			for better in states.iter().filter(|b| worse.severity().is_at_least(&b.severity())) {
				assert!(worse.allowed().is_subset(better.allowed()), "{worse:?} {better:?}");
			}
		}
		// Twin: the table of docs/breaker.md.
		for state in &states {
			let severity = state.severity();
			let expected = match severity.phase {
				_ if severity.quarantined || severity.awaits_price => ActionSet::ALWAYS,
				_ if severity.reduce_only => ActionSet::NO_NEW_RISK,
				PhaseRank::CallAuction => ActionSet::NO_NEW_RISK,
				PhaseRank::Open | PhaseRank::Limit => ActionSet::ALL,
			};
			assert_eq!(state.allowed(), expected, "{state:?}");
		}
		// The order is not empty, and its ends are where they should be.
		assert!(states.iter().all(|s| states[23].severity().is_at_least(&s.severity())));
		assert!(!states[1].severity().is_at_least(&states[8].severity()));
	}

	#[test]
	fn deposits_cancels_and_reductions_are_allowed_whatever_the_three_say() {
		let on = Latch::On { benign_since: None };
		for market in severities() {
			for bits in 0..8 {
				let latch = |bit: u8| if bits & bit == 0 { Latch::Off } else { on };
				let pool = Pool { reduce_only: latch(1) };
				let chain = Chain {
					reduce_only: latch(2),
					grace_until: Some(Timestamp::MAX).filter(|_| bits & 4 != 0),
					last_block: None,
				};
				for action in [Action::Deposit, Action::Cancel, Action::Reduce] {
					assert!(allows(&market, &pool, &chain, action));
				}
				for action in Action::ALL {
					let all = [market.allowed(), pool.allowed(), chain.allowed()];
					let expected = all.iter().all(|set| set.contains(action));
					assert_eq!(allows(&market, &pool, &chain, action), expected);
				}
			}
		}
	}
}

/// The machine told again with counters of elapsed time, from its documentation.
mod twin {
	use super::*;

	#[derive(Clone, Copy, Debug, PartialEq)]
	pub(crate) enum Mode {
		Open,
		Limit { elapsed: u64, benign: Option<u64> },
		Auction { left: u64, extended: u32 },
	}

	#[derive(Clone, Copy, Debug)]
	pub(crate) struct Twin {
		pub(crate) mode: Mode,
		/// `Some` while on: how long everything has been benign, if it is.
		pub(crate) reduce_only: Option<Option<u64>>,
		pub(crate) quarantine: Option<Option<u64>>,
		/// How long ago the chain resumed, while waiting for a price since.
		pub(crate) waiting: Option<u64>,
	}

	fn hysteresis(
		on: Option<Option<u64>>,
		bad: bool,
		good: bool,
		dt: u64,
		release: u64,
	) -> Option<Option<u64>> {
		if bad {
			return Some(None);
		}
		let run = on?;
		if !good {
			return Some(None);
		}
		let run = run.map_or(0, |run| run + dt);
		if run >= release {
			None
		} else {
			Some(Some(run))
		}
	}

	impl Twin {
		pub(crate) const NORMAL: Self =
			Self { mode: Mode::Open, reduce_only: None, quarantine: None, waiting: None };

		pub(crate) fn step(&mut self, feed: &Feed, dt: u64) {
			let bad = feed.missing >= 4 || feed.age >= 3 || feed.backlog >= 2;
			let good = feed.missing <= 2 && feed.age <= 2 && feed.backlog == 0;
			self.reduce_only = hysteresis(self.reduce_only, bad, good, dt, 2);
			let (bad, good) = (feed.age >= 6 || feed.fault, feed.age <= 3);
			self.quarantine = hysteresis(self.quarantine, bad, good, dt, 3);
			self.waiting =
				if feed.resumed { Some(0) } else { self.waiting.map(|waited| waited + dt) };
			self.waiting = self.waiting.filter(|waited| feed.age > *waited);

			if self.quarantine.is_some() {
				self.mode = Mode::Auction { left: 2, extended: 0 };
				return;
			}
			let sighted = feed.has_band && self.waiting.is_none();
			let thick = feed.clearing.filter(|c| c.volume.get() >= 10).map(|c| c.price.get());
			let outside = sighted && thick.is_some_and(|price| !(90..=110).contains(&price));
			let well_inside = sighted && thick.is_none_or(|price| (95..=105).contains(&price));
			self.mode = match self.mode {
				Mode::Open if outside => Mode::Limit { elapsed: 0, benign: None },
				Mode::Open => Mode::Open,
				Mode::Limit { elapsed, benign } => {
					match hysteresis(Some(benign), outside, well_inside, dt, 2) {
						None => Mode::Open,
						Some(_) if elapsed + dt >= 3 => Mode::Auction { left: 2, extended: 0 },
						Some(benign) => Mode::Limit { elapsed: elapsed + dt, benign },
					}
				},
				Mode::Auction { left, extended } => {
					let left = left.saturating_sub(dt);
					let reach = [10, 15, 22][extended as usize];
					let found = feed.clearing.is_none_or(|c| {
						c.price.get().abs_diff(100) <= reach && c.imbalance.get() <= 200_000_000
					});
					if left > 0 || !sighted {
						Mode::Auction { left, extended }
					} else if found || extended == 2 {
						Mode::Open
					} else {
						Mode::Auction { left: 1, extended: extended + 1 }
					}
				},
			};
		}

		/// Counts no further than `memory`.
		pub(crate) fn forget(&mut self, memory: u64) {
			let short = |run: Option<u64>| run.map(|run| run.min(memory));
			self.mode = match self.mode {
				Mode::Limit { elapsed, benign } => {
					Mode::Limit { elapsed: elapsed.min(memory), benign: short(benign) }
				},
				mode => mode,
			};
			self.reduce_only = self.reduce_only.map(short);
			self.quarantine = self.quarantine.map(short);
			self.waiting = short(self.waiting);
		}

		/// The state as the machine holds it.
		pub(crate) fn as_market(&self, now: u64) -> Market {
			let ago = |elapsed: u64| Timestamp::new(now - elapsed);
			let latch = |on: Option<Option<u64>>| match on {
				None => Latch::Off,
				Some(run) => Latch::On { benign_since: run.map(ago) },
			};
			Market {
				phase: match self.mode {
					Mode::Open => Phase::Open,
					Mode::Limit { elapsed, benign } => {
						Phase::Limit { since: ago(elapsed), benign_since: benign.map(ago) }
					},
					Mode::Auction { left, extended } => Phase::CallAuction {
						ends_at: Timestamp::new(now + left),
						extensions: u8::try_from(extended).unwrap(),
					},
				},
				reduce_only: latch(self.reduce_only),
				quarantine: latch(self.quarantine),
				fresh_after: self.waiting.map(ago),
			}
		}
	}

	/// An auction that is past its end keeps the time of its end; the twin forgets it.
	pub(crate) fn forget_past_end(market: Market, now: u64) -> Market {
		let phase = match market.phase {
			Phase::CallAuction { ends_at, extensions } => {
				Phase::CallAuction { ends_at: ends_at.max(Timestamp::new(now)), extensions }
			},
			phase => phase,
		};
		Market { phase, ..market }
	}
}

fn feed() -> impl Strategy<Value = Feed> {
	let usually = |bad: BoxedStrategy<u64>| prop_oneof![4 => Just(0u64), 1 => bad];
	(
		prop::sample::select(CLEARINGS.to_vec()),
		prop::bool::weighted(0.9),
		usually((0u64..10).boxed()),
		usually((0u64..6).boxed()),
		usually((0u64..4).boxed()),
		prop::bool::weighted(0.03),
		prop::bool::weighted(0.03),
	)
		.prop_map(|(clearing, has_band, age, missing, backlog, fault, resumed)| Feed {
			clearing,
			has_band,
			age,
			missing,
			backlog,
			fault,
			resumed,
		})
}

fn any_time() -> impl Strategy<Value = Timestamp> {
	prop_oneof![any::<u64>(), 900u64..1_100].prop_map(Timestamp::new)
}

/// Any bytes that decode, times in the future and counts out of range included.
fn any_market() -> impl Strategy<Value = Market> {
	let latch = || {
		prop_oneof![
			Just(Latch::Off),
			prop::option::of(any_time()).prop_map(|benign_since| Latch::On { benign_since }),
		]
	};
	let phase = prop_oneof![
		Just(Phase::Open),
		(any_time(), prop::option::of(any_time()))
			.prop_map(|(since, benign_since)| Phase::Limit { since, benign_since }),
		(any_time(), any::<u8>())
			.prop_map(|(ends_at, extensions)| Phase::CallAuction { ends_at, extensions }),
	];
	(phase, latch(), latch(), prop::option::of(any_time())).prop_map(
		|(phase, reduce_only, quarantine, fresh_after)| Market {
			phase,
			reduce_only,
			quarantine,
			fresh_after,
		},
	)
}

mod market {
	use super::*;

	proptest! {
		#![proptest_config(cases(2_048))]

		/// Twin: [`twin::Twin`], which counts elapsed time.
		#[test]
		fn equals_the_machine_told_with_counters(
			steps in prop::collection::vec((feed(), 0u64..3), 1..60),
		) {
			let (params, mut now) = (market_params(), 1_000);
			let (mut market, mut twin) = (Market::default(), twin::Twin::NORMAL);
			for (feed, dt) in steps {
				now += dt;
				market = market.step(&feed.inputs(now), &params).0;
				twin.step(&feed, dt);
				prop_assert_eq!(twin::forget_past_end(market, now), twin.as_market(now));
			}
		}

		/// What got worse stays so for its hysteresis.
		#[test]
		fn does_not_flap_faster_than_its_hysteresis(
			steps in prop::collection::vec((feed(), 0u64..3), 1..80),
		) {
			let (params, mut now) = (market_params(), 1_000);
			let mut market = Market::default();
			let (mut reduced, mut quarantined, mut limited, mut called) = (0, 0, 0, 0);
			for (feed, dt) in steps {
				now += dt;
				let (was, next) = (market.severity(), market.step(&feed.inputs(now), &params).0);
				market = next;
				let is = market.severity();
				match (was.reduce_only, is.reduce_only) {
					(false, true) => reduced = now,
					(true, false) => prop_assert!(now - reduced >= 2),
					_ => {},
				}
				match (was.quarantined, is.quarantined) {
					(false, true) => quarantined = now,
					(true, false) => prop_assert!(now - quarantined >= 3),
					_ => {},
				}
				match (was.phase, is.phase) {
					(PhaseRank::Open, PhaseRank::Limit) => limited = now,
					(PhaseRank::Limit, PhaseRank::Open) => prop_assert!(now - limited >= 2),
					(PhaseRank::CallAuction, PhaseRank::Open) => prop_assert!(now - called >= 2),
					(PhaseRank::CallAuction, PhaseRank::Limit) => prop_assert!(false),
					(before, PhaseRank::CallAuction) if before != PhaseRank::CallAuction => {
						called = now;
					},
					_ => {},
				}
			}
		}

		/// No batch trades at a price outside band and collar, and none without a valid index.
		#[test]
		fn never_admits_a_clearing_outside_the_band(
			market in any_market(), feed in feed(), now in 1_000u64..1_100,
		) {
			let (next, effects) = market.step(&feed.inputs(now), &market_params());
			match effects.matching {
				Matching::Admit => {
					prop_assert!(feed.has_band && next.fresh_after.is_none());
					let price = feed.clearing.map_or(100, |c| c.price.get());
					prop_assert!((90..=110).contains(&price));
					prop_assert!(next.severity().phase < PhaseRank::CallAuction);
				},
				Matching::Inside(_) | Matching::Uncross(_) => {
					prop_assert!(feed.has_band && next.fresh_after.is_none());
				},
				Matching::Halt => prop_assert!(next.quarantine.is_on()),
				Matching::Collect => {},
			}
			prop_assert_eq!(effects.matching == Matching::Halt, next.quarantine.is_on());
			prop_assert_eq!(effects.changed, market.severity() != next.severity());
		}

		/// From any state at all, also one that no step writes.
		#[test]
		fn recovers_from_any_state_within_its_bound(market in any_market(), dt in 1u64..5) {
			prop_assert!(ActionSet::ALWAYS.is_subset(market.allowed()));
			let (params, mut now, mut market) = (market_params(), 1_000, market);
			let end = now + params.recovery_bound().get() + 3 * dt;
			while now < end {
				market = market.step(&Feed::BENIGN.inputs(now), &params).0;
				now += dt;
			}
			market = market.step(&Feed::BENIGN.inputs(now), &params).0;
			prop_assert!(normal(&market), "{:?}", market);
		}

		/// Small bytes more often: they number variants, and few others decode.
		#[test]
		fn decodes_any_bytes_to_a_state_or_an_error(
			bytes in prop::collection::vec(prop_oneof![2 => 0u8..3, 1 => any::<u8>()], 0..64),
		) {
			if let Ok(market) = Market::decode(&mut &bytes[..]) {
				market.step(&Feed::BENIGN.inputs(1_000), &market_params());
			}
		}
	}
}

mod chain_and_pool {
	use super::*;

	const CHAIN: ChainParams = ChainParams {
		finality_lag: Threshold { trip: 4, release: 1 },
		backlog: Threshold { trip: 4, release: 1 },
		release: Millis::new(5),
		outage_gap: Millis::new(10),
		grace: Millis::new(7),
	};

	proptest! {
		#![proptest_config(cases(2_048))]

		/// Twin: reads the whole history back at every block.
		#[test]
		fn chain_equals_reading_its_history(
			blocks in prop::collection::vec((0u64..12, 0u64..6, 0u64..3), 1..60),
		) {
			let (mut chain, mut now) = (Chain::default(), 1_000);
			let mut history: Vec<(u64, u64)> = vec![];
			let mut resumed = None;
			for (dt, lag, backlog) in blocks {
				now += dt;
				let inputs = ChainInputs { now: Timestamp::new(now), finality_lag: lag, backlog };
				let (next, effects) = chain.step(&inputs, &CHAIN);
				chain = next;

				let gap = history.last().is_some_and(|last| now - last.0 >= 10);
				resumed = if gap { Some(now) } else { resumed };
				history.push((now, lag.max(backlog)));
				prop_assert_eq!(effects.resumed_at.is_some(), gap);
				prop_assert_eq!(chain.grace_until.is_some(), resumed.is_some_and(|at| now - at < 7));

				let tripped = history.iter().rposition(|(_, bad)| *bad >= 4);
				// On since the last trip, unless some benign run since was long enough.
				let on = tripped.is_some_and(|tripped| {
					let mut run: Option<u64> = None;
					history[tripped + 1..].iter().all(|(time, bad)| {
						run = (*bad <= 1).then(|| run.unwrap_or(*time));
						run.is_none_or(|since| time - since < 5)
					})
				});
				prop_assert_eq!(chain.reduce_only.is_on(), on);
			}
		}

		#[test]
		fn chain_recovers_from_any_state(
			until in prop::option::of(any_time()),
			since in prop::option::of(any_time()),
			last in prop::option::of(any_time()),
			on in any::<bool>(),
		) {
			let latch = if on { Latch::On { benign_since: since } } else { Latch::Off };
			let mut chain = Chain { reduce_only: latch, grace_until: until, last_block: last };
			prop_assert!(ActionSet::ALWAYS.is_subset(chain.allowed()));
			for now in 1_000..=1_000 + CHAIN.recovery_bound().get() {
				let inputs = ChainInputs { now: Timestamp::new(now), finality_lag: 1, backlog: 1 };
				chain = chain.step(&inputs, &CHAIN).0;
			}
			prop_assert_eq!(chain.allowed(), ActionSet::ALL);
		}
	}
}

mod band {
	use super::*;

	proptest! {
		#![proptest_config(cases(2_048))]

		#[test]
		fn width_never_falls_as_volatility_rises(
			sigma in any::<u64>(), more in any::<u64>(), shift in 0u32..64, k in any::<u64>(),
			window_bars in any::<u32>(), min in 1u64..1_000_000_000, range in 0u64..1_000_000_000,
		) {
			let params = BandParams {
				min: Ratio::new(min), max: Ratio::new(min + range), k: Ratio::new(k >> shift),
				window_bars,
			};
			let (sigma, more) = (sigma >> shift, more >> shift);
			let calm = band_half_width(Ratio::new(sigma), &params);
			let wild = band_half_width(Ratio::new(sigma.saturating_add(more)), &params);
			prop_assert!(params.min <= calm && calm <= wild && wild <= params.max);
		}

		/// Twin: the smallest whole number whose square is not below the square of the width.
		#[test]
		fn width_is_k_sigma_root_w_rounded_up(
			sigma in 1u64..100_000_000, k in 1u64..10, window_bars in 1u32..1_000,
		) {
			let params = BandParams {
				min: Ratio::new(1), max: Ratio::MAX, k: Ratio::new(k * 1_000_000_000), window_bars,
			};
			let width = u128::from(band_half_width(Ratio::new(sigma), &params).get());
			let square = u128::from(k * sigma).pow(2) * u128::from(window_bars);
			prop_assert!((width - 1).pow(2) < square && square <= width.pow(2));
		}

		/// Twin: asks the edges.
		#[test]
		fn contains_exactly_the_ticks_between_its_edges(
			reference in prop_oneof![0u64..2_000, any::<u64>()],
			width in prop_oneof![0u64..2_000_000_000, any::<u64>()],
			price in any::<u64>(),
			near in -3i64..=3,
		) {
			let band = Band { reference: Price::new(reference), half_width: Ratio::new(width) };
			for center in [price, band.low().get(), band.high().get(), price % 4_000] {
				let price = Price::new(center.saturating_add_signed(near));
				let between = band.low() <= price && price <= band.high();
				prop_assert_eq!(band.contains(price), between);
			}
		}
	}
}

mod withdrawal {
	use super::*;
	use breakwater_breaker::withdrawal::*;

	const WINDOW: u64 = 7;

	#[derive(Clone, Debug)]
	enum Move {
		Request(usize, u128),
		Deposit(usize, u128),
	}

	fn a_move() -> impl Strategy<Value = Move> {
		prop_oneof![
			3 => (0usize..3, amount()).prop_map(|(who, amount)| Move::Request(who, amount)),
			1 => (0usize..3, amount()).prop_map(|(who, amount)| Move::Deposit(who, amount)),
		]
	}

	fn amount() -> impl Strategy<Value = u128> {
		prop_oneof![2 => 0u128..6, 1 => 0u128..40]
	}

	/// Mostly none: a limit that has time to recover is never reached, and nobody waits in line.
	fn pause() -> impl Strategy<Value = u64> {
		prop_oneof![12 => Just(0u64), 6 => 0u64..4, 1 => 0u64..30]
	}

	fn terms(floor: u128, account_percent: u64) -> LimitTerms {
		LimitTerms {
			share: Ratio::ZERO,
			floor: Amount::new(floor),
			account_share: Ratio::new(account_percent * 10_000_000),
			account_floor: Amount::new(1),
			window: Millis::new(WINDOW),
		}
	}

	/// Naive twin: a bucket of room counted in parts of a quantum, and a list of those who wait.
	struct Twin {
		limit: u128,
		room_parts: u128,
		line: VecDeque<(usize, u128)>,
		used_parts: [u128; 3],
		paid: [u128; 3],
	}

	impl Twin {
		fn pass(&mut self, dt: u64) {
			self.room_parts += self.limit * u128::from(dt);
			self.serve();
		}

		fn serve(&mut self) {
			let window = u128::from(WINDOW);
			while let Some((who, left)) = self.line.front_mut() {
				let pay = (self.room_parts / window).min(*left);
				self.room_parts -= pay * window;
				*left -= pay;
				self.paid[*who] += pay;
				if *left > 0 {
					break;
				}
				self.line.pop_front();
			}
			self.room_parts = self.room_parts.min(self.limit * window);
		}
	}

	proptest! {
		#![proptest_config(cases(1_024))]

		/// Twin: [`Twin`], with a list and fractions.
		#[test]
		fn equals_a_bucket_and_a_list(
			floor in 1u128..50, account_percent in prop_oneof![Just(50u64), Just(100u64)],
			moves in prop::collection::vec((a_move(), pause()), 1..50),
		) {
			let (terms, deposits) = (terms(floor, account_percent), Amount::ZERO);
			let account_limit = (floor * u128::from(account_percent) / 100).max(1);
			let window = u128::from(WINDOW);
			let (mut outflow, mut usage) = (Outflow::default(), [Usage::default(); 3]);
			let mut tickets: Vec<(usize, Ticket)> = vec![];
			let mut paid = [0; 3];
			let mut twin = Twin {
				limit: floor,
				room_parts: floor * window,
				line: VecDeque::new(),
				used_parts: [0; 3],
				paid: [0; 3],
			};
			let mut now = 1_000;
			let mut asked = [now; 3];
			outflow.advance(deposits, &terms, Timestamp::new(now)).unwrap();
			for (step, dt) in moves {
				now += dt;
				let time = Timestamp::new(now);
				outflow.advance(deposits, &terms, time).unwrap();
				twin.pass(dt);
				match step {
					Move::Request(who, amount) => {
						let result = outflow.request(
							&mut usage[who], Amount::new(amount), deposits, &terms, time,
						);
						let drained = account_limit * u128::from(now - asked[who]);
						let used = twin.used_parts[who].saturating_sub(drained);
						let fits = amount > 0 && used + amount * window <= account_limit * window;
						prop_assert_eq!(result.is_ok(), fits);
						if let Ok(ticket) = result {
							asked[who] = now;
							twin.used_parts[who] = used + amount * window;
							twin.line.push_back((who, amount));
							tickets.push((who, ticket));
						}
					},
					Move::Deposit(who, amount) => {
						outflow.deposit(&mut usage[who], Amount::new(amount), deposits, &terms);
						twin.room_parts += amount * window;
						twin.used_parts[who] =
							twin.used_parts[who].saturating_sub(amount * window);
					},
				}
				twin.serve();
				for (who, ticket) in &mut tickets {
					paid[*who] += outflow.collect(ticket).get();
				}
				prop_assert_eq!(paid, twin.paid);
				prop_assert_eq!(
					outflow.waiting().get(),
					twin.line.iter().map(|(_, left)| left).sum::<u128>()
				);
			}
		}

		/// Over every span, what left is at most the limit at once, the limit over time, and what
		/// came in; and what waits is paid in the end without anybody doing anything.
		#[test]
		fn outflow_is_bounded_over_every_span_and_the_line_empties(
			floor in 1u128..50, account_percent in prop_oneof![Just(50u64), Just(100u64)],
			moves in prop::collection::vec((a_move(), pause()), 1..40),
		) {
			let (terms, deposits) = (terms(floor, account_percent), Amount::ZERO);
			let (mut outflow, mut usage) = (Outflow::default(), [Usage::default(); 3]);
			let mut tickets: Vec<Ticket> = vec![];
			let mut now = 1_000;
			// time, paid out and paid in, both since the beginning
			let mut log = vec![(now, 0u128, 0u128)];
			outflow.advance(deposits, &terms, Timestamp::new(now)).unwrap();
			for (step, dt) in moves {
				now += dt;
				let time = Timestamp::new(now);
				outflow.advance(deposits, &terms, time).unwrap();
				let (_, mut out, mut into) = log[log.len() - 1];
				match step {
					Move::Request(who, amount) => {
						let amount = Amount::new(amount);
						let request =
							outflow.request(&mut usage[who], amount, deposits, &terms, time);
						tickets.extend(request.ok());
					},
					Move::Deposit(who, amount) => {
						outflow.deposit(&mut usage[who], Amount::new(amount), deposits, &terms);
						into += amount;
					},
				}
				out += tickets.iter_mut().map(|t| outflow.collect(t).get()).sum::<u128>();
				log.push((now, out, into));
			}
			for (i, start) in log.iter().enumerate() {
				for end in &log[i..] {
					let over_time = floor * u128::from(end.0 - start.0) / u128::from(WINDOW) + 1;
					prop_assert!(end.1 - start.1 <= floor + over_time + end.2 - start.2);
				}
			}

			let mut waited = 0;
			while !outflow.waiting().is_zero() {
				waited += 1;
				outflow.advance(deposits, &terms, Timestamp::new(now + waited)).unwrap();
				prop_assert!(waited <= 50 * 40 * WINDOW);
			}
			tickets.iter_mut().for_each(|ticket| { outflow.collect(ticket); });
			prop_assert!(tickets.iter().all(|ticket| ticket.outstanding().is_zero()));
		}

		#[test]
		fn the_largest_numbers_give_an_answer_or_an_error(
			amounts in prop::collection::vec((any::<u128>(), any::<u64>()), 1..10),
			share in any::<u64>(), account_share in any::<u64>(), window in any::<u64>(),
		) {
			let terms = LimitTerms {
				share: Ratio::new(share),
				floor: Amount::ZERO,
				account_share: Ratio::new(account_share),
				account_floor: Amount::ZERO,
				window: Millis::new(window),
			};
			let (mut outflow, mut usage) = (Outflow::default(), Usage::default());
			for (amount, time) in amounts {
				let (amount, time) = (Amount::new(amount), Timestamp::new(time));
				let _ = outflow.advance(amount, &terms, time);
				if let Ok(ticket) = outflow.request(&mut usage, amount, amount, &terms, time) {
					prop_assert!(outflow.payable(&ticket) <= amount);
				}
				outflow.deposit(&mut usage, amount, amount, &terms);
			}
		}
	}
}
