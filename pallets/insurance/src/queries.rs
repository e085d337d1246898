//! What others read: targets, rates and ranks.

use breakwater_interfaces::{Estates, Ledger, RiskEngine};
use breakwater_margin::{health, Indices, Requirement};
use breakwater_units::{AccountKey, Amount, Lots, MarketId, PoolId, Price, Quote, Ratio, Side};
use breakwater_waterfall::premium_rate;
use frame_support::storage::with_transaction;
use polkadot_sdk::*;
use sp_runtime::{DispatchError, TransactionOutcome};

use crate::{
	indices::{down, PoolIndices},
	types::{Operation, Record, Stage},
	Config, Operations, Pallet, Records,
};

/// Lots by market.
type Positions = alloc::vec::Vec<(MarketId, Lots)>;
/// Lots that close by market, and at which mark.
type Closes = alloc::vec::Vec<(MarketId, Lots, Price)>;

/// Where an account would stand if its side of a market were deleveraged now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
	/// Its place among the winners of its side by profit, from one; zero if it is none.
	pub place: u32,
	/// Winners on its side.
	pub winners: u32,
	/// Its profit at mark, in quanta.
	pub profit: Quote,
	/// The profits of all winners on its side, in quanta.
	pub profits: u128,
	/// The most it would pay: its profit, or its health if that is less.
	pub cap: Quote,
}

impl<T: Config> Pallet<T> {
	/// The size that a pool's fund ought to have.
	pub fn target(pool: PoolId) -> Amount {
		let state = Self::fund_state(pool);
		Self::terms(pool).map(|terms| Self::target_of(pool, &state, &terms)).unwrap_or_default()
	}

	/// The yearly premium on open interest now.
	pub fn rate(pool: PoolId) -> Ratio {
		let assets = Self::fund_state(pool).fund.assets();
		let rate = |terms: breakwater_interfaces::FundTerms| {
			premium_rate(assets, Self::target(pool), &terms.premium)
		};
		Self::terms(pool).map(rate).unwrap_or_default()
	}

	/// What the backstop of a pool has: equity in quanta, rounded down, and its positions.
	pub fn stock(pool: PoolId) -> Option<(AccountKey, Quote, Positions)> {
		let backstop = Self::backstop_of(pool)?;
		let equity = down(T::Ledger::equity(&backstop)?);
		let legs = Self::inventory(pool).into_iter().map(|leg| (leg.market, leg.lots));
		Some((backstop, equity, legs.collect()))
	}

	/// What is going on in a pool.
	pub fn operation(pool: PoolId) -> Option<Operation> {
		Operations::<T>::get(pool)
	}

	/// What an account owes now, as far as shares are fixed: its charge if it settles at once, and
	/// the mark its lots close at.
	pub fn levy_of(account: &AccountKey) -> Option<(Quote, Closes)> {
		let (info, state) = (T::Ledger::info(account)?, T::Ledger::state(account)?);
		let pool = info.pool;
		let mut operation = Operations::<T>::get(pool)?;
		let is_fixed = matches!(operation.stage, Stage::Settling { .. } | Stage::Paying { .. });
		if !is_fixed || !Records::<T>::contains_key(pool, account) {
			return None;
		}
		// Tried out and rolled back.
		let levy = with_transaction(|| {
			let levy = match operation.stage {
				Stage::Settling { .. } => {
					Self::settle_target(&mut operation, pool, account, &state)
				},
				_ => Self::settle_claim(&mut operation, pool, account, &state),
			};
			TransactionOutcome::Rollback(Ok::<_, DispatchError>(levy))
		});
		levy.ok().flatten().map(|levy| (levy.charge, levy.closes))
	}

	/// Whether an account has a place in what is going on.
	pub fn has_place(pool: PoolId, account: &AccountKey) -> bool {
		Records::<T>::get(pool, account).is_some_and(|record| record != Record::Seen)
	}

	/// An account's rank in a market, by looking at all accounts: for nodes that are asked, never
	/// within a block.
	pub fn rank(account: &AccountKey, market: MarketId) -> Option<Rank> {
		let (own_side, profit, cap) = Self::standing(account, market)?;
		let mut rank = Rank { profit, cap, ..Default::default() };
		let (mut last, mut ahead) = (None, 0u32);
		loop {
			let accounts = T::Ledger::accounts_after(last.as_ref(), 256);
			let Some(end) = accounts.last().copied() else { break };
			for other in &accounts {
				let standing = Self::standing(other, market);
				let Some((side, theirs, cap)) = standing else { continue };
				if side != own_side || !theirs.min(cap).is_positive() {
					continue;
				}
				rank.winners = rank.winners.saturating_add(1);
				rank.profits = rank.profits.saturating_add(theirs.unsigned_abs());
				ahead = ahead.saturating_add(u32::from((theirs, other) > (profit, account)));
			}
			last = Some(end);
		}
		if profit.min(cap).is_positive() {
			rank.place = ahead.saturating_add(1);
		}
		Some(rank)
	}

	/// An account's side of a market, its profit, and the most it would pay.
	fn standing(account: &AccountKey, market: MarketId) -> Option<(Side, Quote, Quote)> {
		let info = T::Ledger::info(account)?;
		let is_backstop = Self::backstop_of(info.pool) == Some(*account);
		if is_backstop || T::RiskEngine::pool_of(market) != Some(info.pool) {
			return None;
		}
		let state = T::Ledger::state(account)?;
		let position = state.positions.get(market)?;
		let indices = PoolIndices::<T>::new(info.pool);
		let profit = position.unrealised_profit(&indices.market(market)?).ok()?;
		let health = down(health(&state, &indices, Requirement::Maintenance).ok()?);
		Some((position.lots.side()?, profit, profit.min(health)))
	}
}
