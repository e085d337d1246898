/** What the oracle did, block by block, read from the events of the final chain. */

const SLOT_ITEM = '0x066175726120';

export class History {
  #api;
  #blocks = new Map();

  constructor(api) {
    this.#api = api;
  }

  async finalHeight() {
    const hash = await this.#api.rpc.chain.getFinalizedHead();
    return (await this.#api.rpc.chain.getHeader(hash)).number.toNumber();
  }

  /** `[{ height, slot, transfers, events: [{ name, …fields }] }]` of the final blocks after `from`, up to `to`. */
  async between(from, to) {
    const blocks = [];
    for (let height = from + 1; height <= to; height++) {
      if (!this.#blocks.has(height)) this.#blocks.set(height, await this.#read(height));
      blocks.push(this.#blocks.get(height));
    }
    return blocks;
  }

  async #read(height) {
    const { registry, rpc, query } = this.#api;
    const hash = await rpc.chain.getBlockHash(height);
    const header = await rpc.chain.getHeader(hash);
    // Not by `api.at`, which prepares everything one might ask at a block.
    const stored = await rpc.state.getStorage(query.system.events.key(), hash);
    const records = registry.createType('Vec<FrameSystemEventRecord>', stored.unwrap().toU8a(true));
    const events = records.map(({ event }) => event);
    const ours = events.filter(({ section }) => section === 'oracle');
    return {
      height,
      slot: slotOf(header),
      transfers: events.filter(({ section, method }) => section === 'balances' && method === 'Transfer').length,
      events: ours.map(plain),
    };
  }
}

/** The events of this name in these blocks, each with the height of its block. */
export function eventsNamed(blocks, name) {
  return blocks.flatMap(({ height, slot, events }) =>
    events.filter((event) => event.name === name).map((event) => ({ ...event, height, slot })),
  );
}

function plain({ method, data }) {
  const fields = Object.fromEntries(data.names.map((name, i) => [name, data[i].toJSON()]));
  return { name: method, ...fields };
}

function slotOf(header) {
  const item = header.digest.logs.map((log) => log.toHex()).find((log) => log.startsWith(SLOT_ITEM));
  return Number(Buffer.from(item.slice(14), 'hex').readBigUInt64LE());
}
