//! What who submitted a report and watches it gets to know.

use std::{pin::Pin, sync::Arc};

use breakwater_primitives::{oracle::REPORT_LONGEVITY, Hash};
use futures::{stream, Stream, StreamExt};
use polkadot_sdk::*;
use sc_transaction_pool_api::TransactionStatus;

use crate::{
	chain::{Best, Blocks},
	Chain, Entry,
};

/// How many blocks may become final after the one with the report without that one being it.
const FINALITY_LIMIT: u32 = 512;

type Status = TransactionStatus<Hash, Hash>;

/// Watches the chain from its making on.
pub(crate) struct Watch {
	chain: Arc<dyn Chain>,
	best: Blocks,
	finalized: Blocks,
}

impl Watch {
	pub(crate) fn new(chain: Arc<dyn Chain>) -> Self {
		let (best, finalized) = (chain.best_blocks(), chain.final_blocks());
		Self { chain, best, finalized }
	}

	/// Ready; then in a block; then final. Or dropped, if no block takes it while it may.
	pub(crate) fn for_entry(self, entry: Arc<Entry>) -> Pin<Box<dyn Stream<Item = Status> + Send>> {
		let Self { chain, best, finalized } = self;
		watch(chain, entry, best, finalized)
	}
}

fn watch(
	chain: Arc<dyn Chain>,
	entry: Arc<Entry>,
	best: Blocks,
	finalized: Blocks,
) -> Pin<Box<dyn Stream<Item = Status> + Send>> {
	let later = stream::once(async move {
		match inclusion(&*chain, &entry, best).await {
			None => stream::iter(vec![Status::Dropped]).left_stream(),
			Some((block, place)) => {
				let found = stream::once(async move { Status::InBlock((block.hash, place)) });
				let ended = stream::once(finality(chain, finalized, block, place));
				found.chain(ended).right_stream()
			},
		}
	});
	Box::pin(stream::once(async { Status::Ready }).chain(later.flatten()))
}

/// The block that takes it, and where in it.
async fn inclusion(chain: &dyn Chain, entry: &Entry, mut best: Blocks) -> Option<(Best, usize)> {
	loop {
		let block = best.next().await?;
		let body = chain.body(block.hash).unwrap_or_default();
		let is_it = |transaction| Entry::hash_of(transaction) == entry.hash;
		if let Some(place) = body.iter().position(is_it) {
			return Some((block, place));
		}
		// The best block may have been another one for a while.
		if u64::from(block.number.saturating_sub(entry.round)) > 2 * REPORT_LONGEVITY {
			return None;
		}
	}
}

async fn finality(
	chain: Arc<dyn Chain>,
	mut finalized: Blocks,
	block: Best,
	place: usize,
) -> Status {
	while let Some(last) = finalized.next().await {
		if last.number >= block.number {
			return match chain.canonical(block.number) == Some(block.hash) {
				true => Status::Finalized((block.hash, place)),
				// Its round is over.
				false => Status::Dropped,
			};
		}
		let (_, best) = chain.best();
		if best.saturating_sub(block.number) > FINALITY_LIMIT {
			break;
		}
	}
	Status::FinalityTimeout(block.hash)
}
