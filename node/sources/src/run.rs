use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;

use crate::{Board, FetchError, Fetcher, Source};

/// A source that fails is asked less and less often, down to this many times its interval.
const MAX_BACKOFF: u32 = 8;

/// Learns how every question went.
pub trait Observer: Send + Sync {
	/// A source answered with a price, in ticks, after this time; or not.
	fn answered(&self, source: &Source, outcome: &Result<u64, FetchError>, took: Duration);
}

/// Asks every source of the board again and again, each on its own, and pins up what they say.
/// Never ends.
pub async fn run(board: &Board, fetcher: &Fetcher, observer: &dyn Observer) {
	let loops =
		board.sources().map(|(place, source)| ask_forever(board, fetcher, observer, place, source));
	join_all(loops).await;
}

async fn ask_forever(
	board: &Board,
	fetcher: &Fetcher,
	observer: &dyn Observer,
	place: usize,
	source: &Source,
) {
	let interval = board.config().interval();
	let mut failures = 0;
	loop {
		let asked = tokio::time::Instant::now();
		let answer = fetcher.read(source, board.config().timeout()).await;
		let outcome = answer.and_then(|reading| board.pin(place, &reading, now()));
		observer.answered(source, &outcome, asked.elapsed());
		failures = if outcome.is_ok() { 0 } else { failures + 1 };
		tokio::time::sleep_until(asked + interval * backoff(failures)).await;
	}
}

/// The first failure may be chance; after it the pauses double.
fn backoff(failures: u32) -> u32 {
	1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(MAX_BACKOFF).clamp(1, MAX_BACKOFF)
}

fn now() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn failures_double_the_pause_up_to_a_bound() {
		let pauses: Vec<u32> = (0..8).map(backoff).collect();
		assert_eq!(pauses, [1, 1, 2, 4, 8, 8, 8, 8]);
		assert_eq!(backoff(u32::MAX), MAX_BACKOFF);
	}
}
