//! Carries out the command line.

use breakwater_primitives::OpaqueBlock;
use polkadot_sdk::*;
use sc_cli::{Result, SubstrateCli};
use sc_network::config::NetworkBackendType;
use sc_service::Configuration;

use crate::{
	chain_spec,
	cli::{Cli, ConsensusArgs, Subcommand},
	oracle,
	service::{self, PartialNode},
};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Breakwater Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"the issue tracker of the project".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Log filters that come before those of the command line: the lines in which an author tells of
/// each step of each block would bury everything else at two blocks a second.
const LOG_FILTERS: &str = "sc_basic_authorship=warn,aura=warn";

/// Parses the command line and does what it says.
pub(crate) fn run() -> Result<()> {
	let mut cli = Cli::from_args();
	cli.run.shared_params.log.insert(0, LOG_FILTERS.into());

	match &cli.subcommand {
		None => run_node(&cli),
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::CheckSources(cmd)) => cmd.run(),
		Some(Subcommand::OracleFeeder(cmd)) => cmd.run(),
		Some(Subcommand::BuildSpec(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.chain_spec, config.network))
		},
		Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
		Some(Subcommand::CheckBlock(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialNode { client, task_manager, import_queue, .. } =
				service::new_partial(&config)?;
			Ok((cmd.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::ExportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialNode { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((cmd.run(client, config.database), task_manager))
		}),
		Some(Subcommand::ImportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialNode { client, task_manager, import_queue, .. } =
				service::new_partial(&config)?;
			Ok((cmd.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::ExportState(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialNode { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((cmd.run(client, config.chain_spec), task_manager))
		}),
		Some(Subcommand::PurgeChain(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database))
		},
		Some(Subcommand::Revert(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialNode { client, task_manager, backend, .. } = service::new_partial(&config)?;
			let revert_finality = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((cmd.run(client, backend, Some(revert_finality)), task_manager))
		}),
		Some(Subcommand::ChainInfo(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run::<OpaqueBlock>(&config))
		},
	}
}

fn run_node(cli: &Cli) -> Result<()> {
	let consensus = cli.consensus;
	// A file that is wrong is said before anything starts.
	let sources = cli.oracle.oracle_sources.as_deref().map(oracle::load).transpose()?;
	cli.create_runner(&cli.run)?.run_node_until_exit(|config| async move {
		ensure_rpc_ports_free(&config)?;
		start(config, consensus, sources).map_err(sc_cli::Error::Service)
	})
}

/// Fails early, and naming the address, where the RPC server would fail late without.
fn ensure_rpc_ports_free(config: &Configuration) -> Result<()> {
	let required = config.rpc.addr.iter().flatten().filter(|endpoint| !endpoint.is_optional);
	for address in required.map(|endpoint| endpoint.listen_addr) {
		std::net::TcpListener::bind(address).map_err(|error| {
			sc_cli::Error::Input(format!(
				"the RPC server cannot listen on {address}: {error}. Is another node running? \
				 Choose another port with --rpc-port"
			))
		})?;
	}
	Ok(())
}

fn start(
	config: Configuration,
	consensus: ConsensusArgs,
	sources: Option<breakwater_sources::Config>,
) -> std::result::Result<sc_service::TaskManager, sc_service::Error> {
	type Libp2p =
		sc_network::NetworkWorker<OpaqueBlock, <OpaqueBlock as sp_runtime::traits::Block>::Hash>;

	match config.network.network_backend {
		NetworkBackendType::Litep2p => {
			service::new_full::<sc_network::Litep2pNetworkBackend>(config, consensus, sources)
		},
		NetworkBackendType::Libp2p => service::new_full::<Libp2p>(config, consensus, sources),
	}
}
