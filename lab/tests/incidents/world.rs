//! A chain with people on it, and a way to say only what matters in a test.

use std::collections::BTreeMap;

use breakwater_auction::TimeInForce;
use breakwater_breaker::Action;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_insurance::Event as InsuranceEvent;
use breakwater_interfaces::{
	Breakers as _, Estates as _, Ledger as _, RiskEngine as _, SubaccountId,
};
use breakwater_lab::{
	chain::{dispatch, Act, Chain},
	flat::Flat,
	invariants,
};
use breakwater_liquidator::{Event as LiquidationEvent, Venue};
use breakwater_margin::LegId;
use breakwater_primitives::{
	currency::UNIT,
	oracle::{FeedId, Quote as Said},
	AccountId,
};
use breakwater_runtime::{
	market_presets::QUOTE_TOKEN, Assets, Balances, CircuitBreaker, Margin, Risk, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeGenesisConfig,
};
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Price, Rounding, Side, Size,
};
use frame_support::traits::{fungible, fungibles, Get};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult};

pub(crate) const MAIN: PoolId = PoolId(0);
pub(crate) const ALT: PoolId = PoolId(1);
pub(crate) const BTC: MarketId = MarketId(0);
pub(crate) const ETH: MarketId = MarketId(1);
pub(crate) const SOL: MarketId = MarketId(2);
pub(crate) const USDT_USD: FeedId = 0;
pub(crate) const USDC_USD: FeedId = 1;
pub(crate) const BTC_USD: FeedId = 2;
pub(crate) const ETH_USD: FeedId = 3;
pub(crate) const SOL_USD: FeedId = 4;

/// Decimals of the feeds.
const DECIMALS: [i32; 5] = [6, 6, 2, 2, 4];
pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
const START: u64 = 1_767_225_600_000;

/// Quanta in so many dollars.
pub(crate) const fn usd(dollars: i128) -> i128 {
	dollars * 1_000_000
}

/// A subaccount and its owner.
#[derive(Clone, Debug)]
pub(crate) struct Trader {
	pub(crate) id: SubaccountId,
	pub(crate) key: AccountKey,
}

/// What one reporter does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Voice {
	/// It says nothing.
	pub(crate) silent: bool,
	/// Prices of its own.
	pub(crate) own: BTreeMap<FeedId, f64>,
	/// The time it gives, if it is not the present one.
	pub(crate) time: Option<u64>,
}

/// What went down a pool's waterfall, in quanta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loss {
	pub(crate) loss: i128,
	pub(crate) from_fund: i128,
	pub(crate) global: i128,
	/// Asked of winners.
	pub(crate) shortfall: i128,
	/// Paid by winners.
	pub(crate) charged: i128,
	/// Paid by all who had a claim.
	pub(crate) haircuts: i128,
}

pub(crate) struct World {
	chain: Chain<Flat>,
	/// Time of the next block.
	pub(crate) now: u64,
	/// From block to block.
	pub(crate) interval: u64,
	prices: BTreeMap<FeedId, f64>,
	pub(crate) voices: Vec<Voice>,
	acts: Vec<Act>,
	people: u32,
	/// All events so far.
	pub(crate) events: Vec<RuntimeEvent>,
	/// The largest part of its budget that the pipeline has used, in percent.
	pub(crate) most_used: u64,
	/// Whether every pallet's invariants are checked after every block, or the sums alone.
	pub(crate) full_checks: bool,
	/// Whether markets whose batch fails are what is tried.
	pub(crate) batches_may_fail: bool,
	/// The worst price at which what is offered may be closed: told when it is offered.
	reserves: BTreeMap<(AccountKey, LegId), Price>,
}

impl World {
	/// The preset, in which the test says what differs, with prices.
	pub(crate) fn new(change: impl FnOnce(&mut RuntimeGenesisConfig)) -> Self {
		let mut genesis = Chain::genesis();
		change(&mut genesis);
		let chain = Chain::from_genesis(&genesis).expect("the chain starts");
		let prices = BTreeMap::from([
			(USDT_USD, 1.0),
			(USDC_USD, 1.0),
			(BTC_USD, 60_000.0),
			(ETH_USD, 3_000.0),
			(SOL_USD, 150.0),
		]);
		let mut world = Self {
			chain,
			now: START,
			interval: 2 * SECOND,
			prices,
			voices: vec![Voice::default(); 4],
			acts: Vec::new(),
			people: 0,
			events: Vec::new(),
			most_used: 0,
			full_checks: true,
			batches_may_fail: false,
			reserves: BTreeMap::new(),
		};
		world.open_markets();
		world
	}

	/// The first block comes after a long time without any: so there is a grace, and an auction.
	pub(crate) fn open_markets(&mut self) {
		self.full_checks = false;
		let open = || {
			let mut markets = Risk::markets().into_iter();
			markets.all(|(market, _)| CircuitBreaker::allows(market, Action::Withdraw))
		};
		for _ in 0..200 {
			self.block();
			if self.with(open) {
				break;
			}
		}
		self.full_checks = true;
		self.block();
		assert!(self.with(open), "the markets open");
		self.events.clear();
	}

	/// Somebody with a subaccount in a pool, and so many dollars in it. From the next block on.
	pub(crate) fn trader(&mut self, pool: PoolId, dollars: i128) -> Trader {
		let (trader, opening) = self.newcomer(pool, None, dollars);
		self.acts.extend(opening);
		trader
	}

	fn newcomer(
		&mut self,
		pool: PoolId,
		isolated: Option<MarketId>,
		dollars: i128,
	) -> (Trader, Vec<Act>) {
		self.people += 1;
		let name = format!("incident {}", self.people);
		let owner = AccountId::from(sp_io::hashing::blake2_256(name.as_bytes()));
		let wealth = usd(dollars).unsigned_abs();
		self.give(&owner, wealth);
		let id = SubaccountId { owner: owner.clone(), number: 0 };
		let key = id.key();
		let open = breakwater_ledger::Call::<Runtime>::open { number: 0, pool, isolated };
		let mut acts = vec![(owner, open.into())];
		if wealth > 0 {
			acts.push(deposit(&id, wealth));
		}
		(Trader { id, key }, acts)
	}

	/// Quanta, and tokens for fees, into a wallet.
	pub(crate) fn give(&mut self, owner: &AccountId, quanta: u128) {
		self.chain.with(|| {
			<Balances as fungible::Mutate<_>>::mint_into(owner, 1_000 * UNIT).expect("room");
			<Assets as fungibles::Mutate<_>>::mint_into(QUOTE_TOKEN, owner, quanta).expect("room");
		});
		self.chain.commit();
	}

	/// Quanta in a wallet.
	pub(crate) fn wallet(&mut self, owner: &AccountId) -> i128 {
		let balance =
			self.chain.with(|| <Assets as fungibles::Inspect<_>>::balance(QUOTE_TOKEN, owner));
		i128::try_from(balance).expect("small")
	}

	/// So many dollars for a pool's fund.
	pub(crate) fn endow(&mut self, pool: PoolId, dollars: i128) {
		let giver = self.trader(pool, dollars);
		let amount = Amount::new(usd(dollars).unsigned_abs());
		let call =
			breakwater_insurance::Call::<Runtime>::contribute { number: 0, to_all: false, amount };
		self.act(&giver, call);
		self.block();
	}

	/// A call in the next block.
	pub(crate) fn act(&mut self, who: &Trader, call: impl Into<RuntimeCall>) {
		self.acts.push((who.id.owner.clone(), call.into()));
	}

	/// A block with a call at its end; what becomes of it.
	pub(crate) fn call(&mut self, who: &Trader, call: impl Into<RuntimeCall>) -> DispatchResult {
		self.act(who, call);
		self.block().pop().expect("the call was made")
	}

	pub(crate) fn price(&mut self, feed: FeedId, dollars: f64) {
		self.prices.insert(feed, dollars);
	}

	pub(crate) fn price_of(&self, feed: FeedId) -> f64 {
		self.prices[&feed]
	}

	/// From the present price to another in so many blocks, in equal ratios.
	pub(crate) fn move_to(&mut self, feed: FeedId, dollars: f64, blocks: u32) {
		let from = self.price_of(feed);
		for step in 1..=blocks {
			let part = f64::from(step) / f64::from(blocks);
			self.price(feed, from * (dollars / from).powf(part));
			self.block();
		}
	}

	/// Finality is so many blocks behind.
	pub(crate) fn finality_lag(&mut self, blocks: u32) {
		self.chain.set_finality_lag(blocks);
	}

	/// Nothing happens for so long: no block.
	pub(crate) fn outage(&mut self, milliseconds: u64) {
		self.now += milliseconds;
	}

	pub(crate) fn blocks(&mut self, count: u32) {
		for _ in 0..count {
			self.block();
		}
	}

	/// The next block, and what became of the calls in it. Everything is checked after it.
	pub(crate) fn block(&mut self) -> Vec<DispatchResult> {
		let acts = std::mem::take(&mut self.acts);
		self.block_of(|| acts.into_iter().map(|(who, call)| dispatch(who, call)).collect())
	}

	/// The next block, in which anything may happen.
	pub(crate) fn block_of(
		&mut self,
		transactions: impl FnOnce() -> Vec<DispatchResult>,
	) -> Vec<DispatchResult> {
		let (now, voices, prices) = (self.now, &self.voices, &self.prices);
		let quotes = |place: usize| voices.get(place).map_or(Vec::new(), |v| v.say(prices, now));
		let block = self.chain.block_of(now, quotes, transactions);
		self.now += self.interval;
		let full = self.full_checks;
		self.chain.with(|| invariants::check(full)).unwrap_or_else(|broken| {
			panic!("after block {}: {broken}", block.number);
		});
		let report = self.report();
		assert!(report.failed == 0 || self.batches_may_fail, "a batch failed: {report:?}");
		let budget =
			self.chain.with(<Runtime as breakwater_clearing::Config>::Budget::get).with_backlog;
		let used = report.used.ref_time() * 100 / budget.ref_time();
		assert!(used <= 100, "the pipeline used {used} % of its budget: {report:?}");
		self.most_used = self.most_used.max(used);
		self.check_reserves(&block.events);
		self.events.extend(block.events);
		block.results
	}

	/// Nobody's position is closed at a price worse than its reserve. What the backstop takes at the
	/// end is offered to nobody any more.
	fn check_reserves(&mut self, events: &[RuntimeEvent]) {
		for event in events {
			let RuntimeEvent::Liquidation(event) = event else { continue };
			match event {
				LiquidationEvent::Offered { account, leg, reserve, .. } => {
					self.reserves.insert((*account, *leg), *reserve);
				},
				LiquidationEvent::Filled { account, leg, lots, price, venue, .. }
					if *venue != Venue::Backstop =>
				{
					let reserve = self.reserves[&(*account, *leg)];
					let is_sold = lots.side() == Some(Side::Sell);
					let holds = if is_sold { *price >= reserve } else { *price <= reserve };
					assert!(holds, "beyond its reserve of {reserve:?}: {event:?}");
				},
				_ => {},
			}
		}
	}

	/// What an account's position in a market may be closed at, as last told.
	pub(crate) fn reserve(&self, who: &Trader, market: MarketId) -> Price {
		self.reserves[&(who.key, LegId::Market(market))]
	}

	pub(crate) fn report(&mut self) -> breakwater_clearing::Report {
		self.with(breakwater_clearing::LastReport::<Runtime>::get)
	}

	pub(crate) fn with<R>(&mut self, look: impl FnOnce() -> R) -> R {
		self.chain.with(look)
	}

	/// Writes into the state, as a fault would.
	pub(crate) fn corrupt(&mut self, write: impl FnOnce()) {
		self.chain.with(write);
		self.chain.commit();
	}

	// ---- trading

	/// Lots that are worth so many dollars now.
	pub(crate) fn lots(&mut self, market: MarketId, dollars: i128) -> u64 {
		let value = self.with(|| Risk::market(market).expect("it has a price").lot_value().get());
		u64::try_from(usd(dollars) / value).expect("some lots")
	}

	/// The mark in ticks.
	pub(crate) fn mark(&mut self, market: MarketId) -> u64 {
		self.with(|| Risk::market(market).expect("it has a price").price().get())
	}

	/// A limit order at so many basis points from the mark, above if positive.
	pub(crate) fn limit(
		&mut self,
		market: MarketId,
		side: Side,
		lots: u64,
		points: i64,
	) -> OrderRequest {
		let (mark, tick) = (self.mark(market), self.order_tick(market));
		let ticks = (mark as i64 + mark as i64 * points / 10_000) as u64 / tick * tick;
		OrderRequest {
			market,
			side,
			kind: RequestKind::Limit { price: Price::new(ticks.max(tick)) },
			time_in_force: TimeInForce::GoodTillCancelled,
			reduce_only: false,
			size: Size::new(lots),
			client_id: None,
		}
	}

	fn order_tick(&mut self, market: MarketId) -> u64 {
		let terms = self.with(|| breakwater_exchange::Markets::<Runtime>::get(market));
		u64::from(terms.expect("it is listed").order_tick)
	}

	/// An order in the next block.
	pub(crate) fn place(&mut self, who: &Trader, request: OrderRequest) {
		let account = who.id.clone();
		self.act(who, breakwater_exchange::Call::<Runtime>::place { account, request });
	}

	/// Two trade so many dollars with each other near the mark.
	pub(crate) fn trade(
		&mut self,
		buyer: &Trader,
		seller: &Trader,
		market: MarketId,
		dollars: i128,
	) {
		let before = self.lots_of(buyer, market);
		let mut left = self.lots(market, dollars);
		let terms = self.with(|| breakwater_exchange::Markets::<Runtime>::get(market));
		let most = terms.expect("it is listed").max_order.get();
		let wanted = i64::try_from(left).expect("small");
		while left > 0 {
			let lots = left.min(most);
			let (bid, offer) =
				(self.limit(market, Side::Buy, lots, 0), self.limit(market, Side::Sell, lots, 0));
			self.place(buyer, bid);
			self.place(seller, offer);
			left -= lots;
		}
		let results = self.block();
		assert!(results.iter().all(Result::is_ok), "orders are refused: {results:?}");
		self.block();
		let traded = self.lots_of(buyer, market) - before;
		assert_eq!(traded, wanted, "they trade it all");
	}

	/// Somebody's orders on both sides, anew: so many dollars at so many basis points each.
	pub(crate) fn quote(&mut self, who: &Trader, market: MarketId, levels: &[(i64, i128)]) {
		let (account, only) = (who.id.clone(), Some(market));
		self.act(who, breakwater_exchange::Call::<Runtime>::cancel_all { account, market: only });
		let mut requests = Vec::new();
		for (points, dollars) in levels {
			let lots = self.lots(market, *dollars);
			requests.push(self.limit(market, Side::Buy, lots, -points));
			requests.push(self.limit(market, Side::Sell, lots, *points));
		}
		let (account, requests) = (who.id.clone(), requests.try_into().expect("few orders"));
		self.act(who, breakwater_exchange::Call::<Runtime>::place_many { account, requests });
	}

	// ---- money

	pub(crate) fn deposit(&mut self, who: &Trader, dollars: i128) -> DispatchResult {
		let quanta = usd(dollars).unsigned_abs();
		self.give(&who.id.owner, quanta);
		let (_, call) = deposit(&who.id, quanta);
		self.call(who, call)
	}

	/// Units of a token, minted for its owner, into an account as collateral.
	pub(crate) fn deposit_token(&mut self, who: &Trader, token: u32, units: u128) {
		let owner = who.id.owner.clone();
		self.chain.with(|| {
			<Assets as fungibles::Mutate<_>>::mint_into(token, &owner, units).expect("room");
		});
		self.chain.commit();
		let (asset, amount) = (Some(AssetId(token)), Amount::new(units));
		let call = breakwater_custody::Call::<Runtime>::deposit { number: 0, asset, amount };
		assert_eq!(self.call(who, call), Ok(()));
	}

	/// Quanta out of an account, in a block.
	pub(crate) fn withdraw(&mut self, who: &Trader, quanta: i128) -> DispatchResult {
		let amount = Amount::new(quanta.unsigned_abs());
		let call = breakwater_custody::Call::<Runtime>::withdraw { number: 0, asset: None, amount };
		self.call(who, call)
	}

	/// What may leave an account, in quanta.
	pub(crate) fn free(&mut self, who: &Trader) -> i128 {
		let free = self.with(|| Margin::withdrawable(&who.key, None).get());
		i128::try_from(free).expect("small")
	}

	/// Takes out all that may leave; how much it was.
	pub(crate) fn withdraw_all(&mut self, who: &Trader) -> i128 {
		let before = self.wallet(&who.id.owner);
		let free = self.free(who);
		if free > 0 {
			let _ = self.withdraw(who, free);
		}
		self.wallet(&who.id.owner) - before
	}

	// ---- looking

	/// Signed lots.
	pub(crate) fn lots_of(&mut self, who: &Trader, market: MarketId) -> i64 {
		self.lots_of_key(&who.key, market)
	}

	pub(crate) fn lots_of_key(&mut self, key: &AccountKey, market: MarketId) -> i64 {
		let state = self.with(|| Margin::state(key)).unwrap_or_default();
		state.positions.get(market).map_or(0, |position| position.lots.get())
	}

	/// Equity at marks, in quanta, rounded down.
	pub(crate) fn equity(&mut self, who: &Trader) -> i128 {
		let equity = self.with(|| Margin::equity(&who.key)).unwrap_or_default();
		equity.to_quote(Rounding::Down).expect("it fits").get()
	}

	/// A pool's fund, in quanta.
	pub(crate) fn fund(&mut self, pool: PoolId) -> i128 {
		self.with(|| Margin::fund(pool).get())
	}

	pub(crate) fn backstop(&mut self, pool: PoolId) -> AccountKey {
		let backstop = self.with(|| {
			<breakwater_runtime::Insurance as breakwater_interfaces::Insurance>::backstop(pool)
		});
		backstop.expect("it was opened in the first block")
	}

	/// What the backstop is worth, in quanta.
	pub(crate) fn backstop_equity(&mut self, pool: PoolId) -> i128 {
		let key = self.backstop(pool);
		let equity = self.with(|| Margin::equity(&key)).unwrap_or_default();
		equity.to_quote(Rounding::Down).expect("it fits").get()
	}

	/// What each reporter has at stake.
	pub(crate) fn bonds(&mut self) -> Vec<u128> {
		self.with(breakwater_runtime::Oracle::reporters).iter().map(|one| one.bond).collect()
	}

	pub(crate) fn is_due(&mut self, who: &Trader) -> bool {
		use breakwater_interfaces::Solvency as _;
		self.with(|| Margin::due(10_000)).contains(&who.key)
	}

	pub(crate) fn due(&mut self) -> usize {
		use breakwater_interfaces::Solvency as _;
		self.with(|| Margin::due(20_000)).len()
	}

	pub(crate) fn open_interest(&mut self, market: MarketId) -> u64 {
		use breakwater_interfaces::Exposure as _;
		self.with(|| Margin::open_interest(market)).get()
	}

	/// Whether an action is allowed in a market.
	pub(crate) fn allows(&mut self, market: MarketId, action: Action) -> bool {
		self.with(|| CircuitBreaker::allows(market, action))
	}

	/// Blocks until an action is allowed; none if it is not within so many.
	pub(crate) fn blocks_until(
		&mut self,
		market: MarketId,
		action: Action,
		most: u32,
	) -> Option<u32> {
		(0..most).find(|_| {
			self.block();
			self.allows(market, action)
		})
	}

	// ---- what happened

	pub(crate) fn insurance(&self) -> impl Iterator<Item = &InsuranceEvent<Runtime>> {
		self.events.iter().filter_map(|event| match event {
			RuntimeEvent::Insurance(event) => Some(event),
			_ => None,
		})
	}

	pub(crate) fn liquidation(&self) -> impl Iterator<Item = &LiquidationEvent<Runtime>> {
		self.events.iter().filter_map(|event| match event {
			RuntimeEvent::Liquidation(event) => Some(event),
			_ => None,
		})
	}

	/// What went down the waterfall of a pool so far.
	pub(crate) fn losses(&self, of: PoolId) -> Loss {
		let quanta = |amount: &Amount| i128::try_from(amount.get()).expect("it fits");
		let mut sum = Loss::default();
		for event in self.insurance() {
			match event {
				InsuranceEvent::LossPaid {
					pool,
					loss,
					capital,
					tranches,
					global,
					shortfall,
					..
				} if *pool == of => {
					sum.loss += quanta(loss);
					sum.from_fund += quanta(capital) + tranches.iter().map(quanta).sum::<i128>();
					sum.global += quanta(global);
					sum.shortfall += quanta(shortfall);
				},
				InsuranceEvent::Deleveraged { pool, charge, .. } if *pool == of => {
					sum.charged += quanta(charge);
				},
				InsuranceEvent::Settled { pool, haircut, .. } if *pool == of => {
					sum.haircuts += quanta(haircut);
				},
				_ => {},
			}
		}
		sum
	}

	/// Fills of accounts in liquidation: whose, lots, price, where.
	pub(crate) fn forced_fills(&self) -> Vec<(AccountKey, Lots, Price, Venue)> {
		let fills = self.liquidation().filter_map(|event| match event {
			LiquidationEvent::Filled { account, lots, price, venue, .. } => {
				Some((*account, *lots, *price, *venue))
			},
			_ => None,
		});
		fills.collect()
	}

	/// Whether an account was taken over as a whole.
	pub(crate) fn was_absorbed(&self, who: &Trader) -> bool {
		self.insurance().any(|event| match event {
			InsuranceEvent::Absorbed { account, .. } => *account == who.key,
			_ => false,
		})
	}
}

impl Voice {
	fn say(&self, prices: &BTreeMap<FeedId, f64>, now: u64) -> Vec<Said> {
		if self.silent {
			return Vec::new();
		}
		let quote = |(feed, price): (&FeedId, &f64)| {
			let price = self.own.get(feed).unwrap_or(price);
			let ticks = (price * 10f64.powi(DECIMALS[usize::from(*feed)])).round() as u64;
			Said {
				feed: *feed,
				price: ticks,
				confidence: ticks / 10_000,
				time: self.time.unwrap_or(now),
				sources: 3,
			}
		};
		prices.iter().map(quote).collect()
	}
}

fn deposit(id: &SubaccountId, quanta: u128) -> Act {
	let amount = Amount::new(quanta);
	let call =
		breakwater_custody::Call::<Runtime>::deposit { number: id.number, asset: None, amount };
	(id.owner.clone(), call.into())
}

/// A refusal as people know it.
pub(crate) fn why(result: DispatchResult) -> String {
	match result {
		Ok(()) => "accepted".into(),
		Err(DispatchError::Module(module)) => {
			module.message.map_or_else(|| format!("{module:?}"), str::to_string)
		},
		Err(other) => format!("{other:?}"),
	}
}
