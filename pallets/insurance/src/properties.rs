//! Random histories against naive twins: every quantum of a loss is followed by hand, and whatever
//! people do between the pages, value is conserved and nobody pays beyond what they may.

use breakwater_interfaces::{Estates, Insurance as _, Ledger, GLOBAL_POOL};
use breakwater_margin::{health, Requirement};
use breakwater_units::{AccountKey, Amount, MarketId, Quote};
use breakwater_waterfall::deleverage::Basis;

use proptest::prelude::*;

use crate::funds::DUST;
use crate::{indices::PoolIndices, mock::*, Event, Operations};

/// An account of a random market: what it has, and its position.
#[derive(Clone, Debug)]
struct Trader {
	quote: u128,
	lots: i64,
	/// Percent of 1,000 ticks.
	entry: u64,
}

#[derive(Clone, Debug)]
struct Scenario {
	winners: Vec<Trader>,
	/// What the loser has.
	quote: u128,
	price: u64,
	capital: i128,
	tranches: [u128; 3],
	global: i128,
}

fn trader() -> impl Strategy<Value = Trader> {
	(0..60_000u128, 1..40i64, 70..140u64).prop_map(|(quote, lots, entry)| Trader {
		quote: 8_000 + quote,
		lots,
		entry,
	})
}

fn scenario() -> impl Strategy<Value = Scenario> {
	let tranche = || prop_oneof![Just(0u128), 1..40_000u128];
	(
		prop::collection::vec(trader(), 1..8),
		0..30_000u128,
		200..1_000u64,
		0..60_000i128,
		[tranche(), tranche(), tranche()],
		prop_oneof![Just(0i128), 1..60_000i128],
	)
		.prop_map(|(winners, quote, price, capital, tranches, global)| Scenario {
			winners,
			quote,
			price,
			capital,
			tranches,
			global,
		})
}

/// Sets a scenario up: one account is long against all others, and is taken over. Returns the
/// winners in the order of their keys.
fn play(scenario: &Scenario) -> Vec<AccountKey> {
	let loser = opened(1, scenario.quote);
	let mut winners = Vec::new();
	for (number, trader) in (2u8..).zip(&scenario.winners) {
		let key = opened(number, trader.quote);
		trade(BTC, 10 * trader.entry, (&loser, &key), trader.lots).unwrap();
		winners.push(key);
	}
	if scenario.capital > 0 {
		fund(POOL, scenario.capital);
	}
	if scenario.global > 0 {
		fund_all(scenario.global);
	}
	for (tranche, amount) in (0u8..).zip(scenario.tranches) {
		back(100 + tranche, tranche, amount);
	}
	set_price(BTC, scenario.price);
	winners.sort();
	Insurance::absorb(&loser).unwrap();
	winners
}

fn back(number: u8, tranche: u8, amount: u128) {
	if amount > 0 {
		opened(number, amount);
		let origin = RuntimeOrigin::signed(person(number));
		Insurance::back(origin, 0, tranche, Amount::new(amount), 0).unwrap();
	}
}

/// An account as the twin knows it, in quanta.
#[derive(Clone, Debug)]
struct Known {
	key: AccountKey,
	profit: i128,
	health: i128,
	equity: i128,
	lots: i64,
}

fn known(key: &AccountKey) -> Known {
	let state = <Margin as Ledger>::state(key).unwrap();
	let position = state.positions.get(BTC).copied().unwrap_or_default();
	let price = i128::from(world(|world| world.market(BTC).price));
	let lots = position.lots.get();
	let indices = PoolIndices::<Test>::new(POOL);
	let exact = health(&state, &indices, Requirement::Maintenance).unwrap().get();
	Known {
		key: *key,
		profit: i128::from(lots) * price * 10 + position.entry_cost.get(),
		// two quanta are kept for the rounding of a loan
		health: exact.div_euclid(1_000_000_000) - 2,
		equity: equity(key),
		lots,
	}
}

/// What the twin says of an account at the end.
type Fate = (AccountKey, i128, i64);

/// Shares of an amount by weight: the sums of the weights before, floored, one after another.
fn floors(amount: i128, weights: &[i128]) -> Vec<i128> {
	let total: i128 = weights.iter().sum();
	let mut before = 0;
	let mut shares = Vec::new();
	for weight in weights {
		let upto = |sum: i128| if total == 0 { 0 } else { amount * sum / total };
		shares.push(upto(before + weight) - upto(before));
		before += weight;
	}
	shares
}

/// The waterfall by hand. Returns each winner's fate, and what is left in the funds.
fn by_hand(scenario: &Scenario, winners: &[AccountKey], loss: i128) -> (Vec<Fate>, [i128; 5]) {
	let mut accounts: Vec<Known> = winners.iter().map(known).collect();
	let [mut left, mut funds] = [loss, 0].map(|n| n);
	let tranches = scenario.tranches.map(|tranche| tranche as i128);
	let mut layers = [scenario.capital, tranches[0], tranches[1], tranches[2], scenario.global];
	for (number, layer) in layers.iter_mut().enumerate() {
		let most = if number == 4 { *layer / 2 } else { *layer };
		let taken = left.min(most);
		left -= taken;
		*layer -= taken;
		funds += taken;
	}
	assert_eq!(funds + left, loss);
	// What is left of a tranche that is nearly gone is capital: never the case with these numbers,
	// but for less than a millionth of it.
	if left > 0 {
		left -= pay_by_profit(&mut accounts, left);
	}
	if left > 0 {
		settle_all(&mut accounts, left);
	}
	let fates = accounts.into_iter().map(|known| (known.key, known.equity, known.lots));
	(fates.collect(), layers)
}

/// Deleveraging by profit, and by capacity for the rest; all lots of the winners are closed.
fn pay_by_profit(accounts: &mut [Known], loss: i128) -> i128 {
	let is_target = |one: &Known| one.lots < 0 && one.profit.min(one.health) > 0;
	let targets: Vec<usize> = (0..accounts.len()).filter(|at| is_target(&accounts[*at])).collect();
	let caps: Vec<i128> =
		targets.iter().map(|at| accounts[*at].profit.min(accounts[*at].health)).collect();
	let profits: Vec<i128> = targets.iter().map(|at| accounts[*at].profit).collect();
	let shares = floors(loss, &profits);
	let first: Vec<i128> = shares.iter().zip(&caps).map(|(share, cap)| *share.min(cap)).collect();
	let paid: i128 = first.iter().sum();
	let rests: Vec<i128> = first.iter().zip(&caps).map(|(paid, cap)| cap - paid).collect();
	let second: Vec<i128> = floors(loss - paid, &rests)
		.into_iter()
		.zip(&rests)
		.map(|(share, rest)| share.min(*rest))
		.collect();
	for ((at, first), second) in targets.iter().zip(&first).zip(&second) {
		accounts[*at].equity -= first + second;
		accounts[*at].lots = 0;
	}
	paid + second.iter().sum::<i128>()
}

/// The final settlement: all are flat, and claims share what is left.
fn settle_all(accounts: &mut [Known], loss: i128) {
	let mut sorted: Vec<&mut Known> = accounts.iter_mut().collect();
	sorted.sort_by_key(|known| known.key);
	let claims: Vec<i128> = sorted.iter().map(|known| known.equity.max(0)).collect();
	let total: i128 = claims.iter().sum();
	for (known, haircut) in sorted.into_iter().zip(floors(loss.min(total), &claims)) {
		known.equity -= haircut;
		known.lots = 0;
	}
}

/// What all accounts and funds have together at mark, against what is in custody.
fn assert_conserved() {
	let mut sum = i128::from(0u8);
	for key in <Margin as Estates>::accounts_after(None, 1_000) {
		sum += <Margin as Estates>::equity(&key).unwrap().get();
	}
	for pool in [POOL, OTHER_POOL, GLOBAL_POOL] {
		sum += <Margin as Estates>::fund(pool).get() * 1_000_000_000;
	}
	let custody: i128 = world(|world| world.quote.values().sum());
	assert_eq!(sum, custody * 1_000_000_000, "value is not conserved");
}

fn fund_layers() -> [i128; 5] {
	let fund = Insurance::fund_state(POOL).fund;
	let [a, b, c] = fund.tranches().map(|tranche| tranche.assets().get() as i128);
	let global = <Margin as Estates>::fund(GLOBAL_POOL).get();
	[fund.capital().get() as i128, a, b, c, global]
}

fn finish(page: u64) -> u32 {
	for block in 0..400 {
		blocks_of(page);
		check();
		// Less than a cent waits for the next fee.
		let is_paid = equity(&backstop()) > -(DUST.get() as i128);
		let quiet = !Operations::<Test>::contains_key(POOL) && is_paid;
		if quiet {
			return block;
		}
	}
	panic!("the loss is not resolved");
}

/// No backer's tranche is left with so little that it is written off: the twin does not do that.
fn is_plain(layers: &[i128; 5], scenario: &Scenario) -> bool {
	layers[1..4]
		.iter()
		.zip(scenario.tranches)
		.all(|(left, before)| *left == 0 || *left * 1_000_000 > before as i128)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases(40)))]

	/// The whole waterfall against a twin that does it by hand, whatever the size of a page.
	#[test]
	fn a_loss_is_borne_to_the_quantum(scenario in scenario(), page in 1..4u64) {
		for page in [u64::MAX, page] {
			new_test_ext().execute_with(|| {
				let winners = play(&scenario);
				let loss = -equity(&backstop());
				let (fates, layers) = by_hand(&scenario, &winners, loss.max(0));
				if !is_plain(&layers, &scenario) {
					return;
				}
				let was_settled = |events: Vec<Event<Test>>| {
					events.iter().any(|event| matches!(event, Event::SettlementBegun { .. }))
				};

				finish(page);

				assert_conserved();
				let waits = equity(&backstop()) < 0;
				if loss > 0 && !waits {
					let settled = was_settled(events());
					for (key, expected, open) in &fates {
						assert_eq!(equity(key), *expected, "loss {loss}, settled {settled}");
						let all_closed = layers[..4].iter().all(|layer| *layer == 0);
						if all_closed && settled {
							assert_eq!(lots(key, BTC), *open);
						}
					}
					assert_eq!(fund_layers()[1..], layers[1..]);
				}
				assert_sums(&events());
			});
		}
	}
}

/// What events say of each epoch: charges and left-overs sum to the shortfall, and nobody paid more
/// than the weight of profit.
fn assert_sums(events: &[Event<Test>]) {
	let (mut charged, mut left, mut closed) = (0u128, 0u128, 0u64);
	let mut shortfall = None;
	for event in events {
		match event {
			Event::DeleveragingBegun { shortfall: wanted, .. } => {
				(charged, left, closed) = (0, 0, 0);
				shortfall = Some(wanted.get());
			},
			Event::Deleveraged { share, charge, weight, lots, .. } => {
				assert!(charge.get() <= *weight, "more than the profit");
				charged += charge.get();
				left += share.get() - charge.get();
				closed += lots.unsigned_abs();
			},
			Event::Forgiven { share, .. } => left += share.get(),
			Event::DeleveragingEnded { outcome, basis, .. } => {
				assert_eq!(outcome.charged.get(), charged);
				assert_eq!(Some(outcome.charged.get() + outcome.left_over.get()), shortfall);
				if charged + left > 0 {
					assert_eq!(outcome.left_over.get(), left);
				}
				assert!(closed <= outcome.lots_closed.get());
				if *basis == Basis::Profit {
					shortfall = Some(outcome.left_over.get());
				}
				(charged, left, closed) = (0, 0, 0);
			},
			_ => {},
		}
	}
}

/// What people do between blocks.
#[derive(Clone, Debug)]
enum Deed {
	Deposit { who: u8, quote: u128 },
	Withdraw { who: u8, percent: u128 },
	Trade { market: u32, buyer: u8, seller: u8, lots: i64, percent: u64 },
	Price { market: u32, percent: u64 },
	Interest { step: u64 },
	Funding { market: u32, step: i128 },
	Absorb,
	TakeOver { who: u8, percent: u64 },
	Back { who: u8, tranche: u8, percent: u128 },
	Ask { who: u8, tranche: u8, percent: u128 },
	Leave { who: u8, tranche: u8 },
	Give { who: u8, to_all: bool, percent: u128 },
	Later { hours: u64 },
	Block { accounts: u64 },
}

const PEOPLE: u8 = 6;

fn deed() -> impl Strategy<Value = Deed> {
	let (who, market) = (1..=PEOPLE, 0..2u32);
	prop_oneof![
		2 => (who.clone(), 1..60_000u128).prop_map(|(who, quote)| Deed::Deposit { who, quote }),
		2 => (who.clone(), 1..=100u128).prop_map(|(who, percent)| Deed::Withdraw { who, percent }),
		5 => (market.clone(), who.clone(), who.clone(), 1..60i64, 90..110u64).prop_map(
			|(market, buyer, seller, lots, percent)| {
				Deed::Trade { market, buyer, seller, lots, percent }
			}
		),
		4 => (market.clone(), 60..150u64)
			.prop_map(|(market, percent)| Deed::Price { market, percent }),
		1 => (1..50_000_000u64).prop_map(|step| Deed::Interest { step }),
		1 => (market, -60..60i128).prop_map(|(market, step)| Deed::Funding { market, step }),
		4 => Just(Deed::Absorb),
		2 => (who.clone(), 1..=100u64).prop_map(|(who, percent)| Deed::TakeOver { who, percent }),
		2 => (who.clone(), 0..3u8, 1..60u128)
			.prop_map(|(who, tranche, percent)| Deed::Back { who, tranche, percent }),
		1 => (who.clone(), 0..3u8, 1..=100u128)
			.prop_map(|(who, tranche, percent)| Deed::Ask { who, tranche, percent }),
		1 => (who.clone(), 0..3u8).prop_map(|(who, tranche)| Deed::Leave { who, tranche }),
		1 => (who, any::<bool>(), 1..30u128)
			.prop_map(|(who, to_all, percent)| Deed::Give { who, to_all, percent }),
		1 => (1..30u64).prop_map(|hours| Deed::Later { hours }),
		6 => (1..4u64).prop_map(|accounts| Deed::Block { accounts }),
	]
}

/// Accounts below zero are taken over, as liquidation does.
fn absorb_due() {
	for number in 1..=PEOPLE {
		if equity(&key_of(number)) < 0 {
			Insurance::absorb(&key_of(number)).unwrap();
		}
	}
}

fn part(of: i128, percent: u128) -> Amount {
	Amount::new(of.max(0) as u128 * percent / 100)
}

fn act(deed: Deed) {
	let origin = |who| RuntimeOrigin::signed(person(who));
	// Whatever is refused must have changed nothing: the invariants are checked after it.
	match deed {
		Deed::Deposit { who, quote } => deposit(&key_of(who), None, quote),
		Deed::Withdraw { who, percent } => {
			let free = <Margin as Ledger>::withdrawable(&key_of(who), None).get();
			let _ = withdraw(&key_of(who), free * percent / 100);
		},
		Deed::Trade { market, buyer, seller, lots, percent } => {
			let price = world(|world| world.market(MarketId(market)).price) * percent / 100;
			if buyer != seller {
				let who = (&key_of(buyer), &key_of(seller));
				let _ = trade(MarketId(market), price, who, lots);
			}
		},
		Deed::Price { market, percent } => {
			let price = world(|world| world.market(MarketId(market)).price) * percent / 100;
			set_price(MarketId(market), price.clamp(50, 20_000));
		},
		Deed::Interest { step } => world(|world| {
			let index = world.borrow.entry(POOL).or_insert(1_000_000_000);
			*index = (*index + step).min(100_000_000_000);
		}),
		Deed::Funding { market, step } => {
			world(|world| world.market(MarketId(market)).funding += step);
		},
		Deed::Absorb => absorb_due(),
		Deed::TakeOver { who, percent } => {
			let held = lots(&key_of(who), BTC);
			let part = held * percent as i64 / 100;
			let price = breakwater_units::Price::new(world(|world| world.market(BTC).price));
			let part = breakwater_units::Lots::new(part);
			let _ = Insurance::take_over_lots(&key_of(who), BTC, part, price);
		},
		Deed::Back { who, tranche, percent } => {
			let free = <Margin as Ledger>::withdrawable(&key_of(who), None).get();
			let amount = Amount::new(free * percent / 100);
			let _ = Insurance::back(origin(who), 0, tranche, amount, 0);
		},
		Deed::Ask { who, tranche, percent } => {
			let stake = crate::Stakes::<Test>::get(POOL, (person(who), tranche));
			let shares = stake.map_or(0, |stake| stake.shares / 100 * percent);
			let _ = Insurance::request_exit(origin(who), POOL, tranche, shares);
		},
		Deed::Leave { who, tranche } => {
			let _ = Insurance::claim_exit(origin(who), 0, tranche);
		},
		Deed::Give { who, to_all, percent } => {
			let amount = part(cash(&key_of(who)), percent);
			let _ = Insurance::contribute(origin(who), 0, to_all, amount);
		},
		Deed::Later { hours } => pass(hours * 3_600_000),
		Deed::Block { accounts } => blocks_of(accounts),
	}
}

/// Accounts have settled interest to the fund, so that what they owe is what is receivable.
fn is_conserved() {
	if world(|world| world.borrow.is_empty()) {
		assert_conserved();
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases(25)))]

	/// Whatever people do between the pages: value is conserved to the unit, and the invariants
	/// hold after every deed.
	#[test]
	fn histories_keep_the_invariants(deeds in prop::collection::vec(deed(), 1..70)) {
		new_test_ext().execute_with(|| {
			terms(|terms| {
				terms.premium.base = percent(50);
				terms.sweep_share = percent(10);
				terms.inventory_share = percent(50);
			});
			for number in 1..=PEOPLE {
				opened(number, 40_000);
			}
			for deed in deeds {
				let moves = matches!(deed, Deed::Price { .. } | Deed::Interest { .. } | Deed::Funding { .. });
				act(deed.clone());
				if moves {
					// Indices move at the beginning of a block only.
					blocks_of(2);
				}
				Insurance::do_try_state().unwrap_or_else(|error| panic!("{deed:?}: {error:?}"));
				Margin::do_try_state().unwrap_or_else(|error| panic!("{deed:?}: {error:?}"));
				is_conserved();
			}
			let failed = events().into_iter().find(|event| matches!(event, Event::StepFailed { .. }));
			assert!(failed.is_none(), "{failed:?}");
			absorb_due();
			finish(3);
			assert_sums(&events());
			is_conserved();
			let quote = Quote::ZERO;
			assert!(<Margin as Estates>::fund(POOL) >= quote);
		});
	}
}

/// As many as `PROPTEST_CASES` says, or these.
fn cases(few: u32) -> u32 {
	std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}
