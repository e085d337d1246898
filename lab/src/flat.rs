//! A state without a trie: keys in order, with their values.
//!
//! The hooks of a block never ask for its root. A trie in memory takes about as much again for its
//! nodes, keeps those that were replaced, and computes hashes nobody asks for: a million accounts
//! do not fit into it.

use std::{
	collections::BTreeMap,
	ops::Bound::{self, Excluded, Included, Unbounded},
	sync::Arc,
};

use polkadot_sdk::*;
use sp_core::{
	storage::{ChildInfo, StateVersion, Storage},
	Blake2Hasher, Hasher, H256,
};
use sp_externalities::Externalities;
use sp_state_machine::{
	Backend, BackendTransaction, Ext, IterArgs, OverlayedChanges, StorageIterator, UsageInfo,
};
use sp_trie::{MerkleValue, PrefixedMemoryDB};

use crate::chain::State;

type Bytes = Box<[u8]>;
type Pair<'a> = (&'a [u8], &'a [u8]);

/// Keys and values; copies share what they have in common.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
	shared: Arc<BTreeMap<Bytes, Bytes>>,
	/// What was changed while others had a share; `None` is removed.
	own: BTreeMap<Bytes, Option<Bytes>>,
}

impl Pairs {
	fn get(&self, key: &[u8]) -> Option<&[u8]> {
		match self.own.get(key) {
			Some(value) => value.as_deref(),
			None => self.shared.get(key).map(AsRef::as_ref),
		}
	}

	fn first(&self, from: Bound<&[u8]>) -> Option<Pair<'_>> {
		let range = (from, Unbounded);
		let is_shared = |(key, _): &(&Bytes, &Bytes)| !self.own.contains_key(*key);
		let shared = self.shared.range::<[u8], _>(range).find(is_shared);
		let shared = shared.map(|(key, value)| (key.as_ref(), value.as_ref()));
		let in_place = |(key, value)| Some((AsRef::as_ref(key), Option::as_deref(value)?));
		let own = self.own.range::<[u8], _>(range).find_map(in_place);
		match (shared, own) {
			(Some(shared), Some(own)) => Some(if own.0 < shared.0 { own } else { shared }),
			(shared, own) => shared.or(own),
		}
	}

	/// Changes keys; in place if nobody else has a share.
	fn change(&mut self, changes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>) {
		let changes = changes.into_iter();
		let changes = changes.map(|(key, value)| (key.into(), value.map(Bytes::from)));
		self.own.extend(changes);
		let Some(shared) = Arc::get_mut(&mut self.shared) else { return };
		for (key, value) in std::mem::take(&mut self.own) {
			match value {
				Some(value) => drop(shared.insert(key, value)),
				None => drop(shared.remove(&key)),
			}
		}
	}

	/// A copy that shares nothing.
	fn detached(&self) -> Self {
		let mut copy = Self { shared: Arc::new((*self.shared).clone()), own: self.own.clone() };
		copy.change([]);
		copy
	}
}

/// Goes through [`Pairs`].
#[derive(Debug)]
pub struct Walk {
	prefix: Vec<u8>,
	from: Bound<Vec<u8>>,
}

impl Walk {
	fn next<'a>(&mut self, pairs: &'a Pairs) -> Option<Pair<'a>> {
		let from = match &self.from {
			Included(key) => Included(key.as_slice()),
			Excluded(key) => Excluded(key.as_slice()),
			Unbounded => Unbounded,
		};
		let (key, value) = pairs.first(from).filter(|(key, _)| key.starts_with(&self.prefix))?;
		self.from = Excluded(key.to_vec());
		Some((key, value))
	}
}

impl StorageIterator<Blake2Hasher> for Walk {
	type Backend = Pairs;
	type Error = String;

	fn next_key(&mut self, pairs: &Pairs) -> Option<Result<Vec<u8>, String>> {
		self.next(pairs).map(|(key, _)| Ok(key.to_vec()))
	}

	fn next_pair(&mut self, pairs: &Pairs) -> Option<Result<(Vec<u8>, Vec<u8>), String>> {
		self.next(pairs).map(|(key, value)| Ok((key.to_vec(), value.to_vec())))
	}

	fn was_complete(&self) -> bool {
		true
	}
}

/// Nothing on this chain is in a child trie, and nobody asks for a proof.
impl Backend<Blake2Hasher> for Pairs {
	type Error = String;
	type TrieBackendStorage = PrefixedMemoryDB<Blake2Hasher>;
	type RawIter = Walk;

	fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
		Ok(self.get(key).map(<[u8]>::to_vec))
	}

	fn storage_hash(&self, key: &[u8]) -> Result<Option<H256>, String> {
		Ok(self.get(key).map(Blake2Hasher::hash))
	}

	fn exists_storage(&self, key: &[u8]) -> Result<bool, String> {
		Ok(self.get(key).is_some())
	}

	fn closest_merkle_value(&self, _: &[u8]) -> Result<Option<MerkleValue<H256>>, String> {
		Err("there is no trie".into())
	}

	fn child_closest_merkle_value(
		&self,
		_: &ChildInfo,
		_: &[u8],
	) -> Result<Option<MerkleValue<H256>>, String> {
		Err("there is no trie".into())
	}

	fn child_storage(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<Vec<u8>>, String> {
		Ok(None)
	}

	fn child_storage_hash(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<H256>, String> {
		Ok(None)
	}

	fn next_storage_key(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
		Ok(self.first(Excluded(key)).map(|(key, _)| key.to_vec()))
	}

	fn next_child_storage_key(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<Vec<u8>>, String> {
		Ok(None)
	}

	fn storage_root<'a>(
		&self,
		_: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
		_: StateVersion,
	) -> (H256, BackendTransaction<Blake2Hasher>) {
		(H256::zero(), BackendTransaction::default())
	}

	fn child_storage_root<'a>(
		&self,
		_: &ChildInfo,
		_: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
		_: StateVersion,
	) -> (H256, bool, BackendTransaction<Blake2Hasher>) {
		(H256::zero(), true, BackendTransaction::default())
	}

	fn raw_iter(&self, args: IterArgs<'_>) -> Result<Walk, String> {
		let prefix = args.prefix.unwrap_or_default().to_vec();
		let from = match args.start_at {
			Some(start) if args.start_at_exclusive => Excluded(start.to_vec()),
			Some(start) => Included(start.to_vec()),
			None => Included(prefix.clone()),
		};
		Ok(Walk { prefix, from })
	}

	fn register_overlay_stats(&self, _: &sp_state_machine::StateMachineStats) {}

	fn usage_info(&self) -> UsageInfo {
		UsageInfo::empty()
	}
}

/// A state without a trie, and what was not committed to it yet.
#[derive(Default)]
pub struct Flat {
	pairs: Pairs,
	overlay: OverlayedChanges<Blake2Hasher>,
}

impl Flat {
	/// A copy of what is committed. Both may be changed; what they have in common is there once,
	/// and changing either takes more memory as long as the other is there.
	pub fn fork(&self) -> Self {
		Self { pairs: self.pairs.clone(), overlay: OverlayedChanges::default() }
	}

	/// A copy of what is committed that shares nothing, so that each is changed in place.
	pub fn detached(&self) -> Self {
		Self { pairs: self.pairs.detached(), overlay: OverlayedChanges::default() }
	}
}

impl From<Storage> for Flat {
	fn from(storage: Storage) -> Self {
		assert!(storage.children_default.is_empty(), "nothing is in child tries");
		let mut pairs = Pairs::default();
		pairs.change(storage.top.into_iter().map(|(key, value)| (key, Some(value))));
		Self { pairs, overlay: OverlayedChanges::default() }
	}
}

impl State for Flat {
	fn run<R>(&mut self, run: impl FnOnce() -> R) -> R {
		let mut ext = Ext::new(&mut self.overlay, &self.pairs, None);
		sp_externalities::set_and_run_with_externalities(&mut ext, run)
	}

	fn commit(&mut self) {
		let changes = self.overlay.drain_storage_changes(&self.pairs, StateVersion::V1);
		self.pairs.change(changes.expect("no storage layer is open").main_storage_changes);
	}

	fn on_a_copy<R>(&self, run: impl FnOnce(&mut dyn Externalities) -> R) -> R {
		let mut overlay = OverlayedChanges::default();
		run(&mut Ext::new(&mut overlay, &self.pairs, None))
	}
}

#[cfg(test)]
mod tests {
	use rand::Rng;
	use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};

	use super::*;

	/// The naive twin: every copy has all of it.
	type Twin = BTreeMap<Vec<u8>, Vec<u8>>;

	fn key(random: &mut ChaCha8Rng) -> Vec<u8> {
		let length = random.random_range(1..4);
		(0..length).map(|_| random.random_range(0..4)).collect()
	}

	fn change(random: &mut ChaCha8Rng, (pairs, twin): &mut (Pairs, Twin)) {
		let changes: Vec<(Vec<u8>, Option<Vec<u8>>)> = (0..random.random_range(0..6))
			.map(|_| (key(random), random.random_bool(0.6).then(|| vec![random.random()])))
			.collect();
		for (key, value) in &changes {
			match value {
				Some(value) => drop(twin.insert(key.clone(), value.clone())),
				None => drop(twin.remove(key)),
			}
		}
		pairs.change(changes);
	}

	fn compare(random: &mut ChaCha8Rng, (pairs, twin): &(Pairs, Twin)) {
		let one = key(random);
		assert_eq!(pairs.storage(&one).unwrap().as_ref(), twin.get(&one));
		let after = (Excluded(one.clone()), Unbounded);
		let next = twin.range(after).next().map(|(key, _)| key.clone());
		assert_eq!(pairs.next_storage_key(&one).unwrap(), next);

		let mut args = IterArgs::default();
		args.prefix = Some(&one);
		let walked: Vec<_> = pairs.pairs(args).unwrap().map(Result::unwrap).collect();
		let with_prefix = twin.iter().filter(|(key, _)| key.starts_with(&one));
		assert!(walked.iter().map(|(key, value)| (key, value)).eq(with_prefix));
	}

	#[test]
	fn copies_that_share_are_like_copies_that_do_not() {
		for seed in 0..200 {
			let random = &mut ChaCha8Rng::seed_from_u64(seed);
			let mut copies = vec![(Pairs::default(), Twin::new())];
			for _ in 0..40 {
				let at = random.random_range(0..copies.len());
				match random.random_range(0..10) {
					0 => copies.push(copies[at].clone()),
					1 => copies.push((copies[at].0.detached(), copies[at].1.clone())),
					2 if copies.len() > 1 => drop(copies.swap_remove(at)),
					_ => change(random, &mut copies[at]),
				}
				copies.iter().for_each(|copy| compare(random, copy));
			}
		}
	}

	#[test]
	fn what_nobody_else_has_is_changed_in_place() {
		let set = |pairs: &mut Pairs, value: u8| pairs.change([(vec![1], Some(vec![value]))]);
		let mut pairs = Pairs::default();
		set(&mut pairs, 1);
		let copy = pairs.clone();
		set(&mut pairs, 2);
		assert_eq!((pairs.own.len(), copy.get(&[1])), (1, Some(&[1][..])));
		drop(copy);
		set(&mut pairs, 3);
		assert_eq!((pairs.own.len(), pairs.shared.len(), pairs.get(&[1])), (0, 1, Some(&[3][..])));
	}
}
