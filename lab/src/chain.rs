//! The real runtime, natively, one block at a time.

use std::collections::BTreeMap;

use breakwater_primitives::{
	oracle::{FeedId, Quote, Report},
	time::SLOT_DURATION,
	AccountId, Hash, Header,
};
use breakwater_runtime::{
	genesis_presets, Executive, Oracle, Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig,
	RuntimeOrigin, System, UncheckedExtrinsic,
};
use codec::Encode;
use polkadot_sdk::*;
use sp_consensus_aura::{Slot, AURA_ENGINE_ID};
use sp_core::storage::Storage;
use sp_externalities::Externalities;
use sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
use sp_io::TestExternalities;
use sp_runtime::{
	generic::{Digest, DigestItem},
	traits::{Dispatchable, Header as _},
	BuildStorage, DispatchResult,
};
use sp_state_machine::{Ext, OverlayedChanges};

use crate::{flat::Flat, genesis::Change, listing::Listing, market::Said};

/// Blocks after which memory is given back: it takes longer the larger the state.
const TIDY_EVERY: u32 = 100;

/// A call, and who makes it.
pub type Act = (AccountId, RuntimeCall);

/// What a block did.
pub struct Block {
	/// Its number.
	pub number: u32,
	/// What became of the calls, in order.
	pub results: Vec<DispatchResult>,
	/// All events.
	pub events: Vec<RuntimeEvent>,
	/// The state after it.
	pub state_root: Hash,
}

/// Where a chain keeps its state.
pub trait State {
	/// Reads or changes it.
	fn run<R>(&mut self, run: impl FnOnce() -> R) -> R;

	/// Keeps what was changed.
	///
	/// # Panics
	/// If a storage layer is open.
	fn commit(&mut self);

	/// Gives back memory that nothing needs any more.
	fn tidy(&mut self) {}

	/// Runs on what was kept, and forgets what that did.
	fn on_a_copy<R>(&self, run: impl FnOnce(&mut dyn Externalities) -> R) -> R;
}

impl State for TestExternalities {
	fn run<R>(&mut self, run: impl FnOnce() -> R) -> R {
		self.execute_with(run)
	}

	fn commit(&mut self) {
		self.commit_all().expect("no storage layer is open");
	}

	/// The trie keeps nodes that were replaced: all states that there were.
	fn tidy(&mut self) {
		self.backend.backend_storage_mut().purge();
	}

	fn on_a_copy<R>(&self, run: impl FnOnce(&mut dyn Externalities) -> R) -> R {
		let mut overlay = OverlayedChanges::default();
		run(&mut Ext::new(&mut overlay, &self.backend, None))
	}
}

/// A chain with four reporters who agree.
pub struct Chain<S = TestExternalities> {
	state: S,
	parent: Hash,
	number: u32,
	/// So many blocks before the present one is the last that reporters know to be final.
	finality_lag: u32,
}

impl Chain {
	/// The chain of the preset for local test networks, before its first block.
	///
	/// # Panics
	/// If the preset does not build.
	pub fn new() -> Self {
		Self::with_genesis(&[]).expect("the preset builds")
	}

	/// The same with other parameters.
	///
	/// # Errors
	/// The change that does not fit the preset, or what the chain has against it.
	///
	/// # Panics
	/// If the preset is not there.
	pub fn with_genesis(changes: &[Change]) -> Result<Self, String> {
		Self::with_listings(&[], changes)
	}

	/// The same with other markets besides, which the parameters are then of, too.
	///
	/// # Errors
	/// The change that does not fit the preset, or what the chain has against it.
	///
	/// # Panics
	/// If the preset is not there.
	pub fn with_listings(listings: &[Listing], changes: &[Change]) -> Result<Self, String> {
		let mut merged = Self::preset();
		for listing in listings {
			listing.apply(&mut merged)?;
		}
		for change in changes {
			change.apply(&mut merged)?;
		}
		let config: RuntimeGenesisConfig = serde_json::from_value(merged)
			.map_err(|problem| format!("the chain does not start with that: {problem}"))?;
		Self::from_genesis(&config)
	}

	pub(crate) fn preset() -> serde_json::Value {
		let name = LOCAL_TESTNET_RUNTIME_PRESET.into();
		let json = genesis_presets::get_preset(&name).expect("the preset exists");
		let patch = serde_json::from_slice(&json).expect("presets are JSON");
		let mut merged =
			serde_json::to_value(RuntimeGenesisConfig::default()).expect("it serialises");
		merge(&mut merged, patch);
		merged
	}

	/// The genesis of the preset for local test networks.
	///
	/// # Panics
	/// If the preset is not valid.
	pub fn genesis() -> RuntimeGenesisConfig {
		serde_json::from_value(Self::preset()).expect("the preset is valid")
	}
}

impl<S: State + From<Storage>> Chain<S> {
	/// A chain before its first block.
	///
	/// # Errors
	/// If it does not start.
	pub fn from_genesis(genesis: &RuntimeGenesisConfig) -> Result<Self, String> {
		let state = quietly(|| genesis.build_storage())
			.map_err(|problem| format!("the chain does not start with that: {problem}"))??;
		Ok(Self { state: state.into(), parent: Hash::default(), number: 0, finality_lag: 0 })
	}
}

impl Chain<Flat> {
	/// The chain of the preset for local test networks, whose blocks have no state root.
	///
	/// # Panics
	/// If the preset does not build.
	pub fn without_root() -> Self {
		Self::from_genesis(&Chain::genesis()).expect("the preset builds")
	}

	/// See [`Flat::fork`].
	pub fn fork(&self) -> Self {
		Self { state: self.state.fork(), ..*self }
	}

	/// See [`Flat::detached`].
	pub fn detached(&self) -> Self {
		Self { state: self.state.detached(), ..*self }
	}
}

impl<S: State> Chain<S> {
	/// Reads or changes the state between blocks.
	pub fn with<R>(&mut self, run: impl FnOnce() -> R) -> R {
		self.state.run(run)
	}

	/// The number of the last block.
	pub fn number(&self) -> u32 {
		self.number
	}

	/// Makes the next block, whose slot is that of `now`, in milliseconds since the Unix epoch.
	/// What the reporters say in it counts from the next block on. Calls are dispatched without
	/// signatures and fees; one that fails changes nothing.
	///
	/// # Panics
	/// If the runtime does: that is a find.
	pub fn block(&mut self, now: u64, said: &BTreeMap<FeedId, Said>, acts: Vec<Act>) -> Block {
		let quotes: Vec<Quote> = said
			.iter()
			.map(|(feed, said)| Quote {
				feed: *feed,
				price: said.price,
				confidence: said.confidence,
				time: now,
				sources: said.sources,
			})
			.collect();
		let dispatch_all = || acts.into_iter().map(|(who, call)| dispatch(who, call)).collect();
		self.block_of(now, |_| quotes.clone(), dispatch_all)
	}

	/// The same, where each reporter, by its place, has quotes of its own in the order of their
	/// feeds, or is silent; and where anything may happen in the block.
	///
	/// # Panics
	/// If the runtime does: that is a find.
	pub fn block_of(
		&mut self,
		now: u64,
		quotes: impl Fn(usize) -> Vec<Quote>,
		transactions: impl FnOnce() -> Vec<DispatchResult>,
	) -> Block {
		let number = self.number.saturating_add(1);
		let (parent, finality_lag) = (self.parent, self.finality_lag);
		let (header, results, events) = self.state.run(|| {
			begin(number, parent, now);
			report(quotes, finality_lag);
			let results = transactions();
			let events = System::read_events_no_consensus().map(|record| record.event).collect();
			(Executive::finalize_block(), results, events)
		});
		// Else every block's state root would be computed over the changes of all before it.
		self.state.commit();
		if number.is_multiple_of(TIDY_EVERY) {
			self.state.tidy();
		}
		self.parent = header.hash();
		self.number = number;
		Block { number, results, events, state_root: *header.state_root() }
	}
}

impl<S: State> Chain<S> {
	/// From now on the last block that reporters know to be final is so many before the present.
	pub fn set_finality_lag(&mut self, blocks: u32) {
		self.finality_lag = blocks;
	}

	/// Keeps what was changed between blocks.
	///
	/// # Panics
	/// If a storage layer is open.
	pub fn commit(&mut self) {
		self.state.commit();
	}

	/// The header with which the next block begins.
	pub fn next_header(&self, now: u64) -> Header {
		header(self.number.saturating_add(1), self.parent, now)
	}

	/// Runs on the state as it is, and forgets what it did.
	pub fn on_a_copy<R>(&self, run: impl FnOnce(&mut dyn Externalities) -> R) -> R {
		self.state.on_a_copy(run)
	}
}

impl Default for Chain {
	fn default() -> Self {
		Self::new()
	}
}

fn header(number: u32, parent: Hash, now: u64) -> Header {
	let slot = Slot::from(now / SLOT_DURATION);
	let digest = Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())] };
	Header::new(number, Default::default(), Default::default(), parent, digest)
}

fn begin(number: u32, parent: Hash, now: u64) {
	let slot = Slot::from(now / SLOT_DURATION);
	Executive::initialize_block(&header(number, parent, now));
	let timestamp = pallet_timestamp::Call::set { now: *slot * SLOT_DURATION };
	Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(timestamp.into()))
		.expect("the inherent is valid")
		.expect("the inherent succeeds");
}

/// The reporters' signatures are not what is tried here.
fn report(quotes: impl Fn(usize) -> Vec<Quote>, finality_lag: u32) {
	let round = System::block_number().saturating_sub(1);
	let finalized = round.saturating_sub(finality_lag);
	for (place, reporter) in Oracle::reporters().into_iter().enumerate() {
		let quotes = quotes(place);
		if quotes.is_empty() {
			continue;
		}
		let quotes = quotes.try_into().expect("there are few feeds");
		let report = Report { reporter: reporter.key, round, finalized, quotes };
		let signature = sp_core::sr25519::Signature::from_raw([0u8; 64]).into();
		let call = breakwater_oracle::Call::<Runtime>::report { report, signature };
		let origin = RuntimeOrigin::from(frame_system::RawOrigin::Authorized);
		// Absurd prices are refused here as they are on a chain.
		let _ = RuntimeCall::from(call).dispatch(origin);
	}
}

/// A call by its signer, without signature and fee.
///
/// # Errors
/// Why it is refused.
pub fn dispatch(who: AccountId, call: RuntimeCall) -> DispatchResult {
	let origin = RuntimeOrigin::signed(who);
	call.dispatch(origin).map(|_| ()).map_err(|refused| refused.error)
}

/// Genesis tells what is wrong by a panic: its message, without the noise.
fn quietly<T>(build: impl FnOnce() -> T) -> Result<T, String> {
	let loud = std::panic::take_hook();
	std::panic::set_hook(Box::new(|_| {}));
	let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(build));
	std::panic::set_hook(loud);
	built.map_err(|panic| {
		let text = panic.downcast_ref::<String>().cloned();
		text.unwrap_or_else(|| "its genesis is refused".into())
	})
}

/// What the node does with a preset: its fields replace the defaults.
fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
	match (base, patch) {
		(serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}
