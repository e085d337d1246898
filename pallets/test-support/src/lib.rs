//! What the pallets' tests have in common: a runtime around the pallet, stand-ins for the pallets
//! that it asks, and accounts. Only a dev-dependency: nothing of it is in the node.
//!
//! [`runtime!`] makes a runtime of the pallets named and [`externalities`] its storage. The
//! stand-ins, [`Engine`], [`Feeds`], [`Custody`] and [`Gates`], answer what the [`World`] says, which
//! a test changes with [`world`]. [`pool_terms`] and [`asset_terms`] limit next to nothing: a test
//! overwrites what it is about. [`deposit`], [`trade`] and the like do with any
//! [`Ledger`](breakwater_interfaces::Ledger) what custody and the exchange do.

mod accounts;
mod runtime;
mod stand_ins;
mod terms;
mod world;

pub use accounts::{cash, deposit, equity, key, lots, person, subaccount, trade, withdraw};
pub use runtime::externalities;
pub use stand_ins::{note, trace, Custody, Engine, Feeds, Gates, STAGE};
pub use terms::{
	asset_terms, basis_points, brackets, breaker_params, funding_terms, liquidation_terms,
	market_terms, percent, pool_terms, ramp, risk_terms, AUCTION,
};
pub use world::{pass, world, Asset, Market, Now, World};
