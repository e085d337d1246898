//! The Breakwater state transition.
//!
//! A solo chain for derivatives whose product is staying solvent: margin, liquidation, insurance
//! and circuit breakers are part of executing a block, so no keeper or proposer stands between a
//! price and the protocol's answer to it.
//!
//! This crate only assembles. Each pallet's parameters live in [`configs`], one file per concern;
//! the interface to the node in [`apis`]; the chains it can start as in [`genesis_presets`]; what
//! execution costs in [`weights`].

#![cfg_attr(not(feature = "std"), no_std)]
// The macros of FRAME write public items without documentation, hundreds of them.
#![allow(missing_docs)]
// The runtime macro expands to one very long type.
#![recursion_limit = "512"]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarks;
pub mod configs;
pub mod defence;
pub mod genesis_presets;
pub mod market_presets;
mod queries;
pub mod weights;

#[cfg(test)]
mod tests;

use alloc::{borrow::Cow, vec::Vec};

use breakwater_primitives::{Address, Header, Signature};
use polkadot_sdk::*;
use sp_runtime::{generic, impl_opaque_keys};
use sp_version::RuntimeVersion;

impl_opaque_keys! {
	/// What a validator signs with. They rotate together, and none of them can move funds.
	pub struct SessionKeys {
		/// Authors blocks.
		pub aura: Aura,
		/// Votes on finality.
		pub grandpa: Grandpa,
		/// Reports prices.
		pub oracle: Oracle,
	}
}

/// The version of this runtime.
///
/// `spec_version` goes up with every change of the state transition, `transaction_version` with
/// every change of how a transaction is encoded.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("breakwater"),
	impl_name: Cow::Borrowed("breakwater"),
	authoring_version: 1,
	spec_version: 100,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// A block with its transactions decoded.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What every transaction passes through, in this order.
///
/// All of these are known to the usual client libraries. An extension of our own must encode to
/// zero bytes, or those libraries could not build a transaction for this chain.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckMortality<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_skip_feeless_payment::SkipCheckIfFeeless<
		Runtime,
		pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	>,
	frame_system::WeightReclaim<Runtime>,
);

/// A transaction as it travels.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Executes blocks: dispatches to the pallets and runs their hooks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

// The index of a pallet is part of every encoded call, and the hooks run in this order. Time and
// authorship come first; the pallets of the clearing pipeline get their indices after 50.
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;

	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	#[runtime::pallet_index(2)]
	pub type Aura = pallet_aura;

	// Before Session: it notes who authored a block while the session still lasts.
	#[runtime::pallet_index(3)]
	pub type Authorship = pallet_authorship;

	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;

	#[runtime::pallet_index(5)]
	pub type TransactionPayment = pallet_transaction_payment;

	#[runtime::pallet_index(6)]
	pub type Session = pallet_session;

	#[runtime::pallet_index(7)]
	pub type Historical = pallet_session::historical;

	#[runtime::pallet_index(8)]
	pub type Grandpa = pallet_grandpa;

	#[runtime::pallet_index(20)]
	pub type Assets = pallet_assets;

	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility;

	#[runtime::pallet_index(31)]
	pub type Multisig = pallet_multisig;

	#[runtime::pallet_index(32)]
	pub type Proxy = pallet_proxy;

	#[runtime::pallet_index(33)]
	pub type SkipFeelessPayment = pallet_skip_feeless_payment;

	// Prices are the first stage of the clearing pipeline.
	#[runtime::pallet_index(50)]
	pub type Oracle = breakwater_oracle;

	#[runtime::pallet_index(51)]
	pub type Risk = breakwater_risk_engine;

	#[runtime::pallet_index(52)]
	pub type CircuitBreaker = breakwater_circuit_breaker;

	#[runtime::pallet_index(53)]
	pub type Margin = breakwater_ledger;

	#[runtime::pallet_index(54)]
	pub type Custody = breakwater_custody;

	#[runtime::pallet_index(55)]
	pub type Exchange = breakwater_exchange;

	#[runtime::pallet_index(56)]
	pub type Insurance = breakwater_insurance;

	#[runtime::pallet_index(57)]
	pub type Liquidation = breakwater_liquidator;

	#[runtime::pallet_index(58)]
	pub type Contagion = breakwater_contagion_monitor;

	// Runs the stages of the others, after their own hooks.
	#[runtime::pallet_index(60)]
	pub type Clearing = breakwater_clearing;

	// Has a key in the development preset only; without one, none of its calls does anything.
	#[runtime::pallet_index(255)]
	pub type Sudo = pallet_sudo;
}
