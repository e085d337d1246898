use crate::{ExitError, PoolFund};
use breakwater_units::{Amount, Millis, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// When a backer may leave.
///
/// From the request: wait `delay`. Then claim at any time when nothing is open. While something is
/// open the exit is frozen, but for at most `max_freeze` after the delay: an attacker who always
/// keeps one small auction open must not hold backers for ever. Then, for `window`, it may be
/// claimed at the price after the *worst* loss of what is open. After that the request has
/// expired: one that stayed valid would be a way to leave without delay.
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
pub struct ExitTerms {
	/// From the request to the first moment of a claim. The shares stay at risk.
	pub delay: Millis,
	/// Longest that open auctions or inventory hold back a claim.
	pub max_freeze: Millis,
	/// How long a claim is certain to be possible.
	pub window: Millis,
}

/// A request to leave. The pallet locks the shares; dropping the ticket cancels the request.
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
pub struct ExitTicket {
	/// The tranche to leave.
	pub tranche: u8,
	/// Its generation when the shares were issued.
	pub generation: u32,
	/// How many shares.
	pub shares: u128,
	/// When the request was made.
	pub requested_at: Timestamp,
}

/// What the fund may still lose on what is open now, in quanta.
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
pub struct OpenRisk {
	/// Whether an auction, inventory or a deleveraging is open in the pool.
	pub is_open: bool,
	/// Losses expected at current marks, whether or not something is open.
	pub pending_loss: Amount,
	/// The most that can be lost on what is open: every auction ending at nothing.
	pub worst_loss: Amount,
}

/// Pays a backer who leaves, priced after pending losses, and burns the shares.
///
/// # Errors
/// `TooEarly`, `Frozen` and `Expired` by [`ExitTerms`]; `Fund` as [`PoolFund::leave`].
pub fn claim_exit(
	fund: &mut PoolFund,
	ticket: &ExitTicket,
	risk: &OpenRisk,
	terms: &ExitTerms,
	now: Timestamp,
) -> Result<Amount, ExitError> {
	let pending = match classify(ticket, risk, terms, now) {
		Verdict::Refuse(error) => return Err(error),
		Verdict::AfterPending => risk.pending_loss,
		Verdict::AfterWorst => risk.worst_loss.max(risk.pending_loss),
	};
	Ok(fund.leave(ticket.tranche, ticket.generation, ticket.shares, pending)?)
}

enum Verdict {
	Refuse(ExitError),
	AfterPending,
	AfterWorst,
}

fn classify(ticket: &ExitTicket, risk: &OpenRisk, terms: &ExitTerms, now: Timestamp) -> Verdict {
	let matured = ticket.requested_at.saturating_after(terms.delay);
	let thawed = matured.saturating_after(terms.max_freeze);
	let expires = thawed.saturating_after(terms.window);
	match () {
		() if now < matured => Verdict::Refuse(ExitError::TooEarly),
		() if now > expires => Verdict::Refuse(ExitError::Expired),
		() if !risk.is_open => Verdict::AfterPending,
		() if now < thawed => Verdict::Refuse(ExitError::Frozen),
		() => Verdict::AfterWorst,
	}
}
