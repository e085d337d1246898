//! What a block, a transaction and the state's database cost, whatever the pallets do: published
//! values. What our pallets cost is measured, and in each pallet's `weights.rs`; see
//! `docs/weights.md`.

pub mod block_weights;
pub mod db_weights;
pub mod extrinsic_weights;

pub use block_weights::BlockExecutionWeight;
pub use db_weights::DbWeight;
pub use extrinsic_weights::ExtrinsicBaseWeight;
