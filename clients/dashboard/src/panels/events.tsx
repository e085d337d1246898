import { useState } from 'preact/hooks';

import type { Topic } from '../model/events.js';
import { short } from '../model/format.js';
import { lines, snapshot } from '../state.js';
import { Choice, Empty, Panel } from '../ui/parts.js';

type Filter = 'all' | 'liquidation' | 'breaker' | 'contagion' | 'oracle' | 'trade';

const TOPICS: Record<Filter, readonly Topic[]> = {
  liquidation: ['liquidation', 'fund'],
  breaker: ['breaker'],
  contagion: ['contagion'],
  oracle: ['oracle'],
  trade: ['trade'],
  all: ['liquidation', 'fund', 'breaker', 'oracle'],
};

const NOTHING: Record<Filter, string> = {
  liquidation: 'No account was near liquidation from 240 blocks before this page was opened.',
  breaker: 'No breaker moved.',
  contagion: 'Nothing changed by more than a tenth.',
  oracle: 'No price changed its grade, and no reporter was struck.',
  trade: 'Nothing was traded.',
  all: 'Nothing happened from 240 blocks before this page was opened.',
};

const SHOWN = 60;

export function Events() {
  const [filter, setFilter] = useState<Filter>('all');
  const shown = lines.value.filter(({ topic }) => TOPICS[filter].includes(topic)).slice(0, SHOWN);
  const choice = (
    <Choice
      label="Which events"
      of={[
        ['all', 'All'],
        ['liquidation', 'Liquidations and auctions'],
        ['breaker', 'Breakers'],
        ['contagion', 'Contagion'],
        ['oracle', 'Prices'],
        ['trade', 'Batches'],
      ]}
      value={filter}
      onChange={setFilter}
    />
  );
  return (
    <Panel id="events" title="As it happens" span={6} aside={choice}>
      {shown.length === 0 ? (
        <Empty>{snapshot.value ? NOTHING[filter] : 'Events appear with the first block.'}</Empty>
      ) : (
        <ol class="events" role="log" aria-live="off" aria-label="Events, the newest first" tabIndex={0}>
          {shown.map(({ id, block, title, text, account, grave }) => (
            <li key={id} class={grave ? 'grave' : undefined}>
              <span class="block">#{block}</span>
              <span>
                <strong>{title}</strong> {text}
                {account && (
                  <code title={account}>{short(account)}</code>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
