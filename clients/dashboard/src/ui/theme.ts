/** Light, dark, or what the system says. */

import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'theme';

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

const system = window.matchMedia('(prefers-color-scheme: dark)');

export const theme = signal<Theme>(stored());
/** Goes up whenever colours change: charts are drawn anew. */
export const colours = signal(0);

effect(() => {
  const { value } = theme;
  if (value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // The page works without remembering it.
  }
  colours.value = colours.peek() + 1;
});
system.addEventListener('change', () => (colours.value += 1));

/** A colour of the style sheet, as canvases take it: `light-dark()` says nothing to them. */
export function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
