//! A run: prices, agents, blocks, checks.

use std::{
	collections::BTreeMap,
	convert::identity,
	panic::{catch_unwind, AssertUnwindSafe},
};

use breakwater_interfaces::{Ledger, RiskEngine as _};
use breakwater_primitives::{oracle::FeedId, Hash};
use breakwater_runtime::{defence::stand_down, Margin, Oracle, Risk};
use breakwater_units::Quote;

use crate::{
	agents::{Crowd, Kind},
	chain::Chain,
	genesis::Change,
	invariants,
	listing::Listing,
	market::{Market, Said},
	policy::{Congestion, Deeds, Design, Policy},
	record::{Happened, Recorder},
	view::{feed_name, View, DOLLAR},
};

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
	/// Prices by the symbol of the feed, in its quote currency. Feeds without one have no price.
	pub prices: BTreeMap<String, Market>,
	/// Time of the first block: milliseconds since the Unix epoch.
	pub start: u64,
	/// How long, in milliseconds.
	pub duration: u64,
	/// Time between two blocks; a multiple of the slot's.
	pub interval: u64,
	/// How many agents.
	pub agents: u32,
	/// What they do follows from it.
	pub seed: u64,
	/// How deep makers and pools are.
	pub depth: f64,
	/// What every pool's fund begins with, in dollars.
	pub fund: f64,
	/// Checks that walk over the whole state, every so many blocks. Sums are checked in all.
	pub full_check_every: u32,
	/// Markets that the preset does not have.
	pub listings: Vec<Listing>,
	/// Other parameters.
	pub genesis: Vec<Change>,
	/// Who liquidates.
	pub design: Design,
	/// What keepers suffer.
	pub congestion: Congestion,
}

impl Plan {
	/// How many blocks.
	pub fn blocks(&self) -> u32 {
		u32::try_from(self.duration / self.interval).unwrap_or(u32::MAX)
	}
}

/// What came of it.
pub struct Outcome {
	/// What was measured.
	pub record: Recorder,
	/// The state at the end.
	pub state_root: Hash,
	/// How many agents of each kind there were.
	pub agents: BTreeMap<Kind, u32>,
	/// The invariant that did not hold, and the block after which it did not.
	pub broken: Option<(u32, String)>,
	/// Blocks after which everything was checked.
	pub full_checks: u32,
}

/// Runs a plan. It ends early if an invariant breaks.
///
/// # Errors
/// If the plan cannot be run at all.
pub fn run(plan: &Plan, progress: impl FnMut(u32, u32)) -> Result<Outcome, String> {
	run_and(plan, hands_off, progress)
}

/// What somebody does to the state after a block, before it is checked; the block's place, from 0.
pub type Touch = fn(&mut Chain, u32);

/// Nothing.
pub fn hands_off(_: &mut Chain, _: u32) {}

/// The same, where tests touch the state, to see a broken one found.
///
/// # Errors
/// If the plan cannot be run at all.
pub fn run_and(
	plan: &Plan,
	touch: Touch,
	mut progress: impl FnMut(u32, u32),
) -> Result<Outcome, String> {
	let mut chain = Chain::with_listings(&plan.listings, &plan.genesis)?;
	let feeds = feeds(&mut chain, plan)?;
	let (mut crowd, opening) = settle_in(&mut chain, plan)?;
	let sponsors = crowd.agents.iter().filter(|agent| agent.kind == Kind::Sponsor);
	let sponsors: Vec<_> = sponsors.map(|agent| (agent.pool, agent.key)).collect();
	let owners = crowd.agents.iter().map(|agent| (agent.key, agent.account.clone())).collect();
	let mut policy = Policy::new(plan.design, plan.congestion, plan.seed, owners, &sponsors);
	let _down = policy.is_played().then(stand_down);
	let vaults = policy.vaults();
	let traders = crowd.agents.iter().map(|agent| agent.key);
	let traders = traders.filter(|key| !vaults.contains(key)).collect();
	let mut kinds = BTreeMap::new();
	crowd.agents.iter().for_each(|agent| *kinds.entry(agent.kind).or_default() += 1);
	let mut outcome = Outcome {
		record: Recorder::new(traders),
		state_root: Hash::default(),
		agents: kinds,
		broken: None,
		full_checks: 0,
	};
	let mut opening = Some(opening);
	let mut view = View::default();
	let blocks = plan.blocks();
	for place in 0..blocks {
		let now = plan.start + u64::from(place) * plan.interval;
		let said = feeds.iter().filter_map(|feed| Some((feed.id, feed.say(now)?))).collect();
		let acts = match opening.take() {
			Some(opening) => opening,
			None => {
				let mut acts = policy.orders(&view, now, stress(&outcome.record, &view));
				let busy: Vec<_> = acts.iter().map(|(owner, _)| owner.clone()).collect();
				let others = crowd.acts(&view, now);
				acts.extend(others.into_iter().filter(|(owner, _)| !busy.contains(owner)));
				acts
			},
		};
		let number = chain.number().saturating_add(1);
		let made = caught(|| {
			let block = chain.block(now, &said, acts);
			touch(&mut chain, place);
			block
		});
		let block = match made {
			Ok(block) => block,
			Err(panic) => {
				let broken = format!("the runtime panicked: {panic}");
				outcome.broken = Some((number, broken));
				return Ok(outcome);
			},
		};
		let deeds = after_block(&mut chain, plan, &crowd, &mut policy, place);
		let disagreement = feeds.iter().filter_map(|feed| feed.disagreement(now)).collect();
		view = chain.with(|| {
			let view = View::look();
			outcome.record.block(&Happened {
				block: &block,
				view: &view,
				deeds: &deeds,
				at_work: &policy.at_work,
				now,
				disagreement: &disagreement,
			});
			view
		});
		outcome.state_root = block.state_root;
		let full = (place + 1) % plan.full_check_every.max(1) == 0 || place + 1 == blocks;
		outcome.full_checks += u32::from(full);
		if let Err(broken) = caught(|| chain.with(|| invariants::check(full))).and_then(identity) {
			outcome.broken = Some((block.number, broken));
			return Ok(outcome);
		}
		progress(place + 1, blocks);
	}
	Ok(outcome)
}

/// A panic is what must never be: it is told like any other broken invariant, with the block that
/// shows it.
fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
	catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
		let text = panic.downcast_ref::<String>().map(String::as_str);
		text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without a word").into()
	})
}

/// The largest move of the last minute, relative to a usual one.
fn stress(record: &Recorder, view: &View) -> f64 {
	let Some(last) = record.rows.last() else { return 0.0 };
	let then = record.rows.iter().rev().find(|row| row.time + 60_000 <= last.time);
	let Some(then) = then else { return 0.0 };
	let of = |market: &crate::view::MarketView| {
		let before = then.markets.get(&market.name)?.mark;
		Some((market.price(market.mark) / before - 1.0).abs() / market.sigma.max(1e-6))
	};
	view.markets.iter().filter_map(of).fold(0.0, f64::max)
}

/// Fills the funds after the first block, and lets a played design do its work.
fn after_block(
	chain: &mut Chain,
	plan: &Plan,
	crowd: &Crowd,
	policy: &mut Policy,
	place: u32,
) -> Deeds {
	let mut deeds = Deeds::default();
	if place == 0 {
		if !policy.has_vaults() {
			chain.with(|| fill_funds(plan, crowd));
			chain.commit();
		}
	} else if policy.is_played() {
		deeds = chain.with(|| policy.settle(&View::look()));
		chain.commit();
	}
	deeds
}

fn fill_funds(plan: &Plan, crowd: &Crowd) {
	for agent in crowd.agents.iter().filter(|agent| agent.kind == Kind::Sponsor) {
		let amount = Quote::new((plan.fund * DOLLAR) as i128);
		<Margin as Ledger>::transfer(agent.pool, Some(&agent.key), None, amount)
			.expect("it has the money");
	}
}

fn settle_in(chain: &mut Chain, plan: &Plan) -> Result<(Crowd, Vec<crate::chain::Act>), String> {
	let live: Vec<_> = chain.with(|| {
		Risk::markets()
			.into_iter()
			.filter(|(market, _)| {
				let feed = Risk::feed_of(*market).and_then(feed_name);
				feed.is_some_and(|(name, _)| plan.prices.contains_key(&name))
			})
			.collect()
	});
	if live.is_empty() {
		let markets = chain.with(|| {
			let feeds = Risk::markets().into_iter().filter_map(|(market, _)| Risk::feed_of(market));
			feeds.filter_map(feed_name).map(|(name, _)| name).collect::<Vec<_>>()
		});
		return Err(format!("no market has a price: give one of {}", markets.join(", ")));
	}
	let bitcoin =
		plan.prices.get("BTC-USD").and_then(|market| market.prices(plan.start).first().copied());
	Ok(Crowd::settle_in(chain, plan, bitcoin, &live))
}

struct Feed<'a> {
	id: FeedId,
	name: &'a str,
	decimals: u8,
	market: &'a Market,
}

impl Feed<'_> {
	fn say(&self, now: u64) -> Option<Said> {
		self.market.say(now, self.decimals)
	}

	fn disagreement(&self, now: u64) -> Option<(String, f64)> {
		Some((self.name.into(), self.market.disagreement(now)?))
	}
}

fn feeds<'a>(chain: &mut Chain, plan: &'a Plan) -> Result<Vec<Feed<'a>>, String> {
	let known = chain.with(Oracle::feeds);
	let mut feeds = Vec::new();
	for (symbol, market) in &plan.prices {
		let feed = known.iter().find(|feed| feed.symbol == symbol.as_bytes());
		let feed = feed.ok_or_else(|| {
			let known: Vec<_> =
				known.iter().map(|feed| String::from_utf8_lossy(&feed.symbol)).collect();
			format!("there is no feed {symbol}; the chain has {}", known.join(", "))
		})?;
		feeds.push(Feed { id: feed.feed, name: symbol, decimals: feed.decimals, market });
	}
	Ok(feeds)
}
