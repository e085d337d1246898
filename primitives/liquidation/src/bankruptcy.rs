//! The price below which a fill would take more than the account has.

use crate::LiquidationError;
use alloc::vec::Vec;
use breakwater_margin::{Assessment, Leg, LegId, Requirement};
use breakwater_units::{
	largest_remainder, limits, mul_div, ArithmeticError, Lots, NanoQuote, Price, Quote, Ratio,
	Rounding, Side, Size, PPB,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a leg may lose in its liquidation, fees included.
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
pub struct Budget {
	/// Which leg.
	pub leg: LegId,
	/// Its part of the account's equity, in billionths of a quantum, never negative.
	pub loss: NanoQuote,
	/// Where a fill of the leg loses just that.
	pub price: Price,
}

/// Splits an account's equity over its legs by their share of maintenance margin, exactly: the
/// budgets sum to the equity, to the billionth. A leg without margin gets nothing.
///
/// Closing a part of a leg within its budget loses at most that part of `E·M_i/M`, and frees at
/// least that part of `M_i`, as the top bracket is closed first. So equity over margin never falls.
///
/// Returns no budgets for an account with no equity above zero, or without margin.
///
/// # Errors
/// An arithmetic error, impossible within the limits.
pub fn apportion_equity(
	legs: &[Leg],
	assessment: &Assessment,
) -> Result<Vec<Budget>, LiquidationError> {
	let mut claims = Vec::with_capacity(legs.len());
	for leg in legs {
		claims.push((leg.margin(Requirement::Maintenance)?.unsigned_abs(), leg.id));
	}
	let nobody = claims.iter().all(|(margin, _)| *margin == 0);
	if nobody || assessment.equity.is_negative() {
		return Ok(Vec::new());
	}
	let shares = largest_remainder(assessment.equity.unsigned_abs(), &claims)?;
	let mut budgets = Vec::with_capacity(legs.len());
	for (leg, share) in legs.iter().zip(shares) {
		let loss = NanoQuote::new(i128::try_from(share).map_err(|_| ArithmeticError::Overflow)?);
		budgets.push(Budget { leg: leg.id, loss, price: bankruptcy_price(leg, loss)? });
	}
	Ok(budgets)
}

/// The price at which closing all of a leg loses no more than `loss`, and one tick worse would:
/// `p − loss/q`, rounded toward the mark. From zero to [`limits::MAX_PRICE_TICKS`].
///
/// # Errors
/// An arithmetic error, impossible within the limits.
pub fn bankruptcy_price(leg: &Leg, loss: NanoQuote) -> Result<Price, ArithmeticError> {
	let Some(side) = leg.lots.side() else { return Ok(leg.index.price()) };
	let tick_value = i128::from(leg.index.tick_value().get());
	let ticks_per_loss = i128::from(leg.lots.unsigned_abs())
		.checked_mul(tick_value)
		.and_then(|quanta| quanta.checked_mul(i128::from(PPB)))
		.ok_or(ArithmeticError::Overflow)?;
	let away = mul_div(loss.get().max(0), 1, ticks_per_loss, Rounding::Down)?;
	let away = u64::try_from(away).unwrap_or(u64::MAX);
	let mark = leg.index.price().get();
	let price = match side {
		Side::Buy => mark.saturating_sub(away),
		Side::Sell => mark.saturating_add(away).min(limits::MAX_PRICE_TICKS),
	};
	Ok(Price::new(price))
}

/// Where a forced order enters: a step from mark, but no further than the bankruptcy price.
pub fn start_price(mark: Price, bankruptcy: Price, step_ticks: u64) -> Price {
	let step = step_ticks.min(mark.get().abs_diff(bankruptcy.get()));
	if bankruptcy < mark {
		Price::new(mark.get().saturating_sub(step))
	} else {
		Price::new(mark.get().saturating_add(step))
	}
}

/// The fee on a liquidation fill: `rate · notional` rounded up to a quantum, but no more than what
/// the fill leaves of its part of the budget, rounded down. So a fee can neither bankrupt an
/// account nor lower its equity over margin; beyond the bankruptcy price it is zero.
///
/// `closed` are the lots of the fill, at most those of the leg; `price` is what they filled at.
///
/// # Errors
/// `Overfilled` for more lots than the leg has, or an arithmetic error, impossible within the
/// limits.
pub fn liquidation_fee(
	leg: &Leg,
	budget: NanoQuote,
	closed: Size,
	price: Price,
	rate: Ratio,
) -> Result<Quote, LiquidationError> {
	if closed > leg.lots.size() {
		return Err(LiquidationError::Overfilled);
	}
	let Some(side) = leg.lots.side() else { return Ok(Quote::ZERO) };
	let lots = closed.signed(side)?;
	let paid = price.lot_value(leg.index.tick_value());
	let notional = Quote::from_unsigned(paid.times(lots)?.unsigned_abs())?;
	let asked = notional.mul_ratio(rate, Rounding::Up)?;

	let part = part_of(budget, closed, leg.lots)?;
	let lost = leg.index.lot_value().try_sub(paid)?.times(lots)?;
	let left = part.try_sub(lost.to_nano()?)?.to_quote(Rounding::Down)?;
	Ok(asked.min(left).max(Quote::ZERO))
}

/// `budget · closed / lots`, rounded down.
fn part_of(budget: NanoQuote, closed: Size, lots: Lots) -> Result<NanoQuote, ArithmeticError> {
	budget.mul_div(i128::from(closed.get()), i128::from(lots.unsigned_abs()), Rounding::Down)
}

/// What an account below zero owes beyond all it has, in quanta, rounded up: the amount that the
/// waterfall must find when the account is taken over at mark. Zero at or above zero.
///
/// # Errors
/// None in practice.
pub fn deficit(assessment: &Assessment) -> Result<Quote, ArithmeticError> {
	assessment.equity.try_neg()?.max(NanoQuote::ZERO).to_quote(Rounding::Up)
}
