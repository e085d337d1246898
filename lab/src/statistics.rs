//! What is said of many numbers.

/// The value that a part of all do not exceed: of those that are there, not between them. `None`
/// of none.
pub fn quantile<T: Copy + PartialOrd>(values: &[T], part: f64) -> Option<T> {
	let mut sorted = values.to_vec();
	sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
	let place = (part * sorted.len() as f64).ceil() as usize;
	sorted.get(place.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// The mean of values, each with its weight. `None` without weight.
pub fn weighted_mean(values: &[(f64, f64)]) -> Option<f64> {
	let total: f64 = values.iter().map(|(_, weight)| weight).sum();
	(total > 0.0).then(|| values.iter().map(|(value, weight)| value * weight).sum::<f64>() / total)
}

/// Likelihood ratio of so many failures in so many trials against a probability (Kupiec 1995).
pub fn likelihood_ratio(failures: u32, trials: u32, p: f64) -> f64 {
	let log_likelihood = |q: f64| {
		let term = |n: u32, q: f64| if n == 0 { 0.0 } else { f64::from(n) * q.ln() };
		term(failures, q) + term(trials - failures, 1.0 - q)
	};
	2.0 * (log_likelihood(f64::from(failures) / f64::from(trials)) - log_likelihood(p))
}

/// The fewest and the most failures that Kupiec's test does not reject at 95 %. `None` without
/// trials.
pub fn accepted(trials: u32, p: f64) -> Option<(u32, u32)> {
	// The 95 % quantile of χ² with one degree of freedom.
	let is_accepted = |n: &u32| likelihood_ratio(*n, trials, p) <= 3.841_458_820_694_124;
	let expected = (f64::from(trials) * p) as u32;
	let fewest = (0..=expected.min(trials)).find(is_accepted)?;
	let most =
		(expected.min(trials)..=trials).take_while(|n| *n <= expected || is_accepted(n)).last();
	Some((fewest, most?)).filter(|_| trials > 0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn quantiles_are_values_that_are_there() {
		let values = [5, 1, 3, 2, 4];
		assert_eq!([0.0, 0.5, 0.99, 1.0].map(|p| quantile(&values, p).unwrap()), [1, 3, 5, 5]);
		assert_eq!(quantile::<u32>(&[], 0.5), None);
		assert_eq!(quantile(&[7], 0.01), Some(7));
	}

	#[test]
	fn means_are_weighted() {
		assert_eq!(weighted_mean(&[(1.0, 1.0), (4.0, 2.0)]), Some(3.0));
		assert_eq!(weighted_mean(&[(1.0, 0.0)]), None);
	}

	#[test]
	fn acceptance_matches_kupiecs_table() {
		assert!((likelihood_ratio(7, 250, 0.01) - 5.496_990_448).abs() < 1e-9);
		let table = |p| [250, 500, 1_000, 2_000].map(|trials| accepted(trials, p).unwrap());
		assert_eq!(table(0.01), [(1, 6), (2, 9), (5, 16), (12, 29)]);
		assert_eq!(table(0.005), [(0, 4), (1, 6), (2, 9), (5, 16)]);
		assert_eq!(accepted(0, 0.01), None);
		assert_eq!(accepted(10, 0.01).unwrap().0, 0);
	}
}
