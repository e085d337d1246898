//! What other pallets ask of the oracle.

use breakwater_interfaces::{FeedPrice, Prices as PricesInterface};
use breakwater_oracle_math::{cross, Action, Aggregate};
#[cfg(feature = "runtime-benchmarks")]
use breakwater_oracle_math::{Confidence, SlowAverage, Validity};
use breakwater_primitives::oracle::FeedId;
use breakwater_units::{Price, Ratio};

use crate::{queries::one, Config, Feeds, KnownFinalized, Pallet, PriceState, Prices};

impl<T: Config> PricesInterface for Pallet<T> {
	fn decimals(feed: FeedId) -> Option<u8> {
		Feeds::<T>::get().get(usize::from(feed)).map(|feed| feed.decimals)
	}

	fn price(feed_id: FeedId) -> Option<FeedPrice> {
		let feeds = Feeds::<T>::get();
		let mut feed = feeds.get(usize::from(feed_id))?;
		let state = Prices::<T>::get(feed_id)?;
		let mut participation = state.participation;
		let mut price = in_force(&state);
		// Each feed goes through an earlier one, so this ends.
		while let Some(through) = feed.through {
			feed = feeds.get(usize::from(through))?;
			let rate = Prices::<T>::get(through)?;
			participation = participation.min(rate.participation);
			price = cross(&price, &in_force(&rate), one(feed)).ok()?;
		}
		Some(FeedPrice {
			price: price.price,
			confidence: Price::new(price.confidence.get()),
			time: price.time,
			missing_weight: Ratio::ONE.saturating_sub(participation),
		})
	}

	fn permits(feed: FeedId, action: Action) -> bool {
		Self::permits(feed, action)
	}

	fn finality_lag() -> Option<u32> {
		KnownFinalized::<T>::get().map(|known| Self::block().saturating_sub(known))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_price(feed: FeedId, price: Price, now: breakwater_units::Timestamp) {
		let aggregate = Aggregate { price, confidence: Confidence::ZERO, time: now };
		let state = PriceState {
			aggregate,
			confidence_in_force: Confidence::ZERO,
			average: SlowAverage::starting_at(price),
			updated: now,
			round: Ok(()),
			reporters: 1,
			participation: Ratio::ONE,
			validity: Validity::Valid,
		};
		Prices::<T>::insert(feed, state);
	}
}

/// The last price, with the confidence that collateral and debt are valued with.
fn in_force(state: &PriceState) -> Aggregate {
	Aggregate { confidence: state.confidence_in_force, ..state.aggregate }
}
