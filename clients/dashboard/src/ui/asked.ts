import { useEffect, useState } from 'preact/hooks';

import { problemOf } from '../model/problems.js';
import { snapshot } from '../state.js';
import { sentence } from '../wallet/wallet.js';

export interface Answer<T> {
  readonly answer?: T;
  readonly problem?: string;
}

/** Typing is not interrupted by a question for each letter. */
const PAUSE_MS = 150;

/** What the chain says to a question, asked again when it or the block changes; nothing without a question. */
export function useAsked<T>(question: string | undefined, ask: () => Promise<T>): Answer<T> {
  const [said, setSaid] = useState<Answer<T> & { of?: string }>({});
  const block = snapshot.value?.block;
  useEffect(() => {
    if (question === undefined) return setSaid({});
    let current = true;
    const timer = setTimeout(() => {
      ask().then(
        (answer) => current && setSaid({ answer, of: question }),
        (error: unknown) => current && setSaid({ problem: sentence(problemOf(error)), of: question }),
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [question, block]);
  return said.of === question ? said : {};
}
