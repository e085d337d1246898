use breakwater_units::{
	limits::MAX_PRICE_TICKS, mul_div_u128, Lots, MarketId, NanoQuote, Price, Rounding,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Bin;

/// A stake whose price is off by at most this part of its distance from the mark may stay: an
/// eighth.
const TOLERANCE: u16 = 8;

/// The lots of a position, and where they are liquidated if nothing but their market moves.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Stake {
	/// The market.
	pub market: MarketId,
	/// Where.
	pub bin: Bin,
	/// Longs are positive.
	pub lots: Lots,
}

impl Stake {
	/// Whether it is liquidated when the price falls.
	pub const fn is_long(&self) -> bool {
		self.lots.is_positive()
	}

	/// Whether what is filed of a position is still near enough to what it is now: the lots are the
	/// same, and the bin is off by at most an eighth of its distance from the mark.
	///
	/// It spares writes: a deposit, or a trade in another market, moves the liquidation prices of
	/// all positions of an account a little.
	pub fn stands_for(&self, now: &Self, mark: Bin) -> bool {
		let same = self.market == now.market && self.lots == now.lots;
		let off = self.bin.distance(now.bin);
		same && off <= now.bin.distance(mark).checked_div(TOLERANCE).unwrap_or(0)
	}
}

/// The price at which an account is liquidated if nothing but one of its markets moves; none if
/// there is none that a market may have. Rounded toward the mark by less than a tick.
///
/// `value` is the position at the mark, negative for a short, `margin` its maintenance margin and
/// `health` the account's, all in billionths of a quantum. Value and margin are proportional to the
/// price, whatever the brackets, so health is a line and the price is exact:
/// `mark · (1 − health / (value − margin))`. Whoever is to be liquidated already is so at the mark.
pub fn liquidation_price(
	mark: Price,
	value: NanoQuote,
	margin: NanoQuote,
	health: NanoQuote,
) -> Option<Price> {
	if health.is_negative() {
		return Some(mark);
	}
	let slope = value.try_sub(margin).ok()?;
	let (health, steepness) = (health.unsigned_abs(), slope.unsigned_abs());
	let (left, rounding) = if slope.is_positive() {
		(steepness.checked_sub(health)?, Rounding::Up)
	} else {
		(steepness.checked_add(health)?, Rounding::Down)
	};
	let price = mul_div_u128(mark.get().into(), left, steepness, rounding).ok()?;
	let price = u64::try_from(price).ok()?;
	(1..=MAX_PRICE_TICKS).contains(&price).then_some(Price::new(price))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn price(value: i128, margin: i128, health: i128) -> Option<u64> {
		let [value, margin, health] = [value, margin, health].map(NanoQuote::new);
		liquidation_price(Price::new(1_000), value, margin, health).map(Price::get)
	}

	#[test]
	fn a_long_falls_by_its_health_and_a_short_rises() {
		// 100 lots worth 10 each, margin 5 %: health of 95 is ten percent of 950
		assert_eq!(price(1_000, 50, 95), Some(900));
		assert_eq!(price(-1_000, 50, 105), Some(1_100));
	}

	#[test]
	fn who_is_due_is_so_now_and_who_cannot_be_has_no_price() {
		assert_eq!(price(1_000, 50, -1), Some(1_000));
		assert_eq!(price(1_000, 50, 0), Some(1_000));
		assert_eq!(price(1_000, 50, 950), None);
		assert_eq!(price(1_000, 1_000, 1), None);
		assert_eq!(price(-1_000, 50, i128::MAX), None);
	}

	#[test]
	fn rounds_toward_the_mark() {
		assert_eq!(price(1_000, 50, 94), Some(902)); // 901.05
		assert_eq!(price(-1_000, 50, 104), Some(1_099)); // 1,099.05
	}

	#[test]
	fn a_stake_stands_for_one_nearby_and_not_for_one_of_other_lots() {
		let at = |bin, lots| Stake {
			market: MarketId(0),
			bin: Bin::from_number(bin),
			lots: Lots::new(lots),
		};
		let mark = Bin::from_number(1_000);
		assert!(at(919, 5).stands_for(&at(920, 5), mark));
		assert!(at(910, 5).stands_for(&at(920, 5), mark));
		assert!(!at(909, 5).stands_for(&at(920, 5), mark));
		assert!(!at(920, 6).stands_for(&at(920, 5), mark));
		// next to the mark it is exact
		assert!(!at(994, 5).stands_for(&at(993, 5), mark));
	}
}
