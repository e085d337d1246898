//! Forced flow of one market: netted at mark, and what is filled shared out.

use crate::LiquidationError;
use alloc::vec::Vec;
use breakwater_units::{largest_remainder, AccountKey, ArithmeticError, Lots, Side, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What one account has to trade in one market. One per account: ties break by its key.
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
pub struct ForcedOrder {
	/// Whose position is closed.
	pub account: AccountKey,
	/// Signed lots to trade: a long is closed by a negative number.
	pub lots: Lots,
}

/// Crosses long against short forced flow at mark: the smaller side in full, the larger pro-rata by
/// largest remainder. Returns the fill of each order, in their order; they sum to zero. What is left
/// is all on one side and goes to the batch.
///
/// At mark neither side loses, so no curve is walked for what nets. The result does not depend on
/// the order of the orders, and no fill exceeds its order. `O(n log n)`; the caller bounds n.
///
/// # Errors
/// `Arithmetic` if the lots of a side do not fit `i64`.
pub fn net_at_mark(orders: &[ForcedOrder]) -> Result<Vec<Lots>, LiquidationError> {
	let bought = total(orders, Side::Buy)?;
	let sold = total(orders, Side::Sell)?;
	let crossed = bought.min(sold);
	let mut fills = Vec::with_capacity(orders.len());
	let buys = share(crossed, orders, Side::Buy)?;
	let sales = share(crossed, orders, Side::Sell)?;
	for (bought, sold) in buys.into_iter().zip(sales) {
		fills.push(bought.try_add(sold)?);
	}
	Ok(fills)
}

/// Shares what the batch filled among forced orders of one side, pro-rata by largest remainder,
/// ties to the smaller account key. Returns the signed fill of each order, in their order: they sum
/// to `filled`, and none exceeds its order.
///
/// # Errors
/// `MixedSides` if the orders are on both sides, `Overfilled` if they are smaller than the fill.
pub fn share_fill(filled: Size, orders: &[ForcedOrder]) -> Result<Vec<Lots>, LiquidationError> {
	let bought = total(orders, Side::Buy)?;
	let sold = total(orders, Side::Sell)?;
	let side = match (bought.is_zero(), sold.is_zero()) {
		(false, false) => return Err(LiquidationError::MixedSides),
		(true, _) => Side::Sell,
		(_, true) => Side::Buy,
	};
	if filled > bought.max(sold) {
		return Err(LiquidationError::Overfilled);
	}
	share(filled, orders, side)
}

fn size_on(order: &ForcedOrder, side: Side) -> Size {
	if order.lots.side() == Some(side) {
		order.lots.size()
	} else {
		Size::ZERO
	}
}

fn total(orders: &[ForcedOrder], side: Side) -> Result<Size, ArithmeticError> {
	orders.iter().try_fold(Size::ZERO, |sum, order| sum.try_add(size_on(order, side)))
}

/// Shares `filled` among the orders of a side; those of the other get nothing.
fn share(filled: Size, orders: &[ForcedOrder], side: Side) -> Result<Vec<Lots>, LiquidationError> {
	let claims: Vec<_> = orders
		.iter()
		.map(|order| (u128::from(size_on(order, side).get()), order.account))
		.collect();
	let shares = largest_remainder(u128::from(filled.get()), &claims)?;
	let mut fills = Vec::with_capacity(shares.len());
	for share in shares {
		let size = u64::try_from(share).map_err(|_| ArithmeticError::Overflow)?;
		fills.push(Size::new(size).signed(side)?);
	}
	Ok(fills)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn orders(lots: &[i64]) -> Vec<ForcedOrder> {
		(0u8..)
			.zip(lots)
			.map(|(n, lots)| ForcedOrder { account: AccountKey([n; 32]), lots: Lots::new(*lots) })
			.collect()
	}

	fn numbers(fills: Vec<Lots>) -> Vec<i64> {
		fills.into_iter().map(Lots::get).collect()
	}

	#[test]
	fn the_smaller_side_is_filled_the_larger_shares() {
		// 10 to buy, 30 to sell: the sellers get 10 of 30 each, 20 · 10/30 = 6.67, 10 · 10/30 = 3.33
		let fills = net_at_mark(&orders(&[4, -20, 6, -10])).unwrap();
		assert_eq!(numbers(fills), [4, -7, 6, -3]);
	}

	#[test]
	fn one_sided_flow_does_not_net() {
		assert_eq!(numbers(net_at_mark(&orders(&[-5, 0, -7])).unwrap()), [0, 0, 0]);
		assert_eq!(net_at_mark(&[]), Ok(Vec::new()));
	}

	#[test]
	fn a_fill_is_shared_by_one_side() {
		assert_eq!(numbers(share_fill(Size::new(4), &orders(&[-5, -7])).unwrap()), [-2, -2]);
		assert_eq!(share_fill(Size::new(1), &orders(&[5, -7])), Err(LiquidationError::MixedSides));
		assert_eq!(share_fill(Size::new(13), &orders(&[5, 7])), Err(LiquidationError::Overfilled));
		assert_eq!(share_fill(Size::ZERO, &[]), Ok(Vec::new()));
	}
}
