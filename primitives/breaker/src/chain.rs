use crate::{ActionSet, ChainParams, Latch};
use breakwater_units::{Millis, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// State of the chain's machine. The default is normal, before the first block.
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
pub struct Chain {
	/// No new risk and no withdrawals.
	pub reduce_only: Latch,
	/// After an outage: only deposits, cancels and reductions, until then.
	pub grace_until: Option<Timestamp>,
	/// Time of the last step.
	pub last_block: Option<Timestamp>,
}

/// What the chain knows when a block begins.
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
pub struct ChainInputs {
	/// Time of this block, from its slot.
	pub now: Timestamp,
	/// Blocks between the head and what validators report as final.
	pub finality_lag: u64,
	/// Due items that the last block could not reach.
	pub backlog: u64,
}

/// What the step tells the rest of the pipeline.
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
pub struct ChainEffects {
	/// Set in the first block after an outage: hand it to every market's
	/// [`crate::MarketInputs::resumed_at`], so that liquidations wait for a price that is newer.
	pub resumed_at: Option<Timestamp>,
	/// Whether what is allowed changed.
	pub changed: bool,
}

impl Chain {
	/// The state after a block's inputs.
	pub fn step(&self, inputs: &ChainInputs, params: &ChainParams) -> (Self, ChainEffects) {
		let now = inputs.now;
		let reading =
			params.finality_lag.read(inputs.finality_lag).max(params.backlog.read(inputs.backlog));
		let gap = self.last_block.map_or(Millis::ZERO, |last| now.saturating_since(last));
		let resumed_at = Some(now).filter(|_| gap >= params.outage_gap);

		let until = match resumed_at {
			Some(resumed) => Some(resumed.saturating_after(params.grace)),
			// No step writes a later time than this.
			None => self.grace_until.map(|until| until.min(now.saturating_after(params.grace))),
		};
		let next = Self {
			reduce_only: self.reduce_only.step(reading, now, params.release),
			grace_until: until.filter(|until| now < *until),
			last_block: Some(now),
		};
		(next, ChainEffects { resumed_at, changed: next.allowed() != self.allowed() })
	}

	/// What the chain allows.
	pub const fn allowed(&self) -> ActionSet {
		ActionSet::NO_NEW_RISK
			.when(self.reduce_only.is_on())
			.intersection(ActionSet::ALWAYS.when(self.grace_until.is_some()))
	}
}
