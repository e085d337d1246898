#!/usr/bin/env node
// A pretended chain, to test the harness itself in seconds and to see that it catches what it is
// there to catch. It knows slots, forks, votes and the few RPC calls the harness makes, and nothing
// else: no state, no signatures, no safety proof.
//
// FAKE_FAULT makes the node `--dave` misbehave:
//   double-finality   tells another hash for one final block
//   other-state       has another value in its state
//   minority          finalises with two of four votes
//   amnesia           forgets its data at a restart
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { VALIDATORS } from '../lib/identity.js';

const SLOT_MS = 500;
const SLOT_TOLERANCE = 1;
const SESSION_BLOCKS = 100;
const AUTHORITIES = `0x10${VALIDATORS.map(({ author }) => author).join('')}`;
const GENESIS = { number: 0, parent: null, slot: 0, hash: hashOf('genesis') };

const argv = process.argv.slice(2);
if (['build-spec', 'export-chain-spec'].includes(argv[0])) {
  console.log(JSON.stringify({ name: 'Fake', id: 'fake', genesis: { raw: {} } }));
  process.exit(0);
}

const option = (name) => argv[argv.indexOf(name) + 1];
const me = VALIDATORS.findIndex(({ name }) => argv.includes(`--${name}`));
const fault = argv.includes('--dave') ? process.env.FAKE_FAULT : undefined;
const votesNeeded = process.env.FAKE_FAULT === 'minority' ? 2 : 3;
const [, , host, , p2pPort] = option('--listen-addr').split('/');
const firstBootnode = argv.indexOf('--bootnodes') + 1;
const bootnodes = argv
  .slice(firstBootnode)
  .filter((word) => word.startsWith('/ip4/'))
  .map((address) => address.split('/'));

const database = join(option('--base-path'), 'blocks');
const blocks = new Map([[GENESIS.hash, GENESIS]]);
const votes = new Map();
const peers = new Set();
let best = GENESIS;
let final = GENESIS;

function log(text) {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
  console.log(`${now.replace('T', ' ').slice(0, 23)} ${text}`);
}

function hashOf(text) {
  return `0x${createHash('sha256').update(text).digest('hex')}`;
}

// ---- The chain ----------------------------------------------------------------------------------

function isAncestor(block, of) {
  let at = of;
  while (at && at.number > block.number) at = blocks.get(at.parent);
  return at === block;
}

function addBlock(block) {
  if (blocks.has(block.hash) || !blocks.has(block.parent)) return;
  if (block.slot > Date.now() / SLOT_MS + SLOT_TOLERANCE) return;
  blocks.set(block.hash, block);
  appendFileSync(database, `${JSON.stringify({ block })}\n`);
  gossip({ block });
  if (block.number <= best.number || !isAncestor(final, block)) return;
  best = block;
  if (me >= 0) addVote({ voter: me, cast_ms: Date.now(), hash: best.hash });
}

function addVote(vote) {
  // Only newer ones: otherwise old votes would go round for ever.
  if (votes.get(vote.voter)?.cast_ms >= vote.cast_ms) return;
  votes.set(vote.voter, vote);
  gossip({ vote });
  for (let block = best; block !== final && block; block = blocks.get(block.parent)) {
    const inFavour = [...votes.values()].filter(
      ({ hash }) => blocks.has(hash) && isAncestor(block, blocks.get(hash)),
    );
    if (inFavour.length < votesNeeded) continue;
    final = block;
    appendFileSync(database, `${JSON.stringify({ final: final.hash })}\n`);
    return;
  }
}

function author() {
  const slot = Math.floor(Date.now() / SLOT_MS);
  if (me < 0 || slot % VALIDATORS.length !== me || slot <= best.slot) return;
  addBlock({ number: best.number + 1, parent: best.hash, slot, hash: hashOf(`${best.hash} ${slot}`) });
}

function restore() {
  mkdirSync(option('--base-path'), { recursive: true });
  if (!existsSync(database) || fault === 'amnesia') return log('Initializing Genesis block/state');
  for (const line of readFileSync(database, 'utf8').split('\n').filter(Boolean)) {
    const entry = JSON.parse(line);
    if (entry.final) final = blocks.get(entry.final);
    if (!entry.block) continue;
    blocks.set(entry.block.hash, entry.block);
    if (entry.block.number > best.number) best = entry.block;
  }
}

// ---- The network --------------------------------------------------------------------------------

function gossip(message) {
  for (const peer of peers) peer.write(`${JSON.stringify(message)}\n`);
}

function welcome(socket, onClose) {
  peers.add(socket);
  for (const block of blocks.values()) if (block !== GENESIS) socket.write(`${JSON.stringify({ block })}\n`);
  for (const vote of votes.values()) socket.write(`${JSON.stringify({ vote })}\n`);
  createInterface({ input: socket })
    .on('line', (line) => {
      const { block, vote } = JSON.parse(line);
      if (block) addBlock(block);
      if (vote) addVote(vote);
    })
    .on('error', () => {});
  socket.on('error', () => {});
  socket.on('close', () => {
    peers.delete(socket);
    onClose?.();
  });
}

function dial([, , peerHost, , peerPort]) {
  const again = () => setTimeout(dial, 500, ['', '', peerHost, '', peerPort]);
  const socket = connect(Number(peerPort), peerHost);
  socket.once('error', again);
  socket.once('connect', () => {
    socket.off('error', again);
    welcome(socket, again);
  });
}

// ---- RPC ----------------------------------------------------------------------------------------

function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return `0x${bytes.toString('hex')}`;
}

function headerOf(block) {
  return {
    number: `0x${block.number.toString(16)}`,
    parentHash: block.parent,
    stateRoot: hashOf(`state ${block.hash}`),
    extrinsicsRoot: hashOf(`extrinsics ${block.hash}`),
    digest: { logs: [`0x066175726120${u64(block.slot).slice(2)}`] },
  };
}

function hashAt(number) {
  if (number > best.number) return null;
  if (fault === 'double-finality' && number === 7) return hashOf('a lie');
  let block = best;
  while (block.number > number) block = blocks.get(block.parent);
  return block.hash;
}

const METHODS = {
  system_health: () => ({ peers: peers.size, isSyncing: false, shouldHavePeers: true }),
  chain_getFinalizedHead: () => final.hash,
  chain_getHeader: (hash) => (hash && !blocks.has(hash) ? null : headerOf(blocks.get(hash) ?? best)),
  chain_getBlockHash: (heights) =>
    Array.isArray(heights) ? heights.map(hashAt) : hashAt(heights ?? best.number),
  state_call: () => AUTHORITIES,
  state_getStorage: () => u64(Math.floor(best.number / SESSION_BLOCKS)),
  state_getKeysPaged: (_prefix, _count, last) => (last ? [] : ['0x01', '0x02']),
  state_queryStorageAt: (keys, hash) => [
    { block: hash, changes: keys.map((key) => [key, hashOf(`${key} ${hash} ${fault === 'other-state'}`)]) },
  ],
};

createHttpServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { id, method, params } = JSON.parse(body);
  const answer = METHODS[method]
    ? { result: METHODS[method](...params) }
    : { error: { code: -32601, message: 'Method not found' } };
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
}).listen(Number(option('--rpc-port')), argv.includes('--unsafe-rpc-external') ? '0.0.0.0' : '127.0.0.1');

restore();
log(option('--sync') === 'warp' ? 'Warp sync is complete, they say' : 'Fake node');
createServer((socket) => welcome(socket)).listen(Number(p2pPort), host);
for (const address of bootnodes) dial(address);
setInterval(author, SLOT_MS / 10);
setInterval(() => log(`best ${best.number}, final ${final.number}`), 200);
