use futures::FutureExt;
use sp_runtime::transaction_validity::InvalidTransaction;

use super::*;
use crate::testing::{report_of, sent, sign, transaction_of, transfer, TestChain};

const BEST: BlockNumber = 50;

fn reports() -> (Arc<TestChain>, Arc<Reports>) {
	let chain = TestChain::of(BEST);
	(chain.clone(), Arc::new(Reports::new(chain, None)))
}

fn submit(
	reports: &Reports,
	source: TransactionSource,
	transaction: &OpaqueExtrinsic,
) -> Result<Arc<Entry>, PoolError> {
	let signed = reports.read(transaction).unwrap();
	reports.submit(reports.chain.best().0, source, transaction, &signed)
}

fn offered(offer: &mut Offer) -> Vec<BlockNumber> {
	offer.map(|entry| entry.round).collect()
}

mod from_a_peer {
	use super::*;

	#[test]
	fn is_taken_once() {
		let (chain, reports) = reports();
		assert_eq!(reports.receive(&sent(1, BEST)), Received::New);
		assert_eq!(reports.receive(&sent(1, BEST)), Received::Known);
		assert_eq!(chain.asked(), 1, "what is known needs no check");
	}

	#[test]
	fn garbage_is_told_apart_without_the_runtime() {
		let (chain, reports) = reports();
		let good = sent(1, BEST).inner().to_vec();
		assert_eq!(reports.receive(&transfer(1)), Received::Malformed);
		for cut in 0..good.len() {
			let part = OpaqueExtrinsic::from_blob(good[..cut].to_vec());
			assert_eq!(reports.receive(&part), Received::Malformed);
		}
		for round in [0, BEST - 9, BEST + 33, u32::MAX] {
			assert_eq!(reports.receive(&sent(1, round)), Received::OutOfWindow);
		}
		assert_eq!(chain.asked(), 0);
		assert!(reports.lane().is_empty());
	}

	#[test]
	fn by_a_stranger_or_forged_it_is_not_taken() {
		let (_, reports) = reports();
		assert_eq!(reports.receive(&sent(9, BEST)), Received::NotGenuine);
		let forged = transaction_of(&sign(2, report_of(1, BEST)));
		assert_eq!(reports.receive(&forged), Received::NotGenuine);
		assert_eq!(reports.receive(&sent(9, BEST + 1)), Received::Early, "who knows");
		assert!(reports.lane().is_empty());
		assert_eq!(reports.receive(&sent(1, BEST)), Received::New, "it takes nobody's place");
	}

	#[test]
	fn nothing_is_held_against_it_while_the_runtime_does_not_answer() {
		let (chain, reports) = reports();
		chain.silence();
		assert_eq!(reports.receive(&sent(1, BEST)), Received::Undecided);
		let formless = Reports::new(chain, None);
		assert_eq!(formless.receive(&transfer(1)), Received::Undecided);
		assert_eq!(formless.receive(&sent(1, BEST)), Received::Undecided);
	}

	#[test]
	fn any_flipped_bit_makes_it_another_thing() {
		let (_, reports) = reports();
		let good = sent(1, BEST).inner().to_vec();
		for bit in 0..good.len() * 8 {
			let mut other = good.clone();
			other[bit / 8] ^= 1 << (bit % 8);
			let received = reports.receive(&OpaqueExtrinsic::from_blob(other));
			assert!(!matches!(received, Received::New | Received::Known), "{bit}: {received:?}");
		}
	}
}

mod submitted {
	use super::*;

	#[test]
	fn is_answered_like_by_a_pool() {
		let (_, reports) = reports();
		let external = TransactionSource::External;
		let entry = submit(&reports, external, &sent(1, BEST)).unwrap();
		assert_eq!((entry.round, entry.origin), (BEST, Origin::Submitted));
		let again = submit(&reports, external, &sent(1, BEST)).unwrap_err();
		assert!(matches!(again, PoolError::AlreadyImported(_)));
		let mut other = report_of(1, BEST);
		other.finalized = 1;
		let other = submit(&reports, external, &transaction_of(&sign(1, other))).unwrap_err();
		assert!(matches!(other, PoolError::TooLowPriority { .. }));
		let forged = transaction_of(&sign(2, report_of(1, BEST + 1)));
		let forged = submit(&reports, external, &forged).unwrap_err();
		assert!(matches!(forged, PoolError::InvalidTransaction(InvalidTransaction::BadProof)));
		assert_eq!(reports.lane().len(), 1);
	}

	#[test]
	fn by_the_own_worker_is_known_as_such() {
		let (_, reports) = reports();
		let entry = submit(&reports, TransactionSource::Local, &sent(1, BEST)).unwrap();
		assert_eq!(entry.origin, Origin::Worker);
	}
}

mod an_offer {
	use super::*;

	#[test]
	fn has_the_rounds_that_the_block_may_hold() {
		let (chain, reports) = reports();
		for round in BEST - 8..=BEST + 8 {
			reports.receive(&sent(1, round));
		}
		let best = chain.best().0;
		assert_eq!(offered(&mut reports.offer(best)), [BEST - 1, BEST, BEST + 1]);
		let parent = chain.parent(best).unwrap();
		assert_eq!(offered(&mut reports.offer(parent)), [BEST - 2, BEST - 1, BEST]);
		assert!(offered(&mut reports.offer(Hash::repeat_byte(7))).is_empty(), "an unknown block");
	}

	#[test]
	fn leaves_out_what_the_chain_has() {
		let (chain, reports) = reports();
		for reporter in [1, 2] {
			reports.receive(&sent(reporter, BEST - 1));
			reports.receive(&sent(reporter, BEST));
		}
		chain.set_last_round(1, BEST - 1);
		chain.set_last_round(2, BEST);
		assert_eq!(offered(&mut reports.offer(chain.best().0)), [BEST]);
	}

	#[test]
	fn grows_while_the_block_is_made() {
		let (chain, reports) = reports();
		let mut offer = reports.offer(chain.best().0);
		assert!(offer.next().is_none());
		reports.receive(&sent(1, BEST));
		reports.receive(&sent(2, BEST));
		assert!(offer.next().is_some());
		reports.receive(&sent(3, BEST));
		assert_eq!(offered(&mut offer), [BEST, BEST], "each once");
		// An older one than the block has would be refused.
		reports.receive(&sent(1, BEST - 1));
		assert!(offered(&mut offer).is_empty());
		reports.receive(&sent(1, BEST + 1));
		assert_eq!(offered(&mut offer), [BEST + 1]);
	}

	#[test]
	fn of_a_fork_has_what_only_the_other_took() {
		let (chain, reports) = reports();
		let fork = chain.best().0;
		reports.receive(&sent(1, BEST));
		chain.grow(vec![sent(1, BEST)]);
		let other = chain.import(fork, BEST + 1, vec![], false);
		assert_eq!(offered(&mut reports.offer(other)), [BEST]);
	}
}

mod following_the_chain {
	use super::*;

	/// Lets the follower see what there is.
	fn let_follow(follower: &mut futures::future::BoxFuture<'static, ()>) {
		assert!(follower.now_or_never().is_none(), "it never ends");
	}

	#[test]
	fn tells_what_is_lost() {
		let (chain, reports) = reports();
		for round in [BEST, BEST + 1, BEST + 2] {
			submit(&reports, TransactionSource::Local, &sent(1, round)).unwrap();
			submit(&reports, TransactionSource::External, &sent(2, round)).unwrap();
			reports.receive(&sent(3, round));
		}
		let fork = chain.best().0;
		chain.grow(vec![transfer(1), sent(1, BEST)]);
		chain.grow(vec![sent(2, BEST + 2)]);
		// Another fork wins, in which some come late, and one is nowhere.
		let first = chain.import(fork, BEST + 1, vec![sent(2, BEST)], false);
		let second = chain.import(first, BEST + 2, vec![sent(1, BEST), sent(1, BEST + 1)], false);
		let third = chain.import(second, BEST + 3, vec![sent(2, BEST + 1)], false);
		chain.import(third, BEST + 4, vec![sent(1, BEST + 2)], true);
		let gone = reports.lane.advance(BEST + 100);
		assert_eq!(gone.len(), 9);
		let lost: Vec<_> = gone.iter().filter(|entry| reports.is_lost(entry)).collect();
		let lost: Vec<_> = lost.iter().map(|entry| (*entry.transaction).clone()).collect();
		// Nor is that of reporter 3, but that one is not this node's.
		assert_eq!(lost, [sent(2, BEST + 2)]);
	}

	#[test]
	fn forgets_old_rounds() {
		let (chain, reports) = reports();
		let mut follower = reports.clone().follow_chain().boxed();
		let_follow(&mut follower);
		reports.receive(&sent(1, BEST));
		for _ in 0..20 {
			chain.grow(vec![]);
		}
		let_follow(&mut follower);
		assert!(reports.lane().is_empty());
	}
}
