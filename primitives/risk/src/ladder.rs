use crate::{Decay, Variance};

const WEIGHT_ONE: u128 = 1_000_000_000_000_000_000;

/// Rungs of the ladder over one-minute bars.
pub const RUNGS: usize = 6;

/// One exponentially weighted average of a ladder, and its weight in the forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
	/// Weight in units of 10⁻¹⁸; the weights of a ladder sum to one.
	pub weight: u64,
	/// Decay per bar.
	pub decay: Decay,
}

const fn rung(weight: u64, decay: u64) -> Rung {
	Rung { weight, decay: Decay::constant(decay) }
}

/// RiskMetrics 2006 over daily bars: τ = 4·√2ᵏ days for k = 0 … 13, weights ∝ 1 − ln τ / ln 1560
/// (Zumbach, *The RiskMetrics 2006 methodology*; the defaults of the Python package `arch`). The
/// last weight is one minus the others: rounded alone they sum to one less 10⁻¹⁸.
pub const RM2006_DAILY: [Rung; 14] = [
	rung(114_760_388_499_298_154, 778_800_783_071_404_868),
	rung(108_093_955_103_801_734, 837_966_885_578_755_789),
	rung(101_427_521_708_305_315, 882_496_902_584_595_403),
	rung(94_761_088_312_808_896, 915_405_312_186_222_671),
	rung(88_094_654_917_312_477, 939_413_062_813_475_786),
	rung(81_428_221_521_816_057, 956_768_160_102_656_568),
	rung(74_761_788_126_319_638, 969_233_234_476_344_082),
	rung(68_095_354_730_823_219, 978_145_265_337_749_599),
	rung(61_428_921_335_326_800, 984_496_437_005_408_406),
	rung(54_762_487_939_830_380, 989_012_267_536_530_408),
	rung(48_096_054_544_333_961, 992_217_938_260_243_512),
	rung(41_429_621_148_837_542, 994_490_959_001_905_863),
	rung(34_763_187_753_341_123, 996_101_369_470_117_490),
	rung(28_096_754_357_844_704, 997_241_675_323_442_278),
];

/// The same law over one-minute bars: τ = 1, 4, 16, 64, 256, 1024 hours, weights
/// ∝ 1 − ln τ / ln 37440 with τ in hours (1560 days).
pub const RM2006_MINUTES: [Rung; RUNGS] = [
	rung(248_427_792_303_695_770, 983_471_453_821_617_489),
	rung(215_723_342_048_884_129, 995_842_001_845_109_944),
	rung(183_018_891_794_072_487, 998_958_875_679_724_491),
	rung(150_314_441_539_260_846, 999_739_617_238_810_225),
	rung(117_609_991_284_449_205, 999_934_897_952_563_602),
	rung(84_905_541_029_637_563, 999_983_724_090_787_381),
];

/// Moves every rung over `bars` bars with this squared return; see [`Variance::decayed`].
pub fn update_ladder<const N: usize>(
	state: &mut [Variance; N],
	ladder: &[Rung; N],
	square: Variance,
	bars: u32,
) {
	for (variance, rung) in state.iter_mut().zip(ladder) {
		*variance = variance.decayed(square, bars, rung.decay);
	}
}

/// The forecast of a ladder, `Σ w·v`, rounded up once. Within the smallest and the largest rung.
pub fn forecast<const N: usize>(state: &[Variance; N], ladder: &[Rung; N]) -> Variance {
	let (mut whole, mut part) = (0u128, 0u128);
	for (variance, rung) in state.iter().zip(ladder) {
		// w·v as whole and fractional units: Σ w·high ≤ 2⁹¹ and Σ w·low < 2¹²⁰, where the product
		// itself would not fit.
		let weight = u128::from(rung.weight);
		let high = variance.get().checked_div(WEIGHT_ONE).unwrap_or(0);
		let low = variance.get().checked_rem(WEIGHT_ONE).unwrap_or(0);
		whole = whole.saturating_add(weight.saturating_mul(high));
		part = part.saturating_add(weight.saturating_mul(low));
	}
	Variance::new(whole.saturating_add(part.div_ceil(WEIGHT_ONE)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::LogReturn;

	/// Units of 10⁻²⁴ in 10⁻²¹, the last digit of the published vectors.
	const PUBLISHED_DIGIT: u128 = 1_000;

	#[test]
	fn matches_the_research_vector_for_riskmetrics_2006() {
		let mut state = [Variance::new(400_000_000_000_000_000_000); 14];
		let percents = [10i64, -20, 5, -50, 30];

		let seen = percents.map(|tenths| {
			let square = LogReturn::new(tenths * 1_000_000_000).square();
			update_ladder(&mut state, &RM2006_DAILY, square, 1);
			forecast(&state, &RM2006_DAILY).get()
		});

		// 3.76645078645364552e-4 and so on, in units of 10⁻²⁴
		let expected = [
			376_645_078_645_364_552_000,
			379_986_115_282_445_420_000,
			353_547_534_393_802_522_000,
			523_489_884_656_696_029_000,
			544_369_290_236_785_417_000,
		];
		for (seen, expected) in seen.into_iter().zip(expected) {
			assert!(seen.abs_diff(expected) <= PUBLISHED_DIGIT, "{seen} against {expected}");
		}
	}

	#[test]
	fn weights_sum_to_one() {
		assert_eq!(u128::from(RM2006_DAILY.map(|r| r.weight).iter().sum::<u64>()), WEIGHT_ONE);
		assert_eq!(u128::from(RM2006_MINUTES.map(|r| r.weight).iter().sum::<u64>()), WEIGHT_ONE);
	}

	#[test]
	fn tables_follow_the_published_law() {
		fn check(ladder: &[Rung], tau: impl Fn(i32) -> f64, bars_per_unit: f64, tau_0: f64) {
			let raw: Vec<f64> =
				(0..).take(ladder.len()).map(|k| 1.0 - tau(k).ln() / tau_0.ln()).collect();
			let total: f64 = raw.iter().sum();
			for ((k, rung), raw) in (0..).zip(ladder).zip(raw) {
				assert!((rung.weight as f64 / 1e18 - raw / total).abs() < 1e-15);
				let decay = (-1.0 / (tau(k) * bars_per_unit)).exp();
				assert!((rung.decay.get() as f64 / 1e18 - decay).abs() < 1e-15);
			}
		}
		check(&RM2006_DAILY, |k| 4.0 * 2f64.sqrt().powi(k), 1.0, 1560.0);
		check(&RM2006_MINUTES, |k| 4f64.powi(k), 60.0, 37_440.0);
	}

	#[test]
	fn forecast_of_the_largest_state_is_the_largest_variance() {
		assert_eq!(forecast(&[Variance::MAX; 14], &RM2006_DAILY), Variance::MAX);
	}
}
