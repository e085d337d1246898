//! The chains this runtime can start as without a specification written by hand.
//!
//! Both presets use the well-known development keys, whose secrets everyone knows: they are for
//! development and tests. A public network starts from a specification of its own, made from
//! `local_testnet` as `docs/validator.md` describes.

use alloc::{vec, vec::Vec};

use breakwater_oracle::GenesisFeed;
use breakwater_primitives::{currency::UNIT, AccountId, Balance};
use breakwater_units::{limits::MAX_PRICE_TICKS, Millis, Ratio};
use frame_support::build_struct_json_patch;
use polkadot_sdk::*;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

use crate::{
	market_presets, AssetsConfig, BalancesConfig, Custody, ExchangeConfig, Oracle, OracleConfig,
	RiskConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig,
};

/// What each well-known account owns at genesis.
const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// What each reporter of prices has at stake.
const REPORTER_BOND: Balance = 10_000 * UNIT;

/// What reporters are paid from until slashed bonds and fees fill it.
const REWARD_POT: Balance = 1_000_000 * UNIT;

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}

/// The genesis configuration of a preset as JSON, or `None` for an unknown name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let preset = match id.as_str() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		_ => return None,
	};
	serde_json::to_vec(&preset).ok()
}

/// One validator, Alice, who also holds the Sudo key. The only preset with one.
fn development() -> serde_json::Value {
	genesis(&[(Sr25519Keyring::Alice, Ed25519Keyring::Alice)], Some(Sr25519Keyring::Alice))
}

/// Four validators, so that one may fail, and nobody with special rights.
fn local_testnet() -> serde_json::Value {
	genesis(
		&[
			(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
			(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
			(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
			(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
		],
		None,
	)
}

fn genesis(
	validators: &[(Sr25519Keyring, Ed25519Keyring)],
	sudo: Option<Sr25519Keyring>,
) -> serde_json::Value {
	let accounts = Sr25519Keyring::iter().map(|key| (key.to_account_id(), ENDOWMENT));
	let endowed = accounts.chain([(Oracle::pot(), REWARD_POT)]).collect();
	let keys = validators.iter().map(|(sr25519, ed25519)| session_entry(*sr25519, *ed25519));

	// Aura and GRANDPA learn their authorities from the session and must start empty.
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: endowed },
		session: SessionConfig { keys: keys.collect() },
		assets: AssetsConfig {
			assets: tokens(),
			metadata: token_names(),
			accounts: token_holders(),
			..Default::default()
		},
		oracle: OracleConfig { feeds: feeds(), bond: REPORTER_BOND, ..Default::default() },
		risk: RiskConfig {
			pools: market_presets::pools(),
			assets: market_presets::assets(),
			..Default::default()
		},
		exchange: ExchangeConfig { markets: market_presets::markets(), ..Default::default() },
		sudo: SudoConfig { key: sudo.map(|key| key.to_account_id()) },
	})
}

/// What can be put into custody. The tokens of these presets are worth nothing.
const TOKENS: [(u32, &str, &str, u8); 3] = [
	(market_presets::WBTC, "Wrapped bitcoin of a test network", "WBTC", 8),
	(market_presets::WETH, "Wrapped ether of a test network", "WETH", 18),
	(market_presets::QUOTE_TOKEN, "Dollar of a test network", "USDC", 6),
];

/// What each well-known account owns of each token, in whole ones.
const TOKENS_EACH: [u128; 3] = [100, 2_000, 10_000_000];

/// The tokens, each its own proof that an account exists. Their owner is the custody's account, so
/// nobody can make more of them.
fn tokens() -> Vec<(u32, AccountId, bool, Balance)> {
	TOKENS.iter().map(|(token, ..)| (*token, Custody::vault(), true, 1)).collect()
}

fn token_names() -> Vec<(u32, Vec<u8>, Vec<u8>, u8)> {
	let name = |(token, name, symbol, decimals): &(u32, &str, &str, u8)| {
		(*token, name.as_bytes().to_vec(), symbol.as_bytes().to_vec(), *decimals)
	};
	TOKENS.iter().map(name).collect()
}

fn token_holders() -> Vec<(u32, AccountId, Balance)> {
	let holders = |((token, _, _, decimals), whole): (&(u32, &str, &str, u8), &u128)| {
		let (token, amount) = (*token, whole * 10u128.pow(u32::from(*decimals)));
		Sr25519Keyring::iter().map(move |key| (token, key.to_account_id(), amount))
	};
	TOKENS.iter().zip(&TOKENS_EACH).flat_map(holders).collect()
}

/// A validator's account, twice, since it is also its validator id, and its session keys.
fn session_entry(
	sr25519: Sr25519Keyring,
	ed25519: Ed25519Keyring,
) -> (AccountId, AccountId, SessionKeys) {
	let account = sr25519.to_account_id();
	let keys = SessionKeys {
		aura: sr25519.public().into(),
		grandpa: ed25519.public().into(),
		oracle: sr25519.public().into(),
	};
	(account.clone(), account, keys)
}

/// The feeds of both presets. Stablecoins come first, so that others can go through them.
fn feeds() -> Vec<GenesisFeed> {
	vec![
		stablecoin("USDT-USD"),
		stablecoin("USDC-USD"),
		feed("BTC-USD", 2, 4, None),
		feed("ETH-USD", 2, 5, None),
		feed("SOL-USD", 4, 7, None),
		feed("BTC-USDT", 2, 4, Some("USDT-USD")),
	]
}

/// A feed whose price moves by `daily_percent` on an ordinary day.
fn feed(symbol: &str, decimals: u8, daily_percent: u64, through: Option<&str>) -> GenesisFeed {
	let percent = |percent| Ratio::saturating_from_percent(percent).get();
	GenesisFeed {
		symbol: symbol.into(),
		decimals,
		min_price: 1,
		max_price: MAX_PRICE_TICKS,
		through: through.map(Into::into),
		lifetime: 5_000,
		daily_sigma: percent(daily_percent),
		widest_to_withdraw: percent(1),
		widest_to_add_risk: percent(2),
		stale_after: 10_000,
		expired_after: 60_000,
		largest_multiple: 5,
		average_over: Millis::HOUR.get(),
		confidence_step: Ratio::saturating_from_basis_points(5).get(),
	}
}

fn stablecoin(symbol: &str) -> GenesisFeed {
	GenesisFeed { max_price: 100_000_000, ..feed(symbol, 6, 1, None) }
}
