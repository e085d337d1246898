//! Assembles a node from its parts: client, pool, network, consensus, RPC.

use std::sync::Arc;

use breakwater_lane::{ClientChain, Gossip, ReportPool, Reports};
use breakwater_primitives::{oracle::ORACLE_KEY_TYPE, OpaqueBlock};
use breakwater_runtime::apis::RuntimeApi;
use futures::FutureExt;
use polkadot_sdk::*;
use sc_client_api::{Backend, BlockBackend};
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_network::{config::FullNetworkConfiguration, NetworkBackend};
use sc_service::{
	error::Error as ServiceError, BuildNetworkParams, Configuration, PruningMode, SpawnTasksParams,
	TaskManager, WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_application_crypto::AppCrypto;
use sp_consensus_aura::sr25519::{AuthorityId as AuraId, AuthorityPair as AuraPair};
use sp_core::crypto::KeyTypeId;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;

use crate::{
	cli::ConsensusArgs,
	genesis, oracle,
	oracle_metrics::{ChainMetrics, SourceMetrics},
	rpc::{self, FullDeps, GrandpaDeps},
};

type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
type FullClient = sc_service::TFullClient<OpaqueBlock, RuntimeApi, Executor>;
type FullBackend = sc_service::TFullBackend<OpaqueBlock>;
type FullSelectChain = sc_consensus::LongestChain<FullBackend, OpaqueBlock>;
type FullPool = sc_transaction_pool::TransactionPoolHandle<OpaqueBlock, FullClient>;
type GrandpaBlockImport =
	sc_consensus_grandpa::GrandpaBlockImport<FullBackend, OpaqueBlock, FullClient, FullSelectChain>;
type GrandpaLink = sc_consensus_grandpa::LinkHalf<OpaqueBlock, FullClient, FullSelectChain>;

/// At least this often, in blocks, a proof of finality is kept for those who sync.
const JUSTIFICATION_PERIOD: u32 = 512;

/// How many finalised states a node keeps unless told otherwise: an hour. The usual 256 would be
/// two minutes at this pace, too short for a client that asks about a recent block.
const STATES_KEPT: u32 = breakwater_primitives::time::HOURS;

/// The part of its slot an author may spend on filling the block. The rest is for the block's way
/// to the next author.
const PROPOSAL_SLOT_PORTION: f32 = 2.0 / 3.0;

/// A node without network and consensus: what the sub-commands need.
pub(crate) type PartialNode = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	FullSelectChain,
	sc_consensus::DefaultImportQueue<OpaqueBlock>,
	FullPool,
	(GrandpaBlockImport, GrandpaLink, Option<Telemetry>),
>;

/// Opens the database and builds what reads and writes the chain.
pub(crate) fn new_partial(config: &Configuration) -> Result<PartialNode, ServiceError> {
	let telemetry = start_telemetry(config)?;
	let telemetry_handle = || telemetry.as_ref().map(|(_, telemetry)| telemetry.handle());

	let executor = sc_service::new_wasm_executor::<sp_io::SubstrateHostFunctions>(&config.executor);
	let backend = sc_service::new_db_backend(config.db_config())?;
	let genesis = genesis::storage(&*config.chain_spec)?;
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts_with_genesis_builder::<OpaqueBlock, RuntimeApi, _, _>(
			config,
			telemetry_handle(),
			executor.clone(),
			backend.clone(),
			genesis::block_builder(
				genesis.clone(),
				!config.no_genesis(),
				backend,
				executor.clone(),
			)?,
			false,
		)?;
	genesis::ensure_matches(&*config.chain_spec, genesis, &*backend, &executor)?;
	let client = Arc::new(client);
	let select_chain = sc_consensus::LongestChain::new(backend.clone());

	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry_handle(),
	)?;
	let import_queue = new_import_queue(
		config,
		&task_manager,
		client.clone(),
		block_import.clone(),
		telemetry_handle(),
	)?;

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	Ok(PartialNode {
		client,
		backend,
		task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: (block_import, grandpa_link, telemetry),
	})
}

fn start_telemetry(
	config: &Configuration,
) -> Result<Option<(TelemetryWorker, Telemetry)>, ServiceError> {
	let endpoints = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty());
	let Some(endpoints) = endpoints else { return Ok(None) };
	let worker = TelemetryWorker::new(16)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}

fn new_import_queue(
	config: &Configuration,
	task_manager: &TaskManager,
	client: Arc<FullClient>,
	block_import: GrandpaBlockImport,
	telemetry: Option<TelemetryHandle>,
) -> Result<sc_consensus::DefaultImportQueue<OpaqueBlock>, ServiceError> {
	let inherents_client = client.clone();
	let params = ImportQueueParams {
		justification_import: Some(Box::new(block_import.clone())),
		block_import,
		client,
		create_inherent_data_providers: move |parent, ()| {
			let client = inherents_client.clone();
			async move {
				// Asked of the parent's state: a runtime upgrade may change the pace.
				let slot_duration =
					sc_consensus_aura::standalone::slot_duration_at(&*client, parent)?;
				Ok(inherents(slot_duration))
			}
		},
		spawner: &task_manager.spawn_essential_handle(),
		registry: config.prometheus_registry(),
		check_for_equivocation: Default::default(),
		telemetry,
		compatibility_mode: Default::default(),
	};
	Ok(sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(params)?)
}

type Inherents =
	(sp_consensus_aura::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider);

/// What an author puts into a block unasked: its slot and the time.
fn inherents(slot_duration: sp_consensus_aura::SlotDuration) -> Inherents {
	use sp_consensus_aura::inherents::InherentDataProvider as Slot;

	let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
	(Slot::from_timestamp_and_slot_duration(*timestamp, slot_duration), timestamp)
}

/// Starts a full node or, with `--validator`, an authority.
pub(crate) fn new_full<N>(
	mut config: Configuration,
	consensus: ConsensusArgs,
	sources: Option<breakwater_sources::Config>,
) -> Result<TaskManager, ServiceError>
where
	N: NetworkBackend<OpaqueBlock, <OpaqueBlock as BlockT>::Hash>,
{
	apply_defaults(&mut config);
	let PartialNode {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: (block_import, grandpa_link, mut telemetry),
	} = new_partial(&config)?;

	let metrics = N::register_notification_metrics(config.prometheus_registry());
	let mut net_config =
		FullNetworkConfiguration::<OpaqueBlock, <OpaqueBlock as BlockT>::Hash, N>::new(
			&config.network,
			config.prometheus_registry().cloned(),
		);
	let genesis_hash = client
		.block_hash(0)?
		.ok_or_else(|| ServiceError::Other("the database has no genesis block".into()))?;
	let grandpa_protocol_name =
		sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
	let (grandpa_protocol_config, grandpa_notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
			grandpa_protocol_name.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_protocol_config);
	let (reports_protocol_config, reports_notifications) = breakwater_lane::protocol::<N>(
		genesis_hash,
		config.chain_spec.fork_id(),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(reports_protocol_config);

	// From here on the pool is the one with the lane before it: for the network, the RPC, the
	// off-chain workers and the author alike.
	let lane_metrics =
		config.prometheus_registry().map(breakwater_lane::Metrics::new).transpose()?;
	let chain = Arc::new(ClientChain::new(client.clone()));
	let reports = Arc::new(Reports::new(chain, lane_metrics));
	let (tell, news) = futures::channel::mpsc::unbounded();
	let transaction_pool = Arc::new(ReportPool::new(
		transaction_pool,
		reports.clone(),
		tell,
		Box::new(task_manager.spawn_handle()),
	));

	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	// Essential: reports that do not reach other authors are as good as lost.
	let essential = task_manager.spawn_essential_handle();
	essential.spawn("reports-lane", Some("reports"), reports.clone().follow_chain());
	let gossip = Gossip::new(reports, network.clone(), reports_notifications);
	essential.spawn("reports-gossip", Some("reports"), gossip.run(sync_service.clone(), news));

	if config.offchain_worker.enabled {
		let offchain_workers =
			sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
				runtime_api_provider: client.clone(),
				is_validator: config.role.is_authority(),
				keystore: Some(keystore_container.keystore()),
				offchain_db: backend.offchain_storage(),
				transaction_pool: Some(OffchainTransactionPoolFactory::new(
					transaction_pool.clone(),
				)),
				network_provider: Arc::new(network.clone()),
				// The node fetches prices; the workers only sign them.
				enable_http_requests: true,
				custom_extensions: |_| Vec::new(),
			})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			offchain_workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
		);
	}

	start_oracle(sources, &config, &task_manager, client.clone(), &backend)?;

	let role = config.role;
	let force_authoring = config.force_authoring;
	let name = config.network.node_name.clone();
	let enable_grandpa = !config.disable_grandpa;
	let prometheus_registry = config.prometheus_registry().cloned();
	let shared_voter_state = SharedVoterState::empty();

	let rpc_builder = {
		let client = client.clone();
		let pool = transaction_pool.clone();
		let grandpa = GrandpaDeps {
			voter_state: shared_voter_state.clone(),
			authority_set: grandpa_link.shared_authority_set().clone(),
			justifications: grandpa_link.justification_stream(),
			proofs: FinalityProofProvider::new_for_service(
				backend.clone(),
				Some(grandpa_link.shared_authority_set().clone()),
			),
		};
		Box::new(move |executor| {
			let deps =
				FullDeps { client: client.clone(), pool: pool.clone(), grandpa: grandpa.clone() };
			rpc::create_full(deps, executor).map_err(Into::into)
		})
	};

	sc_service::spawn_tasks(SpawnTasksParams {
		network: network.clone(),
		client: client.clone(),
		keystore: keystore_container.keystore(),
		task_manager: &mut task_manager,
		transaction_pool: transaction_pool.clone(),
		rpc_builder,
		backend,
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		config,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if role.is_authority() {
		report_missing_keys(&keystore_container.keystore());
		let proposer_factory = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			client.clone(),
			transaction_pool.clone(),
			prometheus_registry.as_ref(),
			telemetry.as_ref().map(|telemetry| telemetry.handle()),
		);
		let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
		let aura = sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(
			StartAuraParams {
				slot_duration,
				client,
				select_chain,
				block_import,
				proposer_factory,
				create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
				force_authoring,
				// Never: prices must keep coming, and positions be closed, while finality stalls.
				backoff_authoring_blocks: Option::<()>::None,
				keystore: keystore_container.keystore(),
				sync_oracle: sync_service.clone(),
				justification_sync_link: sync_service.clone(),
				block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SLOT_PORTION),
				// Without it, an author after empty slots would take more than its own.
				max_block_proposal_slot_portion: Some(SlotProportion::new(PROPOSAL_SLOT_PORTION)),
				telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
				compatibility_mode: Default::default(),
			},
		)?;
		// Essential: a validator that cannot author must not look alive.
		task_manager.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
	}

	if enable_grandpa {
		// A full node follows finality but has nothing to sign with.
		let keystore = role.is_authority().then(|| keystore_container.keystore());
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: consensus.gossip_duration(),
				justification_generation_period: JUSTIFICATION_PERIOD,
				name: Some(name),
				observer_enabled: false,
				keystore,
				local_role: role,
				telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
				protocol_name: grandpa_protocol_name,
			},
			link: grandpa_link,
			network,
			sync: sync_service,
			notification_service: grandpa_notifications,
			voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
			prometheus_registry,
			shared_voter_state,
			telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	}

	Ok(task_manager)
}

/// Starts what fetches prices, if the operator named sources, and what shows the oracle's metrics.
fn start_oracle(
	sources: Option<breakwater_sources::Config>,
	config: &Configuration,
	task_manager: &TaskManager,
	client: Arc<FullClient>,
	backend: &FullBackend,
) -> Result<(), ServiceError> {
	let registry = config.prometheus_registry();
	let spawner = task_manager.spawn_handle();
	if let Some(registry) = registry {
		let metrics = ChainMetrics::new(registry)?;
		let show = oracle::show_metrics(client.clone(), metrics);
		spawner.spawn("oracle-metrics", Some("oracle"), show);
	}
	let Some(sources) = sources else {
		if config.role.is_authority() {
			log::warn!("No --oracle-sources: this validator reports no prices, unless an external feeder does.");
		}
		return Ok(());
	};
	if !config.offchain_worker.enabled {
		let problem = "--oracle-sources needs the off-chain worker, which is switched off";
		return Err(ServiceError::Other(problem.into()));
	}
	let fetcher = oracle::new_fetcher().map_err(|error| ServiceError::Other(error.to_string()))?;
	let storage = backend.offchain_storage();
	let storage = storage.ok_or_else(|| ServiceError::Other("no off-chain storage".into()))?;
	let metrics = registry.map(SourceMetrics::new).transpose()?;
	let fetch = oracle::fetch_prices(sources, fetcher, client, storage, metrics);
	spawner.spawn("oracle-fetcher", Some("oracle"), fetch);
	Ok(())
}

/// Settings that suit this chain better than the general defaults.
fn apply_defaults(config: &mut Configuration) {
	if config.state_pruning.is_none() {
		config.state_pruning = Some(PruningMode::blocks_pruning(STATES_KEPT));
	}
	// A taken port is an error. Falling back to a random one leaves clients talking to whatever
	// else listens there, another chain's node more often than not.
	for endpoint in config.rpc.addr.iter_mut().flatten() {
		endpoint.retry_random_port = false;
	}
}

/// Says which session keys an authority lacks. Not an error: `author_rotateKeys` makes them on the
/// running node.
fn report_missing_keys(keystore: &KeystorePtr) {
	let has = |key_type: KeyTypeId| keystore.keys(key_type).is_ok_and(|keys| !keys.is_empty());
	let missing: Vec<_> = [
		("aura", AuraId::ID),
		("grandpa", sp_consensus_grandpa::KEY_TYPE),
		("oracle", ORACLE_KEY_TYPE),
	]
	.into_iter()
	.filter(|(_, key_type)| !has(*key_type))
	.map(|(name, _)| name)
	.collect();

	if missing.is_empty() {
		return;
	}
	log::error!(
		"This validator has no {} key in its keystore and cannot do that part of its work. Make \
		 session keys by the RPC author_rotateKeysWithOwner and register them with \
		 session.setKeys, or insert existing ones with 'breakwater-node key insert'.",
		missing.join(", "),
	);
}
