//! The tables that `lab bench` prints.

use std::time::Duration;

use super::{batch, placing, signature, Crossing, Orders, Tick, Ticks, Wasm};

fn milliseconds(time: Duration) -> f64 {
	time.as_secs_f64() * 1e3
}

/// Measures and prints: ticks at the fewest accounts and at so many, then orders.
///
/// # Errors
/// If the state that was built is not one that the chain could be in.
pub fn print(accounts: &[u32], orders: &[u32]) -> Result<(), String> {
	let wasm = Wasm::new();
	ticks(&wasm, accounts)?;
	let signature = signature();
	placed(&wasm, signature);
	cleared(&wasm, orders, signature);
	Ok(())
}

fn ticks(wasm: &Wasm, accounts: &[u32]) -> Result<(), String> {
	/// Walking over more would take longer than all the rest.
	const MOST_CHECKED: u32 = 10_000;
	println!("| accounts | a tick that crosses | prices fall | crossed | woken | due | ms | reads | writes | weight, ms | ms, relative to 1,000 accounts | reads, relative | µs an account woken | woken a second | peak memory, MB |");
	println!("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
	let mut ticks = Ticks::new();
	ticks.check()?;
	ticks.measure(wasm).iter().for_each(show);
	let mut accounts = accounts.to_vec();
	accounts.sort_unstable();
	for count in accounts {
		ticks.grow(count);
		if count <= MOST_CHECKED {
			ticks.check()?;
		}
		ticks.measure(wasm).iter().for_each(show);
	}
	Ok(())
}

fn show(tick: &Tick) {
	let crosses = match tick.crossing {
		Crossing::None => "none".into(),
		Crossing::OneIn(part) => format!("{} %", 100.0 / f64::from(part)),
	};
	let (measured, fewest) = (&tick.measured, &tick.fewest);
	// Of a few accounts it would be noise.
	let (each, per_second) = match (tick.woken, measured.time.saturating_sub(tick.none.time)) {
		(0..10, _) | (_, Duration::ZERO) => (String::new(), String::new()),
		(woken, time) => {
			let seconds = time.as_secs_f64() / f64::from(woken);
			(format!("{:.0}", seconds * 1e6), format!("{:.0}", 1.0 / seconds))
		},
	};
	println!(
		"| {} | {crosses} | {:.2} % | {} | {} | {} | {:.2} | {} | {} | {:.1} | {:.2} | {:.2} | {each} | {per_second} | {} |",
		tick.accounts,
		f64::from(tick.fall) / 1e4,
		tick.crossed,
		tick.woken,
		tick.due,
		milliseconds(measured.time),
		measured.touched.reads,
		measured.touched.writes,
		tick.weight as f64 / 1e9,
		measured.time.as_secs_f64() / fewest.time.as_secs_f64(),
		measured.touched.reads as f64 / fewest.touched.reads as f64,
		tick.peak.map_or("".into(), |bytes| format!("{:.0}", bytes as f64 / 1e6)),
	);
}

/// Orders placed, one and fifty in a transaction.
fn placed(wasm: &Wasm, signature: Duration) {
	println!("\n| orders in a transaction | µs an order | reads an order | writes an order | orders a second | checks of a signature an order |");
	println!("|---:|---:|---:|---:|---:|---:|");
	for per_call in [1, 50] {
		let Orders { done, measured, .. } = placing(wasm, 50, per_call);
		let each = |all: f64| all / f64::from(done);
		let seconds = each(measured.time.as_secs_f64());
		println!(
			"| {per_call} | {:.0} | {:.1} | {:.1} | {:.0} | {:.1} |",
			seconds * 1e6,
			each(measured.touched.reads as f64),
			each(measured.touched.writes as f64),
			1.0 / seconds,
			seconds / signature.as_secs_f64()
		);
	}
}

/// Orders cleared, beyond what the block takes without any.
fn cleared(wasm: &Wasm, orders: &[u32], signature: Duration) {
	let empty = batch(wasm, 0).measured;
	println!("\n| orders that could trade | that do | ms | reads an order | writes an order | orders a second | a signature's check takes {:.0} µs: so many an order |", signature.as_secs_f64() * 1e6);
	println!("|---|---:|---:|---:|---:|---:|---:|");
	for count in orders {
		let Orders { done, measured, .. } = batch(wasm, *count);
		let time = measured.time.saturating_sub(empty.time);
		let each = f64::from(done.max(1));
		let of = |more: u64, less: u64| more.saturating_sub(less) as f64 / each;
		println!(
			"| {count} | {done} | {:.2} | {:.1} | {:.1} | {:.0} | {:.1} |",
			milliseconds(time),
			of(measured.touched.reads, empty.touched.reads),
			of(measured.touched.writes, empty.touched.writes),
			each / time.as_secs_f64().max(1e-9),
			time.as_secs_f64() / each / signature.as_secs_f64()
		);
	}
}
