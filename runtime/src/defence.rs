//! The chain's own liquidation and insurance, as the block pipeline calls them.
//!
//! Natively they can stand down, so that the stress lab can play another design over the same
//! ledger. Nodes execute the Wasm runtime, in which there is no such switch.

use alloc::vec::Vec;
use core::marker::PhantomData;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::{FundCondition, Insurance, Liquidation};
use breakwater_units::{AccountKey, Lots, MarketId, PoolId, Price, Size};
use frame_support::weights::Weight;
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

/// Calls `P`, or nothing where it stands down.
pub struct Defence<P>(PhantomData<P>);

#[cfg(feature = "std")]
std::thread_local! {
	static IS_DOWN: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
}

/// Until this is dropped, nothing is liquidated and no loss is paid by the chain itself in this
/// thread.
#[cfg(feature = "std")]
#[must_use = "it stands down until this is dropped"]
pub struct StoodDown(());

/// Stands down.
#[cfg(feature = "std")]
pub fn stand_down() -> StoodDown {
	IS_DOWN.set(true);
	StoodDown(())
}

#[cfg(feature = "std")]
impl Drop for StoodDown {
	fn drop(&mut self) {
		IS_DOWN.set(false);
	}
}

#[cfg(feature = "std")]
fn is_down() -> bool {
	IS_DOWN.get()
}

#[cfg(not(feature = "std"))]
const fn is_down() -> bool {
	false
}

impl<P: Liquidation> Liquidation for Defence<P> {
	fn forced_orders(market: MarketId, most: u32) -> Vec<ForcedOrder> {
		if is_down() {
			return Vec::new();
		}
		P::forced_orders(market, most)
	}

	fn filled(market: MarketId, price: Price, fills: &[ForcedFill]) {
		P::filled(market, price, fills);
	}

	fn fill_weight() -> Weight {
		P::fill_weight()
	}

	fn work(limit: Weight) -> Weight {
		if is_down() {
			return Weight::zero();
		}
		P::work(limit)
	}

	fn backlog() -> u32 {
		P::backlog()
	}

	fn backlog_of(pool: PoolId) -> u32 {
		P::backlog_of(pool)
	}
}

impl<P: Insurance> Insurance for Defence<P> {
	fn backstop(pool: PoolId) -> Option<AccountKey> {
		P::backstop(pool)
	}

	fn takeover_room(market: MarketId, lots: Lots) -> Size {
		P::takeover_room(market, lots)
	}

	fn take_over_lots(
		account: &AccountKey,
		market: MarketId,
		lots: Lots,
		price: Price,
	) -> DispatchResult {
		P::take_over_lots(account, market, lots, price)
	}

	fn absorb(account: &AccountKey) -> DispatchResult {
		P::absorb(account)
	}

	fn forced_orders(market: MarketId) -> Vec<ForcedOrder> {
		if is_down() {
			return Vec::new();
		}
		P::forced_orders(market)
	}

	fn orders_weight(market: MarketId) -> Weight {
		if is_down() {
			return Weight::zero();
		}
		P::orders_weight(market)
	}

	fn filled(market: MarketId, price: Price, fills: &[ForcedFill]) {
		P::filled(market, price, fills);
	}

	fn resolve(limit: Weight) -> Weight {
		if is_down() {
			return Weight::zero();
		}
		P::resolve(limit)
	}

	fn condition(pool: PoolId) -> FundCondition {
		if is_down() {
			return FundCondition::default();
		}
		P::condition(pool)
	}

	fn condition_weight(pool: PoolId) -> Weight {
		if is_down() {
			return Weight::zero();
		}
		P::condition_weight(pool)
	}
}
