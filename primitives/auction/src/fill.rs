use crate::{
	admission::Admitted,
	batch::{ForcedOrder, Tentative},
	clearing::Clearing,
	order::price_priority,
	search::{first_price, last_price},
	Schedule,
};
use alloc::vec::Vec;
use breakwater_units::{largest_remainder, AccountKey, ArithmeticError, Price, Side, Size};
use core::cmp::Reverse;

/// Who may be filled, besides the AMM.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
	Order(&'a Admitted),
	Forced(&'a ForcedOrder),
}

/// Claims at the marginal level are the accounts'. An account's orders are one claim, so splitting
/// an order within an account gains nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claimant {
	account: AccountKey,
	class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
	Orders,
	Forced,
	Amm,
}

impl Source<'_> {
	pub(crate) fn side(&self) -> Side {
		match self {
			Self::Order(admitted) => admitted.order.side,
			Self::Forced(order) => order.side,
		}
	}

	fn limit(&self) -> Price {
		match self {
			Self::Order(admitted) => admitted.order.limit,
			Self::Forced(order) => order.worst_price(),
		}
	}

	fn size(&self) -> Size {
		match self {
			Self::Order(admitted) => admitted.size,
			Self::Forced(order) => order.size,
		}
	}

	fn claimant(&self) -> Claimant {
		match self {
			Self::Order(admitted) => {
				Claimant { account: admitted.order.key.account, class: Class::Orders }
			},
			Self::Forced(order) => Claimant { account: order.account, class: Class::Forced },
		}
	}

	/// Within a claim: reduce-only first, then by number. Admission counts on it.
	fn rank(&self) -> (Reverse<bool>, u64) {
		match self {
			Self::Order(admitted) => {
				(Reverse(admitted.order.reduce_only), admitted.order.key.number)
			},
			Self::Forced(_) => (Reverse(false), 0),
		}
	}
}

/// Fills of one side.
pub(crate) struct SideFills<'a> {
	/// Every source with what it gets, zero included.
	pub(crate) sources: Vec<(Source<'a>, Size)>,
	pub(crate) amm: Size,
}

/// The worst price of a side that gets anything, and how much is there to share at it. All that is
/// better is filled.
struct Margin {
	price: Price,
	/// What the AMM gets at better prices.
	amm_better: Size,
	/// What the AMM wants at the marginal price, not counting better ones.
	amm_here: Size,
	to_share: Size,
}

/// Fills one side of a batch: better prices in full, the marginal price pro-rata with largest
/// remainder.
pub(crate) fn fill_side<'a>(
	side: Side,
	sources: impl Iterator<Item = Source<'a>>,
	pool: Option<AccountKey>,
	tentative: &Tentative,
) -> Result<SideFills<'a>, ArithmeticError> {
	let margin =
		tentative.clearing.and_then(|clearing| Margin::find(side, &tentative.schedule, &clearing));
	let Some(margin) = margin else {
		let sources = sources.map(|source| (source, Size::ZERO)).collect();
		return Ok(SideFills { sources, amm: Size::ZERO });
	};

	let marginal = price_priority(side, margin.price);
	let (mut filled, mut here) = (Vec::new(), Vec::new());
	for source in sources {
		let priority = price_priority(side, source.limit());
		if priority == marginal {
			here.push(source);
		} else {
			let size = if priority < marginal { source.size() } else { Size::ZERO };
			filled.push((source, size));
		}
	}
	let amm_here = share_margin(here, pool, &margin, &mut filled)?;
	Ok(SideFills { sources: filled, amm: margin.amm_better.try_add(amm_here)? })
}

impl Margin {
	/// Walks from the best price outward until the volume is reached: at the clearing price, or at
	/// a better one if this side has lots to spare above it.
	fn find(side: Side, schedule: &Schedule, clearing: &Clearing) -> Option<Self> {
		let best = schedule.best(side)?;
		let reaches = |price| schedule.volume(side, price) >= clearing.volume;
		let price = match side {
			Side::Buy => last_price(clearing.price, best, reaches),
			Side::Sell => first_price(best, clearing.price, reaches),
		}?;
		// Nothing is better than the best price. The AMM's curve goes on beyond the prices that
		// orders may have; what it would trade there counts at the last of them.
		let better = match side {
			_ if price == best => None,
			Side::Buy => price.get().checked_add(1),
			Side::Sell => price.get().checked_sub(1),
		};
		let better = better.map(Price::new);

		let volume_better = better.map_or(Size::ZERO, |better| schedule.volume(side, better));
		let amm_better = better.map_or(Size::ZERO, |better| schedule.amm_size(side, better));
		Some(Self {
			price,
			amm_better,
			amm_here: schedule.amm_size(side, price).saturating_sub(amm_better),
			to_share: clearing.volume.saturating_sub(volume_better),
		})
	}
}

/// Shares the marginal level over accounts, and an account's share over its orders by rank.
/// Returns what the AMM gets.
fn share_margin<'a>(
	mut here: Vec<Source<'a>>,
	pool: Option<AccountKey>,
	margin: &Margin,
	filled: &mut Vec<(Source<'a>, Size)>,
) -> Result<Size, ArithmeticError> {
	here.sort_unstable_by_key(|source| (source.claimant(), source.rank()));
	let same = |a: &Source<'_>, b: &Source<'_>| a.claimant() == b.claimant();
	let mut claims = Vec::new();
	for group in here.chunk_by(same) {
		let Some(first) = group.first() else { continue };
		let weight = group.iter().map(|source| u128::from(source.size().get())).sum::<u128>();
		claims.push((weight, first.claimant()));
	}
	if let Some(account) = pool {
		let claimant = Claimant { account, class: Class::Amm };
		claims.push((u128::from(margin.amm_here.get()), claimant));
	}

	let shares = largest_remainder(u128::from(margin.to_share.get()), &claims)?;
	let mut shares = shares.into_iter().map(|share| {
		// A share is never above its weight, which was made of 64 bits.
		u64::try_from(share).map(Size::new).map_err(|_| ArithmeticError::Overflow)
	});
	for group in here.chunk_by(same) {
		let mut left = shares.next().unwrap_or(Ok(Size::ZERO))?;
		for source in group {
			let size = source.size().min(left);
			left = left.saturating_sub(size);
			filled.push((*source, size));
		}
	}
	shares.next().unwrap_or(Ok(Size::ZERO))
}
