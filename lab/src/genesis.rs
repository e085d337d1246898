//! Other parameters than the preset's: what `--without` leaves out, what `sweep` varies, what
//! other designs have.

use breakwater_units::Price;
use serde_json::Value;

/// A value of the genesis configuration, of every pool, asset or market, or of one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
	/// Where: `market`, `asset` or `pool`, then fields by their names in the genesis configuration:
	/// `market.risk.tail`.
	pub path: String,
	/// The symbol of the one it is of; of all if none.
	pub only: Option<String>,
	/// What it becomes.
	pub value: Value,
}

impl Change {
	/// For all.
	pub fn of_all(path: &str, value: impl Into<Value>) -> Self {
		Self { path: path.into(), only: None, value: value.into() }
	}

	/// For one.
	pub fn of(symbol: &str, path: &str, value: impl Into<Value>) -> Self {
		Self { path: path.into(), only: Some(symbol.into()), value: value.into() }
	}

	/// Reads a value as people write it: a number, a percentage, or `true`.
	pub fn parse(path: &str, text: &str) -> Self {
		let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.into()));
		Self { path: path.into(), only: None, value }
	}

	/// Changes a configuration.
	///
	/// # Errors
	/// If there is no such parameter.
	pub fn apply(&self, genesis: &mut Value) -> Result<(), String> {
		let (what, fields) = self.path.split_once('.').unwrap_or((&self.path, ""));
		let list = match what {
			"market" => "/exchange/markets",
			"asset" => "/risk/assets",
			"pool" => "/risk/pools",
			_ => {
				return Err(format!(
					"{}: a parameter is of a market, an asset or a pool, as in market.risk.tail",
					self.path
				))
			},
		};
		let all = genesis.pointer_mut(list).and_then(Value::as_array_mut);
		let all = all.ok_or_else(|| format!("the genesis configuration has no {list}"))?;
		for one in all {
			let symbol = one.get("symbol").and_then(Value::as_str).unwrap_or_default();
			if self.only.as_deref().is_some_and(|only| only != symbol) {
				continue;
			}
			let pointer = format!("/{}", fields.replace('.', "/"));
			let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
			let known = one.pointer(parent).map(names).unwrap_or_default();
			let place = one
				.pointer_mut(&pointer)
				.ok_or_else(|| format!("{}: there is no {name} there, but {known}", self.path))?;
			*place = self.value.clone();
		}
		Ok(())
	}
}

fn names(value: &Value) -> String {
	value
		.as_object()
		.map(|fields| fields.keys().cloned().collect::<Vec<_>>().join(", "))
		.unwrap_or_default()
}

/// A protection that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Without {
	/// Markets trade at any price, and go on when prices are stale.
	Breakers,
	/// Margin stays at the rates of the first block.
	DynamicMargin,
	/// Pools quote nothing: there are only market makers.
	Amm,
	/// Funds begin with nothing.
	Fund,
	/// What is liquidated is offered at its bankruptcy price at once.
	Auctions,
}

impl Without {
	/// What it changes.
	pub fn changes(self) -> Vec<Change> {
		let market = |path: &str, value: Value| Change::of_all(&format!("market.{path}"), value);
		match self {
			Self::Breakers => no_breakers(),
			// The lowest and the highest rate are the same: 2 % and so on, as the preset begins.
			Self::DynamicMargin => fixed_margin(&[
				("BTC-PERP", "2%", "60%"),
				("ETH-PERP", "2.5%", "60%"),
				("SOL-PERP", "4%", "60%"),
			]),
			Self::Amm => vec![market("amm.maxInventory", 0.into())],
			Self::Fund => Vec::new(),
			Self::Auctions => vec![market("liquidation.duration", 1.into())],
		}
	}
}

/// Bands so wide that nothing trips them, and prices that may be as old as they like.
pub fn no_breakers() -> Vec<Change> {
	let market = |path: &str, value: Value| Change::of_all(&format!("market.{path}"), value);
	let never = || serde_json::json!({ "trip": u32::MAX, "release": u32::MAX - 1 });
	vec![
		market("breaker.band.min", "100%".into()),
		market("breaker.band.max", "100%".into()),
		market("breaker.minVolume", u32::MAX.into()),
		market("breaker.priceAge", never()),
		market("breaker.quarantineAge", never()),
	]
}

/// Maintenance rates, and maintenance as a share of initial margin, by market. Markets that are not
/// named have the last one's.
pub fn fixed_margin(rates: &[(&str, &str, &str)]) -> Vec<Change> {
	let of = |only: Option<&str>, maintenance: &str, share: &str| {
		[
			("market.risk.lowestMaintenance", maintenance),
			("market.risk.highestMaintenance", maintenance),
			("market.risk.maintenanceShare", share),
		]
		.map(|(path, value)| Change { only: only.map(Into::into), ..Change::of_all(path, value) })
	};
	let others = rates.last().map(|(_, maintenance, share)| of(None, maintenance, share));
	let named =
		rates.iter().map(|(symbol, maintenance, share)| of(Some(symbol), maintenance, share));
	others.into_iter().chain(named).flatten().collect()
}

/// The largest price that a market may have, in ticks.
pub const MOST_TICKS: u64 = breakwater_units::limits::MAX_PRICE_TICKS;
const _: Price = Price::new(MOST_TICKS);

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::Chain;

	fn refused(path: &str, value: &str) -> String {
		Chain::with_genesis(&[Change::parse(path, value)]).err().expect("it is refused")
	}

	#[test]
	fn unknown_parameters_are_named_with_what_there_is() {
		assert!(refused("market.risk.tale", "1").contains("there is no tale there, but "));
		assert!(refused("market.risk.tale", "1").contains("tail"));
		assert!(refused("margin", "1").contains("of a market, an asset or a pool"));
	}

	#[test]
	fn impossible_values_are_refused() {
		assert!(
			refused("market.risk.tail", "many").starts_with("the chain does not start with that")
		);
		assert!(
			refused("market.risk.maintenanceShare", "10%").starts_with("the chain does not start")
		);
	}

	#[test]
	fn the_chain_starts_without_each_protection() {
		for without in <Without as clap::ValueEnum>::value_variants() {
			Chain::with_genesis(&without.changes())
				.map_err(|e| format!("{without:?}: {e}"))
				.unwrap();
		}
	}
}
