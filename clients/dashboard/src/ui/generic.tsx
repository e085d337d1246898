/** What a chain answers that this page has no drawing for: by names and numbers. */

import type { Plain } from '@breakwater/client';

import { names } from '../chain/session.js';
import { fieldText, variant } from '../model/events.js';
import { words } from '../model/format.js';

/** Further answers, folded. */
export function More({ value }: { value: { readonly [field: string]: Plain } | undefined }) {
  if (!value || Object.keys(value).length === 0) return null;
  return (
    <details>
      <summary>Everything that the chain tells of it</summary>
      <Generic value={value as Plain} />
    </details>
  );
}

export function Generic({ value, depth = 0 }: { value: Plain; depth?: number }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span>none</span>;
    return (
      <ul class="generic">
        {value.slice(0, 8).map((item, i) => (
          <li key={i}>
            <Generic value={item} depth={depth + 1} />
          </li>
        ))}
        {value.length > 8 && <li>and {value.length - 8} more</li>}
      </ul>
    );
  }
  if (typeof value === 'object' && !variant(value)) {
    return (
      <dl class="generic">
        {Object.entries(value).map(([name, field]) => (
          <div key={name}>
            <dt>{words(name)}</dt>
            <dd>{typeof field === 'object' && depth < 3 ? <Generic value={field} depth={depth + 1} /> : textOfField(name, field)}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return <span>{textOfField('', value)}</span>;
}

function textOfField(name: string, value: Plain): string {
  const text = fieldText(name, value, { names, market: undefined, feed: undefined });
  const label = words(name).toLowerCase();
  return text.startsWith(label) ? text.slice(label.length).trim() : text;
}
