//! What must hold after every block.

use alloc::vec::Vec;

use breakwater_oracle_math::capped_weights;
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{Config, Feeds, Pallet, Prices, Reporters, Reports, Standings};

impl<T: Config> Pallet<T> {
	/// Checks the invariants.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_reporters()?;
		Self::check_reports()?;
		Self::check_prices()
	}

	fn check_reporters() -> Result<(), TryRuntimeError> {
		let reporters = Reporters::<T>::get();
		let mut keys: Vec<_> = reporters.iter().map(|reporter| reporter.key.clone()).collect();
		keys.sort();
		keys.dedup();
		ensure!(keys.len() == reporters.len(), "two reporters share a key");

		let weights: Vec<u128> = reporters.iter().map(|reporter| reporter.weight).collect();
		let capped = capped_weights(&weights).map_err(|_| "weights are out of range")?;
		ensure!(capped == weights, "a reporter holds more than its capped share");
		for reporter in &reporters {
			let full = Standings::<T>::get(&reporter.account).full_bond;
			ensure!(
				Self::bond(&reporter.account) <= full,
				"a bond is larger than when it was full"
			);
		}
		Ok(())
	}

	fn check_reports() -> Result<(), TryRuntimeError> {
		for (account, report) in Reports::<T>::iter() {
			let last = Standings::<T>::get(&account).last_round;
			ensure!(last == Some(report.round), "a report is not the reporter's last");
			ensure!(report.included <= Self::block(), "a report is from the future");
			let ordered =
				report.quotes.windows(2).all(|pair| matches!(pair, [a, b] if a.feed < b.feed));
			ensure!(ordered && !report.quotes.is_empty(), "quotes are not ordered by feed");
		}
		Ok(())
	}

	fn check_prices() -> Result<(), TryRuntimeError> {
		let feeds = Feeds::<T>::get();
		for (id, state) in Prices::<T>::iter() {
			let feed = feeds.get(usize::from(id)).ok_or("a price without a feed")?;
			let price = state.aggregate.price.get();
			ensure!((feed.min_price..=feed.max_price).contains(&price), "a price is out of bounds");
			ensure!(state.reporters > 0, "a price rests on nobody");
		}
		Ok(())
	}
}
