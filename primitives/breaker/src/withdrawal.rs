//! How fast money may leave a pool.
//!
//! A pool's net outflow is limited to `limit` at once and `limit` per window; deposits make room.
//! Whoever asks for more than there is room for waits in line, first come, first served, and is
//! paid in parts as room returns. The line needs no list and no hook: a request is the span it
//! takes on the count of all that was ever requested, and it is payable as far as the count of all
//! that was ever released has come. Nobody switches the limit on or off, so nobody can forget to.
//!
//! One account may ask for a share of the limit at once and per window, so that one large account
//! does not fill the line. A request cannot be cancelled: one that could would hand its room to
//! those before it. What it pays out may be deposited again.

use breakwater_units::{
	wide::mul_div_rem, Amount, ArithmeticError, Millis, Ratio, Rounding, Timestamp,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why a request is refused. Nothing has changed then.
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
pub enum WithdrawalError {
	/// More than the account's share has room for.
	AccountShare {
		/// What it could ask for now.
		available: Amount,
	},
	/// A request for nothing.
	Nothing,
	/// A count would not fit.
	Overflow,
	/// A window of zero.
	NoWindow,
}

/// The limits.
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
pub struct LimitTerms {
	/// The part of the pool's deposits that may leave per window.
	pub share: Ratio,
	/// But at least this, in quanta.
	pub floor: Amount,
	/// The part of the limit that one account may ask for per window.
	pub account_share: Ratio,
	/// But at least this, in quanta.
	pub account_floor: Amount,
	/// The window.
	pub window: Millis,
}

/// A pool's outflow. The default is a pool in which nothing was requested yet.
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
pub struct Outflow {
	requested: u128,
	released: u128,
	carry: u64,
	updated: Option<Timestamp>,
}

/// What one account asked for and has not recovered yet.
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
pub struct Usage {
	level: u128,
	carry: u64,
	updated: Option<Timestamp>,
}

/// A place in the line: so much of what was ever requested.
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
pub struct Ticket {
	paid_to: u128,
	end: u128,
}

impl LimitTerms {
	/// Net outflow allowed at once and per window: `max(floor, ⌊deposits · share⌋)`.
	pub fn pool_limit(&self, deposits: Amount) -> Amount {
		let part = deposits.mul_ratio(self.share, Rounding::Down).unwrap_or(deposits);
		part.max(self.floor)
	}

	/// The same for one account: `max(account_floor, ⌊limit · account_share⌋)`, at most the limit.
	pub fn account_limit(&self, deposits: Amount) -> Amount {
		let limit = self.pool_limit(deposits);
		let part = limit.mul_ratio(self.account_share, Rounding::Down).unwrap_or(limit);
		part.max(self.account_floor).min(limit)
	}
}

impl Outflow {
	/// Lets room return up to now. Call it before anything else, in each block that needs it.
	///
	/// Unused room is held to the limit, so a quiet year does not allow a run.
	///
	/// # Errors
	/// `NoWindow`; `Overflow` if a count does not fit.
	pub fn advance(
		&mut self,
		deposits: Amount,
		terms: &LimitTerms,
		now: Timestamp,
	) -> Result<(), WithdrawalError> {
		let limit = terms.pool_limit(deposits).get();
		let most = self.requested.checked_add(limit).ok_or(WithdrawalError::Overflow)?;
		let Some(updated) = self.updated else {
			*self = Self { released: most, updated: Some(now), ..*self };
			return Ok(());
		};
		let (room, carry) = recovered(limit, updated, self.carry, terms.window, now)?;
		let released = self.released.saturating_add(room);
		// Held at most, but never below what was requested: a payable ticket stays payable.
		let carry = if released >= most { 0 } else { carry };
		*self =
			Self { released: released.min(most), carry, updated: Some(now.max(updated)), ..*self };
		Ok(())
	}

	/// A deposit makes room for as much to leave.
	pub fn deposit(
		&mut self,
		usage: &mut Usage,
		amount: Amount,
		deposits: Amount,
		terms: &LimitTerms,
	) {
		let most = self.requested.saturating_add(terms.pool_limit(deposits).get());
		let released = self.released.saturating_add(amount.get());
		if released >= most {
			self.carry = 0;
		}
		// A lower limit than before takes no room back here: that is for `advance`.
		self.released = released.min(most.max(self.released));
		usage.level = usage.level.saturating_sub(amount.get());
	}

	/// Takes a place in the line for an amount. Call [`Self::advance`] first.
	///
	/// # Errors
	/// `Nothing`; `AccountShare` beyond the account's share; `NoWindow`; `Overflow`.
	pub fn request(
		&mut self,
		usage: &mut Usage,
		amount: Amount,
		deposits: Amount,
		terms: &LimitTerms,
		now: Timestamp,
	) -> Result<Ticket, WithdrawalError> {
		if amount.is_zero() {
			return Err(WithdrawalError::Nothing);
		}
		let limit = terms.account_limit(deposits).get();
		let used = usage.drained(limit, terms.window, now)?;
		let available = limit.saturating_sub(used.level);
		if amount.get() > available {
			return Err(WithdrawalError::AccountShare { available: Amount::new(available) });
		}
		let end = self.requested.checked_add(amount.get()).ok_or(WithdrawalError::Overflow)?;
		let ticket = Ticket { paid_to: self.requested, end };
		self.requested = end;
		*usage = Usage { level: used.level.saturating_add(amount.get()), ..used };
		Ok(ticket)
	}

	/// What a ticket may be paid now, in quanta.
	pub fn payable(&self, ticket: &Ticket) -> Amount {
		Amount::new(self.released.min(ticket.end).saturating_sub(ticket.paid_to))
	}

	/// Takes what a ticket may be paid now. Zero if it must wait.
	pub fn collect(&self, ticket: &mut Ticket) -> Amount {
		let paid = self.payable(ticket);
		ticket.paid_to = ticket.paid_to.saturating_add(paid.get());
		paid
	}

	/// How much stands in line.
	pub const fn waiting(&self) -> Amount {
		Amount::new(self.requested.saturating_sub(self.released))
	}
}

impl Ticket {
	/// What it still has to be paid.
	pub const fn outstanding(&self) -> Amount {
		Amount::new(self.end.saturating_sub(self.paid_to))
	}
}

impl Usage {
	fn drained(
		&self,
		limit: u128,
		window: Millis,
		now: Timestamp,
	) -> Result<Self, WithdrawalError> {
		let updated = self.updated.unwrap_or(now);
		let (room, carry) = recovered(limit, updated, self.carry, window, now)?;
		let level = self.level.saturating_sub(room);
		let carry = if level == 0 { 0 } else { carry };
		Ok(Self { level, carry, updated: Some(now.max(updated)) })
	}
}

/// `limit · elapsed / window` with the remainder of the last time, as whole quanta and what is
/// carried: however often or seldom it is called, nothing is lost. Held at the largest number.
fn recovered(
	limit: u128,
	updated: Timestamp,
	carry: u64,
	window: Millis,
	now: Timestamp,
) -> Result<(u128, u64), WithdrawalError> {
	if window.is_zero() {
		return Err(WithdrawalError::NoWindow);
	}
	let elapsed = u128::from(now.saturating_since(updated).get());
	let span = u128::from(window.get());
	let (whole, part) = mul_div_rem(limit, elapsed, span).unwrap_or((u128::MAX, 0));
	// Two remainders of a window; a carry from a longer window than now counts as a whole one.
	let parts = part.saturating_add(u128::from(carry.min(window.get())));
	let (more, rest) = mul_div_rem(parts, 1, span)?;
	let carry = u64::try_from(rest).map_err(|_| WithdrawalError::Overflow)?;
	Ok((whole.saturating_add(more), carry))
}

impl From<ArithmeticError> for WithdrawalError {
	fn from(_: ArithmeticError) -> Self {
		Self::Overflow
	}
}

impl fmt::Display for WithdrawalError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::AccountShare { available } => {
				write!(f, "beyond the account's share: {} available", available.get())
			},
			Self::Nothing => f.write_str("request for nothing"),
			Self::Overflow => f.write_str("count beyond its range"),
			Self::NoWindow => f.write_str("window of zero"),
		}
	}
}

impl core::error::Error for WithdrawalError {}
