//! A small linear exchange for tests and benchmarks: markets with price, funding and margin rates,
//! one collateral asset with a haircut, and loans with a borrow index.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::cast_possible_truncation)]

use breakwater_trigger_book::{Component, Evaluation, Factor, Follows, Health, IndexId};
use breakwater_units::{AccountKey, IndexLevel, NanoQuote};
use std::collections::BTreeMap;

pub const NANO: i128 = 1_000_000_000;
pub const COLLATERAL: IndexId = IndexId(1 << 32);
pub const BORROW: IndexId = IndexId(2 << 32);
pub const FACTOR: IndexId = IndexId(3 << 32);
/// Added to an index of a market, the index of its residual.
pub const RESIDUAL: u64 = 4 << 32;

/// A market: price and cumulative funding in quanta per lot, maintenance rate in ppb.
#[derive(Clone, Debug)]
pub struct Market {
	pub price: i128,
	pub funding: i128,
	pub margin_ppb: i128,
	pub volatility: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Account {
	pub cash: i128,
	/// Signed lots per market. Beyond `BRACKET` lots they count on the second bracket's index.
	pub lots: BTreeMap<u64, i64>,
	pub collateral: i64,
	pub loan: i64,
}

/// Lots in the first bracket; the second has twice the margin rate.
pub const BRACKET: i64 = 50;

#[derive(Clone, Debug)]
pub struct World {
	pub markets: Vec<Market>,
	/// Price in quanta per unit, and haircut in ppb.
	pub collateral: (i128, i128),
	pub borrow: i128,
	pub accounts: BTreeMap<AccountKey, Account>,
	/// Prices at listing, which fix the betas.
	listed: Vec<i128>,
	/// Whether accounts are given in the form of [`Factor::hedge`].
	pub hedge: bool,
	/// Accounts that cannot be computed.
	pub broken: Vec<AccountKey>,
}

pub fn index_of(market: u64, long: bool, bracket: u64) -> IndexId {
	IndexId(market << 2 | u64::from(!long) << 1 | bracket)
}

pub fn key(number: u32) -> AccountKey {
	// spread, as a hash would be
	let mut bytes = [0; 32];
	bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
	bytes[28..].copy_from_slice(&number.to_be_bytes());
	AccountKey(bytes)
}

impl World {
	pub fn new(prices: &[i128]) -> Self {
		let market = |&price: &i128| {
			let volatility = u64::try_from(price * NANO / 1_000).unwrap();
			Market { price, funding: 0, margin_ppb: 30_000_000, volatility }
		};
		Self {
			markets: prices.iter().map(market).collect(),
			collateral: (1_000, 200_000_000),
			borrow: NANO,
			listed: prices.to_vec(),
			hedge: false,
			accounts: BTreeMap::new(),
			broken: Vec::new(),
		}
	}

	pub fn level(&self, index: IndexId) -> i128 {
		match index {
			COLLATERAL => self.collateral.0 * (NANO - self.collateral.1),
			BORROW => self.borrow,
			FACTOR => self.factor().level.get(),
			IndexId(number) if number >= RESIDUAL => {
				let index = IndexId(number - RESIDUAL);
				let level = IndexLevel::new(self.level(index));
				self.factor().residual(level, self.follows(index).unwrap().beta).unwrap().get()
			},
			IndexId(number) => {
				let market = &self.markets[(number >> 2) as usize];
				let factor = 1 + i128::from(number & 1 == 1);
				let margin = market.price * market.margin_ppb * factor;
				let value = (market.price - market.funding) * NANO;
				if number & 2 == 0 {
					value - margin
				} else {
					value + margin
				}
			},
		}
	}

	/// Every index, in a fixed order.
	pub fn indices(&self) -> Vec<(IndexId, IndexLevel)> {
		let of_markets = (0..self.markets.len() as u64 * 4).map(IndexId);
		let all = of_markets.clone().chain([COLLATERAL, BORROW]);
		let mut indices: Vec<_> =
			all.map(|index| (index, IndexLevel::new(self.level(index)))).collect();
		if self.hedge {
			let residuals = of_markets.map(|index| IndexId(RESIDUAL + index.0));
			let more = residuals.chain([FACTOR]);
			indices.extend(more.map(|index| (index, IndexLevel::new(self.level(index)))));
		}
		indices
	}

	/// The sum of the markets' returns since listing, in millionths.
	fn factor(&self) -> Factor {
		let returns = self.markets.iter().zip(&self.listed);
		let sum: i128 = returns.map(|(now, listed)| now.price * 1_000_000 / listed).sum();
		Factor { index: FACTOR, level: IndexLevel::new(sum), volatility: 1_000 }
	}

	/// Every market at a third of the sum.
	fn follows(&self, index: IndexId) -> Option<Follows> {
		let listed = self.listed.get((index.0 >> 2) as usize)?;
		let beta = i64::try_from(listed * NANO / 3_000_000).unwrap();
		let volatility = self.volatility(index) / 2;
		Some(Follows { residual: IndexId(RESIDUAL + index.0), beta, volatility })
	}

	/// The exposures of an account: the indices it depends on, and by how much.
	pub fn exposures(&self, account: &Account) -> Vec<(IndexId, i64)> {
		let mut exposures = vec![(COLLATERAL, account.collateral), (BORROW, -account.loan)];
		for (&market, &lots) in &account.lots {
			let first = lots.clamp(-BRACKET, BRACKET);
			exposures.push((index_of(market, lots > 0, 0), first));
			exposures.push((index_of(market, lots > 0, 1), lots - first));
		}
		exposures.retain(|(_, exposure)| *exposure != 0);
		exposures
	}

	/// Health in billionths of a quantum: the naive sum.
	pub fn health(&self, account: &Account) -> i128 {
		let terms = self.exposures(account).into_iter();
		let sum: i128 = terms.map(|(index, lots)| self.level(index) * i128::from(lots)).sum();
		account.cash * NANO + sum
	}

	pub fn evaluation(&self, account: &AccountKey) -> Evaluation {
		let account = &self.accounts[account];
		let component = |(index, lots): (IndexId, i64)| Component {
			index,
			exposure: lots.into(),
			level: IndexLevel::new(self.level(index)),
			volatility: self.volatility(index),
		};
		let components: Vec<_> = self.exposures(account).into_iter().map(component).collect();
		let hedged = self.factor().hedge(&components, |index| self.follows(index));
		Evaluation {
			health: NanoQuote::new(self.health(account)),
			components: if self.hedge { hedged } else { components },
		}
	}

	fn volatility(&self, index: IndexId) -> u64 {
		let number = (index.0 >> 2) as usize;
		self.markets.get(number).map_or(1, |market| market.volatility)
	}

	/// The naive twin of the book: every account whose health is below zero.
	pub fn full_scan(&self) -> Vec<AccountKey> {
		let due = self.accounts.iter().filter(|(_, account)| self.health(account) < 0);
		due.map(|(key, _)| *key).collect()
	}

	/// A trade at the market's price.
	pub fn trade(&mut self, account: &AccountKey, market: u64, lots: i64) {
		let price = self.markets[market as usize].price;
		let funding = self.markets[market as usize].funding;
		let account = self.accounts.entry(*account).or_default();
		account.cash -= (price - funding) * i128::from(lots);
		*account.lots.entry(market).or_default() += lots;
		account.lots.retain(|_, lots| *lots != 0);
	}
}

impl Health for World {
	type Error = ();

	fn evaluate(&self, account: &AccountKey) -> Result<Evaluation, ()> {
		if self.broken.contains(account) {
			return Err(());
		}
		Ok(self.evaluation(account))
	}
}
