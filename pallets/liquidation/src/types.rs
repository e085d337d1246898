// SCALE's derive casts the number of a variant.
#![allow(clippy::cast_possible_truncation)]

use breakwater_margin::LegId;
use breakwater_primitives::BlockNumber;
use breakwater_units::{
	limits::MAX_LEGS, AssetId, Lots, MarketId, NanoQuote, PoolId, Price, Quote, Side, Size,
	Timestamp,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, weights::Weight, BoundedVec};
use polkadot_sdk::*;
use scale_info::TypeInfo;

macro_rules! data {
	($(#[$doc:meta])* $visibility:vis $kind:ident $name:ident { $($body:tt)* }) => {
		$(#[$doc])*
		#[derive(
			Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen,
			TypeInfo,
		)]
		$visibility $kind $name { $($body)* }
	};
}

data! {
	/// Where the same thing is sold by all who must.
	#[derive(Copy)]
	pub enum Auction {
		/// Positions of a market: through the batch, and to bids.
		Market(MarketId),
		/// Collateral in a pool: to bids.
		Collateral(PoolId, AssetId),
	}
}

impl Auction {
	pub(crate) fn of(leg: LegId, pool: PoolId) -> Self {
		match leg {
			LegId::Market(market) => Self::Market(market),
			LegId::Collateral(asset) => Self::Collateral(pool, asset),
		}
	}

	pub(crate) fn leg(&self) -> LegId {
		match *self {
			Self::Market(market) => LegId::Market(market),
			Self::Collateral(_, asset) => LegId::Collateral(asset),
		}
	}
}

data! {
	/// What an account has to trade in an auction. Good in the block it was computed in: it follows
	/// from the prices, and the account, of that block.
	#[derive(Copy)]
	pub struct Offer {
		/// The signed trade that is still to be made: a long is closed by a negative number.
		pub lots: Lots,
		/// The leg when it was computed, in lots.
		pub held: Lots,
		/// What the whole leg may lose, fees included.
		pub budget: NanoQuote,
		/// The reserve: the worst price at which it may fill.
		pub bankruptcy: Price,
		/// The mark it was computed at.
		pub mark: Price,
		/// When its curve began …
		pub opened: Timestamp,
		/// … and the mark then.
		pub opened_mark: Price,
		/// The block it was computed in.
		pub block: BlockNumber,
		/// Whether a block has offered it at its reserve.
		pub ran_out: bool,
	}
}

impl Offer {
	/// The side of its trades.
	pub fn side(&self) -> Option<Side> {
		self.lots.side()
	}

	/// How many lots are still to be traded.
	pub fn size(&self) -> Size {
		self.lots.size()
	}

	/// Whether it still follows from the state.
	pub(crate) fn is_fresh(&self, block: BlockNumber) -> bool {
		self.block == block && !self.lots.is_zero()
	}
}

data! {
	/// An account in liquidation.
	#[derive(Default)]
	pub struct Plan {
		/// Where it has offers.
		pub auctions: BoundedVec<Auction, ConstU32<MAX_LEGS>>,
		/// The block it was looked at.
		pub block: BlockNumber,
		/// It gets no offers until this block.
		pub waits_until: BlockNumber,
		/// It could not be computed, or not be changed: until then it is not looked at either.
		pub failed: bool,
	}
}

data! {
	/// Due accounts that the last block could not reach.
	#[derive(Default)]
	pub struct Waiting {
		/// All of them, as far as the queue was read.
		pub total: u32,
		/// By pool, as far as their pools were read.
		pub pools: BoundedVec<(PoolId, u32), ConstU32<MAX_POOLS>>,
	}
}

/// Most pools whose backlog is told apart.
pub const MAX_POOLS: u32 = 64;

data! {
	/// Why an offer, or all offers of an account, are no more.
	#[derive(Copy)]
	pub enum End {
		/// Health is not below zero any more.
		Recovered,
		/// Everything of it was filled.
		Filled,
		/// It is not needed: other legs restore the account.
		NotNeeded,
		/// The backstop took the account over.
		TakenOver,
		/// A breaker does not allow to close it now.
		Waits,
		/// Nobody bought at the reserve, the backstop has no room, and others wait for the place.
		Yielded,
		/// The account could not be computed, or not be changed.
		Failed,
	}
}

data! {
	/// How an offer was filled.
	#[derive(Copy)]
	pub enum Venue {
		/// Against the other side's forced flow, at mark.
		Netted,
		/// In the batch.
		Batch,
		/// By a bid.
		Bid,
		/// By the backstop, at the reserve.
		Backstop,
	}
}

data! {
	/// A part of a bid that filled.
	#[derive(Copy)]
	pub struct BidFill {
		/// Whose offer.
		pub account: breakwater_units::AccountKey,
		/// Lots.
		pub size: Size,
		/// Its Dutch price, in ticks.
		pub price: Price,
	}
}

/// What a bid did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BidOutcome {
	/// What it filled, the best price first.
	pub fills: alloc::vec::Vec<BidFill>,
	/// Lots filled.
	pub size: Size,
	/// What the bidder paid, in quanta; received is negative.
	pub cost: Quote,
	/// Offers it looked at.
	pub looked: u32,
	/// What it weighed to file those who traded anew.
	pub filing: Weight,
}
