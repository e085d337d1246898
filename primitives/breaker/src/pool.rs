use crate::{ActionSet, Latch, PoolParams, Reading};
use breakwater_units::{Ratio, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// State of a pool's machine. The default is normal.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Pool {
	/// No new risk and no withdrawals.
	pub reduce_only: Latch,
}

/// What a pool knows when a block begins.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PoolInputs {
	/// Time of this block.
	pub now: Timestamp,
	/// What the fund lost against its highest value in the look-back.
	pub drawdown: Ratio,
	/// Due items of the pool that the last block could not reach.
	pub backlog: u64,
	/// Whether an account is below zero and the waterfall has not finished with it. Until then
	/// whoever withdraws first would leave the loss to the others.
	pub unresolved_loss: bool,
}

impl Pool {
	/// The state after a block's inputs, and whether what is allowed changed.
	pub fn step(&self, inputs: &PoolInputs, params: &PoolParams) -> (Self, bool) {
		let loss = if inputs.unresolved_loss { Reading::Trip } else { Reading::Benign };
		let drawdown = params.drawdown.read(inputs.drawdown.get());
		let reading = loss.max(drawdown).max(params.backlog.read(inputs.backlog));
		let next = Self { reduce_only: self.reduce_only.step(reading, inputs.now, params.release) };
		(next, next.allowed() != self.allowed())
	}

	/// What the pool allows.
	pub const fn allowed(&self) -> ActionSet {
		ActionSet::NO_NEW_RISK.when(self.reduce_only.is_on())
	}
}
