//! What the runtime's interface answers about subaccounts. All arithmetic is `breakwater_margin`'s.

use alloc::vec::Vec;

use breakwater_interfaces::{Ledger as _, RiskEngine as _, SubaccountId};
use breakwater_margin::{
	assess, liquidation_price, BorrowIndex, CollateralIndex, Indices, LegId, LegIndex,
	LiquidationPrice, MarginError, Position, Requirement, SubaccountState,
};
use breakwater_primitives::{
	accounts::{CollateralInfo, PositionInfo, SubaccountReport},
	AccountId,
};
use breakwater_units::{
	limits::MAX_PRICE_TICKS, AccountKey, AssetId, MarketId, NanoQuote, PoolId, Price, Quote,
	Rounding,
};

use crate::{Margin, Risk};

/// The indices of the accounts of a pool.
pub(super) struct PoolIndices(pub(super) PoolId);

impl Indices for PoolIndices {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		Risk::market(market)
	}

	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		Risk::collateral(asset)
	}

	fn borrow(&self) -> BorrowIndex {
		Risk::borrow(self.0)
	}
}

/// The numbers of an owner's subaccounts.
pub(crate) fn subaccounts(owner: &AccountId) -> Vec<u16> {
	Margin::numbers(owner)
}

/// A subaccount by owner and number.
pub(crate) fn subaccount(owner: AccountId, number: u16) -> Option<SubaccountReport> {
	by_key(SubaccountId { owner, number }.key()).map(|(_, report)| report)
}

/// A subaccount by its key.
pub(crate) fn by_key(key: AccountKey) -> Option<(AccountId, SubaccountReport)> {
	let info = Margin::info(&key)?;
	let state = Margin::state(&key)?;
	let indices = PoolIndices(info.pool);
	let sums = assess(&state, &indices).ok()?;
	let report = SubaccountReport {
		key: key.0,
		number: info.id.number,
		pool: info.pool.0,
		isolated: info.isolated.map(|market| market.0),
		cash: state.cash.get(),
		debt: up(indices.borrow().debt(state.loan).ok()?),
		equity: down(sums.equity),
		maintenance: up(sums.maintenance),
		initial: up(sums.initial),
		health: down(sums.health(sums.maintenance).ok()?),
		free: down(sums.health(sums.initial).ok()?),
		notional: sums.notional.get(),
		unrealised_profit: sums.unrealised_profit.get(),
		withdrawable: amount(Margin::withdrawable(&key, None).get()),
		due: Margin::is_due(&key),
		positions: positions(&state, &indices).ok()?,
		collateral: collateral(&key, &state, &indices).ok()?,
	};
	Some((info.id.owner, report))
}

fn positions(
	state: &SubaccountState,
	indices: &PoolIndices,
) -> Result<Vec<PositionInfo>, MarginError> {
	let describe = |(market, position): (MarketId, &Position)| {
		let index = indices.market(market).ok_or(MarginError::UnknownMarket(market))?;
		let funding = index.funding().try_sub(position.settled_funding)?;
		let margin = |requirement| index.margin(position.lots.size(), requirement).map(up);
		let liquidation =
			liquidation_price(state, indices, LegId::Market(market), Price::new(MAX_PRICE_TICKS))?;
		Ok(PositionInfo {
			market: market.0,
			lots: position.lots.get(),
			entry_cost: position.entry_cost.get(),
			entry_price: entry_price(position, &index),
			mark: index.price().get(),
			notional: amount(index.lot_value().times(position.lots)?.unsigned_abs()),
			unrealised_profit: position.unrealised_profit(&index)?.get(),
			unsettled_funding: funding.times(position.lots)?.try_neg()?.get(),
			maintenance: margin(Requirement::Maintenance)?,
			initial: margin(Requirement::Initial)?,
			liquidation_price: match liquidation {
				LiquidationPrice::Never | LiquidationPrice::Always => None,
				LiquidationPrice::AtOrBelow(price) | LiquidationPrice::AtOrAbove(price) => {
					Some(price.get())
				},
			},
		})
	};
	state.positions.iter().map(describe).collect()
}

/// `−entry cost / (lots · tick value)`, to the nearest tick.
fn entry_price(position: &Position, index: &LegIndex) -> u64 {
	let lots = i128::from(position.lots.get());
	let per_tick = lots.saturating_mul(i128::from(index.tick_value().get()));
	let cost = position.entry_cost.get().saturating_neg();
	let price = breakwater_units::mul_div(cost, 1, per_tick, Rounding::NearestTiesUp);
	price.ok().and_then(|ticks| u64::try_from(ticks).ok()).unwrap_or(0)
}

fn collateral(
	key: &AccountKey,
	state: &SubaccountState,
	indices: &PoolIndices,
) -> Result<Vec<CollateralInfo>, MarginError> {
	let describe = |(asset, held): (AssetId, &breakwater_units::Amount)| {
		let index = indices.collateral(asset).ok_or(MarginError::UnknownAsset(asset))?;
		let lots = index.lots(*held);
		let value = index.leg().lot_value().times(lots)?;
		let counts = |requirement| -> Result<i128, MarginError> {
			let haircut = index.leg().margin(lots.size(), requirement)?;
			Ok(down(value.to_nano()?.try_sub(haircut)?))
		};
		Ok(CollateralInfo {
			asset: asset.0,
			amount: held.get(),
			value: value.get(),
			maintenance_value: counts(Requirement::Maintenance)?,
			initial_value: counts(Requirement::Initial)?,
			withdrawable: Margin::withdrawable(key, Some(asset)).get(),
		})
	};
	state.collateral.iter().map(describe).collect()
}

fn down(nano: NanoQuote) -> i128 {
	nano.to_quote(Rounding::Down).unwrap_or(Quote::MIN).get()
}

fn up(nano: NanoQuote) -> i128 {
	nano.to_quote(Rounding::Up).unwrap_or(Quote::MAX).get()
}

fn amount(value: u128) -> i128 {
	i128::try_from(value).unwrap_or(i128::MAX)
}
