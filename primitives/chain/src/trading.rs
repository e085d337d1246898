//! The runtime's interface of books and orders.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use polkadot_sdk::*;
use scale_info::TypeInfo;

use crate::{
	markets::{BookInfo, OrderInfo, OrderPreview},
	AccountId,
};

/// What an order in question does when it could execute. Prices in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum OrderQueryKind {
	/// Executes at its limit or better.
	Limit(u64),
	/// The same, and never takes.
	PostOnly(u64),
	/// Executes so far from the mark at most, in parts per billion; none for the market's bound.
	Market(Option<u64>),
}

/// An order in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OrderQuery {
	/// The market.
	pub market: u32,
	/// Whether it buys.
	pub buys: bool,
	/// What it does.
	pub kind: OrderQueryKind,
	/// Lots.
	pub size: u64,
	/// Whether it only reduces.
	pub reduce_only: bool,
}

sp_api::decl_runtime_apis! {
	/// Books and orders.
	pub trait MarketsApi {
		/// The book of a market, so many levels of each side; none if it is not listed.
		fn book(market: u32, levels: u32) -> Option<BookInfo>;
		/// The open orders of a subaccount, the oldest first.
		fn orders(owner: AccountId, number: u16) -> Vec<OrderInfo>;
		/// What would become of an order that is placed now.
		fn preview(owner: AccountId, number: u16, order: OrderQuery) -> OrderPreview;
	}
}
