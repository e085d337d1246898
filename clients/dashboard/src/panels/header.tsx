import { useEffect, useState } from 'preact/hooks';

import { connect } from '../chain/session.js';
import { duration, NONE } from '../model/format.js';
import { checkEndpoint } from '../model/problems.js';
import { chain, endpoint, link, pace, readProblem, snapshot } from '../state.js';
import { Chip, type Tone } from '../ui/parts.js';
import { theme, type Theme } from '../ui/theme.js';

const THEMES: Record<Theme, readonly [Theme, string]> = {
  auto: ['light', '◐ as the system'],
  light: ['dark', '☀ light'],
  dark: ['auto', '☾ dark'],
};

export function Header() {
  const [next, label] = THEMES[theme.value];
  return (
    <header class="top">
      <div class="bar-row">
        <h1>
          <span aria-hidden="true">≋</span> Breakwater
        </h1>
        <Status />
        <Pace />
        <Endpoint />
        <button type="button" class="quiet" onClick={() => (theme.value = next)} aria-label={`Colours: ${label}. Change`}>
          {label}
        </button>
      </div>
      <Banner />
      <nav aria-label="Panels">
        {[
          ['markets', 'Markets'],
          ['account', 'Trade'],
          ['breakers', 'Breakers'],
          ['health', 'Health'],
          ['events', 'Liquidations'],
          ['funds', 'Funds'],
          ['contagion', 'Contagion'],
          ['prices', 'Prices'],
        ].map(([id, text]) => (
          <a href={`#${id}`} key={id}>
            {text}
          </a>
        ))}
      </nav>
    </header>
  );
}

const STATES: Record<string, readonly [Tone, string]> = {
  idle: ['calm', 'not connected'],
  connecting: ['warn', 'connecting …'],
  live: ['good', 'live'],
  lost: ['bad', 'node lost'],
  stalled: ['bad', 'no new blocks'],
};

function Status() {
  const [tone, text] = STATES[link.value.kind] ?? ['calm', link.value.kind];
  const info = chain.value;
  return (
    <div class="status" role="status">
      <Chip tone={tone}>{text}</Chip> {info && <span class="wide">{info.name}</span>}
    </div>
  );
}

function Pace() {
  const { block } = snapshot.value ?? {};
  const { best, final, blockMs, finalityMs } = pace.value ?? {};
  const behind = best !== undefined && final !== undefined ? best - final : undefined;
  return (
    <dl class="pace">
      <div>
        <dt>block</dt>
        <dd>{block ?? NONE}</dd>
      </div>
      <div>
        <dt>block time</dt>
        <dd>{blockMs === undefined ? NONE : duration(blockMs)}</dd>
      </div>
      <div>
        <dt>final</dt>
        <dd title="How many blocks the last final one is behind, and how long a block took to become final">
          {behind === undefined ? NONE : `−${Math.max(0, behind)}`}
          {finalityMs !== undefined && <small> {duration(finalityMs)}</small>}
        </dd>
      </div>
    </dl>
  );
}

/** What is wrong with the connection, and what to do; nothing while all is well. */
function Banner() {
  const state = link.value;
  const seconds = useSeconds('since' in state ? state.since : undefined);
  if (state.kind === 'connecting' && state.problem) {
    return (
      <p class="banner bad" role="alert">
        <strong>{state.problem.what}</strong> {state.problem.todo}
      </p>
    );
  }
  if (state.kind === 'lost') {
    return (
      <p class="banner bad" role="alert">
        <strong>The node at {endpoint.value} went away.</strong> What you see is as of block {snapshot.value?.block ?? NONE}. Reconnecting by itself, for <span aria-live="off">{seconds} s</span> now.
      </p>
    );
  }
  if (state.kind === 'stalled') {
    return (
      <p class="banner bad" role="alert">
        <strong>The node answers, but has had no new block</strong> for <span aria-live="off">{seconds} s</span>. Is it connected to the other validators? See its log.
      </p>
    );
  }
  if (state.kind === 'live' && readProblem.value) {
    return (
      <p class="banner warn" role="alert">
        <strong>Not all of a block could be read:</strong> {readProblem.value}. It is tried again with the next one.
      </p>
    );
  }
  return null;
}

function useSeconds(since: number | undefined): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (since === undefined) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [since]);
  return since === undefined ? 0 : Math.max(0, Math.round((now - since) / 1_000));
}

function Endpoint() {
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const submit = (event: Event): void => {
    event.preventDefault();
    const checked = checkEndpoint(text ?? endpoint.value);
    if (!('endpoint' in checked)) return setProblem(`${checked.what} ${checked.todo}`);
    setProblem(undefined);
    setText(undefined);
    try {
      localStorage.setItem('endpoint', checked.endpoint);
    } catch {
      // The page works without remembering it.
    }
    connect(checked.endpoint);
  };
  return (
    <form class="endpoint" onSubmit={submit} noValidate>
      <label>
        <span class="unseen">Address of the node</span>
        <input
          type="url"
          spellcheck={false}
          autocomplete="off"
          value={text ?? endpoint.value}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          aria-invalid={problem !== undefined}
          aria-describedby="endpoint-problem"
        />
      </label>
      <button type="submit">Connect</button>
      <span id="endpoint-problem" class="problem" role="alert">
        {problem}
      </span>
    </form>
  );
}
