/** A line chart over time. */

import { useEffect, useRef } from 'preact/hooks';
import uPlot, { type AlignedData, type Options, type Series } from 'uplot';

import { clock } from '../model/format.js';
import { colour, colours } from './theme.js';

export interface Line {
  label: string;
  /** The name of a colour of the style sheet. */
  colour: string;
  width?: number;
  /** Single points instead of a line. */
  points?: boolean;
  dash?: number[];
  hidden?: boolean;
}

export interface PlotProps {
  times: readonly number[];
  lines: readonly Line[];
  values: readonly (readonly (number | null)[])[];
  /** Two lines between which the area is filled, by their places. */
  band?: readonly [number, number];
  format: (value: number) => string;
  label: string;
  height?: number;
}

export function Plot({ times, lines, values, band, format, label, height = 260 }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const formatting = useRef(format);
  formatting.current = format;
  const kind = `${label}|${lines.map((line) => line.label).join()}|${colours.value}|${height}`;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new uPlot(optionsOf(lines, band, (value) => formatting.current(value), element.clientWidth, height), [[]], element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [kind]);

  useEffect(() => plot.current?.setData([times, ...values] as unknown as AlignedData));

  return (
    <>
      <div class="plot" ref={host} role="img" aria-label={label} style={{ minHeight: `${height}px` }} />
      <ul class="legend" aria-hidden="true">
        {lines
          .filter(({ hidden }) => !hidden)
          .map((line) => (
            <li key={line.label}>
              <span class={line.points ? 'mark dot' : 'mark'} style={{ background: `var(${line.colour})` }} /> {line.label}
            </li>
          ))}
        {band && (
          <li>
            <span class="mark area" /> Confidence
          </li>
        )}
      </ul>
    </>
  );
}

function optionsOf(lines: readonly Line[], band: readonly [number, number] | undefined, format: (value: number) => string, width: number, height: number): Options {
  const axis = { stroke: colour('--faint'), grid: { stroke: colour('--rule'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: true } },
    axes: [{ ...axis, values: (_, splits) => splits.map(timeOf), space: 70 }, { ...axis, side: 1, size: 72, values: (_, splits) => splits.map(format) }],
    series: [{}, ...lines.map(seriesOf)],
    bands: band ? [{ series: [band[0] + 1, band[1] + 1], fill: colour('--band') }] : [],
  };
}

const timeOf = (seconds: number): string => clock(seconds * 1_000);

function seriesOf({ label, colour: name, width = 1.5, points, dash, hidden }: Line): Series {
  const stroke = hidden ? 'transparent' : colour(name);
  return {
    label,
    stroke,
    width: points ? 0 : width,
    spanGaps: true,
    ...(dash ? { dash } : {}),
    points: points ? { show: true, size: 4, fill: stroke, stroke } : { show: false },
    ...(points ? { paths: () => null } : {}),
  };
}
