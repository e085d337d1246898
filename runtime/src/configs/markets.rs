//! Accounts and markets: risk, breakers, the ledger, custody, orders, and the pipeline that runs
//! them.

use alloc::vec;

use breakwater_breaker::{ChainParams, Threshold};
use breakwater_clearing::Budget;
use breakwater_custody::Faucet;
use breakwater_ledger::WeightInfo as _;
use breakwater_primitives::{
	currency::storage_deposit,
	time::{DAYS, SLOT_DURATION},
	AccountId, Balance, BlockNumber,
};
use breakwater_units::{Millis, Ratio};
use frame_support::{
	parameter_types,
	traits::{ConstU16, ConstU32, Get},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use polkadot_sdk::*;
use sp_runtime::Perbill;

use super::{
	oracle::SlotTime,
	system::{HookWeight, MAXIMUM_BLOCK_WEIGHT},
};
use crate::{
	defence::Defence,
	market_presets::{QUOTE_TOKEN, WBTC, WETH},
	Assets, Balances, CircuitBreaker, Clearing, Contagion, Custody, Exchange, Insurance,
	Liquidation, Margin, Oracle, Risk, Runtime, RuntimeHoldReason,
};

/// The part of a block by which the pipeline's share grows while accounts that are due wait: it
/// takes from ordinary transactions.
pub const BACKLOG_RATIO: Perbill = Perbill::from_percent(30);

parameter_types! {
	pub const SubaccountDeposit: Balance = storage_deposit(2, 600);
	pub const CustodyId: PalletId = PalletId(*b"bw/cstdy");
	pub const ExchangeId: PalletId = PalletId(*b"bw/exchg");
	pub const QuotaPeriod: BlockNumber = DAYS;

	/// Sixteen seconds without finality, or thirty without a block, are no ordinary network.
	pub Chain: ChainParams = ChainParams {
		finality_lag: Threshold { trip: 32, release: 16 },
		backlog: Threshold { trip: 100, release: 10 },
		release: Millis::new(10_000),
		outage_gap: Millis::new(30_000),
		grace: Millis::new(60_000),
	};
}

const _: () = assert!(SLOT_DURATION <= 30_000);

/// What hooks may weigh, less what prices and dead-man switches take at their worst with as many
/// reporters and feeds as there are: their hooks run before.
pub struct PipelineBudget;

impl Get<Budget> for PipelineBudget {
	fn get() -> Budget {
		let before = Oracle::heaviest_now()
			.saturating_add(Exchange::worst_hook_weight())
			.saturating_add(Contagion::heaviest_turn());
		let total = HookWeight::get().saturating_sub(before);
		Budget {
			total,
			with_backlog: total.saturating_add(BACKLOG_RATIO * MAXIMUM_BLOCK_WEIGHT),
			// An account takes about as much to be found as to be planned, and half as much again to
			// be filled.
			solvency: Ratio::saturating_from_percent(28),
			liquidation: Ratio::saturating_from_percent(40),
			resolution: Ratio::saturating_from_percent(10),
		}
	}
}

/// How full blocks are.
pub struct Fullness;

impl Get<Ratio> for Fullness {
	fn get() -> Ratio {
		Clearing::fullness()
	}
}

impl breakwater_risk_engine::Config for Runtime {
	type ListingOrigin = EnsureRoot<AccountId>;
	type Prices = Oracle;
	type Exposure = Margin;
	type Fullness = Fullness;
	type Contagion = Contagion;
	type WeightInfo = breakwater_risk_engine::weights::SubstrateWeight<Runtime>;
}

impl breakwater_circuit_breaker::Config for Runtime {
	type Prices = Oracle;
	type RiskEngine = Risk;
	type ChainParams = Chain;
	type WeightInfo = breakwater_circuit_breaker::weights::SubstrateWeight<Runtime>;
}

impl breakwater_ledger::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type SubaccountDeposit = SubaccountDeposit;
	type RiskEngine = Risk;
	type Prices = Oracle;
	type Vault = Custody;
	type Busy = Exchange;
	type Backstops = Insurance;
	type Levies = Insurance;
	type Contagion = Contagion;
	type WeightInfo = breakwater_ledger::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmark_helpers::Helper;
}

impl breakwater_exchange::Config for Runtime {
	type ListingOrigin = EnsureRoot<AccountId>;
	type Ledger = Margin;
	type Risk = Risk;
	type Breakers = CircuitBreaker;
	type PalletId = ExchangeId;
	type MaxBatchOrders = ConstU32<1_000>;
	type MaxNewOrders = ConstU32<500>;
	type MaxActivations = ConstU32<50>;
	type MaxExpiries = ConstU32<600>;
	type MaxSwitches = ConstU32<2>;
	type FreeCalls = ConstU32<200>;
	type QuotaPeriod = QuotaPeriod;
	type WeightInfo = breakwater_exchange::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = super::benchmark_helpers::Helper;
}

impl breakwater_clearing::Config for Runtime {
	type SlotTime = SlotTime;
	type RiskEngine = Risk;
	type Breakers = CircuitBreaker;
	type Solvency = Margin;
	type Liquidation = Defence<Liquidation>;
	type Exchange = Exchange;
	type Insurance = Defence<Insurance>;
	type Budget = PipelineBudget;
	type WeightInfo = breakwater_clearing::weights::SubstrateWeight<Runtime>;
}

/// What the faucet of a development chain gives: there is one where there is a Sudo key.
pub struct DevelopmentFaucet;

impl Get<Option<Faucet>> for DevelopmentFaucet {
	fn get() -> Option<Faucet> {
		pallet_sudo::Key::<Runtime>::get()?;
		let gives = vec![
			(QUOTE_TOKEN, 100_000 * 1_000_000),
			(WBTC, 100_000_000),
			(WETH, 20 * 1_000_000_000_000_000_000),
		];
		Some(Faucet { gives, times_a_day: 10 })
	}
}

type OfCustody = breakwater_custody::weights::SubstrateWeight<Runtime>;
type OfLedger = breakwater_ledger::weights::SubstrateWeight<Runtime>;

/// What custody's calls weigh: its own part, measured with small accounts, and the ledger's, with
/// accounts that have as many legs as there may be. Putting in may write as many levels as taking
/// out, though not in the benchmark, so it counts as much.
pub struct CustodyWeights;

impl breakwater_custody::WeightInfo for CustodyWeights {
	fn deposit() -> Weight {
		OfCustody::deposit().saturating_add(OfLedger::debit())
	}

	fn withdraw() -> Weight {
		OfCustody::withdraw().saturating_add(OfLedger::debit())
	}

	fn collect() -> Weight {
		OfCustody::collect()
	}

	fn faucet() -> Weight {
		OfCustody::faucet()
	}
}

impl breakwater_custody::Config for Runtime {
	type Assets = Assets;
	type QuoteAsset = ConstU32<QUOTE_TOKEN>;
	type PalletId = CustodyId;
	type Ledger = Margin;
	type RiskEngine = Risk;
	type Breakers = CircuitBreaker;
	type Now = SlotTime;
	type FreeDeposits = ConstU16<20>;
	type Faucet = DevelopmentFaucet;
	type WeightInfo = CustodyWeights;
}
