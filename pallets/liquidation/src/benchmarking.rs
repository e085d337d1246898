//! The worst cases of the stage and the calls.

/// Makes accounts due.
pub trait BenchmarkHelper {}
