//! A runtime with one pallet, and an oracle and a risk engine under the tests' control.

use breakwater_breaker::{
	withdrawal::LimitTerms, BandParams, ChainParams, MarketParams, PoolParams, Threshold,
};
use breakwater_interfaces::{
	AssetTerms, BatchSummary, FeedPrice, FundingTerms, PoolTerms, Prices, Pricing, RiskEngine,
	RiskTerms,
};
use breakwater_margin::{BorrowIndex, CollateralIndex, LegIndex};
use breakwater_oracle_math::Action;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{
	Amount, AssetId, MarketId, Millis, PoolId, Price, Quote, Ratio, SignedRatio, Size, TickValue,
	Timestamp,
};
use frame_support::{derive_impl, parameter_types};
use polkadot_sdk::*;
use sp_io::TestExternalities;
use sp_runtime::{BuildStorage, DispatchResult};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Breaker = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

parameter_types! {
	/// The price in ticks, zero for none, and its time.
	pub storage Quoted: (u64, u64) = (0, 0);
	pub storage Missing: Ratio = Ratio::ZERO;
	pub storage Permitted: bool = true;
	pub storage Lag: u32 = 0;
	pub Chain: ChainParams = ChainParams {
		finality_lag: Threshold { trip: 20, release: 8 },
		backlog: Threshold { trip: 100, release: 10 },
		release: Millis::new(5_000),
		outage_gap: Millis::new(30_000),
		grace: Millis::new(60_000),
	};
}

impl crate::Config for Test {
	type Prices = Oracle;
	type RiskEngine = Oracle;
	type ChainParams = Chain;
	type WeightInfo = ();
}

#[allow(unreachable_pub)]
pub struct Oracle;

impl Prices for Oracle {
	fn decimals(_: FeedId) -> Option<u8> {
		Some(2)
	}

	fn price(_: FeedId) -> Option<FeedPrice> {
		let (price, time) = Quoted::get();
		(price != 0).then(|| FeedPrice {
			price: Price::new(price),
			confidence: Price::ZERO,
			time: Timestamp::new(time),
			missing_weight: Missing::get(),
		})
	}

	fn permits(_: FeedId, _: Action) -> bool {
		Permitted::get()
	}

	fn finality_lag() -> Option<u32> {
		Some(Lag::get())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_price(_: FeedId, price: Price, now: Timestamp) {
		Quoted::set(&(price.get(), now.get()));
	}
}

impl RiskEngine for Oracle {
	fn begin_block(_: Timestamp) {}
	fn observe_batch(_: MarketId, _: &BatchSummary, _: Timestamp) {}
	fn feed_of(_: MarketId) -> Option<FeedId> {
		Some(FEED)
	}
	fn market(_: MarketId) -> Option<LegIndex> {
		None
	}
	fn collateral(_: AssetId) -> Option<CollateralIndex> {
		None
	}
	fn borrow(_: PoolId) -> BorrowIndex {
		BorrowIndex::ONE
	}
	fn market_volatility(_: MarketId) -> Ratio {
		Ratio::ZERO
	}
	fn asset_volatility(_: AssetId) -> Ratio {
		Ratio::ZERO
	}
	fn pricing(_: MarketId) -> Option<Pricing> {
		let (price, time) = Quoted::get();
		(price != 0).then(|| Pricing {
			index: Price::new(price),
			index_time: Timestamp::new(time),
			mark: Price::new(price),
			maintenance: Ratio::saturating_from_percent(3),
			initial: Ratio::saturating_from_percent(5),
			funding_rate: SignedRatio::ZERO,
			sigma_per_minute: Ratio::saturating_from_basis_points(10),
			depth: Size::ZERO,
			open_interest: Size::ZERO,
		})
	}
	fn markets() -> Vec<(MarketId, PoolId)> {
		vec![(MARKET, PoolId(0))]
	}
	fn assets() -> Vec<AssetId> {
		Vec::new()
	}
	fn pools() -> Vec<PoolId> {
		vec![PoolId(0)]
	}
	fn pool_of(_: MarketId) -> Option<PoolId> {
		Some(PoolId(0))
	}
	fn pool(_: PoolId) -> Option<PoolTerms> {
		let part = Ratio::saturating_from_percent(10);
		let (quote, threshold) = (Quote::ZERO, Threshold { trip: 50, release: 5 });
		Some(PoolTerms {
			symbol: Default::default(),
			quote_feed: None,
			min_deposit: quote,
			min_equity: quote,
			max_loan: quote,
			max_borrowed: quote,
			interest: Ratio::ZERO,
			profit_cap: quote,
			notional_floor: Ratio::ZERO,
			outflow: LimitTerms {
				share: part,
				floor: Amount::ZERO,
				account_share: part,
				account_floor: Amount::ZERO,
				window: Millis::DAY,
			},
			interest_period: Millis::DAY,
			breaker: PoolParams {
				// Twenty and ten percent.
				drawdown: Threshold { trip: 200_000_000, release: 100_000_000 },
				backlog: threshold,
				release: Millis::new(5_000),
			},
			fund: Default::default(),
		})
	}
	fn asset(_: AssetId) -> Option<AssetTerms> {
		None
	}
	fn list_market(
		_: MarketId,
		_: PoolId,
		_: FeedId,
		_: TickValue,
		_: Size,
		_: &RiskTerms,
		_: &FundingTerms,
	) -> DispatchResult {
		Ok(())
	}
	fn open_interest_room(_: MarketId) -> Size {
		Size::MAX
	}
}

pub(crate) const MARKET: MarketId = MarketId(0);
pub(crate) const FEED: FeedId = 0;

/// Four standard deviations of sixteen minutes: 1.6 % at ten basis points a minute.
pub(crate) fn params() -> MarketParams {
	MarketParams {
		band: BandParams {
			min: Ratio::saturating_from_percent(1),
			max: Ratio::saturating_from_percent(10),
			k: Ratio::new(4_000_000_000),
			window_bars: 16,
		},
		release_share: Ratio::saturating_from_percent(50),
		min_volume: Size::new(10),
		limit_timeout: Millis::new(15_000),
		limit_release: Millis::new(5_000),
		auction: Millis::new(30_000),
		extension: Millis::new(10_000),
		max_extensions: 3,
		max_imbalance: Ratio::saturating_from_percent(50),
		collar_growth: Ratio::new(1_500_000_000),
		missing_weight: Threshold { trip: 334_000_000, release: 200_000_000 },
		price_age: Threshold { trip: 10_000, release: 3_000 },
		quarantine_age: Threshold { trip: 60_000, release: 3_000 },
		backlog: Threshold { trip: 50, release: 5 },
		reduce_only_release: Millis::new(5_000),
		quarantine_release: Millis::new(10_000),
	}
}

/// A chain with one listed market.
pub(crate) fn chain() -> TestExternalities {
	let mut ext: TestExternalities =
		frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into();
	ext.execute_with(|| {
		System::set_block_number(1);
		use breakwater_interfaces::Breakers;
		Breaker::list_market(MARKET, FEED, &params()).unwrap();
	});
	ext
}
