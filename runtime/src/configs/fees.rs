//! What a transaction costs, and where the fee goes.

use breakwater_interfaces::{Ledger, SubaccountId};
use breakwater_primitives::{
	currency::{MAX_TIP, MICRO_UNIT, UNIT},
	AccountId, Balance,
};
use breakwater_units::{wide::mul_div_u128, AccountKey, PoolId, Quote, Rounding};
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

use crate::{Authorship, Balances, Margin, Runtime, RuntimeCall, RuntimeEvent};

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

impl pallet_skip_feeless_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = TipCapped<MarginPays<FungibleAdapter<Balances, ToAuthor>>, MaxTip>;
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

/// Quanta of quote that stand for one token where a fee is paid from a margin account: a dollar.
/// Fixed, and dear: it keeps a trader without tokens able to act, and is no exchange.
const QUANTA_PER_TOKEN: u128 = 1_000_000;

/// Charges by `Inner`, and where the payer's tokens do not suffice and the call is a trader's, from
/// the cash of the payer's subaccount 0. It goes to the fund of that account's pool.
pub struct MarginPays<Inner>(core::marker::PhantomData<Inner>);

/// What a fee was paid with.
pub enum Paid<Inner> {
	/// Tokens.
	Tokens(Inner),
	/// Quote of a subaccount: how much, and for which fee.
	Margin {
		/// The subaccount.
		account: AccountKey,
		/// Quanta taken.
		quote: Quote,
	},
}

impl<Inner: Default> Default for Paid<Inner> {
	fn default() -> Self {
		Self::Tokens(Inner::default())
	}
}

/// A fee in quote, rounded up.
fn in_quote(fee: Balance) -> Quote {
	let quanta = mul_div_u128(fee, QUANTA_PER_TOKEN, UNIT, Rounding::Up).unwrap_or(u128::MAX);
	Quote::new(i128::try_from(quanta).unwrap_or(i128::MAX))
}

/// Whether a call is one that a trader without tokens must be able to make.
const fn is_of_a_trader(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Exchange(_) | RuntimeCall::Custody(_) | RuntimeCall::Margin(_))
}

/// The subaccount that pays, and how much, if it can.
fn margin_payer(
	who: &AccountId,
	call: &RuntimeCall,
	fee: Balance,
) -> Result<(AccountKey, PoolId, Quote), TransactionValidityError> {
	let refused = TransactionValidityError::from(InvalidTransaction::Payment);
	if !is_of_a_trader(call) {
		return Err(refused);
	}
	let account = SubaccountId { owner: who.clone(), number: 0 }.key();
	let quote = in_quote(fee);
	let free = Quote::from_unsigned(Margin::withdrawable(&account, None).get());
	let pool = Margin::info(&account).ok_or(refused)?.pool;
	if free.map_err(|_| refused)? < quote {
		return Err(refused);
	}
	Ok((account, pool, quote))
}

impl<T, Inner> OnChargeTransaction<T> for MarginPays<Inner>
where
	T: pallet_transaction_payment::Config<RuntimeCall = RuntimeCall>
		+ frame_system::Config<AccountId = AccountId>,
	Inner: OnChargeTransaction<T, Balance = Balance>,
	Self: TxCreditHold<T, Credit = Inner::Credit>,
{
	type Balance = Balance;
	type LiquidityInfo = Paid<Inner::LiquidityInfo>;

	fn withdraw_fee(
		who: &AccountId,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		fee: Balance,
		tip: Balance,
	) -> Result<Self::LiquidityInfo, TransactionValidityError> {
		if let Ok(paid) = Inner::withdraw_fee(who, call, info, fee, tip) {
			return Ok(Paid::Tokens(paid));
		}
		let (account, pool, quote) = margin_payer(who, call, fee)?;
		<Margin as Ledger>::transfer(pool, Some(&account), None, quote)
			.map_err(|_| InvalidTransaction::Payment)?;
		Ok(Paid::Margin { account, quote })
	}

	fn can_withdraw_fee(
		who: &AccountId,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		fee: Balance,
		tip: Balance,
	) -> Result<(), TransactionValidityError> {
		Inner::can_withdraw_fee(who, call, info, fee, tip)
			.or_else(|_| margin_payer(who, call, fee).map(|_| ()))
	}

	fn correct_and_deposit_fee(
		who: &AccountId,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		fee: Balance,
		tip: Balance,
		paid: Self::LiquidityInfo,
	) -> Result<(), TransactionValidityError> {
		let (account, quote) = match paid {
			Paid::Tokens(paid) => {
				return Inner::correct_and_deposit_fee(who, info, post_info, fee, tip, paid)
			},
			Paid::Margin { account, quote } => (account, quote),
		};
		let refund = quote.saturating_sub(in_quote(fee));
		let Some(info) = Margin::info(&account).filter(|_| refund.is_positive()) else {
			return Ok(());
		};
		// The fund has just received more than this.
		let _ = <Margin as Ledger>::transfer(info.pool, None, Some(&account), refund);
		Ok(())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn endow_account(who: &AccountId, amount: Balance) {
		Inner::endow_account(who, amount)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn minimum_balance() -> Balance {
		Inner::minimum_balance()
	}
}

impl<T, Inner> TxCreditHold<T> for MarginPays<Inner>
where
	T: pallet_transaction_payment::Config,
	Inner: TxCreditHold<T>,
{
	type Credit = Inner::Credit;
}

impl<T, Inner, Cap> TxCreditHold<T> for TipCapped<Inner, Cap>
where
	T: pallet_transaction_payment::Config,
	Inner: TxCreditHold<T>,
{
	type Credit = Inner::Credit;
}
