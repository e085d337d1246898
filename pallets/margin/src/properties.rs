//! Random histories against naive twins: a full scan for the trigger book, the invariants for the
//! books, and a clone of the account for what admission promised.

use breakwater_auction::Accounts;
use breakwater_interfaces::{Exposure, Ledger, NewRisk, Solvency};
use breakwater_margin::{health, is_liquidatable, Requirement};
use breakwater_trigger_book::Filing;
use breakwater_units::{AccountKey, Lots, MarketId, NanoQuote, Quote, Ratio, Size};
use proptest::prelude::*;

use crate::{indices::CachedIndices, mock::*, Filings, Subaccounts};

#[derive(Clone, Debug)]
enum Event {
	Deposit { who: usize, quote: u128 },
	DepositAsset { who: usize, amount: u128 },
	Withdraw { who: usize, part: u128 },
	WithdrawAsset { who: usize, part: u128 },
	Trade { market: usize, buyer: usize, seller: usize, lots: i64, at: u64, fee: i128 },
	Price { market: usize, percent: u64 },
	Asset { percent: u64 },
	Funding { market: usize, step: i128 },
	Maintenance { market: usize, percent: u64 },
	Interest { step: u64 },
	Block { accounts: u32 },
}

const PEOPLE: usize = 6;

fn event() -> impl Strategy<Value = Event> {
	let who = 0..PEOPLE;
	let market = 0..2usize;
	prop_oneof![
		2 => (who.clone(), 1..200_000u128).prop_map(|(who, quote)| Event::Deposit { who, quote }),
		1 => (who.clone(), 1..5_000u128)
			.prop_map(|(who, amount)| Event::DepositAsset { who, amount }),
		2 => (who.clone(), 0..=100u128).prop_map(|(who, part)| Event::Withdraw { who, part }),
		1 => (who.clone(), 0..=100u128).prop_map(|(who, part)| Event::WithdrawAsset { who, part }),
		6 => (market.clone(), who.clone(), who, 1..150i64, 80..120u64, 0..20i128).prop_map(
			|(market, buyer, seller, lots, at, fee)| {
				Event::Trade { market, buyer, seller, lots, at, fee }
			}
		),
		4 => (market.clone(), 70..140u64)
			.prop_map(|(market, percent)| Event::Price { market, percent }),
		2 => (70..140u64).prop_map(|percent| Event::Asset { percent }),
		1 => (market.clone(), -50..50i128).prop_map(|(market, step)| Event::Funding { market, step }),
		1 => (market, 2..12u64)
			.prop_map(|(market, percent)| Event::Maintenance { market, percent }),
		1 => (1..50_000_000u64).prop_map(|step| Event::Interest { step }),
		5 => (1..4u32).prop_map(|accounts| Event::Block { accounts }),
	]
}

fn key(who: usize) -> AccountKey {
	key_of(who as u8 + 1, 0)
}

/// Indices move at the beginning of a block only, as the risk engine promises.
#[derive(Default)]
struct Pending(Vec<Event>);

fn move_indices(pending: &mut Pending) {
	for event in pending.0.drain(..) {
		match event {
			Event::Price { market, percent } => {
				let now = world(|world| world.market(MarketId(market as u32)).price);
				set_price(MarketId(market as u32), (now * percent / 100).clamp(10, 100_000));
			},
			Event::Asset { percent } => world(|world| {
				let price = &mut world.asset(DOT).price;
				*price = (*price * percent / 100).clamp(1, 10_000);
			}),
			Event::Funding { market, step } => world(|world| {
				world.market(MarketId(market as u32)).funding += step;
			}),
			Event::Maintenance { market, percent } => world(|world| {
				world.market(MarketId(market as u32)).maintenance_percent = percent;
			}),
			Event::Interest { step } => {
				let principal = LedgerPallet::borrowed(POOL);
				let gained = world(|world| {
					let index = world.borrow.entry(POOL).or_insert(1_000_000_000);
					let before = *index;
					*index = (before + step).min(500_000_000_000);
					*index - before
				});
				let interest = principal.get() * i128::from(gained) / 1_000_000_000;
				LedgerPallet::accrue(POOL, Quote::new(interest));
			},
			_ => {},
		}
	}
}

/// A trade as the exchange makes it: both sides admitted, or forced.
fn admitted_trade(market: MarketId, price: u64, who: (usize, usize), lots: i64, fee: i128) {
	let (buyer, seller) = (key(who.0), key(who.1));
	let cost = i128::from(lots) * i128::from(price) * 10;
	// a rate at which the fee is at least what is charged
	let rate = Ratio::new(u64::try_from(fee * 1_000_000_000 / cost + 1).unwrap());
	let batch = LedgerPallet::batch(market, rate, Size::new(400), NewRisk::ADMITTED);
	let allowed = batch.allows(&buyer, Lots::new(lots), Quote::new(cost))
		&& batch.allows(&seller, Lots::new(-lots), Quote::new(-cost));
	let before = [buyer, seller].map(|key| initial_health(&key));
	// every fifth is forced, as liquidations are
	if who.0 == who.1 || !(allowed || lots % 5 == 0) {
		return;
	}
	if trade(market, price, (&buyer, &seller), lots, fee).is_err() {
		return;
	}
	if allowed {
		for (key, before) in [buyer, seller].iter().zip(before) {
			// a quantum of the fee and one of principal may go from an account below it
			let rounding = crate::batch::rounding(&CachedIndices::<Test>::new(POOL)).get();
			let kept = NanoQuote::new(before.get().min(rounding) - rounding);
			assert!(initial_health(key) >= kept, "a trade that was admitted took too much");
		}
	}
}

fn initial_health(key: &AccountKey) -> NanoQuote {
	let state = LedgerPallet::state(key).unwrap();
	health(&state, &CachedIndices::<Test>::new(POOL), Requirement::Initial).unwrap()
}

fn apply(event: Event, pending: &mut Pending) {
	let part = |free: u128, part: u128| free * part / 100;
	match event {
		Event::Deposit { who, quote } => deposit(&key(who), None, quote).unwrap(),
		Event::DepositAsset { who, amount } => deposit(&key(who), Some(DOT), amount).unwrap(),
		Event::Withdraw { who, part: percent } => {
			let free = LedgerPallet::withdrawable(&key(who), None).get();
			assert!(withdraw(&key(who), None, free + 1).is_err());
			if part(free, percent) > 0 {
				withdraw(&key(who), None, part(free, percent)).unwrap();
			}
		},
		Event::WithdrawAsset { who, part: percent } => {
			let free = LedgerPallet::withdrawable(&key(who), Some(DOT)).get();
			assert!(withdraw(&key(who), Some(DOT), free + 1).is_err());
			if part(free, percent) > 0 {
				withdraw(&key(who), Some(DOT), part(free, percent)).unwrap();
			}
		},
		Event::Trade { market, buyer, seller, lots, at, fee } => {
			let mark = world(|world| world.market(MarketId(market as u32)).price);
			let price = (mark * at / 100).max(1);
			admitted_trade(MarketId(market as u32), price, (buyer, seller), lots, fee);
		},
		Event::Block { accounts } => {
			System::set_block_number(System::block_number() + 1);
			move_indices(pending);
			let step = LedgerPallet::step_at_most(accounts);
			assert_eq!(step.failed, 0);
			if !step.backlog {
				assert_the_queue_is_a_full_scan();
			}
		},
		moved => pending.0.push(moved),
	}
}

/// The naive twin of the trigger book. An account may be due that has recovered: it is for the
/// liquidation to see that. None may be liquidatable and not due.
fn assert_the_queue_is_a_full_scan() {
	let indices = CachedIndices::<Test>::new(POOL);
	for (key, account) in Subaccounts::<Test>::iter() {
		let is_due = matches!(Filings::<Test>::get(key), Some(Filing::Due(_)));
		if is_liquidatable(&account.state, &indices).unwrap() {
			assert!(is_due, "an account that could be liquidated is missing from the queue");
		} else if is_due {
			assert_eq!(LedgerPallet::recheck(&key), Ok(false));
		}
	}
}

fn run(events: Vec<Event>) {
	new_test_ext().execute_with(|| {
		(0..PEOPLE).for_each(|who| {
			opened(who as u8 + 1, 50_000);
		});
		let mut pending = Pending::default();
		for event in events {
			apply(event, &mut pending);
			LedgerPallet::do_try_state().unwrap();
		}
	});
}

proptest! {
	#![proptest_config(ProptestConfig::default())]

	#[test]
	fn books_balance_and_nobody_liquidatable_is_missed(
		events in prop::collection::vec(event(), 1..60)
	) {
		run(events);
	}
}

mod a_step_that_crosses_nothing {
	use super::*;
	use breakwater_interfaces::SubaccountId;
	use breakwater_units::AssetId;

	/// Trie nodes that a step reads with so many open positions.
	fn nodes_read(accounts: u16) -> usize {
		let mut ext = new_test_ext();
		ext.execute_with(|| {
			let whale = opened(200, 1_000_000_000);
			for number in 0..accounts {
				let id = SubaccountId { owner: person(1), number };
				let long = <LedgerPallet as Ledger>::open(&id, POOL, None).unwrap();
				deposit(&long, None::<AssetId>, 2_000 + u128::from(number)).unwrap();
				trade(BTC, 1_000, (&long, &whale), 1, 0).unwrap();
			}
			next_block();
		});
		ext.commit_all().unwrap();
		let (step, proof) = ext.execute_and_prove(|| {
			set_price(BTC, 999);
			next_block()
		});
		assert_eq!(step.woken, 0);
		proof.into_iter_nodes().count()
	}

	#[test]
	fn reads_as_much_for_many_accounts_as_for_few() {
		let (few, many) = (nodes_read(100), nodes_read(2_000));
		println!("trie nodes read by a quiet step: {few} for 100 accounts, {many} for 2,000");
		// the same keys; each of the four lists of longs that have levels is a level or two deeper
		assert!(many <= few + 8, "{few} nodes for 100 accounts, {many} for 2,000");
	}
}
