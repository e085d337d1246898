//! To be written.

/// Sets up the worst case.
pub trait BenchmarkHelper {}
#[cfg(test)]
impl BenchmarkHelper for crate::mock::Engine {}
