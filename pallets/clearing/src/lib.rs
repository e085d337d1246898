//! The block pipeline: calls the other pallets in order, within a weight budget.

#![cfg_attr(not(feature = "std"), no_std)]
