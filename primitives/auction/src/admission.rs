use crate::{
	batch::{Batch, BatchError, MAX_BATCH_ORDERS},
	order::{accepts, price_priority, Order, OrderKey, OrderKind, TimeInForce},
	search::last_where,
};
use alloc::vec::Vec;
use breakwater_units::{notional, AccountKey, Lots, Price, Quote, Side, Size, TickValue};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What admission asks about an account. The answers stay the same until the batch is settled.
pub trait Accounts {
	/// The account's position in the market of the batch.
	fn position(&self, account: &AccountKey) -> Lots;

	/// Whether the account may trade `trade` lots (bought are positive) for `cost` quanta (what
	/// it pays; negative for a sale), fees to be added by the implementer.
	///
	/// The intended answer: initial health after the trade is not negative, or, if it is negative
	/// already, is not lower than without the trade. Admission relies on three things, which that
	/// answer has because a margin requirement of marginal brackets is convex in the position:
	///
	/// 1. no trade at no cost is allowed;
	/// 2. if two trades on the same side are allowed, so is every trade between them (the allowed
	///    pairs of trade and cost form a convex set);
	/// 3. if a trade is allowed, it is allowed at a lower cost.
	fn allows(&self, account: &AccountKey, trade: Lots, cost: Quote) -> bool;
}

/// An order that takes part in the batch, with the size that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
	/// The order as it was handed in.
	pub order: Order,
	/// How much of it takes part: more than zero, at most its size.
	pub size: Size,
}

/// Why lots of an order leave the book.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum CancelReason {
	/// Malformed: see [`Order::validate`].
	Invalid,
	/// Past its last batch.
	Expired,
	/// The account is being liquidated in this market.
	Liquidated,
	/// A new post-only order that crosses what was there before it.
	PostOnlyWouldTake,
	/// More than is left of the position to reduce.
	NothingToReduce,
	/// Crosses an order of the same account, which loses as many lots.
	SelfTrade,
	/// The account cannot carry it at its limit.
	InsufficientMargin,
	/// Immediate-or-cancel, and not filled.
	NotFilled,
}

/// Lots of an order that leave the book.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Cancelled {
	/// Which order.
	pub key: OrderKey,
	/// Why.
	pub reason: CancelReason,
	/// How many of its lots.
	pub size: Size,
}

/// What takes part in a batch, and what leaves the book before it.
///
/// Lots of an order that are in neither list sit this batch out and stay: they do not cross
/// anything, but the account cannot carry them now, or has too little to reduce.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
	/// In the order of accounts, sides, and priority.
	pub admitted: Vec<Admitted>,
	/// In the order of keys and reasons, one entry for each.
	pub cancelled: Vec<Cancelled>,
}

/// An order on its way through admission.
struct Candidate {
	order: Order,
	open: Size,
}

/// Lots taken from a candidate.
struct Withheld {
	order: Order,
	size: Size,
	reason: CancelReason,
}

impl Candidate {
	fn keep_at_most(&mut self, size: Size, reason: CancelReason, withheld: &mut Vec<Withheld>) {
		let cut = self.open.saturating_sub(size);
		if !cut.is_zero() {
			withheld.push(Withheld { order: self.order, size: cut, reason });
			self.open = size;
		}
	}
}

impl Batch<'_> {
	/// Trims the orders of every account so that nothing has to be rejected after clearing:
	/// whichever subset of what is admitted is filled, in whichever part and at whatever price its
	/// limits accept, the account passes initial margin, its reduce-only orders do not exceed its
	/// position, and it does not trade with itself.
	///
	/// `O(n log n)` in the orders, with at most 42 margin checks for an order that is trimmed and
	/// one for an order that is not.
	///
	/// # Errors
	/// `TooManyOrders`, `DuplicateOrder`, `DuplicateForced`: a caller that reads orders from a map
	/// and bounds them sees none of these.
	pub fn admit(&self, accounts: &impl Accounts) -> Result<Admission, BatchError> {
		let mut withheld = Vec::new();
		let mut live = self.screen(&mut withheld)?;
		self.stop_post_only_from_taking(&mut live, &mut withheld);
		let bests = [Side::Buy, Side::Sell].map(|side| self.best(side, &live));

		live.sort_unstable_by_key(|candidate| {
			let order = &candidate.order;
			(order.key.account, order.side, order.priority())
		});
		let same_account =
			|a: &Candidate, b: &Candidate| a.order.key.account == b.order.key.account;
		for orders in live.chunk_by_mut(same_account) {
			trim_account(orders, accounts, self.tick_value, &mut withheld);
		}

		let admitted = live
			.into_iter()
			.filter(|candidate| !candidate.open.is_zero())
			.map(|candidate| Admitted { order: candidate.order, size: candidate.open })
			.collect();
		Ok(Admission { admitted, cancelled: cancellations(withheld, bests) })
	}

	/// The orders that may take part at all, in an order that does not depend on arrival.
	fn screen(&self, withheld: &mut Vec<Withheld>) -> Result<Vec<Candidate>, BatchError> {
		if self.orders.len() > MAX_BATCH_ORDERS || self.forced.len() > MAX_BATCH_ORDERS {
			return Err(BatchError::TooManyOrders);
		}
		let mut liquidated: Vec<AccountKey> = self.forced.iter().map(|o| o.account).collect();
		liquidated.sort_unstable();
		if has_repeats(&liquidated) {
			return Err(BatchError::DuplicateForced);
		}
		let mut keys: Vec<OrderKey> = self.orders.iter().map(|order| order.key).collect();
		keys.sort_unstable();
		if has_repeats(&keys) {
			return Err(BatchError::DuplicateOrder);
		}

		let mut live = Vec::with_capacity(self.orders.len());
		for order in self.orders {
			let mut candidate = Candidate { order: *order, open: order.size };
			if let Some(reason) = self.reason_to_drop(order, &liquidated) {
				candidate.keep_at_most(Size::ZERO, reason, withheld);
			} else {
				live.push(candidate);
			}
		}
		Ok(live)
	}

	fn reason_to_drop(&self, order: &Order, liquidated: &[AccountKey]) -> Option<CancelReason> {
		let account = &order.key.account;
		if order.validate().is_err() {
			Some(CancelReason::Invalid)
		} else if order.is_expired(self.block) {
			Some(CancelReason::Expired)
		} else if liquidated.binary_search(account).is_ok() {
			Some(CancelReason::Liquidated)
		} else if self.amm.is_some_and(|amm| amm.account == *account) {
			// The curve speaks for the pool; its orders could trade with it.
			Some(CancelReason::SelfTrade)
		} else {
			None
		}
	}

	/// Drops new post-only orders that cross an order of an earlier batch or the AMM. New orders do
	/// not count: two that cross each other were both there at the same time, so neither takes;
	/// and if they did count, anybody could cancel the quotes of others by crossing them.
	fn stop_post_only_from_taking(&self, live: &mut Vec<Candidate>, withheld: &mut Vec<Withheld>) {
		let standing_best = |side: Side| {
			let standing = live.iter().filter(|candidate| candidate.order.is_standing(self.block));
			let of_amm = self.amm.and_then(|amm| amm.curve.best(side));
			best_of(side, limits(side, standing).chain(of_amm))
		};
		let bests = [Side::Buy, Side::Sell].map(standing_best);
		for candidate in live.iter_mut() {
			let order = &candidate.order;
			let is_new = order.kind == OrderKind::PostOnly && !order.is_standing(self.block);
			if is_new && crosses(order, bests) {
				let reason = CancelReason::PostOnlyWouldTake;
				candidate.keep_at_most(Size::ZERO, reason, withheld);
			}
		}
		live.retain(|candidate| !candidate.open.is_zero());
	}

	/// The best price of a side before anything is trimmed, AMM and forced orders included.
	fn best(&self, side: Side, live: &[Candidate]) -> Option<Price> {
		let of_forced = self.forced.iter().filter(|order| order.side == side);
		let of_amm = self.amm.and_then(|amm| amm.curve.best(side));
		let all = limits(side, live.iter()).chain(of_forced.map(|order| order.limit));
		best_of(side, all.chain(of_amm))
	}
}

fn has_repeats<T: PartialEq>(sorted: &[T]) -> bool {
	sorted.iter().zip(sorted.iter().skip(1)).any(|(a, b)| a == b)
}

fn limits<'a>(
	side: Side,
	candidates: impl Iterator<Item = &'a Candidate> + 'a,
) -> impl Iterator<Item = Price> + 'a {
	candidates
		.filter(move |candidate| candidate.order.side == side)
		.map(|candidate| candidate.order.limit)
}

fn best_of(side: Side, prices: impl Iterator<Item = Price>) -> Option<Price> {
	prices.min_by_key(|price| price_priority(side, *price))
}

/// Whether an order's limit reaches the best price of the other side.
fn crosses(order: &Order, [best_bid, best_ask]: [Option<Price>; 2]) -> bool {
	let other = match order.side {
		Side::Buy => best_ask,
		Side::Sell => best_bid,
	};
	other.is_some_and(|other| accepts(order.side, order.limit, other))
}

/// Lots withheld from an order leave the book if they could never rest in it: the order is
/// immediate-or-cancel, malformed or over, or they would leave the book crossed. Others stay.
fn cancellations(withheld: Vec<Withheld>, bests: [Option<Price>; 2]) -> Vec<Cancelled> {
	let leaves = |withheld: &Withheld| match withheld.reason {
		CancelReason::NothingToReduce | CancelReason::InsufficientMargin => {
			withheld.order.time_in_force == TimeInForce::ImmediateOrCancel
				|| crosses(&withheld.order, bests)
		},
		_ => true,
	};
	let mut cancelled: Vec<Cancelled> = withheld
		.into_iter()
		.filter(leaves)
		.map(|Withheld { order, size, reason }| Cancelled { key: order.key, reason, size })
		.collect();
	cancelled.sort_unstable();
	// Self-trade prevention takes from an order once for every order that it meets.
	cancelled.dedup_by(|next, kept| {
		let is_same = (next.key, next.reason) == (kept.key, kept.reason);
		if is_same {
			kept.size = kept.size.saturating_add(next.size);
		}
		is_same
	});
	cancelled
}

/// Trims the orders of one account, sorted by side and priority.
fn trim_account(
	orders: &mut [Candidate],
	accounts: &impl Accounts,
	tick_value: TickValue,
	withheld: &mut Vec<Withheld>,
) {
	let count = orders.partition_point(|candidate| candidate.order.side == Side::Buy);
	let Some((buys, sells)) = orders.split_at_mut_checked(count) else { return };
	let Some(account) = buys.first().or(sells.first()).map(|first| first.order.key.account) else {
		return;
	};

	let position = accounts.position(&account);
	cap_reduce_only(Side::Buy, buys, position, withheld);
	cap_reduce_only(Side::Sell, sells, position, withheld);
	prevent_self_trade(buys, sells, withheld);
	// After self-trade prevention only one side can fill, so each is checked alone.
	for (side, orders) in [(Side::Buy, buys), (Side::Sell, sells)] {
		trim_to_margin(
			side,
			orders,
			withheld,
			|trade, cost| accounts.allows(&account, trade, cost),
			tick_value,
		);
	}
}

/// Leaves a reduce-only order what remains of the position after the orders that are filled before
/// it: an account's orders are filled in the order of their priority.
fn cap_reduce_only(
	side: Side,
	orders: &mut [Candidate],
	position: Lots,
	withheld: &mut Vec<Withheld>,
) {
	let reduces = position.side() == Some(side.opposite());
	let mut reducible = if reduces { position.size() } else { Size::ZERO };
	for candidate in orders {
		if candidate.order.reduce_only {
			candidate.keep_at_most(reducible, CancelReason::NothingToReduce, withheld);
		}
		reducible = reducible.saturating_sub(candidate.open);
	}
}

/// Takes equal lots from buys and sells of one account that cross, from the best prices on. What
/// is left of the two sides shares no price, so no batch fills both.
fn prevent_self_trade(
	buys: &mut [Candidate],
	sells: &mut [Candidate],
	withheld: &mut Vec<Withheld>,
) {
	let (mut buys, mut sells) = (buys.iter_mut().peekable(), sells.iter_mut().peekable());
	// Each turn uses up an order of at least one side.
	while let (Some(buy), Some(sell)) = (buys.peek_mut(), sells.peek_mut()) {
		if buy.order.limit < sell.order.limit {
			return;
		}
		let both = buy.open.min(sell.open);
		for candidate in [&mut **buy, &mut **sell] {
			let left = candidate.open.saturating_sub(both);
			candidate.keep_at_most(left, CancelReason::SelfTrade, withheld);
		}
		let (buy_is_done, sell_is_done) = (buy.open.is_zero(), sell.open.is_zero());
		if buy_is_done {
			buys.next();
		}
		if sell_is_done {
			sells.next();
		}
	}
}

/// Trims the orders of one account and side, walking them by priority: the running sum of what is
/// admitted, each lot at its own limit, has to be allowed.
///
/// That is enough for every subset of fills. Of all ways to fill `x` lots of these orders at
/// prices that their limits accept, filling the first `x` at their limits costs the most, and
/// that cost is linear between two of the running sums. They are allowed, so by convexity is
/// everything between them, and by monotony in cost every cheaper way to fill `x` lots. The
/// proof in full is in `docs/auction.md`.
fn trim_to_margin(
	side: Side,
	orders: &mut [Candidate],
	withheld: &mut Vec<Withheld>,
	allows: impl Fn(Lots, Quote) -> bool,
	tick_value: TickValue,
) {
	let (mut trade, mut cost) = (Lots::ZERO, Quote::ZERO);
	for candidate in orders {
		let limit = candidate.order.limit;
		let with = |lots: u64| {
			let more = Size::new(lots).signed(side).ok()?;
			let more_cost = notional(limit, more, tick_value).ok()?;
			Some((trade.try_add(more).ok()?, cost.try_add(more_cost).ok()?))
		};
		let is_allowed = |lots: u64| with(lots).is_some_and(|(trade, cost)| allows(trade, cost));

		let open = candidate.open.get();
		// By convexity the allowed sizes are those up to some size.
		let most = if is_allowed(open) { Some(open) } else { last_where(0, open, is_allowed) };
		let most = most.unwrap_or(0);
		let sum = with(most);
		candidate.keep_at_most(Size::new(most), CancelReason::InsufficientMargin, withheld);
		if let Some((with_trade, with_cost)) = sum {
			(trade, cost) = (with_trade, with_cost);
		}
	}
}
