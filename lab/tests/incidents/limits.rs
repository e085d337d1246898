//! The largest and the least that people can ask for: calls as anybody may make them.

use breakwater_auction::{TimeInForce, Trigger, TriggerKind};
use breakwater_breaker::Action;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::Estates as _;
use breakwater_runtime::{Margin, Runtime, RuntimeCall};
use breakwater_units::{Amount, AssetId, MarketId, Price, Ratio, Side, Size};

use crate::world::*;

type Rt = Runtime;
const ETH: MarketId = MarketId(1);

const AMOUNTS: [Amount; 4] =
	[Amount::ZERO, Amount::new(1), Amount::new(i128::MAX as u128), Amount::new(u128::MAX)];
// The largest order there may be, too.
const SIZES: [u64; 6] = [0, 1, 3_000_000, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
// And the least and the largest on the grid.
const PRICES: [u64; 6] = [0, 1, 10, (1 << 36) / 10 * 10, (1 << 36) + 1, u64::MAX];

/// Orders of every size at every price, of every kind.
fn orders(market: MarketId) -> Vec<OrderRequest> {
	let mut orders = Vec::new();
	for (size, price) in SIZES.iter().flat_map(|size| PRICES.map(|price| (*size, price))) {
		let slippage = Some(Ratio::new(price));
		let price = Price::new(price);
		let kinds = [
			RequestKind::Limit { price },
			RequestKind::PostOnly { price },
			RequestKind::Market { max_slippage: slippage },
		];
		for kind in kinds {
			for (side, reduce_only) in [(Side::Buy, false), (Side::Sell, false), (Side::Sell, true)]
			{
				let time_in_force = TimeInForce::GoodTillCancelled;
				let size = Size::new(size);
				let client_id = None;
				orders.push(OrderRequest {
					market,
					side,
					kind,
					time_in_force,
					reduce_only,
					size,
					client_id,
				});
			}
		}
	}
	orders
}

/// Every call with an amount, a size or a price, at its limits.
fn extremes(who: &Trader) -> Vec<RuntimeCall> {
	let id = who.id.clone();
	let mut calls: Vec<RuntimeCall> = Vec::new();
	for request in [SOL, MarketId(u32::MAX)].into_iter().flat_map(orders) {
		let account = id.clone();
		calls.push(breakwater_exchange::Call::<Rt>::place { account, request }.into());
		for level in PRICES.map(Price::new) {
			let (account, trigger) = (id.clone(), Trigger { kind: TriggerKind::Stop, level });
			calls.push(
				breakwater_exchange::Call::<Rt>::place_trigger { account, trigger, request }.into(),
			);
		}
	}
	for (size, limit) in SIZES.iter().flat_map(|size| PRICES.map(|price| (*size, price))) {
		let (size, limit, number) = (Size::new(size), Price::new(limit), 0);
		for side in [Side::Buy, Side::Sell] {
			let market = SOL;
			calls.push(
				breakwater_liquidator::Call::<Rt>::bid { number, market, side, size, limit }.into(),
			);
		}
		let (asset, max_price, lots) = (AssetId(0), limit, size);
		calls.push(
			breakwater_liquidator::Call::<Rt>::bid_collateral { number, asset, size, limit }.into(),
		);
		calls.push(
			breakwater_insurance::Call::<Rt>::buy_collateral { number, asset, lots, max_price }
				.into(),
		);
	}
	for amount in AMOUNTS {
		let (number, from, to, pool, market, tranche) = (0, 0, 1, ALT, SOL, 0);
		for asset in [None, Some(AssetId(0)), Some(AssetId(u32::MAX))] {
			calls.push(breakwater_custody::Call::<Rt>::deposit { number, asset, amount }.into());
			calls.push(breakwater_custody::Call::<Rt>::withdraw { number, asset, amount }.into());
			calls.push(breakwater_ledger::Call::<Rt>::transfer { from, to, asset, amount }.into());
		}
		let (shares, to_all) = (amount.get(), false);
		let min_shares = shares;
		calls.extend::<[RuntimeCall; 5]>([
			breakwater_exchange::Call::<Rt>::amm_deposit { market, number, amount }.into(),
			breakwater_exchange::Call::<Rt>::amm_withdraw { market, number, shares }.into(),
			breakwater_insurance::Call::<Rt>::back { number, tranche, amount, min_shares }.into(),
			breakwater_insurance::Call::<Rt>::request_exit { pool, tranche, shares }.into(),
			breakwater_insurance::Call::<Rt>::contribute { number, to_all, amount }.into(),
		]);
	}
	calls
}

/// No call at its limits panics, makes or loses a quantum, or fails for want of room in a number.
#[test]
fn calls_at_their_limits() {
	let mut w = World::new(|_| {});
	let [rich, other] = [1_000_000_000, 1_000_000_000].map(|money| w.trader(ALT, money));
	w.trade(&rich, &other, SOL, 1_000_000);
	let mut answers = std::collections::BTreeMap::<String, u32>::new();
	for calls in extremes(&rich).chunks(100) {
		for call in calls {
			w.act(&rich, call.clone());
		}
		for (call, answer) in calls.iter().zip(w.block()) {
			if why(answer) == "Arithmetic" {
				println!("{call:?}");
			}
			*answers.entry(why(answer)).or_default() += 1;
		}
	}
	println!("{answers:#?}");
	for fault in ["Arithmetic", "Inconsistent", "Overflow"] {
		assert!(!answers.contains_key(fault), "{answers:#?}");
	}
	w.blocks(5);
}

/// As large as orders, positions and balances may be, in every market and asset at once, through
/// the largest moves that a price may make at once.
#[test]
fn the_largest_positions() {
	let mut w = World::new(|genesis| {
		for market in &mut genesis.exchange.markets {
			market.pool = 0;
		}
	});
	let traders = [10_000_000_000, 10_000_000_000].map(|money| w.trader(MAIN, money));
	let [long, short] = &traders;
	w.block();
	for market in [BTC, ETH, SOL] {
		let terms = w.with(|| breakwater_exchange::Markets::<Rt>::get(market)).expect("listed");
		let (most, order) = (terms.max_position.get(), terms.max_order.get());
		for _ in 0..most / order {
			let bid = w.limit(market, Side::Buy, order, 0);
			let offer = w.limit(market, Side::Sell, order, 0);
			w.place(long, bid);
			w.place(short, offer);
			w.blocks(2);
		}
		assert_eq!(w.lots_of(long, market).unsigned_abs(), most, "as much as may be");
		let more = w.limit(market, Side::Buy, order, 0);
		w.place(long, more);
		let refused = w.block().into_iter().map(why).collect::<Vec<_>>();
		assert_ne!(refused, ["accepted"], "and no more");
	}
	for (token, units) in [(0, 999 * 100_000_000), (1, 19_999 * 1_000_000_000_000_000_000)] {
		w.deposit_token(long, token, units);
	}
	let computed = || traders.iter().all(|one| Margin::equity(&one.key).is_some());
	let feeds = [(BTC_USD, 60_000.0), (ETH_USD, 3_000.0), (SOL_USD, 150.0)];
	// The slow average allows five times, and a fifth.
	for times in [4.9, 1.0, 0.21, 1.0] {
		for (feed, price) in feeds {
			w.price(feed, price * times);
		}
		w.blocks(8);
		assert!(w.with(computed), "their equity fits");
	}
	assert!(w.blocks_until(SOL, Action::Withdraw, 300).is_some(), "it goes on");
}
