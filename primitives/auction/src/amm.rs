use breakwater_units::{
	limits::{MAX_LOTS, MAX_PRICE_TICKS},
	Lots, Price, Side, Size,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Parameters of an AMM curve, and the state it is drawn from.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct AmmParams {
	/// The mark around which the curve is drawn, in ticks.
	pub mark: Price,
	/// What the pool earns at least on either side of the curve, in ticks.
	pub half_spread_ticks: u32,
	/// The pool's position.
	pub inventory: Lots,
	/// The pool never trades to a position beyond this, on either side. Set it no larger than the
	/// position that the pool's equity carries: that is the pool's admission.
	pub max_inventory: Size,
	/// Slope of the curve: so many lots of inventory …
	pub depth_lots: Size,
	/// … move the pool's quotes by so many ticks.
	pub depth_ticks: u32,
}

/// Why parameters do not make a curve.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum AmmError {
	/// The mark is zero or above [`MAX_PRICE_TICKS`].
	MarkOutOfRange,
	/// Inventory or its bound is above [`MAX_LOTS`].
	InventoryOutOfRange,
	/// A depth of no lots, or over no ticks: the slope would be infinite or none. Or of more lots
	/// than [`MAX_LOTS`].
	DepthOutOfRange,
}

/// The demand of a pool-owned account as a function of price: positive where it buys, negative
/// where it sells, and never rising with the price.
///
/// With slope `d = depth_lots / depth_ticks`, mark `m` and half-spread `h`, the pool buys at price
/// `p` until its inventory is `⌊d·(m − h − p)⌋` and sells until it is `⌈d·(m + h − p)⌉`. A long
/// pool therefore quotes lower on both sides, a short one higher. The roundings are against the
/// trader. `docs/auction.md` proves that at a fixed mark a pool that starts flat never loses, and
/// bounds the loss from any other start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmmCurve(AmmParams);

impl AmmCurve {
	/// A curve from its parameters.
	///
	/// # Errors
	/// One per cause, see [`AmmError`].
	pub fn new(params: AmmParams) -> Result<Self, AmmError> {
		let max_lots = MAX_LOTS.unsigned_abs();
		if params.mark.is_zero() || params.mark.get() > MAX_PRICE_TICKS {
			return Err(AmmError::MarkOutOfRange);
		}
		let inventory = params.inventory.unsigned_abs().max(params.max_inventory.get());
		if inventory > max_lots {
			return Err(AmmError::InventoryOutOfRange);
		}
		let depth = params.depth_lots.get();
		if depth == 0 || depth > max_lots || params.depth_ticks == 0 {
			return Err(AmmError::DepthOutOfRange);
		}
		Ok(Self(params))
	}

	/// The parameters of this curve.
	pub const fn params(&self) -> &AmmParams {
		&self.0
	}

	/// What the pool would trade in all if the batch cleared at this price. Never rises with the
	/// price; within twice [`MAX_LOTS`] on either side.
	pub fn demand(&self, price: Price) -> Lots {
		let inventory = i128::from(self.0.inventory.get());
		let max_inventory = i128::from(self.0.max_inventory.get());
		let half_spread = i128::from(self.0.half_spread_ticks);

		// Each bound holds on its own side only: a pool above its bound sells along its curve and
		// not at any price.
		let buy_to = self.inventory_at(price, half_spread.saturating_neg(), Toward::Less);
		let buys = buy_to.min(max_inventory).saturating_sub(inventory).max(0);
		let sell_to = self.inventory_at(price, half_spread, Toward::More);
		let sells = inventory.saturating_sub(sell_to.max(max_inventory.saturating_neg())).max(0);

		// The buy target is never above the sell target: one of the two is zero. Both are within
		// twice MAX_LOTS, so the conversion is exact.
		i64::try_from(buys.saturating_sub(sells)).map(Lots::new).unwrap_or_default()
	}

	/// What the pool buys, or sells, at this price.
	pub fn size(&self, side: Side, price: Price) -> Size {
		let demand = self.demand(price);
		if demand.side() == Some(side) {
			demand.size()
		} else {
			Size::ZERO
		}
	}

	/// The highest price at which the pool buys a lot; none if its inventory is full, or if that
	/// price is below every price an order may have.
	pub fn best_bid(&self) -> Option<Price> {
		let next = i128::from(self.0.inventory.get()).saturating_add(1);
		if next > i128::from(self.0.max_inventory.get()) {
			return None;
		}
		let skew = self.ticks_of(next, Toward::More);
		let mark = i128::from(self.0.mark.get());
		let bid = mark.saturating_sub(i128::from(self.0.half_spread_ticks)).saturating_sub(skew);
		// Above the highest price of any order it is as good as that price.
		let bid = u64::try_from(bid.min(i128::from(MAX_PRICE_TICKS))).ok()?;
		(bid != 0).then_some(Price::new(bid))
	}

	/// The lowest price at which the pool sells a lot; none if its inventory is full, or if that
	/// price is above every price an order may have.
	pub fn best_ask(&self) -> Option<Price> {
		let next = i128::from(self.0.inventory.get()).saturating_sub(1);
		if next < i128::from(self.0.max_inventory.get()).saturating_neg() {
			return None;
		}
		let skew = self.ticks_of(next, Toward::Less);
		let mark = i128::from(self.0.mark.get());
		let ask = mark.saturating_add(i128::from(self.0.half_spread_ticks)).saturating_sub(skew);
		if ask > i128::from(MAX_PRICE_TICKS) {
			return None;
		}
		// Below the lowest price of any order it is as good as that price: no batch clears at zero.
		u64::try_from(ask.max(1)).ok().map(Price::new)
	}

	/// The best price on a side of the pool's own.
	pub fn best(&self, side: Side) -> Option<Price> {
		match side {
			Side::Buy => self.best_bid(),
			Side::Sell => self.best_ask(),
		}
	}

	/// `d·(mark + shift − price)`.
	fn inventory_at(&self, price: Price, shift: i128, toward: Toward) -> i128 {
		let distance = i128::from(self.0.mark.get())
			.saturating_add(shift)
			.saturating_sub(i128::from(price.get()));
		// At most 2⁶⁵ · 2⁴⁰.
		let scaled = distance.saturating_mul(i128::from(self.0.depth_lots.get()));
		toward.divide(scaled, i128::from(self.0.depth_ticks))
	}

	/// `inventory / d`.
	fn ticks_of(&self, inventory: i128, toward: Toward) -> i128 {
		// At most 2⁴¹ · 2³².
		let scaled = inventory.saturating_mul(i128::from(self.0.depth_ticks));
		toward.divide(scaled, i128::from(self.0.depth_lots.get()))
	}
}

#[derive(Clone, Copy)]
enum Toward {
	Less,
	More,
}

impl Toward {
	/// Rounded quotient. The divisor is above zero: `AmmCurve::new` sees to it.
	fn divide(self, n: i128, d: i128) -> i128 {
		let floor = |n: i128| n.checked_div_euclid(d).unwrap_or(0);
		match self {
			Self::Less => floor(n),
			Self::More => floor(n.saturating_neg()).saturating_neg(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn params(inventory: i64) -> AmmParams {
		AmmParams {
			mark: Price::new(1_000),
			half_spread_ticks: 2,
			inventory: Lots::new(inventory),
			max_inventory: Size::new(50),
			depth_lots: Size::new(10),
			depth_ticks: 4,
		}
	}

	fn curve(inventory: i64) -> AmmCurve {
		AmmCurve::new(params(inventory)).unwrap()
	}

	fn demand(inventory: i64, prices: &[u64]) -> Vec<i64> {
		let curve = curve(inventory);
		prices.iter().map(|price| curve.demand(Price::new(*price)).get()).collect()
	}

	#[test]
	fn a_flat_pool_quotes_evenly_around_the_mark() {
		// 2.5 lots a tick from 998 down and from 1002 up, floored; 50 lots at most
		let below = demand(0, &[998, 997, 996, 994, 978, 977, 0]);
		assert_eq!(below, [0, 2, 5, 10, 50, 50, 50]);
		let above = demand(0, &[1_002, 1_003, 1_004, 1_006, 1_022, 1_023, u64::MAX]);
		assert_eq!(above, [0, -2, -5, -10, -50, -50, -50]);
	}

	#[test]
	fn a_long_pool_quotes_lower_on_both_sides() {
		// long 10 is worth 4 ticks of skew
		assert_eq!((curve(0).best_bid(), curve(0).best_ask()), (quote(997), quote(1_003)));
		assert_eq!((curve(10).best_bid(), curve(10).best_ask()), (quote(993), quote(999)));
		assert_eq!((curve(-10).best_bid(), curve(-10).best_ask()), (quote(1_001), quote(1_007)));
	}

	fn quote(ticks: u64) -> Option<Price> {
		Some(Price::new(ticks))
	}

	#[test]
	fn a_full_pool_quotes_one_side() {
		assert_eq!(curve(50).best_bid(), None);
		assert_eq!(curve(-50).best_ask(), None);
		assert_eq!(demand(50, &[0, 978]), [0, 0]);
	}

	#[test]
	fn a_pool_above_its_bound_does_not_sell_at_any_price() {
		// 70 lots are 28 ticks of skew: the first lot goes at 1000 + 2 − 69·0.4 = 974.4
		assert_eq!(demand(70, &[1, 974, 975]), [0, 0, -2]);
		assert_eq!(curve(70).best_ask(), quote(975));
	}

	#[test]
	fn quotes_stay_within_the_prices_of_orders() {
		// long 50 is worth 20 ticks: the ask would be 10 + 2 − 19.6 and the bid 10 − 2 − 20.4
		let low = |inventory, max_inventory| {
			let max_inventory = Size::new(max_inventory);
			let params = AmmParams { mark: Price::new(10), max_inventory, ..params(inventory) };
			AmmCurve::new(params).unwrap()
		};
		assert_eq!((low(50, 60).best_bid(), low(50, 60).best_ask()), (None, quote(1)));
		// the next lot makes it long 20, worth 8 ticks: the bid would be 10 − 2 − 8 = 0
		assert_eq!(low(19, 60).best_bid(), None);
		// long 17 are worth 6.8 ticks: 1.2
		assert_eq!(low(16, 60).best_bid(), quote(1));

		let top = |inventory| {
			let mark = Price::new(MAX_PRICE_TICKS);
			AmmCurve::new(AmmParams { mark, ..params(inventory) }).unwrap()
		};
		assert_eq!((top(-20).best_bid(), top(-20).best_ask()), (quote(MAX_PRICE_TICKS), None));
	}

	#[test]
	fn parameters_are_bounded() {
		let good = params(0);
		let error = |params| AmmCurve::new(params).unwrap_err();
		let too_many = MAX_LOTS + 1;

		assert_eq!(error(AmmParams { mark: Price::ZERO, ..good }), AmmError::MarkOutOfRange);
		assert_eq!(
			error(AmmParams { mark: Price::new(MAX_PRICE_TICKS + 1), ..good }),
			AmmError::MarkOutOfRange
		);
		assert_eq!(
			error(AmmParams { inventory: Lots::new(-too_many), ..good }),
			AmmError::InventoryOutOfRange
		);
		assert_eq!(
			error(AmmParams { max_inventory: Size::new(too_many.unsigned_abs()), ..good }),
			AmmError::InventoryOutOfRange
		);
		assert_eq!(error(AmmParams { depth_lots: Size::ZERO, ..good }), AmmError::DepthOutOfRange);
		assert_eq!(error(AmmParams { depth_ticks: 0, ..good }), AmmError::DepthOutOfRange);
	}
}
