//! Margin-based what-ifs, exact: each has a closed form because health is linear in prices and
//! concave in sizes.

use crate::{
	assess, health, health::legs, Assessment, BorrowIndex, Indices, LegId, LegIndex, MarginError,
	Requirement, Schedule, SubaccountState, MAX_POSITIONS,
};
use breakwater_units::{
	limits, mul_div, Amount, ArithmeticError, AssetId, MarketId, NanoQuote, Price, Quote, Ratio,
	Rounding, Side, Size, PPB,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Where the price of one leg, everything else as it is, makes an account liquidatable.
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
pub enum LiquidationPrice {
	/// At no price from zero to the highest of the market.
	Never,
	/// At every price: another leg, or a loss already made, decides.
	Always,
	/// At this price and below, and not one tick above.
	AtOrBelow(Price),
	/// At this price and above, and not one tick below.
	AtOrAbove(Price),
}

/// The liquidation price of a leg, in prices from zero to `highest`.
///
/// As brackets are fixed in lots, maintenance health is a straight line in the price of one leg,
/// `H(p) = H + s·(p − p_now)` with `s = tick value · (q − Σ |q_b|·r_b)`, also in a cross account:
/// the other legs, funding and the loan are in `H`. One division finds its root, and the strict
/// predicate the tick beside it. A leg that the account does not have has `s = 0`.
///
/// # Errors
/// `UnknownMarket` or `UnknownAsset` for any leg of the account, or an arithmetic error, impossible
/// within the limits.
pub fn liquidation_price<I: Indices>(
	account: &SubaccountState,
	indices: &I,
	leg: LegId,
	highest: Price,
) -> Result<LiquidationPrice, MarginError> {
	let now = health(account, indices, Requirement::Maintenance)?;
	let mut found = None;
	for candidate in legs(account, indices) {
		let candidate = candidate?;
		if candidate.id == leg {
			found = Some(candidate);
		}
	}
	let Some(leg) = found else { return Ok(flat_line(now.get())) };

	let nano_lots = checked(i128::from(leg.lots.get()).checked_mul(i128::from(PPB)))?;
	let weighted = leg.index.schedule(Requirement::Maintenance).weighted_lots(leg.lots.size())?;
	let tick_value = i128::from(leg.index.tick_value().get());
	let slope =
		checked(nano_lots.checked_sub(weighted).and_then(|lots| lots.checked_mul(tick_value)))?;
	let moved = checked(slope.checked_mul(i128::from(leg.index.price().get())))?;
	let at_zero = checked(now.get().checked_sub(moved))?;
	Ok(first_negative(at_zero, slope, i128::from(highest.get()))?)
}

fn checked<T>(value: Option<T>) -> Result<T, ArithmeticError> {
	value.ok_or(ArithmeticError::Overflow)
}

fn flat_line(health: i128) -> LiquidationPrice {
	if health < 0 {
		LiquidationPrice::Always
	} else {
		LiquidationPrice::Never
	}
}

/// The whole prices in `0 ..= highest` at which `at_zero + slope · price < 0`.
fn first_negative(
	at_zero: i128,
	slope: i128,
	highest: i128,
) -> Result<LiquidationPrice, ArithmeticError> {
	if slope == 0 {
		return Ok(flat_line(at_zero));
	}
	let root = checked(at_zero.checked_neg())?;
	// Rising: p < root / slope, so the last is ⌈root / slope⌉ − 1. Falling: p > root / slope, so
	// the first is ⌊root / slope⌋ + 1.
	let rising = slope > 0;
	let (rounding, step) = if rising { (Rounding::Up, -1) } else { (Rounding::Down, 1) };
	let edge = checked(mul_div(root, 1, slope, rounding)?.checked_add(step))?;
	let (none, all) =
		if rising { (edge < 0, edge >= highest) } else { (edge > highest, edge <= 0) };
	if none {
		return Ok(LiquidationPrice::Never);
	}
	if all {
		return Ok(LiquidationPrice::Always);
	}
	let price = Price::new(checked(edge.try_into().ok())?);
	Ok(if rising { LiquidationPrice::AtOrBelow(price) } else { LiquidationPrice::AtOrAbove(price) })
}

/// An order that has no size yet.
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
pub struct OrderTerms {
	/// The market.
	pub market: MarketId,
	/// The side.
	pub side: Side,
	/// The worst price at which it may fill: its limit, or the edge of the band.
	pub price: Price,
	/// Fee on what is filled, charged rounded up to a quantum.
	pub fee_rate: Ratio,
}

/// The largest order an account can place, its other orders apart: the largest size such that
/// after a fill of it, *or of any part of it*, the account has initial health, or has only reduced
/// its position.
///
/// Reducing is always allowed, so the answer is never less than the position on the other side.
/// Beyond it initial health is concave in size, because brackets are convex: one walk over at most
/// [`crate::MAX_BRACKETS`] segments, with one division, rounded down. Where there is a fee, a
/// quantum is kept back for its rounding. Bounded by [`limits::MAX_LOTS`], also for the position
/// after it.
///
/// # Errors
/// `UnknownMarket` or `UnknownAsset`, or an arithmetic error, impossible within the limits.
pub fn largest_order<I: Indices>(
	account: &SubaccountState,
	indices: &I,
	order: &OrderTerms,
) -> Result<Size, MarginError> {
	let market = order.market;
	let index = indices.market(market).ok_or(MarginError::UnknownMarket(market))?;
	let held = account.positions.get(market).map(|position| position.lots);
	if held.is_none() && account.positions.len() >= MAX_POSITIONS as usize {
		return Ok(Size::ZERO);
	}

	let lots = held.unwrap_or_default();
	let reduces = lots.side() == Some(order.side.opposite());
	let (closed, start) =
		if reduces { (lots.size(), Size::ZERO) } else { (Size::ZERO, lots.size()) };

	let cost = lot_cost(&index, order)?;
	let freed = if reduces { index.margin(closed, Requirement::Initial)?.get() } else { 0 };
	let spent = checked(cost.checked_mul(i128::from(closed.get())))?;
	let kept_back = if order.fee_rate.is_zero() { 0 } else { i128::from(PPB) };
	let left = health(account, indices, Requirement::Initial)?.get();
	let left = left
		.checked_add(freed)
		.and_then(|left| left.checked_sub(spent))
		.and_then(|left| left.checked_sub(kept_back));

	let most = Size::new(limits::MAX_LOTS.unsigned_abs());
	let most = most.saturating_sub(closed).min(most);
	let opened = lots_to_open(checked(left)?, cost, &index, start, most)?;
	Ok(closed.try_add(opened)?)
}

/// What a lot costs beside its margin: how much worse than mark it fills, and the fee. Billionths.
fn lot_cost(index: &LegIndex, order: &OrderTerms) -> Result<i128, ArithmeticError> {
	let paid = order.price.lot_value(index.tick_value());
	let worse = match order.side {
		Side::Buy => paid.try_sub(index.lot_value())?,
		Side::Sell => index.lot_value().try_sub(paid)?,
	};
	let fee = paid.scale_by(order.fee_rate)?;
	Ok(worse.to_level()?.try_add(fee)?.get())
}

/// Lots that can be opened on top of `start` with so much health left, up to a size of `most`.
fn lots_to_open(
	health: i128,
	cost: i128,
	index: &LegIndex,
	start: Size,
	most: Size,
) -> Result<Size, ArithmeticError> {
	let value = index.lot_value();
	let (mut left, mut opened) = (health, 0u64);
	for segment in index.schedule(Requirement::Initial).segments(start, most) {
		if segment.lots == 0 {
			continue;
		}
		let margin = value.scale_by(segment.rate)?.get();
		let per_lot = checked(cost.checked_add(margin))?;
		// The first lot alone decides for an account without initial health: a fill far better
		// than mark may restore it.
		if opened == 0 && checked(left.checked_sub(per_lot))? < 0 {
			break;
		}
		let affordable = affordable_lots(left, per_lot, segment.lots);
		let used = checked(per_lot.checked_mul(i128::from(affordable)))?;
		left = checked(left.checked_sub(used))?;
		opened = opened.saturating_add(affordable);
		if affordable < segment.lots {
			break;
		}
	}
	Ok(Size::new(opened))
}

/// `min(lots, ⌊health / per_lot⌋)`; all of them where a lot costs nothing.
fn affordable_lots(health: i128, per_lot: i128, lots: u64) -> u64 {
	if per_lot <= 0 {
		return lots;
	}
	let affordable = health.max(0).checked_div(per_lot).unwrap_or(0);
	u64::try_from(affordable).unwrap_or(u64::MAX).min(lots)
}

/// What bounds a withdrawal beside the account's own margin.
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
pub struct WithdrawalTerms {
	/// Most unrealised profit, net over the account's positions, that counts: the rest supports
	/// nothing that leaves.
	pub profit_cap: Quote,
	/// Part of the positions' notional that must stay, where initial margin is less.
	pub notional_floor: Ratio,
	/// Most loan principal the account may owe after it.
	pub max_loan: Quote,
	/// Quote in the pool's custody: one asset's depositors never pay out another's.
	pub on_hand: Quote,
}

/// Equity that is free to leave: equity, without profit above its cap, less haircuts and the larger
/// of initial margin and the notional floor. In billionths of a quantum, exact; may be negative.
///
/// # Errors
/// `Overflow`; impossible within the limits.
pub fn free_equity(
	assessment: &Assessment,
	terms: &WithdrawalTerms,
) -> Result<NanoQuote, ArithmeticError> {
	let cap = terms.profit_cap.max(Quote::ZERO);
	let uncounted = assessment.unrealised_profit.try_sub(cap)?.max(Quote::ZERO);
	let margin = assessment.initial.try_sub(assessment.initial_haircut)?;
	let margin = margin.max(assessment.notional.scale_by(terms.notional_floor)?);
	assessment
		.equity
		.try_sub(uncounted.to_nano()?)?
		.try_sub(assessment.initial_haircut)?
		.try_sub(margin)
}

/// The largest amount of quote that can be withdrawn: first cash, then, as far as the loan may
/// grow, borrowed against what else the account has. In quanta, rounded down.
///
/// Exact also in what is borrowed, where [`SubaccountState::settle_loan`] rounds the principal up:
/// one quantum more, and after settling either the free equity is below zero or a bound is passed.
///
/// # Errors
/// `UnknownMarket` or `UnknownAsset`, or an arithmetic error, impossible within the limits.
pub fn withdrawable_quote<I: Indices>(
	account: &SubaccountState,
	indices: &I,
	terms: &WithdrawalTerms,
) -> Result<Quote, MarginError> {
	let free = free_equity(&assess(account, indices)?, terms)?;
	if free.is_negative() {
		return Ok(Quote::ZERO);
	}
	let whole = free.to_quote(Rounding::Down)?;
	let from_cash = whole.min(account.cash.max(Quote::ZERO));
	let mut most = from_cash;
	if whole > account.cash {
		let borrowed = borrowable(account, free, indices.borrow(), terms.max_loan)?;
		most = most.max(account.cash.try_add(borrowed)?);
	}
	Ok(most.min(terms.on_hand).max(Quote::ZERO))
}

/// Most quanta that can be drawn once all cash is gone: with `K = free − cash`, the principal `d`
/// must satisfy `d·B ≤ K` and the loan's bound, and drawing `y` takes `d = ⌈y/B⌉`.
fn borrowable(
	account: &SubaccountState,
	free: NanoQuote,
	borrow: BorrowIndex,
	max_loan: Quote,
) -> Result<Quote, ArithmeticError> {
	let beyond_cash = free.try_sub(account.cash.to_nano()?)?.max(NanoQuote::ZERO);
	let index = i128::from(borrow.get().get());
	let principal = mul_div(beyond_cash.get(), 1, index, Rounding::Down)?;
	let room = max_loan.try_sub(account.loan)?.max(Quote::ZERO);
	borrow.debt(Quote::new(principal).min(room))?.to_quote(Rounding::Down)
}

/// The largest amount of a collateral asset that can be withdrawn, in its smallest units.
///
/// Nothing without free equity, else what fills no whole lot, and as many lots as the free equity
/// supports, from the bracket with the highest haircut down; rounded down to a lot.
///
/// # Errors
/// `UnknownMarket` or `UnknownAsset`, or an arithmetic error, impossible within the limits.
pub fn withdrawable_collateral<I: Indices>(
	account: &SubaccountState,
	indices: &I,
	asset: AssetId,
	terms: &WithdrawalTerms,
) -> Result<Amount, MarginError> {
	let Some(amount) = account.collateral.get(asset).copied() else { return Ok(Amount::ZERO) };
	let index = indices.collateral(asset).ok_or(MarginError::UnknownAsset(asset))?;
	let free = free_equity(&assess(account, indices)?, terms)?;
	if free.is_negative() {
		return Ok(Amount::ZERO);
	}
	let lots = index.lots(amount).size();
	let needed = lots.saturating_sub(lots_to_release(free.get(), index.leg(), lots)?);
	Ok(amount.try_sub(index.amount(needed)?)?)
}

fn lots_to_release(free: i128, leg: &LegIndex, lots: Size) -> Result<Size, ArithmeticError> {
	let schedule: Schedule = leg.schedule(Requirement::Initial);
	let (mut left, mut released) = (free, 0u64);
	for segment in schedule.segments(Size::ZERO, lots).into_iter().rev() {
		let counted = leg.lot_value().scale_by(segment.rate.saturating_complement())?.get();
		let affordable = affordable_lots(left, counted, segment.lots);
		let used = checked(counted.checked_mul(i128::from(affordable)))?;
		left = checked(left.checked_sub(used))?;
		released = released.saturating_add(affordable);
		if affordable < segment.lots {
			break;
		}
	}
	Ok(Size::new(released))
}
