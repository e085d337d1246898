use breakwater_primitives::BlockNumber;
use futures::{channel::mpsc::UnboundedReceiver, StreamExt};
use sc_transaction_pool_api::{error::Error as PoolError, TransactionStatus};
use sp_core::testing::TaskExecutor;

use super::*;
use crate::testing::{sent, transfer, TestChain, TestPool};

const BEST: BlockNumber = 50;

struct World {
	chain: Arc<TestChain>,
	behind: Arc<TestPool>,
	pool: ReportPool<TestPool>,
	told: UnboundedReceiver<Arc<Entry>>,
	at: Hash,
}

fn world(is_stuck: bool) -> World {
	let chain = TestChain::of(BEST);
	let at = crate::Chain::best(&*chain).0;
	let behind = Arc::new(TestPool { is_stuck, ..Default::default() });
	let reports = Arc::new(Reports::new(chain.clone(), None));
	let (tell, told) = futures::channel::mpsc::unbounded();
	let pool = ReportPool::new(behind.clone(), reports, tell, Box::new(TaskExecutor::new()));
	World { chain, behind, pool, told, at }
}

const EXTERNAL: TransactionSource = TransactionSource::External;
const TIMEOUT: Duration = Duration::from_millis(20);

fn block_on<F: std::future::Future>(future: F) -> F::Output {
	futures::executor::block_on(future)
}

type Taken<'a> = dyn Iterator<Item = Arc<Queued<crate::testing::Transfer>>> + 'a;

fn data(taken: &mut Taken<'_>) -> Vec<OpaqueExtrinsic> {
	taken.map(|next| (**next.data()).clone()).collect()
}

#[test]
fn reports_pass_by_the_pool_and_the_rest_does_not() {
	let World { behind, pool, mut told, at, .. } = world(false);
	let report = block_on(pool.submit_one(at, EXTERNAL, sent(1, BEST))).unwrap();
	block_on(pool.submit_one(at, EXTERNAL, transfer(1))).unwrap();
	pool.submit_local(at, sent(2, BEST)).unwrap();
	pool.submit_local(at, transfer(2)).unwrap();
	assert_eq!(*behind.transactions.lock().unwrap(), [transfer(1), transfer(2)]);
	assert_eq!(told.try_recv().unwrap().hash, report);
	assert_eq!(told.try_recv().unwrap().hash, Entry::hash_of(&sent(2, BEST)));
	assert!(told.try_recv().is_err(), "peers are told of reports alone");
}

#[test]
fn a_refused_report_is_told_to_nobody() {
	let World { behind, pool, mut told, at, .. } = world(false);
	let stranger = block_on(pool.submit_one(at, EXTERNAL, sent(9, BEST)));
	assert!(matches!(stranger, Err(PoolError::InvalidTransaction(_))));
	assert!(pool.submit_local(at, sent(9, BEST)).is_err());
	assert!(behind.transactions.lock().unwrap().is_empty() && told.try_recv().is_err());
}

#[test]
fn many_at_once_are_answered_in_their_order() {
	let World { pool, at, .. } = world(false);
	let mixed =
		vec![sent(1, BEST), transfer(1), sent(9, BEST), sent(2, BEST), transfer(2), sent(1, BEST)];
	let answers = block_on(pool.submit_at(at, EXTERNAL, mixed.clone())).unwrap();
	assert_eq!(answers.len(), mixed.len());
	for (place, (answer, transaction)) in answers.iter().zip(&mixed).enumerate() {
		match place {
			2 => assert!(matches!(answer, Err(PoolError::InvalidTransaction(_)))),
			5 => assert!(matches!(answer, Err(PoolError::AlreadyImported(_)))),
			_ => assert_eq!(answer.as_ref().unwrap(), &pool.hash_of(transaction)),
		}
	}
}

#[test]
fn an_author_gets_reports_first() {
	let World { pool, at, .. } = world(false);
	for number in 0..3 {
		block_on(pool.submit_one(at, EXTERNAL, transfer(number))).unwrap();
	}
	pool.submit_local(at, sent(2, BEST)).unwrap();
	let all = [sent(2, BEST), transfer(0), transfer(1), transfer(2)];
	assert_eq!(data(&mut *block_on(pool.ready_at_with_timeout(at, TIMEOUT))), all);
	assert_eq!(data(&mut *block_on(pool.ready_at(at))), all);
	assert_eq!(data(&mut *pool.ready()), all);
}

#[test]
fn an_author_gets_reports_that_come_while_it_fills_its_block() {
	let World { pool, at, .. } = world(false);
	for number in 0..3 {
		block_on(pool.submit_one(at, EXTERNAL, transfer(number))).unwrap();
	}
	let mut ready = block_on(pool.ready_at_with_timeout(at, TIMEOUT));
	assert_eq!(**ready.next().unwrap().data(), transfer(0));
	pool.submit_local(at, sent(1, BEST)).unwrap();
	assert_eq!(data(&mut *ready), [sent(1, BEST), transfer(1), transfer(2)]);
}

#[test]
fn a_pool_that_does_not_answer_keeps_no_report_waiting() {
	let World { pool, at, .. } = world(true);
	pool.submit_local(at, sent(1, BEST)).unwrap();
	let mut ready = block_on(pool.ready_at_with_timeout(at, TIMEOUT));
	assert_eq!(**ready.next().unwrap().data(), sent(1, BEST));
	assert!(ready.next().is_none(), "and the author does not wait for ever");
}

#[test]
fn a_report_that_a_block_refuses_is_kept_for_the_next() {
	let World { behind, pool, at, .. } = world(false);
	let report = pool.submit_local(at, sent(1, BEST)).unwrap();
	let other = block_on(pool.submit_one(at, EXTERNAL, transfer(1))).unwrap();
	let mut ready = block_on(pool.ready_at(at));
	let first = ready.next().unwrap();
	ready.report_invalid(&first);
	assert_eq!(**ready.next().unwrap().data(), transfer(1), "nothing depends on a report");
	let stale = sp_runtime::transaction_validity::InvalidTransaction::Stale.into();
	let invalid = [(report, Some(stale)), (other, None)].into_iter().collect();
	assert!(block_on(pool.report_invalid(Some(at), invalid)).is_empty());
	assert_eq!(*behind.invalid.lock().unwrap(), [other]);
	assert!(pool.ready_transaction(&report).is_some());
	let removed = block_on(pool.report_invalid(None, [(report, None)].into_iter().collect()));
	assert_eq!(removed.len(), 1, "an operator may throw it out");
	assert!(pool.ready_transaction(&report).is_none());
}

#[test]
fn reports_do_not_travel_with_transactions() {
	let World { pool, at, .. } = world(false);
	pool.submit_local(at, sent(1, BEST)).unwrap();
	pool.submit_local(at, transfer(1)).unwrap();
	let propagable: Vec<_> = pool.ready().filter(|next| next.is_propagable()).collect();
	assert_eq!(data(&mut propagable.into_iter()), [transfer(1)]);
}

mod watched {
	use super::*;

	fn watched(world: &World, reporter: u8) -> Pin<Box<TransactionStatusStream<Hash, Hash>>> {
		block_on(world.pool.submit_and_watch(world.at, EXTERNAL, sent(reporter, BEST))).unwrap()
	}

	fn statuses(
		stream: Pin<Box<TransactionStatusStream<Hash, Hash>>>,
	) -> Vec<TransactionStatus<Hash, Hash>> {
		block_on(stream.collect())
	}

	#[test]
	fn a_report_gets_into_a_block_that_becomes_final() {
		let world = world(false);
		let stream = watched(&world, 1);
		world.chain.grow(vec![]);
		let block = world.chain.grow(vec![transfer(1), sent(2, BEST), sent(1, BEST)]);
		world.chain.finalize(BEST + 1);
		world.chain.finalize(BEST + 2);
		let expected = [
			TransactionStatus::Ready,
			TransactionStatus::InBlock((block, 2)),
			TransactionStatus::Finalized((block, 2)),
		];
		assert_eq!(statuses(stream), expected);
	}

	#[test]
	fn a_report_that_no_block_takes_is_dropped() {
		let world = world(false);
		let stream = watched(&world, 1);
		for _ in 0..6 {
			world.chain.grow(vec![]);
		}
		assert_eq!(statuses(stream), [TransactionStatus::Ready, TransactionStatus::Dropped]);
	}

	#[test]
	fn a_report_in_a_block_of_a_lost_fork_is_dropped() {
		let world = world(false);
		let stream = watched(&world, 1);
		let block = world.chain.grow(vec![sent(1, BEST)]);
		world.chain.import(world.at, BEST + 1, vec![], false);
		world.chain.finalize(BEST + 1);
		let expected = [
			TransactionStatus::Ready,
			TransactionStatus::InBlock((block, 0)),
			TransactionStatus::Dropped,
		];
		assert_eq!(statuses(stream), expected);
	}

	#[test]
	fn other_transactions_are_watched_by_the_pool() {
		let world = world(false);
		let submitted = world.pool.submit_and_watch(world.at, EXTERNAL, transfer(1));
		assert_eq!(statuses(block_on(submitted).unwrap()), [TransactionStatus::Future]);
	}
}
