//! Prices: who pays for good ones, and what bad ones cost.

use breakwater_oracle_math::ConductRules;
use breakwater_primitives::{
	currency::UNIT,
	time::{HOURS, MINUTES, SLOT_DURATION},
	Balance, BlockNumber,
};
use breakwater_units::Ratio;
use frame_support::{parameter_types, traits::ConstU64, PalletId};
use frame_system::offchain::{CreateAuthorizedTransaction, CreateTransaction};
use pallet_transaction_payment::ChargeTransactionPayment;
use polkadot_sdk::*;
use sp_runtime::generic::Era;

use crate::{Balances, Runtime, RuntimeCall, RuntimeHoldReason, TxExtension, UncheckedExtrinsic};

parameter_types! {
	/// The slot's time, because hooks run before the timestamp is set. Aura has read the slot
	/// before.
	pub SlotTime: u64 = u64::from(pallet_aura::CurrentSlot::<Runtime>::get()).saturating_mul(SLOT_DURATION);
	pub const PotId: PalletId = PalletId(*b"bw/oracl");
	pub const RewardPeriod: BlockNumber = HOURS;
	/// For all reporters of an hour together.
	pub const PeriodReward: Balance = 100 * UNIT;
	/// Ten strikes within good reports of ten seconds each make a penalty; an hour without strikes
	/// undoes one.
	pub const Conduct: ConductRules = ConductRules {
		strikes_per_penalty: 10,
		rounds_per_strike: MINUTES / 6,
		rounds_per_level: HOURS,
		slash: Ratio::saturating_from_percent(1),
		largest_slash: Ratio::saturating_from_percent(10),
	};
}

impl breakwater_oracle::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type SlotTime = SlotTime;
	type ClockTolerance = ConstU64<2_000>;
	type PotId = PotId;
	type RewardPeriod = RewardPeriod;
	type PeriodReward = PeriodReward;
	type ConductRules = Conduct;
	type WeightInfo = breakwater_oracle::weights::SubstrateWeight<Runtime>;
}

impl<C> CreateTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	/// The same as under any transaction. Nobody signs it as an account, so nobody's nonce counts
	/// and nobody pays.
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckMortality::from(Era::Immortal),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
			ChargeTransactionPayment::from(0).into(),
			frame_system::WeightReclaim::new(),
		)
	}
}
