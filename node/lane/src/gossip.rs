//! How reports get from node to node.
//!
//! A protocol of notifications: each is one transaction, encoded. A report goes to every peer that
//! is not known to have it, once, as soon as it is in the lane; a peer that comes new gets those
//! that blocks may still take.

use std::{
	collections::{HashMap, HashSet, VecDeque},
	iter,
	sync::Arc,
};

use breakwater_primitives::{BlockNumber, Hash, OpaqueBlock};
use codec::{DecodeAll, Encode};
use futures::{channel::mpsc::UnboundedReceiver, future::Either, stream, FutureExt, StreamExt};
use polkadot_sdk::*;
use sc_network::{
	config::{NonReservedPeerMode, SetConfig},
	multiaddr::{Multiaddr, Protocol},
	peer_store::PeerStoreProvider,
	service::{
		traits::{NotificationEvent, ValidationResult},
		NotificationMetrics,
	},
	NetworkBackend, NetworkPeers, NotificationService, PeerId, ProtocolName, ReputationChange,
};
use sc_network_sync::{SyncEvent, SyncEventStream};
use sp_consensus::SyncOracle;
use sp_core::hexdisplay::HexDisplay;
use sp_runtime::OpaqueExtrinsic;

use crate::{lane::rounds_on_top_of, Entry, Received, Reports, TARGET};

/// The longest report has 32 quotes of 27 bytes, and little around them.
const MAX_SIZE: u64 = 4 * 1024;

/// How many reports are kept whose reporter is not known yet.
const MAX_EARLY: usize = 32;

/// For what is no report. As much for what no reporter signed: its signature had to be checked.
/// A peer is banned after some hundreds, and the odd one at a change of keys is forgiven.
const BAD_REPORT: ReputationChange = ReputationChange::new(-(1 << 22), "Bad oracle report");

/// For a report that is new here.
const NEW_REPORT: ReputationChange = ReputationChange::new(1 << 4, "New oracle report");

/// The protocol's part of the network's configuration, and what [`Gossip::new`] needs of it.
pub fn protocol<N>(
	genesis: Hash,
	fork_id: Option<&str>,
	metrics: NotificationMetrics,
	peer_store: Arc<dyn PeerStoreProvider>,
) -> (N::NotificationProtocolConfig, Box<dyn NotificationService>)
where
	N: NetworkBackend<OpaqueBlock, Hash>,
{
	let fork = fork_id.map(|fork| format!("/{fork}")).unwrap_or_default();
	let name = format!("/{}{fork}/reports/1", HexDisplay::from(&genesis.as_bytes()));
	// Whom to talk to is decided by the protocol of blocks.
	let set = SetConfig {
		in_peers: 0,
		out_peers: 0,
		reserved_nodes: Vec::new(),
		non_reserved_mode: NonReservedPeerMode::Deny,
	};
	N::notification_config(name.into(), Vec::new(), MAX_SIZE, None, set, metrics, peer_store)
}

/// What the protocol asks of the network.
pub trait Peers: Send {
	/// Thinks better or worse of a peer.
	fn report(&self, peer: PeerId, change: ReputationChange);
	/// Whether this is a peer of this chain.
	fn is_known(&self, peer: PeerId, handshake: Vec<u8>) -> bool;
	/// Opens the protocol with a peer.
	///
	/// # Errors
	/// The network's.
	fn open(&self, protocol: ProtocolName, peer: PeerId) -> Result<(), String>;
	/// Closes it.
	///
	/// # Errors
	/// The network's.
	fn close(&self, protocol: ProtocolName, peer: PeerId) -> Result<(), String>;
}

impl<N: NetworkPeers + Send> Peers for N {
	fn report(&self, peer: PeerId, change: ReputationChange) {
		self.report_peer(peer, change);
	}

	fn is_known(&self, peer: PeerId, handshake: Vec<u8>) -> bool {
		self.peer_role(peer, handshake).is_some()
	}

	fn open(&self, protocol: ProtocolName, peer: PeerId) -> Result<(), String> {
		let address: Multiaddr = iter::once(Protocol::P2p(peer.into())).collect();
		self.add_peers_to_reserved_set(protocol, iter::once(address).collect())
	}

	fn close(&self, protocol: ProtocolName, peer: PeerId) -> Result<(), String> {
		self.remove_peers_from_reserved_set(protocol, vec![peer])
	}
}

/// Tells peers of reports, and takes theirs.
pub struct Gossip<N> {
	reports: Arc<Reports>,
	network: N,
	protocol: ProtocolName,
	service: Box<dyn NotificationService>,
	/// Which reports each peer has, with their rounds.
	peers: HashMap<PeerId, HashMap<Hash, BlockNumber>>,
	/// Reports of rounds to come whose reporters this node does not know: it may soon.
	early: VecDeque<(PeerId, OpaqueExtrinsic)>,
}

impl<N: Peers> Gossip<N> {
	/// Knows no peers yet.
	pub fn new(reports: Arc<Reports>, network: N, service: Box<dyn NotificationService>) -> Self {
		let protocol = service.protocol().clone();
		let (peers, early) = (HashMap::new(), VecDeque::new());
		Self { reports, network, protocol, service, peers, early }
	}

	/// Tells peers what comes out of `news`, and puts theirs into the lane. Ends with the network.
	pub async fn run(
		mut self,
		sync: impl SyncEventStream + SyncOracle,
		news: UnboundedReceiver<Arc<Entry>>,
	) {
		enum Other {
			Sync(SyncEvent),
			News(Arc<Entry>),
			Best(BlockNumber),
		}
		let blocks = self.reports.chain().best_blocks();
		let mut others = stream::select_all([
			sync.event_stream("reports-sync").map(Other::Sync).boxed(),
			news.map(Other::News).boxed(),
			blocks.map(|best| Other::Best(best.number)).boxed(),
		]);
		loop {
			// Dropping the other future loses nothing: both only wait for a channel.
			let next = {
				let mut event = self.service.next_event().fuse();
				futures::select! {
					event = event => Either::Left(event),
					other = others.next() => Either::Right(other),
				}
			};
			match next {
				// A node that is far behind cannot judge what peers send: another runtime may be.
				Either::Left(Some(NotificationEvent::NotificationReceived { .. }))
					if sync.is_major_syncing() => {},
				Either::Left(Some(event)) => self.on_event(event),
				Either::Right(Some(Other::Sync(event))) => self.on_sync(event),
				Either::Right(Some(Other::News(entry))) => self.tell(&entry),
				Either::Right(Some(Other::Best(number))) => self.on_best(number),
				Either::Left(None) | Either::Right(None) => return,
			}
		}
	}

	/// Those whom blocks come from are those who get reports.
	fn on_sync(&mut self, event: SyncEvent) {
		let protocol = self.protocol.clone();
		let done = match event {
			SyncEvent::PeerConnected { peer_id, .. } => self.network.open(protocol, peer_id),
			SyncEvent::PeerDisconnected(peer_id) => self.network.close(protocol, peer_id),
		};
		if let Err(error) = done {
			log::debug!(target: TARGET, "a peer of the reports' protocol: {error}");
		}
	}

	fn on_event(&mut self, event: NotificationEvent) {
		match event {
			NotificationEvent::ValidateInboundSubstream { peer, handshake, result_tx } => {
				let answer = match self.network.is_known(peer, handshake) {
					true => ValidationResult::Accept,
					false => ValidationResult::Reject,
				};
				// The peer may be gone.
				let _ = result_tx.send(answer);
			},
			NotificationEvent::NotificationStreamOpened { peer, .. } => {
				self.peers.insert(peer, HashMap::new());
				self.tell_newcomer(peer);
			},
			NotificationEvent::NotificationStreamClosed { peer } => {
				self.peers.remove(&peer);
			},
			NotificationEvent::NotificationReceived { peer, notification } => {
				match OpaqueExtrinsic::decode_all(&mut notification.as_slice()) {
					Ok(transaction) => self.on_report(peer, transaction),
					Err(_) => self.network.report(peer, BAD_REPORT),
				}
			},
		}
	}

	fn on_report(&mut self, peer: PeerId, transaction: OpaqueExtrinsic) {
		let received = self.reports.receive(&transaction);
		log::trace!(target: TARGET, "{peer}: {received:?}");
		match received {
			Received::New => {
				self.network.report(peer, NEW_REPORT);
				if let Some(entry) = self.note_has(peer, &transaction) {
					self.tell(&entry);
				}
			},
			Received::Known => {
				self.note_has(peer, &transaction);
			},
			Received::Early if self.early.len() < MAX_EARLY => {
				self.early.push_back((peer, transaction));
			},
			Received::Malformed | Received::NotGenuine => {
				self.network.report(peer, BAD_REPORT);
			},
			Received::Early | Received::OutOfWindow | Received::Undecided => {},
		}
	}

	/// The report of this transaction in the lane, which this peer has.
	fn note_has(&mut self, peer: PeerId, transaction: &OpaqueExtrinsic) -> Option<Arc<Entry>> {
		let entry = self.reports.lane().get(&Entry::hash_of(transaction))?;
		if let Some(has) = self.peers.get_mut(&peer) {
			has.insert(entry.hash, entry.round);
		}
		Some(entry)
	}

	/// Sends a report to those who are not known to have it.
	fn tell(&mut self, entry: &Entry) {
		let notification = entry.transaction.encode();
		for (peer, has) in &mut self.peers {
			if has.insert(entry.hash, entry.round).is_none() {
				self.service.send_sync_notification(peer, notification.clone());
			}
		}
	}

	fn tell_newcomer(&mut self, peer: PeerId) {
		let (_, best) = self.reports.chain().best();
		let entries = self.reports.lane().of_rounds(rounds_on_top_of(best));
		let Some(has) = self.peers.get_mut(&peer) else { return };
		for entry in entries {
			has.insert(entry.hash, entry.round);
			self.service.send_sync_notification(&peer, entry.transaction.encode());
		}
	}

	fn on_best(&mut self, number: BlockNumber) {
		let lane = self.reports.lane();
		let near: HashSet<Hash> = lane.of_rounds(0..=u32::MAX).iter().map(|e| e.hash).collect();
		for has in self.peers.values_mut() {
			has.retain(|hash, round| near.contains(hash) || *round >= number);
		}
		for (peer, transaction) in std::mem::take(&mut self.early) {
			self.on_report(peer, transaction);
		}
	}
}

#[cfg(test)]
mod tests;
