//! What execution costs on the reference machine.
//!
//! `make bench` measures these and rewrites the numbers; see `docs/development.md`.

pub mod block_weights;
pub mod db_weights;
pub mod extrinsic_weights;

pub use block_weights::BlockExecutionWeight;
pub use db_weights::DbWeight;
pub use extrinsic_weights::ExtrinsicBaseWeight;
