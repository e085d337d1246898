use crate::{Brackets, MarginError, Schedule};
use breakwater_units::{
	limits, Amount, ArithmeticError, AssetId, IndexLevel, LotValue, Lots, MarketId, NanoQuote,
	Price, Quote, Ratio, Rounding, Side, Size, TickValue, PPB,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Which margin an account is held to.
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
pub enum Requirement {
	/// Below it the account is liquidated.
	Maintenance,
	/// Needed to add risk and to withdraw.
	Initial,
	/// Maintenance rates times a factor, rounded up to a billionth and held at one: where a
	/// partial liquidation stops.
	Buffered(Ratio),
}

/// One leg's levels in the index vector: what one lot of a market, or of a collateral asset, adds
/// to health. It is shared by every account.
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
pub struct LegIndex {
	price: Price,
	tick_value: TickValue,
	funding: LotValue,
	maintenance: Schedule,
	initial: Schedule,
}

impl LegIndex {
	/// The index of a market: mark price, cumulative funding in quanta per lot, brackets and
	/// margin rates. Initial rates below maintenance are raised to it.
	///
	/// # Errors
	/// `IndexOutOfRange` unless `0 ≤ price ≤ MAX_PRICE_TICKS`, `0 < tick value ≤
	/// MAX_QUANTA_PER_TICK_LOT` and `|funding| ≤ MAX_LOT_VALUE_QUANTA`.
	pub fn new(
		price: Price,
		tick_value: TickValue,
		funding: LotValue,
		brackets: &Brackets,
		maintenance: Ratio,
		initial: Ratio,
	) -> Result<Self, MarginError> {
		let fits = price.get() <= limits::MAX_PRICE_TICKS
			&& (1..=limits::MAX_QUANTA_PER_TICK_LOT).contains(&tick_value.get())
			&& funding.unsigned_abs() <= limits::MAX_LOT_VALUE_QUANTA.unsigned_abs();
		if !fits {
			return Err(MarginError::IndexOutOfRange);
		}
		let initial = brackets.schedule(initial.max(maintenance));
		let maintenance = brackets.schedule(maintenance);
		Ok(Self { price, tick_value, funding, maintenance, initial })
	}

	/// The same index at another price.
	///
	/// # Errors
	/// `IndexOutOfRange` above `MAX_PRICE_TICKS`.
	pub fn at_price(mut self, price: Price) -> Result<Self, MarginError> {
		if price.get() > limits::MAX_PRICE_TICKS {
			return Err(MarginError::IndexOutOfRange);
		}
		self.price = price;
		Ok(self)
	}

	/// Mark price, or price of the collateral, in ticks.
	pub const fn price(&self) -> Price {
		self.price
	}

	/// What one tick of one lot is worth.
	pub const fn tick_value(&self) -> TickValue {
		self.tick_value
	}

	/// Cumulative funding: what a long lot has paid since listing, in quanta.
	pub const fn funding(&self) -> LotValue {
		self.funding
	}

	/// What one lot is worth at the price, in quanta, exact.
	pub fn lot_value(&self) -> LotValue {
		self.price.lot_value(self.tick_value)
	}

	/// The marginal rates of a requirement.
	pub fn schedule(&self, requirement: Requirement) -> Schedule {
		match requirement {
			Requirement::Maintenance => self.maintenance,
			Requirement::Initial => self.initial,
			Requirement::Buffered(factor) => self.maintenance.scaled(factor),
		}
	}

	/// `p − F − r_b·p` for longs, `p − F + r_b·p` for shorts, in billionths of a quantum per lot,
	/// exact: the level that multiplies the lots of a bracket.
	///
	/// # Errors
	/// None in practice: the constructor's limits keep it within `MAX_INDEX_LEVEL`.
	pub fn level(&self, side: Side, rate: Ratio) -> Result<IndexLevel, ArithmeticError> {
		let value = self.lot_value();
		let base = value.try_sub(self.funding)?.to_level()?;
		let margin = value.scale_by(rate)?;
		match side {
			Side::Buy => base.try_sub(margin),
			Side::Sell => base.try_add(margin),
		}
	}

	/// Margin on a position of this size, in billionths of a quantum, exact.
	///
	/// # Errors
	/// None in practice: within the limits it fits.
	pub fn margin(
		&self,
		size: Size,
		requirement: Requirement,
	) -> Result<NanoQuote, ArithmeticError> {
		let weighted = self.schedule(requirement).weighted_lots(size)?;
		let value = self.lot_value().get();
		value.checked_mul(weighted).map(NanoQuote::new).ok_or(ArithmeticError::Overflow)
	}
}

/// The index of a collateral asset: a leg that pays no funding and whose margin rate is the
/// haircut, so that a lot adds `C = p·(1 − h)`.
///
/// Collateral counts in whole collateral lots of `units_per_lot` smallest units: what is left over
/// stays in custody and counts nothing. That is the only rounding, at most one lot per asset and
/// against the account; the value of the lots is exact.
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
pub struct CollateralIndex {
	units_per_lot: u128,
	leg: LegIndex,
}

impl CollateralIndex {
	/// The index of a collateral asset. The two haircuts take the place of the two margin rates:
	/// one for liquidation, one, no smaller, for adding risk and withdrawing. Give the price less
	/// its confidence.
	///
	/// # Errors
	/// `IndexOutOfRange` as in [`LegIndex::new`], and for zero units per lot.
	pub fn new(
		units_per_lot: u128,
		price: Price,
		tick_value: TickValue,
		brackets: &Brackets,
		maintenance_haircut: Ratio,
		initial_haircut: Ratio,
	) -> Result<Self, MarginError> {
		if units_per_lot == 0 {
			return Err(MarginError::IndexOutOfRange);
		}
		let funding = LotValue::ZERO;
		let leg = LegIndex::new(
			price,
			tick_value,
			funding,
			brackets,
			maintenance_haircut,
			initial_haircut,
		)?;
		Ok(Self { units_per_lot, leg })
	}

	/// Price, tick value and haircuts.
	pub const fn leg(&self) -> &LegIndex {
		&self.leg
	}

	/// The same asset with another price.
	///
	/// # Errors
	/// As [`LegIndex::at_price`].
	pub fn at_price(mut self, price: Price) -> Result<Self, MarginError> {
		self.leg = self.leg.at_price(price)?;
		Ok(self)
	}

	/// Smallest units in one collateral lot, at least one.
	pub const fn units_per_lot(&self) -> u128 {
		self.units_per_lot
	}

	/// The whole lots in an amount, rounded down. Above `MAX_LOTS` it counts `MAX_LOTS`.
	pub fn lots(&self, amount: Amount) -> Lots {
		let lots = amount.get().checked_div(self.units_per_lot).unwrap_or(0);
		let lots = i64::try_from(lots).unwrap_or(limits::MAX_LOTS);
		Lots::new(lots.min(limits::MAX_LOTS))
	}

	/// The amount that is exactly so many lots.
	///
	/// # Errors
	/// `Overflow` if it does not fit.
	pub fn amount(&self, lots: Size) -> Result<Amount, ArithmeticError> {
		let units = u128::from(lots.get()).checked_mul(self.units_per_lot);
		units.map(Amount::new).ok_or(ArithmeticError::Overflow)
	}
}

/// What one quantum of loan principal has grown to, in parts per billion: one or more, and it
/// only rises.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct BorrowIndex(Ratio);

/// Largest borrow index: principal grown a thousandfold.
pub const MAX_BORROW_INDEX: Ratio = Ratio::new(1_000 * PPB);
/// Largest loan principal of an account, in quanta.
pub const MAX_LOAN_QUANTA: i128 = 1_000_000_000_000_000_000_000_000;

const _: () = assert!(
	MAX_LOAN_QUANTA * (MAX_BORROW_INDEX.get() as i128) <= limits::MAX_CASH_QUANTA * PPB as i128,
	"a loan with its interest must fit the bound on cash"
);

impl Default for BorrowIndex {
	fn default() -> Self {
		Self::ONE
	}
}

impl BorrowIndex {
	/// Where the index starts.
	pub const ONE: Self = Self(Ratio::ONE);

	/// An index of so many parts per billion.
	///
	/// # Errors
	/// `IndexOutOfRange` below one or above [`MAX_BORROW_INDEX`].
	pub fn new(index: Ratio) -> Result<Self, MarginError> {
		let valid = (Ratio::ONE..=MAX_BORROW_INDEX).contains(&index);
		valid.then_some(Self(index)).ok_or(MarginError::IndexOutOfRange)
	}

	/// The index, in parts per billion.
	pub const fn get(self) -> Ratio {
		self.0
	}

	/// The index after one period at an interest rate, rounded up, and held at
	/// [`MAX_BORROW_INDEX`].
	pub fn accrue(self, rate: Ratio) -> Self {
		let interest = self.0.mul_ratio(rate, Rounding::Up).unwrap_or(MAX_BORROW_INDEX);
		Self(self.0.saturating_add(interest).min(MAX_BORROW_INDEX))
	}

	/// What a principal owes now, in billionths of a quantum, exact.
	///
	/// # Errors
	/// `Overflow` if it does not fit; impossible up to [`MAX_LOAN_QUANTA`].
	pub fn debt(self, principal: Quote) -> Result<NanoQuote, ArithmeticError> {
		principal.scale_by(self.0)
	}
}

/// Where the index levels come from: chain storage, or a map.
///
/// Each leg is looked up once, so the cost of an account's health is its number of legs.
pub trait Indices {
	/// The index of a market; `None` if it is not listed.
	fn market(&self, market: MarketId) -> Option<LegIndex>;
	/// The index of a collateral asset; `None` if it is not accepted.
	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex>;
	/// The borrow index of the account's pool.
	fn borrow(&self) -> BorrowIndex;
}

impl<T: Indices + ?Sized> Indices for &T {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		(**self).market(market)
	}
	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		(**self).collateral(asset)
	}
	fn borrow(&self) -> BorrowIndex {
		(**self).borrow()
	}
}

/// Some indices with one market at a price of one's own: the way to ask "what if".
#[derive(Clone, Copy, Debug)]
pub struct WithPrice<I> {
	/// All the others.
	pub indices: I,
	/// The market to move.
	pub market: MarketId,
	/// Where to.
	pub price: Price,
}

impl<I: Indices> Indices for WithPrice<I> {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		let index = self.indices.market(market)?;
		if market == self.market {
			return index.at_price(self.price).ok();
		}
		Some(index)
	}
	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		self.indices.collateral(asset)
	}
	fn borrow(&self) -> BorrowIndex {
		self.indices.borrow()
	}
}
