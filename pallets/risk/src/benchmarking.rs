//! Measures what the calls and the stages of a block weigh, in the worst case of each.

use alloc::boxed::Box;

use breakwater_auction::Clearing;
use breakwater_breaker::{withdrawal::LimitTerms, PoolParams, Threshold};
use breakwater_contagion::ContagionParams;
use breakwater_funding::Impact;
use breakwater_interfaces::{
	AssetTerms, BatchSummary, FundingTerms, PoolTerms, Prices, RiskEngine, RiskTerms, Symbol,
};
use breakwater_margin::{Brackets, Step};
use breakwater_primitives::oracle::FeedId;
use breakwater_risk::{
	HaircutParams, HorizonParams, LogReturn, MarginParams, Observation, RampParams, Sigma, BAR,
};
use breakwater_units::{
	Amount, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Size, TickValue, Timestamp,
};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use polkadot_sdk::*;

use crate::{
	AssetCount, Assets, BarReturns, Call, Config, ListedMarket, MarketHistories, MarketList,
	Markets, PairMoves, Pairs, Pallet, PoolCount, PoolLoans, Pools, Returns, MAX_ASSETS,
	MAX_MARKETS, MAX_POOLS, MAX_POOL_MARKETS,
};

const FEED: FeedId = 0;
const QUOTE_FEED: FeedId = 1;
const PRICE: u64 = 5_000_000;
const START: u64 = 1_700_000_040_000;

fn symbol(number: u32) -> Symbol {
	Symbol::truncate_from(alloc::format!("one of the benchmark {number:08}").into_bytes())
}

fn percent(percent: u64) -> Ratio {
	Ratio::saturating_from_percent(percent)
}

fn brackets() -> Brackets {
	let step = |beyond, factor| Step { beyond: Size::new(beyond), factor: percent(factor) };
	Brackets::new(&[step(10, 110), step(20, 120), step(30, 130)]).expect("the steps rise")
}

fn ramp() -> RampParams {
	RampParams {
		rise_per_hour: percent(20),
		fall_per_hour: percent(10),
		gap_per_hour: percent(25),
		maintenance_share: percent(60),
	}
}

fn pool(number: u32) -> PoolTerms {
	PoolTerms {
		symbol: symbol(number),
		quote_feed: Some(QUOTE_FEED),
		min_deposit: Quote::ZERO,
		min_equity: Quote::ZERO,
		max_loan: Quote::new(1_000_000),
		max_borrowed: Quote::new(1_000_000),
		interest: percent(10),
		profit_cap: Quote::ZERO,
		notional_floor: percent(1),
		outflow: LimitTerms {
			share: percent(25),
			floor: Amount::ZERO,
			account_share: percent(50),
			account_floor: Amount::ZERO,
			window: Millis::HOUR,
		},
		interest_period: Millis::MINUTE,
		breaker: PoolParams {
			drawdown: Threshold { trip: 2, release: 1 },
			backlog: Threshold { trip: 2, release: 1 },
			release: Millis::MINUTE,
		},
		fund: Default::default(),
	}
}

/// A lot of so many units that a tick of it is worth ten quanta.
fn asset<T: Config>(number: u32) -> AssetTerms {
	let decimals = T::Prices::decimals(FEED).expect("the feed has a price");
	let units_per_lot = 10u128.pow(u32::from(decimals) + 3);
	AssetTerms {
		symbol: symbol(number),
		decimals: 8,
		feed: FEED,
		units_per_lot,
		tick_value: TickValue::new(10),
		brackets: brackets(),
		haircut: HaircutParams {
			tail: percent(300),
			horizon: Millis::HOUR,
			wrong_way: Ratio::ZERO,
			lowest: percent(5),
		},
		ramp: ramp(),
		daily_sigma: percent(4),
		daily_volume: Size::new(1_000_000),
		cap: Amount::new(units_per_lot * 1_000),
		min_deposit: Amount::ZERO,
	}
}

/// Pools are filled one after the other.
fn market(number: u32) -> ListedMarket {
	ListedMarket {
		pool: PoolId(number / MAX_POOL_MARKETS),
		feed: FEED,
		tick_value: TickValue::new(10),
		max_position: Size::new(1_000_000),
		risk: RiskTerms {
			brackets: brackets(),
			margin: MarginParams {
				spread: Ratio::new(500_000),
				lowest: percent(1),
				highest: percent(50),
				maintenance_share: percent(60),
			},
			ramp: ramp(),
			horizon: HorizonParams {
				close_out_delay: Millis::MINUTE,
				participation: percent(10),
				longest: Millis::DAY,
			},
			daily_sigma: percent(4),
			tail: percent(350),
			mark_band: percent(2),
			lower_cap: Quote::new(1_000_000),
			upper_cap: Quote::new(1_000_000_000),
			daily_volume: Size::new(1_000_000),
			impact: percent(100),
			contagion: ContagionParams {
				depth_share: percent(50),
				spill_share: percent(10),
				least_cap: percent(20),
				largest_raise: percent(50),
			},
		},
		funding: FundingTerms {
			impact_size: Size::new(100),
			least_volume: Size::new(10),
			cap_multiple: percent(600),
		},
	}
}

fn prices<T: Config>(price: u64, now: Timestamp) {
	T::Prices::set_price(FEED, Price::new(price), now);
	T::Prices::set_price(QUOTE_FEED, Price::new(9_990), now);
}

/// Nothing but so many of each, all with prices, and as many pools as hold the markets.
fn set_up<T: Config>(markets: u32, assets: u32, pools: u32) {
	let _ = Pools::<T>::clear(u32::MAX, None);
	let _ = PoolLoans::<T>::clear(u32::MAX, None);
	let _ = Assets::<T>::clear(u32::MAX, None);
	let _ = Markets::<T>::clear(u32::MAX, None);
	PoolCount::<T>::kill();
	AssetCount::<T>::kill();
	MarketList::<T>::kill();
	prices::<T>(PRICE, Timestamp::new(START));
	for number in 0..pools.max(markets.div_ceil(MAX_POOL_MARKETS)) {
		Pallet::<T>::add_pool(pool(number)).expect("the pool is in order");
	}
	for number in 0..assets {
		Pallet::<T>::add_asset(asset::<T>(number)).expect("the asset is in order");
	}
	for number in 0..markets {
		Pallet::<T>::add_market(MarketId(number), market(number)).expect("the market is in order");
	}
	Pallet::<T>::begin_block(Timestamp::new(START));
}

/// All of so many markets have a return in the bar of the first block and in that before: the next
/// block of another bar takes as many pairs into averages that are none of them zero.
fn seed_returns<T: Config>(markets: u32) {
	let seen = Observation {
		log_return: LogReturn::new(-1_234_567_890),
		bars: 1,
		forecast: Sigma::new(1_000_000_000),
	};
	let bar = START / BAR.get();
	let (mut returns, mut pairs) = (BarReturns::default(), PairMoves::default());
	for bar in [bar - 1, bar] {
		if let Some(over) = returns.begin(bar) {
			pairs.take(&over);
		}
		for place in 0..markets as usize {
			returns.record(bar, place, &seen);
		}
	}
	Returns::<T>::put(returns);
	Pairs::<T>::put(pairs);
}

fn a_batch() -> BatchSummary {
	let cleared =
		Clearing { price: Price::new(PRICE + 500), volume: Size::new(100), surplus: Lots::ZERO };
	let impact = Impact { bid: Some(Price::new(PRICE)), ask: Some(Price::new(PRICE + 1_000)) };
	let (organic, depth) = (Some(cleared), Size::new(10_000));
	BatchSummary { organic, impact, depth, ..Default::default() }
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Everything moves: a new bar, new prices, interest is due, the rates are told, and the returns
	/// of the bar before go into the averages of all pairs. Those are quadratic in the markets, but
	/// few nanoseconds each.
	#[benchmark]
	fn begin_block(m: Linear<0, MAX_MARKETS>, a: Linear<0, MAX_ASSETS>, p: Linear<1, MAX_POOLS>) {
		set_up::<T>(m, a, p);
		seed_returns::<T>(m);
		let before = Pairs::<T>::get();
		let bars = BAR.get();
		let later = Timestamp::new(START + 5 * bars);
		prices::<T>(PRICE * 11 / 10, later);
		for (market, _) in MarketList::<T>::get() {
			Pallet::<T>::observe_batch(market, &a_batch(), Timestamp::new(START + 1));
		}

		#[block]
		{
			Pallet::<T>::begin_block(later);
		}

		assert!(MarketHistories::<T>::iter_values().all(|history| history.returns == 1));
		assert_eq!(m == 0, Pairs::<T>::get() == before);
	}

	#[benchmark]
	fn observe_batch() {
		set_up::<T>(1, 0, 1);
		let batch = a_batch();

		#[block]
		{
			Pallet::<T>::observe_batch(MarketId(0), &batch, Timestamp::new(START + 500));
		}
	}

	#[benchmark]
	fn list_pool() -> Result<(), BenchmarkError> {
		set_up::<T>(0, 0, MAX_POOLS - 1);
		let origin = T::ListingOrigin::try_successful_origin()
			.map_err(|_| BenchmarkError::Stop("there is no origin that lists"))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Box::new(pool(MAX_POOLS)));

		assert_eq!(PoolCount::<T>::get(), MAX_POOLS);
		Ok(())
	}

	#[benchmark]
	fn list_asset() -> Result<(), BenchmarkError> {
		set_up::<T>(0, MAX_ASSETS - 1, 1);
		let origin = T::ListingOrigin::try_successful_origin()
			.map_err(|_| BenchmarkError::Stop("there is no origin that lists"))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Box::new(asset::<T>(MAX_ASSETS)));

		assert_eq!(AssetCount::<T>::get(), MAX_ASSETS);
		Ok(())
	}

	#[benchmark]
	fn list_market() {
		set_up::<T>(MAX_MARKETS - 1, 0, 1);

		#[block]
		{
			let last = market(MAX_MARKETS - 1);
			Pallet::<T>::add_market(MarketId(MAX_MARKETS), last).expect("it is in order");
		}

		assert_eq!(MarketList::<T>::decode_len(), Some(MAX_MARKETS as usize));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty_chain(), crate::mock::Test);
}
