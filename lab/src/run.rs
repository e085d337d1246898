//! A run: prices, agents, blocks, checks.

use std::collections::BTreeMap;

use breakwater_primitives::{oracle::FeedId, Hash};
use breakwater_runtime::{Oracle, RuntimeEvent};
use polkadot_sdk::*;
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};

use crate::{
	agents,
	chain::{Block, Chain, Said},
	invariants,
	market::Path,
};

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
	/// Prices by the symbol of the feed, in its quote currency. Feeds without one have no price.
	pub prices: BTreeMap<String, Path>,
	/// Time of the first block: milliseconds since the Unix epoch.
	pub start: u64,
	/// How long, in milliseconds.
	pub duration: u64,
	/// Time between two blocks; a multiple of the slot's.
	pub interval: u64,
	/// How many agents.
	pub agents: u32,
	/// What they do follows from it.
	pub seed: u64,
	/// Checks that walk over the whole state, every so many blocks. Sums are checked in all.
	pub full_check_every: u32,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
	/// Blocks made.
	pub blocks: u32,
	/// Calls that succeeded.
	pub accepted: u64,
	/// Calls that were refused.
	pub refused: u64,
	/// Refusals by reason.
	pub reasons: BTreeMap<String, u64>,
	/// Lots that left orders unfilled, by reason: how often.
	pub cancelled: BTreeMap<String, u64>,
	/// Fills of orders.
	pub fills: u64,
	/// Batches that traded.
	pub batches: u64,
	/// Times that an account was found due.
	pub due: u64,
	/// Markets whose batch failed: always zero.
	pub failed_batches: u64,
	/// The largest weight of the pipeline in a block, in picoseconds.
	pub most_weight: u64,
	/// The state at the end.
	pub state_root: Hash,
}

/// Runs a plan.
///
/// # Errors
/// The first invariant that did not hold, and the block after which it did not.
pub fn run(plan: &Plan, mut progress: impl FnMut(u32, u32)) -> Result<Summary, String> {
	let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
	let mut chain = Chain::new();
	let feeds = feeds(&mut chain, plan)?;
	let (traders, opening) = agents::settle_in(&mut chain, plan.agents, &mut random);
	let mut opening = Some(opening);
	let mut summary = Summary::default();
	let blocks = u32::try_from(plan.duration / plan.interval).unwrap_or(u32::MAX);
	for place in 0..blocks {
		let now = plan.start + u64::from(place) * plan.interval;
		let said = feeds.iter().map(|feed| (feed.id, feed.say(now))).collect();
		let acts =
			opening.take().unwrap_or_else(|| agents::acts(&mut chain, &traders, &mut random));
		let block = chain.block(now, &said, acts);
		summary.count(&mut chain, &block);
		let full = place % plan.full_check_every.max(1) == 0 || place + 1 == blocks;
		chain
			.with(|| invariants::check(full))
			.map_err(|broken| format!("after block {}: {broken}", block.number))?;
		progress(place + 1, blocks);
	}
	Ok(summary)
}

struct Feed<'a> {
	id: FeedId,
	decimals: u8,
	path: &'a Path,
}

impl Feed<'_> {
	fn say(&self, now: u64) -> Said {
		let ticks = (self.path.at(now) * 10f64.powi(self.decimals.into())).round();
		let price = (ticks as u64).max(1);
		Said { price, confidence: price / 10_000 }
	}
}

fn feeds<'a>(chain: &mut Chain, plan: &'a Plan) -> Result<Vec<Feed<'a>>, String> {
	let known = chain.with(Oracle::feeds);
	let mut feeds = Vec::new();
	for (symbol, path) in &plan.prices {
		let feed = known.iter().find(|feed| feed.symbol == symbol.as_bytes());
		let feed = feed.ok_or_else(|| {
			let known: Vec<_> =
				known.iter().map(|feed| String::from_utf8_lossy(&feed.symbol)).collect();
			format!("there is no feed {symbol}; the chain has {}", known.join(", "))
		})?;
		feeds.push(Feed { id: feed.feed, decimals: feed.decimals, path });
	}
	Ok(feeds)
}

impl Summary {
	fn count(&mut self, chain: &mut Chain, block: &Block) {
		self.blocks += 1;
		self.state_root = block.state_root;
		for result in &block.results {
			match result {
				Ok(()) => self.accepted += 1,
				Err(error) => {
					self.refused += 1;
					*self.reasons.entry(name(error)).or_default() += 1;
				},
			}
		}
		for event in &block.events {
			match event {
				RuntimeEvent::Exchange(breakwater_exchange::Event::Filled { .. }) => {
					self.fills += 1
				},
				RuntimeEvent::Exchange(breakwater_exchange::Event::Cancelled {
					reason, ..
				}) => {
					*self.cancelled.entry(format!("{reason:?}")).or_default() += 1;
				},
				RuntimeEvent::Exchange(breakwater_exchange::Event::Batch { .. }) => {
					self.batches += 1;
				},
				RuntimeEvent::Clearing(breakwater_clearing::Event::MarketFailed { .. }) => {
					self.failed_batches += 1;
				},
				_ => {},
			}
		}
		let report =
			chain.with(breakwater_clearing::LastReport::<breakwater_runtime::Runtime>::get);
		self.due += u64::from(report.due);
		self.most_weight = self.most_weight.max(report.used.ref_time());
	}
}

/// An error as people know it.
fn name(error: &sp_runtime::DispatchError) -> String {
	match error {
		sp_runtime::DispatchError::Module(module) => {
			module.message.map_or_else(|| format!("{module:?}"), str::to_string)
		},
		other => format!("{other:?}"),
	}
}
