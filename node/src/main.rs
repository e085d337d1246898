//! The Breakwater node.
//!
//! One binary for validators, full nodes and tooling: it runs the chain and, by its sub-commands,
//! manages keys, chain specifications and the database.

#![warn(missing_docs)]
// The error of sc-cli is large, and the node ends with the first.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod genesis;
mod oracle;
mod oracle_feeder;
mod oracle_metrics;
mod rpc;
mod service;
mod streams;

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
