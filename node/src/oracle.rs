//! The node's part of the oracle: fetches prices for the off-chain worker, and shows operators how
//! the chain's prices and reporters do.

use std::{
	path::Path,
	sync::Arc,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use breakwater_primitives::{
	oracle::{LocalQuotes, OracleApi, LOCAL_QUOTES_KEY},
	OpaqueBlock,
};
use breakwater_sources::{
	run, Board, Config, ConfigError, FetchError, Fetcher, Observer, Source, Symbol,
};
use codec::Encode;
use polkadot_sdk::*;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};

use crate::oracle_metrics::{ChainMetrics, SourceMetrics};

const TARGET: &str = "oracle";

/// How often the quotes for the off-chain worker are renewed. The worker signs them up to this much
/// later than they could be.
const RENEWAL: Duration = Duration::from_millis(100);

/// How long to wait until the chain is asked again for its feeds.
const RETRY: Duration = Duration::from_secs(2);

/// How often the metrics of the chain's prices are renewed.
const METRICS_RENEWAL: Duration = Duration::from_secs(1);

/// Fetches prices and leaves them for the off-chain worker. Never ends.
pub(crate) async fn fetch_prices<C, S>(
	config: Config,
	fetcher: Fetcher,
	client: Arc<C>,
	mut storage: S,
	metrics: Option<SourceMetrics>,
) where
	C: ProvideRuntimeApi<OpaqueBlock> + HeaderBackend<OpaqueBlock>,
	C::Api: OracleApi<OpaqueBlock>,
	S: OffchainStorage,
{
	let board = Board::new(config, symbols(&*client).await);
	for source in board.strangers() {
		log::warn!(target: TARGET, "the chain has no feed {}; {} is not asked", source.feed, source.venue);
	}
	let observer = Log { metrics };
	let renew = async {
		loop {
			let local = LocalQuotes {
				finalized: client.info().finalized_number,
				quotes: board.quotes(now()),
			};
			storage.set(STORAGE_PREFIX, LOCAL_QUOTES_KEY, &local.encode());
			tokio::time::sleep(RENEWAL).await;
		}
	};
	futures::future::join(run(&board, &fetcher, &observer), renew).await;
}

/// The feeds of the chain, as soon as it has some: a node that begins may know only the first block.
async fn symbols<C>(client: &C) -> Vec<Symbol>
where
	C: ProvideRuntimeApi<OpaqueBlock> + HeaderBackend<OpaqueBlock>,
	C::Api: OracleApi<OpaqueBlock>,
{
	loop {
		match client.runtime_api().feeds(client.info().best_hash) {
			Ok(feeds) if !feeds.is_empty() => return feeds.iter().map(symbol).collect(),
			Ok(_) => log::debug!(target: TARGET, "the chain has no feeds yet"),
			Err(error) => log::warn!(target: TARGET, "the chain does not tell its feeds: {error}"),
		}
		tokio::time::sleep(RETRY).await;
	}
}

/// What sources need to know of a feed.
pub(crate) fn symbol(feed: &breakwater_primitives::oracle::FeedInfo) -> Symbol {
	Symbol {
		feed: feed.feed,
		name: String::from_utf8_lossy(&feed.symbol).into_owned(),
		decimals: feed.decimals,
	}
}

/// Counts and logs how every question to a source went.
struct Log {
	metrics: Option<SourceMetrics>,
}

impl Observer for Log {
	fn answered(&self, source: &Source, outcome: &Result<u64, FetchError>, took: Duration) {
		if let Err(error) = outcome {
			log::debug!(target: TARGET, "{}: {error}", source.name());
		}
		if let Some(metrics) = &self.metrics {
			metrics.answered(source, outcome, took);
		}
	}
}

/// Shows the chain's prices and reporters as metrics. Never ends.
pub(crate) async fn show_metrics<C>(client: Arc<C>, metrics: ChainMetrics)
where
	C: ProvideRuntimeApi<OpaqueBlock> + HeaderBackend<OpaqueBlock>,
	C::Api: OracleApi<OpaqueBlock>,
{
	loop {
		if let Err(error) = metrics.renew(&*client) {
			log::debug!(target: TARGET, "no metrics of the oracle: {error}");
		}
		tokio::time::sleep(METRICS_RENEWAL).await;
	}
}

/// The sub-command that asks every source of a file once.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckSourcesCmd {
	/// The file with the sources: docs/oracle.md describes it.
	#[arg(value_name = "FILE")]
	file: std::path::PathBuf,
}

impl CheckSourcesCmd {
	/// Asks every source and prints what it read. Fails if any source failed.
	pub(crate) fn run(&self) -> sc_cli::Result<()> {
		let config = load(&self.file)?;
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
		let failed = runtime.block_on(check_sources(&config, &new_fetcher()?));
		if failed == 0 {
			return Ok(());
		}
		Err(sc_cli::Error::Input(format!("{failed} of {} sources failed", config.sources.len())))
	}
}

async fn check_sources(config: &Config, fetcher: &Fetcher) -> usize {
	let ask = |source| async move {
		let asked = std::time::Instant::now();
		(source, fetcher.read(source, config.timeout()).await, asked.elapsed().as_millis())
	};
	let answers = futures::future::join_all(config.sources.iter().map(ask)).await;
	for (source, answer, took) in &answers {
		match answer {
			Ok(reading) => {
				let spread = reading.bid_ask.as_ref();
				let spread = spread.map(|(bid, ask)| format!("  bid {bid} ask {ask}"));
				println!(
					"ok    {:28} {:>16} {took:5} ms{}",
					source.name(),
					reading.price,
					spread.unwrap_or_default()
				);
			},
			Err(error) => println!("FAIL  {:28} {took:5} ms  {error}", source.name()),
		}
	}
	answers.iter().filter(|(_, answer, _)| answer.is_err()).count()
}

/// Reads an operator's file.
pub(crate) fn load(file: &Path) -> sc_cli::Result<Config> {
	Config::load(file).map_err(|error: ConfigError| sc_cli::Error::Input(error.to_string()))
}

/// A client for HTTP and HTTPS.
pub(crate) fn new_fetcher() -> sc_cli::Result<Fetcher> {
	Fetcher::new().map_err(|error| {
		sc_cli::Error::Input(format!(
			"this machine has no certificate authorities to trust: {error}. On Debian, install the \
			 package ca-certificates"
		))
	})
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
