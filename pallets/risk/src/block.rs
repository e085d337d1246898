//! The beginning of a block: prices become indices.

use alloc::vec::Vec;

use breakwater_interfaces::{ContagionLoads, Exposure, Loads, PoolTerms};
use breakwater_risk::{Observation, Pressure};
use breakwater_units::{AssetId, MarketId, PoolId, Ratio, Timestamp};
use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

use crate::{
	asset::AssetState,
	correlation::CommonMoves,
	market::{bar_of, MarketHistory, MarketState},
	pairs::BarReturns,
	pool::{interest, Loans},
	quote::QuoteRate,
	AssetCount, AssetStates, Assets, CollateralIndices, Common, Config, Event, ListedMarket,
	MarketHistories, MarketIndices, MarketList, MarketStates, Markets, Pairs, Pallet, PoolCount,
	PoolLoans, Pools, Returns, WeightInfo, MAX_CONFIDENCE,
};

/// What a return goes into.
struct Moves {
	common: CommonMoves,
	returns: BarReturns,
	/// Of the market in the list.
	place: usize,
}

impl Moves {
	fn record(&mut self, bar: u64, seen: &Observation) {
		self.common.record(bar, seen);
		self.returns.record(bar, self.place, seen);
	}
}

impl<T: Config> Pallet<T> {
	/// Moves every index. Bounded by what is listed; what has no usable price keeps its last index.
	pub(crate) fn move_indices(now: Timestamp) {
		for pool in Self::pool_ids() {
			Self::charge_interest(pool, now);
		}
		// One quote asset for all pools, so one rate.
		let rate = Self::quote_terms().and_then(|terms| QuoteRate::of::<T::Prices>(&terms));
		for asset in Self::asset_ids() {
			Self::move_asset(asset, rate.as_ref(), now);
		}
		let markets = MarketList::<T>::get();
		let (mut moves, before) = Self::begin_bar(now);
		let correlation = if markets.len() > 1 { moves.common.mean() } else { Ratio::ZERO };
		let pressure = Pressure { correlation, fullness: T::Fullness::get() };
		let loads = T::Contagion::loads();
		for (place, (market, _)) in markets.iter().enumerate() {
			moves.place = place;
			Self::move_market(*market, rate.as_ref(), (pressure, &loads), &mut moves, now);
		}
		Common::<T>::put(moves.common);
		if moves.returns != before {
			Returns::<T>::put(moves.returns);
		}
	}

	/// What the markets' returns go into, and the bar's as they are stored. The first block of a
	/// minute takes the returns of the bar before into the averages of pairs: once, whatever came.
	fn begin_bar(now: Timestamp) -> (Moves, BarReturns) {
		let before = Returns::<T>::get();
		let mut returns = before.clone();
		if let Some(over) = returns.begin(bar_of(now)) {
			Pairs::<T>::mutate(|pairs| pairs.take(&over));
		}
		(Moves { common: Common::<T>::get(), returns, place: 0 }, before)
	}

	/// What [`Self::move_indices`] weighs with what is listed.
	pub(crate) fn move_indices_weight() -> Weight {
		let markets = u32::try_from(MarketList::<T>::decode_len().unwrap_or(0));
		let (assets, pools) = (AssetCount::<T>::get(), PoolCount::<T>::get());
		T::WeightInfo::begin_block(markets.unwrap_or(u32::MAX), assets, pools)
	}

	/// Terms of the first pool, whose quote asset is everybody's.
	pub(crate) fn quote_terms() -> Option<PoolTerms> {
		Pools::<T>::get(PoolId(0))
	}

	pub(crate) fn pool_ids() -> Vec<PoolId> {
		(0..PoolCount::<T>::get()).map(PoolId).collect()
	}

	pub(crate) fn asset_ids() -> Vec<AssetId> {
		(0..AssetCount::<T>::get()).map(AssetId).collect()
	}

	fn charge_interest(pool: PoolId, now: Timestamp) {
		let Some(terms) = Pools::<T>::get(pool) else { return };
		let Some(mut loans) = PoolLoans::<T>::get(pool) else {
			PoolLoans::<T>::insert(pool, Loans::new(now));
			return;
		};
		let Some(rise) = loans.charge(terms.interest, terms.interest_period, now) else { return };
		PoolLoans::<T>::insert(pool, loans);

		let interest = interest(T::Exposure::borrowed(pool), rise);
		if interest.is_positive() {
			T::Exposure::accrue(pool, interest);
			Self::deposit_event(Event::InterestAccrued { pool, index: loans.index, interest });
		}
	}

	fn move_asset(asset: AssetId, rate: Option<&QuoteRate>, now: Timestamp) {
		let Some(terms) = Assets::<T>::get(asset) else { return };
		let price = rate.and_then(|rate| rate.price::<T::Prices>(terms.feed, MAX_CONFIDENCE));
		let mut state = match (AssetStates::<T>::get(asset), &price) {
			(Some(mut state), Some(price)) => {
				state.take_price(price, now);
				state
			},
			(Some(state), None) => state,
			(None, Some(price)) => {
				let Some(state) = AssetState::new(price, &terms, now) else { return };
				Self::deposit_event(Event::AssetPriced { asset, index: price.price });
				state
			},
			(None, None) => return,
		};
		state.set_haircut(&terms, T::Exposure::held(asset), now);
		if state.tell(&terms) {
			let (maintenance, initial) = state.haircuts(&terms);
			let rising_to = state.ramp.rising_to();
			Self::deposit_event(Event::HaircutChanged { asset, maintenance, initial, rising_to });
		}
		if let Some(index) = state.collateral_index(&terms) {
			CollateralIndices::<T>::insert(asset, index);
			AssetStates::<T>::insert(asset, state);
		}
	}

	fn move_market(
		market: MarketId,
		rate: Option<&QuoteRate>,
		(pressure, loads): (Pressure, &Loads),
		moves: &mut Moves,
		now: Timestamp,
	) {
		let Some(listed) = Markets::<T>::get(market) else { return };
		let price = rate.and_then(|rate| rate.price::<T::Prices>(listed.feed, Ratio::ZERO));
		let mut state = match (MarketStates::<T>::get(market), &price) {
			(Some(mut state), Some(price)) => {
				state.charge_funding(listed.tick_value, now);
				state.take_index(price, now);
				state
			},
			(Some(mut state), None) => {
				state.charge_funding(listed.tick_value, now);
				state
			},
			(None, Some(price)) => {
				let time = price.time.min(now);
				let history = MarketHistory::new(price.price, time, listed.risk.daily_sigma);
				let Some(history) = history else { return };
				let state = MarketState::new(price, &history, &listed.risk, now);
				MarketHistories::<T>::insert(market, history);
				Self::deposit_event(Event::MarketPriced { market, index: price.price });
				state
			},
			(None, None) => return,
		};
		if state.is_new_bar() {
			Self::take_return(market, &listed, &mut state, moves);
		}
		state.set_funding_rate(&listed, now);
		state.set_mark(listed.risk.mark_band, now);
		let (load, spill) = loads.of(market, listed.pool);
		state.squeeze = listed.risk.contagion.squeeze(load, spill);
		state.set_margin(&listed, T::Exposure::open_interest(market), pressure, now);
		Self::store_market(market, &listed, state);
	}

	fn take_return(
		market: MarketId,
		listed: &ListedMarket,
		state: &mut MarketState,
		moves: &mut Moves,
	) {
		let Some(mut history) = MarketHistories::<T>::get(market) else { return };
		if let Some(seen) = history.observe(state.index, state.index_time) {
			state.take_volatility(&history, &listed.risk);
			moves.record(state.bar, &seen);
			MarketHistories::<T>::insert(market, history);
		}
	}

	fn store_market(market: MarketId, listed: &ListedMarket, mut state: MarketState) {
		if state.tell() {
			Self::deposit_event(Event::MarginChanged {
				market,
				maintenance: state.ramp.maintenance(),
				initial: state.initial,
				rising_to: state.ramp.rising_to(),
			});
		}
		if let Some(index) = state.leg_index(listed) {
			MarketIndices::<T>::insert(market, index);
			MarketStates::<T>::insert(market, state);
		}
	}
}
