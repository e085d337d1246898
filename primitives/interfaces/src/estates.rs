use alloc::vec::Vec;
use breakwater_liquidation::{Action, Terms};
use breakwater_units::{AccountKey, AssetId, NanoQuote, PoolId, Price, Quote, Size};
use polkadot_sdk::sp_runtime::{DispatchError, DispatchResult};

/// The books of the fund that all pools share: no account is in it, and it has no market.
pub const GLOBAL_POOL: PoolId = PoolId(u32::MAX);

/// What liquidation and insurance do with subaccounts. Nothing here asks for margin; everything
/// conserves value to the unit, and changes nothing on an error.
pub trait Estates {
	/// What liquidation does with an account next: see [`breakwater_liquidation::classify`].
	///
	/// # Errors
	/// If the account is not there or cannot be computed.
	fn plan(
		account: &AccountKey,
		open_orders: u32,
		terms: &impl Terms,
	) -> Result<Action, DispatchError>;

	/// What an account is worth at marks, after haircuts of its collateral and its debt; none if it
	/// is not there or cannot be computed.
	fn equity(account: &AccountKey) -> Option<NanoQuote>;

	/// What the fund of a pool has, or the one that all share.
	fn fund(pool: PoolId) -> Quote;

	/// What of the fund may be paid out: all but what belongs to its backers.
	fn capital(pool: PoolId) -> Quote;

	/// Sells whole lots of collateral from an account to another of its pool.
	///
	/// # Errors
	/// If an account is not there or has less, or the buyer's cash would fall below zero.
	fn sell_collateral(
		from: &AccountKey,
		to: &AccountKey,
		asset: AssetId,
		lots: Size,
		price: Price,
	) -> DispatchResult;

	/// Moves all that is in an account, debt and positions included, to another of its pool, and
	/// leaves it empty and open.
	///
	/// # Errors
	/// If an account is not there, or the other would have too many legs.
	fn absorb(from: &AccountKey, to: &AccountKey) -> DispatchResult;

	/// Moves quanta between accounts of a pool. What the payer's cash does not cover it owes.
	///
	/// # Errors
	/// If the amount is below zero or an account is not there.
	fn charge(from: &AccountKey, to: &AccountKey, amount: Quote) -> DispatchResult;

	/// Takes now what an account owes to a deleveraging or a final settlement of its pool.
	///
	/// # Errors
	/// If the account is not there, or the payee cannot be the other side.
	fn settle_levy(_account: &AccountKey) -> DispatchResult {
		Ok(())
	}

	/// Moves quanta from the fund of a pool to that of another, as far as the payer's quote is on
	/// hand.
	///
	/// # Errors
	/// If the fund, or the quote on hand, has less.
	fn move_fund(from: PoolId, to: PoolId, amount: Quote) -> DispatchResult;

	/// The next accounts in the order of their keys, up to `limit`.
	fn accounts_after(last: Option<&AccountKey>, limit: u32) -> Vec<AccountKey>;
}
