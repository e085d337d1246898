//! What the runtime's interface answers about funds, backers and deleveraging.

use alloc::vec::Vec;

use breakwater_insurance::{Operation, Stage, Stakes};
use breakwater_interfaces::{Insurance as _, Ledger as _, RiskEngine as _};
use breakwater_primitives::{
	insurance::{
		BackstopInfo, CollateralOffer, ExitInfo, FundInfo, LevyInfo, OperationInfo, RankInfo,
		StakeInfo, TrancheInfo,
	},
	AccountId,
};
use breakwater_units::{AccountKey, Amount, AssetId, MarketId, PoolId, Side};
use breakwater_waterfall::{deleverage::Terms, TRANCHES};

use crate::{Insurance, Margin, Risk, Runtime};

/// The funds of all pools.
pub(crate) fn funds() -> Vec<FundInfo> {
	Risk::pools().into_iter().map(fund).collect()
}

fn fund(pool: PoolId) -> FundInfo {
	let state = Insurance::fund_state(pool);
	let condition = Insurance::condition(pool);
	let tranche = |tranche: &breakwater_waterfall::Tranche| TrancheInfo {
		assets: tranche.assets().get(),
		shares: tranche.shares(),
		generation: tranche.generation(),
	};
	FundInfo {
		pool: pool.0,
		capital: state.fund.capital().get(),
		tranches: state.fund.tranches().iter().map(tranche).collect(),
		target: Insurance::target(pool).get(),
		premium_rate: Insurance::rate(pool).get(),
		income: state.income.get(),
		premium_at: state.premium_at.get(),
		drawdown: condition.drawdown.get(),
		pending_loss: Insurance::pending_loss(pool).get(),
		unresolved_loss: condition.unresolved_loss,
	}
}

/// What is in the fund that all pools share.
pub(crate) fn global_fund() -> u128 {
	Insurance::global_fund().get()
}

/// What the backstops have.
pub(crate) fn backstops() -> Vec<BackstopInfo> {
	Risk::pools().into_iter().filter_map(backstop).collect()
}

fn backstop(pool: PoolId) -> Option<BackstopInfo> {
	let (account, equity, inventory) = Insurance::stock(pool)?;
	let state = Margin::state(&account)?;
	let offer = |(asset, amount): (AssetId, &Amount)| CollateralOffer {
		asset: asset.0,
		amount: amount.get(),
		price: Insurance::collateral_price(asset).map(|price| price.get()),
	};
	Some(BackstopInfo {
		pool: pool.0,
		account: account.0,
		equity: equity.get(),
		inventory: inventory.into_iter().map(|(market, lots)| (market.0, lots.get())).collect(),
		collateral: state.collateral.iter().map(offer).collect(),
	})
}

/// Deleveragings and final settlements that are on.
pub(crate) fn operations() -> Vec<OperationInfo> {
	let on = |pool| Insurance::operation(pool).map(|operation| describe(pool, &operation));
	Risk::pools().into_iter().filter_map(on).collect()
}

fn describe(pool: PoolId, operation: &Operation) -> OperationInfo {
	let about = |stage: &[u8], loss: Amount, unsettled| OperationInfo {
		pool: pool.0,
		number: operation.number,
		stage: stage.to_vec(),
		market: None,
		mark: None,
		longs_pay: None,
		loss: loss.get(),
		lots: 0,
		levied: operation.levied.get(),
		unsettled,
	};
	let of_market = |stage: &[u8], terms: &Terms, unsettled| OperationInfo {
		market: Some(terms.market.0),
		mark: Some(terms.mark.get()),
		longs_pay: Some(terms.side == Side::Buy),
		lots: terms.lots.get(),
		..about(stage, terms.shortfall, unsettled)
	};
	match &operation.stage {
		Stage::Collecting { snapshot } => of_market(b"Collecting", snapshot.terms(), 0),
		Stage::Settling { epoch, .. } => of_market(b"Settling", epoch.terms(), epoch.unsettled()),
		Stage::Claiming { .. } => about(b"Claiming", Insurance::pending_loss(pool), 0),
		Stage::Paying { settlement, loss, .. } => about(b"Paying", *loss, settlement.unpaid()),
		Stage::Clearing => about(b"Clearing", Amount::ZERO, 0),
	}
}

/// What an account has at stake in all funds.
pub(crate) fn stakes(owner: &AccountId) -> Vec<StakeInfo> {
	let mut stakes = Vec::new();
	for pool in Risk::pools() {
		for tranche in (0u8..).take(TRANCHES) {
			stakes.extend(stake(pool, owner, tranche));
		}
	}
	stakes
}

fn stake(pool: PoolId, owner: &AccountId, tranche: u8) -> Option<StakeInfo> {
	let stake = Stakes::<Runtime>::get(pool, (owner, tranche))?;
	let fund = Insurance::fund_state(pool).fund;
	let generation = fund.tranches().get(usize::from(tranche))?.generation();
	let pending = Insurance::pending_loss(pool);
	let value = fund.quote_exit(tranche, stake.generation, stake.shares, pending);
	let terms = Risk::pool(pool)?.fund.exit;
	let exit = stake.ticket.map(|ticket| {
		let from = ticket.requested_at.saturating_after(terms.delay);
		let certain_from = from.saturating_after(terms.max_freeze);
		let until = certain_from.saturating_after(terms.window);
		ExitInfo {
			shares: ticket.shares,
			from: from.get(),
			certain_from: certain_from.get(),
			until: until.get(),
		}
	});
	Some(StakeInfo {
		pool: pool.0,
		tranche,
		shares: stake.shares,
		wiped_out: stake.generation != generation,
		value: value.unwrap_or_default().get(),
		exit,
	})
}

/// An account's rank in a market.
pub(crate) fn rank(account: [u8; 32], market: u32) -> Option<RankInfo> {
	let rank = Insurance::rank(&AccountKey(account), MarketId(market))?;
	Some(RankInfo {
		place: rank.place,
		winners: rank.winners,
		profit: rank.profit.get(),
		profits: rank.profits,
		cap: rank.cap.get(),
	})
}

/// What an account owes now.
pub(crate) fn levy(account: [u8; 32]) -> Option<LevyInfo> {
	let (charge, closes) = Insurance::levy_of(&AccountKey(account))?;
	let close =
		|(market, lots, price): (MarketId, breakwater_units::Lots, breakwater_units::Price)| {
			(market.0, lots.get(), price.get())
		};
	Some(LevyInfo { charge: charge.get(), closes: closes.into_iter().map(close).collect() })
}
