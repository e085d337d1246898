//! What the pallet stores.

// SCALE's derive casts the number of a variant.
#![allow(clippy::cast_possible_truncation)]

use breakwater_units::{AccountKey, Amount, Lots, MarketId, Price, Side, Timestamp};
use breakwater_waterfall::{
	deleverage::{Entry, Epoch, Snapshot},
	settlement::{Claim, ClaimSnapshot, Settlement},
	DrawEvent, ExitTicket, PoolFund,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use polkadot_sdk::*;
use scale_info::TypeInfo;

/// Most pools. The risk engine lists fewer.
pub const MAX_POOLS: u32 = 64;
/// Most markets of a pool whose marks a final settlement freezes.
pub const MAX_MARKETS: u32 = 64;
/// Most markets in which winners were asked before a final settlement.
pub const MAX_TRIED: u32 = 32;
/// Parts of the look-back whose highest values are remembered apart.
pub const HIGHS: usize = 8;
/// Weeks whose losses are remembered.
pub const WEEKS: u32 = 52;

/// The frozen marks of a final settlement.
pub type Marks = BoundedVec<(MarketId, Price), ConstU32<MAX_MARKETS>>;

/// The highest value of the fund in a part of the look-back.
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
pub struct High {
	/// The number of the part since the epoch of time.
	pub part: u64,
	/// Quanta.
	pub value: Amount,
}

/// What is remembered of a pool's fund. Its capital is what the ledger's fund has beyond the
/// tranches: it is brought up to date whenever the fund is looked at.
#[derive(
	Clone,
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
pub struct FundState {
	/// Capital, as it was last seen, and the tranches.
	pub fund: PoolFund,
	/// What the pool drew of the fund that all share.
	pub draw: DrawEvent,
	/// Its highest values.
	pub highs: [High; HIGHS],
	/// Fees, interest and remainders since the last premium, in quanta.
	pub income: Amount,
	/// When premiums were paid last.
	pub premium_at: Timestamp,
	/// The week that is counted now.
	pub week: u64,
	/// Losses of this week and of those before it, the newest first, in quanta.
	pub losses: BoundedVec<Amount, ConstU32<WEEKS>>,
	/// The two largest shortfalls of the last survey of the accounts, in quanta.
	pub cover_two: Amount,
}

/// A backer's part of a tranche.
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
pub struct Stake {
	/// The tranche's generation when the shares were issued.
	pub generation: u32,
	/// Shares, those that are about to leave included.
	pub shares: u128,
	/// The request to leave, if there is one.
	pub ticket: Option<ExitTicket>,
}

/// What was tried against a loss since the pool's backstop was last at zero or above.
#[derive(
	Clone,
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
pub struct Incident {
	/// Markets whose winners could not pay it all.
	pub tried: BoundedVec<MarketId, ConstU32<MAX_TRIED>>,
	/// The market the last inventory came from, and the side that won there.
	pub origin: Option<(MarketId, Side)>,
	/// Nothing is begun before, because the last attempt found nobody.
	pub retry_at: Timestamp,
}

/// An account's place in what is going on in its pool.
#[derive(Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Record {
	/// It changed before its page came, and is no target.
	Seen,
	/// It shares a shortfall, or closes lots.
	Target {
		/// Its place in the epoch.
		entry: Entry,
		/// What its share is proportional to.
		weight: u128,
		/// The most it pays, in quanta.
		cap: Amount,
		/// Its position in the snapshot.
		lots: Lots,
	},
	/// It is settled finally.
	Claim {
		/// Its place, if it has anything to claim.
		claim: Option<Claim>,
		/// What it claims, in quanta.
		amount: Amount,
	},
}

/// A deleveraging or a final settlement, as far as it has got.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Operation {
	/// Its number.
	pub number: u32,
	/// The last account that a page of this stage has visited.
	pub last: Option<AccountKey>,
	/// Taken from accounts so far, in quanta.
	pub levied: Amount,
	/// What it does now.
	pub stage: Stage,
}

/// The stages of deleveraging, and those of the final settlement.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Stage {
	/// Pages look for winners.
	Collecting {
		/// Those found.
		snapshot: Snapshot,
	},
	/// Winners pay, at their first touch or page by page.
	Settling {
		/// What is still to be settled.
		epoch: Epoch,
		/// The same winners by what each can still pay, for what caps leave over.
		next: Option<Snapshot>,
	},
	/// Pages add up what accounts claim.
	Claiming {
		/// The claims found.
		claims: ClaimSnapshot,
		/// What they are valued at.
		marks: Marks,
	},
	/// Claims are paid, less their haircut, and positions closed.
	Paying {
		/// What is still to be paid.
		settlement: Settlement,
		/// The loss that is shared, in quanta.
		loss: Amount,
		/// What positions are closed at.
		marks: Marks,
	},
	/// Records that are not needed are removed.
	Clearing,
}

impl Operation {
	pub(crate) fn new(number: u32, stage: Stage) -> Self {
		Self { number, last: None, levied: Amount::ZERO, stage }
	}

	/// Whether accounts must ask before they change.
	pub(crate) fn touches(&self) -> bool {
		!matches!(self.stage, Stage::Clearing)
	}

	/// Whether a loss waits for it.
	pub(crate) fn pays_a_loss(&self) -> bool {
		match &self.stage {
			Stage::Collecting { snapshot } => !snapshot.terms().shortfall.is_zero(),
			Stage::Settling { epoch, .. } => !epoch.terms().shortfall.is_zero(),
			Stage::Claiming { .. } | Stage::Paying { .. } => true,
			Stage::Clearing => false,
		}
	}

	/// Whether a page has been at an account, or is past it.
	pub(crate) fn has_visited(&self, account: &AccountKey) -> bool {
		self.last.is_some_and(|last| *account <= last)
	}
}
