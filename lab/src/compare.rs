//! The same prices and traders under several designs, side by side.

use serde::Serialize;

use crate::{
	page::{self, or_dash, over_time, table},
	plot::{escape, number, thousands, Bars, Plot, Series, Unit},
	policy::Design,
	report::Report,
	run::Plan,
};

/// Reports of the same market.
#[derive(Debug, Serialize)]
pub struct Comparison {
	/// The market.
	pub title: String,
	/// The command that runs it again.
	pub command: String,
	/// One for each design.
	#[serde(rename = "designs")]
	pub reports: Vec<Report>,
}

/// A plan under another design.
pub fn plan(plan: &Plan, design: Design, same_margins: bool) -> Plan {
	let mut plan = plan.clone();
	let mut genesis = design.changes(same_margins);
	// What was asked for by hand counts for all.
	genesis.append(&mut plan.genesis);
	Plan { design, genesis, ..plan }
}

/// Which way a measure is good.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
	Less,
	More,
	/// It says what a run was like.
	Neither,
}

/// One line of the table.
struct Measure {
	name: &'static str,
	better: Better,
	of: fn(&Report) -> Option<f64>,
	write: fn(f64) -> String,
}

impl Measure {
	fn cell(&self, report: &Report) -> String {
		or_dash((self.of)(report), self.write)
	}

	/// Whether a value is better than another, and reads differently.
	fn beats(&self, one: f64, other: f64) -> bool {
		let ahead = match self.better {
			Better::Less => one < other,
			Better::More => one > other,
			Better::Neither => false,
		};
		ahead && (self.write)(one) != (self.write)(other)
	}
}

fn money(dollars: f64) -> String {
	number(dollars, Unit::Money)
}

fn percent(part: f64) -> String {
	number(part, Unit::Percent)
}

fn count(value: f64) -> String {
	thousands(value as u64)
}

fn points(value: f64) -> String {
	format!("{value:.1} bp")
}

fn times(value: f64) -> String {
	format!("{value:.2}×")
}

const fn measure(
	name: &'static str,
	better: Better,
	of: fn(&Report) -> Option<f64>,
	write: fn(f64) -> String,
) -> Measure {
	Measure { name, better, of, write }
}

/// Open interest before the block in which an outside price moved most: what was at stake. After it
/// designs differ in how much is left, and before it in what their margins let traders take.
fn exposed(report: &Report) -> Option<f64> {
	let columns = &report.per_block;
	let mut worst = (0.0, 0);
	for market in columns.markets.values() {
		for (place, pair) in market.index.windows(2).enumerate() {
			let [Some(before), Some(after)] = pair else { continue };
			let moved = (after / before - 1.0).abs();
			if moved > worst.0 {
				worst = (moved, place);
			}
		}
	}
	columns.open_interest.get(worst.1).copied()
}

fn bad_debt_of_exposed(report: &Report) -> Option<f64> {
	let exposed = exposed(report).filter(|dollars| *dollars >= 1.0)?;
	Some(report.solvency.bad_debt_total / exposed)
}

#[rustfmt::skip]
const MEASURES: [Measure; 23] = [
	measure("bad debt", Better::Less, |r| Some(r.solvency.bad_debt_total), money),
	measure("open interest before the largest jump", Better::Neither, exposed, money),
	measure("bad debt, of that", Better::Less, bad_debt_of_exposed, percent),
	measure("paid by funds", Better::Less, |r| Some(r.solvency.fund_used), money),
	measure("taken from other traders", Better::Less, |r| Some(r.solvency.taken_from_others), money),
	measure("taken beyond what was missing", Better::Less, |r| Some(r.solvency.excess), money),
	measure("closed against other traders", Better::Less, |r| Some(r.solvency.closed_against_others), money),
	measure("missing at the end", Better::Less, |r| Some(r.solvency.bad_debt_at_end), money),
	measure("missing at the worst moment", Better::Less, |r| Some(r.solvency.bad_debt_peak), money),
	measure("blocks to the first offer, median", Better::Less, |r| r.liquidations.blocks_to_offer.p50.map(f64::from), count),
	measure("blocks to the first offer, longest", Better::Less, |r| r.liquidations.blocks_to_offer.max.map(f64::from), count),
	measure("blocks to liquidation, median", Better::Less, |r| r.liquidations.blocks_to_liquidation.p50.map(f64::from), count),
	measure("blocks to liquidation, 99 %", Better::Less, |r| r.liquidations.blocks_to_liquidation.p99.map(f64::from), count),
	measure("blocks to liquidation, longest", Better::Less, |r| r.liquidations.blocks_to_liquidation.max.map(f64::from), count),
	measure("still waiting at the end", Better::Less, |r| Some(r.liquidations.waiting_at_end.into()), count),
	measure("slippage of forced closes, mean", Better::Less, |r| r.liquidations.slippage_bps.mean, points),
	measure("slippage of forced closes, 99 %", Better::Less, |r| r.liquidations.slippage_bps.p99, points),
	measure("cascade multiplier", Better::Less, |r| r.cascade_multiplier, times),
	measure("accounts liquidated", Better::Less, |r| Some(r.liquidations.accounts.into()), count),
	measure("closed by force", Better::Less, |r| Some(r.liquidations.notional), money),
	measure("capital efficiency", Better::More, |r| r.trading.capital_efficiency, times),
	measure("largest open interest", Better::Neither, |r| Some(r.solvency.open_interest_peak), money),
	measure("volume", Better::Neither, |r| Some(r.trading.volume), money),
];

impl Comparison {
	fn names(&self) -> impl Iterator<Item = &str> {
		self.reports.iter().map(|report| report.run.design)
	}

	/// Name of a measure, and its value for each design; the best are marked where they differ.
	fn rows(&self) -> Vec<Vec<String>> {
		let held = |report: &Report| match &report.invariants.broken {
			None => "held".into(),
			Some(broken) => format!("broke after block {}", broken.block),
		};
		let mut rows = vec![std::iter::once("invariants".into())
			.chain(self.reports.iter().map(held))
			.collect::<Vec<String>>()];
		for measure in &MEASURES {
			let cell = |report: &Report| {
				let mark = if self.is_best(measure, report) { " ★" } else { "" };
				format!("{}{mark}", measure.cell(report))
			};
			rows.push(
				std::iter::once(measure.name.into()).chain(self.reports.iter().map(cell)).collect(),
			);
		}
		rows
	}

	/// Whether no other is better, and at least one is worse.
	fn is_best(&self, measure: &Measure, report: &Report) -> bool {
		let Some(value) = (measure.of)(report) else { return false };
		let others = || self.reports.iter().filter_map(measure.of);
		!others().any(|other| measure.beats(other, value))
			&& others().any(|other| measure.beats(value, other))
	}

	/// In words: where the first design is worse than another, and where it is the best. The first
	/// is this chain's, unless somebody asked otherwise.
	fn verdict(&self) -> Vec<String> {
		let Some((ours, others)) = self.reports.split_first() else { return Vec::new() };
		if others.is_empty() {
			return Vec::new();
		}
		let mut worse = Vec::new();
		let mut best = Vec::new();
		for measure in &MEASURES {
			let Some(value) = (measure.of)(ours) else { continue };
			let ahead = others.iter().filter_map(|other| Some((other, (measure.of)(other)?)));
			let ahead = ahead.filter(|(_, theirs)| measure.beats(*theirs, value));
			let first = ahead.reduce(|a, b| if measure.beats(b.1, a.1) { b } else { a });
			if let Some((other, theirs)) = first {
				worse.push(format!(
					"{} ({}; {}: {})",
					measure.name,
					(measure.write)(value),
					other.run.design,
					(measure.write)(theirs)
				));
			} else if self.is_best(measure, ours) {
				best.push(measure.name);
			}
		}
		let name = ours.run.design;
		let idle = |report: &&Report| report.solvency.open_interest_peak < 1.0;
		if let Some(idle) = self.reports.iter().find(idle) {
			return vec![format!(
				"Under {} nobody ever had a position, so this says nothing: were the markets open, and long enough?",
				idle.run.design
			)];
		}
		let listed = |all: String| if all.is_empty() { "nothing".to_string() } else { all };
		let mut sentences = vec![
			format!("{name} is worse than another design in: {}.", listed(worse.join("; "))),
			format!("It is the best, or one of the best, in: {}.", listed(best.join("; "))),
		];
		sentences.extend(self.unequal());
		sentences
	}

	/// A warning, where by chance or by their margins traders had much more at stake under one design
	/// than under another.
	fn unequal(&self) -> Option<String> {
		let stakes = || self.reports.iter().filter_map(exposed);
		let (least, most) = (stakes().reduce(f64::min)?, stakes().reduce(f64::max)?);
		(most > 2.0 * least).then(|| {
			format!(
				"Before the largest jump {} were open under one design and {} under another: dollars lost compare that, rather than designs. A longer run with more accounts is fairer.",
				money(least),
				money(most)
			)
		})
	}

	/// In Markdown.
	pub fn table(&self) -> String {
		let names: Vec<&str> = self.names().collect();
		let mut text = format!(
			"| {} | {} |\n|---|{}\n",
			self.title,
			names.join(" | "),
			"---:|".repeat(names.len())
		);
		for row in self.rows() {
			text += &format!("| {} |\n", row.join(" | "));
		}
		for sentence in self.verdict() {
			text += &format!("\n{sentence}\n");
		}
		text
	}

	/// # Errors
	/// If it is no JSON, which would be a bug.
	pub fn json(&self) -> Result<String, String> {
		page::json(self)
	}

	/// As a page.
	pub fn page(&self) -> String {
		let mut head = vec![String::new()];
		head.extend(self.names().map(Into::into));
		let mut body = format!(
			"<h1>{}: designs side by side</h1><p class=\"soft\">The same prices, the same traders with the same money and chances, the same exchange and ledger. What differs is who liquidates when and how, who pays when that was not enough, margin and breakers.</p>",
			escape(&self.title)
		);
		for sentence in self.verdict() {
			body += &format!("<p class=\"verdict\">{}</p>", escape(&sentence));
		}
		body += "<p class=\"soft\">One path of prices and one crowd: a difference of a few percent says nothing. With other margins the same traders hold other positions, so read money against the largest open interest, and safety against capital efficiency; <code>--same-margins</code> takes that difference away. ★ marks the best of a row.</p>";
		body += &self.paid().render();
		body += &table(&head, &self.rows());
		body += &self.lines("Losses beyond what accounts had", "What accounts below zero lack at that moment. Lower and shorter is better; a line that stays up is a loss nobody has paid.", |report| report.per_block.bad_debt.clone()).render();
		body += &self
			.lines(
				"Accounts below maintenance margin",
				"How many wait for liquidation after each block.",
				|report| report.per_block.due.iter().map(|due| f64::from(*due)).collect(),
			)
			.render();
		body += &self
			.lines("In funds", "What is left of the funds.", |report| {
				report.per_block.funds.clone()
			})
			.render();
		let markets: Vec<String> = self
			.reports
			.first()
			.map(|report| report.per_block.markets.keys().cloned().collect())
			.unwrap_or_default();
		for market in markets {
			body += &self.price(&market).render();
		}
		body += "<h2>The designs</h2>";
		for report in &self.reports {
			body += &format!(
				"<p><b>{}</b>: {}.</p>",
				escape(report.run.design),
				escape(report.run.design_means)
			);
		}
		body += &format!("<h2>What was run</h2><p><code>{}</code></p>", escape(&self.command));
		for warning in self.reports.iter().flat_map(|report| &report.warnings).take(5) {
			body += &format!("<p class=\"soft\">Note: {}</p>", escape(warning));
		}
		page::page(&format!("{} – designs side by side", self.title), &body)
	}

	fn paid(&self) -> Bars {
		let rows = self.reports.iter().map(|report| {
			let solvency = &report.solvency;
			let parts =
				vec![solvency.fund_used, solvency.taken_from_others, solvency.bad_debt_at_end];
			(report.run.design.to_string(), parts)
		});
		Bars {
			title: "Who bore losses beyond what accounts had".into(),
			says: "Nothing is best. Funds are there for it; what is taken from others should be no more than what is missing; what is open at the end will fall on whoever withdraws last.".into(),
			unit: Unit::Money,
			parts: ["funds", "other traders", "nobody yet"].map(Into::into).into(),
			rows: rows.collect(),
		}
	}

	fn lines(&self, title: &str, says: &str, of: impl Fn(&Report) -> Vec<f64>) -> Plot {
		let series = self
			.reports
			.iter()
			.map(|report| Series::line(report.run.design, over_time(report, &of(report))));
		let y = if title.starts_with("Accounts") { Unit::Count } else { Unit::Money };
		Plot {
			title: title.into(),
			says: says.into(),
			x: Unit::Time,
			y,
			from_zero: true,
			limit: None,
			series: series.collect(),
		}
	}

	fn price(&self, market: &str) -> Plot {
		let series = self.reports.iter().filter_map(|report| {
			let prices = &report.per_block.markets.get(market)?.price;
			let times = report.per_block.time.iter();
			let points =
				times.zip(prices).filter_map(|(time, price)| Some((*time as f64, (*price)?)));
			Some(Series::line(report.run.design, points.collect()))
		});
		Plot {
			title: format!("{market}: where batches cleared"),
			says: "All follow the same outside price. A line that falls below the others is forced selling that finds nobody.".into(),
			x: Unit::Time,
			y: Unit::Price,
			from_zero: false,
			limit: None,
			series: series.collect(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn better_is_by_the_measure_and_only_where_it_reads_differently() {
		let of = |name: &str| MEASURES.iter().find(|measure| measure.name == name).unwrap();
		let debt = of("bad debt");
		assert!(debt.beats(1.0, 2.0) && !debt.beats(2.0, 1.0));
		assert!(!debt.beats(20_001.0, 20_002.0), "both read $20k");
		let efficiency = of("capital efficiency");
		assert!(efficiency.beats(20.0, 10.0) && !efficiency.beats(10.0, 20.0));
		assert!(!of("volume").beats(1.0, 2.0) && !of("volume").beats(2.0, 1.0));
	}
}
