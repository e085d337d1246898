//! Stepping the machines.

use breakwater_breaker::{
	band_half_width, Action, ActionSet, Band, ChainInputs, Clearing, Market, MarketInputs,
	MarketParams, Matching, PoolInputs,
};
use breakwater_interfaces::{Breakers, MarketFacts, PoolFacts, Prices, Pricing, RiskEngine};
use breakwater_oracle_math::Action as PriceUse;
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{MarketId, PoolId, Ratio, Timestamp};
use frame_support::{ensure, pallet_prelude::Weight, traits::Get};
use polkadot_sdk::*;
use sp_runtime::DispatchResult;

use crate::{
	ChainState, Config, Error, Event, Listed, Markets, Pallet, Pools, ResumedAt, WeightInfo,
};

/// What an action needs a price for, if it needs one.
const fn price_action(action: Action) -> Option<PriceUse> {
	match action {
		Action::Deposit | Action::Cancel | Action::Reduce => None,
		Action::Liquidate | Action::Bid => Some(PriceUse::Liquidate),
		Action::AddRisk => Some(PriceUse::AddRisk),
		Action::Withdraw => Some(PriceUse::Withdraw),
	}
}

impl<T: Config> Breakers for Pallet<T> {
	fn begin_block(now: Timestamp, backlog: u64) -> Weight {
		let finality_lag = T::Prices::finality_lag().map_or(0, u64::from);
		let inputs = ChainInputs { now, finality_lag, backlog };
		let (state, effects) = ChainState::<T>::get().step(&inputs, &T::ChainParams::get());
		ChainState::<T>::put(state);
		ResumedAt::<T>::set(effects.resumed_at);
		if let Some(at) = effects.resumed_at {
			Self::deposit_event(Event::Resumed { at });
		}
		if effects.changed {
			Self::deposit_event(Event::ChainChanged { state });
		}
		T::WeightInfo::begin_block()
	}

	fn step_pool(pool: PoolId, now: Timestamp, facts: PoolFacts) -> Weight {
		let weight = T::WeightInfo::step_pool();
		let Some(terms) = T::RiskEngine::pool(pool) else { return weight };
		let PoolFacts { backlog, fund } = facts;
		let inputs = PoolInputs {
			now,
			drawdown: fund.drawdown,
			backlog,
			unresolved_loss: fund.unresolved_loss,
		};
		let before = Pools::<T>::get(pool);
		let (state, changed) = before.step(&inputs, &terms.breaker);
		if state != before {
			Pools::<T>::insert(pool, state);
		}
		if changed {
			Self::deposit_event(Event::PoolChanged { pool, state });
		}
		weight
	}

	fn step_weight() -> Weight {
		T::WeightInfo::step()
	}

	fn step(
		market: MarketId,
		now: Timestamp,
		facts: MarketFacts,
		clearing: Option<Clearing>,
	) -> Matching {
		let Some((feed, params)) = Listed::<T>::get(market) else { return Matching::Halt };
		let inputs = Self::inputs(market, feed, &params, now, facts, clearing);
		let before = Markets::<T>::get(market);
		let (state, effects) = before.step(&inputs, &params);
		if state != before {
			Markets::<T>::insert(market, state);
		}
		if effects.changed {
			let matching = effects.matching;
			Self::deposit_event(Event::MarketChanged { market, state, matching });
		}
		if effects.extended {
			Self::deposit_event(Event::AuctionExtended { market });
		}
		effects.matching
	}

	fn allows(market: MarketId, action: Action) -> bool {
		let Some((feed, _)) = Listed::<T>::get(market) else {
			return ActionSet::ALWAYS.contains(action);
		};
		let price_is_good = price_action(action).is_none_or(|use_| T::Prices::permits(feed, use_));
		let pool = T::RiskEngine::pool_of(market);
		price_is_good
			&& Self::market(market).allowed().contains(action)
			&& pool.is_none_or(|pool| Self::pool_allows(pool, action))
	}

	fn pool_allows(pool: PoolId, action: Action) -> bool {
		Pools::<T>::get(pool).allowed().contains(action) && Self::chain_allows(action)
	}

	fn chain_allows(action: Action) -> bool {
		ChainState::<T>::get().allowed().contains(action)
	}

	fn list_market(market: MarketId, feed: FeedId, params: &MarketParams) -> DispatchResult {
		ensure!(!Listed::<T>::contains_key(market), Error::<T>::AlreadyListed);
		params.validate().map_err(|_| Error::<T>::BadParameters)?;
		Listed::<T>::insert(market, (feed, params));
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// The state of a market's machine.
	pub fn market(market: MarketId) -> Market {
		Markets::<T>::get(market)
	}

	/// The band in which a market trades now; none without a price.
	pub fn band(market: MarketId) -> Option<Band> {
		let (_, params) = Listed::<T>::get(market)?;
		Self::band_of(&T::RiskEngine::pricing(market)?, &params)
	}

	fn band_of(pricing: &Pricing, params: &MarketParams) -> Option<Band> {
		let half_width = band_half_width(pricing.sigma_per_minute, &params.band);
		let band = Band { reference: pricing.index, half_width };
		(!pricing.index.is_zero()).then_some(band)
	}

	fn inputs(
		market: MarketId,
		feed: FeedId,
		params: &MarketParams,
		now: Timestamp,
		facts: MarketFacts,
		clearing: Option<Clearing>,
	) -> MarketInputs {
		let pricing = T::RiskEngine::pricing(market);
		// A price that is not good enough to trade at is no reference to trade around.
		let tradable = T::Prices::permits(feed, PriceUse::Trade);
		let band = pricing.filter(|_| tradable).and_then(|pricing| Self::band_of(&pricing, params));
		MarketInputs {
			now,
			band,
			// Before the first price it is as old as time.
			price_time: pricing.map_or(Timestamp::ZERO, |pricing| pricing.index_time),
			missing_weight: T::Prices::price(feed).map_or(Ratio::ONE, |price| price.missing_weight),
			backlog: facts.backlog,
			fault: facts.fault,
			clearing,
			resumed_at: ResumedAt::<T>::get(),
		}
	}
}
