//! The Breakwater node.
//!
//! One binary for validators, full nodes and tooling: it runs the chain and, by its sub-commands,
//! manages keys, chain specifications and the database.

#![warn(missing_docs)]

mod chain_spec;
mod cli;
mod command;
mod genesis;
mod rpc;
mod service;

fn main() -> polkadot_sdk::sc_cli::Result<()> {
	command::run()
}
