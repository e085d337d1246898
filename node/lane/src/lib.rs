//! Carries the oracle's reports beside the transaction pool.
//!
//! A report is a transaction like any other to the runtime, but not to the node. A pool that is
//! full of transactions looks at the chain as it was some blocks ago, and fills its queues with
//! what pays; prices must not wait for either. So the node keeps a lane for reports:
//!
//! - whatever is submitted and is a report goes into the [`Lane`] instead of the pool:
//!   [`ReportPool`] stands before the pool and tells them apart by their first bytes;
//! - it is told to all peers at once, by a protocol of its own: [`Gossip`];
//! - an author gets the lane's reports before anything from the pool, and those that arrive while
//!   it fills its block before the next transfer.
//!
//! The lane decides nothing. What a reporter signed is what the runtime says a reporter signed,
//! and a block takes only what the runtime takes. The lane holds one report per reporter and
//! round, of rounds near the best block, so nobody can fill it.

#![warn(missing_docs)]

mod chain;
mod form;
mod gossip;
mod lane;
mod metrics;
mod pool;
mod ready;
mod reports;
#[cfg(test)]
mod testing;
mod watch;

pub use chain::{Best, Blocks, Chain, ClientChain};
pub use form::{Form, Signed};
pub use gossip::{protocol, Gossip};
pub use lane::{Entry, Lane, Taken};
pub use metrics::Metrics;
pub use pool::{Queued, ReportPool};
pub use ready::Ready;
pub use reports::{Offer, Origin, Received, Reports};

/// The target of this crate's log lines.
const TARGET: &str = "reports";
