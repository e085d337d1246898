//! The worst case of each step: accounts and a backstop with as many legs as there may be, a loss
//! that goes through all funds, and winners that close and pay.

use alloc::vec::Vec;

use breakwater_auction::{ForcedFill, ForcedOrder};
use breakwater_interfaces::{
	Estates, Insurance, Ledger, Levies, RiskEngine, SubaccountId, Trade, GLOBAL_POOL,
};
use breakwater_margin::{MAX_COLLATERAL, MAX_POSITIONS};
use breakwater_primitives::AccountId;
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Size,
};
use frame_benchmarking::v2::*;
use frame_support::weights::Weight;
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{
	funds::PREMIUM_PERIOD,
	turn::Turn,
	types::{Record, Stage},
	Call, Config, Funds, Incidents, Operations, Pallet, Records, Stakes, Survey, Surveys, WEEKS,
};

/// What the benchmarks need of others.
pub trait BenchmarkHelper {
	/// A pool with so many markets and collateral assets that have prices.
	fn listed(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>);
	/// Sets the prices of these markets to a percentage of the first.
	fn set_prices(markets: &[MarketId], percent: u64);
	/// From now on all markets move as one, of as many as there may be.
	fn correlate(markets: &[MarketId]);
	/// Puts quote into custody and into an account.
	fn deposit(account: &AccountKey, amount: Amount);
	/// Lets time pass.
	fn pass(time: Millis);
	/// What every block reads or writes of a pool, its markets and assets before the insurance has
	/// its turn, so that it is paid for: keys of the state.
	fn paid_for(pool: PoolId, markets: &[MarketId], assets: &[AssetId]) -> Vec<Vec<u8>>;
}

const QUOTE: u128 = 1_000_000_000_000;
/// The least that may be deposited.
const LITTLE: u128 = 1_000_000;
/// Lots of a position, and of a collateral asset: both reach all brackets that there are.
const LOTS: i64 = 100;
const COLLATERAL_LOTS: u128 = 5;
/// What a backer gets when he leaves, more than he has otherwise; and what callers pay.
const STAKE: Amount = Amount::new(QUOTE / 10 * 9);
const PAID: Amount = Amount::new(1_000);

/// A pool and all that is listed in it.
struct Scene {
	pool: PoolId,
	markets: Vec<MarketId>,
	assets: Vec<AssetId>,
}

impl Scene {
	/// With as much as an account may hold.
	fn full<T: Config>() -> Self {
		Self::new::<T>(MAX_POSITIONS, MAX_COLLATERAL)
	}

	fn new<T: Config>(markets: u32, assets: u32) -> Self {
		let (pool, markets, assets) = T::BenchmarkHelper::listed(markets, assets);
		Self { pool, markets, assets }
	}

	/// Does not count what the block's earlier stages pay for.
	fn without_what_is_paid_for<T: Config>(&self) {
		for key in T::BenchmarkHelper::paid_for(self.pool, &self.markets, &self.assets) {
			frame_benchmarking::benchmarking::add_to_whitelist(key.into());
		}
	}

	/// Opens an account with so much quote.
	fn open<T: Config>(&self, number: u32, quote: u128) -> (AccountId, AccountKey) {
		let owner: AccountId = account("person", number, 0);
		let id = SubaccountId { owner: owner.clone(), number: 0 };
		let key = T::Ledger::open(&id, self.pool, None).expect("it is new");
		T::BenchmarkHelper::deposit(&key, Amount::new(quote));
		(owner, key)
	}

	/// The same, and some of every collateral asset.
	fn open_with_collateral<T: Config>(&self, number: u32, quote: u128) -> (AccountId, AccountKey) {
		let (owner, key) = self.open::<T>(number, quote);
		for asset in &self.assets {
			let lot = T::RiskEngine::asset(*asset).expect("it is listed").units_per_lot;
			let amount = Amount::new(lot * COLLATERAL_LOTS);
			T::Ledger::credit(&key, Some(*asset), amount).expect("below its cap");
		}
		(owner, key)
	}

	/// One buys from the other in all markets.
	fn trade<T: Config>(&self, buyer: &AccountKey, seller: &AccountKey) {
		self.trade_in::<T>(&self.markets, buyer, seller);
	}

	fn trade_in<T: Config>(&self, markets: &[MarketId], buyer: &AccountKey, seller: &AccountKey) {
		for market in markets {
			let price = T::RiskEngine::market(*market).expect("it has a price").price();
			let part = |account: &AccountKey, lots| Trade {
				account: *account,
				lots: Lots::new(lots),
				fee: Quote::ZERO,
			};
			let trades = [part(buyer, LOTS), part(seller, -LOTS)];
			T::Ledger::settle(*market, price, &trades).expect("they may trade");
		}
	}

	/// An account with one position and plenty of quote. What filing others weighs more is asked of
	/// the ledger.
	fn trader<T: Config>(&self, number: u32) -> (AccountId, AccountKey) {
		let (owner, key) = self.open::<T>(number, QUOTE);
		let (_, other) = self.open::<T>(number + 1_000, QUOTE);
		self.trade_in::<T>(&self.markets[..1], &other, &key);
		(owner, key)
	}

	/// An account with positions in all markets, and all collateral.
	fn full_trader<T: Config>(&self, number: u32) -> AccountKey {
		let (_, key) = self.open_with_collateral::<T>(number, QUOTE);
		let (_, other) = self.open::<T>(number + 1_000, QUOTE);
		self.trade::<T>(&other, &key);
		key
	}

	/// The backstop has taken all of an account over, which had so much quote.
	fn inventory<T: Config>(&self, quote: u128) -> AccountKey {
		let (_, loser) = self.open_with_collateral::<T>(500, quote);
		let (_, other) = self.open::<T>(501, QUOTE);
		self.trade::<T>(&loser, &other);
		T::BenchmarkHelper::correlate(&self.markets);
		Pallet::<T>::take_account(&loser).expect("it can be taken over");
		Pallet::<T>::backstop_of(self.pool).expect("it is open")
	}

	/// Longs with next to nothing, whose loss their winners pay, with all legs that there may be;
	/// the backstop has them.
	fn crash<T: Config>(&self) -> [AccountKey; 2] {
		let winners = [1, 2].map(|number| self.open_with_collateral::<T>(number, QUOTE).1);
		for (number, winner) in (3..).zip(&winners) {
			let (_, loser) = self.open_with_collateral::<T>(number, LITTLE);
			self.trade::<T>(&loser, winner);
			T::BenchmarkHelper::set_prices(&self.markets, 80);
			Pallet::<T>::take_account(&loser).expect("it can be taken over");
			T::BenchmarkHelper::set_prices(&self.markets, 100);
		}
		T::BenchmarkHelper::set_prices(&self.markets, 80);
		T::BenchmarkHelper::correlate(&self.markets);
		winners
	}

	/// Puts quote into all layers of the funds, less than a crash costs. They have a history.
	fn endow<T: Config>(&self) {
		for tranche in 0..3u8 {
			let (owner, _) = self.open::<T>(100 + u32::from(tranche), LITTLE);
			Pallet::<T>::enter(owner, 0, tranche, Amount::new(10), 0).expect("it has quote");
		}
		let (owner, _) = self.open::<T>(110, LITTLE);
		Pallet::<T>::give(owner.clone(), 0, true, Amount::new(100)).expect("it has quote");
		Pallet::<T>::give(owner, 0, false, Amount::new(10)).expect("it has quote");
		Funds::<T>::mutate(self.pool, |state| {
			for loss in 0..WEEKS {
				let _ = state.losses.try_push(Amount::new(loss.into()));
			}
		});
	}

	/// Winners are being looked for.
	fn collecting<T: Config>(&self) -> [AccountKey; 2] {
		let winners = self.crash::<T>();
		assert_eq!(Pallet::<T>::attend(self.pool), Ok(true));
		assert!(matches!(self.stage::<T>(), Stage::Collecting { .. }));
		winners
	}

	/// Their shares are fixed.
	fn settling<T: Config>(&self) -> [AccountKey; 2] {
		let winners = self.collecting::<T>();
		self.turn::<T>(Weight::MAX);
		assert!(matches!(self.stage::<T>(), Stage::Settling { .. }));
		winners
	}

	fn stage<T: Config>(&self) -> Stage {
		Operations::<T>::get(self.pool).expect("it has begun").stage
	}

	fn turn<T: Config>(&self, limit: Weight) {
		let operation = Operations::<T>::get(self.pool).expect("it has begun");
		let turned = Pallet::<T>::turn_page(self.pool, operation, &mut Turn::within(limit));
		turned.expect("nothing fails");
	}
}

/// The account before one, in the order of their keys.
fn before<T: Config>(account: &AccountKey) -> Option<AccountKey> {
	let all = T::Ledger::accounts_after(None, u32::MAX);
	let place = all.iter().position(|one| one == account).expect("it is open");
	place.checked_sub(1).and_then(|before| all.get(before)).copied()
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn back() {
		let scene = Scene::full::<T>();
		scene.endow::<T>();
		let (owner, _) = scene.trader::<T>(0);

		#[extrinsic_call]
		back(RawOrigin::Signed(owner.clone()), 0, 2, PAID, 0);

		assert!(Stakes::<T>::contains_key(scene.pool, (owner, 2)));
	}

	#[benchmark]
	fn request_exit() {
		let scene = Scene::new::<T>(1, 1);
		scene.endow::<T>();
		let (owner, _) = scene.open::<T>(0, QUOTE);
		Pallet::<T>::enter(owner.clone(), 0, 1, Amount::new(1_000), 0).expect("it has quote");
		let shares = Stakes::<T>::get(scene.pool, (&owner, 1)).expect("it has entered").shares;

		#[extrinsic_call]
		request_exit(RawOrigin::Signed(owner), scene.pool, 1, shares);
	}

	#[benchmark]
	fn cancel_exit() {
		let scene = Scene::new::<T>(1, 1);
		let (owner, _) = scene.open::<T>(0, QUOTE);
		Pallet::<T>::enter(owner.clone(), 0, 1, Amount::new(1_000), 0).expect("it has quote");
		Pallet::<T>::ask_to_leave(scene.pool, owner.clone(), 1, 1_000).expect("it has shares");

		#[extrinsic_call]
		cancel_exit(RawOrigin::Signed(owner), scene.pool, 1);
	}

	/// At the price after the worst loss of all that the backstop holds.
	#[benchmark]
	fn claim_exit() {
		let scene = Scene::full::<T>();
		scene.endow::<T>();
		let (owner, _) = scene.trader::<T>(0);
		Pallet::<T>::enter(owner.clone(), 0, 2, STAKE, 0).expect("it has quote");
		scene.inventory::<T>(QUOTE);
		let shares = Stakes::<T>::get(scene.pool, (&owner, 2)).expect("it has entered").shares;
		Pallet::<T>::ask_to_leave(scene.pool, owner.clone(), 2, shares).expect("it has shares");
		let exit = Pallet::<T>::terms(scene.pool).expect("it has terms").exit;
		T::BenchmarkHelper::pass(exit.delay);
		T::BenchmarkHelper::pass(exit.max_freeze);

		#[extrinsic_call]
		claim_exit(RawOrigin::Signed(owner.clone()), 0, 2);

		assert!(!Stakes::<T>::contains_key(scene.pool, (owner, 2)));
	}

	#[benchmark]
	fn contribute() {
		let scene = Scene::full::<T>();
		scene.endow::<T>();
		let (owner, _) = scene.trader::<T>(0);
		let before = T::Ledger::fund(GLOBAL_POOL);

		#[extrinsic_call]
		contribute(RawOrigin::Signed(owner), 0, true, PAID);

		assert!(T::Ledger::fund(GLOBAL_POOL) > before);
	}

	#[benchmark]
	fn buy_collateral() {
		let scene = Scene::full::<T>();
		let backstop = scene.inventory::<T>(QUOTE);
		let (owner, _) = scene.trader::<T>(0);
		let asset = *scene.assets.first().expect("there are some");
		let lots = Size::new(COLLATERAL_LOTS as u64);
		let most = Price::new(u64::MAX);

		#[extrinsic_call]
		buy_collateral(RawOrigin::Signed(owner), 0, asset, lots, most);

		let left = T::Ledger::state(&backstop).expect("it is there").collateral;
		assert!(left.get(asset).is_none());
	}

	/// Whose turn it is. What each pool does weighs besides.
	#[benchmark]
	fn resolve() {
		let pools;

		#[block]
		{
			pools = Pallet::<T>::in_turn();
		}

		assert!(!pools.is_empty());
	}

	/// A loss goes through all funds, those in the markets of almost all inventory were asked, and
	/// winners in the last are looked for.
	#[benchmark]
	fn attend(n: Linear<6, { MAX_POSITIONS }>) {
		let scene = Scene::new::<T>(n, MAX_COLLATERAL);
		scene.endow::<T>();
		scene.crash::<T>();
		let (last, tried) = scene.markets.split_last().expect("there are some");
		Incidents::<T>::mutate(scene.pool, |incident| {
			incident.tried = tried.to_vec().try_into().expect("there is room");
		});
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			assert_eq!(Pallet::<T>::attend(scene.pool), Ok(true));
		}

		let Stage::Collecting { snapshot } = scene.stage::<T>() else { panic!("nothing began") };
		assert_eq!(snapshot.terms().market, *last);
		assert!(T::Ledger::fund(GLOBAL_POOL) < Quote::new(100));
	}

	/// No loss: no inventory is beyond its limits, and the premium is due.
	#[benchmark]
	fn keep(n: Linear<1, { MAX_POSITIONS }>) {
		let scene = Scene::new::<T>(n, MAX_COLLATERAL);
		scene.endow::<T>();
		scene.inventory::<T>(QUOTE);
		let (owner, payer) = scene.open::<T>(200, QUOTE);
		Pallet::<T>::give(owner, 0, false, Amount::new(QUOTE / 2)).expect("it has quote");
		T::BenchmarkHelper::pass(PREMIUM_PERIOD);
		assert_eq!(Pallet::<T>::attend(scene.pool), Ok(false));
		let income = Quote::new(LITTLE as i128);
		T::Ledger::transfer(scene.pool, Some(&payer), None, income).expect("it has quote");
		T::BenchmarkHelper::pass(PREMIUM_PERIOD);
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			assert_eq!(Pallet::<T>::attend(scene.pool), Ok(false));
		}

		let state = Funds::<T>::get(scene.pool);
		assert_eq!((state.premium_at, state.income), (Pallet::<T>::now(), Amount::ZERO));
	}

	/// A page's look at an account that is a winner.
	#[benchmark]
	fn look() {
		let scene = Scene::full::<T>();
		let [winner, _] = scene.collecting::<T>();
		let mut operation = Operations::<T>::get(scene.pool).expect("it has begun");
		operation.last = before::<T>(&winner);
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			let mut turn = Turn::that_gets_on(Weight::zero());
			Pallet::<T>::turn_page(scene.pool, operation, &mut turn).expect("nothing fails");
		}

		assert!(Records::<T>::contains_key(scene.pool, winner));
	}

	/// A page's visit to an account that owes nothing, because it has paid when it was touched. What
	/// it is remembered by is removed, and the page ends before the next.
	#[benchmark]
	fn visit() {
		let scene = Scene::full::<T>();
		let winners = scene.settling::<T>();
		let first = winners.iter().min().expect("there are two");
		T::Ledger::settle_levy(first).expect("it can pay");
		Records::<T>::insert(scene.pool, first, Record::Seen);
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			scene.turn::<T>(Weight::zero());
		}

		assert!(!Records::<T>::contains_key(scene.pool, first));
	}

	/// A winner's share is fixed, without what the ledger does then.
	#[benchmark]
	fn touch() {
		let scene = Scene::full::<T>();
		let [winner, _] = scene.settling::<T>();
		let state = T::Ledger::state(&winner).expect("it is open");
		let levy;

		#[block]
		{
			levy = <Pallet<T> as Levies>::touch(&winner, scene.pool, &state);
		}

		let levy = levy.expect("it owes");
		assert!(levy.charge.is_positive() && levy.closes.len() == 1);
	}

	/// One account of the survey.
	#[benchmark]
	fn survey() {
		let scene = Scene::full::<T>();
		let trader = scene.full_trader::<T>(0);
		Surveys::<T>::put(Survey { last: before::<T>(&trader), ..Default::default() });
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			Pallet::<T>::survey_page(1);
		}

		let known = Surveys::<T>::get();
		assert_eq!((known.last, known.found.len()), (Some(trader), 1));
	}

	/// What a survey has found in a pool.
	#[benchmark]
	fn conclude() {
		let scene = Scene::new::<T>(1, 1);
		scene.endow::<T>();
		Funds::<T>::mutate(scene.pool, |state| state.cover_two = Amount::new(1));

		#[block]
		{
			Pallet::<T>::conclude(scene.pool, &Survey::default());
		}

		assert!(Funds::<T>::get(scene.pool).cover_two.is_zero());
	}

	/// What a breaker is told of a fund whose backstop has inventory.
	#[benchmark]
	fn condition(n: Linear<6, { MAX_POSITIONS }>) {
		let scene = Scene::new::<T>(n, MAX_COLLATERAL);
		scene.endow::<T>();
		scene.collecting::<T>();
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			assert!(<Pallet<T> as Insurance>::condition(scene.pool).unresolved_loss);
		}
	}

	/// The backstop has inventory in all so many markets, and asks for a hedge in the deepest; with
	/// none it is flat.
	#[benchmark]
	fn order(n: Linear<0, { MAX_POSITIONS }>) {
		let scene = Scene::new::<T>(n.max(1), MAX_COLLATERAL);
		if n == 0 {
			Pallet::<T>::open_backstop(scene.pool).expect("it is new");
		} else {
			scene.inventory::<T>(QUOTE);
		}
		let market = *scene.markets.last().expect("there is one");
		scene.without_what_is_paid_for::<T>();
		let orders;

		#[block]
		{
			Pallet::<T>::order_weight(market);
			orders = <Pallet<T> as Insurance>::forced_orders(market);
			let filled = |ForcedOrder { account, side, size, .. }: &ForcedOrder| ForcedFill {
				account: *account,
				side: *side,
				size: *size,
			};
			let fills: Vec<ForcedFill> = orders.iter().map(filled).collect();
			Pallet::<T>::filled(market, Price::new(1), &fills);
		}

		assert_eq!(orders.len() as u32, n.min(1));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
