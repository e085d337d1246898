import { useState } from 'preact/hooks';

import { NONE } from '../model/format.js';
import { historyOf, historyVersion, market } from '../state.js';
import { Choice, Empty, Panel } from '../ui/parts.js';
import { Plot } from '../ui/plot.js';

type What = 'price' | 'interest' | 'funding';

export function Charts() {
  const [what, setWhat] = useState<What>('price');
  const shown = market.value;
  void historyVersion.value;
  const points = shown ? historyOf(shown.number).points : [];
  const choice = (
    <Choice
      label="What the chart shows"
      of={[
        ['price', 'Price'],
        ['interest', 'Open interest'],
        ['funding', 'Funding'],
      ]}
      value={what}
      onChange={setWhat}
    />
  );
  return (
    <Panel id="chart" title={shown ? shown.symbol : 'Chart'} span={8} aside={choice} hint={HINTS[what]}>
      {points.length < 2 ? <Empty>The line begins with the second block.</Empty> : <Drawn what={what} />}
    </Panel>
  );
}

const HINTS: Record<What, string> = {
  price: 'Mark values accounts; the index is what the sources say, inside its band of confidence; dots are batches.',
  interest: 'Held long, which is what is held short, in the base asset.',
  funding: 'In percent for eight hours. Longs pay it when it is above zero.',
};

function Drawn({ what }: { what: What }) {
  const shown = market.value;
  if (!shown) return null;
  const { points } = historyOf(shown.number);
  const times = points.map(({ time }) => time);
  const column = (name: 'index' | 'mark' | 'batch' | 'low' | 'high' | 'openInterest' | 'funding') => points.map((point) => point[name]);
  const now = points.at(-1);
  if (what === 'price') {
    const digits = Math.min(shown.grid.priceDecimals, (now?.mark ?? 0) > 1_000 ? 1 : 4);
    const format = (value: number): string => value.toFixed(digits);
    return (
      <Plot
        times={times}
        values={[column('high'), column('low'), column('index'), column('mark'), column('batch')]}
        lines={[
          { label: 'Index + confidence', colour: '--line-index', hidden: true },
          { label: 'Index − confidence', colour: '--line-index', hidden: true },
          { label: 'Index', colour: '--line-index', width: 1 },
          { label: 'Mark', colour: '--line-mark', width: 2 },
          { label: 'Batch', colour: '--line-batch', points: true },
        ]}
        band={[0, 1]}
        format={format}
        label={`${shown.symbol}: mark ${now?.mark == null ? NONE : format(now.mark)}, index ${now?.index == null ? NONE : format(now.index)}`}
      />
    );
  }
  const interest = what === 'interest';
  const format = (value: number): string => (interest ? value.toFixed(2) : `${value.toFixed(4)} %`);
  const value = interest ? now?.openInterest : now?.funding;
  return (
    <Plot
      times={times}
      values={[column(interest ? 'openInterest' : 'funding')]}
      lines={[{ label: interest ? `Open interest, ${shown.base}` : 'Funding, % for 8 h', colour: '--line-mark', width: 2 }]}
      format={format}
      label={`${shown.symbol}: ${interest ? 'open interest' : 'funding'} ${value == null ? NONE : format(value)}`}
    />
  );
}
