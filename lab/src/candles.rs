//! Recorded prices: `ts,open,high,low,close,volume`, a row a minute, milliseconds UTC.

use std::{fs, path::Path};

/// The length of a row's time.
pub const MINUTE: u64 = 60_000;
/// Rows may be missing for so long, and the last price still stands: nothing was traded. After it
/// the venue counts as silent.
pub const LONGEST_QUIET: u64 = 5 * MINUTE;
/// From one row to the next no price moves by so many times; a change of units does.
const LARGEST_MULTIPLE: f64 = 20.0;
/// 2001-09-09 in milliseconds; the year 33658 in seconds.
const EARLIEST: u64 = 1_000_000_000_000;
/// 2128; before 1970-05 in microseconds.
const LATEST: u64 = 5_000_000_000_000;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candle {
	/// Beginning of the minute: milliseconds since the Unix epoch.
	pub time: u64,
	/// First price.
	pub open: f64,
	/// Highest price.
	pub high: f64,
	/// Lowest price.
	pub low: f64,
	/// Last price.
	pub close: f64,
}

impl Candle {
	/// The price so many parts of a thousand into the minute: open, the farther extreme, the other
	/// one, close.
	pub fn at(&self, per_mille: u64) -> f64 {
		let rising = self.close >= self.open;
		let (first, second) = if rising { (self.low, self.high) } else { (self.high, self.low) };
		let path = [self.open, first, second, self.close];
		let place = (per_mille.min(999) as f64) * 3.0 / 1_000.0;
		let leg = place as usize;
		let (from, to) = (path[leg], path[leg + 1]);
		from + (to - from) * (place - leg as f64)
	}
}

/// The price of candles at a time; none before the first, and where none has come for a while.
pub fn price_at(candles: &[Candle], now: u64) -> Option<f64> {
	let after = candles.partition_point(|candle| candle.time <= now);
	let candle = candles.get(after.checked_sub(1)?)?;
	let age = now.saturating_sub(candle.time);
	(age < MINUTE + LONGEST_QUIET).then(|| candle.at(age.min(MINUTE - 1) / 60))
}

/// Minutes that are not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
	/// How many.
	pub minutes: u64,
	/// Of those, the most in a row.
	pub longest: u64,
}

/// What is missing between the rows from a time to another.
pub fn gaps(candles: &[Candle], from: u64, to: u64) -> Gaps {
	let inside: Vec<u64> =
		candles.iter().map(|candle| candle.time).filter(|time| (from..to).contains(time)).collect();
	let mut gaps = Gaps::default();
	for pair in inside.windows(2) {
		let missing = (pair[1] - pair[0]).div_ceil(MINUTE).saturating_sub(1);
		gaps.minutes += missing;
		gaps.longest = gaps.longest.max(missing);
	}
	gaps
}

/// Reads a file of candles.
///
/// # Errors
/// The file, the line that is not one, and why.
pub fn read(file: &Path) -> Result<Vec<Candle>, String> {
	let name = file.display();
	let text = fs::read_to_string(file).map_err(|problem| match problem.kind() {
		std::io::ErrorKind::InvalidData => format!("{name} is not text: give a CSV file"),
		_ => format!("{name} can not be read: {problem}"),
	})?;
	let candles = parse(&text).map_err(|problem| format!("{name}, {problem}"))?;
	if candles.is_empty() {
		return Err(format!("{name} has no rows"));
	}
	Ok(candles)
}

/// Reads candles.
///
/// # Errors
/// The line that is not one, and why.
pub fn parse(text: &str) -> Result<Vec<Candle>, String> {
	let mut candles: Vec<Candle> = Vec::new();
	for (number, line) in (1..).zip(text.lines()) {
		let fields: Vec<&str> = line.trim().split(',').map(str::trim).collect();
		if line.trim().is_empty() || (number == 1 && fields.first() == Some(&"ts")) {
			continue;
		}
		let candle = row(&fields)
			.and_then(|candle| follows(candles.last(), &candle).map(|()| candle))
			.map_err(|problem| format!("line {number}: {problem}"))?;
		candles.push(candle);
	}
	Ok(candles)
}

/// Whether a row may come after another.
fn follows(last: Option<&Candle>, candle: &Candle) -> Result<(), String> {
	let Some(last) = last else { return Ok(()) };
	if candle.time == last.time {
		return Err(format!("the time {} is there twice", candle.time));
	}
	if candle.time < last.time {
		return Err("its time is before that of the line before: sort the rows by time".into());
	}
	let multiple = candle.open / last.close;
	if multiple > LARGEST_MULTIPLE || multiple < LARGEST_MULTIPLE.recip() {
		return Err(format!(
			"the price goes from {} to {}: are both in the same unit?",
			last.close, candle.open
		));
	}
	Ok(())
}

fn row(fields: &[&str]) -> Result<Candle, String> {
	let [time, open, high, low, close, rest @ ..] = fields else {
		return Err(format!("{} columns instead of ts,open,high,low,close,volume", fields.len()));
	};
	let number = |text: &str| {
		text.parse::<f64>()
			.ok()
			.filter(|value| value.is_finite())
			.ok_or_else(|| format!("{text:?} is not a number"))
	};
	let price = |text: &str| {
		number(text).and_then(|value| {
			(value > 0.0).then_some(value).ok_or_else(|| format!("{text:?} is no price"))
		})
	};
	let candle = Candle {
		time: milliseconds(time)?,
		open: price(open)?,
		high: price(high)?,
		low: price(low)?,
		close: price(close)?,
	};
	if let [volume, ..] = rest {
		if number(volume)? < 0.0 {
			return Err(format!("a volume of {volume}"));
		}
	}
	let ordered =
		candle.low <= candle.open.min(candle.close) && candle.high >= candle.open.max(candle.close);
	ordered.then_some(candle).ok_or_else(|| {
		"open or close is outside of low and high: the columns are ts,open,high,low,close,volume"
			.into()
	})
}

fn milliseconds(text: &str) -> Result<u64, String> {
	let time: u64 = text
		.parse()
		.map_err(|_| format!("{text:?} is not a time in milliseconds since 1970, UTC"))?;
	if time < EARLIEST {
		return Err(format!(
			"the time {time} is too small for milliseconds since 1970: is it in seconds?"
		));
	}
	if time > LATEST {
		return Err(format!(
			"the time {time} is too large for milliseconds since 1970: is it in micro- or nanoseconds?"
		));
	}
	Ok(time)
}

#[cfg(test)]
mod tests {
	use super::*;

	const T: u64 = 1_621_296_000_000;

	/// Rows a minute apart with these closing prices.
	fn rows(prices: &[f64]) -> String {
		(0..)
			.zip(prices)
			.map(|(n, price)| format!("{},{price},{price},{price},{price},1\n", T + n * MINUTE))
			.collect()
	}

	#[test]
	fn rows_are_read_with_and_without_a_header() {
		let text = format!(
			"ts,open,high,low,close,volume\n{T},10,12,9,11,5\r\n{},11, 11,10,10,1\n\n",
			T + MINUTE
		);
		let candles = parse(&text).unwrap();
		assert_eq!(candles.len(), 2);
		assert_eq!(candles[0].time, T);
		// up: open, low, high, close
		let path = [0, 333, 666, 999].map(|part| candles[0].at(part).round());
		assert_eq!(path, [10.0, 9.0, 12.0, 11.0]);
		assert_eq!(parse(&format!("{T},10,12,9,11")).unwrap().len(), 1);
	}

	#[test]
	fn bad_rows_are_named() {
		for (text, problem) in [
			(format!("{T},10,12"), "line 1: 3 columns instead of ts,open"),
			(format!("{T};10;12;9;11;5"), "line 1: 1 columns instead of ts,open"),
			("x,10,12,9,11,5".into(), "line 1: \"x\" is not a time"),
			("time,open,high,low,close".into(), "line 1: \"time\" is not a time"),
			("2021-05-19,10,12,9,11,5".into(), "line 1: \"2021-05-19\" is not a time"),
			("-5,10,12,9,11,5".into(), "line 1: \"-5\" is not a time"),
			(format!("{T},0,12,9,11,5"), "line 1: \"0\" is no price"),
			(format!("{T},-1,12,9,11,5"), "line 1: \"-1\" is no price"),
			(format!("{T},10,12,11,11,5"), "line 1: open or close is outside"),
			(format!("{T},10,x,9,11,5"), "line 1: \"x\" is not a number"),
			(format!("{T},10,inf,9,11,5"), "line 1: \"inf\" is not a number"),
			(format!("{T},10,12,9,NaN,5"), "line 1: \"NaN\" is not a number"),
			(format!("{T},10,12,9,11,many"), "line 1: \"many\" is not a number"),
			(format!("{T},10,12,9,11,-1"), "line 1: a volume of -1"),
		] {
			let error = parse(&text).unwrap_err();
			assert!(error.starts_with(problem), "{error}");
		}
	}

	#[test]
	fn rows_twice_or_out_of_order_are_named() {
		let twice = format!("{0}{0}", rows(&[10.0]));
		assert_eq!(parse(&twice).unwrap_err(), format!("line 2: the time {T} is there twice"));
		let unsorted: String =
			rows(&[10.0, 11.0]).lines().rev().map(|row| format!("{row}\n")).collect();
		assert!(parse(&unsorted).unwrap_err().starts_with("line 2: its time is before"));
	}

	#[test]
	fn wrong_units_are_guessed() {
		let error = parse("1621296000,10,12,9,11,5").unwrap_err();
		assert!(error.ends_with("is it in seconds?"), "{error}");
		let error = parse("1621296000000000,10,12,9,11,5").unwrap_err();
		assert!(error.ends_with("is it in micro- or nanoseconds?"), "{error}");
		let error = parse(&rows(&[40_000.0, 40_010.0, 40.01])).unwrap_err();
		assert_eq!(error, "line 3: the price goes from 40010 to 40.01: are both in the same unit?");
	}

	#[test]
	fn a_price_stands_for_five_minutes_then_the_venue_is_silent() {
		let mut candles = parse(&rows(&[10.0, 11.0])).unwrap();
		candles.push(Candle { time: T + 20 * MINUTE, ..candles[1] });
		let at = |minutes| price_at(&candles, T + minutes * MINUTE);
		assert_eq!(price_at(&candles, T - 1), None);
		assert_eq!(
			[at(0), at(1), at(6), at(7), at(20)],
			[Some(10.0), Some(11.0), Some(11.0), None, Some(11.0)]
		);
		let missing = gaps(&candles, 0, u64::MAX);
		assert_eq!(missing, Gaps { minutes: 18, longest: 18 });
		assert_eq!(gaps(&candles, T, T + 2 * MINUTE), Gaps::default());
	}

	#[test]
	fn files_that_cannot_be_read_are_named() {
		let error = read(Path::new("/nowhere/btc.csv")).unwrap_err();
		assert!(error.starts_with("/nowhere/btc.csv can not be read: No such file"), "{error}");
		let error = read(Path::new("/")).unwrap_err();
		assert!(error.starts_with("/ can not be read"), "{error}");
		let error = read(Path::new("/dev/null")).unwrap_err();
		assert_eq!(error, "/dev/null has no rows");
	}
}
