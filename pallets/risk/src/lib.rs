//! The index vector: marks, funding, volatility, margin rates and haircuts of every market and asset.

#![cfg_attr(not(feature = "std"), no_std)]
