//! One parameter or several over several markets.

use serde::Serialize;

use crate::{
	genesis::Change,
	page::{self, or_dash, table},
	plot::{escape, number, Scatter, Unit},
	report::Report,
};

/// Most combinations of values.
const MOST_POINTS: usize = 100;

/// Short names of parameters.
const NAMES: [(&str, &str); 9] = [
	("margin-share", "market.risk.maintenanceShare"),
	("tail", "market.risk.tail"),
	("lowest-margin", "market.risk.lowestMaintenance"),
	("rise-per-hour", "market.risk.risePerHour"),
	("close-out", "market.risk.closeOutDelay"),
	("band", "market.breaker.band.k"),
	("lowest-band", "market.breaker.band.min"),
	("call-auction", "market.breaker.auction"),
	("curve-duration", "market.liquidation.duration"),
];

/// A parameter and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
	name: String,
	path: String,
	values: Vec<String>,
}

impl Axis {
	/// Reads `tail=250%,350%`.
	///
	/// # Errors
	/// How it should be.
	pub fn parse(text: &str) -> Result<Self, String> {
		let known = || NAMES.map(|(name, _)| name).join(", ");
		let (name, values) = text.split_once('=').ok_or_else(|| {
			format!("--vary {text}: give it as tail=250%,350%; names are {}, or paths as in market.risk.tail", known())
		})?;
		let path = NAMES.iter().find(|(short, _)| *short == name).map(|(_, path)| *path);
		let path = path.or(name.contains('.').then_some(name)).ok_or_else(|| {
			format!("--vary {name}: there is no such parameter, but {}, and paths as in market.risk.tail", known())
		})?;
		let values: Vec<String> = values.split(',').map(|value| value.trim().to_string()).collect();
		if values.iter().any(String::is_empty) {
			return Err(format!("--vary {text}: a value is missing"));
		}
		Ok(Self { name: name.into(), path: path.into(), values })
	}
}

/// One combination.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
	/// The values, as people read them.
	pub name: String,
	/// What they change.
	pub changes: Vec<Change>,
}

/// All combinations, the last axis first.
///
/// # Errors
/// If they are too many.
pub fn points(axes: &[Axis]) -> Result<Vec<Point>, String> {
	let count: usize = axes.iter().map(|axis| axis.values.len()).product();
	if count > MOST_POINTS {
		return Err(format!("{count} combinations are too many: at most {MOST_POINTS}"));
	}
	let mut points = vec![Point { name: String::new(), changes: Vec::new() }];
	for axis in axes {
		let with = |point: &Point, value: &String| {
			let gap = if point.name.is_empty() { "" } else { ", " };
			let mut changes = point.changes.clone();
			changes.push(Change::parse(&axis.path, value));
			Point { name: format!("{}{gap}{} {value}", point.name, axis.name), changes }
		};
		points = points
			.iter()
			.flat_map(|point| axis.values.iter().map(move |value| with(point, value)))
			.collect();
	}
	Ok(points)
}

/// What came of one combination in one market.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
	market: String,
	parameters: String,
	capital_efficiency: Option<f64>,
	bad_debt: f64,
	bad_debt_of_open_interest: Option<f64>,
	taken_from_others: f64,
	fund_used: f64,
	open_interest_peak: f64,
	accounts_liquidated: u32,
	longest_wait: Option<u32>,
	slippage_bps: Option<f64>,
	invariants_hold: bool,
}

/// A sweep.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
	command: String,
	rows: Vec<Row>,
}

impl Sweep {
	/// Begins.
	pub fn new(command: String) -> Self {
		Self { command, rows: Vec::new() }
	}

	/// Takes a run in.
	pub fn add(&mut self, market: &str, point: &Point, report: &Report) {
		let solvency = &report.solvency;
		self.rows.push(Row {
			market: market.into(),
			parameters: point.name.clone(),
			capital_efficiency: report.trading.capital_efficiency,
			bad_debt: solvency.bad_debt_total,
			bad_debt_of_open_interest: solvency.bad_debt_of_open_interest,
			taken_from_others: solvency.taken_from_others,
			fund_used: solvency.fund_used,
			open_interest_peak: solvency.open_interest_peak,
			accounts_liquidated: report.liquidations.accounts,
			longest_wait: report.liquidations.blocks_to_liquidation.max,
			slippage_bps: report.liquidations.slippage_bps.mean,
			invariants_hold: report.invariants.hold,
		});
	}

	const HEAD: [&'static str; 11] = [
		"market",
		"parameters",
		"capital efficiency",
		"bad debt",
		"of open interest",
		"by funds",
		"by others",
		"liquidated",
		"longest wait",
		"slippage, bp",
		"invariants",
	];

	fn cells(&self) -> Vec<Vec<String>> {
		let money = |dollars: f64| number(dollars, Unit::Money);
		let cells = |row: &Row| {
			vec![
				row.market.clone(),
				row.parameters.clone(),
				or_dash(row.capital_efficiency, |times| format!("{times:.1}×")),
				money(row.bad_debt),
				or_dash(row.bad_debt_of_open_interest, |part| number(part, Unit::Percent)),
				money(row.fund_used),
				money(row.taken_from_others),
				row.accounts_liquidated.to_string(),
				or_dash(row.longest_wait, |blocks| blocks.to_string()),
				or_dash(row.slippage_bps, |points| format!("{points:.1}")),
				if row.invariants_hold {
					"held".into()
				} else {
					"BROKE: the run ended early".into()
				},
			]
		};
		self.rows.iter().map(cells).collect()
	}

	/// In Markdown.
	pub fn table(&self) -> String {
		let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
		let head = line(&Self::HEAD.map(Into::into));
		let rows: String = self.cells().iter().map(|row| line(row)).collect();
		format!("{head}|---|---|{}\n{rows}", "---:|".repeat(Self::HEAD.len() - 2))
	}

	/// # Errors
	/// If it is no JSON, which would be a bug.
	pub fn json(&self) -> Result<String, String> {
		page::json(self)
	}

	/// As a page.
	pub fn page(&self) -> String {
		let mut body = String::from("<h1>Capital efficiency against safety</h1><p class=\"soft\">Every dot is one run: the same prices and traders, other parameters.</p>");
		body += &self.scatter().render();
		body += &table(&Self::HEAD.map(Into::into), &self.cells());
		body += &format!("<h2>What was run</h2><p><code>{}</code></p>", escape(&self.command));
		page::page("Capital efficiency against safety", &body)
	}

	fn scatter(&self) -> Scatter {
		let mut groups: Vec<(String, Vec<crate::plot::Point>)> = Vec::new();
		for row in &self.rows {
			let Some(efficiency) = row.capital_efficiency else { continue };
			let lost = row.bad_debt_of_open_interest.unwrap_or(0.0);
			let point = (efficiency, lost, row.parameters.clone());
			match groups.iter_mut().find(|(market, _)| *market == row.market) {
				Some((_, points)) => points.push(point),
				None => groups.push((row.market.clone(), vec![point])),
			}
		}
		Scatter {
			title: "The trade-off".into(),
			says: "To the right is more leverage for traders, down is less lost beyond what accounts had. A dot that another beats in both is a bad choice; along the lower right edge one pays for one with the other.".into(),
			x: ("positions over the margin they need, on average".into(), Unit::Count),
			y: ("bad debt as a part of the largest open interest".into(), Unit::Percent),
			groups,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn axes_make_every_combination() {
		let axes = [
			Axis::parse("tail=250%,350%").unwrap(),
			Axis::parse("market.amm.maxInventory=0,5").unwrap(),
		];
		let points = points(&axes).unwrap();
		let names: Vec<&str> = points.iter().map(|point| point.name.as_str()).collect();
		assert_eq!(names[1], "tail 250%, market.amm.maxInventory 5");
		assert_eq!(points.len(), 4);
		assert_eq!(points[3].changes[0], Change::of_all("market.risk.tail", "350%"));
		assert_eq!(points[3].changes[1], Change::of_all("market.amm.maxInventory", 5));
	}

	#[test]
	fn absurd_axes_are_refused() {
		assert!(Axis::parse("tail").unwrap_err().contains("give it as tail=250%,350%"));
		assert!(Axis::parse("tale=1")
			.unwrap_err()
			.contains("there is no such parameter, but margin-share"));
		assert!(Axis::parse("tail=1,,2").unwrap_err().contains("a value is missing"));
		let many = (0..11).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
		let axis = Axis::parse(&format!("tail={many}")).unwrap();
		assert!(points(&[axis.clone(), axis]).unwrap_err().contains("121 combinations"));
	}
}
