//! What happened in the block at whose state the interface is asked, from its events.

use alloc::vec::Vec;

use breakwater_exchange::{Event, Role};
use breakwater_primitives::streams::FillInfo;
use breakwater_units::{AccountKey, MarketId, Price, Size};

use crate::{Runtime, RuntimeEvent, System};

fn events() -> impl Iterator<Item = (u32, Event<Runtime>)> {
	let all = (0u32..).zip(System::read_events_no_consensus());
	all.filter_map(|(index, record)| match record.event {
		RuntimeEvent::Exchange(event) => Some((index, event)),
		_ => None,
	})
}

/// Where a market's batch cleared, and how many lots it traded.
pub(super) fn batch(market: MarketId) -> Option<(Price, Size)> {
	events().find_map(|(_, event)| match event {
		Event::Batch { market: of, price, volume, .. } if of == market => Some((price, volume)),
		_ => None,
	})
}

/// The fills of the block, of all accounts or of one.
pub(crate) fn fills(account: Option<[u8; 32]>) -> Vec<FillInfo> {
	let wanted = |fill: &FillInfo| account.is_none_or(|account| fill.account == account);
	events().filter_map(|(index, event)| fill(index, event)).filter(wanted).collect()
}

fn fill(index: u32, event: Event<Runtime>) -> Option<FillInfo> {
	let of = |account: AccountKey, market: MarketId, lots: i64, price: Price| FillInfo {
		index,
		account: account.0,
		order: None,
		market: market.0,
		lots,
		left: 0,
		price: price.get(),
		fee: 0,
		maker: false,
		forced: false,
	};
	let signed = |side, size: Size| size.signed(side).map_or(0, |lots| lots.get());
	match event {
		Event::Filled { order, account, market, side, size, left, price, fee, role } => {
			Some(FillInfo {
				order: Some(order),
				left: left.get(),
				fee: fee.get(),
				maker: role == Role::Maker,
				..of(account, market, signed(side, size), price)
			})
		},
		Event::ForcedFilled { account, market, side, size, price } => {
			Some(FillInfo { forced: true, ..of(account, market, signed(side, size), price) })
		},
		Event::AmmFilled { market, account, lots, price } => {
			Some(FillInfo { maker: true, ..of(account, market, lots.get(), price) })
		},
		_ => None,
	}
}
