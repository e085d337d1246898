//! The Wasm runtime, and how long it takes.

use std::time::Duration;

use breakwater_runtime::WASM_BINARY;
use cpu_time::ThreadTime;
use polkadot_sdk::*;
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};

use super::World;
use crate::counting::{Counting, Touched};

/// What something took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
	/// On the processor, without waiting for others that use it; the fastest of several executions
	/// over the same state.
	pub time: Duration,
	/// Storage it touched.
	pub touched: Touched,
}

/// The runtime, compiled once.
pub struct Wasm {
	executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
	code: &'static [u8],
	hash: Vec<u8>,
}

impl Wasm {
	/// The runtime of this build.
	///
	/// # Panics
	/// If it was built without.
	pub fn new() -> Self {
		let code = WASM_BINARY.expect("the runtime was built");
		let hash = sp_io::hashing::blake2_256(code).to_vec();
		Self { executor: WasmExecutor::builder().build(), code, hash }
	}

	/// Executes something over each of several states, again and again in turns, so that whatever
	/// else the machine does meets all alike. The first round warms up.
	pub(super) fn fastest<const N: usize>(
		&self,
		worlds: [&World; N],
		execute: impl Fn(&mut Run<'_>, &World) -> Measured,
	) -> [Measured; N] {
		const TIMES: usize = 30;
		let round = || {
			worlds.map(|world| {
				let execute = |state: &mut dyn sp_externalities::Externalities| {
					execute(&mut Run { wasm: self, state: Counting::new(state) }, world)
				};
				world.chain.on_a_copy(execute)
			})
		};
		round();
		(1..TIMES).fold(round(), |best, _| {
			let mut again = round().into_iter();
			best.map(|best| again.next().filter(|again| again.time < best.time).unwrap_or(best))
		})
	}
}

impl Default for Wasm {
	fn default() -> Self {
		Self::new()
	}
}

/// Calls the runtime on one state, and counts what it touches.
pub(super) struct Run<'a> {
	wasm: &'a Wasm,
	state: Counting<'a>,
}

impl Run<'_> {
	/// What calls take and touch.
	pub(super) fn measure(&mut self, calls: impl FnOnce(&mut Self)) -> Measured {
		self.state.touched = Touched::default();
		let began = ThreadTime::now();
		calls(self);
		Measured { time: began.elapsed(), touched: self.state.touched }
	}

	pub(super) fn call(&mut self, method: &str, data: &[u8]) -> Vec<u8> {
		let wrapped = WrappedRuntimeCode(self.wasm.code.into());
		let hash = self.wasm.hash.clone();
		let code = RuntimeCode { code_fetcher: &wrapped, heap_pages: None, hash };
		let context = CallContext::Onchain { import: true };
		let (result, _) = self.wasm.executor.call(&mut self.state, &code, method, data, context);
		result.expect("the runtime does not fail")
	}
}
