//! Profit that exists on paper.

use breakwater_interfaces::{
	genesis::{Percent, Whole},
	RiskEngine as _,
};
use breakwater_runtime::Risk;
use breakwater_units::{Ratio, Side};

use crate::world::*;

/// What an attacker, who pumps the index by so much, takes out beyond what it put in; and what is
/// missing when the price is back.
fn pump(profit_cap: u128) -> (i128, Loss) {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			pool.profit_cap = Whole(profit_cap);
			// The limits of withdrawals are another guard.
			pool.outflow_share = Percent(Ratio::ONE);
			pool.outflow_floor = Whole(usd(100_000_000) as u128);
			pool.account_floor = Whole(usd(100_000_000) as u128);
		}
		// So is margin that follows volatility.
		genesis.exchange.markets[2].risk.highest_maintenance =
			Percent(Ratio::saturating_from_percent(4));
	});
	w.endow(ALT, 100_000);
	let attacker = w.trader(ALT, 500_000);
	let maker = w.trader(ALT, 5_000_000);
	let _saver = w.trader(ALT, 2_000_000);
	w.trade(&attacker, &maker, SOL, 1_000_000);
	w.move_to(SOL_USD, 300.0, 60);
	let taken = w.withdraw_all(&attacker);
	w.price(SOL_USD, 150.0);
	w.blocks(10);
	(taken - usd(500_000), w.losses(ALT))
}

/// Mango, 2022: profit that existed on paper was borrowed against, and taken out.
#[test]
fn mango_2022() {
	let (gained, loss) = pump(usd(10_000) as u128);
	assert!(gained <= usd(10_000), "no more than the cap: {gained}");
	assert_eq!(loss.loss, 0, "and nothing is missing when the price is back");
}

#[test]
fn mango_2022_without_the_cap_on_profit() {
	let (gained, loss) = pump(usd(10_000_000) as u128);
	assert!(gained > usd(90_000), "{gained}");
	assert!(loss.loss > usd(90_000), "{loss:?}");
}

/// Wallets that pyramid on a pumped price until they may not, and fall with it. Returns the open
/// interest at the top, in lots, and what was missing.
fn pyramid(lower: i128, upper: i128) -> (u64, Loss) {
	let mut w = World::new(|genesis| {
		let market = &mut genesis.exchange.markets[2];
		market.risk.lower_cap = Whole(usd(lower) as u128);
		market.risk.upper_cap = Whole(usd(upper) as u128);
	});
	w.interval = 4 * SECOND;
	w.full_checks = false;
	w.endow(ALT, 1_000_000);
	let maker = w.trader(ALT, 60_000_000);
	let wallets: Vec<Trader> = (0..6).map(|_| w.trader(ALT, 200_000)).collect();
	w.block();
	for step in 0..2 {
		let price = 150.0 * 3.15f64.powf(f64::from(step) / 5.0);
		w.move_to(SOL_USD, price, 10);
		for wallet in &wallets {
			buy_all(&mut w, wallet, &maker);
		}
	}
	let top = w.open_interest(SOL);
	let low = w.price_of(SOL_USD) * 0.7;
	w.move_to(SOL_USD, low, 20);
	w.full_checks = true;
	w.blocks(2);
	(top, w.losses(ALT))
}

/// A wallet buys what its margin allows, from somebody who sells without end.
fn buy_all(w: &mut World, wallet: &Trader, maker: &Trader) {
	let mut dollars = w.equity(wallet) / 1_000_000 * 5;
	while dollars > 5_000 {
		let lots = w.lots(SOL, dollars.min(5_000_000));
		let (bid, offer) = (w.limit(SOL, Side::Buy, lots, 0), w.limit(SOL, Side::Sell, lots, 0));
		w.place(wallet, bid);
		w.place(maker, offer);
		let results = w.block();
		w.block();
		let account = maker.id.clone();
		w.act(maker, breakwater_exchange::Call::cancel_all { account, market: None });
		let account = wallet.id.clone();
		w.act(wallet, breakwater_exchange::Call::cancel_all { account, market: None });
		w.block();
		if results.iter().any(Result::is_err) {
			dollars /= 2;
		} else {
			return;
		}
	}
}

/// dYdX, 2023: more than a hundred wallets pyramided on a price they had pumped.
#[test]
fn dydx_yfi_2023() {
	let (lots, _) = pyramid(1_000_000, 2_000_000);
	// At 150 dollars; a lot is a hundredth.
	assert!(lots <= 1_340_000, "open interest is at most its cap: {lots}");
}

#[test]
fn dydx_yfi_2023_without_caps_on_open_interest() {
	let (lots, _) = pyramid(900_000_000, 1_000_000_000);
	assert!(lots > 2_600_000, "{lots}");
}

/// The same wallets, all in one block: each order alone would fit. Returns the open interest, and
/// the initial margin that is asked of the next.
fn all_at_once(lower: i128, upper: i128) -> (u64, Ratio) {
	let mut w = World::new(|genesis| {
		let market = &mut genesis.exchange.markets[2];
		market.risk.lower_cap = Whole(usd(lower) as u128);
		market.risk.upper_cap = Whole(usd(upper) as u128);
	});
	let maker = w.trader(ALT, 60_000_000);
	let wallets: Vec<Trader> = (0..6).map(|_| w.trader(ALT, 200_000)).collect();
	w.block();
	let lots = w.lots(SOL, 700_000);
	for wallet in &wallets {
		let (bid, offer) = (w.limit(SOL, Side::Buy, lots, 0), w.limit(SOL, Side::Sell, lots, 0));
		w.place(wallet, bid);
		w.place(&maker, offer);
	}
	let results = w.block();
	assert!(results.iter().all(Result::is_ok), "{results:?}");
	w.blocks(3);
	let initial = w.with(|| Risk::pricing(SOL).expect("it has a price").initial);
	(w.open_interest(SOL), initial)
}

#[test]
fn dydx_yfi_2023_in_one_block() {
	let (lots, initial) = all_at_once(1_000_000, 2_000_000);
	assert!(lots > 0 && lots <= 1_340_000, "open interest is at most its cap: {lots}");
	assert!(
		initial > Ratio::saturating_from_percent(90),
		"who adds to it pays in full: {initial:?}"
	);
}

#[test]
fn dydx_yfi_2023_in_one_block_without_caps_on_open_interest() {
	let (lots, initial) = all_at_once(900_000_000, 1_000_000_000);
	assert!(lots > 2_600_000, "{lots}");
	assert!(initial < Ratio::saturating_from_percent(30), "{initial:?}");
}
