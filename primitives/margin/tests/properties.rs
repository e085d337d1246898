//! Health, ledger and what-ifs against their naive twins.
#![allow(missing_docs)]

mod common;

use breakwater_margin::{
	assess, for_each_component, free_equity, health, largest_order, liquidation_price,
	withdrawable_collateral, withdrawable_quote, BorrowIndex, CollateralIndex, IndexId, Indices,
	LegId, LegIndex, LiquidationPrice, OrderTerms, Requirement, SubaccountState, WithPrice,
	WithdrawalTerms,
};
use breakwater_units::{
	limits, Amount, AssetId, LotValue, Lots, MarketId, Price, Quote, Ratio, Side, Size, TickValue,
};
use common::*;
use num_bigint::BigInt;
use proptest::prelude::*;

fn requirement() -> impl Strategy<Value = Requirement> {
	prop_oneof![
		Just(Requirement::Maintenance),
		Just(Requirement::Initial),
		(1_000_000_000u64..3_000_000_000).prop_map(|b| Requirement::Buffered(Ratio::new(b))),
	]
}

fn side() -> impl Strategy<Value = Side> {
	prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn big_health(account: &SubaccountState, indices: &impl Indices, of: Requirement) -> BigInt {
	BigInt::from(health(account, indices, of).unwrap().get())
}

mod dot_product {
	use super::*;

	proptest! {
		#![proptest_config(cases(8_192))]

		/// Twin: equity minus the margin of every lot by itself, on big integers.
		#[test]
		fn health_is_equity_minus_margin_of_every_lot(
			(world, account) in scene(), of in requirement(),
		) {
			prop_assert_eq!(big_health(&account, &world, of), naive_health(&account, &world, of));
		}

		/// Twin: the same, for equity and each margin.
		#[test]
		fn assessment_is_health_taken_apart((world, account) in scene()) {
			let assessment = assess(&account, &world).unwrap();

			prop_assert_eq!(BigInt::from(assessment.equity.get()), naive_equity(&account, &world));
			for (of, margin) in [
				(Requirement::Maintenance, assessment.maintenance),
				(Requirement::Initial, assessment.initial),
			] {
				prop_assert_eq!(BigInt::from(margin.get()), naive_margin(&account, &world, of));
				prop_assert_eq!(assessment.health(margin).unwrap(), health(&account, &world, of).unwrap());
			}
		}

		/// Whatever the indices do, the exposures stay: the trigger book rests on it.
		#[test]
		fn exposures_do_not_depend_on_the_indices(
			(before, account) in scene(), after in small_world(), of in requirement(),
		) {
			let mut after = after;
			for (id, listing) in after.markets.iter_mut() {
				listing.steps.clone_from(&before.markets[id].steps);
			}
			for (id, listing) in after.assets.iter_mut() {
				listing.steps.clone_from(&before.assets[id].steps);
				listing.units_per_lot = before.assets[id].units_per_lot;
			}
			let exposures = |world: &World| {
				let mut seen: Vec<(IndexId, i128)> = vec![];
				for_each_component(&account, world, of, |c| {
					seen.push((c.index, c.exposure));
					Ok(())
				}).unwrap();
				seen
			};
			prop_assert_eq!(exposures(&before), exposures(&after));
		}

		/// Twin: the sum over the whole range of the limits, on big integers. No input within the
		/// limits overflows.
		#[test]
		fn health_is_exact_up_to_the_limits(
			legs in prop::collection::vec(
				(
					0..=limits::MAX_PRICE_TICKS,
					1..=limits::MAX_QUANTA_PER_TICK_LOT,
					-limits::MAX_LOTS..=limits::MAX_LOTS,
					-limits::MAX_LOT_VALUE_QUANTA..=limits::MAX_LOT_VALUE_QUANTA,
					-limits::MAX_LOT_VALUE_QUANTA..=limits::MAX_LOT_VALUE_QUANTA,
					rate(),
				),
				0..=24,
			),
			cash in -limits::MAX_CASH_QUANTA..=limits::MAX_CASH_QUANTA,
			extreme in any::<bool>(),
		) {
			let (mut world, mut state, mut expected) =
				(World::default(), account(cash), BigInt::from(cash) * PPB);
			for (id, (price, tick_value, lots, funding, settled, rate)) in (0u32..).zip(legs) {
				// Random values meet the corner of all limits never: put every leg there.
				let at_limit = Listing {
					price: limits::MAX_PRICE_TICKS,
					tick_value: limits::MAX_QUANTA_PER_TICK_LOT,
					funding: limits::MAX_LOT_VALUE_QUANTA * -i128::from(lots.signum()),
					maintenance: rate,
					..Default::default()
				};
				let listing = if extreme { at_limit } else {
					Listing { price, tick_value, funding, maintenance: rate, ..Default::default() }
				};
				let lots = match lots {
					0 => 1,
					lots if extreme => limits::MAX_LOTS * lots.signum(),
					lots => lots,
				};
				let settled = if extreme { -listing.funding } else { settled };
				let entry = -i128::from(lots) * i128::from(listing.price) * i128::from(listing.tick_value);
				let entry = if extreme { -entry } else { entry };
				let unit = listing.value() * PPB;
				expected += (unit - BigInt::from(listing.funding) * PPB) * lots;
				expected += (BigInt::from(entry) + BigInt::from(settled) * lots) * PPB;
				expected -= listing.value() * lots.unsigned_abs() * rate;
				state = with_position(state, id, lots, entry, settled);
				world = world.with_market(id, listing);
			}
			prop_assert_eq!(big_health(&state, &world, Requirement::Maintenance), expected);
			prop_assert!(assess(&state, &world).is_ok());
		}
	}
}

mod ledger {
	use super::*;

	proptest! {
		#![proptest_config(cases(8_192))]

		/// Twin: `H + lots · (mark − price)` in billionths. A fill does not round, whatever it does
		/// to the position, and moves nothing but the market's own margin.
		#[test]
		fn a_trade_changes_equity_by_its_distance_from_mark(
			(world, account) in scene(), market in 0u32..3, lots in -30i64..30, price in 0u64..80,
		) {
			let market = MarketId(market);
			let index = world.market(market).unwrap();
			let mut after = account.clone();
			after.trade(market, Lots::new(lots), Price::new(price), &index).unwrap();

			let listing = &world.markets[&market];
			let away = BigInt::from(listing.price) - BigInt::from(price);
			let expected = naive_equity(&account, &world) + away * listing.tick_value * lots * PPB;
			prop_assert_eq!(naive_equity(&after, &world), expected);
			prop_assert!(after.positions.iter().all(|(_, p)| !p.lots.is_zero()));
		}

		/// Twin: the rule of average cost, case by case. What is opened costs its price, what is closed
		/// leaves the average entry price of the rest, what is turned round starts at the price.
		#[test]
		fn entry_cost_is_what_the_open_lots_cost(
			(world, account) in scene(), market in 0u32..3, lots in -30i64..30, price in 0u64..80,
		) {
			let market = MarketId(market);
			let index = world.market(market).unwrap();
			let before = account.positions.get(market).copied().unwrap_or_default();
			let mut state = account;
			state.trade(market, Lots::new(lots), Price::new(price), &index).unwrap();

			let after = state.positions.get(market).copied().unwrap_or_default();
			let (held, entry) = (before.lots.get(), before.entry_cost.get());
			let paid = |lots: i64| {
				-i128::from(lots) * i128::from(price) * i128::from(index.tick_value().get())
			};
			prop_assert_eq!(after.lots.get(), held + lots);
			let rest = held + lots;
			if held * lots >= 0 {
				prop_assert_eq!(after.entry_cost.get(), entry + paid(lots));
			} else if rest * held < 0 {
				prop_assert_eq!(after.entry_cost.get(), paid(rest));
			} else {
				let (held, rest) = (i128::from(held.abs()), i128::from(rest.abs()));
				let above = after.entry_cost.get() * held - entry * rest;
				prop_assert!(0 <= above && above < held);
			}
		}

		/// Buyer and seller of the same lots, at any prices, with funding between: their claims sum
		/// to what they put in, to the quantum.
		#[test]
		fn trading_conserves_the_claims(
			trades in prop::collection::vec((-9i64..9, 1u64..50, -20i128..20), 1..20),
		) {
			let (mut one, mut other) = (account(500), account(700));
			let market = MarketId(0);
			for (lots, price, funding) in trades {
				let index = Listing { funding, price, ..Default::default() }.leg();
				one.trade(market, Lots::new(lots), Price::new(price), &index).unwrap();
				other.trade(market, Lots::new(-lots), Price::new(price), &index).unwrap();

				let claims = one.quote_claim().unwrap().try_add(other.quote_claim().unwrap());
				prop_assert_eq!(claims, Ok(Quote::new(1_200)));
			}
		}

		/// Closing everything leaves no entry cost behind, so all of it is realised.
		#[test]
		fn a_closed_position_is_cash(
			(world, account) in scene(), market in 0u32..3, parts in prop::collection::vec(1i64..5, 20),
		) {
			let market = MarketId(market);
			let index = world.market(market).unwrap();
			let mut state = account;
			for part in parts {
				let Some(held) = state.positions.get(market).map(|p| p.lots.get()) else { break };
				let lots = Lots::new(-held.signum() * part.min(held.abs()));
				state.trade(market, lots, index.price(), &index).unwrap();
			}
			prop_assert_eq!(state.positions.get(market), None);
		}

		/// Twin: exact debt before and after on big integers. The pool never loses by the rounding,
		/// the account never more than a quantum of principal, and a debt paid back is gone.
		#[test]
		fn settling_a_loan_rounds_against_the_account(
			cash in -500i128..500, loan in 0i128..300, borrow in 1_000_000_000u64..3_000_000_000,
		) {
			let mut state = account(cash);
			state.loan = Quote::new(loan);
			let index = BorrowIndex::new(Ratio::new(borrow)).unwrap();
			let worth = |s: &SubaccountState| {
				BigInt::from(s.cash.get()) * PPB - BigInt::from(s.loan.get()) * borrow
			};
			let before = worth(&state);

			let lent = state.settle_loan(index).unwrap();

			prop_assert_eq!(state.cash.get(), cash + lent.get());
			prop_assert!(state.cash.get() >= 0 && state.loan.get() >= 0);
			prop_assert!(state.cash.is_zero() || state.loan.is_zero());
			let lost = before - worth(&state);
			prop_assert!(lost >= BigInt::from(0) && lost < BigInt::from(borrow.max(1)));
			let again = state.clone().settle_loan(index);
			prop_assert_eq!(again, Ok(Quote::ZERO));
		}
	}
}

mod liquidation_prices {
	use super::*;

	/// Every price by itself, by the predicate itself.
	fn scan(account: &SubaccountState, world: &World, leg: LegId, highest: u64) -> Vec<bool> {
		(0..=highest)
			.map(|price| {
				let mut moved = world.clone();
				match leg {
					LegId::Market(id) => moved.markets.get_mut(&id).unwrap().price = price,
					LegId::Collateral(id) => moved.assets.get_mut(&id).unwrap().price = price,
				}
				naive_health(account, &moved, Requirement::Maintenance) < BigInt::from(0)
			})
			.collect()
	}

	fn leg() -> impl Strategy<Value = LegId> {
		prop_oneof![
			(0u32..3).prop_map(|id| LegId::Market(MarketId(id))),
			(0u32..2).prop_map(|id| LegId::Collateral(AssetId(id))),
		]
	}

	proptest! {
		#![proptest_config(cases(6_144))]

		/// Twin: a step search over every tick from zero to the highest.
		#[test]
		fn equals_a_search_tick_by_tick((world, account) in scene(), leg in leg()) {
			let highest = 120u64;
			let scanned = scan(&account, &world, leg, highest);

			let claimed = liquidation_price(&account, &world, leg, Price::new(highest)).unwrap();

			let expected: Vec<bool> = (0..=highest)
				.map(|price| match claimed {
					LiquidationPrice::Never => false,
					LiquidationPrice::Always => true,
					LiquidationPrice::AtOrBelow(edge) => price <= edge.get(),
					LiquidationPrice::AtOrAbove(edge) => price >= edge.get(),
				})
				.collect();
			prop_assert_eq!(&expected, &scanned, "{:?}", claimed);
			let constant = scanned.iter().all(|x| *x == scanned[0]);
			let named = matches!(claimed, LiquidationPrice::Never | LiquidationPrice::Always);
			prop_assert_eq!(constant, named, "{:?}", claimed);
		}

		/// At chain-sized numbers, where no scan reaches: the tick named is liquidatable, the one
		/// beside it is not.
		#[test]
		fn holds_on_the_tick_and_not_beside_it(
			lots in prop_oneof![-limits::MAX_LOTS..=-1, 1..=limits::MAX_LOTS],
			price in 1_000u64..1 << 34, tick_value in 1u32..=10_000,
			rate in 1u64..500_000_000, margins in 0i128..3_000,
		) {
			let listing = Listing {
				price, tick_value, maintenance: rate, steps: vec![(1 << 30, 1_700_000_000)],
				..Default::default()
			};
			let entry = -i128::from(lots) * i128::from(price) * i128::from(tick_value);
			let margin = listing.leg().margin(Size::new(lots.unsigned_abs()), Requirement::Maintenance);
			let cash = margin.unwrap().get() / 1_000_000_000 * margins / 1_000;
			let state = with_position(account(cash), 0, lots, entry, 0);
			let world = World::default().with_market(0, listing);
			let market = MarketId(0);
			let at = |price: u64| {
				let moved = WithPrice { indices: &world, market, price: Price::new(price) };
				breakwater_margin::is_liquidatable(&state, &moved).unwrap()
			};
			let highest = limits::MAX_PRICE_TICKS;

			match liquidation_price(&state, &world, LegId::Market(market), Price::new(highest)).unwrap() {
				LiquidationPrice::Never => prop_assert!(!at(0) && !at(highest)),
				LiquidationPrice::Always => prop_assert!(at(0) && at(highest)),
				LiquidationPrice::AtOrBelow(p) => prop_assert!(at(p.get()) && !at(p.get() + 1)),
				LiquidationPrice::AtOrAbove(p) => prop_assert!(at(p.get()) && !at(p.get() - 1)),
			}
		}
	}
}

mod order_sizes {
	use super::*;

	const MOST: i64 = 60;

	/// Health in billionths after a fill and its fee, less a quantum kept back where there is one.
	fn after_fill(
		account: &SubaccountState,
		world: &World,
		order: &OrderTerms,
		n: i64,
	) -> (Lots, BigInt) {
		let index = world.market(order.market).unwrap();
		let mut state = account.clone();
		let lots = Size::new(n as u64).signed(order.side).unwrap();
		state.trade(order.market, lots, order.price, &index).unwrap();
		let listing = &world.markets[&order.market];
		let fee = BigInt::from(order.price.get()) * listing.tick_value * n * order.fee_rate.get();
		let kept_back = if order.fee_rate.is_zero() { 0 } else { PPB };
		let left = naive_health(&state, world, Requirement::Initial) - fee - kept_back;
		let held = state.positions.get(order.market).map(|p| p.lots).unwrap_or_default();
		(held, left)
	}

	/// Lot by lot: the last size before the first fill that neither reduces nor keeps initial health.
	fn search(account: &SubaccountState, world: &World, order: &OrderTerms) -> i64 {
		let held = account.positions.get(order.market).map(|p| p.lots.get()).unwrap_or(0);
		for n in 1..=MOST {
			let (after, left) = after_fill(account, world, order, n);
			let reduces = held != 0
				&& after.get().abs() < held.abs()
				&& after.get().signum() * held.signum() >= 0;
			if !reduces && left < BigInt::from(0) {
				return n - 1;
			}
		}
		MOST
	}

	prop_compose! {
		fn order()(
			market in 0u32..3, side in side(), away in -6i64..6,
			fee_rate in prop_oneof![Just(0u64), 0u64..30_000_000],
		) -> (u32, Side, i64, u64) {
			(market, side, away, fee_rate)
		}
	}

	proptest! {
		#![proptest_config(cases(6_144))]

		/// Twin: a search lot by lot that makes every fill.
		#[test]
		fn equals_a_search_lot_by_lot((world, account) in scene(), order in order()) {
			let (market, side, away, fee_rate) = order;
			let market = MarketId(market);
			let mark = world.markets[&market].price as i64;
			let price = Price::new((mark + away).max(0) as u64);
			let order = OrderTerms { market, side, price, fee_rate: Ratio::new(fee_rate) };

			let found = largest_order(&account, &world, &order).unwrap();

			prop_assert_eq!(found.get().min(MOST as u64), search(&account, &world, &order) as u64);
		}

		/// With the fee as it is charged, rounded up to a quantum, a fill of all of it passes.
		#[test]
		fn passes_with_the_fee_as_charged((world, account) in scene(), order in order()) {
			let (market, side, away, fee_rate) = order;
			let market = MarketId(market);
			let mark = world.markets[&market].price as i64;
			let price = Price::new((mark + away).max(0) as u64);
			let order = OrderTerms { market, side, price, fee_rate: Ratio::new(fee_rate) };
			let size = largest_order(&account, &world, &order).unwrap().get().min(MOST as u64);
			let held = account.positions.get(market).map(|p| p.lots.get()).unwrap_or(0);

			let (after, left) = after_fill(&account, &world, &order, size as i64);

			let reduced = after.get().abs() <= held.abs() && after.get() * held >= 0;
			prop_assert!(reduced || left >= BigInt::from(0));
		}
	}

	#[test]
	fn no_order_where_no_leg_is_left() {
		let mut state = account(1_000_000);
		let mut world = World::default();
		for market in 0..=24 {
			world = world.with_market(market, Listing::default());
			if market < 24 {
				state = with_position(state, market, 1, -100, 0);
			}
		}
		let order = |market| OrderTerms {
			market: MarketId(market),
			side: Side::Buy,
			price: Price::new(100),
			fee_rate: Ratio::ZERO,
		};
		assert_eq!(largest_order(&state, &world, &order(24)), Ok(Size::ZERO));
		assert!(largest_order(&state, &world, &order(23)).unwrap() > Size::ZERO);
	}

	#[test]
	fn stays_within_the_bound_on_lots() {
		let listing = Listing { maintenance: 0, initial: 0, ..Default::default() };
		let world = World::default().with_market(0, listing);
		let order = |side| OrderTerms {
			market: MarketId(0),
			side,
			price: Price::new(100),
			fee_rate: Ratio::ZERO,
		};
		let most = limits::MAX_LOTS as u64;
		let state = with_position(account(10), 0, 7, -700, 0);
		assert_eq!(largest_order(&state, &world, &order(Side::Buy)), Ok(Size::new(most - 7)));
		assert_eq!(largest_order(&state, &world, &order(Side::Sell)), Ok(Size::new(most)));
	}
}

mod withdrawals {
	use super::*;

	prop_compose! {
		fn terms()(
			profit_cap in prop_oneof![Just(0i128), 0i128..80],
			notional_floor in 0u64..200_000_000,
			max_loan in prop_oneof![Just(0i128), 0i128..120],
			on_hand in prop_oneof![Just(100_000i128), 0i128..100],
		) -> WithdrawalTerms {
			WithdrawalTerms {
				profit_cap: Quote::new(profit_cap),
				notional_floor: Ratio::new(notional_floor),
				max_loan: Quote::new(max_loan),
				on_hand: Quote::new(on_hand),
			}
		}
	}

	/// What may leave, from the definition: profit beyond the cap taken off, and the larger of
	/// initial margin and the floor kept.
	fn naive_free(account: &SubaccountState, world: &World, terms: &WithdrawalTerms) -> BigInt {
		let mut bare = account.clone();
		let positions: Vec<_> = account.positions.iter().map(|(id, p)| (id, *p)).collect();
		let (mut profit, mut notional) = (BigInt::from(0), BigInt::from(0));
		for (id, p) in positions {
			bare.positions.remove(id);
			let listing = &world.markets[&id];
			let lots = p.lots.get();
			profit += listing.value() * lots + p.entry_cost.get();
			profit -= BigInt::from(listing.funding - p.settled_funding.get()) * lots;
			notional += listing.value() * lots.unsigned_abs();
		}
		let zero = BigInt::from(0);
		let counted = profit.clone().min(BigInt::from(terms.profit_cap.get()).max(zero));
		let margin = naive_margin(account, world, Requirement::Initial)
			- naive_margin(&bare, world, Requirement::Initial);
		let kept = margin.max(notional * terms.notional_floor.get());
		naive_health(&bare, world, Requirement::Initial) + counted * PPB - kept
	}

	fn may_withdraw(
		account: &SubaccountState,
		world: &World,
		terms: &WithdrawalTerms,
		w: i128,
	) -> bool {
		if w > terms.on_hand.get() {
			return false;
		}
		let mut state = account.clone();
		state.cash = Quote::new(account.cash.get() - w);
		if state.cash.is_negative() {
			state.settle_loan(world.borrow()).unwrap();
			if state.loan > terms.max_loan {
				return false;
			}
		}
		naive_free(&state, world, terms) >= BigInt::from(0)
	}

	proptest! {
		#![proptest_config(cases(6_144))]

		#[test]
		fn free_equity_is_what_its_definition_says((world, account) in scene(), terms in terms()) {
			let assessment = assess(&account, &world).unwrap();
			let free = free_equity(&assessment, &terms).unwrap();
			prop_assert_eq!(BigInt::from(free.get()), naive_free(&account, &world, &terms));
		}

		/// Twin: a search quantum by quantum that makes every withdrawal and settles its loan.
		#[test]
		fn quote_equals_a_search_quantum_by_quantum((world, account) in scene(), terms in terms()) {
			let found = withdrawable_quote(&account, &world, &terms).unwrap().get();
			let searched = (1..=600).take_while(|w| may_withdraw(&account, &world, &terms, *w)).count();
			prop_assert_eq!(found.min(600), searched as i128);
		}

		/// Twin: a search unit by unit.
		#[test]
		fn collateral_equals_a_search_unit_by_unit(
			(world, account) in scene(), terms in terms(), asset in 0u32..2,
		) {
			let asset = AssetId(asset);
			let held = account.collateral.get(asset).map(|a| a.get()).unwrap_or(0);
			let passes = |units: &u128| {
				let mut state = account.clone();
				state.collateral.set(asset, Amount::new(held - units)).unwrap();
				naive_free(&state, &world, &terms) >= BigInt::from(0)
			};
			let may = naive_free(&account, &world, &terms) >= BigInt::from(0);
			let searched = if may { (1..=held).take_while(passes).count() as u128 } else { 0 };

			let found = withdrawable_collateral(&account, &world, asset, &terms).unwrap();

			prop_assert_eq!(found.get(), searched);
		}
	}
}

mod cost {
	use super::*;
	use std::cell::Cell;

	struct Counting<'a> {
		world: &'a World,
		look_ups: Cell<usize>,
	}

	impl Indices for Counting<'_> {
		fn market(&self, market: MarketId) -> Option<LegIndex> {
			self.look_ups.set(self.look_ups.get() + 1);
			self.world.market(market)
		}
		fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
			self.look_ups.set(self.look_ups.get() + 1);
			self.world.collateral(asset)
		}
		fn borrow(&self) -> BorrowIndex {
			self.world.borrow()
		}
	}

	/// However many markets are listed, an account's health costs its own legs.
	#[test]
	fn health_looks_up_each_leg_once() {
		let mut world = World::default();
		for market in 0..500 {
			world = world.with_market(market, Listing::default());
		}
		world = world.with_asset(0, Listing::default());
		let state = with_position(account(0), 7, 5, -500, 0);
		let state = with_position(state, 300, -5, 500, 0);
		let state = with_collateral(state, 0, 9);

		let counting = Counting { world: &world, look_ups: Cell::new(0) };
		health(&state, &counting, Requirement::Maintenance).unwrap();
		assert_eq!(counting.look_ups.get(), 3);
		assess(&state, &counting).unwrap();
		assert_eq!(counting.look_ups.get(), 6);
	}
}

mod vectors {
	use super::*;

	/// A dollar is a million quanta; one lot is a whole coin, ticks are dollars.
	const DOLLAR: i128 = 1_000_000;

	fn dollars(price: u64, maintenance_ppb: u64) -> Listing {
		// 10 000 quanta is the largest tick value: a tick of a cent.
		Listing {
			price: price * 100,
			tick_value: 10_000,
			maintenance: maintenance_ppb,
			initial: 2 * maintenance_ppb,
			..Default::default()
		}
	}

	/// dYdX v4 example: long 1 at 50 000, maintenance margin 2 500, equity 2 000.
	#[test]
	fn equity_and_maintenance_of_the_published_account() {
		let world = World::default().with_market(0, dollars(50_000, 50_000_000));
		let state = with_position(account(-48_000 * DOLLAR), 0, 1, 0, 0);

		let assessment = assess(&state, &world).unwrap();

		assert_eq!(assessment.equity.get(), 2_000 * DOLLAR * 1_000_000_000);
		assert_eq!(assessment.maintenance.get(), 2_500 * DOLLAR * 1_000_000_000);
		assert_eq!(
			health(&state, &world, Requirement::Maintenance).unwrap().get(),
			-500 * DOLLAR * 1_000_000_000
		);
	}

	/// Hyperliquid's formula, `price − side·margin available / size / (1 − l·side)`, for a long of 10
	/// at 100 with 150 of equity and a maintenance rate of 5 %: (1 000 − 150) / 10 / 0.95 = 89.4736…
	#[test]
	fn liquidation_price_by_the_published_formula() {
		let world = World::default().with_market(0, dollars(100, 50_000_000));
		let leg = LegId::Market(MarketId(0));
		let highest = Price::new(1 << 30);

		let long = with_position(account(150 * DOLLAR), 0, 10, -1_000 * DOLLAR, 0);
		let found = liquidation_price(&long, &world, leg, highest).unwrap();
		assert_eq!(found, LiquidationPrice::AtOrBelow(Price::new(8_947)));

		// (1 000 + 150) / 10 / 1.05 = 109.5238…
		let short = with_position(account(150 * DOLLAR), 0, -10, 1_000 * DOLLAR, 0);
		let found = liquidation_price(&short, &world, leg, highest).unwrap();
		assert_eq!(found, LiquidationPrice::AtOrAbove(Price::new(10_953)));
	}

	#[test]
	fn a_health_of_exactly_zero_is_not_liquidatable() {
		// 10 · 95 = 950 with 5 % of it margin: 47.5. Equity 47.5: health 0.
		let world = World::default().with_market(0, dollars(95, 50_000_000));
		let state = with_position(account(-902_500_000), 0, 10, 0, 0);
		assert_eq!(breakwater_margin::is_liquidatable(&state, &world), Ok(false));
		let state = with_position(account(-902_500_001), 0, 10, 0, 0);
		assert_eq!(breakwater_margin::is_liquidatable(&state, &world), Ok(true));
	}

	#[test]
	fn fully_paid_longs_are_never_liquidated() {
		let world = World::default().with_market(0, dollars(100, 50_000_000));
		let state = with_position(account(1_000 * DOLLAR), 0, 10, -1_000 * DOLLAR, 0);
		let leg = LegId::Market(MarketId(0));
		let found = liquidation_price(&state, &world, leg, Price::new(1 << 30));
		assert_eq!(found, Ok(LiquidationPrice::Never));
	}

	#[test]
	fn funding_moves_the_liquidation_price() {
		// Each lot owes 2 dollars since its last trade: (850 + 20) / 10 / 0.95 = 91.578…
		let mut listing = dollars(100, 50_000_000);
		listing.funding = 2 * DOLLAR;
		let world = World::default().with_market(0, listing);
		let state = with_position(account(150 * DOLLAR), 0, 10, -1_000 * DOLLAR, 0);
		let leg = LegId::Market(MarketId(0));
		let found = liquidation_price(&state, &world, leg, Price::new(1 << 30)).unwrap();
		assert_eq!(found, LiquidationPrice::AtOrBelow(Price::new(9_157)));
	}

	#[test]
	fn an_index_outside_its_limits_is_refused() {
		let brackets = Listing::default().brackets();
		let index = |price, tick_value, funding| {
			LegIndex::new(
				Price::new(price),
				TickValue::new(tick_value),
				LotValue::new(funding),
				&brackets,
				Ratio::ZERO,
				Ratio::ZERO,
			)
		};
		assert!(index(limits::MAX_PRICE_TICKS, 1, 0).is_ok());
		assert!(index(limits::MAX_PRICE_TICKS + 1, 1, 0).is_err());
		assert!(index(1, 0, 0).is_err());
		assert!(index(1, limits::MAX_QUANTA_PER_TICK_LOT + 1, 0).is_err());
		assert!(index(1, 1, -limits::MAX_LOT_VALUE_QUANTA - 1).is_err());
	}

	#[test]
	fn a_borrow_index_only_rises() {
		let index = BorrowIndex::ONE.accrue(Ratio::new(1)).accrue(Ratio::new(1));
		// Interest on interest rounds up: 1 + 1 + 1·(1 + 10⁻⁹) → 3 billionths
		assert_eq!(index.get(), Ratio::new(1_000_000_003));
		assert_eq!(index.accrue(Ratio::MAX).get(), breakwater_margin::MAX_BORROW_INDEX);
		assert!(BorrowIndex::new(Ratio::new(999_999_999)).is_err());
	}
}
