use std::{
	collections::HashMap,
	sync::{Mutex, MutexGuard, PoisonError},
};

use breakwater_oracle_math::{
	robust_centre, ticks_from_decimal, Confidence, OracleError, SourcePrice,
};
use breakwater_primitives::oracle::{FeedId, Quote};
use breakwater_units::{Price, Timestamp};

use crate::{Config, FetchError, Reading, Source};

/// A feed, as far as a source's text must be turned into its ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
	/// Its identifier on chain.
	pub feed: FeedId,
	/// As in `BTC-USD`.
	pub name: String,
	/// A tick is `10^-decimals`.
	pub decimals: u8,
}

/// Where the latest answers of all sources meet.
pub struct Board {
	config: Config,
	symbols: Vec<Symbol>,
	/// By the source's place in the configuration.
	latest: Mutex<HashMap<usize, SourcePrice>>,
}

impl Board {
	/// An empty board.
	pub fn new(config: Config, symbols: Vec<Symbol>) -> Self {
		Self { config, symbols, latest: Mutex::default() }
	}

	/// What the operator's file says.
	pub fn config(&self) -> &Config {
		&self.config
	}

	/// The sources of feeds the chain does not have. They are not asked.
	pub fn strangers(&self) -> impl Iterator<Item = &Source> {
		self.config.sources.iter().filter(|source| self.symbol(source).is_none())
	}

	/// The sources of feeds the chain has, with their places.
	pub(crate) fn sources(&self) -> impl Iterator<Item = (usize, &Source)> {
		self.config.sources.iter().enumerate().filter(|(_, source)| self.symbol(source).is_some())
	}

	fn symbol(&self, source: &Source) -> Option<&Symbol> {
		self.symbols.iter().find(|symbol| symbol.name == source.feed)
	}

	/// Pins up what a source said. Returns its price in ticks.
	///
	/// # Errors
	/// `NotAPrice` if a number is none, is not above zero, or if the ask is below the bid.
	pub fn pin(&self, place: usize, reading: &Reading, now: u64) -> Result<u64, FetchError> {
		let source = self.config.sources.get(place);
		let symbol = source.and_then(|source| self.symbol(source));
		let symbol = symbol.ok_or_else(|| FetchError::NotAPrice("of no feed".into()))?;
		let price = ticks(&reading.price, symbol)?;
		let half_spread = match &reading.bid_ask {
			Some((bid, ask)) => half_spread(ticks(bid, symbol)?, ticks(ask, symbol)?)?,
			None => 0,
		};
		let seen = SourcePrice {
			price: Price::new(price),
			half_spread: Confidence::new(half_spread),
			time: Timestamp::new(now),
		};
		self.latest().insert(place, seen);
		Ok(price)
	}

	/// One quote for each feed on which enough sources agree at `now`, milliseconds since the Unix
	/// epoch; by feed.
	pub fn quotes(&self, now: u64) -> Vec<Quote> {
		let mut quotes: Vec<Quote> =
			self.symbols.iter().filter_map(|symbol| self.quote(symbol, now).ok()).collect();
		quotes.sort_by_key(|quote| quote.feed);
		quotes
	}

	/// The quote of a feed.
	///
	/// # Errors
	/// `NoQuorum` if too few sources answered lately, or too few of them agree.
	pub fn quote(&self, symbol: &Symbol, now: u64) -> Result<Quote, OracleError> {
		let oldest = now.saturating_sub(self.config.max_age_ms);
		let latest = self.latest();
		let fresh: Vec<SourcePrice> = self
			.config
			.sources
			.iter()
			.enumerate()
			.filter(|(_, source)| source.feed == symbol.name)
			.filter_map(|(place, _)| latest.get(&place).copied())
			.filter(|seen| seen.time.get() >= oldest)
			.collect();
		let (centre, agreeing) = robust_centre(&fresh, self.config.required(&symbol.name))?;
		Ok(Quote {
			feed: symbol.feed,
			price: centre.price.get(),
			confidence: centre.confidence.get(),
			time: centre.time.get(),
			sources: u8::try_from(agreeing).unwrap_or(u8::MAX),
		})
	}

	// A panic of another thread leaves the map whole: each change is one insertion.
	fn latest(&self) -> MutexGuard<'_, HashMap<usize, SourcePrice>> {
		self.latest.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn ticks(text: &str, symbol: &Symbol) -> Result<u64, FetchError> {
	ticks_from_decimal(text, symbol.decimals)
		.ok_or_else(|| FetchError::NotAPrice(format!("{text:?} in {} decimals", symbol.decimals)))
}

fn half_spread(bid: u64, ask: u64) -> Result<u64, FetchError> {
	let spread = ask.checked_sub(bid);
	spread
		.map(|spread| spread / 2)
		.ok_or_else(|| FetchError::NotAPrice("the ask is below the bid".into()))
}

#[cfg(test)]
mod tests {
	use super::*;

	const NOW: u64 = 1_000_000;

	fn board(venues: usize) -> Board {
		let source = |n| {
			format!(r#"{{"feed": "BTC-USD", "venue": "v{n}", "url": "http://v/", "path": ["p"]}}"#)
		};
		let sources: Vec<String> = (0..venues).map(source).collect();
		let config = Config::parse(&format!(r#"{{"sources": [{}]}}"#, sources.join(","))).unwrap();
		let symbol = Symbol { feed: 3, name: "BTC-USD".into(), decimals: 2 };
		Board::new(config, vec![symbol])
	}

	fn says(board: &Board, place: usize, price: &str, time: u64) -> Result<u64, FetchError> {
		board.pin(place, &Reading { price: price.into(), bid_ask: None }, time)
	}

	#[test]
	fn three_venues_make_a_quote_of_which_the_liar_is_no_part() {
		let board = board(3);
		says(&board, 0, "60000.00", NOW).unwrap();
		says(&board, 1, "60001.50", NOW).unwrap();
		says(&board, 2, "72000", NOW).unwrap();
		let quote = board.quotes(NOW)[0];
		assert_eq!((quote.feed, quote.price, quote.sources), (3, 6_000_000, 2));
		assert!(quote.confidence <= 150);
	}

	#[test]
	fn too_few_or_too_old_make_none() {
		let board = board(3);
		assert_eq!(board.quotes(NOW), []);
		says(&board, 0, "60000", NOW).unwrap();
		assert_eq!(board.quotes(NOW), []);
		says(&board, 1, "60000", NOW).unwrap();
		assert_eq!(board.quotes(NOW + 3_000).len(), 1);
		assert_eq!(board.quotes(NOW + 3_001), []);
	}

	#[test]
	fn a_newer_answer_replaces_the_older() {
		let board = board(1);
		says(&board, 0, "60000", NOW).unwrap();
		says(&board, 0, "61000", NOW + 1).unwrap();
		assert_eq!(board.quotes(NOW + 1)[0].price, 6_100_000);
	}

	#[test]
	fn what_is_no_price_is_not_pinned() {
		let board = board(1);
		for text in ["", "null", "-1", "0", "1e99", "NaN"] {
			assert_eq!(says(&board, 0, text, NOW).unwrap_err().kind(), "not_a_price", "{text}");
		}
		let crossed = Reading { price: "10".into(), bid_ask: Some(("11".into(), "9".into())) };
		assert!(board.pin(0, &crossed, NOW).is_err());
		assert_eq!(board.quotes(NOW), []);
	}

	#[test]
	fn the_spread_is_part_of_the_confidence() {
		let board = board(1);
		let wide = Reading { price: "10".into(), bid_ask: Some(("9.80".into(), "10.20".into())) };
		board.pin(0, &wide, NOW).unwrap();
		assert_eq!(board.quotes(NOW)[0].confidence, 20);
	}

	#[test]
	fn feeds_the_chain_does_not_have_are_named() {
		let board = Board::new(board(1).config, vec![]);
		assert_eq!(board.strangers().count(), 1);
		assert_eq!(board.sources().count(), 0);
	}
}
