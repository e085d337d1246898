//! The worst cases of the stage and the calls: every account is due, and can be closed.

use alloc::{vec, vec::Vec};

use breakwater_auction::ForcedFill;
use breakwater_interfaces::{
	Estates, Exchange, Insurance, Ledger, Liquidation, RiskEngine, Solvency, SubaccountId, Trade,
};
use breakwater_margin::MAX_POSITIONS;
use breakwater_units::{
	AccountKey, AssetId, Lots, MarketId, PoolId, Price, Quote, Rounding, Side, Size, Timestamp,
};
use frame_benchmarking::v2::*;
use frame_support::weights::Weight;
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{
	offers::Moment,
	plan::{Effort, Outcome, MAX_CANCELLED},
	terms::{AccountTerms, KnownTerms},
	Auction, Call, Config, Fresh, Offer, OfferingAccounts, Offers, Pallet, Plan, Plans, MAX_FILLED,
	MAX_LOOKED, MAX_SOLD,
};

/// What the benchmarks start from.
pub trait BenchmarkHelper {
	/// So many listed markets of a pool, each with a price of a thousand ticks at least. If they are
	/// steep, they have as many brackets as there may be, all of them reached by four lots.
	fn markets(count: u32, are_steep: bool) -> (PoolId, Vec<MarketId>);
	/// Opens a subaccount of that pool with enough quote for everything.
	fn fund(account: &SubaccountId);
	/// Puts so many lots of a collateral asset that has a price into an account.
	fn collateral(account: &AccountKey, lots: Size) -> AssetId;
	/// The account that takes over in a pool, opened. Its fund has what it is given.
	fn backstop(pool: PoolId) -> AccountKey;
	/// What every block reads or writes of a pool and its markets before this pallet does, so that
	/// it is paid for: keys of the state.
	fn paid_for(pool: PoolId, markets: &[MarketId]) -> Vec<Vec<u8>>;
	/// What a batch that an account has traded in has written of it.
	fn written_of(account: &AccountKey) -> Vec<Vec<u8>>;
	/// Places so many orders of an account, none of which trades.
	fn orders(account: &SubaccountId, market: MarketId, count: u32);
}

const LOTS: i64 = 100;
/// Lots of a position that reach every bracket of a steep market.
const FEW: i64 = 4;
/// Lots of collateral.
const SOLD: u64 = 1_000;
/// Milliseconds between offers, so that none has the price of another: settled one by one, they weigh
/// most.
const STEP: u32 = 100;
/// Accounts that one batch, or one netting, is measured with.
const MOST: u32 = 200;

fn id(name: &'static str, number: u32) -> SubaccountId {
	SubaccountId { owner: account(name, number, 0), number: 0 }
}

/// Pool, markets, and somebody who trades with everybody.
struct Scene {
	pool: PoolId,
	markets: Vec<MarketId>,
	maker: AccountKey,
}

/// Does not count what is paid for elsewhere in the same block.
fn is_paid_for(keys: Vec<Vec<u8>>) {
	for key in keys {
		frame_benchmarking::benchmarking::add_to_whitelist(key.into());
	}
}

impl Scene {
	/// What the block's other stages pay for of this pool is not counted here.
	fn without_what_is_paid_for<T: Config>(&self) {
		is_paid_for(T::BenchmarkHelper::paid_for(self.pool, &self.markets));
		let auctions = self.markets.iter().map(|market| Auction::Market(*market));
		is_paid_for(auctions.map(Fresh::<T>::hashed_key_for).collect());
		is_paid_for(vec![OfferingAccounts::<T>::hashed_key().to_vec()]);
	}

	fn new<T: Config>(markets: u32) -> Self {
		Self::with::<T>(markets, false)
	}

	fn with<T: Config>(markets: u32, are_steep: bool) -> Self {
		// Offers are good in their block, and the first of a benchmark may be the one before.
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let (pool, markets) = T::BenchmarkHelper::markets(markets, are_steep);
		let maker = id("maker", 0);
		T::BenchmarkHelper::fund(&maker);
		Self { pool, markets, maker: maker.key() }
	}

	fn market(&self) -> MarketId {
		self.markets[0]
	}

	/// A pool with as many steep markets as there may be, in all of which the backstop has inventory,
	/// and room for more.
	fn with_inventory<T: Config>() -> Self {
		let scene = Self::with::<T>(MAX_POSITIONS, true);
		let backstop = T::BenchmarkHelper::backstop(scene.pool);
		for market in &scene.markets {
			scene.trade::<T>(backstop, *market, LOTS);
		}
		let cash = T::Ledger::state(&scene.maker).unwrap().cash;
		let half = cash.mul_div(1, 2, Rounding::Down).unwrap();
		T::Ledger::transfer(scene.pool, Some(&scene.maker), None, half).unwrap();
		scene
	}

	/// An account trades with the maker at mark. Returns what the lots are worth, in quanta.
	fn trade<T: Config>(&self, account: AccountKey, market: MarketId, lots: i64) -> i128 {
		let index = T::RiskEngine::market(market).unwrap();
		let part = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::ZERO };
		let trades = [part(account, lots), part(self.maker, -lots)];
		T::Ledger::settle(market, index.price(), &trades).unwrap();
		index.lot_value().get() * i128::from(lots.abs())
	}

	/// Opens an account with a position in so many markets, and a hundredth of what they are worth:
	/// less than any maintenance margin.
	fn due<T: Config>(&self, number: u32, legs: u32, lots: i64) -> AccountKey {
		self.due_with::<T>(number, &vec![lots; legs as usize])
	}

	/// The same, with so many lots in each market.
	fn due_with<T: Config>(&self, number: u32, lots: &[i64]) -> AccountKey {
		let account = T::Ledger::open(&id("due", number), self.pool, None).unwrap();
		let mut notional = 0;
		for (market, lots) in self.markets.iter().zip(lots) {
			notional += self.trade::<T>(account, *market, *lots);
		}
		let cash = Quote::new(notional / 100);
		T::Ledger::transfer(self.pool, Some(&self.maker), Some(&account), cash).unwrap();
		account
	}

	/// Planning an account pays for what it writes of its plan and its offers.
	fn without_plan_of<T: Config>(&self, account: &AccountKey) {
		let auctions = self.markets.iter().map(|market| Auction::Market(*market));
		let offers = auctions.map(|auction| Offers::<T>::hashed_key_for(auction, account));
		is_paid_for(offers.chain([Plans::<T>::hashed_key_for(account)]).collect());
	}

	/// The same, with offers.
	fn offering<T: Config>(&self, number: u32, lots: i64) -> AccountKey {
		let account = self.due::<T>(number, 1, lots);
		plan::<T>(&account);
		account
	}

	/// An account that owes so many percent of what its collateral is worth: more than any haircut
	/// leaves.
	fn in_debt<T: Config>(&self, number: u32, percent: i128) -> (AccountKey, AssetId) {
		let account = T::Ledger::open(&id("debtor", number), self.pool, None).unwrap();
		let asset = T::BenchmarkHelper::collateral(&account, Size::new(SOLD));
		let value = T::RiskEngine::collateral(asset).unwrap().leg().lot_value();
		let worth = Size::new(SOLD).signed(Side::Buy).and_then(|lots| value.times(lots)).unwrap();
		let debt = worth.mul_div(percent, 100, Rounding::Down).unwrap();
		T::Ledger::charge(&account, &self.maker, debt).unwrap();
		(account, asset)
	}

	/// The same, with an offer of the collateral.
	fn debtor<T: Config>(&self, number: u32) -> (AccountKey, AssetId) {
		let (account, asset) = self.in_debt::<T>(number, 99);
		plan::<T>(&account);
		(account, asset)
	}
}

/// An offer of a leg, all of it.
fn offer_of(held: i64, mark: Price) -> Offer {
	Offer {
		lots: Lots::new(-held),
		held: Lots::new(held),
		budget: Default::default(),
		bankruptcy: mark,
		mark,
		opened: Default::default(),
		opened_mark: mark,
		block: 0,
		ran_out: true,
	}
}

fn plan<T: Config>(account: &AccountKey) -> Outcome {
	let when = (Pallet::<T>::moment(), u32::MAX);
	let known = (&mut KnownTerms::default(), &mut Effort::default());
	Pallet::<T>::treat(account, Plan::default(), when, known).unwrap()
}

/// Gives an offer a price of its own: it was opened so many milliseconds earlier.
fn walk<T: Config>(auction: Auction, account: &AccountKey, millis: u32) {
	Offers::<T>::mutate(auction, account, |offer| {
		if let Some(offer) = offer {
			offer.opened = Timestamp::new(offer.opened.get().saturating_sub(millis.into()));
		}
	});
}

/// Makes an offer one of the block before: a bid looks at it, and passes on.
fn age<T: Config>(auction: Auction, account: &AccountKey) {
	Offers::<T>::mutate(auction, account, |offer| {
		if let Some(offer) = offer {
			offer.block = offer.block.saturating_sub(1);
		}
	});
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// There is room for nobody, and one is looked at all the same.
	#[benchmark]
	fn work(n: Linear<0, MOST>) {
		let scene = Scene::new::<T>(1);
		// The turn of the worst.
		frame_system::Pallet::<T>::set_block_number(3u32.into());
		for number in 0..n {
			scene.due::<T>(number, 1, LOTS);
		}

		#[block]
		{
			Pallet::<T>::work(Weight::zero());
		}

		assert_eq!(OfferingAccounts::<T>::get(), n.min(1));
	}

	#[benchmark]
	fn treat(l: Linear<1, { MAX_POSITIONS }>) {
		let scene = Scene::with::<T>(l, true);
		let account = scene.due::<T>(0, l, LOTS);
		// A block reads the terms of its markets once.
		let mut known = KnownTerms::default();
		let state = T::Ledger::state(&account).unwrap();
		AccountTerms::of::<T>(&state, &mut known);
		scene.without_what_is_paid_for::<T>();
		let (when, mut effort) = ((Pallet::<T>::moment(), u32::MAX), Effort::default());
		let outcome;

		#[block]
		{
			let known = (&mut known, &mut effort);
			outcome = Pallet::<T>::treat(&account, Plan::default(), when, known).unwrap();
		}

		assert!(matches!(outcome, Outcome::Offered(_)), "{outcome:?}");
		assert_eq!(Plans::<T>::get(account).unwrap().auctions.len(), l as usize);
	}

	/// The backstop has all the legs there may be already.
	#[benchmark]
	fn absorb(l: Linear<1, { MAX_POSITIONS }>) {
		let scene = Scene::with_inventory::<T>();
		let account = scene.due::<T>(0, l, LOTS);
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			T::Insurance::absorb(&account).unwrap();
		}

		assert_eq!(T::Ledger::state(&account).unwrap().legs(), 0);
	}

	#[benchmark]
	fn takeover_room() {
		let scene = Scene::with_inventory::<T>();
		scene.without_what_is_paid_for::<T>();
		let room;

		#[block]
		{
			room = T::Insurance::takeover_room(scene.market(), Lots::new(LOTS));
		}

		assert!(!room.is_zero());
	}

	/// An account with one large leg: without it all others may stay, and are watched from then on.
	#[benchmark]
	fn hand_over(l: Linear<1, { MAX_POSITIONS }>) {
		let scene = Scene::with_inventory::<T>();
		let large = LOTS * i64::from(l);
		let mut lots = vec![FEW; l as usize];
		lots[0] = large;
		let account = scene.due_with::<T>(0, &lots);
		assert!(T::Ledger::recheck(&account).unwrap());
		let market = scene.market();
		let price = T::RiskEngine::market(market).unwrap().price();
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			T::Insurance::take_over_lots(&account, market, Lots::new(large), price).unwrap();
		}

		let held = T::Ledger::state(&account).unwrap().positions.get(market).copied();
		assert!(held.is_none() && !T::Ledger::recheck(&account).unwrap());
	}

	/// All collateral is sold, which pays the debt: the positions may stay. The fund lends the
	/// backstop what it pays.
	#[benchmark]
	fn sell_to_backstop(l: Linear<1, { MAX_POSITIONS }>) {
		let scene = Scene::with_inventory::<T>();
		let (account, asset) = scene.in_debt::<T>(0, 97);
		for market in scene.markets.iter().take(l as usize) {
			scene.trade::<T>(account, *market, FEW);
		}
		assert!(T::Ledger::recheck(&account).unwrap());
		let price = T::RiskEngine::collateral(asset).unwrap().leg().price();
		let offer = offer_of(SOLD as i64, price);
		scene.without_what_is_paid_for::<T>();
		let mut sold = 0;

		#[block]
		{
			let offered = (&offer, price);
			Pallet::<T>::sell_to_backstop(&account, (scene.pool, asset), offered, &mut sold);
		}

		assert!(T::Ledger::state(&account).unwrap().collateral.is_empty());
		assert!(sold == 1 && !T::Ledger::recheck(&account).unwrap());
	}

	#[benchmark]
	fn cancel(n: Linear<0, { MAX_CANCELLED - 8 }>) {
		let scene = Scene::new::<T>(1);
		let trader = id("trader", 0);
		T::BenchmarkHelper::fund(&trader);
		T::BenchmarkHelper::orders(&trader, scene.market(), n);
		let cancelled;

		#[block]
		{
			cancelled = T::Exchange::cancel_all(&trader.key(), MAX_CANCELLED);
		}

		assert_eq!(cancelled, n);
	}

	/// Every other offer buys.
	#[benchmark]
	fn net(n: Linear<0, MOST>) {
		let scene = Scene::new::<T>(1);
		for number in 0..n {
			let account = scene.offering::<T>(number, if number % 2 == 0 { LOTS } else { -LOTS });
			scene.without_plan_of::<T>(&account);
		}
		scene.without_what_is_paid_for::<T>();
		let now: Moment = Pallet::<T>::moment();
		let mut used = Weight::zero();

		#[block]
		{
			Pallet::<T>::net(scene.market(), now, Weight::MAX, &mut used).unwrap();
		}
	}

	#[benchmark]
	fn force(n: Linear<0, MOST>) {
		let scene = Scene::new::<T>(1);
		for number in 0..n {
			scene.offering::<T>(number, LOTS);
		}
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			Pallet::<T>::force(scene.market(), u32::MAX);
		}
	}

	#[benchmark]
	fn fill(n: Linear<0, MOST>) {
		let scene = Scene::new::<T>(2);
		let market = scene.market();
		let mut fills = Vec::new();
		for number in 0..n {
			// With the first leg closed, the other may stay.
			let account = scene.due_with::<T>(number, &[LOTS, 2]);
			plan::<T>(&account);
			scene.without_plan_of::<T>(&account);
			let size = Offers::<T>::get(Auction::Market(market), account).unwrap().size();
			fills.push(ForcedFill { account, side: Side::Sell, size });
		}
		let price = T::RiskEngine::market(market).unwrap().price();
		for filled in &fills {
			let lots = filled.size.signed(Side::Sell).unwrap();
			let part = |account, lots| Trade { account, lots, fee: Quote::ZERO };
			let against = part(scene.maker, lots.try_neg().unwrap());
			T::Ledger::settle(market, price, &[part(filled.account, lots), against]).unwrap();
			is_paid_for(T::BenchmarkHelper::written_of(&filled.account));
		}
		scene.without_what_is_paid_for::<T>();

		#[block]
		{
			Pallet::<T>::fill(market, price, &fills);
		}

		assert_eq!(OfferingAccounts::<T>::get(), 0);
	}

	#[benchmark]
	fn bid(l: Linear<{ MAX_FILLED }, { MAX_LOOKED }>, f: Linear<1, { MAX_FILLED }>) {
		let scene = Scene::new::<T>(1);
		let market = scene.market();
		for number in 0..l {
			let account = scene.offering::<T>(number, LOTS);
			walk::<T>(Auction::Market(market), &account, number * STEP);
			if number >= f {
				age::<T>(Auction::Market(market), &account);
			}
		}
		let bidder = id("bidder", 0);
		T::BenchmarkHelper::fund(&bidder);
		let owner = RawOrigin::Signed(bidder.owner.clone());

		#[extrinsic_call]
		_(owner, 0, market, Side::Buy, Size::MAX, Price::MAX);

		assert_eq!(OfferingAccounts::<T>::get(), l - f);
	}

	#[benchmark]
	fn bid_collateral(l: Linear<{ MAX_SOLD }, { MAX_LOOKED }>, f: Linear<1, { MAX_SOLD }>) {
		let scene = Scene::new::<T>(1);
		let mut sold = AssetId(0);
		for number in 0..l {
			let account;
			(account, sold) = scene.debtor::<T>(number);
			walk::<T>(Auction::Collateral(scene.pool, sold), &account, number * STEP);
			if number >= f {
				age::<T>(Auction::Collateral(scene.pool, sold), &account);
			}
		}
		let bidder = id("bidder", 0);
		T::BenchmarkHelper::fund(&bidder);
		let owner = RawOrigin::Signed(bidder.owner.clone());

		#[extrinsic_call]
		_(owner, 0, sold, Size::MAX, Price::MAX);

		assert_eq!(OfferingAccounts::<T>::get(), l - f);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
