//! `lab`: runs the chain's runtime under a market, checks its invariants after every block, and
//! says what happened. See docs/lab.md.

use std::{collections::BTreeMap, fs, io::Write, path::PathBuf, process::ExitCode, time::Instant};

use breakwater_lab::{
	bench, candles,
	counting::Touched,
	market::{generate, Path, Scenario},
	run::{run, Plan, Summary},
};
use clap::{Parser, Subcommand};

/// Runs the Breakwater runtime, natively, under recorded or generated prices.
#[derive(Parser)]
#[command(name = "lab", version)]
struct Arguments {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Recorded candles: ts,open,high,low,close,volume with milliseconds UTC.
	Replay {
		/// A feed's file: BTC-USD=btc.csv. May be given for several feeds.
		#[arg(long = "feed", required = true, value_name = "FEED=FILE")]
		feeds: Vec<String>,
		/// When to begin: milliseconds since the Unix epoch; the first candle if not given.
		#[arg(long, value_name = "MS")]
		start: Option<u64>,
		#[command(flatten)]
		how: How,
	},
	/// What the beginning of a block costs in the Wasm runtime: ratios within one run.
	Bench {
		/// How many accounts are open, besides 1,000.
		#[arg(long, value_delimiter = ',', default_value = "10000,100000")]
		accounts: Vec<u32>,
		/// How many orders trade in one batch.
		#[arg(long, value_delimiter = ',', default_value = "2,50,100")]
		orders: Vec<u32>,
	},
	/// A generated market.
	Scenario {
		/// What happens in it.
		name: Scenario,
		#[command(flatten)]
		how: How,
	},
}

#[derive(clap::Args)]
struct How {
	/// How long, in minutes of the market.
	#[arg(long, default_value_t = 60)]
	minutes: u64,
	/// How many agents trade; one in ten makes the market.
	#[arg(long, default_value_t = 200)]
	accounts: u32,
	/// What they do, and a generated market, follow from it.
	#[arg(long, default_value_t = 1)]
	seed: u64,
	/// Time between two blocks in milliseconds, a multiple of 500.
	#[arg(long, default_value_t = 2_000, value_parser = parse_interval)]
	interval: u64,
	/// Walks over the whole state every so many blocks; sums are checked after every one.
	#[arg(long, default_value_t = 50, value_name = "BLOCKS")]
	full_check_every: u32,
	/// Where the summary goes, as JSON; to the terminal if not given.
	#[arg(long, value_name = "FILE")]
	out: Option<PathBuf>,
}

fn parse_interval(text: &str) -> Result<u64, String> {
	let interval: u64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
	if interval == 0 || interval % 500 != 0 || interval > 25_000 {
		return Err("a multiple of 500, at most 25000: a longer gap is an outage".into());
	}
	Ok(interval)
}

fn main() -> ExitCode {
	match execute(Arguments::parse()) {
		Ok(()) => ExitCode::SUCCESS,
		Err(problem) => {
			eprintln!("Error: {problem}");
			ExitCode::FAILURE
		},
	}
}

fn execute(arguments: Arguments) -> Result<(), String> {
	let (plan, out) = match arguments.command {
		Command::Bench { accounts, orders } => {
			bench(&accounts, &orders);
			return Ok(());
		},
		Command::Replay { feeds, start, how } => replay(&feeds, start, &how)?,
		Command::Scenario { name, how } => (scenario(name, &how), how.out),
	};
	let began = Instant::now();
	let summary = run(&plan, progress).map_err(|broken| {
		format!("{broken}\nThe same again: {}", std::env::args().collect::<Vec<_>>().join(" "))
	})?;
	eprintln!("\r{} blocks in {:.1} s        ", summary.blocks, began.elapsed().as_secs_f64());
	let text = json(&summary);
	match out {
		Some(file) => fs::write(&file, text)
			.map_err(|problem| format!("{} can not be written: {problem}", file.display())),
		None => writeln!(std::io::stdout(), "{text}").map_err(|problem| problem.to_string()),
	}
}

fn bench(accounts: &[u32], orders: &[u32]) {
	let row = |what: String, measured: &bench::Measured, ratio: f64| {
		let Touched { reads, writes } = measured.touched;
		println!(
			"| {what} | {:.2} | {reads} | {writes} | {} | {ratio:.2} |",
			measured.time.as_secs_f64() * 1e3,
			measured.woken
		);
	};
	println!(
		"| block's beginning | ms | reads | writes | woken | reads, relative to 1,000 accounts |"
	);
	println!("|---|---:|---:|---:|---:|---:|");
	for (name, move_) in [("a tick that crosses none", 1), ("a fall of 15 %", -1_500)] {
		let few = bench::tick(1_000, move_);
		row(format!("{name}, 1,000 accounts"), &few, 1.0);
		for count in accounts {
			let many = bench::tick(*count, move_);
			let ratio = many.touched.reads as f64 / few.touched.reads as f64;
			row(format!("{name}, {count} accounts"), &many, ratio);
		}
	}
	let signature = bench::signature();
	let empty = bench::batch(0);
	println!("\n| orders that could trade | that do | ms | reads an order | writes an order | orders a second | a signature's check takes {:.0} µs: so many an order |", signature.as_secs_f64() * 1e6);
	println!("|---|---:|---:|---:|---:|---:|---:|");
	for count in orders {
		let measured = bench::batch(*count);
		let time = measured.time.saturating_sub(empty.time);
		let each = f64::from(measured.filled.max(1));
		let of = |more: u64, less: u64| more.saturating_sub(less) as f64 / each;
		println!(
			"| {count} | {} | {:.2} | {:.1} | {:.1} | {:.0} | {:.1} |",
			measured.filled,
			time.as_secs_f64() * 1e3,
			of(measured.touched.reads, empty.touched.reads),
			of(measured.touched.writes, empty.touched.writes),
			each / time.as_secs_f64().max(1e-9),
			time.as_secs_f64() / each / signature.as_secs_f64()
		);
	}
}

fn progress(done: u32, of: u32) {
	if done % 50 == 0 || done == of {
		eprint!("\rblock {done} of {of}");
	}
}

/// Quote assets are worth a dollar unless a file says otherwise.
fn stablecoins() -> BTreeMap<String, Path> {
	["USDT-USD", "USDC-USD"].map(|name| (name.into(), Path::Constant(1.0))).into()
}

fn replay(
	feeds: &[String],
	start: Option<u64>,
	how: &How,
) -> Result<(Plan, Option<PathBuf>), String> {
	let mut prices = stablecoins();
	let mut first = None;
	for feed in feeds {
		let (name, file) = feed
			.split_once('=')
			.ok_or_else(|| format!("--feed {feed}: give it as BTC-USD=btc.csv"))?;
		let text = fs::read_to_string(file).map_err(|problem| format!("{file}: {problem}"))?;
		let candles = candles::parse(&text).map_err(|problem| format!("{file}: {problem}"))?;
		let begins = candles.first().ok_or_else(|| format!("{file} has no candles"))?.time;
		first = Some(first.map_or(begins, |first: u64| first.max(begins)));
		prices.insert(name.into(), Path::Candles(candles));
	}
	let start = start.or(first).unwrap_or(0);
	Ok((plan(prices, start, how), how.out.clone()))
}

fn scenario(name: Scenario, how: &How) -> Plan {
	const START: u64 = 1_767_225_600_000;
	let path = |feed: u64, first, volatility| {
		generate(
			name,
			how.seed.wrapping_add(feed),
			START,
			how.minutes,
			how.interval,
			first,
			volatility,
		)
	};
	let mut prices = stablecoins();
	prices.insert("BTC-USD".into(), path(1, 60_000.0, 0.04));
	prices.insert("ETH-USD".into(), path(2, 3_000.0, 0.05));
	prices.insert("SOL-USD".into(), path(3, 150.0, 0.07));
	plan(prices, START, how)
}

fn plan(prices: BTreeMap<String, Path>, start: u64, how: &How) -> Plan {
	Plan {
		prices,
		start: start.div_ceil(500) * 500,
		duration: how.minutes * 60_000,
		interval: how.interval,
		agents: how.accounts,
		seed: how.seed,
		full_check_every: how.full_check_every,
	}
}

fn json(summary: &Summary) -> String {
	let value = serde_json::json!({
		"blocks": summary.blocks,
		"accepted": summary.accepted,
		"refused": summary.refused,
		"reasons": summary.reasons,
		"cancelled": summary.cancelled,
		"fills": summary.fills,
		"batches": summary.batches,
		"due": summary.due,
		"failedBatches": summary.failed_batches,
		"mostWeight": summary.most_weight,
		"stateRoot": format!("{:?}", summary.state_root),
	});
	format!("{value:#}")
}
