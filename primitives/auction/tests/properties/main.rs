//! The batch auction against naive twins. `docs/auction.md` lists the properties, and for each a
//! mutation of the code that it catches.
#![allow(missing_docs)]

mod amm;
mod batch;
mod common;
mod exchange;
mod schedule;
mod splitting;
mod trigger;
mod twin;
