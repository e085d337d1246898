use breakwater_units::{mul_div_u128, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bins of each tail.
pub const BINS: usize = 64;

/// Upper edges of the bins in parts per billion of a standard deviation: eight per doubling from
/// 0.136 to 32, rounded up. What lies beyond the last edge counts in the last bin.
pub const BIN_EDGES_PPB: [u64; BINS] = [
	136_313_467,
	148_650_890,
	162_104_945,
	176_776_696,
	192_776_354,
	210_224_104,
	229_251_011,
	250_000_000,
	272_626_934,
	297_301_779,
	324_209_889,
	353_553_391,
	385_552_707,
	420_448_208,
	458_502_022,
	500_000_000,
	545_253_867,
	594_603_558,
	648_419_778,
	707_106_782,
	771_105_413,
	840_896_416,
	917_004_044,
	1_000_000_000,
	1_090_507_733,
	1_189_207_116,
	1_296_839_555,
	1_414_213_563,
	1_542_210_826,
	1_681_792_831,
	1_834_008_087,
	2_000_000_000,
	2_181_015_466,
	2_378_414_231,
	2_593_679_110,
	2_828_427_125,
	3_084_421_651,
	3_363_585_662,
	3_668_016_173,
	4_000_000_000,
	4_362_030_931,
	4_756_828_461,
	5_187_358_219,
	5_656_854_250,
	6_168_843_302,
	6_727_171_323,
	7_336_032_346,
	8_000_000_000,
	8_724_061_862,
	9_513_656_921,
	10_374_716_438,
	11_313_708_499,
	12_337_686_604,
	13_454_342_645,
	14_672_064_692,
	16_000_000_000,
	17_448_123_723,
	19_027_313_841,
	20_749_432_875,
	22_627_416_998,
	24_675_373_207,
	26_908_685_289,
	29_344_129_383,
	32_000_000_000,
];

/// Evidence fades by `1/(1 + 2⁻¹⁹)` per observation: a mean age of 524 288 minutes, one year.
pub const MEMORY_SHIFT: u32 = 19;
/// Weight of the first observation.
const FIRST_INCREMENT: u64 = 1 << 40;
/// At this weight of an observation everything is halved.
pub const HALVING_INCREMENT: u64 = 1 << 41;

/// Side of the distribution of returns.
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
pub enum Tail {
	/// Falling prices: what longs lose.
	Down,
	/// Rising prices: what shorts lose.
	Up,
}

/// Standardised returns of a market in log-spaced bins that age: filtered historical simulation
/// without storing the history (Barone-Adesi et al.; the base of most clearing houses' margin).
///
/// Instead of shrinking every count, the weight of the next observation grows; now and then both
/// are halved. The total stays below 2⁶¹. An empty histogram has no quantile.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TailHistogram {
	down: [u64; BINS],
	up: [u64; BINS],
	increment: u64,
}

impl Default for TailHistogram {
	fn default() -> Self {
		Self { down: [0; BINS], up: [0; BINS], increment: FIRST_INCREMENT }
	}
}

impl TailHistogram {
	/// Counts one standardised return by its magnitude. Every older one loses `2⁻¹⁹` of its
	/// weight against it.
	///
	/// Ageing goes by observations, not by the clock: an outage does not wear evidence out.
	pub fn record(&mut self, tail: Tail, standardised: Ratio) {
		let (bin, increment) = (bin_of(standardised), self.increment);
		if let Some(count) = self.bins_mut(tail).get_mut(bin) {
			*count = count.saturating_add(increment);
		}
		self.increment = self.increment.saturating_add(self.increment >> MEMORY_SHIFT);
		if self.increment >= HALVING_INCREMENT {
			self.halve();
		}
	}

	/// Value at risk of a tail: the smallest bin edge beyond which lies at most `1 − confidence` of
	/// all observations, in multiples of σ. `None` if nothing was recorded.
	///
	/// At least the exact quantile, and at most one bin (9.06 %) above it, except that it is never
	/// outside the edges: 0.136 … 32. A confidence above one counts as one.
	pub fn value_at_risk(&self, tail: Tail, confidence: Ratio) -> Option<Ratio> {
		self.walk(tail, confidence).map(|found| Ratio::new(found.edge))
	}

	/// Expected shortfall of a tail: the mean of the worst `1 − confidence` of all observations,
	/// each at the upper edge of its bin, in multiples of σ, rounded up. `None` if nothing was
	/// recorded.
	///
	/// The bin of the value at risk counts with the part that fills the tail up, so the result is
	/// at least the value at risk.
	pub fn expected_shortfall(&self, tail: Tail, confidence: Ratio) -> Option<Ratio> {
		let found = self.walk(tail, confidence)?;
		if found.tail_mass == 0 {
			return Some(Ratio::new(found.edge));
		}
		let rest = found.tail_mass.saturating_sub(found.mass_beyond);
		let sum = found.sum_beyond.saturating_add(rest.saturating_mul(u128::from(found.edge)));
		let mean = mul_div_u128(sum, 1, found.tail_mass, Rounding::Up).ok()?;
		u64::try_from(mean).ok().map(Ratio::new)
	}

	/// From the outermost bin inward to the bin in which the tail is full.
	fn walk(&self, tail: Tail, confidence: Ratio) -> Option<Quantile> {
		let total = self.total();
		if total == 0 {
			return None;
		}
		// Masses are counts times PPB, below 2⁹¹; times an edge, below 2¹²⁶.
		let tail_share = confidence.saturating_complement().get();
		let tail_mass = total.saturating_mul(u128::from(tail_share));
		let (mut mass_beyond, mut sum_beyond, mut lowest) = (0u128, 0u128, 0);
		for (count, edge) in self.bins(tail).iter().zip(BIN_EDGES_PPB).rev() {
			let mass = u128::from(*count).saturating_mul(u128::from(PPB));
			let filled = mass_beyond.saturating_add(mass);
			lowest = edge;
			if filled > tail_mass {
				break;
			}
			mass_beyond = filled;
			sum_beyond = sum_beyond.saturating_add(mass.saturating_mul(u128::from(edge)));
		}
		Some(Quantile { edge: lowest, tail_mass, mass_beyond, sum_beyond })
	}

	/// The sum of all counts, of both tails.
	fn total(&self) -> u128 {
		self.down.iter().chain(&self.up).fold(0, |sum, c| sum.saturating_add(u128::from(*c)))
	}

	fn bins(&self, tail: Tail) -> &[u64; BINS] {
		match tail {
			Tail::Down => &self.down,
			Tail::Up => &self.up,
		}
	}

	fn bins_mut(&mut self, tail: Tail) -> &mut [u64; BINS] {
		match tail {
			Tail::Down => &mut self.down,
			Tail::Up => &mut self.up,
		}
	}

	fn halve(&mut self) {
		for count in self.down.iter_mut().chain(&mut self.up) {
			*count >>= 1;
		}
		self.increment >>= 1;
	}
}

/// Where a tail is full.
struct Quantile {
	edge: u64,
	tail_mass: u128,
	mass_beyond: u128,
	sum_beyond: u128,
}

/// The bin whose upper edge is the first at or above the magnitude; the last bin beyond all.
fn bin_of(standardised: Ratio) -> usize {
	BIN_EDGES_PPB.partition_point(|edge| *edge < standardised.get()).min(BINS.saturating_sub(1))
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation)]
mod tests {
	use super::*;

	fn sigmas(x: f64) -> Ratio {
		Ratio::new((x * 1e9) as u64)
	}

	/// Inverse of the normal distribution: Acklam's rational approximation, relative error 1e-9.
	fn normal_quantile(p: f64) -> f64 {
		let tail = |q: f64| {
			let c = [
				-7.784894002430293e-3,
				-3.223964580411365e-1,
				-2.400758277161838,
				-2.549732539343734,
				4.374664141464968,
				2.938163982698783,
			];
			let d =
				[7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
			c.iter().fold(0.0, |s, c| s * q + c) / (d.iter().fold(0.0, |s, d| s * q + d) * q + 1.0)
		};
		if p < 0.02425 {
			return tail((-2.0 * p.ln()).sqrt());
		}
		if p > 1.0 - 0.02425 {
			return -tail((-2.0 * (1.0 - p).ln()).sqrt());
		}
		let a = [
			-3.969683028665376e1,
			2.209460984245205e2,
			-2.759285104469687e2,
			1.38357751867269e2,
			-3.066479806614716e1,
			2.506628277459239,
		];
		let b = [
			-5.447609879822406e1,
			1.615858368580409e2,
			-1.556989798598866e2,
			6.680131188771972e1,
			-1.328068155288572e1,
		];
		let q = p - 0.5;
		let r = q * q;
		a.iter().fold(0.0, |s, a| s * r + a) * q / (b.iter().fold(0.0, |s, b| s * r + b) * r + 1.0)
	}

	fn normal_histogram(draws: u32) -> TailHistogram {
		let mut histogram = TailHistogram::default();
		for i in 0..draws {
			// a stride coprime to the count visits every quantile once, in no order
			let i = (u64::from(i) * 7_919) % u64::from(draws);
			let z = normal_quantile((i as f64 + 0.5) / f64::from(draws));
			histogram.record(if z < 0.0 { Tail::Down } else { Tail::Up }, sigmas(z.abs()));
		}
		histogram
	}

	#[test]
	fn normal_returns_give_the_normal_reference_within_a_bin() {
		let histogram = normal_histogram(100_000);
		let bin = 2f64.powf(0.125) * 1.002;
		// z .99, .995, .999; ES .975, .99
		let quantiles = [(0.99, 2.32634787), (0.995, 2.57582930), (0.999, 3.09023231)];
		let shortfalls = [(0.975, 2.33780279), (0.99, 2.66521422)];
		for tail in [Tail::Down, Tail::Up] {
			for (confidence, expected) in quantiles {
				let seen = histogram.value_at_risk(tail, sigmas(confidence)).unwrap();
				let seen = seen.get() as f64 / 1e9;
				assert!((expected..expected * bin).contains(&seen), "VaR {confidence}: {seen}");
			}
			for (confidence, expected) in shortfalls {
				let seen = histogram.expected_shortfall(tail, sigmas(confidence)).unwrap();
				let seen = seen.get() as f64 / 1e9;
				assert!((expected..expected * bin).contains(&seen), "ES {confidence}: {seen}");
			}
		}
	}

	#[test]
	fn edges_are_eight_to_a_doubling_rounded_up() {
		for (j, edge) in (0i32..).zip(BIN_EDGES_PPB) {
			let exact = 2f64.powf(f64::from(j - 23) / 8.0) * 1e9;
			assert!((0.0..1.0).contains(&(edge as f64 - exact + 1e-4)), "edge {j}");
		}
	}

	#[test]
	fn an_edge_belongs_to_the_bin_below_it() {
		assert_eq!(bin_of(Ratio::new(BIN_EDGES_PPB[30])), 30);
		assert_eq!(bin_of(Ratio::new(BIN_EDGES_PPB[30] + 1)), 31);
		assert_eq!(bin_of(Ratio::ZERO), 0);
		assert_eq!(bin_of(Ratio::MAX), BINS - 1);
	}

	#[test]
	fn shortfall_takes_the_part_of_the_bin_that_fills_the_tail() {
		// Ten observations of equal weight but for 2⁻¹⁹: one at 8σ, one at 4σ, eight at 1σ.
		let mut histogram = TailHistogram::default();
		for x in [1.0, 1.0, 1.0, 1.0, 4.0, 8.0, 1.0, 1.0, 1.0, 1.0] {
			histogram.record(Tail::Down, sigmas(x));
		}
		// worst 15 %: all of 8 and half of 4, (8·10 + 4·5)/15 = 6.667
		let confidence = sigmas(0.85);
		assert_eq!(histogram.value_at_risk(Tail::Down, confidence), Some(sigmas(4.0)));
		let shortfall = histogram.expected_shortfall(Tail::Down, confidence).unwrap();
		assert!(shortfall.get().abs_diff(6_666_666_667) < 10_000, "{shortfall:?}");
	}

	#[test]
	fn empty_has_no_quantile_and_the_ends_are_total() {
		let mut histogram = TailHistogram::default();
		assert_eq!(histogram.value_at_risk(Tail::Up, sigmas(0.99)), None);
		assert_eq!(histogram.expected_shortfall(Tail::Up, sigmas(0.99)), None);

		histogram.record(Tail::Up, Ratio::MAX);
		for confidence in [Ratio::ZERO, Ratio::ONE, Ratio::MAX] {
			let down = histogram.value_at_risk(Tail::Down, confidence).unwrap();
			assert_eq!(down, Ratio::new(BIN_EDGES_PPB[0]));
		}
		assert_eq!(histogram.expected_shortfall(Tail::Up, Ratio::ONE), Some(sigmas(32.0)));
	}

	#[test]
	fn old_evidence_fades() {
		// after ln 2 · 2¹⁹ observations the first weighs half: one halving
		let mut histogram = TailHistogram::default();
		histogram.record(Tail::Down, sigmas(8.0));
		for _ in 0..363_409 {
			histogram.record(Tail::Up, sigmas(1.0));
		}
		let old: u64 = histogram.down.iter().sum();
		let weight = old as f64 / histogram.increment as f64;
		assert!((weight - 0.5).abs() < 1e-5, "{weight}");
	}
}
