//! Traders on the real runtime: after every block value is conserved to the unit; every so many
//! blocks longs equal shorts, the trigger book equals a full scan, and the book its orders. And what
//! is said of it.

use breakwater_lab::{
	compare::{self, Comparison},
	genesis::Without,
	page,
	policy::{Congestion, Design},
	report::Report,
	run::{run, Outcome, Plan},
	scenario::{markets, Frame, Scenario},
};
use serde_json::Value;

const START: u64 = 1_767_225_600_000;

fn plan(scenario: Scenario, minutes: u64, agents: u32, seed: u64) -> Plan {
	const INTERVAL: u64 = 3_000;
	let duration = minutes * 60_000;
	Plan {
		prices: markets(scenario, Frame { start: START, duration, step: INTERVAL, seed }),
		start: START,
		duration,
		interval: INTERVAL,
		agents,
		seed,
		depth: scenario.depth(),
		fund: 10_000.0,
		full_check_every: 20,
		listings: Vec::new(),
		genesis: Vec::new(),
		design: Design::Breakwater,
		congestion: Congestion::default(),
	}
}

fn conserved(plan: &Plan) -> Outcome {
	let outcome = run(plan, |_, _| {}).unwrap();
	assert_eq!(outcome.broken, None);
	let totals = &outcome.record.totals;
	assert_eq!(totals.failed_batches, 0);
	assert!(totals.fills > 5, "they trade: {totals:?}");
	let refused: u64 = totals.refused.values().sum();
	assert!(refused < totals.accepted, "most of what they do is accepted: {totals:?}");
	outcome
}

/// Checks a report against its schema, and returns it.
fn described(plan: &Plan, outcome: &Outcome) -> Report {
	let report = Report::new(plan, outcome, "a test".into(), "lab".into());
	let text = page::json(&report).unwrap();
	let schema = include_str!("../../docs/lab-report.schema.json");
	let problems = schema::problems(
		&serde_json::from_str(schema).unwrap(),
		&serde_json::from_str(&text).unwrap(),
	);
	assert!(problems.is_empty(), "{problems:#?}");
	let page = page::report(&report);
	assert!(page.contains("</html>") && !page.contains("NaN") && !page.contains("http"));
	report
}

#[test]
fn calm_conserves_value_and_costs_nobody_anything() {
	let plan = plan(Scenario::Calm, 3, 30, 1);
	let report = described(&plan, &conserved(&plan));
	assert_eq!(report.solvency.bad_debt_total, 0.0);
	assert_eq!(report.liquidations.accounts, 0);
	assert!(report.trading.capital_efficiency.unwrap() > 1.0);
	assert!(report.prices.iter().all(|prices| prices.mark_from_index_bps < 100.0));
}

#[test]
fn a_crash_conserves_value_and_finds_who_is_due() {
	let plan = plan(Scenario::Crash, 5, 40, 2);
	let outcome = conserved(&plan);
	let due = outcome.record.rows.iter().map(|row| row.due).max();
	assert!(due > Some(0), "a third down leaves somebody below maintenance");
	described(&plan, &outcome);
}

#[test]
fn designs_conserve_value_and_account_for_every_loss() {
	let base = plan(Scenario::Gap, 5, 40, 3);
	let mut reports = Vec::new();
	for design in [Design::Keepers, Design::Proposer, Design::Queue] {
		let plan = compare::plan(&base, design, false);
		let report = described(&plan, &conserved(&plan));
		let solvency = &report.solvency;
		assert!(report.liquidations.accounts > 0, "{design:?}");
		assert!(solvency.bad_debt_total > 0.0, "a quarter down is more than they had: {design:?}");
		let open = solvency.bad_debt_at_end + solvency.written_off;
		let borne = solvency.fund_used + solvency.taken_from_others + open;
		assert!(borne >= solvency.bad_debt_total - 0.05, "{design:?}: {solvency:?}");
		reports.push(report);
	}
	let comparison = Comparison { title: "gap".into(), command: "lab compare gap".into(), reports };
	let table = comparison.table();
	assert!(table.lines().any(|line| line == "| invariants | held | held | held |"), "{table}");
	for says in
		["keepers, socialised loss is worse than another design in: ", "It is the best, or one"]
	{
		assert!(table.contains(says), "{table}");
	}
	let best = table.lines().filter(|line| line.contains('★')).count();
	assert!(best > 5, "they differ, and it is marked: {table}");
	assert!(!comparison.page().contains("NaN"));
}

#[test]
fn without_a_protection_it_still_conserves_value() {
	let mut plan = plan(Scenario::StaleOracle, 3, 30, 4);
	plan.genesis = [Without::Breakers, Without::DynamicMargin, Without::Amm]
		.iter()
		.flat_map(|without| without.changes())
		.collect();
	let report = described(&plan, &conserved(&plan));
	let rates = &report.per_block.markets["BTC-PERP"].maintenance;
	assert!(rates.iter().flatten().all(|rate| (rate - 0.02).abs() < 1e-9), "they stay");
}

#[test]
fn the_same_seed_is_the_same_chain() {
	let plan = plan(Scenario::FlashCrash, 2, 30, 5);
	let (one, other) = (conserved(&plan), conserved(&plan));
	assert_eq!(one.state_root, other.state_root);
	assert_eq!(one.record.rows, other.record.rows);
	assert_eq!(one.record.totals, other.record.totals);
	let different = run(&Plan { seed: 6, ..plan.clone() }, |_, _| {}).unwrap();
	assert_ne!(one.state_root, different.state_root);
	let played = compare::plan(&plan, Design::Queue, false);
	assert_eq!(conserved(&played).record.rows, conserved(&played).record.rows);
}

#[test]
fn a_market_without_prices_is_no_run() {
	let mut plan = plan(Scenario::Calm, 1, 20, 7);
	plan.prices.retain(|name, _| name.starts_with("USD"));
	let error = run(&plan, |_, _| {}).err().unwrap();
	assert!(error.contains("no market has a price: give one of BTC-USD"), "{error}");
}

/// As much of JSON Schema as the report's uses.
mod schema {
	use super::Value;

	pub(super) fn problems(schema: &Value, value: &Value) -> Vec<String> {
		let mut problems = Vec::new();
		check(schema, schema, value, "report", &mut problems);
		problems
	}

	fn is_a(kind: &str, value: &Value) -> bool {
		match kind {
			"object" => value.is_object(),
			"array" => value.is_array(),
			"string" => value.is_string(),
			"number" => value.is_number(),
			"integer" => value.is_i64() || value.is_u64(),
			"boolean" => value.is_boolean(),
			"null" => value.is_null(),
			_ => panic!("{kind} is no type"),
		}
	}

	fn check(root: &Value, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
		if let Some(place) = schema["$ref"].as_str() {
			let there = root.pointer(place.trim_start_matches('#')).expect("it is defined");
			return check(root, there, value, at, problems);
		}
		let kinds: Vec<&str> = match &schema["type"] {
			Value::String(one) => vec![one],
			Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
			_ => Vec::new(),
		};
		if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(kind, value)) {
			problems.push(format!("{at} is no {}: {value}", kinds.join(" or ")));
		}
		if let Some(allowed) = schema["enum"].as_array() {
			if !allowed.contains(value) {
				problems.push(format!("{at} is {value}"));
			}
		}
		if schema["minimum"]
			.as_f64()
			.zip(value.as_f64())
			.is_some_and(|(least, value)| value < least)
		{
			problems.push(format!("{at} is {value}"));
		}
		if let Some(items) = value.as_array().filter(|_| schema.get("items").is_some()) {
			for (place, item) in items.iter().enumerate() {
				check(root, &schema["items"], item, &format!("{at}[{place}]"), problems);
			}
		}
		let Some(fields) = value.as_object() else { return };
		for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
			if !fields.contains_key(name) {
				problems.push(format!("{at} has no {name}"));
			}
		}
		for (name, field) in fields {
			let at = format!("{at}.{name}");
			match (schema["properties"].get(name), schema.get("additionalProperties")) {
				(Some(known), _) => check(root, known, field, &at, problems),
				(None, Some(Value::Bool(false))) => problems.push(format!("{at} is not described")),
				(None, Some(other)) => check(root, other, field, &at, problems),
				(None, None) => {},
			}
		}
	}

	#[test]
	fn it_finds_what_is_wrong() {
		let schema = serde_json::json!({
			"type": "object", "required": ["a", "b"], "additionalProperties": false,
			"properties": {
				"a": { "type": ["integer", "null"], "minimum": 0 },
				"b": { "type": "array", "items": { "enum": ["x"] } },
			},
		});
		let good = serde_json::json!({ "a": null, "b": ["x"] });
		assert!(problems(&schema, &good).is_empty());
		let bad = serde_json::json!({ "a": -1, "b": ["y"], "c": 1 });
		assert_eq!(problems(&schema, &bad).len(), 3);
		assert_eq!(problems(&schema, &serde_json::json!({ "a": 0.5 })).len(), 2);
	}
}
