//! What a run says: `report.json`. docs/lab-report.md describes every field, and
//! docs/lab-report.schema.json is what checks them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
	agents::Kind,
	candles::MINUTE,
	policy::{Congestion, Design},
	record::{Recorder, Row},
	run::{Outcome, Plan},
	statistics::{accepted, quantile, weighted_mean},
	view::{State, DOLLAR},
};

/// The version of the schema: it grows when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;
/// The part of windows in which a move may be more than maintenance margin.
const BREACHES: f64 = 0.01;
/// Windows over which moves are held against maintenance margin, in minutes.
const WINDOWS: [u64; 3] = [1, 5, 15];

/// Everything.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
	/// See [`SCHEMA`].
	pub schema: u32,
	/// What was run.
	pub run: Run,
	/// What there is to say about the data.
	pub warnings: Vec<String>,
	/// Losses and who bore them.
	pub solvency: Solvency,
	/// Forced closes.
	pub liquidations: Liquidations,
	/// Prices.
	pub prices: Vec<Prices>,
	/// The largest cascade multiplier of a market.
	pub cascade_multiplier: Option<f64>,
	/// Moves against maintenance margin.
	pub margin_breaches: Vec<Breaches>,
	/// Blocks by state and market.
	pub breakers: BTreeMap<String, BTreeMap<&'static str, u32>>,
	/// The pipeline.
	pub hooks: Hooks,
	/// What trading was like.
	pub trading: Trading,
	/// What was checked.
	pub invariants: Invariants,
	/// Columns, one value a block.
	pub per_block: PerBlock,
}

/// What was run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
	/// The command that runs it again.
	pub command: String,
	/// What it is called.
	pub title: String,
	/// Who liquidates.
	pub design: &'static str,
	/// What that means.
	pub design_means: &'static str,
	/// See [`Congestion`]; matters to played designs only.
	pub congestion: Option<Congestion>,
	/// What everything follows from.
	pub seed: u64,
	/// Time of the first block: milliseconds since the Unix epoch.
	pub start: u64,
	/// Blocks asked for.
	pub blocks_planned: u32,
	/// Blocks made.
	pub blocks: u32,
	/// Time between two, in milliseconds.
	pub block_time_ms: u64,
	/// Agents by kind.
	pub agents: BTreeMap<Kind, u32>,
	/// What every pool's fund began with, in dollars.
	pub fund_at_start: f64,
	/// Parameters that are not the preset's.
	pub changed: BTreeMap<String, serde_json::Value>,
	/// The state at the end: the same for the same command.
	pub state_root: String,
}

/// Money in dollars.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Solvency {
	/// What funds and others paid, what was written off, and what is open at the end.
	pub bad_debt_total: f64,
	/// The same as a part of the largest open interest.
	pub bad_debt_of_open_interest: Option<f64>,
	/// What accounts lacked at once, at most.
	pub bad_debt_peak: f64,
	/// What accounts lack at the end, and nobody has paid.
	pub bad_debt_at_end: f64,
	/// What funds paid.
	pub fund_used: f64,
	/// What all funds had at the end.
	pub funds_at_end: f64,
	/// What was missing when others had to pay.
	pub shortfall: f64,
	/// What was missing and nobody will pay.
	pub written_off: f64,
	/// What others paid.
	pub taken_from_others: f64,
	/// What others paid beyond what was missing.
	pub excess: f64,
	/// How many times somebody paid for others.
	pub payers: u64,
	/// Notional closed against others.
	pub closed_against_others: f64,
	/// Largest open interest.
	pub open_interest_peak: f64,
}

/// Forced closes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Liquidations {
	/// Accounts of which something was closed by force.
	pub accounts: u32,
	/// Fills by force.
	pub fills: u64,
	/// Notional of those, in dollars.
	pub notional: f64,
	/// What collateral of indebted accounts was sold for, in dollars.
	pub collateral: f64,
	/// Accounts that were taken over whole.
	pub taken_over: u64,
	/// Accounts that were above maintenance again before anything was closed.
	pub recovered: u64,
	/// From the block after which an account was due to the one in which something was closed.
	pub blocks_to_liquidation: Quantiles<u32>,
	/// From the same block to the first in which something of the account was offered: a forced order
	/// in the batch, open to bids, taken over. What comes after that is the wait for a buyer.
	pub blocks_to_offer: Quantiles<u32>,
	/// Accounts that are due at the end and of which nothing was closed.
	pub waiting_at_end: u32,
	/// The longest of those has waited so many blocks.
	pub longest_waiting: u32,
	/// Basis points that forced fills were worse than the mark; below zero: better.
	pub slippage_bps: Slippage,
}

/// Of many values.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quantiles<T> {
	/// How many.
	pub count: usize,
	/// Half are no more.
	pub p50: Option<T>,
	/// Ninety-nine of a hundred are no more.
	pub p99: Option<T>,
	/// The largest.
	pub max: Option<T>,
}

impl<T: Copy + PartialOrd> Quantiles<T> {
	fn of(values: &[T]) -> Self {
		Self {
			count: values.len(),
			p50: quantile(values, 0.5),
			p99: quantile(values, 0.99),
			max: quantile(values, 1.0),
		}
	}
}

/// Basis points.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slippage {
	/// By notional.
	pub mean: Option<f64>,
	/// Of fills.
	pub p50: Option<f64>,
	/// Of fills.
	pub p99: Option<f64>,
	/// Of fills.
	pub max: Option<f64>,
}

impl Slippage {
	fn of(fills: &[(f64, f64)]) -> Self {
		let points: Vec<f64> = fills.iter().map(|(points, _)| *points).collect();
		let Quantiles { p50, p99, max, .. } = Quantiles::of(&points);
		Self { mean: weighted_mean(fills), p50, p99, max }
	}
}

/// What prices of a market did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
	/// Its name.
	pub market: String,
	/// First price of the oracle.
	pub first: f64,
	/// Lowest of the oracle.
	pub lowest: f64,
	/// Highest of the oracle.
	pub highest: f64,
	/// Last of the oracle.
	pub last: f64,
	/// Lowest at which a batch cleared.
	pub lowest_traded: Option<f64>,
	/// Highest at which a batch cleared.
	pub highest_traded: Option<f64>,
	/// Largest distance of mark and oracle, in basis points.
	pub mark_from_index_bps: f64,
	/// Largest distance of venues, in basis points.
	pub venues_apart_bps: Option<f64>,
	/// The largest move at which a batch cleared over the largest move of the oracle; none if it
	/// moved by less than a percent.
	pub cascade_multiplier: Option<f64>,
}

/// Moves against maintenance margin.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Breaches {
	/// The market.
	pub market: String,
	/// Length of a window in minutes; windows do not overlap.
	pub window_minutes: u64,
	/// How many there were.
	pub windows: u32,
	/// In how many the mark moved by more than the maintenance rate at its beginning.
	pub breaches: u32,
	/// How many may be expected.
	pub expected: f64,
	/// Kupiec's bounds at 95 %: fewest and most that fit what is expected.
	pub accepted: Option<(u32, u32)>,
	/// `within`, `tooMany` or `fewer`, which is on the safe side.
	pub verdict: &'static str,
}

/// The pipeline.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hooks {
	/// Weight in picoseconds of the reference machine.
	pub weight: Quantiles<u64>,
	/// What it may be without a backlog.
	pub budget: u64,
	/// The largest as a part of that.
	pub largest_of_budget: f64,
	/// Batches that failed: none may.
	pub failed_batches: u64,
}

/// What trading was like.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trading {
	/// Calls that succeeded.
	pub accepted: u64,
	/// Calls that were refused, by reason.
	pub refused: BTreeMap<String, u64>,
	/// Batches that traded.
	pub batches: u64,
	/// Fills of orders.
	pub fills: u64,
	/// Notional that traded, in dollars.
	pub volume: f64,
	/// Basis points between batch and mark.
	pub slippage_bps: Slippage,
	/// Notional of open positions over their initial margin, averaged over blocks: how many times
	/// their margin traders may hold.
	pub capital_efficiency: Option<f64>,
	/// Events by pallet and name.
	pub events: BTreeMap<String, u64>,
}

/// What was checked.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invariants {
	/// Whether all held.
	pub hold: bool,
	/// Blocks after which sums were checked.
	pub sums_checked: u32,
	/// Blocks after which everything was checked.
	pub all_checked: u32,
	/// The block and what did not hold.
	pub broken: Option<Broken>,
}

/// What did not hold.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Broken {
	/// After which block.
	pub block: u32,
	/// In words.
	pub what: String,
}

/// Columns. Money in dollars.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PerBlock {
	/// Milliseconds since the Unix epoch.
	pub time: Vec<u64>,
	/// What accounts lack that are worth less than nothing.
	pub bad_debt: Vec<f64>,
	/// Accounts below maintenance.
	pub due: Vec<u32>,
	/// Notional of all long positions.
	pub open_interest: Vec<f64>,
	/// What the funds have.
	pub funds: Vec<f64>,
	/// Notional closed by force.
	pub forced: Vec<f64>,
	/// What funds paid.
	pub fund_used: Vec<f64>,
	/// What was taken from others.
	pub taken: Vec<f64>,
	/// Picoseconds.
	pub weight: Vec<u64>,
	/// By market.
	pub markets: BTreeMap<String, MarketColumns>,
}

/// Columns of a market; no value while it had no price.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MarketColumns {
	/// The oracle's price.
	pub index: Vec<Option<f64>>,
	/// What accounts are valued at.
	pub mark: Vec<Option<f64>>,
	/// Where the batch cleared.
	pub price: Vec<Option<f64>>,
	/// Maintenance rate.
	pub maintenance: Vec<Option<f64>>,
	/// Initial rate.
	pub initial: Vec<Option<f64>>,
	/// How it trades.
	pub state: Vec<Option<State>>,
}

/// To the cent.
fn cents(dollars: f64) -> f64 {
	(dollars * 100.0).round() / 100.0
}

fn dollars(quanta: i128) -> f64 {
	quanta as f64 / DOLLAR
}

/// Names of the markets of a record.
fn markets(record: &Recorder) -> Vec<String> {
	let mut names: Vec<String> =
		record.rows.iter().flat_map(|row| row.markets.keys().cloned()).collect();
	names.sort();
	names.dedup();
	names
}

impl Report {
	/// Of an outcome.
	pub fn new(plan: &Plan, outcome: &Outcome, title: String, command: String) -> Self {
		let record = &outcome.record;
		let prices: Vec<Prices> =
			markets(record).iter().filter_map(|name| Prices::of(record, name)).collect();
		let cascade = prices.iter().filter_map(|prices| prices.cascade_multiplier).reduce(f64::max);
		Self {
			schema: SCHEMA,
			run: Run::of(plan, outcome, title, command),
			warnings: Vec::new(),
			solvency: Solvency::of(record),
			liquidations: Liquidations::of(record),
			prices,
			cascade_multiplier: cascade,
			margin_breaches: markets(record)
				.iter()
				.flat_map(|name| WINDOWS.map(|minutes| Breaches::of(record, name, minutes)))
				.collect(),
			breakers: breakers(record),
			hooks: Hooks::of(record),
			trading: Trading::of(record),
			invariants: Invariants {
				hold: outcome.broken.is_none(),
				sums_checked: record.rows.len() as u32,
				all_checked: outcome.full_checks,
				broken: outcome.broken.clone().map(|(block, what)| Broken { block, what }),
			},
			per_block: PerBlock::of(record),
		}
	}
}

impl Run {
	fn of(plan: &Plan, outcome: &Outcome, title: String, command: String) -> Self {
		let changed = plan.genesis.iter().map(|change| {
			let only = change.only.as_ref().map_or(String::new(), |only| format!(" of {only}"));
			(format!("{}{only}", change.path), change.value.clone())
		});
		Self {
			command,
			title,
			design: plan.design.title(),
			design_means: plan.design.describe(),
			congestion: (plan.design == Design::Keepers).then_some(plan.congestion),
			seed: plan.seed,
			start: plan.start,
			blocks_planned: plan.blocks(),
			blocks: outcome.record.rows.len() as u32,
			block_time_ms: plan.interval,
			agents: outcome.agents.clone(),
			fund_at_start: plan.fund,
			changed: changed.collect(),
			state_root: format!("{:?}", outcome.state_root),
		}
	}
}

impl Solvency {
	fn of(record: &Recorder) -> Self {
		let totals = &record.totals;
		let peak = |of: fn(&Row) -> f64| record.rows.iter().map(of).fold(0.0, f64::max);
		let last = record.rows.last().cloned().unwrap_or_default();
		// A vault may have gained.
		let (used, taken) = (dollars(totals.fund_used).max(0.0), dollars(totals.taken));
		let of_shortfall = taken.min(dollars(totals.shortfall)).max(0.0);
		let total = used + of_shortfall + last.bad_debt + dollars(totals.written_off);
		let open_interest = peak(|row| row.open_interest);
		Self {
			bad_debt_total: cents(total),
			bad_debt_of_open_interest: (open_interest > 0.0).then(|| total / open_interest),
			bad_debt_peak: cents(peak(|row| row.bad_debt)),
			bad_debt_at_end: cents(last.bad_debt),
			fund_used: cents(used),
			funds_at_end: cents(last.funds),
			shortfall: cents(dollars(totals.shortfall)),
			written_off: cents(dollars(totals.written_off)),
			taken_from_others: cents(taken),
			excess: cents((taken - dollars(totals.shortfall)).max(0.0)),
			payers: totals.payers,
			closed_against_others: cents(dollars(totals.closed_against)),
			open_interest_peak: cents(open_interest),
		}
	}
}

impl Liquidations {
	fn of(record: &Recorder) -> Self {
		let totals = &record.totals;
		let waiting = record.waits.waiting(record.rows.len() as u32);
		Self {
			accounts: totals.liquidated.len() as u32,
			fills: totals.forced_fills,
			notional: cents(dollars(totals.forced)),
			collateral: cents(dollars(totals.collateral_sold)),
			taken_over: totals.absorbed,
			recovered: record.waits.recovered,
			blocks_to_liquidation: Quantiles::of(&record.waits.done),
			blocks_to_offer: Quantiles::of(&record.starts.done),
			waiting_at_end: waiting.len() as u32,
			longest_waiting: waiting.iter().copied().max().unwrap_or(0),
			slippage_bps: Slippage::of(&record.forced_slippage),
		}
	}
}

impl Prices {
	fn of(record: &Recorder, name: &str) -> Option<Self> {
		let rows: Vec<_> = record.rows.iter().filter_map(|row| row.markets.get(name)).collect();
		let (first, last) = (rows.first()?, rows.last()?);
		let lowest = |values: Vec<f64>| values.into_iter().reduce(f64::min);
		let highest = |values: Vec<f64>| values.into_iter().reduce(f64::max);
		let index = || rows.iter().map(|row| row.index).collect::<Vec<_>>();
		// The opening auction has nothing to do with a cascade.
		let traded = || rows.iter().filter_map(|row| row.price).skip(1).collect::<Vec<_>>();
		let points = |part: f64| (part * 1e6).round() / 100.0;
		let away = rows.iter().map(|row| (row.mark / row.index - 1.0).abs()).fold(0.0, f64::max);
		let apart = rows.iter().filter_map(|row| row.disagreement).reduce(f64::max);
		let (low, high) = (lowest(index())?, highest(index())?);
		let falls = 1.0 - low / first.index > high / first.index - 1.0;
		let oracle = if falls { 1.0 - low / first.index } else { high / first.index - 1.0 };
		let reached = if falls {
			lowest(traded()).map(|low| 1.0 - low / first.index)
		} else {
			highest(traded()).map(|high| high / first.index - 1.0)
		};
		Some(Self {
			market: name.into(),
			first: first.index,
			lowest: low,
			highest: high,
			last: last.index,
			lowest_traded: lowest(traded()),
			highest_traded: highest(traded()),
			mark_from_index_bps: points(away),
			venues_apart_bps: apart.map(points),
			cascade_multiplier: reached
				.filter(|_| oracle >= 0.01)
				.map(|reached| (reached / oracle * 1_000.0).round() / 1_000.0),
		})
	}
}

impl Breaches {
	fn of(record: &Recorder, name: &str, minutes: u64) -> Self {
		let rows: Vec<_> =
			record.rows.iter().filter_map(|row| Some((row.time, row.markets.get(name)?))).collect();
		let (mut windows, mut breaches) = (0, 0);
		let mut from = 0;
		while let Some((begins, first)) = rows.get(from) {
			let ends = begins + minutes * MINUTE;
			let to = from + rows[from..].partition_point(|(time, _)| *time < ends);
			let Some((_, last)) = rows.get(to) else { break };
			windows += 1;
			let moved = (last.mark / first.mark - 1.0).abs();
			breaches += u32::from(moved > first.maintenance);
			from = to;
		}
		let accepted = accepted(windows, BREACHES);
		let verdict = match accepted {
			Some((_, most)) if breaches > most => "tooMany",
			Some((fewest, _)) if breaches < fewest => "fewer",
			_ => "within",
		};
		Self {
			market: name.into(),
			window_minutes: minutes,
			windows,
			breaches,
			expected: cents(f64::from(windows) * BREACHES),
			accepted,
			verdict,
		}
	}
}

/// The name of a state as reports write it.
pub fn state_name(state: State) -> &'static str {
	match state {
		State::Open => "open",
		State::Limit => "limit",
		State::CallAuction => "callAuction",
		State::ReduceOnly => "reduceOnly",
		State::Quarantined => "quarantined",
	}
}

fn breakers(record: &Recorder) -> BTreeMap<String, BTreeMap<&'static str, u32>> {
	let mut all = BTreeMap::new();
	for name in markets(record) {
		let states: &mut BTreeMap<&'static str, u32> = all.entry(name.clone()).or_default();
		for state in State::ALL {
			states.insert(state_name(state), 0);
		}
		for row in record.rows.iter().filter_map(|row| row.markets.get(&name)) {
			*states.entry(state_name(row.state)).or_default() += 1;
		}
	}
	all
}

impl Hooks {
	fn of(record: &Recorder) -> Self {
		let weights: Vec<u64> = record.rows.iter().map(|row| row.weight).collect();
		let weight = Quantiles::of(&weights);
		let budget = record.budget;
		Self {
			largest_of_budget: weight.max.unwrap_or(0) as f64 / (budget as f64).max(1.0),
			weight,
			budget,
			failed_batches: record.totals.failed_batches,
		}
	}
}

impl Trading {
	fn of(record: &Recorder) -> Self {
		let totals = &record.totals;
		// Longs and shorts both have margin.
		let ratios: Vec<f64> = record
			.rows
			.iter()
			.filter(|row| row.margin > 1.0)
			.map(|row| 2.0 * row.open_interest / row.margin)
			.collect();
		Self {
			accepted: totals.accepted,
			refused: totals.refused.clone(),
			batches: totals.batches,
			fills: totals.fills,
			volume: cents(dollars(totals.volume)),
			slippage_bps: Slippage::of(&record.batch_slippage),
			capital_efficiency: (!ratios.is_empty())
				.then(|| cents(ratios.iter().sum::<f64>() / ratios.len() as f64)),
			events: totals.events.clone(),
		}
	}
}

impl PerBlock {
	fn of(record: &Recorder) -> Self {
		let rows = &record.rows;
		let money = |of: fn(&Row) -> f64| rows.iter().map(|row| cents(of(row))).collect();
		let columns = markets(record).into_iter().map(|name| {
			let columns = MarketColumns::of(rows, &name);
			(name, columns)
		});
		Self {
			time: rows.iter().map(|row| row.time).collect(),
			bad_debt: money(|row| row.bad_debt),
			due: rows.iter().map(|row| row.due).collect(),
			open_interest: money(|row| row.open_interest),
			funds: money(|row| row.funds),
			forced: money(|row| row.forced),
			fund_used: money(|row| row.fund_used),
			taken: money(|row| row.taken),
			weight: rows.iter().map(|row| row.weight).collect(),
			markets: columns.collect(),
		}
	}
}

impl MarketColumns {
	fn of(rows: &[Row], name: &str) -> Self {
		let each = || rows.iter().map(|row| row.markets.get(name));
		Self {
			index: each().map(|row| Some(row?.index)).collect(),
			mark: each().map(|row| Some(row?.mark)).collect(),
			price: each().map(|row| row?.price).collect(),
			maintenance: each().map(|row| Some(row?.maintenance)).collect(),
			initial: each().map(|row| Some(row?.initial)).collect(),
			state: each().map(|row| Some(row?.state)).collect(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::record::MarketRow;

	/// A block every second, with these marks and a maintenance rate of 2 %.
	fn record(marks: &[f64]) -> Recorder {
		let rows = (0..).zip(marks).map(|(n, mark)| {
			let market = MarketRow {
				index: *mark,
				mark: *mark,
				price: Some(*mark),
				maintenance: 0.02,
				initial: 0.04,
				state: State::Open,
				disagreement: None,
			};
			Row { time: n * 1_000, markets: [("BTC-PERP".into(), market)].into(), ..Row::default() }
		});
		let mut record = Recorder::default();
		record.rows.extend(rows);
		record
	}

	#[test]
	fn a_move_beyond_maintenance_within_a_window_is_a_breach() {
		// Ten minutes; in the third and the fourth 3 % down each, else nothing.
		let marks: Vec<f64> = (0..=600)
			.map(|second| match second {
				0..=120 => 100.0,
				121..=180 => 97.0,
				_ => 94.0,
			})
			.collect();
		let breaches = Breaches::of(&record(&marks), "BTC-PERP", 1);
		assert_eq!((breaches.windows, breaches.breaches), (10, 2));
		assert_eq!(breaches.verdict, "tooMany");
		let calm = Breaches::of(&record(&[100.0; 601]), "BTC-PERP", 5);
		assert_eq!((calm.windows, calm.breaches, calm.verdict), (2, 0, "within"));
		let none = Breaches::of(&record(&[]), "BTC-PERP", 5);
		assert_eq!((none.windows, none.accepted), (0, None));
	}

	#[test]
	fn the_cascade_is_what_trades_moved_over_what_the_oracle_did() {
		let mut record = record(&[100.0, 95.0, 90.0, 95.0]);
		record.rows[2].markets.get_mut("BTC-PERP").unwrap().price = Some(85.0);
		let prices = Prices::of(&record, "BTC-PERP").unwrap();
		assert_eq!(prices.cascade_multiplier, Some(1.5));
		assert_eq!((prices.lowest, prices.lowest_traded), (90.0, Some(85.0)));
		let calm = Prices::of(&super::tests::record(&[100.0, 100.5]), "BTC-PERP").unwrap();
		assert_eq!(calm.cascade_multiplier, None);
	}

	#[test]
	fn losses_are_counted_once() {
		let mut record = record(&[100.0, 90.0]);
		record.rows[0].bad_debt = 50.0;
		record.rows[1].bad_debt = 10.0;
		record.totals.fund_used = 30_000_000;
		record.totals.shortfall = 20_000_000;
		record.totals.taken = 25_000_000;
		let solvency = Solvency::of(&record);
		assert_eq!(solvency.bad_debt_total, 60.0, "30 by the fund, 20 by others, 10 open");
		assert_eq!((solvency.excess, solvency.bad_debt_peak), (5.0, 50.0));
	}
}
