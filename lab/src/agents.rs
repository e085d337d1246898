//! Traders who do not know what they do: random orders around the mark, makers on both sides.

use breakwater_auction::TimeInForce;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::{RiskEngine as _, SubaccountId};
use breakwater_primitives::{currency::UNIT, AccountId};
use breakwater_runtime::{
	market_presets::QUOTE_TOKEN, Assets, Balances, Risk, Runtime, RuntimeCall,
};
use breakwater_units::{Amount, MarketId, PoolId, Price, Side, Size};
use frame_support::traits::{fungible, fungibles};
use polkadot_sdk::*;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::chain::{Act, Chain};

/// One subaccount and how its owner trades.
#[derive(Clone, Debug)]
pub struct Agent {
	/// Owner and number.
	pub account: SubaccountId,
	/// Where it trades.
	pub pool: PoolId,
	/// Makers quote both sides in every block; others act now and then.
	pub maker: bool,
	/// Quanta it begins with.
	pub wealth: u128,
	/// How many times its wealth an order may be.
	pub leverage: f64,
}

/// Makes agents with money, and opens their accounts.
///
/// # Panics
/// If an account cannot be opened.
pub fn settle_in(chain: &mut Chain, count: u32, random: &mut ChaCha8Rng) -> (Vec<Agent>, Vec<Act>) {
	let agents: Vec<Agent> = (0..count).map(|number| agent(number, random)).collect();
	chain.with(|| {
		for Agent { account, wealth, .. } in &agents {
			<Balances as fungible::Mutate<_>>::mint_into(&account.owner, 1_000 * UNIT)
				.expect("there is room for tokens");
			<Assets as fungibles::Mutate<_>>::mint_into(QUOTE_TOKEN, &account.owner, *wealth)
				.expect("the quote token exists");
		}
	});
	let acts = agents.iter().flat_map(first_acts).collect();
	(agents, acts)
}

fn agent(number: u32, random: &mut ChaCha8Rng) -> Agent {
	let owner =
		AccountId::from(sp_io::hashing::blake2_256(format!("lab agent {number}").as_bytes()));
	let maker = number % 10 == 0;
	let dollars: u128 = if maker { 2_000_000 } else { random.random_range(500..50_000) };
	Agent {
		account: SubaccountId { owner, number: 0 },
		pool: PoolId(u32::from(number % 5 == 4)),
		maker,
		wealth: dollars * 1_000_000,
		leverage: random.random_range(0.5..15.0),
	}
}

fn first_acts(agent: &Agent) -> [Act; 2] {
	let owner = agent.account.owner.clone();
	let open =
		breakwater_ledger::Call::<Runtime>::open { number: 0, pool: agent.pool, isolated: None };
	let deposit = breakwater_custody::Call::<Runtime>::deposit {
		number: 0,
		asset: None,
		amount: Amount::new(agent.wealth),
	};
	[(owner.clone(), open.into()), (owner, deposit.into())]
}

/// A market as agents see it.
struct Seen {
	market: MarketId,
	mark: u64,
	tick: u64,
	/// Lots that a dollar buys.
	lots_per_dollar: f64,
}

fn seen(pool: PoolId) -> Vec<Seen> {
	let of_pool = Risk::markets().into_iter().filter(|(_, of)| *of == pool);
	of_pool
		.filter_map(|(market, _)| {
			let index = Risk::market(market)?;
			let terms = breakwater_exchange::Markets::<Runtime>::get(market)?;
			let lot_dollars = index.lot_value().get() as f64 / 1e6;
			Some(Seen {
				market,
				mark: index.price().get(),
				tick: u64::from(terms.order_tick),
				lots_per_dollar: 1.0 / lot_dollars.max(1e-9),
			})
		})
		.collect()
}

/// What the agents do in a block.
pub fn acts(chain: &mut Chain, agents: &[Agent], random: &mut ChaCha8Rng) -> Vec<Act> {
	let pools: Vec<Vec<Seen>> = chain.with(|| (0..2).map(|pool| seen(PoolId(pool))).collect());
	let mut acts = Vec::new();
	for agent in agents {
		let Some(markets) = pools.get(agent.pool.0 as usize) else { continue };
		if agent.maker {
			acts.extend(markets.iter().flat_map(|market| quotes(agent, market, random)));
		} else if random.random_bool(0.05) {
			acts.extend(whim(agent, markets, random));
		}
	}
	acts
}

fn call(agent: &Agent, call: breakwater_exchange::Call<Runtime>) -> Act {
	(agent.account.owner.clone(), RuntimeCall::from(call))
}

/// Cancels what is there and quotes both sides anew.
fn quotes(agent: &Agent, seen: &Seen, random: &mut ChaCha8Rng) -> [Act; 2] {
	let account = agent.account.clone();
	let market = Some(seen.market);
	let cancel = breakwater_exchange::Call::cancel_all { account: account.clone(), market };
	let requests: Vec<OrderRequest> = (1..=3)
		.flat_map(|level| {
			let away = f64::from(level) * random.random_range(0.0003..0.001);
			let dollars = 20_000.0 * f64::from(level);
			[Side::Buy, Side::Sell].map(|side| limit(seen, side, away, dollars, false))
		})
		.collect();
	let requests = requests.try_into().expect("six are fewer than fifty");
	let place = breakwater_exchange::Call::place_many { account, requests };
	[call(agent, cancel), call(agent, place)]
}

/// A limit order so far from the mark, away from it if `away` is above zero.
fn limit(seen: &Seen, side: Side, away: f64, dollars: f64, reduce_only: bool) -> OrderRequest {
	let factor = match side {
		Side::Buy => 1.0 - away,
		Side::Sell => 1.0 + away,
	};
	let ticks = (seen.mark as f64 * factor) as u64 / seen.tick * seen.tick;
	OrderRequest {
		market: seen.market,
		side,
		kind: RequestKind::Limit { price: Price::new(ticks.max(seen.tick)) },
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only,
		size: Size::new(((dollars * seen.lots_per_dollar) as u64).max(1)),
		client_id: None,
	}
}

/// Something that a trader might do.
fn whim(agent: &Agent, markets: &[Seen], random: &mut ChaCha8Rng) -> Option<Act> {
	let seen = markets.get(random.random_range(0..markets.len().max(1)))?;
	let account = agent.account.clone();
	let side = if random.random_bool(0.5) { Side::Buy } else { Side::Sell };
	let dollars = agent.wealth as f64 / 1e6 * agent.leverage * random.random_range(0.05..0.5);
	let exchange = match random.random_range(0..10) {
		0..4 => {
			let request = OrderRequest {
				kind: RequestKind::Market { max_slippage: None },
				time_in_force: TimeInForce::ImmediateOrCancel,
				..limit(seen, side, 0.0, dollars, random.random_bool(0.3))
			};
			breakwater_exchange::Call::place { account, request }
		},
		4..7 => {
			let away = random.random_range(-0.002..0.01);
			let request = limit(seen, side, away, dollars, random.random_bool(0.2));
			breakwater_exchange::Call::place { account, request }
		},
		7 => breakwater_exchange::Call::cancel_all { account, market: None },
		_ => return Some(money(agent, random)),
	};
	Some(call(agent, exchange))
}

/// Takes something out, or puts it back.
fn money(agent: &Agent, random: &mut ChaCha8Rng) -> Act {
	let amount = Amount::new(random.random_range(1_000_000..=agent.wealth / 5));
	let call: RuntimeCall = if random.random_bool(0.5) {
		breakwater_custody::Call::<Runtime>::withdraw { number: 0, asset: None, amount }.into()
	} else {
		breakwater_custody::Call::<Runtime>::deposit { number: 0, asset: None, amount }.into()
	};
	(agent.account.owner.clone(), call)
}
