//! What orders cost: placed in transactions, and cleared.

use std::time::Duration;

use breakwater_auction::TimeInForce;
use breakwater_exchange::{Event, OrderRequest, RequestKind};
use breakwater_interfaces::SubaccountId;
use breakwater_primitives::AccountId;
use breakwater_runtime::{
	Balances, Exchange, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, SignedPayload,
	TxExtension, UncheckedExtrinsic,
};
use breakwater_units::{MarketId, PoolId, Price, Side, Size};
use codec::Encode;
use cpu_time::ThreadTime;
use frame_support::traits::fungible::Mutate;
use polkadot_sdk::*;
use sp_core::{sr25519, Pair};

use super::{
	population::{account, endow},
	ticks::begin_block,
	wasm::{Measured, Wasm},
	World,
};

const BTC: MarketId = MarketId(0);
const MAIN: PoolId = PoolId(0);

/// Orders of an account that [`placing`] measures.
const PER_TRADER: u32 = 50;

/// Orders, and what they took.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
	/// How many there were.
	pub orders: u32,
	/// How many of them traded, or were placed.
	pub done: u32,
	/// What it took.
	pub measured: Measured,
}

/// The block after orders of so many accounts, one each, half of them on either side, all of which
/// could trade: as many do as the pipeline's budget has room for.
pub fn batch(wasm: &Wasm, orders: u32) -> Orders {
	let mut world = World::new();
	world.chain.with(|| {
		for number in 0..orders {
			endow(&account(number), MAIN, 100_000_000);
		}
	});
	world.chain.commit();
	world.blocks(1);
	world.chain.with(|| (0..orders).for_each(place));
	world.chain.commit();

	let [measured] = wasm.fastest([&world], begin_block);
	let is_fill =
		|event: &&RuntimeEvent| matches!(event, RuntimeEvent::Exchange(Event::Filled { .. }));
	let done = world.block(0).iter().filter(is_fill).count() as u32;
	Orders { orders, done, measured }
}

/// Sixty dollars of bitcoin, a tenth of a percent beyond the mark.
fn place(number: u32) {
	let buys = number % 2 == 0;
	let request = OrderRequest {
		market: BTC,
		side: if buys { Side::Buy } else { Side::Sell },
		kind: RequestKind::Limit { price: Price::new(if buys { 6_006_000 } else { 5_994_000 }) },
		time_in_force: TimeInForce::GoodTillCancelled,
		reduce_only: false,
		size: Size::new(10),
		client_id: None,
	};
	let id = account(number);
	Exchange::place(RuntimeOrigin::signed(id.owner.clone()), id, request)
		.expect("it is a good order");
}

/// Placing orders of as many accounts as it takes, fifty each, so many in a signed transaction: the
/// transactions alone, checks of signatures, nonces and fees among them.
pub fn placing(wasm: &Wasm, orders: u32, per_call: u32) -> Orders {
	let mut world = World::new();
	let traders: Vec<sr25519::Pair> = (0..orders / PER_TRADER).map(trader).collect();
	world.chain.with(|| traders.iter().for_each(fund));
	world.chain.commit();
	let transactions: Vec<Vec<u8>> = world.chain.with(|| {
		let of_one = |pair: &sr25519::Pair| {
			let calls = PER_TRADER / per_call;
			(0..calls).map(|call| signed(pair, call, per_call)).collect::<Vec<_>>()
		};
		traders.iter().flat_map(of_one).collect()
	});

	let [measured] = wasm.fastest([&world], |run, world| {
		begin_block(run, world);
		run.measure(|run| {
			for transaction in &transactions {
				let result = run.call("BlockBuilder_apply_extrinsic", transaction);
				assert_eq!(result, [0, 0], "it is valid, and succeeds");
			}
		})
	});
	Orders { orders, done: orders, measured }
}

fn trader(number: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&sp_io::hashing::blake2_256(&number.to_be_bytes()))
}

fn fund(pair: &sr25519::Pair) {
	let owner = AccountId::from(pair.public());
	Balances::mint_into(&owner, 1 << 60).expect("it is an amount");
	endow(&SubaccountId { owner, number: 0 }, MAIN, 100_000_000_000);
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
	let began = ThreadTime::now();
	for _ in 0..TIMES {
		assert!(sr25519::Pair::verify(&signature, b"an order", &pair.public()));
	}
	began.elapsed() / TIMES
}
