use std::{collections::HashSet, fmt, path::Path, time::Duration};

use hyper::Uri;
use serde::Deserialize;

/// The most sources of a node.
const MAX_SOURCES: usize = 256;

/// What an operator's file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
	/// How often each source is asked, in milliseconds, 100 to 60 000.
	#[serde(default = "default_interval")]
	pub interval_ms: u64,
	/// How long an answer may take, in milliseconds, 100 to 30 000.
	#[serde(default = "default_timeout")]
	pub timeout_ms: u64,
	/// How old an answer may be to count, in milliseconds, at most 60 000.
	#[serde(default = "default_max_age")]
	pub max_age_ms: u64,
	/// How many sources of a feed must agree. By default more than half of those listed.
	pub min_sources: Option<usize>,
	/// The sources.
	pub sources: Vec<Source>,
}

/// One end point that knows one price.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
	/// The symbol of the feed on chain, as in `BTC-USD`.
	pub feed: String,
	/// The operator's name for whose price it is.
	pub venue: String,
	/// Where it is. `{base}` and `{quote}` stand for the two currencies of the feed, in capitals,
	/// `{base:lower}` and `{quote:lower}` for the same in small letters.
	pub url: String,
	/// The way to the price in the JSON answer.
	pub path: Vec<Step>,
	/// The way to the best bid, if the answer has it. With `ask` it makes the confidence.
	pub bid: Option<Vec<Step>>,
	/// The way to the best ask.
	pub ask: Option<Vec<Step>>,
}

/// A step into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Step {
	/// Into an array.
	Index(usize),
	/// Into an object.
	Key(String),
}

/// What is wrong with a file, in words.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0)
	}
}

impl std::error::Error for ConfigError {}

fn default_interval() -> u64 {
	1_000
}

fn default_timeout() -> u64 {
	2_000
}

fn default_max_age() -> u64 {
	3_000
}

impl Config {
	/// Reads and checks a file.
	///
	/// # Errors
	/// With the file's name, and the place and nature of the first thing that is wrong.
	pub fn load(file: &Path) -> Result<Self, ConfigError> {
		let named = |problem: String| ConfigError(format!("{}: {problem}", file.display()));
		let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
		Self::parse(&text).map_err(|error| named(error.0))
	}

	/// Reads and checks the text of a file.
	///
	/// # Errors
	/// With the place and nature of the first thing that is wrong.
	pub fn parse(text: &str) -> Result<Self, ConfigError> {
		let config: Self =
			serde_json::from_str(text).map_err(|error| ConfigError(error.to_string()))?;
		config.check()?;
		Ok(config)
	}

	fn check(&self) -> Result<(), ConfigError> {
		within("intervalMs", self.interval_ms, 100, 60_000)?;
		within("timeoutMs", self.timeout_ms, 100, 30_000)?;
		within("maxAgeMs", self.max_age_ms, self.interval_ms, 60_000)?;
		require(!self.sources.is_empty(), || "there are no sources".into())?;
		require(self.sources.len() <= MAX_SOURCES, || format!("more than {MAX_SOURCES} sources"))?;
		require(self.min_sources != Some(0), || "minSources is zero".into())?;
		let mut seen = HashSet::new();
		for source in &self.sources {
			let name = source.name();
			require(seen.insert(name.clone()), || format!("{name} is there twice"))?;
			source.check().map_err(|problem| ConfigError(format!("{name}: {problem}")))?;
		}
		Ok(())
	}

	/// How many sources of a feed must agree.
	pub fn required(&self, feed: &str) -> usize {
		let listed = self.sources.iter().filter(|source| source.feed == feed).count();
		self.min_sources.unwrap_or(listed / 2 + 1)
	}

	/// How often each source is asked.
	pub fn interval(&self) -> Duration {
		Duration::from_millis(self.interval_ms)
	}

	/// How long an answer may take.
	pub fn timeout(&self) -> Duration {
		Duration::from_millis(self.timeout_ms)
	}
}

impl Source {
	/// Feed and venue.
	pub fn name(&self) -> String {
		format!("{} at {}", self.feed, self.venue)
	}

	/// The address, with the currencies filled in.
	///
	/// # Errors
	/// If it is none, or not one of HTTP.
	pub fn uri(&self) -> Result<Uri, String> {
		let (base, quote) = self.feed.split_once('-').unwrap_or((&self.feed, ""));
		let filled = self
			.url
			.replace("{base}", base)
			.replace("{quote}", quote)
			.replace("{base:lower}", &base.to_lowercase())
			.replace("{quote:lower}", &quote.to_lowercase());
		let uri: Uri = filled.parse().map_err(|error| format!("url {filled}: {error}"))?;
		let is_http = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
		is_http.then_some(uri).ok_or(format!("url {filled}: neither http:// nor https://"))
	}

	fn check(&self) -> Result<(), String> {
		self.uri()?;
		if self.path.is_empty() {
			return Err("path is empty: the way to the price, as [\"result\", 0]".into());
		}
		if self.bid.is_some() != self.ask.is_some() {
			return Err("bid without ask, or the other way round".into());
		}
		Ok(())
	}
}

fn require(holds: bool, problem: impl FnOnce() -> String) -> Result<(), ConfigError> {
	if holds {
		return Ok(());
	}
	Err(ConfigError(problem()))
}

fn within(name: &str, value: u64, least: u64, most: u64) -> Result<(), ConfigError> {
	require((least..=most).contains(&value), || {
		format!("{name} is {value}, not within {least} and {most}")
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	const SOURCE: &str = r#"{"feed": "BTC-USD", "venue": "a", "url": "https://a.example/{base:lower}{quote:lower}?s={base}", "path": ["x", 0]}"#;

	fn problem(text: &str) -> String {
		Config::parse(text).unwrap_err().to_string()
	}

	fn with(source: &str) -> String {
		format!(r#"{{"sources": [{source}]}}"#)
	}

	#[test]
	fn currencies_are_filled_in() {
		let config = Config::parse(&with(SOURCE)).unwrap();
		assert_eq!(config.sources[0].uri().unwrap(), "https://a.example/btcusd?s=BTC");
		assert_eq!(config.sources[0].path, [Step::Key("x".into()), Step::Index(0)]);
	}

	#[test]
	fn by_default_more_than_half_must_agree() {
		let three = ["a", "b", "c"].map(|venue| SOURCE.replace("\"a\"", &format!("{venue:?}")));
		let config = Config::parse(&with(&three.join(","))).unwrap();
		assert_eq!([config.required("BTC-USD"), config.required("ETH-USD")], [2, 1]);
	}

	#[test]
	fn what_is_wrong_is_said_with_its_place() {
		assert!(problem("{").contains("line 1"));
		assert!(problem(r#"{"sources": []}"#).contains("no sources"));
		assert!(problem(r#"{"sources": [], "intervalMs": 1}"#).contains("intervalMs is 1"));
		assert!(problem(r#"{"sources": [], "colour": 1}"#).contains("colour"));
		assert!(
			problem(&with(&format!("{SOURCE},{SOURCE}"))).contains("BTC-USD at a is there twice")
		);
		let ftp = SOURCE.replace("https", "ftp");
		assert!(problem(&with(&ftp)).starts_with("BTC-USD at a: url ftp://"));
		let pathless = SOURCE.replace(r#"["x", 0]"#, "[]");
		assert!(problem(&with(&pathless)).contains("path is empty"));
		let one_sided = SOURCE.replace("\"path\"", "\"bid\": [0], \"path\"");
		assert!(problem(&with(&one_sided)).contains("bid without ask"));
		let missing = Config::load(Path::new("/nowhere/sources.json")).unwrap_err().to_string();
		assert!(missing.starts_with("/nowhere/sources.json: "));
	}
}
