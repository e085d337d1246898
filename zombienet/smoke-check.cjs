// Run by zombienet: 1 if all nodes have the same block at the height that the slowest has final.

async function call(url, method, ...params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
  return (await response.json()).result;
}

async function finalHeight(url) {
  const header = await call(url, 'chain_getHeader', await call(url, 'chain_getFinalizedHead'));
  return Number.parseInt(header.number, 16);
}

async function run(_, { nodesByName }) {
  // The node answers HTTP on the port of its WebSocket.
  const urls = Object.values(nodesByName).map(({ wsUri }) => wsUri.replace(/^ws/, 'http'));
  const height = Math.min(...(await Promise.all(urls.map(finalHeight))));
  const hashes = await Promise.all(urls.map((url) => call(url, 'chain_getBlockHash', height)));
  return height > 0 && new Set(hashes).size === 1 ? 1 : 0;
}

module.exports = { run };
