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

impl Comparison {
	fn names(&self) -> impl Iterator<Item = &str> {
		self.reports.iter().map(|report| report.run.design)
	}

	/// Name of a measure, and its value for each design.
	fn rows(&self) -> Vec<Vec<String>> {
		type Measure = (&'static str, fn(&Report) -> String);
		fn money(dollars: f64) -> String {
			number(dollars, Unit::Money)
		}
		fn bps(value: Option<f64>) -> String {
			or_dash(value, |value| format!("{value:.1}"))
		}
		let measures: [Measure; 19] = [
			("bad debt", |r| money(r.solvency.bad_debt_total)),
			("… of the largest open interest", |r| {
				or_dash(r.solvency.bad_debt_of_open_interest, |part| number(part, Unit::Percent))
			}),
			("paid by funds", |r| money(r.solvency.fund_used)),
			("taken from others", |r| money(r.solvency.taken_from_others)),
			("… beyond what was missing", |r| money(r.solvency.excess)),
			("missing at the end", |r| money(r.solvency.bad_debt_at_end)),
			("missing at the worst moment", |r| money(r.solvency.bad_debt_peak)),
			("largest open interest", |r| money(r.solvency.open_interest_peak)),
			("accounts liquidated", |r| thousands(r.liquidations.accounts.into())),
			("closed by force", |r| money(r.liquidations.notional)),
			("blocks to liquidation, median", |r| {
				or_dash(r.liquidations.blocks_to_liquidation.p50, |n| n.to_string())
			}),
			("… 99 %", |r| or_dash(r.liquidations.blocks_to_liquidation.p99, |n| n.to_string())),
			("… longest", |r| {
				or_dash(r.liquidations.blocks_to_liquidation.max, |n| n.to_string())
			}),
			("still waiting at the end", |r| r.liquidations.waiting_at_end.to_string()),
			("slippage of forced closes, bp", |r| bps(r.liquidations.slippage_bps.mean)),
			("… 99 %", |r| bps(r.liquidations.slippage_bps.p99)),
			("cascade multiplier", |r| {
				or_dash(r.cascade_multiplier, |times| format!("{times:.2}"))
			}),
			("capital efficiency", |r| {
				or_dash(r.trading.capital_efficiency, |times| format!("{times:.1}×"))
			}),
			("volume", |r| money(r.trading.volume)),
		];
		measures
			.iter()
			.map(|(name, of)| {
				std::iter::once((*name).to_string()).chain(self.reports.iter().map(of)).collect()
			})
			.collect()
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
