//! What the pallets ask of each other, and the terms of markets, assets and pools.
//!
//! No pallet names another: each asks for the traits here, and the runtime plugs them together.
//! [`Prices`] is the oracle, [`RiskEngine`] owns the index vector, [`Ledger`] owns the subaccounts,
//! [`Contagion`] what would be liquidated where, [`Vault`] the assets, [`Exchange`] the orders, [`Breakers`] what is allowed now, and
//! [`Liquidation`] is where accounts whose health is below zero go, and
//! [`Insurance`] pays what they cannot. Nothing here has storage.
//!
//! Units are those of `breakwater_units`: prices in ticks, sizes in lots, money in quanta.
//! A market's tick is its feed's tick, so that an index price needs no conversion.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
// SCALE's derive casts the number of a variant.
#![allow(clippy::cast_possible_truncation)]

extern crate alloc;

mod accounts;
mod breakers;
mod contagion;
mod estates;
mod exchange;
pub mod genesis;
mod insurance;
mod prices;
mod risk;
mod terms;

pub use accounts::{
	tell_weight, BookStep, Ledger, LedgerError, NewRisk, PostInfo, Solvency, SubaccountId,
	SubaccountInfo, Trade, Vault,
};
pub use breakers::{Breakers, MarketFacts, PoolFacts};
pub use contagion::{Contagion, ContagionLoads, Loads};
pub use estates::{Estates, GLOBAL_POOL};
pub use exchange::{BatchSummary, Exchange, Liquidation, Listings};
pub use insurance::{FundCondition, Insurance, Levies, Levy};
pub use prices::{FeedPrice, Prices};
pub use risk::{Correlations, Exposure, Pricing, RiskEngine};
pub use terms::{
	AmmTerms, AssetTerms, FeeTerms, FundTerms, FundingTerms, LiquidationTerms, MarketTerms,
	PoolTerms, RiskTerms, Symbol, MAX_MARKETS,
};
