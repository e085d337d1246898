// What processes cost: processor time and memory, from /proc; and what a node counts itself.
import { existsSync, readFileSync } from 'node:fs';

/** The kernel reports processor time in these; it has been 100 a second on Linux since ever. */
const TICKS_PER_SECOND = 100;

/** `{ cpu_ms, rss_mb, peak_rss_mb }` so far, or nothing where there is no /proc. */
export function usageOf(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  // The second field is the command in parentheses and may itself contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field) =>
    Math.round(Number(status.match(new RegExp(`${field}:\\s+(\\d+) kB`))[1]) / 1024);
  return {
    cpu_ms: ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND,
    rss_mb: megabytes('VmRSS'),
    peak_rss_mb: megabytes('VmHWM'),
  };
}

/** Prometheus' text format as `[{ name, labels, value }]`. */
export function parseMetrics(text) {
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels, value] = line.match(/^([^{\s]+)(?:\{(.*)\})?\s+(\S+)/);
    const pairs = [...(labels ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

export async function metricsOf(node) {
  const response = await fetch(node.metricsUrl, { signal: AbortSignal.timeout(10_000) });
  return parseMetrics(await response.text());
}

/** Why the nodes stopped filling the blocks they made: `{ reason: count }` over all of them. */
export function proposalEnds(metrics) {
  const ends = {};
  for (const { name, labels, value } of metrics) {
    if (name === 'substrate_proposer_end_proposal_reason')
      ends[labels.reason] = (ends[labels.reason] ?? 0) + value;
  }
  return ends;
}

/** The pool's transactions; on the node that has most. */
export function poolSize(metrics) {
  const names = [
    'substrate_sub_txpool_unwatched_txs',
    'substrate_sub_txpool_watched_txs',
    'substrate_ready_transactions_number',
  ];
  return Math.max(0, ...metrics.filter(({ name }) => names.includes(name)).map(({ value }) => value));
}
