//! Today's common designs, played over the same ledger: who is liquidated when, at what price, and
//! who pays when it was not enough.
//!
//! What each does, and its numbers, are those its builders publish; the tests hold them to worked
//! examples. What they do not publish is an assumption, and says so.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_auction::TimeInForce;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::{Estates as _, Ledger, SubaccountId, Trade};
use breakwater_runtime::{Margin, Runtime, RuntimeCall};
use breakwater_units::{AccountKey, Lots, MarketId, PoolId, Price, Quote, Side, Size};
use frame_support::storage::with_storage_layer;
use polkadot_sdk::*;
use rand::Rng;
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};

use crate::{
	chain::Act,
	genesis::{fixed_margin, no_breakers, Change},
	view::{on_grid, AccountView, MarketView, PositionView, View, DOLLAR},
};

/// A design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Design {
	/// This chain: everything in the block's hooks.
	Breakwater,
	/// Keepers scan off the chain and send transactions, which are late and later still when
	/// everyone sends some; they close part by part; what is missing after the fund is taken from
	/// everyone with a position. As Drift v2.
	Keepers,
	/// The proposer of a block puts liquidations into it from a list, so many in a block and so
	/// much of an account; who is left below zero is closed against others at random. As dYdX v4.
	Proposer,
	/// The engine sends market orders, hands what is too late to a vault, and closes who is below
	/// zero against a queue of the most profitable and most leveraged. As Hyperliquid.
	Queue,
}

impl Design {
	/// All of them.
	pub const ALL: [Self; 4] = [Self::Breakwater, Self::Keepers, Self::Proposer, Self::Queue];

	/// As people read it.
	pub fn title(self) -> &'static str {
		match self {
			Self::Breakwater => "Breakwater",
			Self::Keepers => "keepers, socialised loss",
			Self::Proposer => "proposer, random deleveraging",
			Self::Queue => "engine, deleveraging queue",
		}
	}

	/// What it stands for, and its numbers.
	pub fn describe(self) -> &'static str {
		match self {
			Self::Breakwater => "every liquidation in the block of its price, in the chain's own hooks; margin that follows volatility; breakers; auctions; exact pro-rata deleveraging",
			Self::Keepers => "as Drift v2: keepers' transactions after a delay, four times as long and a quarter as many under congestion (assumed); initial margin 5 %, maintenance 3 % (assumed); 2 % buffer; at first a tenth (assumed) and all within 60 s (assumed), all at once under 50 dollars short; liquidator's fee 1 % (assumed); fund, then everyone with a position by its size",
			Self::Proposer => "as dYdX v4 at genesis: 50 liquidations and 10 deleveragings a block from a random place in a list; initial margin 2 % (large) and 5 % (mid-cap), maintenance 60 % of it; at most 10 % of a position, at least 1,000 and at most 100,000 dollars a block; fillable price with spread 1.5 and adjustment 1, fee up to 1.5 %; whole positions against random others at the bankruptcy price",
			Self::Queue => "as Hyperliquid: maintenance half of initial margin, 1.25 % at 40×; market orders, of positions over 100,000 dollars a fifth first and the rest after 30 s; below two thirds of maintenance to a vault, which has the fund's money and sells a twentieth a block at no more than 1 % from the mark (assumed); below zero against the queue of (mark ÷ entry) · (notional ÷ account value) at the mark before",
		}
	}

	/// How its chain differs at genesis: fixed margin, no breaker.
	pub fn changes(self, same_margins: bool) -> Vec<Change> {
		let rates = match self {
			Self::Breakwater => return Vec::new(),
			_ if same_margins => [("2%", "60%"), ("2.5%", "60%"), ("4%", "60%")],
			Self::Keepers => [("3%", "60%"); 3],
			Self::Proposer => [("1.2%", "60%"), ("1.2%", "60%"), ("3%", "60%")],
			Self::Queue => [("1.25%", "50%"), ("2%", "50%"), ("2.5%", "50%")],
		};
		let markets = ["BTC-PERP", "ETH-PERP", "SOL-PERP"];
		let rates: Vec<_> = markets.into_iter().zip(rates).map(|(m, (r, s))| (m, r, s)).collect();
		let mut changes = no_breakers();
		changes.extend(fixed_margin(&rates));
		changes
	}
}

/// What keepers suffer.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Congestion {
	/// From an account's crossing to a keeper's transaction in a block: milliseconds.
	pub delay_ms: u64,
	/// Keepers' transactions in a block.
	pub per_block: u32,
	/// So many times the delay, and so many times fewer transactions, while a minute's move is more
	/// than three times a usual one.
	pub factor: u64,
}

impl Default for Congestion {
	fn default() -> Self {
		Self { delay_ms: 4_000, per_block: 40, factor: 4 }
	}
}

/// What a policy did between two blocks. Money in quanta.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deeds {
	/// What funds paid.
	pub from_fund: i128,
	/// What vaults are worth.
	pub in_vaults: i128,
	/// What was missing from accounts that were closed against others, or paid for by them.
	pub shortfall: i128,
	/// What others lost for it, against the mark.
	pub from_others: i128,
	/// How many others.
	pub others: u32,
	/// Positions closed against others, at mark.
	pub notional: i128,
	/// Accounts that were acted on otherwise than by orders.
	pub resolved: BTreeSet<AccountKey>,
}

/// A design at work.
pub struct Policy {
	design: Design,
	congestion: Congestion,
	seed: u64,
	owners: BTreeMap<AccountKey, SubaccountId>,
	/// Since when accounts are due, milliseconds.
	since: BTreeMap<AccountKey, u64>,
	/// Not before then again.
	cooling: BTreeMap<AccountKey, u64>,
	/// Accounts whose orders of this block are liquidations.
	pub at_work: BTreeSet<AccountKey>,
	/// What those were like before.
	before: Vec<AccountView>,
	marks: BTreeMap<MarketId, u64>,
	/// Where a design has a vault instead of a fund: by pool, and what it was worth.
	vaults: BTreeMap<PoolId, (AccountKey, i128)>,
}

impl Policy {
	/// A design over these accounts.
	pub fn new(
		design: Design,
		congestion: Congestion,
		seed: u64,
		owners: BTreeMap<AccountKey, SubaccountId>,
		sponsors: &[(PoolId, AccountKey)],
	) -> Self {
		let has_vault = design == Design::Queue;
		let vaults = sponsors.iter().filter(|_| has_vault);
		Self {
			vaults: vaults.map(|(pool, key)| (*pool, (*key, 0))).collect(),
			design,
			congestion,
			seed,
			owners,
			since: BTreeMap::new(),
			cooling: BTreeMap::new(),
			at_work: BTreeSet::new(),
			before: Vec::new(),
			marks: BTreeMap::new(),
		}
	}

	/// Whether what sponsors give stays with them: they are the vaults then.
	pub fn has_vaults(&self) -> bool {
		!self.vaults.is_empty()
	}

	/// Accounts that are no traders.
	pub fn vaults(&self) -> BTreeSet<AccountKey> {
		self.vaults.values().map(|(key, _)| *key).collect()
	}

	/// Whether the lab plays it, rather than the chain.
	pub fn is_played(&self) -> bool {
		self.design != Design::Breakwater
	}

	/// The liquidations of a block, as orders in the names of the liquidated. `stress` is a minute's
	/// move relative to a usual one.
	pub fn orders(&mut self, view: &View, now: u64, stress: f64) -> Vec<Act> {
		self.at_work.clear();
		self.before.clear();
		if !self.is_played() {
			return Vec::new();
		}
		let vaults = self.vaults();
		let due = view.accounts.values();
		let due: Vec<&AccountView> =
			due.filter(|account| account.is_due() && !vaults.contains(&account.key)).collect();
		let keys: BTreeSet<AccountKey> = due.iter().map(|account| account.key).collect();
		self.since.retain(|key, _| keys.contains(key));
		for key in keys {
			self.since.entry(key).or_insert(now);
		}
		let mut random = ChaCha8Rng::seed_from_u64(self.seed ^ now);
		let chosen = match self.design {
			Design::Breakwater => Vec::new(),
			Design::Keepers => self.reached_by_keepers(due, now, stress),
			Design::Proposer => from_random_place(due, 50, &mut random),
			Design::Queue => due,
		};
		let mut acts = Vec::new();
		for account in chosen {
			let Some(owner) = self.owners.get(&account.key).cloned() else { continue };
			let closes = self.closes(account, view, now, &mut random);
			if closes.is_empty() {
				continue;
			}
			self.at_work.insert(account.key);
			self.before.push(account.clone());
			acts.extend(liquidate(&owner, closes));
		}
		acts.extend(self.work_off(view));
		acts
	}

	/// Vaults sell a part of what they took over in every block.
	fn work_off(&self, view: &View) -> Vec<Act> {
		let of = |(key, _): &(AccountKey, i128)| {
			let (account, owner) = (view.accounts.get(key)?, self.owners.get(key)?);
			let one = |held: &PositionView| {
				let market = view.market(held.market)?;
				let lots = (held.lots.unsigned_abs() as f64 * queue::VAULT_PART).ceil() as u64;
				Some(orders(held, market, lots, mark_less(market, held, queue::VAULT_WORST)))
			};
			let closes: Vec<_> = account.positions.iter().filter_map(one).flatten().collect();
			(!closes.is_empty()).then(|| liquidate(owner, closes))
		};
		self.vaults.values().filter_map(of).flatten().collect()
	}

	fn reached_by_keepers<'a>(
		&self,
		mut due: Vec<&'a AccountView>,
		now: u64,
		stress: f64,
	) -> Vec<&'a AccountView> {
		let factor = if stress > 3.0 { self.congestion.factor.max(1) } else { 1 };
		let delay = self.congestion.delay_ms * factor;
		due.retain(|account| self.since.get(&account.key).is_some_and(|at| now >= at + delay));
		// What pays a keeper most comes first: its fee is a part of the notional.
		due.sort_by_key(|account| std::cmp::Reverse(account.notional));
		due.truncate((u64::from(self.congestion.per_block) / factor).max(1) as usize);
		due
	}

	fn closes(
		&mut self,
		account: &AccountView,
		view: &View,
		now: u64,
		random: &mut ChaCha8Rng,
	) -> Vec<OrderRequest> {
		match self.design {
			Design::Breakwater => Vec::new(),
			Design::Keepers => {
				let waited = now.saturating_sub(*self.since.get(&account.key).unwrap_or(&now));
				let free = keepers::freeable(waited, shortage(account, keepers::BUFFER));
				let one = |held: &PositionView| {
					let market = view.market(held.market)?;
					let lots = keepers::lots_to_close(account, held, market, free);
					Some(orders(held, market, lots, mark_less(market, held, keepers::FEE)))
				};
				account.positions.iter().filter_map(one).flatten().collect()
			},
			Design::Proposer => {
				let place = random.random_range(0..account.positions.len().max(1));
				let one = account.positions.get(place);
				one.and_then(|held| {
					let market = view.market(held.market)?;
					let lots = proposer::lots_in_a_block(held, market);
					let price = proposer::fillable_price(account, held, market);
					Some(orders(held, market, lots, price))
				})
				.unwrap_or_default()
			},
			Design::Queue => self.engine(account, view, now),
		}
	}

	/// Market orders; of large positions a fifth, then a pause, then all.
	fn engine(&mut self, account: &AccountView, view: &View, now: u64) -> Vec<OrderRequest> {
		if queue::goes_to_vault(account)
			|| self.cooling.get(&account.key).is_some_and(|at| now < *at)
		{
			return Vec::new();
		}
		let large = account.notional as f64 / DOLLAR > queue::LARGE;
		let again = self.cooling.contains_key(&account.key);
		if large && !again {
			self.cooling.insert(account.key, now + queue::COOLING_MS);
		}
		let part = if large && !again { queue::FIRST_PART } else { 1.0 };
		let one = |held: &PositionView| {
			let market = view.market(held.market)?;
			let lots = (held.lots.unsigned_abs() as f64 * part).ceil() as u64;
			Some(orders(held, market, lots, mark_less(market, held, queue::WORST)))
		};
		account.positions.iter().filter_map(one).flatten().collect()
	}

	/// After a block: who is below zero, and who pays. Call it inside of the state.
	pub fn settle(&mut self, view: &View) -> Deeds {
		let mut deeds = Deeds::default();
		match self.design {
			Design::Breakwater => return deeds,
			Design::Keepers => {},
			Design::Proposer => {
				self.charge_fees(view);
				self.deleverage_at_random(view, &mut deeds);
			},
			Design::Queue => self.deleverage_queue(view, &mut deeds),
		}
		self.marks = view.markets.iter().map(|market| (market.market, market.mark)).collect();
		self.pay_deficits(&View::look(), &mut deeds);
		self.value_vaults(&mut deeds);
		deeds
	}

	/// What vaults lost since the last block is what they paid; what they gained comes back.
	fn value_vaults(&mut self, deeds: &mut Deeds) {
		if self.vaults.is_empty() {
			return;
		}
		let view = View::look();
		for (key, worth) in self.vaults.values_mut() {
			let now = view.accounts.get(key).map_or(0, |account| account.equity);
			// What it lacks below zero is bad debt, and counted there.
			let now = now.max(0);
			deeds.from_fund += if *worth == 0 { 0 } else { *worth - now };
			deeds.in_vaults += now;
			*worth = now;
		}
	}

	/// The fund's fee of what was closed in the block.
	fn charge_fees(&self, view: &View) {
		for before in &self.before {
			let Some(now) = view.accounts.get(&before.key) else { continue };
			let fee = Quote::new(proposer::fee_of(before, now, view) as i128);
			let pay = || <Margin as Ledger>::transfer(now.pool, Some(&now.key), None, fee);
			// Whose money does not allow it, pays none.
			let _ = with_storage_layer(pay);
		}
	}

	/// What flat accounts lack: the fund pays; what it lacks everyone with a position pays, where
	/// the design says so, and else it stays. Nobody is bankrupt while a position is open.
	fn pay_deficits(&self, view: &View, deeds: &mut Deeds) {
		let socialises = self.design == Design::Keepers;
		for account in view.accounts.values() {
			let is_flat = account.positions.is_empty();
			if account.equity >= 0 || !is_flat || !self.owners.contains_key(&account.key) {
				continue;
			}
			let missing = account.deficit();
			let paid = match self.vaults.get(&account.pool) {
				Some((vault, _)) => pay_from_vault(view, vault, account, missing),
				None => pay_from_fund(account, missing, deeds),
			};
			if paid > 0 {
				deeds.resolved.insert(account.key);
			}
			if socialises && missing > paid {
				socialise(view, account, missing - paid, deeds);
			}
		}
	}

	fn deleverage_at_random(&self, view: &View, deeds: &mut Deeds) {
		let below: Vec<&AccountView> =
			view.accounts.values().filter(|account| account.equity < 0).collect();
		for account in below.into_iter().take(proposer::DELEVERAGINGS) {
			for held in &account.positions {
				let Some(market) = view.market(held.market) else { continue };
				let price = proposer::bankruptcy_price(account, held, market);
				let mut others: Vec<&AccountView> = against(view, account, held).collect();
				let start = ChaCha8Rng::seed_from_u64(self.seed ^ u64::from(market.market.0))
					.random_range(0..=others.len());
				others.rotate_left(start);
				// Only who could be closed at that price without falling below zero itself.
				others.retain(|other| {
					let loss = loss_of(other, market, price);
					loss <= other.equity.max(0)
				});
				close_against(account, held, market, price, &others, deeds);
			}
		}
	}

	fn deleverage_queue(&self, view: &View, deeds: &mut Deeds) {
		for account in view.accounts.values() {
			if !self.owners.contains_key(&account.key) || account.notional == 0 {
				continue;
			}
			if account.equity < 0 {
				for held in &account.positions {
					let Some(market) = view.market(held.market) else { continue };
					let mut others: Vec<&AccountView> = against(view, account, held).collect();
					others.sort_by(|a, b| {
						queue::rank(b, market)
							.total_cmp(&queue::rank(a, market))
							.then(a.key.cmp(&b.key))
					});
					let before = *self.marks.get(&held.market).unwrap_or(&market.mark);
					close_against(account, held, market, before, &others, deeds);
				}
			} else if account.is_due() && queue::goes_to_vault(account) {
				let Some((vault, _)) = self.vaults.get(&account.pool) else { continue };
				if *vault == account.key {
					continue;
				}
				if with_storage_layer(|| Margin::absorb(&account.key, vault)).is_ok() {
					deeds.resolved.insert(account.key);
				}
			}
		}
	}
}

/// What an account lacks to maintenance times a buffer, in quanta.
fn shortage(account: &AccountView, buffer: f64) -> i128 {
	((account.maintenance as f64 * (1.0 + buffer)) as i128 - account.equity).max(0)
}

/// The mark less a part of it for a long, plus it for a short, in ticks.
fn mark_less(market: &MarketView, held: &PositionView, part: f64) -> u64 {
	let sign = if held.lots > 0 { -1.0 } else { 1.0 };
	on_grid(market, market.mark as f64 * (1.0 + sign * part)).get()
}

fn from_random_place<'a>(
	mut due: Vec<&'a AccountView>,
	count: usize,
	random: &mut ChaCha8Rng,
) -> Vec<&'a AccountView> {
	if due.len() > count {
		let start = random.random_range(0..due.len());
		due.rotate_left(start);
		due.truncate(count);
	}
	let underwater =
		|account: &AccountView| account.equity * 1_000_000 / account.maintenance.max(1);
	due.sort_by_key(|account| underwater(account));
	due
}

/// Orders that reduce a position by so many lots, each as large as the market takes.
fn orders(held: &PositionView, market: &MarketView, lots: u64, limit: u64) -> Vec<OrderRequest> {
	const MOST: usize = 10;
	let lots = lots.clamp(1, held.lots.unsigned_abs());
	let each = market.max_order.max(1);
	let count = lots.div_ceil(each);
	let size = |place: u64| each.min(lots - place * each);
	(0..count).take(MOST).map(|place| order(held, market, size(place), limit)).collect()
}

fn order(held: &PositionView, market: &MarketView, lots: u64, limit: u64) -> OrderRequest {
	OrderRequest {
		market: held.market,
		side: if held.lots > 0 { Side::Sell } else { Side::Buy },
		kind: RequestKind::Limit { price: on_grid(market, limit as f64) },
		time_in_force: TimeInForce::ImmediateOrCancel,
		reduce_only: true,
		size: Size::new(lots),
		client_id: None,
	}
}

/// Cancels the account's orders, and closes.
fn liquidate(account: &SubaccountId, closes: Vec<OrderRequest>) -> [Act; 2] {
	let calls: [breakwater_exchange::Call<Runtime>; 2] = [
		breakwater_exchange::Call::cancel_all { account: account.clone(), market: None },
		breakwater_exchange::Call::place_many {
			account: account.clone(),
			requests: closes.try_into().expect("an account has few positions"),
		},
	];
	calls.map(|call| (account.owner.clone(), RuntimeCall::from(call)))
}

/// Accounts on the other side of a position, in the same pool.
fn against<'a>(
	view: &'a View,
	account: &'a AccountView,
	held: &'a PositionView,
) -> impl Iterator<Item = &'a AccountView> {
	view.accounts.values().filter(move |other| {
		let lots = other.lots(held.market);
		other.key != account.key && lots != 0 && (lots > 0) != (held.lots > 0) && other.equity > 0
	})
}

/// What an account loses against the mark if its whole position is closed at a price, in quanta.
fn loss_of(account: &AccountView, market: &MarketView, price: u64) -> i128 {
	loss(account.lots(market.market), market, price)
}

fn loss(lots: i64, market: &MarketView, price: u64) -> i128 {
	let per_tick = market.lot_value / i128::from(market.mark.max(1));
	(i128::from(market.mark) - i128::from(price)) * per_tick * i128::from(lots)
}

/// Closes a whole position against others in their order, as far as they go.
fn close_against(
	account: &AccountView,
	held: &PositionView,
	market: &MarketView,
	price: u64,
	others: &[&AccountView],
	deeds: &mut Deeds,
) {
	let mut left = held.lots;
	for other in others {
		if left == 0 {
			break;
		}
		let theirs = other.lots(market.market);
		let size = left.unsigned_abs().min(theirs.unsigned_abs()) as i64;
		let closed = size * left.signum();
		if !trade(market, price, (account.key, -closed), (other.key, closed)) {
			continue;
		}
		left -= closed;
		deeds.from_others += loss(-closed, market, price).max(0);
		deeds.notional += market.lot_value * i128::from(size);
		deeds.others += 1;
		deeds.resolved.insert(account.key);
	}
	let closed = held.lots - left;
	if closed != 0 {
		let part = closed as f64 / held.lots as f64;
		let share = held.value.unsigned_abs() as f64 / (account.notional as f64).max(1.0);
		deeds.shortfall += (account.deficit() as f64 * part * share).round() as i128;
	}
}

fn trade(
	market: &MarketView,
	price: u64,
	one: (AccountKey, i64),
	other: (AccountKey, i64),
) -> bool {
	let trades = [one, other].map(|(account, lots)| Trade {
		account,
		lots: Lots::new(lots),
		fee: Quote::ZERO,
	});
	with_storage_layer(|| Margin::settle(market.market, Price::new(price.max(1)), &trades)).is_ok()
}

/// Returns what it paid.
fn pay_from_fund(account: &AccountView, missing: i128, deeds: &mut Deeds) -> i128 {
	let paid = missing.min(Margin::fund(account.pool).get()).max(0);
	let (pool, amount) = (account.pool, Quote::new(paid));
	let pay = || <Margin as Ledger>::transfer(pool, None, Some(&account.key), amount);
	if paid == 0 || with_storage_layer(pay).is_err() {
		return 0;
	}
	deeds.from_fund += paid;
	paid
}

/// Returns what it paid; what it lost by that shows in its worth.
fn pay_from_vault(view: &View, vault: &AccountKey, account: &AccountView, missing: i128) -> i128 {
	let has = view.accounts.get(vault).map_or(0, |vault| vault.equity.min(vault.cash));
	let paid = missing.min(has).max(0);
	let pay = || Margin::charge(vault, &account.key, Quote::new(paid));
	if paid == 0 || *vault == account.key || with_storage_layer(pay).is_err() {
		return 0;
	}
	paid
}

/// Takes a loss from everyone with a position in the account's markets, or in its pool if it has
/// none left, by the size of the positions.
fn socialise(view: &View, account: &AccountView, missing: i128, deeds: &mut Deeds) {
	let payers: Vec<&AccountView> = view
		.accounts
		.values()
		.filter(|other| {
			other.pool == account.pool && other.notional > 0 && other.key != account.key
		})
		.collect();
	let total: i128 = payers.iter().map(|payer| payer.notional).sum();
	if total == 0 {
		return;
	}
	deeds.shortfall += missing;
	for payer in payers {
		// Rounded up, as its builders do.
		let share = (missing * payer.notional + total - 1) / total;
		let amount = Quote::new(share);
		if with_storage_layer(|| Margin::charge(&payer.key, &account.key, amount)).is_ok() {
			deeds.from_others += share;
			deeds.others += 1;
		}
	}
	deeds.resolved.insert(account.key);
}

/// Drift v2, `math/liquidation.rs`.
pub mod keepers {
	use super::{shortage, AccountView, MarketView, PositionView, DOLLAR};

	/// An account leaves liquidation with so much more than maintenance margin.
	pub const BUFFER: f64 = 0.02;
	/// What a liquidator takes, as a part of the price. Assumed.
	pub const FEE: f64 = 0.01;
	/// Less is closed at once, in dollars.
	const SMALL: f64 = 50.0;
	/// What may be freed at once, and after how long everything: assumed.
	const INITIAL_PART: f64 = 0.1;
	const DURATION_MS: f64 = 60_000.0;

	/// The part of the shortage that may be freed after some time: `min(1, initial + elapsed ÷
	/// duration)`, all of one below 50 dollars.
	pub fn freeable(waited_ms: u64, shortage: i128) -> f64 {
		if shortage as f64 / DOLLAR < SMALL {
			return 1.0;
		}
		(INITIAL_PART + waited_ms as f64 / DURATION_MS).min(1.0)
	}

	/// Amount that frees a shortage: `shortage ÷ (price · (margin ratio − fees))`; all of it where
	/// the margin ratio is no more than the fees.
	pub fn base_to_cover(shortage: f64, price: f64, margin_ratio: f64, fees: f64) -> Option<f64> {
		(margin_ratio > fees).then(|| shortage / (price * (margin_ratio - fees)))
	}

	pub(super) fn lots_to_close(
		account: &AccountView,
		held: &PositionView,
		market: &MarketView,
		part: f64,
	) -> u64 {
		let whole = held.lots.unsigned_abs();
		let share = held.value.unsigned_abs() as f64 / (account.notional as f64).max(1.0);
		let missing = shortage(account, BUFFER) as f64 * part * share;
		let lots = base_to_cover(missing, market.lot_value as f64, market.maintenance, FEE);
		lots.map_or(whole, |lots| (lots.ceil() as u64).min(whole))
	}
}

/// dYdX v4, `x/clob/keeper/liquidations.go` and `genesis.sh`.
pub mod proposer {
	use super::{AccountView, MarketView, PositionView, View, DOLLAR};

	/// Accounts closed against others in a block.
	pub const DELEVERAGINGS: usize = 10;
	/// Spread to maintenance margin ratio.
	const SPREAD: f64 = 1.5;
	/// Bankruptcy adjustment.
	const ADJUSTMENT: f64 = 1.0;
	const LARGEST_PART: f64 = 0.1;
	const LEAST_DOLLARS: f64 = 1_000.0;
	const MOST_DOLLARS: f64 = 100_000.0;

	/// Value of a position per unit, so that whoever fills it earns more the worse the account is:
	/// `(PNNV − ABR·SMMR·PMMR) ÷ PS` with `ABR = clamp(BA·(1 − TNC/TMMR), 0, 1)`.
	pub fn fillable(
		position_value: f64,
		position_margin: f64,
		account_value: f64,
		account_margin: f64,
		size: f64,
	) -> f64 {
		let rate = (ADJUSTMENT * (1.0 - account_value / account_margin)).clamp(0.0, 1.0);
		(position_value - rate * SPREAD * position_margin) / size
	}

	/// Quote that closes a position at zero: `DNNV` and a share of the account's value by margin,
	/// per unit.
	pub fn bankruptcy(
		position_value: f64,
		position_margin: f64,
		account_value: f64,
		account_margin: f64,
		size: f64,
	) -> f64 {
		(position_value - account_value * position_margin / account_margin) / size
	}

	/// The most the fund takes of what is closed.
	const MOST_FEE: f64 = 0.015;

	/// What the fund takes: a part of what is closed, and no more than is left above the bankruptcy
	/// price, which is the account's value in proportion to the margin.
	pub fn fee(
		closed_value: f64,
		closed_margin: f64,
		account_value: f64,
		account_margin: f64,
	) -> f64 {
		let left = account_value.max(0.0) * closed_margin / account_margin;
		(MOST_FEE * closed_value.abs()).min(left)
	}

	/// The fee of an account for what was closed since it was looked at before, in quanta.
	pub(super) fn fee_of(before: &AccountView, now: &AccountView, view: &View) -> f64 {
		let one = |held: &PositionView| {
			let market = view.market(held.market)?;
			let left = now.lots(held.market).unsigned_abs().min(held.lots.unsigned_abs());
			let closed = (held.lots.unsigned_abs() - left) as f64 * market.lot_value as f64;
			let value = before.equity.min(now.equity) as f64;
			Some(fee(
				closed,
				closed * market.maintenance,
				value,
				(before.maintenance as f64).max(1.0),
			))
		};
		before.positions.iter().filter_map(one).sum()
	}

	/// Initial margin under open interest.
	pub fn scaled_initial(base: f64, open_interest: f64, lower: f64, upper: f64) -> f64 {
		let scale = (open_interest - lower) / (upper - lower);
		(base + (scale * (1.0 - base)).max(0.0)).min(1.0)
	}

	pub(super) fn lots_in_a_block(held: &PositionView, market: &MarketView) -> u64 {
		let dollars = held.value.unsigned_abs() as f64 / DOLLAR;
		let most = (dollars * LARGEST_PART).clamp(LEAST_DOLLARS, MOST_DOLLARS).min(dollars);
		market.lots(most).max(1)
	}

	fn price(
		of: impl Fn(f64, f64, f64, f64, f64) -> f64,
		account: &AccountView,
		held: &PositionView,
		market: &MarketView,
	) -> u64 {
		let margin = held.value.unsigned_abs() as f64 * market.maintenance;
		let (value, total) = (account.equity as f64, account.maintenance as f64);
		let per_lot = of(held.value as f64, margin, value, total.max(1.0), held.lots as f64);
		let per_tick = market.lot_value as f64 / market.mark as f64;
		(per_lot / per_tick).max(1.0) as u64
	}

	pub(super) fn fillable_price(
		account: &AccountView,
		held: &PositionView,
		market: &MarketView,
	) -> u64 {
		price(fillable, account, held, market)
	}

	pub(super) fn bankruptcy_price(
		account: &AccountView,
		held: &PositionView,
		market: &MarketView,
	) -> u64 {
		price(bankruptcy, account, held, market)
	}
}

/// Hyperliquid's documentation.
pub mod queue {
	use super::{AccountView, MarketView};

	/// Positions above are closed in two steps: dollars.
	pub const LARGE: f64 = 100_000.0;
	/// The first of them.
	pub const FIRST_PART: f64 = 0.2;
	/// Between the two.
	pub const COOLING_MS: u64 = 30_000;
	/// How far from the mark a market order trades at worst. Assumed.
	pub const WORST: f64 = 0.1;
	/// The part of its positions that the vault sells in a block. Assumed.
	pub const VAULT_PART: f64 = 0.05;
	/// How far from the mark it sells at worst. Assumed.
	pub const VAULT_WORST: f64 = 0.01;

	/// The price at which an account is liquidated: `price − side · available ÷ size ÷ (1 − l ·
	/// side)`, with `l` one over the maintenance leverage.
	pub fn liquidation_price(
		price: f64,
		side: f64,
		available: f64,
		size: f64,
		maintenance_leverage: f64,
	) -> f64 {
		price - side * available / size / (1.0 - side / maintenance_leverage)
	}

	/// Place in the queue: `(mark ÷ entry) · (notional ÷ account value)`, the other way around for
	/// a short.
	pub fn index(mark: f64, entry: f64, long: bool, notional: f64, account_value: f64) -> f64 {
		let gain = if long { mark / entry } else { entry / mark };
		gain * notional / account_value
	}

	pub(super) fn goes_to_vault(account: &AccountView) -> bool {
		account.equity * 3 < account.maintenance * 2
	}

	pub(super) fn rank(account: &AccountView, market: &MarketView) -> f64 {
		let Some(held) = account.positions.iter().find(|held| held.market == market.market) else {
			return 0.0;
		};
		let entry = -(held.entry_cost as f64) / held.lots as f64;
		let value = (account.equity as f64).max(1.0);
		index(
			market.lot_value as f64,
			entry.max(1e-9),
			held.lots > 0,
			held.value.unsigned_abs() as f64,
			value,
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn proposer_prices_match_the_worked_example() {
		// Long 1 at 50,000; margin 2,500, account worth 2,000, adjustment 1, spread 1.5.
		assert!(
			(proposer::fillable(50_000.0, 2_500.0, 2_000.0, 2_500.0, 1.0) - 49_250.0).abs() < 1e-9
		);
		assert!(
			(proposer::bankruptcy(50_000.0, 2_500.0, 2_000.0, 2_500.0, 1.0) - 48_000.0).abs()
				< 1e-9
		);
		// A short's are above.
		assert!(
			(proposer::bankruptcy(-50_000.0, 2_500.0, 2_000.0, 2_500.0, -1.0) - 52_000.0).abs()
				< 1e-9
		);
	}

	#[test]
	fn the_proposer_s_fund_takes_at_most_what_is_left() {
		// A position of 50,000 closed whole: 1.5 % are 750, if the account has as much.
		assert!((proposer::fee(50_000.0, 2_500.0, 2_000.0, 2_500.0) - 750.0).abs() < 1e-9);
		assert!((proposer::fee(50_000.0, 2_500.0, 500.0, 2_500.0) - 500.0).abs() < 1e-9);
		assert_eq!(proposer::fee(50_000.0, 2_500.0, -500.0, 2_500.0), 0.0);
		// A tenth of it, with a tenth of the margin.
		assert!((proposer::fee(5_000.0, 250.0, 500.0, 2_500.0) - 50.0).abs() < 1e-9);
		let view = View { markets: vec![market()], ..View::default() };
		let (before, now) = (account(20_000_000, 100), account(20_000_000, 90));
		// 50 of 500 dollars: 75 cents.
		assert!((proposer::fee_of(&before, &now, &view) - 750_000.0).abs() < 1.0);
		assert_eq!(proposer::fee_of(&before, &before, &view), 0.0);
	}

	#[test]
	fn proposer_scales_initial_margin_with_open_interest() {
		// 5 %, caps of 25 and 50 million, 30 million open: 24 %.
		let scaled = |open| proposer::scaled_initial(0.05, open, 25e6, 50e6);
		assert!((scaled(30e6) - 0.24).abs() < 1e-9);
		assert!((scaled(10e6) - 0.05).abs() < 1e-9);
		assert!((scaled(90e6) - 1.0).abs() < 1e-9);
	}

	fn market() -> MarketView {
		MarketView {
			market: MarketId(0),
			pool: PoolId(0),
			name: "BTC-PERP".into(),
			feed: "BTC-USD".into(),
			tick: 0.01,
			index: 5_000_000,
			mark: 5_000_000,
			order_tick: 10,
			max_order: 500_000,
			// 0.0001 BTC at 50,000 dollars
			lot_value: 5_000_000,
			maintenance: 0.05,
			initial: 0.1,
			sigma: 0.001,
			open_interest: 0,
			depth: 0,
			state: crate::view::State::Open,
		}
	}

	fn held(lots: i64) -> PositionView {
		let value = 5_000_000 * i128::from(lots);
		PositionView { market: MarketId(0), lots, entry_cost: -value, value }
	}

	fn account(equity: i128, lots: i64) -> AccountView {
		let held = held(lots);
		AccountView {
			key: AccountKey([0; 32]),
			pool: PoolId(0),
			cash: equity,
			equity,
			maintenance: held.value.abs() / 20,
			initial: held.value.abs() / 10,
			notional: held.value.abs(),
			positions: vec![held],
		}
	}

	#[test]
	fn the_proposer_takes_a_tenth_between_its_bounds() {
		let dollars = |lots| proposer::lots_in_a_block(&held(lots), &market()) * 5;
		assert_eq!(dollars(100), 500, "a position of 500 dollars whole");
		assert_eq!(dollars(1_000), 1_000, "of 5,000 the least, 1,000");
		assert_eq!(dollars(100_000), 50_000, "of 500,000 a tenth");
		assert_eq!(
			dollars(10_000_000),
			100_000,
			"of 50 million the most: 500 blocks for all of it"
		);
	}

	#[test]
	fn keepers_close_what_frees_the_shortage() {
		// 100 short at a price of 1 with a ratio of 5 %, fees of 1 %: 2,500.
		assert_eq!(keepers::base_to_cover(100.0, 1.0, 0.05, 0.01).map(f64::round), Some(2_500.0));
		assert_eq!(keepers::base_to_cover(100.0, 1.0, 0.01, 0.01), None, "all of it");
		assert_eq!(keepers::freeable(0, 49_000_000), 1.0, "49 dollars at once");
		assert_eq!(keepers::freeable(30_000, 100_000_000), 0.6);
		assert_eq!(keepers::freeable(90_000, 100_000_000), 1.0);
	}

	#[test]
	fn the_queue_ranks_by_profit_and_leverage() {
		// Long 10 at 100, entered at 80, with an account of 250: 1.25 · 4.
		assert!((queue::index(100.0, 80.0, true, 1_000.0, 250.0) - 5.0).abs() < 1e-9);
		assert!((queue::index(80.0, 100.0, false, 800.0, 200.0) - 5.0).abs() < 1e-9);
		// Long 1 at 100 with 10 available and 20 times for maintenance: 100 − 10 ÷ 0.95.
		assert!(
			(queue::liquidation_price(100.0, 1.0, 10.0, 1.0, 20.0) - 89.473_684_21).abs() < 1e-6
		);
		assert!(
			(queue::liquidation_price(100.0, -1.0, 10.0, 1.0, 20.0) - 109.523_809_52).abs() < 1e-6
		);
		// 500 dollars long with maintenance of 25: below two thirds of it, to the vault.
		assert!(!queue::goes_to_vault(&account(17_000_000, 100)));
		assert!(queue::goes_to_vault(&account(16_000_000, 100)));
	}

	#[test]
	fn orders_reduce_and_stay_on_the_grid() {
		let all = orders(&held(-100), &market(), 1_000, 5_000_007);
		let request = all[0];
		assert_eq!((all.len(), request.side, request.size.get()), (1, Side::Buy, 100));
		let sizes: Vec<u64> = orders(&held(1_200_000), &market(), 1_100_000, 5_000_000)
			.iter()
			.map(|request| request.size.get())
			.collect();
		assert_eq!(sizes, [500_000, 500_000, 100_000], "no larger than the market takes");
		assert!(request.reduce_only);
		assert_eq!(request.kind, RequestKind::Limit { price: Price::new(5_000_000) });
		assert_eq!(mark_less(&market(), &held(100), 0.01), 4_950_000);
		assert_eq!(mark_less(&market(), &held(-100), 0.01), 5_050_000);
	}

	#[test]
	fn more_candidates_than_a_block_takes_leave_the_worst_out_at_times() {
		let all: Vec<AccountView> = (1..=60).map(|n| account(n * 100_000, 100)).collect();
		let missed = (0..50).filter(|seed| {
			let mut random = ChaCha8Rng::seed_from_u64(*seed);
			let chosen = from_random_place(all.iter().collect(), 50, &mut random);
			assert_eq!(chosen.len(), 50);
			assert!(chosen.is_sorted_by_key(|account| account.equity));
			chosen[0].equity != 100_000
		});
		assert!(missed.count() > 2);
	}

	#[test]
	fn every_design_says_what_it_is() {
		for design in Design::ALL {
			assert!(design.describe().len() > 40);
			crate::chain::Chain::with_genesis(&design.changes(false))
				.map_err(|e| format!("{design:?} {e}"))
				.unwrap();
			crate::chain::Chain::with_genesis(&design.changes(true))
				.map_err(|e| format!("{design:?} {e}"))
				.unwrap();
		}
	}
}
