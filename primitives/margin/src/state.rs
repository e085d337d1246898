use crate::{BorrowIndex, CollateralIndex, LegIndex, LegMap, MarginError, MAX_LOAN_QUANTA};
use breakwater_units::{
	limits, mul_div, Amount, ArithmeticError, AssetId, LotValue, Lots, MarketId, NanoQuote, Price,
	Quote, Rounding, Side, Size, PPB,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most markets in which an account may have a position.
pub const MAX_POSITIONS: u32 = 24;
/// Most collateral assets of an account.
pub const MAX_COLLATERAL: u32 = 8;
const _: () = assert!(MAX_POSITIONS + MAX_COLLATERAL <= limits::MAX_LEGS, "legs are bounded");

/// A position in one market.
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
pub struct Position {
	/// Signed lots, never zero in a stored state.
	pub lots: Lots,
	/// What opening it brought in, in quanta: negative for a long, positive for a short. Unrealised
	/// profit is `lots · price + entry_cost`.
	pub entry_cost: Quote,
	/// The market's cumulative funding up to which funding has been paid, in quanta per lot.
	pub settled_funding: LotValue,
}

impl Position {
	/// What is fixed until the next trade: entry cost, and funding settled before.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn fixed_part(&self) -> Result<Quote, ArithmeticError> {
		self.entry_cost.try_add(self.settled_funding.times(self.lots)?)
	}

	/// Profit since entry at a market's price, less funding not yet paid, in quanta, exact.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn unrealised_profit(&self, index: &LegIndex) -> Result<Quote, ArithmeticError> {
		let level = index.lot_value().try_sub(index.funding())?;
		self.fixed_part()?.try_add(level.times(self.lots)?)
	}

	/// Trades, and returns the change in cash: funding due, and the profit of what was closed.
	///
	/// `cash + entry_cost + settled_funding · lots` changes by exactly `lots · (F − price)`, so a
	/// buyer and a seller of the same lots leave its sum as it was. The entry cost of a part that is
	/// closed is rounded down: what the rounding withholds stays in the entry cost of the rest.
	fn trade(&mut self, lots: Lots, price: Price, index: &LegIndex) -> Result<Quote, MarginError> {
		let after = self.lots.try_add(lots)?;
		if after.unsigned_abs() > limits::MAX_LOTS.unsigned_abs() {
			return Err(MarginError::PositionTooLarge);
		}
		let funding = index.funding().try_sub(self.settled_funding)?.times(self.lots)?;
		let value = price.lot_value(index.tick_value());

		let closed = closed_lots(self.lots, lots);
		let released = self.release_entry_cost(closed)?;
		let proceeds = value.times(closed.try_neg()?)?;
		let opened = lots.try_sub(closed)?;

		let entry_cost = self.entry_cost.try_sub(released)?.try_sub(value.times(opened)?)?;
		*self = Self { lots: after, entry_cost, settled_funding: index.funding() };
		Ok(proceeds.try_add(released)?.try_sub(funding)?)
	}

	fn release_entry_cost(&self, closed: Lots) -> Result<Quote, ArithmeticError> {
		if closed.is_zero() {
			return Ok(Quote::ZERO);
		}
		let (part, whole) = (closed.unsigned_abs(), self.lots.unsigned_abs());
		self.entry_cost.mul_div(i128::from(part), i128::from(whole), Rounding::Down)
	}
}

/// The part of a trade that reduces a position: of the trade's sign, no larger than the position.
fn closed_lots(position: Lots, trade: Lots) -> Lots {
	match (position.get(), trade.get()) {
		(long @ 1.., sale @ ..=-1) => Lots::new(sale.max(long.saturating_neg())),
		(short @ ..=-1, buy @ 1..) => Lots::new(buy.min(short.saturating_neg())),
		_ => Lots::ZERO,
	}
}

/// A subaccount as the chain stores it. At most [`MAX_POSITIONS`] and [`MAX_COLLATERAL`] legs.
#[derive(
	Clone,
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
pub struct SubaccountState {
	/// Quote on hand, in quanta. Below zero between a loss and [`SubaccountState::settle_loan`]: so
	/// a fill is exact, and only drawing a loan rounds.
	pub cash: Quote,
	/// Principal owed to the pool, in quanta when the borrow index was one. Never negative.
	pub loan: Quote,
	/// Balances of collateral assets, in their smallest units.
	pub collateral: LegMap<AssetId, Amount, MAX_COLLATERAL>,
	/// Positions. A flat one is absent.
	pub positions: LegMap<MarketId, Position, MAX_POSITIONS>,
}

impl SubaccountState {
	/// Trades signed lots at a price. Funding is settled first; what is closed is realised into
	/// cash. The account's claim and its profit at this price change by nothing but funding already
	/// in its health: trading at the mark leaves equity as it was.
	///
	/// # Errors
	/// `PositionTooLarge`, `TooManyLegs`, or an arithmetic error; the state is then unchanged.
	pub fn trade(
		&mut self,
		market: MarketId,
		lots: Lots,
		price: Price,
		index: &LegIndex,
	) -> Result<(), MarginError> {
		let mut position = self.positions.get(market).copied().unwrap_or_default();
		let cash = self.cash.try_add(position.trade(lots, price, index)?)?;
		if position.lots.is_zero() {
			self.positions.remove(market);
		} else {
			self.positions.set(market, position)?;
		}
		self.cash = cash;
		Ok(())
	}

	/// Sells whole lots of a collateral asset for cash at a price. Exact.
	///
	/// # Errors
	/// `Negative` for more than the account has, or another arithmetic error; the state is then
	/// unchanged.
	pub fn sell_collateral(
		&mut self,
		asset: AssetId,
		lots: Size,
		price: Price,
		index: &CollateralIndex,
	) -> Result<(), MarginError> {
		let held = self.collateral.get(asset).copied().unwrap_or_default();
		let left = held.try_sub(index.amount(lots)?)?;
		let lots = lots.signed(Side::Buy)?;
		let proceeds = price.lot_value(index.leg().tick_value()).times(lots)?;
		let cash = self.cash.try_add(proceeds)?;
		if left.is_zero() {
			self.collateral.remove(asset);
		} else {
			self.collateral.set(asset, left)?;
		}
		self.cash = cash;
		Ok(())
	}

	/// Turns cash below zero into loan, or pays loan back from cash above zero. Returns what the
	/// pool lent, in quanta: negative if it was paid back. `cash` changes by exactly that.
	///
	/// Principal drawn rounds up and principal paid back rounds down, so the account loses less
	/// than one quantum of principal, which the pool's fund is owed. Paying all of it back costs
	/// the debt rounded up to a quantum.
	///
	/// # Errors
	/// `LoanTooLarge` above [`MAX_LOAN_QUANTA`]; the state is then unchanged.
	pub fn settle_loan(&mut self, borrow: BorrowIndex) -> Result<Quote, MarginError> {
		let (nano, index) = (i128::from(PPB), i128::from(borrow.get().get()));
		let debt = borrow.debt(self.loan)?.to_quote(Rounding::Up)?;
		let lent = self.cash.try_neg()?.max(debt.try_neg()?);
		let drawn = if lent == debt.try_neg()? {
			self.loan.try_neg()?
		} else {
			// ⌈−y⌉ = −⌊y⌋: one direction is against the account both ways.
			Quote::new(mul_div(lent.get(), nano, index, Rounding::Up)?)
		};
		let loan = self.loan.try_add(drawn)?;
		if loan.get() > MAX_LOAN_QUANTA {
			return Err(MarginError::LoanTooLarge);
		}
		self.cash = self.cash.try_add(lent)?;
		self.loan = loan;
		Ok(lent)
	}

	/// What the account claims of the quote in custody, its loan apart: cash, and the fixed parts of
	/// its positions. As longs equal shorts in every market, the prices and funding in it cancel,
	/// and its sum over all accounts is exactly what they have paid in.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn quote_claim(&self) -> Result<Quote, ArithmeticError> {
		self.positions
			.iter()
			.try_fold(self.cash, |sum, (_, position)| sum.try_add(position.fixed_part()?))
	}

	/// [`Self::quote_claim`] in billionths: the `Q` of the dot product.
	pub(crate) fn fixed_nano(&self) -> Result<NanoQuote, ArithmeticError> {
		self.quote_claim()?.to_nano()
	}

	/// Legs, positions and collateral together.
	pub fn legs(&self) -> usize {
		self.positions.len().saturating_add(self.collateral.len())
	}
}
