//! Tests of the assembled runtime: what no pallet alone can promise.

use breakwater_primitives::{
	currency::{MAX_TIP, UNIT},
	time::{SESSION_LENGTH, SLOT_DURATION},
	AccountId, Balance, Header,
};
use codec::{Decode, Encode};
use frame_support::{dispatch::DispatchClass, traits::KeyOwnerProofSystem};
use pallet_transaction_payment::ChargeTransactionPayment;
use polkadot_sdk::*;
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_io::TestExternalities;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{
	generic::{Digest, DigestItem, Era},
	traits::{Dispatchable, Header as _},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
	},
	BuildStorage, Perbill,
};

use crate::{
	configs::{fees::TIP_ABOVE_CAP, system as limits},
	genesis_presets, Balances, Executive, Historical, Runtime, RuntimeCall, RuntimeGenesisConfig,
	Session, SignedPayload, System, TxExtension, UncheckedExtrinsic,
};

fn genesis(preset: &str) -> TestExternalities {
	let json = genesis_presets::get_preset(&preset.into()).expect("a known preset");
	let mut merged = serde_json::to_value(RuntimeGenesisConfig::default()).expect("serialises");
	let patch: serde_json::Value = serde_json::from_slice(&json).expect("presets are JSON");
	merge(&mut merged, patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(merged).expect("a valid preset");
	config.build_storage().expect("genesis builds").into()
}

/// What the node does with a preset: its fields replace the defaults.
fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
	match (base, patch) {
		(serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}

/// Opens a block: the author is that of the slot, which is the number of the block.
fn begin_block(number: u32) {
	let slot = sp_consensus_aura::Slot::from(u64::from(number));
	let digest = Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())] };
	let parent = System::block_hash(number.saturating_sub(1));
	let header = Header::new(number, Default::default(), Default::default(), parent, digest);
	Executive::initialize_block(&header);
	let now = u64::from(number) * SLOT_DURATION;
	let timestamp = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
	Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(timestamp))
		.expect("the inherent is valid")
		.expect("the inherent succeeds");
}

fn run_block(number: u32, extrinsics: Vec<UncheckedExtrinsic>) {
	begin_block(number);
	for extrinsic in extrinsics {
		Executive::apply_extrinsic(extrinsic).expect("valid").expect("succeeds");
	}
	Executive::finalize_block();
}

fn extension(nonce: u32, tip: Balance) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		ChargeTransactionPayment::from(tip).into(),
		frame_system::WeightReclaim::new(),
	)
}

fn sign(signer: Sr25519Keyring, nonce: u32, tip: Balance, call: RuntimeCall) -> UncheckedExtrinsic {
	let extension = extension(nonce, tip);
	let payload = SignedPayload::new(call, extension).expect("the chain's facts are known");
	let signature = payload.using_encoded(|bytes| signer.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	let address = signer.to_account_id().into();
	UncheckedExtrinsic::new_signed(call, address, signature.into(), extension)
}

fn transfer(to: Sr25519Keyring, value: Balance) -> RuntimeCall {
	let dest = to.to_account_id().into();
	RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest, value })
}

fn remark() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() })
}

fn validate(extrinsic: UncheckedExtrinsic) -> TransactionValidity {
	Executive::validate_transaction(TransactionSource::External, extrinsic, System::parent_hash())
}

mod presets {
	use super::*;

	#[test]
	fn development_has_one_validator_and_a_sudo_key() {
		genesis(DEV_RUNTIME_PRESET).execute_with(|| {
			assert_eq!(Session::validators(), [Sr25519Keyring::Alice.to_account_id()]);
			assert_eq!(
				pallet_sudo::Key::<Runtime>::get(),
				Some(Sr25519Keyring::Alice.to_account_id())
			);
		});
	}

	#[test]
	fn local_testnet_has_four_validators_and_nobody_with_special_rights() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			assert_eq!(Session::validators().len(), 4);
			assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), 4);
			assert_eq!(crate::Grandpa::grandpa_authorities().len(), 4);
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
		});
	}

	#[test]
	fn every_validator_has_an_oracle_key() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			for (validator, keys) in Session::queued_keys() {
				assert_eq!(AccountId::from(sp_core::sr25519::Public::from(keys.oracle)), validator);
			}
		});
	}

	#[test]
	fn an_unknown_preset_is_none() {
		assert!(genesis_presets::get_preset(&"mainnet".into()).is_none());
	}

	#[test]
	fn every_named_preset_exists() {
		for name in genesis_presets::preset_names() {
			assert!(genesis_presets::get_preset(&name).is_some());
		}
	}
}

mod limits_of_a_block {
	use super::*;

	#[test]
	fn the_shares_add_up_to_a_whole_block() {
		let shares = limits::HOOK_RATIO.deconstruct()
			+ limits::NORMAL_RATIO.deconstruct()
			+ limits::OPERATIONAL_RATIO.deconstruct();

		assert_eq!(shares, Perbill::one().deconstruct());
	}

	#[test]
	fn execution_takes_at_most_a_third_of_the_block_time() {
		let weights = limits::RuntimeBlockWeights::get();

		let block_time_ps = SLOT_DURATION * 1_000_000_000;

		assert_eq!(weights.max_block, limits::MAXIMUM_BLOCK_WEIGHT);
		assert!(weights.max_block.ref_time() <= block_time_ps / 3);
		weights.validate().expect("the limits are consistent");
	}

	#[test]
	fn a_full_block_of_ordinary_transactions_leaves_the_hooks_their_share() {
		let weights = limits::RuntimeBlockWeights::get();

		let normal = weights.get(DispatchClass::Normal).max_total.expect("normal is limited");
		let left = weights.max_block.saturating_sub(normal);

		assert!(left.ref_time() >= limits::HookWeight::get().ref_time());
	}
}

mod transactions {
	use super::*;

	#[test]
	fn extensions_of_our_own_take_no_bytes_on_the_wire() {
		let standard = (Era::Immortal, codec::Compact(7u32), codec::Compact(9u128));

		assert_eq!(extension(7, 9).encode(), standard.encode());
	}

	#[test]
	fn all_metadata_versions_that_clients_ask_for_are_served() {
		let versions = Runtime::metadata_versions();

		for version in [14, 15, 16] {
			assert!(versions.contains(&version), "{version} is missing in {versions:?}");
			assert!(Runtime::metadata_at_version(version).is_some());
		}
	}

	#[test]
	fn a_transfer_moves_the_amount_and_pays_the_author() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			let issuance = Balances::total_issuance();
			let sender = Sr25519Keyring::Eve;
			let receiver = Sr25519Keyring::Ferdie;
			let before = |who: Sr25519Keyring| Balances::free_balance(who.to_account_id());
			let (sender_before, receiver_before) = (before(sender), before(receiver));

			run_block(1, vec![sign(sender, 0, 0, transfer(receiver, UNIT))]);

			assert_eq!(before(receiver), receiver_before + UNIT);
			assert!(before(sender) < sender_before - UNIT);
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}

	#[test]
	fn a_tampered_transaction_is_refused_for_its_signature() {
		genesis(DEV_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			let signed = sign(Sr25519Keyring::Alice, 0, 0, transfer(Sr25519Keyring::Bob, UNIT));
			let mut bytes = signed.encode();
			let last = bytes.len() - 1;
			bytes[last] ^= 1;
			let tampered = UncheckedExtrinsic::decode(&mut &bytes[..]).expect("still decodes");

			assert_eq!(
				validate(tampered),
				Err(TransactionValidityError::Invalid(InvalidTransaction::BadProof))
			);
		});
	}
}

mod tips {
	use super::*;

	fn validity_of_tip(tip: Balance) -> TransactionValidity {
		genesis(DEV_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			validate(sign(Sr25519Keyring::Alice, 0, tip, remark()))
		})
	}

	#[test]
	fn the_largest_tip_is_accepted() {
		assert!(validity_of_tip(MAX_TIP).is_ok());
	}

	#[test]
	fn a_larger_tip_is_refused_with_a_code_of_its_own() {
		assert_eq!(
			validity_of_tip(MAX_TIP + 1),
			Err(InvalidTransaction::Custom(TIP_ABOVE_CAP).into())
		);
	}

	#[test]
	fn a_larger_tip_is_refused_in_a_block_too() {
		genesis(DEV_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);

			let applied =
				Executive::apply_extrinsic(sign(Sr25519Keyring::Alice, 0, MAX_TIP + 1, remark()));

			assert_eq!(applied, Err(InvalidTransaction::Custom(TIP_ABOVE_CAP).into()));
		});
	}

	#[test]
	fn no_tip_reaches_the_priority_of_the_protocol() {
		// The lightest call is the one whose tip weighs most; half the range stays free for us.
		let validity = validity_of_tip(MAX_TIP).expect("valid");

		assert!(validity.priority < u64::MAX / 2, "priority {}", validity.priority);
	}

	#[test]
	fn a_tip_still_buys_a_better_place() {
		let without = validity_of_tip(0).expect("valid").priority;
		let with = validity_of_tip(MAX_TIP).expect("valid").priority;

		assert!(with > without);
	}
}

mod sessions {
	use super::*;

	#[test]
	fn keys_can_be_proven_from_the_first_session_on() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			let key = (
				sp_consensus_grandpa::KEY_TYPE,
				sp_consensus_grandpa::AuthorityId::from(Ed25519Keyring::Bob.public()),
			);

			let proof = Historical::prove(key.clone()).expect("the key is in the session");

			let (validator, ()) = Historical::check_proof(key, proof).expect("the proof holds");
			assert_eq!(validator, Sr25519Keyring::Bob.to_account_id());
		});
	}

	#[test]
	fn validators_stay_when_sessions_change() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			let at_genesis = Session::validators();

			for number in 1..=2 * SESSION_LENGTH {
				run_block(number, Vec::new());
			}

			assert_eq!(Session::current_index(), 2);
			assert_eq!(Session::validators(), at_genesis);
		});
	}

	#[test]
	fn a_reported_equivocator_is_disabled_once_and_only_up_to_a_third() {
		use crate::configs::session::DisableEquivocator;
		use sp_staking::offence::ReportOffence;

		type Offence = pallet_grandpa::EquivocationOffence<(AccountId, ())>;
		let offence = |validator: &AccountId| Offence {
			time_slot: pallet_grandpa::TimeSlot { set_id: 0, round: 1 },
			session_index: 0,
			validator_set_count: 4,
			offender: (validator.clone(), ()),
		};
		let report = |validator: &AccountId| {
			<DisableEquivocator as ReportOffence<AccountId, (AccountId, ()), Offence>>::report_offence(
				Vec::new(),
				offence(validator),
			)
		};
		let is_known = |validator: &AccountId| {
			<DisableEquivocator as ReportOffence<AccountId, (AccountId, ()), Offence>>::is_known_offence(
				&[(validator.clone(), ())],
				&pallet_grandpa::TimeSlot { set_id: 0, round: 1 },
			)
		};

		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			let validators = Session::validators();
			assert!(!is_known(&validators[1]));

			report(&validators[1]).expect("reported");
			report(&validators[2]).expect("reported");

			assert!(is_known(&validators[1]));
			assert_eq!(Session::disabled_validators(), [1]);
		});
	}
}

mod rights {
	use super::*;
	use crate::configs::accounts::ProxyType;
	use frame_support::traits::InstanceFilter;

	#[test]
	fn without_a_key_nobody_is_root() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(remark()) });

			let result = call.dispatch(
				frame_system::RawOrigin::Signed(Sr25519Keyring::Alice.to_account_id()).into(),
			);

			assert!(result.is_err());
		});
	}

	#[test]
	fn a_proxy_without_transfer_rights_cannot_move_funds_or_name_proxies() {
		let move_funds = transfer(Sr25519Keyring::Bob, 1);
		let name_proxy = RuntimeCall::Proxy(pallet_proxy::Call::remove_proxies {});
		let batch = RuntimeCall::Utility(pallet_utility::Call::batch { calls: vec![remark()] });

		assert!(!ProxyType::NonTransfer.filter(&move_funds));
		assert!(!ProxyType::NonTransfer.filter(&name_proxy));
		// What is inside a batch passes the same filter when it is dispatched.
		assert!(ProxyType::NonTransfer.filter(&batch));
	}

	#[test]
	fn any_is_the_largest_proxy_type() {
		for other in [ProxyType::Any, ProxyType::NonTransfer, ProxyType::CancelProxy] {
			assert!(ProxyType::Any.is_superset(&other));
			assert_eq!(other.is_superset(&ProxyType::Any), other == ProxyType::Any);
		}
	}
}

mod prices {
	use super::*;
	use breakwater_oracle_math::Validity;
	use breakwater_primitives::oracle::{OracleId, Quote, Report};

	use crate::Oracle;

	/// Bitcoin against the dollar, in the presets.
	const BTC: u16 = 2;

	fn reporter(who: Sr25519Keyring) -> OracleId {
		who.public().into()
	}

	/// A report of the last block's round, as the transaction that a worker submits.
	fn report(who: Sr25519Keyring, price: u64) -> UncheckedExtrinsic {
		let round = System::block_number() - 1;
		let time = u64::from(round) * SLOT_DURATION;
		let quote = Quote { feed: BTC, price, confidence: 100, time, sources: 3 };
		let quotes = vec![quote].try_into().expect("one quote");
		let report = Report { reporter: reporter(who), round, finalized: 0, quotes };
		let signature = who.sign(&report.signed_bytes(&System::block_hash(0)));
		let call = breakwater_oracle::Call::report { report, signature: signature.into() };
		<Runtime as frame_system::offchain::CreateAuthorizedTransaction<
			breakwater_oracle::Call<Runtime>,
		>>::create_authorized_transaction(call.into())
	}

	fn of_four(price: u64) -> Vec<UncheckedExtrinsic> {
		use Sr25519Keyring::{Alice, Bob, Charlie, Dave};
		[Alice, Bob, Charlie, Dave].map(|who| report(who, price)).into()
	}

	/// Applies transactions of the block that is open, and opens the next.
	fn close_with(extrinsics: Vec<UncheckedExtrinsic>) {
		for extrinsic in extrinsics {
			Executive::apply_extrinsic(extrinsic).expect("valid").expect("succeeds");
		}
		Executive::finalize_block();
		begin_block(System::block_number() + 1);
	}

	#[test]
	fn come_from_reports_in_the_block_before() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			close_with(vec![]);
			close_with(of_four(6_000_000));
			let prices = Oracle::prices();
			let price = prices.iter().find(|price| price.feed == BTC).expect("there is a price");
			assert_eq!((price.price, price.reporters), (6_000_000, 4));
			assert_eq!(Oracle::validity(BTC), Validity::Valid);
		});
	}

	#[test]
	fn reports_are_free_and_above_every_tip() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			begin_block(1);
			close_with(vec![]);
			let issuance = Balances::total_issuance();
			let reporter = Sr25519Keyring::Alice;
			let before = Balances::free_balance(reporter.to_account_id());
			let valid = validate(report(reporter, 6_000_000)).expect("is valid");
			assert_eq!(valid.priority, u64::MAX);
			assert!(valid.longevity <= 2, "{}", valid.longevity);
			close_with(of_four(6_000_000));
			assert_eq!(Balances::free_balance(reporter.to_account_id()), before);
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}

	#[test]
	fn bonds_are_held_from_genesis_on() {
		genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
			let reporters = Oracle::reporters();
			assert_eq!(reporters.len(), 4);
			for reporter in reporters {
				assert!(reporter.bond > 0 && reporter.weight == reporter.bond);
			}
		});
	}

	/// Everyone is penalised for every feed, and some are paid, in one block: `docs/weights.md`.
	#[test]
	fn the_hook_of_the_largest_oracle_fits_its_share_of_the_worst_block() {
		use breakwater_primitives::oracle::MAX_FEEDS;

		let most = u32::try_from(breakwater_oracle_math::MAX_REPORTERS).expect("few");
		let hook = Oracle::heaviest_block(most, MAX_FEEDS);
		assert!(hook.all_lte(limits::HookWeight::get()), "{hook:?}");
	}

	#[test]
	fn the_hook_of_the_largest_oracle_takes_half_of_its_share_of_an_ordinary_block() {
		use breakwater_oracle::WeightInfo;
		use breakwater_primitives::oracle::MAX_FEEDS;
		type Weights = <Runtime as breakwater_oracle::Config>::WeightInfo;

		let most = u32::try_from(breakwater_oracle_math::MAX_REPORTERS).expect("few");
		let hook = Weights::attend(most)
			+ Weights::aggregate(most) * u64::from(MAX_FEEDS)
			+ Weights::judge(0) * u64::from(most);
		assert!(hook.all_lte(limits::HookWeight::get() / 2), "{hook:?}");
	}
}

mod weights_of_calls {
	use super::*;
	use breakwater_interfaces::SubaccountId;
	use breakwater_primitives::AccountId;
	use breakwater_units::{Amount, AssetId, MarketId, PoolId, Price, Side, Size};
	use frame_support::dispatch::GetDispatchInfo;

	#[test]
	fn that_place_lists_of_orders_fit_into_a_transaction() {
		use breakwater_auction::TimeInForce;
		use breakwater_exchange::{OrderRequest, RequestKind, MAX_ORDERS_PER_CALL};
		let limits = limits::RuntimeBlockWeights::get();
		let most = limits.get(DispatchClass::Normal).max_extrinsic.expect("there is a limit");
		let request = OrderRequest {
			market: MarketId(0),
			side: Side::Buy,
			kind: RequestKind::Limit { price: Price::new(1) },
			time_in_force: TimeInForce::GoodTillCancelled,
			reduce_only: false,
			size: Size::new(1),
			client_id: None,
		};
		let requests = vec![request; MAX_ORDERS_PER_CALL as usize];
		let call = breakwater_exchange::Call::<Runtime>::place_many {
			account: SubaccountId { owner: AccountId::new([1; 32]), number: 0 },
			requests: requests.try_into().expect("as many as fit"),
		};
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.all_lte(most), "{weight:?} of {most:?}");
	}

	/// What settles a levy declares it, and no bid and no transfer may be too heavy for it.
	#[test]
	fn that_may_settle_levies_fit_into_a_transaction() {
		let limits = limits::RuntimeBlockWeights::get();
		let most = limits.get(DispatchClass::Normal).max_extrinsic.expect("there is a limit");
		let (number, asset, amount, market) = (0, None, Amount::ZERO, MarketId(0));
		let (side, size, limit, shares) = (Side::Buy, Size::ZERO, Price::ZERO, 0);
		let (sold, tranche, lots, max_price) = (AssetId(0), 0, size, limit);
		let calls: [RuntimeCall; 11] = [
			breakwater_ledger::Call::<Runtime>::transfer { from: 0, to: 1, asset, amount }.into(),
			breakwater_custody::Call::<Runtime>::deposit { number, asset, amount }.into(),
			breakwater_custody::Call::<Runtime>::withdraw { number, asset, amount }.into(),
			breakwater_exchange::Call::<Runtime>::amm_deposit { market, number, amount }.into(),
			breakwater_exchange::Call::<Runtime>::amm_withdraw { market, number, shares }.into(),
			breakwater_liquidator::Call::<Runtime>::bid { number, market, side, size, limit }
				.into(),
			breakwater_liquidator::Call::<Runtime>::bid_collateral {
				number,
				asset: sold,
				size,
				limit,
			}
			.into(),
			breakwater_insurance::Call::<Runtime>::back { number, tranche, amount, min_shares: 0 }
				.into(),
			breakwater_insurance::Call::<Runtime>::claim_exit { number, tranche }.into(),
			breakwater_insurance::Call::<Runtime>::contribute { number, to_all: true, amount }
				.into(),
			breakwater_insurance::Call::<Runtime>::buy_collateral {
				number,
				asset: sold,
				lots,
				max_price,
			}
			.into(),
		];
		genesis(DEV_RUNTIME_PRESET).execute_with(|| {
			let weigh = |call: &RuntimeCall| call.get_dispatch_info().call_weight;
			let without: Vec<_> = calls.iter().map(weigh).collect();
			breakwater_insurance::OpenPools::<Runtime>::try_append(PoolId(0))
				.expect("there is room");
			for (call, without) in calls.iter().zip(without) {
				let weight = weigh(call);
				assert!(weight.all_lte(most), "{weight:?} of {most:?}: {call:?}");
				assert!(weight.any_gt(without), "nothing is declared for a levy: {call:?}");
			}
		});
	}
}

mod weights_of_hooks {
	use super::*;
	use breakwater_circuit_breaker::{Config as Breakers, WeightInfo as _};
	use breakwater_clearing::{Config as Clearing, WeightInfo as _};
	use breakwater_insurance::{Config as Funds, WeightInfo as _};
	use breakwater_ledger::{Config as Ledger, WeightInfo as _};
	use breakwater_liquidator::{Config as Liquidator, WeightInfo as _};
	use breakwater_primitives::oracle::MAX_FEEDS;
	use breakwater_risk_engine::{
		Config as Risk, WeightInfo as _, MAX_ASSETS, MAX_MARKETS, MAX_POOLS,
	};
	use frame_support::{traits::Get, weights::Weight};

	use crate::{
		configs::{
			markets::{PipelineBudget, BACKLOG_RATIO},
			system::MAXIMUM_BLOCK_WEIGHT as MAXIMUM,
		},
		Contagion, Exchange, Oracle,
	};

	/// What runs in every block, whatever is left of the pipeline's budget, with as much of
	/// everything as there may be.
	fn always() -> Vec<(&'static str, Weight)> {
		let reporters = u32::try_from(breakwater_oracle_math::MAX_REPORTERS).expect("few");
		let indices =
			<Runtime as Risk>::WeightInfo::begin_block(MAX_MARKETS, MAX_ASSETS, MAX_POOLS);
		let pools = <Runtime as Breakers>::WeightInfo::step_pool().saturating_mul(MAX_POOLS.into());
		let condition = <Runtime as Funds>::WeightInfo::condition;
		// All pools together have no more inventory than there are markets.
		let flat = condition(0).saturating_mul(MAX_POOLS.into());
		let each = condition(1).saturating_sub(condition(0));
		let funds = flat.saturating_add(each.saturating_mul(MAX_MARKETS.into()));
		// Longs and shorts of each bracket, collateral, and loans.
		let brackets = u32::try_from(breakwater_margin::MAX_BRACKETS).expect("few");
		let levels = MAX_MARKETS * brackets * 2 + MAX_ASSETS * brackets + MAX_POOLS;
		let market = <Runtime as Clearing>::WeightInfo::run_batch()
			.saturating_add(<Runtime as Breakers>::WeightInfo::step());
		vec![
			("contagion", Contagion::heaviest_turn()),
			("the waterfall", <Runtime as Funds>::WeightInfo::resolve()),
			("prices", Oracle::heaviest_block(reporters, MAX_FEEDS)),
			("switches", Exchange::worst_hook_weight()),
			("indices", indices),
			("breakers", <Runtime as Breakers>::WeightInfo::begin_block()),
			("breakers of pools", pools),
			("how funds are", funds),
			("pipeline", <Runtime as Clearing>::WeightInfo::run()),
			("levels", <Runtime as Ledger>::WeightInfo::step(levels)),
			("markets", market.saturating_mul(MAX_MARKETS.into())),
		]
	}

	#[test]
	fn at_their_worst_fit_their_share_of_a_block() {
		let parts = always();

		let sum = parts.iter().fold(Weight::zero(), |sum, (_, part)| sum.saturating_add(*part));

		assert!(sum.all_lte(limits::HookWeight::get()), "{sum:?} of {parts:?}");
		// While accounts wait, the hooks have a part of what ordinary transactions have.
		let queue = <Runtime as Liquidator>::MaxQueue::get();
		let sum = sum.saturating_add(<Runtime as Liquidator>::WeightInfo::work(queue));
		let with_backlog = limits::HookWeight::get().saturating_add(BACKLOG_RATIO * MAXIMUM);
		assert!(sum.all_lte(with_backlog.saturating_div(10).saturating_mul(9)), "{sum:?}");
	}

	#[test]
	fn leave_most_of_their_share_to_the_pipeline_of_the_presets() {
		genesis(DEV_RUNTIME_PRESET).execute_with(|| {
			let budget = PipelineBudget::get();
			let most = limits::HookWeight::get().saturating_div(4).saturating_mul(3);

			assert!(budget.total.all_gte(most), "{budget:?}");
			let sum = budget.total.saturating_add(Oracle::heaviest_now());
			let sum = sum.saturating_add(Exchange::worst_hook_weight());
			let sum = sum.saturating_add(Contagion::heaviest_turn());
			assert_eq!(sum, limits::HookWeight::get());
		});
	}
}
