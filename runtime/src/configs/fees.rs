//! What a transaction costs, and where the fee goes.

use breakwater_primitives::{
	currency::{MAX_TIP, MICRO_UNIT},
	AccountId, Balance,
};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		ConstU8, OnUnbalanced,
	},
	weights::{ConstantMultiplier, IdentityFee},
};
use pallet_transaction_payment::{
	FungibleAdapter, Multiplier, OnChargeTransaction, TargetedFeeAdjustment, TxCreditHold,
};
use polkadot_sdk::*;
use sp_runtime::{
	traits::{DispatchInfoOf, Get, PostDispatchInfoOf},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	FixedPointNumber, Perquintill,
};

use crate::{Authorship, Balances, Runtime, RuntimeCall, RuntimeEvent};

/// The code of `InvalidTransaction::Custom` for a tip above [`MAX_TIP`].
pub const TIP_ABOVE_CAP: u8 = 1;

parameter_types! {
	/// A byte of a transaction.
	pub const TransactionByteFee: Balance = MICRO_UNIT;
	pub const MaxTip: Balance = MAX_TIP;

	/// Fees rise while blocks are fuller than this and fall while they are emptier.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// The pace: in wholly full blocks fees double in about an hour and a quarter.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(1, 10_000);
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
	/// However congested the chain, topping up margin stays affordable.
	pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(100);
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = TipCapped<FungibleAdapter<Balances, ToAuthor>, MaxTip>;
	// One unit of weight, a picosecond of execution, is one smallest unit of the token.
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Self,
		TargetBlockFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

/// Gives fees and tips to the author of the block; burns them where there is none.
pub struct ToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for ToAuthor {
	fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
		let Some(author) = Authorship::author() else { return };
		// An author whose account is gone and cannot be opened with so little: the fee is burnt.
		let _ = Balances::resolve(&author, credit);
	}
}

/// Refuses transactions whose tip exceeds `Cap`; charges all others by `Inner`.
///
/// The priority of a transaction grows with its tip up to the largest 64-bit number. Without a
/// cap, whoever pays enough takes the places of the protocol's own transactions.
pub struct TipCapped<Inner, Cap>(core::marker::PhantomData<(Inner, Cap)>);

impl<Inner, Cap> TipCapped<Inner, Cap> {
	fn ensure_capped<Balance: PartialOrd>(tip: Balance) -> Result<(), TransactionValidityError>
	where
		Cap: Get<Balance>,
	{
		if tip > Cap::get() {
			return Err(InvalidTransaction::Custom(TIP_ABOVE_CAP).into());
		}
		Ok(())
	}
}

impl<T, Inner, Cap> OnChargeTransaction<T> for TipCapped<Inner, Cap>
where
	T: pallet_transaction_payment::Config<RuntimeCall = RuntimeCall>,
	Inner: OnChargeTransaction<T>,
	Cap: Get<Inner::Balance>,
	Self: TxCreditHold<T, Credit = Inner::Credit>,
{
	type Balance = Inner::Balance;
	type LiquidityInfo = Inner::LiquidityInfo;

	fn withdraw_fee(
		who: &T::AccountId,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		fee_with_tip: Self::Balance,
		tip: Self::Balance,
	) -> Result<Self::LiquidityInfo, TransactionValidityError> {
		Self::ensure_capped(tip)?;
		Inner::withdraw_fee(who, call, info, fee_with_tip, tip)
	}

	fn can_withdraw_fee(
		who: &T::AccountId,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		fee_with_tip: Self::Balance,
		tip: Self::Balance,
	) -> Result<(), TransactionValidityError> {
		Self::ensure_capped(tip)?;
		Inner::can_withdraw_fee(who, call, info, fee_with_tip, tip)
	}

	fn correct_and_deposit_fee(
		who: &T::AccountId,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		corrected_fee_with_tip: Self::Balance,
		tip: Self::Balance,
		liquidity_info: Self::LiquidityInfo,
	) -> Result<(), TransactionValidityError> {
		Inner::correct_and_deposit_fee(
			who,
			info,
			post_info,
			corrected_fee_with_tip,
			tip,
			liquidity_info,
		)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn endow_account(who: &T::AccountId, amount: Self::Balance) {
		Inner::endow_account(who, amount)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn minimum_balance() -> Self::Balance {
		Inner::minimum_balance()
	}
}

impl<T, Inner, Cap> TxCreditHold<T> for TipCapped<Inner, Cap>
where
	T: pallet_transaction_payment::Config,
	Inner: TxCreditHold<T>,
{
	type Credit = Inner::Credit;
}
