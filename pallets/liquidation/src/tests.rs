//! Tests by stage. A lot is worth ten quanta a tick: ten thousand at a mark of a thousand. An
//! account long 100 lots with 60,000 quanta has a maintenance margin of 50,000 and gains or loses
//! 1,000 a tick: at 989 it has 49,000 and needs 49,450.

use breakwater_breaker::Action;
use breakwater_interfaces::{Insurance, Ledger, Liquidation, Solvency, SubaccountId};
use breakwater_units::{Amount, Lots, Price, Quote, Side, Size};
use frame_support::{
	assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::Hooks, weights::Weight,
};
use polkadot_sdk::*;

use crate::{mock::*, *};

type E = Error<Test>;

/// Long 100 lots of a market with 60,000 quanta.
fn long(number: u8) -> breakwater_units::AccountKey {
	let account = opened(number, 60_000);
	buy(number, BTC, 100);
	account
}

fn short(number: u8) -> breakwater_units::AccountKey {
	let account = opened(number, 60_000);
	buy(number, BTC, -100);
	account
}

fn offer_of(account: &breakwater_units::AccountKey) -> Option<Offer> {
	Offers::<Test>::get(Auction::Market(BTC), account)
}

fn limits() -> Vec<u64> {
	forced(BTC).iter().map(|order| order.limit.get()).collect()
}

fn has(found: impl Fn(&Event<Test>) -> bool) -> bool {
	events().iter().any(found)
}

mod planning {
	use super::*;

	#[test]
	fn closes_as_little_as_restores_the_buffer() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();

			// needed: 6 % of 989,000 = 59,340 less 49,000 = 10,340; a lot frees 9,890 · (6 − 1) %
			let offer = offer_of(&account).unwrap();
			assert_eq!(offer.lots, Lots::new(-21));
			assert_eq!(offer.held, Lots::new(100));
			// 49,000 over 100 lots of ten quanta a tick: 49 ticks
			assert_eq!(offer.bankruptcy, Price::new(940));
			let told = |event: &Event<Test>| {
				matches!(event, Event::Offered { lots, reserve, price, .. }
					if *lots == Lots::new(-21) && reserve.get() == 940 && price.get() == 988)
			};
			assert!(has(told));
		});
	}

	#[test]
	fn leaves_who_is_above_zero() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 990);
			next_block();
			assert!(!Plans::<Test>::contains_key(account));
			assert!(forced(BTC).is_empty());
		});
	}

	#[test]
	fn cancels_orders_first() {
		with_chain(|| {
			let account = long(1);
			others(|others| {
				others.orders.insert(account, 3);
			});
			set_mark(BTC, 989);
			next_block();
			assert!(has(|event| *event == Event::OrdersCancelled { account, orders: 3 }));
			assert!(offer_of(&account).is_some());
		});
	}

	#[test]
	fn a_deposit_saves_the_account() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			deposit(1, None, 10_000);
			next_block();

			assert_eq!(offer_of(&account), None);
			assert!(!Plans::<Test>::contains_key(account));
			assert!(has(|event| *event == Event::Ended { account, reason: End::Recovered }));
		});
	}

	#[test]
	fn an_account_below_zero_goes_to_the_backstop_whole() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 939);
			next_block();

			assert_eq!(Others::get().absorbed, [account]);
			assert!(has(|event| *event == Event::Absorbed { account, deficit: Quote::new(1_000) }));
			assert_eq!(position(&Others::get().backstop.unwrap(), BTC), Lots::new(100));
			assert!(!Plans::<Test>::contains_key(account));
			assert!(!Books::is_due(&account));
		});
	}

	#[test]
	fn an_account_in_liquidation_may_fall_below_zero_later() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			set_mark(BTC, 900);
			next_block();
			assert_eq!(Others::get().absorbed, [account]);
			assert_eq!(offer_of(&account), None);
		});
	}

	#[test]
	fn positions_go_before_collateral() {
		with_chain(|| {
			let account = long(1);
			deposit(1, Some(DOT), 100);
			set_mark(BTC, 880);
			next_block();
			let plan = Plans::<Test>::get(account).unwrap();
			assert_eq!(plan.auctions.to_vec(), [Auction::Market(BTC)]);
		});
	}
}

mod breakers {
	use super::*;

	#[test]
	fn a_grace_of_the_chain_stops_everything() {
		with_chain(|| {
			let account = long(1);
			world(|world| world.refused = vec![Action::Liquidate]);
			set_mark(BTC, 900);
			next_block();
			assert!(Others::get().absorbed.is_empty() && !Plans::<Test>::contains_key(account));
			assert_eq!(Liquidator::backlog(), 0);

			world(|world| world.refused.clear());
			next_block();
			assert_eq!(Others::get().absorbed, [account]);
		});
	}

	#[test]
	fn old_offers_are_not_good_in_a_grace() {
		with_chain(|| {
			long(1);
			set_mark(BTC, 989);
			next_block();
			world(|world| world.refused = vec![Action::Liquidate]);
			next_block();
			assert!(forced(BTC).is_empty());
			opened(2, 1_000_000);
			let bid =
				Liquidator::bid(signed(2), 0, BTC, Side::Buy, Size::new(1), Price::new(1_000));
			assert_eq!(bid.unwrap_err().error, E::NothingOffered.into());
		});
	}

	#[test]
	fn a_pool_that_waits_offers_nothing() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			world(|world| world.pools_closed = true);
			next_block();
			assert_eq!(offer_of(&account), None);
			assert!(has(|event| matches!(event, Event::OfferEnded { reason: End::Waits, .. })));
		});
	}

	#[test]
	fn the_legs_in_other_markets_are_closed() {
		with_chain(|| {
			let account = opened(1, 120_000);
			buy(1, BTC, 100);
			buy(1, ETH, 100);
			world(|world| {
				world.closed.insert(BTC);
			});
			set_mark(BTC, 978);
			next_block();

			let plan = Plans::<Test>::get(account).unwrap();
			assert_eq!(plan.auctions.to_vec(), [Auction::Market(ETH)]);
			assert!(forced(BTC).is_empty());
			assert_eq!(forced(ETH).len(), 1);
		});
	}

	#[test]
	fn nothing_is_taken_over_at_a_price_in_doubt() {
		with_chain(|| {
			let account = long(1);
			world(|world| {
				world.closed.insert(BTC);
			});
			set_mark(BTC, 900);
			next_block();
			assert!(Others::get().absorbed.is_empty());
			assert_eq!(offer_of(&account), None);
		});
	}
}

mod forcing {
	use super::*;

	#[test]
	fn the_price_walks_to_the_reserve() {
		with_chain(|| {
			long(1);
			set_mark(BTC, 989);
			next_block();
			assert_eq!(limits(), [988]);
			// 48 ticks to walk in 10 seconds
			pass(5_000);
			assert_eq!(limits(), [964]);
			pass(4_500);
			assert_eq!(limits(), [942]);
			pass(500);
			assert_eq!(limits(), [940]);
			pass(5_000);
			assert_eq!(limits(), [940]);
		});
	}

	#[test]
	fn the_reserve_follows_the_account() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			// two ticks less: 47,000 over 100 lots
			set_mark(BTC, 987);
			next_block();
			assert_eq!(offer_of(&account).unwrap().bankruptcy, Price::new(940));
			deposit(1, None, 1_000);
			next_block();
			assert_eq!(offer_of(&account).unwrap().bankruptcy, Price::new(939));
		});
	}

	#[test]
	fn a_recovery_of_the_mark_begins_the_walk_anew() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 960);
			next_block();
			pass(5_000);
			let opened = offer_of(&account).unwrap().opened;
			// less than 2 % up, and further down: the walk goes on
			for price in [979, 950] {
				set_mark(BTC, price);
				next_block();
				assert_eq!(offer_of(&account).unwrap().opened, opened);
			}
			set_mark(BTC, 980);
			next_block();
			assert!(offer_of(&account).unwrap().opened > opened);
			assert!(has(|event| matches!(event, Event::CurveReset { .. })));
			assert_eq!(limits(), [979]);
		});
	}

	#[test]
	fn is_a_part_of_the_depth() {
		with_chain(|| {
			for number in 1..=3 {
				long(number);
			}
			set_mark(BTC, 989);
			set_depth(50);
			next_block();
			// half of the depth; 63 lots want to go, and nobody gets more than half of what is left
			let sizes: Vec<u64> = forced(BTC).iter().map(|order| order.size.get()).collect();
			assert_eq!(sizes, [13, 6, 6]);

			set_depth(0);
			let all: u64 = forced(BTC).iter().map(|o| o.size.get()).sum();
			assert_eq!(all, 10, "the least offer");
		});
	}

	#[test]
	fn takes_no_more_orders_than_a_batch_may_have() {
		with_chain(|| {
			MaxForced::set(&2);
			for number in 1..=3 {
				long(number);
			}
			set_mark(BTC, 989);
			next_block();
			assert_eq!(forced(BTC).len(), 2);
		});
	}

	#[test]
	fn of_too_many_the_longest_offered_and_the_largest_go() {
		with_chain(|| {
			MaxForced::set(&2);
			let first = opened(1, 60_000);
			trade_at(1, BTC, 100, 1_010);
			set_mark(BTC, 999);
			next_block();
			for number in [2, 3] {
				long(number);
			}
			let large = opened(4, 600_000);
			buy(4, BTC, 1_000);
			for number in [5, 6] {
				long(number);
			}
			set_mark(BTC, 986);
			next_block();
			let mut forced: Vec<_> = forced(BTC).iter().map(|order| order.account).collect();
			forced.sort_unstable();
			let mut expected = [first, large];
			expected.sort_unstable();
			assert_eq!(forced, expected);
		});
	}

	#[test]
	fn a_fill_pays_a_fee_and_restores_the_account() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			batch(BTC, 988);

			assert_eq!(position(&account, BTC), Lots::new(79));
			// half a percent of 21 lots at 988, rounded up
			assert_eq!(fund(), 1_038);
			assert_eq!(equity(&account), 49_000 - 210 - 1_038);
			assert_eq!(offer_of(&account), None);
			let told = |event: &Event<Test>| {
				matches!(event, Event::Filled { lots, fee, venue: Venue::Batch, .. }
					if *lots == Lots::new(-21) && fee.get() == 1_038)
			};
			assert!(has(told));
			next_block();
			assert!(!Plans::<Test>::contains_key(account));
			assert!(!Books::is_due(&account));
		});
	}

	#[test]
	fn a_fill_at_the_reserve_pays_no_fee() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			pass(10_000);
			batch(BTC, 940);
			assert_eq!(fund(), 0);
			assert_eq!(equity(&account), 49_000 - 21 * 490);
		});
	}

	#[test]
	fn a_part_that_is_filled_leaves_the_rest() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			batch_up_to(BTC, 988, 1);
			assert_eq!(offer_of(&account).unwrap().lots, Lots::new(-20));
			next_block();
			// planned anew from what there is
			assert_eq!(offer_of(&account).unwrap().held, Lots::new(99));
			// a few lots more restore health: the rest of the buffer is not insisted upon
			batch_up_to(BTC, 988, 5);
			assert_eq!(offer_of(&account), None);
			assert!(has(
				|event| matches!(event, Event::OfferEnded { left, reason: End::Recovered, .. }
				if left.get() == -15)
			));
		});
	}

	#[test]
	fn fills_of_others_are_not_ours() {
		with_chain(|| {
			let fill = breakwater_auction::ForcedFill {
				account: key(MAKER),
				side: Side::Sell,
				size: Size::new(5),
			};
			Liquidator::filled(BTC, Price::new(1_000), &[fill]);
			assert!(events().is_empty());
		});
	}
}

mod netting {
	use super::*;

	/// A long that is due at 989 and a short that was due there before the maker made it so.
	fn both_sides() -> [breakwater_units::AccountKey; 2] {
		let bull = long(1);
		let bear = opened(2, 60_000);
		// it sold at 978: at 989 it has lost 11,000
		trade_at(2, BTC, -100, 978);
		set_mark(BTC, 989);
		next_block();
		[bull, bear]
	}

	#[test]
	fn longs_and_shorts_cross_at_mark() {
		with_chain(|| {
			let [bull, bear] = both_sides();
			assert_eq!(position(&bull, BTC), Lots::new(79));
			assert_eq!(position(&bear, BTC), Lots::new(-79));
			let netted =
				|event: &&Event<Test>| matches!(event, Event::Filled { venue: Venue::Netted, .. });
			assert_eq!(events().iter().filter(netted).count(), 2);
			assert!(forced(BTC).is_empty());
			// at mark nothing is lost but the fee: ⌈0.5 % of 207,690⌉ each
			assert_eq!(equity(&bull), 49_000 - 1_039);
			assert_eq!(fund(), 2 * 1_039);
		});
	}
}

mod the_end {
	use super::*;

	#[test]
	fn what_nobody_bought_goes_to_the_backstop() {
		with_chain(|| {
			let account = long(1);
			others(|others| others.room = 15);
			set_mark(BTC, 989);
			next_block();
			pass(9_500);
			assert_eq!(limits(), [942]);
			next_block();
			// its last chance in a batch
			assert_eq!(limits(), [940]);
			assert_eq!(Others::get().room, 15);
			next_block();

			assert_eq!(position(&account, BTC), Lots::new(85));
			assert_eq!(position(&Others::get().backstop.unwrap(), BTC), Lots::new(15));
			assert_eq!(equity(&account), 49_000 - 15 * 490);
			assert_eq!(fund(), 0);
			// the rest stands at its reserve
			next_block();
			assert_eq!(offer_of(&account).unwrap().bankruptcy.get(), 940);
			assert_eq!(limits(), [940]);
		});
	}

	#[test]
	fn one_who_yielded_is_taken_over_when_below_zero() {
		with_chain(|| {
			MaxAccounts::set(&1);
			let first = long(1);
			set_mark(BTC, 988);
			next_block();
			opened(2, 60_000);
			trade_at(2, BTC, 100, 999);
			pass(10_500);
			assert!(Plans::<Test>::get(first).unwrap().waits_until > 0);
			set_mark(BTC, 930);
			next_block();
			assert!(Others::get().absorbed.contains(&first));
		});
	}

	#[test]
	fn whom_nobody_wants_yields_the_place_to_those_who_wait() {
		with_chain(|| {
			MaxAccounts::set(&1);
			let first = long(1);
			set_mark(BTC, 988);
			next_block();
			pass(5_000);
			let second = opened(2, 60_000);
			trade_at(2, BTC, 100, 999);
			next_block();
			assert!(offer_of(&second).is_none());
			assert_eq!(Liquidator::backlog(), 1);
			assert_eq!(Liquidator::backlog_of(POOL), 1);

			pass(6_000);
			assert_eq!(offer_of(&first), None);
			assert!(has(|event| matches!(event, Event::OfferEnded { reason: End::Yielded, .. })));
			assert!(offer_of(&second).is_some());
			// the first comes back when there is a place again
			batch(BTC, 987);
			pass(RetryAfter::get() as u64 * BLOCK_TIME);
			next_block();
			assert!(offer_of(&first).is_some());
			assert_eq!(Liquidator::backlog(), 0);
		});
	}
}

mod takeovers {
	use super::*;
	use breakwater_units::{AccountKey, MarketId};

	const MARKETS: u32 = 6;

	/// An account with 100 lots in each of six markets, far below its margin, whose offers stand at
	/// their reserves: the next block asks the backstop.
	fn at_the_end() -> AccountKey {
		let market = world(|world| world.market(BTC).clone());
		let markets = (0..MARKETS).map(|id| (MarketId(id), market.clone()));
		world(|world| world.markets.extend(markets));
		let account = opened(1, 60_000 * u128::from(MARKETS));
		for id in 0..MARKETS {
			buy(1, MarketId(id), 100);
			set_mark(MarketId(id), 960);
		}
		next_block();
		pass(10_000);
		account
	}

	/// The next block. Returns what it weighed, beside planning one account, and in which markets
	/// the backstop was to take lots.
	fn weigh_block() -> (u64, Vec<MarketId>) {
		others(|others| others.handed.clear());
		System::set_block_number(System::block_number() + 1);
		breakwater_test_support::pass(BLOCK_TIME);
		Books::step(Weight::MAX);
		let used = <Liquidator as Liquidation>::work(Weight::MAX);
		let mut handed = Others::get().handed;
		handed.sort_unstable();
		(used.ref_time() - Each::get(), handed)
	}

	#[test]
	fn a_whole_account_weighs_by_its_legs() {
		with_chain(|| {
			EachTaken::set(&100);
			let account = opened(1, 120_000);
			buy(1, BTC, 100);
			buy(1, ETH, 100);
			set_mark(BTC, 870);

			let (weight, handed) = weigh_block();

			assert_eq!(Others::get().absorbed, [account]);
			assert_eq!((weight, handed), (2 * 100, vec![]));
		});
	}

	/// Also if that fails, and is undone.
	#[test]
	fn what_fails_weighs_the_same() {
		with_chain(|| {
			EachTaken::set(&100);
			let account = long(1);
			others(|others| {
				others.poisoned.insert(account);
			});
			set_mark(BTC, 870);
			assert_eq!(weigh_block(), (100, vec![]));
		});
	}

	#[test]
	fn a_backstop_without_room_was_only_asked() {
		with_chain(|| {
			EachAsked::set(&10);
			EachTaken::set(&1_000);
			let account = at_the_end();
			assert_eq!(weigh_block(), (4 * 10, vec![]));
			assert_eq!(Plans::<Test>::get(account).unwrap().auctions.len(), MARKETS as usize);
		});
	}

	#[test]
	fn no_more_legs_than_it_is_asked_about_in_a_block_and_the_others_in_the_next() {
		with_chain(|| {
			EachAsked::set(&10);
			EachTaken::set(&1_000);
			let account = at_the_end();
			others(|others| others.room = 1_000_000);

			let (weight, first) = weigh_block();
			assert_eq!(first.len(), plan::MAX_ASKED as usize);
			assert_eq!(weight, 4 * (10 + 1_000 * u64::from(MARKETS)));
			// The others are offered as before.
			let plan = Plans::<Test>::get(account).unwrap();
			assert_eq!(plan.auctions.len(), 2);

			let (_, mut all) = weigh_block();
			assert_eq!(all.len(), 2);
			all.extend(first);
			all.sort_unstable();
			assert_eq!(all, (0..MARKETS).map(MarketId).collect::<Vec<_>>());
		});
	}

	/// What it fails to take it is not asked for again before it was asked for all others.
	#[test]
	fn those_that_it_has_left_come_last() {
		with_chain(|| {
			let account = at_the_end();
			others(|others| {
				others.room = 1_000_000;
				others.poisoned.insert(account);
			});
			let (_, mut tried) = weigh_block();
			assert_eq!(tried.len(), 4);
			tried.extend(weigh_block().1);
			tried.sort_unstable();
			tried.dedup();
			assert_eq!(tried.len(), MARKETS as usize);
		});
	}

	#[test]
	fn a_sale_of_collateral_weighs_by_the_legs_of_the_account() {
		with_chain(|| {
			EachAsked::set(&10);
			EachTaken::set(&1_000);
			opened(1, 0);
			deposit(1, Some(DOT), 100);
			buy(1, BTC, 92);
			trade_at(1, BTC, -92, 900);
			opened(3, 20_000);
			<Books as Ledger>::transfer(POOL, Some(&key(3)), None, Quote::new(19_000)).unwrap();
			next_block();
			pass(10_000);

			assert_eq!(weigh_block().0, 10 + 1_000);
			// The fund has nothing left that would buy a lot.
			next_block();
			pass(10_500);
			assert_eq!(weigh_block().0, 10);
		});
	}
}

mod fairness {
	use super::*;

	#[test]
	fn the_worst_come_first_and_the_others_wait_in_turns() {
		with_chain(|| {
			let accounts: Vec<_> = (1..=10)
				.map(|number| {
					let account = opened(number, 60_000);
					trade_at(number, BTC, 100, 1_000 + u64::from(number));
					account
				})
				.collect();
			set_mark(BTC, 989);
			// all are on one side: nothing is kept for netting
			next_block_of(4);
			assert_eq!(Liquidator::backlog(), 6);
			assert!(offer_of(&accounts[9]).is_some() && offer_of(&accounts[8]).is_some());

			// nobody buys anything, and still everybody is offered within a few blocks
			let mut offered = std::collections::BTreeSet::<breakwater_units::AccountKey>::new();
			for _ in 0..12 {
				next_block_of(4);
				offered
					.extend(accounts.iter().filter(|account| offer_of(account).is_some()).copied());
			}
			assert_eq!(offered.len(), 10);
		});
	}

	#[test]
	fn what_netting_will_weigh_is_kept_for_it() {
		with_chain(|| {
			EachNetted::set(&1);
			let longs = (1..=5).map(|number| (number, 100, 1_010));
			let shorts = (6..=10).map(|number| (number, -100, 968));
			for (number, lots, price) in longs.chain(shorts) {
				opened(number, 60_000);
				trade_at(number, BTC, lots, price);
			}
			set_mark(BTC, 989);
			Books::step(Weight::MAX);
			// with nothing kept, eight would be planned, and none of them netted
			let used = Liquidator::work(Weight::from_parts(8, 0));
			assert!(used.ref_time() <= 8, "{used:?}");
			assert!(has(|event| matches!(event, Event::Filled { venue: Venue::Netted, .. })));
		});
	}

	/// So is what filing the accounts anew weighs: what is planned on both sides is netted, all of it.
	#[test]
	fn and_what_filing_large_accounts_will_weigh() {
		with_chain(|| {
			EachNetted::set(&1);
			EachFiled::set(&3);
			let longs = (1..=5).map(|number| (number, 100, 1_010));
			let shorts = (6..=10).map(|number| (number, -100, 968));
			for (number, lots, price) in longs.chain(shorts) {
				opened(number, 60_000);
				trade_at(number, BTC, lots, price);
			}
			set_mark(BTC, 989);
			Books::step(Weight::MAX);

			let used = Liquidator::work(Weight::from_parts(40, 0));

			let planned = Plans::<Test>::iter().count() as u64;
			let netted =
				|event: &&Event<Test>| matches!(event, Event::Filled { venue: Venue::Netted, .. });
			assert_eq!(events().iter().filter(netted).count() as u64, planned);
			assert_eq!(used.ref_time(), planned * (1 + 1 + 3));
			assert!(planned >= 4 && used.ref_time() <= 40, "{planned}: {used:?}");
		});
	}

	#[test]
	fn no_more_are_netted_than_fit() {
		with_chain(|| {
			EachNetted::set(&1);
			EachFiled::set(&3);
			for number in 1..=3 {
				long(number);
			}
			for number in 4..=6 {
				opened(number, 60_000);
				trade_at(number, BTC, -100, 978);
			}
			set_mark(BTC, 989);
			System::set_block_number(System::block_number() + 1);
			Books::step(Weight::MAX);
			for number in 1..=6 {
				let known = (&mut Default::default(), &mut Default::default());
				let when = (Liquidator::moment(), 100);
				Liquidator::treat(&key(number), Plan::default(), when, known).unwrap();
			}

			let mut used = Weight::zero();
			let limit = Weight::from_parts(6 * 4 - 1, 0);
			Liquidator::net(BTC, Liquidator::moment(), limit, &mut used).unwrap();

			assert_eq!(used, Weight::from_parts(5 * 4, 0));
		});
	}

	#[test]
	fn half_of_the_places_are_kept_for_the_worst() {
		with_chain(|| {
			MaxAccounts::set(&4);
			for number in 1..=6 {
				opened(number, 60_000);
				trade_at(number, BTC, 100, 1_000 + u64::from(number));
			}
			set_mark(BTC, 989);
			// room for two, of which one is the worst's; all that come after have two places
			next_block_of(2);
			assert_eq!(OfferingAccounts::<Test>::get(), 2);
			next_block_of(20);
			assert_eq!(OfferingAccounts::<Test>::get(), 4);
			assert_eq!(Liquidator::backlog(), 2);
		});
	}

	#[test]
	fn one_that_fails_does_not_stop_the_others() {
		with_chain(|| {
			let (bad, good) = (long(1), long(2));
			others(|others| {
				others.poisoned.insert(bad);
			});
			set_mark(BTC, 900);
			next_block();

			assert_eq!(Others::get().absorbed, [good]);
			let plan = Plans::<Test>::get(bad).unwrap();
			assert!(has(
				|event| matches!(event, Event::SetAside { account, .. } if *account == bad)
			));
			assert_eq!(plan.waits_until, System::block_number() as u32 + RetryAfter::get());
			assert_eq!(Liquidator::backlog(), 0);

			others(|others| others.poisoned.clear());
			next_block();
			assert_eq!(Others::get().absorbed, [good]);
			pass(RetryAfter::get() as u64 * BLOCK_TIME);
			assert_eq!(Others::get().absorbed, [good, bad]);
		});
	}

	#[test]
	fn an_offer_of_another_block_is_not_good() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			System::set_block_number(System::block_number() + 1);
			assert!(forced(BTC).is_empty());
			opened(2, 1_000_000);
			let bid = (Side::Buy, Size::new(1), Price::new(2_000));
			assert_eq!(Liquidator::simulate_bid(&key(2), BTC, bid), Err(E::NothingOffered.into()));
			assert!(offer_of(&account).is_some());
		});
	}
}

mod bidding {
	use super::*;

	fn bid(
		number: u8,
		size: u64,
		limit: u64,
	) -> frame_support::dispatch::DispatchResultWithPostInfo {
		Liquidator::bid(signed(number), 0, BTC, Side::Buy, Size::new(size), Price::new(limit))
	}

	fn refused(number: u8, (size, limit): (u64, u64), error: E) {
		let refusal = bid(number, size, limit).unwrap_err();
		assert_eq!(refusal.error, error.into());
	}

	#[test]
	fn takes_lots_at_the_dutch_price() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			let bidder = opened(2, 100_000);
			assert_ok!(bid(2, 10, 988));

			assert_eq!(position(&bidder, BTC), Lots::new(10));
			assert_eq!(position(&account, BTC), Lots::new(90));
			// that was enough: the rest of what was to restore the buffer stays
			assert_eq!(offer_of(&account), None);
			// ⌈0.5 % of 98,800⌉
			assert_eq!(fund(), 494);
			assert_eq!(equity(&bidder), 100_000 + 100);
			let told = |event: &Event<Test>| {
				matches!(event, Event::BidFilled { lots, cost, accounts: 1, .. }
					if lots.get() == 10 && cost.get() == 98_800)
			};
			assert!(has(told));
		});
	}

	fn owe_levy(account: breakwater_units::AccountKey) {
		others(|others| {
			others.levies.insert(account);
		});
	}

	#[test]
	fn weighs_the_bidders_levy_if_there_is_one_to_settle() {
		with_chain(|| {
			long(1);
			set_mark(BTC, 989);
			next_block();
			let bidder = opened(2, 100_000);
			let (number, market, side) = (0, BTC, Side::Buy);
			let (size, limit) = (Size::new(1), Price::new(988));
			let call = crate::Call::<Test>::bid { number, market, side, size, limit };
			assert_eq!(call.get_dispatch_info().call_weight, Weight::zero());
			owe_levy(opened(3, 10));
			assert_eq!(call.get_dispatch_info().call_weight, LEVY);
			assert_eq!(bid(2, 1, 988).unwrap().actual_weight, Some(Weight::zero()));
			owe_levy(bidder);
			assert_eq!(
				bid(2, 1, 988).unwrap().actual_weight,
				Some(OWN_LEVY),
				"its own, not the most"
			);
			let failed = bid(2, 1, 1).unwrap_err();
			assert_eq!(failed.post_info.actual_weight, Some(Weight::zero()));
		});
	}

	/// Filing an account weighs four for each leg, and no more than twelve: thirty-six in a bid.
	fn weigh_filing() {
		EachFiled::set(&4);
		MostFiled::set(&18);
	}

	fn filed(number: u8, size: u64) -> u64 {
		bid(number, size, 1_000).unwrap().actual_weight.unwrap().ref_time()
	}

	#[test]
	fn weighs_filing_those_who_trade() {
		with_chain(|| {
			weigh_filing();
			for number in 1..=2 {
				long(number);
			}
			set_mark(BTC, 989);
			next_block();
			opened(3, 10_000_000);
			buy(3, ETH, 1);
			let (number, market, side) = (0, BTC, Side::Buy);
			let (size, limit) = (Size::new(1), Price::new(988));
			let call = crate::Call::<Test>::bid { number, market, side, size, limit };
			assert_eq!(call.get_dispatch_info().call_weight, Weight::from_parts(36, 0));

			// One leg of each of the two, and two of the bidder, who has traded in two markets now.
			assert_eq!(filed(3, 2), 2 * 4 + 8);
			assert_eq!(
				bid(3, 1, 1).unwrap_err().post_info.actual_weight,
				None,
				"what was declared"
			);
		});
	}

	#[test]
	fn fills_no_more_than_can_be_filed() {
		with_chain(|| {
			weigh_filing();
			let accounts: Vec<_> = (1..=10).map(long).collect();
			set_mark(BTC, 989);
			next_block();
			let bidder = opened(20, 100_000_000);
			buy(20, ETH, 1);

			// 4 of the bidder, and 4 of each: eight fit
			let left = || accounts.iter().filter(|account| offer_of(account).is_some()).count();
			assert_ok!(bid(20, 1_000_000, 1_000));
			assert_eq!(left(), 2);
			assert_ok!(bid(20, 1_000_000, 1_000));
			assert_eq!(left(), 0);
			assert_eq!(position(&bidder, BTC), Lots::new(10 * 21));
		});
	}

	/// Of a price at which the first has been saved since.
	#[test]
	fn counts_the_bidder_with_the_first_who_sells() {
		with_chain(|| {
			weigh_filing();
			let mut accounts: Vec<_> = (1..=9).map(|number| (long(number), number)).collect();
			set_mark(BTC, 989);
			next_block();
			accounts.sort_unstable();
			deposit(accounts[0].1, None, 100_000);
			opened(20, 100_000_000);
			buy(20, BTC, 1);
			let wanted = (Side::Buy, Size::new(1_000_000), Price::new(1_000));
			let told = Liquidator::simulate_bid(&key(20), BTC, wanted).unwrap();
			assert_eq!((told.fills.len(), told.filing.ref_time()), (8, 36));

			buy(20, ETH, 1);
			let told = Liquidator::simulate_bid(&key(20), BTC, wanted).unwrap();
			assert_eq!((told.fills.len(), told.filing.ref_time()), (7, 36));
		});
	}

	/// A bidder trades once at every price.
	#[test]
	fn weighs_the_bidder_for_every_price() {
		with_chain(|| {
			weigh_filing();
			for number in 1..=6 {
				opened(number, 60_000 + u128::from(number) * 2_000);
				buy(number, BTC, 100);
			}
			set_mark(BTC, 970);
			next_block();
			pass(5_000);
			opened(20, 100_000_000);
			buy(20, BTC, 1);
			let told = Liquidator::simulate_bid(
				&key(20),
				BTC,
				(Side::Buy, Size::new(1_000_000), Price::new(1_000)),
			);
			let fills = told.unwrap().fills;
			let mut prices: Vec<_> = fills.iter().map(|fill| fill.price).collect();
			prices.dedup();
			// 4 of each who sells, and 4 of the bidder at each price: four fit
			assert_eq!((fills.len(), prices.len()), (4, 4), "{fills:?}");
			assert_eq!(filed(20, 1_000_000), 4 * 4 + 4 * 4);
		});
	}

	/// For as many accounts as a bid may fill it could not be weighed.
	#[test]
	fn leaves_an_account_alone_that_has_a_levy_to_settle_until_the_next_block() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			opened(2, 100_000);
			owe_levy(account);
			refused(2, (1, 988), E::NothingOffered);
			assert!(Others::get().levies.contains(&account), "it was not touched");
			next_block();
			assert!(Others::get().levies.is_empty(), "liquidation has looked at it");
			assert_ok!(bid(2, 1, 988));
		});
	}

	/// Planning an account weighs one, and its levy five.
	#[test]
	fn and_planning_weighs_the_levy_too() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			let usual = <Liquidator as Liquidation>::work(Weight::MAX);
			owe_levy(account);
			System::set_block_number(System::block_number() + 1);
			assert_eq!(<Liquidator as Liquidation>::work(Weight::MAX), usual + OWN_LEVY);
		});
	}

	#[test]
	fn sells_to_shorts_in_liquidation() {
		with_chain(|| {
			let account = short(1);
			set_mark(BTC, 1_011);
			next_block();
			let bidder = opened(2, 100_000);
			let (size, limit) = (Size::new(5), Price::new(1_012));
			assert_ok!(Liquidator::bid(signed(2), 0, BTC, Side::Sell, size, limit));
			assert_eq!(position(&bidder, BTC), Lots::new(-5));
			assert_eq!(position(&account, BTC), Lots::new(-95));
		});
	}

	#[test]
	fn the_best_prices_go_first_and_equal_ones_share() {
		with_chain(|| {
			let twins = [long(1), long(2)];
			// with more to lose, its price walks further
			let better = opened(3, 61_000);
			buy(3, BTC, 100);
			set_mark(BTC, 987);
			next_block();
			pass(8_000);
			let price = |account| {
				let offer = offer_of(account).unwrap();
				Liquidator::dutch_price(&offer, &liquidation_terms(), Liquidator::moment().time)
			};
			assert!(price(&better) < price(&twins[0]));
			assert_eq!(price(&twins[0]), price(&twins[1]));
			let wanted = offer_of(&better).unwrap().size().get() + 10;
			opened(4, 1_000_000);
			assert_ok!(bid(4, wanted, 1_000));
			assert_eq!(offer_of(&better), None);
			for twin in &twins {
				assert_eq!(position(twin, BTC), Lots::new(95));
			}
		});
	}

	#[test]
	fn is_refused_with_the_cause() {
		with_chain(|| {
			let account = long(1);
			refused(9, (1, 1_000), E::UnknownSubaccount);
			opened(2, 100_000);
			refused(2, (1, 1_000), E::NothingOffered);
			set_mark(BTC, 989);
			next_block();
			refused(2, (0, 1_000), E::NoSize);
			refused(2, (1, 987), E::NothingOffered);
			refused(1, (1, 1_000), E::InLiquidation);
			let unknown = breakwater_units::MarketId(7);
			let (size, limit) = (Size::new(1), Price::new(1_000));
			let other = Liquidator::bid(signed(2), 0, unknown, Side::Buy, size, limit);
			assert_eq!(other.unwrap_err().error, E::UnknownMarket.into());
			world(|world| world.refused = vec![Action::Bid]);
			refused(2, (1, 1_000), E::NotNow);
			world(|world| world.refused.clear());
			assert!(offer_of(&account).is_some());
		});
	}

	#[test]
	fn a_bidder_who_cannot_pay_changes_nothing() {
		with_chain(|| {
			long(1);
			set_mark(BTC, 989);
			next_block();
			// ten lots at 988 need 9,890 of initial margin, and gain a hundred
			opened(2, 9_000);
			let call = || bid(2, 10, 1_000).map_err(|refusal| refusal.error);
			assert_noop!(call(), E::NotEnoughMargin);
			assert_ok!(bid(2, 9, 1_000));
		});
	}

	#[test]
	fn no_position_becomes_larger_than_any_may_be() {
		with_chain(|| {
			long(1);
			opened(2, 100_000_000_000);
			buy(2, BTC, MAX_POSITION as i64 - 5);
			set_mark(BTC, 989);
			next_block();
			refused(2, (6, 1_000), E::PositionTooLarge);
			assert_ok!(bid(2, 5, 1_000));
		});
	}

	#[test]
	fn one_who_was_saved_in_this_block_is_not_sold() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			opened(2, 100_000);
			deposit(1, None, 20_000);
			refused(2, (1, 1_000), E::NothingOffered);
			assert_eq!(position(&account, BTC), Lots::new(100));
		});
	}

	#[test]
	fn no_more_than_there_is() {
		with_chain(|| {
			let account = long(1);
			set_mark(BTC, 989);
			next_block();
			let bidder = opened(2, 10_000_000);
			assert_ok!(bid(2, 500, 1_000));
			assert_eq!(position(&bidder, BTC), Lots::new(21));
			assert_eq!(position(&account, BTC), Lots::new(79));
		});
	}

	#[test]
	fn a_simulation_tells_what_a_bid_does_and_changes_nothing() {
		with_chain(|| {
			long(1);
			set_mark(BTC, 989);
			next_block();
			let bidder = opened(2, 100_000);
			let wanted = (Side::Buy, Size::new(10), Price::new(988));
			let told = Liquidator::simulate_bid(&bidder, BTC, wanted).unwrap();
			assert_eq!((told.size, told.cost), (Size::new(10), Quote::new(98_800)));
			assert_eq!(position(&bidder, BTC), Lots::ZERO);
			let open = Liquidator::open_offers(&Auction::Market(BTC), 10);
			assert_eq!(open.len(), 1);
			assert_eq!((open[0].price, open[0].ends.get()), (Price::new(988), 1_010_500));
			assert_eq!(Liquidator::open_auctions(), [Auction::Market(BTC)]);
		});
	}
}

mod collateral {
	use super::*;

	/// Ten lots of collateral, 100,000 quanta, haircut 10 %, and a debt.
	fn debtor(number: u8, debt: i128) -> breakwater_units::AccountKey {
		let account = opened(number, 0);
		deposit(number, Some(DOT), 100);
		// it loses what it owes in a trade and back
		buy(number, BTC, 1);
		trade_at(number, BTC, -1, (10_000 - debt as u64) / 10);
		account
	}

	fn rich_debtor(number: u8) -> breakwater_units::AccountKey {
		// 92,000 owed against 100,000 that count 90,000
		let account = opened(number, 0);
		deposit(number, Some(DOT), 100);
		buy(number, BTC, 92);
		trade_at(number, BTC, -92, 900);
		assert_eq!(Books::state(&account).unwrap().loan.get(), 92_000);
		account
	}

	fn auction() -> Auction {
		Auction::Collateral(POOL, DOT)
	}

	#[test]
	fn is_sold_against_the_debt() {
		with_chain(|| {
			let account = rich_debtor(1);
			next_block();
			let offer = Offers::<Test>::get(auction(), account).unwrap();
			// buffer 12 %: 12,000 needed, 8,000 there; a lot frees 10,000 · (12 − 1) %
			assert_eq!(offer.lots, Lots::new(-4));
			assert_eq!(offer.bankruptcy, Price::new(920));
			let bidder = opened(2, 100_000);
			let (size, limit) = (Size::new(4), Price::new(999));
			assert_ok!(Liquidator::bid_collateral(signed(2), 0, DOT, size, limit));

			let state = Books::state(&bidder).unwrap();
			assert_eq!(state.cash, Quote::new(100_000 - 39_960));
			assert_eq!(state.collateral.get(DOT), Some(&Amount::new(40)));
			// the fee is owed: half a percent of 39,960
			assert_eq!(fund(), 200);
			assert_eq!(Books::state(&account).unwrap().loan, Quote::new(92_000 - 39_960 + 200));
			next_block();
			assert!(!Books::is_due(&account));
		});
	}

	#[test]
	fn the_bidder_needs_the_quote_and_the_margin() {
		with_chain(|| {
			rich_debtor(1);
			next_block();
			opened(2, 30_000);
			let bid = |number, size| {
				let (size, limit) = (Size::new(size), Price::new(1_000));
				Liquidator::bid_collateral(signed(number), 0, DOT, size, limit)
					.map_err(|refusal| refusal.error)
			};
			assert_noop!(bid(2, 4), E::NotEnoughQuote);
			// its position needs 27,000 of initial margin: a lot of collateral costs it 1,490
			buy(2, ETH, 27);
			frame_support::assert_storage_noop!(assert!(bid(2, 3).is_err()));
			assert_noop!(bid(2, 3), E::NotEnoughMargin);
			assert_ok!(bid(2, 2));
			assert_noop!(bid(2, 0), E::NoSize);
			assert_noop!(bid(9, 1), E::UnknownSubaccount);
		});
	}

	#[test]
	fn the_backstop_buys_at_the_end_what_it_can_pay() {
		with_chain(|| {
			let account = rich_debtor(1);
			let backstop = Backstops::backstop(POOL).unwrap();
			// two lots at the reserve are 18,400: the fund has no more than that
			opened(3, 20_000);
			<Books as Ledger>::transfer(POOL, Some(&key(3)), None, Quote::new(19_000)).unwrap();
			next_block();
			pass(DURATION);
			assert_eq!(fund(), 19_000);
			next_block();
			assert_eq!(fund(), 19_000 - 18_400);
			assert_eq!(
				Books::state(&backstop).unwrap().collateral.get(DOT),
				Some(&Amount::new(20))
			);
			assert_eq!(Books::state(&account).unwrap().loan, Quote::new(92_000 - 18_400));
		});
	}

	/// Each is settled for itself: the bidder is filed each time.
	#[test]
	fn a_bid_weighs_the_bidder_for_every_account() {
		with_chain(|| {
			EachFiled::set(&4);
			MostFiled::set(&18);
			for number in 1..=5 {
				rich_debtor(number);
			}
			next_block();
			opened(20, 10_000_000);
			buy(20, ETH, 1);
			let bid = |size| {
				let (size, limit) = (Size::new(size), Price::new(1_000));
				Liquidator::bid_collateral(signed(20), 0, DOT, size, limit).unwrap()
			};
			// Two that sell a lot, with one leg, and each time the bidder, with two from then on.
			assert_eq!(bid(2).actual_weight, Some(Weight::from_parts(2 * (4 + 8), 0)));
			let left = || Offers::<Test>::iter_prefix(auction()).count();
			let before = left();
			bid(1_000_000);
			assert_eq!(before - left(), 3, "of 4 and 8 each, into 36");
		});
	}

	#[test]
	fn small_debts_are_none_of_our_business() {
		with_chain(|| {
			let account = debtor(1, 1_000);
			next_block();
			assert!(!Plans::<Test>::contains_key(account));
		});
	}
}

#[test]
fn the_configuration_is_checked() {
	with_chain(Liquidator::integrity_test);
}

#[test]
fn an_empty_chain_weighs_next_to_nothing() {
	with_chain(|| {
		assert_eq!(<Liquidator as Liquidation>::work(Weight::MAX), Weight::zero());
		assert!(Books::due(10).is_empty());
		let nobody = SubaccountId { owner: person(77), number: 3 }.key();
		assert_eq!(Books::info(&nobody), None);
	});
}
