use breakwater_units::{Amount, Millis, Ratio, Rounding, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The fund behind all pools.
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
pub struct GlobalFund {
	assets: Amount,
}

/// How much of the global fund one pool may draw.
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
pub struct DrawTerms {
	/// Most of the fund, as it was when the event began, that one event may take. Thirty to fifty
	/// percent is usual.
	pub max_share: Ratio,
	/// An event is over when nothing was drawn for longer than this.
	pub quiet: Millis,
}

/// One pool's draws since its current event began.
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
pub struct DrawEvent {
	reference: Amount,
	drawn: Amount,
	last_draw: Timestamp,
}

impl GlobalFund {
	/// A fund with so many quanta.
	pub const fn new(assets: Amount) -> Self {
		Self { assets }
	}

	/// Quanta in the fund.
	pub const fn assets(&self) -> Amount {
		self.assets
	}

	/// Adds to the fund.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn credit(&mut self, amount: Amount) -> Result<(), breakwater_units::ArithmeticError> {
		self.assets = self.assets.try_add(amount)?;
		Ok(())
	}

	/// Draws up to `wanted` for a pool, within the cap of its event. Total.
	///
	/// Only what is paid keeps an event going: otherwise a pool with small losses for ever would
	/// never get a new allowance. So a pool draws at most `max_share` per `quiet` without pause.
	pub fn draw(
		&mut self,
		event: &mut DrawEvent,
		wanted: Amount,
		terms: &DrawTerms,
		now: Timestamp,
	) -> Amount {
		let current = event.current(self.assets, terms, now);
		let paid = wanted.min(current.allowance(terms)).min(self.assets);
		if paid.is_zero() {
			return paid;
		}
		self.assets = self.assets.saturating_sub(paid);
		*event = DrawEvent {
			drawn: current.drawn.saturating_add(paid),
			last_draw: now.max(current.last_draw),
			..current
		};
		paid
	}
}

impl DrawEvent {
	/// The event that a draw at `now` belongs to: this one, or a new one.
	fn current(&self, assets: Amount, terms: &DrawTerms, now: Timestamp) -> Self {
		let over = now.saturating_since(self.last_draw) > terms.quiet;
		if over || self.drawn.is_zero() {
			return Self { reference: assets, drawn: Amount::ZERO, last_draw: now };
		}
		*self
	}

	/// What the event may still take: `⌊reference · max_share⌋ − drawn`.
	fn allowance(&self, terms: &DrawTerms) -> Amount {
		// A share so large that the product does not fit is no cap; the fund itself still is.
		let most = self.reference.mul_ratio(terms.max_share, Rounding::Down).unwrap_or(Amount::MAX);
		most.saturating_sub(self.drawn)
	}
}
