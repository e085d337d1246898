use breakwater_units::{
	limits::{MAX_LOTS, MAX_PRICE_TICKS},
	AccountKey, Price, Ratio, Rounding, Side, Size, PPB,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Reverse;
use scale_info::TypeInfo;

/// Number of a block. Every block has one batch per market.
pub type BlockNumber = u32;

/// Identity of an order: its account, and a number that is unique within the account.
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
pub struct OrderKey {
	/// Whose order it is.
	pub account: AccountKey,
	/// The account's own number for it. It decides only between orders of this account.
	pub number: u64,
}

/// What an order does when it could execute.
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
pub enum OrderKind {
	/// Executes at its limit or better.
	Limit,
	/// A limit order that is cancelled if, in its first batch, its limit crosses the liquidity
	/// that was there before it: an order of an earlier batch, or the AMM.
	PostOnly,
	/// Executes at its protection price or better, and never rests. See [`protection_price`].
	Market,
}

/// How long an order stays.
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
// The encoding derived for a variant with a field casts its index.
#[allow(clippy::cast_possible_truncation)]
pub enum TimeInForce {
	/// Until filled or cancelled.
	GoodTillCancelled,
	/// The batch of this block is the last one in which it may trade.
	GoodTillBlock(BlockNumber),
	/// One batch; what that batch does not fill is cancelled.
	ImmediateOrCancel,
}

/// An order that is live: a triggered order becomes one when its trigger is met.
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
pub struct Order {
	/// Identity.
	pub key: OrderKey,
	/// Buy or sell.
	pub side: Side,
	/// What it does when it could execute.
	pub kind: OrderKind,
	/// How long it stays.
	pub time_in_force: TimeInForce,
	/// May only bring the account's position nearer to zero.
	pub reduce_only: bool,
	/// Worst price at which it may be filled; the protection price of a market order.
	pub limit: Price,
	/// Lots that are still open.
	pub size: Size,
	/// The block of the first batch it takes part in. In a later batch it is *standing*.
	pub entered: BlockNumber,
}

/// Why an order is malformed.
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
pub enum OrderError {
	/// The size is zero or above [`MAX_LOTS`].
	SizeOutOfRange,
	/// The limit is zero or above [`MAX_PRICE_TICKS`].
	PriceOutOfRange,
	/// A market order that is not immediate-or-cancel.
	MarketCannotRest,
	/// A post-only order that is immediate-or-cancel: it could do neither.
	PostOnlyMustRest,
}

impl Order {
	/// Checks what is checked when an order is accepted.
	///
	/// # Errors
	/// One per cause, see [`OrderError`].
	pub fn validate(&self) -> Result<(), OrderError> {
		let immediate = self.time_in_force == TimeInForce::ImmediateOrCancel;
		if self.size.is_zero() || self.size.get() > MAX_LOTS.unsigned_abs() {
			return Err(OrderError::SizeOutOfRange);
		}
		if self.limit.is_zero() || self.limit.get() > MAX_PRICE_TICKS {
			return Err(OrderError::PriceOutOfRange);
		}
		match self.kind {
			OrderKind::Market if !immediate => Err(OrderError::MarketCannotRest),
			OrderKind::PostOnly if immediate => Err(OrderError::PostOnlyMustRest),
			_ => Ok(()),
		}
	}

	/// Whether the order is past its last batch.
	pub fn is_expired(&self, block: BlockNumber) -> bool {
		match self.time_in_force {
			TimeInForce::GoodTillCancelled => false,
			TimeInForce::GoodTillBlock(last) => block > last,
			TimeInForce::ImmediateOrCancel => block > self.entered,
		}
	}

	/// Whether the order was there before the batch of this block: it took part in an earlier one.
	pub const fn is_standing(&self, block: BlockNumber) -> bool {
		self.entered < block
	}

	/// Sorts the orders of one account and side from the first filled to the last: better price,
	/// then reduce-only, then number.
	pub(crate) const fn priority(&self) -> (PricePriority, Reverse<bool>, u64) {
		(price_priority(self.side, self.limit), Reverse(self.reduce_only), self.key.number)
	}
}

/// Distance of a price from the best thinkable one; smaller goes first.
pub(crate) type PricePriority = u64;

/// Orders prices of a side, the most aggressive first.
pub(crate) const fn price_priority(side: Side, price: Price) -> PricePriority {
	match side {
		Side::Buy => u64::MAX.saturating_sub(price.get()),
		Side::Sell => price.get(),
	}
}

/// Whether an order of `side` with this limit accepts the price.
pub(crate) const fn accepts(side: Side, limit: Price, price: Price) -> bool {
	price_priority(side, limit) <= price_priority(side, price)
}

/// The protection price of a market order: `reference · (1 ± max_slippage)`, rounded toward the
/// reference, so that the bound is never passed, and held between one tick and
/// [`MAX_PRICE_TICKS`].
pub fn protection_price(reference: Price, side: Side, max_slippage: Ratio) -> Price {
	let (factor, rounding) = match side {
		Side::Buy => (PPB.saturating_add(max_slippage.get()), Rounding::Down),
		Side::Sell => (PPB.saturating_sub(max_slippage.get()), Rounding::Up),
	};
	let bound = reference.mul_ratio(Ratio::new(factor), rounding).unwrap_or(Price::MAX);
	Price::new(bound.get().clamp(1, MAX_PRICE_TICKS))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn order(kind: OrderKind, time_in_force: TimeInForce) -> Order {
		Order {
			key: OrderKey { account: AccountKey([1; 32]), number: 1 },
			side: Side::Buy,
			kind,
			time_in_force,
			reduce_only: false,
			limit: Price::new(100),
			size: Size::new(1),
			entered: 7,
		}
	}

	mod validate {
		use super::*;

		#[test]
		fn a_market_order_never_rests_and_a_post_only_order_always_does() {
			let resting = [TimeInForce::GoodTillCancelled, TimeInForce::GoodTillBlock(9)];
			for time_in_force in resting {
				let market = order(OrderKind::Market, time_in_force);
				assert_eq!(market.validate(), Err(OrderError::MarketCannotRest));
				assert_eq!(order(OrderKind::PostOnly, time_in_force).validate(), Ok(()));
			}
			let immediate = TimeInForce::ImmediateOrCancel;
			assert_eq!(order(OrderKind::Market, immediate).validate(), Ok(()));
			assert_eq!(
				order(OrderKind::PostOnly, immediate).validate(),
				Err(OrderError::PostOnlyMustRest)
			);
		}

		#[test]
		fn sizes_and_prices_stay_within_the_limits() {
			let good = order(OrderKind::Limit, TimeInForce::GoodTillCancelled);
			let (lots, ticks) = (MAX_LOTS.unsigned_abs(), MAX_PRICE_TICKS);
			let sized = |size| Order { size: Size::new(size), ..good }.validate();
			let priced = |limit| Order { limit: Price::new(limit), ..good }.validate();

			assert_eq!((sized(1), sized(lots)), (Ok(()), Ok(())));
			assert_eq!(sized(0), Err(OrderError::SizeOutOfRange));
			assert_eq!(sized(lots + 1), Err(OrderError::SizeOutOfRange));
			assert_eq!((priced(1), priced(ticks)), (Ok(()), Ok(())));
			assert_eq!(priced(0), Err(OrderError::PriceOutOfRange));
			assert_eq!(priced(ticks + 1), Err(OrderError::PriceOutOfRange));
		}
	}

	#[test]
	fn an_order_trades_up_to_its_last_block() {
		let until = order(OrderKind::Limit, TimeInForce::GoodTillBlock(9));
		assert!(!until.is_expired(9));
		assert!(until.is_expired(10));

		let immediate = order(OrderKind::Limit, TimeInForce::ImmediateOrCancel);
		assert!(!immediate.is_expired(7));
		assert!(immediate.is_expired(8));

		assert!(!order(OrderKind::Limit, TimeInForce::GoodTillCancelled).is_expired(u32::MAX));
	}

	#[test]
	fn an_order_stands_from_its_second_batch() {
		let order = order(OrderKind::Limit, TimeInForce::GoodTillCancelled);
		assert!(!order.is_standing(7));
		assert!(order.is_standing(8));
	}

	#[test]
	fn protection_never_passes_the_slippage() {
		// 999 ± 5 % = 1048.95 and 949.05
		let five = Ratio::saturating_from_percent(5);
		let reference = Price::new(999);
		assert_eq!(protection_price(reference, Side::Buy, five), Price::new(1048));
		assert_eq!(protection_price(reference, Side::Sell, five), Price::new(950));

		let all = Ratio::MAX;
		assert_eq!(protection_price(reference, Side::Sell, all), Price::new(1));
		assert_eq!(protection_price(reference, Side::Buy, all).get(), MAX_PRICE_TICKS);
	}
}
