//! What the breakers listen to, each driven by the fault itself and by nothing else. Prices that
//! are too old, outages and markets whose batch fails are in `faults.rs` and `prices.rs`.

use breakwater_breaker::{Action, Phase};
use breakwater_circuit_breaker::Pools;
use breakwater_custody::{NextTicket, Tickets};
use breakwater_exchange::Event as ExchangeEvent;
use breakwater_runtime::{CircuitBreaker, Runtime, RuntimeEvent};
use breakwater_units::{MarketId, PoolId, Ratio, Side};

use crate::{faults::Crowd, world::*};

fn pool_is_reduce_only(w: &mut World, pool: PoolId) -> bool {
	w.with(|| Pools::<Runtime>::get(pool).reduce_only.is_on())
}

fn chain_is_reduce_only(w: &mut World) -> bool {
	w.with(|| CircuitBreaker::chain().reduce_only.is_on())
}

fn market_is_reduce_only(w: &mut World, market: MarketId) -> bool {
	w.with(|| CircuitBreaker::market(market).reduce_only.is_on())
}

fn phase(w: &mut World) -> Phase {
	w.with(|| CircuitBreaker::market(SOL).phase)
}

/// Somebody new in each pool, who tries what the breakers of a market do not allow: to buy from
/// somebody else there, and to take out what is free.
struct Tempted([Trader; 2]);

impl Tempted {
	fn of(w: &mut World, pool: PoolId) -> Self {
		let traders = [50_000, 50_000].map(|money| w.trader(pool, money));
		w.block();
		Self(traders)
	}

	/// Whether nothing of it is done.
	fn are_refused(&self, w: &mut World, market: MarketId) -> bool {
		let lots = w.lots(market, 10_000);
		let [buyer, seller] = &self.0;
		for (trader, side) in [(buyer, Side::Buy), (seller, Side::Sell)] {
			let order = w.limit(market, side, lots, 0);
			w.place(trader, order);
		}
		w.blocks(2);
		for trader in &self.0 {
			let account = trader.id.clone();
			w.act(trader, breakwater_exchange::Call::cancel_all { account, market: None });
		}
		let paid = w.withdraw(buyer, usd(1_000));
		// What is forced is always for sale to who buys it.
		why(paid) == "Halted" && w.lots_of(seller, market) == 0
	}
}

/// Prices at which something traded in the market, in ticks.
fn traded_at(w: &World) -> Vec<u64> {
	let price = |event: &RuntimeEvent| match event {
		RuntimeEvent::Exchange(ExchangeEvent::Batch { volume, price, .. }) if !volume.is_zero() => {
			Some(price.get())
		},
		_ => None,
	};
	w.events.iter().filter_map(price).collect()
}

/// Two who want to trade a tenth above the index, in every block for half a minute. Returns what
/// the market became, and the prices they traded at.
fn far_from_the_index(band: u64) -> (World, [Trader; 2], Vec<Phase>) {
	let mut w = World::new(|genesis| {
		let least = Ratio::saturating_from_percent(band);
		let band = &mut genesis.exchange.markets[2].breaker.band;
		(band.min.0, band.max.0) = (band.min.0.max(least), band.max.0.max(least));
	});
	let traders = [1_000_000, 1_000_000].map(|money| w.trader(ALT, money));
	w.block();
	let mut phases = Vec::new();
	for _ in 0..12 {
		let lots = w.lots(SOL, 20_000);
		let (bid, offer) =
			(w.limit(SOL, Side::Buy, lots, 1_000), w.limit(SOL, Side::Sell, lots, 1_000));
		w.place(&traders[0], bid);
		w.place(&traders[1], offer);
		w.block();
		phases.push(phase(&mut w));
	}
	(w, traders, phases)
}

#[test]
fn a_price_beyond_the_band() {
	let (mut w, traders, phases) = far_from_the_index(2);
	assert!(phases.iter().any(|phase| matches!(phase, Phase::Limit { .. })), "{phases:?}");
	let last = phases.last().expect("some");
	assert!(matches!(last, Phase::CallAuction { .. }), "after a quarter of a minute: {last:?}");
	assert!(!w.allows(SOL, Action::AddRisk) && w.allows(SOL, Action::Liquidate));
	let beyond = traded_at(&w).into_iter().find(|price| *price > 1_600_000);
	assert_eq!(beyond, None, "nothing trades there");
	for trader in &traders {
		let account = trader.id.clone();
		w.act(trader, breakwater_exchange::Call::cancel_all { account, market: None });
	}
	assert!(w.blocks_until(SOL, Action::AddRisk, 60).is_some(), "the auction ends by itself");
}

#[test]
fn a_price_beyond_the_band_without_one() {
	let (w, _, phases) = far_from_the_index(50);
	assert!(phases.iter().all(|phase| *phase == Phase::Open));
	assert!(traded_at(&w).into_iter().any(|price| price > 1_600_000), "they trade there");
}

/// Two of four are silent: a third of the weight is missing, and more.
#[test]
fn reporters_that_are_missing() {
	let mut w = World::new(|_| {});
	let traders = [100_000, 100_000].map(|money| w.trader(ALT, money));
	w.trade(&traders[0], &traders[1], SOL, 10_000);
	let lots = w.lots_of(&traders[0], SOL);
	for place in [1, 3] {
		w.voices[place].silent = true;
	}
	// What they said counts for five seconds; the price is too old after ten.
	w.blocks(4);
	assert!(market_is_reduce_only(&mut w, SOL) && market_is_reduce_only(&mut w, BTC));
	assert!(!w.allows(SOL, Action::AddRisk) && w.allows(SOL, Action::Liquidate));
	for (trader, side) in traders.iter().zip([Side::Buy, Side::Sell]) {
		let order = w.limit(SOL, side, 1_000, 0);
		w.place(trader, order);
	}
	w.blocks(2);
	assert_eq!(w.lots_of(&traders[0], SOL), lots, "nobody's position grows");
	assert_eq!(why(w.withdraw(&traders[0], usd(1_000))), "Halted");
	for place in [1, 3] {
		w.voices[place].silent = false;
	}
	assert!(w.blocks_until(SOL, Action::AddRisk, 30).is_some(), "it reopens");
}

#[test]
fn one_reporter_that_is_missing() {
	let mut w = World::new(|_| {});
	w.voices[1].silent = true;
	w.blocks(20);
	assert!(!market_is_reduce_only(&mut w, SOL) && w.allows(SOL, Action::Withdraw));
}

/// More accounts are due than the pipeline gets through in a block.
#[test]
fn a_backlog_of_due_accounts() {
	let mut crowd = Crowd::new(400);
	crowd.without_book();
	crowd.fall();
	crowd.world.blocks(8);
	let w = &mut crowd.world;
	let due = w.due();
	assert!(due > 100, "they wait: {due}");
	assert!(market_is_reduce_only(w, SOL) && pool_is_reduce_only(w, ALT));
	assert!(chain_is_reduce_only(w), "it takes the block's budget from all");
	assert!(!pool_is_reduce_only(w, MAIN), "which is not the other pool's fault");
	assert!(!market_is_reduce_only(w, BTC), "nor its markets'");
	assert!(!w.allows(BTC, Action::AddRisk) && w.allows(SOL, Action::Liquidate));
	assert!(crowd.drain(200).is_some(), "it drains, as what is forced may be taken over");
	crowd.world.full_checks = true;
	assert!(crowd.world.blocks_until(SOL, Action::AddRisk, 30).is_some(), "it reopens");
}

/// A fund pays half of what it has.
#[test]
fn a_fund_that_is_drawn_down() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 100_000);
	let tempted = Tempted::of(&mut w, ALT);
	let [loser, winner] = [100_000, 400_000].map(|money| w.trader(ALT, money));
	w.trade(&loser, &winner, SOL, 300_000);
	w.price(SOL_USD, 75.0);
	// The loss is paid at once; half a minute later only the drawdown is left to say no.
	w.blocks(15);
	let loss = w.losses(ALT);
	assert!(loss.from_fund > usd(45_000) && loss.shortfall == 0, "{loss:?}");
	assert!(pool_is_reduce_only(&mut w, ALT) && !pool_is_reduce_only(&mut w, MAIN));
	w.blocks(60);
	assert!(pool_is_reduce_only(&mut w, ALT), "as long as the fund is what it is");
	assert!(tempted.are_refused(&mut w, SOL));
	assert!(!w.allows(SOL, Action::AddRisk) && !w.allows(SOL, Action::Withdraw));
	assert!(w.allows(SOL, Action::Liquidate) && w.allows(BTC, Action::AddRisk));
	w.endow(ALT, 300_000);
	assert!(w.blocks_until(SOL, Action::AddRisk, 30).is_some(), "somebody fills it, it reopens");
}

/// Blocks are made, but validators do not agree on which are final.
#[test]
fn finality_that_lags() {
	let mut w = World::new(|_| {});
	let tempted = Tempted::of(&mut w, ALT);
	// Else there are not so many blocks.
	w.blocks(40);
	w.finality_lag(28);
	w.blocks(3);
	assert!(!chain_is_reduce_only(&mut w), "that is still an ordinary network");
	w.finality_lag(40);
	w.blocks(3);
	assert!(chain_is_reduce_only(&mut w));
	assert!(!w.allows(BTC, Action::AddRisk) && !w.allows(SOL, Action::Withdraw));
	assert!(w.allows(SOL, Action::Liquidate), "but liquidation cannot wait for it");
	assert!(tempted.are_refused(&mut w, SOL));
	w.finality_lag(0);
	assert!(w.blocks_until(SOL, Action::AddRisk, 30).is_some(), "it reopens");
}

/// Half a minute without a block is an outage, less is none.
#[test]
fn a_gap_between_blocks() {
	let in_grace = |w: &mut World| w.with(|| CircuitBreaker::chain().grace_until.is_some());
	let mut w = World::new(|_| {});
	w.outage(27 * SECOND);
	w.block();
	assert!(!in_grace(&mut w));
	assert!(w.blocks_until(SOL, Action::AddRisk, 100).is_some());
	w.outage(28 * SECOND);
	w.block();
	assert!(in_grace(&mut w) && !w.allows(SOL, Action::Liquidate));
	// A minute.
	w.blocks(29);
	assert!(in_grace(&mut w));
	w.blocks(2);
	assert!(!in_grace(&mut w));
	assert!(w.blocks_until(SOL, Action::AddRisk, 100).is_some());
}

/// More wants to leave a pool than may: it waits in a line that moves by itself.
#[test]
fn withdrawals_beyond_the_flow() {
	let mut w = World::new(|_| {});
	let savers: Vec<Trader> = (0..4).map(|_| w.trader(MAIN, 2_500_000)).collect();
	w.block();
	// A tenth of ten millions at once, and of what is left; half of that to one account.
	for first in &savers[..2] {
		assert_eq!(w.withdraw(first, usd(450_000)), Ok(()));
		assert_eq!(w.wallet(&first.id.owner), usd(450_000));
	}
	let (late, other) = (&savers[2], &savers[3]);
	assert_eq!(why(w.withdraw(late, usd(600_000))), "AccountShare", "more than one may have");
	let ticket = w.with(NextTicket::<Runtime>::get);
	assert_eq!(w.withdraw(late, usd(400_000)), Ok(()));
	let at_once = w.wallet(&late.id.owner);
	assert!(at_once < usd(150_000), "there is no more room: {at_once}");
	assert!(w.with(|| Tickets::<Runtime>::contains_key(ticket)), "it waits");
	w.full_checks = false;
	// The limit comes back in an hour: 100,000 in six minutes.
	w.blocks(180);
	let collect = breakwater_custody::Call::<Runtime>::collect { ticket };
	assert_eq!(w.call(other, collect), Ok(()), "anybody may ask for it");
	let paid = w.wallet(&late.id.owner) - at_once;
	assert!(paid > usd(70_000) && paid < usd(110_000), "{paid}");
	assert!(w.allows(BTC, Action::AddRisk), "nothing is halted for it");
}
