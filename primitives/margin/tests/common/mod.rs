//! Small worlds that can be searched by brute force, and naive twins that share no code with the
//! crate: every lot by itself, every tick by itself, on big integers.
#![allow(missing_docs, dead_code, unreachable_pub)]

use breakwater_margin::{
	BorrowIndex, Brackets, CollateralIndex, Indices, LegIndex, Position, Requirement, Step,
	SubaccountState,
};
use breakwater_units::{
	Amount, AssetId, LotValue, Lots, MarketId, Price, Quote, Ratio, Size, TickValue,
};
use num_bigint::BigInt;
use proptest::prelude::*;
use std::collections::BTreeMap;

pub const PPB: i64 = 1_000_000_000;

/// A market or asset as numbers, from which both the index and its twin are built.
#[derive(Clone, Debug)]
pub struct Listing {
	pub price: u64,
	pub tick_value: u32,
	pub funding: i128,
	pub steps: Vec<(u64, u64)>,
	pub maintenance: u64,
	pub initial: u64,
	pub units_per_lot: u128,
}

impl Default for Listing {
	fn default() -> Self {
		Self {
			price: 100,
			tick_value: 1,
			funding: 0,
			steps: vec![],
			maintenance: 50_000_000,
			initial: 100_000_000,
			units_per_lot: 1,
		}
	}
}

impl Listing {
	pub fn brackets(&self) -> Brackets {
		let steps: Vec<Step> = self
			.steps
			.iter()
			.map(|(beyond, factor)| Step {
				beyond: Size::new(*beyond),
				factor: Ratio::new(*factor),
			})
			.collect();
		Brackets::new(&steps).unwrap()
	}

	pub fn leg(&self) -> LegIndex {
		LegIndex::new(
			Price::new(self.price),
			TickValue::new(self.tick_value),
			LotValue::new(self.funding),
			&self.brackets(),
			Ratio::new(self.maintenance),
			Ratio::new(self.initial),
		)
		.unwrap()
	}

	pub fn collateral(&self) -> CollateralIndex {
		CollateralIndex::new(
			self.units_per_lot,
			Price::new(self.price),
			TickValue::new(self.tick_value),
			&self.brackets(),
			Ratio::new(self.maintenance),
			Ratio::new(self.initial),
		)
		.unwrap()
	}

	/// The margin rate of the n-th lot, from one: found by looking, not by cutting segments.
	pub fn rate_of_lot(&self, n: u64, requirement: Requirement) -> i64 {
		let mut factor = PPB as u64;
		for (beyond, above) in &self.steps {
			if n > *beyond {
				factor = *above;
			}
		}
		let base = match requirement {
			Requirement::Initial => self.initial.max(self.maintenance),
			_ => self.maintenance,
		};
		let mut rate = scaled_up(base, factor);
		if let Requirement::Buffered(buffer) = requirement {
			rate = scaled_up(rate, buffer.get());
		}
		rate as i64
	}

	pub fn value(&self) -> BigInt {
		BigInt::from(self.price) * self.tick_value
	}

	/// Margin in billionths, one lot after the other.
	pub fn margin(&self, lots: u64, requirement: Requirement) -> BigInt {
		let rates: BigInt =
			(1..=lots).map(|n| BigInt::from(self.rate_of_lot(n, requirement))).sum();
		rates * self.value()
	}
}

/// `min(1, ⌈rate · factor⌉)` in parts per billion.
fn scaled_up(rate: u64, factor: u64) -> u64 {
	let (rate, factor, ppb) = (u128::from(rate), u128::from(factor), PPB as u128);
	u64::try_from((rate * factor).div_ceil(ppb).min(ppb)).unwrap()
}

#[derive(Clone, Debug, Default)]
pub struct World {
	pub markets: BTreeMap<MarketId, Listing>,
	pub assets: BTreeMap<AssetId, Listing>,
	pub borrow: u64,
}

impl Indices for World {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		self.markets.get(&market).map(Listing::leg)
	}
	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		self.assets.get(&asset).map(Listing::collateral)
	}
	fn borrow(&self) -> BorrowIndex {
		BorrowIndex::new(Ratio::new(self.borrow.max(PPB as u64))).unwrap()
	}
}

impl World {
	pub fn with_market(mut self, market: u32, listing: Listing) -> Self {
		self.markets.insert(MarketId(market), listing);
		self
	}

	pub fn with_asset(mut self, asset: u32, listing: Listing) -> Self {
		self.assets.insert(AssetId(asset), listing);
		self
	}
}

pub fn account(cash: i128) -> SubaccountState {
	SubaccountState { cash: Quote::new(cash), ..Default::default() }
}

pub fn with_position(
	mut account: SubaccountState,
	market: u32,
	lots: i64,
	entry_cost: i128,
	settled_funding: i128,
) -> SubaccountState {
	let position = Position {
		lots: Lots::new(lots),
		entry_cost: Quote::new(entry_cost),
		settled_funding: LotValue::new(settled_funding),
	};
	account.positions.set(MarketId(market), position).unwrap();
	account
}

pub fn with_collateral(mut account: SubaccountState, asset: u32, amount: u128) -> SubaccountState {
	account.collateral.set(AssetId(asset), Amount::new(amount)).unwrap();
	account
}

/// Naive twin of health: equity minus the margin of every lot, in billionths.
pub fn naive_health(account: &SubaccountState, world: &World, requirement: Requirement) -> BigInt {
	naive_equity(account, world) - naive_margin(account, world, requirement)
}

/// Cash, profit and collateral at its full price, less the debt.
pub fn naive_equity(account: &SubaccountState, world: &World) -> BigInt {
	let mut quanta = BigInt::from(account.cash.get());
	for (market, position) in account.positions.iter() {
		let listing = &world.markets[&market];
		let lots = BigInt::from(position.lots.get());
		let funding_due = (listing.funding - position.settled_funding.get()) * &lots;
		quanta += listing.value() * lots + position.entry_cost.get() - funding_due;
	}
	for (asset, amount) in account.collateral.iter() {
		let listing = &world.assets[&asset];
		quanta += listing.value() * (amount.get() / listing.units_per_lot);
	}
	quanta * PPB - BigInt::from(account.loan.get()) * world.borrow.max(PPB as u64)
}

pub fn naive_margin(account: &SubaccountState, world: &World, requirement: Requirement) -> BigInt {
	let mut nano = BigInt::from(0);
	for (market, position) in account.positions.iter() {
		nano += world.markets[&market].margin(position.lots.unsigned_abs(), requirement);
	}
	for (asset, amount) in account.collateral.iter() {
		let listing = &world.assets[&asset];
		let lots = u64::try_from(amount.get() / listing.units_per_lot).unwrap();
		nano += listing.margin(lots, requirement);
	}
	nano
}

/// As many cases as `PROPTEST_CASES` says, else `default`.
pub fn cases(default: u32) -> ProptestConfig {
	let mut config = ProptestConfig::default();
	if std::env::var_os("PROPTEST_CASES").is_none() {
		config.cases = default;
	}
	config
}

prop_compose! {
	/// A listing small enough to be searched: prices below 60 ticks, bounds below 13 lots.
	pub fn small_listing()(
		price in 0u64..60,
		tick_value in 1u32..4,
		funding in -30i128..30,
		widths in prop::collection::vec((1u64..5, 0u64..2_500_000_000), 0..=3),
		rates in (rate(), rate()),
		units_per_lot in 1u128..4,
	) -> Listing {
		let (mut beyond, mut factor) = (0, PPB as u64);
		let steps = widths
			.into_iter()
			.map(|(width, more)| {
				beyond += width;
				factor += more;
				(beyond, factor)
			})
			.collect();
		let (maintenance, initial) = rates;
		Listing { price, tick_value, funding, steps, maintenance, initial, units_per_lot }
	}
}

/// Zero, one, and everything between, small rates more often.
pub fn rate() -> impl Strategy<Value = u64> {
	prop_oneof![
		6 => 0u64..400_000_000,
		2 => 0u64..=1_000_000_000,
		1 => Just(0u64),
		1 => Just(1_000_000_000u64),
	]
}

prop_compose! {
	pub fn small_world()(
		markets in prop::collection::vec(small_listing(), 3),
		assets in prop::collection::vec(small_listing(), 2),
		borrow in 1_000_000_000u64..2_500_000_000,
	) -> World {
		World {
			markets: (0..).map(MarketId).zip(markets).collect(),
			assets: (0..).map(AssetId).zip(assets).collect(),
			borrow,
		}
	}
}

prop_compose! {
	/// An account whose cash puts its health near zero more often than not, entered near the
	/// price: an account far from every edge tests nothing.
	pub fn small_account(world: World)(
		positions in prop::collection::vec(
			prop::option::weighted(0.7, (-14i64..=14, -8i64..8, -30i128..30)), 3
		),
		collateral in prop::collection::vec(prop::option::weighted(0.5, 0u128..40), 2),
		loan in prop_oneof![2 => Just(0i128), 1 => 0i128..60],
		slack in -60i128..240,
		anchor in prop_oneof![Just(Requirement::Maintenance), Just(Requirement::Initial)],
	) -> SubaccountState {
		let mut state = account(0);
		state.loan = Quote::new(loan);
		for (market, position) in (0..).zip(positions) {
			let Some((lots, away, settled)) = position else { continue };
			if lots == 0 {
				continue;
			}
			let listing = &world.markets[&MarketId(market)];
			let entry = i128::from(lots)
				* (i128::from(listing.price) + i128::from(away))
				* i128::from(listing.tick_value);
			state = with_position(state, market, lots, -entry, settled);
		}
		for (asset, amount) in (0..).zip(collateral) {
			if let Some(amount) = amount {
				state = with_collateral(state, asset, amount);
			}
		}
		let health = naive_health(&state, &world, anchor) / PPB;
		state.cash = Quote::new(slack - i128::try_from(health).unwrap());
		state
	}
}

pub fn scene() -> impl Strategy<Value = (World, SubaccountState)> {
	small_world().prop_flat_map(|world| (Just(world.clone()), small_account(world)))
}
