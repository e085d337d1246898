//! A runtime with four reporters, three feeds, and time under the tests' control.

use breakwater_oracle_math::ConductRules;
use breakwater_primitives::{
	oracle::{OracleId, OraclePair, Quote, Report},
	AccountId, Balance, BlockNumber,
};
use breakwater_test_support::{externalities, person};
use breakwater_units::Ratio;
use frame_support::{
	parameter_types,
	traits::{fungible::Mutate, Hooks, OneSessionHandler},
	weights::Weight,
	PalletId,
};
use polkadot_sdk::*;
use sp_core::Pair;
use sp_io::TestExternalities;
use sp_runtime::{testing::TestXt, traits::BlakeTwo256};

use crate::{Event, GenesisFeed, Pallet};

pub(crate) type Extrinsic = TestXt<RuntimeCall, frame_system::AuthorizeCall<Test>>;
type Block =
	sp_runtime::generic::Block<sp_runtime::generic::Header<BlockNumber, BlakeTwo256>, Extrinsic>;

breakwater_test_support::runtime!(Oracle: crate);

impl frame_system::offchain::CreateTransactionBase<crate::Call<Test>> for Test {
	type RuntimeCall = RuntimeCall;
	type Extrinsic = Extrinsic;
}

impl frame_system::offchain::CreateTransaction<crate::Call<Test>> for Test {
	type Extension = frame_system::AuthorizeCall<Test>;

	fn create_transaction(call: RuntimeCall, extension: Self::Extension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl frame_system::offchain::CreateAuthorizedTransaction<crate::Call<Test>> for Test {
	fn create_extension() -> Self::Extension {
		frame_system::AuthorizeCall::new()
	}
}

pub(crate) const BLOCK_MS: u64 = 500;
pub(crate) const LIFETIME: u64 = 3_000;
pub(crate) const BOND: Balance = 1_000_000;
pub(crate) const PERIOD: BlockNumber = 20;
pub(crate) const PERIOD_REWARD: Balance = 4_000;

parameter_types! {
	pub storage Now: u64 = 1_000_000;
	pub const ClockTolerance: u64 = 1_000;
	pub const PotId: PalletId = PalletId(*b"bw/oracl");
	pub const RewardPeriod: BlockNumber = PERIOD;
	pub const PeriodReward: Balance = PERIOD_REWARD;
	pub const Rules: ConductRules = ConductRules {
		strikes_per_penalty: 3,
		rounds_per_strike: 4,
		rounds_per_level: 10,
		slash: Ratio::saturating_from_percent(1),
		largest_slash: Ratio::saturating_from_percent(5),
	};
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type SlotTime = Now;
	type ClockTolerance = ClockTolerance;
	type PotId = PotId;
	type RewardPeriod = RewardPeriod;
	type PeriodReward = PeriodReward;
	type ConductRules = Rules;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

pub(crate) const BTC: u16 = 0;
pub(crate) const USDT: u16 = 1;
pub(crate) const BTC_USDT: u16 = 2;

fn feed(symbol: &str, decimals: u8, max_price: u64, through: Option<&str>) -> GenesisFeed {
	GenesisFeed {
		symbol: symbol.into(),
		decimals,
		min_price: 100,
		max_price,
		through: through.map(Into::into),
		lifetime: LIFETIME,
		daily_sigma: 40_000_000,
		widest_to_withdraw: 10_000_000,
		widest_to_add_risk: 20_000_000,
		stale_after: 5_000,
		expired_after: 60_000,
		largest_multiple: 5,
		average_over: 3_600_000,
		confidence_step: 1_000_000,
	}
}

pub(crate) fn feeds() -> Vec<GenesisFeed> {
	vec![
		feed("BTC-USD", 2, 1 << 30, None),
		feed("USDT-USD", 4, 100_000, None),
		feed("BTC-USDT", 2, 1 << 30, Some("USDT-USD")),
	]
}

pub(crate) fn pair(number: u8) -> OraclePair {
	OraclePair::from_seed(&[number; 32])
}

pub(crate) fn key(number: u8) -> OracleId {
	pair(number).public()
}

pub(crate) fn account(number: u8) -> AccountId {
	person(number)
}

/// A chain with reporters 1 to `reporters`.
pub(crate) fn chain_of(reporters: u8, bond: Balance) -> TestExternalities {
	let all = || 1..=reporters;
	let mut ext = externalities::<Test>(10, 10 * BOND);
	ext.execute_with(|| {
		System::set_block_number(0);
		Balances::set_balance(&Pallet::<Test>::pot(), 1_000_000);
		let accounts: Vec<_> = all().map(account).collect();
		Oracle::on_genesis_session(accounts.iter().zip(all().map(key)));
		let genesis = crate::GenesisConfig::<Test> { feeds: feeds(), bond, ..Default::default() };
		frame_support::traits::BuildGenesisConfig::build(&genesis);
		System::set_block_number(1);
	});
	ext
}

/// Runs a test on a chain with four reporters and checks the invariants after it.
pub(crate) fn with_chain(test: impl FnOnce()) {
	chain_of(4, BOND).execute_with(|| {
		test();
		Oracle::do_try_state().unwrap();
	});
}

/// Opens the next block, half a second later.
pub(crate) fn next_block() {
	weigh_next_block();
}

/// The same, and says what the hook weighed.
pub(crate) fn weigh_next_block() -> Weight {
	let next = System::block_number() + 1;
	Now::set(&(Now::get() + BLOCK_MS));
	System::set_block_number(next);
	System::reset_events();
	let weight = Oracle::on_initialize(next);
	Oracle::do_try_state().unwrap();
	weight
}

pub(crate) fn quote(feed: u16, price: u64) -> Quote {
	Quote { feed, price, confidence: 10, time: Now::get(), sources: 3 }
}

/// A report of the last round, as a worker would sign it.
pub(crate) fn report(number: u8, quotes: Vec<Quote>) -> Report {
	let round = System::block_number() - 1;
	let quotes = quotes.try_into().unwrap();
	Report { reporter: key(number), round, finalized: round.saturating_sub(3), quotes }
}

pub(crate) fn signed(
	number: u8,
	report: &Report,
) -> breakwater_primitives::oracle::OracleSignature {
	pair(number).sign(&report.signed_bytes(&System::block_hash(0)))
}

/// Passes a report through the transaction's extension and dispatches it.
pub(crate) fn submit(
	report: Report,
	signature: breakwater_primitives::oracle::OracleSignature,
) -> Result<(), sp_runtime::transaction_validity::TransactionValidityError> {
	use frame_support::traits::Authorize;
	use sp_runtime::{traits::Dispatchable, transaction_validity::TransactionSource};
	let call = RuntimeCall::Oracle(crate::Call::report { report, signature });
	call.authorize(TransactionSource::External).expect("the call is an authorised one")?;
	call.dispatch(frame_system::RawOrigin::Authorized.into())
		.expect("an authorised report is taken");
	Ok(())
}

/// Reporter `number` reports a price of Bitcoin and of Tether at par.
pub(crate) fn say(number: u8, btc: u64) {
	let report = report(number, vec![quote(BTC, btc), quote(USDT, 10_000)]);
	let signature = signed(number, &report);
	submit(report, signature).unwrap();
}

/// All four report in this block; the next one begins.
pub(crate) fn round_of(prices: [u64; 4]) {
	for (number, price) in (1..).zip(prices) {
		say(number, price);
	}
	next_block();
}

pub(crate) fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}
