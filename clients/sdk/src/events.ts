/** Events of the pallets that traders meet, as typed objects with their place in the chain. */

import type { EventRecord } from '@polkadot/types/interfaces';
import type { Codec } from '@polkadot/types/types';

import type { BlockRef } from './blocks.js';
import { plainFields, type Plain } from './plain.js';

/** An event: `block` and `sequence` together name it, and order all events of the chain. */
export interface ChainEvent {
  readonly block: number;
  readonly blockHash: string;
  /** Its place among all events of the block. */
  readonly sequence: number;
  /** Which transaction of the block it is of; none for what the block itself does. */
  readonly extrinsic: number | undefined;
  /** `exchange.Filled` */
  readonly name: string;
  readonly data: { readonly [field: string]: Plain };
}

export function eventOf(
  record: EventRecord,
  block: BlockRef,
  sequence: number,
  wanted: (name: string) => boolean,
): ChainEvent[] {
  const { event, phase } = record;
  const name = `${event.section}.${event.method}`;
  if (!wanted(name)) return [];
  return [
    {
      block: block.number,
      blockHash: block.hash,
      sequence,
      extrinsic: phase.isApplyExtrinsic ? phase.asApplyExtrinsic.toNumber() : undefined,
      name,
      data: fieldsOf(event.data),
    },
  ];
}

function fieldsOf(data: EventRecord['event']['data']): { [field: string]: Plain } {
  const names = data.names ?? [...data].map((_, index) => String(index));
  return plainFields(names.map((name, index) => [name, data[index] as Codec] as const));
}

interface Of {
  readonly account: string;
}

interface OfOrder extends Of {
  readonly order: bigint;
  readonly market: number;
}

/** A position, by its market, or a collateral asset. */
export type Leg = { readonly type: 'Market' | 'Collateral'; readonly value: number };

/** Why an offer, or all offers of an account, are no more. */
export type LiquidationEnd = 'Recovered' | 'Filled' | 'NotNeeded' | 'TakenOver' | 'Waits' | 'Yielded' | 'Failed';

interface OfLeg extends Of {
  readonly leg: Leg;
}

/** What the chain tells of an account: ticks, lots, quanta; `account` is the subaccount's key. */
export interface AccountEventData {
  'exchange.Placed': OfOrder & {
    side: 'Buy' | 'Sell';
    kind: 'Limit' | 'PostOnly' | 'Market';
    timeInForce: Plain;
    reduceOnly: boolean;
    price: bigint;
    size: bigint;
    clientId: string | undefined;
  };
  'exchange.TriggerPlaced': OfOrder & {
    trigger: { kind: 'Stop' | 'TakeProfit'; level: bigint };
    side: 'Buy' | 'Sell';
    kind: Plain;
    timeInForce: Plain;
    reduceOnly: boolean;
    size: bigint;
    clientId: string | undefined;
  };
  'exchange.Triggered': OfOrder & { price: bigint; mark: bigint };
  'exchange.Refused': Of & { index: number; error: { error: string; docs: string } };
  'exchange.Replaced': Of & { old: bigint; new: bigint };
  'exchange.Cancelled': OfOrder & { size: bigint; left: bigint; reason: Plain };
  'exchange.Filled': OfOrder & {
    side: 'Buy' | 'Sell';
    size: bigint;
    left: bigint;
    price: bigint;
    fee: bigint;
    role: 'Maker' | 'Taker';
  };
  'exchange.ForcedFilled': Of & { market: number; side: 'Buy' | 'Sell'; size: bigint; price: bigint };
  'exchange.DelegateAdded': Of & { delegate: string; until: number };
  'exchange.DelegateRemoved': Of & { delegate: string };
  'exchange.SwitchSet': Of & { due: number | undefined };
  'exchange.SwitchFired': Of & { orders: number };
  'exchange.AmmDeposited': Of & { market: number; amount: bigint; shares: bigint; total: bigint };
  'exchange.AmmWithdrawn': Of & { market: number; amount: bigint; shares: bigint; total: bigint };
  'custody.Deposited': Of & { owner: string; asset: number | undefined; amount: bigint };
  /** Of the amount, `waiting` waits under the ticket. */
  'custody.WithdrawalRequested': Of & {
    owner: string;
    asset: number | undefined;
    amount: bigint;
    waiting: bigint;
    ticket: bigint | undefined;
  };
  'custody.Withdrawn': Of & { owner: string; asset: number | undefined; amount: bigint; ticket: bigint | undefined };
  'margin.Opened': Of & {
    id: { owner: string; number: number };
    pool: number;
    isolated: number | undefined;
  };
  'margin.Closed': Of;
  'margin.Credited': Of & { asset: number | undefined; amount: bigint };
  'margin.Debited': Of & { asset: number | undefined; amount: bigint };
  /** Cash changed by `realised − funding − fee`. */
  'margin.Traded': Of & {
    market: number;
    /** Bought is positive. */
    lots: bigint;
    price: bigint;
    fee: bigint;
    /** Paid since the last trade in the market; received is below zero. */
    funding: bigint;
    realised: bigint;
    position: bigint;
  };
  'margin.Transferred': { pool: number; from: string | undefined; to: string | undefined; amount: bigint };
  'margin.Lent': Of & { amount: bigint; principal: bigint };
  /** In billionths of a quantum. */
  'margin.MarginCall': Of & { health: bigint; margin: bigint };
  'margin.AccountDue': Of & { shortfall: bigint };
  'margin.SetAside': Of;
  /** Paid to a deleveraging or a final settlement. Its trades, as `margin.Traded`, come before it. */
  'margin.Levied': Of & { payee: string; charge: bigint };
  /** All that was in the account is the backstop's. */
  'margin.Absorbed': Of & { into: string };
  /** In smallest units, for quanta. */
  'margin.CollateralSold': { from: string; to: string; asset: number; amount: bigint; proceeds: bigint };
  'liquidation.OrdersCancelled': Of & { orders: number };
  /** `lots` are still to be traded, of `held`; `budget` is in billionths of a quantum. */
  'liquidation.Offered': OfLeg & { lots: bigint; held: bigint; mark: bigint; price: bigint; reserve: bigint; budget: bigint };
  'liquidation.CurveReset': OfLeg & { mark: bigint; openedMark: bigint };
  'liquidation.OfferEnded': OfLeg & { left: bigint; reason: LiquidationEnd };
  'liquidation.Filled': OfLeg & { lots: bigint; price: bigint; fee: bigint; left: bigint; venue: 'Netted' | 'Batch' | 'Bid' | 'Backstop' };
  /** `cost` is what the bidder paid; received is negative. */
  'liquidation.BidFilled': { bidder: string; leg: Leg; lots: bigint; cost: bigint; accounts: number };
  'liquidation.Absorbed': Of & { deficit: bigint };
  'liquidation.Ended': Of & { reason: LiquidationEnd };
  'liquidation.SetAside': Of & { error: { error: string; docs: string }; retry: number };
  'liquidation.FeeFailed': Of & { error: { error: string; docs: string } };
  'insurance.TakenOver': Of & { pool: number; market: number; lots: bigint; price: bigint };
  'insurance.Absorbed': Of & { pool: number; equity: bigint };
  /** `share` is `charge` and what a cap left over; it is proportional to `weight`. */
  'insurance.Deleveraged': Of & {
    pool: number;
    number: number;
    market: number;
    mark: bigint;
    lots: bigint;
    weight: bigint;
    share: bigint;
    charge: bigint;
  };
  'insurance.Forgiven': Of & { pool: number; number: number; share: bigint };
  'insurance.Settled': Of & { pool: number; number: number; claim: bigint; haircut: bigint; closed: number };
  'insurance.CollateralSold': Of & { pool: number; asset: number; lots: bigint; price: bigint };
}

export type AccountEventName = keyof AccountEventData;

/** An event of an account. `switch (event.name)` tells what `event.data` is. */
export type AccountEvent = {
  [Name in AccountEventName]: Omit<ChainEvent, 'name' | 'data'> & { readonly name: Name; readonly data: AccountEventData[Name] };
}[AccountEventName];

const PALLETS = new Set(['exchange', 'margin', 'custody', 'risk', 'clearing', 'liquidation', 'insurance', 'circuitBreaker']);
const KEYS = ['account', 'from', 'to', 'bidder', 'payee', 'into'] as const;

/** Whether an event may concern a subaccount. */
export const isTrading = (name: string): boolean => PALLETS.has(name.slice(0, name.indexOf('.')));

/** Whether an event names this subaccount. */
export const concerns = (event: ChainEvent, key: string): boolean => KEYS.some((field) => event.data[field] === key);
