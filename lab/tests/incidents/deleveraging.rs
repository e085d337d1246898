//! Losses that no margin covers: who pays, and how much.

use std::collections::BTreeMap;

use breakwater_insurance::{Event as InsuranceEvent, Operations};
use breakwater_interfaces::{genesis::Percent, Estates as _, Ledger as _, RiskEngine as _, Trade};
use breakwater_lab::{
	policy::{Congestion, Deeds, Design, Policy},
	view::View,
};
use breakwater_ledger::Subaccounts;
use breakwater_runtime::{defence::stand_down, Margin, Risk, Runtime};
use breakwater_units::{AccountKey, Lots, PoolId, Price, Quote, Ratio};

use crate::world::*;

/// A loser of 50,000 dollars more than it has, and three winners of different sizes and entries.
struct Crash {
	w: World,
	loser: Trader,
	winners: Vec<Trader>,
	/// What winners would have at the mark after it, in quanta, if nobody asked them for anything.
	at_mark: i128,
}

/// Up to the crash, and through it. `queue` plays another design than the chain's own.
fn crash(queue: bool) -> (Crash, Deeds) {
	let mut w = World::new(|_| {});
	let loser = w.trader(ALT, 100_000);
	let winners: Vec<Trader> = [200_000, 90_000, 60_000].map(|m| w.trader(ALT, m)).into();
	for (winner, dollars) in winners.iter().zip([200_000, 60_000, 40_000]) {
		w.trade(&loser, winner, SOL, dollars);
	}
	let (before, had) = (w.mark(SOL), equity_of(&mut w, &winners));
	// A tick of a lot is worth a quantum.
	let lots = i128::from(w.lots_of(&loser, SOL));
	let owners = [&loser].into_iter().chain(&winners).map(|one| (one.key, one.id.clone()));
	let owners: BTreeMap<_, _> = owners.collect();
	let mut policy = Policy::new(Design::Queue, Congestion::default(), 1, owners, &[]);
	let down = queue.then(stand_down);
	let mut deeds = Deeds::default();
	// It knows the marks before.
	w.corrupt(|| drop(policy.settle(&View::look())));
	w.price(SOL_USD, 75.0);
	for _ in 0..4 {
		w.block();
		if queue && deeds.others == 0 {
			w.corrupt(|| deeds = policy.settle(&View::look()));
		}
	}
	drop(down);
	let fall = i128::from(before - w.mark(SOL));
	(Crash { w, loser, winners, at_mark: had + fall * lots }, deeds)
}

fn equity_of(w: &mut World, traders: &[Trader]) -> i128 {
	traders.iter().map(|trader| w.equity(trader)).sum()
}

/// Hyperliquid, 2025-10-10: the deleveraging took tens of millions more from winners than was
/// missing.
#[test]
fn hyperliquid_2025_10_10() {
	let (Crash { mut w, loser, winners, at_mark }, _) = crash(false);
	assert!(w.was_absorbed(&loser));
	let loss = w.losses(ALT);
	assert!(loss.loss > usd(45_000), "{loss:?}");
	assert_eq!(loss.charged, loss.shortfall, "exactly what was missing, ±0");
	assert_eq!(loss.from_fund + loss.global + loss.charged, loss.loss);
	assert_eq!(loss.haircuts, 0, "nobody but winners pays");
	assert_eq!(w.backstop_equity(ALT), 0);
	for winner in &winners {
		assert!(w.equity(winner) > 0);
	}
	let taken = at_mark - equity_of(&mut w, &winners);
	// Funding of four blocks.
	assert!((taken - loss.charged).abs() < usd(1), "that is all they lack: {taken} {loss:?}");
}

/// Two who sold to the same loser, one of them higher: who won more on a lot, pays more for it.
#[test]
fn haircuts_in_proportion_to_profit() {
	let mut w = World::new(|_| {});
	let [loser, low, high] = [100_000, 200_000, 200_000].map(|money| w.trader(ALT, money));
	w.trade(&loser, &low, SOL, 150_000);
	let low_at = i128::from(w.mark(SOL));
	w.move_to(SOL_USD, 165.0, 20);
	w.trade(&loser, &high, SOL, 165_000);
	let high_at = i128::from(w.mark(SOL));
	let lots = [&low, &high].map(|one| -i128::from(w.lots_of(one, SOL)));
	w.price(SOL_USD, 75.0);
	w.blocks(4);
	let now = i128::from(w.mark(SOL));
	let charged = |who: &Trader| {
		let charges = w.insurance().filter_map(|event| match event {
			InsuranceEvent::Deleveraged { account, charge, .. } if *account == who.key => {
				i128::try_from(charge.get()).ok()
			},
			_ => None,
		});
		charges.sum::<i128>()
	};
	let (from_low, from_high) = (charged(&low), charged(&high));
	assert!(from_low > usd(20_000) && from_high > from_low, "{from_low} {from_high}");
	// A tick of a lot is worth a quantum.
	let (of_low, of_high) = (lots[0] * (low_at - now), lots[1] * (high_at - now));
	let apart = (from_low * of_high - from_high * of_low).abs();
	// What they traded at was not the mark to the tick, and there was funding.
	assert!(apart * 50 < from_low * of_high, "{from_low} of {of_low}, {from_high} of {of_high}");
}

/// The same accounts under the queue's rule, played on the same ledger: the most profitable and
/// most leveraged first, whole positions, at the mark before.
#[test]
fn hyperliquid_2025_10_10_with_a_queue() {
	let (Crash { mut w, loser, winners, at_mark }, deeds) = crash(true);
	assert_eq!(w.lots_of(&loser, SOL), 0, "it was closed against them");
	let taken = at_mark - equity_of(&mut w, &winners);
	let missing = deeds.shortfall;
	assert!(missing > usd(45_000), "{deeds:?}");
	assert!(taken > 2 * missing, "{taken} were taken for {missing}");
}

/// dYdX, 2025-10-10. Everybody's position in a market is closed in one liquidation, with a loss
/// that no fund covers; then the winner, and after it somebody without a position, take out what
/// the chain says is theirs. Returns what each got, and has left.
fn whole_market(later: bool) -> [(i128, i128); 2] {
	let mut w = World::new(|genesis| {
		for pool in &mut genesis.risk.pools {
			// Else the fund's drawdown, of the fees in it, halts withdrawals.
			pool.drawdown.trip = Percent(Ratio::saturating_from_percent(200));
		}
	});
	let [loser, winner, saver] = [20_000, 40_000, 40_000].map(|money| w.trader(ALT, money));
	w.trade(&loser, &winner, SOL, 60_000);
	let lots = w.lots_of(&loser, SOL);
	assert_eq!(lots.unsigned_abs(), w.open_interest(SOL), "it is all the market's");
	w.price(SOL_USD, 75.0);
	let down = later.then(stand_down);
	w.block();
	w.block_of(|| {
		// What the first transaction of the block of the price finds.
		let (mark, unpaid) = (Risk::market(SOL).expect("it has a price").price(), unpaid());
		assert!(mark < Price::new(1_000_000), "{mark:?}");
		assert_eq!(unpaid, later, "a loss is paid before any transaction");
		Vec::new()
	});
	if later {
		// It is closed at the mark, as here, and what is missing is left for later.
		let mark = Price::new(w.mark(SOL));
		let trades = [(&loser, -lots), (&winner, lots)].map(|(who, lots)| Trade {
			account: who.key,
			lots: Lots::new(lots),
			fee: Quote::ZERO,
		});
		w.corrupt(|| Margin::settle(SOL, mark, &trades).expect("both have what they trade"));
	}
	w.blocks(8);
	assert_eq!(w.open_interest(SOL), 0, "all is closed");
	let got = [&winner, &saver].map(|one| w.withdraw_all(one));
	drop(down);
	w.blocks(5);
	let left = [&winner, &saver].map(|one| w.equity(one));
	// The chain goes on, and the market.
	let others = [50_000, 50_000].map(|money| w.trader(ALT, money));
	w.blocks(60);
	w.trade(&others[0], &others[1], SOL, 10_000);
	[(got[0], left[0]), (got[1], left[1])]
}

/// Whether anybody owes more than it has, or a loss is being shared.
fn unpaid() -> bool {
	let bankrupt =
		|key: AccountKey| Margin::equity(&key).is_some_and(|equity| equity.is_negative());
	Subaccounts::<Runtime>::iter_keys().any(bankrupt) || Operations::<Runtime>::contains_key(ALT)
}

/// A pool's money was moved before the loss was paid: the transfer was negative, and the chain
/// stood still for eight hours. Here a loss is paid in the block of its price, before anybody can
/// move anything.
#[test]
fn dydx_2025_10_10_negative_transfer() {
	let [(won, rest), (saved, left)] = whole_market(false);
	assert_eq!((saved, left), (usd(40_000), 0), "who has no position pays nothing");
	// It put in 40,000, and the loser had 20,000.
	assert!(won <= usd(60_000) && won > usd(59_000), "it got what there was: {won}");
	assert!(rest < usd(1), "{rest}");
}

#[test]
fn dydx_2025_10_10_negative_transfer_with_losses_paid_later() {
	let [(won, _), (saved, _)] = whole_market(true);
	assert!(won > usd(69_000), "it took out what nobody had paid: {won}");
	assert!(saved < usd(31_000), "and who came later found less: {saved}");
}

/// The price of the second pool's coin falls by half at once. Returns what the fund of the deep
/// markets lost, and what somebody without a position can still take out of the second pool.
fn luna(pool: u32) -> (i128, i128) {
	let mut w = World::new(|genesis| genesis.exchange.markets[2].pool = pool);
	let pool = PoolId(pool);
	w.endow(MAIN, 100_000);
	let [long, short, saver] = [100_000, 400_000, 200_000].map(|money| w.trader(pool, money));
	w.block();
	let before = w.fund(MAIN);
	w.trade(&long, &short, SOL, 300_000);
	w.price(SOL_USD, 75.0);
	w.blocks(4);
	let loss = w.losses(pool);
	assert!(loss.loss > usd(45_000), "{loss:?}");
	assert_eq!(loss.from_fund + loss.global + loss.charged, loss.loss, "all of it is paid");
	assert_eq!(loss.haircuts, 0);
	let left = w.fund(MAIN);
	(before - left, w.equity(&saver))
}

/// A fall through bankruptcy, where those who won have taken it out before and those who are left
/// have no profit to pay from: the last of the waterfall, a haircut on all claims of the pool. No
/// fund has anything. Returns what somebody with a claim on the deep markets' pool lost.
fn luna_without_funds(pool: u32) -> i128 {
	let mut w = World::new(|genesis| {
		let market = &mut genesis.exchange.markets[2];
		market.pool = pool;
		// Margin that follows volatility is another guard.
		market.risk.highest_maintenance = Percent(Ratio::saturating_from_percent(4));
	});
	let pool = PoolId(pool);
	let [early, short, late] = [100_000, 400_000, 60_000].map(|money| w.trader(pool, money));
	let saver = w.trader(MAIN, 200_000);
	w.price(SOL_USD, 100.0);
	w.blocks(3);
	w.trade(&early, &short, SOL, 200_000);
	w.move_to(SOL_USD, 150.0, 40);
	w.blocks(5);
	w.trade(&late, &early, SOL, 300_000);
	assert_eq!(w.lots_of(&early, SOL), 0, "it has its profit");
	let before = w.equity(&saver);
	w.price(SOL_USD, 110.0);
	w.blocks(10);
	let loss = w.losses(pool);
	assert!(w.was_absorbed(&late) && loss.haircuts > usd(10_000), "{loss:?}");
	let forgiven = w.insurance().any(|event| matches!(event, InsuranceEvent::Forgiven { .. }));
	assert!(!forgiven, "whoever has a claim on the pool bears its part, and nobody else is asked");
	before - w.equity(&saver)
}

/// LUNA, 2022: through everybody's bankruptcy in one step.
#[test]
fn luna_2022() {
	let (lost, saved) = luna(1);
	assert_eq!(lost, 0, "nothing crosses a pool's wall");
	assert_eq!(saved, usd(200_000), "who has no position pays nothing");
}

#[test]
fn luna_2022_in_one_pool_with_the_deep_markets() {
	let (lost, _) = luna(0);
	assert!(lost > usd(45_000), "their fund pays for it: {lost}");
}

#[test]
fn luna_2022_without_funds() {
	assert_eq!(luna_without_funds(1), 0, "the last haircut does not cross a pool's wall either");
}

#[test]
fn luna_2022_without_funds_in_one_pool_with_the_deep_markets() {
	let lost = luna_without_funds(0);
	assert!(lost > usd(2_000), "who only saved there pays too: {lost}");
}
