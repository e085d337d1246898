//! The account that takes over.

use breakwater_interfaces::{Insurance as _, Ledger as _, Levies as _};
use breakwater_margin::{MAX_COLLATERAL, MAX_POSITIONS};
use breakwater_units::{AssetId, Lots, MarketId, Price, Size};
use frame_support::{assert_noop, assert_ok, traits::Contains};
use polkadot_sdk::*;

use super::*;
use crate::{Error, Event};

#[test]
fn a_backstop_is_opened_for_each_pool_and_never_liquidated() {
	with_chain(|| {
		assert_eq!(Insurance::backstop(POOL), None);
		next_block();
		let [one, other] = [POOL, OTHER_POOL].map(|pool| Insurance::backstop(pool).unwrap());
		assert_ne!(one, other);
		assert_eq!(Margin::info(&one).unwrap().pool, POOL);
		assert!(Insurance::contains(&one));
		assert!(!Insurance::contains(&key_of(1)));
		assert_eq!(Insurance::payee(POOL), Some(one));
	});
}

#[test]
fn lots_go_over_at_the_bankruptcy_price() {
	with_chain(|| {
		let (loser, _) = market(100_000);
		set_price(BTC, 910);
		// 100,000 of equity are gone at 900
		assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(40), Price::new(900)));
		assert_eq!(lots(&loser, BTC), 60);
		assert_eq!(lots(&backstop(), BTC), 40);
		// 40 lots bought 10 ticks below the mark
		assert_eq!(equity(&backstop()), 4_000);
		let (pool, market) = (POOL, BTC);
		let event = Event::TakenOver {
			pool,
			account: loser,
			market,
			lots: Lots::new(40),
			price: Price::new(900),
		};
		assert!(events().contains(&event));
	});
}

#[test]
fn only_what_the_account_has() {
	with_chain(|| {
		let (loser, winners) = market(100_000);
		let take = |account, lots| {
			Insurance::take_over_lots(account, BTC, Lots::new(lots), Price::new(1_000))
		};
		assert_noop!(take(&loser, 101), Error::<Test>::NoPosition);
		assert_noop!(take(&loser, -1), Error::<Test>::NoPosition);
		assert_noop!(take(&loser, 0), Error::<Test>::NoPosition);
		assert_noop!(take(&winners[0], 10), Error::<Test>::NoPosition);
		let nobody = key_of(99);
		assert_noop!(take(&nobody, 10), Error::<Test>::UnknownSubaccount);
		assert_ok!(take(&winners[0], -75));
		let own = backstop();
		assert_noop!(take(&own, -75), Error::<Test>::IsBackstop);
		assert_noop!(Insurance::absorb(&own), Error::<Test>::IsBackstop);
	});
}

#[test]
fn room_is_what_the_stress_may_cost() {
	with_chain(|| {
		market(100_000);
		assert_eq!(Insurance::takeover_room(BTC, Lots::new(100)), Size::ZERO);
		// a lot of 10,000 costs 1,000 under stress
		fund(POOL, 30_500);
		assert_eq!(Insurance::takeover_room(BTC, Lots::new(100)), Size::new(30));
		assert_eq!(Insurance::takeover_room(BTC, Lots::new(7)), Size::new(7));
		let (loser, mark) = (key_of(1), Price::new(1_000));
		assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(20), mark));
		assert_eq!(Insurance::takeover_room(BTC, Lots::new(100)), Size::new(10));
		// what is held elsewhere counts
		assert_eq!(Insurance::takeover_room(ETH, Lots::new(100)), Size::new(10));
		// toward flat, and as much beyond as on the other side
		assert_eq!(Insurance::takeover_room(BTC, Lots::new(-100)), Size::new(50));
	});
}

#[test]
fn a_whole_account_goes_over_with_its_deficit() {
	with_chain(|| {
		let (loser, _) = market(100_000);
		deposit(&loser, Some(DOT), 1_000);
		set_price(BTC, 800);
		// 100,000 of 200,000, and 100 lots of collateral of 1,000 each, so that equity is zero
		assert_ok!(Insurance::absorb(&loser));
		assert_eq!(equity(&loser), 0);
		assert_eq!(Margin::state(&loser).unwrap(), Default::default());
		assert_eq!(equity(&backstop()), 0);
		assert_eq!(Insurance::pending_loss(POOL).get(), 0);
	});
}

/// An account long in all markets of the pool but the first two, and with all assets, against one
/// that is short.
fn everywhere(number: u8, markets: u32) -> [breakwater_units::AccountKey; 2] {
	let both = [number, number + 1].map(|number| opened(number, 10_000_000));
	for market in (10..10 + markets).map(MarketId) {
		trade(market, 1_000, (&both[0], &both[1]), 2).unwrap();
	}
	for asset in (10..10 + MAX_COLLATERAL).map(AssetId) {
		deposit(&both[0], Some(asset), 100);
	}
	both
}

fn list_more(markets: u32) {
	world(|world| {
		let (market, asset) = (world.market(BTC).clone(), world.asset(DOT).clone());
		world.markets.extend((10..10 + markets).map(|id| (MarketId(id), market.clone())));
		world.assets.extend((10..10 + MAX_COLLATERAL).map(|id| (AssetId(id), asset.clone())));
	});
}

/// As many markets as the risk engine lists in a pool, and as many assets as there are.
#[test]
fn a_backstop_that_holds_everything_still_takes_accounts_over() {
	with_chain(|| {
		list_more(MAX_POSITIONS);
		for number in [1, 3, 5] {
			let [account, _] = everywhere(number, MAX_POSITIONS);
			assert_ok!(Insurance::absorb(&account));
			assert_eq!(Margin::state(&account).unwrap(), Default::default());
		}
		let held = Margin::state(&backstop()).unwrap();
		assert_eq!(held.legs(), (MAX_POSITIONS + MAX_COLLATERAL) as usize);
		assert_eq!(lots(&backstop(), MarketId(10)), 6);
	});
}

/// Why no pool has more markets than that: the account would wait until the backstop has worked
/// off a position. Nothing is lost or half done meanwhile.
#[test]
fn a_backstop_without_a_place_refuses_and_takes_over_when_it_has_one() {
	with_chain(|| {
		list_more(MAX_POSITIONS);
		let [first, buyer] = everywhere(11, MAX_POSITIONS);
		assert_ok!(Insurance::absorb(&first));
		let (loser, _) = market(100_000);
		let error = || breakwater_ledger::Error::<Test>::TooManyLegs;
		assert_noop!(Insurance::absorb(&loser), error());
		let take = || Insurance::take_over_lots(&loser, BTC, Lots::new(40), Price::new(900));
		assert_noop!(take(), error());
		trade(MarketId(10), 1_000, (&buyer, &backstop()), 2).unwrap();
		assert_ok!(Insurance::absorb(&loser));
		assert_eq!(lots(&backstop(), BTC), 100);
	});
}

#[test]
fn what_a_flat_backstop_has_left_is_the_funds() {
	with_chain(|| {
		let (loser, winners) = market(100_000);
		fund(POOL, 100_000);
		set_price(BTC, 910);
		assert_ok!(Insurance::take_over_lots(&loser, BTC, Lots::new(40), Price::new(900)));
		next_block();
		// 4,000 better than the mark, but not flat yet
		assert_eq!(Insurance::fund_state(POOL).fund.capital().get(), 100_000);
		trade(BTC, 910, (&winners[0], &backstop()), 40).unwrap();
		next_block();
		assert_eq!(Insurance::fund_state(POOL).fund.capital().get(), 104_000);
		assert!(Insurance::fund_state(POOL).income.is_zero());
		assert_eq!(cash(&backstop()), 0);
	});
}

#[test]
fn what_the_fund_puts_into_the_backstop_is_not_lost() {
	with_chain(|| {
		fund(POOL, 100_000);
		next_block();
		pay(None, Some(&backstop()), 60_000).unwrap();
		assert_eq!(Insurance::condition(POOL).drawdown.get(), 0);
		next_block();
		let state = Insurance::fund_state(POOL);
		assert_eq!((state.fund.capital().get(), state.income.get()), (100_000, 0));
	});
}

#[test]
fn collateral_that_was_taken_over_is_for_sale() {
	with_chain(|| {
		let (loser, _) = market(100_000);
		deposit(&loser, Some(DOT), 1_000);
		set_price(BTC, 800);
		assert_ok!(Insurance::absorb(&loser));
		let buyer = opened(7, 50_000);
		let buy = |lots, most| {
			let origin = RuntimeOrigin::signed(person(7));
			Insurance::buy_collateral(origin, 0, DOT, Size::new(lots), Price::new(most))
		};
		// 100 ticks less 10 %
		assert_noop!(buy(10, 89), Error::<Test>::NoPrice);
		assert_noop!(buy(0, 90), Error::<Test>::NoAmount);
		for more in [101, u64::MAX] {
			assert_noop!(buy(more, 90), Error::<Test>::NotForSale);
		}
		assert_noop!(buy(100, 90), Error::<Test>::BeyondFree);
		assert_ok!(buy(10, 90));
		assert_eq!(cash(&buyer), 50_000 - 10 * 90 * 10);
		assert_eq!(Margin::state(&buyer).unwrap().collateral.get(DOT).unwrap().get(), 100);
	});
}
