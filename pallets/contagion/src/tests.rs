use breakwater_contagion::{Bin, PageId};
use breakwater_interfaces::{Contagion, ContagionLoads};
use breakwater_units::{Amount, AssetId, MarketId, PoolId, Price, Ratio, Size};
use proptest::prelude::*;

use crate::{mock::*, Collateral, Event, MarketViews, Overlap, Pages, Turn};

fn down(market: MarketId, mark: u64) -> Vec<u64> {
	let map = Monitor::liquidation_map(market, Price::new(mark));
	map.down.iter().map(|lots| lots.get()).collect()
}

mod the_histogram {
	use super::*;

	#[test]
	fn has_what_was_told_where_it_was_told() {
		with_chain(|| {
			Monitor::shift(None, Some(&stake(BTC, 955, 10)));
			Monitor::shift(None, Some(&stake(BTC, 955, 5)));
			Monitor::shift(None, Some(&stake(BTC, 1_100, -7)));
			Monitor::shift(None, Some(&stake(ETH, 955, 99)));
			// 1, 2, 3, 5, 10, 15, 20 %
			assert_eq!(down(BTC, 1_000), [0, 0, 0, 15, 15, 15, 15]);
			let up = Monitor::liquidation_map(BTC, Price::new(1_000)).up;
			assert_eq!(up.map(|lots| lots.get()), [0, 0, 0, 0, 7, 7, 7]);
			let bins = Monitor::bins(BTC);
			let bin = |price| Bin::of(Price::new(price));
			let (longs, shorts) = (Size::new(15), Size::new(7));
			assert_eq!(bins, [(bin(955), longs, Size::ZERO), (bin(1_100), Size::ZERO, shorts)]);
		});
	}

	#[test]
	fn moves_what_moved_within_a_page_and_between_two() {
		with_chain(|| {
			let (first, near, far) = (stake(BTC, 955, 10), stake(BTC, 960, 12), stake(BTC, 500, 3));
			assert_eq!(PageId::of(first.bin), PageId::of(near.bin));
			Monitor::shift(None, Some(&first));
			Monitor::shift(Some(&first), Some(&near));
			assert_eq!(Monitor::bins(BTC), [(near.bin, Size::new(12), Size::ZERO)]);
			Monitor::shift(Some(&near), Some(&far));
			assert_eq!(Monitor::bins(BTC), [(far.bin, Size::new(3), Size::ZERO)]);
			assert_eq!(Pages::<Test>::iter().count(), 1);
			Monitor::shift(Some(&far), None);
			assert_eq!(Pages::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn comes_nearer_with_the_mark() {
		with_chain(|| {
			Monitor::shift(None, Some(&stake(BTC, 900, 10)));
			assert_eq!(down(BTC, 1_000), [0, 0, 0, 0, 10, 10, 10]);
			assert_eq!(down(BTC, 925), [0, 0, 10, 10, 10, 10, 10]);
			// below it: who was not liquidated yet is still counted
			assert_eq!(down(BTC, 890), [10; 7]);
		});
	}

	proptest! {
		#[test]
		fn adds_up_after_any_history(changes in proptest::collection::vec(
			(0usize..8, 0u32..2, 500u64..2_000, -50i64..50), 0..60,
		)) {
			with_chain(|| {
				let mut told = vec![None; 8];
				for (account, market, price, lots) in changes {
					let new = (lots != 0).then(|| stake(MarketId(market), price, lots));
					Monitor::shift(told[account].as_ref(), new.as_ref());
					told[account] = new;
				}
				let stakes: Vec<_> = told.into_iter().flatten().collect();
				assert!(Monitor::adds_up(&stakes, &[]));
				let missing = stakes.len().saturating_sub(1);
				assert!(stakes.is_empty() || !Monitor::adds_up(&stakes[..missing], &[]));
			});
		}
	}
}

mod collateral {
	use super::*;

	#[test]
	fn is_summed_by_pool() {
		with_chain(|| {
			let [one, other] = [PoolId(0), PoolId(1)];
			let held = |amount| Amount::new(amount);
			Monitor::move_collateral(one, DOT, held(0), held(100));
			Monitor::move_collateral(one, DOT, held(0), held(30));
			Monitor::move_collateral(other, DOT, held(0), held(5));
			Monitor::move_collateral(one, DOT, held(100), held(60));
			assert!(Monitor::adds_up(
				&[],
				&[(one, DOT, held(60)), (one, DOT, held(30)), (other, DOT, held(5))]
			));
			assert!(!Monitor::adds_up(&[], &[(one, DOT, held(90))]));
			Monitor::move_collateral(other, DOT, held(5), held(0));
			assert_eq!(Collateral::<Test>::get(DOT), vec![(one, held(90))]);
		});
	}
}

mod a_round {
	use super::*;

	#[test]
	fn looks_at_each_market_and_asset_and_then_at_the_pools() {
		with_chain(|| {
			let seen = || (MarketViews::<Test>::iter().count(), Overlap::<Test>::get().block);
			block();
			assert_eq!((seen(), Turn::<Test>::get()), ((1, 0), 1));
			block();
			block();
			assert_eq!((seen(), Turn::<Test>::get()), ((2, 0), 3));
			block();
			assert_eq!((seen(), Turn::<Test>::get()), ((2, 5), 0));
		});
	}

	#[test]
	fn says_how_much_of_the_depth_would_be_liquidated() {
		with_chain(|| {
			// 600 lots by −5 %, on the way to which the market takes 500
			Monitor::shift(None, Some(&stake(BTC, 960, 600)));
			Monitor::shift(None, Some(&stake(BTC, 1_090, -900)));
			block();
			let loads = Monitor::loads();
			assert_eq!(loads.of(BTC, PoolId(0)), (percent(120), Ratio::ZERO));
			let view = MarketViews::<Test>::get(BTC).unwrap();
			assert_eq!((view.down, view.up), (percent(120), percent(90)));
			let (down, up) = (percent(120), percent(90));
			assert_eq!(events(), [Event::LoadChanged { market: BTC, down, up }]);
		});
	}

	#[test]
	fn tells_changes_of_a_tenth_only() {
		with_chain(|| {
			Monitor::shift(None, Some(&stake(BTC, 960, 600)));
			round();
			System::reset_events();
			Monitor::shift(None, Some(&stake(BTC, 960, 60)));
			round();
			assert_eq!(events(), []);
			Monitor::shift(None, Some(&stake(BTC, 960, 67)));
			round();
			assert_eq!(events().len(), 1);
		});
	}

	#[test]
	fn leaves_out_a_market_without_a_price() {
		with_chain(|| {
			world(|world| world.market(BTC).price = 0);
			round();
			assert_eq!(MarketViews::<Test>::iter_keys().collect::<Vec<_>>(), [ETH]);
			assert_eq!(Overlap::<Test>::get().pools, vec![PoolId(1)]);
		});
	}

	#[test]
	fn goes_on_when_something_was_listed_in_between() {
		with_chain(|| {
			block();
			block();
			block();
			world(|world| {
				let market = world.market(BTC).clone();
				world.markets.insert(MarketId(2), market);
				world.assets.insert(AssetId(6), asset(8, 10));
			});
			round();
			round();
			assert_eq!(MarketViews::<Test>::iter().count(), 3);
			assert_eq!(crate::AssetViews::<Test>::iter().count(), 2);
		});
	}
}

mod pools {
	use super::*;

	#[test]
	fn that_share_nothing_do_not_spill() {
		with_chain(|| {
			round();
			let seen = Overlap::<Test>::get();
			// 5,000 lots of 1,000 are 5,000,000 where 100 · 100 · 1,000 move the price by all of it
			assert_eq!(seen.matrix, vec![2_500_000, 0, 0, 4_900_000]);
			assert_eq!((seen.lowest, seen.highest), (4_900_000, 4_900_000));
			assert_eq!(seen.spill, vec![Ratio::ZERO; 2]);
			assert_eq!(Monitor::loads().of(BTC, PoolId(0)).1, Ratio::ZERO);
		});
	}

	#[test]
	fn share_what_has_the_same_feed() {
		with_chain(|| {
			// both markets follow one feed: 5 and 7 million held where 20 million are taken
			world(|world| world.market(ETH).feed = 0);
			round();
			let seen = Overlap::<Test>::get();
			assert_eq!(seen.matrix, vec![1_250_000, 1_750_000, 1_750_000, 2_450_000]);
			// the trace: it has one eigenvalue that is not zero
			assert!(seen.lowest <= 3_700_000 && 3_700_000 <= seen.highest);
			assert!(seen.highest - seen.lowest <= 2);
			assert_eq!(seen.index[1], Ratio::ONE);
			assert!(seen.index[0].get().abs_diff(714_285_714) <= 10);
			assert_eq!(seen.spill, vec![percent(35), percent(25)]);
			assert_eq!(Monitor::loads().of(ETH, PoolId(1)).1, percent(25));
			assert!(events()
				.contains(&Event::OverlapChanged { lowest: seen.lowest, highest: seen.highest }));
		});
	}

	#[test]
	fn share_collateral() {
		with_chain(|| {
			// 20 and 40 lots of 50; ten lots move it by a percent, so 50,000 are taken
			for (pool, amount) in [(0, 200), (1, 400), (7, 9)] {
				let (pool, amount) = (PoolId(pool), Amount::new(amount));
				Monitor::move_collateral(pool, DOT, Amount::ZERO, amount);
			}
			round();
			let seen = Overlap::<Test>::get();
			// less than a lot is worth nothing, but the pool is there
			assert_eq!(seen.pools, vec![PoolId(0), PoolId(1), PoolId(7)]);
			let twenty = [2_500_020, 40, 0, 40, 4_900_080, 0, 0, 0, 0];
			assert_eq!(seen.matrix, twenty.to_vec());
		});
	}
}

mod try_state {
	use super::*;

	fn catches(message: &'static str, corrupt: impl FnOnce()) {
		chain().execute_with(|| {
			Monitor::shift(None, Some(&stake(BTC, 960, 600)));
			round();
			corrupt();
			assert_eq!(Monitor::do_try_state(), Err(message.into()));
		});
	}

	#[test]
	fn sees_what_is_wrong() {
		catches("an empty page", || {
			Pages::<Test>::insert(BTC, PageId(3), breakwater_contagion::Page::default())
		});
		catches("a load told is not what was seen", || crate::Current::<Test>::kill());
		catches("the overlap is not symmetric", || {
			Overlap::<Test>::mutate(|network| network.matrix[1] = 1);
		});
		catches("the eigenvalue's bounds are crossed", || {
			Overlap::<Test>::mutate(|network| network.lowest = u128::MAX);
		});
		catches("a histogram of a market that is not listed", || {
			Monitor::shift(None, Some(&stake(MarketId(9), 960, 600)));
		});
	}
}
