//! Adding a market.

use breakwater_interfaces::{Breakers, Ledger, MarketTerms, RiskEngine};
use breakwater_units::{
	limits::{MAX_LOTS, MAX_QUANTA_PER_TICK_LOT},
	MarketId, Quote, Ratio,
};
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use alloc::boxed::Box;

use crate::{Amm, Amms, Config, Error, Event, MarketCount, Markets, Pallet};
use breakwater_interfaces::MAX_MARKETS;

const MAX_LOT_DECIMALS: u8 = 18;
const MAX_ORDER_TICK: u32 = 1_000_000;
const MAX_SLIPPAGE: Ratio = Ratio::saturating_from_percent(50);
const MAX_FEE: Ratio = Ratio::saturating_from_percent(1);
const MAX_HALF_SPREAD: Ratio = Ratio::saturating_from_percent(10);
const MAX_LEVERAGE: Ratio = Ratio::saturating_from_percent(2_000);
/// A thousand dollars.
const MAX_ORDER_DEPOSIT: Quote = Quote::new(1_000_000_000);

impl<T: Config> Pallet<T> {
	/// Lists a market: its terms here, its risk, its breaker, and its AMM's subaccount. Call it in
	/// a storage layer.
	pub(crate) fn list(terms: MarketTerms) -> Result<MarketId, DispatchError> {
		Self::check_terms(&terms)?;
		let number = MarketCount::<T>::get();
		ensure!(number < MAX_MARKETS, Error::<T>::TooManyMarkets);
		let market = MarketId(number);
		T::Risk::list_market(
			market,
			terms.pool,
			terms.feed,
			terms.tick_value,
			terms.max_position,
			&terms.risk,
			&terms.funding,
		)?;
		T::Breakers::list_market(market, terms.feed, &terms.breaker)?;
		let amm = T::Ledger::open(&Self::amm_id(market), terms.pool, Some(market))?;
		Amms::<T>::insert(market, Amm { account: amm, shares: 0 });
		Markets::<T>::insert(market, &terms);
		MarketCount::<T>::put(number.saturating_add(1));
		Self::deposit_event(Event::MarketListed { market, amm, terms: Box::new(terms) });
		Ok(market)
	}

	/// The bounds of what this pallet uses; risk and breaker check theirs.
	fn check_terms(terms: &MarketTerms) -> Result<(), Error<T>> {
		let taken = Markets::<T>::iter_values().any(|other| other.symbol == terms.symbol);
		ensure!(!terms.symbol.is_empty() && !taken, Error::<T>::BadSymbol);
		ensure!(T::Risk::pool(terms.pool).is_some(), Error::<T>::UnknownPool);
		let tick_value = terms.tick_value.get();
		ensure!((1..=MAX_QUANTA_PER_TICK_LOT).contains(&tick_value), Error::<T>::BadTickValue);
		ensure!(terms.lot_decimals <= MAX_LOT_DECIMALS, Error::<T>::BadLotDecimals);
		ensure!((1..=MAX_ORDER_TICK).contains(&terms.order_tick), Error::<T>::BadOrderTick);
		ensure!(terms.order_lot > 0, Error::<T>::BadOrderLot);

		let lot = u64::from(terms.order_lot);
		let (least, largest) = (terms.min_order.get(), terms.max_order.get());
		let on_grid = least.is_multiple_of(lot) && largest.is_multiple_of(lot);
		ensure!(on_grid && least > 0 && least <= largest, Error::<T>::BadOrderSizes);
		let most = terms.max_position.get();
		ensure!((largest..=MAX_LOTS.unsigned_abs()).contains(&most), Error::<T>::BadMaxPosition);

		let slippage = terms.max_slippage;
		ensure!(!slippage.is_zero() && slippage <= MAX_SLIPPAGE, Error::<T>::BadSlippage);
		let deposit = terms.order_deposit;
		let deposit = !deposit.is_negative() && deposit <= MAX_ORDER_DEPOSIT;
		ensure!(deposit, Error::<T>::BadOrderDeposit);
		let fees = &terms.fees;
		let in_order = fees.maker <= fees.taker && fees.taker <= MAX_FEE;
		ensure!(in_order && fees.insurance_share <= Ratio::ONE, Error::<T>::BadFees);
		Self::check_amm(terms)?;
		let funding = &terms.funding;
		let volume = funding.least_volume <= terms.max_position;
		let size = !funding.impact_size.is_zero() && funding.impact_size <= terms.max_position;
		ensure!(size && volume, Error::<T>::BadFunding);
		let liquidation = &terms.liquidation;
		let helps = liquidation.cost < terms.risk.margin.lowest;
		ensure!(liquidation.are_valid() && helps, Error::<T>::BadLiquidation);
		Ok(())
	}

	fn check_amm(terms: &MarketTerms) -> Result<(), Error<T>> {
		let amm = &terms.amm;
		if amm.max_inventory.is_zero() {
			return Ok(());
		}
		let spread = !amm.half_spread.is_zero() && amm.half_spread <= MAX_HALF_SPREAD;
		let depth = (1..=MAX_LOTS.unsigned_abs()).contains(&amm.depth_lots.get());
		let slope = depth && !amm.depth_move.is_zero() && amm.depth_move <= Ratio::ONE;
		let bound = amm.max_inventory <= terms.max_position;
		let leverage = !amm.max_leverage.is_zero() && amm.max_leverage <= MAX_LEVERAGE;
		ensure!(spread && slope && bound && leverage, Error::<T>::BadAmm);
		Ok(())
	}
}
