//! The worst cases of the stage and the calls: every account is due, and can be closed.

use alloc::{vec, vec::Vec};

use breakwater_auction::ForcedFill;
use breakwater_interfaces::{
	Estates, Exchange, Ledger, Liquidation, RiskEngine, SubaccountId, Trade,
};
use breakwater_margin::MAX_POSITIONS;
use breakwater_units::{
	AccountKey, AssetId, Lots, MarketId, PoolId, Price, Quote, Rounding, Side, Size,
};
use frame_benchmarking::v2::*;
use frame_support::weights::Weight;
use frame_system::RawOrigin;
use polkadot_sdk::*;

use crate::{
	offers::Moment,
	plan::{Effort, Outcome, MAX_CANCELLED},
	terms::{AccountTerms, KnownTerms},
	Auction, Call, Config, Fresh, OfferingAccounts, Offers, Pallet, Plan, Plans, MAX_FILLED,
	MAX_LOOKED, MAX_SOLD,
};

/// What the benchmarks start from.
pub trait BenchmarkHelper {
	/// So many listed markets of a pool, each with a price of a thousand ticks at least.
	fn markets(count: u32) -> (PoolId, Vec<MarketId>);
	/// Opens a subaccount of that pool with enough quote for everything.
	fn fund(account: &SubaccountId);
	/// Puts so many lots of a collateral asset that has a price into an account.
	fn collateral(account: &AccountKey, lots: Size) -> AssetId;
	/// What every block reads or writes of a pool and its markets before this pallet does, so that
	/// it is paid for: keys of the state.
	fn paid_for(pool: PoolId, markets: &[MarketId]) -> Vec<Vec<u8>>;
	/// What a batch that an account has traded in has written of it.
	fn written_of(account: &AccountKey) -> Vec<Vec<u8>>;
	/// Places so many orders of an account, none of which trades.
	fn orders(account: &SubaccountId, market: MarketId, count: u32);
}

const LOTS: i64 = 100;
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
		// Offers are good in their block, and the first of a benchmark may be the one before.
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let (pool, markets) = T::BenchmarkHelper::markets(markets);
		let maker = id("maker", 0);
		T::BenchmarkHelper::fund(&maker);
		Self { pool, markets, maker: maker.key() }
	}

	fn market(&self) -> MarketId {
		self.markets[0]
	}

	/// Opens an account with a position in so many markets, and a hundredth of what they are worth:
	/// less than any maintenance margin.
	fn due<T: Config>(&self, number: u32, legs: u32, lots: i64) -> AccountKey {
		let account = T::Ledger::open(&id("due", number), self.pool, None).unwrap();
		let mut notional = 0;
		for market in self.markets.iter().take(legs as usize) {
			let index = T::RiskEngine::market(*market).unwrap();
			let part = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::ZERO };
			let trades = [part(account, lots), part(self.maker, -lots)];
			T::Ledger::settle(*market, index.price(), &trades).unwrap();
			notional += index.lot_value().get() * i128::from(lots.abs());
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

	/// An account that owes almost what its collateral is worth, with an offer of it.
	fn debtor<T: Config>(&self, number: u32) -> (AccountKey, AssetId) {
		let account = T::Ledger::open(&id("debtor", number), self.pool, None).unwrap();
		let asset = T::BenchmarkHelper::collateral(&account, Size::new(1_000));
		let value = T::RiskEngine::collateral(asset).unwrap().leg().lot_value();
		let debt = value.times(Lots::new(1_000)).unwrap();
		let debt = debt.mul_div(99, 100, Rounding::Down).unwrap();
		T::Ledger::charge(&account, &self.maker, debt).unwrap();
		plan::<T>(&account);
		(account, asset)
	}
}

fn plan<T: Config>(account: &AccountKey) -> Outcome {
	let when = (Pallet::<T>::moment(), u32::MAX);
	let known = (&mut KnownTerms::default(), &mut Effort::default());
	Pallet::<T>::treat(account, Plan::default(), when, known).unwrap()
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
		let scene = Scene::new::<T>(l);
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

		#[block]
		{
			Pallet::<T>::net(scene.market(), now, usize::MAX).unwrap();
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
		let scene = Scene::new::<T>(1);
		let market = scene.market();
		let mut fills = Vec::new();
		for number in 0..n {
			let account = scene.offering::<T>(number, LOTS);
			scene.without_plan_of::<T>(&account);
			is_paid_for(T::BenchmarkHelper::written_of(&account));
			let size = Offers::<T>::get(Auction::Market(market), account).unwrap().size();
			fills.push(ForcedFill { account, side: Side::Sell, size });
		}
		let price = T::RiskEngine::market(market).unwrap().price();
		for filled in &fills {
			let lots = filled.size.signed(Side::Sell).unwrap();
			let part = |account, lots| Trade { account, lots, fee: Quote::ZERO };
			let against = part(scene.maker, lots.try_neg().unwrap());
			T::Ledger::settle(market, price, &[part(filled.account, lots), against]).unwrap();
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
