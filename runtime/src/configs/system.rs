//! Blocks: how long they take, how much fits in, what may be in them.

use breakwater_primitives::{
	currency::SS58_PREFIX,
	time::{MILLISECS_PER_BLOCK, SLOT_DURATION},
	AccountId, Balance, BlockNumber, Hash, Nonce,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64},
	weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::limits::{BlockLength, BlockWeights};
use polkadot_sdk::*;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

use crate::{
	weights::{BlockExecutionWeight, DbWeight, ExtrinsicBaseWeight},
	Aura, Block, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask,
	Session, VERSION,
};

/// What executing one block may take: a third of the block time. The rest of the slot is for
/// sending the block, for the others to execute it, and for voting.
pub const MAXIMUM_BLOCK_WEIGHT: Weight =
	Weight::from_parts(MILLISECS_PER_BLOCK * WEIGHT_REF_TIME_PER_MILLIS / 3, u64::MAX);

/// The part of a block that hooks may use: prices, liquidation, and the batches in which everybody
/// trades. As much as it takes to place what they fill.
pub const HOOK_RATIO: Perbill = Perbill::from_percent(47);
/// The part that ordinary transactions may use.
pub const NORMAL_RATIO: Perbill = Perbill::from_percent(43);
/// The part kept free for operational transactions however full a block is.
pub const OPERATIONAL_RATIO: Perbill = Perbill::from_percent(10);

/// The part of a block that a single transaction may declare at most: a bid with the largest accounts
/// there may be. What it did not need is given back to the block.
const LARGEST_TRANSACTION: Perbill = Perbill::from_percent(40);

const MAXIMUM_BLOCK_LENGTH: u32 = 2 * 1024 * 1024;

parameter_types! {
	/// Twenty minutes of block hashes: a mortal transaction lives no longer.
	pub const BlockHashCount: BlockNumber = 2_400;
	pub const Version: RuntimeVersion = VERSION;
	pub const SS58Prefix: u16 = SS58_PREFIX;

	pub RuntimeBlockWeights: BlockWeights = block_weights();
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAXIMUM_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |max| *max = NORMAL_RATIO * MAXIMUM_BLOCK_LENGTH)
		.build();

	/// What the hooks of one block may use altogether.
	pub HookWeight: Weight = HOOK_RATIO * MAXIMUM_BLOCK_WEIGHT;
}

fn block_weights() -> BlockWeights {
	BlockWeights::builder()
		.base_block(BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |weights| {
			weights.base_extrinsic = ExtrinsicBaseWeight::get();
		})
		.for_class(DispatchClass::Normal, |weights| {
			weights.max_total = Some(NORMAL_RATIO * MAXIMUM_BLOCK_WEIGHT);
		})
		.for_class(DispatchClass::Operational, |weights| {
			weights.max_total = Some(MAXIMUM_BLOCK_WEIGHT);
			weights.reserved = Some(OPERATIONAL_RATIO * MAXIMUM_BLOCK_WEIGHT);
		})
		// No limit for the mandatory class. The end of a session counts as a whole block, and the
		// inherents must still fit in after it: a block without its timestamp is invalid.
		// What a single transaction may weigh: its class's share less this.
		.avg_block_initialization(NORMAL_RATIO - LARGEST_TRANSACTION)
		.build_or_panic()
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type BlockHashCount = BlockHashCount;
	type DbWeight = DbWeight;
	type AccountId = AccountId;
	type Nonce = Nonce;
	type Hash = Hash;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type SS58Prefix = SS58Prefix;
	type MaxConsumers = ConstU32<64>;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = ConstU64<{ SLOT_DURATION / 2 }>;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = Session;
	type MaxAuthorities = super::session::MaxAuthorities;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}
