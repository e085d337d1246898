#!/usr/bin/env node
// An account's statement: deposits, fills, profit, funding, fees, withdrawals, from the events of
// final blocks, and whether they come out at what the account reports, to the unit.
//
//   node examples/statement.js --owner <address> > statement.csv

import { Statement, addressOf, fromUnits, money, statementCsv, subaccountKey } from '@breakwater/client';

import { DEFAULT_ENDPOINT, keyPair, optionsOf, wholeNumber, withClient } from './common.js';

const HELP = `Usage: node examples/statement.js [options]

  --endpoint <url>     of the node, which must have the state of all blocks from the first one on:
                       an archive node (default: ${DEFAULT_ENDPOINT})
  --owner <address>    or a secret such as //Bob (default: //Bob)
  --subaccount <n>     (default: 0)
  --from <block>       the first block (default: the one that opened the subaccount)
  --to <block>         the last one (default: the last that is final)

Writes comma-separated values to standard output, and totals to standard error. Exit code 1: the
statement and the account differ, which they do if --from is too late.`;

const options = optionsOf(HELP, {
  owner: { type: 'string', default: '//Bob' },
  subaccount: { type: 'string', default: '0' },
  from: { type: 'string' },
  to: { type: 'string' },
});

await withClient(options.endpoint, async (client) => {
  const number = wholeNumber('subaccount', options.subaccount, 0, 65_535);
  const owner = options.owner.startsWith('//') ? keyPair(options.owner).address : addressOf(options.owner);
  const id = { owner, number };
  const final = client.connection.head(true);
  const to = options.to === undefined ? final : wholeNumber('to', options.to, 0, final);
  const { hash } = await client.connection.blockAt(to);
  const report = await client.report(id, hash);
  if (!report) throw new Error(`${owner} has no subaccount ${number} in block ${to}`);
  const from = options.from === undefined ? await client.openedIn(id, to) : wholeNumber('from', options.from, 0, to);

  const statement = new Statement(subaccountKey(id), client.parameters, client.quoteSymbol);
  for await (const event of client.accountEvents(statement.key, { from, to })) statement.add(event);
  console.log(statementCsv(statement));

  console.error(`subaccount ${number} of ${owner}, blocks ${from} to ${to}`);
  for (const [what, quanta] of Object.entries(statement.totals())) {
    if (quanta !== 0n) console.error(`${what.padStart(12)} ${money(quanta).padStart(20)}`);
  }
  console.error(`${'cash'.padStart(12)} ${money(statement.cash).padStart(20)}`);
  for (const { asset, amount } of report.collateral) {
    const { symbol, decimals } = client.parameters.asset(asset);
    console.error(`${symbol.padStart(12)} ${fromUnits(amount, decimals).padStart(20)}`);
  }
  const differences = statement.reconcile(report);
  for (const { what, statement, account } of differences) {
    console.error(`${what}: the statement has ${statement}, the account ${account}`);
  }
  if (differences.length === 0) console.error('the statement comes out at what the account reports, to the unit');
  return differences.length === 0 ? 0 : 1;
});
