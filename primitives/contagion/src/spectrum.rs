use alloc::{vec, vec::Vec};
use breakwater_units::{mul_div_u128, Ratio, Rounding};

/// Most steps of the iteration for a group of pools.
pub const MOST_STEPS: u32 = 64;
/// The largest entry of a vector.
const ONE: u128 = 1 << 32;
/// Bits of the largest row sum: with it no product and no sum below passes 2¹²⁴.
const ROW_BITS: u32 = 56;
/// The iteration ends when its bounds are so near, as a part of the lower: 2⁻³⁰.
const NEAR_BITS: u32 = 30;

/// What a symmetric matrix without negative entries does in the long run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spectrum {
	/// The largest eigenvalue is at least this, in the unit of the matrix.
	pub lowest: u128,
	/// And at most this.
	pub highest: u128,
	/// For each row its entry in the eigenvector of its group, the largest of which is one, times
	/// the group's eigenvalue over the largest of all.
	pub index: Vec<Ratio>,
}

/// The largest eigenvalue, enclosed, and an index for each row.
///
/// Rows that share nothing are taken apart: in each group that hangs together the eigenvector is
/// positive and unique (Perron and Frobenius), and the power iteration, which starts at all ones,
/// goes there. The bounds are proven, whatever the iteration has reached: for any positive v and a
/// symmetric A the eigenvalue is at least `v·Av / v·v` (Rayleigh) and at most the largest
/// `(Av)_i / v_i` (Collatz and Wielandt). Bounded: [`MOST_STEPS`] products for each group.
///
/// The matrix must be symmetric; entries that would not fit are held at what does.
pub fn spectrum(matrix: &[Vec<u128>]) -> Spectrum {
	let scale = Scale::of(matrix);
	let mut found = Spectrum { index: vec![Ratio::ZERO; matrix.len()], ..Default::default() };
	let groups: Vec<_> =
		groups(matrix).into_iter().map(|rows| iterate(matrix, rows, &scale)).collect();
	for group in &groups {
		found.lowest = found.lowest.max(scale.back(group.lowest, Rounding::Down));
		found.highest = found.highest.max(scale.back(group.highest, Rounding::Up));
	}
	let largest = groups.iter().map(|group| group.highest).max().unwrap_or(0);
	for group in &groups {
		let weight =
			Ratio::from_fraction(group.highest, largest, Rounding::Up).unwrap_or(Ratio::ZERO);
		for (row, entry) in group.rows.iter().zip(&group.vector) {
			let entry = Ratio::from_fraction(*entry, ONE, Rounding::NearestTiesUp);
			let index = entry.unwrap_or(Ratio::ONE).mul_ratio(weight, Rounding::NearestTiesUp);
			if let Some(place) = found.index.get_mut(*row) {
				*place = index.unwrap_or(Ratio::ONE);
			}
		}
	}
	found
}

/// Rows that hang together, with bounds on their eigenvalue, scaled, and their eigenvector.
struct Group {
	rows: Vec<usize>,
	lowest: u128,
	highest: u128,
	vector: Vec<u128>,
}

/// A power of two that brings the largest row sum just below 2⁵⁶.
#[derive(Clone, Copy)]
enum Scale {
	Up(u32),
	Down(u32),
}

impl Scale {
	fn of(matrix: &[Vec<u128>]) -> Self {
		let sums = matrix.iter().map(|row| row.iter().fold(0u128, |s, x| s.saturating_add(*x)));
		let bits = sums.max().unwrap_or(0).checked_ilog2().unwrap_or(0).saturating_add(1);
		if bits <= ROW_BITS {
			Self::Up(ROW_BITS.saturating_sub(bits))
		} else {
			// One bit more: rounded up, a row of sixteen may have gained as many.
			Self::Down(bits.saturating_sub(ROW_BITS).saturating_add(1))
		}
	}

	fn apply(self, entry: u128, rounding: Rounding) -> u128 {
		match self {
			// Below 2⁵⁶ by the choice of the shift.
			Self::Up(bits) => entry.checked_shl(bits).unwrap_or(entry),
			Self::Down(bits) => shifted_down(entry, bits, rounding),
		}
	}

	fn back(self, scaled: u128, rounding: Rounding) -> u128 {
		match self {
			Self::Up(bits) => shifted_down(scaled, bits, rounding),
			Self::Down(bits) => scaled.saturating_mul(1u128.checked_shl(bits).unwrap_or(u128::MAX)),
		}
	}
}

fn shifted_down(value: u128, bits: u32, rounding: Rounding) -> u128 {
	let floor = value.checked_shr(bits).unwrap_or(0);
	let exact = floor.checked_shl(bits) == Some(value);
	let up = rounding == Rounding::Up && !exact;
	floor.saturating_add(u128::from(up))
}

fn entry(matrix: &[Vec<u128>], i: usize, j: usize) -> u128 {
	matrix.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
}

/// The rows that are linked by entries, directly or through others.
fn groups(matrix: &[Vec<u128>]) -> Vec<Vec<usize>> {
	let mut free: Vec<usize> = (0..matrix.len()).collect();
	let mut groups = Vec::new();
	while let Some(first) = free.pop() {
		let mut group = vec![first];
		let mut looked_at = 0;
		while let Some(row) = group.get(looked_at).copied() {
			looked_at = looked_at.saturating_add(1);
			let (linked, others) =
				free.into_iter().partition(|other| entry(matrix, row, *other) > 0);
			group.extend::<Vec<usize>>(linked);
			free = others;
		}
		group.sort_unstable();
		groups.push(group);
	}
	groups
}

fn iterate(matrix: &[Vec<u128>], rows: Vec<usize>, scale: &Scale) -> Group {
	let of = |rounding| -> Vec<Vec<u128>> {
		let scaled =
			|i: &usize| rows.iter().map(|j| scale.apply(entry(matrix, *i, *j), rounding)).collect();
		rows.iter().map(scaled).collect()
	};
	let (below, above) = (of(Rounding::Down), of(Rounding::Up));
	let mut vector = vec![ONE; rows.len()];
	let (mut lowest, mut highest) = (0, u128::MAX);
	for _ in 0..MOST_STEPS {
		lowest = lowest.max(rayleigh(&vector, &product(&below, &vector)));
		let image = product(&above, &vector);
		highest = highest.min(collatz(&vector, &image));
		vector = scaled_to_one(&image);
		if highest.saturating_sub(lowest) <= lowest >> NEAR_BITS {
			break;
		}
	}
	Group { rows, lowest, highest, vector }
}

/// `A·v`. A row sums to less than 2⁵⁷ and v is at most 2³².
fn product(matrix: &[Vec<u128>], vector: &[u128]) -> Vec<u128> {
	matrix.iter().map(|row| dot(row, vector)).collect()
}

fn dot(a: &[u128], b: &[u128]) -> u128 {
	a.iter().zip(b).fold(0, |sum, (a, b)| sum.saturating_add(a.saturating_mul(*b)))
}

/// `v·Av / v·v`, rounded down: never above the largest eigenvalue.
fn rayleigh(vector: &[u128], image: &[u128]) -> u128 {
	dot(vector, image).checked_div(dot(vector, vector)).unwrap_or(0)
}

/// The largest `(Av)_i / v_i`, rounded up: never below the largest eigenvalue.
fn collatz(vector: &[u128], image: &[u128]) -> u128 {
	let quotients = image.iter().zip(vector).map(|(to, from)| to.div_ceil((*from).max(1)));
	quotients.max().unwrap_or(0)
}

/// The vector with [`ONE`] as its largest entry, rounded up, so that none becomes zero.
fn scaled_to_one(vector: &[u128]) -> Vec<u128> {
	let largest = vector.iter().copied().max().unwrap_or(0);
	let scaled =
		|entry: &u128| mul_div_u128(*entry, ONE, largest, Rounding::Up).unwrap_or(ONE).max(1);
	vector.iter().map(scaled).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_published_eigenvalue_and_vector() {
		// [[10, 5, 0], [5, 8.75, 10], [0, 10, 16]] in thousand millionths
		let unit = 1_000_000_000u128;
		let matrix: Vec<Vec<u128>> = [[40u128, 20, 0], [20, 35, 40], [0, 40, 64]]
			.map(|row| row.map(|quarter| quarter * unit / 4).to_vec())
			.to_vec();
		let found = spectrum(&matrix);
		let eigenvalue = 23_651_195_105u128;
		assert!(found.lowest <= eigenvalue && eigenvalue <= found.highest);
		assert!(found.highest - found.lowest <= 100, "{found:?}");
		let index: Vec<_> = found.index.iter().map(|ratio| ratio.get()).collect();
		for (seen, expected) in index.iter().zip([280_239_021u64, 765_119_511, 1_000_000_000]) {
			assert!(seen.abs_diff(expected) <= 10, "{index:?}");
		}
	}

	#[test]
	fn pools_that_share_nothing_are_taken_apart() {
		let matrix = vec![vec![8, 0, 0], vec![0, 4, 0], vec![0, 0, 0]];
		let found = spectrum(&matrix);
		assert_eq!((found.lowest, found.highest), (8, 8));
		assert_eq!(found.index, [1_000_000_000, 500_000_000, 0].map(Ratio::new));
	}

	#[test]
	fn empty_and_largest() {
		assert_eq!(spectrum(&[]), Spectrum::default());
		assert_eq!(spectrum(&[vec![0]]).highest, 0);
		let most = vec![vec![1u128 << 120; 16]; 16];
		let found = spectrum(&most);
		assert_eq!((found.lowest, found.highest), (1 << 124, 1 << 124));
		assert_eq!(found.index, [Ratio::ONE; 16]);
	}
}
