//! The pallets whose weights are measured, and how. See `docs/weights.md`.

use alloc::{string::String, vec::Vec};

use frame_benchmarking::{define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};
use polkadot_sdk::*;

use crate::{
	AllPalletsWithSystem, CircuitBreaker, Clearing, Contagion, Custody, Exchange, Insurance,
	Liquidation, Margin, Oracle, Risk,
};

// One line for each pallet: the crate's name and the pallet's in this runtime.
define_benchmarks!(
	[breakwater_oracle, Oracle]
	[breakwater_risk_engine, Risk]
	[breakwater_circuit_breaker, CircuitBreaker]
	[breakwater_ledger, Margin]
	[breakwater_custody, Custody]
	[breakwater_exchange, Exchange]
	[breakwater_insurance, Insurance]
	[breakwater_liquidator, Liquidation]
	[breakwater_contagion_monitor, Contagion]
	[breakwater_clearing, Clearing]
);

/// What there is to measure.
pub fn list(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Measures one.
pub fn dispatch(config: &BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let params = (config, &whitelist[..]);
	let mut batches = Vec::new();
	add_benchmarks!(params, batches);
	Ok(batches)
}
