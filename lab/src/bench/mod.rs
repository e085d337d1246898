//! What the beginning of a block costs in the Wasm runtime: at few open accounts and at many, with
//! none, few and many of them crossed, and with orders to clear.

mod memory;
mod orders;
mod population;
mod table;
mod ticks;
mod wasm;

use std::collections::BTreeMap;

use breakwater_primitives::oracle::FeedId;
use breakwater_runtime::RuntimeEvent;
use codec::Encode;

use crate::{chain::Chain, flat::Flat, market::Said};

pub use orders::{batch, placing, signature, Orders};
pub use table::print;
pub use ticks::{Crossing, Tick, Ticks, FEWEST};
pub use wasm::{Measured, Wasm};

const START: u64 = 1_767_225_600_000;
const INTERVAL: u64 = 2_000;

/// Blocks of a minute. Whatever comes around in turns, or once a minute, is then where it was: two
/// blocks that are so many apart do the same.
const MINUTE: usize = 30;

/// What a fall of prices is counted in.
const MILLION: u32 = 1_000_000;

/// A chain, and the time of its next block.
struct World {
	chain: Chain<Flat>,
	now: u64,
}

impl World {
	/// With open markets, and nobody in them.
	fn new() -> Self {
		let mut world = Self { chain: Chain::without_root(), now: START };
		// The markets open with a call auction half a minute after their first price.
		world.blocks(MINUTE + 10);
		world
	}

	fn fork(&self) -> Self {
		Self { chain: self.chain.fork(), now: self.now }
	}

	fn detached(&self) -> Self {
		Self { chain: self.chain.detached(), now: self.now }
	}

	fn blocks(&mut self, count: usize) {
		for _ in 0..count {
			self.block(0);
		}
	}

	/// A block in which reporters say prices, which count from the next block on. Returns its
	/// events.
	fn block(&mut self, fall: u32) -> Vec<RuntimeEvent> {
		let block = self.chain.block(self.now, &prices(fall), Vec::new());
		self.now += INTERVAL;
		block.events
	}

	/// The header with which the next block begins.
	fn header(&self) -> Vec<u8> {
		self.chain.next_header(self.now).encode()
	}
}

/// The prices at which markets open, fallen by so many millionths; the first two feeds are those of
/// stablecoins.
fn prices(fall: u32) -> BTreeMap<FeedId, Said> {
	const STABLE: [u64; 2] = [1_000_000; 2];
	const OTHERS: [u64; 3] = [6_000_000, 300_000, 1_500_000];
	let fallen = |price: u64| price - price * u64::from(fall) / u64::from(MILLION);
	let prices = STABLE.into_iter().chain(OTHERS.map(fallen));
	let said = |price: u64| Said { price, confidence: 0, sources: 3 };
	(0..).zip(prices.map(said)).collect()
}
