//! The program, as somebody types it: absurd flags and bad files have clear answers, and leave
//! nothing behind.

use std::{
	fs,
	path::PathBuf,
	process::{Command, Output},
};

fn lab(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_lab")).args(arguments).output().expect("it starts")
}

/// The message of a command that is refused.
fn refused(arguments: &[&str]) -> String {
	let output = lab(arguments);
	assert!(!output.status.success(), "{arguments:?}");
	let text = String::from_utf8_lossy(&output.stderr).into_owned();
	assert!(!text.contains("panicked"), "{text}");
	text
}

fn place(name: &str) -> PathBuf {
	std::env::temp_dir().join(format!("lab-command-{}-{name}", std::process::id()))
}

fn candles(name: &str, text: &str) -> String {
	let file = place(name);
	fs::write(&file, text).unwrap();
	file.display().to_string()
}

#[test]
fn absurd_flags_are_refused() {
	for (arguments, says) in [
		(&["scenario", "doom"][..], "possible values: calm, crash"),
		(&["scenario"], "<NAME>"),
		(&["scenario", "crash", "--minutes", "0"], "0 is not in 1..=10080"),
		(&["scenario", "crash", "--accounts", "1"], "1 is not in 20..=100000"),
		(&["scenario", "crash", "--interval", "1234"], "a multiple of 500"),
		(&["scenario", "crash", "--interval", "60000"], "younger than four seconds"),
		(&["scenario", "crash", "--fund", "-5"], "unexpected argument"),
		(&["scenario", "crash", "--fund=-5"], "from 0 to"),
		(&["scenario", "crash", "--fund", "NaN"], "from 0 to"),
		(&["scenario", "crash", "--depth", "0"], "from 0.001 to 1000"),
		(&["scenario", "crash", "--without", "hope"], "possible values: breakers"),
		(&["scenario", "crash", "--set", "x"], "give it as market.risk.tail=450%"),
		(&["scenario", "crash", "--set", "market.risk.tale=1"], "there is no tale there, but"),
		(
			&["scenario", "crash", "--set", "market.risk.tail=often"],
			"the chain does not start with that",
		),
		(&["scenario", "crash", "--replace"], "--out <DIR>"),
		(&["replay"], "--feed"),
		(&["replay", "--feed", "BTC"], "give it as BTC=btc.csv"),
		(&["replay", "--feed", "BTC=/nowhere.csv"], "/nowhere.csv can not be read"),
		(&["compare", "crash", "--feed", "BTC=x.csv"], "cannot be used with"),
		(&["compare"], "<SCENARIO>"),
		(&["compare", "crash", "--designs", "luck"], "possible values: breakwater"),
		(&["bench", "--accounts", "10"], "10 is not in 1000..=10000000"),
		(&["sweep"], "--vary"),
		(&["sweep", "--vary", "tale=1"], "there is no such parameter"),
		(&["sweep", "--vary", "tail=300%", "--scenarios", "doom"], "possible values: calm"),
		(
			&["sweep", "--vary", "tail=300%", "--scenarios", "gap", "--feed", "BTC=x.csv"],
			"cannot be used with",
		),
		(&["scenario", "crash", "--minutes", "99999999999"], "is not in 1..=10080"),
		(&["scenario", "crash", "--minutes", "-1"], "unexpected argument"),
		(&["scenario", "crash", "--accounts", "1000000"], "is not in 20..=100000"),
		(&["scenario", "crash", "--seed", "lucky"], "invalid digit"),
		(&["scenario", "crash", "--interval", "0"], "a multiple of 500"),
		(&["scenario", "crash", "--interval", "4000"], "at most 3500"),
		(&["scenario", "crash", "--full-check-every", "0"], "0 is not in 1.."),
		(&["compare", "crash", "--keeper-capacity", "many"], "invalid digit"),
		(&["compare", "crash", "--designs", ""], "possible values: breakwater"),
		(&["scenario", "crash", "--out", "/dev/null"], "is there already"),
		(&["scenario", "crash", "--out", "/dev/null", "--replace"], "is no report of the lab"),
		(&["scenario", "crash", "--out", "/dev/null/x"], "can not be written"),
		(&["scenario", "crash", "--out", ".."], "give a directory with a name"),
		(&["sweep", "--vary", "margin-share=5%"], "margin-share 5%: the chain does not start"),
	] {
		let error = refused(arguments);
		assert!(error.contains(says), "{arguments:?}: {error}");
	}
}

#[test]
fn bad_files_are_named_with_their_line() {
	const T: u64 = 1_621_296_000_000;
	let row = |minute: u64, price: f64| {
		format!("{},{price},{price},{price},{price},1\n", T + minute * 60_000)
	};
	for (name, text, says) in [
		("twice.csv", row(0, 40_000.0).repeat(2), "line 2: the time 1621296000000 is there twice"),
		("unsorted.csv", row(1, 40_000.0) + &row(0, 40_000.0), "line 2: its time is before"),
		("malformed.csv", row(0, 40_000.0) + "oops\n", "line 2: 1 columns instead of"),
		(
			"seconds.csv",
			"1621296000,1,1,1,1,1\n".into(),
			"line 1: the time 1621296000 is too small",
		),
		(
			"thousand.csv",
			row(0, 40_000.0) + &row(1, 40.0),
			"line 2: the price goes from 40000 to 40",
		),
		("empty.csv", String::new(), "has no rows"),
		("header.csv", "ts,open,high,low,close,volume\n".into(), "has no rows"),
		("zero.csv", row(0, 0.0), "line 1: \"0\" is no price"),
		("negative.csv", row(0, 40_000.0) + &row(1, -40_000.0), "line 2: \"-40000\" is no price"),
		("nan.csv", row(0, f64::NAN), "line 1: \"NaN\" is not a number"),
		("infinite.csv", row(0, f64::INFINITY), "line 1: \"inf\" is not a number"),
		(
			"microseconds.csv",
			"1621296000000000,1,1,1,1,1\n".into(),
			"line 1: the time 1621296000000000 is too large",
		),
		("binary.csv", "\0\0\0\0".into(), "line 1: 1 columns instead of"),
		("cents.csv", row(0, 0.04), "do not fit BTC-USD"),
	] {
		let file = candles(name, &text);
		let out = place("never");
		let error = refused(&[
			"replay",
			"--feed",
			&format!("BTC={file}"),
			"--out",
			&out.display().to_string(),
		]);
		assert!(error.contains(name) && error.contains(says), "{error}");
		assert!(!out.exists());
		fs::remove_file(file).unwrap();
	}
}

#[test]
fn a_time_without_prices_is_refused_with_the_times_there_are() {
	let file = candles("when.csv", "1621296000000,40000,40000,40000,40000,1\n");
	let feed = format!("BTC={file}");
	for start in ["0", "1621300000000", "18446744073709551615"] {
		let error = refused(&["replay", "--feed", &feed, "--start", start]);
		assert!(error.contains("from 1621296000000 to 1621296060000"), "{start}: {error}");
	}
	fs::remove_file(file).unwrap();
}

#[test]
fn a_full_disk_and_a_reader_who_left_are_no_surprise() {
	use std::process::Stdio;
	let list = || {
		let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
		command.args(["scenario", "--list"]).stderr(Stdio::piped());
		command
	};
	let (reader, writer) = std::io::pipe().unwrap();
	drop(reader);
	assert!(list().stdout(writer).status().unwrap().success(), "as in: lab scenario --list | true");

	let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
	let output = list().stdout(full).output().unwrap();
	assert_eq!(output.status.code(), Some(1));
	let error = String::from_utf8_lossy(&output.stderr).into_owned();
	assert!(error.starts_with("Error: what the run says can not be written: No space"), "{error}");
}

#[test]
fn a_report_is_whole_or_not_there() {
	let rows: String = (0..3)
		.map(|n| format!("{},40000,40010,39990,40000,1\n", 1_621_296_000_000u64 + n * 60_000))
		.collect();
	let (a, b) = (candles("a.csv", &rows), candles("b.csv", &rows));
	let out = place("whole");
	let _ = fs::remove_dir_all(&out);
	let directory = out.display().to_string();
	let feed = format!("BTC={a},{b}");
	let arguments = [
		"replay",
		"--feed",
		&feed,
		"--minutes",
		"3",
		"--accounts",
		"20",
		"--interval",
		"3000",
		"--out",
		&directory,
	];
	let output = lab(&arguments);
	let errors = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "{errors}");
	assert!(errors.contains("block 60 of 60"), "{errors}");
	let report = fs::read_to_string(out.join("report.json")).unwrap();
	let report: serde_json::Value = serde_json::from_str(&report).unwrap();
	assert_eq!(report["run"]["blocks"], 60);
	assert!(report["run"]["command"].as_str().unwrap().starts_with("lab replay --feed BTC="));
	assert_eq!(report["prices"][0]["venuesApartBps"], 0.0);
	assert!(fs::read_to_string(out.join("report.html")).unwrap().ends_with("</html>\n"));

	let error = refused(&arguments);
	assert!(error.contains("is there already"), "{error}");
	let siblings = fs::read_dir(out.parent().unwrap()).unwrap().flatten();
	let name = out.file_name().unwrap().to_string_lossy().into_owned();
	let drafts = siblings
		.filter(|entry| entry.file_name().to_string_lossy().starts_with(&format!("{name}.draft")));
	assert_eq!(drafts.count(), 0, "nothing half-written is left");
	fs::remove_dir_all(out).unwrap();
	fs::remove_file(a).unwrap();
	fs::remove_file(b).unwrap();
}

#[test]
fn scenarios_are_listed() {
	let output = lab(&["scenario", "--list"]);
	assert!(output.status.success());
	let text = String::from_utf8_lossy(&output.stdout).into_owned();
	for name in
		["calm", "crash", "flash-crash", "slow-bleed", "gap", "depeg", "stale-oracle", "thin-book"]
	{
		assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
	}
}
