//! Keys whose byte order is the order in which a step reads: storage under `Identity` iterates
//! forward only, so what should come first sorts first.

use crate::{IndexId, SizeBand};
use breakwater_units::{AccountKey, IndexLevel, NanoQuote};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// In which direction an index moves to hurt a component.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Direction {
	/// A positive exposure: triggers when the index is at or below its level.
	Falling,
	/// A negative exposure: triggers when the index is at or above its level.
	Rising,
}

impl Direction {
	/// Both, in the order of their keys.
	pub const ALL: [Self; 2] = [Self::Falling, Self::Rising];

	/// The direction that hurts an exposure.
	pub const fn of(exposure: i128) -> Self {
		if exposure < 0 {
			Self::Rising
		} else {
			Self::Falling
		}
	}

	/// Whether an index at `now` has reached a trigger level.
	pub fn is_crossed(self, trigger: IndexLevel, now: IndexLevel) -> bool {
		match self {
			Self::Falling => now <= trigger,
			Self::Rising => now >= trigger,
		}
	}

	const fn byte(self) -> u8 {
		match self {
			Self::Falling => 0,
			Self::Rising => 1,
		}
	}
}

/// One ordered list of levels: those of one index, in one direction, of accounts of one size.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ListId {
	/// The size band.
	pub band: SizeBand,
	/// The index.
	pub index: IndexId,
	/// The direction.
	pub direction: Direction,
}

impl ListId {
	/// Length of the prefix in bytes.
	pub const PREFIX_LEN: usize = 10;

	/// The bytes with which the list's keys begin.
	pub fn prefix(&self) -> [u8; Self::PREFIX_LEN] {
		let [a, b, c, d, e, f, g, h] = self.index.0.to_be_bytes();
		[self.band.0, a, b, c, d, e, f, g, h, self.direction.byte()]
	}
}

/// Key of one level: band, index, direction, level, account. Of a list, the levels that are
/// crossed first come first: the highest of falling, the lowest of rising.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct LevelKey {
	prefix: [u8; ListId::PREFIX_LEN],
	level: [u8; 16],
	account: [u8; 32],
}

impl LevelKey {
	/// Length in bytes.
	pub const LEN: usize = 58;

	/// The key of an account's level.
	pub fn new(list: &ListId, trigger: IndexLevel, account: &AccountKey) -> Self {
		let level = match list.direction {
			Direction::Falling => trigger.to_key_descending(),
			Direction::Rising => trigger.to_key_ascending(),
		};
		Self { prefix: list.prefix(), level, account: account.0 }
	}

	/// The account.
	pub const fn account(&self) -> AccountKey {
		AccountKey(self.account)
	}

	/// The trigger level, given the direction of the list it was read from.
	pub const fn trigger(&self, direction: Direction) -> IndexLevel {
		match direction {
			Direction::Falling => IndexLevel::from_key_descending(self.level),
			Direction::Rising => IndexLevel::from_key_ascending(self.level),
		}
	}

	/// Whether the key belongs to a list that begins with these bytes.
	pub fn has_prefix(&self, prefix: &[u8; ListId::PREFIX_LEN]) -> bool {
		self.prefix == *prefix
	}

	/// A key that sorts before every key of a list.
	pub fn first_of(list: &ListId) -> Self {
		Self { prefix: list.prefix(), level: [0; 16], account: [0; 32] }
	}
}

/// Key of a due account: shortfall, largest first, then account. Equal shortfalls rank by the
/// account's hash, so that arriving early gains nothing.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DueKey {
	shortfall: [u8; 16],
	account: [u8; 32],
}

impl DueKey {
	/// The key of an account that lacks `shortfall`.
	pub const fn new(shortfall: NanoQuote, account: &AccountKey) -> Self {
		Self { shortfall: shortfall.to_key_descending(), account: account.0 }
	}

	/// The account.
	pub const fn account(&self) -> AccountKey {
		AccountKey(self.account)
	}

	/// How far below zero health was when the account was filed; zero if it could not be computed.
	pub const fn shortfall(&self) -> NanoQuote {
		NanoQuote::from_key_descending(self.shortfall)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn list(band: u8, index: u64, direction: Direction) -> ListId {
		ListId { band: SizeBand(band), index: IndexId(index), direction }
	}

	fn key(list: &ListId, level: i128, account: u8) -> Vec<u8> {
		LevelKey::new(list, IndexLevel::new(level), &AccountKey([account; 32])).encode()
	}

	#[test]
	fn encodes_to_its_bytes_and_nothing_else() {
		let list = list(2, 0x0102_0304_0506_0708, Direction::Rising);
		let bytes = key(&list, 5, 9);

		assert_eq!(bytes.len(), LevelKey::LEN);
		assert_eq!(LevelKey::max_encoded_len(), LevelKey::LEN);
		assert_eq!(bytes[..10], [2, 1, 2, 3, 4, 5, 6, 7, 8, 1]);
		assert_eq!(bytes[10..26], [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
		assert_eq!(bytes[26..], [9; 32]);
	}

	#[test]
	fn encoded_order_is_the_order_of_reading() {
		let (falling, rising) = (list(0, 1, Direction::Falling), list(0, 1, Direction::Rising));
		let in_order = [
			// the highest level of a falling list first, also across zero
			key(&falling, 300, 2),
			key(&falling, 2, 1),
			key(&falling, -1, 1),
			key(&falling, -300, 1),
			// the lowest of a rising list first
			key(&rising, -300, 1),
			key(&rising, -1, 1),
			key(&rising, 2, 1),
			key(&rising, 300, 1),
			// equal levels by account
			key(&rising, 300, 2),
			// indices in numeric order: 256 is 00 01 00, not 00 01
			key(&list(0, 255, Direction::Falling), 0, 0),
			key(&list(0, 256, Direction::Falling), 0, 0),
			// every small account after every large one
			key(&list(1, 0, Direction::Falling), i128::MAX, 0),
		];
		assert!(in_order.is_sorted_by(|a, b| a < b));
	}

	#[test]
	fn parts_are_read_back() {
		for direction in Direction::ALL {
			let list = list(3, 7, direction);
			for level in [i128::MIN, -5, 0, 5, i128::MAX].map(IndexLevel::new) {
				let key = LevelKey::new(&list, level, &AccountKey([4; 32]));
				assert_eq!(key.trigger(direction), level);
				assert_eq!(key.account(), AccountKey([4; 32]));
				assert!(key.has_prefix(&list.prefix()));
				assert!(LevelKey::first_of(&list) <= key);
			}
		}
	}

	#[test]
	fn the_largest_shortfall_is_due_first() {
		let due = |shortfall, account: u8| {
			DueKey::new(NanoQuote::new(shortfall), &AccountKey([account; 32]))
		};
		assert!(due(2, 9) < due(1, 1));
		assert!(due(1, 1) < due(1, 2));
		assert!(due(1, 2).encode() < due(0, 0).encode());
		assert_eq!(due(7, 1).shortfall(), NanoQuote::new(7));
	}

	#[test]
	fn a_level_is_reached_when_it_is_touched() {
		let (level, above) = (IndexLevel::new(5), IndexLevel::new(6));
		assert!(Direction::Falling.is_crossed(level, level));
		assert!(!Direction::Falling.is_crossed(level, above));
		assert!(Direction::Rising.is_crossed(above, above));
		assert!(!Direction::Rising.is_crossed(above, level));
	}
}
