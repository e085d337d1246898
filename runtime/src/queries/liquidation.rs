//! What the runtime's interface answers about liquidation.

use alloc::vec::Vec;

use breakwater_breaker::Action;
use breakwater_interfaces::{
	Breakers as _, Ledger as _, RiskEngine as _, Solvency as _, SubaccountId,
};
use breakwater_liquidator::{
	Auction, Backlog, BidOutcome, Offer, OfferingAccounts, OpenOffer, Plans,
};
use breakwater_margin::assess;
use breakwater_primitives::{
	liquidation::{
		AuctionInfo, BidPreview, BidQuery, DueAccount, LiquidationStatus, OfferInfo, Sold,
	},
	AccountId,
};
use breakwater_units::{
	AccountKey, AssetId, LotValue, MarketId, NanoQuote, PoolId, Price, Quote, Rounding, Side, Size,
};
use polkadot_sdk::*;
use sp_runtime::DispatchError;

use super::accounts::PoolIndices;
use crate::{CircuitBreaker, Liquidation, Margin, Risk, Runtime, System};

/// Most accounts, and offers of an auction, in an answer.
const MOST: u32 = 1_000;

/// Due accounts, the worst first.
pub(crate) fn due_accounts(most: u32) -> Vec<DueAccount> {
	Margin::due(most.min(MOST)).into_iter().filter_map(due_account).collect()
}

fn due_account(key: AccountKey) -> Option<DueAccount> {
	let (info, state) = (Margin::info(&key)?, Margin::state(&key)?);
	let sums = assess(&state, &PoolIndices(info.pool)).unwrap_or_default();
	let health = sums.health(sums.maintenance).unwrap_or_default();
	let shortfall = health.try_neg().unwrap_or_default().max(NanoQuote::ZERO);
	let plan = Plans::<Runtime>::get(key).unwrap_or_default();
	Some(DueAccount {
		key: key.0,
		owner: info.id.owner,
		number: info.id.number,
		pool: info.pool.0,
		equity: quanta(sums.equity, Rounding::Down),
		maintenance: quanta(sums.maintenance, Rounding::Up),
		shortfall: quanta(shortfall, Rounding::Up),
		offers: !plan.auctions.is_empty() && plan.block == System::block_number(),
		waits_until: plan.waits_until,
	})
}

/// What is offered.
pub(crate) fn auctions(most: u32) -> Vec<AuctionInfo> {
	let most = most.min(MOST);
	Liquidation::open_auctions().into_iter().map(|auction| auction_info(auction, most)).collect()
}

fn auction_info(auction: Auction, most: u32) -> AuctionInfo {
	let all = Liquidation::open_offers(&auction, u32::MAX);
	let on = |side| {
		let of_side = all.iter().filter(|open| open.offer.side() == Some(side));
		of_side.fold(Size::ZERO, |sum, open| sum.saturating_add(open.offer.size())).get()
	};
	let (sold, open) = match auction {
		Auction::Market(market) => {
			(Sold::Market(market.0), CircuitBreaker::allows(market, Action::Bid))
		},
		Auction::Collateral(pool, asset) => {
			let sold = Sold::Collateral { pool: pool.0, asset: asset.0 };
			(sold, CircuitBreaker::pool_allows(pool, Action::Bid))
		},
	};
	AuctionInfo {
		sold,
		mark: index(sold).map(|(mark, _)| mark.get()).unwrap_or(0),
		for_sale: on(Side::Sell),
		wanted: on(Side::Buy),
		open,
		offers: all.into_iter().take(most as usize).map(offer_info).collect(),
	}
}

fn offer_info(open: OpenOffer) -> OfferInfo {
	let OpenOffer { account, offer, price, ends } = open;
	let Offer { lots, held, bankruptcy, opened, .. } = offer;
	OfferInfo {
		account: account.0,
		lots: lots.get(),
		held: held.get(),
		price: price.get(),
		reserve: bankruptcy.get(),
		opened: opened.get(),
		ends: ends.get(),
	}
}

/// The price that accounts are valued at, and what a lot is worth at it.
fn index(sold: Sold) -> Option<(Price, LotValue)> {
	let index = match sold {
		Sold::Market(market) => Risk::market(MarketId(market))?,
		Sold::Collateral { asset, .. } => *Risk::collateral(AssetId(asset))?.leg(),
	};
	Some((index.price(), index.lot_value()))
}

/// What a bid would do now.
pub(crate) fn preview_bid(owner: AccountId, number: u16, bid: BidQuery) -> BidPreview {
	let bidder = SubaccountId { owner, number }.key();
	let BidQuery { sold, buys, size, limit } = bid;
	let side = if buys { Side::Buy } else { Side::Sell };
	let (size, limit) = (Size::new(size), Price::new(limit));
	let outcome = match sold {
		Sold::Market(market) => {
			Liquidation::simulate_bid(&bidder, MarketId(market), (side, size, limit))
		},
		Sold::Collateral { pool, .. } if Liquidation::pool_of(&bidder) != Some(PoolId(pool)) => {
			Err(breakwater_liquidator::Error::<Runtime>::OtherPool.into())
		},
		Sold::Collateral { asset, .. } => {
			Liquidation::simulate_bid_collateral(&bidder, AssetId(asset), (size, limit))
		},
	};
	match outcome {
		Ok(outcome) => preview(sold, side, outcome),
		Err(error) => BidPreview { refused: Some(words(error)), ..BidPreview::default() },
	}
}

fn preview(sold: Sold, side: Side, outcome: BidOutcome) -> BidPreview {
	let BidOutcome { fills, size, cost, .. } = outcome;
	let lots = size.signed(side).unwrap_or_default();
	let at_mark = index(sold).and_then(|(_, value)| value.times(lots).ok()).unwrap_or_default();
	BidPreview {
		refused: None,
		size: size.get(),
		cost: cost.get(),
		at_mark: at_mark.get(),
		fills: fills
			.iter()
			.map(|fill| (fill.account.0, fill.size.get(), fill.price.get()))
			.collect(),
	}
}

fn words(error: DispatchError) -> Vec<u8> {
	let words: &'static str = error.into();
	words.as_bytes().to_vec()
}

/// How liquidation stands.
pub(crate) fn status() -> LiquidationStatus {
	let waiting = Backlog::<Runtime>::get();
	LiquidationStatus {
		offering: OfferingAccounts::<Runtime>::get(),
		backlog: waiting.total,
		backlog_of_pools: waiting.pools.iter().map(|(pool, count)| (pool.0, *count)).collect(),
	}
}

fn quanta(nano: NanoQuote, rounding: Rounding) -> i128 {
	nano.to_quote(rounding).unwrap_or(Quote::MAX).get()
}
