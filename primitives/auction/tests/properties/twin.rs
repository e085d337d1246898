//! The naive twin of a batch: lot by lot, price by price, every order against every other.

use crate::common::{prices, World, TICK_VALUE};
use breakwater_auction::{
	Accounts, Admission, Admitted, AmmParams, Batch, CancelReason, Cancelled, Clearing, Fill,
	ForcedFill, Order, OrderKind, Outcome, TieBreak, TimeInForce,
};
use breakwater_units::{AccountKey, Lots, Price, Quote, Side, Size};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// An order and the lots of it that are still in.
#[derive(Clone, Debug)]
struct Line {
	order: Order,
	lots: u64,
}

struct Withheld {
	order: Order,
	reason: CancelReason,
}

fn crosses(side: Side, limit: u64, other: u64) -> bool {
	match side {
		Side::Buy => limit >= other,
		Side::Sell => limit <= other,
	}
}

/// What a pool trades in all at a price: one lot after the other, as long as the rule allows it.
pub(crate) fn amm_trade(params: &AmmParams, price: u64) -> i64 {
	let (lots, ticks) = (i128::from(params.depth_lots.get()), i128::from(params.depth_ticks));
	let (mark, price) = (i128::from(params.mark.get()), i128::from(price));
	let half = i128::from(params.half_spread_ticks);
	let bound = i128::from(params.max_inventory.get());
	let start = i128::from(params.inventory.get());

	// An inventory of `x` lots is worth `x · ticks / lots` ticks less than the mark.
	let mut inventory = start;
	while inventory < bound && price * lots <= (mark - half) * lots - (inventory + 1) * ticks {
		inventory += 1;
	}
	while inventory > -bound && price * lots >= (mark + half) * lots - (inventory - 1) * ticks {
		inventory -= 1;
	}
	i64::try_from(inventory - start).unwrap()
}

fn amm_lots(batch: &Batch<'_>, side: Side, price: u64) -> u64 {
	let trade = batch.amm.map_or(0, |amm| amm_trade(amm.curve.params(), price));
	let trade = if side == Side::Buy { trade } else { -trade };
	u64::try_from(trade.max(0)).unwrap()
}

fn is_live(batch: &Batch<'_>, order: &Order) -> Result<(), CancelReason> {
	let immediate = order.time_in_force == TimeInForce::ImmediateOrCancel;
	let malformed = order.size.is_zero()
		|| order.limit.is_zero()
		|| (order.kind == OrderKind::Market && !immediate)
		|| (order.kind == OrderKind::PostOnly && immediate);
	if malformed {
		return Err(CancelReason::Invalid);
	}
	let last = match order.time_in_force {
		TimeInForce::GoodTillCancelled => u32::MAX,
		TimeInForce::GoodTillBlock(last) => last,
		TimeInForce::ImmediateOrCancel => order.entered,
	};
	if last < batch.block {
		return Err(CancelReason::Expired);
	}
	if batch.forced.iter().any(|forced| forced.account == order.key.account) {
		return Err(CancelReason::Liquidated);
	}
	if batch.amm.is_some_and(|amm| amm.account == order.key.account) {
		return Err(CancelReason::SelfTrade);
	}
	Ok(())
}

/// Whether the order's limit meets an order of the other side, or the pool.
fn meets(batch: &Batch<'_>, order: &Order, others: &[&Order]) -> bool {
	let other = order.side.opposite();
	let limit = order.limit.get();
	amm_lots(batch, other, limit) > 0
		|| others
			.iter()
			.any(|found| found.side == other && crosses(order.side, limit, found.limit.get()))
}

pub(crate) fn admit(batch: &Batch<'_>, world: &impl Accounts) -> Admission {
	let mut withheld = Vec::new();
	let mut lines = Vec::new();
	for order in batch.orders {
		let line = Line { order: *order, lots: order.size.get() };
		match is_live(batch, order) {
			Ok(()) => lines.push(line),
			Err(reason) => withhold_all(&line, reason, &mut withheld),
		}
	}

	let standing: Vec<Order> =
		lines.iter().map(|line| line.order).filter(|order| order.entered < batch.block).collect();
	let standing: Vec<&Order> = standing.iter().collect();
	lines.retain(|line| {
		let is_new = line.order.entered >= batch.block;
		let takes = is_new
			&& line.order.kind == OrderKind::PostOnly
			&& meets(batch, &line.order, &standing);
		if takes {
			withhold_all(line, CancelReason::PostOnlyWouldTake, &mut withheld);
		}
		!takes
	});
	let before: Vec<Order> = lines.iter().map(|line| line.order).collect();

	let owners: BTreeSet<AccountKey> = lines.iter().map(|line| line.order.key.account).collect();
	let mut admitted = Vec::new();
	for owner in owners {
		let of = |side| {
			let mut of_side: Vec<Line> = lines
				.iter()
				.filter(|line| line.order.key.account == owner && line.order.side == side)
				.cloned()
				.collect();
			of_side.sort_by_key(|line| (place(&line.order), line.order.key.number));
			of_side
		};
		let (mut buys, mut sells) = (of(Side::Buy), of(Side::Sell));
		let position = world.position(&owner).get();
		reduce(&mut buys, -position, &mut withheld);
		reduce(&mut sells, position, &mut withheld);
		part(&mut buys, &mut sells, &mut withheld);
		for lines in [buys, sells] {
			let lines = carry(lines, &owner, world, &mut withheld);
			admitted.extend(lines.into_iter().filter(|line| line.lots > 0));
		}
	}

	let admitted = admitted
		.into_iter()
		.map(|line| Admitted { order: line.order, size: Size::new(line.lots) })
		.collect();
	Admission { admitted, cancelled: cancelled(batch, &before, &withheld) }
}

/// Better price first, then reduce-only.
fn place(order: &Order) -> (i128, Reverse<bool>) {
	let price = i128::from(order.limit.get());
	(if order.side == Side::Buy { -price } else { price }, Reverse(order.reduce_only))
}

fn withhold_all(line: &Line, reason: CancelReason, withheld: &mut Vec<Withheld>) {
	for _ in 0..line.lots {
		withheld.push(Withheld { order: line.order, reason });
	}
}

/// Reduce-only lots need a lot of the position that no lot before them has taken.
fn reduce(lines: &mut [Line], mut reducible: i64, withheld: &mut Vec<Withheld>) {
	for line in lines {
		for _ in 0..line.lots {
			if line.order.reduce_only && reducible <= 0 {
				line.lots -= 1;
				withheld
					.push(Withheld { order: line.order, reason: CancelReason::NothingToReduce });
			} else {
				reducible -= 1;
			}
		}
	}
}

/// While the best buy and the best sell of an account meet, each loses a lot.
fn part(buys: &mut [Line], sells: &mut [Line], withheld: &mut Vec<Withheld>) {
	loop {
		let buy = buys.iter_mut().find(|line| line.lots > 0);
		let sell = sells.iter_mut().find(|line| line.lots > 0);
		let (Some(buy), Some(sell)) = (buy, sell) else { return };
		if buy.order.limit < sell.order.limit {
			return;
		}
		for line in [buy, sell] {
			line.lots -= 1;
			withheld.push(Withheld { order: line.order, reason: CancelReason::SelfTrade });
		}
	}
}

/// Lot after lot at its limit, as long as the account may.
fn carry(
	lines: Vec<Line>,
	owner: &AccountKey,
	world: &impl Accounts,
	withheld: &mut Vec<Withheld>,
) -> Vec<Line> {
	let (mut trade, mut cost) = (0i64, 0i128);
	let mut kept = Vec::new();
	for mut line in lines {
		let sign = if line.order.side == Side::Buy { 1 } else { -1 };
		let lot_cost = i128::from(sign) * i128::from(line.order.limit.get()) * TICK_VALUE;
		// Within an order the largest allowed size: a lot that turns a position over may be
		// allowed although a part of it is not worth having.
		let most = (0..=line.lots).rev().find(|lots| {
			let (n, q) = (i64::try_from(*lots).unwrap(), i128::from(*lots));
			let (trade, cost) = (trade + sign * n, cost + lot_cost * q);
			world.allows(owner, Lots::new(trade), Quote::new(cost))
		});
		let most = most.expect("what was allowed stays allowed");
		for _ in most..line.lots {
			withheld.push(Withheld { order: line.order, reason: CancelReason::InsufficientMargin });
		}
		line.lots = most;
		trade += sign * i64::try_from(most).unwrap();
		cost += lot_cost * i128::from(most);
		kept.push(line);
	}
	kept
}

fn cancelled(batch: &Batch<'_>, before: &[Order], withheld: &[Withheld]) -> Vec<Cancelled> {
	let forced = batch.forced.iter().map(|forced| Order {
		side: forced.side,
		limit: forced.limit,
		..blank()
	});
	let others: Vec<Order> = before.iter().copied().chain(forced).collect();
	let others: Vec<&Order> = others.iter().collect();
	let mut counted: BTreeMap<_, u64> = BTreeMap::new();
	for Withheld { order, reason } in withheld {
		let may_wait =
			matches!(reason, CancelReason::NothingToReduce | CancelReason::InsufficientMargin);
		let waits = may_wait
			&& order.time_in_force != TimeInForce::ImmediateOrCancel
			&& !meets(batch, order, &others);
		if !waits {
			*counted.entry((order.key, *reason)).or_default() += 1;
		}
	}
	let counted = counted.into_iter();
	counted.map(|((key, reason), n)| Cancelled { key, reason, size: Size::new(n) }).collect()
}

fn blank() -> Order {
	Order {
		key: breakwater_auction::OrderKey { account: AccountKey([255; 32]), number: 0 },
		side: Side::Buy,
		kind: OrderKind::Limit,
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only: false,
		limit: Price::new(1),
		size: Size::new(1),
		entered: 0,
	}
}

/// Somebody who is filled: orders of an account together, a forced order, or the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
	Orders(AccountKey),
	Forced(AccountKey),
	Pool(AccountKey),
}

impl Who {
	/// Ties go by account; a forced order after orders, the pool last.
	fn tie(&self) -> (AccountKey, u8) {
		match self {
			Self::Orders(account) => (*account, 0),
			Self::Forced(account) => (*account, 1),
			Self::Pool(account) => (*account, 2),
		}
	}
}

/// Everybody's lots on a side at a price, better prices not counted.
fn at_price(
	batch: &Batch<'_>,
	admission: &Admission,
	side: Side,
	price: u64,
	forced: bool,
) -> BTreeMap<Who, u64> {
	let mut here: BTreeMap<Who, u64> = BTreeMap::new();
	for Admitted { order, size } in &admission.admitted {
		if order.side == side && order.limit.get() == price {
			*here.entry(Who::Orders(order.key.account)).or_default() += size.get();
		}
	}
	// A limit beyond the prices that orders have is as good as the last of them.
	let prices_of_orders = prices(batch.reference);
	for order in batch.forced.iter().filter(|_| forced) {
		let limit = order.limit.get().clamp(*prices_of_orders.start(), *prices_of_orders.end());
		let never = !crosses(side, order.limit.get(), limit);
		if order.side == side && limit == price && !never {
			here.insert(Who::Forced(order.account), order.size.get());
		}
	}
	if let Some(amm) = batch.amm {
		// A pool may be willing beyond the prices that orders have: that counts at the last one.
		let better = if side == Side::Buy { price + 1 } else { price - 1 };
		let is_price = prices_of_orders.contains(&better);
		let better = if is_price { amm_lots(batch, side, better) } else { 0 };
		let lots = amm_lots(batch, side, price) - better;
		here.insert(Who::Pool(amm.account), lots);
	}
	here
}

/// Demand and supply at a price.
fn volumes(batch: &Batch<'_>, admission: &Admission, price: u64, forced: bool) -> [u64; 2] {
	[Side::Buy, Side::Sell].map(|side| {
		let ours = admission.admitted.iter().map(|a| (a.order.side, a.order.limit, a.size));
		let theirs = batch
			.forced
			.iter()
			.filter(|_| forced)
			.map(|order| (order.side, order.limit, order.size));
		let accepting = ours
			.chain(theirs)
			.filter(|(of, limit, _)| *of == side && crosses(side, limit.get(), price));
		accepting.map(|(_, _, size)| size.get()).sum::<u64>() + amm_lots(batch, side, price)
	})
}

/// Every price is tried.
pub(crate) fn clear(batch: &Batch<'_>, admission: &Admission, forced: bool) -> Option<Clearing> {
	let tried =
		prices(batch.reference).map(|price| (price, volumes(batch, admission, price, forced)));
	choose(tried.collect(), batch.reference.get(), batch.tie_break)
}

/// Most volume, then least imbalance, then the tie break.
pub(crate) fn choose(
	tried: Vec<(u64, [u64; 2])>,
	reference: u64,
	tie_break: TieBreak,
) -> Option<Clearing> {
	let volume = tried.iter().map(|(_, [demand, supply])| *demand.min(supply)).max()?;
	if volume == 0 {
		return None;
	}
	let most = tried.into_iter().filter(|(_, [demand, supply])| *demand.min(supply) == volume);
	let most: Vec<_> = most.collect();
	let least = most.iter().map(|(_, [demand, supply])| demand.abs_diff(*supply)).min()?;
	let best: Vec<_> = most
		.into_iter()
		.filter(|(_, [demand, supply])| demand.abs_diff(*supply) == least)
		.collect();

	let demand_is_left = best.iter().all(|(_, [demand, supply])| demand > supply);
	let supply_is_left = best.iter().all(|(_, [demand, supply])| demand < supply);
	let pressure = tie_break == TieBreak::PressureThenReference;
	let (price, [demand, supply]) = if pressure && demand_is_left {
		best.into_iter().max_by_key(|(price, _)| *price)?
	} else if pressure && supply_is_left {
		best.into_iter().min_by_key(|(price, _)| *price)?
	} else {
		best.into_iter().min_by_key(|(price, _)| price.abs_diff(reference))?
	};
	let surplus = i64::try_from(i128::from(demand) - i128::from(supply)).unwrap();
	Some(Clearing {
		price: Price::new(price),
		volume: Size::new(volume),
		surplus: Lots::new(surplus),
	})
}

/// Lots of everybody on a side: from the best price outward until the volume is gone.
fn fills(
	batch: &Batch<'_>,
	admission: &Admission,
	side: Side,
	volume: u64,
) -> BTreeMap<(Who, u64), u64> {
	let mut prices: Vec<u64> = prices(batch.reference).collect();
	if side == Side::Buy {
		prices.reverse();
	}
	let mut left = volume;
	let mut filled = BTreeMap::new();
	for price in prices {
		let here = at_price(batch, admission, side, price, true);
		let wanted: u64 = here.values().sum();
		let shares = share(left.min(wanted), &here);
		left -= left.min(wanted);
		filled.extend(shares.into_iter().map(|(who, lots)| ((who, price), lots)));
	}
	assert_eq!(left, 0, "less on offer than was to be filled");
	filled
}

/// Whole shares first; then a lot each to the largest fractions.
fn share(lots: u64, wanted: &BTreeMap<Who, u64>) -> BTreeMap<Who, u64> {
	let total: u64 = wanted.values().sum();
	if total == 0 {
		return BTreeMap::new();
	}
	let mut shares: BTreeMap<Who, u64> =
		wanted.iter().map(|(who, want)| (*who, lots * want / total)).collect();
	let mut by_fraction: Vec<(&Who, &u64)> = wanted.iter().collect();
	by_fraction.sort_by_key(|(who, want)| (Reverse(lots * **want % total), who.tie()));
	let spare = lots - shares.values().sum::<u64>();
	for (who, _) in by_fraction.into_iter().take(usize::try_from(spare).unwrap()) {
		*shares.get_mut(who).unwrap() += 1;
	}
	shares
}

pub(crate) fn settle(
	batch: &Batch<'_>,
	admission: &Admission,
	clearing: Option<Clearing>,
) -> Outcome {
	let mut outcome = Outcome {
		price: clearing.map(|clearing| clearing.price),
		volume: clearing.map_or(Size::ZERO, |clearing| clearing.volume),
		cancelled: admission.cancelled.clone(),
		..Outcome::default()
	};
	let mut pool = 0i64;
	for side in [Side::Buy, Side::Sell] {
		let mut filled = fills(batch, admission, side, outcome.volume.get());
		let mut lines: Vec<&Admitted> =
			admission.admitted.iter().filter(|line| line.order.side == side).collect();
		lines.sort_by_key(|line| (place(&line.order), line.order.key.number));
		for line in lines {
			let Order { key, limit, time_in_force, .. } = line.order;
			let left = filled.get_mut(&(Who::Orders(key.account), limit.get()));
			let lots = left.map_or(0, |left| {
				let lots = line.size.get().min(*left);
				*left -= lots;
				lots
			});
			if lots > 0 {
				outcome.fills.push(Fill { key, side, size: Size::new(lots) });
			}
			let unfilled = line.size.get() - lots;
			if unfilled > 0 && time_in_force == TimeInForce::ImmediateOrCancel {
				let size = Size::new(unfilled);
				outcome.cancelled.push(Cancelled { key, reason: CancelReason::NotFilled, size });
			}
		}
		for ((who, _), lots) in filled {
			let sign = if side == Side::Buy { 1 } else { -1 };
			match who {
				Who::Forced(account) if lots > 0 => {
					outcome.forced.push(ForcedFill { account, side, size: Size::new(lots) });
				},
				Who::Pool(_) => pool += sign * i64::try_from(lots).unwrap(),
				_ => {},
			}
		}
	}
	outcome.amm = Lots::new(pool);
	outcome.fills.sort();
	outcome.forced.sort();
	outcome.cancelled.sort();
	outcome
}

/// The whole batch.
pub(crate) fn run(batch: &Batch<'_>, world: &World) -> (Admission, [Option<Clearing>; 2], Outcome) {
	let admission = admit(batch, world);
	let [organic, clearing] = [false, true].map(|forced| clear(batch, &admission, forced));
	let outcome = settle(batch, &admission, clearing);
	(admission, [organic, clearing], outcome)
}
