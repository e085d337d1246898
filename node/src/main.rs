//! The Breakwater node.
//!
//! One binary for validators, full nodes and tooling: it runs the chain and, by its sub-commands,
//! manages keys, chain specifications and the database.

#![warn(missing_docs)]

mod chain_spec;
mod cli;
mod command;
mod genesis;
mod oracle;
mod oracle_feeder;
mod oracle_metrics;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}
