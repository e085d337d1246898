//! Orders, the batch auction of every block, AMM pools and market listing.

#![cfg_attr(not(feature = "std"), no_std)]
