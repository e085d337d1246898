//! What happens when an account cannot carry its positions: liquidation, insurance, and the monitor
//! of what could spread.

use breakwater_interfaces::LiquidationTerms;
use breakwater_liquidator::Auction;
use breakwater_units::PoolId;
use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, Get},
	PalletId,
};
use polkadot_sdk::*;

use super::oracle::SlotTime;
use crate::{
	market_presets, CircuitBreaker, Exchange, Insurance, Liquidation, Margin, Risk, Runtime,
};

parameter_types! {
	pub const InsuranceId: PalletId = PalletId(*b"bw/insur");
}

/// How collateral is sold: the same for every asset.
pub struct CollateralTerms;

impl Get<LiquidationTerms> for CollateralTerms {
	fn get() -> LiquidationTerms {
		market_presets::collateral_terms()
	}
}

impl breakwater_liquidator::Config for Runtime {
	type Ledger = Margin;
	type RiskEngine = Risk;
	type Exchange = Exchange;
	type Listings = Exchange;
	type Insurance = Insurance;
	type Breakers = CircuitBreaker;
	type Now = SlotTime;
	type CollateralTerms = CollateralTerms;
	type MaxAccounts = ConstU32<2_000>;
	type MaxQueue = ConstU32<256>;
	type MaxForced = ConstU32<200>;
	type RetryAfter = ConstU32<20>;
	type WeightInfo = breakwater_liquidator::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmark_helpers::Helper;
}

/// Pools in which positions or collateral are up for auction.
pub struct OpenAuctions;

impl Contains<PoolId> for OpenAuctions {
	fn contains(pool: &PoolId) -> bool {
		use breakwater_interfaces::RiskEngine;
		let markets = Risk::markets().into_iter().filter(|(_, of)| of == pool);
		let markets = markets.map(|(market, _)| Auction::Market(market));
		let assets = Risk::assets().into_iter().map(|asset| Auction::Collateral(*pool, asset));
		let is_open = |auction| {
			let mut offers = breakwater_liquidator::Offers::<Runtime>::iter_key_prefix(auction);
			offers.next().is_some()
		};
		markets.chain(assets).any(is_open)
	}
}

impl breakwater_insurance::Config for Runtime {
	type SlotTime = SlotTime;
	type Ledger = Margin;
	type RiskEngine = Risk;
	type Liquidation = Liquidation;
	type OpenAuctions = OpenAuctions;
	type Correlations = Risk;
	type PalletId = InsuranceId;
	type WeightInfo = breakwater_insurance::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmark_helpers::Helper;
}

impl breakwater_contagion_monitor::Config for Runtime {
	type RiskEngine = Risk;
	type WeightInfo = breakwater_contagion_monitor::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmark_helpers::Helper;
}
