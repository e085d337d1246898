//! Sizes, budgets, fills, curves and sharing against their naive twins.
#![allow(missing_docs)]

#[path = "../../margin/tests/common/mod.rs"]
mod common;

use breakwater_liquidation::{
	apportion_equity, classify, deficit, liquidation_fee, minimal_close, net_at_mark, share_fill,
	start_price, Action, CloseTerms, Curve, Decay, ForcedOrder, LegClose, LiquidationError, Terms,
	MAX_DURATION,
};
use breakwater_margin::{assess, legs, Indices, Leg, LegId, Requirement, SubaccountState};
use breakwater_units::{
	AccountKey, AssetId, Lots, MarketId, Millis, NanoQuote, Price, Quote, Ratio, Side, Size,
};
use common::*;
use num_bigint::BigInt;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct TestTerms {
	cost_rate: u64,
	least_remainder: u64,
	buffer: u64,
}

impl Terms for TestTerms {
	fn close_terms(&self, _: LegId) -> CloseTerms {
		CloseTerms {
			cost_rate: Ratio::new(self.cost_rate),
			least_remainder: Size::new(self.least_remainder),
		}
	}
	fn buffer(&self) -> Ratio {
		Ratio::new(self.buffer)
	}
}

prop_compose! {
	fn terms()(
		cost_rate in prop_oneof![Just(0u64), 0u64..60_000_000],
		least_remainder in prop_oneof![Just(0u64), 0u64..5],
		buffer in 1_000_000_000u64..2_000_000_000,
	) -> TestTerms {
		TestTerms { cost_rate, least_remainder, buffer }
	}
}

fn all_legs(account: &SubaccountState, world: &World) -> Vec<Leg> {
	legs(account, world).collect::<Result<_, _>>().unwrap()
}

fn listing_of(world: &World, leg: LegId) -> &Listing {
	match leg {
		LegId::Market(id) => &world.markets[&id],
		LegId::Collateral(id) => &world.assets[&id],
	}
}

/// Fills a signed trade of a leg at a price, in the ledger.
fn fill(account: &mut SubaccountState, world: &World, leg: LegId, trade: Lots, price: Price) {
	match leg {
		LegId::Market(id) => {
			account.trade(id, trade, price, &world.market(id).unwrap()).unwrap();
		},
		LegId::Collateral(id) => {
			let index = world.collateral(id).unwrap();
			account.sell_collateral(id, trade.size(), price, &index).unwrap();
		},
	}
}

fn big(nano: NanoQuote) -> BigInt {
	BigInt::from(nano.get())
}

fn zero() -> BigInt {
	BigInt::from(0)
}

mod minimal_closes {
	use super::*;

	/// Health missing to the buffer after closing lots at mark and paying their expected cost: by
	/// the ledger and the naive health, not by the formula.
	fn missing_after(
		account: &SubaccountState,
		world: &World,
		terms: &TestTerms,
		closes: &[(LegId, Lots)],
	) -> BigInt {
		let mut state = account.clone();
		let mut cost = zero();
		for (leg, trade) in closes {
			let listing = listing_of(world, *leg);
			fill(&mut state, world, *leg, *trade, Price::new(listing.price));
			cost += listing.value() * trade.unsigned_abs() * terms.cost_rate;
		}
		cost - naive_health(&state, world, Requirement::Buffered(Ratio::new(terms.buffer)))
	}

	fn closing(leg: &Leg, lots: u64) -> (LegId, Lots) {
		let side = leg.lots.side().map_or(Side::Sell, Side::opposite);
		(leg.id, Size::new(lots).signed(side).unwrap())
	}

	fn size(leg: &Leg) -> u64 {
		leg.lots.unsigned_abs()
	}

	fn with_terms(legs: &[Leg], terms: &TestTerms) -> Vec<(Leg, CloseTerms)> {
		legs.iter().map(|leg| (*leg, terms.close_terms(leg.id))).collect()
	}

	fn deficit_of(account: &SubaccountState, world: &World, terms: &TestTerms) -> NanoQuote {
		let missing = missing_after(account, world, terms, &[]).max(zero());
		NanoQuote::new(i128::try_from(missing).unwrap())
	}

	fn sizes(
		account: &SubaccountState,
		world: &World,
		terms: &TestTerms,
		legs: &[Leg],
	) -> (Vec<u64>, NanoQuote) {
		let deficit = deficit_of(account, world, terms);
		let buffer = Ratio::new(terms.buffer);
		let sizes = minimal_close(deficit, &with_terms(legs, terms), buffer).unwrap();
		(sizes.close.into_iter().map(Size::get).collect(), sizes.missing)
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		/// Twin: a search lot by lot that closes each number in the ledger.
		#[test]
		fn one_leg_equals_a_search_lot_by_lot(
			(world, account) in scene(), terms in terms(), nth in 0usize..5,
		) {
			let legs = all_legs(&account, &world);
			prop_assume_leg(&legs)?;
			if legs.is_empty() {
				return Ok(());
			}
			let leg = legs[nth % legs.len()];
			let missing = |n: u64| missing_after(&account, &world, &terms, &[closing(&leg, n)]);
			let least = (0..=size(&leg)).find(|n| missing(*n) <= zero()).unwrap_or(size(&leg));
			let dust = least > 0 && size(&leg) - least < terms.least_remainder;
			let expected = if dust { size(&leg) } else { least };

			let (close, left) = sizes(&account, &world, &terms, &[leg]);

			prop_assert_eq!(close[0], expected);
			prop_assert_eq!(big(left), missing(expected).max(zero()));
		}

		/// Twin: the ledger. Restored, and not with one lot less of any leg; or closed whole, and
		/// then no choice of lots restores it: each leg by itself is searched for its best.
		#[test]
		fn several_legs_restore_and_one_lot_less_does_not(
			(world, account) in scene(), terms in terms(),
		) {
			let terms = TestTerms { least_remainder: 0, ..terms };
			let legs = all_legs(&account, &world);
			let deficit = missing_after(&account, &world, &terms, &[]);

			let (close, left) = sizes(&account, &world, &terms, &legs);

			let closes = |less: Option<usize>| -> Vec<_> {
				legs.iter().zip(&close).enumerate()
					.map(|(i, (leg, n))| closing(leg, if Some(i) == less { n - 1 } else { *n }))
					.collect()
			};
			let missing = missing_after(&account, &world, &terms, &closes(None));
			prop_assert_eq!(big(left), missing.clone().max(zero()));
			if missing <= zero() && deficit > zero() && !close.iter().zip(&legs).all(|(n, leg)| *n == size(leg)) {
				for (i, n) in close.iter().enumerate() {
					if *n > 0 {
						let less = missing_after(&account, &world, &terms, &closes(Some(i)));
						prop_assert!(less > zero(), "leg {} of {:?}", i, close);
					}
				}
			}
			if missing > zero() {
				prop_assert!(close.iter().zip(&legs).all(|(n, leg)| *n == size(leg)));
				let best: BigInt = legs.iter().map(|leg| {
					let gain = |n| &deficit - missing_after(&account, &world, &terms, &[closing(leg, n)]);
					(0..=size(leg)).map(gain).max().unwrap()
				}).sum();
				prop_assert!(best < deficit);
			}
			if deficit <= zero() {
				prop_assert!(close.iter().all(|n| *n == 0));
			}
		}

		/// Twin: each leg's part by margin as an exact fraction. No leg closes more lots than its
		/// part needs, where every leg is large enough for its part.
		#[test]
		fn legs_close_by_their_share_of_margin((world, account) in scene(), terms in terms()) {
			let terms = TestTerms { least_remainder: 0, ..terms };
			let legs = all_legs(&account, &world);
			let deficit = missing_after(&account, &world, &terms, &[]).max(zero());
			let of = Requirement::Buffered(Ratio::new(terms.buffer));
			let gain = |leg: &Leg, n| {
				&deficit - missing_after(&account, &world, &terms, &[closing(leg, n)])
			};
			let best = |leg: &Leg| (0..=size(leg)).map(|n| gain(leg, n)).max().unwrap();
			let useful: Vec<_> = legs.iter().filter(|leg| best(leg) > zero()).collect();
			let margin = |leg: &Leg| listing_of(&world, leg.id).margin(size(leg), of);
			let whole: BigInt = useful.iter().map(|leg| margin(leg)).sum();
			let large_enough =
				useful.iter().all(|leg| best(leg) * &whole > (&deficit + 1) * margin(leg));
			let (close, _) = sizes(&account, &world, &terms, &legs);
			if !large_enough || useful.is_empty() {
				return Ok(());
			}
			for (leg, n) in legs.iter().zip(close) {
				if !useful.contains(&leg) {
					prop_assert_eq!(n, 0);
					continue;
				}
				// One billionth more than the part: the parts are telescoping floors.
				let enough = |n: &u64| gain(leg, *n) * &whole >= (&deficit * margin(leg)) + &whole;
				let least = (0..=size(leg)).find(enough).unwrap_or(size(leg));
				prop_assert!(n <= least, "{} of {:?}, {} would do", n, leg, least);
			}
		}

		#[test]
		fn no_dust_is_left((world, account) in scene(), terms in terms()) {
			let legs = all_legs(&account, &world);
			let (close, _) = sizes(&account, &world, &terms, &legs);
			for (leg, n) in legs.iter().zip(close) {
				let remainder = size(leg) - n;
				prop_assert!(n == 0 || remainder == 0 || remainder >= terms.least_remainder);
			}
		}
	}

	/// Nothing to assume: an account without legs has nothing to close, and says so.
	fn prop_assume_leg(legs: &[Leg]) -> Result<(), TestCaseError> {
		if legs.is_empty() {
			let sizes = minimal_close(NanoQuote::new(1), &[], Ratio::ONE).unwrap();
			prop_assert_eq!((sizes.close.len(), sizes.missing.get()), (0, 1));
		}
		Ok(())
	}
}

mod budgets {
	use super::*;

	proptest! {
		#![proptest_config(cases(4_096))]

		/// Twin: the naive equity. Nothing of it is lost or made between the legs.
		#[test]
		fn sum_to_equity_exactly((world, account) in scene()) {
			let legs = all_legs(&account, &world);
			let equity = naive_equity(&account, &world);
			let margin = naive_margin(&account, &world, Requirement::Maintenance);

			let budgets = apportion_equity(&legs, &assess(&account, &world).unwrap()).unwrap();

			if equity < zero() || margin == zero() {
				prop_assert!(budgets.is_empty());
				return Ok(());
			}
			let sum: BigInt = budgets.iter().map(|budget| big(budget.loss)).sum();
			prop_assert_eq!(sum, equity.clone());
			for (leg, budget) in legs.iter().zip(&budgets) {
				// Within a billionth of E·M_i/M.
				let of_leg = listing_of(&world, leg.id)
					.margin(leg.lots.unsigned_abs(), Requirement::Maintenance);
				let error = big(budget.loss) * &margin - &equity * of_leg;
				prop_assert!(error < margin && error > -margin.clone());
			}
		}

		/// Twin: the ledger. Closing a leg whole at its bankruptcy price loses no more than its
		/// budget, one tick worse loses more; closing all of them leaves no deficit, and no more than
		/// the ticks that rounding left.
		#[test]
		fn closing_at_bankruptcy_prices_leaves_nothing_but_ticks((world, account) in scene()) {
			let legs = all_legs(&account, &world);
			let assessment = assess(&account, &world).unwrap();
			let budgets = apportion_equity(&legs, &assessment).unwrap();
			let (mut state, mut ticks, mut floored) = (account.clone(), zero(), false);
			for (leg, budget) in legs.iter().zip(&budgets) {
				let listing = listing_of(&world, leg.id);
				let lots = leg.lots.get();
				let lost = |price: i128| {
					(i128::from(listing.price) - price) * i128::from(listing.tick_value)
						* i128::from(lots) * i128::from(PPB)
				};
				let price = i128::from(budget.price.get());
				prop_assert!(lost(price) <= budget.loss.get());
				let worse = price - i128::from(lots.signum());
				if worse >= 0 {
					prop_assert!(lots == 0 || lost(worse) > budget.loss.get());
				} else {
					floored = true;
				}
				ticks += BigInt::from(listing.tick_value) * lots.unsigned_abs() * PPB;
				if lots != 0 {
					fill(&mut state, &world, leg.id, Lots::new(-lots), budget.price);
				}
			}
			if !budgets.is_empty() {
				let left = naive_equity(&state, &world);
				prop_assert!(left >= zero());
				prop_assert!(floored || left <= ticks);
			}
		}

		#[test]
		fn start_is_between_mark_and_bankruptcy(
			mark in 0u64..100, bankruptcy in 0u64..100, step in 0u64..50,
		) {
			let start = start_price(Price::new(mark), Price::new(bankruptcy), step).get();
			prop_assert!(start >= mark.min(bankruptcy) && start <= mark.max(bankruptcy));
			prop_assert!(start == bankruptcy || start.abs_diff(mark) == step);
		}
	}
}

mod fills {
	use super::*;

	#[derive(Clone, Debug)]
	struct Fill {
		nth: usize,
		part: u64,
		/// Of the way from bankruptcy to mark and beyond, in hundredths.
		better: u64,
		fee_rate: u64,
	}

	prop_compose! {
		fn a_fill()(
			nth in 0usize..5, part in 1u64..=100, better in 0u64..=130,
			fee_rate in prop_oneof![0u64..100_000_000, Just(1_000_000_000u64)],
		) -> Fill {
			Fill { nth, part, better, fee_rate }
		}
	}

	fn closes(account: &SubaccountState, world: &World, terms: &TestTerms) -> Vec<LegClose> {
		match classify(account, 0, world, terms).unwrap() {
			Action::Close(closes) => closes,
			_ => vec![],
		}
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		/// Twin: naive equity and margin after the ledger's fill, compared by cross-multiplication.
		/// However often an account is filled, anywhere from its bankruptcy price up, in parts and
		/// with any fee, its equity over margin does not fall and its equity stays above zero.
		#[test]
		fn never_lower_health_per_unit_of_margin(
			(world, account) in scene(), terms in terms(),
			fills in prop::collection::vec(a_fill(), 1..6),
		) {
			let mut state = account;
			for a_fill in fills {
				let closes = closes(&state, &world, &terms);
				if closes.is_empty() {
					break;
				}
				let close = closes[a_fill.nth % closes.len()];
				let leg = all_legs(&state, &world).into_iter().find(|l| l.id == close.leg).unwrap();
				let mark = leg.index.price().get();
				let way = mark.abs_diff(close.bankruptcy.get()) * a_fill.better / 100;
				let price = Price::new(if close.trade.is_negative() {
					close.bankruptcy.get() + way
				} else {
					close.bankruptcy.get().saturating_sub(way)
				});
				let lots = (close.trade.unsigned_abs() * a_fill.part).div_ceil(100);
				let rate = Ratio::new(a_fill.fee_rate);
				let of = Requirement::Maintenance;
				let before = (naive_equity(&state, &world), naive_margin(&state, &world, of));

				let fee = liquidation_fee(&leg, close.budget, Size::new(lots), price, rate).unwrap();
				let trade = Size::new(lots).signed(close.trade.side().unwrap()).unwrap();
				fill(&mut state, &world, close.leg, trade, price);
				state.cash = state.cash.try_sub(fee).unwrap();

				let after = (naive_equity(&state, &world), naive_margin(&state, &world, of));
				prop_assert!(after.0 >= zero(), "bankrupted");
				prop_assert!(&after.0 * &before.1 >= &before.0 * &after.1, "worse per margin");
				prop_assert!(fee >= Quote::ZERO);
			}
		}

		/// The fee is the rate's, rounded up, wherever the budget has room for it.
		#[test]
		fn fee_is_the_rate_or_what_the_budget_leaves(
			lots in 1i64..30, price in 0u64..60, budget in 0i128..200_000_000_000,
			fee_rate in 0u64..300_000_000,
		) {
			let world = World::default().with_market(0, Listing { price: 50, ..Default::default() });
			let state = with_position(account(0), 0, lots, 0, 0);
			let leg = all_legs(&state, &world)[0];
			let fee = liquidation_fee(
				&leg, NanoQuote::new(budget), leg.lots.size(), Price::new(price), Ratio::new(fee_rate),
			).unwrap();

			let asked = (i128::from(price) * i128::from(lots) * i128::from(fee_rate) + 999_999_999)
				.div_euclid(1_000_000_000);
			let room = budget - i128::from(lots) * (50 - i128::from(price)) * 1_000_000_000;
			prop_assert_eq!(fee.get(), asked.min(room.div_euclid(1_000_000_000)).max(0));
		}
	}
}

mod decisions {
	use super::*;

	proptest! {
		#![proptest_config(cases(4_096))]

		/// Twin: the order of the rule, on naive health and equity.
		#[test]
		fn follow_the_order_of_the_rule(
			(world, account) in scene(), terms in terms(), open_orders in 0u32..2,
		) {
			let health = naive_health(&account, &world, Requirement::Maintenance);
			let equity = naive_equity(&account, &world);

			let action = classify(&account, open_orders, &world, &terms).unwrap();

			let deficit_quanta = (-equity.clone() + PPB - 1) / PPB;
			match action {
				Action::Leave => prop_assert!(health >= zero()),
				Action::CancelOrders => prop_assert!(health < zero() && open_orders > 0),
				Action::TakeOver { deficit } => {
					prop_assert!(health < zero() && open_orders == 0 && equity < zero());
					prop_assert_eq!(BigInt::from(deficit.get()), deficit_quanta);
				},
				Action::Close(closes) => {
					prop_assert!(health < zero() && open_orders == 0 && equity >= zero());
					prop_assert!(!closes.is_empty());
				},
			}
		}

		/// Doing what it says, filled at mark and without fee, ends: the account is left, and where
		/// its closes were partial, with the buffer restored. Collateral is sold only when every
		/// position is closed whole.
		#[test]
		fn end_when_they_are_followed((world, account) in scene(), terms in terms()) {
			let terms = TestTerms { cost_rate: 0, ..terms };
			let mut state = account;
			let Action::Close(closes) = classify(&state, 0, &world, &terms).unwrap() else {
				return Ok(());
			};
			let sells = closes.iter().any(|c| matches!(c.leg, LegId::Collateral(_)));
			for close in closes {
				let price = Price::new(listing_of(&world, close.leg).price);
				fill(&mut state, &world, close.leg, close.trade, price);
			}
			prop_assert_eq!(classify(&state, 0, &world, &terms).unwrap(), Action::Leave);
			let target = Requirement::Buffered(Ratio::new(terms.buffer));
			prop_assert!(naive_health(&state, &world, target) >= zero());
			let held = |(_, p): (_, &breakwater_margin::Position)| !p.lots.is_zero();
			if sells {
				// Positions without margin restore nothing and stay.
				let margin: BigInt = state.positions.iter().map(|(id, p)| {
					world.markets[&id].margin(p.lots.unsigned_abs(), target)
				}).sum();
				prop_assert!(margin == zero() || !state.positions.iter().any(held));
			}
		}
	}

	#[test]
	fn an_account_without_legs_below_zero_is_taken_over() {
		let terms = TestTerms { cost_rate: 0, least_remainder: 0, buffer: 1_000_000_000 };
		let action = classify(&account(-3), 0, &World::default(), &terms);
		assert_eq!(action, Ok(Action::TakeOver { deficit: Quote::new(3) }));
		assert_eq!(classify(&account(0), 9, &World::default(), &terms), Ok(Action::Leave));

		// One quantum of principal has grown to 1.5: half a quantum is missing, so one.
		let world = World { borrow: 1_500_000_000, ..Default::default() };
		let mut state = account(1);
		state.loan = Quote::new(1);
		let action = classify(&state, 0, &world, &terms);
		assert_eq!(action, Ok(Action::TakeOver { deficit: Quote::new(1) }));
	}
}

mod curves {
	use super::*;

	fn curve() -> impl Strategy<Value = Curve> {
		let duration = prop_oneof![1u64..5_000, 1u64..=MAX_DURATION.get()].prop_map(Millis::new);
		let keep = prop_oneof![
			0u64..=1_000_000_000,
			900_000_000u64..=1_000_000_000,
			999_999_000u64..=1_000_000_000,
			Just(0u64),
		]
		.prop_map(Ratio::new);
		let every = prop_oneof![1u64..100, 1u64..100_000].prop_map(Millis::new);
		(duration, keep, every, 0..3).prop_map(|(duration, keep, every, kind)| {
			let decay = match kind {
				0 => Decay::Linear,
				1 => Decay::Exponential { keep_per_second: keep },
				_ => Decay::Step { keep_per_step: keep, every },
			};
			Curve::new(decay, duration).unwrap()
		})
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		#[test]
		fn never_turn_back_and_stay_between_their_ends(
			curve in curve(), start in 0u64..1 << 36, last in 0u64..1 << 36,
			near in any::<bool>(), times in (0u64..90_000_000, 0u64..5_000),
		) {
			let last = if near { start.saturating_sub(last % 7) } else { last };
			let (time, more) = times;
			let at = |ms| {
				curve.price(Price::new(start), Price::new(last), Millis::new(ms)).unwrap().get()
			};
			let (sooner, later) = (at(time), at(time + more));
			prop_assert!(sooner.abs_diff(last) >= later.abs_diff(last));
			for price in [sooner, later, at(0)] {
				prop_assert!(price >= start.min(last) && price <= start.max(last));
			}
			prop_assert_eq!(at(0), start);
			prop_assert_eq!(at(MAX_DURATION.get()), last);
			// A sale and a purchase mirror each other.
			let mirrored = curve.price(Price::new(last), Price::new(start), Millis::new(time)).unwrap();
			prop_assert_eq!(mirrored.get().abs_diff(start), sooner.abs_diff(last));
		}

		/// The step after a step, where roundings could make one larger.
		#[test]
		fn never_turn_back_between_neighbouring_steps(
			keep in prop_oneof![Just(999_999_999u64), 999_000_000u64..1_000_000_000, 0u64..1_000_000_000],
			step in 0u64..86_000_000, distance in 1u64..1 << 36,
		) {
			let decay = Decay::Step { keep_per_step: Ratio::new(keep), every: Millis::new(1) };
			let curve = Curve::new(decay, MAX_DURATION).unwrap();
			let at = |ms| curve.price(Price::new(distance), Price::ZERO, Millis::new(ms)).unwrap();
			prop_assert!(at(step) >= at(step + 1));
		}

		/// Twin: the exact power as a fraction of big integers.
		#[test]
		fn equal_the_exact_power(
			keep in 0u64..=1_000_000_000, steps in 0u32..60, distance in 0u64..1 << 36,
		) {
			let decay = Decay::Step { keep_per_step: Ratio::new(keep), every: Millis::new(10) };
			let curve = Curve::new(decay, Millis::HOUR).unwrap();
			let (start, elapsed) = (Price::new(distance), Millis::new(u64::from(steps) * 10 + 9));
			let exact = BigInt::from(distance) * BigInt::from(keep).pow(steps)
				/ BigInt::from(PPB).pow(steps);
			let found = curve.price(start, Price::ZERO, elapsed).unwrap();
			prop_assert_eq!(BigInt::from(found.get()), exact);
		}

		/// Twin: the line as a fraction.
		#[test]
		fn equal_the_exact_line(
			duration in 1u64..100_000, elapsed in 0u64..100_000, distance in 0u64..1 << 36,
		) {
			let curve = Curve::new(Decay::Linear, Millis::new(duration)).unwrap();
			let left = u128::from(duration.saturating_sub(elapsed));
			let exact = u128::from(distance) * left / u128::from(duration);
			let found = curve.price(Price::new(distance), Price::ZERO, Millis::new(elapsed)).unwrap();
			prop_assert_eq!(u128::from(found.get()), exact);
		}
	}
}

mod flow {
	use super::*;

	fn orders(range: std::ops::Range<i64>) -> impl Strategy<Value = Vec<ForcedOrder>> {
		prop::collection::vec(range, 0..12).prop_map(|lots| {
			(0u8..)
				.zip(lots)
				.map(|(n, lots)| ForcedOrder {
					account: AccountKey([n.wrapping_mul(97); 32]),
					lots: Lots::new(lots),
				})
				.collect()
		})
	}

	fn sum(lots: &[Lots], sign: i64) -> i64 {
		lots.iter().map(|l| l.get()).filter(|l| l * sign > 0).sum::<i64>().abs()
	}

	fn by_account(orders: &[ForcedOrder], fills: Vec<Lots>) -> Vec<(AccountKey, Lots)> {
		let mut fills: Vec<_> = orders.iter().map(|o| o.account).zip(fills).collect();
		fills.sort();
		fills
	}

	proptest! {
		#![proptest_config(cases(4_096))]

		/// Twin: exact shares as fractions.
		#[test]
		fn netting_cancels_and_leaves_one_side(orders in orders(-50..50), turn in 0usize..12) {
			let fills = net_at_mark(&orders).unwrap();

			let asked: Vec<Lots> = orders.iter().map(|o| o.lots).collect();
			let (bought, sold) = (sum(&asked, 1), sum(&asked, -1));
			let crossed = bought.min(sold);
			prop_assert_eq!(sum(&fills, 1), crossed);
			prop_assert_eq!(sum(&fills, -1), crossed);
			for (order, fill) in orders.iter().zip(&fills) {
				let (asked, filled) = (order.lots.get(), fill.get());
				prop_assert!(filled * asked >= 0 && filled.abs() <= asked.abs());
				let side = if asked > 0 { bought } else { sold };
				// |filled − asked · crossed / side| < 1
				prop_assert!((filled * side - asked * crossed).abs() < side.max(1));
			}
			let mut turned = orders.clone();
			turned.rotate_left(turn % orders.len().max(1));
			let again = net_at_mark(&turned).unwrap();
			prop_assert_eq!(by_account(&orders, fills), by_account(&turned, again));
		}

		/// Twin: exact shares as fractions.
		#[test]
		fn sharing_hands_out_the_fill_and_no_more(
			orders in orders(0..50), buys in any::<bool>(), part in 0u64..=110,
		) {
			let orders: Vec<_> = orders.into_iter()
				.map(|o| ForcedOrder { lots: Lots::new(if buys { 1 } else { -1 } * o.lots.get()), ..o })
				.collect();
			let whole: i64 = orders.iter().map(|o| o.lots.get().abs()).sum();
			let filled = (whole as u64 * part).div_ceil(100);
			let result = share_fill(Size::new(filled), &orders);
			if filled > whole as u64 {
				prop_assert_eq!(result, Err(LiquidationError::Overfilled));
				return Ok(());
			}
			let fills = result.unwrap();
			prop_assert_eq!(fills.iter().map(|f| f.get().unsigned_abs()).sum::<u64>(), filled);
			for (order, fill) in orders.iter().zip(&fills) {
				let (asked, got) = (order.lots.get(), fill.get());
				prop_assert!(got * asked >= 0 && got.abs() <= asked.abs());
				let error = got.abs() * whole - asked.abs() * filled as i64;
				prop_assert!(error.abs() < whole.max(1));
			}
		}
	}
}

mod vectors {
	use super::*;

	const DOLLAR: i128 = 1_000_000;

	/// Lots of a dollar each at mark.
	fn one_dollar_lots(maintenance: u64) -> Listing {
		Listing {
			price: 100,
			tick_value: 10_000,
			maintenance,
			initial: maintenance,
			..Default::default()
		}
	}

	/// N = 10 000, E = 450, m = 6.25 %, f = 1 %: (625 − 450) / 0.0525 = 3 333.33.
	#[test]
	fn research_close_of_a_perpetual() {
		let world = World::default().with_market(0, one_dollar_lots(50_000_000));
		let state = with_position(account(-9_550 * DOLLAR), 0, 10_000, 0, 0);
		let terms = TestTerms { cost_rate: 10_000_000, least_remainder: 0, buffer: 1_250_000_000 };

		let action = classify(&state, 0, &world, &terms).unwrap();

		let Action::Close(closes) = action else { panic!("{action:?}") };
		assert_eq!(closes[0].trade, Lots::new(-3_334));
		// (10 000 − 450) / 10 000 of a dollar, a tick is a cent: 0.955 up to 0.96
		assert_eq!(closes[0].bankruptcy, Price::new(96));
	}

	/// C = 10 000, LT = 0.8, D = 8 500, HF = 1.05, b = 5 %: repay 4 404.7619, which sells 4 625.00.
	/// Health factor as a haircut: 1 − LT/HF = 23.8095238 %; bonus as a cost: b/(1+b) = 4.7619048 %.
	#[test]
	fn research_repayment_of_a_debt() {
		let cents = Listing { price: 1, tick_value: 10_000, ..one_dollar_lots(200_000_000) };
		let world = World::default().with_asset(0, cents);
		let state = with_collateral(account(-8_500 * DOLLAR), 0, 1_000_000);
		// 238 095 239 / 200 000 000
		let terms = TestTerms { cost_rate: 47_619_047, least_remainder: 0, buffer: 1_190_476_195 };

		let Action::Close(closes) = classify(&state, 0, &world, &terms).unwrap() else { panic!() };

		let sold = closes[0].trade.unsigned_abs();
		assert_eq!(sold, 462_501); // 4 625.00 and the rounding up of the haircut
		let repaid = sold as f64 / 100.0 / 1.05;
		assert!((repaid - 4_404.761_9).abs() < 0.02);
	}

	/// dYdX v4: long 1 at 50 000, equity 2 000: bankruptcy at 48 000.
	#[test]
	fn dydx_bankruptcy_price() {
		let listing = Listing { price: 5_000_000, ..one_dollar_lots(50_000_000) };
		let world = World::default().with_market(0, listing);
		let state = with_position(account(-48_000 * DOLLAR), 0, 1, 0, 0);

		let assessment = assess(&state, &world).unwrap();
		let budgets = apportion_equity(&all_legs(&state, &world), &assessment).unwrap();

		assert_eq!(budgets[0].price, Price::new(4_800_000));
		assert_eq!(budgets[0].loss.get(), 2_000 * DOLLAR * 1_000_000_000);
		assert_eq!(deficit(&assessment), Ok(Quote::ZERO));
	}

	/// A cross account: equity 300 over margins of 100 and 50 allows losses of 200 and 100.
	#[test]
	fn bankruptcy_by_margin_share() {
		let world = World::default()
			.with_market(0, one_dollar_lots(100_000_000))
			.with_market(1, one_dollar_lots(50_000_000));
		let state = with_position(account(300 * DOLLAR), 0, 1_000, -1_000 * DOLLAR, 0);
		let state = with_position(state, 1, -1_000, 1_000 * DOLLAR, 0);

		let assessment = assess(&state, &world).unwrap();
		let budgets = apportion_equity(&all_legs(&state, &world), &assessment).unwrap();

		assert_eq!(budgets[0].price, Price::new(80)); // 1 − 200/1 000
		assert_eq!(budgets[1].price, Price::new(110)); // 1 + 100/1 000
	}

	#[test]
	fn collateral_is_sold_when_positions_do_not_suffice() {
		let asset = Listing { maintenance: 200_000_000, ..one_dollar_lots(200_000_000) };
		let world =
			World::default().with_market(0, one_dollar_lots(50_000_000)).with_asset(0, asset);
		// Owes 900 on collateral of 1 000, worth 800 after the haircut; one lot of position.
		let state = with_collateral(account(-901 * DOLLAR), 0, 1_000);
		let state = with_position(state, 0, 1, -DOLLAR, 0);
		let terms = TestTerms { cost_rate: 0, least_remainder: 0, buffer: 1_000_000_000 };

		let Action::Close(closes) = classify(&state, 0, &world, &terms).unwrap() else { panic!() };

		assert_eq!(closes[0].leg, LegId::Market(MarketId(0)));
		assert_eq!(closes[0].trade, Lots::new(-1));
		assert_eq!(closes[1].leg, LegId::Collateral(AssetId(0)));
		assert_eq!(closes[1].trade, Lots::new(-505)); // (200 − 99) / 0.2
	}
}
