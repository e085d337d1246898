//! The graded breakers of markets, pools and the chain.

#![cfg_attr(not(feature = "std"), no_std)]
