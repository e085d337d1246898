//! Subscriptions to what a client would else have to ask for in every block: fills, prices, a
//! market's book, an account.
//!
//! Each message is tagged with its block and with a sequence that counts up by one, so that a
//! client knows of a gap. When the best chain changes, the blocks that left it are told first, as
//! `retracted`, and then those that joined it. The content is the runtime's answer at the block.

use std::sync::Arc;

use breakwater_primitives::{
	accounts::{AccountsApi, SubaccountReport},
	markets::{BookInfo, LevelInfo},
	streams::{FillInfo, MarketPrice, StreamsApi},
	trading::MarketsApi,
	Hash, OpaqueBlock,
};
use futures::{stream, Stream, StreamExt};
use jsonrpsee::{types::ErrorObjectOwned, PendingSubscriptionSink, RpcModule};
use polkadot_sdk::*;
use sc_client_api::{BlockImportNotification, BlockchainEvents};
use sc_rpc::utils::{BoundedVecDeque, PendingSubscription};
use serde_json::{json, Value};
use sp_api::ProvideRuntimeApi;
use sp_runtime::traits::Header as _;

/// Messages kept for a client that reads slowly; one that falls further behind is disconnected.
const BUFFERED: usize = 64;
/// Most levels of a side of a book.
const MOST_LEVELS: u32 = 200;

/// A block on or off the best chain.
struct Step {
	number: u32,
	hash: Hash,
	retracted: bool,
}

/// The subscriptions.
pub(crate) fn module<C>(
	client: Arc<C>,
) -> Result<RpcModule<()>, jsonrpsee::core::RegisterMethodError>
where
	C: BlockchainEvents<OpaqueBlock> + ProvideRuntimeApi<OpaqueBlock> + Send + Sync + 'static,
	C::Api: AccountsApi<OpaqueBlock> + MarketsApi<OpaqueBlock> + StreamsApi<OpaqueBlock>,
{
	let mut module = RpcModule::new(client);
	module.register_subscription(
		"breakwater_subscribeFills",
		"breakwater_fills",
		"breakwater_unsubscribeFills",
		|params, pending, client, _| async move {
			let account = match params.parse::<Vec<String>>() {
				Ok(given) => given.first().map(|text| account_key(text)).transpose(),
				Err(error) => Err(error),
			};
			let Some((pending, account)) = accepted(pending, account).await else { return };
			let answer = move |client: &C, at| {
				let fills = client.runtime_api().fills(at, account).map_err(|e| e.to_string())?;
				Ok(fills.iter().map(fill).collect())
			};
			pipe(pending, client, answer).await;
		},
	)?;
	module.register_subscription(
		"breakwater_subscribePrices",
		"breakwater_prices",
		"breakwater_unsubscribePrices",
		|_, pending, client, _| async move {
			let answer = |client: &C, at| {
				let prices = client.runtime_api().market_prices(at).map_err(|e| e.to_string())?;
				Ok(prices.iter().map(price).collect())
			};
			pipe(pending, client, answer).await;
		},
	)?;
	module.register_subscription(
		"breakwater_subscribeBook",
		"breakwater_book",
		"breakwater_unsubscribeBook",
		|params, pending, client, _| async move {
			let asked = params.parse::<(u32, u32)>();
			let Some((pending, (market, levels))) = accepted(pending, asked).await else { return };
			let answer = move |client: &C, at| {
				let book = client.runtime_api().book(at, market, levels.min(MOST_LEVELS));
				Ok(book.map_err(|e| e.to_string())?.as_ref().map_or(Value::Null, book_of))
			};
			pipe(pending, client, answer).await;
		},
	)?;
	module.register_subscription(
		"breakwater_subscribeAccount",
		"breakwater_account",
		"breakwater_unsubscribeAccount",
		|params, pending, client, _| async move {
			let asked = params.one::<String>().and_then(|text| account_key(&text));
			let Some((pending, key)) = accepted(pending, asked).await else { return };
			let answer = move |client: &C, at| {
				let found = client.runtime_api().subaccount_by_key(at, key);
				let found = found.map_err(|e| e.to_string())?;
				Ok(found.as_ref().map_or(Value::Null, |(_, report)| account(report)))
			};
			pipe(pending, client, answer).await;
		},
	)?;
	let mut all = RpcModule::new(());
	all.merge(module)?;
	Ok(all)
}

/// The parameters, or a refusal that says what is wrong with them.
async fn accepted<P>(
	pending: PendingSubscriptionSink,
	params: Result<P, ErrorObjectOwned>,
) -> Option<(PendingSubscriptionSink, P)> {
	match params {
		Ok(params) => Some((pending, params)),
		Err(error) => {
			pending.reject(error).await;
			None
		},
	}
}

/// A subaccount's key from its 64 hexadecimal digits.
fn account_key(text: &str) -> Result<[u8; 32], ErrorObjectOwned> {
	let bytes = sp_core::bytes::from_hex(text).ok().and_then(|bytes| bytes.try_into().ok());
	bytes.ok_or_else(|| {
		let problem =
			format!("{text} is not the key of a subaccount: 0x and 64 hexadecimal digits");
		ErrorObjectOwned::owned(jsonrpsee::types::error::INVALID_PARAMS_CODE, problem, None::<()>)
	})
}

/// Sends an answer for every block that joins the best chain, until the client leaves.
async fn pipe<C, F>(pending: PendingSubscriptionSink, client: Arc<Arc<C>>, answer: F)
where
	C: BlockchainEvents<OpaqueBlock> + Send + Sync + 'static,
	F: Fn(&C, Hash) -> Result<Value, String> + Send + 'static,
{
	let client = Arc::clone(client.as_ref());
	let steps = steps(client.as_ref());
	let messages = steps.enumerate().map(move |(sequence, step)| {
		let block = json!({ "number": step.number, "hash": step.hash });
		let mut message =
			json!({ "block": block, "sequence": sequence, "retracted": step.retracted });
		if !step.retracted {
			match answer(&client, step.hash) {
				Ok(data) => message["data"] = data,
				Err(error) => message["error"] = error.into(),
			}
		}
		message
	});
	PendingSubscription::from(pending)
		.pipe_from_stream(messages.boxed(), BoundedVecDeque::new(BUFFERED))
		.await;
}

/// The blocks that leave and join the best chain.
fn steps<C: BlockchainEvents<OpaqueBlock>>(client: &C) -> impl Stream<Item = Step> + Send {
	client
		.import_notification_stream()
		.filter(|block| futures::future::ready(block.is_new_best))
		.flat_map(|block| stream::iter(steps_of(&block)))
}

fn steps_of(block: &BlockImportNotification<OpaqueBlock>) -> Vec<Step> {
	let best = Step { number: *block.header.number(), hash: block.hash, retracted: false };
	let Some(route) = &block.tree_route else { return vec![best] };
	let step = |block: &sp_blockchain::HashAndNumber<OpaqueBlock>, retracted| Step {
		number: block.number,
		hash: block.hash,
		retracted,
	};
	let left = route.retracted().iter().map(|block| step(block, true));
	// The route may name the best block, too.
	let joined = route.enacted().iter().filter(|joined| joined.hash != block.hash);
	left.chain(joined.map(|block| step(block, false))).chain([best]).collect()
}

/// Numbers beyond 53 bits are strings: JSON's readers would round them.
fn text(number: impl ToString) -> Value {
	Value::String(number.to_string())
}

fn hex(bytes: &[u8]) -> String {
	sp_core::bytes::to_hex(bytes, false)
}

fn fill(fill: &FillInfo) -> Value {
	json!({
		"index": fill.index,
		"account": hex(&fill.account),
		"order": fill.order.map(text),
		"market": fill.market,
		"lots": text(fill.lots),
		"left": text(fill.left),
		"price": text(fill.price),
		"fee": text(fill.fee),
		"maker": fill.maker,
		"forced": fill.forced,
	})
}

fn price(price: &MarketPrice) -> Value {
	json!({
		"market": price.market,
		"index": text(price.index),
		"indexTime": price.index_time,
		"mark": text(price.mark),
		"batch": price.batch.map(text),
		"volume": text(price.volume),
		"fundingRate": price.funding_rate,
		"openInterest": text(price.open_interest),
	})
}

fn book_of(book: &BookInfo) -> Value {
	let side = |levels: &[LevelInfo]| -> Vec<Value> {
		levels.iter().map(|level| json!([text(level.price), text(level.size)])).collect()
	};
	json!({ "market": book.market, "bids": side(&book.bids), "asks": side(&book.asks) })
}

fn account(report: &SubaccountReport) -> Value {
	let positions: Vec<Value> = report
		.positions
		.iter()
		.map(|position| {
			json!({
				"market": position.market,
				"lots": text(position.lots),
				"entryPrice": text(position.entry_price),
				"mark": text(position.mark),
				"unrealisedProfit": text(position.unrealised_profit),
				"unsettledFunding": text(position.unsettled_funding),
				"liquidationPrice": position.liquidation_price.map(text),
			})
		})
		.collect();
	let collateral: Vec<Value> = report
		.collateral
		.iter()
		.map(
			|held| json!({ "asset": held.asset, "amount": text(held.amount), "value": text(held.value) }),
		)
		.collect();
	json!({
		"key": hex(&report.key),
		"number": report.number,
		"cash": text(report.cash),
		"debt": text(report.debt),
		"equity": text(report.equity),
		"health": text(report.health),
		"free": text(report.free),
		"withdrawable": text(report.withdrawable),
		"due": report.due,
		"positions": positions,
		"collateral": collateral,
	})
}
