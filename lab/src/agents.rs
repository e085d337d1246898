//! Traders: who they are, and what they do in a block. What one does follows from the seed, the
//! block and what it sees, so that the same trader meets the same chances in every run.

use std::collections::BTreeMap;

use breakwater_auction::TimeInForce;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::SubaccountId;
use breakwater_primitives::{currency::UNIT, AccountId};
use breakwater_runtime::{
	market_presets::{QUOTE_TOKEN, WBTC},
	Assets, Balances, Runtime, RuntimeCall,
};
use breakwater_units::{AccountKey, Amount, AssetId, MarketId, PoolId, Price, Side, Size};
use frame_support::traits::{fungible, fungibles};
use polkadot_sdk::*;
use rand::Rng;
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};

use crate::{
	chain::{Act, Chain},
	run::Plan,
	view::{on_grid, AccountView, CollateralView, MarketView, State, View, DOLLAR},
};

/// How an agent trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
	/// Puts its money into the markets' AMMs at the beginning.
	Provider,
	/// Quotes both sides in every block, wider under stress, and not at all when a minute's move is
	/// more than six times a usual one.
	Maker,
	/// Takes a position as large as margin permits and holds it; two in three are long. One in
	/// four puts money in when it is about to be liquidated, and one in four has bitcoin as
	/// collateral.
	Leverage,
	/// Buys after a rise and sells after a fall.
	Momentum,
	/// Has bitcoin as collateral and is short as much: indifferent to the price, but not to
	/// deleveraging.
	Hedger,
	/// Has money and no position, and bids for what is sold off: below the mark, and where the
	/// chain offers positions or collateral of liquidated accounts.
	Bidder,
	/// Orders at random, deposits and withdrawals.
	Noise,
	/// Gives a pool's fund what it begins with, and does nothing else.
	Sponsor,
}

/// One subaccount and how its owner trades.
#[derive(Clone, Debug)]
pub struct Agent {
	/// Its place in the list.
	pub number: u32,
	/// Owner and number.
	pub account: SubaccountId,
	/// The same, as the ledger knows it.
	pub key: AccountKey,
	/// Where it trades.
	pub pool: PoolId,
	/// How.
	pub kind: Kind,
	/// Quanta it begins with.
	pub wealth: u128,
	/// The part of what margin permits that it uses.
	pub appetite: f64,
	/// Whether it would rather be long.
	pub bull: bool,
}

impl Agent {
	fn dollars(&self) -> f64 {
		self.wealth as f64 / DOLLAR
	}

	/// The part of its wealth that is bitcoin.
	fn bitcoin(&self) -> f64 {
		match self.kind {
			Kind::Hedger => 0.7,
			Kind::Leverage if self.number % 4 == 1 => 0.5,
			_ => 0.0,
		}
	}
}

/// The crowd, and what it remembers.
#[derive(Debug)]
pub struct Crowd {
	/// All of them.
	pub agents: Vec<Agent>,
	seed: u64,
	depth: f64,
	/// Marks of the last minutes, by market, the oldest first.
	marks: BTreeMap<MarketId, Vec<(u64, u64)>>,
}

/// Who there is in twenty agents.
fn kind(number: u32) -> Kind {
	match number % 20 {
		0 | 10 => Kind::Maker,
		3 | 13 => Kind::Hedger,
		6 => Kind::Bidder,
		2 | 8 | 12 | 18 => Kind::Momentum,
		4 | 14 => Kind::Noise,
		_ => Kind::Leverage,
	}
}

impl Crowd {
	/// Makes agents with money who trade in these markets, and says what opens their accounts.
	/// `bitcoin` is its price in dollars, if there is one.
	///
	/// # Panics
	/// If money cannot be made.
	pub fn settle_in(
		chain: &mut Chain,
		plan: &Plan,
		bitcoin: Option<f64>,
		markets: &[(MarketId, PoolId)],
	) -> (Self, Vec<Act>) {
		let Plan { agents: count, seed, depth, .. } = *plan;
		let mut pools: Vec<PoolId> = markets.iter().map(|(_, pool)| *pool).collect();
		pools.dedup();
		let of = |kind, pool: PoolId, dollars: f64, number| {
			let wealth = (dollars * DOLLAR) as u128;
			Agent { kind, pool, wealth, ..agent(number, seed, &pools) }
		};
		let providers = (count..)
			.zip(markets)
			.map(|(number, (_, pool))| of(Kind::Provider, *pool, 2_000_000.0 * depth, number));
		let sponsors = (count + markets.len() as u32..)
			.zip(&pools)
			.filter(|_| plan.fund >= 1.0)
			.map(|(number, pool)| of(Kind::Sponsor, *pool, plan.fund, number));
		let traders = (0..count).map(|number| agent(number, seed, &pools));
		let agents: Vec<Agent> = traders.chain(providers).chain(sponsors).collect();
		chain.with(|| agents.iter().for_each(|agent| endow(agent, bitcoin)));
		let mut acts: Vec<Act> =
			agents.iter().flat_map(|agent| first_acts(agent, bitcoin)).collect();
		let providers = agents.iter().filter(|agent| agent.kind == Kind::Provider);
		for (agent, (market, _)) in providers.zip(markets) {
			let deposit = breakwater_exchange::Call::<Runtime>::amm_deposit {
				market: *market,
				number: 0,
				amount: Amount::new(agent.wealth),
			};
			acts.push((agent.account.owner.clone(), deposit.into()));
		}
		(Self { agents, seed, depth, marks: BTreeMap::new() }, acts)
	}

	/// What the agents do in a block, after having seen the state before it.
	pub fn acts(&mut self, view: &View, now: u64) -> Vec<Act> {
		self.remember(view, now);
		let sold = (&sold_off(view), view.collateral.as_slice());
		let mut acts = Vec::new();
		for agent in &self.agents {
			let Some(account) = view.accounts.get(&agent.key) else { continue };
			let markets: Vec<&MarketView> =
				view.markets.iter().filter(|market| market.pool == agent.pool).collect();
			if markets.is_empty() {
				continue;
			}
			let mut random = chances(self.seed, now, agent.number);
			acts.extend(self.act((agent, account), &markets, sold, now, &mut random));
		}
		acts
	}

	fn remember(&mut self, view: &View, now: u64) {
		const KEPT: u64 = 300_000;
		for market in &view.markets {
			let marks = self.marks.entry(market.market).or_default();
			marks.push((now, market.mark));
			marks.retain(|(time, _)| *time + KEPT >= now);
		}
	}

	/// The move of a market over the last so many milliseconds, as a part of the price.
	fn move_over(&self, market: &MarketView, now: u64, span: u64) -> f64 {
		let marks = self.marks.get(&market.market).map_or(&[][..], Vec::as_slice);
		let then = marks.iter().find(|(time, _)| *time + span >= now);
		then.map_or(0.0, |(_, mark)| market.mark as f64 / (*mark as f64).max(1.0) - 1.0)
	}

	fn act(
		&self,
		(agent, account): (&Agent, &AccountView),
		markets: &[&MarketView],
		(wanted, for_sale): (&BTreeMap<MarketId, i64>, &[CollateralView]),
		now: u64,
		random: &mut ChaCha8Rng,
	) -> Vec<Act> {
		let one = markets[random.random_range(0..markets.len())];
		match agent.kind {
			Kind::Provider | Kind::Sponsor => Vec::new(),
			Kind::Maker => markets
				.iter()
				.flat_map(|market| self.make(agent, account, market, now, random))
				.collect(),
			Kind::Leverage => lever(agent, account, one, random).into_iter().collect(),
			Kind::Momentum => {
				let trend = self.move_over(one, now, 300_000) / (one.sigma * 5f64.sqrt()).max(1e-6);
				follow(agent, account, one, trend, random).into_iter().collect()
			},
			Kind::Hedger => hedge(agent, account, markets, random).into_iter().collect(),
			Kind::Bidder => {
				let mut acts = self.bid(agent, one, random);
				acts.extend(take_offers(agent, account, one, wanted, random));
				acts.extend(take_collateral(agent, account, for_sale, random));
				acts
			},
			Kind::Noise if random.random_bool(0.05) => {
				whim(agent, one, random).into_iter().collect()
			},
			Kind::Noise => Vec::new(),
		}
	}

	/// Cancels what is there and quotes both sides anew, unless it is too wild to.
	fn make(
		&self,
		agent: &Agent,
		account: &AccountView,
		market: &MarketView,
		now: u64,
		random: &mut ChaCha8Rng,
	) -> Vec<Act> {
		let step = self.move_over(market, now, 5_000).abs();
		if step < 0.000_3 && !random.random_bool(0.2) {
			return Vec::new();
		}
		let stress = self.move_over(market, now, 60_000).abs() / market.sigma.max(1e-6);
		let cancel = breakwater_exchange::Call::cancel_all {
			account: agent.account.clone(),
			market: Some(market.market),
		};
		let mut acts = vec![call(agent, cancel)];
		if stress > 6.0 || market.state >= State::ReduceOnly {
			return acts;
		}
		// Quotes lean against what is held: a full tilt at its whole wealth.
		let held = account.lots(market.market) as f64 * market.lot_value as f64;
		let lean = (held / agent.wealth as f64).clamp(-2.0, 2.0) * 0.001;
		let width = (0.000_3 + market.sigma) * (1.0 + stress / 2.0);
		let requests: Vec<OrderRequest> = (1..=3)
			.flat_map(|level| {
				let away = f64::from(level) * width * random.random_range(0.5..1.5);
				let dollars = 20_000.0 * f64::from(level) * self.depth;
				[(Side::Buy, away + lean), (Side::Sell, away - lean)]
					.map(|(side, away)| limit(market, side, away, dollars, false))
			})
			.collect();
		let requests = requests.try_into().expect("six are fewer than fifty");
		let account = agent.account.clone();
		acts.push(call(agent, breakwater_exchange::Call::place_many { account, requests }));
		acts
	}

	/// Rests bids and offers well away from the mark, where only forced sales come.
	fn bid(&self, agent: &Agent, market: &MarketView, random: &mut ChaCha8Rng) -> Vec<Act> {
		if !random.random_bool(0.2) {
			return Vec::new();
		}
		let account = agent.account.clone();
		let cancel = breakwater_exchange::Call::cancel_all {
			account: account.clone(),
			market: Some(market.market),
		};
		let dollars = agent.dollars() * 0.5 * self.depth;
		let requests: Vec<OrderRequest> = [0.01, 0.02, 0.04]
			.into_iter()
			.flat_map(|away| {
				[Side::Buy, Side::Sell].map(|side| limit(market, side, away, dollars, false))
			})
			.collect();
		let requests = requests.try_into().expect("six are fewer than fifty");
		let place = breakwater_exchange::Call::place_many { account, requests };
		vec![call(agent, cancel), call(agent, place)]
	}
}

/// Signed lots of accounts that are below maintenance margin, by market.
fn sold_off(view: &View) -> BTreeMap<MarketId, i64> {
	let mut lots = BTreeMap::new();
	let due = view.accounts.values().filter(|account| account.is_due());
	for held in due.flat_map(|account| &account.positions) {
		*lots.entry(held.market).or_insert(0i64) += held.lots;
	}
	lots
}

/// Bids for what liquidation offers, where somebody is liquidated: three tenths of a percent better
/// than the mark, for as much as margin permits.
fn take_offers(
	agent: &Agent,
	account: &AccountView,
	market: &MarketView,
	wanted: &BTreeMap<MarketId, i64>,
	random: &mut ChaCha8Rng,
) -> Option<Act> {
	let lots = *wanted.get(&market.market).filter(|lots| **lots != 0)?;
	let dollars = room(account, market) * 0.5;
	if dollars < 50.0 || !random.random_bool(0.5) {
		return None;
	}
	let (side, part) = if lots > 0 { (Side::Buy, 0.997) } else { (Side::Sell, 1.003) };
	let bid = breakwater_liquidator::Call::<Runtime>::bid {
		number: agent.account.number,
		market: market.market,
		side,
		size: Size::new(market.lots(dollars).clamp(1, lots.unsigned_abs())),
		limit: on_grid(market, market.mark as f64 * part),
	};
	Some((agent.account.owner.clone(), bid.into()))
}

/// Bids for collateral of its pool, at the same part of what it is worth, for a quarter of its cash
/// at most.
fn take_collateral(
	agent: &Agent,
	account: &AccountView,
	for_sale: &[CollateralView],
	random: &mut ChaCha8Rng,
) -> Option<Act> {
	let one = for_sale.iter().find(|one| one.pool == agent.pool)?;
	let affordable = u64::try_from(account.cash / 4 / one.lot_value.max(1)).unwrap_or(0);
	let lots = one.lots.min(affordable);
	if lots == 0 || !random.random_bool(0.5) {
		return None;
	}
	let bid = breakwater_liquidator::Call::<Runtime>::bid_collateral {
		number: agent.account.number,
		asset: one.asset,
		size: Size::new(lots),
		limit: Price::new((one.mark as f64 * 0.997) as u64),
	};
	Some((agent.account.owner.clone(), bid.into()))
}

fn agent(number: u32, seed: u64, pools: &[PoolId]) -> Agent {
	let mut random = chances(seed, 0, number);
	let owner =
		AccountId::from(sp_io::hashing::blake2_256(format!("lab agent {number}").as_bytes()));
	let kind = kind(number);
	let dollars: u128 = match kind {
		Kind::Maker | Kind::Bidder => 1_000_000,
		// Few have much: the largest of a hundred has about a hundred times the median.
		_ => (2_000.0 * random.random_range(0.01f64..1.0).powf(-1.2)) as u128,
	};
	let account = SubaccountId { owner, number: 0 };
	// Hedgers need a market for their bitcoin, which is in the first pool.
	let turn = if kind == Kind::Hedger { 0 } else { (number / 20 + number) as usize };
	let pool = match turn % 4 {
		3 => pools.last(),
		_ => pools.first(),
	};
	Agent {
		number,
		key: account.key(),
		account,
		pool: pool.copied().unwrap_or(PoolId(0)),
		kind,
		wealth: dollars * 1_000_000,
		appetite: random.random_range(0.3..0.98),
		bull: random.random_bool(0.66),
	}
}

/// The chances of an agent at a time.
fn chances(seed: u64, now: u64, number: u32) -> ChaCha8Rng {
	let mix =
		|hash: u64, value: u64| (hash ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
	ChaCha8Rng::seed_from_u64(mix(mix(mix(0, seed), now), u64::from(number)))
}

/// Satoshi for a part of an agent's wealth.
fn satoshi(agent: &Agent, bitcoin: Option<f64>) -> u128 {
	let Some(price) = bitcoin else { return 0 };
	(agent.dollars() * agent.bitcoin() / price * 1e8) as u128 / 10_000 * 10_000
}

fn cash(agent: &Agent, bitcoin: Option<f64>) -> u128 {
	match satoshi(agent, bitcoin) {
		0 => agent.wealth,
		_ => (agent.wealth as f64 * (1.0 - agent.bitcoin())) as u128,
	}
}

fn endow(agent: &Agent, bitcoin: Option<f64>) {
	let owner = &agent.account.owner;
	<Balances as fungible::Mutate<_>>::mint_into(owner, 1_000 * UNIT)
		.expect("there is room for tokens");
	<Assets as fungibles::Mutate<_>>::mint_into(QUOTE_TOKEN, owner, agent.wealth * 2)
		.expect("the quote token exists");
	let satoshi = satoshi(agent, bitcoin);
	if satoshi > 0 {
		<Assets as fungibles::Mutate<_>>::mint_into(WBTC, owner, satoshi + 1)
			.expect("the token exists");
	}
}

fn first_acts(agent: &Agent, bitcoin: Option<f64>) -> Vec<Act> {
	let owner = agent.account.owner.clone();
	let open =
		breakwater_ledger::Call::<Runtime>::open { number: 0, pool: agent.pool, isolated: None };
	let mut acts = vec![(owner, open.into()), deposit(agent, None, cash(agent, bitcoin))];
	let satoshi = satoshi(agent, bitcoin);
	if satoshi > 0 {
		acts.push(deposit(agent, Some(AssetId(WBTC)), satoshi));
	}
	acts
}

fn deposit(agent: &Agent, asset: Option<AssetId>, amount: u128) -> Act {
	let amount = Amount::new(amount);
	let call = breakwater_custody::Call::<Runtime>::deposit { number: 0, asset, amount };
	(agent.account.owner.clone(), call.into())
}

fn call(agent: &Agent, call: breakwater_exchange::Call<Runtime>) -> Act {
	(agent.account.owner.clone(), RuntimeCall::from(call))
}

/// A limit order so far from the mark, away from it if `away` is above zero.
pub(crate) fn limit(
	market: &MarketView,
	side: Side,
	away: f64,
	dollars: f64,
	reduce_only: bool,
) -> OrderRequest {
	let factor = match side {
		Side::Buy => 1.0 - away,
		Side::Sell => 1.0 + away,
	};
	OrderRequest {
		market: market.market,
		side,
		kind: RequestKind::Limit { price: on_grid(market, market.mark as f64 * factor) },
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only,
		size: Size::new(market.lots(dollars).max(1)),
		client_id: None,
	}
}

/// An order for so many dollars at what the batch gives.
fn now(agent: &Agent, market: &MarketView, side: Side, dollars: f64, reduce_only: bool) -> Act {
	let request = OrderRequest {
		kind: RequestKind::Market { max_slippage: None },
		time_in_force: TimeInForce::ImmediateOrCancel,
		..limit(market, side, 0.0, dollars, reduce_only)
	};
	call(agent, breakwater_exchange::Call::place { account: agent.account.clone(), request })
}

const fn side(buys: bool) -> Side {
	if buys {
		Side::Buy
	} else {
		Side::Sell
	}
}

/// Dollars by which the account may grow within initial margin.
fn room(account: &AccountView, market: &MarketView) -> f64 {
	let free = (account.equity - account.initial) as f64 / DOLLAR;
	(free / market.initial.max(1e-3)).max(0.0)
}

fn lever(
	agent: &Agent,
	account: &AccountView,
	market: &MarketView,
	random: &mut ChaCha8Rng,
) -> Option<Act> {
	let (equity, maintenance) = (account.equity as f64, account.maintenance as f64);
	let nervous = maintenance > 0.0 && equity < maintenance * 1.3;
	if nervous && agent.number % 4 == 3 && random.random_bool(0.1) {
		return Some(deposit(agent, None, agent.wealth / 5));
	}
	// In the first quarter of an hour or so, and again after it has lost its position.
	let flat = account.notional == 0;
	if !flat || equity < 50.0 * DOLLAR || !random.random_bool(0.02) {
		return None;
	}
	let dollars = room(account, market) * agent.appetite;
	Some(now(agent, market, side(agent.bull), dollars, false))
}

fn follow(
	agent: &Agent,
	account: &AccountView,
	market: &MarketView,
	trend: f64,
	random: &mut ChaCha8Rng,
) -> Option<Act> {
	if trend.abs() < 1.5 || !random.random_bool(0.05) {
		return None;
	}
	let held = account.lots(market.market);
	let against = held != 0 && (held > 0) != (trend > 0.0);
	if against {
		let dollars = held.unsigned_abs() as f64 * market.lot_value as f64 / DOLLAR;
		return Some(now(agent, market, side(trend > 0.0), dollars, true));
	}
	let dollars = room(account, market) * agent.appetite * 0.3;
	(dollars > 50.0).then(|| now(agent, market, side(trend > 0.0), dollars, false))
}

/// Short as much as its bitcoin is worth.
fn hedge(
	agent: &Agent,
	account: &AccountView,
	markets: &[&MarketView],
	random: &mut ChaCha8Rng,
) -> Option<Act> {
	let market = markets.iter().find(|market| market.feed.starts_with("BTC"))?;
	let short = -(account.lots(market.market) as f64) * market.lot_value as f64 / DOLLAR;
	let wanted = agent.dollars() * agent.bitcoin() * 0.9;
	if short > wanted * 0.5 || !random.random_bool(0.05) {
		return None;
	}
	Some(now(agent, market, Side::Sell, (wanted - short).min(room(account, market)), false))
}

/// Something that a trader might do.
fn whim(agent: &Agent, market: &MarketView, random: &mut ChaCha8Rng) -> Option<Act> {
	let account = agent.account.clone();
	let side = side(random.random_bool(0.5));
	let dollars = agent.dollars() * 15.0 * agent.appetite * random.random_range(0.05..0.5);
	let act = match random.random_range(0..10) {
		0..4 => return Some(now(agent, market, side, dollars, random.random_bool(0.3))),
		4..7 => {
			let away = random.random_range(-0.002..0.01);
			let request = limit(market, side, away, dollars, random.random_bool(0.2));
			breakwater_exchange::Call::place { account, request }
		},
		7 => breakwater_exchange::Call::cancel_all { account, market: None },
		_ => return Some(money(agent, random)),
	};
	Some(call(agent, act))
}

/// Takes something out, or puts it back.
fn money(agent: &Agent, random: &mut ChaCha8Rng) -> Act {
	let amount = random.random_range(1_000_000..=agent.wealth / 5);
	if random.random_bool(0.5) {
		return deposit(agent, None, amount);
	}
	let withdraw = breakwater_custody::Call::<Runtime>::withdraw {
		number: 0,
		asset: None,
		amount: Amount::new(amount),
	};
	(agent.account.owner.clone(), withdraw.into())
}
