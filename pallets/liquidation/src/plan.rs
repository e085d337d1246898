//! What is done with one account.

use alloc::vec::Vec;

use breakwater_breaker::Action as Permission;
use breakwater_interfaces::{
	Breakers, Estates, Exchange, Insurance, Ledger, LiquidationTerms, RiskEngine, Solvency,
};
use breakwater_liquidation::{Action, LegClose};
use breakwater_margin::SubaccountState;
use breakwater_units::{
	AccountKey, AssetId, Lots, MarketId, PoolId, Price, Quote, Rounding, Side, Size,
};
use frame_support::{storage::with_storage_layer, traits::Get, weights::Weight, BoundedVec};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	offers::{closing, Moment},
	terms::{AccountTerms, KnownTerms},
	Auction, Backlog, Config, End, Error, Event, Fresh, Offer, OfferingAccounts, Offers, Pallet,
	Plan, Plans, Venue,
};

/// Most orders that are cancelled of an account in a block. An account may not have more.
pub(crate) const MAX_CANCELLED: u32 = 64;
/// The backstop is asked about so many of an account's legs in a block: what it takes changes the
/// whole account each time. The others are still offered, and have their turn in the next blocks.
pub(crate) const MAX_ASKED: u32 = 4;

/// What became of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
	/// It has offers: the side of each that is of a market.
	Offered(Vec<(MarketId, Side)>),
	/// It is done with, for this block.
	Treated,
	/// It would have offers, but as many accounts as may have some already.
	NoPlace,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effort {
	pub(crate) legs: u32,
	pub(crate) orders: u32,
	/// Of the levy that it had to settle.
	pub(crate) levy: Weight,
	/// Whether the backstop was to take it over whole.
	pub(crate) absorbed: bool,
	/// Legs of which the backstop was asked how much it takes.
	pub(crate) asked: u32,
	/// Positions of which it was to take lots.
	pub(crate) handed: u32,
	/// Sales of collateral to it that were tried.
	pub(crate) sold: u32,
}

/// An account that is looked at.
struct Patient<'a> {
	key: &'a AccountKey,
	pool: PoolId,
	state: SubaccountState,
	terms: AccountTerms,
	before: Plan,
	now: Moment,
	/// It may have offers while fewer accounts than this have.
	places: u32,
}

impl<T: Config> Pallet<T> {
	/// Computes an account anew, and does what follows. Call it in a storage layer.
	pub(crate) fn treat(
		key: &AccountKey,
		before: Plan,
		(now, places): (Moment, u32),
		(known, effort): (&mut KnownTerms, &mut Effort),
	) -> Result<Outcome, DispatchError> {
		effort.levy = T::Ledger::levy_weight_of(key);
		if !T::Ledger::recheck(key)? {
			Self::forget(key, &before, End::Recovered);
			return Ok(Outcome::Treated);
		}
		let info = T::Ledger::info(key).ok_or(Error::<T>::UnknownSubaccount)?;
		let pool = info.pool;
		if !T::Breakers::pool_allows(pool, Permission::Liquidate) {
			Self::wait(key, &before, now, End::Waits);
			return Ok(Outcome::Treated);
		}
		effort.orders = T::Exchange::cancel_all(key, MAX_CANCELLED);
		if effort.orders > 0 {
			let (account, orders) = (*key, effort.orders);
			Self::deposit_event(Event::OrdersCancelled { account, orders });
		}
		let state = T::Ledger::state(key).ok_or(Error::<T>::UnknownSubaccount)?;
		effort.legs = u32::try_from(state.legs()).unwrap_or(u32::MAX);
		let terms = AccountTerms::of::<T>(&state, known);
		let action = T::Ledger::plan(key, 0, &terms)?;
		let patient = Patient { key, pool, state, terms, before, now, places };
		Self::carry_out(patient, action, effort)
	}

	fn carry_out(
		patient: Patient<'_>,
		action: Action,
		effort: &mut Effort,
	) -> Result<Outcome, DispatchError> {
		let Patient { key, before, now, terms, .. } = &patient;
		match action {
			Action::Leave => Self::forget(key, before, End::Recovered),
			Action::TakeOver { deficit } if terms.all_allowed() => {
				effort.absorbed = true;
				T::Insurance::absorb(key)?;
				Self::deposit_event(Event::Absorbed { account: **key, deficit });
				Self::forget(key, before, End::TakenOver);
			},
			// A market's price is not good enough to say what the account is worth.
			Action::TakeOver { .. } | Action::CancelOrders => {
				Self::wait(key, before, *now, End::Waits);
			},
			Action::Close(closes) => return Self::offer(patient, &closes, effort),
		}
		Ok(Outcome::Treated)
	}

	/// Nothing of an account is offered, and nothing of it is remembered.
	pub(crate) fn forget(key: &AccountKey, before: &Plan, reason: End) {
		if Plans::<T>::contains_key(key) {
			Self::end_offers(key, before, reason);
			Self::put_plan(key, before, None);
			Self::deposit_event(Event::Ended { account: *key, reason });
		}
	}

	/// Nothing of an account is offered in this block.
	fn wait(key: &AccountKey, before: &Plan, now: Moment, reason: End) {
		Self::end_offers(key, before, reason);
		let plan = Plan { block: now.block, ..Plan::default() };
		Self::put_plan(key, before, Some(plan));
	}

	/// Offers what is to be closed, and takes back what is not.
	fn offer(
		patient: Patient<'_>,
		closes: &[LegClose],
		effort: &mut Effort,
	) -> Result<Outcome, DispatchError> {
		let Patient { key, pool, before, now, places, .. } = &patient;
		if before.waits_until > now.block {
			return Ok(Outcome::Treated);
		}
		let full = OfferingAccounts::<T>::get() >= *places;
		if full && before.auctions.is_empty() {
			return Ok(Outcome::NoPlace);
		}
		let mut auctions = BoundedVec::new();
		// What the backstop has left of them, behind all others.
		let mut left_over = Vec::new();
		let mut nobody_buys = false;
		let mut flow = Vec::new();
		for close in in_turn(closes, before, *pool) {
			let auction = Auction::of(close.leg, *pool);
			let Some(terms) = patient.terms.of_leg(close.leg) else { continue };
			let offer = Self::next_offer(&patient, &auction, &close, terms)?;
			let taken = Self::at_the_end(&patient, &auction, (offer, terms), effort)?;
			nobody_buys |= taken.is_some_and(Lots::is_zero);
			let left = offer.lots.try_sub(taken.unwrap_or_default()).map_err(Error::<T>::from)?;
			if left.is_zero() {
				Self::end_offer(key, &auction, End::Filled);
				continue;
			}
			Self::tell(key, &auction, &Offer { lots: left, ..offer }, (terms, *now));
			// It has room for all accounts that may have offers.
			let _ = Fresh::<T>::try_append(auction, *key);
			// There are no more closes than legs.
			if taken.is_some() {
				left_over.push(auction);
			} else {
				let _ = auctions.try_push(auction);
			}
			if let (Auction::Market(market), Some(side)) = (auction, left.side()) {
				flow.push((market, side));
			}
		}
		let _ = auctions.try_extend(left_over.into_iter());
		let others_wait = || Backlog::<T>::get().total > 0;
		if nobody_buys && full && others_wait() {
			Self::yield_place(key, before, *now, &auctions);
			return Ok(Outcome::Treated);
		}
		for auction in before.auctions.iter().filter(|old| !auctions.contains(*old)) {
			let waits = patient.terms.of_leg(auction.leg()).is_none();
			Self::end_offer(key, auction, if waits { End::Waits } else { End::NotNeeded });
		}
		let plan = Plan { auctions, block: now.block, ..Plan::default() };
		Self::put_plan(key, before, Some(plan));
		Ok(Outcome::Offered(flow))
	}

	/// Nobody buys at the reserve, the backstop has no room, and others wait.
	fn yield_place(
		key: &AccountKey,
		before: &Plan,
		now: Moment,
		auctions: &BoundedVec<Auction, frame_support::traits::ConstU32<32>>,
	) {
		let all = before.auctions.iter().filter(|old| !auctions.contains(*old)).chain(auctions);
		for auction in all {
			Self::end_offer(key, auction, End::Yielded);
		}
		let waits_until = now.block.saturating_add(T::RetryAfter::get());
		let plan = Plan { block: now.block, waits_until, ..Plan::default() };
		Self::put_plan(key, before, Some(plan));
	}

	/// The offer of a leg as of this block. The curve of an offer that was there goes on, unless the
	/// mark has moved in the account's favour since it began.
	fn next_offer(
		patient: &Patient<'_>,
		auction: &Auction,
		close: &LegClose,
		terms: &LiquidationTerms,
	) -> Result<Offer, DispatchError> {
		let Patient { key, state, now, .. } = patient;
		let held = Self::held(state, auction);
		let mark = Self::leg(auction, held)?.index.price();
		let fresh = Offer {
			lots: close.trade,
			held,
			budget: close.budget,
			bankruptcy: close.bankruptcy,
			mark,
			opened: now.time,
			opened_mark: mark,
			block: now.block,
			ran_out: false,
		};
		let before = Offers::<T>::get(auction, key).filter(|old| old.side() == fresh.side());
		let Some(before) = before else { return Ok(fresh) };
		if has_recovered(&before, mark, terms) {
			let (account, leg, opened_mark) = (**key, close.leg, before.opened_mark);
			Self::deposit_event(Event::CurveReset { account, leg, mark, opened_mark });
			return Ok(fresh);
		}
		let Offer { opened, opened_mark, .. } = before;
		let ran_out = now.time.saturating_since(opened) >= terms.curve.duration();
		Ok(Offer { opened, opened_mark, ran_out, ..fresh })
	}

	/// What the backstop took of an offer, if a block has offered it at its reserve and nobody
	/// bought.
	fn at_the_end(
		patient: &Patient<'_>,
		auction: &Auction,
		(offer, terms): (Offer, &LiquidationTerms),
		effort: &mut Effort,
	) -> Result<Option<Lots>, DispatchError> {
		let Patient { key, pool, now, .. } = patient;
		let before = Offers::<T>::get(auction, key);
		let was_offered = before
			.is_some_and(|old| old.ran_out && old.block < now.block && old.opened == offer.opened);
		if !offer.ran_out || !was_offered || effort.asked >= MAX_ASKED {
			return Ok(None);
		}
		effort.asked = effort.asked.saturating_add(1);
		let price = Self::dutch_price(&offer, terms, now.time);
		let taken = match auction {
			Auction::Market(market) => {
				Self::hand_over(key, *market, (&offer, price), &mut effort.handed)
			},
			Auction::Collateral(_, asset) => {
				let sold = &mut effort.sold;
				Self::sell_to_backstop(key, (*pool, *asset), (&offer, price), sold)
			},
		};
		if taken.is_zero() {
			return Ok(Some(Lots::ZERO));
		}
		let lots = closing::<T>(taken, offer.held)?;
		let left = offer.lots.try_sub(lots).map_err(Error::<T>::from)?;
		let (account, leg, fee, venue) = (**key, auction.leg(), Quote::ZERO, Venue::Backstop);
		Self::deposit_event(Event::Filled { account, leg, lots, price, fee, left, venue });
		Ok(Some(lots))
	}

	/// Hands lots of a position over to the backstop, and counts it if there is room for any. Returns
	/// how many it took.
	fn hand_over(
		key: &AccountKey,
		market: MarketId,
		(offer, price): (&Offer, Price),
		handed: &mut u32,
	) -> Size {
		let Some(side) = offer.held.side() else { return Size::ZERO };
		let Ok(wanted) = offer.size().signed(side) else { return Size::ZERO };
		let size = T::Insurance::takeover_room(market, wanted).min(offer.size());
		let Ok(lots) = size.signed(side) else { return Size::ZERO };
		if size.is_zero() {
			return size;
		}
		*handed = handed.saturating_add(1);
		let taken = with_storage_layer(|| T::Insurance::take_over_lots(key, market, lots, price));
		taken_or_nothing(size, taken)
	}

	/// Sells collateral to the backstop, for its cash and what the fund may give it, and counts how
	/// often that is tried. Returns how many lots it took.
	pub(crate) fn sell_to_backstop(
		key: &AccountKey,
		(pool, asset): (PoolId, AssetId),
		(offer, price): (&Offer, Price),
		sold: &mut u32,
	) -> Size {
		let Some(backstop) = T::Insurance::backstop(pool) else { return Size::ZERO };
		let cash = T::Ledger::state(&backstop).map(|state| state.cash).unwrap_or_default();
		let cash = cash.max(Quote::ZERO);
		let with_fund = cash.saturating_add(T::Ledger::capital(pool));
		// If the fund may not be touched, the cash alone.
		for money in [with_fund, cash] {
			let Some((size, cost)) = Self::affordable(asset, offer.size(), price, money) else {
				continue;
			};
			*sold = sold.saturating_add(1);
			let done = with_storage_layer(|| -> DispatchResult {
				let missing = cost.try_sub(cash).map_err(Error::<T>::from)?;
				if missing.is_positive() {
					T::Ledger::transfer(pool, None, Some(&backstop), missing)?;
				}
				T::Ledger::sell_collateral(key, &backstop, asset, size, price)
			});
			if done.is_ok() {
				return size;
			}
		}
		Size::ZERO
	}

	/// How many lots of collateral money buys at a price, and what they cost; none for none.
	fn affordable(asset: AssetId, most: Size, price: Price, money: Quote) -> Option<(Size, Quote)> {
		let tick_value = T::RiskEngine::collateral(asset)?.leg().tick_value();
		let each = price.lot_value(tick_value);
		let lots = breakwater_units::mul_div(money.get(), 1, each.get(), Rounding::Down).ok()?;
		let size = Size::new(u64::try_from(lots).unwrap_or(u64::MAX)).min(most);
		let cost = each.times(size.signed(Side::Buy).ok()?).ok()?;
		(!size.is_zero()).then_some((size, cost))
	}

	/// Writes an offer, and tells of it if it is not what it was.
	fn tell(
		key: &AccountKey,
		auction: &Auction,
		offer: &Offer,
		(terms, now): (&LiquidationTerms, Moment),
	) {
		let before = Offers::<T>::get(auction, key);
		Offers::<T>::insert(auction, key, offer);
		let same = |old: Offer| old.lots == offer.lots && old.bankruptcy == offer.bankruptcy;
		if before.is_some_and(same) {
			return;
		}
		Self::deposit_event(Event::Offered {
			account: *key,
			leg: auction.leg(),
			lots: offer.lots,
			held: offer.held,
			mark: offer.mark,
			price: Self::dutch_price(offer, terms, now.time),
			reserve: offer.bankruptcy,
			budget: offer.budget,
		});
	}

	/// An account that failed: nothing of it is offered, and it is tried again later.
	pub(crate) fn set_aside(key: &AccountKey, before: &Plan, now: Moment, error: DispatchError) {
		log::error!(target: "runtime::liquidation", "account {key:?} is set aside: {error:?}");
		Self::end_offers(key, before, End::Failed);
		let waits_until = now.block.saturating_add(T::RetryAfter::get());
		let plan = Plan { block: now.block, waits_until, failed: true, ..Plan::default() };
		Self::put_plan(key, before, Some(plan));
		Self::deposit_event(Event::SetAside { account: *key, error, retry: waits_until.into() });
	}
}

/// The closes in the order of the plan before, those that it does not know last: so what the
/// backstop has left comes after what it was not asked for.
fn in_turn(closes: &[LegClose], before: &Plan, pool: PoolId) -> Vec<LegClose> {
	let place = |close: &LegClose| {
		let auction = Auction::of(close.leg, pool);
		before.auctions.iter().position(|known| *known == auction).unwrap_or(usize::MAX)
	};
	let mut closes = closes.to_vec();
	closes.sort_by_cached_key(place);
	closes
}

fn taken_or_nothing(size: Size, taken: DispatchResult) -> Size {
	match taken {
		Ok(()) => size,
		Err(error) => {
			log::warn!(target: "runtime::liquidation", "the backstop takes nothing over: {error:?}");
			Size::ZERO
		},
	}
}

/// Whether the mark has moved in the account's favour since the curve began: a sale at the price
/// that the walk has reached would then give too much away. A move against it does not begin the
/// walk anew: the start follows the mark in any case, and in a crash it must get somewhere.
fn has_recovered(offer: &Offer, mark: Price, terms: &LiquidationTerms) -> bool {
	let opened = offer.opened_mark;
	let favourable = match offer.side() {
		Some(Side::Sell) => mark.saturating_sub(opened),
		_ => opened.saturating_sub(mark),
	};
	opened
		.mul_ratio(terms.reset, Rounding::Up)
		.is_ok_and(|least| favourable >= least.max(Price::new(1)))
}
