use std::{
	fmt,
	sync::{Mutex, MutexGuard},
};

use async_trait::async_trait;
use sc_network::service::traits::{Direction, MessageSink};

use super::*;
use crate::{
	testing::{report_of, sent, sign, transaction_of, transfer, TestChain},
	Chain,
};

const BEST: BlockNumber = 50;

/// What went out: notifications, and changes of reputation.
#[derive(Default)]
struct Log {
	sent: Vec<(PeerId, OpaqueExtrinsic)>,
	changes: Vec<(PeerId, i32)>,
}

#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Log>>);

impl Wire {
	fn log(&self) -> MutexGuard<'_, Log> {
		self.0.lock().unwrap()
	}

	/// Who got what since the last time.
	fn sent(&self) -> Vec<(PeerId, OpaqueExtrinsic)> {
		std::mem::take(&mut self.log().sent)
	}

	fn cost(&self, peer: PeerId) -> i32 {
		self.log().changes.iter().filter(|(whose, _)| *whose == peer).map(|change| change.1).sum()
	}
}

impl fmt::Debug for Wire {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("Wire")
	}
}

impl Peers for Wire {
	fn report(&self, peer: PeerId, change: ReputationChange) {
		self.log().changes.push((peer, change.value));
	}

	fn is_known(&self, _: PeerId, handshake: Vec<u8>) -> bool {
		!handshake.is_empty()
	}

	fn open(&self, _: ProtocolName, _: PeerId) -> Result<(), String> {
		Ok(())
	}

	fn close(&self, _: ProtocolName, _: PeerId) -> Result<(), String> {
		Ok(())
	}
}

#[async_trait]
impl NotificationService for Wire {
	async fn open_substream(&mut self, _: PeerId) -> Result<(), ()> {
		Err(())
	}

	async fn close_substream(&mut self, _: PeerId) -> Result<(), ()> {
		Err(())
	}

	fn send_sync_notification(&mut self, peer: &PeerId, notification: Vec<u8>) {
		let transaction = OpaqueExtrinsic::decode_all(&mut notification.as_slice()).unwrap();
		assert!(notification.len() as u64 <= MAX_SIZE);
		self.log().sent.push((*peer, transaction));
	}

	async fn send_async_notification(
		&mut self,
		_: &PeerId,
		_: Vec<u8>,
	) -> Result<(), sc_network::error::Error> {
		Ok(())
	}

	async fn set_handshake(&mut self, _: Vec<u8>) -> Result<(), ()> {
		Err(())
	}

	fn try_set_handshake(&mut self, _: Vec<u8>) -> Result<(), ()> {
		Err(())
	}

	async fn next_event(&mut self) -> Option<NotificationEvent> {
		None
	}

	fn clone(&mut self) -> Result<Box<dyn NotificationService>, ()> {
		Err(())
	}

	fn protocol(&self) -> &ProtocolName {
		static NAME: std::sync::OnceLock<ProtocolName> = std::sync::OnceLock::new();
		NAME.get_or_init(|| "/reports/1".into())
	}

	fn message_sink(&self, _: &PeerId) -> Option<Box<dyn MessageSink>> {
		None
	}
}

struct World {
	chain: Arc<TestChain>,
	reports: Arc<Reports>,
	wire: Wire,
	gossip: Gossip<Wire>,
	peers: [PeerId; 3],
}

impl World {
	fn new() -> Self {
		let chain = TestChain::of(BEST);
		let reports = Arc::new(Reports::new(chain.clone(), None));
		let wire = Wire::default();
		let service = Box::new(Clone::clone(&wire));
		let mut gossip = Gossip::new(reports.clone(), Clone::clone(&wire), service);
		let peers = [(); 3].map(|()| PeerId::random());
		for peer in peers {
			gossip.on_event(opened(peer));
		}
		Self { chain, reports, wire, gossip, peers }
	}

	fn hears(&mut self, peer: PeerId, transaction: &OpaqueExtrinsic) {
		self.hears_bytes(peer, transaction.encode());
	}

	fn hears_bytes(&mut self, peer: PeerId, notification: Vec<u8>) {
		self.gossip.on_event(NotificationEvent::NotificationReceived { peer, notification });
	}
}

fn opened(peer: PeerId) -> NotificationEvent {
	NotificationEvent::NotificationStreamOpened {
		peer,
		direction: Direction::Outbound,
		handshake: vec![1],
		negotiated_fallback: None,
	}
}

fn sorted(mut sent: Vec<(PeerId, OpaqueExtrinsic)>) -> Vec<(PeerId, OpaqueExtrinsic)> {
	sent.sort_by_key(|(peer, _)| *peer);
	sent
}

#[test]
fn a_report_goes_on_to_all_but_who_has_it() {
	let mut world = World::new();
	let [a, b, c] = world.peers;
	world.hears(a, &sent(1, BEST));
	let expected = sorted(vec![(b, sent(1, BEST)), (c, sent(1, BEST))]);
	assert_eq!(sorted(world.wire.sent()), expected);
	for peer in world.peers {
		world.hears(peer, &sent(1, BEST));
	}
	assert_eq!(world.wire.sent(), [], "once");
	assert!(world.wire.cost(a) > 0 && world.wire.cost(b) == 0);
}

#[test]
fn news_go_to_all() {
	let mut world = World::new();
	world.reports.receive(&sent(1, BEST));
	let entry = world.reports.lane().of_rounds(BEST..=BEST).remove(0);
	world.gossip.tell(&entry);
	assert_eq!(world.wire.sent().len(), 3);
	world.gossip.tell(&entry);
	assert_eq!(world.wire.sent(), []);
}

#[test]
fn a_newcomer_gets_what_blocks_may_still_take() {
	let mut world = World::new();
	for round in [BEST - 4, BEST - 1, BEST, BEST + 9] {
		world.reports.receive(&sent(1, round));
	}
	let newcomer = PeerId::random();
	world.gossip.on_event(opened(newcomer));
	assert_eq!(world.wire.sent(), [(newcomer, sent(1, BEST - 1)), (newcomer, sent(1, BEST))]);
}

#[test]
fn who_is_gone_gets_nothing() {
	let mut world = World::new();
	let [a, b, c] = world.peers;
	world.gossip.on_event(NotificationEvent::NotificationStreamClosed { peer: b });
	world.hears(a, &sent(1, BEST));
	assert_eq!(world.wire.sent(), [(c, sent(1, BEST))]);
}

#[test]
fn what_is_no_reporters_costs_reputation_and_goes_nowhere() {
	let mut world = World::new();
	let [a, b, c] = world.peers;
	world.hears_bytes(a, vec![255; 3]);
	world.hears(b, &transfer(1));
	world.hears(c, &transaction_of(&sign(2, report_of(1, BEST))));
	for peer in world.peers {
		assert_eq!(world.wire.cost(peer), BAD_REPORT.value);
	}
	// Late is no crime.
	world.hears(a, &sent(1, BEST - 20));
	assert_eq!(world.wire.cost(a), BAD_REPORT.value);
	assert_eq!(world.wire.sent(), []);
	assert!(world.reports.lane().is_empty());
}

#[test]
fn a_stranger_may_become_a_reporter_until_its_round() {
	let mut world = World::new();
	let [a, ..] = world.peers;
	for _ in 0..2 * MAX_EARLY {
		world.hears(a, &sent(9, BEST + 1));
	}
	assert_eq!(world.gossip.early.len(), MAX_EARLY);
	assert_eq!(world.wire.cost(a), 0);
	world.chain.grow(vec![]);
	world.gossip.on_best(world.chain.best().1);
	assert_eq!(world.gossip.early.len(), 0);
	assert_eq!(world.wire.cost(a), BAD_REPORT.value * MAX_EARLY as i32);
}

#[test]
fn what_peers_have_is_forgotten_with_the_reports() {
	let mut world = World::new();
	let [a, ..] = world.peers;
	world.hears(a, &sent(1, BEST));
	for _ in 0..20 {
		world.chain.grow(vec![]);
	}
	world.reports.lane().advance(world.chain.best().1);
	world.gossip.on_best(world.chain.best().1);
	assert!(world.gossip.peers.values().all(HashMap::is_empty));
}

#[test]
fn only_peers_of_this_chain_are_let_in() {
	let mut world = World::new();
	for (handshake, expected) in
		[(vec![], ValidationResult::Reject), (vec![1], ValidationResult::Accept)]
	{
		let (result_tx, mut result) = tokio::sync::oneshot::channel();
		let peer = PeerId::random();
		let event = NotificationEvent::ValidateInboundSubstream { peer, handshake, result_tx };
		world.gossip.on_event(event);
		assert_eq!(result.try_recv().unwrap(), expected);
	}
}
