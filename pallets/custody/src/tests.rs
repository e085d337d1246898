use breakwater_interfaces::{SubaccountId, Vault};
use breakwater_margin::Position;
use breakwater_units::{Amount, AssetId, Lots, Millis, PoolId};
use frame_support::{assert_noop, assert_ok, dispatch::CheckIfFeeless};
use polkadot_sdk::*;

use crate::{mock::*, Collateral, Error, Event, Faucet, OnHand, Promised, Tickets};

fn on_hand(pool: u32) -> u128 {
	Custody::quote_on_hand(PoolId(pool)).get()
}

fn is_free(owner: u8, asset: Option<AssetId>, amount: u128) -> bool {
	let call = crate::Call::<Test>::deposit { number: 0, asset, amount: Amount::new(amount) };
	call.is_feeless(&signed(owner))
}

mod a_deposit {
	use super::*;

	#[test]
	fn goes_from_the_wallet_to_vault_and_ledger() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 1_000));
			assert_ok!(deposit(1, Some(DOT), 300));
			assert_eq!((wallet(1, QUOTE), wallet(1, DOT.0)), (WALLET - 1_000, WALLET - 300));
			assert_eq!((on_hand(0), on_hand(1)), (1_000, 0));
			assert_eq!(Custody::collateral_on_hand(DOT), Amount::new(300));
			let account = SubaccountId { owner: person(1), number: 0 }.key();
			let amount = Amount::new(300);
			let (owner, asset) = (person(1), Some(DOT));
			assert!(events().contains(&Event::Deposited { account, owner, asset, amount }));
		});
	}

	#[test]
	fn is_counted_for_the_pool_of_the_subaccount() {
		with_chain(|| {
			assert_ok!(deposit(3, None, 1_000));
			assert_eq!((on_hand(0), on_hand(1)), (0, 1_000));
		});
	}

	#[test]
	fn works_while_everything_else_is_halted() {
		with_chain(|| {
			world(|world| {
				world.closed.insert(BTC);
				world.pools_closed = true;
			});
			assert_ok!(deposit(1, None, 1_000));
		});
	}

	#[test]
	fn is_refused_with_its_cause_and_changes_nothing() {
		with_chain(|| {
			assert_noop!(deposit(1, None, 0), Error::<Test>::NoAmount);
			assert_noop!(deposit(1, None, 9), Error::<Test>::TooSmall);
			assert_noop!(deposit(1, Some(DOT), 9), Error::<Test>::TooSmall);
			assert_noop!(deposit(1, Some(JUNK), 100), Error::<Test>::UnknownAsset);
			assert_noop!(deposit(1, Some(AssetId(QUOTE)), 100), Error::<Test>::UnknownAsset);
			assert_noop!(deposit(1, Some(AssetId(99)), 100), Error::<Test>::UnknownAsset);
			assert_noop!(deposit(1, None, WALLET + 1), Error::<Test>::NotInWallet);
			assert_noop!(deposit(1, Some(DOT), 500_001), Error::<Test>::CapReached);
			assert_noop!(deposit(8, None, 100), Error::<Test>::UnknownSubaccount);
			let other = untold(Custody::deposit(signed(1), 7, None, Amount::new(100)));
			assert_eq!(other, Err(Error::<Test>::UnknownSubaccount.into()));
			for asset in 10..18 {
				assert_ok!(deposit(1, Some(AssetId(asset)), 10));
			}
			assert_noop!(deposit(1, Some(DOT), 10), Error::<Test>::TooManyAssets);
			assert_ok!(deposit(1, Some(AssetId(12)), 10));
		});
	}

	#[test]
	fn is_free_so_often_a_day_and_only_if_it_succeeds() {
		with_chain(|| {
			assert!(is_free(1, None, 100));
			assert!(!is_free(1, None, 9));
			assert!(!is_free(1, None, WALLET + 1));
			assert!(!is_free(1, Some(JUNK), 100));
			assert!(!is_free(1, Some(DOT), 500_001));
			assert!(!is_free(8, None, 100));
			assert_ok!(deposit(1, None, 100));
			assert!(is_free(1, None, 100));
			assert_ok!(deposit(1, None, 100));
			assert!(!is_free(1, None, 100));
			assert!(is_free(2, None, 100));
			// it still works, for a fee
			assert_ok!(deposit(1, None, 100));
			later(Millis::DAY);
			assert!(is_free(1, None, 100));
		});
	}
}

mod a_withdrawal {
	use super::*;

	#[test]
	fn is_paid_at_once_while_there_is_room() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 10_000));
			assert_ok!(withdraw(1, None, 500));
			assert_eq!((wallet(1, QUOTE), on_hand(0)), (WALLET - 9_500, 9_500));
			assert_eq!(Tickets::<Test>::iter().count(), 0);
			let paid = |event: &Event<Test>| {
				matches!(event, Event::Withdrawn { amount, ticket: None, .. }
					if amount.get() == 500)
			};
			assert!(events().iter().any(paid));
		});
	}

	#[test]
	fn beyond_the_room_waits_its_turn_and_anybody_may_collect_it() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 1_000));
			assert_ok!(deposit(2, None, 100));
			// limits of 110 for the pool and 60 for an account: the second finds room for 50
			let before = wallet(2, QUOTE);
			assert_ok!(withdraw(1, None, 60));
			assert_ok!(withdraw(2, None, 60));
			assert_eq!(wallet(2, QUOTE), before + 50);
			assert_eq!(Promised::<Test>::get(POOL), Amount::new(10));
			assert_eq!(on_hand(0), 1_100 - 120);

			later(Millis::DAY);
			assert_ok!(Custody::collect(signed(3), 0));
			assert_eq!(wallet(2, QUOTE), before + 60);
			assert_eq!(Promised::<Test>::get(POOL), Amount::ZERO);
			assert_eq!(Tickets::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn cannot_be_collected_before_its_turn_or_twice() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 1_000));
			assert_ok!(deposit(2, None, 100));
			// limits of 110 for the pool and 60 for an account
			assert_ok!(withdraw(1, None, 60));
			assert_ok!(withdraw(2, None, 60));
			let (number, ticket) = Tickets::<Test>::iter().next().unwrap();
			assert_eq!(ticket.owner, person(2));
			assert_noop!(Custody::collect(signed(2), number), Error::<Test>::NotYet);
			assert_noop!(Custody::collect(signed(2), 77), Error::<Test>::UnknownTicket);
			later(Millis::DAY);
			assert_ok!(Custody::collect(signed(2), number));
			assert_noop!(Custody::collect(signed(2), number), Error::<Test>::UnknownTicket);
		});
	}

	#[test]
	fn of_one_account_is_bound_to_its_share() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 10_000));
			assert_noop!(withdraw(1, None, 501), Error::<Test>::AccountShare);
			assert_ok!(withdraw(1, None, 500));
			assert_noop!(withdraw(1, None, 100), Error::<Test>::AccountShare);
			// what comes in again makes room
			assert_ok!(deposit(1, None, 500));
			assert_ok!(withdraw(1, None, 500));
		});
	}

	#[test]
	fn of_collateral_does_not_wait() {
		with_chain(|| {
			assert_ok!(deposit(1, Some(DOT), 10_000));
			assert_ok!(withdraw(1, Some(DOT), 10_000));
			assert_eq!(wallet(1, DOT.0), WALLET);
			assert_eq!(Collateral::<Test>::get(DOT), Amount::ZERO);
		});
	}

	#[test]
	fn is_refused_with_its_cause_and_changes_nothing() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 1_000));
			assert_noop!(withdraw(1, None, 0), Error::<Test>::NoAmount);
			assert_noop!(withdraw(1, Some(JUNK), 10), Error::<Test>::UnknownAsset);
			assert_noop!(withdraw(8, None, 10), Error::<Test>::UnknownSubaccount);
			assert_noop!(withdraw(2, None, 10), sp_runtime::DispatchError::Other("beyond free"));
			world(|world| world.pools_closed = true);
			assert_noop!(withdraw(1, None, 10), Error::<Test>::Halted);
			assert_eq!(OnHand::<Test>::get(POOL), Amount::new(1_000));
		});
	}

	#[test]
	fn asks_the_breaker_of_every_market_with_a_position() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 1_000));
			world(|world| world.closed.insert(BTC));
			assert_ok!(withdraw(1, None, 10));
			let account = SubaccountId { owner: person(1), number: 0 }.key();
			Books::mutate(|books| {
				let position = Position { lots: Lots::new(1), ..Default::default() };
				let (_, state) = books.get_mut(&account).unwrap();
				state.positions.set(BTC, position).unwrap();
			});
			assert_noop!(withdraw(1, None, 10), Error::<Test>::Halted);
		});
	}

	#[test]
	fn is_the_owners_alone() {
		with_chain(|| {
			assert_ok!(deposit(1, None, 1_000));
			// the caller's own subaccount is meant, whoever signs
			assert_noop!(withdraw(2, None, 10), sp_runtime::DispatchError::Other("beyond free"));
			let nobody = untold(Custody::withdraw(RuntimeOrigin::none(), 0, None, Amount::new(10)));
			assert_eq!(nobody, Err(sp_runtime::DispatchError::BadOrigin));
		});
	}
}

mod calls {
	use super::*;
	use frame_support::{dispatch::GetDispatchInfo, weights::Weight};

	#[test]
	fn weigh_a_levy_where_there_is_one_to_settle_and_filing_where_there_is_much() {
		with_chain(|| {
			let (asset, amount, number) = (None, Amount::new(10), 0);
			let calls = [
				crate::Call::<Test>::deposit { number, asset, amount },
				crate::Call::<Test>::withdraw { number, asset, amount },
			];
			let declared = calls.map(|call| call.get_dispatch_info().call_weight.ref_time());
			assert_eq!(declared, [LEVY.max(FILING); 2]);
			let both = || {
				let put = Custody::deposit(signed(1), number, asset, amount).unwrap();
				let taken = Custody::withdraw(signed(1), number, asset, amount).unwrap();
				[put, taken].map(|told| told.actual_weight)
			};
			assert_eq!(both(), [Some(Weight::zero()); 2]);
			Levied::set(Some(breakwater_test_support::key(1, 0)));
			// What was declared.
			assert_eq!(both(), [None; 2]);
			Levied::set(Some(breakwater_test_support::key(2, 0)));
			assert_eq!(both(), [Some(Weight::zero()); 2]);
			Large::set(Some(breakwater_test_support::key(1, 0)));
			assert_eq!(both(), [Some(Weight::from_parts(FILING, 0)); 2]);
		});
	}
}

mod a_faucet {
	use super::*;

	#[test]
	fn gives_so_often_a_day() {
		with_chain(|| {
			TheFaucet::set(Some(Faucet { gives: vec![(QUOTE, 50), (DOT.0, 5)], times_a_day: 1 }));
			assert_ok!(Custody::faucet(signed(1)));
			assert_eq!((wallet(1, QUOTE), wallet(1, DOT.0)), (WALLET + 50, WALLET + 5));
			assert_noop!(Custody::faucet(signed(1)), Error::<Test>::Dry);
			later(Millis::DAY);
			assert_ok!(Custody::faucet(signed(1)));
		});
	}

	#[test]
	fn is_not_there_unless_the_chain_has_one() {
		with_chain(|| {
			assert_noop!(Custody::faucet(signed(1)), Error::<Test>::NoFaucet);
		});
	}
}

mod try_state {
	use super::*;

	fn catches(message: &'static str, corrupt: impl FnOnce()) {
		new_test_ext().execute_with(|| {
			deposit(1, None, 1_000).unwrap();
			deposit(2, None, 100).unwrap();
			deposit(1, Some(DOT), 1_000).unwrap();
			withdraw(1, None, 60).unwrap();
			withdraw(2, None, 60).unwrap();
			Custody::do_try_state().unwrap();
			corrupt();
			let found = Custody::do_try_state().unwrap_err();
			assert_eq!(found, sp_runtime::TryRuntimeError::Other(message));
		});
	}

	#[test]
	fn sees_a_vault_with_less_than_is_counted() {
		catches("the vault has less than is counted", || {
			OnHand::<Test>::insert(PoolId(1), Amount::new(1));
		});
		catches("the vault has less than is counted", || {
			Collateral::<Test>::insert(DOT, Amount::new(1_001));
		});
	}

	#[test]
	fn sees_promises_that_are_not_tickets() {
		catches("what is promised is not what tickets wait for", || {
			Promised::<Test>::insert(POOL, Amount::ZERO);
		});
		catches("what is promised is not what tickets wait for", || {
			Tickets::<Test>::remove(0);
		});
		catches("a ticket that nothing is promised to", || {
			Promised::<Test>::remove(POOL);
		});
	}
}
