//! What the runtime's interface answers about orders.

use breakwater_auction::TimeInForce;
use breakwater_exchange::{OrderRequest, RequestKind};
use breakwater_interfaces::SubaccountId;
use breakwater_primitives::{
	markets::OrderPreview,
	trading::{OrderQuery, OrderQueryKind},
};
use breakwater_units::{MarketId, Price, Ratio, Side, Size};

use crate::Exchange;

/// What would become of an order that is placed now.
pub(crate) fn preview(account: &SubaccountId, query: OrderQuery) -> OrderPreview {
	let OrderQuery { market, buys, kind, size, reduce_only } = query;
	let (kind, time_in_force) = match kind {
		OrderQueryKind::Limit(price) => {
			(RequestKind::Limit { price: Price::new(price) }, TimeInForce::GoodTillCancelled)
		},
		OrderQueryKind::PostOnly(price) => {
			(RequestKind::PostOnly { price: Price::new(price) }, TimeInForce::GoodTillCancelled)
		},
		OrderQueryKind::Market(slippage) => {
			let max_slippage = slippage.map(Ratio::new);
			(RequestKind::Market { max_slippage }, TimeInForce::ImmediateOrCancel)
		},
	};
	let request = OrderRequest {
		market: MarketId(market),
		side: if buys { Side::Buy } else { Side::Sell },
		kind,
		time_in_force,
		reduce_only,
		size: Size::new(size),
		client_id: None,
	};
	Exchange::preview(account, &request)
}
