//! The external feeder: reports prices without a validator, for operators who want neither HTTP nor
//! the oracle key on the machine that authors blocks.
//!
//! It makes the same reports as the off-chain worker, of the same sources, signs them with the
//! session's oracle key, and submits them to a node by RPC. The chain checks both alike.

use std::{
	fmt,
	net::SocketAddr,
	path::PathBuf,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::Duration,
};

use breakwater_primitives::oracle::{
	FeedInfo, OracleId, OraclePair, OracleStatus, Report, ReporterInfo,
};
use breakwater_sources::{run, Board, Config, FetchError, Fetcher, Observer, Source, Symbol};
use codec::{Decode, Encode};
use hyper::{
	body::{Bytes, Incoming},
	service::service_fn,
	Method, Request, Response, StatusCode,
};
use polkadot_sdk::{substrate_prometheus_endpoint as prometheus, *};
use prometheus::{prometheus::TextEncoder, register, Counter, CounterVec, Opts, Registry, U64};
use serde_json::{json, Value};
use sp_core::{crypto::SecretStringError, Pair};

use crate::{
	oracle::{load, new_fetcher, now, symbol},
	oracle_metrics::SourceMetrics,
};

const TARGET: &str = "oracle";

/// How often the node is asked whether there is a new block.
const POLL: Duration = Duration::from_millis(100);
/// How long the node may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Without an accepted report for this long, the feeder is not healthy.
const HEALTHY_WITHIN: Duration = Duration::from_secs(10);

/// Report prices to a node as a process of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct OracleFeederCmd {
	/// The file with the sources: docs/oracle.md describes it.
	#[arg(long, value_name = "FILE")]
	sources: PathBuf,

	/// A file whose first line is the secret of the session's oracle key: a phrase, `0x` and a
	/// seed, or `//Alice`. Nobody else should be able to read it.
	#[arg(long, value_name = "FILE")]
	key_file: PathBuf,

	/// The node to report to, by HTTP.
	#[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9944")]
	rpc: String,

	/// Where to answer `/health` and `/metrics`.
	#[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9620")]
	listen: SocketAddr,
}

impl OracleFeederCmd {
	/// Reports until the process is asked to end.
	pub(crate) fn run(&self) -> sc_cli::Result<()> {
		sp_tracing::try_init_simple();
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
		runtime.block_on(self.feed())
	}

	async fn feed(&self) -> sc_cli::Result<()> {
		let config = load(&self.sources)?;
		let pair = read_key(&self.key_file)?;
		let uri =
			self.rpc.parse().map_err(|error| input(format!("--rpc {}: {error}", self.rpc)))?;
		let fetcher = new_fetcher()?;
		let registry = Registry::new();
		let metrics = Arc::new(Metrics::new(&registry).map_err(|error| input(error.to_string()))?);
		let listener = tokio::net::TcpListener::bind(self.listen).await;
		let listener = listener
			.map_err(|error| input(format!("cannot listen on {}: {error}", self.listen)))?;
		let node = Node { uri, fetcher: fetcher.clone() };

		let key = OracleId::from(pair.public());
		log::info!(target: TARGET, "reporting as {key} to {}, health at http://{}/health", self.rpc, self.listen);
		let serve = serve(listener, registry, metrics.clone());
		let report = report_forever(config, fetcher, node, pair, metrics);
		let end = tokio::signal::ctrl_c();
		tokio::select! {
			() = serve => Ok(()),
			() = report => Ok(()),
			_ = end => Ok(()),
		}
	}
}

fn input(problem: String) -> sc_cli::Error {
	sc_cli::Error::Input(problem)
}

fn read_key(file: &std::path::Path) -> sc_cli::Result<OraclePair> {
	let named = |problem: String| input(format!("{}: {problem}", file.display()));
	let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
	let secret = text.lines().next().unwrap_or("").trim();
	OraclePair::from_string(secret, None).map_err(|error: SecretStringError| {
		// Not the secret itself: errors end in logs.
		named(format!("the first line is no secret of a key: {error:?}"))
	})
}

struct Metrics {
	sources: SourceMetrics,
	reports: CounterVec<U64>,
	last_round: prometheus::Gauge<U64>,
	quotes: Counter<U64>,
	/// Milliseconds since the Unix epoch.
	accepted: AtomicU64,
}

impl Metrics {
	fn new(registry: &Registry) -> Result<Self, prometheus::PrometheusError> {
		Ok(Self {
			sources: SourceMetrics::new(registry)?,
			reports: register(
				CounterVec::new(
					Opts::new("breakwater_feeder_reports_total", "Reports, by how they went"),
					&["result"],
				)?,
				registry,
			)?,
			last_round: register(
				prometheus::Gauge::new("breakwater_feeder_last_round", "Round of the last report")?,
				registry,
			)?,
			quotes: register(
				Counter::new("breakwater_feeder_quotes_total", "Prices in accepted reports")?,
				registry,
			)?,
			accepted: AtomicU64::new(0),
		})
	}

	fn note(&self, outcome: &Result<Accepted, Refusal>) {
		let result = match outcome {
			Ok(accepted) => {
				self.accepted.store(now(), Ordering::Relaxed);
				self.last_round.set(accepted.round.into());
				self.quotes.inc_by(accepted.quotes);
				"accepted"
			},
			Err(refusal) => refusal.kind(),
		};
		self.reports.with_label_values(&[result]).inc();
	}

	fn is_healthy(&self) -> bool {
		let silent = now().saturating_sub(self.accepted.load(Ordering::Relaxed));
		u128::from(silent) < HEALTHY_WITHIN.as_millis()
	}
}

impl Observer for Metrics {
	fn answered(&self, source: &Source, outcome: &Result<u64, FetchError>, took: Duration) {
		if let Err(error) = outcome {
			log::warn!(target: TARGET, "{}: {error}", source.name());
		}
		self.sources.answered(source, outcome, took);
	}
}

/// A report the node took.
struct Accepted {
	round: u32,
	quotes: u64,
}

/// Why a round has no report.
enum Refusal {
	/// The node does not answer as a node does.
	Node(String),
	/// The key is no reporter's of this session.
	NotAReporter,
	/// Too few sources agree on any feed.
	NoQuotes,
	/// The node's pool refused it.
	Pool(String),
}

impl Refusal {
	fn kind(&self) -> &'static str {
		match self {
			Self::Node(_) => "node",
			Self::NotAReporter => "not_a_reporter",
			Self::NoQuotes => "no_quotes",
			Self::Pool(_) => "refused",
		}
	}
}

impl fmt::Display for Refusal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Node(why) => write!(f, "the node does not answer: {why}"),
			Self::NotAReporter => {
				write!(
					f,
					"the key is no reporter's of this session; register it with session.setKeys"
				)
			},
			Self::NoQuotes => write!(f, "too few sources agree on any feed"),
			Self::Pool(why) => write!(f, "the node refuses: {why}"),
		}
	}
}

/// The node, as far as the feeder talks to it.
struct Node {
	uri: hyper::Uri,
	fetcher: Fetcher,
}

impl Node {
	async fn call(&self, method: &str, params: Value) -> Result<Value, Refusal> {
		let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let answer = self.fetcher.post(&self.uri, body.to_string(), PATIENCE).await;
		let mut answer = answer.map_err(|error| Refusal::Node(error.to_string()))?;
		match answer.get("error") {
			Some(error) => Err(Refusal::Pool(error.to_string())),
			None => Ok(answer["result"].take()),
		}
	}

	async fn ask<T: Decode>(&self, function: &str, argument: &[u8]) -> Result<T, Refusal> {
		let argument = hex(argument);
		let result =
			self.call("state_call", json!([format!("OracleApi_{function}"), argument])).await?;
		let bytes = result.as_str().and_then(from_hex);
		let bytes = bytes.ok_or_else(|| Refusal::Node(format!("{function} answers no bytes")))?;
		T::decode(&mut &bytes[..]).map_err(|error| Refusal::Node(format!("{function}: {error}")))
	}

	async fn finalized(&self) -> Result<u32, Refusal> {
		let head = self.call("chain_getFinalizedHead", json!([])).await?;
		let header = self.call("chain_getHeader", json!([head])).await?;
		let number = header["number"].as_str().and_then(|hex| hex.strip_prefix("0x"));
		let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
		number.ok_or_else(|| Refusal::Node("the final block has no number".into()))
	}
}

fn hex(bytes: &[u8]) -> String {
	sp_core::bytes::to_hex(bytes, false)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
	sp_core::bytes::from_hex(text).ok()
}

async fn report_forever(
	config: Config,
	fetcher: Fetcher,
	node: Node,
	pair: OraclePair,
	metrics: Arc<Metrics>,
) {
	let board = Board::new(config, symbols(&node, &metrics).await);
	for source in board.strangers() {
		log::warn!(target: TARGET, "the chain has no feed {}; {} is not asked", source.feed, source.venue);
	}
	let report = async {
		let mut last = None;
		loop {
			let outcome = report_once(&board, &node, &pair, &mut last).await;
			if let Some(outcome) = outcome {
				if let Err(refusal) = &outcome {
					log::warn!(target: TARGET, "no report: {refusal}");
				}
				metrics.note(&outcome);
			}
			tokio::time::sleep(POLL).await;
		}
	};
	futures::future::join(run(&board, &fetcher, &*metrics), report).await;
}

async fn symbols(node: &Node, metrics: &Metrics) -> Vec<Symbol> {
	loop {
		match node.ask::<Vec<FeedInfo>>("feeds", &[]).await {
			Ok(feeds) => return feeds.iter().map(symbol).collect(),
			Err(refusal) => {
				log::warn!(target: TARGET, "the node does not tell the feeds: {refusal}");
				metrics.note(&Err(refusal));
			},
		}
		tokio::time::sleep(PATIENCE).await;
	}
}

/// Reports for a round that has none yet; `None` while there is no new block.
async fn report_once(
	board: &Board,
	node: &Node,
	pair: &OraclePair,
	last: &mut Option<u32>,
) -> Option<Result<Accepted, Refusal>> {
	let status = match node.ask::<OracleStatus>("status", &[]).await {
		Ok(status) => status,
		Err(refusal) => return Some(Err(refusal)),
	};
	if *last == Some(status.round) {
		return None;
	}
	*last = Some(status.round);
	Some(submit(board, node, pair, status).await)
}

async fn submit(
	board: &Board,
	node: &Node,
	pair: &OraclePair,
	status: OracleStatus,
) -> Result<Accepted, Refusal> {
	let key = OracleId::from(pair.public());
	let reporters: Vec<ReporterInfo> = node.ask("reporters", &[]).await?;
	if !reporters.iter().any(|reporter| reporter.key == key) {
		return Err(Refusal::NotAReporter);
	}
	let quotes = board.quotes(now());
	if quotes.is_empty() {
		return Err(Refusal::NoQuotes);
	}
	let accepted = Accepted { round: status.round, quotes: quotes.len() as u64 };
	let report = Report {
		reporter: key,
		round: status.round,
		finalized: node.finalized().await?.min(status.round),
		quotes: quotes.try_into().map_err(|_| Refusal::NoQuotes)?,
	};
	let signature = pair.sign(&report.signed_bytes(&status.genesis));
	let transaction: Vec<u8> =
		node.ask("report_transaction", &(report, signature).encode()).await?;
	node.call("author_submitExtrinsic", json!([hex(&transaction)])).await?;
	Ok(accepted)
}

/// Answers `/health` and `/metrics`. Never ends.
async fn serve(listener: tokio::net::TcpListener, registry: Registry, metrics: Arc<Metrics>) {
	let registry = Arc::new(registry);
	loop {
		let Ok((stream, _)) = listener.accept().await else { continue };
		let (registry, metrics) = (registry.clone(), metrics.clone());
		let service = service_fn(move |request: Request<Incoming>| {
			let response = answer(&request, &registry, &metrics);
			async move { Ok::<_, std::convert::Infallible>(response) }
		});
		let connection = hyper::server::conn::http1::Builder::new()
			.serve_connection(hyper_util::rt::TokioIo::new(stream), service);
		tokio::spawn(async move {
			// A client that hangs up is its own affair.
			let _ = tokio::time::timeout(PATIENCE, connection).await;
		});
	}
}

fn answer(
	request: &Request<Incoming>,
	registry: &Registry,
	metrics: &Metrics,
) -> Response<http_body_util::Full<Bytes>> {
	let (status, text) = match (request.method(), request.uri().path()) {
		(&Method::GET, "/health") if metrics.is_healthy() => (StatusCode::OK, "reporting\n".into()),
		(&Method::GET, "/health") => {
			let words = format!("no report accepted within {} s\n", HEALTHY_WITHIN.as_secs());
			(StatusCode::SERVICE_UNAVAILABLE, words)
		},
		(&Method::GET, "/metrics") => {
			let text = TextEncoder::new().encode_to_string(&registry.gather());
			(StatusCode::OK, text.unwrap_or_default())
		},
		_ => (StatusCode::NOT_FOUND, "there are /health and /metrics\n".into()),
	};
	let mut response = Response::new(text.into());
	*response.status_mut() = status;
	response
}
