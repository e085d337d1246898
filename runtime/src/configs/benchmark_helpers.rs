//! What the benchmarks of accounts and markets start from, on top of the development preset.

use alloc::{boxed::Box, format, vec, vec::Vec};

use breakwater_auction::TimeInForce;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::{
	genesis::{brackets, GenesisBracket, Percent},
	AssetTerms, Insurance as Waterfall, Ledger, MarketTerms, PoolTerms, Prices, RiskEngine,
	SubaccountId, Symbol, Trade, MAX_MARKETS,
};
use breakwater_margin::{Brackets, MAX_POSITIONS};
use breakwater_primitives::{oracle::FeedId, time::SLOT_DURATION};
use breakwater_risk_engine::{AssetCount, Assets as CollateralAssets, MAX_POOL_MARKETS};
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, Millis, PoolId, Price, Quote, Ratio, Side, Size,
	Timestamp,
};
use frame_support::{storage::unhashed, traits::fungibles::Mutate, weights::Weight};
use polkadot_sdk::*;

use crate::{
	market_presets::{self, QUOTE_TOKEN},
	Assets, Custody, Exchange, Insurance, Margin, Oracle, Risk, Runtime, RuntimeOrigin,
};

/// The first pool of the presets, with their markets.
const PRESET: PoolId = PoolId(0);
/// Markets that only the risk engine and the ledger know have numbers from here on.
const FIRST_MARKET: u32 = 1_000;
/// A price in ticks that all feeds of the presets allow; the quote asset has its own.
const PRICE: u64 = 6_000_000;
const QUOTE_PRICE: u64 = 1_000_000;
const NOW: Timestamp = Timestamp::new(1_700_000_000_000);
/// An average square, of which the root is whole.
const ONE: i128 = 1_000_000_000_000_000_000;
/// A million dollars.
const QUOTE: u128 = 1_000_000_000_000;
/// Lots of a position, which reach every bracket, and units of collateral.
const LOTS: i64 = 4;
const LITTLE: u128 = 10_000_000;

/// The benchmarks' view of this runtime.
pub struct Helper;

/// A pool with room for as many markets as a pool may have: the presets have none in it.
fn pool() -> PoolId {
	let symbol = Symbol::truncate_from(b"BENCH".to_vec());
	let has_name = |pool: &PoolId| Risk::pool(*pool).is_some_and(|terms| terms.symbol == symbol);
	if let Some(known) = Risk::pools().into_iter().find(has_name) {
		return known;
	}
	let terms = Risk::pool(PRESET).expect("there are presets");
	let terms = PoolTerms { symbol: symbol.clone(), ..terms };
	Risk::list_pool(RuntimeOrigin::root(), Box::new(terms)).expect("there is room");
	Risk::pools().into_iter().find(has_name).expect("it has just been listed")
}

/// The pool of the market with this number: one pool does not hold all.
fn pool_for(number: u32) -> PoolId {
	if number < MAX_POOL_MARKETS {
		pool()
	} else {
		PRESET
	}
}

/// Moves all indices to a price of the market's feed.
fn price_at(feed: FeedId, ticks: u64) {
	if let Some(quote) = Risk::pool(PRESET).and_then(|pool| pool.quote_feed) {
		<Oracle as Prices>::set_price(quote, Price::new(QUOTE_PRICE), NOW);
	}
	<Oracle as Prices>::set_price(feed, Price::new(ticks), NOW);
	<Risk as RiskEngine>::begin_block(NOW);
}

fn first_terms() -> MarketTerms {
	let market = market_presets::markets().into_iter().next().expect("there are presets");
	MarketTerms { pool: pool(), ..market.terms().expect("the presets are good") }
}

/// As many steps as there may be, all of them reached by four lots.
fn steep() -> Brackets {
	let step = |lots: u64| GenesisBracket {
		beyond: lots,
		factor: Percent(Ratio::saturating_from_percent(100u64.saturating_add(lots * 10))),
	};
	brackets(&[1, 2, 3].map(step)).expect("the steps rise")
}

/// Who is on the other side of every position.
fn counterparty() -> AccountKey {
	let id = SubaccountId { owner: frame_benchmarking::account("other", 0, 0), number: 0 };
	if Margin::info(&id.key()).is_none() {
		<Helper as breakwater_exchange::BenchmarkHelper>::fund(&id);
	}
	id.key()
}

fn asset_terms(number: u32) -> AssetTerms {
	let asset = market_presets::assets().into_iter().next().expect("there are presets");
	let terms = asset.terms().expect("the presets are good");
	let symbol = Symbol::truncate_from(format!("B{number}").into_bytes());
	AssetTerms { symbol, brackets: steep(), ..terms }
}

fn list_assets(count: u32) {
	for number in 0..count {
		CollateralAssets::<Runtime>::insert(AssetId(number), asset_terms(number));
	}
	AssetCount::<Runtime>::mutate(|known| *known = count.max(*known));
}

fn list_markets(count: u32) {
	let mut terms = first_terms();
	terms.risk.brackets = steep();
	for number in 0..count {
		let market = MarketId(FIRST_MARKET + number);
		if Risk::pool_of(market).is_some() {
			continue;
		}
		let MarketTerms { feed, tick_value, max_position, risk, funding, .. } = &terms;
		let pool = pool_for(number);
		Risk::list_market(market, pool, *feed, *tick_value, *max_position, risk, funding)
			.expect("there is room");
	}
}

impl breakwater_ledger::BenchmarkHelper for Helper {
	fn set_up(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		list_assets(assets);
		list_markets(markets);
		price_at(first_terms().feed, PRICE);
		let markets = (0..markets).map(|number| MarketId(FIRST_MARKET + number)).collect();
		(pool(), markets, (0..assets).map(AssetId).collect())
	}

	fn set_price(market: MarketId, percent: u64) {
		let feed = Risk::feed_of(market).expect("the market is listed");
		price_at(feed, PRICE / 100 * percent);
	}

	fn backstop(pool: PoolId) -> AccountKey {
		// It looks at every pool, and opens what is missing.
		<Insurance as Waterfall>::resolve(Weight::zero());
		<Insurance as Waterfall>::backstop(pool).expect("it is open")
	}
}

impl breakwater_exchange::BenchmarkHelper for Helper {
	fn terms() -> MarketTerms {
		let symbol = Symbol::truncate_from(b"BENCH-PERP".to_vec());
		MarketTerms { symbol, ..first_terms() }
	}

	fn set_price(market: MarketId) {
		let feed = Risk::feed_of(market).expect("the market is listed");
		price_at(feed, PRICE);
	}

	fn fund(account: &SubaccountId) {
		let SubaccountId { owner, number } = account;
		<Margin as Ledger>::open(account, pool(), None).expect("it is new");
		// Through custody: what is not there cannot be taken out.
		Assets::mint_into(QUOTE_TOKEN, owner, QUOTE).expect("the token is there");
		let signed = RuntimeOrigin::signed(owner.clone());
		Custody::deposit(signed, *number, None, Amount::new(QUOTE)).expect("it is open");
	}

	fn give_legs(account: &SubaccountId, legs: u32) {
		// One place is left for the market that is measured.
		let positions = legs.min(MAX_POSITIONS - 1);
		let collateral = legs.saturating_sub(positions);
		let (_, markets, assets) =
			<Self as breakwater_ledger::BenchmarkHelper>::set_up(positions, collateral);
		let other = counterparty();
		for market in markets {
			let price = Risk::market(market).expect("it has a price").price();
			let part = |account, lots| Trade { account, lots: Lots::new(lots), fee: Quote::ZERO };
			let trades = [part(account.key(), LOTS), part(other, -LOTS)];
			<Margin as Ledger>::settle(market, price, &trades).expect("they may trade");
		}
		for asset in assets {
			<Margin as Ledger>::credit(&account.key(), Some(asset), Amount::new(LITTLE))
				.expect("below its cap");
		}
	}
}

impl breakwater_contagion_monitor::BenchmarkHelper for Helper {
	fn set_up() -> (MarketId, AssetId) {
		let (_, markets, assets) = <Self as breakwater_ledger::BenchmarkHelper>::set_up(1, 1);
		let market = *markets.first().expect("one was asked for");
		(market, *assets.first().expect("one was asked for"))
	}
}

impl breakwater_insurance::BenchmarkHelper for Helper {
	fn listed(markets: u32, assets: u32) -> (PoolId, Vec<MarketId>, Vec<AssetId>) {
		<Self as breakwater_ledger::BenchmarkHelper>::set_up(markets, assets)
	}

	fn set_prices(markets: &[MarketId], percent: u64) {
		// They have one feed.
		let first = *markets.first().expect("there are some");
		<Self as breakwater_ledger::BenchmarkHelper>::set_price(first, percent);
	}

	fn correlate(_: &[MarketId]) {
		// Averages of squares by market and of products by pair, whose ratio is one.
		let pairs = MAX_MARKETS * (MAX_MARKETS - 1) / 2;
		let [squares, products] = [MAX_MARKETS, pairs].map(|count| vec![ONE; count as usize]);
		unhashed::put(
			&breakwater_risk_engine::Pairs::<Runtime>::hashed_key(),
			&(squares, products),
		);
	}

	fn deposit(account: &AccountKey, amount: Amount) {
		let SubaccountId { owner, number } = Margin::info(account).expect("it is open").id;
		Assets::mint_into(QUOTE_TOKEN, &owner, amount.get()).expect("the token is there");
		let signed = RuntimeOrigin::signed(owner);
		Custody::deposit(signed, number, None, amount).expect("it is open");
	}

	fn pass(time: Millis) {
		pallet_aura::CurrentSlot::<Runtime>::mutate(|slot| {
			*slot = u64::from(*slot).saturating_add(time.get().div_ceil(SLOT_DURATION)).into();
		});
	}

	fn paid_for(pool: PoolId, markets: &[MarketId], assets: &[AssetId]) -> Vec<Vec<u8>> {
		// What moving the indices reads or writes.
		let of_market = |market: &MarketId| {
			[
				breakwater_risk_engine::Markets::<Runtime>::hashed_key_for(market),
				breakwater_risk_engine::MarketStates::<Runtime>::hashed_key_for(market),
				breakwater_risk_engine::MarketIndices::<Runtime>::hashed_key_for(market),
				breakwater_ledger::OpenInterest::<Runtime>::hashed_key_for(market),
			]
		};
		let of_asset = |asset: &AssetId| {
			[
				CollateralAssets::<Runtime>::hashed_key_for(asset),
				breakwater_risk_engine::AssetStates::<Runtime>::hashed_key_for(asset),
				breakwater_risk_engine::CollateralIndices::<Runtime>::hashed_key_for(asset),
			]
		};
		let shared = [
			pallet_aura::CurrentSlot::<Runtime>::hashed_key().to_vec(),
			breakwater_risk_engine::MarketList::<Runtime>::hashed_key().to_vec(),
			breakwater_risk_engine::Pools::<Runtime>::hashed_key_for(pool),
			breakwater_risk_engine::PoolLoans::<Runtime>::hashed_key_for(pool),
		];
		let listed = markets.iter().flat_map(of_market).chain(assets.iter().flat_map(of_asset));
		listed.chain(shared).collect()
	}
}

impl breakwater_liquidator::BenchmarkHelper for Helper {
	fn markets(count: u32, are_steep: bool) -> (PoolId, Vec<MarketId>) {
		let mut markets = Vec::new();
		for number in 0..count {
			let symbol = Symbol::truncate_from(format!("L{number}-PERP").into_bytes());
			let mut terms = MarketTerms { symbol, ..first_terms() };
			if are_steep {
				terms.risk.brackets = steep();
			}
			let market = MarketId(breakwater_exchange::MarketCount::<Runtime>::get());
			Exchange::list_market(RuntimeOrigin::root(), Box::new(terms)).expect("there is room");
			markets.push(market);
		}
		price_at(first_terms().feed, PRICE);
		(pool(), markets)
	}

	fn fund(account: &SubaccountId) {
		<Self as breakwater_exchange::BenchmarkHelper>::fund(account);
	}

	fn collateral(account: &AccountKey, lots: Size) -> AssetId {
		list_assets(1);
		price_at(first_terms().feed, PRICE);
		let asset = AssetId(0);
		let units = u128::from(lots.get()) * asset_terms(0).units_per_lot;
		<Margin as Ledger>::credit(account, Some(asset), Amount::new(units))
			.expect("below its cap");
		asset
	}

	fn backstop(pool: PoolId) -> AccountKey {
		<Self as breakwater_ledger::BenchmarkHelper>::backstop(pool)
	}

	fn paid_for(pool: PoolId, markets: &[MarketId]) -> Vec<Vec<u8>> {
		let feed = first_terms().feed;
		let of_market = |market: &MarketId| {
			[
				breakwater_exchange::Markets::<Runtime>::hashed_key_for(market),
				breakwater_risk_engine::Markets::<Runtime>::hashed_key_for(market),
				breakwater_risk_engine::MarketStates::<Runtime>::hashed_key_for(market),
				breakwater_risk_engine::MarketIndices::<Runtime>::hashed_key_for(market),
				breakwater_circuit_breaker::Markets::<Runtime>::hashed_key_for(market),
				breakwater_circuit_breaker::Listed::<Runtime>::hashed_key_for(market),
				breakwater_ledger::OpenInterest::<Runtime>::hashed_key_for(market),
			]
		};
		let shared = [
			pallet_aura::CurrentSlot::<Runtime>::hashed_key().to_vec(),
			breakwater_circuit_breaker::ChainState::<Runtime>::hashed_key().to_vec(),
			breakwater_circuit_breaker::Pools::<Runtime>::hashed_key_for(pool),
			breakwater_risk_engine::PoolLoans::<Runtime>::hashed_key_for(pool),
			breakwater_risk_engine::Pools::<Runtime>::hashed_key_for(pool),
			breakwater_risk_engine::MarketList::<Runtime>::hashed_key().to_vec(),
			breakwater_risk_engine::Pairs::<Runtime>::hashed_key().to_vec(),
			breakwater_ledger::Pools::<Runtime>::hashed_key_for(pool),
			breakwater_insurance::OpenPools::<Runtime>::hashed_key().to_vec(),
			breakwater_insurance::Backstops::<Runtime>::hashed_key().to_vec(),
			breakwater_oracle::Feeds::<Runtime>::hashed_key().to_vec(),
			breakwater_oracle::Prices::<Runtime>::hashed_key_for(feed),
		];
		markets.iter().flat_map(of_market).chain(shared).collect()
	}

	fn written_of(account: &AccountKey) -> Vec<Vec<u8>> {
		let mut written = vec![
			breakwater_ledger::Subaccounts::<Runtime>::hashed_key_for(account),
			breakwater_ledger::Filings::<Runtime>::hashed_key_for(account),
		];
		let levels = breakwater_ledger::Levels::<Runtime>::iter_keys();
		let levels = levels.map(breakwater_ledger::Levels::<Runtime>::hashed_key_for);
		written.extend(levels.filter(|key| key.ends_with(account.0.as_slice())));
		written
	}

	fn orders(account: &SubaccountId, market: MarketId, count: u32) {
		for _ in 0..count {
			let request = OrderRequest {
				market,
				side: Side::Buy,
				kind: RequestKind::Limit { price: Price::new(1_000) },
				time_in_force: TimeInForce::GoodTillCancelled,
				reduce_only: false,
				size: Size::new(1),
				client_id: None,
			};
			let signed = RuntimeOrigin::signed(account.owner.clone());
			Exchange::place(signed, account.clone(), request).expect("it rests");
		}
	}
}
