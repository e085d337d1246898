//! What is measured, block by block.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_interfaces::RiskEngine as _;
use breakwater_margin::LegId;
use breakwater_runtime::{Exchange, Risk, Runtime, RuntimeEvent};
use breakwater_units::{AccountKey, AssetId, Lots, MarketId, Price, Side};
use polkadot_sdk::{sp_core::Get, *};

use crate::{
	chain::Block,
	events::{Dictionary, Told},
	policy::Deeds,
	view::{State, View, DOLLAR},
};

/// A market in a block. Prices as people know them.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketRow {
	/// The oracle's price, in the quote asset.
	pub index: f64,
	/// What accounts are valued at.
	pub mark: f64,
	/// Where the batch cleared, if it did.
	pub price: Option<f64>,
	/// Maintenance rate.
	pub maintenance: f64,
	/// Initial rate.
	pub initial: f64,
	/// How it trades.
	pub state: State,
	/// How far its venues are from each other, as a part of the price.
	pub disagreement: Option<f64>,
}

/// A block. Money in dollars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
	/// Milliseconds since the Unix epoch.
	pub time: u64,
	/// What accounts lack that are worth less than nothing.
	pub bad_debt: f64,
	/// Accounts whose health is below zero.
	pub due: u32,
	/// Notional of all long positions.
	pub open_interest: f64,
	/// Initial margin of all accounts.
	pub margin: f64,
	/// What the funds have.
	pub funds: f64,
	/// Notional closed by force.
	pub forced: f64,
	/// What funds paid.
	pub fund_used: f64,
	/// What was taken from others.
	pub taken: f64,
	/// Weight of the pipeline, in picoseconds.
	pub weight: u64,
	/// Markets by name.
	pub markets: BTreeMap<String, MarketRow>,
}

/// Sums over a run. Money in quanta.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
	/// Calls that succeeded.
	pub accepted: u64,
	/// Calls that were refused, by reason.
	pub refused: BTreeMap<String, u64>,
	/// Events by pallet and name.
	pub events: BTreeMap<String, u64>,
	/// Batches that traded.
	pub batches: u64,
	/// Fills of orders.
	pub fills: u64,
	/// Notional that traded.
	pub volume: i128,
	/// Markets whose batch failed.
	pub failed_batches: u64,
	/// Fills by force.
	pub forced_fills: u64,
	/// Notional of those.
	pub forced: i128,
	/// What collateral was sold for by force.
	pub collateral_sold: i128,
	/// Accounts of which something was closed by force.
	pub liquidated: BTreeSet<AccountKey>,
	/// Accounts that were taken over whole.
	pub absorbed: u64,
	/// What funds paid.
	pub fund_used: i128,
	/// What was missing when others had to pay.
	pub shortfall: i128,
	/// What others paid.
	pub taken: i128,
	/// How many times others paid.
	pub payers: u64,
	/// Notional closed against others.
	pub closed_against: i128,
	/// What was missing and nobody will pay.
	pub written_off: i128,
}

/// How long accounts waited, in blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
	since: BTreeMap<AccountKey, u32>,
	/// Of those who were liquidated.
	pub done: Vec<u32>,
	/// How many were back above maintenance before anything was closed.
	pub recovered: u64,
}

impl Waits {
	/// After a block: who is due, and what was done about whom in it.
	pub fn note(&mut self, block: u32, due: &BTreeSet<AccountKey>, acted: &BTreeSet<AccountKey>) {
		// Found due and closed within one block: it waited for none.
		for key in acted {
			match self.since.remove(key) {
				Some(since) => self.done.push(block.saturating_sub(since)),
				None if !due.contains(key) => self.done.push(0),
				None => {},
			}
		}
		let mut recovered = 0;
		self.since.retain(|key, _| {
			let still = due.contains(key);
			recovered += u64::from(!still);
			still
		});
		self.recovered += recovered;
		for key in due.difference(acted) {
			self.since.entry(*key).or_insert(block);
		}
	}

	/// How long those have waited whom nothing was done about.
	pub fn waiting(&self, block: u32) -> Vec<u32> {
		self.since.values().map(|since| block.saturating_sub(*since)).collect()
	}
}

/// How long it took, in blocks, until liquidation began: until something of an account was for sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
	since: BTreeMap<AccountKey, u32>,
	begun: BTreeSet<AccountKey>,
	/// Of those of whom something was offered or closed.
	pub done: Vec<u32>,
}

impl Starts {
	/// After a block: who is due, and of whom something was offered or closed in it.
	pub fn note(&mut self, block: u32, due: &BTreeSet<AccountKey>, sold: &BTreeSet<AccountKey>) {
		for key in sold {
			if self.begun.insert(*key) {
				let since = self.since.remove(key).unwrap_or(block);
				self.done.push(block.saturating_sub(since));
			}
		}
		self.since.retain(|key, _| due.contains(key));
		self.begun.retain(|key| due.contains(key));
		for key in due.difference(&self.begun) {
			self.since.entry(*key).or_insert(block);
		}
	}
}

/// Collects.
#[derive(Default)]
pub struct Recorder {
	dictionary: Dictionary,
	names: BTreeMap<(u8, u8), String>,
	traders: BTreeSet<AccountKey>,
	has_pools: bool,
	/// What the pipeline may weigh in a block without a backlog: picoseconds.
	pub budget: u64,
	/// Blocks.
	pub rows: Vec<Row>,
	/// Sums.
	pub totals: Totals,
	/// From being due to the first forced close.
	pub waits: Waits,
	/// From being due to the first offer.
	pub starts: Starts,
	/// Forced fills: basis points worse than the mark, and notional in dollars.
	pub forced_slippage: Vec<(f64, f64)>,
	/// Batches: basis points from the mark, without sign, and notional in dollars.
	pub batch_slippage: Vec<(f64, f64)>,
}

/// What a block did, besides its events.
pub struct Happened<'a> {
	/// The block.
	pub block: &'a Block,
	/// The state after it.
	pub view: &'a View,
	/// What a played design did after it.
	pub deeds: &'a Deeds,
	/// Accounts whose fills were liquidations of a played design.
	pub at_work: &'a BTreeSet<AccountKey>,
	/// Time of the block.
	pub now: u64,
	/// How far the venues of each feed are apart.
	pub disagreement: &'a BTreeMap<String, f64>,
}

impl Recorder {
	/// Of a market with these agents; markets' pools are traders too.
	pub fn new(traders: BTreeSet<AccountKey>) -> Self {
		Self { traders, ..Self::default() }
	}

	/// Whether an account is no backstop, vault or the like.
	fn is_trader(&self, key: &AccountKey) -> bool {
		self.traders.contains(key)
	}

	/// Takes a block in. Call it inside of the state.
	pub fn block(&mut self, happened: &Happened<'_>) {
		let Happened { block, view, deeds, at_work, .. } = happened;
		if !self.has_pools {
			let markets = view.markets.iter();
			self.traders.extend(markets.filter_map(|market| Exchange::amm_account(market.market)));
			self.has_pools = !view.markets.is_empty();
			type Budget = <Runtime as breakwater_clearing::Config>::Budget;
			self.budget = Budget::get().total.ref_time();
		}
		self.count(block);
		let mut row = self.row(happened);
		let mut acted: BTreeSet<AccountKey> = deeds.resolved.clone();
		for event in &block.events {
			self.event(event, view, at_work, &mut row, &mut acted);
		}
		let totals = &mut self.totals;
		totals.fund_used += deeds.from_fund;
		totals.shortfall += deeds.shortfall;
		totals.taken += deeds.from_others;
		totals.payers += u64::from(deeds.others);
		totals.closed_against += deeds.notional;
		totals.liquidated.extend(&acted);
		row.fund_used += deeds.from_fund as f64 / DOLLAR;
		row.taken += deeds.from_others as f64 / DOLLAR;
		let due = view.accounts.values();
		let due = due.filter(|account| account.is_due() && self.is_trader(&account.key));
		let due: BTreeSet<AccountKey> = due.map(|account| account.key).collect();
		row.due = due.len() as u32;
		self.waits.note(block.number, &due, &acted);
		let mut sold = offered(block);
		sold.extend(acted.iter().chain(at_work.iter()));
		self.starts.note(block.number, &due, &sold);
		self.rows.push(row);
	}

	fn count(&mut self, block: &Block) {
		for result in &block.results {
			match result {
				Ok(()) => self.totals.accepted += 1,
				Err(error) => *self.totals.refused.entry(name(error)).or_default() += 1,
			}
		}
	}

	fn row(&self, happened: &Happened<'_>) -> Row {
		let Happened { block, view, disagreement, .. } = happened;
		let dollars = |quanta: i128| quanta as f64 / DOLLAR;
		let accounts = view.accounts.values();
		let open_interest = view
			.markets
			.iter()
			.map(|market| market.lot_value * i128::from(market.open_interest))
			.sum();
		let report = breakwater_clearing::LastReport::<Runtime>::get();
		let markets = view.markets.iter().map(|market| {
			let cleared = block.events.iter().find_map(|event| match event {
				RuntimeEvent::Exchange(breakwater_exchange::Event::Batch {
					market: of,
					price,
					..
				}) if *of == market.market => Some(market.price(price.get())),
				_ => None,
			});
			let row = MarketRow {
				index: market.price(market.index),
				mark: market.price(market.mark),
				price: cleared,
				maintenance: market.maintenance,
				initial: market.initial,
				state: market.state,
				disagreement: disagreement.get(&market.feed).copied(),
			};
			(market.name.clone(), row)
		});
		Row {
			time: happened.now,
			bad_debt: dollars(accounts.clone().map(|account| account.deficit()).sum()),
			open_interest: dollars(open_interest),
			margin: dollars(accounts.map(|account| account.initial).sum()),
			funds: dollars(view.funds + happened.deeds.in_vaults),
			weight: report.used.ref_time(),
			markets: markets.collect(),
			..Row::default()
		}
	}

	fn event(
		&mut self,
		event: &RuntimeEvent,
		view: &View,
		at_work: &BTreeSet<AccountKey>,
		row: &mut Row,
		acted: &mut BTreeSet<AccountKey>,
	) {
		let (pallet, name) = self.name(event);
		if pallet == "Liquidation" || pallet == "Insurance" {
			if let Some(told) = self.dictionary.read(event) {
				self.told(&told, view, row, acted);
			}
		}
		*self.totals.events.entry(format!("{pallet}.{name}")).or_default() += 1;
		match event {
			RuntimeEvent::Exchange(event) => self.traded(event, view, at_work, row, acted),
			RuntimeEvent::Margin(event) => self.ledger(event, row, acted),
			RuntimeEvent::Liquidation(breakwater_liquidator::Event::Filled {
				leg: LegId::Collateral(asset),
				lots,
				price,
				..
			}) => self.totals.collateral_sold += worth(*asset, *lots, *price),
			RuntimeEvent::Clearing(breakwater_clearing::Event::MarketFailed { .. }) => {
				self.totals.failed_batches += 1;
			},
			_ => {},
		}
	}

	/// Pallet and name; the dictionary is asked once for each kind.
	fn name(&mut self, event: &RuntimeEvent) -> (String, String) {
		use codec::Encode;
		let bytes = event.encode();
		let kind = (bytes[0], bytes.get(1).copied().unwrap_or(0));
		let known = self.names.entry(kind).or_insert_with(|| {
			let (pallet, name) = self.dictionary.name(event);
			format!("{pallet}.{name}")
		});
		known.split_once('.').map(|(pallet, name)| (pallet.into(), name.into())).unwrap_or_default()
	}

	/// What only liquidation and insurance know.
	fn told(&mut self, told: &Told, view: &View, row: &mut Row, acted: &mut BTreeSet<AccountKey>) {
		let market = |field: &str| MarketId(u32::try_from(told.number(field)).unwrap_or(u32::MAX));
		let lots = told.number("lots");
		let price = u64::try_from(told.number("price")).unwrap_or(0);
		match (told.pallet.as_str(), told.name.as_str()) {
			// What the batch filled the exchange tells; the rest only liquidation.
			("Liquidation", "Filled") if told.variant("leg") == "Market" => {
				acted.extend(told.account("account"));
				if told.variant("venue") != "Batch" {
					let side = if lots < 0 { Side::Sell } else { Side::Buy };
					let size = u64::try_from(lots.unsigned_abs()).unwrap_or(u64::MAX);
					self.forced(view, market("leg"), side, size, price, row);
				}
			},
			("Liquidation", "Filled") => acted.extend(told.account("account")),
			("Insurance", "LossPaid") => {
				let paid = told.number("capital") + told.sum("tranches") + told.number("global");
				self.totals.fund_used += paid;
				row.fund_used += paid as f64 / DOLLAR;
				self.totals.shortfall += told.number("shortfall");
				self.totals.written_off += told.number("written_off");
			},
			("Insurance", "Deleveraged") => {
				let value = view.market(market("market")).map_or(0, |market| market.lot_value);
				self.totals.closed_against += value * lots.abs();
			},
			_ => {},
		}
	}

	fn traded(
		&mut self,
		event: &breakwater_exchange::Event<Runtime>,
		view: &View,
		at_work: &BTreeSet<AccountKey>,
		row: &mut Row,
		acted: &mut BTreeSet<AccountKey>,
	) {
		use breakwater_exchange::Event;
		match event {
			Event::Filled { account, market, side, size, price, .. } => {
				self.totals.fills += 1;
				if at_work.contains(account) {
					self.forced(view, *market, *side, size.get(), price.get(), row);
					acted.insert(*account);
				}
			},
			// The backstop sells what it took over: nobody is liquidated by that.
			Event::ForcedFilled { account, market, side, size, price }
				if self.is_trader(account) =>
			{
				self.forced(view, *market, *side, size.get(), price.get(), row);
				acted.insert(*account);
			},
			Event::Batch { market, price, volume, .. } => {
				let Some(seen) = view.market(*market) else { return };
				let notional = seen.lot_value * i128::from(volume.get());
				self.totals.batches += 1;
				self.totals.volume += notional;
				let points = basis_points(price.get(), seen.mark).abs();
				self.batch_slippage.push((points, notional as f64 / DOLLAR));
			},
			_ => {},
		}
	}

	fn forced(
		&mut self,
		view: &View,
		market: MarketId,
		side: Side,
		size: u64,
		price: u64,
		row: &mut Row,
	) {
		let Some(seen) = view.market(market) else { return };
		let notional = seen.lot_value * i128::from(size);
		self.totals.forced_fills += 1;
		self.totals.forced += notional;
		row.forced += notional as f64 / DOLLAR;
		let worse = match side {
			Side::Buy => basis_points(price, seen.mark),
			Side::Sell => -basis_points(price, seen.mark),
		};
		self.forced_slippage.push((worse, notional as f64 / DOLLAR));
	}

	fn ledger(
		&mut self,
		event: &breakwater_ledger::Event<Runtime>,
		row: &mut Row,
		acted: &mut BTreeSet<AccountKey>,
	) {
		use breakwater_ledger::Event;
		match event {
			Event::Absorbed { account, .. } if self.is_trader(account) => {
				self.totals.absorbed += 1;
				acted.insert(*account);
			},
			Event::Levied { charge, .. } => {
				self.totals.payers += 1;
				self.totals.taken += charge.get();
				row.taken += charge.get() as f64 / DOLLAR;
			},
			_ => {},
		}
	}
}

/// What lots of collateral cost at a price, in quanta.
fn worth(asset: AssetId, lots: Lots, price: Price) -> i128 {
	let Some(leg) = Risk::collateral(asset).map(|index| *index.leg()) else { return 0 };
	let ticks = i128::from(price.get()) * i128::from(lots.size().get());
	leg.lot_value().get() * ticks / i128::from(leg.price().get().max(1))
}

/// Accounts of which the chain offers something anew.
fn offered(block: &Block) -> BTreeSet<AccountKey> {
	use breakwater_liquidator::Event;
	let offered = block.events.iter().filter_map(|event| match event {
		RuntimeEvent::Liquidation(Event::Offered { account, .. }) => Some(*account),
		_ => None,
	});
	offered.collect()
}

fn basis_points(price: u64, mark: u64) -> f64 {
	(price as f64 / (mark as f64).max(1.0) - 1.0) * 10_000.0
}

/// An error as people know it.
fn name(error: &sp_runtime::DispatchError) -> String {
	match error {
		sp_runtime::DispatchError::Module(module) => {
			module.message.map_or_else(|| format!("{module:?}"), str::to_string)
		},
		other => format!("{other:?}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn keys(all: &[u8]) -> BTreeSet<AccountKey> {
		all.iter().map(|byte| AccountKey([*byte; 32])).collect()
	}

	#[test]
	fn waits_are_counted_from_due_to_the_first_close() {
		let mut waits = Waits::default();
		waits.note(1, &keys(&[1, 2, 3]), &keys(&[]));
		waits.note(2, &keys(&[1, 2]), &keys(&[]));
		waits.note(3, &keys(&[2]), &keys(&[1]));
		// 3 recovered by itself, 1 was closed after two blocks, 4 within its own.
		waits.note(4, &keys(&[2]), &keys(&[4]));
		assert_eq!((&waits.done[..], waits.recovered), (&[2, 0][..], 1));
		assert_eq!(waits.waiting(4), [3]);
	}

	#[test]
	fn a_start_is_the_first_offer_of_an_account_that_is_due() {
		let mut starts = Starts::default();
		starts.note(1, &keys(&[1, 2]), &keys(&[1]));
		// 1 is offered already, 3 was closed within its block, 4 is due again later.
		starts.note(2, &keys(&[1, 2, 4]), &keys(&[1, 3, 4]));
		starts.note(3, &keys(&[1]), &keys(&[]));
		starts.note(5, &keys(&[1, 4]), &keys(&[]));
		starts.note(6, &keys(&[4]), &keys(&[4]));
		assert_eq!(starts.done, [0, 0, 0, 1]);
	}

	#[test]
	fn an_account_closed_part_by_part_waits_again_only_when_nothing_is_done() {
		let mut waits = Waits::default();
		waits.note(1, &keys(&[1]), &keys(&[]));
		waits.note(2, &keys(&[1]), &keys(&[1]));
		waits.note(3, &keys(&[1]), &keys(&[1]));
		waits.note(4, &keys(&[1]), &keys(&[]));
		waits.note(6, &keys(&[]), &keys(&[1]));
		assert_eq!(waits.done, [1, 2]);
	}
}
