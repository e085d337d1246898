//! Clearing a batch against the naive way, on the same resting orders: ask every price between the
//! best ask and the best bid for its volume, adding up all orders each time. The whole batch
//! (admission, clearing, fills) for comparison. `AUCTION_MAX_ORDERS` bounds the largest batch.
#![allow(missing_docs)]

use breakwater_auction::{
	Accounts, Admission, Batch, Clearing, Order, OrderKey, OrderKind, TieBreak, TimeInForce,
};
use breakwater_units::{AccountKey, Lots, Price, Quote, Side, Size, TickValue};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};
use std::{cmp::Reverse, hint::black_box};

const SIZES: [u64; 3] = [10, 1_000, 100_000];
const BLOCK: u32 = 10;
/// Ticks.
const MARK: u64 = 100_000;
/// How far limits are from the mark: one per cent.
const SPREAD: u64 = 1_000;

fn sizes() -> impl Iterator<Item = u64> {
	let bound = std::env::var("AUCTION_MAX_ORDERS").ok().and_then(|n| n.parse().ok());
	SIZES.into_iter().filter(move |size| *size <= bound.unwrap_or(u64::MAX))
}

/// Accounts without positions that carry everything.
struct Rich;

impl Accounts for Rich {
	fn position(&self, _: &AccountKey) -> Lots {
		Lots::ZERO
	}

	fn allows(&self, _: &AccountKey, _: Lots, _: Quote) -> bool {
		true
	}
}

/// A fixed sequence of numbers that look random.
fn noise(number: u64) -> u64 {
	number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) >> 16
}

/// Resting orders, one of an account, around the mark: half of them cross it.
fn orders(count: u64) -> Vec<Order> {
	let order = |number: u64| {
		let mut account = [0; 32];
		account[..8].copy_from_slice(&noise(number).to_be_bytes());
		account[24..].copy_from_slice(&number.to_be_bytes());
		Order {
			key: OrderKey { account: AccountKey(account), number: 0 },
			side: if number.is_multiple_of(2) { Side::Buy } else { Side::Sell },
			kind: OrderKind::Limit,
			time_in_force: TimeInForce::GoodTillCancelled,
			reduce_only: false,
			limit: Price::new(MARK - SPREAD + noise(number * 3) % (2 * SPREAD)),
			size: Size::new(1 + noise(number * 7) % 100),
			entered: BLOCK - 1,
		}
	};
	(0..count).map(order).collect()
}

fn batch(orders: &[Order]) -> Batch<'_> {
	Batch {
		block: BLOCK,
		tick_value: TickValue::new(1),
		reference: Price::new(MARK),
		tie_break: TieBreak::Reference,
		amm: None,
		orders,
		forced: &[],
	}
}

/// Every price between the best ask and the best bid, and all orders at each.
fn naive(admission: &Admission, reference: u64) -> Option<(u64, u64)> {
	let admitted = &admission.admitted;
	let of = |side| admitted.iter().filter(move |a| a.order.side == side);
	let low = of(Side::Sell).map(|a| a.order.limit.get()).min()?;
	let high = of(Side::Buy).map(|a| a.order.limit.get()).max()?;
	let rank = |price: u64| {
		let (mut demand, mut supply) = (0u64, 0u64);
		for admitted in admitted {
			let (limit, size) = (admitted.order.limit.get(), admitted.size.get());
			match admitted.order.side {
				Side::Buy if limit >= price => demand += size,
				Side::Sell if limit <= price => supply += size,
				_ => {},
			}
		}
		(Reverse(demand.min(supply)), demand.abs_diff(supply), price.abs_diff(reference), price)
	};
	let (Reverse(volume), _, _, price) = (low..=high).map(rank).min()?;
	Some((price, volume))
}

fn found(clearing: Option<Clearing>) -> Option<(u64, u64)> {
	clearing.map(|clearing| (clearing.price.get(), clearing.volume.get()))
}

fn clearing(criterion: &mut Criterion) {
	let mut group = criterion.benchmark_group("clearing");
	group.sample_size(10);
	for count in sizes() {
		let orders = orders(count);
		let batch = batch(&orders);
		let admission = batch.admit(&Rich).expect("valid orders");
		let tentative = batch.clear(&admission).expect("within the limits");
		assert_eq!(found(tentative.clearing), naive(&admission, MARK), "the twins disagree");

		// Clears twice, with forced orders and without; the naive way once.
		group.bench_function(BenchmarkId::new("ours", count), |bencher| {
			bencher.iter(|| black_box(batch.clear(&admission)));
		});
		group.bench_function(BenchmarkId::new("naive", count), |bencher| {
			bencher.iter(|| black_box(naive(&admission, MARK)));
		});
		group.bench_function(BenchmarkId::new("whole batch", count), |bencher| {
			bencher.iter(|| {
				let admission = batch.admit(&Rich).expect("valid orders");
				let tentative = batch.clear(&admission).expect("within the limits");
				black_box(batch.settle(&admission, &tentative))
			});
		});
	}
	group.finish();
}

criterion_group!(benches, clearing);
criterion_main!(benches);
