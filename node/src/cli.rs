//! The command line.

use std::{path::PathBuf, time::Duration};

use polkadot_sdk::*;
use sc_cli::RunCmd;

use crate::{oracle::CheckSourcesCmd, oracle_feeder::OracleFeederCmd};

/// Options of the node that the standard ones do not cover.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct ConsensusArgs {
	/// How long a finality vote is expected to take to reach the other validators, in milliseconds.
	///
	/// A GRANDPA round waits twice this long for prevotes and four times for precommits. Shorter
	/// means earlier finality and more rounds to compute. 100 suits validators within a region;
	/// raise it to the round-trip time of the slowest pair when they are farther apart.
	#[arg(long, value_name = "MS", default_value_t = 100, value_parser = clap::value_parser!(u64).range(10..=10_000))]
	pub(crate) grandpa_gossip_duration: u64,
}

impl ConsensusArgs {
	/// The expected time of a vote on its way.
	pub(crate) fn gossip_duration(&self) -> Duration {
		Duration::from_millis(self.grandpa_gossip_duration)
	}
}

/// Where the prices come from that this node reports.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct OracleArgs {
	/// A file with HTTP sources of prices. A validator needs one, or the external feeder.
	///
	/// docs/oracle.md describes the file and docs/oracle-sources.json is one. Try yours with the
	/// sub-command `check-sources`.
	#[arg(long, value_name = "FILE")]
	pub(crate) oracle_sources: Option<PathBuf>,
}

/// The whole command line.
#[derive(Debug, clap::Parser)]
#[command(
	propagate_version = true,
	args_conflicts_with_subcommands = true,
	subcommand_negates_reqs = true
)]
pub(crate) struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub(crate) subcommand: Option<Subcommand>,

	#[clap(flatten)]
	pub(crate) run: RunCmd,

	#[clap(flatten)]
	pub(crate) consensus: ConsensusArgs,

	#[clap(flatten)]
	pub(crate) oracle: OracleArgs,
}

/// What the binary can do besides running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)] // Parsed once.
pub(crate) enum Subcommand {
	/// Generate, inspect and insert keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Ask every source of prices in a file once, and print what it answers.
	CheckSources(CheckSourcesCmd),

	/// Report prices to a node as a process of its own.
	OracleFeeder(OracleFeederCmd),

	/// Write a chain specification (older name and form of `export-chain-spec`).
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Write a chain specification.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Validate blocks.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Read blocks from a file.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Write the state at a block as a chain specification.
	ExportState(sc_cli::ExportStateCmd),

	/// Remove the whole chain from the database.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Go back to an earlier block.
	Revert(sc_cli::RevertCmd),

	/// Show what the database holds.
	ChainInfo(sc_cli::ChainInfoCmd),
}
