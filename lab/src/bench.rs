//! What the beginning of a block costs in the Wasm runtime: with few open accounts and with many,
//! and with orders to clear.

use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};

use breakwater_auction::TimeInForce;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::{Ledger as _, RiskEngine as _, SubaccountId, Trade};
use breakwater_primitives::{oracle::FeedId, AccountId};
use breakwater_runtime::{
	Exchange, Margin, Risk, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, SignedPayload,
	TxExtension, UncheckedExtrinsic, WASM_BINARY,
};
use breakwater_units::{AccountKey, Amount, Lots, MarketId, PoolId, Price, Quote, Side, Size};
use codec::Encode;
use polkadot_sdk::*;
use sc_executor::WasmExecutor;
use sp_core::{
	sr25519,
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
	Pair,
};

use crate::{
	chain::Chain,
	counting::{Counting, Touched},
	market::Said,
};

const START: u64 = 1_767_225_600_000;
const INTERVAL: u64 = 2_000;
const BTC: MarketId = MarketId(0);

/// What one block's beginning took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
	/// The fastest of several executions of the same block.
	pub time: Duration,
	/// Storage it touched.
	pub touched: Touched,
	/// Accounts computed anew, as the pipeline reports it.
	pub woken: u32,
	/// Orders that traded.
	pub filled: u32,
}

/// The prices of a block, with bitcoin moved by so many basis points.
fn prices(basis_points: i64) -> BTreeMap<FeedId, Said> {
	let btc = 6_000_000 + 600 * basis_points;
	[(0, 1_000_000), (1, 1_000_000), (2, btc), (3, 300_000), (4, 1_500_000)]
		.into_iter()
		.map(|(feed, price)| (feed, Said { price: price as u64, confidence: 0, sources: 3 }))
		.collect()
}

/// A chain with open markets, and the time of its next block.
fn open_chain() -> (Chain, u64) {
	let mut chain = Chain::new();
	let mut now = START;
	// The markets open with a call auction half a minute after their first price.
	for _ in 0..40 {
		chain.block(now, &prices(0), Vec::new());
		now += INTERVAL;
	}
	(chain, now)
}

fn account(number: u32) -> SubaccountId {
	let owner = AccountId::from(sp_io::hashing::blake2_256(&number.to_be_bytes()));
	SubaccountId { owner, number: 0 }
}

/// Opens accounts with a position each, longs against shorts at the mark, whose liquidation prices
/// are spread over 10 to 60 % away.
fn open_accounts(chain: &mut Chain, count: u32) {
	const CHUNK: u32 = 2_000;
	let mut from = 0;
	while from < count {
		let to = (from + CHUNK).min(count);
		chain.with(|| {
			let keys: Vec<AccountKey> = (from..to).map(open_account).collect();
			let price = Risk::market(BTC).expect("it has a price").price();
			let trades: Vec<Trade> = keys
				.chunks_exact(2)
				.flat_map(|pair| {
					let lots = [Lots::new(100), Lots::new(-100)];
					pair.iter().zip(lots).map(|(account, lots)| Trade {
						account: *account,
						lots,
						fee: Quote::ZERO,
					})
				})
				.collect();
			Margin::settle(BTC, price, &trades).expect("they can carry it");
		});
		chain.commit();
		from = to;
	}
}

/// 0.01 BTC are 600 dollars; equity of 80 to 380 of them.
fn open_account(number: u32) -> AccountKey {
	let id = account(number);
	let key = <Margin as breakwater_interfaces::Ledger>::open(&id, PoolId(0), None)
		.expect("it is not there");
	let dollars = 80 + u128::from(number.wrapping_mul(2_654_435_761) % 300);
	let amount = Amount::new(dollars * 1_000_000);
	Margin::credit(&key, None, amount).expect("it is there");
	breakwater_custody::OnHand::<Runtime>::mutate(PoolId(0), |held| {
		*held = held.saturating_add(amount);
	});
	key
}

/// The block after the one that reported a move of bitcoin, at so many open accounts.
pub fn tick(accounts: u32, basis_points: i64) -> Measured {
	let (mut chain, mut now) = open_chain();
	open_accounts(&mut chain, accounts);
	for step in [0, 0, basis_points] {
		chain.block(now, &prices(step), Vec::new());
		now += INTERVAL;
	}
	measure(&mut chain, now)
}

/// The block after orders of so many accounts, one each, half of them on either side, all of which
/// could trade: as many do as the pipeline's budget has room for.
pub fn batch(orders: u32) -> Measured {
	let (mut chain, mut now) = open_chain();
	chain.with(|| {
		for number in 0..orders {
			open_account(number);
		}
	});
	chain.commit();
	chain.block(now, &prices(0), Vec::new());
	now += INTERVAL;
	chain.with(|| {
		for number in 0..orders {
			let id = account(number);
			let buys = number % 2 == 0;
			let request = OrderRequest {
				market: BTC,
				side: if buys { Side::Buy } else { Side::Sell },
				kind: RequestKind::Limit {
					price: Price::new(if buys { 6_006_000 } else { 5_994_000 }),
				},
				time_in_force: TimeInForce::GoodTillCancelled,
				reduce_only: false,
				size: Size::new(10),
				client_id: None,
			};
			Exchange::place(RuntimeOrigin::signed(id.owner.clone()), id, request)
				.expect("it is a good order");
		}
	});
	chain.commit();
	measure(&mut chain, now)
}

/// Placing orders of as many accounts as it takes, fifty each, so many in a signed transaction: the
/// transactions alone, checks of signatures, nonces and fees among them.
pub fn placing(orders: u32, per_call: u32) -> Measured {
	let (mut chain, now) = open_chain();
	let traders: Vec<sr25519::Pair> = (0..orders / PER_TRADER).map(trader).collect();
	chain.with(|| traders.iter().for_each(fund));
	chain.commit();
	let transactions: Vec<Vec<u8>> = chain.with(|| {
		let of_one = |pair: &sr25519::Pair| {
			let calls = PER_TRADER / per_call;
			(0..calls).map(|call| signed(pair, call, per_call)).collect::<Vec<_>>()
		};
		traders.iter().flat_map(of_one).collect()
	});
	let header = chain.next_header(now).encode();
	let (time, touched) = fastest(&chain, |run| {
		run.call("Core_initialize_block", &header);
		run.state.touched = Touched::default();
		let began = Instant::now();
		for transaction in &transactions {
			let result = run.call("BlockBuilder_apply_extrinsic", transaction);
			assert_eq!(result, [0, 0], "it is valid, and succeeds");
		}
		(began.elapsed(), run.state.touched)
	});
	Measured { time, touched, woken: 0, filled: orders }
}

/// Orders of an account that [`placing`] measures.
const PER_TRADER: u32 = 50;

fn trader(number: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&sp_io::hashing::blake2_256(&number.to_be_bytes()))
}

fn fund(pair: &sr25519::Pair) {
	use frame_support::traits::fungible::Mutate;
	let owner = AccountId::from(pair.public());
	breakwater_runtime::Balances::mint_into(&owner, 1 << 60).expect("it is an amount");
	let id = SubaccountId { owner, number: 0 };
	let key = <Margin as breakwater_interfaces::Ledger>::open(&id, PoolId(0), None)
		.expect("it is not there");
	let amount = Amount::new(100_000_000_000);
	Margin::credit(&key, None, amount).expect("it is there");
	breakwater_custody::OnHand::<Runtime>::mutate(PoolId(0), |held| {
		*held = held.saturating_add(amount);
	});
}

/// A transaction with so many orders, below the mark and each at another price.
fn signed(pair: &sr25519::Pair, nonce: u32, orders: u32) -> Vec<u8> {
	let request = |number: u32| OrderRequest {
		market: BTC,
		side: Side::Buy,
		kind: RequestKind::Limit {
			price: Price::new(5_900_000 - 100 * u64::from(nonce * orders + number)),
		},
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only: false,
		size: Size::new(10),
		client_id: None,
	};
	let owner = AccountId::from(pair.public());
	let account = SubaccountId { owner: owner.clone(), number: 0 };
	let call = if orders == 1 {
		breakwater_exchange::Call::<Runtime>::place { account, request: request(0) }
	} else {
		let requests: Vec<OrderRequest> = (0..orders).map(request).collect();
		let requests = requests.try_into().expect("as many as fit");
		breakwater_exchange::Call::<Runtime>::place_many { account, requests }
	};
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(sp_runtime::generic::Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(0).into(),
		frame_system::WeightReclaim::new(),
	);
	let payload = SignedPayload::new(RuntimeCall::from(call), extension).expect("it can be signed");
	let signature = payload.using_encoded(|bytes| pair.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	let signature = breakwater_primitives::Signature::from(signature);
	UncheckedExtrinsic::new_signed(call, owner.into(), signature, extension).encode()
}

/// How long checking a signature takes, natively.
pub fn signature() -> Duration {
	const TIMES: u32 = 200;
	let pair = sr25519::Pair::from_seed(&[7; 32]);
	let signature = pair.sign(b"an order");
	let began = Instant::now();
	for _ in 0..TIMES {
		assert!(sr25519::Pair::verify(&signature, b"an order", &pair.public()));
	}
	began.elapsed() / TIMES
}

/// Calls the Wasm runtime on one state, and counts what it touches.
struct Run<'a> {
	executor: &'a WasmExecutor<sp_io::SubstrateHostFunctions>,
	code: &'a RuntimeCode<'a>,
	state: Counting<'a>,
}

impl Run<'_> {
	fn call(&mut self, method: &str, data: &[u8]) -> Vec<u8> {
		let context = CallContext::Onchain { import: true };
		let (result, _) = self.executor.call(&mut self.state, self.code, method, data, context);
		result.expect("the runtime does not fail")
	}
}

/// The fastest of several executions over the same state, after one that compiles.
fn fastest(
	chain: &Chain,
	measure: impl Fn(&mut Run<'_>) -> (Duration, Touched),
) -> (Duration, Touched) {
	const TIMES: usize = 5;
	let code = WASM_BINARY.expect("the runtime was built");
	let hash = sp_io::hashing::blake2_256(code).to_vec();
	let wrapped = WrappedRuntimeCode(code.into());
	let code = RuntimeCode { code_fetcher: &wrapped, heap_pages: None, hash };
	let executor = WasmExecutor::<sp_io::SubstrateHostFunctions>::builder().build();
	let once = || {
		chain.on_a_copy(|state| {
			measure(&mut Run { executor: &executor, code: &code, state: Counting::new(state) })
		})
	};
	once();
	(0..TIMES).map(|_| once()).min_by_key(|(time, _)| *time).expect("it was executed")
}

/// Executes the beginning of the next block in the Wasm runtime, several times over the same state.
fn measure(chain: &mut Chain, now: u64) -> Measured {
	let header = chain.next_header(now).encode();
	let (time, touched) = fastest(chain, |run| {
		let began = Instant::now();
		run.call("Core_initialize_block", &header);
		(began.elapsed(), run.state.touched)
	});
	let block = chain.block(now, &prices(0), Vec::new());
	let woken = chain.with(|| breakwater_clearing::LastReport::<Runtime>::get().woken);
	let is_fill = |event: &&RuntimeEvent| {
		matches!(event, RuntimeEvent::Exchange(breakwater_exchange::Event::Filled { .. }))
	};
	let filled = block.events.iter().filter(is_fill).count() as u32;
	Measured { time, touched, woken, filled }
}
