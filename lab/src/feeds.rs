//! Feeds from files: `BTC=a.csv,b.csv`.

use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path as File,
};

use crate::{
	candles::{self, Candle, MINUTE},
	genesis::MOST_TICKS,
	listing::Listing,
	market::{Market, Path},
	scenario::stablecoins,
};

/// Venues of one feed differ by less than so many times; units by more.
const LARGEST_RATIO: f64 = 10.0;
/// A price has at least so many ticks, else it is mostly rounding.
const LEAST_TICKS: f64 = 100.0;

/// Prices from files.
#[derive(Debug)]
pub struct Recorded {
	/// By feed.
	pub prices: BTreeMap<String, Market>,
	/// Time of the first block.
	pub start: u64,
	/// Coins that the chain does not know, and that get a market.
	pub listings: Vec<Listing>,
	/// What there is to say about them.
	pub warnings: Vec<String>,
}

struct Venue {
	file: String,
	/// What it quotes in, if not in dollars: a feed.
	currency: Option<String>,
	candles: Vec<Candle>,
}

impl Venue {
	/// Reads `b.csv`, or `b.csv@USDC`.
	fn read(text: &str) -> Result<Self, String> {
		let (file, currency) = match text.rsplit_once('@') {
			Some((file, currency)) if !currency.contains(['/', '.']) => (file, Some(currency)),
			_ => (text, None),
		};
		let currency = currency.map(|name| format!("{}-USD", name.to_uppercase()));
		Ok(Self { file: file.into(), currency, candles: candles::read(File::new(file))? })
	}
}

/// Reads the files of feeds. `known` are the chain's feeds with their decimals.
///
/// # Errors
/// What is wrong, and where.
pub fn load(
	feeds: &[String],
	known: &[(String, u8)],
	start: Option<u64>,
	duration: u64,
) -> Result<Recorded, String> {
	let mut venues: BTreeMap<String, Vec<Venue>> = BTreeMap::new();
	for feed in feeds {
		let (name, files) = feed
			.split_once('=')
			.filter(|(name, files)| !name.is_empty() && !files.is_empty())
			.ok_or_else(|| format!("--feed {feed}: give it as BTC=btc.csv"))?;
		let name = full_name(name, known)?;
		if venues.contains_key(&name) {
			return Err(format!("--feed {name} is there twice: give all its files in one"));
		}
		let all = files.split(',').map(Venue::read).collect::<Result<Vec<_>, String>>()?;
		venues.insert(name, all);
	}
	let start = begin(&venues, start, duration)?;
	let inside = (start, start + duration);
	let mut recorded =
		Recorded { prices: stablecoins(), start, listings: Vec::new(), warnings: Vec::new() };
	for (name, venues) in &venues {
		let listing = listing(name, venues, known, inside);
		let decimals = listing.as_ref().map(|listing| listing.decimals);
		let decimals = decimals.or(known.iter().find(|(feed, _)| feed == name).map(|(_, d)| *d));
		check_units(name, venues, decimals.unwrap_or(2), inside)?;
		recorded.warnings.extend(venues.iter().filter_map(|venue| missing(venue, inside)));
		recorded.warnings.extend(listing.iter().map(|listing| {
			format!(
				"the chain has no market of {0}: {0}-PERP is listed for this run, with the margins, fees and breakers of SOL-PERP",
				listing.coin
			)
		}));
		recorded.listings.extend(listing);
	}
	// What others are quoted in comes first.
	let currencies: BTreeSet<String> =
		venues.values().flatten().filter_map(|venue| venue.currency.clone()).collect();
	let (first, last): (Vec<_>, Vec<_>) =
		venues.into_iter().partition(|(name, _)| currencies.contains(name));
	for (name, venues) in first.into_iter().chain(last) {
		let is_currency = currencies.contains(&name);
		let venues = venues.into_iter().map(|venue| path(venue, &recorded.prices, is_currency));
		let venues = venues.collect::<Result<Vec<_>, String>>()?;
		recorded.prices.insert(name, Market { venues, silent: Vec::new() });
	}
	Ok(recorded)
}

/// The prices of a venue, in dollars. What others are quoted in may itself be quoted only in what
/// has been told already, or two that are quoted in each other would be worth anything.
fn path(
	venue: Venue,
	prices: &BTreeMap<String, Market>,
	is_currency: bool,
) -> Result<Path, String> {
	let Some(currency) = venue.currency else { return Ok(Path::Candles(venue.candles)) };
	let name = currency.trim_end_matches("-USD");
	match prices.get(&currency) {
		Some(_) if is_currency => Err(format!(
			"{}@{name}: others are quoted in it, so give its price in dollars",
			venue.file
		)),
		Some(worth) => Ok(Path::Through(venue.candles, Box::new(worth.clone()))),
		None => Err(format!(
			"{}@{name}: nobody says what {name} is worth: give --feed {name}=file.csv",
			venue.file
		)),
	}
}

/// A market for a coin that the chain has no feed of.
fn listing(
	name: &str,
	venues: &[Venue],
	known: &[(String, u8)],
	inside: (u64, u64),
) -> Option<Listing> {
	if known.iter().any(|(feed, _)| feed == name) {
		return None;
	}
	let rows = venues.iter().flat_map(|venue| within(&venue.candles, inside));
	let lowest = rows.clone().map(|candle| candle.low).fold(f64::MAX, f64::min);
	let first = rows.map(|candle| candle.open).next().unwrap_or(1.0);
	Some(Listing::new(name.trim_end_matches("-USD"), first, lowest))
}

/// Rows of a time; all if there are none.
fn within(candles: &[Candle], (from, to): (u64, u64)) -> &[Candle] {
	let begins = candles.partition_point(|candle| candle.time + MINUTE <= from);
	let ends = candles.partition_point(|candle| candle.time < to);
	match candles.get(begins..ends) {
		Some(rows) if !rows.is_empty() => rows,
		_ => candles,
	}
}

/// `BTC` is short for `BTC-USD`.
fn full_name(name: &str, known: &[(String, u8)]) -> Result<String, String> {
	let name = name.to_uppercase();
	let long = format!("{name}-USD");
	let is_known = |name: &str| known.iter().any(|(feed, _)| feed == name);
	if is_known(&name) {
		Ok(name)
	} else if is_known(&long) {
		Ok(long)
	} else if is_coin(name.trim_end_matches("-USD")) {
		Ok(format!("{}-USD", name.trim_end_matches("-USD")))
	} else {
		let known: Vec<&str> = known.iter().map(|(feed, _)| feed.as_str()).collect();
		Err(format!(
			"--feed {name}: the chain has no such feed, but {}; another coin is given as DOGE=doge.csv",
			known.join(", ")
		))
	}
}

fn is_coin(name: &str) -> bool {
	(2..=8).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The first block: when it was asked for, or when all feeds have a price.
fn begin(
	venues: &BTreeMap<String, Vec<Venue>>,
	start: Option<u64>,
	duration: u64,
) -> Result<u64, String> {
	let first = |venue: &Venue| venue.candles.first().map_or(0, |candle| candle.time);
	let last = |venue: &Venue| venue.candles.last().map_or(0, |candle| candle.time + MINUTE);
	let begins = venues.values().filter_map(|all| all.iter().map(first).min()).max().unwrap_or(0);
	let start = start.unwrap_or(begins).div_ceil(500).saturating_mul(500);
	for venue in venues.values().flatten() {
		let (from, to) = (first(venue), last(venue));
		if to <= start || from >= start.saturating_add(duration) {
			return Err(format!(
				"{} has prices from {from} to {to}, and the run is from {start} to {}: give another --start or --minutes",
				venue.file,
				start.saturating_add(duration)
			));
		}
	}
	Ok(start)
}

fn check_units(
	name: &str,
	venues: &[Venue],
	decimals: u8,
	inside: (u64, u64),
) -> Result<(), String> {
	let in_ticks = 10f64.powi(decimals.into());
	let middle = |venue: &Venue| venue.candles[venue.candles.len() / 2].close;
	let first = venues.first().map_or(1.0, middle);
	for venue in venues {
		let price = middle(venue);
		let ratio = price / first;
		if ratio > LARGEST_RATIO || ratio < LARGEST_RATIO.recip() {
			return Err(format!(
				"{}: its prices are around {price}, those of {} around {first}: are both in the same unit?",
				venue.file, venues[0].file
			));
		}
		let rows = within(&venue.candles, inside);
		let lowest = rows.iter().map(|candle| candle.low).fold(f64::MAX, f64::min);
		let highest = rows.iter().map(|candle| candle.high).fold(0.0, f64::max);
		if highest * in_ticks > MOST_TICKS as f64 || lowest * in_ticks < LEAST_TICKS {
			return Err(format!(
				"{}: prices from {lowest} to {highest} do not fit {name}, whose tick is {}: are they in another unit?",
				venue.file,
				in_ticks.recip()
			));
		}
	}
	Ok(())
}

fn missing(venue: &Venue, (from, to): (u64, u64)) -> Option<String> {
	let gaps = candles::gaps(&venue.candles, from, to);
	let first = venue.candles.first().map_or(0, |candle| candle.time);
	let last = venue.candles.last().map_or(0, |candle| candle.time + MINUTE);
	let uncovered = first.saturating_sub(from) + to.saturating_sub(last);
	let minutes = |milliseconds: u64| milliseconds.div_ceil(MINUTE);
	match (gaps.minutes, minutes(uncovered)) {
		(0, 0) => None,
		(0, uncovered) => Some(format!(
			"{}: {uncovered} minutes of the run are before its first row or after its last; the venue is silent then",
			venue.file
		)),
		(within, uncovered) => Some(format!(
			"{}: {within} minutes are missing, at most {} in a row, and {uncovered} at the ends; after five without a row the venue is silent",
			venue.file, gaps.longest
		)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const T: u64 = 1_621_296_000_000;
	const HOUR: u64 = 60 * MINUTE;

	fn known() -> Vec<(String, u8)> {
		[("USDC-USD", 6), ("BTC-USD", 2), ("ETH-USD", 2)].map(|(n, d)| (n.to_string(), d)).into()
	}

	/// A file of a row a minute at a price, for some minutes from a time.
	fn file(name: &str, from: u64, minutes: impl Iterator<Item = u64>, price: f64) -> String {
		let path =
			std::env::temp_dir().join(format!("lab-feeds-{}-{name}.csv", std::process::id()));
		let rows: String = minutes
			.map(|n| format!("{},{price},{price},{price},{price},1\n", from + n * MINUTE))
			.collect();
		std::fs::write(&path, format!("ts,open,high,low,close,volume\n{rows}")).unwrap();
		path.display().to_string()
	}

	fn refused(feeds: &[String], start: Option<u64>) -> String {
		load(feeds, &known(), start, HOUR).unwrap_err()
	}

	#[test]
	fn several_files_are_several_venues_and_short_names_are_known() {
		let a = file("a", T, 0..60, 40_000.0);
		let b = file("b", T + MINUTE, 0..60, 40_100.0);
		let recorded = load(&[format!("btc={a},{b}")], &known(), None, HOUR).unwrap();
		assert_eq!(recorded.prices["BTC-USD"].prices(T + 2 * MINUTE), [40_000.0, 40_100.0]);
		assert_eq!(recorded.start, T);
		assert!(
			recorded.warnings[0].contains("1 minutes of the run are before"),
			"{:?}",
			recorded.warnings
		);
	}

	#[test]
	fn a_venue_may_quote_in_a_stablecoin() {
		let dollars = file("in-dollars", T, 0..60, 20_000.0);
		let coins = file("in-coins", T, 0..60, 23_000.0);
		let coin = file("the-coin", T, 0..60, 0.87);
		let both = format!("BTC={dollars},{coins}@usdc");
		let prices = |feeds: &[String]| {
			load(feeds, &known(), None, HOUR).unwrap().prices["BTC-USD"].prices(T)
		};
		assert_eq!(prices(&[both.clone(), format!("USDC={coin}")]), [20_000.0, 20_010.0]);
		assert_eq!(
			prices(&[both]),
			[20_000.0, 23_000.0],
			"worth a dollar if nobody says otherwise"
		);
	}

	#[test]
	fn a_coin_that_the_chain_does_not_know_is_listed() {
		let doge = file("doge", T, 0..60, 0.3);
		let recorded = load(&[format!("doge={doge}")], &known(), None, HOUR).unwrap();
		assert_eq!(recorded.listings, [Listing::new("DOGE", 0.3, 0.3)]);
		assert!(recorded.prices.contains_key("DOGE-USD"));
		assert!(recorded.warnings[0].contains("DOGE-PERP is listed"), "{:?}", recorded.warnings);
	}

	#[test]
	fn gaps_are_told() {
		let gappy = file("gappy", T, (0..60).filter(|n| !(20..40).contains(n)), 40_000.0);
		let recorded = load(&[format!("BTC={gappy}")], &known(), None, HOUR).unwrap();
		assert!(recorded.warnings[0].contains("20 minutes are missing, at most 20 in a row"));
		let venue = &recorded.prices["BTC-USD"];
		assert!(venue.say(T + 30 * MINUTE, 2).is_none(), "silent within");
	}

	#[test]
	fn absurd_feeds_are_refused() {
		let good = file("good", T, 0..60, 40_000.0);
		assert!(refused(&["BTC".into()], None).contains("give it as BTC=btc.csv"));
		assert!(refused(&["=x.csv".into()], None).contains("give it as BTC=btc.csv"));
		assert!(
			refused(&["BTC=/nowhere.csv".into()], None).starts_with("/nowhere.csv can not be read")
		);
		let error = refused(&[format!("BTC-EUR={good}")], None);
		assert!(error.contains("no such feed, but USDC-USD, BTC-USD, ETH-USD"), "{error}");
		let error = refused(&[format!("BTC={good}@EUR")], None);
		assert!(error.contains("nobody says what EUR is worth"), "{error}");
		let coin = file("a-coin", T, 0..60, 1.0);
		let around = [format!("USDT={coin}@USDC"), format!("USDC={coin}@USDT")];
		assert!(refused(&around, None).contains("so give its price in dollars"));
		let twice = [format!("BTC={good}"), format!("btc-usd={good}")];
		assert!(refused(&twice, None).contains("is there twice"));
		let error = refused(&[format!("BTC={good}")], Some(T + 3 * HOUR));
		assert!(error.contains("give another --start or --minutes"), "{error}");
		assert!(refused(&[format!("BTC={good}")], Some(0)).contains("give another --start"));
	}

	#[test]
	fn units_that_differ_are_refused() {
		let dollars = file("dollars", T, 0..60, 40_000.0);
		let thousands = file("thousands", T, 0..60, 40.0);
		let error = refused(&[format!("BTC={dollars},{thousands}")], None);
		assert!(
			error.contains("around 40, those of") && error.ends_with("are both in the same unit?"),
			"{error}"
		);
		let tiny = file("tiny", T, 0..60, 0.04);
		let error = refused(&[format!("BTC={tiny}")], None);
		assert!(error.contains("do not fit BTC-USD, whose tick is 0.01"), "{error}");
		let error = refused(&[format!("BTC={}", file("huge", T, 0..60, 4e12))], None);
		assert!(error.contains("do not fit BTC-USD"), "{error}");
	}
}
