/** Reads all subaccounts, as far as there are not too many, to see where they stand. */

import type { Client, Plain, SubaccountReport } from '@breakwater/client';

import type { RiskAccount } from '../model/risk-map.js';

export interface Sweep {
  readonly block: number;
  readonly accounts: readonly RiskAccount[];
  /** There may be more than were read. */
  readonly partial: boolean;
}

/** What a node gives at once. */
export const MOST_ACCOUNTS = 1_000;
const AT_ONCE = 8;

export async function sweep(client: Client, at: { number: number; hash: string }, backstops: readonly string[]): Promise<Sweep> {
  const { connection, parameters } = client;
  const keys = await connection.keysOf('margin', 'subaccounts', { at: at.hash, count: MOST_ACCOUNTS });
  // The keys are stored as they are, at the end of the storage key.
  const wanted = keys.map((key) => `0x${key.slice(-64)}`);
  const protocol = new Set([...parameters.markets.map(({ info }) => info.amm), ...backstops]);
  const reports = await inTurn(wanted.filter((key) => !protocol.has(key)), (key) => reportOf(client, key, at.hash));
  const accounts = reports.filter((report) => report !== undefined);
  return { block: at.number, accounts, partial: keys.length === MOST_ACCOUNTS };
}

async function reportOf({ connection }: Client, key: string, hash: string): Promise<SubaccountReport | undefined> {
  const answer = (await connection.ask('accountsApi', 'subaccountByKey', [key], hash)) as Plain[] | undefined;
  return answer?.[1] as unknown as SubaccountReport | undefined;
}

/** So many at once, and no more: the node has other work. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
