//! What the accounts of a batch can carry, computed once for each.

use alloc::collections::BTreeMap;
use core::cell::RefCell;

use breakwater_auction::Accounts;
use breakwater_interfaces::{NewRisk, RiskEngine, SubaccountInfo};
use breakwater_margin::{
	assess, Assessment, Indices, LegIndex, MarginError, Requirement, SubaccountState, MAX_POSITIONS,
};
use breakwater_units::{
	limits::MAX_LOTS, AccountKey, Lots, MarketId, NanoQuote, PoolId, Quote, Ratio, Size, PPB,
};

use crate::{indices::CachedIndices, Config, Pallet, Pools, Subaccounts};

/// A view of the accounts for one batch of one market.
///
/// An account is loaded at the first question about it. From then on an answer costs a few
/// multiplications, however many legs it has: only the position in this market changes.
pub struct Batch<T: Config> {
	market: MarketId,
	fee_rate: Ratio,
	bounds: Bounds,
	/// None if the market has no pool or no price: then nobody trades.
	view: Option<View<T>>,
	standings: RefCell<BTreeMap<AccountKey, Option<Standing>>>,
}

struct View<T> {
	index: LegIndex,
	limits: PoolLimits,
	indices: CachedIndices<T>,
}

/// What bounds the position of everybody.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
	pub(crate) max_position: Size,
	/// Lots by which a position may grow upward …
	pub(crate) up: Size,
	/// … and downward.
	pub(crate) down: Size,
}

/// What a pool asks of an account that adds risk.
#[derive(Clone, Copy)]
pub(crate) struct PoolLimits {
	min_equity: NanoQuote,
	max_loan: Quote,
	may_borrow: bool,
}

impl PoolLimits {
	pub(crate) fn of<T: Config>(pool: PoolId) -> Option<Self> {
		let terms = T::RiskEngine::pool(pool)?;
		Some(Self {
			min_equity: terms.min_equity.to_nano().ok()?,
			max_loan: terms.max_loan,
			may_borrow: Pools::<T>::get(pool).principal <= terms.max_borrowed,
		})
	}

	/// Whether an account may add risk at all.
	fn allow(&self, assessment: &Assessment, loan: Quote) -> bool {
		let loan_is_small = loan.is_zero() || (self.may_borrow && loan <= self.max_loan);
		assessment.equity >= self.min_equity && loan_is_small
	}
}

/// An account in one market.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
	position: Lots,
	/// Initial health now.
	health: NanoQuote,
	/// Initial margin on the position now.
	margin: NanoQuote,
	/// The positions it may have after a trade: from `lowest` to `highest`.
	lowest: Lots,
	highest: Lots,
}

impl Standing {
	pub(crate) fn new(
		state: &SubaccountState,
		indices: &impl Indices,
		(market, index): (MarketId, &LegIndex),
		limits: &PoolLimits,
		bounds: &Bounds,
	) -> Result<Self, MarginError> {
		let assessment = assess(state, indices)?;
		let held = state.positions.get(market).map(|position| position.lots);
		let position = held.unwrap_or_default();
		let has_place = held.is_some() || state.positions.len() < MAX_POSITIONS as usize;
		let may_add = has_place && limits.allow(&assessment, state.loan);
		let bounds = if may_add { *bounds } else { bounds.closed() };
		Ok(Self {
			position,
			health: assessment.health(assessment.initial)?,
			margin: index.margin(position.size(), Requirement::Initial)?,
			lowest: Lots::new(
				bounds.furthest(position.get().saturating_neg(), bounds.down).saturating_neg(),
			),
			highest: Lots::new(bounds.furthest(position.get(), bounds.up)),
		})
	}

	/// Whether the bounds admit the position after a trade.
	fn fits(&self, trade: Lots) -> bool {
		let after = self.position.try_add(trade);
		after.is_ok_and(|after| (self.lowest..=self.highest).contains(&after))
	}

	/// Initial health after a trade, its fee apart, exact: what is bought is worth the mark, what
	/// it cost is gone, and the margin is that of the new position. Everything else stays.
	fn health_after(
		&self,
		index: &LegIndex,
		trade: Lots,
		cost: Quote,
	) -> Result<NanoQuote, MarginError> {
		let after = self.position.try_add(trade)?;
		let gained = index.lot_value().times(trade)?.try_sub(cost)?.to_nano()?;
		let margin = index.margin(after.size(), Requirement::Initial)?;
		Ok(self.health.try_add(gained)?.try_sub(margin)?.try_add(self.margin)?)
	}

	/// Whether initial health after a trade is `kept` or more, or no lower than it is now.
	///
	/// `kept` is what later roundings may take, in quanta. Comparing with the lower of the two
	/// leaves the trades that pass a convex set with "nothing" in it, as admission needs.
	pub(crate) fn carries(
		&self,
		index: &LegIndex,
		(trade, cost): (Lots, Quote),
		(fee, kept): (NanoQuote, NanoQuote),
	) -> bool {
		let after = self.health_after(index, trade, cost);
		let after = after.and_then(|after| Ok(after.try_sub(fee)?));
		self.fits(trade) && after.is_ok_and(|after| after >= kept.min(self.health))
	}
}

impl Bounds {
	pub(crate) fn of(max_position: Size, room: Size, new_risk: NewRisk) -> Self {
		let room = if new_risk.is_admitted { room } else { Size::ZERO };
		let up = room.saturating_add(new_risk.forced_sales);
		let down = room.saturating_add(new_risk.forced_purchases);
		Self { max_position, up, down }
	}

	/// Nothing but size bounds a position.
	pub(crate) const OPEN: Self = Self { max_position: Size::MAX, up: Size::MAX, down: Size::MAX };

	/// Positions may only shrink.
	fn closed(&self) -> Self {
		Self { up: Size::ZERO, down: Size::ZERO, ..*self }
	}

	/// How far up a position may go with so much room: never less far than to flat or where it is.
	fn furthest(&self, position: i64, room: Size) -> i64 {
		let most = i64::try_from(self.max_position.get()).unwrap_or(MAX_LOTS).min(MAX_LOTS);
		let room = i64::try_from(room.get()).unwrap_or(MAX_LOTS);
		position.max(0).saturating_add(room).min(most).max(position.max(0))
	}
}

impl<T: Config> Batch<T> {
	pub(crate) fn new(market: MarketId, fee_rate: Ratio, bounds: Bounds) -> Self {
		let view = T::RiskEngine::pool_of(market).and_then(|pool| {
			let index = T::RiskEngine::market(market)?;
			let limits = PoolLimits::of::<T>(pool)?;
			Some(View { index, limits, indices: CachedIndices::new(pool) })
		});
		Self { market, fee_rate, bounds, view, standings: RefCell::default() }
	}

	/// The account's standing; none if it may not trade in this market or cannot be computed.
	fn standing(&self, key: &AccountKey) -> Option<(&View<T>, Standing)> {
		let view = self.view.as_ref()?;
		let load = || {
			let pool = Subaccounts::<T>::get(key)?.info.pool;
			Pallet::<T>::take_levy(key, pool).ok()?;
			let account = Subaccounts::<T>::get(key)?;
			self.may_trade(&account.info).then_some(())?;
			let market = (self.market, &view.index);
			Standing::new(&account.state, &view.indices, market, &view.limits, &self.bounds).ok()
		};
		let standing = *self.standings.borrow_mut().entry(*key).or_insert_with(load);
		standing.map(|standing| (view, standing))
	}

	fn may_trade(&self, info: &SubaccountInfo) -> bool {
		Pallet::<T>::check_market(info, self.market).is_ok()
	}

	/// A fee without rounding, and what its rounding, and that of a loan drawn, may take.
	fn fee(&self, view: &View<T>, cost: Quote) -> Option<(NanoQuote, NanoQuote)> {
		let magnitude = Quote::from_unsigned(cost.unsigned_abs()).ok()?;
		let fee = magnitude.scale_by(self.fee_rate).ok()?;
		Some((fee, rounding(&view.indices)))
	}
}

/// A quantum of the fee, and a quantum of principal.
pub(crate) fn rounding(indices: &impl Indices) -> NanoQuote {
	let principal = i128::from(indices.borrow().get().get());
	NanoQuote::new(i128::from(PPB).saturating_add(principal))
}

impl<T: Config> Accounts for Batch<T> {
	fn position(&self, account: &AccountKey) -> Lots {
		self.standing(account).map(|(_, standing)| standing.position).unwrap_or_default()
	}

	fn allows(&self, account: &AccountKey, trade: Lots, cost: Quote) -> bool {
		if trade.is_zero() && cost.is_zero() {
			return true;
		}
		let Some((view, standing)) = self.standing(account) else { return false };
		let Some(fee) = self.fee(view, cost) else { return false };
		standing.carries(&view.index, (trade, cost), fee)
	}
}
