//! Every bound has an error of its own, and a listing that fails changes nothing.

use breakwater_interfaces::{AssetTerms, PoolTerms, RiskEngine};
use breakwater_margin::{Brackets, Step};
use breakwater_units::{Amount, AssetId, MarketId, Millis, PoolId, Quote, Ratio, Size, TickValue};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use crate::{
	mock::*, Error, Event, ListedMarket, MAX_ASSETS, MAX_MARKETS, MAX_POOLS, MAX_POOL_MARKETS,
};

fn list_pool(terms: PoolTerms) -> Result<(), DispatchError> {
	Risk::list_pool(RuntimeOrigin::root(), Box::new(terms))
}

fn list_asset(terms: AssetTerms) -> Result<(), DispatchError> {
	Risk::list_asset(RuntimeOrigin::root(), Box::new(terms))
}

fn named(number: u32) -> breakwater_interfaces::Symbol {
	format!("number {number}").into_bytes().try_into().unwrap()
}

mod a_pool {
	use super::*;

	fn refused(change: impl FnOnce(&mut PoolTerms), error: Error<Test>) {
		let mut terms = pool_terms();
		terms.symbol = named(7);
		change(&mut terms);
		assert_noop!(list_pool(terms), error);
	}

	#[test]
	fn is_numbered_in_the_order_of_listing() {
		empty_chain().execute_with(|| {
			assert_ok!(list_pool(pool_terms()));
			let terms = PoolTerms { symbol: named(1), ..pool_terms() };
			assert_ok!(list_pool(terms.clone()));
			assert_eq!(Risk::pools(), [PoolId(0), PoolId(1)]);
			assert_eq!(Risk::pool(PoolId(1)), Some(terms.clone()));
			let told = Event::PoolListed { pool: PoolId(1), terms: Box::new(terms) };
			assert_eq!(events().last(), Some(&told));
			Risk::do_try_state().unwrap();
		});
	}

	#[test]
	fn is_listed_by_the_listing_origin_only() {
		empty_chain().execute_with(|| {
			let listed = Risk::list_pool(RuntimeOrigin::signed(person(1)), Box::new(pool_terms()));
			assert_noop!(listed, DispatchError::BadOrigin);
		});
	}

	#[test]
	fn with_a_bad_bound_is_refused() {
		listed_chain().execute_with(|| {
			refused(|terms| terms.symbol = Default::default(), Error::NoSymbol);
			refused(|terms| terms.symbol = pool_terms().symbol, Error::SymbolTaken);
			refused(|terms| terms.quote_feed = None, Error::OtherQuoteFeed);
			refused(|terms| terms.min_deposit = Quote::new(-1), Error::NegativeAmount);
			refused(|terms| terms.min_equity = Quote::new(-1), Error::NegativeAmount);
			refused(|terms| terms.max_loan = Quote::new(-1), Error::NegativeAmount);
			refused(|terms| terms.profit_cap = Quote::MIN, Error::NegativeAmount);
			refused(|terms| terms.max_borrowed = Quote::new(1), Error::LoanTooLarge);
			let too_much = |terms: &mut PoolTerms| {
				terms.max_loan = Quote::MAX;
				terms.max_borrowed = Quote::MAX;
			};
			refused(too_much, Error::LoanTooLarge);
			refused(|terms| terms.interest = Ratio::new(1_000_000_001), Error::InterestTooHigh);
			let short = Millis::new(59_999);
			refused(|terms| terms.interest_period = short, Error::InterestPeriodOutOfRange);
			let long = Millis::new(86_400_001);
			refused(|terms| terms.interest_period = long, Error::InterestPeriodOutOfRange);
			refused(|terms| terms.notional_floor = percent(101), Error::NotionalFloorAboveOne);
			refused(|terms| terms.outflow.share = percent(101), Error::BadOutflowLimit);
			refused(|terms| terms.outflow.account_share = percent(101), Error::BadOutflowLimit);
			refused(|terms| terms.outflow.window = Millis::ZERO, Error::BadOutflowLimit);
			refused(|terms| terms.breaker.drawdown.release = u64::MAX, Error::BadPoolBreaker);
			let above = percent(101);
			refused(|terms| terms.fund.inventory_share = above, Error::BadInventoryTerms);
			refused(|terms| terms.fund.inventory_stress = above, Error::BadInventoryTerms);
			refused(|terms| terms.fund.inventory_stress = Ratio::ZERO, Error::BadInventoryTerms);
			refused(|terms| terms.fund.unwind_band = Ratio::ZERO, Error::BadUnwindTerms);
			refused(|terms| terms.fund.unwind_band = percent(51), Error::BadUnwindTerms);
			refused(|terms| terms.fund.unwind_share = Ratio::ZERO, Error::BadUnwindTerms);
			refused(|terms| terms.fund.unwind_share = above, Error::BadUnwindTerms);
			refused(|terms| terms.fund.draw.max_share = above, Error::BadDrawTerms);
			refused(|terms| terms.fund.draw.quiet = Millis::ZERO, Error::BadDrawTerms);
			let too_long = Millis::new(90 * 86_400_000 + 1);
			refused(|terms| terms.fund.exit.delay = Millis::ZERO, Error::BadExitTerms);
			refused(|terms| terms.fund.exit.max_freeze = too_long, Error::BadExitTerms);
			refused(|terms| terms.fund.exit.window = too_long, Error::BadExitTerms);
			refused(|terms| terms.fund.premium.base = percent(6), Error::BadPremiumTerms);
			refused(|terms| terms.fund.premium.max = above, Error::BadPremiumTerms);
			refused(|terms| terms.fund.premium_shares.capital = above, Error::BadPremiumTerms);
			refused(|terms| terms.fund.target_share = above, Error::BadTargetTerms);
			refused(|terms| terms.fund.sweep_share = above, Error::BadTargetTerms);
			refused(|terms| terms.fund.look_back = too_long, Error::BadLookBack);
		});
	}

	#[test]
	fn with_an_unknown_quote_feed_is_refused() {
		empty_chain().execute_with(|| {
			refused(|terms| terms.quote_feed = Some(77), Error::UnknownFeed);
		});
	}

	#[test]
	fn beyond_the_last_is_refused() {
		empty_chain().execute_with(|| {
			for number in 0..MAX_POOLS {
				assert_ok!(list_pool(PoolTerms { symbol: named(number), ..pool_terms() }));
			}
			refused(|terms| terms.symbol = named(99), Error::TooManyPools);
		});
	}
}

mod an_asset {
	use super::*;

	fn refused(change: impl FnOnce(&mut AssetTerms), error: Error<Test>) {
		let mut terms = asset_terms();
		terms.symbol = named(7);
		change(&mut terms);
		assert_noop!(list_asset(terms), error);
	}

	#[test]
	fn is_numbered_in_the_order_of_listing() {
		listed_chain().execute_with(|| {
			assert_ok!(list_asset(AssetTerms { symbol: named(1), ..asset_terms() }));
			assert_eq!(Risk::assets(), [AssetId(0), AssetId(1)]);
			assert_eq!(Risk::asset(AssetId(1)).unwrap().symbol, named(1));
			assert!(matches!(events().last(), Some(Event::AssetListed { asset: AssetId(1), .. })));
			Risk::do_try_state().unwrap();
		});
	}

	#[test]
	fn is_listed_by_the_listing_origin_only() {
		empty_chain().execute_with(|| {
			let listed =
				Risk::list_asset(RuntimeOrigin::signed(person(1)), Box::new(asset_terms()));
			assert_noop!(listed, DispatchError::BadOrigin);
		});
	}

	#[test]
	fn needs_a_pool() {
		empty_chain().execute_with(|| refused(|_| (), Error::NoPool));
	}

	#[test]
	fn with_a_bad_bound_is_refused() {
		listed_chain().execute_with(|| {
			refused(|terms| terms.symbol = Default::default(), Error::NoSymbol);
			refused(|terms| terms.symbol = asset_terms().symbol, Error::SymbolTaken);
			refused(|terms| terms.feed = 77, Error::UnknownFeed);
			refused(|terms| terms.decimals = 25, Error::TooManyDecimals);
			refused(|terms| terms.units_per_lot = 0, Error::NoUnitsPerLot);
			refused(|terms| terms.tick_value = TickValue::new(0), Error::TickValueOutOfRange);
			refused(|terms| terms.tick_value = TickValue::new(10_001), Error::TickValueOutOfRange);
			// a tenth of what a cent of a thousandth is
			refused(|terms| terms.tick_value = TickValue::new(1), Error::TickValueMismatch);
			refused(|terms| terms.units_per_lot = u128::MAX, Error::TickValueMismatch);
			refused(|terms| terms.haircut.lowest = percent(101), Error::BadHaircutParams);
			refused(|terms| terms.haircut.tail = percent(10_001), Error::BadHaircutParams);
			refused(|terms| terms.haircut.horizon = Millis::MAX, Error::BadHaircutParams);
			refused(|terms| terms.ramp.fall_per_hour = Ratio::ZERO, Error::BadRampParams);
			refused(|terms| terms.daily_sigma = Ratio::ZERO, Error::DailySigmaOutOfRange);
			refused(|terms| terms.daily_sigma = percent(101), Error::DailySigmaOutOfRange);
			refused(|terms| terms.daily_volume = Size::ZERO, Error::DailyVolumeOutOfRange);
			refused(|terms| terms.daily_volume = Size::MAX, Error::DailyVolumeOutOfRange);
			refused(|terms| terms.cap = Amount::new(99_999), Error::AssetCapOutOfRange);
			refused(|terms| terms.cap = Amount::MAX, Error::AssetCapOutOfRange);
			refused(|terms| terms.min_deposit = Amount::MAX, Error::MinDepositAboveCap);
		});
	}

	#[test]
	fn beyond_the_last_is_refused() {
		listed_chain().execute_with(|| {
			for number in 1..MAX_ASSETS {
				assert_ok!(list_asset(AssetTerms { symbol: named(number), ..asset_terms() }));
			}
			refused(|terms| terms.symbol = named(99), Error::TooManyAssets);
		});
	}
}

mod a_market {
	use super::*;

	fn refused(change: impl FnOnce(&mut ListedMarket), error: Error<Test>) {
		let mut terms = market_terms();
		change(&mut terms);
		assert_noop!(list(MarketId(7), &terms), error);
	}

	#[test]
	fn is_in_the_list_with_its_pool() {
		listed_chain().execute_with(|| {
			assert_ok!(list(MarketId(7), &market_terms()));
			assert_eq!(Risk::markets(), [(PERP, POOL), (MarketId(7), POOL)]);
			assert_eq!(Risk::pool_of(MarketId(7)), Some(POOL));
			assert_eq!(Risk::pool_of(MarketId(8)), None);
			assert_eq!(Risk::feed_of(MarketId(7)), Some(BTC));
			assert_eq!(Risk::feed_of(MarketId(8)), None);
			let told = Event::MarketListed { market: MarketId(7), pool: POOL, feed: BTC };
			assert_eq!(events().last(), Some(&told));
			Risk::do_try_state().unwrap();
		});
	}

	#[test]
	fn is_listed_once() {
		listed_chain().execute_with(|| {
			let error: Error<Test> = Error::MarketExists;
			assert_noop!(list(PERP, &market_terms()), error);
		});
	}

	#[test]
	fn with_a_bad_bound_is_refused() {
		listed_chain().execute_with(|| {
			refused(|terms| terms.pool = PoolId(1), Error::UnknownPool);
			refused(|terms| terms.feed = 77, Error::UnknownFeed);
			refused(|terms| terms.tick_value = TickValue::new(0), Error::TickValueOutOfRange);
			refused(|terms| terms.tick_value = TickValue::MAX, Error::TickValueOutOfRange);
			refused(|terms| terms.max_position = Size::ZERO, Error::MaxPositionOutOfRange);
			let too_large = Size::new((1 << 40) + 1);
			refused(|terms| terms.max_position = too_large, Error::MaxPositionOutOfRange);
			refused(|terms| terms.max_position = Size::MAX, Error::MaxPositionOutOfRange);
		});
	}

	#[test]
	fn with_bad_margin_is_refused() {
		listed_chain().execute_with(|| {
			refused(|terms| terms.risk.margin.lowest = Ratio::ZERO, Error::BadMarginParams);
			refused(|terms| terms.risk.margin.highest = percent(101), Error::BadMarginParams);
			refused(|terms| terms.risk.margin.lowest = percent(60), Error::BadMarginParams);
			let share = percent(81);
			refused(|terms| terms.risk.margin.maintenance_share = share, Error::BadMarginParams);
			refused(|terms| terms.risk.ramp.gap_per_hour = percent(101), Error::BadRampParams);
			let share = percent(61);
			refused(|terms| terms.risk.ramp.maintenance_share = share, Error::SharesDiffer);
			// half of the notional, times 2.01
			let step = Step { beyond: Size::new(10), factor: percent(201) };
			let steep = Brackets::new(&[step]).unwrap();
			refused(|terms| terms.risk.brackets = steep, Error::BracketsTooSteep);
			refused(|terms| terms.risk.daily_sigma = Ratio::ZERO, Error::DailySigmaOutOfRange);
			refused(|terms| terms.risk.tail = percent(99), Error::TailOutOfRange);
			refused(|terms| terms.risk.tail = percent(10_001), Error::TailOutOfRange);
			refused(|terms| terms.risk.mark_band = Ratio::ZERO, Error::MarkBandOutOfRange);
			refused(|terms| terms.risk.mark_band = percent(51), Error::MarkBandOutOfRange);
		});
	}

	#[test]
	fn with_bad_liquidity_is_refused() {
		listed_chain().execute_with(|| {
			let (none, day) = (Ratio::ZERO, Millis::DAY);
			refused(|terms| terms.risk.horizon.participation = none, Error::BadHorizonParams);
			let later = day.saturating_add(day);
			refused(|terms| terms.risk.horizon.close_out_delay = later, Error::BadHorizonParams);
			refused(|terms| terms.risk.horizon.longest = Millis::MAX, Error::BadHorizonParams);
			refused(|terms| terms.risk.lower_cap = Quote::ZERO, Error::CapsOutOfOrder);
			refused(|terms| terms.risk.lower_cap = terms.risk.upper_cap, Error::CapsOutOfOrder);
			refused(|terms| terms.risk.upper_cap = Quote::MAX, Error::CapsOutOfOrder);
			refused(|terms| terms.risk.daily_volume = Size::ZERO, Error::DailyVolumeOutOfRange);
			refused(|terms| terms.risk.daily_volume = Size::MAX, Error::DailyVolumeOutOfRange);
			refused(|terms| terms.risk.impact = none, Error::ImpactOutOfRange);
			refused(|terms| terms.risk.impact = percent(10_001), Error::ImpactOutOfRange);
			refused(|terms| terms.risk.contagion.depth_share = none, Error::BadContagionParams);
			refused(|terms| terms.risk.contagion.least_cap = none, Error::BadContagionParams);
		});
	}

	#[test]
	fn with_bad_funding_is_refused() {
		listed_chain().execute_with(|| {
			refused(|terms| terms.funding.impact_size = Size::ZERO, Error::ImpactSizeOutOfRange);
			refused(|terms| terms.funding.impact_size = Size::MAX, Error::ImpactSizeOutOfRange);
			refused(|terms| terms.funding.least_volume = Size::ZERO, Error::LeastVolumeOutOfRange);
			refused(|terms| terms.funding.cap_multiple = Ratio::ZERO, Error::CapMultipleOutOfRange);
			refused(|terms| terms.funding.cap_multiple = Ratio::MAX, Error::CapMultipleOutOfRange);
		});
	}

	#[test]
	fn beyond_the_last_is_refused() {
		listed_chain().execute_with(|| {
			let second = PoolTerms { symbol: named(2), ..pool_terms() };
			let pool = Risk::add_pool(second).unwrap();
			let of_second = ListedMarket { pool, ..market_terms() };
			for number in 1..MAX_POOL_MARKETS {
				assert_ok!(list(MarketId(number), &market_terms()));
			}
			for number in MAX_POOL_MARKETS..MAX_MARKETS {
				assert_ok!(list(MarketId(number), &of_second));
			}
			let error: Error<Test> = Error::TooManyMarkets;
			assert_noop!(list(MarketId(99), &of_second), error);
		});
	}

	/// Its backstop could not take over an account that has a position there.
	#[test]
	fn beyond_what_a_backstop_can_hold_is_refused_in_its_pool_alone() {
		listed_chain().execute_with(|| {
			let second = PoolTerms { symbol: named(2), ..pool_terms() };
			let pool = Risk::add_pool(second).unwrap();
			for number in 1..MAX_POOL_MARKETS {
				assert_ok!(list(MarketId(number), &market_terms()));
			}
			let error: Error<Test> = Error::TooManyPoolMarkets;
			assert_noop!(list(MarketId(99), &market_terms()), error);
			assert_ok!(list(MarketId(99), &ListedMarket { pool, ..market_terms() }));
			assert_ok!(Risk::do_try_state());
			// A list that holds more than it may is found.
			let more = (100..105).map(|number| (MarketId(number), POOL));
			crate::MarketList::<Test>::mutate(|list| {
				more.for_each(|one| {
					let _ = list.try_push(one);
				});
			});
			let found = Risk::do_try_state().unwrap_err();
			assert_eq!(found, "a backstop cannot hold all its markets".into());
		});
	}
}
