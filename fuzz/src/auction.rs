//! A whole batch against a naive clearing, which asks every price, and against the promises of
//! `docs/auction.md`.

use crate::Bytes;
use breakwater_auction::{
	Accounts, Admission, Amm, AmmCurve, AmmParams, Batch, CancelReason, ForcedOrder, Order,
	OrderKey, OrderKind, Outcome, TieBreak, TimeInForce,
};
use breakwater_units::{AccountKey, Lots, Price, Quote, Side, Size, TickValue};
use std::{cmp::Reverse, collections::BTreeMap};

const ACCOUNTS: u8 = 5;
const POOL: AccountKey = AccountKey([99; 32]);
const BLOCK: u32 = 10;
const MARK: u64 = 100;
const TICK_VALUE: u32 = 3;
/// No limit and no quote of the pool is beyond it.
const MAX_PRICE: u64 = 400;

/// Runs the batch that the bytes spell.
///
/// # Panics
/// If a promise of the auction is broken.
pub fn run(bytes: &[u8]) {
	let mut bytes = Bytes::new(bytes);
	let scene = Scene::read(&mut bytes);
	let batch = scene.batch(&scene.orders, &scene.forced);
	let (admission, outcome) = run_batch(&batch, &scene.accounts);

	assert_naive_clearing(&batch, &admission);
	assert_sums(&outcome);
	assert_limits(&scene, &outcome);
	assert_not_crossed(&scene, &outcome);
	assert_carried(&scene, &outcome);
	assert_order_of_arrival_is_nothing(&scene, &outcome, &mut bytes);
}

fn run_batch(batch: &Batch<'_>, accounts: &Book) -> (Admission, Outcome) {
	let admission = batch.admit(accounts).expect("sizes within the limits");
	let tentative = batch.clear(&admission).expect("sizes within the limits");
	let outcome = batch.settle(&admission, &tentative).expect("of this batch");
	(admission, outcome)
}

/// Positions and cash of the accounts; initial margin is a tenth of the value at mark.
struct Book(BTreeMap<AccountKey, (i64, i128)>);

impl Book {
	/// Tenths of quanta.
	fn health(&self, account: &AccountKey, trade: i64, cost: i128) -> i128 {
		let (held, cash) = self.0.get(account).copied().unwrap_or_default();
		let lot = i128::from(MARK) * i128::from(TICK_VALUE);
		let lots = i128::from(held + trade);
		(cash - cost + lots * lot) * 10 - lots.abs() * lot
	}
}

impl Accounts for Book {
	fn position(&self, account: &AccountKey) -> Lots {
		Lots::new(self.0.get(account).copied().unwrap_or_default().0)
	}

	fn allows(&self, account: &AccountKey, trade: Lots, cost: Quote) -> bool {
		let before = self.health(account, 0, 0);
		self.health(account, trade.get(), cost.get()) >= before.min(0)
	}
}

struct Scene {
	accounts: Book,
	amm: Option<Amm>,
	orders: Vec<Order>,
	forced: Vec<ForcedOrder>,
	reference: Price,
	tie_break: TieBreak,
}

impl Scene {
	fn read(bytes: &mut Bytes<'_>) -> Self {
		let account =
			|n| (account(n), (bytes.within(-40, 40), i128::from(bytes.within(-30_000, 30_000))));
		let accounts = Book((0..ACCOUNTS).map(account).collect());
		let amm = bytes.flag().then(|| amm(bytes));
		let forced = (0..bytes.below(3)).map(|number| forced(number, bytes)).collect();
		let reference = price(bytes);
		let tie_break =
			if bytes.flag() { TieBreak::Reference } else { TieBreak::PressureThenReference };
		let orders = (0..bytes.below(30)).map(|number| order(number, bytes)).collect();
		Self { accounts, amm, orders, forced, reference, tie_break }
	}

	fn batch<'a>(&self, orders: &'a [Order], forced: &'a [ForcedOrder]) -> Batch<'a> {
		Batch {
			block: BLOCK,
			tick_value: TickValue::new(TICK_VALUE),
			reference: self.reference,
			tie_break: self.tie_break,
			amm: self.amm,
			orders,
			forced,
		}
	}

	fn order(&self, key: OrderKey) -> &Order {
		self.orders.iter().find(|order| order.key == key).expect("an order of the batch")
	}
}

fn account(number: u8) -> AccountKey {
	AccountKey([number; 32])
}

fn side(bytes: &mut Bytes<'_>) -> Side {
	if bytes.flag() {
		Side::Buy
	} else {
		Side::Sell
	}
}

/// Near the mark, where ties are frequent.
fn price(bytes: &mut Bytes<'_>) -> Price {
	Price::new(MARK - 8 + u64::from(bytes.below(17)))
}

fn order(number: u8, bytes: &mut Bytes<'_>) -> Order {
	let (kind, time_in_force) = match bytes.below(6) {
		0 => (OrderKind::Market, TimeInForce::ImmediateOrCancel),
		1 => (OrderKind::Limit, TimeInForce::ImmediateOrCancel),
		2 => (OrderKind::PostOnly, TimeInForce::GoodTillCancelled),
		3 => (OrderKind::Limit, TimeInForce::GoodTillBlock(BLOCK - 1 + u32::from(bytes.below(3)))),
		_ => (OrderKind::Limit, TimeInForce::GoodTillCancelled),
	};
	Order {
		key: OrderKey { account: account(bytes.below(ACCOUNTS)), number: number.into() },
		side: side(bytes),
		kind,
		time_in_force,
		reduce_only: bytes.below(4) == 0,
		limit: price(bytes),
		size: Size::new(bytes.below(60).into()),
		entered: BLOCK - u32::from(bytes.below(2)),
	}
}

fn forced(number: u8, bytes: &mut Bytes<'_>) -> ForcedOrder {
	let (side, limit) = (side(bytes), price(bytes));
	ForcedOrder { account: account(number), side, limit, size: Size::new(bytes.below(90).into()) }
}

fn amm(bytes: &mut Bytes<'_>) -> Amm {
	let params = AmmParams {
		mark: price(bytes),
		half_spread_ticks: bytes.below(4).into(),
		inventory: Lots::new(bytes.within(-60, 60)),
		max_inventory: Size::new(bytes.below(60).into()),
		depth_lots: Size::new(u64::from(bytes.below(40)) + 1),
		depth_ticks: u32::from(bytes.below(3)) + 1,
	};
	Amm { account: POOL, curve: AmmCurve::new(params).expect("within the limits") }
}

fn accepts(side: Side, limit: Price, price: Price) -> bool {
	match side {
		Side::Buy => limit >= price,
		Side::Sell => limit <= price,
	}
}

/// Lots of a side at a price: adds up everybody who accepts it.
fn volume(batch: &Batch<'_>, admission: &Admission, forced: bool, side: Side, at: Price) -> u64 {
	let orders = admission.admitted.iter().map(|a| (a.order.side, a.order.limit, a.size));
	let liquidation = batch.forced.iter().filter(|_| forced);
	let all = orders.chain(liquidation.map(|order| (order.side, order.limit, order.size)));
	let accepting = all.filter(|(of, limit, _)| *of == side && accepts(side, *limit, at));
	let of_book: u64 = accepting.map(|(_, _, size)| size.get()).sum();
	let of_pool = batch.amm.map_or(0, |amm| amm.curve.demand(at).get());
	let trades = (of_pool > 0) == (side == Side::Buy);
	of_book + if trades { of_pool.unsigned_abs() } else { 0 }
}

/// Naive twin: asks every price for the most volume, then the least imbalance, then the least
/// distance from the reference. With market pressure only price and volume classes are compared.
fn assert_naive_clearing(batch: &Batch<'_>, admission: &Admission) {
	let tentative = batch.clear(admission).expect("sizes within the limits");
	for (forced, clearing) in [(false, tentative.organic), (true, tentative.clearing)] {
		let rank = |ticks: u64| {
			let at = |side| volume(batch, admission, forced, side, Price::new(ticks));
			let (demand, supply) = (at(Side::Buy), at(Side::Sell));
			(Reverse(demand.min(supply)), demand.abs_diff(supply))
		};
		// No batch clears at zero.
		let best = (1..=MAX_PRICE)
			.map(|ticks| (rank(ticks), ticks.abs_diff(batch.reference.get()), ticks))
			.min()
			.expect("some price");
		let ((Reverse(most), least), _, nearest) = best;
		let Some(clearing) = clearing else {
			assert_eq!(most, 0, "nothing cleared, and {most} lots could");
			continue;
		};
		assert_eq!((clearing.volume.get(), clearing.surplus.unsigned_abs()), (most, least));
		match batch.tie_break {
			TieBreak::Reference => assert_eq!(clearing.price.get(), nearest),
			TieBreak::PressureThenReference => {
				assert_eq!(rank(clearing.price.get()), (Reverse(most), least));
			},
		}
	}
}

/// Lots bought are lots sold.
fn assert_sums(outcome: &Outcome) {
	let orders = outcome.fills.iter().map(|fill| (fill.side, fill.size));
	let forced = outcome.forced.iter().map(|fill| (fill.side, fill.size));
	let pool = outcome.amm.side().map(|side| (side, outcome.amm.size()));
	for of in [Side::Buy, Side::Sell] {
		let all = orders.clone().chain(forced.clone()).chain(pool);
		let sum: u64 = all.filter(|(side, _)| *side == of).map(|(_, size)| size.get()).sum();
		assert_eq!(sum, outcome.volume.get(), "{of:?}");
	}
}

/// Nobody is filled outside a limit, beyond a size, or before somebody of the side who asked for
/// less.
fn assert_limits(scene: &Scene, outcome: &Outcome) {
	let Some(price) = outcome.price else {
		assert!(outcome.fills.is_empty() && outcome.forced.is_empty() && outcome.amm.is_zero());
		return;
	};
	for fill in &outcome.fills {
		let order = scene.order(fill.key);
		assert!(accepts(fill.side, order.limit, price) && fill.side == order.side);
		assert!(fill.size <= order.size && !fill.size.is_zero());
	}
	for fill in &outcome.forced {
		let of_account = scene.forced.iter().find(|order| order.account == fill.account);
		let order = of_account.expect("a forced order of the batch");
		assert!(accepts(fill.side, order.limit, price) && fill.size <= order.size);
		assert!(fill.side == order.side);
	}
}

/// Lots of an order that stay in the book.
fn resting(order: &Order, outcome: &Outcome) -> u64 {
	let filled = outcome.fills.iter().filter(|fill| fill.key == order.key).map(|fill| fill.size);
	let cancelled = outcome.cancelled.iter().filter(|gone| gone.key == order.key);
	let gone: u64 = filled.chain(cancelled.map(|gone| gone.size)).map(Size::get).sum();
	order.size.get().checked_sub(gone).expect("no more leaves an order than it has")
}

fn assert_not_crossed(scene: &Scene, outcome: &Outcome) {
	let rests = |side| {
		let orders = scene.orders.iter().filter(move |order| order.side == side);
		orders.filter(|order| resting(order, outcome) > 0).map(|order| order.limit)
	};
	let (bid, ask) = (rests(Side::Buy).max(), rests(Side::Sell).min());
	assert!(bid.zip(ask).is_none_or(|(bid, ask)| bid < ask), "the book is crossed");

	for order in scene.orders.iter().filter(|order| resting(order, outcome) > 0) {
		assert!(order.time_in_force != TimeInForce::ImmediateOrCancel, "does not rest");
	}
}

/// Every account carries what it was filled, reduces no more than it has, and trades on one side.
fn assert_carried(scene: &Scene, outcome: &Outcome) {
	let price = outcome.price.unwrap_or_default();
	for number in 0..ACCOUNTS {
		let account = account(number);
		let fills = outcome.fills.iter().filter(|fill| fill.key.account == account);
		let (mut trade, mut reduced, mut sides) = (0, 0, Vec::new());
		for fill in fills {
			let lots = fill.size.signed(fill.side).unwrap().get();
			trade += lots;
			reduced += if scene.order(fill.key).reduce_only { lots } else { 0 };
			sides.push(fill.side);
		}
		let cost = i128::from(trade) * i128::from(price.get()) * i128::from(TICK_VALUE);
		assert!(scene.accounts.allows(&account, Lots::new(trade), Quote::new(cost)));
		assert!(sides.iter().all(|side| *side == sides[0]), "an account trades with itself");
		let held = scene.accounts.position(&account).get();
		let within = if held >= 0 { -held..=0 } else { 0..=-held };
		assert!(within.contains(&reduced), "{reduced} reduced of {held}");
		let liquidated = scene.forced.iter().any(|order| order.account == account);
		assert!(!liquidated || sides.is_empty(), "orders of a liquidated account");
	}
	let reasons = outcome.cancelled.iter().filter(|gone| gone.reason == CancelReason::Invalid);
	assert!(reasons.map(|gone| scene.order(gone.key)).all(|order| order.validate().is_err()));
}

/// The same batch in another order.
fn assert_order_of_arrival_is_nothing(scene: &Scene, outcome: &Outcome, bytes: &mut Bytes<'_>) {
	let (mut orders, mut forced) = (scene.orders.clone(), scene.forced.clone());
	forced.reverse();
	for at in 1..orders.len() {
		let with = usize::from(bytes.byte()) % (at + 1);
		orders.swap(at, with);
	}
	let (_, shuffled) = run_batch(&scene.batch(&orders, &forced), &scene.accounts);
	assert_eq!(*outcome, shuffled);
}
