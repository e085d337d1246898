//! Recorded prices: `ts,open,high,low,close,volume`, a row a minute, milliseconds UTC.

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

/// Reads candles.
///
/// # Errors
/// The line that is not one, and why.
pub fn parse(text: &str) -> Result<Vec<Candle>, String> {
	let mut candles: Vec<Candle> = Vec::new();
	for (number, line) in (1..).zip(text.lines()) {
		let fields: Vec<&str> = line.trim().split(',').collect();
		if line.trim().is_empty() || (number == 1 && fields.first() == Some(&"ts")) {
			continue;
		}
		let candle = row(&fields).map_err(|problem| format!("line {number}: {problem}"))?;
		let after = candles.last().is_none_or(|last| last.time < candle.time);
		if !after {
			return Err(format!("line {number}: its time is not after the one before"));
		}
		candles.push(candle);
	}
	Ok(candles)
}

fn row(fields: &[&str]) -> Result<Candle, String> {
	let [time, open, high, low, close, ..] = fields else {
		return Err("fewer than the columns ts,open,high,low,close".into());
	};
	let number = |text: &str| {
		let value: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
		if value.is_finite() && value > 0.0 {
			Ok(value)
		} else {
			Err(format!("{text:?} is no price"))
		}
	};
	let time = time.parse().map_err(|_| format!("{time:?} is not a time in milliseconds"))?;
	let candle = Candle {
		time,
		open: number(open)?,
		high: number(high)?,
		low: number(low)?,
		close: number(close)?,
	};
	let ordered =
		candle.low <= candle.open.min(candle.close) && candle.high >= candle.open.max(candle.close);
	ordered.then_some(candle).ok_or_else(|| "open or close is outside of low and high".into())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rows_are_read_with_and_without_a_header() {
		let text = "ts,open,high,low,close,volume\n60000,10,12,9,11,5\n120000,11,11,10,10,1\n";
		let candles = parse(text).unwrap();
		assert_eq!(candles.len(), 2);
		assert_eq!(candles[0].time, 60_000);
		// up: open, low, high, close
		let path = [0, 333, 666, 999].map(|part| candles[0].at(part).round());
		assert_eq!(path, [10.0, 9.0, 12.0, 11.0]);
		assert_eq!(parse("60000,10,12,9,11,5").unwrap().len(), 1);
	}

	#[test]
	fn bad_rows_are_named() {
		for (text, problem) in [
			("60000,10,12", "line 1: fewer"),
			("x,10,12,9,11,5", "line 1: \"x\" is not a time"),
			("1,10,12,9,11\n1,10,12,9,11", "line 2: its time is not after"),
			("1,0,12,9,11", "line 1: \"0\" is no price"),
			("1,10,12,11,11", "line 1: open or close is outside"),
			("1,10,x,9,11", "line 1: \"x\" is not a number"),
		] {
			let error = parse(text).unwrap_err();
			assert!(error.starts_with(problem), "{error}");
		}
	}
}
