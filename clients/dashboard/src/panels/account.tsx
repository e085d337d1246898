/** Whoever trades from this page: wallet, subaccount, orders. */

import { useState } from 'preact/hooks';
import type { Client, Trader } from '@breakwater/client';

import { cents, decimal, NONE, short } from '../model/format.js';
import { chain, client, quote } from '../state.js';
import { Empty, Figure, Figures, Panel } from '../ui/parts.js';
import {
  account,
  choose,
  developmentAccount,
  DEVELOPMENT_NAMES,
  extensionAccounts,
  holdings,
  perform,
  subaccount,
  trader,
  type Account as Chosen,
} from '../wallet/wallet.js';
import { Orders, Positions } from './positions.js';
import { Ticket } from './ticket.js';

export function Account() {
  const trading = trader.value;
  const connected = client.value;
  return (
    <Panel id="account" title="Trade" span={12}>
      {!account.value ? (
        <SignIn />
      ) : (
        <>
          <Identity />
          {trading && connected ? <Trading client={connected} trader={trading} /> : <Empty>It goes on when the node is back.</Empty>}
        </>
      )}
    </Panel>
  );
}

function SignIn() {
  const [found, setFound] = useState<readonly Chosen[]>([]);
  const [problem, setProblem] = useState<string>();
  const [secret, setSecret] = useState('//Bob');
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const extension = (): Promise<void> => attempt(async () => setFound(await extensionAccounts()));
  const development = (event: Event): Promise<void> => {
    event.preventDefault();
    return attempt(async () => choose(client.value, await developmentAccount(secret.trim()), 0));
  };
  return (
    <div class="sign-in">
      <div>
        <h3>With a browser extension</h3>
        <p>polkadot.js, Talisman, SubWallet: the key stays there, and it asks you to sign each transaction.</p>
        <button type="button" class="primary" onClick={extension}>
          Connect an extension
        </button>
        {found.map((each) => (
          <button type="button" key={`${each.source}${each.address}`} onClick={() => choose(client.value, each, 0)}>
            {each.name} <code>{short(each.address)}</code>
          </button>
        ))}
      </div>
      {chain.value?.development && (
        <form onSubmit={development}>
          <h3>With a development key</h3>
          <p>On this chain everybody may use them, and all is worth nothing. Signs without asking.</p>
          <label>
            Key
            <input list="development-keys" value={secret} onInput={({ currentTarget }) => setSecret(currentTarget.value)} autocomplete="off" spellcheck={false} />
          </label>
          <datalist id="development-keys">
            {DEVELOPMENT_NAMES.map((name) => (
              <option value={`//${name}`} key={name} />
            ))}
          </datalist>
          <button type="submit" class="primary">
            Use this key
          </button>
        </form>
      )}
      {problem && (
        <p class="problem" role="alert">
          It did not work: {problem}.
        </p>
      )}
    </div>
  );
}

function Identity() {
  const who = account.value;
  if (!who) return null;
  const change = (text: string): void => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= 0 && number <= 0xffff) choose(client.value, who, number);
  };
  return (
    <div class="identity">
      <span>
        <strong>{who.name}</strong> <code title={who.address}>{short(who.address)}</code> <small>{who.source}</small>
      </span>
      <label>
        Subaccount
        <input type="number" min={0} max={65_535} value={subaccount.value} onChange={({ currentTarget }) => change(currentTarget.value)} />
      </label>
      <button type="button" class="quiet" onClick={() => choose(client.value, undefined, 0)}>
        Sign out
      </button>
    </div>
  );
}

function Trading({ client, trader }: { client: Client; trader: Trader }) {
  const held = holdings.value;
  if (!held) return <Empty>The account is being read.</Empty>;
  return (
    <div class="trading">
      <Wallet client={client} trader={trader} />
      {held.report ? <Ticket trader={trader} report={held.report} /> : <NotOpen client={client} trader={trader} />}
      <div class="wide-part">
        {held.report && <Summary />}
        {held.report && <Positions trader={trader} report={held.report} />}
        {held.report && <Orders trader={trader} orders={held.orders} />}
      </div>
    </div>
  );
}

function Summary() {
  const report = holdings.value?.report;
  if (!report) return null;
  return (
    <Figures>
      <Figure label={`Equity, ${quote.value}`} value={cents(report.equity)} />
      <Figure label="Health" value={cents(report.health)} note="below zero it is liquidated" tone={report.health < 0n ? 'bad' : report.health * 4n < report.maintenance ? 'warn' : 'good'} />
      <Figure label="Free for new risk" value={cents(report.free)} />
      <Figure label="Profit, unrealised" value={cents(report.unrealisedProfit)} tone={report.unrealisedProfit < 0n ? 'bad' : 'good'} />
      <Figure label="Withdrawable" value={cents(report.withdrawable)} />
    </Figures>
  );
}

function NotOpen({ client, trader }: { client: Client; trader: Trader }) {
  const { pools } = client.parameters;
  const [pool, setPool] = useState(pools[0]?.pool ?? 0);
  const [busy, setBusy] = useState(false);
  const open = async (): Promise<void> => {
    setBusy(true);
    await perform(`Open subaccount ${trader.id.number}`, () => trader.open({ pool }));
    setBusy(false);
  };
  return (
    <div class="part">
      <h3>Open a subaccount</h3>
      <p>Margin, positions and losses of a subaccount are its own. Opening it takes a small deposit in {chain.value?.tokenSymbol}, which comes back when it is closed.</p>
      <label>
        Pool
        <select value={pool} onChange={({ currentTarget }) => setPool(Number(currentTarget.value))}>
          {pools.map(({ pool, symbol }) => {
            const traded = client.parameters.markets.filter(({ info }) => info.pool === pool).map(({ symbol }) => symbol);
            return (
              <option value={pool} key={pool}>
                {symbol}: {traded.join(', ')}
              </option>
            );
          })}
        </select>
      </label>
      <button type="button" class="primary" disabled={busy} onClick={open}>
        Open
      </button>
    </div>
  );
}

function Wallet({ client, trader }: { client: Client; trader: Trader }) {
  const held = holdings.value;
  const [asset, setAsset] = useState(client.quoteSymbol);
  const [amount, setAmount] = useState('1000');
  const [busy, setBusy] = useState(false);
  const doing = async (title: string, action: () => Promise<{ block: number } | string>): Promise<void> => {
    setBusy(true);
    await perform(title, action);
    setBusy(false);
  };
  const withdraw = async (): Promise<string> => {
    const { block, waiting, ticket } = await trader.withdraw(asset, amount);
    return waiting > 0n ? `in block ${block}; part of it waits for the pool’s limit under ticket ${ticket}` : `in block ${block}`;
  };
  return (
    <div class="part">
      <h3>Wallet and deposit</h3>
      <table>
        <caption class="unseen">In the wallet, and in the subaccount</caption>
        <thead>
          <tr>
            <th scope="col" class="text">
              Asset
            </th>
            <th scope="col">Wallet</th>
            <th scope="col">Subaccount</th>
          </tr>
        </thead>
        <tbody>
          {held?.balances.map(({ symbol, kind, decimals, amount }) => (
            <tr key={symbol}>
              <th scope="row">{symbol}</th>
              <td>{decimal(amount, decimals, Math.min(decimals, 4))}</td>
              <td>{inSubaccount(client, symbol, kind)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {chain.value?.development && (
        <button type="button" disabled={busy} onClick={() => doing('Faucet', () => client.faucet(trader.sender))}>
          Get test assets from the faucet
        </button>
      )}
      {held?.report && (
        <form class="row" onSubmit={(event) => event.preventDefault()}>
          <label>
            Amount
            <input inputMode="decimal" value={amount} onInput={({ currentTarget }) => setAmount(currentTarget.value)} />
          </label>
          <label>
            Asset
            <select value={asset} onChange={({ currentTarget }) => setAsset(currentTarget.value)}>
              {held.balances
                .filter(({ kind }) => kind !== 'native')
                .map(({ symbol }) => (
                  <option key={symbol}>{symbol}</option>
                ))}
            </select>
          </label>
          <button type="button" class="primary" disabled={busy} onClick={() => doing(`Deposit ${amount} ${asset}`, () => trader.deposit(asset, amount))}>
            Deposit
          </button>
          <button type="button" disabled={busy} onClick={() => doing(`Withdraw ${amount} ${asset}`, withdraw)}>
            Withdraw
          </button>
        </form>
      )}
    </div>
  );
}

function inSubaccount(client: Client, symbol: string, kind: string): string {
  const report = holdings.value?.report;
  if (!report || kind === 'native') return NONE;
  if (kind === 'quote') return decimal(report.cash, 6, 2);
  const { asset, decimals } = client.parameters.asset(symbol);
  return decimal(report.collateral.find((held) => held.asset === asset)?.amount ?? 0n, decimals, 4);
}
