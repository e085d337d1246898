//! What the runtime's interface answers, put together from the pallets.

pub(crate) mod accounts;
pub(crate) mod contagion;
pub(crate) mod happenings;
pub(crate) mod insurance;
pub(crate) mod liquidation;
pub(crate) mod parameters;
pub(crate) mod trading;
