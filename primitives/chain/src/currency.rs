//! The native token: it pays fees and deposits. Margin and profit are kept in quote assets, never
//! in it.

use crate::Balance;

/// The ticker of the native token.
pub const TOKEN_SYMBOL: &str = "BWR";

/// Decimal places of the native token.
///
/// Twelve, not eighteen: a transaction's priority is a 64-bit number that grows with its tip, and
/// with eighteen decimals a tip worth nothing would reach the top that protocol transactions own.
pub const TOKEN_DECIMALS: u8 = 12;

/// One token.
pub const UNIT: Balance = 10u128.pow(TOKEN_DECIMALS as u32);
/// A thousandth of a token.
pub const MILLI_UNIT: Balance = UNIT / 1_000;
/// A millionth of a token.
pub const MICRO_UNIT: Balance = UNIT / 1_000_000;

/// An account with less than this is removed, so that dust does not fill the state.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_UNIT;

/// The largest tip a transaction may carry.
///
/// Tips buy a place among ordinary transactions. The cap keeps that place below the priority of
/// protocol transactions, oracle reports above all, whatever a tipper is ready to spend.
pub const MAX_TIP: Balance = UNIT;

/// The address format: the generic prefix of Substrate chains.
pub const SS58_PREFIX: u16 = 42;

/// What it costs to keep `items` entries of `bytes` bytes altogether in the state, as a deposit.
pub const fn storage_deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * 10 * MILLI_UNIT + bytes as Balance * 100 * MICRO_UNIT
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn storage_deposit_grows_with_items_and_bytes() {
		assert_eq!(storage_deposit(0, 0), 0);
		assert_eq!(storage_deposit(1, 0), UNIT / 100);
		assert_eq!(storage_deposit(2, 100), UNIT / 50 + UNIT / 100);
	}
}
