//! A market with short times and a feed that says only what is not benign.
#![allow(missing_docs, dead_code, unreachable_pub)]

use breakwater_breaker::*;
use breakwater_units::{Millis, Price, Ratio, Size, Timestamp};

/// 90 to 110.
pub const BAND: Band = Band { reference: Price::new(100), half_width: Ratio::new(100_000_000) };

pub const fn clearing(price: u64, volume: u64, imbalance_per_mille: u64) -> Option<Clearing> {
	Some(Clearing {
		price: Price::new(price),
		volume: Size::new(volume),
		imbalance: Ratio::new(imbalance_per_mille * 1_000_000),
	})
}

pub const OUTSIDE: Option<Clearing> = clearing(111, 10, 0);

pub fn market_params() -> MarketParams {
	MarketParams {
		band: BandParams {
			min: Ratio::new(10_000_000),
			max: Ratio::new(200_000_000),
			k: Ratio::new(5_000_000_000),
			window_bars: 5,
		},
		release_share: Ratio::new(500_000_000),
		min_volume: Size::new(10),
		limit_timeout: Millis::new(3),
		limit_release: Millis::new(2),
		auction: Millis::new(2),
		extension: Millis::new(1),
		max_extensions: 2,
		max_imbalance: Ratio::new(200_000_000),
		collar_growth: Ratio::new(1_500_000_000),
		missing_weight: Threshold { trip: 4, release: 2 },
		price_age: Threshold { trip: 3, release: 2 },
		quarantine_age: Threshold { trip: 6, release: 3 },
		backlog: Threshold { trip: 2, release: 0 },
		reduce_only_release: Millis::new(2),
		quarantine_release: Millis::new(3),
	}
}

#[derive(Clone, Copy, Debug)]
pub struct Feed {
	pub clearing: Option<Clearing>,
	pub has_band: bool,
	pub age: u64,
	pub missing: u64,
	pub backlog: u64,
	pub fault: bool,
	pub resumed: bool,
}

impl Feed {
	pub const BENIGN: Self = Self {
		clearing: clearing(104, 10, 200),
		has_band: true,
		age: 0,
		missing: 0,
		backlog: 0,
		fault: false,
		resumed: false,
	};

	pub fn inputs(&self, now: u64) -> MarketInputs {
		MarketInputs {
			now: Timestamp::new(now),
			band: self.has_band.then_some(BAND),
			price_time: Timestamp::new(now - self.age),
			missing_weight: Ratio::new(self.missing),
			backlog: self.backlog,
			fault: self.fault,
			clearing: self.clearing,
			resumed_at: self.resumed.then_some(Timestamp::new(now)),
		}
	}
}
