use crate::FundError;
use breakwater_units::{limits, Amount, Rounding};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Tranches of a pool's fund. The first loses first.
pub const TRANCHES: usize = 3;
/// Shares the first backer of a tranche gets per quantum. Above one, so that a share stays worth a
/// fraction of a quantum and rounding costs a later backer next to nothing.
pub const INITIAL_SHARES_PER_QUANTUM: u128 = 1_000;
/// A tranche diluted beyond this after a loss is wiped out: it has lost all but a millionth, and
/// keeping it would let shares grow past 128 bits.
pub const MAX_SHARES_PER_QUANTUM: u128 = 1_000_000_000;
/// Largest capital, and largest assets of one tranche, in quanta.
pub const MAX_FUND: Amount = Amount::new(limits::MAX_CASH_QUANTA.unsigned_abs());

// The shares of the largest tranche at the greatest dilution fit.
const _: () = assert!(MAX_FUND.get() <= u128::MAX / MAX_SHARES_PER_QUANTUM);

/// What one class of backers has at stake.
///
/// Between calls: no shares if and only if no assets, and at most [`MAX_SHARES_PER_QUANTUM`]
/// shares per quantum.
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
pub struct Tranche {
	assets: Amount,
	shares: u128,
	generation: u32,
}

/// A pool's fund: capital that belongs to nobody in particular, then the tranches of its backers.
///
/// Capital collects what divisions leave over, fees and the fund's own part of premiums; it loses
/// first.
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
pub struct PoolFund {
	capital: Amount,
	tranches: [Tranche; TRANCHES],
}

/// How a pool's fund bore a loss.
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
pub struct PoolCharge {
	/// From capital, first.
	pub capital: Amount,
	/// From each tranche, in order.
	pub tranches: [Amount; TRANCHES],
	/// What the fund could not bear.
	pub uncovered: Amount,
	/// Moved from a wiped-out tranche into capital: inside the fund, not part of the loss.
	pub written_off: Amount,
}

impl Tranche {
	/// Quanta at stake, before pending losses.
	pub const fn assets(&self) -> Amount {
		self.assets
	}

	/// Shares issued in this generation.
	pub const fn shares(&self) -> u128 {
		self.shares
	}

	/// How many times the tranche was wiped out. Shares of an earlier generation are worthless.
	pub const fn generation(&self) -> u32 {
		self.generation
	}

	/// Takes up to `loss`; returns what was taken and what a wiped-out tranche leaves behind.
	fn charge(&mut self, loss: Amount) -> (Amount, Amount) {
		let taken = loss.min(self.assets);
		self.assets = self.assets.saturating_sub(taken);
		let most = self.assets.get().saturating_mul(MAX_SHARES_PER_QUANTUM);
		if self.shares <= most {
			return (taken, Amount::ZERO);
		}
		let rest = self.assets;
		// A generation in use again after 2³² wipe-outs is out of reach.
		*self = Self { generation: self.generation.wrapping_add(1), ..Self::default() };
		(taken, rest)
	}

	fn shares_for(&self, amount: Amount) -> Result<u128, FundError> {
		let (numerator, denominator) = match self.shares {
			0 => (INITIAL_SHARES_PER_QUANTUM, 1),
			shares => (shares, self.assets.get()),
		};
		let shares = amount.mul_div(numerator, denominator, Rounding::Down)?;
		Ok(shares.get())
	}
}

impl PoolFund {
	/// A fund with no backers.
	///
	/// # Errors
	/// `Overflow` above [`MAX_FUND`].
	pub fn new(capital: Amount) -> Result<Self, FundError> {
		Ok(Self { capital: within_limit(capital)?, ..Self::default() })
	}

	/// Quanta that belong to no backer.
	pub const fn capital(&self) -> Amount {
		self.capital
	}

	/// The tranches, first loss first.
	pub const fn tranches(&self) -> &[Tranche; TRANCHES] {
		&self.tranches
	}

	/// Everything in the fund, in quanta.
	pub fn assets(&self) -> Amount {
		let sum = |sum: Amount, tranche: &Tranche| sum.saturating_add(tranche.assets);
		self.tranches.iter().fold(self.capital, sum)
	}

	/// Adds to capital: fees, remainders, gains on inventory.
	///
	/// # Errors
	/// `Overflow` above [`MAX_FUND`].
	pub fn credit(&mut self, amount: Amount) -> Result<(), FundError> {
		self.capital = within_limit(self.capital.try_add(amount)?)?;
		Ok(())
	}

	/// Bears a loss: capital first, then the tranches in order. Total; what does not fit is
	/// returned as uncovered.
	pub fn charge(&mut self, loss: Amount) -> PoolCharge {
		let mut charge = PoolCharge { capital: loss.min(self.capital), ..Default::default() };
		self.capital = self.capital.saturating_sub(charge.capital);
		let mut left = loss.saturating_sub(charge.capital);
		for (tranche, taken) in self.tranches.iter_mut().zip(charge.tranches.iter_mut()) {
			let (part, rest) = tranche.charge(left);
			*taken = part;
			left = left.saturating_sub(part);
			charge.written_off = charge.written_off.saturating_add(rest);
		}
		// A rest is left only by the tranche that ended the loss, when capital is empty: it fits.
		self.capital = self.capital.saturating_add(charge.written_off);
		charge.uncovered = left;
		charge
	}

	/// The fund as it would be if these losses were realised now.
	pub fn after_losses(&self, pending: Amount) -> Self {
		let mut fund = *self;
		fund.charge(pending);
		fund
	}

	/// A backer enters a tranche. Returns the shares, rounded down.
	///
	/// The price is *before* pending losses: who enters shares them, and whoever set them too high
	/// cannot sell shares too cheaply.
	///
	/// # Errors
	/// `NoSuchTranche`; `Overflow` above [`MAX_FUND`]; `TooFewShares` for none, or for fewer than
	/// `min_shares`.
	pub fn enter(
		&mut self,
		tranche: u8,
		amount: Amount,
		min_shares: u128,
	) -> Result<u128, FundError> {
		let tranche = self.tranche_mut(tranche)?;
		let shares = tranche.shares_for(amount)?;
		if shares == 0 || shares < min_shares {
			return Err(FundError::TooFewShares);
		}
		let assets = within_limit(tranche.assets.try_add(amount)?)?;
		tranche.shares = tranche.shares.checked_add(shares).ok_or(FundError::Overflow)?;
		tranche.assets = assets;
		Ok(shares)
	}

	/// What so many shares are worth after `pending` losses, rounded down.
	///
	/// # Errors
	/// `NoSuchTranche`, `WipedOut`, `NotEnoughShares`; `Worthless` if pending losses take it all.
	pub fn quote_exit(
		&self,
		tranche: u8,
		generation: u32,
		shares: u128,
		pending: Amount,
	) -> Result<Amount, FundError> {
		let now = self.tranches.get(usize::from(tranche)).ok_or(FundError::NoSuchTranche)?;
		if now.generation != generation {
			return Err(FundError::WipedOut);
		}
		if shares > now.shares {
			return Err(FundError::NotEnoughShares);
		}
		let after = self.after_losses(pending);
		let after = after.tranches.get(usize::from(tranche)).ok_or(FundError::NoSuchTranche)?;
		if after.generation != generation || shares == 0 {
			return Err(FundError::Worthless);
		}
		let value = after.assets.mul_div(shares, after.shares, Rounding::Down)?;
		if value.is_zero() {
			return Err(FundError::Worthless);
		}
		Ok(value)
	}

	/// A backer leaves: burns the shares and returns what they are paid, as
	/// [`Self::quote_exit`] prices it. What pending losses held back stays in the tranche, or goes
	/// to capital if its last share has left.
	///
	/// # Errors
	/// Those of [`Self::quote_exit`]; `Overflow` if capital would pass [`MAX_FUND`].
	pub fn leave(
		&mut self,
		tranche: u8,
		generation: u32,
		shares: u128,
		pending: Amount,
	) -> Result<Amount, FundError> {
		let paid = self.quote_exit(tranche, generation, shares, pending)?;
		let mut next = *self;
		let leaving = next.tranche_mut(tranche)?;
		leaving.assets = leaving.assets.try_sub(paid)?;
		leaving.shares = leaving.shares.checked_sub(shares).ok_or(FundError::NotEnoughShares)?;
		if leaving.shares == 0 {
			let rest = core::mem::take(&mut leaving.assets);
			next.credit(rest)?;
		}
		*self = next;
		Ok(paid)
	}

	/// Adds to a tranche without issuing shares.
	pub(crate) fn reward(&mut self, tranche: usize, amount: Amount) -> Result<(), FundError> {
		let tranche = self.tranches.get_mut(tranche).ok_or(FundError::NoSuchTranche)?;
		tranche.assets = within_limit(tranche.assets.try_add(amount)?)?;
		Ok(())
	}

	fn tranche_mut(&mut self, tranche: u8) -> Result<&mut Tranche, FundError> {
		self.tranches.get_mut(usize::from(tranche)).ok_or(FundError::NoSuchTranche)
	}
}

fn within_limit(amount: Amount) -> Result<Amount, FundError> {
	if amount > MAX_FUND {
		return Err(FundError::Overflow);
	}
	Ok(amount)
}
