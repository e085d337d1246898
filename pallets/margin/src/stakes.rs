//! Where the positions of an account are liquidated, as the contagion monitor knows it.

use alloc::vec::Vec;

use breakwater_contagion::{liquidation_price, Bin, Stake};
use breakwater_interfaces::Contagion;
use breakwater_margin::{Indices, MarginError, Requirement, SubaccountState, MAX_POSITIONS};
use breakwater_units::{Amount, AssetId, MarketId, NanoQuote, PoolId};
use frame_support::{traits::ConstU32, BoundedVec};
use polkadot_sdk::*;

use crate::{Config, Subaccount};

/// What the monitor was told of an account's positions.
pub type Stakes = BoundedVec<Stake, ConstU32<MAX_POSITIONS>>;

/// A stake as it is now, and the bin of its market's mark.
struct Now {
	stake: Stake,
	mark: Bin,
}

/// The stakes of an account whose health is this. A position that cannot be liquidated by its own
/// market alone has none.
fn stakes_now(
	state: &SubaccountState,
	health: NanoQuote,
	indices: &impl Indices,
) -> Result<Vec<Now>, MarginError> {
	let mut stakes = Vec::with_capacity(state.positions.len());
	for (market, position) in state.positions.iter() {
		let index = indices.market(market).ok_or(MarginError::UnknownMarket(market))?;
		let (lots, mark) = (position.lots, index.price());
		let value = index.lot_value().times(lots)?.to_nano()?;
		let margin = index.margin(lots.size(), Requirement::Maintenance)?;
		if let Some(price) = liquidation_price(mark, value, margin, health) {
			let stake = Stake { market, bin: Bin::of(price), lots };
			stakes.push(Now { stake, mark: Bin::of(mark) });
		}
	}
	Ok(stakes)
}

impl Subaccount {
	/// Tells the monitor what has changed since it was told last. Returns whether anything had.
	///
	/// An account that cannot be computed keeps what was told: it is due, and soon liquidated.
	pub(crate) fn tell_stakes<T: Config>(
		&mut self,
		health: NanoQuote,
		indices: &impl Indices,
	) -> bool {
		let Ok(now) = stakes_now(&self.state, health, indices) else { return false };
		let told = core::mem::take(&mut self.stakes);
		for gone in told.iter().filter(|told| !now.iter().any(|n| n.stake.market == told.market)) {
			T::Contagion::shift(Some(gone), None);
		}
		let mut kept = Vec::with_capacity(now.len());
		for Now { stake, mark } in now {
			let before = told.iter().find(|told| told.market == stake.market);
			if let Some(before) = before.filter(|before| before.stands_for(&stake, mark)) {
				kept.push(*before);
				continue;
			}
			T::Contagion::shift(before, Some(&stake));
			kept.push(stake);
		}
		// As many as positions, of which there are no more than that.
		self.stakes = BoundedVec::truncate_from(kept);
		self.stakes != told
	}

	/// Takes back all that the monitor was told.
	pub(crate) fn withdraw_stakes<T: Config>(&mut self) {
		for told in core::mem::take(&mut self.stakes) {
			T::Contagion::shift(Some(&told), None);
		}
	}
}

/// What an account holds of each asset.
pub(crate) fn collateral_of(state: &SubaccountState) -> Vec<(AssetId, Amount)> {
	state.collateral.iter().map(|(asset, amount)| (asset, *amount)).collect()
}

/// Tells the monitor what changed of an account's collateral.
pub(crate) fn tell_collateral<T: Config>(
	pool: PoolId,
	before: &[(AssetId, Amount)],
	state: &SubaccountState,
) {
	for (asset, held) in before {
		let now = state.collateral.get(*asset).copied().unwrap_or_default();
		if now != *held {
			T::Contagion::move_collateral(pool, *asset, *held, now);
		}
	}
	for (asset, now) in state.collateral.iter() {
		if !before.iter().any(|(held, _)| *held == asset) {
			T::Contagion::move_collateral(pool, asset, Amount::ZERO, *now);
		}
	}
}

/// The position of a stake, for checks.
pub(crate) fn is_of_a_position(stake: &Stake, state: &SubaccountState) -> bool {
	let lots = |market: MarketId| state.positions.get(market).map(|position| position.lots);
	lots(stake.market) == Some(stake.lots)
}
