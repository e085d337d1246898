//! The ledger: subaccounts, collateral, positions, health and the trigger book.

#![cfg_attr(not(feature = "std"), no_std)]
