//! A world of accounts with a margin, and batches drawn at random.

use breakwater_auction::{
	protection_price, Accounts, Amm, AmmCurve, AmmParams, Batch, BlockNumber, ForcedOrder, Order,
	OrderKey, OrderKind, TieBreak, TimeInForce,
};
use breakwater_units::{
	limits::MAX_PRICE_TICKS, AccountKey, Lots, Price, Quote, Ratio, Side, Size, TickValue,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

/// The block of every batch that stands alone.
pub(crate) const BLOCK: BlockNumber = 10;
/// How many prices a twin tries.
pub(crate) const TOP: u64 = 256;
pub(crate) const TICK_VALUE: i128 = 3;
const ACCOUNTS: u8 = 6;
const POOL: u8 = 3;

/// So many cases, or as many as `PROPTEST_CASES` asks for.
pub(crate) fn cases(default: u32) -> ProptestConfig {
	let config = ProptestConfig::default();
	match std::env::var_os("PROPTEST_CASES") {
		Some(_) => config,
		None => ProptestConfig { cases: default, ..config },
	}
}

/// Every price near a reference: all prices of a scenario are among them.
pub(crate) fn prices(reference: Price) -> std::ops::RangeInclusive<u64> {
	if reference.get() > TOP {
		MAX_PRICE_TICKS - TOP..=MAX_PRICE_TICKS
	} else {
		1..=TOP
	}
}

pub(crate) fn account(number: u8) -> AccountKey {
	AccountKey([number; 32])
}

/// An account with one position, and a margin that grows faster above a bracket's bound.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Holding {
	pub(crate) position: i64,
	/// Quanta, the position at mark.
	pub(crate) equity: i128,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
	pub(crate) mark: u64,
	pub(crate) holdings: BTreeMap<AccountKey, Holding>,
}

impl World {
	pub(crate) fn holding(&self, account: &AccountKey) -> Holding {
		self.holdings.get(account).copied().unwrap_or_default()
	}

	/// Equity less initial margin after a trade, its fee paid.
	pub(crate) fn health_after(&self, account: &AccountKey, trade: i64, cost: i128) -> i128 {
		let holding = self.holding(account);
		let gained = i128::from(trade) * i128::from(self.mark) * TICK_VALUE - cost;
		let fee = i128::from(trade.abs());
		let lots = i128::from((holding.position + trade).abs());
		let margin = 20 * lots + 40 * (lots - 8).max(0);
		holding.equity + gained - fee - margin
	}
}

impl Accounts for World {
	fn position(&self, account: &AccountKey) -> Lots {
		Lots::new(self.holding(account).position)
	}

	fn allows(&self, account: &AccountKey, trade: Lots, cost: Quote) -> bool {
		let now = self.health_after(account, 0, 0);
		self.health_after(account, trade.get(), cost.get()) >= now.min(0)
	}
}

/// Accounts without a limit, for questions that margin has no part in.
pub(crate) struct Unlimited;

impl Accounts for Unlimited {
	fn position(&self, _: &AccountKey) -> Lots {
		Lots::ZERO
	}

	fn allows(&self, _: &AccountKey, _: Lots, _: Quote) -> bool {
		true
	}
}

/// What a batch borrows from.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
	pub(crate) world: World,
	pub(crate) reference: Price,
	pub(crate) tie_break: TieBreak,
	pub(crate) amm: Option<Amm>,
	pub(crate) orders: Vec<Order>,
	pub(crate) forced: Vec<ForcedOrder>,
}

impl Scenario {
	pub(crate) fn batch(&self) -> Batch<'_> {
		Batch {
			block: BLOCK,
			tick_value: TickValue::new(TICK_VALUE.try_into().unwrap()),
			reference: self.reference,
			tie_break: self.tie_break,
			amm: self.amm,
			orders: &self.orders,
			forced: &self.forced,
		}
	}
}

pub(crate) fn side() -> impl Strategy<Value = Side> {
	prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

/// Small sizes meet ties and remainders, large ones the margin.
pub(crate) fn lots() -> impl Strategy<Value = u64> {
	prop_oneof![1u64..=4, 1u64..=15]
}

fn near(centre: u64) -> impl Strategy<Value = Price> {
	prop_oneof![3 => -2i64..=2, 1 => -8i64..=8]
		.prop_map(move |ticks| centre.saturating_add_signed(ticks).clamp(1, MAX_PRICE_TICKS))
		.prop_map(Price::new)
}

fn time_in_force() -> impl Strategy<Value = TimeInForce> {
	prop_oneof![
		4 => Just(TimeInForce::GoodTillCancelled),
		2 => (BLOCK - 2..=BLOCK + 2).prop_map(TimeInForce::GoodTillBlock),
		2 => Just(TimeInForce::ImmediateOrCancel),
	]
}

/// An order of some account; its number is given later. One in twenty is malformed or late.
pub(crate) fn order(centre: u64) -> impl Strategy<Value = Order> {
	let kind = prop_oneof![
		4 => Just(OrderKind::Limit),
		2 => Just(OrderKind::PostOnly),
		2 => Just(OrderKind::Market),
	];
	let terms = (side(), kind, time_in_force(), prop::bool::weighted(0.3));
	let entered = prop_oneof![2 => Just(BLOCK), 1 => BLOCK - 3..BLOCK];
	let rest = (0..ACCOUNTS, near(centre), lots(), entered, 0u32..20, 0u64..10);
	(terms, rest).prop_map(move |((side, kind, time_in_force, reduce_only), rest)| {
		let (owner, limit, size, entered, oddity, slippage) = rest;
		let mut order = Order {
			key: OrderKey { account: account(owner), number: 0 },
			side,
			kind,
			time_in_force,
			reduce_only,
			limit,
			size: Size::new(size),
			entered,
		};
		if kind == OrderKind::Market {
			// A billionth of the largest price is 68 ticks.
			let slippage = match centre {
				MAX_PRICE_TICKS => Ratio::new(slippage % 3),
				_ => Ratio::saturating_from_percent(slippage),
			};
			order.limit = protection_price(Price::new(centre), side, slippage);
		}
		match oddity {
			0 => order.size = Size::ZERO,
			1 => return order,
			_ => well_formed(&mut order),
		}
		order
	})
}

fn well_formed(order: &mut Order) {
	match order.kind {
		OrderKind::Market => order.time_in_force = TimeInForce::ImmediateOrCancel,
		OrderKind::PostOnly if order.time_in_force == TimeInForce::ImmediateOrCancel => {
			order.time_in_force = TimeInForce::GoodTillCancelled;
		},
		_ => {},
	}
	if order.time_in_force == TimeInForce::ImmediateOrCancel {
		order.entered = BLOCK;
	}
}

pub(crate) fn amm_params(centre: u64) -> impl Strategy<Value = AmmParams> {
	let inventory = prop_oneof![-6i64..=6, -20i64..=20];
	(near(centre), 0u32..4, inventory, 0u64..=20, 1u64..=6, 1u32..=6).prop_map(
		|(mark, half_spread_ticks, inventory, max_inventory, depth_lots, depth_ticks)| AmmParams {
			mark,
			half_spread_ticks,
			inventory: Lots::new(inventory),
			max_inventory: Size::new(max_inventory),
			depth_lots: Size::new(depth_lots),
			depth_ticks,
		},
	)
}

fn amm(centre: u64) -> impl Strategy<Value = Option<Amm>> {
	// Now and then the pool's account is a trader's.
	let owner = prop_oneof![9 => Just(100 + POOL), 1 => Just(POOL)];
	let amm = (owner, amm_params(centre)).prop_map(|(owner, params)| Amm {
		account: account(owner),
		curve: AmmCurve::new(params).unwrap(),
	});
	proptest::option::of(amm)
}

/// Forced orders, mostly of accounts without orders of their own. A Dutch price knows no bounds.
pub(crate) fn forced(centre: u64) -> impl Strategy<Value = Vec<ForcedOrder>> {
	let limit = (-8i64..=8).prop_map(move |ticks| centre.saturating_add_signed(ticks));
	let limit = limit.prop_map(Price::new);
	let order = (0u8..8, limit, side(), prop_oneof![1u64..=6, 1u64..=40]);
	vec(order, 0..4).prop_map(|orders| {
		let by_account: BTreeMap<_, _> = orders
			.into_iter()
			.map(|(number, limit, side, size)| {
				let account = account(number + ACCOUNTS - 1);
				(account, ForcedOrder { account, side, limit, size: Size::new(size) })
			})
			.collect();
		by_account.into_values().collect()
	})
}

fn world(mark: u64) -> impl Strategy<Value = World> {
	let equity = prop_oneof![3 => -100i128..=400, 1 => Just(1_000_000i128)];
	let holding = (-15i64..=15, equity);
	vec(holding, usize::from(ACCOUNTS)).prop_map(move |holdings| {
		let holdings = holdings
			.into_iter()
			.zip(0..)
			.map(|((position, equity), number)| (account(number), Holding { position, equity }));
		World { mark, holdings: holdings.collect() }
	})
}

pub(crate) fn tie_break() -> impl Strategy<Value = TieBreak> {
	prop_oneof![Just(TieBreak::Reference), Just(TieBreak::PressureThenReference)]
}

/// A batch with everything in it. Now and then prices are so low, or so high, that the pool's curve
/// goes on beyond the prices that orders may have.
pub(crate) fn scenario() -> impl Strategy<Value = Scenario> {
	let centre = prop_oneof![4 => Just(100u64), 1 => Just(4), 1 => Just(MAX_PRICE_TICKS)];
	centre.prop_flat_map(|centre| {
		let orders = vec(order(centre), 0..24);
		let parts = (world(centre), near(centre), tie_break(), amm(centre), orders, forced(centre));
		parts.prop_map(|(world, reference, tie_break, amm, mut orders, forced)| {
			for (order, number) in orders.iter_mut().zip(0..) {
				order.key.number = number;
			}
			Scenario { world, reference, tie_break, amm, orders, forced }
		})
	})
}
