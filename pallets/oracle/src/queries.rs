//! What the runtime's interface answers, and what other pallets may ask.

use alloc::{format, vec::Vec};

use breakwater_oracle_math::{cross, Action, Aggregate, Validity};
use breakwater_primitives::oracle::{FeedId, FeedInfo, OracleStatus, PriceInfo, ReporterInfo};
use breakwater_units::{Price, Timestamp};
use frame_support::traits::Get;
use polkadot_sdk::*;
use sp_runtime::traits::Zero;

use crate::{
	Config, Feed, Feeds, KnownFinalized, Pallet, PriceState, Prices, Reporter, Reporters, Reports,
	Standings,
};

impl<T: Config> Pallet<T> {
	/// The price of a feed in dollars, in ticks of the feed: its own, or through the feed of its
	/// quote currency. None where either is missing.
	pub fn dollar_price(feed_id: FeedId) -> Option<Aggregate> {
		let feeds = Feeds::<T>::get();
		let mut feed = feeds.get(usize::from(feed_id))?;
		let mut price = Prices::<T>::get(feed_id)?.aggregate;
		// Each feed goes through an earlier one, so this ends.
		while let Some(through) = feed.through {
			feed = feeds.get(usize::from(through))?;
			let rate = Prices::<T>::get(through)?.aggregate;
			price = cross(&price, &rate, one(feed)).ok()?;
		}
		Some(price)
	}

	/// The grade of a feed's price in dollars: the worst of the feeds it goes through.
	pub fn validity(feed_id: FeedId) -> Validity {
		let feeds = Feeds::<T>::get();
		let mut next = Some(feed_id);
		let mut worst = Validity::Valid;
		while let Some(feed) = next {
			let grade = Prices::<T>::get(feed).map_or(Validity::Missing, |state| state.validity);
			worst = worst.min(grade);
			next = feeds.get(usize::from(feed)).and_then(|feed| feed.through);
		}
		worst
	}

	/// Whether a feed's price may be used for an action in this block.
	pub fn permits(feed_id: FeedId, action: Action) -> bool {
		Self::validity(feed_id).permits(action)
	}

	/// The feeds, in the order of their identifiers.
	pub fn feeds() -> Vec<FeedInfo> {
		let describe = |(feed, state): (FeedId, &Feed)| FeedInfo {
			feed,
			symbol: state.symbol.to_vec(),
			decimals: state.decimals,
			min_price: state.min_price,
			max_price: state.max_price,
			through: state.through,
			lifetime: state.lifetime.get(),
		};
		(0..).zip(Feeds::<T>::get().iter()).map(describe).collect()
	}

	/// The price of every feed that ever had one.
	pub fn prices() -> Vec<PriceInfo> {
		let now = Timestamp::new(T::SlotTime::get());
		(0..)
			.zip(Feeds::<T>::get().iter())
			.filter_map(|(id, feed)| {
				Prices::<T>::get(id).map(|state| Self::describe(id, feed, &state, now))
			})
			.collect()
	}

	fn describe(id: FeedId, feed: &Feed, state: &PriceState, now: Timestamp) -> PriceInfo {
		let validity = Self::validity(id);
		PriceInfo {
			feed: id,
			price: state.aggregate.price.get(),
			confidence: state.aggregate.confidence.get(),
			confidence_in_force: state.confidence_in_force.get(),
			widened_confidence: state.aggregate.widened(now, feed.daily_sigma).get(),
			in_dollars: Self::dollar_price(id).map(|price| price.price.get()),
			time: state.aggregate.time.get(),
			age: state.aggregate.age(now).get(),
			reporters: state.reporters,
			participation: state.participation.get(),
			validity: format!("{validity:?}").into_bytes(),
			liquidate: validity.permits(Action::Liquidate),
			trade: validity.permits(Action::Trade),
			add_risk: validity.permits(Action::AddRisk),
			withdraw: validity.permits(Action::Withdraw),
		}
	}

	/// The reporters of this session.
	pub fn reporters() -> Vec<ReporterInfo> {
		Reporters::<T>::get().into_iter().map(Self::describe_reporter).collect()
	}

	fn describe_reporter(reporter: Reporter) -> ReporterInfo {
		let Reporter { account, key, weight } = reporter;
		let standing = Standings::<T>::get(&account);
		let report = Reports::<T>::get(&account);
		ReporterInfo {
			bond: Self::bond(&account),
			key,
			weight,
			strikes: standing.conduct.strikes,
			penalty_level: standing.conduct.level,
			good_rounds: standing.good_rounds,
			round: report.as_ref().map(|report| report.round),
			finalized: report.as_ref().map_or(0, |report| report.finalized),
			quotes: report.map(|report| report.quotes.into_inner()).unwrap_or_default(),
			account,
		}
	}

	/// Round, finality lag and rewards.
	pub fn status() -> OracleStatus {
		let round = Self::block();
		OracleStatus {
			round,
			genesis: frame_system::Pallet::<T>::block_hash(
				frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
			),
			finality_lag: KnownFinalized::<T>::get().map(|known| round.saturating_sub(known)),
			reward_pot: Self::reward_pot(),
		}
	}
}

/// One unit of a feed's quote currency in its ticks.
pub(crate) fn one(feed: &Feed) -> Price {
	Price::new(10u64.saturating_pow(feed.decimals.into()))
}
