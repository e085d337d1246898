//! Measures what the calls and the batch weigh, in the worst case of each.

use alloc::{boxed::Box, vec::Vec};

use breakwater_auction::{Clearing, TimeInForce, Trigger, TriggerKind};
use breakwater_breaker::Matching;
use breakwater_interfaces::{Exchange, MarketTerms, RiskEngine, SubaccountId};
use breakwater_primitives::AccountId;
use breakwater_units::{Amount, MarketId, Price, Side};
use frame_benchmarking::v2::*;
use frame_support::{traits::EnsureOrigin, weights::Weight};
use frame_system::RawOrigin;
use polkadot_sdk::*;
use sp_runtime::SaturatedConversion;

use crate::{
	types::{MAX_DELEGATES, MAX_ORDERS_PER_CALL},
	weigh::MOST_LEGS,
	Amms, Arrivals, Call, Config, Delegates, MarketCount, OrderId, OrderRequest, Orders, Pallet,
	RequestKind, Shares, Switches, SwitchesDue, Traders, Triggers, MAX_OPEN_ORDERS,
	RESERVED_FOR_REDUCTIONS, SWITCH_ORDERS,
};

/// What benchmarks start from: another pallet's business.
pub trait BenchmarkHelper {
	/// Terms of a market that can be listed: its pool and its feed are there.
	fn terms() -> MarketTerms;
	/// Gives a listed market a price of a thousand ticks at least.
	fn set_price(market: MarketId);
	/// Opens a subaccount in that pool, with enough quote for everything.
	fn fund(account: &SubaccountId);
	/// Gives it so many legs in other markets of the pool: first positions, then collateral.
	fn give_legs(account: &SubaccountId, legs: u32);
}

/// Most orders of an account that may add risk.
const MOST: u32 = MAX_OPEN_ORDERS - RESERVED_FOR_REDUCTIONS;

fn list<T: Config>() -> MarketId {
	let mut terms = T::BenchmarkHelper::terms();
	let number = MarketCount::<T>::get();
	terms.symbol = alloc::format!("B{number}").into_bytes().try_into().expect("it is short");
	let market = Pallet::<T>::list(terms).expect("the terms are good");
	T::BenchmarkHelper::set_price(market);
	market
}

fn trader<T: Config>(number: u32) -> SubaccountId {
	let id = SubaccountId { owner: account("trader", number, 0), number: 0 };
	T::BenchmarkHelper::fund(&id);
	id
}

fn mark<T: Config>(market: MarketId) -> u64 {
	T::Risk::pricing(market).expect("the market has a price").mark.get()
}

/// An order of the least size, so many order ticks from the mark: above it if positive.
fn request<T: Config>(market: MarketId, side: Side, ticks: i64) -> OrderRequest {
	let terms = Pallet::<T>::terms(market).expect("the market is listed");
	let tick = u64::from(terms.order_tick);
	let from = mark::<T>(market) / tick;
	let price = Price::new(from.saturating_add_signed(ticks) * tick);
	OrderRequest {
		market,
		side,
		kind: RequestKind::Limit { price },
		// With an end: the worst case has an entry among the expiries.
		time_in_force: TimeInForce::GoodTillBlock(u32::MAX),
		reduce_only: false,
		size: terms.min_order,
		client_id: None,
	}
}

fn enter<T: Config>(id: &SubaccountId, request: &OrderRequest) -> u64 {
	Arrivals::<T>::remove(request.market);
	Pallet::<T>::do_place(id, request).expect("the account is rich")
}

fn enter_waiting<T: Config>(id: &SubaccountId, trigger: Trigger, request: &OrderRequest) {
	Arrivals::<T>::remove(request.market);
	Pallet::<T>::do_place_trigger(id, trigger, request).expect("the account is rich");
}

/// An account with as many orders as it may have beside those to come, at distant prices.
fn busy_trader<T: Config>(market: MarketId, number: u32, orders: u32) -> SubaccountId {
	let id = trader::<T>(number);
	for order in 0..orders {
		enter::<T>(&id, &request::<T>(market, Side::Buy, -100 - i64::from(order)));
	}
	id
}

fn next_block<T: Config>() {
	let next = Pallet::<T>::next_block();
	frame_system::Pallet::<T>::set_block_number(next.saturated_into());
}

fn run_batch<T: Config>(market: MarketId) -> u64 {
	let mut decide = |_: Option<&Clearing>| Matching::Admit;
	let cleared = <Pallet<T> as Exchange>::clear(market, Weight::MAX, &[], true, &mut decide);
	cleared.expect("the batch can be").volume.get()
}

/// A market with so many orders of so many accounts at so many prices, all of which trade: half of
/// the accounts buy, half sell. It is the block of their batch.
fn crossing<T: Config>(orders: u32, accounts: u32, prices: u32) -> MarketId {
	let market = list::<T>();
	let ids: Vec<SubaccountId> = (0..accounts).map(trader::<T>).collect();
	for (order, id) in (0..orders).zip(ids.iter().cycle()) {
		let ticks = i64::from(order / 2 % prices.div_ceil(2));
		let buys = (order % accounts) % 2 == 0;
		let (side, ticks) = if buys { (Side::Buy, ticks) } else { (Side::Sell, -ticks) };
		enter::<T>(id, &request::<T>(market, side, ticks));
	}
	next_block::<T>();
	market
}

fn stop(level: u64) -> Trigger {
	Trigger { kind: TriggerKind::Stop, level: Price::new(level) }
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn list_market() -> Result<(), BenchmarkError> {
		for _ in 0..8 {
			list::<T>();
		}
		let origin =
			T::ListingOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let before = MarketCount::<T>::get();
		let terms = Box::new(T::BenchmarkHelper::terms());

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, terms);

		assert_eq!(MarketCount::<T>::get(), before + 1);
		Ok(())
	}

	#[benchmark]
	fn place(l: Linear<0, { MOST_LEGS - 1 }>) {
		let market = list::<T>();
		let id = busy_trader::<T>(market, 0, MOST - 1);
		T::BenchmarkHelper::give_legs(&id, l);
		Arrivals::<T>::remove(market);
		let request = request::<T>(market, Side::Buy, -5);

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), request);

		assert_eq!(Traders::<T>::get(id.key()).map(|t| t.orders.len()), Some(MOST as usize));
	}

	#[benchmark]
	fn place_many(n: Linear<1, MAX_ORDERS_PER_CALL>) {
		let market = list::<T>();
		let id = trader::<T>(0);
		let requests: Vec<OrderRequest> =
			(0..n).map(|k| request::<T>(market, Side::Buy, -5 - i64::from(k))).collect();
		let requests = requests.try_into().expect("as many as fit");

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), requests);

		assert_eq!(Traders::<T>::get(id.key()).map(|t| t.orders.len()), Some(n as usize));
	}

	/// The same, of an account with all the legs there may be.
	#[benchmark]
	fn place_many_full(n: Linear<1, MAX_ORDERS_PER_CALL>) {
		let market = list::<T>();
		let id = trader::<T>(0);
		T::BenchmarkHelper::give_legs(&id, MOST_LEGS - 1);
		let requests: Vec<OrderRequest> =
			(0..n).map(|k| request::<T>(market, Side::Buy, -5 - i64::from(k))).collect();
		let requests = requests.try_into().expect("as many as fit");

		#[extrinsic_call]
		place_many(RawOrigin::Signed(id.owner.clone()), id.clone(), requests);

		assert_eq!(Traders::<T>::get(id.key()).map(|t| t.orders.len()), Some(n as usize));
	}

	#[benchmark]
	fn cancel(n: Linear<1, MAX_ORDERS_PER_CALL>) {
		let market = list::<T>();
		let id = busy_trader::<T>(market, 0, MOST);
		let ids: Vec<OrderId> = (0..n).map(|number| OrderId::Number(number.into())).collect();
		let ids = ids.try_into().expect("as many as fit");

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), ids);

		let left = (MOST - n) as usize;
		assert_eq!(Traders::<T>::get(id.key()).map(|t| t.orders.len()), Some(left));
	}

	#[benchmark]
	fn cancel_all(n: Linear<0, MOST>) {
		let market = list::<T>();
		let id = busy_trader::<T>(market, 0, n);

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), None);

		assert_eq!(Orders::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn replace() {
		let market = list::<T>();
		let id = busy_trader::<T>(market, 0, MOST);
		Arrivals::<T>::remove(market);
		let new = request::<T>(market, Side::Buy, -5);

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), OrderId::Number(0), new);

		assert_eq!(Traders::<T>::get(id.key()).map(|t| t.orders.len()), Some(MOST as usize));
	}

	#[benchmark]
	fn place_trigger() {
		let market = list::<T>();
		let id = busy_trader::<T>(market, 0, MOST - 1);
		Arrivals::<T>::remove(market);
		let new = request::<T>(market, Side::Buy, -5);
		let RequestKind::Limit { price } = new.kind else { panic!("a limit order") };

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), stop(price.get()), new);

		assert_eq!(Triggers::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn set_dead_man_switch() {
		let id = trader::<T>(0);
		Pallet::<T>::do_set_switch(id.key(), 5).expect("it can be armed");

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), id.clone(), 10);

		assert!(Switches::<T>::contains_key(id.key()));
	}

	#[benchmark]
	fn add_delegate() {
		let id = trader::<T>(0);
		for number in 1..MAX_DELEGATES {
			let delegate: AccountId = account("delegate", number, 0);
			Pallet::<T>::do_add_delegate(id.key(), delegate, u32::MAX).expect("they fit");
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), 0, account("delegate", 0, 0), u32::MAX);

		assert_eq!(Delegates::<T>::get(id.key()).len(), MAX_DELEGATES as usize);
	}

	#[benchmark]
	fn remove_delegate() {
		let id = trader::<T>(0);
		for number in 0..MAX_DELEGATES {
			let delegate: AccountId = account("delegate", number, 0);
			Pallet::<T>::do_add_delegate(id.key(), delegate, u32::MAX).expect("they fit");
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), 0, account("delegate", 0, 0));

		assert_eq!(Delegates::<T>::get(id.key()).len(), (MAX_DELEGATES - 1) as usize);
	}

	#[benchmark]
	fn amm_deposit() {
		let market = list::<T>();
		let id = trader::<T>(0);
		let amount = Amount::new(1_000_000_000);
		Pallet::<T>::do_amm_deposit(market, id.key(), amount).expect("the account is rich");

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), market, 0, amount);

		assert_eq!(Shares::<T>::get(market, id.key()), 2_000_000_000);
	}

	#[benchmark]
	fn amm_withdraw() {
		let market = list::<T>();
		let id = trader::<T>(0);
		let amount = Amount::new(2_000_000_000);
		Pallet::<T>::do_amm_deposit(market, id.key(), amount).expect("the account is rich");

		#[extrinsic_call]
		_(RawOrigin::Signed(id.owner.clone()), market, 0, 1_000_000_000);

		assert_eq!(Amms::<T>::get(market).map(|amm| amm.shares), Some(1_000_000_000));
	}

	#[benchmark]
	fn fire_switch(o: Linear<0, SWITCH_ORDERS>) {
		let market = list::<T>();
		let id = busy_trader::<T>(market, 0, o);
		Pallet::<T>::do_set_switch(id.key(), 1).expect("it can be armed");
		next_block::<T>();

		#[block]
		{
			Pallet::<T>::fire_switches();
		}
		assert_eq!(SwitchesDue::<T>::iter().count(), 0);
	}

	/// Orders of two accounts at one price.
	#[benchmark]
	fn fill(o: Linear<2, 100>) {
		let market = crossing::<T>(o, 2, 1);

		#[block]
		{
			assert!(run_batch::<T>(market) > 0);
		}
	}

	/// One order of each account, all at one price.
	#[benchmark]
	fn trade(a: Linear<2, 100>) {
		let market = crossing::<T>(a, a, 1);

		#[block]
		{
			assert!(run_batch::<T>(market) > 0);
		}
	}

	/// Orders of two accounts, each at another price.
	#[benchmark]
	fn levels(l: Linear<2, 100>) {
		let market = crossing::<T>(l, 2, l);

		#[block]
		{
			assert!(run_batch::<T>(market) > 0);
		}
	}

	/// None trades: all buy, and each is another account's.
	#[benchmark]
	fn load(o: Linear<0, 200>) {
		let market = list::<T>();
		for number in 0..o {
			let id = trader::<T>(number);
			enter::<T>(&id, &request::<T>(market, Side::Buy, -1 - i64::from(number % 20)));
		}
		next_block::<T>();

		#[block]
		{
			assert_eq!(run_batch::<T>(market), 0);
		}
	}

	/// The same, of accounts with all the legs there may be.
	#[benchmark]
	fn carry(o: Linear<1, 20>) {
		let market = list::<T>();
		for number in 0..o {
			let id = trader::<T>(number);
			T::BenchmarkHelper::give_legs(&id, MOST_LEGS - 1);
			enter::<T>(&id, &request::<T>(market, Side::Buy, -1 - i64::from(number)));
		}
		next_block::<T>();

		#[block]
		{
			assert_eq!(run_batch::<T>(market), 0);
		}
	}

	/// Each of another account.
	#[benchmark]
	fn activate(n: Linear<0, 50>) {
		let market = list::<T>();
		let level = mark::<T>(market);
		for number in 0..n {
			let id = trader::<T>(number);
			let order = request::<T>(market, Side::Buy, -500);
			let RequestKind::Limit { price } = order.kind else { panic!("a limit order") };
			// A buy's stop is met at or above its level.
			assert!(price.get() <= level);
			enter_waiting::<T>(&id, stop(price.get()), &order);
		}
		next_block::<T>();

		#[block]
		{
			run_batch::<T>(market);
		}
	}

	/// Each of another account.
	#[benchmark]
	fn expire(n: Linear<0, 50>) {
		let market = list::<T>();
		let time_in_force = TimeInForce::GoodTillBlock(Pallet::<T>::next_block());
		for number in 0..n {
			let far = request::<T>(market, Side::Buy, -500 - i64::from(number));
			enter::<T>(&trader::<T>(number), &OrderRequest { time_in_force, ..far });
		}
		next_block::<T>();

		#[block]
		{
			run_batch::<T>(market);
		}
		assert_eq!(Orders::<T>::iter().count(), 0);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
