//! Types and constants that the Breakwater runtime, node and tools share.
//!
//! There is one constant for the pace of the chain, [`time::MILLISECS_PER_BLOCK`]; every other
//! duration is derived from it. There is one native token, in [`currency`]. Nothing here touches
//! FRAME or storage.

#![cfg_attr(not(feature = "std"), no_std)]
// SCALE's derive casts the number of a variant.
#![allow(clippy::cast_possible_truncation)]

extern crate alloc;

pub mod accounts;
pub mod contagion;
pub mod currency;
pub mod insurance;
pub mod liquidation;
pub mod markets;
pub mod oracle;
pub mod streams;
pub mod time;
pub mod trading;

use polkadot_sdk::*;
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature, OpaqueExtrinsic,
};

/// A signature of any of the schemes an account may use: sr25519, ed25519, ecdsa.
pub type Signature = MultiSignature;

/// An account: the public key, or its hash, of whoever signs.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;

/// An amount of the native token in its smallest unit, see [`currency::UNIT`].
pub type Balance = u128;

/// How many transactions an account has sent.
pub type Nonce = u32;

/// The height of a block. At 500 ms a block, 32 bits last 68 years.
pub type BlockNumber = u32;

/// The hash of a block or of a state.
pub type Hash = sp_core::H256;

/// The hash function of blocks and of the state trie.
pub type Hashing = BlakeTwo256;

/// A block header.
pub type Header = generic::Header<BlockNumber, Hashing>;

/// A block as the node sees it: transactions are bytes, because only the runtime, which may be
/// upgraded, knows what they mean.
pub type OpaqueBlock = generic::Block<Header, OpaqueExtrinsic>;
