//! Validators: who they are, which keys they use, what happens to one that votes twice.

use alloc::vec::Vec;

use breakwater_primitives::{
	currency::storage_deposit, time::SESSION_LENGTH, AccountId, Balance, BlockNumber,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, KeyOwnerProofSystem},
};
use pallet_session::{
	disabling::UpToLimitDisablingStrategy,
	historical::{self, IdentificationTuple, NoteHistoricalRoot},
	FindAccountFromAuthorIndex, PeriodicSessions, SessionManager,
};
use polkadot_sdk::*;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{Convert, ConvertInto, OpaqueKeys};
use sp_staking::{
	offence::{Offence, OffenceError, OffenceSeverity, ReportOffence},
	SessionIndex,
};

use crate::{
	Aura, Balances, Historical, Runtime, RuntimeCall, RuntimeEvent, Session, SessionKeys,
	UncheckedExtrinsic,
};

/// The most validators there can be. GRANDPA's messages grow with their square.
pub type MaxAuthorities = ConstU32<100>;

parameter_types! {
	pub const SessionPeriod: BlockNumber = SESSION_LENGTH;
	pub const SessionOffset: BlockNumber = 0;
	/// For the keys of one validator.
	pub const KeyDeposit: Balance = storage_deposit(4, 4 * 64);
	/// How long a report of an equivocation stays valid in the pool: one session.
	pub const ReportLongevity: u64 = SESSION_LENGTH as u64;
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = PeriodicSessions<SessionPeriod, SessionOffset>;
	type NextSessionRotation = PeriodicSessions<SessionPeriod, SessionOffset>;
	type SessionManager = NoteHistoricalRoot<Runtime, GenesisValidators>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = UpToLimitDisablingStrategy;
	type Currency = Balances;
	type KeyDeposit = KeyDeposit;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = NoIdentification;
}

/// A validator is its account; there is no more to identify.
pub struct NoIdentification;

impl Convert<AccountId, Option<()>> for NoIdentification {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

/// The validators are those of genesis. Their keys rotate with every session, they themselves do
/// not: no call can add or remove one.
pub struct GenesisValidators;

impl SessionManager<AccountId> for GenesisValidators {
	// Naming the same validators anew, rather than answering `None`, has the session's key proofs
	// made from their current keys.
	fn new_session(_: SessionIndex) -> Option<Vec<AccountId>> {
		Some(Session::validators())
	}

	// At genesis the validators are those whose keys the chain specification lists. Answering
	// `None` would give the same set, but no proofs of its keys for the first two sessions.
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
		Some(pallet_session::NextKeys::<Runtime>::iter_keys().collect())
	}

	fn start_session(_: SessionIndex) {}

	fn end_session(_: SessionIndex) {}
}

impl historical::SessionManager<AccountId, ()> for GenesisValidators {
	fn new_session(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		with_identification(<Self as SessionManager<_>>::new_session(index))
	}

	fn new_session_genesis(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		with_identification(<Self as SessionManager<_>>::new_session_genesis(index))
	}

	fn start_session(_: SessionIndex) {}

	fn end_session(_: SessionIndex) {}
}

fn with_identification(validators: Option<Vec<AccountId>>) -> Option<Vec<(AccountId, ())>> {
	validators.map(|all| all.into_iter().map(|validator| (validator, ())).collect())
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = FindAccountFromAuthorIndex<Self, Aura>;
	type EventHandler = ();
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	// A day of sessions: how far back an equivocation can be proven.
	type MaxSetIdSessionEntries = ConstU64<144>;
	type KeyOwnerProof = <Historical as KeyOwnerProofSystem<(KeyTypeId, GrandpaId)>>::Proof;
	type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<
		Self,
		DisableEquivocator,
		Historical,
		ReportLongevity,
	>;
	type WeightInfo = ();
}

/// Silences a validator that voted for two blocks at once, for the rest of the session.
///
/// At most a third of the validators can be disabled, so reports cannot stop the chain.
pub struct DisableEquivocator;

type Offender = IdentificationTuple<Runtime>;

impl<O: Offence<Offender>> ReportOffence<AccountId, Offender, O> for DisableEquivocator {
	fn report_offence(_reporters: Vec<AccountId>, offence: O) -> Result<(), OffenceError> {
		for (validator, ()) in offence.offenders() {
			Session::report_offence(validator, OffenceSeverity::max_severity());
		}
		Ok(())
	}

	fn is_known_offence(offenders: &[Offender], _: &O::Slot) -> bool {
		offenders.iter().all(|(validator, ())| is_disabled_or_gone(validator))
	}
}

fn is_disabled_or_gone(validator: &AccountId) -> bool {
	Session::validator_id_to_index(validator)
		.is_none_or(|index| Session::disabled_validators().contains(&index))
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = UncheckedExtrinsic;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}
