//! Prices that are not what they seem.

use breakwater_exchange::Event as ExchangeEvent;
use breakwater_interfaces::{genesis::Percent, genesis::Whole};
use breakwater_risk_engine::GenesisAsset;
use breakwater_runtime::{Custody, RuntimeEvent, RuntimeGenesisConfig};
use breakwater_units::{Ratio, Side};

use crate::world::*;

/// Lots that traded so far in a market.
fn traded(w: &World) -> u64 {
	let volume = |event: &RuntimeEvent| match event {
		RuntimeEvent::Exchange(ExchangeEvent::Batch { volume, .. }) => volume.get(),
		_ => 0,
	};
	w.events.iter().map(volume).sum()
}

/// Blocks come again, but reporters repeat the last price they had, 150, while the world is at 200.
/// Somebody buys what rests in the book. Returns lots bought at stale prices, and the gain.
fn stale(change: impl FnOnce(&mut RuntimeGenesisConfig)) -> (u64, i128) {
	let mut w = World::new(change);
	let maker = w.trader(ALT, 2_000_000);
	let buyer = w.trader(ALT, 200_000);
	w.quote(&maker, SOL, &[(10, 400_000)]);
	w.blocks(2);
	let last = w.now - w.interval;
	for voice in &mut w.voices {
		voice.time = Some(last);
	}
	// Ten seconds are not stale yet.
	w.blocks(6);
	let before = traded(&w);
	for _ in 0..45 {
		let lots = w.lots(SOL, 10_000);
		let bid = w.limit(SOL, Side::Buy, lots, 20);
		w.place(&buyer, bid);
		w.block();
	}
	let bought = traded(&w) - before;
	for voice in &mut w.voices {
		voice.time = None;
	}
	w.price(SOL_USD, 200.0);
	w.blocks(10);
	(bought, w.equity(&buyer) - usd(200_000))
}

#[test]
fn dydx_2025_10_10_stale_prices() {
	assert_eq!(stale(|_| {}).0, 0, "nothing trades at a stale price");
}

#[test]
fn dydx_2025_10_10_stale_prices_without_their_age() {
	let (bought, gain) = stale(without_age);
	assert!(bought > 250_000, "{bought}");
	assert!(gain > usd(100_000), "at the cost of who had orders in the book: {gain}");
}

/// The oracle does not mind, the market's breaker does.
#[test]
fn dydx_2025_10_10_stale_prices_and_breakers_alone() {
	assert_eq!(stale(without_age_of_feeds).0, 0, "nothing trades at a stale price");
}

/// Two who want to be rid of their positions have orders in the book when the chain stands still
/// for 40 seconds: less than a price lives. In the first block after it the last price is that of
/// before, and the world is at 200.
#[test]
fn dydx_2025_10_10_first_block_after_a_halt() {
	let mut w = World::new(|_| {});
	let traders = [100_000, 100_000].map(|money| w.trader(ALT, money));
	w.trade(&traders[0], &traders[1], SOL, 50_000);
	let lots = w.lots_of(&traders[0], SOL);
	for (trader, side) in traders.iter().zip([Side::Sell, Side::Buy]) {
		let order = w.limit(SOL, side, lots.unsigned_abs(), 0);
		w.place(trader, order);
	}
	assert!(w.block().iter().all(Result::is_ok));
	w.outage(40 * SECOND);
	w.price(SOL_USD, 200.0);
	w.block();
	assert!(w.mark(SOL) < 1_600_000, "it is the mark of before");
	assert_eq!(w.lots_of(&traders[0], SOL), lots, "nobody trades at it");
}

fn without_age_of_feeds(genesis: &mut RuntimeGenesisConfig) {
	for feed in &mut genesis.oracle.feeds {
		(feed.lifetime, feed.stale_after, feed.expired_after) = (HOUR, HOUR, HOUR);
		(feed.widest_to_add_risk, feed.widest_to_withdraw) = (500_000_000, 500_000_000);
	}
}

/// Prices are never too old.
fn without_age(genesis: &mut RuntimeGenesisConfig) {
	without_age_of_feeds(genesis);
	for market in &mut genesis.exchange.markets {
		market.breaker.price_age.trip = HOUR;
		market.breaker.quarantine_age.trip = HOUR;
	}
}

/// A stablecoin as collateral: its token has the asset's number.
const USDE: u32 = 2;

fn with_usde(genesis: &mut RuntimeGenesisConfig) {
	let usde = GenesisAsset {
		symbol: "USDE".into(),
		decimals: 6,
		feed: USDT_USD,
		units_per_lot: Whole(1_000_000),
		tick_value: 1,
		daily_sigma: Percent(Ratio::saturating_from_percent(1)),
		lowest_haircut: Percent(Ratio::saturating_from_percent(2)),
		cap: Whole(100_000_000_000_000),
		min_deposit: Whole(1_000_000),
		..genesis.risk.assets[0].clone()
	};
	genesis.risk.assets.push(usde);
	genesis.assets.assets.push((USDE, Custody::vault(), true, 1));
}

/// On one venue the stablecoin trades at 0.65, elsewhere at 0.998. `reporters` say so, of whom the
/// first looks at that venue alone.
fn depeg(reporters: usize) -> (bool, i128) {
	let mut w = World::new(|genesis| {
		with_usde(genesis);
		genesis.session.keys.truncate(reporters);
	});
	let holder = w.trader(MAIN, 10_000);
	let _others = w.trader(MAIN, 1_000_000);
	w.deposit_token(&holder, USDE, 100_000_000_000);
	assert_eq!(w.withdraw(&holder, usd(80_000)), Ok(()));
	w.price(USDT_USD, 0.998);
	w.voices[0].own.insert(USDT_USD, 0.65);
	w.blocks(20);
	let liquidated = w.liquidation().next().is_some();
	(liquidated, w.equity(&holder))
}

#[test]
fn binance_usde_2025_10_10() {
	let (liquidated, equity) = depeg(4);
	assert!(!liquidated, "one venue of many is no price");
	assert!(equity > usd(20_000), "{equity}");
}

#[test]
fn binance_usde_2025_10_10_with_one_venue_alone() {
	let (liquidated, equity) = depeg(1);
	assert!(liquidated, "{equity}");
	assert!(equity < usd(1_000), "all of it is gone: {equity}");
}
