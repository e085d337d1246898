use crate::{ActionSet, Band, Latch, MarketParams, Reading, MAX_EXTENSIONS};
use breakwater_units::{Price, Ratio, Size, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How a market trades.
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
pub enum Phase {
	/// One batch per block.
	#[default]
	Open,
	/// The batch wanted to clear outside the band: it clears inside only.
	Limit {
		/// When the band was tripped.
		since: Timestamp,
		/// Since when every tentative clearing was well inside.
		benign_since: Option<Timestamp>,
	},
	/// Orders collect and clear once, at the end.
	CallAuction {
		/// Earliest end.
		ends_at: Timestamp,
		/// How often it was extended.
		extensions: u8,
	},
}

/// State of a market's machine. The default is normal.
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
pub struct Market {
	/// How it trades.
	pub phase: Phase,
	/// No new risk and no withdrawals for accounts with a leg here.
	pub reduce_only: Latch,
	/// Set aside: only deposits, cancels and reductions are accepted, and nothing trades.
	pub quarantine: Latch,
	/// After an outage: liquidations wait for an index price observed at this time or later.
	pub fresh_after: Option<Timestamp>,
}

/// The tentative clearing of the batch, before the breaker admits it.
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
pub struct Clearing {
	/// The uniform price.
	pub price: Price,
	/// Lots that would trade.
	pub volume: Size,
	/// What would stay unmatched at that price, as a part of the larger side.
	pub imbalance: Ratio,
}

/// What a market knows when its batch is about to clear.
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
pub struct MarketInputs {
	/// Time of this block.
	pub now: Timestamp,
	/// The band around the moving reference of the index, from [`crate::band_half_width`]. `None`
	/// if there is no valid index price.
	pub band: Option<Band>,
	/// When the index price was observed.
	pub price_time: Timestamp,
	/// Oracle weight that did not report, as a part of all weight.
	pub missing_weight: Ratio,
	/// Due items of this market that the last block could not reach.
	pub backlog: u64,
	/// Whether an item of this market failed again after its account was set aside.
	pub fault: bool,
	/// The tentative clearing; `None` if no orders cross.
	pub clearing: Option<Clearing>,
	/// From [`crate::ChainEffects`]: set in the first block after an outage.
	pub resumed_at: Option<Timestamp>,
}

/// What happens to this block's batch, from free to stopped.
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
pub enum Matching {
	/// The tentative clearing is admitted.
	Admit,
	/// It clears again, at prices inside the band only.
	Inside(Band),
	/// The call auction ends: it clears once, inside the collar.
	Uncross(Band),
	/// Orders are kept for the call auction, or for a price.
	Collect,
	/// Nothing clears.
	Halt,
}

/// What the step tells the rest of the pipeline.
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
pub struct MarketEffects {
	/// What to do with the batch.
	pub matching: Matching,
	/// Whether what is allowed, or the phase, changed.
	pub changed: bool,
	/// Whether the call auction was extended.
	pub extended: bool,
}

/// The phases from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhaseRank {
	/// Open.
	Open,
	/// Limit.
	Limit,
	/// Call auction.
	CallAuction,
}

/// How bad a market's state is: the product of four total orders. A state that is at least as bad
/// in each allows at most the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severity {
	/// How it trades.
	pub phase: PhaseRank,
	/// Reduce-only.
	pub reduce_only: bool,
	/// Waiting for a fresh price.
	pub awaits_price: bool,
	/// Quarantined.
	pub quarantined: bool,
}

impl Severity {
	/// Whether this is at least as bad in every respect.
	pub fn is_at_least(&self, other: &Self) -> bool {
		self.phase >= other.phase
			&& self.reduce_only >= other.reduce_only
			&& self.awaits_price >= other.awaits_price
			&& self.quarantined >= other.quarantined
	}
}

impl Market {
	/// The state after a block's inputs, and what happens to its batch.
	pub fn step(&self, inputs: &MarketInputs, params: &MarketParams) -> (Self, MarketEffects) {
		let now = inputs.now;
		let age = now.saturating_since(inputs.price_time).get();
		let reduce_only = params
			.missing_weight
			.read(inputs.missing_weight.get())
			.max(params.price_age.read(age))
			.max(params.backlog.read(inputs.backlog));
		let fault = if inputs.fault { Reading::Trip } else { Reading::Benign };
		let quarantine = params.quarantine_age.read(age).max(fault);

		let mut next = Self {
			phase: self.phase,
			reduce_only: self.reduce_only.step(reduce_only, now, params.reduce_only_release),
			quarantine: self.quarantine.step(quarantine, now, params.quarantine_release),
			fresh_after: self.wait_for_price(inputs),
		};
		let (phase, matching, extended) = next.trade(inputs, params);
		next.phase = phase;
		let changed = self.severity() != next.severity();
		(next, MarketEffects { matching, changed, extended })
	}

	/// What the market allows.
	pub const fn allowed(&self) -> ActionSet {
		let in_auction = matches!(self.phase, Phase::CallAuction { .. });
		ActionSet::NO_NEW_RISK
			.when(in_auction || self.reduce_only.is_on())
			.intersection(ActionSet::ALWAYS.when(self.quarantine.is_on()))
			.intersection(ActionSet::ALWAYS.when(self.fresh_after.is_some()))
	}

	/// How bad the state is.
	pub const fn severity(&self) -> Severity {
		let phase = match self.phase {
			Phase::Open => PhaseRank::Open,
			Phase::Limit { .. } => PhaseRank::Limit,
			Phase::CallAuction { .. } => PhaseRank::CallAuction,
		};
		Severity {
			phase,
			reduce_only: self.reduce_only.is_on(),
			awaits_price: self.fresh_after.is_some(),
			quarantined: self.quarantine.is_on(),
		}
	}

	fn wait_for_price(&self, inputs: &MarketInputs) -> Option<Timestamp> {
		let after = inputs.resumed_at.or(self.fresh_after)?;
		// No step writes a time in the future.
		Some(after.min(inputs.now)).filter(|after| inputs.price_time < *after)
	}

	/// The next phase, what happens to the batch, and whether an auction was extended.
	fn trade(&self, inputs: &MarketInputs, params: &MarketParams) -> (Phase, Matching, bool) {
		let now = inputs.now;
		if self.quarantine.is_on() {
			// Whoever leaves quarantine reopens by a call auction of full length.
			return (call_auction(now, params), Matching::Halt, false);
		}
		// A price from before the outage is no reference to trade around.
		let band = inputs.band.filter(|_| self.fresh_after.is_none());
		match self.phase {
			Phase::Open => open(inputs, params, band),
			Phase::Limit { since, benign_since } => {
				limit(inputs, params, band, since.min(now), Latch::On { benign_since })
			},
			Phase::CallAuction { ends_at, extensions } => {
				// No step writes a later end than this.
				let latest = now.saturating_after(params.auction.max(params.extension));
				auction(inputs, params, band, ends_at.min(latest), extensions)
			},
		}
	}
}

fn call_auction(now: Timestamp, params: &MarketParams) -> Phase {
	Phase::CallAuction { ends_at: now.saturating_after(params.auction), extensions: 0 }
}

/// Whether the tentative clearing trips the band. A clearing of less than the minimum volume says
/// nothing about the price: it never trips, and is only kept inside the band.
fn read_clearing(inputs: &MarketInputs, params: &MarketParams, band: Option<Band>) -> Reading {
	let Some(band) = band else { return Reading::Hold };
	let Some(clearing) = inputs.clearing.filter(|c| c.volume >= params.min_volume) else {
		return Reading::Benign;
	};
	match () {
		() if !band.contains(clearing.price) => Reading::Trip,
		() if band.scaled(params.release_share).contains(clearing.price) => Reading::Benign,
		() => Reading::Hold,
	}
}

/// Trading inside the band, if there is one.
fn inside(inputs: &MarketInputs, band: Option<Band>) -> Matching {
	match (band, inputs.clearing) {
		(None, _) => Matching::Collect,
		(Some(band), Some(clearing)) if !band.contains(clearing.price) => Matching::Inside(band),
		_ => Matching::Admit,
	}
}

fn open(
	inputs: &MarketInputs,
	params: &MarketParams,
	band: Option<Band>,
) -> (Phase, Matching, bool) {
	let phase = match read_clearing(inputs, params, band) {
		Reading::Trip => Phase::Limit { since: inputs.now, benign_since: None },
		Reading::Benign | Reading::Hold => Phase::Open,
	};
	(phase, inside(inputs, band), false)
}

fn limit(
	inputs: &MarketInputs,
	params: &MarketParams,
	band: Option<Band>,
	since: Timestamp,
	latch: Latch,
) -> (Phase, Matching, bool) {
	let now = inputs.now;
	let reading = read_clearing(inputs, params, band);
	match latch.step(reading, now, params.limit_release) {
		Latch::Off => (Phase::Open, inside(inputs, band), false),
		Latch::On { .. } if now.saturating_since(since) >= params.limit_timeout => {
			(call_auction(now, params), Matching::Collect, false)
		},
		Latch::On { benign_since } => {
			(Phase::Limit { since, benign_since }, inside(inputs, band), false)
		},
	}
}

fn auction(
	inputs: &MarketInputs,
	params: &MarketParams,
	band: Option<Band>,
	ends_at: Timestamp,
	extensions: u8,
) -> (Phase, Matching, bool) {
	let waiting = Phase::CallAuction { ends_at, extensions };
	let Some(band) = band.filter(|_| inputs.now >= ends_at) else {
		return (waiting, Matching::Collect, false);
	};
	let collar = widen(band, extensions, params);
	let last = extensions >= params.max_extensions.min(MAX_EXTENSIONS);
	if last || is_settled(inputs, params, collar) {
		return (Phase::Open, Matching::Uncross(collar), false);
	}
	let ends_at = inputs.now.saturating_after(params.extension);
	let extensions = extensions.saturating_add(1);
	(Phase::CallAuction { ends_at, extensions }, Matching::Collect, true)
}

/// Whether the auction has found a price: inside the collar, and with both sides about as large.
fn is_settled(inputs: &MarketInputs, params: &MarketParams, collar: Band) -> bool {
	inputs.clearing.is_none_or(|clearing| {
		clearing.imbalance <= params.max_imbalance && collar.contains(clearing.price)
	})
}

/// The collar after so many extensions.
fn widen(band: Band, extensions: u8, params: &MarketParams) -> Band {
	let times = extensions.min(MAX_EXTENSIONS);
	(0..times).fold(band, |collar, _| collar.scaled(params.collar_growth))
}
