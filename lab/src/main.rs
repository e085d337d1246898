//! `lab`: runs the chain's runtime under a market, checks its invariants after every block, and
//! says what happened. See docs/lab.md.

use std::process::ExitCode;

use breakwater_lab::{cli, run::hands_off};

fn main() -> ExitCode {
	let arguments: Vec<String> =
		std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
	ExitCode::from(cli::main(&arguments, hands_off))
}
