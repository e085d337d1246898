//! What happens when something breaks that must hold: the program ends with its own code, says what
//! and where, and prints a command that shows the same again.
//!
//! Nothing known breaks an invariant, so this test does it to the state, between two blocks, in a
//! process of its own.

use std::{
	env, fs,
	path::Path,
	process::{Command, Output},
};

use breakwater_lab::{chain::Chain, cli, run::Touch};
use breakwater_runtime::Runtime;
use breakwater_units::{MarketId, PoolId, Quote, Size};

const ARGUMENTS: &str = "LAB_TEST_ARGUMENTS";
const DAMAGE: &str = "LAB_TEST_DAMAGE";
/// What no argument contains.
const BETWEEN: &str = "\u{1f}";

/// After the third block a pool's fund has a quantum more than anybody paid in.
fn a_quantum_from_nothing(chain: &mut Chain, place: u32) {
	if place == 2 {
		chain.with(|| {
			breakwater_ledger::Pools::<Runtime>::mutate(PoolId(0), |book| {
				book.fund = book.fund.saturating_add(Quote::new(1));
			});
		});
	}
}

/// After the third block one more lot is open than anybody has. Sums do not see it, the walk over
/// the whole state does.
fn a_lot_of_nobody(chain: &mut Chain, place: u32) {
	if place == 2 {
		chain.with(|| {
			let market = MarketId(0);
			breakwater_ledger::OpenInterest::<Runtime>::mutate(market, |open| {
				*open = Size::new(open.get() + 1);
			});
		});
	}
}

fn a_panic(_: &mut Chain, place: u32) {
	assert_ne!(place, 2, "two and two are five");
}

const DAMAGES: [(&str, Touch, &str); 3] = [
	("quantum", a_quantum_from_nothing, "crash, after block 3: pool 0: claims of "),
	("lot", a_lot_of_nobody, "crash, after block 5: "),
	("panic", a_panic, "crash, after block 3: the runtime panicked: "),
];

/// Not a test: `lab` with somebody's hands in its state, which the others start.
#[test]
#[ignore = "the program that the others start"]
fn the_program() {
	let arguments = env::var(ARGUMENTS).expect("who starts it says with what");
	let arguments: Vec<String> = arguments.split(BETWEEN).map(String::from).collect();
	let damage = env::var(DAMAGE).expect("who starts it says how");
	let (_, touch, _) =
		DAMAGES.into_iter().find(|(name, ..)| *name == damage).expect("it is known");
	std::process::exit(cli::main(&arguments, touch).into());
}

fn lab(damage: &str, arguments: &[String]) -> Output {
	Command::new(env::current_exe().unwrap())
		.args(["--exact", "the_program", "--ignored", "--nocapture"])
		.env(DAMAGE, damage)
		.env(ARGUMENTS, arguments.join(BETWEEN))
		.output()
		.expect("it starts")
}

/// What it says went wrong, and the command that it prints.
fn told(output: &Output) -> (String, String) {
	assert_eq!(output.status.code(), Some(cli::BROKEN.into()), "{output:?}");
	let errors = String::from_utf8_lossy(&output.stderr).into_owned();
	let (_, broken) = errors.rsplit_once("BROKEN: ").expect("it says so");
	let (what, again) = broken.split_once("\nThe same again: ").expect("it says how");
	(what.into(), again.trim_end().into())
}

/// The words of a command, as a shell takes it apart.
fn words(command: &str) -> Vec<String> {
	let script = format!("lab() {{ printf '%s\\0' lab \"$@\"; }}; {command}");
	let output = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
	let text = String::from_utf8(output.stdout).unwrap();
	text.trim_end_matches('\0').split('\0').map(String::from).collect()
}

fn report(out: &Path) -> serde_json::Value {
	serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap()
}

#[test]
fn what_breaks_ends_the_run_and_is_shown_again_by_the_command() {
	for (damage, _, says) in DAMAGES {
		// A name that a shell would take apart.
		let out = env::temp_dir().join(format!("lab broken {damage} {}", std::process::id()));
		let _ = fs::remove_dir_all(&out);
		let arguments = "lab scenario crash --minutes 1 --accounts 20 --interval 3500 --seed 9 \
			--full-check-every 5 --out";
		let mut arguments: Vec<String> = arguments.split_whitespace().map(String::from).collect();
		arguments.push(out.display().to_string());

		let first = lab(damage, &arguments);

		let (what, again) = told(&first);
		assert!(what.starts_with(says), "{what}");
		assert!(what.contains("State root: 0x"), "{what}");
		let written = report(&out);
		assert_eq!(written["invariants"]["hold"], false);
		assert!(fs::read_to_string(out.join("report.html"))
			.unwrap()
			.contains("An invariant broke"));

		let second = lab(damage, &words(&again));

		assert_eq!(told(&second).0, what, "the same again: {again}");
		assert_eq!(report(&out)["run"]["stateRoot"], written["run"]["stateRoot"]);
		fs::remove_dir_all(out).unwrap();
	}
}

#[test]
fn a_comparison_says_which_design_broke() {
	let arguments = "lab compare gap --designs breakwater,queue --minutes 1 --accounts 20 \
		--interval 3500";
	let arguments: Vec<String> = arguments.split_whitespace().map(String::from).collect();

	let output = lab("quantum", &arguments);

	assert!(told(&output).0.starts_with("Breakwater, after block 3: pool 0: claims of "));
	let table = String::from_utf8_lossy(&output.stdout).into_owned();
	let row = table.lines().find(|line| line.starts_with("| invariants")).expect("it has that row");
	assert_eq!(row.matches("broke after block 3").count(), 2, "{row}");
}
