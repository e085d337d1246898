// A small WebSocket client (RFC 6455) and JSON-RPC with subscriptions on top of it.
//
// Node.js has a WebSocket of its own from version 22 on; with this one the harness needs no package
// on older ones either. Text messages only, as much as a node of ours sends.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
/** Larger than any block; a frame that claims more is a mistake. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** Encodes one final frame, masked as clients must. */
export function encodeFrame(opcode, payload) {
  const length = payload.length;
  const header = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] ^= mask[i & 3];
  return Buffer.concat([header, mask, masked]);
}

/** Takes the first whole frame off `bytes`: `{ final, opcode, payload, rest }`, or nothing yet. */
export function decodeFrame(bytes) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (length > FRAME_BYTES_MAX) throw new Error(`a frame of ${length} bytes`);
  if (bytes.length < start + length) return undefined;
  return {
    final: (bytes[0] & 0x80) !== 0,
    opcode: bytes[0] & 0x0f,
    payload: bytes.subarray(start, start + length),
    rest: bytes.subarray(start + length),
  };
}

/** JSON-RPC over one connection. */
export class RpcSocket {
  #socket;
  #id = 0;
  #calls = new Map();
  #subscribers = new Map();
  #early = new Map();
  #received = [];
  #message = [];

  static connect(url) {
    return new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      };
      const opening = request(url.replace(/^ws/, 'http'), { headers });
      opening.once('error', reject);
      opening.once('response', (response) =>
        reject(new Error(`${url}: HTTP status ${response.statusCode} instead of a WebSocket`)),
      );
      opening.once('upgrade', (_, socket, head) => resolve(new RpcSocket(socket, head)));
      opening.end();
    });
  }

  constructor(socket, head) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => {});
    socket.on('close', () => this.#fail(new Error('the node closed the connection')));
    if (head.length > 0) this.#receive(head);
  }

  call(method, ...params) {
    if (this.#socket.destroyed) return Promise.reject(new Error('the node closed the connection'));
    const id = ++this.#id;
    this.#socket.write(
      encodeFrame(OPCODE.text, Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }))),
    );
    return new Promise((resolve, reject) => this.#calls.set(id, { method, resolve, reject }));
  }

  /** Calls `notify` with every item of a subscription, as long as the connection lasts. */
  async subscribe(method, notify) {
    const subscription = await this.call(method);
    this.#subscribers.set(subscription, notify);
    // The first items may come in one packet with the answer that names the subscription.
    for (const item of this.#early.get(subscription) ?? []) notify(item);
    this.#early.delete(subscription);
  }

  close() {
    this.#socket.destroy();
  }

  #fail(error) {
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }

  #receive(data) {
    this.#received.push(data);
    let bytes = Buffer.concat(this.#received);
    for (let frame = decodeFrame(bytes); frame; frame = decodeFrame(bytes)) {
      bytes = frame.rest;
      this.#take(frame);
    }
    this.#received = [bytes];
  }

  #take({ final, opcode, payload }) {
    if (opcode === OPCODE.ping) this.#socket.write(encodeFrame(OPCODE.pong, payload));
    if (opcode === OPCODE.close) this.#socket.end(encodeFrame(OPCODE.close, Buffer.alloc(0)));
    if (opcode > OPCODE.binary) return;
    this.#message.push(payload);
    if (!final) return;
    const message = JSON.parse(Buffer.concat(this.#message).toString());
    this.#message = [];
    this.#dispatch(message);
  }

  #dispatch({ id, result, error, params }) {
    if (id === undefined) return this.#notify(params.subscription, params.result);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (!call) return undefined;
    if (!error) return call.resolve(result);
    return call.reject(
      Object.assign(new Error(`${call.method}: ${error.message}${error.data ? ` (${error.data})` : ''}`), {
        code: error.code,
      }),
    );
  }

  #notify(subscription, item) {
    const notify = this.#subscribers.get(subscription);
    if (notify) return notify(item);
    return this.#early.set(subscription, [...(this.#early.get(subscription) ?? []), item]);
  }
}
