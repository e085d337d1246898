use crate::{Indices, LegIndex, MarginError, Requirement, SubaccountState};
use breakwater_units::{
	ArithmeticError, AssetId, IndexLevel, Lots, MarketId, NanoQuote, Quote, Side, Size,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A leg of an account.
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
pub enum LegId {
	/// A position in a market.
	Market(MarketId),
	/// A balance of a collateral asset.
	Collateral(AssetId),
}

/// An entry of the index vector.
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
pub enum IndexId {
	/// `L_{i,b}` or `S_{i,b}` of a market, `C_{j,b}` of a collateral asset (always `Buy`).
	Leg {
		/// Market or asset.
		leg: LegId,
		/// `Buy` for longs, `Sell` for shorts.
		side: Side,
		/// Number of the bracket, from zero.
		bracket: u8,
	},
	/// The borrow index.
	Borrow,
}

/// One term of the dot product. Its exposure does not change between the account's own trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
	/// Which index.
	pub index: IndexId,
	/// Lots in the bracket, negative for a short: health falls when the level moves against its
	/// sign. Minus the principal for a loan.
	pub exposure: i128,
	/// Where the index stands, in billionths of a quantum per lot or per quantum of principal.
	pub level: IndexLevel,
}

impl Component {
	/// What the term adds to health, exact.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn value(&self) -> Result<NanoQuote, ArithmeticError> {
		self.exposure
			.checked_mul(self.level.get())
			.map(NanoQuote::new)
			.ok_or(ArithmeticError::Overflow)
	}
}

/// A leg with what it is exposed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
	/// Which one.
	pub id: LegId,
	/// Signed lots; collateral in whole collateral lots, rounded down.
	pub lots: Lots,
	/// Its levels.
	pub index: LegIndex,
}

impl Leg {
	/// `lots · (p − F)`: what the leg adds to equity, the fixed part apart. Exact.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn value(&self) -> Result<Quote, ArithmeticError> {
		self.index.lot_value().try_sub(self.index.funding())?.times(self.lots)
	}

	/// Magnitude of `lots · p`, exact.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn notional(&self) -> Result<Quote, ArithmeticError> {
		let notional = self.index.lot_value().times(self.lots)?;
		Quote::from_unsigned(notional.unsigned_abs())
	}

	/// Margin on the leg, exact.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn margin(&self, requirement: Requirement) -> Result<NanoQuote, ArithmeticError> {
		self.index.margin(self.lots.size(), requirement)
	}
}

/// The legs of an account, positions first, each in ascending order of its id. One look-up each.
pub fn legs<'a, I: Indices>(
	account: &'a SubaccountState,
	indices: &'a I,
) -> impl Iterator<Item = Result<Leg, MarginError>> + 'a {
	let positions = account.positions.iter().map(move |(market, position)| {
		let index = indices.market(market).ok_or(MarginError::UnknownMarket(market))?;
		Ok(Leg { id: LegId::Market(market), lots: position.lots, index })
	});
	let collateral = account.collateral.iter().map(move |(asset, amount)| {
		let index = indices.collateral(asset).ok_or(MarginError::UnknownAsset(asset))?;
		let lots = index.lots(*amount);
		Ok(Leg { id: LegId::Collateral(asset), lots, index: *index.leg() })
	});
	positions.chain(collateral)
}

/// Calls `visit` with every term of the dot product that is not zero: at most
/// [`crate::MAX_BRACKETS`] per leg, and the loan.
///
/// # Errors
/// `UnknownMarket`, `UnknownAsset`, an arithmetic error, or what `visit` returns.
pub fn for_each_component<I: Indices>(
	account: &SubaccountState,
	indices: &I,
	requirement: Requirement,
	mut visit: impl FnMut(Component) -> Result<(), MarginError>,
) -> Result<(), MarginError> {
	for leg in legs(account, indices) {
		visit_leg(&leg?, requirement, &mut visit)?;
	}
	if account.loan.is_zero() {
		return Ok(());
	}
	let level = IndexLevel::new(i128::from(indices.borrow().get().get()));
	let exposure = account.loan.try_neg()?.get();
	visit(Component { index: IndexId::Borrow, exposure, level })
}

fn visit_leg(
	leg: &Leg,
	requirement: Requirement,
	visit: &mut impl FnMut(Component) -> Result<(), MarginError>,
) -> Result<(), MarginError> {
	let Some(side) = leg.lots.side() else { return Ok(()) };
	let schedule = leg.index.schedule(requirement);
	for (bracket, segment) in (0u8..).zip(schedule.segments(Size::ZERO, leg.lots.size())) {
		if segment.lots == 0 {
			continue;
		}
		let exposure = Size::new(segment.lots).signed(side)?;
		visit(Component {
			index: IndexId::Leg { leg: leg.id, side, bracket },
			exposure: i128::from(exposure.get()),
			level: leg.index.level(side, segment.rate)?,
		})?;
	}
	Ok(())
}

/// Health under a requirement: `Q + Σ exposure · level`, in billionths of a quantum, exact.
///
/// Adding risk and withdrawing need it to be zero or more under [`Requirement::Initial`].
///
/// # Errors
/// `UnknownMarket`, `UnknownAsset`, or an arithmetic error, impossible within the limits.
pub fn health<I: Indices>(
	account: &SubaccountState,
	indices: &I,
	requirement: Requirement,
) -> Result<NanoQuote, MarginError> {
	let mut sum = account.fixed_nano()?;
	for_each_component(account, indices, requirement, |component| {
		sum = sum.try_add(component.value()?)?;
		Ok(())
	})?;
	Ok(sum)
}

/// Whether the account is to be liquidated: maintenance health strictly below zero. The one
/// predicate, everywhere.
///
/// # Errors
/// As [`health`].
pub fn is_liquidatable<I: Indices>(
	account: &SubaccountState,
	indices: &I,
) -> Result<bool, MarginError> {
	Ok(health(account, indices, Requirement::Maintenance)?.is_negative())
}

/// An account's equity and margins. Health is equity less margin.
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
pub struct Assessment {
	/// What the account is worth at mark, its collateral before haircuts, in billionths of a
	/// quantum.
	pub equity: NanoQuote,
	/// Maintenance margin, haircuts on collateral included.
	pub maintenance: NanoQuote,
	/// Initial margin, haircuts on collateral included.
	pub initial: NanoQuote,
	/// The part of the initial margin that is haircuts on collateral.
	pub initial_haircut: NanoQuote,
	/// Magnitudes of the positions at mark, summed, in quanta. Collateral apart.
	pub notional: Quote,
	/// Profit less loss of the positions since entry, funding included, in quanta.
	pub unrealised_profit: Quote,
}

impl Assessment {
	/// Equity less a margin.
	///
	/// # Errors
	/// `Overflow`; impossible within the limits.
	pub fn health(&self, margin: NanoQuote) -> Result<NanoQuote, ArithmeticError> {
		self.equity.try_sub(margin)
	}

	fn add_leg(&mut self, leg: &Leg, fixed: Option<Quote>) -> Result<(), ArithmeticError> {
		let value = leg.value()?;
		self.equity = self.equity.try_add(value.to_nano()?)?;
		self.maintenance = self.maintenance.try_add(leg.margin(Requirement::Maintenance)?)?;
		let initial = leg.margin(Requirement::Initial)?;
		self.initial = self.initial.try_add(initial)?;
		let Some(fixed) = fixed else {
			self.initial_haircut = self.initial_haircut.try_add(initial)?;
			return Ok(());
		};
		self.notional = self.notional.try_add(leg.notional()?)?;
		self.unrealised_profit = self.unrealised_profit.try_add(value.try_add(fixed)?)?;
		Ok(())
	}
}

/// Equity, both margins, notional and profit in one pass over the legs.
///
/// # Errors
/// As [`health`].
pub fn assess<I: Indices>(
	account: &SubaccountState,
	indices: &I,
) -> Result<Assessment, MarginError> {
	let debt = indices.borrow().debt(account.loan)?;
	let equity = account.fixed_nano()?.try_sub(debt)?;
	let mut sum = Assessment { equity, ..Default::default() };
	for leg in legs(account, indices) {
		let leg = leg?;
		let fixed = match leg.id {
			LegId::Market(market) => {
				Some(account.positions.get(market).copied().unwrap_or_default().fixed_part()?)
			},
			LegId::Collateral(_) => None,
		};
		sum.add_leg(&leg, fixed)?;
	}
	Ok(sum)
}
