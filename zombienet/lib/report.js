// A measurement in words and a table, for people.
import { round } from './stats.js';

const LABEL_WIDTH = 30;
/** A machine this busy has no more to give. */
const BUSY_PERCENT = 90;

export function printReport(report) {
  const line = (label, text) => console.log(`${label.padEnd(LABEL_WIDTH)}${text}`);
  console.log(
    `\nFour validators for ${report.minutes} minutes, ${report.load ? 'under a flood of transfers' : 'idle'}, on ${report.machine.cores} × ${report.machine.model}\n`,
  );
  line('block interval, on chain', inWords(report.interval_on_chain_ms, 'ms'));
  for (const [name, interval] of Object.entries(report.interval_at_node_ms))
    line(`  as they reach ${name}`, inWords(interval, 'ms'));
  line('finality behind', inWords(report.finality_lag_blocks, 'blocks'));
  line('a block is final after', inWords(report.finality_after_ms, 'ms'));
  line('slots without a block', slotsInWords(report.slots));
  for (const [name, cost] of Object.entries(report.nodes))
    if (cost)
      line(
        `  ${name} costs`,
        `${cost.cpu_percent_of_a_core} % of a core, ${cost.rss_mb} MB (at most ${cost.peak_rss_mb})`,
      );
  line('all nodes agree', report.all_nodes_agree ? 'yes' : 'NO');
  if (report.load) printLoad(report, line);
  console.log('');
}

function printLoad({ load, ...report }, line) {
  console.log('');
  line(
    'transfers',
    `${load.submitted} sent, ${load.included} in final blocks${load.ran_dry ? '; ended because all were sent' : ''}`,
  );
  line(
    'sent again',
    `${load.resubmitted}, in ${load.resubmission_rounds} rounds: in no block and not in the pool${load.senders_given_up > 0 ? `; ${load.senders_given_up} senders gave up` : ''}`,
  );
  line(
    'rate',
    `${load.transactions_per_second} per second, at most ${load.transactions_per_block_max} in a block`,
  );
  line('in a block after', inWords(load.inclusion_ms, 'ms'));
  line(
    'room used in blocks',
    `mean ${load.normal_weight_used_percent.mean} %, max ${load.normal_weight_used_percent.max} %`,
  );
  line(
    'blocks were closed by',
    Object.entries(load.proposals_ended_by)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', '),
  );
  line('pool', `at most ${load.pool_max} transactions`);
  line('processors', `${round(busyPercent(report, load))} % busy with the nodes and the client; load average ${report.machine.load_average[0]}`);
  for (const [message, count] of Object.entries(load.refusals)) line('refused', `${count} × ${message}`);
  line('what limits it', limitOf(report, load));
}

const inWords = ({ count, mean, p50, p99, max }, unit) =>
  `p50 ${p50}  p99 ${p99}  mean ${mean}  max ${max} ${unit}  (${count})`;

function slotsInWords({ total, missed, missed_by }) {
  const whose = Object.entries(missed_by)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`);
  return `${missed} of ${total} (${round((missed / total) * 100, 2)} %)${whose.length > 0 ? `: ${whose.join(', ')}` : ''}`;
}

function busyPercent({ nodes, machine }, load) {
  const used = Object.values(nodes).reduce(
    (sum, cost) => sum + (cost?.cpu_percent_of_a_core ?? 0),
    load.client_cpu_percent_of_a_core,
  );
  return used / machine.cores;
}

/** What most blocks were closed by says what they lacked: time, room, or transactions. */
export function limitOf(report, load) {
  const [reason] = Object.entries(load.proposals_ended_by).sort(([, a], [, b]) => b - a)[0] ?? [];
  const busy = busyPercent(report, load) > BUSY_PERCENT ? ', and the processors have no more to give' : '';
  if (reason === 'hit_deadline') return `time: authors reach their deadline before the block is full${busy}`;
  if (reason === 'hit_block_weight_limit') return `weight: blocks are full${busy}`;
  if (reason === 'hit_block_size_limit') return `size: blocks are full${busy}`;
  return `supply: authors mostly took all the transactions their pool had ready${busy}`;
}
