// SCALE's derive casts the number of a variant.
#![allow(clippy::cast_possible_truncation)]

use breakwater_auction::{
	CancelReason, Order, OrderKey, OrderKind, TimeInForce, Trigger, TriggerDirection,
};
use breakwater_interfaces::SubaccountId;
use breakwater_primitives::{AccountId, BlockNumber};
use breakwater_units::{AccountKey, ArithmeticError, MarketId, Price, Ratio, Side, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::ConstU32;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{BoundedVec, DispatchError};

/// Most open orders of a subaccount, waiting triggers among them.
pub const MAX_OPEN_ORDERS: u32 = 64;
/// How many of these are kept for reduce-only orders.
pub const RESERVED_FOR_REDUCTIONS: u32 = 8;
/// Most orders that a dead-man switch cancels in a block; the rest, in the next ones.
pub const SWITCH_ORDERS: u32 = 16;
/// Most orders in one call.
pub const MAX_ORDERS_PER_CALL: u32 = 50;
/// Most delegates of a subaccount.
pub const MAX_DELEGATES: u32 = 8;

/// A trader's own name for an order: unique among the open orders of the subaccount. A number goes
/// in as its bytes.
pub type ClientId = [u8; 16];

/// Several orders to place.
pub type Requests = BoundedVec<OrderRequest, ConstU32<MAX_ORDERS_PER_CALL>>;
/// Several orders to cancel.
pub type OrderIds = BoundedVec<OrderId, ConstU32<MAX_ORDERS_PER_CALL>>;
/// Who may trade for a subaccount, each up to and including a block.
pub type DelegateList = BoundedVec<(AccountId, BlockNumber), ConstU32<MAX_DELEGATES>>;

macro_rules! data {
	($(#[$doc:meta])* $visibility:vis enum $name:ident { $($body:tt)* }) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking,
			MaxEncodedLen, TypeInfo,
		)]
		$visibility enum $name { $($body)* }
	};
	($(#[$doc:meta])* $visibility:vis struct $name:ident { $($body:tt)* }) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking,
			MaxEncodedLen, TypeInfo,
		)]
		$visibility struct $name { $($body)* }
	};
}

data! {
	/// What an order does when it could execute, with its price in ticks.
	pub enum RequestKind {
		/// At the price or better.
		Limit {
			/// Worst price.
			price: Price,
		},
		/// A limit order that is cancelled if in its first batch it would take what was there.
		PostOnly {
			/// Worst price.
			price: Price,
		},
		/// At most so far from the mark; none for the market's own bound. Immediate-or-cancel.
		Market {
			/// As a part of the mark, at most the market's bound.
			max_slippage: Option<Ratio>,
		},
	}
}

data! {
	/// An order as its trader describes it.
	pub struct OrderRequest {
		/// The market.
		pub market: MarketId,
		/// Buy or sell.
		pub side: Side,
		/// What it does when it could execute.
		pub kind: RequestKind,
		/// How long it stays.
		pub time_in_force: TimeInForce,
		/// May only bring the position nearer to zero. Always accepted, needs no margin.
		pub reduce_only: bool,
		/// Lots.
		pub size: Size,
		/// The trader's own name for it.
		pub client_id: Option<ClientId>,
	}
}

data! {
	/// Names an open order of a subaccount.
	pub enum OrderId {
		/// By the number the chain gave it.
		Number(u64),
		/// By the name its trader gave it.
		Client(ClientId),
	}
}

data! {
	/// Where an open order is.
	pub enum Place {
		/// In the book.
		Book {
			/// Its side.
			side: Side,
			/// Its limit.
			price: Price,
		},
		/// Waiting for the mark.
		Trigger {
			/// On which side of the level.
			direction: TriggerDirection,
			/// The level.
			level: Price,
		},
	}
}

data! {
	/// An open order as its account lists it.
	pub struct OrderRef {
		/// The account's number for it.
		pub number: u64,
		/// The market.
		pub market: MarketId,
		/// The trader's own name for it.
		pub client_id: Option<ClientId>,
		/// Whether it only reduces.
		pub reduce_only: bool,
		/// Where it is.
		pub place: Place,
	}
}

data! {
	/// An order in the book; its place in the book has its market, side, limit and key.
	pub struct Resting {
		/// What it does when it could execute.
		pub kind: OrderKind,
		/// How long it stays.
		pub time_in_force: TimeInForce,
		/// May only bring the position nearer to zero.
		pub reduce_only: bool,
		/// Lots still open.
		pub size: Size,
		/// The block of its first batch.
		pub entered: BlockNumber,
	}
}

data! {
	/// An order that waits for the mark; its place has its market, direction, level and key.
	pub struct Waiting {
		/// What it waits for.
		pub trigger: Trigger,
		/// Its side.
		pub side: Side,
		/// What it becomes.
		pub kind: RequestKind,
		/// How long it stays.
		pub time_in_force: TimeInForce,
		/// May only bring the position nearer to zero.
		pub reduce_only: bool,
		/// Lots.
		pub size: Size,
	}
}

data! {
	/// What an account's fill was to the batch.
	pub enum Role {
		/// The order was there before the batch.
		Maker,
		/// It was the order's first batch.
		Taker,
	}
}

data! {
	/// Why lots of an order left.
	pub enum Reason {
		/// Its trader asked.
		Trader,
		/// Its trader replaced it.
		Replaced,
		/// The dead-man switch was not renewed.
		DeadManSwitch,
		/// The account is being liquidated.
		Liquidation,
		/// A rule of the batch.
		Batch(CancelReason),
	}
}

data! {
	/// How many orders a market has.
	#[derive(Default)]
	pub struct OrderCount {
		/// In the book.
		pub resting: u32,
		/// Waiting for the mark.
		pub waiting: u32,
	}
}

data! {
	/// A counter that starts anew with every period.
	#[derive(Default)]
	pub struct Counter {
		/// The period.
		pub period: BlockNumber,
		/// What was counted in it.
		pub count: u32,
	}
}

impl Counter {
	/// The count in a period.
	pub(crate) fn in_period(&self, period: BlockNumber) -> u32 {
		if self.period == period {
			self.count
		} else {
			0
		}
	}

	/// One more in a period.
	pub(crate) fn plus_one(&self, period: BlockNumber) -> Self {
		Self { period, count: self.in_period(period).saturating_add(1) }
	}
}

data! {
	/// A dead-man switch.
	pub struct Switch {
		/// The block in which it cancels everything.
		pub due: BlockNumber,
	}
}

data! {
	/// The AMM of a market.
	pub struct Amm {
		/// Its subaccount.
		pub account: AccountKey,
		/// All shares of its equity.
		pub shares: u128,
	}
}

/// What the exchange knows of a subaccount that ever had an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Trader {
	/// Owner and number.
	pub id: SubaccountId,
	/// The number of its next order: numbers are not used again.
	pub next_number: u64,
	/// Its open orders.
	pub orders: BoundedVec<OrderRef, ConstU32<MAX_OPEN_ORDERS>>,
	/// Its calls without fee.
	pub free_calls: Counter,
}

impl Trader {
	pub(crate) fn new(id: SubaccountId) -> Self {
		let (orders, free_calls) = (BoundedVec::new(), Counter::default());
		Self { id, next_number: 0, orders, free_calls }
	}

	pub(crate) fn find(&self, id: &OrderId) -> Option<OrderRef> {
		self.orders.iter().copied().find(|order| match id {
			OrderId::Number(number) => order.number == *number,
			OrderId::Client(client_id) => order.client_id == Some(*client_id),
		})
	}

	/// How many of its orders may add risk.
	pub(crate) fn risky_orders(&self) -> u32 {
		let risky = self.orders.iter().filter(|order| !order.reduce_only).count();
		u32::try_from(risky).unwrap_or(u32::MAX)
	}
}

impl Resting {
	pub(crate) fn of(order: &Order) -> Self {
		let Order { kind, time_in_force, reduce_only, size, entered, .. } = *order;
		Self { kind, time_in_force, reduce_only, size, entered }
	}

	pub(crate) fn at(&self, key: OrderKey, side: Side, limit: Price) -> Order {
		let Self { kind, time_in_force, reduce_only, size, entered } = *self;
		Order { key, side, kind, time_in_force, reduce_only, limit, size, entered }
	}
}

impl RequestKind {
	/// The kind without its price.
	pub(crate) fn order_kind(&self) -> OrderKind {
		match self {
			Self::Limit { .. } => OrderKind::Limit,
			Self::PostOnly { .. } => OrderKind::PostOnly,
			Self::Market { .. } => OrderKind::Market,
		}
	}
}

/// The block after whose batch an order leaves, if there is one.
pub(crate) fn last_block(time_in_force: TimeInForce, entered: BlockNumber) -> Option<BlockNumber> {
	match time_in_force {
		TimeInForce::GoodTillCancelled => None,
		TimeInForce::GoodTillBlock(last) => Some(last),
		TimeInForce::ImmediateOrCancel => Some(entered),
	}
}

/// Arithmetic that fits by the bounds of what is stored; if it does not, storage contradicts itself.
pub(crate) trait Exact<V> {
	/// The value, or an error for a dispatch.
	fn exact(self) -> Result<V, DispatchError>;
}

impl<V> Exact<V> for Result<V, ArithmeticError> {
	fn exact(self) -> Result<V, DispatchError> {
		self.map_err(|_| DispatchError::Arithmetic(sp_runtime::ArithmeticError::Overflow))
	}
}
