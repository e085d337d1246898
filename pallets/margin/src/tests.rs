use breakwater_auction::Accounts;
use breakwater_interfaces::{
	Estates, Exposure, Ledger, LedgerError, Levy, NewRisk, Solvency, Trade, GLOBAL_POOL,
};
use breakwater_margin::{health, Requirement};
use breakwater_units::{Amount, Lots, NanoQuote, PoolId, Price, Quote, Ratio, Size};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold, weights::Weight};
use polkadot_sdk::*;

use crate::{
	indices::CachedIndices, mock::*, Due, Error, Event, Filings, Held, HoldReason, Levels,
	OpenInterest, Pools, Subaccounts,
};

fn fund(pool: PoolId) -> i128 {
	Pools::<Test>::get(pool).fund.get()
}

fn signed(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(person(number))
}

fn held(number: u8) -> u128 {
	Balances::balance_on_hold(&HoldReason::Subaccount.into(), &person(number))
}

mod a_subaccount {
	use super::*;

	#[test]
	fn holds_a_deposit_while_it_is_open() {
		with_chain(|| {
			assert_ok!(LedgerPallet::open(signed(1), 7, POOL, Some(BTC)));
			assert_eq!(held(1), DEPOSIT);
			let info = LedgerPallet::info(&key_of(1, 7)).unwrap();
			assert_eq!((info.pool, info.isolated), (POOL, Some(BTC)));
			assert_ok!(LedgerPallet::close(signed(1), 7));
			assert_eq!(held(1), 0);
			assert_eq!(LedgerPallet::info(&key_of(1, 7)), None);
		});
	}

	#[test]
	fn is_refused_twice_without_a_pool_and_without_its_market() {
		with_chain(|| {
			assert_ok!(LedgerPallet::open(signed(1), 0, POOL, None));
			let open = |pool, market| LedgerPallet::open(signed(1), 1, pool, market);
			assert_noop!(LedgerPallet::open(signed(1), 0, POOL, None), Error::<Test>::AlreadyOpen);
			assert_noop!(open(PoolId(9), None), Error::<Test>::UnknownPool);
			assert_noop!(open(OTHER_POOL, Some(BTC)), Error::<Test>::OtherPool);
			let nowhere = breakwater_units::MarketId(99);
			assert_noop!(open(POOL, Some(nowhere)), Error::<Test>::UnknownMarket);
		});
	}

	#[test]
	fn closes_only_empty_idle_and_by_its_owner() {
		with_chain(|| {
			let key = opened(1, 500);
			assert_noop!(LedgerPallet::close(signed(1), 0), Error::<Test>::NotEmpty);
			assert_noop!(LedgerPallet::close(signed(2), 0), Error::<Test>::UnknownSubaccount);
			assert_ok!(withdraw(&key, None, 500));
			others(|others| others.busy.push(key));
			assert_noop!(LedgerPallet::close(signed(1), 0), Error::<Test>::Busy);
			others(|others| others.busy.clear());
			assert_ok!(LedgerPallet::close(signed(1), 0));
		});
	}

	#[test]
	fn passes_assets_on_to_another_of_its_owner_as_far_as_margin_permits() {
		with_chain(|| {
			let (long, short) = (opened(1, 10_000), opened(2, 10_000));
			assert_ok!(LedgerPallet::open(signed(1), 1, POOL, None));
			assert_ok!(LedgerPallet::open(signed(1), 2, OTHER_POOL, None));
			assert_ok!(trade(BTC, 1_000, (&long, &short), 5, 0));

			// 5 lots of 10,000 quanta at 10 % leave 5,000
			let transfer = |to, amount| {
				let moved = LedgerPallet::transfer(signed(1), 0, to, None, Amount::new(amount));
				moved.map(drop).map_err(|failed| failed.error)
			};
			assert_noop!(transfer(1, 5_001), Error::<Test>::BeyondFree);
			assert_noop!(transfer(0, 1), Error::<Test>::SameSubaccount);
			assert_noop!(transfer(2, 1), Error::<Test>::OtherPool);
			assert_noop!(transfer(3, 1), Error::<Test>::UnknownSubaccount);
			assert_noop!(transfer(1, 0), Error::<Test>::NoAmount);
			assert_ok!(transfer(1, 5_000));
			assert_eq!(cash(&key_of(1, 1)), 5_000);
		});
	}
}

mod settling {
	use super::*;

	#[test]
	fn moves_lots_cash_and_fees_and_counts_open_interest() {
		with_chain(|| {
			let (long, short) = (opened(1, 100_000), opened(2, 100_000));
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 7));
			assert_eq!(LedgerPallet::open_interest(BTC), Size::new(10));
			assert_eq!((cash(&long), fund(POOL)), (99_993, 14));

			set_price(BTC, 1_010);
			// closes 4 at a profit of 10 ticks of 10 quanta
			assert_ok!(trade(BTC, 1_010, (&short, &long), 4, 0));
			assert_eq!(LedgerPallet::open_interest(BTC), Size::new(6));
			assert_eq!(cash(&long), 99_993 + 400);
			let said = |event: &Event<Test>| {
				matches!(event, Event::Traded { account, realised, position, .. }
					if *account == long && realised.get() == 400 && position.get() == 6)
			};
			assert!(events().iter().any(said));
		});
	}

	#[test]
	fn pays_funding_and_tells_it() {
		with_chain(|| {
			let (long, short) = (opened(1, 100_000), opened(2, 100_000));
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 0));
			world(|world| world.market(BTC).funding = 30);
			assert_ok!(trade(BTC, 1_000, (&short, &long), 10, 0));
			assert_eq!((cash(&long), cash(&short)), (99_700, 100_300));
			let paid = |event: &Event<Test>| {
				matches!(event, Event::Traded { account, funding, .. }
					if *account == long && funding.get() == 300)
			};
			assert!(events().iter().any(paid));
		});
	}

	#[test]
	fn of_one_account_on_both_sides_is_one_trade() {
		with_chain(|| {
			let (a, b) = (opened(1, 100_000), opened(2, 100_000));
			let part = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::new(1) };
			let trades = [part(a, 3), part(a, -1), part(b, -2)];
			assert_ok!(LedgerPallet::settle(BTC, Price::new(1_000), &trades));
			let state = LedgerPallet::state(&a).unwrap();
			assert_eq!(state.positions.get(BTC).unwrap().lots, Lots::new(2));
			assert_eq!(fund(POOL), 3);
		});
	}

	#[test]
	fn changes_nothing_if_anything_is_wrong() {
		with_chain(|| {
			let (a, b) = (opened(1, 100_000), opened(2, 100_000));
			let part = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::ZERO };
			let settle =
				|market, trades: &[Trade]| LedgerPallet::settle(market, Price::new(1_000), trades);
			assert_noop!(settle(BTC, &[part(a, 3), part(b, -2)]), Error::<Test>::Unbalanced);
			assert_noop!(
				settle(BTC, &[part(a, 3), part(key_of(9, 0), -3)]),
				Error::<Test>::UnknownSubaccount
			);
			assert_noop!(settle(DOGE, &[part(a, 3), part(b, -3)]), Error::<Test>::OtherPool);
			assert_ok!(LedgerPallet::open(signed(3), 0, POOL, Some(ETH)));
			let isolated = key_of(3, 0);
			assert_noop!(settle(BTC, &[part(a, 1), part(isolated, -1)]), Error::<Test>::Isolated);
			assert_eq!(LedgerPallet::may_trade(&isolated, BTC), Err(LedgerError::Isolated));
			assert_eq!(LedgerPallet::may_trade(&isolated, ETH), Ok(()));
			assert_eq!(LedgerPallet::may_trade(&a, DOGE), Err(LedgerError::OtherPool));
		});
	}
}

mod a_loan {
	use super::*;

	/// An account with collateral and a loss of 1,000 quanta that it had no cash for.
	fn in_debt() -> breakwater_units::AccountKey {
		let (loser, winner) = (opened(1, 0), opened(2, 100_000));
		deposit(&loser, Some(DOT), 1_000).unwrap();
		trade(BTC, 1_000, (&loser, &winner), 1, 0).unwrap();
		set_price(BTC, 900);
		trade(BTC, 900, (&winner, &loser), 1, 0).unwrap();
		loser
	}

	#[test]
	fn is_drawn_for_a_loss_and_paid_back_from_what_comes_in() {
		with_chain(|| {
			let loser = in_debt();
			let state = LedgerPallet::state(&loser).unwrap();
			assert_eq!((state.cash, state.loan), (Quote::ZERO, Quote::new(1_000)));
			assert_eq!(LedgerPallet::borrowed(POOL), Quote::new(1_000));
			LedgerPallet::do_try_state().unwrap();

			assert_ok!(deposit(&loser, None, 1_500));
			let state = LedgerPallet::state(&loser).unwrap();
			assert_eq!((state.cash, state.loan), (Quote::new(500), Quote::ZERO));
			assert_eq!(fund(POOL), 0);
		});
	}

	#[test]
	fn pays_its_interest_to_the_fund_and_rounding_too() {
		with_chain(|| {
			let loser = in_debt();
			world(|world| world.borrow.insert(POOL, 1_100_000_001));
			LedgerPallet::accrue(POOL, Quote::new(100));
			assert_eq!(fund(POOL), 100);
			LedgerPallet::do_try_state().unwrap();
			// never more than what the loans are worth
			LedgerPallet::accrue(POOL, Quote::new(100));
			assert_eq!(fund(POOL), 100);

			// the debt of 1,100.000001 costs 1,101
			assert_ok!(deposit(&loser, None, 2_000));
			assert_eq!((cash(&loser), fund(POOL)), (899, 101));
			assert_eq!(Pools::<Test>::get(POOL).receivable, Quote::ZERO);
		});
	}

	#[test]
	fn of_a_loss_is_given_beyond_any_limit_but_stops_new_risk() {
		with_chain(|| {
			limits(|terms| terms.max_loan = Quote::new(999));
			let loser = in_debt();
			assert_eq!(LedgerPallet::borrowed(POOL), Quote::new(1_000));
			let can = |lots| {
				let cost = Quote::new(9_000 * i128::from(lots));
				LedgerPallet::can_trade(
					&loser,
					BTC,
					Lots::new(lots),
					cost,
					Quote::ZERO,
					Quote::ZERO,
				)
			};
			assert!(!can(1));
			limits(|terms| terms.max_loan = Quote::new(1_000));
			assert!(can(1));
			limits(|terms| terms.max_borrowed = Quote::new(999));
			assert!(!can(1));
		});
	}

	#[test]
	fn lets_quote_out_against_collateral_up_to_its_limits() {
		with_chain(|| {
			let borrower = opened(1, 0);
			opened(2, 100_000);
			assert_ok!(deposit(&borrower, Some(DOT), 1_000));
			// 100 lots of 1,000 quanta less 15 %
			assert_eq!(LedgerPallet::withdrawable(&borrower, None), Amount::new(85_000));
			limits(|terms| terms.max_loan = Quote::new(3_000));
			assert_eq!(LedgerPallet::withdrawable(&borrower, None), Amount::new(3_000));
			limits(|terms| terms.max_borrowed = Quote::new(2_000));
			assert_eq!(LedgerPallet::withdrawable(&borrower, None), Amount::new(2_000));
			assert_noop!(withdraw(&borrower, None, 2_001), Error::<Test>::BeyondFree);
			assert_ok!(withdraw(&borrower, None, 2_000));
			assert_eq!(LedgerPallet::withdrawable(&borrower, None), Amount::ZERO);
			assert_eq!(Pools::<Test>::get(POOL).receivable, Quote::new(2_000));
		});
	}
}

mod withdrawing {
	use super::*;

	#[test]
	fn is_bound_by_quote_on_hand() {
		with_chain(|| {
			let (winner, loser) = (opened(1, 5_000), opened(2, 0));
			assert_ok!(deposit(&loser, Some(DOT), 1_000));
			assert_ok!(trade(BTC, 1_000, (&winner, &loser), 1, 0));
			set_price(BTC, 1_100);
			assert_ok!(trade(BTC, 1_100, (&loser, &winner), 1, 0));
			// the winner has 6,000, of which 1,000 are lent to the loser
			assert_eq!(cash(&winner), 6_000);
			assert_eq!(LedgerPallet::withdrawable(&winner, None), Amount::new(5_000));
		});
	}

	#[test]
	fn waits_for_good_prices_unless_nothing_is_owed() {
		with_chain(|| {
			let (a, b) = (opened(1, 10_000), opened(2, 10_000));
			assert_ok!(deposit(&a, Some(DOT), 50));
			world(|world| world.bad_feeds = vec![105]);
			assert_ok!(withdraw(&a, Some(DOT), 10));
			assert_ok!(withdraw(&a, None, 1_000));

			assert_ok!(trade(BTC, 1_000, (&a, &b), 1, 0));
			assert_noop!(withdraw(&a, None, 1), Error::<Test>::PriceNotGood);
			assert_eq!(LedgerPallet::withdrawable(&a, None), Amount::ZERO);
			assert_ok!(withdraw(&b, None, 1));
			world(|world| world.bad_feeds = vec![0]);
			assert_noop!(withdraw(&b, None, 1), Error::<Test>::PriceNotGood);
			world(|world| world.bad_feeds = vec![]);
			assert_ok!(withdraw(&a, None, 1));
		});
	}

	#[test]
	fn leaves_unrealised_profit_above_its_cap() {
		with_chain(|| {
			limits(|terms| terms.profit_cap = Quote::new(300));
			let (a, b) = (opened(1, 10_000), opened(2, 10_000));
			assert_ok!(trade(BTC, 1_000, (&a, &b), 1, 0));
			set_price(BTC, 1_100);
			// margin 1,100; profit 1,000, of which 300 count
			assert_eq!(LedgerPallet::withdrawable(&a, None), Amount::new(10_000 + 300 - 1_100));
		});
	}

	#[test]
	fn refuses_more_than_there_is_and_what_is_not_there() {
		with_chain(|| {
			let key = opened(1, 100);
			assert_noop!(withdraw(&key, Some(DOT), 1), Error::<Test>::BeyondFree);
			assert_noop!(withdraw(&key, None, 101), Error::<Test>::BeyondFree);
			assert_noop!(withdraw(&key, None, 0), Error::<Test>::NoAmount);
		});
	}
}

mod crediting {
	use super::*;

	#[test]
	fn is_bound_by_cap_range_and_list() {
		with_chain(|| {
			let key = opened(1, 0);
			assert_noop!(deposit(&key, Some(DOT), CAP + 1), Error::<Test>::CapReached);
			let unknown = breakwater_units::AssetId(77);
			assert_noop!(deposit(&key, Some(unknown), 1), Error::<Test>::UnknownAsset);
			assert_noop!(deposit(&key, None, u128::MAX), Error::<Test>::AmountTooLarge);
			assert_noop!(deposit(&key, None, 1 << 100), Error::<Test>::AmountTooLarge);
			assert_ok!(deposit(&key, Some(DOT), CAP));
			assert_eq!(LedgerPallet::held(DOT), Amount::new(CAP));
		});
	}

	#[test]
	fn works_while_a_price_is_missing_and_sets_the_account_aside() {
		with_chain(|| {
			let (a, b) = (opened(1, 10_000), opened(2, 10_000));
			assert_ok!(trade(BTC, 1_000, (&a, &b), 1, 0));
			let btc = world(|world| world.markets.remove(&BTC).unwrap());
			assert_ok!(deposit(&a, None, 1));
			assert!(events().contains(&Event::SetAside { account: a }));
			world(|world| world.markets.insert(BTC, btc));
			assert_eq!(LedgerPallet::recheck(&a), Ok(false));
		});
	}
}

mod estates {
	use super::*;

	fn equity(key: &breakwater_units::AccountKey) -> i128 {
		LedgerPallet::equity(key).unwrap().get() / 1_000_000_000
	}

	/// An account that nothing liquidates.
	fn backstop() -> breakwater_units::AccountKey {
		let key = opened(99, 0);
		others(|others| others.backstop = Some(key));
		key
	}

	#[test]
	fn are_absorbed_with_debt_positions_and_collateral() {
		with_chain(|| {
			let (long, short, backstop) = (opened(1, 6_000), opened(2, 100_000), backstop());
			assert_ok!(deposit(&long, Some(DOT), 50));
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 0));
			assert_ok!(trade(ETH, 1_000, (&short, &long), 3, 0));
			// 10 lots lose 1,000 quanta each
			set_price(BTC, 900);
			let worth = equity(&long);
			assert_ok!(LedgerPallet::absorb(&long, &backstop));

			assert_eq!(equity(&backstop), worth);
			assert_eq!(LedgerPallet::state(&long).unwrap(), Default::default());
			assert_eq!(LedgerPallet::open_interest(BTC), Size::new(10));
			assert!(!Filings::<Test>::contains_key(backstop));

			// The opposite of what it has cancels, and its profit becomes cash.
			assert_ok!(LedgerPallet::absorb(&short, &backstop));
			assert_eq!(LedgerPallet::open_interest(BTC), Size::ZERO);
			assert!(LedgerPallet::state(&backstop).unwrap().positions.is_empty());
		});
	}

	#[test]
	fn sell_collateral_for_what_the_buyer_has() {
		with_chain(|| {
			let (seller, buyer) = (opened(1, 0), opened(2, 5_000));
			assert_ok!(deposit(&seller, Some(DOT), 100));
			let sell = |lots, price| {
				let price = Price::new(price);
				LedgerPallet::sell_collateral(&seller, &buyer, DOT, Size::new(lots), price)
			};
			// A lot of 10 units at 90 ticks of 10 quanta
			assert_noop!(sell(6, 90), Error::<Test>::NotEnough);
			assert_noop!(sell(0, 90), Error::<Test>::NoAmount);
			assert!(sell(11, 1).is_err());
			assert_ok!(sell(5, 90));
			assert_eq!((cash(&seller), cash(&buyer)), (4_500, 500));
			let held = |key| LedgerPallet::state(key).unwrap().collateral.get(DOT).copied();
			assert_eq!(held(&seller), Some(Amount::new(50)));
			assert_eq!(held(&buyer), Some(Amount::new(50)));
		});
	}

	#[test]
	fn are_charged_beyond_their_cash_and_owe_the_rest() {
		with_chain(|| {
			let (payer, payee) = (opened(1, 300), opened(2, 0));
			assert_noop!(
				LedgerPallet::charge(&payer, &payee, Quote::new(-1)),
				Error::<Test>::NoAmount
			);
			assert_ok!(LedgerPallet::charge(&payer, &payee, Quote::new(1_000)));
			assert_eq!(cash(&payee), 1_000);
			assert_eq!(LedgerPallet::state(&payer).unwrap().loan, Quote::new(700));
		});
	}

	#[test]
	fn move_what_funds_have_and_what_is_on_hand() {
		with_chain(|| {
			let (long, short) = (opened(1, 100_000), opened(2, 100_000));
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 50));
			let moved = |to, amount| LedgerPallet::move_fund(POOL, to, Quote::new(amount));
			assert_noop!(moved(GLOBAL_POOL, 101), Error::<Test>::NotEnough);
			assert_noop!(moved(PoolId(77), 1), Error::<Test>::UnknownPool);
			assert_noop!(moved(POOL, 1), Error::<Test>::UnknownPool);
			assert_ok!(moved(GLOBAL_POOL, 60));
			assert_eq!((fund(POOL), fund(GLOBAL_POOL)), (40, 60));
		});
	}

	#[test]
	fn pay_a_levy_at_the_first_touch_and_before_anything_else() {
		with_chain(|| {
			let (long, short, backstop) = (opened(1, 6_000), opened(2, 20_000), backstop());
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 0));
			// The long loses 7,000, 1,000 more than it has; the backstop has that loss.
			set_price(BTC, 930);
			assert_ok!(LedgerPallet::absorb(&long, &backstop));
			assert_eq!(equity(&backstop), -1_000);

			let closes = vec![(BTC, Lots::new(10), Price::new(930))];
			let levy = Levy { closes, charge: Quote::new(1_000) };
			others(|others| {
				others.levies.insert(short, levy);
			});
			// Asking what it may trade is a touch.
			let _ = LedgerPallet::batch(BTC, Ratio::ZERO, Size::MAX, NewRisk::ADMITTED)
				.position(&short);
			assert_eq!(cash(&short), 26_000);
			assert_eq!((cash(&backstop), equity(&backstop)), (0, 0));
			assert_eq!(LedgerPallet::open_interest(BTC), Size::ZERO);

			// It is taken once.
			assert_ok!(deposit(&short, None, 5));
			assert_eq!(cash(&short), 26_005);
		});
	}
}

mod levies {
	use super::*;

	/// Positions and collateral.
	const MOST_LEGS: u64 = 24 + 8;
	use breakwater_units::{AccountKey, MarketId};
	use frame_support::dispatch::GetDispatchInfo;

	fn owe(account: AccountKey, closes: Vec<(MarketId, Lots, Price)>, charge: i128) {
		let levy = Levy { closes, charge: Quote::new(charge) };
		others(|others| {
			others.levies.insert(account, levy);
		});
	}

	/// A backstop, and two subaccounts of one owner with so much in the first.
	fn two(quote: u128) -> [AccountKey; 2] {
		let backstop = opened(99, 0);
		others(|others| others.backstop = Some(backstop));
		let first = opened(1, quote);
		assert_ok!(LedgerPallet::open(signed(1), 1, POOL, None));
		[first, key_of(1, 1)]
	}

	fn transfer(amount: u128) -> frame_support::dispatch::DispatchResultWithPostInfo {
		LedgerPallet::transfer(signed(1), 0, 1, None, Amount::new(amount))
	}

	#[test]
	fn close_in_several_markets_and_pay_at_once() {
		with_chain(|| {
			let [payer, _] = two(100_000);
			let others_side = opened(2, 1_000_000);
			assert_ok!(trade(BTC, 1_000, (&payer, &others_side), 10, 0));
			assert_ok!(trade(ETH, 1_000, (&others_side, &payer), 4, 0));
			set_price(BTC, 1_100);
			let backstop = key_of(99, 0);
			let closes = vec![
				(BTC, Lots::new(-10), Price::new(1_100)),
				(ETH, Lots::ZERO, Price::new(7)),
				(ETH, Lots::new(4), Price::new(1_000)),
			];
			owe(payer, closes, 3_000);
			assert_ok!(LedgerPallet::settle_levy(&payer));
			// 10 lots gained 100 ticks of 10 quanta
			assert_eq!(cash(&payer), 107_000);
			assert!(LedgerPallet::state(&payer).unwrap().positions.is_empty());
			assert_eq!(cash(&backstop), 3_000);
			let taken = LedgerPallet::state(&backstop).unwrap().positions;
			assert_eq!(taken.get(BTC).unwrap().lots, Lots::new(10));
			assert_eq!(taken.get(ETH).unwrap().lots, Lots::new(-4));
			let traded =
				|event: &&Event<Test>| matches!(event, Event::Traded { fee, .. } if fee.is_zero());
			assert_eq!(events().iter().filter(traded).count(), 4 + 4);
		});
	}

	#[test]
	fn weigh_in_a_call_that_touches_who_has_one_to_settle_and_in_no_other() {
		with_chain(|| {
			let [first, second] = two(100_000);
			let amount = Amount::new(10);
			let call = crate::Call::<Test>::transfer { from: 0, to: 1, asset: None, amount };
			let declared = call.get_dispatch_info().call_weight;
			let (each, most) = (LEVY + ASKING, MOST_LEGS * LEVY + ASKING);
			let weight = |ref_time| Some(Weight::from_parts(ref_time, 0));
			let filing = LedgerPallet::most_filing_weight().ref_time();
			assert_eq!(
				Some(declared),
				weight(TRANSFER + 2 * filing),
				"nobody has anything to settle"
			);
			assert_eq!(transfer(10).unwrap().actual_weight, weight(TRANSFER), "nor to file anew");
			// Now it is declared, but what somebody else has to settle is given back.
			owe(opened(3, 10), vec![], 0);
			let declared = call.get_dispatch_info().call_weight;
			assert_eq!(Some(declared), weight(TRANSFER + 2 * most));
			assert_eq!(transfer(10).unwrap().actual_weight, weight(TRANSFER));
			owe(second, vec![], 0);
			assert_eq!(transfer(10).unwrap().actual_weight, weight(TRANSFER + each));
			assert_eq!(transfer(10).unwrap().actual_weight, weight(TRANSFER), "once");
			owe(first, vec![], 0);
			owe(second, vec![], 0);
			assert_eq!(transfer(10).unwrap().actual_weight, weight(TRANSFER + 2 * each));
			// A call that fails gives back as much.
			let failed = transfer(1_000_000).unwrap_err();
			assert_eq!(failed.post_info.actual_weight, weight(TRANSFER));
			owe(first, vec![], 0);
			let failed = transfer(1_000_000).unwrap_err();
			assert_eq!(failed.post_info.actual_weight, weight(TRANSFER + each));
			assert!(!LedgerPallet::awaits_levy(&key_of(99, 0)), "the payee owes itself nothing");
		});
	}

	#[test]
	fn do_not_weigh_alone_in_a_call_that_touches_accounts_with_many_terms() {
		with_chain(|| {
			let [from, to] = two(100_000);
			let other = opened(2, 100_000);
			let weighed = || transfer(10).unwrap().actual_weight;
			let with = |further: u64| Some(Weight::from_parts(TRANSFER + further * TERM, 0));
			assert_ok!(trade(BTC, 1_000, (&from, &other), 10, 0));
			assert_eq!(weighed(), with(0));
			assert_ok!(trade(ETH, 1_000, (&from, &other), 4, 0));
			assert_eq!(weighed(), with(1));
			assert_ok!(deposit(&to, Some(DOT), 100));
			assert_ok!(trade(BTC, 1_000, (&to, &other), 1, 0));
			assert_eq!(weighed(), with(2));
		});
	}

	#[test]
	fn weigh_by_the_legs_of_who_has_one_to_settle() {
		with_chain(|| {
			let [long, short] = two(100_000);
			let weight = |ref_time| Weight::from_parts(ref_time, 0);
			assert_eq!(LedgerPallet::levy_weight(), weight(0), "none is open");
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 0));
			assert_ok!(trade(ETH, 1_000, (&short, &long), 4, 0));
			assert_ok!(deposit(&long, Some(DOT), 100));
			owe(long, vec![], 0);
			assert_eq!(LedgerPallet::levy_weight(), weight(MOST_LEGS * LEVY + ASKING));
			assert_eq!(LedgerPallet::levy_weight_of(&long), weight(3 * LEVY + ASKING));
			assert_eq!(LedgerPallet::levy_weight_of(&short), weight(0), "it owes nothing");
		});
	}

	#[test]
	fn come_before_what_is_free() {
		with_chain(|| {
			let [payer, _] = two(10_000);
			owe(payer, vec![], 4_000);
			assert_eq!(LedgerPallet::withdrawable(&payer, None), Amount::new(6_000));
			assert_eq!(LedgerPallet::withdrawable(&payer, None), Amount::new(6_000), "once");
		});
	}
}

mod transfers_of_the_protocol {
	use super::*;

	#[test]
	fn take_from_cash_and_fund_only_what_is_there() {
		with_chain(|| {
			let (a, b) = (opened(1, 10_000), opened(2, 10_000));
			assert_ok!(trade(BTC, 1_000, (&a, &b), 1, 50));
			let move_quote = |from, to, amount| {
				<LedgerPallet as Ledger>::transfer(POOL, from, to, Quote::new(amount))
			};
			assert_noop!(move_quote(None, Some(&a), 101), Error::<Test>::NotEnough);
			assert_ok!(move_quote(None, Some(&a), 100));
			assert_eq!((cash(&a), fund(POOL)), (10_050, 0));
			assert_noop!(move_quote(Some(&a), None, 10_051), Error::<Test>::NotEnough);
			assert_ok!(move_quote(Some(&a), Some(&b), 10_050));
			assert_noop!(move_quote(Some(&b), None, -1), Error::<Test>::NoAmount);
		});
	}
}

mod admission {
	use super::*;

	fn buy(key: &breakwater_units::AccountKey, lots: i64, price: i128) -> bool {
		let batch = LedgerPallet::batch(BTC, Ratio::ZERO, Size::new(1_000_000), NewRisk::ADMITTED);
		batch.allows(key, Lots::new(lots), Quote::new(i128::from(lots) * price * 10))
	}

	#[test]
	fn asks_initial_margin_with_a_quantum_for_each_rounding() {
		with_chain(|| {
			// 10 lots of 10,000 at 10 %, and two quanta
			let enough = opened(1, 10_002);
			let too_little = opened(2, 10_001);
			assert!(buy(&enough, 10, 1_000));
			assert!(!buy(&enough, 10, 1_001));
			assert!(!buy(&enough, 11, 1_000));
			assert!(!buy(&too_little, 10, 1_000));
			assert!(buy(&too_little, 0, 0));
			assert!(!buy(&key_of(77, 0), 1, 1_000));
		});
	}

	#[test]
	fn lets_a_poor_account_reduce_while_it_does_not_lose() {
		with_chain(|| {
			let (poor, rich) = (opened(1, 10_002), opened(2, 1_000_000));
			assert_ok!(trade(BTC, 1_000, (&poor, &rich), 10, 0));
			set_price(BTC, 950);
			// initial health is 10,002 − 5,000 − 9,500; a lot frees 950
			assert!(!buy(&poor, 1, 950));
			assert!(buy(&poor, -1, 950));
			assert!(buy(&poor, -1, 855));
			assert!(!buy(&poor, -1, 854));
			assert!(buy(&poor, -10, 950));
			// as far round as its margin was: initial health is no lower then
			assert!(buy(&poor, -20, 950));
			assert!(!buy(&poor, -21, 950));
		});
	}

	#[test]
	fn bounds_positions_by_size_room_equity_and_the_breaker() {
		with_chain(|| {
			let (a, b) = (opened(1, 10_000_000), opened(2, 10_000_000));
			assert_ok!(trade(BTC, 1_000, (&a, &b), 10, 0));
			let allows = |max: u64, new_risk, lots: i64| {
				let new_risk = NewRisk { is_admitted: new_risk, ..NewRisk::default() };
				let batch = LedgerPallet::batch(BTC, Ratio::ZERO, Size::new(max), new_risk);
				batch.allows(&a, Lots::new(lots), Quote::new(10_000 * i128::from(lots)))
			};
			assert!(allows(20, true, 10));
			assert!(!allows(20, true, 11));
			assert!(allows(20, true, -30));
			assert!(!allows(20, true, -31));
			// a position above the bound may shrink, and not grow
			assert!(allows(5, true, -1));
			assert!(!allows(5, true, 1));
			assert!(!allows(20, false, 1));
			assert!(allows(20, false, -10));
			assert!(!allows(20, false, -11));
			world(|world| world.market(BTC).room = 3);
			assert!(allows(20, true, 3));
			assert!(!allows(20, true, 4));
			assert!(allows(20, true, -13));
			limits(|terms| terms.min_equity = Quote::new(10_000_001));
			assert!(!allows(20, true, 1));
			assert!(allows(20, true, -10));
		});
	}

	#[test]
	fn lets_others_take_over_what_is_forced_and_no_more() {
		with_chain(|| {
			let (a, b) = (opened(1, 10_000_000), opened(2, 10_000_000));
			assert_ok!(trade(BTC, 1_000, (&a, &b), 10, 0));
			let allows = |is_admitted, account, lots: i64| {
				let (forced_sales, forced_purchases) = (Size::new(5), Size::new(2));
				let new_risk = NewRisk { is_admitted, forced_sales, forced_purchases };
				let batch = LedgerPallet::batch(BTC, Ratio::ZERO, Size::new(1_000), new_risk);
				batch.allows(account, Lots::new(lots), Quote::new(10_000 * i128::from(lots)))
			};
			assert!(allows(false, &a, 5) && !allows(false, &a, 6), "a long takes the sales");
			assert!(allows(false, &a, -12) && !allows(false, &a, -13), "or turns into a short");
			assert!(allows(false, &b, 15) && !allows(false, &b, 16), "a short turns into a long");
			assert!(allows(false, &b, -2) && !allows(false, &b, -3), "or takes the purchases");
			world(|world| world.market(BTC).room = 3);
			assert!(allows(true, &a, 8) && !allows(true, &a, 9), "beside what there is room for");
			limits(|terms| terms.min_equity = Quote::new(10_000_001));
			assert!(!allows(false, &a, 1), "not who may not add risk at all");
		});
	}

	#[test]
	fn counts_the_fee_on_cost_without_its_sign() {
		with_chain(|| {
			// 10 lots: 10,000 of margin and 1 % of 100,000
			let key = opened(1, 11_002);
			let batch = |rate| {
				LedgerPallet::batch(BTC, Ratio::new(rate), Size::new(1_000), NewRisk::ADMITTED)
			};
			for lots in [10, -10] {
				let cost = Quote::new(i128::from(lots) * 10_000);
				assert!(batch(10_000_000).allows(&key, Lots::new(lots), cost));
				assert!(!batch(10_000_001).allows(&key, Lots::new(lots), cost));
			}
		});
	}

	#[test]
	fn keeps_what_resting_orders_reserve() {
		with_chain(|| {
			let key = opened(1, 11_002);
			let can = |reserved| {
				let (lots, cost) = (Lots::new(10), Quote::new(100_000));
				LedgerPallet::can_trade(&key, BTC, lots, cost, Quote::ZERO, Quote::new(reserved))
			};
			assert!(can(1_000));
			assert!(!can(1_001));
		});
	}

	#[test]
	fn what_passes_leaves_initial_health() {
		with_chain(|| {
			let (a, b) = (opened(1, 10_005), opened(2, 1_000_000));
			let batch =
				LedgerPallet::batch(BTC, Ratio::new(3_000), Size::new(1_000), NewRisk::ADMITTED);
			let lots = (1..50i64)
				.rev()
				.find(|lots| {
					batch.allows(&a, Lots::new(*lots), Quote::new(i128::from(*lots) * 10_000))
				})
				.unwrap();
			assert_ok!(trade(BTC, 1_000, (&a, &b), lots, 1));
			let state = LedgerPallet::state(&a).unwrap();
			let indices = CachedIndices::<Test>::new(POOL);
			let left = health(&state, &indices, Requirement::Initial).unwrap();
			assert!(left >= NanoQuote::ZERO);
		});
	}
}

mod the_trigger_book {
	use super::*;

	#[test]
	fn weighs_each_term_beyond_the_first() {
		with_chain(|| {
			let (long, short) = (opened(1, 100_000), opened(2, 100_000));
			let further = |terms: u64| Weight::from_parts(terms * TERM, 0);
			assert_eq!(LedgerPallet::filing_weight(&long), further(0), "it is not filed");
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 0));
			assert_eq!(LedgerPallet::filing_weight(&long), further(0));
			assert_ok!(trade(ETH, 1_000, (&long, &short), 2, 0));
			assert_ok!(deposit(&long, Some(DOT), 100));
			assert_eq!(LedgerPallet::filing_weight(&long), further(2));
			// One that is due has nothing that must go, and may get two whole terms a leg.
			set_price(BTC, 1);
			set_price(ETH, 1);
			assert_ok!(LedgerPallet::recheck(&long));
			assert!(LedgerPallet::is_due(&long));
			assert_eq!(LedgerPallet::filing_weight(&long), further(4));
			assert!(LedgerPallet::most_filing_weight().all_gte(further(4 * (24 + 8))));
		});
	}

	#[test]
	fn wakes_whoever_becomes_liquidatable_and_tells() {
		with_chain(|| {
			let (long, short) = (opened(1, 10_002), opened(2, 1_000_000));
			assert_ok!(trade(BTC, 1_000, (&long, &short), 10, 0));
			assert_eq!(next_block().woken, 0);
			// maintenance health: 10,002 − 100,000 + 95,000·p/1,000 is zero at 947.34
			set_price(BTC, 948);
			assert_eq!(next_block().woken, 0);
			set_price(BTC, 947);
			let step = next_block();
			assert_eq!((step.woken, step.due, step.backlog), (1, 1, false));
			assert_eq!(LedgerPallet::due(10), vec![long]);
			let due = |event: &Event<Test>| matches!(event, Event::AccountDue { account, .. } if *account == long);
			assert!(events().iter().any(due));

			// a top-up takes it out of the queue
			assert_ok!(deposit(&long, None, 1_000));
			assert_eq!(LedgerPallet::due(10), vec![]);
		});
	}

	#[test]
	fn calls_for_margin_before_it_is_too_late() {
		with_chain(|| {
			let (cross, other) = (opened(1, 20_004), opened(2, 1_000_000));
			assert_ok!(trade(BTC, 1_000, (&cross, &other), 10, 0));
			assert_ok!(trade(ETH, 1_000, (&cross, &other), 10, 0));
			// maintenance health is 20,004 − 10,000 − 9,500, less than a quarter of the margin
			set_price(BTC, 900);
			next_block();
			let called = |event: &Event<Test>| matches!(event, Event::MarginCall { account, .. } if *account == cross);
			assert!(events().iter().any(called));
			assert_eq!(LedgerPallet::due(1), vec![]);
		});
	}

	#[test]
	fn is_not_fooled_by_an_index_that_moved_and_moved_back_unseen() {
		with_chain(|| {
			let (long, short) = (opened(1, 10_002), opened(2, 1_000_000));
			next_block();
			// a block without a step, in which the account trades at another price
			System::set_block_number(System::block_number() + 1);
			set_price(BTC, 1_100);
			assert_ok!(trade(BTC, 1_100, (&long, &short), 10, 0));
			set_price(BTC, 1_000);
			let step = next_block();
			assert_eq!((step.woken, step.due), (1, 1));
		});
	}

	#[test]
	fn carries_over_what_does_not_fit() {
		with_chain(|| {
			let short = opened(1, 10_000_000);
			let longs: Vec<_> = (2..12).map(|number| opened(number, 10_002)).collect();
			for long in &longs {
				assert_ok!(trade(BTC, 1_000, (long, &short), 10, 0));
			}
			next_block();
			set_price(BTC, 900);
			let mut blocks = 0;
			loop {
				System::set_block_number(System::block_number() + 1);
				blocks += 1;
				// weights are zero here: the budget is what the interface allows at least
				let step = LedgerPallet::step_at_most(3);
				LedgerPallet::do_try_state().unwrap();
				if !step.backlog {
					break;
				}
			}
			assert_eq!(blocks, 4);
			assert_eq!(LedgerPallet::due(100).len(), 10);
		});
	}

	#[test]
	fn needs_no_entry_for_an_account_that_owes_nothing() {
		with_chain(|| {
			let key = opened(1, 500);
			assert_ok!(deposit(&key, Some(DOT), 1_000));
			assert_eq!(Filings::<Test>::iter().count(), 0);
			assert_ok!(withdraw(&key, None, 500));
			assert_eq!(Levels::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn sets_aside_whoever_cannot_be_computed_and_goes_on() {
		with_chain(|| {
			let short = opened(1, 10_000_000);
			let (broken, sound) = (opened(2, 10_002), opened(3, 10_002));
			for long in [&broken, &sound] {
				assert_ok!(trade(BTC, 1_000, (long, &short), 10, 0));
			}
			let whole = Subaccounts::<Test>::take(broken).unwrap();
			set_price(BTC, 900);
			let step = next_block();
			assert_eq!((step.woken, step.due, step.failed), (2, 1, 1));
			assert_eq!(LedgerPallet::due(10), vec![sound, broken]);
			Subaccounts::<Test>::insert(broken, whole);
			assert_eq!(LedgerPallet::recheck(&broken), Ok(true));
		});
	}

	#[test]
	fn does_nothing_without_weight_and_says_so() {
		with_chain(|| {
			let step = LedgerPallet::step(Weight::zero());
			assert!(!step.backlog);
			assert_eq!(step.used, Weight::zero());
		});
	}
}

mod try_state {
	use super::*;

	/// Two accounts with positions, collateral and a loan; all is well.
	fn sound() -> [breakwater_units::AccountKey; 2] {
		let (a, b) = (opened(1, 20_000), opened(2, 20_000));
		deposit(&a, Some(DOT), 1_000).unwrap();
		trade(BTC, 1_000, (&a, &b), 10, 5).unwrap();
		next_block();
		LedgerPallet::do_try_state().unwrap();
		[a, b]
	}

	fn catches(message: &'static str, corrupt: impl FnOnce([breakwater_units::AccountKey; 2])) {
		new_test_ext().execute_with(|| {
			corrupt(sound());
			let found = LedgerPallet::do_try_state().unwrap_err();
			assert_eq!(found, sp_runtime::TryRuntimeError::Other(message));
		});
	}

	#[test]
	fn sees_quote_from_nowhere() {
		catches("claims and fund are not quote on hand and receivable", |_| {
			world(|world| *world.quote.get_mut(&POOL).unwrap() += 1);
		});
		catches("a pool's claims are not the sum of its accounts'", |[a, _]| {
			Subaccounts::<Test>::mutate(a, |account| {
				let cash = &mut account.as_mut().unwrap().state.cash;
				*cash = cash.saturating_add(Quote::new(1));
			});
		});
	}

	#[test]
	fn sees_longs_that_are_not_shorts() {
		catches("longs are not shorts", |[_, b]| {
			Subaccounts::<Test>::mutate(b, |account| {
				let state = &mut account.as_mut().unwrap().state;
				let mut position = *state.positions.get(BTC).unwrap();
				position.lots = Lots::new(-11);
				state.positions.set(BTC, position).unwrap();
				state.cash = state.cash.saturating_add(Quote::ZERO);
			});
			crate::Pallet::<Test>::recheck(&b).unwrap();
		});
		catches("open interest is not what is long", |_| {
			OpenInterest::<Test>::insert(BTC, Size::new(9));
		});
	}

	#[test]
	fn sees_assets_that_are_not_there() {
		catches("accounts do not hold what the vault holds", |_| {
			world(|world| *world.collateral.get_mut(&DOT).unwrap() -= 1);
		});
		catches("what is held of an asset is not the sum over accounts", |_| {
			Held::<Test>::insert(DOT, Amount::new(999));
		});
	}

	#[test]
	fn sees_loans_that_are_not_in_the_books() {
		catches("principal is not the sum of loans", |_| {
			Pools::<Test>::mutate(POOL, |book| book.principal = Quote::new(3));
		});
		catches("more is receivable than is owed", |_| {
			Pools::<Test>::mutate(POOL, |book| {
				book.receivable = Quote::new(1);
				book.fund = book.fund.saturating_add(Quote::new(1));
			});
		});
		catches("an account with cash owes a loan", |[a, _]| {
			Subaccounts::<Test>::mutate(a, |account| {
				account.as_mut().unwrap().state.loan = Quote::new(1);
			});
		});
	}

	#[test]
	fn sees_an_account_that_nothing_watches() {
		catches("an account that could be liquidated is not filed", |[a, _]| {
			Filings::<Test>::remove(a);
		});
		catches("a level is missing from the trigger book", |_| {
			let key = Levels::<Test>::iter_keys().next().unwrap();
			Levels::<Test>::remove(key);
		});
		catches("the trigger book's levels are not those of the filings", |_| {
			let list = breakwater_trigger_book::ListId {
				band: Default::default(),
				index: breakwater_trigger_book::IndexId(1),
				direction: breakwater_trigger_book::Direction::Falling,
			};
			let key = breakwater_trigger_book::LevelKey::first_of(&list);
			Levels::<Test>::insert(key, ());
		});
		catches("a due account is missing from the queue", |_| {
			set_price(BTC, 3_000);
			next_block();
			let key = Due::<Test>::iter_keys().next().unwrap();
			Due::<Test>::remove(key);
		});
	}

	#[test]
	fn sees_an_account_that_changed_without_being_filed() {
		catches("an account is not covered by its levels", |[a, _]| {
			Subaccounts::<Test>::mutate(a, |account| {
				let state = &mut account.as_mut().unwrap().state;
				state.cash = state.cash.try_sub(Quote::new(9_000)).unwrap();
			});
		});
		catches("an account is stored under another's key", |[a, _]| {
			Subaccounts::<Test>::mutate(a, |account| account.as_mut().unwrap().info.id.number = 9);
		});
		catches("a position in a market that the account may not trade", |[a, _]| {
			Subaccounts::<Test>::mutate(a, |account| {
				account.as_mut().unwrap().info.isolated = Some(ETH);
			});
		});
	}
}
