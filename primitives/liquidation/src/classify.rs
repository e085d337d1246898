//! What to do with an account: decided from its state, done elsewhere.

use crate::{
	apportion_equity, bankruptcy::deficit, minimal_close, Budget, CloseTerms, LiquidationError,
	Sizes,
};
use alloc::vec::Vec;
use breakwater_margin::{
	assess, legs, Assessment, Indices, Leg, LegId, Requirement, SubaccountState,
};
use breakwater_units::{ArithmeticError, Lots, NanoQuote, Price, Quote, Ratio};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// How the legs of an account are liquidated.
pub trait Terms {
	/// What closing a leg costs, and what is dust in it.
	fn close_terms(&self, leg: LegId) -> CloseTerms;
	/// The buffer: maintenance rates times this, one or more, is where a close stops.
	fn buffer(&self) -> Ratio;
}

/// One leg to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct LegClose {
	/// Which leg.
	pub leg: LegId,
	/// The signed trade that closes it: negative for a long or for collateral. Never larger than
	/// the leg, never zero.
	pub trade: Lots,
	/// What it may lose, whole.
	pub budget: NanoQuote,
	/// The worst price at which it may fill.
	pub bankruptcy: Price,
}

/// What to do with an account next.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Action {
	/// Nothing: it is not liquidatable. Forced orders it may still have are withdrawn.
	Leave,
	/// Cancel its open orders, then classify it again.
	CancelOrders,
	/// Close these legs. Positions come first; collateral is sold only if closing every position
	/// does not restore the buffer.
	Close(Vec<LegClose>),
	/// It is below zero: take all of it over at mark. The deficit goes to the waterfall.
	TakeOver {
		/// What is missing, in quanta, rounded up.
		deficit: Quote,
	},
}

/// Decides the next step of an account, from its state alone: leave it while maintenance health is
/// not below zero; else cancel its orders; then take it over if its equity is below zero, and close
/// the least that restores the buffer if it is not.
///
/// It is called again whenever something has changed, so there is no state to keep: an account that
/// has recovered is left, one whose fills were short is sized anew.
///
/// # Errors
/// `Margin` if an index is missing, or an arithmetic error, impossible within the limits.
pub fn classify<I: Indices>(
	account: &SubaccountState,
	open_orders: u32,
	indices: &I,
	terms: &impl Terms,
) -> Result<Action, LiquidationError> {
	let assessment = assess(account, indices)?;
	if !assessment.health(assessment.maintenance)?.is_negative() {
		return Ok(Action::Leave);
	}
	if open_orders > 0 {
		return Ok(Action::CancelOrders);
	}
	if assessment.equity.is_negative() {
		return Ok(Action::TakeOver { deficit: deficit(&assessment)? });
	}
	let legs = legs(account, indices).collect::<Result<Vec<Leg>, _>>()?;
	Ok(Action::Close(plan(&legs, &assessment, terms)?))
}

fn plan(
	legs: &[Leg],
	assessment: &Assessment,
	terms: &impl Terms,
) -> Result<Vec<LegClose>, LiquidationError> {
	let buffer = terms.buffer().max(Ratio::ONE);
	let mut target = NanoQuote::ZERO;
	for leg in legs {
		target = target.try_add(leg.margin(Requirement::Buffered(buffer))?)?;
	}
	let mut missing = target.try_sub(assessment.equity)?;
	let budgets = apportion_equity(legs, assessment)?;
	let mut closes = Vec::with_capacity(legs.len());
	for of_markets in [true, false] {
		if !missing.is_positive() {
			break;
		}
		let stage: Vec<(Leg, CloseTerms)> = legs
			.iter()
			.filter(|leg| matches!(leg.id, LegId::Market(_)) == of_markets)
			.map(|leg| (*leg, terms.close_terms(leg.id)))
			.collect();
		let sizes = minimal_close(missing, &stage, buffer)?;
		push_closes(&mut closes, &stage, &sizes, &budgets)?;
		missing = sizes.missing;
	}
	Ok(closes)
}

fn push_closes(
	closes: &mut Vec<LegClose>,
	stage: &[(Leg, CloseTerms)],
	sizes: &Sizes,
	budgets: &[Budget],
) -> Result<(), ArithmeticError> {
	for ((leg, _), size) in stage.iter().zip(&sizes.close) {
		let Some(side) = leg.lots.side() else { continue };
		let Some(budget) = budgets.iter().find(|budget| budget.leg == leg.id) else { continue };
		if size.is_zero() {
			continue;
		}
		closes.push(LegClose {
			leg: leg.id,
			trade: size.signed(side.opposite())?,
			budget: budget.loss,
			bankruptcy: budget.price,
		});
	}
	Ok(())
}
