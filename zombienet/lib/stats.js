// Summaries of samples.

/** The smallest sample that at least `percent` of all samples do not exceed. */
export function percentile(samples, percent) {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

export function mean(samples) {
  if (samples.length === 0) return null;
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

export function summary(samples) {
  return {
    count: samples.length,
    mean: round(mean(samples)),
    p50: round(percentile(samples, 50)),
    p99: round(percentile(samples, 99)),
    max: round(percentile(samples, 100)),
  };
}

export const round = (value, digits = 1) => (value === null ? null : Number(value.toFixed(digits)));
