//! What Root can do: every call of the runtime is tried, none can be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_auction::{TimeInForce, Trigger, TriggerKind};
use breakwater_breaker::Action;
use breakwater_exchange::{OrderId, OrderRequest, RequestKind};
use breakwater_interfaces::{Breakers as _, RiskEngine as _, Symbol};
use breakwater_lab::chain::dispatch;
use breakwater_primitives::oracle::Report;
use breakwater_runtime::{CircuitBreaker, Risk, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin};
use breakwater_units::{Amount, AssetId, Price, Side, Size};
use codec::Decode;
use frame_support::{
	storage::{with_transaction, TransactionOutcome},
	traits::GetCallMetadata,
};
use polkadot_sdk::*;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Dispatchable, DispatchError, DispatchResult};

use crate::world::*;

type Rt = Runtime;
/// A pallet's name and a call's.
type Name = (&'static str, &'static str);

/// The pallets of polkadot-sdk. What is not among them is ours.
const OF_THE_SDK: [&str; 15] = [
	"System",
	"Timestamp",
	"Aura",
	"Authorship",
	"Balances",
	"TransactionPayment",
	"Session",
	"Historical",
	"Grandpa",
	"Assets",
	"Utility",
	"Multisig",
	"Proxy",
	"SkipFeelessPayment",
	"Sudo",
];

/// All that Root can do. `docs/incidents.md` tells it.
const ROOT_MAY: [(&str, &[&str]); 7] = [
	// What Root may do on every chain of this kind.
	(
		"System",
		&[
			"remark",
			"set_heap_pages",
			"set_code",
			"set_code_without_checks",
			"set_storage",
			"kill_storage",
			"kill_prefix",
			"authorize_upgrade",
			"authorize_upgrade_without_checks",
			"apply_authorized_upgrade",
		],
	),
	// The chain's own token, in which nobody trades.
	(
		"Balances",
		&["force_transfer", "force_set_balance", "force_unreserve", "force_adjust_total_issuance"],
	),
	("Grandpa", &["note_stalled"]),
	// Among them to act as anybody.
	(
		"Utility",
		&[
			"batch",
			"batch_all",
			"force_batch",
			"dispatch_as",
			"dispatch_as_fallible",
			"with_weight",
			"if_else",
		],
	),
	("Sudo", &["sudo", "sudo_unchecked_weight", "set_key", "sudo_as", "remove_key"]),
	// Of ours.
	("Risk", &["list_pool", "list_asset"]),
	("Exchange", &["list_market"]),
];

fn name(call: &RuntimeCall) -> Name {
	let of = call.get_call_metadata();
	(of.pallet_name, of.function_name)
}

/// Every call of the runtime.
fn all_names() -> BTreeSet<Name> {
	let calls = |pallet: &&'static str| {
		let pallet = *pallet;
		RuntimeCall::get_call_names(pallet).iter().map(move |call| (pallet, *call))
	};
	RuntimeCall::get_module_names().iter().flat_map(calls).collect()
}

fn root_may() -> BTreeSet<Name> {
	ROOT_MAY.iter().flat_map(|(pallet, calls)| calls.iter().map(|call| (*pallet, *call))).collect()
}

/// A pallet's index, a call's, and zeros without end: every type of an argument has a value of them.
struct Call {
	indices: std::vec::IntoIter<u8>,
}

impl codec::Input for Call {
	fn remaining_len(&mut self) -> Result<Option<usize>, codec::Error> {
		Ok(None)
	}

	fn read(&mut self, into: &mut [u8]) -> Result<(), codec::Error> {
		for byte in into {
			*byte = self.indices.next().unwrap_or(0);
		}
		Ok(())
	}
}

/// Every call of the runtime, with arguments of zeros.
fn all_calls() -> BTreeMap<Name, RuntimeCall> {
	let mut calls = BTreeMap::new();
	for pallet in 0..=u8::MAX {
		for call in 0..=u8::MAX {
			let mut input = Call { indices: vec![pallet, call].into_iter() };
			if let Ok(call) = RuntimeCall::decode(&mut input) {
				calls.insert(name(&call), call);
			}
		}
	}
	calls
}

fn as_root(call: RuntimeCall) -> DispatchResult {
	call.dispatch(RuntimeOrigin::root()).map(|_| ()).map_err(|refused| refused.error)
}

/// What a call does is forgotten.
fn tried<R>(call: impl FnOnce() -> R) -> R {
	let undone = with_transaction(|| -> TransactionOutcome<Result<R, DispatchError>> {
		TransactionOutcome::Rollback(Ok(call()))
	});
	undone.expect("it is not too deep")
}

/// Calls of ours that ask for an owner, with arguments that the owner could give.
fn owners_calls(victim: &Trader) -> Vec<RuntimeCall> {
	let (id, amount) = (victim.id.clone(), Amount::new(1_000_000));
	let (side, size, limit) = (Side::Buy, Size::new(1), Price::new(1_500_000));
	let (pool, market, asset) = (ALT, SOL, AssetId(0));
	let delegate = victim.id.owner.clone();
	let request = OrderRequest {
		market,
		side,
		kind: RequestKind::Limit { price: limit },
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only: false,
		size: Size::new(10),
		client_id: None,
	};
	let trigger = Trigger { kind: TriggerKind::Stop, level: limit };
	let ids = vec![OrderId::Number(0)].try_into().expect("one");
	let report = Report {
		reporter: Sr25519Keyring::Alice.public().into(),
		round: 1,
		finalized: 0,
		quotes: Default::default(),
	};
	let signature = sp_core::sr25519::Signature::from_raw([0; 64]).into();
	vec![
		breakwater_oracle::Call::<Rt>::report { report, signature }.into(),
		breakwater_ledger::Call::<Rt>::open { number: 9, pool, isolated: None }.into(),
		breakwater_ledger::Call::<Rt>::close { number: 0 }.into(),
		breakwater_ledger::Call::<Rt>::transfer { from: 0, to: 1, asset: None, amount }.into(),
		breakwater_custody::Call::<Rt>::deposit { number: 0, asset: None, amount }.into(),
		breakwater_custody::Call::<Rt>::withdraw { number: 0, asset: None, amount }.into(),
		breakwater_custody::Call::<Rt>::collect { ticket: 0 }.into(),
		breakwater_custody::Call::<Rt>::faucet {}.into(),
		breakwater_exchange::Call::<Rt>::place { account: id.clone(), request }.into(),
		breakwater_exchange::Call::<Rt>::place_many {
			account: id.clone(),
			requests: vec![request].try_into().expect("one"),
		}
		.into(),
		breakwater_exchange::Call::<Rt>::cancel { account: id.clone(), ids }.into(),
		breakwater_exchange::Call::<Rt>::cancel_all { account: id.clone(), market: None }.into(),
		breakwater_exchange::Call::<Rt>::replace {
			account: id.clone(),
			old: OrderId::Number(0),
			new: request,
		}
		.into(),
		breakwater_exchange::Call::<Rt>::place_trigger { account: id.clone(), trigger, request }
			.into(),
		breakwater_exchange::Call::<Rt>::set_dead_man_switch { account: id, blocks: 20 }.into(),
		breakwater_exchange::Call::<Rt>::add_delegate {
			number: 0,
			delegate: delegate.clone(),
			until: 1_000,
		}
		.into(),
		breakwater_exchange::Call::<Rt>::remove_delegate { number: 0, delegate }.into(),
		breakwater_exchange::Call::<Rt>::amm_deposit { market, number: 0, amount }.into(),
		breakwater_exchange::Call::<Rt>::amm_withdraw { market, number: 0, shares: 1 }.into(),
		breakwater_insurance::Call::<Rt>::back { number: 0, tranche: 0, amount, min_shares: 0 }
			.into(),
		breakwater_insurance::Call::<Rt>::request_exit { pool, tranche: 0, shares: 1 }.into(),
		breakwater_insurance::Call::<Rt>::cancel_exit { pool, tranche: 0 }.into(),
		breakwater_insurance::Call::<Rt>::claim_exit { number: 0, tranche: 0 }.into(),
		breakwater_insurance::Call::<Rt>::contribute { number: 0, to_all: true, amount }.into(),
		breakwater_insurance::Call::<Rt>::buy_collateral {
			number: 0,
			asset,
			lots: size,
			max_price: limit,
		}
		.into(),
		breakwater_liquidator::Call::<Rt>::bid { number: 0, market, side, size, limit }.into(),
		breakwater_liquidator::Call::<Rt>::bid_collateral { number: 0, asset, size, limit }.into(),
	]
}

/// What is allowed in a market and in its pool.
fn allowed(w: &mut World) -> Vec<bool> {
	let actions = [Action::AddRisk, Action::Liquidate, Action::Withdraw];
	w.with(|| actions.map(|action| CircuitBreaker::allows(SOL, action))).into()
}

/// Somebody with a position and an order, and a fund. The Sudo key is Alice's.
fn world() -> (World, Trader) {
	let mut w =
		World::new(|genesis| genesis.sudo.key = Some(Sr25519Keyring::Alice.to_account_id()));
	w.endow(ALT, 100_000);
	let [victim, other] = [100_000, 100_000].map(|money| w.trader(ALT, money));
	w.trade(&victim, &other, SOL, 50_000);
	(w, victim)
}

/// No call of ours that touches an account, a fund, a price or a breaker is Root's to make, alone
/// or through Sudo.
#[test]
fn root_cannot_interfere() {
	let (mut w, victim) = world();
	let calls = owners_calls(&victim);
	let tried: BTreeSet<Name> = calls.iter().map(name).collect();
	let may = root_may();
	let ours = |name: &Name| !OF_THE_SDK.contains(&name.0) && !may.contains(name);
	let refused: BTreeSet<Name> = all_names().into_iter().filter(ours).collect();
	assert_eq!(tried, refused, "every call has its place");

	let before = (w.fund(ALT), w.equity(&victim), w.lots_of(&victim, SOL), allowed(&mut w));
	w.events.clear();
	let alice = Sr25519Keyring::Alice.to_account_id();
	let sudo = |call: &RuntimeCall| pallet_sudo::Call::<Rt>::sudo { call: Box::new(call.clone()) };
	let results = w.block_of(|| {
		let through_sudo = calls.iter().map(|call| dispatch(alice.clone(), sudo(call).into()));
		let through_sudo: Vec<DispatchResult> = through_sudo.collect();
		assert!(through_sudo.iter().all(Result::is_ok), "the key is Alice's: {through_sudo:?}");
		calls.iter().cloned().map(as_root).collect()
	});
	let refused: DispatchResult = Err(DispatchError::BadOrigin);
	for (call, result) in calls.iter().zip(results) {
		assert_eq!(result, refused, "{:?}", name(call));
	}
	let of_sudo = |event: &RuntimeEvent| match event {
		RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result }) => Some(*sudo_result),
		_ => None,
	};
	let sudid: Vec<DispatchResult> = w.events.iter().filter_map(of_sudo).collect();
	assert_eq!(sudid, vec![refused; calls.len()]);
	let after = (w.fund(ALT), w.equity(&victim), w.lots_of(&victim, SOL), allowed(&mut w));
	assert_eq!(after, before);
}

/// Every call of every pallet, the SDK's too, is tried by Root: what is not refused is on the list.
#[test]
fn root_may_do_what_is_listed_and_no_more() {
	let (mut w, _) = world();
	let mut calls = all_calls();
	// Terms of zeros are none.
	calls.extend(w.with(|| listings(true)).into_iter().map(|call| (name(&call), call)));
	let left: Vec<Name> =
		all_names().into_iter().filter(|name| !calls.contains_key(name)).collect();
	assert_eq!(left, [], "every call is tried");
	let accepted = w.with(|| {
		let refused = |call: RuntimeCall| {
			// It reads the version of the new code, which takes a node.
			let is_accepted = name(&call) == ("System", "set_code");
			!is_accepted && tried(|| as_root(call)) == Err(DispatchError::BadOrigin)
		};
		let accepted = calls.into_iter().filter(|(_, call)| !refused(call.clone()));
		accepted.map(|(name, _)| name).collect::<BTreeSet<_>>()
	});
	assert_eq!(accepted, root_may());
}

/// Where there is no Sudo key, as in every preset but that for development, nobody is Root.
#[test]
fn without_a_key_nobody_is_root() {
	let mut w = World::new(|_| {});
	assert_eq!(w.with(pallet_sudo::Key::<Rt>::get), None);
	let refused: DispatchResult = Err(pallet_sudo::Error::<Rt>::RequireSudo.into());
	let sudos: Vec<RuntimeCall> =
		all_calls().into_values().filter(|call| name(call).0 == "Sudo").collect();
	assert_eq!(sudos.len(), 5);
	for key in Sr25519Keyring::iter() {
		for call in &sudos {
			let who = key.to_account_id();
			assert_eq!(w.with(|| tried(|| dispatch(who, call.clone()))), refused);
		}
	}
}

/// All of the state: keys and values.
fn everything() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let mut state = BTreeMap::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		let value = sp_io::storage::get(&next).expect("there is a key");
		state.insert(next.clone(), value.to_vec());
		key = next;
	}
	state
}

/// What listing changes of what was there: how many there are, the markets' list, and the events.
fn counters() -> Vec<Vec<u8>> {
	use frame_support::storage::storage_prefix;
	let key = |pallet: &str, item: &str| storage_prefix(pallet.as_bytes(), item.as_bytes());
	let keys = [
		key("Risk", "PoolCount"),
		key("Risk", "AssetCount"),
		key("Risk", "MarketList"),
		key("Exchange", "MarketCount"),
		key("System", "Events"),
		key("System", "EventCount"),
	];
	keys.map(|key| key.to_vec()).into()
}

/// What is listed already, under its own name or under a new one.
fn listings(again: bool) -> Vec<RuntimeCall> {
	let name = |old: &Symbol| if again { old.clone() } else { symbol("NEW") };
	let mut pool = Risk::pool(ALT).expect("it is listed");
	let mut asset = Risk::asset(AssetId(0)).expect("it is listed");
	let mut market = breakwater_exchange::Markets::<Rt>::get(SOL).expect("it is listed");
	pool.symbol = name(&pool.symbol);
	asset.symbol = name(&asset.symbol);
	market.symbol = name(&market.symbol);
	vec![
		breakwater_risk_engine::Call::<Rt>::list_pool { terms: Box::new(pool) }.into(),
		breakwater_risk_engine::Call::<Rt>::list_asset { terms: Box::new(asset) }.into(),
		breakwater_exchange::Call::<Rt>::list_market { terms: Box::new(market) }.into(),
	]
}

/// Root may list. A listing changes nothing of what is there, so no guard of it, and nothing can be
/// listed twice.
#[test]
fn a_listing_leaves_everything_else_as_it_is() {
	let (mut w, _) = world();
	w.with(|| {
		for again in listings(true) {
			let refused = as_root(again.clone());
			assert!(["SymbolTaken", "BadSymbol"].contains(&why(refused).as_str()), "{again:?}");
		}
		let before = everything();
		let after = tried(|| {
			assert!(listings(false).into_iter().map(as_root).all(|result| result == Ok(())));
			everything()
		});
		let changed = before.iter().filter(|(key, value)| after.get(*key) != Some(value));
		let changed: BTreeSet<Vec<u8>> = changed.map(|(key, _)| key.clone()).collect();
		assert!(after.len() > before.len(), "something is new");
		let counters = counters();
		let other: Vec<_> = changed.iter().filter(|key| !counters.contains(key)).collect();
		assert!(other.is_empty(), "{:?}", other.iter().map(|k| hex(k)).collect::<Vec<_>>());
	});
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn symbol(name: &str) -> Symbol {
	name.as_bytes().to_vec().try_into().expect("short")
}
