use alloc::{vec, vec::Vec};
use breakwater_units::{mul_div_u128, Ratio, Rounding};

/// Most pools.
pub const MAX_POOLS: usize = 16;
/// No overlap counts more, so that sums of all pools fit.
const MOST: u128 = 1 << 120;

/// What the pools have of something that all of it has one price for, in quanta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
	/// What each pool would sell, by the number of the pool.
	pub of_pools: Vec<u128>,
	/// What moves the price by all of it, in a line: a hundred times what moves it by a percent.
	pub depth: u128,
}

/// What each pool loses when another sells all it has: `Ω_ij = Σ ⌈Π_i · Π_j / D⌉`, in quanta
/// (Cont and Schaanning 2019). Symmetric. Pools beyond [`MAX_POOLS`] are left out.
pub fn overlap(pools: usize, holdings: &[Holdings]) -> Vec<Vec<u128>> {
	let pools = pools.min(MAX_POOLS);
	let mut matrix = vec![vec![0u128; pools]; pools];
	for i in 0..pools {
		for j in i..pools {
			let sum = holdings.iter().fold(0u128, |sum, held| sum.saturating_add(lost(held, i, j)));
			set(&mut matrix, i, j, sum.min(MOST));
			set(&mut matrix, j, i, sum.min(MOST));
		}
	}
	matrix
}

fn set(matrix: &mut [Vec<u128>], i: usize, j: usize, value: u128) {
	if let Some(entry) = matrix.get_mut(i).and_then(|row| row.get_mut(j)) {
		*entry = value;
	}
}

fn lost(held: &Holdings, i: usize, j: usize) -> u128 {
	let [one, other] = [i, j].map(|pool| held.of_pools.get(pool).copied().unwrap_or(0));
	if one == 0 || other == 0 {
		return 0;
	}
	mul_div_u128(one, other, held.depth.max(1), Rounding::Up).unwrap_or(MOST)
}

/// What a pool loses when all others sell all they have, as a part of what it has, rounded up; for
/// all others lose as much when it sells, it is also what it does to them.
pub fn spill(pool: usize, matrix: &[Vec<u128>], holdings: &[Holdings]) -> Ratio {
	let row = matrix.get(pool).map(Vec::as_slice).unwrap_or_default();
	let others = row.iter().enumerate().filter(|(other, _)| *other != pool);
	let lost = others.fold(0u128, |sum, (_, lost)| sum.saturating_add(*lost));
	if lost == 0 {
		return Ratio::ZERO;
	}
	let own = holdings.iter().map(|held| held.of_pools.get(pool).copied().unwrap_or(0));
	let own = own.fold(0, u128::saturating_add);
	Ratio::from_fraction(lost, own, Rounding::Up).unwrap_or(Ratio::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn published() -> Vec<Holdings> {
		let thousands = |of: [u128; 3]| of.map(|quanta| quanta * 1_000).to_vec();
		vec![
			Holdings { of_pools: thousands([100, 50, 0]), depth: 1_000_000 },
			Holdings { of_pools: thousands([0, 50, 80]), depth: 400_000 },
		]
	}

	#[test]
	fn the_overlap_of_three_pools_in_two_assets() {
		let matrix = overlap(3, &published());
		assert_eq!(matrix, [[10_000, 5_000, 0], [5_000, 8_750, 10_000], [0, 10_000, 16_000]]);
		// a pool that sells 30 % costs the others 1.5 and nothing, and itself 3
		assert_eq!(
			matrix[0].iter().map(|lost| lost * 3 / 10).collect::<Vec<_>>(),
			[3_000, 1_500, 0]
		);
	}

	#[test]
	fn spill_is_what_the_others_sales_cost() {
		let held = published();
		let matrix = overlap(3, &held);
		let spills: Vec<_> = (0..3).map(|pool| spill(pool, &matrix, &held).get()).collect();
		assert_eq!(spills, [50_000_000, 150_000_000, 125_000_000]);
		assert_eq!(spill(7, &matrix, &held), Ratio::ZERO);
	}

	#[test]
	fn nothing_overflows() {
		let most = Holdings { of_pools: vec![u128::MAX; 20], depth: 0 };
		let held = vec![most; 3];
		let matrix = overlap(20, &held);
		assert_eq!((matrix.len(), matrix[0][15]), (MAX_POOLS, MOST));
		assert!(spill(0, &matrix, &held) < Ratio::ONE);
		assert_eq!(overlap(0, &held), Vec::<Vec<u128>>::new());
	}
}
