//! The risk engine's indices as accounts and the trigger book see them: each read once for one
//! operation, and numbered.

use alloc::{collections::BTreeMap, vec::Vec};
use core::cell::RefCell;

use breakwater_interfaces::RiskEngine;
use breakwater_margin::{
	BorrowIndex, CollateralIndex, Component, IndexId as Term, Indices, LegId, LegIndex, Requirement,
};
use breakwater_trigger_book as book;
use breakwater_units::{
	limits::MAX_LOTS, AssetId, IndexLevel, MarketId, PoolId, Ratio, Side, Size,
};
use core::marker::PhantomData;

use crate::Config;

/// How far the borrow index may be expected to move in a minute: generously, for interest only
/// rises, and each time it has used up its share of health the account is computed anew.
const BORROW_VOLATILITY: Ratio = Ratio::new(1_000);

/// The index of a leg, with how far it typically moves in a minute, in billionths of a quantum per
/// lot.
type Known<I> = Option<(I, u64)>;

/// The indices that the accounts of a pool depend on. Each is asked for once.
pub(crate) struct CachedIndices<T> {
	pool: PoolId,
	borrow: BorrowIndex,
	markets: RefCell<BTreeMap<MarketId, Known<LegIndex>>>,
	collateral: RefCell<BTreeMap<AssetId, Known<CollateralIndex>>>,
	engine: PhantomData<T>,
}

impl<T: Config> CachedIndices<T> {
	pub(crate) fn new(pool: PoolId) -> Self {
		Self {
			pool,
			borrow: T::RiskEngine::borrow(pool),
			markets: RefCell::default(),
			collateral: RefCell::default(),
			engine: PhantomData,
		}
	}

	fn known_market(&self, market: MarketId) -> Known<LegIndex> {
		*self.markets.borrow_mut().entry(market).or_insert_with(|| {
			let index = T::RiskEngine::market(market)?;
			let volatility = T::RiskEngine::market_volatility(market);
			Some((index, typical_move(&index, volatility)))
		})
	}

	fn known_collateral(&self, asset: AssetId) -> Known<CollateralIndex> {
		*self.collateral.borrow_mut().entry(asset).or_insert_with(|| {
			let index = T::RiskEngine::collateral(asset)?;
			let volatility = T::RiskEngine::asset_volatility(asset);
			Some((index, typical_move(index.leg(), volatility)))
		})
	}

	/// A term of health as the trigger book knows it.
	pub(crate) fn numbered(&self, component: &Component) -> book::Component {
		let Component { index, exposure, level } = *component;
		let (index, volatility) = match index {
			Term::Leg { leg, side, bracket } => (leg_number(leg, side, bracket), self.moves(leg)),
			Term::Borrow => (borrow_number(self.pool), scaled(level.get(), BORROW_VOLATILITY)),
		};
		book::Component { index, exposure, level, volatility }
	}

	fn moves(&self, leg: LegId) -> u64 {
		match leg {
			LegId::Market(market) => self.known_market(market).map_or(0, |(_, moves)| moves),
			LegId::Collateral(asset) => self.known_collateral(asset).map_or(0, |(_, moves)| moves),
		}
	}
}

impl<T: Config> Indices for CachedIndices<T> {
	fn market(&self, market: MarketId) -> Option<LegIndex> {
		self.known_market(market).map(|(index, _)| index)
	}
	fn collateral(&self, asset: AssetId) -> Option<CollateralIndex> {
		self.known_collateral(asset).map(|(index, _)| index)
	}
	fn borrow(&self) -> BorrowIndex {
		self.borrow
	}
}

fn typical_move(index: &LegIndex, volatility: Ratio) -> u64 {
	let moves = index.lot_value().scale_by(volatility).unwrap_or(IndexLevel::MAX);
	u64::try_from(moves.get()).unwrap_or(u64::MAX)
}

/// A part of a level of billionths, held at the end of the range.
fn scaled(level: i128, part: Ratio) -> u64 {
	let moves = breakwater_units::mul_div(
		level,
		i128::from(part.get()),
		i128::from(breakwater_units::PPB),
		breakwater_units::Rounding::Up,
	);
	moves.ok().and_then(|moves| u64::try_from(moves).ok()).unwrap_or(u64::MAX)
}

const KIND: u32 = 48;
const NUMBER: u32 = 8;
const SIDE: u32 = 4;

/// `kind ‖ number ‖ side ‖ bracket`: positions, then collateral, then borrow indices.
fn leg_number(leg: LegId, side: Side, bracket: u8) -> book::IndexId {
	let (kind, number) = match leg {
		LegId::Market(market) => (0u64, market.0),
		LegId::Collateral(asset) => (1, asset.0),
	};
	let side = match side {
		Side::Buy => 0u64,
		Side::Sell => 1,
	};
	let leg = (kind << KIND) | (u64::from(number) << NUMBER);
	book::IndexId(leg | (side << SIDE) | u64::from(bracket))
}

fn borrow_number(pool: PoolId) -> book::IndexId {
	book::IndexId((2u64 << KIND) | (u64::from(pool.0) << NUMBER))
}

/// Where an index must move to hurt: what is owned is hurt when it falls, what is owed when it
/// rises. An index is either.
pub(crate) fn harmful_direction(index: book::IndexId) -> book::Direction {
	let (kind, side) = (index.0 >> KIND, (index.0 >> SIDE) & 1);
	match (kind, side) {
		(0, 0) | (1, _) => book::Direction::Falling,
		_ => book::Direction::Rising,
	}
}

/// Every index that an account may be filed on, with its present level, in the order of their
/// numbers: a pair per market and bracket, one per asset and bracket, one per pool.
pub(crate) fn all_levels<T: Config>() -> Vec<(book::IndexId, IndexLevel)> {
	let mut levels = Vec::new();
	for (market, _) in T::RiskEngine::markets() {
		let Some(index) = T::RiskEngine::market(market) else { continue };
		let both = [Side::Buy, Side::Sell];
		push_leg(&mut levels, LegId::Market(market), &index, &both);
	}
	for asset in T::RiskEngine::assets() {
		let Some(index) = T::RiskEngine::collateral(asset) else { continue };
		push_leg(&mut levels, LegId::Collateral(asset), index.leg(), &[Side::Buy]);
	}
	for pool in T::RiskEngine::pools() {
		let level = i128::from(T::RiskEngine::borrow(pool).get().get());
		levels.push((borrow_number(pool), IndexLevel::new(level)));
	}
	levels.sort_unstable_by_key(|(number, _)| *number);
	levels
}

/// The levels of a leg in every bracket that a position can reach.
fn push_leg(
	levels: &mut Vec<(book::IndexId, IndexLevel)>,
	leg: LegId,
	index: &LegIndex,
	sides: &[Side],
) {
	let schedule = index.schedule(Requirement::Maintenance);
	let reachable = schedule.segments(Size::ZERO, Size::new(MAX_LOTS.unsigned_abs()));
	for (bracket, segment) in (0u8..).zip(reachable) {
		for side in sides {
			// Within the limits of an index a level always fits.
			let Ok(level) = index.level(*side, segment.rate) else { continue };
			if segment.lots > 0 {
				levels.push((leg_number(leg, *side, bracket), level));
			}
		}
	}
}
