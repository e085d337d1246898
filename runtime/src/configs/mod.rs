//! The parameters of every pallet, one file per concern.

pub mod accounts;
pub mod fees;
pub mod markets;
pub mod oracle;
pub mod session;
pub mod system;
