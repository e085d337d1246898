//! `report.html`: one file, no script, nothing from elsewhere.

use serde::Serialize;

use crate::{
	plot::{escape, number, thousands, Plot, Series, Strips, Unit},
	report::{state_name, MarketColumns, Report},
	view::State,
};

/// As JSON.
///
/// # Errors
/// If something is no JSON, which would be a bug.
pub fn json(value: &impl Serialize) -> Result<String, String> {
	let text = serde_json::to_string(value).map_err(|problem| format!("the report: {problem}"))?;
	Ok(text + "\n")
}

/// A whole page.
pub fn page(title: &str, body: &str) -> String {
	format!(
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title><style>\n{}</style></head>\n<body>\n{body}\n</body></html>\n",
		escape(title),
		include_str!("page.css")
	)
}

/// A table; cells are text, the first row names the columns.
pub fn table(head: &[String], rows: &[Vec<String>]) -> String {
	let cells = |tag: &str, row: &[String]| -> String {
		row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
	};
	let body: String = rows.iter().map(|row| format!("<tr>{}</tr>", cells("td", row))).collect();
	format!(
		"<div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>{body}</tbody></table></div>\n",
		cells("th", head)
	)
}

/// Something, or a dash.
pub fn or_dash<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
	value.map_or_else(|| "–".into(), write)
}

fn blocks(value: u32) -> String {
	thousands(value.into())
}

fn bps(value: f64) -> String {
	format!("{value:.1} bp")
}

/// The one sentence.
pub fn verdict(report: &Report) -> (bool, String) {
	let solvency = &report.solvency;
	if let Some(broken) = &report.invariants.broken {
		return (
			false,
			format!("An invariant broke after block {}: {}", broken.block, broken.what),
		);
	}
	let money = |dollars: f64| number(dollars, Unit::Money);
	let accounts = report.liquidations.accounts;
	if solvency.open_interest_peak < 1.0 {
		return (
			false,
			"Nobody ever had a position, so this run says nothing: were the markets open, and long enough?".into(),
		);
	}
	if solvency.bad_debt_total < 0.01 && solvency.bad_debt_peak < 0.01 {
		return (true, format!(
			"Nobody lost more than they had: {accounts} accounts were liquidated, and no fund and no other trader paid for any of them. Every invariant held."
		));
	}
	let open = solvency.bad_debt_at_end;
	let end = if open >= 0.01 {
		format!("{} are still missing at the end, and nobody has paid them.", money(open))
	} else {
		"Nothing is missing at the end.".into()
	};
	(open < 0.01, format!(
		"{} of losses were more than accounts had: funds paid {}, other traders {}. {end} {accounts} accounts were liquidated. Every invariant held.",
		money(solvency.bad_debt_total),
		money(solvency.fund_used),
		money(solvency.taken_from_others)
	))
}

/// The key figures: name, value, what it means.
pub fn figures(report: &Report) -> Vec<(&'static str, String, String)> {
	let money = |dollars: f64| number(dollars, Unit::Money);
	let (solvency, done) = (&report.solvency, &report.liquidations);
	let (waits, offers) = (&done.blocks_to_liquidation, &done.blocks_to_offer);
	vec![
		("Bad debt", money(solvency.bad_debt_total), format!(
			"losses beyond what accounts had; {} of the largest open interest of {}",
			or_dash(solvency.bad_debt_of_open_interest, |part| number(part, Unit::Percent)),
			money(solvency.open_interest_peak)
		)),
		("Paid by funds", money(solvency.fund_used), format!(
			"they began with {} each and have {} together at the end",
			money(report.run.fund_at_start),
			money(solvency.funds_at_end)
		)),
		("Taken from others", money(solvency.taken_from_others), format!(
			"{} was missing: {} too much, from {} payments",
			money(solvency.shortfall),
			money(solvency.excess),
			thousands(solvency.payers)
		)),
		("Still missing", money(solvency.bad_debt_at_end), format!(
			"{} at the worst moment",
			money(solvency.bad_debt_peak)
		)),
		("Liquidated", thousands(done.accounts.into()), format!(
			"accounts; {} closed in {} fills, {} of collateral sold, {} taken over whole, {} recovered by themselves",
			money(done.notional),
			thousands(done.fills),
			money(done.collateral),
			thousands(done.taken_over),
			thousands(done.recovered)
		)),
		("Blocks to the first offer", format!(
			"{} / {} / {}",
			or_dash(offers.p50, blocks),
			or_dash(offers.p99, blocks),
			or_dash(offers.max, blocks)
		), "median, 99 %, longest, from below maintenance until something of the account was for sale: 0 is the block of the price".into()),
		("Blocks to liquidation", format!(
			"{} / {} / {}",
			or_dash(waits.p50, blocks),
			or_dash(waits.p99, blocks),
			or_dash(waits.max, blocks)
		), format!(
			"median, 99 %, longest, from below maintenance to the first close; {} still wait, the longest for {} blocks",
			done.waiting_at_end, done.longest_waiting
		)),
		("Slippage of forced closes", or_dash(done.slippage_bps.mean, bps), format!(
			"worse than the mark, by notional, and below zero better; 99 %: {}",
			or_dash(done.slippage_bps.p99, bps)
		)),
		("Cascade multiplier", or_dash(report.cascade_multiplier, |times| format!("{times:.2}")),
			"how far trades went over how far the outside price went: 1 is no cascade".into()),
		("Heaviest block", number(report.hooks.largest_of_budget, Unit::Percent),
			format!("of the hooks' budget; {} batches failed", report.hooks.failed_batches)),
		("Capital efficiency", or_dash(report.trading.capital_efficiency, |times| format!("{times:.1}×")),
			"positions over the initial margin they need, on average".into()),
	]
}

/// For the terminal.
pub fn summary(report: &Report) -> String {
	let figures = figures(report).into_iter();
	let lines: String =
		figures.map(|(name, value, means)| format!("{name:<26} {value:<18} {means}\n")).collect();
	format!(
		"\n{}\n\n{lines}State root                 {}\n",
		verdict(report).1,
		report.run.state_root
	)
}

/// The report of one run.
pub fn report(report: &Report) -> String {
	let (good, verdict) = verdict(report);
	let class = if good { "verdict" } else { "verdict lost" };
	let run = &report.run;
	let day = |ms: u64| (ms / 86_400_000) as i64;
	let mut body = format!(
		"<h1>{}</h1><p class=\"soft\">{} blocks, {:.0} minutes from {} {} UTC, {} agents, {}</p><p class=\"{class}\">{}</p>",
		escape(&run.title),
		thousands(run.blocks.into()),
		f64::from(run.blocks) * run.block_time_ms as f64 / 60_000.0,
		date(day(run.start)),
		number(run.start as f64, Unit::Time),
		run.agents.values().sum::<u32>(),
		escape(run.design),
		escape(&verdict)
	);
	for warning in &report.warnings {
		body += &format!("<p class=\"soft\">Note: {}</p>", escape(warning));
	}
	body += &cards(report);
	body += "<h2>What happened</h2>\n";
	body += &plots(report).iter().map(Plot::render).collect::<String>();
	body += &strips(report).render();
	body += &plots_of_work(report).iter().map(Plot::render).collect::<String>();
	body += &tables(report);
	page(&format!("{} – stress lab", run.title), &body)
}

/// The key figures as cards.
pub fn cards(report: &Report) -> String {
	let card = |(name, value, means): (&str, String, String)| {
		format!(
			"<div class=\"card\"><span>{name}</span><b>{}</b><span>{}</span></div>",
			escape(&value),
			escape(&means)
		)
	};
	format!(
		"<div class=\"cards\">{}</div>\n",
		figures(report).into_iter().map(card).collect::<String>()
	)
}

/// A date from days since 1970 (Hinnant's civil_from_days).
pub fn date(days: i64) -> String {
	let shifted = days + 719_468;
	let era = shifted.div_euclid(146_097);
	let of_era = shifted.rem_euclid(146_097);
	let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
	let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let shifted_month = (5 * of_year + 2) / 153;
	let day = of_year - (153 * shifted_month + 2) / 5 + 1;
	let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
	let year = year_of_era + era * 400 + i64::from(month <= 2);
	format!("{year}-{month:02}-{day:02}")
}

/// Points over time.
pub fn over_time(report: &Report, values: &[f64]) -> Vec<(f64, f64)> {
	report.per_block.time.iter().zip(values).map(|(time, value)| (*time as f64, *value)).collect()
}

fn some_over_time(report: &Report, values: &[Option<f64>]) -> Vec<(f64, f64)> {
	let times = report.per_block.time.iter();
	times.zip(values).filter_map(|(time, value)| Some((*time as f64, (*value)?))).collect()
}

fn plots(report: &Report) -> Vec<Plot> {
	let columns = &report.per_block;
	let base = Plot {
		title: String::new(),
		says: String::new(),
		x: Unit::Time,
		y: Unit::Money,
		from_zero: true,
		limit: None,
		series: Vec::new(),
	};
	let mut plots: Vec<Plot> =
		columns.markets.iter().map(|(name, market)| prices(report, name, market, &base)).collect();
	plots.push(Plot {
		title: "Losses beyond what accounts had".into(),
		says: "What accounts below zero lack at that moment, and what funds have. The first should stay at zero or return to it at once; what it rises to and the funds lose is bad debt.".into(),
		series: vec![
			Series::area("missing", over_time(report, &columns.bad_debt)),
			Series::line("in funds", over_time(report, &columns.funds)),
		],
		..base.clone()
	});
	plots.push(Plot {
		title: "Closed by force".into(),
		says: "Notional of positions that were closed by force up to then. Steps are waves of liquidations; a line that rises slowly closes little by little, as much as the market takes.".into(),
		series: vec![Series::area("closed by force", over_time(report, &running(&columns.forced)))],
		..base.clone()
	});
	plots.push(Plot {
		title: "Accounts below maintenance margin".into(),
		says: "How many were to be liquidated after each block. Spikes that vanish are work done; a plateau is a queue.".into(),
		y: Unit::Count,
		series: vec![Series::area("due", over_time(report, &columns.due.iter().map(|n| f64::from(*n)).collect::<Vec<_>>()))],
		..base.clone()
	});
	plots.push(Plot {
		title: "Open interest".into(),
		says: "Notional of all long positions, which is that of all shorts.".into(),
		series: vec![Series::line("open interest", over_time(report, &columns.open_interest))],
		..base.clone()
	});
	let rates = columns.markets.iter();
	let rates =
		rates.map(|(name, market)| Series::line(name, some_over_time(report, &market.maintenance)));
	plots.push(Plot {
		title: "Maintenance margin".into(),
		says: "What a small position must keep. It follows volatility, and not faster than traders can follow; a flat line is a fixed rate.".into(),
		y: Unit::Percent,
		series: rates.collect(),
		..base
	});
	plots
}

fn prices(report: &Report, name: &str, market: &MarketColumns, base: &Plot) -> Plot {
	Plot {
		title: name.into(),
		says: "Where batches cleared, against the outside price and the mark that accounts are valued at. Batches far below the outside price are a cascade; where their line pauses, the market waited.".into(),
		y: Unit::Price,
		from_zero: false,
		series: vec![
			Series::line("outside price", some_over_time(report, &market.index)),
			Series::line("batches", some_over_time(report, &market.price)),
			Series::line("mark", some_over_time(report, &market.mark)),
		],
		..base.clone()
	}
}

fn running(values: &[f64]) -> Vec<f64> {
	values
		.iter()
		.scan(0.0, |sum, value| {
			*sum += value;
			Some(*sum)
		})
		.collect()
}

fn plots_of_work(report: &Report) -> Vec<Plot> {
	let budget = report.hooks.budget as f64;
	let used: Vec<f64> =
		report.per_block.weight.iter().map(|weight| *weight as f64 / budget.max(1.0)).collect();
	vec![Plot {
		title: "Work at the beginning of blocks".into(),
		says: "Weight of the pipeline as a part of its budget. What would be more is carried over, worst accounts first.".into(),
		x: Unit::Time,
		y: Unit::Percent,
		from_zero: true,
		limit: Some(("budget".into(), 1.0)),
		series: vec![Series::area("used", over_time(report, &used))],
	}]
}

/// What people call a state.
fn state_title(state: State) -> &'static str {
	match state {
		State::Open => "open",
		State::Limit => "inside the band only",
		State::CallAuction => "call auction",
		State::ReduceOnly => "reduce only",
		State::Quarantined => "quarantined",
	}
}

fn strips(report: &Report) -> Strips {
	let times = &report.per_block.time;
	let rows = report.per_block.markets.iter().map(|(name, market)| {
		let mut row: Vec<(f64, f64, usize)> = Vec::new();
		for (time, state) in times.iter().zip(&market.state) {
			let Some(state) = state else { continue };
			let (from, to) = (*time as f64, (*time + report.run.block_time_ms) as f64);
			match row.last_mut() {
				Some(last) if last.2 == *state as usize && last.1 >= from => last.1 = to,
				_ => row.push((from, to, *state as usize)),
			}
		}
		(name.clone(), row)
	});
	Strips {
		title: "Breakers".into(),
		says: "How each market traded. Markets begin with a call auction; yellow and orange slow a market down around a move, purple takes no new risk, red is a market without a price.".into(),
		states: State::ALL.map(|state| state_title(state).into()).into(),
		rows: rows.collect(),
	}
}

fn tables(report: &Report) -> String {
	let mut html = String::from("<h2>Margin against moves</h2><p class=\"soft\">How often the mark moved by more than the maintenance rate within a window. One window in a hundred may; the bounds are those within which Kupiec's test finds nothing wrong at 95 %. “Fewer” is on the safe side.</p>");
	let head = ["market", "window", "windows", "breaches", "accepted", "verdict"];
	let rows: Vec<Vec<String>> = report
		.margin_breaches
		.iter()
		.map(|row| {
			vec![
				row.market.clone(),
				format!("{} min", row.window_minutes),
				row.windows.to_string(),
				row.breaches.to_string(),
				or_dash(row.accepted, |(low, high)| format!("{low} to {high}")),
				match row.verdict {
					"tooMany" => "too many".into(),
					other => other.into(),
				},
			]
		})
		.collect();
	html += &table(&head.map(Into::into), &rows);
	html += "<h2>Time in each state</h2>";
	let mut head = vec!["market".to_string()];
	head.extend(State::ALL.map(|state| state_title(state).to_string()));
	let rows: Vec<Vec<String>> = report
		.breakers
		.iter()
		.map(|(name, states)| {
			let total: u32 = states.values().sum();
			let part = |state: State| {
				let blocks = states.get(state_name(state)).copied().unwrap_or(0);
				number(f64::from(blocks) / f64::from(total.max(1)), Unit::Percent)
			};
			std::iter::once(name.clone()).chain(State::ALL.map(part)).collect()
		})
		.collect();
	html += &table(&head, &rows);
	html += &about(report);
	html
}

fn about(report: &Report) -> String {
	let run = &report.run;
	let mut html = String::from("<h2>What was run</h2>");
	html += &format!("<p><code>{}</code></p>", escape(&run.command));
	html += &format!("<p class=\"soft\">State root at the end <code>{}</code>: the same command gives the same. Sums were checked after all of {} blocks, everything after {} of them{}.</p>",
		escape(&run.state_root),
		thousands(report.invariants.sums_checked.into()),
		thousands(report.invariants.all_checked.into()),
		if report.invariants.hold { ", and all held" } else { "; one did not hold" }
	);
	html += &format!("<p class=\"soft\">{}: {}.</p>", escape(run.design), escape(run.design_means));
	let agents: Vec<String> = run
		.agents
		.iter()
		.map(|(kind, count)| {
			let name =
				serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_string));
			format!("{count} {}", name.unwrap_or_default())
		})
		.collect();
	html += &format!("<p class=\"soft\">Agents: {}.</p>", escape(&agents.join(", ")));
	if !run.changed.is_empty() {
		let changed: Vec<String> =
			run.changed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
		html += &format!(
			"<p class=\"soft\">Parameters that are not the preset's: {}.</p>",
			escape(&changed.join("; "))
		);
	}
	html += "<h2>Refused</h2><p class=\"soft\">Calls of agents that the chain did not take: most are orders beyond an agent's margin.</p>";
	let mut refused: Vec<(&String, &u64)> = report.trading.refused.iter().collect();
	refused.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
	let rows: Vec<Vec<String>> = refused
		.into_iter()
		.map(|(reason, count)| vec![reason.clone(), thousands(*count)])
		.collect();
	html += &table(&["reason".into(), "times".into()], &rows);
	html += "<p class=\"soft\">docs/lab.md says what each measure means, and what the chain does not protect against.</p>";
	html
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn days_are_dates() {
		assert_eq!(
			[0, 59, 18_766, 19_782].map(date),
			["1970-01-01", "1970-03-01", "2021-05-19", "2024-02-29"]
		);
	}
}
