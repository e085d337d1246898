//! The trigger book against a full scan, on the same accounts and the same price move, and the
//! cost of filing. `TRIGGER_BOOK_MAX_ACCOUNTS` bounds the largest book (default 1,000,000).
#![allow(missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use breakwater_trigger_book::{BandLimits, Budget, Cursor, MemoryStorage, TriggerBook};
use common::{key, World};
use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion};
use std::hint::black_box;

const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Dollars of a lot, in quanta.
const PRICE: i128 = 100_000_000;

fn sizes() -> impl Iterator<Item = u32> {
	let bound = std::env::var("TRIGGER_BOOK_MAX_ACCOUNTS").ok().and_then(|n| n.parse().ok());
	SIZES.into_iter().filter(move |size| *size <= bound.unwrap_or(u32::MAX))
}

/// Ten markets and accounts with two positions each. The last account to trigger has almost no
/// leverage, and the first one triggers when market 0 has lost a little over 10 %: as `number`
/// grows from 0 to `count`, the distance grows evenly.
fn world(count: u32) -> (World, TriggerBook<MemoryStorage>) {
	let mut world = World::new(&[PRICE; 10]);
	let mut book = TriggerBook::new(MemoryStorage::default(), BandLimits::default());
	for number in 0..count {
		let account = key(number);
		world.trade(&account, 0, 10);
		world.trade(&account, u64::from(1 + number % 9), if number % 2 == 0 { 10 } else { -10 });
		// 3 % margin on each leg, half of health for each: market 0 may fall by half of the rest
		let spread = PRICE * 10 * i128::from(number) / i128::from(count);
		let cash = PRICE * 10 * 6 / 100 + PRICE * 10 * 2 / 10 + spread;
		world.accounts.get_mut(&account).expect("traded").cash += cash;
		book.file(&account, &world.evaluation(&account)).expect("sound");
	}
	(world, book)
}

/// The price of market 0 at which `crossed` of the accounts are crossed.
fn fallen(world: &World, book: &TriggerBook<MemoryStorage>, crossed: u32) -> World {
	let mut world = world.clone();
	let (mut low, mut high) = (0, PRICE);
	while high - low > 1 {
		let price = (low + high) / 2;
		world.markets[0].price = price;
		let found = book.collect(&world.indices(), Budget::UNBOUNDED, Cursor::default());
		if found.accounts.len() > crossed as usize {
			low = price;
		} else {
			high = price;
		}
	}
	world.markets[0].price = high;
	world
}

fn ticks(criterion: &mut Criterion) {
	for (name, per_mille) in [("none", 0), ("0.1 %", 1), ("10 %", 100)] {
		let mut group = criterion.benchmark_group(format!("tick crossing {name}"));
		group.sample_size(10);
		for count in sizes() {
			let (start, book) = world(count);
			let world = fallen(&start, &book, count / 1_000 * per_mille);
			let indices = world.indices();
			group.bench_function(BenchmarkId::new("book", count), |bencher| {
				// A step that wakes nobody changes nothing: it needs no fresh book.
				if per_mille == 0 {
					let mut book = book.clone();
					return bencher.iter(|| {
						book.step(&indices, Budget::UNBOUNDED, Cursor::default(), &world)
					});
				}
				bencher.iter_batched_ref(
					|| book.clone(),
					|book| book.step(&indices, Budget::UNBOUNDED, Cursor::default(), &world),
					BatchSize::PerIteration,
				);
			});
			group.bench_function(BenchmarkId::new("full scan", count), |bencher| {
				bencher.iter(|| black_box(world.full_scan()));
			});
		}
		group.finish();
	}
}

fn filing(criterion: &mut Criterion) {
	let mut group = criterion.benchmark_group("filing");
	group.sample_size(20);
	for count in sizes() {
		let (mut world, book) = world(count);
		let account = key(count / 2);
		let plain = world.evaluation(&account);
		world.trade(&account, 1, 3);
		let traded = world.evaluation(&account);
		group.bench_function(BenchmarkId::new("insertion", count), |bencher| {
			let mut book = book.clone();
			bencher.iter(|| {
				book.remove(&account);
				book.file(&account, &plain)
			});
		});
		group.bench_function(BenchmarkId::new("trade there and back", count), |bencher| {
			let mut book = book.clone();
			bencher.iter(|| {
				let there = book.file(&account, &traded);
				(there, book.file(&account, &plain))
			});
		});
	}
	group.finish();
}

criterion_group!(benches, ticks, filing);
criterion_main!(benches);
