/** Who trades from this page: an account of a browser extension, or a development key. */

import { Keyring } from '@polkadot/api';
import { signal } from '@preact/signals';
import type { Client, OpenOrder, Plain, Signer, SubaccountReport, Trader } from '@breakwater/client';

import { problemOf, type Problem } from '../model/problems.js';
import * as state from '../state.js';

export interface Account {
  readonly address: string;
  readonly name: string;
  readonly source: string;
  readonly signer: Signer;
}

export interface Balance {
  readonly symbol: string;
  /** None is the quote asset; `native` pays fees and cannot be deposited. */
  readonly kind: 'quote' | 'collateral' | 'native';
  readonly decimals: number;
  readonly amount: bigint;
}

export interface Holdings {
  readonly block: number;
  readonly report: SubaccountReport | undefined;
  readonly orders: readonly OpenOrder[];
  readonly balances: readonly Balance[];
}

/** One of the page's own transactions. */
export interface Note {
  readonly id: number;
  readonly title: string;
  readonly state: 'pending' | 'done' | 'failed';
  readonly text: string;
}

export const account = signal<Account | undefined>(undefined);
export const subaccount = signal(0);
export const trader = signal<Trader | undefined>(undefined);
export const holdings = signal<Holdings | undefined>(undefined);
export const notes = signal<readonly Note[]>([]);

/** Well-known keys: everybody has them. They are rich on development chains and worth nothing elsewhere. */
export const DEVELOPMENT_NAMES = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'] as const;

export async function developmentAccount(secret: string): Promise<Account> {
  
  if (!/^\/\/[A-Za-z0-9/]+$/.test(secret)) throw new Error(`“${secret}” is no development key: it looks like //Bob or //Bob//second`);
  const pair = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(secret);
  return { address: pair.address, name: secret, source: 'development key', signer: pair };
}

/** The accounts that browser extensions offer. They ask their user first. */
export async function extensionAccounts(): Promise<Account[]> {
  const { web3Accounts, web3Enable, web3FromSource } = await import('@polkadot/extension-dapp');
  const extensions = await web3Enable('Breakwater dashboard');
  if (extensions.length === 0) {
    throw new Error('there is no extension here, or it did not permit this page. Install polkadot.js from polkadot.js.org/extension, reload this page, and say yes when it asks');
  }
  const found = await web3Accounts({ ss58Format: 42 });
  if (found.length === 0) throw new Error('the extension has no account for this page: make one there, or permit one');
  const extension = new Map(await Promise.all([...new Set(found.map(({ meta }) => meta.source))].map(async (source) => [source, await web3FromSource(source)] as const)));
  return found.map(({ address, meta }) => ({
    address,
    name: meta.name ?? address,
    source: meta.source,
    signer: { address, signer: extension.get(meta.source)?.signer as never },
  }));
}

/** The trader for the chosen account, subaccount and chain. */
export function choose(client: Client | undefined, chosen: Account | undefined, number: number): void {
  const same = trader.value && account.value === chosen && trader.value.client === client;
  account.value = chosen;
  subaccount.value = number;
  holdings.value = undefined;
  // One sender for each account: it keeps the nonces.
  trader.value = client && chosen ? client.trader(same && trader.value ? trader.value.sender : chosen.signer, { number }) : undefined;
}

export async function readHoldings(client: Client, of: Trader, block: number, hash: string): Promise<void> {
  const { owner } = of.id;
  const { parameters, quoteSymbol, connection } = client;
  const tokens = [
    { symbol: quoteSymbol, kind: 'quote' as const, decimals: parameters.quoteDecimals, asset: parameters.quoteAsset },
    ...parameters.assets.map(({ symbol, decimals, asset }) => ({ symbol, kind: 'collateral' as const, decimals, asset })),
  ];
  const [report, orders, native, ...held] = await Promise.all([
    of.report(hash),
    of.openOrders(hash),
    connection.read('system', 'account', [owner], hash),
    ...tokens.map(({ asset }) => connection.read('assets', 'account', [asset, owner], hash)),
  ]);
  if (trader.value !== of) return;
  const info = state.chain.value;
  const free = ((native as { data: { free: bigint } } | undefined)?.data.free ?? 0n) as bigint;
  holdings.value = {
    block,
    report,
    orders,
    balances: [
      ...tokens.map(({ symbol, kind, decimals }, i) => ({ symbol, kind, decimals, amount: ((held[i] as { balance?: Plain } | undefined)?.balance ?? 0n) as bigint })),
      { symbol: info?.tokenSymbol ?? 'BWR', kind: 'native' as const, decimals: info?.tokenDecimals ?? 12, amount: free },
    ],
  };
}

let lastNote = 0;
const KEPT_NOTES = 4;

/** Does something on chain and tells how it goes. Returns whether it went well. */
export async function perform(title: string, action: () => Promise<{ block: number } | string>): Promise<boolean> {
  const id = ++lastNote;
  note({ id, title, state: 'pending', text: 'signed and sent; waiting for a block' });
  try {
    const result = await action();
    note({ id, title, state: 'done', text: typeof result === 'string' ? result : `in block ${result.block}` });
    return true;
  } catch (error) {
    note({ id, title, state: 'failed', text: sentence(problemOf(error)) });
    return false;
  }
}

export const sentence = ({ what, todo }: Problem): string => `${what.replace(/\.$/, '')}. ${todo}`;

export function dismiss(id: number): void {
  notes.value = notes.value.filter((note) => note.id !== id);
}

function note(fresh: Note): void {
  const others = notes.value.filter(({ id }) => id !== fresh.id);
  notes.value = [fresh, ...others].sort((a, b) => b.id - a.id).slice(0, KEPT_NOTES);
  if (fresh.state === 'done') setTimeout(() => dismiss(fresh.id), 8_000);
}
