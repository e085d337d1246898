//! Any sequence of prices, batches, bids and deposits, checked against a full scan that computes
//! every account by itself.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_auction::ForcedFill;
use breakwater_interfaces::Ledger;
use breakwater_margin::{LegId, SubaccountState};
use breakwater_units::{AccountKey, MarketId, Price, Side, Size};
use frame_support::storage::with_storage_layer;
use polkadot_sdk::*;
use proptest::prelude::*;

use crate::{mock::*, *};

const MARKETS: [MarketId; 2] = [BTC, ETH];
const TRADERS: u8 = 8;
const BIDDER: u8 = 100;
/// Both markets and an asset.
const MOST_LEGS: u32 = 3;
/// As many accounts as there are.
const EVERYBODY: u64 = 1_000;

/// What one trader begins with.
#[derive(Clone, Debug)]
struct Start {
	quote: u128,
	collateral: u128,
	lots: [i64; 2],
}

#[derive(Clone, Debug)]
enum Step {
	/// Both marks move, by so many ticks, and the next block looks at so many accounts.
	Block { moves: [i64; 2], accounts: u64 },
	/// A block, and batches at so many ticks from the mark, with so many lots of the other side for
	/// each. They come before anything that people do in a block.
	Batch { away: i64, most: u64 },
	/// A bid, with a limit so many ticks from the mark.
	Bid { market: usize, buys: bool, size: u64, away: i64 },
	/// A bid for collateral.
	BidCollateral { size: u64, limit: u64 },
	/// A trader is saved, perhaps.
	Deposit { trader: u8, quote: u128 },
	/// The backstop has so much room.
	Room(u64),
	/// Blocks pass.
	Wait(u64),
	/// A market opens or closes for liquidations.
	Toggle(usize),
}

fn start() -> impl Strategy<Value = Start> {
	let lots = prop_oneof![1 => Just(0), 4 => -150i64..150];
	(20_000u128..200_000, 0u128..200, [lots.clone(), lots])
		.prop_map(|(quote, collateral, lots)| Start { quote, collateral, lots })
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		6 => ([-25i64..25, -25i64..25], prop_oneof![Just(EVERYBODY), 1u64..6])
			.prop_map(|(moves, accounts)| Step::Block { moves, accounts }),
		4 => (-40i64..40, 0u64..60).prop_map(|(away, most)| Step::Batch { away, most }),
		4 => (0usize..2, any::<bool>(), 1u64..200, -40i64..60)
			.prop_map(|(market, buys, size, away)| Step::Bid { market, buys, size, away }),
		2 => (1u64..20, 800u64..1_100).prop_map(|(size, limit)| Step::BidCollateral { size, limit }),
		1 => (1..=TRADERS, 1u128..30_000)
			.prop_map(|(trader, quote)| Step::Deposit { trader, quote }),
		1 => (0u64..50).prop_map(Step::Room),
		2 => (1u64..24).prop_map(Step::Wait),
		1 => (0usize..2).prop_map(Step::Toggle),
	]
}

/// The naive twin of an account: hundredths of quanta, by the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Worth {
	equity: i128,
	maintenance: i128,
	initial: i128,
}

fn naive(state: &SubaccountState) -> Worth {
	let equity = 100 * (state.cash.get() - state.loan.get());
	let mut worth = Worth { equity, maintenance: 0, initial: 0 };
	for (market, position) in state.positions.iter() {
		let value = i128::from(position.lots.get()) * i128::from(mark(market)) * 10;
		worth.equity += 100 * (value + position.entry_cost.get());
		worth.maintenance += 5 * value.abs();
		worth.initial += 10 * value.abs();
	}
	for (_, amount) in state.collateral.iter() {
		let value = i128::try_from(amount.get() / UNITS_PER_LOT).unwrap() * 10_000;
		worth.equity += 100 * value;
		worth.maintenance += 10 * value;
		worth.initial += 15 * value;
	}
	worth
}

impl Worth {
	fn is_due(&self) -> bool {
		self.equity < self.maintenance
	}

	/// Fills may not lower equity over margin, nor take the account below zero.
	fn may_become(&self, after: &Self) -> bool {
		let above_zero = after.equity >= 0 || after.equity >= self.equity;
		above_zero && after.equity * self.maintenance >= self.equity * after.maintenance
	}
}

fn state_of(account: &AccountKey) -> SubaccountState {
	Books::state(account).unwrap()
}

fn worth(account: &AccountKey) -> Worth {
	naive(&state_of(account))
}

type Scan = BTreeMap<AccountKey, (Worth, SubaccountState)>;

/// Every trader as of now.
fn scan() -> Scan {
	(1..=TRADERS).map(key).map(|key| (key, (worth(&key), state_of(&key)))).collect()
}

/// Whether positions only went toward zero.
fn only_closed(before: &SubaccountState, after: &SubaccountState) -> bool {
	let lots = |state: &SubaccountState, market| {
		state.positions.get(market).map(|position| position.lots.get()).unwrap_or_default()
	};
	MARKETS.iter().all(|market| {
		let (before, after) = (lots(before, *market), lots(after, *market));
		after == 0 || (after.signum() == before.signum() && after.abs() <= before.abs())
	})
}

/// What happened to the traders since a scan, at the same prices.
fn check_fills(before: &Scan) {
	for (account, (was, state)) in before {
		let now = state_of(account);
		if now == *state {
			continue;
		}
		assert!(was.is_due(), "a healthy account was closed: {was:?}");
		let is = naive(&now);
		assert!(was.may_become(&is), "a fill did harm: {was:?} {is:?}");
		assert!(only_closed(state, &now), "a fill opened a position");
	}
}

/// The offers of this block, as they stand.
fn fresh(market: MarketId) -> BTreeMap<AccountKey, Offer> {
	let block = Liquidator::moment().block;
	let all = Offers::<Test>::iter_prefix(Auction::Market(market));
	all.filter(|(_, offer)| offer.block == block).collect()
}

fn is_closed(market: MarketId) -> bool {
	world(|world| world.closed.contains(&market))
}

/// The accounts of which the backstop took something over, in events from so many on.
fn handed_over(from: usize) -> Vec<AccountKey> {
	let of = |event: Event<Test>| match event {
		Event::Filled { account, venue: Venue::Backstop, .. } => Some(account),
		_ => None,
	};
	events().split_off(from).into_iter().filter_map(of).collect()
}

/// After a block that had room for everybody; `taken` are planned anew in the next.
fn check_planned(taken: &[AccountKey]) {
	for (account, (worth, state)) in scan() {
		if !worth.is_due() {
			continue;
		}
		let waits = state.positions.iter().any(|(market, _)| is_closed(market));
		assert!(worth.equity >= 0 || waits, "below zero and not taken over");
		let plan = Plans::<Test>::get(account).expect("nobody is missed");
		let offers = !plan.auctions.is_empty() || taken.contains(&account);
		assert!(waits || offers, "nothing is offered of {worth:?}");
	}
	for market in MARKETS {
		let offers = fresh(market);
		let are_on = |side| offers.values().any(|offer| offer.side() == Some(side));
		assert!(!are_on(Side::Buy) || !are_on(Side::Sell), "flow that could have been netted");
		assert!(!is_closed(market) || offers.is_empty());
	}
}

/// A naive line from a tick beside the mark to the reserve.
fn line(offer: &Offer) -> u64 {
	let (mark, reserve) = (i128::from(offer.mark.get()), i128::from(offer.bankruptcy.get()));
	let step = (mark / 1_000).max(1).min((mark - reserve).abs());
	let start = if reserve < mark { mark - step } else { mark + step };
	let left = i128::from(DURATION.saturating_sub(world(|world| world.now) - offer.opened.get()));
	let kept = (start - reserve).abs() * left / i128::from(DURATION);
	let price = if start > reserve { reserve + kept } else { reserve - kept };
	u64::try_from(price.max(1)).unwrap()
}

fn check_forced(market: MarketId) {
	let orders = forced(market);
	for side in [Side::Buy, Side::Sell] {
		let of_side = orders.iter().filter(|order| order.side == side);
		let all: u64 = of_side.map(|order| order.size.get()).sum();
		assert!(all <= (depth(market) / 2).max(10), "more than the depth takes");
	}
	let offers = fresh(market);
	for order in orders {
		let offer = &offers[&order.account];
		assert_eq!(order.limit.get(), line(offer));
		assert!(order.size <= offer.size());
	}
}

fn run_block(moves: [i64; 2], accounts: u64) {
	for (market, by) in MARKETS.iter().zip(moves) {
		let price = i64::try_from(mark(*market)).unwrap() + by;
		set_mark(*market, u64::try_from(price.clamp(300, 3_000)).unwrap());
	}
	System::reset_events();
	let mut before = scan();
	let (known, told) = (Others::get().absorbed.len(), events().len());
	next_block_of(accounts);
	for account in Others::get().absorbed.split_off(known) {
		let (worth, _) = before.remove(&account).unwrap();
		assert!(worth.equity < 0, "taken over above zero");
	}
	check_fills(&before);
	if accounts == EVERYBODY {
		check_planned(&handed_over(told));
	}
}

fn run_batch(market: MarketId, away: i64, most: u64) {
	check_forced(market);
	let (before, offers) = (scan(), fresh(market));
	let price = Price::new(mark(market).saturating_add_signed(away).max(1));
	for ForcedFill { account, side, size } in batch_up_to(market, price.get(), most) {
		let offer = &offers[&account];
		let within = match side {
			Side::Sell => price >= offer.bankruptcy,
			Side::Buy => price <= offer.bankruptcy,
		};
		assert!(within, "filled below its reserve");
		let left = fresh(market).get(&account).map(Offer::size).unwrap_or_default();
		// what restored its account is not closed any more
		assert!(left.is_zero() || left == offer.size().saturating_sub(size));
		assert!(left.is_zero() || worth(&account).is_due());
	}
	check_fills(&before);
}

/// Lots of bids in events from so many on.
fn lots_bid(from: usize) -> u64 {
	let lots = |event: &Event<Test>| match event {
		Event::Filled { leg: LegId::Market(_), lots, venue: Venue::Bid, .. } => lots.unsigned_abs(),
		_ => 0,
	};
	events().split_off(from).iter().map(lots).sum()
}

fn run_bid(market: MarketId, side: Side, size: Size, away: i64) {
	let (before, told_before) = (scan(), events().len());
	let bidder = key(BIDDER);
	let (state, was) = (state_of(&bidder), worth(&bidder));
	let limit = Price::new(mark(market).saturating_add_signed(away).max(1));
	let wanted = (side, size, limit);

	let told = Liquidator::simulate_bid(&bidder, market, wanted);
	assert_eq!(state_of(&bidder), state);
	let done = with_storage_layer(|| Liquidator::do_bid(&bidder, market, wanted));
	assert_eq!(done, told);
	let Ok(outcome) = done else {
		assert_eq!(state_of(&bidder), state);
		return check_fills(&before);
	};

	assert!(outcome.size <= size && !outcome.size.is_zero());
	let is = worth(&bidder);
	let free = |worth: &Worth| worth.equity - worth.initial;
	assert!(free(&is) >= free(&was).min(0), "a bid beyond the margin");
	let worse = |price: Price| if side == Side::Buy { price > limit } else { price < limit };
	assert!(!outcome.fills.iter().any(|fill| worse(fill.price)), "worse than the limit");
	assert_eq!(lots_bid(told_before), outcome.size.get());
	let fills = outcome.fills.iter().map(|fill| (fill.account, fill.price));
	check_filing(&before, &fills.collect::<Vec<_>>(), [&state, &state_of(&bidder)], &outcome);
	check_fills(&before);
}

/// Filing anew weighs one for every leg of those who sold, and of the bidder at every price.
fn check_filing(
	before: &Scan,
	fills: &[(AccountKey, Price)],
	bidder: [&SubaccountState; 2],
	outcome: &BidOutcome,
) {
	let sold: usize = fills.iter().map(|(account, _)| before[account].1.legs()).sum();
	let prices: BTreeSet<Price> = fills.iter().map(|(_, price)| *price).collect();
	let [was, is] = bidder.map(|state| state.legs() * prices.len());
	assert!(sold + was <= 2 * MOST_LEGS as usize, "more than was declared");
	assert_eq!(outcome.filing.ref_time(), (sold + was.max(is)) as u64);
}

fn run_collateral_bid(size: Size, limit: Price) {
	let (before, bidder) = (scan(), key(BIDDER));
	let state = state_of(&bidder);
	let done = with_storage_layer(|| Liquidator::do_bid_collateral(&bidder, DOT, (size, limit)));
	let is = worth(&bidder);
	match done {
		Ok(outcome) => {
			assert!(is.equity >= is.initial);
			let paid = state.cash.get() - state_of(&bidder).cash.get();
			assert_eq!(paid, outcome.cost.get());
		},
		Err(_) => assert_eq!(state_of(&bidder), state),
	}
	check_fills(&before);
}

fn run(step: &Step) {
	match *step {
		Step::Block { moves, accounts } => run_block(moves, accounts),
		Step::Batch { away, most } => {
			run_block([0, 0], EVERYBODY);
			MARKETS.iter().for_each(|market| run_batch(*market, away, most));
		},
		Step::Bid { market, buys, size, away } => {
			let side = if buys { Side::Buy } else { Side::Sell };
			run_bid(MARKETS[market], side, Size::new(size), away);
		},
		Step::BidCollateral { size, limit } => {
			run_collateral_bid(Size::new(size), Price::new(limit));
		},
		Step::Deposit { trader, quote } => deposit(trader, None, quote),
		Step::Room(room) => others(|others| others.room = room),
		Step::Wait(blocks) => (0..blocks).for_each(|_| run_block([0, 0], EVERYBODY)),
		Step::Toggle(market) => world(|world| {
			let market = MARKETS[market];
			if !world.closed.remove(&market) {
				world.closed.insert(market);
			}
		}),
	}
}

fn begin(starts: &[Start], depth: u64) {
	set_depth(depth);
	EachFiled::set(&1);
	MostFiled::set(&MOST_LEGS.into());
	opened(BIDDER, 200_000);
	for (number, start) in (1u8..).zip(starts) {
		opened(number, start.quote);
		if start.collateral > 0 {
			deposit(number, Some(DOT), start.collateral);
		}
		for (market, lots) in MARKETS.iter().zip(start.lots) {
			if lots != 0 {
				buy(number, *market, lots);
			}
		}
	}
}

fn starts() -> impl Strategy<Value = Vec<Start>> {
	prop::collection::vec(start(), usize::from(TRADERS))
}

/// A case is a chain of its own, with dozens of blocks: a quarter of the usual number.
fn config() -> ProptestConfig {
	let usual = ProptestConfig::default();
	ProptestConfig { cases: usual.cases.div_ceil(4), max_shrink_iters: 500, ..usual }
}

proptest! {
	#![proptest_config(config())]

	#[test]
	fn nobody_is_missed_and_no_fill_hurts(
		starts in starts(),
		depth in prop_oneof![Just(1_000_000u64), 0u64..100],
		steps in prop::collection::vec(step(), 1..40),
	) {
		new_test_ext().execute_with(|| {
			begin(&starts, depth);
			for step in &steps {
				run(step);
				check();
			}
		});
	}

	/// Whatever a block has room for, everybody who is due is offered, or done with, soon.
	#[test]
	fn nobody_starves(starts in starts(), accounts in 1u64..4) {
		new_test_ext().execute_with(|| {
			begin(&starts, 1_000_000);
			set_mark(BTC, 900);
			set_mark(ETH, 1_100);
			next_block_of(accounts);
			let traders = (1..=TRADERS).map(key);
			let mut waiting: Vec<AccountKey> = traders.filter(Books::is_due).collect();
			for _ in 0..40 {
				waiting.retain(|account| {
					Books::is_due(account) && !Plans::<Test>::contains_key(account)
				});
				next_block_of(accounts);
			}
			assert!(waiting.is_empty(), "{} wait", waiting.len());
			check();
		});
	}
}
