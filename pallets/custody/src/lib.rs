//! Assets in and out: deposits, withdrawals and their limits.

#![cfg_attr(not(feature = "std"), no_std)]
