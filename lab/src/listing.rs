//! Markets that the preset does not have: one for each coin that somebody brings prices of.

use breakwater_exchange::GenesisMarket;
use serde_json::Value;

/// The market that others are made after, and its feed.
const MODEL: &str = "SOL-PERP";
const MODEL_FEED: &str = "SOL-USD";
/// Its sizes are multiples of so many lots, which are about 100,000 dollars.
const MODEL_UNIT: f64 = 60_000.0;
const UNIT_DOLLARS: f64 = 100_000.0;
/// A lot times a tick is a quantum, a millionth of a dollar: their decimals are six together.
const DECIMALS: u8 = 6;
/// The lowest price has at least so many ticks, if there are decimals for it.
const LEAST_TICKS: f64 = 100_000.0;

/// A coin that is listed for a run: with margins, fees and breakers of the preset's market of small
/// coins, in its pool, and with sizes that are worth as much.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
	/// What people call the coin.
	pub coin: String,
	/// Of its price.
	pub decimals: u8,
	price: f64,
}

impl Listing {
	/// Of a coin whose price is in the middle of the run at `price`, and never below `lowest`.
	pub fn new(coin: &str, price: f64, lowest: f64) -> Self {
		let enough = |decimals: &u8| lowest * 10f64.powi((*decimals).into()) >= LEAST_TICKS;
		let decimals = (0..=DECIMALS).find(enough).unwrap_or(DECIMALS);
		Self { coin: coin.into(), decimals, price }
	}

	/// The symbol of its feed.
	pub fn feed(&self) -> String {
		format!("{}-USD", self.coin)
	}

	/// Adds feed and market to a configuration.
	///
	/// # Errors
	/// If the preset has no market to make it after.
	pub fn apply(&self, genesis: &mut Value) -> Result<(), String> {
		let feeds = list(genesis, "/oracle/feeds")?;
		let number = feeds.len();
		let mut feed = find(feeds, MODEL_FEED)?;
		feed["symbol"] = self.feed().into();
		feed["decimals"] = self.decimals.into();
		feeds.push(feed);
		let markets = list(genesis, "/exchange/markets")?;
		let mut market = find(markets, MODEL)?;
		market["symbol"] = format!("{}-PERP", self.coin).into();
		market["feed"] = number.into();
		market["tickValue"] = 1.into();
		market["lotDecimals"] = (DECIMALS - self.decimals).into();
		let unread = |problem| format!("{MODEL} can not be read: {problem}");
		let typed: GenesisMarket = serde_json::from_value(market).map_err(unread)?;
		markets.push(serde_json::to_value(self.sized(typed)).map_err(unread)?);
		Ok(())
	}

	/// All sizes in lots, for what a lot is worth.
	fn sized(&self, mut market: GenesisMarket) -> GenesisMarket {
		let lot = self.price / 10f64.powi(market.lot_decimals.into());
		let factor = UNIT_DOLLARS / lot / MODEL_UNIT;
		let sizes = [
			&mut market.max_order,
			&mut market.max_position,
			&mut market.amm.depth_lots,
			&mut market.amm.max_inventory,
			&mut market.risk.daily_volume,
			&mut market.funding.impact_size,
			&mut market.funding.least_volume,
			&mut market.breaker.min_volume,
			&mut market.liquidation.dust,
			&mut market.liquidation.least_offer,
		];
		let brackets = market.risk.brackets.iter_mut().map(|bracket| &mut bracket.beyond);
		for lots in sizes.into_iter().chain(brackets) {
			*lots = ((*lots as f64 * factor).round() as u64).max(1);
		}
		market
	}
}

fn list<'a>(genesis: &'a mut Value, path: &str) -> Result<&'a mut Vec<Value>, String> {
	let list = genesis.pointer_mut(path).and_then(Value::as_array_mut);
	list.ok_or_else(|| format!("the genesis configuration has no {path}"))
}

fn find(all: &[Value], symbol: &str) -> Result<Value, String> {
	let found = all.iter().find(|one| one["symbol"] == symbol);
	found.cloned().ok_or_else(|| format!("the preset has no {symbol} to make others after"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{chain::Chain, genesis::Change};

	#[test]
	fn prices_have_enough_ticks() {
		let decimals = |price| Listing::new("X", price, price).decimals;
		assert_eq!([250_000.0, 40_000.0, 30.0, 0.3, 0.000_1].map(decimals), [0, 1, 4, 6, 6]);
	}

	#[test]
	fn coins_of_every_price_are_listed_with_sizes_worth_as_much() {
		let prices = [40_000.0, 30.0, 0.3, 0.01];
		let listings: Vec<Listing> = prices
			.iter()
			.map(|price| Listing::new(&format!("X{}", (price * 100.0) as u32), *price, *price))
			.collect();
		let changes = [Change::of("X30-PERP", "market.risk.tail", "400%")];

		let mut chain = Chain::with_listings(&listings, &changes).unwrap();

		let model = 200.0 * UNIT_DOLLARS;
		chain.with(|| {
			let markets =
				breakwater_exchange::Markets::<breakwater_runtime::Runtime>::iter_values();
			let listed = markets.filter(|market| market.symbol.starts_with(b"X"));
			let sizes: Vec<u64> = listed.map(|market| market.max_position.get()).collect();
			assert_eq!(sizes.len(), 4);
		});
		for listing in &listings {
			let typed: GenesisMarket = {
				let mut genesis = Chain::preset();
				listing.apply(&mut genesis).unwrap();
				let all = genesis["exchange"]["markets"].as_array().unwrap().clone();
				serde_json::from_value(all.last().unwrap().clone()).unwrap()
			};
			let lot = listing.price / 10f64.powi(typed.lot_decimals.into());
			let worth = typed.max_position as f64 * lot;
			assert!((worth / model - 1.0).abs() < 0.01, "{listing:?}: {worth}");
		}
	}
}
