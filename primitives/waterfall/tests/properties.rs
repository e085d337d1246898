//! Properties of the waterfall against naive twins.
#![allow(missing_docs)]

use breakwater_units::{
	Amount, LotValue, Lots, MarketId, Millis, Price, Quote, Ratio, Side, Size, Timestamp,
};
use breakwater_waterfall::{
	deleverage::{Basis, Haircut, Snapshot, Target, Terms},
	settlement::ClaimSnapshot,
	sizing::{self, Bin, CoverTwo},
	*,
};
use proptest::prelude::*;

/// So many cases, or as many as `PROPTEST_CASES` asks for.
fn cases(default: u32) -> ProptestConfig {
	let config = ProptestConfig::default();
	match std::env::var_os("PROPTEST_CASES") {
		Some(_) => config,
		None => ProptestConfig { cases: default, ..config },
	}
}

fn amount(quanta: u128) -> Amount {
	Amount::new(quanta)
}

/// Money of every size up to the largest in a fund.
fn money() -> impl Strategy<Value = u128> {
	prop_oneof![
		0u128..20,
		(any::<u64>(), 0u32..64).prop_map(|(x, shift)| u128::from(x >> shift)),
		(any::<u128>(), 38u32..128).prop_map(|(x, shift)| (x >> shift) % MAX_FUND.get()),
	]
}

mod deleveraging {
	use super::*;

	#[derive(Clone, Debug)]
	struct World {
		targets: Vec<Target>,
		/// In which order they settle.
		order: Vec<usize>,
		/// Health when they do.
		health_now: Vec<i128>,
		shortfall: u128,
		lots: u64,
		basis: Basis,
	}

	fn target() -> impl Strategy<Value = Target> {
		let money = || prop_oneof![4 => 1i128..200, 1 => -5i128..=0, 1 => 1i128..1_000_000_000_000_000_000_000];
		(prop_oneof![9 => 1i64..40, 1 => -5i64..=0], money(), money()).prop_map(|(q, p, h)| {
			Target { lots: Lots::new(q), profit: Quote::new(p), health: Quote::new(h) }
		})
	}

	fn world() -> impl Strategy<Value = World> {
		(1usize..20)
			.prop_flat_map(|n| {
				(
					prop::collection::vec(target(), n),
					Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
					prop::collection::vec(prop_oneof![3 => Just(i128::MAX), 1 => -5i128..100], n),
					prop_oneof![3 => 0u128..400, 1 => 0u128..1_000_000_000_000_000_000_000],
					0u64..200,
					prop_oneof![Just(Basis::Profit), Just(Basis::Capacity)],
				)
			})
			.prop_map(|(targets, order, health_now, shortfall, lots, basis)| World {
				targets,
				order,
				health_now,
				shortfall,
				lots,
				basis,
			})
	}

	fn terms(world: &World) -> Terms {
		Terms {
			epoch: 1,
			market: MarketId(0),
			mark: Price::new(1),
			side: Side::Buy,
			basis: world.basis,
			shortfall: amount(world.shortfall),
			lots: Size::new(world.lots),
		}
	}

	/// Settles in an order and returns the haircuts by target, and the outcome.
	fn run(world: &World, order: &[usize]) -> (Vec<Option<Haircut>>, deleverage::Outcome) {
		let mut snapshot = Snapshot::new(terms(world));
		let mut entries: Vec<_> = world.targets.iter().map(|t| snapshot.add(t).unwrap()).collect();
		let mut epoch = snapshot.seal();
		let mut haircuts = vec![None; entries.len()];
		for &i in order {
			let Some(entry) = entries[i].take() else { continue };
			assert!(epoch.close().is_err());
			haircuts[i] = Some(epoch.settle(entry, Quote::new(world.health_now[i])).unwrap());
		}
		(haircuts, epoch.close().unwrap())
	}

	fn cap(target: &Target) -> u128 {
		target.profit.min(target.health).get().unsigned_abs()
	}

	/// Naive twin: hands out the amount one unit at a time, unit `j` of `D` to the first weight
	/// whose running sum reaches `j/D` of the total.
	fn unit_by_unit(amount: u128, weights: &[u128]) -> Vec<u128> {
		let total: u128 = weights.iter().sum();
		let mut shares = vec![0; weights.len()];
		for unit in 1..=amount {
			let mut sum = 0;
			for (share, weight) in shares.iter_mut().zip(weights) {
				sum += weight;
				if sum * amount >= unit * total {
					*share += 1;
					break;
				}
			}
		}
		shares
	}

	proptest! {
		#![proptest_config(cases(1_024))]

		#[test]
		fn haircuts_and_left_over_sum_to_the_shortfall_in_any_order(world in world()) {
			let (haircuts, outcome) = run(&world, &world.order);

			let charged: u128 = haircuts.iter().flatten().map(|h| h.charge.get()).sum();
			let left: u128 = haircuts.iter().flatten().map(|h| h.left_over.get()).sum();
			prop_assert_eq!(outcome.charged.get(), charged);
			prop_assert_eq!(outcome.charged.get() + outcome.left_over.get(), world.shortfall);
			if haircuts.iter().flatten().next().is_some() {
				prop_assert_eq!(charged + left, world.shortfall);
			}
			let lots: u64 = haircuts.iter().flatten().map(|h| h.lots.get()).sum();
			prop_assert_eq!(outcome.lots_closed.get(), lots);
			prop_assert_eq!(lots + outcome.lots_left_over.get(), world.lots);
		}

		#[test]
		fn nobody_pays_more_than_profit_or_health_nor_closes_more_than_held(world in world()) {
			let (haircuts, _) = run(&world, &world.order);
			for (i, haircut) in haircuts.iter().enumerate() {
				let target = &world.targets[i];
				let eligible = target.lots.is_positive()
					&& target.profit.is_positive()
					&& target.health.is_positive();
				prop_assert_eq!(haircut.is_some(), eligible);
				let Some(haircut) = haircut else { continue };
				prop_assert!(haircut.charge.get() <= cap(target));
				prop_assert!(haircut.charge.get() <= world.health_now[i].max(0).unsigned_abs());
				prop_assert!(haircut.lots.get() <= target.lots.size().get());
			}
		}

		#[test]
		fn the_order_of_settling_changes_nothing(world in world()) {
			let in_order: Vec<usize> = (0..world.targets.len()).collect();
			prop_assert_eq!(run(&world, &world.order), run(&world, &in_order));
		}

		/// Twin: [`unit_by_unit`].
		#[test]
		fn shares_equal_handing_out_unit_by_unit(world in world()) {
			let world = World { shortfall: world.shortfall % 400, ..world };
			let (haircuts, outcome) = run(&world, &world.order);
			let targets: Vec<usize> =
				(0..haircuts.len()).filter(|i| haircuts[*i].is_some()).collect();
			let weight = |i: &usize| match world.basis {
				Basis::Profit => world.targets[*i].profit.get().unsigned_abs(),
				Basis::Capacity => cap(&world.targets[*i]),
			};
			let size = |i: &usize| u128::from(world.targets[*i].lots.size().get());
			let amount = if targets.is_empty() { 0 } else { world.shortfall };
			let shares = unit_by_unit(amount, &targets.iter().map(weight).collect::<Vec<_>>());
			let lots = unit_by_unit(
				u128::from(outcome.lots_closed.get()),
				&targets.iter().map(size).collect::<Vec<_>>(),
			);
			for (n, i) in targets.iter().enumerate() {
				let haircut = haircuts[*i].unwrap();
				prop_assert_eq!(haircut.charge.get() + haircut.left_over.get(), shares[n]);
				prop_assert_eq!(u128::from(haircut.lots.get()), lots[n]);
			}
		}

		/// After an epoch by profit and one by capacity, nothing is left that a winner could pay.
		#[test]
		fn two_epochs_leave_only_what_all_winners_cannot_pay(world in world()) {
			let healthy = vec![i128::MAX; world.targets.len()];
			let first = World { basis: Basis::Profit, health_now: healthy, ..world };
			let (haircuts, outcome) = run(&first, &first.order);
			let capacity: u128 =
				first.targets.iter().zip(&haircuts).filter(|(_, h)| h.is_some())
					.map(|(t, _)| cap(t)).sum();

			let after = first.targets.iter().zip(&haircuts).map(|(target, haircut)| {
				let paid = haircut.map_or(0, |h| h.charge.get().cast_signed());
				Target {
					profit: Quote::new(target.profit.get() - paid),
					health: Quote::new(target.health.get() - paid),
					..*target
				}
			});
			let second = World {
				targets: after.collect(),
				basis: Basis::Capacity,
				shortfall: outcome.left_over.get(),
				lots: 0,
				..first.clone()
			};
			let (_, last) = run(&second, &second.order);
			prop_assert_eq!(last.left_over.get(), first.shortfall.saturating_sub(capacity));
		}
	}
}

mod final_settlement {
	use super::*;

	proptest! {
		#![proptest_config(cases(1_024))]

		#[test]
		fn payouts_and_loss_sum_to_the_claims_in_any_order(
			(claims, order) in prop::collection::vec(money(), 1..20).prop_flat_map(|claims| {
				let order: Vec<usize> = (0..claims.len()).collect();
				(Just(claims), Just(order).prop_shuffle())
			}),
			loss in money(),
		) {
			let mut snapshot = ClaimSnapshot::new(3);
			let mut entries: Vec<_> =
				claims.iter().map(|c| Some(snapshot.add(amount(*c)).unwrap())).collect();
			let mut settlement = snapshot.seal(amount(loss));

			let (mut paid, mut lost) = (0, 0);
			for i in order {
				let payout = settlement.pay(entries[i].take().unwrap()).unwrap();
				prop_assert_eq!(payout.paid.get() + payout.haircut.get(), claims[i]);
				paid += payout.paid.get();
				lost += payout.haircut.get();
			}
			prop_assert_eq!(paid + lost, claims.iter().sum::<u128>());
			prop_assert_eq!(lost + settlement.beyond().get(), loss);
			prop_assert_eq!(settlement.unpaid(), 0);
		}
	}
}

mod funds {
	use super::*;

	#[derive(Clone, Debug)]
	enum Move {
		Enter(u8, u128),
		/// A part in 255 of the tranche's shares.
		Leave(u8, u8, u128),
		Charge(u128),
		/// Capital and the first tranche but for so many quanta.
		ChargeAllBut(u128),
		Premium(u128),
		Credit(u128),
	}

	fn a_move() -> impl Strategy<Value = Move> {
		prop_oneof![
			(0u8..4, money()).prop_map(|(t, a)| Move::Enter(t, a)),
			(0u8..4, prop_oneof![any::<u8>(), Just(255)], prop_oneof![money(), 0u128..1_000])
				.prop_map(|(t, p, l)| Move::Leave(t, p, l)),
			money().prop_map(Move::Charge),
			(0u128..4).prop_map(Move::ChargeAllBut),
			money().prop_map(Move::Premium),
			money().prop_map(Move::Credit),
		]
	}

	const SHARES: PremiumShares =
		PremiumShares { capital: Ratio::new(123_456_789), weights: [5, 3, 1] };

	fn charge(pool: &mut PoolFund, loss: u128) -> i128 {
		pool.charge(amount(loss)).uncovered.get().cast_signed() - loss.cast_signed()
	}

	/// The change of assets that a move reports; an error must change nothing.
	fn apply(pool: &mut PoolFund, step: &Move) -> i128 {
		let before = *pool;
		let result = match *step {
			Move::Enter(tranche, stake) => {
				pool.enter(tranche, amount(stake), 0).map(|_| stake.cast_signed())
			},
			Move::Leave(tranche, part, pending) => {
				let place = usize::from(tranche);
				let (shares, generation) = pool
					.tranches()
					.get(place)
					.map_or((1, 0), |t| (t.shares() / 255 * u128::from(part), t.generation()));
				let shares = if part == 255 && place < TRANCHES {
					pool.tranches()[place].shares()
				} else {
					shares
				};
				pool.leave(tranche, generation, shares, amount(pending))
					.map(|paid| -paid.get().cast_signed())
			},
			Move::Charge(loss) => Ok(charge(pool, loss)),
			Move::ChargeAllBut(rest) => {
				let first = pool.capital().get() + pool.tranches()[0].assets().get();
				Ok(charge(pool, first.saturating_sub(rest)))
			},
			Move::Premium(premium) => {
				distribute_premium(pool, amount(premium), &SHARES).map(|()| premium.cast_signed())
			},
			Move::Credit(credit) => pool.credit(amount(credit)).map(|()| credit.cast_signed()),
		};
		result.unwrap_or_else(|_| {
			assert_eq!(*pool, before);
			0
		})
	}

	/// Whether a share of `after` is worth at least a share of `before`.
	fn not_cheaper(before: &Tranche, after: &Tranche) -> bool {
		if before.shares() == 0 || after.shares() == 0 {
			return true;
		}
		let left = breakwater_units::wide::mul_wide(after.assets().get(), before.shares());
		left >= breakwater_units::wide::mul_wide(before.assets().get(), after.shares())
	}

	proptest! {
		#![proptest_config(cases(1_024))]

		#[test]
		fn conserve_value_and_keep_their_shape(moves in prop::collection::vec(a_move(), 1..40)) {
			let mut pool = PoolFund::default();
			for step in &moves {
				let before = pool;
				let change = apply(&mut pool, step);
				prop_assert_eq!(
					pool.assets().get().cast_signed(),
					before.assets().get().cast_signed() + change
				);
				for (then, now) in before.tranches().iter().zip(pool.tranches()) {
					prop_assert_eq!(now.shares() == 0, now.assets().is_zero());
					prop_assert!(now.shares() <= now.assets().get() * MAX_SHARES_PER_QUANTUM);
					// Whoever enters or leaves costs those who stay nothing.
					let lost = matches!(step, Move::Charge(_) | Move::ChargeAllBut(_));
					prop_assert!(lost || not_cheaper(then, now));
				}
			}
		}

		#[test]
		fn entering_and_leaving_at_once_gains_nothing(
			moves in prop::collection::vec(a_move(), 0..20),
			tranche in 0u8..3,
			stake in money(),
		) {
			let mut pool = PoolFund::default();
			for step in &moves {
				apply(&mut pool, step);
			}
			if let Ok(shares) = pool.enter(tranche, amount(stake), 0) {
				let generation = pool.tranches()[usize::from(tranche)].generation();
				let worth = pool.quote_exit(tranche, generation, shares, Amount::ZERO);
				prop_assert!(worth.map_or(0, Amount::get) <= stake);
			}
		}

		/// Twin: pours the loss into a list of buckets, one after another.
		#[test]
		fn absorb_equals_pouring_into_buckets(
			moves in prop::collection::vec(a_move(), 0..12),
			global_assets in money(),
			own in money(),
			loss in money(),
		) {
			let mut pool = PoolFund::default();
			for step in &moves {
				apply(&mut pool, step);
			}
			let (pool_before, mut global) = (pool, GlobalFund::new(amount(global_assets)));
			let terms = DrawTerms { max_share: Ratio::new(400_000_000), quiet: Millis::HOUR };

			let paid = absorb(
				amount(loss), amount(own), &mut pool, &mut global,
				&mut DrawEvent::default(), &terms, Timestamp::new(5),
			);

			let mut buckets = vec![own, pool_before.capital().get()];
			buckets.extend(pool_before.tranches().map(|t| t.assets().get()));
			buckets.push(global_assets * 4 / 10);
			let mut left = loss;
			for bucket in &mut buckets {
				*bucket = left.min(*bucket);
				left -= *bucket;
			}
			let mut actual = vec![paid.own_margin.get(), paid.pool.capital.get()];
			actual.extend(paid.pool.tranches.map(Amount::get));
			actual.push(paid.global.get());
			prop_assert_eq!(&actual, &buckets);
			prop_assert_eq!(paid.shortfall.get(), left);
			prop_assert_eq!(actual.iter().sum::<u128>() + left, loss);
			prop_assert_eq!(global.assets().get() + paid.global.get(), global_assets);
			let from_pool = buckets[1..5].iter().sum::<u128>();
			prop_assert_eq!(pool.assets().get() + from_pool, pool_before.assets().get());
		}

		/// Twin: a list of all draws, read back to find the event each belongs to.
		#[test]
		fn an_event_never_draws_more_than_its_cap(
			assets in money(),
			draws in prop::collection::vec((money(), 0u64..30), 1..30),
		) {
			let terms = DrawTerms { max_share: Ratio::new(300_000_000), quiet: Millis::new(20) };
			let (mut global, mut event) = (GlobalFund::new(amount(assets)), DrawEvent::default());
			let mut now = 1_000;
			// (time, assets before, paid)
			let mut paid: Vec<(u64, u128, u128)> = vec![];
			for (wanted, pause) in draws {
				now += pause;
				let before = global.assets().get();
				let got = global
					.draw(&mut event, amount(wanted), &terms, Timestamp::new(now))
					.get();
				let mut first = paid.len();
				let mut last = now;
				while first > 0 && last - paid[first - 1].0 <= 20 {
					first -= 1;
					last = paid[first].0;
				}
				let reference = paid.get(first).map_or(before, |d| d.1);
				let used: u128 = paid[first..].iter().map(|d| d.2).sum();
				let expected = wanted.min(reference * 3 / 10 - used).min(before);
				prop_assert_eq!(got, expected);
				prop_assert_eq!(global.assets().get(), before - got);
				if got > 0 {
					paid.push((now, before, got));
				}
			}
		}

		#[test]
		fn every_exit_can_be_claimed_for_a_window_whatever_is_open(
			delay in 0u64..50, freeze in 0u64..50, window in 0u64..50,
			open in prop::collection::vec(any::<bool>(), 200),
		) {
			let terms = ExitTerms {
				delay: Millis::new(delay),
				max_freeze: Millis::new(freeze),
				window: Millis::new(window),
			};
			let mut pool = PoolFund::default();
			let shares = pool.enter(0, amount(1_000), 0).unwrap();
			let ticket = ExitTicket {
				tranche: 0, generation: 0, shares, requested_at: Timestamp::new(7),
			};
			for (now, is_open) in (7u64..).zip(open) {
				let risk = OpenRisk {
					is_open, pending_loss: amount(100), worst_loss: amount(600),
				};
				let waited = now - 7;
				let claim = claim_exit(&mut pool.clone(), &ticket, &risk, &terms,
					Timestamp::new(now));
				// The rules of `ExitTerms`, read from their text.
				let expected = if waited < delay {
					Err(ExitError::TooEarly)
				} else if waited > delay + freeze + window {
					Err(ExitError::Expired)
				} else if !is_open {
					Ok(amount(900))
				} else if waited - delay >= freeze {
					Ok(amount(400))
				} else {
					Err(ExitError::Frozen)
				};
				prop_assert_eq!(claim, expected);
			}
		}
	}
}

mod insurance {
	use super::*;

	proptest! {
		#![proptest_config(cases(1_024))]

		/// Twin: sorts each scenario.
		#[test]
		fn cover_two_equals_sorting(
			scenarios in prop::collection::vec(prop::collection::vec(money(), 0..8), 0..6),
		) {
			let mut cover = CoverTwo::default();
			let mut worst = 0;
			for scenario in &scenarios {
				scenario.iter().for_each(|loss| cover.observe(amount(*loss)));
				let mut sorted = scenario.clone();
				sorted.sort_unstable_by(|a, b| b.cmp(a));
				worst = worst.max(sorted.iter().take(2).sum::<u128>());
				prop_assert_eq!(cover.requirement().get(), worst);
				cover.next_scenario();
			}
			prop_assert_eq!(cover.requirement().get(), worst);
		}

		/// Twin: writes every observation out, a thousand times, and averages the worst of the list.
		#[test]
		fn expected_shortfall_equals_averaging_the_worst_observations(
			edges in prop::collection::vec((0u128..1_000_000_000_000, 0u64..6), 1..10),
			tail_per_mille in 1usize..=1_000,
		) {
			let mut uppers: Vec<u128> = edges.iter().map(|e| e.0).collect();
			uppers.sort_unstable();
			let bins: Vec<Bin> = uppers.iter().zip(&edges)
				.map(|(upper, (_, mass))| Bin { upper: amount(*upper), mass: *mass })
				.collect();
			let confidence = Ratio::new((1_000 - tail_per_mille as u64) * 1_000_000);

			let mut list: Vec<u128> = bins.iter().rev()
				.flat_map(|b| std::iter::repeat_n(b.upper.get(), usize::try_from(b.mass).unwrap() * 1_000))
				.collect();
			list.truncate(list.len() / 1_000 * tail_per_mille);
			let mean = match list.len() as u128 {
				0 => 0,
				n => list.iter().sum::<u128>().div_ceil(n),
			};
			prop_assert_eq!(sizing::expected_shortfall(&bins, confidence), Ok(amount(mean)));
		}

		#[test]
		fn expected_shortfall_of_the_largest_numbers_is_an_answer_or_an_error(
			mut bins in prop::collection::vec((any::<u128>(), any::<u64>(), 0u32..64), 0..20),
			confidence in prop_oneof![0u64..1_000_000_001, any::<u64>()],
		) {
			bins.sort_unstable();
			let bins: Vec<(u128, u64)> =
				bins.iter().map(|(upper, mass, shift)| (*upper, mass >> shift)).collect();
			let bins: Vec<Bin> = bins.iter()
				.map(|(upper, mass)| Bin { upper: amount(*upper), mass: *mass })
				.collect();
			let largest = bins.iter().map(|b| b.upper).max().unwrap_or_default();
			if let Ok(es) = sizing::expected_shortfall(&bins, Ratio::new(confidence)) {
				prop_assert!(es <= largest);
			}
		}

		#[test]
		fn premiums_never_fall_as_the_fund_shrinks(
			assets in money(), less in money(), target in money(),
			base in 0u64..1_000_000_000, slope in any::<u64>(), max in any::<u64>(),
		) {
			let terms = PremiumTerms {
				base: Ratio::new(base), slope: Ratio::new(slope), max: Ratio::new(max),
			};
			let rate = premium_rate(amount(assets), amount(target), &terms);
			let poorer = premium_rate(amount(assets.saturating_sub(less)), amount(target), &terms);
			prop_assert!(poorer >= rate);
			prop_assert!(rate >= terms.base.min(terms.max) && poorer <= terms.max);
		}

		/// Twin: tries one lot more at a time.
		#[test]
		fn accepted_lots_equal_trying_lot_by_lot(
			held in -60i64..60, offered in -60i64..60, max_lots in 0u64..60,
			value in 0i128..100, stress in 0u64..500_000_000, fund in 0u128..5_000,
			committed in 0u128..500,
		) {
			let terms = InventoryTerms {
				max_lots: Size::new(max_lots),
				stress: Ratio::new(stress),
				max_fund_share: Ratio::new(500_000_000),
			};
			let accepted = acceptable_lots(
				Lots::new(held), Lots::new(offered), LotValue::new(value),
				amount(fund), amount(committed), &terms,
			);

			let per_lot = (value.unsigned_abs() * u128::from(stress)).div_ceil(1_000_000_000);
			let budget = (fund / 2).saturating_sub(committed);
			let fits = |lots: i64| {
				let closer = lots.signum() * held.signum() >= 0 && lots.abs() < held.abs();
				let size = lots.unsigned_abs();
				closer || lots == 0 || (size <= max_lots && u128::from(size) * per_lot <= budget)
			};
			let mut twin = 0;
			while twin < offered.abs() && fits(held + (twin + 1) * offered.signum()) {
				twin += 1;
			}
			prop_assert_eq!(accepted.get(), twin.unsigned_abs());
		}
	}
}

mod stages {
	use super::*;

	/// All cases with small numbers: each step, once tried, leads further down, and the last is
	/// reached within as many steps as there are stages.
	#[test]
	fn lead_down_the_waterfall_and_end() {
		for bits in 0u32..64 {
			let flag = |n: u32| bits & (1 << n) != 0;
			for (open, room) in [(0u64, 0u64), (3, 0), (3, 1), (3, 9)] {
				let mut case = Case {
					open: Size::new(open),
					deficit: amount(u128::from(flag(0))),
					book_tried: flag(1),
					auction_tried: flag(2),
					takeover_room: Size::new(room),
					funds_tried: flag(3),
					deleveraging_tried: flag(4),
				};
				let mut last = None;
				for step in 0.. {
					assert!(step <= 7);
					let stage = next_stage(&case);
					assert!(last.is_none_or(|last| last < stage), "{last:?} {stage:?}");
					last = Some(stage);
					let sells = matches!(stage, Stage::Book | Stage::Auction);
					assert!(!sells || case.deficit.is_zero(), "sold without margin");
					match stage {
						Stage::Book => case.book_tried = true,
						Stage::Auction => case.auction_tried = true,
						Stage::Takeover(lots) => {
							assert!(lots <= case.open && lots <= case.takeover_room);
							case.open = case.open.saturating_sub(lots);
							case.takeover_room = case.takeover_room.saturating_sub(lots);
							// It leaves a deficit or not.
							if flag(5) {
								case.deficit = amount(1);
							}
						},
						Stage::Funds => {
							case.funds_tried = true;
							if flag(5) {
								case.deficit = Amount::ZERO;
							}
						},
						Stage::Deleveraging => {
							case.deleveraging_tried = true;
							case.open = Size::ZERO;
						},
						Stage::FinalSettlement | Stage::Resolved => break,
					}
				}
			}
		}
	}
}
