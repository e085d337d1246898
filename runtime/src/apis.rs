//! What the node, and through it every client, may ask of the runtime.

use alloc::vec::Vec;

use breakwater_interfaces::SubaccountId;
use breakwater_primitives::{
	accounts::{Parameters, PipelineStatus, SubaccountReport},
	contagion::{LiquidationBin, LiquidationMapInfo, OverlapInfo},
	insurance::{BackstopInfo, FundInfo, LevyInfo, OperationInfo, RankInfo, StakeInfo},
	liquidation::{AuctionInfo, BidPreview, BidQuery, DueAccount, LiquidationStatus},
	markets::{BookInfo, OrderInfo, OrderPreview},
	oracle::{FeedInfo, OracleSignature, OracleStatus, PriceInfo, Report, ReporterInfo},
	streams::{FillInfo, MarketPrice},
	trading::OrderQuery,
	AccountId, Balance, Nonce,
};
use breakwater_units::{AccountKey, MarketId};
use codec::Encode;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	traits::KeyOwnerProofSystem,
	view_functions::{ViewFunctionDispatchError, ViewFunctionId},
	weights::Weight,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_transaction_payment_rpc_runtime_api::{FeeDetails, RuntimeDispatchInfo};
use polkadot_sdk::*;
use sp_api::impl_runtime_apis;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use crate::{
	genesis_presets, queries, Aura, Block, Exchange, Executive, Grandpa, Historical,
	InherentDataExt, Oracle, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys, System,
	TransactionPayment, VERSION,
};

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(
			data: sp_inherents::InherentData,
		) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl breakwater_primitives::accounts::AccountsApi<Block> for Runtime {
		fn subaccounts(owner: AccountId) -> Vec<u16> {
			queries::accounts::subaccounts(&owner)
		}

		fn subaccount(owner: AccountId, number: u16) -> Option<SubaccountReport> {
			queries::accounts::subaccount(owner, number)
		}

		fn subaccount_by_key(key: [u8; 32]) -> Option<(AccountId, SubaccountReport)> {
			queries::accounts::by_key(AccountKey(key))
		}

		fn parameters() -> Parameters {
			queries::parameters::parameters()
		}

		fn pipeline() -> PipelineStatus {
			queries::parameters::pipeline()
		}
	}

	impl breakwater_primitives::trading::MarketsApi<Block> for Runtime {
		fn book(market: u32, levels: u32) -> Option<BookInfo> {
			Exchange::book(MarketId(market), levels)
		}

		fn orders(owner: AccountId, number: u16) -> Vec<OrderInfo> {
			Exchange::open_orders(&SubaccountId { owner, number })
		}

		fn preview(owner: AccountId, number: u16, order: OrderQuery) -> OrderPreview {
			queries::trading::preview(&SubaccountId { owner, number }, order)
		}
	}

	impl breakwater_primitives::contagion::ContagionApi<Block> for Runtime {
		fn liquidation_histogram(market: u32) -> Option<Vec<LiquidationBin>> {
			queries::contagion::histogram(market)
		}

		fn liquidation_map(market: u32) -> Option<LiquidationMapInfo> {
			queries::contagion::map(market)
		}

		fn overlap() -> OverlapInfo {
			queries::contagion::overlap()
		}
	}

	impl breakwater_primitives::liquidation::LiquidationApi<Block> for Runtime {
		fn due_accounts(most: u32) -> Vec<DueAccount> {
			queries::liquidation::due_accounts(most)
		}

		fn auctions(most: u32) -> Vec<AuctionInfo> {
			queries::liquidation::auctions(most)
		}

		fn preview_bid(owner: AccountId, number: u16, bid: BidQuery) -> BidPreview {
			queries::liquidation::preview_bid(owner, number, bid)
		}

		fn liquidation_status() -> LiquidationStatus {
			queries::liquidation::status()
		}
	}

	impl breakwater_primitives::insurance::InsuranceApi<Block> for Runtime {
		fn funds() -> Vec<FundInfo> {
			queries::insurance::funds()
		}

		fn global_fund() -> u128 {
			queries::insurance::global_fund()
		}

		fn backstops() -> Vec<BackstopInfo> {
			queries::insurance::backstops()
		}

		fn operations() -> Vec<OperationInfo> {
			queries::insurance::operations()
		}

		fn stakes(owner: AccountId) -> Vec<StakeInfo> {
			queries::insurance::stakes(&owner)
		}

		fn deleveraging_rank(account: [u8; 32], market: u32) -> Option<RankInfo> {
			queries::insurance::rank(account, market)
		}

		fn levy(account: [u8; 32]) -> Option<LevyInfo> {
			queries::insurance::levy(account)
		}
	}

	impl breakwater_primitives::streams::StreamsApi<Block> for Runtime {
		fn fills(account: Option<[u8; 32]>) -> Vec<FillInfo> {
			queries::happenings::fills(account)
		}

		fn market_prices() -> Vec<MarketPrice> {
			queries::parameters::market_prices()
		}
	}

	impl breakwater_primitives::oracle::OracleApi<Block> for Runtime {
		fn feeds() -> Vec<FeedInfo> {
			Oracle::feeds()
		}

		fn prices() -> Vec<PriceInfo> {
			Oracle::prices()
		}

		fn reporters() -> Vec<ReporterInfo> {
			Oracle::reporters()
		}

		fn status() -> OracleStatus {
			Oracle::status()
		}

		fn report_transaction(report: Report, signature: OracleSignature) -> Vec<u8> {
			type Call = breakwater_oracle::Call<Runtime>;
			let call = Call::report { report, signature };
			<Runtime as CreateAuthorizedTransaction<Call>>::create_authorized_transaction(call.into())
				.encode()
		}

		fn is_genuine(report: Report, signature: OracleSignature) -> bool {
			Oracle::is_genuine(&report, &signature)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: sp_consensus_grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			let key_owner_proof = key_owner_proof.decode()?;
			Grandpa::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof)
		}

		fn generate_key_ownership_proof(
			_set_id: sp_consensus_grandpa::SetId,
			authority: GrandpaId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority))
				.map(|proof| proof.encode())
				.map(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
		for Runtime
	{
		fn query_info(
			transaction: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(transaction, len)
		}

		fn query_fee_details(
			transaction: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> FeeDetails<Balance> {
			TransactionPayment::query_fee_details(transaction, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall>
		for Runtime
	{
		fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, len)
		}

		fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, genesis_presets::get_preset)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			genesis_presets::preset_names()
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
			crate::benchmarks::list(extra)
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			crate::benchmarks::dispatch(&config)
		}
	}
}
