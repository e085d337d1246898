//! Listing: a specific error for each bound, and nothing changed.

use breakwater_interfaces::MarketTerms;
use breakwater_units::{PoolId, Quote, Ratio, Size, TickValue};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{mock::*, Amms, Error, GenesisMarket, MarketCount, Markets};

type E = Error<Test>;

fn terms() -> MarketTerms {
	market("SOL-PERP").terms().unwrap()
}

fn list(terms: MarketTerms) -> sp_runtime::DispatchResult {
	Exchange::list_market(RuntimeOrigin::root(), Box::new(terms))
}

fn refused(change: impl FnOnce(&mut MarketTerms), error: E) {
	let mut terms = terms();
	change(&mut terms);
	assert_noop!(list(terms), error);
}

#[test]
fn adds_a_market_with_an_amm() {
	with_chain(|| {
		assert_ok!(list(terms()));
		let market = breakwater_units::MarketId(2);
		assert_eq!(MarketCount::<Test>::get(), 3);
		assert_eq!(Markets::<Test>::get(market), Some(terms()));
		let amm = Amms::<Test>::get(market).unwrap();
		assert_eq!(Infos::get(amm.account).unwrap().isolated, Some(market));
		assert_ne!(amm.account, Amms::<Test>::get(BTC).unwrap().account);
	});
}

#[test]
fn is_for_its_origin_only() {
	with_chain(|| {
		let signed = Exchange::list_market(signed(1), Box::new(terms()));
		assert_noop!(signed, DispatchError::BadOrigin);
	});
}

#[test]
fn refuses_absurd_bounds() {
	with_chain(|| {
		refused(|t| t.symbol = Default::default(), E::BadSymbol);
		refused(|t| t.symbol = b"BTC-PERP".to_vec().try_into().unwrap(), E::BadSymbol);
		refused(|t| t.pool = PoolId(8), E::UnknownPool);
		refused(|t| t.tick_value = TickValue::ZERO, E::BadTickValue);
		refused(|t| t.tick_value = TickValue::new(10_001), E::BadTickValue);
		refused(|t| t.lot_decimals = 19, E::BadLotDecimals);
		refused(|t| t.order_tick = 0, E::BadOrderTick);
		refused(|t| t.order_tick = 1_000_001, E::BadOrderTick);
		refused(|t| t.order_lot = 0, E::BadOrderLot);
		refused(|t| t.min_order = Size::ZERO, E::BadOrderSizes);
		refused(|t| t.order_lot = 3, E::BadOrderSizes);
		refused(|t| t.min_order = Size::new(100_001), E::BadOrderSizes);
		refused(|t| t.max_position = Size::new(99_999), E::BadMaxPosition);
		refused(|t| t.max_position = Size::new((1 << 40) + 1), E::BadMaxPosition);
		refused(|t| t.max_slippage = Ratio::ZERO, E::BadSlippage);
		refused(|t| t.max_slippage = Ratio::saturating_from_percent(51), E::BadSlippage);
		refused(|t| t.order_deposit = Quote::new(-1), E::BadOrderDeposit);
		refused(|t| t.order_deposit = Quote::new(1_000_000_001), E::BadOrderDeposit);
		refused(|t| t.fees.maker = Ratio::saturating_from_percent(1), E::BadFees);
		refused(|t| t.fees.taker = Ratio::saturating_from_percent(2), E::BadFees);
		refused(|t| t.fees.insurance_share = Ratio::saturating_from_percent(101), E::BadFees);
		refused(|t| t.amm.half_spread = Ratio::ZERO, E::BadAmm);
		refused(|t| t.amm.half_spread = Ratio::saturating_from_percent(11), E::BadAmm);
		refused(|t| t.amm.depth_lots = Size::ZERO, E::BadAmm);
		refused(|t| t.amm.depth_move = Ratio::ZERO, E::BadAmm);
		refused(|t| t.amm.max_inventory = Size::new(1_000_001), E::BadAmm);
		refused(|t| t.amm.max_leverage = Ratio::ZERO, E::BadAmm);
		refused(|t| t.amm.max_leverage = Ratio::saturating_from_percent(2_001), E::BadAmm);
		refused(|t| t.funding.impact_size = Size::ZERO, E::BadFunding);
		refused(|t| t.funding.least_volume = Size::new(1_000_001), E::BadFunding);
		refused(|t| t.liquidation.buffer = Ratio::new(999_999_999), E::BadLiquidation);
		// the least maintenance rate is 1 %
		refused(|t| t.liquidation.cost = Ratio::saturating_from_percent(1), E::BadLiquidation);
		MarketCount::<Test>::put(breakwater_interfaces::MAX_MARKETS);
		refused(|_| (), E::TooManyMarkets);
		MarketCount::<Test>::put(2);
	});
}

#[test]
fn changes_nothing_if_another_pallet_refuses() {
	with_chain(|| {
		world(|world| world.refuses_listing = true);
		let error = DispatchError::Other("the breaker does not like it");
		assert_noop!(list(terms()), error);
	});
}

mod genesis {
	use super::*;

	#[test]
	fn is_written_for_people() {
		let json = serde_json::to_string(&market("BTC-PERP")).unwrap();
		assert!(json.contains(r#""taker":"0.05%""#), "{json}");
		assert!(json.contains(r#""orderDeposit":"100""#));
		let back: GenesisMarket = serde_json::from_str(&json).unwrap();
		assert_eq!(back, market("BTC-PERP"));
		assert_eq!(back.terms().unwrap().fees.taker, Ratio::new(500_000));
	}

	#[test]
	fn says_what_is_wrong() {
		let percent = |text: &str| crate::Percent::try_from(String::from(text));
		for bad in ["", "5", "%", ".5%", "5.%", "-5%", "0.00000001%", "5,5%", "1e3%"] {
			assert!(percent(bad).is_err(), "{bad}");
		}
		let long = GenesisMarket { symbol: "x".repeat(33), ..market("") };
		assert!(long.terms().is_err());
	}

	#[test]
	#[should_panic(expected = "market BTC-PERP: ")]
	fn stops_before_there_is_a_chain() {
		use frame_support::traits::BuildGenesisConfig;
		chain().execute_with(|| {
			let markets = vec![market("BTC-PERP")];
			crate::GenesisConfig::<Test> { markets, ..Default::default() }.build();
		});
	}
}
