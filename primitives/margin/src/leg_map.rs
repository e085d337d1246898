use alloc::vec::Vec;
use codec::{
	Compact, Decode, DecodeWithMemTracking, Encode, EncodeLike, Error, Input, MaxEncodedLen, Output,
};
use scale_info::TypeInfo;

use crate::MarginError;

/// At most `N` legs by id, in ascending order: one leg per id, and the same state has one
/// encoding. Encodes as a vector of pairs; decoding refuses too many, doubles and disorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegMap<K, V, const N: u32> {
	legs: Vec<(K, V)>,
}

impl<K, V, const N: u32> Default for LegMap<K, V, N> {
	fn default() -> Self {
		Self { legs: Vec::new() }
	}
}

impl<K: Ord + Copy, V, const N: u32> LegMap<K, V, N> {
	fn find(&self, key: K) -> Result<usize, usize> {
		self.legs.binary_search_by_key(&key, |(k, _)| *k)
	}

	/// The leg of an id. `O(log N)`.
	pub fn get(&self, key: K) -> Option<&V> {
		let position = self.find(key).ok()?;
		self.legs.get(position).map(|(_, value)| value)
	}

	/// Sets the leg of an id.
	///
	/// # Errors
	/// `TooManyLegs` if it would be the `N + 1`st.
	pub fn set(&mut self, key: K, value: V) -> Result<(), MarginError> {
		match self.find(key) {
			Ok(position) => {
				if let Some(leg) = self.legs.get_mut(position) {
					leg.1 = value;
				}
			},
			Err(_) if self.legs.len() >= N as usize => return Err(MarginError::TooManyLegs),
			// A position from the search is at most the length, where `insert` is total.
			Err(position) => self.legs.insert(position, (key, value)),
		}
		Ok(())
	}

	/// Takes the leg of an id out.
	pub fn remove(&mut self, key: K) -> Option<V> {
		let position = self.find(key).ok()?;
		Some(self.legs.remove(position).1)
	}

	/// The legs in ascending order of their ids.
	pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
		self.legs.iter().map(|(key, value)| (*key, value))
	}

	/// Number of legs, at most `N`.
	pub fn len(&self) -> usize {
		self.legs.len()
	}

	/// Whether there is no leg.
	pub fn is_empty(&self) -> bool {
		self.legs.is_empty()
	}
}

impl<K: Encode, V: Encode, const N: u32> Encode for LegMap<K, V, N> {
	fn size_hint(&self) -> usize {
		self.legs.size_hint()
	}
	fn encode_to<W: Output + ?Sized>(&self, dest: &mut W) {
		self.legs.encode_to(dest);
	}
}

impl<K: Encode, V: Encode, const N: u32> EncodeLike for LegMap<K, V, N> {}

impl<K: Decode + Ord, V: Decode, const N: u32> Decode for LegMap<K, V, N> {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let Compact(count) = Compact::<u32>::decode(input)?;
		if count > N {
			return Err("too many legs".into());
		}
		let mut legs: Vec<(K, V)> = Vec::new();
		for _ in 0..count {
			let leg = <(K, V)>::decode(input)?;
			if legs.last().is_some_and(|(last, _)| *last >= leg.0) {
				return Err("legs out of order".into());
			}
			legs.push(leg);
		}
		Ok(Self { legs })
	}
}

impl<K: Decode + Ord, V: Decode, const N: u32> DecodeWithMemTracking for LegMap<K, V, N> {}

impl<K: MaxEncodedLen, V: MaxEncodedLen, const N: u32> MaxEncodedLen for LegMap<K, V, N> {
	fn max_encoded_len() -> usize {
		let leg = K::max_encoded_len().saturating_add(V::max_encoded_len());
		leg.saturating_mul(N as usize).saturating_add(Compact(N).encoded_size())
	}
}

impl<K: TypeInfo + 'static, V: TypeInfo + 'static, const N: u32> TypeInfo for LegMap<K, V, N> {
	type Identity = <Vec<(K, V)> as TypeInfo>::Identity;
	fn type_info() -> scale_info::Type {
		<Vec<(K, V)>>::type_info()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	type Map = LegMap<u32, u64, 3>;

	fn map(legs: &[(u32, u64)]) -> Map {
		let mut map = Map::default();
		legs.iter().for_each(|(k, v)| map.set(*k, *v).unwrap());
		map
	}

	#[test]
	fn order_of_insertion_leaves_no_trace() {
		assert_eq!(map(&[(3, 30), (1, 10), (2, 20)]), map(&[(1, 10), (2, 20), (3, 30)]));
	}

	#[test]
	fn a_full_map_still_replaces_and_removes() {
		let mut full = map(&[(1, 10), (2, 20), (3, 30)]);
		assert_eq!(full.set(4, 40), Err(MarginError::TooManyLegs));
		assert_eq!(full.set(2, 21), Ok(()));
		assert_eq!(full.get(2), Some(&21));
		assert_eq!(full.remove(2), Some(21));
		assert_eq!(full.remove(2), None);
		assert_eq!(full.set(4, 40), Ok(()));
	}

	#[test]
	fn decoding_refuses_excess_doubles_and_disorder() {
		let good = map(&[(1, 10), (2, 20)]);
		assert_eq!(Map::decode(&mut &good.encode()[..]), Ok(good));
		for bad in
			[vec![(1u32, 1u64), (2, 2), (3, 3), (4, 4)], vec![(1, 1), (1, 2)], vec![(2, 2), (1, 1)]]
		{
			assert!(Map::decode(&mut &bad.encode()[..]).is_err());
		}
	}

	#[test]
	fn a_full_map_encodes_to_the_declared_length() {
		let full = map(&[(1, 10), (2, 20), (3, 30)]);
		assert_eq!(full.encode().len(), Map::max_encoded_len());
	}
}
