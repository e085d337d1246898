//! Many accounts with positions, as the ledger would have them had they traded.

use breakwater_interfaces::{Ledger as _, RiskEngine as _, SubaccountId, Trade};
use breakwater_primitives::AccountId;
use breakwater_runtime::{market_presets::QUOTE_TOKEN, Assets, Custody, Margin, Risk, Runtime};
use breakwater_units::{AccountKey, Amount, Lots, MarketId, PoolId, Quote};
use polkadot_sdk::*;

use crate::chain::{Chain, State};

/// Accounts that are opened at once: what they change is in memory twice until it is kept.
const CHUNK: u32 = 2_000;

/// A market of the preset.
struct Market {
	id: MarketId,
	pool: PoolId,
	/// Lots in about 120 dollars.
	lots: i64,
	/// With so much leverage an account is about three percent of the price above maintenance.
	most_leverage: u64,
}

const BTC: Market = Market { id: MarketId(0), pool: PoolId(0), lots: 20, most_leverage: 20 };
const ETH: Market = Market { id: MarketId(1), pool: PoolId(0), lots: 40, most_leverage: 18 };
const SOL: Market = Market { id: MarketId(2), pool: PoolId(1), lots: 80, most_leverage: 14 };

/// What the first of a pair of accounts has; the second has the same with the other sign. A quarter
/// of the accounts hedges one market in another, and is woken without being due.
const HOLDINGS: [&[(&Market, i64)]; 4] =
	[&[(&BTC, 1)], &[(&ETH, 1)], &[(&SOL, 1)], &[(&BTC, 1), (&ETH, -1)]];

/// Half of the accounts have positions of 120 dollars, a quarter of twice as much, and so on, up to
/// a million.
const MOST_DOUBLINGS: u32 = 13;

/// An account, by its number.
pub(super) fn account(number: u32) -> SubaccountId {
	let owner = AccountId::from(sp_io::hashing::blake2_256(&number.to_be_bytes()));
	SubaccountId { owner, number: 0 }
}

/// Opens a subaccount that has deposited quote.
pub(super) fn endow(id: &SubaccountId, pool: PoolId, quanta: u128) -> AccountKey {
	use frame_support::traits::fungibles::Mutate;
	let amount = Amount::new(quanta);
	let key = <Margin as breakwater_interfaces::Ledger>::open(id, pool, None);
	let key = key.expect("it is not there");
	Margin::credit(&key, None, amount).expect("it is there");
	breakwater_custody::OnHand::<Runtime>::mutate(pool, |held| {
		*held = held.saturating_add(amount);
	});
	Assets::mint_into(QUOTE_TOKEN, &Custody::vault(), quanta).expect("it is an amount");
	key
}

/// Opens accounts number `from` to `to`, both even.
pub(super) fn open(chain: &mut Chain<impl State>, from: u32, to: u32) {
	let mut from = from;
	while from < to {
		let until = to.min(from + CHUNK);
		chain.with(|| {
			let opened: Vec<Opened> = (from..until).map(Opened::new).collect();
			[&BTC, &ETH, &SOL].iter().for_each(|market| settle(market, &opened));
			// They would be read and written anew with every chunk.
			frame_system::Pallet::<Runtime>::reset_events();
		});
		chain.commit();
		from = until;
	}
}

struct Opened {
	key: AccountKey,
	holdings: Vec<(MarketId, Lots)>,
}

impl Opened {
	fn new(number: u32) -> Self {
		let (pair, is_second) = (number / 2, number % 2 == 1);
		let holdings = HOLDINGS[pair as usize % HOLDINGS.len()];
		let doublings = mixed(pair).trailing_zeros().min(MOST_DOUBLINGS);
		let sign = if is_second { -1 } else { 1 };
		let lots = |market: &Market, side| (market.lots << doublings) * side * sign;
		let opened: Vec<(MarketId, Lots)> =
			holdings.iter().map(|(of, side)| (of.id, Lots::new(lots(of, *side)))).collect();

		// Leverage is anything from two to the most, in thousandths.
		let most = holdings.iter().map(|(of, _)| of.most_leverage).min().unwrap_or(2) * 1_000;
		let leverage = 2_000 + mixed(u32::MAX - number) % (most - 2_000);
		let value: u128 = opened.iter().map(|(market, lots)| value(*market, *lots)).sum();
		let pool = holdings.first().map_or(PoolId(0), |(of, _)| of.pool);
		let key = endow(&account(number), pool, value * 1_000 / u128::from(leverage));
		Self { key, holdings: opened }
	}
}

/// A number that another follows from, and looks like any.
fn mixed(number: u32) -> u64 {
	u64::from_le_bytes(sp_io::hashing::twox_64(&number.to_be_bytes()))
}

/// Quanta, without sign.
fn value(market: MarketId, lots: Lots) -> u128 {
	let index = Risk::market(market).expect("it has a price");
	index.lot_value().get().unsigned_abs() * u128::from(lots.size().get())
}

/// Longs trade against shorts at the mark.
fn settle(market: &Market, opened: &[Opened]) {
	let price = Risk::market(market.id).expect("it has a price").price();
	let in_market = |opened: &Opened| {
		let (_, lots) = opened.holdings.iter().find(|(of, _)| *of == market.id)?;
		Some(Trade { account: opened.key, lots: *lots, fee: Quote::ZERO })
	};
	let trades: Vec<Trade> = opened.iter().filter_map(in_market).collect();
	Margin::settle(market.id, price, &trades).expect("they are balanced");
}
