//! Bad input and faults. For each: no panic, no value lost or created, the pipeline within its
//! budget, and recovery.

use breakwater_breaker::{Action, Phase};
use breakwater_clearing::Event as ClearingEvent;
use breakwater_lab::chain::dispatch;
use breakwater_ledger::{OpenInterest, Subaccounts};
use breakwater_runtime::{
	CircuitBreaker, Executive, Runtime, RuntimeCall, RuntimeEvent, SignedPayload, System,
	UncheckedExtrinsic,
};
use breakwater_units::{Amount, Lots, MarketId, Price, Side, Size};
use codec::Encode;
use frame_support::dispatch::DispatchClass;
use polkadot_sdk::*;
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::InvalidTransaction;

use crate::world::*;

fn failed(w: &World) -> Vec<MarketId> {
	let market = |event: &RuntimeEvent| match event {
		RuntimeEvent::Clearing(ClearingEvent::MarketFailed { market, .. }) => Some(*market),
		_ => None,
	};
	w.events.iter().filter_map(market).collect()
}

fn bid_for_all(market: MarketId, limit: u64) -> breakwater_liquidator::Call<Runtime> {
	let (size, limit) = (Size::new(1_000_000), Price::new(limit));
	breakwater_liquidator::Call::bid { number: 0, market, side: Side::Buy, size, limit }
}

#[test]
fn a_poisoned_market_is_quarantined_and_the_others_go_on() {
	let mut w = World::new(|_| {});
	let traders = [ALT, ALT, MAIN, MAIN].map(|pool| w.trader(pool, 100_000));
	let [a, b, c, d] = &traders;
	w.trade(a, b, SOL, 50_000);
	w.trade(c, d, BTC, 50_000);

	// The market's own sum says that nobody has a position.
	let right = w.with(|| OpenInterest::<Runtime>::get(SOL));
	w.corrupt(|| OpenInterest::<Runtime>::insert(SOL, Size::ZERO));
	(w.full_checks, w.batches_may_fail) = (false, true);
	let (held, lots) = (w.lots_of(a, SOL), right.get());
	let (back, again) = (w.limit(SOL, Side::Sell, lots, 0), w.limit(SOL, Side::Buy, lots, 0));
	w.place(a, back);
	w.place(b, again);
	w.blocks(2);
	assert_eq!(failed(&w), [SOL], "the batch failed once, then the market rests");
	assert_eq!(w.lots_of(a, SOL), held, "nothing of it has happened");
	let phase = w.with(|| CircuitBreaker::market(SOL).phase);
	assert!(matches!(phase, Phase::CallAuction { .. }), "it will reopen by an auction: {phase:?}");
	assert!(!w.allows(SOL, Action::AddRisk) && !w.allows(SOL, Action::Liquidate));
	w.trade(c, d, BTC, 50_000);

	w.corrupt(|| OpenInterest::<Runtime>::insert(SOL, right));
	(w.full_checks, w.batches_may_fail) = (true, false);
	assert!(w.blocks_until(SOL, Action::AddRisk, 60).is_some(), "it reopens by itself");
	w.blocks(3);
	assert_eq!(w.lots_of(a, SOL), 0, "what waited has traded");
}

#[test]
fn an_account_that_cannot_be_computed_holds_up_nobody() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let [broken, long] = [30_000, 30_000].map(|margin| w.trader(ALT, margin));
	let short = w.trader(ALT, 1_000_000);
	w.trade(&broken, &short, SOL, 150_000);
	w.trade(&long, &short, SOL, 150_000);
	w.full_checks = false;
	w.corrupt(|| {
		Subaccounts::<Runtime>::mutate(broken.key, |account| {
			let positions = &mut account.as_mut().expect("it is there").state.positions;
			let mut position = *positions.get(SOL).expect("it has one");
			position.lots = Lots::new(i64::MAX);
			positions.set(SOL, position).expect("it has a place");
		});
	});
	w.price(SOL_USD, 124.0);
	w.blocks(30);
	assert_eq!(w.lots_of_key(&broken.key, SOL), i64::MAX, "it is as it was");
	assert!(w.lots_of(&long, SOL) < w.lots(SOL, 120_000) as i64, "the other was closed");
	assert!(failed(&w).is_empty(), "its market goes on");
}

/// All reporters say something absurd for so many blocks, then the truth. Returns blocks until the
/// market is open again.
fn absurd(price: f64, blocks: u32) -> u32 {
	let mut w = World::new(|_| {});
	let [long, short] = [2_000_000_000, 2_000_000_000].map(|money| w.trader(ALT, money));
	w.trade(&long, &short, SOL, 17_000_000);
	let before = (w.equity(&long), w.equity(&short));
	w.full_checks = false;
	w.price(SOL_USD, price);
	w.blocks(blocks);
	assert_eq!(w.losses(ALT).loss, 0, "nobody is taken over at {price}");
	assert!(w.liquidation().next().is_none(), "nor liquidated");
	// What was said before a price that is refused counts for five seconds.
	if blocks > 2 {
		assert!(!w.allows(SOL, Action::AddRisk), "nor trades");
		assert!(!w.allows(SOL, Action::Withdraw), "nor leaves");
	}
	w.price(SOL_USD, 150.0);
	let reopened = w.blocks_until(SOL, Action::AddRisk, 300).expect("it reopens");
	assert!(w.allows(SOL, Action::Withdraw), "and pays out");
	w.full_checks = true;
	w.blocks(2);
	assert_eq!((w.equity(&long), w.equity(&short)), before, "nothing is lost or gained");
	reopened
}

#[test]
fn prices_of_zero_and_the_maximum() {
	for price in [0.0, 0.0001, 10.0, 2_000.0, 6_871_947.6736] {
		for blocks in [1, 40] {
			let reopened = absurd(price, blocks);
			println!("{price} for {blocks} blocks: open after {reopened}");
			// Two seconds each.
			assert!(reopened <= 120, "{price} for {blocks} blocks: open after {reopened}");
		}
	}
}

/// What it is remembered by grows with how long it holds, not with how absurd it is.
#[test]
fn prices_of_the_maximum_for_a_quarter_of_an_hour() {
	let reopened = absurd(6_871_947.6736, 450);
	println!("open after {reopened}");
	assert!(reopened <= 120, "open after {reopened}");
}

#[test]
fn a_feed_that_stops_in_mid_crash() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let [long, saved] = [30_000, 30_000].map(|margin| w.trader(ALT, margin));
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 150_000);
	w.trade(&saved, &short, SOL, 150_000);
	w.move_to(SOL_USD, 135.0, 10);
	for voice in &mut w.voices {
		voice.silent = true;
	}
	w.blocks(8);
	assert!(!w.allows(SOL, Action::AddRisk), "after ten seconds no new risk");
	w.blocks(30);
	assert!(!w.allows(SOL, Action::Liquidate), "after a minute nobody is liquidated");
	assert!(w.liquidation().next().is_none());
	assert_eq!(w.deposit(&saved, 50_000), Ok(()), "a top-up is always taken");
	for voice in &mut w.voices {
		voice.silent = false;
	}
	w.price(SOL_USD, 123.0);
	let waited = w.blocks_until(SOL, Action::Liquidate, 60);
	w.blocks(20);
	assert!(w.lots_of(&long, SOL) < w.lots_of(&saved, SOL), "it was closed");
	assert!(waited.is_some() && !w.is_due(&saved));
	assert!(w.blocks_until(SOL, Action::AddRisk, 100).is_some(), "it reopens");
}

#[test]
fn an_hour_of_outage_across_a_move_of_thirty_percent() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let [long, saved] = [40_000, 40_000].map(|margin| w.trader(ALT, margin));
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 100_000);
	w.trade(&saved, &short, SOL, 100_000);
	w.outage(HOUR);
	w.price(SOL_USD, 105.0);
	w.block();
	assert!(!w.allows(SOL, Action::Liquidate), "the first block knows that it is one");
	let lots = w.lots_of(&long, SOL);
	// The grace is a minute.
	w.price(SOL_USD, 93.5);
	w.blocks(20);
	assert_eq!(w.lots_of(&long, SOL), lots, "in the grace nobody is closed");
	assert!(w.is_due(&long) && w.is_due(&saved));
	assert_eq!(w.deposit(&saved, 30_000), Ok(()), "but may save itself");
	assert!(w.blocks_until(SOL, Action::Liquidate, 60).is_some());
	w.blocks(20);
	assert!(w.lots_of(&long, SOL) < lots, "then it is closed");
	assert_eq!(w.lots_of(&saved, SOL), lots, "and who was saved is not");
	assert!(w.blocks_until(SOL, Action::AddRisk, 100).is_some(), "it reopens");
}

#[test]
fn a_liquidator_who_bids_and_cannot_pay() {
	let mut w = World::new(|_| {});
	let long = w.trader(ALT, 30_000);
	let short = w.trader(ALT, 1_000_000);
	let [poor, rich] = [100, 1_000_000].map(|money| w.trader(ALT, money));
	w.trade(&long, &short, SOL, 150_000);
	w.price(SOL_USD, 124.0);
	w.block();
	w.block();
	let before = (w.lots_of(&long, SOL), w.equity(&poor));
	let mark = w.mark(SOL);
	assert_eq!(why(w.call(&poor, bid_for_all(SOL, mark))), "NotEnoughMargin");
	assert_eq!((w.lots_of(&long, SOL), w.equity(&poor)), before, "nothing has changed");
	assert_eq!(w.call(&rich, bid_for_all(SOL, mark)), Ok(()));
	assert!(w.lots_of(&rich, SOL) > 0);
	w.blocks(3);
	assert!(!w.is_due(&long));
}

/// So many accounts at the edge of their margin, all on one side of a market that is deep enough
/// for all of them.
pub(crate) struct Crowd {
	pub(crate) world: World,
	maker: Trader,
	members: Vec<Trader>,
	book: [(i64, i128); 2],
}

impl Crowd {
	pub(crate) fn new(count: u32) -> Self {
		const EACH: i128 = 84;
		let mut w = World::new(|genesis| {
			for market in &mut genesis.exchange.markets {
				market.liquidation.least_offer = 10_000_000;
			}
		});
		w.endow(ALT, 10_000_000);
		let maker = w.trader(ALT, 1_000_000_000);
		w.full_checks = false;
		let members: Vec<Trader> = (0..count).map(|_| w.trader(ALT, 12)).collect();
		let deep = i128::from(count) * EACH;
		let book = [(5, deep), (20, deep)];
		// A batch does not fill all of them at once, and margin rises as they crowd at one price.
		let mut without: Vec<&Trader> = members.iter().collect();
		for _ in 0..4 * count.div_ceil(40) {
			w.quote(&maker, SOL, &book);
			let each = w.lots(SOL, EACH);
			for one in without.iter().take(40) {
				let bid = w.limit(SOL, Side::Buy, each, 10);
				w.place(one, bid);
			}
			w.blocks(2);
			without.retain(|one| w.lots_of(one, SOL) == 0);
			// Nobody asks for them, and they are many.
			w.events.clear();
		}
		assert!(without.is_empty(), "all have a position, but for {}", without.len());
		Self { world: w, maker, members, book }
	}

	pub(crate) fn quote(&mut self) {
		self.world.quote(&self.maker, SOL, &self.book);
	}

	/// Nobody buys any more.
	pub(crate) fn without_book(&mut self) {
		self.world.quote(&self.maker, SOL, &[]);
	}

	/// The mark falls below what they can bear; until the first of them is due.
	pub(crate) fn fall(&mut self) {
		self.world.price(SOL_USD, 132.0);
		let of_price = (0..4).find(|_| {
			self.world.block();
			self.world.due() > 0
		});
		assert!(of_price.is_some(), "they are due");
	}

	/// Blocks until none is due, with somebody who buys; none if it takes more than so many.
	pub(crate) fn drain(&mut self, most: u32) -> Option<u32> {
		(0..most).find(|_| {
			self.quote();
			self.world.block();
			!self.members.iter().any(|one| self.world.is_due(one))
		})
	}
}

/// So many accounts become due with one price. Returns blocks until none is.
fn stampede(count: u32) -> u32 {
	let mut crowd = Crowd::new(count);
	crowd.quote();
	crowd.fall();
	let blocks = crowd.drain(2_000).expect("the backlog drains");
	crowd.world.full_checks = true;
	crowd.world.block();
	assert_eq!(crowd.world.losses(ALT).loss, 0);
	// That of the price, and the one in which the last is closed.
	blocks + 2
}

#[test]
fn a_thousand_accounts_due_in_one_block() {
	// How fast it goes is what the weights of an account allow: about a millisecond for each.
	let blocks = stampede(1_000);
	println!("gone after {blocks} blocks");
	assert!(blocks <= 18, "gone within 18 blocks: {blocks}");
}

#[test]
fn ten_thousand_accounts_due_in_one_block() {
	let blocks = stampede(10_000);
	println!("gone after {blocks} blocks");
	assert!(blocks <= 180, "gone within 180 blocks: {blocks}");
}

/// Ordinary transactions take all that they may of a block.
fn fill_block() {
	let limits = <Runtime as frame_system::Config>::BlockWeights::get();
	let normal = limits.get(DispatchClass::Normal).max_total.expect("it is limited");
	let left = limits.max_block.saturating_sub(System::block_weight().total());
	System::register_extra_weight_unchecked(normal.min(left), DispatchClass::Normal);
	assert!(System::block_weight().total().all_lte(limits.max_block), "the block is not too heavy");
}

#[test]
fn spam_fills_every_block() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let long = w.trader(ALT, 30_000);
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 150_000);
	for _ in 0..100 {
		w.block_of(|| {
			fill_block();
			Vec::new()
		});
	}
	w.price(SOL_USD, 124.0);
	for _ in 0..2 {
		w.block_of(|| {
			fill_block();
			Vec::new()
		});
	}
	assert!(was_offered(&w, &long), "it is liquidated in the block of its price");
}

fn was_offered(w: &World, who: &Trader) -> bool {
	use breakwater_liquidator::Event;
	w.liquidation()
		.any(|event| matches!(event, Event::Offered { account, .. } if *account == who.key))
}

const SPAMMERS: usize = 8;

/// Signed transactions, each with two transfers between two subaccounts of its signer, until a
/// block has no room for more. Returns how many it took.
fn signed_spam() -> u32 {
	let amount = Amount::new(1);
	let transfer = |from, to| -> RuntimeCall {
		breakwater_ledger::Call::<Runtime>::transfer { from, to, asset: None, amount }.into()
	};
	let calls = [transfer(0, 1), transfer(1, 0)].into();
	let call: RuntimeCall = pallet_utility::Call::<Runtime>::batch_all { calls }.into();
	let mut taken = 0;
	let spammers: Vec<_> = Sr25519Keyring::iter().take(SPAMMERS).collect();
	for who in spammers.into_iter().cycle() {
		let nonce = System::account_nonce(who.to_account_id());
		match Executive::apply_extrinsic(signed(who, nonce, call.clone())) {
			Ok(result) => assert_eq!(result, Ok(()), "a transfer is refused"),
			Err(refused) => {
				assert_eq!(refused, InvalidTransaction::ExhaustsResources.into());
				return taken;
			},
		}
		taken += 1;
	}
	taken
}

fn signed(who: Sr25519Keyring, nonce: u32, call: RuntimeCall) -> UncheckedExtrinsic {
	let extension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(sp_runtime::generic::Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0).into(),
		frame_system::WeightReclaim::new(),
	);
	let payload = SignedPayload::new(call, extension).expect("the chain's facts are known");
	let signature = payload.using_encoded(|bytes| who.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, who.to_account_id().into(), signature.into(), extension)
}

/// The same with real transactions, fees and signatures: blocks take what they have room for, and
/// hooks have theirs.
#[test]
fn signed_spam_fills_every_block() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 1_000_000);
	let long = w.trader(ALT, 30_000);
	let short = w.trader(ALT, 1_000_000);
	w.trade(&long, &short, SOL, 150_000);
	let spammers = Sr25519Keyring::iter().take(SPAMMERS).map(Sr25519Keyring::to_account_id);
	let spammers: Vec<_> = spammers.collect();
	w.block_of(|| {
		let amount = Amount::new(usd(1_000).unsigned_abs());
		let open = |number| -> RuntimeCall {
			breakwater_ledger::Call::<Runtime>::open { number, pool: ALT, isolated: None }.into()
		};
		let deposit = |number| -> RuntimeCall {
			breakwater_custody::Call::<Runtime>::deposit { number, asset: None, amount }.into()
		};
		let calls = || [open(0), open(1), deposit(0), deposit(1)];
		let all = spammers.iter().flat_map(|who| calls().map(|call| dispatch(who.clone(), call)));
		let all: Vec<_> = all.collect();
		assert!(all.iter().all(Result::is_ok), "{all:?}");
		all
	});
	let spam = |w: &mut World| {
		w.block_of(|| {
			let taken = signed_spam();
			println!("{taken} transactions");
			assert!(taken > 0, "a full block has transactions in it");
			Vec::new()
		});
	};
	for _ in 0..3 {
		spam(&mut w);
	}
	w.price(SOL_USD, 124.0);
	for _ in 0..2 {
		spam(&mut w);
	}
	assert!(was_offered(&w, &long), "it is liquidated in the block of its price");
	assert!(w.blocks_until(SOL, Action::AddRisk, 30).is_some());
}
