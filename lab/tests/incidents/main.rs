//! Incidents that have happened to others, and faults, on the full runtime.
//!
//! Each incident is a test that shows it contained, and a twin in which one guard is switched off
//! through the genesis: there the same steps do the damage. After every block, what a chain may
//! never do is checked: value is conserved to the quantum, every pallet's invariants hold, and the
//! pipeline is within its budget. `docs/incidents.md` has the list.

#![allow(clippy::cast_possible_truncation)]

mod administrator;
mod auctions;
mod breakers;
mod deleveraging;
mod faults;
mod funds;
mod limits;
mod prices;
mod profit;
mod reporters;
mod root;
mod takeover;
mod world;
