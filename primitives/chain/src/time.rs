//! The pace of the chain.

use crate::BlockNumber;

/// The time from one block to the next, in milliseconds. The one constant of its kind: slot
/// duration, session length, block weight and every period below follow from it.
pub const MILLISECS_PER_BLOCK: u64 = 500;

/// One Aura slot is one block.
pub const SLOT_DURATION: u64 = MILLISECS_PER_BLOCK;

/// Blocks in a second of wall-clock time.
pub const SECONDS: BlockNumber = blocks_in(1_000);
/// Blocks in a minute.
pub const MINUTES: BlockNumber = blocks_in(60 * 1_000);
/// Blocks in an hour.
pub const HOURS: BlockNumber = blocks_in(60 * 60 * 1_000);
/// Blocks in a day.
pub const DAYS: BlockNumber = blocks_in(24 * 60 * 60 * 1_000);

/// How long one set of session keys stays in charge.
pub const SESSION_LENGTH: BlockNumber = 10 * MINUTES;

/// The whole number of blocks in a span of time.
///
/// Fails to compile where used in a constant with a span that is no whole number of blocks, and so
/// would drift.
#[allow(clippy::cast_possible_truncation)] // Asserted.
const fn blocks_in(milliseconds: u64) -> BlockNumber {
	assert!(
		milliseconds.is_multiple_of(MILLISECS_PER_BLOCK),
		"the block time must divide a second"
	);
	let blocks = milliseconds / MILLISECS_PER_BLOCK;
	assert!(blocks > 0 && blocks <= BlockNumber::MAX as u64);
	blocks as BlockNumber
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn periods_follow_from_the_block_time() {
		assert_eq!(u64::from(SECONDS) * MILLISECS_PER_BLOCK, 1_000);
		assert_eq!(MINUTES, 60 * SECONDS);
		assert_eq!(HOURS, 60 * MINUTES);
		assert_eq!(DAYS, 24 * HOURS);
	}
}
