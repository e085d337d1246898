use crate::{
	admission::{Admission, Admitted, CancelReason, Cancelled},
	clearing::{Clearing, TieBreak},
	fill::{fill_side, Source},
	order::{BlockNumber, Order, OrderKey, TimeInForce},
	AmmCurve, Level, Schedule,
};
use alloc::vec::Vec;
use breakwater_units::{
	limits::MAX_PRICE_TICKS, AccountKey, ArithmeticError, Lots, Price, Side, Size, TickValue,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most orders in one batch, and most forced orders.
pub const MAX_BATCH_ORDERS: usize = 1 << 17;

/// What liquidation closes in this batch, at its Dutch price or better. It passes no admission:
/// the account's own orders are cancelled and its position is given up.
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
pub struct ForcedOrder {
	/// Whose position is closed; one order of an account in a batch.
	pub account: AccountKey,
	/// The side that closes it.
	pub side: Side,
	/// The Dutch price of this block, in ticks. Beyond the prices that orders may have it is as
	/// good as the last of them: no batch clears outside of them.
	pub limit: Price,
	/// Lots to close.
	pub size: Size,
}

impl ForcedOrder {
	/// The worst price that a batch can have and the limit accepts.
	pub(crate) fn worst_price(&self) -> Price {
		match self.side {
			Side::Buy => self.limit.min(Price::new(MAX_PRICE_TICKS)),
			Side::Sell => self.limit.max(Price::new(1)),
		}
	}
}

/// The AMM pool of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amm {
	/// The pool's account, by which its ties are broken.
	pub account: AccountKey,
	/// Its demand in this batch.
	pub curve: AmmCurve,
}

/// One batch of one market.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
	/// The block whose batch this is.
	pub block: BlockNumber,
	/// What a tick times a lot is worth.
	pub tick_value: TickValue,
	/// The price that ties go to: the mark before the batch, or the index.
	pub reference: Price,
	/// How ties between prices are broken.
	pub tie_break: TieBreak,
	/// The AMM, if the market has one.
	pub amm: Option<Amm>,
	/// The live orders in the [`crate::Window`] of the book, old and new, in any order.
	pub orders: &'a [Order],
	/// What liquidation closes, in any order.
	pub forced: &'a [ForcedOrder],
}

/// Why a batch cannot be run; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
	/// More than [`MAX_BATCH_ORDERS`].
	TooManyOrders,
	/// Two orders have the same key.
	DuplicateOrder,
	/// Two forced orders are of the same account.
	DuplicateForced,
	/// Sizes beyond every limit.
	Arithmetic(ArithmeticError),
}

impl From<ArithmeticError> for BatchError {
	fn from(error: ArithmeticError) -> Self {
		Self::Arithmetic(error)
	}
}

/// Where a batch would clear, with forced orders and without. Nothing has changed yet: a breaker
/// may look at it and turn the batch into a call auction.
#[derive(Clone, Debug)]
pub struct Tentative {
	/// Demand and supply without forced orders: source of the depth-impact prices, see
	/// [`Schedule::impact_price`].
	pub organic_schedule: Schedule,
	/// Where the batch would clear without forced orders: source of the mark and of the premium.
	/// Liquidations do not move it.
	pub organic: Option<Clearing>,
	/// Demand and supply with everything.
	pub schedule: Schedule,
	/// Where the batch clears; none if nothing trades.
	pub clearing: Option<Clearing>,
}

/// A filled order.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Fill {
	/// Which order.
	pub key: OrderKey,
	/// Its side.
	pub side: Side,
	/// Lots filled, at the price of the batch.
	pub size: Size,
}

/// A filled forced order.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ForcedFill {
	/// Whose position is closed.
	pub account: AccountKey,
	/// The side of the fill.
	pub side: Side,
	/// Lots filled, at the price of the batch.
	pub size: Size,
}

/// What a batch did. Lots of an order that are neither filled nor cancelled rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
	/// The price of every fill; none if nothing traded.
	pub price: Option<Price>,
	/// Lots bought, which are the lots sold.
	pub volume: Size,
	/// Fills of orders, by key.
	pub fills: Vec<Fill>,
	/// Fills of forced orders, by account.
	pub forced: Vec<ForcedFill>,
	/// The AMM's trade.
	pub amm: Lots,
	/// Cancellations, of admission and of immediate-or-cancel remainders, by key.
	pub cancelled: Vec<Cancelled>,
}

impl Batch<'_> {
	/// Clears what was admitted twice: without forced orders and with them.
	///
	/// # Errors
	/// `Arithmetic` if a side is beyond [`crate::MAX_SIDE_LOTS`]; not with sizes within the limits.
	pub fn clear(&self, admission: &Admission) -> Result<Tentative, BatchError> {
		let curve = self.amm.map(|amm| amm.curve);
		let orders = |side| {
			let of_side = admission.admitted.iter().filter(move |a| a.order.side == side);
			of_side.map(|a| Level { price: a.order.limit, size: a.size })
		};
		let forced = |side| {
			let of_side = self.forced.iter().filter(move |order| order.side == side);
			of_side.map(|order| Level { price: order.worst_price(), size: order.size })
		};
		let (bids, asks) = (orders(Side::Buy), orders(Side::Sell));
		let organic_schedule = Schedule::new(bids.clone(), asks.clone(), curve)?;
		let schedule =
			Schedule::new(bids.chain(forced(Side::Buy)), asks.chain(forced(Side::Sell)), curve)?;

		let organic = organic_schedule.clear(self.reference, self.tie_break);
		let clearing = schedule.clear(self.reference, self.tie_break);
		Ok(Tentative { organic_schedule, organic, schedule, clearing })
	}

	/// The fills of a batch that the breaker let through, and what of it is cancelled. To be called
	/// with the admission and the clearing of this same batch.
	///
	/// # Errors
	/// `Arithmetic`: not with an admission and a clearing of this batch.
	pub fn settle(
		&self,
		admission: &Admission,
		tentative: &Tentative,
	) -> Result<Outcome, BatchError> {
		let mut outcome = Outcome { cancelled: admission.cancelled.clone(), ..Outcome::default() };
		if let Some(clearing) = tentative.clearing {
			outcome.price = Some(clearing.price);
			outcome.volume = clearing.volume;
		}
		for side in [Side::Buy, Side::Sell] {
			let orders = admission.admitted.iter().map(Source::Order);
			let forced = self.forced.iter().map(Source::Forced);
			let sources = orders.chain(forced).filter(|source| source.side() == side);
			let pool = self.amm.map(|amm| amm.account);
			let filled = fill_side(side, sources, pool, tentative)?;

			outcome.amm = outcome.amm.try_add(filled.amm.signed(side)?)?;
			for (source, size) in filled.sources {
				outcome.record(source, size);
			}
		}
		outcome.fills.sort_unstable();
		outcome.forced.sort_unstable();
		outcome.cancelled.sort_unstable();
		Ok(outcome)
	}
}

impl Outcome {
	fn record(&mut self, source: Source<'_>, size: Size) {
		match source {
			Source::Order(admitted) => self.record_order(admitted, size),
			Source::Forced(order) if !size.is_zero() => {
				self.forced.push(ForcedFill { account: order.account, side: order.side, size });
			},
			Source::Forced(_) => {},
		}
	}

	fn record_order(&mut self, admitted: &Admitted, size: Size) {
		let Order { key, side, time_in_force, .. } = admitted.order;
		if !size.is_zero() {
			self.fills.push(Fill { key, side, size });
		}
		let left = admitted.size.saturating_sub(size);
		if time_in_force == TimeInForce::ImmediateOrCancel && !left.is_zero() {
			self.cancelled.push(Cancelled { key, reason: CancelReason::NotFilled, size: left });
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{admission::Accounts, AmmParams, OrderKind};
	use breakwater_units::Quote;

	struct Unlimited;

	impl Accounts for Unlimited {
		fn position(&self, _: &AccountKey) -> Lots {
			Lots::ZERO
		}

		fn allows(&self, _: &AccountKey, _: Lots, _: Quote) -> bool {
			true
		}
	}

	fn order(owner: u8, side: Side, limit: u64, size: u64) -> Order {
		Order {
			key: OrderKey { account: AccountKey([owner; 32]), number: 0 },
			side,
			kind: OrderKind::Limit,
			time_in_force: TimeInForce::GoodTillCancelled,
			reduce_only: false,
			limit: Price::new(limit),
			size: Size::new(size),
			entered: 1,
		}
	}

	/// A pool with a lot a tick around a mark.
	fn pool(mark: u64, inventory: i64) -> Amm {
		let params = AmmParams {
			mark: Price::new(mark),
			half_spread_ticks: 0,
			inventory: Lots::new(inventory),
			max_inventory: Size::new(20),
			depth_lots: Size::new(1),
			depth_ticks: 1,
		};
		Amm { account: AccountKey([200; 32]), curve: AmmCurve::new(params).unwrap() }
	}

	fn batch<'a>(amm: Option<Amm>, orders: &'a [Order], forced: &'a [ForcedOrder]) -> Batch<'a> {
		Batch {
			block: 1,
			tick_value: TickValue::new(1),
			reference: Price::new(100),
			tie_break: TieBreak::Reference,
			amm,
			orders,
			forced,
		}
	}

	fn run(amm: Option<Amm>, orders: &[Order]) -> Outcome {
		let batch = batch(amm, orders, &[]);
		let admission = batch.admit(&Unlimited).unwrap();
		let tentative = batch.clear(&admission).unwrap();
		batch.settle(&admission, &tentative).unwrap()
	}

	mod a_pool_whose_curve_leaves_the_prices_of_orders {
		use super::*;

		#[test]
		fn buys_at_the_top_only_what_is_sold() {
			// short 15: buys 15 lots at the highest price of an order, and more above it
			let outcome =
				run(Some(pool(MAX_PRICE_TICKS, -15)), &[order(1, Side::Sell, MAX_PRICE_TICKS, 2)]);
			assert_eq!(outcome.price, Some(Price::new(MAX_PRICE_TICKS)));
			assert_eq!((outcome.volume, outcome.amm), (Size::new(2), Lots::new(2)));
		}

		#[test]
		fn sells_at_the_bottom_only_what_is_bought() {
			let outcome = run(Some(pool(4, 15)), &[order(1, Side::Buy, 1, 2)]);
			assert_eq!(outcome.price, Some(Price::new(1)));
			assert_eq!((outcome.volume, outcome.amm), (Size::new(2), Lots::new(-2)));
		}
	}

	/// The other order of its side makes every price unbalanced that orders may have.
	#[test]
	fn a_forced_order_beyond_the_prices_of_orders_does_not_take_the_batch_there() {
		let clear = |orders: &[Order], side, limit| {
			let (account, size) = (AccountKey([9; 32]), Size::new(5));
			let forced = [ForcedOrder { account, side, limit: Price::new(limit), size }];
			let batch = batch(None, orders, &forced);
			let admission = batch.admit(&Unlimited).unwrap();
			let tentative = batch.clear(&admission).unwrap();
			let outcome = batch.settle(&admission, &tentative).unwrap();
			(outcome.price.unwrap().get(), outcome.forced[0].size.get())
		};
		let low = [order(1, Side::Buy, 5, 5), order(2, Side::Sell, 1, 3)];
		// 5 of 5 + 3 lots at a tick: 3.125 of them
		assert_eq!(clear(&low, Side::Sell, 0), (5, 3));

		let top = MAX_PRICE_TICKS;
		let high = [order(1, Side::Sell, top - 5, 5), order(2, Side::Buy, top, 3)];
		assert_eq!(clear(&high, Side::Buy, top + 7), (top - 5, 3));
	}

	#[test]
	fn an_order_that_meets_several_of_its_account_is_cancelled_in_one_entry() {
		let mut orders = [Side::Buy, Side::Sell, Side::Sell].map(|side| order(1, side, 100, 1));
		orders[0].size = Size::new(2);
		for (order, number) in orders.iter_mut().zip(0..) {
			order.key.number = number;
		}
		let reason = CancelReason::SelfTrade;
		let expected = orders.map(|order| Cancelled { key: order.key, reason, size: order.size });
		assert_eq!(run(None, &orders).cancelled, expected);
	}

	mod refuses {
		use super::*;

		fn error(orders: &[Order], forced: &[ForcedOrder]) -> BatchError {
			batch(None, orders, forced).admit(&Unlimited).unwrap_err()
		}

		#[test]
		fn an_order_given_twice() {
			let twice = [order(1, Side::Buy, 100, 1), order(1, Side::Sell, 200, 1)];
			assert_eq!(error(&twice, &[]), BatchError::DuplicateOrder);
		}

		#[test]
		fn two_forced_orders_of_an_account() {
			let account = AccountKey([1; 32]);
			let (limit, size) = (Price::new(100), Size::new(1));
			let twice =
				[Side::Buy, Side::Sell].map(|side| ForcedOrder { account, side, limit, size });
			assert_eq!(error(&[], &twice), BatchError::DuplicateForced);
		}

		#[test]
		fn more_orders_than_a_batch_may_have() {
			let many = vec![order(1, Side::Buy, 100, 1); MAX_BATCH_ORDERS + 1];
			assert_eq!(error(&many, &[]), BatchError::TooManyOrders);
		}
	}
}
