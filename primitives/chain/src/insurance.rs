//! What clients ask about funds, their backers, and deleveraging.
//!
//! Money is in quanta, a millionth of the quote asset; prices in ticks, sizes in lots; rates in
//! parts per billion; times in milliseconds since the Unix epoch.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::AccountId;

/// A class of backers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct TrancheInfo {
	/// What is at stake, before pending losses.
	pub assets: u128,
	/// Shares issued in this generation.
	pub shares: u128,
	/// How many times it was wiped out: shares of an earlier generation are worthless.
	pub generation: u32,
}

/// A pool's fund.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct FundInfo {
	/// The pool.
	pub pool: u32,
	/// What belongs to no backer; it loses first.
	pub capital: u128,
	/// The tranches, in the order in which they lose.
	pub tranches: Vec<TrancheInfo>,
	/// The size it ought to have.
	pub target: u128,
	/// The yearly premium on open interest.
	pub premium_rate: u64,
	/// What capital has earned since the last premium: the most the next one pays.
	pub income: u128,
	/// When premiums were paid last.
	pub premium_at: u64,
	/// What it lost against its highest value in the look-back, pending losses included.
	pub drawdown: u64,
	/// What the backstop is short of zero now.
	pub pending_loss: u128,
	/// Whether a loss is not paid yet.
	pub unresolved_loss: bool,
}

/// Collateral that a backstop took over, and sells.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CollateralOffer {
	/// The asset.
	pub asset: u32,
	/// In its smallest units.
	pub amount: u128,
	/// What a lot costs, in ticks; none without a price.
	pub price: Option<u64>,
}

/// What a pool's backstop has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct BackstopInfo {
	/// The pool.
	pub pool: u32,
	/// The key of the account.
	pub account: [u8; 32],
	/// What it is worth at mark, rounded down: below zero is a loss.
	pub equity: i128,
	/// Markets and signed lots, the largest at mark first.
	pub inventory: Vec<(u32, i64)>,
	/// Collateral.
	pub collateral: Vec<CollateralOffer>,
}

/// A deleveraging or a final settlement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OperationInfo {
	/// The pool.
	pub pool: u32,
	/// Its number, as events name it.
	pub number: u32,
	/// `Collecting`, `Settling`, `Claiming`, `Paying` or `Clearing`.
	pub stage: Vec<u8>,
	/// The market of a deleveraging.
	pub market: Option<u32>,
	/// Its frozen mark.
	pub mark: Option<u64>,
	/// Whether its winners are long.
	pub longs_pay: Option<bool>,
	/// What is to be found.
	pub loss: u128,
	/// Lots that winners close.
	pub lots: u64,
	/// Taken from accounts so far.
	pub levied: u128,
	/// Accounts that have not settled yet; zero while they are looked for.
	pub unsettled: u32,
}

/// A request to leave a fund.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ExitInfo {
	/// Shares.
	pub shares: u128,
	/// From when it can be claimed, if nothing is open.
	pub from: u64,
	/// From when it can be claimed whatever is open, at the worst price.
	pub certain_from: u64,
	/// Until when.
	pub until: u64,
}

/// A backer's part of a tranche.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct StakeInfo {
	/// The pool.
	pub pool: u32,
	/// The tranche, from zero.
	pub tranche: u8,
	/// Shares, those about to leave included.
	pub shares: u128,
	/// Whether they were wiped out by a loss.
	pub wiped_out: bool,
	/// What they are worth after pending losses.
	pub value: u128,
	/// The request to leave, if there is one.
	pub exit: Option<ExitInfo>,
}

/// Where an account would stand if its side of a market were deleveraged now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RankInfo {
	/// Its place among the winners by profit, from one; zero if it would not be asked.
	pub place: u32,
	/// How many winners there are on its side.
	pub winners: u32,
	/// Its profit at mark.
	pub profit: i128,
	/// The profits of all winners on its side: its share of a shortfall is `profit / profits`.
	pub profits: u128,
	/// The most it would pay.
	pub cap: i128,
}

/// What an account owes now, and pays at its next change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LevyInfo {
	/// Quanta.
	pub charge: i128,
	/// Trades that close positions: market, signed lots, price.
	pub closes: Vec<(u32, i64, u64)>,
}

sp_api::decl_runtime_apis! {
	/// Funds, backers and deleveraging.
	pub trait InsuranceApi {
		/// The funds of all pools.
		fn funds() -> Vec<FundInfo>;
		/// What is in the fund that all pools share.
		fn global_fund() -> u128;
		/// What the backstops have.
		fn backstops() -> Vec<BackstopInfo>;
		/// Deleveragings and final settlements that are on.
		fn operations() -> Vec<OperationInfo>;
		/// What an account has at stake in all funds.
		fn stakes(owner: AccountId) -> Vec<StakeInfo>;
		/// An account's rank in a market, by the key that events name; none without a position. It
		/// looks at all accounts.
		fn deleveraging_rank(account: [u8; 32], market: u32) -> Option<RankInfo>;
		/// What an account owes now; none if nothing is fixed.
		fn levy(account: [u8; 32]) -> Option<LevyInfo>;
	}
}
