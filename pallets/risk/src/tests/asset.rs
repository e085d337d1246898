//! Collateral from block to block.

use breakwater_interfaces::{AssetTerms, RiskEngine};
use breakwater_margin::Requirement;
use breakwater_units::{Amount, AssetId, Price, Ratio};

use crate::{mock::*, AssetStates, Event};

fn asset() -> crate::AssetState {
	AssetStates::<Test>::get(COIN).unwrap()
}

fn value() -> u64 {
	Risk::collateral(COIN).unwrap().leg().price().get()
}

fn haircuts() -> (u64, u64) {
	let (maintenance, initial) = asset().haircuts(&asset_terms());
	(maintenance.get(), initial.get())
}

mod the_price {
	use super::*;

	#[test]
	fn is_less_its_confidence() {
		with_chain(|| {
			set(BTC, START, 20_000, T0 + 500);
			block(T0 + 500);
			assert_eq!(value(), START - 20_000);
			assert_eq!(asset().index, Price::new(START));
		});
	}

	#[test]
	fn is_over_the_dearest_the_quote_asset_may_be() {
		with_chain(|| {
			set(BTC, START, 20_000, T0 + 500);
			set(USDQ, 9_900, 100, T0 + 500);
			block(T0 + 500);
			// 4,980,000 / (0.99 + 0.01)
			assert_eq!(value(), 4_980_000);
			// 5,000,000 / 0.99 = 5,050,505.05
			assert_eq!(asset().index, Price::new(5_050_505));
		});
	}

	#[test]
	fn loses_a_tenth_at_most_to_doubt() {
		with_chain(|| {
			set(BTC, START, u64::MAX, T0 + 500);
			block(T0 + 500);
			assert_eq!(value(), START - START / 10);
		});
	}

	#[test]
	fn stays_where_it_was_without_a_usable_one() {
		with_chain(|| {
			world(|world| world.prices.remove(&BTC));
			block(T0 + 500);
			assert_eq!(value(), START);
			set(BTC, 0, 0, T0 + 500);
			block(T0 + 1_000);
			assert_eq!(value(), START);
			set(BTC, START * 2, 0, T0 - 1);
			block(T0 + 1_500);
			assert_eq!(value(), START);
		});
	}

	#[test]
	fn is_told_the_first_time() {
		listed_chain().execute_with(|| {
			set(USDQ, 10_000, 0, T0);
			set(BTC, START, 0, T0);
			block(T0);
			let told = Event::AssetPriced { asset: COIN, index: Price::new(START) };
			assert!(events().contains(&told));
			let told = |event: &Event<Test>| matches!(event, Event::HaircutChanged { .. });
			assert!(events().iter().any(told));
			block(T0 + 500);
			assert_eq!(events(), []);
		});
	}
}

mod the_haircut {
	use super::*;

	#[test]
	fn is_at_least_the_lowest_and_larger_for_new_risk() {
		with_chain(|| {
			// 1 − exp(−3 · 4 % · √(1/24)) is 2.4 %; 5 % over 60 %
			assert_eq!(haircuts(), (50_000_000, 83_333_334));
			let index = Risk::collateral(COIN).unwrap();
			let rate = |requirement| index.leg().schedule(requirement).rate(0).get();
			assert_eq!(rate(Requirement::Maintenance), 50_000_000);
			assert_eq!(rate(Requirement::Initial), 83_333_334);
			assert_eq!(index.units_per_lot(), 100_000);
		});
	}

	#[test]
	fn grows_with_what_is_held() {
		with_chain(|| {
			// ten million lots, a day's volume: 4 % impact, and 2.4 % for the time
			others(|others| others.held.insert(COIN, Amount::new(1_000_000_000_000)));
			block_at(T0 + 500, START);
			let target = asset().ramp.rising_to().unwrap();
			assert!((64_000_000..65_000_000).contains(&target.get()), "{target:?}");
			// for new risk at once, for liquidation by steps
			assert_eq!(haircuts().1, u64::div_ceil(target.get() * 10, 6));
			assert!((50_000_000..50_010_000).contains(&haircuts().0));
		});
	}

	#[test]
	fn grows_with_volatility() {
		with_chain(|| {
			let calm = Risk::asset_volatility(COIN);
			assert_eq!(calm, Ratio::new(1_054_093));
			block_at(T0 + 60_000, START * 7 / 10);
			assert!(Risk::asset_volatility(COIN) > calm);
			assert!(asset().ramp.rising_to().is_some());
			assert_eq!(Risk::asset_volatility(AssetId(9)), Ratio::ZERO);
		});
	}

	#[test]
	fn is_one_at_most() {
		with_chain(|| {
			others(|others| others.held.insert(COIN, Amount::MAX));
			for n in 1..200 {
				block_at(T0 + n * 300_000, START);
			}
			// the gap between the two, of which an hour uses a part, closes as it rises
			assert!((500_000_000..1_000_000_000).contains(&haircuts().0), "{:?}", haircuts());
			assert_eq!(haircuts().1, 1_000_000_000);
		});
	}
}

#[test]
fn an_asset_listed_later_waits_for_its_price() {
	with_chain(|| {
		let terms =
			AssetTerms { symbol: b"ETH".to_vec().try_into().unwrap(), feed: ETH, ..asset_terms() };
		Risk::list_asset(RuntimeOrigin::root(), Box::new(terms)).unwrap();
		block_at(T0 + 500, START);
		assert_eq!(Risk::collateral(AssetId(1)), None);
		set(ETH, 250_000, 0, T0 + 1_000);
		block(T0 + 1_000);
		assert_eq!(Risk::collateral(AssetId(1)).unwrap().leg().price(), Price::new(250_000));
	});
}
