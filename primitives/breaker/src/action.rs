use crate::{Chain, Market, Pool};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What somebody, or the protocol itself, may want to do.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Action {
	/// Put collateral or quote into an account.
	Deposit,
	/// Cancel an order.
	Cancel,
	/// An order that can only bring a position closer to flat: accepted and queued.
	Reduce,
	/// Close the positions of a liquidatable account.
	Liquidate,
	/// Bid for positions in liquidation, at full initial margin.
	Bid,
	/// Open or enlarge a position, or place an order that could.
	AddRisk,
	/// Take out collateral or quote, beside the limits on how much.
	Withdraw,
}

impl Action {
	/// All of them.
	pub const ALL: [Self; 7] = [
		Self::Deposit,
		Self::Cancel,
		Self::Reduce,
		Self::Liquidate,
		Self::Bid,
		Self::AddRisk,
		Self::Withdraw,
	];

	const fn bit(self) -> u8 {
		match self {
			Self::Deposit => 1,
			Self::Cancel => 1 << 1,
			Self::Reduce => 1 << 2,
			Self::Liquidate => 1 << 3,
			Self::Bid => 1 << 4,
			Self::AddRisk => 1 << 5,
			Self::Withdraw => 1 << 6,
		}
	}
}

/// A set of actions. Sets are ordered by inclusion; only three of them are ever used, and each
/// contains the next: [`Self::ALL`], [`Self::NO_NEW_RISK`], [`Self::ALWAYS`].
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
pub struct ActionSet(u8);

impl ActionSet {
	/// Deposits, cancels and reductions: part of every state's set.
	pub const ALWAYS: Self =
		Self(Action::Deposit.bit() | Action::Cancel.bit() | Action::Reduce.bit());
	/// These, and the liquidation of those who are in trouble, with bids for it.
	pub const NO_NEW_RISK: Self =
		Self(Self::ALWAYS.0 | Action::Liquidate.bit() | Action::Bid.bit());
	/// Everything.
	pub const ALL: Self =
		Self(Self::NO_NEW_RISK.0 | Action::AddRisk.bit() | Action::Withdraw.bit());

	/// Whether an action is in the set.
	pub const fn contains(self, action: Action) -> bool {
		self.0 & action.bit() != 0
	}

	/// What both sets contain.
	pub const fn intersection(self, other: Self) -> Self {
		Self(self.0 & other.0)
	}

	/// Whether everything in this set is in the other.
	pub const fn is_subset(self, other: Self) -> bool {
		self.0 & other.0 == self.0
	}

	/// This set if the condition holds, else everything.
	pub(crate) const fn when(self, condition: bool) -> Self {
		if condition {
			self
		} else {
			Self::ALL
		}
	}
}

/// Whether an action is allowed in a market of a pool: by the market, the pool and the chain.
///
/// For an action that concerns no market, or several, ask each market the account has a leg in:
/// [`Action::Withdraw`] from a cross account needs all of them.
pub fn allows(market: &Market, pool: &Pool, chain: &Chain, action: Action) -> bool {
	market.allowed().intersection(pool.allowed()).intersection(chain.allowed()).contains(action)
}
