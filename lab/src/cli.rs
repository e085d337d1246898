//! `lab`, as somebody types it: what it understands, says, and how it ends.

use std::{
	io::{stdout, ErrorKind, Write},
	panic::{catch_unwind, AssertUnwindSafe},
	path::PathBuf,
};

use crate::{
	bench,
	chain::Chain,
	command,
	compare::{self, Comparison},
	feeds,
	genesis::{Change, Without},
	output::Output,
	page,
	policy::{Congestion, Design},
	progress::Progress,
	report::Report,
	run::{run_and, Outcome, Plan, Touch},
	scenario::{self, Frame, Scenario},
	sweep::{self, Axis},
	view::feed_name,
};
use clap::{Parser, Subcommand, ValueEnum};

/// Runs the Breakwater runtime, natively, under recorded or generated prices.
#[derive(Parser)]
#[command(name = "lab", version)]
struct Arguments {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Recorded prices: files of ts,open,high,low,close,volume with milliseconds UTC.
	Replay {
		#[command(flatten)]
		recorded: Recorded,
		#[command(flatten)]
		how: How,
		#[command(flatten)]
		result: Destination,
	},
	/// A generated market.
	Scenario {
		/// What happens in it; see --list.
		#[arg(required_unless_present = "list")]
		name: Option<Scenario>,
		/// Shows what there is, and does nothing.
		#[arg(long)]
		list: bool,
		#[command(flatten)]
		how: How,
		#[command(flatten)]
		result: Destination,
	},
	/// The same prices and traders under today's common designs, side by side.
	Compare {
		#[command(flatten)]
		market: AnyMarket,
		/// Which designs.
		#[arg(long, value_delimiter = ',', default_value = "breakwater,keepers,proposer,queue")]
		designs: Vec<Design>,
		/// All designs begin with this chain's margins, instead of the ones their builders publish.
		#[arg(long)]
		same_margins: bool,
		/// From an account's crossing to a keeper's transaction in a block, in milliseconds.
		#[arg(long, default_value_t = Congestion::default().delay_ms, value_name = "MS")]
		keeper_delay: u64,
		/// Keepers' transactions in a block.
		#[arg(long, default_value_t = Congestion::default().per_block, value_name = "N")]
		keeper_capacity: u32,
		/// So many times later, and fewer, under stress.
		#[arg(long, default_value_t = Congestion::default().factor, value_name = "TIMES")]
		congestion: u64,
		#[command(flatten)]
		how: How,
		#[command(flatten)]
		result: Destination,
	},
	/// One parameter or several over several markets: capital efficiency against safety.
	Sweep {
		/// Generated markets to try; recorded ones with --feed.
		#[arg(long, value_delimiter = ',', default_value = "crash,gap", conflicts_with = "feeds")]
		scenarios: Vec<Scenario>,
		#[command(flatten)]
		recorded: MaybeRecorded,
		/// A parameter and its values: `tail=250%,350%,450%`, or any of the genesis configuration:
		/// `market.breaker.band.k=300%,500%`. Several make every combination.
		#[arg(long = "vary", required = true, value_name = "NAME=VALUES")]
		axes: Vec<String>,
		#[command(flatten)]
		how: How,
		#[command(flatten)]
		result: Destination,
	},
	/// What the beginning of a block costs in the Wasm runtime: ratios within one run.
	Bench {
		/// How many accounts are open, besides 1,000. A million takes 2 GB of memory.
		#[arg(
			long,
			value_delimiter = ',',
			default_value = "10000,100000",
			value_parser = clap::value_parser!(u32).range(1_000..=10_000_000)
		)]
		accounts: Vec<u32>,
		/// How many orders trade in one batch.
		#[arg(long, value_delimiter = ',', default_value = "2,50,100")]
		orders: Vec<u32>,
	},
}

#[derive(clap::Args)]
struct Recorded {
	/// A feed and its files, several of which are several venues: BTC=a.csv,b.csv. A venue that
	/// quotes in a stablecoin: BTC=a.csv,b.csv@USDC. Once for each feed. A coin that the preset does
	/// not know gets a market.
	#[arg(long = "feed", required = true, value_name = "FEED=FILES")]
	feeds: Vec<String>,
	/// When to begin: milliseconds since the Unix epoch; the first candle if not given.
	#[arg(long, value_name = "MS")]
	start: Option<u64>,
}

#[derive(clap::Args)]
struct MaybeRecorded {
	/// A feed and its files, as in replay.
	#[arg(long = "feed", value_name = "FEED=FILES")]
	feeds: Vec<String>,
	/// When to begin, as in replay.
	#[arg(long, value_name = "MS", requires = "feeds")]
	start: Option<u64>,
}

#[derive(clap::Args)]
struct AnyMarket {
	/// A generated market; or give --feed.
	#[arg(required_unless_present = "feeds", conflicts_with = "feeds")]
	scenario: Option<Scenario>,
	#[command(flatten)]
	recorded: MaybeRecorded,
}

#[derive(clap::Args)]
struct How {
	/// How long, in minutes of the market.
	#[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=10_080))]
	minutes: u64,
	/// How many agents trade.
	#[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=100_000))]
	accounts: u32,
	/// What they do, and a generated market, follow from it.
	#[arg(long, default_value_t = 1)]
	seed: u64,
	/// Time between two blocks in milliseconds, a multiple of 500.
	#[arg(long, default_value_t = 2_000, value_parser = parse_interval)]
	interval: u64,
	/// What every pool's fund begins with, in dollars.
	#[arg(long, default_value_t = 50_000.0, value_parser = parse_money, value_name = "DOLLARS")]
	fund: f64,
	/// How deep market makers and pools are, relative to what they usually are.
	#[arg(long, value_parser = parse_depth, value_name = "TIMES")]
	depth: Option<f64>,
	/// Leaves a protection out.
	#[arg(long, value_delimiter = ',')]
	without: Vec<Without>,
	/// Another parameter of the genesis configuration: market.risk.tail=450%.
	#[arg(long = "set", value_name = "NAME=VALUE")]
	changes: Vec<String>,
	/// Walks over the whole state every so many blocks; sums are checked after every one.
	#[arg(long, default_value_t = 50, value_name = "BLOCKS", value_parser = clap::value_parser!(u32).range(1..))]
	full_check_every: u32,
}

#[derive(clap::Args)]
struct Destination {
	/// A directory for the report; only a summary on the terminal if not given.
	#[arg(long, value_name = "DIR")]
	out: Option<PathBuf>,
	/// Replaces an earlier report there.
	#[arg(long, requires = "out")]
	replace: bool,
}

impl Destination {
	fn prepare(&self) -> Result<Option<Output>, String> {
		self.out.as_deref().map(|out| Output::prepare(out, self.replace)).transpose()
	}
}

/// Markets of the preset that were closed open again when their price is less than four seconds old,
/// and none is younger than the block before.
const LONGEST_INTERVAL: u64 = 3_500;

fn parse_interval(text: &str) -> Result<u64, String> {
	let interval: u64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
	if interval == 0 || interval % 500 != 0 || interval > LONGEST_INTERVAL {
		return Err(format!(
			"a multiple of 500, at most {LONGEST_INTERVAL}: a market opens only while its price is younger than four seconds"
		));
	}
	Ok(interval)
}

fn parse_within(text: &str, from: f64, to: f64) -> Result<f64, String> {
	let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
	if !(from..=to).contains(&number) {
		return Err(format!("from {from} to {to}"));
	}
	Ok(number)
}

fn parse_money(text: &str) -> Result<f64, String> {
	parse_within(text, 0.0, 1e12)
}

fn parse_depth(text: &str) -> Result<f64, String> {
	parse_within(text, 0.001, 1_000.0)
}

/// Why a command did not succeed.
enum Failure {
	/// Something is wrong with what it was given.
	Input(String),
	/// An invariant broke: what, and in which state that ended.
	Broken(String),
}

/// All went well.
pub const SUCCESS: u8 = 0;
/// What was given cannot be run; flags that are none end with 2.
pub const BAD_INPUT: u8 = 1;
/// An invariant broke.
pub const BROKEN: u8 = 3;

impl From<String> for Failure {
	fn from(problem: String) -> Self {
		Self::Input(problem)
	}
}

/// Does what a command line says, and returns what the process ends with. `touch` is what a test does
/// to the state after a block, to see a broken one found; else [`crate::run::hands_off`].
pub fn main(arguments: &[String], touch: Touch) -> u8 {
	let parsed = match Arguments::try_parse_from(arguments) {
		Ok(parsed) => parsed,
		Err(refused) => {
			// Help and version are no mistakes.
			let _ = refused.print();
			return u8::try_from(refused.exit_code()).unwrap_or(BAD_INPUT);
		},
	};
	let session = Session { again: command::again(arguments), touch };
	let done = catch_unwind(AssertUnwindSafe(|| session.execute(parsed.command)));
	match done.unwrap_or_else(|_| Err(Failure::Broken("the lab itself failed".into()))) {
		Ok(()) => SUCCESS,
		Err(Failure::Input(problem)) => {
			eprintln!("Error: {problem}");
			BAD_INPUT
		},
		Err(Failure::Broken(what)) => {
			eprintln!("BROKEN: {what}\nThe same again: {}", session.again);
			BROKEN
		},
	}
}

/// One command line.
struct Session {
	/// What shows the same again.
	again: String,
	touch: Touch,
}

impl Session {
	fn execute(&self, command: Command) -> Result<(), Failure> {
		match command {
			Command::Bench { accounts, orders } => {
				bench::print(&accounts, &orders).map_err(Failure::Broken)
			},
			Command::Scenario { list: true, .. } => {
				let all = Scenario::ALL.iter().map(help);
				let lines = all.map(|(name, help)| format!("{name:<14} {help}\n"));
				Ok(say(&lines.collect::<String>())?)
			},
			Command::Scenario { name, how, result, .. } => {
				let name = name.unwrap_or(Scenario::Calm);
				self.one(&generated(name, &how)?, &title(name), Vec::new(), &result)
			},
			Command::Replay { recorded, how, result } => {
				let (plan, warnings) = replay(&recorded.feeds, recorded.start, &how)?;
				self.one(&plan, &recorded_title(&recorded.feeds), warnings, &result)
			},
			Command::Compare {
				market,
				designs,
				same_margins,
				keeper_delay,
				keeper_capacity,
				congestion,
				how,
				result,
			} => {
				let (mut plan, name, warnings) = market.plan(&how)?;
				plan.congestion = Congestion {
					delay_ms: keeper_delay,
					per_block: keeper_capacity.max(1),
					factor: congestion.max(1),
				};
				self.side_by_side(&plan, &name, warnings, &designs, same_margins, &result)
			},
			Command::Sweep { scenarios, recorded, axes, how, result } => {
				let mut plans = Vec::new();
				if recorded.feeds.is_empty() {
					for name in scenarios {
						plans.push((title(name), generated(name, &how)?));
					}
				} else {
					let (plan, warnings) = replay(&recorded.feeds, recorded.start, &how)?;
					warn(&warnings);
					plans.push((recorded_title(&recorded.feeds), plan));
				}
				self.over_parameters(&plans, &axes, &result)
			},
		}
	}

	/// Runs a plan and says how far it is.
	fn watched(&self, plan: &Plan, what: &str) -> Result<Outcome, String> {
		let mut progress = Progress::new(what);
		run_and(plan, self.touch, |done, of| progress.show(done, of))
	}

	fn one(
		&self,
		plan: &Plan,
		title: &str,
		warnings: Vec<String>,
		destination: &Destination,
	) -> Result<(), Failure> {
		let output = destination.prepare()?;
		warn(&warnings);
		let outcome = self.watched(plan, title)?;
		let mut report = Report::new(plan, &outcome, title.into(), self.again.clone());
		report.warnings = warnings;
		if let Some(output) = output {
			output.publish(&[
				("report.json", page::json(&report)?),
				("report.html", page::report(&report)),
			])?;
		}
		say(&page::summary(&report))?;
		said_where(destination)?;
		broken(title, &outcome)
	}

	fn side_by_side(
		&self,
		plan: &Plan,
		name: &str,
		warnings: Vec<String>,
		designs: &[Design],
		same_margins: bool,
		destination: &Destination,
	) -> Result<(), Failure> {
		let output = destination.prepare()?;
		warn(&warnings);
		let mut reports = Vec::new();
		let mut failed = Ok(());
		for design in designs {
			let plan = compare::plan(plan, *design, same_margins);
			let outcome = self.watched(&plan, design.title())?;
			failed = failed.and(broken(design.title(), &outcome));
			let mut report = Report::new(&plan, &outcome, name.into(), self.again.clone());
			report.warnings.clone_from(&warnings);
			reports.push(report);
		}
		let comparison = Comparison { title: name.into(), command: self.again.clone(), reports };
		if let Some(output) = output {
			let files = [
				("report.json", comparison.json()?),
				("table.md", comparison.table()),
				("report.html", comparison.page()),
			];
			output.publish(&files)?;
		}
		say(&comparison.table())?;
		said_where(destination)?;
		failed
	}

	fn over_parameters(
		&self,
		plans: &[(String, Plan)],
		axes: &[String],
		destination: &Destination,
	) -> Result<(), Failure> {
		let axes = axes.iter().map(|axis| Axis::parse(axis)).collect::<Result<Vec<_>, _>>()?;
		let output = destination.prepare()?;
		let points = sweep::points(&axes)?;
		// What the chain does not start with is found before an hour has passed.
		for (point, (_, plan)) in points.iter().flat_map(|p| plans.iter().map(move |q| (p, q))) {
			let changes = [plan.genesis.clone(), point.changes.clone()].concat();
			Chain::with_listings(&plan.listings, &changes)
				.map_err(|problem| format!("{}: {problem}", point.name))?;
		}
		let mut swept = sweep::Sweep::new(self.again.clone());
		let mut failed = Ok(());
		for (name, plan) in plans {
			for point in &points {
				let mut plan = plan.clone();
				plan.genesis.extend(point.changes.clone());
				let what = format!("{name}, {}", point.name);
				let outcome = self.watched(&plan, &what)?;
				failed = failed.and(broken(&what, &outcome));
				let report = Report::new(&plan, &outcome, name.clone(), self.again.clone());
				swept.add(name, point, &report);
			}
		}
		if let Some(output) = output {
			let files = [
				("report.json", swept.json()?),
				("table.md", swept.table()),
				("report.html", swept.page()),
			];
			output.publish(&files)?;
		}
		say(&swept.table())?;
		said_where(destination)?;
		failed
	}
}

impl AnyMarket {
	fn plan(&self, how: &How) -> Result<(Plan, String, Vec<String>), String> {
		match self.scenario {
			Some(name) => Ok((generated(name, how)?, title(name), Vec::new())),
			None => {
				let (plan, warnings) = replay(&self.recorded.feeds, self.recorded.start, how)?;
				Ok((plan, recorded_title(&self.recorded.feeds), warnings))
			},
		}
	}
}

/// The name of a value, and what it means.
fn help<T: ValueEnum>(value: &T) -> (String, String) {
	let possible = value.to_possible_value();
	let name = possible.as_ref().map_or(String::new(), |value| value.get_name().into());
	let help = possible.and_then(|value| value.get_help().map(ToString::to_string));
	(name, help.unwrap_or_default())
}

fn title(name: Scenario) -> String {
	help(&name).0
}

/// The feeds, without the places of their files: the command has those.
fn recorded_title(feeds: &[String]) -> String {
	let names = feeds.iter().filter_map(|feed| Some(feed.split_once('=')?.0.to_uppercase()));
	format!("Recorded {}", names.collect::<Vec<_>>().join(", "))
}

fn generated(name: Scenario, how: &How) -> Result<Plan, String> {
	const START: u64 = 1_767_225_600_000;
	let frame =
		Frame { start: START, duration: how.minutes * 60_000, step: how.interval, seed: how.seed };
	let mut plan = plan(scenario::markets(name, frame), START, how)?;
	plan.depth = how.depth.unwrap_or(name.depth());
	Ok(plan)
}

fn replay(files: &[String], start: Option<u64>, how: &How) -> Result<(Plan, Vec<String>), String> {
	let known = Chain::new().with(|| {
		let feeds = breakwater_runtime::Oracle::feeds();
		feeds.into_iter().filter_map(|feed| feed_name(feed.feed)).collect::<Vec<_>>()
	});
	let recorded = feeds::load(files, &known, start, how.minutes * 60_000)?;
	let mut plan = plan(recorded.prices, recorded.start, how)?;
	plan.listings = recorded.listings;
	Ok((plan, recorded.warnings))
}

fn plan(
	prices: std::collections::BTreeMap<String, crate::market::Market>,
	start: u64,
	how: &How,
) -> Result<Plan, String> {
	let mut genesis: Vec<Change> = how.without.iter().flat_map(|it| it.changes()).collect();
	for change in &how.changes {
		let (path, value) = change
			.split_once('=')
			.ok_or_else(|| format!("--set {change}: give it as market.risk.tail=450%"))?;
		genesis.push(Change::parse(path, value));
	}
	Ok(Plan {
		prices,
		start,
		duration: how.minutes * 60_000,
		interval: how.interval,
		agents: how.accounts,
		seed: how.seed,
		depth: how.depth.unwrap_or(1.0),
		fund: if how.without.contains(&Without::Fund) { 0.0 } else { how.fund },
		full_check_every: how.full_check_every,
		listings: Vec::new(),
		genesis,
		design: Design::Breakwater,
		congestion: Congestion::default(),
	})
}

fn warn(warnings: &[String]) {
	for warning in warnings {
		eprintln!("Note: {warning}");
	}
}

fn broken(what: &str, outcome: &Outcome) -> Result<(), Failure> {
	match &outcome.broken {
		None => Ok(()),
		Some((block, problem)) => Err(Failure::Broken(format!(
			"{what}, after block {block}: {problem}\nState root: {:?}",
			outcome.state_root
		))),
	}
}

/// Says something on the terminal, or wherever that goes: a file may be on a full disk.
fn say(text: &str) -> Result<(), String> {
	let mut out = stdout().lock();
	match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
		// Whoever reads along has seen enough.
		Err(problem) if problem.kind() != ErrorKind::BrokenPipe => {
			Err(format!("what the run says can not be written: {problem}"))
		},
		_ => Ok(()),
	}
}

fn said_where(destination: &Destination) -> Result<(), String> {
	let Some(out) = &destination.out else { return Ok(()) };
	say(&format!("\n{}\n", out.join("report.html").display()))
}
