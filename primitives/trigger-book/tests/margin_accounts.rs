//! The book over the accounts of `breakwater-margin`: brackets, funding, haircuts and loans as the
//! chain has them, not as this crate's own tests imagine them.
#![allow(missing_docs)]

use breakwater_margin::{
	for_each_component, health, is_liquidatable, BorrowIndex, Brackets, CollateralIndex, Indices,
	LegId, LegIndex, Requirement, Step, SubaccountState,
};
use breakwater_trigger_book::{
	BandLimits, Budget, Component, Cursor, Evaluation, Health, IndexId, MemoryStorage, TriggerBook,
};
use breakwater_units::{
	AccountKey, Amount, AssetId, IndexLevel, LotValue, Lots, MarketId, Price, Quote, Ratio, Side,
	Size, TickValue, PPB,
};
use proptest::{collection::vec, prelude::*};
use std::collections::{BTreeMap, BTreeSet};

const MARKETS: u32 = 3;
const ACCOUNTS: u8 = 8;
const ASSET: AssetId = AssetId(0);
const BORROW: IndexId = IndexId(u64::MAX);
const BRACKETS: u8 = 3;

/// A market's or asset's price in ticks, funding in quanta per lot, and maintenance rate in ppb.
#[derive(Clone, Copy, Debug)]
struct Listing {
	price: u64,
	funding: i128,
	rate: u64,
}

impl Listing {
	/// Twice the rate beyond 20 lots, four times beyond 60.
	fn brackets() -> Brackets {
		let step =
			|beyond, factor| Step { beyond: Size::new(beyond), factor: Ratio::new(factor * PPB) };
		Brackets::new(&[step(20, 2), step(60, 4)]).unwrap()
	}

	fn leg(&self) -> LegIndex {
		let (price, rate) = (Price::new(self.price), Ratio::new(self.rate));
		let funding = LotValue::new(self.funding);
		LegIndex::new(price, TickValue::new(10), funding, &Self::brackets(), rate, rate).unwrap()
	}

	fn collateral(&self) -> CollateralIndex {
		let (price, rate) = (Price::new(self.price), Ratio::new(self.rate));
		let brackets = Self::brackets();
		CollateralIndex::new(5, price, TickValue::new(10), &brackets, rate, rate).unwrap()
	}
}

struct Exchange {
	markets: Vec<Listing>,
	asset: Listing,
	borrow: BorrowIndex,
	accounts: BTreeMap<AccountKey, SubaccountState>,
}

impl Indices for Exchange {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		self.markets.get(market.0 as usize).map(Listing::leg)
	}

	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		(asset == ASSET).then(|| self.asset.collateral())
	}

	fn borrow(&self) -> BorrowIndex {
		self.borrow
	}
}

/// One way to number the indices.
fn number(index: breakwater_margin::IndexId) -> IndexId {
	match index {
		breakwater_margin::IndexId::Borrow => BORROW,
		breakwater_margin::IndexId::Leg { leg, side, bracket } => {
			let leg = match leg {
				LegId::Market(MarketId(market)) => u64::from(market),
				LegId::Collateral(AssetId(asset)) => 1 << 32 | u64::from(asset),
			};
			IndexId(leg << 8 | u64::from(side == Side::Sell) << 7 | u64::from(bracket))
		},
	}
}

impl Exchange {
	fn indices(&self) -> Vec<(IndexId, IndexLevel)> {
		let borrow = IndexLevel::new(i128::from(self.borrow.get().get()));
		let mut indices = vec![(BORROW, borrow)];
		let markets = (0..MARKETS).map(MarketId);
		let legs = markets.map(|id| (LegId::Market(id), self.market(id).unwrap()));
		let asset = (LegId::Collateral(ASSET), *self.asset.collateral().leg());
		for (leg, index) in legs.chain([asset]) {
			for (side, bracket) in [Side::Buy, Side::Sell]
				.into_iter()
				.flat_map(|side| (0..BRACKETS).map(move |bracket| (side, bracket)))
			{
				let rate = index.schedule(Requirement::Maintenance).rate(bracket.into());
				let id = breakwater_margin::IndexId::Leg { leg, side, bracket };
				indices.push((number(id), index.level(side, rate).unwrap()));
			}
		}
		indices
	}

	fn liquidatable(&self) -> BTreeSet<AccountKey> {
		let found = self.accounts.iter().filter(|(_, a)| is_liquidatable(a, self).unwrap());
		found.map(|(key, _)| *key).collect()
	}
}

impl Health for Exchange {
	type Error = breakwater_margin::MarginError;

	fn evaluate(&self, key: &AccountKey) -> Result<Evaluation, Self::Error> {
		let account = &self.accounts[key];
		let mut components = Vec::new();
		for_each_component(account, self, Requirement::Maintenance, |component| {
			components.push(Component {
				index: number(component.index),
				exposure: component.exposure,
				level: component.level,
				volatility: 1,
			});
			Ok(())
		})?;
		Ok(Evaluation { health: health(account, self, Requirement::Maintenance)?, components })
	}
}

#[derive(Clone, Debug)]
enum Event {
	Trade { account: u8, market: u32, lots: i64 },
	Deposit { account: u8, quanta: i128 },
	Collateral { account: u8, units: u128 },
	Price { market: usize, permille: u64 },
	Funding { market: usize, quanta: i128 },
	Rate { market: usize, rate: u64 },
	Asset { permille: u64, haircut: u64 },
	Interest { rate: u64 },
	Step { accounts: u32 },
}

fn event() -> impl Strategy<Value = Event> {
	let (account, market) = (0..ACCOUNTS, 0..MARKETS as usize);
	let permille = || prop_oneof![970u64..=1_030, 600u64..=1_500];
	let rate = 0u64..=150_000_000;
	prop_oneof![
		5 => (account.clone(), 0..MARKETS, -90i64..=90)
			.prop_map(|(account, market, lots)| Event::Trade { account, market, lots }),
		3 => (account.clone(), -60_000i128..120_000)
			.prop_map(|(account, quanta)| Event::Deposit { account, quanta }),
		2 => (account, 0u128..600)
			.prop_map(|(account, units)| Event::Collateral { account, units }),
		5 => (market.clone(), permille())
			.prop_map(|(market, permille)| Event::Price { market, permille }),
		2 => (market.clone(), -40i128..=40)
			.prop_map(|(market, quanta)| Event::Funding { market, quanta }),
		1 => (market, rate.clone()).prop_map(|(market, rate)| Event::Rate { market, rate }),
		2 => (permille(), rate).prop_map(|(permille, haircut)| Event::Asset { permille, haircut }),
		1 => (0u64..10_000_000).prop_map(|rate| Event::Interest { rate }),
		4 => (0u32..=3).prop_map(|accounts| Event::Step { accounts }),
	]
}

struct Run {
	exchange: Exchange,
	book: TriggerBook<MemoryStorage>,
	cursor: Cursor,
}

impl Run {
	fn new() -> Self {
		let listing = |price| Listing { price, funding: 0, rate: 30_000_000 };
		let exchange = Exchange {
			markets: [1_000, 150, 20].map(listing).to_vec(),
			asset: listing(100),
			borrow: BorrowIndex::new(Ratio::ONE).unwrap(),
			accounts: (0..ACCOUNTS).map(|n| (AccountKey([n; 32]), Default::default())).collect(),
		};
		let bands = BandLimits([1_000_000, 200_000, 40_000].map(Quote::new));
		let book = TriggerBook::new(MemoryStorage::default(), bands);
		Self { exchange, book, cursor: Cursor::default() }
	}

	fn apply(&mut self, event: &Event) {
		let scale = |price: u64, permille: u64| (price * permille / 1_000).clamp(1, 1 << 30);
		let exchange = &mut self.exchange;
		match *event {
			Event::Trade { account, market, lots } => {
				let listing = exchange.markets[market as usize];
				let (price, lots) = (Price::new(listing.price), Lots::new(lots));
				self.change(account, |state, _| {
					state.trade(MarketId(market), lots, price, &listing.leg()).unwrap();
				});
			},
			Event::Deposit { account, quanta } => self.change(account, |state, borrow| {
				state.cash = state.cash.try_add(Quote::new(quanta)).unwrap();
				state.settle_loan(borrow).unwrap();
			}),
			Event::Collateral { account, units } => self.change(account, |state, _| {
				state.collateral.set(ASSET, Amount::new(units)).unwrap();
			}),
			Event::Price { market, permille } => {
				let listing = &mut exchange.markets[market];
				listing.price = scale(listing.price, permille);
			},
			Event::Funding { market, quanta } => {
				let listing = &mut exchange.markets[market];
				// funding is bounded by the largest price; here, by a small one
				listing.funding = (listing.funding + quanta).clamp(-500, 500);
			},
			Event::Rate { market, rate } => exchange.markets[market].rate = rate,
			Event::Asset { permille, haircut } => {
				exchange.asset.price = scale(exchange.asset.price, permille);
				exchange.asset.rate = haircut;
			},
			Event::Interest { rate } => {
				exchange.borrow = exchange.borrow.accrue(Ratio::new(rate));
			},
			Event::Step { accounts } => self.step(Budget { accounts, levels: 64 }),
		}
	}

	fn change(&mut self, account: u8, change: impl Fn(&mut SubaccountState, BorrowIndex)) {
		let key = AccountKey([account; 32]);
		let borrow = self.exchange.borrow;
		change(self.exchange.accounts.get_mut(&key).unwrap(), borrow);
		self.refile(&key);
	}

	fn refile(&mut self, key: &AccountKey) {
		let evaluation = self.exchange.evaluate(key).unwrap();
		self.book.file(key, &evaluation).unwrap();
	}

	fn step(&mut self, budget: Budget) {
		let indices = self.exchange.indices();
		let report = self.book.step(&indices, budget, self.cursor, &self.exchange);
		assert!(report.failed.is_empty());
		self.cursor = report.cursor;
	}

	fn due(&self) -> BTreeSet<AccountKey> {
		self.book.worst_due(u32::MAX).into_iter().collect()
	}
}

proptest! {
	/// Naive twin: `is_liquidatable` of every account.
	#[test]
	fn the_book_finds_the_margin_accounts_a_scan_finds(
		events in vec(event(), 1..100),
		budget in 1u32..5,
	) {
		let mut run = Run::new();
		for event in &events {
			run.apply(event);
			for (key, _) in run.exchange.accounts.clone() {
				let evaluation = run.exchange.evaluate(&key).unwrap();
				prop_assert_eq!(run.book.check(&key, &evaluation), Ok(()));
			}
		}

		run.step(Budget { accounts: budget, levels: 64 });
		while run.cursor.has_backlog() {
			run.step(Budget { accounts: budget, levels: 64 });
		}
		prop_assert!(run.due().is_superset(&run.exchange.liquidatable()));

		// those due before, which recovered, go back
		for key in run.due() {
			run.refile(&key);
		}
		prop_assert_eq!(run.due(), run.exchange.liquidatable());
	}
}
