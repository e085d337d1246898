/** What panels are made of. */

import type { ComponentChildren } from 'preact';

export interface PanelProps {
  id: string;
  title: string;
  /** What is seen here, in a sentence. */
  hint?: string;
  /** Of twelve columns. */
  span?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Panel({ id, title, hint, span = 4, aside, children }: PanelProps) {
  return (
    <section class={`panel span-${span}`} id={id} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </header>
      {hint && <p class="hint">{hint}</p>}
      {children}
    </section>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

export function Chip({ tone = 'calm', children, title }: { tone?: Tone; children: ComponentChildren; title?: string }) {
  return (
    <span class={`chip ${tone}`} title={title}>
      {children}
    </span>
  );
}

/** A number with its name. */
export function Figure({ label, value, note, tone }: { label: string; value: ComponentChildren; note?: ComponentChildren; tone?: Tone | undefined }) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd class={tone}>
        {value}
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  );
}

export const Figures = ({ children }: { children: ComponentChildren }) => <dl class="figures">{children}</dl>;

/** What there is instead of a table. */
export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** Wide tables scroll by themselves, also by keyboard. */
export function Table({ caption, head, children }: { caption: string; head: readonly Column[]; children: ComponentChildren }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {head.map((column) => {
              const { name, title, kind } = typeof column === 'string' ? { name: column, title: undefined, kind: undefined } : column;
              return (
                <th scope="col" title={title} class={kind} key={name}>
                  {name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** `wide` columns are not there on a phone; `text` ones are not right-aligned. */
export type Column = string | { name: string; title?: string; kind?: string };

/** Choices of which one is on. */
export function Choice<T extends string>({ label, of, value, onChange }: { label: string; of: readonly (readonly [T, string])[]; value: T; onChange: (value: T) => void }) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {of.map(([name, text]) => (
        <button type="button" key={name} aria-pressed={name === value} onClick={() => onChange(name)}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** A bar of a part of a whole, 0 to 1. */
export function Bar({ part, tone = 'calm', label }: { part: number; tone?: Tone; label: string }) {
  const width = `${Math.max(0, Math.min(1, part)) * 100}%`;
  return (
    <span class="bar" role="img" aria-label={label}>
      <span class={tone} style={{ width }} />
    </span>
  );
}

/** A yes or no that does not need colour. */
export function Flag({ on, label }: { on: boolean; label: string }) {
  return (
    <span class={on ? 'flag on' : 'flag off'}>
      <span aria-hidden="true">{on ? '✓' : '✗'}</span> {label}
      <span class="unseen">{on ? 'allowed' : 'not allowed'}</span>
    </span>
  );
}
