//! What reporters of prices, the chain and the node tell each other.
//!
//! A node fetches prices from its sources and leaves them, as [`LocalQuotes`], in its off-chain
//! storage. The off-chain worker of the runtime signs them as a [`Report`] with the session's
//! oracle key. That key is one of its own, so that the machine that fetches prices never holds the
//! keys that author or finalise blocks; it rotates with the session like those.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_core::{crypto::KeyTypeId, ConstU32};
use sp_runtime::BoundedVec;

use crate::{AccountId, Balance, BlockNumber};

/// The key type under which a node's keystore holds it.
pub const ORACLE_KEY_TYPE: KeyTypeId = KeyTypeId(*b"orcl");

mod app {
	use polkadot_sdk::sp_application_crypto::{app_crypto, sr25519};
	app_crypto!(sr25519, super::ORACLE_KEY_TYPE);
}

/// The public key that identifies a validator as a reporter of prices.
pub type OracleId = app::Public;

/// A signature by an [`OracleId`].
pub type OracleSignature = app::Signature;

sp_application_crypto::with_pair! {
	/// The key pair behind an [`OracleId`].
	pub type OraclePair = app::Pair;
}

/// Identifies a feed: its place in the list of genesis.
pub type FeedId = u16;

/// The most feeds there can be, and so the most quotes in a report.
pub const MAX_FEEDS: u32 = 32;

/// How many blocks a report may be behind the block it is included in, at most: it was signed for
/// the block after its round, and survives missing one.
pub const REPORT_LONGEVITY: u64 = 2;

/// Where the node leaves its [`LocalQuotes`] in the persistent off-chain storage.
pub const LOCAL_QUOTES_KEY: &[u8] = b"breakwater/oracle/quotes";

/// A price of one feed, as a reporter's sources have it.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Quote {
	/// The feed.
	pub feed: FeedId,
	/// Price in ticks of the feed, above zero.
	pub price: u64,
	/// Half width of the interval the price is believed to be in, in ticks.
	pub confidence: u64,
	/// When the sources had this price: milliseconds since the Unix epoch.
	pub time: u64,
	/// How many sources agreed on it.
	pub sources: u8,
}

/// The quotes of a report, by feed, each feed at most once.
pub type Quotes = BoundedVec<Quote, ConstU32<MAX_FEEDS>>;

/// One reporter's prices of all feeds in one round.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Report {
	/// The key that signed it.
	pub reporter: OracleId,
	/// The round: the number of the best block when it was signed.
	pub round: BlockNumber,
	/// The newest final block the reporter's node knew of.
	pub finalized: BlockNumber,
	/// The prices, ordered by feed.
	pub quotes: Quotes,
}

impl Report {
	/// The bytes that are signed. The prefix keeps the signature from meaning anything elsewhere,
	/// the hash of the first block from counting on another chain.
	pub fn signed_bytes(&self, genesis: &crate::Hash) -> Vec<u8> {
		(b"breakwater/oracle/report/1", genesis, self).encode()
	}
}

/// What a node's sources say, as it leaves it for the off-chain worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct LocalQuotes {
	/// The newest final block.
	pub finalized: BlockNumber,
	/// The freshest quotes, ordered by feed.
	pub quotes: Vec<Quote>,
}

/// A feed, as clients and reporters need to know it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct FeedInfo {
	/// Its identifier.
	pub feed: FeedId,
	/// Base and quote currency, as in `BTC-USD`.
	pub symbol: Vec<u8>,
	/// A tick is `10^-decimals` of the quote currency.
	pub decimals: u8,
	/// The least price a report may have, in ticks.
	pub min_price: u64,
	/// The greatest price a report may have, in ticks.
	pub max_price: u64,
	/// The feed that prices the quote currency in dollars, if it is not the dollar.
	pub through: Option<FeedId>,
	/// How old a quote may be to count, in milliseconds.
	pub lifetime: u64,
}

/// The price of a feed and what it is good for. Prices and confidences are in ticks of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PriceInfo {
	/// The feed.
	pub feed: FeedId,
	/// Weighted lower median of the reports, in the feed's quote currency.
	pub price: u64,
	/// Half width of the interval around it.
	pub confidence: u64,
	/// The confidence that collateral and debt are valued with: follows the fresh one by steps.
	pub confidence_in_force: u64,
	/// The confidence widened by what the price may have moved since.
	pub widened_confidence: u64,
	/// The price in dollars, through the feed of the quote currency; none while that has none.
	pub in_dollars: Option<u64>,
	/// When the sources had this price: milliseconds since the Unix epoch.
	pub time: u64,
	/// Its age at the slot of the block, in milliseconds.
	pub age: u64,
	/// How many reporters' quotes it rests on.
	pub reporters: u32,
	/// Their share of the weight, in parts per billion.
	pub participation: u64,
	/// The grade, in the words of `breakwater_oracle_math::Validity`.
	pub validity: Vec<u8>,
	/// Whether accounts may be liquidated at it.
	pub liquidate: bool,
	/// Whether orders that reduce positions may be filled.
	pub trade: bool,
	/// Whether orders that add risk may be filled.
	pub add_risk: bool,
	/// Whether collateral may be paid out.
	pub withdraw: bool,
}

/// A reporter and its last report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ReporterInfo {
	/// The validator.
	pub account: AccountId,
	/// Its key of this session.
	pub key: OracleId,
	/// What it has at stake, in the native token's smallest unit.
	pub bond: Balance,
	/// Its weight after penalties and capping.
	pub weight: u128,
	/// Strikes since the last penalty that are not forgotten.
	pub strikes: u32,
	/// How often its weight is halved.
	pub penalty_level: u8,
	/// Rounds of this reward period with a good report.
	pub good_rounds: u32,
	/// The round of its last report, if it ever sent one.
	pub round: Option<BlockNumber>,
	/// The final block of that report.
	pub finalized: BlockNumber,
	/// The quotes of that report.
	pub quotes: Vec<Quote>,
}

/// The chain's clockwork of prices.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OracleStatus {
	/// The round that a report signed now belongs to.
	pub round: BlockNumber,
	/// The block hash that goes into the signed bytes.
	pub genesis: crate::Hash,
	/// Blocks between the best block and the weighted lower median of the final blocks that the
	/// reporters know; none before the first reports.
	pub finality_lag: Option<BlockNumber>,
	/// What rewards are paid from, in the native token's smallest unit.
	pub reward_pot: Balance,
}

sp_api::decl_runtime_apis! {
	/// Prices, and what they rest on.
	pub trait OracleApi {
		/// The feeds, in the order of their identifiers.
		fn feeds() -> Vec<FeedInfo>;
		/// The price of every feed that ever had one.
		fn prices() -> Vec<PriceInfo>;
		/// The reporters of this session.
		fn reporters() -> Vec<ReporterInfo>;
		/// Round, finality lag and rewards.
		fn status() -> OracleStatus;
		/// A signed report as a transaction, ready to be submitted.
		fn report_transaction(report: Report, signature: OracleSignature) -> Vec<u8>;
		/// Whether a reporter signed this. Says nothing of whether the round is near or the quotes
		/// plausible: nodes pass on what is genuine, whatever block they are at.
		fn is_genuine(report: Report, signature: OracleSignature) -> bool;
	}
}
