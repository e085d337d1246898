//! Auctions to which nobody comes.

use breakwater_units::{AssetId, Price, Side, Size};

use crate::world::*;

/// Maker, 2020-03-12.
#[test]
fn maker_2020_03_12() {
	let mut w = World::new(|_| {});
	w.endow(ALT, 500_000);
	let long = w.trader(ALT, 40_000);
	let short = w.trader(ALT, 400_000);
	let keeper = w.trader(ALT, 100_000);
	w.trade(&long, &short, SOL, 200_000);
	w.price(SOL_USD, 123.0);
	w.block();
	for _ in 0..20 {
		let bid = breakwater_liquidator::Call::bid {
			number: 0,
			market: SOL,
			side: Side::Buy,
			size: Size::new(1_000_000),
			limit: Price::new(1),
		};
		let r = w.call(&keeper, bid);
		println!("{} eq {} lots {} due {}", why(r), w.equity(&long), w.lots_of(&long, SOL), w.is_due(&long));
	}
	println!("{:?}", w.losses(ALT));
	for e in w.liquidation() {
		println!("{e:?}");
	}
	let _ = AssetId(0);
}
