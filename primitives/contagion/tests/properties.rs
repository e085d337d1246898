//! Against the long way: every account looked at, and eigenvalues in floating point.

#![allow(clippy::cast_possible_truncation, clippy::needless_range_loop)]

use std::collections::BTreeMap;

use breakwater_contagion::*;
use breakwater_margin::{
	assess, is_liquidatable, BorrowIndex, Brackets, CollateralIndex, Indices, LegIndex,
	Requirement, Step, SubaccountState, WithPrice,
};
use breakwater_units::{
	AssetId, LotValue, Lots, MarketId, NanoQuote, Price, Quote, Ratio, Size, TickValue,
};
use proptest::prelude::*;

const MARKET: MarketId = MarketId(0);

struct OneMarket(LegIndex);

impl Indices for OneMarket {
	fn market(&self, _: MarketId) -> Option<LegIndex> {
		Some(self.0)
	}
	fn collateral(&self, _: AssetId) -> Option<CollateralIndex> {
		None
	}
	fn borrow(&self) -> BorrowIndex {
		BorrowIndex::ONE
	}
}

fn index(mark: u64, percent: u64, funding: i128) -> LegIndex {
	let step = Step { beyond: Size::new(50), factor: Ratio::saturating_from_percent(150) };
	let brackets = Brackets::new(&[step]).unwrap();
	let rate = Ratio::saturating_from_percent(percent);
	let (mark, funding) = (Price::new(mark), LotValue::new(funding));
	LegIndex::new(mark, TickValue::new(10), funding, &brackets, rate, rate).unwrap()
}

fn stake(bin: u16, lots: i64) -> Stake {
	Stake { market: MARKET, bin: Bin::from_number(bin), lots: Lots::new(lots) }
}

/// Pages, as a chain keeps them.
#[derive(Default)]
struct Pages(BTreeMap<PageId, Page>);

impl Pages {
	fn shift(&mut self, stake: &Stake, add: bool) {
		self.0.entry(PageId::of(stake.bin)).or_default().shift(stake, add);
	}

	fn map(&self, mark: Price) -> LiquidationMap {
		let mut map = LiquidationMap::default();
		for id in LiquidationMap::pages(mark) {
			let Some(page) = self.0.get(&id) else { continue };
			page.bins(id).for_each(|bin| map.count(mark, bin));
		}
		map
	}
}

/// The sum over all stakes that are in the pages a map reads.
fn scan(stakes: &[Stake], mark: Price) -> LiquidationMap {
	let pages: Vec<_> = LiquidationMap::pages(mark).collect();
	let mut map = LiquidationMap::default();
	for (at, shock) in SHOCKS.iter().enumerate() {
		let part = u128::from(mark.get()) * u128::from(shock.get());
		let down = (u128::from(mark.get()) * 1_000_000_000 - part) / 1_000_000_000;
		let up = (u128::from(mark.get()) * 1_000_000_000 + part).div_ceil(1_000_000_000);
		let [down, up] = [down, up].map(|price| Bin::of(Price::new(price as u64)));
		for stake in stakes.iter().filter(|stake| pages.contains(&PageId::of(stake.bin))) {
			let lots = Size::new(stake.lots.unsigned_abs());
			if stake.lots.is_positive() && stake.bin >= down {
				map.down[at] = map.down[at].saturating_add(lots);
			}
			if stake.lots.is_negative() && stake.bin <= up {
				map.up[at] = map.up[at].saturating_add(lots);
			}
		}
	}
	map
}

/// Eigenvalues of a symmetric matrix by Jacobi rotations.
fn largest_eigenvalue(matrix: &[Vec<u128>]) -> f64 {
	let n = matrix.len();
	let mut a: Vec<Vec<f64>> =
		matrix.iter().map(|row| row.iter().map(|x| *x as f64).collect()).collect();
	for _ in 0..60 {
		for p in 0..n {
			for q in p + 1..n {
				if a[p][q] == 0.0 {
					continue;
				}
				let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
				let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
				let t = if theta == 0.0 { 1.0 } else { t };
				let c = 1.0 / (t * t + 1.0).sqrt();
				let s = t * c;
				for row in a.iter_mut() {
					let (x, y) = (row[p], row[q]);
					(row[p], row[q]) = (c * x - s * y, s * x + c * y);
				}
				for k in 0..n {
					let (x, y) = (a[p][k], a[q][k]);
					(a[p][k], a[q][k]) = (c * x - s * y, s * x + c * y);
				}
			}
		}
	}
	(0..n).map(|i| a[i][i]).fold(0.0, f64::max)
}

fn symmetric() -> impl Strategy<Value = Vec<Vec<u128>>> {
	let entry =
		prop_oneof![3 => Just(0u128), 3 => 0..1_000u128, 3 => 0..1u128 << 60, 1 => 0..1u128 << 110];
	(1..=6usize, proptest::collection::vec(entry, 36)).prop_map(|(n, entries)| {
		let at = |i: usize, j: usize| entries[i.min(j) * 6 + i.max(j)];
		(0..n).map(|i| (0..n).map(|j| at(i, j)).collect()).collect()
	})
}

fn held() -> impl Strategy<Value = Vec<Holdings>> {
	let amount = prop_oneof![2 => Just(0u128), 3 => 0..1u128 << 80];
	let pools = proptest::collection::vec(amount, 6);
	let one = (pools, 1..1u128 << 85).prop_map(|(of_pools, depth)| Holdings { of_pools, depth });
	proptest::collection::vec(one, 0..8)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn bins_rise_with_the_price(a in 0u64..1 << 37, step in 0u64..1 << 30) {
		let (low, high) = (Bin::of(Price::new(a)), Bin::of(Price::new(a + step)));
		prop_assert!(low <= high);
		prop_assert!(low.lowest().get() <= a && Bin::of(low.lowest()) == low);
	}

	/// The price is the first tick at which the account is liquidatable, brackets, funding and all.
	#[test]
	fn the_liquidation_price_is_where_the_predicate_turns(
		mark in 10u64..1 << 30, entry in 10u64..1 << 30, percent in 1u64..40,
		lots in prop_oneof![-200i64..0, 1i64..200], cash in 0i128..1 << 40, funding in -1_000i128..1_000,
	) {
		let index = index(mark, percent, funding);
		let indices = OneMarket(index);
		let mut state = SubaccountState { cash: Quote::new(cash), ..Default::default() };
		state.trade(MARKET, Lots::new(lots), Price::new(entry), &index).unwrap();

		let assessment = assess(&state, &indices).unwrap();
		let health = assessment.health(assessment.maintenance).unwrap();
		let value = index.lot_value().times(Lots::new(lots)).unwrap().to_nano().unwrap();
		let margin = index.margin(Lots::new(lots).size(), Requirement::Maintenance).unwrap();
		let found = liquidation_price(Price::new(mark), value, margin, health);

		let due_at = |price: u64| {
			let indices = WithPrice { indices: &indices, market: MARKET, price: Price::new(price) };
			is_liquidatable(&state, &indices).unwrap()
		};
		match found.map(Price::get) {
			Some(price) if health.is_negative() => prop_assert_eq!(price, mark),
			Some(price) => {
				prop_assert!(!due_at(price));
				let next = if lots > 0 { price - 1 } else { price + 1 };
				prop_assert!(next == 0 || due_at(next));
			},
			None if lots > 0 => prop_assert!(!due_at(1)),
			None => prop_assert!(!due_at(1 << 36)),
		}
	}

	/// Pages kept up to date as accounts come, change and go say what a scan of all would.
	#[test]
	fn the_map_is_the_sum_over_accounts(
		mark in 1u64..1 << 36,
		changes in proptest::collection::vec((0usize..12, -220i32..220, -1_000i64..1_000), 0..80),
	) {
		let centre = i32::from(Bin::of(Price::new(mark)).number());
		let (mut pages, mut accounts) = (Pages::default(), BTreeMap::<usize, Stake>::new());
		for (account, off, lots) in changes {
			if let Some(old) = accounts.remove(&account) {
				pages.shift(&old, false);
			}
			if lots != 0 {
				let new = stake((centre + off).clamp(0, 3_840) as u16, lots);
				pages.shift(&new, true);
				accounts.insert(account, new);
			}
		}
		let stakes: Vec<Stake> = accounts.into_values().collect();
		prop_assert_eq!(pages.map(Price::new(mark)), scan(&stakes, Price::new(mark)));

		let longs: i128 = stakes.iter().map(|s| i128::from(s.lots.get().max(0))).sum();
		let kept: u128 = pages.0.values().map(|page| page.totals().0).sum();
		prop_assert_eq!(kept as i128, longs);
		for stake in &stakes {
			pages.shift(stake, false);
		}
		prop_assert!(pages.0.values().all(Page::is_empty));
	}

	/// More is liquidated the further the price moves, and the load falls with the depth.
	#[test]
	fn maps_and_loads_are_in_order(
		mark in 1u64..1 << 36, bins in proptest::collection::vec((-120i32..120, -1_000i64..1_000), 0..40),
		depth in 0u64..1 << 40, more in 0u64..1 << 40,
	) {
		let centre = i32::from(Bin::of(Price::new(mark)).number());
		let mut pages = Pages::default();
		for (off, lots) in bins {
			pages.shift(&stake((centre + off).clamp(0, 3_840) as u16, lots), true);
		}
		let map = pages.map(Price::new(mark));
		prop_assert!(map.down.is_sorted() && map.up.is_sorted());
		let (shallow, deep) = (map.loads(Size::new(depth)), map.loads(Size::new(depth + more)));
		prop_assert!(deep.0 <= shallow.0 && deep.1 <= shallow.1);
	}

	/// What a stake stands for is never further off than an eighth of the distance.
	#[test]
	fn a_stake_that_stands_is_near(old in 0u16..4_000, new in 0u16..4_000, mark in 0u16..4_000) {
		let stands = stake(old, 7).stands_for(&stake(new, 7), Bin::from_number(mark));
		let (off, distance) = (old.abs_diff(new), new.abs_diff(mark));
		prop_assert_eq!(stands, u32::from(off) * 8 <= u32::from(distance));
	}

	/// The bounds enclose the eigenvalue, whatever the matrix.
	#[test]
	fn the_eigenvalue_is_between_its_bounds(matrix in symmetric()) {
		let found = spectrum(&matrix);
		let exact = largest_eigenvalue(&matrix);
		prop_assert!(found.lowest <= found.highest);
		prop_assert!(found.lowest as f64 <= exact * (1.0 + 1e-9) + 1.0, "{found:?} {exact}");
		prop_assert!(found.highest as f64 >= exact * (1.0 - 1e-9) - 1.0, "{found:?} {exact}");
		prop_assert!(found.index.iter().all(|index| *index <= Ratio::ONE));
	}

	/// Overlaps are symmetric and positive semidefinite, and there the bounds are near.
	#[test]
	fn overlaps_have_a_sharp_eigenvalue(held in held()) {
		let matrix = overlap(6, &held);
		for i in 0..6 {
			for j in 0..6 {
				prop_assert_eq!(matrix[i][j], matrix[j][i]);
			}
		}
		let found = spectrum(&matrix);
		let exact = largest_eigenvalue(&matrix);
		prop_assert!(found.lowest as f64 <= exact * (1.0 + 1e-9) + 1.0);
		prop_assert!(found.highest as f64 >= exact * (1.0 - 1e-9) - 1.0);
		// Rayleigh's quotient from all ones after 64 steps
		prop_assert!(found.lowest as f64 >= exact * 0.9 - 8.0, "{found:?} {exact}");
	}

	/// Whoever has more at risk is not squeezed less.
	#[test]
	fn squeeze_is_monotone_and_bounded(load in 0u64..3_000_000_000, more in 0u64..3_000_000_000, spill in 0u64..u64::MAX) {
		let half = Ratio::saturating_from_percent(50);
		let params = ContagionParams { depth_share: half, spill_share: half, least_cap: half, largest_raise: half };
		let squeeze = |load| params.squeeze(Ratio::new(load), Ratio::new(spill));
		let (one, other) = (squeeze(load), squeeze(load + more));
		prop_assert!(one <= other && other <= Ratio::ONE);
		let listed = Quote::new(1_000_000_007);
		let (low, high) = (params.cap(listed, other), params.cap(listed, one));
		prop_assert!(low <= high && high <= listed && low.get() >= 500_000_003);
		let rate = Ratio::new(123_456_789);
		let (low, high) = (params.initial(rate, one), params.initial(rate, other));
		prop_assert!(rate <= low && low <= high && high.get() <= 185_185_185);
	}

	#[test]
	fn nothing_panics(
		mark: u64, value: i128, margin: i128, health: i128, depth: u64,
		number: u16, lots: i64, params: [u64; 4], load: u64, spill: u64, listed: i128,
	) {
		let [v, m, h] = [value, margin, health].map(NanoQuote::new);
		let _ = liquidation_price(Price::new(mark), v, m, h);
		let mut page = Page::default();
		page.shift(&stake(number & 8_191, lots), true);
		page.shift(&stake(number & 8_191, lots), true);
		let mut map = LiquidationMap::default();
		for id in LiquidationMap::pages(Price::new(mark)).take(9) {
			page.bins(id).for_each(|bin| map.count(Price::new(mark), bin));
		}
		let _ = map.loads(Size::new(depth));
		let [depth_share, spill_share, least_cap, largest_raise] = params.map(Ratio::new);
		let params = ContagionParams { depth_share, spill_share, least_cap, largest_raise };
		let squeeze = params.squeeze(Ratio::new(load), Ratio::new(spill));
		let _ = (params.cap(Quote::new(listed), squeeze), params.initial(Ratio::new(load), squeeze));
	}
}

/// A group of two where one hardly knows the other: the bounds still hold.
#[test]
fn weak_links_only_widen_the_bounds() {
	let matrix = vec![vec![1u128 << 60, 1], vec![1, (1 << 60) - 1]];
	let found = spectrum(&matrix);
	let exact = largest_eigenvalue(&matrix);
	let (low, high) = (found.lowest as f64, found.highest as f64);
	assert!(low <= exact * (1.0 + 1e-12) && exact * (1.0 - 1e-12) <= high, "{found:?} {exact}");
}
