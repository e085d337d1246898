use breakwater_units::{Amount, LotValue, Lots, Ratio, Rounding, Size};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How much inventory of one market a pool's fund may hold.
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
pub struct InventoryTerms {
	/// Most lots, either side.
	pub max_lots: Size,
	/// The adverse move that inventory is measured against, as a part of its value.
	pub stress: Ratio,
	/// Most of the fund, after pending losses, that the stress may cost over all its markets.
	pub max_fund_share: Ratio,
}

/// How many of the offered lots the fund takes over.
///
/// Lots against its inventory are always welcome, down to flat. Beyond that the position may grow
/// to `max_lots`, and to what the stress may cost: `⌊(fund · share − committed) / ⌈value ·
/// stress⌉⌋` lots. A fund already beyond its limits takes nothing on the same side.
///
/// * `held`: the inventory. `offered`: the position up for takeover, with its sign.
/// * `lot_value`: of one lot at mark, in quanta.
/// * `fund_after_losses`: assets after pending losses, in quanta.
/// * `committed`: what the stress costs on the fund's inventory in its other markets, in quanta.
pub fn acceptable_lots(
	held: Lots,
	offered: Lots,
	lot_value: LotValue,
	fund_after_losses: Amount,
	committed: Amount,
	terms: &InventoryTerms,
) -> Size {
	let limit = terms.max_lots.min(affordable(lot_value, fund_after_losses, committed, terms));
	let room = if held.side() == offered.side() {
		limit.saturating_sub(held.size())
	} else {
		limit.saturating_add(held.size())
	};
	offered.size().min(room)
}

/// Lots that the stress budget allows in all. A product that does not fit means no lots where it
/// is a cost, so the answer is never too large.
fn affordable(
	lot_value: LotValue,
	fund: Amount,
	committed: Amount,
	terms: &InventoryTerms,
) -> Size {
	let budget = fund.mul_ratio(terms.max_fund_share, Rounding::Down).unwrap_or(fund);
	let budget = budget.min(fund).saturating_sub(committed);
	let value = Amount::new(lot_value.unsigned_abs());
	let Ok(stress_per_lot) = value.mul_ratio(terms.stress, Rounding::Up) else {
		return Size::ZERO;
	};
	match budget.get().checked_div(stress_per_lot.get()) {
		Some(lots) => Size::new(u64::try_from(lots).unwrap_or(u64::MAX)),
		// A lot that costs nothing under stress is bounded by `max_lots` alone.
		None => Size::MAX,
	}
}
