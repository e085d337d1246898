use crate::order::{BlockNumber, Order};
use breakwater_units::{Price, Side};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a triggered order waits for.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum TriggerKind {
	/// The market moves against the position that the order closes: a sell waits for the mark to
	/// fall, a buy for it to rise.
	Stop,
	/// The market moves in favour of that position: a sell waits for the mark to rise, a buy for
	/// it to fall.
	TakeProfit,
}

/// On which side of its level a trigger is met. The level itself meets it on both.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum TriggerDirection {
	/// The mark is at the level or above it.
	AtOrAbove,
	/// The mark is at the level or below it.
	AtOrBelow,
}

/// The condition of a stop or take-profit order, as data: a level on the mark, in ticks, that a
/// trigger book can keep.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Trigger {
	/// Stop or take-profit.
	pub kind: TriggerKind,
	/// Level of the mark.
	pub level: Price,
}

impl Trigger {
	/// Where the mark has to be for an order of this side.
	pub const fn direction(self, side: Side) -> TriggerDirection {
		match (self.kind, side) {
			(TriggerKind::Stop, Side::Sell) | (TriggerKind::TakeProfit, Side::Buy) => {
				TriggerDirection::AtOrBelow
			},
			(TriggerKind::Stop, Side::Buy) | (TriggerKind::TakeProfit, Side::Sell) => {
				TriggerDirection::AtOrAbove
			},
		}
	}

	/// Whether the mark meets the condition.
	pub fn is_met(self, side: Side, mark: Price) -> bool {
		match self.direction(side) {
			TriggerDirection::AtOrAbove => mark >= self.level,
			TriggerDirection::AtOrBelow => mark <= self.level,
		}
	}
}

/// An order that waits for its trigger. It is in no batch, reserves no margin, and is not depth.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct TriggeredOrder {
	/// What it waits for.
	pub trigger: Trigger,
	/// What it becomes.
	pub order: Order,
}

impl TriggeredOrder {
	/// The live order, if the mark meets the trigger: new in the batch of `block`, whatever block
	/// it was placed in. The mark is the one fixed before that batch, so a batch triggers nothing
	/// in itself.
	pub fn activate(&self, mark: Price, block: BlockNumber) -> Option<Order> {
		let met = self.trigger.is_met(self.order.side, mark);
		met.then_some(Order { entered: block, ..self.order })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::order::{OrderKey, OrderKind, TimeInForce};
	use breakwater_units::{AccountKey, Size};

	fn met(kind: TriggerKind, side: Side) -> [bool; 3] {
		let trigger = Trigger { kind, level: Price::new(100) };
		[99, 100, 101].map(|mark| trigger.is_met(side, Price::new(mark)))
	}

	#[test]
	fn a_stop_follows_the_market_and_a_take_profit_meets_it() {
		assert_eq!(met(TriggerKind::Stop, Side::Sell), [true, true, false]);
		assert_eq!(met(TriggerKind::Stop, Side::Buy), [false, true, true]);
		assert_eq!(met(TriggerKind::TakeProfit, Side::Sell), [false, true, true]);
		assert_eq!(met(TriggerKind::TakeProfit, Side::Buy), [true, true, false]);
	}

	#[test]
	fn an_activated_order_is_new_in_the_batch_it_enters() {
		let order = Order {
			key: OrderKey { account: AccountKey([1; 32]), number: 1 },
			side: Side::Sell,
			kind: OrderKind::Market,
			time_in_force: TimeInForce::ImmediateOrCancel,
			reduce_only: true,
			limit: Price::new(90),
			size: Size::new(1),
			entered: 3,
		};
		let trigger = Trigger { kind: TriggerKind::Stop, level: Price::new(100) };
		let waiting = TriggeredOrder { trigger, order };

		assert_eq!(waiting.activate(Price::new(101), 50), None);
		let live = waiting.activate(Price::new(100), 50).unwrap();
		assert!(!live.is_expired(50) && !live.is_standing(50));
	}
}
