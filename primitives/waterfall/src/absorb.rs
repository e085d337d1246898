use crate::{DrawEvent, DrawTerms, GlobalFund, PoolCharge, PoolFund};
use breakwater_units::{Amount, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Who bore a loss, in the order of the waterfall. The parts sum to the loss.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Absorption {
	/// The account itself.
	pub own_margin: Amount,
	/// The pool's fund; its `uncovered` is what went on to the layers below.
	pub pool: PoolCharge,
	/// The global fund, within its cap.
	pub global: Amount,
	/// What is left for deleveraging.
	pub shortfall: Amount,
}

/// Runs a loss down the funded layers: own margin, pool fund, capped global fund.
///
/// `loss` is what closing the account's positions cost below their last settlement, by whichever
/// of book, auction and takeover they were closed; `own_margin` is what the account can put
/// against it, zero if it is already below zero. Total: what no layer bears is the `shortfall`.
pub fn absorb(
	loss: Amount,
	own_margin: Amount,
	pool: &mut PoolFund,
	global: &mut GlobalFund,
	event: &mut DrawEvent,
	terms: &DrawTerms,
	now: Timestamp,
) -> Absorption {
	let own_margin = own_margin.min(loss);
	let pool = pool.charge(loss.saturating_sub(own_margin));
	let global = global.draw(event, pool.uncovered, terms, now);
	let shortfall = pool.uncovered.saturating_sub(global);
	Absorption { own_margin, pool, global, shortfall }
}
